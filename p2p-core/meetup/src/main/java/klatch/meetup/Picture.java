package klatch.meetup;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a picture is, read from its first bytes: one of three formats, and small. The sides are looked at because a few
 * bytes can stand for a picture that fills a machine's memory.
 */
public record Picture(Format format, int width, int height) {
  /** What is taken; each is known by its first bytes and holds no script. */
  public enum Format {
    JPEG("image/jpeg"), PNG("image/png"), WEBP("image/webp");

    private final String mediaType;

    Format(String mediaType) {
      this.mediaType = mediaType;
    }

    /** As HTTP names it. */
    public String mediaType() {
      return mediaType;
    }
  }

  private static final byte[] PNG_START = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
  private static final int PNG_SIZE_AT = 16;
  private static final int JPEG_MARKER = 0xff;
  private static final int JPEG_START = 0xd8;
  /** Start of frame: baseline, extended and progressive; no browser draws the others. */
  private static final int JPEG_FIRST_FRAME = 0xc0;
  private static final int JPEG_LAST_FRAME = 0xc2;
  private static final int JPEG_SCAN = 0xda;
  private static final int WEBP_CHUNK_AT = 12;
  private static final int WEBP_BODY_AT = 20;
  private static final int FOURTEEN_BITS = 0x3fff;

  public Picture {
    Limits.within(width, 1, Limits.PICTURE_SIDE, "width of the picture in pixels");
    Limits.within(height, 1, Limits.PICTURE_SIDE, "height of the picture in pixels");
  }

  /** @throws IllegalArgumentException if it is no JPEG, PNG or WebP, too large, or has too many pixels */
  public static Picture of(ByteString picture) {
    Limits.within(picture.length(), 1, Limits.PICTURE_BYTES, "size of the picture in bytes");
    byte[] bytes = picture.bytes();
    return png(bytes).or(() -> jpeg(bytes)).or(() -> webp(bytes))
        .orElseThrow(() -> new IllegalArgumentException("a picture is a JPEG, PNG or WebP; this is none"));
  }

  /** SHA-256 of a picture's bytes: its name. */
  public static ByteString name(ByteString picture) {
    return ByteString.of(Sha256.of(picture.bytes()));
  }

  private static Optional<Picture> png(byte[] bytes) {
    return starts(bytes, 0, PNG_START) && bytes.length >= PNG_SIZE_AT + 8
        ? Optional.of(new Picture(Format.PNG, big(bytes, PNG_SIZE_AT, 4), big(bytes, PNG_SIZE_AT + 4, 4)))
        : Optional.empty();
  }

  /** Goes from segment to segment to the first frame. */
  private static Optional<Picture> jpeg(byte[] bytes) {
    if (bytes.length < 4 || at(bytes, 0) != JPEG_MARKER || at(bytes, 1) != JPEG_START) {
      return Optional.empty();
    }
    int from = 2;
    while (from + 9 <= bytes.length && at(bytes, from) == JPEG_MARKER && at(bytes, from + 1) != JPEG_SCAN) {
      int marker = at(bytes, from + 1);
      if (marker >= JPEG_FIRST_FRAME && marker <= JPEG_LAST_FRAME) {
        return Optional.of(new Picture(Format.JPEG, big(bytes, from + 7, 2), big(bytes, from + 5, 2)));
      }
      from += marker == JPEG_MARKER ? 1 : 2 + big(bytes, from + 2, 2);
    }
    return Optional.empty();
  }

  private static Optional<Picture> webp(byte[] bytes) {
    if (bytes.length < WEBP_BODY_AT + 10 || !starts(bytes, 0, ascii("RIFF")) || !starts(bytes, 8, ascii("WEBP"))) {
      return Optional.empty();
    }
    int body = WEBP_BODY_AT;
    return switch (new String(bytes, WEBP_CHUNK_AT, 4, StandardCharsets.ISO_8859_1)) {
      case "VP8 " -> Optional.of(new Picture(Format.WEBP, little(bytes, body + 6, 2) & FOURTEEN_BITS,
          little(bytes, body + 8, 2) & FOURTEEN_BITS));
      case "VP8L" -> {
        int sides = little(bytes, body + 1, 4);
        yield Optional.of(new Picture(Format.WEBP, 1 + (sides & FOURTEEN_BITS), 1 + (sides >>> 14 & FOURTEEN_BITS)));
      }
      case "VP8X" ->
        Optional.of(new Picture(Format.WEBP, 1 + little(bytes, body + 4, 3), 1 + little(bytes, body + 7, 3)));
      default -> Optional.empty();
    };
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static boolean starts(byte[] bytes, int from, byte[] with) {
    return bytes.length >= from + with.length
        && Arrays.equals(bytes, from, from + with.length, with, 0, with.length);
  }

  private static int at(byte[] bytes, int index) {
    return Byte.toUnsignedInt(bytes[index]);
  }

  private static int big(byte[] bytes, int from, int length) {
    int value = 0;
    for (int i = 0; i < length; i++) {
      value = value << 8 | at(bytes, from + i);
    }
    return value;
  }

  private static int little(byte[] bytes, int from, int length) {
    int value = 0;
    for (int i = length - 1; i >= 0; i--) {
      value = value << 8 | at(bytes, from + i);
    }
    return value;
  }
}
