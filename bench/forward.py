#!/usr/bin/python3
"""Packets a second through two forwarders in network namespaces, a - l - r - b, in the same namespaces: two no-op AF_PACKET forwarders, two routers over packet: links
with ESP in between (AES-128-GCM and AES-256-CBC with SHA-256), and two strongSwans with ESP in user space. They take turns: what the machine does meanwhile for others
changes from minute to minute; of each the median of its turns counts. The pump (forward.c) keeps 256 or 2048 packets on their way, whichever is better.
usage: forward.py FORWARD_PROGRAM [SECONDS (1) [TURNS (3)]]; ESPIAL names the router."""
import os, re, statistics, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "live"))
from routers import ESPIAL, Folder, need, skip, start, wait_for
import swan

need("ip", "unshare", "swanctl")
if os.geteuid() != 0 or not os.path.exists("/dev/net/tun") or not os.path.exists(swan.CHARON):
    skip("needs root, /dev/net/tun and strongSwan")
if "IN_NAMESPACE" not in os.environ:
    os.execvpe("unshare", ["unshare", "-n", "-m", sys.executable, *sys.argv], dict(os.environ, IN_NAMESPACE="1"))
FORWARD, SECONDS, TURNS = os.path.abspath(sys.argv[1]), *(sys.argv[2:] + ["1", "3"][len(sys.argv) - 2:])
SIZES = (64, 512, 1400)
FAR = "02:00:00:00:00:0a"  # whom the far end's packets are for, in front of b: nobody's address, so b's kernel throws them away unread
ESP = {"AES-128-GCM": ("esp-gcm", "aes128gcm16"), "AES-256-CBC, SHA-256": ("esp-aes 256 esp-sha256-hmac", "aes256-sha256")}


def sh(line):
    subprocess.run(line, shell=True, check=True, stdout=subprocess.DEVNULL)


def inside(ns, *argv):
    return ["ip", "netns", "exec", ns, *argv]


def wires():
    sh("mount -t tmpfs tmpfs /run && mkdir /run/netns")
    for ns in "alrb":
        sh(f"ip netns add {ns}; ip netns exec {ns} sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1; ip -n {ns} link set lo up")
    for one, a, two, b in (("a", "a0", "l", "l0"), ("l", "l1", "r", "r1"), ("r", "r0", "b", "b0")):
        sh(f"ip -n {one} link add {a} type veth peer name {b} netns {two}; ip -n {one} link set {a} up; ip -n {two} link set {b} up")
    sh("ip -n a addr add 10.1.0.9/24 dev a0; ip -n a route add default via 10.1.0.1; ip -n b addr add 10.2.0.9/24 dev b0; ip -n b route add default via 10.2.0.1")


def pump(to, size, window, seconds=SECONDS):
    r = subprocess.run([FORWARD, "pump", "a", "a0", "b", "b0", to, str(size), str(window), seconds], capture_output=True, text=True)
    return tuple(map(float, r.stdout.split())) if r.returncode == 0 else (0.0, 100.0)


def rates(to):
    """The better of a short and a long window, for each size: the long one suits who works in large batches, the short one who has short queues."""
    return [max(pump(to, size, window) for window in (256, 2048)) for size in SIZES]


def gateway():
    """The MAC address of a's gateway, once something comes through: the first packets ask for addresses and for SAs."""
    subprocess.run(inside("a", "bash", "-c", "echo >/dev/udp/10.2.0.9/9"), stderr=subprocess.DEVNULL)
    m = re.search(r"lladdr (\S+)", subprocess.check_output(["ip", "-n", "a", "neigh", "show", "10.1.0.1"], text=True))
    return m.group(1) if m and pump(m.group(1), 64, 256, "0.1")[0] > 0 else None


def noop():
    both = [start(inside(ns, FORWARD, "noop", f"{ns}0", f"{ns}1"), stdout=subprocess.PIPE, text=True) for ns in "lr"]
    for p in both:
        p.stdout.readline()
    seen = rates(FAR)
    for p in both:
        p.kill()
        p.wait()
    return seen


CONFIG = """no ip domain lookup
no logging console
crypto isakmp policy 10
 encryption aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key bench address {peer}
crypto ipsec security-association lifetime kilobytes disable
crypto ipsec transform-set TS {ts}
crypto map VPN 10 ipsec-isakmp
 set peer {peer}
 set transform-set TS
 match address 101
interface Ethernet0/0
 ip address {lan}.1 255.255.255.0
 no shutdown
interface Ethernet0/1
 ip address {me} 255.255.255.0
 crypto map VPN
 no shutdown
ip route {far}.0 255.255.255.0 {peer}
arp {lan}.9 {host} ARPA
access-list 101 permit ip {lan}.0 0.0.0.255 {far}.0 0.0.0.255
line con 0
 privilege level 15
end
"""


