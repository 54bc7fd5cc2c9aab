"""A host on the router's Ethernet that begins IKEv2, written from RFC 7296 with Python's cryptography and scapy (ike_peer.py has the Ethernet): the other implementation
where Debian's charon speaks ESP in UDP only: no NAT, raw ESP and AH, transport mode."""
import hashlib, hmac, os, queue, struct

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from scapy.layers.inet import IP, UDP
from scapy.layers.ipsec import AH, ESP

from ike_peer import Peer, Silence, association, parse

SA, KE, IDI, IDR, AUTH, NONCE, NOTIFY, DELETE, TSI, TSR, SK = 33, 34, 35, 36, 39, 40, 41, 42, 44, 45, 46
INIT, IKE_AUTH, CREATE_CHILD, INFORMATIONAL = 34, 35, 36, 37
USE_TRANSPORT_MODE = 16391
# transform, key length attribute, key bytes (with GCM's salt), scapy's name
CIPHERS = {"aes256": (12, 256, 32, "AES-CBC"), "gcm256": (20, 256, 36, "AES-GCM"), "3des": (3, 0, 24, "3DES"), "des": (2, 0, 8, "DES"), "null": (11, 0, 0, "NULL")}
MACS = {"md5": (1, 16, "HMAC-MD5-96"), "sha1": (2, 20, "HMAC-SHA1-96"), "sha256": (12, 32, "SHA2-256-128"), "sha384": (13, 48, "SHA2-384-192"),
        "sha512": (14, 64, "SHA2-512-256"), None: (0, 0, "NULL")}


def chain(*pairs):
    """(type, body)... as payloads; the type of the first, and the bytes."""
    out = b""
    for i, (_, body) in enumerate(pairs):
        out += struct.pack("!BBH", pairs[i + 1][0] if i + 1 < len(pairs) else 0, 0, len(body) + 4) + body
    return (pairs[0][0] if pairs else 0), out


def proposal(protocol, spi, *transforms):
    """transforms: (type, id, key bits)"""
    body = b""
    for i, (kind, number, bits) in enumerate(transforms):
        attribute = struct.pack("!HH", 0x800E, bits) if bits else b""
        body += struct.pack("!BBHBBH", 3 if i + 1 < len(transforms) else 0, 0, 8 + len(attribute), kind, 0, number) + attribute
    return struct.pack("!BBHBBBB", 0, 0, 8 + len(spi) + len(body), 1, protocol, len(spi), len(transforms)) + spi + body


def selector(address):
    a = bytes(map(int, address.split(".")))
    return struct.pack("!BxxxBBHHH", 1, 7, 0, 16, 0, 65535) + a + a


