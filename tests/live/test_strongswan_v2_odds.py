#!/usr/bin/python3
"""What is not the plain way of IKEv2, with strongSwan's charon: refusals (key, identity, proposals, networks), identities of other kinds, cookies from either end, another
group than the first guess, narrowing, fragments, both ends beginning at once; and everything read by tshark with the router's exported keys. swan.py says how charon
is run."""
import os, re, struct, subprocess, sys, threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Folder, wait_for
from swan import enter, ping_from_charon, ping_from_router
from swan2 import Lab, PLAIN, Suite, both_ways, ready

enter("tshark")


def nothing(lab):
    assert not ready(lab.router), lab.router.type("show crypto ikev2 sa")
    assert "current outbound spi: 0x0(0)" in lab.router.type("show crypto ipsec sa")
    assert lab.charon.children() == 0, lab.charon.sas()


def refused(lab, what, suite=PLAIN, ike_up=False, log_begins="", log_answers="", **how):
    """Neither end gets a tunnel, whoever begins. log_...: what charon must have heard when it began, or answered."""
    for begin in ("charon", "router"):
        r = lab.fresh(suite, **how)
        before = len(lab.charon.log())
        if begin == "charon":
            lab.charon.initiate(check=False)
        else:
            assert "Success rate is 0 percent" in ping_from_router(r), f"{what}, {begin} began"
        log = lab.charon.log()[before:]
        expected = log_begins if begin == "charon" else log_answers
        assert expected in log, f"{what}, {begin} began: no {expected!r} in\n{log[-3000:]}\n{r.type('show logging')[-3000:]}"
        assert lab.charon.children() == 0 and "current outbound spi: 0x0(0)" in r.type("show crypto ipsec sa"), f"{what}, {begin} began"
        if not ike_up:
            assert not ready(r) and "ESTABLISHED" not in lab.charon.sas(), f"{what}, {begin} began: {r.type('show crypto ikev2 sa')}"
    print("  refused:", what, flush=True)


def test_refusals(lab):
    refused(lab, "another key", theirs=dict(key="not this one"), log_begins="N(AUTH_FAILED)", log_answers="N(AUTH_FAILED)")
    refused(lab, "an identity that no profile matches", theirs=dict(local="id = other.example.com"), log_begins="N(AUTH_FAILED)")
    refused(lab, "we are not who charon wants", theirs=dict(remote_id="id = 10.9.9.9"), log_answers="N(AUTH_FAILED)")
    other = Suite("aes128-sha1-modp2048", "aes256-sha256", "aes-cbc-256", "sha256", None, 14, "esp-aes 256 esp-sha256-hmac")
    refused(lab, "no proposal for IKE", suite=other, log_begins="N(NO_PROP)", log_answers="N(NO_PROP)")
    other = Suite("aes256-sha256-modp2048", "aes128-sha1", "aes-cbc-256", "sha256", None, 14, "esp-aes 256 esp-sha256-hmac")
    refused(lab, "no proposal for ESP", suite=other, ike_up=True, log_begins="N(NO_PROP)", log_answers="N(NO_PROP)")
    refused(lab, "other networks", ike_up=True, theirs=dict(remote="192.168.77.0/24", local_ts="192.168.78.0/24"), log_begins="N(TS_UNACCEPT)", log_answers="N(TS_UNACCEPT)")


def test_identities(lab):
    for theirs, match, ours, local, ours_there in (
        ("swan.example.com", "fqdn swan.example.com", "r1.example.com", "fqdn r1.example.com", "r1.example.com"),
        ("swan.example.com", "fqdn domain example.com", "r1.example.com", "fqdn r1.example.com", "r1.example.com"),
        ("me@example.com", "email domain example.com", "you@example.com", "email you@example.com", "you@example.com"),
        ("keyid:hub", "key-id hub", "keyid:spoke", "key-id spoke", "spoke"),
        ("10.7.7.7", "address 10.7.0.0 255.255.0.0", "10.0.0.1", "address 10.0.0.1", "10.0.0.1"),
    ):
        for begin in ("charon", "router"):
            how = dict(local=f"id = {theirs}", remote_id=f"id = {ours}")
            r = lab.fresh(theirs=how, profile=f" match identity remote {match}\n identity local {local}")
            lab.charon.initiate() if begin == "charon" else ping_from_router(r)
            both_ways(lab, f"{theirs} by {match}, {begin} began")
            text = r.type("show crypto ikev2 sa detailed")
            assert f"Remote id: {theirs.split(':')[-1]}\n" in text.replace("\r", "") and f"Local id: {ours_there}\n" in text.replace("\r", ""), text
        print("  identity", theirs, "ok", flush=True)


