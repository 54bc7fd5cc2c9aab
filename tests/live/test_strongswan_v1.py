#!/usr/bin/python3
"""IKEv1 against strongSwan's charon, beyond the suites of test_strongswan.py: aggressive mode with names as identities, both ways; profiles and keyrings; messages
in pieces. tshark reads each conversation, decrypted, and may find nothing malformed."""
from routers import wait_for
from swan import KEY, Lab, config, enter, ping_from_charon, play, policy, running

enter("tshark")

IKE, ESP = "aes256-sha256-modp2048", "aes256-sha1"


class Lab1(Lab):
    def __init__(self, folder):
        super().__init__(folder, "i_dont_care_about_security_and_use_aggressive_mode_psk = yes\n  fragment_size = 576")

    def fresh(self, ike, entry="", group=14, theirs=IKE, scale=1, **how):
        """Both ends new. ike: keys and profiles; entry: further lines of the crypto map."""
        self.clean(theirs, ESP, **how)
        r = self.boot(config(policy(group=group, more="ip domain name lab.example\n" + ike), entry=entry), scale=scale)
        r.type("debug crypto isakmp")
        return r

    def we_begin(self):
        self.begin("router")
        assert running(self.router, "10.0.0.2        10.0.0.1        QM_IDLE"), self.router.type("show crypto isakmp sa")
        self.both_ways("the router began")

    def charon_begins(self):
        self.begin("charon")
        assert running(self.router, "10.0.0.1        10.0.0.2        QM_IDLE"), self.router.type("show crypto isakmp sa")
        self.both_ways("charon began")

    def refused(self):
        self.charon.ctl("--initiate", "--child", "net", "--timeout", "3", check=False)
        assert not running(self.router, "QM_IDLE")


def exchanges(rows):
    return [int(exchange) for exchange, _, _ in rows]


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
    lab.fresh(KEY, **AGGRESSIVE)
    lab.charon_begins()
    assert exchanges(lab.read())[:4] == [4, 4, 4, 32], lab.read()
    lab.fresh(KEY + "crypto isakmp profile P\n initiate mode aggressive\n match identity address 10.0.0.2", " set isakmp-profile P", **AGGRESSIVE)
    lab.we_begin()
    assert exchanges(lab.read())[:4] == [4, 4, 4, 32], lab.read()


def test_aggressive_by_name(lab):
    # No key for charon's address: its name alone chooses it.
    r = lab.fresh(PROFILE, " set isakmp-profile P", **AGGRESSIVE, **NAMES)
    lab.charon_begins()
    assert "peer matches P profile" in r.type("show logging"), r.type("show logging")
    assert "swan.example" in r.type("show crypto session detail"), r.type("show crypto session detail")
    lab.read()
    # Begun by us: the profile's key must be found by address.
    r = lab.fresh(PROFILE.replace("hostname swan.example", "address 10.0.0.2") + " initiate mode aggressive\n", " set isakmp-profile P", **AGGRESSIVE, **NAMES)
    lab.we_begin()
    assert "peer matches P profile" in r.type("show logging")
    lab.read()


def test_aggressive_peer(lab):
    # crypto isakmp peer: an identity and a password for aggressive mode alone.
    lab.fresh("crypto isakmp peer address 10.0.0.2\n set aggressive-mode password cisco123\n set aggressive-mode client-endpoint user-fqdn router@lab.example",
              **AGGRESSIVE, local="id = 10.0.0.2", remote_id="id = email:router@lab.example")
    lab.we_begin()
    assert exchanges(lab.read())[:4] == [4, 4, 4, 32], lab.read()


def test_aggressive_refused(lab):
    # Disabled; another key; another name.
    r = lab.fresh(KEY + "crypto isakmp aggressive-mode disable", **AGGRESSIVE)
    lab.refused()
    assert "%CRYPTO-5-IKMP_AG_MODE_DISABLED: Unable to initiate or respond to Aggressive Mode while disabled" in r.type("show logging"), r.type("show logging")
    lab.fresh("crypto isakmp key another address 10.0.0.2", **AGGRESSIVE)
    lab.refused()
    r = lab.fresh(PROFILE.replace("match identity host swan", "match identity host other"), " set isakmp-profile P", **AGGRESSIVE, **NAMES)
    lab.refused()
    assert "swan.example" not in r.type("show crypto session detail")


