package klatch.meetup;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class LimitsTest {
  private static final EventId EVENT = EventId.of(new byte[32]);
  private static final DeviceId DOOR = new Scribe(1).device;

  private static EventCreated event(String title, String description, String place, int capacity,
      List<DeviceId> doors, int termsBytes) {
    return new EventCreated(title, description, place, Scribe.event(1).times(), capacity, doors, PresenceRule.DOOR,
        ByteString.zeros(termsBytes));
  }

  private static EventDetails details(@Nullable Long rsvpCloses, int guests, List<String> questions) {
    return new EventDetails("x", "", "", Scribe.event(1).times(), rsvpCloses, guests, questions);
  }

  private static EventTimes times(String zone, long start, long end, long opens, long closes) {
    return new EventTimes(zone, start, end, opens, closes);
  }

  private static Encounter encounter(int nonceBytes, long epoch, DeviceId keyB) {
    return new Encounter(EVENT, DOOR, keyB, ByteString.zeros(nonceBytes), ByteString.zeros(32), epoch,
        ByteString.zeros(32));
  }

  /** What is out of bounds, with a part of the message that refuses it. */
  private static Stream<Arguments> outOfBounds() {
    long end = T0 + HOUR;
    Map<String, ThrowingCallable> cases = new TreeMap<>();
    cases.put("nickname must not be blank", () -> new MemberProfile(" "));
    cases.put("nickname must be at most 64 characters, not 65", () -> new MemberProfile("x".repeat(65)));
    cases.put("nickname must not contain the character U+000A at index 1", () -> new MemberProfile("a\nb"));
    cases.put("nickname must not contain the character U+202E at index 0", () -> new MemberProfile("\u202Eevil"));
    cases.put("nickname must not contain the character U+D83D at index 1", () -> new MemberProfile("x\uD83D"));
    cases.put("nickname must not contain the character U+DE00 at index 0", () -> new MemberProfile("\uDE00x"));
    cases.put("number of tags must be between 0 and 10, not 11", () -> new MemberProfile("x",
        IntStream.range(0, 11).mapToObj(i -> "tag" + i).toList(), null));
    cases.put("tag must be at most 32 characters, not 33",
        () -> new MemberProfile("x", List.of("x".repeat(33)), null));
    cases.put("a tag has no spaces, commas or number signs: \"a b\"",
        () -> new MemberProfile("x", List.of("a b"), null));
    cases.put("a tag is named twice", () -> new MemberProfile("x", List.of("a", "a"), null));
    cases.put("name of the picture must be 32 bytes, not 31",
        () -> new MemberProfile("x", List.of(), ByteString.zeros(31)));
    cases.put("number of groups shown must be between 0 and 100, not 101",
        () -> new GroupsShown(IntStream.range(0, 101).mapToObj(i -> PersonTopic.of(new Scribe(i).device)).toList()));
    cases.put("name of the picture must be 32 bytes, not 33", () -> new CoverSet(EVENT, ByteString.zeros(33)));
    cases.put("uses of a ticket must be between 1 and 1000, not 0",
        () -> new TicketMade(ByteString.zeros(32), 0, T0));
    cases.put("ticket must be 32 bytes, not 31", () -> new MemberAdmitted(DOOR, ByteString.zeros(31)));
    cases.put("group name must not be blank", () -> new GroupCreated("", "", ByteString.zeros(16)));
    cases.put("group nonce must be 16 bytes, not 15", () -> new GroupCreated("x", "", ByteString.zeros(15)));
    cases.put("group description must be at most 8000 characters, not 8001",
        () -> new GroupCreated("x", "x".repeat(8001), ByteString.zeros(16)));
    cases.put("event title must be at most 120 characters, not 121",
        () -> event("x".repeat(121), "", "", 1, List.of(), 0));
    cases.put("event description must not contain the character U+0000",
        () -> event("x", "\0", "", 1, List.of(), 0));
    cases.put("place must be at most 500 characters, not 501",
        () -> event("x", "", "x".repeat(501), 1, List.of(), 0));
    cases.put("capacity must be between 1 and 100000, not 0", () -> event("x", "", "", 0, List.of(), 0));
    cases.put("capacity must be between 1 and 100000, not 100001", () -> event("x", "", "", 100_001, List.of(), 0));
    cases.put("a door device is named twice", () -> event("x", "", "", 1, List.of(DOOR, DOOR), 0));
    cases.put("number of door devices must be between 0 and 32, not 33", () -> event("x", "", "", 1,
        Stream.iterate(1, seed -> seed + 1).limit(33).map(seed -> new Scribe(seed).device).toList(), 0));
    cases.put("size of the terms in bytes must be between 0 and 16384, not 16385",
        () -> event("x", "", "", 1, List.of(), 16_385));
    cases.put("time zone must be an IANA name", () -> times("Europe/Berlin; rm", T0, end, T0, end));
    cases.put("time zone must be an IANA name of at most 64 characters",
        () -> times("x".repeat(65), T0, end, T0, end));
    cases.put("start (milliseconds since 1970) must be between", () -> times("UTC", T0 / 1000, end, T0, end));
    cases.put("end (milliseconds since 1970) must be between", () -> times("UTC", T0, end * 1000, T0, end));
    cases.put("duration in milliseconds must be between 1 and 2678400000, not 0",
        () -> times("UTC", T0, T0, T0, end));
    cases.put("check-in's opening", () -> times("UTC", T0, end, end + 1, end + 2));
    cases.put("check-in's closing", () -> times("UTC", T0, end, T0, T0));
    cases.put("check-in's closing (milliseconds since 1970) must be between", () -> times("UTC", T0, end, T0,
        end + Limits.DOOR_SLACK_MILLIS + 1));
    cases.put("reason must be at most 300 characters, not 301",
        () -> new EventCancelled(EVENT, "x".repeat(301)));
    cases.put("exactly when it releases a seat; this one says RELEASED and cites none",
        () -> SeatDecision.of(EVENT, EVENT.entry(), SeatOutcome.RELEASED));
    cases.put("exactly when it releases a seat; this one says CONFIRMED and cites one",
        () -> new SeatDecision(EVENT, EVENT.entry(), SeatOutcome.CONFIRMED, 1, new EntryId(new byte[32]), null));
    cases.put("number of seats must be between 1 and 11, not 0",
        () -> SeatDecision.of(EVENT, EVENT.entry(), SeatOutcome.CONFIRMED, 0));
    cases.put("number of seats must be between 1 and 11, not 12",
        () -> SeatDecision.of(EVENT, EVENT.entry(), SeatOutcome.CONFIRMED, 12));
    cases.put("of a quota seats are confirmed or released, not DECLINED", () -> new SeatDecision(EVENT, EVENT.entry(),
        SeatOutcome.DECLINED, 1, null, EVENT.entry()));
    cases.put("number of door devices must be between 1 and 32, not 0", () -> new DoorsAdded(EVENT, List.of()));
    cases.put("number of seats must be between 1 and 100000, not 0", () -> new SeatsDelegated(EVENT, DOOR, 0));
    cases.put("number of seats must be between 1 and 100000, not 100001",
        () -> new SeatsReturned(EVENT, EVENT.entry(), 100_001));
    cases.put("size of the sealed place in bytes must be between 48 and 1548, not 47",
        () -> new PlaceSealed(EVENT, DOOR, ByteString.zeros(47)));
    cases.put("size of the sealed place in bytes must be between 48 and 1548, not 1549",
        () -> new PlaceSealed(EVENT, DOOR, ByteString.zeros(1549)));
    cases.put("hidden place must be at most 500 characters, not 501",
        () -> PlaceSealed.of(EVENT, DOOR, "x".repeat(501)));
    cases.put("sequence must be between 0", () -> new CoHostGranted(DOOR, -1));
    cases.put("sequence must be between 0 and 9223372036854775807, not -2", () -> new CoHostRevoked(DOOR, -2));
    cases.put("guests must be between 0 and 10, not 11", () -> new Pledged(EVENT, 1, 11, ByteString.EMPTY));
    cases.put("guests must be between 0 and 10, not -1", () -> new Pledged(EVENT, 1, -1, ByteString.EMPTY));
    cases.put("version must be between 1 and 1000, not 0", () -> new Pledged(EVENT, 0, 0, ByteString.EMPTY));
    cases.put("size of the sealed answers in bytes must be between 0 and 16384, not 16385",
        () -> new Pledged(EVENT, 1, 0, ByteString.zeros(16_385)));
    cases.put("version must be between 2 and 1000, not 1",
        () -> new EventEdited(EVENT, 1, Scribe.event(1).details()));
    cases.put("version must be between 2 and 1000, not 1001",
        () -> new EventEdited(EVENT, 1001, Scribe.event(1).details()));
    cases.put("capacity must be between 1 and 100000, not -1", () -> new CapacitySet(EVENT, -1));
    cases.put("guests per pledge must be between 0 and 10, not 11", () -> details(null, 11, List.of()));
    cases.put("the RSVP cut-off (milliseconds since 1970) must be between",
        () -> details(T0 + 3 * HOUR + 1, 0, List.of()));
    cases.put("number of questions must be between 0 and 10, not 11",
        () -> details(null, 0, Collections.nCopies(11, "Why?")));
    cases.put("question must not be blank", () -> details(null, 0, List.of(" ")));
    cases.put("question must be at most 200 characters, not 201",
        () -> details(null, 0, List.of("x".repeat(201))));
    cases.put("number of answers must be between 0 and 10, not 11",
        () -> new Answers(Collections.nCopies(11, "So.")));
    cases.put("answer must be at most 500 characters, not 501", () -> new Answers(List.of("x".repeat(501))));
    cases.put("nonce of A must be 32 bytes, not 31", () -> encounter(31, T0 / 5000, new Scribe(2).device));
    cases.put("epoch must be between 0", () -> encounter(32, -1, new Scribe(2).device));
    cases.put("epoch (milliseconds since 1970) must be between", () -> encounter(32, T0, new Scribe(2).device));
    cases.put("an encounter has two devices", () -> encounter(32, T0 / 5000, DOOR));
    cases.put("signature of A must be 64 bytes, not 0", () -> new SignedEncounter(
        encounter(32, T0 / 5000, new Scribe(2).device), ByteString.EMPTY, ByteString.zeros(64)));
    return cases.entrySet().stream().map(each -> Arguments.of(each.getKey(), each.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("outOfBounds")
  void isRefusedWithTheValueAndTheBound(String message, ThrowingCallable construction) {
    assertThatThrownBy(construction).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
  }

  @Test
  void whatIsJustInsideTheBoundsIsTaken() {
    assertThat(new MemberProfile("\uD83D\uDE00".repeat(32)).nickname()).hasSize(64);
    assertThat(event("x".repeat(120), "a\n\tb", "", Limits.CAPACITY, List.of(DOOR), Limits.TERMS_BYTES).capacity())
        .isEqualTo(100_000);
    EventTimes longest = times("Etc/GMT+1", T0, T0 + Limits.EVENT_MILLIS, T0 - Limits.DOOR_SLACK_MILLIS,
        T0 + Limits.EVENT_MILLIS + Limits.DOOR_SLACK_MILLIS);
    assertThat(longest.checkInOpenAt(T0)).isTrue();
  }
}
