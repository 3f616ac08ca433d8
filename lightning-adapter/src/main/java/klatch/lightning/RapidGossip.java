package klatch.lightning;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;
import klatch.commitments.LightningException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a node the network's graph from a rapid gossip server, at the start and every few hours, so that it need not wait
 * for its peers to tell it. A server that lies can hide routes or name bad ones: it takes no money.
 */
public final class RapidGossip implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RapidGossip.class);
  /** The whole network is a few megabytes. */
  static final int MAX_SNAPSHOT_BYTES = 32 << 20;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Duration PERIOD = Duration.ofHours(3);
  private static final Duration PAUSE = Duration.ofMinutes(5);

  private final URI server;
  private final Duration timeout;
  private final HttpClient http;
  private final Thread thread;

  /**
   * @param server what the server's documents call its snapshot address; the second of the newest known update is put behind
   * @param take   takes a snapshot in and says what its newest update is, in seconds since 1970
   */
  RapidGossip(URI server, Duration timeout, ToLongFunction<byte[]> take) {
    this.server = checked(server);
    this.timeout = timeout;
    this.http = HttpClient.newBuilder().connectTimeout(timeout).followRedirects(HttpClient.Redirect.NEVER).build();
    this.thread = Thread.ofVirtual().name("rapid-gossip").unstarted(() -> run(take));
  }

  static RapidGossip following(URI server, LdkLightning node) {
    RapidGossip gossip = new RapidGossip(server, TIMEOUT, node::takeGossip);
    gossip.thread.start();
    return gossip;
  }

  /**
   * Looks at an address as somebody typed it.
   *
   * @throws IllegalArgumentException unless it is https, or http on this machine
   */
  public static URI checked(URI server) {
    String host = server.getHost();
    boolean https = "https".equals(server.getScheme());
    if (host == null || server.getQuery() != null || server.getUserInfo() != null
        || !(https || ("http".equals(server.getScheme()) && isLoopback(host)))) {
      throw new IllegalArgumentException(
          "a rapid gossip server is https://host/path, or plain http on this machine, not " + server);
    }
    return server;
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.equals("[::1]")
        || (host.startsWith("127.") && host.matches("[0-9.]+"));
  }

  private void run(ToLongFunction<byte[]> take) {
    long seen = 0;
    try {
      while (true) {
        try {
          seen = take.applyAsLong(download(seen));
          Thread.sleep(PERIOD);
        } catch (LightningException e) {
          LOG.warn("the network's graph is asked for again in {} minutes: {}", PAUSE.toMinutes(), e.getMessage());
          Thread.sleep(PAUSE);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * One snapshot of what is newer.
   *
   * @throws LightningException if there is none to be had; the message says why
   */
  byte[] download(long since) throws InterruptedException {
    requirePublic();
    URI uri = URI.create(server.toString().replaceAll("/+$", "") + "/" + since);
    CompletableFuture<HttpResponse<byte[]>> sent = http.sendAsync(
        HttpRequest.newBuilder(uri).timeout(timeout).build(),
        BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_SNAPSHOT_BYTES));
    try {
      HttpResponse<byte[]> answer = sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (answer.statusCode() != 200) {
        throw new LightningException(server + " answers HTTP " + answer.statusCode()
            + (answer.statusCode() / 100 == 3 ? ": give the address that it sends you to" : ""), true);
      }
      return answer.body();
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw new LightningException(server + " has not sent all within " + timeout.toMillis() + " ms", true, e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      boolean tooLong = cause instanceof IOException && String.valueOf(cause.getMessage()).contains("body exceeds");
      throw new LightningException(tooLong
          ? server + " sends more than " + MAX_SNAPSHOT_BYTES + " bytes"
          : server + " cannot be reached: " + cause, true, e);
    }
  }

  /** A name that leads into somebody's own network is none of a public server. */
  private void requirePublic() {
    String host = server.getHost();
    if (isLoopback(host)) {
      return;
    }
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (isPrivate(address)) {
          throw new LightningException(host + " is " + address.getHostAddress() + ", an address of a private network",
              true);
        }
      }
    } catch (UnknownHostException e) {
      throw new LightningException(host + " has no address", true, e);
    }
  }

  static boolean isPrivate(InetAddress address) {
    byte[] bytes = address.getAddress();
    int first = bytes[0] & 0xff;
    boolean uniqueLocal = bytes.length == 16 && (first & 0xfe) == 0xfc;
    boolean carrier = bytes.length == 4 && first == 100 && (bytes[1] & 0xc0) == 0x40;
    return address.isLoopbackAddress() || address.isAnyLocalAddress() || address.isLinkLocalAddress()
        || address.isSiteLocalAddress() || address.isMulticastAddress() || uniqueLocal || carrier;
  }

  @Override
  public void close() {
    thread.interrupt();
    http.shutdownNow();
  }
}
