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

  /**
   * {@code GET /my-data}: everything that this node knows of its person and their events. The parts are as the routes of
   * their names answer; a part that there is not is left out.
   *
   * @param entries what the person has signed: nobody can say that it was otherwise
   */
  public record MyData(long atMillis, String person, @Nullable Object profile, @Nullable Object people,
      @Nullable Object groups, List<MyEvent> events, @Nullable Object deposits, @Nullable Object claims,
      @Nullable Object payments, List<Signed> entries) {}

  /** @param report of its deposits, if it had any */
  public record MyEvent(Object event, @Nullable Object report) {}

  /**
   * An entry of this person's own.
   *
   * @param header  in base64, with the signature
   * @param payload in base64
   */
  public record Signed(String id, String topic, long sequence, long timestampMillis, String type, String header,
      String payload) {}

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
