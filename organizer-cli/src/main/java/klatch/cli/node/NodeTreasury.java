package klatch.cli.node;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import klatch.commitments.Lightning;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.lightning.ChainException;
import klatch.lightning.ChannelPrice;
import klatch.lightning.ChannelRequest;
import klatch.lightning.LdkLightning;
import klatch.lightning.PaymentRecord;
import klatch.lightning.chain.BlockNotices;
import klatch.lightning.chain.ChainGate;
import klatch.lightning.chain.ChainTrouble;
import klatch.web.Treasury;
import klatch.web.wire.NodeStatus;
import klatch.web.wire.Operations;
import org.jspecify.annotations.Nullable;

/** The operator's side of the embedded Lightning node. */
record NodeTreasury(LdkLightning lightning, ChainGate gate, Optional<BlockNotices> notices) implements Treasury {
  private static final Pattern PEER = Pattern
      .compile("(0[23][0-9a-f]{64})@(\\[[0-9a-fA-F:.]+]|[^@:\\s]{1,253}):([0-9]{1,5})");

  @Override
  public Optional<String> chainTrouble() {
    return gate.trouble().map(ChainTrouble::message).or(() -> notices.flatMap(BlockNotices::trouble));
  }

  @Override
  public List<Operations.Payment> payments(int limit) {
    return lightning.payments(limit).stream().map(NodeTreasury::shown).toList();
  }

  static Operations.Payment shown(PaymentRecord payment) {
    return new Operations.Payment(payment.hash().map(Object::toString).orElse(null), word(payment.direction()),
        word(payment.state()), payment.amount().map(Msat::value).orElse(null), payment.fee().value(),
        payment.at().toEpochMilli(), payment.reason().orElse(null));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Operations.Opened open(String peer, long capacitySat, long pushSat) {
    var at = PeerAddress.read(peer);
    var request = new ChannelRequest(at.nodeId(), capacitySat, Msat.ofSat(pushSat));
    return withChain(() -> {
      lightning.connect(at.nodeId(), at.host(), at.port());
      var opened = lightning.openChannels(List.of(request));
      return new Operations.Opened(opened.channelIds().getFirst(), opened.fundingTxid());
    });
  }

  /** Where a Lightning node is. */
  private record PeerAddress(String nodeId, String host, int port) {
    static PeerAddress read(String text) {
      var parts = PEER.matcher(text.strip());
      if (!parts.matches() || Integer.parseInt(parts.group(3)) > 65_535) {
        throw new IllegalArgumentException("a Lightning peer is NODEID@HOST:PORT, not '" + text + "'");
      }
      return new PeerAddress(parts.group(1), parts.group(2).replaceAll("[\\[\\]]", ""),
          Integer.parseInt(parts.group(3)));
    }
  }

  @Override
  public Operations.Bought buy(String peer, long paymentSat, OptionalLong mostFeeSat, Optional<String> token) {
    var at = PeerAddress.read(peer);
    var payment = Msat.ofSat(paymentSat);
    return withChain(() -> {
      lightning.connect(at.nodeId(), at.host(), at.port());
      if (mostFeeSat.isEmpty()) {
        return shown(lightning.channelPrice(at.nodeId(), payment, token), null);
      }
      var purchase = lightning.buyChannel(at.nodeId(), payment, Msat.ofSat(mostFeeSat.getAsLong()), token);
      return shown(purchase.price(), purchase.invoice());
    });
  }

  private static Operations.Bought shown(ChannelPrice price, Lightning.@Nullable Invoice invoice) {
    return new Operations.Bought(price.payment().value(), price.fee().value(), price.arrives().value(),
        price.until().toEpochMilli(), price.forBlocks(), invoice == null ? null : invoice.bolt11(),
        invoice == null ? null : invoice.hash().toString());
  }

  @Override
  public void close(String channelId, boolean force) {
    lightning.closeChannel(channelId, force);
  }

  @Override
  public String newAddress() {
    return lightning.wallet().newAddress();
  }

  @Override
  public Optional<NodeStatus.Reserve> reserve() {
    var reserve = lightning.reserve();
    return Optional.of(new NodeStatus.Reserve(reserve.channels(), reserve.neededSat(), reserve.confirmedSat(),
        lightning.reserveAdvice()));
  }

  @Override
  public byte[] backup() {
    return lightning.encryptedBackup();
  }

  @Override
  public long confirmedSat() {
    return withChain(lightning.wallet()::balanceSat);
  }

  @Override
  public Operations.Sent send(String address, long amountSat, OptionalLong feeSatPerVbyte) {
    return withChain(() -> {
      var sent = lightning.wallet().send(address, amountSat, feeSatPerVbyte);
      return new Operations.Sent(sent.txid(), sent.amountSat(), sent.feeSat());
    });
  }

  /** To those above, the chain is a part of the Lightning node. */
  private static <T> T withChain(java.util.function.Supplier<T> work) {
    try {
      return work.get();
    } catch (ChainException e) {
      throw new LightningException(String.valueOf(e.getMessage()), !e.refused(), e);
    }
  }
}
