//! The chain by a bitcoind's JSON-RPC: following it, sending transactions, fees.
//!
//! Nodes of one process that use the same bitcoind share its connections and what was read from it.

use crate::config::Rpc;
use crate::node::Listener;
use bitcoin::consensus::encode::serialize_hex;
use bitcoin::{BlockHash, Network, Transaction};
use lightning::chain::chaininterface::{
	BroadcasterInterface, ConfirmationTarget, FeeEstimator, FEERATE_FLOOR_SATS_PER_KW,
};
use lightning_block_sync::http::{HttpEndpoint, JsonResponse};
use lightning_block_sync::init::synchronize_listeners;
use lightning_block_sync::poll::{ChainPoller, ValidatedBlockHeader};
use lightning_block_sync::rpc::{RpcClient, RpcError};
use lightning_block_sync::{
	AsyncBlockSourceResult, BlockData, BlockHeaderData, BlockSource, BlockSourceError, BlockSourceErrorKind, SpvClient,
};
use serde_json::{json, Value};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, Notify};

/// Blocks kept for the other nodes of this process.
const KEPT_BLOCKS: usize = 12;
const KEPT_HEADERS: usize = 500;
/// Where the chain cannot estimate: twice the floor of relaying nodes.
const FALLBACK_SAT_PER_KW: u32 = 2 * FEERATE_FLOOR_SATS_PER_KW;
/// A higher estimate is a broken one.
const MAX_SAT_PER_KW: u32 = 250_000;

/// How bitcoind, and an Esplora server that hands on its words, says that an output to spend is not there.
const MISSING_INPUTS: &str = "bad-txns-inputs-missingorspent";
/// Other events wait while one is asked about.
const LONGEST_ANSWER: Duration = Duration::from_secs(5);

type Chains = HashMap<Rpc, Weak<Chain>>;
static CHAINS: OnceLock<Mutex<Chains>> = OnceLock::new();

/// One bitcoind, for all nodes of the process that use it.
pub struct Chain {
	rpc: RpcClient,
	tip: tokio::sync::Mutex<Option<(Instant, BlockHash, Option<u32>)>>,
	headers: Mutex<Recent<BlockHeaderData>>,
	blocks: tokio::sync::Mutex<Recent<Arc<bitcoin::Block>>>,
}

struct Recent<T> {
	limit: usize,
	order: VecDeque<BlockHash>,
	values: HashMap<BlockHash, T>,
}

impl<T: Clone> Recent<T> {
	fn new(limit: usize) -> Self {
		Recent { limit, order: VecDeque::new(), values: HashMap::new() }
	}

	fn get(&self, hash: &BlockHash) -> Option<T> {
		self.values.get(hash).cloned()
	}

	fn put(&mut self, hash: BlockHash, value: T) {
		if self.values.insert(hash, value).is_none() {
			self.order.push_back(hash);
			if self.order.len() > self.limit {
				if let Some(oldest) = self.order.pop_front() {
					self.values.remove(&oldest);
				}
			}
		}
	}
}

impl Chain {
	pub fn of(rpc: &Rpc) -> Arc<Chain> {
		let mut chains = CHAINS.get_or_init(Default::default).lock().unwrap_or_else(|e| e.into_inner());
		if let Some(chain) = chains.get(rpc).and_then(Weak::upgrade) {
			return chain;
		}
		chains.retain(|_, chain| chain.strong_count() > 0);
		let endpoint = HttpEndpoint::for_host(rpc.host.clone()).with_port(rpc.port).with_path(rpc.path.clone());
		let chain = Arc::new(Chain {
			rpc: RpcClient::new(&base64(format!("{}:{}", rpc.user, rpc.password).as_bytes()), endpoint),
			tip: tokio::sync::Mutex::new(None),
			headers: Mutex::new(Recent::new(KEPT_HEADERS)),
			blocks: tokio::sync::Mutex::new(Recent::new(KEPT_BLOCKS)),
		});
		chains.insert(rpc.clone(), Arc::downgrade(&chain));
		chain
	}

	async fn call(&self, method: &str, parameters: &[Value]) -> std::io::Result<Value> {
		self.rpc.call_method::<Json>(method, parameters).await.map(|json| json.0)
	}

	/// Sends the transaction, and says whether the chain refused it because an output that it spends is not there: never
	/// was, or is spent. `false` where the chain does not answer in time.
	pub async fn lacks_what_it_spends(&self, transaction: &Transaction) -> bool {
		let parameters = [json!(serialize_hex(transaction))];
		let sent = tokio::time::timeout(LONGEST_ANSWER, self.call("sendrawtransaction", &parameters)).await;
		sent.is_ok_and(|answer| answer.is_err_and(|e| {
			let refusal = e.get_ref().and_then(|inner| inner.downcast_ref::<RpcError>());
			refusal.is_some_and(|refusal| refusal.message.contains(MISSING_INPUTS))
		}))
	}

