#!/usr/bin/python3
"""Every kind of notification, read by Debian's snmptrapd: coldStart, warmStart, links, authenticationFailure, the log, configuration, tunnels of IKE and IPsec, applets; as
traps of SNMPv3, and as informs of versions 2c and 3 that snmptrapd acknowledges, or does not. The test plays the host 192.0.2.9 on R1's second Ethernet and hands datagrams
on, both ways; R2 is the other end of the tunnel."""
import os, re, select, socket, subprocess, sys, threading

sys.path.insert(0, os.path.dirname(__file__))
from routers import Cable, Folder, Router, free_port, need, start, tunnel_config, wait_for

need("snmptrapd", modules=["scapy"])
import logging
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.layers.l2 import ARP, Ether
from scapy.layers.inet import IP, UDP

HOST, ROUTER, LOOPBACK, MAC = "192.0.2.9", "192.0.2.1", "10.1.1.1", "02:00:00:00:00:09"
OURS, THEIRS = "800000090300AABBCCDDEEFF", "80001F8803AABBCCDDEE"
DAEMON = f"""disableAuthorization yes
exactEngineID 0x{THEIRS}
createUser -e 0x{OURS} bob SHA password1 AES password2
createUser carol SHA password3 AES password4
"""
MORE = f"""interface Ethernet0/1
 ip address {ROUTER} 255.255.255.0
snmp-server engineID local {OURS}
snmp-server engineID remote {HOST} {THEIRS}
snmp-server group ops v3 auth
snmp-server group ops v3 priv
snmp-server user bob ops v3 auth sha password1 priv aes 128 password2
snmp-server user carol ops remote {HOST} v3 auth sha password3 priv aes 128 password4
snmp-server enable traps
snmp-server manager
snmp-server trap-timeout 1
snmp-server informs retries 2 timeout 1
logging history informational
snmp-server host {HOST} version 3 priv bob
event manager applet sender
 event none
 action 1 snmp-trap intdata1 2323232 strdata "hello"
event manager applet told trap
 event none
 action 1 exit 7
"""
TRAP, INTERFACES = ".1.3.6.1.6.3.1.1.4.1.0 = OID: ", ".1.3.6.1.2.1.2.2.1"


