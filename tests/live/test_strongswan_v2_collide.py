#!/usr/bin/python3
"""IKEv2 with strongSwan's charon where two things happen at once, or more than one: rekeys begun by both ends while pings go on, of which none is lost; reauthentication;
several children below one IKE SA; charon's own default proposals; another group than the first guess in a rekey. swan.py says how charon is run."""
import contextlib, os, re, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Folder, wait_for
from swan import connection, enter, ping_from_charon, ping_from_router
from swan2 import CONFIG, Lab, PLAIN, Pinging, Suite, both_ways, ready, spis

enter()


def child_request(frame):
    """Is it a request of CREATE_CHILD_SA?"""
    if frame[12:14] != b"\x08\x00" or frame[23] != 17 or frame[36:38] not in (b"\x01\xf4", b"\x11\x94"):
        return False
    ike = frame[42:] if frame[36:38] == b"\x01\xf4" else frame[46:] if frame[42:46] == bytes(4) else b""
    return len(ike) > 28 and ike[18] == 36 and not ike[19] & 0x20


class Meeting:
    """Holds the router's requests of CREATE_CHILD_SA until charon has sent one of its own: the two meet."""

    def __init__(self, lab):
        self.held = self.met = 0
        lab.wire.judge = self.judge

    def judge(self, to_router, frame):
        if not child_request(frame):
            return True
        if to_router:
            self.met += self.held > 0
        elif not self.met:
            self.held += 1
            return False
        return True


def test_rekeys_of_both(lab):
    # Our lifetimes end every few seconds (ten times as fast); at that moment charon rekeys too.
    for what, ours, theirs in (("children", dict(extra="crypto ipsec security-association lifetime seconds 120"), "--child net"),
                               ("IKE SAs", dict(profile=" lifetime 120"), "--ike espial")):
        for begin in ("charon", "router"):
            r = lab.fresh(PLAIN, "--time-scale", "20", **ours)
            lab.charon.initiate() if begin == "charon" else ping_from_router(r)
            both_ways(lab, "before")
            with Pinging():
                for turn in range(3):
                    before, meeting = spis(r), Meeting(lab)
                    wait_for("our rekey", lambda: meeting.held)
                    lab.charon.ctl("--rekey", *theirs.split(), check=False)
                    wait_for("the meeting", lambda: meeting.met)
                    wait_for("its end", lambda: spis(r)[what == "children"] != before[what == "children"] and len(ready(r)) == 1
                             and lab.charon.children() == 1 and lab.charon.sas().count("ESTABLISHED") == 1)
            both_ways(lab, f"{what}: after rekeys of both, {begin} began")
        print(f"  {what} ok", flush=True)


def test_reauthentication(lab):
    for more in ("make_before_break = yes", "make_before_break = no"):
        lab.charon.more = more
        lab.charon.restart()
        r = lab.fresh(theirs=dict(conn="reauth_time = 4s\n  over_time = 1s\n  rand_time = 0s"))
        lab.charon.initiate()
        first = spis(r)
        # No packet is lost if the new SA is made before the old one goes.
        with Pinging() if more.endswith("yes") else contextlib.nullcontext():
            wait_for("a new IKE SA", lambda: ready(r) and spis(r)[0] not in (None, first[0]))
            wait_for("the old one's end", lambda: len(ready(r)) == 1)
        ping_from_charon(1)
        both_ways(lab, f"{more}: after reauthentication")
    lab.charon.more = ""
    lab.charon.restart()


def test_childless(lab):
    # charon proves itself first and asks for its child afterwards, in CREATE_CHILD_SA.
    r = lab.fresh(theirs=dict(conn="childless = force"))
    seen = len(lab.charon.log())
    lab.charon.initiate()
    assert "N(CHDLESS_SUP)" in lab.charon.log()[seen:] and "CREATE_CHILD_SA request" in lab.charon.log()[seen:], lab.charon.log()[seen:]
    both_ways(lab, "a child of its own exchange")
    assert "IKE count:1, CHILD count:1" in r.type("show crypto ikev2 session")


