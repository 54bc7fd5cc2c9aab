#!/usr/bin/python3
"""The interoperability matrix against strongSwan's charon: `make interop`. Each way to speak IKE (IKEv1 main and aggressive mode, IKEv2), each suite, begun by either
end; then the life of a tunnel: rekeys of both kinds by both ends while pings pass, of which none may be lost; deletes, dead peers and restarts at both ends; an address
translator between them; and settings of charon's that are not the plain ones (swan_settings.py, swan_odd.py, swan_ppk.py). One line a case and a summary; tshark reads each
conversation and may find nothing malformed.

interop.py [WORD ...]: only cases whose line has all the words. "core" is what `make test` plays. Ends 1 when a case failed. swan_pair.py says how both ends are run."""
import json, shutil, sys, time

from routers import Folder, wait_for
from swan import Stream, enter, ping_from_charon
from swan_nat import Translator
import swan_odd, swan_ppk, swan_settings
from swan_pair import AGGRESSIVE, MAIN, PLAIN, V2, Pair, Server, Suite, iperf

MODES = (MAIN, AGGRESSIVE, V2)
SUITES = [
    PLAIN,
    Suite("aes256-sha1-modp1024", "3des-sha1", "aes 256", "sha", 2, "esp-3des esp-sha-hmac"),
    Suite("aes128-sha1-modp1536", "aes128-sha256-modp1536", "aes", "sha", 5, "esp-aes esp-sha256-hmac", 5),
    Suite("aes128-sha256-modp3072", "aes128-sha1-modp3072", "aes", "sha256", 15, "esp-aes esp-sha-hmac", 15),
    Suite("aes256-sha512-modp4096", "aes256-sha512-modp4096", "aes 256", "sha512", 16, "esp-aes 256 esp-sha512-hmac", 16),
    Suite("aes128-sha256-ecp256", "aes128gcm16-ecp256", "aes", "sha256", 19, "esp-gcm", 19, ("aes128gcm16-prfsha256-ecp256", "aes-gcm-128", "sha256")),
    Suite("aes192-sha384-ecp384", "aes192-sha384-ecp384", "aes 192", "sha384", 20, "esp-aes 192 esp-sha384-hmac", 20),
    Suite("aes256-sha512-ecp521", "aes256gcm16-ecp521", "aes 256", "sha512", 21, "esp-gcm 256", 21, ("aes256gcm16-prfsha512-ecp521", "aes-gcm-256", "sha512")),
    Suite("3des-md5-modp1024", "aes256gcm16", "3des", "md5", 2, "esp-gcm 256"),
]
LIFE_SUITES = (SUITES[0], SUITES[5])  # CBC and HMAC without PFS; GCM with it


def router_begins(pair, mode, suite):
    pair.fresh(mode, suite)
    pair.begin("router")


def charon_begins(pair, mode, suite):
    pair.fresh(mode, suite)
    pair.begin("charon")


def their_child_rekey(pair, mode, suite):
    pair.fresh(mode, suite)
    pair.begin("router")
    with Stream() as s:
        for _ in range(3):
            before = pair.spi()
            pair.charon.ctl("--rekey", "--child", "net")
            wait_for("charon's rekey", lambda: pair.spi() not in (0, before))
            s.more()
    return s.unbroken()


def their_ike_rekey(pair, mode, suite):
    pair.fresh(mode, suite)
    pair.begin("charon")
    with Stream() as s:
        before = pair.ike_id()
        pair.charon.ctl("--rekey", "--ike", "espial")
        wait_for("charon's rekey", lambda: pair.ike_id() not in (None, before))
        pair.charon.ctl("--rekey", "--child", "net")  # within the new one
        s.more()
    pair.both_ways("after it")
    return s.unbroken()


def our_child_rekey(pair, mode, suite):
    pair.fresh(mode, suite, "crypto ipsec security-association lifetime seconds 120", scale=10)
    pair.begin("router")
    with Stream() as s:
        for _ in range(2):
            before = pair.spi()
            wait_for("our rekey", lambda: pair.spi() not in (0, before), 30)
    wait_for("the old child to go", lambda: pair.charon.children() == 1)
    return s.unbroken()


def our_ike_rekey(pair, mode, suite):
    pair.fresh(mode, suite, ike_life=120, scale=10)
    pair.begin("router")
    with Stream() as s:
        before = pair.ike_id()
        wait_for("our rekey", lambda: pair.ike_id() not in (None, before), 30)
        s.more()
    pair.both_ways("after it")
    return s.unbroken()


def their_deletes(pair, mode, suite):
    pair.fresh(mode, suite)
    pair.begin("router")
    pair.charon.ctl("--terminate", "--child", "net", "--timeout", "5", check=False)
    wait_for("the child to go here", lambda: pair.spi() == 0)
    pair.begin("router")
    pair.charon.ctl("--terminate", "--ike", "espial", "--timeout", "5", check=False)
    wait_for("all to go here", lambda: pair.spi() == 0 and pair.ike_id() is None)
    pair.begin("router")


def our_deletes(pair, mode, suite):
    r = pair.fresh(mode, suite)
    pair.begin("router")
    r.type("clear crypto sa")
    wait_for("the child to go there", lambda: pair.charon.children() == 0)
    pair.begin("router")
    r.type("clear crypto session")
    wait_for("all to go there", lambda: "espial" not in pair.charon.sas())
    pair.begin("router")


def their_dpd(pair, mode, suite):
    """charon asks and is answered; then it is not, and gives up."""
    pair.fresh(mode, suite, dpd="1s", conn="dpd_timeout = 4s" if mode != V2 else "")
    pair.begin("router")
    had = len(pair.charon.log())
    wait_for("charon's questions", lambda: pair.charon.log()[had:].count("sending DPD request") >= 3)
    assert pair.charon.children() == 1
    pair.wire.judge = lambda to_router, frame: False
    wait_for("charon to give up", lambda: pair.charon.children() == 0, 60)


