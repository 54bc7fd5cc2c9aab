#!/usr/bin/env bash
# Ends 0 when SA after SA carries traffic, whatever its SPI.
bug=CSCvp16730
cd "$(dirname "$0")" && . ../lib.sh running
since=$(lab mark hub) || exit 3
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
    ask spoke 'clear crypto sa' >/dev/null
    lost spoke 10.1.0.1 >/dev/null # the first packets ask for the SA
    [ "$(lost spoke 10.1.0.1)" = 0 ] || die "a new SA carries nothing"
    lab wait hub 'RECVD_PKT_INV_SPI.*spi=0xFF' --since "$since" --timeout 0 >/dev/null 2>&1 && die "hub calls an SPI of its own invalid"
done
quiet "${QUIET:-30}"
echo "cured: every SPI is found"
