//! Fees for anchor channels that close: LDK says what it wants in the chain and how soon, the caller's wallet gives coins
//! and signatures.

use crate::chain::{Broadcaster, Chain};
use crate::config::{hex, to_hex};
use crate::events::Events;
use crate::node::Log;
use bitcoin::consensus::encode::{deserialize, serialize_hex};
use bitcoin::{Amount, OutPoint, Psbt, ScriptBuf, Transaction, TxOut, WPubkeyHash};
use lightning::chain::chaininterface::BroadcasterInterface;
use lightning::chain::ClaimId;
use lightning::events::bump_transaction::{
	BumpTransactionEvent, BumpTransactionEventHandler, CoinSelection, CoinSelectionSource, Input, Utxo, Wallet,
	WalletSource,
};
use lightning::sign::KeysManager;
use lightning::util::async_poll::AsyncResult;
use serde::Deserialize;
use serde_json::{json, Value};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// What claiming one HTLC weighs in the chain, with a coin for its fee (BOLT 3, appendix A, and a P2WPKH input and output).
const HTLC_CLAIM_WEIGHT: u64 = 706;
const COIN_WEIGHT: u64 = 272 + 124;

pub struct Bumper {
	handler: BumpTransactionEventHandler<Arc<Broadcaster>, Arc<Purse>, Arc<KeysManager>, Arc<Log>>,
	purse: Arc<Purse>,
	broadcaster: Arc<Broadcaster>,
	chain: Arc<Chain>,
}

impl Bumper {
	pub fn new(
		events: Arc<Events>, stop: watch::Receiver<bool>, broadcaster: Arc<Broadcaster>, keys: Arc<KeysManager>,
		log: Arc<Log>, chain: Arc<Chain>,
	) -> Bumper {
		let purse = Arc::new(Purse { events, stop, log: log.clone(), claim: Mutex::new(Claim::default()) });
		let handler = BumpTransactionEventHandler::new(broadcaster.clone(), purse.clone(), keys, log);
		Bumper { handler, purse, broadcaster, chain }
	}

	/// Nothing is lost if this fails: LDK says the same again, after blocks, twice a minute, and after every start.
	pub async fn handle(&self, event: &BumpTransactionEvent) {
		let (what, rate) = match event {
			BumpTransactionEvent::ChannelClose {
				package_target_feerate_sat_per_1000_weight, commitment_tx, ..
			} => {
				if self.chain.lacks_what_it_spends(commitment_tx).await {
					// A channel whose funding never came, or that is closed in a block already: no coin is bound for it, or
					// whoever opens channels and lets them fall could bind one after the other for ever.
					return;
				}
				("commitment", *package_target_feerate_sat_per_1000_weight)
			},
			BumpTransactionEvent::HTLCResolution { htlc_descriptors, target_feerate_sat_per_1000_weight, .. } => {
				let value: u64 = htlc_descriptors.iter().map(|htlc| htlc.htlc.amount_msat / 1_000).sum();
				if value <= claim_fee(htlc_descriptors.len() as u64, *target_feerate_sat_per_1000_weight) {
					// It would cost more than it brings; fees may fall before it expires.
					return;
				}
				("htlc", *target_feerate_sat_per_1000_weight)
			},
		};
		*self.purse.claim() = Claim::default();
		self.handler.handle_event(event).await;
		let (failed, lacking) = {
			let claim = self.purse.claim();
			(claim.failed, claim.lacking)
		};
		if let (true, BumpTransactionEvent::ChannelClose { commitment_tx, .. }) = (failed, event) {
			// It pays something itself, and may get into a block by that.
			self.broadcaster.broadcast_transactions(&[commitment_tx]);
		}
		if lacking {
			drop(self.purse.events.push(json!({ "event": "feeLacking", "what": what, "satPerKw": rate })));
		}
	}
}

fn claim_fee(htlcs: u64, sat_per_kw: u32) -> u64 {
	(htlcs * HTLC_CLAIM_WEIGHT + COIN_WEIGHT) * u64::from(sat_per_kw) / 1_000
}

#[derive(Default)]
struct Claim {
	/// Whose coins were chosen last: what is signed next is for it.
	id: [u8; 32],
	failed: bool,
	/// The wallet has been looked into, and has too little.
	lacking: bool,
}

/// The caller's wallet, as LDK wants to see one.
pub struct Purse {
	events: Arc<Events>,
	stop: watch::Receiver<bool>,
	log: Arc<Log>,
	claim: Mutex<Claim>,
}

