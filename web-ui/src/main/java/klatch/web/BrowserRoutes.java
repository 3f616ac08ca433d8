package klatch.web;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.BinaryBitmap;
import com.google.zxing.DecodeHintType;
import com.google.zxing.EncodeHintType;
import com.google.zxing.NotFoundException;
import com.google.zxing.ChecksumException;
import com.google.zxing.FormatException;
import com.google.zxing.PlanarYUVLuminanceSource;
import com.google.zxing.WriterException;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import java.nio.ByteBuffer;
import java.util.Map;
import klatch.web.wire.Browser;
import org.jspecify.annotations.Nullable;

/** What the pages leave to the node: drawing QR codes, and reading them off the camera's pictures. */
final class BrowserRoutes {
  /** An invoice, an invite or a door's code; more than this makes modules too small for a phone's camera. */
  static final int DRAWN_CHARS = 2_000;
  /** A picture's width and height, each in two bytes, big-endian. */
  static final int PICTURE_HEADER_BYTES = 4;
  /** Smaller than the smallest code. */
  private static final int LEAST_SIDE = 21;

  void addTo(Routes routes) {
    routes.post("/code", BrowserRoutes::draw);
    routes.post("/scan", call -> new Browser.Scanned(scan(call.bytes())));
  }

  static Browser.Drawn draw(Call call) {
    var text = Call.required(call.read(Browser.Draw.class).text(), "text");
    if (text.isEmpty() || text.length() > DRAWN_CHARS) {
      throw PublicException.invalid("a code has 1 to " + DRAWN_CHARS + " characters, not " + text.length());
    }
    try {
      var modules = Encoder.encode(text, ErrorCorrectionLevel.L, Map.of(EncodeHintType.CHARACTER_SET, "UTF-8"))
          .getMatrix();
      return new Browser.Drawn(modules.getWidth(), path(modules));
    } catch (WriterException e) {
      throw PublicException.invalid("this does not fit into a code: " + e.getMessage());
    }
  }

  /** Dark modules side by side become one stroke. */
  private static String path(ByteMatrix modules) {
    var path = new StringBuilder();
    for (int y = 0; y < modules.getHeight(); y++) {
      for (int x = 0; x < modules.getWidth(); x++) {
        int from = x;
        while (x < modules.getWidth() && modules.get(x, y) == 1) {
          x++;
        }
        if (x > from) {
          path.append('M').append(from).append(' ').append(y).append('h').append(x - from).append("v1h")
              .append(from - x).append('z');
        }
      }
    }
    return path.toString();
  }

  /** @param picture width, height, and one byte of brightness for each pixel */
  private static @Nullable String scan(byte[] picture) {
    if (picture.length < PICTURE_HEADER_BYTES) {
      throw PublicException.invalid("a picture has at least " + PICTURE_HEADER_BYTES + " bytes");
    }
    var in = ByteBuffer.wrap(picture);
    int width = Short.toUnsignedInt(in.getShort());
    int height = Short.toUnsignedInt(in.getShort());
    if (width < LEAST_SIDE || height < LEAST_SIDE || in.remaining() != width * height) {
      throw PublicException.invalid("a picture of " + width + " × " + height + " does not have " + in.remaining()
          + " pixels, or is too small");
    }
    var pixels = new byte[in.remaining()];
    in.get(pixels);
    var source = new PlanarYUVLuminanceSource(pixels, width, height, 0, 0, width, height, false);
    try {
      return new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(source)),
          Map.of(DecodeHintType.POSSIBLE_FORMATS, java.util.List.of(BarcodeFormat.QR_CODE))).getText();
    } catch (NotFoundException | ChecksumException | FormatException e) {
      return null; // The next picture is a moment away.
    }
  }
}
