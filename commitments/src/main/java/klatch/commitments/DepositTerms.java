package klatch.commitments;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import klatch.libp2p.MalformedMessageException;
import klatch.log.Cbor;
import klatch.meetup.ByteString;
import klatch.meetup.MeetupEvent;

/**
 * What everybody agrees to by locking a deposit; the bytes are part of the signed event and never change
 * (docs/spec/deposit-messages.md).
 *
 * @param version          1
 * @param mode             {@code organiser-held}
 * @param payout           {@code split}: equal shares for those who came
 * @param deposit          what each attendee locks
 * @param minimumPresent   if fewer come, everybody gets the deposit back; at least 1
 * @param finalCltvBlocks  what the hold invoices ask for, at least what the clock needs
 * @param escrowNodeId     the Lightning node that holds the deposits, 33 bytes as hex
 * @param claimWindowMillis how long a payout of a round can be claimed
 */
public record DepositTerms(int version, String mode, String payout, Msat deposit, TermsClock clock,
    int minimumPresent, int finalCltvBlocks, String escrowNodeId, long claimWindowMillis) {
  public static final int VERSION = 1;
  public static final String MODE = "organiser-held";
  public static final String PAYOUT = "split";

  /** A larger one would not fit into an ordinary channel anyway. */
  public static final Msat LARGEST_DEPOSIT = Msat.ofSat(10_000_000);

  /** Below this an HTLC has no output of its own on chain and can be lost to fees if a channel closes. */
  public static final Msat DUST = Msat.ofSat(1_000);

  /** The most people a settlement names: their shares must fit into one entry. */
  public static final int MOST_PEOPLE = 800;

  public static final Duration CLAIM_WINDOW = Duration.ofDays(15);
  private static final Duration LONGEST_CLAIM_WINDOW = Duration.ofDays(366);
  private static final Pattern NODE_ID = Pattern.compile("0[23][0-9a-f]{64}");

  public DepositTerms {
    expect(version == VERSION, "terms version must be " + VERSION + ", not " + version);
    expect(mode.equals(MODE), "the mode must be " + MODE);
    expect(payout.equals(PAYOUT), "the payout must be " + PAYOUT);
    expect(deposit.value() > 0 && deposit.compareTo(LARGEST_DEPOSIT) <= 0,
        "the deposit must lie in 1.." + LARGEST_DEPOSIT + ", not " + deposit);
    expect(minimumPresent >= 1 && minimumPresent <= MOST_PEOPLE,
        "the minimum present must lie in 1.." + MOST_PEOPLE + ", not " + minimumPresent);
    long needed = clock.neededBlocks();
    expect(needed <= Lightning.MAX_FINAL_CLTV_BLOCKS, tooLong(clock, needed));
    expect(finalCltvBlocks >= needed && finalCltvBlocks <= Lightning.MAX_FINAL_CLTV_BLOCKS,
        "the final CLTV must lie in " + needed + ".." + Lightning.MAX_FINAL_CLTV_BLOCKS + " blocks, not "
            + finalCltvBlocks);
    expect(NODE_ID.matcher(escrowNodeId).matches(), "the escrow's node id must be 33 bytes as hex");
    expect(claimWindowMillis > 0 && claimWindowMillis <= LONGEST_CLAIM_WINDOW.toMillis(),
        "the claim window must lie in 1.." + LONGEST_CLAIM_WINDOW.toMillis() + " ms, not " + claimWindowMillis);
  }

  /** Whether what an organiser has in mind can be signed. */
  public sealed interface Draft {
    /** @param warnings for the organiser; nothing is wrong */
    record Accepted(DepositTerms terms, List<Warning> warnings) implements Draft {}

    /** @param reason one sentence with the actual and the allowed values */
    record Refused(String reason) implements Draft {}
  }

  /** Terms with the shortest final CLTV that fits the clock. */
  public static Draft draft(long depositMsat, TermsClock clock, int minimumPresent, String escrowNodeId,
      Duration claimWindow) {
    if (depositMsat <= 0 || depositMsat > LARGEST_DEPOSIT.value()) {
      return new Draft.Refused(
          "the deposit must lie in 1.." + LARGEST_DEPOSIT + ", not " + depositMsat + " msat");
    }
    long needed = clock.neededBlocks();
    if (needed > Lightning.MAX_FINAL_CLTV_BLOCKS) {
      return new Draft.Refused(tooLong(clock, needed));
    }
    try {
      DepositTerms terms = new DepositTerms(VERSION, MODE, PAYOUT, new Msat(depositMsat), clock, minimumPresent,
          (int) needed, escrowNodeId, claimWindow.toMillis());
      return new Draft.Accepted(terms, terms.warnings());
    } catch (IllegalArgumentException e) {
      return new Draft.Refused(String.valueOf(e.getMessage()));
    }
  }

  /**
   * What is allowed but should be thought about.
   *
   * @param message one sentence
   */
  public record Warning(Kind kind, String message) {
    /** What it is about. */
    public enum Kind {
      /** So small that it has no output of its own on the chain. */
      DUST
    }
  }

  /** What an organiser should know before signing. */
  public List<Warning> warnings() {
    List<Warning> warnings = new ArrayList<>();
    if (deposit.compareTo(DUST) < 0) {
      warnings.add(new Warning(Warning.Kind.DUST, "a deposit of " + deposit + " is dust: below " + DUST
          + " it has no output on chain and can be lost to fees if a channel closes while it is held"));
    }
    return warnings;
  }

  /**
   * Whether the escrow's channels can take such a deposit.
   *
   * @return empty if it fits, otherwise one sentence that says how much does
   */
  public static Optional<String> tooLargeFor(Msat deposit, Lightning.NodeStatus escrow) {
    Msat room = escrow.channels().stream().filter(Lightning.Channel::usable).map(Lightning.Channel::canReceive)
        .max(Msat::compareTo).orElse(Msat.ZERO);
    return deposit.compareTo(room) <= 0
        ? Optional.empty()
        : Optional
            .of("no inbound capacity for a deposit of " + deposit + ": the largest that a channel of this node can"
                + " receive is " + room
                + "; open a channel (klatch channel open NODEID@HOST:PORT SAT --push-sat SAT), buy one"
                + " (klatch channel buy), or ask for less");
  }

  public ByteString encode() {
    return ByteString.of(Cbor.encode(this));
  }

  public static DepositTerms decode(ByteString bytes) throws MalformedMessageException {
    return Cbor.decode(bytes.bytes(), DepositTerms.class);
  }

  /** The terms of an event; empty if it has none, or none that this version can read. */
  public static Optional<DepositTerms> of(MeetupEvent event) {
    if (event.terms().isEmpty()) {
      return Optional.empty();
    }
    try {
      DepositTerms terms = decode(event.terms());
      boolean sameDoors = terms.clock.checkInOpensAtMillis() == event.times().checkInOpensAtMillis()
          && terms.clock.checkInClosesAtMillis() == event.times().checkInClosesAtMillis();
      return sameDoors ? Optional.of(terms) : Optional.empty();
    } catch (MalformedMessageException e) {
      return Optional.empty();
    }
  }

  private static String tooLong(TermsClock clock, long needed) {
    return "from lock opens (" + clock.lockOpensAtMillis() + ") to payouts close (" + clock.payoutsCloseAtMillis()
        + ") a deposit must be held for up to " + needed + " blocks; payers accept at most "
        + Lightning.MAX_FINAL_CLTV_BLOCKS;
  }

  private static void expect(boolean good, String otherwise) {
    if (!good) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
