//! One node: LDK's parts put together, started from what is stored, and stopped.

use crate::bump::Bumper;
use crate::chain::{self, Broadcaster, Chain, Fees, Following};
use crate::config::{to_hex, Config};
use crate::events::{Events, Handler};
use crate::market::{Liquidity, Market};
use crate::peers::{self, Addresses};
use crate::state::{self, kv_key, KeyValues, State, Stored};
use crate::Failure;
use bitcoin::secp256k1::PublicKey;
use bitcoin::{BlockHash, Network, ScriptBuf};
use lightning::chain::chainmonitor::ChainMonitor as LdkChainMonitor;
use lightning::chain::channelmonitor::{ChannelMonitor, ChannelMonitorUpdate};
use lightning::chain::{BestBlock, Filter, Listen};
use lightning::ln::channelmanager::{ChainParameters, ChannelManagerReadArgs, SimpleArcChannelManager};
use lightning::ln::peer_handler::{IgnoringMessageHandler, MessageHandler, PeerManager as LdkPeerManager};
use lightning::onion_message::messenger::DefaultMessageRouter;
use lightning::routing::gossip::{NetworkGraph, P2PGossipSync};
use lightning::routing::router::DefaultRouter;
use lightning::routing::scoring::{
	ProbabilisticScorer, ProbabilisticScoringDecayParameters, ProbabilisticScoringFeeParameters,
};
use lightning::routing::utxo::UtxoLookup;
use lightning::sign::{ChangeDestinationSourceSync, EntropySource, InMemorySigner, KeysManager, NodeSigner, Recipient};
use lightning::util::logger::{Level, Logger, Record};
use lightning::util::persist::{
	NETWORK_GRAPH_PERSISTENCE_KEY, NETWORK_GRAPH_PERSISTENCE_PRIMARY_NAMESPACE,
	NETWORK_GRAPH_PERSISTENCE_SECONDARY_NAMESPACE, OUTPUT_SWEEPER_PERSISTENCE_KEY,
	OUTPUT_SWEEPER_PERSISTENCE_PRIMARY_NAMESPACE, OUTPUT_SWEEPER_PERSISTENCE_SECONDARY_NAMESPACE,
	SCORER_PERSISTENCE_KEY, SCORER_PERSISTENCE_PRIMARY_NAMESPACE, SCORER_PERSISTENCE_SECONDARY_NAMESPACE,
};
use lightning::util::ser::{Readable, ReadableArgs, Writeable};
use lightning::util::sweep::OutputSweeperSync;
use lightning_background_processor::{
	process_events_async_with_kv_store_sync, GossipSync, NO_ONION_MESSENGER,
};
use lightning_block_sync::poll::ValidatedBlockHeader;
use lightning_liquidity::persist::LIQUIDITY_MANAGER_PERSISTENCE_PRIMARY_NAMESPACE;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{watch, Notify};
use tokio::task::JoinHandle;

/// Threads that all nodes of the process share.
const RUNTIME_THREADS: usize = 2;
/// How long stopping waits for LDK's loop.
const STOP_WAIT: Duration = Duration::from_secs(10);
/// LDK waits a moment before it forwards or fails HTLCs, so that watchers cannot tell who forwarded which. A node that
/// forwards for nobody, or on regtest, need not.
const QUICK_FORWARD: Duration = Duration::from_millis(5);
/// LDK's batch delays are shorter than this, all its other timers longer.
const LONGEST_BATCH_DELAY: Duration = Duration::from_secs(5);
/// Fees are asked for after so many polls of the chain, and at least once a minute.
const POLLS_PER_FEE: u32 = 20;
const LONGEST_FEE_INTERVAL: Duration = Duration::from_secs(60);
const NODE_ID: &str = "node";
pub const PEER: &str = "peer/";

pub type Graph = NetworkGraph<Arc<Log>>;
type Scorer = ProbabilisticScorer<Arc<Graph>, Arc<Log>>;
type Gossip = P2PGossipSync<Arc<Graph>, Arc<dyn UtxoLookup + Send + Sync>, Arc<Log>>;
type ChainMonitor = LdkChainMonitor<
	InMemorySigner, Arc<dyn Filter + Send + Sync>, Arc<Broadcaster>, Arc<Fees>, Arc<Log>, Arc<State>, Arc<KeysManager>,
