package klatch.libp2p.gossipsub;

import klatch.libp2p.PeerId;

/** What a router wants done. Called inside a step of the router: an implementation notes it down and returns. */
public interface RouterSink {
  /** Send {@code part} to a connected peer, after everything said to it before. */
  void send(PeerId peer, RpcPart part);

  /** If {@code message} still waits to be sent to {@code peer}, it need not be. */
  void cancel(PeerId peer, PubsubMessage message);

  /** Find out whether {@code arrival}'s signature is good, and say so with {@link GossipsubRouter#authenticated}. */
  void authenticate(Arrival arrival);

  /** Ask the application's validators, and answer with {@link GossipsubRouter#validated}. */
  void validate(Arrival arrival);

  /** Hand a valid message to whoever subscribed here. */
  void deliver(PubsubMessage message);
}
