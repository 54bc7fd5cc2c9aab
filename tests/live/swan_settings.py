"""Settings of strongSwan, a row each, with IKEv1 and IKEv2 as far as both know it: several children of one IKE SA, several networks, protocols and ports in a child's
selectors, proposals with alternatives, what the router does not know and must refuse or ignore, who may be forgotten when, what charon does when a child ends, rekeys and
reauthentication in its own time, IKE that begins on port 4500. Each is begun by both ends where both can. interop.py plays them."""
import re, subprocess

from routers import wait_for
from swan import Stream, connection, ping_from_charon, ping_from_router, spi_out, wake
from swan_pair import AGGRESSIVE, MAIN, PLAIN, V2, Pair, Suite

THIRD = "ip route 192.168.3.0 255.255.255.0 10.0.0.2\naccess-list 101 permit ip 192.168.1.0 0.0.0.255 192.168.3.0 0.0.0.255"
CHILD = "%s { local_ts = %s\n remote_ts = %s\n esp_proposals = %s }\n"
CONF = "i_dont_care_about_security_and_use_aggressive_mode_psk = yes\n  delete_rekeyed = no\n  retransmit_tries = 2\n  "  # as Pair has it


def with_third():
    """Another network behind charon."""
    subprocess.check_call("ip addr replace 192.168.3.1/32 dev lo".split())


def from_third():
    return ping_from_charon(2, source="192.168.3.1") == 2


def both(pair, mode, suite=PLAIN, extra="", **theirs):
    """The tunnel, begun by each end in turn, and pings both ways."""
    for who in ("router", "charon"):
        pair.fresh(mode, suite, extra, **theirs)
        pair.begin(who)


def two_nets(mode):
    """The connection with two children, `net` and `third`."""
    children = CHILD % ("net", "192.168.2.0/24", "192.168.1.0/24", PLAIN.esp) + CHILD % ("third", "192.168.3.0/24", "192.168.1.0/24", PLAIN.esp)
    text = connection(*PLAIN.charon(mode), version=2 if mode == V2 else 1)
    return re.sub(r"(?s)children \{.*?\n  \} \}", lambda _: "children { " + children + " }", text, count=1)


def two_children(pair, mode):
    """Two children of one IKE SA; charon rekeys one, then IKE; one is deleted and the other goes on."""
    text = two_nets(mode)
    with_third()
    for who in ("router", "charon"):
        r = pair.fresh(mode, extra=THIRD, text=text)
        pair.begin(who)
        if who == "charon":
            pair.charon.initiate("third")
        else:
            wake(r, to="192.168.3.1")
        wait_for("two children", lambda: pair.charon.children() == 2)
        wait_for("both carry", from_third)
        pair.all_back(to="192.168.3.1")
        assert pair.charon.sas().count("ESTABLISHED") == 1, pair.charon.sas()
        assert r.type("show crypto session").count("Active SAs: 2") == 2
        pair.charon.ctl("--rekey", "--child", "third")
        wait_for("the rekey", lambda: pair.charon.children() == 2 and from_third())
        before = pair.ike_id()
        pair.charon.ctl("--rekey", "--ike", "espial")
        wait_for("another IKE SA", lambda: pair.ike_id() not in (None, before))
        pair.both_ways("after the rekeys")
        assert from_third()
        pair.charon.ctl("--terminate", "--child", "third", "--timeout", "5", check=False)
        wait_for("one to go", lambda: r.type("show crypto session").count("Active SAs: 2") == 1)
        pair.both_ways("with one child")
        pair.all_back(to="192.168.2.1")
        wake(r, to="192.168.3.1")
        wait_for("the other again", lambda: pair.charon.children() == 2 and from_third())