>;
pub type ChannelManager = SimpleArcChannelManager<ChainMonitor, Broadcaster, Fees, Log>;
pub type PeerManager = LdkPeerManager<
	lightning_net_tokio::SocketDescriptor, Arc<ChannelManager>, Arc<Gossip>, IgnoringMessageHandler, Arc<Log>,
	Arc<Liquidity>, Arc<KeysManager>, IgnoringMessageHandler,
>;
pub type Sweeper = OutputSweeperSync<
	Arc<Broadcaster>, Arc<SweepScript>, Arc<Fees>, Arc<dyn Filter + Send + Sync>, Arc<KeyValues>, Arc<Log>, Arc<KeysManager>,
>;
pub type Router = DefaultRouter<
	Arc<Graph>, Arc<Log>, Arc<KeysManager>, Arc<RwLock<Scorer>>, ProbabilisticScoringFeeParameters, Scorer,
>;

/// Where the coins of closed channels go.
pub struct SweepScript(ScriptBuf);

impl ChangeDestinationSourceSync for SweepScript {
	fn get_change_destination_script(&self) -> Result<ScriptBuf, ()> {
		Ok(self.0.clone())
	}
}

/// LDK's log lines, to standard error; KLATCH_LDK_LOG says from which level on. None by
/// default: what matters comes as an event or an answer.
pub struct Log {
	alias: String,
	from: Option<Level>,
}

impl Log {
	fn new(alias: &str) -> Log {
		let from = match std::env::var("KLATCH_LDK_LOG").as_deref() {
			Ok("trace") => Some(Level::Trace),
			Ok("debug") => Some(Level::Debug),
			Ok("info") => Some(Level::Info),
			Ok("warn") => Some(Level::Warn),
			Ok("error") => Some(Level::Error),
			_ => None,
		};
		Log { alias: alias.to_string(), from }
	}
}

impl Logger for Log {
	fn log(&self, record: Record) {
		if self.from.is_some_and(|from| record.level >= from) {
			eprintln!("ldk {} {} {}:{} {}", self.alias, record.level, record.module_path, record.line, record.args);
		}
	}
}

/// Hears of blocks, and passes them on: first to LDK, then to the caller.
pub struct Listener {
	monitor: Arc<ChainMonitor>,
	manager: Arc<ChannelManager>,
	sweeper: Arc<Sweeper>,
	events: Arc<Events>,
	height: Arc<AtomicU32>,
}

impl Listener {
	fn reached(&self, height: u32) {
		self.height.store(height, Ordering::Relaxed);
		self.events.block_reached(height);
	}
}

impl Listen for Listener {
	fn filtered_block_connected(
		&self, header: &bitcoin::block::Header, txdata: &lightning::chain::transaction::TransactionData, height: u32,
	) {
		self.manager.filtered_block_connected(header, txdata, height);
		self.monitor.filtered_block_connected(header, txdata, height);
		self.sweeper.filtered_block_connected(header, txdata, height);
		// LDK's loop does it every half minute; coins may have become spendable with this block. It fails only where
		// nothing can be built now, and then the next block tries again.
		let _ = self.sweeper.regenerate_and_broadcast_spend_if_necessary();
		self.reached(height);
	}

	fn blocks_disconnected(&self, fork_point: BestBlock) {
		self.manager.blocks_disconnected(fork_point);
		self.monitor.blocks_disconnected(fork_point);
		self.sweeper.blocks_disconnected(fork_point);
		self.reached(fork_point.height);
	}
}

pub struct Node {
	pub id: PublicKey,
	pub network: Network,
	pub manager: Arc<ChannelManager>,
	pub monitor: Arc<ChainMonitor>,
	pub peers: Arc<PeerManager>,
	pub market: Arc<Market>,
	pub router: Arc<Router>,
	pub graph: Arc<Graph>,
	pub log: Arc<Log>,
	pub state: Arc<State>,
	pub events: Arc<Events>,
	pub addresses: Addresses,
	pub poke: Arc<Notify>,
	pub chain_trouble: Arc<Mutex<Option<String>>>,
	pub unsent: Arc<AtomicUsize>,
	pub port: u16,
	pub height: Arc<AtomicU32>,
	pub user_config: lightning::util::config::UserConfig,
	stop: watch::Sender<bool>,
	stopped: AtomicBool,
	/// LDK's loop; it ends by itself after `stop`.
	processor: Mutex<Option<JoinHandle<()>>>,
	pub guard: Guard,
}

