#!/usr/bin/env bash
# Packets a second through two routers over packet: links, beside strongSwan and two no-op forwarders: forward.py. FORWARD names the program made of forward.c.
set -u
here=$(cd "$(dirname "$0")" && pwd)
/usr/bin/python3 "$here/forward.py" "${FORWARD:?bench/run sets it}" "$@"
r=$?
[ "$r" = 77 ] || exit "$r"
