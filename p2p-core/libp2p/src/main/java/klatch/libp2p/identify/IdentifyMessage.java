package klatch.libp2p.identify;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerDescription;
import klatch.libp2p.PeerId;
import klatch.libp2p.PublicKey;
import klatch.libp2p.wire.Bytes;
import klatch.libp2p.wire.Protobuf;
import klatch.libp2p.wire.Varint;
import org.jspecify.annotations.Nullable;

/** What one identify or push stream carries: one or several {@code Identify} messages that are merged (libp2p identify). One thread uses it. */
final class IdentifyMessage {
  /** One message read; a long answer comes in several. */
  private static final int MAX_MESSAGE_BYTES = 8192;
  private static final int MAX_MESSAGES = 10;
  /** Ours stay under what the strictest implementation takes. */
  static final int MAX_OWN_MESSAGE_BYTES = 4096;
  private static final int MAX_PROTOCOLS = 256;
  private static final int MAX_TEXT_LENGTH = 512;

  private static final int PUBLIC_KEY = 1;
  private static final int LISTEN_ADDRS = 2;
  private static final int PROTOCOLS = 3;
  private static final int OBSERVED_ADDR = 4;
  private static final int PROTOCOL_VERSION = 5;
  private static final int AGENT_VERSION = 6;
  private static final int SIGNED_PEER_RECORD = 8;

  private final List<Multiaddr> addresses = new ArrayList<>();
  private final List<String> protocols = new ArrayList<>();
  private @Nullable String protocolVersion;
  private @Nullable String agentVersion;
  private @Nullable Multiaddr observed;
  private @Nullable PeerRecord record;
  private @Nullable SignedEnvelope envelope;
  private int messages;

  private IdentifyMessage() {
  }

  /** What we say of ourselves. */
  record Self(PublicKey key, List<Multiaddr> listen, List<String> protocols, String protocolVersion,
      String agentVersion, SignedEnvelope envelope) {
    Self {
      listen = List.copyOf(listen);
      protocols = List.copyOf(protocols);
    }
  }

  /** Our messages, each with its length in front, as few as the limit of one allows. */
  static byte[] encode(Self self, Optional<Multiaddr> observed) {
    List<byte[]> fields = new ArrayList<>();
    fields.add(field().bytes(PUBLIC_KEY, self.key().encode()).toByteArray());
    self.listen().forEach(address -> fields.add(field().bytes(LISTEN_ADDRS, address.bytes()).toByteArray()));
    self.protocols().forEach(protocol -> fields.add(field().text(PROTOCOLS, protocol).toByteArray()));
    observed.ifPresent(address -> fields.add(field().bytes(OBSERVED_ADDR, address.bytes()).toByteArray()));
    fields.add(field().text(PROTOCOL_VERSION, self.protocolVersion()).toByteArray());
    fields.add(field().text(AGENT_VERSION, self.agentVersion()).toByteArray());
    fields.add(field().bytes(SIGNED_PEER_RECORD, self.envelope().encode()).toByteArray());
    byte[] all = {};
    byte[] message = {};
    for (byte[] one : fields) {
      if (one.length > MAX_OWN_MESSAGE_BYTES) {
        throw new IllegalStateException("identify field of " + one.length + " bytes");
      }
      if (message.length + one.length > MAX_OWN_MESSAGE_BYTES) {
        all = Bytes.join(all, Varint.encode(message.length), message);
        message = one;
      } else {
        message = Bytes.join(message, one);
      }
    }
    return Bytes.join(all, Varint.encode(message.length), message);
  }

  private static Protobuf.Writer field() {
    return new Protobuf.Writer();
  }

