package klatch.libp2p.kad;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.protocol.PeerAddresses;
import klatch.libp2p.wire.Protobuf;

/**
 * The one message of kad-dht, for questions and answers alike.
 *
 * @param key a peer id, a record's key or a content's multihash, after the type
 * @param closer peers nearer to the key than the answering one
 * @param providers peers that have the content
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by content below.
record KadMessage(Type type, byte[] key, Optional<KadRecord> record, List<PeerAddresses> closer,
    List<PeerAddresses> providers) {
  /** Longest message sent or read: the strictest of the known implementations. */
  static final int MAX_BYTES = 16 * 1024;
  /** Longest key; a record's name is a short path, a multihash at most 66 bytes. */
  static final int MAX_KEY_BYTES = 256;
  /** Peers kept of one list; the rest is ignored. */
  static final int MAX_PEERS = 32;
  /** Addresses sent of one peer: with 40 peers the whole stays within {@link #MAX_BYTES}. */
  static final int ADDRESSES_SENT = 8;

  /** The numbers are the specification's. */
  enum Type {
    PUT_VALUE(0), GET_VALUE(1), ADD_PROVIDER(2), GET_PROVIDERS(3), FIND_NODE(4), PING(5);

    private final int code;

    Type(int code) {
      this.code = code;
    }

    static Type of(long code) throws MalformedMessageException {
      for (Type type : values()) {
        if (type.code == code) {
          return type;
        }
      }
      throw new MalformedMessageException("kad message of type " + code + ", 0 to " + PING.code);
    }
  }

  private static final int TYPE = 1;
  private static final int KEY = 2;
  private static final int RECORD = 3;
  private static final int CLOSER_PEERS = 8;
  private static final int PROVIDER_PEERS = 9;

  KadMessage {
    closer = List.copyOf(closer);
    providers = List.copyOf(providers);
  }

  static KadMessage of(Type type, byte[] key) {
    return new KadMessage(type, key, Optional.empty(), List.of(), List.of());
  }

  KadMessage withRecord(KadRecord value) {
    return new KadMessage(type, key, Optional.of(value), closer, providers);
  }

  KadMessage withCloser(List<PeerAddresses> peers) {
    return new KadMessage(type, key, record, peers, providers);
  }

  KadMessage withProviders(List<PeerAddresses> peers) {
    return new KadMessage(type, key, record, closer, peers);
  }

  /** At most {@link #MAX_BYTES}: the peers that do not fit are left out, the farthest first, providers last. */
  byte[] encode() {
    Protobuf.Writer head = new Protobuf.Writer().number(TYPE, type.code);
    if (key.length > 0) {
      head.bytes(KEY, key);
    }
    record.ifPresent(value -> head.bytes(RECORD, value.encode()));
    int left = MAX_BYTES - head.toByteArray().length;
    if (left < 0) {
      throw new IllegalArgumentException("a message of more than " + MAX_BYTES + " bytes without any peer");
    }
    List<byte[]> providing = fitting(providers, PROVIDER_PEERS, left);
    for (byte[] peer : providing) {
      left -= peer.length;
    }
    List<byte[]> nearer = fitting(closer, CLOSER_PEERS, left);
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    out.writeBytes(head.toByteArray());
    nearer.forEach(out::writeBytes);
    providing.forEach(out::writeBytes);
    return out.toByteArray();
  }

  private static List<byte[]> fitting(List<PeerAddresses> peers, int tag, int room) {
    List<byte[]> fields = new ArrayList<>();
    int left = room;
    for (PeerAddresses peer : peers) {
      PeerAddresses shortened = new PeerAddresses(peer.peer(),
          peer.addresses().stream().limit(ADDRESSES_SENT).toList());
      byte[] field = new Protobuf.Writer().bytes(tag, shortened.encode().toByteArray()).toByteArray();
      if (field.length > left) {
        break;
      }
      left -= field.length;
      fields.add(field);
    }
    return fields;
  }

  static KadMessage decode(byte[] message) throws MalformedMessageException {
    // A type left out is the first one: that is how some implementations write PUT_VALUE.
    long type = 0;
    byte[] key = {};
    Optional<KadRecord> record = Optional.empty();
    List<PeerAddresses> closer = new ArrayList<>();
    List<PeerAddresses> providers = new ArrayList<>();
    for (Protobuf.Field field : Protobuf.read(message)) {
      switch (field.tag()) {
        case TYPE -> type = field.number();
        case KEY -> key = field.array();
        case RECORD -> record = Optional.of(KadRecord.decode(field.array()));
        case CLOSER_PEERS -> add(closer, field.array());
        case PROVIDER_PEERS -> add(providers, field.array());
        default -> {
          // The cluster level is not used by anybody; other fields are for later versions.
        }
      }
    }
    if (key.length > MAX_KEY_BYTES) {
      throw new MalformedMessageException("kad key of " + key.length + " bytes, at most " + MAX_KEY_BYTES);
    }
    return new KadMessage(Type.of(type), key, record, closer, providers);
  }

  private static void add(List<PeerAddresses> peers, byte[] message) {
    if (peers.size() < MAX_PEERS) {
      try {
        peers.add(PeerAddresses.decode(message));
      } catch (MalformedMessageException e) {
        // One peer that cannot be read must not lose the others.
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KadMessage that && type == that.type && Arrays.equals(key, that.key)
        && record.equals(that.record) && closer.equals(that.closer) && providers.equals(that.providers);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + Arrays.hashCode(key);
  }
}
