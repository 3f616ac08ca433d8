package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import klatch.commitments.LightningException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a rapid gossip server may be, and what is done with one that misbehaves. */
final class RapidGossipTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final CountDownLatch over = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/good",
        exchange -> answer(exchange, 200, exchange.getRequestURI().getPath().getBytes(StandardCharsets.UTF_8)));
    server.createContext("/moved", exchange -> {
      exchange.getResponseHeaders().add("Location", "/good/0");
      answer(exchange, 302, new byte[0]);
    });
    server.createContext("/absent", exchange -> answer(exchange, 404, new byte[0]));
    server.createContext("/endless", this::endless);
    server.createContext("/silent", exchange -> {
      try {
        over.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      exchange.close();
    });
    server.start();
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void endless(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    byte[] block = new byte[1 << 20];
    try {
      while (over.getCount() > 0) {
        exchange.getResponseBody().write(block);
      }
    } finally {
      exchange.close();
    }
  }

  private byte[] download(String path, long since) throws InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    try (RapidGossip gossip = new RapidGossip(uri, TIMEOUT, _ -> 0)) {
      return gossip.download(since);
    }
  }

  @Test
  void theNewestKnownUpdateIsPutBehindTheAddress() throws InterruptedException {
    assertThat(download("/good", 0)).asString(StandardCharsets.UTF_8).isEqualTo("/good/0");
    assertThat(download("/good/", 1_700_000_000)).asString(StandardCharsets.UTF_8).isEqualTo("/good/1700000000");
  }

  @Test
  void whatSendsAwayHasNothingNeverEndsOrIsSilentIsGivenUp() {
    assertRefused("/moved", "HTTP 302: give the address that it sends you to");
    assertRefused("/absent", "HTTP 404");
    assertRefused("/endless", "sends more than " + RapidGossip.MAX_SNAPSHOT_BYTES);
    assertRefused("/silent", "within 2000 ms");
  }

  private void assertRefused(String path, String why) {
    assertThatThrownBy(() -> download(path, 0)).isInstanceOf(LightningException.class).hasMessageContaining(why);
  }

  @Test
  void onlyHttpsOrPlainHttpOnThisMachineIsTaken() {
    for (String good : new String[]{"https://rgs.example/snapshot", "http://127.0.0.1:8080/snapshot",
        "http://localhost/x", "http://[::1]:1/x"}) {
      assertThat(RapidGossip.checked(URI.create(good))).hasToString(good);
    }
    for (String bad : new String[]{"http://rgs.example/snapshot", "ftp://127.0.0.1/x", "https:///x", "snapshot",
        "http://127.0.0.1.example/x", "https://user:word@rgs.example/", "https://rgs.example/?a=b"}) {
      assertThatThrownBy(() -> RapidGossip.checked(URI.create(bad))).as(bad)
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("https://host/path");
    }
  }

  @Test
  void addressesOfPrivateNetworksAreRefused() throws Exception {
    for (String address : new String[]{"10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "127.0.0.1",
        "0.0.0.0", "100.64.0.1", "::1", "fe80::1", "fd00::1", "224.0.0.1"}) {
      assertThat(RapidGossip.isPrivate(InetAddress.getByName(address))).as(address).isTrue();
    }
    for (String address : new String[]{"8.8.8.8", "100.128.0.1", "2001:4860:4860::8888"}) {
      assertThat(RapidGossip.isPrivate(InetAddress.getByName(address))).as(address).isFalse();
    }
    try (RapidGossip gossip = new RapidGossip(URI.create("https://192.168.1.1/snapshot"), TIMEOUT, _ -> 0)) {
      assertThatThrownBy(() -> gossip.download(0)).isInstanceOf(LightningException.class)
          .hasMessageContaining("private network");
    }
  }
}
