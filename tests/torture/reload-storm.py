#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Adds, changes and removes hundreds of IPMI and Redfish devices by reloads, while polls of them are under way.

Starts simulated BMCs of both kinds that are slow, silent, busy, broken or forget sessions, each round in another way, and
`hallwatt run` on them; every round writes a new configuration and sends SIGHUP, some of them in the middle of the one before. What is
chosen follows from the seed. In the first third, packets are lost, and so may the closing of an IPMI session be: these BMCs forget
all sessions then. After that none may be left over. At the end nothing may have gone wrong:
  - the daemon lives, no sanitizer said a word, and every reload was taken;
  - when all is well again, every device that is configured is read, and no other one is;
  - after SIGTERM the status is 0, and no simulator has a session left.
For what it is made for, give it a daemon that was built with ASan and UBSan."""
import argparse
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "daemon"))
sys.path.insert(0, os.path.join(HERE, "..", "collectors", "redfish"))
import peer
from hall import Metrics, free_port, until

import urllib.request

CALM_FAULTS = ["*:delay=20/120", "*:busy=3/4", "*:forget=1", "*:full", "*:duplicate=50", "*:lost-reservation", "*:unavailable"]
LOSSY_FAULTS = ["*:silent", "*:drop=30", "*:truncate=20", "*:late=30", "*:flip=10", "*:delay=50/400"]
REDFISH_FAULTS = ["slow:700", "busy:3", "broken:4", "truncated:4", "forget:5", "full", "no-sessions", "no-expand", "expand-slow:1500", "redirect",
                  "huge", "report-gone", "report-stale"]
PASSWORD = "poll-me-gently"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hallwatt", required=True, help="the daemon's binary")
    parser.add_argument("--hallsim", required=True, help="the simulator's binary")
    parser.add_argument("--devices", type=int, default=60, help="of each kind")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--longest", type=float, default=1.5, help="most seconds between two reloads")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


class Bmcs:
    """Simulated BMCs behind IPMI."""

    def __init__(self, hallsim, folder, count):
        self.control = os.path.join(folder, "bmcs")
        self.port = free_port()
        self.process = subprocess.Popen([hallsim, "bmc", "--base", "127.40.0.0", "--port", str(self.port), "--count", str(count), "--profile", "rack",
                                         "--profile", f"0-{count // 3}:early", "--control", self.control, "--idle", "600"], stderr=subprocess.DEVNULL)
        until("the BMCs are there", self.is_there)

    def is_there(self):
        try:
            return self.tell("total")
        except OSError:
            assert self.process.poll() is None, "the simulated BMCs ended"

    def tell(self, line):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(60)
            s.connect(self.control)
            s.sendall(line.encode() + b"\n")
            return json.loads(s.makefile().readline())

    def fault(self, *rules):
        self.tell("clear")
        for rule in rules:
            answer = self.tell("fault " + rule)
            assert "error" not in answer, answer

    def address(self, number):
        return f"127.40.{number // 256}.{number % 256}:{self.port}"


def write_config(path, chance, port, bmcs, services, present, seconds=1):
    """`present`: {(kind, number): variant}; another variant has other settings, and so another session."""
    folder = os.path.dirname(path)
    lines = []
    for (kind, number), variant in sorted(present.items()):
        address = f"ipmi://{bmcs.address(number)}" if kind == "ipmi" else f"redfish://{services.address(number)}"
        lines.append(f'  - {{id: {kind}-{number}, address: "{address}", credentials: {kind}-{variant}, site: s, power_role: it}}')
    chance.shuffle(lines)
    text = f"""listen: 127.0.0.1:{port}
state: {folder}/state
interval: {seconds}s
timeout: {seconds * 900}ms
credentials:
  ipmi-0: {{ipmi: {{user: hallwatt, password: {{file: {folder}/ipmi}}, session: keep}}}}
  ipmi-1: {{ipmi: {{user: hallwatt, password: {{file: {folder}/ipmi}}, session: close}}}}
  redfish-0: {{redfish: {{user: {peer.USER}, password: {{file: {services.password}}}, ca: {services.certificate}, server_name: hallsim, detail: 1s}}}}
  redfish-1: {{redfish: {{user: {peer.USER}, password: {{file: {services.password}}}, ca: {services.certificate}, server_name: hallsim, refresh: 1m}}}}
sites:
  - {{id: s, name: Site, country: SE, timezone: Europe/Stockholm}}
