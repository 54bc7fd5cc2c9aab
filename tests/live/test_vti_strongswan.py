#!/usr/bin/python3
"""sVTI (`tunnel mode ipsec ipv4`) against strongSwan's charon, by IKEv1 and by IKEv2: selectors of any to any, in UDP as charon's ESP in user space wants it. The tunnel comes up by itself and
by charon's doing, carries pings both ways, renews what charon deletes at once, survives rekeys of both kinds from both ends, finds back after charon was killed."""
import os, re, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Folder, Router, wait_for
from swan import Charon, Wire, enter, ping_from_charon, ping_from_router, spi_out

enter()

CONFIG = """no ip domain lookup
no logging console
logging buffered 1000000 debugging
crypto isakmp policy 10
 encryption aes 256
 hash sha256
 authentication pre-share
 group 19
crypto isakmp key cisco123 address 10.0.0.2
crypto isakmp keepalive 10
crypto ikev2 proposal P
 encryption aes-cbc-256
 integrity sha256
 group 19
crypto ikev2 policy P
 proposal P
crypto ikev2 keyring K
 peer CHARON
  address 10.0.0.2
  pre-shared-key cisco123
crypto ikev2 profile V2
 match identity remote address 10.0.0.2
 authentication remote pre-share
 authentication local pre-share
 keyring local K
 dpd 10 2 on-demand
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
crypto ipsec profile VTI
 set transform-set TS
{profile}interface Loopback0
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


class Lab:
    def __init__(self, folder):
        self.folder, self.wire, self.n, self.router, self.version = folder, Wire(), 0, None, 1
        self.charon = Charon(folder, more="install_routes = no")  # any to any: its own packets would go in circles

    def load(self):
        self.charon.load(IKE, ESP, version=self.version, **ANY)

    def route(self):
        """What charon's own networks send to ours goes into its tunnel."""
        wait_for("charon's ipsec0", lambda: "ipsec0" in subprocess.run(["ip", "link"], capture_output=True, text=True).stdout)
        subprocess.check_call("ip link set ipsec0 up".split())
        subprocess.check_call("ip route replace 192.168.1.0/24 dev ipsec0 src 192.168.2.1".split())

    def fresh(self, responder=False):
        if self.router:
            self.router.stop()
        self.charon.terminate()
        self.n += 1
        profile = (" set ikev2-profile V2\n" if self.version == 2 else "") + (" responder-only\n" if responder else "")
        self.load()
        self.router = Router(self.folder, f"r{self.n}", CONFIG.format(profile=profile),
                             "--link", f"Ethernet0/0={self.wire.spec()}")
        self.router.line_up()
        return self.router

    def both_ways(self, why):
        wait_for(why + ": a ping", lambda: "100 percent (4/4)" in ping_from_router(self.router))
        assert ping_from_charon() == 3, f"{why}\n{self.charon.log()[-3000:]}"


def test_comes_up_by_itself(lab):
    r = lab.fresh()
    wait_for("the line protocol", lambda: tunnel_up(r))
    lab.route()
    lab.both_ways("router began")
    text = r.type("show crypto ipsec sa")
    assert "local  ident (addr/mask/prot/port): (0.0.0.0/0.0.0.0/0/0)" in text, text
    assert "in use settings ={Tunnel UDP-Encaps, }" in text, text
    assert "current_peer 10.0.0.2 port 4500" in text, text
    assert lab.charon.children() == 1, lab.charon.sas()
    assert "100 percent" in r.type("ping 192.168.2.1 source Loopback0 size 3000 repeat 3 timeout 1")
    # 1500 - 20 - 8 - 8 - 16 - 16 = 1432, of which 1424 is whole blocks; without pad length and next header
    assert "Tunnel transport MTU 1422 bytes" in r.type("show interfaces Tunnel0"), r.type("show interfaces Tunnel0")


def test_charon_begins(lab):
    r = lab.fresh(responder=True)
    assert not tunnel_up(r)
    lab.charon.initiate()
    wait_for("the line protocol", lambda: tunnel_up(r))
    lab.route()
    lab.both_ways("charon began")


def test_rekeys_and_deletes(lab):
    r = lab.fresh()
    wait_for("the line protocol", lambda: tunnel_up(r))
    before = spi_out(r)
    lab.charon.ctl("--rekey", "--child", "net")
    wait_for("charon's rekey", lambda: spi_out(r) not in (0, before))
    lab.route()
    lab.both_ways("rekeyed")
    lab.charon.ctl("--rekey", "--ike", "espial")
    lab.both_ways("IKE rekeyed")
    assert "changed state to down" not in re.sub(r"(?s).*Tunnel0, changed state to up", "", r.type("show logging | include Tunnel0")), "the tunnel flapped"
    before = spi_out(r)
    lab.charon.ctl("--terminate", "--child", "net", "--timeout", "3", check=False)
    wait_for("new SAs, unasked", lambda: spi_out(r) not in (0, before))
    lab.both_ways("deleted by charon")
    before = spi_out(r)
    r.type("clear crypto session")
    wait_for("new SAs after a clear", lambda: spi_out(r) not in (0, before))
    lab.both_ways("cleared here")


def test_charon_killed(lab):
    r = lab.fresh()
    wait_for("the line protocol", lambda: tunnel_up(r))
    lab.charon.restart(kill=True)
    lab.load()
    before = spi_out(r)
    ping_from_router(r, repeat=4)  # dead peer detection on demand: ten seconds, and five tries
    wait_for("dead peer found", lambda: spi_out(r) != before, 60)
    wait_for("the tunnel again", lambda: tunnel_up(r), 60)
    lab.route()
    lab.both_ways("charon killed")


with Folder() as folder:
    lab = Lab(folder)
    try:
        for lab.version, name, test in [(v, n, f) for v in (1, 2) for n, f in globals().items() if n.startswith("test_")]:
            print(f"IKEv{lab.version}", name, flush=True)
            try:
                test(lab)
            except BaseException:
                print(lab.router.type("show logging")[-6000:] if lab.router else "")
                raise
    finally:
        if lab.router:
            lab.router.stop()
        lab.charon.stop()
