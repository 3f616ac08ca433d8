package klatch.libp2p.identify;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Connection;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerDescription;
import klatch.libp2p.PeerId;
import klatch.libp2p.PublicKeys;
import klatch.libp2p.Stream;
import klatch.libp2p.StreamHandler;
import klatch.libp2p.wire.Bytes;
import klatch.libp2p.wire.Protobuf;
import klatch.libp2p.wire.Varint;
import org.jspecify.annotations.Nullable;

/** {@code /ipfs/id/1.0.0} (libp2p identify): who a peer is, where it listens, what it speaks. */
public final class Identify implements StreamHandler {
  public static final String PROTOCOL = "/ipfs/id/1.0.0";
  private static final String PROTOCOL_VERSION = "klatch/1";
  /** One message; a long answer comes in several. */
  private static final int MAX_MESSAGE_BYTES = 8192;
  private static final int MAX_MESSAGES = 10;
  /** Ours stay under what the strictest implementation takes. */
  private static final int MAX_OWN_MESSAGE_BYTES = 4096;
  private static final int MAX_PROTOCOLS = 256;
  private static final int MAX_TEXT_LENGTH = 512;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final int PUBLIC_KEY = 1;
  private static final int LISTEN_ADDRS = 2;
  private static final int PROTOCOLS = 3;
  private static final int OBSERVED_ADDR = 4;
  private static final int PROTOCOL_VERSION_TAG = 5;
  private static final int AGENT_VERSION = 6;
  private static final int SIGNED_PEER_RECORD = 8;

  private final Host host;
  private final HostOptions options;
  private @Nullable List<Multiaddr> sealedAddresses;
  private byte[] sealedRecord = {};

  public Identify(Host host, HostOptions options) {
    this.host = host;
    this.options = options;
  }

  /**
   * Asks a peer who it is.
   *
   * @throws Libp2pException if it does not speak identify, does not answer in 5 s, or answers nonsense
   */
  public static PeerDescription request(Connection connection) {
    try (Stream stream = connection.open(PROTOCOL)) {
      stream.timeout(TIMEOUT);
      stream.closeWrite();
      return read(connection.remotePeer(), stream.input());
    } catch (IOException e) {
      throw new Libp2pException("peer " + connection.remotePeer() + " did not identify itself: " + e.getMessage(), true,
          e);
    } catch (MalformedMessageException e) {
      throw new Libp2pException("peer " + connection.remotePeer() + " did not identify itself: " + e.getMessage(),
          false, e);
    }
  }

  @Override
  public void handle(Stream stream) throws IOException {
    stream.timeout(TIMEOUT);
    byte[] message = message(stream.connection().remoteAddress());
    stream.output().write(Bytes.join(Varint.encode(message.length), message));
  }

  private byte[] message(Multiaddr observed) {
    List<Multiaddr> addresses = host.listenAddresses().stream().map(Multiaddr::withoutPeer).toList();
    return encode(options.key().publicKey(), addresses, host.protocols(), observed, options.agentVersion(),
        record(addresses));
  }

  /** Our message for a peer seen at {@code observed}. */
  public static byte[] encode(byte[] publicKey, List<Multiaddr> listen, List<String> protocols, Multiaddr observed,
      String agentVersion,
      byte[] signedRecord) {
    Protobuf.Writer message = new Protobuf.Writer().bytes(PUBLIC_KEY, PublicKeys.encode(publicKey));
    listen.forEach(address -> message.bytes(LISTEN_ADDRS, address.bytes()));
    protocols.forEach(protocol -> message.text(PROTOCOLS, protocol));
    byte[] bytes = message.bytes(OBSERVED_ADDR, observed.bytes()).text(PROTOCOL_VERSION_TAG, PROTOCOL_VERSION)
        .text(AGENT_VERSION, agentVersion).bytes(SIGNED_PEER_RECORD, signedRecord).toByteArray();
    if (bytes.length > MAX_OWN_MESSAGE_BYTES) {
      throw new IllegalStateException(
          "identify message of " + bytes.length + " bytes, at most " + MAX_OWN_MESSAGE_BYTES);
    }
    return bytes;
  }

  private synchronized byte[] record(List<Multiaddr> addresses) {
    if (!addresses.equals(sealedAddresses)) {
      sealedRecord = new PeerRecord(host.id(), options.clock().millis(), addresses).seal(options.key());
      sealedAddresses = addresses;
    }
    return sealedRecord;
  }

  /** Reads the messages of an identify stream up to its end and merges them. */
  public static PeerDescription read(PeerId peer, InputStream in) throws IOException, MalformedMessageException {
    Merged merged = new Merged();
    PushbackLength next = new PushbackLength(in);
    for (int i = 0; i < MAX_MESSAGES && next.hasMore(); i++) {
      merged.add(peer, next.message());
    }
    if (!merged.any) {
      throw new MalformedMessageException("no identify message");
    }
    return new PeerDescription(peer, merged.protocolVersion, merged.agentVersion, merged.addresses, merged.protocols,
        Optional.ofNullable(merged.observed), Optional.ofNullable(merged.record));
  }

  /** Length-prefixed messages whose stream may end between two of them. */
  private static final class PushbackLength {
    private final java.io.PushbackInputStream in;

    PushbackLength(InputStream in) {
      this.in = new java.io.PushbackInputStream(in);
    }

    boolean hasMore() throws IOException {
      int b = in.read();
      if (b >= 0) {
        in.unread(b);
      }
      return b >= 0;
    }

    byte[] message() throws IOException, MalformedMessageException {
      int length = Varint.readLength(in, MAX_MESSAGE_BYTES);
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new MalformedMessageException("identify message cut short: " + bytes.length + " of " + length + " bytes");
      }
      return bytes;
    }
  }

  private static final class Merged {
    private final List<Multiaddr> addresses = new ArrayList<>();
    private final List<String> protocols = new ArrayList<>();
    private String protocolVersion = "";
    private String agentVersion = "";
    private @Nullable Multiaddr observed;
    private @Nullable PeerRecord record;
    private boolean any;

    void add(PeerId peer, byte[] message) throws MalformedMessageException {
      any = true;
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
          case PROTOCOL_VERSION_TAG -> protocolVersion = bounded(field.text());
          case AGENT_VERSION -> agentVersion = bounded(field.text());
          case SIGNED_PEER_RECORD -> record = verified(peer, field.array());
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
    private static @Nullable PeerRecord verified(PeerId peer, byte[] envelope) {
      try {
        PeerRecord record = PeerRecord.open(envelope);
        return record.peer().equals(peer) ? record : null;
      } catch (MalformedMessageException e) {
        return null;
      }
    }

    private static void requireKeyOf(PeerId peer, byte[] key) throws MalformedMessageException {
      if (!PeerId.of(PublicKeys.decode(key)).equals(peer)) {
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
  }
}
