package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the pages are served: small, kept by the browser, and to nobody from elsewhere. */
@Timeout(30)
final class PagesServingIT {
  private static final Duration FIRST_PAGE = Duration.ofSeconds(1);

  private final TestNode anna = new TestNode(new AtomicLong(1_800_000_000_000L), Optional.empty());
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.close();
    anna.close();
  }

  private HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(anna.api.url() + path));
    return http.send((headers.length == 0 ? request : request.headers(headers)).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  private String script() throws IOException, InterruptedException {
    var found = Pattern.compile("src=\"(/a/[0-9a-f]{16}/app.js)\"").matcher(text(get("/")));
    assertThat(found.find()).isTrue();
    return found.group(1);
  }

  @Test
  void theFirstPageIsThereWithinASecondAndAllowsNothingFromElsewhere() throws Exception {
    long begun = System.nanoTime();
    var first = get("/");
    for (var path : new Pages().all().keySet()) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(200);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(FIRST_PAGE);
    assertThat(text(first)).startsWith("<!doctype html>");
    var headers = first.headers();
    assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "trusted-types 'none'")
        .doesNotContain("unsafe", "http:", "https:");
    assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(headers.firstValue("Cache-Control")).contains("no-cache");
    assertThat(text(first)).doesNotContain(anna.api.token());
  }

  @Test
  void filesComeCompressedAndAreKeptForEver() throws Exception {
    var script = script();
    var packed = get(script, "Accept-Encoding", "gzip, deflate, br");
    var plain = get(script);
    assertThat(packed.headers().firstValue("Content-Encoding")).contains("gzip");
    assertThat(packed.body()).hasSizeLessThan(plain.body().length);
    assertThat(plain.headers().firstValue("Cache-Control")).contains("public, max-age=31536000, immutable");
    var tag = plain.headers().firstValue("ETag").orElseThrow();
    var again = get(script, "If-None-Match", tag);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(get(script, "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
    for (var no : new String[]{"/a/../pom.xml", "/a/0000000000000000/app.js", "/pages/app.js", script + "x"}) {
      assertThat(get(no).statusCode()).as(no).isNotEqualTo(200);
    }
  }

  @Test
  void aPageOfAnotherSiteMayAskNothing() throws Exception {
    var bearer = "Bearer " + anna.api.token();
    var own = anna.api.url().toString();
    for (var origin : new String[]{"http://evil.example", "null", "http://127.0.0.1:1",
        own.replace("http:", "https:")}) {
      var refused = get("/api/v1/status", "Authorization", bearer, "Origin", origin);
      assertThat(refused.statusCode()).as(origin).isEqualTo(403);
      assertThat(refused.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }
    assertThat(get("/api/v1/status", "Authorization", bearer, "Origin", own).statusCode()).isEqualTo(200);
  }

  @Test
  void aCodeIsGoodForOneTokenOnce() throws Exception {
    var link = anna.post("/pages/link", "").body().path("url").asText();
    var body = "{\"code\":\"" + link.substring(link.lastIndexOf('/') + 1) + "\"}";
    var request = HttpRequest.newBuilder(URI.create(anna.api.url() + "/api/v1/session"))
        .POST(HttpRequest.BodyPublishers.ofString(body));
    var entered = anna.send(request);
    var token = entered.body().path("token").asText();
    assertThat(token).isNotEqualTo(anna.api.token()).hasSize(43);
    assertThat(get("/api/v1/status", "Authorization", "Bearer " + token).statusCode()).isEqualTo(200);
    var second = anna.send(request);
    assertThat(second.status()).isEqualTo(401);
    assertThat(second.message()).contains("used already");
  }

  @Test
  void onlyTheNewestLinksCount() {
    var first = anna.api.link().toString();
    for (int i = 0; i < Sessions.CODES; i++) {
      anna.api.link();
    }
    var late = anna.send(HttpRequest.newBuilder(URI.create(anna.api.url() + "/api/v1/session")).POST(
        HttpRequest.BodyPublishers.ofString("{\"code\":\"" + first.substring(first.lastIndexOf('/') + 1) + "\"}")));
    assertThat(late.status()).isEqualTo(401);
  }

  @Test
  void changesAreToldAndListenersAreBounded() throws Exception {
    var streams = new ArrayList<AutoCloseable>();
    try {
      for (int i = 0; i < Live.LISTENERS; i++) {
        var stream = http.send(anna.request("/live").GET().build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        streams.add(stream.body());
        if (i == 0) {
          var lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
          assertThat(lines.readLine()).isEqualTo("event: line");
          assertThat(lines.readLine()).contains("\"peers\":0", "\"waiting\":0", "\"lightning\":\"none\"");
          var group = anna.post("/groups", "{\"name\":\"Tea\"}").body().path("id").asText();
          assertThat(lines.readLine()).isEmpty();
          assertThat(lines.readLine()).isEqualTo("event: changed");
          assertThat(lines.readLine()).startsWith("data: {\"groups\":[").contains(group);
        }
      }
      assertThat(anna.get("/live").code()).isEqualTo("unavailable");
    } finally {
      for (var stream : streams) {
        stream.close();
      }
    }
    assertThat(get("/api/v1/live").statusCode()).isEqualTo(401);
  }

  @Test
  void aPictureIsReadAndStrangeOnesAreRefused() {
    assertThat(scan(new byte[3]).code()).isEqualTo("invalid");
    assertThat(scan(new byte[]{0, 30, 0, 30, 1}).message()).contains("30 × 30");
    assertThat(scan(new byte[]{0, 0, 0, 0}).code()).isEqualTo("invalid");
    var blank = new byte[4 + 40 * 40];
    blank[1] = 40;
    blank[3] = 40;
    assertThat(scan(blank).body().has("text")).isFalse();
    assertThat(anna.post("/code", "{\"text\":\"" + "x".repeat(2001) + "\"}").message()).contains("2000", "2001");
    assertThat(anna.post("/code", "{\"text\":\"klatch:join/abc\"}").body().path("size").asInt()).isEqualTo(21);
  }

  private TestNode.Reply scan(byte[] picture) {
    return anna.send(anna.request("/scan").POST(HttpRequest.BodyPublishers.ofByteArray(picture)));
  }
}
