#!/usr/bin/python3
"""kill -9 at any moment of `write memory`, of a copy and of an appended log: startup-config and the copied file are the old or the new one, whole; what was appended
is a prefix of what was said. The router is killed at moments of chance (seeded) while it writes without a pause, and started again on what is left."""
import os, random, re, signal, subprocess, time

from routers import ESPIAL, Folder, start

LINES, ROUNDS = 1500, 25


def config(name):
    return f"hostname {name}\nno logging console\n" + "".join(f"access-list 1 permit 10.0.{i // 250}.{i % 250 + 1}\n" for i in range(LINES)) + "end\n"


def whole(text):
    """Which of the two it is; None: neither, or not all of it."""
    name = re.search(r"^hostname (aaaa|bbbb)$", text, re.M)
    numbers = re.findall(r"^access-list 1 permit 10\.0\.(\d+)\.(\d+)$", text, re.M)
    if not name or not text.endswith("\nend\n") or numbers != [(str(i // 250), str(i % 250 + 1)) for i in range(LINES)]:
        return None
    return name.group(1)


def read(path):
    with open(path) as f:
        return f.read()


def main():
    chance, seen, cut = random.Random(4), set(), 0
    with Folder() as folder:
        state = os.path.join(folder, "state")
        first = os.path.join(folder, "first.cfg")
        with open(first, "w") as f:
            f.write(config("aaaa"))
        startup, disk = os.path.join(state, "nvram", "startup-config"), os.path.join(state, "disk0")
        typed = ["enable"]
        for i in range(400):
            typed += ["configure terminal", "hostname " + ("bbbb", "aaaa")[i % 2], "end", "write memory",
                      "copy nvram:startup-config disk0:copy", "", "y" * (i > 0) + f"show clock | append disk0:log{i % 3}"]
        typed = ("\n".join(typed) + "\n").encode()
        for round_ in range(ROUNDS):
            argv = [ESPIAL, "run", "--state", state, "--hostname", "R1"] + (["--config", first] if round_ == 0 else [])
            router = start(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            router.stdin.write(typed[:60000])
            router.stdin.flush()
            said = b""
            turns = chance.randrange(2, 6)  # of one name or the other
            while said.count(b"write memory") < turns:  # it is writing by now
                piece = os.read(router.stdout.fileno(), 65536)
                assert piece, said
                said += piece
            end = time.monotonic() + chance.uniform(0, 0.03)
            while time.monotonic() < end:
                pass
            router.send_signal(signal.SIGKILL)
            router.wait()
            router.stdin.close()
            router.stdout.close()
            kind = whole(read(startup))
            assert kind, f"round {round_}: neither the old startup-config nor the new one"
            seen.add(kind)
            copy = os.path.join(disk, "copy")
            assert not os.path.exists(copy) or whole(read(copy)), f"round {round_}: half a copy"
            for i in range(3):
                log = os.path.join(disk, f"log{i}")
                if os.path.exists(log):
                    lines = read(log).split("\n")
                    assert all(re.fullmatch(r"[*.]?\d\d:\d\d:\d\d\.\d{3} UTC \w{3} \w{3} +\d+ \d{4}", l) for l in lines[:-1]), lines
                    assert re.match(r"[*.]?[\d:.]{0,12}( UTC[ \w]*)?$", lines[-1]), lines[-1]
            cut += any(n.startswith(".~") for n in os.listdir(disk) + os.listdir(os.path.dirname(startup)))
        assert seen == {"aaaa", "bbbb"}, seen
    print(f"killed {ROUNDS} times: always the old file or the new one; {cut} times one was being written")


main()
