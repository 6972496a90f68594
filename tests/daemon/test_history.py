# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""A store that takes seconds to sum: the daemon polls and answers meanwhile, figures come when it is done, and neither a reload nor
the end waits for it."""
import signal
import sqlite3
import sys
import time

from hall import Hall, until

QUARTERS = 80000  # of each point: more than two years

FILL = """
WITH RECURSIVE n (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM n WHERE k < :count - 1)
INSERT INTO interval (start_s, point, seq, context, amount, covered_ms, source, quality, state, samples)
SELECT :first + 900 * n.k, point.id, n.k + 1, (SELECT min(id) FROM context), 2000 * 900000, 900000, 'D', 'M', 'G', 0
FROM n CROSS JOIN point
"""


def fill(path):
    with sqlite3.connect(path) as db:
        first = int(time.time()) // 900 * 900 - 900 * (QUARTERS + 8)
        db.execute("INSERT INTO context (device, serial, model, firmware, profile, power_role, site, config_hash, ruleset_hash,"
                   " agent_version, clock_source, accuracy_ppm, ct_ratio_ppm) VALUES ('', '', '', '', '', '', '', '', '', '', '', 0, 1)")
        db.execute("DELETE FROM interval")
        db.execute(FILL, {"first": first, "count": QUARTERS})
        db.execute("UPDATE point SET last_seq = ?", (QUARTERS,))
        return db.execute("SELECT count(*) FROM point").fetchone()[0]


def add_points(path):
    """A daemon that has just begun has closed no quarter, and so knows no point: those that it would know."""
    with sqlite3.connect(path) as db:
        devices = [r[0] for r in db.execute("SELECT device FROM checkpoint")]
        rows = [(d, role, str(i)) for d in devices for role in ("inlet", "ups_output") for i in range(1, 4)]
        db.executemany("INSERT OR IGNORE INTO point (device, role, idx, quantity, kind) VALUES (?, ?, ?, 'energy', 'energy')", rows)


def figures(hall):
    return hall.metrics().all("hallwatt_kpi_ratio", window="12_months")


def main():
    with Hall(sys.argv[1], sys.argv[2]) as hall:
        until("every device is up", hall.all_up)
        assert hall.metrics().one("hallwatt_history_summed") == 1
        assert hall.stop() == 0
        store = f"{hall.dir}/state/hallwatt.db"
        add_points(store)
        assert fill(store) >= 20

        hall.start(wait=False)
        until("it serves", lambda: hall.status("/metrics") == 200)
        assert hall.status("/-/ready") == 503, "the past was summed at once: make it longer"
        assert hall.status("/-/healthy") == 200
        first = hall.metrics()
        assert first.one("hallwatt_history_summed") == 0 and not first.all("hallwatt_kpi_ratio")
        # Another configuration: the load begins again, for that one.
        hall.edit(lambda text: text + "\n# another\n")
        hall.daemon.send_signal(signal.SIGHUP)
        until("it is reloaded", lambda: hall.metrics().one("hallwatt_config_reloads_total") == 1)
        assert hall.metrics().one("hallwatt_config_last_reload_successful") == 1
        polls = lambda: sum(v for _, v in hall.metrics().all("hallwatt_device_polls_total"))
        before = polls()
        until("it polls meanwhile", lambda: polls() > before)
        assert hall.status("/-/ready") == 503, "polls came only after the past was summed"
        until("the past is summed", lambda: hall.status("/-/ready") == 200, 120)
        assert figures(hall), "no figure of the last twelve months"
        assert hall.logged().count("the stored past is summed") == 2  # the empty one at first, and once after the reload
        assert hall.stop() == 0

        with sqlite3.connect(store) as db:
            db.execute("DELETE FROM pack")  # what was packed meanwhile is summed too quickly to be caught at it
        hall.start(wait=False)
        until("it serves", lambda: hall.status("/metrics") == 200)
        assert hall.status("/-/ready") == 503
        began = time.monotonic()
        assert hall.stop() == 0
        assert time.monotonic() - began < 5, "the end waited for the past"
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
            assert db.execute("SELECT count(*) FROM interval WHERE start_s % 900 <> 0").fetchone()[0] == 0


main()