/// What runs beside LDK's loop. The first panic in any of it ends all of it: after a panic nothing more is sent, neither to
/// peers nor to the chain, and every call answers why.
#[derive(Clone)]
pub struct Guard {
	broken: Arc<Mutex<Option<String>>>,
	tasks: Arc<Mutex<Vec<JoinHandle<()>>>>,
	events: Arc<Events>,
}

impl Guard {
	fn new(events: Arc<Events>) -> Guard {
		Guard { broken: Arc::default(), tasks: Arc::default(), events }
	}

	/// Runs it until the node stops.
	fn task(&self, work: impl Future<Output = ()> + Send + 'static) {
		let task = self.spawn(work);
		self.tasks.lock().unwrap_or_else(|e| e.into_inner()).push(task);
	}

	pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
		let guard = self.clone();
		runtime().spawn(async move {
			let mut work = Box::pin(work);
			let result = std::future::poll_fn(|context| {
				match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work.as_mut().poll(context))) {
					Ok(poll) => poll.map(Ok),
					Err(panic) => std::task::Poll::Ready(Err(crate::panic_text(&*panic))),
				}
			})
			.await;
			if let Err(text) = result {
				guard.broke(crate::panics::told(text));
			}
		})
	}

	fn broke(&self, text: String) {
		self.broken.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert(text);
		self.end_tasks();
		self.events.close();
	}

	fn end_tasks(&self) {
		for task in self.tasks.lock().unwrap_or_else(|e| e.into_inner()).drain(..) {
			task.abort();
		}
	}
}

pub fn runtime() -> &'static Runtime {
	static RUNTIME: OnceLock<Runtime> = OnceLock::new();
	RUNTIME.get_or_init(|| {
		tokio::runtime::Builder::new_multi_thread()
			.worker_threads(RUNTIME_THREADS)
			.thread_name("klatch-ldk")
			.enable_all()
			.build()
			.expect("a runtime of two threads")
	})
}

/// The parts that need no chain and no stored channels.
struct Parts {
	log: Arc<Log>,
	keys: Arc<KeysManager>,
	fees: Arc<Fees>,
	broadcaster: Arc<Broadcaster>,
	state: Arc<State>,
	monitor: Arc<ChainMonitor>,
	graph: Arc<Graph>,
	scorer: Arc<RwLock<Scorer>>,
	router: Arc<Router>,
	sweep_script: Arc<SweepScript>,
}

fn unreadable(what: &str) -> Failure {
	Failure::never(format!("the stored {what} cannot be read"))
}

impl Parts {
	fn new(config: &Config, stored: &Stored, broadcaster: Arc<Broadcaster>) -> Result<Parts, Failure> {
		let log = Arc::new(Log::new(&config.alias));
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
		let keys = Arc::new(KeysManager::new(&config.seed, now.as_secs(), now.subsec_nanos(), true));
		let fees = Fees::new();
		let state = Arc::new(State::new(stored));
		let monitor = Arc::new(LdkChainMonitor::new(
			None, broadcaster.clone(), log.clone(), fees.clone(), state.clone(), keys.clone(),
			keys.get_peer_storage_key(),
		));
		let graph_key = kv_key(
			NETWORK_GRAPH_PERSISTENCE_PRIMARY_NAMESPACE, NETWORK_GRAPH_PERSISTENCE_SECONDARY_NAMESPACE,
			NETWORK_GRAPH_PERSISTENCE_KEY,
		);
		let graph = Arc::new(match stored.get(&graph_key) {
			Some(bytes) => Graph::read(&mut &bytes[..], log.clone()).map_err(|_| unreadable("network graph"))?,
			None => NetworkGraph::new(config.network, log.clone()),
		});
		let decay = ProbabilisticScoringDecayParameters::default();
		let scorer_key = kv_key(
			SCORER_PERSISTENCE_PRIMARY_NAMESPACE, SCORER_PERSISTENCE_SECONDARY_NAMESPACE, SCORER_PERSISTENCE_KEY,
		);
		let scorer = match stored.get(&scorer_key) {
			Some(bytes) => Scorer::read(&mut &bytes[..], (decay, graph.clone(), log.clone()))
				.map_err(|_| unreadable("scorer"))?,
			None => ProbabilisticScorer::new(decay, graph.clone(), log.clone()),
		};
		let scorer = Arc::new(RwLock::new(scorer));
		let router = Arc::new(DefaultRouter::new(
			graph.clone(), log.clone(), keys.clone(), scorer.clone(), ProbabilisticScoringFeeParameters::default(),
		));
		let sweep_script = Arc::new(SweepScript(config.sweep_script.clone()));
		Ok(Parts { log, keys, fees, broadcaster, state, monitor, graph, scorer, router, sweep_script })
	}

