#!/usr/bin/python3
"""The everyday shows as programs read them. Two routers with a tunnel between them carry pings; then every show is read by templates that know each line (templates/), and by
the expressions of the clients of network automation; figures are held against each other and against the kernel: the sum of the processor time of the router's parts against
/proc within 5%, in all and while working."""
import os, re, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Folder, Router, free_port, need, tunnel_config, wait_for

need(modules=["textfsm"])
import textfsm

HERE = os.path.dirname(os.path.abspath(__file__))
LEFT, RIGHT = "192.0.2.1", "192.0.2.2"
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def said(router, line, seconds=120):
    """What a line printed, without the line and the prompt."""
    text = router.type(line, seconds)
    return text[text.index(line + "\n") + len(line) + 1 if line + "\n" in text else 1:text.rindex("\n") + 1]


def read(router, line):
    template = os.path.join(HERE, "templates", line.replace(" ", "_") + ".textfsm")
    with open(template) as f:
        table = textfsm.TextFSM(f)
    return [dict(zip(table.header, row)) for row in table.ParseText(said(router, line))]


def kernel_ms(router):
    """User and system time of the process, all threads, from the kernel."""
    with open(f"/proc/{router.process.pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK_MS


def own_ms(router):
    """The sum of the parts' time, between two readings of the kernel's."""
    before = kernel_ms(router)
    rows = read(router, "show processes cpu")
    return before, sum(int(r["RUNTIME"]) for r in rows), kernel_ms(router), {r["NAME"]: int(r["RUNTIME"]) for r in rows}


def near(what, before, own, after, rows):
    slack = TICK_MS + rows  # the kernel's clock tick, and each row cut to whole milliseconds
    assert before * 0.95 - slack <= own <= after * 1.05 + slack, f"{what}: the parts say {own} ms, the kernel {before} to {after} ms"


def processor_time(left, right):
    ping = "ping 10.2.0.1 source Loopback0 repeat 3000 size 1000 timeout 1"
    routers = left, right
    begun = [own_ms(r) for r in routers]
    for r, (before, own, after, names) in zip(routers, begun):
        near(r.name + " so far", before, own, after, len(names))
    while any(kernel_ms(r) < b[0] + 1000 for r, b in zip(routers, begun)):
        said(left, ping)
    for r, was in zip(routers, begun):
        before, own, after, names = own_ms(r)
        near(r.name + " in all", before, own, after, len(names))
        near(r.name + " at work", before - was[2], own - was[1], after - was[0], 2 * len(names))
        for part in "Net Input", "Net Output", "IP Input", "Crypto ESP", "Exec" if r is left else "Loop":
            assert names[part] > was[3][part], f"{r.name}: {part} did nothing: {names}"
    totals = read(left, "show processes cpu")
    assert [r["PID"] for r in totals] == [str(i + 1) for i in range(len(totals))], "process ids are the parts' numbers"
    by_use = re.findall(r"^ *\d+ +\d+ +\d+ +\d+ +([\d.]+)%", said(left, "show processes cpu sorted"), re.M)
    assert by_use == sorted(by_use, key=float, reverse=True) and len(by_use) == len(totals)


def version(left):
    (v,) = read(left, "show version")
    assert v["HOSTNAME"] == "left" and v["MODEL"] == "espial" and v["PORTS"] == ["1 Ethernet interface"], v
    (i,) = read(left, "show inventory")
    assert i["NAME"] == "Chassis" and i["SN"] == v["SERIAL"] and i["VID"] == v["VERSION"], i
    memory = {m["POOL"]: {k: int(x) for k, x in m.items() if k != "POOL"} for m in read(left, "show memory statistics")}
    for pool in memory.values():
        assert pool["TOTAL"] == pool["USED"] + pool["FREE"] and pool["LOWEST"] <= pool["FREE"] and pool["LARGEST"] <= pool["FREE"], memory
    total, io = (int(x[:-1]) for x in v["MEMORY"].split("/"))
    assert set(memory) == {"Processor", "lsmpi_io"}
    assert io == memory["lsmpi_io"]["TOTAL"] // 1024 and total == (memory["Processor"]["TOTAL"] - memory["lsmpi_io"]["TOTAL"]) // 1024
    with open(f"/proc/{left.process.pid}/status") as f:
        resident = int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) * 1024
    assert abs(memory["Processor"]["USED"] - resident) < 2 << 20, (memory, resident)
    return v


