//! What the node wants stored, and cuts of it.
//!
//! LDK never stores anything by itself here. It notes what changed; the caller takes a cut, stores it in one
//! transaction, and says so; only then does LDK hear that its updates are safe, and goes on. A cut is taken in this
//! order: the updates waiting for an answer, the changed keys, then the channel manager. So the manager of a cut is
//! never older than a monitor update in it, which is what LDK asks for at a restart.

use crate::Failure;
use bitcoin::io;
use lightning::chain::chainmonitor::Persist;
use lightning::chain::channelmonitor::{ChannelMonitor, ChannelMonitorUpdate};
use lightning::chain::ChannelMonitorUpdateStatus;
use lightning::ln::types::ChannelId;
use lightning::sign::InMemorySigner;
use lightning::util::persist::{KVStoreSync, MonitorName, CHANNEL_MANAGER_PERSISTENCE_KEY};
use lightning::util::ser::Writeable;
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// After so many updates the whole monitor is stored again, and its updates are deleted.
const UPDATES_PER_MONITOR: usize = 100;

/// The first byte of a cut; an error's is a brace.
const CUT_FORMAT: u8 = 1;

pub const MANAGER: &str = "manager";
const MONITOR: &str = "monitor/";
const UPDATE: &str = "update/";
const KV: &str = "kv/";

pub type Stored = HashMap<String, Vec<u8>>;

#[derive(Default)]
struct Inner {
	/// Grows with everything noted.
	version: u64,
	/// `None` deletes the key.
	dirty: HashMap<String, Option<Vec<u8>>>,
	pending: Vec<(ChannelId, u64)>,
	manager_dirty: bool,
	/// The cut that has been taken and is not stored yet.
	in_flight: Option<Cut>,
	last_cut: u64,
	/// Nothing waits for more any longer.
	stopped: bool,
	/// Per monitor name, the update keys since its last whole monitor.
	updates: HashMap<String, Vec<String>>,
}

struct Cut {
	id: u64,
	keys: HashMap<String, Option<Vec<u8>>>,
	pending: Vec<(ChannelId, u64)>,
}

pub struct State {
	inner: Mutex<Inner>,
	noted: Condvar,
	/// One cut is taken at a time.
	cutting: Mutex<()>,
}

impl State {
	pub fn new(stored: &Stored) -> State {
		let mut updates: HashMap<String, Vec<String>> = HashMap::new();
		for key in stored.keys() {
			if let Some((name, _)) = key.strip_prefix(UPDATE).and_then(|rest| rest.split_once('/')) {
				updates.entry(name.to_string()).or_default().push(key.clone());
			}
		}
		State {
			inner: Mutex::new(Inner { updates, ..Default::default() }),
			noted: Condvar::new(),
			cutting: Mutex::new(()),
		}
	}

