package klatch.libp2p.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import klatch.libp2p.Echo;
import klatch.libp2p.Connection;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerDescription;
import klatch.libp2p.ProtocolNotSupportedException;
import klatch.libp2p.Stream;
import klatch.libp2p.StreamResetException;
import klatch.libp2p.identify.Identify;
import klatch.libp2p.identify.Ping;

/** Connections and streams. */
final class TransportTrials {
  private static final int MIB = 1024 * 1024;
  private static final int MANY_STREAMS = 200;
  private static final String UNKNOWN = "/nobody/knows/1.0.0";

  private TransportTrials() {
  }

  static List<Feature> features() {
    List<Feature> features = new ArrayList<>();
    features.add(new Feature("TCP, Noise, yamux", TransportTrials::connect, TransportTrials::beConnected));
    features.add(new Feature("muxer agreed inside the handshake", s -> early(s, true), s -> beEarly(s, true))
        .without(Library.RUST, "rust-libp2p does not offer it"));
    features.add(new Feature("muxer agreed after the handshake", s -> early(s, false), s -> beEarly(s, false)));
    features.add(new Feature("identify", TransportTrials::identify, TransportTrials::beIdentified));
    features.add(new Feature("ping", TransportTrials::ping, TransportTrials::bePinged));
    for (Map.Entry<String, Integer> size : List.of(Map.entry("1 B", 1), Map.entry("64 KiB", 64 * 1024),
        Map.entry("16 MiB", 16 * MIB))) {
      features.add(new Feature("echo of " + size.getKey(), s -> echo(s, size.getValue()),
          s -> beEchoed(s, size.getValue())));
    }
    features.add(new Feature(MANY_STREAMS + " streams at once", TransportTrials::streams, TransportTrials::beStreamed));
    features.add(new Feature("half-close", TransportTrials::halfClose, TransportTrials::beHalfClosed));
    features.add(new Feature("reset", TransportTrials::reset, TransportTrials::beReset));
    features.add(new Feature("unknown protocol", TransportTrials::unknown, TransportTrials::beAskedUnknown));
    return features;
  }

  private static void connect(Strangers strangers) throws Exception {
    Stranger stranger = strangers.usual();
    try (Libp2pHost host = OurHost.start()) {
      Connection connection = host.connect(stranger.address(""));
      assertThat(connection.remotePeer()).isEqualTo(stranger.id());
      JsonNode seen = stranger.await("connected", host.id());
      assertThat(seen.get("inbound").asBoolean()).isTrue();
      assertThat(seen.path("security").asText("/noise")).isIn("/noise", "");
      assertThat(connection.isOpen()).isTrue();
    }
    stranger.await("disconnected", line -> true);
  }

  private static void beConnected(Strangers strangers) throws Exception {
    Stranger stranger = strangers.usual();
    try (Libp2pHost host = OurHost.start()) {
      OurHost.dialledBy(stranger, host);
      // Their side of the handshake may be over before ours.
      await().until(() -> host.connections().size() == 1);
      Connection connection = host.connections().getFirst();
      assertThat(connection.outbound()).isFalse();
      assertThat(connection.remotePeer()).isEqualTo(stranger.id());
    }
  }

  private static Stranger withMuxer(Strangers strangers, boolean early) throws Exception {
    return early || strangers.library() == Library.RUST ? strangers.usual() : strangers.with("--no-early-muxer");
  }

  private static void early(Strangers strangers, boolean early) throws Exception {
    Stranger stranger = withMuxer(strangers, early);
    try (Libp2pHost host = OurHost.start()) {
      Connection connection = host.connect(stranger.address(""));
      JsonNode seen = stranger.await("connected", host.id());
      assertThat(seen.path("early").asBoolean(early)).isEqualTo(early);
      assertThat(Ping.roundTrip(connection)).isPositive();
    }
  }

