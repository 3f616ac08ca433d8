package klatch.commitments;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import klatch.log.DeviceId;
import klatch.log.EntryId;

/**
 * Everything the logs say about the deposits of one event, each log in its order. What the organiser says counts only in
 * the organiser's log, a claim only in its claimant's, that a deposit was
 * taken only in that of whose it was. Immutable once handed out.
 */
public final class Statements {
  private final Map<DeviceId, List<Said<?>>> byAuthor = new HashMap<>();
  private long latestMillis;

  Statements() {}

  private Statements(Statements other) {
    other.byAuthor.forEach((author, said) -> byAuthor.put(author, new ArrayList<>(said)));
    latestMillis = other.latestMillis;
  }

  Statements copy() {
    return new Statements(this);
  }

  void add(Said<?> said) {
    byAuthor.computeIfAbsent(said.author(), a -> new ArrayList<>()).add(said);
    latestMillis = Math.max(latestMillis, said.timestampMillis());
  }

  /** The latest time that anybody's statement carries. */
  long latestMillis() {
    return latestMillis;
  }

  /** All of this kind in this author's log, in its order. */
  <M extends DepositMessage> List<Said<M>> all(DeviceId author, Class<M> kind) {
    List<Said<M>> found = new ArrayList<>();
    for (Said<?> said : byAuthor.getOrDefault(author, List.of())) {
      if (kind.isInstance(said.message())) {
        found.add(new Said<>(said.entry(), said.author(), said.sequence(), said.timestampMillis(),
            kind.cast(said.message())));
      }
    }
    return found;
  }

  <M extends DepositMessage> Optional<Said<M>> first(DeviceId author, Class<M> kind) {
    return all(author, kind).stream().findFirst();
  }

  /** The offer that stands: the newest on the hash of the first. */
  Optional<Said<DepositMessage.Offer>> offer(DeviceId host, DeviceId person) {
    return offersTo(host, person).reduce((stands, next) -> next.message().hash().equals(stands.message().hash())
        ? next
        : stands);
  }

  /** How often the organiser has offered this person a deposit. */
  long offers(DeviceId host, DeviceId person) {
    return offersTo(host, person).count();
  }

  private Stream<Said<DepositMessage.Offer>> offersTo(DeviceId host, DeviceId person) {
    return all(host, DepositMessage.Offer.class).stream().filter(s -> s.message().person().equals(person));
  }

  Optional<Said<DepositMessage.HeldReceipt>> held(DeviceId host, DeviceId person) {
    return all(host, DepositMessage.HeldReceipt.class).stream().filter(s -> s.message().person().equals(person))
        .findFirst();
  }

  Optional<Said<DepositMessage.Released>> released(DeviceId host, DeviceId person) {
    return all(host, DepositMessage.Released.class).stream().filter(s -> s.message().person().equals(person))
        .findFirst();
  }

  Optional<Said<DepositMessage.Collected>> collected(DeviceId host, DeviceId person) {
    return all(host, DepositMessage.Collected.class).stream().filter(s -> s.message().person().equals(person))
        .findFirst();
  }

  /** What the owner of a deposit shows of it, if it opens the hash that the organiser named for that deposit. */
  Optional<Said<DepositMessage.Taken>> taken(DeviceId host, DeviceId person) {
    Set<PaymentHash> named = new HashSet<>();
    offer(host, person).ifPresent(s -> named.add(s.message().hash()));
    held(host, person).ifPresent(s -> named.add(s.message().hash()));
    return all(person, DepositMessage.Taken.class).stream().filter(s -> named.contains(s.message().hash())).findFirst();
  }

  Optional<Said<DepositMessage.Round>> round(DeviceId host, int number) {
    return all(host, DepositMessage.Round.class).stream().filter(s -> s.message().round() == number).findFirst();
  }

  int rounds(DeviceId host) {
    int number = 0;
    while (round(host, number + 1).isPresent()) {
      number++;
    }
    return number;
  }

  Optional<Said<DepositMessage.Paid>> paid(DeviceId host, int round, DeviceId person) {
    return all(host, DepositMessage.Paid.class).stream()
        .filter(s -> s.message().round() == round && s.message().person().equals(person)).findFirst();
  }

  /** How the organiser says a payout ended, if it does. */
  Optional<PayoutOutcome> outcome(DeviceId host, int round, DeviceId person) {
    for (Said<?> said : byAuthor.getOrDefault(host, List.of())) {
      PayoutOutcome outcome = switch (said.message()) {
        case DepositMessage.Paid p when p.round() == round && p.person().equals(person) ->
          new PayoutOutcome.Paid(p.amount(), p.fee());
        case DepositMessage.Unclaimed u when u.round() == round && u.person().equals(person) ->
          new PayoutOutcome.Unclaimed();
        case DepositMessage.Repriced r when r.round() == round && r.person().equals(person) ->
          new PayoutOutcome.Repriced(r.fee());
        default -> null;
      };
      if (outcome != null) {
        return Optional.of(outcome);
      }
    }
    return Optional.empty();
  }

  /** The rounds that are over, oldest first, up to the first one that is not. */
  List<Payouts.Done> done(DeviceId host) {
    List<Payouts.Done> done = new ArrayList<>();
    for (int number = 1; number <= rounds(host); number++) {
      List<Payout> payouts = round(host, number).orElseThrow().message().payouts();
      Map<DeviceId, PayoutOutcome> outcomes = new HashMap<>();
      for (Payout payout : payouts) {
        outcome(host, number, payout.person()).ifPresent(o -> outcomes.put(payout.person(), o));
      }
      if (outcomes.size() < payouts.size()) {
        break;
      }
      done.add(new Payouts.Done(payouts, outcomes));
    }
    return done;
  }

  Optional<Said<DepositMessage.ClaimRefused>> refusal(DeviceId host, EntryId claim) {
    return all(host, DepositMessage.ClaimRefused.class).stream().filter(s -> s.message().claim().equals(claim))
        .findFirst();
  }

  /** Where wallets reach the organiser's node now. */
  Optional<String> withdrawAt(DeviceId host) {
    return all(host, DepositMessage.WithdrawAt.class).stream().map(s -> s.message().url())
        .reduce((first, second) -> second);
  }

  /** The invoice that came by a claim's code, if the organiser shows the secret of that code with it. */
  Optional<Said<DepositMessage.Withdrawal>> withdrawal(DeviceId host, EntryId claim) {
    return all(host, DepositMessage.Withdrawal.class).stream().filter(s -> s.message().claim().equals(claim))
        .findFirst();
  }

  /** The newest claim of this round that the organiser has not refused. */
  Optional<Said<DepositMessage.Claim>> claim(DeviceId host, DeviceId person, int round) {
    return all(person, DepositMessage.Claim.class).stream().filter(s -> s.message().round() == round)
        .filter(s -> refusal(host, s.entry()).isEmpty()).reduce((first, second) -> second);
  }
}
