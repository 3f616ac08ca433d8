package klatch.libp2p.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ByteQueuePropertyTest {
  /** Positive steps append so many bytes, negative ones take up to so many. */
  @Property(tries = 300)
  void whatGoesInComesOutInOrder(@ForAll @Size(max = 60) List<@IntRange(min = -3000, max = 3000) Integer> steps) {
    ByteQueue queue = new ByteQueue();
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int step : steps) {
      if (step > 0) {
        byte[] bytes = new byte[step];
        for (int i = 0; i < step; i++) {
          bytes[i] = (byte) (in.size() + i);
        }
        queue.append(bytes, 0, step);
        in.writeBytes(bytes);
      } else {
        byte[] bytes = new byte[-step];
        int before = queue.size();
        int taken = queue.take(bytes, 0, bytes.length);
        assertThat(taken).isEqualTo(Math.min(before, bytes.length));
        out.write(bytes, 0, taken);
      }
      assertThat(queue.size()).isEqualTo(in.size() - out.size());
    }
    byte[] rest = new byte[queue.size()];
    queue.take(rest, 0, rest.length);
    out.writeBytes(rest);
    assertThat(out.toByteArray()).isEqualTo(in.toByteArray());
  }
}
