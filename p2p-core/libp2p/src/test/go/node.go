package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/libp2p/go-libp2p"
	dht "github.com/libp2p/go-libp2p-kad-dht"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/core/record"
	tptu "github.com/libp2p/go-libp2p/p2p/net/upgrader"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
	"github.com/multiformats/go-multiaddr"
)

// The stream limits of go-libp2p's resource manager follow the machine's memory; the tests are not about them.
type options struct {
	listen   []string
	security string
	key      string
	early    bool
	relay    bool
	kad      string
	autonat  bool
	dcutr    bool
}

func parse(args []string) options {
	o := options{security: "noise", key: "ed25519", early: true}
	for i := 0; i < len(args); i++ {
		value := func() string {
			i++
			if i >= len(args) {
				fmt.Fprintln(os.Stderr, "stranger: no value for", args[i-1])
				os.Exit(2)
			}
			return args[i]
		}
		switch args[i] {
		case "--listen":
			o.listen = append(o.listen, value())
		case "--security":
			o.security = value()
		case "--key":
			o.key = value()
		case "--no-early-muxer":
			o.early = false
		case "--relay":
			o.relay = true
		case "--kad":
			o.kad = value()
		case "--autonat":
			o.autonat = true
		case "--dcutr":
			o.dcutr = true
		default:
			fmt.Fprintln(os.Stderr, "stranger: unknown option", args[i])
			os.Exit(2)
		}
	}
	return o
}

func newKey(kind string) (crypto.PrivKey, error) {
	kinds := map[string]int{"ed25519": crypto.Ed25519, "secp256k1": crypto.Secp256k1, "rsa": crypto.RSA, "ecdsa": crypto.ECDSA}
	number, known := kinds[kind]
	if !known {
		return nil, fmt.Errorf("no key type %s", kind)
	}
	key, _, err := crypto.GenerateKeyPairWithReader(number, 2048, rand.Reader)
	return key, err
}

func security(name string, early bool) libp2p.Option {
	if name == "tls" {
		return libp2p.Security(libp2ptls.ID, func(id protocol.ID, key crypto.PrivKey, muxers []tptu.StreamMuxer) (*libp2ptls.Transport, error) {
			if !early {
				muxers = nil
			}
			return libp2ptls.New(id, key, muxers)
		})
	}
	return libp2p.Security(noise.ID, func(id protocol.ID, key crypto.PrivKey, muxers []tptu.StreamMuxer) (*noise.Transport, error) {
		if !early {
			muxers = nil
		}
		return noise.New(id, key, muxers)
	})
}

type node struct {
	host   host.Host
	pubsub *pubsub.PubSub
	dht    *dht.IpfsDHT
	lock   sync.Mutex
	topics map[string]*pubsub.Topic
	// What unsubscribing cancels.
	inboxes map[string]*pubsub.Subscription
}

func start(o options) (*node, error) {
	key, err := newKey(o.key)
	if err != nil {
		return nil, err
	}
	choices := []libp2p.Option{
		libp2p.Identity(key), libp2p.ListenAddrStrings(o.listen...), security(o.security, o.early), libp2p.DisableMetrics(),
		libp2p.Transport(tcp.NewTCPTransport), libp2p.Transport(websocket.New), libp2p.ResourceManager(&network.NullResourceManager{}),
		libp2p.UserAgent("go-libp2p-stranger"),
	}
	if len(o.listen) == 0 {
		choices = append(choices, libp2p.NoListenAddrs, libp2p.EnableRelay())
	}
	if o.relay {
		choices = append(choices, libp2p.EnableRelayService(relay.WithInfiniteLimits()))
	}
	if o.relay || o.autonat {
		choices = append(choices, libp2p.ForceReachabilityPublic())
	}
	if o.autonat {
		choices = append(choices, libp2p.EnableNATService(), libp2p.EnableAutoNATv2())
	}
	if o.dcutr {
		choices = append(choices, libp2p.EnableHolePunching())
	}
	h, err := libp2p.New(choices...)
	if err != nil {
		return nil, err
	}
	n := &node{host: h, topics: map[string]*pubsub.Topic{}, inboxes: map[string]*pubsub.Subscription{}}
	if n.pubsub, err = pubsub.NewGossipSub(context.Background(), h); err != nil {
		return nil, err
	}
	if o.kad != "" {
		if n.dht, err = newKad(h, o.kad); err != nil {
			return nil, err
		}
	}
	n.serve()
	if err := n.watch(); err != nil {
		return nil, err
	}
	say(map[string]any{"event": "listen", "peer": h.ID().String(), "addrs": n.addresses()})
	return n, nil
}

func (n *node) addresses() []string {
	found := []string{}
	for _, a := range n.host.Addrs() {
		found = append(found, a.String()+"/p2p/"+n.host.ID().String())
	}
	return found
}

func (n *node) watch() error {
	n.host.Network().Notify(&network.NotifyBundle{
		ConnectedF: func(_ network.Network, c network.Conn) {
			say(map[string]any{
				"event": "connected", "peer": c.RemotePeer().String(), "addr": c.RemoteMultiaddr().String(),
				"inbound": c.Stat().Direction == network.DirInbound, "limited": c.Stat().Limited,
				"security": string(c.ConnState().Security), "muxer": string(c.ConnState().StreamMultiplexer),
				"early": c.ConnState().UsedEarlyMuxerNegotiation,
			})
		},
		DisconnectedF: func(_ network.Network, c network.Conn) {
			say(map[string]any{"event": "disconnected", "peer": c.RemotePeer().String()})
		},
	})
	events, err := n.host.EventBus().Subscribe(
		[]any{new(event.EvtPeerIdentificationCompleted), new(event.EvtPeerIdentificationFailed), new(event.EvtPeerProtocolsUpdated)})
	if err != nil {
		return err
	}
	go func() {
		for e := range events.Out() {
			switch e := e.(type) {
			case event.EvtPeerIdentificationCompleted:
				say(identified(e))
			case event.EvtPeerIdentificationFailed:
				say(map[string]any{"event": "unidentified", "peer": e.Peer.String(), "error": e.Reason.Error()})
			case event.EvtPeerProtocolsUpdated:
				say(map[string]any{"event": "protocols", "peer": e.Peer.String(), "added": e.Added, "removed": e.Removed})
			}
		}
	}()
	return nil
}

func identified(e event.EvtPeerIdentificationCompleted) map[string]any {
	line := map[string]any{
		"event": "identified", "peer": e.Peer.String(), "agent": e.AgentVersion, "version": e.ProtocolVersion,
		"protocols": protocol.ConvertToStrings(e.Protocols), "listen": texts(e.ListenAddrs), "record": nil,
	}
	if e.ObservedAddr != nil {
		line["observed"] = e.ObservedAddr.String()
	}
	if e.SignedPeerRecord != nil {
		if r, err := recordOf(e.SignedPeerRecord); err == nil {
			line["record"] = texts(r.Addrs)
		}
	}
	return line
}

func recordOf(envelope *record.Envelope) (*peer.PeerRecord, error) {
	found, err := envelope.Record()
	if err != nil {
		return nil, err
	}
	r, ok := found.(*peer.PeerRecord)
	if !ok {
		return nil, fmt.Errorf("not a peer record")
	}
	return r, nil
}

func texts(addresses []multiaddr.Multiaddr) []string {
	found := []string{}
	for _, a := range addresses {
		found = append(found, strings.TrimSuffix(a.String(), "/"))
	}
	return found
}
