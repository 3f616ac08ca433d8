package klatch.libp2p.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class SoakIT {
  @Test
  void aHostEndsWithTheMemoryThreadsAndConnectionsItHadBeforeHundredsOfPeersCameAndWent() throws Exception {
    assertThat(Soak.run(200, Duration.ofSeconds(6), 6, 20_261_121)).isTrue();
  }
}
