# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Devices that fall silent: one line when they go and one when they return, gauges gone after stale_after, energy kept."""
import sys

from hall import Hall, holds, until


def check_words(lines):
    """Going and returning in turn; more than once only if the hall stood still before or after, too."""
    assert lines and len(lines) % 2 == 0, lines
    assert all(("answers again" in line) == (i % 2 == 1) for i, line in enumerate(lines)), lines


def main():
    with Hall(sys.argv[1], sys.argv[2]) as hall:
        until("every device is up", hall.all_up)
        until("energy was counted", lambda: (hall.metrics().one(
            "hallwatt_energy_joules_total", device="pdu-a1", role="inlet", index="1") or 0) > 0)
        hall.stop_sim()
        until("all are down", lambda: all(v == 0 for _, v in hall.metrics().all("hallwatt_device_up")))
        m = until("gauges are gone", lambda: next(iter(
            [m for m in [hall.metrics()] if not m.all("hallwatt_power_watts")]), None))
        assert m.one("hallwatt_energy_joules_total", device="pdu-a1", role="inlet", index="1") > 0
        assert not m.all("hallwatt_site_power_watts"), "a sum over silent meters is no sum"
        hall.start_sim()
        until("every device is up again", hall.all_up, 120)
        holds(lambda: check_words([line for line in hall.logged().splitlines() if "logger=srv-03" in line]))
        assert hall.stop() == 0


main()
