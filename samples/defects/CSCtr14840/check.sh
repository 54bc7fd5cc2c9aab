#!/usr/bin/env bash
# Ends 0 when all ten networks of the one end reach their counterparts, and rekeys lose nothing.
bug=CSCtr14840
cd "$(dirname "$0")" && . ../lib.sh running
# all TRIES: the numbers of the Loopbacks from which none of so many rounds of pings came back whole.
all() {
    for i in 0 1 2 3 4 5 6 7 8 9; do
        for try in ${1:-1}; do
            good=$(ask spoke "ping 10.1.0.$((16 * i + 1)) source Loopback$i repeat 5 timeout 3" | grep -c 'Success rate is 100 percent')
            [ "$good" = 1 ] && continue 2
        done
        echo $i
    done
}
bad=$(all '1 2 3' | head -n 1)
[ -z "$bad" ] || die "Loopback$bad has no way through"
hub=$(lab mark hub)
end=$(($(date +%s) + ${QUIET:-30}))
while [ "$(date +%s)" -lt $end ]; do
    bad=$(all)
    [ -z "$bad" ] || die "pings from Loopback$(echo $bad | cut -d' ' -f1) were lost"
done
lab wait hub 'CRYPTO-4-RECVD_PKT_INV_SPI' --since "$hub" --timeout 0 >/dev/null 2>&1 && die "hub still says %CRYPTO-4-RECVD_PKT_INV_SPI"
echo "cured: rekeys lose nothing"
