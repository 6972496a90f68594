# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""The daemon and its sessions: none is left behind, a refused password is tried twice, lost packets lose no polls. The simulator's
own counters are the judge."""
import re
import signal
import sys
import time

from bmcs import PASSWORD, STILL_S, Bmcs, Daemon, Folder, Watch, secret, sleep_until, together, unless_it_stood_still, until

HALLWATT, HALLSIM, CLOCK = sys.argv[1:4]


def devices(bmcs):
    return [(f"srv-{k}", bmcs.address(k)) for k in range(bmcs.count)]


def credentials(path, more=""):
    return f"{{user: hallwatt, password: {{file: {path}}}{more}}}"


def both_answer(bmcs, daemon):
    return lambda: bmcs.control("total"), lambda: daemon.get("/-/ready")


def sessions_end(password, more, what):
    with Bmcs(HALLSIM, count=20, profile="each") as bmcs:
        served = [d for k, d in enumerate(devices(bmcs)) if k % 10 != 1] # keyed ones want another password
        with Daemon(HALLWATT, credentials(password, more), served, "3s") as daemon:
            until("all are up", daemon.all_up)
            daemon.await_polls(3 * len(served))
            until("all are up still", daemon.all_up)
            if what == "kept":
                until("each has its session", lambda: bmcs.control("total")["live_sessions"] >= len(served))
                logins, m = bmcs.control("total")["logins"], daemon.metrics()
                lost = m.one("hallwatt_ipmi_sessions_lost_total") + m.one("hallwatt_ipmi_timeouts_total")
                assert logins <= 2 * len(served) + lost, (logins, lost)
            else:
                until("not each has a session", lambda: bmcs.control("total")["live_sessions"] < len(served))
                until("each poll logs in", lambda: bmcs.control("total")["logins"] > 2 * len(served))
            assert daemon.stop() == 0
        total = bmcs.control("total")
        assert total["live_sessions"] == 0, total
        assert total["replayed"] == total["outside_window"] == total["bad_mac"] == 0, total


def wrong_password(folder):
    """Two tries each, though every BMC stands three times in the configuration."""
    wrong = secret(folder.dir, "changing", "not-the-password")
    with Bmcs(HALLSIM, count=10, faults=["*:lockout"], arguments=["--slots", "4"]) as bmcs: # of an account, at the third
        again = [(f"again-{k}-{n}", bmcs.address(k)) for k in range(bmcs.count) for n in range(2)]
        with Daemon(HALLWATT, credentials(wrong), devices(bmcs) + again) as daemon:
            until("two tries were made", lambda: bmcs.control("total")["logins_failed"] >= 20)
            daemon.await_polls(3 * len(devices(bmcs) + again))
            until("that is written", lambda: [n.split()[1] for n in daemon.notes("refused")] == ["2"] * len(devices(bmcs) + again))
            daemon.stop(signal.SIGKILL)
            daemon.start()
            daemon.await_polls(3 * len(devices(bmcs) + again))
            for bmc in bmcs.control("all"):
                assert bmc["logins_failed"] == 2, bmc
            assert daemon.metrics().one("hallwatt_ipmi_logins_refused_total") == 0, "after the restart none is tried"
            secret(folder.dir, "changing", PASSWORD)
            daemon.reload()
            until("the right password is taken at once", daemon.all_up)
            assert daemon.stop() == 0
        total = bmcs.control("total")
        assert total["live_sessions"] == 0 and total["lockouts"] == 0, total


def by_name(folder, password):
    """A BMC under its address and under a name has two tries, too; and it is read under both when the password is right."""
    wrong = secret(folder.dir, "named", "not-the-password")
    with Bmcs(HALLSIM, base="127.0.0.1", count=1) as bmcs:
        both = [("address", bmcs.address(0)), ("name", f"ipmi://localhost:{bmcs.port}")]
        if bmcs.has_v6():
            both.append(("six", f"ipmi://[::1]:{bmcs.port}")) # another address: two more
        most = 4 if len(both) == 3 else 2
        with Daemon(HALLWATT, credentials(wrong), both) as daemon:
            until("the tries are made", lambda: bmcs.control("total")["logins_failed"] >= most)
            daemon.await_polls(5 * len(both))
            assert bmcs.control("total")["logins_failed"] == most
            secret(folder.dir, "named", PASSWORD)
            daemon.reload()
            until("all are read", daemon.all_up)
            until("all give power", lambda: len(daemon.metrics().all("hallwatt_power_watts", role="chassis", index="total")) == len(both))
            assert daemon.stop() == 0
        assert bmcs.control("total")["live_sessions"] == 0


def no_k_g(folder):
    """The password is right and K_g is missing: the session that the BMC then has cannot be closed, so there are two of them, not all."""
    right = secret(folder.dir, "keyed", "twenty-octets-secret")
    with Bmcs(HALLSIM, count=2, profile="keyed") as bmcs:
        with Daemon(HALLWATT, credentials(right), devices(bmcs)) as daemon:
            until("it is told why", lambda: daemon.log().count("is not signed with the session's key") == 2)
            until("two tries were made", lambda: bmcs.control("total")["opens"] >= 4)
            daemon.await_polls(5 * bmcs.count)
            until("two of each were refused", lambda: daemon.metrics().one("hallwatt_ipmi_logins_refused_total") == 4)
            opens = bmcs.control("total")["opens"]
            assert opens <= 4 + daemon.metrics().one("hallwatt_ipmi_retries_total"), opens
            assert daemon.stop() == 0


def two_passwords(folder, password):
    """A device with a wrong password beside one with the right one: its two tries, and the other is read on, session by session."""
    with Bmcs(HALLSIM, count=3) as bmcs:
        wrong = secret(folder.dir, "wrong", "not-the-password")
        stale = f"  stale: {{ipmi: {credentials(wrong, ', session: close')}}}\n"
        both = devices(bmcs) + [(f"stale-{k}", bmcs.address(k), "stale") for k in range(bmcs.count)]
        with Daemon(HALLWATT, credentials(password, ", session: close"), both, others=stale) as daemon:
            until("the wrong ones were tried", lambda: all(b["logins_failed"] == 2 for b in bmcs.control("all")))
            before = bmcs.control("total")["logins"]
            until("the right ones go on", lambda: bmcs.control("total")["logins"] >= before + 12)
            up = lambda: dict((l["device"], v) for l, v in daemon.metrics().all("hallwatt_device_up"))
            until("the right ones alone are up", lambda: all(v == (not name.startswith("stale")) for name, v in up().items()))
            assert all(b["logins_failed"] == 2 for b in bmcs.control("all"))
            assert daemon.stop() == 0


def full_for_long(password):
    """No session free is no outage, but it is told after ten minutes, counted, and gives no value; 60 of the daemon's seconds in one."""
    with Bmcs(HALLSIM, count=3, faults=["*:full"]) as bmcs:
        began = time.monotonic()
        with Daemon(HALLWATT, credentials(password), devices(bmcs), "30s", clock=CLOCK, speed=60) as daemon:
            def told():
                return re.findall(r"logger=(\S+) msg=\"there, but without a value for 10 minutes, (\d+) polls", daemon.log())

            until("it is told of each", lambda: len({device for device, _ in told()}) == 3, 180)
            until("they are counted", lambda: daemon.metrics().one("hallwatt_ipmi_bmcs_empty") == 3, 180)
            m = daemon.metrics()
            assert m.one("hallwatt_ipmi_polls_empty_total") >= sum(int(polls) for _, polls in told())
            until("that is no outage", daemon.all_up)
            assert not m.all("hallwatt_power_watts")
            asked, minutes = bmcs.control("total")["no_slot"], time.monotonic() - began
            repeated = daemon.metrics().one("hallwatt_ipmi_retries_total")
            assert asked <= 3 * (minutes + 2) + repeated, f"{asked} times in {minutes} minutes: more than once a minute"
            silences = daemon.log().count("silent:")  # of a simulator that stood still; each may be followed by ten minutes more
            assert len(told()) <= 3 + silences, told()
            bmcs.control("clear")
            until("they give values again", lambda: len(set(re.findall(r"logger=(\S+) msg=\"gives values again", daemon.log()))) == 3)
            until("none is counted", lambda: daemon.metrics().one("hallwatt_ipmi_bmcs_empty") == 0)
            until("there is power", lambda: daemon.metrics().all("hallwatt_power_watts"))
            assert daemon.stop() == 0


