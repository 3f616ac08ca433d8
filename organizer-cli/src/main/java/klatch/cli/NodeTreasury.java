package klatch.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.lightning.ChainException;
import klatch.lightning.ChannelRequest;
import klatch.lightning.LdkLightning;
import klatch.lightning.PaymentRecord;
import klatch.lightning.chain.BlockNotices;
import klatch.lightning.chain.ChainGate;
import klatch.lightning.chain.ChainTrouble;
import klatch.web.Treasury;
import klatch.web.wire.NodeStatus;
import klatch.web.wire.Operations;

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
    var parts = PEER.matcher(peer.strip());
    if (!parts.matches() || Integer.parseInt(parts.group(3)) > 65_535) {
      throw new IllegalArgumentException("a Lightning peer is NODEID@HOST:PORT, not '" + peer + "'");
    }
    var request = new ChannelRequest(parts.group(1), capacitySat, Msat.ofSat(pushSat));
    var host = parts.group(2).replaceAll("[\\[\\]]", "");
    return withChain(() -> {
      lightning.connect(parts.group(1), host, Integer.parseInt(parts.group(3)));
      var opened = lightning.openChannels(List.of(request));
      return new Operations.Opened(opened.channelIds().getFirst(), opened.fundingTxid());
    });
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
