//! Events on their way to the caller: one at a time, and LDK waits until it has been handled.

use crate::bump::Bumper;
use crate::config::to_hex;
use crate::market::Market;
use crate::node::{ChannelManager, Sweeper};
use bitcoin::secp256k1::PublicKey;
use lightning::events::{Event, HTLCHandlingFailureReason, HTLCHandlingFailureType, PaymentFailureReason, ReplayEvent};
use lightning::ln::types::ChannelId;
use lightning::ln::LocalHTLCFailureReason;
use lightning::types::payment::PaymentHash;
use lightning::util::config::{ChannelConfigOverrides, ChannelConfigUpdate};
use serde_json::{json, Value};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};

/// LDK fails a held HTLC back so many blocks before it expires (its HTLC_FAIL_BACK_BUFFER).
const FAIL_BACK_BLOCKS: u32 = 39;

#[derive(Default)]
struct Inner {
	last_sequence: u64,
	waiting: VecDeque<(u64, Value)>,
	/// Told, and not handled yet; a question gets its answer by this.
	told: Vec<(u64, oneshot::Sender<Option<Value>>)>,
	/// The height that has not been told yet; older ones do not matter.
	height: Option<u32>,
	closed: bool,
}

#[derive(Default)]
pub struct Events {
	inner: Mutex<Inner>,
	more: Condvar,
}

impl Events {
	fn inner(&self) -> MutexGuard<'_, Inner> {
		self.inner.lock().unwrap_or_else(|e| e.into_inner())
	}

	pub fn block_reached(&self, height: u32) {
		self.inner().height = Some(height);
		self.more.notify_all();
	}

	/// Puts an event behind the others; the answer comes when it has been handled.
	pub fn push(&self, event: Value) -> oneshot::Receiver<Option<Value>> {
		let (handled, waiting) = oneshot::channel();
		let mut inner = self.inner();
		inner.last_sequence += 1;
		let sequence = inner.last_sequence;
		inner.waiting.push_back((sequence, event));
		inner.told.push((sequence, handled));
		self.more.notify_all();
		waiting
	}

	pub fn next(&self, timeout: Duration) -> Option<Value> {
		let deadline = Instant::now() + timeout;
		let mut inner = self.inner();
		loop {
			if inner.closed {
				return None;
			}
			if let Some((sequence, mut event)) = inner.waiting.pop_front() {
				event["sequence"] = json!(sequence);
				return Some(event);
			}
			if let Some(height) = inner.height.take() {
				return Some(json!({ "event": "block", "height": height, "sequence": 0 }));
			}
			let left = deadline.saturating_duration_since(Instant::now());
			if left.is_zero() {
				return None;
			}
			inner = self.more.wait_timeout(inner, left).unwrap_or_else(|e| e.into_inner()).0;
		}
	}

	pub fn handled(&self, sequence: u64) {
		self.ended(sequence, None);
	}

	/// Answers a question; it counts as handled then.
	pub fn answered(&self, sequence: u64, answer: Value) {
		self.ended(sequence, Some(answer));
	}

	fn ended(&self, sequence: u64, answer: Option<Value>) {
		let mut inner = self.inner();
		if let Some(at) = inner.told.iter().position(|(told, _)| *told == sequence) {
			let _ = inner.told.swap_remove(at).1.send(answer);
		}
	}

	/// Nothing more is told, and whoever waits for an event hears so.
	pub fn close(&self) {
		let mut inner = self.inner();
		inner.closed = true;
		inner.told.clear();
		self.more.notify_all();
	}

	/// Tells an event and waits; `ReplayEvent` if the node stops before it was handled.
	pub async fn tell(&self, event: Value, stop: watch::Receiver<bool>) -> Result<(), ReplayEvent> {
		self.outcome(event, stop).await.map(|_| ())
	}

	/// Asks the caller; `None` if there was no answer, or the node stops.
	pub async fn ask(&self, question: Value, stop: watch::Receiver<bool>) -> Option<Value> {
		self.outcome(question, stop).await.ok().flatten()
	}

	/// Tells an event and gives the answer, if it had one; `ReplayEvent` if the node stops before.
	pub async fn outcome(
		&self, event: Value, mut stop: watch::Receiver<bool>,
	) -> Result<Option<Value>, ReplayEvent> {
		let handled = self.push(event);
		let stopped = async {
			let _ = stop.wait_for(|stop| *stop).await;
		};
		tokio::pin!(handled, stopped);
		std::future::poll_fn(|context| {
			use std::future::Future;
			use std::task::Poll;
			if let Poll::Ready(result) = handled.as_mut().poll(context) {
				return Poll::Ready(result.map_err(|_| ReplayEvent()));
			}
			stopped.as_mut().poll(context).map(|()| Err(ReplayEvent()))
		})
		.await
	}
}

