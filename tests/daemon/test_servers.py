# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Servers behind IPMI and Redfish: what each says is what its two outlets give, and no watt is counted twice."""
import json
import os
import subprocess
import sys

from hall import Hall, holds, until

# Where the blades hang: rack, outlet on its A and its B PDU, and what reads them. Rack A4's PDUs have no meters at outlets.
BLADES = {"blade-a1a": ("1", 22), "blade-a2a": ("2", 22), "blade-a3a": ("3", 22), "blade-a4a": None,
          "blade-a1b": ("1", 5), "blade-a2b": ("2", 5), "blade-a3b": ("3", 5)}
LOSS = 0.004  # in the cords; what is left is rounded: to W, to 8 W a supply where the sensors tell no more
READ_BY = {"blade-a1a": "ipmi", "blade-a1b": "redfish"}


def power(m, device, role, index):
    return m.one("hallwatt_power_watts", device=device, role=role, index=index)


def check_agreement(m):
    for blade, place in BLADES.items():
        told = power(m, blade, "chassis", "total")
        assert told is not None and told > 800, (blade, told)
        if place is None:
            continue
        rack, outlet = place
        outlets = [power(m, f"pdu-{side}{rack}", "outlet", str(outlet)) for side in "ab"]
        assert None not in outlets, (blade, outlets)
        fed = sum(outlets)
        # they are not polled in the same moment: a blade changes by a few W in a second
        assert abs(told - fed * (1 - LOSS)) < 10 + 0.01 * fed, (blade, told, fed)


def check_sums(m):
    inlets = sum(v for l, v in m.all("hallwatt_power_watts", role="inlet") if l["device"].startswith("pdu-"))
    site = m.one("hallwatt_site_power_watts", power_role="pdu")
    assert site is not None and abs(site - inlets) < 0.02 * inlets, (site, inlets)
    ups = m.one("hallwatt_site_power_watts", power_role="ups_output")
    assert ups is not None and ups < 1.03 * site, (ups, site)
    # Not every server tells its power: their sum is not known, and it is not made from those that do.
    assert m.one("hallwatt_site_power_watts", power_role="it") is None


def check_identity(m):
    for blade, profile in READ_BY.items():
        (labels, _), = m.all("hallwatt_device_info", device=blade)
        assert labels["profile"] == profile and labels["serial"] and labels["rack"] == "A1", labels


def check_double_count(hall):
    """A contract that wants a rack and a blade in it would count the blade's watts twice."""
    contracts = os.path.join(hall.dir, "contracts.d")
    path = os.path.join(contracts, "twice.yaml")
    with open(os.path.join(contracts, "fjord-arkiv.yaml")) as f:
        text = f.read()
    for device in ("blade-a1a", "blade-a1b"):
        with open(path, "w") as f:
            f.write(text.replace("id: fjord-arkiv", "id: twice", 1).replace("{rack: A4, share: 0.6}", f"{{rack: A1}}\n  - {{device: {device}}}"))
        done = subprocess.run([hall.hallwatt, "check", "-c", hall.config], capture_output=True, text=True, timeout=120)
        assert done.returncode != 0 and "DOUBLE_COUNT" in done.stdout + done.stderr and device in done.stdout + done.stderr, done
    os.remove(path)


def check_discovery(hall):
    done = subprocess.run([hall.hallwatt, "discover", "127.9.0.24/29", "--port", str(hall.sim_port), "--ipmi-port",
                           str(hall.sim_port), "--format", "json"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert [b["address"] for b in json.loads(done.stdout)["bmcs"]] == [f"127.9.0.{n}" for n in range(27, 31)], done.stdout


def main():
    with Hall(sys.argv[1], sys.argv[2]) as hall:
        m = until("every device is up", hall.all_up)
        check_identity(m)
        holds(lambda: check_agreement(hall.metrics()))
        holds(lambda: check_sums(hall.metrics()))
        before = {b: m.one("hallwatt_energy_joules_total", device=b, role="chassis", index="total") for b in BLADES}
        until("the blades' energy grows", lambda: all(
            (hall.metrics().one("hallwatt_energy_joules_total", device=b, role="chassis", index="total") or 0) > (before[b] or 0)
            for b in BLADES))
        check_double_count(hall)
        holds(lambda: check_discovery(hall))
        hall.stop_sim()
        until("the blades are missed", lambda: all(
            hall.metrics().one("hallwatt_device_up", device=b) == 0 for b in BLADES))
        hall.start_sim()
        until("the blades are back, with the key that they had", hall.all_up, 150)
        holds(lambda: check_agreement(hall.metrics()))
        assert hall.stop() == 0


main()
