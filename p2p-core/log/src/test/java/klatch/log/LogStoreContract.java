package klatch.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of logs must do. Topics and keys are fresh for each test, so one database serves all of them. */
abstract class LogStoreContract {
  static final long NOW = Instant.parse("2026-06-01T18:00:00Z").toEpochMilli();

  final AtomicLong now = new AtomicLong(NOW);
  final TopicId topic = new TopicId(Ed25519Key.generate().publicKey());
  final Ed25519Key alice = Ed25519Key.generate();
  final Ed25519Key bob = Ed25519Key.generate();
  private final List<LogStore> opened = new ArrayList<>();
  LogStore store;

  /** A store, empty or holding other topics only. */
  abstract LogStore open(InstantSource clock);

  @BeforeEach
  void openStore() {
    store = open(() -> Instant.ofEpochMilli(now.get()));
    opened.add(store);
  }

  @AfterEach
  void closeStores() {
    opened.forEach(LogStore::close);
  }

  static byte[] payload(int n) {
    return ("payload " + n).getBytes(StandardCharsets.UTF_8);
  }

  Entry append(LogStore to, Ed25519Key key, int n) {
    return to.append(key, topic, "test/note", payload(n), now.get());
  }

  /** Entries of one log as another node wrote them. */
  List<Entry> written(Ed25519Key key, int count) {
    try (LogStore elsewhere = new InMemoryLogStore(() -> Instant.ofEpochMilli(now.get()))) {
      List<Entry> entries = new ArrayList<>();
      for (int i = 1; i <= count; i++) {
        entries.add(append(elsewhere, key, i));
      }
      return entries;
    }
  }

  Entry sign(Ed25519Key key, long sequence, Optional<EntryId> backlink, byte[] payload, long timestampMillis) {
    EntryContent content = new EntryContent("test/note", payload, 0, timestampMillis);
    return new Entry(EntryHeader.sign(key, topic, sequence, backlink, content), payload);
  }

  IngestResult ingestOne(Entry entry) {
    List<IngestResult> results = store.ingest(List.of(entry));
    assertThat(results).hasSize(1);
    return results.getFirst();
  }

  void assertRejected(IngestResult result, Rejection.Reason reason, String inMessage) {
    assertThat(result).isInstanceOfSatisfying(IngestResult.Rejected.class, rejected -> {
      assertThat(rejected.rejection().reason()).isEqualTo(reason);
      assertThat(rejected.rejection().message()).contains(inMessage);
    });
  }

  @Test
  void appendedEntriesFormAChainThatCanBeReadBack() {
    Entry first = append(store, alice, 1);
    Entry second = append(store, alice, 2);

    assertThat(first.sequence()).isEqualTo(1);
    assertThat(first.backlink()).isEmpty();
    assertThat(second.sequence()).isEqualTo(2);
    assertThat(second.backlink()).contains(first.id());
    assertThat(store.read(first.log(), 1, 10)).containsExactly(first, second);
    assertThat(store.read(first.log(), 2, 10)).containsExactly(second);
    assertThat(store.read(first.log(), 1, 1)).containsExactly(first);
    assertThat(store.entry(second.id())).contains(second);
    assertThat(store.heights(topic)).containsOnlyKeys(DeviceId.of(alice)).containsValue(new Height(2, second.id()));
    assertThat(store.topics()).contains(topic);
  }

  @Test
  void whatOneStoreWritesAnotherVerifiesAndStoresOnce() {
    List<Entry> entries = written(alice, 5);

    assertThat(store.ingest(entries)).allMatch(IngestResult.Stored.class::isInstance);
    assertThat(store.ingest(entries)).allMatch(IngestResult.Duplicate.class::isInstance);
    assertThat(store.read(entries.getFirst().log(), 1, 10)).isEqualTo(entries);
  }

  @Test
  void anEntryWhosePredecessorsAreMissingIsAGapThatNamesWhatIsHeld() {
    List<Entry> entries = written(alice, 4);
    store.ingest(entries.subList(0, 1));

    assertThat(ingestOne(entries.get(3))).isEqualTo(new IngestResult.Gap(1));
    assertThat(store.read(entries.getFirst().log(), 1, 10)).hasSize(1);
  }

  @Test
  void aBatchKeepsWhatIsGoodAroundWhatIsBad() {
    List<Entry> good = written(alice, 2);
    Entry bad = flipSignature(written(bob, 1).getFirst());

    List<IngestResult> results = store.ingest(List.of(good.get(0), bad, good.get(1)));

    assertThat(results.get(0)).isInstanceOf(IngestResult.Stored.class);
    assertRejected(results.get(1), Rejection.Reason.SIGNATURE, DeviceId.of(bob).toString());
    assertThat(results.get(2)).isInstanceOf(IngestResult.Stored.class);
  }

