//! Channels that come with a payment (bLIP 52, LSPS2): what a peer offers, buying one, and the invoice whose payment opens
//! it. A rehearsal's peer sells them by the same code.
//!
//! The seller keeps its fee out of the first payment. Such a payment is short, so LDK takes it only in a channel that was
//! accepted for it, and here it is claimed only if the caller says that this fee was agreed on.

use crate::calls::described;
use crate::chain::Broadcaster;
use crate::events::Events;
use crate::node::{ChannelManager, Node};
use crate::state::KeyValues;
use crate::Failure;
use bitcoin::hashes::{sha256, Hash, HashEngine};
use bitcoin::secp256k1::PublicKey;
use bitcoin::Network;
use lightning::chain::Filter;
use lightning::events::{Event, HTLCHandlingFailureType};
use lightning::ln::channelmanager::MIN_FINAL_CLTV_EXPIRY_DELTA;
use lightning::routing::gossip::RoutingFees;
use lightning::routing::router::{RouteHint, RouteHintHop};
use lightning::sign::{EntropySource, KeysManager, NodeSigner, Recipient};
use lightning::util::config::ChannelConfigUpdate;
use lightning::util::errors::APIError;
use lightning::util::persist::KVStoreSyncWrapper;
use lightning_invoice::{Bolt11Invoice, Currency, InvoiceBuilder};
use lightning_liquidity::events::LiquidityEvent;
use lightning_liquidity::lsps0::ser::{LSPSDateTime, LSPSRequestId};
use lightning_liquidity::lsps2::client::LSPS2ClientConfig;
use lightning_liquidity::lsps2::event::{LSPS2ClientEvent, LSPS2ServiceEvent};
use lightning_liquidity::lsps2::msgs::{LSPS2OpeningFeeParams, LSPS2RawOpeningFeeParams};
use lightning_liquidity::lsps2::service::LSPS2ServiceConfig;
use lightning_liquidity::utils::time::DefaultTimeProvider;
use lightning_liquidity::{LiquidityClientConfig, LiquidityManager, LiquidityServiceConfig};
use serde::Deserialize;
use serde_json::{json, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;

/// A peer that sells channels answers in a round trip; one that does not sell them often does not answer at all.
const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// Two blocks may come while the payment is under way (bLIP 52), and the funding may wait some hours for its block.
const MARGIN_BLOCKS: u16 = 2 + 36;
/// What a seller here promises.
const OFFERED_FOR: Duration = Duration::from_secs(3_600);
const LIFETIME_BLOCKS: u32 = 1_008;
const LONGEST_SELF_DELAY_BLOCKS: u32 = 2_016;
const HOP_CLTV_BLOCKS: u32 = 144;

pub type Liquidity = LiquidityManager<
	Arc<KeysManager>, Arc<KeysManager>, Arc<ChannelManager>, Arc<dyn Filter + Send + Sync>,
	KVStoreSyncWrapper<Arc<KeyValues>>, DefaultTimeProvider, Arc<Broadcaster>,
>;

/// For how much a rehearsal's peer sells channels.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Terms {
	min_fee_msat: u64,
	fee_ppm: u32,
	min_payment_msat: u64,
	max_payment_msat: u64,
	token: Option<String>,
}

/// What a question to a peer waits for: its answer, or its words for refusing.
type Waiting = HashMap<LSPSRequestId, oneshot::Sender<Result<Value, String>>>;

pub struct Market {
	pub liquidity: Arc<Liquidity>,
	keys: Arc<KeysManager>,
	terms: Option<Terms>,
	waiting: Mutex<Waiting>,
}

impl Market {
	pub async fn new(
		terms: Option<Terms>, seed: &[u8; 32], keys: Arc<KeysManager>, manager: Arc<ChannelManager>,
		broadcaster: Arc<Broadcaster>, kept: KeyValues,
	) -> Result<Arc<Market>, Failure> {
		let service = terms.as_ref().map(|_| LiquidityServiceConfig {
			lsps2_service_config: Some(LSPS2ServiceConfig { promise_secret: promise_secret(seed) }),
			lsps5_service_config: None,
			advertise_service: true,
		});
		let client = LiquidityClientConfig {
			lsps1_client_config: None,
			lsps2_client_config: Some(LSPS2ClientConfig {}),
			lsps5_client_config: None,
		};
		let liquidity = Liquidity::new(
			keys.clone(), keys.clone(), manager, None, None, KVStoreSyncWrapper(Arc::new(kept)), broadcaster, service,
			Some(client),
		)
		.await
		.map_err(|e| Failure::never(format!("the stored channel sales cannot be read: {e}")))?;
		Ok(Arc::new(Market { liquidity: Arc::new(liquidity), keys, terms, waiting: Mutex::default() }))
	}

