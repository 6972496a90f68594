# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""The daemon on simulated Redfish services: sessions are kept, closed and found again; passwords are not tried for long; a changed
certificate is refused."""
import os
import signal
import sqlite3
import sys
import time

from hall import Hall, holds, until

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "collectors", "redfish"))
import peer

SERVICES = 4


class Bmcs(Hall):
    def start_sim(self):
        options = ["--count", str(SERVICES + 1), "--slots", "2", "--port", str(self.sim_port), *self.sim_arguments]
        self.server = peer.Peer(self.hallsim, *options, base="127.31.5.1")
        self.sim = self.server.process

    def write_config(self):
        self.config = os.path.join(self.dir, "hallwatt.yaml")
        with open(os.path.join(self.dir, "wrong"), "w") as out:
            out.write("guess")
        with open(os.path.join(self.dir, "right"), "w") as out:
            out.write(peer.PASSWORD)
        for name in ("wrong", "right"):
            os.chmod(os.path.join(self.dir, name), 0o600)
        devices = "\n".join(f"  - {{id: srv-{i}, address: redfish://{self.server.address(i)}, credentials: bmcs, site: s, power_role: it}}"
                            for i in range(SERVICES))
        with open(self.config, "w") as out:
            out.write(f"""listen: 127.0.0.1:{self.port}
state: {self.dir}/state
interval: 1s
credentials:
  bmcs: {{redfish: {{user: {peer.USER}, password: {{file: right}}, detail: 1s}}}}
  locked: {{redfish: {{user: {peer.USER}, password: {{file: wrong}}}}}}
sites:
  - {{id: s, name: Site, country: SE, bidding_zone: SE1, timezone: Europe/Stockholm, rated_it_power: 10 kW}}
