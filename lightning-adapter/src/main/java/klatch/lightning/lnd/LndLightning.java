package klatch.lightning.lnd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import klatch.commitments.GroupCommit;
import klatch.commitments.Lightning;
import klatch.commitments.LightningEvent;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.lightning.PaymentRecord;
import klatch.lightning.lnd.LndMessages.InvoiceState;
import klatch.lightning.lnd.LndMessages.OwnInvoice;
import klatch.lightning.lnd.LndStore.Row;
import klatch.lightning.lnd.LndStore.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port {@link Lightning} on an LND that somebody else runs, by its REST interface.
 *
 * <p>What this node asks of LND is stored before LND hears of it, and what LND says is stored before it is told: LND itself
 * forgets who decided what. Only invoices and payments of this node are touched; LND may serve others as well.
 */
public final class LndLightning implements Lightning {
  private static final Logger LOG = LoggerFactory.getLogger(LndLightning.class);
  private static final long MSAT_PER_SAT = 1_000;

  private final LndRest rest;
  private final LndStore store;
  private final LndEvents events;
  private final LndFollower follower;
  private final LndPayments payments;
  private final LndPulse pulse;
  private final String nodeId;
  private final ReentrantLock rows = new ReentrantLock();

  private LndLightning(LndConfig config, LndRest rest, LndStore store, JsonNode info) {
    this.rest = rest;
    this.store = store;
    this.nodeId = info.path("identity_pubkey").asText();
    this.events = new LndEvents(store, rows);
    this.follower = new LndFollower(rest, store, events, rows);
    this.payments = new LndPayments(rest, store, events, LndPayments.NEVER_ARRIVED);
    this.pulse = new LndPulse(rest, info, config.pollInterval(),
        height -> events.seen(new LndEvents.Seen.Tip(height)), this::lndReturned);
  }

  /**
   * Connects to LND and takes up what was under way.
   *
   * @param money connections set to the schema that the commits write to
   * @throws LightningException if LND cannot be used; the message says what to do, and its cause is an
   *                            {@link LndException}
   */
  public static LndLightning start(LndConfig config, GroupCommit commits, DataSource money) {
    return ask(() -> startOrTrouble(config, commits, money));
  }

  private static LndLightning startOrTrouble(LndConfig config, GroupCommit commits, DataSource money) {
    LndRest rest = new LndRest(config);
    try {
      JsonNode info = LndPulse.info(rest);
      checkNetwork(config, info);
      LndStore.migrate(money);
      LndStore store = new LndStore(money, commits);
      String found = info.path("identity_pubkey").asText();
      String known = store.node(found);
      if (!known.equals(found)) {
        throw new LndException(new LndTrouble.AnotherNode(known, found));
      }
      LndLightning lightning = new LndLightning(config, rest, store, info);
      lightning.takeUp();
      return lightning;
    } catch (RuntimeException e) {
      rest.close();
      throw e;
    }
  }

  static void checkNetwork(LndConfig config, JsonNode info) {
    String found = info.path("chains").path(0).path("network").asText();
    if (!found.equals(config.network().label())) {
      throw new LndException(
          new LndTrouble.WrongNetwork(config.network().label(), found.isEmpty() ? "nothing" : found));
    }
  }

  /**
   * Whether an invoice on this hash was ever made at an LND: then no other Lightning node can decide what is held on it.
   *
   * @param money connections set to the schema that an {@link LndLightning} may have written to
   */
  public static boolean knows(DataSource money, PaymentHash hash) {
    return LndStore.knows(money, hash);
  }

  private void takeUp() {
    events.start();
    follower.start();
    payments.start();
    pulse.start();
    carryOut();
  }

  /** Decisions that were stored, and may not have reached LND. */
  private void carryOut() {
    try {
      for (Row row : store.notOver()) {
        if (row.state() == State.RELEASING) {
          release(row.hash());
        } else if (row.state() == State.COLLECTING) {
          row.preimage().ifPresent(this::collect);
        }
      }
    } catch (LightningException e) {
      LOG.warn("what was decided could not be carried out yet: {}", e.getMessage());
    }
  }

