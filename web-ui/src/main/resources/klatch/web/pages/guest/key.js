// A guest's key: made in this browser and kept in it. Whatever the guest says is signed with it here; the host's node never
// sees it.
import '../lib/nacl.js';

const KEPT = 'klatch-guest-key';
const ROUNDS = 50_000;
const AT_ONCE = 500;
const HASH_BLOCK = 128;
const { sign, hash } = globalThis.nacl;

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

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

/** HMAC-SHA-512 with a key, for any number of messages. */
function hmac(key) {
  const block = new Uint8Array(HASH_BLOCK);
  block.set(key.length > HASH_BLOCK ? hash(key) : key);
  const [inner, outer] = [0x36, 0x5c].map(pad => block.map(byte => byte ^ pad));
  return message => hash(joined(outer, hash(joined(inner, message))));
}

/** The first 32 bytes of PBKDF2; browsers have it built in, but not on plain http. It lets the page breathe. */
async function stretched(passphrase, salt) {
  const mac = hmac(new TextEncoder().encode(passphrase.normalize('NFC')));
  let last = mac(joined(salt, Uint8Array.of(0, 0, 0, 1)));
  const sum = last.slice(0, 32);
  for (let round = 1; round < ROUNDS; round++) {
    last = mac(last);
    sum.forEach((byte, at) => {
      sum[at] = byte ^ last[at];
    });
    if (round % AT_ONCE === 0) {
      await new Promise(done => setTimeout(done));
    }
  }
  return sum;
}

/** The key as a node takes it in (docs/spec/guest-key.md), with where its log has ended. */
export async function toTake(moved, passphrase) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const pad = passphrase === '' ? new Uint8Array(32) : await stretched(passphrase, salt);
  const hidden = own.secretKey.slice(0, 32).map((byte, at) => byte ^ pad[at]);
  const text = ['klatch-guest-key 1', `person ${person}`, `key ${hex(hidden)}`, `salt ${hex(salt)}`,
    `rounds ${passphrase === '' ? 0 : ROUNDS}`, `group ${moved.group}`, `last ${moved.sequence} ${moved.entry}`,
    `invite ${moved.invite}`, ''].join('\n');
  return `${text}signature ${hex(sign.detached(new TextEncoder().encode(text), own.secretKey))}\n`;
}
