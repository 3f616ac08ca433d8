package klatch.meetup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads the edits of one event into its versions. Version n + 1 replaces version n; of several that claim the same
 * number, the one with the lowest entry id counts, so that hosts who edit at the same time end with the same.
 */
final class VersionFold {
  private static final Comparator<Recorded<EventEdited>> IN_ORDER = Comparator
      .comparingInt((Recorded<EventEdited> edit) -> edit.message().version()).thenComparing(Recorded::id);

  private final Recorded<EventCreated> created;
  private final List<EventVersion> versions = new ArrayList<>();
  private final List<Anomaly> anomalies = new ArrayList<>();

  /** @param edits by those who may, in any order */
  VersionFold(Recorded<EventCreated> created, List<Recorded<EventEdited>> edits) {
    this.created = created;
    versions.add(new EventVersion(EventVersion.FIRST, created.author(), created.timestampMillis(),
        created.message().details()));
    edits.stream().sorted(IN_ORDER).forEach(this::edited);
  }

  private void edited(Recorded<EventEdited> fact) {
    EventEdited edit = fact.message();
    if (fixed(created.message(), edit.details())) {
      anomalies.add(fact.anomaly(Anomaly.Reason.FIXED,
          "the times of event " + edit.event() + " are part of its terms and cannot be edited"));
    } else if (edit.version() == versions.getLast().number() + 1) {
      versions.add(new EventVersion(edit.version(), fact.author(), fact.timestampMillis(), edit.details()));
    }
  }

  /** Deposits hang on an event's times: with terms, no edit may say others. */
  static boolean fixed(EventCreated created, EventDetails edited) {
    return !created.terms().isEmpty() && !created.times().equals(edited.times());
  }

  List<EventVersion> versions() {
    return versions;
  }

  List<Anomaly> anomalies() {
    return anomalies;
  }
}
