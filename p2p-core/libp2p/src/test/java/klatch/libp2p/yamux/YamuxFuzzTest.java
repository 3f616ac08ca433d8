package klatch.libp2p.yamux;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** The session's state machine: one end against a peer that sends anything, and two ends whose applications do anything. */
final class YamuxFuzzTest {
  @FuzzTest
  void aSessionKeepsItsBoundsAndForgetsItsStreamsWhateverItsPeerSends(FuzzedDataProvider input) {
    new HostileSteps(input).run();
  }

  @FuzzTest
  void twoSessionsUnderstandEachOtherWhateverTheirApplicationsDo(FuzzedDataProvider input) {
    new HonestSteps(input).run();
  }
}