  /** Reads the messages of a stream up to its end and merges them. */
  static IdentifyMessage read(PeerId peer, InputStream stream) throws IOException, MalformedMessageException {
    PushbackInputStream in = new PushbackInputStream(stream);
    IdentifyMessage merged = new IdentifyMessage();
    while (merged.messages < MAX_MESSAGES && hasMore(in)) {
      int length = Varint.readLength(in, MAX_MESSAGE_BYTES);
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new MalformedMessageException("identify message cut short: " + bytes.length + " of " + length + " bytes");
      }
      merged.add(peer, bytes);
    }
    if (merged.messages == 0) {
      throw new MalformedMessageException("no identify message");
    }
    return merged;
  }

  private static boolean hasMore(PushbackInputStream in) throws IOException {
    int b = in.read();
    if (b >= 0) {
      in.unread(b);
    }
    return b >= 0;
  }

  private void add(PeerId peer, byte[] message) throws MalformedMessageException {
    messages++;
    for (Protobuf.Field field : Protobuf.read(message)) {
      switch (field.tag()) {
        case PUBLIC_KEY -> requireKeyOf(peer, field.array());
        case LISTEN_ADDRS -> addAddress(field.array());
        case PROTOCOLS -> {
          if (protocols.size() < MAX_PROTOCOLS) {
            protocols.add(bounded(field.text()));
          }
        }
        case OBSERVED_ADDR -> observed = readable(field.array()).orElse(null);
        case PROTOCOL_VERSION -> protocolVersion = bounded(field.text());
        case AGENT_VERSION -> agentVersion = bounded(field.text());
        case SIGNED_PEER_RECORD -> addRecord(peer, field.array());
        default -> {
          // Unknown fields are for later versions.
        }
      }
    }
  }

  private void addAddress(byte[] bytes) {
    if (addresses.size() < PeerRecord.MAX_ADDRESSES) {
      readable(bytes).ifPresent(addresses::add);
    }
  }

  private static Optional<Multiaddr> readable(byte[] bytes) {
    try {
      return Optional.of(Multiaddr.fromBytes(bytes));
    } catch (MalformedMessageException e) {
      // One address that cannot be read must not lose the others.
      return Optional.empty();
    }
  }

  /** A record that does not verify is left out; implementations differ in what they sign, and identify must not fail over it. */
  private void addRecord(PeerId peer, byte[] bytes) {
    try {
      SignedEnvelope opened = SignedEnvelope.decode(bytes);
      PeerRecord signed = PeerRecord.open(opened);
      if (signed.peer().equals(peer)) {
        record = signed;
        envelope = opened;
      }
    } catch (MalformedMessageException e) {
      record = null;
      envelope = null;
    }
  }

  private static void requireKeyOf(PeerId peer, byte[] key) throws MalformedMessageException {
    if (!PublicKey.decode(key).peerId().equals(peer)) {
      throw new MalformedMessageException("identify with a public key that is not the peer's");
    }
  }

  private static String bounded(String text) throws MalformedMessageException {
    if (text.length() > MAX_TEXT_LENGTH) {
      throw new MalformedMessageException(
          "identify text of " + text.length() + " characters, at most " + MAX_TEXT_LENGTH);
    }
    return text;
  }

  /** The description with what this said; what it did not say stays as it was {@code before}. */
  PeerDescription onto(PeerId peer, Optional<PeerDescription> before) {
    return new PeerDescription(peer, said(protocolVersion, before.map(PeerDescription::protocolVersion)),
        said(agentVersion, before.map(PeerDescription::agentVersion)),
        addresses.isEmpty() ? before.map(PeerDescription::listenAddresses).orElse(List.of()) : addresses,
        protocols.isEmpty() ? before.map(PeerDescription::protocols).orElse(List.of()) : protocols,
        Optional.ofNullable(observed).or(() -> before.flatMap(PeerDescription::observedAddress)),
        Optional.ofNullable(record).or(() -> before.flatMap(PeerDescription::record)),
        Optional.ofNullable(envelope).or(() -> before.flatMap(PeerDescription::envelope)));
  }

  private static String said(@Nullable String now, Optional<String> before) {
    return now != null ? now : before.orElse("");
  }
}
