#!/usr/bin/env bash
# The same without invalid-spi-recovery: a black hole, ended by dead peer detection.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
exec "$here/samples/invalid-spi/run.sh" --no-recovery
