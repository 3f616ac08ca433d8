package klatch.cli.group;

import java.util.Map;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.web.wire.Groups;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch group leave GROUP}. */
@Command(name = "leave", description = "Leave a group: your node no longer asks for it nor passes it on.")
final class GroupLeave implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(index = "0", paramLabel = "GROUP", description = "Its id, or the first characters of it.")
  String group;

  @Override
  public Integer call() {
    var answer = session.api().post("/groups/" + session.group(group) + "/leave", Map.of(), Groups.Left.class);
    return session.show(answer,
        _ -> session.say("You have left it. What you have said there is signed and stays with the"
            + " others; klatch group join with an invite brings you back."));
  }
}
