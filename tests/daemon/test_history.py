# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""A store that takes seconds to sum: the daemon polls and answers meanwhile, figures come when it is done, and neither a reload nor
the end waits for it."""
import contextlib
import re
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


@contextlib.contextmanager
def opened(path):
    """What is done with it is committed, and it is closed."""
    with contextlib.closing(sqlite3.connect(path, timeout=60)) as db, db:
        yield db


def fill(path):
    """A GiB, written once: without a journal, and without waiting for the disk."""
    with opened(path) as db:
        for pragma in ("journal_mode = DELETE", "journal_mode = OFF", "synchronous = OFF"):
            db.execute("PRAGMA " + pragma).fetchall()
        first = int(time.time()) // 900 * 900 - 900 * (QUARTERS + 8)
        db.execute("INSERT INTO context (device, serial, model, firmware, profile, power_role, site, config_hash, ruleset_hash,"
                   " agent_version, clock_source, accuracy_ppm, ct_ratio_ppm) VALUES ('', '', '', '', '', '', '', '', '', '', '', 0, 1)")
        db.execute("DELETE FROM interval")
        db.execute(FILL, {"first": first, "count": QUARTERS})
        db.execute("UPDATE point SET last_seq = ?", (QUARTERS,))
        count = db.execute("SELECT count(*) FROM point").fetchone()[0]
    with opened(path) as db:
        assert db.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal"
    return count


def add_points(path):
    """A daemon that has just begun has closed no quarter, and so knows no point: those that it would know."""
    with opened(path) as db:
        devices = [r[0] for r in db.execute("SELECT device FROM checkpoint")]
        rows = [(d, role, str(i)) for d in devices for role in ("inlet", "ups_output") for i in range(1, 4)]
        db.executemany("INSERT OR IGNORE INTO point (device, role, idx, quantity, kind) VALUES (?, ?, ?, 'energy', 'energy')", rows)


def figures(hall):
    return hall.metrics().all("hallwatt_kpi_ratio", window="12_months")


def summed(hall):
    """How long each sum of the past took that has ended."""
    return [float(seconds) for seconds in re.findall(r"the stored past is summed, in ([0-9.]+) s", hall.logged())]


def forget_packs(store):
    """What was packed meanwhile is summed too quickly to be caught at it."""
    with opened(store) as db:
        db.execute("DELETE FROM pack")


def start_to_sum(hall, store):
    forget_packs(store)
    hall.start(wait=False)
    until("it serves", lambda: hall.status("/metrics") == 200)


def polls(hall):
    return sum(v for _, v in hall.metrics().all("hallwatt_device_polls_total"))


def serves_meanwhile(hall, store):
    """Whether all this could be seen before the past was summed; what is seen must be right."""
    before = len(summed(hall))
    start_to_sum(hall, store)
    seen = hall.status("/-/ready"), hall.metrics()
    until("it is healthy", lambda: hall.status("/-/healthy") == 200)
    if len(summed(hall)) > before:
        return False
    assert seen[0] == 503, seen[0]
    assert seen[1].one("hallwatt_history_summed") == 0 and not seen[1].all("hallwatt_kpi_ratio")
    # Another configuration: the load begins again, for that one.
    hall.edit(lambda text: text + "\n# another\n")
    hall.daemon.send_signal(signal.SIGHUP)
    until("it is reloaded", lambda: hall.metrics().one("hallwatt_config_reloads_total") == 1)
    assert hall.metrics().one("hallwatt_config_last_reload_successful") == 1
    polled = polls(hall)
    until("it polls meanwhile", lambda: polls(hall) > polled)
    ready = hall.status("/-/ready")
    if len(summed(hall)) > before:
        return False
    assert ready == 503, ready
    until("the past is summed", lambda: hall.status("/-/ready") == 200, 200)
    until("there are figures of the last twelve months", lambda: figures(hall))
    assert len(summed(hall)) == before + 1, "once, after the reload"
    return True


def end_does_not_wait(hall, store, sum_s):
    start_to_sum(hall, store)
    before = len(summed(hall))
    ready = hall.status("/-/ready")
    began = time.monotonic()
    assert hall.stop() == 0
    took_s = time.monotonic() - began
    if len(summed(hall)) > before:
        return False
    assert ready == 503, ready
    return took_s < max(2, sum_s / 3)


def some_time(what, hall, *arguments):
    """Something may stand still for as long as a sum takes; that it does each time is no chance."""
    for _ in range(6):
        if what(hall, *arguments):
            return
        if hall.daemon.poll() is None:
            assert hall.stop() == 0
    raise AssertionError(f"{what.__name__}: not seen before the past was summed, in {summed(hall)} s: wrong, or make it longer")


def main():
    with Hall(sys.argv[1], sys.argv[2]) as hall:
        until("every device is up", hall.all_up)
        assert hall.metrics().one("hallwatt_history_summed") == 1
        assert hall.stop() == 0
        store = f"{hall.dir}/state/hallwatt.db"
        add_points(store)
        assert fill(store) >= 20
        some_time(serves_meanwhile, hall, store)
        assert hall.stop() == 0
        some_time(end_does_not_wait, hall, store, summed(hall)[-1])
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=60) as db:
            assert db.execute("SELECT count(*) FROM interval WHERE start_s % 900 <> 0").fetchone()[0] == 0


main()
