package klatch.libp2p.dcutr;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two hosts behind NATs of their own, and a relay between: five network namespaces that end with the processes in them. The NATs let
 * nothing in that nobody inside has asked for.
 */
@Timeout(120)
class DcutrNatIT {
  private static final String NAMESPACES = """
      set -e
      mount -t tmpfs tmpfs /run
      sysctl -qw net.ipv4.ip_forward=1
      ip link set lo up
      ip addr add 192.0.2.1/32 dev lo
      # home NAME INSIDE OUTSIDE GATEWAY: a host behind a NAT
      home() {
        ip netns add "$1"
        ip netns add "$1nat"
        ip link add "$1wan" type veth peer name wan netns "$1nat"
        ip -n "$1nat" link add lan type veth peer name eth netns "$1"
        ip addr add "$4/24" dev "$1wan"
        ip link set "$1wan" up
        ip -n "$1nat" addr add "$3/24" dev wan
        ip -n "$1nat" addr add "$2.1/24" dev lan
        ip -n "$1nat" link set wan up
        ip -n "$1nat" link set lan up
        ip -n "$1nat" route add default via "$4"
        ip -n "$1" addr add "$2.2/24" dev eth
        ip -n "$1" link set lo up
        ip -n "$1" link set eth up
        ip -n "$1" route add default via "$2.1"
        ip netns exec "$1nat" sysctl -qw net.ipv4.ip_forward=1
        ip netns exec "$1nat" nft -f - <<END
      table ip nat {
        chain out { type nat hook postrouting priority 100; oifname "wan" masquerade; }
        chain in { type filter hook input priority 0; iifname "wan" ct state new,invalid drop; }
        chain through { type filter hook forward priority 0; iifname "wan" ct state new,invalid drop; }
      }
      END
      }
      home a 10.1.0 203.0.113.2 203.0.113.1
      home b 10.2.0 198.51.100.2 198.51.100.1
      """;

  private static final String PEERS = """
      mkfifo "$DIR/relay" "$DIR/hidden"
      $PEER relay "$DIR/relay" &
      relay=$!
      ip netns exec b $PEER hidden "$DIR/relay" "$DIR/hidden" &
      hidden=$!
      code=0
      ip netns exec a $PEER dialler "$DIR/hidden" || code=$?
      kill $relay $hidden
      exit $code
      """;

  @Test
  void twoHostsBehindNatsAreConnectedDirectlyAfterTheyHaveMetAtARelay(@TempDir Path directory) throws Exception {
    Process trial = inNamespace(directory, NAMESPACES);
    String said = said(trial);
    Assumptions.assumeTrue(trial.waitFor() == 0,
        "needs the right to make network namespaces and NATs (unshare, ip, nft, sysctl): " + said);

    Process process = inNamespace(directory, NAMESPACES + PEERS);
    try {
      String told = said(process);
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(told).isZero();
      assertThat(told).contains("the NAT is closed", "direct to /ip4/198.51.100.2/tcp/4001");
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
    builder.environment().put("DIR", directory.toString());
    builder.environment().put("PEER", Path.of(System.getProperty("java.home"), "bin", "java")
        + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC " + DcutrPeer.class.getName());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder.start();
  }
}
