package klatch.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Stream;
import klatch.libp2p.wire.Varint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TopicSyncIT {
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final TopicId topic = new TopicId(Ed25519Key.generate().publicKey());
  private final TopicId other = new TopicId(Ed25519Key.generate().publicKey());

  private SyncNode node() {
    return opened(new SyncNode());
  }

  private <T extends AutoCloseable> T opened(T closeable) {
    opened.add(closeable);
    return closeable;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : opened.reversed()) {
      closeable.close();
    }
  }

  @Test
  void whatWasWrittenBeforeAndWhatComesLaterReachesTheOtherBothWays() {
    SyncNode alice = node();
    SyncNode bob = node();
    List<Entry> before = IntStream.range(0, 700).mapToObj(i -> alice.write(topic, "before " + i)).toList();
    Entry bobs = bob.write(other, "on another topic");
    bob.sync.follow(topic);
    alice.sync.follow(other);
    bob.keep(alice);

    await().until(() -> bob.holds(before.getLast()) && alice.holds(bobs));
    assertThat(bob.store.read(before.getFirst().log(), 1, 1000)).isEqualTo(before);
    Entry later = alice.write(topic, "live");
    Entry answer = bob.write(topic, "live too");
    await().until(() -> bob.holds(later) && alice.holds(answer));
    assertThat(alice.state(topic)).isEqualTo(bob.state(topic));
  }

  @Test
  void aTopicFollowedLongAfterTheSyncBeganFlowsBothWays() {
    SyncNode alice = node();
    SyncNode bob = node();
    bob.sync.follow(other);
    alice.write(topic, "named to bob before bob follows it");
    bob.keep(alice);
    Entry marker = alice.write(other, "the sync is under way");
    await().until(() -> bob.holds(marker));

    Entry first = bob.write(topic, "by writing bob begins to follow");
    await().until(() -> alice.holds(first));
    Entry second = bob.write(topic, "and what comes later");
    await().until(() -> alice.holds(second));
    assertThat(alice.state(topic)).isEqualTo(bob.state(topic));
  }

  @Test
  void aTopicNobodyAskedForIsNotTakenIn() {
    SyncNode alice = node();
    SyncNode bob = node();
    Entry unwanted = alice.write(topic, "not for bob");
    bob.keep(alice);
    bob.sync.follow(other);
    Entry wanted = alice.write(other, "for bob");

    await().until(() -> bob.holds(wanted));
    assertThat(bob.holds(unwanted)).isFalse();
  }

  @Test
  void theTopicPolicyKeepsATopicFromAPeer() {
    Ed25519Key stranger = Ed25519Key.generate();
    SyncNode alice = opened(new SyncNode(Ed25519Key.generate(),
        (peer, asked) -> !asked.equals(topic) || !peer.equals(DeviceId.of(stranger))));
    SyncNode mallory = opened(new SyncNode(stranger, TopicPolicy.OPEN));
    SyncNode bob = node();
    Entry secret = alice.write(topic, "members only");
    Entry open = alice.write(other, "for everybody");
    for (SyncNode node : List.of(mallory, bob)) {
      node.sync.follow(topic);
      node.sync.follow(other);
      node.keep(alice);
    }

    await().until(() -> mallory.holds(open) && bob.holds(secret) && bob.holds(open));
    assertThat(mallory.holds(secret)).isFalse();
  }

  @Test
  void entriesTravelOverANodeInTheMiddle() {
    SyncNode alice = node();
    SyncNode middle = node();
    SyncNode bob = node();
    middle.sync.follow(topic);
    bob.sync.follow(topic);
    middle.keep(alice);
    bob.keep(middle);

    Entry entry = alice.write(topic, "over two hops");

    await().until(() -> bob.holds(entry));
  }

  @Test
  void whenBothDialThereIsOneSyncAndItLasts() {
    SyncNode alice = node();
    SyncNode bob = node();
    alice.sync.follow(topic);
    bob.sync.follow(topic);
    alice.keep(bob);
    bob.keep(alice);
    Entry entry = alice.write(topic, "once");

    await().until(() -> bob.holds(entry));
    await().until(() -> alice.sync.peers().size() == 1 && bob.sync.peers().size() == 1);
    assertThat(alice.sync.peers().getFirst().peer()).isEqualTo(bob.device());
  }

  @Test
  void aCutConnectionIsMadeAgainAndNothingIsMissing() {
    SyncNode alice = node();
    SyncNode bob = node();
    bob.sync.follow(topic);
    bob.keep(alice);
    Entry first = alice.write(topic, "1");
    await().until(() -> bob.holds(first));
    for (int cut = 0; cut < 3; cut++) {
      alice.host.connections().forEach(connection -> connection.close());
      Entry next = alice.write(topic, "after cut " + cut);
      await().until(() -> bob.holds(next));
    }
  }

  @Test
  void aForkIsLearntByEverybodyAlongTheWay() {
    SyncNode alice = node();
    SyncNode bob = node();
    SyncNode carol = node();
    Ed25519Key cheat = Ed25519Key.generate();
    Entry first = alice.store.append(cheat, topic, "test/note", new byte[]{1}, LogStoreContract.NOW);
    alice.store.append(cheat, topic, "test/note", new byte[]{2}, LogStoreContract.NOW);
    bob.store.ingest(List.of(first));
    bob.store.append(cheat, topic, "test/note", new byte[]{3}, LogStoreContract.NOW);
    bob.store.append(cheat, topic, "test/note", new byte[]{4}, LogStoreContract.NOW);
    carol.sync.follow(topic);
    bob.keep(alice);
    carol.keep(alice);

    await().until(() -> alice.store.forks(topic).size() == 1 && bob.store.forks(topic).size() == 1
        && carol.store.forks(topic).size() == 1);
    await().until(() -> alice.state(topic).equals(bob.state(topic)) && carol.state(topic).equals(bob.state(topic)));
    assertThat(carol.store.forks(topic).getFirst().sequence()).isEqualTo(2);
    assertThat(carol.store.heights(topic).get(DeviceId.of(cheat))).isEqualTo(new Height(1, first.id()));
  }

  @Test
  void anEntryAheadOfTheClockComesWhenItsTimeHasCome() {
    SyncNode alice = node();
    SyncNode bob = node();
    bob.sync.follow(topic);
    bob.keep(alice);
    Entry inTime = alice.write(topic, "now");
    await().until(() -> bob.holds(inTime));
    alice.now.addAndGet(3_600_000);
    Entry early = alice.write(topic, "an hour ahead");
    Entry later = alice.write(topic, "and after it");
    Entry onOtherTopic = bob.write(topic, "others go on");
    await().until(() -> alice.holds(onOtherTopic));
    assertThat(bob.holds(early)).isFalse();

    bob.now.addAndGet(3_600_000);

    await().until(() -> bob.holds(early) && bob.holds(later));
  }

  /** What a hostile peer writes, and what it is told before it is cut off. */
  record Attack(String name, String hex, String toldInReturn) {
    Attack(String name, byte[] bytes, String toldInReturn) {
      this(name, HexFormat.of().formatHex(bytes), toldInReturn);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final TopicId KNOWN = new TopicId(new byte[32]);

  private static byte[] frame(byte[] body) {
    byte[] length = Varint.encode(body.length);
    byte[] frame = Arrays.copyOf(length, length.length + body.length);
    System.arraycopy(body, 0, frame, length.length, body.length);
    return frame;
  }

  private static Entry written(TopicId topic) {
    try (LogStore elsewhere = new InMemoryLogStore(() -> Instant.ofEpochMilli(LogStoreContract.NOW))) {
      return elsewhere.append(Ed25519Key.generate(), topic, "test/note", "x".getBytes(StandardCharsets.UTF_8),
          LogStoreContract.NOW);
    }
  }

  private static byte[] run(Entry entry) {
    return frame(SyncWire.encode(new SyncMessage.Entries(List.of(entry))));
  }

  static List<Attack> attacks() {
    Entry good = written(KNOWN);
    byte[] cut = Arrays.copyOf(SyncWire.encode(new SyncMessage.Entries(List.of(good))), 90);
    Entry forged = LogStoreContract.flipSignature(good);
    return List.of(new Attack("unknown frame", frame(new byte[]{99}), "unknown type 99"),
        new Attack("empty frame", frame(new byte[0]), "unknown type 0"),
        new Attack("oversize frame", new byte[]{(byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f}, "at most 262144"),
        new Attack("cut entries", frame(cut), "a sync frame ends"),
        new Attack("trailing bytes", frame(new byte[]{4, 0}), "1 bytes too many"),
        new Attack("wrong signature", run(forged), "SIGNATURE"),
        new Attack("unasked topic", run(written(new TopicId(Ed25519Key.generate().publicKey()))), "not asked for"),
        new Attack("forged fork",
            frame(SyncWire.encode(new SyncMessage.Fork(new ForkProof(good.header(), forged.header())))),
            "proves nothing"));
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void aHostilePeerIsCutOffWithAReasonAndHarmsNobody(Attack attack) throws IOException, MalformedMessageException {
    SyncNode alice = node();
    SyncNode bob = node();
    alice.sync.follow(KNOWN);
    bob.sync.follow(KNOWN);
    bob.keep(alice);
    Host hostile = opened(Libp2pHost.create(HostOptions.of(Ed25519Key.generate())));
    Stream stream = hostile.connect(alice.host.listenAddresses().getFirst()).open(TopicSync.PROTOCOL);
    stream.output().write(HexFormat.of().parseHex(attack.hex()));

    assertThat(lastWords(stream)).hasValueSatisfying(reason -> assertThat(reason).contains(attack.toldInReturn()));
    Entry entry = alice.write(KNOWN, "life goes on");
    await().until(() -> bob.holds(entry));
    assertThat(alice.store.heights(KNOWN)).containsOnlyKeys(alice.device());
  }

  private static Optional<String> lastWords(Stream stream) throws IOException, MalformedMessageException {
    SyncFrames frames = new SyncFrames(stream);
    while (true) {
      if (frames.read() instanceof SyncMessage.Goodbye(String reason)) {
        return Optional.of(reason);
      }
    }
  }

  @Test
  void aPeerThatClosesInTheMiddleOfAFrameHarmsNobody() throws IOException {
    SyncNode alice = node();
    alice.sync.follow(KNOWN);
    Host hostile = opened(Libp2pHost.create(HostOptions.of(Ed25519Key.generate())));
    Stream stream = hostile.connect(alice.host.listenAddresses().getFirst()).open(TopicSync.PROTOCOL);
    stream.output().write(new byte[]{100, 2, 3});
    await().until(() -> alice.sync.peers().size() == 1);
    stream.closeWrite();

    await().until(() -> alice.sync.peers().isEmpty());
  }
}
