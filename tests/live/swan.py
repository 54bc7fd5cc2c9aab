"""strongSwan's charon as an independent IKE peer of a router, in a network namespace of the test's own that dies with it.

enter() moves the test into the namespace (which needs root) and says why when it cannot. A Wire is charon's Ethernet (a TAP interface) on one side and the router's UDP
link on loopback on the other: every frame passes through the test, which may refuse or change it and can write all of them to a file for tshark. charon keeps its SAs
in user space (kernel-libipsec), so the kernel needs no IPsec; that plugin always asks for UDP encapsulation, so both ends float to port 4500: the same exchanges on
port 500 are what the simulation tests see.

charon is 10.0.0.2 with 192.168.2.0/24 behind it, the router 10.0.0.1 with 192.168.1.0/24. Connections are swanctl.conf text, made from a few words by connection(),
or the caller's own."""
import fcntl, os, re, select, socket, struct, subprocess, sys, threading, time

from routers import Router, free_port, need, skip, start, wait_for

CHARON, PLUGINS = "/usr/lib/ipsec/charon", "/usr/lib/ipsec/plugins/libstrongswan-"
HERE, THERE = "10.0.0.1", "10.0.0.2"  # the router, charon


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
        if isinstance(verdict, (bytes, bytearray)):
            frame = bytes(verdict)
        if self.pcap:
            now = time.time()
            self.pcap.write(struct.pack("<IIII", int(now), int(now % 1 * 1e6), len(frame), len(frame)) + frame)
        if to_router:
            self.sock.sendto(frame, ("127.0.0.1", self.port))
        else:
            os.write(self.tap, frame)

    def carry(self):
        while True:
            for ready in select.select([self.tap, self.sock], [], [])[0]:
                if ready is self.sock:
                    self.pass_on(False, self.sock.recv(65536))
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


def ping_from_router(router, to="192.168.2.1", source="Loopback0", repeat=4):
    return router.type(f"ping {to} source {source} repeat {repeat} timeout 1")


def ping_works(router, **how):
    """The first packet of a tunnel is lost: once to wake it, once to count."""
    ping_from_router(router, **how)
    text = ping_from_router(router, **how)
    assert "Success rate is 100 percent" in text, text


def ping_from_charon(count=3, source="192.168.2.1", to="192.168.1.1"):
    """Echo requests from charon's network to the router's; how many of them were answered."""
    answered = 0
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as s:
        s.bind((source, 0))
        s.settimeout(2)
        for seq in range(count):
            body = struct.pack("!BBHHH", 8, 0, 0, 0x4553, seq) + b"espial!!" * 8
            total = sum(struct.unpack(f"!{len(body) // 2}H", body))
            total = (total & 0xFFFF) + (total >> 16)
            try:
                s.sendto(body[:2] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + body[4:], (to, 0))
                while (p := s.recv(2048))[20] != 0 or p[24:28] != struct.pack("!HH", 0x4553, seq):
                    pass
                answered += 1
            except (socket.timeout, OSError):  # no answer; or charon has dropped the child and its route
                pass
    return answered


def spi_out(router):
    return int(re.search(r"current outbound spi: 0x([0-9A-F]+)", router.type("show crypto ipsec sa")).group(1), 16)


def running(router, text):
    return text in router.type("show crypto isakmp sa")


def read_by_tshark(pcap, keys=None, ikev2=False):
    """tshark over the file, with the router's exported keys: no packet may be malformed, and with keys IKE must have been decrypted."""
    options = []
    if keys:
        with open(keys) as f:
            for line in f:
                options += ["-o", line.strip()]
    run = lambda *more: subprocess.run(["tshark", "-r", pcap, "-o", "esp.enable_encryption_decode:TRUE", *options, *more], capture_output=True, text=True, check=True).stdout
    bad = run("-Y", "_ws.malformed || (isakmp && _ws.expert.severity == error)")
    assert not bad, "malformed: " + bad
    seen = run("-Y", "isakmp", "-T", "fields", "-e", "isakmp.exchangetype", "-e", "isakmp.typepayload", "-e", "isakmp.flag_e").splitlines()
    assert seen, "tshark sees no IKE at all"
    if keys and not ikev2:
        assert any("1" in r[2] or "True" in r[2] for r in (line.split("\t") for line in seen)), seen
        assert any(r[0] == "32" and "10" in r[1].split(",") for r in (line.split("\t") for line in seen)), "no quick mode decrypted: %r" % seen
    return seen