def killed_four_times(password):
    """Each kill leaves a session on every BMC. With all slots taken the daemon waits, and nobody is called down for it. The sessions
    left must last as long as four starts take here."""
    assert any(killed_with(password, idle_s) for idle_s in (40, 160, 640)), "the BMCs are never full"


def killed_with(password, idle_s):
    """False: some sessions were over before the last ones began."""
    with Bmcs(HALLSIM, count=5, arguments=["--slots", "4", "--idle", str(idle_s)]) as bmcs:
        with Daemon(HALLWATT, credentials(password), devices(bmcs)) as daemon:
            for _ in range(4):
                until("all are up", daemon.all_up)
                daemon.stop(signal.SIGKILL)
                daemon.start()
            total = until("the BMCs are full, or were never", lambda: next((t for t in [bmcs.control("total")] if t["no_slot"] >= 5
                                                                            or t["sessions_idle"] > 0), None))
            if total["no_slot"] < 5:
                return False
            until("they are full to us", lambda: daemon.metrics().one("hallwatt_ipmi_sessions_full_total") >= 5)
            down = [line for line in daemon.log().splitlines() if ("silent:" in line or "cannot be read:" in line) and "session" in line]
            assert not down, down
            until("all give power again", lambda: len(daemon.metrics().all("hallwatt_power_watts", role="chassis", index="total")) >= 5
                  and daemon.metrics().one("hallwatt_ipmi_sessions_opened_total") >= 5, 2 * idle_s + 60)
            assert daemon.stop() == 0
        assert bmcs.control("total")["live_sessions"] <= 4 * 5 - 5
    return True