	fn inner(&self) -> MutexGuard<'_, Inner> {
		self.inner.lock().unwrap_or_else(|e| e.into_inner())
	}

	fn note(&self, change: impl FnOnce(&mut Inner)) {
		let mut inner = self.inner();
		change(&mut inner);
		inner.version += 1;
		self.noted.notify_all();
	}

	pub fn put(&self, key: &str, value: Vec<u8>) {
		self.note(|inner| {
			inner.dirty.insert(key.to_string(), Some(value));
		});
	}

	pub fn manager_changed(&self) {
		self.note(|inner| inner.manager_dirty = true);
	}

	/// The version, whether anything is to be stored, and whether the node has stopped.
	pub fn wait(&self, seen: u64, timeout: Duration) -> (u64, bool, bool) {
		let deadline = Instant::now() + timeout;
		let mut inner = self.inner();
		while inner.version <= seen && !inner.stopped {
			let left = deadline.saturating_duration_since(Instant::now());
			if left.is_zero() {
				break;
			}
			inner = self.noted.wait_timeout(inner, left).unwrap_or_else(|e| e.into_inner()).0;
		}
		let dirty =
			!inner.dirty.is_empty() || !inner.pending.is_empty() || inner.manager_dirty || inner.in_flight.is_some();
		(inner.version, dirty, inner.stopped)
	}

	/// Ends all waiting.
	pub fn stop(&self) {
		self.note(|inner| inner.stopped = true);
	}

	/// Takes a cut; what an earlier cut held that was never stored is in it too. `manager` encodes the channel manager,
	/// and is called after everything else has been taken.
	pub fn snapshot(&self, manager: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
		let _one = self.cutting.lock().unwrap_or_else(|e| e.into_inner());
		let (id, anything) = {
			let mut inner = self.inner();
			inner.last_cut += 1;
			let id = inner.last_cut;
			let (mut keys, mut pending) = match inner.in_flight.take() {
				Some(lost) => (lost.keys, lost.pending),
				None => Default::default(),
			};
			pending.append(&mut inner.pending);
			keys.extend(std::mem::take(&mut inner.dirty));
			let anything = !keys.is_empty() || !pending.is_empty() || inner.manager_dirty;
			inner.manager_dirty = false;
			if anything {
				inner.in_flight = Some(Cut { id, keys, pending });
			}
			(id, anything)
		};
		if !anything {
			return encoded(id, &HashMap::new());
		}
		let manager = manager();
		let mut inner = self.inner();
		match inner.in_flight.as_mut() {
			Some(cut) => {
				cut.keys.insert(MANAGER.to_string(), Some(manager));
				encoded(id, &cut.keys)
			},
			None => encoded(id, &HashMap::new()),
		}
	}

	/// The updates that the stored cut makes safe.
	pub fn persisted(&self, id: u64) -> Result<Vec<(ChannelId, u64)>, Failure> {
		let mut inner = self.inner();
		if id > inner.last_cut {
			return Err(Failure::bad(format!("cut {id} was never taken; the last one is {}", inner.last_cut)));
		}
		match inner.in_flight.take() {
			Some(cut) if cut.id == id => Ok(cut.pending),
			other => {
				inner.in_flight = other;
				Ok(Vec::new())
			},
		}
	}

	fn put_monitor(&self, name: &str, monitor: &ChannelMonitor<InMemorySigner>, awaited: bool) {
		let bytes = monitor.encode();
		self.note(|inner| {
			inner.dirty.insert(format!("{MONITOR}{name}"), Some(bytes));
			for update in inner.updates.remove(name).unwrap_or_default() {
				inner.dirty.insert(update, None);
			}
			if awaited {
				inner.pending.push((monitor.channel_id(), monitor.get_latest_update_id()));
			}
		});
	}
}

impl Persist<InMemorySigner> for State {
	fn persist_new_channel(
		&self, name: MonitorName, monitor: &ChannelMonitor<InMemorySigner>,
	) -> ChannelMonitorUpdateStatus {
		self.put_monitor(&name.to_string(), monitor, true);
		ChannelMonitorUpdateStatus::InProgress
	}

	fn update_persisted_channel(
		&self, name: MonitorName, update: Option<&ChannelMonitorUpdate>, monitor: &ChannelMonitor<InMemorySigner>,
	) -> ChannelMonitorUpdateStatus {
		let name = name.to_string();
		let Some(update) = update else {
			// After a block: the chain tells it again after a restart, so nothing has to wait for it.
			self.put_monitor(&name, monitor, false);
			return ChannelMonitorUpdateStatus::Completed;
		};
		let many = self.inner().updates.get(&name).is_some_and(|keys| keys.len() >= UPDATES_PER_MONITOR);
		if many || update.update_id == u64::MAX {
			self.put_monitor(&name, monitor, true);
		} else {
			let key = format!("{UPDATE}{name}/{:020}", update.update_id);
			let bytes = update.encode();
			self.note(|inner| {
				inner.dirty.insert(key.clone(), Some(bytes));
				inner.updates.entry(name).or_default().push(key);
				inner.pending.push((monitor.channel_id(), update.update_id));
			});
		}
		ChannelMonitorUpdateStatus::InProgress
	}

