"""Less usual settings of strongSwan, a row each: algorithms in forms that the router does not have beside those it has, groups and pseudorandom functions of each kind;
what charon may ask for besides a tunnel; how it sends (ports, pieces, delays, keepalives), when it lets go; wires that lose, repeat and swap; both ends that begin at the
same moment; and a charon that is killed in any phase of an exchange. interop.py plays them."""
import contextlib, os, random, re, subprocess, threading

from routers import wait_for
from swan import Stream, connection, ping_from_charon, ping_from_router, spi_out, wake
from swan_nat import Translator
from swan_pair import AGGRESSIVE, MAIN, PLAIN, V2, Suite
from swan_settings import CONF, both


PROBES = "crypto isakmp keepalive 10 2 periodic\ncrypto ikev2 dpd 10 2 periodic"


def suite(ike, esp, ours="aes 256", hash_="sha256", group=14, ts=PLAIN.ts, pfs=0):
    def setting(pair, mode):
        both(pair, mode, Suite(ike, esp, ours, hash_, group, ts, pfs))
    return setting


def short_icv(pair, mode):
    """GCM with short check values is offered before the whole one, of IKE as well; alone it is refused."""
    ike = "aes256gcm8-aes256gcm12-aes256gcm16-prfsha256-ecp256" if mode == V2 else "aes256-sha256-ecp256"
    gcm = ("aes-gcm-256", None, "sha256")
    row = lambda ike, esp: Suite(ike, esp, "aes 256", "sha256", 19, "esp-gcm 256", 0, (ike, *gcm[:1], gcm[2]) if mode == V2 else None)
    both(pair, mode, row(ike, "aes256gcm8,aes256gcm12,aes256gcm16"))
    for bad in [row(ike, "aes256gcm8-aes256gcm12")] + [row("aes256gcm8-prfsha256-ecp256", "aes256gcm16")] * (mode == V2):
        pair.fresh(mode, bad)
        pair.charon.initiate(check=False)
        assert pair.charon.children() == 0 and pair.spi() == 0


def other_prf(pair, mode):
    """A pseudorandom function that is not the hash of the integrity; and several, of which the router has one."""
    for prfs in ("prfsha512", "prfaesxcbc-prfaescmac-prfsha512"):
        both(pair, mode, Suite(f"aes256-sha256-{prfs}-modp2048", PLAIN.esp, "aes 256", "sha256", 14, PLAIN.ts), extra="crypto ikev2 proposal P\n prf sha512")


def another_group(pair, mode):
    """The first guess is wrong, at either end: INVALID_KE_PAYLOAD (RFC 7296 section 1.2)."""
    both(pair, mode, Suite("aes256-sha256-x25519-ecp521-modp3072-modp2048", PLAIN.esp, "aes 256", "sha256", 14, PLAIN.ts),
         extra="crypto ikev2 proposal P\n no group 14\n group 19 20 14")


def pfs_by_one(pair, mode):
    """charon wants perfect forward secrecy in a rekey, the router does not ask for it, and the other way about; groups of which one is common."""
    choices = (("aes256-sha256,aes256-sha256-modp2048", 14), ("aes256-sha256-ecp384-modp2048-ecp256", 19)) if mode == V2 else ()  # IKEv1 has one group for all that is offered
    for esp, pfs in (("aes256-sha256-modp2048", 0), *choices):
        pair.fresh(mode, Suite(PLAIN.ike, esp, "aes 256", "sha256", 14, PLAIN.ts, pfs), "crypto ipsec security-association lifetime seconds 120", scale=10)
        pair.begin("charon")
        with Stream() as s:
            before = pair.spi()
            pair.charon.ctl("--rekey", "--child", "net")
            wait_for("charon's rekey", lambda: pair.spi() not in (0, before))
            if pfs:  # what has none, charon refuses
                before = pair.spi()
                wait_for("our rekey", lambda: pair.spi() not in (0, before))
            s.more()
        s.unbroken()


def asks(words, **more):
    """charon wants something that the router does not give, and has its tunnel or not; no harm comes of it."""
    def setting(pair, mode):
        pair.fresh(mode, conn=words, **more)
        pair.charon.initiate(check=False)
        pair.fresh(mode)
        pair.begin("charon")
    return setting


