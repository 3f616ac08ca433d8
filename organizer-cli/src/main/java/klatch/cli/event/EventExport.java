package klatch.cli.event;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import klatch.cli.terminal.ApiRefusedException;
import klatch.cli.terminal.Session;
import klatch.web.wire.Exports;
import klatch.web.wire.PublicCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code klatch event export [EVENT]}. */
@Command(name = "export", description = "Write an event for your calendar, or its people for a spreadsheet.")
final class EventExport implements Callable<Integer> {
  @Spec
  CommandSpec spec;

  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", arity = "0..1", description = "Its id, or the first characters of it; left out: all that you come to or announced (with --ics).")
  @Nullable
  String event;

  @ArgGroup(multiplicity = "1")
  Form form = new Form();

  /** One of them. */
  static final class Form {
    @Option(names = "--ics", paramLabel = "FILE", description = "A calendar file (RFC 5545).")
    @Nullable
    Path ics;

    @Option(names = "--csv", paramLabel = "FILE", description = "Comma-separated values: the people of the event, and their answers on the host's node.")
    @Nullable
    Path csv;
  }

  @Override
  public Integer call() {
    if (form.ics != null) {
      var path = event == null ? "/calendar" : "/events/" + session.event(event) + "/calendar";
      return write(form.ics, session.api().get(path, Exports.Calendar.class).ics());
    }
    if (event == null || form.csv == null) {
      throw new ParameterException(spec.commandLine(), "--csv is of one event: name it");
    }
    var path = "/events/" + session.event(event) + "/guest-list";
    return write(form.csv, session.api().get(path, Exports.GuestList.class).csv());
  }

  private int write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new ApiRefusedException(PublicCode.INVALID.label(), file + " cannot be written: " + e.getMessage());
    }
    return session.show(Map.of("file", file.toString()), _ -> session.say("Written: " + file));
  }
}
