# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""hallwatt against ipmi_sim of OpenIPMI, an implementation that knows nothing of ours (cipher suite 3 alone): every reading of every
BMC, power that changes, is not active or busy, no DCMI, silence, a lost session, long passwords and the user's privilege."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

from bmcs import Daemon, Folder, free_port, probe, secret, until

HALLWATT = sys.argv[1]
SIM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sim")
SKIPPED = 77


PING = bytes.fromhex("0600ff06000011be80010000")


class IpmiSim:
    """Runs it in a folder of its own; BMC k is at NET.k+1, its IPMB address 20h + 2k."""

    def __init__(self, net, count, dcmi=True):
        self.net, self.count, self.dcmi = net, count, dcmi

    def __enter__(self):
        self.folder = Folder().__enter__()
        self.dir = self.folder.dir
        self.port = free_port()
        os.mkdir(self.dir + "/state")
        os.mkdir(self.dir + "/power")
        more = []
        if self.dcmi:
            subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", self.dir + "/dcmi_mod.so", SIM + "/dcmi_mod.c"], check=True)
            more = ["--dcmi", "./dcmi_mod.so"]
        subprocess.run([sys.executable, "-B", SIM + "/gen.py", str(self.count), "--out", self.dir, "--port", str(self.port), "--net",
                        self.net, *more], check=True)
        with open(self.dir + "/log", "w") as log:
            self.process = subprocess.Popen(["ipmi_sim", "-c", "lan.conf", "-f", "bmc.emu", "-s", "state", "-n"], cwd=self.dir, stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL)
        for k in range(self.count):
            until(f"BMC {k} answers a ping", lambda: self.pong(k))
        return self

    def pong(self, k):
        assert self.process.poll() is None, "ipmi_sim has ended"
        with socket.socket(type=socket.SOCK_DGRAM) as s:
            s.settimeout(2)
            s.connect((f"{self.net}{k + 1}", self.port))
            try:
                s.send(PING)
                return s.recv(2048)
            except OSError:
                return b""

    def __exit__(self, *error):
        alive = self.process.poll() is None
        self.process.kill()
        self.process.wait()
        self.folder.__exit__(*error)
        assert alive or error[0] is not None, "ipmi_sim has died of what it was asked"

    def address(self, k):
        return f"ipmi://{self.net}{k + 1}:{self.port}"

    def tell(self, k, what, text):
        path = f"{self.dir}/power/{0x20 + 2 * k:02x}.{what}"
        if text is None:
            os.unlink(path)
            return
        with open(path + ".new", "w") as f:
            f.write(text)
        os.rename(path + ".new", path)


def readings(said):
    return {(r["role"], r["quantity"], r.get("name")): r["value"] for r in said["readings"]}


