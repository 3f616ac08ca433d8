package klatch.web;

import klatch.regtest.browser.ChromiumPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What axe-core finds on a page. */
final class Axe {
  private static final String SCRIPT = read();

  private Axe() {}

  private static String read() {
    try (var in = Axe.class.getResourceAsStream("/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
      if (in == null) {
        throw new IllegalStateException("no axe-core among the test's jars");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Each rule that is broken, with the elements that break it. */
  static List<String> findings(ChromiumPage page) {
    if (!page.eval("typeof axe === 'object'").asBoolean()) {
      page.eval(SCRIPT + "; true");
    }
    var found = page.eval("axe.run(document, {resultTypes: ['violations']}).then(all => all.violations.map(one =>"
        + " one.id + ': ' + one.help + ' ' + one.nodes.map(node => node.html + ' ' + node.failureSummary).join('; ')))");
    var findings = new ArrayList<String>();
    found.forEach(one -> findings.add(one.asText()));
    return findings;
  }
}
