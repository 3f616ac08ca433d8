package klatch.meetup;

import java.util.List;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.log.Cbor;
import klatch.log.DeviceId;

/** An attendee's answers to an event's questions, in their order; only the event's host can read them. */
public record Answers(List<String> texts) {
  public Answers {
    texts = List.copyOf(texts);
    Limits.within(texts.size(), 0, Limits.QUESTIONS, "number of answers");
    texts.forEach(text -> Limits.text(text, Limits.ANSWER_CHARS, "answer"));
  }

  /** For the eyes of {@code host}; bound to the event and the author, so that nobody can hand them in as their own. */
  ByteString sealed(EventId event, DeviceId author, DeviceId host) {
    return ByteString.of(SealedBox.seal(host, context(event, author), Cbor.encode(this)));
  }

  /** @throws MalformedMessageException when they are not sealed to this key, event and author, or are no answers */
  static Answers open(ByteString sealed, EventId event, DeviceId author, Ed25519Key host)
      throws MalformedMessageException {
    return Cbor.decode(SealedBox.open(host, context(event, author), sealed.bytes()), Answers.class);
  }

  private static byte[] context(EventId event, DeviceId author) {
    return SealedBox.context("klatch-answers-1", event.bytes(), author.bytes());
  }
}
