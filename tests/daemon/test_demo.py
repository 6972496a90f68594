# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""`hallwatt demo`: the past is metered, the hall goes live, verdicts differ between the contracts, Ctrl-C ends all of it."""
import os
import re
import signal
import subprocess
import sys
import tempfile

from hall import Hall, free_port, holds, until

MONTHS = 2


def scrape(port):
    reader = Hall.__new__(Hall)  # only its HTTP side
    reader.port = port
    return reader.metrics() if reader.status("/-/ready") == 200 else None


def check_figures(port):
    m = until("the meters answer", lambda: next((m for m in [scrape(port)] if m and m.one("hallwatt_site_power_watts", power_role="grid")), None))
    pue = m.one("hallwatt_kpi_ratio", site="demo-1", kpi="pue1", window="month")
    assert pue is None or 1.05 < pue < 1.45, pue
    # The servers tell their load and not their power: E_IT at the servers is unknown, not small.
    assert m.one("hallwatt_kpi_ratio", site="demo-1", kpi="pue3", window="month") is None
    ups = m.one("hallwatt_kpi_ratio", site="demo-1", kpi="ups_efficiency", window="month")
    assert ups is None or 0.85 < ups < 1, ups
    energy = sum(v for _, v in m.all("hallwatt_energy_joules_total", device="grid-1"))
    watts = m.one("hallwatt_site_power_watts", power_role="grid")
    seconds = MONTHS * 366 * 86400 / 12
    for blade in ("blade-a1a", "blade-a3a", "blade-a2b"):  # by DCMI, by PSU sensors, by Redfish
        joules = m.one("hallwatt_energy_joules_total", device=blade, role="chassis", index="total")
        now = m.one("hallwatt_power_watts", device=blade, role="chassis", index="total")
        assert now is None or 0.7 < joules / (now * seconds) < 1.3, (blade, joules, now)
    assert 0.7 < energy / (watts * seconds) < 1.3, (energy, watts)


def check_verdicts(port):
    m = until("there are verdicts", lambda: next((m for m in [scrape(port)] if m and m.all("hallwatt_requirement_status")), None))
    status = {(l["contract"], l["requirement"]): l["status"]
              for l, v in m.all("hallwatt_requirement_status") if v == 1}
    assert status["region-journal", "hall-utilisation"] == "met", status
    assert status["kommun-arende", "cpu"] == "not_met", status
    assert status["region-journal", "hall-replacement"] == "expired", status
    assert len({c for c, _ in status}) == 5, status


def arguments(port, sim_port, months):
    return [sys.argv[1], "demo", "--months", str(months), "--listen", f"127.0.0.1:{port}", "--base", "127.9.7.1",
            "--port", str(sim_port)]


def check_second_hall(sim_port, months):
    """The devices' port is taken: that ends the demo, rather than to show a hall that does not answer."""
    second = subprocess.run(arguments(free_port(), sim_port, months), stderr=subprocess.PIPE, text=True, timeout=200)
    assert second.returncode == 1 and "already in use" in second.stderr, (second.returncode, second.stderr)
    assert "the simulated hall" in second.stderr.splitlines()[-1], second.stderr


def check_misuse():
    """A mistake on the command line is told before anything is started."""
    wrong = subprocess.run([sys.argv[1], "demo", "--listen", "foo"], stderr=subprocess.PIPE, text=True, timeout=100)
    assert wrong.returncode == 2 and "has no port" in wrong.stderr and "hallsim" not in wrong.stderr, (wrong.returncode, wrong.stderr)


def check_closed_terminal():
    with tempfile.TemporaryDirectory() as tmp:
        port = free_port()
        demo = subprocess.Popen(arguments(port, free_port(), 0), stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": tmp})
        until("the demo is live", lambda: demo.poll() is not None or scrape(port), 120)
        demo.send_signal(signal.SIGHUP)
        assert demo.wait(60) == 0
        assert not os.listdir(tmp), "the demo left its state behind"


def check_kept_folder():
    """With --dir everything stays in that folder, made where it is missing, however it is called."""
    with tempfile.TemporaryDirectory() as tmp:
        port, program = free_port(), os.path.abspath(sys.argv[1])
        demo = subprocess.Popen([program, *arguments(port, free_port(), 0)[1:], "--dir", "hall"], stderr=subprocess.PIPE, text=True, cwd=tmp)
        until("the demo is live", lambda: demo.poll() is not None or scrape(port), 120)
        demo.send_signal(signal.SIGINT)
        words = demo.communicate(timeout=60)[1]
        assert demo.returncode == 0 and f"{tmp}/hall/hallwatt.yaml" in words, words
        assert os.path.exists(f"{tmp}/hall/state/hallwatt.db"), os.listdir(tmp)


def main():
    check_misuse()
    port, sim_port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as tmp, tempfile.TemporaryFile("w+") as said:
        def words():
            said.seek(0)
            return said.read()
        demo = subprocess.Popen(arguments(port, sim_port, MONTHS), stderr=said, env={**os.environ, "TMPDIR": tmp})
        try:
            until("the demo is live", lambda: demo.poll() is not None or scrape(port), 300)
            assert demo.poll() is None, words()
            holds(lambda: check_figures(port))
            holds(lambda: check_verdicts(port))
            check_second_hall(sim_port, MONTHS)
            check_second_hall(sim_port, 0)
            assert os.listdir(tmp)
            demo.send_signal(signal.SIGINT)
            assert demo.wait(60) == 0
            assert not os.listdir(tmp), "the demo left its state behind"
            assert subprocess.run(["snmpget", "-v2c", "-c", "public", "-r", "0", "-t", "1", f"127.9.7.1:{sim_port}",
                                   "1.3.6.1.2.1.1.3.0"], capture_output=True).returncode != 0, "the hall still answers"
        finally:
            if demo.poll() is None:
                demo.kill()
        assert re.search(r"http://127\.0\.0\.1:\d+/metrics", words()), words()
    check_closed_terminal()
    check_kept_folder()


main()
