"""strongSwan's charon as an independent IKE peer of a router, in a network namespace of the test's own that dies with it; and what the tests with it have in common.

enter() moves the test into the namespace (which needs root) and says why when it cannot. A Wire is charon's Ethernet (a TAP interface) on one side and the router's UDP
link on loopback on the other: every frame passes through the test, which may refuse or change it and can write all of them to a file for tshark. charon keeps its SAs
in user space (kernel-libipsec), so the kernel needs no IPsec; that plugin always asks for UDP encapsulation, so both ends float to port 4500: the same exchanges on
port 500 are what the simulation tests see.

charon is 10.0.0.2 with 192.168.2.0/24 behind it, the router 10.0.0.1 with 192.168.1.0/24. Connections are swanctl.conf text, made from a few words by connection(),
or the caller's own; config(), policy() and ikev2() make the router's. A Lab is both ends on a wire; play() runs a file's tests on one.

Nobody waits for a number of seconds to go by: a tunnel is begun and waited for (Lab.begin), and a packet that must come back has as long as a slow machine may need."""
import fcntl, os, re, select, socket, struct, subprocess, sys, threading, time

from routers import Folder, Router, free_port, ip_sum, need, skip, start, wait_for

CHARON, PLUGINS = "/usr/lib/ipsec/charon", "/usr/lib/ipsec/plugins/libstrongswan-"
HERE, THERE = "10.0.0.1", "10.0.0.2"  # the router, charon
ERROR = 0x800000  # tshark: a severity
PATIENCE = 5  # seconds for an answer that must come


def enter(*programs):
    """Go on in a network namespace of our own: the program is executed anew in it."""
    need("swanctl", "ip", "unshare", *programs)
    for file in (CHARON, PLUGINS + "kernel-libipsec.so", PLUGINS + "openssl.so"):
        if not os.path.exists(file):
            skip("missing " + file)
    if os.geteuid() != 0 or not os.path.exists("/dev/net/tun"):
        skip("needs root and /dev/net/tun")
    if "IN_NAMESPACE" not in os.environ:
        if subprocess.call(["unshare", "-n", "-m", "true"], stderr=subprocess.DEVNULL):
            skip("no network namespaces")
        os.execvpe("unshare", ["unshare", "-n", "-m", sys.executable, os.path.abspath(sys.argv[0]), *sys.argv[1:]], dict(os.environ, IN_NAMESPACE="1"))


STRONGSWAN_CONF = """
charon {
  load = random nonce aes des md5 sha1 sha2 hmac kdf gmp openssl pem kernel-libipsec kernel-netlink socket-default vici updown
  delete_rekeyed = yes
  retransmit_timeout = 2
  %(more)s
  plugins { vici { socket = unix://%(dir)s/vici } }
  filelog { log { path = %(dir)s/charon.log
                  flush_line = yes
                  default = 1
                  ike = 2
                  enc = 1 } }
}
"""
CONNECTION = """
connections { espial {
  version = %(version)s
  local_addrs = 10.0.0.2
  remote_addrs = %(peer)s
  proposals = %(ike)s
  dpd_delay = %(dpd)s
  %(conn)s
  local { auth = psk
          %(local)s }
  remote { auth = psk
           %(remote_id)s }
  children { net {
    local_ts = %(local_ts)s
    remote_ts = %(remote)s
    esp_proposals = %(esp)s
    %(child)s
  } }
} }
secrets { ike { secret = "%(key)s" } }
"""


def connection(ike, esp, dpd="0s", key="cisco123", remote="192.168.1.0/24", version=1, peer=HERE, local_ts="192.168.2.0/24", conn="", child="", local="", remote_id=""):
    """The connection `espial` with its child `net`. conn, child, local and remote_id: further lines for those sections."""
    return CONNECTION % locals()


