package klatch.lightning.bolt11;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever it is given, the reader answers with an invoice or with its own refusal. */
final class Bolt11PropertyTest {
  private static final List<String> EXAMPLES = Bolt11Test.vectors().map(Bolt11Test.Vector::invoice).toList();

  @Property(tries = 300)
  void anyTextIsReadOrRefused(@ForAll String text) {
    readOrRefused(text);
    readOrRefused("lnbcrt1" + text);
  }

  /** The checksum is right, so the fields are reached. */
  @Property(tries = 1_000)
  void anyFieldsAreReadOrRefused(@ForAll("prefixes") String prefix, @ForAll @Size(max = 400) byte[] words) {
    for (int i = 0; i < words.length; i++) {
      words[i] &= 31;
    }
    readOrRefused(Bech32.encode(prefix, words));
  }

  @Provide
  Arbitrary<String> prefixes() {
    return Arbitraries.of("lnbcrt", "lnbc20m", "lntbs1p", "lntb10p", "lnbcrt9999999999999999999999m", "ln", "x");
  }

  @Property(tries = 300)
  void aSignedInvoiceWithAnyFieldsIsReadOrRefused(@ForAll long seed) {
    Random random = new Random(seed);
    Bolt11Writer writer = Bolt11Writer.ordinary("lnbcrt" + (random.nextBoolean() ? "" : random.nextInt() + "u"));
    int fields = random.nextInt(6);
    for (int i = 0; i < fields; i++) {
      byte[] bytes = new byte[random.nextInt(120)];
      random.nextBytes(bytes);
      writer.field(random.nextInt(32), bytes);
    }
    readOrRefused(writer.signed());
  }

  @Property(tries = 300)
  void oneCharacterChangedInAnExampleIsAlwaysNoticed(@ForAll @IntRange(max = 15) int example, @ForAll int place,
      @ForAll("letters") char letter) {
    String good = EXAMPLES.get(example);
    int at = Math.floorMod(place, good.length());
    String changed = good.substring(0, at) + letter + good.substring(at + 1);
    boolean same = changed.equalsIgnoreCase(good) && !mixed(changed);
    assertThat(readOrRefused(changed)).isEqualTo(same);
  }

  @Provide
  Arbitrary<Character> letters() {
    return Arbitraries.chars().ascii();
  }

  private static boolean mixed(String text) {
    return !text.equals(text.toLowerCase(java.util.Locale.ROOT))
        && !text.equals(text.toUpperCase(java.util.Locale.ROOT));
  }

  @Property(tries = 300)
  void bytesComeBackFromBech32(@ForAll @Size(max = 300) byte[] bytes) {
    Bech32.Decoded read = Bech32.decode(Bech32.encode("lnurl", Bech32.words(bytes)), 1_000);
    assertThat(read.bytes()).isEqualTo(bytes);
    assertThat(read.prefix()).isEqualTo("lnurl");
  }

  private static boolean readOrRefused(String text) {
    try {
      Bolt11 read = Bolt11.read(text);
      assertThat(read.asInvoice().bolt11()).isEqualTo(text);
      return true;
    } catch (IllegalArgumentException e) {
      assertThat(e).isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("not a BOLT 11 invoice: ");
      assertThat(String.valueOf(e.getMessage()).length()).isLessThan(200);
      return false;
    }
  }
}