  @Test
  void anEntryWithAWrongSignatureIsRejectedAndLeavesNothing() {
    Entry bad = flipSignature(written(alice, 1).getFirst());

    assertRejected(ingestOne(bad), Rejection.Reason.SIGNATURE, "is not one by " + DeviceId.of(alice));
    assertThat(store.heights(topic)).isEmpty();
    assertThat(store.entry(bad.id())).isEmpty();
  }

  @Test
  void aSignatureOfAnotherDeviceIsRejected() throws MalformedMessageException {
    byte[] header = written(alice, 1).getFirst().header().bytes();
    System.arraycopy(DeviceId.of(bob).bytes(), 0, header, 1, 32);

    assertRejected(ingestOne(Entry.decode(header, payload(1))), Rejection.Reason.SIGNATURE,
        DeviceId.of(bob).toString());
  }

  /** Ed25519 signatures stay valid in lax verifiers when the group order is added; that must not forge a fork. */
  @Test
  void aSignatureReencodedByAThirdPartyIsRejected() throws MalformedMessageException {
    Entry entry = written(alice, 1).getFirst();
    store.ingest(List.of(entry));
    byte[] header = entry.header().bytes();
    addGroupOrder(header, header.length - 32);

    assertRejected(ingestOne(Entry.decode(header, entry.payload())), Rejection.Reason.SIGNATURE, "is not one by");
    assertThat(store.forks(topic)).isEmpty();
  }

  private static void addGroupOrder(byte[] bytes, int offset) {
    byte[] order = HexFormat.of().parseHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    int carry = 0;
    for (int i = 0; i < 32; i++) {
      int sum = (bytes[offset + i] & 0xff) + (order[i] & 0xff) + carry;
      bytes[offset + i] = (byte) sum;
      carry = sum >> 8;
    }
  }

  @Test
  void aBacklinkToSomethingElseIsRejected() {
    Entry first = written(alice, 1).getFirst();
    store.ingest(List.of(first));
    Entry second = sign(alice, 2, Optional.of(new EntryId(new byte[]{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32})), payload(2), now.get());

    assertRejected(ingestOne(second), Rejection.Reason.BACKLINK, first.id().toString());
    assertThat(store.heights(topic).get(DeviceId.of(alice))).isEqualTo(new Height(1, first.id()));
  }

  @Test
  void aPayloadOfAnotherSizeIsRejectedWithBothSizes() throws MalformedMessageException {
    Entry entry = written(alice, 1).getFirst();

    assertRejected(ingestOne(Entry.decode(entry.header().bytes(), new byte[3])), Rejection.Reason.SIZE,
        "says " + payload(1).length + " bytes of payload, there are 3");
  }

  @Test
  void aPayloadWithOtherContentIsRejected() throws MalformedMessageException {
    Entry entry = written(alice, 1).getFirst();

    assertRejected(ingestOne(Entry.decode(entry.header().bytes(), payload(2))), Rejection.Reason.PAYLOAD,
        entry.id().toString());
  }

  @Test
  void aTimestampTooFarAheadIsRejectedUntilTheClockGetsThere() {
    long ahead = now.get() + EntryRules.MAX_AHEAD_MILLIS + 1;
    Entry early = sign(alice, 1, Optional.empty(), payload(1), ahead);

    assertRejected(ingestOne(early), Rejection.Reason.TIME, "600001 ms ahead of this clock, at most 600000");
    now.addAndGet(1);
    assertThat(ingestOne(early)).isInstanceOf(IngestResult.Stored.class);
  }

  @Test
  void aTimestampBeforeTheEntryBeforeItOrBeforeEverythingIsRejected() {
    Entry first = written(alice, 1).getFirst();
    store.ingest(List.of(first));

    assertRejected(ingestOne(sign(alice, 2, Optional.of(first.id()), payload(2), NOW - 1)), Rejection.Reason.TIME,
        "is before " + NOW);
    assertRejected(ingestOne(sign(bob, 1, Optional.empty(), payload(1), 0)), Rejection.Reason.TIME,
        "before the earliest allowed");
  }

