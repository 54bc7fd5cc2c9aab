#!/usr/bin/python3
"""action mail against aiosmtpd: an applet's mail arrives whole, with and without a password; what the server refuses is told in the log."""
import sys

sys.dont_write_bytecode = True
import routers

routers.need(modules=("pexpect", "aiosmtpd"))
import socket
import warnings

import pexpect
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

warnings.simplefilter("ignore")
mails, logins = [], []


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mails.append((session.host_name, envelope.mail_from, envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    logins.append((mechanism, data.login, data.password))
    return AuthResult(success=data.password == b"secret", handled=False)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def check(what, got, want):
    if got != want:
        sys.exit(f"{what}: {got!r} instead of {want!r}")


server = Controller(Handler(), hostname="127.0.0.1", port=free_port(), authenticator=authenticate, auth_require_tls=False)
server.start()
closed = free_port()
try:
    with routers.Folder() as state:
        c = pexpect.spawn(routers.ESPIAL, ["run", "--state", state, "--hostname", "R1"], encoding="latin-1", timeout=30)
        c.expect(r"R1>$")

        def types(line, prompt):
            c.sendline(line)
            c.expect(prompt)

        types("enable", r"R1#$")
        types("configure terminal", r"\(config\)#$")
        types("ip host mail.example.net 127.0.0.1", r"\(config\)#$")
        types("event manager environment _email_server joe:secret@mail.example.net", r"\(config\)#$")
        types("event manager applet M", r"applet\)#$")
        types("event none maxrun 60", r"applet\)#$")
        types('action 1 cli command "enable"', r"applet\)#$")
        types('action 2 cli command "show ip interface brief"', r"applet\)#$")
        types(f'action 3 mail server "$_email_server" to "noc@example.net, nobody@x" from "r1@example.net" cc "c@x" '
              f'subject "R1: $_event_type_string" body "one\\n.two$_cli_result" port {server.port}', r"applet\)#$")
        types('action 4 syslog msg "M is sent"', r"applet\)#$")
        types(f'action 5 mail server "127.0.0.1" to "a@b" from "c@d" subject "second" port {server.port}', r"applet\)#$")
        types("action 6 handle-error type warn", r"applet\)#$")
        types(f'action 7 mail server "x:wrong@127.0.0.1" to "a@b" from "c@d" subject "third" port {server.port}', r"applet\)#$")
        types(f'action 8 mail server "127.0.0.1" to "a@b" from "c@d" subject "fourth" port {closed}', r"applet\)#$")
        types('action 9 syslog msg "M is over"', r"applet\)#$")
        types("end", r"R1#")
        c.sendline("event manager run M")
        error = r"%HA_EM-3-FMPD_SMTP: Error occurred when sending mail to SMTP server: "
        c.expect(error + r"mail\.example\.net : error in reply from SMTP server")
        c.expect(r"%HA_EM-6-LOG: M: M is sent")
        c.expect(error + r"127\.0\.0\.1 : error in reply from SMTP server")
        c.expect(r"%HA_EM-3-FMPD_ERROR: Error executing applet M statement 7")
        c.expect(error + r"127\.0\.0\.1 : error in connecting to SMTP server")
        c.expect(r"%HA_EM-3-FMPD_ERROR: Error executing applet M statement 8")
        c.expect(r"%HA_EM-6-LOG: M: M is over")
        c.expect(r"R1#$")
        c.sendline("exit")
        c.expect(pexpect.EOF)
finally:
    server.stop()

check("mails", len(mails), 2)
helo, sender, to, text = mails[0]
check("helo", helo, "R1")
check("sender", sender, "r1@example.net")
check("recipients", to, ["noc@example.net", "c@x"])
head, body = text.split("\r\n\r\n", 1)
for line in ("From: r1@example.net", "Cc: c@x", "Subject: R1: none"):
    if line not in head.split("\r\n"):
        sys.exit(f"no line {line!r} in {head!r}")
check("body", body.split("\r\n")[:2], ["one", ".two"])
if "Interface " not in body or not body.endswith("R1#\r\n"):
    sys.exit(f"the output of the command is not in {body!r}")
check("logins", logins, [("PLAIN", b"joe", b"secret"), ("PLAIN", b"x", b"wrong")])
check("second", (mails[1][1], mails[1][2]), ("c@d", ["a@b"]))
