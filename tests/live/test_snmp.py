#!/usr/bin/python3
"""Traps and Debian's own SNMP tools: what an applet sends is read by a real snmptrapd; what snmptrap sends fires the applet of the incident. The test plays the
host 192.0.2.9 on the router's Ethernet (scapy makes and reads the frames) and hands the datagrams on over loopback."""
import os, re, subprocess, sys, tempfile, threading, time

sys.path.insert(0, os.path.dirname(__file__))
from routers import Cable, Folder, Router, free_port, need, start, wait_for

need("snmptrapd", "snmptrap", "snmpinform", modules=["scapy"])
import logging
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
import socket
from scapy.layers.l2 import ARP, Ether
from scapy.layers.inet import IP, UDP

HOST, ROUTER, MAC = "192.0.2.9", "192.0.2.1", "02:00:00:00:00:09"
CONFIG = """no ip domain lookup
no logging console
logging buffered 100000 debugging
interface Ethernet0/0
 ip address 192.0.2.1 255.255.255.0
snmp-server enable traps event-manager
snmp-server host 192.0.2.9{version} public event-manager
snmp-server manager
line con 0
 privilege level 15
event manager applet sender
 event none
 action 1 snmp-trap intdata1 2323232 strdata "hello"
event manager applet spoke_app
 event snmp-notification oid 1.3.6.1.4.1.9.10.91.1.2.3.1.9. oid-val "2323232" op eq src-ip-address 192.0.2.9 maxrun 35
 action 1.0 syslog msg "Received trap from Hub..."
 action 2.0 cli command "enable"
 action 3.0 cli command "undebug all"
 action 4.0 syslog msg "DONE ON SPOKE"
end
"""


class Host:
    """Answers ARP for 192.0.2.9; datagrams to its port 162 go to `deliver`, those to port 40000 to `answer`."""

    def __init__(self, cable, deliver, answer=None):
        self.cable, self.deliver, self.answer, self.router_mac = cable, deliver, answer, None
        cable.judge = self.judge

    def judge(self, end, raw):
        p = Ether(raw)
        if ARP in p and p[ARP].op == 1 and p[ARP].pdst == HOST:
            self.router_mac = p.src
            self.cable.send(0, bytes(Ether(src=MAC, dst=p.src) / ARP(op=2, hwsrc=MAC, psrc=HOST, hwdst=p.src, pdst=ROUTER)))
        elif IP in p and p[IP].dst == HOST and UDP in p and p[UDP].dport == 162:
            assert p[IP].src == ROUTER, "the trap must come from the router's own address"
            self.deliver(bytes(p[UDP].payload))
        elif IP in p and p[IP].dst == HOST and UDP in p and p[UDP].dport == 40000 and self.answer:
            self.answer(bytes(p[UDP].payload))
        return []

    def send(self, payload):
        self.cable.send(0, bytes(Ether(src=MAC, dst=self.router_mac) / IP(src=HOST, dst=ROUTER) / UDP(sport=40000, dport=162) / payload))


