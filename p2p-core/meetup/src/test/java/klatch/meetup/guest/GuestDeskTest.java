package klatch.meetup.guest;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import klatch.libp2p.Ed25519Key;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.LogId;
import klatch.log.TopicId;
import klatch.meetup.Attendee;
import klatch.meetup.ByteString;
import klatch.meetup.EventId;
import klatch.meetup.LastAsGuest;
import klatch.meetup.Node;
import klatch.meetup.Scribe;
import klatch.meetup.Seat;
import klatch.meetup.TestClock;
import klatch.meetup.checkin.Beacon;
import klatch.meetup.checkin.CheckIn;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A guest who has a key in a page, and the host's node that writes for them. */
final class GuestDeskTest {
  private static final GuestWish SEAT = new GuestWish.Seat(0, List.of());
  private final TestClock clock = new TestClock(T0);
  private final Node host = new Node(1, clock);
  private final TopicId topic = host.meetup.createGroup("Chess", "");
  private final EventId event = host.meetup.createEvent(topic, Scribe.event(2)).orThrow();
  private final CheckIn door = new CheckIn(host.meetup, host.key, clock, Beacon.none());
  private final GuestDesk desk = desk();
  private final Ed25519Key key = Scribe.key(7);
  private final DeviceId guest = DeviceId.of(key);

  @AfterEach
  void close() {
    host.close();
  }

  private GuestDesk desk() {
    return new GuestDesk(host.store, host.meetup, door, event, clock);
  }

  private ByteString drafted(GuestDesk where, DeviceId who, GuestWish wish) {
    GuestReply reply = where.wish(who, wish);
    assertThat(reply).isInstanceOf(GuestReply.ToSign.class);
    return ((GuestReply.ToSign) reply).bytes();
  }

  private GuestReply done(Ed25519Key by, GuestWish wish) {
    DeviceId who = DeviceId.of(by);
    return desk.signed(who, ByteString.of(by.sign(drafted(desk, who, wish).bytes())));
  }

  private Seat seat() {
    await().until(() -> host.meetup.seats(event).of(guest).filter(s -> s.status() != Seat.Status.REQUESTED)
        .isPresent());
    return host.meetup.seats(event).of(guest).orElseThrow();
  }

  private static void refused(GuestReply reply, String words) {
    assertThat(reply).isInstanceOfSatisfying(GuestReply.Refused.class,
        refused -> assertThat(refused.message()).contains(words));
  }

  @Test
  void aGuestIsCalledByNameTakesASeatAndComesIn() {
    assertThat(done(key, new GuestWish.Name("Ann"))).isEqualTo(new GuestReply.Done());
    assertThat(done(key, SEAT)).isEqualTo(new GuestReply.Done());
    assertThat(seat().status()).isEqualTo(Seat.Status.CONFIRMED);
    assertThat(host.meetup.attendees(event)).extracting(Attendee::nickname)
        .containsExactly(java.util.Optional.of("Ann"));

    clock.set(T0 + HOUR);
    String frame = door.code(event).orThrow().text();
    assertThat(done(key, new GuestWish.ComeIn(frame))).isEqualTo(new GuestReply.Done());
    assertThat(host.meetup.presence(event).isPresent(guest)).isTrue();
    assertThat(done(key, new GuestWish.ComeIn(door.code(event).orThrow().text()))).isEqualTo(new GuestReply.Done());
  }

  @Test
  void aSeatIsGivenBackAndTakenAgain() {
    done(key, SEAT);
    assertThat(seat().status()).isEqualTo(Seat.Status.CONFIRMED);
    refused(desk.wish(guest, SEAT), "already");
    assertThat(done(key, new GuestWish.GiveBack())).isEqualTo(new GuestReply.Done());
    await().until(() -> host.meetup.seats(event).taken() == 0);
    refused(desk.wish(guest, new GuestWish.GiveBack()), "no pledge");
    assertThat(done(key, SEAT)).isEqualTo(new GuestReply.Done());
    clock.set(T0 + HOUR);
    refused(desk.wish(guest, new GuestWish.GiveBack()), "check-in opened");
  }

  @Test
  void twoClicksAreOneEntryAndTheLastWishCounts() {
    ByteString once = drafted(desk, guest, SEAT);
    assertThat(drafted(desk, guest, SEAT)).isEqualTo(once);
    ByteString name = drafted(desk, guest, new GuestWish.Name("Ann"));
    refused(desk.signed(guest, ByteString.of(key.sign(once.bytes()))), "signature");
    refused(desk.signed(guest, ByteString.of(key.sign(name.bytes()))), "too long");
    assertThat(host.store.heights(topic)).doesNotContainKey(guest);
  }

  @Test
  void whoSignsInTwoWindowsDoesNotForkTheirLog() {
    GuestDesk other = desk();
    ByteString here = drafted(desk, guest, SEAT);
    ByteString there = drafted(other, guest, new GuestWish.Name("Ann"));
    assertThat(desk.signed(guest, ByteString.of(key.sign(here.bytes())))).isEqualTo(new GuestReply.Done());
    refused(other.signed(guest, ByteString.of(key.sign(there.bytes()))), "something else meanwhile");
    assertThat(host.store.forks(topic)).isEmpty();
    assertThat(done(key, new GuestWish.Name("Ann"))).isEqualTo(new GuestReply.Done());
  }