	fn waiting(&self) -> MutexGuard<'_, Waiting> {
		self.waiting.lock().unwrap_or_else(|e| e.into_inner())
	}

	/// What a peer offers: `{"offers":[…]}`, each as the peer wrote it.
	pub async fn offers(&self, peer: PublicKey, token: Option<String>) -> Result<Value, Failure> {
		self.asked(|| Ok(self.client().request_opening_params(peer, token))).await
	}

	/// Takes one of the offers for a payment of this size, and makes the invoice that opens the channel when it is paid.
	pub async fn buy(
		&self, node: &Node, peer: PublicKey, offer: Value, payment_msat: u64, text: String, expiry_seconds: u32,
	) -> Result<Value, Failure> {
		let offer: LSPS2OpeningFeeParams =
			serde_json::from_value(offer).map_err(|e| Failure::bad(format!("the offer: {e}")))?;
		let bought = self.asked(|| self.client().select_opening_params(peer, Some(payment_msat), offer)).await?;
		let (Some(scid), Some(cltv)) = (bought["scid"].as_u64(), bought["cltvBlocks"].as_u64()) else {
			return Err(Failure::never("the seller's answer lacks a number"));
		};
		let cltv = u16::try_from(cltv)
			.map_err(|_| Failure::never(format!("the seller wants {cltv} blocks for its hop, more than anybody pays for")))?;
		let hint = RouteHint(vec![RouteHintHop {
			src_node_id: peer,
			short_channel_id: scid,
			fees: RoutingFees { base_msat: 0, proportional_millionths: 0 },
			cltv_expiry_delta: cltv,
			htlc_minimum_msat: None,
			htlc_maximum_msat: None,
		}]);
		Ok(described(&self.invoice(node, hint, payment_msat, text, expiry_seconds)?))
	}

	fn invoice(
		&self, node: &Node, hint: RouteHint, amount_msat: u64, text: String, expiry_seconds: u32,
	) -> Result<Bolt11Invoice, Failure> {
		let failed = |what: &str| Failure::never(format!("no invoice: {what}"));
		let (hash, secret) = node
			.manager
			.create_inbound_payment(Some(amount_msat), expiry_seconds, None)
			.map_err(|()| failed("the amount or the expiry is out of bounds"))?;
		let depth = node.user_config.channel_handshake_config.minimum_depth as u16;
		let currency = match node.network {
			Network::Bitcoin => Currency::Bitcoin,
			Network::Signet => Currency::Signet,
			_ => Currency::Regtest,
		};
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
		let raw = InvoiceBuilder::new(currency)
			.description(text)
			.payment_hash(sha256::Hash::from_byte_array(hash.0))
			.payment_secret(secret)
			.amount_milli_satoshis(amount_msat)
			.duration_since_epoch(Duration::from_secs(now.as_secs()))
			.expiry_time(Duration::from_secs(expiry_seconds.into()))
			.min_final_cltv_expiry_delta(u64::from(MIN_FINAL_CLTV_EXPIRY_DELTA + depth + MARGIN_BLOCKS))
			.private_route(hint)
			.basic_mpp()
			.build_raw()
			.map_err(|e| Failure::bad(format!("no invoice: {e}")))?;
		let signature = self.keys.sign_invoice(&raw, Recipient::Node).map_err(|()| failed("it cannot be signed"))?;
		let signed = raw.sign(|_| Ok::<_, ()>(signature)).map_err(|()| failed("it cannot be signed"))?;
		Bolt11Invoice::from_signed(signed).map_err(|e| failed(&e.to_string()))
	}

	fn client(&self) -> &lightning_liquidity::lsps2::client::LSPS2ClientHandler<Arc<KeysManager>, KVStoreSyncWrapper<Arc<KeyValues>>> {
		self.liquidity.lsps2_client_handler().expect("every node may buy")
	}

	async fn asked(&self, ask: impl FnOnce() -> Result<LSPSRequestId, APIError>) -> Result<Value, Failure> {
		let (answer, told) = oneshot::channel();
		let id = {
			// Held while asking: the answer must not come before somebody waits for it.
			let mut waiting = self.waiting();
			let id = ask().map_err(|e| Failure::never(format!("the peer cannot be asked: {e:?}")))?;
			waiting.insert(id.clone(), answer);
			id
		};
		match tokio::time::timeout(ANSWER_WAIT, told).await {
			Ok(Ok(Ok(value))) => Ok(value),
			Ok(Ok(Err(words))) => Err(Failure::never(format!("the peer sells no channel: {words}"))),
			_ => {
				self.waiting().remove(&id);
				let seconds = ANSWER_WAIT.as_secs();
				Err(Failure::later(format!("the peer sells no channels by LSPS2, or has not answered within {seconds} s")))
			},
		}
	}

	/// Deals with what comes from peers, for ever.
	pub async fn follow(self: Arc<Market>, manager: Arc<ChannelManager>, events: Arc<Events>) {
		loop {
			match self.liquidity.next_event_async().await {
				LiquidityEvent::LSPS2Client(event) => self.answered(event),
				LiquidityEvent::LSPS2Service(event) => {
					if let Err(e) = self.sell(event, &manager, &events).await {
						drop(events.push(json!({ "event": "saleFailed", "reason": format!("{e:?}") })));
					}
				},
				_ => (),
			}
		}
	}

	fn answered(&self, event: LSPS2ClientEvent) {
		let (id, answer) = match event {
			LSPS2ClientEvent::OpeningParametersReady { request_id, opening_fee_params_menu, .. } => {
				(request_id, Ok(json!({ "offers": opening_fee_params_menu })))
			},
			LSPS2ClientEvent::InvoiceParametersReady { request_id, intercept_scid, cltv_expiry_delta, .. } => {
				(request_id, Ok(json!({ "scid": intercept_scid, "cltvBlocks": cltv_expiry_delta })))
			},
			LSPS2ClientEvent::GetInfoFailed { request_id, error, .. }
			| LSPS2ClientEvent::BuyRequestFailed { request_id, error, .. } => (request_id, Err(error.message)),
		};
		if let Some(asker) = self.waiting().remove(&id) {
			let _ = asker.send(answer);
		}
	}

	async fn sell(
		&self, event: LSPS2ServiceEvent, manager: &ChannelManager, events: &Events,
	) -> Result<(), APIError> {
		let (Some(service), Some(terms)) = (self.liquidity.lsps2_service_handler(), self.terms.as_ref()) else {
			return Ok(());
		};
		match event {
			LSPS2ServiceEvent::GetInfo { request_id, counterparty_node_id, token } => {
				if terms.token.is_some() && terms.token != token {
					service.invalid_token_provided(&counterparty_node_id, request_id)
				} else {
					service.opening_fee_params_generated(&counterparty_node_id, request_id, vec![terms.offer()])
				}
			},
			LSPS2ServiceEvent::BuyRequest { request_id, counterparty_node_id, .. } => {
				let scid = manager.get_intercept_scid();
				// Below 2^63, because Java's numbers end there.
				let random = self.keys.get_secure_random_bytes();
				let name = u64::from_le_bytes(random[..8].try_into().expect("eight bytes")) >> 1;
				service
					.invoice_parameters_generated(
						&counterparty_node_id, request_id, scid, HOP_CLTV_BLOCKS, false, u128::from(name),
					)
					.await
			},
			LSPS2ServiceEvent::OpenChannel { their_network_key, amt_to_forward_msat, user_channel_id, .. } => {
				drop(events.push(json!({
					"event": "channelSold",
					"peer": their_network_key.to_string(),
					"amountMsat": amt_to_forward_msat,
					"name": user_channel_id as u64,
				})));
				Ok(())
			},
		}
	}

	/// What a seller must hear of LDK's events; others pass by. What it cannot use is of payments that are not its own.
	pub async fn hear(&self, event: &Event) {
		let Some(service) = self.liquidity.lsps2_service_handler() else { return };
		let _ = match event {
			Event::HTLCIntercepted {
				intercept_id, requested_next_hop_scid, payment_hash, expected_outbound_amount_msat, ..
			} => {
				service
					.htlc_intercepted(
						*requested_next_hop_scid, *intercept_id, *expected_outbound_amount_msat, *payment_hash,
					)
					.await
			},
			Event::ChannelReady { channel_id, user_channel_id, counterparty_node_id, .. } => {
				service.channel_ready(*user_channel_id, channel_id, counterparty_node_id).await
			},
			Event::HTLCHandlingFailed { failure_type: failed @ HTLCHandlingFailureType::Forward { .. }, .. } => {
				service.htlc_handling_failed(failed.clone()).await
			},
			Event::PaymentForwarded { next_channel_id: Some(channel), skimmed_fee_msat, .. } => {
				service.payment_forwarded(*channel, skimmed_fee_msat.unwrap_or(0)).await
			},
			_ => Ok(()),
		};
	}
}

