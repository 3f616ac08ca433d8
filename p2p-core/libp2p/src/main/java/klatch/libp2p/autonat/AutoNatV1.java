package klatch.libp2p.autonat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Connection;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.Stream;
import klatch.libp2p.protocol.Frames;
import klatch.libp2p.protocol.PeerAddresses;
import klatch.libp2p.wire.Protobuf;

/**
 * AutoNAT v1 as a client, for servers that know nothing newer (libp2p autonat-v1). The server's word is all there is: version 2 proves it
 * with a nonce.
 */
public final class AutoNatV1 {
  public static final String PROTOCOL = "/libp2p/autonat/1.0.0";
  /** The server dials meanwhile. */
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int TYPE = 1;
  private static final int DIAL = 2;
  private static final int DIAL_RESPONSE = 3;
  private static final int TYPE_DIAL = 0;
  private static final int TYPE_DIAL_RESPONSE = 1;
  private static final int OK = 0;
  private static final int E_DIAL_ERROR = 100;

  private AutoNatV1() {
  }

  /** What the server answered. */
  public sealed interface Answer {
    /** It reached us at this address. */
    record Reachable(Optional<Multiaddr> address) implements Answer {
    }

    /** It tried and did not reach us. */
    record Unreachable(String text) implements Answer {
    }

    /** It did not try: status 101, 200 or 300 of the specification. */
    record Refused(long status, String text) implements Answer {
    }
  }

  /**
   * Asks a server to dial us at {@code addresses}; it tries those with the IP address it sees us at.
   *
   * @throws Libp2pException if it does not speak version 1 or does not answer within 30 s
   */
  public static Answer ask(Connection server, PeerId self, List<Multiaddr> addresses) {
    try (Stream stream = server.open(PROTOCOL)) {
      stream.timeout(TIMEOUT);
      Frames.write(stream.output(), request(self, addresses));
      return answer(Frames.read(stream.input(), DialMessage.MAX_BYTES));
    } catch (IOException e) {
      throw new Libp2pException("no autonat answer from " + server.remotePeer() + ": " + e.getMessage(), true, e);
    } catch (MalformedMessageException e) {
      throw new Libp2pException("no autonat answer from " + server.remotePeer() + ": " + e.getMessage(), false, e);
    }
  }

  static byte[] request(PeerId self, List<Multiaddr> addresses) {
    List<Multiaddr> bare = addresses.stream().map(Multiaddr::withoutPeer).limit(PeerAddresses.MAX_ADDRESSES).toList();
    byte[] peer = new PeerAddresses(self, bare).encode().toByteArray();
    return new Protobuf.Writer().number(TYPE, TYPE_DIAL)
        .bytes(DIAL, new Protobuf.Writer().bytes(1, peer).toByteArray()).toByteArray();
  }

  static Answer answer(byte[] message) throws MalformedMessageException {
    long type = 0;
    Optional<byte[]> response = Optional.empty();
    for (Protobuf.Field field : Protobuf.read(message)) {
      type = field.tag() == TYPE ? field.number() : type;
      response = field.tag() == DIAL_RESPONSE ? Optional.of(field.array()) : response;
    }
    if (type != TYPE_DIAL_RESPONSE || response.isEmpty()) {
      throw new MalformedMessageException("autonat answer of type " + type + ", expected " + TYPE_DIAL_RESPONSE);
    }
    long status = 0;
    String text = "";
    Optional<Multiaddr> address = Optional.empty();
    for (Protobuf.Field field : Protobuf.read(response.get())) {
      switch (field.tag()) {
        case 1 -> status = field.number();
        case 2 -> text = field.text();
        case 3 -> address = Optional.of(Multiaddr.fromBytes(field.array()));
        default -> {
          // Unknown fields are for later versions.
        }
      }
    }
    if (status == OK) {
      return new Answer.Reachable(address);
    }
    return status == E_DIAL_ERROR ? new Answer.Unreachable(text) : new Answer.Refused(status, text);
  }
}
