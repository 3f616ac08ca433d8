package klatch.cli;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.Callable;
import klatch.cli.terminal.DesktopBrowser;
import klatch.cli.terminal.Session;
import klatch.web.wire.Browser;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code klatch open}: the running node's pages in another browser, or again. */
@Command(name = "open", description = "Open your running node's pages: a link that lets one browser in, once.")
final class Open implements Callable<Integer> {
  @Mixin
  Session session;

  @Option(names = "--no-browser", description = "Print the link and open nothing.")
  boolean noBrowser;

  @Override
  public Integer call() {
    var link = session.api().post("/pages/link", Map.of(), Browser.Link.class);
    if (!noBrowser) {
      DesktopBrowser.open(URI.create(link.url()), System.getenv());
    }
    return session.show(link, shown -> session.say(shown.url()));
  }
}
