// Command stranger is a go-libp2p node that the interoperability tests drive. It takes one JSON command a line on standard input and
// answers each with one JSON line that carries the command's id; what happens by itself is told as lines with "event". It ends when
// standard input does. With "bench" as its first argument it measures go-libp2p instead and prints one JSON line.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"
)

// How long one command may take.
const commandTimeout = 25 * time.Second

var output sync.Mutex

func say(line any) {
	output.Lock()
	defer output.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		os.Exit(1)
	}
}

type request struct {
	ID       int    `json:"id"`
	Do       string `json:"do"`
	Addr     string `json:"addr"`
	Peer     string `json:"peer"`
	Protocol string `json:"protocol"`
	Topic    string `json:"topic"`
	Text     string `json:"text"`
	Key      string `json:"key"`
	Bytes    int    `json:"bytes"`
	Count    int    `json:"count"`
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "bench" {
		bench(os.Args[2:])
		return
	}
	n, err := start(parse(os.Args[1:]))
	if err != nil {
		fmt.Fprintln(os.Stderr, "stranger:", err)
		os.Exit(1)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r request
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			fmt.Fprintln(os.Stderr, "stranger:", err)
			os.Exit(1)
		}
		go n.answer(r)
	}
}

func (n *node) answer(r request) {
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	found, err := n.run(ctx, r)
	if err != nil {
		found = map[string]any{"error": err.Error()}
	} else if found == nil {
		found = map[string]any{}
	}
	found["id"] = r.ID
	say(found)
}
