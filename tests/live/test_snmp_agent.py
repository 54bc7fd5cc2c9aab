#!/usr/bin/python3
"""The agent and Debian's own SNMP tools, over a port of this machine: v1, v2c and v3 at every level, wrong strings, passwords and keys, messages replayed after a reload and
outside the time window, walks in order while configuration changes, and a flood of bad requests beside a console that answers."""
import hashlib, os, re, socket, subprocess, sys, tempfile, threading, time

sys.path.insert(0, os.path.dirname(__file__))
from routers import Router, free_port, need, start, wait_for

need("snmpget", "snmpgetnext", "snmpwalk", "snmpbulkget", "snmpbulkwalk", "snmpset")

SYS_NAME, SYS_LOCATION, SYS_UPTIME = ".1.3.6.1.2.1.1.5.0", ".1.3.6.1.2.1.1.6.0", ".1.3.6.1.2.1.1.3.0"
CONFIG = """no ip domain lookup
no logging console
logging buffered 100000 debugging
access-list 10 permit 192.0.2.0 0.0.0.255
access-list 11 permit 127.0.0.1
snmp-server view system system included
snmp-server view all iso included
snmp-server view system sysContact excluded
snmp-server group open v3 noauth
snmp-server group signed v3 auth write v1default
snmp-server group sealed v3 priv
snmp-server community public RO
snmp-server community private view all RW
snmp-server community part view system RO
snmp-server community far RO 10
snmp-server community near RO 11
snmp-server location Rack 4
line con 0
 privilege level 15
end
"""
USERS = {  # name: group, what the router is told, what the tools are told
    "nobody": ("open", "", ["-l", "noAuthNoPriv"]),
    "md5": ("signed", "auth md5 password1", ["-l", "authNoPriv", "-a", "MD5", "-A", "password1"]),
    "sha": ("signed", "auth sha password1", ["-l", "authNoPriv", "-a", "SHA", "-A", "password1"]),
    "sha256": ("signed", "auth sha-2 256 password1", ["-l", "authNoPriv", "-a", "SHA-256", "-A", "password1"]),
    "sha384": ("signed", "auth sha-2 384 password1", ["-l", "authNoPriv", "-a", "SHA-384", "-A", "password1"]),
    "sha512": ("signed", "auth sha-2 512 password1", ["-l", "authNoPriv", "-a", "SHA-512", "-A", "password1"]),
    "des": ("sealed", "auth md5 password1 priv des password2", ["-l", "authPriv", "-a", "MD5", "-A", "password1", "-x", "DES", "-X", "password2"]),
    "aes128": ("sealed", "auth sha password1 priv aes 128 password2", ["-l", "authPriv", "-a", "SHA", "-A", "password1", "-x", "AES", "-X", "password2"]),
    "aes192": ("sealed", "auth sha password1 priv aes 192 password2", ["-l", "authPriv", "-a", "SHA", "-A", "password1", "-x", "AES-192", "-X", "password2"]),
    "aes256": ("sealed", "auth sha-2 256 password1 priv aes 256 password2", ["-l", "authPriv", "-a", "SHA-256", "-A", "password1", "-x", "AES-256", "-X", "password2"]),
    "aes256c": ("sealed", "auth md5 password1 priv aes 256 password2", ["-l", "authPriv", "-a", "MD5", "-A", "password1", "-x", "AES-256-C", "-X", "password2"]),
}


class Tools:
    def __init__(self, folder, port):
        self.env = {**os.environ, "SNMP_PERSISTENT_DIR": folder, "SNMPCONFPATH": folder, "MIBS": ""}
        self.port = port

    def run(self, tool, *args, port=None):
        """Exit status and what it said."""
        words = [tool, "-On", "-r0", "-t3", *args]
        at = next(i for i, w in enumerate(words) if w == "@")
        words[at] = f"127.0.0.1:{port or self.port}"
        r = subprocess.run(words, env=self.env, capture_output=True, text=True, timeout=60)
        return r.returncode, r.stdout + r.stderr

    def good(self, want, tool, *args, **how):
        status, said = self.run(tool, *args, **how)
        assert status == 0 and want in said, f"{tool} {args}: {status} {said!r}, not {want!r}"
        return said

    def bad(self, want, tool, *args, **how):
        status, said = self.run(tool, *args, **how)
        assert status != 0 and want in said, f"{tool} {args}: {status} {said!r}, not {want!r}"


def counter(router, name):
    return int(re.search(r"(\d+) " + re.escape(name), router.type("show snmp")).group(1))


