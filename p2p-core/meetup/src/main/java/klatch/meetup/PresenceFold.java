package klatch.meetup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import klatch.log.DeviceId;
import org.jspecify.annotations.Nullable;

/** Reads the encounters of one event into its {@link Presence}. Their order does not matter. */
final class PresenceFold {
  /** Which of several proofs is shown: the earliest; the signatures decide between equals. */
  private static final Comparator<SignedEncounter> EARLIEST = Comparator
      .comparingLong((SignedEncounter proof) -> proof.encounter().epoch())
      .thenComparing(proof -> proof.signatureA().toString()).thenComparing(proof -> proof.signatureB().toString());

  private final MeetupEvent event;
  private final Map<DeviceId, SignedEncounter> proofs = new HashMap<>();
  private final List<Anomaly> anomalies = new ArrayList<>();
  private @Nullable Presence presence;

  PresenceFold(MeetupEvent event) {
    this.event = event;
  }

  /** One encounter of anybody's log. */
  void encounter(Recorded<SignedEncounter> fact, boolean verified) {
    presence = null;
    SignedEncounter signed = fact.message();
    Encounter encounter = signed.encounter();
    if (!encounter.has(fact.author())) {
      anomalies.add(fact.anomaly(Anomaly.Reason.NOT_A_PARTY, fact.author() + " is neither of the two who met"));
    } else if (!verified) {
      anomalies.add(fact.anomaly(Anomaly.Reason.WRONG_SIGNATURE,
          "the encounter of " + encounter.keyA() + " and " + encounter.keyB() + " is not signed by both"));
    } else if (!Presence.inWindow(event.times(), encounter.epoch())) {
      anomalies.add(fact.anomaly(Anomaly.Reason.OUTSIDE_WINDOW,
          "the encounter's time " + Encounter.startMillis(encounter.epoch()) + " is not between "
              + event.times().checkInOpensAtMillis() + " and " + event.times().checkInClosesAtMillis()));
    } else {
      for (DeviceId attendee : List.of(encounter.keyA(), encounter.keyB())) {
        if (counts(encounter, attendee)) {
          proofs.merge(attendee, signed, (one, two) -> EARLIEST.compare(one, two) <= 0 ? one : two);
        }
      }
    }
  }

  private boolean counts(Encounter encounter, DeviceId attendee) {
    return switch (event.details().rule()) {
      case DOOR -> Presence.byDoor(event, encounter, attendee);
    };
  }

  Presence presence() {
    Presence known = presence;
    if (known == null) {
      known = Presence.of(event.id(), proofs);
      presence = known;
    }
    return known;
  }

  List<Anomaly> anomalies() {
    return anomalies;
  }
}
