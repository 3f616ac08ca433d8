package klatch.cli.people;

import java.util.Map;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.web.wire.People;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch person follow PERSON}. */
@Command(name = "follow", description = "Get what a person says of themselves, and the public groups that they show.")
final class PersonFollow implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "PERSON", description = "Their id, or the first characters of it.")
  String person;

  @Override
  public Integer call() {
    var answer = session.api().post("/people/" + session.person(person) + "/follow", Map.of(), People.Person.class);
    return session.show(answer, followed -> {
      session.say("You follow " + PersonCommand.line(followed) + ".");
      if (followed.nickname() == null) {
        session.say("What they say arrives as soon as a peer that has it is reachable.");
      }
    });
  }
}
