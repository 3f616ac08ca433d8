//! The network's graph from a rapid gossip snapshot.

use crate::node::Node;
use crate::state::kv_key;
use crate::Failure;
use lightning::util::persist::{
	NETWORK_GRAPH_PERSISTENCE_KEY, NETWORK_GRAPH_PERSISTENCE_PRIMARY_NAMESPACE,
	NETWORK_GRAPH_PERSISTENCE_SECONDARY_NAMESPACE,
};
use lightning::util::ser::Writeable;
use lightning_rapid_gossip_sync::{GraphSyncError, RapidGossipSync};
use serde_json::{json, Value};

/// What the node knows of the network.
pub fn told(node: &Node) -> Value {
	let graph = node.graph.read_only();
	json!({ "channels": graph.channels().len(), "nodes": graph.nodes().len() })
}

/// Takes a snapshot in; the graph is in the next cut.
pub fn take(node: &Node, snapshot: &[u8]) -> Result<Value, Failure> {
	let result = RapidGossipSync::new(node.graph.clone(), node.log.clone()).update_network_graph(snapshot);
	// What came before a mistake has been taken, and does no harm: routes are tried, not believed.
	let key = kv_key(
		NETWORK_GRAPH_PERSISTENCE_PRIMARY_NAMESPACE, NETWORK_GRAPH_PERSISTENCE_SECONDARY_NAMESPACE,
		NETWORK_GRAPH_PERSISTENCE_KEY,
	);
	node.state.put(&key, node.graph.encode());
	match result {
		Ok(seen) => {
			let mut answer = told(node);
			answer["seenAt"] = json!(seen);
			Ok(answer)
		},
		Err(GraphSyncError::DecodeError(e)) => Err(Failure::never(format!("no gossip snapshot: {e:?}"))),
		Err(GraphSyncError::LightningError(e)) => Err(Failure::never(format!("the gossip snapshot: {}", e.err))),
	}
}