def test_children(lab):
    # Two lines of the access list, two children of charon's: one IKE SA.
    extra = "access-list 101 permit ip 192.168.1.0 0.0.0.255 192.168.3.0 0.0.0.255\nip route 192.168.3.0 255.255.255.0 10.0.0.2"
    subprocess.check_call("ip addr add 192.168.3.1/32 dev lo".split())
    lab.charon.terminate()
    text = connection(*PLAIN.theirs, version=2)
    head, tail = text.split("children { net {")
    body, rest = tail.split("\n  } }\n} }", 1)
    text = head + "children { net {" + body + "\n  }\n  second {" + body.replace("192.168.2.0/24", "192.168.3.0/24") + "\n  } }\n} }" + rest
    lab.charon.load(text=text)
    r = lab.router_new(PLAIN, extra=extra)
    for to in ("192.168.2.1", "192.168.3.1"):
        ping_from_router(r, to=to)
        assert "Success rate is 100 percent" in ping_from_router(r, to=to), lab.why()
    assert "IKE count:1, CHILD count:2" in r.type("show crypto ikev2 session"), r.type("show crypto ikev2 session")
    assert lab.charon.children() == 2 and lab.charon.sas().count("ESTABLISHED") == 1
    lab.charon.ctl("--rekey", "--ike", "espial")
    wait_for("the inherited children", lambda: "IKE count:1, CHILD count:2" in r.type("show crypto ikev2 session"))
    for source in ("192.168.2.1", "192.168.3.1"):
        assert ping_from_charon(source=source) == 3
    lab.charon.ctl("--terminate", "--child", "second", "--timeout", "5")
    wait_for("one child's end", lambda: "CHILD count:1" in r.type("show crypto ikev2 session"))
    both_ways(lab, "the other child stays")
    r = lab.router_new(PLAIN, extra=extra)
    lab.charon.terminate()
    lab.charon.initiate("second")
    lab.charon.initiate("net")
    assert "IKE count:1, CHILD count:2" in r.type("show crypto ikev2 session"), r.type("show crypto ikev2 session")
    both_ways(lab, "charon began both")


def test_defaults(lab):
    # charon offers all it has; we have the smart defaults alone, or what we always have.
    everything = Suite("default", "default", "aes-cbc-256", "sha256", None, 14, "esp-aes 256 esp-sha256-hmac")
    smart = CONFIG.format(**PLAIN.ours, key="cisco123", profile="", extra="", cmap="", peer="10.0.0.2")
    smart = re.sub(r"crypto ikev2 proposal P\n( .*\n)+crypto ikev2 policy POL\n proposal P\n", "", smart)
    assert "ikev2 proposal" not in smart
    for config in (None, smart):
        for begin in ("charon", "router"):
            lab.charon.terminate()
            lab.charon.load(*everything.theirs, version=2)
            r = lab.router_new(everything, config=config)
            lab.charon.initiate() if begin == "charon" else ping_from_router(r)
            both_ways(lab, f"defaults, {begin} began")
            if config:
                text = r.type("show crypto ikev2 sa")
                assert re.search(r"AES-CBC, keysize: 256, PRF: SHA(512|384), Hash: SHA(512|384), DH Grp:(19|14|21)", text), text


def test_other_group_in_rekey(lab):
    suite = Suite("aes256-sha256-modp2048", "aes256-sha256-modp3072-ecp256", "aes-cbc-256", "sha256", None, 14, "esp-aes 256 esp-sha256-hmac", 19)
    r = lab.fresh(suite)
    lab.charon.initiate()
    both_ways(lab, "before the rekey")
    before = spis(r)
    seen = len(lab.charon.log())
    with Pinging():
        lab.charon.ctl("--rekey", "--child", "net")
        wait_for("the rekey", lambda: spis(r)[1] != before[1] and lab.charon.children() == 1)
    assert "N(INVAL_KE)" in lab.charon.log()[seen:]
    both_ways(lab, "after the rekey")
    assert "PFS (Y/N): Y, DH group: group19" in r.type("show crypto ipsec sa"), r.type("show crypto ipsec sa")


TESTS = (test_rekeys_of_both, test_reauthentication, test_childless, test_children, test_defaults, test_other_group_in_rekey)
if __name__ == "__main__":
    with Folder() as path:
        lab = Lab(path)
        try:
            for test in TESTS:
                if len(sys.argv) > 1 and test.__name__ not in sys.argv[1:]:
                    continue
                test(lab)
                print(test.__name__, "ok", flush=True)
        except AssertionError:
            print(lab.why())
            raise
        finally:
            if lab.router:
                lab.router.stop()
            lab.charon.stop()
