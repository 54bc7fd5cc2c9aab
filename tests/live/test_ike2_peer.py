#!/usr/bin/python3
"""A peer written in Python (ike2_peer.py) begins IKEv2 without NAT: AH and ESP, tunnel and transport mode, GCM, the old ciphers; scapy checks every
packet that the router protects. Then deletes, and another key."""
import logging, os, struct, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Cable, Folder, Router, need, wait_for

need(modules=["scapy", "cryptography"])
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from ike2_peer import Peer2, Silence
from scapy.layers.inet import ICMP, IP

ME, ROUTER, MINE, ALSO_MINE, LAN = "192.0.2.9", "192.0.2.1", "10.9.0.1", "10.9.0.2", "10.1.0.1"
# transform set, cipher, MAC, tunnel mode, extended sequence numbers
SETS = [
    ("esp-aes 256 esp-sha256-hmac", "aes256", "sha256", True, False), ("esp-gcm 256", "gcm256", None, True, False), ("ah-sha256-hmac", None, "sha256", True, False),
    ("ah-sha512-hmac", None, "sha512", True, False), ("esp-des esp-md5-hmac", "des", "md5", True, False), ("esp-aes 256 esp-sha384-hmac", "aes256", "sha384", True, False),
    ("esp-3des esp-sha-hmac", "3des", "sha1", False, False), ("ah-sha-hmac", None, "sha1", False, False), ("esp-null esp-sha512-hmac", "null", "sha512", False, False),
    ("esp-aes 256 esp-sha256-hmac", "aes256", "sha256", False, False),
    ("esp-aes 256 esp-sha256-hmac", "aes256", "sha256", True, True), ("esp-gcm 256", "gcm256", None, True, True), ("esp-null esp-sha512-hmac", "null", "sha512", False, True), ("ah-sha256-hmac", None, "sha256", True, True),
]


def config():
    lines = ["no ip domain lookup", "no logging console", "logging buffered 1000000 debugging", "crypto ikev2 proposal P", "encryption aes-cbc-256", "integrity sha256", "group 19",
             "crypto ikev2 policy POL", "proposal P", "crypto ikev2 keyring KR", "peer PY", f"address {ME}", "pre-shared-key live-test", "crypto ikev2 profile PROF",
             f"match identity remote address {ME}", "authentication local pre-share", "authentication remote pre-share", "keyring local KR", "interface Loopback0",
             f"ip address {LAN} 255.255.255.255", f"access-list 101 permit ip host {LAN} host {MINE}", f"access-list 102 permit ip host {ROUTER} host {ME}",
             f"access-list 103 permit ip host {LAN} host {ALSO_MINE}"]
    for i, (transforms, _, _, tunnel, esn) in enumerate(SETS, 1):
        lines += [f"crypto ipsec transform-set TS{i} {transforms}", f"mode {'tunnel' if tunnel else 'transport'}"] + ["esn"] * esn
    sets = lambda *kind: " ".join(f"TS{i}" for i, s in enumerate(SETS, 1) if s[3:] in kind)
    for seq, number, kinds in ((10, 101, [(True, False)]), (20, 102, [(False, False), (False, True)]), (30, 103, [(True, True)])):
        lines += [f"crypto map CMAP {seq} ipsec-isakmp", f"set peer {ME}", f"match address {number}", "set transform-set " + sets(*kinds), "set ikev2-profile PROF"]
    lines += ["interface Ethernet0/0", f"ip address {ROUTER} 255.255.255.0", "crypto map CMAP", f"ip route 10.9.0.0 255.255.255.0 {ME}", "line con 0", "privilege level 15", "end"]
    return "\n".join(lines) + "\n"


def ends(tunnel, esn=False):
    """The peer's end and the router's of what a pair protects; pairs with extended numbers have an entry of their own."""
    return ((ALSO_MINE if esn else MINE), LAN) if tunnel else (ME, ROUTER)


def echo(pair, seq):
    return IP(src=pair[0], dst=pair[1]) / ICMP(id=9, seq=seq) / (b"the same, please" * 4)


def check_echo(peer, out, into, pair, seq):
    check_answer(pair, seq, peer.answer_to(out, into, echo(pair, seq)))


def check_answer(pair, seq, answer):
    assert (answer.dst, answer.src) == pair, answer.summary()
    assert answer[ICMP].type == 0 and answer[ICMP].seq == seq and bytes(answer[ICMP].payload)[:64] == b"the same, please" * 4, answer.show(dump=True)


def extended(peer, router, out, into, tunnel):
    """What the router says of such a pair, and the peer's numbers across 2^32; scapy reads the answers with an upper half of 0, which is the router's own."""
    assert "in use settings ={%s, esn}" % ("Tunnel" if tunnel else "Transport") in router.type("show crypto ipsec sa")
    pair = ends(tunnel, True)
    peer.round_the_corner(out, into, lambda seq: echo(pair, seq), lambda seq, answer: check_answer(pair, seq, answer))


def agreement(peer, router):
    peer.init()
    psk = b"live-test"
    for transforms, cipher, mac, tunnel, esn in SETS:
        out, into = peer.child(ends(tunnel, esn)[0], ends(tunnel, esn)[1], cipher, mac, tunnel, psk, esn)
        psk = None
        for seq in (1, 2, 3):
            check_echo(peer, out, into, ends(tunnel, esn), seq)
        if esn:
            extended(peer, router, out, into, tunnel)
        print(f"{transforms}, {'tunnel' if tunnel else 'transport'} mode{', extended sequence numbers' * esn}", flush=True)
        peer.delete(3 if cipher else 2, struct.pack("!I", into.spi))
        assert "spi: 0x%X" % into.spi not in router.type("show crypto ipsec sa")
    text = router.type("show crypto ikev2 sa detailed")
    assert "192.0.2.1/500         192.0.2.9/500         none/none            READY" in text and "NAT-T is not detected" in text, text
    peer.delete(1, b"")
    wait_for("the end of the IKE SA", lambda: "READY" not in router.type("show crypto ikev2 sa"))


def another_key(peer, router):
    peer.init()
    try:
        peer.child(MINE, LAN, "aes256", "sha256", True, b"another key")
        raise AssertionError("another key was taken")
    except Silence:
        pass
    assert "READY" not in router.type("show crypto ikev2 sa")


with Folder() as folder:
    cable = Cable()
    peer = Peer2(cable, ME, ROUTER)
    router = Router(folder, "R1", config(), "--link", "Ethernet0/0=" + cable.spec(0))
    try:
        router.line_up()
        router.type(f"ping {ME} source Loopback0 repeat 1 timeout 0")  # makes the router ask who has the address
        wait_for("ARP", lambda: peer.router_mac)
        agreement(peer, router)
        another_key(peer, router)
    except BaseException:
        print(router.type("show logging")[-3000:], router.type("show crypto ipsec sa")[:3000])
        raise
    finally:
        router.stop()
        cable.stop()
