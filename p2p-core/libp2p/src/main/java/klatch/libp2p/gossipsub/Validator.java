package klatch.libp2p.gossipsub;

import klatch.libp2p.PeerId;

/**
 * The application's say on messages of a topic. Called on a virtual thread of its own for every message whose signature is good, many at a
 * time; it may block.
 */
@FunctionalInterface
public interface Validator {
  /** @param source the peer that sent it, who need not be the author */
  Verdict validate(PeerId source, PubsubMessage message);
}
