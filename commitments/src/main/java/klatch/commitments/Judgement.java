package klatch.commitments;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import klatch.log.DeviceId;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Presence;

/** Who came and who did not, of those whose deposits were held: a pure function of the signed log. */
final class Judgement {
  private Judgement() {}

  /** People with a held receipt whose deposit had not gone back before it could be won or lost. */
  static Set<DeviceId> locked(DeviceId host, Statements said) {
    return said.all(host, DepositMessage.HeldReceipt.class).stream().map(s -> s.message().person())
        .filter(person -> said.released(host, person).map(s -> s.message().reason().countsAsLocked()).orElse(true))
        .collect(Collectors.toSet());
  }

  /** Whose check-in was undone is neither present nor absent: a deposit is never lost by the organiser's word alone. */
  static DepositMessage.Verdict of(MeetupEvent event, Statements said, Presence presence) {
    List<DeviceId> present = new ArrayList<>();
    List<DeviceId> absent = new ArrayList<>();
    for (DeviceId person : DrawOrder.of(event.id(), locked(event.host(), said))) {
      if (!presence.undone().contains(person)) {
        (presence.isPresent(person) ? present : absent).add(person);
      }
    }
    return new DepositMessage.Verdict(event.id(), present, absent);
  }
}
