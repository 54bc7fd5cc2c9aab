#!/usr/bin/env bash
# Ends 0 when three rekeys in a row lose nothing.
bug=CSCsl68327
cd "$(dirname "$0")" && . ../lib.sh running
tunnel || die "no tunnel"
quiet "${QUIET:-30}"
echo "cured: rekeys lose nothing"
