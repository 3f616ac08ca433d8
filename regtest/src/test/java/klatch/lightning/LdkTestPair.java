package klatch.lightning;

import static org.awaitility.Awaitility.await;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import klatch.commitments.Lightning;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.lightning.chain.ChainGate;
import klatch.log.Database;
import klatch.regtest.chain.EmbeddedChain;
import klatch.regtest.chain.RpcEndpoint;

/**
 * A node that holds deposits and sees the chain through a gate, and its payer, who sees it directly, with one channel that the
 * holder has paid for, half on either side.
 *
 * @param patience for whatever it waits for
 */
record LdkTestPair(EmbeddedChain chain, LdkTestNode holder, LdkTestNode payer, Duration patience)
    implements
      AutoCloseable {
  static final long CAPACITY_SAT = 1_000_000;
  static final Msat DEPOSIT = Msat.ofSat(10_000);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
  private static final SecureRandom RANDOM = new SecureRandom();

  /** When this returns both can use the channel. */
  static LdkTestPair open(EmbeddedChain chain, ChainGate gate, Database database, Duration patience) {
    ChainRpc rpc = gate.rpc(POLL_INTERVAL);
    LdkTestPair pair = new LdkTestPair(chain,
        LdkTestNode.start(database,
            new RpcEndpoint(rpc.url().getHost(), rpc.url().getPort(), rpc.user(), rpc.password()), "holder", 1,
            ChannelPolicy.regtestLeaf()),
        LdkTestNode.start(database, chain.rpc(), "payer", 2, ChannelPolicy.regtestLeaf()), patience);
    pair.nodes().forEach(LdkTestNode::watch);
    chain.fund(pair.holder.lightning().wallet().newAddress(), 2 * CAPACITY_SAT);
    pair.mine(1);
    pair.holder.connect(pair.payer);
    pair.openChannel();
    return pair;
  }

  /** The holder opens the one channel, or another after it was closed; it has anchors where both have coins for them. */
  void openChannel() {
    holder.lightning().openChannels(
        List.of(new ChannelRequest(payer.lightning().nodeId(), CAPACITY_SAT, Msat.ofSat(CAPACITY_SAT / 2))));
    mine(ChannelPolicy.MIN_CONFIRMATIONS);
    await().atMost(patience).until(() -> nodes().stream().map(node -> node.lightning().status().channels())
        .allMatch(channels -> channels.size() == 1 && channels.getFirst().usable()));
  }

  private List<LdkTestNode> nodes() {
    return List.of(holder, payer);
  }

  /** A deposit, held when this returns. */
  Preimage hold() {
    Preimage preimage = Preimage.random(RANDOM);
    Lightning.Invoice invoice = holder.lightning().holdInvoice(
        new HoldRequest(preimage.hash(), DEPOSIT, "a deposit", Duration.ofHours(1), Lightning.MAX_FINAL_CLTV_BLOCKS));
    payer.lightning().pay(new PayRequest(PaymentId.random(RANDOM), invoice.bolt11(), Msat.ZERO, patience));
    await().atMost(patience).until(() -> holder.lightning().held().stream()
        .anyMatch(held -> held.hash().equals(preimage.hash())));
    return preimage;
  }

  /** One block after the other, each known to both before the next. */
  void mine(int blocks) {
    LdkTestNode.mine(chain, nodes(), blocks, patience);
  }

  void awaitTip() {
    LdkTestNode.awaitTip(chain, nodes(), patience);
  }

  /** Both nodes; the chain is the caller's. */
  @Override
  public void close() {
    payer.close();
    holder.close();
  }
}