class Peer2(Peer):
    def sum(self, key, *parts):
        return hmac.new(key, b"".join(parts), "sha256").digest()

    def grow(self, key, seed, size):
        out = t = b""
        while len(out) < size:
            t = self.sum(key, t, seed, bytes([len(out) // 32 + 1]))
            out += t
        return out[:size]

    def exchange(self, kind, first, body):
        """One request and its answer."""
        mid = self.mid
        self.mid += 1
        header = lambda first, length: self.spi_i + self.spi_r + struct.pack("!BBBBII", first, 0x20, kind, 8, mid, length)
        if kind != INIT:
            body += bytes(15 - len(body) % 16) + bytes([15 - len(body) % 16])
            iv = os.urandom(16)
            e = Cipher(algorithms.AES(self.ei), modes.CBC(iv)).encryptor()
            body = iv + e.update(body) + e.finalize()
            size = 4 + len(body) + 16
            message = header(SK, 28 + size) + struct.pack("!BBH", first, 0, size) + body
            message += self.sum(self.ai, message)[:16]
        else:
            message = self.first = header(first, 28 + len(body)) + body
        self.send_ip(IP(src=self.me, dst=self.router) / UDP(sport=500, dport=500) / message)
        while True:
            try:
                m = self.ike.get(timeout=3)
            except queue.Empty:
                raise Silence from None
            follower, version, got, flags, number, length = struct.unpack("!BBBBII", m[16:28])
            assert length == len(m) and version == 0x20 and m[:8] == self.spi_i, "a header"
            if (got, number, flags & 0x20) == (kind, mid, 0x20):
                break
        if kind == INIT:
            self.spi_r, self.answer = m[8:16], m
            return parse(follower, m[28:])
        assert follower == SK and struct.unpack("!H", m[30:32])[0] == len(m) - 28, "an encrypted payload"
        assert self.sum(self.ar, m[:-16])[:16] == m[-16:], "the router's integrity value"
        d = Cipher(algorithms.AES(self.er), modes.CBC(m[32:48])).decryptor()
        plain = d.update(m[48:-16]) + d.finalize()
        return parse(m[28], plain[:len(plain) - 1 - plain[-1]])

    def send_ip(self, packet):
        if self.behind and ESP in packet:
            packet = IP(src=packet[IP].src, dst=packet[IP].dst) / UDP(sport=4500, dport=4500, chksum=0) / bytes(packet[ESP])
        super().send_ip(packet)

    def address_sum(self, address, port):
        return hashlib.sha1(self.spi_i + self.spi_r + bytes(map(int, address.split("."))) + struct.pack("!H", port)).digest()

    def init(self, behind=None):
        """behind: the address that it has of its own behind a translator, if there is one."""
        self.behind = behind
        self.spi_i, self.spi_r, self.mid = os.urandom(8), bytes(8), 0
        x = ec.generate_private_key(ec.SECP256R1())
        n = x.public_key().public_numbers()
        self.ni = os.urandom(32)
        found = dict(self.exchange(INIT, *chain((SA, proposal(1, b"", (1, 12, 256), (2, 5, 0), (3, 12, 0), (4, 19, 0))),
                                                (KE, struct.pack("!HH", 19, 0) + n.x.to_bytes(32, "big") + n.y.to_bytes(32, "big")), (NONCE, self.ni),
                                                *([(NOTIFY, struct.pack("!BBH", 0, 0, kind) + self.address_sum(*where))
                                                   for kind, where in ((16388, (behind, 500)), (16389, (self.router, 500)))] if behind else []))))
        assert found[SA] == proposal(1, b"", (1, 12, 256), (2, 5, 0), (3, 12, 0), (4, 19, 0)), "what was chosen is what was offered"
        assert found[KE][:2] == b"\0\x13" and len(found[KE]) == 68
        self.nr = found[NONCE]
        point = ec.EllipticCurvePublicNumbers(int.from_bytes(found[KE][4:36], "big"), int.from_bytes(found[KE][36:], "big"), ec.SECP256R1())
        seed = self.sum(self.ni + self.nr, x.exchange(ec.ECDH(), point.public_key()))
        keys = self.grow(seed, self.ni + self.nr + self.spi_i + self.spi_r, 7 * 32)
        self.d, self.ai, self.ar, self.ei, self.er, self.pi, self.pr = (keys[i:i + 32] for i in range(0, 224, 32))

    def proof(self, psk, message, nonce, key, identity):
        return self.sum(self.sum(psk, b"Key Pad for IKEv2"), message, nonce, self.sum(key, identity))

    def child(self, mine, theirs, cipher, mac, tunnel, psk=None, esn=False, name=None):
        """A pair of SAs; cipher None: AH. In IKE_AUTH with a key, in CREATE_CHILD_SA without. esn: extended sequence numbers; name: what it calls itself instead of its address. Returns scapy's two associations (out, in)."""
        protocol, spi = 3 if cipher else 2, b"\x20" + os.urandom(3)
        number, bits, key_len, cipher_name = CIPHERS[cipher] if cipher else (0, 0, 0, None)
        integ, mac_len, mac_name = MACS[mac]
        offer = proposal(protocol, spi, *([(1, number, bits)] if cipher else []), *([(3, integ, 0)] if mac else []), (5, int(esn), 0))
        rest = [(SA, offer)] + ([] if psk else [(NONCE, os.urandom(32))]) + [(TSI, selector(self.behind if self.behind and not tunnel else mine)), (TSR, selector(theirs))]
        if not tunnel:
            rest.append((NOTIFY, struct.pack("!BBH", 0, 0, USE_TRANSPORT_MODE)))
        ni, nr = (self.ni, self.nr) if psk else (rest[1][1], None)
        if psk:
            me = b"\2\0\0\0" + name if name else b"\1\0\0\0" + bytes(map(int, self.me.split(".")))
            rest = [(IDI, me), (AUTH, b"\2\0\0\0" + self.proof(psk, self.first, self.nr, self.pi, me))] + rest
        found = self.exchange(IKE_AUTH if psk else CREATE_CHILD, *chain(*rest))
        got = dict(found)
        if psk:
            if AUTH not in got:
                raise Silence
            assert got[IDR][0] == 1 and got[IDR][4:] == bytes(map(int, self.router.split("."))), "the router's identity is its address"
            assert got[AUTH] == b"\2\0\0\0" + self.proof(psk, self.answer, self.ni, self.pr, got[IDR]), "the router's proof"
        else:
            assert NONCE in got, f"refused: {got}"
            nr = got[NONCE]
        assert len(got[SA]) == len(offer) and got[SA][12:] == offer[12:], f"another child than was asked: {got}"
        assert got[TSI] == selector(mine) and got[TSR] == selector(theirs)
        granted = any(kind == NOTIFY and body[2:4] == struct.pack("!H", USE_TRANSPORT_MODE) for kind, body in found)
        assert granted == (not tunnel), "the mode"
        material = self.grow(self.d, ni + nr, 2 * (key_len + mac_len))

        def one(spi, keys, *way):
            return association(ESP if cipher else AH, spi, cipher_name, keys[:key_len], mac_name, keys[key_len:], tunnel and way, esn)
        half = len(material) // 2
        return one(got[SA][8:12], material[:half], self.me, self.router), one(spi, material[half:], self.router, self.me)

    def delete(self, protocol, spi):
        return self.exchange(INFORMATIONAL, *chain((DELETE, struct.pack("!BBH", protocol, len(spi), 1 if spi else 0) + spi)))
