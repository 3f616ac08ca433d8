/** Many pubsub routers in one process, in simulated time over a simulated network. A seed replays a run exactly. */
@NullMarked
package klatch.libp2p.simulation;

import org.jspecify.annotations.NullMarked;
