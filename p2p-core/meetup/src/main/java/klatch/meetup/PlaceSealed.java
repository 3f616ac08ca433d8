package klatch.meetup;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.ByteBuffer;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.log.DeviceId;

/**
 * The event's host tells one device where the event is. The host's own copy, sealed to itself, comes first and says what
 * all others are to be told.
 *
 * @param place up to {@link Limits#PLACE_CHARS} characters in UTF-8, sealed to {@code to}
 */
public record PlaceSealed(EventId event, DeviceId to, ByteString place) implements MeetupMessage {
  public PlaceSealed {
    Limits.within(place.length(), SealedBox.OVERHEAD_BYTES, Limits.SEALED_PLACE_BYTES,
        "size of the sealed place in bytes");
  }

  static PlaceSealed of(EventId event, DeviceId to, String place) {
    byte[] text = Limits.line(place, 1, Limits.PLACE_CHARS, "hidden place").getBytes(StandardCharsets.UTF_8);
    return new PlaceSealed(event, to, ByteString.of(SealedBox.seal(to, context(event, to), text)));
  }

  /** @throws MalformedMessageException when it is not sealed to this key, or no place */
  String open(Ed25519Key key) throws MalformedMessageException {
    byte[] text = SealedBox.open(key, context(event, to), place.bytes());
    try {
      String read = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
      return Limits.line(read, 1, Limits.PLACE_CHARS, "hidden place");
    } catch (CharacterCodingException | IllegalArgumentException e) {
      throw new MalformedMessageException("a hidden place that is no line of text: " + e.getMessage(), e);
    }
  }

  private static byte[] context(EventId event, DeviceId to) {
    return SealedBox.context("klatch-place-1", event.bytes(), to.bytes());
  }
}
