#!/usr/bin/python3
"""A hub and two spokes behind one address translator: strongSwan's charon and another router. The translator is this test's: it shows both as 10.0.0.99, gives every
port a new one, can forget its mappings, and lets nothing through but UDP. Both tunnels stand beside each other; neither's restart disturbs the other; a port that
changes is followed."""
import os, re, socket, struct, threading

from routers import Folder, Router, free_port, ip_sum, wait_for
from swan import PATIENCE, Charon, Wire, enter, ping_from_charon, ping_from_router, policy, read_by_tshark

enter("tshark")

OUTSIDE, HUB, CHARON, SPOKE = (socket.inet_aton(a) for a in ("10.0.0.99", "10.0.0.1", "10.0.0.2", "10.0.0.3"))
MAC = b"\x02nat\x00\x01"


class Nat(Wire):
    """charon's tap inside, the hub's link outside, and a second link inside. Every ARP request is answered with our own address."""

    def __init__(self):
        self.macs, self.out, self.back, self.next_port, self.stray = {}, {}, {}, 40001, 0
        self.inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.inside.bind(("127.0.0.1", 0))
        self.inside_port = free_port()
        super().__init__()
        self.judge = self.from_tap_or_hub
        threading.Thread(target=self.carry_inside, daemon=True).start()

    def inside_spec(self):
        return f"udp:{self.inside_port}:127.0.0.1:{self.inside.getsockname()[1]}"

    def carry_inside(self):
        while True:
            frame = self.inside.recv(65536)
            send = lambda f: self.inside.sendto(f, ("127.0.0.1", self.inside_port))
            if (out := self.translate(SPOKE, frame, send)):
                self.note(out)
                self.sock.sendto(out, ("127.0.0.1", self.port))

    def from_tap_or_hub(self, to_router, frame):
        if to_router:
            return self.translate(CHARON, frame, lambda f: os.write(self.tap, f)) or False
        return self.translate(HUB, frame, lambda f: self.sock.sendto(f, ("127.0.0.1", self.port))) or False

    def translate(self, who, frame, reply):
        """What goes on to the other side; None: nothing."""
        self.macs[who] = frame[6:12]
        if frame[12:14] == b"\x08\x06":
            if frame[20:22] == b"\0\1" and frame[28:32] != frame[38:42]:
                reply(frame[6:12] + MAC + frame[12:20] + b"\0\2" + MAC + frame[38:42] + frame[22:32])
            return None
        if frame[12:14] != b"\x08\x00" or frame[23] != 17 or frame[14] != 0x45:
            self.stray += frame[12:14] == b"\x08\x00"
            return None
        sport, dport = struct.unpack("!HH", frame[34:38])
        if who == HUB:
            if frame[30:34] != OUTSIDE or dport not in self.back:
                return None
            to, dport = self.back[dport]
            src, dst, mac = frame[26:30], to, self.macs[to]
        else:
            if (who, sport) not in self.out:
                self.out[who, sport] = self.next_port
                self.back[self.next_port] = (who, sport)
                self.next_port += 7
            src, dst, sport, mac = OUTSIDE, frame[30:34], self.out[who, sport], self.macs.get(HUB)
            if mac is None:
                return None
        ip = frame[14:24] + b"\0\0" + src + dst
        ip = ip[:10] + struct.pack("!H", ip_sum(ip)) + ip[12:]
        out = mac + MAC + b"\x08\x00" + ip + struct.pack("!HH", sport, dport) + frame[38:40] + b"\0\0" + frame[42:]
        if who == HUB and to == SPOKE:  # the tap is not where it goes
            self.note(out)
            self.inside.sendto(out, ("127.0.0.1", self.inside_port))
            return None
        return out

    def note(self, frame):
        if self.pcap:
            self.pcap.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)

    def forget(self):
        self.out, self.back = {}, {}


