package klatch.lightning.chain;

import java.time.Duration;

/** What can be wrong with a source of the chain. Each says it to a person, with what to do. */
public sealed interface ChainTrouble {
  /** What the matter is and what helps, in one line. */
  String message();

  /** Nobody answers, or the connection breaks. */
  record Unreachable(String source, String why) implements ChainTrouble {
    @Override
    public String message() {
      return source + " does not answer (" + why
          + "): start it, or check the address; the node goes on by itself when it does";
    }
  }

  record Slow(String source, String call, Duration limit) implements ChainTrouble {
    @Override
    public String message() {
      return source + " has not answered " + call + " within " + limit.toMillis()
          + " ms: it is overloaded or far away; the node asks again";
    }
  }

  record LoginRefused(String source) implements ChainTrouble {
    @Override
    public String message() {
      return source + " refuses the login: check --bitcoind-user and the password, or give --bitcoind-cookie with the "
          + "file that the running bitcoind has written";
    }
  }

  /** A bitcoind that has just been started. */
  record Starting(String source, String itSays) implements ChainTrouble {
    @Override
    public String message() {
      return source + " is starting (" + itSays + "): the node waits for it";
    }
  }

  record Syncing(String source, int height, int headers) implements ChainTrouble {
    @Override
    public String message() {
      return source + " is loading the chain, block " + height + " of " + headers
          + ": the node waits until it is there";
    }
  }

  record WrongNetwork(String source, String network, String genesis) implements ChainTrouble {
    @Override
    public String message() {
      return source + " is not on " + network + " (its first block is " + genesis
          + "): start the node with that chain's --network, or give it a source that is on " + network;
    }
  }

  /** It answers with something that no such server says. */
  record Nonsense(String source, String what) implements ChainTrouble {
    @Override
    public String message() {
      return source + " does not speak as it should: " + what + "; check that the address is the right one";
    }
  }

  /** It says what cannot be true; believing it could cost money. */
  record False(String source, String what) implements ChainTrouble {
    @Override
    public String message() {
      return source + " is not believed: " + what
          + "; nothing of it was used. Repair it, or give the node another source";
    }
  }

  /** Its chain is the beginning of one that was seen before. */
  record Behind(String source, int theirs, int ours) implements ChainTrouble {
    @Override
    public String message() {
      return source + " is at block " + theirs + ", and this node has seen block " + ours
          + ": it is catching up, or its data is old; the node waits until it is there";
    }
  }

  /** Its chain is another one than was seen before, with less work in it. */
  record Weaker(String source, int height) implements ChainTrouble {
    @Override
    public String message() {
      return source + " shows a chain (block " + height
          + ") with less work than the one that this node has seen: the node keeps to the better one and waits";
    }
  }

  record Frozen(String source, int height, Duration since) implements ChainTrouble {
    @Override
    public String message() {
      return source + " has had no new block for " + since.toMinutes() + " minutes (block " + height
          + "): it may have lost its peers; look at it";
    }
  }

  record Pruned(String source, String hash) implements ChainTrouble {
    @Override
    public String message() {
      return source + " has pruned block " + hash
          + ", which the node still has to read: give the node a source that has "
          + "all blocks (a bitcoind without prune=, or --esplora), at least until it has caught up";
    }
  }
}
