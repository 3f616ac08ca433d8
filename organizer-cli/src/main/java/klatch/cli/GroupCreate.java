package klatch.cli;

import java.util.concurrent.Callable;
import klatch.web.wire.Groups;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch group create NAME}. */
@Command(name = "create", description = "Create a group of yours.")
final class GroupCreate implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "NAME", description = "What it is called.")
  String name;

  @Option(names = "--description", paramLabel = "TEXT", description = "What it is about.")
  @Nullable
  String description;

  @Override
  public Integer call() {
    var group = session.api().post("/groups", new Groups.Create(name, description), Groups.Group.class);
    return session.show(group, made -> {
      session.say("Created the group " + name + ".");
      session.say("  id      " + made.id());
      session.say("  next    klatch group invite " + Words.shortId(made.id()) + "    to get a link for others");
    });
  }
}
