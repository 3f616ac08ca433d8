package klatch.libp2p.simulation;

import klatch.libp2p.gossipsub.MessageId;
import klatch.libp2p.gossipsub.PubsubMessage;
import klatch.libp2p.gossipsub.RpcPart;

/** Bytes of RPC parts on the wire, near enough: what encryption and streams add, and a signature, is counted too. */
final class Sizes {
  /** yamux header, Noise length and tag, RPC length. */
  private static final int FRAME_BYTES = 12 + 18 + 3;
  /** Signature and key, which simulated messages lack. */
  private static final int SIGNATURE_BYTES = 66 + 38;
  private static final int ID_BYTES = 48;

  private Sizes() {
  }

  static int of(RpcPart part) {
    return switch (part) {
      case PubsubMessage message -> FRAME_BYTES + SIGNATURE_BYTES + message.dataBytes() + 80;
      case RpcPart.Subscription s -> FRAME_BYTES + s.topic().length() + 6;
      case RpcPart.Graft graft -> FRAME_BYTES + graft.topic().length() + 6;
      case RpcPart.Prune prune -> FRAME_BYTES + prune.topic().length() + 9;
      case RpcPart.IHave iHave -> FRAME_BYTES + iHave.topic().length() + ids(iHave.ids());
      case RpcPart.IWant iWant -> FRAME_BYTES + ids(iWant.ids());
      case RpcPart.IDontWant iDontWant -> FRAME_BYTES + ids(iDontWant.ids());
    };
  }

  private static int ids(java.util.List<MessageId> ids) {
    return ids.size() * ID_BYTES + 6;
  }
}
