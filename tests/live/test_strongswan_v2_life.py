#!/usr/bin/python3
"""The life of an IKEv2 SA with strongSwan's charon: rekeys of both kinds from both ends while pings go on, of which none is lost; dead peer detection; deletes from both
ends; a peer killed and started again. swan.py says how charon is run."""
from routers import wait_for
from swan import Unbroken, enter, play, ready, spi_out, spis
from swan2 import GCM, Lab, PLAIN

enter()


def test_their_rekeys(lab):
    for suite in (PLAIN, GCM):
        for begin in ("charon", "router"):
            r = lab.fresh(suite)
            lab.begin(begin)
            lab.both_ways(f"{suite}, {begin} began")
            with Unbroken():
                for turn in range(2):
                    before = spis(r)
                    lab.charon.ctl("--rekey", "--child", "net")
                    wait_for("charon's rekey of the child", lambda: spis(r)[1] != before[1] and lab.charon.children() == 1)
                    assert spis(r)[0] == before[0]
                    before = spis(r)
                    lab.charon.ctl("--rekey", "--ike", "espial")
                    wait_for("charon's rekey of the IKE SA", lambda: len(ready(r)) == 1 and spis(r)[0] != before[0])
                    assert spis(r)[1] == before[1], "children are inherited"
            lab.both_ways(f"{suite}, after charon's rekeys")


def test_our_rekeys(lab):
    # Two minutes, lived fast, for children; then for IKE SAs.
    for suite in (PLAIN, GCM):
        r = lab.fresh(suite, scale=20, extra="crypto ipsec security-association lifetime seconds 120")
        lab.begin("router")
        before = spis(r)
        with Unbroken():
            wait_for("our rekey of the child", lambda: spis(r)[1] != before[1], 30)
            first = spis(r)
            wait_for("the next", lambda: spis(r)[1] != first[1], 30)
        assert spis(r)[0] == before[0]
        wait_for("the old children to go", lambda: lab.charon.children() == 1)
        r = lab.fresh(suite, scale=12, profile=" lifetime 120")  # replaced a tenth before its end: that is a second here
        lab.begin("router")
        before = spis(r)
        with Unbroken():
            wait_for("our rekey of the IKE SA", lambda: spis(r)[0] != before[0], 40)
            first = spis(r)
            wait_for("the next", lambda: spis(r)[0] != first[0], 40)
        lab.both_ways(f"{suite}, after our rekeys")
        wait_for("one IKE SA at each end", lambda: len(ready(r)) == 1 and lab.charon.sas().count("ESTABLISHED") == 1)


def test_deletes(lab):
    r = lab.fresh()
    lab.begin("charon")
    lab.charon.ctl("--terminate", "--child", "net", "--timeout", "5")
    wait_for("charon's delete of the child", lambda: spi_out(r) == 0)
    assert len(ready(r)) == 1
    lab.begin("router")
    lab.both_ways("a child in the same IKE SA")
    r.type("clear crypto sa")
    wait_for("our delete of the child", lambda: lab.charon.children() == 0)
    assert "ESTABLISHED" in lab.charon.sas()
    lab.begin("router")
    lab.both_ways("another child")
    lab.charon.ctl("--terminate", "--ike", "espial", "--timeout", "5")
    wait_for("charon's delete of the IKE SA", lambda: not ready(r) and spi_out(r) == 0)
    lab.begin("router")
    lab.both_ways("everything anew")
    r.type("clear crypto ikev2 sa")
    wait_for("our delete of the IKE SA", lambda: "espial" not in lab.charon.sas() and not ready(r))
    lab.begin("router")
    lab.both_ways("and again")
    r.type("clear crypto session")
    wait_for("our delete of the session", lambda: "espial" not in lab.charon.sas())


def test_dpd(lab):
    # charon asks, we answer
    r = lab.fresh(theirs=dict(dpd="1s"))
    lab.begin("charon")
    had = len(lab.charon.log())
    wait_for("charon's questions", lambda: lab.charon.log()[had:].count("sending DPD request") >= 3)
    assert lab.charon.children() == 1 and len(ready(r)) == 1
    # we ask, and after the peer is dead nobody answers
    r = lab.fresh(scale=10, profile=" dpd 10 2 periodic")
    lab.begin("router")
    lab.both_ways("before the peer's death")
    had = len(lab.charon.log())
    wait_for("our questions", lambda: lab.charon.log()[had:].count("parsed INFORMATIONAL request") >= 3)
    assert len(ready(r)) == 1
    lab.charon.restart(kill=True)
    lab.charon.load(*PLAIN.theirs, version=2)
    wait_for("us to notice", lambda: not ready(r) and spi_out(r) == 0, 60)
    lab.begin("router")
    lab.both_ways("with the new charon")


def test_restarts(lab):
    # charon loses its memory and comes first: INITIAL_CONTACT brings the old SAs down
    unique = dict(conn="unique = replace", remote_id="id = 10.0.0.1")
    r = lab.fresh(theirs=unique)
    lab.begin("router")
    had = len(lab.charon.log())
    lab.charon.restart(kill=True)
    lab.charon.load(*PLAIN.theirs, version=2, **unique)
    lab.charon.initiate()
    assert "INIT_CONTACT" in lab.charon.log()[had:]
    wait_for("one SA", lambda: len(ready(r)) == 1 and spi_out(r))
    lab.both_ways("after charon's restart")
    # the router loses its memory; charon goes on encrypting until it is told
    lab.router_new()
    lab.begin("router")
    lab.both_ways("after the router's restart")
    wait_for("charon to drop the old SA", lambda: lab.charon.sas().count("ESTABLISHED") == 1)


play((test_their_rekeys, test_our_rekeys, test_deletes, test_dpd, test_restarts), Lab)
