package klatch.lightning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import klatch.commitments.LightningException;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.script.Script;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens channels: asks the peers, pays for all of them by one transaction of the wallet, hands it to the network. */
final class LdkFunding {
  private static final Logger LOG = LoggerFactory.getLogger(LdkFunding.class);
  /** Peers answer in a round trip or two; one that does not within this time will not. */
  private static final Duration PEER_WAIT = Duration.ofSeconds(30);

  private final LdkNode node;
  private final OnchainWallet wallet;
  private final Network network;
  private final AtomicLong names = new AtomicLong(System.nanoTime());
  private final Map<Long, Opening> openings = new ConcurrentHashMap<>();

  LdkFunding(LdkNode node, OnchainWallet wallet, Network network) {
    this.node = node;
    this.wallet = wallet;
    this.network = network;
  }

  /** One channel on its way; the futures are completed by the event thread. */
  private record Opening(long name, ChannelRequest request, CompletableFuture<JsonNode> accepted,
      CompletableFuture<JsonNode> pending) {
    static Opening of(long name, ChannelRequest request) {
      return new Opening(name, request, new CompletableFuture<>(), new CompletableFuture<>());
    }

    void fail(LightningException e) {
      accepted.completeExceptionally(e);
      pending.completeExceptionally(e);
    }
  }

  OpenedChannels open(List<ChannelRequest> requests, boolean announced) {
    if (requests.isEmpty()) {
      throw new IllegalArgumentException("no channel to open");
    }
    return opened(requests.stream().map(request -> Opening.of(names.incrementAndGet(), request)).toList(), announced);
  }

  /** Opens a channel under the name that it was sold by; one that is being opened already is not opened twice. */
  void openSold(long name, ChannelRequest request) {
    Opening opening = Opening.of(name, request);
    if (openings.putIfAbsent(name, opening) == null) {
      opened(List.of(opening), false);
    }
  }

  private OpenedChannels opened(List<Opening> ordered, boolean announced) {
    try {
      boolean anchors = anchors(ordered.stream().map(Opening::request).toList());
      for (Opening opening : ordered) {
        openings.put(opening.name(), opening);
        ChannelRequest request = opening.request();
        node.call(LdkNode.request("open").put("nodeId", request.nodeId()).put("capacitySat", request.capacitySat())
            .put("pushMsat", request.push().value()).put("name", opening.name()).put("announced", announced)
            .put("anchors", anchors));
      }
      return funded(ordered, anchors);
    } catch (LightningException e) {
      ordered.forEach(this::forget);
      throw e;
    } finally {
      ordered.forEach(opening -> openings.remove(opening.name()));
    }
  }

  /** Anchors are wanted where the wallet can pay for their closing afterwards. */
  private boolean anchors(List<ChannelRequest> requests) {
    long sat = requests.stream().mapToLong(ChannelRequest::capacitySat).sum();
    if (wallet.affords(sat, requests.size(), requests.size())) {
      return true;
    }
    if (network == Network.MAINNET) {
      throw new LightningException("on mainnet channels have anchors, and " + AnchorReserve.SAT_PER_CHANNEL
          + " sat stay in the wallet for the fee of closing each: open smaller ones, or send it more", true);
    }
    return false;
  }

  /** A channel that was agreed on and will not be paid for. */
  private void forget(Opening opening) {
    if (opening.accepted().state() == Future.State.SUCCESS && !opening.pending().isDone()) {
      JsonNode accepted = opening.accepted().resultNow();
      try {
        node.call(LdkNode.request("close").put("channel", accepted.required("channel").asText()).put("force", true));
      } catch (IllegalArgumentException | LightningException gone) {
        LOG.debug("the channel with {} has ended by itself: {}", opening.request().nodeId(), gone.getMessage());
      }
    }
  }

  private OpenedChannels funded(List<Opening> ordered, boolean anchors) {
    List<OnchainWallet.Payout> outputs = new ArrayList<>();
    ArrayNode channels = LdkNode.JSON.createArrayNode();
    for (Opening opening : ordered) {
      JsonNode accepted = outcome(opening.accepted(), opening.request());
      outputs.add(new OnchainWallet.Payout(Script.parse(HexFormat.of().parseHex(accepted.required("script").asText())),
          accepted.required("capacitySat").asLong()));
      channels.addObject().put("channel", accepted.required("channel").asText()).put("nodeId",
          opening.request().nodeId());
    }
    byte[] transaction = wallet.pay(outputs, anchors ? ordered.size() : 0);
    try {
      ObjectNode fund = LdkNode.request("fund").put("transaction", HexFormat.of().formatHex(transaction));
      fund.set("channels", channels);
      node.call(fund);
      List<String> ids = new ArrayList<>();
      for (Opening opening : ordered) {
        ids.add(outcome(opening.pending(), opening.request()).required("channel").asText());
      }
      wallet.send(transaction);
      return new OpenedChannels(Transaction.read(ByteBuffer.wrap(transaction)).getTxId().toString(), ids);
    } catch (ChainException e) {
      // The peers have signed: it is sent again with the next block, and after every start.
      throw new LightningException("the funding is sent when the chain answers: " + e.getMessage(), false, e);
    } catch (LightningException | IllegalArgumentException e) {
      wallet.abandon(transaction);
      throw e;
    }
  }

  /** Called by the event thread. */
  void progress(JsonNode event) {
    Opening opening = openings.get(event.path("name").asLong());
    if (opening == null) {
      return;
    }
    switch (event.required("event").asText()) {
      case "fundingNeeded" -> opening.accepted().complete(event);
      case "channelPending" -> opening.pending().complete(event);
      case "channelClosed" -> opening.fail(new LightningException("the channel with " + opening.request().nodeId()
          + " was not opened: " + event.path("reason").asText(), true));
      default -> {
      }
    }
  }

  private static JsonNode outcome(CompletableFuture<JsonNode> future, ChannelRequest request) {
    try {
      return future.get(PEER_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new LightningException(String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()), true, e);
    } catch (TimeoutException e) {
      throw new LightningException(request.nodeId() + " did not answer the offer of a channel within "
          + PEER_WAIT.toSeconds() + " s", true, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LightningException("interrupted while opening a channel", true, e);
    }
  }
}
