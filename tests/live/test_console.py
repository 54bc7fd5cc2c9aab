#!/usr/bin/env python3
"""A person at a router's own terminal: the prompt stands there before any key, below what the boot logged, and again after a reload."""
import sys

sys.dont_write_bytecode = True
import routers

routers.need(modules=("pexpect",))
import pexpect

with routers.Folder() as state:
    c = pexpect.spawn(routers.ESPIAL, ["run", "--state", state, "--hostname", "R1"], encoding="latin-1", timeout=60)
    c.expect(r"SYS-5-RESTART.*\r\nR1>$")
    c.sendline("enable")
    c.expect(r"R1#$")
    c.sendline("reload")
    c.expect(r"\[confirm\]")
    c.send("\r")
    c.expect(r"SYS-5-RESTART.*\r\nR1>$")
    c.sendline("exit")
    c.expect(pexpect.EOF)