	async fn best(&self, max_age: Duration) -> Result<(BlockHash, Option<u32>), BlockSourceError> {
		let mut tip = self.tip.lock().await;
		match *tip {
			Some((read, hash, height)) if read.elapsed() < max_age => Ok((hash, height)),
			_ => {
				let (hash, height) = self.rpc.get_best_block().await?;
				*tip = Some((Instant::now(), hash, height));
				Ok((hash, height))
			},
		}
	}
}

struct Json(Value);

impl TryFrom<JsonResponse> for Json {
	type Error = std::io::Error;

	fn try_from(response: JsonResponse) -> std::io::Result<Json> {
		Ok(Json(response.0))
	}
}

/// A node's view of the shared chain: it takes a tip that is at most `max_age` old.
#[derive(Clone)]
pub struct Source {
	chain: Arc<Chain>,
	max_age: Duration,
}

impl BlockSource for Source {
	fn get_header<'a>(
		&'a self, hash: &'a BlockHash, height: Option<u32>,
	) -> AsyncBlockSourceResult<'a, BlockHeaderData> {
		Box::pin(async move {
			if let Some(header) = self.chain.headers.lock().unwrap_or_else(|e| e.into_inner()).get(hash) {
				return Ok(header);
			}
			let header = self.chain.rpc.get_header(hash, height).await?;
			self.chain.headers.lock().unwrap_or_else(|e| e.into_inner()).put(*hash, header);
			Ok(header)
		})
	}

	fn get_block<'a>(&'a self, hash: &'a BlockHash) -> AsyncBlockSourceResult<'a, BlockData> {
		Box::pin(async move {
			let mut blocks = self.chain.blocks.lock().await;
			if let Some(block) = blocks.get(hash) {
				return Ok(BlockData::FullBlock((*block).clone()));
			}
			match self.chain.rpc.get_block(hash).await? {
				BlockData::FullBlock(block) => {
					blocks.put(*hash, Arc::new(block.clone()));
					Ok(BlockData::FullBlock(block))
				},
				other => Ok(other),
			}
		})
	}

	fn get_best_block(&self) -> AsyncBlockSourceResult<'_, (BlockHash, Option<u32>)> {
		Box::pin(self.chain.best(self.max_age))
	}
}

/// The tip with its header, from the chain itself.
pub async fn best_header(chain: &Arc<Chain>) -> Result<ValidatedBlockHeader, String> {
	let source = Source { chain: chain.clone(), max_age: Duration::ZERO };
	lightning_block_sync::init::validate_best_block_header(&source).await.map_err(words)
}

/// Brings each listener from its own block to the tip.
pub async fn catch_up(
	chain: &Arc<Chain>, network: Network, listeners: Vec<(BlockHash, &(dyn lightning::chain::Listen + Send + Sync))>,
) -> Result<ValidatedBlockHeader, String> {
	let source = Source { chain: chain.clone(), max_age: Duration::ZERO };
	let mut cache: HashMap<BlockHash, ValidatedBlockHeader> = HashMap::new();
	synchronize_listeners(&source, network, &mut cache, listeners).await.map_err(words)
}

fn words(e: BlockSourceError) -> String {
	let kind = match e.kind() {
		BlockSourceErrorKind::Persistent => "the chain's answer cannot be used",
		BlockSourceErrorKind::Transient => "the chain does not answer",
	};
	format!("{kind}: {}", e.into_inner())
}

/// What following the chain needs to know, and tells.
pub struct Following {
	pub chain: Arc<Chain>,
	pub network: Network,
	pub interval: Duration,
	pub poke: Arc<Notify>,
	/// The last trouble, until it is over.
	pub trouble: Arc<Mutex<Option<String>>>,
}

/// Follows the chain from the tip that the node has reached, for ever.
pub async fn follow(following: Following, tip: ValidatedBlockHeader, listener: Arc<Listener>) {
	let source = Source { chain: following.chain.clone(), max_age: following.interval / 2 };
	let mut cache: HashMap<BlockHash, ValidatedBlockHeader> = HashMap::new();
	let mut client = SpvClient::new(tip, ChainPoller::new(&source, following.network), &mut cache, &*listener);
	loop {
		if tokio::time::timeout(following.interval, following.poke.notified()).await.is_ok() {
			*following.chain.tip.lock().await = None;
		}
		let trouble = client.poll_best_tip().await.err().map(words);
		*following.trouble.lock().unwrap_or_else(|e| e.into_inner()) = trouble;
	}
}

/// Sends LDK's transactions, in order, each until the chain takes or refuses it.
pub struct Broadcaster {
	queue: mpsc::UnboundedSender<Vec<Transaction>>,
	/// Packages that the chain has neither taken nor refused yet.
	unsent: Arc<AtomicUsize>,
}

impl Broadcaster {
	pub fn new() -> (Arc<Broadcaster>, mpsc::UnboundedReceiver<Vec<Transaction>>) {
		let (queue, packages) = mpsc::unbounded_channel();
		(Arc::new(Broadcaster { queue, unsent: Arc::default() }), packages)
	}

	pub fn unsent(&self) -> Arc<AtomicUsize> {
		self.unsent.clone()
	}
}

