//! What a panic said first. One inside LDK poisons its locks and ends a task that others wait for; they panic in turn, with
//! words that say nothing, and may be heard before it.

use std::sync::{Mutex, Once};

/// What LDK says when a peer proves that our state is old.
const FALLEN_BEHIND: &str = "We have fallen behind";

static FIRST: Mutex<Option<String>> = Mutex::new(None);
static HOOK: Once = Once::new();

/// Begins to listen; the usual hook still prints.
pub fn listen() {
	HOOK.call_once(|| {
		let usual = std::panic::take_hook();
		std::panic::set_hook(Box::new(move |panic| {
			let text = crate::panic_text(panic.payload());
			if !follows_from_another(&text) {
				*FIRST.lock().unwrap_or_else(|e| e.into_inner()) = Some(text);
			}
			usual(panic);
		}));
	});
}

/// The words of the panic that caused one with these words.
fn first_words(text: String) -> String {
	if !follows_from_another(&text) {
		return text;
	}
	FIRST.lock().unwrap_or_else(|e| e.into_inner()).clone().unwrap_or(text)
}

/// What a person is told of a panic with these words.
pub fn told(text: String) -> String {
	let text = first_words(text);
	if text.contains(FALLEN_BEHIND) {
		"an old copy of the channels was put back: a peer has proved that it knows a newer state. The node has stopped and \
		 sends nothing, because whoever publishes an old state loses the whole channel. Do not start it again: put the \
		 newest state back, or restore from the seed words and a backup into a new data directory (klatch wallet restore)"
			.to_string()
	} else {
		format!("the node has ended by a panic, start it again: {text}")
	}
}

fn follows_from_another(text: &str) -> bool {
	text.contains("PoisonError") || text.contains("is_cancelled")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_panic_that_follows_from_another_has_the_words_of_the_first() {
		assert!(told("We have fallen behind - and more".to_string()).contains("an old copy of the channels"));
		assert!(told("out of paper".to_string()).ends_with("out of paper"));
		*FIRST.lock().unwrap() = Some("the first".to_string());
		assert!(told("called `Result::unwrap()` on an `Err` value: PoisonError { .. }".to_string()).ends_with("the first"));
	}
}