	/// The stored monitors, each with its later updates applied.
	fn monitors(&self, stored: &Stored) -> Result<Vec<(BlockHash, ChannelMonitor<InMemorySigner>)>, Failure> {
		let mut monitors = Vec::new();
		for (name, bytes) in state::monitors(stored) {
			let (hash, monitor) = <(BlockHash, ChannelMonitor<InMemorySigner>)>::read(
				&mut &bytes[..],
				(&*self.keys, &*self.keys),
			)
			.map_err(|_| unreadable("channel monitor"))?;
			for bytes in state::updates(stored, name) {
				let update = ChannelMonitorUpdate::read(&mut &bytes[..]).map_err(|_| unreadable("monitor update"))?;
				if update.update_id > monitor.get_latest_update_id() {
					monitor
						.update_monitor(&update, &self.broadcaster, &self.fees, &self.log)
						.map_err(|()| unreadable("monitor update"))?;
				}
			}
			monitors.push((hash, monitor));
		}
		Ok(monitors)
	}

	fn manager(
		&self, config: &Config, stored: &Stored, tip: &ValidatedBlockHeader,
		monitors: &[(BlockHash, ChannelMonitor<InMemorySigner>)],
	) -> Result<(BlockHash, ChannelManager), Failure> {
		let message_router = Arc::new(DefaultMessageRouter::new(self.graph.clone(), self.keys.clone()));
		let Some(bytes) = stored.get(state::MANAGER) else {
			if !monitors.is_empty() {
				return Err(Failure::never("there are stored channels without their manager: the state is incomplete"));
			}
			let best_block = BestBlock::new(tip.to_best_block().block_hash, tip.to_best_block().height);
			let manager = ChannelManager::new(
				self.fees.clone(), self.monitor.clone(), self.broadcaster.clone(), self.router.clone(), message_router,
				self.log.clone(), self.keys.clone(), self.keys.clone(), self.keys.clone(), config.user.clone(),
				ChainParameters { network: config.network, best_block }, tip.header.time,
			);
			return Ok((best_block.block_hash, manager));
		};
		let arguments = ChannelManagerReadArgs::new(
			self.keys.clone(), self.keys.clone(), self.keys.clone(), self.fees.clone(), self.monitor.clone(),
			self.broadcaster.clone(), self.router.clone(), message_router, self.log.clone(), config.user.clone(),
			monitors.iter().map(|(_, monitor)| monitor).collect(),
		);
		<(BlockHash, ChannelManager)>::read(&mut &bytes[..], arguments)
			.map_err(|e| Failure::never(format!("the stored channel manager cannot be read: {e:?}")))
	}

	fn sweeper(&self, stored: &Stored, tip: &ValidatedBlockHeader) -> Result<(BlockHash, Sweeper), Failure> {
		let key = kv_key(
			OUTPUT_SWEEPER_PERSISTENCE_PRIMARY_NAMESPACE, OUTPUT_SWEEPER_PERSISTENCE_SECONDARY_NAMESPACE,
			OUTPUT_SWEEPER_PERSISTENCE_KEY,
		);
		let Some(bytes) = stored.get(&key) else {
			let best = tip.to_best_block();
			let sweeper = OutputSweeperSync::new(
				best, self.broadcaster.clone(), self.fees.clone(), None, self.keys.clone(), self.sweep_script.clone(),
				Arc::new(KeyValues::unread(self.state.clone())), self.log.clone(),
			);
			return Ok((best.block_hash, sweeper));
		};
		let (best, sweeper) = <(BestBlock, Sweeper)>::read(
			&mut &bytes[..],
			(
				self.broadcaster.clone(), self.fees.clone(), None, self.keys.clone(), self.sweep_script.clone(),
				Arc::new(KeyValues::unread(self.state.clone())), self.log.clone(),
			),
		)
		.map_err(|_| unreadable("sweeper"))?;
		Ok((best.block_hash, sweeper))
	}

