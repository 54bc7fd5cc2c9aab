"""What a peer written in Python and the router protect in their tests: the pairs, the map that asks for them, and an echo through each, which scapy checks."""
from scapy.layers.inet import ICMP, IP

ME, ROUTER, MINE, ALSO_MINE, LAN = "192.0.2.9", "192.0.2.1", "10.9.0.1", "10.9.0.2", "10.1.0.1"


def lines_of(sets, *more):
    """The router's end: a loopback, a transform set for each of sets (transforms, cipher, MAC, tunnel mode, extended sequence numbers), and a map with an entry for each
    sort of pair; more: further lines of an entry."""
    lines = ["interface Loopback0", f"ip address {LAN} 255.255.255.255", f"access-list 101 permit ip host {LAN} host {MINE}",
             f"access-list 102 permit ip host {ROUTER} host {ME}", f"access-list 103 permit ip host {LAN} host {ALSO_MINE}"]
    for i, (transforms, _, _, tunnel, esn) in enumerate(sets, 1):
        lines += [f"crypto ipsec transform-set TS{i} {transforms}", f"mode {'tunnel' if tunnel else 'transport'}"] + ["esn"] * esn
    names = lambda *kind: " ".join(f"TS{i}" for i, s in enumerate(sets, 1) if s[3:] in kind)
    for seq, number, kinds in ((10, 101, [(True, False)]), (20, 102, [(False, False), (False, True)]), (30, 103, [(True, True)])):
        lines += [f"crypto map CMAP {seq} ipsec-isakmp", f"set peer {ME}", f"match address {number}", "set transform-set " + names(*kinds), *more]
    return lines + ["interface Ethernet0/0", f"ip address {ROUTER} 255.255.255.0", "crypto map CMAP", f"ip route 10.9.0.0 255.255.255.0 {ME}", "line con 0",
                    "privilege level 15", "end"]


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
