#!/usr/bin/env bash
# Finds a real LND, or builds it once from its Go module into a cache, and prints the folder that holds lnd and lncli.
# Exit 3 and one line that says why where it cannot be had.
#   build.sh          finds or builds it: about ten minutes of one core, 1 GB of Go's caches, 180 MB kept
#   build.sh --find   only finds it
# Looked at in this order: the folder LND_HOME names, the PATH, the cache ~/.cache/klatch/lnd (or KLATCH_LND), one folder in it for each
# content of go.mod and go.sum.
set -u
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
cache=${KLATCH_LND:-$HOME/.cache/klatch/lnd}
# The parts of LND's REST interface that Klatch and a person beside it use.
tags="signrpc walletrpc chainrpc invoicesrpc peersrpc"

absent() {
  printf '%s\n' "$*"
  exit 3
}

both() { [ -x "$1/lnd" ] && [ -x "$1/lncli" ]; }

found() {
  printf '%s\n' "$1"
  exit 0
}

if [ -n "${LND_HOME:-}" ]; then
  both "$LND_HOME" && found "$LND_HOME"
  absent "LND_HOME names $LND_HOME, which holds no lnd and lncli"
fi
if command -v lnd >/dev/null 2>&1; then
  installed=$(dirname "$(command -v lnd)")
  both "$installed" && found "$installed"
fi

home=$cache/$(cat "$here/go.mod" "$here/go.sum" | sha256sum | cut -c 1-12)
both "$home" && found "$home"
[ "${1:-}" = --find ] && absent "no lnd on the PATH, and none built: regtest/lnd/build.sh builds it where Go 1.24.9 or later is"
command -v go >/dev/null 2>&1 || absent "no lnd on the PATH, and no go there to build it with"

mkdir -p "$home"
exec 9>"$home/.lock"
flock 9 2>/dev/null || true
if ! both "$home"; then
  for program in lncli lnd; do
    # One compiler at a time, and after everybody else: a build must not take the machine from whoever works on it.
    (cd "$here" && nice -n 15 go build -p 1 -mod=readonly -trimpath -ldflags='-s -w' -tags "$tags" -o "$home/$program.part" \
      "github.com/lightningnetwork/lnd/cmd/$program") >"$home/build.log" 2>&1 9>&- || absent "LND could not be built; see $home/build.log"
    mv "$home/$program.part" "$home/$program"
  done
fi
found "$home"
