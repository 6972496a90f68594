# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""A hall whose devices all want to be surveyed at one moment: some wait for their turn, which is no missed poll, and all come up."""
import re
import signal
import sys
import time

from hall import Hall, until

DEVICES = 150


def stand_still(hall, powers):
    """In the midst of the surveys the hall says nothing for so long that requests are given up: no device loses a column by it."""
    hall.edit(lambda text: text.replace("timeout: 30s", "timeout: 5s").replace("timeout: 10s", "timeout: 300ms"))
    hall.sim.send_signal(signal.SIGSTOP)
    try:
        hall.start()
        until("all were greeted", lambda: hall.metrics().one("hallwatt_snmp_requests_total") >= DEVICES)

        def some_surveyed():
            hall.sim.send_signal(signal.SIGCONT)
            time.sleep(0.01)
            hall.sim.send_signal(signal.SIGSTOP)
            return hall.metrics().one("hallwatt_snmp_surveys_running") > 0
        until("some are surveyed", some_surveyed)
        given_up = hall.metrics().one("hallwatt_snmp_timeouts_total")
        until("requests were given up", lambda: hall.metrics().one("hallwatt_snmp_timeouts_total") >= given_up + 2 * DEVICES, 120)
    finally:
        hall.sim.send_signal(signal.SIGCONT)
    until("every device is up again", hall.all_up, 200)
    assert "gives no answer for" not in hall.logged()
    until("all is read as before", lambda: len(hall.metrics().all("hallwatt_power_watts")) == powers)
    assert hall.stop() == 0


def main():
    with Hall(sys.argv[1], sys.argv[2]) as hall:
        assert hall.stop() == 0
        with open(hall.config) as f:
            pdu = re.search(r'snmp://([0-9.]+:\d+)', f.read())[1]
        with open(hall.config, "w") as f:
            f.write(f"listen: 127.0.0.1:{hall.port}\nstate: {hall.dir}/many\ninterval: 30s\ntimeout: 30s\n"
                    "credentials: {c: {snmp: {community: public, timeout: 10s}}}\n"
                    "sites: [{id: s, name: S, country: SE, timezone: Europe/Stockholm}]\ndevices:\n")
            for i in range(DEVICES):
                f.write(f'  - {{id: d{i}, address: "snmp://{pdu}", credentials: c, site: s, power_role: pdu}}\n')
        hall.sim.send_signal(signal.SIGSTOP)
        try:
            hall.start()
            until("all were greeted", lambda: hall.metrics().one("hallwatt_snmp_requests_total") >= DEVICES)
            assert hall.metrics().one("hallwatt_snmp_surveys_running") == 0, "nobody has answered yet"
        finally:
            hall.sim.send_signal(signal.SIGCONT)
        # They answer within milliseconds of each other, and no more than 64 are surveyed at a time before it is known what one takes.
        m = until("every device is up", hall.all_up, 200)
        put_off, missed = (m.one(f"hallwatt_scheduler_polls_{what}_total") for what in ("put_off", "missed"))
        assert put_off >= m.one("hallwatt_snmp_surveys_waited_total") > 0, (put_off, "polls were put off")
        assert missed == 0, (missed, "polls were missed")
        assert m.one("hallwatt_snmp_surveys_waiting") == m.one("hallwatt_snmp_surveys_running") == 0
        assert "silent" not in hall.logged().split(f"{DEVICES} devices polled")[1], "nobody counts as silent who waits"
        assert hall.stop() == 0
        stand_still(hall, len(m.all("hallwatt_power_watts")))


main()
