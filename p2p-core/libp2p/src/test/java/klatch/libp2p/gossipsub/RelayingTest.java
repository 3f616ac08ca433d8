package klatch.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import klatch.libp2p.PeerId;
import klatch.libp2p.gossipsub.RpcPart.IDontWant;
import klatch.libp2p.gossipsub.RpcPart.IHave;
import klatch.libp2p.gossipsub.RpcPart.IWant;
import klatch.libp2p.gossipsub.RpcPart.Prune;
import klatch.libp2p.gossipsub.RpcPart.Subscription;
import org.junit.jupiter.api.Test;

/** Messages on their way, gossip about them, and IDONTWANT: GossipSub 1.0 "Message Processing", 1.1, 1.2. */
class RelayingTest {
  private static final String TOPIC = RouterRig.TOPIC;
  private static final int SMALL = 100;
  private static final int LARGE = 2_000;
  private final RouterRig rig = new RouterRig();

  private List<PeerId> joinedWith(int peers) {
    rig.join();
    List<PeerId> subscribed = rig.subscribed(0, peers);
    rig.heartbeats(1);
    rig.forgetSent();
    return subscribed;
  }

  private List<PeerId> whoGot(List<PeerId> peers) {
    return peers.stream().filter(peer -> !rig.take(peer, PubsubMessage.class).isEmpty()).toList();
  }

  @Test
  void aMessageIsDeliveredOnceAndPassedOnToTheMeshButNotBack() {
    List<PeerId> peers = joinedWith(5);
    PubsubMessage message = rig.message(RouterRig.id(77), SMALL);
    rig.arrives(peers.get(0), message);
    rig.arrives(peers.get(1), message);
    assertThat(rig.delivered).containsExactly(message);
    assertThat(whoGot(peers)).containsExactlyInAnyOrderElementsOf(
        rig.router.mesh(TOPIC).stream().filter(peer -> !peer.equals(peers.get(0))).toList());
  }

  @Test
  void itIsNotSentToItsAuthorNorToWhoeverSentItMeanwhile() {
    List<PeerId> peers = joinedWith(4);
    PubsubMessage message = rig.message(peers.get(1), SMALL);
    rig.receive(peers.get(0), message);
    rig.receive(peers.get(2), message);
    rig.authenticateAll(true);
    rig.validateAll(Verdict.ACCEPT);
    assertThat(whoGot(peers)).containsExactly(peers.get(3));
  }

  @Test
  void aTopicThatIsNotJoinedIsNotPassedOn() {
    List<PeerId> peers = rig.subscribed(0, 3);
    rig.receive(peers.get(0), rig.message(peers.get(0), SMALL));
    assertThat(rig.toAuthenticate).isEmpty();
  }

  @Test
  void nothingIsSaidOrPassedOnBeforeTheSignatureIsKnownAndRejectedMessagesStop() {
    List<PeerId> peers = joinedWith(4);
    rig.receive(peers.get(0), rig.message(RouterRig.id(77), LARGE));
    assertThat(rig.sent.values()).allSatisfy(parts -> assertThat(parts).isEmpty());
    rig.authenticateAll(true);
    rig.validateAll(Verdict.REJECT);
    assertThat(rig.count(PubsubMessage.class)).isZero();
    assertThat(rig.delivered).isEmpty();
    assertThat(rig.router.score(peers.get(0))).isNegative();
  }

  @Test
  void anIgnoredMessageStopsAndIsHeldAgainstNobody() {
    List<PeerId> peers = joinedWith(4);
    double before = rig.router.score(peers.get(0));
    rig.receive(peers.get(0), rig.message(RouterRig.id(77), SMALL));
    rig.authenticateAll(true);
    rig.validateAll(Verdict.IGNORE);
    assertThat(rig.count(PubsubMessage.class)).isZero();
    assertThat(rig.router.score(peers.get(0))).isEqualTo(before);
  }

