# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Reports of two contracts laid side by side by the program itself.  Arguments: report_print, hallwatt."""
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

import jsonschema

printer, hallwatt = sys.argv[1:]


def run(*args, code=0):
    done = subprocess.run([hallwatt, "followup", *map(str, args)], capture_output=True, text=True, env={"LANG": "nb_NO.UTF-8"})
    assert done.returncode == code, done
    return done.stdout if code == 0 else done.stderr


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    text = subprocess.run([printer, "json", "en"], check=True, capture_output=True, text=True).stdout
    (folder / "a.json").write_text(text)
    other = json.loads(text)
    other["contract"]["id"] = "other"
    other["requirements"] = [r for r in other["requirements"] if r["id"] != "util"]
    other["requirements"][0]["status"] = "met"
    (folder / "b.json").write_text(json.dumps(other))
    files = (folder / "a.json", folder / "b.json")

    joint = json.loads(run("--format", "json", *files))
    jsonschema.validate(joint, json.loads((pathlib.Path(__file__).parents[3] / "exporters/report/joint.schema.json").read_text()))
    assert joint["schema"] == "hallwatt.joint/1" and len(joint["reports"]) == 2 and len(joint["requirements"]) == 5
    pue = next(r for r in joint["requirements"] if r["template"] == "pue")
    assert [c["status"] for c in pue["contracts"]] == ["not_met", "met"] and pue["lesson"] == "breaches", pue
    assert len(next(r for r in joint["requirements"] if r["type"] == "cpu_utilisation")["contracts"]) == 1

    rows = list(csv.DictReader(io.StringIO(run("--format", "csv", *files), newline="")))
    assert len(rows) == 9 and {r["contract"] for r in rows} == {"hosting", "other"}

    for language, word in (("sv", "Gemensam uppföljning"), ("nb", "Felles oppfølging"), ("en", "Joint follow-up")):
        run("--lang", language, "-o", folder / "page.html", *files)
        page = (folder / "page.html").read_text()
        root = tree.fromstring(page.split("\n", 1)[1])
        assert root.get("lang") == language and word in " ".join(root.itertext())
        assert "<script" not in page
    assert 'lang="nb"' in run(*files), "the environment's language"
    assert sorted(p.name for p in folder.iterdir()) == ["a.json", "b.json", "page.html"], "a draft was left behind"

    assert "--lang is sv, nb or en" in run("--lang", "fi", *files, code=2)
    assert "say which reports" in run(code=2)
    assert "no JSON" in run(folder / "page.html", code=2)
    assert "No such file" in run("-o", folder / "no" / "x.html", *files, code=1)
print("side by side")
