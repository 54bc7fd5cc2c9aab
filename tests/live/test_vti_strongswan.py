#!/usr/bin/python3
"""sVTI (`tunnel mode ipsec ipv4`) against strongSwan's charon, by IKEv1 and by IKEv2: selectors of any to any, in UDP as charon's ESP in user space wants it. The tunnel comes up by itself and
by charon's doing, carries pings both ways, renews what charon deletes at once, survives rekeys of both kinds from both ends, finds back after charon was killed."""
import re, subprocess

from routers import wait_for
from swan import KEY, Lab, enter, ikev2, ping_from_router, play, policy, spi_out

enter()

CONFIG = f"""no ip domain lookup
no logging console
logging buffered 1000000 debugging
{policy(group=19, more=KEY)}crypto isakmp keepalive 10
{ikev2(group=19, profile=" dpd 10 2 on-demand")}crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
crypto ipsec profile VTI
 set transform-set TS
%sinterface Loopback0
 ip address 192.168.1.1 255.255.255.0
interface Ethernet0/0
 ip address 10.0.0.1 255.255.255.0
 no shutdown
interface Tunnel0
 ip address 172.16.0.1 255.255.255.252
 tunnel source Ethernet0/0
 tunnel mode ipsec ipv4
 tunnel destination 10.0.0.2
 tunnel protection ipsec profile VTI
ip route 192.168.2.0 255.255.255.0 Tunnel0
line con 0
 privilege level 15
end
"""
IKE, ESP = "aes256-sha256-ecp256", "aes256-sha256"
ANY = dict(remote="0.0.0.0/0", local_ts="0.0.0.0/0")


def tunnel_up(router):
    return "line protocol is up" in router.type("show interfaces Tunnel0")


class VtiLab(Lab):
    def __init__(self, folder):
        super().__init__(folder, "install_routes = no")  # any to any: its own packets would go in circles

    def fresh(self, version, responder=False, scale=1):
        self.theirs = dict(version=version, **ANY)
        self.clean(IKE, ESP, **self.theirs)
        return self.boot(CONFIG % ((" set ikev2-profile PROF\n" if version == 2 else "") + (" responder-only\n" if responder else "")), scale=scale)

    def route(self):
        """What charon's own networks send to ours goes into its tunnel."""
        wait_for("charon's ipsec0", lambda: "ipsec0" in subprocess.run(["ip", "link"], capture_output=True, text=True).stdout)
        subprocess.check_call("ip link set ipsec0 up".split())
        subprocess.check_call("ip route replace 192.168.1.0/24 dev ipsec0 src 192.168.2.1".split())

    def works(self, why):
        """New SAs came: they carry what both ends send once both have them."""
        self.route()
        wait_for(why + ": a ping", lambda: "100 percent (4/4)" in ping_from_router(self.router, timeout=self.scale), 40)
        self.both_ways(why)


def test_comes_up_by_itself(lab, version):
    r = lab.fresh(version)
    wait_for("the line protocol", lambda: tunnel_up(r))
    lab.works("router began")
    text = r.type("show crypto ipsec sa")
    assert "local  ident (addr/mask/prot/port): (0.0.0.0/0.0.0.0/0/0)" in text, text
    assert "in use settings ={Tunnel UDP-Encaps, }" in text, text
    assert "current_peer 10.0.0.2 port 4500" in text, text
    assert lab.charon.children() == 1, lab.charon.sas()
    lab.all_back(repeat=3, more="size 3000")
    # 1500 - 20 - 8 - 8 - 16 - 16 = 1432, of which 1424 is whole blocks; without pad length and next header
    assert "Tunnel transport MTU 1422 bytes" in r.type("show interfaces Tunnel0"), r.type("show interfaces Tunnel0")


def test_charon_begins(lab, version):
    r = lab.fresh(version, responder=True)
    assert not tunnel_up(r)
    lab.charon.initiate()
    wait_for("the line protocol", lambda: tunnel_up(r))
    lab.works("charon began")


def test_rekeys_and_deletes(lab, version):
    r = lab.fresh(version)
    wait_for("the line protocol", lambda: tunnel_up(r))
    before = spi_out(r)
    lab.charon.ctl("--rekey", "--child", "net")
    wait_for("charon's rekey", lambda: spi_out(r) not in (0, before))
    lab.works("rekeyed")
    lab.charon.ctl("--rekey", "--ike", "espial")
    lab.works("IKE rekeyed")
    assert "changed state to down" not in re.sub(r"(?s).*Tunnel0, changed state to up", "", r.type("show logging | include Tunnel0")), "the tunnel flapped"
    before = spi_out(r)
    lab.charon.ctl("--terminate", "--child", "net", "--timeout", "3", check=False)
    wait_for("new SAs, unasked", lambda: spi_out(r) not in (0, before))
    lab.works("deleted by charon")
    before = spi_out(r)
    r.type("clear crypto session")
    wait_for("new SAs after a clear", lambda: spi_out(r) not in (0, before))
    lab.works("cleared here")


def test_charon_killed(lab, version):
    r = lab.fresh(version, scale=3)
    wait_for("the line protocol", lambda: tunnel_up(r))
    lab.charon.restart(kill=True)
    lab.charon.load(IKE, ESP, **lab.theirs)
    before = spi_out(r)
    ping_from_router(r)  # dead peer detection on demand: ten seconds, and five tries, lived three times as fast
    wait_for("dead peer found", lambda: spi_out(r) != before, 60)
    wait_for("the tunnel again", lambda: tunnel_up(r), 60)
    lab.works("charon killed")


play([(f"IKEv{version} {test.__name__}", lambda lab, version=version, test=test: test(lab, version)) for version in (1, 2)
      for test in (test_comes_up_by_itself, test_charon_begins, test_rekeys_and_deletes, test_charon_killed)], VtiLab)
