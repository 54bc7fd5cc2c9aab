#!/usr/bin/python3
"""A real NTP server, chrony, behind slirp:. A router whose clock is years off steps to its time and agrees with this machine's to a fraction of a second; what it shows of
the server is what chrony says of itself."""
import datetime, os, re, subprocess, sys

sys.path.insert(0, os.path.dirname(__file__))
from routers import Folder, Router, free_port, need, start, wait_for

need("chronyd")

CONFIG = """no ip domain lookup
no logging console
logging buffered 100000 debugging
interface Ethernet0/9
 ip address 10.0.2.15 255.255.255.0
ip route 0.0.0.0 0.0.0.0 10.0.2.2
ntp logging
line con 0
 privilege level 15
end
"""


def chrony(folder, port):
    conf = os.path.join(folder, "chrony.conf")
    with open(conf, "w") as f:
        f.write(f"port {port}\nbindaddress 127.0.0.1\nallow 127.0.0.1\nlocal stratum 5\ncmdport 0\nbindcmdaddress /\npidfile {folder}/chronyd.pid\ndriftfile {folder}/drift\n")
    user = [] if os.geteuid() else ["-u", "root"]
    return start(["chronyd", "-x", "-U", "-d", *user, "-f", conf], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def offset(router):
    """The router's clock less this machine's, in seconds."""
    text = router.type("show clock")
    now = datetime.datetime.now(datetime.timezone.utc)
    m = re.search(r"\n([.*]?)(\d\d:\d\d:\d\d\.\d{3}) UTC \w{3} (\w{3} \d+ \d{4})", text)
    shown = datetime.datetime.strptime(m.group(3) + " " + m.group(2), "%b %d %Y %H:%M:%S.%f").replace(tzinfo=datetime.timezone.utc)
    return m.group(1), (shown - now).total_seconds()


with Folder() as folder:
    port = free_port()
    server = chrony(folder, port)
    router = Router(folder, "R1", CONFIG, "--link", f"Ethernet0/9=slirp:map=123:{port}")
    try:
        router.line_up("Ethernet0/9")
        router.type("clock set 12:00:00 1 january 2030")
        assert offset(router)[1] > 86400
        for line in ("configure terminal", "ntp server 10.0.2.2 iburst", "end"):
            router.type(line)
        if server.poll() is not None:
            raise AssertionError("chronyd: " + server.stderr.read().decode())
        wait_for("the step and the sync", lambda: "Clock is synchronized, stratum 6, reference is 10.0.2.2" in router.type("show ntp status"), 90)
        mark, off = offset(router)
        assert mark == "" and abs(off) < 0.5, (mark, off)
        assert "Time source is NTP" in router.type("show clock detail")
        m = re.search(r"\n\*~10\.0\.2\.2        127\.127\.1\.1 {6}5 +\d+ +64 +([0-7]+) +(\d+\.\d+) +(-?\d+\.\d+) +(\d+\.\d+)\n", router.type("show ntp associations"))
        assert m, router.type("show ntp associations")
        assert "%NTP-5-PEERSYNC: NTP synced to peer 10.0.2.2" in router.type("show logging")
        print(f"off by {off * 1000:.1f} ms; reach {m.group(1)}, delay {m.group(2)} ms, offset {m.group(3)} ms, dispersion {m.group(4)} ms")
        print(router.type("show ntp status").strip())
    finally:
        router.stop()
        server.terminate()
        server.wait()