  private void lndReturned() {
    follower.lndReturned();
    payments.lndReturned();
    carryOut();
  }

  /** 33 bytes as hex. */
  public String nodeId() {
    return nodeId;
  }

  /** Where LND says that peers find it, {@code host:port}; empty if it says nothing. */
  public Optional<String> announcedAddress() {
    String uri = pulse.last().path("uris").path(0).asText();
    int at = uri.indexOf('@');
    return at < 0 ? Optional.empty() : Optional.of(uri.substring(at + 1));
  }

  /** The newest payments in either direction that this node made, newest first. */
  public List<PaymentRecord> payments(int limit) {
    return store.payments(limit);
  }

  /**
   * The newest block of LND's chain, from memory and at most about a poll old; empty while LND is behind its chain.
   */
  public Optional<LndBlock> newestBlock() {
    return pulse.newestBlock();
  }

  @Override
  public NodeStatus status() {
    return ask(() -> {
      int height = LndPulse.info(rest).path("block_height").asInt();
      return new NodeStatus(nodeId, height, channels());
    });
  }

  private List<Channel> channels() {
    List<Channel> channels = new ArrayList<>();
    long floorMsat = 0;
    for (JsonNode node : rest.get("/v1/channels").path("channels")) {
      channels.add(LndMessages.channel(node));
      floorMsat += LndMessages.number(node, "local_balance") * MSAT_PER_SAT;
    }
    long exactMsat = LndMessages.number(rest.get("/v1/balance/channels").path("local_balance"), "msat");
    return exact(channels, exactMsat - floorMsat);
  }

  /** LND tells each channel in whole satoshis and only their sum exactly: what is missing of it goes to the first ones. */
  static List<Channel> exact(List<Channel> channels, long missingMsat) {
    if (missingMsat <= 0 || missingMsat >= channels.size() * MSAT_PER_SAT) {
      return List.copyOf(channels);
    }
    List<Channel> exact = new ArrayList<>();
    long left = missingMsat;
    for (Channel channel : channels) {
      long share = Math.min(left, MSAT_PER_SAT - 1);
      left -= share;
      exact.add(new Channel(channel.id(), channel.peer(), channel.capacity(), channel.ours().plus(new Msat(share)),
          channel.canSend(), channel.canReceive(), channel.usable(), channel.pendingHtlcs()));
    }
    return List.copyOf(exact);
  }

  @Override
  public Invoice holdInvoice(HoldRequest request) {
    return ask(() -> {
      // For a moment after every block LND is not: what was seen a second ago is asked again.
      if (!pulse.synced() && !LndPulse.info(rest).path("synced_to_chain").asBoolean()) {
        throw new LndException(new LndTrouble.Syncing(pulse.height()));
      }
      checkRoom(request.amount());
      String bolt11 = offered(request);
      follower.follow(request.hash());
      return decoded(bolt11);
    });
  }

  private void checkRoom(Msat wanted) {
    Msat room = channels().stream().filter(Channel::usable).map(Channel::canReceive).reduce(Msat.ZERO, Msat::plus);
    if (room.compareTo(wanted) < 0) {
      throw new LndException(new LndTrouble.OutOfInbound(wanted, room));
    }
  }

  /** Makes the invoice, or finds the one that an earlier, perhaps interrupted call made. */
  private String offered(HoldRequest request) {
    PaymentHash hash = request.hash();
    rows.lock();
    try {
      Optional<Row> known = store.invoice(hash);
      Optional<OwnInvoice> there = follower.lookup(hash);
      if (there.isPresent()) {
        OwnInvoice invoice = there.get();
        if (known.isEmpty()) {
          throw new LndException(new LndTrouble.Refused("a hold invoice", 0,
              "LND has an invoice on hash " + hash + " that this node did not make"));
        }
        if (invoice.state() == InvoiceState.ACCEPTED || stillGood(invoice, request)) {
          if (known.get().state().over() || known.get().addIndex() != invoice.addIndex()) {
            store.put(Row.open(hash, request.amount()).added(invoice.addIndex()));
          }
          return invoice.bolt11();
        }
        remove(invoice);
      }
      return made(request);
    } finally {
      rows.unlock();
    }
  }