def communities(router, tools):
    for v in ("-v1", "-v2c"):
        tools.good(f'{SYS_NAME} = STRING: "R1"', "snmpget", v, "-c", "public", "@", SYS_NAME)
        tools.good(f'{SYS_LOCATION} = STRING: "Rack 4"', "snmpgetnext", v, "-c", "public", "@", SYS_NAME)
        tools.good('= STRING: "here"', "snmpset", v, "-c", "private", "@", SYS_LOCATION, "s", "here")
        assert "snmp-server location here" in router.type("show running-config | include snmp-server location")
        tools.good('= STRING: "Rack 4"', "snmpset", v, "-c", "private", "@", SYS_LOCATION, "s", "Rack 4")
        was = counter(router, "Unknown community name")
        tools.bad("No Response", "snmpget", "-t1", v, "-c", "wrong", "@", SYS_NAME)
        assert counter(router, "Unknown community name") == was + 1
        tools.bad("No Response", "snmpget", "-t1", v, "-c", "far", "@", SYS_NAME)
        tools.good("R1", "snmpget", v, "-c", "near", "@", SYS_NAME)
        walk = tools.good("", "snmpwalk", v, "-c", "part", "@", ".1")
        assert set(re.findall(r"^\.1\.3\.6\.1\.2\.1\.1\.(\d+)\.", walk, re.M)) >= {"1", "2", "3", "5", "6", "7"} and "1.1.4.0" not in walk and ".2.1.11." not in walk, walk
    assert "%SNMP-3-AUTHFAIL: Authentication failure for SNMP req from host 127.0.0.1" in router.type("show logging | include AUTHFAIL: ")
    tools.bad("noAccess", "snmpset", "-v2c", "-c", "public", "@", SYS_LOCATION, "s", "x")
    tools.bad("noSuchName", "snmpset", "-v1", "-c", "public", "@", SYS_LOCATION, "s", "x")
    tools.good('= STRING: "R1-b"', "snmpset", "-v2c", "-c", "private", "@", SYS_NAME, "s", "R1-b")
    tools.bad("wrongValue", "snmpset", "-v2c", "-c", "private", "@", SYS_NAME, "s", "R 1")
    tools.bad("wrongValue", "snmpset", "-v2c", "-c", "private", "@", SYS_NAME, "s", "")
    tools.bad("wrongValue", "snmpset", "-v2c", "-c", "private", "@", SYS_NAME, "s", "R" * 64)
    tools.bad("notWritable", "snmpset", "-v2c", "-c", "private", "@", SYS_NAME, "s", "half", SYS_UPTIME, "t", "1")
    tools.good('"R1-b"', "snmpget", "-v2c", "-c", "public", "@", SYS_NAME)
    tools.good('= STRING: "R1"', "snmpset", "-v2c", "-c", "private", "@", SYS_NAME, "s", "R1")
    assert re.search(r"^hostname R1\s*$", router.type("show running-config | include ^hostname"), re.M)
    tools.bad("wrongType", "snmpset", "-v2c", "-c", "private", "@", SYS_LOCATION, "i", "1")
    tools.bad("notWritable", "snmpset", "-v2c", "-c", "private", "@", SYS_UPTIME, "t", "1")
    # all or none: the second is refused, the first stays as it was
    tools.bad("notWritable", "snmpset", "-v2c", "-c", "private", "@", SYS_LOCATION, "s", "half", SYS_UPTIME, "t", "1")
    tools.good('"Rack 4"', "snmpget", "-v2c", "-c", "public", "@", SYS_LOCATION)
    tools.good("No Such Instance", "snmpget", "-v2c", "-c", "public", "@", ".1.3.6.1.2.1.1.5.1")
    tools.good("No Such Object", "snmpget", "-v2c", "-c", "public", "@", ".1.3.6.1.2.1.99.1.0")
    tools.bad("noSuchName", "snmpget", "-v1", "-c", "public", "@", ".1.3.6.1.2.1.1.5.1")
    print("v1 and v2c: get, get-next, set, views, access lists, errors")


def key(name):
    return [int(n) for n in name.strip(".").split(".")]


