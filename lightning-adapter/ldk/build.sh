#!/usr/bin/env bash
# Builds the native library into the resources; with --check compares instead of replacing.
#
# --check: "same" and exit 0; "differs" and exit 1; "skipped: why" and exit 0 where the pinned compilers are absent,
# because others make other bytes (rustc for LDK, cc for libsecp256k1). Three minutes; where the same sources have already
# been found to make the carried library, the cache beside the build says so and nothing is built.
set -eu
here="$(cd "$(dirname "$0")" && pwd)"
carried="$here/../src/main/resources/native/linux-x86_64/libklatch_ldk.so"
pinned="$(sed -n 's/^channel = "\(.*\)"$/\1/p' "$here/rust-toolchain.toml")"
pinned_cc="12.2.0"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/klatch/ldk/target}"
cargo_home="${CARGO_HOME:-$HOME/.cargo}"
# Nothing of the folders that it is built in gets into the library: cargo names this crate's own files relatively.
export RUSTFLAGS="--remap-path-prefix=$cargo_home=cargo"
# Where rustup is, use what is installed: it must not fetch anything by itself.
export RUSTUP_AUTO_INSTALL=0

say() { echo "klatch-ldk: $*"; }

cd "$here"
found="$( (rustc --version 2>/dev/null || true) | cut -d' ' -f2)"
if [ "${1:-}" = "--check" ]; then
  if [ "$(uname -s)-$(uname -m)" != "Linux-x86_64" ]; then
    say "skipped: the carried library is for Linux-x86_64, this is $(uname -s)-$(uname -m)"
    exit 0
  elif [ -z "$found" ]; then
    say "skipped: no rustc here"
    exit 0
  elif [ "$found" != "$pinned" ]; then
    say "skipped: rustc here is $found, the carried library was built by $pinned"
    exit 0
  elif [ "$(cc -dumpfullversion 2>/dev/null)" != "$pinned_cc" ]; then
    say "skipped: cc here is $(cc -dumpfullversion 2>/dev/null || echo absent), the carried library was built by $pinned_cc"
    exit 0
  fi
elif [ -z "$found" ]; then
  say "no rustc here: install Rust $pinned (on Debian 12: apt-get install cargo-web rustc-web)" >&2
  exit 1
fi

everything="$(cat build.sh Cargo.toml Cargo.lock rust-toolchain.toml src/*.rs "$carried" | sha256sum | cut -d' ' -f1)"
found_same="$CARGO_TARGET_DIR/same-$everything"
if [ "${1:-}" = "--check" ] && [ -e "$found_same" ]; then
  say "same, found before from these sources: $(sha256sum "$carried" | cut -d' ' -f1)"
  exit 0
fi

cargo build --release --locked
built="$CARGO_TARGET_DIR/release/libklatch_ldk.so"
if [ "${1:-}" = "--check" ]; then
  if cmp -s "$built" "$carried"; then
    : >"$found_same"
    say "same: $(sha256sum "$carried" | cut -d' ' -f1)"
  else
    say "differs: built $(sha256sum "$built" | cut -d' ' -f1), carried $(sha256sum "$carried" | cut -d' ' -f1)" >&2
    exit 1
  fi
else
  mkdir -p "$(dirname "$carried")"
  cp "$built" "$carried"
  say "built $(stat -c %s "$carried") bytes, $(sha256sum "$carried" | cut -d' ' -f1)"
fi
