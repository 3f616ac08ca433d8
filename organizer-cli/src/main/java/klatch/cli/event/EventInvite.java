package klatch.cli.event;

import java.util.concurrent.Callable;
import klatch.cli.terminal.InviteOptions;
import klatch.cli.terminal.Session;
import klatch.web.wire.Groups;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch event invite EVENT}. */
@Command(name = "invite", description = "Print an invite to one event: whoever joins by it follows the group and is shown the event.")
final class EventInvite implements Callable<Integer> {
  @Mixin
  Session session;

  @Mixin
  InviteOptions options;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Override
  public Integer call() {
    return options.show(session,
        session.api().get("/events/" + session.event(event) + "/invite", Groups.Invite.class));
  }
}