def xauth(pair, mode):
    """charon asks for extended authentication, which the router refuses."""
    text = connection(*PLAIN.charon(mode), version=1, conn="aggressive = yes" if mode == AGGRESSIVE else "")
    text = text.replace("local { auth = psk", "local-2 { auth = xauth\n xauth_id = me }\n local { auth = psk") + 'secrets { xauth { id = me\n secret = "word" } }\n'
    pair.fresh(mode, text=text)
    pair.charon.initiate(check=False)
    assert pair.charon.children() == 0 and pair.spi() == 0
    pair.fresh(mode)
    pair.begin("charon")


def charon_with(words, play=both, **more):
    def setting(pair, mode):
        pair.charon.reboot(CONF + words)
        try:
            return play(pair, mode, **more)
        finally:
            pair.charon.reboot(CONF)
    return setting


def rekeyed(pair, mode, **theirs):
    """Rekeys of both kinds by charon under pings."""
    pair.fresh(mode, **theirs)
    pair.begin("router")
    with Stream() as s:
        for what, of in ((pair.spi, "--child net"), (pair.ike_id, "--ike espial"), (pair.spi, "--child net")):
            before = what()
            pair.charon.ctl("--rekey", *of.split())
            wait_for("charon's rekey", lambda: what() not in (0, None, before))
            s.more()
    return s.unbroken()


def lets_go(pair, mode):
    """charon does not rekey and its child ends after three seconds: IKEv2's charon makes another, and with IKEv1 the next packet does."""
    pair.fresh(mode, child="rekey_time = 0\n life_time = 3s\n rand_time = 0")
    pair.begin("charon")
    for _ in range(3):
        before = pair.spi()
        wait_for("its end", lambda: pair.spi() != before)
        wake(pair.router)
        wait_for("another", lambda: "100 percent" in ping_from_router(pair.router, repeat=2))


def idle(pair, mode):
    """charon ends a child that carries nothing."""
    r = pair.fresh(mode, child="inactivity = 2s")
    pair.begin("router")
    wait_for("its end", lambda: pair.charon.children() == 0 and spi_out(r) == 0)
    pair.begin("router")


def waits_for_us(pair, mode):
    """charon begins by itself, before there is a router, and tries for ever."""
    pair.fresh(mode)
    pair.router.stop()
    pair.fresh(mode, conn="keyingtries = 0", child="start_action = start")
    wait_for("the tunnel", lambda: spi_out(pair.router) and pair.charon.children(), 60)
    pair.both_ways("that charon began")


def hurried(pair, mode):
    """Rekeys of charon's each two seconds, whose old SAs have one second left."""
    pair.fresh(mode, conn="rekey_time = 5s\n  over_time = 1s\n  rand_time = 0s", child="rekey_time = 2s\n life_time = 3s\n rand_time = 0s")
    pair.begin("charon")
    before = pair.spi()
    with Stream() as s:
        wait_for("many rekeys", lambda: s.sent > 700, 60)
    assert pair.spi() != before
    wait_for("a tunnel", lambda: pair.spi() and pair.charon.children())
    pair.both_ways("after it")
    return f"{s.lost} of {s.sent} pings lost"


class Rough:
    """A wire that loses, repeats and delays one frame in `of` each, but for ARP."""

    def __init__(self, lab, seed, of=20, delay=0.15):
        self.wire, self.chance, self.of, self.delay, self.lost = lab.wire, random.Random(seed), of, delay, 0
        self.lock = threading.Lock()
        lab.wire.judge = self.judge

    def judge(self, to_router, frame):
        if frame[12:14] != b"\x08\x00":
            return True
        with self.lock:
            lot = self.chance.randrange(self.of)
        if lot == 0:
            self.lost += 1
            return False
        if lot < 3:
            timer = threading.Timer(self.delay * self.chance.random(), self.wire.deliver, (to_router, bytes(frame)))
            timer.daemon = True
            timer.start()
        return lot != 2  # 1: once more, later; 2: later


