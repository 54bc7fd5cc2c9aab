"""A router and charon with a tunnel between them in any of three ways (IKEv1 main mode, IKEv1 aggressive mode, IKEv2), for tests that go through all of them: one
configuration of the router and one of charon for each suite, what each end believes, a stream of pings that counts its losses, a translator. swan.py says where both live."""
import os, re, select, socket, struct, subprocess, threading, time

from routers import Router, start, wait_for
from swan import THERE, Charon, Wire, connection, ping_from_charon, ping_from_router, read_by_tshark

MAIN, AGGRESSIVE, V2 = "main", "aggressive", "ikev2"

IKEV1 = """crypto isakmp policy 10
 encryption {enc}
 hash {hash}
 authentication pre-share
 group {group}
{ike_life}
crypto isakmp key cisco123 address 10.0.0.2
{profile}
"""
IKEV2 = """crypto ikev2 proposal P
 encryption {enc2}
{integ2} group {group}
crypto ikev2 policy POL
 proposal P
crypto ikev2 keyring KR
 peer SWAN
  address 10.0.0.2
  pre-shared-key cisco123
crypto ikev2 profile PROF
 match identity remote address 10.0.0.2
 authentication local pre-share
 authentication remote pre-share
 keyring local KR
{ike_life}
"""
CONFIG = """no ip domain lookup
no logging console
logging buffered 1000000 debugging
{ike}
{extra}
crypto ipsec transform-set TS {ts}
crypto map VPN 10 ipsec-isakmp
 set peer 10.0.0.2
 set transform-set TS
{set}
 match address 101
interface Loopback0
 ip address 192.168.1.1 255.255.255.128
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


class Suite:
    """Both phases in charon's words, and in ours: encryption, hash and group of phase 1, transform set, group of PFS (0 none). gcm: IKEv2's own phase 1, where IKEv1 has none."""

    def __init__(self, ike, esp, enc, hash_, group, ts, pfs=0, gcm=None):
        self.ike, self.esp, self.enc, self.hash, self.group, self.ts, self.pfs, self.gcm = ike, esp, enc, hash_, group, ts, pfs, gcm

    def name(self, mode):
        return "/".join(self.charon(mode))

    def router(self, mode, extra, ike_life):
        lines = " set pfs group%d\n" % self.pfs if self.pfs else ""
        life = f" lifetime {ike_life}" if ike_life else ""
        if mode == V2:
            cbc = "3des" if self.enc == "3des" else "aes-cbc-" + (self.enc.split() + ["128"])[1]
            integ = {"sha": "sha1"}.get(self.hash, self.hash)
            ike = IKEV2.format(enc2=self.gcm[1] if self.gcm else cbc, integ2=f" prf {self.gcm[2]}\n" if self.gcm else f" integrity {integ}\n", group=self.group, ike_life=life)
            lines += " set ikev2-profile PROF\n"
        else:
            profile = "crypto isakmp profile AG\n initiate mode aggressive\n match identity address 10.0.0.2\n" if mode == AGGRESSIVE else ""
            ike = IKEV1.format(enc=self.enc, hash=self.hash, group=self.group, ike_life=life, profile=profile)
            lines += " set isakmp-profile AG\n" if mode == AGGRESSIVE else ""
        return CONFIG.format(ike=ike, extra=extra, ts=self.ts, set=lines)

    def charon(self, mode):
        return (self.gcm[0] if self.gcm and mode == V2 else self.ike), self.esp


PLAIN = Suite("aes256-sha256-modp2048", "aes256-sha256", "aes 256", "sha256", 14, "esp-aes 256 esp-sha256-hmac")


class Pair:
    def __init__(self, folder):
        self.folder, self.wire, self.n, self.router = folder, Wire(), 0, None
        self.charon = Charon(folder, "i_dont_care_about_security_and_use_aggressive_mode_psk = yes\n  delete_rekeyed = no\n  retransmit_tries = 2")  # IKEv1: what is under way on the old SA arrives

    def router_new(self, *args):
        """The router as configured last; another one, that remembers nothing, if there was one."""
        if self.router:
            self.router.stop()
        self.n += 1
        self.args = args or self.args
        self.keys = os.path.join(self.folder, f"keys{self.n}")
        self.router = Router(self.folder, f"r{self.n}", self.config, "--link", f"Ethernet0/0={self.wire.spec()}", "--export-keys", self.keys, *self.args)
        self.router.line_up()
        return self.router

    def fresh(self, mode=MAIN, suite=PLAIN, extra="", ike_life=0, scale=1, args=(), **theirs):
        """Both ends new, and a new capture. theirs: words of swan.connection()."""
        self.wire.judge = lambda to_router, frame: True
        self.charon.terminate()
        if mode == AGGRESSIVE:
            theirs["conn"] = "aggressive = yes\n  " + theirs.get("conn", "")
        self.mode, self.theirs = mode, lambda: self.charon.load(*suite.charon(mode), version=2 if mode == V2 else 1, **theirs)
        self.theirs()
        self.config = suite.router(mode, extra, ike_life)
        self.pcap = os.path.join(self.folder, f"pcap{self.n}")
        self.wire.capture(self.pcap)
        return self.router_new("--time-scale", str(scale), *args)

    def charon_new(self):
        """Killed without a word, and back with the same configuration."""
        self.charon.restart(kill=True)
        self.theirs()

    # what the router believes
    def ike_id(self):
        """Names the newest IKE SA that is up; None: none is."""
        if self.mode == V2:
            up = re.search(r" READY ", self.router.type("show crypto ikev2 sa"))
            m = re.search(r"Local spi: ([0-9A-F]{16})", self.router.type("show crypto ikev2 sa detailed"))
            return m.group(1) if up and m else None
        return max(re.findall(r"QM_IDLE +(\d+) ACTIVE", self.router.type("show crypto isakmp sa")), default=None)

    def spi(self):
        """The outbound SPI of ESP; 0 none."""
        return int(re.search(r"current outbound spi: 0x([0-9A-F]+)", self.router.type("show crypto ipsec sa")).group(1), 16)

    def both_ways(self, what=""):
        text = ping_from_router(self.router)
        assert "Success rate is 100 percent (4/4)" in text, f"{what}: from the router: {text}"
        assert ping_from_charon() == 3, f"{what}: from charon"

    def begin(self, who):
        if who == "charon":
            self.charon.initiate()
        else:
            ping_from_router(self.router, repeat=2)
        wait_for("an IKE SA", self.ike_id)
        self.both_ways(f"{who} began")

    def read(self):
        """tshark over what was carried."""
        return read_by_tshark(self.pcap, self.keys, ikev2=self.mode == V2)

    def why(self):
        return f"{self.router.type('show logging')[-4000:]}\n---- charon\n{self.charon.log()[-4000:]}"

    def stop(self):
        if self.router:
            self.router.stop()
        self.charon.stop()


class Stream:
    """Echo requests of charon's network, one each `gap` seconds, not waiting for answers: `with Stream() as s: ...`, then s.sent and s.lost."""

    def __init__(self, gap=0.02, size=64):
        self.gap, self.size, self.sent, self.answered, self.ident, self.last = gap, size, 0, set(), os.getpid() & 0xFFFF, 0.0

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self.socket.bind(("192.168.2.1", 0))
        self.stopping = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def send(self):
        body = struct.pack("!BBHHH", 8, 0, 0, self.ident, self.sent & 0xFFFF) + bytes(self.size)
        total = sum(struct.unpack(f"!{len(body) // 2}H", body))
        total = (total & 0xFFFF) + (total >> 16)
        self.sent += 1
        try:
            self.socket.sendto(body[:2] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + body[4:], ("192.168.1.1", 0))
        except OSError:  # charon has no child: no route
            pass

    def run(self):
        due = time.monotonic()
        end = None
        while end is None or (time.monotonic() < end and self.lost):
            now = time.monotonic()
            if self.stopping and end is None:
                end = now + 2
            if end is None and now >= due:
                self.send()
                due += self.gap
            if select.select([self.socket], [], [], 0.002 if end else max(0, min(due - now, 0.05)))[0]:
                p = self.socket.recv(4096)
                if p[20] == 0 and p[24:26] == struct.pack("!H", self.ident):
                    self.answered.add(struct.unpack("!H", p[26:28])[0])
                    self.last = time.monotonic()

    @property
    def lost(self):
        return self.sent - len(self.answered)

    def __exit__(self, *_):
        self.stopping = True
        self.thread.join()
        self.socket.close()


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


