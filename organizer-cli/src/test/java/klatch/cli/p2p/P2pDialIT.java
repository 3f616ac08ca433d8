package klatch.cli.p2p;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import klatch.libp2p.Multiaddr;
import org.junit.jupiter.api.Test;

/** One of us checks another. */
final class P2pDialIT {
  private static final List<String> LOOPBACK = List.of("/ip4/127.0.0.1/tcp/0");

  @Test
  void aListenerPassesEveryCheck() throws Exception {
    var heard = new CopyOnWriteArrayList<ServingPeer.Heard>();
    var checks = new CopyOnWriteArrayList<Check>();
    try (var listener = ServingPeer.start(LOOPBACK)) {
      listener.answer("tea", heard::add);
      var passed = new StrangerChecks(Multiaddr.parse(listener.addresses().getFirst()), "tea", checks::add).run();
      assertThat(checks).allMatch(check -> Boolean.TRUE.equals(check.ok()));
      assertThat(passed).isTrue();
    }
    assertThat(checks).extracting(Check::check).containsExactly("connect", "identify", "ping", "echo of 1 B",
        "echo of 64 KiB", "echo of 10 MB", "200 streams at once", "reset", "unknown protocol", "gossip both ways",
        "find peer", "relay");
    assertThat(heard).singleElement().satisfies(message -> assertThat(message.text()).startsWith("hello "));
  }

  @Test
  void whatAPeerDoesNotServeIsSkippedAndWhatItFailsIsSaid() throws Exception {
    var checks = new CopyOnWriteArrayList<Check>();
    try (var listener = ServingPeer.start(LOOPBACK)) {
      listener.host().removeHandler(ServingPeer.ECHO);
      listener.host().handle("/ipfs/ping/1.0.0", stream -> stream.output().write(new byte[32]));
      var passed = new StrangerChecks(Multiaddr.parse(listener.addresses().getFirst()), null, checks::add).run();
      assertThat(passed).isFalse();
    }
    assertThat(checks).filteredOn(Check::failed).extracting(Check::check).containsExactly("ping");
    assertThat(checks).filteredOn(check -> check.skipped() != null).extracting(Check::check).contains("echo of 1 B",
        "reset", "gossip both ways");
  }

  @Test
  void nobodyThereIsOneFailureAndTheEnd() throws Exception {
    String gone;
    try (var listener = ServingPeer.start(LOOPBACK)) {
      gone = listener.addresses().getFirst();
    }
    var checks = new CopyOnWriteArrayList<Check>();
    assertThat(new StrangerChecks(Multiaddr.parse(gone), null, checks::add).run()).isFalse();
    assertThat(checks).singleElement().satisfies(check -> {
      assertThat(check.check()).isEqualTo("connect");
      assertThat(check.why()).contains("Connection refused");
    });
  }
}