  @Test
  void appendRefusesWhatOthersWouldRefuse() {
    assertThatThrownBy(() -> store.append(alice, topic, "test/note", new byte[64 * 1024 + 1], now.get()))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("65536").hasMessageContaining("65537");
    assertThatThrownBy(() -> store.append(alice, topic, "Test Note", payload(1), now.get()))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("payload type");
    assertThatThrownBy(() -> store.append(alice, topic, "", payload(1), now.get()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.append(alice, topic, "test/note", payload(1), now.get() + 600_001))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("600001 ms ahead");
    assertThat(store.heights(topic)).isEmpty();
  }

  @Test
  void entriesWrittenTogetherAreAllThereOrNone() {
    append(store, alice, 1);
    List<Entry> written = store.appendAll(alice, topic,
        List.of(new LogStore.Content("test/note", payload(2)), new LogStore.Content("test/other", payload(3))), NOW);
    assertThat(written).extracting(Entry::sequence).containsExactly(2L, 3L);
    assertThat(store.read(written.getFirst().log(), 2, 10)).isEqualTo(written);
    LogStore.Content tooLarge = new LogStore.Content("test/note", new byte[64 * 1024 + 1]);
    assertThatThrownBy(
        () -> store.appendAll(alice, topic, List.of(new LogStore.Content("test/note", payload(4)), tooLarge), NOW))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.appendAll(alice, topic, List.of(), NOW))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not 0");
    assertThat(append(store, alice, 5).sequence()).isEqualTo(4);
  }

  @Test
  void appendNeverGoesBackInTimeEvenIfTheClockDoes() {
    append(store, alice, 1);
    now.addAndGet(-5_000);

    assertThat(append(store, alice, 2).timestampMillis()).isEqualTo(NOW);
  }

  @Test
  void twoEntriesForOnePlaceFreezeTheLogAndLeaveAProof() {
    List<Entry> entries = written(alice, 3);
    store.ingest(entries);
    Entry other = sign(alice, 2, Optional.of(entries.getFirst().id()), payload(99), now.get());

    ForkProof proof = new ForkProof(entries.get(1).header(), other.header());
    assertThat(ingestOne(other)).isEqualTo(new IngestResult.Forked(proof));
    assertThat(store.forks(topic)).containsExactly(proof);
    assertThat(store.heights(topic).get(DeviceId.of(alice))).isEqualTo(new Height(1, entries.getFirst().id()));
    Entry next = sign(alice, 4, Optional.of(entries.get(2).id()), payload(4), now.get());
    assertRejected(ingestOne(next), Rejection.Reason.FROZEN, "ends before sequence 2");
    assertThatThrownBy(() -> append(store, alice, 5)).isInstanceOfSatisfying(StoreException.class,
        e -> assertThat(e.retrySafe()).isFalse());
    assertThat(store.ingest(written(bob, 2))).allMatch(IngestResult.Stored.class::isInstance);
  }

  @Test
  void aForkProofFromElsewhereFreezesALogNotYetHeldAndItsBeginningIsStillTakenIn() {
    List<Entry> entries = written(alice, 3);
    Entry other = sign(alice, 3, Optional.of(entries.get(1).id()), payload(99), now.get());
    ForkProof proof = new ForkProof(other.header(), entries.get(2).header());

    assertThat(store.ingest(proof)).isEmpty();
    assertThat(store.ingest(proof)).isEmpty();
    assertThat(store.forks(topic)).containsExactly(proof);
    assertThat(store.topics()).contains(topic);
    assertThat(store.ingest(entries.subList(0, 2))).allMatch(IngestResult.Stored.class::isInstance);
    assertRejected(ingestOne(entries.get(2)), Rejection.Reason.FROZEN, "is forked");
  }

  @Test
  void theEarliestKnownForkOfALogIsTheOneThatCounts() {
    List<Entry> entries = written(alice, 3);
    ForkProof late = new ForkProof(entries.get(2).header(),
        sign(alice, 3, Optional.of(entries.get(1).id()), payload(99), now.get()).header());
    ForkProof early = new ForkProof(entries.get(1).header(),
        sign(alice, 2, Optional.of(entries.get(0).id()), payload(98), now.get()).header());

    store.ingest(late);
    store.ingest(early);
    store.ingest(late);

    assertThat(store.forks(topic)).containsExactly(early);
  }

  @Test
  void aForgedForkProofIsRejected() throws MalformedMessageException {
    List<Entry> entries = written(alice, 1);
    ForkProof forged = new ForkProof(entries.getFirst().header(), flipSignature(entries.getFirst()).header());

    assertThat(store.ingest(forged)).hasValueSatisfying(
        rejection -> assertThat(rejection.reason()).isEqualTo(Rejection.Reason.SIGNATURE));
    assertThat(store.forks(topic)).isEmpty();
    assertThat(store.ingest(entries)).allMatch(IngestResult.Stored.class::isInstance);
  }

  @Test
  void aBadSignatureForATakenPlaceIsNoFork() {
    List<Entry> entries = written(alice, 1);
    store.ingest(entries);

    assertRejected(ingestOne(flipSignature(entries.getFirst())), Rejection.Reason.SIGNATURE, "is not one by");
    assertThat(store.forks(topic)).isEmpty();
  }

