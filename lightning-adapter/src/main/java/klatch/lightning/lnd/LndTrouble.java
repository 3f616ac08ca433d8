package klatch.lightning.lnd;

import java.nio.file.Path;
import klatch.commitments.Msat;

/** Why LND did not do what was asked, each with words that say what a person can do about it. */
public sealed interface LndTrouble {
  /** What is wrong, and what to do. */
  String message();

  /** Whether asking again later may help without anybody doing anything but mend LND. */
  default boolean retrySafe() {
    return true;
  }

  /** One that stays until a person has done something: asking again does not help. */
  sealed interface Lasting extends LndTrouble {
    @Override
    default boolean retrySafe() {
      return false;
    }
  }

  /** Nothing answers, or the connection broke. */
  record Unreachable(String rest, String why) implements LndTrouble {
    @Override
    public String message() {
      return "LND at " + rest + " does not answer (" + why
          + "): is it running, and is this its restlisten address?";
    }
  }

  /** It answers, but does not end in time. */
  record Slow(String rest, String what, long millis) implements LndTrouble {
    @Override
    public String message() {
      return "LND at " + rest + " did not answer " + what + " within " + millis + " ms";
    }
  }

  /** A file that was named is not what it should be. */
  record BadFile(Path file, String why) implements Lasting {
    @Override
    public String message() {
      return file + " cannot be used: " + why;
    }
  }

  /** Whoever answers shows another certificate than the pinned one. */
  record CertificateChanged(String rest, Path pinned) implements Lasting {
    @Override
    public String message() {
      return "whoever answers at " + rest + " shows another certificate than " + pinned
          + ". LND makes a new one when the old one expires: if that is so, copy its tls.cert again and restart;"
          + " if not, somebody else is answering";
    }
  }

  /** The macaroon is none of this LND's. */
  record MacaroonRefused(Path macaroon, String why) implements Lasting {
    @Override
    public String message() {
      return "LND does not take the macaroon " + macaroon + " (" + why + "): bake one on this very node with "
          + LndPermission.bakeCommand();
    }
  }

  /** The macaroon is real and does not allow this call. */
  record PermissionDenied(Path macaroon, String call) implements Lasting {
    @Override
    public String message() {
      return "the macaroon " + macaroon + " does not allow " + call + ": bake one that does with "
          + LndPermission.bakeCommand();
    }
  }

  record Locked() implements LndTrouble {
    @Override
    public String message() {
      return "LND's wallet is locked: unlock it with lncli unlock";
    }
  }

  record NoWallet() implements LndTrouble {
    @Override
    public String message() {
      return "LND has no wallet yet: make one with lncli create";
    }
  }

  record Starting() implements LndTrouble {
    @Override
    public String message() {
      return "LND is still starting: try again in a moment";
    }
  }

  record Syncing(int height) implements LndTrouble {
    @Override
    public String message() {
      return "LND is still catching up with the chain (block " + height
          + " so far): deposits have to wait until lncli getinfo says synced_to_chain";
    }
  }

  /** @param room the most that all usable channels together can receive now */
  record OutOfInbound(Msat wanted, Msat room) implements LndTrouble {
    @Override
    public String message() {
      return "LND's channels can receive " + room.value() / 1_000 + " sat now, and " + wanted.value() / 1_000
          + " sat are wanted: get inbound liquidity (somebody opens a channel to you, or spend from yours)";
    }
  }

  /** Another network than this node lives on. */
  record WrongNetwork(String wanted, String found) implements Lasting {
    @Override
    public String message() {
      return "LND runs on " + found + ", and this node on " + wanted + ": give --network " + found
          + " or the right LND";
    }
  }

  /** Another LND than the one this node's deposits lie at. */
  record AnotherNode(String known, String found) implements Lasting {
    @Override
    public String message() {
      return "this node's deposits lie at LND " + known + ", and now " + found
          + " answers: give the old one, or a new data directory";
    }
  }

  /** An answer that no LND gives, or one that is too long. */
  record Nonsense(String rest, String what) implements LndTrouble {
    @Override
    public String message() {
      return "what answers at " + rest + " does not speak like LND: " + what;
    }
  }

  /** LND understood and said no; {@code code} is gRPC's, {@code words} are LND's. */
  record Refused(String call, int code, String words) implements Lasting {
    /** gRPC NOT_FOUND. */
    static final int NOT_FOUND = 5;

    @Override
    public String message() {
      return "LND refuses " + call + ": " + words;
    }

    boolean notFound() {
      return code == NOT_FOUND || words.contains("unable to locate invoice")
          || words.contains("there are no existing invoices")
          || words.contains("payment isn't initiated");
    }
  }
}
