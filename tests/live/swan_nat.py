"""An address translator with one host inside, as the judge of a wire between a router and charon (swan.py): it rewrites addresses and ports of what passes."""
import re, socket, struct, subprocess

from routers import ip_sum


def tap_mac():
    return re.search(r"link/ether (\S+)", subprocess.check_output(["ip", "link", "show", "sw0"], text=True)).group(1)


def cisco_mac(mac):
    digits = mac.replace(":", "")
    return ".".join(digits[i:i + 4] for i in (0, 4, 8))


class Translator:
    """`inside` is seen from the other side as `outside`, its port P as `shift` + P. seen: (to_router, UDP payload) of all that passed. Set it when the router is booted:
    charon learns then that `outside` has the router's Ethernet address."""

    def __init__(self, lab, router_inside, inside, outside, shift=10000):
        self.router_inside, self.shift, self.seen = router_inside, shift, []
        self.inside, self.outside = socket.inet_aton(inside), socket.inet_aton(outside)
        if router_inside:
            mac = re.search(r"address is ([0-9a-f.]+)", lab.router.type("show interfaces Ethernet0/0")).group(1).replace(".", "")
            subprocess.check_call(["ip", "neigh", "replace", outside, "lladdr", ":".join(mac[i:i + 2] for i in range(0, 12, 2)), "dev", "sw0"])
        lab.wire.judge = self.judge

    def judge(self, to_router, frame):
        if frame[12:14] != b"\x08\x00" or frame[23] != 17:
            return True
        out, udp = bytearray(frame), 14 + (frame[14] & 15) * 4
        from_inside = to_router != self.router_inside
        port = udp if from_inside else udp + 2
        old = struct.unpack("!H", frame[port:port + 2])[0]
        self.seen.append((to_router, frame[udp + 8:udp + max(8, struct.unpack("!H", frame[udp + 4:udp + 6])[0])]))
        if from_inside:
            if frame[26:30] != self.inside:
                return False
            out[26:30] = self.outside
            out[port:port + 2] = struct.pack("!H", old + self.shift)
        else:
            if frame[30:34] != self.outside or old - self.shift not in (500, 4500):
                return False  # no such mapping (any more)
            out[30:34] = self.inside
            out[port:port + 2] = struct.pack("!H", old - self.shift)
        out[24:26] = b"\0\0"
        out[24:26] = struct.pack("!H", ip_sum(bytes(out[14:udp])))
        out[udp + 6:udp + 8] = b"\0\0"  # no UDP checksum
        return out
