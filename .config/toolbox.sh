# Shared by ./klatch and ./check: finds a JDK 25, or installs it where that can be done. To be sourced.

say() { printf '%s: %s\n' "$program" "$*" >&2; }

is_jdk25() { # DIR: true if DIR holds a JDK 25 or later
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  local version
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ "${version:-0}" -ge 25 ]
}

find_jdk25() { # prints the directory of the first JDK 25 or later
  local dir
  for dir in "${JAVA25_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$dir" ] && is_jdk25 "$dir"; then
      printf '%s\n' "$dir"
      return 0
    fi
  done
  if command -v javac >/dev/null 2>&1; then
    dir=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    if is_jdk25 "$dir"; then
      printf '%s\n' "$dir"
      return 0
    fi
  fi
  return 1
}

need_jdk25() { # sets JAVA25_HOME and JAVA_HOME, or ends with one line that says what to install
  local dir
  if ! dir=$(find_jdk25); then
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
      say "no JDK 25 found; trying Debian's openjdk-25-jdk-headless"
      { apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends openjdk-25-jdk-headless; } >&2 || true
    fi
    if ! dir=$(find_jdk25); then
      say "a JDK 25 is needed: install one (Debian 13: apt-get install openjdk-25-jdk-headless; or Temurin 25) or set JAVA25_HOME"
      exit 1
    fi
  fi
  export JAVA25_HOME=$dir JAVA_HOME=$dir
}
