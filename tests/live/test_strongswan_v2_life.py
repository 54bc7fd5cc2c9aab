#!/usr/bin/python3
"""The life of an IKEv2 SA with strongSwan's charon: rekeys of both kinds from both ends while pings go on, of which none is lost; dead peer detection; deletes from both
ends; a peer killed and started again. swan.py says how charon is run."""
import os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Folder, wait_for
from swan import enter, ping_from_router
from swan2 import Lab, PLAIN, Pinging, Suite, both_ways, ready, spis

enter()

PFS = Suite("aes256gcm16-prfsha384-ecp256", "aes256gcm16-ecp256", "aes-gcm-256", None, "sha384", 19, "esp-gcm 256", 19)


def test_their_rekeys(lab):
    for suite in (PLAIN, PFS):
        for begin in ("charon", "router"):
            r = lab.fresh(suite)
            lab.charon.initiate() if begin == "charon" else ping_from_router(r)
            both_ways(lab, f"{suite}, {begin} began")
            with Pinging():
                for turn in range(2):
                    before = spis(r)
                    lab.charon.ctl("--rekey", "--child", "net")
                    wait_for("charon's rekey of the child", lambda: spis(r)[1] != before[1] and lab.charon.children() == 1)
                    assert spis(r)[0] == before[0]
                    before = spis(r)
                    lab.charon.ctl("--rekey", "--ike", "espial")
                    wait_for("charon's rekey of the IKE SA", lambda: len(ready(r)) == 1 and spis(r)[0] != before[0])
                    assert spis(r)[1] == before[1], "children are inherited"
            both_ways(lab, f"{suite}, after charon's rekeys")


def test_our_rekeys(lab):
    # Two minutes, lived twenty times as fast, for children; then for IKE SAs.
    for suite in (PLAIN, PFS):
        r = lab.fresh(suite, "--time-scale", "20", extra="crypto ipsec security-association lifetime seconds 120")
        ping_from_router(r)
        before = spis(r)
        with Pinging():
            wait_for("our rekey of the child", lambda: spis(r)[1] != before[1], 30)
            first = spis(r)
            wait_for("the next", lambda: spis(r)[1] != first[1], 30)
        assert spis(r)[0] == before[0]
        wait_for("the old children to go", lambda: lab.charon.children() == 1)
        r = lab.fresh(suite, "--time-scale", "20", profile=" lifetime 120")
        ping_from_router(r)
        before = spis(r)
        with Pinging():
            wait_for("our rekey of the IKE SA", lambda: spis(r)[0] != before[0], 30)
            first = spis(r)
            wait_for("the next", lambda: spis(r)[0] != first[0], 30)
        both_ways(lab, f"{suite}, after our rekeys")
        wait_for("one IKE SA at each end", lambda: len(ready(r)) == 1 and lab.charon.sas().count("ESTABLISHED") == 1)


def test_deletes(lab):
    r = lab.fresh()
    lab.charon.initiate()
    both_ways(lab, "before the deletes")
    lab.charon.ctl("--terminate", "--child", "net", "--timeout", "5")
    wait_for("charon's delete of the child", lambda: "current outbound spi: 0x0(0)" in r.type("show crypto ipsec sa"))
    assert len(ready(r)) == 1
    ping_from_router(r)
    both_ways(lab, "a child in the same IKE SA")
    r.type("clear crypto sa")
    wait_for("our delete of the child", lambda: lab.charon.children() == 0)
    assert "ESTABLISHED" in lab.charon.sas()
    ping_from_router(r)
    both_ways(lab, "another child")
    lab.charon.ctl("--terminate", "--ike", "espial", "--timeout", "5")
    wait_for("charon's delete of the IKE SA", lambda: not ready(r) and "current outbound spi: 0x0(0)" in r.type("show crypto ipsec sa"))
    ping_from_router(r)
    both_ways(lab, "everything anew")
    r.type("clear crypto ikev2 sa")
    wait_for("our delete of the IKE SA", lambda: "espial" not in lab.charon.sas())
    assert not ready(r)
    ping_from_router(r)
    both_ways(lab, "and again")
    r.type("clear crypto session")
    wait_for("our delete of the session", lambda: "espial" not in lab.charon.sas())


def test_dpd(lab):
    # charon asks, we answer
    r = lab.fresh(theirs=dict(dpd="1s"))
    lab.charon.initiate()
    time_before = lab.charon.log().count("sending DPD request")
    wait_for("charon's questions", lambda: lab.charon.log().count("sending DPD request") >= time_before + 3, 20)
    assert lab.charon.children() == 1 and len(ready(r)) == 1
    # we ask, and after the peer is dead nobody answers
    r = lab.fresh(PLAIN, "--time-scale", "10", profile=" dpd 10 2 periodic")
    ping_from_router(r)
    both_ways(lab, "before the peer's death")
    wait_for("our questions", lambda: lab.charon.log().count("parsed INFORMATIONAL request") >= 3, 20)
    assert len(ready(r)) == 1
    lab.charon.restart(kill=True)
    lab.charon.load(*PLAIN.theirs, version=2)
    wait_for("us to notice", lambda: not ready(r) and "current outbound spi: 0x0(0)" in r.type("show crypto ipsec sa"), 60)
    ping_from_router(r)
    both_ways(lab, "with the new charon")


def test_restarts(lab):
    # charon loses its memory and comes first: INITIAL_CONTACT brings the old SAs down
    unique = dict(conn="unique = replace", remote_id="id = 10.0.0.1")
    r = lab.fresh(theirs=unique)
    ping_from_router(r)
    both_ways(lab, "before the restart")
    lab.charon.restart(kill=True)
    lab.charon.load(*PLAIN.theirs, version=2, **unique)
    lab.charon.initiate()
    assert "INIT_CONTACT" in lab.charon.log()
    wait_for("one SA", lambda: len(ready(r)) == 1)
    both_ways(lab, "after charon's restart")
    # the router loses its memory; charon goes on encrypting until it is told
    r = lab.router_new()
    ping_from_router(r)
    both_ways(lab, "after the router's restart")
    wait_for("charon to drop the old SA", lambda: lab.charon.sas().count("ESTABLISHED") == 1)


TESTS = (test_their_rekeys, test_our_rekeys, test_deletes, test_dpd, test_restarts)
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
