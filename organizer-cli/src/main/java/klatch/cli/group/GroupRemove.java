package klatch.cli.group;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.web.wire.Groups;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch group remove GROUP PERSON}. */
@Command(name = "remove", description = "Take somebody out of a private group of yours; what their node has, it keeps.")
final class GroupRemove implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(index = "0", paramLabel = "GROUP", description = "Its id, or the first characters of it.")
  String group;

  @Parameters(index = "1", paramLabel = "PERSON", description = "Their id, or the first characters of it.")
  String person;

  @Override
  public Integer call() {
    var id = session.group(group);
    var answer = session.api().post("/groups/" + id + "/members/remove",
        new Groups.Remove(session.member(id, person)), Groups.Group.class);
    return session.show(answer, _ -> session.say("Nothing that is said from now on is given to their node."));
  }
}
