#!/usr/bin/env bash
# Ends 0 when, while the hub never stops sending, rekeys go by and the spoke never speaks of an invalid SPI.
bug=CSCty30063
cd "$(dirname "$0")" && . ../lib.sh running
# Spoke must be the one that begins.
for node in spoke hub; do
    ask $node 'clear crypto session' >/dev/null
done
tunnel || die "no tunnel"
spoke=$(lab mark spoke)
end=$(($(date +%s) + ${QUIET:-30} + 10))
while [ "$(date +%s)" -lt $end ]; do
    ask hub 'ping 10.2.0.1 source Loopback0 repeat 20000 timeout 1' >/dev/null
    lab wait spoke 'CRYPTO-4-RECVD_PKT_INV_SPI' --since "$spoke" --timeout 0 >/dev/null 2>&1 && die "spoke says %CRYPTO-4-RECVD_PKT_INV_SPI"
done
echo "cured: nobody sends on an SA that is not there yet"
