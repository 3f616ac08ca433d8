package klatch.libp2p;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Publish and subscribe under one name, among all peers that know the name. Safe for any thread. */
public interface Topic extends AutoCloseable {
  /** A message that came by a topic. */
  interface Message {
    String topic();

    /** Who published it, proved by a signature; empty where messages are not signed. */
    Optional<PeerId> author();

    byte[] data();
  }

  String name();

  /**
   * Joins the topic, and from now on calls {@code subscriber} with every message of others, once each, one after another, on a virtual
   * thread of its own. A subscriber that is too slow misses messages.
   */
  void subscribe(Consumer<Message> subscriber);

  /**
   * Sends {@code data} to the topic; it need not be joined.
   *
   * @return to how many peers it was sent at once; they pass it on
   * @throws IllegalArgumentException if it is too large
   */
  int publish(byte[] data);

  /** Connected peers that have joined the topic. */
  List<PeerId> peers();

  /** Leaves the topic: no subscriber is called any more. */
  @Override
  void close();
}
