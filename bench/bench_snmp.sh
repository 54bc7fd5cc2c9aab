#!/usr/bin/env bash
# The agent beside net-snmp's own snmpd, both over loopback in the same run: rows of a walk a second, by get-bulk of 50 and by get-next, and gets one after the other.
# Between them a canned responder (canned.c): the same rows, prepared, so that nothing is left but the client and this machine: CANNED names it.
# The router's tree is that of 250 loopback interfaces; snmpd's is its own (it walks its system, interfaces, ip, tcp, udp and host groups); snmpd is left out where it is missing.
set -eu
: "${ESPIAL:?}"
command -v snmpbulkwalk >/dev/null || { echo "no snmpbulkwalk (Debian: snmp)"; exit 0; }
state=$(mktemp -d "${TMPDIR:-/tmp}/espial.XXXXXX")
export SNMPCONFPATH=$state SNMP_PERSISTENT_DIR=$state MIBS=
router=
canned=
daemon=
trap '[ -z "$router" ] || kill "$router" 2>/dev/null; [ -z "$canned" ] || kill "$canned" 2>/dev/null; [ -z "$daemon" ] || kill "$daemon" 2>/dev/null; wait 2>/dev/null; rm -rf "$state"' EXIT

port() { /usr/bin/python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
ready() { # port
    for _ in $(seq 100); do
        snmpget -v2c -c public -r0 -t1 "127.0.0.1:$1" .1.3.6.1.2.1.1.5.0 >/dev/null 2>&1 && return
    done
    echo "nobody answers on port $1"
    exit 1
}
rate() { # command...: the best of five, in lines a second
    local best=0 r
    for _ in 1 2 3 4 5; do
        r=$(once "$@")
        [ "$r" -gt "$best" ] && best=$r
    done
    echo "$best ($("$@" 2>/dev/null | wc -l) rows)"
}
once() {
    local a b n
    a=$(date +%s%N)
    n=$("$@" 2>/dev/null | wc -l)
    b=$(date +%s%N)
    echo $((n * 1000000000 / (b - a)))
}
spent() { cut -d' ' -f1 "/proc/$1/schedstat"; } # pid: processor time of its (one) thread that answers, in ns
beside() { # text, command...: the best of nine each, in turns, so that both have the same machine; and the least processor time a row of each, which others' work moves less
    local text=$1 best=0 other=0 least=999999 least_other=999999 r a b
    shift
    for _ in 1 2 3 4 5 6 7 8 9; do
        a=$(spent "$router")
        r=$(once "$@" "127.0.0.1:$at" .1)
        b=$((($(spent "$router") - a) / rows))
        [ "$r" -gt "$best" ] && best=$r
        [ "$b" -lt "$least" ] && least=$b
        a=$(spent "$canned")
        r=$(once "$@" "127.0.0.1:$other_at" .1)
        b=$((($(spent "$canned") - a) / rows))
        [ "$r" -gt "$other" ] && other=$r
        [ "$b" -lt "$least_other" ] && least_other=$b
    done
    echo "$text: $best, of a canned responder $other: $((best * 100 / other))%; processor time a row: $least ns, $least_other ns"
}
gets() { # port: gets of sysName one after the other for three seconds
    /usr/bin/python3 - "$1" <<'PYTHON'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("127.0.0.1", int(sys.argv[1])))
s.settimeout(2)
get = bytes.fromhex("3026020101 0406 7075626c6963 a019 020101 020100 020100 300e 300c 0608 2b06010201010500 0500")
end, n = time.monotonic() + 3, 0
while time.monotonic() < end:
    s.send(get)
    assert s.recv(1500)
    n += 1
print(n // 3)
PYTHON
}
measure() { # name port
    echo "$1: rows a second by get-bulk of 50: $(rate snmpbulkwalk -v2c -c public -Cr50 "127.0.0.1:$2" .1)"
    echo "$1: rows a second by get-next: $(rate snmpwalk -v2c -c public "127.0.0.1:$2" .1)"
    echo "$1: gets a second, one after the other: $(gets "$2")"
}

at=$(port)
{
    echo "snmp-server community public RO"
    for i in $(seq 0 249); do printf 'interface Loopback%d\n ip address 10.1.%d.1 255.255.255.255\n' "$i" "$i"; done
    echo end
} >"$state/config"
"$ESPIAL" run --state "$state/r" --config "$state/config" --snmp "127.0.0.1:$at" --stay </dev/null >"$state/out" 2>&1 &
router=$!
ready "$at"
measure "this agent" "$at"
if [ -x "${CANNED:-}" ]; then
    other_at=$(port)
    rows=$(snmpbulkwalk -v2c -c public -Cr50 "127.0.0.1:$at" .1 | wc -l)
    "$CANNED" "$at" "$other_at" </dev/null >/dev/null 2>&1 &
    canned=$!
    until [ "$(snmpgetnext -v2c -c public -r0 -t1 "127.0.0.1:$other_at" .1 2>/dev/null | wc -l)" -gt 0 ]; do kill -0 "$canned"; done
    beside "this agent: rows a second by get-bulk of 50" snmpbulkwalk -v2c -c public -Cr50
    beside "this agent: rows a second by get-next" snmpwalk -v2c -c public
fi
if command -v /usr/sbin/snmpd >/dev/null; then
    other=$(port)
    echo "rocommunity public 127.0.0.1" >"$state/snmpd.conf"
    /usr/sbin/snmpd -f -C -c "$state/snmpd.conf" -Lf /dev/null -p "$state/pid" "udp:127.0.0.1:$other" </dev/null >/dev/null 2>&1 &
    daemon=$!
    ready "$other"
    measure "snmpd" "$other"
fi
