package klatch.commitments;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import klatch.libp2p.MalformedMessageException;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.EntryId;
import klatch.meetup.EventId;
import klatch.meetup.MeetupEvent;
import klatch.meetup.MeetupView;
import klatch.meetup.MessageCodec;
import klatch.meetup.Presence;
import klatch.meetup.SignedEncounter;

/**
 * What the log alone says about the money of one event.
 *
 * @param complete whether the organiser has said that all is done
 * @param findings every difference between what should have happened and what is said to have
 * @param pending  what the organiser owes and still has time for: claimed payouts without a receipt
 */
public record Audit(EventId event, boolean complete, List<Finding> findings, List<Finding> pending) {
  public Audit {
    findings = List.copyOf(findings);
    pending = List.copyOf(pending);
  }

  /** With nothing pending. */
  public Audit(EventId event, boolean complete, List<Finding> findings) {
    this(event, complete, findings, List.of());
  }

  public boolean clean() {
    return findings.isEmpty();
  }

  /** {@code clean}, or how many differences there are and the first of them. */
  public String summary() {
    return clean() ? "clean" : findings.size() + " differences, the first: " + findings.getFirst().message();
  }

  /**
   * @param entries all entries of the group's topic, each log in its order
   * @param decode reads an invoice and checks its signature; throws {@link IllegalArgumentException} if it is none
   * @return empty if the entries hold no such event with deposit terms
   */
  public static Optional<Audit> of(EventId event, List<Entry> entries, Function<String, Lightning.Invoice> decode,
      long nowMillis) {
    MeetupView view = MeetupView.of(entries);
    Optional<MeetupEvent> known = view.event(event);
    Optional<DepositTerms> terms = known.flatMap(DepositTerms::of);
    if (terms.isEmpty()) {
      return Optional.empty();
    }
    Map<EventId, Statements> statements = new HashMap<>();
    entries.forEach(entry -> StatementBook.add(statements, entry));
    Statements said = statements.getOrDefault(event, new Statements());
    Presence presence = view.presence(event);
    Map<SignedEncounter, List<EntryId>> encounters = encounters(entries);
    Function<DeviceId, List<EntryId>> proofs = person -> presence.proofs(person).stream()
        .flatMap(signed -> encounters.getOrDefault(signed, List.of()).stream()).toList();
    AuditTrail.Subject subject = new AuditTrail.Subject(known.get(), terms.get(), said, presence, proofs,
        Math.max(nowMillis, said.latestMillis()));
    return Optional.of(new AuditTrail(decode).all(subject));
  }

  private static Map<SignedEncounter, List<EntryId>> encounters(List<Entry> entries) {
    Map<SignedEncounter, List<EntryId>> found = new HashMap<>();
    for (Entry entry : entries) {
      if (MessageCodec.isMeetup(entry.payloadType())) {
        try {
          if (MessageCodec.decode(entry.payloadType(), entry.payload()) instanceof SignedEncounter signed) {
            found.computeIfAbsent(signed, s -> new ArrayList<>()).add(entry.id());
          }
        } catch (MalformedMessageException e) {
          // It proves nothing; the meetup view lists it.
        }
      }
    }
    return found;
  }
}
