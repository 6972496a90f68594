# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""A start that fails says why in one sentence and ends with 1 (2 for a mistake of the user); signals at awkward times do no harm."""
import os
import resource
import signal
import socket
import subprocess
import sys

from hall import Hall, free_port, until

SANITIZER = ("Sanitizer", "runtime error")


def run(hall, *arguments, descriptors=None):
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0") if descriptors is not None else None

    def starve(): # the leak check at the end needs descriptors as well
        if descriptors is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    done = subprocess.run([hall.hallwatt, "run", *arguments], stderr=subprocess.PIPE, text=True, timeout=120,
                          preexec_fn=starve, env=environment)
    assert not any(word in done.stderr for word in SANITIZER), done.stderr
    return done.returncode, [line for line in done.stderr.splitlines() if "level=error" in line]


def variant(hall, name, change):
    """Another configuration beside the daemon's own; returns its path."""
    path = os.path.join(hall.dir, name)
    with open(hall.config) as f, open(path, "w") as out:
        out.write(change(f.read()))
    return path


def check_refusals(hall):
    elsewhere = ["--web.listen-address", f"127.0.0.1:{free_port()}"]
    state = os.path.join(hall.dir, "state")
    code, errors = run(hall, "-c", hall.config, *elsewhere)
    assert code == 1 and len(errors) == 1 and str(hall.daemon.pid) in errors[0], (code, errors)

    other = variant(hall, "other.yaml", lambda text: text.replace(state, state + "-2"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, errors = run(hall, "-c", other, "--web.listen-address", "127.0.0.1:%d" % taken.getsockname()[1])
    assert code == 1 and len(errors) == 1 and "taken" in errors[0], (code, errors)

    nowhere = variant(hall, "nowhere.yaml", lambda text: text.replace(state, hall.config + "/state"))
    code, errors = run(hall, "-c", nowhere, *elsewhere)
    assert code == 1 and len(errors) == 1 and "/state" in errors[0], (code, errors)

    amiss = variant(hall, "amiss.yaml", lambda text: text.replace("power_role: grid", "power_role: grid, profile: apc-rpdu3", 1))
    code, errors = run(hall, "-c", amiss, *elsewhere)
    assert code == 2 and "there is no profile" in errors[0] and "apc-rpdu2" in errors[0], (code, errors)

    code, errors = run(hall, "-c", os.path.join(hall.dir, "missing.yaml"))
    assert code == 2 and "missing.yaml" in errors[0], (code, errors)
    return other


def check_secret_told(hall):
    """A secret that is not there is told by check, as a note: it may be kept elsewhere than the configuration is checked."""
    other = variant(hall, "secret.yaml", lambda text: text.replace("community: 'public'", "community_secret: {file: nowhere.txt}", 1))
    done = subprocess.run([hall.hallwatt, "check", "-c", other], capture_output=True, text=True, timeout=120)
    line, = [line for line in done.stdout.splitlines() if "nowhere.txt" in line]
    assert done.returncode == 0 and "no mistakes" in done.stdout and line.startswith(other + ":") and "No such file" in line, done


def check_starved(hall, config):
    """With so few descriptors that some part cannot start: each time another one."""
    for descriptors in range(6, 40): # with fewer the event library itself gives up
        code, errors = run(hall, "-c", config, "--web.listen-address", f"127.0.0.1:{free_port()}",
                           descriptors=descriptors)
        assert code in (1, 2) and errors, (descriptors, code, errors)
        if "UDP socket" in errors[-1]: # the last part that a start needs
            return
    raise AssertionError("no number of descriptors was too few for the last part")


def check_hangups(hall):
    """SIGHUP from the first moment on, in numbers, and at last together with SIGTERM."""
    hall.stop()
    before = hall.logged().count("configuration reloaded")
    with open(hall.log_path, "a") as log:
        hall.daemon = subprocess.Popen([hall.hallwatt, "run", "-c", hall.config], stderr=log)
    # The shell that a program comes from may have a handler; ours is what the program itself sets.
    until("it holds SIGHUP back", lambda: holds_hangup(hall.daemon.pid))
    hall.daemon.send_signal(signal.SIGHUP)
    until("it is ready", lambda: hall.daemon.poll() is not None or hall.status("/-/ready") == 200)
    assert hall.daemon.poll() is None, hall.daemon.returncode
    until("it reloaded", lambda: hall.logged().count("configuration reloaded") > before)
    before = until("it is counted", lambda: hall.metrics().one("hallwatt_config_reloads_total"))
    for _ in range(500):
        hall.daemon.send_signal(signal.SIGHUP)
    until("they were heard", lambda: hall.metrics().one("hallwatt_config_reloads_total") > before)
    assert hall.metrics().one("hallwatt_config_reloads_total") < before + 50
    hall.daemon.send_signal(signal.SIGHUP)
    assert hall.stop() == 0
    assert not any(word in hall.logged() for word in SANITIZER)


def holds_hangup(pid):
    try:
        with open(f"/proc/{pid}/status") as f:
            masks = {line.split(":")[0]: line.split(":")[1] for line in f if line.startswith("Sig")}
    except OSError:
        return True  # it ended: what follows will say so
    bit = 1 << (signal.SIGHUP - 1)
    return any(int(masks[mask], 16) & bit for mask in ("SigBlk", "SigCgt"))


def main():
    with Hall(sys.argv[1], sys.argv[2]) as hall:
        until("every device is up", hall.all_up)
        assert f"served at http://127.0.0.1:{hall.port}/" in hall.logged(), hall.logged()
        check_secret_told(hall)
        other = check_refusals(hall)
        check_starved(hall, other)
        check_hangups(hall)


main()
