package klatch.cli.event;

import java.util.Map;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.web.wire.Guests;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch event guests EVENT}. */
@Command(name = "guests", description = "Let people without a node take a seat, pay and check in: one page for one event, on this network.")
final class EventGuests implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Option(names = "--listen", paramLabel = "HOST:PORT", description = "Where phones reach the page (default: every address of this machine, port 8480).")
  @Nullable
  String listen;

  @Option(names = "--close", description = "Close the page again; the node's end closes it too.")
  boolean close;

  @Override
  public Integer call() {
    var path = "/events/" + session.event(event) + "/guests";
    var opened = close
        ? session.api().post(path + "/close", Map.of(), Guests.Opened.class)
        : session.api().post(path, new Guests.Open(listen), Guests.Opened.class);
    return session.show(opened, shown -> {
      if (shown.urls().isEmpty()) {
        session.say("The guests' page is closed.");
        return;
      }
      session.say("Guests without a node open one of these on their phones; the door's code leads there too:");
      shown.urls().forEach(url -> session.say("  " + url));
    });
  }
}
