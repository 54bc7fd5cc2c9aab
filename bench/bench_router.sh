#!/usr/bin/env bash
# Start to prompt, resident memory, and what an idle lab of three routers costs. Beside them: how long this machine takes to start /bin/true, the floor of any start.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
: "${ESPIAL:?}"
state=$(mktemp -d "${TMPDIR:-/tmp}/espial.XXXXXX")
export XDG_STATE_HOME=$state
trap '"$ESPIAL" lab down >/dev/null 2>&1; rm -rf "$state"' EXIT

ms() { echo $((($2 - $1) / 1000000)); }
best() { # best of ten, in ms
    local least=999999 t a b
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        a=$(date +%s%N)
        "$@" >/dev/null
        b=$(date +%s%N)
        t=$(ms "$a" "$b")
        [ "$t" -lt "$least" ] && least=$t
    done
    echo "$least"
}
one_router() { "$ESPIAL" run --state "$state/one" --config "$here/samples/invalid-spi/hub.cfg" </dev/null; }
echo "start to prompt and out again, hub's configuration: $(best one_router) ms (limit 200; /bin/true here: $(best /bin/true) ms)"

"$ESPIAL" lab up "$here/samples/invalid-spi" --fresh >/dev/null
"$ESPIAL" lab exec spoke 'ping 10.1.0.1 source Loopback0' >/dev/null
pids=$(pgrep -f "espial run .*$state" || true)
for pid in $pids; do
    name=$(tr '\0' ' ' <"/proc/$pid/cmdline" | sed 's/.*--hostname \([^ ]*\).*/\1/')
    echo "resident memory of $name: $(awk '/^VmRSS/ {print $2}' "/proc/$pid/status") kB (limit 20480), of which its own: $(awk '/^RssAnon/ {print $2}' "/proc/$pid/status") kB"
done
ticks() { local sum=0 t; for pid in $pids; do t=$(awk '{print $14 + $15}' "/proc/$pid/stat"); sum=$((sum + t)); done; echo $sum; }
seconds=${BENCH_IDLE_SECONDS:-60}
a=$(ticks)
sleep "$seconds"
b=$(ticks)
echo "idle lab of three routers over $seconds s: $(awk -v t=$((b - a)) -v hz="$(getconf CLK_TCK)" -v s="$seconds" 'BEGIN {printf "%.3f", 100 * t / hz / s}')% of one core (limit 0.5)"
