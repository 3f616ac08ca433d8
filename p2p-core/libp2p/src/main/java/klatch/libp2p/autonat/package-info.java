/** AutoNAT: asking others which of our addresses can be dialled (libp2p autonat). */
@NullMarked
package klatch.libp2p.autonat;

import org.jspecify.annotations.NullMarked;
