#!/usr/bin/python3
"""Two hundred SSH connections are opened and dropped at every stage. While they come, somebody who sits on a vty is answered; when they are gone, no process, no
descriptor and no memory of them is left, and the next client gets in."""
import os, socket, struct, sys, threading, time

sys.dont_write_bytecode = True
import routers, sshlab

routers.need(modules=("paramiko",))
import paramiko
from sshlab import Shell, client

EACH = 25
IDENT = b"SSH-2.0-stages_1\r\n"


def tcp(port):
    s = socket.create_connection(("127.0.0.1", port), 10)
    s.settimeout(60)
    return s


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def connect(port):
    tcp(port).close()


def half_ident(port):
    s = tcp(port)
    s.sendall(b"SSH-2.")
    s.close()


def ident(port):
    s = tcp(port)
    s.sendall(IDENT)
    s.recv(100)
    reset(s)


def garbage(port):
    s = tcp(port)
    s.sendall(IDENT + os.urandom(3000))
    try:
        while s.recv(4000):
            pass
    except OSError:
        pass
    s.close()


def transport(port):
    t = paramiko.Transport(("127.0.0.1", port))
    t.banner_timeout = 20
    return t


def exchanged(port):
    t = transport(port)
    t.start_client(timeout=60)
    reset(t.sock)
    t.close()


def refused(port):
    t = transport(port)
    t.start_client(timeout=60)
    try:
        t.auth_password("admin", "wrong", fallback=False)
    except (paramiko.SSHException, EOFError):
        pass
    reset(t.sock)
    t.close()


def logged_in(port):
    t = transport(port)
    t.start_client(timeout=60)
    t.auth_password("admin", "s3cret")
    reset(t.sock)
    t.close()


def in_a_shell(port):
    t = transport(port)
    t.start_client(timeout=60)
    t.auth_password("admin", "s3cret")
    c = t.open_session(timeout=60)
    c.get_pty()
    try:
        c.invoke_shell()
        c.sendall("show running-config\n")
    except (paramiko.SSHException, OSError):  # more of them at once than there are vtys
        pass
    reset(t.sock)
    t.close()


STAGES = (connect, half_ident, ident, garbage, exchanged, refused, logged_in, in_a_shell)


def flood(port, seen):
    """Eight at a time, one of each stage."""
    def run(stage):
        for _ in range(EACH):
            try:
                stage(port)
                seen[stage.__name__] = seen.get(stage.__name__, 0) + 1
            except (OSError, EOFError, paramiko.SSHException):
                pass  # gave way to others
    threads = [threading.Thread(target=run, args=(stage,)) for stage in STAGES]
    for t in threads:
        t.start()
    return threads


def main():
    with routers.Folder() as folder:
        r = sshlab.SshRouter(folder)
        sitting = Shell(client(r.port))
        sitting.until("R1#")
        flood_once = flood(r.port, {})  # what is allocated once and kept is so by now
        for t in flood_once:
            t.join()
        routers.wait_for("the children's end", lambda: len(sshlab.children(r)) == 1)
        descriptors, kb = sshlab.descriptors(r), sshlab.resident_kb(r)
        seen, slowest = {}, 0
        threads = flood(r.port, seen)
        while any(t.is_alive() for t in threads):
            began = time.monotonic()
            assert "level is 15" in sitting.line("show privilege")
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.01)
        assert slowest < 2, f"one at a vty waited {slowest:.2f} s"
        routers.wait_for("the children's end", lambda: len(sshlab.children(r)) == 1)
        routers.wait_for("the descriptors' end", lambda: sshlab.descriptors(r) == descriptors)
        grown = sshlab.resident_kb(r) - kb
        assert grown < 2048, f"{grown} kB more after {EACH * len(STAGES)} connections"
        for stage in STAGES:
            assert seen.get(stage.__name__, 0) >= EACH // 2, seen  # the stages were really reached
        assert client(r.port).exec_command("show privilege")[1].read() == b"Current privilege level is 15\r\n"
        assert "1 vty 0 " in sitting.line("show users")
        print(f"{EACH * len(STAGES)} connections: {grown} kB, slowest answer {slowest:.3f} s, reached {seen}")

        # half-open ones hold places, and shut nobody out
        held = [tcp(r.port) for _ in range(60)]
        assert client(r.port).exec_command("show privilege")[1].read() == b"Current privilege level is 15\r\n"
        for s in held:
            s.close()
        routers.wait_for("the children's end", lambda: len(sshlab.children(r)) == 1)
        r.stop()


main()
