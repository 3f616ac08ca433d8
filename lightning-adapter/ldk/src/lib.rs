//! The C border between Klatch's Java and LDK: a handful of functions, JSON in and out, and the node's state as cuts
//! that the caller stores. The shapes are in docs/spec/ldk-binding.md. Nothing here knows what a deposit is.
//!
//! Every answer is a buffer made here: eight bytes of length (little endian), then the bytes. The caller gives each
//! one back with `klatch_ldk_free`. No panic crosses the border: it becomes an `error` answer.

mod bump;
mod calls;
mod chain;
mod config;
mod events;
mod gossip;
mod market;
mod node;
mod panics;
mod peers;
mod state;

use node::Node;
use serde_json::{json, Value};
use std::collections::HashMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// No request is longer: the largest is the state at start, and that is no request.
const MAX_REQUEST_LENGTH: u64 = 1 << 20;
/// The whole network is a few megabytes.
const MAX_GOSSIP_LENGTH: u64 = 64 << 20;
const MAX_STATE_LENGTH: u64 = 1 << 30;
const HEADER_LENGTH: usize = 8;

/// Why something could not be done, in words for a person.
#[derive(Debug)]
pub struct Failure {
	message: String,
	bad_request: bool,
	retry_safe: bool,
}

impl Failure {
	/// The caller's mistake.
	fn bad(message: impl Into<String>) -> Self {
		Failure { message: message.into(), bad_request: true, retry_safe: false }
	}

	/// Not possible now; nothing has changed, and it may work later.
	fn later(message: impl Into<String>) -> Self {
		Failure { message: message.into(), bad_request: false, retry_safe: true }
	}

	/// Not possible, and asking again does not help.
	fn never(message: impl Into<String>) -> Self {
		Failure { message: message.into(), bad_request: false, retry_safe: false }
	}
}

static NODES: OnceLock<Mutex<HashMap<u64, Arc<Node>>>> = OnceLock::new();
static NEXT_HANDLE: AtomicU64 = AtomicU64::new(1);

fn nodes() -> std::sync::MutexGuard<'static, HashMap<u64, Arc<Node>>> {
	NODES.get_or_init(Default::default).lock().unwrap_or_else(|e| e.into_inner())
}

fn node(handle: u64) -> Result<Arc<Node>, Failure> {
	nodes().get(&handle).cloned().ok_or_else(|| Failure::bad(format!("no node has the handle {handle}")))
}

fn buffer(bytes: &[u8]) -> *mut u8 {
	let mut whole = Vec::with_capacity(HEADER_LENGTH + bytes.len());
	whole.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
	whole.extend_from_slice(bytes);
	Box::into_raw(whole.into_boxed_slice()) as *mut u8
}

fn failed(failure: Failure) -> Vec<u8> {
	json!({ "error": failure.message, "badRequest": failure.bad_request, "retrySafe": failure.retry_safe })
		.to_string()
		.into_bytes()
}

/// Runs one border function: failures and panics become answers.
fn answer(work: impl FnOnce() -> Result<Vec<u8>, Failure>) -> *mut u8 {
	let bytes = match catch_unwind(AssertUnwindSafe(work)) {
		Ok(Ok(bytes)) => bytes,
		Ok(Err(failure)) => failed(failure),
		Err(panic) => failed(Failure::never(panics::told(panic_text(&*panic)))),
	};
	buffer(&bytes)
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
	panic
		.downcast_ref::<String>()
		.cloned()
		.or_else(|| panic.downcast_ref::<&str>().map(|s| s.to_string()))
		.unwrap_or_else(|| "without words".to_string())
}

fn told(value: Value) -> Result<Vec<u8>, Failure> {
	Ok(value.to_string().into_bytes())
}

/// # Safety
/// `data` points to `length` readable bytes, unless `length` is zero.
unsafe fn taken<'a>(data: *const u8, length: u64, limit: u64, what: &str) -> Result<&'a [u8], Failure> {
	if length > limit {
		return Err(Failure::bad(format!("{what} may have {limit} bytes, not {length}")));
	}
	if length == 0 {
		return Ok(&[]);
	}
	if data.is_null() {
		return Err(Failure::bad(format!("{what} is a null pointer")));
	}
	Ok(std::slice::from_raw_parts(data, length as usize))
}

