// Measures js-libp2p, both ends in this one process over loopback: the same as the other strangers.
import { noise } from '@chainsafe/libp2p-noise'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { messageId } from './message-id.mjs'
import { PLENTY } from './node.mjs'
import { read, send } from './streams.mjs'

const ECHO = '/klatch-test/echo/1.0.0'
const SINK = '/klatch-test/sink/1.0.0'
const WARM_UP_ROUNDS = 50
const ECHO_BYTES = 32
const ECHO_ROUNDS = 5000
const CHUNK_BYTES = 64 * 1024
const SINK_WARM_UP = 64 * 2 ** 20
const SINK_BYTES = 256 * 2 ** 20
const NODES = 10
const GOSSIP_BYTES = 1024
const WINDOW = 64
const TOPIC = 'bench'
const HEARTBEAT_MILLIS = 1000
const LOST_MILLIS = 20_000

// The argument: how many seconds setups and each kind of gossip take.
export async function bench (args) {
  const millis = 1000 * (Number(args[0]) || 4)
  const [setupsPerSecond, setupCpu] = await setups(millis)
  const echo = await echoes()
  const [megabytes, cpuPerGigabyte] = await throughput()
  return {
    library: 'js-libp2p 3.3.11',
    setups_per_s: setupsPerSecond,
    setup_cpu_ms: setupCpu,
    echo_p50_ms: echo,
    stream_mb_per_s: megabytes,
    stream_cpu_s_per_gb: cpuPerGigabyte,
    line_msg_per_s: await gossip(millis, false),
    mesh_msg_per_s: await gossip(millis, true)
  }
}

async function host (listen, withGossip = false) {
  return await createLibp2p({
    addresses: { listen: listen ? ['/ip4/127.0.0.1/tcp/0'] : [] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: PLENTY * PLENTY },
    services: {
      identify: identify(),
      ...(withGossip ? { pubsub: gossipsub({ msgIdFn: messageId }) } : {})
    }
  })
}

function cpuSeconds () {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function pause (millis) {
  return new Promise(resolve => setTimeout(resolve, millis))
}

async function setups (millis) {
  const server = await host(true)
  const client = await host(false)
  const once = async () => {
    const identified = new Promise(resolve => client.addEventListener('peer:identify', resolve, { once: true }))
    const connection = await client.dial(server.getMultiaddrs()[0])
    await identified
    await connection.close()
  }
  for (let i = 0; i < WARM_UP_ROUNDS; i++) {
    await once()
  }
  const cpu = cpuSeconds()
  const begun = performance.now()
  let count = 0
  while (performance.now() - begun < millis) {
    await once()
    count++
  }
  const result = [1000 * count / (performance.now() - begun), 1000 * (cpuSeconds() - cpu) / count]
  await client.stop()
  await server.stop()
  return result
}

async function echoes () {
  const server = await host(true)
  const client = await host(false)
  await server.handle(ECHO, (stream) => { stream.addEventListener('message', event => stream.send(event.data)) })
  const connection = await client.dial(server.getMultiaddrs()[0])
  const stream = await connection.newStream(ECHO)
  let arrived = () => {}
  let bytes = 0
  stream.addEventListener('message', event => {
    bytes += event.data.byteLength
    if (bytes >= ECHO_BYTES) {
      bytes -= ECHO_BYTES
      arrived()
    }
  })
  const times = []
  for (let i = 0; i < ECHO_ROUNDS + WARM_UP_ROUNDS; i++) {
    const begun = performance.now()
    const back = new Promise(resolve => { arrived = resolve })
    stream.send(new Uint8Array(ECHO_BYTES))
    await back
    times.push(performance.now() - begun)
  }
  await client.stop()
  await server.stop()
  return times.slice(WARM_UP_ROUNDS).sort((a, b) => a - b)[ECHO_ROUNDS / 2]
}

async function throughput () {
  const server = await host(true)
  const client = await host(false)
  await server.handle(SINK, async (stream) => {
    let count = 0
    await read(stream, part => { count += part.byteLength })
    await send(stream, new TextEncoder().encode(String(count)))
    await stream.close()
  })
  const connection = await client.dial(server.getMultiaddrs()[0])
  const all = async (total) => {
    const stream = await connection.newStream(SINK)
    let answer = ''
    const reading = read(stream, part => { answer += new TextDecoder().decode(part.subarray()) })
    const chunk = new Uint8Array(CHUNK_BYTES)
    for (let at = 0; at < total; at += CHUNK_BYTES) {
      await send(stream, chunk)
    }
    await stream.close()
    await reading
    if (answer !== String(total)) {
      throw new Error(`${answer} of ${total} bytes arrived`)
    }
  }
  await all(SINK_WARM_UP)
  const cpu = cpuSeconds()
  const begun = performance.now()
  await all(SINK_BYTES)
  const seconds = (performance.now() - begun) / 1000
  const result = [SINK_BYTES / 1e6 / seconds, (cpuSeconds() - cpu) / (SINK_BYTES / 1e9)]
  await client.stop()
  await server.stop()
  return result
}

// Messages a second that reach all others from the first node, 64 on their way at once, every hop verifying.
async function gossip (millis, full) {
  const nodes = []
  const missing = new Map()
  let next = 0
  let done = 0
  let heard = performance.now()
  const publish = async () => {
    const data = new Uint8Array(GOSSIP_BYTES)
    new DataView(data.buffer).setUint32(0, next)
    missing.set(next++, NODES - 1)
    await nodes[0].services.pubsub.publish(TOPIC, data)
  }
  for (let i = 0; i < NODES; i++) {
    const node = await host(true, true)
    node.services.pubsub.subscribe(TOPIC)
    if (i > 0) {
      node.services.pubsub.addEventListener('gossipsub:message', ({ detail }) => {
        const number = new DataView(detail.msg.data.buffer, detail.msg.data.byteOffset).getUint32(0)
        const left = missing.get(number) - 1
        heard = performance.now()
        missing.set(number, left)
        if (left === 0) {
          missing.delete(number)
          done++
          publish()
        }
      })
    }
    for (let j = 0; j < i; j++) {
      if (full || j === i - 1) {
        await node.dial(nodes[j].getMultiaddrs()[0])
      }
    }
    nodes.push(node)
  }
  while (nodes.some(node => node.services.pubsub.getSubscribers(TOPIC).length === 0)) {
    await pause(HEARTBEAT_MILLIS / 10)
  }
  // Two heartbeats more, so that the mesh has its final form.
  await pause(2 * HEARTBEAT_MILLIS)
  for (let i = 0; i < WINDOW; i++) {
    await publish()
  }
  await pause(millis / 4)
  const before = done
  const begun = performance.now()
  await pause(millis)
  const rate = 1000 * (done - before) / (performance.now() - begun)
  if (performance.now() - heard > LOST_MILLIS) {
    throw new Error(`${missing.size} messages never arrived everywhere`)
  }
  await Promise.all(nodes.map(node => node.stop()))
  return rate
}
