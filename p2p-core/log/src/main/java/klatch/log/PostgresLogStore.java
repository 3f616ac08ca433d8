package klatch.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import klatch.libp2p.Ed25519Key;

/**
 * Keeps logs in PostgreSQL, schema {@code p2p}. Writers take turns, also those of other processes on the same schema, so
 * positions become visible in their order. While the server is away calls wait (see {@link Transactions}).
 */
public final class PostgresLogStore implements LogStore {
  /** Name of the schema, before the node's prefix. */
  public static final String SCHEMA = "p2p";
  private static final String MIGRATIONS = "klatch/log/migrations";
  /** Appends of several callers in one transaction: a tenth of a second's work at most. */
  private static final int MOST_APPENDS = 128;
  private final InstantSource clock;
  private final Transactions transactions;
  private final Announcer announcer = new Announcer();
  /** Keeps threads that wait for their turn to write from holding a connection each. */
  private final ReentrantLock writer = new ReentrantLock();
  private final BlockingQueue<PendingAppend> waiting = new LinkedBlockingQueue<>();
  private final AtomicLong changes = new AtomicLong();

  /** Brings the schema up to date and opens it. */
  public PostgresLogStore(Database database, InstantSource clock) {
    this.clock = clock;
    this.transactions = database.transactions(database.migrate(SCHEMA, MIGRATIONS));
  }

  @Override
  public Entry append(Ed25519Key key, TopicId topic, String payloadType, byte[] payload, long timestampMillis) {
    PendingAppend own = new PendingAppend(key, topic,
        new EntryContent(payloadType, payload.clone(), 0, timestampMillis));
    waiting.add(own);
    writer.lock();
    try {
      while (!own.isDecided()) {
        appendNext();
      }
    } finally {
      writer.unlock();
    }
    return own.entry();
  }

  @Override
  public List<Entry> appendAll(Ed25519Key key, TopicId topic, List<Content> contents, long timestampMillis) {
    EntryContent.checkAll(contents);
    List<PendingAppend> own = contents.stream().map(content -> new PendingAppend(key, topic,
        new EntryContent(content.payloadType(), content.payload().clone(), 0, timestampMillis))).toList();
    writer.lock();
    try {
      append(new GroupedAppends(own, clock, true));
    } finally {
      writer.unlock();
    }
    return own.stream().map(PendingAppend::entry).toList();
  }

  /** Whoever holds the lock writes for those who wait for it too: one durable write of the disk serves them all. */
  private void appendNext() {
    List<PendingAppend> group = new ArrayList<>();
    waiting.drainTo(group, MOST_APPENDS);
    append(new GroupedAppends(group, clock, false));
  }

  private void append(GroupedAppends appends) {
    try {
      List<Arrival> stored = writing(connection -> {
        lockWriters(connection);
        Optional<List<Arrival>> earlier = appends.foundAgain(id -> find(connection, id));
        if (earlier.isPresent()) {
          return earlier.get();
        }
        List<Arrival> next = appends.next(PostgresHeld.read(connection, appends.logs(), List.of()));
        if (!next.isEmpty()) {
          write(connection, next, appends.heads());
        }
        return next;
      });
      appends.stored();
      announcer.arrived(stored);
    } catch (RuntimeException e) {
      appends.failed(e);
    } finally {
      appends.failed(new IllegalStateException("the thread that was writing ended"));
    }
  }

  /** Also when a failure leaves open whether something was stored, whoever reads has to look again. */
  private <T> T writing(Transactions.Work<T> work) {
    try {
      return transactions.run(work);
    } finally {
      changes.incrementAndGet();
    }
  }

  /** What an ingest did. {@code arrivals} includes what an earlier attempt of the same call had stored. */
  private record Outcome(List<IngestResult> results, List<Arrival> arrivals, List<ForkProof> forks) {}

  @Override
  public List<IngestResult> ingest(List<Entry> batch) {
    if (batch.isEmpty()) {
      return List.of();
    }
    List<EntryId> ids = batch.stream().map(Entry::id).toList();
    Set<EntryId> known = transactions.run(connection -> PostgresHeld.known(connection, ids));
    List<CheckedEntry> checked = CheckedEntry.checkAll(batch, known, clock.millis());
    Set<LogId> logs = new HashSet<>();
    batch.forEach(entry -> logs.add(entry.log()));
    Set<EntryId> attempted = new HashSet<>();
    writer.lock();
    try {
      Outcome outcome = writing(connection -> {
        lockWriters(connection);
        PostgresHeld held = PostgresHeld.read(connection, logs, ids);
        return ingest(connection, checked, held, attempted);
      });
      announcer.arrived(outcome.arrivals());
      outcome.forks().forEach(announcer::forked);
      return outcome.results();
    } finally {
      writer.unlock();
    }
  }

