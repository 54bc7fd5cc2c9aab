#!/usr/bin/python3
"""Engineers on vtys, over SSH: what they type comes back once and byte for byte, wide lines scroll, the pager, `?` and Tab, interrupts, log lines, messages from one to the other,
`clear line`. No ESC reaches anybody."""
import sys, time

sys.dont_write_bytecode = True
import routers, sshlab

routers.need("ssh-keygen", modules=("paramiko",))

MORE = " --More-- "
ERASE = "\b" * 9 + " " * 8 + "\b" * 9


class Vty(sshlab.Shell):
    def __init__(self, router, **size):
        self.ssh = sshlab.client(router.port)
        super().__init__(self.ssh, **size)
        self.all = ""
        self.until("R1#")

    def until(self, *ends):
        text = super().until(*ends)
        self.all += text
        return text

    def keys(self, text, *ends):
        self.channel.sendall(text)
        return self.until(*(ends or ("R1#",)))


def same(got, want):
    assert got == want, f"want {want!r}\ngot  {got!r}"


def typing(v):
    same(v.keys("show privilege\n"), "show privilege\r\nCurrent privilege level is 15\r\nR1#")
    same(v.keys("shw\x02o\x05 privx\b\t", "privilege "), "shw\bow\bw privx\b \b\r\nR1#show privilege ")
    same(v.keys("?", "show privilege "), "?\r\n  |     Output modifiers\r\n  <cr>\r\n\r\nR1#show privilege ")
    same(v.keys("\n"), "\r\nCurrent privilege level is 15\r\nR1#")
    same(v.keys("\x10", "show privilege "), "show privilege ")
    same(v.keys("\x03"), "^C\r\nR1#")
    same(v.keys("\x1e\x1exshow privilege\r"), "show privilege\r\nCurrent privilege level is 15\r\nR1#")


def wide(v):
    """60 columns, a prompt of 3: the 57th character moves the line by ten, and `$` stands where it was cut."""
    line = "".join(chr(97 + i % 26) for i in range(57))
    same(v.keys(line, "\b"), line[:56] + "\b" * 56 + "$" + line[11:57] + " " * 9 + "\b" * 9)
    v.keys("\x15", "\b")
    v.keys("\x03")
    v.line("terminal width 0")
    same(v.keys(line * 4, line), line * 4)
    v.keys("\x03")
    v.line("terminal width 60")


def pager(v):
    v.line("terminal length 10")
    page = v.keys("show running-config\n", MORE)
    same(page.count("\r\n"), 1 + 9)
    assert v.keys(" ", MORE).startswith(ERASE)
    one = v.keys("\r", MORE)
    assert one.startswith(ERASE) and one.count("\r\n") == 1, one
    same(v.keys("q"), ERASE + "R1#")
    v.keys("show running-config\n", MORE)
    same(v.keys("/^end\r"), ERASE + "/^end\r\nfiltering...\r\nend\r\n\r\nR1#")
    v.keys("show ?", MORE)
    same(v.keys("\x1a", "R1#show "), ERASE + "R1#show ")
    v.keys("\x03")
    v.line("terminal length 0")


def interrupts(v):
    for key in ("\x1e", "\x03", "\x1a"):
        v.keys("ping 192.0.2.1 repeat 100000 timeout 1\n", ".", "U")
        began = time.monotonic()
        v.keys("typed ahead\n" + key)
        assert time.monotonic() - began < 1, "the prompt takes its time"


def two_of_them(router, v):
    w = Vty(router, width=60, height=24)
    rows = [row.rstrip() for row in v.line("show users").split("\r\n")]
    assert any(r.startswith("*  1 vty 0     admin") and r.endswith("127.0.0.1") for r in rows), rows
    assert any(r.startswith("   2 vty 1     admin") for r in rows), rows
    v.line("terminal monitor")
    v.keys("show pri", "show pri")
    w.line("send log 5 look")
    said = v.until("look\r\n")
    assert said.startswith("\r\n*") and "%SYS-5-USERLOG_NOTICE: Message from tty2(user id: admin): look" in said, said
    same(v.keys("v\n"), "v\r\nCurrent privilege level is 15\r\nR1#")  # the line goes on
    v.line("terminal no monitor")
    v.keys("sho", "sho")
    w.line("send vty 0", "CTRL/C:\r\n")
    w.keys("lunch?\x1a", "[confirm]")
    w.keys("\r")
    same(v.until("R1#sho"), "\r\n\r\n\r\n\a***\r\n***\r\n*** Message from tty2 to tty1:\r\n***\r\nlunch?\r\n\r\nR1#sho")
    v.keys("\x03")
    w.keys("clear line vty 0\n", "[confirm]")
    same(w.keys("\r"), "\r\n [OK]\r\nR1#")
    assert v.channel.recv(100) == b"", "the cleared line is still there"
    assert "regexp = 1\r\n" in w.line("show users | count vty")
    w.channel.sendall("exit\n")
    while w.channel.recv(1000):
        pass
    return w


def main():
    with routers.Folder() as folder, sshlab.SshRouter(folder) as router:
        v = Vty(router, width=60, height=24)
        for step in (typing, wide, pager, interrupts):
            step(v)
            print(step.__name__, "as it should be")
        w = two_of_them(router, v)
        assert "\x1b" not in v.all + w.all, "an ESC reached a vty"
        print("two_of_them as it should be")


main()
