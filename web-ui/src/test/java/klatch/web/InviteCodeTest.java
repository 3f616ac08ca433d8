package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.log.DeviceId;
import klatch.log.TopicId;
import klatch.meetup.ByteString;
import klatch.meetup.EventId;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class InviteCodeTest {
  private static final Ed25519Key FOUNDER = Ed25519Key.fromSeed(new byte[32]);

  private static final EventId EVENT = EventId.parse("e7".repeat(32));

  private static final ByteString SECRET = ByteString.parse("5e".repeat(32));

  private static InviteCode invite(int addresses) throws MalformedMessageException {
    var address = Multiaddr.parse("/ip4/192.168.1.20/tcp/7440").withPeer(FOUNDER.peerId());
    return new InviteCode(new TopicId(new byte[32]), DeviceId.of(FOUNDER), DeviceId.of(FOUNDER), EVENT, SECRET,
        Collections.nCopies(addresses, address));
  }

  @Test
  void comesBackAsItWasAlsoWithSpacesAround() throws Exception {
    for (int addresses = 0; addresses <= InviteCode.MAX_ADDRESSES; addresses++) {
      assertThat(InviteCode.parse("  " + invite(addresses).text() + "\n")).isEqualTo(invite(addresses));
    }
  }

  @Test
  void hasTheBytesOfTheSpecification() throws Exception {
    var bytes = Base64.getUrlDecoder().decode(invite(1).text().substring(InviteCode.SCHEME.length()));
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("03" + "00".repeat(32)
        + "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29".repeat(2) + "01" + "e7".repeat(32)
        + "01" + "5e".repeat(32) + "01" + "0031" + "04c0a80114061d10"
        + "a50326" + "002408011220" + "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"
        + "89118156");
  }

  @Test
  void aGroupAsAWholeIsAnInviteToo() throws Exception {
    var group = new InviteCode(new TopicId(new byte[32]), DeviceId.of(FOUNDER), DeviceId.of(FOUNDER), null, null,
        List.of());
    assertThat(InviteCode.parse(group.text())).isEqualTo(group);
  }

  @Test
  void everyChangedCharacterIsNoticed() throws Exception {
    var text = invite(2).text();
    for (int i = InviteCode.SCHEME.length(); i < text.length() - 1; i++) {
      var changed = text.substring(0, i) + (text.charAt(i) == 'A' ? 'B' : 'A') + text.substring(i + 1);
      assertThatThrownBy(() -> InviteCode.parse(changed)).as(changed).isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void moreAddressesThanAllowedAreRefusedWithBothNumbers() {
    assertThatThrownBy(() -> invite(9)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("8")
        .hasMessageContaining("9");
  }

  @Test
  void aTextThatIsTooLongOrForeignIsRefusedWithAReason() {
    assertThatThrownBy(() -> InviteCode.parse(InviteCode.SCHEME + "A".repeat(5000)))
        .hasMessage("an invite has at most 4096 characters, not 5012");
    assertThatThrownBy(() -> InviteCode.parse("https://example.org")).hasMessage("an invite begins with klatch:join/");
  }

  @Property
  void garbageIsRefusedAndNeverAnythingElse(@ForAll @StringLength(max = 200) String garbage) {
    assertThatThrownBy(() -> InviteCode.parse(InviteCode.SCHEME + garbage))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Property
  void cutOffIsRefused(@ForAll @IntRange(max = 150) int kept) throws Exception {
    var text = invite(1).text();
    assertThatThrownBy(() -> InviteCode.parse(text.substring(0, Math.min(kept, text.length() - 1))))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void allListsAreCopied() throws Exception {
    assertThat(invite(1).addresses()).isUnmodifiable().isEqualTo(List.copyOf(invite(1).addresses()));
  }
}
