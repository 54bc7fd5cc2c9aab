#!/usr/bin/python3
"""Clients that are not in Debian, played by hand: how Scrapli, Oxidized, RANCID, pyATS and NAPALM open a session, recognise prompts, disable paging, ask and leave. Their patterns are
what their users rely on; a prompt, echo or text that one of them would not recognise fails here."""
import os, re, sys, time

sys.path.insert(0, os.path.dirname(__file__))
import routers, sshlab

routers.need(modules=("paramiko",))
import paramiko

NAME = "edge-1.lab"


class Session:
    """A shell channel as a client library holds it: everything that comes is kept; `until` finds the client's own pattern in it."""

    def __init__(self, router, user, password, term="vt100", width=80, height=24):
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        self.client.connect("127.0.0.1", router.port, user, password, look_for_keys=False, allow_agent=False, timeout=60, auth_timeout=60, banner_timeout=60)
        self.channel = self.client.invoke_shell(term, width, height)
        self.channel.settimeout(60)
        self.seen = ""
        self.all = ""

    def send(self, text):
        self.channel.send(text.encode())

    def until(self, pattern, flags=0):
        regex = re.compile(pattern, flags)
        while not (m := regex.search(self.seen)):
            data = self.channel.recv(65536)
            if not data:
                raise AssertionError(f"closed while waiting for {pattern!r} in {self.seen[-500:]!r}")
            text = data.decode("latin-1")
            assert "\x1b" not in text, f"an ESC reached a vty: {text!r}"
            self.seen += text
            self.all += text
        before, self.seen = self.seen[:m.end()], self.seen[m.end():]
        return before

    def closed(self):
        while data := self.channel.recv(65536):
            self.all += data.decode("latin-1")
        self.client.close()


def scrapli(router):
    """Prompts by level, each line's echo read first, then the prompt at the end of what has arrived."""
    exec_, priv, conf = rf"(?mi)^[\w.\-@/:]{{1,63}}>$", rf"(?mi)^[\w.\-@/:]{{1,63}}#$", rf"(?mi)^[\w.\-@/:]{{1,63}}\([\w.\-@/:+]{{0,32}}\)#$"
    failed = ("% Ambiguous command", "% Incomplete command", "% Invalid input detected", "% Unknown command", "Command authorization failed")
    s = Session(router, "op", "op-secret", width=256, height=80)

    def command(line, prompt=priv, refused=None):
        s.send(line)
        s.until(re.escape(line))
        s.send("\n")
        out = s.until(prompt)
        marks = [f for f in failed if f in out]
        assert marks == ([refused] if refused else []), (line, out)
        return out.replace("\r", "").split("\n")[1:-1]

    s.until(exec_)
    s.send("enable\n")
    s.until(r"(?im)^(?:enable\s){0,1}password:\s?$")
    s.send("enable-me\n")
    s.until(priv)
    command("terminal length 0")
    command("terminal width 512")
    assert command("show privilege") == ["Current privilege level is 15"]
    command("configure terminal", conf)
    command("interface Loopback5", conf)
    command("description " + "x" * 200, conf)
    command("ip address 192.0.2.5", conf, "% Incomplete command")
    command("crypto isakmp policy 10", conf)
    command("exit", conf)
    command("end")
    command("show runing-config", priv, "% Invalid input detected")
    command("show i", priv, "% Ambiguous command")
    lines = command("show running-config")
    assert lines[-1] == "end" or lines[-2:] == ["end", ""], lines[-3:]
    assert " description " + "x" * 200 in lines
    s.send("exit\n")
    s.closed()


