#!/usr/bin/python3
"""A peer written in Python (ike_peer.py) begins: AH and ESP, and AH over ESP, tunnel and transport mode, the old ciphers; scapy checks every packet that the router protects. Then the
peer misbehaves: what is not proved changes nothing."""
import logging, os, re, struct, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Cable, Folder, Router, need, wait_for

need(modules=["scapy", "cryptography"])
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from ike_peer import DELETE, NOTIFY, Peer, Silence
from peer_pairs import LAN, ME, MINE, ROUTER, check_echo, echo, ends, extended, lines_of
from scapy.layers.inet import IP

# transform set, cipher, MAC, tunnel mode, extended sequence numbers
SETS = [
    ("ah-md5-hmac", None, "md5", True, False), ("ah-sha-hmac", None, "sha1", True, False), ("ah-sha256-hmac", None, "sha256", True, False), ("ah-sha384-hmac", None, "sha384", True, False),
    ("ah-sha512-hmac", None, "sha512", True, False), ("ah-sha256-hmac", None, "sha256", False, False), ("esp-aes 256 esp-sha256-hmac", "aes256", "sha256", False, False),
    ("esp-des esp-md5-hmac", "des", "md5", True, False), ("esp-null esp-sha-hmac", "null", "sha1", False, False),
    ("esp-aes", "aes", None, False, False),
    ("esp-aes 256 esp-sha256-hmac", "aes256", "sha256", True, True), ("esp-3des esp-sha-hmac", "3des", "sha1", False, True), ("ah-sha384-hmac", None, "sha384", True, True),
]
# AH and ESP: transform set, AH's MAC, cipher, ESP's MAC, tunnel mode
BUNDLES = [
    ("ah-sha-hmac esp-aes", "sha1", "aes", None, True), ("ah-md5-hmac esp-3des", "md5", "3des", None, True), ("ah-sha256-hmac esp-aes 256 esp-sha256-hmac", "sha256", "aes256", "sha256", True),
    ("ah-sha384-hmac esp-null esp-sha-hmac", "sha384", "null", "sha1", True), ("ah-sha512-hmac esp-aes esp-sha-hmac", "sha512", "aes", "sha1", False),
]
ANOTHER = "10.9.0.3"
PHASE1 = [("aes 256", "sha256", 19), ("3des", "sha", 1), ("des", "md5", 1)]


def config():
    lines = ["no ip domain lookup", "no logging console", "logging buffered 1000000 debugging"]
    for i, (enc, hash_, group) in enumerate(PHASE1, 1):
        lines += [f"crypto isakmp policy {i}", f"encryption {enc}", f"hash {hash_}", "authentication pre-share", f"group {group}"]
    for i, (transforms, _, _, _, tunnel) in enumerate(BUNDLES):
        lines += [f"crypto ipsec transform-set B{i} {transforms}", f"mode {'tunnel' if tunnel else 'transport'}"]
    bundles = [f"access-list 104 permit ip host {LAN} host {ANOTHER}", "crypto map CMAP 40 ipsec-isakmp", f"set peer {ME}", "match address 104",
               "set transform-set " + " ".join(f"B{i}" for i, b in enumerate(BUNDLES) if b[4])]
    ready = lines_of(SETS)
    at = next(i for i, line in enumerate(ready) if line.startswith("crypto map CMAP 20 "))
    ready[at + 3] += "".join(f" B{i}" for i, b in enumerate(BUNDLES) if not b[4])
    at = ready.index("interface Ethernet0/0")
    return "\n".join(lines + [f"crypto isakmp key live-test address {ME}"] + ready[:at] + bundles + ready[at:]) + "\n"


def silent(what, *args):
    try:
        what(*args)
    except Silence:
        return True
    return False


