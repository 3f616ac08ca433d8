// A browser page that joins by WebSocket and answers each message of a topic once. Its address ends with #TOPIC,MULTIADDR.
import { noise } from '@chainsafe/libp2p-noise'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { messageId } from './message-id.mjs'

const [topic, address] = decodeURIComponent(location.hash.slice(1)).split(',')

const node = await createLibp2p({
  addresses: { listen: [] },
  transports: [webSockets()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionGater: { denyDialMultiaddr: () => false },
  services: { identify: identify(), ping: ping(), pubsub: gossipsub({ msgIdFn: messageId }) }
})

node.services.pubsub.addEventListener('gossipsub:message', ({ detail }) => {
  const text = new TextDecoder().decode(detail.msg.data)
  const answer = `${text}, said the page; secure context: ${isSecureContext}`
  node.services.pubsub.publish(topic, new TextEncoder().encode(answer))
})
node.services.pubsub.subscribe(topic)
await node.dial(multiaddr(address))
document.title = 'connected'
