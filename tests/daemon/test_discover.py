#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""discover finds the whole simulated hall and nothing else, and its device file is one; a recording of a device hides whose it is."""
import json
import os
import re
import socket
import subprocess
import sys
import threading

from hall import Hall, free_port, holds

# The answer to Get Channel Authentication Capabilities of a BMC with IPMI 2.0.
BMC_ANSWER = bytes([6, 0, 255, 7] + [0] * 9 + [16, 0x81, 0x1C, 0x63, 0x20, 0, 0x38, 0, 1, 0x80, 4, 2, 0, 0, 0, 0, 0x21])
BMC_QUESTION = bytes([6, 0, 255, 7] + [0] * 9 + [9, 0x20, 0x18, 0xC8, 0x81, 0, 0x38, 0x8E, 2, 0xB7])


class Bmc:
    """A BMC's presence on an address of loopback; the first question gets lost."""

    def __init__(self, address, port, answers=(BMC_ANSWER,)):
        self.answers = answers
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.port = port
        self.asked = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            packet, source = self.socket.recvfrom(1024)
            assert packet == BMC_QUESTION, packet.hex()
            self.asked += 1
            if self.asked > 1:
                for answer in self.answers:
                    self.socket.sendto(answer, source)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=200)


def discover(hall, *arguments):
    return run(hall.hallwatt, "discover", "--rate", "5000", "--port", str(hall.sim_port), *arguments)


def probe(hall, address):
    done = run(hall.hallwatt, "probe", address, "--format", "json")
    assert done.returncode == 0, done
    return json.loads(done.stdout)["device"]


def test_all_and_nothing_else(hall):
    bmc = Bmc("127.9.0.40", free_port())
    one = holds(lambda: check_all_and_nothing_else(hall, bmc))
    probed = holds(lambda: probe(hall, one["address"]))
    for key in ("vendor", "model", "serial", "profile", "profile_reason"):
        assert one[key] == probed[key], key


def check_all_and_nothing_else(hall, bmc):
    bmc.asked = 0
    found = discover(hall, "127.9.0.0/26", "--format", "json", "--ipmi-port", str(bmc.port))
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert told["addresses"] == 62
    assert {d["address"] for d in told["devices"]} == {f"snmp://127.9.0.{n}:{hall.sim_port}" for n in (*range(1, 27), 34)}
    assert len({d["id"] for d in told["devices"]}) == 27
    assert told["bmcs"] == [{"address": "127.9.0.40", "port": bmc.port, "version": "2.0"}], told["bmcs"]
    assert bmc.asked == 2, bmc.asked
    roles = {d["id"]: d.get("power_role") for d in told["devices"]}
    assert roles["pdu-a1"] == "pdu" and roles["ups-1"] == "ups_output" and roles["grid-1"] is None, roles
    return next(d for d in told["devices"] if d["id"] == "pdu-a1")


def check(hall, devices):
    with open(os.path.join(hall.dir, "found.yaml"), "w") as f:
        f.write(devices)
    main = os.path.join(hall.dir, "main.yaml")
    with open(main, "w") as f:
        f.write("sites: [{id: hall-1}]\ninclude: [found.yaml]\n")
    return run(hall.hallwatt, "check", "-c", main)


def test_the_file_is_a_device_file(hall):
    asked = ("127.9.0.0/29", "--community", "wrong", "--community", "public", "--ipmi-port", "0")
    found = discover(hall, *asked, "--site", "hall-1")
    assert found.returncode == 0, found.stderr
    checked = check(hall, found.stdout)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert found.stdout.count("  - {id: ") == 6, found.stdout
    without = discover(hall, *asked)
    checked = check(hall, without.stdout)
    assert checked.returncode == 1 or checked.returncode == 2, checked
    assert "SITE" in checked.stdout + checked.stderr, checked
    checked = check(hall, without.stdout.replace('"SITE"', "hall-1"))
    assert checked.returncode == 0, checked.stdout + checked.stderr


