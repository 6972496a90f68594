#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""The HTTP server as clients see it, octet by octet.

    test_serve.py SERVE      SERVE: the program that serves the synthetic snapshot"""
import gzip
import os
import re
import socket
import subprocess
import sys
import time
import unittest
import urllib.request

from lint import lint

SERVE = None
TEXT004 = "text/plain; version=0.0.4; charset=utf-8"
TEXT100 = "text/plain; version=1.0.0; charset=utf-8"
OM100 = "application/openmetrics-text; version=1.0.0; charset=utf-8"
OM001 = "application/openmetrics-text; version=0.0.1; charset=utf-8"
PROMETHEUS_2 = ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
PROMETHEUS_3 = ("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                "text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


class Server:
    def __init__(self, *arguments, listen="127.0.0.1:0"):
        quick = {**os.environ, "RES_OPTIONS": "timeout:1 attempts:1"}  # where no server of names answers
        self.process = subprocess.Popen([SERVE, listen, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=quick)
        first = self.process.stdout.readline().decode().split()
        self.port = int(first[1]) if first[:1] == ["listening"] else None
        self.host = "::1" if listen.startswith("[") else "127.0.0.1"

    def command(self, letter):
        self.tell(letter)
        assert self.process.stdout.readline().decode() == f"done {letter}\n"

    def tell(self, letter):
        self.process.stdin.write(letter.encode())
        self.process.stdin.flush()

    def wait_until_idle(self):
        """Until no answer in pieces is under way: a client that went is noticed at the next write."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            self.tell("a")
            state = self.process.stdout.readline()
            self.expect("done a")
            if state == b"answering 0\n":
                return
            time.sleep(0.1)
        raise AssertionError("an answer is still under way")

    def expect(self, line):
        got = self.process.stdout.readline().decode().strip()
        assert got == line, got

    def close(self):
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out.decode(), err.decode()

    def connect(self):
        return Connection(self.host, self.port)

    def ask(self, method="GET", path="/metrics", headers=(), body=b""):
        connection = self.connect()
        try:
            return connection.ask(method, path, headers, body)
        finally:
            connection.close()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Cut(Exception):
    """An answer that broke off, and that no client can take for a whole one."""


class Connection:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=60)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, octets):
        self.socket.sendall(octets)

    def ask(self, method="GET", path="/metrics", headers=(), body=b""):
        lines = [f"{method} {path} HTTP/1.1", "Host: test", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        return self.receive(method)

    def receive(self, method="GET"):
        """One whole answer; None when the connection ended instead."""
        line = self.file.readline()
        if not line:
            return None
        return self.after(int(line.split()[1]), method)

    def receive_or_end(self):
        """None also when the server left something of ours unread when it ended the connection."""
        try:
            return self.receive()
        except ConnectionError:
            return None

    def after(self, status, method="GET"):
        """What follows the status line."""
        headers = {}
        while (line := self.file.readline().strip()):
            name, value = line.decode().split(": ", 1)
            assert name.lower() not in headers, f"{name} twice"
            headers[name.lower()] = value
        if method != "HEAD" and headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, b"".join(self.chunks()))
        length = 0 if method == "HEAD" else int(headers.get("content-length", 0))
        body = self.file.read(length)
        if len(body) < length:
            raise Cut(f"{len(body)} octets of {length}")
        return Answer(status, headers, body)

    def chunks(self):
        while True:
            size = self.file.readline().split(b";")[0].strip()
            if not size:
                raise Cut("no last chunk")
            chunk = self.file.read(int(size, 16))
            if len(chunk) < int(size, 16):
                raise Cut("in a chunk")
            self.file.readline()
            if not chunk:
                return
            yield chunk


