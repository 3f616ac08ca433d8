package klatch.libp2p.interop;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One row of the matrix: what is shown, by us dialling and by us being dialled. */
final class Feature {
  /** Shows one cell with a library, or fails. */
  @FunctionalInterface
  interface Trial {
    void run(Strangers strangers) throws Exception;
  }

  /** Who dials. */
  enum Direction {
    WE_DIAL, THEY_DIAL
  }

  private final String name;
  private final Map<Direction, Trial> trials = new EnumMap<>(Direction.class);
  private final Map<Library, Map<Direction, String>> absences = new EnumMap<>(Library.class);

  Feature(String name, Trial weDial, Trial theyDial) {
    this.name = name;
    trials.put(Direction.WE_DIAL, weDial);
    trials.put(Direction.THEY_DIAL, theyDial);
  }

  /** What that library does not do itself, with the reason; not tried. */
  Feature without(Library library, String why, Direction... directions) {
    for (Direction direction : directions.length == 0
        ? EnumSet.allOf(Direction.class)
        : EnumSet.of(directions[0],
            directions)) {
      absences.computeIfAbsent(library, _ -> new EnumMap<>(Direction.class)).put(direction, why);
    }
    return this;
  }

  String name() {
    return name;
  }

  /** Why there is nothing to try, or null. */
  @Nullable
  String absence(Library library, Direction direction) {
    return absences.getOrDefault(library, Map.of()).get(direction);
  }

  Trial trial(Direction direction) {
    Trial trial = trials.get(direction);
    if (trial == null) {
      throw new IllegalStateException(name + " has no " + direction);
    }
    return trial;
  }

  @Override
  public String toString() {
    return name;
  }
}
