package klatch.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Who may use the API: the commands by the token in {@code api.json}, a browser by a token of its own, for which it gives a
 * one-time code (docs/decisions/0014-browser-token.md). Only hashes of secrets are kept and looked up, so that the time a
 * comparison takes says nothing of a secret. Safe for any number of threads.
 */
final class Sessions {
  /** Links that were made and not followed; the oldest is forgotten. */
  static final int CODES = 8;
  /** Browsers of one person; the oldest has to ask for a new link. */
  static final int BROWSERS = 32;

  private static final int SECRET_BYTES = 32;

  private final SecureRandom random = new SecureRandom();
  private final String token = secret();
  private final Set<String> codes = new LinkedHashSet<>();
  private final Set<String> browsers = new LinkedHashSet<>();

  /** What the commands send. */
  String token() {
    return token;
  }

  /** A code that {@link #enter} takes once. */
  synchronized String newCode() {
    var code = secret();
    keep(codes, code, CODES);
    return code;
  }

  /** Takes this code once too: a page holds it since before this node started. */
  synchronized void expect(String code) {
    keep(codes, code, CODES);
  }

  /** The token for a browser that brings a code; empty if the code was used, or never given. */
  synchronized Optional<String> enter(String code) {
    if (!codes.remove(hash(code))) {
      return Optional.empty();
    }
    var browser = secret();
    keep(browsers, browser, BROWSERS);
    return Optional.of(browser);
  }

  /** Whether it is the commands' token or a browser's. */
  boolean knows(String sent) {
    var hash = hash(sent);
    if (hash.equals(hash(token))) {
      return true;
    }
    synchronized (this) {
      return browsers.contains(hash);
    }
  }

  private static void keep(Set<String> secrets, String fresh, int most) {
    secrets.add(hash(fresh));
    for (Iterator<String> oldest = secrets.iterator(); secrets.size() > most;) {
      oldest.next();
      oldest.remove();
    }
  }

  private String secret() {
    var bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String hash(String secret) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
