package klatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The completion script, as bash itself runs it. */
final class CompletionTest {
  @TempDir
  Path directory;

  @Test
  void bashCompletesCommandsTheirCommandsAndTheirOptions() throws Exception {
    var printed = new StringWriter();
    assertThat(Commands.of(_ -> {
      throw new AssertionError("no command but up starts a node");
    }).setOut(new PrintWriter(printed)).execute("completion")).isZero();
    Path script = Files.writeString(directory.resolve("klatch.bash"), printed.toString());

    assertThat(completed(script, "klatch", "chec")).containsExactly("checkin");
    assertThat(completed(script, "klatch", "event", "cr")).containsExactly("create");
    assertThat(completed(script, "klatch", "doctor", "--esp")).containsExactly("--esplora");
  }

  /** What bash offers for the last of these words. */
  private static List<String> completed(Path script, String... words) throws Exception {
    var process = new ProcessBuilder("bash", "--norc", "-c",
        "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_LINE=\"$*\"; COMP_POINT=${#COMP_LINE};"
            + " _complete_klatch; printf '%s\\n' \"${COMPREPLY[@]}\"",
        script.toString());
    process.command().addAll(List.of(words));
    // What it says on stderr is that no completion by key is under way.
    process.redirectError(ProcessBuilder.Redirect.DISCARD);
    var run = process.start();
    var out = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(run.waitFor()).as(out).isZero();
    return out.lines().map(String::strip).toList();
  }
}