COMMON = f"""no ip domain lookup
no logging console
logging buffered 1000000 debugging
{policy()}crypto ipsec transform-set TS esp-aes 256 esp-sha-hmac
line con 0
 privilege level 15
"""
HUB_CONFIG = COMMON + """crypto keyring KR
 pre-shared-key address 10.0.0.99 key cisco123
crypto isakmp profile SPOKES
 keyring KR
 match identity address 10.0.0.0 255.255.255.0
 match identity host domain example
crypto map VPN 10 ipsec-isakmp
 set peer 10.0.0.99
 set transform-set TS
 set isakmp-profile SPOKES
 match address 101
crypto map VPN 20 ipsec-isakmp
 set peer 10.0.0.99
 set transform-set TS
 set isakmp-profile SPOKES
 match address 102
interface Loopback0
 ip address 192.168.1.1 255.255.255.0
interface Ethernet0/0
 ip address 10.0.0.1 255.255.255.0
 crypto map VPN
 no shutdown
ip route 192.168.2.0 255.255.255.0 10.0.0.99
ip route 192.168.3.0 255.255.255.0 10.0.0.99
access-list 101 permit ip 192.168.1.0 0.0.0.255 192.168.2.0 0.0.0.255
access-list 102 permit ip 192.168.1.0 0.0.0.255 192.168.3.0 0.0.0.255
end
"""
SPOKE_CONFIG = COMMON + """ip domain name example
crypto isakmp key cisco123 address 10.0.0.1
crypto isakmp identity hostname
crypto isakmp nat keepalive 20
crypto isakmp keepalive 10 2 periodic
crypto map VPN 10 ipsec-isakmp
 set peer 10.0.0.1
 set transform-set TS
 match address 101
interface Loopback0
 ip address 192.168.3.1 255.255.255.0
interface Ethernet0/0
 ip address 10.0.0.3 255.255.255.0
 crypto map VPN
 no shutdown
ip route 192.168.1.0 255.255.255.0 10.0.0.1
access-list 101 permit ip 192.168.3.0 0.0.0.255 192.168.1.0 0.0.0.255
end
"""


def sas(router):
    return re.findall(r"QM_IDLE +(\d+) ACTIVE\n", router.type("show crypto isakmp sa"))


def ports(hub):
    return sorted(int(p) for p in re.findall(r"Peer: 10\.0\.0\.99 Port: (\d+) ", hub.type("show crypto isakmp peers")))


def both(spoke):
    assert ping_from_charon() == 3, "charon's tunnel"
    text = ping_from_router(spoke, "192.168.1.1", timeout=PATIENCE)
    assert "100 percent (4/4)" in text, text


def spoke_begins(spoke):
    wait_for("the spoke's tunnel", lambda: "100 percent" in ping_from_router(spoke, "192.168.1.1"), 40)


def story(folder):
    nat = Nat()
    pcap, keys = os.path.join(folder, "pcap"), os.path.join(folder, "keys")
    nat.capture(pcap)
    charon = Charon(folder)
    boot_spoke = lambda n: Router(folder, f"spoke{n}", SPOKE_CONFIG, "--link", f"Ethernet0/0={nat.inside_spec()}")
    hub = Router(folder, "hub", HUB_CONFIG, "--link", f"Ethernet0/0={nat.spec()}", "--export-keys", keys)
    spoke = boot_spoke(1)
    try:
        hub.line_up()
        spoke.line_up()
        hub.type("debug crypto isakmp")
        hub.type("ping 10.0.0.99 repeat 1 timeout 1")  # the translator learns where the hub is
        charon.load("aes256-sha256-modp2048", "aes256-sha1", conn="encap = no")
        charon.initiate()
        spoke_begins(spoke)
        both(spoke)
        assert len(sas(hub)) == 2 and len(ports(hub)) == 2 and min(ports(hub)) > 40000, hub.type("show crypto isakmp peers")
        text = hub.type("show logging | include matches SPOKES")
        assert text.count("peer matches SPOKES profile") >= 2, text
        assert nat.stray <= 1, "something but UDP reached the translator"
        print("two spokes behind one address", flush=True)

        # The hub sends to both, and renews both.
        for net in ("192.168.2.1", "192.168.3.1"):
            assert "100 percent" in ping_from_router(hub, net, timeout=PATIENCE)
        read_by_tshark(pcap, keys)

        # The other router restarts: charon's tunnel does not feel it.
        spoke.stop()
        spoke = boot_spoke(2)
        spoke.line_up()
        spoke_begins(spoke)
        both(spoke)
        print("one of them restarted", flush=True)

        # The translator forgets: new ports, learnt from the next packets that come from inside.
        was = ports(hub)
        nat.forget()
        wait_for("the tunnels on new ports", lambda: ping_from_charon(1) == 1 and "100 percent" in ping_from_router(spoke, "192.168.1.1", repeat=2), 40)
        both(spoke)
        wait_for("IKE on the new port", lambda: max(ports(hub)) > max(was), 40)  # with the spoke's next probe
        print("ports followed", flush=True)

        # charon ends in order; the other stays.
        charon.terminate()
        wait_for("charon's end", lambda: "192.168.2.0/255.255.255.0/0/0)" in hub.type("show crypto ipsec sa") and len(sas(hub)) >= 1 and charon.children() == 0)
        assert "100 percent" in ping_from_router(spoke, "192.168.1.1", timeout=PATIENCE)
        print("one of them ended", flush=True)
    except AssertionError:
        print(hub.type("show logging")[-6000:], charon.log()[-4000:], sep="\n---- charon\n")
        raise
    finally:
        hub.stop()
        spoke.stop()
        charon.stop()


with Folder() as path:
    story(path)
