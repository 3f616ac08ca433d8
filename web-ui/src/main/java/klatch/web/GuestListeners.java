package klatch.web;

import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import klatch.libp2p.Host;
import klatch.meetup.EventId;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Refusal;
import klatch.meetup.RefusedException;
import klatch.web.wire.Guests;
import klatch.web.wire.PublicCode;

/**
 * The pages for guests without a node: one listener for one event, opened by a host for as long as it is wanted, at most
 * until the node stops. Thread-safe.
 */
final class GuestListeners implements AutoCloseable {
  static final int DEFAULT_PORT = 8_480;

  private static final HttpListener.Purpose PURPOSE = new HttpListener.Purpose("the guests' page", 512,
      Duration.ofSeconds(20), "--listen HOST:PORT");
  private static final int MOST = 8;

  private final Meetup meetup;
  private final Host host;
  private final Supplier<ApiParts.MoneyState> money;
  private final NodeControl node;
  private final InstantSource clock;
  /** Guarded by this object. */
  private final Map<EventId, Open> open = new LinkedHashMap<>();

  private record Open(HttpListener listener, List<String> urls) {}

  GuestListeners(Meetup meetup, Host host, Supplier<ApiParts.MoneyState> money, NodeControl node, InstantSource clock) {
    this.meetup = meetup;
    this.host = host;
    this.money = money;
    this.node = node;
    this.clock = clock;
  }

  void addTo(Routes routes) {
    routes.get("/events/{id}/guests", call -> opened(EventRoutes.event(meetup, call.path("id")).id()));
    routes.post("/events/{id}/guests", this::open);
    routes.post("/events/{id}/guests/close", this::close);
  }

  /** Where guests of this event find their page, for the door's code; ends with a slash. */
  synchronized Optional<String> url(EventId event) {
    return Optional.ofNullable(open.get(event)).flatMap(listening -> listening.urls().stream().findFirst());
  }

  private synchronized Guests.Opened opened(EventId event) {
    var listening = open.get(event);
    return new Guests.Opened(event.toString(), listening == null ? List.of() : listening.urls());
  }

  private synchronized Guests.Opened open(Call call) {
    MeetupEvent event = EventRoutes.event(meetup, call.path("id"));
    if (!event.doors().contains(meetup.self())) {
      throw new RefusedException(Refusal.NOT_A_DOOR, "only a host of the event lets guests in by a page");
    }
    if (!open.containsKey(event.id())) {
      if (open.size() >= MOST) {
        throw new PublicException(PublicCode.REFUSED, "pages of " + MOST + " events are open: close one of them");
      }
      var listen = call.read(Guests.Open.class).listen();
      open.put(event.id(), listen(event.id(), listen == null ? new InetSocketAddress(DEFAULT_PORT) : address(listen)));
    }
    return opened(event.id());
  }

  private Open listen(EventId event, InetSocketAddress address) {
    var routes = new Routes();
    new GuestRoutes(node.guests(event), meetup, host, money, clock).addTo(routes);
    try {
      var listener = HttpListener.at(address, PURPOSE).answer(new GuestHandler(routes));
      return new Open(listener, urls(address, listener.port()));
    } catch (ApiPortException e) {
      throw new PublicException(PublicCode.REFUSED, String.valueOf(e.getMessage()));
    }
  }

  private static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    try {
      return new InetSocketAddress(InetAddress.getByName(text.substring(0, Math.max(0, colon))),
          Integer.parseInt(text.substring(colon + 1)));
    } catch (java.net.UnknownHostException | IllegalArgumentException e) {
      throw PublicException.invalid("an address to listen on is HOST:PORT, such as 0.0.0.0:" + DEFAULT_PORT + ", not '"
          + Faults.cut(text) + "'");
    }
  }

  /** Every address of this machine that phones may reach, if it listens on all of them. */
  private static List<String> urls(InetSocketAddress address, int port) {
    Stream<String> hosts = address.getAddress().isAnyLocalAddress()
        ? reachable()
        : Stream.of(address.getAddress().getHostAddress());
    return hosts.map(host -> "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/").toList();
  }

  private static Stream<String> reachable() {
    try {
      var found = NetworkInterface.networkInterfaces().filter(GuestListeners::up)
          .flatMap(NetworkInterface::inetAddresses).filter(one -> one instanceof Inet4Address)
          .map(InetAddress::getHostAddress).toList();
      return found.isEmpty() ? Stream.of("127.0.0.1") : found.stream();
    } catch (SocketException e) {
      throw new UncheckedIOException("this machine's addresses cannot be listed", e);
    }
  }

  private static boolean up(NetworkInterface one) {
    try {
      return one.isUp() && !one.isLoopback();
    } catch (SocketException e) {
      return false;
    }
  }

  private synchronized Guests.Opened close(Call call) {
    var event = EventRoutes.event(meetup, call.path("id")).id();
    var listening = open.remove(event);
    if (listening != null) {
      listening.listener().close();
    }
    return opened(event);
  }

  @Override
  public synchronized void close() {
    open.values().forEach(listening -> listening.listener().close());
    open.clear();
  }
}
