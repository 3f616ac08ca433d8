package klatch.cli.terminal;

import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import java.util.Map;

/** A text as a QR code, for a terminal or as a picture. */
final class QrCode {
  /** Cameras want this much light around a code, in modules (ISO/IEC 18004 section 6.3.8). */
  private static final int QUIET = 4;

  private final ByteMatrix modules;

  /** @throws IllegalArgumentException if it is too long for a code */
  QrCode(String text) {
    try {
      modules = Encoder.encode(text, ErrorCorrectionLevel.L, Map.of(EncodeHintType.CHARACTER_SET, "UTF-8"))
          .getMatrix();
    } catch (WriterException e) {
      throw new IllegalArgumentException("this does not fit into a QR code: " + e.getMessage(), e);
    }
  }

  private boolean dark(int x, int y) {
    return x >= 0 && y >= 0 && x < modules.getWidth() && y < modules.getHeight() && modules.get(x, y) == 1;
  }

  /** Two rows of modules in one line of text; light is drawn, so that it can be scanned from a dark terminal. */
  String forTerminal() {
    var text = new StringBuilder();
    for (int y = -QUIET; y < modules.getHeight() + QUIET; y += 2) {
      for (int x = -QUIET; x < modules.getWidth() + QUIET; x++) {
        boolean upper = !dark(x, y);
        boolean lower = !dark(x, y + 1);
        text.append(upper ? (lower ? '█' : '▀') : (lower ? '▄' : ' '));
      }
      text.append(System.lineSeparator());
    }
    return text.toString();
  }

  /** A picture for a poster, black on white. */
  String svg() {
    int side = modules.getWidth() + 2 * QUIET;
    var path = new StringBuilder();
    for (int y = 0; y < modules.getHeight(); y++) {
      for (int x = 0; x < modules.getWidth(); x++) {
        if (dark(x, y)) {
          path.append('M').append(x + QUIET).append(' ').append(y + QUIET).append("h1v1h-1z");
        }
      }
    }
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side
        + "\" shape-rendering=\"crispEdges\"><rect width=\"" + side + "\" height=\"" + side
        + "\" fill=\"#fff\"/><path d=\"" + path + "\"/></svg>" + System.lineSeparator();
  }
}