def many_selectors(pair, mode):
    """A child with two networks at each end: IKEv2 says both, and a router's line is one of them."""
    with_third()
    for who in ("router", "charon"):
        r = pair.fresh(mode, extra=THIRD, local_ts="192.168.2.0/24,192.168.3.0/24", remote="192.168.1.0/24,192.168.7.0/24")
        pair.begin(who)
        wake(r, to="192.168.3.1")
        wait_for("the other network", lambda: "100 percent" in ping_from_router(r, to="192.168.3.1", repeat=2))
        pair.both_ways("and the first")


WIDE = "no access-list 101\naccess-list 101 permit ip 192.168.1.0 0.0.0.255 192.168.0.0 0.0.255.255\nip route 192.168.0.0 255.255.0.0 10.0.0.2"


def parts(pair, mode):
    """The router's line is wider than what charon has, which is two networks: of one child, or of two; each is had when a packet wants it."""
    with_third()
    for text in (None, two_nets(mode)):
        r = pair.fresh(mode, extra=WIDE, text=text, local_ts="192.168.2.0/24,192.168.3.0/24")
        pair.begin("router")
        wake(r, to="192.168.3.1")
        wait_for("the other network", lambda: "100 percent" in ping_from_router(r, to="192.168.3.1", repeat=2))
        pair.both_ways("and the first")
        assert from_third() and pair.charon.children() == 2, pair.charon.sas()


def ranges(pair, mode):
    """charon has ranges that are no networks."""
    with_third()
    r = pair.fresh(mode, extra=WIDE, local_ts="192.168.2.1-192.168.3.100", remote="192.168.1.0/24")
    pair.begin("router")
    pair.both_ways("of a range")
    wake(r, to="192.168.3.1")
    wait_for("the rest of it", lambda: "100 percent" in ping_from_router(r, to="192.168.3.1", repeat=2))
    assert from_third()


def outside(pair, mode):
    """What charon does not have is asked for once in a minute, and leaves no child behind."""
    r = pair.fresh(mode, extra=WIDE)
    pair.begin("router")
    had = len(pair.charon.log())
    assert "Success rate is 0 percent" in ping_from_router(r, to="192.168.3.1", repeat=20, timeout=0)
    wait_for("one child", lambda: pair.charon.children() == 1)
    assert pair.charon.log()[had:].count("parsed CREATE_CHILD_SA request") <= 1
    pair.both_ways("as before")


def ports(pair, mode):
    """ICMP alone, and one TCP port alone, in charon's selectors and in the access list."""
    for local_ts, remote, line, works in (("192.168.2.0/24[icmp]", "192.168.1.0/24[icmp]", "icmp 192.168.1.0 0.0.0.255 192.168.2.0 0.0.0.255", True),
                                          ("192.168.2.0/24[tcp/80]", "192.168.1.0/24[tcp]", "tcp 192.168.1.0 0.0.0.255 192.168.2.0 0.0.0.255 eq 80", False),
                                          ("192.168.2.0/24[udp/5000]", "192.168.1.0/24[udp/6000]", "udp 192.168.1.0 0.0.0.255 eq 6000 192.168.2.0 0.0.0.255 eq 5000", False)):
        r = pair.fresh(mode, extra="no access-list 101\naccess-list 101 permit " + line, local_ts=local_ts, remote=remote)
        pair.charon.initiate()
        wait_for("the child", lambda: pair.charon.children() == 1 and spi_out(r))
        shown = r.type("show crypto ipsec sa")
        proto = {"i": 1, "t": 6, "u": 17}[line[0]]
        port = {1: (0, 0), 6: (0, 80), 17: (6000, 5000)}[proto]
        for end, p in (("local  ident", port[0]), ("remote ident", port[1])):
            assert f"/255.255.255.0/{proto}/{p})" in re.search(end + ".*", shown).group(), shown
        if works:
            pair.both_ways("of ICMP")


