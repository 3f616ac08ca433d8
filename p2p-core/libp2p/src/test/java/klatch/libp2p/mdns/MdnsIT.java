package klatch.libp2p.mdns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Multicast on a loopback interface of its own: a network namespace that ends with the process in it. */
@Timeout(90)
class MdnsIT {
  private static final String SETUP = "ip link set lo up multicast on && ip route add 224.0.0.0/4 dev lo";

  @Test
  void twoHostsFindEachOtherAndAFloodOfPacketsChangesNothing() throws Exception {
    Assumptions.assumeTrue(inNamespace(SETUP).waitFor() == 0,
        "needs the right to make a network namespace with multicast (unshare -rn, ip)");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process = inNamespace(SETUP + " && exec '" + java + "' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '"
        + System.getProperty("java.class.path") + "' " + MdnsNeighbours.class.getName());
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(80, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(said).isZero();
      assertThat(said.lines().toList()).contains("first found second", "second found first", "after the flood, third");
    } finally {
      process.destroyForcibly();
    }
  }

  private static Process inNamespace(String script) throws IOException {
    return new ProcessBuilder(List.of("unshare", "-rn", "sh", "-c", script)).redirectErrorStream(true).start();
  }
}
