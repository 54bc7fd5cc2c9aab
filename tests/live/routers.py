"""Routers of a live test: real espial processes, their consoles on pipes, and a cable in the test's own hands (UDP on loopback) that can see and change frames."""
import ctypes, importlib.util, os, re, select, shutil, signal, socket, struct, subprocess, sys, tempfile, threading, time

sys.dont_write_bytecode = True
ESPIAL = os.environ.get("ESPIAL", "espial")
if not shutil.which(ESPIAL):
    sys.exit(f"no program {ESPIAL}: set ESPIAL to the one to test")


def skip(why):
    """A test that cannot run here says so and is skipped; with NO_SKIP=1 it fails."""
    print("cannot run:", why)
    sys.exit(1 if os.environ.get("NO_SKIP") == "1" else 77)


def need(*programs, modules=()):
    missing = [p for p in programs if not shutil.which(p)] + [m for m in modules if not importlib.util.find_spec(m)]
    if missing:
        skip("missing " + ", ".join(missing))


def own_namespace():
    """Go on in a network namespace of our own: the program is executed anew in it."""
    need("ip", "unshare")
    if os.environ.get("ESPIAL_TEST_NETNS") != "1":
        how = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]
        if subprocess.run([*how, "true"], capture_output=True).returncode:
            skip("no network namespace can be made")
        os.execvpe("unshare", [*how, sys.executable, os.path.abspath(sys.argv[0])], {**os.environ, "ESPIAL_TEST_NETNS": "1"})


def ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True)


def must(*words):
    """ip(8), in a namespace where it can all be done: else the test is skipped."""
    r = ip(*words)
    if r.returncode:
        skip(f"ip {' '.join(words)}: {r.stderr.strip()}")


def start(argv, **how):
    """A program that ends when this process does, even if it is killed."""
    return subprocess.Popen(argv, preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGKILL), **how)  # PR_SET_PDEATHSIG


class Router:
    def __init__(self, folder, name, config, *args):
        self.name = name
        path = os.path.join(folder, name + ".cfg")
        with open(path, "w") as f:
            f.write(config)
        self.process = start([ESPIAL, "run", "--state", os.path.join(folder, name), "--hostname", name, "--config", path, *args],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.seen = ""
        self.prompt = re.compile(rf"(?:^|\n)(?:{re.escape(name)}|{re.escape(name[:20])}\([^)]*\))[>#]$")  # a mode leaves twenty characters of a name
        self.process.stdin.write(b"\n")  # Press RETURN to get started
        self.process.stdin.flush()
        self.until(self.prompt)
        self.type("enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def read(self):
        if select.select([self.process.stdout], [], [], 0.2)[0]:
            data = self.process.stdout.read()
            if data == b"":
                raise AssertionError(f"{self.name} ended: {self.process.stderr.read().decode()}")
            self.seen += (data or b"").decode("latin-1")

    def until(self, pattern, seconds=60):
        """Read until the pattern is there; what came until then."""
        end = time.monotonic() + seconds
        while not (m := pattern.search(self.seen)):
            if time.monotonic() > end:
                raise AssertionError(f"{self.name}: no {pattern.pattern!r} in {self.seen[-2000:]!r}")
            self.read()
        text, self.seen = self.seen[:m.end()], self.seen[m.end():]
        return text

    def type(self, line, seconds=120):
        self.seen = ""
        self.process.stdin.write((line + "\n").encode())
        self.process.stdin.flush()
        self.until(re.compile(re.escape(line) + r"\n"))
        self.seen = "\n" + self.seen
        return self.until(self.prompt, seconds)

    def reload(self):
        """Until the prompt of the one that came up."""
        self.process.stdin.write(b"reload\n\n")
        self.process.stdin.flush()
        self.until(re.compile("Proceed with reload"))
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        self.until(self.prompt)

    def line_up(self, interface="Ethernet0/0"):
        wait_for(f"{self.name}'s line", lambda: re.search(interface + r" .* up +up", self.type("show ip interface brief")))

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Cable:
    """Two UDP ends on loopback; frames pass through `judge(end, frame)`, which returns the frames to deliver. All frames sent are kept, at most 10000."""

    def __init__(self):
        self.ends = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
        for s in self.ends:
            s.bind(("127.0.0.1", 0))
        self.router_ports = [free_port(), free_port()]
        self.frames = []
        self.judge = lambda end, frame: [frame]
        self.stopping = False
        self.thread = threading.Thread(target=self.carry, daemon=True)
        self.thread.start()

    def spec(self, end):
        return f"udp:{self.router_ports[end]}:127.0.0.1:{self.ends[end].getsockname()[1]}"

    def send(self, end, frame):
        """As if the router at the other end's side had sent it: deliver to the router at `end`."""
        self.ends[end].sendto(frame, ("127.0.0.1", self.router_ports[end]))

    def carry(self):
        while not self.stopping:
            for s in select.select(self.ends, [], [], 0.1)[0]:
                end = self.ends.index(s)
                frame = s.recv(65536)
                if len(self.frames) < 10000:
                    self.frames.append((end, frame))
                for out in self.judge(end, frame):
                    self.send(1 - end, out)

    def stop(self):
        self.stopping = True
        self.thread.join()
        for s in self.ends:
            s.close()


def free_port(kind=socket.SOCK_DGRAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ip_sum(data):
    """The checksum of IP, ICMP and UDP over an even number of bytes."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def wait_for(what, pred, seconds=60):
    end = time.monotonic() + seconds
    while not pred():
        if time.monotonic() > end:
            raise AssertionError("never came: " + what)
        time.sleep(0.02)


class Folder:
    """A folder for the test's files; gone at the end, also when the test is told to stop."""

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        self.path = tempfile.mkdtemp(prefix="espial.")
        return self.path

    def __exit__(self, *exc):
        shutil.rmtree(self.path, ignore_errors=True)


def tunnel_config(me, peer, lan, peer_lan, transform="esp-aes 256 esp-sha256-hmac", extra=""):
    """A router with one Ethernet and a static crypto map."""
    return f"""no ip domain lookup
no logging console
logging buffered 1000000 debugging
crypto isakmp policy 10
 encryption aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key live-test address {peer}
crypto ipsec transform-set TS {transform}
crypto map CMAP 10 ipsec-isakmp
 set peer {peer}
 set transform-set TS
 match address 101
{extra}
interface Loopback0
 ip address {lan}.1 255.255.255.0
interface Ethernet0/0
 ip address {me} 255.255.255.0
 crypto map CMAP
ip route {peer_lan}.0 255.255.255.0 {peer}
access-list 101 permit ip {lan}.0 0.0.0.255 {peer_lan}.0 0.0.0.255
line con 0
 privilege level 15
end
"""
