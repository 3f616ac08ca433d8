package klatch.commitments;

import klatch.log.TopicId;

/** Says deposit messages in this device's own log; whoever speaks looks first whether it has been said. */
final class Voice {
  private final Surroundings parts;

  Voice(Surroundings parts) {
    this.parts = parts;
  }

  void say(TopicId topic, DepositMessage message) {
    parts.log().append(parts.key(), topic, DepositCodec.type(message), DepositCodec.encode(message),
        parts.clock().millis());
  }
}
