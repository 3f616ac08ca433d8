// Reading and writing streams, and the protocols all strangers serve.
import { createHash } from 'node:crypto'
import { PLENTY } from './node.mjs'

export const ECHO = '/klatch-test/echo/1.0.0'
export const COUNT = '/klatch-test/count/1.0.0'
export const RESET = '/klatch-test/reset/1.0.0'
const CHUNK_BYTES = 64 * 1024
const OPEN = { runOnLimitedConnection: true, maxInboundStreams: PLENTY, maxOutboundStreams: PLENTY }

export async function send (stream, bytes) {
  if (!stream.send(bytes)) {
    await stream.onDrain()
  }
}

// Calls onPart for all that arrives and returns at its end. Iterating over the stream would wait for ever if the end came first.
export async function read (stream, onPart) {
  return await new Promise((resolve, reject) => {
    let work = Promise.resolve()
    const over = () => { work.then(resolve, reject) }
    const look = () => {
      if (stream.readBufferLength === 0 && stream.remoteWriteStatus === 'closed') {
        over()
      }
    }
    stream.addEventListener('message', (event) => {
      const answer = onPart(event.data)
      if (answer != null) {
        work = work.then(() => answer)
      }
      queueMicrotask(look)
    })
    stream.addEventListener('remoteCloseWrite', look)
    stream.addEventListener('close', (event) => { event.error == null ? over() : reject(event.error) })
    if (stream.status === 'reset' || stream.status === 'aborted') {
      reject(new Error(`the stream is ${stream.status}`))
    }
    queueMicrotask(look)
  })
}

// Byte i is (i * 31 + (i >> 8) * 17) mod 256.
export function pattern (offset, length) {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const at = offset + i
    bytes[i] = (at * 31 + (at >> 8) * 17) & 0xff
  }
  return bytes
}

export async function serve (node) {
  await node.handle(ECHO, async (stream) => {
    let last = Promise.resolve()
    await read(stream, (part) => {
      // Not paused meanwhile: a paused stream goes on granting window and is reset when 4 MiB wait.
      last = last.then(() => send(stream, part))
      return last
    })
    await stream.close()
  }, OPEN)
  await node.handle(COUNT, async (stream) => {
    let count = 0
    await read(stream, (part) => { count += part.byteLength })
    await send(stream, new TextEncoder().encode(String(count)))
    await stream.close()
  }, OPEN)
  await node.handle(RESET, async (stream) => {
    stream.addEventListener('message', () => stream.abort(new Error('reset on purpose')))
  }, OPEN)
}

export async function echo (connection, total) {
  const stream = await connection.newStream(ECHO, OPEN)
  const hash = createHash('sha256')
  let received = 0
  const reading = read(stream, (part) => {
    hash.update(part.subarray())
    received += part.byteLength
  })
  for (let at = 0; at < total; at += CHUNK_BYTES) {
    await send(stream, pattern(at, Math.min(CHUNK_BYTES, total - at)))
  }
  await stream.close()
  await reading
  return { received, sha256: hash.digest('hex') }
}

export async function streams (connection, count, bytes) {
  const want = createHash('sha256').update(pattern(0, bytes)).digest('hex')
  const all = await Promise.allSettled(Array.from({ length: count }, () => echo(connection, bytes)))
  const failed = all.find(one => one.status === 'rejected')
  return {
    right: all.filter(one => one.value?.sha256 === want).length,
    ...(failed == null ? {} : { last: String(failed.reason) })
  }
}

export async function count (connection, total) {
  const stream = await connection.newStream(COUNT, OPEN)
  const parts = []
  const reading = read(stream, (part) => { parts.push(part.subarray()) })
  await send(stream, pattern(0, total))
  await stream.close()
  await reading
  return { answer: Buffer.concat(parts).toString() }
}

export async function reset (connection) {
  const stream = await connection.newStream(RESET, OPEN)
  const reading = read(stream, () => {})
  stream.send(new Uint8Array([1]))
  try {
    await reading
  } catch {
    // The status says what happened.
  }
  return { reset: stream.status === 'reset', connected: connection.status === 'open' }
}

export async function open (connection, protocol) {
  try {
    const stream = await connection.newStream(protocol, OPEN)
    stream.abort(new Error('enough'))
    return { opened: true, connected: connection.status === 'open' }
  } catch (error) {
    return { opened: false, connected: connection.status === 'open', why: `${error.name}: ${error.message}` }
  }
}
