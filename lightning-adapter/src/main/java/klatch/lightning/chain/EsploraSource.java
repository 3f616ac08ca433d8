package klatch.lightning.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** An Esplora server, by its HTTP interface (github.com/Blockstream/esplora, API.md). Thread-safe. */
public final class EsploraSource implements ChainSource {
  public static final Duration TIMEOUT = Duration.ofSeconds(20);
  /** Questions are asked again after these; what is sent is not, LDK and the wallet do that. */
  private static final List<Duration> PAUSES = List.of(Duration.ofMillis(200), Duration.ofMillis(1_000));
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int TOO_MANY = 429;
  private static final int SERVER_ERROR = 500;
  private static final String HASH = "[0-9a-f]{64}";
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private final URI base;
  private final BoundedHttp http;
  /** The last tip seen: its height is asked for once. */
  private volatile @Nullable Tip last;

  /**
   * @param base {@code https://host/path}; plain http for loopback alone
   * @throws IllegalArgumentException if it is something else
   */
  public EsploraSource(URI base, Duration timeout) {
    this.base = checked(base);
    this.http = new BoundedHttp(name(), timeout);
  }

  private static URI checked(URI base) {
    boolean allowed = "https".equals(base.getScheme())
        || ("http".equals(base.getScheme()) && loopback(base.getHost()));
    if (!allowed || base.getHost() == null || base.getUserInfo() != null || base.getQuery() != null
        || base.getFragment() != null) {
      throw new IllegalArgumentException(
          "an Esplora server's address looks like https://host/api (plain http only on this machine), not " + base);
    }
    String text = base.toString();
    return URI.create(text.endsWith("/") ? text : text + "/");
  }

  private static boolean loopback(@Nullable String host) {
    try {
      return host != null && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  @Override
  public String name() {
    return "the Esplora server at " + base;
  }

  @Override
  public String genesis() {
    return hash("block-height/0");
  }

  @Override
  public Tip tip() {
    String hash = hash("blocks/tip/hash");
    Tip known = last;
    if (known != null && known.hash().equals(hash)) {
      return known;
    }
    Tip tip = new Tip(height(hash).orElseThrow(() -> nonsense("it knows nothing of its own last block")), hash);
    last = tip;
    return tip;
  }

  @Override
  public byte[] header(String hash) {
    String text = text("block/" + hash + "/header");
    try {
      byte[] header = HexFormat.of().parseHex(text);
      if (header.length == BlockHeader.BYTES) {
        return header;
      }
    } catch (IllegalArgumentException e) {
      // Told below, as a header of another length is.
    }
    throw nonsense("what it gives for a block's header is none");
  }

  @Override
  public Optional<Integer> height(String hash) {
    HttpResponse<byte[]> response = get("block/" + hash);
    if (response.statusCode() != OK) {
      return Optional.empty();
    }
    JsonNode height = parse("block/", response.body()).path("height");
    if (!height.isInt() || height.asInt() < 0) {
      throw nonsense("a block without a height");
    }
    return Optional.of(height.asInt());
  }

  @Override
  public byte[] block(String hash) {
    return expect("block/" + hash + "/raw", get("block/" + hash + "/raw"));
  }

  @Override
  public String send(String transaction) {
    return taken("tx", post("tx", transaction, "text/plain"));
  }

  @Override
  public JsonNode sendTogether(List<String> transactions) {
    HttpResponse<byte[]> response = post("txs/package", JSON.valueToTree(transactions).toString(), "application/json");
    if (response.statusCode() == NOT_FOUND) {
      throw new TransactionRefusedException("this server takes no packages");
    }
    taken("txs/package", response);
    return parse("txs/package", response.body());
  }

  /** What it said to something that it took. */
  private String taken(String path, HttpResponse<byte[]> response) {
    String said = BoundedHttp.words(new String(response.body(), StandardCharsets.UTF_8));
    if (response.statusCode() == BAD_REQUEST) {
      throw new TransactionRefusedException(said);
    }
    if (response.statusCode() != OK) {
      throw status(path, response.statusCode());
    }
    return said;
  }

  /** It has estimates for some targets; the one for the next shorter confirmation is taken. */
  @Override
  public OptionalDouble satPerVbyte(int blocks) {
    JsonNode estimates = parse("fee-estimates", expect("fee-estimates", get("fee-estimates")));
    int nearest = 0;
    for (String target : (Iterable<String>) estimates::fieldNames) {
      int number = target.matches("[0-9]{1,4}") ? Integer.parseInt(target) : 0;
      if (number <= blocks && number > nearest) {
        nearest = number;
      }
    }
    double rate = estimates.path(Integer.toString(nearest)).asDouble(0);
    return rate > 0 && Double.isFinite(rate) ? OptionalDouble.of(rate) : OptionalDouble.empty();
  }

  private String hash(String path) {
    String text = text(path);
    if (!text.matches(HASH)) {
      throw nonsense("its answer to " + path + " is no hash");
    }
    return text;
  }

  private String text(String path) {
    return new String(expect(path, get(path)), StandardCharsets.US_ASCII).strip();
  }

  private byte[] expect(String path, HttpResponse<byte[]> response) {
    if (response.statusCode() != OK) {
      throw status(path, response.statusCode());
    }
    return response.body();
  }

  private ChainTroubleException status(String path, int status) {
    return status == TOO_MANY || status >= SERVER_ERROR
        ? new ChainTroubleException(new ChainTrouble.Unreachable(name(), "HTTP status " + status))
        : nonsense("its answer to " + path + " is HTTP status " + status);
  }

  private JsonNode parse(String path, byte[] body) {
    try {
      JsonNode answer = JSON.readTree(body);
      if (answer != null && answer.isObject()) {
        return answer;
      }
    } catch (IOException e) {
      // Told below.
    }
    throw nonsense("its answer to " + path + " is no JSON object");
  }

  private ChainTroubleException nonsense(String what) {
    return new ChainTroubleException(new ChainTrouble.Nonsense(name(), what));
  }

  private HttpResponse<byte[]> get(String path) {
    HttpRequest request = http.request(base.resolve(path)).GET().build();
    for (int attempt = 0;; attempt++) {
      try {
        HttpResponse<byte[]> response = http.send(path, request);
        boolean again = response.statusCode() == TOO_MANY || response.statusCode() >= SERVER_ERROR;
        if (!again || attempt == PAUSES.size()) {
          return response;
        }
      } catch (ChainTroubleException e) {
        if (!(e.trouble() instanceof ChainTrouble.Unreachable) || attempt == PAUSES.size()) {
          throw e;
        }
      }
      LockSupport.parkNanos(PAUSES.get(attempt).toNanos());
    }
  }

  private HttpResponse<byte[]> post(String path, String body, String type) {
    return http.send(path, http.request(base.resolve(path)).header("Content-Type", type)
        .POST(BodyPublishers.ofString(body)).build());
  }

  @Override
  public void close() {
    http.close();
  }
}
