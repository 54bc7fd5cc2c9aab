#!/usr/bin/env bash
# Ends 0 when, although hub goes on complaining of SPIs, the IKE SA stays the same through two rekeys.
bug=CSCvd40554
cd "$(dirname "$0")" && . ../lib.sh
ike() { ask spoke 'show crypto ikev2 sa detailed' | sed -n 's/.*Local spi: \([0-9A-F]*\).*/\1/p' | head -n 1; }
tunnel || die "no tunnel"
was=$(ike)
[ -n "$was" ] || die "there is no IKE SA"
end=$(($(date +%s) + ${QUIET:-20}))
while [ "$(date +%s)" -lt $end ]; do
    lost spoke 10.1.0.1 >/dev/null
    [ "$(ike)" = "$was" ] || die "the IKE SA went away"
done
echo "cured: the IKE SA survives a complaint"
