package klatch.web.wire;

/** Answers that are files for other programs. */
public final class Exports {
  private Exports() {}

  /**
   * {@code GET /calendar} and {@code GET /events/{id}/calendar}.
   *
   * @param ics the text of an iCalendar file (RFC 5545)
   */
  public record Calendar(String ics) {}

  /**
   * {@code GET /events/{id}/guest-list}.
   *
   * @param csv comma-separated values (RFC 4180); answers to questions only on the node of the event's host
   */
  public record GuestList(String event, String csv) {}
}
