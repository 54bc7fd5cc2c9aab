#!/usr/bin/python3
"""Every word of many commands, at a real terminal: it is listed by `?` before it and inside it, Tab writes it in full, the shortest clear abbreviation means the
same, and a wrong word in its place gets the caret under itself. The commands are written by hand, as engineers and their tools type them; {x} is a value."""
import os, pty, re, select, shutil, sys, time

sys.dont_write_bytecode = True
import routers

EXEC = """
terminal length {0}
terminal width {511}
terminal history size {20}
terminal no monitor
terminal monitor
terminal editing
terminal no editing
show version
show clock detail
show history
show privilege
show terminal
show users all
show line console {0}
show line vty {0}
show aliases
show logging
show running-config all
show running-config interface {Loopback0}
show startup-config
show inventory
show interfaces description
show interfaces {Loopback0}
show ip interface brief
show ip route
show ip arp
show ip protocols
show arp
show access-lists
show ip access-lists
show hosts
show processes cpu
show processes memory
show memory statistics
show platform
show tech-support
show file systems
show debugging
show archive
show archive config differences
show crypto isakmp sa detail
show crypto isakmp policy
show crypto ipsec sa detail
show crypto ipsec transform-set
show crypto map
show crypto session detail
show platform hardware qfp active statistics drop
show platform hardware qfp active feature ipsec datapath drops
show event manager policy registered
show event manager history events
show snmp
show ntp status
show ntp associations
show cdp neighbors
show lldp neighbors
dir {disk0:}
cd {disk0:}
pwd
mkdir {disk0:x}
rmdir {disk0:x}
rename {disk0:x} {disk0:y}
delete {disk0:x}
copy running-config startup-config
more {disk0:x}
verify /md5 {disk0:x}
write memory
write terminal
write erase
erase startup-config
configure terminal
configure replace {disk0:x}
reload
clear logging
clear counters
clear line {3}
clear line vty {3}
clear crypto isakmp
clear crypto sa
clear crypto session
clear access-list counters
send log {7} {text}
send console {0}
ping {10.0.0.1} repeat {5} size {100} timeout {2} df-bit
ping {10.0.0.1} source {Loopback0}
traceroute {10.0.0.1}
debug crypto isakmp
debug crypto ipsec
undebug all
no debug all
clock set {10:00:00} {1} {January} {2026}
event manager run {x}
enable {15}
disable {1}
logout
exit
quit
help
terminal no length
terminal no width
terminal no history
terminal history
terminal escape-character {30}
show clock
show line
show users
show ip ssh
show ssh
show login
show login failures
show boot
show reload
show interfaces
show interfaces summary
show interfaces counters
show interfaces accounting
show interfaces stats
show ip interface
show ip interface {Loopback0}
show ip route connected
show ip route static
show ip route summary
show ip route {10.0.0.1}
show ip traffic
show ipv6 interface
show vrf
show protocols
show processes cpu sorted
show processes cpu history
show processes memory sorted
show memory
show logging count
show logging last {5}
show flash:
show inventory raw
show ntp associations detail
show running-config linenum
show running-config full
show running-config brief
show running-config view full
show running-config interface {Loopback0} linenum
show archive log config all
show archive log config statistics
show archive config differences {disk0:x} {disk0:y}
show archive config incremental-diffs {disk0:x} ignorecase
show archive config rollback timer
show configuration
show configuration lock
show line vty {0} {4}
show crypto key mypubkey rsa
show crypto key mypubkey all
show file information {disk0:x}
show cdp
show lldp
archive config
copy {disk0:x} {disk0:y}
copy startup-config running-config
copy running-config {disk0:x}
copy {disk0:x} running-config
copy {null:} {disk0:x}
copy {tftp://192.0.2.1/x} {disk0:y}
dir
dir /all {nvram:}
dir /recursive {disk0:}
dir all-filesystems
delete /force /recursive {disk0:x}
format {disk0:}
squeeze {disk0:}
erase nvram:
reload in {5}
reload in {1:30} {text}
reload at {10:00} {text}
reload cancel
configure
configure memory
configure terminal lock
configure terminal revert timer {5}
configure terminal revert idle {5}
configure confirm
configure revert now
configure revert timer {5}
configure replace {disk0:x} list force
configure replace {disk0:x} force revert trigger error timer {5}
configure replace {disk0:x} time {5} force
clear archive log config force
clear configuration lock
clear arp-cache
clear counters {Loopback0}
clear line console {0}
undebug crypto isakmp
no debug crypto isakmp
ping
ping {10.0.0.1} data {abcd} validate
traceroute
traceroute {10.0.0.1} source {Loopback0} timeout {2} probe {1} ttl {0} {255}
send *
send vty {0}
more {nvram:startup-config}
more /ascii {disk0:x}
more /binary {disk0:x}
verify /sha512 {disk0:x}
delete /recursive {disk0:x}
show bootvar
show running-config | include {x}
show running-config | exclude {x}
show running-config | begin {x}
show running-config | count {x}
show running-config | section {x}
show running-config | section include {x}
show running-config | section exclude {x}
show version | append {disk0:x}
show version | redirect {disk0:x}
show version | tee {disk0:x}
show version | tee /append {disk0:x}
dir {disk0:} | include {x}
more {disk0:x} | begin {x}
write memory
systat
who
"""
CONFIG = """
hostname {R1}
no hostname
default hostname
prompt {x}
service timestamps log datetime msec localtime show-timezone year
service timestamps debug uptime
service password-encryption
service sequence-numbers
logging buffered {16384} informational
logging console warnings
logging monitor debugging
logging trap informational
logging facility local7
logging host {192.0.2.9} transport udp port {514}
logging source-interface {Loopback0}
no logging console
enable secret {9} {x}
enable password {x}
username {u} privilege {15} secret {x}
aaa new-model
aaa authentication login default local
aaa authorization exec default local
aaa session-id common
ip domain name {example.com}
no ip domain lookup
ip name-server {192.0.2.53}
ip host {r} {192.0.2.7}
ip route {10.0.0.0} {255.0.0.0} {10.1.1.1}
ip route {10.0.0.0} {255.0.0.0} {Null0}
ip access-list extended {X}
access-list {101} permit ip any any
interface {Loopback0}
line console {0}
line vty {0} {4}
crypto isakmp policy {10}
crypto isakmp key {k} address {192.0.2.1}
crypto isakmp invalid-spi-recovery
crypto isakmp keepalive {10} {3} periodic
crypto ipsec transform-set {T} esp-aes esp-sha-hmac
crypto ipsec security-association lifetime seconds {3600}
crypto ipsec security-association replay window-size {512}
crypto map {M} {10} ipsec-isakmp
crypto map {M} {20} ipsec-manual
snmp-server community {c} ro
snmp-server host {192.0.2.9} version 2c {c}
snmp-server enable traps event-manager
event manager applet {A}
ntp server {192.0.2.1} prefer
clock timezone {CET} {1}
archive
file prompt quiet
login block-for {60} attempts {3} within {30}
do {show} {clock}
end
exit
help
default interface {Loopback0}
service prompt config
service timestamps log uptime
service timestamps debug datetime msec
logging on
logging host {192.0.2.9} transport tcp port {601}
logging rate-limit {10}
logging rate-limit all {10} except warnings
logging rate-limit console {10}
logging rate-limit console all {10}
logging count
logging userinfo
logging origin-id hostname
logging origin-id ip
logging origin-id string {x}
logging discriminator {D} severity drops {7}
logging discriminator {D} facility includes {SYS} mnemonics drops {X} msg-body includes {y} rate-limit {5}
logging buffered {16384}
logging buffered warnings
logging buffered discriminator {D} {16384} warnings
logging console {4}
logging console discriminator {D} warnings
logging monitor {4}
no logging on
no logging buffered
no logging monitor
username {u} nopassword
username {u} password {7} {094F471A1A0A}
username {u} algorithm-type sha256 secret {x}
username {u} algorithm-type scrypt secret {x}
username {u} algorithm-type md5 secret {x}
no username {u}
enable algorithm-type sha256 secret {x}
enable secret {x}
enable password level {7} {x}
aaa authentication login {VTY} local-case enable
aaa authentication login {CON} none
aaa authentication enable default enable
aaa authorization console
aaa authorization config-commands
aaa authorization exec {VTY} local if-authenticated
aaa authorization commands {15} default local
aaa authorization commands {15} {VTY} local
no aaa new-model
privilege exec level {7} {show} {running-config}
privilege exec reset {show}
ip domain lookup
ip ssh version {2}
ip ssh time-out {60}
ip ssh authentication-retries {2}
ip ssh logging events
ip ssh rsa keypair-name {x}
ip ssh server algorithm hostkey rsa-sha2-256
ip ssh server algorithm kex ecdh-sha2-nistp256
ip ssh server algorithm encryption aes256-ctr
ip ssh server algorithm mac hmac-sha2-256 hmac-sha2-512
ip ssh server algorithm encryption aes256-ctr aes256-gcm@openssh.com aes128-ctr
ip ssh server algorithm authentication publickey
ip ssh pubkey-chain
ip scp server enable
ip tftp blocksize {1024}
ip tftp source-interface {Loopback0}
login quiet-mode access-class {23}
login delay {2}
login on-success log
login on-failure log every {2}
crypto key generate rsa general-keys label {x} exportable modulus {2048}
crypto key generate rsa modulus {2048}
crypto key generate ec keysize {256}
crypto key generate ed25519 exportable
crypto key zeroize rsa
banner motd {^Ctext^C}
banner login {^Ctext^C}
banner exec {^Ctext^C}
banner incoming {^Ctext^C}
no banner motd
alias exec {x} {show} {clock}
configuration mode exclusive auto
configuration mode exclusive manual
file prompt noisy
file prompt alert
boot system {disk0:x}
clock summer-time {CEST} recurring
clock summer-time {CEST} recurring last {Sun} {Mar} {2:00} last {Sun} {Oct} {3:00} {60}
ntp server {192.0.2.1} iburst
ntp source {Loopback0}
ntp master {5}
ntp logging
line aux {0}
interface {Ethernet0/0.100}
ip access-list standard {X}
access-list {10} permit {10.0.0.0} {0.0.0.255}
access-list {101} deny tcp {10.0.0.0} {0.0.0.255} eq www host {10.1.1.1} log
no service pad
no ip http server
no ip http secure-server
no cdp run
no ip source-route
no ip gratuitous-arps
ip icmp rate-limit unreachable {100}
multilink bundle-name authenticated
control-plane
redundancy
"""
MODES = {
    ("interface Loopback0", "(config-if)"): """
ip address {10.0.0.1} {255.255.255.255}
ip access-group {101} in
no shutdown
description {text}
mtu {1500}
bandwidth {100}
crypto map {M}
""",
    ("line con 0", "(config-line)"): """
exec-timeout {10} {0}
logging synchronous
history size {20}
length {24}
width {80}
privilege level {15}
login local
no login
escape-character {3}
transport preferred none
transport input ssh
transport input telnet
transport input all
transport input none
transport output none
access-class {23} in
login
login authentication {VTY}
authorization exec {VTY}
authorization commands {15} {VTY}
password {x}
password {7} {094F471A1A0A}
logging synchronous level all
exec-timeout {0}
session-timeout {10}
absolute-timeout {5}
no exec-timeout
stopbits {1}
editing
no editing
""",
    ("archive", "(config-archive)"): """
path {disk0:x}
path {tftp://192.0.2.1/x}
maximum {5}
write-memory
time-period {60}
log config
""",
    ("archive\rlog config", "(config-archive-log-cfg)"): """
logging enable
logging size {200}
notify syslog contenttype plaintext
notify syslog
hidekeys
""",
    ("ip ssh pubkey-chain", "(conf-ssh-pubkey)"): """
username {u}
""",
    ("ip ssh pubkey-chain\rusername u", "(conf-ssh-pubkey-user)"): """
key-string
key-hash ssh-rsa {00112233445566778899AABBCCDDEEFF}
""",
    ("crypto isakmp policy 10", "(config-isakmp)"): """
encryption aes {256}
hash sha256
authentication pre-share
group {14}
lifetime {3600}
""",
    ("crypto map M 10 ipsec-isakmp", "(config-crypto-map)"): """
set peer {192.0.2.1}
set transform-set {T}
set security-association lifetime seconds {3600}
set pfs group14
match address {X}
""",
    ("crypto map M 20 ipsec-manual", "(config-crypto-map)"): """
set peer {192.0.2.1}
set session-key inbound esp {300} cipher {00112233445566778899aabbccddeeff} authenticator {00112233445566778899aabbccddeeff00112233}
set session-key outbound esp {301} cipher {00112233445566778899aabbccddeeff} authenticator {00112233445566778899aabbccddeeff00112233}
set session-key inbound ah {300} {00112233445566778899aabbccddeeff00112233}
set session-key outbound ah {301} {00112233445566778899aabbccddeeff00112233}
set transform-set {T}
set ip access-group {101} in
match address {X}
""",
    ("event manager applet A", "(config-applet)"): """
event syslog pattern {x}
event none
event timer watchdog time {10}
action {1.0} cli command {x}
action {2.0} syslog msg {x}
action {3.0} wait {5}
""",
    ("ip access-list extended X", "(config-ext-nacl)"): """
permit ip any any
permit tcp host {10.0.0.1} any eq www
deny udp any any
remark {x}
""",
}