def ip_sum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Translator:
    """The router is 10.0.0.9 to charon, its port P 10000 + P: an address translator with one host inside, as the judge of a wire."""

    def __init__(self, router):
        mac = re.search(r"address is ([0-9a-f]{4})\.([0-9a-f]{4})\.([0-9a-f]{4})", router.type("show interfaces Ethernet0/0"))
        digits = "".join(mac.groups())
        subprocess.check_call(["ip", "neigh", "replace", "10.0.0.9", "lladdr", ":".join(digits[i:i + 2] for i in range(0, 12, 2)), "dev", "sw0"])

    def __call__(self, to_router, frame):
        if frame[12:14] != b"\x08\x00" or frame[23] != 17:
            return True
        out, head = bytearray(frame), 14 + (frame[14] & 15) * 4
        address, port, by = (30, head + 2, -10000) if to_router else (26, head, 10000)
        old = struct.unpack("!H", frame[port:port + 2])[0]
        if to_router and (frame[30:34] != socket.inet_aton("10.0.0.9") or old + by not in (500, 4500)):
            return False
        out[address:address + 4] = socket.inet_aton("10.0.0.1" if to_router else "10.0.0.9")
        out[port:port + 2] = struct.pack("!H", old + by)
        out[24:26] = b"\0\0"
        out[24:26] = struct.pack("!H", ip_sum(bytes(out[14:head])))
        out[head + 6:head + 8] = b"\0\0"  # no UDP checksum
        return out
