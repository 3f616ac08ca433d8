package klatch.libp2p.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import klatch.libp2p.transport.MemoryConnection;
import klatch.libp2p.transport.RawBytes;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class WebSocketPropertyTest {
  private static final int LONGEST = 70_000;

  @Property(tries = 200)
  void whatOneEndWritesIsWhatTheOtherReadsHoweverItIsCut(@ForAll boolean client,
      @ForAll @Size(max = 8) List<@IntRange(max = LONGEST) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 5000) int atOnce)
      throws IOException {
    MemoryConnection wire = new MemoryConnection(new byte[0], 1);
    WebSocketConnection writer = new WebSocketConnection(new RawBytes(wire), client);
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    for (int length : lengths) {
      byte[] bytes = new byte[length];
      for (int i = 0; i < length; i++) {
        bytes[i] = (byte) (sent.size() + i * 7);
      }
      writer.write(bytes, 0, length);
      sent.writeBytes(bytes);
    }
    writer.endOutput();

    WebSocketConnection reader = new WebSocketConnection(new RawBytes(new MemoryConnection(wire.answered(), atOnce)),
        !client);
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    for (int count = reader.read(buffer, 0, buffer.length); count >= 0; count = reader.read(buffer, 0, 4096)) {
      received.write(buffer, 0, count);
    }
    assertThat(received.toByteArray()).isEqualTo(sent.toByteArray());
  }
}
