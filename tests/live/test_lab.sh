#!/usr/bin/env bash
# The outside of `espial lab` and `espial run`: exit statuses and the one line that says why; a damaged startup-config; two at one console; a router that was killed; --fresh.
set -u
espial=${ESPIAL:-espial}
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/espial.XXXXXX") || exit 3
export XDG_STATE_HOME=$dir/state
mkdir "$dir/state" "$dir/lab"
cd "$dir" || exit 3
helpers=()
finish() {
    for pid in "${helpers[@]}"; do kill "$pid" 2>/dev/null; done
    "$espial" lab --lab pair down >/dev/null 2>&1
    "$espial" lab --lab logged down >/dev/null 2>&1
    "$espial" lab --lab invalid-spi down >/dev/null 2>&1
    rm -rf "$dir"
}
trap finish EXIT
checks=0
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])') || exit 3
die() { echo "FAILED: $*" >&2; exit 1; }
# expect STATUS PATTERN COMMAND...: the command's status, and that what it said (on both channels) has the pattern; '' is no word at all.
expect() {
    local want=$1 pattern=$2 status
    shift 2
    "$@" >out 2>&1 </dev/null
    status=$?
    [ $status = "$want" ] || die "$*: status $status, not $want: $(cat out)"
    if [ -z "$pattern" ]; then
        [ ! -s out ] || die "$*: said $(cat out)"
    else
        grep -q -- "$pattern" out || die "$*: no '$pattern' in: $(cat out)"
    fi
    checks=$((checks + 1))
}
lab() { "$espial" lab "$@"; }
# until COMMAND...: it succeeds within 10 seconds.
until_ok() {
    local end=$((SECONDS + 10))
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || die "never: $*"
    done
}

# ---- words that do not fit, files that cannot be read ----
expect 2 'usage\|espial --help' "$espial"
expect 2 'unknown\|--help' "$espial" fly
expect 2 '^espial: lab: ' lab
expect 2 'fly' lab fly
expect 2 'up' lab up
expect 2 '^espial: nowhere: No such file' lab up nowhere
expect 2 'exec' lab exec a
expect 2 '--timeout' lab wait a X --timeout soon
expect 3 'no lab is up' lab exec a 'show clock'
expect 3 'no lab is up' lab wait a X --timeout 1
expect 3 'no lab is up' lab status
expect 3 'no lab is up' lab down
yaml() {
    printf '%s\n' "$2" >bad.yml
    expect 2 "^espial: bad.yml:$1" lab up bad.yml
}
yaml 2 'name: [x'
yaml 1 'just words'
yaml 1 'nam: x'
yaml '1: .*name' 'topology: {nodes: {a: {kind: espial}}}'
yaml '2: .*letters' 'topology: {nodes: {a: }}
name: a/b'
yaml '2: .*unknown setting of a node: colour' 'name: x
topology: {nodes: {a: {colour: red}}}'
yaml '2: .*kinds here' 'name: x
topology: {nodes: {a: {kind: linux}}}'
yaml '2: .*twice' 'name: x
topology: {nodes: {a: {kind: espial}, a: {kind: espial}}}'
yaml '5: no such node: c' 'name: x
topology:
  nodes: {a: {kind: espial}, b: {kind: espial}}
  links:
    - endpoints: ["a:Ethernet0/0", "c:Ethernet0/0"]'
yaml '5: .*interface: Serial0/0' 'name: x
topology:
  nodes: {a: {kind: espial}, b: {kind: espial}}
  links:
    - endpoints: ["a:Ethernet0/0", "b:Serial0/0"]'
yaml '6: .*already' 'name: x
topology:
  nodes: {a: {kind: espial}, b: {kind: espial}}
  links:
    - endpoints: ["a:Ethernet0/0", "b:Ethernet0/0"]
    - endpoints: ["a:Ethernet0/0", "b:Ethernet0/1"]'
