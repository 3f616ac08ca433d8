package klatch.meetup;

import java.util.Optional;
import klatch.log.DeviceId;

/**
 * What this device knows, at one moment, about another one that it is about to meet at an event.
 *
 * @param seat of the other one
 * @param needless the encounter that makes another one of the two needless, if there is one
 */
public record Counterpart(MeetupEvent event, Optional<Seat> seat, Optional<SignedEncounter> needless) {
  static Counterpart of(MeetupView view, MeetupEvent event, DeviceId self, DeviceId other) {
    return new Counterpart(event, view.seats(event.id()).of(other), switch (event.rule()) {
      case DOOR -> view.metDoor(event.id(), event.doors().contains(self) ? other : self);
      case PEERS -> view.encounter(event.id(), self, other);
    });
  }
}
