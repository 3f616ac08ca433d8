package klatch.log;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.wire.Varint;

/** Bytes of the sync frames, without the length in front (docs/spec/sync.md). Every count and length has a bound. */
final class SyncWire {
  /** Fits one entry of the largest size with room for a run of small ones; what a hostile peer can make us hold. */
  static final int MAX_FRAME_BYTES = 256 * 1024;
  /** Logs in one heights frame; more go into further frames. */
  static final int MAX_LOGS_PER_FRAME = 2_000;
  /** Entries in one run. */
  static final int MAX_ENTRIES_PER_RUN = 256;
  /** Longest reason of a goodbye, in bytes. */
  static final int MAX_REASON_BYTES = 512;

  /** Some ten thousand years. */
  private static final long MAX_MILLIS = 1L << 48;

  private static final int HEIGHTS = 1;
  private static final int ENTRIES = 2;
  private static final int FORK = 3;
  private static final int HEARTBEAT = 4;
  private static final int GOODBYE = 5;

  private SyncWire() {}

  static byte[] encode(SyncMessage message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    switch (message) {
      case SyncMessage.Heights heights -> encode(out, heights);
      case SyncMessage.Entries entries -> encode(out, entries.run());
      case SyncMessage.Fork fork -> {
        out.write(FORK);
        chunk(out, fork.proof().first().bytes());
        chunk(out, fork.proof().second().bytes());
      }
      case SyncMessage.Heartbeat() -> out.write(HEARTBEAT);
      case SyncMessage.Goodbye(String reason) -> {
        out.write(GOODBYE);
        out.writeBytes(reason.getBytes(StandardCharsets.UTF_8));
      }
    }
    return out.toByteArray();
  }

  private static void encode(ByteArrayOutputStream out, SyncMessage.Heights heights) {
    out.write(HEIGHTS);
    out.writeBytes(heights.topic().bytes());
    out.writeBytes(Varint.encode(heights.logs().size()));
    for (SyncMessage.LogHeight log : heights.logs()) {
      out.writeBytes(log.device().bytes());
      out.writeBytes(Varint.encode(log.height().map(Height::sequence).orElse(0L)));
      log.height().ifPresent(height -> out.writeBytes(height.head().bytes()));
    }
  }

  private static void encode(ByteArrayOutputStream out, List<Entry> run) {
    EntryHeader first = run.getFirst().header();
    out.write(ENTRIES);
    out.writeBytes(first.topic().bytes());
    out.writeBytes(first.device().bytes());
    out.writeBytes(Varint.encode(first.sequence()));
    first.backlink().ifPresent(backlink -> out.writeBytes(backlink.bytes()));
    out.writeBytes(Varint.encode(run.size()));
    long time = 0;
    for (Entry entry : run) {
      EntryHeader header = entry.header();
      out.writeBytes(Varint.encode(header.timestampMillis() - time));
      time = header.timestampMillis();
      out.write(header.flags());
      chunk(out, header.payloadType().getBytes(StandardCharsets.US_ASCII));
      out.writeBytes(header.signature());
      chunk(out, entry.rawPayload());
    }
  }

  private static void chunk(ByteArrayOutputStream out, byte[] bytes) {
    out.writeBytes(Varint.encode(bytes.length));
    out.writeBytes(bytes);
  }

  /** @throws MalformedMessageException if the bytes are not one frame, within the bounds and nothing behind it */
  static SyncMessage decode(byte[] frame) throws MalformedMessageException {
    ByteBuffer in = ByteBuffer.wrap(frame);
    int type = in.hasRemaining() ? in.get() : 0;
    SyncMessage message = switch (type) {
      case HEIGHTS -> heights(in);
      case ENTRIES -> entries(in);
      case FORK -> fork(in);
      case HEARTBEAT -> new SyncMessage.Heartbeat();
      case GOODBYE -> new SyncMessage.Goodbye(reason(in));
      default -> throw new MalformedMessageException("sync frame of unknown type " + type);
    };
    if (in.hasRemaining()) {
      throw new MalformedMessageException(in.remaining() + " bytes too many in a sync frame of type " + type);
    }
    return message;
  }