def oxidized(router):
    """One prompt pattern for everything; output ends where a line is a prompt; its header and caret errors are cut away."""
    prompt = r"(?m)^([\w.@()-]+[#>]\s?)$"
    s = Session(router, "admin", "admin-secret")
    s.until(prompt)

    def command(line):
        s.send(line + "\n")
        return s.until(prompt).replace("\r", "").split("\n")[1:-1]

    for quiet in ("terminal length 0", "terminal width 0"):
        assert command(quiet) == [], quiet
    version = "\n".join(command("show version"))
    assert re.search(r"^(?:Cisco )?IOS .*Software,? \(?[A-Za-z0-9_-]*\)?.*Version\s+(.*)$", version, re.M) or re.search(r"Software.*Version\s+\S+", version), version
    assert re.search(r'^System image file is "([^"]*)"$', version, re.M), version
    command("show vtp status")
    assert any(x.startswith("NAME: ") for x in command("show inventory"))
    running = command("show running-config")
    assert running[0] == "Building configuration..." and running[1] == "" and re.match(r"Current configuration : \d+ bytes$", running[2]), running[:4]
    assert [x for x in running if x][-1] == "end"
    s.send("exit\n")
    s.closed()


def rancid(router):
    """clogin, then the commands in one go; every command must be seen echoed after the prompt, and so must exit."""
    s = Session(router, "op", "op-secret", term="vt100")
    s.until(r"(>|#| \(enable\))")
    s.send("enable\r")
    s.until(r"[Pp]assword:")
    s.send("enable-me\r")
    s.until("#")
    asked = ["terminal length 0", "terminal width 132", "show version", "show install active", "show env all", "show boot", "show flash:", "dir /all nvram:", "dir /all flash:",
             "show inventory raw", "show vtp status", "show vlan", "show debug", "show running-config view full", "show running-config", "write term", "exit"]
    for line in asked[:-1]:
        s.send(line + "\r")
        s.until(re.escape(NAME) + r"#$")
    s.send("exit\r")
    s.closed()
    for line in asked:
        found = re.search(re.escape(NAME) + "# ?" + re.escape(line) + r"\r?$", s.all, re.M)
        assert found, (line, s.all[-400:])
    assert re.search(r"^end\r?$", s.all, re.M)
    assert "uthorization failed" not in s.all


def pyats(router):
    """States by pattern with the known hostname."""
    enable, disable, config = rf"^(.*?){NAME}#\s?$", rf"^(.*?){NAME}>\s?$", r"^(.*)\(.*(con|cfg|ipsec-profile|ca-trustpoint|gkm-local-server)\S*\)#\s?$"
    s = Session(router, "op", "op-secret")
    s.until(disable, re.M)
    s.send("enable\r")
    s.until(r"^.*?enable[\r\n]*.*?[Pp]assword( for )?(\S+)?: ?$", re.M | re.S)
    s.send("enable-me\r")
    s.until(enable, re.M)
    for line in ("term length 0", "term width 0", "show version"):
        s.send(line + "\r")
        assert not re.search(r"^%\s*[Ii]n(valid|complete)", s.until(enable, re.M), re.M)
    for line in ("config term", "no logging console", "line console 0", "exec-timeout 0"):
        s.send(line + "\r")
        assert not re.search(r"^%\s*[Ii]n(valid|complete)", s.until(config, re.M), re.M), line
    for line, mode in (("crypto isakmp policy 7", config), ("crypto ipsec transform-set T esp-aes esp-sha-hmac", config), ("crypto map M 1 ipsec-isakmp", config), ("ip access-list extended A", config),
                       ("event manager applet X", config)):
        s.send(line + "\r")
        s.until(mode, re.M)
    s.send("end\r")
    s.until(enable, re.M)
    # to get a prompt back it sends Ctrl-^ and Ctrl-C: neither may do harm
    s.send("\x1e")
    s.send("\x03")
    s.send("\rshow privilege\r")
    s.until(rf"Current privilege level is 15\r\n{NAME}#$")
    # what it does with a pager
    s.send("term length 24\r")
    s.until(enable, re.M)
    s.send("show running-config\r")
    pages = 0
    while True:
        out = s.until(rf"(\s*--\s?[Mm]ore\s?--\s*$|{NAME}#\s?$)")
        if out.rstrip().endswith("#"):
            break
        pages += 1
        s.send(" ")
    assert pages >= 1
    s.send("exit\r")
    s.closed()


