"""A router and charon with a tunnel between them in any of three ways (IKEv1 main mode, IKEv1 aggressive mode, IKEv2), for tests that go through all of them: one
configuration of the router and one of charon for each suite, what the router believes; a host with iperf3 behind the router. swan.py says where
both live."""
import os, re, subprocess

import swan
from routers import start, wait_for
from swan import KEY, config, ikev2, policy, read_by_tshark, spi_out

MAIN, AGGRESSIVE, V2 = "main", "aggressive", "ikev2"


class Suite:
    """Both phases in charon's words, and in ours: encryption, hash and group of phase 1, transform set, group of PFS (0 none). gcm: IKEv2's own phase 1, where IKEv1 has none."""

    def __init__(self, ike, esp, enc, hash_, group, ts, pfs=0, gcm=None):
        self.ike, self.esp, self.enc, self.hash, self.group, self.ts, self.pfs, self.gcm = ike, esp, enc, hash_, group, ts, pfs, gcm

    def name(self, mode):
        return "/".join(self.charon(mode))

    def router(self, mode, extra, ike_life):
        life = f" lifetime {ike_life}\n" if ike_life else ""
        entry = f" set pfs group{self.pfs}\n" if self.pfs else ""
        if mode == V2:
            cbc = "3des" if self.enc == "3des" else "aes-cbc-" + (self.enc.split() + ["128"])[1]
            integ = {"sha": "sha1"}.get(self.hash, self.hash)
            return config(ikev2(*((self.gcm[1], None, self.gcm[2]) if self.gcm else (cbc, integ)), group=self.group, profile=life), self.ts,
                          entry + " set ikev2-profile PROF", more=extra)
        ike = policy(self.enc, self.hash, self.group, life + KEY)
        if mode == AGGRESSIVE:
            ike += "crypto isakmp profile AG\n initiate mode aggressive\n match identity address 10.0.0.2\n"
            entry += " set isakmp-profile AG\n"
        return config(ike, self.ts, entry, more=extra)

    def charon(self, mode):
        return (self.gcm[0] if self.gcm and mode == V2 else self.ike), self.esp


PLAIN = Suite("aes256-sha256-modp2048", "aes256-sha256", "aes 256", "sha256", 14, "esp-aes 256 esp-sha256-hmac")


class Pair(swan.Lab):
    first = "router"  # that begins where a test does not mind

    def __init__(self, folder, more=""):
        # IKEv1: what is under way on the old SA arrives
        super().__init__(folder, "i_dont_care_about_security_and_use_aggressive_mode_psk = yes\n  delete_rekeyed = no\n  retransmit_tries = 2" + more)

    def router_new(self):
        """Another router with the same configuration, that remembers nothing."""
        return self.boot(self.text, *self.args, scale=self.scale)

    def fresh(self, mode=MAIN, suite=PLAIN, extra="", ike_life=0, scale=1, args=(), **theirs):
        """Both ends new. theirs: words of swan.connection()."""
        if mode == AGGRESSIVE:
            theirs["conn"] = "aggressive = yes\n  " + theirs.get("conn", "")
        self.mode, self.theirs = mode, lambda: self.charon.load(*suite.charon(mode), version=2 if mode == V2 else 1, **theirs)
        self.clean(*suite.charon(mode), version=2 if mode == V2 else 1, **theirs)
        self.text, self.args, self.scale = suite.router(mode, extra, ike_life), args, scale
        return self.router_new()

    def charon_new(self):
        """Killed without a word, and back with the same configuration."""
        self.charon.restart(kill=True)
        self.theirs()

    # what the router believes
    def ike_id(self):
        """Names the newest IKE SA that is up; None: none is."""
        if self.mode == V2:
            return swan.ready(self.router) and swan.spis(self.router)[0] or None
        return max(re.findall(r"QM_IDLE +(\d+) ACTIVE", self.router.type("show crypto isakmp sa")), default=None)

    def spi(self):
        """The outbound SPI of ESP; 0 none."""
        return spi_out(self.router)

    def begin(self, who):
        super().begin(who)
        wait_for("an IKE SA", self.ike_id)
        self.both_ways(f"{who} began")

    def read(self):
        return read_by_tshark(self.pcap, self.keys, ikev2=self.mode == V2)


class Server:
    """A host behind the router, 192.168.1.130, with iperf3: a network namespace of its own that holds the other end of the router's tap:lan0 (Ethernet0/1)."""
    LINK = ("--link", "Ethernet0/1=tap:lan0")
    LINES = "interface Ethernet0/1\n ip address 192.168.1.129 255.255.255.128\n no shutdown\n"

    def __init__(self):
        self.process = start(["unshare", "-n", "sleep", "infinity"])
        own = os.readlink("/proc/self/ns/net")
        wait_for("a namespace", lambda: os.readlink(f"/proc/{self.process.pid}/ns/net") != own)
        subprocess.check_call(["ip", "link", "set", "lan0", "netns", str(self.process.pid)])
        inside = ["nsenter", "-t", str(self.process.pid), "-n"]
        for command in ("ip link set lo up", "ip addr add 192.168.1.130/25 dev lan0", "ip link set lan0 up", "ip route add default via 192.168.1.129"):
            subprocess.check_call([*inside, *command.split()])
        self.iperf = start([*inside, "iperf3", "-s", "-1"], stdout=subprocess.DEVNULL)
        wait_for("iperf3", lambda: "5201" in subprocess.check_output([*inside, "ss", "-ltn"], text=True))

    def stop(self):
        for process in (self.iperf, self.process):
            process.kill()
            process.wait()


def iperf(seconds, rate="5M"):
    """A client in charon's network: datagrams to the server, as JSON when it has ended."""
    return start(["iperf3", "-c", "192.168.1.130", "-B", "192.168.2.1", "-u", "-b", rate, "-l", "1000", "-t", str(seconds), "-J"], stdout=subprocess.PIPE, text=True)
