#!/usr/bin/python3
"""IKEv2 with strongSwan's charon where two things happen at once, or more than one: rekeys begun by both ends while pings go on, of which none is lost; reauthentication;
several children below one IKE SA; charon's own default proposals; another group than the first guess in a rekey. swan.py says how charon is run."""
import contextlib, re, struct, subprocess, threading

from routers import wait_for
from swan import Unbroken, config, connection, enter, ikev2, ping_from_charon, play, ready, spis, wake
from swan2 import Lab, PLAIN, Suite

enter()


def child_request(frame):
    """Is it a request of CREATE_CHILD_SA?"""
    if frame[12:14] != b"\x08\x00" or frame[23] != 17 or frame[36:38] not in (b"\x01\xf4", b"\x11\x94"):
        return False
    ike = frame[42:] if frame[36:38] == b"\x01\xf4" else frame[46:] if frame[42:46] == bytes(4) else b""
    return len(ike) > 28 and ike[18] == 36 and not ike[19] & 0x20


class Meeting:
    """Holds charon's request of CREATE_CHILD_SA until the router has sent one of its own, and the router's until charon has: the two meet."""

    def __init__(self, lab):
        self.wire, self.charons, self.met = lab.wire, None, False
        lab.wire.judge = self.judge

    def judge(self, to_router, frame):
        if self.met or not child_request(frame):
            return True
        if to_router:
            self.charons = frame
            return False
        if self.charons:
            self.met = True
            self.wire.give_router(self.charons)
        return self.met


def test_rekeys_of_both(lab):
    # charon takes no answer whose message id is that of a request it works on: it must ask again soon, beside our minute for the end of an old SA
    lab.charon.reboot("retransmit_base = 1\n  retransmit_tries = 30")
    # Our lifetimes of two minutes are lived fast: children are replaced 30 s before the end, IKE SAs 12 s (6 s who answered); at that moment charon rekeys too.
    for what, ours, theirs in (("children", dict(scale=20, extra="crypto ipsec security-association lifetime seconds 120"), "--child net"),
                               ("IKE SAs", dict(scale=8, profile=" lifetime 120"), "--ike espial")):
        for begin in ("charon", "router"):
            r = lab.fresh(**ours)
            lab.begin(begin)
            with Unbroken():
                for turn in range(3):
                    before, meeting = spis(r), Meeting(lab)
                    lab.charon.ctl("--rekey", *theirs.split())
                    wait_for("the meeting", lambda: meeting.met, 40)
                    wait_for("its end", lambda: spis(r)[what == "children"] != before[what == "children"] and len(ready(r)) == 1
                             and lab.charon.children() == 1 and lab.charon.sas().count("ESTABLISHED") == 1)
            lab.both_ways(f"{what}: after rekeys of both, {begin} began")
    lab.charon.reboot()


class Pinging:
    """Pings of charon's network, each sent when the last one is answered, as long as the block lasts; all must be answered, but for those whose answer `late` finds. (Of a
    stream that does not wait, the one packet that is under way just then may be lost.)"""

    def __init__(self, late):
        self.late = late

    def __enter__(self):
        self.sent = self.answered = 0
        self.stop = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stop:
            self.sent += 1
            self.answered += ping_from_charon(1)

    def __exit__(self, kind, *_):
        self.stop = True
        self.thread.join()
        if kind is None:
            late = self.late() if self.answered < self.sent else []
            assert 0 < self.sent == self.answered + len(late), f"{self.sent - self.answered} of {self.sent} packets lost; by charon's threads: {late}"


def frames(pcap):
    """(from the router?, "esp" or "ike", the bytes from there on) of each datagram on port 4500, in the order in which they were carried."""
    with open(pcap, "rb") as f:
        data = f.read()
    at = 24
    while at < len(data):
        size = struct.unpack("<I", data[at + 8:at + 12])[0]
        frame = data[at + 16:at + 16 + size]
        at += 16 + size
        if frame[12:14] == b"\x08\x00" and frame[23] == 17 and frame[36:38] == b"\x11\x94":
            ours = frame[26:30] == b"\x0a\0\0\1"
            yield (ours, "ike", frame[46:]) if frame[42:46] == bytes(4) else (ours, "esp", frame[42:])


def dropped_by_charon(lab, old):
    """(SPI, sequence number) of the packets that one of charon's threads had received and another one, which read the answer to the DELETE of the IKE SA `old` behind them,
    took the SA from: charon says that it drops them, and on the wire they stand before that answer. (Behind it the router may not send them any more: RFC 7296 section
    1.4.1.)"""
    sent = set()
    for ours, kind, data in frames(lab.pcap):
        if ours and kind == "esp" and len(data) > 8:
            sent.add(struct.unpack(">II", data[:8]))
        elif ours and kind == "ike" and data[8:16].hex() == old.lower() and data[18] == 37 and data[19] & 0x20:
            break
    read, dropped = {}, []
    with open(lab.folder + "/esp.log") as f:
        for line in f:
            if m := re.search(r"(\d+)\[ESP\] parsed ESP header with SPI ([0-9a-f]+) \[seq (\d+)\]", line):
                read[m[1]] = int(m[2], 16), int(m[3])
            elif m := re.search(r"(\d+)\[ESP\] inbound ESP packet does not belong to an installed SA", line):
                dropped.append(read[m[1]])
    return [packet for packet in dropped if packet in sent]


