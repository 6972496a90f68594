# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""SIGHUP and POST /-/reload: a bad file changes nothing and is reported; devices that did not change keep their counters."""
import os
import re
import signal
import sys

from hall import Hall, until


def polls(metrics, device):
    return metrics.one("hallwatt_device_polls_total", device=device)


def check_bad_file(hall):
    good = hall.edit(lambda text: text.replace("interval: 1s", "intervall: 1s"))
    before = polls(hall.metrics(), "pdu-a1")
    hall.daemon.send_signal(signal.SIGHUP)
    until("the bad reload is counted",
          lambda: hall.metrics().one("hallwatt_config_last_reload_successful") == 0)
    assert re.search(r'hallwatt\.yaml:\d+:\d+: .*\\"intervall\\".*\\"interval\\"', hall.logged()), hall.logged()
    until("polling goes on", lambda: polls(hall.metrics(), "pdu-a1") > before)
    hall.edit(lambda text: good)


def check_good_file(hall):
    before = polls(hall.metrics(), "pdu-a1")
    assert before >= 3
    hall.edit(lambda text: re.sub(r"(?m)^.*id: room-1.*\n", "", text))
    hall.daemon.send_signal(signal.SIGHUP)
    m = until("room-1 has left", lambda: next(iter(
        [m for m in [hall.metrics()] if m.one("hallwatt_device_up", device="room-1") is None]), None))
    assert m.one("hallwatt_config_last_reload_successful") == 1
    assert polls(m, "pdu-a1") >= before, "a device that did not change lost its counters"
    first, = re.findall(r"(\d+) devices polled, 0 as before", hall.logged())
    left = int(first) - 1
    assert f"{left} devices polled, {left} as before" in hall.logged(), hall.logged()


def check_secret(hall):
    """A community that is kept in a file: unchanged devices keep their sessions until the file says something else."""
    path = os.path.join(hall.dir, "community")

    def write(text):
        with open(path, "w", opener=lambda p, flags: os.open(p, flags, 0o600)) as f:
            f.write(text)

    def reload(kept):
        before = hall.logged().count(f", {kept} as before")
        hall.daemon.send_signal(signal.SIGHUP)
        until(f"{kept} sessions are kept", lambda: hall.logged().count(f", {kept} as before") > before)

    def nobody_answers():
        return not any(v for labels, v in hall.metrics().all("hallwatt_device_up") if labels["device"] in asked)

    write("public")
    good = hall.edit(lambda text: re.sub(r"community: [^,}]+", f"community_secret: {{file: {path}}}", text))
    devices = re.findall(r"id: ([\w-]+), address: \"?(\w+):", good)
    asked = {name for name, scheme in devices if scheme == "snmp"}
    others, everybody = len(devices) - len(asked), len(devices)  # BMCs have credentials of their own
    assert len(asked) > 20
    reload(others)
    reload(everybody)
    write("wrong")
    reload(others)
    until("nobody answers to that", nobody_answers)
    write("public\n")
    reload(others)
    until("they answer again", hall.all_up, 120)
    before = polls(hall.metrics(), "pdu-a1")
    os.remove(path)
    reload(everybody)
    until("they are polled on", lambda: polls(hall.metrics(), "pdu-a1") > before and hall.all_up(), 120)
    assert "AddressSanitizer" not in hall.logged()
    hall.edit(lambda text: good)
    reload(others)


def check_post(hall):
    assert hall.request("/-/reload", "POST")[0] == 200
    assert hall.request("/-/reload")[0] == 405
    good = hall.edit(lambda text: text + "\nnonsense: 1\n")
    status, message = hall.request("/-/reload", "POST")
    assert status == 500 and "nonsense" in message, (status, message)
    hall.edit(lambda text: "enable_lifecycle: false\n" + good)
    assert hall.request("/-/reload", "POST")[0] == 200
    assert hall.request("/-/reload", "POST")[0] == 403


def main():
    with Hall(sys.argv[1], sys.argv[2]) as hall:
        until("every device is up", hall.all_up)
        until("some polls", lambda: polls(hall.metrics(), "pdu-a1") >= 3)
        check_bad_file(hall)
        check_good_file(hall)
        check_secret(hall)
        check_post(hall)
        assert hall.stop() == 0


main()
