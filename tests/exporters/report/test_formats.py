# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""The report as JSON keeps its schema, as CSV says the same, as a page is well formed, escaped and readable in each language.

Arguments: report_print, the exporter's folder."""
import csv
import io
import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as tree

import jsonschema

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
schema = json.loads((folder / "followup.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
LANGUAGES = ("sv", "nb", "en")


def shown(form, language, *more):
    return subprocess.run([program, form, language, *more], check=True, capture_output=True).stdout.decode()


def refused(form, language):
    done = subprocess.run([program, form, language], capture_output=True, text=True)
    assert done.returncode == 1, done
    return done.stderr


# --- JSON ---
for more in ((), ("empty",)):
    text = shown("json", "en", *more)
    report = json.loads(text)
    jsonschema.validate(report, schema)
    canonical = json.dumps(report, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    assert text == canonical, "not in canonical form"
report = json.loads(shown("json", "sv"))
pue = report["requirements"][0]
assert (pue["value"], pue["numerator"], pue["denominator"]) == ("1.300400000", "1300400", "1000000"), pue
assert pue["margin"] == "-0.000307692" and pue["limit"] == "1.300000000", pue
assert report["requirements"][1]["value"] == "67500000000000.500000000"
assert report["requirements"][3]["margin"] == "0.050000000"
assert report["requirements"][2]["value"] is None and report["requirements"][2]["limit"] is None
assert report["figures"][0]["parts"][1]["value"] is None
assert report["documents"][2]["to"] is None and report["documents"][2]["days_left"] is None
assert report["period"] == {"asked": "2026-Q3", "from": "2026-06-30T22:00:00Z", "to": "2026-09-30T22:00:00Z", "open": False}
bad = json.loads(json.dumps(report))
bad["requirements"][0]["value"] = 1.3
try:
    jsonschema.validate(bad, schema)
    raise SystemExit("the schema takes a double for a value")
except jsonschema.ValidationError:
    pass

# --- CSV: what it says, read back, is what the JSON says ---
rows = list(csv.DictReader(io.StringIO(shown("csv", "sv"), newline="")))
assert all(None not in row and None not in row.values() for row in rows), "ragged rows"
cell = lambda v: "" if v is None else str(v).lower() if isinstance(v, bool) else " ".join(v) if isinstance(v, list) else str(v)
plain = lambda s: s[1:] if re.match(r"'[=+\-@\t\r]", s) else s  # the guard against formulas
of = lambda record: [row for row in rows if row["record"] == record]
same = 0


def agree(row, source, keys, **renamed):
    global same
    for key in keys:
        assert plain(row[key]) == cell(source[key]), (key, row[key], source[key])
        same += 1
    for key, other in renamed.items():
        assert plain(row[key]) == cell(source[other]), (key, row[key], source[other])
        same += 1


assert len(of("requirement")) == len(report["requirements"])
for row, r in zip(of("requirement"), report["requirements"]):
    agree(row, r, ["id", "type", "status", "reasons", "value", "unit", "limit", "limit_kind", "margin", "uncertainty", "coverage",
                   "min_coverage", "quality", "category", "window", "from", "to", "open", "since", "package", "template"])
    assert plain(row["title"]) == r["title"]["sv"] and row["sentence"] == r["sentence"]["sv"] and plain(row["source"]) == r["source"].get("sv", r["source"].get("en", ""))
for row, s in zip(of("figure"), report["figures"]):
    agree(row, s["whole"], ["value", "uncertainty", "coverage", "quality", "category", "from", "to"], reasons="notes")
    agree(row, s, ["subject", "unit", "part"], id="kpi", type="subject_kind")
parts = [p for s in report["figures"] for p in s["parts"]]
assert len(of("figure_part")) == len(parts) == 5
for row, p in zip(of("figure_part"), parts):
    agree(row, p, ["value", "uncertainty", "coverage", "quality", "from", "to"], reasons="notes")
for row, e in zip(of("event"), report["events"]):
    agree(row, e, ["subject", "before", "after"], id="device", type="kind", **{"from": "at"})
for row, d in zip(of("document"), report["documents"]):
    agree(row, d, ["id", "type", "title", "status", "from", "to"], subject="requirement", author="issuer", document="sha256")
for row, c in zip(of("comparison"), report["comparisons"]):
    agree(row, c, ["unit", "theirs", "difference", "uncertainty", "coverage", "author", "document"], id="figure", value="ours", status="agreement")
uses = [(c, u) for c in report["certificates"] for u in c["uses"]]
assert len(of("certificate")) == len(uses) == 3
for row, (c, u) in zip(of("certificate"), uses):
    agree(row, c, ["id", "last_id", "from", "to", "subject", "volume", "count", "cancelled", "beneficiary"], type="kind", title="technology",
          status="guarantees", document="sha256", author="transaction")
    assert plain(row["source"]) == c["device"]
    agree(row, u, ["requirement", "reasons"], value="counted")
for row, c in zip(of("certificate_check"), report["certificate_checks"], strict=True):
    agree(row, c, ["subject"], id="number", status="outcome", reasons="rows", type="subject_kind")
assert len(report["hours_of_day"]) == 24
for h in report["hours_of_day"]:
    for row in of("hour_of_day")[3 * h["hour"]:3 * h["hour"] + 3]:
        assert row["id"] == f"{h['hour']:02d}"
        agree(row, {"value": h[row["type"]]}, ["value"])
assert {r["record"] for r in rows} == {"requirement", "figure", "figure_part", "event", "document", "comparison", "certificate",
                                       "certificate_check", "hour_of_day"} and same > 250
formulas = [v for row in rows for v in row.values() if v and v[0] in "=+@" or v and v[0] == "-" and not re.fullmatch(r"-[0-9.]*", v)]
assert formulas == [], formulas

# --- the page ---
ENGLISH = re.compile(r"\b(Requirement|Verdict|Measured|Figures|Limit|Source|Quality)\b")
for language in LANGUAGES:
    for more in ((), ("empty",)):
        page = shown("html", language, *more)
        root = tree.fromstring(page.split("\n", 1)[1])  # well formed, as XML too
        assert root.get("lang") == language
        assert not root.findall(".//script") and "<script" not in page, "something got in unescaped"
        outside = re.findall(r"(?:src|href)\s*=|url\(|@import", page)
        assert outside == [], f"the page is not self-contained: {outside}"
        ids = [e.get("id") for e in root.iter() if e.get("id")]
        assert len(ids) == len(set(ids)), "an id stands twice"
        for table in root.iter("table"):
            assert all(th.get("scope") in ("col", "row") for th in table.iter("th")), "a heading without its scope"
        levels = [int(e.tag[1]) for e in root.iter() if re.fullmatch(r"h[1-6]", e.tag)]
        assert levels[0] == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:])), levels
        words = " ".join(root.find("body").itertext())
        if language != "en":
            own = words.replace("Measured on", "")
            assert not ENGLISH.search(re.sub(r"Promised.*?\.|=cmd.*", "", own)), ENGLISH.search(own)
    page = shown("html", language)
    words = " ".join(" ".join(tree.fromstring(page.split("\n", 1)[1]).find("body").itertext()).split())
    comma = "." if language == "en" else ","
    assert f"1{comma}3004" in words, "the value must show that it is over the limit"
    assert f"≤ 1{comma}30" in words
    assert words.index("Exempelhall AB & co") > 0 and "Region <Norr>" in words
    assert f"> 40{comma}0" in words  # an exclusive limit
    assert len(tree.fromstring(page.split("\n", 1)[1]).findall(".//svg")) == 3
    assert re.search(r"99[.,]9999", words), "a coverage below one is never shown as 100 %"