def rough(pair, mode):
    """charon rekeys on a rough wire, both phases: the tunnel stands at the end, and nothing but what the wire lost is lost."""
    pair.charon.reboot(CONF + "retransmit_timeout = 1\n  retransmit_tries = 8\n  retransmit_base = 1.2")
    pair.fresh(mode, conn="rekey_time = 6s\n  over_time = 60s\n  rand_time = 0s", child="rekey_time = 4s\n life_time = 60s\n rand_time = 0s")
    pair.begin("charon")
    wire = Rough(pair, mode)
    with Stream() as s:
        wait_for("many rekeys", lambda: s.sent > 1200, 60)
    pair.wire.judge = lambda to_router, frame: True
    wait_for("a tunnel", lambda: "100 percent" in ping_from_router(pair.router, repeat=3) and ping_from_charon(2, timeout=2) == 2, 60)
    pair.charon.reboot(CONF)
    assert s.lost <= wire.lost, f"{s.lost} of {s.sent} pings lost, where the wire lost {wire.lost} frames"
    return f"{s.lost} of {s.sent} pings lost, the wire lost {wire.lost} frames"


def at_once(pair, mode):
    """Both ends begin at the same moment, twelve times."""
    r = pair.fresh(mode)
    for turn in range(12):
        go = threading.Thread(target=lambda: pair.charon.initiate(check=False))
        go.start()
        if turn % 3:
            threading.Event().wait(turn * 0.002)  # not always the same moment
        wake(r)
        go.join()
        wait_for(f"the tunnel of turn {turn}", lambda: spi_out(r) and pair.charon.children(), 40)
        wait_for("pings both ways", lambda: "100 percent" in ping_from_router(r, repeat=2) and ping_from_charon(2) == 2, 40)
        r.type("clear crypto session")
        pair.charon.terminate()
        wait_for("the end", lambda: spi_out(r) == 0 and pair.charon.children() == 0)


def ike_message(frame):
    """The bytes of IKE in a frame; b"": none."""
    if frame[12:14] != b"\x08\x00" or frame[23] != 17 or frame[36:38] not in (b"\x01\xf4", b"\x11\x94"):
        return b""
    return frame[42:] if frame[36:38] == b"\x01\xf4" else frame[46:] if frame[42:46] == bytes(4) else b""


def ask_one_that_dies(pair):
    with contextlib.suppress(AssertionError, OSError, subprocess.SubprocessError):
        pair.charon.initiate(check=False)


def killed_within(pair, mode):
    """charon is killed at each message of a set-up that either end begins and comes back: the router has a tunnel with the new one when it wants it, and when charon does."""
    for who in ("router", "charon"):
        for at in range(1, {MAIN: 10, AGGRESSIVE: 7, V2: 5}[mode]):
            pair.fresh(mode, scale=5, extra=PROBES)
            seen = []
            reached = threading.Event()

            def judge(to_router, frame):
                if not reached.is_set() and len(ike_message(frame)) > 28:
                    seen.append(frame)
                    if len(seen) == at:
                        pair.charon.process.kill()
                        reached.set()
                return not reached.is_set() or not to_router
            pair.wire.judge = judge
            if who == "router":
                wake(pair.router)
            else:
                asked = threading.Thread(target=ask_one_that_dies, args=(pair,))
                asked.start()
            assert reached.wait(40), f"never came: message {at} of what {who} began"
            pair.charon_new()
            if who == "charon":
                asked.join()
            pair.wire.judge = lambda to_router, frame: True
            if at % 2:
                pair.charon.initiate(check=False)
            wait_for(f"a tunnel after the end at message {at} of what {who} began", lambda: "100 percent" in ping_from_router(pair.router, repeat=2), 60)
            wait_for("charon's pings", lambda: ping_from_charon(2) == 2, 60)


def moving(pair, mode):
    """The router is behind a translator that starts anew, now and then, with other ports; then charon is."""
    pair.fresh(mode, peer="10.0.0.9", remote_id="id = 10.0.0.1", extra="crypto isakmp nat keepalive 5\ncrypto ikev2 nat keepalive 5\n" + PROBES, scale=5)
    nat = Translator(pair, True, "10.0.0.1", "10.0.0.9")
    pair.begin("router")
    for shift in (20000, 15000):
        nat.shift = shift
        wait_for("pings by the new port", lambda: "100 percent" in ping_from_router(pair.router, repeat=2), 60)
        wait_for("charon's", lambda: ping_from_charon(2) == 2, 60)


