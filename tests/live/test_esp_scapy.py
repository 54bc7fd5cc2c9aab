#!/usr/bin/python3
"""scapy as an independent ESP: two routers keep one flow for each transform; with the exported keys scapy decrypts and verifies what `left` sends, and a packet that
scapy encrypts with the next sequence number is decrypted, answered and counted by `right`. Tunnel mode for every transform, and transport mode once;
at last a dummy packet (RFC 4303 section 2.6) of either mode."""
import logging, os, re, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Cable, Folder, Router, need, wait_for

need(modules=["scapy", "cryptography"])
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.layers.inet import ICMP, IP
from scapy.layers.ipsec import AUTH_ALGOS, CRYPT_ALGOS, ESP, SecurityAssociation
from scapy.layers.l2 import Ether

LEFT, RIGHT = "192.0.2.1", "192.0.2.2"
TRANSFORMS = [
    "esp-aes esp-sha-hmac", "esp-aes 192 esp-sha384-hmac", "esp-aes 256 esp-sha256-hmac", "esp-aes 256 esp-sha512-hmac", "esp-aes esp-md5-hmac",
    "esp-3des esp-sha-hmac", "esp-des esp-md5-hmac", "esp-gcm", "esp-gcm 192", "esp-gcm 256", "esp-null esp-sha256-hmac",
]
CIPHERS = {"AES-CBC": "AES-CBC", "AES-GCM": "AES-GCM", "TripleDES-CBC": "3DES", "DES-CBC": "DES", "NULL": "NULL"}
MACS = {"HMAC-SHA-1-96": "HMAC-SHA1-96", "HMAC-SHA-256-128": "SHA2-256-128", "HMAC-SHA-384-192": "SHA2-384-192", "HMAC-SHA-512-256": "SHA2-512-256",
        "HMAC-MD5-96": "HMAC-MD5-96", "NULL": "NULL", "ANY": "NULL"}


def config(me, mine, peer, theirs):
    n = range(1, len(TRANSFORMS) + 1)
    transport = len(TRANSFORMS) + 1
    lines = ["no ip domain lookup", "no logging console", "logging buffered 1000000 debugging",
             "crypto isakmp policy 10", "encryption aes 256", "hash sha256", "authentication pre-share", "group 14", f"crypto isakmp key live-test address {peer}"]
    for i in n:
        lines += [f"crypto ipsec transform-set TS{i} {TRANSFORMS[i - 1]}"]
    lines += [f"crypto ipsec transform-set TS{transport} esp-aes 256 esp-sha256-hmac", "mode transport"]
    for i in [*n, transport]:
        lines += [f"crypto map CMAP {i} ipsec-isakmp", f"set peer {peer}", f"set transform-set TS{i}", f"match address {100 + i}"]
        if i != transport:
            lines += [f"access-list {100 + i} permit ip host {mine}.{i} host {theirs}.{i}", f"interface Loopback{i}", f"ip address {mine}.{i} 255.255.255.255"]
    lines += [f"access-list {100 + transport} permit icmp host {me} host {peer}",
              "interface Ethernet0/0", f"ip address {me} 255.255.255.0", "crypto map CMAP", f"ip route {theirs}.0 255.255.255.0 {peer}",
              "line con 0", "privilege level 15", "end"]
    return "\n".join(lines) + "\n"


def associations(path):
    """The key file's ESP lines: {(src, dst, spi): (cipher, key, mac, key)}."""
    out = {}
    with open(path) as f:
        for line in f:
            if line.startswith("uat:esp_sa:"):
                _, src, dst, spi, cipher, key, mac, mac_key = re.findall(r'"([^"]*)"', line)
                out[src, dst, int(spi, 16)] = (cipher.split(" [")[0], bytes.fromhex(key[2:]), mac.split(" [")[0], bytes.fromhex(mac_key[2:]))
    return out


def association(keys, src, dst, spi, **more):
    cipher, key, mac, mac_key = keys[src, dst, spi]
    return SecurityAssociation(ESP, spi, crypt_algo=CIPHERS[cipher.split(" with ")[0]], crypt_key=key or None, auth_algo=MACS[mac], auth_key=mac_key or None, **more)


def flow(router, src, dst):
    """The counters of one flow: packets out, packets in, inbound SPI, outbound SPI."""
    for block in router.type("show crypto ipsec sa detail").split("protected vrf:"):
        local, remote = [re.search(side + r"\s+ident \(addr/mask/prot/port\): \(([\d.]+)", block) for side in ("local ", "remote")]
        if local and (local.group(1), remote.group(1)) == (src, dst):
            number = lambda what, base=10: int(re.search(what, block).group(1), base)
            return (number(r"pkts encaps: (\d+)"), number(r"pkts decaps: (\d+)"), number(r"inbound esp sas:\s+spi: 0x([0-9A-F]+)", 16),
                    number(r"outbound spi: 0x([0-9A-F]+)", 16))
    raise AssertionError(f"no flow {src} {dst}")


def encapsulated(cable, end, spi):
    frames = [Ether(f) for e, f in cable.frames if e == end and f[12:14] == b"\x08\x00" and f[23] == 50]
    return [p[IP] for p in frames if p[ESP].spi == spi]


