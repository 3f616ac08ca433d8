package klatch.libp2p.mdns;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.mdns.DnsMessage.Resource;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class DnsMessagePropertyTest {
  @Provide
  Arbitrary<String> names() {
    Arbitrary<String> label = Arbitraries.strings().withCharRange('a', 'z').withChars("_-0123456789").ofMinLength(1)
        .ofMaxLength(63);
    return label.list().ofMinSize(1).ofMaxSize(3).map(labels -> String.join(".", labels));
  }

  @Provide
  Arbitrary<DnsMessage> messages() {
    Arbitrary<String> texts = Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(255);
    Arbitrary<Integer> ttls = Arbitraries.integers().greaterOrEqual(0);
    Arbitrary<Resource> resources = Arbitraries.oneOf(
        Combinators.combine(names(), ttls, names()).as(Resource.Pointer::new),
        Combinators.combine(names(), ttls, texts.list().ofMaxSize(4)).as(Resource.Text::new));
    Arbitrary<DnsMessage.Question> questions = Combinators
        .combine(names(), Arbitraries.integers().between(0, 0xffff), Arbitraries.of(true, false))
        .as(DnsMessage.Question::new);
    return Combinators.combine(Arbitraries.integers().between(0, 0xffff), Arbitraries.of(true, false),
        questions.list().ofMaxSize(3), resources.list().ofMaxSize(4))
        .as((id, response, asked, answers) -> new DnsMessage(id, response, asked, answers, List.of()));
  }

  @Property(tries = 300)
  void whatIsWrittenIsRead(@ForAll("messages") DnsMessage message) throws Exception {
    assertThat(DnsMessage.decode(message.encode())).isEqualTo(message);
  }

  @Property(tries = 300)
  void aTamperedOrCutMessageIsReadOrRefusedAndNothingElse(@ForAll("messages") DnsMessage message,
      @ForAll @IntRange(min = 0, max = 8999) int at, @ForAll byte value, @ForAll boolean cut) {
    byte[] bytes = message.encode();
    int index = at % bytes.length;
    bytes[index] = value;
    readOrRefuse(cut ? java.util.Arrays.copyOf(bytes, index) : bytes);
  }

  @Property(tries = 500)
  void anyBytesAreReadOrRefusedAndNothingElse(@ForAll @Size(max = 200) byte[] bytes) {
    if (bytes.length > 12) {
      // A plausible head, so that the records are reached.
      byte[] head = {0, 0, (byte) 0x84, 0, 0, 1, 0, 2, 0, 0, 0, 1};
      System.arraycopy(head, 0, bytes, 0, head.length);
    }
    readOrRefuse(bytes);
  }

  private static void readOrRefuse(byte[] bytes) {
    try {
      DnsMessage read = DnsMessage.decode(bytes);
      assertThat(read.questions().size() + read.answers().size()).isLessThanOrEqualTo(512);
    } catch (MalformedMessageException e) {
      assertThat(e).hasMessageContaining("DNS");
    }
  }
}
