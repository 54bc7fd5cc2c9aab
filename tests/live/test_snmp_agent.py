#!/usr/bin/python3
"""The agent and Debian's own SNMP tools, over a port of this machine: v1, v2c and v3 at every level, wrong strings, passwords and keys, messages replayed after a reload and
outside the time window, messages of v3 made by hand, sets of every object, walks in order while configuration changes, and a flood of bad requests beside a console that answers."""
import hashlib, hmac, os, re, socket, subprocess, sys, tempfile, threading, time

sys.path.insert(0, os.path.dirname(__file__))
from routers import Router, free_port, need, start, wait_for

need("snmpget", "snmpgetnext", "snmpwalk", "snmpbulkget", "snmpbulkwalk", "snmpset")

SYS_NAME, SYS_LOCATION, SYS_UPTIME = ".1.3.6.1.2.1.1.5.0", ".1.3.6.1.2.1.1.6.0", ".1.3.6.1.2.1.1.3.0"
CONFIG = """no ip domain lookup
no logging console
logging buffered 100000 debugging
interface Loopback9
 ip address 198.51.100.9 255.255.255.255
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


def contexts(router, tools):
    """A context lets in whom a row of his group names it for: exactly, or by its beginning; all of them have the same objects."""
    sha = ["-v3", "-u", "sha", *USERS["sha"][2]]
    router.type("configure terminal")
    for line in ("snmp-server context blue", "snmp-server context blaze", "snmp-server context red", "snmp-server group signed v3 auth context blue read system",
                 "snmp-server group signed v3 auth context bl match prefix"):
        said = router.type(line)
        assert "%" not in said, said
    router.type("end")
    tools.good('"R1"', "snmpget", *sha, "-n", "blaze", "@", SYS_NAME)
    tools.good("= Counter32", "snmpget", *sha, "-n", "blaze", "@", ".1.3.6.1.2.1.11.1.0")
    tools.good("No Such", "snmpget", *sha, "-n", "blue", "@", ".1.3.6.1.2.1.11.1.0")  # the exact row counts, and its view
    tools.bad("noAccess", "snmpset", *sha, "-n", "blaze", "@", SYS_LOCATION, "s", "x")
    tools.bad("authorizationError", "snmpget", *sha, "-n", "red", "@", SYS_NAME)
    tools.bad("Bad context", "snmpget", *sha, "-n", "bl", "@", SYS_NAME)
    group = router.type("show snmp group")
    assert re.search(r"groupname: signed +security model:v3 auth *\s+contextname: blue +storage-type: nonvolatile\s+readview : system ", group), group
    router.type("configure terminal")
    for line in ("no snmp-server group signed v3 auth context blue", "no snmp-server group signed v3 auth context bl", "no snmp-server context blue", "no snmp-server context blaze",
                 "no snmp-server context red"):
        said = router.type(line)
        assert "%" not in said, said
    router.type("end")
    tools.bad("Bad context", "snmpget", *sha, "-n", "blue", "@", SYS_NAME)
    tools.good('"R1"', "snmpget", *sha, "@", SYS_NAME)
    print("contexts: exact rows, rows by prefix, and none")


def same_everywhere(router, tools):
    """The whole tree by every tool, version and level: the same names in the same order (version 1: without Counter64)."""
    router.type("configure terminal")
    for group, level in (("every0", "noauth"), ("every1", "auth"), ("every2", "priv")):
        router.type(f"snmp-server group {group} v3 {level} read all")
    router.type("snmp-server user w0 every0 v3")
    router.type("snmp-server user w1 every1 v3 auth sha password1")
    router.type("snmp-server user w2 every2 v3 auth sha-2 256 password1 priv aes 128 password2")
    router.type("end")
    whole = None
    for who in (["-v2c", "-c", "private"], ["-v1", "-c", "private"], ["-v3", "-u", "w0", "-l", "noAuthNoPriv"], ["-v3", "-u", "w1", "-l", "authNoPriv", "-a", "SHA", "-A", "password1"],
                ["-v3", "-u", "w2", "-l", "authPriv", "-a", "SHA-256", "-A", "password1", "-x", "AES", "-X", "password2"]):
        for tool, more in (("snmpwalk", []), ("snmpbulkwalk", ["-Cr50"]), ("snmpbulkwalk", ["-Cr1"])):
            if tool == "snmpbulkwalk" and who[0] == "-v1":
                continue
            rows = re.findall(r"^(\.1\.[0-9.]+) = (?!No more)(\S*)", tools.good("", tool, *who, *more, "@", ".1"), re.M)
            names = [name for name, _ in rows]
            assert all(key(a) < key(b) for a, b in zip(names, names[1:])), f"{who} {tool}: not in order"
            if whole is None:
                whole = rows
            want = [name for name, kind in whole if who[0] != "-v1" or kind != "Counter64:"]
            # the log grows meanwhile; everything else stands still
            assert [n for n in names if ".9.9.41.1.2.3." not in n] == [n for n in want if ".9.9.41.1.2.3." not in n], f"{who} {tool}: {set(names) ^ set(want)}"
    for root in ("1.3.6.1.2.1.25.2.3.1.3.", "1.3.6.1.4.1.9.9.10.1.1.2.1.7.", "1.3.6.1.6.3.10.2.1.1.", "1.3.6.1.6.3.15.1.2.2.1.3.", "1.3.6.1.6.3.16.1.2.1.3.", "1.3.6.1.6.3.16.1.5.2.1.4.",
                 "1.3.6.1.6.3.18.1.1.1.2."):
        assert any(name.startswith("." + root) for name, _ in whole), f"nothing below {root}"
    print(f"{len(whole)} rows, the same by v1, v2c and v3 at every level, by get-next and get-bulk")


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


# ---- messages of SNMPv3 made by hand: RFC 3412 section 6, RFC 3414 section 2.4 ----

def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    return bytes([tag]) + (bytes([n]) if n < 128 else bytes([0x82]) + n.to_bytes(2, "big")) + body


def number(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def v3_message(engine, boots, at, user, key=None, flags=4, model=3, context_engine=None, context=b"", digest=None, pdu=0xa0):
    """A get of sysName, signed with `key` (HMAC-SHA-96) when there is one; `digest` replaces what was computed."""
    sysname = tlv(0x30, tlv(0x30, tlv(6, bytes.fromhex("2b06010201010500")), tlv(5)))
    scoped = tlv(0x30, tlv(4, engine if context_engine is None else context_engine), tlv(4, context), tlv(pdu, number(77), number(0), number(0), sysname))

    def whole(auth):
        usm = tlv(0x30, tlv(4, engine), number(boots), number(at), tlv(4, user), tlv(4, auth), tlv(4))
        return tlv(0x30, number(3), tlv(0x30, number(4711), number(65507), tlv(4, bytes([flags])), number(model)), tlv(4, usm), scoped)
    if digest is not None:
        return whole(digest)
    return whole(hmac.new(key, whole(bytes(12)), hashlib.sha1).digest()[:12]) if key else whole(b"")


AUTH, PRIV, REPORTABLE = 1, 2, 4
ASKS = AUTH | REPORTABLE
COUNTERS = {  # what a report names: usmStats, snmpMPDStats, snmpUnknownContexts
    "level": "15.1.1.1.0", "window": "15.1.1.2.0", "user": "15.1.1.3.0", "engine": "15.1.1.4.0", "digest": "15.1.1.5.0", "decryption": "15.1.1.6.0",
    "model": "11.2.1.1.0", "invalid": "11.2.1.2.0", "handler": "11.2.1.3.0", "context": "12.1.5.0",
}


def hostile(router, tools):
    """Each way in which a message can be wrong is one counter, one step, and the report that names it (or none); what is asked is never done."""
    engine = bytes.fromhex(re.search(r"engineID: (\w+)", router.type("show snmp engineID")).group(1))
    ku = hashlib.sha1((b"password1" * 116509)[:1048576]).digest()
    key = hashlib.sha1(ku + engine + ku).digest()

    def value(oid):
        return int(tools.good("", "snmpget", "-v2c", "-Oqv", "-c", "private", "@", ".1.3.6.1.6.3." + oid))

    boots, began = value("10.2.1.2.0"), value("10.2.1.3.0") - time.monotonic()

    def now():
        return int(began + time.monotonic())

    def silent(message):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.connect(("127.0.0.1", tools.port))
            s.send(message)
            value("10.2.1.2.0")  # the agent has answered what came later
            s.setblocking(False)
            try:
                return s.recv(65536)
            except BlockingIOError:
                return None

    def case(what, counter, message, reported=True, signed=False):
        was = {name: value(oid) for name, oid in COUNTERS.items()}
        if reported:
            said = say(tools.port, message)
            oid = bytes([0x2b, 6, 1, 6, 3] + [int(n) for n in COUNTERS[counter].split(".")])
            assert oid in said and b"\xa8" in said and b"R1" not in said, f"{what}: {said.hex()}"
            assert engine in said and (b"\x04\x01\x01" in said) == signed, f"{what}: {said.hex()}"
        else:
            said = silent(message)
            assert said is None, f"{what}: {said.hex()}"
        for name, oid in COUNTERS.items():
            assert value(oid) == was[name] + (name == counter), f"{what}: {name} was {was[name]}, is {value(oid)}"

    def good(what, message):
        said = say(tools.port, message)
        assert b"\xa2" in said and b"R1" in said, f"{what}: {said.hex()}"

    once = v3_message(engine, boots, now(), b"sha", key, ASKS)
    good("a good one", once)
    good("the same within 150 seconds: RFC 3414 lets it pass", once)
    good("a sender whose clock is behind", v3_message(engine, boots, max(now() - 140, 0), b"sha", key, ASKS))
    good("a sender whose clock is ahead", v3_message(engine, boots, now() + 140, b"sha", key, ASKS))
    case("discovery", "engine", v3_message(b"", 0, 0, b""))
    case("discovery without wanting to know", "engine", v3_message(b"", 0, 0, b"", flags=0), reported=False)
    case("another engine", "engine", v3_message(engine[:-1] + bytes([engine[-1] ^ 1]), boots, now(), b"sha", key, ASKS))
    case("a longer engine id", "engine", v3_message(engine + b"\0", boots, now(), b"sha", key, ASKS))
    case("a stranger", "user", v3_message(engine, boots, now(), b"stranger", key, ASKS))
    case("the beginning of a name", "user", v3_message(engine, boots, now(), b"sh", key, ASKS))
    case("nobody", "user", v3_message(engine, boots, now(), b"", flags=REPORTABLE))
    case("a signature of one who has no key", "level", v3_message(engine, boots, now(), b"nobody", key, ASKS))
    case("encryption of one who has no key", "level", v3_message(engine, boots, now(), b"sha", key, ASKS | PRIV))
    case("another key", "digest", v3_message(engine, boots, now(), b"sha", bytes(20), ASKS))
    case("no digest", "digest", v3_message(engine, boots, now(), b"sha", flags=ASKS))
    case("a short digest", "digest", v3_message(engine, boots, now(), b"sha", flags=ASKS, digest=bytes(11)))
    case("a long digest", "digest", v3_message(engine, boots, now(), b"sha", flags=ASKS, digest=bytes(24)))
    case("too far ahead", "window", v3_message(engine, boots, now() + 160, b"sha", key, ASKS), signed=True)
    case("an earlier boot", "window", v3_message(engine, boots - 1, now(), b"sha", key, ASKS), signed=True)
    case("a later boot", "window", v3_message(engine, boots + 1, now(), b"sha", key, ASKS), signed=True)
    case("the last boot there can be", "window", v3_message(engine, 2**31 - 1, now(), b"sha", key, ASKS), signed=True)
    case("a digest before the window", "digest", v3_message(engine, boots - 1, now(), b"sha", bytes(20), ASKS))
    case("encryption without a signature", "invalid", v3_message(engine, boots, now(), b"sha", flags=REPORTABLE | PRIV), reported=False)
    case("another security model", "model", v3_message(engine, boots, now(), b"sha", key, ASKS, model=99), reported=False)
    case("the objects of another engine", "handler", v3_message(engine, boots, now(), b"sha", key, ASKS, context_engine=b"\x80\0\0\x09\3other"), signed=True)
    case("a context that is none", "context", v3_message(engine, boots, now(), b"sha", key, ASKS, context=b"nowhere"), signed=True)
    case("a report", None, v3_message(engine, boots, now(), b"nobody", pdu=0xa8), reported=False)
    case("a signed report", None, v3_message(engine, boots, now(), b"sha", key, ASKS, pdu=0xa8), reported=False)
    case("a response", None, v3_message(engine, boots, now(), b"sha", key, ASKS, pdu=0xa2), reported=False)
    whole = v3_message(engine, boots, now(), b"sha", key, ASKS)
    for cut in range(len(whole)):
        assert silent(whole[:cut]) is None, f"answers {cut} octets of {len(whole)}"
    print("v3 by hand: each way to be wrong is one step of one counter, and its report")


def sets(router, tools):
    """Every object that can be set: another type, a value out of range, an instance that is not there; none of it changes anything, alone or behind a good one."""
    def v(oid):
        return ".1.3.6.1." + oid
    settable = {  # name: instance, a good value, bad ones
        "sysContact": ("2.1.1.4.0", "s me", ["wrongLength s " + "x" * 256, "wrongValue x 0a"]),
        "sysName": ("2.1.1.5.0", "s R1", ["wrongValue s R 1", "wrongValue x 52ff"]),
        "sysLocation": ("2.1.1.6.0", "s here", ["wrongLength s " + "x" * 256, "wrongValue x 7f"]),
        "snmpEnableAuthenTraps": ("2.1.11.30.0", "i 2", ["wrongValue i 0", "wrongValue i 3"]),
        "snmpSetSerialNo": ("6.3.1.1.6.1.0", None, ["inconsistentValue i 4711"]),
        "ifAdminStatus": ("2.1.2.2.1.7.1", "i 1", ["wrongValue i 0", "wrongValue i 3"]),
        "ifLinkUpDownTrapEnable": ("2.1.31.1.1.1.14.1", "i 1", ["wrongValue i 0", "wrongValue i 3"]),
        "ifAlias": ("2.1.31.1.1.1.18.1", "s outside", ["wrongLength s " + "x" * 256, "wrongValue x 0d"]),
        "clogNotificationsEnabled": ("4.1.9.9.41.1.1.2.0", "i 2", ["wrongValue i 0", "wrongValue i 3"]),
        "clogMaxSeverity": ("4.1.9.9.41.1.1.3.0", "i 5", ["wrongValue i 0", "wrongValue i 9"]),
        "clogHistTableMaxLength": ("4.1.9.9.41.1.2.1.0", "i 1", ["wrongValue i -1", "wrongValue i 501"]),
        "cipSecHistTableSize": ("4.1.9.9.171.1.4.1.1.1.0", None, ["wrongValue i -1"]),
        "cipSecFailTableSize": ("4.1.9.9.171.1.5.1.1.1.0", None, ["wrongValue i -1"]),
        "cikeTunStatus": ("4.1.9.9.171.1.2.3.1.35.99", None, []),
        "cipSecTunStatus": ("4.1.9.9.171.1.3.2.1.51.99", None, []),
        "ceemHistoryMaxEventEntries": ("4.1.9.10.91.1.2.1.0", "i 10", ["wrongValue i -1", "wrongValue i 51"]),
    }
    before = router.type("show running-config")
    for name, (oid, good, bads) in settable.items():
        at = v(oid)
        is_text = good is not None and good.startswith("s ")
        other = ["i", "1"] if is_text else ["s", "1"]
        tools.bad("wrongType", "snmpset", "-v2c", "-c", "private", "@", at, *other)
        tools.bad("badValue", "snmpset", "-v1", "-c", "private", "@", at, *other)
        for bad in bads:
            error, kind, value = bad.split(" ", 2)
            tools.bad(error, "snmpset", "-v2c", "-c", "private", "@", at, kind, value)
            tools.bad(error, "snmpset", "-v2c", "-c", "private", "@", v("2.1.1.6.0"), "s", "half", at, kind, value)
            tools.bad("badValue", "snmpset", "-v1", "-c", "private", "@", v("2.1.1.6.0"), "s", "half", at, kind, value)
        absent = at if at.endswith(".99") else at + ".1" if at.endswith(".0") else at.rsplit(".", 1)[0] + ".999"
        tools.bad("noCreation", "snmpset", "-v2c", "-c", "private", "@", absent, *((good or "i 2").split(" ", 1)))
        tools.bad("noAccess", "snmpset", "-v2c", "-c", "public", "@", at, *((good or "i 2").split(" ", 1)))
    # columns that the MIB would let be written, and rows that a manager would like to make (as snmpusm and snmpvacm do): only lines of the configuration do that
    user, name = "5.1.2.3.4.5", "4.101.118.105.108"
    for oid, value in ((f"6.3.15.1.2.2.1.13.{user}.{name}", "i 4"), (f"6.3.15.1.2.2.1.4.{user}.{name}", "o 1.3.6.1.6.3.15.1.2.2.1.2"), ("6.3.15.1.2.1.0", "i 0"),
                       (f"6.3.16.1.2.1.5.3.{name}", "i 4"), (f"6.3.16.1.4.1.9.{name}.0.3.1", "i 4"), ("6.3.16.1.5.2.1.6.1.97.1.1", "i 4"), ("6.3.18.1.1.1.8.120", "i 4"),
                       ("6.3.12.1.2.1.9.120", "i 4"), ("6.3.13.1.1.1.5.120", "i 4"), ("2.1.2.2.1.2.1", "s Ethernet9/9"), ("2.1.25.1.2.0", "x 07e40101000000"),
                       ("2.1.99.1.0", "i 1"), ("4.1.9.9.10.1.1.1.0", "u 1")):
        tools.bad("notWritable", "snmpset", "-v2c", "-c", "private", "@", v(oid), *value.split(" ", 1))
        tools.bad("notWritable", "snmpset", "-v2c", "-c", "private", "@", v("2.1.1.6.0"), "s", "half", v(oid), *value.split(" ", 1))
        tools.bad("noSuchName", "snmpset", "-v1", "-c", "private", "@", v(oid), *value.split(" ", 1))
    assert router.type("show running-config") == before, "a set that was refused changed the configuration"
    location = re.search(r"snmp-server location (.*?)\s*\n", before).group(1)
    for oid, good in [(oid, good) for oid, good, _ in settable.values() if good]:
        tools.good(" = ", "snmpset", "-v2c", "-c", "private", "@", v(oid), *good.split(" ", 1))
    tools.good(" = ", "snmpset", "-v2c", "-c", "private", "@", v("2.1.1.6.0"), "s", location)
    print(f"sets: {len(settable)} objects, each refused in every way it can be; those that nobody may set stay as they are")


FLOOD = """import ctypes, errno, socket, sys, time
class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_char_p), ("len", ctypes.c_size_t)]
class Mmsghdr(ctypes.Structure):  # struct msghdr, and the octets that were sent
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint), ("iov", ctypes.POINTER(Iovec)), ("iovlen", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t), ("flags", ctypes.c_int), ("sent", ctypes.c_uint)]
BATCH, ALL, RATE = 300, 150000, 55000
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("127.0.0.1", int(sys.argv[1])))
libc = ctypes.CDLL(None, use_errno=True)
bad = [bytes.fromhex("3026020101040577726f6e67a01a020101020100020100300f300d06092b06010401ce0f02000500"), b"\\x30\\x82", bytes(200)]
parts = (Iovec * 3)(*(Iovec(b, len(b)) for b in bad))
batch = (Mmsghdr * BATCH)(*(Mmsghdr(iov=ctypes.pointer(parts[i % 3]), iovlen=1) for i in range(BATCH)))
began, n = time.monotonic(), 0
while n < ALL:
    gone = libc.sendmmsg(s.fileno(), batch, BATCH, 0)
    n += max(gone, 0)
    ahead = began + n / RATE - time.monotonic()
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
    assert rate > 50000 or os.getloadavg()[0] > os.cpu_count(), f"the sender reached {rate:.0f} a second"
    assert asked >= 2 and slowest < 5, f"{asked} commands, the slowest in {slowest:.1f} s"
    assert bad > 1000 and heard > 1000, (bad, heard)
    dropped = counter(router, "Input queue packet drops")
    assert heard + dropped >= 150000, f"{heard} heard, {dropped} dropped"
    print(f"a flood of {rate:.0f} bad requests a second: {heard} heard, {dropped} dropped and counted, {asked} commands answered meanwhile, the slowest in {slowest * 1000:.0f} ms")


with tempfile.TemporaryDirectory() as folder:
    tools = Tools(folder, free_port())
    router = Router(folder, "R1", CONFIG, "--snmp", f"127.0.0.1:{tools.port}")
    try:
        communities(router, tools)
        in_order(router, tools)
        users(router, tools)
        contexts(router, tools)
        same_everywhere(router, tools)
        router = replays(router, tools, folder)
        sets(router, tools)
        hostile(router, tools)
        flood(router, tools)
    finally:
        router.stop()
