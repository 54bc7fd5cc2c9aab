"""Postquantum preshared keys (RFC 8784) beside charon, rows of the matrix (interop.py): who has which and insists, begun by either end; rekeys of both kinds by both ends
under them. charon takes them from `secrets`, the router from a keyring."""
from routers import wait_for
from swan import Stream, connection, tshark
from swan_pair import PLAIN, V2

SECRET = "b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfef"
OTHER = "9e3779b97f4a7c15f39cc0605cedc8341082276bf3a27251f86c6a11d0c18e95"


def theirs(id_="q", secret=SECRET, required=False, asks=True):
    """charon's connection; id_ None: without; asks False: with the secret, and no id in the connection."""
    if id_ is None:
        return connection(*PLAIN.charon(V2), version=2)
    return (connection(*PLAIN.charon(V2), version=2, conn="" if not asks else f"ppk_id = {id_}\n  ppk_required = {'yes' if required else 'no'}") +
            f"secrets {{ ppk {{ id = {id_}\n secret = 0x{secret} }} }}\n")


def ours(id_="q", secret=SECRET, required=False):
    """Lines of the router's; id_ None: none."""
    if id_ is None:
        return ""
    return f"crypto ikev2 keyring KR\n peer SWAN\n  ppk manual id {id_} key hex {secret}{' required' * required}\ncrypto ikev2 profile PROF\n keyring ppk KR"


def mixed(pair):
    """Do both say that they use one?"""
    here, there = "Quantum-safe Encryption using Manual PPK" in pair.router.type("show crypto ikev2 sa detailed"), "/PPK" in pair.charon.sas()
    assert here == there, f"the router {'does' if here else 'does not'}, charon {'does' if there else 'does not'}\n" + pair.charon.sas()
    return here


def stands(pair, a, b, with_one, begins=("router", "charon")):
    for who in begins:
        pair.fresh(V2, extra=ours(**a), text=theirs(**b))
        pair.begin(who)
        assert mixed(pair) == with_one, (a, b, who)


def refused(pair, a, b):
    for who in ("router", "charon"):
        r = pair.fresh(V2, extra=ours(**a), text=theirs(**b))
        if who == "charon":
            pair.charon.initiate(check=False)
        else:
            r.type("ping 192.168.2.1 source Loopback0 repeat 1 timeout 3")
        assert pair.charon.children() == 0 and pair.spi() == 0 and pair.ike_id() is None, (a, b, who)


def agreed(pair, mode):
    """Both have it and insist; rekeys go on from it; both notifies are on the wire, in the open and inside."""
    pair.fresh(mode, extra=ours(required=True), text=theirs(required=True))
    pair.begin("router")
    assert mixed(pair)
    with Stream() as s:
        before, child = pair.ike_id(), pair.spi()
        pair.charon.ctl("--rekey", "--child", "net")
        wait_for("the child's rekey", lambda: pair.spi() not in (0, child))
        pair.charon.ctl("--rekey", "--ike", "espial")
        wait_for("the rekey", lambda: pair.ike_id() not in (None, before))
        child = pair.spi()
        pair.charon.ctl("--rekey", "--child", "net")
        wait_for("the child's rekey", lambda: pair.spi() not in (0, child))
        s.more()
    said = [int(n) for row in tshark(pair.pcap, pair.keys, "-Y", "isakmp.notify.msgtype", "-T", "fields", "-e", "isakmp.notify.msgtype").split() for n in row.split(",")]
    assert said.count(16435) >= 2 and said.count(16436) >= 2 and 16437 not in said, said
    assert mixed(pair)
    return s.unbroken()


def who_insists(pair, mode):
    """Optional and required at either end, begun by either."""
    for a in (False, True):
        for b in (False, True):
            stands(pair, dict(required=a), dict(required=b), True)


def without(pair, mode):
    """One has none, or another: both go on without where nobody insists, and there is no SA where one does. (A charon that begins says it may be without; one that is
    asked and has a ppk_id lets nobody in with another, insisting or not; one without a ppk_id takes those it has a secret for.)"""
    none, other = dict(id_=None), dict(id_="p", secret=OTHER)
    for a, b in ((none, {}), ({}, none)):
        stands(pair, a, b, False)
    stands(pair, other, {}, False, ("charon",))
    stands(pair, {}, dict(other, asks=False), False, ("router",))
    stands(pair, {}, dict(asks=False), True, ("router",))
    for a, b in ((none, dict(required=True)), (dict(required=True), none), (dict(other, required=True), {}), (other, dict(required=True)), ({}, dict(secret=OTHER))):
        refused(pair, a, b)  # the last: nobody falls back from a wrong one


def our_rekeys(pair, mode):
    """Those that the router begins."""
    pair.fresh(mode, extra=ours() + "\ncrypto ipsec security-association lifetime seconds 120", ike_life=120, scale=10, text=theirs())
    pair.begin("charon")
    with Stream() as s:
        before, child = pair.ike_id(), pair.spi()
        wait_for("our rekeys", lambda: pair.ike_id() not in (None, before) and pair.spi() not in (0, child), 30)
        s.more()
    assert mixed(pair)
    pair.both_ways("after them")
    return s.unbroken()


ROWS = (("ppk agreed", agreed, (V2,)), ("ppk insisted on", who_insists, (V2,)), ("ppk of one alone", without, (V2,)), ("ppk, our rekeys", our_rekeys, (V2,)))