def loss(password):
    """10 % of the packets lost, each way."""
    with Bmcs(HALLSIM, count=100) as bmcs:
        with Daemon(HALLWATT, credentials(password, ", sensors: none"), devices(bmcs), "5s", "timeout: 5s\n") as daemon:
            until("all are up", daemon.all_up)
            bmcs.control("fault *:drop=10")

            def few_are_missed():
                before = daemon.metrics()
                daemon.await_polls(700)
                after = daemon.metrics()
                polls = after.one("hallwatt_scheduler_polls_total") - before.one("hallwatt_scheduler_polls_total")
                missed = after.one("hallwatt_scheduler_polls_missed_total") - before.one("hallwatt_scheduler_polls_missed_total")
                assert missed < polls / 100, (polls, missed)
                print(f"{polls:.0f} polls, {missed:.0f} missed")

            unless_it_stood_still(few_are_missed, *both_answer(bmcs, daemon))


def forgetful(password):
    """Sessions that vanish without a word cost a poll's time, not the poll."""
    with Bmcs(HALLSIM, count=10, faults=["*:forget=7"]) as bmcs:
        with Daemon(HALLWATT, credentials(password, ", sensors: none"), devices(bmcs), "5s", "timeout: 5s\n") as daemon:
            until("all are up", daemon.all_up)
            def counts():
                m = daemon.metrics()
                return m.one("hallwatt_ipmi_sessions_lost_total"), m.one("hallwatt_scheduler_polls_missed_total")

            def none_is_missed():
                lost, missed = counts()
                until("ten sessions more have vanished", lambda: counts()[0] >= lost + 10, 120)
                assert counts()[1] == missed, "polls are missed"

            unless_it_stood_still(none_is_missed, *both_answer(bmcs, daemon))
            assert daemon.stop() == 0


def restless(password):
    """Who stands still for long looks slower than he is, is asked again, and refuses: that was no fault."""
    for tries_left in (3, 2, 1, 0):
        with Bmcs(HALLSIM, count=4, faults=["*:delay=700/720", "*:restless", "*:lockout=2/600"]) as bmcs:
            with Daemon(HALLWATT, credentials(password, ", sensors: none, session: close"), devices(bmcs), "20s", "timeout: 15s\n") as daemon:
                with Watch(*both_answer(bmcs, daemon)) as watch:
                    try:
                        restless_is_learnt(bmcs, daemon)
                    except AssertionError:
                        if watch.longest_s < STILL_S or tries_left == 0:
                            raise
                        continue
                assert daemon.stop() == 0
            assert bmcs.control("total")["live_sessions"] == 0
        return


