package klatch.libp2p.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.PeerId;
import klatch.libp2p.kad.KadOptions;
import klatch.libp2p.kad.Kademlia;
import klatch.libp2p.kad.Validator;

/** Kademlia, under a prefix of its own. */
final class KadTrials {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String NAMESPACE = "klatch-test";
  private static final Validator ANYTHING = new Validator() {
    @Override
    public void check(byte[] key, byte[] value) {
      // As the strangers do.
    }

    @Override
    public int best(byte[] key, List<byte[]> values) {
      return 0;
    }
  };
  private static final KadOptions OPTIONS = KadOptions.DEFAULT.protocol(Strangers.KAD_PREFIX + "/kad/1.0.0")
      .validator(NAMESPACE, ANYTHING);

  private KadTrials() {
  }

  static List<Feature> features() {
    return List.of(
        new Feature("Kademlia: providers, both ways", s -> providers(s, true), s -> providers(s, false)),
        new Feature("Kademlia: records, both ways", s -> records(s, true), s -> records(s, false)),
        new Feature("Kademlia: finding a peer, both ways", s -> peers(s, true), s -> peers(s, false)));
  }

  /** Does something once both know each other as servers. */
  private interface Meeting {
    void with(Stranger stranger, Libp2pHost host, Kademlia kad) throws Exception;
  }

  private static void meet(Strangers strangers, boolean weDial, Meeting meeting) throws Exception {
    // One of its own, whose table holds no hosts of earlier trials.
    Stranger stranger = strangers.with("--kad", Strangers.KAD_PREFIX);
    try (Libp2pHost host = OurHost.start(); Kademlia kad = Kademlia.start(host, OPTIONS)) {
      if (weDial) {
        assertThat(kad.bootstrap(List.of(stranger.address("")))).isPositive();
      } else {
        OurHost.dialledBy(stranger, host);
      }
      await().atMost(SOON).until(() -> kad.tableSize() > 0);
      meeting.with(stranger, host, kad);
      stranger.ask("hangup", Map.of("peer", host.id().toString()));
    }
  }

  private static byte[] multihash(String key) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    byte[] multihash = new byte[2 + digest.length];
    multihash[0] = 0x12;
    multihash[1] = (byte) digest.length;
    System.arraycopy(digest, 0, multihash, 2, digest.length);
    return multihash;
  }

  private static void providers(Strangers strangers, boolean weDial) throws Exception {
    meet(strangers, weDial, (stranger, host, kad) -> {
      String ours = "ours " + host.id();
      String theirs = "theirs " + host.id();
      assertThat(kad.provide(multihash(ours))).isPositive();
      await().atMost(SOON).until(() -> stranger.ask("providers", Map.of("key", ours)).get("peers").toString()
          .contains(host.id().toString()));
      await().atMost(SOON).until(() -> !stranger.tryAsk("provide", Map.of("key", theirs)).hasNonNull("error"));
      PeerId provider = stranger.id();
      await().atMost(SOON).until(
          () -> kad.findProviders(multihash(theirs), 1).stream().anyMatch(found -> found.peer().equals(provider)));
    });
  }

  private static void records(Strangers strangers, boolean weDial) throws Exception {
    meet(strangers, weDial, (stranger, host, kad) -> {
      String ours = "/" + NAMESPACE + "/ours-" + host.id();
      String theirs = "/" + NAMESPACE + "/theirs-" + host.id();
      assertThat(kad.put(ours.getBytes(StandardCharsets.UTF_8), "from us".getBytes(StandardCharsets.UTF_8)))
          .isPositive();
      assertThat(stranger.ask("get", Map.of("key", ours)).get("text").asText()).isEqualTo("from us");
      await().atMost(SOON)
          .until(() -> !stranger.tryAsk("put", Map.of("key", theirs, "text", "from them")).hasNonNull("error"));
      await().atMost(SOON).until(() -> kad.get(theirs.getBytes(StandardCharsets.UTF_8), 1)
          .filter(value -> new String(value, StandardCharsets.UTF_8).equals("from them")).isPresent());
    });
  }

  /** A third host that only the other side knows. */
  private static void peers(Strangers strangers, boolean weDial) throws Exception {
    meet(strangers, weDial, (stranger, host, kad) -> {
      try (Libp2pHost third = OurHost.start(); Kademlia thirdKad = Kademlia.start(third, OPTIONS)) {
        assertThat(thirdKad.bootstrap(List.of(stranger.address("")))).isPositive();
        await().atMost(SOON).until(() -> kad.findPeer(third.id()).isPresent());
        assertThat(stranger.ask("findpeer", Map.of("peer", host.id().toString())).get("addrs").toString())
            .contains(OurHost.address(host).replace("/p2p/" + host.id(), ""));
      }
    });
  }
}
