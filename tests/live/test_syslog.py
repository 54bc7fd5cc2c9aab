#!/usr/bin/python3
"""A real rsyslog takes the router's log apart, over UDP (through the router, slirp:) and over TCP (this machine's sockets): with its standard parser severity, facility and
text, with its parser for IOS also host name, time and tag. What was said before the link was up arrives too; a receiver that comes back gets what waited."""
import json, os, signal, socket, subprocess, sys

sys.path.insert(0, os.path.dirname(__file__))
from routers import Folder, Router, free_port, need, skip, start, wait_for

need("rsyslogd")
if not any(os.path.exists(os.path.join(d, "rsyslog/pmciscoios.so")) for d in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib")):
    skip("rsyslog without pmciscoios")

CONFIG = """no ip domain lookup
no logging console
logging buffered 100000 debugging
logging facility local4
logging origin-id hostname
logging discriminator quiet mnemonics drops CONFIG_I
logging host 10.0.2.2 discriminator quiet
logging host 10.0.2.3
interface Ethernet0/9
 ip address 10.0.2.15 255.255.255.0
ip route 0.0.0.0 0.0.0.0 10.0.2.2
line con 0
 privilege level 15
event manager applet sender
 event none
 action 1 syslog priority warnings msg "a line for the collector"
end
"""


def rsyslog(folder, ports):
    conf = os.path.join(folder, "rsyslog.conf")
    inputs = "".join(f"""input(type="{kind}" address="127.0.0.1" port="{port}" ruleset="{name}")\n""" for name, kind, port in
                     (("plain", "imudp", ports["plain"]), ("ios", "imudp", ports["ios"]), ("stream", "imtcp", ports["stream"])))
    parsers = {"plain": "rsyslog.rfc3164", "ios": "test.ios", "stream": "test.ios"}
    with open(conf, "w") as f:
        f.write(f"""global(workDirectory="{folder}" parser.escapeControlCharactersOnReceive="on")
module(load="imudp")
module(load="imtcp")
module(load="pmciscoios")
parser(name="test.ios" type="pmciscoios" present.origin="on")
template(name="parts" type="list" option.jsonf="on") {{
 property(outname="severity" name="syslogseverity-text" format="jsonf")
 property(outname="facility" name="syslogfacility-text" format="jsonf")
 property(outname="host" name="hostname" format="jsonf")
 property(outname="tag" name="syslogtag" format="jsonf")
 property(outname="text" name="msg" format="jsonf")
 property(outname="raw" name="rawmsg" format="jsonf")
}}
""")
        for name, parser in parsers.items():
            f.write(f"""ruleset(name="{name}" parser="{parser}") {{ action(type="omfile" file="{folder}/{name}.json" template="parts" fileCreateMode="0600") }}\n""")
        f.write(inputs)
    return start(["rsyslogd", "-n", "-f", conf, "-i", os.path.join(folder, "rsyslog.pid")], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)


def got(folder, name, word):
    path = os.path.join(folder, name + ".json")
    lines = open(path).read().splitlines() if os.path.exists(path) else []
    return [m for m in map(json.loads, lines) if word in m["raw"]]


with Folder() as folder:
    ports = {"plain": free_port(), "ios": free_port(), "stream": free_port(socket.SOCK_STREAM)}
    daemon = rsyslog(folder, ports)
    router = Router(folder, "R1", CONFIG, "--link", f"Ethernet0/9=slirp:map=514:{ports['plain']},map=5514:{ports['ios']}")
    try:
        router.line_up("Ethernet0/9")
        for line in ("configure terminal", "logging host 10.0.2.2 transport udp port 514 discriminator quiet", "end"):
            router.type(line)
        wait_for("the boot", lambda: got(folder, "plain", "%SYS-5-RESTART"))
        restart = got(folder, "plain", "%SYS-5-RESTART")[0]
        assert restart["severity"] == "notice" and restart["facility"] == "local4", restart
        router.type("event manager run sender")
        wait_for("a line", lambda: got(folder, "plain", "a line for the collector"))
        m = got(folder, "plain", "a line for the collector")[0]
        assert (m["severity"], m["facility"]) == ("warning", "local4"), m
        assert m["text"].endswith("%HA_EM-4-LOG: sender: a line for the collector"), m
        assert not got(folder, "plain", "CONFIG_I"), "the discriminator let it through"
        print("standard parser:", m)

        for line in ("configure terminal", "no logging host 10.0.2.2", "logging host 10.0.2.2 transport udp port 5514", "end", "event manager run sender"):
            router.type(line)
        wait_for("a line", lambda: got(folder, "ios", "a line for the collector"))
        m = got(folder, "ios", "a line for the collector")[0]
        assert (m["severity"], m["facility"], m["host"], m["tag"]) == ("warning", "local4", "R1", "%HA_EM-4-LOG:"), m
        assert m["text"].strip() == "sender: a line for the collector", m
        c = got(folder, "ios", "CONFIG_I")[0]
        assert (c["severity"], c["host"], c["tag"], c["text"].strip()) == ("notice", "R1", "%SYS-5-CONFIG_I:", "Configured from console by console"), c
        print("parser for IOS:", m)

        for line in ("configure terminal", f"logging host 127.0.0.1 transport tcp port {ports['stream']}", "end"):
            router.type(line)
        wait_for("a line over TCP", lambda: got(folder, "stream", "CONFIG_I"))
        assert f"Logging to 127.0.0.1  (tcp port {ports['stream']}, audit disabled,\n              link up)," in router.type("show logging")
        m = got(folder, "stream", "CONFIG_I")[0]
        assert (m["host"], m["tag"], m["text"].strip()) == ("R1", "%SYS-5-CONFIG_I:", "Configured from console by console"), m
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
        wait_for("the loss", lambda: "link down" in router.type("show logging").split("(tcp", 1)[1].split("filtering", 1)[0])
        router.type("event manager run sender")
        daemon = rsyslog(folder, ports)
        wait_for("what waited", lambda: got(folder, "stream", "a line for the collector"), 60)
        print("over TCP:", m)
    finally:
        router.stop()
        daemon.terminate()
        daemon.wait()