  private static void beEarly(Strangers strangers, boolean early) throws Exception {
    Stranger stranger = withMuxer(strangers, early);
    try (Libp2pHost host = OurHost.start()) {
      Map<String, Object> us = OurHost.dialledBy(stranger, host);
      JsonNode seen = stranger.await("connected", host.id());
      assertThat(seen.path("early").asBoolean(early)).isEqualTo(early);
      stranger.ask("ping", us);
    }
  }

  private static void identify(Strangers strangers) throws Exception {
    Stranger stranger = strangers.usual();
    Multiaddr address = stranger.address("");
    try (Libp2pHost host = OurHost.start()) {
      Connection connection = host.connect(address);
      // Asked by the host itself: js-libp2p resets a second question at the same time.
      await().until(() -> connection.description().isPresent());
      PeerDescription peer = connection.description().orElseThrow();
      assertThat(peer.peer()).isEqualTo(stranger.id());
      assertThat(peer.agentVersion()).contains("-libp2p-stranger");
      assertThat(peer.protocols()).contains(Identify.PROTOCOL, Ping.PROTOCOL, OurHost.ECHO);
      assertThat(peer.listenAddresses()).contains(address.withoutPeer());
      assertThat(peer.observedAddress().map(Multiaddr::withoutPeer)).contains(connection.localAddress());
      assertThat(peer.record().orElseThrow().addresses()).contains(address.withoutPeer());
    }
  }

  private static void beIdentified(Strangers strangers) throws Exception {
    Stranger stranger = strangers.usual();
    try (Libp2pHost host = OurHost.start()) {
      OurHost.dialledBy(stranger, host);
      JsonNode us = stranger.await("identified", host.id());
      assertThat(us.get("agent").asText()).isEqualTo(OurHost.AGENT);
      assertThat(us.get("protocols").toString()).contains(OurHost.ECHO, Identify.PROTOCOL, Ping.PROTOCOL);
      String listen = host.listenAddresses().getFirst().withoutPeer().toString();
      assertThat(us.get("listen").get(0).asText()).isEqualTo(listen);
      if (strangers.library() != Library.RUST) {
        // rust-libp2p wants the signed record under a name that nobody else uses, and ignores ours.
        assertThat(us.get("record").get(0).asText()).isEqualTo(listen);
      }
      assertThat(us.get("observed").asText())
          .startsWith(host.connections().getFirst().remoteAddress().withoutPeer().toString());
    }
  }

  private static void ping(Strangers strangers) throws Exception {
    try (Libp2pHost host = OurHost.start()) {
      Connection connection = host.connect(strangers.usual().address(""));
      for (int i = 0; i < 5; i++) {
        assertThat(Ping.roundTrip(connection)).isPositive();
      }
    }
  }

  private static void bePinged(Strangers strangers) throws Exception {
    Stranger stranger = strangers.usual();
    try (Libp2pHost host = OurHost.start()) {
      Map<String, Object> us = OurHost.dialledBy(stranger, host);
      assertThat(stranger.ask("ping", us).get("micros").asLong()).isNotNegative();
      assertThat(stranger.ask("ping", us).get("micros").asLong()).isNotNegative();
    }
  }

  private static void echo(Strangers strangers, int bytes) throws Exception {
    byte[] sent = OurHost.pattern(bytes);
    try (Libp2pHost host = OurHost.start();
        Stream stream = host.connect(strangers.usual().address("")).open(OurHost.ECHO)) {
      assertThat(OurHost.sha256(Echo.roundTrip(stream, sent))).isEqualTo(OurHost.sha256(sent));
    }
  }

  private static Map<String, Object> and(Map<String, Object> us, String name, Object value) {
    Map<String, Object> all = new HashMap<>(us);
    all.put(name, value);
    return all;
  }

  private static void beEchoed(Strangers strangers, int bytes) throws Exception {
    Stranger stranger = strangers.usual();
    try (Libp2pHost host = OurHost.start()) {
      JsonNode answer = stranger.ask("echo", and(OurHost.dialledBy(stranger, host), "bytes", bytes));
      assertThat(answer.get("received").asInt()).isEqualTo(bytes);
      assertThat(answer.get("sha256").asText()).isEqualTo(OurHost.sha256(OurHost.pattern(bytes)));
    }
  }

