package klatch.commitments;

import java.util.Optional;
import klatch.commitments.journal.HashUse;
import klatch.log.DeviceId;
import klatch.meetup.EventId;

/** Refuses an offer of a deposit that is not what the terms say, or that must not be paid from here. */
record OfferCheck(Surroundings parts, DepositTerms terms, EventId event) {
  /** A node adds a few blocks to what the terms ask for. */
  private static final int ADDED_BLOCKS = 3;

  /** What anybody can see is wrong with it, whoever pays it. */
  Optional<Objection> stated(DepositMessage.Offer offer) {
    long now = parts.clock().millis();
    if (!terms.clock().lockOpenAt(now)) {
      return objection(Objection.Kind.NOT_OPEN,
          "deposits can be locked from " + terms.clock().lockOpensAtMillis() + " until "
              + terms.clock().lockClosesAtMillis() + ", it is " + now + " (milliseconds since 1970)");
    }
    Lightning.Invoice invoice;
    try {
      invoice = parts.lightning().decode(offer.invoice());
    } catch (IllegalArgumentException e) {
      return objection(Objection.Kind.WRONG_OFFER, "the offer holds no invoice: " + e.getMessage());
    }
    int most = Math.min(terms.finalCltvBlocks(), Lightning.MAX_FINAL_CLTV_BLOCKS) + ADDED_BLOCKS;
    if (!invoice.amount().equals(Optional.of(terms.deposit()))) {
      return objection(Objection.Kind.WRONG_OFFER,
          "the invoice asks for " + invoice.amount().map(Msat::toString).orElse("any amount")
              + ", the terms say " + terms.deposit());
    }
    if (!invoice.payee().equals(terms.escrowNodeId())) {
      return objection(Objection.Kind.WRONG_OFFER,
          "the invoice pays node " + invoice.payee() + ", the terms name " + terms.escrowNodeId());
    }
    if (!invoice.hash().equals(offer.hash())) {
      return objection(Objection.Kind.WRONG_OFFER,
          "the invoice's hash is " + invoice.hash() + ", the offer says " + offer.hash());
    }
    if (invoice.finalCltvBlocks() < terms.finalCltvBlocks() || invoice.finalCltvBlocks() > most) {
      return objection(Objection.Kind.WRONG_OFFER,
          "the invoice's final CLTV is " + invoice.finalCltvBlocks() + " blocks, allowed are "
              + terms.finalCltvBlocks() + ".." + most);
    }
    long nowSeconds = Math.floorDiv(parts.lightningClock().millis(), 1_000L);
    if (invoice.expiresAtEpochSecond() <= nowSeconds) {
      return objection(Objection.Kind.EXPIRED,
          "the invoice expired at " + invoice.expiresAtEpochSecond() + ", it is " + nowSeconds
              + " (seconds since 1970); the organiser has to offer the deposit again");
    }
    return Optional.empty();
  }

  /** Whether this node knows the hash from something else. */
  Optional<Objection> used(DepositMessage.Offer offer) {
    return parts.store().use(offer.hash()).filter(use -> !use.equals(new HashUse.OwnDeposit(event)))
        .flatMap(use -> objection(Objection.Kind.WRONG_OFFER, "the invoice's hash has been used before"));
  }

  /** Whether this node cannot pay it now. */
  Optional<Objection> tooPoor() {
    Msat most = parts.lightning().status().channels().stream().filter(Lightning.Channel::usable)
        .map(Lightning.Channel::canSend).reduce(Msat.ZERO, Msat::plus);
    return most.compareTo(terms.deposit()) < 0
        ? objection(Objection.Kind.CANNOT_SEND,
            "this node can send at most " + most + " now, the deposit is " + terms.deposit()
                + "; open a channel (klatch channel open NODEID@HOST:PORT SAT), or pay it from another wallet of yours"
                + " (klatch lock EVENT --invoice)")
        : Optional.empty();
  }

  /** Whoever collects one deposit shows its preimage, and with it could take every other one on the same hash. */
  static Optional<Objection> shared(DepositMessage.Offer offer, Statements said, DeviceId host, DeviceId person) {
    return said.all(host, DepositMessage.Offer.class).stream().map(Said::message)
        .filter(other -> other.hash().equals(offer.hash()) && !other.person().equals(person)).findFirst()
        .flatMap(other -> objection(Objection.Kind.WRONG_OFFER,
            "the invoice's hash was offered to " + other.person() + " too"));
  }

  private static Optional<Objection> objection(Objection.Kind kind, String message) {
    return Optional.of(new Objection(kind, message));
  }
}