CONFIG = """no ip domain lookup
no logging console
logging buffered 1000000 debugging
{crypto}
crypto ipsec transform-set TS {ts}
crypto map VPN 10 ipsec-isakmp
 set peer {peer}
 set transform-set TS
{entry}
 match address 101
interface Loopback0
 ip address 192.168.1.1 255.255.255.128
interface Ethernet0/0
 ip address 10.0.0.1 255.255.255.0
 crypto map VPN
 no shutdown
ip route 192.168.2.0 255.255.255.0 {peer}
access-list 101 permit ip 192.168.1.0 0.0.0.255 192.168.2.0 0.0.0.255
{more}
line con 0
 privilege level 15
 exec-timeout 0
end
"""
KEY = "crypto isakmp key cisco123 address 10.0.0.2\n"


def config(crypto, ts="esp-aes 256 esp-sha-hmac", entry="", peer=THERE, more=""):
    """A router with a crypto map to charon. crypto: how phase 1 is protected; entry: further lines of the map's entry; more: anything else."""
    return CONFIG.format(**locals())


def policy(enc="aes 256", hash_="sha256", group=14, more=""):
    """Phase 1 of IKEv1; more: lines of the policy, and what comes after it."""
    return f"crypto isakmp policy 10\n encryption {enc}\n hash {hash_}\n authentication pre-share\n group {group}\n{more}"


def ikev2(encr="aes-cbc-256", integ="sha256", prf=None, group=14, key="cisco123", profile="", peer=THERE):
    """IKEv2 with one proposal and the profile PROF; profile: further lines of it."""
    integ, prf = f" integrity {integ}\n" if integ else "", f" prf {prf}\n" if prf else ""
    return (f"crypto ikev2 proposal P\n encryption {encr}\n{integ}{prf} group {group}\ncrypto ikev2 policy POL\n proposal P\n"
            f"crypto ikev2 keyring KR\n peer SWAN\n  address {peer}\n  pre-shared-key {key}\n"
            "crypto ikev2 profile PROF\n match identity remote address 10.0.0.2\n authentication local pre-share\n authentication remote pre-share\n"
            f" keyring local KR\n{profile}\n")


class Wire:
    """charon's tap interface on one side, the router's UDP link on the other. `judge(to_router, frame)` may refuse a frame (False), let it pass (True) or give
    the frame to carry in its place."""

    def __init__(self):
        self.tap = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self.tap, 0x400454CA, struct.pack("16sH22x", b"sw0", 0x0002 | 0x1000))
        for command in ("ip link set lo up", "ip addr add 10.0.0.2/24 dev sw0", "ip link set sw0 up", "ip addr add 192.168.2.1/32 dev lo"):
            subprocess.check_call(command.split())
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.port = free_port()
        self.judge = lambda to_router, frame: True
        self.pcap = None
        self.heard = 0  # frames of the router's that are through
        threading.Thread(target=self.carry, daemon=True).start()

    def capture(self, path):
        """From now on all frames that are carried, as a pcap file."""
        pcap = open(path, "wb", buffering=0)
        pcap.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        self.pcap = pcap

    def pass_on(self, to_router, frame):
        verdict = self.judge(to_router, frame)
        if not verdict:
            return
        self.deliver(to_router, bytes(verdict) if isinstance(verdict, (bytes, bytearray)) else frame)

    def deliver(self, to_router, frame):
        """A frame reaches the other end now; the capture has frames in the order in which they arrive."""
        if self.pcap:
            now = time.time()
            self.pcap.write(struct.pack("<IIII", int(now), int(now % 1 * 1e6), len(frame), len(frame)) + frame)
        if to_router:
            self.give_router(frame)
        else:
            os.write(self.tap, frame)

    def give_router(self, frame):
        """As if it came from charon."""
        self.sock.sendto(frame, ("127.0.0.1", self.port))

    def carry(self):
        while True:
            for ready in select.select([self.tap, self.sock], [], [])[0]:
                if ready is self.sock:
                    self.pass_on(False, self.sock.recv(65536))
                    self.heard += 1
                else:
                    self.pass_on(True, os.read(self.tap, 65536))

    def spec(self):
        return f"udp:{self.port}:127.0.0.1:{self.sock.getsockname()[1]}"


