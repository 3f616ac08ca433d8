// js-libp2p's own message id differs from everybody else's, so that IHAVE, IWANT and IDONTWANT would never match.
export function messageId (message) {
  const from = message.from.toMultihash().bytes
  const id = new Uint8Array(from.length + 8)
  id.set(from)
  new DataView(id.buffer).setBigUint64(from.length, message.sequenceNumber)
  return id
}
