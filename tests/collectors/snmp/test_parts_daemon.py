# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Parts that a real snmpd tells by ENTITY-MIB: a power supply that is exchanged, pulled and put back is an event in the store, also
over a restart of the daemon, and the meters go on."""
import contextlib
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "daemon"))
from hall import free_port, until  # noqa: E402

HALLWATT = os.path.abspath(sys.argv[1])
# Speaks net-snmp's pass_persist: what stands in the file beside it.
HANDLER = """import json, os, sys
def rows():
    with open(os.path.join(os.path.dirname(sys.argv[0]), "rows.json")) as f:
        return sorted(([int(a) for a in oid.split(".")], kind, value) for oid, kind, value in json.load(f))
def main():
    for line in iter(sys.stdin.readline, ""):
        if line == "PING\\n":
            print("PONG", flush=True)
            continue
        oid = [int(a) for a in sys.stdin.readline().strip(".\\n").split(".")]
        found = [r for r in rows() if (r[0] > oid if line == "getnext\\n" else r[0] == oid)][:1]
        for o, kind, value in found:
            print("." + ".".join(map(str, o)), kind, value, sep="\\n", flush=True)
        if not found:
            print("NONE", flush=True)
main()
"""


class Switch:
    """An agent with an inventory of two supplies and a module."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.serials = {"PSU 1": "PS1A", "PSU 2": "PS2A", "Slot 1": "MOD1A"}
        self.write()
        with open(folder + "/handler.py", "w") as f:
            f.write(HANDLER)
        with open(folder + "/snmpd.conf", "w") as f:
            f.write(f"rocommunity public 127.0.0.1\npass_persist .1.3.6.1.2.1.47.1.1.1.1 {sys.executable} {folder}/handler.py\n")
        env = dict(os.environ, SNMPCONFPATH=folder, SNMP_PERSISTENT_DIR=folder, MIBS="")
        program = shutil.which("snmpd", path="/usr/sbin:/usr/local/sbin:" + os.environ["PATH"])
        self.process = program and subprocess.Popen([program, "-f", "-Lo", "-r", f"udp:127.0.0.1:{self.port}"], env=env,
                                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def write(self):
        rows = []
        for n, (name, serial) in enumerate(self.serials.items()):
            for column, kind, value in ((5, "integer", 9 if name.startswith("Slot") else 6), (7, "string", name), (11, "string", serial),
                                        (13, "string", "P-1")):
                rows.append((f"1.3.6.1.2.1.47.1.1.1.1.{column}.{n + 10}", kind, str(value)))
        with open(self.folder + "/new", "w") as f:
            json.dump(rows, f)
        os.rename(self.folder + "/new", self.folder + "/rows.json")

    def put(self, name, serial):
        self.serials[name] = serial
        self.write()


class Daemon:
    def __init__(self, folder, switch):
        self.folder, self.port = folder, free_port()
        with open(folder + "/hallwatt.yaml", "w") as f:
            f.write(f"listen: 127.0.0.1:{self.port}\nstate: {folder}/state\ninterval: 1s\n"
                    "credentials:\n  c: {snmp: {community: public, refresh: 1s}}\n"
                    "sites:\n  - {id: here, name: Here, country: SE, timezone: Europe/Stockholm}\n"
                    f"devices:\n  - {{id: sw-1, address: \"snmp://127.0.0.1:{switch.port}\", credentials: c, site: here, power_role: it}}\n")
        self.start()

    def start(self):
        with open(self.folder + "/log", "a") as log:
            self.process = subprocess.Popen([HALLWATT, "run", "-c", self.folder + "/hallwatt.yaml"], stderr=log)
        until("the device is up", lambda: 'hallwatt_device_up{device="sw-1"' in self.metrics() and self.up())

    def up(self):
        return any(line.startswith('hallwatt_device_up{device="sw-1"') and line.endswith(" 1") for line in self.metrics().splitlines())

    def metrics(self):
        assert self.process.poll() is None, "the daemon has ended"
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=20) as answer:
            return answer.read().decode()
        return ""

    def await_looks(self, count):
        """So many polls more, each of which looks at the parts, too."""
        def polls():
            said = re.search(r"(?m)^hallwatt_scheduler_polls_total (\S+)$", self.metrics())
            return float(said[1]) if said else 0

        wanted = until("polls are counted", polls) + count
        until(f"{count} polls more", lambda: polls() >= wanted)

    def stop(self):
        self.process.terminate()
        assert self.process.wait(30) == 0

    def events(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/state/hallwatt.db?mode=ro", uri=True)) as db:
            return [tuple(row) for row in db.execute("SELECT kind, subject, before, after FROM event ORDER BY id")]

    def await_events(self, expected):
        until(f"events are {expected}", lambda: self.events() == expected, 60)


def run(folder):
    switch = Switch(folder)
    if switch.process is None:
        print("no snmpd here")
        return
    try:
        daemon = Daemon(folder, switch)
        try:
            expected = [("device_replaced", "psu PSU 1", "PS1A", "PS1B")]
            daemon.await_looks(4)  # the first one is kept without a word
            assert daemon.events() == []
            switch.put("PSU 1", "PS1B")
            daemon.await_events(expected)
            switch.put("PSU 2", "")  # pulled, and the agent says no more than that
            daemon.await_looks(4)
            assert daemon.events() == expected
            daemon.stop()
            switch.put("PSU 2", "PS2B")  # another one comes while nobody looks
            switch.put("Slot 1", "MOD1B")
            daemon.start()
            expected += [("device_replaced", "psu PSU 2", "PS2A", "PS2B"), ("device_replaced", "module Slot 1", "MOD1A", "MOD1B")]
            daemon.await_events(expected)
            daemon.stop()
        finally:
            if daemon.process.poll() is None:
                daemon.process.kill()
                daemon.process.wait()
    except BaseException:
        with contextlib.suppress(OSError), open(folder + "/log") as f:
            sys.stderr.write("--- the daemon's last words\n" + "".join(f.readlines()[-30:]))
        raise
    finally:
        switch.process.terminate()
        switch.process.wait()


with tempfile.TemporaryDirectory(prefix="hallwatt-parts-") as where:
    run(where)