class Simulated:
    """BMCs, or Redfish services, of hallsim on a free port."""

    def __init__(self, hall, *arguments):
        self.process = subprocess.Popen([hall.hallsim, *arguments, "--port", "0", "--seconds", "900", "--die-with-parent"],
                                        stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            ready = re.search(r"ready: .*port (\d+)", line)
            if ready:
                self.port = int(ready[1])
                return
        raise AssertionError(f"{arguments}: the simulator did not start")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()


def test_servers(hall):
    """Those who answer IPMI and Redfish stand there as lines that lack credentials alone; one machine is not taken in twice."""
    bmcs = Simulated(hall, "bmc", "--base", "127.31.0.0", "--count", "3")
    services = Simulated(hall, "redfish", "--base", "127.31.0.1", "--count", "1", "--certificate", os.path.join(hall.dir, "bmc.pem"))
    try:
        asked = ("127.31.0.0/30", "--ipmi-port", str(bmcs.port), "--redfish-port", str(services.port), "--site", "hall-1")

        def check_presence():
            told = json.loads(discover(hall, *asked, "--format", "json").stdout)
            assert [b["address"] for b in told["bmcs"]] == ["127.31.0.1", "127.31.0.2"], told
            assert [(r["address"], r["port"]) for r in told["redfish"]] == [("127.31.0.1", services.port)], told
            found = discover(hall, *asked)
            assert found.returncode == 0 and "0 speak SNMP, 2 IPMI, 1 Redfish" in found.stderr, found
            return found
        found = holds(check_presence)
        lines = [line[1:] for line in found.stdout.splitlines() if line.startswith("#   - {id: ")]
        assert len(lines) == 3 and "devices: []" in found.stdout, found.stdout
        secret = os.path.join(hall.dir, "secret")
        with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
            f.write("swordfish\n")
        head = "credentials: {BMCS: {ipmi: {user: root, password: {file: secret}}}}\ndevices:\n"
        checked = check(hall, head + "\n".join(line for line in lines if "ipmi://" in line) + "\n")
        assert checked.returncode == 0, checked.stdout + checked.stderr
        checked = check(hall, head + "\n".join(lines) + "\n")
        assert checked.returncode == 2 and "stands twice" in checked.stdout + checked.stderr, checked
    finally:
        bmcs.stop()
        services.stop()


def test_impostors(hall):
    """What answers something else is no BMC; one that speaks only IPMI 1.5 is told as what hallwatt does not speak."""
    other = BMC_ANSWER[:19] + b"\x39" + BMC_ANSWER[20:]
    short = BMC_ANSWER[:13] + bytes([7]) + BMC_ANSWER[14:21]
    old = BMC_ANSWER[:22] + bytes([0x00, 4, 2, 1]) + BMC_ANSWER[26:]
    impostor = Bmc("127.9.0.41", free_port(), answers=(b"hello", short, other, BMC_ANSWER[:-3]))
    Bmc("127.9.0.42", impostor.port, (other, old))
    holds(lambda: check_impostors(hall, impostor))


def check_impostors(hall, impostor):
    told = json.loads(discover(hall, "127.9.0.40/30", "--ipmi-port", str(impostor.port), "--redfish-port", "0", "--format", "json").stdout)
    assert [b["address"] for b in told["bmcs"]] == ["127.9.0.42"], told
    assert impostor.asked > 1
    found = discover(hall, "127.9.0.40/30", "--ipmi-port", str(impostor.port), "--redfish-port", "0")
    assert "1.5" in found.stdout + found.stderr and "127.9.0.41" not in found.stdout, found


class Lossy:
    """A way to a device on which the first packet gets lost."""

    def __init__(self, address, to):
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port = free_port()
        self.front.bind((address, self.port))
        self.back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.back.connect(to)
        self.versions = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            packet, source = self.front.recvfrom(4096)
            self.versions.append(packet[4])
            if len(self.versions) > 1:
                self.back.send(packet)
                self.front.sendto(self.back.recv(65536), source)


def test_a_lost_packet_makes_no_old_device(hall):
    """Who answered SNMPv1 because the question in v2c got lost is asked in v2c again."""
    way = Lossy("127.9.0.50", ("127.9.0.3", hall.sim_port))
    holds(lambda: check_no_old_device(hall, way))


def check_no_old_device(hall, way):
    way.versions.clear()
    found = run(hall.hallwatt, "discover", "127.9.0.50", "--port", str(way.port), "--ipmi-port", "0", "--redfish-port", "0")
    assert found.returncode == 0 and way.versions[:3] == [1, 0, 1], (found, way.versions[:5])
    assert 'id: "pdu-a1"' in found.stdout and "version" not in found.stdout, found.stdout
    assert 0 not in way.versions[2:], way.versions


def test_exit_status(hall):
    nobody = discover(hall, "127.9.0.60/30", "--ipmi-port", "0")
    assert (nobody.returncode, nobody.stdout) == (1, ""), nobody
    for wrong in (["10.0.0.0/8"], ["hall"], [], ["127.9.0.1", "--rate", "0"], ["127.9.0.1", "--credentials", "x"]):
        refused = run(hall.hallwatt, "discover", *wrong)
        assert refused.returncode == 2 and refused.stdout == "" and "--help" in refused.stderr, refused
    assert "65536" in run(hall.hallwatt, "discover", "10.0.0.0/8").stderr


def test_record(hall):
    address = f"snmp://127.9.0.3:{hall.sim_port}"
    device = probe(hall, address)
    path = os.path.join(hall.dir, "pdu.snmprec")
    plain = run(hall.hallwatt, "record", address)
    assert plain.returncode == 0, plain.stderr
    assert device["serial"] in plain.stdout and "|pdu-a1\n" in plain.stdout
    scrubbed = run(hall.hallwatt, "record", address, "--scrub", "-o", path)
    assert (scrubbed.returncode, scrubbed.stdout) == (0, ""), scrubbed
    with open(path) as f:
        text = f.read()
    assert device["serial"] not in text and "pdu-a1" not in text and "example.net" not in text, text
    assert len(text.splitlines()) == len(plain.stdout.splitlines())
    everything = run(hall.hallwatt, "record", address, "--all")
    assert len(everything.stdout.splitlines()) >= len(text.splitlines())
    silent = run(hall.hallwatt, "record", "snmp://127.9.0.60:9", "--timeout", "1")
    assert (silent.returncode, silent.stdout) == (1, "") and "127.9.0.60" in silent.stderr, silent
    assert run(hall.hallwatt, "record").returncode == 2
    assert run(hall.hallwatt, "record", "ipmi://127.9.0.3").returncode == 2
    unwritable = run(hall.hallwatt, "record", address, "-o", os.path.join(hall.dir, "no", "such"))
    assert unwritable.returncode == 1 and "cannot write" in unwritable.stderr, unwritable


def main():
    hall = Hall(sys.argv[1], sys.argv[2])
    try:
        hall.start_sim()
        test_all_and_nothing_else(hall)
        holds(lambda: test_the_file_is_a_device_file(hall))
        test_servers(hall)
        test_impostors(hall)
        test_a_lost_packet_makes_no_old_device(hall)
        test_exit_status(hall)
        holds(lambda: test_record(hall))
    finally:
        hall.__exit__(None, None, None)


if __name__ == "__main__":
    main()