def sends(folder, version, marks):
    port = free_port()
    conf = os.path.join(folder, "snmptrapd.conf")
    with open(conf, "w") as f:
        f.write("disableAuthorization yes\n")
    env = {**os.environ, "SNMP_PERSISTENT_DIR": folder, "MIBS": ""}
    daemon = start(["snmptrapd", "-f", "-Lo", "-On", "-n", "-C", "-c", conf, f"udp:127.0.0.1:{port}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
    heard = []
    threading.Thread(target=lambda: [heard.append(line.decode()) for line in daemon.stdout], daemon=True).start()
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    cable = Cable()
    Host(cable, lambda payload: out.sendto(payload, ("127.0.0.1", port)))
    router = Router(folder, "R1" + version.strip().replace(" ", ""), CONFIG.format(version=version), "--link", "Ethernet0/0=" + cable.spec(0))
    try:
        wait_for("snmptrapd", lambda: any("NET-SNMP version" in line for line in heard))
        router.line_up()
        router.type("event manager run sender")
        try:
            wait_for("the trap", lambda: all(any(m in line for line in heard) for m in marks))
        except AssertionError:
            print("".join(heard))
            raise
        print(f"snmptrapd read the trap{version or ' version 1'}: {marks}")
    finally:
        router.stop()
        cable.stop()
        daemon.terminate()
        daemon.wait()


def hears_v3(folder):
    """Under SNMPv3: a trap of the sender's user, an inform of ours; wrong passwords and levels fire nothing."""
    env = {**os.environ, "SNMP_PERSISTENT_DIR": folder, "MIBS": ""}
    relay = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # the tools speak to it, and it to the router's Ethernet
    relay.bind(("127.0.0.1", 0))
    tool = [None]
    cable = Cable()
    host = Host(cable, lambda payload: None, lambda payload: relay.sendto(payload, tool[0]))

    def carry():
        while True:
            data, tool[0] = relay.recvfrom(65536)
            host.send(data)
    router = Router(folder, "R3", CONFIG.format(version=""), "--link", "Ethernet0/0=" + cable.spec(0))
    try:
        router.line_up()
        router.type("ping 192.0.2.9 repeat 1 timeout 1")
        wait_for("ARP", lambda: host.router_mac)
        threading.Thread(target=carry, daemon=True).start()
        router.type("configure terminal")
        for line in ("snmp-server engineID remote 192.0.2.9 80001F8803AABBCCDDEE", "snmp-server group ops v3 auth", "snmp-server user carol ops remote 192.0.2.9 v3 auth sha password1 priv aes 128 password2",
                     "snmp-server user carol ops v3 auth sha password1 priv aes 128 password2"):
            assert "%" not in router.type(line), line
        router.type("end")
        at, what = f"127.0.0.1:{relay.getsockname()[1]}", ["100", ".1.3.6.1.4.1.9.10.91.0.2", ".1.3.6.1.4.1.9.10.91.1.2.3.1.9.8", "i", "2323232"]
        who = ["-v3", "-u", "carol", "-l", "authPriv", "-a", "SHA", "-A", "password1", "-x", "AES", "-X", "password2"]
        theirs = ["-e", "0x80001F8803AABBCCDDEE"]
        runs = lambda: router.type("show logging | include HA_EM-6-LOG: ").count("spoke_app: DONE ON SPOKE")
        counter = lambda name: int(re.search(r"(\d+) " + name, router.type("show snmp")).group(1))
        subprocess.run(["snmptrap", *who, *theirs, "-Z", "5,1000", at, *what], check=True, env=env)
        wait_for("spoke_app by a v3 trap", lambda: runs() == 1)
        r = subprocess.run(["snmpinform", "-r1", "-t5", *who, at, *what], env=env, capture_output=True, text=True)
        assert r.returncode == 0, r.stderr
        wait_for("spoke_app by a v3 inform", lambda: runs() == 2)
        assert counter("Trap PDUs\\s+\\d+ Response") == 1 and counter("Inform request PDUs") == 1
        refused = {
            "a wrong password": [*who[:8], "password9", *who[9:], *theirs, "-Z", "5,1000"],
            "an unsigned message": ["-v3", "-u", "carol", "-l", "noAuthNoPriv", *theirs],
            "an earlier boot": [*who, *theirs, "-Z", "4,1000"],
            "an earlier time": [*who, *theirs, "-Z", "5,500"],
            "a stranger": ["-v3", "-u", "mallory", *who[3:], *theirs, "-Z", "5,1000"],
        }
        for n, (name, words) in enumerate(refused.items()):
            was = counter("SNMP packets input")
            subprocess.run(["snmptrap", *words, at, *what], check=True, env=env)
            wait_for(name, lambda: counter("SNMP packets input") > was)
        r = subprocess.run(["snmpinform", "-r0", "-t1", *who[:8], "password9", *who[9:], at, *what], env=env, capture_output=True, text=True)
        assert r.returncode != 0
        subprocess.run(["snmptrap", *who, *theirs, "-Z", "5,1001", at, *what], check=True, env=env)
        wait_for("spoke_app once more", lambda: runs() >= 3)
        assert runs() == 3, "what was refused fired the applet"
        print("snmptrap -v3 and snmpinform -v3 fired spoke_app; wrong passwords, levels, users and times did not")
    finally:
        router.stop()
        cable.stop()


def hears(folder):
    port = free_port()
    catch = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    catch.bind(("127.0.0.1", port))
    catch.settimeout(10)
    env = {**os.environ, "SNMP_PERSISTENT_DIR": folder, "MIBS": ""}
    cable = Cable()
    host = Host(cable, lambda payload: None)
    router = Router(folder, "R2", CONFIG.format(version=""), "--link", "Ethernet0/0=" + cable.spec(0))
    try:
        router.line_up()
        router.type("ping 192.0.2.9 repeat 1 timeout 1")  # makes the router ask who has 192.0.2.9
        wait_for("ARP", lambda: host.router_mac)
        tools = {
            "v1": ["snmptrap", "-v1", "-c", "public", f"127.0.0.1:{port}", ".1.3.6.1.4.1.9.10.91", HOST, "6", "2", "100", ".1.3.6.1.4.1.9.10.91.1.2.3.1.9.7", "i", "2323232"],
            "v2c": ["snmptrap", "-v2c", "-c", "public", f"127.0.0.1:{port}", "100", ".1.3.6.1.4.1.9.10.91.0.2", ".1.3.6.1.4.1.9.10.91.1.2.3.1.9.8", "i", "2323232"],
        }
        wrong = ["snmptrap", "-v1", "-c", "wrong", *tools["v1"][4:]]
        for runs, (name, argv) in enumerate([("wrong community", wrong), *tools.items()]):
            subprocess.run(argv, check=True, env=env)
            host.send(catch.recv(65536))
            if name == "wrong community":
                wait_for("AUTHFAIL", lambda: "AUTHFAIL" in router.type("show logging | include AUTHFAIL: "))
                assert "spoke_app" not in router.type("show logging | include HA_EM-6-LOG: "), "a wrong community fired the applet"
                continue
            wait_for("the applet", lambda: router.type("show logging | include HA_EM-6-LOG: ").count("spoke_app: DONE ON SPOKE") == runs)
            print(f"snmptrap -{name} fired spoke_app")
    finally:
        router.stop()
        cable.stop()


with Folder() as path:
    sends(path, "", ["Enterprise Specific Trap (2)", ".1.3.6.1.4.1.9.10.91.1.2.3.1.9.", "INTEGER: 2323232", "hello"])
    sends(path, " version 2c", [".1.3.6.1.4.1.9.10.91.0.2", "INTEGER: 2323232", "hello"])
    hears(path)
    hears_v3(path)
