"""A host on the router's Ethernet that speaks just enough IKEv1 to begin main mode and quick mode, written from RFC 2409 and RFC 2407 with Python's cryptography
and scapy: the other implementation where Debian has none (AH and transport mode without kernel support, DES, group 1) and one that can misbehave."""
import hashlib, hmac, os, queue, struct

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from scapy.layers.inet import IP, UDP
from scapy.layers.ipsec import AH, ESP, SecurityAssociation
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

SA, PROPOSAL, TRANSFORM, KE, ID, HASH, NONCE, NOTIFY, DELETE = 1, 2, 3, 4, 5, 8, 10, 11, 12
MAIN, INFORMATIONAL, QUICK = 2, 5, 32
GROUP1 = int("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245"
             "E485B576625E7EC6F44C42E9A63A3620FFFFFFFFFFFFFFFF", 16)  # RFC 2409, 6.1
HASHES = {"md5": 1, "sha1": 2, "sha256": 4, "sha384": 5, "sha512": 6}  # phase 1
MACS = {"md5": (2, 1, 16, "HMAC-MD5-96"), "sha1": (3, 2, 20, "HMAC-SHA1-96"), "sha256": (5, 5, 32, "SHA2-256-128"), "sha384": (6, 6, 48, "SHA2-384-192"),
        "sha512": (7, 7, 64, "SHA2-512-256"), None: (0, 0, 0, None)}  # AH transform, authentication attribute, key bytes, scapy's name
CIPHERS = {"aes": (12, 128, 16, "AES-CBC"), "aes256": (12, 256, 32, "AES-CBC"), "3des": (3, 0, 24, "3DES"), "des": (2, 0, 8, "DES"), "null": (11, 0, 0, "NULL")}


def attribute(kind, value):
    return struct.pack("!HH", 0x8000 | kind, value) if value < 65536 else struct.pack("!HHI", kind, 4, value)


def payloads(*pairs):
    """(type, body)... as a chain; the type of the first, and the bytes."""
    out = b""
    for i, (_, body) in enumerate(pairs):
        follower = pairs[i + 1][0] if i + 1 < len(pairs) else 0
        out += struct.pack("!BBH", follower, 0, len(body) + 4) + body
    return pairs[0][0], out


def parse(kind, data):
    found = []
    while kind:
        follower, _, length = struct.unpack("!BBH", data[:4])
        assert 4 <= length <= len(data), "a payload's length"
        found.append((kind, data[4:length]))
        kind, data = follower, data[length:]
    return found


def proposal(protocol, spi, transform_id, attributes):
    return proposals((protocol, spi, transform_id, attributes))


def proposals(*all_):
    """Of one number: all of them or none."""
    transform = lambda transform_id, attributes: payloads((TRANSFORM, struct.pack("!BBH", 1, transform_id, 0) + attributes))[1]
    return struct.pack("!II", 1, 1) + payloads(*((PROPOSAL, struct.pack("!BBBB", 1, protocol, len(spi), 1) + spi + transform(*what)) for protocol, spi, *what in all_))[1]


class Silence(Exception):
    pass


