package klatch.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import klatch.lightning.lnd.LndBlock;
import klatch.meetup.ByteString;
import org.junit.jupiter.api.Test;

/** What a door makes of the blocks that an LND tells. */
final class LndBeaconTest {
  private final AtomicReference<Optional<LndBlock>> tip = new AtomicReference<>(Optional.empty());
  private final LndBeacon beacon = new LndBeacon(tip::get);

  private static String hash(int height) {
    return String.format(Locale.ROOT, "%064x", 0xabc000 + height);
  }

  private ByteString mined(int height) {
    tip.set(Optional.of(new LndBlock(hash(height), height)));
    return beacon.newest().orElseThrow();
  }

  @Test
  void whileLndIsBehindNothingIsKnown() {
    assertThat(beacon.newest()).isEmpty();
    assertThat(beacon.depth(ByteString.zeros(32))).isEmpty();
  }

  @Test
  void theNewestBlockIsShownAndThoseSeenBeforeAreDeep() {
    ByteString first = mined(100);
    assertThat(first).hasToString(hash(100));
    assertThat(beacon.depth(first)).contains(0);
    ByteString second = mined(101);
    assertThat(beacon.depth(first)).contains(1);
    assertThat(beacon.depth(second)).contains(0);
    assertThat(beacon.depth(ByteString.parse(hash(99)))).as("before this node ran").isEmpty();
    tip.set(Optional.empty());
    assertThat(beacon.depth(first)).as("LND is behind").isEmpty();
  }

  @Test
  void soManyAreRememberedAndNoMore() {
    ByteString first = mined(0);
    for (int height = 1; height < LndBeacon.REMEMBERED; height++) {
      mined(height);
    }
    assertThat(beacon.depth(first)).contains(LndBeacon.REMEMBERED - 1);
    mined(LndBeacon.REMEMBERED);
    assertThat(beacon.depth(first)).isEmpty();
  }
}
