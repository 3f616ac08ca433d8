package klatch.cli.terminal;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import klatch.web.wire.Events;
import klatch.web.wire.Groups;
import klatch.web.wire.People;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** One command's talk with the running node, and how its answer is shown. */
public final class Session {
  private static final Pattern FULL_ID = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern ID_START = Pattern.compile("[0-9a-f]{4,63}");

  @Spec(Spec.Target.MIXEE)
  public CommandSpec command;

  @Mixin
  CommonOptions common;

  private @Nullable ApiClient client;

  public ApiClient api() {
    if (client == null) {
      client = ApiClient.of(common.dataDir());
    }
    return client;
  }

  /** Prints the answer: as one JSON object, or by the given words. */
  public <T> int show(T answer, Consumer<T> words) {
    if (common.json()) {
      out().println(Json.line(answer));
    } else {
      words.accept(answer);
    }
    out().flush();
    return ExitCode.OK;
  }

  /** One line for a person. */
  public void say(String line) {
    out().println(line);
  }

  public PrintWriter out() {
    return command.commandLine().getOut();
  }

  /** The event meant by an id or its first characters (at least 4). */
  public String event(String typed) {
    return resolve(typed, "event", () -> api().get("/events", Events.EventList.class).events().stream()
        .map(Events.Summary::id).toList());
  }

  /** The group meant by an id or its first characters (at least 4). */
  public String group(String typed) {
    return resolve(typed, "group", () -> api().get("/groups", Groups.GroupList.class).groups().stream()
        .map(Groups.Group::id).toList());
  }

  /** The member of a group meant by an id or its first characters (at least 4). */
  public String member(String group, String typed) {
    return resolve(typed, "person", () -> api().get("/groups", Groups.GroupList.class).groups().stream()
        .filter(known -> known.id().equals(group)).flatMap(known -> known.members().stream())
        .map(Groups.Member::person).toList());
  }

  /** Somebody known here: a member of any group, or whom this node's person has a note on. */
  public String person(String typed) {
    return resolve(typed, "person", () -> java.util.stream.Stream.concat(
        api().get("/groups", Groups.GroupList.class).groups().stream().flatMap(group -> group.members().stream())
            .map(Groups.Member::person),
        api().get("/people", People.PersonList.class).people().stream().map(People.Person::person)).distinct()
        .toList());
  }

  /** The one of {@code known} that an id or its first characters (at least 4) mean. */
  public String resolve(String typed, String what, java.util.function.Supplier<List<String>> known) {
    var id = typed.strip().toLowerCase(Locale.ROOT);
    if (FULL_ID.matcher(id).matches()) {
      return id;
    }
    if (!ID_START.matcher(id).matches()) {
      throw new ApiRefusedException("invalid",
          (what.equals("event") ? "an " : "a ") + what
              + " is named by its id or the first 4 or more of its 64 hex digits, not '" + typed + "'");
    }
    var matches = known.get().stream().filter(full -> full.startsWith(id)).toList();
    return switch (matches.size()) {
      case 1 -> matches.getFirst();
      case 0 -> throw new ApiRefusedException("not_found", "no " + what + " here begins with " + id);
      default -> throw new ApiRefusedException("invalid",
          matches.size() + " " + what + "s begin with " + id + "; type more of the id");
    };
  }
}
