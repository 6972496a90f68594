#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Files of targets are taken in when they change, without a reload: devices come and go, those that stay keep their counters. Mistakes
change nothing, and a configuration that is being edited waits for the reload that somebody asks for."""
import json
import os
import re
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from hall import Hall, until


def write(hall, targets, text=None, file="targets/hall.json"):
    """As the programs do that keep such files: beside it, then renamed."""
    path = os.path.join(hall.dir, file)
    with open(path + ".new", "w") as f:
        f.write(text if text is not None else json.dumps(targets))
    os.rename(path + ".new", path)


def group(hall, number, id):
    return {"targets": [f"snmp://127.9.0.{number}:{hall.sim_port}"], "labels": {"id": id, "credentials": "hall", "site": "demo-1"}}


def up(hall, device):
    return hall.metrics().one("hallwatt_device_up", device=device)


def failures(hall):
    return hall.metrics().one("hallwatt_discovery_failures_total")


def come_and_go(hall, m):
    polls = m.one("hallwatt_device_polls_total", device="pdu-a1")
    assert polls >= 1 and m.one("hallwatt_device_up", device="found-1") == 1
    devices = int(m.one("hallwatt_scheduler_devices"))
    write(hall, [group(hall, 26, "found-1"), group(hall, 27, "found-2")])
    until("another device has come", lambda: up(hall, "found-2") is not None)
    m = hall.metrics()
    assert m.one("hallwatt_discovery_changes_total") == 1 and m.one("hallwatt_config_reloads_total") == 0
    assert m.one("hallwatt_device_polls_total", device="pdu-a1") >= polls, "a device that did not change lost its counters"
    assert f"{devices + 1} devices polled, {devices} as before" in hall.logged(), hall.logged()
    write(hall, [group(hall, 26, "found-1")])
    until("it has left", lambda: up(hall, "found-2") is None)
    until("the other is read", lambda: up(hall, "found-1") == 1)


def mistakes(hall):
    before = failures(hall)
    write(hall, None, text='[{"targets": "snmp://127.9.0.1"}]')
    until("the mistake is counted", lambda: failures(hall) == before + 1)
    assert re.search(r"targets/hall\.json:1:14: targets are a list of addresses", hall.logged()), hall.logged()
    assert "but they have mistakes: the old ones stay" in hall.logged()
    until("what there was is read on", lambda: up(hall, "found-1") == 1)


def an_edited_configuration_waits(hall):
    before, devices = failures(hall), hall.metrics().one("hallwatt_scheduler_devices")
    good = hall.edit(lambda text: re.sub(r"(?m)^.*id: grid-1,.*$", r"\g<0>\n  - {id: half-typed, address: 'snmp://127.9.0.99', site: demo-1}",
                                         text))
    write(hall, [group(hall, 26, "found-1"), group(hall, 27, "found-2")])
    until("it is not taken in", lambda: failures(hall) == before + 1)
    assert up(hall, "found-2") is None and hall.metrics().one("hallwatt_scheduler_devices") == devices
    assert "but so has the configuration; a reload takes in both" in hall.logged()
    hall.edit(lambda text: good)
    hall.daemon.send_signal(signal.SIGHUP)
    until("a reload takes in what was missed", lambda: up(hall, "found-2") is not None)


def another_folder_after_a_reload(hall):
    os.rename(os.path.join(hall.dir, "targets"), os.path.join(hall.dir, "others"))
    os.mkdir(os.path.join(hall.dir, "targets"))
    hall.edit(lambda text: text.replace("targets/*.json", "others/*.json"))
    reloads = hall.metrics().one("hallwatt_config_reloads_total")
    hall.daemon.send_signal(signal.SIGHUP)
    until("it is reloaded", lambda: hall.metrics().one("hallwatt_config_reloads_total") > reloads)
    write(hall, [group(hall, 28, "found-3")], file="others/more.json")
    until("the other folder is watched", lambda: up(hall, "found-3") is not None)


class Server:
    """A server of targets on loopback, which gives what it is told to."""

    def __init__(self):
        outer = self
        self.body, self.status, self.asked = b"[]", 200, 0

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked += 1
                assert self.headers["X-Prometheus-Refresh-Interval-Seconds"] == "60"
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/targets"

    def give(self, targets):
        self.body = json.dumps(targets).encode()

    def stop(self):
        self.http.shutdown()
        self.http.server_close()


def ask_again(hall, server):
    """A list is asked for at the start, and by one that is new: as if a minute had gone by."""
    server.asked = 0
    query = re.search(r"targets\?(\d+)", hall.edit(lambda text: text))
    number = int(query[1]) + 1 if query else 1
    hall.edit(lambda text: re.sub(r"(http: '[^'?]*)[^']*'", rf"\g<1>?{number}'", text))
    hall.daemon.send_signal(signal.SIGHUP)
    until("the server is asked", lambda: server.asked > 0)


def from_a_server(hall):
    server = Server()
    server.give([group(hall, 30, "served-1")])
    hall.edit(lambda text: text.replace("device_discovery: [", f"device_discovery: [{{http: '{server.url}'}}, "))
    hall.daemon.send_signal(signal.SIGHUP)
    until("a served device has come", lambda: up(hall, "served-1") is not None)
    kept = [name for name in os.listdir(os.path.join(hall.dir, "state")) if re.fullmatch(r"targets-[0-9a-f]{12}\.json", name)]
    assert len(kept) == 1, kept
    # A list with mistakes is refused and leaves nothing behind that would hinder a start.
    before = failures(hall)
    server.body = b'[{"targets": ["snmp://127.9.0.1"], "labels": {"id": "bad", "credentials": "none"}}]'
    ask_again(hall, server)
    until("it is refused", lambda: failures(hall) > before)
    assert 'there are no credentials \\"none\\"' in hall.logged(), hall.logged()
    server.give([group(hall, 31, "served-2")])
    ask_again(hall, server)
    until("the next list is taken in", lambda: up(hall, "served-2") is not None)
    # Without the server a start has the last list.
    server.stop()
    assert hall.stop() == 0
    said = hall.logged().count("the last list stays")
    hall.start()
    until("the last list is polled", lambda: up(hall, "served-2") is not None)
    until("it is said once", lambda: hall.logged().count("the last list stays") == said + 1)


def main():
    hall = Hall(sys.argv[1], sys.argv[2])
    try:
        hall.start_sim()
        hall.write_config()
        os.mkdir(os.path.join(hall.dir, "targets"))
        write(hall, [group(hall, 26, "found-1")])
        hall.edit(lambda text: re.sub(r"(?m)^.*id: room-1.*\n", "", text) + "device_discovery: [{file: targets/*.json}]\n")
        hall.start()
        come_and_go(hall, until("all are up", hall.all_up))
        mistakes(hall)
        an_edited_configuration_waits(hall)
        another_folder_after_a_reload(hall)
        from_a_server(hall)
        assert hall.stop() == 0
    finally:
        hall.__exit__(*sys.exc_info())


if __name__ == "__main__":
    main()
