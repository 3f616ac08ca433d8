package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import klatch.libp2p.Ed25519Key;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import klatch.meetup.Attendee;
import klatch.meetup.MemberProfile;
import klatch.meetup.Seat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GuestListTest {
  private static final DeviceId ANN = DeviceId.of(Ed25519Key.fromSeed(new byte[32]));

  private static Attendee attendee(String nickname) {
    return new Attendee(ANN, Optional.of(new MemberProfile(nickname)),
        new Seat(ANN, new EntryId(new byte[32]), 0, 2, 1, Seat.Status.CONFIRMED, false), true);
  }

  @Test
  void aLineForEachWithTheAnswersBesideTheirQuestions() {
    assertThat(GuestList.csv(List.of(attendee("Ann \"A\", of Ulm")), List.of("Milk?", "Cake?"),
        Map.of(ANN, List.of("Oat\nor none")))).isEqualTo(
            "\"person\",\"nickname\",\"seat\",\"guests\",\"present\",\"Milk?\",\"Cake?\"\r\n" + "\"" + ANN
                + "\",\"Ann \"\"A\"\", of Ulm\",\"confirmed\",\"2\",\"yes\",\"Oat\nor none\",\"\"\r\n");
  }

  /** A nickname has no tab in it, an answer may. */
  @Test
  void anAnswerThatBeginsWithATabIsTextToo() {
    assertThat(GuestList.csv(List.of(attendee("Ann")), List.of("Milk?"), Map.of(ANN, List.of("\t=1"))))
        .contains("\"'\t=1\"");
  }

  /** A name is anybody's choice, and the host's spreadsheet must not run it. */
  @ParameterizedTest
  @ValueSource(strings = {"=HYPERLINK(\"http://x\")", "+1", "-1+1", "@SUM(A1)"})
  void whatASpreadsheetWouldRunIsText(String formula) {
    var csv = GuestList.csv(List.of(attendee(formula)), List.of(formula), Map.of(ANN, List.of(formula)));
    var cell = "\"'" + formula.replace("\"", "\"\"") + "\"";
    assertThat(csv.split(java.util.regex.Pattern.quote(cell), -1)).hasSize(4);
  }
}
