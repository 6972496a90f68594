# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""What the daemon serves satisfies promtool, our own lint in both formats, and a real Prometheus that scrapes and is asked."""
import os
import subprocess
import sys

from hall import Hall, until

TOOLS = os.path.join(os.path.dirname(__file__), "..", "exporters", "prometheus")


def lint(text, accept):
    done = subprocess.run([sys.executable, "-B", os.path.join(TOOLS, "lint.py"), "-"], input=text, text=True,
                          capture_output=True)
    assert done.returncode == 0, f"{accept}: {done.stdout}{done.stderr}"


def main():
    with Hall(sys.argv[1], sys.argv[2]) as hall:
        until("every device is up", hall.all_up)
        for accept in ("text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0"):
            lint(hall.request("/metrics", headers={"Accept": accept})[1], accept)
        text = hall.request("/metrics")[1]
        done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True)
        assert done.returncode == 0 and not done.stderr.strip(), done.stdout + done.stderr
        subprocess.run([sys.executable, "-B", os.path.join(TOOLS, "scrape.py"), f"http://127.0.0.1:{hall.port}/metrics",
                        "count(hallwatt_device_up == 1) == 34",
                        "sum(hallwatt_site_power_watts{power_role='pdu'}) > 10000",
                        "sum(hallwatt_energy_joules_total) > 0"], check=True)
        assert hall.stop() == 0


main()
