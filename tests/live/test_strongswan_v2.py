#!/usr/bin/python3
"""IKEv2 and ESP against strongSwan's charon, as initiator and as responder: ciphers, integrity, PRFs and groups of both phases, with perfect forward secrecy.
swan.py says how charon is run."""
from swan import enter, play, ready
from swan2 import Lab, PLAIN, Suite

enter()

SUITES = [
    PLAIN,
    Suite("aes128-sha1-modp1536", "aes128-sha1-modp1536", "aes-cbc-128", "sha1", None, 5, "esp-aes esp-sha-hmac", 5),
    Suite("aes192-sha384-modp3072", "aes192-sha384-modp3072", "aes-cbc-192", "sha384", None, 15, "esp-aes 192 esp-sha384-hmac", 15),
    Suite("aes256-sha512-modp4096", "aes256-sha512-modp4096", "aes-cbc-256", "sha512", None, 16, "esp-aes 256 esp-sha512-hmac", 16),
    Suite("aes256-sha512-modp6144", "aes256-sha512-modp8192", "aes-cbc-256", "sha512", None, 17, "esp-aes 256 esp-sha512-hmac", 18),
    Suite("aes256gcm16-prfsha256-ecp256", "aes256gcm16-ecp256", "aes-gcm-256", None, "sha256", 19, "esp-gcm 256", 19),
    Suite("aes128gcm16-prfsha384-ecp384", "aes128gcm16-ecp384", "aes-gcm-128", None, "sha384", 20, "esp-gcm", 20),
    Suite("aes256gcm16-prfsha512-ecp521", "aes256-sha256-ecp521", "aes-gcm-256", None, "sha512", 21, "esp-aes 256 esp-sha256-hmac", 21),
    Suite("aes256-sha256-prfsha512-curve25519", "aes256gcm16", "aes-cbc-256", "sha256", "sha512", 31, "esp-gcm 256"),
    Suite("3des-md5-modp1024", "3des-md5", "3des", "md5", None, 2, "esp-3des esp-md5-hmac"),
]


def suite_both_ways(lab, suite):
    for begin, initiator in (("router", "Yes"), ("charon", "No")):
        r = lab.fresh(suite)
        lab.begin(begin)
        lab.both_ways(f"{begin} began")
        assert len(ready(r)) == 1 and f"Initiator of SA : {initiator}" in r.type("show crypto ikev2 sa detailed"), r.type("show crypto ikev2 sa detailed")
        assert lab.charon.children() == 1, lab.charon.sas()


play([(str(suite), lambda lab, suite=suite: suite_both_ways(lab, suite)) for suite in SUITES], Lab)
