package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever does not speak HTTP or WebSocket as it should be is cut off with a reason, in bounded time and memory. */
@Timeout(30)
class HostileWebSocketIT {
  private static final String UPGRADE = String.join("\r\n", "GET / HTTP/1.1", "Host: x", "Upgrade: websocket",
      "Connection: keep-alive, Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "",
      "");
  private static final byte[] MASKED_NOTHING = {(byte) 0x82, (byte) 0x80, 0, 0, 0, 0};

  private Libp2pHost host;
  private Socket socket;

  @BeforeEach
  void start() throws Exception {
    host = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()).listen("/ip4/127.0.0.1/tcp/0/ws")
        .limits(Limits.DEFAULT.withTimeouts(Limits.Timeouts.DEFAULT.withHandshake(Duration.ofMillis(1500)))));
    String port = host.listenAddresses().getFirst().components().get(1).text();
    socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
    socket.setSoTimeout(10_000);
  }

  @AfterEach
  void othersAreServed() throws Exception {
    socket.close();
    try (Libp2pHost client = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()))) {
      host.handle("/test/echo/1", Echo::answer);
      try (Stream stream = client.connect(host.listenAddresses().getFirst()).open("/test/echo/1")) {
        assertThat(Echo.roundTrip(stream, new byte[1000])).hasSize(1000);
      }
    }
    await().untilAsserted(() -> assertThat(host.pendingHandshakes()).isZero());
    host.close();
  }

  private void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.US_ASCII));
  }

  private void send(byte[] bytes) throws IOException {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      // Cut off while still at it.
    }
  }

  private String readAll() throws IOException {
    StringBuilder all = new StringBuilder();
    try {
      InputStream in = socket.getInputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        all.append((char) b);
      }
    } catch (java.net.SocketException e) {
      // A reset is an end as well.
    }
    return all.toString();
  }

  private void assertRefused(String reason) {
    await().untilAsserted(
        () -> assertThat(host.recentRefusals()).anySatisfy(refusal -> assertThat(refusal).contains(reason)));
  }

  private void upgrade() throws IOException {
    send(UPGRADE);
    InputStream in = socket.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.read());
    }
    assertThat(head.toString()).startsWith("HTTP/1.1 101 ")
        .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  }

  @Test
  void anOrdinaryPageRequestIsToldThatThisIsNotForIt() throws Exception {
    send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(readAll()).startsWith("HTTP/1.1 400 ");
    assertRefused("not a request for a WebSocket");
  }

  @Test
  void aKeyThatIsNoneIsRefused() throws Exception {
    send(UPGRADE.replace("dGhlIHNhbXBsZSBub25jZQ==", "AAAA"));
    assertThat(readAll()).startsWith("HTTP/1.1 400 ");
    assertRefused("not 16 bytes");
  }

  @Test
  void aHeadWithoutEndIsCutOffAtItsLimit() throws Exception {
    send("GET / HTTP/1.1\r\nX: " + "y".repeat(40_000));
    readAll();
    assertRefused("HTTP head of more than 16384 bytes");
  }

  @Test
  void tooManyHeadersAreRefused() throws Exception {
    send("GET / HTTP/1.1\r\n" + "a: b\r\n".repeat(200) + "\r\n");
    readAll();
    assertRefused("HTTP header 101");
  }

  @Test
  void aHeadThatComesDropByDropIsCutOffInTime() throws Exception {
    send("GET / HT");
    readAll();
    assertRefused("the handshake took longer than 1500 ms");
  }

  @Test
  void anUnmaskedFrameEndsTheConnection() throws Exception {
    upgrade();
    send(new byte[]{(byte) 0x82, 1, 0x13});
    readAll();
    assertRefused("unmasked frame from a client");
  }

  @Test
  void aTextFrameEndsTheConnection() throws Exception {
    upgrade();
    send(new byte[]{(byte) 0x81, (byte) 0x81, 0, 0, 0, 0, 'x'});
    readAll();
    assertRefused("WebSocket frame of type 1");
  }

  @Test
  void aFrameOfMoreThanTheLimitEndsTheConnection() throws Exception {
    upgrade();
    send(new byte[]{(byte) 0x82, (byte) 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    readAll();
    assertRefused("at most 67108864");
  }

  @Test
  void reservedBitsAndLargeControlFramesEndTheConnection() throws Exception {
    upgrade();
    send(new byte[]{(byte) 0x89, (byte) 0xfe, 1, 0, 0, 0, 0, 0});
    readAll();
    assertRefused("WebSocket control frame of 256 bytes");
  }

  @Test
  void aPingIsAnsweredAndAFloodOfThemEndsTheConnection() throws Exception {
    upgrade();
    send(new byte[]{(byte) 0x89, (byte) 0x82, 0, 0, 0, 0, 'h', 'i'});
    assertThat(socket.getInputStream().readNBytes(4)).containsExactly(0x8a, 2, 'h', 'i');
    byte[] many = new byte[600 * MASKED_NOTHING.length];
    for (int i = 0; i < 600; i++) {
      System.arraycopy(MASKED_NOTHING, 0, many, i * MASKED_NOTHING.length, MASKED_NOTHING.length);
    }
    send(many);
    readAll();
    assertRefused("a flood of empty WebSocket frames");
  }
}