class Terminal:
    def __init__(self, state):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(shutil.which(routers.ESPIAL), [routers.ESPIAL, "run", "--state", state, "--hostname", "R1"])
        self.seen = ""
        self.faults = []
        self.checks = 0
        self.asked = set()
        self.aliases = ("h", "lo", "p", "s", "u", "un")  # they are commands, short as they are

    def send(self, text):
        os.write(self.fd, text.encode())

    def until(self, end, seconds=60):
        """What came before `end`, when that is the last thing on the screen; None when it does not come."""
        stop = time.monotonic() + seconds
        while not self.seen.endswith(end):
            ready, _, _ = select.select([self.fd], [], [], max(0, stop - time.monotonic()))
            if not ready:
                return None
            self.seen += os.read(self.fd, 65536).decode("latin-1")
        got, self.seen = self.seen[: -len(end)], ""
        return got

    def must(self, text, end):
        self.send(text)
        got = self.until(end)
        if got is None:
            sys.exit(f"{text!r}: no {end!r} in {self.seen[-500:]!r}")
        return got

    def fault(self, what):
        self.faults.append(what)

    def ask(self, prompt, line, key):
        """`?` or Tab behind a line: what is printed, and what the line then is. The line is wiped out again."""
        self.checks += 1
        self.send(line + key + "~")  # a ~ behind it shows where the answer ends
        got = self.until("~")
        self.send("\x15\x12")
        if got is None or self.until(prompt) is None:
            sys.exit(f"{prompt}{line}: no answer to {key!r}")
        at = got.rfind("\r\n" + prompt)
        return got[:at], got[at + 2 + len(prompt):]


