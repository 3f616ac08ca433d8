package klatch.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import klatch.libp2p.PeerId;
import klatch.libp2p.gossipsub.RpcPart.Graft;
import klatch.libp2p.gossipsub.RpcPart.Prune;
import klatch.libp2p.gossipsub.RpcPart.Subscription;
import org.junit.jupiter.api.Test;

/** Joining, grafting, pruning, backoff, and the size of a mesh: GossipSub 1.0 "Topic Membership", "Mesh Maintenance"; 1.1. */
class MeshTest {
  private static final String TOPIC = RouterRig.TOPIC;
  private final RouterRig rig = new RouterRig();

  private List<PeerId> mesh() {
    return rig.router.mesh(TOPIC);
  }

  @Test
  void aNewPeerIsToldOurSubscriptions() {
    rig.join();
    PeerId peer = rig.connect(1, PubsubVersion.MESHSUB_1_2, false, "192.0.2.1");
    assertThat(rig.take(peer, Subscription.class)).containsExactly(new Subscription(TOPIC, true));
  }

  @Test
  void joiningGraftsUpToTheTargetAndTellsEverybody() {
    List<PeerId> peers = rig.subscribed(0, 20);
    rig.join();
    assertThat(mesh()).hasSize(6);
    assertThat(rig.count(Graft.class)).isEqualTo(6);
    for (PeerId peer : peers) {
      assertThat(rig.take(peer, Subscription.class)).containsExactly(new Subscription(TOPIC, true));
      assertThat(rig.take(peer, Graft.class)).hasSize(mesh().contains(peer) ? 1 : 0);
    }
  }

  @Test
  void leavingPrunesWithTheShortBackoffAndTellsEverybody() {
    List<PeerId> peers = rig.subscribed(0, 8);
    rig.join();
    List<PeerId> neighbours = mesh();
    rig.forgetSent();
    rig.router.leave(TOPIC, rig.now);
    assertThat(neighbours).allSatisfy(
        peer -> assertThat(rig.take(peer, Prune.class)).containsExactly(new Prune(TOPIC, 10)));
    assertThat(peers).allSatisfy(
        peer -> assertThat(rig.take(peer, Subscription.class)).containsExactly(new Subscription(TOPIC, false)));
  }

  @Test
  void aGraftIsAcceptedSilentlyAndIgnoredForATopicThatIsNotJoined() {
    PeerId peer = rig.subscribed(0, 1).getFirst();
    rig.receive(peer, new Graft(TOPIC));
    assertThat(rig.take(peer, Prune.class)).as("an answer to an unknown topic would be an amplifier").isEmpty();
    RouterRig joined = new RouterRig(GossipsubParameters.DEFAULT.withDegrees(
        new GossipsubParameters.Degrees(0, 0, 12, 0, 0, 6)), ScoreParameters.VENUE, Set.of());
    joined.join();
    PeerId other = joined.subscribed(0, 1).getFirst();
    joined.receive(other, new Graft(TOPIC));
    assertThat(joined.router.mesh(TOPIC)).containsExactly(other);
    assertThat(joined.take(other, Prune.class)).isEmpty();
  }

  @Test
  void aFullMeshTakesOnlyPeersThatWeDialled() {
    rig.join();
    rig.subscribed(0, 4);
    for (PeerId peer : rig.subscribed(10, 18)) {
      rig.receive(peer, new Graft(TOPIC));
    }
    assertThat(mesh()).hasSize(12);
    PeerId inbound = rig.connect(50, PubsubVersion.MESHSUB_1_1, false, "192.0.2.50");
    rig.receive(inbound, new Subscription(TOPIC, true), new Graft(TOPIC));
    assertThat(mesh()).doesNotContain(inbound);
    assertThat(rig.take(inbound, Prune.class)).containsExactly(new Prune(TOPIC, 60));
    PeerId outbound = rig.subscribed(60, 61).getFirst();
    rig.receive(outbound, new Graft(TOPIC));
    assertThat(mesh()).contains(outbound);
  }

