# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Metric reports of a Redfish TelemetryService: one stands in for the reads of each poll, with the same values, and never when it is
late, repeated, averaged, in other units, of other properties, doubled, disabled or gone: then the resources themselves are read."""
import itertools
import os
import sys

from hall import Hall, together, until

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "collectors", "redfish"))
import peer

DIRECT = 5  # resources with power: the machine, two supplies, two processors


class Reporting(Hall):
    numbers = itertools.count(20)  # each has addresses of its own

    def __init__(self, hallwatt, hallsim, *faults):
        self.base = f"127.31.{next(self.numbers)}.1"
        self.faults = faults
        super().__init__(hallwatt, hallsim)

    def start_sim(self):
        self.server = peer.Peer(self.hallsim, "--count", "1", "--profile", "reporting", base=self.base)
        self.server.fault(*self.faults)
        self.sim = self.server.process

    def write_config(self):
        self.config = os.path.join(self.dir, "hallwatt.yaml")
        with open(self.config, "w") as out:
            out.write(f"""listen: 127.0.0.1:{self.port}
state: {self.dir}/state
interval: 1s
credentials:
  bmcs: {{redfish: {{user: {peer.USER}, password: {{file: {self.server.password}}}, ca: {self.server.certificate}, detail: 1d}}}}
sites:
  - {{id: s, name: Site, country: SE, timezone: Europe/Stockholm}}
devices:
  - {{id: srv, address: "redfish://{self.server.address()}", credentials: bmcs, site: s, power_role: it}}
""")

    def polls(self):
        return self.metrics().one("hallwatt_device_polls_total", device="srv") or 0

    def saved(self):
        return self.metrics().one("hallwatt_redfish_requests_saved_total") or 0

    def requests_per_poll(self, polls=8):
        """Over some polls that are only polls: no survey, no inventory. One that is under way may count on one side only."""
        first, requests = self.polls(), self.server.counts()["requests"]
        until("some more polls", lambda: self.polls() >= first + polls)
        return (self.server.counts()["requests"] - requests) / (self.polls() - first)

    def values_are_right(self):
        """All values are those of the last few seconds."""
        at, m = self.server.counts()["now_ms"], self.metrics()
        machine = {peer.simulated_watts(1, 0, at - back * 1000) for back in range(5)}
        power = {(l["role"], l["index"]): v for l, v in m.all("hallwatt_power_watts")}
        assert power["chassis", "total"] in machine, (power, machine)
        assert power["psu", "0"] in {w / 2 for w in machine} and power["psu", "1"] in {w / 2 for w in machine}, (power, machine)
        processors = {i: v for (role, i), v in power.items() if "CPU" in i}
        assert sorted(processors.values()) == [60, 60], power
        return power


def stands_in(arguments):
    """The values are those that the resources give, for one request a poll in place of five; and when the report fails, so it does
    for the poll alone: then the resources are read, and after some polls of that only they."""
    with Reporting(*arguments) as hall:
        until("it is polled", lambda: hall.polls() >= 1)
        direct = hall.values_are_right()
        until("the report stands in", lambda: "is read in place of 5 resources" in hall.logged())
        until("it saved something", lambda: hall.saved() > 8)
        assert hall.requests_per_poll() < 2.5, "one report in place of five resources"
        assert set(hall.values_are_right()) == set(direct)
        joules = hall.metrics().all("hallwatt_energy_joules_total", device="srv")
        more = until("registers go on", lambda: [v for (l, v), (_, w) in zip(hall.metrics().all("hallwatt_energy_joules_total", device="srv"),
                                                                         joules) if v > w])
        assert more
        # Without its first value, that of the machine: the rest still saves requests, and the machine is read itself.
        hall.server.fault("report-lacks:1")
        until("four come by report", lambda: hall.requests_per_poll() <= 3)
        for _ in range(3):
            assert hall.requests_per_poll() <= 3
            hall.values_are_right()
        hall.stop()
        assert hall.server.counts()["live_sessions"] == 0


def half_repeats(arguments):
    """A report that is made every second second: the same values for the second time, though not old, are none."""
    with Reporting(*arguments, "report-repeat:2") as hall:
        until("the report stands in", lambda: "is read in place of 5 resources" in hall.logged())
        until("it saved something", lambda: hall.saved() > 8)
        for _ in range(2):
            assert 2.5 <= hall.requests_per_poll() <= DIRECT, "one report in one poll, all resources, too, in the next"
        hall.values_are_right()
        hall.stop()


def stands_down(arguments, fault):
    """On duty, then something goes wrong with it: no poll is lost, and no value is wrong."""
    with Reporting(*arguments) as hall:
        until("the report stands in", lambda: "is read in place of 5 resources" in hall.logged())
        until("it saved something", lambda: hall.saved() > 8)
        hall.server.fault(fault)
        saved = hall.saved()
        until(f"{fault} is noticed", lambda: (hall.values_are_right() or True) and "is read no longer" in hall.logged())
        assert hall.saved() <= saved + 5, fault
        assert hall.requests_per_poll() >= DIRECT - 1, fault
        hall.values_are_right()
        m = hall.metrics()
        assert m.one("hallwatt_device_up", device="srv") == 1 and not m.one("hallwatt_device_polls_missed_total", device="srv")
        hall.stop()


def never_stands_in(arguments, fault, polls=14):
    """What a report must not be taken for: nothing is saved, and the values are right all the time."""
    with Reporting(*arguments, fault) as hall:
        until("it is polled for a while", lambda: hall.polls() >= polls and (hall.values_are_right() or True))
        assert hall.saved() <= 0, fault
        assert hall.requests_per_poll() >= DIRECT - 1, fault
        hall.stop()


def main():
    arguments = sys.argv[1:3]
    cases = {"stands in": lambda: stands_in(arguments), "half repeats": lambda: half_repeats(arguments)}
    for fault in ("report-stale", "report-gone", "report-wrong", "report-twice", "report-ahead", "report-repeat:20"):
        cases[f"stands down: {fault}"] = lambda fault=fault: stands_down(arguments, fault)
    for fault in ("report-stale", "report-mean", "report-disabled", "report-kilo", "report-lacks:9"):
        cases[f"never stands in: {fault}"] = lambda fault=fault: never_stands_in(arguments, fault)
    together(cases, 7)


main()
