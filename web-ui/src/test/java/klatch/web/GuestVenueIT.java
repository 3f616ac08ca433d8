package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import klatch.regtest.browser.Chromium;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The guests' page on a venue's network, over plain http and not on loopback: a network namespace with an address of its own, a
 * second one for a phone, and a cable between; both end with the processes in them.
 */
@Timeout(120)
final class GuestVenueIT {
  private static final String ADDRESS = "10.77.0.1";
  private static final String NETWORK = """
      set -e
      mount -t tmpfs tmpfs /run
      ip link set lo up
      ip netns add phone
      ip link add venue type veth peer name wlan netns phone
      ip addr add 10.77.0.1/24 dev venue
      ip link set venue up
      ip -n phone addr add 10.77.0.2/24 dev wlan
      ip -n phone link set wlan up
      """;
  private static final String HOST = "exec $HOST\n";

  @Test
  void aPhoneOfTheVenueFindsThePageOfTheEventAndNothingElse(@TempDir Path directory) throws Exception {
    Process trial = inNamespace(directory, NETWORK);
    String said = said(trial);
    Assumptions.assumeTrue(trial.waitFor() == 0, "needs the right to make network namespaces (unshare, ip): " + said);
    Assumptions.assumeTrue(Chromium.installed(), "needs Chromium on the PATH");

    Process process = inNamespace(directory, NETWORK + HOST);
    try {
      String told = said(process);
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(told).isZero();
      assertThat(told.lines()).contains("the guests' page is at http://" + ADDRESS + ":8480/", "phone: / 200",
          "phone: /api/v1/event 200", "phone: /api/v1/status 404", "phone: /api/v1/wallet 404",
          "phone: the owner's API cannot be reached", "secure context: false, web crypto: false, camera: false",
          "the door's code leads to http://" + ADDRESS + ":8480/", "present: true", "faults: []");
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static String said(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static Process inNamespace(Path directory, String script) throws IOException {
    Path file = Files.writeString(directory.resolve("script"), script);
    ProcessBuilder builder = new ProcessBuilder(List.of("unshare", "-rnm", "sh", file.toString()))
        .redirectErrorStream(true);
    builder.environment().put("HOST", Path.of(System.getProperty("java.home"), "bin", "java")
        + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -D" + Chromium.VENUE + "=" + ADDRESS + " "
        + GuestVenue.class.getName() + " host");
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder.start();
  }
}
