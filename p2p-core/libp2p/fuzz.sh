#!/usr/bin/env bash
# Coverage-guided fuzzing of every decoder and state machine of this module: each @FuzzTest gets its share of the time.
#   p2p-core/libp2p/fuzz.sh [SECONDS_IN_ALL] [CLASS_PATTERN]
# A finding is written beside the seeds in src/test/resources and fails from then on in the ordinary tests.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
program=fuzz.sh
. .config/toolbox.sh
need_jdk25
seconds=${1:-600}
pattern=${2:-}
cd p2p-core/libp2p/src/test/java
targets=$(grep -lr '@FuzzTest' . | grep -F "$pattern" | sort | while read -r file; do
  class=$(printf '%s' "${file#./}" | tr / .)
  sed -n '/@FuzzTest/,/void/ s/.*void \([A-Za-z0-9]*\)(.*/\1/p' "$file" | sed "s/^/${class%.java}#/"
done)
cd ../../../../..
count=$(printf '%s\n' "$targets" | wc -l)
share=$((seconds / count))
status=0
echo "$count targets, $share s each"
./mvnw -q -B -ntp -pl :libp2p -am -DskipTests test-compile
for target in $targets; do
  log=$(mktemp)
  if JAZZER_FUZZ=1 ./mvnw -B -ntp -pl :libp2p surefire:test -Dtest="$target" -Djazzer.hooks=true \
      -Djazzer.max_duration="${share}s" >"$log" 2>&1; then
    echo "ok   $target: $(sed -n 's/^#\([0-9]*\).*DONE *cov: \([0-9]*\).*corp: \([0-9]*\).*/\1 runs, coverage \2, corpus \3/p' "$log")"
    rm "$log"
  else
    status=1
    echo "FAIL $target, see $log"
  fi
done
exit $status
