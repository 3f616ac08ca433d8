package klatch.lightning.lnurl;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A web server on loopback that answers as a test wants it to, byte for byte. */
final class TestService implements AutoCloseable {
  private final ServerSocket socket;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  /** What is answered to one request. */
  @FunctionalInterface
  interface Answers {
    /** @return the whole response; null to say nothing and keep the connection */
    @Nullable
    String to(String target) throws IOException;
  }

  TestService(ServerSocket socket, Answers answers) {
    this.socket = socket;
    Thread.ofVirtual().name("test service").start(() -> accept(answers));
  }

  static TestService start(Answers answers) {
    try {
      return new TestService(new ServerSocket(0, 20, InetAddress.getLoopbackAddress()), answers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One that sends a byte of a header without an end every now and then. */
  static TestService dripping(Duration pause) {
    AtomicReference<TestService> self = new AtomicReference<>();
    TestService service = start(target -> {
      Objects.requireNonNull(self.get()).drip(pause);
      return null;
    });
    self.set(service);
    return service;
  }

  private void drip(Duration pause) throws IOException {
    Socket to = open.getLast();
    to.getOutputStream().write("HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.US_ASCII));
    while (!to.isClosed()) {
      LockSupport.parkNanos(pause.toNanos());
      to.getOutputStream().write('x');
      to.getOutputStream().flush();
    }
  }

  private void accept(Answers answers) {
    while (true) {
      try {
        Socket connection = socket.accept();
        open.add(connection);
        Thread.ofVirtual().start(() -> serve(connection, answers));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket connection, Answers answers) {
    try {
      BufferedReader in = new BufferedReader(
          new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
      String first = in.readLine();
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        if (line.startsWith("Host: ")) {
          asked.add(line.substring(6) + " " + first);
        }
      }
      String answer = first == null ? null : answers.to(first.split(" ")[1]);
      if (answer != null) {
        connection.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
        connection.getOutputStream().flush();
        connection.close();
      }
    } catch (IOException e) {
      // The asker has gone.
    }
  }

  /** An ordinary response. */
  static String ok(String json) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        + json.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + json;
  }

  int port() {
    return socket.getLocalPort();
  }

  URI url(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  /** Host and request line of what was asked, oldest first. */
  List<String> asked() {
    return asked;
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket connection : open) {
      connection.close();
    }
  }
}
