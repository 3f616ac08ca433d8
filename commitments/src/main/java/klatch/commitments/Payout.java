package klatch.commitments;

import klatch.log.DeviceId;

/**
 * One payment of a round.
 *
 * @param entitled what is set aside for it
 * @param amount   what the payee's invoice must ask for, to the millisatoshi; the rest is the most that routing may cost
 */
public record Payout(DeviceId person, Msat entitled, Msat amount) {
  public Payout {
    if (amount.compareTo(Payouts.LEAST) < 0 || amount.compareTo(entitled) > 0) {
      throw new IllegalArgumentException("a payout of " + amount + " out of " + entitled);
    }
  }

  public Msat maxFee() {
    return entitled.minus(amount);
  }
}
