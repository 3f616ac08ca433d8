package klatch.commitments;

import java.util.List;
import klatch.commitments.DepositEffect.CollectHtlc;
import klatch.commitments.DepositEffect.PublishCollected;
import klatch.commitments.DepositEffect.PublishHeld;
import klatch.commitments.DepositEffect.PublishOffer;
import klatch.commitments.DepositEffect.PublishReleased;
import klatch.commitments.DepositEffect.ReleaseHtlc;
import klatch.commitments.DepositEffect.RenewOffer;
import klatch.commitments.DepositInput.BlockReached;
import klatch.commitments.DepositInput.HtlcCollected;
import klatch.commitments.DepositInput.HtlcGone;
import klatch.commitments.DepositInput.HtlcHeld;
import klatch.commitments.DepositInput.JudgedAbsent;
import klatch.commitments.DepositInput.LockClosed;
import klatch.commitments.DepositInput.Offer;
import klatch.commitments.DepositInput.Release;
import klatch.commitments.DepositState.Collected;
import klatch.commitments.DepositState.Collecting;
import klatch.commitments.DepositState.Expired;
import klatch.commitments.DepositState.Held;
import klatch.commitments.DepositState.Lapsed;
import klatch.commitments.DepositState.Offered;
import klatch.commitments.DepositState.Pledged;
import klatch.commitments.DepositState.Released;
import klatch.commitments.DepositState.Releasing;

/**
 * The rules of one deposit, mode "organiser-held": a pure function of its state and what happened. When in doubt,
 * release. Its rows are the table of docs/spec/deposit-states.md.
 */
public final class DepositMachine {
  /** An undecided deposit goes back when its HTLC has this many blocks left: before the node would do it by itself. */
  public static final int GUARDIAN_BLOCKS = 48;

  /** @param effects to be run, in order, after the state is saved */
  public record Step(DepositState state, List<DepositEffect> effects) {
    public Step {
      effects = List.copyOf(effects);
    }
  }

  private DepositMachine() {}

  /** @throws IllegalStateException if the caller asks for what cannot be: a second offer, a verdict on nothing */
  public static Step step(DepositState state, DepositInput input) {
    return switch (state) {
      case Pledged pledged -> pledged(pledged, input);
      case Offered offered -> offered(offered, input);
      case Lapsed lapsed -> lapsed(lapsed, input);
      case Held held -> held(held, input);
      case Releasing releasing -> releasing(releasing, input);
      case Released released -> released(released, input);
      case Collecting collecting -> collecting(collecting, input);
      case Collected collected -> collected(collected, input);
      case Expired expired -> expired(expired, input);
    };
  }

  private static Step pledged(Pledged state, DepositInput input) {
    return switch (input) {
      case Offer(var preimage, var amount, var closes) ->
        to(new Offered(preimage, amount, closes), new PublishOffer(preimage.hash(), amount));
      case LockClosed _,Release _,BlockReached _ -> to(state);
      case HtlcHeld _,HtlcGone _,HtlcCollected _,JudgedAbsent _ -> throw impossible(state, input);
    };
  }

  private static Step offered(Offered state, DepositInput input) {
    PaymentHash hash = state.preimage().hash();
    return switch (input) {
      case HtlcHeld(var amount, _, var now) when !amount.equals(state.amount()) && now < state.lockClosesAtMillis() ->
        to(state, new ReleaseHtlc(hash), new RenewOffer(hash, state.amount()));
      case HtlcHeld(var amount, _, _) when !amount.equals(state.amount()) -> to(state, new ReleaseHtlc(hash));
      case HtlcHeld(var amount, _, var now) when now >= state.lockClosesAtMillis() ->
        to(new Releasing(hash, amount, ReleaseReason.LATE), new ReleaseHtlc(hash));
      case HtlcHeld(var amount, var expiry, _) ->
        to(new Held(state.preimage(), amount, expiry), new PublishHeld(hash, amount, expiry));
      case HtlcCollected(var amount) -> taken(state.preimage(), amount);
      case LockClosed _,Release _ -> to(new Lapsed(hash));
      case HtlcGone _,BlockReached _ -> to(state);
      case Offer _,JudgedAbsent _ -> throw impossible(state, input);
    };
  }

