package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class ChannelOfferTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final long ALL_MSAT = Msat.MAX_VALUE;

  private static ObjectNode offer() {
    return LdkNode.JSON.createObjectNode().put("min_fee_msat", "546000").put("proportional", 1_200)
        .put("valid_until", "2026-01-01T01:00:00.511Z").put("min_lifetime", 1_008)
        .put("max_client_to_self_delay", 2_016).put("min_payment_size_msat", "1000")
        .put("max_payment_size_msat", "1000000000").put("promise", "abcdefghijklmnopqrstuvwxyz");
  }

  private static List<ChannelOffer> menu(ObjectNode... offers) {
    ArrayNode menu = LdkNode.JSON.createArrayNode();
    List.of(offers).forEach(menu::add);
    return ChannelOffer.menu(menu);
  }

  private static void refused(Consumer<ObjectNode> change, String words) {
    ObjectNode changed = offer();
    change.accept(changed);
    assertThatThrownBy(() -> ChannelOffer.cheapest(menu(changed), new Msat(900_000_000), NOW))
        .isInstanceOf(LightningException.class).hasMessageContaining(words);
  }

  @Test
  void theFeeIsTheShareRoundedUpOrTheSmallestFee() {
    ChannelOffer offer = menu(offer()).getFirst();
    assertThat(offer.fee(new Msat(42_000))).contains(new Msat(546_000));
    assertThat(offer.fee(new Msat(455_000_000))).contains(new Msat(546_000));
    assertThat(offer.fee(new Msat(455_000_001))).contains(new Msat(546_001));
    assertThat(offer.fee(new Msat(1_000_000_000))).contains(new Msat(1_200_000));
  }

  @Property
  void theFeeIsTheSpecificationsForEveryAmount(@ForAll @LongRange(min = 1, max = ALL_MSAT) long payment,
      @ForAll @IntRange(max = Integer.MAX_VALUE) int ppm, @ForAll @LongRange(max = ALL_MSAT) long least) {
    ChannelOffer offer = menu(offer().put("proportional", ppm).put("min_fee_msat", Long.toString(least))).getFirst();
    BigInteger million = BigInteger.valueOf(1_000_000);
    BigInteger share = BigInteger.valueOf(payment).multiply(BigInteger.valueOf(ppm)).add(BigInteger.valueOf(999_999))
        .divide(million);
    if (share.compareTo(BigInteger.valueOf(ALL_MSAT)) <= 0) {
      assertThat(offer.fee(new Msat(payment))).contains(new Msat(Math.max(share.longValueExact(), least)));
    } else {
      assertThat(offer.fee(new Msat(payment))).isEmpty();
    }
  }

  @Test
  void theCheapestThatFitsIsTaken() {
    ChannelOffer taken = ChannelOffer.cheapest(
        menu(offer(), offer().put("proportional", 900).put("max_payment_size_msat", "800000000"),
            offer().put("proportional", 1_000).put("valid_until", "2025-12-31T23:59:59Z"),
            offer().put("proportional", 1_100)),
        new Msat(900_000_000), NOW);
    assertThat(taken.feePpm()).isEqualTo(1_100);
    assertThat(taken.price(new Msat(900_000_000)).arrives()).isEqualTo(new Msat(899_010_000));
  }

  @Test
  void whatDoesNotFitIsRefusedWithItsReason() {
    refused(offer -> offer.put("max_payment_size_msat", "1000000"), "It takes payments of");
    refused(offer -> offer.put("min_payment_size_msat", "950000000"), "It takes payments of");
    refused(offer -> offer.put("min_fee_msat", "900000000"), "more than its fee");
    refused(offer -> offer.put("valid_until", "2026-01-01T00:02:00Z"), "no price that stands");
    refused(offer -> offer.put("max_client_to_self_delay", 143), "sells no channel");
  }

  @Test
  void whatIsNoPriceIsRefusedByItsField() {
    refused(offer -> offer.put("min_fee_msat", "-1"), "min_fee_msat");
    refused(offer -> offer.put("min_fee_msat", "many"), "min_fee_msat");
    refused(offer -> offer.remove("max_payment_size_msat"), "max_payment_size_msat");
    refused(offer -> offer.put("proportional", -1), "proportional");
    refused(offer -> offer.put("proportional", "1200"), "proportional");
    refused(offer -> offer.put("min_lifetime", new BigInteger("99999999999999999999")), "min_lifetime");
    refused(offer -> offer.put("valid_until", "tomorrow"), "date");
    refused(offer -> offer.put("promise", "x".repeat(513)), "promise");
    assertThatThrownBy(() -> ChannelOffer.menu(offer())).isInstanceOf(LightningException.class);
    ObjectNode[] many = new ObjectNode[65];
    java.util.Arrays.setAll(many, _ -> offer());
    assertThatThrownBy(() -> menu(many)).isInstanceOf(LightningException.class).hasMessageContaining("64");
    assertThatThrownBy(() -> ChannelOffer.cheapest(List.of(), new Msat(1_000), NOW))
        .isInstanceOf(LightningException.class);
  }
}
