package klatch.cli.evening;

import java.util.List;
import java.util.stream.Stream;
import klatch.cli.node.ChainKind;

/**
 * Who takes part in an evening, besides the organiser.
 *
 * @param attendees  who locks a deposit: 1 to {@value #MOST_WITH_NODES} with nodes, and the guests
 * @param guests     how many of them have no node, only a browser and a Lightning wallet
 * @param noShows    how many of them stay away: the last guest first, then the last with a node, and so on by turns
 * @param depositSat each deposit
 */
record EveningPlan(int attendees, int guests, int noShows, long depositSat, ChainKind chain) {
  static final int MOST_WITH_NODES = 8;
  static final int MOST_GUESTS = 6;
  private static final List<String> WITH_NODES = List.of("Ben", "Cem", "Dora", "Emil", "Fay", "Gita", "Hal", "Ines");
  private static final List<String> WITHOUT = List.of("Gül", "Ivo", "Jun", "Kay", "Lea", "Mo");

  /**
   * Somebody who says yes.
   *
   * @param name as shown to everybody
   */
  record Attendee(String name, boolean hasNode, boolean comes) {
    /** As part of a schema's name. */
    String key() {
      return name.toLowerCase(java.util.Locale.ROOT).replace('ü', 'u');
    }
  }

  EveningPlan {
    expect("--guests", guests, 0, Math.min(attendees - 1, MOST_GUESTS));
    expect("--attendees", attendees, 1, MOST_WITH_NODES + guests);
    expect("--no-shows", noShows, 0, attendees - 1);
    expect("--deposit-sat", depositSat, 1_000, 20_000);
  }

  private static void expect(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(option + " is " + least + " to " + most + " here, not " + value);
    }
  }

  /** Those with nodes first. */
  List<Attendee> people() {
    int nodes = attendees - guests;
    int stayingGuests = Math.min(guests, Math.max((noShows + 1) / 2, noShows - (nodes - 1)));
    int stayingNodes = noShows - stayingGuests;
    return Stream.concat(people(WITH_NODES, nodes, stayingNodes, true), people(WITHOUT, guests, stayingGuests, false))
        .toList();
  }

  private static Stream<Attendee> people(List<String> names, int count, int staying, boolean hasNode) {
    return java.util.stream.IntStream.range(0, count)
        .mapToObj(index -> new Attendee(names.get(index), hasNode, index < count - staying));
  }
}
