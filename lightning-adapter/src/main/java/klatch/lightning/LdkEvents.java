package klatch.lightning;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import klatch.commitments.GroupCommit;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.LightningEvent;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Takes the node's events one after another on a thread of its own: stores what the node will not repeat, tells the
 * listener, and only then lets the node go on.
 */
final class LdkEvents {
  private static final Logger LOG = LoggerFactory.getLogger(LdkEvents.class);
  private static final Duration WAIT = Duration.ofSeconds(1);

  private final LdkNode node;
  private final GroupCommit commits;
  private final LdkFunding funding;
  private final LdkQuestions questions;
  private final LdkSales sales;
  private final String alias;
  private final Thread loop;
  private final EventDelivery delivery = new EventDelivery();

  LdkEvents(LdkNode node, GroupCommit commits, LdkFunding funding, LdkQuestions questions, LdkSales sales,
      String alias) {
    this.sales = sales;
    this.node = node;
    this.commits = commits;
    this.funding = funding;
    this.questions = questions;
    this.alias = alias;
    this.loop = Thread.ofPlatform().name("ldk-events-" + alias).daemon().unstarted(this::run);
  }

  void start() {
    loop.start();
  }

  void watch(Consumer<LightningEvent> consumer) {
    delivery.watch(consumer);
  }

  /** The node must have been stopped: an event that is being handled is not acknowledged any more. */
  void close() {
    delivery.close();
    try {
      loop.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!delivery.closed()) {
        Optional<JsonNode> event = node.nextEvent(WAIT);
        if (event.isPresent()
            && delivery.atLast(alias + ": " + event.get().path("event").asText(), () -> handled(event.get()))) {
          node.eventHandled(event.get().required("sequence").asLong());
        }
      }
    } catch (LightningException e) {
      LOG.error("{}: no more events: {}", alias, e.getMessage());
    }
  }

  private boolean handled(JsonNode event) {
    switch (event.required("event").asText()) {
      case "held" -> {
        PaymentHash hash = hash(event);
        Msat amount = msat(event, "amountMsat");
        commits.write(connection -> LdkStore.held(connection, hash, amount));
        return delivery.told(new LightningEvent.HtlcHeld(hash, amount, event.required("expiryHeight").asInt()));
      }
      case "lost" -> {
        PaymentHash hash = hash(event);
        return delivery.told(new LightningEvent.HtlcLost(hash, event.required("reason").asText()))
            && forgotten(hash);
      }
      case "claimed" -> {
        PaymentHash hash = hash(event);
        Msat amount = msat(event, "amountMsat");
        commits.write(connection -> LdkStore.received(connection, hash, amount));
        return delivery.told(new LightningEvent.HtlcCollected(hash, amount)) && forgotten(hash);
      }
      case "sent" -> {
        Payment.Sent sent = new Payment.Sent(id(event), Preimage.parse(event.required("preimage").asText()),
            msat(event, "amountMsat"), msat(event, "feeMsat"));
        commits.write(connection -> LdkStore.ended(connection, sent));
        return delivery.told(new LightningEvent.PaymentSent(sent.id(), sent.preimage(), sent.amount(), sent.fee()));
      }
      case "failed" -> {
        Payment.Failed failed = new Payment.Failed(id(event), event.required("reason").asText(),
            event.required("released").asBoolean());
        commits.write(connection -> LdkStore.ended(connection, failed));
        return delivery.told(new LightningEvent.PaymentFailed(failed.id(), failed.reason(), failed.released()));
      }
      case "block" -> {
        return !delivery.isWatched()
            || delivery.told(new LightningEvent.BlockReached(event.required("height").asInt()));
      }
      default -> {
        if (questions.handled(event) || sales.handled(event)) {
          return true;
        }
        funding.progress(event);
        LOG.atLevel(event.path("event").asText().equals("channelClosed") ? Level.WARN : Level.DEBUG)
            .log("{}: {}", alias, event);
        return true;
      }
    }
  }

  private boolean forgotten(PaymentHash hash) {
    commits.write(connection -> LdkStore.notHeld(connection, hash));
    return true;
  }

  private static PaymentHash hash(JsonNode event) {
    return PaymentHash.parse(event.required("hash").asText());
  }

  private static PaymentId id(JsonNode event) {
    return PaymentId.parse(event.required("id").asText());
  }

  private static Msat msat(JsonNode event, String field) {
    return new Msat(event.required(field).asLong());
  }
}