	async fn market(
		&self, config: &Config, stored: &Stored, manager: &Arc<ChannelManager>,
	) -> Result<Arc<Market>, Failure> {
		let kept = KeyValues::of(self.state.clone(), stored, LIQUIDITY_MANAGER_PERSISTENCE_PRIMARY_NAMESPACE);
		let (keys, broadcaster) = (self.keys.clone(), self.broadcaster.clone());
		Market::new(config.sells.clone(), &config.seed, keys, manager.clone(), broadcaster, kept).await
	}

	fn peer_manager(&self, manager: &Arc<ChannelManager>, market: &Market) -> Arc<PeerManager> {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
		Arc::new(LdkPeerManager::new(
			MessageHandler {
				chan_handler: manager.clone(),
				route_handler: Arc::new(P2PGossipSync::new(self.graph.clone(), None, self.log.clone())),
				onion_message_handler: IgnoringMessageHandler {},
				custom_message_handler: market.liquidity.clone(),
				send_only_message_handler: IgnoringMessageHandler {},
			},
			now.as_secs() as u32,
			&self.keys.get_secure_random_bytes(),
			self.log.clone(),
			self.keys.clone(),
		))
	}
}

impl Node {
	/// Starts from what is stored; returns when the node has caught up with the chain and listens.
	pub fn start(config: Config, stored: Stored) -> Result<Arc<Node>, Failure> {
		runtime().block_on(Node::start_async(config, stored))
	}

	async fn start_async(config: Config, stored: Stored) -> Result<Arc<Node>, Failure> {
		let socket = TcpListener::bind((config.listen.0.as_str(), config.listen.1))
			.await
			.map_err(|e| Failure::later(format!("cannot listen on {}:{}: {e}", config.listen.0, config.listen.1)))?;
		let chain = Chain::of(&config.rpc);
		let tip = chain::best_header(&chain).await.map_err(Failure::later)?;
		let (broadcaster, packages) = Broadcaster::new();
		let parts = Parts::new(&config, &stored, broadcaster)?;
		let id = parts.keys.get_node_id(Recipient::Node).map_err(|()| Failure::never("the seed gives no node id"))?;
		if stored.get(NODE_ID).is_some_and(|known| *known != id.serialize()) {
			return Err(Failure::never("the stored state belongs to another seed"));
		}
		let monitors = parts.monitors(&stored)?;
		let (manager_at, manager) = parts.manager(&config, &stored, &tip, &monitors)?;
		let (sweeper_at, sweeper) = parts.sweeper(&stored, &tip)?;
		let tip = catch_up(&parts, &chain, config.network, (manager_at, &manager), (sweeper_at, &sweeper), monitors).await?;
		if !stored.contains_key(NODE_ID) {
			parts.state.put(NODE_ID, id.serialize().to_vec());
		}
		let port = socket.local_addr().map_err(|e| Failure::later(format!("no local address: {e}")))?.port();
		let manager = Arc::new(manager);
		let market = parts.market(&config, &stored, &manager).await?;
		let node = Node::assembled(&config, &stored, &parts, id, manager, market, port, tip.to_best_block().height);
		node.run(&config, &parts, chain, tip, Arc::new(sweeper), socket, packages);
		Ok(node)
	}

