/** Encodings that several protocols share: varints, protobuf, base58, multibase, byte queues. An inner part of the host: its classes may change with any version. */
@NullMarked
package klatch.libp2p.wire;

import org.jspecify.annotations.NullMarked;
