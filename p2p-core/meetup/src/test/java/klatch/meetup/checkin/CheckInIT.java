package klatch.meetup.checkin;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Stream;
import klatch.log.TopicId;
import klatch.meetup.EventId;
import klatch.meetup.Node;
import klatch.meetup.Scribe;
import klatch.meetup.SignedEncounter;
import klatch.meetup.TestClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Check-in between two nodes over real connections. */
final class CheckInIT {
  private final TestClock clock = new TestClock(T0);
  private final Node host = new Node(1, clock);
  private final Node ann = new Node(2, clock);
  private final Host hostPeer = Libp2pHost.create(HostOptions.of(host.key).listen("/ip4/127.0.0.1/tcp/0"));
  private final Host annPeer = Libp2pHost.create(HostOptions.of(ann.key));
  private final CheckIn door = new CheckIn(host.meetup, host.key, clock, Beacon.none());
  private final CheckIn phone = new CheckIn(ann.meetup, ann.key, clock, Beacon.none());
  private final TopicId topic = host.meetup.createGroup("Chess", "");
  private final EventId event = host.meetup.createEvent(topic, Scribe.event(2)).orThrow();

  @BeforeEach
  void meet() {
    door.serve(hostPeer);
    annPeer.connect(hostPeer.listenAddresses().getFirst());
    ann.copyFrom(host);
    ann.meetup.pledge(event).orThrow();
    host.copyFrom(ann);
    await().until(() -> host.meetup.seats(event).confirmed().contains(ann.device));
    clock.set(T0 + HOUR);
  }

  @AfterEach
  void close() {
    annPeer.close();
    hostPeer.close();
    ann.close();
    host.close();
  }

  private String code() {
    return door.code(event).orThrow().text();
  }

  private static CheckInRefusal refusal(CheckInReply reply) {
    return ((CheckInReply.Refused) reply).refusal();
  }

  @Test
  void oneScanChecksInAndBothKeepTheProof() {
    SignedEncounter signed = ((CheckInReply.CheckedIn) phone.checkIn(annPeer, code())).encounter();
    assertThat(signed.verified()).isTrue();
    assertThat(host.meetup.presence(event).proof(ann.device)).contains(signed);
    assertThat(ann.meetup.presence(event).proof(ann.device)).contains(signed);

    long atTheDoor = host.store.lastPosition();
    long onThePhone = ann.store.lastPosition();
    assertThat(phone.checkIn(annPeer, code())).isEqualTo(new CheckInReply.AlreadyCheckedIn(signed));
    assertThat(host.store.lastPosition()).isEqualTo(atTheDoor);
    assertThat(ann.store.lastPosition()).isEqualTo(onThePhone);
    ann.copyFrom(host);
    assertThat(ann.meetup.presence(event).present()).containsExactly(ann.device);
    assertThat(ann.meetup.anomalies(topic)).isEmpty();
  }

  @Test
  void aPhoneThatLostItsLogGetsItsProofAgain() {
    SignedEncounter signed = ((CheckInReply.CheckedIn) phone.checkIn(annPeer, code())).encounter();
    try (Node again = new Node(2, clock)) {
      again.copyFrom(host);
      CheckIn other = new CheckIn(again.meetup, again.key, clock, Beacon.none());
      assertThat(other.checkIn(annPeer, code())).isEqualTo(new CheckInReply.AlreadyCheckedIn(signed));
    }
  }

  @Test
  void aRefusalArrivesWithItsReason() {
    try (Node bob = new Node(3, clock)) {
      Host bobPeer = Libp2pHost.create(HostOptions.of(bob.key));
      try {
        bobPeer.connect(hostPeer.listenAddresses().getFirst());
        bob.copyFrom(host);
        CheckInReply reply = new CheckIn(bob.meetup, bob.key, clock, Beacon.none()).checkIn(bobPeer, code());
        assertThat(reply).isEqualTo(
            new CheckInReply.Refused(CheckInRefusal.NO_RSVP, "no RSVP of this key has reached the door"));
        assertThat(bob.store.heights(topic)).doesNotContainKey(bob.device);
      } finally {
        bobPeer.close();
      }
    }
  }

  @Test
  void aDoorThatIsGoneIsUnreachableAndNothingIsWritten() {
    String code = code();
    long before = ann.store.lastPosition();
    hostPeer.removeHandler(CheckIn.PROTOCOL);
    assertThat(refusal(phone.checkIn(annPeer, code))).isEqualTo(CheckInRefusal.UNREACHABLE);
    hostPeer.close();
    await().until(() -> refusal(phone.checkIn(annPeer, code)) == CheckInRefusal.UNREACHABLE);
    assertThat(ann.store.lastPosition()).isEqualTo(before);
    assertThat(refusal(phone.checkIn(annPeer, "garbage"))).isEqualTo(CheckInRefusal.MALFORMED);
  }

