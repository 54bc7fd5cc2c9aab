"""Rows of the recovery table for tests beside strongSwan: the router has lost its SAs and charon goes on encrypting. What the router puts on the wire, what it says, and
when pings pass again. charon itself never says anything about ESP that it does not know. The pair's `first` is who begins a tunnel."""
import os, re, struct, time

from routers import ip_sum, wait_for
from swan import Stream, ping_from_charon, ping_from_router
from swan_pair import V2

COMMAND = "crypto isakmp invalid-spi-recovery"
MAIN_MODE, INFO, QUICK = 2, 5, 32
SA_INIT, AUTH, CHILD, INFO2 = 34, 35, 36, 37
ESTABLISHED = re.compile(r"ESTABLISHED")


def ike_header(frame):
    """(exchange, begins phase 1, is an answer of IKEv2) of an IKE message in a frame; None: it is none."""
    if frame[12:14] != b"\x08\x00" or frame[23] != 17:
        return None
    udp = 14 + (frame[14] & 15) * 4
    at = udp + 8
    if 4500 in struct.unpack("!HH", frame[udp:udp + 4]):
        if frame[at:at + 4] != bytes(4):
            return None
        at += 4
    if len(frame) < at + 28:
        return None
    return frame[at + 18], frame[at + 8:at + 16] == bytes(8), frame[at + 17] >= 0x20 and bool(frame[at + 19] & 0x20)


class Told:
    """What IKE the router sends from now on: exchanges, in order, and those of them that begin an IKE SA; lose: these are not carried."""

    def __init__(self, pair, lose=()):
        self.seen, self.begun, self.lose = [], [], lose
        pair.wire.judge = self.judge

    def judge(self, to_router, frame):
        ike = None if to_router else ike_header(frame)
        if ike and not ike[2]:
            self.seen.append(ike[0])
            self.begun += [ike[0]] if ike[1] else []
        return not (ike and ike[0] in self.lose)


def strays(pair):
    """The SPIs that the log calls invalid."""
    return re.findall(r"%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=10\.0\.0\.1, prot=50, spi=0x([0-9A-F]+)",
                      pair.router.type("show logging"))


def heals(pair, seconds):
    """Pings of charon's network until one is answered, at most so long; how long it took."""
    began = time.monotonic()
    with Stream(0.1) as s:
        wait_for("an answer", lambda: s.answered, seconds)
    return time.monotonic() - began


def esp_frame(spi):
    """ESP in UDP from charon with an SPI that was never agreed."""
    body = struct.pack("!HHHH", 4500, 4500, 8 + 8 + 64, 0) + struct.pack("!II", spi, 1) + os.urandom(64)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, 64, 17, 0) + bytes([10, 0, 0, 2, 10, 0, 0, 1])
    return head[:10] + struct.pack("!H", ip_sum(head)) + head[12:] + body


def ike_sa_stays(pair, mode, command):
    """`clear crypto sa`, of which charon hears nothing: its next packet brings the DELETE, with the command or without."""
    if mode == V2:  # a DELETE that is not carried is repeated: here the stranger is a packet of nobody
        return stranger(pair, mode, command)
    r = pair.fresh(mode, extra=COMMAND if command else "")
    pair.begin("charon")
    ike = pair.ike_id()
    told = Told(pair, lose=(INFO,))
    r.type("clear crypto sa")
    wait_for("our DELETE on its way", lambda: INFO in told.seen)
    assert pair.charon.children() == 1 and not strays(pair)
    told = Told(pair)
    ping_from_charon(1)
    wait_for("charon to drop the child", lambda: pair.charon.children() == 0)
    assert len(strays(pair)) == 1 and told.seen == [INFO], (strays(pair), told.seen)
    pair.begin(pair.first)
    assert pair.ike_id() == ike and told.begun == []