def test_cookies(lab):
    r = lab.fresh(extra="crypto ikev2 cookie-challenge 0")
    before = len(lab.charon.log())
    lab.charon.initiate()
    assert "N(COOKIE)" in lab.charon.log()[before:], "we asked for no cookie"
    both_ways(lab, "we asked for a cookie")
    # charon asks: its threshold is one half-open SA, which we make of our own first message under another SPI
    lab.charon.more = "cookie_threshold = 1"
    lab.charon.restart()
    r = lab.fresh()
    first = []

    def judge(to_router, frame):
        if not to_router and frame[12:14] == b"\x08\x00" and frame[23] == 17 and frame[36:38] == b"\x01\xf4" and not first:
            first.append(frame)
            for n in range(4):
                other = bytearray(frame)
                other[42:50] = struct.pack("!Q", 0x4142434445464700 + n)
                other[40:42] = b"\0\0"  # no UDP checksum
                os.write(lab.wire.tap, other)
            return False
        return True

    lab.wire.judge = judge
    before = len(lab.charon.log())
    text = r.type("ping 192.168.2.1 source Loopback0 repeat 8 timeout 1")
    lab.wire.judge = lambda to_router, frame: True
    assert "N(COOKIE)" in lab.charon.log()[before:], lab.charon.log()[before:]
    assert "Success rate is 0 percent" not in text, lab.why()
    both_ways(lab, "charon asked for a cookie")
    lab.charon.more = ""
    lab.charon.restart()


def test_other_group(lab):
    # Each begins with a group that the other does not take, though it has another in common.
    ours = Suite("aes256-sha256-modp2048-ecp256", "aes256-sha256", "aes-cbc-256", "sha256", None, "19", "esp-aes 256 esp-sha256-hmac")
    lab.fresh(ours)
    before = len(lab.charon.log())
    lab.charon.initiate()
    assert "N(INVAL_KE)" in lab.charon.log()[before:]
    both_ways(lab, "charon guessed wrong")
    ours = Suite("aes256-sha256-ecp256", "aes256-sha256", "aes-cbc-256", "sha256", None, "14 19", "esp-aes 256 esp-sha256-hmac")
    r = lab.fresh(ours)
    before = len(lab.charon.log())
    ping_from_router(r)
    assert "N(INVAL_KE)" in lab.charon.log()[before:]
    both_ways(lab, "we guessed wrong")
    assert "DH Grp:19" in r.type("show crypto ikev2 sa")


def test_narrowing(lab):
    for what, how, there in (
        ("charon wants everything", dict(remote="0.0.0.0/0", local_ts="0.0.0.0/0"), "192.168.2.0/0 - 192.168.2.255/65535"),
        ("charon has half of it", dict(local_ts="192.168.2.0/25"), "192.168.2.0/0 - 192.168.2.127/65535"),
        ("charon wants a range", dict(remote="192.168.1.0-192.168.1.255", local_ts="192.168.2.1-192.168.2.1"), "192.168.2.1/0 - 192.168.2.1/65535"),
    ):
        for begin in ("charon", "router"):
            r = lab.fresh(theirs=how)
            lab.charon.initiate() if begin == "charon" else ping_from_router(r)
            both_ways(lab, f"{what}, {begin} began")
            text = r.type("show crypto ikev2 session")
            assert f"remote selector {there}" in text, f"{what}, {begin} began: {text}"
        print("  narrowed:", what, flush=True)


