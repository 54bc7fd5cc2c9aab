"""A router with SSH for the live tests: its process, its keys, clients of several makes."""
import os, socket, subprocess, sys, warnings

sys.dont_write_bytecode = True
warnings.filterwarnings("ignore")
import routers

CONFIG = """ip domain name example.com
no logging console
username admin privilege 15 secret 0 s3cret
username viewer secret 0 look
ip ssh logging events
ip scp server enable
line vty 0 4
 login local
 transport input ssh
line vty 5 15
 login local
 transport input ssh
"""

# What the libraries of network automation find: an operator and an administrator, interfaces, all vtys.
CLIENTS = """no logging console
no ip domain lookup
ip domain name lab.test
username admin privilege 15 secret admin-secret
username op privilege 1 secret op-secret
interface Loopback0
 ip address 192.0.2.1 255.255.255.255
interface Ethernet0/0
 ip address 10.1.1.1 255.255.255.0
ip scp server enable
line vty 0 15
 login local
 transport input ssh
"""


class SshRouter(routers.Router):
    """A router that listens for SSH on a free port of loopback; its RSA key is made at the console, which stays open beneath it."""

    def __init__(self, folder, name="R1", config=CONFIG, *args, keys=True, secret="sesame"):
        self.port = routers.free_port(socket.SOCK_STREAM)
        super().__init__(folder, name, f"hostname {name}\n{config}", "--ssh", f"127.0.0.1:{self.port}", *args)
        if keys:
            said = configure(self, "crypto key generate rsa modulus 2048", f"enable secret 0 {secret}")  # not before: the console would ask for it
            assert "[OK] (elapsed time was " in said, said


def configure(router, *lines):
    said = [router.type("configure terminal")] + [router.type(line) for line in lines]
    router.type("end")
    return "".join(said[1:])


def closed_at_once(port):
    with socket.create_connection(("127.0.0.1", port), 20) as s:
        s.settimeout(20)
        try:
            return s.recv(64) == b""
        except ConnectionResetError:
            return True


def client(port, user="admin", password="s3cret", **how):
    import paramiko
    c = paramiko.SSHClient()
    c.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    how.setdefault("look_for_keys", False)
    how.setdefault("allow_agent", False)
    try:
        c.connect("127.0.0.1", port, user, password, timeout=60, banner_timeout=60, auth_timeout=60, **how)
    except BaseException:
        c.close()  # else it stays connected
        raise
    return c


class Shell:
    """What a person sees on a shell channel."""

    def __init__(self, ssh, **size):
        self.ssh = ssh  # paramiko closes the connection of a client that nobody holds
        self.channel = ssh.invoke_shell(**size)
        self.channel.settimeout(60)
        self.seen = ""

    def until(self, *ends):
        while not self.seen.endswith(ends):
            data = self.channel.recv(65536)
            assert data, f"closed; no {ends} in {self.seen[-500:]!r}"
            self.seen += data.decode()
        text, self.seen = self.seen, ""
        return text

    def line(self, line, *ends):
        self.channel.sendall(line + "\n")
        return self.until(*(ends or ("R1#",)))


def askpass(folder, password):
    """Environment in which OpenSSH takes this password."""
    path = os.path.join(folder, "askpass")
    with open(path, "w") as f:
        f.write(f"#!/bin/sh\necho '{password}'\n")
    os.chmod(path, 0o700)
    return dict(os.environ, SSH_ASKPASS=path, SSH_ASKPASS_REQUIRE="force", DISPLAY=":0")


OPTIONS = ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-o", "IdentityFile=none",
           "-o", "NumberOfPasswordPrompts=1"]


def openssh(port, *words, env, options=(), user="admin", **how):
    how.setdefault("timeout", 60)
    if "input" not in how:
        how["stdin"] = subprocess.DEVNULL
    return subprocess.run(["ssh", *OPTIONS, *options, "-p", str(port), f"{user}@127.0.0.1", *words], env=env, capture_output=True, text=True, **how)


def scp(port, source, target, env, user="admin"):
    where = lambda p: f"{user}@127.0.0.1:{p[2:]}" if p.startswith("R:") else p
    return subprocess.run(["scp", "-O", *OPTIONS, "-P", str(port), where(source), where(target)], env=env, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def children(router):
    """Processes behind connections."""
    with open(f"/proc/{router.process.pid}/task/{router.process.pid}/children") as f:
        return f.read().split()


def descriptors(router):
    return len(os.listdir(f"/proc/{router.process.pid}/fd"))


def resident_kb(router):
    """0 under a sanitizer, which keeps what was freed."""
    with open(f"/proc/{router.process.pid}/maps") as f:
        if "libasan" in f.read():
            return 0
    with open(f"/proc/{router.process.pid}/status") as f:
        return int(next(l for l in f if l.startswith("VmRSS:")).split()[1])
