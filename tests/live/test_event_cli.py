#!/usr/bin/python3
"""Applets that watch commands (event cli), at a real terminal and over SSH: the three keys, a line that is held, interrupted, let go by `default`, questions of the applet at the terminal, two applets
on one command, a session that ends while its line is held."""
import os, sys, tempfile

sys.dont_write_bytecode = True
import routers, sshlab

routers.need("ssh-keygen", modules=("pexpect", "paramiko"))
import pexpect

APPLETS = """event manager applet TAB
 event cli pattern "^show clo$" tab sync no skip no
 action 1 syslog msg "$_cli_key of $_cli_msg in $_cli_mode_context"
event manager applet NOTAB
 event cli pattern "^show ver" tab sync no skip yes
 action 1 syslog msg "no completion"
event manager applet HELP
 event cli pattern "^show cry" questionmark sync no skip yes
 action 1 syslog msg "$_cli_key of $_cli_msg"
event manager applet HOLD
 event cli pattern "^show privilege" enter sync yes maxrun 600
 action 1 wait 500
event manager applet SOON
 event cli pattern "^show clock" sync yes default 1 maxrun 600
 action 1 wait 500
event manager applet ASK
 event cli pattern "^show history" sync yes
 action 1 puts "Really?"
 action 2 gets answer
 action 3 if $answer eq "yes"
 action 4  exit 1
 action 5 end
event manager applet ONE
 event cli pattern "show users" sync yes
 action 1 puts nonewline "one "
 action 2 exit 1
event manager applet TWO
 event cli pattern "show users" sync yes
 action 1 puts "two"
 action 2 exit $verdict
event manager applet GONE
 event none sync yes maxrun 1
 action 1 puts "Name?"
 action 2 gets name
event manager environment verdict 1
"""
PROMPT = "R1#"


class Terminal:
    def __init__(self, state, config):
        self.child = pexpect.spawn(routers.ESPIAL, ["run", "--state", state, "--hostname", "R1", "--config", config], dimensions=(24, 80), encoding="latin-1", timeout=30)
        self.child.delaybeforesend = None

    def until(self, text):
        try:
            self.child.expect_exact(text)
        except (pexpect.TIMEOUT, pexpect.EOF) as e:
            raise AssertionError(f"no {text!r} but {type(e).__name__} after {self.child.before[-800:]!r}") from None
        return self.child.before

    def keys(self, text):
        self.child.send(text)

    def line(self, text):
        self.keys(text + "\r")
        self.until(text + "\r\n")
        return self.until(PROMPT)


def keys(t):
    t.keys("show clo\t")
    t.until("R1#show clock ")  # it is completed all the same
    t.until("TAB: tab of show clo in exec\r\n")
    t.keys("\x15show ver\t")
    assert "show version" not in t.until("NOTAB: no completion\r\n")
    t.keys("\x15show cry?")
    assert "crypto" not in t.until("HELP: questionmark of show cry\r\n")
    t.keys("\x15show vers?")
    assert "version" in t.until("R1#show vers")
    t.keys("\x03")
    t.until(PROMPT)


def interrupted(t):
    for key in ("\x03", "\x1e"):
        t.keys("show privilege\r")
        t.until("show privilege\r\n")
        t.keys(key)
        said = t.until(PROMPT)
        assert "Current privilege" not in said, said
    assert "HOLD" in t.line("show event manager policy active")  # the applets run on


def let_go(t):
    said = t.line("show clock")
    assert "UTC" in said, said


def asks(t):
    for answer, runs in (("yes", True), ("no", False)):
        t.keys("show history\r")
        t.until("Really?")
        t.keys(answer + "\r")
        t.until(answer)
        assert ("show clock" in t.until(PROMPT)) == runs, answer


def gone(t):
    """The applet is ended while it asks: the prompt comes back by itself, and what was half typed is no command."""
    t.keys("event manager run GONE\r")
    t.until("Name?\r\n")
    t.keys("half")
    t.until("half")
    t.until("\r\n" + PROMPT)
    said = t.line("show event manager policy active")
    assert "half" not in said and "GONE" not in said, said


def both(t):
    for verdict in (1, 0):
        t.keys("configure terminal\r")
        t.until("(config)#")
        t.keys(f"event manager environment verdict {verdict}\r")
        t.until("(config)#")
        t.line("end")
        t.keys("show users\r")
        said = t.until(PROMPT)
        assert "one" in said and "two" in said, said
        assert ("Location" in said) == bool(verdict), said


def console(folder):
    config = os.path.join(folder, "config")
    with open(config, "w") as f:
        f.write("hostname R1\n" + APPLETS)
    t = Terminal(os.path.join(folder, "console"), config)
    t.keys("\r")
    t.until("R1>")
    t.keys("enable\r")
    t.until(PROMPT)
    for check in (keys, interrupted, let_go, asks, gone, both):
        check(t)
    t.child.close(force=True)


def over_ssh(folder):
    with sshlab.SshRouter(folder, config=sshlab.CONFIG + APPLETS) as r:
        one = sshlab.Shell(sshlab.client(r.port))
        one.until(PROMPT)
        one.channel.sendall("show privilege\n")
        one.until("show privilege\r\n")
        one.channel.sendall("\x03")
        assert "Current" not in one.until(PROMPT)
        one.channel.sendall("show history\n")
        one.until("Really?\r\n")
        one.channel.sendall("yes\n")
        assert "show privilege" in one.until(PROMPT)
        lost = sshlab.Shell(sshlab.client(r.port))
        lost.until(PROMPT)
        lost.channel.sendall("show history\n")
        lost.until("Really?\r\n")
        assert "ASK" in one.line("show event manager policy active")
        lost.ssh.close()
        routers.wait_for("the end of the run that nobody answers any more", lambda: "ASK" not in one.line("show event manager policy active"))
        lost = sshlab.Shell(sshlab.client(r.port))
        lost.until(PROMPT)
        lost.channel.sendall("show privilege\n")
        lost.until("show privilege\r\n")
        lost.ssh.close()
        routers.wait_for("the vty", lambda: one.line("show users").count("admin") == 1)
        assert one.line("show event manager policy active").count("HOLD") == 2
        one.ssh.close()


with tempfile.TemporaryDirectory() as folder:
    console(folder)
    over_ssh(folder)
