package klatch.commitments.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import klatch.commitments.ClaimTarget;
import klatch.commitments.DepositEffect;
import klatch.commitments.DepositState;
import klatch.commitments.Msat;
import klatch.commitments.OwnClaim;
import klatch.commitments.OwnDeposit;
import klatch.commitments.PayoutState;
import klatch.commitments.Preimage;
import klatch.commitments.ReleaseReason;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import klatch.meetup.EventId;
import org.junit.jupiter.api.Test;

/** What every journal does. Each test uses an event of its own. */
abstract class CommitmentStoreContract {
  static final Preimage PREIMAGE = new Preimage(filled(7));
  static final DeviceId ANN = new DeviceId(filled(1));
  static final DeviceId BOB = new DeviceId(filled(2));

  abstract CommitmentStore store();

  static byte[] filled(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static EventId event(int number) {
    return EventId.of(filled(number));
  }

  @Test
  void everyKindOfDepositStateComesBackAsItWas() {
    EventId event = event(10);
    Msat amount = new Msat(12_345_678);
    for (DepositState state : List.of(new DepositState.Pledged(), new DepositState.Offered(PREIMAGE, amount, 99),
        new DepositState.Lapsed(PREIMAGE.hash()), new DepositState.Held(PREIMAGE, amount, 700),
        new DepositState.Releasing(PREIMAGE.hash(), amount, ReleaseReason.GUARDIAN),
        new DepositState.Released(PREIMAGE.hash(), amount, ReleaseReason.CHECKED_IN),
        new DepositState.Collecting(PREIMAGE, amount), new DepositState.Collected(PREIMAGE, amount),
        new DepositState.Expired(PREIMAGE.hash(), amount, "gone, \"quoted\" \u20bf"))) {
      store().save(List.of(new Change.PutDeposit(event, ANN, state)));
      assertThat(store().deposits(event)).isEqualTo(Map.of(ANN, state));
    }
  }

  @Test
  void everyKindOfPayoutStateComesBackAsItWas() {
    EventId event = event(11);
    PayoutState.Invoice invoice = new PayoutState.Invoice(new EntryId(filled(5)), "lnbc1", PREIMAGE.hash(), 1_234);
    for (PayoutState state : List.of(new PayoutState.Due(3, 77), new PayoutState.Paying(1, invoice),
        new PayoutState.Resting(2, invoice, 88), new PayoutState.Paid(new Msat(5), new Msat(6), PREIMAGE),
        new PayoutState.Unclaimed(), new PayoutState.Repriced(new Msat(9)))) {
      store().save(List.of(new Change.PutPayout(event, 2, BOB, state)));
      assertThat(store().payouts(event)).containsExactly(new CommitmentStore.PayoutRow(2, BOB, state));
    }
  }

  @Test
  void effectsStayInOrderUntilTheyAreDone() {
    EventId event = event(12);
    List<DepositEffect> effects = List.of(new DepositEffect.PublishOffer(PREIMAGE.hash(), new Msat(1)),
        new DepositEffect.PublishHeld(PREIMAGE.hash(), new Msat(1), 5), new DepositEffect.ReleaseHtlc(PREIMAGE.hash()),
        new DepositEffect.RenewOffer(PREIMAGE.hash(), new Msat(1)),
        new DepositEffect.PublishReleased(PREIMAGE.hash(), ReleaseReason.LATE),
        new DepositEffect.CollectHtlc(PREIMAGE), new DepositEffect.PublishCollected(PREIMAGE, new Msat(1)));
    for (int i = effects.size(); i > 0; i--) {
      store().save(List.of(new Change.AddEffect(event, i, ANN, effects.get(i - 1))));
    }
    assertThat(store().todo(event).values()).extracting(CommitmentStore.Todo::effect)
        .containsExactlyElementsOf(effects);
    store().save(List.of(new Change.EffectDone(event, 1), new Change.EffectDone(event, 1),
        new Change.EffectDone(event, 999)));
    assertThat(store().todo(event).firstKey()).isEqualTo(2);
  }

  @Test
  void theFirstUseOfAHashStands() {
    EventId event = event(13);
    Preimage other = new Preimage(filled(13));
    store().save(List.of(new Change.UseHash(other.hash(), new HashUse.Deposit(event, ANN)),
        new Change.UseHash(other.hash(), new HashUse.Payout(event, 1, BOB))));
    assertThat(store().use(other.hash())).contains(new HashUse.Deposit(event, ANN));
    assertThat(store().use(new Preimage(filled(14)).hash())).isEmpty();
  }

  @Test
  void ownDepositsAndClaimsComeBackAsTheyWere() {
    EventId event = event(15);
    OwnDeposit own = new OwnDeposit(PREIMAGE.hash(), "lnbc1", new Msat(7), 1, OwnDeposit.Phase.HELD, Msat.ZERO, "");
    OwnClaim claim = new OwnClaim(2, "lnbc2", PREIMAGE.hash(), new Msat(8), true);
    assertThat(store().ownDeposit(event)).isEmpty();
    store().save(List.of(new Change.PutOwnDeposit(event, own), new Change.PutOwnClaim(event, 1, claim)));
    assertThat(store().ownDeposit(event)).isEqualTo(Optional.of(own));
    assertThat(store().ownClaims(event)).isEqualTo(Map.of(1, claim));
    assertThat(store().events()).contains(event);
  }

  @Test
  void whereAPersonWantsThePayoutsComesBackAndTheLastWordCounts() {
    EventId event = event(16);
    assertThat(store().claimTarget(event)).isEmpty();
    for (ClaimTarget target : List.of(new ClaimTarget.Address("a@b.example"), new ClaimTarget.Invoice("lnbc3"),
        new ClaimTarget.Code(PREIMAGE), new ClaimTarget.OwnNode())) {
      store().save(List.of(new Change.PutClaimTarget(event, target)));
      assertThat(store().claimTarget(event)).contains(target);
    }
  }
}
