package klatch.meetup;

/**
 * A picture, so that others of the same topic have it; profiles and events name it by the SHA-256 of its bytes.
 *
 * @param picture a JPEG, PNG or WebP of at most {@link Limits#PICTURE_BYTES} bytes and {@link Limits#PICTURE_SIDE} pixels a side
 */
public record PictureAdded(ByteString picture) implements MeetupMessage {
  public PictureAdded {
    Picture.of(picture);
  }
}
