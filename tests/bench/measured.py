# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""What benches read of a running daemon: its own figures, its processor time and its memory."""
import contextlib
import os
import re
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from hall import free_port, until  # noqa: E402,F401

TICKS = os.sysconf("SC_CLK_TCK")
TRIES_HELP = "measure so often at most, while polls are lost or late: a machine that stands still loses some now and then, a fault each time"


def page(http):
    """/metrics; a main loop that is late publishes when it goes on, and there may be none till then."""
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{http}/metrics", timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            if error.code != 503 or time.monotonic() > end:
                raise
        time.sleep(0.2)


def own_figures(http):
    """Those without labels, by their names without hallwatt_."""
    return {name: float(value) for name, value in re.findall(r"(?m)^hallwatt_([a-z_]+) (\S+)$", page(http))}


def wait_until_polled(daemon, http, log, count, warm):
    """Waits for the warm seconds, and until there were so many polls: that takes longer on a busy machine."""
    time.sleep(warm)
    end = time.monotonic() + 60
    while daemon.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError):
            if own_figures(http).get("scheduler_polls_total", 0) >= count:
                return
        time.sleep(0.2)
    log.seek(0)
    raise SystemExit("the daemon ended, or polls too slowly:\n" + log.read())


def cpu_seconds(pid, children=False):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(") ", 1)[1].split()
    return sum(int(x) for x in fields[11:15 if children else 13]) / TICKS


def status_kib(pid, name):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(name + r":\s+(\d+)", f.read())[1])
