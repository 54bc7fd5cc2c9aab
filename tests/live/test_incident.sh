#!/usr/bin/env bash
# The incident as a user plays it: samples/invalid-spi/run.sh, three processes on real sockets.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
exec "$here/samples/invalid-spi/run.sh"
