package klatch.commitments;

import java.time.Duration;
import java.util.Optional;
import klatch.log.DeviceId;
import klatch.meetup.EventId;
import klatch.meetup.MeetupEvent;

/** Runs the effects of deposits; each may be run again after a crash and then does nothing twice. */
final class DepositEffects {
  /** Somebody who sends wrong amounts again and again fills no log; what stands then is the last. */
  static final int MOST_OFFERS = 4;

  private static final Duration SHORTEST_EXPIRY = Duration.ofSeconds(1);

  private final Surroundings parts;
  private final EventId event;
  private final StatementBook book;
  private final Voice voice;

  DepositEffects(Surroundings parts, EventId event, StatementBook book) {
    this.parts = parts;
    this.event = event;
    this.book = book;
    this.voice = new Voice(parts);
  }

  void run(DeviceId person, DepositEffect effect) {
    switch (effect) {
      case DepositEffect.PublishOffer(var hash, var amount) ->
        around(KillPoint.Step.OFFERED, () -> {
          if (said().offer(parts.self(), person).isEmpty()) {
            offer(person, hash, amount);
          }
        });
      case DepositEffect.RenewOffer(var hash, var amount) ->
        around(KillPoint.Step.OFFERED, () -> {
          if (said().offers(parts.self(), person) < MOST_OFFERS) {
            offer(person, hash, amount);
          }
        });
      case DepositEffect.PublishHeld(var hash, var amount, var expiry) ->
        around(KillPoint.Step.HELD, () -> {
          if (said().held(parts.self(), person).isEmpty()) {
            say(new DepositMessage.HeldReceipt(event, person, hash, amount, expiry));
          }
        });
      case DepositEffect.ReleaseHtlc(var hash) ->
        around(KillPoint.Step.RELEASING, () -> parts.lightning().release(hash));
      case DepositEffect.PublishReleased(var hash, var reason) -> {
        if (said().released(parts.self(), person).isEmpty()) {
          say(new DepositMessage.Released(event, person, hash, reason));
        }
      }
      case DepositEffect.CollectHtlc(var preimage) ->
        around(KillPoint.Step.COLLECTING, () -> parts.lightning().collect(preimage));
      case DepositEffect.PublishCollected(var preimage, var amount) -> {
        if (said().collected(parts.self(), person).isEmpty()) {
          say(new DepositMessage.Collected(event, person, preimage.hash(), preimage, amount));
        }
      }
    }
  }

  private void around(KillPoint.Step step, Runnable effect) {
    parts.killPoint().at(step, KillPoint.Moment.BEFORE_EFFECT);
    effect.run();
    parts.killPoint().at(step, KillPoint.Moment.AFTER_EFFECT);
  }

  /** Too late to be paid is too late to be offered; the state lapses by the clock. */
  private void offer(DeviceId person, PaymentHash hash, Msat amount) {
    Optional<MeetupEvent> known = parts.meetup().event(event);
    Optional<DepositTerms> terms = known.flatMap(DepositTerms::of);
    if (terms.isEmpty()) {
      return;
    }
    Duration left = Duration.ofMillis(terms.get().clock().lockClosesAtMillis() - parts.clock().millis());
    if (left.compareTo(SHORTEST_EXPIRY) >= 0) {
      Lightning.Invoice invoice = parts.lightning().holdInvoice(new Lightning.HoldRequest(hash, amount,
          "Deposit: " + known.get().details().title(), left, terms.get().finalCltvBlocks()));
      say(new DepositMessage.Offer(event, person, invoice.bolt11(), hash));
    }
  }

  private Statements said() {
    return book.of(event);
  }

  private void say(DepositMessage message) {
    parts.meetup().event(event).ifPresent(known -> voice.say(known.group(), message));
  }
}
