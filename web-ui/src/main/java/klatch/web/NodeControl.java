package klatch.web;

import java.util.Optional;

/** What the API asks of the node as a whole. Thread-safe. */
public interface NodeControl {
  /** The Bitcoin network's name: regtest or signet. */
  String network();

  /** The name that this person has chosen, if any. */
  Optional<String> nickname();

  /** Keeps the name for the next start. */
  void rename(String nickname);

  /** Where Lightning peers reach this node, {@code host:port}; empty when it runs without Lightning. */
  Optional<String> lightningAddress();

  /** Asks the node to stop, and returns at once. */
  void stop();
}
