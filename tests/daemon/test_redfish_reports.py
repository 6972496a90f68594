# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Metric reports of a Redfish TelemetryService: one stands in for the reads of each poll, with the same values, and never when it is
late, repeated, averaged, in other units, of other properties, doubled, disabled or gone: then the resources themselves are read."""
import http.client
import itertools
import os
import sys
import threading
import time

from hall import Hall, together, until

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "collectors", "redfish"))
import peer

DIRECT = 5  # resources with power: the machine, two supplies, two processors
STILL_S = 0.5  # of a second's poll: who stood still for so long has lost one, and a report that is not given in time rests for half an hour


class StoodStill(Exception):
    """What was found amiss may come of that."""


class Reporting(Hall):
    numbers = itertools.count(20)  # each has addresses of its own

    def __init__(self, hallwatt, hallsim, *faults):
        self.base = f"127.31.{next(self.numbers)}.1"
        self.faults = faults
        self.longest_s = 0
        self.over = threading.Event()
        self.watcher = threading.Thread(target=self.watch)
        super().__init__(hallwatt, hallsim)

    def __enter__(self):
        super().__enter__()
        self.watcher.start()
        return self

    def __exit__(self, kind, error, trace):
        self.over.set()
        if self.watcher.is_alive():
            self.watcher.join()
        super().__exit__(kind, error, trace)
        if kind is not None and issubclass(kind, AssertionError) and self.longest_s > STILL_S:
            raise StoodStill(f"for {self.longest_s:.1f} s") from error

    def watch(self):
        """Sees how long the service, the daemon or this program itself stands still at the most."""
        before = time.monotonic()
        while not self.over.wait(0.2):
            try:
                self.server.counts()
                self.request("/metrics")
            except (OSError, ValueError, http.client.HTTPException):
                pass  # it has been stopped
            now = time.monotonic()
            self.longest_s = max(self.longest_s, now - before - 0.2)
            before = now

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

    def readings(self):
        """A scrape with all powers, or None."""
        m = self.metrics()
        power = {(l["role"], l["index"]): v for l, v in m.all("hallwatt_power_watts")}
        whole = {("chassis", "total"), ("psu", "0"), ("psu", "1")} <= set(power) and sum("CPU" in i for _, i in power) == 2
        return (m, power) if whole else None

    def values_are_right(self):
        """All values are those of the last poll, or of some seconds before it."""
        m, power = until("all powers are read", self.readings)
        read_ms, took_ms = (1000 * (m.one(f"hallwatt_device_{what}_seconds", device="srv") or 0) for what in ("last_success_timestamp", "poll_duration"))
        times = range(int(read_ms - took_ms) - 4000, self.server.counts()["now_ms"] + 1000, 1000)
        machine = {peer.simulated_watts(1, 0, at) for at in times[-3600:]}
        assert power["chassis", "total"] in machine, (power, machine)
        assert power["psu", "0"] in {w / 2 for w in machine} and power["psu", "1"] in {w / 2 for w in machine}, (power, machine)
        processors = {i: v for (role, i), v in power.items() if "CPU" in i}
        assert sorted(processors.values()) == [60, 60], power
        return power

    def missed(self):
        return self.metrics().one("hallwatt_scheduler_polls_missed_total")


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
        missed = hall.missed()
        hall.server.fault(fault)
        saved = hall.saved()
        until(f"{fault} is noticed", lambda: (hall.values_are_right() or True) and "is read no longer" in hall.logged())
        assert hall.saved() <= saved + 5, fault
        assert hall.requests_per_poll() >= DIRECT - 1, fault
        hall.values_are_right()
        assert hall.missed() == missed, "no poll is lost"
        hall.stop()


def never_stands_in(arguments, fault, polls=14):
    """What a report must not be taken for: nothing is saved, and the values are right all the time."""
    with Reporting(*arguments, fault) as hall:
        until("it is polled for a while", lambda: hall.polls() >= polls and (hall.values_are_right() or True))
        assert hall.saved() <= 0, fault
        assert hall.requests_per_poll() >= DIRECT - 1, fault
        hall.stop()


def again_if_it_stood_still(case):
    for _ in range(4):
        try:
            return case()
        except StoodStill as still:
            sys.stderr.write(f"it stood still {still}: again\n")
    return case()


def main():
    arguments = sys.argv[1:3]
    cases = {"stands in": lambda: stands_in(arguments), "half repeats": lambda: half_repeats(arguments)}
    for fault in ("report-stale", "report-gone", "report-wrong", "report-twice", "report-ahead", "report-repeat:20"):
        cases[f"stands down: {fault}"] = lambda fault=fault: stands_down(arguments, fault)
    for fault in ("report-stale", "report-mean", "report-disabled", "report-kilo", "report-lacks:9"):
        cases[f"never stands in: {fault}"] = lambda fault=fault: never_stands_in(arguments, fault)
    together({name: lambda case=case: again_if_it_stood_still(case) for name, case in cases.items()}, 6)


main()