devices:
{devices}
  - {{id: wrong, address: redfish://{self.server.address(SERVICES)}, credentials: locked, site: s, power_role: it}}
""")

    def right_ones_up(self):
        ups = {l["device"]: v for l, v in self.metrics().all("hallwatt_device_up")}
        return all(ups.get(f"srv-{i}") == 1 for i in range(SERVICES))

    def count(self, number):
        return self.server.tell(f"service {number}")


    def logins(self):
        return [self.count(i)["logins"] for i in range(SERVICES)]

    def errors(self):
        """What went wrong with the right ones but for time: the polls that tells of, and how many did not just run out of it."""
        m = self.metrics()
        polls = [m.one("hallwatt_device_polls_total", device=f"srv-{i}") or 0 for i in range(SERVICES)]
        return polls, sum(v for l, v in m.all("hallwatt_device_poll_errors_total") if l["device"] != "wrong" and l["reason"] != "timeout")

    def polled_on(self, polls=3):
        """Every service, so many times."""
        first = self.errors()[0]
        until("some more polls", lambda: all(n >= f + polls for n, f in zip(self.errors()[0], first)))

    def end(self):
        """The end, which leaves no session behind; with a service that stood still the next run takes it away."""
        for _ in range(3):
            before = self.logged().count("left behind")
            assert self.stop() == 0
            left = self.server.counts()["live_sessions"]
            if left == 0:
                return
            assert self.logged().count("left behind") == before + left, f"{left} sessions were left behind"
            self.start()
            until("every service is read again", self.right_ones_up)
        raise AssertionError(f"{left} sessions were left behind, three times")


def values(hall):
    """Each is of the last poll, or of what was read some seconds before it."""
    m = hall.metrics()
    now_ms = hall.server.counts()["now_ms"]
    for number in range(SERVICES):
        device = f"srv-{number}"
        watts = m.one("hallwatt_power_watts", device=device, role="chassis")
        read_ms, took_ms = (1000 * m.one(f"hallwatt_device_{what}_seconds", device=device) for what in ("last_success_timestamp", "poll_duration"))
        times = range(int(read_ms - took_ms) - 10000, now_ms + 1000, 1000)
        assert watts in {peer.simulated_watts(1, number, at) for at in times}, (number, watts, times)


def single_reads_take_over(arguments):
    """A service that no longer expands its collections is read member by member."""
    with Bmcs(*arguments, sim_arguments=["--profile", "modern"]) as hall:
        temperatures = lambda: len([v for l, v in hall.metrics().all("hallwatt_temperature_celsius") if l["device"] == "srv-0"])
        until("temperatures come with their collection", lambda: temperatures() == 7)
        hall.server.fault("no-expand")
        before = hall.count(0)["requests"]
        until("members are read", lambda: hall.count(0)["requests"] > before + 40)
        until("temperatures come with them", lambda: temperatures() == 7)
        hall.stop()


def exchanged_supplies(arguments):
    """A supply that is exchanged while the daemon runs, while it is down, and before a kill: one event for each service, once, and the
    meters go on. An empty bay is no exchange, until another supply comes."""
    def events():
        with sqlite3.connect(f"file:{os.path.join(hall.dir, 'state', 'hallwatt.db')}?mode=ro", uri=True, timeout=60) as db:
            return set(db.execute("SELECT kind, device, subject, before, after, count(*) FROM event WHERE kind LIKE '%replaced' OR"
                                  " kind LIKE 'part%' GROUP BY 1, 2, 3, 4, 5"))

    def each(kind, bay, before, after):
        number = lambda i, text: text and f"SIMPSU{i:06}{bay}{text[1:]}"  # "A" the first one, "AX" its successor
        return {(kind, f"srv-{i}", f"psu {bay}", number(i, before), number(i, after), 1) for i in range(SERVICES)}

    def joules():
        return {l["device"]: v for l, v in hall.metrics().all("hallwatt_energy_joules_total", role="chassis", index="total")}

    with Bmcs(*arguments) as hall:
        until("all are metered", lambda: len(joules()) == SERVICES)
        hall.server.fault("supply:1")
        found = each("device_replaced", 0, "A", "AX")
        until("the exchange is told", lambda: events() == found)
        before = joules()
        hall.server.fault("supply:1", "pulled:2")
        found |= each("part_removed", 1, "A", "")
        until("the empty bay is told", lambda: events() == found)
        hall.stop()
        hall.server.fault("supply:2")  # another in the bay that was empty; in the other one the first is back
        hall.start()
        found |= each("device_replaced", 1, "A", "AX") | each("device_replaced", 0, "AX", "A")
        until("both are told after the start", lambda: events() == found)
        hall.stop(signal.SIGKILL)
        hall.start()
        until("every service is read after the kill", hall.right_ones_up)
        seen = hall.server.counts()["requests"]
        until("some more polls", lambda: hall.server.counts()["requests"] > seen + 12 * SERVICES)
        hall.server.fault("busy:2", "supply:2")
        seen = hall.server.counts()["requests"]
        until("half of the answers fail", lambda: hall.server.counts()["requests"] > seen + 6 * SERVICES)
        assert events() == found, events() ^ found
        after = joules()
        assert all(after[k] > before[k] for k in before), (before, after)
        hall.stop()


def main():
    exchanged_supplies(sys.argv[1:3])
    single_reads_take_over(sys.argv[1:3])
    with Bmcs(sys.argv[1], sys.argv[2]) as hall:
        until("every service is read", hall.right_ones_up)
        holds(lambda: values(hall))
        logins = hall.logins()
        hall.polled_on(8)
        assert hall.logins() == logins, "a session is kept"
        refused = hall.count(SERVICES)["refused"]
        # An answer that came too late tells the daemon nothing: it has to ask again.
        lost = hall.metrics().one("hallwatt_device_poll_errors_total", device="wrong", reason="timeout")
        assert 1 <= refused <= 2 + lost, f"a wrong password was tried {refused} times"
        errors = hall.errors()[1]
        hall.server.tell("forget")
        until("logged in again", lambda: all(n > before for n, before in zip(hall.logins(), logins)))
        hall.polled_on()
        assert hall.errors()[1] == errors, "a forgotten session is no outage"
        until("every service is read again", hall.right_ones_up)
        hall.end()
        for _ in range(4):  # more often than there are slots: what a killed run left is taken back
            hall.start()
            until("every service is read after a kill", hall.right_ones_up)
            hall.stop(signal.SIGKILL)
        hall.start()
        until("every service is read after the last kill", hall.right_ones_up)
        hall.end()

        hall.server.close()
        hall.start_sim()  # another key
        hall.start()
        until("the other key is told", lambda: "another key" in hall.logged())
        time.sleep(2)
        assert hall.server.counts()["logins"] == 0 and hall.server.counts()["refused"] == 0, "nothing was sent to it"
        hall.stop()


main()
