#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Computes handshakes and packets of RMCP+ from the specification, with Python's hmac and the cryptography package: a third
opinion beside the collector's and the simulator's.  Writes vectors.txt (its standard output is checked in).

Source: IPMI 2.0 revision 1.1, 13.6, 13.8, 13.17 to 13.32.
"""
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SUITES = {3: (1, 1, 1, "sha1", 12), 17: (3, 4, 1, "sha256", 16)}
CONSOLE, BMC = 0xA1B2C3D4, 0x02030405
RM, RC, GUID = bytes(range(0x10, 0x20)), bytes(range(0x80, 0x90)), bytes(range(0xC0, 0xD0))
IV = bytes(range(0xF0, 0x100))
NAME_ONLY = 0x10


def out(name, value):
    print(name, value.hex())


def checksum(octets):
    return bytes([-sum(octets) & 0xFF])


def algorithms_of(suite):
    return b"".join(bytes([kind, 0, 0, 8, number, 0, 0, 0]) for kind, number in enumerate(SUITES[suite][:3]))


def head(kind, session, sequence, length):
    return bytes([6, 0, 0xFF, 7, 6, kind]) + struct.pack("<IIH", session, sequence, length)


def sealed(suite, k1, k2, session, sequence, message):
    pad = -(len(message) + 1) % 16
    plain = message + bytes(range(1, pad + 1)) + bytes([pad])
    cipher = Cipher(algorithms.AES(k2[:16]), modes.CBC(IV)).encryptor()
    payload = IV + cipher.update(plain) + cipher.finalize()
    packet = head(0xC0, session, sequence, len(payload)) + payload
    fill = -(len(packet) - 4 + 2) % 4
    packet += b"\xff" * fill + bytes([fill, 7])
    return packet + hmac.new(k1, packet[4:], SUITES[suite][3]).digest()[: SUITES[suite][4]]


def request(netfn, sequence, command, data):
    first, second = bytes([0x20, netfn << 2]), bytes([0x81, sequence << 2, command]) + data
    return first + checksum(first) + second + checksum(second)


def response(netfn, sequence, command, code, data):
    first, second = bytes([0x81, netfn << 2]), bytes([0x20, sequence << 2, command, code]) + data
    return first + checksum(first) + second + checksum(second)


def vectors(name, suite, user, password, kg, privilege, quirk_nibble=False, padded=False):
    digest = SUITES[suite][3]

    def mac(key, octets):
        return hmac.new(key, octets, digest).digest()

    key = password.ljust(20, b"\0")
    role = privilege | NAME_ONLY
    on_wire = user.ljust(16, b"\0") if padded else user
    who = bytes([privilege if quirk_nibble else role, len(on_wire)]) + on_wire
    sidm, sidc = struct.pack("<I", CONSOLE), struct.pack("<I", BMC)
    sik = mac(kg.ljust(20, b"\0") if kg else key, RM + RC + who)
    k1, k2 = mac(sik, b"\x01" * 20), mac(sik, b"\x02" * 20)
    out(name + ".open_request", bytes([0x5A, privilege, 0, 0]) + sidm + algorithms_of(suite))
    out(name + ".open_response", bytes([0x5A, 0, privilege, 0]) + sidm + sidc + algorithms_of(suite))
    out(name + ".rakp1", bytes([0x5A, 0, 0, 0]) + sidc + RM + bytes([role, 0, 0, len(on_wire)]) + on_wire)
    out(name + ".rakp2", bytes([0x5A, 0, 0, 0]) + sidm + RC + GUID + mac(key, sidm + sidc + RM + RC + GUID + who))
    out(name + ".rakp3", bytes([0x5A, 0, 0, 0]) + sidc + mac(key, RC + sidm + who))
    out(name + ".rakp4", bytes([0x5A, 0, 0, 0]) + sidm + mac(sik, RM + sidc + GUID)[: SUITES[suite][4]])
    out(name + ".k1", k1)
    out(name + ".k2", k2[:16])
    # Get Device ID, and DCMI Get Power Reading: 7 and 11 octets of message.
    out(name + ".request", sealed(suite, k1, k2, BMC, 1, request(6, 1, 0x01, b"")))
    out(name + ".request_dcmi", sealed(suite, k1, k2, BMC, 0xFFFFFFFF, request(0x2C, 0x3F, 0x02, b"\xdc\x01\x00\x00")))
    for length in range(0, 40):  # every length of both pads
        data = bytes(range(length))
        out(name + ".response_%d" % length, sealed(suite, k1, k2, CONSOLE, 7 + length, response(7, 1, 0x01, 0, data)))
    out(name + ".response_c1", sealed(suite, k1, k2, CONSOLE, 7, response(0x2D, 2, 0x02, 0xC1, b"")))


print("# SPDX" "-FileCopyrightText: 2026 The hallwatt authors")
print("# SPDX" "-License-Identifier: Apache-2.0")
print("# Written by vectors.py.")
vectors("s3", 3, b"hallwatt", b"secret", b"", 2)
vectors("s17", 17, b"hallwatt", b"secret", b"", 2)
vectors("s3kg", 3, b"a", b"exactly 20 octets...", b"K_g", 4)
vectors("s17kg", 17, b"sixteen octets..", b"exactly 20 octets...", bytes(range(1, 21)), 3)
vectors("s3nibble", 3, b"hallwatt", b"secret", b"", 2, quirk_nibble=True)
vectors("s17padded", 17, b"root", b"", b"", 4, padded=True)
