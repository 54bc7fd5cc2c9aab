"""A router with IKEv2 against charon: suites in the words of IKEv2, and a lab whose router is made from one. swan.py says how charon is run and where both live."""
import swan

from swan import THERE, config, ikev2


class Suite:
    """One way to protect both phases, in charon's words and in ours."""

    def __init__(self, ike, esp, encr, integ, prf, group, ts, pfs=0):
        self.theirs, self.ts = (ike, esp), ts
        self.ours = dict(encr=encr, integ=integ, prf=prf, group=group)
        self.pfs = f" set pfs group{pfs}\n" if pfs else ""

    def __str__(self):
        return " ".join(self.theirs)


PLAIN = Suite("aes256-sha256-modp2048", "aes256-sha256", "aes-cbc-256", "sha256", None, 14, "esp-aes 256 esp-sha256-hmac")
GCM = Suite("aes256gcm16-prfsha384-ecp256", "aes256gcm16-ecp256", "aes-gcm-256", None, "sha384", 19, "esp-gcm 256", 19)


class Lab(swan.Lab):
    def router_new(self, suite=PLAIN, scale=1, profile="", extra="", peer=THERE):
        """profile: further lines of the IKEv2 profile; extra: anything else."""
        return self.boot(config(ikev2(profile=profile, peer=peer, **suite.ours), suite.ts, suite.pfs + " set ikev2-profile PROF", peer, extra), scale=scale)

    def fresh(self, suite=PLAIN, theirs=None, **ours):
        """A router that knows nothing and a charon that has forgotten everything."""
        self.clean(*suite.theirs, version=2, **(theirs or {}))
        return self.router_new(suite, **ours)

    def read(self):
        return swan.read_by_tshark(self.pcap, self.keys, ikev2=True)
