package klatch.lightning.lnurl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks one URL once. The host's name is resolved once, every address it has must be allowed, and the connection goes to one
 * of exactly those, so that a name which answers differently the second time leads nowhere. Redirects are not followed.
 */
final class WebAsker {
  private static final int HTTPS = 443;
  private static final int HTTP = 80;
  private static final int LONGEST_LINE = 8 * 1_024;
  private static final int MOST_HEADERS = 100;

  private final WebRules rules;
  private final Names names;
  private final SSLSocketFactory tls;
  private final Limits limits;

  /** How names become addresses. */
  @FunctionalInterface
  interface Names {
    InetAddress[] of(String host) throws UnknownHostException;
  }

  /**
   * @param connect   until the service's machine answers
   * @param whole     for all of it, the name's look-up included
   * @param bodyBytes of an answer
   */
  record Limits(Duration connect, Duration whole, int bodyBytes) {
    /** A thumbnail in an answer may have 136,536 characters (LUD-06). */
    static final Limits DEFAULT = new Limits(Duration.ofSeconds(2), Duration.ofSeconds(4), 160 * 1_024);
  }

  WebAsker(WebRules rules, Names names, SSLSocketFactory tls, Limits limits) {
    this.rules = rules;
    this.names = names;
    this.tls = tls;
    this.limits = limits;
  }

  /**
   * The body of the answer to a GET, whatever its status (LUD-01).
   *
   * @throws IOException if there is none within the limits; the message is for this node's own person
   */
  byte[] ask(URI url) throws IOException {
    AtomicReference<@Nullable Socket> open = new AtomicReference<>();
    FutureTask<byte[]> asking = new FutureTask<>(() -> exchange(url, open));
    Thread.ofVirtual().name("pay-address").start(asking);
    try {
      return asking.get(limits.whole().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no whole answer within " + limits.whole().toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      asking.cancel(true);
      close(open.get());
    }
  }

  private static void close(@Nullable Socket socket) throws IOException {
    if (socket != null) {
      socket.close();
    }
  }

  private byte[] exchange(URI url, AtomicReference<@Nullable Socket> open) throws IOException {
    boolean secure = "https".equals(url.getScheme());
    int port = url.getPort() >= 0 ? url.getPort() : secure ? HTTPS : HTTP;
    try (Socket plain = new Socket()) {
      open.set(plain);
      plain.connect(new InetSocketAddress(address(url.getHost()), port), (int) limits.connect().toMillis());
      if (!secure) {
        return converse(url, plain);
      }
      try (SSLSocket socket = (SSLSocket) tls.createSocket(plain, url.getHost(), port, true)) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return converse(url, socket);
      }
    }
  }

  private InetAddress address(String host) throws IOException {
    List<InetAddress> found = List.of(names.of(host.replaceAll("[\\[\\]]", "")));
    for (InetAddress address : found) {
      if (!rules.allowed(address)) {
        throw new IOException(host + " is at " + address.getHostAddress() + ", which is not on the public Internet");
      }
    }
    if (found.isEmpty()) {
      throw new UnknownHostException(host);
    }
    return found.getFirst();
  }

  private byte[] converse(URI url, Socket socket) throws IOException {
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String target = url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    String host = url.getPort() >= 0 ? url.getHost() + ":" + url.getPort() : url.getHost();
    String request = "GET " + target + " HTTP/1.1\r\nHost: " + host
        + "\r\nAccept: application/json\r\nUser-Agent: klatch\r\nConnection: close\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    return answer(new java.io.BufferedInputStream(socket.getInputStream()));
  }

  private byte[] answer(InputStream in) throws IOException {
    String status = line(in);
    if (!status.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
      throw new IOException("what answers there is no web server");
    }
    if (status.charAt(9) == '3') {
      throw new IOException("it redirects to somewhere else, which is not followed");
    }
    int length = -1;
    boolean chunked = false;
    for (int headers = 0;; headers++) {
      String header = line(in);
      if (header.isEmpty()) {
        break;
      }
      if (headers == MOST_HEADERS) {
        throw new IOException("more than " + MOST_HEADERS + " header fields");
      }
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = number(lower.substring("content-length:".length()).strip(), 10);
      } else if (lower.startsWith("transfer-encoding:")) {
        chunked = lower.endsWith("chunked");
      }
    }
    return chunked ? chunks(in) : length >= 0 ? exactly(in, length) : toTheEnd(in);
  }

  private byte[] exactly(InputStream in, int length) throws IOException {
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new IOException("the answer is cut short");
    }
    return body;
  }

  private byte[] toTheEnd(InputStream in) throws IOException {
    byte[] body = in.readNBytes(limits.bodyBytes() + 1);
    if (body.length > limits.bodyBytes()) {
      throw tooLong();
    }
    return body;
  }

  private byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      int length = number(line(in).split(";", 2)[0].strip(), 16);
      if (length == 0) {
        return body.toByteArray();
      }
      if (body.size() + length > limits.bodyBytes()) {
        throw tooLong();
      }
      body.write(exactly(in, length));
      line(in);
    }
  }

  private int number(String text, int radix) throws IOException {
    if (!text.matches("[0-9a-f]{1,18}")) {
      throw new IOException("the answer does not say how long it is");
    }
    try {
      long length = Long.parseLong(text, radix);
      if (length > limits.bodyBytes()) {
        throw tooLong();
      }
      return (int) length;
    } catch (NumberFormatException e) {
      throw new IOException("the answer does not say how long it is", e);
    }
  }

  private IOException tooLong() {
    return new IOException("the answer has more than the allowed " + limits.bodyBytes() + " bytes");
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the answer is cut short");
      }
      if (line.length() == LONGEST_LINE) {
        throw new IOException("a line of the answer has more than " + LONGEST_LINE + " characters");
      }
      line.append((char) c);
    }
    return line.toString().stripTrailing();
  }
}