class Over:
    """AH in transport mode over what an association of ESP makes. That is bytes to the AH: scapy sums a packet that it knows to have ESP in it as ESP."""

    def __init__(self, ah, esp):
        self.ah, self.esp, self.spi = ah, esp, ah.spi

    def encrypt(self, packet):
        packet, size = IP(bytes(self.esp.encrypt(packet))), self.ah.auth_algo.icv_size
        inside = bytes(packet.payload)
        ah = AH(nh=packet.proto, payloadlen=(12 + size) // 4 - 2, spi=self.spi, seq=self.ah.seq_num, icv=bytes(size))
        self.ah.seq_num += 1
        head = IP(src=packet.src, dst=packet.dst, id=packet.id, ttl=packet.ttl, proto=51, len=32 + size + len(inside))
        return self.ah.auth_algo.sign(head / ah / Raw(inside), self.ah.auth_key)

    def decrypt(self, packet):
        inside = bytes(packet[AH].payload)
        packet[AH].remove_payload()
        packet[AH].add_payload(Raw(inside))
        return self.esp.decrypt(IP(bytes(self.ah.decrypt(packet))))


class LongMac:
    """The HMAC of ESP with extended sequence numbers, whose upper half is summed behind the packet (RFC 4303 section 2.2.1): scapy does that for AH and GCM only."""

    def __init__(self, association):
        self.association, self.short = association, association.auth_algo

    def __getattr__(self, name):
        return getattr(self.short, name)

    def sum(self, data, key):
        mac = self.short.new_mac(key)
        mac.update(data + struct.pack("!I", self.association.esn))
        return mac.finalize()[:self.short.icv_size]

    def sign(self, packet, key, *_):
        packet[ESP].data += self.sum(bytes(packet[ESP]), key)

    def verify(self, packet, key, *_):
        whole, size = bytes(packet), self.short.icv_size
        assert self.sum(whole[:-size], key) == whole[-size:], "the router's integrity value"


def association(proto, spi, cipher, key, mac, mac_key, tunnel, esn):
    """scapy's; tunnel: (from, to) of the outer header, or None."""
    sa = SecurityAssociation(proto, struct.unpack("!I", spi)[0], crypt_algo=cipher, crypt_key=key or None, auth_algo=mac, auth_key=mac_key or None,
                             tunnel_header=IP(src=tunnel[0], dst=tunnel[1]) if tunnel else None, esn_en=esn)
    if esn and proto is ESP and mac and mac != "NULL":
        sa.auth_algo = LongMac(sa)
    return sa


class Peer:
    MAC = "02:00:00:00:00:09"

    def __init__(self, cable, me, router):
        self.cable, self.me, self.router, self.router_mac = cable, me, router, None
        self.ike, self.protected = queue.Queue(1000), queue.Queue(1000)
        cable.judge = self.judge

    def judge(self, end, raw):
        p = Ether(raw)
        if ARP in p and p[ARP].op == 1 and p[ARP].pdst == self.me:
            self.router_mac = p.src
            self.cable.send(0, bytes(Ether(src=self.MAC, dst=p.src) / ARP(op=2, hwsrc=self.MAC, psrc=self.me, hwdst=p.src, pdst=p[ARP].psrc)))
        elif IP in p and p[IP].dst == self.me and p[IP].proto == 17 and p[UDP].dport == 500:
            self.ike.put(bytes(p[UDP].payload)[:p[UDP].len - 8])
        elif IP in p and p[IP].dst == self.me and p[IP].proto in (50, 51):
            self.protected.put(bytes(p[IP])[:p[IP].len])
        elif IP in p and p[IP].dst == self.me and p[IP].proto == 17 and p[UDP].dport == 4500:
            self.floated(p[IP], bytes(p[UDP].payload)[:p[UDP].len - 8])
        return []

    def floated(self, ip, data):
        """ESP in UDP, as if it had come without (RFC 3948)."""
        if data[:4] != bytes(4):
            self.protected.put(bytes(IP(src=ip.src, dst=ip.dst, proto=50) / data))

    def send_ip(self, packet):
        self.cable.send(0, bytes(Ether(src=self.MAC, dst=self.router_mac) / packet))

    # ---- phase 1
    def prf(self, key, *parts):
        return hmac.new(key, b"".join(parts), self.hash).digest()

    def send(self, exchange, message_id, first, body, encrypted=False):
        header = self.cky_i + self.cky_r + struct.pack("!BBBBII", first, 0x10, exchange, 1 if encrypted else 0, message_id, 28 + len(body))
        self.send_ip(IP(src=self.me, dst=self.router) / UDP(sport=500, dport=500) / (header + body))

    def receive(self, exchange, message_id, seconds=3):
        """The next message of this exchange; the first payload's type, and the body."""
        while True:
            try:
                m = self.ike.get(timeout=seconds)
            except queue.Empty:
                raise Silence from None
            first, version, kind, flags, mid, length = struct.unpack("!BBBBII", m[16:28])
            assert length == len(m) and version == 0x10 and m[:8] == self.cky_i, "a header"
            if (kind, mid) == (exchange, message_id):
                self.cky_r = m[8:16]
                return first, m[28:]

    def cipher(self, iv):
        algorithm = algorithms.AES(self.key) if self.enc.startswith("aes") else algorithms.TripleDES(self.key)
        return Cipher(algorithm, modes.CBC(iv))

    def seal(self, body, iv):
        body += b"\0" * (-len(body) % self.block)
        e = self.cipher(iv).encryptor()
        return e.update(body) + e.finalize()

    def open(self, body, iv):
        d = self.cipher(iv).decryptor()
        return d.update(body) + d.finalize()

    def main_mode(self, psk, enc="aes256", hash_="sha256", group=19):
        self.enc, self.hash, self.block = enc, hash_, 16 if enc.startswith("aes") else 8
        self.cky_i, self.cky_r = os.urandom(8), bytes(8)
        identifier, bits = {"aes256": (7, 256), "3des": (5, 0), "des": (1, 0)}[enc]
        attributes = attribute(1, identifier) + attribute(2, HASHES[hash_]) + attribute(3, 1) + attribute(4, group) + attribute(11, 1) + attribute(12, 86400)
        sa = proposal(1, b"", 1, attributes + (attribute(14, bits) if bits else b""))
        self.send(MAIN, 0, *payloads((SA, sa)))
        answer = dict(parse(*self.receive(MAIN, 0)))
        assert attributes in answer[SA], "what was chosen is what was offered"

        if group == 1:
            x = int.from_bytes(os.urandom(24), "big")
            public = pow(2, x, GROUP1).to_bytes(96, "big")
        else:
            x = ec.generate_private_key(ec.SECP256R1())
            n = x.public_key().public_numbers()
            public = n.x.to_bytes(32, "big") + n.y.to_bytes(32, "big")
        ni = os.urandom(20)
        self.send(MAIN, 0, *payloads((KE, public), (NONCE, ni)))
        answer = dict(parse(*self.receive(MAIN, 0)))
        theirs, nr = answer[KE], answer[NONCE]
        assert len(theirs) == len(public) and 8 <= len(nr) <= 256
        if group == 1:
            shared = pow(int.from_bytes(theirs, "big"), x, GROUP1).to_bytes(96, "big")
        else:
            point = ec.EllipticCurvePublicNumbers(int.from_bytes(theirs[:32], "big"), int.from_bytes(theirs[32:], "big"), ec.SECP256R1())
            shared = x.exchange(ec.ECDH(), point.public_key())

        cookies = self.cky_i + self.cky_r
        skeyid = self.prf(psk, ni, nr)
        self.d = self.prf(skeyid, shared, cookies, b"\0")
        self.a = self.prf(skeyid, self.d, shared, cookies, b"\1")
        e = self.prf(skeyid, self.a, shared, cookies, b"\2")
        size = {"aes256": 32, "3des": 24, "des": 8}[enc]
        key, k = (e, b"") if len(e) >= size else (b"", b"\0")
        while len(key) < size:  # RFC 2409, appendix B
            k = self.prf(e, k)
            key += k
        self.key = key[:size]
        iv = hashlib.new(hash_, public + theirs).digest()[:self.block]
        me = struct.pack("!BBH", 1, 17, 500) + bytes(map(int, self.me.split(".")))
        mine = self.prf(skeyid, public, theirs, cookies, sa, me)
        first, body = payloads((ID, me), (HASH, mine))
        body = self.seal(body, iv)
        self.send(MAIN, 0, first, body, True)
        first, answer = self.receive(MAIN, 0)
        found = dict(parse(first, self.open(answer, body[-self.block:])))
        them = found[ID]
        assert them[0] == 1 and them[4:8] == bytes(map(int, self.router.split("."))), "the router's identity is its address"
        assert found[HASH] == self.prf(skeyid, theirs, public, self.cky_r, self.cky_i, sa, them), "the router's proof"
        self.last = answer[-self.block:]

    # ---- phase 2
    def iv2(self, message_id):
        return hashlib.new(self.hash, self.last + message_id).digest()[:self.block]

    def inform(self, kind, body, hash_=None, encrypted=True):
        """A one-way message; `hash_` instead of the right one."""
        mid = os.urandom(4)
        rest = payloads((kind, body))
        if not encrypted:
            self.send(INFORMATIONAL, struct.unpack("!I", mid)[0], *rest)
            return
        first, whole = payloads((HASH, hash_ or self.prf(self.a, mid, rest[1])), (kind, body))
        self.send(INFORMATIONAL, struct.unpack("!I", mid)[0], first, self.seal(whole, self.iv2(mid)), True)

    def quick_mode(self, mine, theirs, cipher, mac, tunnel, hash_=None, esn=False, over=None, esp_first=False):
        """Negotiate a pair; cipher None: AH; esn: extended sequence numbers (RFC 4304); over: AH with that MAC over the ESP, offered with it (RFC 2408 section 4.2), behind it
        where esp_first, and then in transport mode whatever the ESP's is. Returns scapy's two associations (out, in). The networks are addresses of hosts."""
        protocol = 3 if cipher else 2
        spi = b"\x20" + os.urandom(3)
        ah, auth, mac_len, mac_name = MACS[mac]
        esp, bits, key_len, cipher_name = CIPHERS[cipher] if cipher else (0, 0, 0, None)
        said = lambda auth, bits, tunnel: attribute(1, 1) + attribute(2, 3600) + attribute(4, 1 if tunnel else 2) + (attribute(5, auth) if auth else b"") + (attribute(6, bits) if bits else b"") + (attribute(11, 1) if esn else b"")
        attributes = said(auth, bits, tunnel)
        offers = [(protocol, spi, esp or ah, attributes)]
        if over:
            offers.insert(len(offers) if esp_first else 0, (2, b"\x30" + os.urandom(3), MACS[over][0], said(MACS[over][1], 0, tunnel and not esp_first)))
        ni, mid = os.urandom(20), os.urandom(4)
        host = lambda a: struct.pack("!BBH", 1, 0, 0) + bytes(map(int, a.split(".")))
        rest = [(SA, proposals(*offers)), (NONCE, ni), (ID, host(mine)), (ID, host(theirs))]
        first, body = payloads((HASH, hash_ or self.prf(self.a, mid, payloads(*rest)[1])), *rest)
        body = self.seal(body, self.iv2(mid))
        number = struct.unpack("!I", mid)[0]
        self.send(QUICK, number, first, body, True)
        first, answer = self.receive(QUICK, number)
        plain = self.open(answer, body[-self.block:])
        found = parse(first, plain)
        assert [k for k, _ in found][:3] == [HASH, SA, NONCE], found
        nr = found[2][1]
        used = sum(len(b) + 4 for _, b in found)
        assert found[0][1] == self.prf(self.a, mid, ni, plain[4 + len(found[0][1]):used]), "the router's HASH(2)"
        chosen = [body for _, body in parse(PROPOSAL, found[1][1][8:])]
        assert [c[1] for c in chosen] == [p for p, *_ in offers] and all(c.endswith(a) for c, (*_, a) in zip(chosen, offers)), "as it was offered"
        theirs = {c[1]: c[4:8] for c in chosen}
        ours = {p: s for p, s, *_ in offers}
        first, last = payloads((HASH, self.prf(self.a, b"\0", mid, ni, nr)))
        self.send(QUICK, number, first, self.seal(last, answer[-self.block:]), True)

        def one(protocol, spi, cipher_name, key_len, mac_len, mac_name, *way):
            material = k = b""
            while len(material) < key_len + mac_len:
                k = self.prf(self.d, k, bytes([protocol]), spi, ni, nr)
                material += k
            return association(ESP if protocol == 3 else AH, spi, cipher_name, material[:key_len], mac_name, material[key_len:key_len + mac_len], way, esn)

        def both(spis, *way):
            inner = one(protocol, spis[protocol], cipher_name, key_len, mac_len, mac_name, *(way if tunnel else ()))
            return Over(one(2, spis[2], None, 0, *MACS[over][2:]), inner) if over else inner
        return both(theirs, self.me, self.router), both(ours, self.router, self.me)

    def round_the_corner(self, out, into, echo, check):
        """Extended sequence numbers of `out` across 2^32: what passes, and what is no longer, or not yet, of this round. echo(seq): a packet; check(seq, answer)."""
        last = lambda high, low: setattr(out, "esn", high) or setattr(out, "seq_num", low)
        for seq, (high, low) in enumerate(((0, 0x80000000), (0, 0xFFFFFFFD), (0, 0xFFFFFFFF), (1, 0), (1, 2), (0, 0xFFFFFFFE), (1, 1), (1, 3)), 100):
            last(high, low)
            check(seq, self.answer_to(out, into, echo(seq)))
        for seq, (high, low) in enumerate(((0, 0xFFFFFFFE), (1, 3), (0, 0x80000001), (0, 9), (2, 9)), 200):
            last(high, low)
            try:
                answer = self.answer_to(out, into, echo(seq), 0.5)
                raise AssertionError(f"number {high:X}{low:08X} was taken: {answer.summary()}")
            except Silence:
                pass
        last(1, 4)
        check(300, self.answer_to(out, into, echo(300)))

    def answer_to(self, out, into, inner, seconds=5):
        """Send a packet under `out`; what comes back under `into`, decrypted."""
        self.send_ip(out.encrypt(IP(bytes(inner))))
        while True:
            try:
                p = IP(self.protected.get(timeout=seconds))
            except queue.Empty:
                raise Silence from None
            if p.payload.spi == into.spi:
                return IP(bytes(into.decrypt(p)))
