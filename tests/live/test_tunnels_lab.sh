#!/usr/bin/env bash
# samples/tunnels played from beginning to end, by its own run.sh.
exec "$(cd "$(dirname "$0")/../.." && pwd)/samples/tunnels/run.sh"
