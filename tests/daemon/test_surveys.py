# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""A hall whose devices all want to be surveyed at one moment: some wait for their turn, which is no missed poll, and all come up."""
import re
import signal
import socket
import sys
import threading

from hall import Hall, free_port, until

DEVICES = 150


class Gate:
    """A way to the hall's PDU; told to, it lets so many answers more through and holds the others back until it is opened again."""

    def __init__(self, to):
        self.to, self.left = to, sys.maxsize
        self.lock, self.held, self.ways = threading.Lock(), [], {}
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.front.bind(("127.9.0.60", free_port()))
        self.address = "%s:%d" % self.front.getsockname()
        threading.Thread(target=self.ask, daemon=True).start()

    def ask(self):
        while True:
            packet, source = self.front.recvfrom(65536)
            if source not in self.ways:
                way = self.ways[source] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                way.connect(self.to)
                threading.Thread(target=self.answer, args=(way, source), daemon=True).start()
            self.ways[source].send(packet)

    def answer(self, way, source):
        while True:
            packet = way.recv(65536)
            with self.lock:
                if self.left > 0:
                    self.left -= 1
                    self.front.sendto(packet, source)
                else:
                    self.held.append((packet, source))

    def close_after(self, answers):
        with self.lock:
            self.left = answers

    def open(self):
        with self.lock:
            self.left = sys.maxsize
            for packet, source in self.held:
                self.front.sendto(packet, source)
            self.held.clear()


def stand_still(hall, gate, powers):
    """In the midst of the surveys the hall says nothing for so long that requests are given up: no device loses a column by it."""
    hall.edit(lambda text: text.replace("interval: 60s\ntimeout: 60s", "interval: 30s\ntimeout: 5s").replace("timeout: 10s", "timeout: 300ms"))
    # Each device is greeted with one answer and takes several for its survey: that is enough for some, and not for all.
    gate.close_after(2 * DEVICES)
    hall.start()
    until("the hall says nothing any more", lambda: gate.left == 0, 120)
    given_up = hall.metrics().one("hallwatt_snmp_timeouts_total")
    until("requests were given up", lambda: hall.metrics().one("hallwatt_snmp_timeouts_total") >= given_up + 2 * DEVICES, 200)
    gate.open()
    until("every device is up again", hall.all_up, 200)
    assert "gives no answer for" not in hall.logged()
    until("all is read as before", lambda: len(hall.metrics().all("hallwatt_power_watts")) == powers)
    assert hall.stop() == 0


def main():
    with Hall(sys.argv[1], sys.argv[2]) as hall:
        assert hall.stop() == 0
        with open(hall.config) as f:
            host, port = re.search(r"snmp://([0-9.]+):(\d+)", f.read()).groups()
        gate = Gate((host, int(port)))
        with open(hall.config, "w") as f:
            f.write(f"listen: 127.0.0.1:{hall.port}\nstate: {hall.dir}/many\ninterval: 60s\ntimeout: 60s\n"
                    "credentials: {c: {snmp: {community: public, timeout: 10s}}}\n"
                    "sites: [{id: s, name: S, country: SE, timezone: Europe/Stockholm}]\ndevices:\n")
            for i in range(DEVICES):
                f.write(f'  - {{id: d{i}, address: "snmp://{gate.address}", credentials: c, site: s, power_role: pdu}}\n')
        hall.sim.send_signal(signal.SIGSTOP)
        try:
            hall.start()
            until("all were greeted", lambda: hall.metrics().one("hallwatt_snmp_requests_total") >= DEVICES)
            assert hall.metrics().one("hallwatt_snmp_surveys_running") == 0, "nobody has answered yet"
        finally:
            hall.sim.send_signal(signal.SIGCONT)
        # They answer within milliseconds of each other, and no more than 64 are surveyed at a time before it is known what one takes.
        m = until("every device is up", hall.all_up, 200)
        put_off, missed = (m.one(f"hallwatt_scheduler_polls_{what}_total") for what in ("put_off", "missed"))
        assert put_off >= m.one("hallwatt_snmp_surveys_waited_total") > 0, (put_off, "polls were put off")
        assert missed == 0, (missed, "polls were missed")
        assert m.one("hallwatt_snmp_surveys_waiting") == m.one("hallwatt_snmp_surveys_running") == 0
        assert "silent" not in hall.logged().split(f"{DEVICES} devices polled")[1], "nobody counts as silent who waits"
        assert hall.stop() == 0
        stand_still(hall, gate, len(m.all("hallwatt_power_watts")))


main()
