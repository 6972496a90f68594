#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Kills a polling hallwatt again and again, and looks whether anything was lost.

Starts hallsim (a simulated hall on loopback) and `hallwatt run` on it, both with a clock that runs fast so that quarters of
an hour close every few seconds; sends SIGKILL at random moments. Before each kill and after each restart:
  - no hallwatt_energy_joules_total is below the last value seen on /metrics, and none that was seen stays away;
  - PRAGMA integrity_check says ok;
  - every row of `interval` that was there is there unchanged, and each point's rows count 1, 2, 3 ... without holes.
At the end the daemon must have closed quarters in between, and must end by SIGTERM with status 0.
"""
import argparse
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from hall import free_port

RESTART_S = 100 # longest wait for the first scrape after a start; sanitizers on a busy machine are slow
RETURN_S = 100  # longest wait until every counter seen before is back


class Lost(Exception):
    """Something that must never happen."""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hallwatt", required=True, help="the daemon's binary")
    parser.add_argument("--hallsim", required=True, help="the simulator's binary")
    parser.add_argument("--clock", help="fast_clock.so; without it time is real and hardly a quarter closes")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--speed", type=int, default=120, help="how much faster time runs (with --clock)")
    parser.add_argument("--longest", type=float, default=4.0, help="most seconds between two kills")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    return parser.parse_args()


class Hall:
    """hallsim, answering on loopback."""

    def __init__(self, binary, base, speed, now_s, folder):
        self.log = open(os.path.join(folder, "hallsim.log"), "wb")
        self.process = subprocess.Popen(
            [binary, "serve", "--base", base, "--port", "0", "--speed", str(speed), "--now", str(now_s * 1000),
             "--die-with-parent"], stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            found = re.search(r"ready: .* port (\d+)", line)
            if found:
                self.port = int(found.group(1))
                return
        raise SystemExit("hallsim did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


def write_config(hallsim, folder, base, port, listen):
    subprocess.run([hallsim, "config", "--dir", folder, "--base", base, "--port", str(port), "--listen", listen,
                    "--state", os.path.join(folder, "state"), "--from", "2025-01-01"], check=True)
    path = os.path.join(folder, "hallwatt.yaml")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    text, count = re.subn(r"(?m)^interval: .*$", "interval: 60s\ntimeout: 30s", text)
    assert count == 1, "the simulator's configuration has no interval"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


class Daemon:
    def __init__(self, arguments, config, listen, now_s, folder):
        self.url = f"http://{listen}/metrics"
        environment = dict(os.environ)
        if arguments.clock:
            environment["LD_PRELOAD"] = arguments.clock
            environment["FAST_CLOCK"] = f"{arguments.speed} {now_s}"
            # The preloaded clock stands before the sanitizer's own, as it should.
            environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        self.log_path = os.path.join(folder, "hallwatt.log")
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([arguments.hallwatt, "run", "-c", config], stdout=log, stderr=log,
                                            env=environment)

    def check_alive(self):
        status = self.process.poll()
        if status is not None:
            with open(self.log_path, errors="replace") as log:
                tail = "".join(log.readlines()[-40:])
            raise Lost(f"the daemon ended on its own with status {status}:\n{tail}")

    def energies(self):
        """{labels: joules}, or None while it does not answer."""
        self.check_alive()
        try:
            with urllib.request.urlopen(self.url, timeout=60) as answer:
                text = answer.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None
        found = re.findall(r"^hallwatt_energy_joules_total\{(.*)\} (\S+)$", text, re.M)
        return {labels: float(value) for labels, value in found}

    def kill(self):
        self.check_alive()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Lost("the daemon did not end within 60 s of SIGTERM") from None


class Memory:
    """What was seen so far."""

    def __init__(self):
        self.energy = {}
        self.rows = {}
        self.scrapes = 0

    def see_energies(self, energies):
        self.scrapes += 1
        for labels, joules in energies.items():
            before = self.energy.get(labels, 0.0)
            if joules < before:
                raise Lost(f"{labels} went from {before!r} J down to {joules!r} J")
            self.energy[labels] = joules

    def see_rows(self, path):
        if not os.path.exists(path):
            return
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)
        try:
            if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
                return  # killed while the file was made
            verdict = db.execute("PRAGMA integrity_check").fetchall()
            if verdict != [("ok",)]:
                raise Lost(f"integrity_check: {verdict[:3]}")
            db.execute("BEGIN")  # both tables of one moment: the daemon may be writing
            rows = {(row[1], row[2]): row for row in db.execute("SELECT * FROM interval")}
            points = db.execute("SELECT id, last_seq FROM point").fetchall()
        finally:
            db.close()
        for key, row in self.rows.items():
            if rows.get(key) != row:
                raise Lost(f"row {key} was {row} and is {rows.get(key)}")
        for point, last in points:
            numbers = sorted(seq for of, seq in rows if of == point)
            if numbers != list(range(1, last + 1)):
                raise Lost(f"point {point} counts to {last} and has the rows {numbers}")
        self.rows = rows


def run_once(arguments, start, memory, seconds):
    """One life of the daemon: up, everything back, watched for `seconds`, killed."""
    daemon = start()
    deadline = time.monotonic() + seconds
    try:
        limit = time.monotonic() + RESTART_S
        missing = set(memory.energy)
        first = True
        # A kill may come at any time, also before the first answer; but where starting takes long, some lives are to see something.
        while time.monotonic() < deadline or (first and seconds > arguments.longest / 2):
            energies = daemon.energies()
            if energies is None:
                if time.monotonic() > limit:
                    raise Lost(f"no answer within {RESTART_S} s")
                time.sleep(0.02)
                continue
            if first:
                first = False
                if seconds > arguments.longest / 2:
                    deadline = max(deadline, time.monotonic() + seconds / 2)
                limit = time.monotonic() + RETURN_S
            memory.see_energies(energies)
            missing -= set(energies)
            if missing and time.monotonic() > limit:
                raise Lost(f"{len(missing)} counters stayed away, among them {sorted(missing)[0]}")
            time.sleep(0.05)
        daemon.kill()
    finally:
        if daemon.process.poll() is None:
            daemon.process.kill()
            daemon.process.wait()


def torture(arguments, folder, seed):
    dice = random.Random(seed)
    base = f"127.{dice.randrange(16, 200)}.{dice.randrange(1, 200)}.1"
    now_s = int(time.time())
    speed = arguments.speed if arguments.clock else 1
    hall = Hall(arguments.hallsim, base, speed, now_s, folder)
    memory = Memory()
    try:
        listen = f"127.0.0.1:{free_port()}"
        config = write_config(arguments.hallsim, folder, base, hall.port, listen)
        database = os.path.join(folder, "state", "hallwatt.db")

        def start():
            return Daemon(arguments, config, listen, now_s, folder)

        for number in range(arguments.rounds):
            # Many early kills, some that let quarters close.
            run_once(arguments, start, memory, arguments.longest * dice.random() ** 2 + 0.02)
            memory.see_rows(database)
            if sys.stderr.isatty():
                print(f"\r{number + 1}/{arguments.rounds} kills, {len(memory.rows)} rows", end="", file=sys.stderr)

        # A last life that is allowed to end: everything must be back.
        daemon = start()
        limit = time.monotonic() + RESTART_S + RETURN_S
        missing = set(memory.energy)
        while missing or not memory.rows:
            energies = daemon.energies()
            if energies is not None:
                memory.see_energies(energies)
                missing -= set(energies)
                memory.see_rows(database)
            if time.monotonic() > limit:
                daemon.kill()
                raise Lost(f"{len(missing)} counters are not back and {len(memory.rows)} rows are there")
            time.sleep(0.1)
        status = daemon.end()
        if status != 0:
            raise Lost(f"SIGTERM ended the daemon with status {status}")
        memory.see_rows(database)
    finally:
        hall.stop()
    if not memory.energy or memory.scrapes < arguments.rounds:
        raise Lost(f"only {memory.scrapes} scrapes and {len(memory.energy)} counters: this proves nothing")
    return memory


def main():
    arguments = parse_arguments()
    seed = arguments.seed if arguments.seed is not None else random.randrange(1 << 32)
    folder = tempfile.mkdtemp(prefix="hallwatt-kill-")
    print(f"seed {seed}", flush=True)
    try:
        memory = torture(arguments, folder, seed)
    except Lost as lost:
        print(f"LOST: {lost}\n({folder} stays)")
        return 1
    quarters = {row[0] for row in memory.rows.values()}
    print(f"{arguments.rounds} kills, {memory.scrapes} scrapes of {len(memory.energy)} energy counters, "
          f"{len(memory.rows)} rows of {len(quarters)} quarters: nothing lost, nothing went down")
    if arguments.keep:
        print(folder)
    else:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
