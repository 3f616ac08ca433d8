package klatch.lightning;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import klatch.commitments.GroupCommit;
import klatch.commitments.Lightning;
import klatch.commitments.LightningEvent;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port {@link Lightning} on an embedded LDK node.
 *
 * <p>The node's state leaves it as cuts, which are written by the group commit together with whatever else is being
 * committed; LDK sends nothing to a peer that depends on state which is not stored yet. Payment events wait until
 * somebody watches.
 */
public final class LdkLightning implements Lightning {
  private static final Logger LOG = LoggerFactory.getLogger(LdkLightning.class);
  private static final int DIAL_ATTEMPTS = 5;
  private static final long MSAT_PER_SAT = 1_000;
  /** How many addresses are looked at where nobody knows how many were given out. */
  private static final int WORDS_ONLY_ADDRESSES = 100;
  private static final String HOW_TO_RESTORE = ". The channels' state is damaged and is not put into service. Do not put "
      + "an old copy in its place: bring back the newest state, by PostgreSQL's own recovery or from a synchronous "
      + "standby; or restore from the seed words and the newest backup into a new data directory (klatch wallet "
      + "restore), then your peers close the channels";
  private static final Duration DIAL_PAUSE = Duration.ofMillis(200);

  private final LdkConfig config;
  private final LdkNode node;
  private final LdkStore store;
  private final GroupCommit commits;
  private final OnchainWallet wallet;
  private final LdkCuts cuts;
  private final LdkEvents events;
  private final LdkFunding funding;
  private final LdkQuestions questions;
  private final LdkPurchases purchases;
  private final LostChannels lost;
  private volatile Optional<RapidGossip> gossip = Optional.empty();
  private final String nodeId;
  /** Two payments under one id, asked for at once, must not both find it unknown. */
  private final ReentrantLock paying = new ReentrantLock();

  private LdkLightning(LdkConfig config, LdkNode node, LdkStore store, GroupCommit commits, OnchainWallet wallet,
      LdkFunding funding) {
    this.config = config;
    this.node = node;
    this.store = store;
    this.commits = commits;
    this.wallet = wallet;
    this.funding = funding;
    this.nodeId = node.call(LdkNode.request("info")).required("nodeId").asText();
    this.cuts = new LdkCuts(node, commits, config.alias());
    this.purchases = new LdkPurchases(node, store, commits);
    this.questions = new LdkQuestions(node, wallet, wallet::reserve, purchases);
    this.events = new LdkEvents(node, commits, funding, questions,
        new LdkSales(funding, config.channels().sale()), config.alias());
    this.lost = new LostChannels(this, store.restoredPeers());
  }

  /**
   * Makes a new place ready for a node that was lost: its coins are looked for, and its peers asked to close its channels.
   * To be called once, before {@link #start} with the seed of the words; the channels themselves are not restored.
   *
   * @param backup empty if there are only the words: then everything is read from the first block, and peers must be
   *               connected to by hand
   * @throws LightningException if a node has been running here
   */
  public static void restore(LdkConfig config, DataSource money, Optional<WalletBackup> backup) {
    LdkStore.migrate(money);
    LdkStore store = new LdkStore(money);
    if (store.used()) {
      throw new LightningException("there is a Lightning node here already: restore into a new place", false);
    }
    backup.map(WalletBackup::network).filter(network -> !network.equals(config.network().label())).ifPresent(other -> {
      throw new IllegalArgumentException("the backup is of a node on " + other + ", not " + config.network().label());
    });
    WalletBackup.Coins coins = backup.map(WalletBackup::coins).orElse(new WalletBackup.Coins(WORDS_ONLY_ADDRESSES, 0));
    new WalletStore(money).restore(coins.nextAddress(), coins.birthHeight());
    backup.stream().flatMap(known -> known.peers().stream()).forEach(store::restoredPeer);
  }

  /** The file that this node's owner should keep besides the words, made anew whenever channels are opened. */
  public byte[] encryptedBackup() {
    return backup().encrypted(config.seed());
  }

  WalletBackup backup() {
    Map<String, String> addresses = store.addresses();
    List<Channel> channels = status().channels();
    Set<String> peers = channels.stream().map(Channel::peer).collect(Collectors.toSet());
    return new WalletBackup(config.network().label(), nodeId, System.currentTimeMillis(), wallet.backup(),
        addresses.entrySet().stream().filter(peer -> peers.contains(peer.getKey()))
            .map(peer -> new WalletBackup.Peer(peer.getKey(), peer.getValue())).toList(),
        channels.stream().map(c -> new WalletBackup.Channel(c.id(), c.peer(), c.capacity().value() / MSAT_PER_SAT,
            c.ours().value() / MSAT_PER_SAT)).toList());
  }

