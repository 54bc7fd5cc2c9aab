#!/usr/bin/env python3
"""A person at a real terminal: typing, editing, history, the pager, long lines, interruptions, log lines, a pasted configuration, reload. No ESC may reach the screen."""
import os, re, sys, threading, time

sys.dont_write_bytecode = True
import routers

routers.need(modules=("pexpect",))
import pexpect

LEFT, UP, DOWN = "\x1b[D", "\x1b[A", "\x1b[B"
PAGED = "show platform hardware qfp active statistics drop all"  # some 50 lines
ERASE = "\b" * 9 + " " * 8 + "\b" * 9
CONFIG, IF = r"R1\(config\)#", r"R1\(config-if\)#"


class Terminal:
    """espial on a pseudo-terminal of 24 lines and 80 columns; everything it printed is kept."""

    def __init__(self, state):
        self.child = pexpect.spawn(routers.ESPIAL, ["run", "--state", state, "--hostname", "R1"], dimensions=(24, 80), encoding="latin-1", timeout=60)
        self.child.delaybeforesend = None
        self.all = ""

    def until(self, pattern, seconds=60):
        """What came before the pattern."""
        try:
            self.child.expect(pattern, timeout=seconds)
        except (pexpect.TIMEOUT, pexpect.EOF) as e:
            raise AssertionError(f"no {pattern!r} but {type(e).__name__} after {self.child.before[-1500:]!r}") from None
        self.all += self.child.before + self.child.after
        return self.child.before

    def keys(self, text):
        self.child.send(text)

    def line(self, text, prompt="R1#", seconds=60):
        """Type a line; what is printed until the next prompt."""
        self.keys(text + "\r")
        self.until(re.escape(text) + "\r\n")
        return self.until(prompt + "$", seconds)

    def config(self, *lines, prompt=CONFIG):
        self.line("configure terminal", CONFIG)
        for line in lines:
            self.line(line, prompt)


def same(got, want):
    assert got == want, f"want {want!r}\ngot  {got!r}"


def screen(text):
    """What stands on the lines in the end."""
    rows = []
    for raw in text.split("\n"):
        row, at = [], 0
        for c in raw:
            if c == "\b":
                at = max(0, at - 1)
            elif c == "\r":
                at = 0
            else:
                row[at:at + 1] = [c]
                at += 1
        rows.append("".join(row).rstrip())
    return rows


def start(t):
    began = time.monotonic()
    t.until("R1>$")  # without a key being pressed
    assert time.monotonic() - began < 2, "no prompt within two seconds"
    t.line("enable")
    t.config("no logging console")
    t.line("end")


def editing(t):
    t.keys("shw privilege" + LEFT * 11 + "o" + "\x05" + "xy\b\x7f\r")  # left, insert, to the end, two kinds of rubbing out
    same(screen(t.until("R1#$"))[-2:], ["Current privilege level is 15", ""])
    t.keys("show clock\x01\x0b\x19 detail\x17\x17privilege\r")  # ^A ^K ^Y ^W
    t.until("Current privilege level is 15\r\nR1#$")
    t.keys("rubbish\x15show privilege\x02\x02\x06\x06\r")  # ^U ^B ^F
    t.until("Current privilege level is 15\r\nR1#$")
    t.keys("show pri\t")
    t.until("\r\nR1#show privilege ")
    t.keys("?")
    t.until(r"\?\r\n  \|     Output modifiers\r\n  <cr>\r\n\r\nR1#show privilege ")
    t.keys("\r")
    t.until("level is 15\r\nR1#$")


def history(t):
    t.line("show clock")
    t.config("interface Loopback0", "description one", prompt=IF)
    t.keys(UP)
    t.until("description one$")
    t.keys(UP)
    t.until("interface Loopback0")
    t.keys(DOWN + "\b\b\btwo\r")
    t.until(IF + "$")
    assert " description two" in t.line("do show running-config interface Loopback0 | include desc", IF)
    t.keys("half a line\x03")  # Ctrl-C leaves configuration
    t.until(r"half a line\^C\r\nR1#$")
    t.keys(UP + UP)  # EXEC has its own
    t.until("configure terminal.*show clock")
    t.keys("\x15\r")
    t.until("R1#$")
    t.line("terminal history size 3")
    same(t.line("show history"), "  configure terminal\r\n  terminal history size 3\r\n  show history\r\n")


def pager(t):
    t.keys(PAGED + "\r")
    same(t.until(" --More-- $").count("\r\n"), 1 + 23)
    t.keys("\r")
    one = t.until(" --More-- $")
    assert one.startswith(ERASE) and one.count("\r\n") == 1, one
    t.keys("q")
    same(t.until("R1#$"), ERASE)
    t.keys(PAGED + "\r")
    t.until(" --More-- $")
    t.keys(" ")
    more = t.until("(?: --More-- |R1#)$")
    assert more.startswith(ERASE) and more.count("\r\n") > 5, more
    t.keys("\x03")
    t.until("R1#$")
    t.keys(PAGED + "\r")
    t.until(" --More-- $")
    t.keys("/Ipv4Null0\r")
    found = t.until("(?:--More-- |R1#)$")
    assert "filtering...\r\nIpv4Null0 " in found and found.endswith("\r\n"), found
    t.keys(PAGED + "\r")
    t.until(" --More-- $")
    t.keys("\x1ex")  # the x belongs to the escape character
    same(t.until("R1#$"), ERASE)
    t.line("terminal length 0")
    assert "--More--" not in t.line(PAGED)
    t.line("terminal length 24")