def interfaces(left, right):
    ports = {i["NAME"]: i for i in read(left, "show interfaces")}
    brief = {i["NAME"]: i for i in read(left, "show ip interface brief")}
    assert set(ports) == set(brief) == {"Ethernet0/0", "Loopback0"}
    e = ports["Ethernet0/0"]
    assert (e["LINK"], e["PROTOCOL"], e["ADDRESS"], e["MTU"], e["DESCRIPTION"]) == ("up", "up", LEFT + "/24", "1500", "to right"), e
    assert brief["Ethernet0/0"] == {"NAME": "Ethernet0/0", "ADDRESS": LEFT, "METHOD": "NVRAM", "STATUS": "up", "PROTOCOL": "up"}
    assert int(e["IN_PACKETS"]) > 3000 and int(e["IN_BYTES"]) > 3000 * 1000 and e["LAST_INPUT"] != "never"
    # What one sent the other received, and nothing was lost on the way.
    r = next(i for i in read(right, "show interfaces") if i["NAME"] == "Ethernet0/0")
    assert (e["OUT_PACKETS"], e["OUT_BYTES"]) == (r["IN_PACKETS"], r["IN_BYTES"]), (e, r)
    assert (r["OUT_PACKETS"], r["OUT_BYTES"]) == (e["IN_PACKETS"], e["IN_BYTES"]), (e, r)
    counters = re.search(r"^Et0/0 +(\d+) +(\d+) +(\d+) +(\d+) $", said(left, "show interfaces counters"), re.M)
    assert counters.group(1) == e["IN_BYTES"] and sum(int(x) for x in counters.groups()[1:]) == int(e["IN_PACKETS"])
    arp = {a["ADDRESS"]: a for a in read(left, "show ip arp")}
    assert arp[LEFT]["AGE"] == "-" and arp[LEFT]["MAC"] == e["MAC"] and arp[RIGHT]["MAC"] == r["MAC"] and arp[RIGHT]["NAME"] == "Ethernet0/0", arp
    routes = {(x["CODE"], x["PREFIX"], x["LENGTH"]): x for x in read(left, "show ip route")}
    assert routes["C", "192.0.2.0", "24"]["NAME"] == "Ethernet0/0" and routes["L", LEFT, "32"], routes
    assert routes["S", "10.2.0.0", "24"]["HOP"] == RIGHT, routes
    left.process.stdin.write(b"clear counters\n\n")
    left.process.stdin.flush()
    left.until(re.compile(r"\[confirm\]\n"))
    left.until(left.prompt)
    assert re.search(r"counters 00:00:0\d", said(left, "show interfaces Ethernet0/0"))


