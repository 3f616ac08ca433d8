package klatch.log;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Writes entries with PostgreSQL's binary COPY, the fastest way in (PostgreSQL manual, COPY, "Binary Format"). */
final class EntryCopy {
  private static final String STATEMENT = "COPY entry (position, log_id, sequence, id, header, payload) FROM STDIN BINARY";
  private static final byte[] SIGNATURE = "PGCOPY\n\u00ff\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
  private static final int FIELDS = 6;
  private static final int CHUNK_BYTES = 256 * 1024;

  private EntryCopy() {}

  static void insert(Connection connection, List<Arrival> arrivals, Map<LogId, Long> logIds) throws SQLException {
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(STATEMENT);
    try {
      ByteArrayOutputStream chunk = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(chunk);
      out.write(SIGNATURE);
      out.writeLong(0);
      for (Arrival arrival : arrivals) {
        Long logId = logIds.get(arrival.entry().log());
        if (logId == null) {
          throw new IllegalStateException("no row for the log of " + arrival.entry());
        }
        row(out, arrival, logId);
        if (chunk.size() > CHUNK_BYTES) {
          copy.writeToCopy(chunk.toByteArray(), 0, chunk.size());
          chunk.reset();
        }
      }
      out.writeShort(-1);
      copy.writeToCopy(chunk.toByteArray(), 0, chunk.size());
      copy.endCopy();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private static void row(DataOutputStream out, Arrival arrival, long logId) throws IOException {
    Entry entry = arrival.entry();
    out.writeShort(FIELDS);
    number(out, arrival.position());
    number(out, logId);
    number(out, entry.sequence());
    bytes(out, entry.id().bytes());
    bytes(out, entry.header().bytes());
    bytes(out, entry.rawPayload());
  }

  private static void number(DataOutputStream out, long value) throws IOException {
    out.writeInt(Long.BYTES);
    out.writeLong(value);
  }

  private static void bytes(DataOutputStream out, byte[] value) throws IOException {
    out.writeInt(value.length);
    out.write(value);
  }
}