first = tree.fromstring(shown("html", "sv").split("\n", 1)[1]).find(".//table")
assert "Ej uppfyllt" in " ".join(first.itertext()), "the verdicts come first"

# --- the yearly report ---
eu_schema = json.loads((folder / "eu.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(eu_schema)
SECTIONS = ("annex1", "annex2", "annex3", "labels")
for more in ("eu", "eu-empty"):
    text = shown("json", "en", more)
    eu = json.loads(text)
    jsonschema.validate(eu, eu_schema)
    assert text == json.dumps(eu, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n", "not in canonical form"
    fields = {key: (section, eu[section].get(key)) for section in SECTIONS for key in eu[section]}
    quality = eu["quality"]["per_field"]
    rows = list(csv.DictReader(io.StringIO(shown("csv", "en", more), newline="")))
    assert all(None not in row and None not in row.values() for row in rows), "ragged rows"
    told = {row["key"]: row for row in rows if row["status"]}
    assert set(told) == set(quality) and len(told) == 44, set(told) ^ set(quality)
    for key, row in told.items():
        for column in ("status", "coverage", "u_rel", "quality", "method", "note"):
            assert plain(row[column]) == cell(quality[key][column]), (key, column, row, quality[key])
            same += 1
        if key not in ("refrigerants", "grid_functions"):
            section, value = fields[key]
            assert row["section"] == section and plain(row["value"]) == cell(value), (key, row, value)
    parts = [row for row in rows if not row["status"]]
    kinds = lambda key: [(plain(row["symbol"]), row["value"]) for row in parts if row["key"] == key]
    assert kinds("e_dc_by_carrier_kwh") == list(eu["annex2"]["e_dc_by_carrier_kwh"].items())
    assert [d for d, _ in kinds("e_it_points")] == [p["device"] for p in eu["annex2"]["e_it_points"]]
    assert kinds("refrigerant_kg") == [(r["name"], r["kg"]) for r in eu["annex2"]["refrigerants"]]
    assert kinds("go_statements") == [(s["id"], s["kwh"]) for s in eu["evidence"]["go_statements"]]
    assert [f for f, _ in kinds("grid_functions")] == eu["annex2"]["grid_functions"]
    assert {i["rule"]: i["holds"] for i in eu["invariants"]} == ({} if more == "eu-empty" else {
        "e_it_kwh <= e_dc_kwh": True, "w_in_pot_m3 <= w_in_m3": False, "w_in_fre_m3 <= w_in_m3": None})
    for language in LANGUAGES:
        page = shown("html", language, more)
        root = tree.fromstring(page.split("\n", 1)[1])
        words = " ".join(" ".join(root.find("body").itertext()).split())
        assert root.get("lang") == language and not root.findall(".//script") and "<script" not in page
        assert all(th.get("scope") in ("col", "row") for table in root.iter("table") for th in table.iter("th"))
        assert ("w_in_pot_m3" in words) == (more == "eu"), "a rule that does not hold is told"
        assert language == "en" or (">colocation<" not in page and "nobody read" not in words and "not over" not in words), words
bad = json.loads(json.dumps(eu))
bad["annex2"]["e_dc_kwh"] = 1.0
try:
    jsonschema.validate(bad, eu_schema)
    raise SystemExit("the schema takes a double for an energy")
except jsonschema.ValidationError:
    pass

assert "there are sv, nb and en" in refused("html", "fi")
assert "there are html, json and csv" in refused("pdf", "sv")
print("3 formats, 3 languages,", same, "cells equal")
