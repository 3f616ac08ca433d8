package klatch.libp2p.interop;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the trials showed, as the table of the README. */
final class Matrix {
  static final String YES = "yes";
  static final String NO = "no";
  static final String BEGIN = "<!-- what InteropIT showed -->";
  static final String END = "<!-- end of what InteropIT showed -->";

  /** One cell: shown, failed, not tried because the library is not here, or nothing to try. */
  sealed interface Outcome {
  }

  record Shown() implements Outcome {
  }

  record Failed() implements Outcome {
  }

  record Untried() implements Outcome {
  }

  record NotTheirs(String why) implements Outcome {
  }

  private final Map<String, Map<Library, Map<Feature.Direction, Outcome>>> rows = new LinkedHashMap<>();

  synchronized void enter(Feature feature, Library library, Feature.Direction direction, Outcome outcome) {
    rows.computeIfAbsent(feature.name(), _ -> new EnumMap<>(Library.class))
        .computeIfAbsent(library, _ -> new EnumMap<>(Feature.Direction.class)).put(direction, outcome);
  }

  /** Markdown: a row for each feature, two columns for each library. */
  synchronized String table() {
    StringBuilder text = new StringBuilder("| |");
    for (Library library : Library.values()) {
      text.append(" we dial ").append(library.title()).append(" | ").append(library.title()).append(" dials us |");
    }
    text.append("\n|---|").append("---|".repeat(Library.values().length * 2)).append('\n');
    Set<String> notes = new LinkedHashSet<>();
    rows.forEach((name, cells) -> {
      text.append("| ").append(name).append(" |");
      for (Library library : Library.values()) {
        for (Feature.Direction direction : Feature.Direction.values()) {
          text.append(' ').append(word(cells.getOrDefault(library, Map.of()).get(direction), notes)).append(" |");
        }
      }
      text.append('\n');
    });
    int number = 0;
    for (String note : notes) {
      text.append(number == 0 ? "\n" : "").append(++number).append(". ").append(note).append('\n');
    }
    return text.toString();
  }

  private static String word(@org.jspecify.annotations.Nullable Outcome outcome, Set<String> notes) {
    return switch (outcome) {
      case Shown() -> YES;
      case Failed() -> NO;
      case NotTheirs(String why) -> {
        notes.add(why);
        yield "– (" + (List.copyOf(notes).indexOf(why) + 1) + ")";
      }
      case Untried() -> "";
      case null -> "";
    };
  }

  /** The cells that {@code table} says yes to although this run showed otherwise; libraries that are not here contradict nothing. */
  synchronized List<String> overclaims(String table) {
    List<String> wrong = new java.util.ArrayList<>();
    for (String line : table.lines().filter(l -> l.startsWith("| ") && !l.startsWith("| |")).toList()) {
      String[] cells = line.substring(1).split("\\|", -1);
      String name = cells[0].strip();
      int at = 1;
      for (Library library : Library.values()) {
        for (Feature.Direction direction : Feature.Direction.values()) {
          boolean claimed = at < cells.length && cells[at].strip().equals(YES);
          Outcome outcome = rows.getOrDefault(name, Map.of()).getOrDefault(library, Map.of()).get(direction);
          if (claimed && !(outcome instanceof Shown) && !(outcome instanceof Untried)) {
            wrong.add(name + ", " + library.title() + ", " + direction + ": " + outcome);
          }
          at++;
        }
      }
    }
    return wrong;
  }
}
