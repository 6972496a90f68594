# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Simulated BMCs and the daemon on them, for tests: started on free ports of loopback, stopped at the end."""
import contextlib
import errno
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "daemon"))
from hall import Metrics, free_port, together, until  # noqa: E402,F401

PASSWORD = "poll-me-gently"


def secret(folder, name, text):
    path = os.path.join(folder, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
        f.write(text)
    return path


class Folder:
    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="hallwatt-ipmi-")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir, ignore_errors=True)


class Bmcs:
    """hallsim's BMCs; `with Bmcs(...) as b:`."""

    def __init__(self, hallsim, base="127.41.0.0", count=10, profile="rack", faults=(), arguments=()):
        self.hallsim, self.base, self.count = hallsim, base, count
        self.arguments = ["--profile", profile, *arguments]
        for fault in faults:
            self.arguments += ["--fault", fault]

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="hallwatt-ipmi-")
        self.socket = os.path.join(self.dir, "control")
        self.process = subprocess.Popen([self.hallsim, "bmc", "--base", self.base, "--count", str(self.count), "--port", "0", "--control",
                                         self.socket, "--seconds", "900", "--die-with-parent", *self.arguments],
                                        stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            m = re.search(r"ready: .*port (\d+)", line)
            if m:
                self.port = int(m[1])
                return self
        raise AssertionError("the simulator did not start")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def control(self, line):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.socket)
            s.sendall(line.encode() + b"\n")
            answer = b"".join(iter(lambda: s.recv(65536), b""))
        lines = [json.loads(x) for x in answer.decode().splitlines() if x]
        assert not any("error" in x for x in lines), (line, lines)
        return lines if line == "all" else lines[0]

    def has_v6(self):
        """Whether BMC 0 is at [::1], too."""
        try:
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
                s.bind(("::1", self.port))
                return False
        except OSError as e:
            return e.errno == errno.EADDRINUSE

    def address(self, k):
        octets = [int(x) for x in self.base.split(".")]
        number = (octets[0] << 24 | octets[1] << 16 | octets[2] << 8 | octets[3]) + k
        return "ipmi://%d.%d.%d.%d:%d" % (number >> 24, number >> 16 & 255, number >> 8 & 255, number & 255, self.port)


def probe(hallwatt, address, user, password_file, *options):
    """What `hallwatt probe --format json` says, and its exit status."""
    patience = [] if "--timeout" in options else ["--timeout", "60"]
    p = subprocess.run([hallwatt, "probe", address, "--user", user, "--password-file", password_file, "--format", "json", *patience, *options],
                       capture_output=True, text=True)
    return json.loads(p.stdout), p.returncode, p.stderr


class Daemon:
    """hallwatt run over `devices`, each a name and an address, and perhaps other credentials than "bmcs"; `with Daemon(...) as d:`."""

    def __init__(self, hallwatt, credentials, devices, interval="1s", extra="", clock=None, speed=1, others=""):
        self.hallwatt, self.interval = hallwatt, interval
        self.dir = tempfile.mkdtemp(prefix="hallwatt-ipmi-")
        self.port = free_port()
        self.log_path = os.path.join(self.dir, "log")
        self.config = os.path.join(self.dir, "hallwatt.yaml")
        self.credentials, self.devices, self.extra, self.others = credentials, devices, extra, others
        self.process = None
        self.environment = dict(os.environ)
        if clock is not None: # its time goes faster
            self.environment.update(LD_PRELOAD=clock, FAST_CLOCK=f"{speed} {int(time.time())}",
                                    ASAN_OPTIONS="verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", ""))

    def write(self):
        with open(self.config, "w") as f:
            f.write(f"listen: 127.0.0.1:{self.port}\nstate: {self.dir}/state\ninterval: {self.interval}\n{self.extra}"
                    f"credentials:\n  bmcs: {{ipmi: {self.credentials}}}\n{self.others}"
                    "sites:\n  - {id: here, name: Here, country: SE, timezone: Europe/Stockholm}\ndevices:\n")
            for name, address, *group in self.devices:
                f.write(f"  - {{id: {name}, address: \"{address}\", credentials: {(group or ['bmcs'])[0]}, site: here, power_role: it}}\n")

    def start(self):
        with open(self.log_path, "a") as log:
            self.process = subprocess.Popen([self.hallwatt, "run", "-c", self.config], stderr=log, env=self.environment)
        until("the daemon is ready", self.ready)

    def ready(self):
        assert self.process.poll() is None, "the daemon ended at once"
        try:
            return self.get("/-/ready") is not None
        except OSError:
            return False

    def __enter__(self):
        try:
            self.write()
            self.start()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            sys.stderr.write("--- the daemon's last words\n" + "".join(self.log().splitlines(True)[-30:]))
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return answer.read().decode()

    def metrics(self):
        """A main loop that is late publishes when it goes on; there may be none till then."""
        def page():
            try:
                return self.get("/metrics")
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise
                return None

        return Metrics(until("metrics are published", page))

    def all_up(self):
        up = self.metrics().all("hallwatt_device_up")
        return len(up) == len(self.devices) and all(v == 1 for _, v in up)

    def log(self):
        with open(self.log_path) as f:
            return f.read()

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(60)

    def stored(self, sql, *values):
        with contextlib.closing(sqlite3.connect(f"file:{self.dir}/state/hallwatt.db?mode=ro", uri=True, timeout=60)) as db:
            return db.execute(sql, values).fetchall()

    def notes(self, key):
        """What is remembered of the devices for the next start, and is written already."""
        return [value for value, in self.stored("SELECT value FROM value WHERE space = 'notes' AND key LIKE '% ' || ?", key)]

    def await_polls(self, count):
        """So many polls more have been made."""
        wanted = self.metrics().one("hallwatt_scheduler_polls_total") + count
        until(f"{count} polls more are made", lambda: self.metrics().one("hallwatt_scheduler_polls_total") >= wanted, 180)

    def reload(self):
        before = self.metrics().one("hallwatt_config_reloads_total")
        self.process.send_signal(signal.SIGHUP)
        until("the reload is done", lambda: self.metrics().one("hallwatt_config_reloads_total") > before)


class Watch:
    """The longest time that somebody asked took to answer: in which this machine, or he, stood still."""

    def __init__(self, *asked):
        self.asked, self.longest_s, self.over = asked, 0, threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.over.wait(0.05):
            began = time.monotonic()
            for ask in self.asked:
                with contextlib.suppress(OSError):
                    ask()
            self.longest_s = max(self.longest_s, time.monotonic() - began)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


STILL_S = 0.5  # who takes so long to answer stands still


def unless_it_stood_still(check, *asked, tries=10):
    """Makes a check that time passes in; it is made again if it failed while somebody asked stood still, which loses packets' time, too."""
    for left in range(tries - 1, -1, -1):
        with Watch(*asked) as watch:
            try:
                return check()
            except AssertionError:
                if watch.longest_s < STILL_S or left == 0:
                    raise


def sleep_until(end):
    while time.monotonic() < end:
        time.sleep(0.1)