def our_dpd(pair, mode, suite):
    """The router asks, and gives up: SEC + 5 * RETRY, 20 s lived ten times as fast; and finds the new charon."""
    dpd = "crypto ikev2 dpd 10 2 periodic" if mode == V2 else "crypto isakmp keepalive 10 2 periodic"
    pair.fresh(mode, suite, dpd, scale=10)
    pair.begin("router")
    pair.charon_new()
    wait_for("us to give up", lambda: pair.ike_id() is None and pair.spi() == 0, 30)
    pair.begin("router")


def charon_killed(pair, mode, suite):
    """It comes back and begins: INITIAL_CONTACT, and the router drops what it had."""
    pair.fresh(mode, suite, conn="unique = replace", remote_id="id = 10.0.0.1")
    pair.begin("router")
    before = pair.ike_id()
    pair.charon_new()
    pair.charon.initiate()
    wait_for("the new IKE SA", lambda: pair.ike_id() not in (None, before))
    pair.both_ways("with the new charon")


def router_killed(pair, mode, suite):
    """It comes back, finds ESP that it does not know, and with invalid-spi-recovery begins anew."""
    pair.fresh(mode, suite, "crypto isakmp invalid-spi-recovery")
    pair.begin("charon")
    pair.router_new()
    ping_from_charon(1)
    wait_for("the recovery", pair.ike_id)
    pair.begin("router")


def translated(pair, mode, suite):
    """The router is behind a translator that gives it another address and other ports."""
    pair.fresh(mode, suite, peer="10.0.0.9", remote_id="id = 10.0.0.1")
    Translator(pair, True, "10.0.0.1", "10.0.0.9")
    pair.begin("router")
    with Stream() as s:
        s.more()
        before = pair.spi()
        pair.charon.ctl("--rekey", "--child", "net")
        wait_for("charon's rekey", lambda: pair.spi() not in (0, before))
        s.more()
    return s.unbroken()


def iperf_rekeyed(pair, mode, suite):
    """Datagrams of iperf3 to a host behind the router, while both ends rekey the child."""
    pair.fresh(mode, suite, Server.LINES + "crypto ipsec security-association lifetime seconds 120", scale=10, args=Server.LINK)
    server = Server()
    try:
        pair.begin("router")
        wait_for("the host behind the router", lambda: ping_from_charon(1, to="192.168.1.130"))
        client = iperf(16)
        for _ in range(2):
            before = pair.spi()
            pair.charon.ctl("--rekey", "--child", "net")
            wait_for("charon's rekey", lambda: pair.spi() not in (0, before))
        before = pair.spi()
        wait_for("our rekey", lambda: pair.spi() not in (0, before))
        total = json.loads(client.communicate(timeout=60)[0])["end"]["sum"]
    finally:
        server.stop()
    assert total["packets"] > 1000 and total["lost_packets"] == 0, f"{total['lost_packets']} of {total['packets']} datagrams lost"
    return f"{total['packets']} datagrams, none lost"


LIFE = (their_child_rekey, their_ike_rekey, our_child_rekey, our_ike_rekey, their_deletes, our_deletes, their_dpd, our_dpd, charon_killed, router_killed, translated, iperf_rekeyed)
UNREAD = (charon_killed,)  # in the middle of a message
CORE_SETTINGS = (("two children", V2), ("only chacha20", MAIN), ("reauth", V2), ("ppk agreed", V2))


def cases():
    """(play, mode, suite, core)"""
    for mode in MODES:
        for suite in SUITES:
            yield router_begins, mode, suite, False
            yield charon_begins, mode, suite, suite is SUITES[5]
        for suite in LIFE_SUITES:
            for play in LIFE:
                yield play, mode, suite, suite is SUITES[0] and play in (our_child_rekey, their_ike_rekey, translated)


    for name, row, modes in swan_settings.ROWS + swan_odd.ROWS + swan_ppk.ROWS:
        for mode in modes:
            yield named(name, row), mode, PLAIN, (name, mode) in CORE_SETTINGS


def named(name, row):
    def play(pair, mode, suite):
        return row(pair, mode)
    play.__name__ = name
    return play


def line(play, mode, suite, core):
    return f"{mode:10} {suite.name(mode):52} {play.__name__.replace('_', ' '):20}{' core' if core else ''}"


def both_say(pair):
    try:
        return pair.why()
    except Exception as why:  # a router that is gone says nothing
        return f"{type(why).__name__}: {why}"


def matrix(words):
    results = {"ok": 0, "FAILED": 0}
    with Folder() as folder:
        pair = Pair(folder)
        try:
            for case in cases():
                play, mode, suite, _ = case
                text = line(*case)
                if not all(word in text for word in words):
                    continue
                if play is iperf_rekeyed and not shutil.which("iperf3"):
                    print("absent " + text.rstrip() + "  no iperf3", flush=True)
                    continue
                began = time.monotonic()
                try:
                    note = play(pair, mode, suite) or ""
                    if play not in UNREAD:
                        pair.read()
                    result = "ok"
                except Exception as why:  # whatever it is, the next case is another
                    result, note = "FAILED", f"{type(why).__name__}: {why}\n{both_say(pair)}"
                results[result] += 1
                print(f"{result:6} {text.removesuffix(' core').rstrip()}  {time.monotonic() - began:.1f} s  {note}", flush=True)
        finally:
            pair.stop()
    print(f"{results['ok']} ok, {results['FAILED']} failed")
    return 1 if results["FAILED"] or not results["ok"] else 0


if __name__ == "__main__":
    enter("tshark")
    sys.exit(matrix(sys.argv[1:]))
