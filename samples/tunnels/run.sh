#!/usr/bin/env bash
# The three tunnels of this folder, in a lab of their own: run.sh ends 0 only if all came up unasked, carried pings, noticed a broken path and a reload, and found back.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../play.sh"
all() { for n in 0 1 2; do pings 5 left 10.2.$n.1 Loopback$n; done; }

say "Three tunnels come up"
lab up "$here" --fresh || exit 3
for node in left right; do for n in 0 1 2; do must_wait $node "$(line Tunnel$n up)" boot; done; done
run left 'show ip interface brief'
all
run left 'show crypto sockets'
run left 'show crypto ipsec sa | include interface|ident|encaps|decaps|plaintext'

say "The path breaks: the tunnel with keepalives notices"
before=$(lab mark left)
lab exec mid 'configure terminal' 'interface Ethernet0/1' 'shutdown' 'end' >/dev/null || die "mid refused"
must_wait left "$(line Tunnel0 down)" "$before"
before=$(lab mark left)
lab exec mid 'configure terminal' 'interface Ethernet0/1' 'no shutdown' 'end' >/dev/null || die "mid refused"
must_wait left "$(line Tunnel0 up)" "$before"

say "right reloads, and asks for new SAs by itself"
before=$(lab mark right)
lab exec right reload >/dev/null || die "right refused reload"
must_wait right 'SYS-5-RESTART' "$before"
for n in 0 1 2; do must_wait right "$(line Tunnel$n up)" "$before"; done
all

say "A route to the tunnel's end through the tunnel"
before=$(lab mark left)
lab exec left 'configure terminal' 'ip route 198.51.100.0 255.255.255.0 Tunnel0' 'end' >/dev/null || die "left refused"
must_wait left 'TUN-5-RECURDOWN: Tunnel0 temporarily disabled due to recursive routing' "$before"
must_wait left "$(line Tunnel0 down)" "$before"
lab exec left 'configure terminal' 'no ip route 198.51.100.0 255.255.255.0 Tunnel0' 'end' >/dev/null || die "left refused"
pings 5 left 10.2.2.1 Loopback2
say "All of it was seen"