printf 'name: x\ntopology: {nodes: {a: {kind: espial}, b: {kind: espial, startup-config: gone.cfg}}}\n' >bad.yml
expect 2 'gone.cfg: No such file' lab up bad.yml
expect 3 'no lab is up' lab status
expect 2 '^espial: nowhere.cfg: No such file' "$espial" run --state s --config nowhere.cfg
expect 2 'fly' "$espial" run --state s --link Ethernet0/0=fly:1
expect 2 'Serial0/0' "$espial" run --state s --link Serial0/0=unix:x
expect 3 'Not a directory\|File exists' "$espial" run --state bad.yml
expect 3 '^espial: --ssh-fd 77: Bad file descriptor' "$espial" run --state s --ssh-fd 77
"$espial" run --state s1 --stay --link Ethernet0/0=udp:$port:127.0.0.1:9 </dev/null >busy.out &
helpers+=($!)
until_ok grep -q SYS-5-RESTART busy.out
expect 3 'another router' "$espial" run --state s1
expect 3 'Ethernet0/0: .*in use' "$espial" run --state s2 --link Ethernet0/0=udp:$port:127.0.0.1:9

# ---- a lab; one startup-config has two damaged lines ----
cat >lab/lab.yml <<'EOF'
name: pair
topology:
  nodes:
    a: {kind: espial, startup-config: a.cfg}
    b: {kind: espial, startup-config: b.cfg}
  links:
    - endpoints: ["a:Ethernet0/0", "b:Ethernet0/0"]
EOF
cat >lab/a.cfg <<'EOF'
hostname a
no such line here
interface Ethernet0/0
 ip adress 10.0.0.9 255.255.255.0
 ip address 10.0.0.1 255.255.255.0
EOF
printf 'hostname b\ninterface Ethernet0/0\n ip address 10.0.0.2 255.255.255.0\n' >lab/b.cfg
expect 0 '^Lab pair is up: a b$' lab up lab
grep -q '^a: startup-config, line 2:$' out && grep -q '^a: no such line here$' out && grep -q '^a: startup-config, line 4:$' out || die "the damaged lines are not named: $(cat out)"
expect 0 'is up already' lab up lab
expect 0 '^  a  *up  *ssh 127\.0\.0\.1:[1-9][0-9]*  *snmp 127\.0\.0\.1:[1-9][0-9]*$' lab status
expect 0 '10\.0\.0\.1 ' lab exec a 'show ip interface brief'
expect 0 'percent (5/5)\|percent (4/5)' lab exec a 'ping 10.0.0.2'

# ---- exec: the output alone; the router's refusal; modes are kept ----
expect 1 "'^' marker" lab exec a 'show foo'
[ "$(head -n 1 out)" = '      ^' ] || die "caret: $(cat out)"
expect 1 'Ambiguous command:  "show i"' lab exec a 'show i' 'show clock'
! grep -q UTC out || die "went on after a refusal"
expect 0 '^interface Loopback9' lab exec a 'configure terminal' 'interface Loopback9' 'end' 'show running-config interface Loopback9'
expect 0 '' lab exec a 'show running-config | redirect disk0:x'
[ "$(lab exec a 'show running-config | include Loopback')" = 'interface Loopback9' ] || die "more than the output"
expect 2 'has no node c' lab exec c 'show clock'
expect 2 'has no node' lab exec ../pair/a 'show clock'

# ---- log: mark and wait ----
mark=$(lab mark a) || die "no mark"
expect 1 '' lab wait a 'NEVER SEEN' --timeout 1
expect 0 '' lab wait a 'SYS-5-RESTART'
expect 1 '' lab wait a 'SYS-5-RESTART' --since "$mark" --timeout 0
expect 2 'parenthesis' lab wait a '('
expect 2 'mark' lab wait a X --since yesterday
lab wait a 'SYS-5-CONFIG_I' --since "$mark" --timeout 20 &
waiter=$!
expect 0 'Enter configuration' lab exec a 'configure terminal' 'end'
wait $waiter || die "the log line was not seen"

# ---- capture ----
expect 0 '' lab capture a Ethernet0/0 a.pcapng
expect 0 'percent (5/5)' lab exec a 'ping 10.0.0.2'
[ "$(stat -c %s a.pcapng)" -gt 1000 ] || die "an empty capture"
expect 1 'no such interface' lab capture a Ethernet7/7 b.pcapng
expect 2 'nowhere/x: No such file' lab capture a Ethernet0/0 nowhere/x

# ---- two at one console ----
coproc first { "$espial" lab console a; }
helpers+=("$first_PID")
printf 'show privilege\n' >&"${first[1]}"
until read -r -t 10 -u "${first[0]}" line && [[ $line == *'privilege level is'* ]]; do
    [ -n "${line+x}" ] || die "the console does not answer"
