package klatch.libp2p.gossipsub;

import java.util.List;

/** One thing a peer says to another; an RPC is a list of them. */
public sealed interface RpcPart
    permits RpcPart.Subscription, RpcPart.IHave, RpcPart.IWant, RpcPart.Graft, RpcPart.Prune,
    RpcPart.IDontWant, PubsubMessage {

  /** The sender wants messages of {@code topic} from now on, or no longer. */
  record Subscription(String topic, boolean subscribe) implements RpcPart {
  }

  /** The sender has these messages and sends them to whoever asks. */
  record IHave(String topic, List<MessageId> ids) implements RpcPart {
    public IHave {
      ids = List.copyOf(ids);
    }
  }

  /** The sender asks for these messages. */
  record IWant(List<MessageId> ids) implements RpcPart {
    public IWant {
      ids = List.copyOf(ids);
    }
  }

  /** The sender has made the receiver a neighbour in the mesh of {@code topic}. */
  record Graft(String topic) implements RpcPart {
  }

  /**
   * The receiver is no neighbour any more. Peers that a PRUNE may name are neither sent nor read here.
   *
   * @param backoffSeconds how long neither may graft the other again; 0 when the sender did not say
   */
  record Prune(String topic, long backoffSeconds) implements RpcPart {
  }

  /** The sender has these messages already. */
  record IDontWant(List<MessageId> ids) implements RpcPart {
    public IDontWant {
      ids = List.copyOf(ids);
    }
  }
}