	#[allow(clippy::too_many_arguments)]
	fn assembled(
		config: &Config, stored: &Stored, parts: &Parts, id: PublicKey, manager: Arc<ChannelManager>, market: Arc<Market>,
		port: u16, height: u32,
	) -> Arc<Node> {
		let events = Arc::new(Events::default());
		Arc::new(Node {
			id,
			network: config.network,
			peers: parts.peer_manager(&manager, &market),
			market,
			manager,
			monitor: parts.monitor.clone(),
			router: parts.router.clone(),
			graph: parts.graph.clone(),
			log: parts.log.clone(),
			state: parts.state.clone(),
			events: events.clone(),
			addresses: Arc::new(Mutex::new(stored_peers(stored))),
			poke: Arc::new(Notify::new()),
			chain_trouble: Arc::default(),
			unsent: parts.broadcaster.unsent(),
			port,
			height: Arc::new(AtomicU32::new(height)),
			user_config: config.user.clone(),
			stop: watch::channel(false).0,
			stopped: AtomicBool::new(false),
			processor: Mutex::new(None),
			guard: Guard::new(events),
		})
	}

	#[allow(clippy::too_many_arguments)]
	fn run(
		self: &Arc<Node>, config: &Config, parts: &Parts, chain: Arc<Chain>, tip: ValidatedBlockHeader,
		sweeper: Arc<Sweeper>, socket: TcpListener,
		packages: tokio::sync::mpsc::UnboundedReceiver<Vec<bitcoin::Transaction>>,
	) {
		let listener = Arc::new(Listener {
			monitor: self.monitor.clone(),
			manager: self.manager.clone(),
			sweeper: sweeper.clone(),
			events: self.events.clone(),
			height: self.height.clone(),
		});
		let following = Following {
			chain: chain.clone(),
			network: config.network,
			interval: config.poll_interval,
			poke: self.poke.clone(),
			trouble: self.chain_trouble.clone(),
		};
		let guard = &self.guard;
		guard.task(self.market.clone().follow(self.manager.clone(), self.events.clone()));
		guard.task(accept(socket, self.peers.clone(), guard.clone()));
		guard.task(peers::keep_connected(
			self.manager.clone(), self.peers.clone(), self.addresses.clone(), guard.clone(),
		));
		guard.task(chain::follow(following, tip, listener));
		guard.task(chain::broadcast(chain.clone(), config.poll_interval, packages, self.unsent.clone()));
		guard.task(parts.fees.clone().follow(chain.clone(), (config.poll_interval * POLLS_PER_FEE).min(LONGEST_FEE_INTERVAL)));
		let quick = config.network == Network::Regtest || !config.forwards;
		let processor = guard.spawn(process(self, parts, sweeper, chain, quick));
		*self.processor.lock().unwrap_or_else(|e| e.into_inner()) = Some(processor);
		// What was on its way to the chain when the node died may never have got there; LDK's own timer is half a minute away.
		self.monitor.rebroadcast_pending_claims();
	}

	pub fn healthy(&self) -> Result<(), Failure> {
		match self.guard.broken.lock().unwrap_or_else(|e| e.into_inner()).as_ref() {
			Some(words) => Err(Failure::never(words.clone())),
			None => Ok(()),
		}
	}

	pub fn snapshot(&self) -> Vec<u8> {
		self.state.snapshot(|| self.manager.encode())
	}

	pub fn persisted(&self, cut: u64) -> Result<(), Failure> {
		for (channel, update) in self.state.persisted(cut)? {
			// It fails only for a channel that LDK does not know any more, and then nothing waits for it.
			let _ = self.monitor.channel_monitor_updated(channel, update);
		}
		Ok(())
	}

	pub fn stop(&self) {
		if self.stopped.swap(true, Ordering::SeqCst) {
			return;
		}
		let _ = self.stop.send(true);
		self.events.close();
		self.guard.end_tasks();
		// After a panic its locks are of no use, and the connections go with their tasks.
		let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.peers.disconnect_all_peers()));
		let processor = self.processor.lock().unwrap_or_else(|e| e.into_inner()).take();
		if let Some(processor) = processor {
			runtime().block_on(async {
				let _ = tokio::time::timeout(STOP_WAIT, processor).await;
			});
		}
		self.state.stop();
	}
}