done
expect 3 'somebody is at this console already' lab console a
eval "exec ${first[1]}>&-"
wait "$first_PID" 2>/dev/null
printf 'enable\nshow clock\nexit\n' | lab console a >out 2>&1 || die "console: $(cat out)"
grep -q 'a#show clock' out || die "console: $(cat out)"

# ---- reload keeps the files; a killed router comes back ----
expect 0 'Proceed with reload' lab exec a 'write memory' 'reload'
until_ok lab exec a 'show version | include returned'
expect 0 'ROM by reload' lab exec a 'show version | include returned'
expect 0 'Loopback9' lab exec a 'show running-config'
lab exec b 'show clock | append disk0:kept.txt' || die "no file"
pid=$(pgrep -f -- "--state $XDG_STATE_HOME/espial/labs/pair/b ") || die "no process"
kill -9 "$pid"
until_ok test ! -d "/proc/$pid"
expect 3 'b is not running' lab exec b 'show clock'
expect 0 '^  b  *down$' lab status
expect 0 'is up' lab up lab
expect 0 UTC lab exec b 'more disk0:kept.txt'
expect 0 'is down' lab down
expect 3 'no lab is up' lab exec b 'show clock'
expect 0 'is up' lab up lab
expect 0 Loopback9 lab exec a 'show running-config'
expect 0 'is down' lab down
expect 0 'is up' lab up lab --fresh
expect 1 '%Error opening disk0:/kept.txt' lab exec b 'more disk0:kept.txt'
[ -z "$(lab exec a 'show running-config | include Loopback9')" ] || die "--fresh remembers"

# ---- a second lab beside it ----
expect 0 'is up: hub isp spoke collector' lab up "$here/../../samples/invalid-spi"
expect 3 'several labs' lab exec a 'show clock'
expect 0 UTC lab --lab pair exec a 'show clock'
expect 0 'is down' lab --lab invalid-spi down
expect 0 'is down' lab down
! pgrep -f -- "--state $XDG_STATE_HOME/" >/dev/null || die "a router is left behind"

# ---- a collector of logs, and a link to this machine ----
mkdir logged
cat >logged/lab.yml <<'EOF'
name: logged
topology:
  nodes:
    a: {kind: espial, startup-config: a.cfg}
    logs: {kind: syslog}
  links:
    - endpoints: ["a:Ethernet0/1", "logs:eth0"]
    - {endpoints: ["a:Ethernet0/2"], link: "slirp:net=10.0.3.0/24"}
EOF
printf 'interface Ethernet0/1\n ip address 10.0.2.15 255.255.255.0\ninterface Ethernet0/2\n ip address 10.0.3.15 255.255.255.0\nlogging host 10.0.2.2\n' >logged/a.cfg
expect 0 'is up: a logs$' lab up logged
file=$XDG_STATE_HOME/espial/labs/logged/logs/messages
expect 0 "^  logs *up *$file$" lab status
until_ok grep -q 'Ethernet0/2, changed state to up' "$file"
grep -qE '^20[0-9-]+T[0-9:.]+Z a local7\.notice [0-9]+: .*LINEPROTO-5-UPDOWN: .*Ethernet0/2, changed state to up$' "$file" || die "not such a line: $(cat "$file")"
expect 0 'percent (5/5)\|percent (4/5)' lab exec a 'ping 10.0.3.2'
expect 2 "no prompt: read $file" lab exec logs 'show clock'
pid=$(pgrep -f -- "lab collect $XDG_STATE_HOME/espial/labs/logged/logs ") || die "no collector"
kill -9 "$pid"
until_ok test ! -d "/proc/$pid"
expect 0 "^  logs *down *$file$" lab status
! grep -q CONFIG_I "$file" || die "nobody configured anything"
expect 0 'is up' lab up logged
expect 0 'Enter configuration' lab exec a 'configure terminal' 'end' # the router went on, and finds it again
until_ok grep -q CONFIG_I "$file"
grep -q 'Ethernet0/2, changed state to up' "$file" || die "the collector began a new file"
expect 0 'is down' lab down
! pgrep -f -- "$XDG_STATE_HOME/espial/labs/logged" >/dev/null || die "a process is left behind"
echo "$checks checks"
