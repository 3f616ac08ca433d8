package klatch.libp2p.host;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.DialException;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Limits;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.transport.RawConnection;
import klatch.libp2p.transport.Transport;
import klatch.libp2p.transport.Upgrader;

/** How raw connections become those of a host, either way: under a deadline, within the limits, and with a reason when they do not. */
public final class Upgrades {
  private final Limits limits;
  private final Upgrader upgrader;
  private final ConnectionTable connections;
  private final Registry registry;
  private final Handshakes accepting;
  /** Counted apart, so that strangers who fill the one cannot keep us from dialling. */
  private final Handshakes dialling;
  private final Refusals refusals = new Refusals();

  /** Takes connections whose other end has proven a key. */
  @FunctionalInterface
  public interface Registry {
    UpgradedConnection register(RawConnection raw, Upgrader.Upgraded upgraded, boolean outbound) throws IOException;
  }

  public Upgrades(HostOptions options, ConnectionTable connections, Registry registry) {
    this.limits = options.limits();
    this.upgrader = new Upgrader(options.key(), options.security(), options.earlyMuxer(), options.clock());
    this.connections = connections;
    this.registry = registry;
    this.accepting = new Handshakes(limits);
    this.dialling = new Handshakes(limits);
  }

  /** Takes in whoever has connected; blocks for the handshake. */
  public void accept(RawConnection raw, Transport.Negotiation negotiation) {
    try (Handshakes.Pending pending = accepting.begin(raw.remoteHost())) {
      pending.guard(raw);
      connections.admit(raw.remoteHost());
      secure(pending, negotiation, raw, Optional.empty(), false, false);
    } catch (IOException | MalformedMessageException e) {
      refusals.add(raw.remoteAddress().toString(), String.valueOf(e.getMessage()));
      raw.closeGently();
    } catch (RuntimeException e) {
      // An error of our own: nobody else would close it, for its deadline ends with the handshake.
      raw.close();
      throw e;
    }
  }

  /**
   * Reaches an address; blocks.
   *
   * @throws DialException if that fails, or a limit is reached
   */
  public UpgradedConnection dial(Transport transport, Multiaddr address, Optional<PeerId> expected) {
    RawConnection[] opened = new RawConnection[1];
    try (Handshakes.Pending pending = dialling.begin(Optional.empty())) {
      connections.requireRoom();
      RawConnection raw = transport.dial(address, limits.timeouts().dial(), connection -> {
        opened[0] = connection;
        pending.guard(connection);
      });
      opened[0] = raw;
      return secure(pending, r -> r, raw, expected, true, true);
    } catch (IOException | MalformedMessageException e) {
      if (opened[0] != null) {
        opened[0].close();
      }
      throw new DialException("cannot connect to " + address + ": " + e.getMessage(), e instanceof IOException, e);
    }
  }

  /**
   * Makes a connection of a raw one that is there; blocks for the handshake.
   *
   * @throws DialException if that fails, or a limit is reached; the raw connection is closed then
   */
  public UpgradedConnection upgrade(RawConnection raw, boolean initiator, boolean outbound, Optional<PeerId> expected) {
    try (Handshakes.Pending pending = dialling.begin(Optional.empty())) {
      pending.guard(raw);
      connections.requireRoom();
      return secure(pending, r -> r, raw, expected, initiator, outbound);
    } catch (IOException | MalformedMessageException e) {
      raw.close();
      throw new DialException("no handshake with " + raw.remoteAddress() + ": " + e.getMessage(),
          e instanceof IOException, e);
    }
  }

  private UpgradedConnection secure(Handshakes.Pending pending, Transport.Negotiation negotiation, RawConnection opened,
      Optional<PeerId> expected, boolean initiator, boolean outbound) throws IOException, MalformedMessageException {
    try {
      RawConnection raw = negotiation.run(opened);
      return registry.register(raw, initiator ? upgrader.initiate(raw, expected) : upgrader.respond(raw, expected),
          outbound);
    } catch (IOException e) {
      if (pending.expired()) {
        throw new IOException("the handshake took longer than " + limits.timeouts().handshake().toMillis() + " ms", e);
      }
      throw e;
    }
  }

  /** Cuts off those that took too long; called a few times a second. */
  public void tick(long nowNanos) {
    accepting.tick(nowNanos);
    dialling.tick(nowNanos);
  }

  /** How many others are connecting to us. */
  public int underWay() {
    return accepting.count();
  }

  /** The last inbound connections that did not come about, with the reason, oldest first. */
  public List<String> refusals() {
    return refusals.list();
  }

  /** Cuts off all that are under way. */
  public void close() {
    accepting.closeAll();
    dialling.closeAll();
  }
}
