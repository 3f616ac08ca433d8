package klatch.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Stream;
import klatch.libp2p.gossipsub.RpcPart.Graft;
import klatch.libp2p.gossipsub.RpcPart.IHave;
import klatch.libp2p.gossipsub.RpcPart.IWant;
import klatch.libp2p.gossipsub.RpcPart.Prune;
import klatch.libp2p.gossipsub.RpcPart.Subscription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One peer misbehaves; it is cut off or ignored, and two honest nodes go on as if nothing were. */
class HostileGossipIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String PROTOCOL = PubsubVersion.MESHSUB_1_2.protocol();

  private GossipNode node;
  private GossipNode friend;
  private final Ed25519Key enemyKey = Ed25519Key.generate();
  private Host enemy;
  private final List<String> told = new ArrayList<>();

  @BeforeEach
  void start() {
    node = new GossipNode(options -> options.writeTimeout(Duration.ofSeconds(1))).subscribe();
    friend = new GossipNode(options -> options).subscribe();
    friend.connect(node);
    enemy = Host.create(HostOptions.of(enemyKey));
    await().atMost(PATIENCE).until(() -> node.pubsub.mesh(GossipNode.TOPIC).contains(friend.id()));
  }

  @AfterEach
  void stop() {
    enemy.close();
    friend.close();
    node.close();
  }

  /** Serves pubsub as a peer that swallows whatever it is told, and opens a stream of its own. */
  private Stream attack() {
    enemy.handle(PROTOCOL, stream -> stream.input().transferTo(java.io.OutputStream.nullOutputStream()));
    return connect().open(PROTOCOL);
  }

  private Connection connect() {
    return enemy.connect(node.host.listenAddresses().getFirst());
  }

  private static void send(Stream stream, RpcPart... parts) throws IOException {
    WireWriter rpc = new WireWriter(64);
    rpc.skip(4);
    RpcCodec.encode(List.of(parts), rpc);
    int length = rpc.size() - 4;
    int start = 4 - WireWriter.varintBytes(length);
    rpc.putLength(start, length);
    stream.output().write(rpc.buffer(), start, rpc.size() - start);
  }

  private void assertOthersUnharmed() {
    String there = "from the node " + told.size();
    told.add(there);
    node.publish(there);
    await().atMost(PATIENCE).until(() -> friend.received.contains(there));
    String back = "from the friend " + told.size();
    friend.publish(back);
    await().atMost(PATIENCE).until(() -> node.received.contains(back));
    assertThat(node.received).doesNotHaveDuplicates();
  }

  private void awaitReset(Stream stream) {
    await().atMost(PATIENCE).until(() -> {
      try {
        stream.output().write(0);
        return false;
      } catch (IOException e) {
        return true;
      }
    });
  }

  @Test
  void anOversizeRpcEndsTheStreamAndCostsScore() throws IOException {
    Stream stream = attack();
    send(stream, new Subscription(GossipNode.TOPIC, true));
    await().atMost(PATIENCE).until(() -> node.topic.peers().contains(enemy.id()));
    stream.output().write(new byte[]{(byte) 0x81, (byte) 0x80, (byte) 0x80, 1});
    await().atMost(PATIENCE).until(() -> node.pubsub.score(enemy.id()) < 0);
    awaitReset(stream);
    assertOthersUnharmed();
  }

  @Test
  void aTruncatedRpcIsDroppedAndItsSenderMayComeAgain() throws IOException {
    Stream stream = attack();
    stream.output().write(new byte[]{100, 10, 5});
    stream.closeWrite();
    Stream again = connect().open(PROTOCOL);
    send(again, new Subscription(GossipNode.TOPIC, true));
    await().atMost(PATIENCE).until(() -> node.topic.peers().contains(enemy.id()));
    assertOthersUnharmed();
  }

  @Test
  void randomBytesEndTheStream() throws IOException {
    Stream stream = attack();
    byte[] noise = new byte[300];
    new Random(4).nextBytes(noise);
    noise[0] = 100;
    noise[1] = 0;
    stream.output().write(noise);
    awaitReset(stream);
    assertOthersUnharmed();
  }

  @Test
  void forgedMessagesAreNotDeliveredAndTheirSenderIsIgnored() throws IOException {
    Stream stream = attack();
    send(stream, new Subscription(GossipNode.TOPIC, true), new Graft(GossipNode.TOPIC));
    Ed25519Key victim = friend.key;
    MessageSigning asEnemy = new MessageSigning(SignaturePolicy.STRICT_SIGN, enemyKey, 1);
    for (int i = 0; i < 4; i++) {
      PubsubMessage own = asEnemy.message(GossipNode.TOPIC, "forged".getBytes(StandardCharsets.UTF_8));
      send(stream, PubsubMessage.of(GossipNode.TOPIC, own.data(), victim.peerId(), own.seqno(), own.signature(), null));
    }
    await().atMost(PATIENCE).until(() -> node.pubsub.score(enemy.id()) < -80);
    await().atMost(PATIENCE).until(() -> !node.pubsub.mesh(GossipNode.TOPIC).contains(enemy.id()));
    send(stream, asEnemy.message(GossipNode.TOPIC, "signed, but too late".getBytes(StandardCharsets.UTF_8)));
    assertOthersUnharmed();
    assertThat(node.received).noneMatch(text -> text.startsWith("forged") || text.startsWith("signed"));
    assertThat(friend.received).noneMatch(text -> text.startsWith("forged") || text.startsWith("signed"));
  }

  @Test
  void aMillionSubscriptionsAreForgottenPastTheFirstThousand() throws IOException {
    Stream stream = attack();
    for (int i = 0; i < 1_000; i++) {
      RpcPart[] parts = new RpcPart[1_000];
      for (int j = 0; j < parts.length; j++) {
        parts[j] = new Subscription("t" + i + "-" + j, true);
      }
      send(stream, parts);
    }
    send(stream, new Subscription("t0-0", false), new Subscription("the end", true));
    await().atMost(PATIENCE).until(() -> node.pubsub.topic("the end").peers().contains(enemy.id()));
    assertThat(node.pubsub.topic("t0-1").peers()).containsExactly(enemy.id());
    assertThat(node.pubsub.topic("t999-1").peers()).isEmpty();
    assertOthersUnharmed();
  }

  @Test
  void announcingWhatIsNotThereEndsInBeingIgnored() throws IOException {
    Stream stream = attack();
    send(stream, new Subscription(GossipNode.TOPIC, true));
    await().atMost(PATIENCE).until(() -> node.topic.peers().contains(enemy.id()));
    Random random = new Random(8);
    for (int i = 0; i < 10; i++) {
      List<MessageId> ids = new ArrayList<>();
      for (int j = 0; j < 500; j++) {
        byte[] id = new byte[46];
        random.nextBytes(id);
        ids.add(MessageId.of(id));
      }
      send(stream, new IHave(GossipNode.TOPIC, ids), new IWant(ids));
    }
    await().atMost(PATIENCE).until(() -> node.pubsub.score(enemy.id()) < -80);
    assertOthersUnharmed();
  }

  @Test
  void aPeerThatNeverReadsIsGivenUpWhileOthersGoOn() throws IOException, InterruptedException {
    java.util.concurrent.CountDownLatch over = new java.util.concurrent.CountDownLatch(1);
    enemy.handle(PROTOCOL, stream -> {
      try {
        over.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    Stream stream = connect().open(PROTOCOL);
    send(stream, new Subscription(GossipNode.TOPIC, true));
    await().atMost(PATIENCE).until(() -> node.topic.peers().contains(enemy.id()));
    String large = "x".repeat(100_000);
    for (int i = 0; i < 40; i++) {
      node.publish(large + i);
    }
    await().atMost(PATIENCE).until(() -> !node.topic.peers().contains(enemy.id()));
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(friend.received).hasSize(40));
    assertOthersUnharmed();
    over.countDown();
  }

  @Test
  void whatIsAskedForAgainAndAgainIsSentThreeTimesAtMostAndOthersGoOn() throws IOException {
    LongAdder heard = new LongAdder();
    enemy.handle(PROTOCOL, stream -> {
      byte[] buffer = new byte[64 * 1024];
      for (int n = stream.input().read(buffer); n >= 0; n = stream.input().read(buffer)) {
        heard.add(n);
      }
    });
    Stream stream = connect().open(PROTOCOL);
    send(stream, new Subscription(GossipNode.TOPIC, true));
    await().atMost(PATIENCE).until(() -> node.topic.peers().contains(enemy.id()));
    int size = 50_000;
    List<PubsubMessage> seen = new CopyOnWriteArrayList<>();
    friend.pubsub.validate(GossipNode.TOPIC, (source, message) -> {
      seen.add(message);
      return Verdict.ACCEPT;
    });
    node.publish("y".repeat(size));
    await().atMost(PATIENCE).until(() -> !seen.isEmpty());
    List<MessageId> wanted = List.of(MessageIdFunction.AUTHOR_AND_NUMBER.id(seen.getFirst()));
    for (int i = 0; i < 500; i++) {
      send(stream, new IWant(wanted));
    }
    send(stream, new Subscription("all asked", true));
    await().atMost(PATIENCE).until(() -> node.pubsub.topic("all asked").peers().contains(enemy.id()));
    await().atMost(PATIENCE).until(() -> heard.sum() >= size);
    assertOthersUnharmed();
    // Once because it is subscribed, and at most three times because it asked; what waits is not queued twice.
    assertThat(heard.sum()).isLessThan(5L * size);
  }

  @Test
  void aFloodOfGraftsAndPrunesEndsInBeingIgnored() throws IOException {
    Stream stream = attack();
    send(stream, new Subscription(GossipNode.TOPIC, true));
    await().atMost(PATIENCE).until(() -> node.topic.peers().contains(enemy.id()));
    for (int i = 0; i < 200; i++) {
      send(stream, new Graft(GossipNode.TOPIC), new Prune(GossipNode.TOPIC, 60));
    }
    await().atMost(PATIENCE).until(() -> node.pubsub.score(enemy.id()) < -80);
    assertThat(node.pubsub.mesh(GossipNode.TOPIC)).doesNotContain(enemy.id()).contains(friend.id());
    assertOthersUnharmed();
  }
}