class Charon:
    """more: lines for the section charon of strongswan.conf."""

    def __init__(self, folder, more=""):
        self.folder, self.more, self.process = folder, more, None
        subprocess.check_call(["mount", "-t", "tmpfs", "tmpfs", "/run"])
        self.env = dict(os.environ, STRONGSWAN_CONF=os.path.join(folder, "strongswan.conf"))
        self.boot()

    def boot(self):
        with open(os.path.join(self.folder, "strongswan.conf"), "w") as f:
            f.write(STRONGSWAN_CONF % {"dir": self.folder, "more": self.more})
        if os.path.exists(vici := os.path.join(self.folder, "vici")):
            os.unlink(vici)
        with open(os.path.join(self.folder, "charon.out"), "a") as out:
            self.process = start([CHARON], env=self.env, stdout=out, stderr=out)
        wait_for("charon", lambda: os.path.exists(vici))

    def reboot(self, more=""):
        """A new charon with other lines in its section charon."""
        self.more = more
        self.restart()

    def restart(self, kill=False):
        """A new charon that remembers nothing: the old one killed without a word, or ended in order."""
        if kill:
            self.process.kill()
            self.process.wait()
            if os.path.exists("/run/charon.pid"):
                os.unlink("/run/charon.pid")
        else:
            self.stop()
        self.boot()

    def ctl(self, *args, check=True):
        r = subprocess.run(["swanctl", *args, "--uri", f"unix://{self.folder}/vici"], env=self.env, capture_output=True, text=True, timeout=60)
        if check and r.returncode:
            raise AssertionError(f"swanctl {' '.join(args)}: {r.stdout}{r.stderr}\n{self.log()[-3000:]}")
        return r.stdout

    def load(self, *ike_and_esp, text=None, **how):
        """A connection in the words of connection(), or as text."""
        path = os.path.join(self.folder, "swanctl.conf")
        with open(path, "w") as f:
            f.write(text or connection(*ike_and_esp, **how))
        self.ctl("--load-all", "--clear", "--file", path)

    def initiate(self, child="net", check=True):
        return self.ctl("--initiate", "--child", child, "--timeout", "20", check=check)

    def terminate(self, ike="espial"):
        self.ctl("--terminate", "--ike", ike, "--force", "--timeout", "3", check=False)

    def sas(self):
        return self.ctl("--list-sas")

    def children(self):
        return self.sas().count("INSTALLED")

    def log(self):
        with open(os.path.join(self.folder, "charon.log")) as f:
            return f.read()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def ping_from_router(router, to="192.168.2.1", source="Loopback0", repeat=4, timeout=1, more=""):
    return router.type(f"ping {to} source {source} {more} repeat {repeat} timeout {timeout}")


def wake(router, **how):
    """One packet for the tunnel, which will be lost."""
    ping_from_router(router, repeat=1, timeout=0, **how)


