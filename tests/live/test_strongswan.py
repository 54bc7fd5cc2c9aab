#!/usr/bin/python3
"""IKEv1 and ESP against strongSwan's charon, as initiator and as responder: suites, perfect forward secrecy, NAT traversal, rekeys from both ends, deletes from both
ends, dead peer detection, what must not come about (another key, another proposal, other networks), and the invalid SPI. swan.py says how charon is run."""
import re

from routers import wait_for
from swan import KEY, Lab, Unbroken, config, enter, ping_from_charon, ping_from_router, play, policy, running, spi_out

enter()

# (their phase 1, their phase 2), (our encryption, hash, group, transform set, pfs)
SUITES = [
    (("aes256-sha256-modp2048", "aes256-sha1"), ("aes 256", "sha256", 14, "esp-aes 256 esp-sha-hmac", 0)),
    (("aes128-sha1-modp1536", "aes128-sha256-modp1536"), ("aes", "sha", 5, "esp-aes esp-sha256-hmac", 5)),
    (("aes256-sha1-modp1024", "3des-sha1"), ("aes 256", "sha", 2, "esp-3des esp-sha-hmac", 0)),
    (("3des-md5-modp1024", "aes192-sha1-modp1024"), ("3des", "md5", 2, "esp-aes 192 esp-sha-hmac", 2)),
    (("aes192-sha384-ecp384", "aes256gcm16-ecp384"), ("aes 192", "sha384", 20, "esp-gcm 256", 20)),
    (("aes256-sha512-ecp521", "aes256-sha512-ecp521"), ("aes 256", "sha512", 21, "esp-aes 256 esp-sha512-hmac", 21)),
    (("aes128-sha256-ecp256", "aes128gcm16-ecp256"), ("aes", "sha256", 19, "esp-gcm", 19)),
    (("aes256-sha256-modp3072", "aes256-sha384-modp3072"), ("aes 256", "sha256", 15, "esp-aes 256 esp-sha384-hmac", 15)),
    (("aes256-sha256-modp4096", "aes256-sha256-modp4096"), ("aes 256", "sha256", 16, "esp-aes 256 esp-sha256-hmac", 16)),
]


class Lab1(Lab):
    def router_new(self, ours, extra="", scale=1):
        enc, hash_, group, ts, pfs = ours
        return self.boot(config(policy(enc, hash_, group, KEY + extra), ts, f" set pfs group{pfs}" if pfs else ""), scale=scale)

    def fresh(self, suite=SUITES[0], extra="", scale=1, **theirs):
        self.clean(*suite[0], **theirs)
        return self.router_new(suite[1], extra, scale)


def suite_both_ways(lab, suite):
    for begin, row in (("router", "10.0.0.2        10.0.0.1        QM_IDLE"), ("charon", "10.0.0.1        10.0.0.2        QM_IDLE")):
        r = lab.fresh(suite)
        lab.begin(begin)
        lab.both_ways(f"{begin} began")
        assert running(r, row), r.type("show crypto isakmp sa")
        assert lab.charon.children() == 1, lab.charon.sas()


def test_rekey_and_deletes(lab):
    r = lab.fresh()
    lab.begin("charon")
    lab.all_back(repeat=3, more="size 3000")
    before = spi_out(r)
    lab.charon.ctl("--rekey", "--child", "net")
    wait_for("charon's rekey", lambda: spi_out(r) != before)
    lab.both_ways("after charon's rekey")
    lab.charon.ctl("--rekey", "--ike", "espial")
    wait_for("a second IKE SA", lambda: "QM_IDLE           1002" in r.type("show crypto isakmp sa"))
    assert ping_from_charon() == 3
    # charon deletes the child: it is gone here; the next packet brings a new one
    lab.charon.ctl("--terminate", "--child", "net", "--timeout", "3", check=False)
    wait_for("charon's delete", lambda: spi_out(r) == 0)
    lab.begin("router")
    lab.all_back()
    # we delete
    r.type("clear crypto sa")
    wait_for("our delete", lambda: lab.charon.children() == 0)
    lab.begin("router")
    lab.all_back()
    r.type("clear crypto session")
    wait_for("our delete of everything", lambda: "espial" not in lab.charon.sas())


