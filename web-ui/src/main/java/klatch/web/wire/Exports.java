package klatch.web.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers that are files for other programs. */
public final class Exports {
  private Exports() {}

  /**
   * {@code GET /calendar} and {@code GET /events/{id}/calendar}.
   *
   * @param ics the text of an iCalendar file (RFC 5545)
   */
  public record Calendar(String ics) {}

  /** {@code POST /feeds}: an address for a calendar program. */
  public record MakeFeed(String name) {}

  /**
   * {@code POST /feeds}.
   *
   * @param url with its secret; said this once
   */
  public record Feed(String id, String name, long madeAtMillis, @Nullable String url) {}

  /** {@code GET /feeds} and {@code POST /feeds/{id}/revoke}. */
  public record FeedList(List<Feed> feeds) {}

  /**
   * {@code GET /events/{id}/guest-list}.
   *
   * @param csv comma-separated values (RFC 4180); answers to questions only on the node of the event's host
   */
  public record GuestList(String event, String csv) {}
}
