package klatch.log;

/** One log: what one device writes on one topic. Single writer, append-only, hash-linked. */
public record LogId(DeviceId device, TopicId topic) {
  @Override
  public String toString() {
    return device + "@" + topic;
  }
}
