"""What a notebook may use, and what is left of it: CPU seconds, a clock, outputs, an environment, no processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from lawbook.evidence import outputs, processes, surroundings
from lawbook.evidence.record import MIME, Run

RunWith = Callable[..., Run]
BURN = "import time\nend = time.process_time() + {0}\nwhile time.process_time() < end:\n    pass"
DAEMON = """
import os, subprocess, sys, time
code = "import os, time, sys\\nif os.fork(): os._exit(0)\\nos.setsid()\\nif os.fork(): os._exit(0)\\nopen(sys.argv[1], 'w').write(str(os.getpid()))\\ntime.sleep(600)"
subprocess.run([sys.executable, "-c", code, "daemon.pid"], env={})
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
open("child.pid", "w").write(str(child.pid))
while not os.path.exists("daemon.pid") or not open("daemon.pid").read():
    time.sleep(0.05)
"""


def gone(root: Path) -> bool:
    """Whether neither the child nor the daemon of a notebook lives."""
    pids = [int((root / name).read_text()) for name in ("child.pid", "daemon.pid")]
    limit = time.monotonic() + 5
    while any(map(living, pids)) and time.monotonic() < limit:
        time.sleep(0.05)
    return not any(map(living, pids))


def living(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def line_of(root: Path, text: str) -> int:
    """The line of the cell's beginning in which the notebook has a text."""
    lines = (root / "notebooks/geometry/corner2002.py").read_text().splitlines()
    at = lines.index(text)
    return max(i for i, line in enumerate(lines[:at]) if line.startswith("# %%")) + 2


def test_cpu_seconds_are_limited_those_of_children_and_threads_too(tiny: Path, run_with: RunWith) -> None:
    many = (
        f"import subprocess, sys\nfor _ in range(50):\n    subprocess.run([sys.executable, '-c', {BURN.format(1)!r}])"
    )
    found = run_with(many, timeout=6, wall=300)
    assert found.status == "timed out"
    at = line_of(tiny, "import subprocess, sys")
    assert found.message.startswith(f"notebooks/geometry/corner2002.py:{at}: stopped after ")
    assert found.message.endswith("expected at most 6 CPU seconds: measure less, or give it more with --timeout")
    assert 6 < found.usage.cpu < 12


def test_a_notebook_that_waits_is_told_so(run_with: RunWith) -> None:
    found = run_with("import time; time.sleep(600)", timeout=60, wall=15)
    assert found.status == "timed out"
    assert ": it waited: stopped after " in found.message
    assert found.message.endswith("expected at most 15 s, on a machine that is not overloaded")