async fn catch_up(
	parts: &Parts, chain: &Arc<Chain>, network: Network, manager: (BlockHash, &ChannelManager),
	sweeper: (BlockHash, &Sweeper), monitors: Vec<(BlockHash, ChannelMonitor<InMemorySigner>)>,
) -> Result<ValidatedBlockHeader, Failure> {
	let behind: Vec<_> = monitors
		.into_iter()
		.map(|(hash, monitor)| {
			(hash, (monitor, parts.broadcaster.clone(), parts.fees.clone(), parts.log.clone()))
		})
		.collect();
	let mut listeners: Vec<(BlockHash, &(dyn Listen + Send + Sync))> =
		vec![(manager.0, manager.1), (sweeper.0, sweeper.1)];
	listeners.extend(behind.iter().map(|(hash, listener)| (*hash, listener as &(dyn Listen + Send + Sync))));
	let tip = chain::catch_up(chain, network, listeners).await.map_err(Failure::later)?;
	for (_, (monitor, ..)) in behind {
		let channel = monitor.channel_id();
		parts
			.monitor
			.load_existing_monitor(channel, monitor)
			.map_err(|()| Failure::never(format!("the monitor of channel {channel} is stored twice")))?;
	}
	Ok(tip)
}

async fn accept(socket: TcpListener, peers: Arc<PeerManager>, guard: Guard) {
	loop {
		match socket.accept().await {
			Ok((stream, _)) => {
				// A commitment dance is many small messages: none of them may wait for more.
				let prepared = stream.set_nodelay(true).and_then(|()| stream.into_std());
				if let Ok(stream) = prepared {
					drop(guard.spawn(lightning_net_tokio::setup_inbound(peers.clone(), stream)));
				}
			},
			// Out of file descriptors, mostly: wait for some to come back.
			Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
		}
	}
}

type Sleep = Pin<Box<dyn Future<Output = bool> + Send>>;

fn process(
	node: &Arc<Node>, parts: &Parts, sweeper: Arc<Sweeper>, chain: Arc<Chain>, quick: bool,
) -> impl Future<Output = ()> + Send + 'static {
	let (events, manager) = (node.events.clone(), node.manager.clone());
	let (stop, sleep_stop) = (node.stop.subscribe(), node.stop.subscribe());
	let bumper = Bumper::new(
		events.clone(), stop.clone(), parts.broadcaster.clone(), parts.keys.clone(), parts.log.clone(),
		chain,
	);
	let market = node.market.clone();
	let handling = Arc::new(Handler { events, manager, sweeper: sweeper.clone(), bumper, market, stop });
	let handler = move |event| {
		let handling = handling.clone();
		async move { handling.handle(event).await }
	};
	let sleeper = move |wanted: Duration| -> Sleep {
		let mut stop = sleep_stop.clone();
		let duration = if quick && wanted < LONGEST_BATCH_DELAY { QUICK_FORWARD } else { wanted };
		Box::pin(async move {
			tokio::time::timeout(duration, async {
				let _ = stop.wait_for(|stop| *stop).await;
			})
			.await
			.is_ok()
		})
	};
	let gossip: Arc<Gossip> = Arc::new(P2PGossipSync::new(parts.graph.clone(), None, parts.log.clone()));
	let (state, monitor, channel_manager) = (Arc::new(KeyValues::unread(node.state.clone())), node.monitor.clone(), node.manager.clone());
	let (peers, log, scorer) = (node.peers.clone(), parts.log.clone(), parts.scorer.clone());
	let liquidity = node.market.liquidity.clone();
	async move {
		let gossip = GossipSync::p2p(gossip);
		let ended = process_events_async_with_kv_store_sync(
			state, handler, monitor, channel_manager, NO_ONION_MESSENGER, gossip, peers, Some(liquidity),
			Some(sweeper), log, Some(scorer), sleeper, false,
			|| SystemTime::now().duration_since(UNIX_EPOCH).ok(),
		)
		.await;
		ended.expect("noting a change cannot fail");
	}
}

fn stored_peers(stored: &Stored) -> std::collections::HashMap<PublicKey, SocketAddr> {
	stored
		.iter()
		.filter_map(|(key, value)| {
			let id = key.strip_prefix(PEER)?.parse().ok()?;
			Some((id, std::str::from_utf8(value).ok()?.parse().ok()?))
		})
		.collect()
}

pub fn channel_hex(channel: &lightning::ln::types::ChannelId) -> String {
	to_hex(&channel.0)
}
