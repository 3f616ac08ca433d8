package klatch.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CborTest {
  enum Answer {
    YES, NO
  }

  record Small(String name, int age) {
    Small {
      if (age < 0) {
        throw new IllegalArgumentException("age " + age + " is negative");
      }
    }
  }

  record Big(DeviceId who, List<Small> others, Map<String, Long> sums, Answer answer, boolean sure,
      @Nullable String note) {}

  private static final String SMALL = "a263616765182a646e616d6563416e6e";

  @Test
  void recordsComeBackAsTheyWere() throws MalformedMessageException {
    Big big = new Big(DeviceId.of(Ed25519Key.fromSeed(new byte[32])), List.of(new Small("Ann", 0), new Small("Bö", 99)),
        Map.of("a", Long.MAX_VALUE, "b", Long.MIN_VALUE, "c", 3_000_000_000L, "d", -1L), Answer.NO, true, null);

    assertThat(Cbor.decode(Cbor.encode(big), Big.class)).isEqualTo(big);
  }

  /** Kept for ever: payloads that exist are read with these rules. */
  @Test
  void goldenBytes() throws MalformedMessageException {
    assertThat(HexFormat.of().formatHex(Cbor.encode(new Small("Ann", 42)))).isEqualTo(SMALL);
    assertThat(Cbor.decode(HexFormat.of().parseHex(SMALL), Small.class)).isEqualTo(new Small("Ann", 42));
    Big big = new Big(new DeviceId(new byte[32]), List.of(new Small("B", 1)), Map.of("aa", 65536L, "b", -500L),
        Answer.YES, false, "x");
    assertThat(HexFormat.of().formatHex(Cbor.encode(big))).isEqualTo("a6" + "6377686f5820" + "00".repeat(32)
        + "646e6f74656178" + "6473756d73a261623901f3626161" + "1a00010000" + "6473757265f4" + "66616e7377657263594553"
        + "666f746865727381a26361676501646e616d656142");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"trailing byte,a263616765182a646e616d6563416e6e00", "cut short,a263616765182a646e616d6563416e",
      "duplicate field,a363616765182a63616765182a646e616d6563416e6e", "missing field,a1646e616d6563416e6e",
      "unknown field,a36178f563616765182a646e616d6563416e6e",
      "fields in another order,a2646e616d6563416e6e63616765182a",
      "longer integer than needed,a26361676519002a646e616d6563416e6e",
      "indefinite map,bf63616765182a646e616d6563416e6eff", "float for an integer,a263616765f95140646e616d6563416e6e",
      "text for an integer,a263616765623432646e616d6563416e6e", "integer for text,a263616765182a646e616d6507",
      "null for text,a263616765182a646e616d65f6", "null for an integer,a263616765f6646e616d6563416e6e",
      "refused by the record,a26361676520646e616d6563416e6e",
      "integer too big,a2636167651b7fffffffffffffff646e616d6563416e6e",
      "a list,8163416e6e", "null,f6", "a tag around it,d9d9f7a263616765182a646e616d6563416e6e", "nothing,''",
      "endless nesting,818181818181818181818181818181818181818181818181818181818181",
      "a huge length,a263616765182a646e616d657b7fffffffffffffff", "text that is no UTF-8,a263616765182a646e616d6561ff"})
  void everythingElseIsRefused(String what, String hex) {
    assertThatThrownBy(() -> Cbor.decode(HexFormat.of().parseHex(hex), Small.class)).as(what)
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("Small");
  }

  @Test
  void theMessageCarriesWhatTheRecordSaid() {
    assertThatThrownBy(() -> Cbor.decode(HexFormat.of().parseHex("a26361676520646e616d6563416e6e"), Small.class))
        .hasMessageContaining("age -1 is negative");
  }

  @Test
  void nullsInsideListsAndMissingValuesAreRefusedBeforeTheyAreWritten() {
    assertThatThrownBy(() -> Cbor.encode(new Big(new DeviceId(new byte[32]), Arrays.asList((Small) null), Map.of(),
        Answer.YES, true, null))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("Big.others[]");
  }

  @Test
  void whatIsTooBigForAnEntryIsNotWrittenAndNotRead() {
    assertThatThrownBy(() -> Cbor.encode(new Small("x".repeat(64 * 1024), 1)))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("65536");
    assertThatThrownBy(() -> Cbor.decode(new byte[64 * 1024 + 1], Small.class))
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("65537");
  }
}
