package klatch.log;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** An entry with what can be said of it without its log: everything that costs time, so that it runs outside of locks. */
record CheckedEntry(Entry entry, Optional<Rejection> alone, Optional<Rejection> signature) {
  /**
   * Checks a batch on all cores.
   *
   * @param known ids that are stored already and need no check; the id covers the signature
   */
  static List<CheckedEntry> checkAll(List<Entry> entries, Set<EntryId> known, long nowMillis) {
    return entries.parallelStream().map(entry -> known.contains(entry.id())
        ? new CheckedEntry(entry, Optional.empty(), Optional.empty())
        : check(entry, nowMillis)).toList();
  }

  private static CheckedEntry check(Entry entry, long nowMillis) {
    Optional<Rejection> alone = EntryRules.checkAlone(entry, nowMillis);
    return new CheckedEntry(entry, alone, alone.or(() -> EntryRules.checkSignature(entry.header())));
  }
}
