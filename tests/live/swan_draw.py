"""Drawn pairs of configurations for a router and strongSwan's charon, and what must come of them. A seed decides all of it. Both ends' proposals are drawn apart from each
other, until a small model of the RFCs says what the seed asked for: that they agree, or that they have nothing in common. The model knows sets of transforms and no
protocol: IKEv1 agrees on a whole transform (RFC 2409 section 5), IKEv2 on one of each type (RFC 7296 section 3.3); the first child of IKEv2 has no group (section 1.2).

What strongSwan 5.9.8 can't do, or does in its own way, is kept out of the draw, each with its reason where it is."""
import random
from dataclasses import dataclass, field

from swan import connection
from swan_pair import AGGRESSIVE, MAIN, V2

STATIC, DYNAMIC, SVTI = "static map", "dynamic map", "sVTI"
GROUPS = {2: "modp1024", 5: "modp1536", 14: "modp2048", 15: "modp3072", 16: "modp4096", 19: "ecp256", 20: "ecp384", 21: "ecp521", 31: "x25519"}
CIPHERS = {"3des": ("3des", "3des"), "aes128": ("aes", "aes-cbc-128"), "aes192": ("aes 192", "aes-cbc-192"), "aes256": ("aes 256", "aes-cbc-256"),
           "aes128gcm16": (None, "aes-gcm-128"), "aes256gcm16": (None, "aes-gcm-256")}  # charon's word: policy's, IKEv2 proposal's
HASHES = {"md5": "md5", "sha1": "sha", "sha256": "sha256", "sha384": "sha384", "sha512": "sha512"}
ESP = {"3des": "esp-3des", "aes128": "esp-aes", "aes192": "esp-aes 192", "aes256": "esp-aes 256",
       "aes128gcm16": "esp-gcm", "aes192gcm16": "esp-gcm 192", "aes256gcm16": "esp-gcm 256"}
ESP_HASHES = {"md5": "esp-md5-hmac", "sha1": "esp-sha-hmac", "sha256": "esp-sha256-hmac", "sha384": "esp-sha384-hmac", "sha512": "esp-sha512-hmac"}
NETS = (("192.168.1", "192.168.2"), ("192.168.1", "192.168.3"), ("192.168.4", "192.168.2"), ("192.168.4", "192.168.3"))  # ours, theirs; .1 of each is a host
WRONG = ("ike", "esp", "key", "identity", "selectors")  # what may be wrong at charon's end for a while


def aead(cipher):
    return "gcm" in cipher


@dataclass
class Proposal:
    """Transforms of one proposal, a list of each type in the order of preference; hashes are those of integrity, prfs those said apart (none: the hashes')."""
    ciphers: list
    hashes: list
    prfs: list = field(default_factory=list)
    groups: list = field(default_factory=list)

    def charon(self):
        return "-".join([*self.ciphers, *self.hashes, *("prf" + p for p in self.prfs), *(GROUPS[g] for g in self.groups)])

    def meets(self, other, with_group):
        """One of each type in common."""
        pairs = [(self.ciphers, other.ciphers), (self.hashes, other.hashes)] + [(self.prfs or self.hashes, other.prfs or other.hashes)]
        pairs += [(self.groups, other.groups)] * with_group
        return all(a == b == [] or set(a) & set(b) for a, b in pairs)


def agree(ours, theirs, with_group=True):
    return any(a.meets(b, with_group) for a in ours for b in theirs)


class Draw(random.Random):
    def maybe(self, chance, this, other=""):
        return this if self.random() < chance else other

    def some(self, pool, most):
        return self.sample(pool, self.randint(1, min(most, len(pool))))

    def until(self, make, fits):
        while True:
            drawn = make()
            if fits(*drawn):
                return drawn


def one_of_ike1(d, groups):
    return Proposal([d.choice(("3des", "aes128", "aes192", "aes256"))], [d.choice(list(HASHES))], [], [d.choice(groups)])


