#!/usr/bin/python3
"""IKEv1 and ESP against strongSwan's charon, as initiator and as responder: suites, perfect forward secrecy, NAT traversal, rekeys from both ends, deletes from both
ends, dead peer detection, what must not come about (another key, another proposal, other networks), and the invalid SPI. swan.py says how charon is run."""
import os, re, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Folder, Router, wait_for
from swan import Charon, Wire, enter, ping_from_charon, ping_from_router, running, spi_out

enter()

CONFIG = """no ip domain lookup
no logging console
logging buffered 1000000 debugging
crypto isakmp policy 10
 encryption {enc}
 hash {hash}
 authentication pre-share
 group {group}
crypto isakmp key cisco123 address 10.0.0.2
{extra}
crypto ipsec transform-set TS {ts}
crypto map VPN 10 ipsec-isakmp
 set peer 10.0.0.2
 set transform-set TS
{pfs}
 match address 101
interface Loopback0
 ip address 192.168.1.1 255.255.255.0
interface Ethernet0/0
 ip address 10.0.0.1 255.255.255.0
 crypto map VPN
 no shutdown
ip route 192.168.2.0 255.255.255.0 10.0.0.2
access-list 101 permit ip 192.168.1.0 0.0.0.255 192.168.2.0 0.0.0.255
line con 0
 privilege level 15
end
"""


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


class Lab:
    def __init__(self, folder):
        self.folder, self.wire, self.n = folder, Wire(), 0
        self.charon = Charon(folder)
        self.router = None

    def router_new(self, ours, extra="", *args):
        enc, hash_, group, ts, pfs = ours
        if self.router:
            self.router.stop()
        self.n += 1
        config = CONFIG.format(enc=enc, hash=hash_, group=group, ts=ts, pfs=f" set pfs group{pfs}" if pfs else "", extra=extra)
        self.router = Router(self.folder, f"r{self.n}", config, "--link", f"Ethernet0/0={self.wire.spec()}", *args)
        self.router.line_up()
        return self.router

    def fresh(self, suite=SUITES[0], extra="", *args, **theirs):
        self.charon.ctl("--terminate", "--ike", "espial", "--force", "--timeout", "3", check=False)
        self.charon.load(*suite[0], **theirs)
        return self.router_new(suite[1], extra, *args)


def test_suites(lab):
    for theirs, ours in SUITES:
        r = lab.fresh((theirs, ours))
        first = ping_from_router(r)
        assert "Success rate is 0 percent" not in first, f"{theirs}: {first}\n{lab.charon.log()[-3000:]}"
        assert "Success rate is 100 percent (4/4)" in ping_from_router(r), f"{theirs}, router begins"
        assert running(r, "10.0.0.2        10.0.0.1        QM_IDLE"), r.type("show crypto isakmp sa")
        assert lab.charon.children() == 1, lab.charon.sas()
        # now the other way round
        r = lab.fresh((theirs, ours))
        lab.charon.ctl("--initiate", "--child", "net", "--timeout", "20")
        assert running(r, "10.0.0.1        10.0.0.2        QM_IDLE"), r.type("show crypto isakmp sa")
        assert ping_from_charon() == 3, f"{theirs}, charon begins\n{lab.charon.log()[-3000:]}"
        assert "Success rate is 100 percent (4/4)" in ping_from_router(r), f"{theirs}, charon began"
        print("  suite", *theirs, "ok", flush=True)


def test_rekey_and_deletes(lab):
    r = lab.fresh()
    lab.charon.ctl("--initiate", "--child", "net", "--timeout", "20")
    text = r.type("ping 192.168.2.1 source Loopback0 size 3000 repeat 3 timeout 1")
    assert "Success rate is 100 percent (3/3)" in text, "pieces: " + text
    before = spi_out(r)
    lab.charon.ctl("--rekey", "--child", "net")
    wait_for("charon's rekey", lambda: spi_out(r) != before)
    assert "Success rate is 100 percent (4/4)" in ping_from_router(r)
    assert ping_from_charon() == 3
    lab.charon.ctl("--rekey", "--ike", "espial")
    wait_for("a second IKE SA", lambda: "QM_IDLE           1002" in r.type("show crypto isakmp sa"))
    assert ping_from_charon() == 3
    # charon deletes the child: it is gone here; the next packet brings a new one
    lab.charon.ctl("--terminate", "--child", "net", "--timeout", "3", check=False)
    wait_for("charon's delete", lambda: "current outbound spi: 0x0(0)" in r.type("show crypto ipsec sa"))
    ping_from_router(r)
    assert "Success rate is 100 percent (4/4)" in ping_from_router(r)
    # we delete
    r.type("clear crypto sa")
    wait_for("our delete", lambda: lab.charon.children() == 0)
    ping_from_router(r)
    assert "Success rate is 100 percent (4/4)" in ping_from_router(r)
    r.type("clear crypto session")
    wait_for("our delete of everything", lambda: "espial" not in lab.charon.sas())


