#!/usr/bin/python3
"""The recovery table against strongSwan where the router only answers: a dynamic crypto map, which never begins, and an sVTI with `responder-only`, which begins for
IKEv1's recovery alone. The rows are those of the static map (swan_recovery.py)."""
import re, subprocess

from routers import wait_for
from swan import enter, play
from swan_pair import MAIN, V2, Pair
from swan_recovery import all_lost_nothing, all_lost_on, ike_sa_stays

enter()

MAP = re.compile(r"crypto map VPN 10 ipsec-isakmp\n set peer \S+\n set transform-set TS\n(.*?) match address 101\n", re.S)


def dynamic(text):
    return MAP.sub(r"crypto dynamic-map D 10\n set transform-set TS\n\1 match address 101\ncrypto map VPN 10 ipsec-isakmp dynamic D\n", text)


def svti(text):
    text = MAP.sub(r"crypto ipsec profile V\n set transform-set TS\n\1 responder-only\n", text).replace(" crypto map VPN\n", "")
    return text.replace("ip route 192.168.2.0 255.255.255.0 10.0.0.2", """interface Tunnel0
 ip address 172.16.0.1 255.255.255.252
 tunnel source Ethernet0/0
 tunnel mode ipsec ipv4
 tunnel destination 10.0.0.2
 tunnel protection ipsec profile V
ip route 192.168.2.0 255.255.255.0 Tunnel0""")


class Answers(Pair):
    """charon begins; what its networks send goes into its tunnel, also when selectors are any to any."""
    first = "charon"

    def __init__(self, folder):
        super().__init__(folder, "\n  install_routes = no")

    def of(self, kind):
        self.kind = kind
        return self

    def fresh(self, mode, **how):
        any_to_any = dict(remote="0.0.0.0/0", local_ts="0.0.0.0/0") if self.kind == svti else {}
        router = super().fresh(mode, **any_to_any, **how)
        wait_for("charon's ipsec0", lambda: "ipsec0" in subprocess.run(["ip", "link"], capture_output=True, text=True).stdout)
        subprocess.check_call("ip link set ipsec0 up".split())
        subprocess.check_call("ip route replace 192.168.1.0/24 dev ipsec0 src 192.168.2.1".split())
        return router

    def router_new(self):
        self.text = self.kind(self.text)
        return super().router_new()


def on_for_svti(pair, mode):
    """IKEv1: main mode and the DELETE, as with a static map. With IKEv2 an IKE SA would bring a pair, which such a profile does not ask for."""
    if mode == V2:
        all_lost_nothing(pair, mode, True)
    else:
        all_lost_on(pair, mode)


play([(f"{mode}: {kind.__name__}, {name}", lambda pair, row=row, mode=mode, how=how, kind=kind: row(pair.of(kind), mode, *how))
      for mode in (MAIN, V2) for kind, name, row, *how in (
          (dynamic, "IKE SA there, command off", ike_sa_stays, False), (dynamic, "IKE SA there, command on", ike_sa_stays, True),
          (dynamic, "all lost, command off", all_lost_nothing, False), (dynamic, "all lost, command on", all_lost_nothing, True),
          (svti, "IKE SA there, command off", ike_sa_stays, False), (svti, "IKE SA there, command on", ike_sa_stays, True),
          (svti, "all lost, command off", all_lost_nothing, False), (svti, "all lost, command on", on_for_svti))], Answers)
