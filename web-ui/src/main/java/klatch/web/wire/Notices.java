package klatch.web.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The routes about notices. */
public final class Notices {
  private Notices() {}

  /**
   * Something that this person should not miss about an event.
   *
   * @param id          stays the same as long as it is about the same thing
   * @param kind        as in docs/spec/local-api.md
   * @param atMillis    since when it holds
   * @param untilMillis from then on it matters no longer, and is not shown
   * @param amountMsat  of what moved or is due, if it is about money
   */
  public record Notice(String id, String kind, String event, String title, String zone, long startsAtMillis,
      long atMillis, long untilMillis, @Nullable Long amountMsat, boolean seen) {}

  /**
   * {@code GET /api/v1/notices}.
   *
   * @param notices  latest first
   * @param reminders the kinds that can be silenced
   * @param silenced those that this person does not want
   */
  public record NoticeList(List<Notice> notices, int unseen, List<String> reminders, List<String> silenced) {}

  /** @param ids of notices that this person has seen; those that are not shown any more do no harm */
  public record Seen(List<String> ids) {}

  /** @param silenced kinds of reminders, all that are to be left out from now on */
  public record Choice(List<String> silenced) {}
}
