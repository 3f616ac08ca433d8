package klatch.cli.group;

import java.util.List;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
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

  @Option(names = "--tag", paramLabel = "TAG", description = "A word to be found by; repeatable.")
  @Nullable
  List<String> tags;

  @Option(names = "--private", description = "Only those whom a host's node lets in, by an invite, get what is said in it.")
  boolean invitedOnly;

  @Override
  public Integer call() {
    var group = session.api().post("/groups", new Groups.Create(name, description, tags, invitedOnly),
        Groups.Group.class);
    return session.show(group, made -> {
      session.say("Created the group " + name + ".");
      session.say("  id      " + made.id());
      session.say("  next    klatch group invite " + Words.shortId(made.id()) + "    to get a link for others");
    });
  }
}
