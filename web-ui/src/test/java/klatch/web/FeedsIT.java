package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import net.fortuna.ical4j.data.CalendarBuilder;
import net.fortuna.ical4j.model.Component;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The address that a calendar program polls, and what it gets there. */
@Timeout(30)
final class FeedsIT {
  private static final long NOON = 1_800_000_000_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private final AtomicLong now = new AtomicLong(NOON);
  private final TestNode anna = new TestNode(now, Optional.empty());
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    anna.close();
    http.close();
  }

  private HttpResponse<String> ask(String method, String url, String... headers) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(url)).method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private String announce(String title) {
    anna.post("/groups", "{\"name\":\"Tea\"}");
    var group = anna.get("/groups").body().at("/groups/0/id").asText();
    return anna.post("/events", "{\"group\":\"" + group + "\",\"title\":\"" + title
        + "\",\"zone\":\"Europe/Berlin\",\"capacity\":9,\"startsAtMillis\":" + (NOON + 24 * HOUR)
        + ",\"endsAtMillis\":" + (NOON + 26 * HOUR) + "}").body().path("event").asText();
  }

  @Test
  void aCalendarProgramGetsTheEventsAndIsToldWhenNothingHasChanged() throws Exception {
    var event = announce("First cup; with cake, and tea");
    var made = anna.post("/feeds", "{\"name\":\"Phone\"}").body();
    var url = made.path("url").asText();
    assertThat(url).startsWith(anna.api.url() + "/feed/").endsWith(".ics").hasSizeGreaterThan(70);

    var first = ask("GET", url);
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.headers().firstValue("content-type")).hasValue("text/calendar; charset=utf-8");
    var calendar = new CalendarBuilder().build(new StringReader(first.body()));
    assertThat(calendar.validate().hasErrors()).as(calendar.validate().toString()).isFalse();
    assertThat(calendar.getComponents(Component.VEVENT)).hasSize(1);
    assertThat(first.body()).contains(event + "@klatch");

    var tag = first.headers().firstValue("etag").orElseThrow();
    var again = ask("GET", url, "If-None-Match", tag);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    anna.post("/events/" + event + "/edit", "{\"title\":\"Second cup\"}");
    var changed = ask("GET", url, "If-None-Match", tag);
    assertThat(changed.statusCode()).isEqualTo(200);
    assertThat(changed.body()).contains("SUMMARY:Second cup").contains("SEQUENCE:1");
    var head = ask("HEAD", url);
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("etag")).isEqualTo(changed.headers().firstValue("etag"));
  }

  @Test
  void anAddressOpensNothingButTheCalendarAndOnlyUntilItIsRevoked() throws Exception {
    var made = anna.post("/feeds", "{\"name\":\"Phone\"}").body();
    var other = anna.post("/feeds", "{\"name\":\"Laptop\"}").body().path("url").asText();
    var url = made.path("url").asText();
    var secret = url.substring(url.lastIndexOf('/') + 1).replace(".ics", "");
    assertThat(anna.get("/feeds").body().toString()).contains("Phone").doesNotContain(secret);
    assertThat(ask("GET", anna.api.url() + "/api/v1/status", "Authorization", "Bearer " + secret).statusCode())
        .isEqualTo(401);
    assertThat(ask("POST", url).statusCode()).isEqualTo(404);
    assertThat(ask("GET", url.replace(secret, secret.substring(1) + "A")).statusCode()).isEqualTo(404);
    assertThat(ask("GET", anna.api.url() + "/feed/.ics").statusCode()).isEqualTo(404);
    assertThat(ask("GET", anna.api.url() + "/feed/").statusCode()).isEqualTo(404);

    assertThat(anna.post("/feeds/" + made.path("id").asText() + "/revoke", "{}").body().path("feeds")).hasSize(1);
    assertThat(ask("GET", url).statusCode()).isEqualTo(404);
    assertThat(ask("GET", other).statusCode()).isEqualTo(200);
    assertThat(anna.post("/feeds/" + made.path("id").asText() + "/revoke", "{}").code()).isEqualTo("not_found");
  }

  @Test
  void thereAreOnlySoManyAndTheyAreNotAskedTooOften() throws Exception {
    String url = "";
    for (int i = 0; i < Notes.FEEDS; i++) {
      url = anna.post("/feeds", "{\"name\":\"Program " + i + "\"}").body().path("url").asText();
    }
    assertThat(anna.post("/feeds", "{\"name\":\"One more\"}").code()).isEqualTo("refused");
    assertThat(anna.post("/feeds", "{\"name\":\" \"}").code()).isEqualTo("invalid");
    int refused = 0;
    for (int i = 0; i < 70; i++) {
      refused += ask("GET", url).statusCode() == 503 ? 1 : 0;
    }
    assertThat(refused).isPositive();
  }
}
