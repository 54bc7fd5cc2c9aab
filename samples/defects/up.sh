#!/usr/bin/env bash
# up.sh BUG: boots that lab, ten times as fast as the wall's clock, and brings its tunnel up. `espial lab --lab BUG down` ends it.
set -u
bug=${1:?which? for example: up.sh CSCsl68327}
here=$(cd "$(dirname "$0")" && pwd)
[ -f "$here/$bug/lab.yml" ] || { echo "up.sh: there is no lab $bug" >&2; exit 2; }
. "$here/lib.sh"
"$espial" lab up "$here/$bug" --fresh --time-scale 10 || exit 3
for node in hub spoke; do
    lab wait $node 'LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet0/0, changed state to up' --since boot --timeout 20 >/dev/null || exit 3
    lab wait $node 'CRYPTO-4-FAULT_ON' --since boot --timeout 5 >/dev/null 2>&1
    ask $node 'show version | include Injected fault' | sed -n "s/^Injected fault \\(CSC[a-z0-9]*\\) is on:/$node runs an image with the defect \\1:/p"
done
ask spoke 'ping 10.1.0.1 source Loopback0 repeat 5 timeout 1' | grep 'Success rate'
echo "The lab $bug is up: espial lab --lab $bug console hub (or spoke). Read $bug/README.md."
