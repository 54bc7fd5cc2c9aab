#!/usr/bin/python3
"""Real clients come in over SSH: OpenSSH, paramiko, expect, netmiko. Passwords, prompts and keys; shells, commands and files; sizes, windows, ends; what is refused, and
that one who never reads holds nobody up."""
import os, re, socket, subprocess, sys, tempfile, threading, time

sys.dont_write_bytecode = True
import routers, sshlab

routers.need("ssh", "ssh-keygen", "scp", "expect", modules=("paramiko", "netmiko"))
import paramiko
from sshlab import Shell, SshRouter, client, closed_at_once, configure, openssh


def same(got, want):
    assert got == want, f"want {want!r}\ngot  {got!r}"


def refused(fn, *errors):
    try:
        fn()
    except errors:
        return
    raise AssertionError("it was not refused")


def without_keys(folder):
    """No host key: nobody is listened to. No user: nobody gets in."""
    r = SshRouter(folder, "R0", "no logging console\nip domain name example.com\n", keys=False)
    assert closed_at_once(r.port)
    assert re.search(r"^SSH Disabled - version 2.0", r.type("show ip ssh"), re.M)
    assert "%No SSHv2 server connections running." in r.type("show ssh")
    configure(r, "crypto key generate rsa modulus 2048")
    refused(lambda: client(r.port), paramiko.AuthenticationException)
    assert re.search(r"%SSH-5-ENABLED: SSH 2.0 has been enabled", r.type("show logging"))
    r.stop()


def passwords(r):
    assert client(r.port).exec_command("show privilege")[1].read() == b"Current privilege level is 15\r\n"
    assert client(r.port, "viewer", "look").exec_command("show privilege")[1].read() == b"Current privilege level is 1\r\n"
    refused(lambda: client(r.port, "admin", "wrong"), paramiko.AuthenticationException)
    refused(lambda: client(r.port, "nobody", "s3cret"), paramiko.AuthenticationException)
    refused(lambda: client(r.port, "", "s3cret"), paramiko.AuthenticationException)
    refused(lambda: client(r.port, "admin", "x" * 5000), paramiko.AuthenticationException)


def transport(r):
    t = paramiko.Transport(("127.0.0.1", r.port))
    t.start_client(timeout=60)
    return t


def ways(r):
    t = transport(r)
    try:
        t.auth_none("admin")
        raise AssertionError("none was accepted")
    except paramiko.BadAuthenticationType as e:
        same(sorted(e.allowed_types), ["keyboard-interactive", "password", "publickey"])
    asked = []
    t.auth_interactive("admin", lambda title, text, prompts: asked.append((title, text, prompts)) or ["s3cret"])
    same(asked, [("", "", [("Password: ", False)])])
    assert t.is_authenticated()
    t.close()
    t = transport(r)  # three tries, whatever way, then the connection ends
    for attempt in range(3):
        refused(lambda: t.auth_password("admin", "wrong", fallback=False), paramiko.SSHException, EOFError)
    refused(lambda: t.auth_password("admin", "s3cret", fallback=False), paramiko.SSHException, EOFError)
    routers.wait_for("the end of the connection", lambda: not t.is_active())