def wide_ports(pair, mode):
    """charon offers its whole network, the router's list has one protocol of it (IKEv2 narrows); or charon's list is narrow and the router's wide."""
    r = pair.fresh(mode, extra="no access-list 101\naccess-list 101 permit icmp 192.168.1.0 0.0.0.255 192.168.2.0 0.0.0.255")
    pair.begin("charon")
    r = pair.fresh(mode, local_ts="192.168.2.0/24[icmp]", remote="192.168.1.0/24[icmp]")
    pair.begin("charon")
    r = pair.fresh(mode, local_ts="192.168.2.0/24[icmp]", remote="192.168.1.0/24[icmp]")
    pair.begin("router")


def alternatives(pair, mode):
    """Long lists of proposals, in one or in several; ChaCha20, CCM, CTR and groups that the router does not have stand first."""
    ike = "chacha20poly1305-prfsha256-x25519,aes256ccm16-prfsha256-modp8192,aes256ctr-sha256-x25519" if mode == V2 else "camellia256-sha256-modp8192,cast128-sha1-modp6144"
    several = Suite(ike + ",aes128-aes256-sha1-sha256-modp1536-modp2048,aes256-sha256-modp2048", "chacha20poly1305,aes256ccm16,aes128-sha1,aes256-aes128-sha256-sha1",
                    "aes 256", "sha256", 14, "esp-aes 256 esp-sha256-hmac")
    both(pair, mode, several)


def only_chacha(pair, mode):
    """ChaCha20 alone is refused as no proposal chosen, of ESP and of IKE; nothing else comes of it."""
    r = pair.fresh(mode, Suite(PLAIN.ike, "chacha20poly1305", "aes 256", "sha256", 14, PLAIN.ts))
    had = len(pair.charon.log())
    pair.charon.initiate(check=False)
    assert re.search(r"NO_PROP", pair.charon.log()[had:]) and pair.charon.children() == 0
    assert pair.spi() == 0
    if mode == V2:
        pair.fresh(mode, Suite("chacha20poly1305-prfsha256-ecp256", PLAIN.esp, "aes 256", "sha256", 14, PLAIN.ts))
        had = len(pair.charon.log())
        pair.charon.initiate(check=False)
        assert "N(NO_PROP)" in pair.charon.log()[had:] and pair.ike_id() is None


def esn(pair, mode):
    """Extended sequence numbers offered besides plain ones, and required, of ends that do not want them; charon's ESP in user space has none."""
    if mode == V2:  # IKEv1 has a word for the former only
        pair.fresh(mode, Suite(PLAIN.ike, "aes256-sha256-esn-noesn", "aes 256", "sha256", 14, PLAIN.ts))
        pair.begin("charon")
    pair.fresh(mode, Suite(PLAIN.ike, "aes256-sha256-esn", "aes 256", "sha256", 14, PLAIN.ts))
    pair.charon.initiate(check=False)
    assert pair.charon.children() == 0 and pair.spi() == 0


def conn(words, **more):
    def setting(pair, mode):
        both(pair, mode, conn=words, **more)
    return setting


def child(words, **more):
    def setting(pair, mode):
        both(pair, mode, child=words, **more)
    return setting


def transport(pair, mode):
    """Transport mode between networks: charon takes what is no host's out of its selectors and says none at all, which is malformed (RFC 7296 section 3.13)."""
    pair.fresh(mode, child="mode = transport")
    had = len(pair.charon.log())
    pair.charon.initiate(check=False)
    assert "N(INVAL_SYN)" in pair.charon.log()[had:] and pair.charon.children() == 0 and pair.spi() == 0


def childless(pair, mode):
    """IKE without a child, and the child by CREATE_CHILD_SA."""
    pair.fresh(mode, conn="childless = force")
    pair.begin("charon")
    r = pair.fresh(mode, conn="childless = allow")
    pair.charon.ctl("--initiate", "--ike", "espial", "--timeout", "10", check=False)
    wait_for("an IKE SA without a child", pair.ike_id)
    assert spi_out(r) == 0
    pair.begin("router")


