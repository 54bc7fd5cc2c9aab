#!/usr/bin/python3
"""Keys do not outlive what they are for: a router's memory, read while the process stands still, holds the keys of its IKE and IPsec SAs while they live, and none of them
(nor what a hash had in hand when it made them) once they are gone: after `clear crypto session`, and after a rekey. And those of SAs keyed by hand, when the key or the
entry is another one, or there is none."""
import os, re, signal, time

from routers import Cable, Folder, Router, tunnel_config, wait_for

HUB, SPOKE = "192.0.2.1", "192.0.2.2"


def exported(path):
    """Each key of the file, by what it is for: hexadecimal runs of 16 bytes or more."""
    with open(path) as f:
        return {bytes.fromhex(k) for k in re.findall(r"\b(?:0x)?((?:[0-9a-fA-F]{2}){16,})\b", f.read())}


def memory(r):
    """Everything that the stopped process can write to."""
    pid = r.process.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_for("the process to stand still", lambda: open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "T")
        parts = []
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
            for line in maps:
                m = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
                if m and "[vvar" not in line:
                    mem.seek(int(m[1], 16))
                    try:
                        parts.append(mem.read(int(m[2], 16) - int(m[1], 16)))
                    except OSError:
                        pass
        return parts
    finally:
        os.kill(pid, signal.SIGCONT)


def forms(key):
    """A key as it is, and as the words of a hash that has made it: most of it, since it may end within one."""
    yield key
    for size in (4, 8):
        words = [key[i:i + size][::-1] for i in range(0, len(key) - size + 1, size)]
        yield b"".join(words)


def found(r, keys):
    parts = memory(r)
    return {k for k in keys if any(form in p for p in parts for form in forms(k))}


V2 = """crypto ikev2 keyring K
 peer ANY
  address 0.0.0.0 0.0.0.0
  pre-shared-key live-test
crypto ikev2 profile P
 match identity remote any
 authentication remote pre-share
 authentication local pre-share
 keyring local K
"""


def config(version, *args):
    return tunnel_config(*args) if version == 1 else V2 + tunnel_config(*args, " set ikev2-profile P")


def asleep(r):
    said = re.sub(r"ACTIVE \(deleted\)", "", r.type("show crypto isakmp sa"))
    return "ACTIVE\n" not in said and "Tunnel-id" not in r.type("show crypto ikev2 sa")


def by_hand(cable):
    keys = [os.urandom(n) for n in (32, 32, 32, 32, 20, 20)]
    lines = ["no logging console", "crypto ipsec transform-set T ah-sha-hmac esp-aes 256 esp-sha256-hmac", "crypto map M 10 ipsec-manual", f"set peer {SPOKE}", "set transform-set T", "match address 101"]
    set_key = lambda way, k: [f"set session-key {way} esp 300 cipher {keys[k].hex()} authenticator {keys[k + 2].hex()}", f"set session-key {way} ah 300 {keys[k + 4].hex()}"]
    lines += set_key("inbound", 0) + set_key("outbound", 1)
    lines += ["access-list 101 permit ip any 10.2.0.0 0.0.0.255", "interface Ethernet0/0", f"ip address {HUB} 255.255.255.0", "crypto map M", "line con 0", "privilege level 15", "end"]
    with Folder() as folder, Router(folder, "hand", "\n".join(lines) + "\n", "--link", "Ethernet0/0=" + cable.spec(0), "--export-keys", os.path.join(folder, "keys")) as r:
        r.line_up()
        wait_for("the SAs", lambda: "spi: 0x12C(300)" in r.type("show crypto ipsec sa"))
        assert exported(os.path.join(folder, "keys")) >= set(keys[:4]), "AH's are not told"
        assert found(r, keys), "the living SAs' keys are not where a search would find them"
        r.type("clear crypto sa")
        r.type("configure terminal")
        r.type("crypto map M 10")
        for line in set_key("inbound", 1):
            r.type(line)
        r.type("end")
        left = found(r, [keys[0], keys[2], keys[4]])
        assert not left, f"{len(left)} keys that were replaced are still in memory"
        r.type("configure terminal")
        r.type("interface Ethernet0/0")
        r.type("no crypto map")
        r.type("end")
        assert "No SAs found" in r.type("show crypto ipsec sa")
        left = found(r, keys)
        assert not left, f"{len(left)} of {len(keys)} keys typed by hand are still in memory"
        print(f"by hand: {len(keys)} keys, none left")


def main():
    cable = Cable()
    for version, transform in ((1, "esp-aes 256 esp-sha256-hmac"), (1, "esp-gcm"), (2, "esp-aes 256 esp-sha256-hmac")):
        with Folder() as folder:
            files = [os.path.join(folder, name + ".keys") for name in ("hub", "spoke")]
            configs = [config(version, HUB, SPOKE, "10.1.0", "10.2.0", transform), config(version, SPOKE, HUB, "10.2.0", "10.1.0", transform)]
            with Router(folder, "hub", configs[0], "--link", "Ethernet0/0=" + cable.spec(0), "--export-keys", files[0]) as hub, \
                    Router(folder, "spoke", configs[1], "--link", "Ethernet0/0=" + cable.spec(1), "--export-keys", files[1]) as spoke:
                both = (hub, spoke)
                for r in both:
                    r.line_up()
                wait_for("the tunnel", lambda: "100 percent" in spoke.type("ping 10.1.0.1 source Loopback0"))
                keys = exported(files[0]) | exported(files[1])
                assert len(keys) >= 3, "an IKE SA and two directions"
                for r in both:
                    assert found(r, keys), f"{r.name}: the living SAs' keys are not where a search would find them"
                # New SAs beside the IKE SA: those of the old ones go.
                spoke.type("clear crypto sa")
                wait_for("a new pair", lambda: "100 percent" in spoke.type("ping 10.1.0.1 source Loopback0"))
                new = (exported(files[0]) | exported(files[1])) - keys
                assert len(new) >= 2
                spoke.type("clear crypto session")
                hub.type("clear crypto session")
                for r in both:
                    wait_for("no SA", lambda: asleep(r))
                    left = found(r, keys | new)
                    assert not left, f"{r.name}: {len(left)} of {len(keys | new)} keys of {transform}, IKEv{version}, are still in memory"
                print(f"IKEv{version}, {transform}: {len(keys | new)} keys, none left")
    by_hand(cable)
    cable.stop()


main()