  @Test
  void aHeartbeatShrinksAMeshThatIsTooLargeAndKeepsEnoughThatWeDialled() {
    rig.join();
    List<PeerId> dialled = rig.subscribed(0, 2);
    for (int i = 10; i < 22; i++) {
      PeerId inbound = rig.connect(i, PubsubVersion.MESHSUB_1_2, false, "192.0.2." + i);
      rig.receive(inbound, new Subscription(TOPIC, true), new Graft(TOPIC));
    }
    // Two more than the mesh would take by GRAFT: neighbours that subscribed while it was small.
    PeerId more = rig.subscribed(30, 31).getFirst();
    rig.receive(more, new Graft(TOPIC));
    assertThat(mesh()).hasSizeGreaterThan(12);
    rig.forgetSent();
    rig.heartbeats(1);
    assertThat(mesh()).hasSize(6);
    assertThat(mesh().stream().filter(peer -> dialled.contains(peer) || peer.equals(more)).count())
        .isGreaterThanOrEqualTo(2);
    assertThat(rig.count(Prune.class)).isEqualTo(7);
  }

  @Test
  void aHeartbeatFillsAMeshThatIsTooSmall() {
    rig.join();
    List<PeerId> peers = rig.subscribed(0, 10);
    assertThat(mesh()).as("subscribers to a small mesh need not wait").hasSize(4);
    peers.subList(0, 4).forEach(peer -> rig.receive(peer, new Prune(TOPIC, 60)));
    assertThat(mesh()).isEmpty();
    rig.heartbeats(1);
    assertThat(mesh()).hasSize(6).doesNotContainAnyElementsOf(peers.subList(0, 4));
  }

  @Test
  void missingOutboundNeighboursAreGrafted() {
    rig.join();
    for (int i = 0; i < 4; i++) {
      PeerId inbound = rig.connect(i, PubsubVersion.MESHSUB_1_2, false, "192.0.2." + i);
      rig.receive(inbound, new Subscription(TOPIC, true));
    }
    List<PeerId> dialled = rig.subscribed(10, 15);
    assertThat(mesh()).hasSize(4).doesNotContainAnyElementsOf(dialled);
    rig.heartbeats(1);
    assertThat(mesh().stream().filter(dialled::contains).count()).isEqualTo(2);
  }

  @Test
  void aPrunedPeerIsNotGraftedBeforeTheBackoffItNamedIsOver() {
    rig.join();
    PeerId peer = rig.subscribed(0, 1).getFirst();
    rig.receive(peer, new Prune(TOPIC, 30));
    rig.heartbeats(30);
    assertThat(mesh()).as("a heartbeat of slack for the peer's clock").isEmpty();
    rig.heartbeats(2);
    assertThat(mesh()).containsExactly(peer);
  }

  @Test
  void withoutABackoffInThePruneItIsAMinuteAndAbsurdOnesAreCut() {
    rig.join();
    List<PeerId> peers = rig.subscribed(0, 2);
    rig.receive(peers.get(0), new Prune(TOPIC, 0));
    rig.receive(peers.get(1), new Prune(TOPIC, Long.MAX_VALUE));
    rig.heartbeats(59);
    assertThat(mesh()).isEmpty();
    rig.heartbeats(3);
    assertThat(mesh()).containsExactly(peers.get(0));
    rig.heartbeats(3_600);
    assertThat(mesh()).contains(peers.get(1));
  }

  @Test
  void aGraftDuringTheBackoffIsPrunedAndExtendsIt() {
    rig.join();
    PeerId peer = rig.subscribed(0, 1).getFirst();
    rig.receive(peer, new Prune(TOPIC, 60));
    rig.heartbeats(50);
    rig.receive(peer, new Graft(TOPIC));
    assertThat(rig.take(peer, Prune.class)).containsExactly(new Prune(TOPIC, 60));
    assertThat(mesh()).isEmpty();
    rig.heartbeats(20);
    assertThat(mesh()).as("the first backoff alone would be over").isEmpty();
  }

