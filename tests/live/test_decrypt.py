#!/usr/bin/python3
"""What is on the wire, read by others: tshark decrypts IKE and ESP with the exported keys and sees the pings; its check of every ICV agrees; an ESP packet with
one flipped bit is dropped and counted by the router, and moves nothing."""
import os, re, subprocess, sys

sys.path.insert(0, os.path.dirname(__file__))
from routers import Cable, Folder, Router, need, tunnel_config, wait_for

need("tshark")
TRANSFORMS = ["esp-aes 256 esp-sha256-hmac", "esp-aes esp-sha-hmac", "esp-gcm 256", "esp-3des esp-md5-hmac", "esp-null esp-sha512-hmac"]


def esp_frames(cable):
    return [(end, f) for end, f in cable.frames if f[12:14] == b"\x08\x00" and f[23] == 50]


def count(router, what):
    text = router.type("show crypto ipsec sa detail")
    return int(re.search(re.escape(what) + r":?\s+(\d+)", text).group(1))


def one(folder, transform):
    cable = Cable()
    keys, pcap = os.path.join(folder, "keys"), os.path.join(folder, "wire.pcapng")
    a = Router(folder, "left", tunnel_config("192.0.2.1", "192.0.2.2", "10.1.0", "10.2.0", transform), "--link", "Ethernet0/0=" + cable.spec(0),
               "--capture", "Ethernet0/0=" + pcap, "--export-keys", keys)
    b = Router(folder, "right", tunnel_config("192.0.2.2", "192.0.2.1", "10.2.0", "10.1.0", transform), "--link", "Ethernet0/0=" + cable.spec(1))
    try:
        a.type("ping 10.2.0.1 source Loopback0 timeout 1")
        text = a.type("ping 10.2.0.1 source Loopback0 timeout 1")
        assert "Success rate is 100 percent (5/5)" in text, text
        assert oct(os.stat(keys).st_mode)[-3:] == "600", "the key file is for its owner alone"

        options = []
        with open(keys) as f:
            for line in f:
                options += ["-o", line.strip()]
        assert any("esp_sa" in o for o in options) and any("ikev1_decryption_table" in o for o in options), options
        fields = subprocess.run(["tshark", "-r", pcap, "-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE", *options,
                                 "-T", "fields", "-e", "frame.protocols", "-e", "icmp.type", "-e", "isakmp.exchangetype", "-e", "isakmp.typepayload", "-e", "esp.icv_good", "-e", "esp.icv_bad"],
                                capture_output=True, text=True, check=True).stdout.splitlines()
        rows = [r.split("\t") for r in fields]
        requests = sum(1 for r in rows if "esp" in r[0] and r[1].split(",")[0] == "8")
        replies = sum(1 for r in rows if "esp" in r[0] and r[1].split(",")[0] == "0")
        assert requests >= 5 and replies >= 5, f"{transform}: tshark sees {requests} requests and {replies} replies inside ESP: {rows}"
        if "gcm" not in transform:
            assert not any(r[5] in ("True", "1") for r in rows), "tshark finds a bad ICV"
        # Identification (5) of main mode and the hash (8) of quick mode stand in encrypted messages only.
        assert any(r[2] == "2" and "5" in r[3].split(",") for r in rows), "main mode's encrypted messages are not read"
        assert any(r[2] == "32" and "8" in r[3].split(",") for r in rows), "quick mode is not read"

        # One flipped bit, in each part of a packet that the router has not seen yet.
        held = []
        cable.judge = lambda end, f: held.append(f) or [] if end == 0 and f[23] == 50 else [f]
        a.type("ping 10.2.0.1 source Loopback0 repeat 1 timeout 1")
        cable.judge = lambda end, f: [f]
        wanted = held[0]
        before, failed, replayed = [count(b, w) for w in ("#pkts decaps", "#pkts verify failed", "##pkts replay failed (rcv)")]
        places = (14 + 20 + 4, 14 + 20 + 8 + 1, len(wanted) // 2 + 17, len(wanted) - 1)  # sequence number, IV, payload, ICV
        for at in places:
            bad = bytearray(wanted)
            bad[at] ^= 0x10
            cable.send(1, bytes(bad))
        wait_for("the count of changed packets", lambda: count(b, "#pkts verify failed") == failed + len(places))
        assert count(b, "#pkts decaps") == before, "a changed packet was let in"
        drops = b.type("show platform hardware qfp active feature ipsec datapath drops")
        assert re.search(rf" 62  IN_CD_SW_IPSEC_MAC_EXCEPTION +{failed + len(places)}\n", drops), drops
        cable.send(1, wanted)  # moved nothing: the true packet is still welcome, once
        cable.send(1, wanted)
        wait_for("the replayed packet", lambda: count(b, "##pkts replay failed (rcv)") == replayed + 1)
        assert count(b, "#pkts decaps") == before + 1, "the window moved"
        text = a.type("ping 10.2.0.1 source Loopback0 timeout 1")
        assert "100 percent" in text, "the window moved: " + text
        print(f"{transform}: {requests} requests, {replies} replies read by tshark; {len(places)} changed packets refused")
    finally:
        a.stop()
        b.stop()
        cable.stop()


for t in TRANSFORMS:
    with Folder() as path:
        one(path, t)
