package klatch.libp2p.yamux;

import klatch.libp2p.Limits;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.StreamResetException;
import org.jspecify.annotations.Nullable;

/** Takes the byte stream of a yamux session apart into frames and hands them to their streams. Only the session's reader calls it. */
public final class YamuxReceiver {
  private final YamuxSession session;
  private final FloodGauge flood = new FloodGauge(Limits.EMPTY_FRAME_BURST, Limits.EMPTY_FRAMES_PER_SECOND);
  private final byte[] header = new byte[YamuxFrame.HEADER_BYTES];
  private int headerBytes;
  private long payloadLeft;
  private boolean finishes;
  private @Nullable YamuxStream target;

  public YamuxReceiver(YamuxSession session) {
    this.session = session;
  }

  public void receive(byte[] bytes, int offset, int length) throws MalformedMessageException {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      if (payloadLeft > 0) {
        int count = (int) Math.min(payloadLeft, end - at);
        if (target != null) {
          target.deliver(bytes, at, count);
        }
        payloadLeft -= count;
        at += count;
        endPayload();
      } else {
        int count = Math.min(YamuxFrame.HEADER_BYTES - headerBytes, end - at);
        System.arraycopy(bytes, at, header, headerBytes, count);
        headerBytes += count;
        at += count;
        if (headerBytes == YamuxFrame.HEADER_BYTES) {
          headerBytes = 0;
          frame(YamuxFrame.read(header, 0));
        }
      }
    }
  }

  private void frame(YamuxFrame frame) throws MalformedMessageException {
    switch (frame.type()) {
      case YamuxFrame.DATA, YamuxFrame.WINDOW_UPDATE -> streamFrame(frame);
      case YamuxFrame.PING -> ping(frame);
      case YamuxFrame.GO_AWAY -> session.goAway(frame.length());
      default -> throw new MalformedMessageException("yamux frame type " + frame.type());
    }
  }

  private void ping(YamuxFrame frame) throws MalformedMessageException {
    flood.count("pings");
    if (frame.has(YamuxFrame.SYN)) {
      session.control(new YamuxFrame(YamuxFrame.PING, YamuxFrame.ACK, 0, frame.length()));
    } else {
      session.pong(frame.length());
    }
  }

  private void streamFrame(YamuxFrame frame) throws MalformedMessageException {
    int id = frame.streamId();
    YamuxStream stream = frame.has(YamuxFrame.SYN) ? opened(id) : session.stream(id);
    if (stream == null && session.isOurs(id) && !session.wasOpenedByUs(id)) {
      throw new MalformedMessageException(
          "frame for stream " + Integer.toUnsignedString(id) + ", which nobody has opened");
    }
    boolean data = frame.type() == YamuxFrame.DATA;
    if (frame.length() == 0 && (stream == null || !stream.isNews(frame.flags()))) {
      flood.count("empty frames");
    }
    if (stream != null && frame.has(YamuxFrame.ACK)) {
      stream.acknowledged();
    }
    if (stream != null && frame.has(YamuxFrame.RST)) {
      stream.fail(new StreamResetException("the peer reset the stream"));
      stream = null;
    }
    if (data) {
      startPayload(frame, stream);
    } else if (stream != null) {
      // With RST this field may hold an error code, and never a window; the stream is gone then.
      stream.granted(frame.length());
      if (frame.has(YamuxFrame.FIN)) {
        stream.remoteFinished();
      }
    }
  }

  private @Nullable YamuxStream opened(int id) throws MalformedMessageException {
    if (id == 0 || session.isOurs(id)) {
      throw new MalformedMessageException(
          "the peer opened stream " + Integer.toUnsignedString(id) + ", an id of our side");
    }
    if (session.stream(id) != null) {
      throw new MalformedMessageException("the peer opened stream " + Integer.toUnsignedString(id) + " twice");
    }
    YamuxStream stream = session.accept(id);
    if (stream == null) {
      flood.count("streams above the limit");
    }
    return stream;
  }

  private void startPayload(YamuxFrame frame, @Nullable YamuxStream stream) throws MalformedMessageException {
    if (stream != null) {
      stream.announce(frame.length());
    } else if (frame.length() > Limits.MAX_WINDOW_BYTES) {
      throw new MalformedMessageException(
          "data frame of " + frame.length() + " bytes for a closed stream, at most " + Limits.MAX_WINDOW_BYTES);
    }
    target = stream;
    payloadLeft = frame.length();
    finishes = frame.has(YamuxFrame.FIN);
    endPayload();
  }

  private void endPayload() {
    if (payloadLeft == 0) {
      if (finishes && target != null) {
        target.remoteFinished();
      }
      target = null;
      finishes = false;
    }
  }
}
