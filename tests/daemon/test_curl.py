# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""libcurl is loaded when something is asked over HTTP, and not before. Where it cannot be loaded, that is said, what needs none of it is
polled, and a reload is enough once it is there."""
import os
import re
import signal
import subprocess
import sys

from hall import Hall, free_port, until

LIBRARY = "libcurl.so.4"
REASON = f"libcurl cannot be loaded, install libcurl4: .*{LIBRARY}: file too short"


class Snmp(Hall):
    """A hall that is polled by SNMP and IPMI. `broken`: the library that the linker finds is none."""

    def __init__(self, *arguments, broken=False):
        super().__init__(*arguments)
        self.libraries = os.path.join(self.dir, "libraries")
        os.mkdir(self.libraries)
        if broken:
            open(os.path.join(self.libraries, LIBRARY), "w").close()
            self.environment = dict(os.environ, LD_LIBRARY_PATH=self.libraries)

    def write_config(self):
        super().write_config()
        self.edit(lambda text: re.sub(r"(?m)^  - \{id: \S+, address: \"redfish:.*\n", "", text))

    def add(self, text):
        """Adds a device, or what else a configuration may have, and reloads."""
        key, line = text
        self.edit(lambda text: text.replace(key, key + line, 1) if key else text + line)
        self.reload()

    def reload(self):
        before = self.metrics().one("hallwatt_config_reloads_total")
        self.daemon.send_signal(signal.SIGHUP)
        until("it is reloaded", lambda: self.metrics().one("hallwatt_config_reloads_total") > before)

    def loaded(self):
        with open(f"/proc/{self.daemon.pid}/maps") as maps:
            return LIBRARY in maps.read()

    def polled(self):
        return self.metrics().one("hallwatt_scheduler_devices")


def device():
    return "devices:\n", f"  - {{id: bmc, address: 'redfish://127.0.0.1:{free_port()}', credentials: hall-redfish, site: demo-1}}\n"


def servers_list():
    return "", f"\ndevice_discovery: [{{http: 'http://127.0.0.1:{free_port()}/targets'}}]\n"


def loaded_by(what, arguments):
    with Snmp(*arguments) as hall:
        until("all are up", hall.all_up)
        assert not hall.loaded(), "libcurl is loaded without need"
        hall.add(what)
        until("libcurl is loaded", hall.loaded)
        assert hall.stop() == 0


def not_there(arguments):
    with Snmp(*arguments, broken=True) as hall:
        until("all are up", hall.all_up)
        devices = hall.polled()
        hall.add(device())
        assert re.search(f"bmc.*cannot be polled: {REASON}", hall.logged()), hall.logged()
        assert hall.polled() == devices
        assert hall.metrics().one("hallwatt_redfish_requests_total") == 0
        hall.add(servers_list())
        assert re.search(f"lists of targets stay as they are: {REASON}", hall.logged()), hall.logged()
        assert hall.stop() == 0
        hall.start()
        until("a start polls all others", hall.all_up)
        assert not hall.loaded() and hall.polled() == devices
        for command in (["probe", "redfish://127.0.0.1"], ["discover", "127.0.0.1/32"]):
            done = subprocess.run([hall.hallwatt, *command], capture_output=True, text=True, timeout=60, env=hall.environment)
            assert done.returncode == 1 and re.search(REASON, done.stderr), done
        os.unlink(os.path.join(hall.libraries, LIBRARY))
        hall.reload()
        assert hall.loaded() and hall.polled() == devices + 1
        assert hall.stop() == 0


def main():
    loaded_by(device(), sys.argv[1:3])
    loaded_by(servers_list(), sys.argv[1:3])
    not_there(sys.argv[1:3])


if __name__ == "__main__":
    main()
