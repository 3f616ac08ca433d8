package klatch.regtest.onchain;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * What one case came to. Satoshis are differences between before and after, channels and wallets together.
 *
 * @param outcome   in words
 * @param payeeSat  of the node that held the deposit: the deposit if it was collected, less what claim and sweep cost
 * @param routerSat of the node between, which paid for the channels and so pays for their closing
 * @param payerSat  of the person whose deposit it was
 * @param good      whether it came out as it must
 */
@JsonPropertyOrder({"name", "outcome", "payeeSat", "routerSat", "payerSat", "good"})
public record OnChainRow(String name, String outcome, long payeeSat, long routerSat, long payerSat, boolean good) {}