def one_of_ike2(d, groups):
    if d.random() < 0.4:
        return Proposal(d.some(["aes128gcm16", "aes256gcm16"], 2), [], d.some(["sha1", "sha256", "sha384", "sha512"], 3), d.some(groups, 3))
    hashes = ["sha1", "sha256", "sha384", "sha512"]
    return Proposal(d.some(["3des", "aes128", "aes192", "aes256"], 3), d.some(hashes, 3), d.maybe(0.3, d.some(hashes, 3), []), d.some(groups, 3))


def draw_ike(d, mode, common):
    """(ours, theirs)"""
    def make():
        few = d.sample([14, 19, 20, 2, 5, 15, 21] + [31, 31] * (mode == V2), 3)
        if mode == V2:
            return [[one_of_ike2(d, few) for _ in range(d.randint(1, 3))] for _ in "ab"]
        if mode == AGGRESSIVE:  # its first message has a key already: one group for all that is offered (RFC 2409 section 5.4)
            few = few[:1]
        return [[one_of_ike1(d, few) for _ in range(d.randint(1, 4))] for _ in "ab"]
    return d.until(make, lambda a, b: agree(a, b) == common)


def draw_esp(d, mode, common):
    # Of a proposal with several transforms of a type, strongSwan offers each cipher with the first hash and the first length alone in IKEv1.
    many = 3 if mode == V2 else 1

    def one(most):
        if d.random() < 0.4:
            return Proposal(d.some(["aes128gcm16", "aes192gcm16", "aes256gcm16"], most), [])
        return Proposal(d.some(["3des", "aes128", "aes192", "aes256"], most), d.some(["sha1", "sha256", "sha384", "sha512"], most))
    return d.until(lambda: ([one(1) for _ in range(d.randint(1, 4))], [one(many) for _ in range(d.randint(1, 4))]), lambda a, b: agree(a, b, False) == common)


def policy(i, p):
    return f"crypto isakmp policy {10 + i}\n encryption {CIPHERS[p.ciphers[0]][0]}\n hash {HASHES[p.hashes[0]]}\n authentication pre-share\n group {p.groups[0]}"


def wrong_proposals(d, ours, theirs):
    """Theirs in which nothing fits ours."""
    return d.until(lambda: (theirs(),), lambda t: not agree(ours, t, bool(ours[0].groups)))[0]