def in_order(router, tools):
    stop = threading.Event()
    names = []
    for tool, more in (("snmpwalk", []), ("snmpbulkwalk", ["-Cr50"]), ("snmpbulkwalk", ["-Cr1"])):
        said = tools.good("", tool, "-v2c", "-c", "public", *more, "@", ".1")
        names = [m for m in re.findall(r"^(\.[0-9.]+) = (?!No more)", said, re.M)]
        assert len(names) > 40 and "not increasing" not in said, said[-500:]
        assert all(key(a) < key(b) for a, b in zip(names, names[1:])), "not in order"
    # Interfaces come and go meanwhile: whatever a walk meets, it goes forward and ends.
    walks = []

    def walker():
        while not stop.is_set():
            walks.append(tools.run("snmpbulkwalk", "-v2c", "-c", "public", "-Cr7", "@", ".1"))
    thread = threading.Thread(target=walker)
    thread.start()
    n = 0
    while len(walks) < 20 and n < 5000:
        n += 1
        router.type("configure terminal")
        router.type(f"interface Loopback{n % 3}")
        router.type("exit")
        if n > 3:
            router.type(f"no interface Loopback{(n + 1) % 3}")
        router.type("end")
    stop.set()
    thread.join()
    for status, said in walks:
        seen = re.findall(r"^(\.[0-9.]+) = (?!No more)", said, re.M)
        assert status == 0 and all(key(a) < key(b) for a, b in zip(seen, seen[1:])), said[-300:]
    print(f"walks of {len(names)} rows are in order, {len(walks)} of them while interfaces came and went")


def users(router, tools):
    router.type("configure terminal")
    for name, (group, line, _) in USERS.items():
        said = router.type(f"snmp-server user {name} {group} v3 {line}".strip())
        assert "%" not in said, said
    router.type("end")
    assert "snmp-server user" not in router.type("show running-config")
    for name, (group, _, words) in USERS.items():
        tools.good('"R1"', "snmpget", "-v3", "-u", name, *words, "@", SYS_NAME)
        tools.good(".1.3.6.1.2.1.11.1.0 = Counter32", "snmpbulkwalk", "-v3", "-u", name, *words, "@", ".1.3.6.1.2.1.11")
    # a key that is localized already, as RFC 3414 A.2 makes it: a million octets of the password, hashed; then with the engine's id between
    engine = bytes.fromhex(re.search(r"engineID: (\w+)", router.type("show snmp engineID")).group(1))
    ku = hashlib.sha1((b"password3" * 116509)[:1048576]).digest()
    kul = hashlib.sha1(ku + engine + ku).hexdigest()
    router.type("configure terminal")
    assert "%" in router.type("snmp-server user ready signed v3 encrypted auth sha 0102")
    assert "%" not in router.type(f"snmp-server user ready signed v3 encrypted auth sha {kul}")
    router.type("end")
    tools.good('"R1"', "snmpget", "-v3", "-u", "ready", "-l", "authNoPriv", "-a", "SHA", "-A", "password3", "@", SYS_NAME)
    sha, aes = USERS["sha"][2], USERS["aes128"][2]
    tools.good('"v3"', "snmpset", "-v3", "-u", "sha", *sha, "@", SYS_LOCATION, "s", "v3")
    tools.bad("noAccess", "snmpset", "-v3", "-u", "aes128", *aes, "@", SYS_LOCATION, "s", "x")
    tools.bad("Authentication failure", "snmpget", "-v3", "-u", "sha", *sha[:-1], "password9", "@", SYS_NAME)
    tools.bad("Decryption error", "snmpget", "-v3", "-u", "aes128", *aes[:-1], "password9", "@", SYS_NAME)
    tools.bad("Unknown user name", "snmpget", "-v3", "-u", "stranger", *sha, "@", SYS_NAME)
    tools.bad("Unsupported security level", "snmpget", "-v3", "-u", "nobody", *sha, "@", SYS_NAME)
    tools.bad("authorizationError", "snmpget", "-v3", "-u", "aes128", *aes[:1], "authNoPriv", *aes[2:6], "@", SYS_NAME)
    tools.bad("Bad context", "snmpget", "-v3", "-u", "sha", *sha, "-n", "nowhere", "@", SYS_NAME)
    print(f"v3: {len(USERS)} users of every level; wrong passwords, keys, names, levels and contexts are refused")


class Relay:
    """A port between a tool and the agent that keeps what the tool said."""

    def __init__(self, to):
        self.front, self.back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", 0))
        self.back.connect(("127.0.0.1", to))
        self.back.settimeout(3)
        self.said = []
        threading.Thread(target=self.carry, daemon=True).start()

    def port(self):
        return self.front.getsockname()[1]

    def carry(self):
        while True:
            data, peer = self.front.recvfrom(65536)
            self.said.append(data)
            try:
                self.back.send(data)
                self.front.sendto(self.back.recv(65536), peer)
            except (TimeoutError, OSError):
                pass


def say(port, message):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("127.0.0.1", port))
        s.settimeout(5)
        s.send(message)
        return s.recv(65536)


NOT_IN_WINDOW = bytes.fromhex("060a2b060106030f01010200")  # usmStatsNotInTimeWindows.0
WRONG_DIGEST = bytes.fromhex("060a2b060106030f01010500")


