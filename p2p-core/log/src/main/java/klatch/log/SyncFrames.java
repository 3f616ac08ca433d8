package klatch.log;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Stream;
import klatch.libp2p.wire.Varint;

/** Reads and writes sync frames on a stream: a varint length, then that many bytes. One reader and one writer. */
final class SyncFrames {
  /** A live peer sends at least a heartbeat in this time, and takes what is sent to it. */
  static final Duration SILENCE_LIMIT = Duration.ofSeconds(60);
  /** The slowest link we serve brings one frame in this time; a peer that drips bytes is cut off. */
  static final Duration FRAME_LIMIT = Duration.ofSeconds(60);

  private final InputStream in;
  private final OutputStream out;

  SyncFrames(Stream stream) {
    stream.timeout(SILENCE_LIMIT);
    this.in = stream.input();
    this.out = stream.output();
  }

  /**
   * Blocks until a frame is there.
   *
   * @throws EOFException if the peer has closed its side
   */
  SyncMessage read() throws IOException, MalformedMessageException {
    int length = Varint.readLength(in, SyncWire.MAX_FRAME_BYTES);
    long deadline = System.nanoTime() + FRAME_LIMIT.toNanos();
    byte[] frame = new byte[length];
    int filled = 0;
    while (filled < length) {
      int got = in.read(frame, filled, length - filled);
      if (got < 0) {
        throw new EOFException("the peer closed the sync inside a frame");
      }
      filled += got;
      if (filled < length && System.nanoTime() > deadline) {
        throw new MalformedMessageException(
            "a frame of " + length + " bytes takes longer than " + FRAME_LIMIT.toSeconds()
                + " s, only " + filled + " came");
      }
    }
    return SyncWire.decode(frame);
  }

  /** Blocks while the peer does not take what was sent before. */
  void write(SyncMessage message) throws IOException {
    byte[] body = SyncWire.encode(message);
    byte[] length = Varint.encode(body.length);
    byte[] frame = new byte[length.length + body.length];
    System.arraycopy(length, 0, frame, 0, length.length);
    System.arraycopy(body, 0, frame, length.length, body.length);
    out.write(frame);
    out.flush();
  }
}
