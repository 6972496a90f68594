#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Lets a real Prometheus scrape a page, and asks it what it saw.

    scrape.py [--timeout SECONDS] [--scrapes N] URL [EXPRESSION...]

Starts prometheus on a free port of loopback with one target, waits until it has scraped it N times with success, then
waits until each PromQL expression has an answer that is not empty, prints them as JSON, one per line, and stops
prometheus. Ends with 1, and says why, when that does not come about in SECONDS from the first scrape on, good or not."""
import argparse
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

CONFIGURATION = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: hallwatt
    scheme: {scheme}
    metrics_path: {path}
    static_configs: [{{targets: ["{target}"]}}]
"""


class Prometheus:
    """A prometheus of our own, gone when the `with` ends."""

    def __init__(self, url):
        self.url = urllib.parse.urlsplit(url)
        self.folder = tempfile.TemporaryDirectory(prefix="hallwatt-scrape-")
        self.process = self.hold = self.base = None

    def __enter__(self):
        folder = pathlib.Path(self.folder.name)
        (folder / "prometheus.yml").write_text(CONFIGURATION.format(
            scheme=self.url.scheme, path=self.url.path or "/metrics", target=self.url.netloc), encoding="utf-8")
        # Held while prometheus, which may use it all the same, lives: nobody else gets it.
        self.hold = socket.socket()
        self.hold.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.hold.bind(("127.0.0.1", 0))
        port = self.hold.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                 f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"], stdout=log, stderr=log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.hold.close()
        self.folder.cleanup()

    def log(self):
        return (pathlib.Path(self.folder.name) / "log").read_text(encoding="utf-8", errors="replace")

    def get(self, path, **query):
        """The `data` of an answer of the API; None while prometheus is not there yet."""
        try:
            with urllib.request.urlopen(f"{self.base}{path}?{urllib.parse.urlencode(query)}", timeout=60) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            if error.code == 503:
                return None  # still starting
            raise SystemExit(f"prometheus says {error.code}: {error.read().decode()}") from error
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if self.process.poll() is not None:
                raise SystemExit(f"prometheus ended with {self.process.returncode}:\n{self.log()}") from None
            return None

    def query(self, expression):
        data = self.get("/api/v1/query", query=expression)
        return data["result"] if data else []

    def targets(self):
        return (self.get("/api/v1/targets") or {"activeTargets": []})["activeTargets"]

    def wait_for_scrape(self, seconds=120):
        """Until the page was asked for once; from then on it is a matter of the page."""
        until = time.monotonic() + seconds
        while all(target["health"] == "unknown" for target in self.targets()):
            if time.monotonic() > until:
                raise SystemExit(f"prometheus scraped nothing within {seconds} s:\n{self.log()}")
            time.sleep(0.1)

    def last_error(self):
        return "; ".join(target["lastError"] for target in self.targets() if target["lastError"])

    def wait(self, expression, until):
        """The result of `expression` once it is not empty; None when that takes too long."""
        while time.monotonic() < until:
            result = self.query(expression)
            if result:
                return result
            time.sleep(0.1)
        return None


def scrape(url, expressions, timeout, scrapes):
    with Prometheus(url) as prometheus:
        prometheus.wait_for_scrape()
        until = time.monotonic() + timeout
        seen = f'count_over_time((up{{job="hallwatt"}} == 1)[{int(timeout) + 60}s:1s]) >= {scrapes}'
        if prometheus.wait('up{job="hallwatt"} == 1', until) is None or prometheus.wait(seen, until) is None:
            raise SystemExit(f"{url} was not scraped with success within {timeout} s: {prometheus.last_error()}")
        for expression in expressions:
            result = prometheus.wait(expression, until)
            if result is None:
                raise SystemExit(f"{expression} had no answer within {timeout} s")
            print(json.dumps({"expression": expression, "result": result}))
        noise = prometheus.log()
        if "level=" in noise:
            raise SystemExit(f"prometheus complained:\n{noise}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS")
    parser.add_argument("--scrapes", type=int, default=3, metavar="N")
    parser.add_argument("url")
    parser.add_argument("expression", nargs="*")
    arguments = parser.parse_args()
    scrape(arguments.url, arguments.expression, arguments.timeout, arguments.scrapes)


if __name__ == "__main__":
    sys.exit(main())
