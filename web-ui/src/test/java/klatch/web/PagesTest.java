package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The files of the pages: all of them are served, they stay small, and every message is there in every language. */
final class PagesTest {
  private static final Path FOLDER = Path.of("src/main/resources/klatch/web/pages");
  private static final int SCRIPT_BUDGET_BYTES = 250_000;
  /** What we have now and some more: whoever makes it much larger should know. */
  private static final int FIRST_VISIT_BUDGET_BYTES = 100_000;
  private static final Pattern KEY = Pattern.compile("\\bt\\(['`]([a-z.-]+)(\\$\\{)?");

  @Test
  void everyFileOfTheFolderIsServed() throws IOException {
    try (var files = Files.walk(FOLDER)) {
      var there = files.filter(Files::isRegularFile).map(file -> FOLDER.relativize(file).toString())
          .filter(name -> !name.equals("index.html") && !name.equals("guest.html")).toList();
      assertThat(served()).containsExactlyInAnyOrderElementsOf(there);
    }
  }

  private static Set<String> served() {
    var served = new TreeSet<>(Pages.FILES);
    served.addAll(Pages.GUESTS_FILES);
    return served;
  }

  @Test
  void thePagesStaySmall() {
    var all = new Pages().all().values();
    int scripts = all.stream().filter(page -> page.type().startsWith("text/javascript"))
        .mapToInt(Pages.Page::packedBytes).sum();
    int everything = all.stream().mapToInt(Pages.Page::packedBytes).sum();
    assertThat(scripts).isLessThan(SCRIPT_BUDGET_BYTES);
    assertThat(everything).as("all files together, compressed").isLessThan(FIRST_VISIT_BUDGET_BYTES);
    assertThat(Pages.ofGuests().all().values().stream().mapToInt(Pages.Page::packedBytes).sum())
        .as("the guests' page, compressed").isLessThan(FIRST_VISIT_BUDGET_BYTES);
  }

  @Test
  void nothingIsInlineAndNothingIsAskedOfAnotherHost() throws IOException {
    for (var first : Set.of("index.html", "guest.html")) {
      assertThat(Files.readString(FOLDER.resolve(first))).doesNotContain("<style", "style=", "onclick", "<script>");
    }
    for (var name : served()) {
      assertThat(Files.readString(FOLDER.resolve(name)).replace("http://www.w3.org/2000/svg", "")).as(name)
          .doesNotContain("http://", "https://", "innerHTML", "eval(", "style=");
    }
  }

  @Test
  void everyMessageIsThereInEveryLanguage() throws IOException {
    var english = messages("en");
    for (var language : Set.of("de")) {
      var other = messages(language);
      assertThat(other.fieldNames()).toIterable().containsExactlyElementsOf(() -> english.fieldNames());
      english.fieldNames().forEachRemaining(
          key -> assertThat(blanks(other.path(key))).as(key).isEqualTo(blanks(english.path(key))));
    }
  }

  @Test
  void everyMessageThatAPageAsksForIsThere() throws IOException {
    var there = new TreeSet<String>();
    messages("en").fieldNames().forEachRemaining(key -> there.add(key.replaceAll("\\.(one|other)$", "")));
    for (var name : served()) {
      var asked = KEY.matcher(Files.readString(FOLDER.resolve(name))).results().toList();
      for (var match : asked) {
        boolean open = match.group(2) != null;
        assertThat(there.stream()
            .anyMatch(key -> open ? key.startsWith(match.group(1)) : key.equals(match.group(1))))
            .as(name + " asks for " + match.group(1)).isTrue();
      }
    }
  }

  private static JsonNode messages(String language) throws IOException {
    return Json.MAPPER.readTree(Files.readString(FOLDER.resolve("messages/" + language + ".json")));
  }

  /** The {names} in a message. */
  private static Set<String> blanks(JsonNode message) {
    return Pattern.compile("\\{\\w+\\}").matcher(message.asText()).results().map(match -> match.group())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
