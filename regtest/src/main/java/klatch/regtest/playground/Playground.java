package klatch.regtest.playground;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import klatch.regtest.network.RegtestNetwork;

/**
 * One page on loopback that shows a network and does things in it: pay, hold, release, collect, mine, and send coins from the faucet. Requests need the
 * page's own host name, and those that change something its token, so no other page of the browser can use it.
 */
public final class Playground implements AutoCloseable {
  private static final int MOST_FORM_BYTES = 4_096;
  private static final int TOKEN_BYTES = 16;
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int TOO_LARGE = 413;

  private final JsonMapper json = JsonMapper.builder().build();
  private final Desk desk;
  private final String token;
  private final String page;
  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Serves the page; does not close the network. */
  public Playground(RegtestNetwork network) {
    byte[] secret = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(secret);
    this.desk = new Desk(network);
    this.token = HexFormat.of().formatHex(secret);
    try (InputStream resource = Objects.requireNonNull(Playground.class.getResourceAsStream("playground.html"))) {
      this.page = new String(resource.readAllBytes(), StandardCharsets.UTF_8).replace("{{token}}", token)
          .replace("{{rpc}}", network.chain().rpc().uri().toString());
      this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException("the playground's page cannot be served: " + e.getMessage(), e);
    }
    http.setExecutor(threads);
    http.createContext("/", this::handle);
    http.start();
  }

  /** Where the page is. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/");
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!address().getAuthority().equals(exchange.getRequestHeaders().getFirst("Host"))) {
        send(exchange, FORBIDDEN, "text/plain", "this page answers to " + address() + " only");
        return;
      }
      switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
        case "GET /" -> send(exchange, OK, "text/html", page);
        case "GET /state" -> send(exchange, OK, "application/json", json.writeValueAsString(desk.state()));
        case "POST /do" -> act(exchange);
        default -> send(exchange, NOT_FOUND, "text/plain", "there is no such page");
      }
    }
  }

  private void act(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MOST_FORM_BYTES + 1);
    if (body.length > MOST_FORM_BYTES) {
      send(exchange, TOO_LARGE, "text/plain", "a form has at most " + MOST_FORM_BYTES + " bytes");
      return;
    }
    try {
      Map<String, String> form = form(new String(body, StandardCharsets.UTF_8));
      byte[] shown = form.getOrDefault("token", "").getBytes(StandardCharsets.UTF_8);
      if (!MessageDigest.isEqual(shown, token.getBytes(StandardCharsets.UTF_8))) {
        send(exchange, FORBIDDEN, "text/plain", "the page is an old one: load it again");
        return;
      }
      desk.act(form);
      send(exchange, OK, "application/json", json.writeValueAsString(desk.state()));
    } catch (IllegalArgumentException | IllegalStateException e) {
      send(exchange, BAD_REQUEST, "text/plain", String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, String> form(String body) {
    Map<String, String> fields = new HashMap<>();
    for (String field : body.split("&", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        fields.put(URLDecoder.decode(field.substring(0, equals), StandardCharsets.UTF_8),
            URLDecoder.decode(field.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return fields;
  }

  private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    exchange.getResponseHeaders().set("Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    http.stop(0);
    threads.close();
  }
}
