#!/usr/bin/python3
"""What is not the plain way of IKEv2, with strongSwan's charon: refusals (key, identity, proposals, networks), identities of other kinds, cookies from either end, another
group than the first guess, narrowing, fragments, both ends beginning at once; and everything read by tshark with the router's exported keys. swan.py says how charon
is run."""
import os, re, struct, threading

from routers import wait_for
from swan import enter, ping_from_router, play, ready, spi_out, spis, tshark
from swan2 import GCM, Lab, PLAIN, Suite

enter("tshark")


def refused(lab, what, suite=PLAIN, ike_up=False, log_begins="", log_answers="", **how):
    """Neither end gets a tunnel, whoever begins. log_...: what charon must have heard when it began, or answered."""
    for begin in ("charon", "router"):
        r = lab.fresh(suite, **how)
        before = len(lab.charon.log())
        if begin == "charon":
            lab.charon.initiate(check=False)
        else:
            assert "Success rate is 0 percent" in ping_from_router(r, repeat=2), f"{what}, {begin} began"
        expected = log_begins if begin == "charon" else log_answers
        wait_for(f"{expected!r} at charon: {what}, {begin} began", lambda: expected in lab.charon.log()[before:])
        assert lab.charon.children() == 0 and spi_out(r) == 0, f"{what}, {begin} began"
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
            lab.begin(begin)
            lab.both_ways(f"{theirs} by {match}, {begin} began")
            text = r.type("show crypto ikev2 sa detailed")
            assert f"Remote id: {theirs.split(':')[-1]}\n" in text.replace("\r", "") and f"Local id: {ours_there}\n" in text.replace("\r", ""), text
        print("  identity", theirs, "ok", flush=True)


def test_cookies(lab):
    lab.fresh(extra="crypto ikev2 cookie-challenge 0")
    before = len(lab.charon.log())
    lab.begin("charon")
    assert "N(COOKIE)" in lab.charon.log()[before:], "we asked for no cookie"
    lab.both_ways("we asked for a cookie")
    # charon asks: its threshold is one half-open SA, which we make of our own first message under another SPI
    lab.charon.reboot("cookie_threshold = 1")
    lab.fresh()
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
    lab.begin("router")
    assert "N(COOKIE)" in lab.charon.log()[before:], lab.charon.log()[before:]
    lab.both_ways("charon asked for a cookie")
    lab.charon.reboot()


def test_other_group(lab):
    # Each begins with a group that the other does not take, though it has another in common.
    ours = Suite("aes256-sha256-modp2048-ecp256", "aes256-sha256", "aes-cbc-256", "sha256", None, "19", "esp-aes 256 esp-sha256-hmac")
    lab.fresh(ours)
    before = len(lab.charon.log())
    lab.begin("charon")
    assert "N(INVAL_KE)" in lab.charon.log()[before:]
    lab.both_ways("charon guessed wrong")
    ours = Suite("aes256-sha256-ecp256", "aes256-sha256", "aes-cbc-256", "sha256", None, "14 19", "esp-aes 256 esp-sha256-hmac")
    r = lab.fresh(ours)
    before = len(lab.charon.log())
    lab.begin("router")
    assert "N(INVAL_KE)" in lab.charon.log()[before:]
    lab.both_ways("we guessed wrong")
    assert "DH Grp:19" in r.type("show crypto ikev2 sa")


def test_narrowing(lab):
    for what, how, there in (
        ("charon wants everything", dict(remote="0.0.0.0/0", local_ts="0.0.0.0/0"), "192.168.2.0/0 - 192.168.2.255/65535"),
        ("charon has half of it", dict(local_ts="192.168.2.0/25"), "192.168.2.0/0 - 192.168.2.127/65535"),
        ("charon wants a range", dict(remote="192.168.1.0-192.168.1.255", local_ts="192.168.2.1-192.168.2.1"), "192.168.2.1/0 - 192.168.2.1/65535"),
    ):
        for begin in ("charon", "router"):
            r = lab.fresh(theirs=how)
            lab.begin(begin)
            lab.both_ways(f"{what}, {begin} began")
            text = r.type("show crypto ikev2 session")
            assert f"remote selector {there}" in text, f"{what}, {begin} began: {text}"
        print("  narrowed:", what, flush=True)


def test_fragments(lab):
    lab.charon.reboot("fragment_size = 300")
    for begin in ("charon", "router"):
        r = lab.fresh(extra="crypto ikev2 fragmentation mtu 200", theirs=dict(conn="fragmentation = yes"))
        before = len(lab.charon.log())
        lab.begin(begin)
        lab.both_ways(f"in fragments, {begin} began")
        log = lab.charon.log()[before:]
        assert re.search(r"EF\(\d/\d\)|parsed fragment|received fragment", log), log[-3000:]
        assert re.search(r"received fragment #\d of \d", log), "none of ours: " + log[-3000:]
        assert "IETF Std Fragmentation  enabled." in r.type("show crypto ikev2 sa detailed")
    lab.charon.reboot()


def test_both_begin(lab):
    for turn in range(3):
        lab.fresh(theirs=dict(conn="unique = never"))
        other = threading.Thread(target=lab.charon.initiate, kwargs=dict(check=False))
        other.start()
        lab.begin("router")
        other.join()
        lab.both_ways("both began")


def test_tshark(lab):
    for suite in (PLAIN, GCM, Suite("3des-sha1-modp1024", "3des-sha1", "3des", "sha1", None, 2, "esp-3des esp-sha-hmac"),
                  Suite("aes128-sha512-ecp384", "aes128-sha512", "aes-cbc-128", "sha512", None, 20, "esp-aes esp-sha512-hmac")):
        for begin in ("charon", "router"):
            r = lab.fresh(suite)
            lab.begin(begin)
            lab.both_ways(f"{suite}, {begin} began")
            for what in (("--child", "net"), ("--ike", "espial")):
                before = spis(r)
                lab.charon.ctl("--rekey", *what)
                wait_for("the rekey", lambda: spis(r)["--child" in what] != before["--child" in what] and len(ready(r)) == 1)
            lab.charon.ctl("--terminate", "--ike", "espial", "--timeout", "5")
            wait_for("the end", lambda: not ready(r))
            lab.wire.pcap = None
            rows = lab.read()
            read = {exchange: [set(payloads.split(",")) for kind, payloads, _ in rows if kind == str(exchange)] for exchange in (34, 35, 36, 37)}
            assert any({"35", "39", "33", "44", "45"} <= p for p in read[35]), f"{suite}: IKE_AUTH is not read: {read}"
            assert sum("33" in p and "40" in p for p in read[36]) >= 4, f"{suite}: the rekeys are not read: {read}"
            assert any("42" in p for p in read[37]), f"{suite}: the deletes are not read: {read}"
            pings = tshark(lab.pcap, lab.keys, "-Y", "esp && icmp", "-T", "fields", "-e", "esp.icv_bad").splitlines()
            assert len(pings) >= 14, f"{suite}: {len(pings)} pings read inside ESP"
            assert not any("1" in bad or "True" in bad for bad in pings), "a bad ICV"
        print("  tshark reads", suite, flush=True)


play((test_refusals, test_identities, test_cookies, test_other_group, test_narrowing, test_fragments, test_both_begin, test_tshark), Lab)