def replays(router, tools, folder):
    """A signed set that was good is sent again: unchanged after a reload, and with one octet of its value turned."""
    relay = Relay(tools.port)
    tools.good('"once"', "snmpset", "-v3", "-u", "sha", *USERS["sha"][2], "@", SYS_LOCATION, "s", "once", port=relay.port())
    message = relay.said[-1]
    turned = message.replace(b"once", b"ONCE")
    assert turned != message and WRONG_DIGEST in say(tools.port, turned)
    assert "location once" in router.type("show running-config | include snmp-server location")
    router.type("write memory")
    engine = re.search(r"engineID: (\w+)", router.type("show snmp engineID")).group(1)
    router.stop()
    again = Router(folder, "R1", CONFIG, "--snmp", f"127.0.0.1:{tools.port}")
    assert engine in again.type("show snmp engineID"), "the engine id is kept"
    assert NOT_IN_WINDOW in say(tools.port, message), "a message of an earlier boot is out of the window"
    assert "location once" not in again.type("show running-config | include snmp-server location")
    for name in ("sha", "aes256", "des"):
        tools.good('"R1"', "snmpget", "-v3", "-u", name, *USERS[name][2], "@", SYS_NAME)
    # -Z: a tool that believes in an earlier boot is told the right one and asks again; one that believes in a later time does not take an earlier (RFC 3414, 3.2 7b)
    tools.good('"R1"', "snmpget", "-r2", "-v3", "-u", "sha", *USERS["sha"][2], "-Z", "1,0", "@", SYS_NAME)
    tools.bad("No Response", "snmpget", "-t1", "-v3", "-u", "sha", *USERS["sha"][2], "-Z", "2,1000", "@", SYS_NAME)
    relay = Relay(tools.port)
    tools.run("snmpget", "-v3", "-u", "sha", *USERS["sha"][2], "-Z", "2,1000", "@", SYS_NAME, port=relay.port())
    assert any(NOT_IN_WINDOW in say(tools.port, m) for m in relay.said), "no report about the time"
    stats = tools.good("", "snmpwalk", "-v2c", "-c", "private", "@", ".1.3.6.1.6.3.15.1.1")
    assert int(re.search(r"15\.1\.1\.2\.0 = Counter32: (\d+)", stats).group(1)) >= 3, stats
    assert "15.1.1" not in tools.good("", "snmpwalk", "-v2c", "-c", "public", "@", ".1.3.6.1.6.3.10"), "v1default shows usmStats"
    tools.good("= INTEGER: 2", "snmpget", "-v2c", "-c", "public", "@", ".1.3.6.1.6.3.10.2.1.2.0")
    print("v3: users and engine survive a reload; changed, replayed and out-of-window messages are refused")
    return again


FLOOD = """import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("127.0.0.1", int(sys.argv[1])))
bad = [bytes.fromhex("3026020101040577726f6e67a01a020101020100020100300f300d06092b06010401ce0f02000500"), b"\\x30\\x82", bytes(200)]
began, n = time.monotonic(), 0
while n < 150000:
    for _ in range(500):
        try:
            s.send(bad[n % 3])
        except OSError:
            pass
        n += 1
    ahead = began + n / 50000 - time.monotonic()
    if ahead > 0:
        time.sleep(ahead)
print(n / (time.monotonic() - began))
"""


def flood(router, tools):
    was = counter(router, "SNMP packets input")
    process = start([sys.executable, "-c", FLOOD, str(tools.port)], stdout=subprocess.PIPE, text=True)
    slowest = 0
    asked = 0
    while process.poll() is None:
        began = time.monotonic()
        router.type("show clock")
        slowest = max(slowest, time.monotonic() - began)
        asked += 1
    rate = float(process.stdout.read())
    wait_for("the agent", lambda: tools.run("snmpget", "-v2c", "-c", "public", "@", SYS_NAME)[0] == 0)
    heard = counter(router, "SNMP packets input") - was
    bad = counter(router, "Unknown community name") + counter(router, "Encoding errors")
    assert asked >= 2 and slowest < 5, f"{asked} commands, the slowest in {slowest:.1f} s"
    assert bad > 1000 and heard > 1000, (bad, heard)
    print(f"a flood of {rate:.0f} bad requests a second: {heard} of 150000 heard and counted, {asked} commands answered meanwhile, the slowest in {slowest * 1000:.0f} ms")


with tempfile.TemporaryDirectory() as folder:
    tools = Tools(folder, free_port())
    router = Router(folder, "R1", CONFIG, "--snmp", f"127.0.0.1:{tools.port}")
    try:
        communities(router, tools)
        in_order(router, tools)
        users(router, tools)
        router = replays(router, tools, folder)
        flood(router, tools)
    finally:
        router.stop()
