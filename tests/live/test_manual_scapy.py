#!/usr/bin/python3
"""Keys typed by hand (crypto map ... ipsec-manual), with scapy as an independent ESP and AH that was given the same keys: it opens what both routers send, by the keys of
each way, and what it seals itself is opened, counted and answered. No IKE anywhere."""
import logging, os, re, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Cable, Folder, Router, need, wait_for

need(modules=["scapy", "cryptography"])
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.layers.inet import ICMP, IP
from scapy.layers.ipsec import AH, ESP, SecurityAssociation
from scapy.layers.l2 import Ether
from scapy.packet import bind_layers, split_layers

LEFT, RIGHT = "192.0.2.1", "192.0.2.2"
# The set; ESP's cipher and hash and AH's hash as scapy calls them, each with the length of its key.
SETS = [
    ("esp-aes esp-sha-hmac", ("AES-CBC", 16), ("HMAC-SHA1-96", 20), None),
    ("esp-aes 256 esp-sha512-hmac", ("AES-CBC", 32), ("SHA2-512-256", 64), None),
    ("esp-3des esp-md5-hmac", ("3DES", 24), ("HMAC-MD5-96", 16), None),
    ("esp-null esp-sha256-hmac", None, ("SHA2-256-128", 32), None),
    ("ah-sha-hmac", None, None, ("HMAC-SHA1-96", 20)),
    ("ah-sha256-hmac", None, None, ("SHA2-256-128", 32)),
    ("ah-sha-hmac esp-aes esp-sha-hmac", ("AES-CBC", 16), ("HMAC-SHA1-96", 20), ("HMAC-SHA1-96", 20)),
]


def spi(i, way):
    return 0x1000 + 16 * i + way


def key(i, way, kind, n):
    """Every key another one; ways: 0 from left to right, 1 back."""
    return bytes((97 * i + 31 * way + 7 * kind + k) & 255 for k in range(n))


def config(me, mine, peer, theirs):
    out = 0 if me == LEFT else 1
    lines = ["no ip domain lookup", "no logging console", "logging buffered 1000000 debugging"]
    for i, (names, cipher, auth, ah) in enumerate(SETS):
        lines += [f"crypto ipsec transform-set T{i} {names}", f"crypto map M {10 + i} ipsec-manual", f"set peer {peer}"]
        for word, way in (("outbound", out), ("inbound", 1 - out)):
            if cipher or auth:
                keys = f" cipher {key(i, way, 0, cipher[1]).hex()}" if cipher else ""
                keys += f" authenticator {key(i, way, 1, auth[1]).hex()}" if auth else ""
                lines.append(f"set session-key {word} esp {spi(i, way)}{keys}")
            if ah:
                lines.append(f"set session-key {word} ah {spi(i, way)} {key(i, way, 2, ah[1]).hex()}")
        lines += [f"set transform-set T{i}", f"match address {100 + i}", f"access-list {100 + i} permit ip host {mine}.{i + 1} host {theirs}.{i + 1}",
                  f"interface Loopback{i}", f"ip address {mine}.{i + 1} 255.255.255.255"]
    lines += ["interface Ethernet0/0", f"ip address {me} 255.255.255.0", "crypto map M", f"ip route {theirs}.0 255.255.255.0 {peer}",
              "line con 0", "privilege level 15", "end"]
    return "\n".join(lines) + "\n"


def associations(i, way, seq=1):
    """What opens a packet of that way, outermost first; AH over ESP has one outer header, ESP's."""
    _, cipher, auth, ah = SETS[i]
    header = IP(src=LEFT, dst=RIGHT) if way == 0 else IP(src=RIGHT, dst=LEFT)
    esp = cipher or auth
    out = []
    if ah:
        out.append(SecurityAssociation(AH, spi(i, way), auth_algo=ah[0], auth_key=key(i, way, 2, ah[1]), seq_num=seq, tunnel_header=None if esp else header))
    if esp:
        out.append(SecurityAssociation(ESP, spi(i, way), crypt_algo=cipher[0] if cipher else "NULL", crypt_key=key(i, way, 0, cipher[1]) if cipher else None,
                                       auth_algo=auth[0], auth_key=key(i, way, 1, auth[1]), seq_num=seq, tunnel_header=header))
    return out


