package klatch.meetup.checkin;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import klatch.log.Arrival;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.TopicId;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;
import klatch.meetup.EventId;
import klatch.meetup.MeetupView;
import klatch.meetup.Node;
import klatch.meetup.Pledged;
import klatch.meetup.Scribe;
import klatch.meetup.TestClock;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Several doors that reach each other now and then, guests with wrong clocks, and people who try everything: whoever was
 * let in is present after the logs have met, nobody else is, and no pair of devices met twice.
 */
final class DoorsPropertyTest {
  private static final int DOORS = 3;
  private static final int GUESTS = 6;
  private static final int STRANGERS = 2;
  private static final int ACTIONS = 60;
  private static final long SKEW_MILLIS = 25_000;

  /** One door: its node, its own clock, and what it runs. */
  private record Post(Node node, TestClock clock, long skewMillis, CheckIn checkIn) {
  }

  /** One evening. */
  private static final class Evening implements AutoCloseable {
    final List<Post> posts = new ArrayList<>();
    final List<Scribe> guests = new ArrayList<>();
    final List<Scribe> strangers = new ArrayList<>();
    final Map<CheckInRefusal, Integer> refusals = new HashMap<>();
    final Set<DeviceId> letIn = new HashSet<>();
    final TopicId topic;
    final EventId event;
    final EventId other;
    private final Random random;
    private final List<DoorCode> photos = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private long now = T0 + HOUR;

    Evening(long seed) {
      random = new Random(seed);
      for (int i = 0; i < DOORS; i++) {
        TestClock clock = new TestClock(T0);
        Node node = new Node(1 + i, clock);
        posts.add(new Post(node, clock, random.nextLong(-2_000, 2_000),
            new CheckIn(node.meetup, node.key, clock, Beacon.none())));
      }
      Node host = posts.getFirst().node();
      topic = host.meetup.createGroup("Chess", "");
      DeviceId[] doors = posts.stream().skip(1).map(post -> post.node().device).toArray(DeviceId[]::new);
      event = host.meetup.createEvent(topic, Scribe.event(GUESTS, doors)).orThrow();
      other = host.meetup.createEvent(topic, Scribe.event(GUESTS, doors)).orThrow();
      for (int i = 0; i < GUESTS; i++) {
        Scribe guest = new Scribe(50 + i);
        guest.write(topic, new Pledged(event));
        guests.add(guest);
      }
      for (int i = 0; i < STRANGERS; i++) {
        strangers.add(new Scribe(90 + i));
      }
      host.store.ingest(guests.stream().<Entry>flatMap(guest -> guest.entries.stream()).toList());
      await().until(() -> host.meetup.seats(event).confirmed().size() == GUESTS);
      posts.stream().skip(1).forEach(post -> post.node().copyFrom(host));
      pass(0);
    }

    private void pass(long millis) {
      now += millis;
      posts.forEach(post -> post.clock().set(now + post.skewMillis()));
    }

    private <T> T any(List<T> list) {
      return list.get(random.nextInt(list.size()));
    }

    void act() {
      Post post = any(posts);
      switch (random.nextInt(12)) {
        case 0 -> pass(random.nextInt(20_000));
        case 1 -> post.node().copyFrom(any(posts).node());
        case 2, 3 -> photos.add(post.checkIn().code(random.nextInt(5) == 0 ? other : event).orThrow());
        case 4 -> replayed(post);
        case 5 -> attempt(post, any(strangers), shown(post));
        case 6 -> {
          if (!photos.isEmpty()) {
            attempt(post, any(guests), any(photos));
          }
        }
        case 7 -> {
          Answer mine = Answer.sign(shown(post), post.node().key, nonce(), now);
          count(post.checkIn().answer(mine), mine);
        }
        case 8 -> byScreen(post, any(guests));
        default -> attempt(post, any(guests), shown(post));
      }
    }

    private DoorCode shown(Post post) {
      return post.checkIn().code(event).orThrow();
    }