def restless_is_learnt(bmcs, daemon):
    """Slow ones that make a new random number for each RAKP 1: their refusal of the answer to the one before is not the password's fault."""
    until("all are up", daemon.all_up, 150)
    first = bmcs.control("total")
    assert 0 < first["logins_failed"] <= bmcs.count, first
    until("they are read again", lambda: bmcs.control("total")["logins"] >= 2 * bmcs.count, 150)
    again = bmcs.control("total")
    assert again["logins_failed"] == first["logins_failed"], "it was learnt to wait"
    assert daemon.metrics().one("hallwatt_ipmi_logins_refused_total") == 0


def downgrade(password):
    """Who has done 17 is not asked for 3, also after a restart."""
    with Bmcs(HALLSIM, count=2) as bmcs:
        with Daemon(HALLWATT, credentials(password), devices(bmcs)) as daemon:
            until("all are up", daemon.all_up)
            until("what was learnt is written", lambda: daemon.notes("cipher_suite") == ["17"] * 2)
            daemon.stop()
            logins = bmcs.control("total")["logins"]
            bmcs.control("fault *:no-suite-17")
            daemon.start()
            until("both are refused", lambda: daemon.log().count("took cipher suite 17") >= 2)
            assert not any(v == 1 for _, v in daemon.metrics().all("hallwatt_device_up"))
            daemon.stop()
        assert bmcs.control("total")["logins"] == logins


def holds_double(folder):
    """Two tries, a quarter of an hour, two tries, half an hour ...; 150 of the daemon's seconds in one."""
    wrong = secret(folder.dir, "wrong", "not-the-password")
    with Bmcs(HALLSIM, count=3) as bmcs:
        with Daemon(HALLWATT, credentials(wrong), devices(bmcs), "30s", clock=CLOCK, speed=150) as daemon:
            def tries():
                return {bmc["logins_failed"] for bmc in bmcs.control("all")}

            def await_tries(count):
                """When it was not so yet, and when it was: each BMC has had so many tries."""
                looked = time.monotonic()
                end = looked + 120
                while True:
                    before, looked = looked, time.monotonic()
                    found = tries() or {0}
                    assert max(found) <= count or time.monotonic() - before > 3, found  # who comes late may find the next ones, too
                    if min(found) >= count:
                        return before, time.monotonic()
                    assert looked < end, f"after 120 s still not {count} tries each: {found}"
                    time.sleep(0.1)

            first, _ = await_tries(2)
            second, end = await_tries(4)
            assert 15 * 60 <= (end - first) * 150, "the first hold is a quarter of an hour"
            _, end = await_tries(6)
            assert 30 * 60 <= (end - second) * 150, "the second is half an hour"
            assert daemon.stop() == 0


def disagreement(password):
    """DCMI and the supplies say different things for ten minutes: a word about it, once, and of no other BMC."""
    with Bmcs(HALLSIM, count=10, profile="each") as bmcs:
        both = [("agreed", bmcs.address(0)), ("quarrel", bmcs.address(7))]
        with Daemon(HALLWATT, credentials(password), both, "30s", clock=CLOCK, speed=100) as daemon:
            until("it is told", lambda: "the power supplies together says" in daemon.log(), 150)
            sleep_until(time.monotonic() + 6)
            lines = [line for line in daemon.log().splitlines() if "the first counts" in line]
            assert len(lines) == 1 and "logger=quarrel" in lines[0] and "DCMI says" in lines[0], lines
            assert daemon.stop() == 0


def events(daemon):
    """The store's events about hardware, as device, subject, old and new."""
    return daemon.stored("SELECT kind, device, subject, before, after FROM event WHERE kind LIKE '%replaced' OR kind LIKE 'part%' ORDER BY id")


def joules(daemon):
    return {l["device"]: v for l, v in daemon.metrics().all("hallwatt_energy_joules_total", role="chassis", index="total")}


