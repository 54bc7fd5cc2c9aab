#!/usr/bin/python3
"""Crypto maps with strongSwan's charon at the other end: as a spoke of a hub that does not know it (dynamic map, wildcard key, reverse routes), with several networks,
with what the hub does not allow; as the second of two peers; idle SAs; PFS with group 24; extended sequence numbers as far as charon knows them. tshark reads each
conversation, decrypted, and may find nothing malformed."""
import subprocess

from routers import wait_for
from swan import Lab, connection, enter, ping_from_router, play, running, spi_out, wake

enter("tshark")

IKE, ESP = "aes256-sha256-modp2048", "aes256-sha1"
CONFIG = """no ip domain lookup
no logging console
logging buffered 1000000 debugging
crypto isakmp policy 10
 encryption aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key cisco123 address 0.0.0.0
crypto ipsec transform-set TS esp-aes 256 esp-sha-hmac
{crypto}
interface Loopback0
 ip address 192.168.1.1 255.255.255.0
interface Ethernet0/0
 ip address 10.0.0.1 255.255.255.0
 crypto map VPN
 no shutdown
{more}
line con 0
 privilege level 15
end
"""
HUB = """crypto dynamic-map SPOKES 10
 set transform-set TS
 {lines}
crypto map VPN 10 ipsec-isakmp dynamic SPOKES
"""
STATIC = """crypto map VPN 10 ipsec-isakmp
 {lines}
 set transform-set TS
 match address 101
"""
LIST = "ip route 192.168.2.0 255.255.255.0 10.0.0.2\naccess-list 101 permit ip 192.168.1.0 0.0.0.255 192.168.2.0 0.0.0.255"


class MapLab(Lab):
    def fresh(self, crypto, more="", scale=1, **how):
        self.clean(IKE, how.pop("esp", ESP), **how)
        return self.boot(CONFIG.format(crypto=crypto, more=more), scale=scale)

    def up(self):
        """charon begins; there may be no flow to look at before. Its pair is there from its second message on, and sent with from the third."""
        self.charon.initiate()
        wait_for("charon's IKE SA and a pair to send with", lambda: running(self.router, "10.0.0.1        10.0.0.2        QM_IDLE") and spi_out(self.router))


def routes(r):
    return r.type("show ip route static")


def test_spoke(lab):
    # The hub knows neither the spoke nor a way to its network; both come with the SAs and go with them.
    r = lab.fresh(HUB.format(lines="reverse-route"))
    assert "192.168.2.0" not in routes(r)
    assert "Success rate is 0" in ping_from_router(r, repeat=2)
    lab.up()
    wait_for("the route", lambda: "192.168.2.0/24 [1/0] via 10.0.0.2" in routes(r))
    lab.both_ways()
    shown = r.type("show crypto ipsec sa")
    assert "local  ident (addr/mask/prot/port): (192.168.1.0/255.255.255.0/0/0)" in shown, shown
    assert "remote ident (addr/mask/prot/port): (192.168.2.0/255.255.255.0/0/0)" in shown, shown
    # The hub renews, too, at the word of its user.
    lab.charon.terminate()
    wait_for("the route to go", lambda: "192.168.2.0" not in routes(r))
    assert "spi: 0x" not in r.type("show crypto ipsec sa")
    lab.up()
    lab.both_ways()
    lab.read()


def test_two_networks(lab):
    subprocess.check_call("ip addr add 192.168.3.1/32 dev lo".split())
    two = connection(IKE, ESP).replace("children { net {", "children { other { local_ts = 192.168.3.0/24\n remote_ts = 192.168.1.0/24\n esp_proposals = %s\n }\n net {" % ESP)
    r = lab.fresh(HUB.format(lines="reverse-route"), text=two)
    lab.up()
    lab.charon.initiate("other")
    wait_for("both routes", lambda: "192.168.2.0/24" in routes(r) and "192.168.3.0/24" in routes(r))
    lab.both_ways()
    assert r.type("show crypto ipsec sa").count("remote ident") == 2
    lab.read()


def test_not_allowed(lab):
    # An access list bounds what a spoke may ask for; a part of it may be had.
    bound = "match address 110\n"
    more = "access-list 110 permit ip 192.168.1.0 0.0.0.255 192.168.2.0 0.0.0.255"
    r = lab.fresh(HUB.format(lines=bound), more, local_ts="192.168.0.0/16")
    assert "INSTALLED" not in lab.charon.initiate(check=False) + lab.charon.sas()
    assert "spi: 0x" not in r.type("show crypto ipsec sa")
    r = lab.fresh(HUB.format(lines=bound + " reverse-route"), more, local_ts="192.168.2.0/25")
    lab.up()
    wait_for("the route", lambda: "192.168.2.0/25 is subnetted" in routes(r) and "192.168.2.0 [1/0] via 10.0.0.2" in routes(r))
    lab.both_ways()
    lab.read()


def test_second_peer(lab):
    # Nobody is at the first address; the time until that is clear runs twenty times as fast.
    r = lab.fresh(STATIC.format(lines="set peer 10.0.0.9\n set peer 10.0.0.2"), LIST, 20)
    wake(r)
    wait_for("the second peer's SA", lambda: running(r, "10.0.0.2        10.0.0.1        QM_IDLE"))
    wait_for("its pair at both ends", lambda: "spi: 0x" in r.type("show crypto ipsec sa") and lab.charon.children())
    lab.both_ways()
    lab.read()


def test_idle(lab):
    r = lab.fresh(STATIC.format(lines="set peer 10.0.0.2\n set security-association idle-time 100"), LIST, 20)
    lab.up()
    lab.both_ways()
    wait_for("charon to be told", lambda: lab.charon.children() == 0)
    assert running(r, "QM_IDLE")
    lab.begin("router")
    lab.read()


def test_group_24(lab):
    r = lab.fresh(STATIC.format(lines="set peer 10.0.0.2\n set pfs group24"), LIST, esp="aes256-sha1-modp2048s256")
    lab.up()
    lab.both_ways()
    assert "PFS (Y/N): Y, DH group: group24" in r.type("show crypto ipsec sa")
    r.type("clear crypto sa")
    wait_for("charon to hear of it", lambda: lab.charon.children() == 0)
    lab.begin("router")
    lab.both_ways()
    lab.read()


play((test_spoke, test_two_networks, test_not_allowed, test_second_peer, test_idle, test_group_24), MapLab)
