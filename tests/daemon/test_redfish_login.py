# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Services that are odd about logins: none of them is asked more often than an account endures, over restarts and reloads too, and
none of them holds up the end."""
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from hall import Hall, until

SESSIONS = "/redfish/v1/SessionService/Sessions"
TREE = {
    "/redfish/v1/": {"RedfishVersion": "1.6.0", "Links": {"Sessions": {"@odata.id": SESSIONS}},
                     "Chassis": {"@odata.id": "/redfish/v1/Chassis"}, "Managers": {"@odata.id": "/redfish/v1/Managers"}},
    "/redfish/v1/Chassis": {"Members": [{"@odata.id": "/redfish/v1/Chassis/1"}]},
    "/redfish/v1/Managers": {"Members": []},
    "/redfish/v1/Chassis/1": {"Id": "1", "ChassisType": "RackMount", "Power": {"@odata.id": "/redfish/v1/Chassis/1/Power"}},
    "/redfish/v1/Chassis/1/Power": {"PowerControl": [{"MemberId": "0", "PowerConsumedWatts": 321}]},
}
TWO = TREE | {
    "/redfish/v1/Chassis": {"Members": [{"@odata.id": "/redfish/v1/Chassis/1"}, {"@odata.id": "/redfish/v1/Chassis/2"}]},
    "/redfish/v1/Chassis/2": {"Id": "2", "ChassisType": "RackMount", "Power": {"@odata.id": "/redfish/v1/Chassis/2/Power"}},
    "/redfish/v1/Chassis/2/Power": {"PowerControl": [{"MemberId": "0", "PowerConsumedWatts": 222}]},
}


class Service:
    """One BMC: `login` is the status of a login, `denied` the paths that are answered with 401 whatever the token, `slow` one
    that is not answered in time when it is asked for first, `cut` breaks the first login's answer off after its headers; `resets`
    is how many times the end of a session is answered by the end of the connection."""

    def __init__(self, folder, login=201, denied=(), hangs=False, tree=TREE, slow=None, cut=False):
        outer = self
        self.resets, self.deletes = 0, 0
        self.slow = slow
        self.logins, self.sessions = 0, set()
        self.over = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, body, headers=()):
                text = json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def do_GET(self):
                known = self.headers["X-Auth-Token"] == f"token-{outer.logins}"
                if self.path in outer.sessions and known:
                    self.answer(200, {"UserName": "monitor"})
                elif self.path != "/redfish/v1/" and (not known or self.path in denied):
                    self.answer(401, {})
                else:
                    if self.path == outer.slow:
                        outer.slow = None
                        time.sleep(1.5)
                    self.answer(200 if self.path in tree else 404, tree.get(self.path, {}))

            def do_POST(self):
                outer.logins += 1
                self.rfile.read(int(self.headers["Content-Length"]))
                if hangs:
                    outer.over.wait()
                    return
                if login != 201:
                    self.answer(login, {"error": {"@Message.ExtendedInfo": [{"MessageId": "iLO.2.8.UnauthorizedLoginAttempt"}]}})
                    return
                location = f"{SESSIONS}/{outer.logins}"
                outer.sessions.add(location)
                if cut and outer.logins == 1:
                    self.send_response(201)
                    self.send_header("X-Auth-Token", "token-1")
                    self.send_header("Location", location)
                    self.send_header("Content-Length", "200")
                    self.end_headers()
                    self.wfile.write(b'{"Id":')
                    self.close_connection = True
                    return
                self.answer(201, {}, [("X-Auth-Token", f"token-{outer.logins}"), ("Location", location)])

            def do_DELETE(self):
                outer.deletes += 1
                if outer.resets > 0:
                    outer.resets -= 1
                    self.close_connection = True
                    return
                outer.sessions.discard(self.path)
                self.answer(200, {})

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.http = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, "pair.pem"))
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.port = self.http.server_port


class Odd(Hall):
    def start_sim(self):
        pair = os.path.join(self.dir, "pair.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=bmc", "-keyout", pair, "-out", pair + ".crt"], check=True, capture_output=True)
        with open(pair, "a") as out, open(pair + ".crt") as crt:
            out.write(crt.read())
        self.services = {
            "says-400": Service(self.dir, login=400),
            "says-401": Service(self.dir, login=401),
            "one-denied": Service(self.dir, denied=["/redfish/v1/Managers"]),
            "all-denied": Service(self.dir, denied=[path for path in TREE if path != "/redfish/v1/"]),
            "hangs": Service(self.dir, hangs=True),
            "cut": Service(self.dir, cut=True),
            "resets-twice": Service(self.dir),
            "resets": Service(self.dir),
            "two": Service(self.dir, tree=TWO, slow="/redfish/v1/Chassis/2/Power"),
        }

    def write_config(self):
        self.config = os.path.join(self.dir, "hallwatt.yaml")
        with open(os.path.join(self.dir, "password"), "w") as out:
            out.write("guess")
        os.chmod(os.path.join(self.dir, "password"), 0o600)
        devices = "\n".join(f"  - {{id: {name}, address: redfish://127.0.0.1:{s.port}, credentials: bmcs, site: s, power_role: it}}"
                            for name, s in self.services.items())
        with open(self.config, "w") as out:
            out.write(f"""listen: 127.0.0.1:{self.port}
