package klatch.log;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sync with one peer over one stream, both ways, until either side ends it. The calling thread reads and takes in, a
 * second one writes; reading never waits for writing, so two peers that send each other much do not lock up.
 */
final class SyncSession {
  /** Sent when nothing else is, well within the peer's patience. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(20);
  /** Entries in a row that bring nothing new, before a peer is taken for hostile. */
  static final int MAX_USELESS_ENTRIES = 20_000;
  /** First pause before an entry that came too early is asked for again; it doubles. */
  private static final Duration ASK_AGAIN = Duration.ofMillis(500);
  private static final int MAX_DOUBLINGS = 7;
  /** A run stops growing here; with one more entry it still fits a frame. */
  private static final int RUN_BYTES = SyncWire.MAX_FRAME_BYTES - EntryHeader.MAX_PAYLOAD_BYTES
      - 2 * EntryHeader.MAX_BYTES;
  private static final Duration GOODBYE_PATIENCE = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(SyncSession.class);

  private final LogStore store;
  private final DeviceId peer;
  private final Stream stream;
  private final Predicate<TopicId> shared;
  private final SyncFrames frames;
  private final PeerProgress progress = new PeerProgress();
  private final Map<LogId, Integer> asked = new HashMap<>();
  private final CountDownLatch readerDone = new CountDownLatch(1);
  private int uselessEntries;
  private volatile long lastReceivedNanos = System.nanoTime();

  /** @param shared the topics this peer may have */
  SyncSession(LogStore store, DeviceId peer, Stream stream, Predicate<TopicId> shared) {
    this.store = store;
    this.peer = peer;
    this.stream = stream;
    this.shared = shared;
    this.frames = new SyncFrames(stream);
  }

  /** A peer that breaks the protocol or sends what is not true. */
  private static final class HostilePeerException extends Exception {
    private static final long serialVersionUID = 1L;

    HostilePeerException(String message) {
      super(message);
    }
  }

  /**
   * Runs until the sync is over.
   *
   * @param topics what to start with
   * @return why it is over
   */
  String run(Iterable<TopicId> topics) {
    Thread writer = Thread.ofVirtual().name("sync-writer").start(this::writeAll);
    LogStore.Subscription subscription = store.subscribe(listener());
    try {
      for (TopicId topic : topics) {
        announce(topic);
      }
      while (progress.goodbye().isEmpty()) {
        SyncMessage message = frames.read();
        lastReceivedNanos = System.nanoTime();
        handle(message);
      }
    } catch (HostilePeerException | MalformedMessageException e) {
      LOG.warn("cutting off {}: {}", peer, e.getMessage());
      progress.end("cut off: " + e.getMessage());
    } catch (EOFException e) {
      progress.end("the peer closed the sync");
    } catch (IOException e) {
      progress.end("the stream broke: " + e.getMessage());
    } catch (StoreException e) {
      LOG.error("the sync with {} stops, the store fails: {}", peer, e.getMessage());
      progress.end("this node cannot store now");
    } finally {
      subscription.close();
      progress.end("over");
      readerDone.countDown();
      finish(writer);
    }
    return progress.goodbye().orElse("over");
  }

  /** Ends it from outside: the peer is told why, and the stream is gone a second later at the latest. */
  void end(String reason) {
    progress.end(reason);
  }

  int waiting() {
    return progress.waiting();
  }

  long lastReceivedNanos() {
    return lastReceivedNanos;
  }

  private void finish(Thread writer) {
    try {
      if (!writer.join(GOODBYE_PATIENCE)) {
        stream.reset();
        writer.join();
      }
      stream.close();
    } catch (InterruptedException e) {
      stream.reset();
      Thread.currentThread().interrupt();
    }
  }

  private LogStore.Listener listener() {
    return new LogStore.Listener() {
      @Override
      public void arrived(List<Arrival> arrivals) {
        // Asked once for all of them, and every time anew: who may read can change with each entry.
        Map<TopicId, Boolean> may = new HashMap<>();
        for (Arrival arrival : arrivals) {
          Entry entry = arrival.entry();
          if (may.computeIfAbsent(entry.topic(), shared::test)) {
            announce(entry.topic());
            progress.offer(entry.log(), entry.sequence());
          }
        }
      }

      @Override
      public void forked(ForkProof proof) {
        if (shared.test(proof.log().topic())) {
          announce(proof.log().topic());
          progress.offer(proof);
        }
      }
    };
  }

  /** Tells the peer what we have of a topic, once, if it may know. */
  void announce(TopicId topic) {
    if (!progress.hasAnnounced(topic) && shared.test(topic) && progress.announce(topic)) {
      List<SyncMessage.LogHeight> logs = new ArrayList<>();
      store.heights(topic)
          .forEach((device, height) -> logs.add(new SyncMessage.LogHeight(device, Optional.of(height))));
      int from = 0;
      do {
        int to = Math.min(logs.size(), from + SyncWire.MAX_LOGS_PER_FRAME);
        progress.send(new SyncMessage.Heights(topic, List.copyOf(logs.subList(from, to))));
        from = to;
      } while (from < logs.size());
      offerAll(topic);
    }
  }

  /** Sends what the peer lacks of a topic, as far as both follow it; the peer may have named it long before we do. */
  private void offerAll(TopicId topic) {
    store.heights(topic).forEach((device, height) -> progress.offer(new LogId(device, topic), height.sequence()));
    store.forks(topic).forEach(progress::offer);
  }

  private void handle(SyncMessage message) throws HostilePeerException, MalformedMessageException {
    switch (message) {
      case SyncMessage.Heights heights -> handle(heights);
      case SyncMessage.Entries entries -> handle(entries.run());
      case SyncMessage.Fork fork -> handle(fork.proof());
      case SyncMessage.Heartbeat() -> {
      }
      case SyncMessage.Goodbye(String reason) -> progress.end("the peer said: " + reason);
    }
  }