class Shared(unittest.TestCase):
    """One server for all tests of a class, which must end well."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(cls.options)

    @classmethod
    def tearDownClass(cls):
        cls.server.tell("q")
        rc, _, err = cls.server.close()
        assert rc == 0, (rc, err)


class Serving(Shared):
    options = "lifecycle"

    def ask(self, *arguments, **named):
        return self.server.ask(*arguments, **named)

    def test_negotiation(self):
        cases = [
            (None, TEXT004), ("", TEXT004), ("*/*", TEXT004), (BROWSER, TEXT004), ("application/json", TEXT004),
            ("text/plain;version=0.0.4", TEXT004), ("text/plain", TEXT004), ("text/plain;version=7", TEXT004),
            (PROMETHEUS_2, OM100), (PROMETHEUS_3, OM100 + "; escaping=allow-utf-8"),
            ("application/openmetrics-text", OM100), ("application/openmetrics-text;version=0.0.1", OM001),
            ("application/openmetrics-text;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.4", TEXT004),
            ("text/plain;version=1.0.0;escaping=underscores", TEXT100 + "; escaping=underscores"),
            ("text/plain;version=1.0.0;escaping=values", TEXT100 + "; escaping=values"),
            ("application/openmetrics-text;version=1.0.0;q=0,*/*", TEXT004),
        ]
        for accept, content_type in cases:
            with self.subTest(accept=accept):
                answer = self.ask(headers=[] if accept is None else [f"Accept: {accept}"])
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.headers["content-type"], content_type)
                openmetrics = content_type.startswith("application/openmetrics")
                self.assertEqual(answer.body.endswith(b"\n# EOF\n"), openmetrics)
                self.assertEqual(lint(answer.body, openmetrics), [])
                self.assertEqual(answer.headers["vary"], "Accept, Accept-Encoding")

    def test_several_accept_lines_are_one_list(self):
        answer = self.ask(headers=["Accept: application/json", "ACCEPT: application/openmetrics-text;version=1.0.0"])
        self.assertEqual(answer.headers["content-type"], OM100)

    def test_gzip(self):
        plain = self.ask()
        self.assertNotIn("content-encoding", plain.headers)
        for accepted in ("gzip", "gzip, deflate, br", "GZIP;q=0.5", "*", "identity;q=0, gzip;q=0.1", "deflate, gzip;q=1.0"):
            answer = self.ask(headers=[f"Accept-Encoding: {accepted}"])
            self.assertEqual(answer.headers["content-encoding"], "gzip", accepted)
            body = gzip.decompress(answer.body)
            self.assertEqual(body.split(b"process_")[0], plain.body.split(b"process_")[0])
            self.assertLess(len(answer.body), len(body) / 3)
        for refused in ("gzip;q=0", "identity", "deflate", "br, gzip;q=0.000", "gzip;q=0.2, identity;q=0.9", ""):
            answer = self.ask(headers=[f"Accept-Encoding: {refused}"])
            self.assertNotIn("content-encoding", answer.headers, refused)
            self.assertEqual(answer.headers["vary"], "Accept, Accept-Encoding")
        self.assertEqual(self.ask(headers=["Accept-Encoding: identity;q=0"]).status, 406)
        small = self.ask(path="/-/healthy", headers=["Accept-Encoding: gzip"])
        self.assertNotIn("content-encoding", small.headers)

    def test_head(self):
        # On one connection: a body after the head would be taken for the next answer.
        connection = self.server.connect()
        for path in ("/", "/-/healthy", "/-/ready"):
            head, full = connection.ask("HEAD", path), connection.ask("GET", path)
            self.assertEqual(head.status, full.status)
            for name in ("content-type", "content-length", "vary"):
                self.assertEqual(head.headers[name], full.headers[name])
        self.assertEqual(connection.ask("HEAD").headers["content-type"], TEXT004)
        self.assertEqual(connection.ask().status, 200)
        connection.close()

    def test_landing_page(self):
        answer = self.ask(path="/")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["content-type"], "text/html; charset=utf-8")
        self.assertIn("default-src 'none'", answer.headers["content-security-policy"])
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        for part in (b'<html lang="en">', b'<a href="/metrics">', b"<title>", b"<main>", b"<h1>", b"Version "):
            self.assertIn(part, answer.body)
        self.assertNotIn(b"<script", answer.body)

    def test_headers_of_every_answer(self):
        for method, path in (("GET", "/"), ("GET", "/metrics"), ("GET", "/nowhere"), ("POST", "/metrics"),
                             ("GET", "/failing"), ("GET", "/-/ready")):
            answer = self.ask(method, path)
            self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
            self.assertEqual(answer.headers["cache-control"], "no-store")
            self.assertNotIn("server", answer.headers)

    def test_what_is_not_there(self):
        answer = self.ask(path="/nowhere<script>")
        self.assertEqual((answer.status, answer.headers["content-type"]), (404, "text/plain; charset=utf-8"))
        self.assertNotIn(b"script", answer.body)
        self.assertEqual(self.ask(path="/metrics/").status, 404)
        self.assertEqual(self.ask(path="/metrics?name=x").status, 200)

    def test_methods(self):
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"):
            answer = self.ask(method, "/metrics")
            self.assertEqual((answer.status, answer.headers["allow"]), (405, "GET, HEAD"), method)
        for method in ("GET", "DELETE"):
            answer = self.ask(method, "/-/reload")
            self.assertEqual((answer.status, answer.headers["allow"]), (405, "POST, PUT"), method)

    def test_exporters_see_the_query_and_may_fail(self):
        self.assertEqual(self.ask(path="/failing?what=a%20b&other=c").body, b"what=a b\n")
        answer = self.ask(path="/failing")
        self.assertEqual(answer.status, 500)
        self.assertEqual(answer.body, b"The answer could not be written: failing: the ink is out.\n")

    def test_health_follows_the_main_loop(self):
        self.assertEqual(self.ask(path="/-/healthy").status, 200)
        self.server.command("s")
        answer = self.ask(path="/-/healthy")
        self.assertEqual(answer.status, 503)
        self.assertGreaterEqual(int(re.search(rb"has not turned for (\d+) s", answer.body)[1]), 12)
        self.server.command("g")
        self.assertEqual(self.ask(path="/-/healthy").status, 200)

    def test_reload_waits_for_the_main_loop_and_hinders_nobody(self):
        for letter, status, part in (("o", 200, b"was read again"), ("f", 500, b"second mistake\n")):
            for method in ("POST", "PUT"):
                waiting = self.server.connect()
                waiting.send(f"{method} /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody".encode())
                self.server.expect("reloading")
                self.assertEqual(self.ask(path="/-/healthy").status, 200)  # while the main loop stands
                self.server.tell(letter)
                answer = waiting.receive()
                self.assertEqual(answer.status, status)
                self.assertIn(part, answer.body)
                self.assertEqual(waiting.ask(path="/-/ready").status, 200)  # the connection lives on
                waiting.close()

    def test_a_client_that_leaves_during_a_reload_is_forgotten(self):
        waiting = self.server.connect()
        waiting.send(b"POST /-/reload HTTP/1.1\r\nHost: x\r\n\r\n")
        self.server.expect("reloading")
        waiting.close()
        self.server.tell("o")
        self.assertEqual(self.ask(path="/-/healthy").status, 200)

    def test_connections_are_used_again(self):
        connection = self.server.connect()
        for _ in range(3):
            self.assertEqual(connection.ask(path="/-/ready").status, 200)
        connection.send(b"GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
        self.assertEqual([connection.receive().status, connection.receive().status], [200, 200])
        connection.close()

    def test_old_clients(self):
        connection = self.server.connect()
        connection.send(b"GET /metrics HTTP/1.0\r\n\r\n")
        answer = connection.receive()
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, TEXT004))
        self.assertEqual(connection.file.read(), b"")
        connection.close()

    def test_bad_requests_are_refused(self):
        for octets in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100) + b"\r\n\r\n", b"nonsense\r\n\r\n",
                       b"GET /metrics HTTP/1.1\r\nHost: x\r\nno colon here\r\n\r\n",
                       b"GET /metrics HTTP/1.1\r\n\r\n"):
            connection = self.server.connect()
            connection.send(octets)
            answer = connection.receive_or_end()
            self.assertTrue(answer is None or answer.status >= 400, octets)
            connection.close()
        self.assertEqual(self.ask(path="/-/healthy").status, 200)

    def test_what_a_client_may_send_is_bounded(self):
        connection = self.server.connect()
        connection.send(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 40000 + b"\r\n\r\n")
        answer = connection.receive_or_end()
        self.assertTrue(answer is None or answer.status in (413, 431), answer)
        connection.close()
        self.assertEqual(self.ask("POST", "/-/ready", body=b"x" * 65537).status, 413)
        self.assertEqual(self.ask("POST", "/-/ready", body=b"x" * 65536).status, 405)
        connection = self.server.connect()
        connection.send(b"POST /-/ready HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(20):
                connection.send(b"2000\r\n" + b"x" * 8192 + b"\r\n")
            self.assertIsNone(connection.receive())
        except ConnectionError:
            pass  # cut off while we were sending
        connection.close()

    def test_an_accept_header_that_is_too_long_for_us_does_no_harm(self):
        answer = self.ask(headers=["Accept: " + "text/html," * 500 + "application/openmetrics-text"])
        self.assertEqual(answer.headers["content-type"], TEXT004)

    def test_connections_of_one_address_are_bounded(self):
        many = [self.server.connect() for _ in range(48)]
        self.assertEqual(many[47].ask(path="/-/ready").status, 200)
        beyond = self.server.connect()
        try:
            beyond.send(b"GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIsNone(beyond.receive())
        except ConnectionError:
            pass
        for connection in [*many, beyond]:
            connection.close()
        answer, end = None, time.monotonic() + 60
        while answer is None and time.monotonic() < end:  # until the server has seen that they are gone
            try:
                answer = self.ask(path="/-/ready")
            except ConnectionError:
                pass
        self.assertIsNotNone(answer)
        self.assertEqual(answer.status, 200)

    def test_it_listens_where_it_was_told_only(self):
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", self.server.port), timeout=5)

    def test_a_port_in_use_is_a_sentence(self):
        rc, _, err = Server(listen=f"127.0.0.1:{self.server.port}").close()
        self.assertEqual(rc, 1)
        self.assertEqual(err, f"cannot listen on 127.0.0.1:{self.server.port}: the port is taken by another program\n")


class Pieces(Shared):
    """Answers of 600 devices, 1.7 MB, and of an exporter that breaks off."""

    options = "devices=600"

    def plain(self, answer):
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, TEXT004))
        packed = answer.headers.get("content-encoding") == "gzip"
        body = gzip.decompress(answer.body) if packed else answer.body
        self.assertEqual(lint(body, False), [])
        self.assertGreater(len(body), 1500000)
        return body.split(b"# HELP process_")[0]

    def test_all_get_the_same(self):
        bodies = set()
        for encoding in ("identity", "gzip"):
            for more in ([], ["Connection: close"]):
                connection = self.server.connect()
                answer = connection.ask(headers=[f"Accept-Encoding: {encoding}", *more])
                self.assertEqual(answer.headers.get("transfer-encoding"), "chunked")
                self.assertNotIn("content-length", answer.headers)
                bodies.add(self.plain(answer))
                if more:
                    self.assertEqual(connection.file.read(), b"")
                else:
                    self.assertEqual(connection.ask(path="/-/ready").status, 200)  # the connection lives on
                connection.close()
            connection = self.server.connect()
            connection.send(f"GET /metrics HTTP/1.0\r\nAccept-Encoding: {encoding}\r\n\r\n".encode())
            answer = connection.receive()
            self.assertGreater(int(answer.headers["content-length"]), 100000)
            self.assertNotIn("transfer-encoding", answer.headers)
            bodies.add(self.plain(answer))
            self.assertEqual(connection.file.read(), b"")
            connection.close()
        self.assertEqual(len(bodies), 1)

    def test_head(self):
        connection = self.server.connect()
        for _ in range(2):
            head = connection.ask("HEAD")
            self.assertEqual((head.status, head.headers["content-type"]), (200, TEXT004))
            self.assertGreater(int(head.headers["content-length"]), 1500000)
            self.assertGreater(len(self.plain(connection.ask())), 0)
        connection.close()
        connection = self.server.connect()
        connection.send(b"HEAD /metrics HTTP/1.0\r\n\r\n")
        self.assertEqual(connection.receive("HEAD").status, 200)
        self.assertEqual(connection.file.read(), b"")
        connection.close()

    def test_curl_and_python_read_it(self):
        url = f"http://127.0.0.1:{self.server.port}/metrics"
        with urllib.request.urlopen(url, timeout=60) as answer:
            whole = answer.read().split(b"# HELP process_")[0]
        for options in (["--http1.1"], ["--http1.0"], ["--compressed"], ["--compressed", "--http1.0"]):
            got = subprocess.run(["curl", "-sS", "--fail", *options, url], stdout=subprocess.PIPE, check=True, timeout=60).stdout
            self.assertEqual(got.split(b"# HELP process_")[0], whole)

    def test_small_ones_have_their_length(self):
        answer = self.server.ask(path="/broken?pieces=3")
        self.assertEqual((answer.status, answer.headers["content-length"], len(answer.body)), (200, "98304", 98304))

    def test_an_answer_that_fails_is_never_taken_for_a_whole_one(self):
        for version in ("1.0", "1.1"):
            for encoding in ("identity", "gzip"):
                for fails in (0, 3, 4, 5, 40, 59):
                    connection = self.server.connect()
                    connection.send(f"GET /broken?pieces=60&fails={fails} HTTP/{version}\r\nHost: x\r\n"
                                    f"Accept-Encoding: {encoding}\r\n\r\n".encode())
                    if fails <= 3 or version == "1.0":
                        answer = connection.receive()
                        self.assertEqual((answer.status, b"is torn" in answer.body), (500, True))
                    else:
                        with self.assertRaises((Cut, ConnectionError)):
                            connection.receive()
                    connection.close()
        for options in ([], ["--compressed"]):
            done = subprocess.run(["curl", "-sS", "--fail", *options, f"http://127.0.0.1:{self.server.port}/broken?pieces=60&fails=50"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=60)
            self.assertNotEqual(done.returncode, 0)
        self.assertEqual(len(self.server.ask(path="/broken?pieces=60").body), 60 * 32768)

    def test_others_are_answered_while_a_client_reads_slowly_or_goes(self):
        slow, gone = self.server.connect(), self.server.connect()
        for connection in (slow, gone):
            connection.send(b"GET /broken?pieces=1000 HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(connection.file.readline(), b"HTTP/1.1 200 OK\r\n")
        gone.close()
        self.assertEqual(self.server.ask(path="/-/ready").status, 200)
        self.server.tell("a")
        self.server.expect("answering 1")
        self.server.expect("done a")
        self.assertEqual(len(slow.after(200).body), 1000 * 32768)
        slow.close()
        self.server.wait_until_idle()


class Slow(unittest.TestCase):
    def cut_off(self, *arguments, read):
        server = Server("devices=1", *arguments)
        connection = server.connect()
        connection.send(b"GET /broken?pieces=1000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual(connection.file.readline(), b"HTTP/1.1 200 OK\r\n")
        if read:
            with self.assertRaises((Cut, ConnectionError)):
                connection.after(200)
        server.wait_until_idle()
        connection.close()
        server.tell("q")
        self.assertEqual(server.close()[0], 0)

    def test_a_client_that_reads_no_more_is_let_go(self):
        self.cut_off("timeout=1", read=False)

    def test_a_client_that_takes_too_long_is_cut_off(self):
        self.cut_off("answer=1", read=True)

    def test_stopping_while_an_answer_is_under_way(self):
        server = Server("devices=600")
        connection = server.connect()
        connection.send(b"GET /broken?pieces=1000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual(connection.file.readline(), b"HTTP/1.1 200 OK\r\n")
        server.tell("q")
        rc, _, err = server.close()
        self.assertEqual((rc, err), (0, ""))
        connection.close()

    def test_a_failure_after_the_beginning_is_logged_once(self):
        server = Server("devices=600")
        for path in ("/broken?pieces=60&fails=50", "/broken?pieces=60&fails=50", "/metrics", "/broken?pieces=60"):
            try:
                server.ask(path=path)
            except (Cut, ConnectionError):
                pass
        server.tell("q")
        lines = server.close()[2].splitlines()
        self.assertEqual(sum("/broken cannot be answered: broken: piece 50 is torn" in line for line in lines), 1, lines)
        self.assertEqual(sum("is answered again" in line for line in lines), 1, lines)


class Starting(unittest.TestCase):
    def test_before_the_first_snapshot(self):
        server = Server("unready")
        self.assertEqual(server.ask(path="/-/ready").status, 503)
        self.assertEqual(server.ask(path="/-/healthy").status, 200)
        self.assertEqual(server.ask(path="/metrics").status, 503)
        server.command("p")
        self.assertEqual(server.ask(path="/-/ready").status, 200)
        self.assertEqual(server.ask(path="/metrics").status, 200)
        server.tell("q")
        rc, out, err = server.close()
        self.assertEqual((rc, err), (0, ""))
        self.assertIn("answered 5\n", out)

    def test_lifecycle_is_off_unless_allowed(self):
        server = Server()
        answer = server.ask("POST", "/-/reload")
        self.assertEqual((answer.status, b"enable_lifecycle" in answer.body), (403, True))
        server.tell("q")
        self.assertEqual(server.close()[0], 0)

    def test_an_exporter_that_fails_is_logged_once(self):
        server = Server()
        for path in ("/failing", "/failing", "/metrics", "/failing?what=x"):
            server.ask(path=path)
        server.tell("q")
        lines = server.close()[2].splitlines()
        self.assertEqual(sum("cannot be answered" in line for line in lines), 1, lines)
        self.assertEqual(sum("is answered again" in line for line in lines), 1, lines)

    def test_an_exporter_answers_from_what_is_published_for_it(self):
        server = Server("unready", "refresh")
        self.assertEqual(server.ask(path="/-/ready").status, 503)  # no exporter: nothing is published for it
        self.assertEqual(server.ask(path="/metrics").status, 200)
        server.expect("refreshing")
        self.assertEqual(server.ask(path="/-/ready").status, 200)
        server.command("s")
        self.assertEqual(server.ask(path="/metrics").status, 200)  # a loop that is stuck is not waited for
        server.command("g")
        self.assertEqual(server.ask(path="/metrics").status, 200)
        server.expect("refreshing")
        server.tell("q")
        self.assertEqual(server.close()[0], 0)

    def test_stopping_with_requests_that_wait(self):
        server = Server("lifecycle")
        first, second = server.connect(), server.connect()
        first.send(b"POST /-/reload HTTP/1.1\r\nHost: x\r\n\r\n")
        server.expect("reloading")
        second.send(b"POST /-/reload HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual(server.ask(path="/-/healthy").status, 200)  # the second one was seen before this
        server.tell("q")
        rc, _, err = server.close()
        self.assertEqual((rc, err), (0, ""))
        for connection in (first, second):
            answer = connection.receive_or_end()
            self.assertTrue(answer is None or answer.status in (200, 503))
            connection.close()

    def test_ipv6(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            self.skipTest("no IPv6 here")
        server = Server(listen="[::1]:0")
        self.assertEqual(server.ask(path="/-/ready").status, 200)
        server.tell("q")
        self.assertEqual(server.close()[0], 0)

    def test_addresses_that_cannot_be(self):
        for listen, part in (("127.0.0.1", "is not an address to listen on"), ("192.0.2.1:0", "no such address"),
                             ("127.0.0.1:99999", "no port"), ("no.such.host.invalid:0", "cannot listen on")):
            rc, _, err = Server(listen=listen).close()
            self.assertEqual((rc, part in err), (1, True), err)

    def test_a_web_configuration_is_refused(self):
        rc, _, err = Server("web_config=web.yml").close()
        self.assertEqual(rc, 1)
        self.assertIn("web_config is set (web.yml), but this version offers no TLS", err)


if __name__ == "__main__":
    SERVE = sys.argv.pop()
    unittest.main()