  private static Step lapsed(Lapsed state, DepositInput input) {
    return switch (input) {
      case HtlcHeld(var amount, _, _) ->
        to(new Releasing(state.hash(), amount, ReleaseReason.LATE), new ReleaseHtlc(state.hash()));
      case HtlcGone _,LockClosed _,Release _,BlockReached _ -> to(state);
      case Offer _,HtlcCollected _,JudgedAbsent _ -> throw impossible(state, input);
    };
  }

  private static Step held(Held state, DepositInput input) {
    PaymentHash hash = state.preimage().hash();
    return switch (input) {
      case HtlcHeld(_, var expiry, _) ->
        to(new Held(state.preimage(), state.amount(), Math.min(state.expiryHeight(), expiry)));
      case HtlcGone(var why) ->
        to(new Expired(hash, state.amount(), why), new PublishReleased(hash, ReleaseReason.LOST));
      case HtlcCollected(var amount) -> taken(state.preimage(), amount);
      case Release(var reason) -> to(new Releasing(hash, state.amount(), reason), new ReleaseHtlc(hash));
      case JudgedAbsent _ ->
        to(new Collecting(state.preimage(), state.amount()), new CollectHtlc(state.preimage()));
      case BlockReached(var height) when state.expiryHeight() - height <= GUARDIAN_BLOCKS ->
        to(new Releasing(hash, state.amount(), ReleaseReason.GUARDIAN), new ReleaseHtlc(hash));
      case BlockReached _,LockClosed _ -> to(state);
      case Offer _ -> throw impossible(state, input);
    };
  }

  private static Step releasing(Releasing state, DepositInput input) {
    return switch (input) {
      case HtlcHeld _ -> to(state, new ReleaseHtlc(state.hash()));
      case HtlcGone _ ->
        to(new Released(state.hash(), state.amount(), state.reason()),
            new PublishReleased(state.hash(), state.reason()));
      case LockClosed _,Release _,JudgedAbsent _,BlockReached _ -> to(state);
      case Offer _,HtlcCollected _ -> throw impossible(state, input);
    };
  }

  private static Step released(Released state, DepositInput input) {
    return switch (input) {
      case HtlcHeld _ -> to(state, new ReleaseHtlc(state.hash()));
      case HtlcGone _,LockClosed _,Release _,JudgedAbsent _,BlockReached _ -> to(state);
      case Offer _,HtlcCollected _ -> throw impossible(state, input);
    };
  }

  private static Step collecting(Collecting state, DepositInput input) {
    return switch (input) {
      case HtlcHeld _ -> to(state, new CollectHtlc(state.preimage()));
      case HtlcCollected(var amount) -> taken(state.preimage(), amount);
      case HtlcGone(var why) ->
        to(new Expired(state.preimage().hash(), state.amount(), why),
            new PublishReleased(state.preimage().hash(), ReleaseReason.LOST));
      case LockClosed _,Release _,JudgedAbsent _,BlockReached _ -> to(state);
      case Offer _ -> throw impossible(state, input);
    };
  }

  private static Step collected(Collected state, DepositInput input) {
    return switch (input) {
      case HtlcHeld _ -> to(state, new ReleaseHtlc(state.preimage().hash()));
      case HtlcGone _,HtlcCollected _,LockClosed _,Release _,JudgedAbsent _,BlockReached _ -> to(state);
      case Offer _ -> throw impossible(state, input);
    };
  }

  private static Step expired(Expired state, DepositInput input) {
    return switch (input) {
      case HtlcHeld _ -> to(state, new ReleaseHtlc(state.hash()));
      case HtlcGone _,LockClosed _,Release _,JudgedAbsent _,BlockReached _ -> to(state);
      case Offer _,HtlcCollected _ -> throw impossible(state, input);
    };
  }

  /** The node says that the amount is ours: that is recorded and published, whatever had been decided. */
  private static Step taken(Preimage preimage, Msat amount) {
    return to(new Collected(preimage, amount), new PublishCollected(preimage, amount));
  }

  private static Step to(DepositState state, DepositEffect... effects) {
    return new Step(state, List.of(effects));
  }

  private static IllegalStateException impossible(DepositState state, DepositInput input) {
    return new IllegalStateException(
        "a deposit that is " + state.getClass().getSimpleName() + " cannot take " + input);
  }
}
