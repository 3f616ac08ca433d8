package klatch.regtest.onchain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.log.Database;
import klatch.regtest.LightningNode;
import klatch.regtest.Until;

/** Plays every case of a channel's end on the chain, and says what it came to, in satoshis. */
public final class OnChainTrial {
  /** The delay on a closer's own coins is 144 blocks; the sweep wants some more. */
  private static final int MAX_BLOCKS_TO_THE_END = 300;
  private static final int BLOCKS_AT_ONCE = 6;
  private static final long MSAT_PER_SAT = 1_000;

  private OnChainTrial() {}

  /**
   * @param database gets some schemas for each case
   * @param told     hears of each row as soon as it is known
   */
  public static List<OnChainRow> run(Database database, Consumer<OnChainRow> told) {
    List<OnChainRow> rows = new ArrayList<>();
    for (OnChainCase chosen : OnChainCase.values()) {
      OnChainRow row = row(database, chosen, "case" + rows.size() + "_");
      told.accept(row);
      rows.add(row);
    }
    return rows;
  }

  private static OnChainRow row(Database database, OnChainCase chosen, String prefix) {
    try (Stage stage = new Stage(database, prefix, chosen.anchors)) {
      List<LightningNode> nodes = List.of(stage.payee, stage.router, stage.payer);
      List<Msat> before = nodes.stream().map(Stage::owned).toList();
      try {
        chosen.play(stage);
        end(stage, chosen, before);
      } catch (IllegalStateException | LightningException e) {
        return new OnChainRow(chosen.title, "WRONG: " + e.getMessage(), 0, 0, 0, false);
      }
      List<Long> gains = new ArrayList<>();
      for (int i = 0; i < nodes.size(); i++) {
        gains.add(Math.floorDiv(Stage.owned(nodes.get(i)).value() - before.get(i).value(), MSAT_PER_SAT));
      }
      return new OnChainRow(chosen.title, chosen.collected ? "collected" : "given back", gains.get(0), gains.get(1),
          gains.get(2), true);
    }
  }

  /** Mines until everybody has everything that is theirs, less fees, and nobody more. */
  private static void end(Stage stage, OnChainCase chosen, List<Msat> before) {
    long deposit = Stage.DEPOSIT.value();
    long payee = before.get(0).value() + (chosen.collected ? deposit : 0);
    long payer = before.get(2).value() - (chosen.collected ? deposit : 0);
    int last = stage.chain.tip().height() + MAX_BLOCKS_TO_THE_END;
    while (!reached(chosen, stage.payee, payee) || !reached(chosen, stage.payer, payer)
        || !reached(chosen, stage.router, before.get(1).value())) {
      if (stage.chain.tip().height() >= last) {
        throw new IllegalStateException("after " + MAX_BLOCKS_TO_THE_END + " more blocks the payee has "
            + Stage.owned(stage.payee) + " of " + payee + " msat, the payer " + Stage.owned(stage.payer) + " of "
            + payer);
      }
      stage.chain.mine(BLOCKS_AT_ONCE);
      stage.sync();
    }
    for (LightningNode node : List.of(stage.payee, stage.payer)) {
      long most = node == stage.payee ? payee : payer;
      if (Stage.owned(node).value() > most) {
        throw new IllegalStateException(node.name() + " has " + Stage.owned(node) + ", more than " + most + " msat");
      }
    }
    Until.holds("no HTLC is pending", Stage.PATIENCE, () -> List.of(stage.payee, stage.router, stage.payer).stream()
        .flatMap(node -> node.lightning().status().channels().stream()).allMatch(c -> c.pendingHtlcs() == 0));
  }

  private static boolean reached(OnChainCase chosen, LightningNode node, long most) {
    return Stage.owned(node).value() >= most - chosen.maxFeesSat() * MSAT_PER_SAT;
  }

  /** The rows as a table of Markdown, as in the adapter's README. */
  public static String table(List<OnChainRow> rows) {
    StringBuilder out = new StringBuilder(
        "| Case | Outcome | Payee, sat | Router, sat | Payer, sat |\n|---|---|---|---|---|\n");
    rows.forEach(row -> out.append(String.format(Locale.ROOT, "| %s | %s | %+,d | %+,d | %+,d |%n", row.name(),
        row.outcome(), row.payeeSat(), row.routerSat(), row.payerSat())));
    return out.toString();
  }
}