def exchanged_parts(password):
    """A power supply that is exchanged while the daemon runs, while it is down, and after a kill: one event each, and the meters of the
    server go on. One that falls silent is not gone."""
    supply = lambda server, letter, second="A": f"PS{'AB'[letter]}{server:06}{second}"
    changed = lambda server, bay, old="A", new="B": ("device_replaced", f"srv-{server}", f"psu {bay}", supply(server, bay - 1, old),
                                                   supply(server, bay - 1, new))
    with Bmcs(HALLSIM, count=3) as bmcs:
        with Daemon(HALLWATT, credentials(password, ", refresh: 1s, inventory: 1s"), devices(bmcs)) as daemon:
            until("all are metered", lambda: len(joules(daemon)) == 3)

            def inventories(k, more):
                wanted = bmcs.control(f"bmc {k}")["commands"] + more
                until("the inventory is read again", lambda: bmcs.control(f"bmc {k}")["commands"] >= wanted)

            bmcs.control("fault 2:supply-mute=2")
            inventories(2, 200)
            assert events(daemon) == []
            bmcs.control("fault 0:supply-replaced=1")
            found = [changed(0, 1)]
            until("the exchange is told", lambda: events(daemon) == found)
            before = joules(daemon)
            until("the meter goes on", lambda: joules(daemon)["srv-0"] > before["srv-0"])
            daemon.stop()
            bmcs.control("fault 1:supply-replaced=2")
            daemon.start()
            found.append(changed(1, 2))
            until("the exchange is told after the start", lambda: events(daemon) == found)
            daemon.stop(signal.SIGKILL)
            daemon.start()
            until("all are up again", daemon.all_up)
            inventories(1, 200)
            assert events(daemon) == found, events(daemon)
            after = joules(daemon)
            assert all(after[k] >= before[k] for k in before), (before, after)
            bmcs.control("clear")
            found += [changed(0, 1, "B", "A"), changed(1, 2, "B", "A")]
            until("both are back", lambda: sorted(events(daemon)) == sorted(found))
            bmcs.control("fault 2:replaced")
            found.append(("device_replaced", "srv-2", "chassis", "SRV000002A", "SRV000002B"))
            until("another server is one event", lambda: sorted(events(daemon)) == sorted(found))
            inventories(2, 200)
            assert sorted(events(daemon)) == sorted(found), events(daemon)
            assert daemon.stop() == 0


def whole_sums(password):
    """Without DCMI the supplies are summed: all of them or none, although the BMC is too busy for one of them now and then, and
    although none of them reads at the start."""
    with Bmcs(HALLSIM, count=1, profile="early", faults=["*:unavailable"]) as bmcs:
        total = lambda: daemon.metrics().one("hallwatt_power_watts", role="chassis", index="total")
        with Daemon(HALLWATT, credentials(password, ", refresh: 1s"), devices(bmcs)) as daemon:
            until("it is up", daemon.all_up)
            sleep_until(time.monotonic() + 3)
            assert total() is None
            bmcs.control("clear")
            least = until("the supplies read", total) * 3 / 4
            bmcs.control("fault *:busy=4/10")
            end, seen = time.monotonic() + 20, 0
            while time.monotonic() < end + (0 if seen > 0 else 60):
                now = total()
                seen += now is not None
                assert now is None or now > least, (now, least)
                sleep_until(time.monotonic() + 0.25)
            busy = bmcs.control("total")
            bmcs.control("clear")
            until("all read again", lambda: total() is not None)
            assert seen > 0, busy
            assert daemon.stop() == 0


def main():
    with Folder() as folder:
        password = secret(folder.dir, "password", PASSWORD)
        tests = {"killed": lambda: killed_four_times(password), "full": lambda: full_for_long(password), "holds": lambda: holds_double(folder),
                 "parts": lambda: exchanged_parts(password), "loss": lambda: loss(password), "sums": lambda: whole_sums(password),
                 "restless": lambda: restless(password), "forgetful": lambda: forgetful(password), "wrong": lambda: wrong_password(folder),
                 "two": lambda: two_passwords(folder, password), "name": lambda: by_name(folder, password),
                 "kept": lambda: sessions_end(password, "", "kept"),
                 "closed": lambda: sessions_end(password, ", session: close", "closed"), "k_g": lambda: no_k_g(folder),
                 "disagreement": lambda: disagreement(password), "downgrade": lambda: downgrade(password)}
        together({name: tests[name] for name in sys.argv[4:] or tests})


main()