def test_reauthentication(lab):
    for more in ("make_before_break = yes", "make_before_break = no"):
        lab.charon.reboot(more + "\n  filelog { esp { path = %s/esp.log\n flush_line = yes\n default = -1\n esp = 2 } }" % lab.folder)
        r = lab.fresh()
        lab.begin("charon")
        before = spis(r)
        # no packet is lost if the new SA is made before the old one goes
        with Pinging(lambda: dropped_by_charon(lab, before[0])) if more.endswith("yes") else contextlib.nullcontext():
            lab.charon.ctl("--rekey", "--ike", "espial", "--reauth")
            wait_for("new SAs instead of the old ones", lambda: len(ready(r)) == 1 and lab.charon.children() == 1
                     and all(new not in (None, 0, old) for old, new in zip(before, spis(r))))
        ping_from_charon(1)
        lab.both_ways(f"{more}: after reauthentication")
    lab.charon.reboot()


def test_childless(lab):
    # charon proves itself first and asks for its child afterwards, in CREATE_CHILD_SA.
    r = lab.fresh(theirs=dict(conn="childless = force"))
    seen = len(lab.charon.log())
    lab.begin("charon")
    assert "N(CHDLESS_SUP)" in lab.charon.log()[seen:] and "CREATE_CHILD_SA request" in lab.charon.log()[seen:], lab.charon.log()[seen:]
    lab.both_ways("a child of its own exchange")
    assert "IKE count:1, CHILD count:1" in r.type("show crypto ikev2 session")


def test_children(lab):
    # Two lines of the access list, two children of charon's: one IKE SA.
    extra = "access-list 101 permit ip 192.168.1.0 0.0.0.255 192.168.3.0 0.0.0.255\nip route 192.168.3.0 255.255.255.0 10.0.0.2"
    subprocess.check_call("ip addr add 192.168.3.1/32 dev lo".split())
    lab.charon.terminate()
    text = connection(*PLAIN.theirs, version=2)
    head, tail = text.split("children { net {")
    body, rest = tail.split("\n  } }\n} }", 1)
    text = head + "children { net {" + body + "\n  }\n  second {" + body.replace("192.168.2.0/24", "192.168.3.0/24") + "\n  } }\n} }" + rest
    lab.charon.load(text=text)
    r = lab.router_new(extra=extra)
    for to in ("192.168.2.1", "192.168.3.1"):
        wake(r, to=to)
    wait_for("both children", lambda: lab.charon.children() == 2 and "IKE count:1, CHILD count:2" in r.type("show crypto ikev2 session"))
    for to in ("192.168.2.1", "192.168.3.1"):
        lab.all_back(to=to)
    assert lab.charon.sas().count("ESTABLISHED") == 1
    lab.charon.ctl("--rekey", "--ike", "espial")
    wait_for("the inherited children", lambda: "IKE count:1, CHILD count:2" in r.type("show crypto ikev2 session"))
    for source in ("192.168.2.1", "192.168.3.1"):
        assert ping_from_charon(source=source) == 3
    lab.charon.ctl("--terminate", "--child", "second", "--timeout", "5")
    wait_for("one child's end", lambda: "CHILD count:1" in r.type("show crypto ikev2 session"))
    lab.both_ways("the other child stays")
    lab.charon.terminate()
    r = lab.router_new(extra=extra)
    lab.charon.initiate("second")
    lab.charon.initiate("net")
    wait_for("both children", lambda: "IKE count:1, CHILD count:2" in r.type("show crypto ikev2 session"))
    lab.both_ways("charon began both")


def test_defaults(lab):
    # charon offers all it has; we have the smart defaults alone, or what we always have.
    everything = Suite("default", "default", "aes-cbc-256", "sha256", None, 14, "esp-aes 256 esp-sha256-hmac")
    smart = re.sub(r"crypto ikev2 proposal P\n( .*\n)+crypto ikev2 policy POL\n proposal P\n", "", ikev2())
    assert "ikev2 proposal" not in smart
    for begin in ("charon", "router"):
        lab.fresh(everything)
        lab.begin(begin)
        lab.both_ways(f"defaults at charon, {begin} began")
        lab.clean(*everything.theirs, version=2)
        r = lab.boot(config(smart, everything.ts, " set ikev2-profile PROF"))
        lab.begin(begin)
        lab.both_ways(f"defaults at both ends, {begin} began")
        text = r.type("show crypto ikev2 sa")
        assert re.search(r"AES-CBC, keysize: 256, PRF: SHA(512|384), Hash: SHA(512|384), DH Grp:(19|14|21)", text), text


def test_other_group_in_rekey(lab):
    suite = Suite("aes256-sha256-modp2048", "aes256-sha256-modp3072-ecp256", "aes-cbc-256", "sha256", None, 14, "esp-aes 256 esp-sha256-hmac", 19)
    r = lab.fresh(suite)
    lab.begin("charon")
    before = spis(r)
    seen = len(lab.charon.log())
    with Unbroken():
        lab.charon.ctl("--rekey", "--child", "net")
        wait_for("the rekey", lambda: spis(r)[1] != before[1] and lab.charon.children() == 1)
    assert "N(INVAL_KE)" in lab.charon.log()[seen:]
    lab.both_ways("after the rekey")
    assert "PFS (Y/N): Y, DH group: group19" in r.type("show crypto ipsec sa"), r.type("show crypto ipsec sa")


play((test_rekeys_of_both, test_reauthentication, test_childless, test_children, test_defaults, test_other_group_in_rekey), Lab)
