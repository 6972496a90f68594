# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""`hallwatt probe redfish://` against hallsim: whom it trusts, how it logs in and out, and what it makes of services that misbehave.
curl judges the simulator first."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peer

HALLWATT, HALLSIM = (os.path.abspath(p) for p in sys.argv[1:3])


def curl(server, path, *options, number=0):
    done = subprocess.run(["curl", "-sS", "-D", "-", "--cacert", server.certificate, f"https://{server.address(number)}{path}", *options],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    head, _, body = done.stdout.partition("\n\n")  # as text, lines end with \n alone
    status = int(head.split()[1])
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head.split("\n")[1:])}
    return status, headers, body


def power(result):
    total = [r for r in peer.readings(result) if r["role"] == "chassis" and r["quantity"] == "active_power"]
    assert len(total) == 1 and total[0]["index"] == "total", total
    return total[0]["value"]


def curl_reads_the_simulator(server):
    assert curl(server, "/redfish/v1/Chassis/1/Power")[0] == 401
    status, headers, _ = curl(server, "/redfish/v1/SessionService/Sessions", "-H", "Content-Type: application/json", "-d",
                              json.dumps({"UserName": peer.USER, "Password": peer.PASSWORD}))
    assert status == 201 and headers["location"].startswith("/redfish/v1/SessionService/Sessions/"), (status, headers)
    token = ["-H", "X-Auth-Token: " + headers["x-auth-token"]]
    before = server.counts()["now_ms"]
    status, _, body = curl(server, "/redfish/v1/Chassis/1/Power", "--compressed", *token)
    after = server.counts()["now_ms"]
    watts = json.loads(body)["PowerControl"][0]["PowerConsumedWatts"]
    assert status == 200 and watts in peer.simulated_watts_between(1, 0, before, after), (watts, before)
    assert curl(server, headers["location"], "-X", "DELETE", *token)[0] == 204
    assert curl(server, "/redfish/v1/Chassis/1/Power", *token)[0] == 401
    assert curl(server, "/redfish/v1/Chassis/1/Power", "-u", f"{peer.USER}:{peer.PASSWORD}")[0] == 200
    assert curl(server, "/redfish/v1/Chassis/1/Power", "-u", f"{peer.USER}:wrong")[0] == 401
    assert server.counts()["live_sessions"] == 0


def values_are_those_of_the_service_asked(server):
    for number in (0, 3):
        before = server.counts()
        value = power(server.probe(HALLWATT, number=number))
        after = server.counts()
        assert value in peer.simulated_watts_between(1, number, before["now_ms"], after["now_ms"]), (number, value)
        assert after["logins"] - before["logins"] == after["logouts"] - before["logouts"] == 1, (before, after)
        assert after["live_sessions"] == 0 and after["basic"] == before["basic"], after


def trust(server, other):
    result = server.probe(HALLWATT, trust=False)
    power(result)
    assert "sha256//" in " ".join(json.loads(result.stdout)["warnings"]), result.stdout
    before = server.counts()
    result = server.probe(HALLWATT, "--ca", other.certificate, trust=False)
    assert result.returncode == 1 and "not signed by" in result.stderr and "nothing was sent" in result.stderr, result.stderr
    assert server.counts()["requests"] == before["requests"]
    result = server.probe(HALLWATT, "--ca", "/nowhere/ca.pem", trust=False)
    assert result.returncode == 1 and "cannot be read" in result.stderr, result.stderr


def wrong_password(server):
    with open(server.path("wrong"), "w") as out:
        out.write("guess")
    os.chmod(server.path("wrong"), 0o600)
    before = server.counts()["refused"]
    result = server.probe(HALLWATT, "--password-file", server.path("wrong"))
    assert result.returncode == 1 and "refused" in result.stderr and "guess" not in result.stderr, result.stderr
    assert server.counts()["refused"] == before + 1


def services_that_misbehave(server):
    server.fault("no-sessions")
    before = server.counts()
    power(server.probe(HALLWATT))
    assert server.counts()["basic"] > before["basic"]
    server.fault("forget:3")
    before = server.counts()
    power(server.probe(HALLWATT))
    assert server.counts()["logins"] > before["logins"] + 1
    for rules, words in ((["full"], "no free session"), (["busy:4"], "busy"), (["redirect"], "HTTP 301"), (["huge"], "more than"),
                         (["truncated:7"], "incomplete"), (["broken:1"], "no JSON")):
        server.fault(*rules)
        result = server.probe(HALLWATT)
        assert result.returncode == 1 and words in result.stderr, (rules, result.returncode, result.stderr)
        assert "sanitizer" not in result.stderr.lower(), result.stderr
    server.fault("shy")
    power(server.probe(HALLWATT))
    server.fault("slow:150")
    power(server.probe(HALLWATT))
    server.fault("slow:3000")
    result = server.probe(HALLWATT, "--timeout", "1")
    assert result.returncode == 1 and ("in time" in result.stderr or "within" in result.stderr), result.stderr
    server.fault()


def members_come_with_their_collection(modern):
    before = modern.counts()["requests"]
    whole = peer.readings(modern.probe(HALLWATT))
    between = modern.counts()["requests"]
    modern.fault("no-expand")
    single = peer.readings(modern.probe(HALLWATT))
    after = modern.counts()["requests"]
    assert {(r["role"], r["index"], r["quantity"], r["source"]) for r in whole} == \
        {(r["role"], r["index"], r["quantity"], r["source"]) for r in single}, (whole, single)
    assert between - before + 6 < after - between, (before, between, after)
    assert sum(r["quantity"] == "temperature" for r in whole) == 7
    modern.fault("expand-slow:20000")
    result = modern.probe(HALLWATT, "--timeout", "25")
    assert result.returncode == 1 and "in time" in result.stderr and json.loads(result.stdout)["readings"], result.stderr
    watts = [r for r in whole if r["quantity"] == "active_power"]
    assert [r["role"] for r in watts if r.get("chosen", True)] == ["chassis"], watts
    modern.fault()


def main():
    server = peer.Peer(HALLSIM, "--count", "5")
    other = peer.Peer(HALLSIM, "--count", "1", "--profile", "modern", base="127.31.4.101")
    curl_reads_the_simulator(server)
    values_are_those_of_the_service_asked(server)
    trust(server, other)
    wrong_password(server)
    services_that_misbehave(server)
    members_come_with_their_collection(other)
    other.close()
    server.close()


main()
