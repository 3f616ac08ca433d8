package klatch.libp2p.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import klatch.libp2p.Echo;
import klatch.libp2p.Connection;
import klatch.libp2p.EcdsaKey;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PrivateKey;
import klatch.libp2p.RsaKey;
import klatch.libp2p.Secp256k1Key;
import klatch.libp2p.Security;
import klatch.libp2p.Stream;
import klatch.libp2p.identify.Ping;

/** What a connection is made of: WebSocket, TLS, the kinds of key; and identify's pushes over it. */
final class WireTrials {
  private static final int RSA_BITS = 2048;
  private static final int MIB = 1024 * 1024;
  private static final Duration PUSHED = Duration.ofSeconds(15);
  private static final String LATE = "/klatch-test/late/1.0.0";

  /** "Empty issuer DN not allowed in X509Certificates", with no option to allow it. */
  private static final String NO_ISSUER = "its TLS certificates name no issuer, and the JDK's TLS refuses those";

  private WireTrials() {
  }

  static List<Feature> features() {
    List<Feature> features = new ArrayList<>();
    features.add(new Feature("identify push, both ways", s -> push(s, true), s -> push(s, false)));
    features.add(new Feature("WebSocket, Noise, yamux", s -> wire(s, ours(Strangers.WS), "/ws/"),
        s -> beWired(s, ours(Strangers.WS))));
    String[] tls = {"--security", "tls"};
    features.add(new Feature("TCP, TLS 1.3, yamux", s -> wire(s, ours(Strangers.TCP).security(Security.TLS), "", tls),
        s -> beWired(s, ours(Strangers.TCP).security(Security.TLS), tls)).without(Library.JS, NO_ISSUER)
        .without(Library.RUST, NO_ISSUER));
    features.add(
        new Feature("WebSocket, TLS 1.3, yamux", s -> wire(s, ours(Strangers.WS).security(Security.TLS), "/ws/", tls),
            s -> beWired(s, ours(Strangers.WS).security(Security.TLS), tls)).without(Library.JS, NO_ISSUER)
            .without(Library.RUST, NO_ISSUER));
    features.add(ourKey("secp256k1", Secp256k1Key::generate));
    features.add(ourKey("RSA", () -> RsaKey.generate(RSA_BITS)));
    features.add(ourKey("ECDSA", EcdsaKey::generate).without(Library.JS, "js-libp2p refuses ECDSA identities"));
    features.add(theirKey("secp256k1"));
    features.add(theirKey("RSA").without(Library.RUST, "rust-libp2p makes no RSA keys itself"));
    features.add(theirKey("ECDSA").without(Library.JS, "js-libp2p refuses ECDSA identities"));
    return features;
  }

  private static HostOptions ours(String listen) {
    return HostOptions.of(Ed25519Key.generate()).listen(listen);
  }

  private static Feature ourKey(String name, Supplier<PrivateKey> key) {
    return new Feature(name + " identity, ours", s -> wire(s, HostOptions.of(key.get()).listen(Strangers.TCP), ""),
        s -> beWired(s, HostOptions.of(key.get()).listen(Strangers.TCP)));
  }

  private static Feature theirKey(String name) {
    String[] option = {"--key", name.toLowerCase(java.util.Locale.ROOT)};
    return new Feature(name + " identity, theirs", s -> wire(s, ours(Strangers.TCP), "", option),
        s -> beWired(s, ours(Strangers.TCP), option));
  }

  private static Stranger stranger(Strangers strangers, String... options) throws Exception {
    return options.length == 0 ? strangers.usual() : strangers.with(options);
  }

  private static void wire(Strangers strangers, HostOptions ours, String kind, String... options) throws Exception {
    Stranger stranger = stranger(strangers, options);
    byte[] sent = OurHost.pattern(MIB);
    try (Libp2pHost host = OurHost.start(ours)) {
      Multiaddr address = stranger.address(kind);
      Connection connection = host.connect(address);
      assertThat(connection.remotePeer()).isEqualTo(stranger.id());
      saysItIs(stranger, host, ours.security().getFirst());
      assertThat(Ping.roundTrip(connection)).isPositive();
      try (Stream stream = connection.open(OurHost.ECHO)) {
        assertThat(OurHost.sha256(Echo.roundTrip(stream, sent))).isEqualTo(OurHost.sha256(sent));
      }
      stranger.await("identified", host.id());
      await().atMost(PUSHED).until(() -> connection.description().isPresent());
      assertThat(connection.description().orElseThrow().listenAddresses()).contains(address.withoutPeer());
    }
  }

  private static void beWired(Strangers strangers, HostOptions ours, String... options) throws Exception {
    Stranger stranger = stranger(strangers, options);
    try (Libp2pHost host = OurHost.start(ours)) {
      Map<String, Object> us = OurHost.dialledBy(stranger, host);
      saysItIs(stranger, host, ours.security().getFirst());
      stranger.ask("ping", us);
      JsonNode answer = stranger.ask("echo", Map.of("peer", host.id().toString(), "bytes", MIB));
      assertThat(answer.get("sha256").asText()).isEqualTo(OurHost.sha256(OurHost.pattern(MIB)));
      assertThat(stranger.await("identified", host.id()).get("listen").toString())
          .contains(host.listenAddresses().getFirst().withoutPeer().toString());
    }
  }

  /** Libraries that tell how a connection is encrypted must tell what we think. */
  private static void saysItIs(Stranger stranger, Libp2pHost host, Security security) throws Exception {
    JsonNode seen = stranger.await("connected", host.id());
    assertThat(seen.path("security").asText(security.protocol())).isIn(security.protocol(), "");
  }

  private static void push(Strangers strangers, boolean weDial) throws Exception {
    Stranger stranger = strangers.usual();
    String theirs = LATE + strangers.library() + weDial;
    try (Libp2pHost host = OurHost.start()) {
      Connection connection;
      if (weDial) {
        connection = host.connect(stranger.address(""));
      } else {
        OurHost.dialledBy(stranger, host);
        await().until(() -> host.connections().size() == 1);
        connection = host.connections().getFirst();
      }
      stranger.await("identified", host.id());
      await().atMost(PUSHED).until(() -> connection.description().isPresent());
      assertThat(speaks(connection, theirs)).isFalse();
      stranger.ask("serve", Map.of("protocol", theirs));
      await().atMost(PUSHED).until(() -> speaks(connection, theirs));
      host.handle(LATE, Stream::close);
      String us = host.id().toString();
      // go-libp2p tells only what changed, the others tell all again.
      stranger.await("identified", "protocols",
          line -> us.equals(line.path("peer").asText()) && line.toString().contains('"' + LATE + '"'));
    }
  }

  private static boolean speaks(Connection connection, String protocol) {
    return connection.description().orElseThrow().protocols().contains(protocol);
  }
}
