package klatch.meetup.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.Optional;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.log.EntryId;
import klatch.log.TopicId;
import klatch.meetup.ByteString;
import klatch.meetup.LastAsGuest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text in which a guest's key goes to a node; its golden bytes were made by another program. */
final class GuestKeyFileTest {
  private static final String GOLDEN = """
      klatch-guest-key 1
      person d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a
      key 4c5202bf9e7777cd4ba0badfdf62e803bc30fb0830df53e03a2cf3caf57d9236
      salt 44444444444444444444444444444444
      rounds 10000
      group 1111111111111111111111111111111111111111111111111111111111111111
      last 3 2222222222222222222222222222222222222222222222222222222222222222
      invite klatch:join/abc
      signature c40530a26c25dac69895307f8ca9e2e1416fee3fd9d6dd985a2607de2dd62b211effe7bb38eb918c097d67a20483352052bc958bc99768471a9ac6b6bdc14b03
      """;
  private static final String PASSPHRASE = "K\u00e4se & Tee";
  private static final int ROUNDS = 10_000;
  private static final Ed25519Key KEY = Ed25519Key
      .fromSeed(HexFormat.of().parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  private static final ByteString SALT = ByteString.parse("44".repeat(16));
  private static final LastAsGuest LAST = new LastAsGuest(TopicId.parse("11".repeat(32)), 3,
      EntryId.parse("22".repeat(32)));

  private static String text(Optional<String> passphrase, LastAsGuest last, String invite) {
    return GuestKeyFile.text(KEY, passphrase, SALT, ROUNDS, last, invite);
  }

  private static String plain() {
    return text(Optional.empty(), LAST, "klatch:join/abc");
  }

  private static void refused(String text, String words) {
    assertThatThrownBy(() -> GuestKeyFile.parse(text)).isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining(words);
  }

  @Test
  void aKeyHasItsGoldenBytesAndIsReadBackFromThem() throws MalformedMessageException {
    assertThat(text(Optional.of(PASSPHRASE), LAST, "klatch:join/abc")).isEqualTo(GOLDEN);
    var file = GuestKeyFile.parse(GOLDEN);
    assertThat(file.last()).isEqualTo(LAST);
    assertThat(file.invite()).isEqualTo("klatch:join/abc");
    assertThat(file.open(Optional.of(PASSPHRASE))).isInstanceOfSatisfying(GuestKeyFile.Opened.Key.class,
        opened -> assertThat(opened.key().seed()).isEqualTo(KEY.seed()));
    assertThat(file.open(Optional.of("Ka\u0308se & Tee"))).as("the same words, typed elsewhere")
        .isInstanceOf(GuestKeyFile.Opened.Key.class);
    assertThat(file.toString()).doesNotContain(HexFormat.of().formatHex(KEY.seed()));
  }

  @Test
  void aGuardedKeyOpensWithItsPassphraseAlone() throws MalformedMessageException {
    var file = GuestKeyFile.parse(GOLDEN);
    assertThat(file.open(Optional.empty()))
        .isEqualTo(new GuestKeyFile.Opened.Not(GuestKeyFile.Locked.NO_PASSPHRASE));
    assertThat(file.open(Optional.of("Tee & K\u00e4se")))
        .isEqualTo(new GuestKeyFile.Opened.Not(GuestKeyFile.Locked.WRONG_PASSPHRASE));
    assertThatThrownBy(() -> file.open(Optional.of("x".repeat(GuestKeyFile.MAX_PASSPHRASE_CHARS + 1))))
        .hasMessageContaining("at most 200 characters, not 201");
  }

  @Test
  void oneWithoutAPassphraseOpensAsItIsAlsoWithTheLineEndsOfOtherSystems() throws MalformedMessageException {
    var file = GuestKeyFile.parse("\r\n " + plain().replace("\n", "\r\n") + "\r\n");
    assertThat(file.guarded()).isFalse();
    assertThat(file.open(Optional.empty())).isInstanceOf(GuestKeyFile.Opened.Key.class);
  }

  /** The person may have typed it in parts, and whoever found it may have sent it elsewhere. */
  @Test
  void whateverWasAlteredIsNoticed() {
    var text = plain();
    for (int at = 0; at < text.strip().length(); at++) {
      char other = text.charAt(at) == '7' ? '8' : '7';
      var altered = text.substring(0, at) + other + text.substring(at + 1);
      assertThatThrownBy(() -> GuestKeyFile.parse(altered)).as("character %s", at)
          .isInstanceOf(MalformedMessageException.class);
    }
    refused(text.replace("last 3 ", "last 4 "), "altered");
    refused(text.replace("join/abc", "join/abd"), "altered");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "klatch", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "klatch-guest-key 1\nperson 00"})
  void whatIsNoneIsRefused(String text) {
    refused(text, "no guest's key");
  }

  @Test
  void sizesNumbersAndVersionsHaveTheirBounds() {
    refused("x".repeat(GuestKeyFile.MAX_CHARS + 1), "at most 6000 characters, not 6001");
    refused(plain().replace("klatch-guest-key 1", "klatch-guest-key 2"), "another version");
    refused(plain().replace("rounds 0", "rounds 9999"), "not 9999");
    refused(plain().replace("rounds 0", "rounds 1000001"), "not 1000001");
    refused(plain().replace("rounds 0", "rounds 99999999999999999999"), "no guest's key");
    refused(plain().replace("last 3 ", "last 0 "), "from 1 on");
    refused(plain().replace("salt 44", "salt "), "32 hex digits, not 30");
    assertThat(plain().length()).isLessThan(GuestKeyFile.MAX_CHARS / 2);
  }
}