def test_our_rekey(lab):
    # A lifetime of two minutes, lived twenty times as fast; pings go on all the while.
    lab.charon.reboot("delete_rekeyed = no")  # what is under way on the old SA arrives
    r = lab.fresh(SUITES[0], "crypto ipsec security-association lifetime seconds 120", 20)
    lab.begin("router")
    before = spi_out(r)
    with Unbroken():
        wait_for("our rekey", lambda: spi_out(r) not in (0, before))
    assert ping_from_charon() == 3
    lab.charon.reboot()


def refused(lab, word):
    """charon's try, of which nothing is left at either end; what its log says of it."""
    had = len(lab.charon.log())
    lab.charon.ctl("--initiate", "--child", "net", "--timeout", "5", check=False)
    wait_for(f"{word}", lambda: re.search(word, lab.charon.log()[had:]))
    assert lab.charon.children() == 0 and spi_out(lab.router) == 0


def test_refusals(lab):
    none_at_charon = lambda: "ESTABLISHED" not in lab.charon.sas() and lab.charon.children() == 0
    nothing_here = lambda r: not running(r, "QM_IDLE") and spi_out(r) == 0

    # Another pre-shared key. charon begins: its fifth message does not decrypt here. Then we begin: charon's answer does not come.
    r = lab.fresh(key="not this one")
    lab.charon.ctl("--initiate", "--child", "net", "--timeout", "5", check=False)
    wait_for("our complaint", lambda: "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 10.0.0.2 failed its sanity check or is malformed" in r.type("show logging"))
    assert nothing_here(r) and none_at_charon()
    lab.charon.terminate()
    assert "Success rate is 0 percent" in ping_from_router(r)
    assert nothing_here(r) and none_at_charon()

    # Phase 1: charon offers what no policy of ours has.
    r = lab.fresh((("aes128-sha512-modp4096", "aes256-sha1"), SUITES[0][1]))
    refused(lab, "received NO_PROPOSAL_CHOSEN")
    assert nothing_here(r) and none_at_charon()

    # Phase 2: another transform, then another network.
    for theirs, remote in (("aes128-sha512", "192.168.1.0/24"), ("aes256-sha1", "192.168.77.0/24")):
        r = lab.fresh((("aes256-sha256-modp2048", theirs), SUITES[0][1]), remote=remote)
        refused(lab, "received (NO_PROPOSAL_CHOSEN|INVALID_ID_INFORMATION)")
        assert "%CRYPTO-" in r.type("show logging | include IPSEC|IKMP"), r.type("show logging")


def test_dpd(lab):
    r = lab.fresh(extra="crypto isakmp keepalive 10 2 periodic", scale=3, dpd="3s")
    lab.begin("router")
    assert "Capabilities:DN" in r.type("show crypto session detail")
    had = len(lab.charon.log())
    wait_for("charon's probe answered", lambda: re.search(r"generating INFORMATIONAL_V1 request .*N\(DPD\).*parsed INFORMATIONAL_V1 request .*N\(DPD_ACK\)", lab.charon.log()[had:], re.S))
    lab.wire.judge = lambda to_router, frame: False
    wait_for("the end of the session here", lambda: "Session status: DOWN " in r.type("show crypto session"), 40)


def test_invalid_spi(lab):
    # The router forgets; charon goes on encrypting. With the command it begins anew and charon drops what it had.
    lab.fresh()
    lab.begin("charon")
    assert ping_from_charon() == 3
    r = lab.router_new(SUITES[0][1], "crypto isakmp invalid-spi-recovery")
    ping_from_charon(1, timeout=1)
    wait_for("our complaint", lambda: "%CRYPTO-4-RECVD_PKT_INV_SPI" in r.type("show logging"))
    wait_for("the new IKE SA", lambda: running(r, "QM_IDLE"))
    wait_for("charon to drop the old child", lambda: lab.charon.children() == 0)
    lab.begin("router")
    lab.both_ways("with the new router")


play([(" ".join(suite[0]), lambda lab, suite=suite: suite_both_ways(lab, suite)) for suite in SUITES]
     + [test_rekey_and_deletes, test_our_rekey, test_dpd, test_refusals, test_invalid_spi], Lab1)