def napalm(router):
    """Its getters' own patterns over plain commands."""
    s = Session(router, "admin", "admin-secret", width=511, height=1000)
    s.until(NAME + "#$")

    def command(line):
        s.send(line + "\n")
        return "\n".join(s.until(NAME + "#$").replace("\r", "").split("\n")[1:-1])

    s.send("terminal width 511\n")
    s.until(r"terminal width 511")
    s.until(NAME + "#$")
    command("terminal length 0")
    version = command("show version")
    assert re.search(r"(\S+) uptime is (.+)", version).group(1) == NAME
    assert re.search(r"Processor board ID (\S+)", version)
    assert re.search(r"[Cc]isco (.+?) .+bytes of", version), version
    assert "Default domain is lab.test" in command("show hosts")
    brief = command("show ip interface brief").split("\n")
    assert re.match(r"Interface +IP-Address +OK\? +Method +Status +Protocol", brief[0])
    for row in brief[1:]:
        assert len(row.split()) >= 6, row
    interfaces = command("show interfaces")
    blocks = re.split(r"(?m)^(?=\S)", interfaces)[1:]
    assert len(blocks) == len(brief) - 1 >= 2, (brief, interfaces)
    for block in blocks:
        assert re.match(r"\S+ is .+, line protocol is \S+", block), block[:80]
        assert re.search(r"MTU (\d+) bytes, BW (\d+) Kbit", block), block[:200]
    memory = command("show memory statistics")
    assert re.search(r"^\s*Processor +\S+ +\d+ +\d+ +\d+", memory, re.M), memory
    assert re.search(r"^\s*(I/O|lsmpi_io) +\S+ +\d+ +\d+ +\d+", memory, re.M), memory
    assert re.search(r"CPU utilization for five seconds: +(\d+)%/(\d+)%; one minute: +(\d+)%; five minutes: +(\d+)%", command("show processes cpu"))
    arp = command("show arp | exclude Incomplete").split("\n")
    assert re.match(r"Protocol +Address +Age \(min\) +Hardware Addr +Type +Interface", arp[0]), arp
    for row in arp[1:]:
        assert len(row.split()) in (5, 6), row
    ping = command("ping 192.0.2.1 timeout 2 size 100 repeat 3")
    assert re.search(r"Success rate is +100 percent \(3/3\), round-trip min/avg/max = \d+/\d+/\d+ ms", ping) and "%" not in ping, ping
    trace = command("traceroute 192.0.2.1 ttl 0 255 timeout 2")
    assert "Invalid" not in trace, trace

    # a merge and a commit as it does them
    s.send("configure terminal\n")
    s.until(r"\(config\)#$")
    s.send("file prompt quiet\n")
    s.until(r"\(config\)#$")
    s.send("end\n")
    s.until(NAME + "#$")
    assert "Error" not in command("copy running-config flash:/rollback_config.txt")
    command("copy running-config flash:/candidate_config.txt")
    done = command("configure replace flash:/candidate_config.txt force revert trigger error")
    assert "Rollback Done" in done and not re.search(r"error|failed", done, re.I), done
    s.send("write mem\n")
    assert "[OK]" in s.until(NAME + "#$")
    users = command("show running-config | section username")
    for row in users.split("\n"):
        assert re.match(r"^username\s+(\S+)\s+(?:privilege\s+(\S+)\s+)?(?:(password|secret) \d+\s+(\S+))?$", row), row
    s.send("exit\n")
    s.closed()


def typed_ahead(router):
    """A whole script sent at once, with CR, LF and CRLF as line ends, and NULs as a liveness probe sends them."""
    s = Session(router, "admin", "admin-secret", width=512)
    s.until(NAME + "#$")
    s.send("terminal length 0\r\nshow clock\nconfigure terminal\rhostname " + NAME + "\r\n\x00end\nshow privilege\r\x00exit\n")
    s.closed()
    assert s.all.count("Current privilege level is 15") == 1, s.all
    assert s.all.count("Enter configuration commands, one per line.  End with CNTL/Z.") == 1, s.all


def main():
    with routers.Folder() as folder, sshlab.SshRouter(folder, NAME, sshlab.CLIENTS, secret="enable-me") as router:
        for client in (scrapli, oxidized, rancid, pyats, napalm, typed_ahead):
            began = time.monotonic()
            client(router)
            print(f"{client.__name__}: at home after {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
