package klatch.cli.event;

import java.util.Map;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.web.wire.Exports;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code klatch event feed}. */
@Command(name = "feed", description = "Addresses at which calendar programs on this machine ask for your events.")
final class EventFeed implements Callable<Integer> {
  @Mixin
  Session session;

  @ArgGroup
  Act act = new Act();

  /** One of them; without any, all are listed. */
  static final class Act {
    @Option(names = "--new", paramLabel = "NAME", description = "A new one, named after the program that will use it.")
    @Nullable
    String name;

    @Option(names = "--revoke", paramLabel = "ID", description = "Ends one: its address is nothing any more.")
    @Nullable
    String revoked;
  }

  @Override
  public Integer call() {
    if (act.name != null) {
      var made = session.api().post("/feeds", new Exports.MakeFeed(act.name), Exports.Feed.class);
      return session.show(made, feed -> {
        session.say(String.valueOf(feed.url()));
        session.say(
            "Whoever has this address can read your calendar. It is shown this once; its id is " + feed.id() + ".");
      });
    }
    var list = act.revoked == null
        ? session.api().get("/feeds", Exports.FeedList.class)
        : session.api().post("/feeds/" + act.revoked.strip() + "/revoke", Map.of(), Exports.FeedList.class);
    return session.show(list, feeds -> {
      if (feeds.feeds().isEmpty()) {
        session.say("No calendar program has an address.");
      }
      feeds.feeds().forEach(feed -> session.say(feed.id() + "  " + feed.name()));
    });
  }
}
