#!/usr/bin/python3
"""tap: and packet: in a network namespace of the test's own: the router and this machine's kernel ping each other's way over a TAP interface and over a veth; what
cannot be had is refused on one line."""
import os, subprocess, sys

sys.path.insert(0, os.path.dirname(__file__))
from routers import ESPIAL, Folder, Router, need, skip, wait_for

need("ip", "unshare")
if os.environ.get("ESPIAL_TEST_NETNS") != "1":
    how = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]
    if subprocess.run([*how, "true"], capture_output=True).returncode:
        skip("no network namespace can be made")
    os.execvpe("unshare", [*how, sys.executable, os.path.abspath(__file__)], {**os.environ, "ESPIAL_TEST_NETNS": "1"})


def ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True)


def must(*words):
    r = ip(*words)
    if r.returncode:
        skip(f"ip {' '.join(words)}: {r.stderr.strip()}")


CONFIG = """no ip domain lookup
no logging console
interface Ethernet0/0
 ip address 192.0.2.1 255.255.255.0
interface Ethernet0/1
 ip address 198.51.100.1 255.255.255.0
line con 0
 privilege level 15
"""


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
    links = ["--link", "Ethernet0/0=packet:wire0"]
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
        print("packet: pinged over a veth")
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
