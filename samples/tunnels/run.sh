#!/usr/bin/env bash
# The three tunnels of this folder, in a lab of their own: run.sh ends 0 only if all came up unasked, carried pings, noticed a broken path and a reload, and found back.
set -u
here=$(cd "$(dirname "$0")" && pwd)
espial=${ESPIAL:-espial}
command -v "$espial" >/dev/null || { echo "run.sh: no program espial: make install, or set ESPIAL to the one that make built" >&2; exit 3; }

# A lab of its own, so that one that is up stays as it is. The sockets' paths must be short.
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
run() { printf '%s#%s\n' "$1" "$2"; lab exec "$1" "$2" || die "$1 refused: $2"; }
must_wait() { lab wait "$1" "$2" --since "$3" --timeout "$4" || die "$1 never logged: $2"; }
line() { echo "LINEPROTO-5-UPDOWN: Line protocol on Interface $1, changed state to $2"; }
# pings A.B.C.D LOOPBACK: from left; the first packets of a path may go to ARP.
pings() {
    for _ in 1 2 3 4 5; do
        lab exec left "ping $1 source $2 timeout 1" | grep -q 'Success rate is 100 percent' && return
    done
    die "no ping to $1"
}
all() { pings 10.2.0.1 Loopback0; pings 10.2.1.1 Loopback1; pings 10.2.2.1 Loopback2; }

say "Three tunnels come up"
lab up "$here" --fresh || exit 3
for node in left right; do for n in 0 1 2; do must_wait $node "$(line Tunnel$n up)" boot 30; done; done
run left 'show ip interface brief'
all
run left 'show crypto sockets'
run left 'show crypto ipsec sa | include interface|ident|encaps|decaps|plaintext'

say "The path breaks: the tunnel with keepalives notices"
before=$(lab mark left)
lab exec mid 'configure terminal' 'interface Ethernet0/1' 'shutdown' 'end' >/dev/null || die "mid refused"
must_wait left "$(line Tunnel0 down)" "$before" 20
before=$(lab mark left)
lab exec mid 'configure terminal' 'interface Ethernet0/1' 'no shutdown' 'end' >/dev/null || die "mid refused"
must_wait left "$(line Tunnel0 up)" "$before" 20

say "right reloads, and asks for new SAs by itself"
before=$(lab mark right)
lab exec right reload >/dev/null || die "right refused reload"
must_wait right 'SYS-5-RESTART' "$before" 20
for n in 0 1 2; do must_wait right "$(line Tunnel$n up)" "$before" 30; done
all

say "A route to the tunnel's end through the tunnel"
before=$(lab mark left)
lab exec left 'configure terminal' 'ip route 198.51.100.0 255.255.255.0 Tunnel0' 'end' >/dev/null || die "left refused"
must_wait left 'TUN-5-RECURDOWN: Tunnel0 temporarily disabled due to recursive routing' "$before" 10
must_wait left "$(line Tunnel0 down)" "$before" 10
lab exec left 'configure terminal' 'no ip route 198.51.100.0 255.255.255.0 Tunnel0' 'end' >/dev/null || die "left refused"
pings 10.2.2.1 Loopback2
say "All of it was seen"
