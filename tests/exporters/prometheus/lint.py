#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Checks an exposition by the rules of ecosystem.md a.2 and a.3, which promtool does not: base units, names, labels.

    lint.py [--format text|openmetrics] FILE|-

Prints one line per finding and ends with 1 when there is any."""
import argparse
import re
import sys

PREFIXES = ("hallwatt_", "process_")
BASE_UNITS = (
    "voltamperes_reactive", "voltamperes", "bytes_per_second", "cubic_meters", "megawatthours", "joules", "watts",
    "amperes", "volts", "celsius", "hertz", "seconds", "bytes", "ratio", "grams",
)
# Words that no part of a name may be: other units than the base ones, and scales.
FORBIDDEN_WORDS = {
    "percent", "percentage", "pct", "kwh", "wh", "mwh", "kilowatthours", "watthours", "kw", "mw", "kilowatts",
    "megawatts", "milliwatts", "kva", "va", "var", "ms", "us", "ns", "milliseconds", "microseconds", "minutes",
    "minute", "min", "hours", "hour", "days", "mbps", "gbps", "kbps", "bps", "bits", "octets", "kb", "mb", "gb", "kib",
    "mib", "gib", "kilobytes", "megabytes", "gigabytes", "rpm", "fahrenheit", "kelvin", "milliamperes", "ma", "mv",
    "amps", "tenths", "hundredths", "permille", "ppm", "kilojoules", "megajoules", "kj", "mj", "khz", "mhz", "liters",
    "litres",
}
# Labels that this project uses; a further one is added here on purpose, after a look at ecosystem.md a.2.
ALLOWED_LABELS = {
    "device", "role", "index", "source", "name", "reason", "vendor", "model", "serial", "firmware", "profile", "site",
    "rack", "room", "power_role", "contract", "requirement", "status", "buyer", "supplier", "valid_from", "valid_to", "kpi",
    "window", "version", "revision", "compiler", "queue", "engine", "state", "collector", "le",
}
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: (\S+))?\Z')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|\Z)')
NUMBER = re.compile(r"(NaN|[+-]Inf|[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)\Z")
SUFFIXES = {"counter": ("_total", "_created"), "info": ("_info",), "histogram": ("_bucket", "_count", "_sum", "_created"),
            "summary": ("", "_count", "_sum", "_created"), "gauge": ("",), "unknown": ("",), "stateset": ("",)}
TEXT_TYPES = ("counter", "gauge", "histogram", "summary", "untyped")


class Family:
    def __init__(self, name, line):
        self.name, self.line = name, line
        self.help = self.type = self.unit = None
        self.samples = 0


class Lint:
    def __init__(self, openmetrics):
        self.openmetrics = openmetrics
        self.findings = []
        self.families = {}
        self.current = None
        self.series = set()

    def find(self, line, text):
        self.findings.append(f"{line}: {text}")

    def family(self, name, line):
        """The family whose lines come now; one that had its turn must not come again."""
        if self.current is not None and self.current.name == name:
            return self.current
        if name in self.families:
            self.find(line, f"lines of {name} are not together")
            return self.families[name]
        self.current = self.families[name] = Family(name, line)
        return self.current

    def meta(self, line, text):
        parts = text.split(" ", 3)
        if len(parts) < 4 or parts[1] not in ("HELP", "TYPE", "UNIT"):
            if self.openmetrics or parts[1:2] in (["HELP"], ["TYPE"]):
                self.find(line, f"not a line of this format: {text}")
            return
        keyword, name, value = parts[1:]
        family = self.family(name, line)
        attribute = keyword.lower()
        if getattr(family, attribute) is not None:
            self.find(line, f"{keyword} of {name} is there twice")
        if family.samples:
            self.find(line, f"{keyword} of {name} comes after its samples")
        setattr(family, attribute, value)
        if keyword == "TYPE" and value not in (SUFFIXES if self.openmetrics else TEXT_TYPES):
            self.find(line, f"{name} has the unknown type {value}")
        if keyword == "UNIT":
            if not self.openmetrics:
                self.find(line, "UNIT belongs to OpenMetrics only")
            if value and not name.endswith("_" + value):
                self.find(line, f"{name} does not end in its unit {value}")
        if keyword == "HELP":
            escapes = r'\\|\n' + (r'|\"' if self.openmetrics else "")
            if re.sub(r'\\[\\n"]' if self.openmetrics else r"\\[\\n]", "", value).count("\\"):
                self.find(line, f"HELP of {name} has an escape other than {escapes}")
            if not value.strip():
                self.find(line, f"HELP of {name} is empty")

    def owner(self, name):
        """The declared family that a sample belongs to."""
        if self.current is not None:
            kind = self.current.type or "gauge"
            suffixes = SUFFIXES.get(kind, ("",)) if self.openmetrics or kind in ("histogram", "summary") else ("",)
            if any(name == self.current.name + suffix for suffix in suffixes):
                return self.current
        return None

    def labels(self, line, name, text):
        labels, at = [], 0
        while text and at < len(text):
            found = LABEL.match(text, at)
            if not found:
                self.find(line, f"labels of {name} cannot be read at: {text[at:at + 40]}")
                break
            labels.append((found.group(1), found.group(2)))
            at = found.end()
        names = [label for label, _ in labels]
        if len(set(names)) != len(names):
            self.find(line, f"{name} has a label twice")
        for label in names:
            if label not in ALLOWED_LABELS:
                self.find(line, f"{name} has the label {label}, which is not on the list")
        return tuple(sorted(labels))

    def sample(self, line, text):
        found = SAMPLE.match(text)
        if not found:
            self.find(line, f"cannot be read: {text}")
            return
        name, inside, value, stamp = found.groups()
        family = self.owner(name)
        if family is None:
            self.find(line, f"{name} has no HELP and TYPE of its own before it")
            family = self.family(name, line)
        family.samples += 1
        series = (name, self.labels(line, name, inside))
        if series in self.series:
            self.find(line, f"the same series again: {text}")
        self.series.add(series)
        if not NUMBER.match(value):
            self.find(line, f"{name} has the value {value}, which is no number")
        elif family.type == "counter" and (value == "NaN" or value.startswith("-")):
            self.find(line, f"the counter {name} is {value}")
        elif name.endswith("_info") and value != "1":
            self.find(line, f"{name} is {value}, not 1")
        if stamp is not None:
            self.find(line, f"{name} has a timestamp, which hallwatt never sets")

    def name(self, family):
        name = family.name
        if not NAME.match(name) or "__" in name or name.endswith("_"):
            self.find(family.line, f"{name} is not in snake_case")
        if not name.startswith(PREFIXES):
            self.find(family.line, f"{name} has none of the prefixes {', '.join(PREFIXES)}")
        base = name[:-len("_total")] if name.endswith("_total") else name
        unit = next((u for u in BASE_UNITS if base.endswith("_" + u)), None)
        words = (base[:-len(unit)] if unit else base).split("_")
        for word in words:
            if word in FORBIDDEN_WORDS:
                self.find(family.line, f"{name} says {word}: base units only, and without scales")
        early = [u for u in BASE_UNITS if not unit and f"_{u}_" in name + "_" and not name.endswith("_info")]
        if early:
            self.find(family.line, f"{name} has its unit {early[0]} in the middle")

    def whole(self, family):
        if family.help is None:
            self.find(family.line, f"{family.name} has no HELP")
        if family.type is None:
            self.find(family.line, f"{family.name} has no TYPE")
        if not family.samples:
            self.find(family.line, f"{family.name} has no samples")
        self.name(family)
        total = family.name.endswith("_total")
        if self.openmetrics:
            if total or family.name.endswith("_info"):
                self.find(family.line, f"{family.name} is declared with its samples' suffix")
            unit = next((u for u in BASE_UNITS if family.name.endswith("_" + u)), None)
            if unit and family.type not in ("info", "stateset") and family.unit != unit:
                self.find(family.line, f"{family.name} has UNIT {family.unit}, not {unit}")
            if family.unit and family.type in ("info", "stateset"):
                self.find(family.line, f"{family.name} is an {family.type} and has a UNIT")
        elif total != (family.type == "counter"):
            self.find(family.line, f"{family.name} is a {family.type}: counters and they alone end in _total")

    def run(self, data):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.find(1, f"is not UTF-8: {error}")
            return
        if not text.endswith("\n"):
            self.find(text.count("\n") + 1, "the last line is not ended")
        if "\r" in text:
            self.find(1, "has carriage returns")
        lines = text.split("\n")[:-1]
        if self.openmetrics:
            if lines[-1:] != ["# EOF"]:
                self.find(len(lines), "does not end with # EOF")
            if "# EOF" in lines[:-1]:
                self.find(lines.index("# EOF") + 1, "# EOF is not the last line")
            lines = [line if line != "# EOF" else None for line in lines]
        for number, line in enumerate(lines, 1):
            if line is None:
                continue
            if line == "":
                self.find(number, "an empty line")
            elif line.startswith("#"):
                self.meta(number, line)
            else:
                self.sample(number, line)
        if not self.series:
            self.find(1, "has no samples at all")
        for family in self.families.values():
            self.whole(family)


def lint(data, openmetrics):
    """All findings in `data` (octets), each "line: sentence"."""
    judge = Lint(openmetrics)
    judge.run(data)
    return judge.findings


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--format", choices=("text", "openmetrics"), help="default: by the # EOF at the end")
    parser.add_argument("file")
    arguments = parser.parse_args()
    if arguments.file == "-":
        data = sys.stdin.buffer.read()
    else:
        with open(arguments.file, "rb") as file:
            data = file.read()
    openmetrics = data.endswith(b"# EOF\n") if arguments.format is None else arguments.format == "openmetrics"
    findings = lint(data, openmetrics)
    for finding in findings:
        print(f"{arguments.file}:{finding}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
