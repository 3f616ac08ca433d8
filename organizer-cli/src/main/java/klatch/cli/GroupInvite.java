package klatch.cli;

import java.util.concurrent.Callable;
import klatch.web.wire.Groups;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch group invite GROUP}. */
@Command(name = "invite", description = "Print an invite to pass on.")
final class GroupInvite implements Callable<Integer> {
  @Mixin
  Session session;

  @Mixin
  InviteOptions options;

  @Parameters(paramLabel = "GROUP", description = "Its id, or the first characters of it.")
  String group;

  @Override
  public Integer call() {
    return options.show(session,
        session.api().get("/groups/" + session.group(group) + "/invite", Groups.Invite.class));
  }
}
