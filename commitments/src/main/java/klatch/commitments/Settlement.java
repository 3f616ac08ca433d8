package klatch.commitments;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import klatch.log.DeviceId;
import klatch.meetup.EventId;

/**
 * Who is entitled to what of the forfeited deposits: equal shares for those who came, the odd millisatoshis one each in
 * the order of the draw. The shares add up to the pot exactly.
 *
 * @param shares in the order of the draw; empty when the pot is
 */
public record Settlement(EventId event, Msat pot, List<Share> shares) {
  public Settlement {
    shares = List.copyOf(shares);
    if (!shares.isEmpty() && total(shares) != pot.value()) {
      throw new IllegalArgumentException("shares add up to " + total(shares) + " msat, the pot is " + pot);
    }
  }

  /** @throws IllegalArgumentException if there is a pot and nobody to share it */
  public static Settlement of(EventId event, Collection<DeviceId> present, Msat pot) {
    if (pot.equals(Msat.ZERO)) {
      return new Settlement(event, pot, List.of());
    }
    if (present.isEmpty()) {
      throw new IllegalArgumentException("nobody to share " + pot);
    }
    return new Settlement(event, pot, split(pot, DrawOrder.of(event, present)));
  }

  /** Equal parts; the remainder goes one millisatoshi at a time to the first of the list. */
  static List<Share> split(Msat whole, List<DeviceId> people) {
    long each = whole.value() / people.size();
    long odd = whole.value() % people.size();
    List<Share> shares = new ArrayList<>();
    for (int i = 0; i < people.size(); i++) {
      shares.add(new Share(people.get(i), new Msat(each + (i < odd ? 1 : 0))));
    }
    return shares;
  }

  private static long total(List<Share> shares) {
    return shares.stream().mapToLong(s -> s.amount().value()).sum();
  }
}