def listing(text):
    """Rows of argument help: keywords and values apart."""
    words, values, cr = [], [], False
    for row in text.split("\r\n")[1:]:
        m = re.match(r"  (\S(?:.*?\S)??)(?:  +(.*))?$", row)
        if not m:
            continue
        token = m.group(1)
        if token == "<cr>":
            cr = True
        elif token == "|":
            pass
        elif m.group(2) == "Uniform Resource Locator" or re.match(r"<|[A-Z][A-Z.:/-]*$|Hostname|hh:|LINE", token) and token not in ("DEFAULT", "NONE"):
            values.append(token)
            cr = cr or (token == "LINE" and (m.group(2) or "").strip() == "<cr>")
        else:
            words.append(token)
    return words, values, cr


def shortest(word, words):
    for n in range(1, len(word) + 1):
        if [w for w in words if w.lower().startswith(word[:n].lower())] == [word]:
            return word[:n]
    return word


def pressed(t, prompt, line):
    """What is said when Enter is pressed behind a line that cannot be carried out."""
    t.checks += 1
    t.send(line + "\r")
    said = t.until(prompt)
    if said is None:
        sys.exit(f"{prompt}{line}: no prompt after it")
    at = said.find("\r\n")
    return said[at + 2:].replace("\r\n", "\n")


