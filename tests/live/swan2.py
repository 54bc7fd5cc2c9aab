"""A router with IKEv2 against charon: what the tests of IKEv2 have in common. swan.py says how charon is run and where both live."""
import re, threading

from routers import Router, wait_for
from swan import THERE, Charon, Wire, connection, ping_from_charon, ping_from_router

CONFIG = """no ip domain lookup
no logging console
logging buffered 1000000 debugging
crypto ikev2 proposal P
 encryption {encr}
{integ}{prf} group {group}
crypto ikev2 policy POL
 proposal P
crypto ikev2 keyring KR
 peer SWAN
  address {peer}
  pre-shared-key {key}
crypto ikev2 profile PROF
 match identity remote address 10.0.0.2
 authentication local pre-share
 authentication remote pre-share
 keyring local KR
{profile}
{extra}
crypto ipsec transform-set TS {ts}
crypto map VPN 10 ipsec-isakmp
 set peer {peer}
 set transform-set TS
 set ikev2-profile PROF
{pfs}
{cmap}
 match address 101
interface Loopback0
 ip address 192.168.1.1 255.255.255.0
interface Ethernet0/0
 ip address 10.0.0.1 255.255.255.0
 crypto map VPN
 no shutdown
ip route 192.168.2.0 255.255.255.0 {peer}
access-list 101 permit ip 192.168.1.0 0.0.0.255 192.168.2.0 0.0.0.255
line con 0
 privilege level 15
end
"""


class Suite:
    """One way to protect both phases, in charon's words and in ours."""

    def __init__(self, ike, esp, encr, integ, prf, group, ts, pfs=0):
        self.theirs = (ike, esp)
        self.ours = dict(encr=encr, integ=f" integrity {integ}\n" if integ else "", prf=f" prf {prf}\n" if prf else "", group=group, ts=ts,
                         pfs=f" set pfs group{pfs}" if pfs else "")

    def __str__(self):
        return " ".join(self.theirs)


PLAIN = Suite("aes256-sha256-modp2048", "aes256-sha256", "aes-cbc-256", "sha256", None, 14, "esp-aes 256 esp-sha256-hmac")


class Lab:
    def __init__(self, folder):
        self.folder, self.wire, self.n, self.router = folder, Wire(), 0, None
        self.charon = Charon(folder)

    def router_new(self, suite=PLAIN, *args, key="cisco123", profile="", extra="", cmap="", peer=THERE, config=None):
        if self.router:
            self.router.stop()
        self.n += 1
        text = config or CONFIG.format(**suite.ours, key=key, profile=profile, extra=extra, cmap=cmap, peer=peer)
        self.router = Router(self.folder, f"r{self.n}", text, "--link", f"Ethernet0/0={self.wire.spec()}", *args)
        self.router.line_up()
        return self.router

    def fresh(self, suite=PLAIN, *args, theirs=None, **ours):
        """A router that knows nothing and a charon that has forgotten everything."""
        self.charon.terminate()
        self.charon.load(*suite.theirs, version=2, **(theirs or {}))
        return self.router_new(suite, *args, **ours)

    def why(self):
        return f"{self.router.type('show logging')[-3000:]}\n{self.charon.log()[-3000:]}"


class Pinging:
    """Echo requests from charon's network, one after another, as long as the block lasts; all must be answered."""

    def __enter__(self):
        self.sent = self.answered = 0
        self.stop = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def run(self):
        while not self.stop:
            self.sent += 1
            self.answered += ping_from_charon(1)

    def __exit__(self, kind, *rest):
        self.stop = True
        self.thread.join()
        if kind is None:
            assert self.answered == self.sent > 0, f"{self.sent - self.answered} of {self.sent} packets lost"


def ready(router):
    """The rows of SAs that are up."""
    return [line for line in router.type("show crypto ikev2 sa").splitlines() if re.match(r"\d+ +10\.0\.0\.1/.* READY ", line)]


def spis(router):
    """(IKE SPI of ours, outbound SPI of ESP)"""
    ike = re.search(r"Local spi: ([0-9A-F]{16})", router.type("show crypto ikev2 sa detailed"))
    esp = re.search(r"current outbound spi: 0x([0-9A-F]+)", router.type("show crypto ipsec sa"))
    return ike and ike.group(1), int(esp.group(1), 16)


def both_ways(lab, what):
    r = lab.router
    text = ping_from_router(r)
    assert "Success rate is 100 percent (4/4)" in text, f"{what}: {text}\n{lab.why()}"
    assert ping_from_charon() == 3, f"{what}\n{lab.why()}"
