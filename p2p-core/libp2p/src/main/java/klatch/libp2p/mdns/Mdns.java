package klatch.libp2p.mdns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import klatch.libp2p.Peerstore;
import klatch.libp2p.protocol.PeerAddresses;
import klatch.libp2p.protocol.RateLimit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds peers on the local network by multicast DNS (libp2p discovery/mdns): asks who is there, answers who asks, and tells a listener of
 * each peer heard of, and the host's peerstore of its addresses. It does not dial. IPv4 only, and only on the interfaces it is given.
 */
public final class Mdns implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Mdns.class);
  private static final InetSocketAddress GROUP = new InetSocketAddress("224.0.0.251", 5353);
  /** RFC 6762 wants the largest, so that a packet from another network is told by a smaller one. */
  private static final int TTL = 255;
  /** Peers remembered, so that the listener hears of each once; the oldest are forgotten. */
  private static final int MAX_KNOWN = 1024;
  /** Packets of one sender that are read at once … */
  private static final int PACKET_BURST = 64;
  /** … and one more each time this has passed. */
  private static final Duration PACKET_PAUSE = Duration.ofMillis(50);
  private static final int MAX_SENDERS = 1024;
  /** An answer goes to everybody, so one a second is enough for any number of questions (RFC 6762, section 6). */
  private static final Duration ANSWER_PAUSE = Duration.ofSeconds(1);

  private final Host host;
  private final MdnsOptions options;
  private final Consumer<PeerAddresses> listener;
  private final Discovery discovery;
  private final RateLimit<InetAddress> packets = new RateLimit<>(PACKET_BURST, PACKET_PAUSE, MAX_SENDERS,
      System::nanoTime);
  private final Map<PeerId, PeerAddresses> known = new LinkedHashMap<>();
  private final List<Link> links = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  private Mdns(Host host, MdnsOptions options, Consumer<PeerAddresses> listener) {
    this.host = host;
    this.options = options;
    this.listener = listener;
    this.discovery = new Discovery(host.id(), options, new SecureRandom());
  }

  /**
   * Starts asking and answering.
   *
   * @param listener called on a virtual thread of its own for each peer when it is first heard of and when its addresses change; what it is
   *          told is hearsay until the peer is dialled
   * @throws Libp2pException if an interface cannot be used
   */
  public static Mdns start(Host host, MdnsOptions options, Consumer<PeerAddresses> listener) {
    Mdns mdns = new Mdns(host, options, listener);
    try {
      for (NetworkInterface each : options.interfaces()) {
        mdns.links.add(mdns.new Link(each));
      }
    } catch (IOException e) {
      mdns.close();
      throw new Libp2pException("cannot multicast: " + e.getMessage(), true, e);
    }
    for (Link link : mdns.links) {
      mdns.threads.add(Thread.ofVirtual().name("mdns-hear").start(link::hear));
      mdns.threads.add(Thread.ofVirtual().name("mdns-ask").start(link::ask));
      mdns.threads.add(Thread.ofVirtual().name("mdns-answer").start(link::answer));
    }
    return mdns;
  }

  /** The peers heard of, the longest known first. */
  public List<PeerAddresses> peers() {
    synchronized (known) {
      return List.copyOf(known.values());
    }
  }

  private void tell(PeerAddresses found) {
    host.peerstore().addAddresses(found.peer(), found.addresses(), Peerstore.Source.HEARSAY);
    synchronized (known) {
      if (found.equals(known.put(found.peer(), found))) {
        return;
      }
      if (known.size() > MAX_KNOWN) {
        known.remove(known.keySet().iterator().next());
      }
    }
    Thread.ofVirtual().name("mdns-found").start(() -> listener.accept(found));
  }

  @Override
  public void close() {
    closed = true;
    links.forEach(Link::close);
    threads.forEach(Thread::interrupt);
  }

  /** One interface. */
  private final class Link {
    private final NetworkInterface network;
    private final DatagramChannel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition asked = lock.newCondition();
    private Discovery.Asked waiting = Discovery.Asked.NOTHING;

    Link(NetworkInterface network) throws IOException {
      this.network = network;
      this.channel = DatagramChannel.open(StandardProtocolFamily.INET);
      try {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, network);
        channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, TTL);
        channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
        // To the group, not to the wildcard: what others send to this machine's own addresses is not for us.
        channel.bind(GROUP);
        channel.join(GROUP.getAddress(), network);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw new IOException(network.getName() + ": " + e.getMessage(), e);
      }
    }

    void hear() {
      ByteBuffer packet = ByteBuffer.allocate(DnsMessage.MAX_BYTES);
      while (!closed) {
        try {
          packet.clear();
          InetSocketAddress from = (InetSocketAddress) channel.receive(packet);
          if (isNeighbour(from.getAddress()) && packets.allows(from.getAddress())) {
            packet.flip();
            byte[] bytes = new byte[packet.remaining()];
            packet.get(bytes);
            understand(DnsMessage.decode(bytes));
          }
        } catch (MalformedMessageException e) {
          LOG.debug("a packet on {} that is no DNS: {}", network.getName(), e.getMessage());
        } catch (IOException e) {
          if (!closed) {
            LOG.warn("cannot hear on {} any more: {}", network.getName(), e.getMessage());
          }
          return;
        }
      }
    }

    /** Linux hands a multicast packet of any interface to every socket of the port. */
    private boolean isNeighbour(InetAddress sender) {
      byte[] bytes = sender.getAddress();
      for (InterfaceAddress own : network.getInterfaceAddresses()) {
        byte[] mine = own.getAddress().getAddress();
        if (mine.length == bytes.length && samePrefix(mine, bytes, own.getNetworkPrefixLength())) {
          return true;
        }
      }
      return false;
    }

    private void understand(DnsMessage message) {
      if (message.response()) {
        discovery.found(message).forEach(Mdns.this::tell);
        return;
      }
      lock.lock();
      try {
        waiting = waiting.and(discovery.asked(message));
        asked.signal();
      } finally {
        lock.unlock();
      }
    }

    void answer() {
      try {
        while (!closed) {
          discovery.answer(awaitAsked(), host.listenAddresses()).ifPresent(this::send);
          TimeUnit.NANOSECONDS.sleep(ANSWER_PAUSE.toNanos());
        }
      } catch (InterruptedException e) {
        // Closed.
      }
    }

    private Discovery.Asked awaitAsked() throws InterruptedException {
      lock.lock();
      try {
        while (waiting.equals(Discovery.Asked.NOTHING)) {
          asked.await();
        }
        Discovery.Asked taken = waiting;
        waiting = Discovery.Asked.NOTHING;
        return taken;
      } finally {
        lock.unlock();
      }
    }

    void ask() {
      try {
        while (!closed) {
          send(discovery.query());
          TimeUnit.NANOSECONDS.sleep(options.queryInterval().toNanos());
        }
      } catch (InterruptedException e) {
        // Closed.
      }
    }

    private void send(byte[] packet) {
      try {
        channel.send(ByteBuffer.wrap(packet), GROUP);
      } catch (IOException e) {
        LOG.debug("cannot send on {}: {}", network.getName(), e.getMessage());
      }
    }

    void close() {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("closing {}: {}", network.getName(), e.getMessage());
      }
    }
  }

  private static boolean samePrefix(byte[] a, byte[] b, int bits) {
    for (int i = 0; i < a.length; i++) {
      int inThisByte = Math.clamp(bits - 8L * i, 0, 8);
      int mask = 0xff << (8 - inThisByte) & 0xff;
      if (((a[i] ^ b[i]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
