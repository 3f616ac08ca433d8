package klatch.log;

import klatch.libp2p.Ed25519Key;
import org.jspecify.annotations.Nullable;

/** The next entry of one of this node's own logs, on its way into the store. Guarded by the store's writer lock. */
final class PendingAppend {
  private final Ed25519Key key;
  private final LogId log;
  private final EntryContent content;
  private @Nullable Entry entry;
  private @Nullable RuntimeException failure;
  private boolean decided;

  PendingAppend(Ed25519Key key, TopicId topic, EntryContent content) {
    this.key = key;
    this.log = new LogId(DeviceId.of(key), topic);
    this.content = content;
  }

  LogId log() {
    return log;
  }

  /** @throws RuntimeException if this one cannot be written after that head */
  Entry after(@Nullable Head head, @Nullable ForkProof fork, long nowMillis) {
    return EntryRules.next(key, log.topic(), head, fork, content, nowMillis);
  }

  void written(Entry stored) {
    entry = stored;
    decided = true;
  }

  void failed(RuntimeException why) {
    failure = why;
    decided = true;
  }

  boolean isDecided() {
    return decided;
  }

  /** @throws RuntimeException why it was not written; a new one for each caller, because each adds where it was */
  Entry entry() {
    RuntimeException why = failure;
    if (why != null) {
      throw switch (why) {
        case StoreException store -> new StoreException(String.valueOf(store.getMessage()), store.retrySafe(), store);
        case IllegalArgumentException wrong -> new IllegalArgumentException(wrong.getMessage(), wrong);
        default -> new IllegalStateException(why);
      };
    }
    if (entry == null) {
      throw new IllegalStateException("not decided yet");
    }
    return entry;
  }
}