	/// Monitors of channels long settled stay where they are: they are small, and no harm.
	fn archive_persisted_channel(&self, _name: MonitorName) {}
}

/// What LDK stores besides monitors: the sweeper's outputs, the network graph, the scorer, sales of channels.
pub struct KeyValues {
	state: Arc<State>,
	/// What was stored at the start and is read then; it is not kept up.
	at_start: Stored,
}

impl KeyValues {
	/// For what reads nothing through it.
	pub fn unread(state: Arc<State>) -> KeyValues {
		KeyValues { state, at_start: Stored::new() }
	}

	/// For what reads everything of one namespace as it starts.
	pub fn of(state: Arc<State>, stored: &Stored, primary: &str) -> KeyValues {
		let prefix = format!("{KV}{primary}/");
		let kept = stored.iter().filter(|(key, _)| key.starts_with(&prefix));
		KeyValues { state, at_start: kept.map(|(key, value)| (key.clone(), value.clone())).collect() }
	}
}

impl KVStoreSync for KeyValues {
	fn read(&self, primary: &str, secondary: &str, key: &str) -> Result<Vec<u8>, io::Error> {
		let missing = || io::Error::new(io::ErrorKind::NotFound, format!("{key} was not stored at the start"));
		self.at_start.get(&kv_key(primary, secondary, key)).cloned().ok_or_else(missing)
	}

	fn write(&self, primary: &str, secondary: &str, key: &str, value: Vec<u8>) -> Result<(), io::Error> {
		if key == CHANNEL_MANAGER_PERSISTENCE_KEY {
			// These bytes may be older than the next cut's: the cut encodes the manager itself.
			self.state.manager_changed();
		} else {
			self.state.put(&kv_key(primary, secondary, key), value);
		}
		Ok(())
	}

	fn remove(&self, primary: &str, secondary: &str, key: &str, _lazy: bool) -> Result<(), io::Error> {
		self.state.note(|inner| {
			inner.dirty.insert(kv_key(primary, secondary, key), None);
		});
		Ok(())
	}

	fn list(&self, primary: &str, secondary: &str) -> Result<Vec<String>, io::Error> {
		let prefix = kv_key(primary, secondary, "");
		Ok(self.at_start.keys().filter_map(|key| Some(key.strip_prefix(&prefix)?.to_string())).collect())
	}
}

pub fn kv_key(primary: &str, secondary: &str, key: &str) -> String {
	format!("{KV}{primary}/{secondary}/{key}")
}

/// The stored monitors: name and bytes.
pub fn monitors(stored: &Stored) -> Vec<(&str, &[u8])> {
	stored.iter().filter_map(|(key, value)| Some((key.strip_prefix(MONITOR)?, value.as_slice()))).collect()
}

/// The stored updates of one monitor, oldest first.
pub fn updates<'a>(stored: &'a Stored, name: &str) -> Vec<&'a [u8]> {
	let prefix = format!("{UPDATE}{name}/");
	let mut found: Vec<_> = stored.iter().filter(|(key, _)| key.starts_with(&prefix)).collect();
	found.sort_by(|a, b| a.0.cmp(b.0));
	found.into_iter().map(|(_, value)| value.as_slice()).collect()
}

fn encoded(id: u64, keys: &HashMap<String, Option<Vec<u8>>>) -> Vec<u8> {
	let mut out = vec![CUT_FORMAT];
	out.extend_from_slice(&id.to_le_bytes());
	out.extend_from_slice(&(keys.len() as u32).to_le_bytes());
	for (key, value) in keys {
		counted(&mut out, key.as_bytes());
		match value {
			Some(value) => {
				out.push(1);
				counted(&mut out, value);
			},
			None => out.push(0),
		}
	}
	out
}

fn counted(out: &mut Vec<u8>, bytes: &[u8]) {
	out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
	out.extend_from_slice(bytes);
}

