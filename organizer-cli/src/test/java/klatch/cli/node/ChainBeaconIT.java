package klatch.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import klatch.lightning.ChainRpc;
import klatch.meetup.ByteString;
import klatch.regtest.chain.EmbeddedChain;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A real chain under the door. */
final class ChainBeaconIT {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_900_000_000));
  private final InstantSource clock = now::get;

  @Test
  void theNewestBlockIsKnownAndHowDeepOthersAre() {
    try (var chain = EmbeddedChain.start(InstantSource.system());
        var beacon = new ChainBeacon(() -> Optional.of(rpc(chain)), clock)) {
      var first = ByteString.parse(chain.tip().id());
      assertThat(beacon.newest()).contains(first);
      assertThat(beacon.depth(first)).contains(0);
      assertThat(beacon.depth(ByteString.zeros(32))).as("no block").isEmpty();
      var older = ByteString.parse(chain.mine(1).getFirst());
      chain.mine(2);
      now.updateAndGet(instant -> instant.plusSeconds(10));
      Awaitility.await().until(() -> beacon.newest().equals(Optional.of(ByteString.parse(chain.tip().id()))));
      assertThat(beacon.depth(older)).as("asked for").contains(2);
      assertThat(beacon.depth(first)).as("remembered").contains(3);
      chain.stall();
      now.updateAndGet(instant -> instant.plusSeconds(600));
      assertThat(beacon.newest()).as("the newest that is known").contains(ByteString.parse(chain.tip().id()));
      assertThat(beacon.depth(ByteString.zeros(32))).isEmpty();
      chain.resume();
    }
  }

  private static ChainRpc rpc(EmbeddedChain chain) {
    return new ChainRpc(chain.rpc().uri(), chain.rpc().user(), chain.rpc().password(), Duration.ofSeconds(1));
  }

  @Test
  void withoutAChainNothingIsKnown() {
    try (var beacon = new ChainBeacon(Optional::empty, clock)) {
      assertThat(beacon.newest()).isEmpty();
      assertThat(beacon.depth(ByteString.zeros(32))).isEmpty();
    }
  }
}
