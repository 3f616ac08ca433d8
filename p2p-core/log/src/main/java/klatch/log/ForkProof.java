package klatch.log;

/**
 * Two different entries that one device signed for the same place in one log: proof that it does not keep its log
 * append-only. Only its own key can make one.
 *
 * @param first the header with the smaller id
 * @param second the other one
 */
public record ForkProof(EntryHeader first, EntryHeader second) {
  public ForkProof {
    if (!first.log().equals(second.log()) || first.sequence() != second.sequence() || first.equals(second)) {
      throw new IllegalArgumentException("no fork: " + first + " and " + second);
    }
    if (first.id().compareTo(second.id()) > 0) {
      EntryHeader swap = first;
      first = second;
      second = swap;
    }
  }

  public LogId log() {
    return first.log();
  }

  /** Where the log is forked; entries before this stay good. */
  public long sequence() {
    return first.sequence();
  }
}