  private void handle(SyncMessage.Heights heights) throws MalformedMessageException {
    progress.heights(heights);
    if (shared.test(heights.topic())) {
      announce(heights.topic());
      offerAll(heights.topic());
    }
  }

  private void checkAsked(TopicId topic) throws HostilePeerException {
    if (!progress.hasAnnounced(topic)) {
      throw new HostilePeerException("it sends on topic " + topic + ", which it was not asked for");
    }
  }

  private void handle(ForkProof proof) throws HostilePeerException {
    checkAsked(proof.log().topic());
    progress.knows(proof);
    Optional<Rejection> wrong = store.ingest(proof);
    if (wrong.isPresent()) {
      throw new HostilePeerException("it sends a fork proof that proves nothing: " + wrong.get());
    }
  }

  private void handle(List<Entry> run) throws HostilePeerException {
    checkAsked(run.getFirst().topic());
    if (!shared.test(run.getFirst().topic())) {
      return; // It was shared when the peer was asked; the peer may not know yet that it is not any more.
    }
    run.forEach(progress::has);
    for (IngestResult result : store.ingest(run)) {
      uselessEntries = result instanceof IngestResult.Stored ? 0 : uselessEntries + 1;
      switch (result) {
        case IngestResult.Stored(long position) -> LOG.trace("stored at {}", position);
        case IngestResult.Duplicate() -> {
        }
        case IngestResult.Gap(long held) -> askAgain(run.getFirst().log(), "there are only " + held + " before it");
        case IngestResult.Forked(ForkProof proof) -> LOG.warn("{} is forked at {}", proof.log(), proof.sequence());
        case IngestResult.Rejected(Rejection rejection) -> handle(rejection, run.getFirst().log());
      }
    }
    if (uselessEntries > MAX_USELESS_ENTRIES) {
      throw new HostilePeerException("it sent " + uselessEntries + " entries in a row that bring nothing");
    }
  }

  private void handle(Rejection rejection, LogId log) throws HostilePeerException {
    switch (rejection.reason()) {
      case TIME -> askAgain(log, rejection.message());
      case FROZEN -> {
      }
      case SIGNATURE, SEQUENCE, BACKLINK, SIZE, PAYLOAD ->
        throw new HostilePeerException("it sends an entry that is refused, " + rejection);
    }
  }

  /** Clocks differ: what is early now is in time soon, so the peer is told later to send from where we are. */
  private void askAgain(LogId log, String why) {
    LOG.info("an entry of {} waits: {}", log, why);
    int doublings = Math.min(MAX_DOUBLINGS, asked.merge(log, 1, Integer::sum) - 1);
    progress.askAgain(log, System.nanoTime() + (ASK_AGAIN.toNanos() << doublings));
  }

  private void writeAll() {
    try {
      while (progress.goodbye().isEmpty()) {
        PeerProgress.Next next = progress.next(System.nanoTime() + HEARTBEAT.toNanos());
        for (SyncMessage message : next.messages()) {
          frames.write(message);
        }
        for (LogId log : next.again()) {
          tellAgain(log);
        }
        if (next.work().isPresent()) {
          sendRun(next.work().get());
        } else if (next.messages().isEmpty()) {
          frames.write(new SyncMessage.Heartbeat());
        }
      }
      frames.write(new SyncMessage.Goodbye(shortened(progress.goodbye().orElse("over"))));
      stream.closeWrite();
      if (!readerDone.await(GOODBYE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        stream.reset();
      }
    } catch (IOException e) {
      LOG.debug("writing to {} failed", peer, e);
      progress.end("the stream broke: " + e.getMessage());
      stream.reset();
    } catch (StoreException e) {
      LOG.error("the sync with {} stops, the store fails: {}", peer, e.getMessage());
      progress.end("this node cannot read its store now");
      stream.reset();
    } catch (InterruptedException e) {
      stream.reset();
      Thread.currentThread().interrupt();
    }
  }

  private static String shortened(String reason) {
    return reason.substring(0, Math.min(reason.length(), SyncWire.MAX_REASON_BYTES / 4));
  }

  private void tellAgain(LogId log) throws IOException {
    Optional<Height> height = Optional.ofNullable(store.heights(log.topic()).get(log.device()));
    frames.write(new SyncMessage.Heights(log.topic(), List.of(new SyncMessage.LogHeight(log.device(), height))));
  }

  /** Sends the next run of a log. The entry at which the peer's copy ends is compared first: it may be another one. */
  private void sendRun(PeerProgress.Work work) throws IOException {
    if (!shared.test(work.log().topic())) {
      return;
    }
    long overlap = work.after().head().isPresent() ? work.after().sequence() : work.after().sequence() + 1;
    List<Entry> held = store.read(work.log(), Math.max(1, overlap), SyncWire.MAX_ENTRIES_PER_RUN);
    List<Entry> run = new ArrayList<>();
    int bytes = 0;
    for (Entry entry : held) {
      boolean isTheirs = entry.sequence() == work.after().sequence();
      if (isTheirs && !work.after().head().equals(Optional.of(entry.id()))) {
        frames.write(new SyncMessage.Entries(List.of(entry)));
        progress.stop(work.log());
        return;
      }
      if (!isTheirs && entry.sequence() <= work.target() && bytes <= RUN_BYTES) {
        run.add(entry);
        bytes += entry.rawPayload().length + EntryHeader.MAX_BYTES;
      }
    }
    if (!run.isEmpty()) {
      frames.write(new SyncMessage.Entries(run));
      progress.has(run.getLast());
      progress.offer(work.log(), work.target());
    }
  }
}
