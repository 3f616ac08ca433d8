package klatch.log;

/** What became of one entry given to {@link LogStore#ingest}. */
public sealed interface IngestResult {
  /** Verified and stored. */
  record Stored(long position) implements IngestResult {}

  /** It was here already. */
  record Duplicate() implements IngestResult {}

  /** Not looked at: an earlier entry is missing. Ask for those after {@code heldSequence} and give all of them again. */
  record Gap(long heldSequence) implements IngestResult {}

  /** It proves that its author forked the log, which is frozen from {@code proof.sequence()} on. */
  record Forked(ForkProof proof) implements IngestResult {}

  /** Refused, and nothing was stored of it. */
  record Rejected(Rejection rejection) implements IngestResult {}
}
