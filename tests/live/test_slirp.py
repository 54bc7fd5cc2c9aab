#!/usr/bin/python3
"""This machine's own services behind slirp:, without root: the router pings 10.0.2.2, a real rsyslog takes its log lines apart, a real snmptrapd reads its trap; an
address that is not this machine's loopback is not reached; links that are written wrong are refused on one line."""
import os, re, subprocess, sys, threading

sys.path.insert(0, os.path.dirname(__file__))
from routers import ESPIAL, Folder, Router, free_port, need, start, wait_for

need("rsyslogd", "snmptrapd")

CONFIG = """no ip domain lookup
no logging console
logging buffered 100000 debugging
logging trap debugging
interface Ethernet0/9
 ip address 10.0.2.15 255.255.255.0
ip route 0.0.0.0 0.0.0.0 10.0.2.2
logging host 10.0.2.2
snmp-server enable traps event-manager
snmp-server host 10.0.2.2 version 2c public event-manager
line con 0
 privilege level 15
event manager applet sender
 event none
 action 1 syslog msg "a line for the collector"
 action 2 snmp-trap intdata1 2323232 strdata "hello"
end
"""


def rsyslog(folder, port):
    conf, out = os.path.join(folder, "rsyslog.conf"), os.path.join(folder, "messages")
    with open(conf, "w") as f:
        f.write(f"""global(workDirectory="{folder}")
module(load="imudp")
input(type="imudp" address="127.0.0.1" port="{port}")
template(name="parts" type="string" string="%PRI%|%fromhost-ip%|%rawmsg%\\n")
action(type="omfile" file="{out}" template="parts" fileCreateMode="0600")
""")
    daemon = start(["rsyslogd", "-n", "-f", conf, "-i", os.path.join(folder, "rsyslog.pid")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return daemon, lambda: open(out).read() if os.path.exists(out) else ""


def snmptrapd(folder, port):
    conf = os.path.join(folder, "snmptrapd.conf")
    with open(conf, "w") as f:
        f.write("disableAuthorization yes\n")
    daemon = start(["snmptrapd", "-f", "-Lo", "-On", "-n", "-C", "-c", conf, f"udp:127.0.0.1:{port}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                   env={**os.environ, "SNMP_PERSISTENT_DIR": folder, "MIBS": ""})
    heard = []
    threading.Thread(target=lambda: [heard.append(line.decode()) for line in daemon.stdout], daemon=True).start()
    wait_for("snmptrapd", lambda: any("NET-SNMP version" in line for line in heard))
    return daemon, lambda: "".join(heard)


def listening(pid):
    """Ports on which the process could be reached: TCP listeners, and UDP sockets that are bound to more than a loopback address."""
    mine = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    found = []
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        for f in (line.split() for line in open(f"/proc/{pid}/net/{kind}").readlines()[1:]):
            if f"socket:[{f[9]}]" in mine and (f[3] == "0A" if kind.startswith("tcp") else not f[1].startswith("0100007F:")):
                found.append(f"{kind} {f[1]}")
    return found


with Folder() as folder:
    for spec, why in (("slirp:net=10.0.2.0", "net="), ("slirp:host=192.0.2.1", "host"), ("slirp:map=514", "map="), ("slirp:speed=9", "speed=9")):
        r = subprocess.run([ESPIAL, "run", "--state", os.path.join(folder, "bad"), "--link", "Ethernet0/9=" + spec], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert r.returncode == 3 and r.stderr.count("\n") == 1 and "Ethernet0/9" in r.stderr and why in r.stderr, r
    r = subprocess.run([ESPIAL, "run", "--seed", "1", "--link", "Ethernet0/9=slirp:"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert r.returncode == 2 and "--seed" in r.stderr, r

    syslog_port, trap_port = free_port(), free_port()
    syslogd, messages = rsyslog(folder, syslog_port)
    trapd, traps = snmptrapd(folder, trap_port)
    router = Router(folder, "R1", CONFIG, "--link", f"Ethernet0/9=slirp:map=514:{syslog_port},map=162:{trap_port}")
    try:
        router.line_up("Ethernet0/9")
        assert "100 percent (5/5)" in router.type("ping 10.0.2.2"), "10.0.2.2 does not answer"
        assert "0 percent (0/1)" in router.type("ping 192.0.2.77 repeat 1 timeout 1"), "a packet got beyond 10.0.2.2"
        wait_for("rsyslog", lambda: router.type("event manager run sender") and "a line for the collector" in messages())
        wait_for("the trap", lambda: ".1.3.6.1.4.1.9.10.91.0.2" in traps() and "INTEGER: 2323232" in traps() and "hello" in traps())
        line = next(l for l in messages().splitlines() if "a line for the collector" in l)
        assert re.match(r"\d+\|127\.0\.0\.1\|<\d+>\d+: .*%HA_EM-\d-LOG: sender: a line for the collector$", line), line
        assert not listening(router.process.pid), listening(router.process.pid)
        print("pinged 10.0.2.2; rsyslog got:", line)
        print("snmptrapd got:", next(l for l in traps().splitlines() if "2323232" in l).strip())
    finally:
        router.stop()
        for daemon in (syslogd, trapd):
            daemon.terminate()
            daemon.wait()
