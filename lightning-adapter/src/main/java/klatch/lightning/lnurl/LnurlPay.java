package klatch.lightning.lnurl;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import javax.net.ssl.SSLSocketFactory;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.commitments.PayAddresses;

/** Asks a service for an invoice: LUD-06, found by LUD-01, 16 or 17. */
public final class LnurlPay implements PayAddresses {
  /** One person's claims; more at once is no person. */
  static final int AT_ONCE = 4;
  /** Look-ups within {@link #SPAN_MILLIS}. */
  static final int MOST_IN_A_SPAN = 60;
  static final long SPAN_MILLIS = 60_000;

  /** Enough of a service's own words. */
  private static final int WORDS_CHARS = 200;
  /** The thumbnail is one text. */
  private static final int LONGEST_TEXT = 150_000;
  private static final int DEEPEST_NESTING = 16;

  private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
      .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST_NESTING).maxNumberLength(20)
          .maxStringLength(LONGEST_TEXT).build())
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final WebRules rules;
  private final WebAsker web;
  private final Function<String, Lightning.Invoice> decode;
  private final InstantSource clock;
  private final Semaphore running = new Semaphore(AT_ONCE);
  private final Deque<Long> recent = new ArrayDeque<>();

  /** The service does not do it, or not as it must. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  LnurlPay(WebRules rules, WebAsker web, Function<String, Lightning.Invoice> decode, InstantSource clock) {
    this.rules = rules;
    this.web = web;
    this.decode = decode;
    this.clock = clock;
  }

  /**
   * @param loopback whether services on this very machine may be asked, also without TLS: for rehearsals on regtest only
   * @param decode   reads an invoice of the node's network, throws {@link IllegalArgumentException} if it is none
   */
  public static LnurlPay open(boolean loopback, Function<String, Lightning.Invoice> decode, InstantSource clock) {
    WebRules rules = new WebRules(loopback);
    return new LnurlPay(rules, new WebAsker(rules, InetAddress::getAllByName,
        (SSLSocketFactory) SSLSocketFactory.getDefault(), WebAsker.Limits.DEFAULT), decode, clock);
  }

  @Override
  public String checked(String address) {
    return PayCode.parse(address, rules).text();
  }

  @Override
  public Fetched fetch(String address, Msat amount) {
    PayCode code = PayCode.parse(address, rules);
    if (!allowedNow() || !running.tryAcquire()) {
      return new Fetched.Unreachable("too many look-ups at once; it is tried again");
    }
    try {
      return new Fetched.Invoice(invoice(code, amount));
    } catch (RefusedException e) {
      return new Fetched.Refused(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Fetched.Unreachable(code.url().getHost() + " gives no invoice: " + e.getMessage());
    } finally {
      running.release();
    }
  }

  private boolean allowedNow() {
    long now = clock.millis();
    synchronized (recent) {
      while (!recent.isEmpty() && recent.peekFirst() <= now - SPAN_MILLIS) {
        recent.removeFirst();
      }
      if (recent.size() >= MOST_IN_A_SPAN) {
        return false;
      }
      recent.addLast(now);
      return true;
    }
  }

  private String invoice(PayCode code, Msat amount) throws IOException, RefusedException {
    JsonNode offer = ask(code.url());
    if (!offer.path("tag").asText().equals("payRequest")) {
      throw new RefusedException(
          "this is no code to be paid by: it is for '" + brief(offer.path("tag").asText()) + "'");
    }
    long least = whole(offer, "minSendable");
    long most = whole(offer, "maxSendable");
    if (amount.value() < least || amount.value() > most) {
      throw new RefusedException(
          "the service takes " + least + ".." + most + " msat, the payout is " + amount.value() + " msat");
    }
    String metadata = text(offer, "metadata");
    checkMetadata(metadata, code.address());
    JsonNode answer = ask(callback(text(offer, "callback"), amount));
    String bolt11 = text(answer, "pr");
    check(bolt11, amount, sha256(metadata));
    return bolt11;
  }

  private JsonNode ask(URI url) throws IOException, RefusedException {
    JsonNode answer;
    try {
      answer = JSON.readTree(web.ask(url));
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      throw new IOException("its answer is not JSON", e);
    }
    if (answer == null || !answer.isObject()) {
      throw new IOException("its answer is not a JSON object");
    }
    if (answer.path("status").asText().equalsIgnoreCase("ERROR")) {
      throw new RefusedException("the service says: " + brief(answer.path("reason").asText("no")));
    }
    return answer;
  }

  private URI callback(String text, Msat amount) throws IOException {
    try {
      URI callback = rules.checked(new URI(text));
      String query = callback.getRawQuery() == null || callback.getRawQuery().isEmpty()
          ? ""
          : callback.getRawQuery() + "&";
      String path = callback.getRawPath() == null ? "" : callback.getRawPath();
      return new URI(callback.getScheme() + "://" + callback.getRawAuthority() + path + "?" + query + "amount="
          + amount.value());
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new IOException("it wants to be asked elsewhere, where nobody may be asked: " + e.getMessage(), e);
    }
  }

  private static void checkMetadata(String metadata, boolean address) throws IOException, RefusedException {
    Set<String> kinds = new HashSet<>();
    try {
      JsonNode entries = JSON.readTree(metadata);
      if (entries == null || !entries.isArray()) {
        throw new RefusedException("the service describes the payment by no list");
      }
      for (JsonNode entry : entries) {
        if (!entry.isArray() || !entry.path(0).isTextual()) {
          throw new RefusedException("the service's description of the payment is none");
        }
        kinds.add(entry.path(0).asText());
      }
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      throw new IOException("its description of the payment is not JSON", e);
    }
    if (!kinds.contains("text/plain")) {
      throw new RefusedException("the service gives no description of the payment");
    }
    if (address && !kinds.contains("text/identifier") && !kinds.contains("text/email")) {
      throw new RefusedException("the service does not say whose address this is");
    }
  }

  private void check(String bolt11, Msat amount, String descriptionHash) throws RefusedException {
    Lightning.Invoice invoice;
    try {
      invoice = decode.apply(bolt11);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("the service gives no good invoice: " + brief(String.valueOf(e.getMessage())));
    }
    if (!invoice.amount().equals(Optional.of(amount))) {
      throw new RefusedException("the service's invoice asks for "
          + invoice.amount().map(Msat::toString).orElse("any amount") + ", the payout is " + amount);
    }
    if (!invoice.descriptionHash().equals(Optional.of(descriptionHash))) {
      throw new RefusedException("the service's invoice is not for what the service describes");
    }
    long now = Math.floorDiv(clock.millis(), 1_000L);
    if (invoice.expiresAtEpochSecond() <= now) {
      throw new RefusedException("the service's invoice expired at " + invoice.expiresAtEpochSecond() + ", it is " + now
          + " (seconds since 1970)");
    }
  }

  private static long whole(JsonNode object, String field) throws IOException {
    JsonNode value = object.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 1) {
      throw new IOException("its answer has no good " + field);
    }
    return value.asLong();
  }

  private static String text(JsonNode object, String field) throws IOException {
    JsonNode value = object.path(field);
    if (!value.isTextual() || value.asText().isEmpty()) {
      throw new IOException("its answer has no " + field);
    }
    return value.asText();
  }

  /** Somebody else's words, fit for one line of ours. */
  private static String brief(String words) {
    String line = words.replaceAll("[^\\p{L}\\p{N}\\p{P}\\p{S} ]", " ").strip();
    return line.length() <= WORDS_CHARS ? line : line.substring(0, WORDS_CHARS) + "…";
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
