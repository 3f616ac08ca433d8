package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import klatch.commitments.Msat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** What is ours in a channel, from what the node says can go either way. */
final class LdkMessagesTest {
  private static final long CAPACITY_SAT = 1_000_000;
  private static final long RESERVE_SAT = 10_000;

  /** The node's own figures: each side can send what it has beyond its reserve, and never less than nothing. */
  private static ObjectNode channel(long oursMsat, long anchorsSat, boolean opened) {
    long capacity = CAPACITY_SAT * 1_000;
    long reserve = RESERVE_SAT * 1_000;
    long anchors = anchorsSat * 1_000;
    return LdkNode.JSON.createObjectNode().put("capacitySat", CAPACITY_SAT).put("reserveSat", RESERVE_SAT)
        .put("peerReserveSat", RESERVE_SAT)
        .put("outboundMsat", Math.max(0, oursMsat - (opened ? anchors : 0) - reserve))
        .put("inboundMsat", Math.max(0, capacity - oursMsat - (opened ? 0 : anchors) - reserve))
        .put("anchorsSat", anchorsSat).put("outbound", opened);
  }

  @Property
  void oursIsExactWhateverTheSplit(@ForAll @LongRange(min = 0, max = CAPACITY_SAT * 1_000) long ours) {
    assertThat(LdkMessages.ours(channel(ours, 0, true))).isEqualTo(new Msat(ours));
  }

  @Property
  void anchorsBelongToWhomeverOpenedTheChannel(@ForAll @LongRange(min = 0, max = CAPACITY_SAT * 1_000) long ours,
      @ForAll boolean opened) {
    assertThat(LdkMessages.ours(channel(ours, 660, opened))).isEqualTo(new Msat(ours));
  }

  @Test
  void oursIsExactAtTheReserve() {
    for (long ours : new long[]{0, 1, RESERVE_SAT * 1_000 - 1, RESERVE_SAT * 1_000, RESERVE_SAT * 1_000 + 1}) {
      assertThat(LdkMessages.ours(channel(ours, 0, false))).isEqualTo(new Msat(ours));
    }
  }
}
