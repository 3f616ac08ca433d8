// A js-libp2p peer for the interoperability tests. It takes one JSON command a line on standard input and answers each with one JSON line
// on standard output; it ends when standard input does.
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { noise } from '@chainsafe/libp2p-noise'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'

const ECHO = '/test/echo/1'
const COUNT = '/test/count/1'
const RESET = '/test/reset/1'
const CHUNK_BYTES = 64 * 1024

// With --no-early-muxer the muxer is negotiated by a second multistream-select inside Noise.
const early = !process.argv.includes('--no-early-muxer')
function encrypter (components) {
  const inner = noise()(components)
  if (early) {
    return inner
  }
  return new Proxy(inner, {
    get (target, key) {
      if (key === 'secureInbound' || key === 'secureOutbound') {
        return (connection, options) => target[key](connection, { ...options, skipStreamMuxerNegotiation: true })
      }
      const value = target[key]
      return typeof value === 'function' ? value.bind(target) : value
    }
  })
}

const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [encrypter],
  streamMuxers: [yamux()],
  services: { identify: identify(), ping: ping() }
})

async function send (stream, bytes) {
  if (!stream.send(bytes)) {
    await stream.onDrain()
  }
}

await node.handle(ECHO, async (stream) => {
  for await (const part of stream) {
    await send(stream, part)
  }
  await stream.close()
})

// Reads to the end, and only then answers: it needs the opener's half-close.
await node.handle(COUNT, async (stream) => {
  let count = 0
  for await (const part of stream) {
    count += part.byteLength
  }
  await send(stream, new TextEncoder().encode(String(count)))
  await stream.close()
})

// Resets as soon as the opener has said something.
await node.handle(RESET, async (stream) => {
  for await (const part of stream) {
    stream.abort(new Error(`reset on purpose after ${part.byteLength} bytes`))
    return
  }
})

// Bytes that both sides can make: byte i is (i * 31 + (i >> 8) * 17) mod 256.
function pattern (offset, length) {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const at = offset + i
    bytes[i] = (at * 31 + (at >> 8) * 17) & 0xff
  }
  return bytes
}

async function echo (peer, total) {
  const stream = await node.dialProtocol(multiaddr(peer), ECHO)
  const hash = createHash('sha256')
  let received = 0
  const reading = (async () => {
    for await (const part of stream) {
      hash.update(part.subarray())
      received += part.byteLength
    }
  })()
  for (let at = 0; at < total; at += CHUNK_BYTES) {
    await send(stream, pattern(at, Math.min(CHUNK_BYTES, total - at)))
  }
  await stream.close()
  await reading
  return { received, sha256: hash.digest('hex') }
}

async function count (peer, total) {
  const stream = await node.dialProtocol(multiaddr(peer), COUNT)
  const parts = []
  const reading = (async () => {
    for await (const part of stream) {
      parts.push(part.subarray())
    }
  })()
  await send(stream, pattern(0, total))
  await stream.close()
  await reading
  return { answer: Buffer.concat(parts).toString() }
}

async function readReset (peer) {
  const stream = await node.dialProtocol(multiaddr(peer), RESET)
  stream.send(new Uint8Array([1]))
  try {
    for await (const part of stream) {
      part.subarray()
    }
    return { failed: false, status: stream.status }
  } catch (error) {
    return { failed: true, status: stream.status, error: error.name }
  }
}

async function identified (peer) {
  const event = new Promise((resolve) => node.addEventListener('peer:identify', (e) => resolve(e.detail), { once: true }))
  await node.dial(multiaddr(peer))
  const found = await event
  return {
    peer: found.peerId.toString(),
    agentVersion: found.agentVersion,
    protocols: found.protocols,
    listen: found.listenAddrs.map(String),
    observed: String(found.observedAddr),
    record: found.signedPeerRecord?.addresses.map(String) ?? null
  }
}

const commands = {
  where: async () => ({ id: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) }),
  echo: async ({ peer, bytes }) => await echo(peer, bytes),
  count: async ({ peer, bytes }) => await count(peer, bytes),
  reset: async ({ peer }) => await readReset(peer),
  identify: async ({ peer }) => await identified(peer),
  ping: async ({ peer }) => ({ millis: await node.services.ping.ping(multiaddr(peer)) }),
  connections: async () => ({ open: node.getConnections().length, muxers: node.getConnections().map(c => c.multiplexer) })
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  let answer
  try {
    answer = await commands[command.do](command)
  } catch (error) {
    answer = { error: `${error.name}: ${error.message}` }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
await node.stop()
process.exit(0)
