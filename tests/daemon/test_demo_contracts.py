# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""The five contracts of `hallwatt demo` show every requirement type and every verdict, and their reports can be read by a person who
knows Swedish or Norwegian alone.  Arguments: hallwatt, hallsim."""
import datetime
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

import jsonschema

from hall import Hall, free_port, holds, until

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "exporters" / "report"
CONTRACTS = ("fjord-arkiv", "inkop-leveranskedja", "kommun-arende", "observatory-gpp", "region-journal")
STATUSES = {"met", "not_met", "not_enough_data", "expired", "not_applicable"}
TO_RAISE = {"not_met", "not_enough_data", "expired"}
MONTHS = "13"


def types_of_the_program():
    """The names of the tables of requirement types."""
    names = set()
    for path in sorted((ROOT / "agent").glob("judge_*.c")):
        names |= set(re.findall(r'(?:\{ \.name = "|PAPER\("|EVENT\(")([a-z_]+)"(?=,\s*(?:REQUIREMENT_KEYS|DOC_|[a-z_]+_keys))', path.read_text()))
    assert {"pue", "attestation", "reporting", "counter", "location", "lifetime"} <= names and len(names) >= 45, sorted(names)
    return names


def run(*arguments):
    done = subprocess.run([sys.argv[1], *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (arguments, done.stdout[-500:], done.stderr)
    return done.stdout


# Asked for once: a month may end meanwhile.
LAST_MONTH = (datetime.date.today().replace(day=1) - datetime.timedelta(days=1)).strftime("%Y-%m")


def body_of(page):
    root = tree.fromstring(page.split("\n", 1)[1])
    return root, [" ".join(t.split()) for t in root.find("body").itertext() if t.strip()]


def own_words(report):
    """What people wrote in their contracts, registers and packages: it stays in the language that they chose."""
    words = set()

    def walk(value, key):
        if isinstance(value, dict):
            for k, v in value.items():
                walk(v, k)
        elif isinstance(value, list):
            for v in value:
                walk(v, key)
        elif isinstance(value, str) and key not in ("sv", "nb", "en"):
            words.add(" ".join(value.split()))

    walk(report, None)
    return words


def check_languages(pages, report, raw):
    english = set(body_of(pages["en"])[1])
    theirs = own_words(report)
    for language in ("sv", "nb"):
        root, texts = body_of(pages[language])
        assert root.get("lang") == language
        same = [t for t in texts if t in english and len(t.split()) > 3 and re.search("[a-z]{4}", t) and t not in theirs
                and not any(t in own or own in t for own in theirs if len(own) > 8)]
        assert same == [], (language, same)
        shown = set(re.findall(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", " ".join(t for t in texts if t not in theirs)))
        assert not shown & raw, (language, shown & raw)


def check_report(config, folder, contract, raw):
    report = json.loads(run("report", "-c", config, "--contract", contract, "--period", LAST_MONTH, "--format", "json"))
    jsonschema.validate(report, json.loads((SCHEMAS / "followup.schema.json").read_text()))
    (folder / f"{contract}.json").write_text(json.dumps(report))
    pages = {l: run("report", "-c", config, "--contract", contract, "--period", LAST_MONTH, "--format", "html", "--lang", l)
             for l in ("sv", "nb", "en")}
    check_languages(pages, report, raw)
    for requirement in report["requirements"]:
        what = (contract, requirement["id"], requirement["status"], requirement["ask"])
        assert all(requirement["title"][l] for l in ("sv", "nb", "en")), what
        waits = requirement["open"] and "PERIOD_OPEN" in requirement["reasons"]
        for language in ("sv", "nb", "en"):
            assert requirement["sentence"][language], what
            asked = bool((requirement["ask"] or {}).get(language))
            assert asked == (requirement["status"] in TO_RAISE) or waits, what
        if requirement["status"] in TO_RAISE and not waits:
            assert len({requirement["ask"][l] for l in ("sv", "nb", "en")}) == 3, what
    return report


def check_eu(config):
    for year in {LAST_MONTH[:4]}:
        ask = ("report", "-c", config, "--eu-2024-1364", "--year", year, "--site", "demo-1")
        report = json.loads(run(*ask, "--format", "json"))
        jsonschema.validate(report, json.loads((SCHEMAS / "eu.schema.json").read_text()))
        assert not [i for i in report["invariants"] if i["holds"] is False], report["invariants"]
        assert sum(i["holds"] is True for i in report["invariants"]) >= 4, report["invariants"]
        statuses = [q["status"] for q in report["quality"]["per_field"].values()]
        assert statuses.count("measured") >= 25, statuses
        assert 1 < float(report["annex3"]["pue"]) < 2 and 0 < float(report["annex3"]["wue"]) < 5
        ids = [s["id"] for s in report["evidence"]["go_statements"]]
        assert not [i for i in ids if i.startswith("NUCLEAR") or i.startswith("EXPIRED")], ids
        english = set(body_of(run(*ask, "--format", "html", "--lang", "en"))[1])
        for language in ("sv", "nb"):
            _, texts = body_of(run(*ask, "--format", "html", "--lang", language))
            same = [t for t in texts if t in english and len(t.split()) > 3 and "@" not in t and re.search("[a-z]{4}.*[a-z]{4}", t)]
            assert same == [], same
            codes = re.findall(r"\b[a-z]+_[a-z_]+\b", " ".join(texts))
            assert codes == [], codes


def check_joint(folder):
    files = [folder / f"{c}.json" for c in CONTRACTS]
    joint = json.loads(run("followup", "--format", "json", *files))
    jsonschema.validate(joint, json.loads((SCHEMAS / "joint.schema.json").read_text()))
    assert len(joint["reports"]) == 5, joint["reports"]
    assert any(len({c["contract"] for c in r["contracts"] if c.get("status")}) > 0 for r in joint["requirements"])
    english = set(body_of(run("followup", "--format", "html", "--lang", "en", *files))[1])
    _, texts = body_of(run("followup", "--format", "html", "--lang", "sv", *files))
    assert [t for t in texts if t in english and len(t.split()) > 4] == []


def check_comparisons(reports):
    agreements = {c["agreement"] for r in reports.values() for c in r["comparisons"]}
    assert {"agrees", "differs"} <= agreements, agreements


def check_live(reader):
    verdicts = reader.metrics().all("hallwatt_requirement_status")
    live = {l["status"] for l, v in verdicts if v == 1}
    assert live == STATUSES, live
    assert {l["contract"] for l, _ in verdicts} == set(CONTRACTS)


def check_all(config, folder):
    assert "no mistakes" in run("check", "-c", config)
    types = types_of_the_program()
    reports = {c: check_report(config, folder, c, types) for c in CONTRACTS}
    rows = [r for report in reports.values() for r in report["requirements"]]
    assert {r["type"] for r in rows} == types, {r["type"] for r in rows} ^ types
    assert {r["status"] for r in rows} == STATUSES
    check_comparisons(reports)
    check_eu(config)
    check_joint(folder)


def words_of(file):
    file.seek(0)
    return file.read()


def main():
    port, sim_port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as tmp, tempfile.TemporaryFile("w+") as said:
        folder = pathlib.Path(tmp)
        (folder / "demo").mkdir()
        demo = subprocess.Popen([sys.argv[1], "demo", "--months", MONTHS, "--listen", f"127.0.0.1:{port}", "--base", "127.9.8.1", "--port",
                                 str(sim_port), "--dir", str(folder / "demo")], stderr=said, env=dict(os.environ))
        reader = Hall.__new__(Hall)  # only its HTTP side
        reader.port = port
        try:
            until("the demo is live", lambda: demo.poll() is not None or reader.status("/-/ready") == 200, 600)
            assert demo.poll() is None, words_of(said)
            holds(lambda: check_live(reader))
            check_all(folder / "demo" / "hallwatt.yaml", folder)
            demo.send_signal(signal.SIGINT)
            assert demo.wait(60) == 0
        finally:
            if demo.poll() is None:
                demo.kill()


main()
