package klatch.regtest.browser;

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
import java.util.concurrent.locks.LockSupport;
import klatch.regtest.Until;

/**
 * One page in the browser, used as a person would: by what can be read on it. Every fault of its scripts is kept. Used by one
 * thread at a time.
 */
public final class ChromiumPage implements AutoCloseable {
  /** How long a person waits for a page to say something. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LOOK_EVERY = Duration.ofMillis(40);

  private final String context;
  private final Chromium browser;
  private final String target;
  private final String session;
  private Size shown = new Size(0, 0, false);
  private final List<String> faults = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  private record Size(int width, int height, boolean dark) {}

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

  /** Whose browser it is: for another tab of the same person. */
  public String context() {
    return context;
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

  /** What its scripts got wrong. */
  public List<String> faults() {
    return faults;
  }

  /** Every address that the page has asked for. */
  public List<String> asked() {
    return asked;
  }

  /** One call of the DevTools protocol. */
  public JsonNode call(String method, Map<String, ?> parameters) {
    return browser.call(session, method, parameters);
  }

  /** In CSS pixels. */
  public void size(int width, int height, boolean dark) {
    shown = new Size(width, height, dark);
    call("Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    call("Emulation.setEmulatedMedia", Map.of("features",
        List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** What browsers of other languages say of themselves. */
  public void language(String name) {
    call("Page.addScriptToEvaluateOnNewDocument", Map.of("source",
        "Object.defineProperty(navigator,'languages',{get:()=>['" + name + "']})"));
  }

  /** Goes there, as by the address bar. */
  public ChromiumPage go(String url) {
    call("Page.navigate", Map.of("url", url));
    return this;
  }

  /** The value of an expression, which may be a promise. */
  public JsonNode eval(String script) {
    var answer = call("Runtime.evaluate",
        Map.of("expression", script, "awaitPromise", true, "returnByValue", true, "userGesture", true));
    if (answer.has("exceptionDetails")) {
      throw new BrowserException(script + ": " + answer.path("exceptionDetails"));
    }
    return answer.path("result").path("value");
  }

  /** What can be read on it. */
  public String text() {
    return eval("document.body?.innerText ?? ''").asText();
  }

  /** Waits until the page says it. */
  public ChromiumPage sees(String words) {
    return until("(document.body?.innerText ?? '').includes(" + quoted(words) + ")", words);
  }

  /** Waits until an expression is true. */
  public ChromiumPage until(String condition) {
    return until(condition, condition);
  }

  private ChromiumPage until(String condition, String what) {
    Until.holds(() -> holds(condition), PATIENCE, () -> "the page never got to: " + what + "\nfaults: " + faults + "\n"
        + eval("location.href").asText() + "\n" + text());
    return this;
  }

  private boolean holds(String condition) {
    try {
      if (eval(condition).asBoolean()) {
        return true;
      }
    } catch (BrowserException e) {
      // Between two pages nothing can be asked; that passes.
    }
    LockSupport.parkNanos(LOOK_EVERY.toNanos());
    return false;
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static String named(String words) {
    return "[...document.querySelectorAll('button,a,summary,label')].find(one => one.checkVisibility() && !one.disabled"
        + " && one.innerText.trim() === " + quoted(words) + ")";
  }

  /** Presses the button or follows the link of that name, once it is there. */
  public ChromiumPage press(String words) {
    until(named(words) + " !== undefined", "something to press called " + words);
    eval(named(words) + ".click()");
    return this;
  }

  /** Presses it twice, as fast as a mouse can. */
  public ChromiumPage pressTwice(String words) {
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
  public ChromiumPage fill(String id, String text) {
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

  /** Scrolls until the part that a CSS selector names is in the middle. */
  public ChromiumPage show(String selector) {
    until("document.querySelector('" + selector + "') !== null", "a part " + selector);
    eval("document.querySelector('" + selector + "').scrollIntoView({block: 'center', behavior: 'instant'})");
    return this;
  }

  /** Asks for it again, as F5 does. */
  public ChromiumPage reload() {
    call("Page.reload", Map.of());
    return this;
  }

  /** The whole page as a picture. */
  public void picture(Path file, int width, int height, boolean dark) {
    size(width, height, dark);
    picture(file);
    size(1280, 900, false);
  }

  /** What is seen of it now, as a PNG. */
  public void picture(Path file) {
    var shot = call("Page.captureScreenshot", Map.of("format", "png"));
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(file, Base64.getDecoder().decode(shot.path("data").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All of it, from its top to its end, at the width that it has. */
  public void wholePicture(Path file) {
    int width = shown.width();
    int height = shown.height();
    size(width, eval("document.documentElement.scrollHeight").asInt(), shown.dark());
    picture(file);
    size(width, height, shown.dark());
  }

  @Override
  public void close() {
    browser.forget(session);
    browser.call("", "Target.closeTarget", Map.of("targetId", target));
  }
}
