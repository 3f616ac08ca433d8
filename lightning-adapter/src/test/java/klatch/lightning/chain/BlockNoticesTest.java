package klatch.lightning.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BlockNoticesTest {
  private static final Duration PAUSE = Duration.ofMillis(10);
  private static final int GREETING_BYTES = 64;

  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  private static byte[] greeting(String mechanism) {
    byte[] greeting = new byte[GREETING_BYTES];
    greeting[0] = (byte) 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    greeting[11] = 1;
    byte[] name = mechanism.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, greeting, 12, name.length);
    return greeting;
  }

  private static byte[] frame(int flags, String body) {
    byte[] frame = new byte[body.length() + 2];
    frame[0] = (byte) flags;
    frame[1] = (byte) body.length();
    System.arraycopy(body.getBytes(StandardCharsets.ISO_8859_1), 0, frame, 2, body.length());
    return frame;
  }

  private static void ready(Socket subscriber) throws IOException {
    OutputStream out = subscriber.getOutputStream();
    out.write(greeting("NULL"));
    out.write(frame(4, "\5READY\13Socket-Type\0\0\0\3PUB"));
    InputStream in = subscriber.getInputStream();
    assertThat(in.readNBytes(GREETING_BYTES)).startsWith(0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3);
    assertThat(in.readNBytes(2 + 25)).contains("SUB".getBytes(StandardCharsets.US_ASCII));
    assertThat(in.readNBytes(2 + 10)).isEqualTo(frame(0, "\1hashblock"));
  }

  private static void publish(Socket subscriber, String topic) throws IOException {
    OutputStream out = subscriber.getOutputStream();
    out.write(frame(1, topic));
    out.write(frame(1, "h".repeat(32)));
    out.write(frame(0, "\0\0\0\0"));
  }

  private String next() throws InterruptedException {
    String next = heard.poll(5, TimeUnit.SECONDS);
    return next == null ? "nothing" : next;
  }

  @Test
  void eachBlockIsHeardAndAfterABreakItSubscribesAgain() throws Exception {
    try (ServerSocket publisher = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        BlockNotices notices = listen(publisher)) {
      try (Socket subscriber = publisher.accept()) {
        ready(subscriber);
        assertThat(next()).isEqualTo("look");
        assertThat(notices.trouble()).isEmpty();
        publish(subscriber, "hashtx");
        publish(subscriber, "hashblock");
        publish(subscriber, "hashblock");
        assertThat(List.of(next(), next())).containsOnly("look");
        assertThat(heard).isEmpty();
      }
      try (Socket again = publisher.accept()) {
        assertThat(notices.trouble()).get().asString().contains("new blocks are seen by the next poll");
        ready(again);
        assertThat(next()).isEqualTo("look");
      }
    }
  }

  @Test
  void whatIsNoPublisherIsNamedAndTriedAgain() throws Exception {
    byte[] endless = new byte[10];
    Arrays.fill(endless, (byte) 0x7f);
    endless[0] = 2;
    try (ServerSocket publisher = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        BlockNotices notices = listen(publisher)) {
      answer(publisher, "HTTP/1.1 400 Bad Request\r\n\r\n".repeat(4).getBytes(StandardCharsets.US_ASCII));
      try (Socket next = publisher.accept()) {
        assertThat(notices.trouble()).get().asString().contains("does not greet as ZeroMQ does");
        next.getOutputStream().write(greeting("CURVE"));
        next.getInputStream().readNBytes(GREETING_BYTES);
      }
      try (Socket next = publisher.accept()) {
        assertThat(notices.trouble()).get().asString().contains("it wants a login");
        ready(next);
        next.getOutputStream().write(endless);
        assertThat(next.getInputStream().read()).isEqualTo(-1);
      }
      try (Socket next = publisher.accept()) {
        assertThat(notices.trouble()).get().asString().contains("a part of 9187201950435737471 bytes");
        ready(next);
      }
    }
  }

  @Test
  void anAddressThatIsNoneIsRefused() {
    assertThatThrownBy(() -> BlockNotices.check(URI.create("http://127.0.0.1:1")))
        .hasMessageContaining("tcp://host:port");
    assertThatThrownBy(() -> BlockNotices.check(URI.create("tcp://127.0.0.1"))).hasMessageContaining("tcp://host:port");
  }

  private BlockNotices listen(ServerSocket publisher) {
    return BlockNotices.listen(URI.create("tcp://127.0.0.1:" + publisher.getLocalPort()), () -> heard.add("look"),
        PAUSE);
  }

  private static void answer(ServerSocket publisher, byte[] bytes) throws IOException {
    try (Socket subscriber = publisher.accept()) {
      subscriber.getOutputStream().write(bytes);
      subscriber.getInputStream().readNBytes(GREETING_BYTES);
    }
  }
}
