package klatch.cli.group;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Groups;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch group co-host GROUP PERSON}. */
@Command(name = "co-host", description = "Let a member create and edit events of your group and open their doors, or take it back.")
final class GroupCoHost implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(index = "0", paramLabel = "GROUP", description = "Its id, or the first characters of it.")
  String group;

  @Parameters(index = "1", paramLabel = "PERSON", description = "Their id, or the first characters of it.")
  String person;

  @Option(names = "--revoke", description = "Take it back. What they made stays, and so do the doors they are already.")
  boolean revoke;

  @Override
  public Integer call() {
    var id = session.group(group);
    var path = "/groups/" + id + "/co-hosts" + (revoke ? "/revoke" : "");
    var request = new Groups.CoHost(session.member(id, person));
    return session.show(session.api().post(path, request, Groups.CoHosts.class), answer -> {
      session.say(revoke ? "They speak for the group's events no more." : "They may speak for the group's events now.");
      session.say("  co-hosts  " + (answer.coHosts().isEmpty()
          ? "none"
          : String.join(", ", answer.coHosts().stream().map(Words::shortId).toList())));
    });
  }
}
