//! Connections to peers: dialling, and dialling again while there is a channel.

use crate::node::{ChannelManager, Guard, PeerManager};
use bitcoin::secp256k1::PublicKey;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

const DIAL_WAIT: Duration = Duration::from_secs(10);
const LOOK_INTERVAL: Duration = Duration::from_millis(250);
const FIRST_RETRY: Duration = Duration::from_millis(250);
const LAST_RETRY: Duration = Duration::from_secs(30);

/// Connects and returns once the peer is known to be there; `false` if it is not within ten seconds.
pub async fn connect(peers: &Arc<PeerManager>, id: PublicKey, address: SocketAddr, guard: &Guard) -> bool {
	if peers.peer_by_node_id(&id).is_some() {
		return true;
	}
	let deadline = Instant::now() + DIAL_WAIT;
	let Ok(Ok(stream)) = tokio::time::timeout(DIAL_WAIT, TcpStream::connect(address)).await else { return false };
	let Ok(stream) = stream.set_nodelay(true).and_then(|()| stream.into_std()) else { return false };
	let mut closed = guard.spawn(lightning_net_tokio::setup_outbound(peers.clone(), id, stream));
	// The handshake is over when the peer is listed; LDK has no future for it.
	while Instant::now() < deadline {
		if peers.peer_by_node_id(&id).is_some() {
			return true;
		}
		if tokio::time::timeout(Duration::from_millis(5), &mut closed).await.is_ok() {
			return false;
		}
	}
	false
}

/// Where the peers were found that this node dialled.
pub type Addresses = Arc<Mutex<HashMap<PublicKey, SocketAddr>>>;

/// Dials the peers with channels that are not connected, less and less often, for ever.
pub async fn keep_connected(
	manager: Arc<ChannelManager>, peers: Arc<PeerManager>, addresses: Addresses, guard: Guard,
) {
	let mut retries: HashMap<PublicKey, (Instant, Duration)> = HashMap::new();
	loop {
		let known = addresses.lock().unwrap_or_else(|e| e.into_inner()).clone();
		let wanted: Vec<PublicKey> = if known.is_empty() {
			Vec::new()
		} else {
			manager.list_channels().iter().map(|channel| channel.counterparty.node_id).collect()
		};
		for (id, address) in known {
			if peers.peer_by_node_id(&id).is_some() {
				retries.remove(&id);
				continue;
			}
			let (at, wait) = retries.get(&id).copied().unwrap_or((Instant::now(), FIRST_RETRY));
			if wanted.contains(&id) && Instant::now() >= at {
				retries.insert(id, (Instant::now() + wait, (wait * 2).min(LAST_RETRY)));
				connect(&peers, id, address, &guard).await;
			}
		}
		tokio::time::sleep(LOOK_INTERVAL).await;
	}
}
