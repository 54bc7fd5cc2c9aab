#!/usr/bin/python3
"""Managed objects and notifications beside Debian's tools: a whole walk in order, ifTable as snmptable draws it; a real snmptrapd reads each kind of notification in every
version, acknowledges informs, and the router knows that it did. The test plays the host 192.0.2.9 on the router's Ethernet and hands datagrams on over loopback, both ways."""
import os, re, socket, subprocess, sys, threading

sys.path.insert(0, os.path.dirname(__file__))
from routers import Cable, Folder, Router, free_port, need, start, wait_for

need("snmptrapd", "snmpwalk", "snmptable", "snmpget", modules=["scapy"])
import logging
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.layers.l2 import ARP, Ether
from scapy.layers.inet import IP, UDP

HOST, ROUTER, MAC = "192.0.2.9", "192.0.2.1", "02:00:00:00:00:09"
ENGINE = "80001f880301020304"  # snmptrapd's
CONFIG = """no ip domain lookup
no logging console
logging buffered 100000 debugging
interface Ethernet0/0
 description outside
 ip address 192.0.2.1 255.255.255.0
interface Loopback0
 ip address 198.51.100.1 255.255.255.255
snmp-server community public RO
snmp-server community all view everything RO
snmp-server view everything iso included
snmp-server group G v3 noauth
snmp-server group G v3 auth
snmp-server group G v3 priv
snmp-server engineID remote 192.0.2.9 """ + ENGINE + """
snmp-server enable traps snmp linkup linkdown
snmp-server enable traps config
event manager applet watcher
 event none
 action 1 syslog msg "ran"
line con 0
 privilege level 15
end
"""
# A module of our own for snmptable: of IF-MIB, which Debian does not bring along, what the test looks at.
MODULE = """TINY-IF-MIB DEFINITIONS ::= BEGIN
IMPORTS mib-2, OBJECT-TYPE, Integer32, Counter32 FROM SNMPv2-SMI;
interfaces OBJECT IDENTIFIER ::= { mib-2 2 }
ifTable OBJECT-TYPE SYNTAX SEQUENCE OF IfEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { interfaces 2 }
ifEntry OBJECT-TYPE SYNTAX IfEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "" INDEX { ifIndex } ::= { ifTable 1 }
IfEntry ::= SEQUENCE { ifIndex Integer32, ifDescr OCTET STRING, ifType Integer32, ifMtu Integer32 }
ifIndex OBJECT-TYPE SYNTAX Integer32 MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { ifEntry 1 }
ifDescr OBJECT-TYPE SYNTAX OCTET STRING MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { ifEntry 2 }
ifType OBJECT-TYPE SYNTAX Integer32 MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { ifEntry 3 }
ifMtu OBJECT-TYPE SYNTAX Integer32 MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { ifEntry 4 }
END
"""
SMI = """SNMPv2-SMI DEFINITIONS ::= BEGIN
org OBJECT IDENTIFIER ::= { iso 3 }
dod OBJECT IDENTIFIER ::= { org 6 }
internet OBJECT IDENTIFIER ::= { dod 1 }
mgmt OBJECT IDENTIFIER ::= { internet 2 }
mib-2 OBJECT IDENTIFIER ::= { mgmt 1 }
END
"""


class Host:
    """Answers ARP for 192.0.2.9; what comes to its port 162 goes to snmptrapd, and what that answers goes back."""

    def __init__(self, cable, port):
        self.cable, self.seen = cable, []
        self.out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.out.connect(("127.0.0.1", port))
        self.back = None
        self.deaf = False
        cable.judge = self.judge
        threading.Thread(target=self.answers, daemon=True).start()

    def judge(self, end, raw):
        p = Ether(raw)
        if ARP in p and p[ARP].op == 1 and p[ARP].pdst == HOST:
            self.cable.send(0, bytes(Ether(src=MAC, dst=p.src) / ARP(op=2, hwsrc=MAC, psrc=HOST, hwdst=p.src, pdst=ROUTER)))
        elif IP in p and p[IP].dst == HOST and UDP in p and p[UDP].dport == 162:
            self.back = (p.src, p[IP].src, p[UDP].sport)
            self.seen.append(bytes(p[UDP].payload))
            if not self.deaf:
                self.out.send(bytes(p[UDP].payload))
        return []

    def answers(self):
        while True:
            try:
                data = self.out.recv(65536)
            except ConnectionRefusedError:
                continue
            except OSError:
                return
            mac, addr, port = self.back
            self.cable.send(0, bytes(Ether(src=MAC, dst=mac) / IP(src=HOST, dst=addr) / UDP(sport=162, dport=port) / data))


def numbers(name):
    return tuple(int(n) for n in name.strip(".").split("."))


