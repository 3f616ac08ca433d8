#!/usr/bin/env bash
# Installs npm's lightningdevkit once, as locked, into a cache, and prints the command that runs a node around it, one word a line.
# Exit 3 and one line that says why where it cannot be had: no Node, or the package cannot be fetched.
# The cache is ~/.cache/klatch/strangers (or KLATCH_STRANGERS), one folder for each content of the lock file.
set -u
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
cache=${KLATCH_STRANGERS:-$HOME/.cache/klatch/strangers}
oldest_node=20

absent() {
  printf '%s\n' "$*"
  exit 3
}

for tool in node npm; do
  command -v "$tool" >/dev/null 2>&1 || absent "no $tool on the PATH, which npm's lightningdevkit needs"
done
major=$(node --version | sed -n 's/^v\([0-9]*\)\..*/\1/p')
[ "${major:-0}" -ge $oldest_node ] || absent "node is $(node --version), and npm's lightningdevkit is run with $oldest_node or later"

home=$cache/ldk-npm-$(cat "$here/package.json" "$here/package-lock.json" | sha256sum | cut -c 1-12)
mkdir -p "$home"
if [ ! -e "$home/.ready" ]; then
  exec 9>"$home/.lock"
  flock 9 2>/dev/null || true
  if [ ! -e "$home/.ready" ]; then
    cp "$here/package.json" "$here/package-lock.json" "$home/"
    (cd "$home" && npm ci --no-audit --no-fund --ignore-scripts) >"$home/build.log" 2>&1 9>&- ||
      absent "npm's lightningdevkit could not be installed; see $home/build.log"
    : >"$home/.ready"
  fi
fi

# The program beside its package, so that it finds it; a changed one needs no new installation.
program=$home/node-$(sha256sum "$here/node.mjs" | cut -c 1-12).mjs
if [ ! -e "$program" ]; then
  cp "$here/node.mjs" "$program.$$" && mv "$program.$$" "$program"
fi
printf '%s\n' node "$program"