@pytest.mark.parametrize("rest", ["", "1 / 0", "time.sleep(600)", "os.kill(os.getpid(), 9)"])
def test_no_process_outlives_its_notebook(tiny: Path, run_with: RunWith, rest: str) -> None:
    run_with(f"{DAEMON}\n{rest}", wall=25)
    assert gone(tiny)


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux")
@pytest.mark.parametrize("how", ["ends", "closed", "terminated", "its starter is killed"])
def test_a_supervisor_ends_all_below_it(tmp_path: Path, how: str) -> None:
    program = DAEMON + ("" if how == "ends" else "\ntime.sleep(600)\n")
    command = processes.supervised([sys.executable, "-c", program])
    starter = (
        f"import subprocess\np = subprocess.Popen({command!r}, stdin=subprocess.PIPE)\n"
        "print(p.pid, flush=True)\nimport sys; sys.stdin.read(); p.stdin.close(); p.wait()"
    )
    outer = subprocess.Popen(
        [sys.executable, "-c", starter], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert outer.stdout is not None
    assert outer.stdin is not None
    pid = int(outer.stdout.readline())
    limit = time.monotonic() + 20
    while not (tmp_path / "daemon.pid").exists() and time.monotonic() < limit:
        time.sleep(0.05)
    time.sleep(0.2)
    if how == "closed":
        outer.stdin.close()
    elif how == "terminated":
        os.kill(pid, 15)
    elif how == "its starter is killed":
        outer.kill()
    assert gone(tmp_path)
    limit = time.monotonic() + 5
    while living(pid) and time.monotonic() < limit:
        time.sleep(0.05)
    assert not living(pid)
    outer.kill()
    outer.stdin.close()
    outer.stdout.close()
    outer.wait()


def test_an_interrupt_leaves_no_process_and_no_folder(tiny: Path, run_with: RunWith) -> None:
    path = tiny / "notebooks/geometry/corner2002.py"
    path.write_text(path.read_text().replace("# %%\n", f"# %%\n{DAEMON}\ntime.sleep(600)\n", 1))
    (tiny / "tmp").mkdir()
    env = os.environ | {"TMPDIR": str(tiny / "tmp")} if len(str(tiny)) < 60 else dict(os.environ)
    # What a shell starts in the background ignores interrupts, and so does all that it starts in its turn.
    listening = "import signal, runpy; signal.signal(2, signal.default_int_handler); runpy.run_module('lawbook', run_name='__main__')"
    process = subprocess.Popen(
        [sys.executable, "-c", listening, "run", "corner2002"],
        cwd=tiny,
        env=env,
        stderr=subprocess.PIPE,
    )
    limit = time.monotonic() + 60
    while not (tiny / "daemon.pid").exists() and time.monotonic() < limit:
        time.sleep(0.05)
    process.send_signal(2)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"stopped; what had finished is kept" in err
    assert b"Traceback" not in err
    assert gone(tiny)
    assert not list((tiny / "tmp").glob("lawbook-*"))


MUCH = """
import sys
for _ in range(200):
    print("y" * 100_000)
sys.stderr.write("z" * 3_000_000)
from IPython.display import Image, display
for size in (10_000_000, 1000):
    display({"image/png": "A" * size, "text/plain": "a figure"}, raw=True)
def deep(n):
    return deep(n - 1) if n else None
"""


def test_twenty_megabytes_of_prints_are_cut_and_say_so(tiny: Path, run_with: RunWith) -> None:
    found = run_with(MUCH)
    assert found.status == "finished"
    assert found.notebook is not None
    text = found.notebook.read_text()
    assert len(text) < 500_000
    outs = json.loads(text)["cells"][1]["outputs"]
    out = next(o["text"] for o in outs if o.get("name") == "stdout")
    assert out.startswith("y" * 99_999)
    assert "[left out: 19,900,200 of the 20,000,200 characters printed here; a cell keeps 100,000 characters" in out
    assert "[left out: 2,900,000 of the 3,000,000" in next(o["text"] for o in outs if o.get("name") == "stderr")
    big, small = (o["data"] for o in outs if o["output_type"] == "display_data")
    assert big == {"text/plain": "a figure\n[left out: an output of 9.5 MB (image/png); one keeps at most 4 MB]"}
    assert small["image/png"] == "A" * 1000


def test_a_long_error_is_cut(run_with: RunWith) -> None:
    found = run_with("raise ValueError('w' * 5_000_000)")
    assert found.status == "error"
    assert len(found.message) < 3000
    assert "…left out: 4,99" in found.message


def test_outputs_are_cut_at_the_same_place_however_they_arrive() -> None:
    whole, pieces = outputs.Outputs(), outputs.Outputs()
    text = "".join(map(str, range(50_000)))
    one = whole.printed(1, "stdout", text)
    many = "".join(pieces.printed(1, "stdout", text[i : i + 7]) for i in range(0, len(text), 7))
    assert one == many
    assert whole.notes(1) == pieces.notes(1) != []
    for cell in range(2, 14):
        whole.printed(cell, "stdout", "x" * 200_000)
    assert sum(map(len, [one])) + sum(whole.cell_text[cell, "stdout"] for cell in range(2, 14)) == outputs.TEXT


def test_a_notebook_of_many_figures_is_cut_and_records_never_are() -> None:
    kept = outputs.Outputs()
    data = {"image/png": "A" * 2**20}
    shown = [kept.displayed(1, dict(data), {}) for _ in range(20)]
    assert shown[:15] == [data] * 15
    assert shown[16:] == [None] * 4
    assert "outputs of 5 MB; a notebook keeps 16 MB]" in kept.notes(1)[0]["text"]
    assert kept.displayed(1, {MIME: {"x": 1}}, {}) == {MIME: {"x": 1}}
    assert not kept.problem
    kept.displayed(1, {MIME: {"x": "A" * outputs.RECORDS}}, {})
    assert kept.problem == "found records of more than 16 MB, expected fewer: thin out what law.series shows"


def test_a_long_traceback_keeps_its_ends() -> None:
    parts = [f"Cell In[{i}], line 1 " + "x" * 4000 for i in range(40)]
    cut = outputs.error({"ename": "E", "evalue": "v" * 10**6, "traceback": parts})
    assert sum(map(len, cut["traceback"])) < 1.3 * outputs.TRACEBACK
    assert cut["traceback"][-1] == parts[-1]
    assert any("parts of the traceback]" in part for part in cut["traceback"])


SECRETS = {
    "GITHUB_TOKEN": "s1", "AWS_SECRET_ACCESS_KEY": "s2", "MY_API_KEY": "s3", "DB_PASSWORD": "s4", "HF_HOME": "s5",
    "ACTIONS_RUNTIME_URL": "s6", "UNHEARD_OF": "s7", "LAWBOOK_TOKEN": "s8", "LC_SECRET": "s9", "SSH_AUTH_SOCK": "s10",
}  # fmt: skip


def test_a_kernel_finds_no_secret_and_no_setting_of_its_reader(
    tiny: Path, run_with: RunWith, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    found = run_with(
        "import os, json, pathlib\nimport matplotlib, jax\n"
        "print(json.dumps(dict(os.environ)))\nprint(sorted(os.listdir(pathlib.Path.home())))"
    )
    assert found.status == "finished"
    assert found.notebook is not None
    out = json.loads(found.notebook.read_text())["cells"][1]["outputs"][0]["text"]
    env: dict[str, Any] = json.loads(out.splitlines()[0])
    assert not set(SECRETS) & set(env)
    assert not set(SECRETS.values()) & set(env.values())
    assert env["HOME"] != os.environ["HOME"]
    assert env["PATH"] == os.environ["PATH"]
    assert (env["LAWBOOK_SEED"], env["OMP_NUM_THREADS"]) == ("0", "1")


def test_what_is_handed_on() -> None:
    outside = {"PATH": "/bin", "LC_ALL": "C", "LC_KEY": "x", "HOME": "/me", "CI": "1", "LANG": "de", "X_TOKEN": "y"}
    assert surroundings.clean(outside) == {"PATH": "/bin", "LC_ALL": "C", "LANG": "de"}


def test_what_a_thread_prints_over_the_end_does_not_break_a_run(run_with: RunWith) -> None:
    noise = "import threading, sys\ndef shout():\n    while True:\n        sys.stdout.write('noise\\n')\nthreading.Thread(target=shout, daemon=True).start()"
    found = run_with(noise, timeout=40)
    assert found.status in ("finished", "error", "timed out")
    assert "Traceback" not in found.message
