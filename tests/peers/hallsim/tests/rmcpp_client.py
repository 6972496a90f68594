# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""A third reading of RMCP+: just enough of a client, in plain Python, to try what honest tools never do.

Hashes are hashlib's, AES is written out below; nothing is shared with the simulator or with hallwatt.
"""
import hashlib
import hmac
import socket
import struct

HASH = {3: hashlib.sha1, 17: hashlib.sha256}
CODE = {3: 12, 17: 16}
ALGORITHMS = {3: (1, 1, 1), 17: (3, 4, 1)}


# --- AES-128 (FIPS 197), the slow way ---------------------------------------------------------------

def _times(a, b):
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0x11b if a & 0x80 else 0)
        b >>= 1
    return product


def _box():
    box = []
    for x in range(256):
        inverse = next((y for y in range(256) if _times(x, y) == 1), 0)
        value = 0x63
        for shift in range(5):
            value ^= inverse << shift | inverse >> 8 - shift
        box.append(value & 0xff)
    return box


BOX = _box()
UNBOX = [BOX.index(i) for i in range(256)]
TIMES = {k: [_times(i, k) for i in range(256)] for k in (1, 2, 3, 9, 11, 13, 14)}


def _round_keys(key):
    words = [list(key[i:i + 4]) for i in range(0, 16, 4)]
    factor = 1
    while len(words) < 44:
        word = list(words[-1])
        if len(words) % 4 == 0:
            word = [BOX[b] for b in word[1:] + word[:1]]
            word[0] ^= factor
            factor = _times(factor, 2)
        words.append([a ^ b for a, b in zip(word, words[-4])])
    return [sum(words[i:i + 4], []) for i in range(0, 44, 4)]


def _mix(state, row):
    out = []
    for column in range(0, 16, 4):
        for i in range(4):
            value = 0
            for j in range(4):
                value ^= TIMES[row[(j - i) % 4]][state[column + j]]
            out.append(value)
    return out


def _encrypt_block(keys, block):
    state = [a ^ b for a, b in zip(block, keys[0])]
    for number in range(1, 11):
        state = [BOX[b] for b in state]
        state = [state[(i + 4 * (i % 4)) % 16] for i in range(16)]
        if number < 10:
            state = _mix(state, (2, 3, 1, 1))
        state = [a ^ b for a, b in zip(state, keys[number])]
    return bytes(state)


def _decrypt_block(keys, block):
    state = list(block)
    for number in range(10, 0, -1):
        state = [a ^ b for a, b in zip(state, keys[number])]
        if number < 10:
            state = _mix(state, (14, 11, 13, 9))
        state = [state[(i - 4 * (i % 4)) % 16] for i in range(16)]
        state = [UNBOX[b] for b in state]
    return bytes(a ^ b for a, b in zip(state, keys[0]))


def encrypt(key, iv, plain):
    keys, out = _round_keys(key), b""
    for at in range(0, len(plain), 16):
        iv = _encrypt_block(keys, bytes(a ^ b for a, b in zip(plain[at:at + 16], iv)))
        out += iv
    return out


def decrypt(key, iv, secret):
    keys, out = _round_keys(key), b""
    for at in range(0, len(secret), 16):
        block = secret[at:at + 16]
        out += bytes(a ^ b for a, b in zip(_decrypt_block(keys, block), iv))
        iv = block
    return out


# --- packets ----------------------------------------------------------------------------------------

class Silence(Exception):
    """Nothing came in time."""


class Refused(Exception):
    """The BMC, or we, refused: at which step, and its status."""

    def __init__(self, step, status):
        super().__init__(f"{step}: {status:02x}" if isinstance(status, int) else f"{step}: {status}")
        self.step, self.status = step, status


def checksum(octets):
    return -sum(octets) & 0xff


def message(netfn, command, data=b"", sequence=1, responder=0x20):
    head = bytes([responder, netfn << 2])
    body = bytes([0x81, sequence << 2, command]) + data
    return head + bytes([checksum(head)]) + body + bytes([checksum(body)])


def plain(payload_type, payload):
    return struct.pack("<BBBBBBIIH", 6, 0, 0xff, 7, 6, payload_type, 0, 0, len(payload)) + payload


class Client:
    """One session with one BMC, step by step."""

    def __init__(self, address, port, user="hallwatt", password="poll-me-gently", suite=17, kg=None, role=0x12,
                 console_id=0xa0a1a2a3, nonce=bytes(range(16)), wait_s=5.0):
        self.user, self.password, self.suite = user.encode(), password.encode(), suite
        self.kg = kg.encode() if kg else self.password
        self.role, self.console_id, self.nonce, self.wait_s = role, console_id, nonce, wait_s
        self.sequence = self.rq = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect((address, port))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def hmac(self, key, text):
        return hmac.new(key, text, HASH[self.suite]).digest()

    def send(self, packet):
        self.socket.send(packet)

    def receive(self, wait_s=None):
        self.socket.settimeout(self.wait_s if wait_s is None else wait_s)
        try:
            return self.socket.recv(2048)
        except socket.timeout:
            raise Silence() from None

    def step(self, payload_type, payload):
        """Sends a login payload; returns the payload of the answer."""
        self.send(plain(payload_type, payload))
        answer = self.receive()
        assert answer[:5] == b"\x06\x00\xff\x07\x06" and answer[5] == payload_type + 1, answer.hex()
        length = struct.unpack_from("<H", answer, 14)[0]
        assert len(answer) == 16 + length
        return answer[16:]

    def identity(self):
        return bytes([self.role, len(self.user)]) + self.user

    def open_request(self, tag=1):
        algorithms = b"".join(struct.pack("<BHBBBH", kind, 0, 8, value, 0, 0)
                              for kind, value in enumerate(ALGORITHMS[self.suite]))
        return struct.pack("<BBHI", tag, self.role & 15, 0, self.console_id) + algorithms

    def open(self):
        answer = self.step(0x10, self.open_request())
        if answer[1] != 0:
            raise Refused("open", answer[1])
        assert struct.unpack_from("<I", answer, 4)[0] == self.console_id
        self.id = struct.unpack_from("<I", answer, 8)[0]
        chosen = tuple(answer[at] for at in (16, 24, 32))
        if chosen != ALGORITHMS[self.suite]:
            raise Refused("open", f"algorithms {chosen}")
        return self

    def rakp1(self):
        answer = self.step(0x12, struct.pack("<BBHI", 2, 0, 0, self.id) + self.nonce +
                           bytes([self.role, 0, 0, len(self.user)]) + self.user)
        if answer[1] != 0:
            raise Refused("rakp2", answer[1])
        self.bmc_nonce, self.guid, code = answer[8:24], answer[24:40], answer[40:]
        text = (struct.pack("<II", self.console_id, self.id) + self.nonce + self.bmc_nonce + self.guid +
                self.identity())
        if self.hmac(self.password, text) != code:
            raise Refused("rakp2", "code")

    def rakp3_code(self):
        return self.hmac(self.password, self.bmc_nonce + struct.pack("<I", self.console_id) + self.identity())

    def rakp3(self, code=None):
        answer = self.step(0x14, struct.pack("<BBHI", 3, 0, 0, self.id) + (code or self.rakp3_code()))
        if answer[1] != 0:
            raise Refused("rakp4", answer[1])
        sik = self.hmac(self.kg, self.nonce + self.bmc_nonce + self.identity())
        if self.hmac(sik, self.nonce + struct.pack("<I", self.id) + self.guid)[:CODE[self.suite]] != answer[8:]:
            raise Refused("rakp4", "code")
        self.k1, self.k2 = self.hmac(sik, b"\x01" * 20), self.hmac(sik, b"\x02" * 20)[:16]

    def login(self):
        self.open()
        self.rakp1()
        self.rakp3()
        return self

    def refuse(self):
        """Tells the BMC that its RAKP2 was not believed."""
        self.send(plain(0x14, struct.pack("<BBHI", 3, 0x0f, 0, self.id)))

    def seal(self, payload, sequence=None, pad=None, padding=None, flags=0xc0):
        """A packet of the session; the keywords make it wrong."""
        if sequence is None:
            self.sequence += 1
            sequence = self.sequence
        count = -(len(payload) + 1) % 16
        inner = payload + (bytes(range(1, count + 1)) if padding is None else padding(count)) + bytes([count])
        iv = bytes(range(16, 32))
        secret = iv + encrypt(self.k2, iv, inner)
        covered = struct.pack("<BBIIH", 6, flags, self.id, sequence, len(secret)) + secret
        count = -(len(covered) + 2) % 4
        covered += (b"\xff" * count if pad is None else pad(count)) + bytes([count, 7])
        return b"\x06\x00\xff\x07" + covered + self.hmac(self.k1, covered)[:CODE[self.suite]]

    def unseal(self, packet):
        """The message in a packet of the session, or Refused."""
        covered, code = packet[4:-CODE[self.suite]], packet[-CODE[self.suite]:]
        if self.hmac(self.k1, covered)[:CODE[self.suite]] != code:
            raise Refused("packet", "code")
        kind, flags, session, self.answer_sequence, length = struct.unpack_from("<BBIIH", covered)
        assert (kind, flags, session) == (6, 0xc0, self.console_id), packet.hex()
        assert covered[-1] == 7 and len(covered) % 4 == 0 and len(covered) == 12 + length + covered[-2] + 2
        inner = decrypt(self.k2, covered[12:28], covered[28:12 + length])
        count = inner[-1]
        assert count < 16 and inner[-1 - count:-1] == bytes(range(1, count + 1)), inner.hex()
        return inner[:-1 - count]

    def answer(self, wait_s=None):
        """(rqSeq, completion code, data) of the next answer."""
        out = self.unseal(self.receive(wait_s))
        assert checksum(out[:3]) == 0 and checksum(out[3:]) == 0, out.hex()
        return out[4] >> 2, out[6], out[7:-1]

    def request(self, netfn, command, data=b"", wait_s=None):
        """(completion code, data) of a command."""
        self.rq = (self.rq + 1) % 64
        self.send(self.seal(message(netfn, command, data, self.rq)))
        sequence, code, data = self.answer(wait_s)
        assert sequence == self.rq
        return code, data

    def close(self):
        code, _ = self.request(6, 0x3c, struct.pack("<I", self.id))
        assert code == 0