def agreement(peer, router):
    for enc, hash_, group in (("aes256", "sha256", 19), ("3des", "sha1", 1), ("des", "md5", 1)):
        peer.main_mode(b"live-test", enc, hash_, group)
        for transforms, cipher, mac, tunnel, esn in SETS if group == 19 else SETS[:1]:
            out, into = peer.quick_mode(ends(tunnel, esn)[0], ends(tunnel, esn)[1], cipher, mac, tunnel, esn=esn)
            for seq in (1, 2):
                check_echo(peer, out, into, ends(tunnel, esn), seq)
            if esn:
                extended(peer, router, out, into, tunnel)
            print(f"{enc}-{hash_}, group {group}: {transforms}, {'tunnel' if tunnel else 'transport'} mode{', extended sequence numbers' * esn}", flush=True)


def bundles(peer, router):
    peer.main_mode(b"live-test")
    for transforms, over, cipher, mac, tunnel in BUNDLES:
        pair = (ANOTHER, LAN) if tunnel else ends(False)
        for esp_first in (False, True):
            out, into = peer.quick_mode(*pair, cipher, mac, tunnel, over=over, esp_first=esp_first)
            for seq in (1, 2):
                check_echo(peer, out, into, pair, seq)
            assert silent(peer.answer_to, out.esp, into, echo(pair, 3), 0.3), "ESP without its AH was taken"
            packet = bytearray(bytes(out.encrypt(IP(bytes(echo(pair, 4))))))
            packet[-1] ^= 1
            peer.send_ip(IP(bytes(packet)))
            check_echo(peer, out, into, pair, 5)
        print(f"{transforms}, {'tunnel' if tunnel else 'transport'} mode", flush=True)


def proof(peer, router):
    peer.main_mode(b"live-test")
    out, into = peer.quick_mode(MINE, LAN, None, "sha256", True)
    check_echo(peer, out, into, ends(True), 1)
    state = lambda: re.findall(r"spi: 0x[0-9A-F]+|QM_IDLE +\d+", router.type("show crypto isakmp sa") + router.type("show crypto ipsec sa"))
    before = state()
    delete = struct.pack("!IBBHI", 1, 2, 4, 1, into.spi)
    delete_ike = struct.pack("!IBBH", 1, 1, 16, 1) + peer.cky_i + peer.cky_r
    initial_contact = struct.pack("!IBBH", 1, 1, 16, 24578) + peer.cky_i + peer.cky_r
    for kind, body in ((DELETE, delete), (DELETE, delete_ike), (NOTIFY, initial_contact)):
        peer.inform(kind, body, encrypted=False)
        peer.inform(kind, body, hash_=bytes(32))
    assert silent(peer.quick_mode, MINE, LAN, None, "sha512", True, bytes(32)), "quick mode without proof was answered"
    assert silent(peer.main_mode, b"another key"), "main mode with another key came about"
    wait_for("the complaint", lambda: "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 192.0.2.9" in router.type("show logging"))
    assert [s for s in state() if s not in before] == [] and state() == before, f"{before} became {state()}"
    check_echo(peer, out, into, ends(True), 2)
    changed = bytearray(bytes(out.encrypt(IP(bytes(echo(ends(True), 3))))))
    changed[-1] ^= 1
    peer.send_ip(IP(bytes(changed)))
    check_echo(peer, out, into, ends(True), 4)
    # With proof, it is done.
    peer.main_mode(b"live-test")
    peer.inform(DELETE, delete)
    pair = {f"spi: 0x{sa.spi:X}" for sa in (out, into)}
    wait_for("the delete", lambda: set(before) - set(state()) == pair)


with Folder() as folder:
    cable = Cable()
    peer = Peer(cable, ME, ROUTER)
    router = Router(folder, "R1", config(), "--link", "Ethernet0/0=" + cable.spec(0))
    try:
        router.line_up()
        router.type(f"ping {ME} source Loopback0 repeat 1 timeout 0")  # makes the router ask who has the address
        wait_for("ARP", lambda: peer.router_mac)
        agreement(peer, router)
        bundles(peer, router)
        proof(peer, router)
    except BaseException:
        print(router.type("show logging")[-3000:], router.type("show crypto ipsec sa")[:3000])
        raise
    finally:
        router.stop()
        cable.stop()
