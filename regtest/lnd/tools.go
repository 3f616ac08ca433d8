//go:build tools

// Package lnd names the two programs that build.sh builds, so that go.sum holds what they need.
package lnd

import (
	_ "github.com/lightningnetwork/lnd/cmd/lncli"
	_ "github.com/lightningnetwork/lnd/cmd/lnd"
)