devices:
{os.linesep.join(lines)}
"""
    with open(path + ".new", "w") as out:
        out.write(text)
    os.rename(path + ".new", path)


def metrics(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
        return Metrics(answer.read().decode())


def change(chance, present, everything):
    """Takes devices away, adds others, gives some other settings."""
    for device in list(present):
        dice = chance.random()
        if dice < 0.3:
            del present[device]
        elif dice < 0.5:
            present[device] = 1 - present[device]
    for device in everything:
        if device not in present and chance.random() < 0.5:
            present[device] = chance.randrange(2)


def storm(o, rounds, faults, chance, daemon, port, config, bmcs, services, log):
    everything = [(kind, number) for kind in ("ipmi", "redfish") for number in range(o.devices)]
    present = dict.fromkeys(everything[::2], 0)
    for number in range(rounds):
        bmcs.fault(*chance.sample(faults, chance.randrange(3)))
        services.fault(*chance.sample(REDFISH_FAULTS, chance.randrange(3)))
        for _ in range(chance.choice((1, 1, 2, 3))):
            change(chance, present, everything)
            write_config(config, chance, port, bmcs, services, present)
            daemon.send_signal(signal.SIGHUP)
            time.sleep(chance.random() * 0.1)
        time.sleep(chance.random() * o.longest)
        if daemon.poll() is not None:
            raise SystemExit(f"round {number}: the daemon ended:\n" + "".join(open(log, errors="replace").readlines()[-60:]))
    return present


def judge(chance, daemon, port, config, bmcs, services, present, log):
    """All is well again, and every device gets a new session: what one rests for after a 503 is as it should be. What a machine can read in
    time is not the question here: with many devices they are polled less often."""
    bmcs.fault()
    services.fault()
    for device in present:
        present[device] = 1 - present[device]
    write_config(config, chance, port, bmcs, services, present, max(1, len(present) // 40))
    daemon.send_signal(signal.SIGHUP)
    wanted = {f"{kind}-{number}" for kind, number in present}

    amiss = {}

    def right():
        m = metrics(port)
        amiss.update({"not read": wanted - {l["device"] for l, v in m.all("hallwatt_device_up") if v == 1},
                      "not wanted": {l["device"] for l, _ in m.all("hallwatt_device_polls_total")} ^ wanted,
                      "reload": m.one("hallwatt_config_last_reload_successful") != 1})
        return not any(amiss.values())
    try:
        until("all configured devices, and no others, are read", right, 240)
    except AssertionError as error:
        said = [line for line in open(log, errors="replace") if any(f"logger={device} " in line for device in sorted(amiss["not read"])[:3])]
        raise AssertionError(f"{error}: {amiss}\n{''.join(said[-30:])}") from None
    print(f"devices={len(wanted)} logins={services.counts()['logins']} bmc_sessions={bmcs.tell('total')['live_sessions']}")
    daemon.send_signal(signal.SIGTERM)
    status = daemon.wait(60)
    text = open(log, errors="replace").read()
    found = re.search(r"(?s)(ERROR: \w+Sanitizer|runtime error:|Assertion).{0,4000}", text)
    assert not found, found[0]
    assert status == 0, (status, text[-4000:])

    def left():
        return services.counts()["live_sessions"], bmcs.tell("total")["live_sessions"]
    # A simulator that stood still finds the last words in its queue.
    until(f"no session is left behind (Redfish, IPMI: {left()})", lambda: left() == (0, 0), 20)


def main():
    o = arguments()
    chance = random.Random(o.seed)
    folder = tempfile.mkdtemp(prefix="hallwatt-storm-")
    with open(os.path.join(folder, "ipmi"), "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
        out.write(PASSWORD + "\n")
    port, config, log = free_port(), os.path.join(folder, "hallwatt.yaml"), os.path.join(folder, "log")
    bmcs = Bmcs(o.hallsim, folder, o.devices)
    services = peer.Peer(o.hallsim, "--count", str(o.devices), "--profile", "reporting", "--idle", "600", base="127.41.0.1")
    write_config(config, chance, port, bmcs, services, {("ipmi", 0): 0, ("redfish", 0): 0})
    with open(log, "w") as out:
        daemon = subprocess.Popen([o.hallwatt, "run", "-c", config], stderr=out)
    try:
        until("the daemon answers", lambda: daemon.poll() is not None or answers(port))
        print(f"seed={o.seed} rounds={o.rounds}")
        storm(o, o.rounds // 3, LOSSY_FAULTS, chance, daemon, port, config, bmcs, services, log)
        bmcs.fault()
        bmcs.tell("restart")
        present = storm(o, o.rounds - o.rounds // 3, CALM_FAULTS, chance, daemon, port, config, bmcs, services, log)
        judge(chance, daemon, port, config, bmcs, services, present, log)
    except BaseException:
        sys.stderr.write("--- the daemon's last words\n" + "".join(open(log, errors="replace").readlines()[-30:]))
        raise
    finally:
        if daemon.poll() is None:
            daemon.kill()
            daemon.wait()
        bmcs.process.terminate()
        bmcs.process.wait()
        services.close()
        shutil.rmtree(folder)


def answers(port):
    try:
        return metrics(port)
    except OSError:
        return None


main()
