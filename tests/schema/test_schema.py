# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema that `hallwatt check --schema` prints says what `hallwatt check` says.

Usage: test_schema.py HALLWATT PACKAGING_FOLDER SHIPPED_SCHEMAS
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import yaml

HALLWATT, PACKAGING, SHIPPED = sys.argv[1:4]


class Loader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: days stay texts."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if not tag.endswith("timestamp")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def hallwatt(*arguments):
    return subprocess.run([HALLWATT, "check", *arguments], capture_output=True, text=True, check=False)


def schema(which):
    printed = hallwatt(f"--schema={which}")
    assert printed.returncode == 0, printed.stderr
    return json.loads(printed.stdout)


def accepts(which, text):
    document = yaml.load(text, Loader)
    return jsonschema.Draft202012Validator(schema(which)).is_valid(document)


# Main files: whether both must accept them.
MAIN = [
    (True, "{}"),
    (True, "interval: 1m30s"),
    (False, "interval: 30"),
    (False, "interval: 5 parsecs"),
    (False, "intervall: 30s"),
    (True, "retries: 0"),
    (False, "retries: 11"),
    (False, "retries: 1.5"),
    (True, "enable_lifecycle: false"),
    (False, "enable_lifecycle: 'false'"),
    (True, "log: {level: warn}"),
    (False, "log: {level: warning}"),
    (True, "sites: [{id: s, country: SE, rated_it_power: 5.5 kW}]"),
    (False, "sites: [{country: SE}]"),
    (False, "sites: [{id: s, rated_it_power: 400}]"),
    (False, "sites: [{id: S 1}]"),
    (False, "sites: {id: s}"),
    (True, "devices: [{id: d, address: 'snmp://a', accuracy: 1 %}]"),
    (True, "devices: [{id: d, address: 'snmp://a', accuracy: 0.01}]"),
    (False, "devices: [{id: d, address: 'snmp://a', accuracy: 0.9}]"),
    (False, "devices: [{id: d, address: 'snmp://a', rack: 12}]"),
    (True, "devices: [{id: d, address: 'snmp://a', rack: '12', u: 4}]"),
    (False, "devices: [{id: d, address: 'snmp://a', power_role: puu}]"),
    (False, "devices: [{id: d, address: 'snmp://a', fed_by: a/b/c}]"),
    (True, "credentials: {c: {snmp: {version: 2c}}}"),
    (True, "credentials: {c: {snmp: {version: 1}}}"),
    (True, "credentials: {c: {snmp: {version: 3, user: u, auth: sha256, auth_secret: {file: f}}}}"),
    (False, "credentials: {c: {snmp: {version: 3, user: u, auth: sha257}}}"),
    (False, "credentials: {c: {snmp: {version: 7}}}"),
    (False, "credentials: {c: {snmp: {comunity: x}}}"),
    (False, "credentials: {c c: {snmp: {}}}"),
    (False, "credentials: {c: {smtp: {}}}"),
]

CONTRACT_HEAD = "id: c\ntitle: t\nbuyer: b\nsupplier: s\n"
CONTRACT = [
    (True, "valid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{site: s}]\n"),
    (False, "valid: {from: 1 Jan 2026, to: 2026-12-31}\nscope: [{site: s}]\n"),
    (False, "valid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{sight: s}]\n"),
    (False, "valid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{site: s, share: 35}]\n"),
    (False, "valid: {from: 2026-01-01, to: 2026-12-31}\n"),
    (True, "valid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{site: s}]\n"
           "packages: [{package: climate-neutral-data-centre-pact@2025, drop: [pact-pue-warm]}]\n"),
    (False, "valid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{site: s}]\nregisters: {asets: a.csv}\n"),
]


