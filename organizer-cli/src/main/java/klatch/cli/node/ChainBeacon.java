package klatch.cli.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import klatch.cli.terminal.Json;
import klatch.lightning.ChainRpc;
import klatch.meetup.ByteString;
import klatch.meetup.checkin.Beacon;

/**
 * The chain as check-in looks at it, asked of the gate that the Lightning node uses too. What is known is answered from
 * memory, and refreshed behind that; a chain that does not answer keeps nobody waiting at the door. Safe for any number of
 * threads.
 */
final class ChainBeacon implements Beacon, AutoCloseable {
  /** A newer tip is looked for when the known one is older. */
  private static final Duration FRESH = Duration.ofSeconds(5);
  /** A chain that last answered longer ago is taken to be away. */
  private static final Duration THERE = Duration.ofSeconds(60);
  /** A check-in takes a moment; so much of it may be spent on an unknown block. */
  private static final Duration PATIENCE = Duration.ofMillis(400);
  /** Blocks that somebody's codes named, so that each is asked for once. */
  private static final int REMEMBERED = 512;
  private static final int OK = 200;

  private final Supplier<Optional<ChainRpc>> chain;
  private final InstantSource clock;
  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE)
      .build();
  private final Map<String, Integer> heights = new ConcurrentHashMap<>();
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile Optional<Tip> tip = Optional.empty();

  private record Tip(String hash, int height, long askedAtMillis) {}

  /** @param chain where to ask, once there is something to ask */
  ChainBeacon(Supplier<Optional<ChainRpc>> chain, InstantSource clock) {
    this.chain = chain;
    this.clock = clock;
  }

  @Override
  public Optional<ByteString> newest() {
    return tip().map(known -> ByteString.parse(known.hash()));
  }

  @Override
  public Optional<Integer> depth(ByteString hash) {
    return tip().flatMap(known -> height(hash.toString(), known).map(height -> known.height() - height)
        .filter(depth -> depth >= 0));
  }

  private Optional<Tip> tip() {
    var known = tip;
    if (known.isEmpty()) {
      refresh();
      return tip;
    }
    if (clock.millis() - known.get().askedAtMillis() > FRESH.toMillis() && asking.compareAndSet(false, true)) {
      Thread.ofVirtual().name("beacon").start(() -> {
        refresh();
        asking.set(false);
      });
    }
    return known;
  }

  private void refresh() {
    ask("getblockchaininfo", "").ifPresent(info -> {
      var hash = info.path("bestblockhash").asText();
      if (isHash(hash)) {
        tip = Optional.of(new Tip(hash, info.path("blocks").asInt(), clock.millis()));
        remember(hash, info.path("blocks").asInt());
      }
    });
  }

  private Optional<Integer> height(String hash, Tip known) {
    var remembered = heights.get(hash);
    if (remembered != null) {
      return Optional.of(remembered);
    }
    if (clock.millis() - known.askedAtMillis() > THERE.toMillis()) {
      return Optional.empty();
    }
    var height = ask("getblockheader", "\"" + hash + "\"").map(header -> header.path("height").asInt());
    height.ifPresent(found -> remember(hash, found));
    return height;
  }

  private void remember(String hash, int height) {
    if (heights.size() >= REMEMBERED) {
      heights.clear();
    }
    heights.put(hash, height);
  }

  private static boolean isHash(String text) {
    return text.matches("[0-9a-f]{64}");
  }

  /** The call's result; empty when nobody answers in time, or with an error. */
  private Optional<JsonNode> ask(String method, String parameter) {
    var rpc = chain.get();
    if (rpc.isEmpty()) {
      return Optional.empty();
    }
    var login = rpc.get().user() + ":" + rpc.get().password();
    var request = HttpRequest.newBuilder(rpc.get().url()).timeout(PATIENCE)
        .header("Authorization",
            "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)))
        .POST(HttpRequest.BodyPublishers
            .ofString("{\"id\":1,\"method\":\"" + method + "\",\"params\":[" + parameter + "]}"))
        .build();
    try {
      var response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return response.statusCode() == OK
          ? Optional.of(Json.MAPPER.readTree(response.body()).path("result"))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
