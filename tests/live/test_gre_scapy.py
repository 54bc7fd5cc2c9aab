#!/usr/bin/python3
"""scapy as an independent GRE: two routers with a tunnel that has a key, checksums and sequence numbers. What `left` sends scapy reads back to the byte, keepalives
too; an echo that scapy puts into GRE is taken out, answered and counted by `right`; one with another key, a spoiled checksum or an old number is not. tshark reads
all of it without a malformed packet."""
import logging, os, re, struct, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Cable, Folder, Router, need, wait_for

need("tshark", modules=["scapy"])
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.layers.inet import ICMP, IP
from scapy.layers.l2 import GRE, Ether

LEFT, RIGHT, KEY = "192.0.2.1", "192.0.2.2", 3000000000


def config(me, n, peer, other, more=""):
    return f"""no ip domain lookup
no logging console
interface Loopback1
 ip address 10.{n}.0.1 255.255.255.255
interface Ethernet0/0
 ip address {me} 255.255.255.0
interface Tunnel0
 ip address 172.16.0.{n} 255.255.255.252
{more} tunnel source Ethernet0/0
 tunnel destination {peer}
 tunnel key {KEY}
 tunnel checksum
 tunnel sequence-datagrams
ip route 10.{other}.0.1 255.255.255.255 Tunnel0
line con 0
 privilege level 15
end
"""


def gre(cable, end):
    return [Ether(f)[IP] for e, f in cable.frames if e == end and f[12:14] == b"\x08\x00" and f[23] == 47]


def counted(router):
    m = re.search(r"(\d+) packets input.*?(\d+) packets output", router.type("show interfaces Tunnel0"), re.S)
    return int(m.group(1)), int(m.group(2))


def same(packet):
    """scapy builds the packet anew from its fields, its own checksums among them."""
    fresh = IP(bytes(packet))
    for layer in (fresh, fresh[GRE]):
        layer.chksum = None
    assert bytes(fresh) == bytes(packet), f"{packet!r} is not {fresh!r}"


with Folder() as folder:
    cable = Cable()
    left = Router(folder, "left", config(LEFT, 1, RIGHT, 2, " keepalive 1 2\n"), "--link", "Ethernet0/0=" + cable.spec(0))
    right = Router(folder, "right", config(RIGHT, 2, LEFT, 1), "--link", "Ethernet0/0=" + cable.spec(1))
    try:
        left.line_up("Tunnel0")
        right.line_up("Tunnel0")
        text = left.type("ping 10.2.0.1 source Loopback1 repeat 5 timeout 1")
        if "100 percent" not in text:  # ARP took the first
            text = left.type("ping 10.2.0.1 source Loopback1 repeat 5 timeout 1")
        assert "100 percent (5/5)" in text, text
        echoes = [p for p in gre(cable, 0) if ICMP in p]
        assert len(echoes) >= 5
        numbers = []
        for p in gre(cable, 0) + gre(cable, 1):
            g = p[GRE]
            if g.proto != 0x0800:
                continue
            assert (g.chksum_present, g.key_present, g.seqnum_present, g.key, p.ttl) == (1, 1, 1, KEY, 255), repr(p)
            same(p)
        numbers = [p[GRE].seqence_number if hasattr(p[GRE], "seqence_number") else p[GRE].sequence_number for p in gre(cable, 0) if p[GRE].proto == 0x0800]
        assert numbers == sorted(set(numbers)), numbers

        # A keepalive: inside stands its own answer, which comes back as it is but for its TTL.
        wait_for("a keepalive and its answer", lambda: any(p[GRE].proto == 0 for p in gre(cable, 1)))
        asked = [p for p in gre(cable, 0) if p[GRE].proto == 0x0800 and p[GRE].payload[IP].proto == 47][0]
        inside = asked[GRE].payload[IP]
        assert (inside.src, inside.dst, inside[GRE].proto, inside[GRE].key) == (RIGHT, LEFT, 0, KEY), repr(inside)
        back = [p for p in gre(cable, 1) if p[GRE].proto == 0][0]
        assert (back.src, back.dst, back.ttl) == (RIGHT, LEFT, inside.ttl - 1)
        assert bytes(back)[20:back.len] == bytes(inside)[20:inside.len], (bytes(back).hex(), bytes(inside).hex())  # behind it the frame is filled up

        # scapy speaks as left.
        mac = [f for e, f in cable.frames if e == 1][-1][6:12]

        def say(number, key=KEY, **more):
            echo = IP(src="10.1.0.1", dst="10.2.0.1") / ICMP(id=0x7343, seq=number & 0xFFFF) / (b"made by scapy" * 9)
            packet = IP(src=LEFT, dst=RIGHT) / GRE(chksum_present=1, key_present=1, seqnum_present=1, key=key, seqence_number=number, **more) / echo
            cable.send(1, mac + b"\x02\0\0\0\0\x09\x08\0" + bytes(packet))

        def answers():
            return [p for p in gre(cable, 1) if ICMP in p and p[ICMP].id == 0x7343]

        say(numbers[-1] + 100000)
        wait_for("the answer", lambda: len(answers()) == 1)
        assert bytes(answers()[0][ICMP].payload) == b"made by scapy" * 9
        same(answers()[0])
        say(numbers[-1] + 100001, key=KEY + 1)
        say(numbers[-1] + 100002, chksum=0x1234)
        say(numbers[-1] + 99999)
        say(numbers[-1] + 100003)
        wait_for("the answer to the last", lambda: answers() and answers()[-1][ICMP].seq == (numbers[-1] + 100003) & 0xFFFF)
        assert len(answers()) == 2, [p[ICMP].seq for p in answers()]
        assert counted(right)[0] > 0 and counted(left)[1] > 0

        pcap = os.path.join(folder, "gre.pcap")
        with open(pcap, "wb") as f:
            f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for n, (_, frame) in enumerate(cable.frames):
                f.write(struct.pack("<IIII", n, 0, len(frame), len(frame)) + frame)
        run = lambda *more: subprocess.run(["tshark", "-r", pcap, *more], capture_output=True, text=True, check=True).stdout
        assert not run("-Y", "_ws.malformed"), run("-Y", "_ws.malformed")
        assert run("-Y", "gre.key == 3000000000 && icmp"), "tshark sees no GRE with our key"
        assert not run("-Y", 'gre.checksum.status == "Bad"'), run("-Y", 'gre.checksum.status == "Bad"')
        print("scapy, tshark and espial agree on GRE, both ways", flush=True)
    finally:
        left.stop()
        right.stop()
        cable.stop()