  private String made(HoldRequest request) {
    Row row = Row.open(request.hash(), request.amount());
    store.put(row);
    try {
      JsonNode added = rest.post("/v2/invoices/hodl", LndMessages.hold(request));
      store.put(row.added(LndMessages.number(added, "add_index")));
      return added.path("payment_request").asText();
    } catch (LndException e) {
      if (e.trouble() instanceof LndTrouble.Refused) {
        store.put(row.in(State.LAPSED, true));
      }
      throw e;
    }
  }

  private static boolean stillGood(OwnInvoice invoice, HoldRequest request) {
    long wantedUntil = System.currentTimeMillis() / 1_000 + request.expiry().toSeconds();
    return invoice.state() == InvoiceState.OPEN && invoice.value().equals(request.amount())
        && invoice.finalCltvBlocks() == request.finalCltvBlocks()
        && Math.abs(invoice.expiresAtEpochSecond() - wantedUntil) <= 2;
  }

  /** LND makes one invoice a hash: an old one that nobody has paid has to go first. */
  private void remove(OwnInvoice invoice) {
    if (invoice.state() == InvoiceState.SETTLED) {
      throw new LndException(new LndTrouble.Refused("a hold invoice", 0,
          "hash " + invoice.hash() + " has been collected on; its preimage is known"));
    }
    if (invoice.state() == InvoiceState.OPEN) {
      rest.post("/v2/invoices/cancel", LndMessages.hash(invoice.hash()));
    }
    rest.delete("/v1/invoices?invoice_hash=" + invoice.hash());
  }

  @Override
  public Invoice invoice(Msat amount, String description, Duration expiry) {
    return ask(() -> {
      ObjectNode body = LndMessages.body().put("value_msat", Long.toString(amount.value())).put("memo", description)
          .put("expiry", Long.toString(expiry.toSeconds())).put("private", true);
      JsonNode added = rest.post("/v1/invoices", body);
      PaymentHash hash = new PaymentHash(LndMessages.base64(added, "r_hash"));
      store.put(new Row(hash, false, State.OPEN, LndMessages.number(added, "add_index"), amount, Optional.empty(),
          Optional.empty(), true));
      follower.follow(hash);
      return decoded(added.path("payment_request").asText());
    });
  }

  @Override
  public Invoice decode(String bolt11) {
    return ask(() -> decoded(bolt11));
  }

  private Invoice decoded(String bolt11) {
    String checked = LndMessages.checked(bolt11);
    try {
      return LndMessages.invoice(checked, rest.get("/v1/payreq/" + checked));
    } catch (LndException e) {
      if (e.trouble() instanceof LndTrouble.Refused refused) {
        throw new IllegalArgumentException("not a good invoice: " + refused.words(), e);
      }
      throw e;
    }
  }

  @Override
  public void release(PaymentHash hash) {
    ask(() -> {
      if (decided(hash, Optional.empty())) {
        settledMeanwhile(() -> rest.post("/v2/invoices/cancel", LndMessages.hash(hash)));
      }
      return Optional.empty();
    });
  }

  @Override
  public void collect(Preimage preimage) {
    ask(() -> {
      if (decided(preimage.hash(), Optional.of(preimage))) {
        settledMeanwhile(() -> rest.post("/v2/invoices/settle", LndMessages.preimage(preimage)));
      }
      return Optional.empty();
    });
  }

