package klatch.cli.people;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.People;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code klatch find --tag TAG}. */
@Command(name = "find", description = "People, groups and events with a tag, among all that your node knows.")
public final class Find implements Callable<Integer> {
  @Mixin
  Session session;

  @Option(names = "--tag", required = true, paramLabel = "TAG", description = "The word they are found by.")
  String tag;

  @Override
  public Integer call() {
    var found = session.api().post("/find", new People.Find(tag), People.Found.class);
    return session.show(found, all -> {
      if (all.people().isEmpty() && all.groups().isEmpty()) {
        session.say("Nothing that your node knows has the tag " + tag + ".");
      }
      all.people().forEach(person -> session.say("person  " + PersonCommand.line(person)));
      all.groups().forEach(group -> session.say("group   " + group.name() + "  " + Words.shortId(group.id())));
      all.events().forEach(event -> session.say("event   " + event.title() + ", "
          + Words.moment(event.startsAtMillis(), event.zone()) + "  " + Words.shortId(event.id())));
    });
  }
}
