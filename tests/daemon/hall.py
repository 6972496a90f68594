# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""A simulated hall and the daemon on it, for tests: started on free ports of loopback, read through HTTP, stopped at the end."""
import concurrent.futures
import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def together(cases, at_once=4):
    """Runs the functions of `cases` (a name to each) some at a time: most of them wait for something. Says which failed."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        running = {name: pool.submit(case) for name, case in cases.items()}
    failed = {name: r.exception() for name, r in running.items() if r.exception() is not None}
    for name, error in failed.items():
        sys.stderr.write(f"--- {name}\n{''.join(traceback.format_exception(error))}")
    assert not failed, f"failed: {', '.join(failed)}"


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(type=kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(what, condition, seconds=60.0):
    """Waits until condition() is truthy and gives its value; a failure says what was waited for."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} s still not: {what}")
        time.sleep(0.1)


class Metrics:
    """One scrape: metrics["name", label=value ...] gives the only such sample's value, or None."""

    def __init__(self, text):
        self.samples = []
        for line in text.splitlines():
            m = SAMPLE.match(line)
            if m:
                self.samples.append((m[1], dict(LABEL.findall(m[2] or "")), float(m[3])))

    def all(self, name, **labels):
        return [(l, v) for n, l, v in self.samples
                if n == name and all(l.get(k) == w for k, w in labels.items())]

    def one(self, name, **labels):
        found = self.all(name, **labels)
        assert len(found) <= 1, f"{name}{labels}: {found}"
        return found[0][1] if found else None


class Hall:
    """The simulator and the daemon; `with Hall(...) as h:`."""

    def __init__(self, hallwatt, hallsim, interval="1s", sim_arguments=()):
        self.hallwatt, self.hallsim, self.interval = hallwatt, hallsim, interval
        self.sim_arguments = list(sim_arguments)
        self.dir = tempfile.mkdtemp(prefix="hallwatt-test-")
        self.port = free_port()
        self.sim = self.daemon = None
        self.sim_port = 0
        self.environment = None  # the daemon's; None: ours
        self.log_path = os.path.join(self.dir, "log")

    def __enter__(self):
        try:
            self.start_sim()
            self.write_config()
            self.start()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None and os.path.exists(self.log_path):
            with open(self.log_path) as f:
                sys.stderr.write("--- the daemon's last words\n" + "".join(f.readlines()[-40:]))
        for process in (self.daemon, self.sim):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def start_sim(self):
        # A recent origin starts fast; the same one each time, so that registers go on where they were.
        if not hasattr(self, "origin"):
            self.origin = str(int(time.time()) - 86400)
        self.sim = subprocess.Popen([self.hallsim, "serve", "--port", str(self.sim_port), "--origin", self.origin,
                                     "--seconds", "900", "--die-with-parent", *self.sim_arguments],
                                    stderr=subprocess.PIPE, text=True)
        for line in self.sim.stderr:
            m = re.search(r"ready: .*port (\d+)", line)
            if m:
                self.sim_port = int(m[1])
                return
        raise AssertionError("the simulator did not start")

    def stop_sim(self):
        self.sim.terminate()
        self.sim.wait()

    def write_config(self):
        subprocess.run([self.hallsim, "config", "--dir", self.dir, "--port", str(self.sim_port), "--state",
                        os.path.join(self.dir, "state"), "--listen", f"127.0.0.1:{self.port}"], check=True)
        self.config = os.path.join(self.dir, "hallwatt.yaml")
        self.edit(lambda text: re.sub(r"(?m)^interval:.*$", f"interval: {self.interval}", text))

    def edit(self, change):
        with open(self.config) as f:
            text = f.read()
        changed = change(text)
        with open(self.config, "w") as f:
            f.write(changed)
        return text

    def start(self, wait=True):
        with open(self.log_path, "a") as log:
            self.daemon = subprocess.Popen([self.hallwatt, "run", "-c", self.config], stderr=log, env=self.environment)
        if not wait:
            return
        until("ready", lambda: self.daemon.poll() is not None or self.status("/-/ready") == 200)
        assert self.daemon.poll() is None, "the daemon ended at once"

    def stop(self, number=signal.SIGTERM):
        self.daemon.send_signal(number)
        return self.daemon.wait(30)

    def request(self, path, method="GET", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def status(self, path):
        try:
            return self.request(path)[0]
        except OSError:
            return None

    def metrics(self):
        status, text = self.request("/metrics")
        assert status == 200, text
        return Metrics(text)

    def logged(self):
        with open(self.log_path) as f:
            return f.read()

    def all_up(self):
        m = self.metrics()
        devices = m.all("hallwatt_device_up")
        # A device that was not polled yet has no device_up: those that have are not all of them.
        whole = devices and len(devices) == m.one("hallwatt_scheduler_devices")
        return m if whole and all(v == 1 for _, v in devices) else None
