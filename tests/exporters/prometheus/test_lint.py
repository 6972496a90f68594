#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""The lint finds what it is for: each rule is broken once.

    test_lint.py PRINT      PRINT: the program that writes the synthetic exposition"""
import subprocess
import sys
import unittest

from lint import lint

GOOD_TEXT = """\
# HELP hallwatt_power_watts Active power.
# TYPE hallwatt_power_watts gauge
hallwatt_power_watts{device="a",index="1"} 1.5
hallwatt_power_watts{device="a",index="2"} -2
# HELP hallwatt_device_polls_total Polls.
# TYPE hallwatt_device_polls_total counter
hallwatt_device_polls_total{device="a \\"b\\" \\\\ \\n"} 3
"""
GOOD_OPEN = """\
# HELP hallwatt_energy_joules Energy.
# TYPE hallwatt_energy_joules counter
# UNIT hallwatt_energy_joules joules
hallwatt_energy_joules_total{device="a"} 1
# HELP hallwatt_device What it is.
# TYPE hallwatt_device info
hallwatt_device_info{device="a"} 1
# EOF
"""
PRINT = None


def gauge(name, rest=' 1\n', help_text="Help.", kind="gauge"):
    return f"# HELP {name} {help_text}\n# TYPE {name} {kind}\n{name}{rest}"


class Rules(unittest.TestCase):
    def finds(self, text, part, openmetrics=False):
        findings = lint(text.encode() if isinstance(text, str) else text, openmetrics)
        self.assertTrue(any(part in finding for finding in findings), f"{part!r} not in {findings}")

    def test_good_pages_pass(self):
        self.assertEqual(lint(GOOD_TEXT.encode(), False), [])
        self.assertEqual(lint(GOOD_OPEN.encode(), True), [])

    def test_units(self):
        for name in ("hallwatt_load_percent", "hallwatt_energy_kwh", "hallwatt_poll_ms", "hallwatt_wait_minutes",
                     "hallwatt_link_mbps", "hallwatt_fan_rpm", "hallwatt_power_kw", "hallwatt_traffic_octets"):
            self.finds(gauge(name), "base units only")
        self.finds(gauge("hallwatt_watts_inlet"), "in the middle")

    def test_names(self):
        self.finds(gauge("hallwatt_Power_watts"), "snake_case")
        self.finds(gauge("hallwatt__power_watts"), "snake_case")
        self.finds(gauge("power_watts"), "prefixes")
        self.finds(gauge("hallwatt_polls", kind="counter"), "end in _total")
        self.finds(gauge("hallwatt_polls_total"), "end in _total")

    def test_descriptions(self):
        self.finds("hallwatt_up 1\n", "no HELP")
        self.finds("# HELP hallwatt_up Help.\nhallwatt_up 1\n", "no TYPE")
        self.finds("hallwatt_up 1\n# HELP hallwatt_up Help.\n# TYPE hallwatt_up gauge\n", "after its samples")
        self.finds("# HELP hallwatt_up Help.\n" + gauge("hallwatt_up"), "twice")
        self.finds("# HELP hallwatt_up Help.\n# TYPE hallwatt_up gauge\n", "no samples")
        self.finds(gauge("hallwatt_up", kind="number"), "unknown type")
        self.finds(gauge("hallwatt_up", help_text="a \\t b"), "escape")

    def test_series(self):
        self.finds(gauge("hallwatt_up", '{device="a"} 1\nhallwatt_up{device="a"} 2\n'), "same series")
        self.finds(gauge("hallwatt_up", '{device="a",index="b"} 1\nhallwatt_up{index="b",device="a"} 2\n'), "same series")
        self.finds(gauge("hallwatt_a") + gauge("hallwatt_b") + "hallwatt_a 2\n", "not together")
        self.finds(gauge("hallwatt_up", '{device="a",device="b"} 1\n'), "label twice")
        self.finds(gauge("hallwatt_up", '{customer="a"} 1\n'), "not on the list")
        self.finds(gauge("hallwatt_up", '{device="a" b"} 1\n'), "cannot be read")

    def test_values(self):
        self.finds(gauge("hallwatt_up", " one\n"), "no number")
        self.finds(gauge("hallwatt_up", " 1,5\n"), "no number")
        self.finds(gauge("hallwatt_up", " 1 1700000000\n"), "timestamp")
        self.finds(gauge("hallwatt_polls_total", " -1\n", kind="counter"), "is -1")
        self.finds(gauge("hallwatt_build_info", " 2\n"), "not 1")

    def test_octets(self):
        self.finds(b"# HELP hallwatt_up Help.\n# TYPE hallwatt_up gauge\nhallwatt_up{device=\"\xe5\"} 1\n", "UTF-8")
        self.finds(gauge("hallwatt_up", " 1"), "not ended")
        self.finds(gauge("hallwatt_up", " 1\r\n"), "carriage")
        self.finds(gauge("hallwatt_up") + "\n", "empty line")
        self.finds("", "no samples at all")

    def test_openmetrics(self):
        self.finds(GOOD_OPEN.replace("# EOF\n", ""), "does not end", True)
        self.finds("# EOF\n" + GOOD_OPEN, "not the last", True)
        self.finds(GOOD_OPEN.replace("# UNIT hallwatt_energy_joules joules\n", ""), "UNIT None", True)
        self.finds(GOOD_OPEN.replace(" joules\n", " watts\n"), "does not end in its unit", True)
        self.finds(GOOD_OPEN.replace("joules_total", "joules"), "no HELP", True)
        self.finds(GOOD_OPEN.replace("hallwatt_energy_joules ", "hallwatt_energy_joules_total "), "suffix", True)
        self.finds("# UNIT hallwatt_power_watts watts\n" + GOOD_TEXT, "OpenMetrics only")


class Exposition(unittest.TestCase):
    """The real thing passes both judges."""

    def page(self, accept):
        return subprocess.run([PRINT, accept], check=True, stdout=subprocess.PIPE).stdout

    def test_our_lint(self):
        for accept, openmetrics in (("", False), ("text/plain;version=1.0.0", False),
                                    ("application/openmetrics-text", True),
                                    ("application/openmetrics-text;version=0.0.1", True)):
            self.assertEqual(lint(self.page(accept), openmetrics), [], accept)

    def test_promtool(self):
        done = subprocess.run(["promtool", "check", "metrics"], input=self.page(""), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        self.assertEqual((done.returncode, done.stdout.decode()), (0, ""))


if __name__ == "__main__":
    PRINT = sys.argv.pop()
    unittest.main()