def keys(r, folder):
    for kind, bits in (("rsa", 3072), ("ecdsa", 256), ("ecdsa", 521), ("ed25519", 0)):
        path = os.path.join(folder, f"{kind}{bits}")
        subprocess.run(["ssh-keygen", "-q", "-t", kind, *(["-b", str(bits)] if bits else []), "-N", "", "-C", "me@here", "-f", path], check=True)
        key = paramiko.RSAKey if kind == "rsa" else paramiko.ECDSAKey if kind == "ecdsa" else paramiko.Ed25519Key
        login = lambda: client(r.port, "admin", None, pkey=key.from_private_key_file(path))
        refused(login, paramiko.AuthenticationException)
        public = open(path + ".pub").read().split()
        lines = ["configure terminal", "ip ssh pubkey-chain", "username admin", "key-string", *re.findall(".{1,72}", public[1]), "exit", "end"]
        r.process.stdin.write("".join(l + "\n" for l in lines).encode())
        r.process.stdin.flush()
        want = subprocess.run(["ssh-keygen", "-l", "-E", "md5", "-f", path + ".pub"], capture_output=True, text=True, check=True).stdout.split()[1][4:].replace(":", "").upper()
        routers.wait_for("the key in running-config", lambda: f"key-hash {public[0]} {want}" in r.type("show running-config"))
        login().close()
        refused(lambda: client(r.port, "viewer", None, pkey=key.from_private_key_file(path)), paramiko.AuthenticationException)
        out = openssh(r.port, "show privilege", env=os.environ, options=("-i", path, "-o", "IdentityFile=" + path, "-o", "BatchMode=yes"))
        same((out.returncode, out.stdout), (0, "Current privilege level is 15\n"))
    configure(r, "ip ssh pubkey-chain", "no username admin")
    refused(login, paramiko.AuthenticationException)
    path = os.path.join(folder, "ed255190")
    want = subprocess.run(["ssh-keygen", "-l", "-E", "md5", "-f", path + ".pub"], capture_output=True, text=True, check=True).stdout.split()[1][4:].replace(":", "")
    configure(r, "ip ssh pubkey-chain", "username admin", "key-hash ssh-ed25519 " + want)
    login().close()


def shell(r):
    ssh = client(r.port)
    s = Shell(ssh, term="vt100", width=100, height=50)
    assert s.until("R1#").endswith("\r\nR1#")
    shown = s.line("show terminal")
    assert "Length: 50 lines, Width: 100 columns" in shown, shown
    s.channel.resize_pty(width=132, height=43)
    routers.wait_for("the new size", lambda: "Length: 43 lines, Width: 132 columns" in s.line("show terminal"))
    for end in ("\r", "\n", "\r\n", "\0\r\n"):  # one Enter each
        s.channel.sendall("show privilege" + end)
        same(s.until("R1#"), "show privilege\r\nCurrent privilege level is 15\r\nR1#")
    s.channel.sendall("\r\r")
    same(s.until("R1#\r\nR1#"), "\r\nR1#\r\nR1#")
    s.channel.sendall("\0")
    shown = s.line("show users")
    assert re.search(r"^\* +\d+ vty 0 +admin +idle +00:00:00 +127.0.0.1", shown, re.M), shown
    assert re.search(r"^\d+ +2.0 +IN +aes\S+ +hmac\S+ +Session started +admin\r$", s.line("show ssh"), re.M)
    began = time.monotonic()
    s.channel.sendall("exit\n")
    same(s.channel.recv(100), b"exit\r\n")
    same(s.channel.recv(100), b"")
    same(s.channel.recv_exit_status(), 0)
    assert time.monotonic() - began < 1, "exit is not prompt"
    logged = r.type("show logging")
    for text in (r"%SSH-5-SSH2_SESSION: SSH2 Session request from 127.0.0.1 \(tty = \d+\) using crypto cipher 'aes\S+', hmac 'hmac\S+' Succeeded",
                 r"%SSH-5-SSH2_USERAUTH: User 'admin' authentication for SSH2 Session from 127.0.0.1 \(tty = \d+\) using crypto cipher '\S+', hmac '\S+' Succeeded",
                 r"%SYS-6-LOGOUT: User admin has exited tty session \d+\(127.0.0.1\)"):
        assert re.search(text, logged), text
    told = re.findall(r"^.*%SYS-6-LOGOUT: .*$", logged, re.M)
    same(len(told), len(set(told)))  # once each


