package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import klatch.commitments.LightningException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The library loads, and whatever it is given it answers in words: nothing hostile ends the process. */
final class LdkNativeTest {
  private static final long NO_SUCH_NODE = Long.MAX_VALUE;

  @BeforeAll
  static void onlyWhereALibraryIs() {
    assumeTrue(
        System.getProperty(LdkLibrary.PATH_PROPERTY) != null || LdkLibrary
            .platform(System.getProperty("os.name", ""), System.getProperty("os.arch", "")).equals("linux-x86_64"),
        "no Lightning library is carried for this platform");
  }

  @Test
  void requestsThatAreNoneAreRefusedInWords() throws IOException {
    for (String bad : List.of("", "{", "[]", "{}", "null", "\u0000", "{\"do\":\"no such thing\"}", "{\"do\":\"fail\"}",
        "{\"do\":\"fail\",\"hash\":7}", "{\"do\":\"info\",\"more\":1}", "[".repeat(100_000))) {
      JsonNode answer = LdkNode.JSON
          .readTree(LdkNative.library().call(NO_SUCH_NODE, bad.getBytes(StandardCharsets.UTF_8)));
      assertThat(answer.path("error").asText()).as(bad).startsWith("the request: ");
      assertThat(answer.path("badRequest").asBoolean()).isTrue();
    }
  }

  @Test
  void aHandleThatWasNeverGivenIsRefusedByEveryFunction() {
    LdkNative library = LdkNative.library();
    byte[] info = "{\"do\":\"info\"}".getBytes(StandardCharsets.UTF_8);
    for (byte[] answer : List.of(library.call(NO_SUCH_NODE, info), library.nextEvent(NO_SUCH_NODE, 0),
        library.eventHandled(NO_SUCH_NODE, 0), library.waitDirty(NO_SUCH_NODE, 0, 0), library.snapshot(NO_SUCH_NODE),
        library.persisted(NO_SUCH_NODE, 0), library.stop(NO_SUCH_NODE), library.drop(NO_SUCH_NODE))) {
      assertThat(new String(answer, StandardCharsets.UTF_8)).contains("no node has the handle");
    }
  }

  @Test
  void anOversizeRequestIsRefusedUnread() {
    byte[] answer = LdkNative.library().call(NO_SUCH_NODE, new byte[2_000_000]);
    assertThat(new String(answer, StandardCharsets.UTF_8)).contains("1048576");
  }

  @Test
  void aConfigurationWithAnythingMissingWrongOrUnknownIsRefused() {
    ObjectNode good = config(1);
    for (String field : List.of("network", "seed", "listenPort", "rpcHost", "sweepScript", "pollMillis")) {
      ObjectNode less = good.deepCopy();
      less.remove(field);
      assertThatThrownBy(() -> LdkNode.start(less, Map.of())).as(field).isInstanceOf(IllegalArgumentException.class);
    }
    for (ObjectNode bad : List.of(good.deepCopy().put("network", "elsewhere"), good.deepCopy().put("seed", "00"),
        good.deepCopy().put("seed", "ä".repeat(32)), good.deepCopy().put("listenPort", 65_536),
        good.deepCopy().put("more", 1), good.deepCopy().put("sweepScript", "0"),
        good.deepCopy().put("alias", "x".repeat(200)))) {
      assertThatThrownBy(() -> LdkNode.start(bad, Map.of())).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aStateCutShortIsRefused() {
    byte[] config = config(1).toString().getBytes(StandardCharsets.UTF_8);
    byte[] state = LdkCut.state(Map.of("manager", new byte[10]));
    byte[] answer = LdkNative.library().start(config, java.util.Arrays.copyOf(state, state.length - 1));
    assertThat(new String(answer, StandardCharsets.UTF_8)).contains("ends in the middle");
  }

  @Test
  void withoutAChainANodeDoesNotStartAndSaysSo() throws IOException {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
    assertThatThrownBy(() -> LdkNode.start(config(nobody), Map.of())).isInstanceOf(LightningException.class)
        .hasMessageContaining("the chain does not answer").extracting(e -> ((LightningException) e).retrySafe())
        .isEqualTo(true);
  }

  private static ObjectNode config(int chainPort) {
    return LdkMessages.config(
        new LdkConfig(Network.REGTEST, "test", new Seed(new byte[32]),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new ChainRpc(URI.create("http://127.0.0.1:" + chainPort + "/"), "user", "password", Duration.ofSeconds(1)),
            ChannelPolicy.regtestLeaf()),
        new byte[22]);
  }
}
