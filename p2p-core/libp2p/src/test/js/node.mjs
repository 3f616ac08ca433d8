// A js-libp2p node made from the options that all strangers share.
import { noise } from '@chainsafe/libp2p-noise'
import { autoNATv2 } from '@libp2p/autonat-v2'
import { autoNAT } from '@libp2p/autonat'
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { dcutr } from '@libp2p/dcutr'
import { gossipsub } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { messageId } from './message-id.mjs'

const RSA_BITS = 2048
const KEYS = {
  ed25519: () => generateKeyPair('Ed25519'),
  secp256k1: () => generateKeyPair('secp256k1'),
  rsa: () => generateKeyPair('RSA', RSA_BITS),
  ecdsa: () => generateKeyPair('ECDSA')
}
// Far above what the tests do: the limits of js-libp2p are not what they are about.
export const PLENTY = 1000

export function parse (args) {
  const options = { listen: [], security: 'noise', key: 'ed25519', early: true, relay: false, kad: null, autonat: false, dcutr: false }
  const rest = [...args]
  while (rest.length > 0) {
    const option = rest.shift()
    switch (option) {
      case '--listen': options.listen.push(rest.shift()); break
      case '--security': options.security = rest.shift(); break
      case '--key': options.key = rest.shift(); break
      case '--no-early-muxer': options.early = false; break
      case '--relay': options.relay = true; break
      case '--kad': options.kad = rest.shift(); break
      case '--autonat': options.autonat = true; break
      case '--dcutr': options.dcutr = true; break
      default: throw new Error(`unknown option ${option}`)
    }
  }
  return options
}

// Without the early muxer, it is negotiated by a second multistream-select inside the encrypted channel.
function encrypter ({ security, early }) {
  const make = security === 'tls' ? tls() : noise()
  return (components) => {
    const inner = make(components)
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
}

function services (options) {
  const chosen = {
    identify: identify({ runOnLimitedConnection: true }),
    identifyPush: identifyPush({ runOnLimitedConnection: true }),
    ping: ping({ runOnLimitedConnection: true, maxInboundStreams: PLENTY, maxOutboundStreams: PLENTY })
  }
  if (options.gossip !== false) {
    chosen.pubsub = gossipsub({ allowPublishToZeroTopicPeers: true, msgIdFn: messageId, runOnLimitedConnection: true, ...options.gossip })
  }
  if (options.relay) {
    chosen.relay = circuitRelayServer({ reservations: { applyDefaultLimit: false, maxReservations: PLENTY } })
  }
  if (options.autonat) {
    chosen.autonat = autoNAT()
    chosen.autonat2 = autoNATv2()
  }
  if (options.dcutr) {
    chosen.dcutr = dcutr()
  }
  if (options.kad != null) {
    chosen.kad = kadDHT({
      protocol: `${options.kad}/kad/1.0.0`,
      clientMode: false,
      peerInfoMapper: passthroughMapper,
      allowQueryWithZeroPeers: true,
      initialQuerySelfInterval: 100,
      validators: { 'klatch-test': async () => {} },
      selectors: { 'klatch-test': () => 0 }
    })
  }
  return chosen
}

export async function create (options) {
  return await createLibp2p({
    privateKey: await KEYS[options.key](),
    addresses: { listen: options.listen },
    transports: [tcp(), webSockets(), circuitRelayTransport()],
    connectionEncrypters: [encrypter(options)],
    streamMuxers: [yamux({ maxInboundStreams: PLENTY, maxOutboundStreams: PLENTY })],
    connectionManager: { inboundConnectionThreshold: PLENTY, maxIncomingPendingConnections: PLENTY },
    connectionGater: { denyDialMultiaddr: () => false },
    nodeInfo: { userAgent: 'js-libp2p-stranger' },
    services: services(options)
  })
}