# Expressions of cli.md's kind: what each client looks for. (name of the field, command, expression, flags)
CLIENTS = [
    ("ansible version", "show version", r"Version (\S+)", 0),
    ("ansible model", "show version", r"^[Cc]isco (.+) \(revision", re.M),
    ("ansible hostname", "show version", r"^(.+) uptime", re.M),
    ("ansible image", "show version", r'image file is "(.+)"', 0),
    ("ansible serial", "show version", r"board ID (\S+)", 0),
    ("ansible IOS-XE", "show version", r"\sIOS-XE\s", 0),
    ("ansible privilege", "show privilege", r"Current privilege level is (\d+)$", re.M),
    ("ansible cpu", "show processes cpu | include CPU utilization", r"five seconds: (\d+)%/(\d+)%; one minute: (\d+)%; five minutes: (\d+)%", 0),
    ("ansible cdp", "show cdp", r"CDP is not enabled", 0),
    ("ansible lldp", "show lldp", r"LLDP is not enabled", 0),
    ("ansible L3", "show vlan", r"% Invalid input", 0),
    ("ansible mtu", "show interfaces", r"MTU (\d+)", 0),
    ("ansible bandwidth", "show interfaces", r"BW (\d+)", 0),
    ("ansible duplex", "show interfaces", r"(\w+) Duplex", 0),
    ("ansible media", "show interfaces", r"media type is (.+)$", re.M),
    ("ansible secondary", "show ip interface", r"Internet address is (\S+)", 0),
    ("napalm vendor", "show version", r"^Cisco IOS Software|Cisco IOS Software \[", re.M),
    ("napalm uptime", "show version", r"^\S+ uptime is (.+)$", re.M),
    ("napalm model", "show version", r"Cisco (.+?) .+bytes of", 0),
    ("napalm fqdn", "show hosts", r"^Default domain is (\S+)$", re.M),
    ("napalm mtu and bandwidth", "show interfaces", r"^\s+MTU (\d+).+BW (\d+) ([KMG]?b)", re.M),
    ("napalm last change", "show interfaces", r"Hardware is .+, address is ([0-9a-f.]+)", 0),
    ("napalm cpu", "show proc cpu", r"CPU utilization for five seconds: (\d+)%", 0),
    ("napalm memory", "show memory statistics", r"^\s*Processor\s+\S+\s+(\d+)\s+(\d+)\s+(\d+)", re.M),
    ("napalm io memory", "show memory statistics", r"^\s*(?:I/O|lsmpi_io)\s+\S+\s+(\d+)\s+(\d+)\s+(\d+)", re.M),
    ("netmiko autodetect", "show version", r"Cisco IOS XE Software", 0),
    ("oxidized", "show version", r"^(?:Cisco )?IOS .* Software,? \(([A-Za-z0-9_-]*)\), .*Version\s+(.*)$", re.M),
    ("oxidized image", "show version", r'^System image file is "([^"]*)"$', re.M),
    ("oxidized processor", "show version", r"processor.* with (\S+K) bytes", 0),
]
# What Ansible takes for a failed command, also inside good output.
FAILED = [r"% ?Error", r"(?i)ERROR:", r"(?i)invalid input", r"(?i)(?:incomplete|ambiguous) command", r"(?i)connection timed out", r"[^\r\n]+ not found", r"'[^']' +returned error code", r"Bad mask",
          r"[\r\n]% Invalid"]


def clients(left):
    for who, line, expression, flags in CLIENTS:
        text = said(left, line)
        assert re.search(expression, text, flags), f"{who} finds no {expression!r} in {line}:\n{text}"
    for line in ("show version", "show inventory", "show interfaces", "show ip interface", "show ipv6 interface", "show memory statistics", "show processes cpu", "show hosts",
                 "show arp", "show ip route", "show ip traffic", "show platform", "show protocols"):
        text = said(left, line)
        for failed in FAILED:
            assert not re.search(failed, text), f"{line} looks like a failure ({failed})"
        assert not text.startswith(" ") or line.startswith(("show memory",)), f"{line} begins with a blank"
    for row in said(left, "show arp | exclude Incomplete").splitlines()[1:]:  # NAPALM: five or six fields
        assert len(row.split()) in (5, 6), row


with Folder() as folder:
    ports = free_port(), free_port()
    spec = "Ethernet0/0=udp:%d:127.0.0.1:%d"
    described = "ip domain name acme.com\ninterface Ethernet0/0\n description to right\n"
    left = Router(folder, "left", described + tunnel_config(LEFT, RIGHT, "10.1.0", "10.2.0"), "--link", spec % ports)
    right = Router(folder, "right", tunnel_config(RIGHT, LEFT, "10.2.0", "10.1.0"), "--link", spec % ports[::-1])
    for r in left, right:
        r.type("terminal length 0")
        r.line_up()
    wait_for("a tunnel", lambda: "Success rate is 100" in said(left, "ping 10.2.0.1 source Loopback0 repeat 2 timeout 1"))
    said(left, "ping 10.2.0.1 source Loopback0 repeat 3000 size 1000 timeout 1")
    processor_time(left, right)
    version(left)
    interfaces(left, right)
    clients(left)
    for r in left, right:
        r.stop()
    classic = Router(folder, "old", "line con 0\n privilege level 15\n", "--platform", "ios")
    (v,) = read(classic, "show version")
    assert v["SOFTWARE"].startswith("Cisco IOS Software, espial Software (ESPIAL-M)") and "IOS-XE" not in said(classic, "show version"), v
    assert [m["POOL"] for m in read(classic, "show memory statistics")] == ["Processor", "I/O"]
    classic.stop()
print("the shows are read by programs, and their sums are the kernel's")
