package klatch.cli.people;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.meetup.guest.GuestKeyFile;
import klatch.web.wire.Guests;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code klatch bring-key FILE}. */
@Command(name = "bring-key", description = "Go on, on this new node, as who you were as a guest without one.", sortOptions = false)
public final class BringKey implements Callable<Integer> {
  @Spec
  CommandSpec spec;

  @Mixin
  Session session;

  @Parameters(paramLabel = "FILE", description = "What the guests' page has saved.")
  Path file;

  @Option(names = "--passphrase", paramLabel = "WORDS", arity = "0..1", interactive = true, description = "The one chosen on that page; asked for if left out here.")
  char @Nullable [] passphrase;

  @Override
  public Integer call() {
    var words = Optional.ofNullable(passphrase).map(String::new).orElse(null);
    var brought = session.api().post("/guest-key", new Guests.Bring(text(), words), Guests.Brought.class);
    return session.show(brought, answer -> {
      session.say("Your node starts again" + (answer.nickname() == null ? "" : " as " + answer.nickname()) + ".");
      session.say("  id       " + answer.person());
      session.say("  next     klatch event list");
    });
  }

  private String text() {
    try {
      if (Files.size(file) > GuestKeyFile.MAX_CHARS) {
        throw new ParameterException(spec.commandLine(), file + " is too large for a guest's key");
      }
      return Files.readString(file, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
