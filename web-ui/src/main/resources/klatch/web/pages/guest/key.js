// A guest's key: made in this browser and kept in it. Whatever the guest says is signed with it here; the host's node never
// sees it.
import '../lib/nacl.js';

const KEPT = 'klatch-guest-key';
const { sign } = globalThis.nacl;

const hex = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
const bytes = text => Uint8Array.from(text.match(/../g) ?? [], pair => parseInt(pair, 16));

/** A browser that keeps nothing gives a key for this visit alone. */
function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(seed) {
  try {
    localStorage.setItem(KEPT, seed);
    return true;
  } catch {
    return false;
  }
}

export let lasting = true;

function pair() {
  const known = kept();
  if (/^[0-9a-f]{64}$/.test(known ?? '')) {
    return sign.keyPair.fromSeed(bytes(known));
  }
  const seed = crypto.getRandomValues(new Uint8Array(32));
  lasting = keep(hex(seed));
  return sign.keyPair.fromSeed(seed);
}

const own = pair();

/** The public key, which is who the guest is. */
export const person = hex(own.publicKey);

/** The 32 bytes that the key is made of, in hex: to be kept. */
export const seed = () => hex(own.secretKey.slice(0, 32));

/** Takes a key that was saved from another browser; false if the text is none. It counts from the next visit of the page. */
export const takeOver = text => /^[0-9a-f]{64}$/.test(text.trim()) && keep(text.trim());

export const signed = message => hex(sign.detached(bytes(message), own.secretKey));