/// Reads `(u32 length, key, u32 length, value)*`, little endian.
pub fn parse_stored(mut bytes: &[u8]) -> Result<Stored, Failure> {
	fn field<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], Failure> {
		let short = || Failure::bad("the stored state ends in the middle of a field");
		let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(short)?;
		let length = u32::from_le_bytes(*length) as usize;
		if rest.len() < length {
			return Err(short());
		}
		let (field, rest) = rest.split_at(length);
		*bytes = rest;
		Ok(field)
	}
	let mut stored = HashMap::new();
	while !bytes.is_empty() {
		let key = String::from_utf8(field(&mut bytes)?.to_vec())
			.map_err(|_| Failure::bad("a key of the stored state is not UTF-8"))?;
		let value = field(&mut bytes)?.to_vec();
		stored.insert(key, value);
	}
	Ok(stored)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn keys(cut: &[u8]) -> Vec<String> {
		let count = u32::from_le_bytes(cut[9..13].try_into().unwrap());
		let mut rest = &cut[13..];
		let mut found = Vec::new();
		for _ in 0..count {
			let length = u32::from_le_bytes(rest[..4].try_into().unwrap()) as usize;
			found.push(String::from_utf8(rest[4..4 + length].to_vec()).unwrap());
			rest = &rest[4 + length..];
			if rest[0] == 1 {
				let length = u32::from_le_bytes(rest[1..5].try_into().unwrap()) as usize;
				rest = &rest[5 + length..];
			} else {
				rest = &rest[1..];
			}
		}
		assert!(rest.is_empty());
		found.sort();
		found
	}

	fn id(cut: &[u8]) -> u64 {
		assert_eq!(cut[0], CUT_FORMAT);
		u64::from_le_bytes(cut[1..9].try_into().unwrap())
	}

	#[test]
	fn a_cut_that_was_never_stored_is_in_the_next_one() {
		let state = State::new(&HashMap::new());
		state.put("a", vec![1]);
		assert_eq!(keys(&state.snapshot(Vec::new)), ["a", "manager"]);
		state.put("b", vec![2]);
		let second = state.snapshot(Vec::new);
		assert_eq!(keys(&second), ["a", "b", "manager"]);
		state.persisted(id(&second)).unwrap();
		assert!(keys(&state.snapshot(Vec::new)).is_empty());
	}

	#[test]
	fn what_is_noted_while_the_manager_is_encoded_waits_for_the_next_cut() {
		let state = State::new(&HashMap::new());
		state.put("a", vec![1]);
		let first = state.snapshot(|| {
			state.put("b", vec![2]);
			Vec::new()
		});
		assert_eq!(keys(&first), ["a", "manager"]);
		state.persisted(id(&first)).unwrap();
		assert_eq!(keys(&state.snapshot(Vec::new)), ["b", "manager"]);
	}

	#[test]
	fn an_old_cut_stored_late_makes_nothing_safe() {
		let state = State::new(&HashMap::new());
		state.note(|inner| inner.pending.push((ChannelId([7; 32]), 3)));
		let first = state.snapshot(Vec::new);
		let second = state.snapshot(Vec::new);
		assert!(state.persisted(id(&first)).unwrap().is_empty());
		assert_eq!(state.persisted(id(&second)).unwrap(), [(ChannelId([7; 32]), 3)]);
		assert!(state.persisted(99).is_err());
	}

	#[test]
	fn cut_off_state_is_refused() {
		let mut bytes = Vec::new();
		counted(&mut bytes, b"key");
		counted(&mut bytes, b"value");
		assert_eq!(parse_stored(&bytes).unwrap()["key"], b"value");
		for length in 1..bytes.len() {
			assert!(parse_stored(&bytes[..length]).is_err(), "{length} bytes");
		}
	}

	#[test]
	fn waiting_ends_with_the_first_note() {
		let state = State::new(&HashMap::new());
		assert_eq!(state.wait(0, Duration::from_millis(1)), (0, false, false));
		state.manager_changed();
		assert_eq!(state.wait(0, Duration::from_secs(60)), (1, true, false));
		state.stop();
		assert_eq!(state.wait(9, Duration::from_secs(60)), (2, true, true));
	}
}
