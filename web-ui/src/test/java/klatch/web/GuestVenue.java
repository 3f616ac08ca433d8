package klatch.web;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import klatch.regtest.browser.Chromium;

/**
 * A host's node at a venue, as a program of its own in a network that {@link GuestVenueIT} has made, with a browser beside it;
 * and a phone elsewhere in that network. It prints what it sees.
 */
final class GuestVenue {
  private static final long START = 1_800_122_400_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private GuestVenue() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    switch (args[0]) {
      case "host" -> host();
      case "phone" -> phone(args[1], Integer.parseInt(args[2]));
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.exit(0);
  }

  private static void host() throws IOException, InterruptedException {
    var now = new AtomicLong(START - 2 * HOUR);
    try (var anna = new TestNode(now, Optional.empty())) {
      anna.post("/profile", "{\"nickname\":\"Anna\"}");
      anna.post("/groups", "{\"name\":\"Tea and talk\"}");
      var event = anna.post("/events", "{\"title\":\"First cup of the year\",\"startsAtMillis\":" + START
          + ",\"endsAtMillis\":" + (START + 3 * HOUR) + ",\"zone\":\"Europe/Berlin\",\"capacity\":5}").body()
          .path("event").asText();
      var url = anna.post("/events/" + event + "/guests", "{}").body().at("/urls/0").asText();
      System.out.println("the guests' page is at " + url);
      elsewhere(url, anna.api.url().getPort());
      browser(anna, event, url, now);
    }
  }

  /** In the phone's own part of the network. */
  private static void elsewhere(String url, int apiPort) throws IOException, InterruptedException {
    var phone = new ProcessBuilder("ip", "netns", "exec", "phone", System.getProperty("java.home") + "/bin/java",
        "-XX:TieredStopAtLevel=1", GuestVenue.class.getName(), "phone", url, String.valueOf(apiPort)).inheritIO()
        .start();
    if (phone.waitFor() != 0) {
      throw new IllegalStateException("the phone failed");
    }
  }

  private static void phone(String url, int apiPort) throws IOException, InterruptedException {
    try (var http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      for (var path : new String[]{"", "api/v1/event", "api/v1/status", "api/v1/wallet"}) {
        var answer = http.send(HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE).build(),
            HttpResponse.BodyHandlers.ofString());
        System.out.println("phone: /" + path + " " + answer.statusCode());
      }
    }
    try (var socket = new Socket(URI.create(url).getHost(), apiPort)) {
      System.out.println("phone: the owner's API answers at " + socket.getRemoteSocketAddress());
    } catch (IOException e) {
      System.out.println("phone: the owner's API cannot be reached");
    }
  }

  private static void browser(TestNode anna, String event, String url, AtomicLong now) {
    try (var page = Chromium.shared().person()) {
      page.go(url).sees("First cup of the year");
      System.out.println("secure context: " + page.eval("isSecureContext").asBoolean() + ", web crypto: "
          + page.eval("crypto.subtle !== undefined").asBoolean() + ", camera: "
          + page.eval("navigator.mediaDevices !== undefined").asBoolean());
      page.fill("name", "Gül").press("Save me a seat").sees("A seat is yours, Gül.");
      now.set(START);
      var door = anna.get("/events/" + event + "/door").body().path("url").asText();
      System.out.println("the door's code leads to " + door.substring(0, url.length()));
      page.go(door).sees("You are in");
      System.out.println("present: " + anna.get("/events/" + event).body().at("/people/0/present").asBoolean());
      System.out.println("faults: " + page.faults());
    }
  }
}
