#!/usr/bin/env python3
"""A person at a console that asks: banners, a wrong password and the right one, an idle session that ends, RETURN and the next; `exit` leaves."""
import sys

sys.dont_write_bytecode = True
import routers

routers.need(modules=("pexpect",))
import pexpect

CONFIG = """hostname R1
username ann privilege 15 secret 9 $9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM
login on-success log
banner motd ^C
Only for the curious.
^C
banner exec #Welcome to $(hostname)#
line con 0
 login local
 exec-timeout 0 3
end
"""

with routers.Folder() as state:
    config = state + "/r1.cfg"
    with open(config, "w") as f:
        f.write(CONFIG)
    c = pexpect.spawn(routers.ESPIAL, ["run", "--state", state, "--config", config], encoding="latin-1", timeout=60)
    c.expect(r"\r\nOnly for the curious\.\r\n\r\nUser Access Verification\r\n\r\nUsername: $")
    c.sendline("ann")
    c.expect(r"ann\r\nPassword: $")
    c.sendline("wrong")
    c.expect(r"\r\n% Login invalid\r\n\r\nUsername: $")
    assert "wrong" not in c.before, "a password was echoed"
    c.sendline("ann")
    c.expect("Password: $")
    c.sendline("cisco")
    c.expect(r"Welcome to R1\r\n")
    c.expect(r"R1#")
    c.sendline("show privilege")
    c.expect(r"Current privilege level is 15\r\nR1#")
    c.expect(r"R1 con0 is now available(\r\n)+Press RETURN to get started\.\r\n")  # three seconds of nothing
    c.send("typed and thrown away")
    c.send("\r")
    c.expect(r"User Access Verification\r\n\r\nUsername: $")
    c.sendline("ann")
    c.expect("Password: $")
    c.sendline("cisco")
    c.expect(r"R1#")
    c.sendline("show logging | include EXPIRE")
    c.expect(r"%SYS-6-TTY_EXPIRE_TIMER: \(exec timer expired, tty 0 \(0\.0\.0\.0\)\), user ann")
    c.expect(r"R1#")
    c.sendline("exit")
    c.expect(pexpect.EOF)
