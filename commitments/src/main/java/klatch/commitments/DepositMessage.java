package klatch.commitments;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import klatch.meetup.EventId;

/**
 * What is said about deposits in a group's log (docs/spec/deposit-messages.md). The organiser says all of it but
 * {@link Claim} and {@link Taken}. Constructors check every bound.
 */
public sealed interface DepositMessage {
  /** The longest invoice: ordinary ones have about 300 characters, many route hints make it longer. */
  int INVOICE_CHARS = 2_000;

  /** A short one: it becomes a code to scan. */
  int URL_CHARS = 300;

  /** One sentence. */
  int REASON_CHARS = 300;

  /** No chain is that long. */
  int HIGHEST_BLOCK = 10_000_000;

  /** Everybody's largest deposit. */
  Msat LARGEST_POT = new Msat(DepositTerms.LARGEST_DEPOSIT.value() * DepositTerms.MOST_PEOPLE);

  EventId event();

  /** Organiser: your deposit's hold invoice. */
  record Offer(EventId event, DeviceId person, String invoice, PaymentHash hash) implements DepositMessage {
    public Offer {
      Bounds.text(invoice, INVOICE_CHARS, "invoice");
    }
  }

  /** Organiser: your deposit is held. */
  record HeldReceipt(EventId event, DeviceId person, PaymentHash hash, Msat amount, int expiryHeight)
      implements
        DepositMessage {
    public HeldReceipt {
      Bounds.amount(amount, DepositTerms.LARGEST_DEPOSIT);
      Bounds.within(expiryHeight, 1, HIGHEST_BLOCK, "expiry height");
    }
  }

  /** Organiser: it went back. */
  record Released(EventId event, DeviceId person, PaymentHash hash, ReleaseReason reason) implements DepositMessage {}

  /**
   * Organiser, once appeals have closed: who of those with a held deposit came and who did not.
   *
   * @param present in the order of the draw, as {@code absent}
   */
  record Verdict(EventId event, List<DeviceId> present, List<DeviceId> absent) implements DepositMessage {
    public Verdict {
      present = Bounds.people(present);
      absent = Bounds.people(absent);
      if (present.stream().anyMatch(new HashSet<>(absent)::contains)) {
        throw new IllegalArgumentException("somebody is both present and absent");
      }
    }
  }

  /** Organiser: this deposit is in the pot; the preimage proves it. */
  record Collected(EventId event, DeviceId person, PaymentHash hash, Preimage preimage, Msat amount)
      implements
        DepositMessage {
    public Collected {
      Bounds.amount(amount, DepositTerms.LARGEST_DEPOSIT);
      if (!preimage.hash().equals(hash)) {
        throw new IllegalArgumentException("the preimage does not belong to hash " + hash);
      }
    }
  }

  /**
   * Attendee: my deposit was taken. The payment that held it has settled, and only the organiser could reveal the
   * preimage. Said when the organiser had no right to it, or does not say so.
   */
  record Taken(EventId event, PaymentHash hash, Preimage preimage) implements DepositMessage {
    public Taken {
      if (!preimage.hash().equals(hash)) {
        throw new IllegalArgumentException("the preimage does not belong to hash " + hash);
      }
    }
  }

  /** Organiser: the pot and everybody's full share of it, fees not yet taken off. */
  record Settled(EventId event, Msat pot, List<Share> shares) implements DepositMessage {
    public Settled {
      Bounds.amount(pot, LARGEST_POT);
      shares = List.copyOf(shares);
      Bounds.people(shares.stream().map(Share::person).toList());
    }
  }

  /** Organiser: what can be claimed now. */
  record Round(EventId event, int round, List<Payout> payouts) implements DepositMessage {
    public Round {
      Bounds.within(round, 1, Payouts.MAX_ROUNDS, "round");
      payouts = List.copyOf(payouts);
      Bounds.people(payouts.stream().map(Payout::person).toList());
    }
  }

  /**
   * Attendee: pay my payout of this round to this invoice; or, with {@code code:} and a hash in its place, to the first
   * invoice that comes with the secret of that hash.
   */
  record Claim(EventId event, int round, String invoice) implements DepositMessage {
    private static final String BY_CODE = "code:";

    static String byCode(PaymentHash hash) {
      return BY_CODE + hash;
    }

    /** The hash of the secret, if the claim is by code. */
    public Optional<PaymentHash> code() {
      return invoice.startsWith(BY_CODE)
          ? Optional.of(PaymentHash.parse(invoice.substring(BY_CODE.length())))
          : Optional.empty();
    }

    public Claim {
      Bounds.within(round, 1, Payouts.MAX_ROUNDS, "round");
      Bounds.text(invoice, INVOICE_CHARS, "invoice");
      if (invoice.startsWith(BY_CODE)) {
        PaymentHash.parse(invoice.substring(BY_CODE.length()));
      }
    }
  }

  /** Organiser: wallets reach my node there to withdraw by code. */
  record WithdrawAt(EventId event, String url) implements DepositMessage {
    public WithdrawAt {
      Bounds.text(url, URL_CHARS, "web address");
    }
  }

  /** Organiser: whoever had the secret of that claim's code gave this invoice. */
  record Withdrawal(EventId event, DeviceId person, int round, EntryId claim, Preimage secret, String invoice)
      implements
        DepositMessage {
    public Withdrawal {
      Bounds.within(round, 1, Payouts.MAX_ROUNDS, "round");
      Bounds.text(invoice, INVOICE_CHARS, "invoice");
    }
  }

  /** Organiser: that claim cannot be paid; a new one can. */
  record ClaimRefused(EventId event, DeviceId person, int round, EntryId claim, String reason)
      implements
        DepositMessage {
    public ClaimRefused {
      Bounds.within(round, 1, Payouts.MAX_ROUNDS, "round");
      Bounds.text(reason, REASON_CHARS, "reason");
    }
  }

  /** Organiser: paid; the preimage of the claim's hash is the receipt. */
  record Paid(EventId event, DeviceId person, int round, Msat amount, Msat fee, Preimage preimage)
      implements
        DepositMessage {
    public Paid {
      Bounds.amount(amount, LARGEST_POT);
      Bounds.amount(fee, LARGEST_POT);
      Bounds.within(round, 1, Payouts.MAX_ROUNDS, "round");
    }
  }

  /** Organiser: nobody claimed it in time, or it could not be delivered in time. */
  record Unclaimed(EventId event, DeviceId person, int round) implements DepositMessage {
    public Unclaimed {
      Bounds.within(round, 1, Payouts.MAX_ROUNDS, "round");
    }
  }

  /** Organiser: sending it costs more than was set aside; the next round counts with this price. */
  record Repriced(EventId event, DeviceId person, int round, Msat fee) implements DepositMessage {
    public Repriced {
      Bounds.within(round, 1, Payouts.MAX_ROUNDS, "round");
    }
  }

  /** Organiser: all is done; collected = paid out + fees + reserve left. */
  record Report(EventId event, Msat collected, Msat paidOut, Msat fees, Msat reserveLeft) implements DepositMessage {
    public Report {
      if (collected.value() != paidOut.value() + fees.value() + reserveLeft.value()) {
        throw new IllegalArgumentException(
            collected + " collected are not " + paidOut + " paid, " + fees + " fees and " + reserveLeft + " left");
      }
    }
  }
}
