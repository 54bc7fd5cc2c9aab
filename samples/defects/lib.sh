# lib.sh: what the labs of this folder have in common; read by up.sh and, with the word `running`, by each check.sh, which
# ends with 3 when the lab is not up. $bug: the lab's name.
espial=${ESPIAL:-espial}
command -v "$espial" >/dev/null || { echo "no program espial: make install, or set ESPIAL to the one that make built" >&2; exit 3; }

die() { printf 'NOT CURED: %s\n' "$*" >&2; exit 1; }
lab() { "$espial" lab --lab "$bug" "$@"; }
missing() { echo "is the lab up? ../up.sh $bug" >&2; exit 3; }
[ "${1:-}" != running ] || lab mark spoke >/dev/null 2>&1 || missing
# ask NODE COMMAND: its output; when the lab ends meanwhile so does the whole script, also from inside $(...).
trap 'exit 3' TERM
ask() { lab exec "$1" "$2" || { kill -TERM $$; missing; }; }

# lost NODE ADDRESS: how many of five pings were never answered (3 s of the router's: a machine may be busy).
lost() {
    rate=$(ask "$1" "ping $2 source Loopback0 repeat 5 timeout 3" | sed -n 's/.*Success rate is [0-9]* percent (\([0-9]*\).5).*/\1/p')
    echo $((5 - ${rate:-0}))
}

# tunnel: bring it up from the spoke; the first packets are lost, as always.
tunnel() {
    for try in 1 2 3 4 5 6; do
        [ "$(lost spoke 10.1.0.1)" = 0 ] && return 0
    done
    return 1
}

# spi NODE: the SPI it sends with, as 0x...
spi() { ask "$1" 'show crypto ipsec sa' | sed -n 's/.*current outbound spi: \(0x[0-9A-F]*\)(.*/\1/p' | head -n 1; }

# quiet SECONDS: for so long (of this machine's clock) pings both ways lose nothing and nobody speaks of invalid SPIs.
quiet() {
    hub=$(lab mark hub) && spoke=$(lab mark spoke) || exit 3
    end=$(($(date +%s) + $1))
    gone=0
    while [ "$(date +%s)" -lt $end ]; do
        gone=$((gone + $(lost spoke 10.1.0.1) + $(lost hub 10.2.0.1)))
    done
    for node in hub spoke; do
        eval "from=\$$node"
        if lab wait $node 'CRYPTO-4-RECVD_PKT_INV_SPI' --since "$from" --timeout 0 >/dev/null 2>&1; then
            die "$node still says %CRYPTO-4-RECVD_PKT_INV_SPI"
        fi
    done
    [ $gone = 0 ] || die "$gone pings were lost in $1 seconds"
}