def unique(word):
    def setting(pair, mode):
        """charon comes back and says INITIAL_CONTACT or not; then the router does."""
        pair.fresh(mode, conn=f"unique = {word}", remote_id="id = 10.0.0.1", extra="crypto isakmp invalid-spi-recovery")
        pair.begin("router")
        before = pair.ike_id()
        pair.charon_new()
        pair.charon.initiate()
        if word != "never":  # then the former one is there still, is shown first, and sends for a second
            wait_for("the new IKE SA", lambda: pair.ike_id() not in (None, before))
        else:
            wait_for("our pings", lambda: "100 percent" in ping_from_router(pair.router))
        pair.both_ways("with the new charon")
        pair.router_new()
        wake(pair.router)
        wait_for("the new router's tunnel", lambda: spi_out(pair.router))
        wait_for("pings", lambda: "100 percent" in ping_from_router(pair.router))
    return setting


def trap(pair, mode):
    """start_action trap: charon's own packets begin; when a child is deleted, the next one begins again."""
    r = pair.fresh(mode, child="start_action = trap")
    if "ROUTED" not in pair.charon.ctl("--list-pols") and "TUNNEL" not in pair.charon.ctl("--list-pols"):
        return "no trap policies in user space"
    pair.begin("router")
    r.type("clear crypto session")
    wait_for("the end at charon", lambda: pair.charon.children() == 0)
    pair.begin("router")


def close_action(pair, mode):
    """When the router deletes the child, charon begins again at once."""
    r = pair.fresh(mode, child="close_action = start")
    pair.begin("charon")
    before = spi_out(r)
    r.type("clear crypto sa")
    wait_for("a new one", lambda: spi_out(r) not in (0, before))
    wait_for("pings", lambda: ping_from_charon(2) == 2)


def dpd_action(word):
    def setting(pair, mode):
        """The router comes back and remembers nothing; charon's dead peer detection finds that out."""
        pair.fresh(mode, dpd="1s", conn="dpd_timeout = 4s" if mode != V2 else "", child=f"dpd_action = {word}")
        pair.begin("charon")
        had = len(pair.charon.log())
        pair.router_new()
        wait_for("charon to give up", lambda: "giving up" in pair.charon.log()[had:] or "DPD check timed out" in pair.charon.log()[had:], 60)
        if word == "restart":
            wait_for("a new tunnel", lambda: spi_out(pair.router), 60)
        else:
            wait_for("no child", lambda: pair.charon.children() == 0)
            wake(pair.router)
        wait_for("pings", lambda: "100 percent" in ping_from_router(pair.router), 40)
    return setting


def their_clock(pair, mode):
    """charon rekeys every few seconds, both phases, under pings."""
    pair.fresh(mode, conn="rekey_time = 7s\n  over_time = 8s\n  rand_time = 0s", child="rekey_time = 3s\n life_time = 8s\n rand_time = 0s", scale=1)
    pair.begin("charon")
    before = (pair.ike_id(), pair.spi())
    with Stream() as s:
        wait_for("rekeys of both kinds", lambda: s.sent > 900 and pair.ike_id() not in (None, before[0]) and pair.spi() not in (0, before[1]), 60)
    return s.unbroken()


def their_packets(pair, mode):
    """charon rekeys after so many packets."""
    pair.fresh(mode, child="rekey_packets = 60\n life_packets = 400\n rand_packets = 0")
    pair.begin("router")
    before = pair.spi()
    with Stream() as s:
        wait_for("a rekey", lambda: s.sent > 300, 60)
    note = s.unbroken()
    if pair.spi() == before:
        return note + "; charon counts no packets in user space"
    return note