/// Starts a node. `{"handle":n}`
///
/// # Safety
/// Both pointers point to as many readable bytes as their lengths say.
#[no_mangle]
pub unsafe extern "C" fn klatch_ldk_start(
	config: *const u8, config_length: u64, state: *const u8, state_length: u64,
) -> *mut u8 {
	answer(|| {
		let config = config::Config::parse(taken(config, config_length, MAX_REQUEST_LENGTH, "the configuration")?)?;
		let stored = state::parse_stored(taken(state, state_length, MAX_STATE_LENGTH, "the state")?)?;
		panics::listen();
		let node = Node::start(config, stored)?;
		let handle = NEXT_HANDLE.fetch_add(1, Ordering::Relaxed);
		nodes().insert(handle, node);
		told(json!({ "handle": handle }))
	})
}

/// Answers one request.
///
/// # Safety
/// `request` points to `length` readable bytes.
#[no_mangle]
pub unsafe extern "C" fn klatch_ldk_call(handle: u64, request: *const u8, length: u64) -> *mut u8 {
	answer(|| {
		let request = calls::parse(taken(request, length, MAX_REQUEST_LENGTH, "a request")?)?;
		let node = node(handle)?;
		node.healthy()?;
		told(calls::answer(&node, request)?)
	})
}

/// Waits for the next event; `{}` if there was none within the timeout.
#[no_mangle]
pub extern "C" fn klatch_ldk_next_event(handle: u64, timeout_millis: u64) -> *mut u8 {
	answer(|| {
		let node = node(handle)?;
		node.healthy()?;
		told(node.events.next(Duration::from_millis(timeout_millis)).unwrap_or_else(|| json!({})))
	})
}

/// Lets LDK go on after an event.
#[no_mangle]
pub extern "C" fn klatch_ldk_event_handled(handle: u64, sequence: u64) -> *mut u8 {
	answer(|| {
		node(handle)?.events.handled(sequence);
		told(json!({}))
	})
}

/// Waits until more has been noted for storing than at `seen`: `{"version":n,"dirty":b,"stopped":b}`
#[no_mangle]
pub extern "C" fn klatch_ldk_wait_dirty(handle: u64, seen: u64, timeout_millis: u64) -> *mut u8 {
	answer(|| {
		let (version, dirty, stopped) = node(handle)?.state.wait(seen, Duration::from_millis(timeout_millis));
		told(json!({ "version": version, "dirty": dirty, "stopped": stopped }))
	})
}

/// Takes a cut: binary, or a JSON error.
#[no_mangle]
pub extern "C" fn klatch_ldk_snapshot(handle: u64) -> *mut u8 {
	answer(|| {
		let node = node(handle)?;
		node.healthy()?;
		Ok(node.snapshot())
	})
}

/// Takes a rapid gossip snapshot in: `{"channels":n,"nodes":n,"seenAt":n}`
///
/// # Safety
/// `snapshot` points to `length` readable bytes.
#[no_mangle]
pub unsafe extern "C" fn klatch_ldk_gossip(handle: u64, snapshot: *const u8, length: u64) -> *mut u8 {
	answer(|| {
		let snapshot = taken(snapshot, length, MAX_GOSSIP_LENGTH, "a gossip snapshot")?;
		let node = node(handle)?;
		node.healthy()?;
		told(gossip::take(&node, snapshot)?)
	})
}

/// Says that a cut is stored for good.
#[no_mangle]
pub extern "C" fn klatch_ldk_persisted(handle: u64, cut: u64) -> *mut u8 {
	answer(|| {
		node(handle)?.persisted(cut)?;
		told(json!({}))
	})
}

/// Ends networking, following the chain and events; a last cut can still be taken.
#[no_mangle]
pub extern "C" fn klatch_ldk_stop(handle: u64) -> *mut u8 {
	answer(|| {
		node(handle)?.stop();
		told(json!({}))
	})
}

/// Forgets a node, stopped or not; the handle is never used again.
#[no_mangle]
pub extern "C" fn klatch_ldk_drop(handle: u64) -> *mut u8 {
	answer(|| {
		let node = nodes().remove(&handle).ok_or_else(|| Failure::bad(format!("no node has the handle {handle}")))?;
		node.stop();
		told(json!({}))
	})
}

/// Gives an answer's buffer back.
///
/// # Safety
/// `answer` came from one of the functions above and was not given back before.
#[no_mangle]
pub unsafe extern "C" fn klatch_ldk_free(answer: *mut u8) {
	if answer.is_null() {
		return;
	}
	let mut header = [0u8; HEADER_LENGTH];
	std::ptr::copy_nonoverlapping(answer, header.as_mut_ptr(), HEADER_LENGTH);
	let length = HEADER_LENGTH + u64::from_le_bytes(header) as usize;
	drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(answer, length)));
}