def caret(prompt, before):
    return " " * (len(prompt) + len(before)) + "^\n% Invalid input detected at '^' marker.\n\n"


def refused(t, prompt, before, wrong):
    """A word that does not fit: the caret stands under its first character that nothing takes."""
    said = pressed(t, prompt, before + wrong)
    if said != caret(prompt, before):
        t.fault(f"{prompt}{before}{wrong}: {said!r}")


def wrong_value(t, prompt, done, values):
    """Typed values alone may stand here: one out of range, or malformed, gets the caret under its beginning."""
    if all(re.fullmatch(r"<\d+-\d+>", v) for v in values):
        wrong = str(max(int(v.strip("<>").split("-")[1]) for v in values) + 1)
    elif values == ["A.B.C.D"]:
        wrong = "300.0.0.1"
    elif values == ["hh:mm:ss"]:
        wrong = "25:00:00"
    else:
        return
    refused(t, prompt, done, wrong)


def every_prefix(t, prompt, done, token, words, values):
    """Each abbreviation of a word: one that is clear means the word, one that is not is refused, `?` in it and Tab behind it tell so; each wrong end of it gets the caret."""
    whole = t.ask(prompt, done + token + " ", "?")[0].split("\r\n")[1:]
    for n in range(1, len(token) + 1):
        cut = token[:n]
        fits = [w for w in words if w.lower().startswith(cut.lower())]
        row = t.ask(prompt, done + cut, "?")[0].split("\r\n")
        listed = [w for w in "  ".join(row[1:]).split("  ") if w]
        if [w for w in listed if "=" not in w] != fits:
            t.fault(f"{prompt}{done}{cut}?: {listed}, not {fits}")
        full = [w for w in fits if len(w) == n] or fits
        if "| section" in done and n < 3:
            continue  # so short it may be an expression
        clear = len(full) == 1
        settled = done + cut == "show log"  # everybody's `show logging`, whatever else begins so
        line = t.ask(prompt, done + cut, "\t")[1]
        blank = "" if full[0].endswith(":") and "WORD" in values else " "  # the file's name comes right behind it
        if line != (done + full[0] + blank if clear else done + cut):
            t.fault(f"{prompt}{done}{cut}<TAB>: {line!r}")
        if token == (full[0] if clear else "logging" if settled else None):
            short = t.ask(prompt, done + cut + " ", "?")[0].split("\r\n")[1:]
            if short != whole:
                t.fault(f"{prompt}{done}{cut} ?: {short}, not {whole}")
        elif not clear and not settled and not values and (done + cut).removeprefix("do ") not in t.aliases:
            said = pressed(t, prompt, done + cut)
            if said != f'% Ambiguous command:  "{done}{cut}"\n':
                t.fault(f"{prompt}{done}{cut}: {said!r}")
        if not values:
            refused(t, prompt, done + cut, "~")


