package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import klatch.libp2p.identify.Identify;
import klatch.libp2p.identify.Ping;
import klatch.libp2p.yamux.YamuxFrame;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Our host and js-libp2p, each dialling the other. */
class JsInteropIT {
  private static final String ECHO = "/test/echo/1";
  private static final String COUNT = "/test/count/1";
  private static final String RESET = "/test/reset/1";
  private static final int SIXTEEN_MIB = 16 * 1024 * 1024;

  private static JsPeer js;

  @BeforeAll
  static void startPeer() throws Exception {
    js = JsPeer.start();
  }

  @AfterAll
  static void stopPeer() throws Exception {
    if (js != null) {
      js.close();
    }
  }

  private static Libp2pHost host() {
    Libp2pHost host = Libp2pHost
        .create(HostOptions.of(Ed25519Key.generate()).listen(HostPair.LOOPBACK).agentVersion("klatch-test"));
    host.handle(ECHO, HostIT::echo);
    host.handle(COUNT, stream -> {
      int count = stream.input().readAllBytes().length;
      stream.output().write(Integer.toString(count).getBytes(StandardCharsets.UTF_8));
    });
    host.handle(RESET, stream -> {
      stream.input().read();
      stream.reset();
    });
    return host;
  }

  /** The bytes that the peer makes too. */
  private static byte[] pattern(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8) * 17);
    }
    return bytes;
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static Map<String, Object> to(Host host) {
    return Map.of("peer", host.listenAddresses().getFirst().toString());
  }

  private static Map<String, Object> to(Host host, int bytes) {
    return Map.of("peer", host.listenAddresses().getFirst().toString(), "bytes", bytes);
  }

  @Test
  void weDialAndBothIdentifyAndPing() throws Exception {
    try (Libp2pHost host = host()) {
      Connection connection = host.connect(js.address());
      PeerDescription peer = Identify.request(connection);
      assertThat(peer.agentVersion()).startsWith("js-libp2p/");
      assertThat(peer.protocols()).contains(Identify.PROTOCOL, Ping.PROTOCOL, ECHO);
      assertThat(peer.observedAddress().map(Multiaddr::withoutPeer)).contains(connection.localAddress());
      assertThat(peer.record().orElseThrow().addresses()).contains(js.address().withoutPeer());
      assertThat(Ping.roundTrip(connection)).isPositive();
    }
  }

  @Test
  void weDialAndSixteenMebibytesComeBack() throws Exception {
    try (Libp2pHost host = host(); Stream stream = host.connect(js.address()).open(ECHO)) {
      byte[] sent = pattern(SIXTEEN_MIB);
      assertThat(sha256(HostIT.roundTrip(stream, sent))).isEqualTo(sha256(sent));
    }
  }

  @Test
  void weDialAndHalfCloseAndAreReset() throws Exception {
    try (Libp2pHost host = host()) {
      Connection connection = host.connect(js.address());
      try (Stream stream = connection.open(COUNT)) {
        stream.output().write(pattern(300_000));
        stream.closeWrite();
        assertThat(new String(stream.input().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("300000");
      }
      Stream stream = connection.open(RESET);
      stream.output().write(1);
      assertThatThrownBy(() -> stream.input().read()).isInstanceOf(StreamResetException.class);
      assertThat(connection.isOpen()).isTrue();
      assertThatThrownBy(() -> connection.open("/nobody/knows/1")).isInstanceOf(ProtocolNotSupportedException.class);
    }
  }

  @Test
  void weAreDialledAndIdentifiedAndPinged() throws Exception {
    try (Libp2pHost host = host()) {
      JsonNode us = js.ask("identify", to(host));
      assertThat(us.get("peer").asText()).isEqualTo(host.id().toString());
      assertThat(us.get("agentVersion").asText()).isEqualTo("klatch-test");
      assertThat(us.get("protocols").toString()).contains(ECHO, Identify.PROTOCOL, Ping.PROTOCOL);
      String listen = host.listenAddresses().getFirst().withoutPeer().toString();
      assertThat(us.get("listen").get(0).asText()).isEqualTo(listen);
      assertThat(us.get("record").get(0).asText()).isEqualTo(listen);
      assertThat(us.get("observed").asText()).isEqualTo(host.connections().getFirst().remoteAddress().toString());
      assertThat(js.ask("ping", to(host)).get("millis").asInt()).isNotNegative();
    }
  }

  @Test
  void weAreDialledAndEchoSixteenMebibytes() throws Exception {
    try (Libp2pHost host = host()) {
      JsonNode answer = js.ask("echo", to(host, SIXTEEN_MIB));
      assertThat(answer.get("received").asInt()).isEqualTo(SIXTEEN_MIB);
      assertThat(answer.get("sha256").asText()).isEqualTo(sha256(pattern(SIXTEEN_MIB)));
    }
  }

  @Test
  void weAreDialledAndSeeTheHalfCloseAndReset() throws Exception {
    try (Libp2pHost host = host()) {
      assertThat(js.ask("count", to(host, 300_000)).get("answer").asText()).isEqualTo("300000");
      assertThat(js.ask("reset", to(host)).get("status").asText()).isEqualTo("reset");
      assertThat(host.connections()).hasSize(1);
    }
  }

  @Test
  void withoutEarlyMuxerNegotiationItWorksBothWays() throws Exception {
    byte[] sent = pattern(1_000_000);
    try (JsPeer late = JsPeer.start("--no-early-muxer")) {
      try (Libp2pHost host = host(); Stream stream = host.connect(late.address()).open(ECHO)) {
        assertThat(HostIT.roundTrip(stream, sent)).isEqualTo(sent);
      }
      try (Libp2pHost host = host()) {
        assertThat(late.ask("echo", to(host, sent.length)).get("sha256").asText()).isEqualTo(sha256(sent));
        assertThat(late.ask("connections", Map.of()).get("muxers").toString()).contains(YamuxFrame.PROTOCOL);
      }
    }
  }
}
