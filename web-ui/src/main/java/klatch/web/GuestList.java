package klatch.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import klatch.log.DeviceId;
import klatch.meetup.Attendee;
import org.jspecify.annotations.Nullable;

/** The people of an event as comma-separated values (RFC 4180) that a spreadsheet opens without running any of it. */
final class GuestList {
  private static final String LINE_END = "\r\n";
  /** What makes a spreadsheet take a cell for a formula. */
  private static final String FORMULA_STARTS = "=+-@\t\r";

  private GuestList() {}

  /** @param answers of those whose answers this node may read */
  static String csv(List<Attendee> people, List<String> questions, Map<DeviceId, List<String>> answers) {
    var head = new ArrayList<>(List.of("person", "nickname", "seat", "guests", "present"));
    head.addAll(questions);
    var lines = new StringBuilder(row(head));
    for (var attendee : people) {
      var cells = new ArrayList<>(List.of(attendee.device().toString(), attendee.nickname().orElse(""),
          EventRoutes.label(attendee.seat()), Integer.toString(attendee.seat().guests()),
          attendee.present() ? "yes" : "no"));
      List<String> said = answers.getOrDefault(attendee.device(), List.of());
      for (int i = 0; i < questions.size(); i++) {
        cells.add(i < said.size() ? said.get(i) : "");
      }
      lines.append(row(cells));
    }
    return lines.toString();
  }

  private static String row(List<String> cells) {
    return cells.stream().map(GuestList::cell).collect(Collectors.joining(",")) + LINE_END;
  }

  /** In quotes always; with an apostrophe before what would be a formula. */
  private static String cell(@Nullable String value) {
    var text = value == null ? "" : value;
    var harmless = !text.isEmpty() && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    return "\"" + harmless.replace("\"", "\"\"") + "\"";
  }
}
