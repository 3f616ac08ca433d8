package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ipfs/go-cid"
	dht "github.com/libp2p/go-libp2p-kad-dht"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	record "github.com/libp2p/go-libp2p-record"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/host/autonat"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/client"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
	"github.com/multiformats/go-multiaddr"
	"github.com/multiformats/go-multihash"
)

const (
	echoProtocol  = "/klatch-test/echo/1.0.0"
	countProtocol = "/klatch-test/count/1.0.0"
	resetProtocol = "/klatch-test/reset/1.0.0"
)

// serve answers the test protocols: echo; count, which needs the opener's half-close; and reset, which resets once something was said.
func (n *node) serve() {
	n.host.SetStreamHandler(echoProtocol, func(s network.Stream) {
		if _, err := io.Copy(s, s); err != nil {
			s.Reset()
			return
		}
		s.Close()
	})
	n.host.SetStreamHandler(countProtocol, func(s network.Stream) {
		count, err := io.Copy(io.Discard, s)
		if err != nil {
			s.Reset()
			return
		}
		fmt.Fprint(s, count)
		s.Close()
	})
	n.host.SetStreamHandler(resetProtocol, func(s network.Stream) {
		s.Read(make([]byte, 1))
		s.Reset()
	})
}

func (n *node) run(ctx context.Context, r request) (map[string]any, error) {
	var target peer.ID
	if r.Peer != "" {
		var err error
		if target, err = peer.Decode(r.Peer); err != nil {
			return nil, err
		}
	}
	switch r.Do {
	case "dial":
		return n.dial(ctx, r.Addr)
	case "hangup":
		return nil, n.host.Network().ClosePeer(target)
	case "where":
		return map[string]any{"peer": n.host.ID().String(), "addrs": n.addresses()}, nil
	case "ping":
		result := <-ping.Ping(limitedToo(ctx), n.host, target)
		return map[string]any{"micros": result.RTT.Microseconds()}, result.Error
	case "echo":
		return n.echo(limitedToo(ctx), target, r.Bytes)
	case "streams":
		return n.streams(ctx, target, r.Count, r.Bytes)
	case "count":
		return n.count(ctx, target, r.Bytes)
	case "reset":
		return n.reset(ctx, target)
	case "open":
		return n.open(ctx, target, r.Protocol)
	case "serve":
		n.host.SetStreamHandler(protocol.ID(r.Protocol), func(s network.Stream) { s.Close() })
		return nil, nil
	case "subscribe":
		return nil, n.subscribe(r.Topic)
	case "unsubscribe":
		return nil, n.unsubscribe(r.Topic)
	case "publish":
		return nil, n.publish(ctx, r.Topic, r.Text)
	case "subscribers":
		return map[string]any{"peers": peers(n.pubsub.ListPeers(r.Topic))}, nil
	case "reserve":
		return n.reserve(ctx, r.Addr)
	case "autonat":
		return n.dialBack(ctx, target)
	case "provide", "providers", "put", "get", "findpeer":
		return n.kad(ctx, r, target)
	default:
		return nil, fmt.Errorf("no command %s", r.Do)
	}
}

func limitedToo(ctx context.Context) context.Context {
	return network.WithAllowLimitedConn(ctx, "test")
}

func (n *node) dial(ctx context.Context, address string) (map[string]any, error) {
	parsed, err := multiaddr.NewMultiaddr(address)
	if err != nil {
		return nil, err
	}
	to, err := peer.AddrInfoFromP2pAddr(parsed)
	if err != nil {
		return nil, err
	}
	if err := n.host.Connect(ctx, *to); err != nil {
		return nil, err
	}
	c := n.host.Network().ConnsToPeer(to.ID)
	if len(c) == 0 {
		return nil, errors.New("the connection is gone again")
	}
	return map[string]any{
		"peer": to.ID.String(), "security": string(c[0].ConnState().Security), "muxer": string(c[0].ConnState().StreamMultiplexer),
		"early": c[0].ConnState().UsedEarlyMuxerNegotiation, "limited": c[0].Stat().Limited,
	}, nil
}

