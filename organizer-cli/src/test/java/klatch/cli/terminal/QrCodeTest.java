package klatch.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class QrCodeTest {
  private static final String INVITE = "klatch:join/" + "Ab3_".repeat(60);
  /** Pixels of one module, as a camera would see it. */
  private static final int SCALE = 4;

  private static String scanned(int width, int height, java.util.function.BiPredicate<Integer, Integer> light)
      throws Exception {
    int[] pixels = new int[width * height * SCALE * SCALE];
    Arrays.setAll(pixels, i -> light.test(i % (width * SCALE) / SCALE, i / (width * SCALE) / SCALE) ? 0xffffff : 0);
    var picture = new RGBLuminanceSource(width * SCALE, height * SCALE, pixels);
    return new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(picture))).getText();
  }

  @Test
  void aCameraReadsItFromATerminal() throws Exception {
    var lines = new QrCode(INVITE).forTerminal().lines().toList();
    int width = lines.getFirst().length();
    assertThat(scanned(width, 2 * lines.size(), (x, y) -> {
      char block = lines.get(y / 2).charAt(x);
      return block == '█' || block == (y % 2 == 0 ? '▀' : '▄');
    })).isEqualTo(INVITE);
  }

  @Test
  void aCameraReadsItFromThePicture() throws Exception {
    var svg = new QrCode(INVITE).svg();
    int side = Integer.parseInt(svg.replaceAll("(?s).*viewBox=\"0 0 (\\d+) .*", "$1"));
    assertThat(scanned(side, side, (x, y) -> !svg.contains("M" + x + " " + y + "h1"))).isEqualTo(INVITE);
  }

  @Test
  void whatDoesNotFitIsSaid() {
    assertThatThrownBy(() -> new QrCode("x".repeat(3000))).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not fit");
  }
}