  private static SyncMessage heights(ByteBuffer in) throws MalformedMessageException {
    TopicId topic = new TopicId(bytes(in, Bytes32.LENGTH));
    int count = number(in, 0, MAX_LOGS_PER_FRAME, "logs");
    List<SyncMessage.LogHeight> logs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      DeviceId device = new DeviceId(bytes(in, Bytes32.LENGTH));
      long sequence = sequence(in, 0);
      Optional<Height> height = sequence == 0
          ? Optional.empty()
          : Optional.of(new Height(sequence, new EntryId(bytes(in, Bytes32.LENGTH))));
      logs.add(new SyncMessage.LogHeight(device, height));
    }
    return new SyncMessage.Heights(topic, logs);
  }

  private static SyncMessage entries(ByteBuffer in) throws MalformedMessageException {
    TopicId topic = new TopicId(bytes(in, Bytes32.LENGTH));
    LogId log = new LogId(new DeviceId(bytes(in, Bytes32.LENGTH)), topic);
    long sequence = sequence(in, 1);
    Optional<EntryId> backlink = sequence == 1 ? Optional.empty() : Optional.of(new EntryId(bytes(in, Bytes32.LENGTH)));
    int count = number(in, 1, MAX_ENTRIES_PER_RUN, "entries");
    List<Entry> run = new ArrayList<>(count);
    long time = 0;
    for (int i = 0; i < count; i++) {
      time += duration(in);
      int flags = bytes(in, 1)[0] & 0xff;
      String type = new String(bytes(in, number(in, 1, EntryHeader.MAX_TYPE_LENGTH, "bytes of type")),
          StandardCharsets.ISO_8859_1);
      byte[] signature = bytes(in, EntryHeader.SIGNATURE_BYTES);
      byte[] payload = bytes(in, number(in, 0, EntryHeader.MAX_PAYLOAD_BYTES, "bytes of payload"));
      EntryContent content = new EntryContent(type, payload, flags, time);
      Entry entry = new Entry(EntryHeader.assemble(log, sequence + i, backlink, content, signature), payload);
      backlink = Optional.of(entry.id());
      run.add(entry);
    }
    return new SyncMessage.Entries(run);
  }

  private static SyncMessage fork(ByteBuffer in) throws MalformedMessageException {
    EntryHeader first = EntryHeader.decode(bytes(in, number(in, 1, EntryHeader.MAX_BYTES, "bytes of header")));
    EntryHeader second = EntryHeader.decode(bytes(in, number(in, 1, EntryHeader.MAX_BYTES, "bytes of header")));
    try {
      return new SyncMessage.Fork(new ForkProof(first, second));
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("a sync frame says fork and shows none: " + e.getMessage(), e);
    }
  }

  private static String reason(ByteBuffer in) throws MalformedMessageException {
    if (in.remaining() > MAX_REASON_BYTES) {
      throw new MalformedMessageException("a reason of " + in.remaining() + " bytes, at most " + MAX_REASON_BYTES);
    }
    return new String(bytes(in, in.remaining()), StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "?");
  }

  private static byte[] bytes(ByteBuffer in, int length) throws MalformedMessageException {
    if (in.remaining() < length) {
      throw new MalformedMessageException(
          "a sync frame ends " + (length - in.remaining()) + " bytes before a field of " + length);
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static long sequence(ByteBuffer in, long min) throws MalformedMessageException {
    long sequence = Varint.read(in);
    if (sequence < min || sequence > EntryHeader.MAX_SEQUENCE - MAX_ENTRIES_PER_RUN) {
      throw new MalformedMessageException("sequence " + sequence + " in a sync frame is out of bounds");
    }
    return sequence;
  }

  /** A time, or the time since the entry before; so bounded that a run's sum cannot overflow. */
  private static long duration(ByteBuffer in) throws MalformedMessageException {
    long millis = Varint.read(in);
    if (millis > MAX_MILLIS) {
      throw new MalformedMessageException("a time of " + millis + " ms in a sync frame, at most " + MAX_MILLIS);
    }
    return millis;
  }

  private static int number(ByteBuffer in, int min, int max, String what) throws MalformedMessageException {
    long value = Varint.read(in);
    if (value < min || value > max) {
      throw new MalformedMessageException(value + " " + what + " in a sync frame, allowed are " + min + " to " + max);
    }
    return (int) value;
  }
}