def router(folder, ns, **words):
    path = os.path.join(folder, ns + ".cfg")
    with open(path, "w") as f:
        f.write(CONFIG.format(host=re.sub(r"(..):(..):?", r"\1\2.", FAR).strip("."), **words))
    return start(inside(ns, ESPIAL, "run", "--state", os.path.join(folder, "state-" + ns), "--hostname", ns, "--config", path, "--link", f"Ethernet0/0=packet:{ns}0",
                        "--link", f"Ethernet0/1=packet:{ns}1"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def espial(folder, ts):
    both = [router(folder, "l", me="192.0.2.1", peer="192.0.2.2", lan="10.1.0", far="10.2.0", ts=ts), router(folder, "r", me="192.0.2.2", peer="192.0.2.1", lan="10.2.0", far="10.1.0", ts=ts)]
    sh("ip -n a neigh flush dev a0; ip -n b neigh flush dev b0")
    wait_for("a packet through the routers", gateway, 30)
    seen = rates(gateway())
    for p in both:
        p.stdin.close()
        p.kill()
        p.wait()
    return seen


SWAN = """connections { bench { version = 2
  local_addrs = %(me)s
  remote_addrs = %(peer)s
  proposals = aes256-sha256-modp2048
  local { auth = psk }
  remote { auth = psk }
  children { net { local_ts = %(lan)s.0/24
    remote_ts = %(far)s.0/24
    esp_proposals = %(esp)s } } } }
secrets { ike { secret = "bench" } }
"""


def charon(folder, ns, **words):
    there = os.path.join(folder, "swan-" + ns)
    os.makedirs(there, exist_ok=True)
    conf, vici = os.path.join(there, "strongswan.conf"), os.path.join(there, "vici")
    if os.path.exists(vici):
        os.unlink(vici)  # of its last turn
    with open(conf, "w") as f:
        f.write(swan.STRONGSWAN_CONF % {"dir": there, "more": ""})
    with open(os.path.join(there, "swanctl.conf"), "w") as f:
        f.write(SWAN % words)
    sh(f"ip -n {ns} addr add {words['lan']}.1/24 dev {ns}0; ip -n {ns} addr add {words['me']}/24 dev {ns}1; ip netns exec {ns} sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0")
    sh(f"ip -n {ns} neigh replace {words['lan']}.9 lladdr {FAR} dev {ns}0")
    p = start(inside(ns, "unshare", "-m", "sh", "-c", f"mount -t tmpfs tmpfs /run && exec {swan.CHARON}"), env=dict(os.environ, STRONGSWAN_CONF=conf), stdout=subprocess.DEVNULL,
              stderr=subprocess.DEVNULL)
    wait_for("charon", lambda: os.path.exists(vici))
    return p, lambda *a: subprocess.run(["swanctl", *a, "--uri", "unix://" + vici], env=dict(os.environ, STRONGSWAN_CONF=conf), check=True, capture_output=True), there


def strongswan(folder, esp):
    l = charon(folder, "l", me="192.0.2.1", peer="192.0.2.2", lan="10.1.0", far="10.2.0", esp=esp)
    r = charon(folder, "r", me="192.0.2.2", peer="192.0.2.1", lan="10.2.0", far="10.1.0", esp=esp)
    for _, ctl, there in (l, r):
        ctl("--load-all", "--file", os.path.join(there, "swanctl.conf"))
    l[1]("--initiate", "--child", "net", "--timeout", "20")
    sh("ip -n a neigh flush dev a0; ip -n b neigh flush dev b0")
    wait_for("a packet through strongSwan", gateway, 20)
    seen = rates(gateway())
    for p, _, _ in (l, r):
        p.terminate()
        p.wait()
    for ns in "lr":
        sh(f"ip -n {ns} addr flush dev {ns}0; ip -n {ns} addr flush dev {ns}1; ip netns exec {ns} sysctl -qw net.ipv4.ip_forward=0")
    return seen


def median(turns):
    """Of each size: the turn in the middle."""
    return [statistics.median_low(of_size) for of_size in zip(*turns)]


def row(name, turns, bare=None, theirs=None):
    seen = median(turns)
    text = "".join(f"{pps:10.0f} ({lost:.1f}% lost)" for pps, lost in seen)
    if bare:
        text += "   of no-op: " + " ".join(f"{s[0] / b[0]:.2f}" for s, b in zip(seen, median(bare)))
    if theirs:
        text += "   to strongSwan: " + " ".join(f"{s[0] / max(t[0], 1):.1f}" for s, t in zip(seen, median(theirs)))
    print(f"  {name:34}{text}", flush=True)


with Folder() as where:
    wires()
    bare, theirs, ours = [], {cipher: [] for cipher in ESP}, {cipher: [] for cipher in ESP}
    for _ in range(int(TURNS)):
        bare.append(noop())
        for cipher, (ts, esp) in ESP.items():
            theirs[cipher].append(strongswan(where, esp))
            ours[cipher].append(espial(where, ts))
    print(f"packets a second through two forwarders, packets of {', '.join(map(str, SIZES))} bytes; {os.cpu_count()} cores for all, median of {TURNS} turns of {SECONDS} s each")
    row("two no-op forwarders", bare)
    for cipher in ESP:
        row(f"strongSwan, {cipher}", theirs[cipher])
        row(f"espial, {cipher}", ours[cipher], bare, theirs[cipher])