impl Terms {
	fn offer(&self) -> LSPS2RawOpeningFeeParams {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
		LSPS2RawOpeningFeeParams {
			min_fee_msat: self.min_fee_msat,
			proportional: self.fee_ppm,
			valid_until: LSPSDateTime::new_from_duration_since_epoch(now + OFFERED_FOR),
			min_lifetime: LIFETIME_BLOCKS,
			max_client_to_self_delay: LONGEST_SELF_DELAY_BLOCKS,
			min_payment_size_msat: self.min_payment_msat,
			max_payment_size_msat: self.max_payment_msat,
		}
	}
}

/// Of the seed alone, so that offers stand over a restart.
fn promise_secret(seed: &[u8; 32]) -> [u8; 32] {
	let mut engine = sha256::Hash::engine();
	engine.input(b"klatch LSPS2 promise");
	engine.input(seed);
	sha256::Hash::from_engine(engine).to_byte_array()
}

/// From now on a payment in the channels with this peer may come short of what the peer keeps; the caller is asked about each. A
/// seller forwards through any of its channels with the buyer, and LDK forgets this when it stops.
pub fn allow_fees(manager: &ChannelManager, peer: &PublicKey) {
	let update = ChannelConfigUpdate { accept_underpaying_htlcs: Some(true), ..Default::default() };
	for channel in manager.list_channels_with_counterparty(peer) {
		// It fails only if the channel has closed meanwhile.
		let _ = manager.update_partial_channel_config(peer, &[channel.channel_id], &update);
	}
}
