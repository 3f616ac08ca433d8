package klatch.meetup.checkin;

import static org.assertj.core.api.Assertions.assertThat;

import klatch.libp2p.MalformedMessageException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class Base32PropertyTest {
  @Property
  void base32ReadsWhatItWrote(@ForAll byte[] bytes) throws MalformedMessageException {
    assertThat(Base32.decode(Base32.encode(bytes))).isEqualTo(bytes);
  }

  @Property
  void noTextHasTwoMeanings(@ForAll byte[] bytes, @ForAll char last) {
    String text = Base32.encode(bytes) + last;
    try {
      assertThat(Base32.encode(Base32.decode(text))).isEqualToIgnoringCase(text);
    } catch (MalformedMessageException e) {
      assertThat(e).hasMessageContaining("base32");
    }
  }
}
