package klatch.meetup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import klatch.log.LogId;
import klatch.log.TopicId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PeopleTest {
  private static final ByteString FACE = PictureTest.png(256, 256);

  private final TestClock clock = new TestClock(Scribe.T0);
  private final Node host = new Node(1, clock);
  private final Node ann = new Node(2, clock);

  @AfterEach
  void close() {
    host.close();
    ann.close();
  }

  private static MemberProfile profile(String nickname, String... tags) {
    return new MemberProfile(nickname, List.of(tags), null);
  }

  private int entries(Node node) {
    return node.store.arrivals(0, 10_000).size();
  }

  private static int written(Node node, TopicId topic) {
    return node.store.read(new LogId(node.device, topic), 1, 100).size();
  }

  @Test
  void whatAPersonSaysOfThemselvesStandsOnTheirTopicAndInTheirGroups() {
    TopicId topic = host.meetup.createGroup("Chess", "");
    host.meetup.people().introduce(topic, "guest");
    assertThat(host.meetup.nicknames(topic)).containsEntry(host.device, "guest");
    assertThat(host.meetup.people().own()).isEmpty();

    MemberProfile said = host.meetup.people().say(profile("Host", "chess"), FACE);
    assertThat(said.picture()).isEqualTo(Picture.name(FACE));
    assertThat(host.meetup.people().own()).contains(said);
    assertThat(host.meetup.people().profiles(topic)).containsEntry(host.device, said);
    int before = entries(host);
    host.meetup.people().say(said, null);
    assertThat(entries(host)).as("nothing new, nothing written").isEqualTo(before);

    ann.copyFrom(host);
    assertThat(ann.meetup.people().profile(host.device)).contains(said);
    assertThat(ann.meetup.people().picture(Picture.name(FACE))).contains(FACE);
    assertThat(ann.meetup.people().own()).isEmpty();
  }

  @Test
  void aGroupLearnsThePictureWithWhoeverJoinsAndOnlyOnce() {
    TopicId topic = host.meetup.createGroup("Chess", "");
    ann.meetup.people().say(profile("Ann"), FACE);
    ann.copyFrom(host);
    ann.meetup.people().introduce(topic, "guest");
    assertThat(written(ann, topic)).isEqualTo(2);
    ann.meetup.people().say(new MemberProfile("Annie", List.of(), Picture.name(FACE)), null);
    assertThat(written(ann, topic)).as("the picture is there already").isEqualTo(3);
    ann.meetup.people().say(profile("Annie"), null);
    assertThat(ann.meetup.people().profiles(topic).get(ann.device)).isEqualTo(profile("Annie"));
  }

  @Test
  void nobodySpeaksOnAnothersTopic() {
    Scribe mallory = new Scribe(9);
    mallory.write(PersonTopic.of(host.device), profile("Host, says Mallory"));
    host.store.ingest(mallory.entries);
    assertThat(host.meetup.people().own()).isEmpty();
    assertThat(host.meetup.people().profile(host.device)).isEmpty();
  }

  @Test
  void aPictureThatIsNoneIsRefusedBeforeAnythingIsWritten() {
    assertThatThrownBy(() -> host.meetup.people().say(profile("Host"), ByteString.parse("00")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(entries(host)).isZero();
  }

  @Test
  void theGroupsThatAPersonShowsAreFoundByWhoeverFollowsThem() {
    TopicId first = host.meetup.createGroup("Chess", "");
    TopicId second = host.meetup.createGroup("Tea", "");
    host.meetup.people().show(first);
    host.meetup.people().show(first);
    host.meetup.people().show(second);
    ann.copyFrom(host);
    assertThat(ann.meetup.people().shown(host.device)).containsExactly(first, second);
    assertThat(ann.meetup.people().shown(ann.device)).isEmpty();
  }

  @Test
  void peopleGroupsAndEventsAreFoundByTagWhateverItsCapitals() {
    TopicId chess = host.meetup.createGroup("Chess", "", List.of("Chess", "outdoors"), Access.PUBLIC);
    EventId event = host.meetup.createEvent(chess, Scribe.event(3)).orThrow();
    host.meetup.people().say(profile("Host", "tea"), null);
    ann.meetup.people().say(profile("Ann", "CHESS"), null);
    ann.copyFrom(host);
    var found = ann.meetup.people().find("cheSS", Set.of());
    assertThat(found.people()).containsOnlyKeys(ann.device);
    assertThat(found.groups()).extracting(Group::topic).containsExactly(chess);
    assertThat(found.events()).extracting(MeetupEvent::id).containsExactly(event);
    assertThat(ann.meetup.people().find("tea", Set.of()).people()).containsOnlyKeys(host.device);
    Scribe ben = new Scribe(9);
    ben.write(PersonTopic.of(ben.device), profile("Ben", "poker"));
    ann.store.ingest(ben.entries);
    assertThat(ann.meetup.people().find("poker", Set.of()).people()).as("nobody of a group, nor followed").isEmpty();
    assertThat(ann.meetup.people().find("poker", Set.of(ben.device)).people()).containsOnlyKeys(ben.device);
    assertThat(ann.meetup.people().find("che", Set.of()).groups()).isEmpty();
  }
}
