//! What a node is started with.

use crate::market::Terms;
use crate::Failure;
use bitcoin::{Network, ScriptBuf};
use lightning::util::config::{MaxDustHTLCExposure, UserConfig};
use serde::Deserialize;
use std::time::Duration;

/// All slots that the protocol allows (BOLT 2): a deposit occupies one for days.
const MAX_ACCEPTED_HTLCS: u16 = 483;
/// What may be lost to miners by HTLCs too small for the chain, per channel: room for about a hundred small deposits.
const MAX_DUST_EXPOSURE_MSAT: u64 = 100_000_000;
/// What a cooperative close may cost before a forced one is preferred.
const FORCE_CLOSE_AVOIDANCE_SAT: u64 = 5_000;
const MAX_ALIAS_BYTES: usize = 128;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Raw {
	network: String,
	alias: String,
	seed: String,
	listen_host: String,
	listen_port: u16,
	rpc_host: String,
	rpc_port: u16,
	rpc_path: String,
	rpc_user: String,
	rpc_password: String,
	poll_millis: u64,
	min_confirmations: u32,
	forward_base_msat: u32,
	forward_ppm: u32,
	accept_forwards: bool,
	announced: bool,
	sweep_script: String,
	/// Only in rehearsals: the node sells channels.
	sells: Option<Terms>,
}

pub struct Config {
	pub network: Network,
	pub alias: String,
	pub seed: [u8; 32],
	pub listen: (String, u16),
	pub rpc: Rpc,
	pub poll_interval: Duration,
	pub sweep_script: ScriptBuf,
	pub forwards: bool,
	pub user: UserConfig,
	pub sells: Option<Terms>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Rpc {
	pub host: String,
	pub port: u16,
	pub path: String,
	pub user: String,
	pub password: String,
}

impl Config {
	pub fn parse(bytes: &[u8]) -> Result<Config, Failure> {
		let raw: Raw = serde_json::from_slice(bytes).map_err(|e| Failure::bad(format!("the configuration: {e}")))?;
		let network = match raw.network.as_str() {
			"regtest" => Network::Regtest,
			"signet" => Network::Signet,
			"mainnet" => Network::Bitcoin,
			other => return Err(Failure::bad(format!("no network is called {other:?}"))),
		};
		if raw.alias.len() > MAX_ALIAS_BYTES {
			return Err(Failure::bad(format!("an alias may have {MAX_ALIAS_BYTES} bytes, not {}", raw.alias.len())));
		}
		Ok(Config {
			network,
			seed: hex32(&raw.seed, "the seed")?,
			listen: (raw.listen_host.clone(), raw.listen_port),
			rpc: Rpc {
				host: raw.rpc_host.clone(),
				port: raw.rpc_port,
				path: raw.rpc_path.clone(),
				user: raw.rpc_user.clone(),
				password: raw.rpc_password.clone(),
			},
			poll_interval: Duration::from_millis(raw.poll_millis.max(1)),
			sweep_script: ScriptBuf::from_bytes(hex(&raw.sweep_script, "the sweep script")?),
			forwards: raw.accept_forwards,
			user: user_config(&raw),
			sells: raw.sells,
			alias: raw.alias,
		})
	}
}

fn user_config(raw: &Raw) -> UserConfig {
	let mut config = UserConfig::default();
	config.accept_forwards_to_priv_channels = raw.accept_forwards;
	config.accept_intercept_htlcs = raw.sells.is_some();
	config.channel_handshake_config.minimum_depth = raw.min_confirmations;
	config.channel_handshake_config.our_htlc_minimum_msat = 1;
	config.channel_handshake_config.max_inbound_htlc_value_in_flight_percent_of_channel = 100;
	config.channel_handshake_config.our_max_accepted_htlcs = MAX_ACCEPTED_HTLCS;
	config.channel_handshake_config.announce_for_forwarding = raw.announced;
	config.channel_handshake_config.negotiate_anchors_zero_fee_htlc_tx = true;
	config.manually_accept_inbound_channels = true;
	config.reject_inbound_splices = true;
	config.channel_handshake_limits.force_announced_channel_preference = false;
	config.channel_config.forwarding_fee_base_msat = raw.forward_base_msat;
	config.channel_config.forwarding_fee_proportional_millionths = raw.forward_ppm;
	config.channel_config.max_dust_htlc_exposure = MaxDustHTLCExposure::FixedLimitMsat(MAX_DUST_EXPOSURE_MSAT);
	config.channel_config.force_close_avoidance_max_fee_satoshis = FORCE_CLOSE_AVOIDANCE_SAT;
	config
}

pub fn hex(text: &str, what: &str) -> Result<Vec<u8>, Failure> {
	if !text.is_ascii() || text.len() % 2 != 0 {
		return Err(Failure::bad(format!("{what} must be hex digits in pairs")));
	}
	(0..text.len())
		.step_by(2)
		.map(|i| u8::from_str_radix(&text[i..i + 2], 16).map_err(|_| Failure::bad(format!("{what} must be hex digits"))))
		.collect()
}

pub fn hex32(text: &str, what: &str) -> Result<[u8; 32], Failure> {
	let bytes = hex(text, what)?;
	let length = bytes.len();
	bytes.try_into().map_err(|_| Failure::bad(format!("{what} must be 32 bytes, not {length}")))
}

pub fn to_hex(bytes: &[u8]) -> String {
	bytes.iter().map(|b| format!("{b:02x}")).collect()
}