/// What deals with LDK's events.
pub struct Handler {
	pub events: Arc<Events>,
	pub manager: Arc<ChannelManager>,
	pub sweeper: Arc<Sweeper>,
	pub bumper: Bumper,
	pub market: Arc<Market>,
	pub stop: watch::Receiver<bool>,
}

impl Handler {
	/// What is done with an event: most are told, some are dealt with here.
	pub async fn handle(&self, event: Event) -> Result<(), ReplayEvent> {
		self.market.hear(&event).await;
		match event {
			Event::SpendableOutputs { outputs, channel_id } => {
				self.sweeper.track_spendable_outputs(outputs, channel_id, false, None).map_err(|()| ReplayEvent())
			},
			Event::BumpTransaction(wanted) => {
				self.bumper.handle(&wanted).await;
				Ok(())
			},
			Event::OpenChannelRequest {
				temporary_channel_id, counterparty_node_id, funding_satoshis, channel_type, ..
			} => {
				let offer = json!({
					"event": "channelOffered",
					"channel": to_hex(&temporary_channel_id.0),
					"peer": counterparty_node_id.to_string(),
					"capacitySat": funding_satoshis,
					"anchors": channel_type.supports_anchors_zero_fee_htlc_tx(),
				});
				let answer = self.events.ask(offer, self.stop.clone()).await.unwrap_or_default();
				let refusal = answer.get("refuse").map(|words| words.as_str().unwrap_or("no channel wanted now"));
				let bought = answer.get("bought").is_some_and(|bought| bought == true);
				self.decide(&temporary_channel_id, &counterparty_node_id, refusal, bought);
				Ok(())
			},
			Event::PaymentClaimable {
				payment_hash, purpose, amount_msat, counterparty_skimmed_fee_msat, ..
			} if counterparty_skimmed_fee_msat > 0 => {
				let question = json!({
					"event": "feeTaken",
					"hash": to_hex(&payment_hash.0),
					"amountMsat": amount_msat,
					"feeMsat": counterparty_skimmed_fee_msat,
				});
				let answer = self.events.outcome(question, self.stop.clone()).await?;
				let agreed = answer.is_some_and(|answer| answer["agreed"] == true);
				match purpose.preimage().filter(|_| agreed) {
					Some(preimage) => self.manager.claim_funds(preimage),
					// A hold invoice is never sold, so it never comes short.
					None => self.manager.fail_htlc_backwards(&payment_hash),
				}
				Ok(())
			},
			event => match told(&event, &self.manager) {
				Some(value) => self.events.tell(value, self.stop.clone()).await,
				None => Ok(()),
			},
		}
	}

	/// Takes or refuses a channel that a peer offers. It fails where the peer has gone, and then the offer has gone too.
	fn decide(&self, channel: &ChannelId, peer: &PublicKey, refusal: Option<&str>, bought: bool) {
		let short = ChannelConfigUpdate { accept_underpaying_htlcs: Some(true), ..Default::default() };
		let overrides = ChannelConfigOverrides { handshake_overrides: None, update_overrides: Some(short) };
		let _ = match refusal {
			// A name of zero is none of the caller's own.
			None => self.manager.accept_inbound_channel(channel, peer, 0, bought.then_some(overrides)),
			Some(words) => self.manager.force_close_broadcasting_latest_txn(channel, peer, words.to_string()),
		};
	}
}

