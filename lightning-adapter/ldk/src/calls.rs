//! The requests that a node answers, one function each.

use crate::config::{hex, hex32, to_hex};
use crate::gossip;
use crate::market::allow_fees;
use crate::node::{channel_hex, runtime, Node, PEER};
use crate::peers;
use crate::Failure;
use bitcoin::consensus::deserialize;
use bitcoin::secp256k1::PublicKey;
use bitcoin::{Amount, ScriptBuf, Transaction, TxOut};
use lightning::chain::channelmonitor::Balance;
use lightning::ln::channel_state::{ChannelDetails, InboundHTLCStateDetails};
use lightning::ln::channelmanager::{
	Bolt11InvoiceParameters, Bolt11PaymentError, PaymentId, Retry, RetryableSendFailure,
};
use lightning::ln::funding::SpliceContribution;
use lightning::ln::types::ChannelId;
use lightning::routing::router::{PaymentParameters, RouteParameters, RouteParametersConfig, Router};
use lightning::types::payment::{PaymentHash, PaymentPreimage};
use lightning::util::config::UserConfig;
use lightning::util::errors::APIError;
use lightning_invoice::{Bolt11Invoice, Bolt11InvoiceDescription, Description};
use serde::Deserialize;
use serde_json::{json, Value};
use std::net::ToSocketAddrs;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// LDK takes no less: it fails a payment back 39 blocks before it expires, and adds three to what is asked.
const MIN_FINAL_CLTV_BLOCKS: u16 = 39;
/// A wallet's limit, and this one's.
const MAX_FINAL_CLTV_BLOCKS: u16 = 432;
/// The two anchors of a commitment, which its funder pays (BOLT 3).
const ANCHORS_SAT: u64 = 660;
/// An invoice is longer than 2,000 characters only if somebody plays tricks.
const MAX_INVOICE_LENGTH: usize = 4_096;

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Request {
	Info {},
	Connect { node_id: String, host: String, port: u16 },
	Channels {},
	Held {},
	Anchors {},
	Graph {},
	AskSplice { channel: String, sat: u64, script: String },
	Answer { sequence: u64, answer: Value },
	Open { node_id: String, capacity_sat: u64, push_msat: u64, name: u64, announced: bool, anchors: bool },
	Fund { channels: Vec<Unfunded>, transaction: String },
	Close { channel: String, force: bool },
	Hold { hash: String, amount_msat: u64, description: String, expiry_seconds: u32, final_cltv_blocks: u16 },
	Invoice { amount_msat: u64, description: String, expiry_seconds: u32 },
	Decode { bolt11: String },
	Claim { preimage: String },
	Fail { hash: String },
	Pay { id: String, bolt11: String, max_fee_msat: u64, timeout_seconds: u64 },
	Quote { bolt11: String },
	AllowFees { node_id: String },
	ChannelOffers { node_id: String, token: Option<String> },
	BuyChannel { node_id: String, offer: Value, payment_msat: u64, description: String, expiry_seconds: u32 },
	Poke {},
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unfunded {
	channel: String,
	node_id: String,
}

pub fn parse(request: &[u8]) -> Result<Request, Failure> {
	serde_json::from_slice(request).map_err(|e| Failure::bad(format!("the request: {e}")))
}

/// What a request did to the channel manager is in the next cut, whenever that is taken. LDK tells of it too, but only some
/// time later: a payment that waits for its peer's turn changes the manager and nothing else.
pub fn answer(node: &Node, request: Request) -> Result<Value, Failure> {
	let changes_manager = matches!(
		request,
		Request::Open { .. }
			| Request::AskSplice { .. }
			| Request::Fund { .. }
			| Request::Close { .. }
			| Request::Claim { .. }
			| Request::Fail { .. }
			| Request::Pay { .. }
			| Request::AllowFees { .. }
	);
	let answer = answered(node, request);
	if changes_manager {
		node.state.manager_changed();
	}
	answer
}

fn answered(node: &Node, request: Request) -> Result<Value, Failure> {
	match request {
		Request::Info {} => Ok(info(node)),
		Request::Connect { node_id, host, port } => connect(node, &node_id, &host, port),
		Request::Channels {} => Ok(channels(node)),
		Request::Held {} => Ok(held(node)),
		Request::Anchors {} => Ok(json!({ "channels": anchors(node) })),
		Request::Graph {} => Ok(gossip::told(node)),
		Request::AskSplice { channel, sat, script } => ask_splice(node, &channel, sat, &script),
		Request::Answer { sequence, answer } => {
			node.events.answered(sequence, answer);
			Ok(json!({}))
		},
		Request::Open { node_id, capacity_sat, push_msat, name, announced, anchors } => {
			let mut config = node.user_config.clone();
			config.channel_handshake_config.announce_for_forwarding = announced;
			config.channel_handshake_config.negotiate_anchors_zero_fee_htlc_tx = anchors;
			open(node, &node_id, capacity_sat, push_msat, name, config)
		},
		Request::Fund { channels, transaction } => fund(node, &channels, &transaction),
		Request::Close { channel, force } => close(node, &channel, force),
		Request::Hold { hash, amount_msat, description, expiry_seconds, final_cltv_blocks } => {
			hold(node, &hash, amount_msat, description, expiry_seconds, final_cltv_blocks)
		},
		Request::Invoice { amount_msat, description, expiry_seconds } => {
			invoice(node, amount_msat, description, expiry_seconds)
		},
		Request::Decode { bolt11 } => Ok(described(&parsed(node, &bolt11)?)),
		Request::Claim { preimage } => {
			node.manager.claim_funds(PaymentPreimage(hex32(&preimage, "a preimage")?));
			Ok(json!({}))
		},
		Request::Fail { hash } => {
			node.manager.fail_htlc_backwards(&PaymentHash(hex32(&hash, "a payment hash")?));
			Ok(json!({}))
		},
		Request::Pay { id, bolt11, max_fee_msat, timeout_seconds } => {
			pay(node, &id, &bolt11, max_fee_msat, timeout_seconds)
		},
		Request::Quote { bolt11 } => quote(node, &bolt11),
		Request::AllowFees { node_id: id } => {
			allow_fees(&node.manager, &node_id(&id)?);
			Ok(json!({}))
		},
		Request::ChannelOffers { node_id: id, token } => {
			runtime().block_on(node.market.offers(node_id(&id)?, token))
		},
		Request::BuyChannel { node_id: id, offer, payment_msat, description, expiry_seconds } => runtime()
			.block_on(node.market.buy(node, node_id(&id)?, offer, payment_msat, description, expiry_seconds)),
		Request::Poke {} => {
			node.poke.notify_one();
			Ok(json!({}))
		},
	}
}

fn info(node: &Node) -> Value {
	let trouble = node.chain_trouble.lock().unwrap_or_else(|e| e.into_inner()).clone();
	let peers: Vec<String> =
		node.peers.list_peers().iter().map(|peer| peer.counterparty_node_id.to_string()).collect();
	json!({
		"nodeId": node.id.to_string(),
		"height": node.height.load(Ordering::Relaxed),
		"listenPort": node.port,
		"peers": peers,
		"chainTrouble": trouble,
		"unsent": node.unsent.load(Ordering::Relaxed),
	})
}

fn node_id(text: &str) -> Result<PublicKey, Failure> {
	text.parse().map_err(|_| Failure::bad(format!("{text:?} is no node id")))
}

fn channel_id(text: &str) -> Result<ChannelId, Failure> {
	Ok(ChannelId(hex32(text, "a channel id")?))
}

fn connect(node: &Node, id: &str, host: &str, port: u16) -> Result<Value, Failure> {
	let id = node_id(id)?;
	let address = (host, port)
		.to_socket_addrs()
		.ok()
		.and_then(|mut addresses| addresses.next())
		.ok_or_else(|| Failure::bad(format!("{host}:{port} is no address")))?;
	if !runtime().block_on(peers::connect(&node.peers, id, address, &node.guard)) {
		return Err(Failure::later(format!("no Lightning node {id} answers at {address}")));
	}
	node.addresses.lock().unwrap_or_else(|e| e.into_inner()).insert(id, address);
	node.state.put(&format!("{PEER}{id}"), address.to_string().into_bytes());
	Ok(json!({}))
}

fn channels(node: &Node) -> Value {
	let channels: Vec<Value> = node.manager.list_channels().iter().map(channel).collect();
	json!({ "height": node.height.load(Ordering::Relaxed), "channels": channels })
}

fn channel(channel: &ChannelDetails) -> Value {
	json!({
		"id": channel_hex(&channel.channel_id),
		"peer": channel.counterparty.node_id.to_string(),
		"capacitySat": channel.channel_value_satoshis,
		"outboundMsat": channel.outbound_capacity_msat,
		"inboundMsat": channel.inbound_capacity_msat,
		"reserveSat": channel.unspendable_punishment_reserve.unwrap_or(0),
		"peerReserveSat": channel.counterparty.unspendable_punishment_reserve,
		"canSendMsat": channel.next_outbound_htlc_limit_msat,
		"canReceiveMsat": channel.inbound_capacity_msat.min(channel.inbound_htlc_maximum_msat.unwrap_or(u64::MAX)),
		"ready": channel.is_channel_ready,
		"usable": channel.is_usable,
		"outbound": channel.is_outbound,
		"anchorsSat": if has_anchors(channel) { ANCHORS_SAT } else { 0 },
		"fundingTxid": channel.funding_txo.map(|output| output.txid.to_string()),
		"pendingHtlcs": channel.pending_inbound_htlcs.len() + channel.pending_outbound_htlcs.len(),
	})
}

/// The HTLCs that came to this node and are not answered: in channels, and in channels closed on the chain.
fn held(node: &Node) -> Value {
	let mut parts = Vec::new();
	let channels = node.manager.list_channels();
	for htlc in channels.iter().flat_map(|channel| &channel.pending_inbound_htlcs) {
		if matches!(htlc.state, None | Some(InboundHTLCStateDetails::Committed)) {
			parts.push(json!({
				"hash": to_hex(&htlc.payment_hash.0),
				"amountMsat": htlc.amount_msat,
				"expiryHeight": htlc.cltv_expiry,
			}));
		}
	}
	let open: Vec<&ChannelDetails> = channels.iter().collect();
	for balance in node.monitor.get_claimable_balances(&open) {
		if let Balance::MaybePreimageClaimableHTLC { amount_satoshis, expiry_height, payment_hash } = balance {
			parts.push(json!({
				"hash": to_hex(&payment_hash.0),
				"amountMsat": amount_satoshis * 1_000,
				"expiryHeight": expiry_height,
			}));
		}
	}
	json!({ "parts": parts })
}

/// The anchor channels whose closing may still cost a fee: open ones, and closed ones that are not settled in the chain.
fn anchors(node: &Node) -> usize {
	let open = node.manager.list_channels();
	let unsettled = node.monitor.list_monitors().into_iter().filter(|id| {
		open.iter().all(|channel| channel.channel_id != *id)
			&& node.monitor.get_monitor(*id).is_ok_and(|monitor| {
				monitor.channel_type_features().supports_anchors_zero_fee_htlc_tx()
					&& !monitor.get_claimable_balances().is_empty()
			})
	});
	unsettled.count() + open.iter().filter(|channel| has_anchors(channel)).count()
}

fn has_anchors(channel: &ChannelDetails) -> bool {
	channel.channel_type.as_ref().is_some_and(|features| features.supports_anchors_zero_fee_htlc_tx())
}

fn open(
	node: &Node, id: &str, capacity_sat: u64, push_msat: u64, name: u64, config: UserConfig,
) -> Result<Value, Failure> {
	let id = node_id(id)?;
	let channel = node
		.manager
		.create_channel(id, capacity_sat, push_msat, u128::from(name), None, Some(config))
		.map_err(|e| refused("the channel was not opened", e))?;
	Ok(json!({ "channel": channel_hex(&channel) }))
}

fn fund(node: &Node, channels: &[Unfunded], transaction: &str) -> Result<Value, Failure> {
	let transaction: Transaction = deserialize(&hex(transaction, "the funding transaction")?)
		.map_err(|e| Failure::bad(format!("the funding transaction: {e}")))?;
	let ids = channels
		.iter()
		.map(|unfunded| Ok((channel_id(&unfunded.channel)?, node_id(&unfunded.node_id)?)))
		.collect::<Result<Vec<_>, Failure>>()?;
	let borrowed: Vec<(&ChannelId, &PublicKey)> = ids.iter().map(|(channel, peer)| (channel, peer)).collect();
	node.manager
		.batch_funding_transaction_generated(&borrowed, transaction)
		.map_err(|e| refused("the channels were not funded", e))?;
	Ok(json!({}))
}

fn known(node: &Node, channel: &str) -> Result<(ChannelId, PublicKey), Failure> {
	let id = channel_id(channel)?;
	node.manager
		.list_channels()
		.iter()
		.find(|channel| channel.channel_id == id)
		.map(|channel| (id, channel.counterparty.node_id))
		.ok_or_else(|| Failure::bad(format!("there is no channel {channel}")))
}

/// Asks the peer to pay some of the channel out to a script while it stays open. Nodes of ours refuse; so this is for
/// rehearsals of that alone.
fn ask_splice(node: &Node, channel: &str, sat: u64, script: &str) -> Result<Value, Failure> {
	let (id, peer) = known(node, channel)?;
	let output = TxOut {
		value: Amount::from_sat(sat),
		script_pubkey: ScriptBuf::from_bytes(hex(script, "the script")?),
	};
	node.manager
		.splice_channel(&id, &peer, SpliceContribution::SpliceOut { outputs: vec![output] }, 1_000, None)
		.map_err(|e| refused("no splice was asked for", e))?;
	Ok(json!({}))
}

fn close(node: &Node, channel: &str, force: bool) -> Result<Value, Failure> {
	let (id, peer) = known(node, channel)?;
	let closed = if force {
		node.manager.force_close_broadcasting_latest_txn(&id, &peer, "closed by its owner".to_string())
	} else {
		node.manager.close_channel(&id, &peer)
	};
	closed.map_err(|e| refused("the channel was not closed", e))?;
	Ok(json!({}))
}

fn refused(what: &str, e: APIError) -> Failure {
	let (words, later) = match e {
		APIError::APIMisuseError { err } => (err, false),
		APIError::FeeRateTooHigh { err, feerate } => (format!("{err} ({feerate} sat per 1000 weight)"), true),
		APIError::InvalidRoute { err } => (err, false),
		APIError::ChannelUnavailable { err } => (err, true),
		APIError::MonitorUpdateInProgress => ("an earlier change is still being stored".to_string(), true),
		APIError::IncompatibleShutdownScript { script } => (format!("the peer does not take the script {script}"), false),
	};
	let words = format!("{what}: {words}");
	if later {
		Failure::later(words)
	} else {
		Failure::never(words)
	}
}

fn hold(
	node: &Node, hash: &str, amount_msat: u64, text: String, expiry_seconds: u32, final_cltv_blocks: u16,
) -> Result<Value, Failure> {
	if final_cltv_blocks > MAX_FINAL_CLTV_BLOCKS {
		return Err(Failure::bad(format!(
			"a hold invoice asks for at most {MAX_FINAL_CLTV_BLOCKS} blocks, not {final_cltv_blocks}"
		)));
	}
	let hash = PaymentHash(hex32(hash, "a payment hash")?);
	let blocks = final_cltv_blocks.max(MIN_FINAL_CLTV_BLOCKS);
	created(node, amount_msat, text, expiry_seconds, Some(hash), Some(blocks))
}

fn invoice(node: &Node, amount_msat: u64, text: String, expiry_seconds: u32) -> Result<Value, Failure> {
	created(node, amount_msat, text, expiry_seconds, None, None)
}

fn created(
	node: &Node, amount_msat: u64, text: String, expiry_seconds: u32, payment_hash: Option<PaymentHash>,
	min_final_cltv_expiry_delta: Option<u16>,
) -> Result<Value, Failure> {
	if amount_msat == 0 {
		return Err(Failure::bad("an invoice needs an amount above zero"));
	}
	let description = Description::new(text).map_err(|e| Failure::bad(format!("the description: {e}")))?;
	let invoice = node
		.manager
		.create_bolt11_invoice(Bolt11InvoiceParameters {
			amount_msats: Some(amount_msat),
			description: Bolt11InvoiceDescription::Direct(description),
			invoice_expiry_delta_secs: Some(expiry_seconds),
			min_final_cltv_expiry_delta,
			payment_hash,
		})
		.map_err(|e| Failure::never(format!("no invoice: {e:?}")))?;
	Ok(described(&invoice))
}

fn parsed(node: &Node, bolt11: &str) -> Result<Bolt11Invoice, Failure> {
	if bolt11.len() > MAX_INVOICE_LENGTH {
		return Err(Failure::bad(format!(
			"an invoice has at most {MAX_INVOICE_LENGTH} characters, not {}",
			bolt11.len()
		)));
	}
	let invoice: Bolt11Invoice = bolt11.parse().map_err(|e| Failure::bad(format!("not a BOLT 11 invoice: {e}")))?;
	if invoice.network() != node.network {
		return Err(Failure::bad(format!("the invoice is for {}, this node is on {}", invoice.network(), node.network)));
	}
	Ok(invoice)
}

pub fn described(invoice: &Bolt11Invoice) -> Value {
	json!({
		"bolt11": invoice.to_string(),
		"hash": invoice.payment_hash().to_string(),
		"amountMsat": invoice.amount_milli_satoshis(),
		"payee": invoice.get_payee_pub_key().to_string(),
		"expiresAt": invoice.expires_at().map_or(u64::MAX >> 1, |at| at.as_secs()),
		"finalCltvBlocks": invoice.min_final_cltv_expiry_delta(),
	})
}

fn pay(node: &Node, id: &str, bolt11: &str, max_fee_msat: u64, timeout_seconds: u64) -> Result<Value, Failure> {
	let invoice = parsed(node, bolt11)?;
	let config =
		RouteParametersConfig { max_total_routing_fee_msat: Some(max_fee_msat), ..RouteParametersConfig::default() };
	let retry = Retry::Timeout(Duration::from_secs(timeout_seconds));
	let id = PaymentId(hex32(id, "a payment id")?);
	match node.manager.pay_for_bolt11_invoice(&invoice, id, None, config, retry) {
		Ok(()) | Err(Bolt11PaymentError::SendingFailed(RetryableSendFailure::DuplicatePayment)) => Ok(json!({})),
		Err(Bolt11PaymentError::InvalidAmount) => Ok(not_sent(node, id, "the invoice names no amount".to_string())),
		Err(Bolt11PaymentError::SendingFailed(failure)) => Ok(not_sent(node, id, format!("{failure:?}"))),
	}
}

/// LDK forgets a payment that it could not even start, and tells no event of it: this does.
fn not_sent(node: &Node, id: PaymentId, reason: String) -> Value {
	drop(node.events.push(json!({ "event": "failed", "id": to_hex(&id.0), "reason": reason, "released": false })));
	json!({ "refused": reason })
}

fn quote(node: &Node, bolt11: &str) -> Result<Value, Failure> {
	let invoice = parsed(node, bolt11)?;
	let Some(amount_msat) = invoice.amount_milli_satoshis() else {
		return Err(Failure::bad("the invoice names no amount"));
	};
	let mut parameters =
		RouteParameters::from_payment_params_and_value(PaymentParameters::from_bolt11_invoice(&invoice), amount_msat);
	parameters.max_total_routing_fee_msat = None;
	let channels = node.manager.list_usable_channels();
	let first_hops: Vec<&ChannelDetails> = channels.iter().collect();
	let in_flight = node.manager.compute_inflight_htlcs();
	match node.router.find_route(&node.id, &parameters, Some(&first_hops), in_flight) {
		Ok(route) => Ok(json!({ "feeMsat": route.get_total_fees() })),
		Err(_) => Ok(json!({})),
	}
}
