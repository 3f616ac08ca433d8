/** What protocols of one question and one answer share: framing, lists of addresses, rates, and what counts as one network address. */
@NullMarked
package klatch.libp2p.protocol;

import org.jspecify.annotations.NullMarked;