def at_word(t, prompt, done, token, words, values, cr):
    """All that can be asked where this word of a command stands; once for all commands that begin so."""
    if (prompt, done, token) in t.asked:
        return
    t.asked.add((prompt, done, token))
    if (prompt, done) not in t.asked:
        t.asked.add((prompt, done))
        if values != sorted(values) or words != sorted(words):
            t.fault(f"{prompt}{done}?: out of order: {values} {words}")
        if not values:
            refused(t, prompt, done, "~x")
        elif not words:
            wrong_value(t, prompt, done, values)
        if done and not cr:
            said = pressed(t, prompt, done)
            if said != "% Incomplete command.\n\n":
                t.fault(f"{prompt}{done}: {said!r}")
    if token in words:
        every_prefix(t, prompt, done, token, words, values)


def check(t, prompt, command):
    done = short = ""
    for token in command.split():
        words, values, cr = listing(t.ask(prompt, done, "?")[0])
        if token == "|":
            if not re.search(r"\r\n  \| +Output modifiers\r\n", t.ask(prompt, done, "?")[0]):
                t.fault(f"{prompt}{done}?: no modifiers")
            done += "| "
            short += "| "
            continue
        value = token.startswith("{")
        token = token.strip("{}")
        at_word(t, prompt, done, token, words, values, cr)
        if value:
            types = any(w[0].isupper() for w in words) and any(c.isdigit() for c in token)
            if not values and not types and token not in words and not any(token.startswith(w) for w in words):
                t.fault(f"{prompt}{done}?: no value to be seen for {token!r} among {words}")
            done += token + " "
            short += token + " "
            continue
        if token not in words:
            t.fault(f"{prompt}{done}?: {token!r} is not listed among {words} {values}")
            return
        done += token + " "
        short += shortest(token, words) + " "
    whole, abbreviated = t.ask(prompt, done, "?")[0], t.ask(prompt, short, "?")[0]
    words, values, cr = listing(whole)
    if not cr and "LINE" not in values:
        t.fault(f"{prompt}{done}?: it cannot end here: {whole!r}")
    if not values and not re.search(r" (cli command|syslog msg) ", done):  # unquoted, an applet's text goes on to the line's end
        refused(t, prompt, done, "~x")
    if whole.split("\r\n")[1:] != abbreviated.split("\r\n")[1:]:
        t.fault(f"{prompt}{short}: is not {done!r}: {abbreviated!r}")


