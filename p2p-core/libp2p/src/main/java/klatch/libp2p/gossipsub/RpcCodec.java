package klatch.libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.gossipsub.RpcPart.Graft;
import klatch.libp2p.gossipsub.RpcPart.IDontWant;
import klatch.libp2p.gossipsub.RpcPart.IHave;
import klatch.libp2p.gossipsub.RpcPart.IWant;
import klatch.libp2p.gossipsub.RpcPart.Prune;
import klatch.libp2p.gossipsub.RpcPart.Subscription;

/**
 * The protobuf form of an RPC (libp2p pubsub, "The RPC"; GossipSub 1.0 to 1.2, "Protobuf"), without the length in front. Unknown fields are
 * skipped.
 */
final class RpcCodec {
  private static final int SUBSCRIPTIONS = 1;
  private static final int PUBLISH = 2;
  private static final int CONTROL = 3;
  private static final int SUBSCRIBE = 1;
  private static final int SUBSCRIPTION_TOPIC = 2;
  private static final int IHAVE = 1;
  private static final int IWANT = 2;
  private static final int GRAFT = 3;
  private static final int PRUNE = 4;
  private static final int IDONTWANT = 5;
  private static final int CONTROL_TOPIC = 1;
  private static final int IHAVE_IDS = 2;
  private static final int IDS = 1;
  private static final int BACKOFF = 3;

  private RpcCodec() {
  }

  // ---- reading ----

  /** The parts in the order they stand in, control messages too. */
  static List<RpcPart> decode(byte[] bytes, int length) throws MalformedMessageException {
    return new Decoder().rpc(new WireReader(bytes, 0, length));
  }

  private static final class Decoder {
    private final List<RpcPart> parts = new ArrayList<>();
    private int subscriptions;
    private int messages;
    private int controls;
    private int ids;

    List<RpcPart> rpc(WireReader in) throws MalformedMessageException {
      while (in.hasMore()) {
        in.next();
        switch (in.tag()) {
          case SUBSCRIPTIONS -> {
            subscriptions = count(subscriptions, RpcBounds.SUBSCRIPTIONS, "subscriptions");
            parts.add(subscription(in.nested()));
          }
          case PUBLISH -> {
            messages = count(messages, RpcBounds.MESSAGES, "messages");
            parts.add(PubsubMessage.decode(in.array()));
          }
          case CONTROL -> control(in.nested());
          default -> {
            // A later version's.
          }
        }
      }
      return parts;
    }

    private static int count(int before, int most, String what) throws MalformedMessageException {
      if (before == most) {
        throw new MalformedMessageException("RPC with more than " + most + " " + what);
      }
      return before + 1;
    }

    private static Subscription subscription(WireReader in) throws MalformedMessageException {
      boolean subscribe = false;
      String topic = "";
      while (in.hasMore()) {
        in.next();
        switch (in.tag()) {
          case SUBSCRIBE -> subscribe = in.number() != 0;
          case SUBSCRIPTION_TOPIC -> topic = in.text(RpcBounds.TOPIC_BYTES);
          default -> {
            // A later version's.
          }
        }
      }
      return new Subscription(topic, subscribe);
    }

    private void control(WireReader in) throws MalformedMessageException {
      while (in.hasMore()) {
        in.next();
        controls = count(controls, RpcBounds.CONTROLS, "control messages");
        switch (in.tag()) {
          case IHAVE -> ihave(in.nested());
          case IWANT -> parts.add(new IWant(idList(in.nested())));
          case GRAFT -> parts.add(new Graft(prune(in.nested()).topic()));
          case PRUNE -> parts.add(prune(in.nested()));
          case IDONTWANT -> parts.add(new IDontWant(idList(in.nested())));
          default -> {
            // A later version's.
          }
        }
      }
    }

    private void ihave(WireReader in) throws MalformedMessageException {
      String topic = "";
      List<MessageId> found = new ArrayList<>();
      while (in.hasMore()) {
        in.next();
        switch (in.tag()) {
          case CONTROL_TOPIC -> topic = in.text(RpcBounds.TOPIC_BYTES);
          case IHAVE_IDS -> found.add(id(in));
          default -> {
            // A later version's.
          }
        }
      }
      parts.add(new IHave(topic, found));
    }