  private static void streams(Strangers strangers) throws Exception {
    try (Libp2pHost host = OurHost.start(); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Connection connection = host.connect(strangers.usual().address(""));
      List<Future<Boolean>> results = new ArrayList<>();
      for (int i = 0; i < MANY_STREAMS; i++) {
        byte[] sent = OurHost.pattern(10_000 + i);
        results.add(threads.submit(() -> {
          try (Stream stream = connection.open(OurHost.ECHO)) {
            return java.util.Arrays.equals(Echo.roundTrip(stream, sent), sent);
          }
        }));
      }
      for (Future<Boolean> result : results) {
        assertThat(result.get(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private static void beStreamed(Strangers strangers) throws Exception {
    Stranger stranger = strangers.usual();
    try (Libp2pHost host = OurHost.start()) {
      JsonNode answer = stranger.ask("streams",
          and(and(OurHost.dialledBy(stranger, host), "count", MANY_STREAMS), "bytes", 10_000));
      assertThat(answer.get("right").asInt()).as(answer.toString()).isEqualTo(MANY_STREAMS);
    }
  }

  private static void halfClose(Strangers strangers) throws Exception {
    try (Libp2pHost host = OurHost.start();
        Stream stream = host.connect(strangers.usual().address("")).open(OurHost.COUNT)) {
      stream.output().write(OurHost.pattern(300_000));
      stream.closeWrite();
      assertThat(new String(stream.input().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("300000");
    }
  }

  private static void beHalfClosed(Strangers strangers) throws Exception {
    Stranger stranger = strangers.usual();
    try (Libp2pHost host = OurHost.start()) {
      JsonNode answer = stranger.ask("count", and(OurHost.dialledBy(stranger, host), "bytes", 300_000));
      assertThat(answer.get("answer").asText()).isEqualTo("300000");
    }
  }

  private static void reset(Strangers strangers) throws Exception {
    try (Libp2pHost host = OurHost.start()) {
      Connection connection = host.connect(strangers.usual().address(""));
      Stream stream = connection.open(OurHost.RESET);
      stream.output().write(1);
      assertThatThrownBy(() -> stream.input().read()).isInstanceOf(StreamResetException.class);
      assertThat(connection.isOpen()).isTrue();
      assertThat(Ping.roundTrip(connection)).isPositive();
    }
  }

  private static void beReset(Strangers strangers) throws Exception {
    Stranger stranger = strangers.usual();
    try (Libp2pHost host = OurHost.start()) {
      Map<String, Object> us = OurHost.dialledBy(stranger, host);
      JsonNode answer = stranger.ask("reset", us);
      assertThat(answer.get("reset").asBoolean()).isTrue();
      assertThat(host.connections()).hasSize(1);
      stranger.ask("ping", us);
    }
  }

  private static void unknown(Strangers strangers) throws Exception {
    try (Libp2pHost host = OurHost.start()) {
      Connection connection = host.connect(strangers.usual().address(""));
      assertThatThrownBy(() -> connection.open(UNKNOWN)).isInstanceOf(ProtocolNotSupportedException.class);
      assertThat(Ping.roundTrip(connection)).isPositive();
    }
  }

  private static void beAskedUnknown(Strangers strangers) throws Exception {
    Stranger stranger = strangers.usual();
    try (Libp2pHost host = OurHost.start()) {
      Map<String, Object> us = OurHost.dialledBy(stranger, host);
      JsonNode answer = stranger.ask("open", and(us, "protocol", UNKNOWN));
      assertThat(answer.get("opened").asBoolean()).as(answer.toString()).isFalse();
      stranger.ask("ping", us);
      assertThat(host.connections()).hasSize(1);
    }
  }
}