class Daemon:
    """snmptrapd; `heard` are its lines, one a notification."""

    def __init__(self, folder):
        self.port = free_port()
        conf = os.path.join(folder, "snmptrapd.conf")
        with open(conf, "w") as f:
            f.write(DAEMON)
        env = {**os.environ, "SNMP_PERSISTENT_DIR": folder, "MIBS": ""}
        self.heard = []
        self.process = start(["snmptrapd", "-f", "-Lo", "-On", "-n", "-C", "-c", conf, "-F", "%B port %W: %v\\n", f"udp:127.0.0.1:{self.port}"],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
        threading.Thread(target=lambda: [self.heard.append(line.decode(errors="replace")) for line in self.process.stdout], daemon=True).start()
        wait_for("snmptrapd", lambda: any("NET-SNMP version" in line for line in self.heard))

    def has(self, *marks, since=0):
        return any(all(m in line for m in marks) for line in self.heard[since:])

    def wait(self, what, *marks, since=0):
        try:
            wait_for(what, lambda: self.has(*marks, since=since), 30)
        except AssertionError:
            print("".join(self.heard[since:]))
            raise
        print(f"snmptrapd read {what}")

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Host:
    """192.0.2.9: answers ARP; what comes to its port 162 goes to the daemon, from a socket for each port of the router, and the daemon's answers go back (unless deaf)."""

    def __init__(self, cable, daemon):
        self.cable, self.daemon, self.deaf, self.router_mac, self.sources = cable, daemon, False, None, set()
        self.sockets = {}
        cable.judge = self.judge
        threading.Thread(target=self.answers, daemon=True).start()

    def judge(self, end, raw):
        p = Ether(raw)
        if ARP in p and p[ARP].op == 1 and p[ARP].pdst == HOST:
            self.router_mac = p.src
            self.cable.send(0, bytes(Ether(src=MAC, dst=p.src) / ARP(op=2, hwsrc=MAC, psrc=HOST, hwdst=p.src, pdst=ROUTER)))
        elif IP in p and p[IP].dst == HOST and UDP in p and p[UDP].dport == 162:
            self.sources.add(p[IP].src)
            key = (p[IP].src, p[UDP].sport)
            if key not in self.sockets:
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                s.connect(("127.0.0.1", self.daemon.port))
                self.sockets[key] = s
            self.sockets[key].send(bytes(p[UDP].payload))
        return []

    def answers(self):
        while True:
            for s in select.select(list(self.sockets.values()), [], [], 0.05)[0]:
                key = next(k for k, v in self.sockets.items() if v is s)
                data = s.recv(65536)
                if not self.deaf:
                    self.send(data, 162, key[1], key[0])

    def send(self, payload, sport, dport, to=ROUTER):
        self.cable.send(0, bytes(Ether(src=MAC, dst=self.router_mac) / IP(src=HOST, dst=to) / UDP(sport=sport, dport=dport) / payload))


def configure(router, *lines):
    router.type("configure terminal")
    for line in lines:
        said = router.type(line)
        assert "%" not in said, said
    router.type("end")


def counter(router, name):
    return int(re.search(r"(\d+) " + name, router.type("show snmp")).group(1))


def every_kind(r1, r2, host, daemon):
    daemon.wait("coldStart", TRAP + ".1.3.6.1.6.3.1.1.5.1")
    configure(r1, "interface Loopback7")
    daemon.wait("linkUp", TRAP + ".1.3.6.1.6.3.1.1.5.4", INTERFACES + ".2.", '"Loopback7"', '"up"')
    daemon.wait("a change of the configuration", TRAP + ".1.3.6.1.4.1.9.9.43.2.0.1", ".1.3.6.1.4.1.9.9.43.1.1.6.1.5.")
    configure(r1, "interface Loopback7", "shutdown")
    daemon.wait("linkDown", TRAP + ".1.3.6.1.6.3.1.1.5.3", '"Loopback7"', '"administratively down"')
    daemon.wait("a line of the log", TRAP + ".1.3.6.1.4.1.9.9.41.2.0.1", '"LINK"', "INTEGER: 6", '"CHANGED"', "administratively down")
    host.send(bytes.fromhex("3025020101 0405 77726f6e67 a019 020101 020100 020100 300e 300c 0608 2b06010201010500 0500"), 40000, 161)
    daemon.wait("authenticationFailure", TRAP + ".1.3.6.1.6.3.1.1.5.5", f".1.3.6.1.4.1.9.2.1.5.0 = IpAddress: {HOST}")
    r1.type("event manager run sender")
    daemon.wait("an applet's notification", TRAP + ".1.3.6.1.4.1.9.10.91.0.2", ".1.3.6.1.4.1.9.10.91.1.2.3.1.9.", "INTEGER: 2323232", '"hello"')
    r1.type("event manager run told")
    daemon.wait("the event server's own, after a run", TRAP + ".1.3.6.1.4.1.9.10.91.0.1", ".1.3.6.1.4.1.9.10.91.1.2.3.1.7.", '"told"', ".1.3.6.1.4.1.9.10.91.1.2.3.1.8.", "INTEGER: 7")
    assert not daemon.has('"told"', ".1.3.6.1.4.1.9.10.91.0.2")
    configure(r1, f"snmp-server host {HOST} version 2c public event-manager")
    since = len(daemon.heard)
    r1.type("event manager run sender")
    wait_for("a second line of the host beside the first", lambda: sum("INTEGER: 2323232" in line for line in daemon.heard[since:]) == 2)
    configure(r1, f"no snmp-server host {HOST} version 2c public")
    since = len(daemon.heard)
    configure(r1, "no snmp-server enable traps event-manager")
    r1.type("event manager run told")
    r1.type("event manager run sender")
    configure(r1, "interface Loopback8")
    daemon.wait("a link, but nothing of the event server's while its traps are off", TRAP + ".1.3.6.1.6.3.1.1.5.4", '"Loopback8"', since=since)
    assert not daemon.has("1.3.6.1.4.1.9.10.91.0.", since=since)
    configure(r1, "snmp-server enable traps event-manager")
    wait_for("the tunnel", lambda: "!" in r1.type("ping 10.2.2.1 source Loopback0 timeout 1"))
    daemon.wait("the start of an IKE tunnel", TRAP + ".1.3.6.1.4.1.9.9.171.2.0.1", "171.1.2.3.1.15.1 = INTEGER: 86400")
    daemon.wait("the start of an IPsec tunnel", TRAP + ".1.3.6.1.4.1.9.9.171.2.0.7", "171.1.3.2.1.9.1 = INTEGER: 3600", "171.1.3.2.1.8.1 = INTEGER: 4608000")
    r1.type("clear crypto session")
    daemon.wait("the end of an IPsec tunnel", TRAP + ".1.3.6.1.4.1.9.9.171.2.0.8")
    daemon.wait("the end of an IKE tunnel", TRAP + ".1.3.6.1.4.1.9.9.171.2.0.2")
    assert host.sources == {ROUTER}
    configure(r1, f"no snmp-server host {HOST}", f"snmp-server host {HOST} version 3 auth bob syslog", "snmp-server trap-source Loopback0")
    since = len(daemon.heard)
    r1.type("event manager run sender")
    configure(r1, "interface Loopback7", "no shutdown")
    daemon.wait("a line of the log alone, signed, from Loopback0", TRAP + ".1.3.6.1.4.1.9.9.41.2.0.1", '"UPDOWN"', since=since)
    assert host.sources == {ROUTER, LOOPBACK}
    assert not daemon.has(TRAP + ".1.3.6.1.4.1.9.10.91.0.2", since=since) and not daemon.has(TRAP + ".1.3.6.1.6.3.1.1.5.4", since=since)
    configure(r1, f"no snmp-server host {HOST}", "no snmp-server trap-source")


def informs(r1, host, daemon):
    for version, words in (("2c", "version 2c public"), ("3", "version 3 priv carol")):
        configure(r1, f"snmp-server host {HOST} informs {words} event-manager")
        since, was = len(daemon.heard), counter(r1, "Response PDUs\n +\\d+ Responses with")
        r1.type("event manager run sender")
        daemon.wait(f"an inform of version {version}", TRAP + ".1.3.6.1.4.1.9.10.91.0.2", "INTEGER: 2323232", since=since)
        wait_for("its acknowledgement", lambda: counter(r1, "Response PDUs\n +\\d+ Responses with") == was + 1)
        assert "req id" not in r1.type("show snmp pending")
        configure(r1, f"no snmp-server host {HOST}")
    configure(r1, f"snmp-server host {HOST} informs version 2c public event-manager")
    host.deaf = True
    was = counter(r1, "Timeouts")
    r1.type("event manager run sender")
    assert re.search(rf"req id: \d+, dest: {re.escape(HOST)}\.162, V2C community: public, Expires in \d+ secs", r1.type("show snmp pending"))
    wait_for("its end", lambda: counter(r1, "Timeouts") == was + 1)
    assert "req id" not in r1.type("show snmp pending")
    sessions = r1.type("show snmp sessions")
    assert re.search(rf"Destination: {re.escape(HOST)}\.162, V2C community: public.*?4 Informs\s+1 Timeouts.*?1 Responses \(0 errors\)", sessions, re.S), sessions
    print("an inform that nobody acknowledged was sent three times and given up")
    host.deaf = False
    configure(r1, f"no snmp-server host {HOST}")


with Folder() as path:
    daemon = Daemon(path)
    between, outside = Cable(), Cable()
    host = Host(outside, daemon)
    config = tunnel_config("10.0.0.1", "10.0.0.2", "10.1.1", "10.2.2")
    r1 = Router(path, "R1", config.replace("line con 0", MORE + "line con 0"), "--link", "Ethernet0/0=" + between.spec(0), "--link", "Ethernet0/1=" + outside.spec(0))
    r2 = Router(path, "R2", tunnel_config("10.0.0.2", "10.0.0.1", "10.2.2", "10.1.1"), "--link", "Ethernet0/0=" + between.spec(1))
    try:
        r1.line_up("Ethernet0/1")
        every_kind(r1, r2, host, daemon)
        informs(r1, host, daemon)
        since = len(daemon.heard)
        configure(r1, "no snmp-server")
        configure(r1, "snmp-server enable traps snmp warmstart", f"snmp-server host {HOST} public")
        daemon.wait("warmStart of version 1", "Warm Start", since=since)
    finally:
        r1.stop()
        r2.stop()
        between.stop()
        outside.stop()
        daemon.stop()
