package klatch.meetup;

import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import klatch.log.TopicId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PrivateGroupsTest {
  private static final Duration DAY = Duration.ofDays(1);

  private final TestClock clock = new TestClock(Scribe.T0);
  private final Node host = new Node(1, clock);
  private final Scribe ann = new Scribe(2);
  private final Scribe bea = new Scribe(3);
  private final TopicId topic = host.meetup.createGroup("Family", "", List.of(), Access.INVITED);
  private final PrivateGroups groups = host.meetup.privateGroups();

  @AfterEach
  void close() {
    host.close();
  }

  private ByteString invite(int uses) {
    return groups.invite(topic, true, uses, DAY).orThrow();
  }

  @Test
  void onlyWhomAHostHasLetInMayRead() {
    assertThat(groups.mayRead(host.device, topic)).contains(true);
    assertThat(groups.mayRead(ann.device, topic)).contains(false);
    assertThat(groups.admit(topic, ann.device, ByteString.zeros(32))).as("a guess").isFalse();
    ByteString secret = invite(5);
    assertThat(groups.mayRead(ann.device, topic)).as("an invite alone does not make a member").contains(false);
    assertThat(groups.admit(topic, ann.device, secret)).isTrue();
    assertThat(groups.mayRead(ann.device, topic)).contains(true);
    assertThat(groups.mayRead(bea.device, topic)).contains(false);
    assertThat(groups.members(topic)).containsExactlyInAnyOrder(host.device, ann.device);
    int entries = host.store.arrivals(0, 1_000).size();
    assertThat(groups.admit(topic, ann.device, secret)).as("again").isTrue();
    assertThat(host.store.arrivals(0, 1_000)).as("and nothing is written").hasSize(entries);
  }

  @Test
  void anInviteIsTheSameUntilItLetsNobodyInAnyMore() {
    ByteString first = groups.invite(topic, false, 1, DAY).orThrow();
    assertThat(groups.invite(topic, false, 1, DAY).orThrow()).isEqualTo(first);
    assertThat(groups.admit(topic, ann.device, first)).isTrue();
    assertThat(groups.admit(topic, bea.device, first)).as("used up").isFalse();
    ByteString second = groups.invite(topic, false, 1, DAY).orThrow();
    assertThat(second).isNotEqualTo(first);
    clock.set(T0 + DAY.toMillis());
    assertThat(groups.admit(topic, bea.device, second)).as("over").isFalse();
    ByteString third = groups.invite(topic, false, 1, DAY).orThrow();
    assertThat(groups.admit(topic, bea.device, third)).isTrue();
  }

  @Test
  void aNewInviteEndsTheOneBefore() {
    ByteString leaked = invite(5);
    ByteString fresh = invite(5);
    assertThat(groups.admit(topic, ann.device, leaked)).isFalse();
    assertThat(groups.admit(topic, ann.device, fresh)).isTrue();
  }

  @Test
  void whoWasTakenOutIsOutWhateverACoHostSays() {
    groups.admit(topic, ann.device, invite(5));
    assertThat(groups.remove(topic, ann.device)).isInstanceOf(Outcome.Done.class);
    assertThat(groups.mayRead(ann.device, topic)).contains(false);
    assertThat(groups.remove(topic, ann.device)).as("twice").isInstanceOf(Outcome.Refused.class);
    host.meetup.hosting().grant(topic, bea.device).orThrow();
    bea.write(topic, new MemberAdmitted(ann.device, ByteString.zeros(32)));
    host.store.ingest(bea.entries);
    assertThat(groups.mayRead(ann.device, topic)).contains(false);
    assertThat(groups.mayRead(bea.device, topic)).as("a co-host is in").contains(true);
    assertThat(groups.remove(topic, bea.device)).as("as long as they are one").isInstanceOf(Outcome.Refused.class);
    assertThat(groups.admit(topic, ann.device, invite(5))).as("the founder may think again").isTrue();
    assertThat(groups.mayRead(ann.device, topic)).contains(true);
  }

  @Test
  void whoIsNoHostLetsNobodyIn() {
    ann.write(topic, new TicketMade(PrivateGroups.ticket(topic, ByteString.zeros(32)), 5, T0 + DAY.toMillis()));
    ann.write(topic, new MemberAdmitted(ann.device, ByteString.zeros(32)));
    ann.write(topic, new MemberRemoved(host.device));
    host.store.ingest(ann.entries);
    assertThat(groups.members(topic)).containsExactly(host.device);
    assertThat(groups.admit(topic, bea.device, ByteString.zeros(32))).isFalse();
    assertThat(host.meetup.anomalies(topic)).extracting(Anomaly::reason).containsOnly(Anomaly.Reason.NOT_A_HOST);
  }

  @Test
  void aPublicGroupIsForEverybodyAndATopicThatIsNoGroupIsNotDecided() {
    TopicId open = host.meetup.createGroup("Chess", "");
    assertThat(groups.mayRead(ann.device, open)).contains(true);
    assertThat(groups.members(open)).isEmpty();
    assertThat(groups.invite(open, false, 1, DAY)).isInstanceOf(Outcome.Refused.class);
    assertThat(groups.admit(open, ann.device, ByteString.zeros(32))).isFalse();
    assertThat(groups.mayRead(ann.device, PersonTopic.of(host.device))).isEmpty();
  }
}
