package klatch.cli.group;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Table;
import klatch.cli.terminal.Words;
import klatch.web.wire.Groups;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code klatch group list}. */
@Command(name = "list", description = "The groups you follow.")
final class GroupList implements Callable<Integer> {
  @Mixin
  Session session;

  @Override
  public Integer call() {
    return session.show(session.api().get("/groups", Groups.GroupList.class), answer -> {
      if (answer.groups().isEmpty()) {
        session.say("No groups yet. Create one: klatch group create NAME. Or join one: klatch group join INVITE.");
        return;
      }
      var table = new Table("ID", "NAME", ">MEMBERS", ">EVENTS", "");
      for (var group : answer.groups()) {
        table.row(Words.shortId(group.id()), group.name() == null ? "(not arrived yet)" : group.name(),
            Integer.toString(group.members().size()), Integer.toString(group.events()),
            (group.yours() ? "yours" : group.youHost() ? "co-host" : group.member() ? "" : "not joined")
                + (group.invitedOnly() ? " private" : ""));
      }
      table.print(session.out());
    });
  }
}
