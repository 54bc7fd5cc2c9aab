# play.sh: what the run.sh of the samples have in common; read by them. $here: the sample's folder. It is played in a lab of its own, so that one that is up stays as it is.
espial=${ESPIAL:-espial}
command -v "$espial" >/dev/null || { echo "run.sh: no program espial: make install, or set ESPIAL to the one that make built" >&2; exit 3; }

# The sockets' paths must be short.
state=$(mktemp -d "${TMPDIR:-/tmp}/espial.XXXXXX") || exit 3
export XDG_STATE_HOME=$state
finish() {
    "$espial" lab down >/dev/null 2>&1
    rm -rf "$state"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '\n=== %s\n' "$*"; }
die() { printf '\nFAILED: %s\n' "$*" >&2; exit 1; }
lab() { "$espial" lab "$@"; }
# run NODE COMMAND: as if typed at the node's prompt.
run() { printf '%s#%s\n' "$1" "$2"; lab exec "$1" "$2" || die "$1 refused: $2"; }
# must_wait NODE TEXT SINCE: SINCE is boot or what `lab mark` gave.
must_wait() { lab wait "$1" "$2" --since "$3" --timeout 60 || die "$1 never logged: $2"; }
# line INTERFACE up|down: what the log says of it.
line() { echo "LINEPROTO-5-UPDOWN: Line protocol on Interface $1, changed state to $2"; }
# pings TIMES NODE ADDRESS SOURCE: five pings, at most so often, until none is lost: the first ones wake a tunnel or wait for ARP.
pings() {
    for _ in $(seq "$1"); do
        lab exec "$2" "ping $3 source $4 timeout 1" | tee "$state/ping"
        grep -q 'Success rate is 100 percent' "$state/ping" && return
    done
    die "no ping from $2 to $3"
}