class World:
    """Both configurations of a seed. router(): the router's, charon(wrong): charon's, its lines for strongswan.conf in `daemon`. flows: (our net, their net) of each
    pair of networks, which are all to have SAs. lasting: what may be lost is found out by dead peer detection of both ends."""

    def __init__(self, seed):
        self.chance = d = Draw(seed)
        self.seed = seed
        self.mode = d.choice((MAIN, MAIN, AGGRESSIVE, V2, V2, V2))
        self.v2 = self.mode == V2
        self.kind = d.choice((STATIC, STATIC, STATIC, DYNAMIC, SVTI))
        self.scale = d.choice((3, 5, 5, 10))
        self.nat = d.random() < 0.2 and self.kind != DYNAMIC  # charon can't begin with who is behind a translator
        self.ike = draw_ike(d, self.mode, True)
        self.esp = draw_esp(d, self.mode, True)
        self.wrong = d.choice(WRONG[:4] if self.kind == SVTI else WRONG) if d.random() < 0.2 else None  # an sVTI takes whatever networks it is given
        self.draw_groups()
        self.draw_selectors()
        self.draw_identities()
        self.draw_router()
        self.draw_charon()

    def draw_groups(self):
        """PFS: the same group at both ends, one of several of charon's, or none."""
        d = self.chance
        self.pfs = d.choice((0, 0, 14, 19, 20) + (31,) * self.v2)
        groups = [self.pfs] if self.pfs else []
        if self.pfs and self.v2:  # IKEv1 says one group for all proposals of a quick mode
            groups += d.sample((2, 5, 15, 21), d.randint(0, 2))
            d.shuffle(groups)
        for proposal in self.esp[1]:
            proposal.groups = groups
        self.esn = d.maybe(0.2, "-esn-noesn") if self.v2 else ""  # alone, ESN is refused: charon's ESP in user space has none

    def draw_selectors(self):
        d = self.chance
        self.flows = [("0.0.0.0/0", "0.0.0.0/0")] if self.kind == SVTI else d.sample(NETS, d.choice((1, 1, 2, 3)))
        ours, theirs = zip(*self.flows)
        product = len(self.flows) > 1 and len(set(ours)) * len(set(theirs)) == len(self.flows)
        self.one_child = self.v2 and self.kind == STATIC and product and d.random() < 0.5
        # In IKEv2 either end's may be the narrower ones; IKEv1 has no narrowing (a responder takes what it is offered, or not).
        self.narrow = ""
        if self.kind == STATIC:
            self.narrow = d.choice(("", "", "icmp") + ("their hosts", "our hosts", "their supernet", "our icmp", "their icmp") * self.v2)

    def draw_identities(self):
        d = self.chance
        self.local_id, self.remote_id, self.v2_id, self.v2_match = "", "", "", "address 10.0.0.2"
        if self.v2 and d.random() < 0.6:
            ours, said = d.choice((("fqdn hub.example.com", "hub.example.com"), ("email hub@example.com", "hub@example.com"), ("key-id HUB", "keyid:HUB"),
                                   ("address 10.9.9.9", "10.9.9.9")))
            theirs, match = d.choice((("swan.example.com", "fqdn swan.example.com"), ("me@example.com", "email domain example.com"), ("keyid:SWAN", "key-id SWAN"),
                                      ("10.8.8.8", "address 10.8.0.0 255.255.0.0"), ("swan.example.com", "any"), ('"C=CH, O=wires, CN=swan"', "any")))
            self.local_id, self.remote_id, self.v2_id, self.v2_match = "id = " + theirs, "id = " + d.maybe(0.7, said, "%any"), " identity local " + ours, match
        elif self.mode == MAIN and d.random() < 0.3:
            self.local_id, self.remote_id = "id = " + d.choice(("swan.example.com", "me@example.com", "10.7.7.7")), "id = %any"
        elif self.nat or d.random() < 0.5:
            self.remote_id = "id = 10.0.0.1"

    # the router
    def draw_router(self):
        d = self.chance
        self.dpd = d.choice(("10 2 periodic", "10 2 on-demand", "10 3 periodic"))
        self.recovery = d.random() < 0.4
        renews = self.v2 or self.kind != DYNAMIC  # charon has our lifetimes of IKEv1 unscaled, and a dynamic map does not renew
        self.life, self.ike_life = (d.choice((0, 0, 0, 120, most)) * renews for most in (150, 180))
        self.more = [line for line in (
            d.maybe(0.4, "crypto isakmp invalid-spi-recovery"), d.maybe(0.2, f"crypto ipsec security-association replay window-size {d.choice((64, 128, 1024))}"),
            d.maybe(0.1, "crypto ipsec security-association replay disable"), d.maybe(0.3, f"crypto ipsec df-bit {d.choice(('clear', 'set', 'copy'))}"),
            d.maybe(0.2, "crypto ipsec fragmentation after-encryption"), d.maybe(0.15, "crypto ipsec security-association idle-time 120"),
            d.maybe(0.3, "crypto logging session\ncrypto logging ikev2"),
            d.maybe(0.3, "crypto isakmp fragmentation\ncrypto ikev2 fragmentation" + d.maybe(0.5, f" mtu {d.randint(200, 1400)}")),
            d.maybe(0.2, "crypto ikev2 cookie-challenge 0"), d.maybe(0.2, f"crypto ikev2 window {d.randint(1, 20)}"),
            d.maybe(0.3, "crypto isakmp nat keepalive 5\ncrypto ikev2 nat keepalive 5"),
            d.maybe(0.1, "crypto call admission limit ike in-negotiation-sa 10"), d.maybe(0.1, f"crypto ikev2 limit max-in-negotation-sa {d.randint(5, 20)}"),
            self.life and f"crypto ipsec security-association lifetime seconds {self.life}") if line]
        self.debug = d.choice(([], [], ["debug crypto isakmp", "debug crypto ipsec", "debug crypto ikev2"]))
        self.reverse = d.random() < 0.3
        self.dead_peer = self.kind == STATIC and self.scale == 10 and self.mode == V2 and d.random() < 0.3
        # Of the router's pings. The tests' translator knows no fragments; what is too big with DF set outside is dropped.
        self.size = 100 if self.nat or "crypto ipsec df-bit set" in self.more else d.choice((100, 100, 100, 1300, 1450, 2900))
        self.profile_lines = d.maybe(0.2, " nat force-encap\n") + d.maybe(0.2, " initial-contact force\n")
        self.profile = self.mode == AGGRESSIVE or self.mode == MAIN and d.random() < 0.2

    def sets(self):
        return "\n".join(f"crypto ipsec transform-set T{i} {ESP[p.ciphers[0]]}{' ' + ESP_HASHES[p.hashes[0]] if p.hashes else ''}" for i, p in enumerate(self.esp[0]))

    def entry(self):
        """What a map's entry and a profile of IPsec have in common."""
        lines = ["set transform-set " + " ".join(f"T{i}" for i in range(len(self.esp[0])))]
        lines += [f"set pfs group{self.pfs}"] * bool(self.pfs) + ["set ikev2-profile PROF"] * self.v2 + ["set isakmp-profile PR"] * self.profile
        lines += ["reverse-route"] * (self.reverse and self.kind != SVTI)
        return "\n ".join(lines)

    def phase1(self):
        if not self.v2:
            life = f"\n lifetime {self.ike_life}" if self.ike_life else ""
            text = "\n".join(policy(i, p) + life for i, p in enumerate(self.ike[0]))
            text += f"\ncrypto isakmp key cisco123 address 10.0.0.2\ncrypto isakmp keepalive {self.dpd.replace(' on-demand', '')}"
            if self.profile:
                text += "\ncrypto isakmp profile PR\n match identity address 10.0.0.2\n match identity address 10.7.7.7"
                text += "\n match identity host domain example.com\n match identity user domain example.com"
                text += "\n initiate mode aggressive" * (self.mode == AGGRESSIVE)
            return text
        text = ""
        for i, p in enumerate(self.ike[0]):
            text += f"crypto ikev2 proposal P{i}\n encryption " + " ".join(CIPHERS[c][1] for c in p.ciphers)
            text += "\n integrity " + " ".join(p.hashes) if p.hashes else ""
            text += "\n prf " + " ".join(p.prfs) if p.prfs else ""
            text += "\n group " + " ".join(map(str, p.groups)) + "\n"
        text += "crypto ikev2 policy POL\n" + "".join(f" proposal P{i}\n" for i in range(len(self.ike[0])))
        text += "crypto ikev2 keyring KR\n peer SWAN\n  address 10.0.0.2\n  pre-shared-key cisco123\n"
        text += f"crypto ikev2 profile PROF\n match identity remote {self.v2_match}\n{self.v2_id}\n authentication local pre-share\n authentication remote pre-share\n"
        text += f" keyring local KR\n dpd {self.dpd}\n"
        return text + (f" lifetime {self.ike_life}\n" if self.ike_life else "") + self.profile_lines

    def acl(self):
        lines = []
        for ours, theirs in self.flows:
            proto = "icmp" if self.narrow in ("icmp", "our icmp") else "ip"
            a, b = (f"host {ours}.1", f"host {theirs}.1") if self.narrow == "our hosts" else (f"{ours}.0 0.0.0.255", f"{theirs}.0 0.0.0.255")
            lines.append(f"access-list 101 permit {proto} {a} {b}")
        return "\n".join(lines)

    def router(self):
        protect = {STATIC: f"crypto map VPN 10 ipsec-isakmp\n{self.dead_peer * (chr(10) + ' set peer 10.0.0.77')}\n set peer 10.0.0.2\n {self.entry()}\n match address 101",
                   DYNAMIC: f"crypto dynamic-map D 10\n {self.entry()}\n match address 101\ncrypto map VPN 10 ipsec-isakmp dynamic D",
                   SVTI: f"crypto ipsec profile V\n {self.entry()}"}[self.kind]
        nexthop = "Tunnel0" if self.kind == SVTI else "10.0.0.2"
        loopbacks = "\n".join(f"interface Loopback{net}\n ip address 192.168.{net}.1 255.255.255.0" for net in (1, 4))
        tunnel = ("interface Tunnel0\n ip address 172.16.0.1 255.255.255.252\n tunnel source Ethernet0/0\n tunnel mode ipsec ipv4\n tunnel destination 10.0.0.2\n"
                  " tunnel protection ipsec profile V")
        lines = ["no ip domain lookup", "no logging console", "logging buffered 4000000 debugging", self.phase1(), self.sets(), *self.more, protect, loopbacks,
                 "interface Ethernet0/0\n ip address 10.0.0.1 255.255.255.0\n no shutdown" + "\n crypto map VPN" * (self.kind != SVTI), tunnel * (self.kind == SVTI),
                 *(f"ip route 192.168.{net}.0 255.255.255.0 {nexthop}" for net in (2, 3)), self.acl(), "line con 0\n privilege level 15\n exec-timeout 0", "end", ""]
        return "\n".join(line for line in lines if line)

    # charon
    def draw_charon(self):
        d, v2 = self.chance, self.v2
        self.their_dpd = d.choice(("1s", "2s"))
        # Their clocks. A reauthentication of IKEv1 is charon's rekey; of IKEv2 it breaks the tunnel unless it is made before.
        self.rekey = d.choice(("", "", "", "rekey_time = 5s\n rand_time = 2s\n life_time = 20s", "rekey_time = 9s\n rand_time = 0s\n life_time = 30s"))
        self.ike_rekey = d.choice(("", "", "", "rekey_time = 8s\n over_time = 20s\n rand_time = 3s") +
                                  ("reauth_time = 9s\n rekey_time = 0s\n over_time = 20s\n rand_time = 2s",) * v2)
        # Of several children that it makes anew (close_action, dpd_action, reauthentication), charon gives one the reqid of another, and sends by the wrong one.
        alone = len(self.flows) == 1
        if self.nat and not v2 or not alone and "reauth" in self.ike_rekey:
            self.ike_rekey = ""
        conn = [self.ike_rekey, d.maybe(0.5, f"fragmentation = {d.choice(('yes', 'force', 'no', 'accept'))}"),
                d.maybe(0.4, f"mobike = {d.choice(('yes', 'no'))}"), d.maybe(0.3, "encap = yes"),
                d.maybe(0.5, f"unique = {d.choice(('no', 'replace', 'keep', 'never'))}"), d.maybe(0.3, f"keyingtries = {d.choice((0, 1, 3))}"), d.maybe(0.2, "send_cert = always"),
                d.maybe(0.2, "send_certreq = no"), d.maybe(0.2, "pull = no"), "aggressive = yes" if self.mode == AGGRESSIVE else "", "" if v2 else "dpd_timeout = 8s"]
        if v2:  # by force, charon refuses who begins with a child
            conn.append(d.maybe(0.3, f"childless = {d.choice(('allow', 'never') + ('force',) * (self.kind == DYNAMIC))}"))
        child = [self.rekey, d.maybe(0.3, f"replay_window = {d.choice((0, 32, 64, 256))}"), d.maybe(0.2, "ipcomp = yes"), d.maybe(0.2, f"tfc_padding = {d.choice(('mtu', '200'))}"),
                 d.maybe(0.2, "copy_df = no"), d.maybe(0.2, "copy_ecn = no"), d.maybe(0.2, f"copy_dscp = {d.choice(('in', 'yes', 'no'))}"),
                 d.maybe(0.3, f"dpd_action = {d.choice(('restart' if alone else 'clear', 'clear', 'trap'))}"),
                 d.maybe(0.2, f"close_action = {'start' if alone else 'none'}")]
        self.conn, self.child = ("\n  ".join(line for line in lines if line) for lines in (conn, child))
        daemon = ["i_dont_care_about_security_and_use_aggressive_mode_psk = yes", "retransmit_tries = 2", "delete_rekeyed = " + d.choice(("yes", "no")),
                  "install_routes = no" if self.kind == SVTI else "",
                  d.maybe(0.5, "make_before_break = yes"), d.maybe(0.2, "cookie_threshold = 0\n  cookie_threshold_ip = 0"),
                  d.maybe(0.3, "send_vendor_id = yes\n  cisco_unity = yes\n  cisco_flexvpn = yes"),
                  d.maybe(0.2, f"fragment_size = {d.randint(300, 1500)}"), d.maybe(0.2, f"delete_rekeyed_delay = {d.choice((0, 1, 3))}"),
                  d.maybe(0.15, f"send_delay = {d.choice((50, 200))}"),
                  d.maybe(0.15, f"receive_delay = {d.choice((50, 200))}"), d.maybe(0.2, "prefer_configured_proposals = no"),
                  d.maybe(0.2, "keep_alive = 1s"), d.maybe(0.2, "signature_authentication = no"),
                  d.maybe(0.2, "init_limit_half_open = 10"), d.maybe(0.2, "retransmit_jitter = 20")]
        self.daemon = "\n  ".join(line for line in daemon if line)
        self.bad_ike = wrong_proposals(d, self.ike[0], lambda: draw_ike(d, self.mode, True)[1]) if self.wrong == "ike" else None
        self.bad_esp = wrong_proposals(d, self.esp[0], lambda: draw_esp(d, self.mode, True)[1]) if self.wrong == "esp" else None
        self.bad_end = d.choice(("local", "remote"))

    def children(self):
        """(name, local_ts, remote_ts) of charon's children."""
        if self.kind == SVTI:
            return [("net", "0.0.0.0/0", "0.0.0.0/0")]
        def words(net, ours):
            text = {"their hosts": f"{net}.1/32", "their supernet": ("192.168.0.0/22", "192.168.0.0/21")[ours]}.get(self.narrow, f"{net}.0/24")
            return text + "[icmp]" * (self.narrow in ("icmp", "their icmp"))
        if self.narrow == "their supernet" or self.one_child:
            theirs = ",".join(dict.fromkeys(words(b, False) for _, b in self.flows))
            return [("net", theirs, ",".join(dict.fromkeys(words(a, True) for a, _ in self.flows)))]
        return [("net" + str(i or ""), words(b, False), words(a, True)) for i, (a, b) in enumerate(self.flows)]

    def charon(self, wrong=None):
        """Its connection; wrong: with that at fault."""
        ike, esp = (self.bad_ike if wrong == "ike" else self.ike[1]), (self.bad_esp if wrong == "esp" else self.esp[1])
        esp = ",".join(p.charon() + self.esn for p in esp)
        (_, first_local, first_remote), *others = self.children()
        if wrong == "selectors":
            first_local, first_remote, others = "172.30.1.0/24", "172.30.2.0/24", []
        text = connection(",".join(p.charon() for p in ike), esp, version=2 if self.v2 else 1, dpd=self.their_dpd, key="another" if wrong == "key" else "cisco123",
                          peer="10.0.0.9" if self.nat else "10.0.0.1", local_ts=first_local, remote=first_remote, conn=self.conn, child=self.child, local=self.local_id,
                          remote_id="id = nobody.example.org" if wrong == "identity" else self.remote_id)
        more = "".join(f"{name} {{ local_ts = {a}\n remote_ts = {b}\n esp_proposals = {esp}\n {self.child} }}\n" for name, a, b in others)
        return text.replace("children { net {", "children { " + more + "net {")

    def pings(self):
        """(our address, its interface, their address) of each flow."""
        flows = [("192.168.1", "192.168.2")] if self.kind == SVTI else self.flows
        return [(f"{a}.1", "Loopback" + a[-1], f"{b}.1") for a, b in flows]

    def words(self):
        """One line."""
        return ", ".join(w for w in (self.mode, self.kind, f"{len(self.flows)} flows" if len(self.flows) > 1 else "", self.narrow,
                                     "one child" if self.one_child else "", "NAT" if self.nat else "", "a dead peer first" if self.dead_peer else "",
                                     f"first a wrong {self.wrong}" if self.wrong else "", f"x{self.scale}") if w)