def requests(r):
    """What is not there is refused, and the connection goes on."""
    ssh = client(r.port)
    t = ssh.get_transport()
    for keepalive in ("keepalive@openssh.com", "keepalive@lag.net"):
        t.global_request(keepalive, wait=True)  # answered, one way or the other
    refused(lambda: t.request_port_forward("", 0), paramiko.SSHException)
    refused(lambda: t.open_channel("direct-tcpip", ("127.0.0.1", 22), ("127.0.0.1", 1)), paramiko.ChannelException)
    c = t.open_session()
    refused(lambda: t.open_session(), paramiko.ChannelException)
    c.set_environment_variable("LANG", "C")
    refused(lambda: c.invoke_subsystem("sftp"), paramiko.SSHException)
    ssh.close()


def commands(r, env):
    out = openssh(r.port, "show version", env=env)
    assert out.returncode == 0 and "\nR1 uptime is " in out.stdout and "R1#" not in out.stdout and "--More--" not in out.stdout, out
    out = openssh(r.port, "show nonsense", env=env)
    assert out.returncode == 1 and "% Invalid input detected at '^' marker." in out.stdout, out
    # a question: the next line answers it, of the command or of what is sent; the input's end does not
    copy = "copy running-config disk0:"
    there = lambda name: re.search(rf" {name}$", r.type("dir disk0:"), re.M)
    for reply in ("", "y"):
        out = openssh(r.port, copy, env=env, input=reply)
        assert out.returncode == (0 if reply else 1) and out.stdout.startswith("Destination filename [running-config]? \n"), out
    assert there("y") and not there("running-config")
    out = openssh(r.port, f"{copy}\r\nsecond\r\nshow privilege", env=env)
    assert out.returncode == 0 and there("second") and out.stdout.endswith("Current privilege level is 15\n"), out
    out = openssh(r.port, "delete disk0:y", env=env, input="\n\nspare\n")
    assert out.returncode == 0 and "Delete filename [y]? \nDelete disk0:/y? [confirm]\n" in out.stdout and not there("y"), out
    out = openssh(r.port, "delete disk0:second", env=env, input="\nn\n")
    assert out.stdout.endswith("[confirm]\n") and there("second"), out
    out = openssh(r.port, "delete disk0:second", env=env, input="x" * 2000)
    assert out.returncode == 1 and there("second") and "% Line too long" in out.stdout, out
    out = openssh(r.port, "reload", env=env)
    assert out.returncode == 1 and re.search(r"(Save\? \[yes/no\]: |Proceed with reload\? \[confirm\])\n$", out.stdout), out
    c = client(r.port).get_transport().open_session()
    c.exec_command("delete disk0:second")
    for want, reply in (("Delete filename [second]? ", b"\r"), ("Delete disk0:/second? [confirm]", b"\ny")):
        said = ""
        while not said.endswith(want):
            more = c.recv(1000)
            assert more, said
            said += more.decode()
        c.sendall(reply)
    c.sendall(b"\n")
    assert c.recv_exit_status() == 0 and not there("second")
    assert openssh(r.port, "show privilege", env=dict(env, SSH_ASKPASS="/bin/false"), options=("-o", "BatchMode=yes")).returncode == 255
    typed = subprocess.run(["expect", "-c", f"""
        set timeout 20
        spawn ssh {' '.join(sshlab.OPTIONS)} -p {r.port} viewer@127.0.0.1
        expect -nocase "password:" {{ send "look\\r" }} timeout {{ exit 2 }}
        expect "R1>" {{ send "enable\\r" }} timeout {{ exit 3 }}
        expect "Password: " {{ send "sesame\\r" }} timeout {{ exit 4 }}
        expect "R1#" {{ send "show privilege\\r" }} timeout {{ exit 5 }}
        expect "Current privilege level is 15" {{ }} timeout {{ exit 6 }}
        expect "R1#" {{ send "exit\\r" }} timeout {{ exit 7 }}
        expect eof {{ exit 0 }} timeout {{ exit 8 }}
        """], capture_output=True, text=True, timeout=60)
    assert typed.returncode == 0, typed


