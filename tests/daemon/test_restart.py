# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""A restart, told or not, goes on with the energy counters that were last seen on /metrics."""
import signal
import sqlite3
import sys

from hall import Hall, until


def energies(metrics):
    return {(l["device"], l["role"], l["index"]): v for l, v in metrics.all("hallwatt_energy_joules_total")}


def main():
    with Hall(sys.argv[1], sys.argv[2]) as hall:
        for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGKILL):
            until("every device is up", hall.all_up)
            until("energy was counted", lambda: any(v > 0 for v in energies(hall.metrics()).values()))
            seen = energies(hall.metrics())
            hall.stop(number)
            with sqlite3.connect(f"file:{hall.dir}/state/hallwatt.db?mode=ro", uri=True, timeout=60) as db:
                assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            hall.start()
            now = until("the counters are there again", lambda: energies(hall.metrics()))
            lost = {k: (v, now.get(k)) for k, v in seen.items() if now.get(k, -1) < v}
            assert not lost, f"went back: {lost}"


main()
