#!/usr/bin/python3
"""What a router with tap: and packet: has given up by the time it runs, and what it makes of an interface that is set down, loses its carrier, goes away and comes back: the
line falls with the log lines of a cable pulled, and the same interface under another number carries frames again, without a privilege and over a reload. So does one that was
set down while more left by it than it has room for, and another one of the same name."""
import os, re, signal, socket, sys

sys.path.insert(0, os.path.dirname(__file__))
from routers import Folder, Router, ip, ip_sum, must, own_namespace, skip, wait_for

own_namespace()
if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
    skip("/dev/net/tun is not there")

CONFIG = """no ip domain lookup
no logging console
interface Ethernet0/0
 ip address 192.0.2.1 255.255.255.0
interface Ethernet0/1
 ip address 198.51.100.1 255.255.255.0
line con 0
 privilege level 15
end
"""


def unprivileged(pid):
    """Every thread of it, for good: nothing permitted, and nothing to be had by executing something."""
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status") as f:
            status = dict(re.findall(r"^(Cap\w+|NoNewPrivs):\t(\w+)$", f.read(), re.M))
        held = {name: value for name, value in status.items() if name.startswith("Cap") and int(value, 16)}
        assert not held and status["NoNewPrivs"] == "1", status


def wires():
    must("link", "add", "wire0", "type", "veth", "peer", "name", "wire1")
    must("addr", "add", "192.0.2.9/24", "dev", "wire1")
    must("link", "set", "wire0", "up")
    must("link", "set", "wire1", "up")


class Line:
    """One interface of the router, and the machine's own address behind it."""

    def __init__(self, router, name, there):
        self.router, self.name, self.there = router, name, there

    def logged(self, mnemonic, state):
        return len(re.findall(f"%{mnemonic}: .*Interface {self.name}, changed state to {state}", self.router.type("show logging")))

    def falls(self, how):
        link, line = self.logged("LINK-3-UPDOWN", "down"), self.logged("LINEPROTO-5-UPDOWN", "down")
        how()
        wait_for(f"{self.name} to fall", lambda: re.search(self.name + r" .* down +down", self.router.type("show ip interface brief")))
        wait_for("the log to say so", lambda: (self.logged("LINK-3-UPDOWN", "down"), self.logged("LINEPROTO-5-UPDOWN", "down")) == (link + 1, line + 1))

    def rises(self, how):
        how()
        self.router.line_up(self.name)
        wait_for(f"pings by {self.name}", lambda: "100 percent (5/5)" in self.router.type(f"ping {self.there}"))


def asked_while_down(process):
    """More echo requests than the router has room for answers lie there when it reads on, and the interface is set down."""
    macs = [re.search(r"(?:lladdr|ether) ([0-9a-f:]{17})", ip(*words).stdout)[1] for words in (("neigh", "show", "192.0.2.1"), ("link", "show", "wire1"))]
    head = bytes.fromhex("".join(macs).replace(":", "") + "0800")
    packet = bytearray.fromhex("4500001c000000004001 0000 c0000209 c0000201 0800 f7ff 0000 0000")
    packet[10:12] = ip_sum(packet[:20]).to_bytes(2, "big")
    process.send_signal(signal.SIGSTOP)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
        s.bind(("wire1", 0))
        for _ in range(1000):
            s.send(head + packet)
    must("link", "set", "wire0", "down")
    process.send_signal(signal.SIGCONT)


def renamed():
    for old, new in ("wire0", "old0"), ("wire1", "old1"):
        must("link", "set", old, "down")
        must("link", "set", old, "name", new)
    must("addr", "flush", "dev", "old1")
    must("link", "set", "old0", "up")
    must("link", "set", "old1", "up")


def packet(line):
    line.rises(lambda: None)
    line.falls(lambda: must("link", "set", "wire1", "down"))
    line.rises(lambda: must("link", "set", "wire1", "up"))
    line.falls(lambda: must("link", "set", "wire0", "down"))
    line.rises(lambda: must("link", "set", "wire0", "up"))
    line.falls(lambda: asked_while_down(line.router.process))
    line.rises(lambda: must("link", "set", "wire0", "up"))
    line.falls(renamed)
    line.rises(wires)
    line.falls(lambda: must("link", "del", "wire0"))
    line.rises(wires)
    print("packet: unplugged, set down, renamed, gone and back")


def tap(line):
    must("addr", "add", "198.51.100.9/24", "dev", "cable7")
    line.rises(lambda: None)
    line.falls(lambda: must("link", "set", "cable7", "down"))
    line.rises(lambda: must("link", "set", "cable7", "up"))
    line.falls(lambda: must("link", "del", "cable7"))

    def back():
        must("tuntap", "add", "cable7", "mode", "tap")
        must("addr", "add", "198.51.100.9/24", "dev", "cable7")
        must("link", "set", "cable7", "up")

    line.rises(back)
    print("tap: set down, gone and back")


with Folder() as folder:
    wires()
    router = Router(folder, "R1", CONFIG, "--link", "Ethernet0/0=packet:wire0", "--link", "Ethernet0/1=tap:cable7", "--stay")
    try:
        lines = Line(router, "Ethernet0/0", "192.0.2.9"), Line(router, "Ethernet0/1", "198.51.100.9")
        router.line_up()
        unprivileged(router.process.pid)
        packet(lines[0])
        tap(lines[1])
        router.type("write memory")
        router.reload()
        for line in lines:
            line.rises(lambda: None)
        assert " 0 input errors, 0 CRC" in router.type("show interfaces Ethernet0/0")
        unprivileged(router.process.pid)
        print("unprivileged, and both links carry on over a reload")
    finally:
        router.stop()