  /**
   * Stores what was decided, if something is held. An invoice that nobody has paid yet stays as it is: cancelling it would
   * spoil the offer.
   *
   * @param preimage to collect; empty to release
   */
  private boolean decided(PaymentHash hash, Optional<Preimage> preimage) {
    rows.lock();
    try {
      Optional<Row> row = store.invoice(hash).filter(known -> known.hold() && !known.state().over());
      State wanted = preimage.isPresent() ? State.COLLECTING : State.RELEASING;
      // What was decided stays: LND may have heard of it already.
      State other = preimage.isPresent() ? State.RELEASING : State.COLLECTING;
      if (row.isEmpty() || row.get().state() == other) {
        return false;
      }
      Optional<OwnInvoice> there = follower.lookup(hash);
      if (there.isEmpty() || there.get().state() != InvoiceState.ACCEPTED) {
        return false;
      }
      if (row.get().state() != wanted) {
        Row held = there.get().held().map(htlc -> row.get().held(htlc.amount(), htlc.expiryHeight())).orElse(row.get());
        store.put(preimage.map(held::collecting).orElse(held).in(wanted, true));
      }
      return true;
    } finally {
      rows.unlock();
    }
  }

  /** LND refuses to decide what is decided; how it was decided comes as an event. */
  private static void settledMeanwhile(Runnable call) {
    try {
      call.run();
    } catch (LndException e) {
      boolean over = e.trouble() instanceof LndTrouble.Refused refused
          && (refused.words().contains("already") || refused.notFound());
      if (!over) {
        throw e;
      }
    }
  }

  @Override
  public List<HeldHtlc> held() {
    return ask(() -> {
      List<Row> candidates = store.notOver().stream().filter(Row::hold).toList();
      Map<PaymentHash, OwnInvoice> pending = follower.pending(candidates);
      return candidates.stream().flatMap(row -> Optional.ofNullable(pending.get(row.hash())).stream())
          .flatMap(invoice -> invoice.held().stream()).toList();
    });
  }

  @Override
  public Payment pay(PayRequest request) {
    return ask(() -> payments.pay(request, decoded(request.bolt11())));
  }

  @Override
  public Optional<Payment> payment(PaymentId id) {
    return store.payment(id);
  }

  @Override
  public Optional<Msat> quoteFee(Invoice invoice) {
    return ask(() -> {
      Optional<Msat> amount = invoice.amount();
      if (amount.isEmpty()) {
        return Optional.empty();
      }
      String checked = LndMessages.checked(invoice.bolt11());
      JsonNode read = rest.get("/v1/payreq/" + checked);
      ObjectNode body = LndMessages.body().put("amt_msat", Long.toString(amount.get().value()))
          .put("final_cltv_delta", invoice.finalCltvBlocks()).put("use_mission_control", true);
      body.putObject("fee_limit").put("fixed_msat", Long.toString(amount.get().value() + MSAT_PER_SAT));
      body.set("route_hints", read.path("route_hints"));
      try {
        JsonNode route = rest.post("/v1/graph/routes/" + read.path("destination").asText() + "/0", body).path("routes")
            .path(0);
        return route.isMissingNode()
            ? Optional.empty()
            : Optional.of(new Msat(LndMessages.number(route, "total_fees_msat")));
      } catch (LndException e) {
        if (e.trouble() instanceof LndTrouble.Refused refused) {
          LOG.debug("no route to {}: {}", invoice.payee(), refused.words());
          return Optional.empty();
        }
        throw e;
      }
    });
  }

  @Override
  public void watch(Consumer<LightningEvent> listener) {
    events.watch(listener);
  }

  /** Stops watching; LND goes on, and what happens meanwhile is seen after the next start. */
  @Override
  public void close() {
    follower.close();
    payments.close();
    events.close();
    pulse.close();
    rest.close();
  }

  private static <T> T ask(Supplier<T> question) {
    try {
      return question.get();
    } catch (LndException e) {
      throw e.asPort();
    }
  }
}
