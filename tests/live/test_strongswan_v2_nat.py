#!/usr/bin/python3
"""IKEv2 through an address translator, with strongSwan's charon: the router behind it, charon behind it, and a mapping that changes while the tunnel is up. The
translator is the wire between them (swan.py): it rewrites addresses and ports of what passes, as a box with one inside host does. swan.py says how charon is run."""
import os, re, socket, struct, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from routers import Folder, wait_for
from swan import enter, ping_from_charon, ping_from_router
from swan2 import Lab, PLAIN, both_ways, ready

enter()


def ip_sum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Nat:
    """`inside` is seen from the other side as `outside`, its port P as `shift` + P. seen: (to_router, UDP payload) of all that passed."""

    def __init__(self, lab, router_inside, inside, outside):
        self.router_inside, self.shift, self.seen = router_inside, 10000, []
        self.inside, self.outside = socket.inet_aton(inside), socket.inet_aton(outside)
        lab.wire.judge = self.judge

    def judge(self, to_router, frame):
        if frame[12:14] != b"\x08\x00" or frame[23] != 17:
            return True
        out = bytearray(frame)
        head = (frame[14] & 15) * 4
        from_inside = to_router != self.router_inside
        address, port = (26, 14 + head) if from_inside else (30, 16 + head)
        old = struct.unpack("!H", frame[port:port + 2])[0]
        self.seen.append((to_router, frame[22 + head:22 + head + max(0, struct.unpack("!H", frame[18 + head:20 + head])[0] - 8)]))
        if from_inside:
            assert frame[26:30] == self.inside
            out[26:30] = self.outside
            out[port:port + 2] = struct.pack("!H", old + self.shift)
        else:
            if frame[30:34] != self.outside or old - self.shift not in (500, 4500):
                return False  # no such mapping (any more)
            out[30:34] = self.inside
            out[port:port + 2] = struct.pack("!H", old - self.shift)
        out[24:26] = b"\0\0"
        out[24:26] = struct.pack("!H", ip_sum(bytes(out[14:14 + head])))
        out[20 + head:22 + head] = b"\0\0"  # no UDP checksum
        return out


def tap_mac():
    return re.search(r"link/ether (\S+)", subprocess.check_output(["ip", "link", "show", "sw0"], text=True)).group(1)


def cisco_mac(mac):
    digits = mac.replace(":", "")
    return ".".join(digits[i:i + 4] for i in (0, 4, 8))


def router_mac(router):
    mac = re.search(r"address is ([0-9a-f.]+)", router.type("show interfaces Ethernet0/0")).group(1).replace(".", "")
    return ":".join(mac[i:i + 2] for i in range(0, 12, 2))


def test_router_inside(lab):
    """charon knows the router as 10.0.0.99."""
    for begin in ("router", "charon"):
        nat = Nat(lab, True, "10.0.0.1", "10.0.0.99")
        r = lab.fresh(PLAIN, "--time-scale", "5", theirs=dict(peer="10.0.0.99", remote_id="id = 10.0.0.1"), extra="crypto ikev2 nat keepalive 5")
        subprocess.check_call(["ip", "neigh", "replace", "10.0.0.99", "lladdr", router_mac(r), "dev", "sw0"])
        if begin == "charon":  # ports 500 and 4500 of the translator lead inside as they are
            nat.shift = 0
            lab.charon.initiate()
        else:
            ping_from_router(r)
        both_ways(lab, f"router inside, {begin} began")
        text = r.type("show crypto ikev2 sa detailed")
        assert "NAT-T is detected inside" in text and re.search(r"10\.0\.0\.1/4500 +10\.0\.0\.2/4500 ", text), text
        assert f"10.0.0.99[{nat.shift + 4500}]" in lab.charon.sas(), lab.charon.sas()
        assert "UDP-Encaps" in r.type("show crypto ipsec sa")
        wait_for("a keepalive", lambda: (False, b"\xff") in nat.seen)


def test_charon_inside(lab):
    """The router knows charon as 10.0.0.98."""
    for begin in ("router", "charon"):
        nat = Nat(lab, False, "10.0.0.2", "10.0.0.98")
        r = lab.fresh(PLAIN, theirs=dict(local="id = 10.0.0.2"), peer="10.0.0.98", extra=f"arp 10.0.0.98 {cisco_mac(tap_mac())} ARPA")
        if begin == "charon":
            lab.charon.initiate()
            both_ways(lab, "charon inside")
            text = r.type("show crypto ikev2 sa detailed")
            assert "NAT-T is detected  outside" in text and re.search(r"10\.0\.0\.1/4500 +10\.0\.0\.98/14500 ", text), text
            # the translator forgets and maps anew: what charon sends next shows the router where it is
            nat.shift = 20000
            ping_from_charon(1)
            both_ways(lab, "after the mapping changed")
            lab.charon.ctl("--rekey", "--child", "net")
            assert re.search(r"10\.0\.0\.1/4500 +10\.0\.0\.98/24500 ", r.type("show crypto ikev2 sa")), r.type("show crypto ikev2 sa")
            both_ways(lab, "after a rekey through the new mapping")
        else:  # nobody outside can begin with a host inside: port 500 of the translator leads nowhere
            assert "Success rate is 0 percent" in ping_from_router(r)
            assert not ready(r)


TESTS = (test_router_inside, test_charon_inside)
if __name__ == "__main__":
    with Folder() as path:
        lab = Lab(path)
        try:
            for test in TESTS:
                if len(sys.argv) > 1 and test.__name__ not in sys.argv[1:]:
                    continue
                test(lab)
                print(test.__name__, "ok", flush=True)
        except AssertionError:
            print(lab.why())
            raise
        finally:
            if lab.router:
                lab.router.stop()
            lab.charon.stop()