def algorithms(r, env):
    good = {"KexAlgorithms": "curve25519-sha256 curve25519-sha256@libssh.org ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 diffie-hellman-group14-sha256 "
                             "diffie-hellman-group16-sha512",
            "Ciphers": "aes128-ctr aes192-ctr aes256-ctr aes128-gcm@openssh.com aes256-gcm@openssh.com",
            "MACs": "hmac-sha2-256 hmac-sha2-512 hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com", "HostKeyAlgorithms": "rsa-sha2-256 rsa-sha2-512"}
    bad = {"KexAlgorithms": "diffie-hellman-group1-sha1 diffie-hellman-group14-sha1 diffie-hellman-group-exchange-sha1", "Ciphers": "aes128-cbc 3des-cbc", "MACs": "hmac-sha1",
           "HostKeyAlgorithms": "ssh-rsa"}
    for option, names in good.items():
        for name in names.split():
            more = ("-o", "Ciphers=aes128-ctr") if option == "MACs" else ()
            out = openssh(r.port, "show privilege", env=env, options=("-o", f"{option}={name}", *more))
            assert out.returncode == 0, (name, out)
    for option, names in bad.items():
        for name in names.split():
            out = openssh(r.port, "show privilege", env=env, options=("-o", f"{option}={name}", *(("-o", "Ciphers=aes128-ctr") if option == "MACs" else ())))
            assert out.returncode == 255, (name, out)
    assert "% Invalid input detected at '^' marker." in configure(r, "ip ssh server algorithm encryption rot13")
    assert "stands there twice" in configure(r, "ip ssh server algorithm encryption aes256-ctr aes256-ctr")
    configure(r, "ip ssh server algorithm encryption aes256-ctr", "ip ssh server algorithm authentication password")
    shown = r.type("show ip ssh")
    assert re.search(r"^Encryption Algorithms:aes256-ctr$", shown, re.M) and re.search(r"^Authentication methods:password$", shown, re.M), shown
    assert openssh(r.port, "show privilege", env=env, options=("-o", "Ciphers=aes128-ctr")).returncode == 255
    assert openssh(r.port, "show privilege", env=env, options=("-o", "PreferredAuthentications=keyboard-interactive")).returncode == 255
    assert openssh(r.port, "show privilege", env=env).returncode == 0
    configure(r, "no ip ssh server algorithm encryption", "no ip ssh server algorithm authentication")
    configure(r, "crypto key generate ec keysize 256")
    assert openssh(r.port, "show privilege", env=env, options=("-o", "HostKeyAlgorithms=ecdsa-sha2-nistp256")).returncode == 0
    assert openssh(r.port, "show privilege", env=env, options=("-o", "HostKeyAlgorithms=ssh-ed25519")).returncode == 255
    configure(r, "crypto key generate ed25519")
    assert openssh(r.port, "show privilege", env=env, options=("-o", "HostKeyAlgorithms=ssh-ed25519")).returncode == 0
    key = paramiko.Transport(("127.0.0.1", r.port))
    key.get_security_options().key_types = ["ssh-ed25519"]
    key.start_client(timeout=60)
    assert "ssh-ed25519 " + key.get_remote_server_key().get_base64() in r.type("show ip ssh")
    key.close()
    # what is shown of the host key is what a client sees
    key = paramiko.Transport(("127.0.0.1", r.port))
    key.get_security_options().key_types = ["rsa-sha2-512"]
    key.start_client(timeout=60)
    assert "ssh-rsa " + key.get_remote_server_key().get_base64() in r.type("show ip ssh")
    key.close()


