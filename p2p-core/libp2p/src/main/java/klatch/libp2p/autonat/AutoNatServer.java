package klatch.libp2p.autonat;

import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.MultiaddrProtocol;
import klatch.libp2p.PeerId;
import klatch.libp2p.Stream;
import klatch.libp2p.protocol.Frames;
import klatch.libp2p.protocol.IpGroup;
import klatch.libp2p.protocol.RateLimit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dials those who ask whether they can be dialled (libp2p autonat-v2). It dials from a host of its own with a key of its own, so that
 * neither a connection nor a port that the asker already knows can make the dial succeed. An address at another IP than the asker's costs
 * the asker 30 to 100 kB first, more than dialling it costs whoever is there.
 */
public final class AutoNatServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AutoNatServer.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  /** What an address at another IP costs at least; a handshake takes less than 10 kB. */
  static final int MIN_DATA_BYTES = 30_000;
  /** What it costs at most. */
  static final int MAX_DATA_BYTES = 100_000;
  /** Largest piece of it. */
  static final int MAX_PIECE_BYTES = 4096;
  /** Smallest piece, except for the last: smaller ones would cost us more than the asker. */
  private static final int MIN_PIECE_BYTES = 100;
  private static final int RATE_KEYS = 4096;
  /** An IP address may ask as often as so many peers. */
  private static final int PEERS_PER_IP = 4;

  private final Host host;
  private final Host dialler;
  private final AutoNatOptions options;
  private final SecureRandom random = new SecureRandom();
  private final RateLimit<PeerId> perPeer;
  private final RateLimit<IpGroup> perIp;
  private final RateLimit<Boolean> all;

  private AutoNatServer(Host host, AutoNatOptions options) {
    this.host = host;
    this.options = options;
    this.dialler = Host.create(HostOptions.of(Ed25519Key.generate()));
    this.perPeer = new RateLimit<>(options.requestBurst(), options.requestPause(), RATE_KEYS, System::nanoTime);
    this.perIp = new RateLimit<>(options.requestBurst() * PEERS_PER_IP, options.requestPause().dividedBy(PEERS_PER_IP),
        RATE_KEYS, System::nanoTime);
    this.all = new RateLimit<>(options.allBurst(), options.allPause(), 1, System::nanoTime);
  }

  /** Serves on a host from now on. */
  public static AutoNatServer serve(Host host, AutoNatOptions options) {
    AutoNatServer server = new AutoNatServer(host, options);
    host.handle(DialMessage.PROTOCOL, server::serve);
    return server;
  }

  @Override
  public void close() {
    host.removeHandler(DialMessage.PROTOCOL);
    dialler.close();
  }

  private void serve(Stream stream) throws IOException, MalformedMessageException {
    stream.timeout(TIMEOUT);
    if (!(DialMessage
        .decode(Frames.read(stream.input(), DialMessage.MAX_BYTES)) instanceof DialMessage.Request request)) {
      throw new MalformedMessageException("an autonat stream that does not begin with a request");
    }
    Optional<InetAddress> observed = IpGroup.ip(stream.connection().remoteAddress())
        .filter(ip -> !isRelayed(stream.connection()));
    if (observed.isEmpty() || !allows(stream.remotePeer(), observed.get())) {
      answer(stream, new DialMessage.Response(DialMessage.REQUEST_REJECTED, 0, 0));
      return;
    }
    int index = 0;
    while (index < request.addresses().size() && !mayDial(request.addresses().get(index), stream.remotePeer())) {
      index++;
    }
    if (index == request.addresses().size()) {
      answer(stream, new DialMessage.Response(DialMessage.DIAL_REFUSED, 0, 0));
      return;
    }
    Multiaddr address = request.addresses().get(index);
    if (!IpGroup.ip(address).equals(observed)) {
      exact(stream, index);
    }
    int dialStatus = dial(address, stream.remotePeer(), request.nonce());
    answer(stream, new DialMessage.Response(DialMessage.OK, index, dialStatus));
  }

  /** Behind a relay the address is the relay's, and says nothing of where the asker is. */
  private static boolean isRelayed(Connection connection) {
    return connection.remoteAddress().components().stream()
        .anyMatch(part -> part.protocol() == MultiaddrProtocol.P2P_CIRCUIT);
  }

  private boolean allows(PeerId peer, InetAddress ip) {
    return perPeer.allows(peer) && perIp.allows(IpGroup.of(ip)) && all.allows(true);
  }

  private static void answer(Stream stream, DialMessage.Response response) throws IOException {
    Frames.write(stream.output(), response.encode());
  }

  private boolean mayDial(Multiaddr address, PeerId asker) {
    boolean others = address.components().stream().anyMatch(part -> part.protocol() == MultiaddrProtocol.P2P)
        && !address.equals(address.withoutPeer().withPeer(asker));
    return address.isTcp() && !others && IpGroup.ip(address).filter(options.mayDial()).isPresent();
  }

  /** Has the asker send what another IP address costs. */
  private void exact(Stream stream, int index) throws IOException, MalformedMessageException {
    long due = (long) MIN_DATA_BYTES + random.nextInt(MAX_DATA_BYTES - MIN_DATA_BYTES + 1);
    Frames.write(stream.output(), new DialMessage.DataRequest(index, due).encode());
    while (due > 0) {
      if (!(DialMessage.decode(Frames.read(stream.input(), DialMessage.MAX_BYTES)) instanceof DialMessage.Data data)) {
        throw new MalformedMessageException("autonat data expected, " + due + " bytes due");
      }
      int piece = data.bytes().length;
      if (piece > MAX_PIECE_BYTES || (piece < MIN_PIECE_BYTES && piece < due)) {
        throw new MalformedMessageException(
            "a piece of " + piece + " bytes, " + MIN_PIECE_BYTES + " to " + MAX_PIECE_BYTES);
      }
      due -= piece;
    }
  }

  private int dial(Multiaddr address, PeerId asker, long nonce) {
    try (Connection connection = dialler.connect(address.withoutPeer().withPeer(asker))) {
      return handOver(connection, nonce) ? DialMessage.OK : DialMessage.DIAL_BACK_ERROR;
    } catch (Libp2pException e) {
      LOG.debug("{} is not at {}: {}", asker, address, e.getMessage());
      return DialMessage.DIAL_ERROR;
    }
  }

  private static boolean handOver(Connection connection, long nonce) {
    try (Stream stream = connection.open(DialBack.PROTOCOL)) {
      stream.timeout(TIMEOUT);
      Frames.write(stream.output(), DialBack.encode(nonce));
      // An answer that is not ok is refused, none at all is not: some implementations leave it out.
      Optional<byte[]> answer = Frames.readUnlessEnded(stream.input(), DialBack.MAX_BYTES);
      if (answer.isPresent()) {
        DialBack.requireOk(answer.get());
      }
      return true;
    } catch (IOException | MalformedMessageException | Libp2pException e) {
      LOG.debug("the nonce did not get through to {}: {}", connection.remotePeer(), e.getMessage());
      return false;
    }
  }
}