  @Test
  void aDoorThatLiesIsNotBelieved() {
    String code = code();
    hostPeer.handle(CheckIn.PROTOCOL, stream -> {
      Answer answer = CheckInWire.decodeAnswer(CheckInWire.read(stream.input()));
      SignedEncounter other = new Scribe(1).meet(answer.code().event(), new Scribe(9), T0 + HOUR);
      CheckInWire.write(stream.output(), CheckInWire.encode(new CheckInReply.CheckedIn(other)));
    });
    assertThat(refusal(phone.checkIn(annPeer, code))).isEqualTo(CheckInRefusal.SIGNATURE);
    hostPeer.handle(CheckIn.PROTOCOL, stream -> CheckInWire.write(stream.output(), new byte[]{1, 2, 3}));
    assertThat(refusal(phone.checkIn(annPeer, code))).isEqualTo(CheckInRefusal.MALFORMED);
    hostPeer.handle(CheckIn.PROTOCOL, stream -> stream.output().write(new byte[]{(byte) 0xff, (byte) 0xff, 0x7f}));
    assertThat(refusal(phone.checkIn(annPeer, code))).isEqualTo(CheckInRefusal.MALFORMED);
    assertThat(ann.meetup.presence(event).present()).isEmpty();
  }

  @Test
  void aPeerThatStallsTakesFewPlacesAndOnlyForSeconds() throws IOException, MalformedMessageException {
    List<Stream> stalled = new ArrayList<>();
    Host stallerPeer = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()));
    try {
      stallerPeer.connect(hostPeer.listenAddresses().getFirst());
      for (int i = 0; i < CheckIn.STREAMS_PER_PEER; i++) {
        stalled.add(stallerPeer.open(hostPeer.id(), CheckIn.PROTOCOL));
      }
      await().atMost(Duration.ofSeconds(4)).until(() -> !isServed(stallerPeer));
      assertThat(phone.checkIn(annPeer, code())).as("others are").isInstanceOf(CheckInReply.CheckedIn.class);
      for (Stream stream : stalled) {
        stream.timeout(Duration.ofSeconds(20));
        assertThatThrownBy(() -> CheckInWire.read(stream.input())).as("the door gives up")
            .isInstanceOf(IOException.class)
            .isNotInstanceOf(SocketTimeoutException.class);
      }
      await().until(() -> isServed(stallerPeer));
    } finally {
      stallerPeer.close();
    }
  }

  /** Whether the door answers a message of this peer. */
  private boolean isServed(Host peer) {
    try (Stream stream = peer.open(hostPeer.id(), CheckIn.PROTOCOL)) {
      CheckInWire.write(stream.output(), new byte[]{1});
      return refusal(CheckInWire.decodeReply(CheckInWire.read(stream.input()))) == CheckInRefusal.MALFORMED;
    } catch (IOException | Libp2pException | MalformedMessageException e) {
      return false;
    }
  }

  @Test
  void garbageAtTheDoorHarmsNobody() throws IOException, MalformedMessageException {
    Random random = new Random(7);
    for (int i = 0; i < 30; i++) {
      byte[] garbage = new byte[1 + random.nextInt(400)];
      random.nextBytes(garbage);
      try (Stream stream = annPeer.open(hostPeer.id(), CheckIn.PROTOCOL)) {
        CheckInWire.write(stream.output(), garbage);
        stream.closeWrite();
        assertThat(refusal(CheckInWire.decodeReply(CheckInWire.read(stream.input()))))
            .isEqualTo(CheckInRefusal.MALFORMED);
      }
    }
    try (Stream oversize = annPeer.open(hostPeer.id(), CheckIn.PROTOCOL)) {
      oversize.output().write(new byte[]{(byte) 0xff, (byte) 0xff, 0x7f});
      assertThatThrownBy(() -> CheckInWire.read(oversize.input())).isInstanceOf(IOException.class);
    }
    try (Stream cut = annPeer.open(hostPeer.id(), CheckIn.PROTOCOL)) {
      cut.output().write(new byte[]{100, 1, 2, 3});
      cut.closeWrite();
      assertThatThrownBy(() -> CheckInWire.read(cut.input())).isInstanceOf(IOException.class);
    }
    assertThat(phone.checkIn(annPeer, code())).isInstanceOf(CheckInReply.CheckedIn.class);
  }
}
