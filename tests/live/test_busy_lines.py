#!/usr/bin/python3
"""Sixteen engineers on one router's vtys, all typing at once, while it forwards what another router sends through their IPsec tunnel: no packet is lost to them, every
prompt is where it belongs, and a seventeenth is turned away."""
import os, re, sys, threading

sys.dont_write_bytecode = True
import routers, sshlab

routers.need(modules=("paramiko",))
PINGS = 20000


def pair(folder):
    """R1, with SSH, and R2, a tunnel between their loopbacks."""
    cable = os.path.join(folder, "cable")
    link = ("--link", f"Ethernet0/0=unix:{cable}")
    r1 = sshlab.SshRouter(folder, "R1", sshlab.CONFIG + routers.tunnel_config("198.51.100.1", "198.51.100.2", "10.1.0", "10.2.0"), *link)
    r2 = routers.Router(folder, "R2", routers.tunnel_config("198.51.100.2", "198.51.100.1", "10.2.0", "10.1.0"), *link)
    for r in (r1, r2):
        r.line_up()
    routers.wait_for("the tunnel", lambda: "100 percent" in r2.type("ping 10.1.0.1 source Loopback0 timeout 1"))
    return r1, r2


class Engineer(threading.Thread):
    """Types shows until told to stop, and looks at every prompt: nothing but his command, its output, and the prompt."""

    def __init__(self, port, number):
        super().__init__(daemon=True)
        self.shell = sshlab.Shell(sshlab.client(port), width=132)
        self.shell.until("\r\nR1#")
        self.shell.line("terminal length 0")
        self.shell.line("show history")
        self.number, self.rounds, self.wrong, self.stopping = number, 0, None, False

    def one(self, command, first, last):
        said = self.shell.line(command)
        lines = said.split("\r\n")
        if lines[0] != command or lines[1] != first or lines[-2] != last or lines[-1] != "R1#" or said.count("R1#") != 1:
            raise AssertionError(f"engineer {self.number}: {said!r}")

    def run(self):
        try:
            while not self.stopping:
                self.one("show running-config", "Building configuration...", "")
                self.one("show interfaces Loopback0 | include Hardware", "  Hardware is Loopback", "  Hardware is Loopback")
                self.one("show privilege", "Current privilege level is 15", "Current privilege level is 15")
                self.rounds += 1
        except BaseException as e:
            self.wrong = e


def main():
    with routers.Folder() as folder:
        r1, r2 = pair(folder)
        them = [Engineer(r1.port, n) for n in range(16)]
        assert sshlab.closed_at_once(r1.port)
        for e in them:
            e.start()
        routers.wait_for("everybody's first round", lambda: all(e.rounds or e.wrong for e in them))
        said = r2.type(f"ping 10.1.0.1 source Loopback0 repeat {PINGS} timeout 2", 120)
        for e in them:
            e.stopping = True
        for e in them:
            e.join(30)
            if e.wrong:
                raise e.wrong
        assert f"Success rate is 100 percent ({PINGS}/{PINGS})" in said, said[-300:]
        shown = r1.type("show crypto ipsec sa")
        assert int(re.search(r"#pkts decrypt: (\d+)", shown).group(1)) >= PINGS, shown
        print(f"{PINGS} pings through the tunnel beside {sum(e.rounds for e in them)} rounds of {len(them)} sessions; none lost, every prompt right")
        assert sum(e.rounds for e in them) > 16, "they hardly typed"
        assert re.search(r"^ +16 vty 15 +admin ", r1.type("show users"), re.M)
        r1.stop()
        r2.stop()


main()
