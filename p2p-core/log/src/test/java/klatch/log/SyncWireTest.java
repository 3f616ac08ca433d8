package klatch.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import org.junit.jupiter.api.Test;

class SyncWireTest {
  private static final Ed25519Key KEY = Ed25519Key.fromSeed(new byte[32]);
  private static final TopicId TOPIC = new TopicId(HexFormat.of().parseHex("11".repeat(32)));
  private static final DeviceId DEVICE = new DeviceId(HexFormat.of().parseHex("22".repeat(32)));
  private static final long TIME = 1_780_000_000_000L;

  private static Entry entry(long sequence, Optional<EntryId> backlink, byte[] payload) {
    return new Entry(EntryHeader.sign(KEY, TOPIC, sequence, backlink,
        new EntryContent("test/note", payload, 0, TIME + 1000 * sequence)), payload);
  }

  private static List<Entry> run(int count, int payloadBytes) {
    List<Entry> run = new ArrayList<>();
    Optional<EntryId> backlink = Optional.empty();
    for (int i = 1; i <= count; i++) {
      run.add(entry(i, backlink, new byte[payloadBytes]));
      backlink = Optional.of(run.getLast().id());
    }
    return run;
  }

  private static String hex(SyncMessage message) {
    return HexFormat.of().formatHex(SyncWire.encode(message));
  }

  private static SyncMessage decode(String hex) throws MalformedMessageException {
    return SyncWire.decode(HexFormat.of().parseHex(hex));
  }

  /** Kept for ever: nodes of every age speak version 1 of the protocol like this. */
  @Test
  void goldenBytes() throws MalformedMessageException {
    Height height = new Height(300, new EntryId(HexFormat.of().parseHex("33".repeat(32))));
    SyncMessage heights = new SyncMessage.Heights(TOPIC, List.of(new SyncMessage.LogHeight(DEVICE, Optional.of(height)),
        new SyncMessage.LogHeight(DEVICE, Optional.empty())));
    String heightsHex = "01" + "11".repeat(32) + "02" + "22".repeat(32) + "ac02" + "33".repeat(32) + "22".repeat(32)
        + "00";
    SyncMessage entries = new SyncMessage.Entries(run(2, 3));
    String entriesHex = "0211111111111111111111111111111111111111111111111111111111111111113b6a27bcceb6a42d62a3a8d02a6f0d"
        + "73653215771de243a63ac048a18b59da290102e8979282e7330009746573742f6e6f7465e65e2f8b86d9c43d76e34b9a"
        + "faffb6232ca9dc1f3729bc57d469b37a944df60014ec53c732d244b42e03da8adce18c62eadac4fdad6f1742354cd8d3"
        + "83b3c00903000000e8070009746573742f6e6f7465d66821ec2776d1135d357e99458655421bbcc9e61f2dbe89233c7b"
        + "d050712da25ac9ce029dc2597d61342fc281528c77193f29f6059a90ab1f682fb4d0b2db0803000000";

    assertThat(hex(heights)).isEqualTo(heightsHex);
    assertThat(decode(heightsHex)).isEqualTo(heights);
    assertThat(hex(entries)).isEqualTo(entriesHex);
    assertThat(decode(entriesHex)).isEqualTo(entries);
    assertThat(hex(new SyncMessage.Heartbeat())).isEqualTo("04");
    assertThat(decode("04")).isEqualTo(new SyncMessage.Heartbeat());
    assertThat(hex(new SyncMessage.Goodbye("bye"))).isEqualTo("05627965");
    assertThat(decode("05627965")).isEqualTo(new SyncMessage.Goodbye("bye"));
  }

  @Test
  void aForkProofComesBackAsItWas() throws MalformedMessageException {
    ForkProof proof = new ForkProof(entry(1, Optional.empty(), new byte[1]).header(),
        entry(1, Optional.empty(), new byte[2]).header());

    assertThat(SyncWire.decode(SyncWire.encode(new SyncMessage.Fork(proof)))).isEqualTo(new SyncMessage.Fork(proof));
  }

  @Test
  void twoEntriesThatAreNoForkAreRefused() {
    byte[] header = entry(1, Optional.empty(), new byte[1]).header().bytes();
    String length = "e001";
    String hex = "03" + length + HexFormat.of().formatHex(header) + length + HexFormat.of().formatHex(header);

    assertThatThrownBy(() -> decode(hex)).isInstanceOf(MalformedMessageException.class).hasMessageContaining("no fork");
  }

  @Test
  void aRunCostsLittleMoreThanItsSignatures() {
    List<Entry> run = run(100, 50);
    int bytes = SyncWire.encode(new SyncMessage.Entries(run)).length;

    assertThat((bytes - 100 * 50) / 100.0).isLessThan(83);
  }

  @Test
  void theBiggestRunFitsAFrame() {
    assertThat(SyncWire.encode(new SyncMessage.Entries(run(3, EntryHeader.MAX_PAYLOAD_BYTES))).length)
        .isLessThan(SyncWire.MAX_FRAME_BYTES);
    List<SyncMessage.LogHeight> most = Collections.nCopies(SyncWire.MAX_LOGS_PER_FRAME,
        new SyncMessage.LogHeight(DEVICE,
            Optional.of(new Height(EntryHeader.MAX_SEQUENCE, new EntryId(new byte[32])))));
    assertThat(SyncWire.encode(new SyncMessage.Heights(TOPIC, most)).length).isLessThan(SyncWire.MAX_FRAME_BYTES);
  }

  @Test
  void numbersOutOfBoundsAreRefused() {
    String tooManyLogs = "01" + "11".repeat(32) + "d10f";
    String tooManyEntries = "02" + "11".repeat(32) + "22".repeat(32) + "01" + "8102";
    String noEntries = "02" + "11".repeat(32) + "22".repeat(32) + "01" + "00";
    String sequenceZero = "02" + "11".repeat(32) + "22".repeat(32) + "00";
    String endlessTime = "02" + "11".repeat(32) + "22".repeat(32) + "01" + "01" + "ffffffffffffffff7f" + "00" + "0161"
        + "00".repeat(64) + "00";

    assertThatThrownBy(() -> decode(tooManyLogs)).hasMessageContaining("2001 logs").hasMessageContaining("0 to 2000");
    assertThatThrownBy(() -> decode(tooManyEntries)).hasMessageContaining("257 entries");
    assertThatThrownBy(() -> decode(noEntries)).hasMessageContaining("0 entries");
    assertThatThrownBy(() -> decode(sequenceZero)).hasMessageContaining("sequence 0");
    assertThatThrownBy(() -> decode(endlessTime)).hasMessageContaining("a time of 9223372036854775807 ms");
  }
}
