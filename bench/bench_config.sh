#!/usr/bin/env bash
# A configuration of 20,000 lines: read at the start, shown, and compared with itself by configure replace. Four shapes: a mix, one access list, the same with its places typed, one table of routes.
# What is told is processor time; beside it the ratio to half as many lines, which a walk over all lines for each line would bring near four.
set -eu
: "${ESPIAL:?}"
state=$(mktemp -d "${TMPDIR:-/tmp}/espial.XXXXXX")
trap 'rm -rf "$state"' EXIT
mkdir -p "$state/nvram" "$state/disk0"

routes() { awk -v n="$1" 'BEGIN {for (i = 0; i < n; i++) printf "ip route 20.%d.%d.0 255.255.255.0 10.0.0.2\n", i / 256, i % 256}'; }
lines() { awk -v n="$1" 'BEGIN {print "ip access-list extended LONG"; for (i = 1; i < n; i++) printf " permit ip host 30.%d.%d.1 any\n", i / 256, i % 256}'; }
numbered() { awk -v n="$1" 'BEGIN {print "ip access-list extended LONG"; for (i = 1; i < n; i++) printf " %d permit ip host 30.%d.%d.1 any\n", i * 10, i / 256, i % 256}'; }
applets() { awk -v n="$1" 'BEGIN {for (i = 0; i < n / 10; i++) {printf "event manager applet A%d\n event none\n", i; for (k = 1; k < 9; k++) printf " action %d syslog msg \"line %d of %d\"\n", k, k, i}}'; }
mix() {
    routes $(($1 * 4 / 10))
    lines $(($1 * 4 / 10))
    applets $(($1 * 2 / 10))
}
ms() { # processor time of a router that types these lines, in ms, the least of three
    local least=999999 t
    for _ in 1 2 3; do
        t=$({ TIMEFORMAT='%U %S'; time printf 'enable\nterminal length 0\n%s\n' "$1" | "$ESPIAL" run --state "$state" >/dev/null; } 2>&1 | awk '{printf "%d", ($1 + $2) * 1000}')
        [ "$t" -lt "$least" ] && least=$t
    done
    echo "$least"
}
fail=0
for shape in mix lines numbered routes; do
    for n in 10000 20000; do
        { $shape $n; echo end; } >"$state/nvram/startup-config"
        load=$(ms '')
        show=$(ms 'show running-config | count .')
        replace=$(ms 'configure replace nvram:startup-config force')
        if [ $n = 10000 ]; then
            half="$load $((show - load)) $((replace - load))"
        else
            set -- $half
            echo "20,000 lines ($shape): read at the start $load ms (limit 1000; half of them $1), shown $((show - load)) ms (limit 1000; half $2), replaced by themselves $((replace - load)) ms (half $3)"
            [ "$load" -lt 1000 ] && [ $((show - load)) -lt 1000 ] || fail=1
        fi
    done
done
exit $fail