    private List<MessageId> idList(WireReader in) throws MalformedMessageException {
      List<MessageId> found = new ArrayList<>();
      while (in.hasMore()) {
        in.next();
        if (in.tag() == IDS) {
          found.add(id(in));
        }
      }
      return found;
    }

    private MessageId id(WireReader in) throws MalformedMessageException {
      ids = count(ids, RpcBounds.IDS, "message ids");
      in.requireBytes();
      if (in.end() - in.start() > MessageId.MAX_BYTES) {
        throw new MalformedMessageException(
            "message id of " + (in.end() - in.start()) + " bytes, at most " + MessageId.MAX_BYTES);
      }
      return MessageId.of(in.array());
    }

    /** Reads a GRAFT as well, which has the same first field. */
    private static Prune prune(WireReader in) throws MalformedMessageException {
      String topic = "";
      long backoff = 0;
      while (in.hasMore()) {
        in.next();
        switch (in.tag()) {
          case CONTROL_TOPIC -> topic = in.text(RpcBounds.TOPIC_BYTES);
          case BACKOFF -> backoff = in.number();
          default -> {
            // Peers to connect to instead are not taken from a stranger.
          }
        }
      }
      return new Prune(topic, backoff);
    }
  }

  // ---- writing ----

  /** Upper bound of what {@code part} adds to an RPC. */
  static int bytes(RpcPart part) {
    return switch (part) {
      case PubsubMessage message -> WireWriter.fieldBytes(message.encodedBytes());
      case Subscription s -> 12 + 3 * s.topic().length();
      case Graft g -> 12 + 3 * g.topic().length();
      case Prune p -> 22 + 3 * p.topic().length();
      case IHave h -> 12 + 3 * h.topic().length() + bytes(h.ids());
      case IWant w -> 12 + bytes(w.ids());
      case IDontWant d -> 12 + bytes(d.ids());
    };
  }

  private static int bytes(List<MessageId> ids) {
    int sum = 0;
    for (MessageId id : ids) {
      sum += WireWriter.fieldBytes(id.length());
    }
    return sum;
  }

  static byte[] encode(List<? extends RpcPart> parts) {
    WireWriter out = new WireWriter(256);
    encode(parts, out);
    return out.toByteArray();
  }

  /** Appends an RPC with these parts: subscriptions and messages in their order, then one control field with the rest. */
  static void encode(List<? extends RpcPart> parts, WireWriter out) {
    WireWriter control = new WireWriter(0);
    for (RpcPart part : parts) {
      switch (part) {
        case Subscription s -> out.nested(SUBSCRIPTIONS, new WireWriter(2 + s.topic().length())
            .number(SUBSCRIBE, s.subscribe() ? 1 : 0).text(SUBSCRIPTION_TOPIC, s.topic()));
        case PubsubMessage message -> out.bytes(PUBLISH, message.encoded());
        case IHave h ->
          control.nested(IHAVE, ids(new WireWriter(64).text(CONTROL_TOPIC, h.topic()), IHAVE_IDS, h.ids()));
        case IWant w -> control.nested(IWANT, ids(new WireWriter(64), IDS, w.ids()));
        case Graft g -> control.nested(GRAFT, new WireWriter(64).text(CONTROL_TOPIC, g.topic()));
        case Prune p -> control.nested(PRUNE, prune(p));
        case IDontWant d -> control.nested(IDONTWANT, ids(new WireWriter(64), IDS, d.ids()));
      }
    }
    if (control.size() > 0) {
      out.nested(CONTROL, control);
    }
  }

  private static WireWriter prune(Prune prune) {
    WireWriter inner = new WireWriter(64).text(CONTROL_TOPIC, prune.topic());
    return prune.backoffSeconds() > 0 ? inner.number(BACKOFF, prune.backoffSeconds()) : inner;
  }

  private static WireWriter ids(WireWriter out, int tag, List<MessageId> ids) {
    for (MessageId id : ids) {
      out.id(tag, id);
    }
    return out;
  }
}
