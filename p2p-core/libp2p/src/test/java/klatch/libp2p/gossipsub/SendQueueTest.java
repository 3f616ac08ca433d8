package klatch.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import klatch.libp2p.gossipsub.RpcPart.Graft;
import klatch.libp2p.gossipsub.RpcPart.IDontWant;
import klatch.libp2p.gossipsub.RpcPart.IHave;
import klatch.libp2p.gossipsub.RpcPart.Subscription;
import klatch.libp2p.gossipsub.SendQueue.Outcome;
import org.junit.jupiter.api.Test;

/** What a slow peer may cost. */
class SendQueueTest {
  private static final MessageId ID = MessageId.of(new byte[]{1});
  private final SendQueue queue = new SendQueue();
  private long number;

  private PubsubMessage message(int bytes) {
    return PubsubMessage.unsigned("t", new byte[bytes], RouterRig.id(1),
        java.nio.ByteBuffer.allocate(8).putLong(number++).array());
  }

  @Test
  void controlGoesBeforeMessagesAndMessagesBeforeGossip() throws InterruptedException {
    PubsubMessage message = message(10);
    IHave gossip = new IHave("t", List.of(ID));
    queue.offer(gossip);
    queue.offer(message);
    queue.offer(new Graft("t"));
    assertThat(queue.take()).containsExactly(new Graft("t"), message, gossip);
  }

  @Test
  void anRpcStaysUnder64KibUnlessOneMessageIsLarger() throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      queue.offer(message(1_000));
    }
    PubsubMessage large = message(200_000);
    queue.offer(large);
    int rpcs = 0;
    for (List<RpcPart> parts = queue.take(); !parts.contains(large); parts = queue.take()) {
      assertThat(RpcCodec.encode(parts)).hasSizeLessThanOrEqualTo(64 * 1024);
      rpcs++;
    }
    assertThat(rpcs).isEqualTo(4);
    assertThat(queue.waiting()).isZero();
  }

  @Test
  void messagesAreBoundedInNumberAndBytesAndDropped() {
    for (int i = 0; i < SendQueue.MESSAGES; i++) {
      assertThat(queue.offer(message(10))).isEqualTo(Outcome.QUEUED);
    }
    assertThat(queue.offer(message(10))).isEqualTo(Outcome.DROPPED);
    SendQueue other = new SendQueue();
    int taken = 0;
    while (other.offer(message(1_000_000)) == Outcome.QUEUED) {
      taken++;
    }
    assertThat(taken).isEqualTo(4);
    assertThat(other.dropped()).isEqualTo(1);
  }

  @Test
  void gossipAndIDontWantAreDroppedButAPeerThatTakesNoControlIsLost() {
    for (int i = 0; i < 10_000; i++) {
      queue.offer(new IHave("t", List.of(ID)));
      queue.offer(new IDontWant(List.of(ID)));
    }
    assertThat(queue.waiting()).isEqualTo(SendQueue.GOSSIP_PARTS + SendQueue.OPTIONAL_CONTROL_PARTS);
    Outcome last = Outcome.QUEUED;
    for (int i = 0; i < SendQueue.CONTROL_PARTS; i++) {
      last = queue.offer(new Subscription("t" + i, true));
    }
    assertThat(last).isEqualTo(Outcome.OVERFLOWED);
  }

  @Test
  void aMessageThatIsTakenBackIsNotSentAndOneQueuedTwiceGoesOnce() throws InterruptedException {
    PubsubMessage unwanted = message(10);
    PubsubMessage wanted = message(10);
    queue.offer(unwanted);
    queue.offer(wanted);
    queue.offer(wanted);
    queue.cancel(unwanted);
    assertThat(queue.take()).containsExactly(wanted);
    assertThat(queue.waiting()).isZero();
  }

  @Test
  void aClosedQueueTakesNothingAndEndsTheWaiting() throws InterruptedException {
    queue.offer(new Graft("t"));
    queue.close();
    assertThat(queue.offer(new Graft("t"))).isEqualTo(Outcome.DROPPED);
    assertThat(queue.take()).isEmpty();
  }
}