def files(r, folder, env):
    place = lambda name: os.path.join(folder, name)
    for size in (0, 1, 40000, 5 << 20):
        with open(place("up"), "wb") as f:
            f.write(os.urandom(size))
        out = sshlab.scp(r.port, place("up"), "R:disk0:/some.bin", env)
        same((out.returncode, out.stderr), (0, ""))
        out = sshlab.scp(r.port, "R:disk0:/some.bin", place("down"), env)
        same((out.returncode, out.stderr), (0, ""))
        same(open(place("down"), "rb").read(), open(place("up"), "rb").read())
        assert re.search(rf" {size} .*some.bin$", r.type("dir disk0:"), re.M)
    out = sshlab.scp(r.port, "R:flash:none.txt", place("down"), env)
    assert out.returncode == 1 and "No such file" in out.stderr, out
    for secret in ("nvram:private-config", "NVRAM:/private-config"):
        out = sshlab.scp(r.port, "R:" + secret, place("down"), env)
        assert out.returncode == 1 and "Permission denied" in out.stderr, out
        assert "Permission denied" in r.type("more " + secret)
        out = sshlab.scp(r.port, place("up"), "R:" + secret, env)
        assert out.returncode == 1 and "Permission denied" in out.stderr, out
    out = sshlab.scp(r.port, place("up"), "R:disk0:/nowhere/x", env)
    assert out.returncode == 1, out
    out = sshlab.scp(r.port, "R:disk0:/some.bin", place("down"), sshlab.askpass(folder, "look"), user="viewer")
    assert out.returncode == 1 and "Privilege denied." in out.stderr, out
    sshlab.askpass(folder, "s3cret")
    configure(r, "no ip scp server enable")
    out = sshlab.scp(r.port, "R:disk0:/some.bin", place("down"), env)
    assert out.returncode == 1 and "Administratively disabled." in out.stderr, out
    configure(r, "ip scp server enable")
    # a transfer that is cut leaves the old file
    ssh = client(r.port)
    c = ssh.get_transport().open_session()
    c.exec_command("scp -t disk0:/some.bin")
    same(c.recv(1), b"\0")
    c.sendall(b"C0644 100 some.bin\n")
    same(c.recv(1), b"\0")
    c.sendall(b"x" * 50)
    ssh.close()
    routers.wait_for("the end of it", lambda: not sshlab.children(r))
    assert re.search(rf" {5 << 20} .*some.bin$", r.type("dir disk0:"), re.M)


def by_copy(r):
    """The router's own `copy` finds a router at the other end of scp: (here itself). The library behind it asks for times, and leaves out the last NUL of a put."""
    configure(r, "crypto key generate ec keysize 256", "file prompt quiet")
    there = f"scp://admin:s3cret@127.0.0.1:{r.port}"
    size = re.search(r"-rw- +(\d+) .* startup-config$", r.type("dir nvram:"), re.M).group(1)
    for name in ("plain.cfg", "disk0:/system.cfg"):
        said = r.type(f"copy startup-config {there}/{name}")
        assert f"{size} bytes copied" in said, said
        said = r.type(f"copy {there}/{name} back.cfg")
        assert f"{size} bytes copied" in said, said
        same(r.type("more back.cfg").split("\n")[1:], r.type("more nvram:startup-config").split("\n")[1:])
    said = r.type(f"copy {there}/none.cfg back.cfg")
    assert "(No such file or directory)" in said, said
    configure(r, "no file prompt")


def sixteen(r):
    """All vtys at once; one more is turned away; a line that ends is free again."""
    routers.wait_for("the last test's end", lambda: not sshlab.children(r))
    clients = [client(r.port) for _ in range(16)]
    shells = [Shell(c) for c in clients]
    for s in shells:
        s.until("R1#")
    assert closed_at_once(r.port)
    for s in shells:
        s.channel.sendall("show privilege\n")
    for s in shells:
        assert "level is 15" in s.until("R1#")
    shells[7].channel.sendall("exit\n")
    shells[7].channel.recv_exit_status()
    again = Shell(client(r.port))
    again.until("R1#")
    assert re.search(r"^\* +8 vty 7 ", again.line("show users"), re.M)
    for c in clients:
        c.close()
    again.ssh.close()


