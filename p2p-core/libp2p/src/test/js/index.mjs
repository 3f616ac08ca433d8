// A js-libp2p node that the interoperability tests drive. It takes one JSON command a line on standard input and answers each with one
// JSON line that carries the command's id; what happens by itself is told as lines with "event". It ends when standard input does.
// With "bench" as its first argument it measures js-libp2p instead and prints one JSON line.
import { createInterface } from 'node:readline'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { bench } from './bench.mjs'
import { create, parse } from './node.mjs'
import { count, echo, open, reset, serve, streams } from './streams.mjs'

const COMMAND_TIMEOUT_MILLIS = 25_000

function say (line) {
  process.stdout.write(JSON.stringify(line) + '\n')
}

// Whoever read our lines is gone.
process.stdout.on('error', () => process.exit(0))

if (process.argv[2] === 'bench') {
  say(await bench(process.argv.slice(3)))
  process.exit(0)
}

const options = parse(process.argv.slice(2))
const node = await create(options)
const encoder = new TextEncoder()
const decoder = new TextDecoder()

function watch () {
  node.addEventListener('connection:open', ({ detail }) => say({ event: 'connected', ...about(detail), inbound: detail.direction === 'inbound' }))
  node.addEventListener('connection:close', ({ detail }) => say({ event: 'disconnected', peer: String(detail.remotePeer) }))
  node.addEventListener('peer:identify', ({ detail }) => say({
    event: 'identified',
    peer: String(detail.peerId),
    agent: detail.agentVersion,
    version: detail.protocolVersion,
    protocols: detail.protocols,
    listen: detail.listenAddrs.map(String),
    ...(detail.observedAddr == null ? {} : { observed: String(detail.observedAddr) }),
    record: detail.signedPeerRecord?.addresses.map(String) ?? null
  }))
  node.services.pubsub.addEventListener('gossipsub:message', ({ detail }) => say({
    event: 'message',
    topic: detail.msg.topic,
    from: String(detail.msg.from),
    by: String(detail.propagationSource),
    text: decoder.decode(detail.msg.data)
  }))
}

function about (connection) {
  return {
    peer: String(connection.remotePeer),
    addr: String(connection.remoteAddr),
    security: connection.encryption,
    muxer: connection.multiplexer,
    limited: connection.limits != null
  }
}

function connection (peer) {
  const found = node.getConnections(peerIdFromString(peer)).find(one => one.status === 'open')
  if (found == null) {
    throw new Error(`no connection to ${peer}`)
  }
  return found
}

function addresses () {
  return node.getMultiaddrs().map(String)
}

async function reserve (relay) {
  await node.dial(multiaddr(relay))
  await node.components.transportManager.listen([multiaddr(`${relay}/p2p-circuit`)])
  const circuit = addresses().find(address => address.includes('/p2p-circuit'))
  if (circuit == null) {
    throw new Error('no reservation')
  }
  return { circuit }
}

async function cid (key) {
  return CID.createV1(raw.code, await sha256.digest(encoder.encode(key)))
}

async function drain (events, onEvent = () => {}) {
  const errors = []
  for await (const event of events) {
    if (event.name === 'QUERY_ERROR') {
      errors.push(String(event.error))
    }
    onEvent(event)
  }
  return errors
}

const kad = {
  provide: async ({ key }) => ({ errors: await drain(node.services.kad.provide(await cid(key))) }),
  providers: async ({ key }) => {
    const peers = new Set()
    const errors = await drain(node.services.kad.findProviders(await cid(key)), event => {
      if (event.name === 'PROVIDER') {
        event.providers.forEach(provider => peers.add(String(provider.id)))
      }
    })
    return { peers: [...peers], errors }
  },
  put: async ({ key, text }) => {
    let stored = 0
    const errors = await drain(node.services.kad.put(encoder.encode(key), encoder.encode(text)), event => {
      stored += event.name === 'PEER_RESPONSE' && event.messageName === 'PUT_VALUE' ? 1 : 0
    })
    return { stored, errors }
  },
  get: async ({ key }) => {
    let text = null
    const errors = await drain(node.services.kad.get(encoder.encode(key)), event => {
      text = event.name === 'VALUE' ? decoder.decode(event.value) : text
    })
    if (text == null) {
      throw new Error(`no value; ${errors}`)
    }
    return { text }
  },
  findpeer: async ({ peer }) => {
    let addrs = null
    await drain(node.services.kad.findPeer(peerIdFromString(peer)), event => {
      addrs = event.name === 'FINAL_PEER' ? event.peer.multiaddrs.map(String) : addrs
    })
    if (addrs == null) {
      throw new Error('not found')
    }
    return { addrs }
  }
}

const commands = {
  ...kad,
  where: async () => ({ peer: String(node.peerId), addrs: addresses() }),
  dial: async ({ addr }) => about(await node.dial(multiaddr(addr))),
  hangup: async ({ peer }) => { await node.hangUp(peerIdFromString(peer)) },
  ping: async ({ peer }) => ({ micros: 1000 * await node.services.ping.ping(peerIdFromString(peer)) }),
  echo: async ({ peer, bytes }) => await echo(connection(peer), bytes),
  streams: async ({ peer, count, bytes }) => await streams(connection(peer), count, bytes),
  count: async ({ peer, bytes }) => await count(connection(peer), bytes),
  reset: async ({ peer }) => await reset(connection(peer)),
  open: async ({ peer, protocol }) => await open(connection(peer), protocol),
  serve: async ({ protocol }) => { await node.handle(protocol, async (stream) => { await stream.close() }) },
  subscribe: async ({ topic }) => { node.services.pubsub.subscribe(topic) },
  unsubscribe: async ({ topic }) => { node.services.pubsub.unsubscribe(topic) },
  publish: async ({ topic, text }) => { await node.services.pubsub.publish(topic, encoder.encode(text)) },
  subscribers: async ({ topic }) => ({ peers: node.services.pubsub.getSubscribers(topic).map(String) }),
  reserve: async ({ addr }) => await reserve(addr)
}

async function answer (line) {
  const command = JSON.parse(line)
  let found
  try {
    if (commands[command.do] == null) {
      throw new Error(`no command ${command.do}`)
    }
    found = await Promise.race([commands[command.do](command), new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error('took too long')), COMMAND_TIMEOUT_MILLIS).unref()
    })])
  } catch (error) {
    found = { error: `${error.name}: ${error.message}` }
  }
  say({ ...found, id: command.id })
}

await serve(node)
watch()
say({ event: 'listen', peer: String(node.peerId), addrs: addresses() })
for await (const line of createInterface({ input: process.stdin })) {
  answer(line)
}
process.exit(0)
