package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import klatch.libp2p.MalformedMessageException;
import klatch.log.DeviceId;
import klatch.log.EntryHeader;
import klatch.log.EntryId;
import klatch.meetup.EventId;
import org.junit.jupiter.api.Test;

/** The bytes of version 1, kept for ever (docs/spec/deposit-messages.md). */
final class DepositCodecTest {
  private static final EventId EVENT = EventId.of(filled(0xee));
  private static final DeviceId ANN = new DeviceId(filled(0xa1));
  private static final DeviceId BOB = new DeviceId(filled(0xb2));
  private static final Preimage PREIMAGE = new Preimage(filled(0x11));

  private static final List<DepositMessage> ONE_OF_EACH = List.of(
      new DepositMessage.Offer(EVENT, ANN, "lnbcrt100u1example", PREIMAGE.hash()),
      new DepositMessage.HeldReceipt(EVENT, ANN, PREIMAGE.hash(), new Msat(10_000_000), 812_345),
      new DepositMessage.Released(EVENT, ANN, PREIMAGE.hash(), ReleaseReason.CHECKED_IN),
      new DepositMessage.Verdict(EVENT, List.of(ANN), List.of(BOB)),
      new DepositMessage.Collected(EVENT, BOB, PREIMAGE.hash(), PREIMAGE, new Msat(10_000_000)),
      new DepositMessage.Taken(EVENT, PREIMAGE.hash(), PREIMAGE),
      new DepositMessage.Settled(EVENT, new Msat(10_000_000), List.of(new Share(ANN, new Msat(10_000_000)))),
      new DepositMessage.Round(EVENT, 1, List.of(new Payout(ANN, new Msat(10_000_000), new Msat(9_980_000)))),
      new DepositMessage.Claim(EVENT, 1, "lnbcrt99800n1example"),
      new DepositMessage.WithdrawAt(EVENT, "https://klatch.example/withdraw"),
      new DepositMessage.Withdrawal(EVENT, ANN, 1, new EntryId(filled(0x77)), PREIMAGE, "lnbcrt99800n1example"),
      new DepositMessage.ClaimRefused(EVENT, ANN, 1, new EntryId(filled(0x77)), "it expired"),
      new DepositMessage.Paid(EVENT, ANN, 1, new Msat(9_980_000), new Msat(1_000), PREIMAGE),
      new DepositMessage.Unclaimed(EVENT, BOB, 1), new DepositMessage.Repriced(EVENT, ANN, 2, new Msat(2_000)),
      new DepositMessage.Report(EVENT, new Msat(10_000_000), new Msat(9_980_000), new Msat(1_000),
          new Msat(19_000)));

  private static byte[] filled(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static String line(DepositMessage message) {
    return DepositCodec.type(message) + " " + HexFormat.of().formatHex(DepositCodec.encode(message));
  }

  @Test
  void theBytesAreTheGoldenOnes() throws IOException {
    try (InputStream golden = Objects
        .requireNonNull(DepositCodecTest.class.getResourceAsStream("deposit-messages.golden"))) {
      String text = new String(golden.readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(ONE_OF_EACH.stream().map(DepositCodecTest::line).toList()).isEqualTo(text.lines().toList());
    }
    assertThat(ONE_OF_EACH.stream().map(Object::getClass).toList())
        .containsExactlyInAnyOrder(DepositMessage.class.getPermittedSubclasses());
  }

  @Test
  void everyMessageReadsBackAndNoPartOfItDoes() throws MalformedMessageException {
    for (DepositMessage message : ONE_OF_EACH) {
      byte[] bytes = DepositCodec.encode(message);
      assertThat(DepositCodec.decode(DepositCodec.type(message), bytes)).contains(message);
      for (int cut = 0; cut < bytes.length; cut++) {
        byte[] part = Arrays.copyOf(bytes, cut);
        assertThatThrownBy(() -> DepositCodec.decode(DepositCodec.type(message), part))
            .isInstanceOf(MalformedMessageException.class);
      }
    }
  }

  @Test
  void otherPeoplesTypesMeanNothingHere() throws MalformedMessageException {
    assertThat(DepositCodec.decode("meetup/pledged/1", new byte[]{1})).isEmpty();
    assertThat(DepositCodec.decode("deposit.of-tomorrow", new byte[]{1})).isEmpty();
  }

  @Test
  void theLargestSettlementFitsIntoAnEntry() {
    List<Share> shares = Stream.iterate(0, i -> i + 1).limit(DepositTerms.MOST_PEOPLE).map(i -> {
      byte[] key = filled(0xcc);
      key[0] = (byte) (i >> 8);
      key[1] = (byte) (int) i;
      return new Share(new DeviceId(key), new Msat(8_000_000_000_000L));
    }).toList();
    List<Payout> payouts = shares.stream().map(s -> new Payout(s.person(), s.amount(), s.amount())).toList();
    assertThat(DepositCodec.encode(new DepositMessage.Round(EVENT, 8, payouts)).length)
        .isLessThanOrEqualTo(EntryHeader.MAX_PAYLOAD_BYTES);
  }

  @Test
  void whatIsOutOfBoundsIsRefusedWithBothValues() {
    assertThatThrownBy(() -> new DepositMessage.Claim(EVENT, 9, "x")).hasMessage("round must lie in 1..8, not 9");
    assertThatThrownBy(() -> new DepositMessage.Claim(EVENT, 1, "x".repeat(2_001)))
        .hasMessageContaining("1..2000, not 2001");
    assertThatThrownBy(() -> new DepositMessage.HeldReceipt(EVENT, ANN, PREIMAGE.hash(), Msat.ZERO, 0))
        .hasMessageContaining("1..10000000, not 0");
    assertThatThrownBy(() -> new DepositMessage.Verdict(EVENT, List.of(ANN), List.of(ANN)))
        .hasMessageContaining("both present and absent");
    assertThatThrownBy(
        () -> new DepositMessage.Collected(EVENT, ANN, new PaymentHash(filled(1)), PREIMAGE, Msat.ZERO))
        .hasMessageContaining("does not belong");
    assertThatThrownBy(() -> new DepositMessage.Taken(EVENT, new PaymentHash(filled(1)), PREIMAGE))
        .hasMessageContaining("does not belong");
    assertThatThrownBy(() -> new DepositMessage.Report(EVENT, new Msat(3), new Msat(1), new Msat(1), new Msat(2)))
        .hasMessageContaining("3 msat");
  }
}
