#!/usr/bin/env bash
# Ends 0 when a new SA comes up under traffic, three rekeys in a row lose nothing, and both ends keep the same SAs.
bug=CSCvn31824
cd "$(dirname "$0")" && . ../lib.sh running
for node in spoke hub; do
    ask $node 'clear crypto session' >/dev/null
done
tunnel || die "no tunnel"
quiet "${QUIET:-30}"
echo "cured: no new SA is deleted by its own owner"
