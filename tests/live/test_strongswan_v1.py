#!/usr/bin/python3
"""IKEv1 against strongSwan's charon, beyond the suites of test_strongswan.py: aggressive mode with names as identities, both ways; profiles and keyrings; messages
in pieces. tshark reads each conversation, decrypted, and may find nothing malformed."""
import os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Folder, Router, need, wait_for
from swan import Charon, Wire, enter, ping_from_charon, ping_from_router, read_by_tshark, running

enter("tshark")

IKE, ESP = "aes256-sha256-modp2048", "aes256-sha1"
CONFIG = """no ip domain lookup
ip domain name lab.example
no logging console
logging buffered 1000000 debugging
crypto isakmp policy 10
 encryption aes 256
 hash sha256
 authentication pre-share
 group {group}
{ike}
crypto ipsec transform-set TS esp-aes 256 esp-sha-hmac
crypto map VPN 10 ipsec-isakmp
 set peer 10.0.0.2
 set transform-set TS
{map}
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


class Lab:
    def __init__(self, folder):
        self.folder, self.wire, self.n = folder, Wire(), 0
        self.charon = Charon(folder, "i_dont_care_about_security_and_use_aggressive_mode_psk = yes\n  fragment_size = 576")
        self.router = None

    def fresh(self, ike, map="", group=14, theirs=IKE, **how):
        """A new router, a new connection, a new capture."""
        self.charon.terminate()
        self.charon.load(theirs, ESP, **how)
        if self.router:
            self.router.stop()
        self.n += 1
        self.keys, self.pcap = (os.path.join(self.folder, f"{what}{self.n}") for what in ("keys", "pcap"))
        self.wire.capture(self.pcap)
        config = CONFIG.format(ike=ike, map=map, group=group)
        self.router = Router(self.folder, f"r{self.n}", config, "--link", f"Ethernet0/0={self.wire.spec()}", "--export-keys", self.keys)
        self.router.line_up()
        self.router.type("debug crypto isakmp")
        return self.router

    def both_ways(self):
        # charon may take our first quick mode before the last message of phase 1: then it is the second that counts, 10 s later
        wait_for("the tunnel", lambda: "Success rate is 100 percent" in ping_from_router(self.router), 30)
        assert ping_from_charon() == 3, self.charon.log()[-3000:]

    def seen(self):
        return read_by_tshark(self.pcap, self.keys)

    def we_begin(self):
        ping_from_router(self.router)
        wait_for("our IKE SA", lambda: running(self.router, "10.0.0.2        10.0.0.1        QM_IDLE"))

    def charon_begins(self):
        self.charon.initiate()
        wait_for("charon's IKE SA", lambda: running(self.router, "10.0.0.1        10.0.0.2        QM_IDLE"))


def exchanges(rows):
    return [int(r.split("\t")[0]) for r in rows]


AGGRESSIVE = {"conn": "aggressive = yes"}
NAMES = {"local": "id = fqdn:swan.example", "remote_id": "id = fqdn:router.example"}
PROFILE = """crypto keyring KR
 pre-shared-key hostname swan.example key cisco123
crypto isakmp profile P
 keyring KR
 self-identity fqdn router.example
 match identity host swan.example