def opened(i, way, packet):
    for sa in associations(i, way):
        packet = sa.decrypt(IP(bytes(packet)))
    return IP(bytes(packet))


def sealed(i, packet):
    for sa in reversed(associations(i, 0)):
        split_layers(IP, ESP, proto=50)  # bytes to AH, which would else put its sum at the end of the ESP
        packet = sa.encrypt(IP(bytes(packet)))
        bind_layers(IP, ESP, proto=50)
    return packet


def sent(cable, i, way):
    """What that end sent of this set, with its sequence numbers."""
    proto = 51 if SETS[i][3] else 50
    packets = [Ether(f)[IP] for e, f in cable.frames if e == way and f[12:14] == b"\x08\x00" and f[23] == proto]
    layer = AH if proto == 51 else ESP
    return [(p, p[layer].seq) for p in packets if p[layer].spi == spi(i, way)]


def decapsulated(router, mine):
    for block in router.type("show crypto ipsec sa").split("protected vrf:"):
        if re.search(r"local  ident \(addr/mask/prot/port\): \(" + re.escape(mine) + "/", block):
            assert "no sa timing" in block and "replay detection support: N" in block, block
            return int(re.search(r"pkts decaps: (\d+)", block).group(1))
    raise AssertionError(mine)


def check(i, left, right, cable):
    name, mine, theirs = SETS[i][0], f"10.1.0.{i + 1}", f"10.2.0.{i + 1}"
    said = left.type(f"ping {theirs} source {mine} repeat 2")
    assert "100 percent" in said, f"{name}: {said}"
    for way, kind in ((0, 8), (1, 0)):
        packets = sent(cable, i, way)
        assert [seq for _, seq in packets] == [1, 2], name
        for p, _ in packets:
            inner = opened(i, way, p)
            assert (inner.src, inner.dst, inner[ICMP].type) == ((mine, theirs, 8) if kind else (theirs, mine, 0)), f"{name}: {inner.summary()}"
    # By scapy, with a number that was there already: nobody holds it against a window.
    before = decapsulated(right, theirs)
    packet = sealed(i, IP(src=mine, dst=theirs, ttl=20) / ICMP(id=0x7343, seq=77) / (b"made by scapy" * 5))
    mac = [f for e, f in cable.frames if e == 1][-1][6:12]
    cable.send(1, mac + b"\x02\0\0\0\0\x09\x08\0" + bytes(packet))
    wait_for(f"{name}: right's counters", lambda: decapsulated(right, theirs) == before + 1)

    def answered():
        inner = opened(i, 1, sent(cable, i, 1)[-1][0])
        return inner[ICMP].type == 0 and inner[ICMP].id == 0x7343 and bytes(inner[ICMP].payload) == b"made by scapy" * 5
    wait_for(f"{name}: the answer", answered)
    print(f"{name}: scapy and espial agree, both ways", flush=True)


with Folder() as folder:
    wire = Cable()
    a = Router(folder, "left", config(LEFT, "10.1.0", RIGHT, "10.2.0"), "--link", "Ethernet0/0=" + wire.spec(0))
    b = Router(folder, "right", config(RIGHT, "10.2.0", LEFT, "10.1.0"), "--link", "Ethernet0/0=" + wire.spec(1))
    try:
        a.line_up()
        b.line_up()
        wait_for("the cable", lambda: "100 percent" in a.type(f"ping {RIGHT}"))
        for n in range(len(SETS)):
            check(n, a, b, wire)
        assert not [f for _, f in wire.frames if f[12:14] == b"\x08\x00" and f[23] == 17], "IKE was spoken"
        assert "REPLAY" not in b.type("show logging")
    finally:
        a.stop()
        b.stop()
        wire.stop()