def stranger(pair, mode, command):
    """A packet with charon's address and no SPI of anybody: charon is told, and nothing changes."""
    r = pair.fresh(mode, extra=COMMAND if command else "")
    pair.begin("charon")
    ike, spi = pair.ike_id(), pair.spi()
    told = Told(pair)
    mac = re.search(r"address is (\S+)", r.type("show interfaces Ethernet0/0")).group(1).replace(".", "")
    frame = bytes.fromhex(mac) + bytes(6) + b"\x08\x00" + esp_frame(0x12345678)
    had = len(pair.charon.log())
    pair.wire.sock.sendto(frame, ("127.0.0.1", pair.wire.port))
    wait_for("our DELETE at charon", lambda: "received DELETE for unknown ESP CHILD_SA with SPI 12345678" in pair.charon.log()[had:])
    assert strays(pair) == ["12345678"], strays(pair)
    wait_for("INVALID_SPI" if command else "the DELETE", lambda: len(told.seen) == 1 + command)
    assert told.seen == [INFO2] * (1 + command), told.seen
    if command:
        wait_for("INVALID_SPI at charon", lambda: "N(INVAL_SPI)" in pair.charon.log()[had:])
    pair.both_ways("all as before")
    assert (pair.ike_id(), pair.spi()) == (ike, spi) and pair.charon.children() == 1


def a_stray(pair):
    """charon's ESP has come to a router that knows nothing of it; a packet that was lost on its way there is no stray."""
    wait_for("a stray", lambda: ping_from_charon(1, timeout=0.3) or strays(pair))


def ignored(pair, told):
    """One stray said, and what would have been sent to its sender; nothing sent."""
    log, seen = pair.router.type("show logging"), strays(pair)
    assert len(seen) == 1, seen
    assert "ignoring request to send delete notify (no ISAKMP sa) src 10.0.0.1 dst 10.0.0.2 for SPI 0x" + seen[0] in log
    assert told.seen == [], told.seen


def all_lost_nothing(pair, mode, command):
    """Nothing on the wire, and charon, which asks nobody, goes on for as long as it likes."""
    pair.fresh(mode, extra=COMMAND if command else "")
    pair.begin("charon")
    told = Told(pair)
    pair.router_new().type("debug crypto isakmp")
    a_stray(pair)
    assert ping_from_charon(2, timeout=0.5) == 0
    ignored(pair, told)
    assert pair.charon.children() == 1
    pair.charon.terminate()
    pair.begin("charon")


def all_lost_off(pair, mode):
    """Nothing on the wire: the hole lasts until charon's DPD."""
    theirs = dict(dpd="2s", child="dpd_action = restart")
    if mode != V2:
        theirs["conn"] = "dpd_timeout = 8s"
    pair.fresh(mode, **theirs)
    pair.begin("charon")
    told = Told(pair)
    r = pair.router_new()
    r.type("debug crypto isakmp")
    began = time.monotonic()
    a_stray(pair)
    ignored(pair, told)
    assert pair.charon.children() == 1
    healed = heals(pair, 60) and time.monotonic() - began
    assert told.begun == [], told.seen
    pair.both_ways("after charon's DPD")
    return f"a hole of {healed:.0f} s"


def all_lost_on(pair, mode):
    """The router begins: INITIAL_CONTACT, charon drops what it had; the next packet of either end has a tunnel."""
    pair.fresh(mode, extra=COMMAND, conn="unique = replace", remote_id="id = 10.0.0.1")
    pair.begin("charon")
    told = Told(pair)
    r = pair.router_new()
    had = len(pair.charon.log())
    a_stray(pair)
    wait_for("the recovery", lambda: pair.ike_id() is not None)
    assert strays(pair)
    assert told.begun == [SA_INIT if mode == V2 else MAIN_MODE], told.seen
    if mode != V2:
        wait_for("the DELETE", lambda: INFO in told.seen)
        assert QUICK not in told.seen, told.seen
        wait_for("charon to drop the child", lambda: pair.charon.children() == 0)
    assert "INIT_CONTACT" in pair.charon.log()[had:] or "INITIAL_CONTACT" in pair.charon.log()[had:], pair.charon.log()[had:]
    pair.begin(pair.first)
    wait_for("one IKE SA at charon", lambda: len(ESTABLISHED.findall(pair.charon.sas())) == 1)
