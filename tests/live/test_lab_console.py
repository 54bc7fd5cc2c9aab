#!/usr/bin/env python3
"""A person at a lab's console: leaves it with a line half typed and finds it again, reloads under it, comes with another window, kills the viewer."""
import os, subprocess, sys

sys.dont_write_bytecode = True
import routers

routers.need(modules=("pexpect",))
import pexpect

CONFIG = "hostname a\nno logging console\nnosuch line\n"


def lab(*words):
    return subprocess.run([routers.ESPIAL, "lab", *words], capture_output=True, text=True, timeout=30)


def attach(rows=24, columns=80):
    c = pexpect.spawn(routers.ESPIAL, ["lab", "console", "a"], dimensions=(rows, columns), encoding="latin-1", timeout=60)
    c.delaybeforesend = None
    c.expect(r"Console of a. Ctrl-\] leaves it[^\n]*\n")
    return c


def main(folder):
    with open(os.path.join(folder, "a.cfg"), "w") as f:
        f.write(CONFIG)
    with open(os.path.join(folder, "lab.yml"), "w") as f:
        f.write("name: one\ntopology: {nodes: {a: {kind: espial, startup-config: a.cfg}}}\n")
    up = lab("up", folder)
    assert up.returncode == 0 and "a: startup-config, line 3:" in up.stderr, up

    c = attach()
    c.expect("a>$")
    c.send("enable\r")
    c.expect("a#$")
    c.send("show version | include retu\x1d")  # Ctrl-]
    c.expect(pexpect.EOF)
    c.close()
    assert c.exitstatus == 0, c.exitstatus

    c = attach()
    c.expect(r"a#show version \| include retu$")
    c.send("rned\r")
    c.expect("ROM by power-on\r\na#$")
    c.send("reload\r")
    c.expect(r"\[confirm\]$")
    c.send("\r")
    c.expect(r"startup-config, line 3:\r\nnosuch line\r\n {2}\^\r\n% Invalid input detected at '\^' marker.\r\n\r\n")
    c.expect("a>$")
    c.send("enable\r")
    c.expect("a#$")
    c.close(force=True)  # the viewer is killed

    c = attach(10, 60)
    c.expect("a#$")
    c.send("show terminal | include Length\r")
    c.expect("Length: 10 lines, Width: 60 columns\r\na#$")
    c.send("exit\r")
    c.expect(pexpect.EOF)
    c.close()
    assert c.exitstatus == 0, c.exitstatus
    c = attach()
    c.expect("a>$")  # a new session
    c.send("exit\r")
    c.expect(pexpect.EOF)
    c.close()


with routers.Folder() as folder:
    os.environ["XDG_STATE_HOME"] = folder
    try:
        main(folder)
    finally:
        lab("--lab", "one", "down")
