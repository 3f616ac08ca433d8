package klatch.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import klatch.libp2p.PeerId;
import klatch.libp2p.gossipsub.ScoreParameters.Behaviour;
import klatch.libp2p.gossipsub.ScoreParameters.Colocation;
import klatch.libp2p.gossipsub.ScoreParameters.Topic;
import org.junit.jupiter.api.Test;

/** Each part of the score alone, against figures computed by hand (GossipSub 1.1, "The Score Function"). */
class PeerScoresTest {
  private static final PeerId PEER = RouterRig.id(1);
  private static final String TOPIC = "t";
  private static final Topic NOTHING = new Topic(1, new Topic.TimeInMesh(0, 1_000, 10),
      new Topic.FirstDeliveries(0, 0.5, 10), new Topic.MeshDeliveries(0, 0.5, 10, 4, 5, 2_000),
      new Topic.Decaying(0, 0.5), new Topic.Decaying(0, 0.5));
  private static final ScoreParameters ONLY = ScoreParameters.VENUE
      .withColocation(new Colocation(0, 1, ip -> false)).withBehaviour(new Behaviour(0, 0, 0.5));

  private static PeerScores scores(Topic topic) {
    PeerScores scores = new PeerScores(ONLY.withOtherTopics(topic));
    scores.connected(PEER, "192.0.2.1");
    scores.refresh(0);
    return scores;
  }

  @Test
  void p1GrowsWithTimeInTheMeshUpToItsCap() {
    PeerScores scores = scores(new Topic(2, new Topic.TimeInMesh(0.5, 1_000, 10), NOTHING.firstDeliveries(),
        NOTHING.meshDeliveries(), NOTHING.failures(), NOTHING.invalid()));
    scores.grafted(PEER, TOPIC, 0);
    scores.refresh(4_900);
    assertThat(scores.score(PEER)).isEqualTo(2 * 0.5 * 4);
    scores.refresh(60_000);
    assertThat(scores.score(PEER)).isEqualTo(2 * 0.5 * 10);
    scores.pruned(PEER, TOPIC);
    assertThat(scores.score(PEER)).isZero();
  }

  @Test
  void p2CountsFirstDeliveriesUpToItsCapAndDecays() {
    PeerScores scores = scores(new Topic(1, NOTHING.timeInMesh(), new Topic.FirstDeliveries(3, 0.5, 10),
        NOTHING.meshDeliveries(), NOTHING.failures(), NOTHING.invalid()));
    for (int i = 0; i < 4; i++) {
      scores.deliveredFirst(PEER, TOPIC);
    }
    assertThat(scores.score(PEER)).isEqualTo(12);
    scores.refresh(1_000);
    assertThat(scores.score(PEER)).isEqualTo(6);
    for (int i = 0; i < 40; i++) {
      scores.deliveredFirst(PEER, TOPIC);
    }
    assertThat(scores.score(PEER)).isEqualTo(30);
  }

  @Test
  void p3IsTheSquareOfWhatIsMissingOnceThePeerHasBeenInTheMeshLongEnoughAndP3bRemembersIt() {
    PeerScores scores = scores(new Topic(1, NOTHING.timeInMesh(), NOTHING.firstDeliveries(),
        new Topic.MeshDeliveries(-1, 1, 10, 4, 5, 2_000), new Topic.Decaying(-2, 0.5), NOTHING.invalid()));
    scores.grafted(PEER, TOPIC, 0);
    scores.deliveredFirst(PEER, TOPIC);
    scores.deliveredAgain(PEER, TOPIC, 5);
    scores.deliveredAgain(PEER, TOPIC, 6);
    scores.refresh(2_000);
    assertThat(scores.score(PEER)).as("not active yet").isZero();
    scores.refresh(2_001);
    assertThat(scores.score(PEER)).as("two of four, the late one does not count").isEqualTo(-4);
    scores.pruned(PEER, TOPIC);
    assertThat(scores.score(PEER)).isEqualTo(-2 * 4);
    scores.refresh(3_100);
    assertThat(scores.score(PEER)).isEqualTo(-4);
  }

  @Test
  void p4IsTheSquareOfInvalidMessages() {
    PeerScores scores = scores(new Topic(1, NOTHING.timeInMesh(), NOTHING.firstDeliveries(),
        NOTHING.meshDeliveries(), NOTHING.failures(), new Topic.Decaying(-2, 0.5)));
    for (int i = 0; i < 3; i++) {
      scores.deliveredInvalid(PEER, TOPIC);
    }
    assertThat(scores.score(PEER)).isEqualTo(-18);
    scores.refresh(1_000);
    assertThat(scores.score(PEER)).isEqualTo(-4.5);
  }