  @Test
  void aForgeryUnderATrueMessagesIdDoesNotKeepTheTrueOneOut() {
    List<PeerId> peers = joinedWith(4);
    PeerId author = RouterRig.id(77);
    byte[] number = {0, 0, 0, 0, 0, 0, 0, 9};
    PubsubMessage forged = PubsubMessage.unsigned(TOPIC, new byte[]{1}, author, number);
    PubsubMessage real = PubsubMessage.unsigned(TOPIC, new byte[]{2}, author, number);
    rig.receive(peers.get(0), forged);
    rig.receive(peers.get(1), real);
    Arrival first = rig.toAuthenticate.remove();
    assertThat(rig.toAuthenticate).as("one at a time").isEmpty();
    rig.router.authenticated(first, false, rig.now);
    rig.authenticateAll(true);
    rig.validateAll(Verdict.ACCEPT);
    assertThat(rig.delivered).containsExactly(real);
    assertThat(rig.router.score(peers.get(0))).isNegative();
    assertThat(rig.router.score(peers.get(1))).isPositive();
  }

  @Test
  void ourOwnMessageComingBackIsNeitherDeliveredNorHeldAgainstAnybody() {
    List<PeerId> peers = joinedWith(3);
    rig.receive(peers.get(0), rig.message(RouterRig.SELF, SMALL));
    assertThat(rig.toAuthenticate).isEmpty();
  }

  @Test
  void ownMessagesFloodToEverySubscriber() {
    List<PeerId> peers = joinedWith(20);
    Published published = rig.router.publish(rig.message(RouterRig.SELF, SMALL), rig.now);
    assertThat(published.peers()).isEqualTo(20);
    assertThat(whoGot(peers)).hasSize(20);
    assertThat(rig.delivered).as("not to ourselves").isEmpty();
  }

  @Test
  void withoutFloodingOwnMessagesGoToTheMeshOrTheFanout() {
    RouterRig quiet = new RouterRig(GossipsubParameters.DEFAULT.withFloodPublish(false), ScoreParameters.VENUE,
        Set.of());
    quiet.subscribed(0, 20);
    assertThat(quiet.router.publish(quiet.message(RouterRig.SELF, SMALL), quiet.now).peers()).isEqualTo(6);
    quiet.forgetSent();
    quiet.router.publish(quiet.message(RouterRig.SELF, SMALL), quiet.now);
    List<PeerId> fanout = RouterRig.ids(0, 20).stream()
        .filter(peer -> !quiet.take(peer, PubsubMessage.class).isEmpty()).toList();
    quiet.join();
    assertThat(quiet.router.mesh(TOPIC)).as("the fanout becomes the mesh")
        .containsExactlyInAnyOrderElementsOf(fanout);
    quiet.forgetSent();
    assertThat(quiet.router.publish(quiet.message(RouterRig.SELF, SMALL), quiet.now).peers()).isEqualTo(6);
  }

  @Test
  void theSameMessageIsNotPublishedTwice() {
    joinedWith(3);
    PubsubMessage message = rig.message(RouterRig.SELF, SMALL);
    assertThat(rig.router.publish(message, rig.now).duplicate()).isFalse();
    assertThat(rig.router.publish(message, rig.now)).isEqualTo(new Published(RouterRig.idOf(message), 0, true));
  }

  @Test
  void floodsubPeersGetEverything() {
    List<PeerId> peers = joinedWith(3);
    PeerId old = rig.connect(50, PubsubVersion.FLOODSUB, false, "192.0.2.50");
    rig.receive(old, new Subscription(TOPIC, true));
    rig.arrives(peers.get(0), rig.message(peers.get(0), LARGE));
    assertThat(rig.take(old, PubsubMessage.class)).hasSize(1);
  }

  // ---- IDONTWANT and the staggered copies ----

  @Test
  void aLargeMessageIsAnsweredWithIDontWantToTheOtherNeighboursThatUnderstandIt() {
    rig.join();
    List<PeerId> peers = rig.subscribed(0, 3);
    PeerId older = rig.connect(10, PubsubVersion.MESHSUB_1_1, true, "192.0.2.10");
    rig.receive(older, new Subscription(TOPIC, true));
    rig.heartbeats(1);
    rig.forgetSent();
    PubsubMessage large = rig.message(RouterRig.id(77), LARGE);
    rig.arrives(peers.get(0), large);
    IDontWant expected = new IDontWant(List.of(RouterRig.idOf(large)));
    assertThat(rig.take(peers.get(0), IDontWant.class)).isEmpty();
    assertThat(rig.take(peers.get(1), IDontWant.class)).containsExactly(expected);
    assertThat(rig.take(peers.get(2), IDontWant.class)).containsExactly(expected);
    assertThat(rig.take(older, IDontWant.class)).isEmpty();
    rig.arrives(peers.get(0), rig.message(RouterRig.id(77), SMALL));
    assertThat(rig.count(IDontWant.class)).isZero();
  }

