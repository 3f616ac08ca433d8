package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/identify"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
)

// What all strangers measure, and how much of it.
const (
	sinkProtocol  = "/klatch-test/sink/1.0.0"
	warmUpRounds  = 50
	echoBytes     = 32
	echoRounds    = 5000
	gossipNodes   = 10
	gossipBytes   = 1024
	gossipWindow  = 64
	sinkBytes     = 512 << 20
	sinkWarmUp    = 64 << 20
	gossipTopic   = "bench"
	meshTimeout   = 20 * time.Second
	heartbeatTime = time.Second
)

// bench measures both ends in this one process over loopback. Its argument is how many seconds setups and gossip take each.
func bench(args []string) {
	seconds := 4.0
	if len(args) > 0 {
		if given, err := strconv.ParseFloat(args[0], 64); err == nil {
			seconds = given
		}
	}
	span := time.Duration(seconds * float64(time.Second))
	line := map[string]any{"library": "go-libp2p 0.51.0"}
	line["setups_per_s"], line["setup_cpu_ms"] = setups(span)
	line["echo_p50_ms"] = echoes()
	line["stream_mb_per_s"], line["stream_cpu_s_per_gb"] = throughput()
	line["line_msg_per_s"] = gossip(span, false)
	line["mesh_msg_per_s"] = gossip(span, true)
	say(line)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "stranger:", err)
		os.Exit(1)
	}
}

func benchHost(listen bool) host.Host {
	key, err := newKey("ed25519")
	must(err)
	choices := []libp2p.Option{
		libp2p.Identity(key), security("noise", true), libp2p.DisableMetrics(), libp2p.Transport(tcp.NewTCPTransport),
		libp2p.ResourceManager(&network.NullResourceManager{}), libp2p.DisableRelay(),
	}
	if listen {
		choices = append(choices, libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"))
	} else {
		choices = append(choices, libp2p.NoListenAddrs)
	}
	h, err := libp2p.New(choices...)
	must(err)
	return h
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

func setups(span time.Duration) (perSecond, cpuMillis float64) {
	ctx := context.Background()
	server, client := benchHost(true), benchHost(false)
	defer server.Close()
	defer client.Close()
	to := peer.AddrInfo{ID: server.ID(), Addrs: server.Addrs()}
	ids := client.(interface{ IDService() identify.IDService }).IDService()
	once := func() {
		must(client.Connect(ctx, to))
		for _, c := range client.Network().ConnsToPeer(to.ID) {
			<-ids.IdentifyWait(c)
		}
		must(client.Network().ClosePeer(to.ID))
	}
	for range warmUpRounds {
		once()
	}
	count, cpu, begun := 0, cpuSeconds(), time.Now()
	for time.Since(begun) < span {
		once()
		count++
	}
	return float64(count) / time.Since(begun).Seconds(), 1000 * (cpuSeconds() - cpu) / float64(count)
}

func connected() (server, client host.Host) {
	server, client = benchHost(true), benchHost(false)
	must(client.Connect(context.Background(), peer.AddrInfo{ID: server.ID(), Addrs: server.Addrs()}))
	return server, client
}

func echoes() float64 {
	server, client := connected()
	defer server.Close()
	defer client.Close()
	server.SetStreamHandler(echoProtocol, func(s network.Stream) {
		io.Copy(s, s)
		s.Close()
	})
	s, err := client.NewStream(context.Background(), server.ID(), echoProtocol)
	must(err)
	buffer := make([]byte, echoBytes)
	times := make([]float64, 0, echoRounds)
	for i := range echoRounds + warmUpRounds {
		begun := time.Now()
		_, err = s.Write(buffer)
		must(err)
		_, err = io.ReadFull(s, buffer)
		must(err)
		if i >= warmUpRounds {
			times = append(times, time.Since(begun).Seconds()*1000)
		}
	}
	slices.Sort(times)
	return times[len(times)/2]
}

func throughput() (megabytes, cpuPerGigabyte float64) {
	server, client := connected()
	defer server.Close()
	defer client.Close()
	server.SetStreamHandler(sinkProtocol, func(s network.Stream) {
		count, _ := io.Copy(io.Discard, s)
		binary.Write(s, binary.BigEndian, count)
		s.Close()
	})
	send := func(total int) {
		s, err := client.NewStream(context.Background(), server.ID(), sinkProtocol)
		must(err)
		chunk := make([]byte, 64*1024)
		for at := 0; at < total; at += len(chunk) {
			_, err = s.Write(chunk)
			must(err)
		}
		must(s.CloseWrite())
		var count int64
		must(binary.Read(s, binary.BigEndian, &count))
		if count != int64(total) {
			must(fmt.Errorf("%d of %d bytes arrived", count, total))
		}
		s.Close()
	}
	send(sinkWarmUp)
	cpu, begun := cpuSeconds(), time.Now()
	send(sinkBytes)
	return sinkBytes / 1e6 / time.Since(begun).Seconds(), (cpuSeconds() - cpu) / (sinkBytes / 1e9)
}

// gossip sends from the first node and counts the messages that reached all others, 64 on their way at once, every hop verifying.
func gossip(span time.Duration, full bool) float64 {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var hosts []host.Host
	var topics []*pubsub.Topic
	arrived := make(chan uint64, gossipWindow*gossipNodes)
	for i := range gossipNodes {
		h := benchHost(true)
		defer h.Close()
		ps, err := pubsub.NewGossipSub(ctx, h)
		must(err)
		topic, err := ps.Join(gossipTopic)
		must(err)
		inbox, err := topic.Subscribe(pubsub.WithBufferSize(gossipWindow * 4))
		must(err)
		if i > 0 {
			go func() {
				for {
					m, err := inbox.Next(ctx)
					if err != nil {
						return
					}
					arrived <- binary.BigEndian.Uint64(m.Data)
				}
			}()
		}
		hosts, topics = append(hosts, h), append(topics, topic)
	}
	for i, h := range hosts {
		for j := range i {
			if full || j == i-1 {
				must(h.Connect(ctx, peer.AddrInfo{ID: hosts[j].ID(), Addrs: hosts[j].Addrs()}))
			}
		}
	}
	deadline := time.Now().Add(meshTimeout)
	for slices.ContainsFunc(topics, func(t *pubsub.Topic) bool { return len(t.ListPeers()) == 0 }) && time.Now().Before(deadline) {
		time.Sleep(heartbeatTime / 10)
	}
	// Two heartbeats more, so that the mesh has its final form.
	time.Sleep(2 * heartbeatTime)
	var next uint64
	missing := map[uint64]int{}
	publish := func() {
		data := make([]byte, gossipBytes)
		binary.BigEndian.PutUint64(data, next)
		missing[next] = gossipNodes - 1
		next++
		must(topics[0].Publish(ctx, data))
	}
	run := func(span time.Duration) float64 {
		done, begun := 0, time.Now()
		for len(missing) < gossipWindow {
			publish()
		}
		for time.Since(begun) < span {
			select {
			case n := <-arrived:
				if missing[n]--; missing[n] == 0 {
					delete(missing, n)
					done++
					publish()
				}
			case <-time.After(meshTimeout):
				must(fmt.Errorf("%d messages never arrived everywhere", len(missing)))
			}
		}
		return float64(done) / time.Since(begun).Seconds()
	}
	run(span / 4)
	return run(span)
}
