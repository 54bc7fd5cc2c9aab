#!/usr/bin/python3
"""The labs of samples/defects: sick until they are cured: check.sh refuses each as it is, and accepts it with the fixed image, some with the workaround of its README too."""
import os, shutil, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor

ESPIAL = os.environ.get("ESPIAL") or os.path.join(os.getcwd(), "espial")
DEFECTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples", "defects")
FIXED = {"hub": ["no event manager applet image"], "spoke": ["no event manager applet image"]}
LONG = ["crypto ipsec security-association lifetime seconds 86400"]
WORKAROUND = {
    "CSCsq59183": {"spoke": ["crypto ikev2 profile V2", "dpd 10 2 periodic"]},
    "CSCvd40554": {"hub": ["no crypto isakmp invalid-spi-recovery"]},
    "CSCsl68327": {"hub": LONG, "spoke": LONG},
    "CSCtr14840": {"hub": ["no access-list 101", "access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255"],
                   "spoke": ["no access-list 101", "access-list 101 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255"]},
}
REASON = {"CSCvd40554": "NOT CURED: the IKE SA went away"}  # what the sick one is refused for, where check.sh may give other reasons


class Lab:
    def __init__(self, bug):
        self.bug, self.state = bug, tempfile.mkdtemp(prefix="espial.")
        self.env = dict(os.environ, ESPIAL=ESPIAL, XDG_STATE_HOME=self.state, QUIET="14")
        subprocess.run([os.path.join(DEFECTS, "up.sh"), bug], env=self.env, check=True, stdout=subprocess.DEVNULL)

    def refused(self):
        """Before it is up: one line, whatever the script would have asked."""
        env = dict(self.env, XDG_STATE_HOME=os.path.join(self.state, "none"))
        r = subprocess.run([os.path.join(DEFECTS, self.bug, "check.sh")], env=env, capture_output=True, text=True)
        assert r.returncode == 3 and r.stderr.count("is the lab up?") == 1, r

    def lab(self, *args):
        return subprocess.run([ESPIAL, "lab", "--lab", self.bug, *args], env=self.env, capture_output=True, text=True)

    def check(self, wanted):
        """What check.sh says. Symptoms are a matter of chance, and so are pings on a busy machine: it is asked again, twice at most."""
        for _ in range(3):
            said = self.once()
            if said.returncode == wanted and (not wanted or said.stderr.startswith(REASON.get(self.bug, ""))):
                break
        return said

    def once(self):
        return subprocess.run([os.path.join(DEFECTS, self.bug, "check.sh")], env=self.env, capture_output=True, text=True)

    def configure(self, lines):
        for node, v in lines.items():
            done = self.lab("exec", node, "configure terminal", *v, "end")
            assert done.returncode == 0, done
        for node in lines:
            self.lab("exec", node, "clear crypto session")

    def fixed_image(self):
        self.configure(FIXED)
        for node in FIXED:
            assert self.lab("exec", node, "no test crypto fault").returncode == 0
            self.lab("exec", node, "clear crypto session")

    def end(self):
        self.lab("down")
        shutil.rmtree(self.state, ignore_errors=True)


def story(bug):
    lab = Lab(bug)
    try:
        lab.refused()
        sick = lab.check(1)
        assert sick.returncode == 1 and sick.stderr.startswith(REASON.get(bug, "NOT CURED: ")), (bug, sick)
        if bug in WORKAROUND:
            lab.configure(WORKAROUND[bug])
            eased = lab.check(0)
            assert eased.returncode == 0, (bug, eased)
        else:
            lab.fixed_image()
            cured = lab.check(0)
            assert cured.returncode == 0, (bug, cured)
        return f"{bug}: {sick.stderr.strip()}; then cured"
    finally:
        lab.end()


def main():
    bugs = sys.argv[1:] or sorted(d for d in os.listdir(DEFECTS) if os.path.isdir(os.path.join(DEFECTS, d)))
    with ThreadPoolExecutor(len(bugs)) as pool:
        for said in pool.map(story, bugs):
            print(said, flush=True)


main()
