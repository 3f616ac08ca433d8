package klatch.lightning.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import klatch.lightning.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckedChainTest {
  private static final String REGTEST_GENESIS = "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd"
      + "7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f2002000000";
  private static final String MAINNET_GENESIS = "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd"
      + "7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";
  private static final int MAINNET_FIRST_BITS = 0x1d00ffff;

  @TempDir
  Path directory;

  private final Headers source = new Headers();

  /** A chain of headers that the test mines, and nothing else. */
  private static final class Headers implements ChainSource {
    private final Map<String, BlockHeader> known = new HashMap<>();
    private List<BlockHeader> chain = new ArrayList<>(List.of(parsed(REGTEST_GENESIS)));

    Headers() {
      known.put(chain.getFirst().hash(), chain.getFirst());
    }

    /** Replaces the last blocks by so many new ones. */
    void mine(int dropped, int fresh, int salt) {
      chain = new ArrayList<>(chain.subList(0, chain.size() - dropped));
      for (int i = 0; i < fresh; i++) {
        BlockHeader next = mined(chain.getLast(), salt);
        known.put(next.hash(), next);
        chain.add(next);
      }
    }

    @Override
    public String name() {
      return "the test";
    }

    @Override
    public String genesis() {
      return chain.getFirst().hash();
    }

    @Override
    public Tip tip() {
      return new Tip(chain.size() - 1, chain.getLast().hash());
    }

    @Override
    public byte[] header(String hash) {
      return HexFormat.of().parseHex(Optional.ofNullable(known.get(hash)).orElseThrow().hex());
    }

    @Override
    public Optional<Integer> height(String hash) {
      int at = chain.stream().map(BlockHeader::hash).toList().indexOf(hash);
      return at < 0 ? Optional.empty() : Optional.of(at);
    }

    @Override
    public byte[] block(String hash) {
      throw new IllegalStateException("no test asks for a block");
    }

    @Override
    public String send(String transaction) {
      throw new IllegalStateException("no test sends anything");
    }

    @Override
    public JsonNode sendTogether(List<String> transactions) {
      throw new IllegalStateException("no test sends anything");
    }

    @Override
    public OptionalDouble satPerVbyte(int blocks) {
      return OptionalDouble.empty();
    }

    @Override
    public void close() {
      // It holds nothing.
    }
  }

  private static BlockHeader parsed(String hex) {
    return BlockHeader.of(HexFormat.of().parseHex(hex));
  }

  private static BlockHeader mined(BlockHeader parent, int salt) {
    for (int nonce = 0;; nonce++) {
      BlockHeader header = after(parent, parent.bits(), salt, nonce);
      if (header.proven()) {
        return header;
      }
    }
  }

  private static BlockHeader after(BlockHeader parent, int bits, int salt, int nonce) {
    byte[] previous = HexFormat.of().parseHex(parent.hash());
    ByteBuffer bytes = ByteBuffer.allocate(BlockHeader.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(0x20000000);
    for (int i = previous.length - 1; i >= 0; i--) {
      bytes.put(previous[i]);
    }
    bytes.putInt(salt).put(new byte[28]).putInt((int) parent.time() + 600).putInt(bits).putInt(nonce);
    return BlockHeader.of(bytes.array());
  }

  private CheckedChain chain() {
    return new CheckedChain(source, Network.REGTEST, Optional.of(directory.resolve("headers")), Duration.ZERO,
        Optional.empty(), InstantSource.system());
  }

  @Test
  void aHeaderShowsWhatBitcoindShows() {
    BlockHeader genesis = parsed(MAINNET_GENESIS);
    assertThat(genesis.hash()).isEqualTo("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
    assertThat(genesis.merkleRoot()).isEqualTo("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b");
    assertThat(genesis.time()).isEqualTo(1_231_006_505L);
    assertThat(genesis.nonce()).isEqualTo(2_083_236_893L);
    assertThat(genesis.work()).isEqualTo(new BigInteger("100010001", 16));
    assertThat(genesis.proven()).isTrue();
    assertThat(parsed(REGTEST_GENESIS).work()).isEqualTo(BigInteger.TWO);
  }

  @Test
  void targetsThatAreNegativeOrTooLargeAreNone() {
    assertThat(BlockHeader.target(0x1d80ffff)).isZero();
    assertThat(BlockHeader.target(0xff123456)).isZero();
    assertThat(BlockHeader.target(0)).isZero();
    assertThat(BlockHeader.target(0x01120000)).isEqualTo(0x12);
  }

  @Test
  void theChainWithMoreWorkIsFollowedAndTheOtherRemembered() {
    try (CheckedChain chain = chain()) {
      source.mine(0, 10, 1);
      // The first tip that is seen is the genesis block, of which no block is needed.
      source.mine(10, 0, 1);
      assertThat(chain.tip().height()).isZero();
      source.mine(0, 10, 1);
      String left = source.tip().hash();
      assertThat(chain.tip().height()).isEqualTo(10);
      source.mine(3, 4, 2);
      assertThat(chain.tip().height()).isEqualTo(11);
      assertThat(chain.header(left)).isPresent();
      source.mine(6, 5, 3);
      assertThatThrownBy(chain::tip).hasMessageContaining("less work");
      assertThat(chain.trouble()).get().isInstanceOf(ChainTrouble.Weaker.class);
    }
  }

  @Test
  void aReorganisationThatUndoesTooMuchIsRefused() {
    try (CheckedChain chain = chain()) {
      assertThat(chain.tip().height()).isZero();
      source.mine(0, 300, 1);
      assertThat(chain.tip().height()).isEqualTo(300);
      source.mine(288, 289, 2);
      assertThat(chain.tip().height()).isEqualTo(301);
      source.mine(289, 290, 3);
      assertThatThrownBy(chain::tip).hasMessageContaining("would undo 289 blocks");
    }
  }

  @Test
  void whatWasSeenIsKeptOverARestart() throws Exception {
    try (CheckedChain chain = chain()) {
      assertThat(chain.tip().height()).isZero();
      for (int i = 0; i < 30; i++) {
        source.mine(0, 100, 1);
        assertThat(chain.tip().height()).isEqualTo(100 * (i + 1));
      }
      source.mine(2, 3, 2);
      chain.tip();
    }
    assertThat(Files.readAllLines(directory.resolve("headers"))).hasSizeLessThan(2_500);
    String best = source.tip().hash();
    source.mine(1, 0, 2);
    try (CheckedChain again = chain()) {
      assertThatThrownBy(again::tip).hasMessageContaining("is at block 3000, and this node has seen block 3001");
      assertThat(again.header(best)).isPresent();
      source.mine(0, 2, 3);
      assertThat(again.tip().height()).isEqualTo(3_002);
    }
  }

  @Test
  void aDamagedFileIsBegunAnew() throws Exception {
    Files.writeString(directory.resolve("headers"), "0 00\nnonsense\n");
    try (CheckedChain chain = chain()) {
      assertThat(chain.tip().height()).isZero();
    }
    assertThat(Files.readString(directory.resolve("headers"))).startsWith("0 " + REGTEST_GENESIS);
  }

  @Test
  void oldHeadersAreDugForFromTheAnchorDown() throws Exception {
    source.mine(0, 50, 1);
    Files.writeString(directory.resolve("headers"), "50 " + source.chain.getLast().hex() + "\n");
    try (CheckedChain chain = chain()) {
      assertThat(chain.tip().height()).isEqualTo(50);
      HeaderTree.Node old = chain.header(source.chain.get(20).hash()).orElseThrow();
      assertThat(old.height()).isEqualTo(20);
      assertThat(old.work()).isEqualTo(chain.tip().work().subtract(BigInteger.valueOf(60)));
      assertThat(chain.header(REGTEST_GENESIS.substring(0, 64))).isEmpty();
      assertThat(chain.header(source.genesis()).orElseThrow().height()).isZero();
    }
  }

  @Test
  void aTipThatStandsStillForLongIsToldOf() {
    Instant start = Instant.parse("2026-01-01T00:00:00Z");
    Instant[] now = {start};
    try (CheckedChain chain = new CheckedChain(source, Network.REGTEST, Optional.empty(), Duration.ZERO,
        Optional.of(Duration.ofHours(3)), () -> now[0])) {
      chain.tip();
      now[0] = start.plus(Duration.ofHours(2));
      assertThat(chain.trouble()).isEmpty();
      now[0] = start.plus(Duration.ofMinutes(181));
      assertThat(chain.trouble()).get().extracting(ChainTrouble::message).asString()
          .contains("no new block for 181 minutes");
      source.mine(0, 1, 1);
      chain.tip();
      assertThat(chain.trouble()).isEmpty();
    }
  }

  @Test
  void theDifficultyChangesWhenItMayAndByAsMuchAsItMay() {
    HeaderRules rules = HeaderRules.of(Network.MAINNET);
    BlockHeader parent = parsed(MAINNET_GENESIS);
    int harder = 0x1c3fffc0;
    int muchHarder = 0x1c00ffff;
    assertThat(rules.wrongAfter(after(parent, MAINNET_FIRST_BITS, 0, 0), parent, 2_015)).isEmpty();
    assertThat(rules.wrongAfter(after(parent, harder, 0, 0), parent, 2_015)).get().asString()
        .contains("changes the difficulty at height 2015");
    assertThat(rules.wrongAfter(after(parent, harder, 0, 0), parent, 2_016)).isEmpty();
    assertThat(rules.wrongAfter(after(parent, muchHarder, 0, 0), parent, 2_016)).get().asString()
        .contains("more than a factor of 4");
    BlockHeader hard = after(parent, muchHarder, 0, 0);
    assertThat(rules.wrongAfter(after(hard, MAINNET_FIRST_BITS, 0, 0), hard, 4_032)).get().asString()
        .contains("more than a factor of 4");
    assertThat(rules.wrong(after(parent, 0x207fffff, 0, 0), Instant.now())).get().asString()
        .contains("does not allow");
    assertThat(rules.wrong(parent, Instant.ofEpochSecond(parent.time()).minus(Duration.ofHours(3)))).get().asString()
        .contains("is this machine's clock right?");
    assertThat(rules.wrong(parent, Instant.now())).isEmpty();
  }
}
