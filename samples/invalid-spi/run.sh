#!/usr/bin/env bash
# The incident from beginning to end: run.sh [--no-recovery]
#
# Plays the lab of this folder through `espial lab`, prints what happens, and ends 0 only if all of it was seen: the stray packet's log line with the
# spoke's old SPI, both applets, the trap, the files, and the tunnel's return. With --no-recovery the hub does not have `crypto isakmp invalid-spi-recovery`:
# the black hole is shown, and what ends it (the spoke's dead peer detection).
set -u
here=$(cd "$(dirname "$0")" && pwd)
recovery=yes
case "${1:-}" in
'') ;;
--no-recovery) recovery=no ;;
*) echo "usage: run.sh [--no-recovery]" >&2; exit 2 ;;
esac

. "$here/../play.sh"
ping_spoke() { lab exec spoke "ping 10.1.0.1 source Loopback0 repeat $1 timeout 1"; }

say "Three routers, hub, isp and spoke, and a collector of their logs"
lab up "$here" --fresh || exit 3
if [ $recovery = no ]; then
    lab exec hub 'configure terminal' 'no crypto isakmp invalid-spi-recovery' 'end' 'write memory' >/dev/null || die "hub refused"
fi
for node in hub isp spoke; do must_wait $node "$(line Ethernet0/0 up)" boot; done
for node in hub spoke; do must_wait $node "$(line Ethernet0/1 up)" boot; done
must_wait isp "$(line Ethernet0/1 up)" boot
run hub 'sh ip int bri | tee /append disk0:hub.txt'

say "Traffic flows: the first packets bring the tunnel up"
pings 5 spoke 10.1.0.1 Loopback0
run spoke 'show crypto session'
sa=$(lab exec spoke 'show crypto ipsec sa') || die "spoke: show crypto ipsec sa"
spi=$(printf '%s\n' "$sa" | sed -n 's/.*current outbound spi: \(0x[0-9A-F]*([0-9]*)\).*/\1/p' | head -n 1)
[ -n "$spi" ] && [ "$spi" != "0x0(0)" ] || die "spoke has no outbound SA"
echo "spoke encrypts with SPI $spi"

say "The ping stops; hub reloads and has lost its SAs"
boot=$(lab mark hub)
lab exec hub reload >/dev/null || die "hub refused reload"
must_wait hub 'SYS-5-RESTART' "$boot"
must_wait hub "$(line Ethernet0/0 up)" "$boot"
must_wait hub "$(line Ethernet0/1 up)" "$boot"
run hub 'show crypto isakmp sa'
lab exec spoke 'show crypto isakmp sa' | grep -q QM_IDLE || die "spoke should still believe in its SAs"

say "The four debugs, on both"
for pair in 'hub 11.1.1.3' 'spoke 213.163.222.7'; do
    set -- $pair
    for line in "debug crypto condition peer ipv4 $2" 'debug crypto isakmp' 'debug crypto ipsec' 'debug crypto engine'; do
        run "$1" "$line"
    done
    run "$1" 'show debug'
done

say "The ping resumes; spoke still encrypts with its old SA"
hub=$(lab mark hub) spoke=$(lab mark spoke)
ping_spoke 5
inv="CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=213.163.222.7, prot=50, spi=${spi%%(*}.${spi#*(}"
must_wait hub "${inv%)}., srcaddr=11.1.1.3, input interface=Ethernet0/0" "$hub"
must_wait hub 'HA_EM-6-LOG: command_hub: command_hub is running' "$hub"
resumed=$(date +%s)
if [ $recovery = yes ]; then
    pings 2 spoke 10.1.0.1 Loopback0
    say "crypto isakmp invalid-spi-recovery brought the tunnel back at once"
else
    ping_spoke 5 | tee "$state/ping"
    grep -q 'Success rate is 0 percent' "$state/ping" || die "this should be a black hole"
    say "A black hole: hub drops, and nobody tells spoke"
fi

say "18 seconds later"
must_wait hub 'HA_EM-6-LOG: command_hub: DONE ON HUB' "$hub"
must_wait spoke 'HA_EM-6-LOG: spoke_app: Received trap from Hub' "$spoke"
must_wait spoke 'HA_EM-6-LOG: spoke_app: DONE ON SPOKE' "$spoke"
for node in hub spoke; do
    run $node 'show debug'
    lab exec $node 'show debug' | grep -q ' is on' && die "$node still debugs"
    echo
    echo "--- log of $node"
    lab exec $node 'show logging | include RECVD_PKT_INV_SPI|HA_EM-6-LOG'
done
lines=$(lab exec hub 'show logging' | sed -n '/command_hub is running/,/DONE ON HUB/p' | grep -cE ': (ISAKMP|IPSEC|crypto_engine)[^ ]*[:(]')
[ "$lines" -gt 0 ] || die "no debug line fell into the 18 seconds"
echo "$lines debug lines on hub in the 18 seconds"

say "The collector's file: both routers' debugs of these 18 seconds"
lab status
file=$(lab status | awk '$1 == "collector" {print $3}')
[ -r "$file" ] || die "the collector has no file"
end=$((SECONDS + 10))
until grep -q ' spoke .*spoke_app: DONE ON SPOKE' "$file"; do
    [ $SECONDS -lt $end ] || die "the collector never got spoke's last line"
    sleep 0.1
done
sed -n '/ hub .*command_hub is running/,/ hub .*DONE ON HUB/p' "$file" >"$state/collected"
for node in hub spoke; do
    grep " $node .*\.debug .*: \(ISAKMP\|IPSEC\|crypto_engine\)" "$state/collected" >"$state/$node.debugs" || die "the collector has no debug line of $node"
    echo "$(wc -l <"$state/$node.debugs") debug lines of $node, the first ones:"
    head -n 3 "$state/$node.debugs"
    # The file has each debug line that the router itself kept.
    lab exec "$node" 'show logging' | grep -E ': (ISAKMP|IPSEC|crypto_engine)[^ ]*[:(]' | sort -u >"$state/kept"
    grep -oFf "$state/kept" "$file" | sort -u | cmp -s - "$state/kept" || die "debug lines of $node did not reach the collector"
done

if [ $recovery = no ]; then
    say "What ends the black hole: spoke's dead peer detection (crypto isakmp keepalive 10)"
    until ping_spoke 1 | grep -q '100 percent'; do
        [ $(($(date +%s) - resumed)) -lt 90 ] || die "the black hole did not end"
    done
    echo "back after $(($(date +%s) - resumed)) s"
fi

say "What the applet kept"
lab exec hub 'more disk0:hub.txt' >"$state/hub.txt" || die "no disk0:hub.txt"
head -n 40 "$state/hub.txt"
for text in 'IP-Address' 'Number of Crypto Socket connections' 'IPv4 Crypto ISAKMP SA' 'interface: Ethernet0/0' 'Legend: Attrb'; do
    grep -q "$text" "$state/hub.txt" || die "disk0:hub.txt lacks: $text"
done
run spoke 'show event manager history events'

say "Seen: the invalid SPI, both applets, the trap, both files, the recovery"
