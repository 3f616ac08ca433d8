package klatch.regtest.browser;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.qrcode.QRCodeWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;

/** What the browser takes for its camera: a film with one code in it, read again whenever a page opens the camera. */
public final class FakeCamera {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;
  private static final int FRAMES = 4;
  private static final byte WHITE = (byte) 235;
  private static final byte BLACK = 16;
  /** Of both colours: none. */
  private static final byte GREY = (byte) 128;

  private FakeCamera() {}

  /** Films a code. */
  public static void show(Path film, String text) {
    try {
      var code = new QRCodeWriter().encode(text, BarcodeFormat.QR_CODE, HEIGHT, HEIGHT,
          Map.of(EncodeHintType.MARGIN, 6));
      var frame = new byte[WIDTH * HEIGHT * 3 / 2];
      Arrays.fill(frame, 0, WIDTH * HEIGHT, WHITE);
      Arrays.fill(frame, WIDTH * HEIGHT, frame.length, GREY);
      for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < HEIGHT; x++) {
          if (code.get(x, y)) {
            frame[y * WIDTH + x + (WIDTH - HEIGHT) / 2] = BLACK;
          }
        }
      }
      var out = new ByteArrayOutputStream();
      out.writeBytes(("YUV4MPEG2 W" + WIDTH + " H" + HEIGHT + " F10:1 Ip A1:1 C420jpeg\n")
          .getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < FRAMES; i++) {
        out.writeBytes("FRAME\n".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(frame);
      }
      var fresh = film.resolveSibling("fresh.y4m");
      Files.write(fresh, out.toByteArray());
      Files.move(fresh, film, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (WriterException e) {
      throw new IllegalArgumentException("no code of " + text, e);
    }
  }
}