def check(left, right, cable, keys_path, name, mine, theirs):
    text = ""
    for _ in range(4):  # the first packets go while the SAs are being made
        text = left.type(f"ping {theirs} source {mine} repeat 2 timeout 1")
        if "100 percent" in text:
            break
    assert "100 percent" in text, f"{name}: {text}\n{left.type('show logging')}"
    keys = associations(keys_path)
    out, _, inbound, outbound = flow(left, mine, theirs)
    tunnel = mine != LEFT
    outer = IP(src=LEFT, dst=RIGHT) if tunnel else None

    # What left sent, as scapy reads it; the answers, too.
    for end, spi, src, dst, inner_src, inner_dst, kind in ((0, outbound, LEFT, RIGHT, mine, theirs, 8), (1, inbound, RIGHT, LEFT, theirs, mine, 0)):
        packets = encapsulated(cable, end, spi)
        assert len(packets) >= 2, f"{name}: {len(packets)} packets"
        seen = set()
        for n, p in enumerate(packets, 1):
            assert p[ESP].seq == n, f"{name}: sequence number {p[ESP].seq} in packet {n}"
            iv = bytes(p[ESP].data)[:8]
            assert "null" in name or iv not in seen, f"{name}: an IV came twice"
            seen.add(iv)
            inner = association(keys, src, dst, spi, tunnel_header=IP(src=src, dst=dst) if tunnel else None).decrypt(IP(bytes(p)))
            assert (inner.src, inner.dst, inner[ICMP].type) == (inner_src, inner_dst, kind), f"{name}: {inner.summary()}"
            assert bytes(inner) == bytes(IP(bytes(inner))), name
    last = encapsulated(cable, 0, outbound)[-1]

    # A packet of scapy's own making, with the next sequence number: accepted, counted, answered.
    before = flow(right, theirs, mine)
    sa = association(keys, LEFT, RIGHT, outbound, seq_num=last[ESP].seq + 1, tunnel_header=outer)
    echo = IP(src=mine, dst=theirs, ttl=20) / ICMP(id=0x7343, seq=77) / (b"made by scapy" * 5)
    mac = [f for e, f in cable.frames if e == 1][-1][6:12]
    cable.send(1, mac + b"\x02\0\0\0\0\x09\x08\0" + bytes(sa.encrypt(IP(bytes(echo)))))
    wait_for(f"{name}: right's counters", lambda: flow(right, theirs, mine)[:2] == (before[0] + 1, before[1] + 1))

    def answered():
        packets = encapsulated(cable, 1, inbound)
        inner = association(keys, RIGHT, LEFT, inbound, tunnel_header=outer).decrypt(IP(bytes(packets[-1])))
        return inner[ICMP].type == 0 and inner[ICMP].id == 0x7343 and bytes(inner[ICMP].payload) == b"made by scapy" * 5
    wait_for(f"{name}: the answer", answered)
    print(f"{name}: scapy and espial agree, both ways", flush=True)


def dummy(left, right, cable, keys_path, name, mine, theirs):
    """The next packet of a flow that is told to send dummies: next header 59 (scapy puts it into the IPv4 header that it is given back), and silence."""
    keys = associations(keys_path)
    _, _, _, outbound = flow(left, mine, theirs)
    before, counted = len(encapsulated(cable, 0, outbound)), flow(left, mine, theirs)[:2] + flow(right, theirs, mine)[:2]
    for line in ("configure terminal", "crypto ipsec security-association dummy pps 25", "end"):
        left.type(line)
    wait_for(f"{name}: a dummy", lambda: len(encapsulated(cable, 0, outbound)) > before)
    for line in ("configure terminal", "no crypto ipsec security-association dummy", "end"):
        left.type(line)
    last, p = encapsulated(cable, 0, outbound)[before - 1:before + 1]
    inner = association(keys, LEFT, RIGHT, outbound).decrypt(IP(bytes(p)))
    assert (inner.proto, inner.src, inner.dst, p[ESP].seq) == (59, LEFT, RIGHT, last[ESP].seq + 1), f"{name}: {inner.summary()}"
    assert flow(left, mine, theirs)[:2] + flow(right, theirs, mine)[:2] == counted, name
    print(f"{name}: scapy reads a dummy packet", flush=True)


with Folder() as folder:
    wire, keys = Cable(), os.path.join(folder, "keys")
    a = Router(folder, "left", config(LEFT, "10.1.0", RIGHT, "10.2.0"), "--link", "Ethernet0/0=" + wire.spec(0), "--export-keys", keys)
    b = Router(folder, "right", config(RIGHT, "10.2.0", LEFT, "10.1.0"), "--link", "Ethernet0/0=" + wire.spec(1))
    try:
        a.line_up()
        b.line_up()
        for i, t in enumerate(TRANSFORMS, 1):
            check(a, b, wire, keys, t, f"10.1.0.{i}", f"10.2.0.{i}")
        check(a, b, wire, keys, "transport mode", LEFT, RIGHT)
        dummy(a, b, wire, keys, "esp-gcm", "10.1.0.8", "10.2.0.8")
        dummy(a, b, wire, keys, "transport mode", LEFT, RIGHT)
        assert a.type("show crypto isakmp sa").count("QM_IDLE") == 1, "one IKE SA carries all flows"
    finally:
        a.stop()
        b.stop()
        wire.stop()
