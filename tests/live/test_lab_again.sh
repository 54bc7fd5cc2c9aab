#!/usr/bin/env bash
# `lab up` again: nothing happens while all routers run, another lab beside it changes nothing, and a router that died comes back while the others run on.
set -eu
espial=${ESPIAL:-espial}
dir=$(mktemp -d "${TMPDIR:-/tmp}/espial.XXXXXX")
export XDG_STATE_HOME=$dir/state
mkdir "$dir/state"
finish() {
    for lab in one two; do "$espial" lab --lab $lab down >/dev/null 2>&1 || true; done
    rm -rf "$dir"
}
trap finish EXIT
for lab in one two; do
    mkdir "$dir/$lab"
    cat >"$dir/$lab/lab.yml" <<EOF
name: $lab
topology:
  nodes:
    a: {kind: espial}
    b: {kind: espial}
  links:
    - endpoints: ["a:Ethernet0/0", "b:Ethernet0/0"]
EOF
    "$espial" lab up "$dir/$lab"
done
for lab in one two; do
    "$espial" lab up "$dir/$lab" | grep -qx "Lab $lab is up already."
done
pid() { pgrep -f -- "--state $XDG_STATE_HOME/espial/labs/one/$1 "; }
b=$(pid b)
kill -9 "$(pid a)"
while pid a >/dev/null; do :; done
"$espial" lab --lab one status | grep -q 'a *down'
"$espial" lab up "$dir/one"
"$espial" lab --lab one exec a 'show clock'
"$espial" lab --lab one exec b 'show clock'
[ "$(pid b)" = "$b" ]
"$espial" lab --lab one down
! pid . >/dev/null