  @Test
  void p5IsTheApplicationsOwn() {
    PeerScores scores = new PeerScores(ONLY.withApplication(new ScoreParameters.Application(2, peer -> -7)));
    scores.connected(PEER, "192.0.2.1");
    assertThat(scores.score(PEER)).isEqualTo(-14);
  }

  @Test
  void p6IsTheSquareOfPeersOverTheThresholdOnOneAddress() {
    PeerScores scores = new PeerScores(ONLY.withColocation(new Colocation(-1, 3, ip -> false)));
    for (int i = 0; i < 5; i++) {
      scores.connected(RouterRig.id(i), "192.0.2.1");
    }
    scores.connected(RouterRig.id(9), "192.0.2.2");
    assertThat(scores.score(PEER)).isEqualTo(-4);
    assertThat(scores.score(RouterRig.id(9))).isZero();
    scores.disconnected(RouterRig.id(0), 0);
    scores.disconnected(RouterRig.id(2), 0);
    assertThat(scores.score(PEER)).isZero();
  }

  @Test
  void aVenueFullOfPhonesBehindOneAddressIsPunishedNeitherOnItsOwnNetworkNorBehindItsNat() {
    PeerScores scores = new PeerScores(ScoreParameters.VENUE);
    for (int i = 0; i < 400; i++) {
      scores.connected(RouterRig.id(i), "192.168.1.1");
    }
    for (int i = 1_000; i < 1_200; i++) {
      scores.connected(RouterRig.id(i), "203.0.113.1");
    }
    assertThat(scores.score(RouterRig.id(0))).isZero();
    assertThat(scores.score(RouterRig.id(1_000))).isZero();
    scores.connected(RouterRig.id(2_000), "203.0.113.1");
    assertThat(scores.score(RouterRig.id(1_000))).isNegative();
  }

  @Test
  void p7IsTheSquareOfPenaltiesOverTheThreshold() {
    PeerScores scores = new PeerScores(ONLY.withBehaviour(new Behaviour(-10, 2, 0.5)));
    scores.connected(PEER, "192.0.2.1");
    scores.refresh(0);
    scores.penalize(PEER, 2);
    assertThat(scores.score(PEER)).isZero();
    scores.penalize(PEER, 2);
    assertThat(scores.score(PEER)).isEqualTo(-40);
    scores.refresh(1_000);
    assertThat(scores.score(PEER)).isZero();
  }

  @Test
  void goodDeedsInTopicsAreCappedSoThatTheyCannotBuyMisdeeds() {
    PeerScores scores = new PeerScores(ScoreParameters.VENUE);
    scores.connected(PEER, "192.0.2.1");
    for (int topic = 0; topic < 20; topic++) {
      for (int i = 0; i < 50; i++) {
        scores.deliveredFirst(PEER, "topic " + topic);
      }
    }
    assertThat(scores.score(PEER)).isEqualTo(100);
  }

  @Test
  void aBadScoreSurvivesAReconnectionAndAGoodOneDoesNot() {
    PeerScores scores = new PeerScores(ScoreParameters.VENUE);
    PeerId good = RouterRig.id(2);
    scores.connected(PEER, "192.0.2.1");
    scores.connected(good, "192.0.2.2");
    scores.deliveredInvalid(PEER, TOPIC);
    scores.deliveredFirst(good, TOPIC);
    double bad = scores.score(PEER);
    scores.disconnected(PEER, 0);
    scores.disconnected(good, 0);
    assertThat(scores.retainedCount()).isEqualTo(1);
    scores.connected(PEER, "192.0.2.1");
    scores.connected(good, "192.0.2.2");
    assertThat(scores.score(PEER)).isCloseTo(bad, within(1e-9)).isNegative();
    assertThat(scores.score(good)).isZero();
    scores.disconnected(PEER, 0);
    scores.refresh(ScoreParameters.VENUE.retainMillis() + 1);
    assertThat(scores.retainedCount()).isZero();
  }

  @Test
  void scoresOfPeersThatHaveGoneAreBounded() {
    PeerScores scores = new PeerScores(ScoreParameters.VENUE);
    for (int i = 0; i < PeerScores.MAX_RETAINED + 100; i++) {
      scores.connected(RouterRig.id(i), "192.0.2.1");
      scores.disconnected(RouterRig.id(i), 0);
    }
    assertThat(scores.retainedCount()).isEqualTo(PeerScores.MAX_RETAINED);
  }

  @Test
  void thresholdsMustBeInOrder() {
    assertThatThrownBy(() -> new ScoreParameters.Thresholds(1, -2, -3, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ScoreParameters.Thresholds(-10, -5, -30, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ScoreParameters.Thresholds(-10, -20, -15, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
