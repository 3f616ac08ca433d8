package klatch.cli.group;

import java.util.concurrent.Callable;
import klatch.cli.terminal.InviteOptions;
import klatch.cli.terminal.Session;
import klatch.web.wire.Groups;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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

  @Option(names = "--new", description = "Of a private group: a new one, after which those you gave before let nobody in.")
  boolean renew;

  @Option(names = "--uses", paramLabel = "N", description = "Of a private group: how many people a new one lets in (default: 50).")
  @Nullable
  Integer uses;

  @Option(names = "--days", paramLabel = "N", description = "Of a private group: for how long a new one is good (default: 30).")
  @Nullable
  Integer days;

  @Override
  public Integer call() {
    var path = "/groups/" + session.group(group) + "/invite";
    return options.show(session, renew || uses != null || days != null
        ? session.api().post(path, new Groups.Renew(uses, days), Groups.Invite.class)
        : session.api().get(path, Groups.Invite.class));
  }
}
