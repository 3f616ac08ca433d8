package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which library is taken, and that a damaged copy of it is not used. */
final class LdkLibraryTest {
  @TempDir
  Path folder;

  @Test
  void namesPlatformsAsTheResourcesDo() {
    assertThat(LdkLibrary.platform("Linux", "amd64")).isEqualTo("linux-x86_64");
    assertThat(LdkLibrary.platform("Linux", "aarch64")).isEqualTo("linux-aarch64");
    assertThat(LdkLibrary.platform("Mac OS X", "aarch64")).isEqualTo("macosx-aarch64");
  }

  @Test
  void unpacksOnceAndRepairsADamagedCopy() throws IOException {
    byte[] library = {1, 2, 3};
    Path file = LdkLibrary.unpack(library, folder.resolve("cache"));
    assertThat(LdkLibrary.unpack(library, folder.resolve("cache"))).isEqualTo(file);
    Files.write(file, new byte[]{9});
    assertThat(LdkLibrary.unpack(library, folder.resolve("cache"))).isEqualTo(file).hasBinaryContent(library);
    try (var files = Files.list(folder.resolve("cache"))) {
      assertThat(files).containsExactly(file);
    }
  }
}
