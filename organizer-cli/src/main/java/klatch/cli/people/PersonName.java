package klatch.cli.people;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.web.wire.People;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch person name PERSON NAME}. */
@Command(name = "name", description = "Your own name for a person, which nobody else learns.")
final class PersonName implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(index = "0", paramLabel = "PERSON", description = "Their id, or the first characters of it.")
  String person;

  @Parameters(index = "1", paramLabel = "NAME", description = "What you call them; '' for nothing any more.")
  String name;

  @Override
  public Integer call() {
    var answer = session.api().post("/people/" + session.person(person) + "/name", new People.Name(name),
        People.Person.class);
    return session.show(answer, named -> session.say(PersonCommand.line(named)));
  }
}