  @Test
  void graftsDuringTheBackoffCostScoreAndFloodsOfThemMore() {
    rig.join();
    List<PeerId> peers = rig.subscribed(0, 2);
    peers.forEach(peer -> rig.receive(peer, new Prune(TOPIC, 60)));
    rig.heartbeats(30);
    for (int i = 0; i < 3; i++) {
      rig.receive(peers.get(0), new Graft(TOPIC));
    }
    rig.heartbeats(1);
    assertThat(rig.router.score(peers.get(0))).isNegative();
    assertThat(rig.router.score(peers.get(1))).isNotNegative();
    for (int i = 0; i < 20; i++) {
      rig.receive(peers.get(0), new Graft(TOPIC));
    }
    assertThat(rig.router.ignores(peers.get(0))).isTrue();
  }

  @Test
  void aPeerThatUnsubscribesOrGoesLeavesTheMesh() {
    rig.join();
    List<PeerId> peers = rig.subscribed(0, 3);
    rig.receive(peers.get(0), new Subscription(TOPIC, false));
    rig.router.disconnected(peers.get(1), rig.now);
    assertThat(mesh()).containsExactly(peers.get(2));
    assertThat(rig.router.subscribers(TOPIC)).containsExactly(peers.get(2));
  }

  @Test
  void floodsubPeersAreNeverInAMesh() {
    rig.join();
    PeerId old = rig.connect(1, PubsubVersion.FLOODSUB, true, "192.0.2.1");
    rig.receive(old, new Subscription(TOPIC, true), new Graft(TOPIC));
    rig.heartbeats(2);
    assertThat(mesh()).isEmpty();
  }

  @Test
  void directPeersAreOutsideTheMeshGetEverythingAndArePrunedWhenTheyGraft() {
    PeerId friend = RouterRig.id(1);
    RouterRig withFriend = new RouterRig(GossipsubParameters.DEFAULT, ScoreParameters.VENUE, Set.of(friend));
    withFriend.join();
    List<PeerId> peers = withFriend.subscribed(0, 3);
    withFriend.heartbeats(1);
    assertThat(withFriend.router.mesh(TOPIC)).doesNotContain(friend).hasSize(2);
    withFriend.receive(friend, new Graft(TOPIC));
    assertThat(withFriend.take(friend, Prune.class)).hasSize(1);
    withFriend.arrives(peers.get(0), withFriend.message(peers.get(0), 10));
    assertThat(withFriend.take(friend, PubsubMessage.class)).hasSize(1);
    for (int i = 0; i < 50; i++) {
      withFriend.router.penalize(friend, 10);
    }
    assertThat(withFriend.router.ignores(friend)).isFalse();
  }

  @Test
  void subscriptionsOfOnePeerAreBounded() {
    PeerId peer = rig.connect(1, PubsubVersion.MESHSUB_1_2, true, "192.0.2.1");
    for (int i = 0; i < 5_000; i++) {
      rig.receive(peer, new Subscription("topic " + i, true));
    }
    assertThat(rig.router.subscribers("topic 0")).containsExactly(peer);
    assertThat(rig.router.subscribers("topic " + (PeerState.MAX_TOPICS - 1))).containsExactly(peer);
    assertThat(rig.router.subscribers("topic " + PeerState.MAX_TOPICS)).isEmpty();
    rig.receive(peer, new Subscription("topic 0", false), new Subscription("another", true));
    assertThat(rig.router.subscribers("another")).containsExactly(peer);
  }

  @Test
  void aPoorMeshTakesInBetterPeersOnceAMinute() {
    rig.join();
    List<PeerId> peers = rig.subscribed(0, 12);
    List<PeerId> outside = peers.stream().filter(peer -> !mesh().contains(peer)).toList();
    rig.heartbeats(58);
    for (PeerId good : outside) {
      for (int i = 0; i < 5; i++) {
        rig.arrives(good, rig.message(good, 10));
      }
    }
    List<PeerId> before = mesh();
    rig.heartbeats(1);
    assertThat(mesh()).hasSize(before.size());
    rig.heartbeats(1);
    assertThat(mesh()).hasSize(before.size() + 2).containsAll(before);
    assertThat(outside).containsAll(mesh().subList(before.size(), before.size() + 2));
  }
}
