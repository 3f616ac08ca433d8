package klatch.libp2p.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import klatch.libp2p.Connection;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.Limits;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerDescription;
import klatch.libp2p.PeerId;
import klatch.libp2p.ProtocolNotSupportedException;
import klatch.libp2p.PublicKey;
import klatch.libp2p.Stream;
import klatch.libp2p.StreamHandler;
import klatch.libp2p.multistream.MultistreamSelect;
import klatch.libp2p.transport.RawConnection;
import klatch.libp2p.transport.Upgrader;
import klatch.libp2p.yamux.BufferBudget;
import klatch.libp2p.yamux.YamuxBytes;
import klatch.libp2p.yamux.YamuxSession;
import klatch.libp2p.yamux.YamuxStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection over any transport, secured, with yamux streams. */
public final class UpgradedConnection implements Connection, YamuxSession.Events {
  private static final Logger LOG = LoggerFactory.getLogger(UpgradedConnection.class);

  /** What the host sees of its connections. */
  public interface Owner {
    Optional<StreamHandler> handler(String protocol);

    List<String> protocols();

    /** Runs a task on a virtual thread of the host. */
    void execute(Runnable task);

    void closed(UpgradedConnection connection);
  }

  private final Owner owner;
  private final Limits limits;
  private final PublicKey remoteKey;
  private final PeerId remotePeer;
  private final Multiaddr remoteAddress;
  private final Multiaddr localAddress;
  private final RawConnection raw;
  private final boolean outbound;
  private final long openedNanos = System.nanoTime();
  private volatile Optional<PeerDescription> description = Optional.empty();
  private final YamuxSession session;
  private final List<Consumer<Connection>> closeListeners = new ArrayList<>();
  private boolean closeTold;

  /** {@code outbound}: whether we dialled, whichever side opened the negotiation. */
  public UpgradedConnection(Owner owner, Limits limits, RawConnection raw, Upgrader.Upgraded upgraded,
      boolean outbound, BufferBudget budget) {
    this.owner = owner;
    this.limits = limits;
    this.raw = raw;
    this.remoteKey = upgraded.remoteKey();
    this.remotePeer = remoteKey.peerId();
    this.remoteAddress = raw.remoteAddress();
    this.localAddress = raw.localAddress();
    this.outbound = outbound;
    this.session = new YamuxSession(upgraded.channel(), upgraded.surplus(), upgraded.initiator(), limits,
        owner::execute, budget, this);
  }

  /** Serves the connection until it ends. */
  public void run() {
    session.run();
  }

  public void tick(long nowNanos) {
    session.tick(nowNanos);
  }

  public void close(String reason) {
    session.close(reason);
  }

  public void kill(String reason) {
    session.kill(reason);
  }

  public YamuxSession session() {
    return session;
  }

  @Override
  public PeerId remotePeer() {
    return remotePeer;
  }

  @Override
  public PublicKey remoteKey() {
    return remoteKey;
  }

  @Override
  public boolean limited() {
    return raw.limited();
  }

  @Override
  public Optional<PeerDescription> description() {
    return description;
  }

  /** Takes what the peer said of itself. */
  public void describe(PeerDescription value) {
    description = Optional.of(value);
  }

  Optional<InetAddress> remoteHost() {
    return raw.remoteHost();
  }

  long openedNanos() {
    return openedNanos;
  }

  @Override
  public Multiaddr remoteAddress() {
    return remoteAddress;
  }

  @Override
  public Multiaddr localAddress() {
    return localAddress;
  }

  @Override
  public boolean outbound() {
    return outbound;
  }

