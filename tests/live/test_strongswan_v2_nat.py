#!/usr/bin/python3
"""IKEv2 through an address translator (swan_nat.py), with strongSwan's charon: the router behind it, charon behind it, and a mapping that changes while the tunnel is up.
swan.py says how charon is run."""
import re

from routers import wait_for
from swan import enter, ping_from_charon, ping_from_router, play, ready
from swan2 import Lab
from swan_nat import Translator, cisco_mac, tap_mac

enter()


def test_router_inside(lab):
    """charon knows the router as 10.0.0.99."""
    for begin in ("router", "charon"):
        r = lab.fresh(scale=5, theirs=dict(peer="10.0.0.99", remote_id="id = 10.0.0.1"), extra="crypto ikev2 nat keepalive 5")
        # charon can begin only where ports 500 and 4500 of the translator lead inside as they are
        nat = Translator(lab, True, "10.0.0.1", "10.0.0.99", 0 if begin == "charon" else 10000)
        lab.begin(begin)
        lab.both_ways(f"router inside, {begin} began")
        text = r.type("show crypto ikev2 sa detailed")
        assert "NAT-T is detected inside" in text and re.search(r"10\.0\.0\.1/4500 +10\.0\.0\.2/4500 ", text), text
        assert f"10.0.0.99[{nat.shift + 4500}]" in lab.charon.sas(), lab.charon.sas()
        assert "UDP-Encaps" in r.type("show crypto ipsec sa")
        wait_for("a keepalive", lambda: (False, b"\xff") in nat.seen)


def test_charon_inside(lab):
    """The router knows charon as 10.0.0.98."""
    for begin in ("router", "charon"):
        r = lab.fresh(theirs=dict(local="id = 10.0.0.2"), peer="10.0.0.98", extra=f"arp 10.0.0.98 {cisco_mac(tap_mac())} ARPA")
        nat = Translator(lab, False, "10.0.0.2", "10.0.0.98")
        if begin == "charon":
            lab.begin("charon")
            lab.both_ways("charon inside")
            text = r.type("show crypto ikev2 sa detailed")
            assert "NAT-T is detected  outside" in text and re.search(r"10\.0\.0\.1/4500 +10\.0\.0\.98/14500 ", text), text
            # the translator forgets and maps anew: what charon sends next shows the router where it is
            nat.shift = 20000
            ping_from_charon(1)
            lab.both_ways("after the mapping changed")
            lab.charon.ctl("--rekey", "--child", "net")
            assert re.search(r"10\.0\.0\.1/4500 +10\.0\.0\.98/24500 ", r.type("show crypto ikev2 sa")), r.type("show crypto ikev2 sa")
            lab.both_ways("after a rekey through the new mapping")
        else:  # nobody outside can begin with a host inside: port 500 of the translator leads nowhere
            assert "Success rate is 0 percent" in ping_from_router(r, repeat=2)
            assert nat.seen and not ready(r)


play((test_router_inside, test_charon_inside), Lab)