def objects(port, folder):
    env = {**os.environ, "SNMP_PERSISTENT_DIR": folder, "SNMPCONFPATH": folder, "MIBS": ""}
    said = subprocess.run(["snmpwalk", "-On", "-v2c", "-c", "all", f"127.0.0.1:{port}", ".1"], env=env, capture_output=True, text=True, check=True).stdout
    names = [numbers(m) for m in re.findall(r"^(\.1\.[\d.]+) = (?!No more)", said, re.M)]
    wrong = [(a, b) for a, b in zip(names, names[1:]) if a >= b]
    assert len(names) > 300 and not wrong, f"{len(names)} names, not in order or not once each: {wrong}"
    for root in ("1.3.6.1.2.1.1.", "1.3.6.1.2.1.2.2.1.", "1.3.6.1.2.1.31.1.1.1.", "1.3.6.1.4.1.9.9.48.", "1.3.6.1.4.1.9.9.109.", "1.3.6.1.4.1.9.9.171.", "1.3.6.1.2.1.47.", "1.3.6.1.2.1.4.20.", "1.3.6.1.2.1.4.22.", "1.3.6.1.2.1.4.24.4.", "1.3.6.1.2.1.4.24.7.", "1.3.6.1.2.1.5.", "1.3.6.1.2.1.7.5.",
                 "1.3.6.1.4.1.9.10.91.1.1.", "1.3.6.1.4.1.9.10.91.1.3.", "1.3.6.1.4.1.9.10.134.1.1.", "1.3.6.1.4.1.9.10.134.1.3."):
        assert any(n[:len(numbers(root))] == numbers(root) for n in names), f"nothing below {root}"
    folder_of_modules = os.path.join(folder, "modules")
    os.makedirs(folder_of_modules, exist_ok=True)
    for name, text in (("TINY-IF-MIB", MODULE), ("SNMPv2-SMI", SMI)):
        with open(os.path.join(folder_of_modules, name), "w") as f:
            f.write(text)
    table = subprocess.run(["snmptable", "-v2c", "-c", "all", "-Ci", "-Cf", ";", "-M", folder_of_modules, "-m", "TINY-IF-MIB", f"127.0.0.1:{port}", "TINY-IF-MIB::ifTable"],
                           env={**env, "MIBS": "TINY-IF-MIB"}, capture_output=True, text=True)
    assert '1;1;"Ethernet0/0";6;1500\n2;2;"Loopback0";24;1514\n' in table.stdout, table.stdout + table.stderr
    print(f"snmpwalk of .1: {len(names)} objects, in order, each once; snmptable draws ifTable")


LINES = {  # what the host line says; what the daemon prints
    "version 1 public": "TRAP, SNMP v1, community public",
    "version 2c public": "",
    "informs version 2c public": "",
    "version 3 noauth plain": "",
    "version 3 auth signs": "",
    "version 3 priv seals": "",
    "informs version 3 auth far": "",
    "informs version 3 priv farther": "",
}


def notifications(router, host, heard):
    for line, mark in LINES.items():
        informs = line.startswith("informs")
        heard.clear()
        host.seen.clear()
        for typed in ("configure terminal", "no snmp-server host 192.0.2.9", f"snmp-server host 192.0.2.9 {line} snmp", "interface Loopback0", "shutdown", "end"):
            said = router.type(typed)
            assert "%" not in said, (typed, said)
        down = ["(2) " if line.startswith("version 1") else ".1.3.6.1.6.3.1.1.5.3", '"Loopback0"', '"administratively down"', ".1.3.6.1.2.1.2.2.1.3."]
        if line.startswith("version 1"):
            down[0] = "Link Down Trap"
        try:
            wait_for("linkDown", lambda: all(any(m in t for t in heard) for m in down + [mark]))
            if informs:
                wait_for("its acknowledgement", lambda: re.search(r"Logging to 192\.0\.2\.9\.162, 0/10, [1-9]", router.type("show snmp")))
            else:
                assert "0/10" in router.type("show snmp")
            for typed in ("configure terminal", "interface Loopback0", "no shutdown", "end"):
                router.type(typed)
            wait_for("linkUp", lambda: any("Link Up Trap" in t or ".1.3.6.1.6.3.1.1.5.4" in t for t in heard))
        except AssertionError:
            print(line, "".join(heard), router.type("show snmp"), [m.hex() for m in host.seen])
            raise
        if "priv" in line:
            assert not any(b"Loopback0" in m for m in host.seen), "what is sealed can be read"
        print(f"snmptrapd reads linkDown and linkUp: {line}")


with Folder() as folder:
    port, agent = free_port(), free_port()
    cable = Cable()
    router = Router(folder, "R1", CONFIG, "--link", "Ethernet0/0=" + cable.spec(0), "--snmp", f"127.0.0.1:{agent}")
    daemon = None
    try:
        router.line_up()
        for typed in ("configure terminal", "snmp-server user plain G v3", "snmp-server user signs G v3 auth sha password1", "snmp-server user seals G v3 auth sha password1 priv aes 128 password2",
                      "snmp-server user far G remote 192.0.2.9 v3 auth sha password1", "snmp-server user farther G remote 192.0.2.9 v3 auth sha password1 priv aes 128 password2", "end"):
            router.type(typed)
        engine = re.search(r"engineID: (\w+)", router.type("show snmp engineID")).group(1)
        conf = os.path.join(folder, "snmptrapd.conf")
        with open(conf, "w") as f:
            f.write(f"disableAuthorization yes\nexactEngineID 0x{ENGINE}\ncreateUser -e 0x{engine} plain\ncreateUser -e 0x{engine} signs SHA password1\n"
                    f"createUser -e 0x{engine} seals SHA password1 AES password2\ncreateUser far SHA password1\ncreateUser farther SHA password1 AES password2\n")
        env = {**os.environ, "SNMP_PERSISTENT_DIR": folder, "MIBS": ""}
        daemon = start(["snmptrapd", "-f", "-Lo", "-On", "-n", "-C", "-c", conf, f"udp:127.0.0.1:{port}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
        heard = []
        threading.Thread(target=lambda: [heard.append(line.decode()) for line in daemon.stdout], daemon=True).start()
        wait_for("snmptrapd", lambda: any("NET-SNMP version" in line for line in heard))
        host = Host(cable, port)
        objects(agent, folder)
        notifications(router, host, heard)
    finally:
        router.stop()
        cable.stop()
        if daemon:
            daemon.terminate()
            daemon.wait()