  @Test
  void arrivalsKeepTheOrderInWhichThingsCame() {
    long before = store.lastPosition();
    List<Entry> ofAlice = written(alice, 3);
    List<Entry> ofBob = written(bob, 2);
    store.ingest(ofBob.subList(0, 1));
    store.ingest(ofAlice);
    store.ingest(ofBob);

    List<Arrival> arrivals = store.arrivals(before, 100);

    assertThat(arrivals).extracting(Arrival::entry).containsExactly(ofBob.get(0), ofAlice.get(0), ofAlice.get(1),
        ofAlice.get(2), ofBob.get(1));
    assertThat(arrivals).extracting(Arrival::position).isSorted().doesNotHaveDuplicates()
        .allMatch(position -> position > before);
    assertThat(store.lastPosition()).isEqualTo(arrivals.getLast().position());
    assertThat(store.arrivals(arrivals.get(2).position(), 1)).containsExactly(arrivals.get(3));
    assertThat(store.arrivals(store.lastPosition(), 10)).isEmpty();
  }

  @Test
  void subscribersLearnOfEverythingCommittedInOrderAndOfForks() {
    List<Entry> seen = new CopyOnWriteArrayList<>();
    List<ForkProof> forks = new CopyOnWriteArrayList<>();
    LogStore.Subscription subscription = store.subscribe(new LogStore.Listener() {
      @Override
      public void arrived(List<Arrival> arrivals) {
        arrivals.forEach(arrival -> seen.add(store.entry(arrival.entry().id()).orElseThrow()));
      }

      @Override
      public void forked(ForkProof proof) {
        forks.add(proof);
      }
    });
    Entry mine = append(store, bob, 1);
    List<Entry> theirs = written(alice, 2);
    store.ingest(theirs);
    ingestOne(sign(alice, 1, Optional.empty(), payload(9), now.get()));

    await().untilAsserted(() -> assertThat(forks).hasSize(1));
    assertThat(seen).containsExactly(mine, theirs.get(0), theirs.get(1));
    subscription.close();
    append(store, bob, 2);
    LogStore.Subscription later = store.subscribe(arrivals -> seen.clear());
    append(store, bob, 3);
    await().until(seen::isEmpty);
    later.close();
  }

  @Test
  void readersAreToldOfChangesBeforeTheWriterReturns() {
    long before = store.changes();
    append(store, alice, 1);
    long afterAppend = store.changes();
    List<Entry> theirs = written(bob, 1);
    store.ingest(theirs);
    long afterIngest = store.changes();
    ingestOne(sign(bob, 1, Optional.empty(), payload(9), now.get()));

    assertThat(List.of(before, afterAppend, afterIngest, store.changes())).doesNotHaveDuplicates().isSorted();
    long quiet = store.changes();
    store.read(theirs.getFirst().log(), 1, 10);
    assertThat(store.changes()).isEqualTo(quiet);
  }

  @Test
  void appendsOfManyThreadsAreEachStoredOnceAndRefusedAlone() throws InterruptedException {
    List<Entry> good = new CopyOnWriteArrayList<>();
    List<Throwable> refused = new CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int n = i;
      threads.add(Thread.startVirtualThread(() -> {
        long at = n % 4 == 0 ? now.get() + 2 * EntryRules.MAX_AHEAD_MILLIS : now.get();
        try {
          good.add(store.append(n % 2 == 0 ? alice : bob, topic, "test/note", payload(n), at));
        } catch (IllegalArgumentException e) {
          refused.add(e);
        }
      }));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(refused).hasSize(10).allMatch(e -> String.valueOf(e.getMessage()).contains("ahead of this clock"));
    assertThat(good).hasSize(30);
    for (Ed25519Key key : List.of(alice, bob)) {
      List<Entry> log = store.read(new LogId(DeviceId.of(key), topic), 1, 100);
      assertThat(log).isSubsetOf(good);
      assertThat(log).extracting(Entry::sequence)
          .isEqualTo(java.util.stream.LongStream.rangeClosed(1, log.size()).boxed().toList());
    }
    assertThat(store.heights(topic).values().stream().mapToLong(Height::sequence).sum()).isEqualTo(30);
  }

  @Test
  void topicsDoNotMix() {
    append(store, alice, 1);
    TopicId other = new TopicId(Ed25519Key.generate().publicKey());

    assertThat(store.heights(other)).isEmpty();
    Entry elsewhere = store.append(alice, other, "test/note", payload(1), now.get());
    assertThat(elsewhere.sequence()).isEqualTo(1);
    assertThat(store.topics()).containsAll(Set.of(topic, other));
  }

  static Entry flipSignature(Entry entry) {
    byte[] header = entry.header().bytes();
    header[header.length - 40] ^= 1;
    try {
      return Entry.decode(header, entry.payload());
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }
}
