package klatch.libp2p.interop;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import klatch.libp2p.Echo;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;

/** Our side of the trials: a host that serves what the strangers serve, and the bytes both can make. */
final class OurHost {
  static final String ECHO = "/klatch-test/echo/1.0.0";
  static final String COUNT = "/klatch-test/count/1.0.0";
  static final String RESET = "/klatch-test/reset/1.0.0";
  static final String AGENT = "klatch-test";

  private OurHost() {
  }

  static Libp2pHost start() {
    return start(HostOptions.of(Ed25519Key.generate()).listen(Strangers.TCP));
  }

  static Libp2pHost start(HostOptions options) {
    Libp2pHost host = Libp2pHost.create(options.agentVersion(AGENT));
    host.handle(ECHO, Echo::answer);
    host.handle(COUNT, stream -> {
      int count = stream.input().readAllBytes().length;
      stream.output().write(Integer.toString(count).getBytes(StandardCharsets.UTF_8));
    });
    host.handle(RESET, stream -> {
      stream.input().read();
      stream.reset();
    });
    return host;
  }

  /** Byte i is (i * 31 + (i &gt;&gt; 8) * 17) mod 256, as the strangers make them. */
  static byte[] pattern(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8) * 17);
    }
    return bytes;
  }

  static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  static String address(Host host) {
    return host.listenAddresses().getFirst().toString();
  }

  /** Has the stranger dial us, and gives the arguments of a command about us. */
  static Map<String, Object> dialledBy(Stranger stranger, Host host) throws Exception {
    stranger.ask("dial", Map.of("addr", address(host)));
    return Map.of("peer", host.id().toString());
  }
}
