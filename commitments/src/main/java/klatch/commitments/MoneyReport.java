package klatch.commitments;

import java.util.List;
import java.util.Optional;
import klatch.log.DeviceId;
import klatch.meetup.EventId;

/**
 * What became of the money of one event, as the log says.
 *
 * @param done        whether every deposit and every payout has come to its end
 * @param pot         what was collected
 * @param paidOut     payouts that arrived
 * @param fees        their routing fees
 * @param reserveLeft pot less payouts and fees
 * @param own         this device's own deposit, if it has one
 */
public record MoneyReport(EventId event, DepositTerms terms, boolean done, Msat pot, Msat paidOut, Msat fees,
    Msat reserveLeft, List<Line> people, Optional<Own> own) {
  /**
   * One person's line.
   *
   * @param state       {@code offered}, {@code held}, {@code released}, {@code collected}
   * @param present     whether signed encounters show that they came
   * @param payout      sum of the payouts they received
   * @param payoutState empty, {@code claimable}, {@code claimed}, {@code paid}, {@code unclaimed}
   */
  public record Line(DeviceId person, String state, boolean present, Msat held, Msat released, Msat forfeited,
      Msat payout, String payoutState) {}

  /**
   * This device's own view.
   *
   * @param received sum of the payouts our node received
   */
  public record Own(OwnDeposit deposit, Msat received, int claims) {}
}
