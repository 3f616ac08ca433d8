package klatch.web.wire;

import org.jspecify.annotations.Nullable;

/** How a browser gets in, and the two things that its pages leave to the node: drawing codes and reading them. */
public final class Browser {
  private Browser() {}

  /**
   * {@code POST /pages/link}.
   *
   * @param url opens the pages in one browser, once
   */
  public record Link(String url) {}

  /** {@code POST /session}: the code of a link. */
  public record Enter(@Nullable String code) {}

  /** {@code POST /session}. */
  public record Entered(String token) {}

  /** {@code POST /code}: a text to show as a QR code. */
  public record Draw(@Nullable String text) {}

  /**
   * {@code POST /code}.
   *
   * @param size modules on each side, without a margin
   * @param path the dark modules as the path of an SVG, one unit for each module
   */
  public record Drawn(int size, String path) {}

  /**
   * {@code POST /scan}.
   *
   * @param text what the QR code in the picture says, absent if none was found
   */
  public record Scanned(@Nullable String text) {}
}