def test_fragments(lab):
    lab.charon.more = "fragment_size = 300"
    lab.charon.restart()
    for begin in ("charon", "router"):
        r = lab.fresh(extra="crypto ikev2 fragmentation mtu 200", theirs=dict(conn="fragmentation = yes"))
        before = len(lab.charon.log())
        lab.charon.initiate() if begin == "charon" else ping_from_router(r)
        both_ways(lab, f"in fragments, {begin} began")
        log = lab.charon.log()[before:]
        assert re.search(r"EF\(\d/\d\)|parsed fragment|received fragment", log), log[-3000:]
        assert re.search(r"received fragment #\d of \d", log), "none of ours: " + log[-3000:]
        assert "IETF Std Fragmentation  enabled." in r.type("show crypto ikev2 sa detailed")
    lab.charon.more = ""
    lab.charon.restart()


def test_both_begin(lab):
    for turn in range(3):
        r = lab.fresh(theirs=dict(conn="unique = never"))
        other = threading.Thread(target=lab.charon.initiate, kwargs=dict(check=False))
        other.start()
        ping_from_router(r)
        other.join()
        both_ways(lab, "both began")


def test_tshark(lab):
    pcap, keys = os.path.join(lab.folder, "v2.pcap"), os.path.join(lab.folder, "v2.keys")
    suites = (PLAIN, Suite("aes256gcm16-prfsha384-ecp256", "aes256gcm16-ecp256", "aes-gcm-256", None, "sha384", 19, "esp-gcm 256", 19),
              Suite("3des-sha1-modp1024", "3des-sha1", "3des", "sha1", None, 2, "esp-3des esp-sha-hmac"),
              Suite("aes128-sha512-ecp384", "aes128-sha512", "aes-cbc-128", "sha512", None, 20, "esp-aes esp-sha512-hmac"))
    for suite in suites:
        for begin in ("charon", "router"):
            r = lab.fresh(suite, "--export-keys", keys)
            lab.wire.capture(pcap)
            lab.charon.initiate() if begin == "charon" else ping_from_router(r)
            both_ways(lab, f"{suite}, {begin} began")
            lab.charon.ctl("--rekey", "--child", "net")
            lab.charon.ctl("--rekey", "--ike", "espial")
            lab.charon.ctl("--terminate", "--ike", "espial", "--timeout", "5")
            lab.wire.pcap = None
            options = ["-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE"]
            with open(keys) as f:
                for line in f:
                    options += ["-o", line.strip()]
            run = lambda *more: subprocess.run(["tshark", "-r", pcap, *options, *more], capture_output=True, text=True, check=True).stdout
            bad = run("-Y", "_ws.malformed || (isakmp && _ws.expert.severity == error)", "-V")
            assert not bad, f"{suite}, {begin} began: malformed: {bad[:4000]}"
            rows = [line.split("\t") for line in run("-Y", "isakmp", "-T", "fields", "-e", "isakmp.exchangetype", "-e", "isakmp.typepayload").splitlines()]
            read = {exchange: [set(r[1].split(",")) for r in rows if r[0] == str(exchange)] for exchange in (34, 35, 36, 37)}
            assert any({"35", "39", "33", "44", "45"} <= p for p in read[35]), f"{suite}: IKE_AUTH is not read: {read}"
            assert sum("33" in p and "40" in p for p in read[36]) >= 4, f"{suite}: the rekeys are not read: {read}"
            assert any("42" in p for p in read[37]), f"{suite}: the deletes are not read: {read}"
            pings = run("-Y", "esp && icmp", "-T", "fields", "-e", "icmp.type", "-e", "esp.icv_bad").splitlines()
            assert len(pings) >= 14, f"{suite}: {len(pings)} pings read inside ESP"
            assert not any("1" in line.split("\t")[1] or "True" in line for line in pings), "a bad ICV"
        print("  tshark reads", suite, flush=True)


TESTS = (test_refusals, test_identities, test_cookies, test_other_group, test_narrowing, test_fragments, test_both_begin, test_tshark)
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