  @Test
  void whatIsNotSignedByTheGuestOrTooLateIsRefusedAndNothingIsWritten() {
    ByteString bytes = drafted(desk, guest, SEAT);
    refused(desk.signed(guest, ByteString.of(Scribe.key(8).sign(bytes.bytes()))), "signature");
    drafted(desk, guest, SEAT);
    refused(desk.signed(guest, ByteString.of(new byte[63])), "64 bytes");
    refused(desk.signed(guest, ByteString.zeros(64)), "too long");
    ByteString late = drafted(desk, guest, SEAT);
    clock.set(T0 + GuestDesk.DRAFT_LIFE.toMillis());
    refused(desk.signed(guest, ByteString.of(key.sign(late.bytes()))), "too long");
    refused(desk.wish(guest, new GuestWish.Name("x".repeat(5_000))), "nickname");
    refused(desk.wish(host.device, SEAT), "host's own key");
    assertThat(host.store.heights(topic)).doesNotContainKey(guest);
  }

  @Test
  void foreignStaleAndMadeUpCodesLetNobodyIn() {
    done(key, SEAT);
    seat();
    clock.set(T0 + HOUR);
    refused(desk.wish(guest, new GuestWish.ComeIn("hello")), "code");
    EventId next = host.meetup.createEvent(topic, Scribe.event(5)).orThrow();
    refused(desk.wish(guest, new GuestWish.ComeIn(door.code(next).orThrow().text())), "another event");
    String old = door.code(event).orThrow().text();
    clock.set(T0 + HOUR + 60_000);
    refused(done(key, new GuestWish.ComeIn(old)), "old");
    refused(done(Scribe.key(9), new GuestWish.ComeIn(door.code(event).orThrow().text())), "RSVP");
    assertThat(host.meetup.presence(event).isPresent(guest)).isFalse();
  }

  @Test
  void aKeyCannotFillTheLog() {
    for (int i = 0; i < GuestDesk.MOST_ENTRIES; i++) {
      assertThat(done(key, new GuestWish.Name("Ann " + i))).isEqualTo(new GuestReply.Done());
    }
    refused(desk.wish(guest, new GuestWish.Name("Ann")), "too often");
  }

  @Test
  void nothingIsTakenForAnEventThatIsOverOrCalledOff() {
    host.meetup.cancelEvent(event, "rain").orThrow();
    refused(desk.wish(guest, SEAT), "called off");
    EventId other = host.meetup.createEvent(topic, Scribe.event(2)).orThrow();
    clock.set(T0 + 3 * HOUR);
    refused(new GuestDesk(host.store, host.meetup, door, other, clock).wish(guest, SEAT), "check-in closed");
    refused(new GuestDesk(host.store, host.meetup, door, EventId.parse("00".repeat(32)), clock).wish(guest,
        SEAT), "not known");
  }

  /** Whoever has taken their key away has one more writer: from then on nothing is written here. */
  @Test
  void aKeyThatHasGoneToANodeIsWrittenForNoMore() {
    assertThat(desk.wish(guest, new GuestWish.Move())).isInstanceOfSatisfying(GuestReply.Refused.class,
        refused -> assertThat(refused.code()).isEqualTo("nothing-to-move"));
    done(key, new GuestWish.Name("Ann"));
    done(key, SEAT);
    assertThat(seat().status()).isEqualTo(Seat.Status.CONFIRMED);
    assertThat(host.meetup.people().lastAsGuest(guest)).isEmpty();
    assertThat(done(key, new GuestWish.Move())).isEqualTo(new GuestReply.Done());

    LastAsGuest last = host.meetup.people().lastAsGuest(guest).orElseThrow();
    assertThat(last.sequence()).isEqualTo(3);
    assertThat(last.entry()).isEqualTo(host.store.read(new LogId(guest, topic), 3, 1).getFirst().id());
    for (GuestWish wish : List.of(new GuestWish.Name("Bo"), new GuestWish.GiveBack(), new GuestWish.Move(),
        new GuestWish.Statement("test/claim", ByteString.EMPTY))) {
      assertThat(desk.wish(guest, wish)).isInstanceOfSatisfying(GuestReply.Refused.class,
          refused -> assertThat(refused.code()).isEqualTo("key-moved"));
    }
    clock.set(T0 + HOUR);
    assertThat(done(key, new GuestWish.ComeIn(door.code(event).orThrow().text()))).isEqualTo(new GuestReply.Done());
    assertThat(host.meetup.presence(event).isPresent(guest)).isTrue();
  }

  @Test
  void aNodeTakesAKeyOnlyWhenItIsNobodyYetAndHasReadAllThatTheKeyHasSaid() {
    done(key, SEAT);
    done(key, new GuestWish.Move());
    LastAsGuest last = host.meetup.people().lastAsGuest(guest).orElseThrow();
    try (Node fresh = new Node(9, clock)) {
      DeviceId self = fresh.meetup.self();
      List<Entry> said = host.store.read(new LogId(guest, topic), 1, 10);
      assertThat(KeyArrival.of(fresh.store, self, guest, last)).isEqualTo(KeyArrival.UNREAD);
      fresh.store.ingest(said.subList(0, 1));
      assertThat(KeyArrival.of(fresh.store, self, guest, last)).isEqualTo(KeyArrival.UNREAD);
      fresh.store.ingest(said);
      assertThat(KeyArrival.of(fresh.store, self, guest, last)).isEqualTo(KeyArrival.READY);
      LastAsGuest other = new LastAsGuest(topic, last.sequence(), said.getFirst().id());
      assertThat(KeyArrival.of(fresh.store, self, guest, other)).isEqualTo(KeyArrival.ELSEWHERE);
      fresh.store.append(key, topic, "test/note", new byte[0], clock.millis());
      assertThat(KeyArrival.of(fresh.store, self, guest, last)).isEqualTo(KeyArrival.ELSEWHERE);
      fresh.meetup.joinGroup(topic, "Cy");
      assertThat(KeyArrival.of(fresh.store, self, guest, last)).isEqualTo(KeyArrival.NOT_FRESH);
    }
  }
}