def expected(k):
    """What BMC k says, by the SDR's name: README of the generator."""
    return {("chassis", "active_power", "System Power"): 4 * (50 + k), ("psu", "active_power", "PSU1 Input"): 5 * (21 + k // 2),
            ("psu", "active_power", "PSU2 Input"): 100, ("sensor", "temperature", "Inlet Temp"): 24 + k % 8,
            ("sensor", "temperature", "Cold Plate"): -10, ("sensor", "fan_speed", "Fan1"): 5400,
            ("sensor", "voltage", "P12V"): 12.096, ("psu", "current", "PSU1 Iin"): 0.9,
            ("sensor", "temperature", "Offset Temp"): -60, ("sensor", "active_power", "Sqr Power"): 576}


def with_dcmi(sim, password):
    for k in range(sim.count):
        said, status, errors = probe(HALLWATT, sim.address(k), "hwpoll", password, "--privilege", "administrator")
        assert status == 0, errors
        got, wanted = readings(said), expected(k)
        wanted[("chassis", "active_power", "DCMI power reading")] = 200 + 4 * k
        wanted[("chassis", "active_power", "minimum of 1 h")] = 150 + 4 * k
        wanted[("chassis", "active_power", "maximum of 1 h")] = 300 + 4 * k
        wanted[("chassis", "active_power", "average of 1 h")] = 210 + 4 * k
        wanted[("chassis", "active_power", "sum of the power supplies' input")] = 5 * (21 + k // 2) + 100
        for key, value in wanted.items():
            if key[2] == "Offset Temp" and key not in got: # an entity may give another role
                key = next((x for x in got if x[2] == "Offset Temp"), key)
            assert abs(got.pop(key, 1e9) - value) < 1e-6, (k, key, value, said["readings"])
        assert not got, f"nothing else: {got}"
        device = said["device"]
        assert (device["vendor"], device["model"], device["serial"]) == ("Hallwatt Sim", "SimServer 1U", f"SRV{k:05d}"), device
        chosen = [r["source"] for r in said["readings"] if r.get("chosen")]
        assert chosen == ["dcmi"], chosen


def power_changes(sim, password):
    def power(k):
        said, status, errors = probe(HALLWATT, sim.address(k), "hwpoll", password, "--privilege", "administrator")
        assert status == 0, errors
        return readings(said).get(("chassis", "active_power", "DCMI power reading"))

    sim.tell(1, "watts", "512")
    assert power(1) == 512
    sim.tell(1, "watts", "-1")
    assert power(1) is None, "measurement not active is no value, not 0"
    sim.tell(1, "watts", None)
    sim.tell(2, "cc", "c1")
    assert power(2) is None
    sim.tell(2, "cc", "d5")
    assert power(2) is None
    sim.tell(2, "cc", None)
    assert power(2) == 208


def privileges(folder, sim, password):
    reader, long = secret(folder.dir, "reader", "reader-pw"), secret(folder.dir, "long", "nineteen-chars-pass")
    said, status, errors = probe(HALLWATT, sim.address(0), "reader", reader)
    assert status == 0, errors
    assert readings(said)[("chassis", "active_power", "System Power")] == 200
    assert any("privilege" in w for w in said["warnings"]), "ipmi_sim keeps DCMI for administrators"
    said, status, errors = probe(HALLWATT, sim.address(0), "longpw", long, "--privilege", "administrator")
    assert status == 0, errors
    said, status, errors = probe(HALLWATT, sim.address(0), "hwpoll", reader)
    assert status == 1 and "do not agree on the password" in errors, errors
    said, status, errors = probe(HALLWATT, sim.address(0), "hwpoll", password, "--cipher-suite", "17")
    assert status == 1 and "does not take cipher suite 17" in errors, errors


def under_the_daemon(sim, password):
    """Busy, silent for longer than a session lasts, and back."""
    devices = [(f"srv-{k}", sim.address(k)) for k in range(sim.count)]
    with Daemon(HALLWATT, f"{{user: hwpoll, password: {{file: {password}}}, privilege: administrator}}", devices, "2s") as daemon:
        def watts(k):
            return daemon.metrics().one("hallwatt_power_watts", device=f"srv-{k}", role="chassis", index="total")

        until("all are up", daemon.all_up)
        until("each has its own power", lambda: all(watts(k) == 200 + 4 * k for k in range(sim.count)))
        sim.tell(2, "cc", "c0")
        until("a busy BMC has no power", lambda: watts(2) is None)
        until("busy is not down", daemon.all_up)
        sim.tell(2, "cc", None)
        until("it has it again", lambda: watts(2) == 208)
        sim.process.send_signal(signal.SIGSTOP)
        until("all are silent", lambda: not any(v for _, v in daemon.metrics().all("hallwatt_device_up")))
        time.sleep(31) # sessions end after 30 s
        sim.process.send_signal(signal.SIGCONT)
        until("all are back", daemon.all_up, 150)
        until("with their power", lambda: watts(3) == 212)
        assert daemon.stop() == 0


def without_dcmi(password):
    with IpmiSim("127.43.1.", 2, dcmi=False) as sim:
        for k in range(2):
            said, status, errors = probe(HALLWATT, sim.address(k), "hwpoll", password, "--privilege", "administrator")
            assert status == 0, errors
            got = readings(said)
            assert ("chassis", "active_power", "DCMI power reading") not in got
            assert got[("chassis", "active_power", "System Power")] == 200 + 4 * k
            chosen = [r["name"] for r in said["readings"] if r.get("chosen")]
            assert chosen == ["System Power"], chosen


def main():
    if shutil.which("ipmi_sim") is None or not os.path.exists("/usr/include/OpenIPMI/serv.h"):
        print("skipped: packages openipmi and libopenipmi-dev are not here")
        sys.exit(SKIPPED)
    with Folder() as folder:
        password = secret(folder.dir, "password", "hallwatt-sim-pw")
        with IpmiSim("127.43.0.", 4) as sim:
            with_dcmi(sim, password)
            power_changes(sim, password)
            privileges(folder, sim, password)
            under_the_daemon(sim, password)
        without_dcmi(password)


main()
