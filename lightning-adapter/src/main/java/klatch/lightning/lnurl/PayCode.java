package klatch.lightning.lnurl;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import klatch.commitments.PayAddresses;
import klatch.lightning.bolt11.Bech32;
import org.jspecify.annotations.Nullable;

/**
 * A Lightning address or a pay code, as a person pastes it.
 *
 * @param text    as it is kept
 * @param url     what is asked first
 * @param address whether it is a name at a service (LUD-16)
 */
record PayCode(String text, URI url, boolean address) {
  private static final Pattern ADDRESS = Pattern.compile("([a-z0-9\\-_.]{1,64})@([a-z0-9.\\-]{1,253})(:[0-9]{1,5})?");
  private static final Pattern FALLBACK = Pattern.compile("[?&]lightning=(lnurl1[a-z0-9]+)(&|#|$)");
  private static final String LOOKS = "an address looks like name@service.example, a pay code begins with LNURL1 or"
      + " lnurlp://";

  /** @throws IllegalArgumentException if it is neither */
  static PayCode parse(String pasted, WebRules rules) {
    String text = pasted.strip();
    if (text.isEmpty() || text.length() > PayAddresses.MOST_CHARS) {
      throw new IllegalArgumentException(
          LOOKS + "; this has " + text.length() + " characters, allowed are 1.." + PayAddresses.MOST_CHARS);
    }
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith("lightning:")) {
      return parse(text.substring("lightning:".length()), rules);
    }
    Matcher address = ADDRESS.matcher(lower);
    if (address.matches()) {
      return new PayCode(lower, address(address.group(1), address.group(2), address.group(3), rules), true);
    }
    if (lower.startsWith("lnurlp://")) {
      String rest = text.substring("lnurlp://".length());
      return new PayCode(text, rules.checked(uri(scheme(rest, rules) + rest)), false);
    }
    Matcher fallback = FALLBACK.matcher(lower);
    String code = fallback.find() ? fallback.group(1) : text;
    if (code.toLowerCase(Locale.ROOT).startsWith("lnurl1")) {
      return new PayCode(code, rules.checked(bech32(code)), false);
    }
    throw new IllegalArgumentException(LOOKS);
  }

  private static URI address(String name, String host, @Nullable String port, WebRules rules) {
    String at = host + (port == null ? "" : port);
    return rules.checked(uri(scheme(at, rules) + at + "/.well-known/lnurlp/" + name));
  }

  private static String scheme(String rest, WebRules rules) {
    URI uri = uri("https://" + rest);
    return uri.getHost() != null && rules.plain(uri.getHost()) ? "http://" : "https://";
  }

  private static URI bech32(String code) {
    try {
      Bech32.Decoded decoded = Bech32.decode(code, PayAddresses.MOST_CHARS);
      if (!decoded.prefix().equals("lnurl")) {
        throw new IllegalArgumentException("it begins with " + decoded.prefix());
      }
      return uri(new String(decoded.bytes(), StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not a pay code: " + e.getMessage(), e);
    }
  }

  private static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("it holds no web address: " + e.getReason(), e);
    }
  }
}