// pattern is what all strangers send: byte i is (i * 31 + (i >> 8) * 17) mod 256.
func pattern(from, length int) []byte {
	made := make([]byte, length)
	for i := range made {
		at := from + i
		made[i] = byte(at*31 + (at>>8)*17)
	}
	return made
}

func (n *node) echo(ctx context.Context, to peer.ID, total int) (map[string]any, error) {
	s, err := n.host.NewStream(ctx, to, echoProtocol)
	if err != nil {
		return nil, err
	}
	defer s.Reset()
	if deadline, ok := ctx.Deadline(); ok {
		s.SetDeadline(deadline)
	}
	failed := make(chan error, 1)
	go func() {
		for at := 0; at < total; at += 64 * 1024 {
			if _, err := s.Write(pattern(at, min(64*1024, total-at))); err != nil {
				failed <- err
				return
			}
		}
		failed <- s.CloseWrite()
	}()
	hash := sha256.New()
	received, err := io.Copy(hash, s)
	if err == nil {
		err = <-failed
	}
	return map[string]any{"received": received, "sha256": hex.EncodeToString(hash.Sum(nil))}, err
}

func (n *node) streams(ctx context.Context, to peer.ID, count, bytes int) (map[string]any, error) {
	var right atomic.Int64
	var last atomic.Value
	var all sync.WaitGroup
	want := fmt.Sprintf("%x", sha256.Sum256(pattern(0, bytes)))
	for range count {
		all.Go(func() {
			got, err := n.echo(ctx, to, bytes)
			if err != nil {
				last.Store(err.Error())
			} else if got["sha256"] == want {
				right.Add(1)
			}
		})
	}
	all.Wait()
	found := map[string]any{"right": right.Load()}
	if why := last.Load(); why != nil {
		found["last"] = why
	}
	return found, nil
}

func (n *node) count(ctx context.Context, to peer.ID, total int) (map[string]any, error) {
	s, err := n.host.NewStream(ctx, to, countProtocol)
	if err != nil {
		return nil, err
	}
	defer s.Reset()
	if _, err := s.Write(pattern(0, total)); err != nil {
		return nil, err
	}
	if err := s.CloseWrite(); err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(s)
	return map[string]any{"answer": string(answer)}, err
}

func (n *node) reset(ctx context.Context, to peer.ID) (map[string]any, error) {
	s, err := n.host.NewStream(ctx, to, resetProtocol)
	if err != nil {
		return nil, err
	}
	defer s.Reset()
	if _, err := s.Write([]byte{1}); err != nil {
		return nil, err
	}
	s.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, err = s.Read(make([]byte, 1))
	return map[string]any{"reset": errors.Is(err, network.ErrReset), "connected": n.host.Network().Connectedness(to) == network.Connected}, nil
}

// open tells whether the peer speaks a protocol. go-libp2p may say so only at the first read.
func (n *node) open(ctx context.Context, to peer.ID, name string) (map[string]any, error) {
	s, err := n.host.NewStream(ctx, to, protocol.ID(name))
	if err == nil {
		s.CloseWrite()
		_, err = io.ReadAll(s)
		s.Reset()
	}
	found := map[string]any{"opened": err == nil, "connected": n.host.Network().Connectedness(to) == network.Connected}
	if err != nil {
		found["why"] = err.Error()
	}
	return found, nil
}

func (n *node) topic(name string) (*pubsub.Topic, error) {
	n.lock.Lock()
	defer n.lock.Unlock()
	if t, known := n.topics[name]; known {
		return t, nil
	}
	t, err := n.pubsub.Join(name)
	if err == nil {
		n.topics[name] = t
	}
	return t, err
}

func (n *node) unsubscribe(name string) error {
	n.lock.Lock()
	inbox := n.inboxes[name]
	delete(n.inboxes, name)
	n.lock.Unlock()
	if inbox == nil {
		return fmt.Errorf("%s was not subscribed to", name)
	}
	inbox.Cancel()
	return nil
}