def reauth(before_break):
    def setting(pair, mode):
        """charon authenticates anew after some seconds: break before make, or make before break."""
        pair.charon.reboot(CONF + "make_before_break = " + ("yes" if before_break else "no"))
        pair.fresh(mode, conn="reauth_time = 4s\n  over_time = 8s\n  rand_time = 0s\n  rekey_time = 0s")
        pair.begin("charon")
        before = pair.ike_id()
        with Stream() as s:
            wait_for("another IKE SA", lambda: pair.ike_id() not in (None, before), 40)
            before = pair.ike_id()
            wait_for("and another", lambda: pair.ike_id() not in (None, before), 40)
            s.more()
        wait_for("one IKE SA", lambda: pair.charon.sas().count("ESTABLISHED") == 1)
        pair.both_ways("after it")
        return f"{s.lost} of {s.sent} pings lost"
    return setting


def port_4500(pair, mode):
    """IKE that begins on port 4500, behind four bytes of zero."""
    pair.fresh(mode, conn="remote_port = 4500\n  local_port = 4500")
    pair.begin("charon")


def any_version(pair, mode):
    """version = 0: charon takes both, and begins IKEv2."""
    text = connection(*PLAIN.charon(mode), version=0)
    pair.fresh(mode, text=text)
    pair.begin("router")


def ppk(pair, mode):
    """charon would like to mix in a postquantum preshared key (RFC 8784) and does not insist."""
    text = connection(*PLAIN.charon(mode), version=2, conn="ppk_id = q\n  ppk_required = no") + 'secrets { ppk { id = q\n secret = "abcdefghijklmnopqrstuvwxyz012345" } }\n'
    for who in ("router", "charon"):
        pair.fresh(mode, text=text)
        pair.begin(who)
    pair.fresh(mode, text=text.replace("required = no", "required = yes"))
    pair.charon.initiate(check=False)
    assert pair.charon.children() == 0 and pair.spi() == 0


def charon_conf(words):
    def setting(pair, mode):
        pair.charon.reboot(CONF + words)
        both(pair, mode)
        pair.charon.reboot(CONF)
    return setting


def identities(pair, mode):
    """charon calls itself what it likes: the key is chosen by address."""
    for theirs in ("swan.example.com", "me@example.com", "10.7.7.7", "keyid:swan"):
        both(pair, mode, local="id = " + theirs, remote_id="id = %any")


def by_group(pair, mode):
    """charon says a key-id, which is a group to IKEv1."""
    bound = "crypto isakmp profile G\n match identity group %s\ncrypto map VPN 10 ipsec-isakmp\n set isakmp-profile G"
    theirs = dict(local="id = keyid:SPOKES", remote_id="id = %any")
    both(pair, mode, extra=bound % "SPOKES", **theirs)
    pair.fresh(mode, extra=bound % "spokes", **theirs)
    pair.charon.initiate(check=False)
    assert pair.charon.children() == 0 and pair.spi() == 0


def by_hostname(pair, mode):
    """crypto isakmp peer hostname: aggressive mode, and who we are there, for the address that the name has."""
    extra = ("ip host swan.example.com 10.0.0.2\ncrypto isakmp peer hostname swan.example.com\n set aggressive-mode password cisco123\n"
             " set aggressive-mode client-endpoint fqdn spoke.example.com")
    pair.fresh(MAIN, extra=extra, conn="aggressive = yes", remote_id="id = spoke.example.com")
    pair.begin("router")
    assert "parsed AGGRESSIVE request" in pair.charon.log()


def by_interface(pair, mode):
    """match address local interface."""
    extra = "crypto ikev2 profile PROF\n match address local interface %s"
    both(pair, mode, extra=extra % "Ethernet0/0")
    pair.fresh(mode, extra=extra % "Loopback0")
    pair.charon.initiate(check=False)
    assert pair.charon.children() == 0 and pair.spi() == 0 and pair.ike_id() is None


def lifetimes(pair, mode):
    """A lifetime of IKE shorter than the router's is charon's business; the router's, charon's."""
    both(pair, mode, conn="rekey_time = 600s\n  over_time = 60s", extra="crypto isakmp keepalive 10 periodic\ncrypto ikev2 dpd 10 2 periodic")


