# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""hallwatt probe against simulated BMCs of every kind: each value is the one that the simulator's table says, at both suites,
and with everything going wrong that still leaves a way."""
import json
import subprocess
import sys
import time

from bmcs import PASSWORD, Bmcs, Folder, probe, secret, together

HALLWATT, HALLSIM = sys.argv[1:3]


def table(k, profile):
    text = subprocess.run([HALLSIM, "bmc-table", "--number", str(k), "--profile", profile, "--now",
                           str(int(time.time() * 1000))], check=True, capture_output=True,
                          text=True).stdout
    return json.loads(text)


def check_readings(said, wanted):
    """Every analog sensor with its value, those without a reading not at all; power is looked at by itself, as it moves."""
    by_name = {}
    for r in said["readings"]:
        by_name.setdefault(r.get("name", ""), []).append(r)
    for name, value in wanted["sensors"].items():
        found = by_name.get(name, [])
        if value is None:
            assert not found, f"{name} has no reading and was given {found}"
            continue
        assert len(found) == 1, f"{name} should be {value} and was given {found}"
        if found[0]["quantity"] != "active_power":
            scale = 100 if found[0]["unit"] == "1" else 1  # the table says percent
            assert abs(scale * found[0]["value"] - value) <= abs(value) * 1e-3 + 1e-3, (name, value, found)


def all_kinds(folder, password):
    kinds = subprocess.run([HALLSIM, "bmc-profiles"], check=True, capture_output=True, text=True).stdout.split("\n")
    kinds = [line.split()[0] for line in kinds if line]
    with Bmcs(HALLSIM, count=len(kinds), profile="each") as bmcs:
        for k, kind in enumerate(kinds):
            wanted = table(k, kind)
            for suite in wanted["suites"]:
                if wanted["kg"] is not None:
                    continue # K_g needs a configuration
                said, status, errors = probe(HALLWATT, bmcs.address(k), "hallwatt", password, "--cipher-suite", str(suite))
                assert status == 0, (kind, suite, errors)
                check_readings(said, wanted)
                serials = wanted["serials"][:1] + [wanted["chassis_serial"], wanted["board_serial"]]
                assert said["device"].get("serial") in serials, (kind, said["device"], serials)
                assert said["device"]["model"] == wanted["model"]
                parts = {(p["kind"], p.get("index", "")): p["serial"] for p in said["parts"]}
                assert parts == {("enclosure", ""): wanted["chassis_serial"], ("board", ""): wanted["board_serial"],
                                 ("psu", "1"): wanted["serials"][1], ("psu", "2"): wanted["serials"][2]}, (kind, parts)
        total = bmcs.control("total")
        for what in ("bad_mac", "bad_trailer", "bad_padding", "unprotected", "replayed", "outside_window", "bad_checksum", "malformed"):
            assert total.get(what, 0) == 0, (what, total)
        assert total["live_sessions"] == 0, "a probe leaves no session behind"


def keyed(folder):
    config = folder.dir + "/hallwatt.yaml"
    secret(folder.dir, "twenty", "twenty-octets-secret")
    secret(folder.dir, "kg", "bmc-key-of-20-octets")
    with open(config, "w") as f:
        f.write("state: state\ncredentials:\n  keyed: {ipmi: {user: hallwatt, password: {file: twenty}, k_g: {file: kg}}}\n"
                "  long: {ipmi: {user: hallwatt, password: {file: long}}}\ndevices: []\n")
    secret(folder.dir, "long", "x" * 20)
    with Bmcs(HALLSIM, count=1, profile="keyed") as bmcs:
        p = subprocess.run([HALLWATT, "probe", bmcs.address(0), "-c", config, "--credentials", "keyed"], capture_output=True, text=True)
        assert p.returncode == 0 and "DCMI power reading" in p.stdout, p
    secret(folder.dir, "long", "x" * 21)
    p = subprocess.run([HALLWATT, "check", "-c", config], capture_output=True, text=True)
    assert p.returncode == 2 and "the password has 21 octets: IPMI takes at most 20" in p.stdout + p.stderr, p


def powers(said):
    return {r["source"]: r for r in said["readings"] if r["role"] == "chassis" and r["index"] == "total"}


def the_right_watt(folder, password):
    """All sources are shown, one is chosen; a reading that is not there is not 0."""
    with Bmcs(HALLSIM, count=10, profile="each") as bmcs:
        said, _, _ = probe(HALLWATT, bmcs.address(0), "hallwatt", password)
        total = powers(said)
        assert [s for s, r in total.items() if r.get("chosen")] == ["dcmi"] and len(total) == 3, total
        said, _, _ = probe(HALLWATT, bmcs.address(2), "hallwatt", password) # early: the supplies alone
        supplies = [r["value"] for r in said["readings"] if r["role"] == "psu" and r["quantity"] == "active_power"]
        assert len(supplies) == 2 and powers(said)["psu sum"]["value"] == sum(supplies), said["readings"]
        said, _, _ = probe(HALLWATT, bmcs.address(4), "hallwatt", password) # standby
        assert not [r for r in said["readings"] if r["quantity"] == "active_power"], said["readings"]
        said, _, _ = probe(HALLWATT, bmcs.address(5), "hallwatt", password) # guarded: the user may not be operator
        assert "dcmi" not in powers(said), said["readings"]
        assert any("privilege" in w for w in said["warnings"]), said["warnings"]
        operator = secret(folder.dir, "operator", "turn-it-off")
        said, _, _ = probe(HALLWATT, bmcs.address(5), "operator", operator) # who may gets it without being told
        assert powers(said)["dcmi"].get("chosen"), said["readings"]
        assert bmcs.control("total")["live_sessions"] == 0


# What goes wrong, and whether suite 3 is what remains.
FAULTS = [("*:short-errors", "*:no-suite-17"), ("*:suite-lie",), ("*:sdr-loop",), ("*:read-limit",), ("*:read-limit=8",),
          ("*:lost-reservation",), ("*:duplicate=50",), ("*:reorder=30",), ("*:late=20",), ("*:truncate=10",), ("*:flip=10",),
          ("*:busy=2/9",), ("*:delay=5/20",), ("*:drop=10", "*:deaf")]


def faults(password):
    for rules in FAULTS:
        with Bmcs(HALLSIM, count=1, faults=rules) as bmcs:
            said, status, errors = probe(HALLWATT, bmcs.address(0), "hallwatt", password, "--timeout", "60")
            assert status == 0, (rules, errors)
            check_readings(said, table(0, "rack"))
            names = [r.get("name") for r in said["readings"]]
            for name in ("System Power", "PSU1 Input", "Inlet Temp", "P12V", "DCMI power reading"):
                assert names.count(name) == 1, (rules, name, said)
            if "*:sdr-loop" in rules:
                assert any("circle" in w for w in said["warnings"]), said["warnings"]


# Departures of firmware, the quirk that takes them, and what is said without it.
QUIRKS = [("role-nibble", "role_nibble", "do not agree on the password"), ("short-rakp2", "short_rakp2", "quirks: short_rakp2"),
          ("padded-user", "padded_user", "do not agree on the password"), ("bad-checksums", "ignore_checksums", "no answer"),
          ("scanning-off", "ignore_scanning", None)]


def quirks(folder):
    """Each is needed where it is for, and enough; both suites."""
    config = folder.dir + "/quirks.yaml"
    secret(folder.dir, "quirky", PASSWORD)
    with open(config, "w") as f:
        f.write("state: state\ndevices: []\ncredentials:\n  plain: {ipmi: {user: hallwatt, password: {file: quirky}}}\n")
        for _, quirk, _ in QUIRKS:
            f.write(f"  {quirk}: {{ipmi: {{user: hallwatt, password: {{file: quirky}}, quirks: {quirk}}}}}\n")

    def ask(bmcs, credentials):
        p = subprocess.run([HALLWATT, "probe", bmcs.address(0), "-c", config, "--credentials", credentials, "--format", "json"],
                           capture_output=True, text=True)
        return json.loads(p.stdout), p.returncode, p.stderr

    for fault, quirk, complaint in QUIRKS:
        for rules in ((f"*:{fault}",), (f"*:{fault}", "*:no-suite-17")):
            with Bmcs(HALLSIM, count=1, faults=rules) as bmcs:
                said, status, errors = ask(bmcs, "plain")
                if complaint is None:
                    assert status == 0 and not any(r["source"].startswith("sdr") for r in said["readings"]), (rules, said)
                else:
                    assert status == 1 and complaint in errors and not said["readings"], (rules, errors)
                said, status, errors = ask(bmcs, quirk)
                assert status == 0 and powers(said)["dcmi"]["chosen"], (rules, errors)
                if fault != "scanning-off": # which makes readings of those that are not scanned indeed
                    check_readings(said, table(0, "rack"))
                assert any(r["source"].startswith("sdr") for r in said["readings"]), (rules, said)


def over_ipv6(password):
    with Bmcs(HALLSIM, count=1) as bmcs:
        if not bmcs.has_v6():
            print("no IPv6 here")
            return
        for suite in ("17", "3"):
            said, status, errors = probe(HALLWATT, f"ipmi://[::1]:{bmcs.port}", "hallwatt", password, "--cipher-suite", suite)
            assert status == 0, errors
            check_readings(said, table(0, "rack"))
            assert powers(said)["dcmi"]["chosen"] and said["device"]["serial"] == "SRV000000A", said
        found = subprocess.run([HALLWATT, "discover", "::1", "--ipmi-port", str(bmcs.port), "--redfish-port", "0", "--port", "9"],
                               capture_output=True, text=True)
        assert found.returncode == 0 and f"ipmi://[::1]:{bmcs.port}" in found.stdout, found
        assert bmcs.control("total")["live_sessions"] == 0


def refusals(folder, password):
    wrong = secret(folder.dir, "wrong", "not-the-password")
    with Bmcs(HALLSIM, count=2) as bmcs:
        said, status, errors = probe(HALLWATT, bmcs.address(0), "hallwatt", wrong)
        assert status == 1 and "do not agree on the password" in errors and not said["readings"], errors
        said, status, errors = probe(HALLWATT, bmcs.address(0), "nobody", wrong)
        assert status == 1 and errors, errors
        said, status, errors = probe(HALLWATT, bmcs.address(0), "hallwatt", password, "--privilege", "administrator")
        assert status == 1 and "privilege" in errors, errors
        total = bmcs.control("total")
        assert total["live_sessions"] == 0, total
        for suite in ("0", "1", "2"):
            p = subprocess.run([HALLWATT, "probe", bmcs.address(0), "--user", "x", "--password-file", password,
                                "--cipher-suite", suite], capture_output=True, text=True)
            assert p.returncode == 2 and "write auto, 17 or 3" in p.stderr, p
        bmcs.control("fault *:full")
        said, status, errors = probe(HALLWATT, bmcs.address(1), "hallwatt", password, "--timeout", "20")
        assert any("no session free" in w for w in said["warnings"]), said
        bmcs.control("clear")
        bmcs.control("fault *:flip-login=100")
        said, status, errors = probe(HALLWATT, bmcs.address(1), "hallwatt", password, "--timeout", "20")
        assert status == 1 and not said["readings"], said


def main():
    with Folder() as folder:
        password = secret(folder.dir, "password", PASSWORD)
        together({"kinds": lambda: all_kinds(folder, password), "faults": lambda: faults(password),
                  "the right watt": lambda: the_right_watt(folder, password), "refusals": lambda: refusals(folder, password),
                  "IPv6": lambda: over_ipv6(password), "quirks": lambda: quirks(folder), "K_g": lambda: keyed(folder)})


main()
