#!/usr/bin/env bash
# Ends 0 when the IKE SA outlives a complaint of hub's: hub complains of an SPI, and the IKE SA stays the same through
# two more changes of SPIs. Six changes without a complaint are good too: hub was cured as well.
bug=CSCvd40554
cd "$(dirname "$0")" && . ../lib.sh running
ike() { ask spoke 'show crypto ikev2 sa detailed' | sed -n 's/.*Local spi: \([0-9A-F]*\).*/\1/p' | head -n 1; }
complained() { lab wait hub 'CRYPTO-4-RECVD_PKT_INV_SPI' --since "$since" --timeout 0 >/dev/null 2>&1; }
tunnel || die "no tunnel"
since=$(lab mark hub) || exit 3
was=$(ike)
[ -n "$was" ] || die "there is no IKE SA"
child=$(spi spoke) enough=6 changes=0 after=
end=$(($(date +%s) + 100))
while [ $changes -lt $enough ]; do
    [ "$(date +%s)" -lt $end ] || die "the SAs are not rekeyed"
    lost spoke 10.1.0.1 >/dev/null
    [ "$(ike)" = "$was" ] || die "the IKE SA went away"
    now=$(spi spoke)
    if [ -n "$now" ] && [ "$now" != 0x0 ] && [ "$now" != "$child" ]; then
        child=$now changes=$((changes + 1))
    fi
    if [ -z "$after" ] && complained; then
        after=yes enough=$((changes + 2))
    fi
done
if [ -n "$after" ]; then echo "cured: the IKE SA survives a complaint"; else echo "cured: hub has nothing to complain of"; fi