def never_reads(r):
    """A client that types and never reads is stopped, whatever it types; others do not feel it, the router holds little of it, and when it goes its line is free."""
    routers.wait_for("the last test's end", lambda: not sshlab.children(r))
    before = sshlab.resident_kb(r)
    other = Shell(client(r.port))
    other.until("R1#")
    for typed in ("show running-config\n", "x", "?", "\x12"):
        ssh = client(r.port)
        c = ssh.invoke_shell()
        c.settimeout(1)
        c.sendall("terminal length 0\n")
        sent, waited = 0, [0]
        try:
            while sent < 16 << 20:
                sent += c.send(typed * (8000 // len(typed)))
                if len(waited) < 40:
                    began = time.monotonic()
                    assert "level is 15" in other.line("show privilege")
                    waited.append(time.monotonic() - began)
        except socket.timeout:
            pass
        assert sent < 16 << 20, f"it took sixteen megabytes of {typed!r}"
        began = time.monotonic()
        for _ in range(20):
            assert "level is 15" in other.line("show privilege")
        assert time.monotonic() - began < 20, "others are held up"
        grown = sshlab.resident_kb(r) - before
        assert grown < 24 << 10, f"{grown} kB for one who does not read"
        print(f"{typed!r}: {sent} bytes taken, {grown} kB more, the slowest answer meanwhile {max(waited) * 1000:.0f} ms")
        assert max(waited) < 1, "another session waits for the one that floods"
        ssh.close()
        try:
            routers.wait_for("its end", lambda: len(sshlab.children(r)) == 1, 60)
        except AssertionError as e:
            raise AssertionError(f"{sshlab.children(r)} are left after {typed!r}: {other.line('show users')}") from e
    other.ssh.close()
    routers.wait_for("the other's end", lambda: not sshlab.children(r))


def reads_slowly(r, folder):
    """One command may print more than anybody buffers: who reads, however late, gets all of it, and the router holds little of it meanwhile."""
    before = sshlab.resident_kb(r)
    count, end = 600000, b"a line of many, number 599999\r\n"
    with open(os.path.join(folder, "R1", "disk0", "long.txt"), "w") as f:
        f.writelines(f"a line of many, number {i}\n" for i in range(count))
    with client(r.port) as ssh:
        c = ssh.invoke_shell()
        c.settimeout(30)
        c.sendall("terminal length 0\nmore disk0:long.txt\n")
        other = Shell(client(r.port))
        other.until("R1#")
        began = time.monotonic()
        for _ in range(20):
            assert "level is 15" in other.line("show privilege")
        assert time.monotonic() - began < 20, "others are held up"
        grown = sshlab.resident_kb(r) - before
        assert grown < 4 << 10, f"{grown} kB for one who reads late"
        got = bytearray()
        while not got.endswith(b"\r\nR1#") or end not in got[-100:]:
            piece = c.recv(1 << 20)
            assert piece, f"hung up on after {len(got)} bytes"
            got += piece
        lines = got[got.index(b"a line of many"):].split(b"\r\n")
        assert len(lines) == count + 1
        assert all(line == b"a line of many, number %d" % i for i, line in enumerate(lines[:-1]))
        c.sendall("more disk0:long.txt\n")
        time_out = time.monotonic() + 20
        while b"number 1000\r\n" not in c.recv(1 << 16):
            assert time.monotonic() < time_out
        c.sendall("\x03")
        got = bytearray()
        while not got.endswith(b"R1#"):
            got += c.recv(1 << 20)
        assert end not in got
        other.ssh.close()


def slow(r):
    """Nobody may take longer than ip ssh time-out to log in."""
    configure(r, "ip ssh time-out 1")
    with socket.create_connection(("127.0.0.1", r.port), 5) as s:
        s.settimeout(20)
        began = time.monotonic()
        while s.recv(1000):
            pass
        assert 0.5 < time.monotonic() - began < 10
    t = transport(r)
    routers.wait_for("the end of one who does not log in", lambda: not t.is_active())
    configure(r, "no ip ssh time-out")


def lines(r):
    """transport input and access-class are asked before a byte is sent."""
    configure(r, "line vty 0 4", "transport input none", "line vty 5 15", "transport input none")
    assert closed_at_once(r.port)
    configure(r, "access-list 7 deny 127.0.0.0 0.255.255.255", "access-list 7 permit any", "line vty 5 15", "transport input ssh", "access-class 7 in")
    assert closed_at_once(r.port)
    configure(r, "line vty 5 15", "no access-class 7 in")
    s = Shell(client(r.port))
    s.until("R1#")
    assert re.search(r"^\* +6 vty 5 ", s.line("show users"), re.M)
    configure(r, "line vty 0 4", "transport input ssh")


def rekeys(r, env):
    configure(r, "no ip ssh rsa keypair-name")
    out = openssh(r.port, "\n".join(["show running-config", "show version"] * 20), env=env, options=("-o", "RekeyLimit=16K"))
    assert out.returncode == 0 and out.stdout.count("R1 uptime is ") == 20, out.returncode


def netmikos(r):
    import netmiko
    n = netmiko.ConnectHandler(device_type="cisco_ios", host="127.0.0.1", port=r.port, username="viewer", password="look", secret="sesame")
    same(n.find_prompt(), "R1>")
    n.enable()
    same(n.find_prompt(), "R1#")
    assert "R1 uptime is" in n.send_command("show version")
    assert "R1(config-if)#" in n.send_config_set(["interface Loopback9", "description of netmiko"])
    assert "description of netmiko" in n.send_command("show running-config interface Loopback9")
    assert "[OK]" in n.save_config()
    n.disconnect()
    n = netmiko.ConnectHandler(device_type="cisco_ios", host="127.0.0.1", port=r.port, username="admin", password="s3cret")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
        f.write("a file of netmiko\n" * 100)
        f.flush()
        said = netmiko.file_transfer(n, source_file=f.name, dest_file="netmiko.txt", file_system="disk0:", direction="put", overwrite_file=True)
        assert said["file_exists"] and said["file_transferred"] and said["file_verified"], said
    n.disconnect()


def reloads(r):
    """The port and the host key outlive a reload; the sessions do not."""
    before = paramiko.Transport(("127.0.0.1", r.port))
    before.start_client(timeout=60)
    key = before.get_remote_server_key()
    before.close()
    s = Shell(client(r.port))
    s.until("R1#")
    r.type("write memory")
    r.process.stdin.write(b"reload\n\n")
    r.process.stdin.flush()
    routers.wait_for("the session's end", lambda: s.channel.closed)
    r.seen = ""
    routers.wait_for("ssh after the reload", lambda: not closed_at_once(r.port))
    after = paramiko.Transport(("127.0.0.1", r.port))
    after.start_client(timeout=60)
    same(after.get_remote_server_key().get_base64(), key.get_base64())
    after.auth_password("admin", "s3cret")
    after.close()


def main():
    with routers.Folder() as folder:
        env = sshlab.askpass(folder, "s3cret")
        if len(sys.argv) == 1 or "without keys" in sys.argv:
            without_keys(folder)
        r = SshRouter(folder)
        for name, test, args in (("passwords", passwords, ()), ("ways", ways, ()), ("keys", keys, (folder,)), ("shell", shell, ()), ("requests", requests, ()),
                                 ("commands", commands, (env,)), ("algorithms", algorithms, (env,)), ("files", files, (folder, env)), ("by copy", by_copy, ()), ("sixteen", sixteen, ()),
                                 ("never reads", never_reads, ()), ("reads slowly", reads_slowly, (folder,)), ("slow", slow, ()), ("lines", lines, ()), ("rekeys", rekeys, (env,)), ("netmiko", netmikos, ()),
                                 ("reloads", reloads, ())):
            if len(sys.argv) > 1 and name not in sys.argv[1:]:
                continue
            began = time.monotonic()
            test(r, *args)
            print(f"{name}: {time.monotonic() - began:.1f} s", flush=True)
        r.stop()


main()
