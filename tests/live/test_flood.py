#!/usr/bin/python3
"""A flood of forged ESP, from sources of chance and in the peer's name, as fast as this machine gives it up to 100,000 packets a second: what is said, kept and begun stays
bounded, the counters know each packet that came in, and good traffic goes on through the same cable."""
import multiprocessing, os, random, re, struct, time

from routers import Cable, Folder, Router, ip_sum, tunnel_config, wait_for

HUB, SPOKE = "192.0.2.1", "192.0.2.2"
RATE, SECONDS = 100_000, 6


def address(text):
    return bytes(map(int, text.split(".")))


def forged(ether, src, spi):
    head = bytearray(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + 8 + 64, random.getrandbits(16), 0, 250, 50, 0, src, address(HUB)))
    head[10:12] = struct.pack("!H", ip_sum(bytes(head)))
    return ether + bytes(head) + struct.pack("!II", spi, random.getrandbits(32)) + random.randbytes(64)


def flood(sock, port, frames, sent):
    """In a process of its own: RATE a second, in steps of a millisecond, late ones made up for."""
    began, n = time.monotonic(), 0
    while (now := time.monotonic() - began) < SECONDS:
        while n < now * RATE and n < (now + 0.002) * RATE:
            sock.sendto(frames[n % len(frames)], ("127.0.0.1", port))
            n += 1
    sent.value = n


def resident_kb(r):
    with open(f"/proc/{r.process.pid}/status") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])


def strays(r):
    m = re.search(r"IN_US_V4_PKT_SA_NOT_FOUND_SPI +(\d+)", r.type("show platform hardware qfp active feature ipsec datapath drops"))
    return int(m[1]) if m else 0


class Begun:
    """Main modes that the hub (end 0) began: initiator cookies of first messages. It hands frames on, or eats them."""

    def __init__(self):
        self.cookies, self.eat = set(), False

    def __call__(self, end, f):
        if end == 0 and len(f) > 70 and f[12:14] == b"\x08\x00" and f[23] == 17 and f[36:38] == b"\x01\xf4" and f[50:58] == bytes(8):
            self.cookies.add(f[42:50])
        return [] if self.eat else [f]


def main():
    random.seed(1)
    cable = Cable()
    with Folder() as folder, \
            Router(folder, "hub", tunnel_config(HUB, SPOKE, "10.1.0", "10.2.0", extra="crypto isakmp invalid-spi-recovery"), "--link", "Ethernet0/0=" + cable.spec(0)) as hub, \
            Router(folder, "spoke", tunnel_config(SPOKE, HUB, "10.2.0", "10.1.0"), "--link", "Ethernet0/0=" + cable.spec(1)) as spoke:
        hub.line_up()
        spoke.line_up()
        wait_for("the tunnel", lambda: "100 percent" in spoke.type("ping 10.1.0.1 source Loopback0"))
        ether = next(f[:14] for end, f in cable.frames if end == 1 and f[12:14] == b"\x08\x00")
        frames = [forged(ether, random.randbytes(4) if i % 4 else address(SPOKE), 256 + random.getrandbits(31)) for i in range(20000)]
        before = resident_kb(hub)
        cable.judge = begun = Begun()
        had = strays(hub)
        sent = multiprocessing.Value("i")
        attacker = multiprocessing.Process(target=flood, args=(cable.ends[0], cable.router_ports[0], frames, sent), daemon=True)
        attacker.start()
        pings = back = 0
        while attacker.is_alive():
            m = re.search(r"\((\d+)/(\d+)\)", spoke.type("ping 10.1.0.1 source Loopback0 repeat 20 timeout 1"))
            back, pings = back + int(m[1]), pings + int(m[2])
        attacker.join()
        seen = strays(hub) - had
        log = hub.type("show logging")
        lines = log.count("RECVD_PKT_INV_SPI")
        grown = resident_kb(hub) - before
        mains = len(begun.cookies)
        print(f"{sent.value / SECONDS:.0f} packets a second, {seen} of {sent.value} came in; {back} of {pings} pings; {lines} lines; {mains} main modes; {grown} kB")
        assert seen > 0 and seen <= sent.value
        assert lines <= 300, "a line for each forged source"
        assert mains == 0, "the hub has an IKE SA with the spoke and knows nobody else"
        assert grown < 8 << 10
        assert back * 2 >= pings, "good traffic does not get through"
        assert "100 percent" in spoke.type("ping 10.1.0.1 source Loopback0 repeat 100")

        # Without an IKE SA, the peer's name makes the hub begin, once.
        hub.type("clear crypto session")
        begun.eat = True  # nobody answers
        attacker = multiprocessing.Process(target=flood, args=(cable.ends[0], cable.router_ports[0], frames, sent), daemon=True)
        attacker.start()
        attacker.join()
        wait_for("the hub's first message", lambda: begun.cookies)
        assert len(begun.cookies) == 1, "one recovery a minute and peer"
        assert resident_kb(hub) - before < 8 << 10
    cable.stop()


main()