  private static Outcome ingest(Connection connection, List<CheckedEntry> checked, PostgresHeld held,
      Set<EntryId> attempted) throws SQLException {
    Intake intake = new Intake(held, held.lastPosition());
    List<IngestResult> results = new ArrayList<>(checked.size());
    List<Arrival> earlier = new ArrayList<>();
    try {
      for (CheckedEntry entry : checked) {
        IngestResult result = intake.decide(entry);
        if (result instanceof IngestResult.Duplicate && attempted.remove(entry.entry().id())) {
          // The connection broke at the commit of an earlier attempt, which had gone through.
          Optional<Arrival> done = find(connection, entry.entry().id());
          done.ifPresent(earlier::add);
          result = done.<IngestResult>map(arrival -> new IngestResult.Stored(arrival.position())).orElse(result);
        }
        results.add(result);
      }
    } catch (PostgresHeld.BrokenConnectionException e) {
      throw e.failure();
    }
    intake.stored().forEach(arrival -> attempted.add(arrival.entry().id()));
    if (!intake.stored().isEmpty()) {
      write(connection, intake.stored(), intake.heads());
    }
    for (ForkProof proof : intake.forks().values()) {
      keep(connection, proof);
    }
    earlier.addAll(intake.stored());
    return new Outcome(results, earlier, List.copyOf(intake.forks().values()));
  }