  @Override
  public Stream open(List<String> protocols) {
    if (protocols.isEmpty()) {
      throw new IllegalArgumentException("no protocol to open a stream for");
    }
    YamuxStream stream;
    try {
      stream = session.open(limits.timeouts().negotiation());
    } catch (IOException e) {
      throw new Libp2pException("cannot open a stream to " + remotePeer + ": " + e.getMessage(), true, e);
    }
    try {
      stream.timeout(limits.timeouts().negotiation());
      Optional<String> agreed = MultistreamSelect.propose(YamuxBytes.input(stream), YamuxBytes.output(stream),
          protocols);
      if (agreed.isEmpty()) {
        stream.close();
        throw new ProtocolNotSupportedException(remotePeer, protocols);
      }
      stream.timeout(Duration.ZERO);
      return new OpenStream(stream, agreed.get());
    } catch (IOException e) {
      stream.reset("no protocol agreed on");
      String what = e instanceof SocketTimeoutException
          ? "no answer within " + limits.timeouts().negotiation().toMillis() + " ms"
          : e.getMessage();
      throw new Libp2pException("cannot open " + String.join(", ", protocols) + " to " + remotePeer + ": " + what, true,
          e);
    } catch (MalformedMessageException e) {
      stream.reset("the peer negotiates badly");
      throw new Libp2pException(
          "cannot open " + String.join(", ", protocols) + " to " + remotePeer + ": " + e.getMessage(), false, e);
    }
  }

  @Override
  public boolean isOpen() {
    return session.isOpen();
  }

  @Override
  public Optional<String> closeReason() {
    return session.endReason();
  }

  @Override
  public void onClose(Consumer<Connection> listener) {
    synchronized (closeListeners) {
      if (!closeTold) {
        closeListeners.add(listener);
        return;
      }
    }
    listener.accept(this);
  }

  @Override
  public void close() {
    session.close("closed by us");
  }

  // ---- news from the session ----

  @Override
  public void inboundStream(YamuxStream stream) {
    owner.execute(() -> {
      try {
        serve(stream);
      } finally {
        session.inboundHandled(stream);
      }
    });
  }

  private void serve(YamuxStream stream) {
    String protocol = "(none yet)";
    try {
      stream.timeout(limits.timeouts().negotiation());
      protocol = MultistreamSelect.answer(YamuxBytes.input(stream), YamuxBytes.output(stream),
          p -> owner.handler(p).isPresent(),
          owner.protocols());
      stream.timeout(Duration.ZERO);
      Optional<StreamHandler> handler = owner.handler(protocol);
      if (handler.isEmpty()) {
        stream.reset("the protocol is no longer served");
        return;
      }
      handler.get().handle(new OpenStream(stream, protocol));
      stream.close();
    } catch (IOException | MalformedMessageException e) {
      LOG.debug("stream {} of {} ended: {}", protocol, remotePeer, e.getMessage());
      stream.reset(String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      LOG.warn("the handler of {} failed on a stream of {}", protocol, remotePeer, e);
      stream.reset("the handler failed: " + e);
    }
  }

  @Override
  public void ended(String reason) {
    LOG.debug("connection with {} at {} ended: {}", remotePeer, remoteAddress, reason);
    owner.closed(this);
    List<Consumer<Connection>> told;
    synchronized (closeListeners) {
      closeTold = true;
      told = List.copyOf(closeListeners);
      closeListeners.clear();
    }
    told.forEach(listener -> listener.accept(this));
  }

  @Override
  public String toString() {
    return (outbound ? "to " : "from ") + remotePeer + " at " + remoteAddress;
  }

  private final class OpenStream implements Stream {
    private final YamuxStream stream;
    private final String protocol;
    private final InputStream input;
    private final OutputStream output;

    OpenStream(YamuxStream stream, String protocol) {
      this.stream = stream;
      this.protocol = protocol;
      this.input = YamuxBytes.input(stream);
      this.output = YamuxBytes.output(stream);
    }

    @Override
    public String protocol() {
      return protocol;
    }

    @Override
    public PeerId remotePeer() {
      return remotePeer;
    }

    @Override
    public Connection connection() {
      return UpgradedConnection.this;
    }

    @Override
    public InputStream input() {
      return input;
    }

    @Override
    public OutputStream output() {
      return output;
    }

    @Override
    public void timeout(Duration perOperation) {
      stream.timeout(perOperation);
    }

    @Override
    public void closeWrite() {
      stream.closeWrite();
    }

    @Override
    public void reset() {
      stream.reset("reset by us");
    }

    @Override
    public void close() {
      stream.close();
    }

    @Override
    public String toString() {
      return protocol + " " + UpgradedConnection.this;
    }
  }
}
