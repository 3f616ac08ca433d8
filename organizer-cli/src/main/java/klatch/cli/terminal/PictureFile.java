package klatch.cli.terminal;

import java.awt.Color;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import klatch.web.wire.PublicCode;

/** Pictures as they are sent: drawn anew, small, so that nothing else of the file goes along (where it was taken, say). */
public final class PictureFile {
  private static final int FACE_SIDE = 256;
  private static final int FACE_BYTES = 32_768;
  private static final int COVER_WIDTH = 1_024;
  private static final int COVER_HEIGHT = 576;
  private static final int COVER_BYTES = 60_000;
  private static final float BEST_QUALITY = 0.85f;
  private static final float QUALITY_STEP = 0.15f;

  private PictureFile() {}

  /** The middle of a picture as a small square JPEG, in base64. */
  public static String face(Path file) {
    return jpeg(file, FACE_SIDE, FACE_SIDE, FACE_BYTES);
  }

  /** The middle of a picture as a wide JPEG, in base64. */
  public static String cover(Path file) {
    return jpeg(file, COVER_WIDTH, COVER_HEIGHT, COVER_BYTES);
  }

  private static String jpeg(Path file, int width, int height, int mostBytes) {
    try {
      var read = ImageIO.read(file.toFile());
      if (read == null) {
        throw new ApiRefusedException(PublicCode.INVALID.label(), file + " is no JPEG or PNG");
      }
      var drawn = drawn(read, width, height);
      for (float quality = BEST_QUALITY; quality > 0; quality -= QUALITY_STEP) {
        var bytes = jpeg(drawn, quality);
        if (bytes.length <= mostBytes) {
          return Base64.getEncoder().encodeToString(bytes);
        }
      }
      throw new ApiRefusedException(PublicCode.INVALID.label(),
          file + " does not get smaller than " + mostBytes + " bytes");
    } catch (IOException e) {
      throw new ApiRefusedException(PublicCode.INVALID.label(), file + " cannot be read: " + e.getMessage());
    }
  }

  /** The largest part in the middle that has the wanted shape. */
  private static BufferedImage drawn(BufferedImage from, int width, int height) {
    double scale = Math.max((double) width / from.getWidth(), (double) height / from.getHeight());
    int drawnWidth = (int) Math.ceil(from.getWidth() * scale);
    int drawnHeight = (int) Math.ceil(from.getHeight() * scale);
    var to = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    var graphics = to.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(from, (width - drawnWidth) / 2, (height - drawnHeight) / 2, drawnWidth, drawnHeight, Color.WHITE,
        null);
    graphics.dispose();
    return to;
  }

  private static byte[] jpeg(BufferedImage picture, float quality) throws IOException {
    var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var out = new ByteArrayOutputStream();
    try (var stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      var how = writer.getDefaultWriteParam();
      how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      how.setCompressionQuality(quality);
      writer.write(null, new IIOImage(picture, null, null), how);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }
}
