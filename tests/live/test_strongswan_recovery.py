#!/usr/bin/python3
"""The recovery table against strongSwan with a static crypto map: with the IKE SA there or lost, with `crypto isakmp invalid-spi-recovery` or without, IKEv1 and IKEv2. Then
the other way round: charon is killed and comes back. Other kinds of configuration: test_strongswan_recovery_kinds.py."""
import time

from routers import wait_for
from swan import enter, ping_from_router, play
from swan_pair import MAIN, V2, Pair
from swan_recovery import all_lost_off, all_lost_on, ike_sa_stays

enter()


def charon_killed(pair, mode):
    """The router sends into the void; its dead peer detection ends that (20 s, lived four times as fast)."""
    dpd = "crypto ikev2 dpd 10 2 periodic" if mode == V2 else "crypto isakmp keepalive 10 2 periodic"
    pair.fresh(mode, extra=dpd, scale=4)
    pair.begin("router")
    pair.charon_new()
    began = time.monotonic()
    assert "Success rate is 0 percent" in ping_from_router(pair.router, repeat=2)
    wait_for("the end of the SAs", lambda: pair.spi() == 0 and pair.ike_id() is None, 30)
    hole = (time.monotonic() - began) * 4
    assert hole < 45, hole
    pair.begin("router")
    return f"a hole of {hole:.0f} s of the router's"


play([(f"{mode}: {name}", lambda pair, row=row, mode=mode, how=how: row(pair, mode, *how)) for mode in (MAIN, V2) for name, row, *how in (
    ("IKE SA there, command off", ike_sa_stays, False), ("IKE SA there, command on", ike_sa_stays, True), ("all lost, command off", all_lost_off),
    ("all lost, command on", all_lost_on), ("charon killed", charon_killed))], Pair)