def long_lines(t):
    words = "description " + "".join(chr(97 + i % 26) for i in range(150))
    t.config("interface Loopback0", prompt=IF)
    t.keys(words)
    t.until(words[-3:] + "$")
    t.keys("\x01")
    t.until(re.escape("description"))  # scrolled back to the beginning
    t.keys("\x05\r")
    shown = screen(t.until(IF + "$"))
    assert shown[0].endswith(words[-8:]), shown
    assert "$" in t.all
    assert all(len(row) <= 80 for row in shown), shown
    assert " " + words + "\r\n" in t.line("do show running-config | include desc", IF)
    t.line("end")


def interruptions(t):
    t.keys("ping 192.0.2.1 repeat 100000\r")
    t.until(r"\.\.")
    began = time.monotonic()
    t.keys("\x1e")
    rest = t.until("R1#$")
    assert "Success rate is 0 percent (0/" in rest and time.monotonic() - began < 2, rest
    t.keys("show \x1e\x1exprivilege\r")  # harmless at a prompt, and an x behind it is swallowed
    same(t.until("R1#$"), "show privilege\r\nCurrent privilege level is 15\r\n")
    t.keys("\x03")
    same(t.until("R1#$"), "^C\r\n")
    t.line("show privilege")
    t.keys("ping 192.0.2.1 repeat 100000\r")
    t.until(r"\.\.")
    t.keys("\x1ex")
    t.until("R1#$")
    t.line("show privilege")
    t.keys("ping 192.0.2.1 repeat 100000\r")
    t.until(r"\.\.")
    t.keys("\x1a")
    t.until("R1#$")
    t.keys("delete disk0:none\r")
    t.until(r"Delete filename \[none\]\? $")
    t.keys("ab\x1e")
    same(t.until("R1#$"), "ab\r\n")
    t.keys("reload\r")
    t.until(r"\[confirm\]$|no\]: $")
    t.keys("\x1a")
    same(t.until("R1#$"), "^Z\r\n")


def log_lines(t):
    t.config("logging console")
    t.line("interface Loopback0", IF)
    t.keys("shutdown\r")
    t.until(r"LINK-5-CHANGED[^\r]* administratively down\r\n$")
    t.keys("descr")
    t.until(r"\r\n\*[^\r]*LINEPROTO-5-UPDOWN[^\r]* down\r\n$")
    t.keys("iption three\r")  # the line goes on where the log line left it
    t.until(r"^iption three\r\n" + IF)
    t.line("line con 0", r"R1\(config-line\)#")
    t.line("logging synchronous", r"R1\(config-line\)#")  # holds at once
    t.line("interface Loopback0", IF)
    t.keys("no shutdown\r")
    t.until(r"LINK-3-UPDOWN[^\r]* up\r\n" + IF + "$")
    t.keys("descr")
    t.until(r"LINEPROTO-5-UPDOWN[^\r]* up\r\n" + IF + "descr$")
    t.keys("iption four\r")
    t.until(IF)
    assert " description four\r\n" in t.line("do show running-config interface Loopback0 | include desc", IF)
    t.keys("\x1a")
    t.until(r"CONFIG_I[^\r]*\r\nR1#$")
    t.config("no logging console")
    t.line("end")


def paste(t, state):
    lines = [f"ip route 10.{i // 250}.{i % 250}.0 255.255.255.0 Null0" for i in range(5000)]
    t.line("terminal length 0")
    t.line("configure terminal", CONFIG)
    began = time.monotonic()
    writer = threading.Thread(target=lambda: t.keys("\r".join(lines) + "\rdo show privilege\r"), daemon=True)
    writer.start()
    t.until(r"level is 15\r\n" + CONFIG + "$", 120)
    writer.join()
    print(f"5000 lines pasted in {time.monotonic() - began:.1f} s")
    t.line("do show running-config | redirect disk0:pasted.txt", CONFIG)
    t.line("end")
    with open(os.path.join(state, "disk0", "pasted.txt")) as f:
        same([row.rstrip("\n") for row in f if row.startswith("ip route")], lines)


def reload(t):
    t.keys("reload\r")
    t.until(r"\r\n\r\nSystem configuration has been modified. Save\? \[yes/no\]: $")
    t.keys("perhaps\r")
    t.until(r"% Please answer 'yes' or 'no'.\r\nSystem configuration has been modified. Save\? \[yes/no\]: $")
    t.keys("yes\r")
    t.until(r"Building configuration...\r\n\[OK\]\r\nProceed with reload\? \[confirm\]$")
    t.keys("n")
    t.until("\r\nR1#$")
    t.keys("reload\r")
    t.until(r"reload\r\nProceed with reload\? \[confirm\]$")
    t.keys("\r")
    t.until("R1>$", 60)
    t.line("enable")
    assert "System returned to ROM by reload" in t.line("show version | include returned")
    assert "regexp = 5000" in t.line("show running-config | count ^ip route")


def leave(t):
    t.line("disable", "R1>")
    t.keys("exit\r")
    t.child.expect(pexpect.EOF, timeout=60)
    t.all += t.child.before
    t.child.close()
    same(t.child.exitstatus, 0)


def main():
    with routers.Folder() as state:
        t = Terminal(state)
        try:
            for step in (start, editing, history, pager, long_lines, interruptions, log_lines):
                step(t)
                print(step.__name__, "as it should be")
            paste(t, state)
            reload(t)
            leave(t)
            assert "\x1b" not in t.all, "an ESC reached the terminal"
        finally:
            t.child.close(force=True)


main()