def keys(pair, mode):
    """Shared secrets of 127 characters, of letters beyond ASCII, and (IKEv2) of any bytes."""
    for ours, theirs in [("x" * 127,) * 2, ("schlüssel",) * 2] + [("hex 00ff1122deadbeef00", "0x00ff1122deadbeef00")] * (mode == V2):
        both(pair, mode, key=theirs, extra=f"crypto ikev2 keyring KR\n peer SWAN\n  pre-shared-key {ours}" if mode == V2 else
             f"no crypto isakmp key cisco123 address 10.0.0.2\ncrypto isakmp key {ours} address 10.0.0.2")


def distinguished(pair, mode):
    """charon says a name of X.500, which is an identity like another to a profile that takes any."""
    both(pair, mode, local='id = "C=CH, O=wires, CN=swan"', extra="crypto ikev2 profile PROF\n match identity remote any" if mode == V2 else "")


ALL, V1S, NEW = (MAIN, AGGRESSIVE, V2), (MAIN, AGGRESSIVE), (V2,)
ROWS = (
    ("two children", two_children, (MAIN, V2)), ("many selectors", many_selectors, NEW), ("parts", parts, NEW), ("ranges", ranges, NEW), ("outside", outside, NEW), ("ports", ports, (MAIN, V2)), ("wide ports", wide_ports, NEW),
    ("alternatives", alternatives, (MAIN, V2)), ("only chacha20", only_chacha, (MAIN, V2)), ("esn", esn, (MAIN, V2)),
    ("fragmentation force", conn("fragmentation = force"), ALL), ("fragmentation no", conn("fragmentation = no"), (MAIN, V2)), ("encap", conn("encap = yes"), ALL),
    ("mobike yes", conn("mobike = yes"), NEW), ("mobike no", conn("mobike = no"), NEW), ("childless", childless, NEW),
    ("unique replace", unique("replace"), (MAIN, V2)), ("unique keep", unique("keep"), (MAIN, V2)), ("unique never", unique("never"), (MAIN, V2)),
    ("trap", trap, (MAIN, V2)), ("close action", close_action, (MAIN, V2)),
    ("dpd clear", dpd_action("clear"), (MAIN, V2)), ("dpd trap", dpd_action("trap"), (MAIN, V2)), ("dpd restart", dpd_action("restart"), (MAIN, V2)),
    ("their clock", their_clock, (MAIN, V2)), ("their packets", their_packets, (MAIN, V2)),
    ("port 4500", port_4500, (MAIN, V2)), ("version 0", any_version, (MAIN, V2)), ("ppk", ppk, NEW),
    ("identities", identities, (MAIN,)), ("group", by_group, (MAIN,)), ("peer by hostname", by_hostname, (AGGRESSIVE,)), ("local interface", by_interface, NEW), ("lifetimes", lifetimes, (MAIN, V2)),
    ("keys", keys, (MAIN, V2)), ("distinguished name", distinguished, (MAIN, V2)),
    ("ipcomp", child("ipcomp = yes"), (MAIN, V2)), ("transport wished", transport, NEW), ("no window", child("replay_window = 0"), (MAIN, V2)),
    ("pull", conn("pull = no\n  send_cert = always\n  send_certreq = yes"), (MAIN, V2)),
    ("reauth", reauth(False), (MAIN, V2)), ("reauth make before break", reauth(True), NEW),
    ("vendor ids", charon_conf("send_vendor_id = yes\n  cisco_unity = yes\n  cisco_flexvpn = yes"), (MAIN, V2)),
    ("redirect", charon_conf("signature_authentication = no\n  follow_redirects = yes"), NEW),
    ("private algorithms", charon_conf("accept_private_algs = yes\n  prefer_configured_proposals = no\n  prefer_best_path = yes"), (MAIN, V2)),
)