class Schema(unittest.TestCase):
    def test_it_is_a_schema(self):
        for which in ("main", "contract", "package", "assets", "documents", "activities", "factories", "counters", "locations"):
            jsonschema.Draft202012Validator.check_schema(schema(which))

    def test_the_shipped_files_are_what_is_printed(self):
        for name, which in ("hallwatt", "main"), ("contract", "contract"), ("package", "package"):
            shipped = json.loads(pathlib.Path(SHIPPED, f"{name}.schema.json").read_text())
            self.assertEqual(shipped, schema(which))

    def test_every_key_is_described(self):
        for name, key in schema("main")["properties"].items():
            self.assertIn("description", key, name)

    def test_the_schema_agrees_with_check(self):
        for good, text in MAIN:
            with self.subTest(text), tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder, "h.yaml")
                path.write_text(text)
                said = hallwatt("-c", str(path))
                self.assertEqual(said.returncode, 0 if good else 2, said.stdout + said.stderr)
                self.assertEqual(accepts("main", text), good)

    def test_the_schema_of_a_contract_agrees_with_check(self):
        for good, rest in CONTRACT:
            with self.subTest(rest), tempfile.TemporaryDirectory() as folder:
                requirements = "requirements: [{id: r, type: pue, max: 1.3}]\n"
                pathlib.Path(folder, "c.yaml").write_text(CONTRACT_HEAD + rest + requirements)
                main = pathlib.Path(folder, "h.yaml")
                main.write_text("sites: [{id: s}]\ncontracts: c.yaml\n")
                said = hallwatt("-c", str(main))
                self.assertEqual(said.returncode, 0 if good else 2, said.stdout + said.stderr)
                self.assertEqual(accepts("contract", CONTRACT_HEAD + rest + requirements), good)


class Examples(unittest.TestCase):
    def test_check_accepts_them(self):
        said = hallwatt("-c", f"{PACKAGING}/hallwatt.example.yaml")
        self.assertEqual(said.returncode, 0, said.stdout)
        self.assertIn("no mistakes; 1 site, 6 devices, 1 contract", said.stdout)

    def test_the_schema_accepts_them(self):
        for which, path in ("main", "hallwatt.example.yaml"), ("contract", "contracts.d/hosting.example.yaml"):
            document = yaml.load(pathlib.Path(PACKAGING, path).read_text(), Loader)
            jsonschema.Draft202012Validator(schema(which)).validate(document)

    def test_every_main_key_but_a_few_is_shown(self):
        shown = pathlib.Path(PACKAGING, "hallwatt.example.yaml").read_text()
        for key in schema("main")["properties"]:
            if key not in ("retries", "enable_lifecycle", "profiles"):
                self.assertRegex(shown, rf"(?m)^(# )?{key}:")


class Command(unittest.TestCase):
    def test_mistakes_have_their_place_and_a_summary(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "h.yaml")
            path.write_text("intervall: 30s\ntimeout: 5 parsecs\n")
            said = hallwatt("--config.file", str(path))
            self.assertEqual(said.returncode, 2)
            self.assertEqual(said.stdout,
                             f'{path}:1:1: unknown key "intervall"; did you mean "interval"?\n'
                             f'{path}:2:10: "5 parsecs" is not a duration; write 30s, 500ms or 5m\n'
                             f"{path}: 2 mistakes\n")
            for_machines = json.loads(hallwatt("-c", str(path), "--format", "json").stdout)
            self.assertEqual(for_machines["mistakes"][1],
                             {"file": str(path), "line": 2, "column": 10,
                              "text": '"5 parsecs" is not a duration; write 30s, 500ms or 5m'})

    def test_a_watt_counted_twice_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(PACKAGING, folder, dirs_exist_ok=True)
            contract = pathlib.Path(folder, "contracts.d/hosting.example.yaml")
            contract.write_text(contract.read_text().replace("- {rack: A1}", "- {rack: A1}\n  - {device: srv-17}"))
            said = hallwatt("-c", f"{folder}/hallwatt.example.yaml")
            self.assertEqual(said.returncode, 2)
            self.assertIn("DOUBLE_COUNT: srv-17 lies behind pdu-a1", said.stdout)

    def test_misuse(self):
        for arguments in [], ["--format", "xml", "-c", "x"], ["x"], ["--schema=x"], ["--none"], ["-c"]:
            said = hallwatt(*arguments)
            self.assertEqual(said.returncode, 2, arguments)
            self.assertNotEqual(said.stderr, "")
        self.assertEqual(hallwatt("-c", "/nonexistent.yaml").returncode, 2)

    def test_help_and_version(self):
        self.assertIn("--config.file", hallwatt("--help").stdout)
        self.assertRegex(hallwatt("--version").stdout, r"^hallwatt \d+\.\d+")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
