package klatch.meetup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.imageio.ImageIO;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class PictureTest {
  /** 1 × 1, made by libwebp: lossy, lossless, and with an alpha channel. */
  private static final String LOSSY = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA";
  private static final String LOSSLESS = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==";
  private static final String EXTENDED = "UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA==";

  /** The first bytes of a PNG of that size, as far as they are looked at. */
  static ByteString png(int width, int height) {
    return ByteString.parse("89504e470d0a1a0a0000000d49484452" + HexFormat.of().toHexDigits(width)
        + HexFormat.of().toHexDigits(height) + "08060000002355d5e2");
  }

  private static ByteString drawn(String format, int width, int height) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), format, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteString.of(out.toByteArray());
  }

  private static ByteString webp(String base64) {
    return ByteString.of(Base64.getDecoder().decode(base64));
  }

  @Test
  void threeFormatsAreKnownByTheirBytesWithTheirSize() {
    assertThat(Picture.of(drawn("png", 320, 200))).isEqualTo(new Picture(Picture.Format.PNG, 320, 200));
    assertThat(Picture.of(drawn("jpeg", 320, 200))).isEqualTo(new Picture(Picture.Format.JPEG, 320, 200));
    for (String one : new String[]{LOSSY, LOSSLESS, EXTENDED}) {
      assertThat(Picture.of(webp(one))).isEqualTo(new Picture(Picture.Format.WEBP, 1, 1));
    }
  }

  @Test
  void whatIsNoPictureIsRefused() {
    for (String text : new String[]{"<svg xmlns='http://www.w3.org/2000/svg'/>", "GIF89a\1\0\1\0", "<html>", "\0"}) {
      assertThatThrownBy(() -> Picture.of(ByteString.of(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1))))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("JPEG, PNG or WebP");
    }
    assertThatThrownBy(() -> Picture.of(ByteString.EMPTY)).hasMessageContaining("between 1 and 60000, not 0");
    assertThatThrownBy(() -> Picture.of(ByteString.zeros(60_001))).hasMessageContaining("not 60001");
  }

  @Test
  void aFewBytesThatStandForAnEnormousPictureAreRefused() {
    assertThat(Picture.of(png(1_024, 1_024)).width()).isEqualTo(1_024);
    assertThatThrownBy(() -> Picture.of(png(1_025, 1))).hasMessageContaining("width").hasMessageContaining("1025");
    assertThatThrownBy(() -> Picture.of(png(1, 30_000))).hasMessageContaining("height");
    assertThatThrownBy(() -> Picture.of(png(-1, 1))).hasMessageContaining("width");
    assertThatThrownBy(() -> Picture.of(png(0, 1))).hasMessageContaining("width");
    assertThatThrownBy(() -> Picture.of(drawn("jpeg", 1, 1_025))).hasMessageContaining("height");
  }

  @Test
  void aPictureCutShortIsKnownByItsSizeOrRefusedAndNothingElse() {
    for (ByteString whole : new ByteString[]{drawn("png", 9, 7), drawn("jpeg", 9, 7), webp(LOSSY), webp(EXTENDED)}) {
      Picture known = Picture.of(whole);
      for (int length = 1; length < whole.length(); length++) {
        ByteString cut = ByteString.of(Arrays.copyOf(whole.bytes(), length));
        try {
          assertThat(Picture.of(cut)).isEqualTo(known);
        } catch (IllegalArgumentException e) {
          assertThat(e).hasMessageContaining("JPEG, PNG or WebP");
        }
      }
    }
  }

  @Property(tries = 2_000)
  void anyBytesAfterAGoodStartAreReadOrRefused(@ForAll @Size(max = 64) byte[] rest) {
    for (String start : new String[]{"ffd8ff", "ffd8ffe0", "89504e470d0a1a0a0000000d49484452",
        "52494646000000005745425056503858"}) {
      ByteString bytes = ByteString.parse(start + HexFormat.of().formatHex(rest));
      try {
        assertThat(Picture.of(bytes).width()).isBetween(1, Limits.PICTURE_SIDE);
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }
}
