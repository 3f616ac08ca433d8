package klatch.cli.people;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.web.wire.People;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code klatch person list}. */
@Command(name = "list", description = "Whom you follow or have given a name.")
final class PersonList implements Callable<Integer> {
  @Mixin
  Session session;

  @Override
  public Integer call() {
    return session.show(session.api().get("/people", People.PersonList.class), list -> {
      if (list.people().isEmpty()) {
        session.say("Nobody yet.");
      }
      list.people().forEach(person -> session.say(PersonCommand.line(person)));
    });
  }
}
