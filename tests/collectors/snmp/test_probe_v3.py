# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""hallwatt probe with SNMPv3, against a real snmpd: secrets from files and from the standard input, never from the command line."""
import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "daemon"))
from hall import free_port, until  # noqa: E402

HALLWATT = os.path.abspath(sys.argv[1])
AUTH, PRIV = "correct horse", "battery staple"


def start_agent(folder, port):
    with open(folder + "/snmpd.conf", "w") as out:
        out.write(f'createUser fred SHA-256 "{AUTH}" AES "{PRIV}"\ngroup readers usm fred\nview all included .1\n'
                  'access readers "" usm noauth exact all none none\n')
    os.mkdir(folder + "/state")
    env = dict(os.environ, SNMPCONFPATH=f"{folder}:{folder}/state", SNMP_PERSISTENT_DIR=folder + "/state", MIBS="")
    program = shutil.which("snmpd", path="/usr/sbin:/usr/local/sbin:" + os.environ["PATH"])
    return program and subprocess.Popen([program, "-f", "-Lo", "-r", f"udp:127.0.0.1:{port}"], env=env,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def probe(folder, port, *options, typed=None):
    return subprocess.run([HALLWATT, "probe", f"snmp://127.0.0.1:{port}", "--format", "json", *options], cwd=folder,
                          input=typed, capture_output=True, text=True, timeout=180)


def again(check, *arguments):
    """An agent that stands still for a while is not there to who asks once: asks up to six times."""
    for _ in range(5):
        try:
            return check(*arguments)
        except AssertionError as error:
            print(f"once more: {error}")
    return check(*arguments)


def no_file_of_the_library_is_read(folder, port, full):
    """Whoever reads one of these waits for ever: nobody writes into them."""
    for path in ("home/.snmp/snmp.conf", "home/.snmp/hallwatt.conf", "etc/snmp.conf", "etc/hallwatt.conf", "kept/hallwatt.conf", "kept/snmp.conf",
                 "mibs/A-MIB.txt", "file"):
        os.makedirs(os.path.dirname(f"{folder}/trap/{path}"), exist_ok=True)
        if not os.path.exists(f"{folder}/trap/{path}"):
            os.mkfifo(f"{folder}/trap/{path}")
    trap = folder + "/trap"
    env = dict(os.environ, HOME=trap + "/home", SNMPCONFPATH=trap + "/etc", SNMP_PERSISTENT_DIR=trap + "/kept", SNMP_PERSISTENT_FILE=trap + "/file",
               MIBS="+ALL", MIBDIRS=trap + "/mibs", MIBFILES=trap + "/mibs/A-MIB.txt")
    read(subprocess.run([HALLWATT, "probe", f"snmp://127.0.0.1:{port}", "--format", "json", *full], cwd=folder, env=env,
                        capture_output=True, text=True, timeout=180))
    assert sorted(os.listdir(trap)) == ["etc", "file", "home", "kept", "mibs"] and len(os.listdir(trap + "/kept")) == 2, os.listdir(trap)


def discover(folder, port, *options, typed=None):
    return subprocess.run([HALLWATT, "discover", "127.0.0.1", "--port", str(port), "--ipmi-port", "0", "--redfish-port", "0", *options],
                          cwd=folder, input=typed, capture_output=True, text=True, timeout=180)


def expect(result, code, words):
    said = result.stdout + result.stderr
    assert result.returncode == code, (result.returncode, said)
    assert words in said, (words, said)
    assert AUTH not in said and PRIV not in said, said


def read(result):
    assert result.returncode == 0, result.stderr
    readings = json.loads(result.stdout)["readings"]
    assert any(r["quantity"] == "memory_size" for r in readings), result.stdout


def found_without_and_with_a_user(folder, port, full):
    """The agent speaks nothing but SNMPv3: without a user it is known to be there, with one it says who it is."""
    bare = json.loads(discover(folder, port, "--format", "json").stdout)
    assert bare["devices"] == [] and bare["snmp_v3"] == [{"address": "127.0.0.1", "port": port}], bare
    result = discover(folder, port)
    expect(result, 0, "--user, --auth and --priv name a user")
    assert f'#   - {{id: "snmp-127.0.0.1", address: "snmp://127.0.0.1:{port}", credentials: USERS' in result.stdout, result.stdout
    result = discover(folder, port, *full, "--site", "hall-1")
    expect(result, 0, f'found-1: {{snmp: {{version: "3", user: "fred", auth: "sha256", auth_secret: {{file: "{folder}/auth.txt"}}')
    assert f'address: "snmp://127.0.0.1:{port}", credentials: "found-1"' in result.stdout, result.stdout
    with open(folder + "/found.yaml", "w") as out:
        out.write(result.stdout + "sites: [{id: hall-1}]\n")
    checked = subprocess.run([HALLWATT, "check", "-c", folder + "/found.yaml"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    typed = discover(folder, port, *[("-" if option.endswith(".txt") else option) for option in full], typed=f"{AUTH}\n{PRIV}\n")
    expect(typed, 0, 'auth_secret: {file: "FILE"}')
    wrong = discover(folder, port, "--user", "nobody", "--format", "json")
    expect(wrong, 0, '"error":')
    expect(discover(folder, port, "--user", "fred", "--password-file", "auth.txt"), 2, "--password-file is not for snmp")


def typed_at_a_terminal(folder, port, options):
    """The pass phrases are asked for, and not echoed."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execv(HALLWATT, [HALLWATT, "probe", f"snmp://127.0.0.1:{port}", *options])
    seen = b""
    answers = [AUTH, PRIV]
    try:
        while True:
            seen += os.read(fd, 4096)
            if answers and seen.rstrip().endswith(b"--auth:" if len(answers) == 2 else b"--priv:"):
                os.write(fd, answers.pop(0).encode() + b"\n")
    except OSError:  # the terminal's other end has gone
        pass
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status == 0 and not answers, (status, seen)
    assert b"memory_size" in seen, seen
    assert AUTH.encode() not in seen and PRIV.encode() not in seen, seen


def main():
    folder, port = tempfile.mkdtemp(), free_port()
    agent = start_agent(folder, port)
    if agent is None:
        print("no snmpd here: skipped")
        return
    try:
        for name, secret in (("auth.txt", AUTH), ("priv.txt", PRIV)):
            with open(os.open(f"{folder}/{name}", os.O_CREAT | os.O_WRONLY, 0o600), "w") as out:
                out.write(secret + "\n")
        user = ["--user", "fred"]
        auth = user + ["--auth", "sha256", "--auth-file", "auth.txt"]
        full = auth + ["--priv", "aes128", "--priv-file", "priv.txt"]
        until("the agent answers", lambda: probe(folder, port, *full, "--timeout", "1").returncode == 0, 120)
        for options in (full, auth, user):
            again(lambda: read(probe(folder, port, *options)))
        again(no_file_of_the_library_is_read, folder, port, full)
        again(found_without_and_with_a_user, folder, port, full)
        again(lambda: expect(subprocess.run([HALLWATT, "record", f"snmp://127.0.0.1:{port}", *full, "-o", "agent.snmprec"], cwd=folder,
                                            capture_output=True, text=True, timeout=180), 0, "in agent.snmprec"))
        with open(folder + "/agent.snmprec") as written:
            assert "1.3.6.1.2.1.1.5.0|4" in written.read()
        asked = user + ["--auth", "sha256", "--auth-file", "-", "--priv", "aes128", "--priv-file", "-"]
        again(lambda: read(probe(folder, port, *asked, typed=f"{AUTH}\n{PRIV}\n")))
        again(typed_at_a_terminal, folder, port, asked)
        expect(probe(folder, port, *asked, typed=f"{AUTH}\n"), 2, "no secret was given")
        expect(probe(folder, port, *asked, typed=f"{AUTH}\nseven77\n"), 1, "shorter than 8")
        again(lambda: expect(probe(folder, port, *asked, typed=f"{PRIV}\n{PRIV}\n"), 1, 'check \\"auth\\" and \\"auth_secret\\"'))
        again(lambda: expect(probe(folder, port, "--timeout", "4", *asked, typed=f"{AUTH}\n{AUTH}\n"), 1,
                             'check \\"priv\\" and \\"priv_secret\\"'))
        expect(probe(folder, port, "--auth", "sha256", "--auth-file", "auth.txt"), 2, "need --user")
        expect(probe(folder, port, *user, "--auth", "sha256"), 2, "need each other")
        expect(probe(folder, port, *user, "--priv", "aes", "--priv-file", "priv.txt"), 2, "--priv needs --auth")
        expect(probe(folder, port, *full, "--version-1"), 2, "--user is for SNMPv3")
        expect(probe(folder, port, *user, "--auth", "sha265", "--auth-file", "auth.txt"), 2, 'did you mean "sha256"')
        expect(probe(folder, port, *user, "--auth", "sha256", "--auth-file", "absent"), 1, "cannot open the secret")
    finally:
        agent.send_signal(signal.SIGTERM)
        agent.wait()
        shutil.rmtree(folder)


main()