/// The caller's confirmed coins: those that this claim has used before, free ones, and those that other claims use.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Coins {
	change_script: String,
	own: Vec<Coin>,
	free: Vec<Coin>,
	shared: Vec<Coin>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Coin {
	txid: String,
	output: u32,
	value_sat: u64,
	key_hash: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Signed {
	transaction: String,
}

impl Coin {
	fn utxo(&self) -> Option<Utxo> {
		use bitcoin::hashes::Hash;
		let outpoint = OutPoint::new(self.txid.parse().ok()?, self.output);
		let key_hash: [u8; 20] = hex(&self.key_hash, "a key hash").ok()?.try_into().ok()?;
		Some(Utxo::new_v0_p2wpkh(outpoint, Amount::from_sat(self.value_sat), &WPubkeyHash::from_byte_array(key_hash)))
	}
}

impl Purse {
	fn claim(&self) -> std::sync::MutexGuard<'_, Claim> {
		self.claim.lock().unwrap_or_else(|e| e.into_inner())
	}

	async fn ask<T: for<'de> Deserialize<'de>>(&self, question: Value) -> Option<T> {
		let answer = self.events.ask(question, self.stop.clone()).await?;
		serde_json::from_value(answer).ok()
	}

	async fn selected(
		&self, claim: ClaimId, must_spend: Vec<Input>, must_pay_to: &[TxOut], rate: u32, max_weight: u64,
	) -> Option<CoinSelection> {
		self.claim().id = claim.0;
		let coins: Coins = self.ask(json!({ "event": "coinsNeeded", "claim": to_hex(&claim.0) })).await?;
		let change = ScriptBuf::from_bytes(hex(&coins.change_script, "the change script").ok()?);
		let mut utxos = Vec::new();
		// A coin that another claim uses is taken only where nothing else is enough: then one of the two waits for the next
		// block.
		for more in [coins.own, coins.free, coins.shared] {
			if more.is_empty() {
				continue;
			}
			utxos.extend(more.iter().filter_map(Coin::utxo));
			let wallet = Wallet::new(Arc::new(Known { utxos: utxos.clone(), change: change.clone() }), self.log.clone());
			let chosen =
				wallet.select_confirmed_utxos(claim, must_spend.clone(), must_pay_to, rate, max_weight).await;
			if let Ok(chosen) = chosen {
				return Some(chosen);
			}
		}
		self.claim().lacking = true;
		None
	}
}

impl CoinSelectionSource for Purse {
	fn select_confirmed_utxos<'a>(
		&'a self, claim: ClaimId, must_spend: Vec<Input>, must_pay_to: &'a [TxOut], rate: u32, max_weight: u64,
	) -> AsyncResult<'a, CoinSelection, ()> {
		Box::pin(async move {
			let selected = self.selected(claim, must_spend, must_pay_to, rate, max_weight).await;
			self.claim().failed |= selected.is_none();
			selected.ok_or(())
		})
	}

	fn sign_psbt<'a>(&'a self, psbt: Psbt) -> AsyncResult<'a, Transaction, ()> {
		Box::pin(async move {
			let unsigned = psbt.unsigned_tx;
			let claim = to_hex(&self.claim().id);
			let question =
				json!({ "event": "signatureNeeded", "claim": claim, "transaction": serialize_hex(&unsigned) });
			let signed = self.ask::<Signed>(question).await;
			let signed = signed
				.and_then(|signed| hex(&signed.transaction, "the transaction").ok())
				.and_then(|bytes| deserialize::<Transaction>(&bytes).ok())
				// A signature changes no id.
				.filter(|signed| signed.compute_txid() == unsigned.compute_txid());
			self.claim().failed |= signed.is_none();
			signed.ok_or(())
		})
	}
}

/// The coins of one question.
struct Known {
	utxos: Vec<Utxo>,
	change: ScriptBuf,
}

impl WalletSource for Known {
	fn list_confirmed_utxos<'a>(&'a self) -> AsyncResult<'a, Vec<Utxo>, ()> {
		Box::pin(async move { Ok(self.utxos.clone()) })
	}

	fn get_change_script<'a>(&'a self) -> AsyncResult<'a, ScriptBuf, ()> {
		Box::pin(async move { Ok(self.change.clone()) })
	}

	fn sign_psbt<'a>(&'a self, _psbt: Psbt) -> AsyncResult<'a, Transaction, ()> {
		Box::pin(async move { Err(()) })
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_claim_costs_more_with_every_htlc_and_with_the_fee() {
		assert_eq!(claim_fee(1, 253), 278);
		assert_eq!(claim_fee(2, 1_000), 1_808);
	}

	#[test]
	fn a_coin_that_makes_no_sense_is_left_out() {
		let coin = |txid: &str, key_hash: &str| Coin {
			txid: txid.to_string(),
			output: 1,
			value_sat: 5,
			key_hash: key_hash.to_string(),
		};
		assert!(coin(&"ab".repeat(32), &"cd".repeat(20)).utxo().is_some());
		assert!(coin("ab", &"cd".repeat(20)).utxo().is_none());
		assert!(coin(&"ab".repeat(32), &"cd".repeat(19)).utxo().is_none());
	}
}