fn told(event: &Event, manager: &ChannelManager) -> Option<Value> {
	match event {
		Event::PaymentClaimable { payment_hash, purpose, amount_msat, claim_deadline, .. } => {
			if let Some(preimage) = purpose.preimage() {
				manager.claim_funds(preimage);
				return None;
			}
			Some(json!({
				"event": "held",
				"hash": to_hex(&payment_hash.0),
				"amountMsat": amount_msat,
				"expiryHeight": expiry(manager, payment_hash, *claim_deadline)?,
			}))
		},
		Event::PaymentClaimed { payment_hash, amount_msat, .. } => {
			Some(json!({ "event": "claimed", "hash": to_hex(&payment_hash.0), "amountMsat": amount_msat }))
		},
		Event::HTLCHandlingFailed {
			failure_type: HTLCHandlingFailureType::Receive { payment_hash }, failure_reason, ..
		} => lost(payment_hash, failure_reason.as_ref()),
		Event::PaymentSent { payment_id, payment_preimage, amount_msat, fee_paid_msat, .. } => Some(json!({
			"event": "sent",
			"id": to_hex(&payment_id.as_ref()?.0),
			"preimage": to_hex(&payment_preimage.0),
			"amountMsat": amount_msat.unwrap_or(0),
			"feeMsat": fee_paid_msat.unwrap_or(0),
		})),
		Event::PaymentFailed { payment_id, reason, .. } => Some(json!({
			"event": "failed",
			"id": to_hex(&payment_id.0),
			"reason": reason.map_or("unknown".to_string(), |reason| format!("{reason:?}")),
			"released": *reason == Some(PaymentFailureReason::RecipientRejected),
		})),
		_ => told_of_channel(event),
	}
}

fn told_of_channel(event: &Event) -> Option<Value> {
	match event {
		Event::FundingGenerationReady {
			temporary_channel_id, channel_value_satoshis, output_script, user_channel_id, ..
		} => Some(json!({
			"event": "fundingNeeded",
			"name": *user_channel_id as u64,
			"channel": to_hex(&temporary_channel_id.0),
			"capacitySat": channel_value_satoshis,
			"script": to_hex(output_script.as_bytes()),
		})),
		Event::ChannelPending { channel_id, user_channel_id, counterparty_node_id, funding_txo, .. } => Some(json!({
			"event": "channelPending",
			"name": *user_channel_id as u64,
			"channel": to_hex(&channel_id.0),
			"peer": counterparty_node_id.to_string(),
			"fundingTxid": funding_txo.txid.to_string(),
		})),
		Event::ChannelReady { channel_id, user_channel_id, counterparty_node_id, .. } => Some(json!({
			"event": "channelReady",
			"name": *user_channel_id as u64,
			"channel": to_hex(&channel_id.0),
			"peer": counterparty_node_id.to_string(),
		})),
		Event::ChannelClosed { channel_id, user_channel_id, reason, .. } => Some(json!({
			"event": "channelClosed",
			"name": *user_channel_id as u64,
			"channel": to_hex(&channel_id.0),
			"reason": reason.to_string(),
		})),
		_ => None,
	}
}

/// The height at which the first of a payment's HTLCs times out, from the HTLCs themselves.
fn expiry(manager: &ChannelManager, hash: &PaymentHash, claim_deadline: Option<u32>) -> Option<u32> {
	manager
		.list_channels()
		.iter()
		.flat_map(|channel| &channel.pending_inbound_htlcs)
		.filter(|htlc| htlc.payment_hash == *hash)
		.map(|htlc| htlc.cltv_expiry)
		.min()
		.or(claim_deadline.map(|deadline| deadline + FAIL_BACK_BLOCKS))
}

/// An HTLC for us that went back. Our own release says so too, as does a payment that was never whole: neither is news.
fn lost(hash: &PaymentHash, reason: Option<&HTLCHandlingFailureReason>) -> Option<Value> {
	let Some(HTLCHandlingFailureReason::Local { reason }) = reason else { return None };
	match reason {
		LocalHTLCFailureReason::IncorrectPaymentDetails | LocalHTLCFailureReason::MPPTimeout => None,
		_ => Some(json!({ "event": "lost", "hash": to_hex(&hash.0), "reason": format!("{reason:?}") })),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn only_the_newest_height_is_told() {
		let events = Events::default();
		events.block_reached(1);
		events.block_reached(2);
		assert_eq!(events.next(Duration::ZERO).unwrap()["height"], 2);
		assert!(events.next(Duration::ZERO).is_none());
	}

	#[test]
	fn an_event_is_told_once_and_its_sender_waits_until_it_was_handled() {
		let events = Events::default();
		let mut waiting = events.push(json!({ "event": "x" }));
		let told = events.next(Duration::ZERO).unwrap();
		assert!(events.next(Duration::ZERO).is_none());
		assert!(waiting.try_recv().is_err());
		events.handled(told["sequence"].as_u64().unwrap());
		assert!(waiting.try_recv().is_ok());
	}

	#[test]
	fn closing_tells_the_sender_that_nothing_was_handled() {
		let events = Events::default();
		let waiting = events.push(json!({ "event": "x" }));
		events.close();
		assert!(waiting.blocking_recv().is_err());
		assert!(events.next(Duration::from_secs(60)).is_none());
	}
}