  /**
   * Starts the node from what is stored, or a new one if nothing is. Returns when it has caught up with the chain and
   * listens.
   *
   * @param commits gets the node as its rider
   * @param money   connections set to the schema that the commits write to
   * @throws LdkUnavailableException if this machine has no library for it
   * @throws LightningException      if the state is of another seed, the port is taken, or the chain does not answer
   */
  public static LdkLightning start(LdkConfig config, GroupCommit commits, DataSource money) {
    LdkStore.migrate(money);
    LdkStore store = new LdkStore(money);
    BitcoinRpc chain = new BitcoinRpc(config.chain());
    OnchainWallet wallet = new OnchainWallet(config.network(), config.seed(), chain, new WalletStore(money));
    LdkNode node = started(config, wallet, store);
    try {
      LdkLightning lightning = new LdkLightning(config, node, store, commits, wallet,
          new LdkFunding(node, wallet, config.network()));
      wallet.keepFor(() -> node.call(LdkNode.request("anchors")).required("channels").asInt());
      lightning.resume();
      commits.rider(lightning.cuts);
      lightning.cuts.start();
      lightning.events.start();
      lightning.lost.start();
      return lightning;
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private static LdkNode started(LdkConfig config, OnchainWallet wallet, LdkStore store) {
    try {
      return LdkNode.start(LdkMessages.config(config, wallet.sweepScript()), store.state());
    } catch (LightningException e) {
      String words = String.valueOf(e.getMessage());
      boolean damaged = !e.retrySafe() && words.contains("stored") && !words.contains("another seed");
      throw damaged ? new LightningException(words + HOW_TO_RESTORE, false, e) : e;
    }
  }

  /** Brings what is beside the node's own state in line with it. */
  private void resume() {
    Set<String> funded = new HashSet<>();
    node.call(LdkNode.request("channels")).required("channels")
        .forEach(channel -> funded.add(channel.path("fundingTxid").asText()));
    wallet.resume(funded);
    Set<PaymentHash> held = new HashSet<>();
    parts().forEach(part -> held.add(PaymentHash.parse(part.required("hash").asText())));
    store.keepHeld(held);
    purchases.resume();
  }

  private JsonNode parts() {
    return node.call(LdkNode.request("held")).required("parts");
  }

  /** 33 bytes as hex. */
  public String nodeId() {
    return nodeId;
  }

  /** Where peers connect, with the port that was taken. */
  public InetSocketAddress listenAddress() {
    int port = node.call(LdkNode.request("info")).required("listenPort").asInt();
    return new InetSocketAddress(config.listen().getAddress(), port);
  }

  /** The node's bitcoin on the chain: it pays for channels, and what closed channels leave comes to it. */
  public OnchainWallet wallet() {
    return wallet;
  }

  /** What the wallet keeps for the fees of anchor channels that close, by the blocks that it has read. */
  public AnchorReserve reserve() {
    AnchorReserve known = wallet.lastKnownReserve();
    if (known.advice().isEmpty()) {
      return known;
    }
    try {
      return wallet.reserve();
    } catch (ChainException e) {
      return known;
    }
  }

  /** What to do about coins that are lacking for closing channels; empty if none are. */
  public String reserveAdvice() {
    String trouble = questions.trouble();
    return trouble.isEmpty() ? reserve().advice() : trouble;
  }

  /** Connects to a peer, and again whenever the connection is lost as long as there is a channel with it. */
  public void connect(String peerNodeId, String host, int port) {
    for (int attempt = 1;; attempt++) {
      try {
        node.call(LdkNode.request("connect").put("nodeId", peerNodeId).put("host", host).put("port", port));
        return;
      } catch (LightningException e) {
        // The node may be dialling the same peer by itself, and one of two connections goes.
        if (!e.retrySafe() || attempt == DIAL_ATTEMPTS) {
          throw e;
        }
        LockSupport.parkNanos(DIAL_PAUSE.toNanos());
      }
    }
  }

  /** Node ids of the peers that are connected now. */
  public List<String> peers() {
    List<String> peers = new ArrayList<>();
    node.call(LdkNode.request("info")).required("peers").forEach(peer -> peers.add(peer.asText()));
    return peers;
  }

  /**
   * Opens channels with connected peers, all paid for by one transaction of the wallet. Returns when that transaction
   * is with the network; the channels work after its confirmations.
   */
  public OpenedChannels openChannels(List<ChannelRequest> requests) {
    return funding.open(requests, config.channels().announced());
  }

  /**
   * What a connected peer asks for a channel that a payment of this size opens (bLIP 52, LSPS2).
   *
   * @param token what the peer wants to hear, where it sells to some only
   * @throws LightningException if it sells none, or none for such a payment
   */
  public ChannelPrice channelPrice(String peer, Msat payment, Optional<String> token) {
    return purchases.price(peer, payment, token);
  }

  /**
   * Buys a channel from a connected peer: it opens when the invoice is paid. The payment waits at the seller until the
   * channel has its confirmations, and arrives in it without the fee.
   *
   * @throws LightningException if the fee would be higher than {@code mostFee}, or the wallet lacks what closing one more
   *                            anchor channel in time may cost
   */
  public ChannelPurchase buyChannel(String peer, Msat payment, Msat mostFee, Optional<String> token) {
    AnchorReserve kept = wallet.reserve();
    if (!kept.hasRoomForAnother()) {
      throw new LightningException("a bought channel has anchors, and closing it in time may cost "
          + AnchorReserve.SAT_PER_CHANNEL + " sat on the chain: the wallet needs " + (kept.neededSat()
              + AnchorReserve.SAT_PER_CHANNEL)
          + " sat and has " + kept.confirmedSat() + " (klatch wallet address)",
          true);
    }
    return purchases.buy(peer, payment, mostFee, token);
  }

  /** Closes a channel: with the peer's consent, or by force if asked (then the coins come after a delay). */
  public void closeChannel(String channelId, boolean force) {
    node.call(LdkNode.request("close").put("channel", channelId).put("force", force));
  }

  /** What the node knows of the network: channels that anybody has announced. */
  public record Graph(int channels, int nodes) {}

  public Graph graph() {
    JsonNode graph = node.call(LdkNode.request("graph"));
    return new Graph(graph.required("channels").asInt(), graph.required("nodes").asInt());
  }

  /** Takes a rapid gossip snapshot in. @return the second of its newest update */
  long takeGossip(byte[] snapshot) {
    JsonNode known = node.gossip(snapshot);
    LOG.info("{}: {} channels of {} nodes are known", config.alias(), known.path("channels"), known.path("nodes"));
    return known.required("seenAt").asLong();
  }

  /** Asks this server for the network's graph, now and every few hours, until the node is closed. */
  public void followGossip(URI server) {
    gossip = Optional.of(RapidGossip.following(server, this));
  }

  /** Asks a peer to pay some of a channel out while it stays open, which nodes of ours refuse: for rehearsals of that. */
  void askSplice(String channelId, long sat) {
    node.call(LdkNode.request("askSplice").put("channel", channelId).put("sat", sat).put("script",
        HexFormat.of().formatHex(wallet.sweepScript())));
  }

  /** The newest payments in either direction, newest first. */
  public List<PaymentRecord> payments(int limit) {
    return store.payments(limit);
  }

  /** Transactions that the node wants in the chain and that the chain has neither taken nor refused yet. */
  public int unsent() {
    return node.call(LdkNode.request("info")).required("unsent").asInt();
  }

  /** Asks the chain for a new tip at once, without waiting for the next poll. */
  public void poke() {
    node.call(LdkNode.request("poke"));
  }

  @Override
  public NodeStatus status() {
    JsonNode answer = node.call(LdkNode.request("channels"));
    List<Channel> channels = new ArrayList<>();
    answer.required("channels").forEach(channel -> channels.add(LdkMessages.channel(channel)));
    return new NodeStatus(nodeId, answer.required("height").asInt(), List.copyOf(channels));
  }

  @Override
  public Invoice holdInvoice(HoldRequest request) {
    return LdkMessages.invoice(node.call(LdkMessages.hold(request)));
  }

  @Override
  public Invoice invoice(Msat amount, String description, Duration expiry) {
    return LdkMessages.invoice(node.call(LdkNode.request("invoice").put("amountMsat", amount.value())
        .put("description", description).put("expirySeconds", expiry.toSeconds())));
  }

  @Override
  public Invoice decode(String bolt11) {
    return LdkMessages.invoice(node.call(LdkNode.request("decode").put("bolt11", bolt11)));
  }

  @Override
  public void release(PaymentHash hash) {
    node.call(LdkNode.request("fail").put("hash", hash.toString()));
  }

  @Override
  public void collect(Preimage preimage) {
    node.call(LdkNode.request("claim").put("preimage", preimage.hex()));
  }

  @Override
  public List<HeldHtlc> held() {
    Map<PaymentHash, Msat> complete = store.held();
    Map<PaymentHash, HeldHtlc> inChannels = new HashMap<>();
    for (JsonNode part : parts()) {
      PaymentHash hash = PaymentHash.parse(part.required("hash").asText());
      HeldHtlc htlc = new HeldHtlc(hash, new Msat(part.required("amountMsat").asLong()),
          part.required("expiryHeight").asInt());
      inChannels.merge(hash, htlc, (a, b) -> new HeldHtlc(hash, a.amount().plus(b.amount()),
          Math.min(a.expiryHeight(), b.expiryHeight())));
    }
    return inChannels.values().stream().filter(htlc -> {
      Msat whole = complete.get(htlc.hash());
      return whole != null && htlc.amount().compareTo(whole) >= 0;
    }).toList();
  }

  @Override
  public Payment pay(PayRequest request) {
    paying.lock();
    try {
      Optional<Payment> known = payment(request.id());
      if (known.isPresent()) {
        return known.get();
      }
      Attempt attempt = new Attempt(request, decode(request.bolt11()));
      commits.write(attempt::into);
      return attempt.outcome();
    } finally {
      paying.unlock();
    }
  }

  /**
   * One payment on its way into LDK: within the transaction that says so and that takes the cut with it. So a payment that
   * is stored as under way is known to the stored node, and the other way round, whenever the process dies. LDK forgets a
   * failed payment before its event is handled; only the row still knows it then.
   */
  private final class Attempt {
    private final PayRequest request;
    /** Read before: a bad invoice is the caller's mistake, not a bad transaction. */
    private final Invoice invoice;
    private @Nullable Payment outcome;
    private @Nullable LightningException failure;

    Attempt(PayRequest request, Invoice invoice) {
      this.request = request;
      this.invoice = invoice;
    }

    /** The transaction may be tried again; LDK is asked once. */
    void into(Connection connection) throws SQLException {
      if (outcome == null && failure == null) {
        // LDK would pay once more, and a payee's LDK would take it once more.
        if (LdkStore.paid(connection, invoice.hash())) {
          outcome = new Payment.Failed(request.id(), "this invoice has been paid already", false);
        } else {
          ask();
        }
      }
      switch (outcome) {
        case Payment.Failed failed -> {
          LdkStore.started(connection, failed.id(), invoice);
          LdkStore.ended(connection, failed);
        }
        case Payment.Pending pending -> LdkStore.started(connection, pending.id(), invoice);
        case null -> {
        }
        case Payment.Sent sent -> throw new IllegalStateException("just asked for, and sent already: " + sent);
      }
    }

    private void ask() {
      try {
        JsonNode refused = node.call(LdkMessages.pay(request)).path("refused");
        outcome = refused.isMissingNode()
            ? new Payment.Pending(request.id())
            : new Payment.Failed(request.id(), refused.asText(), false);
      } catch (LightningException e) {
        failure = e;
      }
    }

    Payment outcome() {
      if (outcome == null) {
        throw failure == null ? new IllegalStateException("never asked") : failure;
      }
      return outcome;
    }
  }

  @Override
  public Optional<Payment> payment(PaymentId id) {
    return store.payment(id);
  }

  @Override
  public Optional<Msat> quoteFee(Invoice invoice) {
    JsonNode fee = node.call(LdkNode.request("quote").put("bolt11", invoice.bolt11())).path("feeMsat");
    return fee.isNumber() ? Optional.of(new Msat(fee.asLong())) : Optional.empty();
  }

  @Override
  public void watch(Consumer<LightningEvent> listener) {
    events.watch(listener);
  }

  /** Ends the node in order, with a last cut. If PostgreSQL is away it does without, as after a crash. */
  @Override
  public void close() {
    gossip.ifPresent(RapidGossip::close);
    lost.close();
    node.stop();
    events.close();
    cuts.close();
    node.close();
  }

  /** Ends the node as a crash would, without a last cut: for trials. */
  public void halt() {
    gossip.ifPresent(RapidGossip::close);
    lost.close();
    cuts.abandon();
    node.stop();
    cuts.join();
    events.close();
    node.close();
  }
}
