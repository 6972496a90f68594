# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""A hallsim that serves Redfish, and hallwatt against it."""
import ipaddress
import json
import os
import re
import signal
import socket
import subprocess
import tempfile

USER, PASSWORD = "monitor", "monitor-secret"


class Peer:
    """hallsim redfish on a free port; `tell` speaks to its control socket."""

    def __init__(self, hallsim, *options, base="127.31.4.1"):
        self.folder = tempfile.TemporaryDirectory(prefix="hallwatt-redfish-")
        self.base = base
        self.certificate = self.path("ca.pem")
        self.password = self.path("password")
        self.control = self.path("control")
        with open(self.password, "w") as out:
            out.write(PASSWORD + "\n")
        os.chmod(self.password, 0o600)
        self.process = subprocess.Popen(
            [hallsim, "redfish", "--base", base, "--port", "0", "--certificate", self.certificate, "--control", self.control,
             "--die-with-parent", *options], stderr=subprocess.PIPE, text=True)
        ready = self.process.stderr.readline()
        found = re.search(r"port (\d+)", ready)
        assert found, ready
        self.port = int(found[1])

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def address(self, number=0):
        return f"{ipaddress.ip_address(self.base) + number}:{self.port}"

    def tell(self, line):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(60)
            s.connect(self.control)
            s.sendall(line.encode() + b"\n")
            return json.loads(s.makefile().read())

    def counts(self):
        return self.tell("total")

    def fault(self, *rules):
        """These are the rules from now on, and no others; nobody is served in between without them."""
        answer = self.tell(" ".join(("faults",) + rules))
        assert "error" not in answer, answer

    def probe(self, hallwatt, *options, number=0, trust=True, user=USER, seconds=180):
        arguments = [hallwatt, "probe", "redfish://" + self.address(number), "--format", "json", "--timeout", "60",
                     "--user", user, "--password-file", self.password]
        arguments += ["--ca", self.certificate] if trust else []
        return subprocess.run(arguments + list(options), capture_output=True, text=True, timeout=seconds)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        rest = self.process.stderr.read()
        self.process.stderr.close()
        self.folder.cleanup()
        assert code == 0 and not rest, (code, rest)


def readings(result):
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["readings"]


def simulated_watts_between(seed, number, from_ms, until_ms):
    return {simulated_watts(seed, number, at_ms) for at_ms in [*range(from_ms, until_ms, 1000), until_ms]}


def simulated_watts(seed, number, at_ms):
    """What bmc_power.h says: written anew from its text."""
    h = (seed * 1000003 + number) & 0xFFFFFFFFFFFFFFFF
    h = scatter(h)
    p = (at_ms // 1000 + (h >> 32) % 600) % 600
    return 100 + h % 400 + (p if p < 300 else 600 - p) // 5


def scatter(x):
    mask = 0xFFFFFFFFFFFFFFFF
    x = (x + 0x9E3779B97F4A7C15) & mask
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & mask
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & mask
    return x ^ x >> 31