  private static void lockWriters(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(hashtext('klatch log writer ' || current_schema()))");
    }
  }

  private static long lastPosition(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT coalesce(max(position), 0) FROM entry")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void write(Connection connection, List<Arrival> arrivals, Map<LogId, Head> heads)
      throws SQLException {
    Map<LogId, Long> logIds = new HashMap<>();
    String sql = """
        INSERT INTO log (topic, device, height, head_id, head_millis) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (topic, device) DO UPDATE
        SET height = excluded.height, head_id = excluded.head_id, head_millis = excluded.head_millis
        RETURNING log_id""";
    try (PreparedStatement upsert = connection.prepareStatement(sql)) {
      for (Map.Entry<LogId, Head> changed : heads.entrySet()) {
        Head head = changed.getValue();
        upsert.setBytes(1, changed.getKey().topic().bytes());
        upsert.setBytes(2, changed.getKey().device().bytes());
        upsert.setLong(3, head.sequence());
        upsert.setBytes(4, head.id().bytes());
        upsert.setLong(5, head.timestampMillis());
        try (ResultSet row = upsert.executeQuery()) {
          row.next();
          logIds.put(changed.getKey(), row.getLong(1));
        }
      }
    }
    EntryCopy.insert(connection, arrivals, logIds);
  }

  @Override
  public Optional<Rejection> ingest(ForkProof proof) {
    Optional<Rejection> wrong = EntryRules.checkSignature(proof.first())
        .or(() -> EntryRules.checkSignature(proof.second()));
    if (wrong.isPresent()) {
      return wrong;
    }
    boolean[] attempted = new boolean[1];
    writer.lock();
    try {
      boolean news = writing(connection -> {
        lockWriters(connection);
        boolean kept = keep(connection, proof);
        // The second of two attempts changes nothing if the first one's commit had gone through; it was news anyway.
        attempted[0] |= kept;
        return attempted[0];
      });
      if (news) {
        announcer.forked(proof);
      }
    } finally {
      writer.unlock();
    }
    return Optional.empty();
  }

  /** @return false if an earlier or equal fork of this log is known */
  private static boolean keep(Connection connection, ForkProof proof) throws SQLException {
    String sql = """
        INSERT INTO fork (topic, device, sequence, first_header, second_header) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (topic, device) DO UPDATE
        SET sequence = excluded.sequence, first_header = excluded.first_header, second_header = excluded.second_header
        WHERE fork.sequence > excluded.sequence""";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setBytes(1, proof.log().topic().bytes());
      insert.setBytes(2, proof.log().device().bytes());
      insert.setLong(3, proof.sequence());
      insert.setBytes(4, proof.first().bytes());
      insert.setBytes(5, proof.second().bytes());
      return insert.executeUpdate() > 0;
    }
  }

  /** Binds the parameters of a statement. */
  private interface Binding {
    void to(PreparedStatement statement) throws SQLException;
  }

  /** Makes a value of a row. */
  private interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private static <T> List<T> select(Connection connection, String sql, Binding binding, RowReader<T> reader)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      binding.to(statement);
      List<T> values = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          values.add(reader.read(rows));
        }
      }
      return values;
    }
  }

  private <T> List<T> select(String sql, Binding binding, RowReader<T> reader) {
    return transactions.run(connection -> select(connection, sql, binding, reader));
  }

  private static Optional<Arrival> find(Connection connection, EntryId id) throws SQLException {
    return select(connection, "SELECT header, payload, position FROM entry WHERE id = ?",
        statement -> statement.setBytes(1, id.bytes()), PostgresLogStore::arrival).stream().findFirst();
  }

  private static Arrival arrival(ResultSet row) throws SQLException {
    return new Arrival(row.getLong(3), entry(row));
  }

  /** The first two columns of a row are header and payload. */
  private static Entry entry(ResultSet row) throws SQLException {
    return new Entry(PostgresHeld.header(row.getBytes(1)), row.getBytes(2));
  }

  @Override
  public Map<DeviceId, Height> heights(TopicId topic) {
    String sql = """
        SELECT log.device, log.height, log.head_id, cut.sequence, cut.id, fork.sequence FROM log
        LEFT JOIN fork ON fork.topic = log.topic AND fork.device = log.device AND fork.sequence <= log.height
        LEFT JOIN entry cut ON cut.log_id = log.log_id AND cut.sequence = fork.sequence - 1
        WHERE log.topic = ?""";
    Map<DeviceId, Height> heights = new TreeMap<>();
    select(sql, statement -> statement.setBytes(1, topic.bytes()), PostgresLogStore::reach).forEach(
        reach -> reach.height().ifPresent(height -> heights.put(reach.device(), height)));
    return heights;
  }

  /** How far one log reaches; nothing if it is forked at its first entry. */
  private record Reach(DeviceId device, Optional<Height> height) {}

  private static Reach reach(ResultSet row) throws SQLException {
    DeviceId device = new DeviceId(row.getBytes(1));
    row.getLong(6);
    boolean forked = !row.wasNull();
    if (!forked) {
      return new Reach(device, Optional.of(new Height(row.getLong(2), new EntryId(row.getBytes(3)))));
    }
    byte[] cut = row.getBytes(5);
    return new Reach(device,
        cut == null ? Optional.empty() : Optional.of(new Height(row.getLong(4), new EntryId(cut))));
  }

  @Override
  public List<Entry> read(LogId log, long fromSequence, int limit) {
    String sql = """
        SELECT header, payload FROM entry WHERE log_id = (SELECT log_id FROM log WHERE topic = ? AND device = ?)
        AND sequence >= ? ORDER BY sequence LIMIT ?""";
    return select(sql, statement -> {
      statement.setBytes(1, log.topic().bytes());
      statement.setBytes(2, log.device().bytes());
      statement.setLong(3, fromSequence);
      statement.setInt(4, limit);
    }, PostgresLogStore::entry);
  }

  @Override
  public Optional<Entry> entry(EntryId id) {
    return transactions.run(connection -> find(connection, id)).map(Arrival::entry);
  }

  @Override
  public List<Arrival> arrivals(long afterPosition, int limit) {
    return select("SELECT header, payload, position FROM entry WHERE position > ? ORDER BY position LIMIT ?",
        statement -> {
          statement.setLong(1, afterPosition);
          statement.setInt(2, limit);
        }, PostgresLogStore::arrival);
  }

  @Override
  public long lastPosition() {
    return transactions.run(PostgresLogStore::lastPosition);
  }

  @Override
  public long changes() {
    return changes.get();
  }

  @Override
  public List<ForkProof> forks(TopicId topic) {
    return select("SELECT first_header, second_header FROM fork WHERE topic = ? ORDER BY device",
        statement -> statement.setBytes(1, topic.bytes()),
        row -> new ForkProof(PostgresHeld.header(row.getBytes(1)), PostgresHeld.header(row.getBytes(2))));
  }

  @Override
  public Set<TopicId> topics() {
    return new TreeSet<>(select("SELECT topic FROM log UNION SELECT topic FROM fork", statement -> {
    }, row -> new TopicId(row.getBytes(1))));
  }

  @Override
  public Subscription subscribe(Listener listener) {
    return announcer.subscribe(listener);
  }

  /** Ends the calls to the listeners; the database is its owner's to close. */
  @Override
  public void close() {
    announcer.close();
  }
}
