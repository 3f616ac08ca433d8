package klatch.meetup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import klatch.log.TopicId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CoverTest {
  private static final ByteString PHOTO = PictureTest.png(1_024, 576);

  private final TestClock clock = new TestClock(Scribe.T0);
  private final Node host = new Node(1, clock);
  private final Node ann = new Node(2, clock);
  private final TopicId topic = host.meetup.createGroup("Chess", "");
  private final EventId event = host.meetup.createEvent(topic, Scribe.event(3)).orThrow();

  @AfterEach
  void close() {
    host.close();
    ann.close();
  }

  @Test
  void theHostsPictureReachesEverybodyAndTheNewestCounts() {
    host.meetup.hosting().setCover(event, PHOTO).orThrow();
    ann.copyFrom(host);
    assertThat(ann.meetup.hosting().cover(event)).contains(Picture.name(PHOTO));
    assertThat(ann.meetup.people().picture(Picture.name(PHOTO))).contains(PHOTO);
    host.meetup.hosting().setCover(event, null).orThrow();
    assertThat(host.meetup.hosting().cover(event)).isEmpty();
    int entries = host.store.arrivals(0, 1_000).size();
    host.meetup.hosting().setCover(event, PHOTO).orThrow();
    assertThat(host.store.arrivals(0, 1_000)).as("the bytes are there already").hasSize(entries + 1);
  }

  @Test
  void nobodyElseChoosesIt() {
    ann.copyFrom(host);
    assertThat(ann.meetup.hosting().setCover(event, PHOTO)).isInstanceOf(Outcome.Refused.class);
    Scribe mallory = new Scribe(9);
    mallory.write(topic, new CoverSet(event, Picture.name(PHOTO)));
    host.store.ingest(mallory.entries);
    assertThat(host.meetup.hosting().cover(event)).isEmpty();
    assertThat(host.meetup.anomalies(topic)).extracting(Anomaly::reason).containsExactly(Anomaly.Reason.NOT_A_HOST);
  }

  @Test
  void whatIsNoPictureIsRefusedBeforeAnythingIsWritten() {
    int entries = host.store.arrivals(0, 1_000).size();
    assertThatThrownBy(() -> host.meetup.hosting().setCover(event, ByteString.zeros(9)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(host.store.arrivals(0, 1_000)).hasSize(entries);
  }
}
