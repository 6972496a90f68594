# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""The inventory is asked for every ten minutes with its ETag: a service that says "unchanged" leaves all values as they are, and
measured values are never asked for so.  60 of the daemon's seconds in one."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "daemon"))
import peer
from hall import Hall, until

HALLWATT, HALLSIM, CLOCK = (os.path.abspath(p) for p in sys.argv[1:4])
SPEED = 60


class Service(Hall):
    def start_sim(self):
        self.server = peer.Peer(self.hallsim, "--count", "1", "--idle", "3600", base="127.31.6.1")
        self.sim = self.server.process

    def write_config(self):
        self.config = os.path.join(self.dir, "hallwatt.yaml")
        with open(self.config, "w") as out:
            out.write(f"""listen: 127.0.0.1:{self.port}
state: {self.dir}/state
interval: 60s
timeout: 50s
credentials:
  bmcs: {{redfish: {{user: {peer.USER}, password: {{file: {self.server.password}}}, timeout: 40s}}}}
sites:
  - {{id: s, name: Site, country: SE, timezone: Europe/Stockholm}}
devices:
  - {{id: srv-0, address: redfish://{self.server.address()}, credentials: bmcs, site: s, power_role: it}}
""")

    def start(self):
        before = dict(os.environ)
        os.environ.update(LD_PRELOAD=CLOCK, FAST_CLOCK=f"{SPEED} {int(time.time())}",
                          ASAN_OPTIONS="verify_asan_link_order=0:" + before.get("ASAN_OPTIONS", ""))
        try:
            super().start()
        finally:
            os.environ.clear()
            os.environ.update(before)


def main():
    with Service(HALLWATT, HALLSIM) as hall:
        up = lambda: hall.metrics().one("hallwatt_device_up", device="srv-0") == 1
        until("the service is read", up)
        # The first inventory read brings the tags; the next ones say that nothing changed. Chassis, system and manager each time.
        until("the inventory is unchanged", lambda: hall.server.counts()["unchanged"] >= 6, 300)
        until("it is read still", up)
        memory = lambda: [v for _, v in hall.metrics().all("hallwatt_memory_size_bytes", device="srv-0")]
        until("the memory is as large as before", lambda: memory() == [256 * 2**30])
        until("there is power", lambda: hall.metrics().one("hallwatt_power_watts", device="srv-0", role="chassis", index="total"))
        counts = hall.server.counts()
        assert counts["unchanged"] < counts["requests"] / 2, counts  # power is read each minute, whole
        hall.stop()


main()