  @Test
  void whatANeighbourDoesNotWantItDoesNotGet() {
    List<PeerId> peers = joinedWith(3);
    PubsubMessage message = rig.message(RouterRig.id(77), SMALL);
    rig.receive(peers.get(1), new IDontWant(List.of(RouterRig.idOf(message))));
    rig.arrives(peers.get(0), message);
    assertThat(whoGot(peers)).containsExactly(peers.get(2));
  }

  @Test
  void whatWasUnwantedIsForgottenAfterThreeHeartbeats() {
    List<PeerId> peers = joinedWith(3);
    PubsubMessage message = rig.message(RouterRig.id(77), SMALL);
    rig.receive(peers.get(1), new IDontWant(List.of(RouterRig.idOf(message))));
    rig.heartbeats(3);
    rig.arrives(peers.get(0), message);
    assertThat(whoGot(peers)).contains(peers.get(1));
  }

  @Test
  void iDontWantTakesBackWhatStillWaitsInTheQueue() {
    List<PeerId> peers = joinedWith(3);
    PubsubMessage message = rig.message(RouterRig.id(77), SMALL);
    rig.arrives(peers.get(0), message);
    rig.receive(peers.get(1), new IDontWant(List.of(RouterRig.idOf(message))));
    assertThat(rig.cancelled).containsExactly(message);
  }

  @Test
  void iDontWantIsCappedPerHeartbeatAndInNumber() {
    List<PeerId> peers = joinedWith(3);
    PubsubMessage late = rig.message(RouterRig.id(77), SMALL);
    for (int i = 0; i < 1_000; i++) {
      rig.receive(peers.get(1), new IDontWant(List.of()));
    }
    rig.receive(peers.get(1), new IDontWant(List.of(RouterRig.idOf(late))));
    rig.arrives(peers.get(0), late);
    assertThat(whoGot(peers)).contains(peers.get(1));
  }

  @Test
  void aLargeMessageGoesToTwoNeighboursAtOnceAndToTheOthersIfTheyStillLackIt() {
    List<PeerId> peers = rig.subscribed(0, 6);
    rig.join();
    rig.forgetSent();
    PubsubMessage large = rig.message(RouterRig.id(77), LARGE);
    rig.arrives(peers.get(0), large);
    List<PeerId> eager = whoGot(peers);
    assertThat(eager).hasSize(2);
    List<PeerId> later = peers.stream().filter(peer -> !peer.equals(peers.get(0)) && !eager.contains(peer)).toList();
    rig.receive(later.get(0), new IDontWant(List.of(RouterRig.idOf(large))));
    rig.receive(later.get(1), large);
    assertThat(rig.router.nextDueMillis()).isEqualTo(rig.now + 200);
    rig.router.due(rig.now + 199);
    assertThat(whoGot(peers)).isEmpty();
    rig.router.due(rig.now + 200);
    assertThat(whoGot(peers)).containsExactly(later.get(2));
    assertThat(rig.router.nextDueMillis()).isEqualTo(Long.MAX_VALUE);
  }

  // ---- gossip ----

  @Test
  void messagesAreAnnouncedToPeersOutsideTheMeshForThreeHeartbeats() {
    List<PeerId> peers = joinedWith(9);
    List<PeerId> outside = peers.stream().filter(peer -> !rig.router.mesh(TOPIC).contains(peer)).toList();
    PubsubMessage message = rig.message(RouterRig.id(77), SMALL);
    rig.arrives(rig.router.mesh(TOPIC).getFirst(), message);
    for (int beat = 0; beat < 4; beat++) {
      rig.heartbeats(1);
      boolean announced = beat < 3;
      assertThat(outside).allSatisfy(peer -> assertThat(rig.take(peer, IHave.class)).isEqualTo(
          announced ? List.of(new IHave(TOPIC, List.of(RouterRig.idOf(message)))) : List.of()));
    }
  }

  @Test
  void ofManyPeersAQuarterHearsGossip() {
    joinedWith(66);
    rig.arrives(rig.router.mesh(TOPIC).getFirst(), rig.message(RouterRig.id(77), SMALL));
    rig.heartbeats(1);
    assertThat(rig.count(IHave.class)).isEqualTo((66 - rig.router.mesh(TOPIC).size()) / 4);
  }

