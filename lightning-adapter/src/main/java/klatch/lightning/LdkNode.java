package klatch.lightning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import klatch.commitments.LightningException;

/** One node inside the native library: its handle, and JSON in and out. Thread-safe. */
final class LdkNode implements AutoCloseable {
  static final ObjectMapper JSON = JsonMapper.builder().build();

  private final LdkNative library;
  private final long handle;
  /** Calls share it; dropping the handle takes it alone. */
  private final ReadWriteLock inUse = new ReentrantReadWriteLock();
  private boolean dropped;

  private LdkNode(LdkNative library, long handle) {
    this.library = library;
    this.handle = handle;
  }

  /** @param stored every key that cuts ever asked to store and did not delete */
  static LdkNode start(ObjectNode config, Map<String, byte[]> stored) {
    LdkNative library = LdkNative.library();
    JsonNode answer = checked(library.start(encoded(config), LdkCut.state(stored)));
    return new LdkNode(library, answer.required("handle").asLong());
  }

  static ObjectNode request(String what) {
    return JSON.createObjectNode().put("do", what);
  }

  /** @throws LightningException if the node refuses or fails; its words are the message */
  JsonNode call(ObjectNode request) {
    return guarded(() -> checked(library.call(handle, encoded(request))));
  }

  /** Blocks the calling thread, which must be a platform thread. */
  Optional<JsonNode> nextEvent(Duration timeout) {
    JsonNode event = guarded(() -> checked(library.nextEvent(handle, timeout.toMillis())));
    return event.has("event") ? Optional.of(event) : Optional.empty();
  }

  void eventHandled(long sequence) {
    guarded(() -> checked(library.eventHandled(handle, sequence)));
  }

  /** @param version counts what was noted for storing; {@code dirty} says if any of it waits still */
  record Dirty(long version, boolean dirty, boolean stopped) {}

  /** Blocks the calling thread, which must be a platform thread, until the version is past the one seen. */
  Dirty waitDirty(long seenVersion, Duration timeout) {
    JsonNode answer = guarded(() -> checked(library.waitDirty(handle, seenVersion, timeout.toMillis())));
    return new Dirty(answer.required("version").asLong(), answer.required("dirty").asBoolean(),
        answer.required("stopped").asBoolean());
  }

  LdkCut snapshot() {
    byte[] cut = guarded(() -> library.snapshot(handle));
    if (cut.length > 0 && cut[0] == '{') {
      checked(cut);
    }
    return LdkCut.parse(cut);
  }

  void persisted(long cut) {
    guarded(() -> checked(library.persisted(handle, cut)));
  }

  /** @throws LightningException if it is no rapid gossip snapshot of this network, or older than two weeks */
  JsonNode gossip(byte[] snapshot) {
    return guarded(() -> checked(library.gossip(handle, snapshot)));
  }

  /** Ends networking and events; a last snapshot can still be taken and stored. */
  void stop() {
    guarded(() -> checked(library.stop(handle)));
  }

  @Override
  public void close() {
    inUse.writeLock().lock();
    try {
      if (!dropped) {
        dropped = true;
        checked(library.drop(handle));
      }
    } finally {
      inUse.writeLock().unlock();
    }
  }

  private interface Use<T> {
    T run();
  }

  private <T> T guarded(Use<T> use) {
    inUse.readLock().lock();
    try {
      if (dropped) {
        throw new LightningException("the Lightning node is closed", false);
      }
      return use.run();
    } finally {
      inUse.readLock().unlock();
    }
  }

  private static byte[] encoded(ObjectNode node) {
    try {
      return JSON.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree always has a text", e);
    }
  }

  private static JsonNode checked(byte[] answer) {
    JsonNode node;
    try {
      node = JSON.readTree(answer);
    } catch (IOException e) {
      throw new IllegalStateException("the Lightning library answered " + answer.length + " bytes that are no JSON", e);
    }
    JsonNode error = node.get("error");
    if (error != null) {
      if (node.path("badRequest").asBoolean()) {
        throw new IllegalArgumentException(error.asText());
      }
      throw new LightningException(error.asText(), node.path("retrySafe").asBoolean());
    }
    return node;
  }
}
