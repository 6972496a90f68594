#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus scrapes the synthetic snapshot and finds in its store what was served.

    test_scrape.py SERVE"""
import json
import pathlib
import subprocess
import sys
import unittest

SERVE = None
SCRAPE = pathlib.Path(__file__).with_name("scrape.py")

EXPECTED = {
    'hallwatt_power_watts{device="pdu-a1",role="inlet",index="1"}': "1480.5",
    # Prometheus keeps doubles; the page has 9007199254740993.25.
    'hallwatt_energy_joules_total{device="pdu-a1",role="inlet"}': "9007199254740994",
    'hallwatt_requirement_status{contract="hosting-2023",requirement="pue",status="not_met"}': "1",
    'hallwatt_point_info{device="pdu-a1",index="1",name="web \\"1\\"\\\\\\n2"}': "1",
    'hallwatt_device_info{device="pdu-a1"}': "1",
    "scrape_samples_scraped - hallwatt_series": "0",
}


class Scraping(unittest.TestCase):
    def scrape(self, port, *arguments, expected=None):
        return subprocess.run([sys.executable, SCRAPE, *arguments, f"http://127.0.0.1:{port}/metrics", *(expected or EXPECTED)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    def found(self, expected, *server_arguments):
        with subprocess.Popen([SERVE, "127.0.0.1:0", *server_arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            port = int(server.stdout.readline().split()[1])
            done = self.scrape(port, expected=expected)
            server.stdin.close()
            self.assertEqual(server.wait(timeout=60), 0)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        seen = [json.loads(line) for line in done.stdout.decode().splitlines()]
        self.assertEqual({one["expression"]: one["result"][0]["value"][1] for one in seen}, expected)

    def test_what_was_served_is_found(self):
        self.found(EXPECTED)

    def test_a_large_page_comes_in_pieces_and_is_found_whole(self):
        self.found({"count(hallwatt_power_watts)": "6000", "count(hallwatt_energy_joules_total)": "6000",
                    'hallwatt_energy_joules_total{device="pdu-599",index="10"}': "598989846.029",
                    "scrape_samples_scraped - hallwatt_series": "0"}, "devices=600")

    def test_a_page_that_is_not_there_is_a_failure(self):
        with subprocess.Popen([SERVE, "127.0.0.1:0", "unready"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            port = int(server.stdout.readline().split()[1])
            done = self.scrape(port, "--timeout", "10")
            server.stdin.close()
            server.wait(timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"503", done.stderr)


if __name__ == "__main__":
    SERVE = sys.argv.pop()
    unittest.main()
