package klatch.cli.node;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** A node that has started: its local API answers. */
public interface RunningNode extends AutoCloseable {
  /** Starts a node, or says why not. */
  @FunctionalInterface
  interface Starter {
    /** @throws StartRefusedException if the node cannot start; its message is for the person who typed the command */
    RunningNode start(NodeOptions options);
  }

  /** The local API's root, such as {@code http://127.0.0.1:41233}. */
  URI apiUrl();

  /** A link that opens the pages in one browser, once; another one at every call. */
  URI pagesLink();

  String peerId();

  /** Multiaddrs that others can dial. */
  List<String> listenAddresses();

  /** What this node does without, in words for its person: for example that no chain was given, so no deposits. */
  List<String> notices();

  /**
   * Returns when the node was told to stop, through its API or by a signal, or when it had to stop by itself.
   *
   * @throws StartRefusedException if it stopped because a part that starts behind the API could not
   */
  void awaitStop() throws InterruptedException;

  /** Why it stopped by itself, in words for its person; empty while it runs, and when it was told to stop. */
  Optional<String> failure();

  /** How to start it again, when it has stopped for that; empty otherwise. */
  default Optional<NodeOptions> again() {
    return Optional.empty();
  }

  /** Stops everything in order; may be called twice. */
  @Override
  void close();
}
