@NullMarked
package klatch.libp2p.example;

import org.jspecify.annotations.NullMarked;
