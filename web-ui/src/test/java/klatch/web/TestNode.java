package klatch.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import klatch.libp2p.Connection;
import klatch.commitments.Deposits;
import klatch.commitments.Lightning;
import klatch.commitments.PayAddresses;
import klatch.commitments.Surroundings;
import klatch.commitments.journal.InMemoryCommitmentStore;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.log.Arrival;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.InMemoryLogStore;
import klatch.log.LogStore;
import klatch.log.TopicId;
import klatch.log.TopicSync;
import klatch.meetup.EventId;
import klatch.meetup.LastAsGuest;
import klatch.meetup.Meetup;
import klatch.meetup.checkin.Beacon;
import klatch.meetup.checkin.CheckIn;
import klatch.meetup.guest.GuestDesk;
import klatch.meetup.guest.KeyArrival;
import java.util.List;
import java.util.OptionalLong;
import klatch.commitments.LightningException;
import klatch.web.wire.Operations;

/** A node with a real API and a real host on loopback; its log is in memory and its clock is ours. */
public final class TestNode implements AutoCloseable, NodeControl {
  /** A Lightning network in memory has no chain. */
  private static final Treasury NO_TREASURY = new Treasury() {
    @Override
    public List<Operations.Payment> payments(int limit) {
      return List.of();
    }

    @Override
    public Operations.Opened open(String peer, long capacitySat, long pushSat) {
      throw none();
    }

    @Override
    public Operations.Bought buy(String peer, long paymentSat, OptionalLong mostFeeSat, Optional<String> token) {
      throw none();
    }

    @Override
    public void close(String channelId, boolean force) {
      throw none();
    }

    @Override
    public String newAddress() {
      throw none();
    }

    @Override
    public long confirmedSat() {
      throw none();
    }

    @Override
    public Operations.Sent send(String address, long amountSat, OptionalLong feeSatPerVbyte) {
      throw none();
    }

    private LightningException none() {
      return new LightningException("this node has no wallet on a chain", false);
    }
  };

  public final AtomicLong nowMillis;
  public final InstantSource clock;
  public final LogStore store;
  public final Host host;
  public final Meetup meetup;
  public final CheckIn checkIn;
  public final LocalApi api;
  final CompletableFuture<Ed25519Key> became = new CompletableFuture<>();
  final CountDownLatch stopped = new CountDownLatch(1);
  private final Optional<Deposits> deposits;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Notes notes = Notes.passing();
  volatile Consumer<TopicId> wanted = topic -> {
  };
  volatile Supplier<SyncState> syncState = () -> SyncState.NONE;
  volatile ApiParts.MoneyState money;

  public TestNode(AtomicLong nowMillis, Optional<Lightning> lightning) {
    this(nowMillis, lightning, Optional.empty());
  }

  /** @param withdrawUrl where its payouts are withdrawn by code */
  public TestNode(AtomicLong nowMillis, Optional<Lightning> lightning, Optional<String> withdrawUrl) {
    this(nowMillis, lightning, withdrawUrl, Ed25519Key.generate());
  }

  /** @param key who its person is */
  TestNode(AtomicLong nowMillis, Optional<Lightning> lightning, Optional<String> withdrawUrl, Ed25519Key key) {
    this.nowMillis = nowMillis;
    clock = () -> java.time.Instant.ofEpochMilli(nowMillis.get());
    store = new InMemoryLogStore(clock);
    host = Libp2pHost.create(HostOptions.of(key).listen("/ip4/127.0.0.1/tcp/0"));
    meetup = new Meetup(store, key, clock);
    checkIn = new CheckIn(meetup, key, clock, Beacon.none());
    checkIn.serve(host);
    deposits = lightning.map(node -> Deposits
        .start(new Surroundings(key, store, meetup, node, new InMemoryCommitmentStore(), clock)
            .with(PayAddresses.NONE, withdrawUrl)));
    money = lightning.<ApiParts.MoneyState>map(
        node -> new ApiParts.MoneyState.Running(new ApiParts.Money(deposits.orElseThrow(), node, NO_TREASURY)))
        .orElseGet(ApiParts.MoneyState.None::new);
    api = LocalApi.start(new ApiParts(meetup, checkIn, host, () -> money, this, clock), 0);
  }

  /** Begins to bring its logs together with those of its peers, as a node does; whoever asks for it closes it. */
  TopicSync startSync(String... peers) throws MalformedMessageException {
    var sync = new TopicSync(host, store, new Sharing(meetup.privateGroups(), notes));
    wanted = sync::follow;
    for (var peer : peers) {
      sync.keep(Multiaddr.parse(peer));
    }
    return sync;
  }

  /** Where it is reached. */
  String address() {
    return host.listenAddresses().getFirst().toString();
  }

  /** What a client is answered. */
  public record Reply(int status, JsonNode body) {
    public String code() {
      return body.at("/error/code").asText();
    }

    public String reason() {
      return body.at("/error/reason").asText();
    }

    public String message() {
      return body.at("/error/message").asText();
    }
  }

  public Reply get(String path) {
    return send(request(path).GET());
  }

  public Reply post(String path, String json) {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(json, StandardCharsets.UTF_8)));
  }

  /** A request to a path below the API's root, with the token. */
  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(api.url() + LocalApi.ROOT + path)).header("Authorization",
        "Bearer " + api.token());
  }

  Reply send(HttpRequest.Builder request) {
    try {
      var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Reply(response.statusCode(), Json.MAPPER.readTree(response.body()));
    } catch (IOException e) {
      throw new AssertionError("no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Gives each of the two everything that the other knows, as a sync would. */
  public static void exchange(TestNode a, TestNode b) {
    copy(a, b);
    copy(b, a);
    copy(a, b);
  }

  private static void copy(TestNode from, TestNode to) {
    to.store.ingest(from.store.arrivals(0, 10_000).stream().map(Arrival::entry).toList());
  }

  @Override
  public Connection keep(Multiaddr address) {
    return host.connect(address);
  }

  @Override
  public String network() {
    return "regtest";
  }

  @Override
  public Notes notes() {
    return notes;
  }

  @Override
  public void want(TopicId topic) {
    wanted.accept(topic);
  }

  @Override
  public Optional<String> lightningAddress() {
    return Optional.of("127.0.0.1:9735");
  }

  @Override
  public LogStore.Subscription follow(Consumer<Set<TopicId>> listener) {
    return store.subscribe(arrivals -> listener
        .accept(arrivals.stream().map(arrival -> arrival.entry().topic()).collect(Collectors.toSet())));
  }

  @Override
  public List<Entry> ownEntries(int most) {
    return store.by(meetup.self(), most);
  }

  @Override
  public GuestDesk guests(EventId event) {
    return new GuestDesk(store, meetup, checkIn, event, clock);
  }

  @Override
  public KeyArrival arrival(DeviceId guest, LastAsGuest last) {
    return KeyArrival.of(store, meetup.self(), guest, last);
  }

  @Override
  public void become(Ed25519Key key, Optional<String> nickname, String code) {
    became.complete(key);
  }

  @Override
  public SyncState sync() {
    return syncState.get();
  }

  @Override
  public void stop() {
    stopped.countDown();
  }

  @Override
  public void close() {
    api.close();
    deposits.ifPresent(Deposits::close);
    meetup.close();
    host.close();
    store.close();
    http.close();
  }
}