func (n *node) subscribe(name string) error {
	t, err := n.topic(name)
	if err != nil {
		return err
	}
	inbox, err := t.Subscribe()
	if err != nil {
		return err
	}
	n.lock.Lock()
	n.inboxes[name] = inbox
	n.lock.Unlock()
	go func() {
		for {
			m, err := inbox.Next(context.Background())
			if err != nil {
				return
			}
			if m.GetFrom() != n.host.ID() {
				say(map[string]any{"event": "message", "topic": name, "from": m.GetFrom().String(), "by": m.ReceivedFrom.String(), "text": string(m.Data)})
			}
		}
	}()
	return nil
}

func (n *node) publish(ctx context.Context, name, text string) error {
	t, err := n.topic(name)
	if err != nil {
		return err
	}
	return t.Publish(ctx, []byte(text))
}

func peers(ids []peer.ID) []string {
	found := []string{}
	for _, id := range ids {
		found = append(found, id.String())
	}
	return found
}

func (n *node) reserve(ctx context.Context, address string) (map[string]any, error) {
	parsed, err := multiaddr.NewMultiaddr(address)
	if err != nil {
		return nil, err
	}
	to, err := peer.AddrInfoFromP2pAddr(parsed)
	if err != nil {
		return nil, err
	}
	if err := n.host.Connect(ctx, *to); err != nil {
		return nil, err
	}
	r, err := client.Reserve(ctx, n.host, *to)
	if err != nil {
		return nil, err
	}
	found := map[string]any{
		"expires": r.Expiration.Unix(), "addrs": texts(r.Addrs), "voucher": r.Voucher != nil, "bytes": r.LimitData,
		"seconds": int(r.LimitDuration.Seconds()), "circuit": strings.TrimSuffix(address, "/") + "/p2p-circuit/p2p/" + n.host.ID().String(),
	}
	return found, nil
}

func (n *node) dialBack(ctx context.Context, to peer.ID) (map[string]any, error) {
	err := autonat.NewAutoNATClient(n.host, nil, nil).DialBack(ctx, to)
	found := map[string]any{"reachable": err == nil}
	if err != nil {
		found["why"] = err.Error()
	}
	return found, nil
}

type anything struct{}

func (anything) Validate(string, []byte) error        { return nil }
func (anything) Select(string, [][]byte) (int, error) { return 0, nil }

func newKad(h host.Host, prefix string) (*dht.IpfsDHT, error) {
	return dht.New(context.Background(), h, dht.ProtocolPrefix(protocol.ID(prefix)), dht.Mode(dht.ModeServer), dht.DisableAutoRefresh(),
		dht.Validator(record.NamespacedValidator{"klatch-test": anything{}}))
}

func (n *node) kad(ctx context.Context, r request, target peer.ID) (map[string]any, error) {
	if n.dht == nil {
		return nil, errors.New("started without --kad")
	}
	hash, err := multihash.Sum([]byte(r.Key), multihash.SHA2_256, -1)
	if err != nil {
		return nil, err
	}
	switch r.Do {
	case "provide":
		return nil, n.dht.Provide(ctx, cid.NewCidV1(cid.Raw, hash), true)
	case "providers":
		found, err := n.dht.FindProviders(ctx, cid.NewCidV1(cid.Raw, hash))
		ids := []string{}
		for _, f := range found {
			ids = append(ids, f.ID.String())
		}
		return map[string]any{"peers": ids}, err
	case "put":
		return nil, n.dht.PutValue(ctx, r.Key, []byte(r.Text))
	case "get":
		value, err := n.dht.GetValue(ctx, r.Key)
		return map[string]any{"text": string(value)}, err
	default:
		found, err := n.dht.FindPeer(ctx, target)
		return map[string]any{"addrs": texts(found.Addrs)}, err
	}
}
