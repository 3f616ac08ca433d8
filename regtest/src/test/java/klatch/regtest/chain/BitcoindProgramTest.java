package klatch.regtest.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import klatch.regtest.chain.BitcoindProgram.Search;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BitcoindProgramTest {
  @TempDir
  private Path folder;

  @Test
  void theNamedProgramIsTaken() throws IOException {
    Path program = executable("named");
    assertThat(BitcoindProgram.locate(Map.of("BITCOIND", program.toString(), "PATH", "/bin"), folder)).isEqualTo(
        new Search.Found(new BitcoindProgram(List.of(program.toString()), "BITCOIND=" + program)));
  }

  @Test
  void aNamedProgramThatIsNotThereIsAReason() {
    assertThat(BitcoindProgram.locate(Map.of("BITCOIND", "/nowhere/bitcoind"), folder))
        .isEqualTo(new Search.Absent("BITCOIND names /nowhere/bitcoind, which cannot be executed"));
  }

  @Test
  void thePathIsSearchedBeforeAnythingIsFetched() throws IOException {
    Path program = executable("bitcoind");
    assertThat(BitcoindProgram.locate(Map.of("PATH", "/nowhere::" + folder), folder))
        .isInstanceOfSatisfying(Search.Found.class,
            found -> assertThat(found.program().command()).containsExactly(program.toString()));
  }

  @Test
  void aProgramThatDoesNotComeUpSaysItsLastWords() throws IOException {
    Path program = executable("bitcoind");
    Files.writeString(program, "#!/bin/sh\necho cannot do that >&2\nexit 1\n");
    assertThatThrownBy(() -> BitcoindChain.startEmpty(new BitcoindProgram(List.of(program.toString()), "test")))
        .isInstanceOf(UncheckedIOException.class).hasMessageContaining("cannot do that");
  }

  private Path executable(String name) throws IOException {
    Path file = Files.createFile(folder.resolve(name));
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }
}
