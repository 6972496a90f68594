# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""From a polled device to /metrics: what the daemon says agrees with what an independent client reads, and with itself."""
import glob
import os
import re
import subprocess
import sys

import yaml

from hall import Hall, holds, until


def snmpget(hall, host, *oids):
    out = subprocess.run(["snmpget", "-v2c", "-c", "public", "-Oqvn", "-t", "5", "-r", "5", f"{host}:{hall.sim_port}",
                          *oids], check=True, capture_output=True, text=True).stdout
    return [int(re.sub(r"[^0-9-]", "", line)) for line in out.split("\n") if line]


def near(a, b, share):
    assert a is not None and abs(a - b) <= share * abs(b), f"{a} is not within {share:.1%} of {b}"


def check_against_snmpget(hall):
    m = hall.metrics()
    watts, = snmpget(hall, "127.9.0.3", "1.3.6.1.4.1.318.1.1.26.4.3.1.5.1")
    near(m.one("hallwatt_power_watts", device="pdu-a1", role="inlet", index="1"), watts * 10, 0.03)
    lines = snmpget(hall, "127.9.0.2", *[f"1.3.6.1.2.1.33.1.4.4.1.4.{i}" for i in (1, 2, 3)])
    near(m.one("hallwatt_site_power_watts", power_role="ups_output"), sum(lines), 0.02)


def check_sums(m):
    power = {l["power_role"]: v for l, v in m.all("hallwatt_site_power_watts")}
    for role in ("grid", "ups_input", "ups_output", "pdu", "it", "cooling"):
        assert role in power or role == "it", f"no site power for {role}: {power}"
    near(power["pdu"], power["ups_output"], 0.02)
    assert power["grid"] > power["ups_input"] + power["cooling"]
    assert 1.0 < power["grid"] / power["ups_output"] < 1.6
    outlets = m.all("hallwatt_power_watts", device="pdu-a1", role="outlet")
    assert len(outlets) == 24
    near(sum(v for _, v in outlets), m.one("hallwatt_power_watts", device="pdu-a1", role="inlet", index="1"), 0.05)


def check_energy_grows(hall):
    first = hall.metrics()
    key = dict(device="grid-1")
    before = sum(v for _, v in first.all("hallwatt_energy_joules_total", **key))
    watts = first.one("hallwatt_site_power_watts", power_role="grid")
    after = until("the grid's energy counter grew by 8 s of power", lambda: next(iter(
        [e for e in [sum(v for _, v in hall.metrics().all("hallwatt_energy_joules_total", **key))]
         if e - before > 8 * watts]), None))
    assert after > before


def check_device_facts(hall):
    (labels, value), = hall.metrics().all("hallwatt_device_info", device="pdu-a1")
    assert value == 1 and labels["vendor"] == "APC" and labels["model"] == "AP8681", labels
    assert labels["profile"].startswith("apc-rpdu2"), labels
    holds(lambda: check_answers_in_time(hall))


def check_answers_in_time(hall, device="pdu-a1"):
    """Five polls in a row; some may have run out of time while the hall or the daemon stood still."""
    def figures(m):
        return [m.one(f"hallwatt_device_{what}_total", device=device, **labels) or 0 for what, labels in (("polls", {}), ("poll_errors", {"reason": "timeout"}))]
    polls, timeouts = figures(hall.metrics())
    m = until("some more polls", lambda: next((m for m in [hall.metrics()] if figures(m)[0] >= polls + 5), None))
    assert figures(m)[1] == timeouts, figures(m)


# Types that are metered over whole periods; others rest on documents and registers, and may be met at once.
METERED = {"pue", "energy", "cpu_utilisation", "storage_utilisation", "network_utilisation", "rack_utilisation", "coverage"}


def metered_requirements(hall):
    for path in glob.glob(os.path.join(hall.dir, "contracts.d", "*.yaml")):
        with open(path) as f:
            contract = yaml.safe_load(f)
        for requirement in contract.get("requirements", []):
            if requirement["type"] in METERED:
                yield contract["id"], requirement["id"]


def check_verdicts(hall):
    statuses = hall.metrics().all("hallwatt_requirement_status")
    metered = set(metered_requirements(hall))
    assert len(metered) > 5
    for contract, requirement in {(l["contract"], l["requirement"]) for l, _ in statuses} | metered:
        mine = {l["status"]: v for l, v in statuses if l["contract"] == contract and l["requirement"] == requirement}
        assert sum(mine.values()) == 1, f"{contract}/{requirement}: {mine}"
        # A hall that was measured for seconds has kept no promise of a month.
        assert not mine["met"] or (contract, requirement) not in metered, f"{contract}/{requirement}: {mine}"


def main():
    with Hall(sys.argv[1], sys.argv[2]) as hall:
        until("every device is up", hall.all_up)
        holds(lambda: check_against_snmpget(hall))
        holds(lambda: check_sums(hall.metrics()))
        check_device_facts(hall)
        check_energy_grows(hall)
        holds(lambda: check_verdicts(hall))
        assert hall.stop() == 0
        assert "level=error" not in hall.logged(), hall.logged()


main()
