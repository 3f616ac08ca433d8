package klatch.lightning;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the channels that a rehearsal's seller has sold, when they have been paid for. */
final class LdkSales {
  private static final Logger LOG = LoggerFactory.getLogger(LdkSales.class);

  private final LdkFunding funding;
  private final Optional<ChannelSale> sale;

  LdkSales(LdkFunding funding, Optional<ChannelSale> sale) {
    this.funding = funding;
    this.sale = sale;
  }

  /** @return false if the event is of no sale */
  boolean handled(JsonNode event) {
    switch (event.required("event").asText()) {
      case "channelSold" -> sale.ifPresent(terms -> open(event, terms));
      case "saleFailed" -> LOG.warn("a channel was not sold: {}", event.path("reason").asText());
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Opening waits for events, so not on their thread. A channel that does not come about is the payer's money back. */
  private void open(JsonNode event, ChannelSale terms) {
    Msat payment = new Msat(event.required("amountMsat").asLong());
    ChannelRequest request = new ChannelRequest(event.required("peer").asText(), terms.capacitySat(payment), Msat.ZERO);
    long name = event.required("name").asLong();
    Thread.ofVirtual().name("sold-channel-" + name).start(() -> {
      try {
        funding.openSold(name, request);
      } catch (LightningException | ChainException e) {
        LOG.warn("a channel that was sold was not opened: {}", e.getMessage());
      }
    });
  }
}