def test_main_profile(lab):
    keys = PROFILE.replace("hostname swan.example", "address 10.0.0.0 255.255.255.0")
    r = lab.fresh(keys, " set isakmp-profile P", **NAMES)
    lab.charon_begins()
    assert "peer matches P profile" in r.type("show logging")
    lab.fresh(keys, " set isakmp-profile P", **NAMES)
    lab.we_begin()
    assert exchanges(lab.read())[:7] == [2] * 6 + [32]
    # The name of the router, with its domain.
    lab.fresh(KEY + "crypto isakmp identity hostname", remote_id=f"id = fqdn:r{lab.n + 1}.lab.example")
    lab.we_begin()


def test_fragments(lab):
    key = KEY + "crypto isakmp fragmentation"
    how = dict(group=16, theirs="aes256-sha256-modp4096")
    for force, begin in (("yes", lab.charon_begins), ("force", lab.charon_begins), ("yes", lab.we_begin)):
        r = lab.fresh(key, conn=f"fragmentation = {force}", **how)
        begin()
        assert "received fragment 1 of message" in r.type("show logging"), r.type("show logging")
        assert "received fragment #1" in lab.charon.log()
        assert "132" in ",".join(payloads for _, payloads, _ in lab.read())
    lab.fresh(key, conn="fragmentation = force\n  aggressive = yes", **how)
    lab.charon_begins()
    lab.read()


def test_offers(lab):
    # All that charon can offer; odd lifetimes; one protocol alone; encapsulation asked for where no translator is.
    lab.fresh(KEY, theirs="aes128-sha1-modp768,default,aes256-sha256-modp2048", conn="rekey_time = 70000s", child="rekey_time = 1000000s")
    lab.charon_begins()
    lab.read()
    lab.fresh(KEY, theirs="aes128-md5-modp1024,3des-sha1-modp1536,aes256-sha256-modp2048,aes192-sha512-ecp384", conn="encap = yes")
    lab.charon_begins()
    r = lab.fresh(KEY, remote="192.168.1.0/24[icmp]", local_ts="192.168.2.0/24[icmp]")
    lab.charon.initiate()
    assert ping_from_charon() == 3
    assert "(192.168.1.0/255.255.255.0/1/0)" in r.type("show crypto ipsec sa"), r.type("show crypto ipsec sa")
    lab.fresh(KEY, conn="encap = yes")
    lab.we_begin()
    lab.read()


def test_configuration(lab):
    """charon asks for an address of the inside (mode configuration), which the router has none of: it says so at once, and the tunnel goes on without."""
    lab.fresh(KEY, conn="vips = 0.0.0.0", local_ts="192.168.2.0/24")
    had = len(lab.charon.log())
    lab.charon_begins()
    log = lab.charon.log()[had:]
    assert "parsed TRANSACTION response" in log and "sending retransmit" not in log, log[-3000:]
    assert "Sending empty reply" in lab.router.type("show logging")
    assert exchanges(lab.read())[6:8] == [6, 6], lab.read()


def test_killed(lab):
    # charon is killed and comes back: it begins anew (without INITIAL-CONTACT), and the new SA is used; then the router finds out by itself (20 s lived three times as fast).
    r = lab.fresh(KEY + "crypto isakmp keepalive 10 2 periodic", scale=3)
    lab.we_begin()
    lab.charon.restart(kill=True)
    lab.charon.load(IKE, ESP)
    lab.charon.initiate()
    wait_for("the new IKE SA", lambda: running(r, "10.0.0.1        10.0.0.2        QM_IDLE           1002 ACTIVE"))
    wait_for("the new pair in use", lambda: ping_from_charon(1) == 1)
    lab.both_ways("with the new charon")
    lab.charon.restart(kill=True)
    lab.charon.load(IKE, ESP)
    wait_for("the end of the session here", lambda: "Session status: DOWN" in r.type("show crypto session"), 40)
    lab.begin("router")
    lab.both_ways("with the third charon")


play((test_aggressive_by_address, test_aggressive_by_name, test_aggressive_peer, test_aggressive_refused, test_main_profile, test_fragments, test_offers, test_configuration, test_killed), Lab1)