    private ByteString nonce() {
      byte[] bytes = new byte[Encounter.NONCE_BYTES];
      random.nextBytes(bytes);
      return ByteString.of(bytes);
    }

    private void attempt(Post post, Scribe guest, DoorCode code) {
      long skew = random.nextLong(-SKEW_MILLIS, SKEW_MILLIS);
      Answer answer = Answer.sign(code, guest.key, nonce(), now + skew);
      answers.add(answer);
      count(post.checkIn().answer(answer), answer);
    }

    private void byScreen(Post post, Scribe guest) {
      Answer answer = Answer.sign(shown(post), guest.key, nonce(), now);
      pass(random.nextInt(10_000));
      long before = post.node().store.lastPosition();
      switch (post.checkIn().scanned(AnswerFrame.of(answer).text())) {
        case Scan.Signed signed -> {
          assertThat(signed.encounter().encounter().has(guest.device)).isTrue();
          letIn.add(guest.device);
        }
        case Scan.Already _ -> assertThat(letIn).contains(guest.device);
        case Scan.Refused refused -> {
          refusals.merge(refused.refusal(), 1, Integer::sum);
          assertThat(post.node().store.lastPosition()).isEqualTo(before);
        }
        case Scan.Answered _,Scan.Done _ -> throw new AssertionError("an answer was taken for something else");
      }
    }

    private void replayed(Post post) {
      if (!answers.isEmpty()) {
        Answer answer = any(answers);
        count(post.checkIn().answer(answer), answer);
      }
    }

    private void count(CheckInReply reply, Answer answer) {
      switch (reply) {
        case CheckInReply.CheckedIn(var signed) -> {
          assertThat(signed.verified()).isTrue();
          letIn.add(answer.attendee());
        }
        case CheckInReply.AlreadyCheckedIn(var signed) ->
          assertThat(signed.encounter().has(answer.attendee())).isTrue();
        case CheckInReply.Refused refused -> {
          assertThat(refused.message()).isNotBlank();
          refusals.merge(refused.refusal(), 1, Integer::sum);
        }
      }
    }

    List<Entry> allInAnyOrder() {
      List<Post> order = new ArrayList<>(posts);
      Collections.shuffle(order, random);
      for (Post post : order) {
        order.getFirst().node().copyFrom(post.node());
      }
      return order.getFirst().node().store.arrivals(0, Integer.MAX_VALUE).stream().map(Arrival::entry).toList();
    }

    @Override
    public void close() {
      posts.forEach(post -> post.node().close());
    }
  }

  @Property(tries = 15)
  void nobodyIsLostAndNobodyIsInvented(@ForAll long seed) {
    try (Evening evening = new Evening(seed)) {
      long entries = 0;
      for (int i = 0; i < ACTIONS; i++) {
        evening.act();
      }
      List<Entry> merged = evening.allInAnyOrder();
      MeetupView view = MeetupView.of(merged);
      assertThat(view.presence(evening.event).present()).containsExactlyInAnyOrderElementsOf(evening.letIn);
      assertThat(view.presence(evening.other).present()).isEmpty();
      assertThat(evening.guests.stream().map(guest -> guest.device).toList()).containsAll(evening.letIn);
      assertThat(view.anomalies(evening.topic)).isEmpty();
      for (Post post : evening.posts) {
        entries += merged.stream().filter(entry -> entry.device().equals(post.node().device))
            .filter(entry -> entry.payloadType().equals("meetup/encounter/1")).count();
      }
      assertThat(entries).as("one for each pair at most").isLessThanOrEqualTo((long) DOORS * evening.letIn.size());
      assertThat(evening.refusals).as("people tried").isNotEmpty();
      assertThat(evening.letIn).as("people came").isNotEmpty();
      evening.posts.forEach(post -> {
        post.node().store.ingest(merged);
        assertThat(post.node().meetup.presence(evening.event)).isEqualTo(view.presence(evening.event));
      });
    }
  }
}