impl BroadcasterInterface for Broadcaster {
	fn broadcast_transactions(&self, transactions: &[&Transaction]) {
		// The other end is gone only when the node has stopped, and LDK sends again after a restart.
		self.unsent.fetch_add(1, Ordering::Relaxed);
		let _ = self.queue.send(transactions.iter().map(|t| (*t).clone()).collect());
	}
}

pub async fn broadcast(
	chain: Arc<Chain>, retry: Duration, mut packages: mpsc::UnboundedReceiver<Vec<Transaction>>,
	unsent: Arc<AtomicUsize>,
) {
	while let Some(package) = packages.recv().await {
		while send(&chain, &package).await.is_err() {
			tokio::time::sleep(retry).await;
		}
		unsent.fetch_sub(1, Ordering::Relaxed);
	}
}

/// `Err` if the chain did not answer.
async fn send(chain: &Chain, package: &[Transaction]) -> Result<(), ()> {
	let hex: Vec<Value> = package.iter().map(|t| json!(serialize_hex(t))).collect();
	if hex.len() > 1 && answered(chain.call("submitpackage", &[json!(hex)]).await)? {
		return Ok(());
	}
	for transaction in hex {
		answered(chain.call("sendrawtransaction", &[transaction]).await)?;
	}
	Ok(())
}

/// Whether it was accepted; `Err` if there was no answer at all. A refusal is final: LDK sends again what it still needs.
fn answered(result: std::io::Result<Value>) -> Result<bool, ()> {
	match result {
		Ok(_) => Ok(true),
		Err(e) if e.get_ref().is_some_and(|inner| inner.is::<RpcError>()) => Ok(false),
		Err(_) => Err(()),
	}
}

/// Fee rates in satoshi per 1000 weight, by how soon a transaction must confirm.
pub struct Fees {
	soon: AtomicU32,
	normal: AtomicU32,
	relaxed: AtomicU32,
}

impl Fees {
	pub fn new() -> Arc<Fees> {
		let rate = || AtomicU32::new(FALLBACK_SAT_PER_KW);
		Arc::new(Fees { soon: rate(), normal: rate(), relaxed: rate() })
	}

	/// Asks the chain for ever. Where it has no estimate, as on most of regtest, the last one stays.
	pub async fn follow(self: Arc<Fees>, chain: Arc<Chain>, interval: Duration) {
		loop {
			for (blocks, rate) in [(2, &self.soon), (6, &self.normal), (144, &self.relaxed)] {
				let estimate = chain.call("estimatesmartfee", &[json!(blocks)]).await;
				if let Some(coins_per_kvb) = estimate.ok().and_then(|answer| answer["feerate"].as_f64()) {
					// 1 kvB is 4,000 weight.
					let per_kw = (coins_per_kvb * 100_000_000.0 / 4.0).ceil() as u32;
					rate.store(per_kw.clamp(FEERATE_FLOOR_SATS_PER_KW, MAX_SAT_PER_KW), Ordering::Relaxed);
				}
			}
			tokio::time::sleep(interval).await;
		}
	}
}

impl FeeEstimator for Fees {
	fn get_est_sat_per_1000_weight(&self, target: ConfirmationTarget) -> u32 {
		let (soon, normal, relaxed) = (
			self.soon.load(Ordering::Relaxed),
			self.normal.load(Ordering::Relaxed),
			self.relaxed.load(Ordering::Relaxed),
		);
		match target {
			ConfirmationTarget::MaximumFeeEstimate => soon.saturating_mul(10).max(10_000),
			ConfirmationTarget::UrgentOnChainSweep => soon,
			ConfirmationTarget::NonAnchorChannelFee => normal,
			ConfirmationTarget::OutputSpendingFee => normal,
			ConfirmationTarget::AnchorChannelFee => relaxed,
			ConfirmationTarget::ChannelCloseMinimum => relaxed,
			ConfirmationTarget::MinAllowedAnchorChannelRemoteFee => FEERATE_FLOOR_SATS_PER_KW,
			ConfirmationTarget::MinAllowedNonAnchorChannelRemoteFee => (relaxed / 2).max(FEERATE_FLOOR_SATS_PER_KW),
		}
	}
}

fn base64(bytes: &[u8]) -> String {
	const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	let mut out = String::new();
	for chunk in bytes.chunks(3) {
		let word = chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
		for i in 0..4 {
			if i <= chunk.len() {
				out.push(DIGITS[(word >> (18 - 6 * i) & 63) as usize] as char);
			} else {
				out.push('=');
			}
		}
	}
	out
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn base64_as_in_rfc_4648() {
		for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
			assert_eq!(base64(bytes.as_bytes()), text);
		}
	}

	#[test]
	fn only_the_newest_are_kept() {
		use bitcoin::hashes::Hash;
		let hash = |n: u8| BlockHash::from_byte_array([n; 32]);
		let mut recent = Recent::new(2);
		for n in 1..=3 {
			recent.put(hash(n), n);
		}
		assert_eq!((recent.get(&hash(1)), recent.get(&hash(2)), recent.get(&hash(3))), (None, Some(2), Some(3)));
	}
}
