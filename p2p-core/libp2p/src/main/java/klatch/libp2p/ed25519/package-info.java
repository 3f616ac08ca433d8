/** Ed25519 verification for keys that verify often: some memory for each key instead of most of the time. Nothing secret passes here. */
@NullMarked
package klatch.libp2p.ed25519;

import org.jspecify.annotations.NullMarked;
