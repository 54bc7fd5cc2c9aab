#!/usr/bin/env bash
# Ends 0 when traffic comes back within two minutes (12 seconds of the wall's) of a reload of hub.
bug=CSCsq59183
cd "$(dirname "$0")" && . ../lib.sh running
tunnel || die "no tunnel to begin with"
hub=$(lab mark hub) || exit 3
ask hub reload >/dev/null
lab wait hub 'LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet0/0, changed state to up' --since "$hub" --timeout 20 >/dev/null || die "hub does not come back"
end=$(($(date +%s) + 12))
while [ "$(date +%s)" -lt $end ]; do
    [ "$(lost spoke 10.1.0.1)" = 0 ] && { echo "cured: what hub forgets in a reload is made anew"; exit 0; }
done
die "two minutes after its reload nothing reaches hub"
