package klatch.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** One page in the browser, used as a person would: by what can be read on it. Every fault of its scripts is kept. */
final class ChromiumPage implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  final String context;
  private final Chromium browser;
  private final String target;
  private final String session;
  private final List<String> faults = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  ChromiumPage(Chromium browser, String context, String target, String session) {
    this.browser = browser;
    this.context = context;
    this.target = target;
    this.session = session;
  }

  void begin() {
    for (var domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable", Map.of());
    }
    size(1280, 900, false);
  }

  /** What the browser says of this page. */
  void hear(String method, JsonNode event) {
    switch (method) {
      case "Runtime.exceptionThrown" -> faults.add(event.at("/exceptionDetails").toString());
      case "Runtime.consoleAPICalled" -> {
        if (event.path("type").asText().equals("error")) {
          faults.add(event.path("args").toString());
        }
      }
      case "Log.entryAdded" -> {
        // What the API refuses is also written down as a failed load; that is no fault of a script.
        if (event.at("/entry/level").asText().equals("error")
            && !event.at("/entry/source").asText().equals("network")) {
          faults.add(event.at("/entry/text").asText());
        }
      }
      case "Network.requestWillBeSent" -> asked.add(event.at("/request/url").asText());
      default -> {
      }
    }
  }

  List<String> faults() {
    return faults;
  }

  /** Every address that the page has asked for. */
  List<String> asked() {
    return asked;
  }

  JsonNode call(String method, Map<String, ?> parameters) {
    return browser.call(session, method, parameters);
  }

  void size(int width, int height, boolean dark) {
    call("Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    call("Emulation.setEmulatedMedia", Map.of("features",
        List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** What browsers of other languages say of themselves. */
  void language(String name) {
    call("Page.addScriptToEvaluateOnNewDocument", Map.of("source",
        "Object.defineProperty(navigator,'languages',{get:()=>['" + name + "']})"));
  }

  ChromiumPage go(String url) {
    call("Page.navigate", Map.of("url", url));
    return this;
  }

  /** The value of an expression, which may be a promise. */
  JsonNode eval(String script) {
    var answer = call("Runtime.evaluate",
        Map.of("expression", script, "awaitPromise", true, "returnByValue", true, "userGesture", true));
    if (answer.has("exceptionDetails")) {
      throw new AssertionError(script + ": " + answer.path("exceptionDetails"));
    }
    return answer.path("result").path("value");
  }

  String text() {
    return eval("document.body?.innerText ?? ''").asText();
  }

  /** Waits until the page says it. */
  ChromiumPage sees(String words) {
    return until("(document.body?.innerText ?? '').includes(" + quoted(words) + ")", words);
  }

  ChromiumPage until(String condition) {
    return until(condition, condition);
  }

  private ChromiumPage until(String condition, String what) {
    try {
      Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(40)).ignoreExceptions()
          .until(() -> eval(condition).asBoolean());
    } catch (org.awaitility.core.ConditionTimeoutException e) {
      throw new AssertionError(
          "the page never got to: " + what + "\nfaults: " + faults + "\n" + eval("location.href").asText() + "\n"
              + text(),
          e);
    }
    return this;
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static String named(String words) {
    return "[...document.querySelectorAll('button,a,summary,label')].find(one => one.checkVisibility() && !one.disabled"
        + " && one.innerText.trim() === " + quoted(words) + ")";
  }

  /** Presses the button or follows the link of that name, once it is there. */
  ChromiumPage press(String words) {
    until(named(words) + " !== undefined", "something to press called " + words);
    eval(named(words) + ".click()");
    return this;
  }

  /** Presses it twice, as fast as a mouse can. */
  ChromiumPage pressTwice(String words) {
    until(named(words) + " !== undefined", "something to press called " + words);
    var at = eval("(() => { const one = " + named(words)
        + "; one.scrollIntoView({block: 'center'}); const box = one.getBoundingClientRect();"
        + "return [box.x + box.width / 2, box.y + box.height / 2]; })()");
    for (int click = 1; click <= 2; click++) {
      for (var kind : List.of("mousePressed", "mouseReleased")) {
        call("Input.dispatchMouseEvent", Map.of("type", kind, "x", at.get(0).asDouble(), "y", at.get(1).asDouble(),
            "button", "left", "clickCount", click));
      }
    }
    return this;
  }

  /** Fills a field in, in place of what it had. */
  ChromiumPage fill(String id, String text) {
    until("document.getElementById('" + id + "') !== null", "a field " + id);
    var field = "document.getElementById('" + id + "')";
    if (eval("['date','time'].includes(" + field + ".type) || " + field + ".tagName === 'SELECT'").asBoolean()) {
      eval("(() => { const field = " + field + "; field.value = " + quoted(text)
          + "; field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input', {bubbles: true})); })()");
    } else {
      eval(field + ".focus(); " + field + ".select()");
      call("Input.insertText", Map.of("text", text));
    }
    return this;
  }

  ChromiumPage reload() {
    call("Page.reload", Map.of());
    return this;
  }

  /** The whole page as a picture. */
  void picture(Path file, int width, int height, boolean dark) {
    size(width, height, dark);
    var shot = call("Page.captureScreenshot", Map.of("format", "png"));
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(file, Base64.getDecoder().decode(shot.path("data").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    size(1280, 900, false);
  }

  @Override
  public void close() {
    browser.forget(session);
    browser.call("", "Target.closeTarget", Map.of("targetId", target));
  }
}
