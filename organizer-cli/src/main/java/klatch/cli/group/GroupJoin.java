package klatch.cli.group;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Groups;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch group join INVITE}, or {@code GROUP}. */
@Command(name = "join", description = "Join the group of an invite, or one that somebody whom you follow has shown.")
final class GroupJoin implements Callable<Integer> {
  private static final Pattern ID_START = Pattern.compile("[0-9a-f]{4,64}");

  @Mixin
  Session session;

  @Parameters(paramLabel = "INVITE", description = "The klatch: link that you were given; or the group's id, or the first characters of it.")
  String invite;

  @Override
  public Integer call() {
    if (ID_START.matcher(invite).matches()) {
      var path = "/groups/" + session.group(invite) + "/join";
      return session.show(session.api().post(path, Map.of(), Groups.Group.class),
          group -> session.say("You follow the group " + group.name() + " (" + Words.shortId(group.id()) + ")."));
    }
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