state: {self.dir}/state
interval: 1s
credentials:
  bmcs: {{redfish: {{user: monitor, password: {{file: password}}, timeout: 120s}}}}
sites:
  - {{id: s, name: Site, country: SE, bidding_zone: SE1, timezone: Europe/Stockholm, rated_it_power: 10 kW}}
devices:
{devices}
""")

    def polled(self, name, times):
        polls = self.metrics().one("hallwatt_device_polls_total", device=name)
        return polls is not None and polls >= times

    def none_is_locked_out(self):
        logins = {name: s.logins for name, s in self.services.items()}
        assert logins["says-400"] <= 2 and logins["says-401"] <= 2, logins
        assert logins["all-denied"] <= 8 and logins["one-denied"] <= 8, logins  # which worked: they use sessions, but lock nobody out
        return logins


def refusals_are_counted(hall):
    for name in ("says-400", "says-401", "all-denied"):
        until(f"{name} was polled often enough", lambda: hall.polled(name, 4))
        assert hall.metrics().one("hallwatt_device_up", device=name) == 0, name
    for name in ("says-400", "says-401"):  # a login goes on where the poll that wanted it has run out of time
        until(f"{name} was tried for the last time", lambda: hall.services[name].logins >= 2)
    until("a resource that may not be read is left out", lambda: hall.metrics().one("hallwatt_device_up", device="one-denied") == 1)
    until("its power is read", lambda: hall.metrics().one("hallwatt_power_watts", device="one-denied", role="chassis") == 321)
    until("one that may be read is polled on", lambda: hall.polled("one-denied", 4))
    return hall.none_is_locked_out()


def a_slow_start_makes_no_total_of_a_part(hall):
    def watts():
        return {l["index"]: v for l, v in hall.metrics().all("hallwatt_power_watts", device="two", role="chassis")}
    seen = until("both are read", lambda: next((w for w in [watts()] if {"1.total", "2.total"} <= set(w)), None))
    assert seen == {"1.total": 321, "2.total": 222}, seen
    assert hall.services["two"].slow is None


def logged(hall, name, text):
    with open(hall.log_path) as log:
        return [line for line in log if text in line and f"logger={name} " in line]


def sessions_do_not_stay(hall):
    """After the first end: what could be ended is, at the second try too, and what could not is named and kept in mind."""
    s = hall.services
    assert not s["cut"].sessions, s["cut"].sessions
    assert s["resets-twice"].resets == 0 and not s["resets-twice"].sessions, (s["resets-twice"].deletes, s["resets-twice"].sessions)
    assert not logged(hall, "resets-twice", "left behind") and not logged(hall, "cut", "left behind")
    assert len(s["resets"].sessions) == 1 and s["resets"].resets < 98, s["resets"].sessions
    assert len(logged(hall, "resets", "left behind")) == 1
    s["resets"].resets = 0


def main():
    with Odd(sys.argv[1], sys.argv[2]) as hall:
        before = refusals_are_counted(hall)
        a_slow_start_makes_no_total_of_a_part(hall)
        for name in ("cut", "resets", "resets-twice"):
            until(f"{name} is read", lambda: hall.metrics().one("hallwatt_device_up", device=name) == 1)
        assert hall.services["cut"].logins == 1, "the session whose login was cut off is used"
        # Another interval is another session, not another account.
        hall.edit(lambda text: text.replace("interval: 1s", "interval: 2s"))
        reloads = hall.metrics().one("hallwatt_config_reloads_total")
        hall.daemon.send_signal(signal.SIGHUP)
        until("it is reloaded", lambda: hall.metrics().one("hallwatt_config_reloads_total") > reloads)
        until("it is polled anew", lambda: hall.polled("says-401", 8))
        after = hall.none_is_locked_out()
        assert {n: after[n] for n in ("says-400", "says-401")} == {n: before[n] for n in ("says-400", "says-401")}, (before, after)
        until("a login hangs", lambda: hall.services["hangs"].logins > 0)
        hall.services["resets-twice"].resets = 2  # libcurl itself asks again once, as the connection was kept
        hall.services["resets"].resets = 100
        began = time.monotonic()
        assert hall.stop() == 0
        assert time.monotonic() - began < 50, "a login that does not end held up the end"
        assert not hall.services["one-denied"].sessions, "sessions that were given up are closed, too"
        sessions_do_not_stay(hall)
        hall.start()
        left = hall.services["resets"]
        until("what was left behind is ended by the next run", lambda: left.sessions == {f"{SESSIONS}/{left.logins}"})
        until("it is polled after a restart", lambda: hall.polled("says-401", 3) and hall.polled("says-400", 3))
        hall.none_is_locked_out()
        with open(os.path.join(hall.dir, "password"), "w") as out:
            out.write("another guess")
        hall.daemon.send_signal(signal.SIGHUP)
        until("another password is tried at once", lambda: hall.services["says-401"].logins >= 3)
        assert hall.stop() == 0
        assert hall.services["says-401"].logins <= 4, "the other password was tried too often"
        hall.services["hangs"].over.set()


main()