"""


def test_aggressive_by_address(lab):
    key = "crypto isakmp key cisco123 address 10.0.0.2"
    lab.fresh(key, **AGGRESSIVE)
    lab.charon_begins()
    lab.both_ways()
    assert exchanges(lab.seen())[:4] == [4, 4, 4, 32], lab.seen()
    lab.fresh(key + "\ncrypto isakmp profile P\n initiate mode aggressive\n match identity address 10.0.0.2", " set isakmp-profile P", **AGGRESSIVE)
    lab.we_begin()
    lab.both_ways()
    assert exchanges(lab.seen())[:4] == [4, 4, 4, 32], lab.seen()


def test_aggressive_by_name(lab):
    # No key for charon's address: its name alone chooses it.
    r = lab.fresh(PROFILE, " set isakmp-profile P", **AGGRESSIVE, **NAMES)
    lab.charon_begins()
    assert "peer matches P profile" in r.type("show logging"), r.type("show logging")
    lab.both_ways()
    assert "swan.example" in r.type("show crypto session detail"), r.type("show crypto session detail")
    lab.seen()
    # Begun by us: the profile's key must be found by address.
    r = lab.fresh(PROFILE.replace("hostname swan.example", "address 10.0.0.2") + " initiate mode aggressive\n", " set isakmp-profile P", **AGGRESSIVE, **NAMES)
    lab.we_begin()
    lab.both_ways()
    assert "peer matches P profile" in r.type("show logging")
    lab.seen()


def test_aggressive_peer(lab):
    # crypto isakmp peer: an identity and a password for aggressive mode alone.
    lab.fresh("crypto isakmp peer address 10.0.0.2\n set aggressive-mode password cisco123\n set aggressive-mode client-endpoint user-fqdn router@lab.example",
              **AGGRESSIVE, local="id = 10.0.0.2", remote_id="id = email:router@lab.example")
    lab.we_begin()
    lab.both_ways()
    assert exchanges(lab.seen())[:4] == [4, 4, 4, 32], lab.seen()


def test_aggressive_refused(lab):
    # Disabled; another key; another name.
    r = lab.fresh("crypto isakmp key cisco123 address 10.0.0.2\ncrypto isakmp aggressive-mode disable", **AGGRESSIVE)
    lab.charon.ctl("--initiate", "--child", "net", "--timeout", "3", check=False)
    assert "%CRYPTO-5-IKMP_AG_MODE_DISABLED: Unable to initiate or respond to Aggressive Mode while disabled" in r.type("show logging"), r.type("show logging")
    assert not running(r, "QM_IDLE")
    r = lab.fresh("crypto isakmp key another address 10.0.0.2", **AGGRESSIVE)
    lab.charon.ctl("--initiate", "--child", "net", "--timeout", "3", check=False)
    assert not running(r, "QM_IDLE")
    r = lab.fresh(PROFILE.replace("match identity host swan", "match identity host other"), " set isakmp-profile P", **AGGRESSIVE, **NAMES)
    lab.charon.ctl("--initiate", "--child", "net", "--timeout", "3", check=False)
    assert not running(r, "QM_IDLE") and "swan.example" not in r.type("show crypto session detail")


def test_main_profile(lab):
    keys = PROFILE.replace("hostname swan.example", "address 10.0.0.0 255.255.255.0")
    r = lab.fresh(keys, " set isakmp-profile P", **NAMES)
    lab.charon_begins()
    assert "peer matches P profile" in r.type("show logging")
    lab.both_ways()
    lab.fresh(keys, " set isakmp-profile P", **NAMES)
    lab.we_begin()
    lab.both_ways()
    assert exchanges(lab.seen())[:7] == [2] * 6 + [32]
    # The name of the router, with its domain.
    lab.fresh("crypto isakmp key cisco123 address 10.0.0.2\ncrypto isakmp identity hostname", remote_id=f"id = fqdn:r{lab.n + 1}.lab.example")
    lab.we_begin()
    lab.both_ways()


def test_fragments(lab):
    key = "crypto isakmp key cisco123 address 10.0.0.2\ncrypto isakmp fragmentation"
    how = dict(group=16, theirs="aes256-sha256-modp4096")
    for force, begin in (("yes", lab.charon_begins), ("force", lab.charon_begins), ("yes", lab.we_begin)):
        r = lab.fresh(key, conn=f"fragmentation = {force}", **how)
        begin()
        lab.both_ways()
        assert "received fragment 1 of message" in r.type("show logging"), r.type("show logging")
        assert "received fragment #1" in lab.charon.log()
        assert "132" in ",".join(row.split("\t")[1] for row in lab.seen()), lab.seen()
    lab.fresh(key, conn="fragmentation = force\n  aggressive = yes", **how)
    lab.charon_begins()
    lab.both_ways()
    lab.seen()


def test_offers(lab):
    # All that charon can offer; odd lifetimes; one protocol alone; encapsulation asked for where no translator is.
    key = "crypto isakmp key cisco123 address 10.0.0.2"
    lab.fresh(key, theirs="aes128-sha1-modp768,default,aes256-sha256-modp2048", conn="rekey_time = 70000s", child="rekey_time = 1000000s")
    lab.charon_begins()
    lab.both_ways()
    lab.seen()
    lab.fresh(key, theirs="aes128-md5-modp1024,3des-sha1-modp1536,aes256-sha256-modp2048,aes192-sha512-ecp384", conn="encap = yes")
    lab.charon_begins()
    lab.both_ways()
    lab.fresh(key, remote="192.168.1.0/24[icmp]", local_ts="192.168.2.0/24[icmp]")
    lab.charon_begins()
    assert ping_from_charon() == 3
    assert "(192.168.1.0/255.255.255.0/1/0)" in lab.router.type("show crypto ipsec sa"), lab.router.type("show crypto ipsec sa")
    lab.fresh(key, conn="encap = yes")
    lab.we_begin()
    lab.both_ways()
    lab.seen()


def test_killed(lab):
    # charon is killed and comes back: it begins anew (without INITIAL-CONTACT), and the new SA is used; then the router finds out by itself.
    key = "crypto isakmp key cisco123 address 10.0.0.2\ncrypto isakmp keepalive 10 2 periodic"
    r = lab.fresh(key)
    lab.we_begin()
    lab.both_ways()
    lab.charon.restart(kill=True)
    lab.charon.load(IKE, ESP)
    lab.charon.initiate()
    lab.both_ways()
    assert running(r, "10.0.0.1        10.0.0.2        QM_IDLE           1002 ACTIVE"), r.type("show crypto isakmp sa")
    lab.charon.restart(kill=True)
    lab.charon.load(IKE, ESP)
    wait_for("the end of the session here", lambda: "Session status: DOWN" in r.type("show crypto session"), 40)
    lab.both_ways()


def main():
    with Folder() as folder:
        lab = Lab(folder)
        try:
            for name, test in list(globals().items()):
                if name.startswith("test_") and (len(sys.argv) < 2 or name in sys.argv[1:]):
                    print(name, flush=True)
                    test(lab)
        except AssertionError:
            print(lab.router.type("show logging")[-6000:], lab.charon.log()[-5000:], sep="\n---- charon\n")
            raise
        finally:
            if lab.router:
                lab.router.stop()
            lab.charon.stop()


main()
