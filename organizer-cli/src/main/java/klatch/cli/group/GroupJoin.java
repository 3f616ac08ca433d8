package klatch.cli.group;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Groups;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch group join INVITE}. */
@Command(name = "join", description = "Join the group of an invite.")
final class GroupJoin implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "INVITE", description = "The klatch: link that you were given.")
  String invite;

  @Override
  public Integer call() {
    var joined = session.api().post("/groups/join", new Groups.Join(invite), Groups.Joined.class);
    return session.show(joined, answer -> {
      session.say("You follow the group " + Words.shortId(answer.group()) + ".");
      if (answer.connectedTo().isEmpty()) {
        session.say("Nobody of it is reachable right now; its events arrive as soon as somebody is.");
      }
      answer.warnings().forEach(warning -> session.say("  note    " + warning));
      session.say("  next    klatch event " + (answer.event() == null
          ? "list"
          : "show " + Words.shortId(answer.event()) + ", which you are invited to"));
    });
  }
}
