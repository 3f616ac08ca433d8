package klatch.lightning;

import klatch.commitments.Lightning.Invoice;

/**
 * A channel that opens when an invoice is paid, by anybody.
 *
 * @param invoice of the price's payment; it leads through the seller
 */
public record ChannelPurchase(ChannelPrice price, Invoice invoice) {}
