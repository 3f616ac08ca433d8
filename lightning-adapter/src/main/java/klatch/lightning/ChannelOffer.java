package klatch.lightning;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;

/**
 * One of the prices on a seller's menu (bLIP 52, {@code opening_fee_params}); it comes from a stranger.
 *
 * @param asWritten what a buyer gives back to the seller
 */
record ChannelOffer(Msat minFee, long feePpm, Instant until, long forBlocks, long longestSelfDelay, Msat minPayment,
    Msat maxPayment, JsonNode asWritten) {
  /** LDK asks this of the peer of every channel: how long a coin waits that the peer took back by force. */
  static final long SELF_DELAY_BLOCKS = 144;
  /** Somebody has to read the invoice and pay it. */
  static final Duration SHORTEST = Duration.ofMinutes(2);

  private static final int LONGEST_MENU = 64;
  private static final int LONGEST_PROMISE = 512;
  private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

  /** @throws LightningException if the menu is none, in words that name its fault */
  static List<ChannelOffer> menu(JsonNode offers) {
    if (!offers.isArray() || offers.size() > LONGEST_MENU) {
      throw odd("its menu has " + offers.size() + " prices, at most " + LONGEST_MENU + " are read");
    }
    List<ChannelOffer> menu = new ArrayList<>();
    offers.forEach(offer -> menu.add(read(offer)));
    return menu;
  }

  private static ChannelOffer read(JsonNode offer) {
    if (offer.path("promise").asText().length() > LONGEST_PROMISE) {
      throw odd("a promise has more than " + LONGEST_PROMISE + " characters");
    }
    return new ChannelOffer(msat(offer, "min_fee_msat"), number(offer, "proportional"), until(offer),
        number(offer, "min_lifetime"), number(offer, "max_client_to_self_delay"),
        msat(offer, "min_payment_size_msat"), msat(offer, "max_payment_size_msat"), offer);
  }

  private static Instant until(JsonNode offer) {
    String text = offer.path("valid_until").asText();
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw odd("a price is valid until no date");
    }
  }

  private static long number(JsonNode offer, String field) {
    JsonNode number = offer.path(field);
    if (!number.canConvertToLong() || number.asLong() < 0) {
      throw odd(field + " is no number");
    }
    return number.asLong();
  }

  /** Amounts are text, so that no reader rounds them (bLIP 50). */
  private static Msat msat(JsonNode offer, String field) {
    try {
      return new Msat(Long.parseLong(offer.path(field).asText()));
    } catch (IllegalArgumentException e) {
      throw odd(field + " is no amount");
    }
  }

  private static LightningException odd(String what) {
    return new LightningException("the peer's prices cannot be read: " + what, false);
  }

  /** What the seller may keep of a payment (bLIP 52, "Computing the opening_fee"); empty beyond all bitcoin. */
  Optional<Msat> fee(Msat payment) {
    BigInteger share = BigInteger.valueOf(payment.value()).multiply(BigInteger.valueOf(feePpm))
        .add(MILLION.subtract(BigInteger.ONE)).divide(MILLION);
    return share.compareTo(BigInteger.valueOf(Msat.MAX_VALUE)) > 0
        ? Optional.empty()
        : Optional.of(new Msat(Math.max(share.longValueExact(), minFee.value())));
  }

  private Optional<Msat> priceOf(Msat payment, Instant now) {
    boolean fits = payment.compareTo(minPayment) >= 0 && payment.compareTo(maxPayment) <= 0;
    boolean possible = longestSelfDelay >= SELF_DELAY_BLOCKS && until.isAfter(now.plus(SHORTEST));
    return fits && possible ? fee(payment).filter(fee -> fee.compareTo(payment) < 0) : Optional.empty();
  }

  ChannelPrice price(Msat payment) {
    return new ChannelPrice(payment, fee(payment).orElseThrow(), until, forBlocks);
  }

  /** @throws LightningException if none of them is for such a payment, with what they are for */
  static ChannelOffer cheapest(List<ChannelOffer> menu, Msat payment, Instant now) {
    return menu.stream().filter(offer -> offer.priceOf(payment, now).isPresent())
        .min(Comparator.comparing(offer -> offer.fee(payment).orElseThrow()))
        .orElseThrow(() -> new LightningException(
            "the peer sells no channel for a payment of " + sat(payment) + ". " + sizes(menu, now), false));
  }

  private static String sizes(List<ChannelOffer> menu, Instant now) {
    List<ChannelOffer> open = menu.stream().filter(offer -> offer.until.isAfter(now.plus(SHORTEST))).toList();
    return open.isEmpty()
        ? "It has no price that stands now"
        : "It takes payments of "
            + sat(open.stream().map(ChannelOffer::minPayment).min(Comparator.naturalOrder()).get())
            + " to " + sat(open.stream().map(ChannelOffer::maxPayment).max(Comparator.naturalOrder()).get())
            + " that are more than its fee";
  }

  static String sat(Msat amount) {
    return Math.ceilDiv(amount.value(), 1_000L) + " sat";
  }
}
