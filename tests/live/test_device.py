#!/usr/bin/python3
"""tap: and packet: in a network namespace of the test's own: the router and this machine's kernel ping each other's way over a TAP interface and over a veth; what
cannot be had is refused on one line; what comes faster than it is read is counted. Two kernels speak TCP and UDP through the router: they leave sums and segments to a card
that is not there. One of the veths is sent into by AF_XDP, where there is that; of the other somebody else holds the queue, and frames go as messages."""
import ctypes, errno, hashlib, mmap, os, re, signal, socket, struct, subprocess, sys, threading

sys.path.insert(0, os.path.dirname(__file__))
from routers import ESPIAL, Folder, Router, ip, must, own_namespace, skip, start, wait_for

own_namespace()


CONFIG = """no ip domain lookup
no logging console
interface Ethernet0/0
 ip address 192.0.2.1 255.255.255.0
interface Ethernet0/1
 ip address 198.51.100.1 255.255.255.0
interface Ethernet0/2
 ip address 203.0.113.1 255.255.255.0
line con 0
 privilege level 15
"""


FAR = """import socket, subprocess, sys
sys.stdin.readline()  # wire3 is here
for words in ("addr add 203.0.113.9/24 dev wire3", "link set wire3 up", "route add default via 203.0.113.1"):
    subprocess.run(["ip", *words.split()], check=True)
tcp = socket.create_server(("203.0.113.9", 7))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("203.0.113.9", 7))
print("ready", flush=True)
data, peer = udp.recvfrom(2048)
udp.sendto(data, peer)
s = tcp.accept()[0]
while data := s.recv(65536):
    s.sendall(data)
s.shutdown(socket.SHUT_WR)
s.recv(1)
"""


def echoed(data):
    """TCP to the far end and back, both ways at once."""
    with socket.create_connection(("203.0.113.9", 7), 20) as s:
        sender = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(socket.SHUT_WR)), daemon=True)
        sender.start()
        got = b""
        while part := s.recv(1 << 20):
            got += part
        sender.join()
    return got