  @Test
  void aNewNeighbourHearsWhatItMissed() {
    joinedWith(1);
    PubsubMessage message = rig.message(RouterRig.id(77), SMALL);
    rig.arrives(RouterRig.id(0), message);
    PeerId late = rig.subscribed(5, 6).getFirst();
    rig.heartbeats(1);
    assertThat(rig.router.mesh(TOPIC)).contains(late);
    assertThat(rig.take(late, IHave.class)).containsExactly(new IHave(TOPIC, List.of(RouterRig.idOf(message))));
  }

  @Test
  void whatIsAnnouncedAndNewIsAskedForAndWhatIsAskedForIsSentThreeTimes() {
    List<PeerId> peers = joinedWith(2);
    PubsubMessage known = rig.message(RouterRig.id(77), SMALL);
    PubsubMessage unknown = rig.message(RouterRig.id(77), SMALL);
    rig.arrives(peers.get(0), known);
    rig.forgetSent();
    rig.receive(peers.get(1), new IHave(TOPIC, List.of(RouterRig.idOf(known), RouterRig.idOf(unknown))),
        new IHave("another topic", List.of(RouterRig.idOf(rig.message(RouterRig.id(78), SMALL)))));
    assertThat(rig.take(peers.get(1), IWant.class)).containsExactly(new IWant(List.of(RouterRig.idOf(unknown))));
    for (int i = 0; i < 5; i++) {
      rig.receive(peers.get(1), new IWant(List.of(RouterRig.idOf(known), RouterRig.idOf(unknown))));
    }
    assertThat(rig.take(peers.get(1), PubsubMessage.class)).hasSize(3).containsOnly(known);
  }

  @Test
  void aMessageCanBeAskedForDuringFiveHeartbeats() {
    List<PeerId> peers = joinedWith(2);
    PubsubMessage message = rig.message(RouterRig.id(77), SMALL);
    rig.arrives(peers.get(0), message);
    rig.forgetSent();
    rig.heartbeats(4);
    rig.receive(peers.get(1), new IWant(List.of(RouterRig.idOf(message))));
    assertThat(rig.take(peers.get(1), PubsubMessage.class)).hasSize(1);
    rig.heartbeats(1);
    rig.receive(peers.get(1), new IWant(List.of(RouterRig.idOf(message))));
    assertThat(rig.take(peers.get(1), PubsubMessage.class)).isEmpty();
  }

  @Test
  void announcementsAreCappedPerHeartbeat() {
    List<PeerId> peers = joinedWith(2);
    for (int i = 0; i < 20; i++) {
      rig.receive(peers.get(0), new IHave(TOPIC, List.of(RouterRig.idOf(rig.message(RouterRig.id(77), SMALL)))));
    }
    assertThat(rig.take(peers.get(0), IWant.class)).hasSize(10);
    rig.heartbeats(1);
    rig.receive(peers.get(0), new IHave(TOPIC, List.of(RouterRig.idOf(rig.message(RouterRig.id(77), SMALL)))));
    assertThat(rig.take(peers.get(0), IWant.class)).hasSize(1);
  }

  @Test
  void aPeerThatAnnouncesWhatItNeverSendsLosesScoreAndIsIgnoredInTheEnd() {
    List<PeerId> peers = joinedWith(2);
    for (int beat = 0; beat < 12; beat++) {
      rig.receive(peers.get(0), new IHave(TOPIC, List.of(RouterRig.idOf(rig.message(RouterRig.id(77), SMALL)))));
      rig.heartbeats(1);
    }
    assertThat(rig.router.ignores(peers.get(0))).isTrue();
    assertThat(rig.router.mesh(TOPIC)).containsExactly(peers.get(1));
    assertThat(rig.take(peers.get(0), Prune.class)).isNotEmpty();
  }

  @Test
  void aPromiseIsKeptByWhoeverBringsTheMessage() {
    List<PeerId> peers = joinedWith(2);
    for (int beat = 0; beat < 12; beat++) {
      PubsubMessage message = rig.message(RouterRig.id(77), SMALL);
      rig.receive(peers.get(0), new IHave(TOPIC, List.of(RouterRig.idOf(message))));
      rig.arrives(peers.get(1), message);
      rig.heartbeats(1);
    }
    assertThat(rig.router.score(peers.get(0))).isNotNegative();
  }
}