def beside_v6(pair, mode):
    """charon has IPv6 networks as well, before and behind: the router takes those of IPv4."""
    for who in ("router", "charon"):
        pair.fresh(mode, local_ts="fec0:2::/64,192.168.2.0/24,fec0:4::/64", remote="fec0:1::/64,192.168.1.0/24")
        pair.begin(who)


def many_children(pair, mode):
    """Thirty children below one IKE SA; IKE is rekeyed and takes them along; it ends, and they with it."""
    nets = [f"192.168.{n}.0/24" for n in range(100, 130)]
    children = "".join(f"c{i} {{ local_ts = {net}\n remote_ts = 192.168.1.0/24\n esp_proposals = {PLAIN.esp} }}\n" for i, net in enumerate(nets))
    text = re.sub(r"(?s)children \{.*?\n  \} \}", lambda _: "children { " + children + " }", connection(*PLAIN.charon(mode), version=2 if mode == V2 else 1), count=1)
    for n in range(100, 130):
        subprocess.check_call(f"ip addr replace 192.168.{n}.1/32 dev lo".split())
    lines = "\n".join(f"access-list 101 permit ip 192.168.1.0 0.0.0.255 192.168.{n}.0 0.0.0.255" for n in range(100, 130))
    r = pair.fresh(mode, extra=lines + "\nip route 192.168.0.0 255.255.0.0 10.0.0.2", text=text)
    count = lambda: sum(int(n) for n in re.findall(r"Active SAs: (\d+)", r.type("show crypto session")))
    for i in range(len(nets)):
        pair.charon.initiate(f"c{i}")
    wait_for("thirty children", lambda: pair.charon.children() == 30 and count() == 60)
    before = pair.ike_id()
    pair.charon.ctl("--rekey", "--ike", "espial")
    wait_for("another IKE SA", lambda: pair.ike_id() not in (None, before))
    for i in range(0, len(nets), 10):
        pair.charon.ctl("--rekey", "--child", f"c{i}")
    wait_for("all of them still", lambda: pair.charon.children() == 30 and len(re.findall("current outbound spi: 0x[^0]", r.type("show crypto ipsec sa"))) == 30)
    r.type("clear crypto session")
    wait_for("their end", lambda: pair.charon.children() == 0 and count() == 0)


def blackout(pair, mode):
    """Nothing passes for a while, shorter than either end's patience, and charon begins to rekey meanwhile: the IKE SA is the same afterwards, and the rekey comes to its end."""
    pair.fresh(mode, extra=PROBES, dpd="2s", conn="dpd_timeout = 30s" if mode != V2 else "", scale=2)
    pair.begin("router")
    before = (pair.ike_id(), pair.spi())
    cut = []

    def judge(to_router, frame):
        cut.append(len(ike_message(frame)) > 28)
        return False
    pair.wire.judge = judge
    pair.charon.ctl("--rekey", "--child", "net")
    wait_for("messages that are lost", lambda: sum(cut) >= 3)
    pair.wire.judge = lambda to_router, frame: True
    wait_for("charon's rekey", lambda: pair.spi() not in (0, before[1]))
    assert pair.ike_id() == before[0]
    pair.both_ways("after it")


def cleared_within(pair, mode):
    """The router's SAs are cleared while charon rekeys: each time there is a tunnel again when a packet wants one, and one only."""
    r = pair.fresh(mode, extra=PROBES)
    for turn in range(8):
        pair.begin("router")
        asked = threading.Thread(target=pair.charon.ctl, args=("--rekey", *(("--child", "net") if turn % 2 else ("--ike", "espial"))), kwargs=dict(check=False))
        asked.start()
        threading.Event().wait(0.004 * turn)  # not always the same moment
        r.type("clear crypto sa" if turn % 4 < 2 else "clear crypto session")
        asked.join()
        wait_for(f"a tunnel after turn {turn}", lambda: "100 percent" in ping_from_router(r, repeat=2) and ping_from_charon(2, timeout=2) == 2, 60)
        r.type("clear crypto session")
        pair.charon.terminate()
        wait_for("the end", lambda: spi_out(r) == 0 and pair.charon.children() == 0)