def kernels_speak(router):
    """UDP whose sum is only begun, TCP in segments larger than the wire's packets, a frame with a tag, which is refused."""
    must("link", "set", "wire2", "up")
    far = start(["unshare", "-n", sys.executable, "-c", FAR], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        here = os.stat("/proc/self/ns/net").st_ino
        wait_for("another namespace", lambda: os.stat(f"/proc/{far.pid}/ns/net").st_ino != here)
        must("link", "set", "wire3", "netns", str(far.pid))
        must("route", "add", "203.0.113.0/24", "via", "192.0.2.1")
        far.stdin.write("\n")
        far.stdin.flush()
        assert far.stdout.readline() == "ready\n", "the far end did not come up"
        wait_for("the far end", lambda: "100 percent (5/5)" in router.type("ping 203.0.113.9"))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(5)
            s.sendto(b"sum me", ("203.0.113.9", 7))
            assert s.recv(100) == b"sum me"
        print("packet: UDP went through")
        data = os.urandom(3 << 20)
        assert hashlib.sha256(echoed(data)).digest() == hashlib.sha256(data).digest()
        print("packet: TCP went through")
        assert " 0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored" in router.type("show interfaces Ethernet0/2")
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
            s.bind(("wire1", 0))
            s.send(b"\xff" * 6 + b"\2" + bytes(5) + b"\x81\0\0\7\x08\0" + bytes(60))
        wait_for("the tagged frame to be refused", lambda: " 1 input errors, 0 CRC, 0 frame, 0 overrun, 1 ignored" in router.type("show interfaces Ethernet0/0"))
    finally:
        far.kill()
        far.wait()


def numbers(router):
    """Unknown protocols, input errors, overruns of Ethernet0/0."""
    text = router.type("show interfaces Ethernet0/0")
    return [int(re.search(rf"(\d+) {what}", text)[1]) for what in ("unknown protocol drops", "input errors", "overrun")]


def too_fast(router):
    """A router that does not read for a while: what it has not seen is counted as overrun, and nothing is missing."""
    before, frames = numbers(router), 5000
    router.process.send_signal(signal.SIGSTOP)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
        s.bind(("wire1", 0))
        for _ in range(frames):
            s.send(bytes.fromhex("ffffffffffff02020202020288b5") + bytes(46))
    router.process.send_signal(signal.SIGCONT)
    wait_for("every frame", lambda: sum(b - a for a, b in zip(before[::2], numbers(router)[::2])) >= frames)
    unknown, errors, overrun = (b - a for a, b in zip(before, numbers(router)))
    assert 2000 < overrun < frames and errors == overrun and unknown + overrun < frames + 20, (unknown, errors, overrun)
    print(f"packet: {overrun} of {frames} frames came too fast, and are counted")


def after_a_stream(router):
    """Frames that came without waking the router each: when they are over it sleeps, and is woken by one."""
    def state():
        with open(f"/proc/{router.process.pid}/stat") as f:
            words = f.read().rsplit(")", 1)[1].split()
        return words[0], words[11], words[12]

    seen = []

    def asleep():
        seen.append(state())
        return len(seen) > 10 and seen[-1][0] == "S" and len(set(seen[-10:])) == 1

    wait_for("the router to sleep", asleep)
    assert "100 percent (5/5)" in router.type("ping 192.0.2.9")
    print("packet: asleep behind a stream, and woken")


AF_XDP, SOL_XDP, XDP_COPY = 44, 283, 2
XDP_TX_RING, XDP_UMEM_REG, XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING = 3, 4, 5, 6


def hold_queue(name):
    """An AF_XDP socket on the interface's only queue; an errno when it can't be had."""
    try:
        s = socket.socket(AF_XDP, socket.SOCK_RAW)
        room = mmap.mmap(-1, 16 * 4096)
        at = ctypes.addressof(ctypes.c_char.from_buffer(room))
        s.setsockopt(SOL_XDP, XDP_UMEM_REG, struct.pack("QQIIII", at, len(room), 4096, 0, 0, 0))
        for ring in (XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_TX_RING):
            s.setsockopt(SOL_XDP, ring, 16)
    except OSError as e:
        return e.errno
    libc = ctypes.CDLL(None, use_errno=True)
    to = struct.pack("HHIII", AF_XDP, XDP_COPY, socket.if_nametoindex(name), 0, 0)
    return (s, room) if libc.bind(s.fileno(), to, len(to)) == 0 else ctypes.get_errno()


def refused(folder, spec, why):
    r = subprocess.run([ESPIAL, "run", "--state", os.path.join(folder, "bad"), "--link", "Ethernet0/0=" + spec], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert r.returncode == 3 and r.stderr.count("\n") == 1 and spec in r.stderr and why in r.stderr, (spec, r)


with Folder() as folder:
    refused(folder, "packet:nosuch0", "No such device")
    refused(folder, "tap:averyveryverylongname", "Invalid argument")
    refused(folder, "tap:a%d", "Invalid argument")
    must("link", "add", "wire0", "type", "veth", "peer", "name", "wire1")
    must("addr", "add", "192.0.2.9/24", "dev", "wire1")
    must("link", "set", "wire0", "up")
    must("link", "set", "wire1", "up")
    must("link", "add", "wire2", "type", "veth", "peer", "name", "wire3")
    held = hold_queue("wire2")
    links = ["--link", "Ethernet0/0=packet:wire0", "--link", "Ethernet0/2=packet:wire2"]
    tap = os.access("/dev/net/tun", os.R_OK | os.W_OK)
    if tap:
        links += ["--link", "Ethernet0/1=tap:cable7"]
    elif os.environ.get("NO_SKIP") == "1":
        skip("/dev/net/tun is not there")
    router = Router(folder, "R1", CONFIG, *links)
    try:
        router.line_up()
        wait_for("packet:", lambda: "100 percent (5/5)" in router.type("ping 192.0.2.9"))
        big = router.type("ping 192.0.2.9 size 4000")
        assert "100 percent (5/5)" in big, big
        mac = next(w for w in ip("link", "show", "wire1").stdout.split() if w.count(":") == 5)
        assert mac.replace(":", "") in router.type("show arp").replace(".", ""), "not the veth's address"
        # The kernel learnt the router's, and reaches it.
        wait_for("the kernel's neighbour", lambda: "192.0.2.1" in ip("neigh", "show", "dev", "wire1").stdout)
        if isinstance(held, tuple):
            assert hold_queue("wire0") == errno.EBUSY, "the router does not send by AF_XDP"
            print("packet: pinged over a veth, by AF_XDP")
        else:
            print("packet: pinged over a veth; no AF_XDP here:", os.strerror(held))
        kernels_speak(router)
        too_fast(router)
        after_a_stream(router)
        if tap:
            must("addr", "add", "198.51.100.9/24", "dev", "cable7")
            wait_for("tap:", lambda: "100 percent (5/5)" in router.type("ping 198.51.100.9"))
            print("tap: pinged over a TAP interface")
    finally:
        router.stop()
    if tap:
        assert ip("link", "show", "cable7").returncode, "the TAP interface is left behind"
    else:
        print("tap: not tried, /dev/net/tun is not there")