def test_our_rekey(lab):
    # A lifetime of two minutes, lived twenty times as fast; pings go on all the while.
    r = lab.fresh(SUITES[0], "crypto ipsec security-association lifetime seconds 120", "--time-scale", "20")
    ping_from_router(r)
    before = spi_out(r)
    answered = 0
    for turn in range(60):
        answered += ping_from_charon(1)
        if spi_out(r) != before:
            break
        time.sleep(0.2)
    assert spi_out(r) != before, "we never rekeyed"
    assert answered == turn + 1, f"{turn + 1 - answered} packets lost before the rekey"
    assert ping_from_charon() == 3


def test_refusals(lab):
    none_at_charon = lambda: "ESTABLISHED" not in lab.charon.sas() and lab.charon.children() == 0
    nothing_here = lambda r: not running(r, "QM_IDLE") and "current outbound spi: 0x0(0)" in r.type("show crypto ipsec sa")

    # Another pre-shared key. charon begins: its fifth message does not decrypt here. Then we begin: charon's answer does not come.
    r = lab.fresh(key="not this one")
    lab.charon.ctl("--initiate", "--child", "net", "--timeout", "5", check=False)
    wait_for("our complaint", lambda: "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 10.0.0.2 failed its sanity check or is malformed" in r.type("show logging"))
    assert nothing_here(r) and none_at_charon()
    lab.charon.ctl("--terminate", "--ike", "espial", "--force", "--timeout", "3", check=False)
    assert "Success rate is 0 percent" in ping_from_router(r)
    assert nothing_here(r) and none_at_charon()

    # Phase 1: charon offers what no policy of ours has.
    r = lab.fresh((("aes128-sha512-modp4096", "aes256-sha1"), SUITES[0][1]))
    already = len(lab.charon.log())
    lab.charon.ctl("--initiate", "--child", "net", "--timeout", "5", check=False)
    wait_for("our refusal at charon", lambda: "received NO_PROPOSAL_CHOSEN" in lab.charon.log()[already:])
    assert nothing_here(r) and none_at_charon()

    # Phase 2: another transform, then another network.
    for what, theirs, remote in (("transform", "aes128-sha512", "192.168.1.0/24"), ("network", "aes256-sha1", "192.168.77.0/24")):
        r = lab.fresh((("aes256-sha256-modp2048", theirs), SUITES[0][1]), remote=remote)
        already = len(lab.charon.log())
        lab.charon.ctl("--initiate", "--child", "net", "--timeout", "5", check=False)
        wait_for(f"our refusal of another {what}", lambda: re.search("received (NO_PROPOSAL_CHOSEN|INVALID_ID_INFORMATION)", lab.charon.log()[already:]))
        assert lab.charon.children() == 0 and "current outbound spi: 0x0(0)" in r.type("show crypto ipsec sa")
        assert "%CRYPTO-" in r.type("show logging | include IPSEC|IKMP"), r.type("show logging")


def test_dpd(lab):
    r = lab.fresh(extra="crypto isakmp keepalive 10 2 periodic", dpd="3s")
    ping_from_router(r)
    assert "Capabilities:DN" in r.type("show crypto session detail")
    r.type("debug crypto isakmp")
    wait_for("charon's probe answered", lambda: "parsed INFORMATIONAL_V1 request" in lab.charon.log() and "N(DPD_ACK)" in lab.charon.log(), 20)
    r.type("undebug all")
    lab.wire.judge = lambda to_router, frame: False
    wait_for("the end of the session here", lambda: "Session status: DOWN " in r.type("show crypto session"), 40)
    lab.wire.judge = lambda to_router, frame: True


def test_invalid_spi(lab):
    # The router forgets; charon goes on encrypting. With the command it begins anew and charon drops what it had.
    lab.fresh()
    lab.charon.ctl("--initiate", "--child", "net", "--timeout", "20")
    assert ping_from_charon() == 3
    r = lab.router_new(SUITES[0][1], "crypto isakmp invalid-spi-recovery")
    ping_from_charon()
    assert "%CRYPTO-4-RECVD_PKT_INV_SPI" in r.type("show logging"), r.type("show logging")
    wait_for("the new IKE SA", lambda: running(r, "QM_IDLE"))
    wait_for("charon to drop the old child", lambda: lab.charon.children() == 0)
    assert "Success rate is 0 percent" not in ping_from_router(r)
    assert ping_from_charon() == 3


def main():
    with Folder() as folder:
        lab = Lab(folder)
        try:
            for test in (test_suites, test_rekey_and_deletes, test_our_rekey, test_dpd, test_refusals, test_invalid_spi):
                print(test.__name__, flush=True)
                test(lab)
        except AssertionError:
            print(lab.router.type("show logging")[-4000:], lab.charon.log()[-4000:], sep="\n---- charon\n")
            raise
        finally:
            if lab.router:
                lab.router.stop()
            lab.charon.stop()


main()
