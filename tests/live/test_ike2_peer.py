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

ME, ROUTER, MINE, LAN = "192.0.2.9", "192.0.2.1", "10.9.0.1", "10.1.0.1"
# transform set, cipher, MAC, tunnel mode
SETS = [
    ("esp-aes 256 esp-sha256-hmac", "aes256", "sha256", True), ("esp-gcm 256", "gcm256", None, True), ("ah-sha256-hmac", None, "sha256", True),
    ("ah-sha512-hmac", None, "sha512", True), ("esp-des esp-md5-hmac", "des", "md5", True), ("esp-aes 256 esp-sha384-hmac", "aes256", "sha384", True),
    ("esp-3des esp-sha-hmac", "3des", "sha1", False), ("ah-sha-hmac", None, "sha1", False), ("esp-null esp-sha512-hmac", "null", "sha512", False),
    ("esp-aes 256 esp-sha256-hmac", "aes256", "sha256", False),
]


def config():
    lines = ["no ip domain lookup", "no logging console", "logging buffered 1000000 debugging", "crypto ikev2 proposal P", "encryption aes-cbc-256", "integrity sha256", "group 19",
             "crypto ikev2 policy POL", "proposal P", "crypto ikev2 keyring KR", "peer PY", f"address {ME}", "pre-shared-key live-test", "crypto ikev2 profile PROF",
             f"match identity remote address {ME}", "authentication local pre-share", "authentication remote pre-share", "keyring local KR", "interface Loopback0",
             f"ip address {LAN} 255.255.255.255", f"access-list 101 permit ip host {LAN} host {MINE}", f"access-list 102 permit ip host {ROUTER} host {ME}"]
    for i, (transforms, _, _, tunnel) in enumerate(SETS, 1):
        lines += [f"crypto ipsec transform-set TS{i} {transforms}", f"mode {'tunnel' if tunnel else 'transport'}"]
    sets = {t: " ".join(f"TS{i}" for i, s in enumerate(SETS, 1) if s[3] == t) for t in (True, False)}
    for seq, tunnel in ((10, True), (20, False)):
        lines += [f"crypto map CMAP {seq} ipsec-isakmp", f"set peer {ME}", f"match address {101 if tunnel else 102}", "set transform-set " + sets[tunnel], "set ikev2-profile PROF"]
    lines += ["interface Ethernet0/0", f"ip address {ROUTER} 255.255.255.0", "crypto map CMAP", f"ip route 10.9.0.0 255.255.255.0 {ME}", "line con 0", "privilege level 15", "end"]
    return "\n".join(lines) + "\n"


def check_echo(peer, out, into, tunnel, seq):
    inner = IP(src=MINE if tunnel else ME, dst=LAN if tunnel else ROUTER) / ICMP(id=9, seq=seq) / (b"the same, please" * 4)
    answer = peer.answer_to(out, into, inner)
    assert (answer.src, answer.dst) == ((LAN, MINE) if tunnel else (ROUTER, ME)), answer.summary()
    assert answer[ICMP].type == 0 and answer[ICMP].seq == seq and bytes(answer[ICMP].payload)[:64] == b"the same, please" * 4, answer.show(dump=True)


def agreement(peer, router):
    peer.init()
    psk = b"live-test"
    for transforms, cipher, mac, tunnel in SETS:
        out, into = peer.child(MINE if tunnel else ME, LAN if tunnel else ROUTER, cipher, mac, tunnel, psk)
        psk = None
        for seq in (1, 2, 3):
            check_echo(peer, out, into, tunnel, seq)
        print(f"{transforms}, {'tunnel' if tunnel else 'transport'} mode", flush=True)
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
