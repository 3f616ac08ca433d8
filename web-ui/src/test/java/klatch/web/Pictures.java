package klatch.web;

import klatch.regtest.browser.ChromiumPage;
import java.nio.file.Path;
import java.util.Optional;

/** Takes pictures of pages for people to look at: wide and narrow, light and dark. */
final class Pictures {
  private Pictures() {}

  static void take(Optional<Path> folder, ChromiumPage page, String name) {
    folder.ifPresent(there -> {
      page.picture(there.resolve(name + "-wide-light.png"), 1280, 900, false);
      page.picture(there.resolve(name + "-wide-dark.png"), 1280, 900, true);
      page.picture(there.resolve(name + "-narrow-light.png"), 360, 780, false);
      page.picture(there.resolve(name + "-narrow-dark.png"), 360, 780, true);
    });
  }
}
