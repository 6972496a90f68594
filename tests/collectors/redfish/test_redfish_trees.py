# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Captured Redfish services, served by hallsim and read by `hallwatt probe`: what each must give, and must not.

usage: test_redfish_trees.py HALLWATT HALLSIM [FOLDER]

FOLDER holds NAME.json (path to resource) beside NAME.expected.json, or folders NAME with redfish/v1/.../index.json; default: trees/.
A reading is found when role and quantity are right, it comes from the same place or one of those under "also", and its value is
within 0.5 % or half of a tenth. Rows of class extra, derived, doubtful and quirk are not asked for.
"""
import glob
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peer

HALLWATT, HALLSIM = (os.path.abspath(p) for p in sys.argv[1:3])
FOLDER = sys.argv[3] if len(sys.argv) > 3 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "trees")
OPTIONAL = {"extra", "derived", "doubtful", "quirk"}
ANY_ROLE = {"temperature", "humidity", "memory_size", "memory_used"}
GROUPS = {"active_power": "power", "apparent_power": "power", "reactive_power": "power", "energy": "energy", "current": "electrical",
          "voltage": "electrical", "power_factor": "electrical", "frequency": "electrical", "temperature": "environment",
          "humidity": "environment", "fan_speed": "environment"}
LEAST = 0.98
# Parts with serial numbers, of which there must be no others of that kind: a supply that two trees name is one.
PARTS = {
    "dmtf-public-rackmount1": [("enclosure", "1U", "437XR1138R2"), ("psu", "Bay1", "3488247")],
    "dell-idrac9": [("enclosure", "System.Embedded.1", "CNIVC007CV0803"), ("psu", "PSU.Slot.1", "PHARP0079G0049")],
    "gigabyte-h262-z63": [("processor", "1", "2B48C8D56F3C076"), ("processor", "2", "2B48C8D56F3C080"), ("drive", "1.1", "S455NY0M831393")],
}


def unpack(name, folder):
    """Writes NAME.json as the tree of files that hallsim serves."""
    with open(name + ".json") as f:
        for path, resource in json.load(f).items():
            os.makedirs(folder + path, exist_ok=True)
            with open(folder + path + "/index.json", "w") as out:
                json.dump(resource, out)


def close(got, want):
    return abs(got - want) <= max(0.005 * abs(want), 0.0501 if abs(want) < 10 else 0)


def matches(wanted, place, value, reading):
    got = reading["value"] * (100 if wanted["unit"] == "%" and reading["unit"] == "1" else 1)
    return (reading["source"] == place and reading["quantity"] == wanted["quantity"] and close(got, value)
            and (wanted["quantity"] in ANY_ROLE or reading["role"] == wanted["role"])
            and ("chosen" not in wanted or chosen(reading) == wanted["chosen"]))


def chosen(reading):
    return reading.get("chosen", True)


def judge(expected, got, tally):
    """Returns what is wrong, as sentences."""
    wrong = []
    for wanted in expected["readings"]:
        if wanted.get("class") in OPTIONAL:
            continue
        places = [(wanted["oid"], wanted["value"])] + [(a["oid"], a["value"]) for a in wanted.get("also", [])]
        found = any(matches(wanted, place, value, r) for place, value in places for r in got)
        count = tally.setdefault(GROUPS.get(wanted["quantity"], "utilisation"), [0, 0])
        count[0] += found
        count[1] += 1
        if not found:
            wrong.append(f"missing {wanted['quantity']} {wanted['role']} {wanted['oid']} = {wanted['value']}")
    sources = {r["source"] for r in got}
    wrong += [f"forbidden {f['oid']}: {f['why']}" for f in expected["forbidden"] if f["oid"] in sources]
    counted = [(r["role"], r["index"], r["quantity"]) for r in got if chosen(r)]
    wrong += [f"twice {c}" for c in set(counted) if counted.count(c) > 1]
    return wrong


def judge_parts(name, said):
    wanted = PARTS.get(name, [])
    kinds = {kind for kind, _, _ in wanted}
    got = sorted((p["kind"], p.get("index", ""), p.get("serial", "")) for p in said if p["kind"] in kinds and not p.get("empty"))
    return [] if got == sorted(wanted) else [f"parts {got}, not {wanted}"]


def main():
    names = [n[:-len(".expected.json")] for n in sorted(glob.glob(os.path.join(FOLDER, "*.expected.json")))]
    assert names, FOLDER
    tally, failed = {}, False
    with tempfile.TemporaryDirectory() as work:
        trees = []
        for name in names:
            trees.append(name if os.path.isdir(name) else os.path.join(work, os.path.basename(name)))
            if not os.path.isdir(name):
                unpack(name, trees[-1])
        server = peer.Peer(HALLSIM, "--count", str(len(names)), *(x for t in trees for x in ("--tree", t)))
        for number, name in enumerate(names):
            result = server.probe(HALLWATT, number=number)
            assert result.stdout, (name, result.stderr)
            wrong = judge_parts(os.path.basename(name), json.loads(result.stdout)["parts"])
            wrong += judge(json.load(open(name + ".expected.json")), json.loads(result.stdout)["readings"], tally)
            for sentence in wrong:
                print(os.path.basename(name), sentence)
            failed |= any(not w.startswith("missing") for w in wrong)
        assert server.counts()["live_sessions"] == 0
        server.close()
    print("  ".join(f"{g} {a}/{b}" for g, (a, b) in sorted(tally.items())))
    sys.exit(1 if failed or any(a < LEAST * b for a, b in tally.values()) else 0)


main()
