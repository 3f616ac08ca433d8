package klatch.lightning;

import java.util.List;

/**
 * Channels whose funding transaction has been handed to the network; they work once it has its confirmations.
 *
 * @param fundingTxid 64 hex digits, as block explorers show it
 * @param channelIds  in the order of the requests
 */
public record OpenedChannels(String fundingTxid, List<String> channelIds) {
  public OpenedChannels {
    channelIds = List.copyOf(channelIds);
  }
}