def echo(ident, seq, size=64):
    body = struct.pack("!BBHHH", 8, 0, 0, ident, seq) + b"espial!!" * (size // 8)
    return body[:2] + struct.pack("!H", ip_sum(body)) + body[4:]


def ping_from_charon(count=3, source="192.168.2.1", to="192.168.1.1", timeout=PATIENCE):
    """Echo requests from charon's network to the router's, one after another; how many of them were answered."""
    answered = 0
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as s:
        s.bind((source, 0))
        for seq in range(count):
            end = time.monotonic() + timeout
            try:
                s.sendto(echo(0x4553, seq), (to, 0))
                while True:
                    s.settimeout(max(0.001, end - time.monotonic()))
                    p = s.recv(2048)
                    if p[20] == 0 and p[24:28] == struct.pack("!HH", 0x4553, seq):
                        answered += 1
                        break
            except (socket.timeout, OSError):  # no answer; or charon has dropped the child and its route
                pass
    return answered


def spi_out(router):
    """The outbound SPI of the first flow that has one; 0: none has."""
    spis = re.findall(r"current outbound spi: 0x([0-9A-F]+)", router.type("show crypto ipsec sa"))
    return next((int(spi, 16) for spi in spis if int(spi, 16)), 0)


def running(router, text):
    return text in router.type("show crypto isakmp sa")


def spis(router):
    """(IKE SPI of ours, outbound SPI of ESP) of IKEv2; None and 0: there is none."""
    ike = re.search(r"Local spi: ([0-9A-F]{16})", router.type("show crypto ikev2 sa detailed"))
    return ike and ike.group(1), spi_out(router)


def ready(router):
    """The rows of IKEv2 SAs that are up."""
    return [line for line in router.type("show crypto ikev2 sa").splitlines() if re.match(r"\d+ +10\.0\.0\.1/.* READY ", line)]


def tshark(pcap, keys, *more):
    """What tshark says of the file, with the router's exported keys."""
    options = ["-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE"]
    if keys:
        with open(keys) as f:
            for line in f:
                options += ["-o", line.strip()]
    return subprocess.run(["tshark", "-r", pcap, *options, *more], capture_output=True, text=True, check=True).stdout


def without_repeats(pcap):
    """The file without IKE messages that came before: tshark takes a repeat of IKEv1's for the next message, whose first block hangs on the one before."""
    with open(pcap, "rb") as f:
        data = f.read()
    out, seen, at = [data[:24]], set(), 24
    while at < len(data):
        size = 16 + struct.unpack("<I", data[at + 8:at + 12])[0]
        frame = data[at + 16:at + size]
        udp = frame[42:] if frame[12:14] == b"\x08\x00" and frame[23:24] == b"\x11" else b""
        message = udp if frame[36:38] == b"\x01\xf4" else udp if udp[:4] == bytes(4) else b""
        if len(message) < 28 or message not in seen:
            out.append(data[at:at + size])
        seen.add(message)
        at += size
    with open(pcap + ".once", "wb") as f:
        f.write(b"".join(out))
    return pcap + ".once"


def read_by_tshark(pcap, keys=None, ikev2=False):
    """No packet may be malformed, and with keys IKE must have been decrypted. Returns a row for each IKE message: exchange type, payloads, encrypted."""
    if not ikev2:
        pcap = without_repeats(pcap)
    rows = tshark(pcap, keys, "-Y", "isakmp || _ws.malformed", "-T", "fields", "-e", "frame.number", "-e", "isakmp.exchangetype", "-e", "isakmp.typepayload",
                  "-e", "isakmp.flag_e", "-e", "_ws.expert.severity", "-e", "_ws.malformed").splitlines()
    rows = [row.split("\t") for row in rows]
    bad = [number for number, exchange, _, _, severity, malformed in rows if malformed or exchange and str(ERROR) in severity.split(",")]
    assert not bad, "malformed: frames " + ", ".join(bad) + "\n" + tshark(pcap, keys, "-V", "-Y", "frame.number == " + bad[0])[:4000]
    seen = [row[1:4] for row in rows if row[1]]
    assert seen, "tshark sees no IKE at all"
    if keys and not ikev2:
        assert any(flag in ("1", "True") for _, _, flag in seen), seen
        assert any(exchange == "32" and "10" in payloads.split(",") for exchange, payloads, _ in seen), f"no quick mode decrypted: {seen}"
    return seen


class Lab:
    """A router and charon on one wire, and what passed: self.pcap has all frames since the router was booted, self.keys its keys. more: see Charon."""

    def __init__(self, folder, more=""):
        self.folder, self.wire, self.n, self.router = folder, Wire(), 0, None
        self.charon = Charon(folder, more)

    def boot(self, text, *args, scale=1):
        """A router of that configuration, that remembers nothing and lives `scale` times as fast; the one there was is gone."""
        if self.router:
            self.router.stop()
        self.n += 1
        heard = self.wire.heard
        self.keys, self.pcap = (os.path.join(self.folder, f"{what}{self.n}") for what in ("keys", "pcap"))
        self.wire.capture(self.pcap)
        self.router = Router(self.folder, f"r{self.n}", text, "--link", f"Ethernet0/0={self.wire.spec()}", "--export-keys", self.keys,
                             "--time-scale", str(scale), *args)
        self.scale = scale
        self.router.line_up()
        wait_for("its announcement", lambda: self.wire.heard > heard)  # until then charon's host sends to the address of the one before
        return self.router

    def clean(self, *ike_and_esp, **theirs):
        """A wire that carries everything, and a charon that has forgotten everything. What follows: see connection()."""
        self.wire.judge = lambda to_router, frame: True
        self.charon.terminate()
        self.charon.load(*ike_and_esp, **theirs)

    def begin(self, who):
        """The tunnel, begun by "router" or "charon", until it stands at both ends. IKEv1's first quick mode may overtake the end of phase 1 inside charon: then the second
        counts, ten seconds later."""
        if who == "charon":
            self.charon.initiate()
        else:
            wake(self.router)
        wait_for(f"the tunnel that {who} began", lambda: spi_out(self.router) and self.charon.children(), 40)

    def all_back(self, **how):
        """Pings of the router's of which none may be lost."""
        text = ping_from_router(self.router, timeout=PATIENCE * self.scale, **how)
        assert "Success rate is 100 percent" in text, text

    def both_ways(self, what=""):
        """The same from both ends."""
        try:
            self.all_back()
            back = ping_from_charon()
            assert back == 3, f"{back} of 3 pings from charon"
        except AssertionError as why:
            raise AssertionError(f"{what}: {why}") from None

    def read(self):
        """tshark over what was carried."""
        return read_by_tshark(self.pcap, self.keys)

    def why(self):
        return f"{self.router.type('show logging')[-6000:]}\n---- charon\n{self.charon.log()[-5000:]}"

    def stop(self):
        if self.router:
            self.router.stop()
        self.charon.stop()


class Stream:
    """Echo requests of charon's network, one each `gap` seconds, not waiting for answers: `with Stream() as s: ...`, then s.sent and s.lost."""

    def __init__(self, gap=0.02, size=64):
        self.gap, self.size, self.sent, self.answered, self.ident = gap, size, 0, set(), os.getpid() & 0xFFFF

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self.socket.bind(("192.168.2.1", 0))
        self.stopping = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def send(self):
        self.sent += 1
        try:
            self.socket.sendto(echo(self.ident, self.sent & 0xFFFF, self.size), ("192.168.1.1", 0))
        except OSError:  # charon has no child: no route
            pass

    def run(self):
        due = time.monotonic()
        end = None
        while end is None or (time.monotonic() < end and self.lost):
            now = time.monotonic()
            if self.stopping and end is None:
                end = now + PATIENCE
            if end is None and now >= due:
                self.send()
                due = max(due + self.gap, now)  # a machine that was busy makes up for nothing
            if select.select([self.socket], [], [], 0.002 if end else max(0, min(due - now, 0.05)))[0]:
                p = self.socket.recv(4096)
                if p[20] == 0 and p[24:26] == struct.pack("!H", self.ident):
                    self.answered.add(struct.unpack("!H", p[26:28])[0])

    @property
    def lost(self):
        return self.sent - len(self.answered)

    def more(self, count=15):
        """Until so many more have gone."""
        had = self.sent
        wait_for("pings", lambda: self.sent >= had + count)

    def unbroken(self):
        """What to say of a stream that ought to have lost nothing."""
        lost = sorted(set(range(1, self.sent + 1)) - self.answered)
        assert self.sent > 10 and not lost, f"{len(lost)} of {self.sent} pings lost: numbers {lost[:20]}, one each {self.gap} s"
        return f"{self.sent} pings, none lost"

    def __exit__(self, *_):
        self.stopping = True
        self.thread.join()
        self.socket.close()


class Unbroken(Stream):
    """A stream of which nothing may be lost, in steps that are short beside a rekey."""

    def __init__(self):
        super().__init__(0.005)

    def __exit__(self, kind, *rest):
        if kind is None:
            self.more()  # behind what may have been over at once
        super().__exit__(kind, *rest)
        if kind is None:
            self.unbroken()


def play(tests, make=Lab):
    """Each test (a function, or a name and a function) on the lab that make(folder) gives; what it returns is printed. Words of the command line choose among them.
    When one fails, both ends say what they have logged."""
    with Folder() as folder:
        lab = make(folder)
        try:
            for test in tests:
                name, test = test if isinstance(test, tuple) else (test.__name__, test)
                if all(word in name for word in sys.argv[1:]):
                    began = time.monotonic()
                    note = test(lab) or ""
                    print(f"{name}: ok, {time.monotonic() - began:.1f} s", note, flush=True)
        except AssertionError:
            if lab.router:
                print(lab.why())
            raise
        finally:
            lab.stop()
