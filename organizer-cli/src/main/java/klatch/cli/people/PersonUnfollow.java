package klatch.cli.people;

import java.util.Map;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.web.wire.People;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch person unfollow PERSON}. */
@Command(name = "unfollow", description = "Follow a person no more; what is here already stays.")
final class PersonUnfollow implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "PERSON", description = "Their id, or the first characters of it.")
  String person;

  @Override
  public Integer call() {
    var answer = session.api().post("/people/" + session.person(person) + "/unfollow", Map.of(), People.Person.class);
    return session.show(answer, left -> session.say("You follow " + PersonCommand.line(left) + " no more."));
  }
}
