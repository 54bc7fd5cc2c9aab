#!/usr/bin/python3
"""Files between the router and servers that are not ours: tftpd-hpa, reached through a slirp: link with the router's own UDP; Python's http.server, OpenSSH's scp
(behind paramiko's SSH transport) and a small FTP server by curl over the host's sockets. Every file is compared byte for byte, passwords are sought where they must
not be."""
import hashlib, http.server, os, pwd, random, re, socket, subprocess, threading

from routers import Folder, Router, free_port, need, skip, start, wait_for

need("in.tftpd", "curl", "scp", modules=("paramiko",))
import paramiko

SECRET = "p4ss w\"rd\\"
CONFIG = """no logging console
file prompt quiet
interface Ethernet0/0
 ip address 10.0.2.15 255.255.255.0
 no shutdown
end
"""
commands_seen, ours = set(), set()  # of curl; process ids of routers


def curls():
    """The command line and environment of every child for a copy that our router started: nothing secret may be in them."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                line = f.read()
            with open(f"/proc/{pid}/stat") as f:
                parent = int(f.read().rsplit(")", 1)[1].split()[1])
            if line.startswith((b"curl\0", b"espial\0scp")) and parent in ours:
                with open(f"/proc/{pid}/environ", "rb") as f:
                    commands_seen.add((line, SECRET.encode() in f.read()))
        except OSError:
            pass


def serve_http(folder):
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            curls()
            path = os.path.join(folder, os.path.basename(self.path))
            if self.path == "/auth" and "Basic" not in self.headers.get("Authorization", ""):
                self.send_error(401)
            elif self.path == "/endless":
                self.send_response(200)
                self.end_headers()
                try:
                    while True:
                        self.wfile.write(bytes(1 << 20))
                except OSError:
                    pass
            elif os.path.exists(path):
                with open(path, "rb") as f:
                    data = f.read()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            else:
                self.send_error(404, "\x1b[2J")

        def do_PUT(self):
            with open(os.path.join(folder, os.path.basename(self.path)), "wb") as f:
                f.write(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def serve_ssh(folder):
    key = paramiko.RSAKey.generate(2048)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()

    class Server(paramiko.ServerInterface):
        def check_auth_password(self, user, password):
            return paramiko.AUTH_SUCCESSFUL if (user, password) == ("bob", SECRET) else paramiko.AUTH_FAILED

        def get_allowed_auths(self, user):
            return "password"

        def check_channel_request(self, kind, number):
            return paramiko.OPEN_SUCCEEDED if kind == "session" else paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

        def check_channel_exec_request(self, channel, command):
            assert command.startswith(b"scp "), command
            threading.Thread(target=run, args=(channel, command.decode()), daemon=True).start()
            return True

    def run(channel, command):
        curls()
        child = subprocess.Popen(["sh", "-c", "exec " + command], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

        def up():
            while data := channel.recv(65536):
                child.stdin.write(data)
                child.stdin.flush()
            child.stdin.close()

        threading.Thread(target=up, daemon=True).start()
        while data := child.stdout.read1(65536):
            channel.sendall(data)
        try:
            channel.send_exit_status(child.wait())
            channel.close()
        except EOFError:
            pass  # the client is gone already

    def accept():
        while True:
            # an RSA key and no signature with SHA-1, as routers and new servers have it
            transport = paramiko.Transport(listener.accept()[0], disabled_algorithms={"keys": ["ssh-rsa"]})
            transport.add_server_key(key)
            try:
                transport.start_server(server=Server())
            except EOFError:
                continue  # a client that went before it had begun: the next one is still served
            kept.append(transport)

    kept = []
    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


ftp_users = []


def serve_ftp(folder):
    """As much of RFC 959 (and RFC 2428) as a client needs to get and put."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()

    def session(control):
        lines, user, data = control.makefile("rw", newline="\r\n"), None, None
        say = lambda text: (lines.write(text + "\r\n"), lines.flush())
        say("220 ready")
        for line in lines:
            word, _, arg = line.strip().partition(" ")
            if word == "USER":
                user = arg
                say("331 password")
            elif word == "PASS":
                ftp_users.append(user)
                say("230 in" if user == "anonymous" or (user, arg) == ("bob", SECRET) else "530 no")
            elif word == "PWD":
                say('257 "/"')
            elif word == "EPSV":
                data = socket.socket()
                data.bind(("127.0.0.1", 0))
                data.listen()
                say(f"229 passive (|||{data.getsockname()[1]}|)")
            elif word in ("RETR", "STOR"):
                path = os.path.join(folder, os.path.basename(arg))
                if word == "RETR" and not os.path.exists(path):
                    say("550 no such file")
                    continue
                say("150 here")
                with data.accept()[0] as s:
                    if word == "RETR":
                        with open(path, "rb") as f:
                            s.sendall(f.read())
                    else:
                        with open(path, "wb") as f:
                            while piece := s.recv(65536):
                                f.write(piece)
                say("226 done")
            elif word == "SIZE" and os.path.exists(os.path.join(folder, os.path.basename(arg))):
                say(f"213 {os.path.getsize(os.path.join(folder, os.path.basename(arg)))}")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say("200 ok" if word == "TYPE" else "500 what")

    def accept():
        while True:
            threading.Thread(target=session, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def content(path):
    with open(path, "rb") as f:
        return f.read()


def ask(r, line, *answers):
    """A line whose questions are answered by what is typed ahead."""
    r.seen = ""
    r.process.stdin.write("\n".join([line, *answers, ""]).encode())
    r.process.stdin.flush()
    r.until(re.compile(re.escape(line) + r"\n"))
    r.seen = "\n" + r.seen
    return r.until(r.prompt, 60)


def both_ways(r, disk, served, url, name, *answers):
    """Get a file that the server has, put it back under another name."""
    data = random.Random(name).randbytes(200_000 + len(name))
    with open(os.path.join(served, name), "wb") as f:
        f.write(data)
    said = ask(r, f"copy {url}{name} disk0:{name}", *answers)
    assert f"[OK - {len(data)} bytes]" in said, said
    assert content(os.path.join(disk, name)) == data
    said = r.type(f"verify /md5 disk0:{name} {hashlib.md5(data).hexdigest()}")
    assert "Verified" in said, said
    assert SECRET not in said
    said = ask(r, f"copy disk0:{name} {url}{name}.back", *answers)
    assert f"{len(data)} bytes copied in" in said, said
    assert content(os.path.join(served, name + ".back")) == data


def tftp(r, disk, folder):
    served = os.path.join(folder, "tftp")
    os.mkdir(served)
    if os.geteuid():
        skip("in.tftpd changes its root directory, which only root may do")
    port = free_port()
    server = start(["in.tftpd", "-L", "-4", "-a", f"127.0.0.1:{port}", "-c", "-p", "-u", pwd.getpwuid(os.getuid()).pw_name, "-s", served],
                   stderr=subprocess.PIPE)
    r.line_up()
    url = f"tftp://10.0.2.2:{port}/"
    wait_for("tftpd", lambda: server.poll() is not None or "Timed out" not in r.type(f"copy {url}none null:", 60))
    if server.poll() is not None:
        skip("in.tftpd: " + server.stderr.read().decode())
    both_ways(r, disk, served, url, "x.bin")
    r.type("configure terminal")
    r.type("ip tftp blocksize 1428")
    r.type("end")
    both_ways(r, disk, served, url, "y.bin")
    said = r.type(f"copy {url}none disk0:z")
    assert f"%Error opening {url}none (No such file or directory)" in said, said
    assert not os.path.exists(os.path.join(disk, "z"))
    with open(os.path.join(served, "part.cfg"), "w") as f:
        f.write("interface Loopback9\n ip address 10.9.9.9 255.255.255.255\n")
    said = r.type(f"copy {url}part.cfg running-config")
    assert "Loading " in said and "(via Ethernet0/0): !" in said and " bytes copied in " in said, said
    assert "10.9.9.9" in r.type("show ip interface brief")
    said = r.type(f"show clock | redirect {url}clock.txt")
    wait_for("the redirected file", lambda: os.path.exists(os.path.join(served, "clock.txt")) and b"UTC" in content(os.path.join(served, "clock.txt")))
    server.terminate()
    server.wait()


def main():
    with Folder() as folder:
        r = Router(folder, "R1", CONFIG, "--link", "Ethernet0/0=slirp:")
        ours.add(r.process.pid)
        disk = os.path.join(folder, "R1", "disk0")
        tftp(r, disk, folder)

        served = os.path.join(folder, "web")
        os.mkdir(served)
        web = f"http://127.0.0.1:{serve_http(served)}/"
        both_ways(r, disk, served, web, "web.bin")
        said = r.type(f"copy {web}none disk0:none")
        assert f"%Error opening {web}none (No such file or directory)" in said, said
        said = r.type(f"copy {web}auth disk0:none")
        assert "(Permission denied)" in said, said
        said = r.type(f"copy {web}endless disk0:none")
        assert f"%Error reading {web}endless (File too big)" in said, said
        assert not os.path.exists(os.path.join(disk, "none"))
        said = r.type(f"copy http://127.0.0.1:{free_port(socket.SOCK_STREAM)}/x null:")
        assert "(Connection refused by remote host)" in said, said

        home = os.path.join(folder, "home")
        os.mkdir(home)
        ssh = serve_ssh(home)
        both_ways(r, disk, home, f"scp://bob@127.0.0.1:{ssh}/", "scp.bin", SECRET)
        both_ways(r, disk, home, f"scp://bob@127.0.0.1:{ssh}/{home}/", "abs.bin", SECRET)
        said = ask(r, f"copy scp://bob@127.0.0.1:{ssh}/scp.bin null:", "wrong")
        assert "Password: " in said and "(Permission denied)" in said, said
        said = ask(r, f"copy scp://bob@127.0.0.1:{ssh}/none null:", SECRET)
        assert "(No such file or directory)" in said, said

        ftp = serve_ftp(served)
        both_ways(r, disk, served, f"ftp://127.0.0.1:{ftp}/", "ftp.bin")
        both_ways(r, disk, served, f"ftp://bob@127.0.0.1:{ftp}/", "user.bin", SECRET)
        said = ask(r, f"copy ftp://127.0.0.1:{ftp}/none null:")
        assert "(No such file or directory)" in said, said

        assert set(ftp_users) == {"anonymous", "bob"}, ftp_users
        ftp_users.clear()
        for line in ("configure terminal", "service password-encryption", "ip ftp username bob", f"ip ftp password {SECRET}", "end"):
            r.type(line)
        said = r.type("show running-config | include ip ftp")
        assert "ip ftp username bob\nip ftp password 7 " in said and SECRET not in said, said
        said = ask(r, f"copy ftp://127.0.0.1:{ftp}/ftp.bin null:")
        assert "bytes copied" in said and set(ftp_users) == {"bob"}, (said, ftp_users)
        said = ask(r, f"copy ftp://bob@127.0.0.1:{ftp}/user.bin null:")
        assert "Password:" not in said and "bytes copied" in said, said

        assert commands_seen == {(b"curl\0-q\0--config\0-\0", False), (b"espial\0scp-copy\0", False)}, commands_seen
        assert not any(n.startswith(".~") for n in os.listdir(disk))
        r.stop()
    print("files went both ways by tftp, http, scp and ftp, and were the same")


main()
