package klatch.libp2p.autonat;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import klatch.libp2p.Connection;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.Stream;
import klatch.libp2p.protocol.Frames;
import klatch.libp2p.protocol.IpGroup;

/**
 * Asks others whether our addresses can be dialled (libp2p autonat-v2, with {@link AutoNatV1} for those that know nothing newer). An address
 * only counts as reachable when the server's dial has brought us the nonce that we gave it.
 */
public final class AutoNat implements AutoCloseable {
  /** What a server answers to and what it is recognised by. */
  public static final String PROTOCOL = DialMessage.PROTOCOL;
  /** The server dials meanwhile. */
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  /** A nonce comes before the answer; on a busy machine its handler may be a little late. */
  private static final Duration NONCE_LATE = Duration.ofSeconds(5);

  private final Host host;
  private final SecureRandom random = new SecureRandom();
  private final Map<Long, CompletableFuture<Multiaddr>> expected = new ConcurrentHashMap<>();
  private final Reachability reachability = new Reachability();

  private AutoNat(Host host) {
    this.host = host;
  }

  /** Starts on a host: servers can dial back from now on. */
  public static AutoNat start(Host host) {
    AutoNat autoNat = new AutoNat(host);
    host.handle(DialBack.PROTOCOL, autoNat::dialledBack);
    return autoNat;
  }

  /** What one server found. */
  public sealed interface Finding {
    /** It dialled this address and proved it. */
    record Reachable(Multiaddr address) implements Finding {
    }

    /** It dialled this address in vain. */
    record Unreachable(Multiaddr address) implements Finding {
    }

    /** It dialled nothing, or proved nothing. */
    record Unknown(String reason) implements Finding {
    }
  }

  /** All that servers have found so far. */
  public Reachability reachability() {
    return reachability;
  }

  /**
   * Asks a server to dial the first of these addresses that it is willing to.
   *
   * @throws Libp2pException if it does not speak version 2, does not answer within 30 s, or answers nonsense
   */
  public Finding check(Connection server, List<Multiaddr> addresses) {
    List<Multiaddr> asked = addresses.stream().map(Multiaddr::withoutPeer).limit(DialMessage.MAX_ADDRESSES).toList();
    long nonce = random.nextLong();
    CompletableFuture<Multiaddr> arrival = new CompletableFuture<>();
    expected.put(nonce, arrival);
    try (Stream stream = server.open(DialMessage.PROTOCOL)) {
      stream.timeout(TIMEOUT);
      Frames.write(stream.output(), new DialMessage.Request(asked, nonce).encode());
      Finding finding = judge(answer(stream, asked.size()), asked, arrival);
      enter(server, finding);
      return finding;
    } catch (IOException e) {
      throw new Libp2pException("no autonat answer from " + server.remotePeer() + ": " + e.getMessage(), true, e);
    } catch (MalformedMessageException e) {
      throw new Libp2pException("no autonat answer from " + server.remotePeer() + ": " + e.getMessage(), false, e);
    } finally {
      expected.remove(nonce);
    }
  }

  private void enter(Connection server, Finding finding) {
    Optional<IpGroup> network = IpGroup.of(server.remoteAddress());
    if (network.isPresent()) {
      switch (finding) {
        case Finding.Reachable(Multiaddr address) -> reachability.add(address, network.get(), true);
        case Finding.Unreachable(Multiaddr address) -> reachability.add(address, network.get(), false);
        case Finding.Unknown _ -> {
          // Nothing was learnt.
        }
      }
    }
  }

  /** Reads the answer, and pays for it once if the server asks for that. */
  private static DialMessage.Response answer(Stream stream, int addresses)
      throws IOException, MalformedMessageException {
    DialMessage message = DialMessage.decode(Frames.read(stream.input(), DialMessage.MAX_BYTES));
    if (message instanceof DialMessage.DataRequest(int index, long bytes)) {
      if (index >= addresses || bytes > AutoNatServer.MAX_DATA_BYTES) {
        stream.reset();
        throw new MalformedMessageException("autonat server wants " + bytes + " bytes for address " + index
            + ", at most " + AutoNatServer.MAX_DATA_BYTES + " for one of " + addresses);
      }
      byte[] piece = new byte[AutoNatServer.MAX_PIECE_BYTES];
      for (long left = bytes; left > 0; left -= piece.length) {
        Frames.write(stream.output(),
            new DialMessage.Data(Arrays.copyOf(piece, (int) Math.min(piece.length, left))).encode());
      }
      message = DialMessage.decode(Frames.read(stream.input(), DialMessage.MAX_BYTES));
    }
    if (message instanceof DialMessage.Response response) {
      return response;
    }
    throw new MalformedMessageException("autonat server answers with a request");
  }

  private static Finding judge(DialMessage.Response response, List<Multiaddr> asked,
      CompletableFuture<Multiaddr> arrival) throws MalformedMessageException {
    if (response.status() != DialMessage.OK) {
      return new Finding.Unknown(switch (response.status()) {
        case DialMessage.REQUEST_REJECTED -> "the server serves no more for now";
        case DialMessage.DIAL_REFUSED -> "the server dials none of these addresses";
        default -> "status " + response.status();
      });
    }
    if (response.addressIndex() >= asked.size()) {
      throw new MalformedMessageException(
          "autonat answer about address " + response.addressIndex() + " of " + asked.size());
    }
    Multiaddr address = asked.get(response.addressIndex());
    return switch (response.dialStatus()) {
      case DialMessage.OK -> arrived(arrival)
          ? new Finding.Reachable(address)
          : new Finding.Unknown("the server says it has dialled, but its nonce never came");
      case DialMessage.DIAL_ERROR -> new Finding.Unreachable(address);
      case DialMessage.DIAL_BACK_ERROR -> new Finding.Unknown("the server could not hand its nonce over");
      default -> new Finding.Unknown("dial status " + response.dialStatus());
    };
  }

  private static boolean arrived(CompletableFuture<Multiaddr> arrival) {
    try {
      arrival.get(NONCE_LATE.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void dialledBack(Stream stream) throws IOException, MalformedMessageException {
    stream.timeout(TIMEOUT);
    long nonce = DialBack.nonce(Frames.read(stream.input(), DialBack.MAX_BYTES));
    CompletableFuture<Multiaddr> arrival = expected.get(nonce);
    if (arrival == null) {
      throw new MalformedMessageException("a dial back that nobody has asked for");
    }
    arrival.complete(stream.connection().localAddress());
    Frames.write(stream.output(), DialBack.ok());
  }

  @Override
  public void close() {
    host.removeHandler(DialBack.PROTOCOL);
  }
}
