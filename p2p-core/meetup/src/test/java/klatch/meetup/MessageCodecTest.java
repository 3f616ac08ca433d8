package klatch.meetup;

import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import klatch.libp2p.MalformedMessageException;
import klatch.log.EntryId;
import klatch.log.TopicId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bytes of version 1 never change: they are in people's logs. */
final class MessageCodecTest {
  private static final EventId EVENT = EventId.of(bytes(0x11));
  private static final EntryId PLEDGE = new EntryId(bytes(0x22));
  private static final EntryId WITHDRAWAL = new EntryId(bytes(0x33));

  private static byte[] bytes(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /** Name in the file of golden bytes, and message. */
  private static Map<String, MeetupMessage> examples() {
    EventTimes times = Scribe.event(1).times();
    Map<String, MeetupMessage> examples = new LinkedHashMap<>();
    examples.put("group-created", new GroupCreated("Chess in the park", "Every week.", List.of("chess", "outdoors"),
        Access.INVITED, ByteString.of(Arrays.copyOf(bytes(0x44), Limits.GROUP_NONCE_BYTES))));
    examples.put("member-profile", new MemberProfile("Zoë", List.of("go", "tea"), ByteString.of(bytes(0x66))));
    examples.put("member-profile-plain", new MemberProfile("Zoë"));
    examples.put("ticket-made", new TicketMade(ByteString.of(bytes(0x77)), 50, T0));
    examples.put("member-admitted", new MemberAdmitted(new Scribe(2).device, ByteString.of(bytes(0x77))));
    examples.put("member-removed", new MemberRemoved(new Scribe(2).device));
    examples.put("key-moved", new KeyMoved());
    examples.put("picture-added", new PictureAdded(PictureTest.png(32, 16)));
    examples.put("groups-shown", new GroupsShown(List.of(new TopicId(bytes(0x11)), new TopicId(bytes(0x22)))));
    EventCreated event = new EventCreated(
        new EventDetails("Spring games", "Bring a board.\nAnd tea.", "By the pond", times, T0 + Scribe.HOUR, 2,
            List.of("Which board?", "Tea?")),
        12, List.of(new Scribe(4).device), PresenceRule.DOOR,
        ByteString.of("terms of another module".getBytes(StandardCharsets.US_ASCII)));
    examples.put("event-created", event);
    examples.put("event-of-a-series",
        event.as(new Occurrence(ByteString.of(Arrays.copyOf(bytes(0x88), Limits.SERIES_ID_BYTES)),
            "FREQ=WEEKLY;BYDAY=SU;COUNT=6", 3, 6)));
    examples.put("event-edited",
        new EventEdited(EVENT, 2, new EventDetails("Spring games, moved", "", "In the hall", times)));
    examples.put("capacity-set", new CapacitySet(EVENT, 20));
    examples.put("event-cancelled", new EventCancelled(EVENT, "rain"));
    examples.put("pledged",
        new Pledged(EVENT, 2, 1, ByteString.of("sealed for the host".getBytes(StandardCharsets.US_ASCII))));
    examples.put("pledge-withdrawn", new PledgeWithdrawn(EVENT, PLEDGE));
    examples.put("seat-confirmed", SeatDecision.of(EVENT, PLEDGE, SeatOutcome.CONFIRMED, 2));
    examples.put("seat-released", SeatDecision.released(EVENT, PLEDGE, WITHDRAWAL));
    examples.put("seat-of-quota", new SeatDecision(EVENT, PLEDGE, SeatOutcome.CONFIRMED, 3, null, WITHDRAWAL));
    examples.put("co-host-granted", new CoHostGranted(new Scribe(2).device, 7));
    examples.put("co-host-revoked", new CoHostRevoked(new Scribe(2).device, 300));
    examples.put("doors-added", new DoorsAdded(EVENT, List.of(new Scribe(4).device)));
    examples.put("place-sealed", new PlaceSealed(EVENT, new Scribe(2).device, ByteString.of(SealedBox.seal(
        new Scribe(2).device,
        SealedBox.context("klatch-place-1", EVENT.bytes(), new Scribe(2).device.bytes()),
        "Köhler, 2nd floor".getBytes(StandardCharsets.UTF_8), bytes(0x05)))));
    examples.put("cover-set", new CoverSet(EVENT, ByteString.of(bytes(0x66))));
    examples.put("cover-taken-away", new CoverSet(EVENT, null));
    examples.put("seats-delegated", new SeatsDelegated(EVENT, new Scribe(2).device, 25));
    examples.put("seats-returned", new SeatsReturned(EVENT, PLEDGE, 4));
    examples.put("seats-reclaimed", new SeatsReclaimed(EVENT, WITHDRAWAL));
    examples.put("encounter", new Scribe(1).meet(EVENT, new Scribe(2), T0));
    examples.put("checked-in-by-hand", new CheckedInByHand(EVENT, new Scribe(2).device, "phone is flat"));
    examples.put("check-in-undone", new CheckInUndone(EVENT, List.of(ByteString.of(bytes(0x55))), "wrong person"));
    return examples;
  }

  private static Stream<String> names() {
    return examples().keySet().stream();
  }

  /** Lines of name, payload type and hex. */
  private static Map<String, List<String>> golden() {
    try (InputStream in = MessageCodecTest.class.getResourceAsStream("messages-1.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII).lines()
          .map(line -> List.of(line.split(" "))).collect(Collectors.toMap(List::getFirst, line -> line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MeetupMessage example(String name) {
    return Objects.requireNonNull(examples().get(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void aMessageHasItsGoldenBytesAndIsReadBackFromThem(String name) throws MalformedMessageException {
    MeetupMessage message = example(name);
    List<String> line = Objects.requireNonNull(golden().get(name), "no golden bytes for " + name);
    assertThat(name + " " + MessageCodec.type(message) + " "
        + HexFormat.of().formatHex(MessageCodec.encode(message))).isEqualTo(String.join(" ", line));
    assertThat(MessageCodec.decode(line.get(1), HexFormat.of().parseHex(line.get(2)))).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("names")
  void aMessageCutShortIsRefused(String name) {
    MeetupMessage message = example(name);
    byte[] whole = MessageCodec.encode(message);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> MessageCodec.decode(MessageCodec.type(message), cut)).as("%s bytes", length)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void aMessageOfAnotherTypeIsRefused(String name) {
    byte[] payload = MessageCodec.encode(example(name));
    String other = MessageCodec.type(name.startsWith("member-profile") ? new Pledged(EVENT) : new MemberProfile("x"));
    assertThatThrownBy(() -> MessageCodec.decode(other, payload)).isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void aGroupsTopicIsTheHashOfFounderAndNonce() {
    assertThat(GroupCreated.topic(new Scribe(1).device, Scribe.group(0x44).nonce()))
        .hasToString("79c78ca986d8b171cdafdde444dbac9e768c54c18216b484cb394c9c40c07f02");
  }

  @Test
  void boundsHoldForReceivedBytesToo() {
    byte[] good = MessageCodec.encode(new EventCancelled(EVENT, "abc"));
    byte[] control = good.clone();
    control[control.length - 1] = 7;
    assertThatThrownBy(() -> MessageCodec.decode(MessageCodec.type(new EventCancelled(EVENT, "abc")), control))
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("U+0007");
  }

  @Test
  void theLargestEventFitsAnEntry() {
    String wide = "\u20ac";
    EventDetails details = new EventDetails(wide.repeat(Limits.TITLE_CHARS), wide.repeat(Limits.DESCRIPTION_CHARS),
        wide.repeat(Limits.PLACE_CHARS), Scribe.event(1).times(), null, Limits.GUESTS,
        Collections.nCopies(Limits.QUESTIONS, wide.repeat(Limits.QUESTION_CHARS)));
    EventCreated largest = new EventCreated(details, Limits.CAPACITY,
        Stream.iterate(1, seed -> seed + 1).limit(Limits.DOORS).map(seed -> new Scribe(seed).device).toList(),
        PresenceRule.DOOR, ByteString.zeros(Limits.TERMS_BYTES), new Occurrence(
            ByteString.zeros(Limits.SERIES_ID_BYTES), "x".repeat(Limits.RULE_CHARS), 1, Limits.SERIES_EVENTS));
    assertThat(MessageCodec.encode(largest)).hasSizeLessThan(64 * 1024);
  }

  @Test
  void theLargestPictureFitsAnEntry() {
    byte[] bytes = Arrays.copyOf(PictureTest.png(1, 1).bytes(), Limits.PICTURE_BYTES);
    assertThat(MessageCodec.encode(new PictureAdded(ByteString.of(bytes)))).hasSizeLessThan(64 * 1024);
  }

  @Test
  void aPersonsTopicIsTheHashOfTheirKey() {
    assertThat(PersonTopic.of(new Scribe(1).device))
        .hasToString("799260d166cec067d48e124d4d9d9476f03f1fd89e66e14c3aa9bb31431ffbdc");
  }

  @Test
  void theLongestAnswersFitAPledge() throws MalformedMessageException {
    Answers longest = new Answers(Collections.nCopies(Limits.QUESTIONS, "\u20ac".repeat(Limits.ANSWER_CHARS)));
    Scribe host = new Scribe(1);
    Scribe ann = new Scribe(2);
    Pledged pledge = new Pledged(EVENT, 1, 0, longest.sealed(EVENT, ann.device, host.device));
    assertThat(Answers.open(pledge.answers(), EVENT, ann.device, host.key)).isEqualTo(longest);
  }

  @Test
  void typesOfOthersAreNotOurs() {
    assertThat(MessageCodec.isMeetup("meetup/pledged/1")).isTrue();
    assertThat(MessageCodec.isMeetup("meetup/pledged/2")).isFalse();
    assertThat(MessageCodec.isMeetup("deposit/terms/1")).isFalse();
  }
}
