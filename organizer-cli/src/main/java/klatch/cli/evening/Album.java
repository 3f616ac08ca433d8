package klatch.cli.evening;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import klatch.regtest.browser.ChromiumPage;

/** The pictures of an evening, numbered as they were taken; none are taken without a folder for them. */
final class Album {
  private final Optional<Path> folder;
  private final List<Picture> pictures = new ArrayList<>();

  /**
   * @param file    its name in the folder
   * @param caption what it shows, and who is looking
   */
  record Picture(String file, String caption) {}

  Album(Optional<Path> folder) {
    this.folder = folder;
  }

  /**
   * Takes what is seen of a page now, at the size that it has.
   *
   * @param name lower case letters and hyphens
   */
  void take(ChromiumPage page, String name, String caption) {
    var picture = next(name, caption);
    folder.ifPresent(there -> page.picture(there.resolve(picture.file())));
  }

  /** Takes the whole page, from its top to its end. */
  void takeWhole(ChromiumPage page, String name, String caption) {
    var picture = next(name, caption);
    folder.ifPresent(there -> page.wholePicture(there.resolve(picture.file())));
  }

  private Picture next(String name, String caption) {
    var picture = new Picture(String.format(Locale.ROOT, "%02d-%s.png", pictures.size() + 1, name), caption);
    pictures.add(picture);
    return picture;
  }

  List<Picture> pictures() {
    return List.copyOf(pictures);
  }
}
