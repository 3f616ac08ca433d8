package klatch.lightning.lnurl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import klatch.lightning.bolt11.Bech32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PayCodeTest {
  private static final WebRules PUBLIC = new WebRules(false);
  /** The example of LUD-01. */
  private static final String CODE = "LNURL1DP68GURN8GHJ7UM9WFMXJCM99E3K7MF0V9CXJ0M385EKVCENXC6R2C35XVUKXEFCV5MKVV34X5EK"
      + "ZD3EV56NYD3HXQURZEPEXEJXXEPNXSCRVWFNV9NXZCN9XQ6XYEFHVGCXXCMYXYMNSERXFQ5FNS";
  private static final String URL = "https://service.com/api?q=3fc3645b439ce8e7f2553a69e5267081d96dcd340693afabe04be7b0"
      + "ccd178df";

  @Test
  void aCodeLeadsToItsWebAddressHoweverItIsWrapped() {
    String lower = CODE.toLowerCase(Locale.ROOT);
    for (String pasted : new String[]{CODE, lower, "lightning:" + CODE, "LIGHTNING:" + CODE, "  " + CODE + "\n",
        "https://service.com/giftcard/redeem?id=123&lightning=" + CODE}) {
      assertThat(PayCode.parse(pasted, PUBLIC).url()).as(pasted).hasToString(URL);
    }
    assertThat(PayCode.parse("lnurlp://Service.com/p?a=B", PUBLIC).url()).hasToString("https://Service.com/p?a=B");
  }

  @Test
  void anAddressIsLookedUpAtItsServiceInLowerCase() {
    PayCode code = PayCode.parse("Satoshi.n-1_@Bitcoin.org", PUBLIC);
    assertThat(code.url()).hasToString("https://bitcoin.org/.well-known/lnurlp/satoshi.n-1_");
    assertThat(code.text()).isEqualTo("satoshi.n-1_@bitcoin.org");
    assertThat(code.address()).isTrue();
    assertThat(PayCode.parse("a@b.org:8443", PUBLIC).url()).hasToString("https://b.org:8443/.well-known/lnurlp/a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "satoshi", "@b.org", "a@", "a b@c.org", "a+b@c.org", "a@b@c.org", "a@-b.org",
      "a@b..org", "a@b.org/../x", "a@b.org:99999", "a@[::1]", "http://b.org/x", "https://b.org/x", "lnurlp://",
      "lnurlp://user:pw@b.org/x", "lnurlw://b.org/x", "keyauth://b.org", "lnurl1", "LNURL1qq", "lnbc1pvjluez"})
  void whatIsNoneIsRefusedInWords(String pasted) {
    assertThatThrownBy(() -> PayCode.parse(pasted, PUBLIC)).isExactlyInstanceOf(IllegalArgumentException.class)
        .message().isNotBlank().doesNotContain("\n");
  }

  @Test
  void onlyHttpsIsAskedAndNothingInTor() {
    assertThatThrownBy(() -> PayCode.parse(encoded("http://service.com/x"), PUBLIC)).hasMessageContaining("only https");
    assertThatThrownBy(() -> PayCode.parse(encoded("http://127.0.0.1/x"), PUBLIC)).hasMessageContaining("only https");
    assertThatThrownBy(() -> PayCode.parse(encoded("ftp://service.com/x"), PUBLIC)).hasMessageContaining("only https");
    assertThatThrownBy(() -> PayCode.parse("a@" + "b".repeat(56) + ".onion", PUBLIC)).hasMessageContaining("Tor");
    assertThatThrownBy(() -> PayCode.parse(CODE.replace("DP6", "DP7"), PUBLIC)).hasMessageContaining("checksum");
    WebRules rehearsal = new WebRules(true);
    assertThat(PayCode.parse("a@127.0.0.1:80", rehearsal).url()).hasToString(
        "http://127.0.0.1:80/.well-known/lnurlp/a");
    assertThatThrownBy(() -> PayCode.parse(encoded("http://service.com/x"), rehearsal))
        .hasMessageContaining("only https");
  }

  private static String encoded(String url) {
    return Bech32.encode("lnurl", Bech32.words(url.getBytes(StandardCharsets.US_ASCII)));
  }

  @Property(tries = 500)
  void anyTextIsReadOrRefused(@ForAll String text) {
    for (String pasted : new String[]{text, "a@" + text, "lnurlp://" + text, encoded("https://" + ascii(text)),
        "https://x?lightning=lnurl1" + text}) {
      try {
        PayCode code = PayCode.parse(pasted, PUBLIC);
        assertThat(code.url().getScheme()).isEqualTo("https");
        assertThat(code.url().getHost()).isNotBlank();
      } catch (IllegalArgumentException e) {
        assertThat(e).isExactlyInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  private static String ascii(String text) {
    return new String(text.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII);
  }
}
