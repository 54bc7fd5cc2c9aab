#!/usr/bin/python3
"""A peer written in Python (ike2_peer.py) begins IKEv2 without NAT, and once as if behind one: AH and ESP, tunnel and transport mode, GCM, the old ciphers; scapy checks every
packet that the router protects. Then deletes, and another key."""
import logging, os, struct, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Cable, Folder, Router, need, wait_for

need(modules=["scapy", "cryptography"])
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from ike2_peer import Peer2, Silence
from peer_pairs import LAN, ME, MINE, ROUTER, check_echo, ends, extended, lines_of

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
             f"match identity remote address {ME}", "match identity remote fqdn domain example.com", "authentication local pre-share", "authentication remote pre-share", "keyring local KR"]
    return "\n".join(lines + lines_of(SETS, "set ikev2-profile PROF")) + "\n"


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


def behind_a_translator(peer, router):
    """RFC 7296 section 2.23.1: it names itself by an address that the router cannot see; what is agreed on is what the router sees, and goes in UDP."""
    peer.init(behind="10.99.0.9")
    out, into = peer.child(ME, ROUTER, "aes256", "sha256", False, b"live-test")
    for seq in (1, 2, 3):
        check_echo(peer, out, into, ends(False), seq)
    assert "in use settings ={Transport UDP-Encaps, }" in router.type("show crypto ipsec sa")
    peer.delete(1, b"")
    print("transport mode behind a translator", flush=True)


def long_name(peer, router):
    """A host's name has up to 255 bytes."""
    name = b"n" * 60 + b"." + b"a" * 60 + b"." + b"m" * 60 + b"." + b"e" * 60 + b".example.com"
    assert len(name) == 255
    peer.init()
    peer.child(MINE, LAN, "aes256", "sha256", True, b"live-test", name=name)
    assert "READY" in router.type("show crypto ikev2 sa")
    peer.delete(1, b"")
    print("a name of 255 bytes", flush=True)


with Folder() as folder:
    cable = Cable()
    peer = Peer2(cable, ME, ROUTER)
    router = Router(folder, "R1", config(), "--link", "Ethernet0/0=" + cable.spec(0))
    try:
        router.line_up()
        router.type(f"ping {ME} source Loopback0 repeat 1 timeout 0")  # makes the router ask who has the address
        wait_for("ARP", lambda: peer.router_mac)
        agreement(peer, router)
        behind_a_translator(peer, router)
        long_name(peer, router)
        another_key(peer, router)
    except BaseException:
        print(router.type("show logging")[-3000:], router.type("show crypto ipsec sa")[:3000])
        raise
    finally:
        router.stop()
        cable.stop()
