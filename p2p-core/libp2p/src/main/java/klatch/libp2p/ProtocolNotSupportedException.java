package klatch.libp2p;

import java.util.List;

/** The peer speaks none of the protocols asked for. */
public final class ProtocolNotSupportedException extends Libp2pException {
  public ProtocolNotSupportedException(PeerId peer, List<String> protocols) {
    super("peer " + peer + " does not speak " + String.join(", ", protocols), false);
  }
}