def names(pair, mode):
    """Identities of each kind at both ends, which the profile's lines match by whole names and by domains."""
    profile = "crypto ikev2 profile PROF\n no match identity remote address 10.0.0.2\n identity local {}\n match identity remote {}"
    for ours, match, local, remote in (
            ("fqdn hub.example.com", "fqdn swan.example.com", "swan.example.com", "hub.example.com"),
            ("email hub@example.com", "email domain example.com", "me@example.com", "hub@example.com"),
            ("key-id HUB", "key-id SWAN", "keyid:SWAN", "keyid:HUB"),
            ("address 10.9.9.9", "address 10.8.0.0 255.255.0.0", "10.8.8.8", "10.9.9.9"),
            ("fqdn hub.example.com", "fqdn domain example.com", "swan.example.com", "%any"),
            ("email hub@example.com", "any", "keyid:whoever", "*@example.com")):
        both(pair, mode, extra=profile.format(ours, match), local="id = " + local, remote_id="id = " + remote)
    pair.fresh(mode, extra=profile.format("address", "fqdn other.example.com"), local="id = swan.example.com")
    pair.charon.initiate(check=False)
    assert pair.charon.children() == 0 and pair.spi() == 0


V1S, ALL, NEW = (MAIN, AGGRESSIVE), (MAIN, AGGRESSIVE, V2), (V2,)
ROWS = (
    ("null encryption", suite(PLAIN.ike, "null-sha256", ts="esp-null esp-sha256-hmac"), (MAIN, V2)),
    ("null first", suite(PLAIN.ike, "null-sha256,null-sha1,aes256-sha256"), (MAIN, V2)),
    ("x25519", suite("aes256-sha256-x25519", "aes256-sha256-x25519", group=31, pfs=31), NEW),
    ("modp768", suite("aes128-sha1-modp768", "aes128-sha1", "aes", "sha", 1, "esp-aes esp-sha-hmac"), (MAIN,)),
    ("modp2048s256", suite("aes256-sha256-modp2048s256", "aes256-sha256-modp2048s256", group=24, pfs=24), (MAIN, V2)),
    ("charon's defaults", suite("default", "default"), NEW), ("charon's default ESP", suite(PLAIN.ike, "default", ts="esp-aes esp-sha256-hmac"), (MAIN, V2)),
    ("short check values", short_icv, (MAIN, V2)), ("other prf", other_prf, NEW), ("another group", another_group, NEW), ("pfs by one", pfs_by_one, (MAIN, V2)),
    ("virtual address", asks("vips = 0.0.0.0", remote="192.168.1.0/24"), (MAIN, V2)), ("pool", asks("pools = p"), (MAIN, V2)), ("xauth", xauth, V1S),
    ("other ports", charon_with("port = 1500\n  port_nat_t = 4501", lambda pair, mode: (pair.fresh(mode), pair.begin("charon")) and None), (MAIN, V2)),
    ("small pieces", charon_with("fragment_size = 300", conn="fragmentation = force", extra="crypto isakmp fragmentation\ncrypto ikev2 fragmentation mtu 400"), ALL),
    ("keepalives", charon_with("keep_alive = 1s", rekeyed, conn="encap = yes"), (MAIN, V2)),
    ("no delay", charon_with("delete_rekeyed_delay = 0\n  delete_rekeyed = yes", rekeyed), (MAIN, V2)),
    ("cookies", charon_with("cookie_threshold = 0\n  cookie_threshold_ip = 0\n  dos_protection = yes"), NEW),
    ("slow to send", charon_with("send_delay = 400", rekeyed), (MAIN, V2)), ("slow to hear", charon_with("receive_delay = 400", rekeyed), (MAIN, V2)),
    ("slow at once", charon_with("send_delay = 200", at_once), (MAIN, V2)),
    ("lets go", lets_go, (MAIN, V2)), ("idle", idle, (MAIN, V2)), ("waits for us", waits_for_us, (MAIN, V2)), ("hurried", hurried, (MAIN, V2)),
    ("beside IPv6", beside_v6, NEW), ("many children", many_children, (MAIN, V2)), ("names", names, NEW),
    ("blackout", blackout, (MAIN, V2)), ("cleared within", cleared_within, ALL),
    ("rough wire", rough, (MAIN, V2)), ("at once", at_once, ALL), ("killed within", killed_within, ALL), ("moving ports", moving, (MAIN, V2)),
)