def undone(t, prompt, command):
    if not re.match(r"(no|default|do|end|exit|help|crypto key|multilink|key-string|privilege exec reset)\b", command):
        check(t, prompt, "no " + command)


def ask_everything(state):
    """The terminal, with what it was asked."""
    t = Terminal(state)
    try:
        if t.until("R1>") is None:
            sys.exit("no prompt")
        t.must("enable\r", "R1#")
        t.must("terminal length 0\r", "R1#")
        t.must("terminal width 0\r", "R1#")
        t.must("configure terminal\r", "R1(config)#")
        t.must("no logging console\r", "R1(config)#")
        t.must("end\r", "R1#")
        for command in EXEC.strip().split("\n"):
            check(t, "R1#", command)
        t.must("configure terminal\r", "R1(config)#")
        for command in CONFIG.strip().split("\n"):
            check(t, "R1(config)#", command)
            undone(t, "R1(config)#", command)
        for (enter, mode), commands in MODES.items():
            prompt = "R1" + mode + "#"
            for line in enter.split("\r"):
                t.must(line + "\r", ")#")
            for command in commands.strip().split("\n"):
                check(t, prompt, command)
                undone(t, prompt, command)
            t.must("end\r", "R1#")
            t.must("configure terminal\r", "R1(config)#")
    finally:
        os.kill(t.pid, 15)
        os.waitpid(t.pid, 0)
    return t


def main():
    began = time.monotonic()
    with routers.Folder() as state:
        t = ask_everything(state)
    for fault in t.faults:
        print(fault)
    print(f"{t.checks} questions in {time.monotonic() - began:.1f} s, {len(t.faults)} answered wrongly")
    sys.exit(1 if t.faults else 0)


main()
