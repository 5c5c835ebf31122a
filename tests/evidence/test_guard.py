"""A notebook cannot write entries, notebooks or runs; what its programs change is noticed, and editing is no crime."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from lawbook.evidence import guard, store
from lawbook.evidence.record import Run
from lawbook.evidence.schedule import plan, run_all
from lawbook.reference.catalog import load

START = """
import os, pathlib, shutil, sqlite3, subprocess, sys, tempfile
from lawbook.evidence.guard import install
install(os.getcwd(), "programs")
try:
    {code}
except PermissionError as error:
    print(error)
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A folder with a file in each of its rooms, and links into them."""
    for name in ("references/a/x.yml", "notebooks/a/x.py", "build/runs/x/quick-000.ipynb", "build/cache/x", "y"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was")
    (tmp_path / "build/cache/link").symlink_to("../../references/a/x.yml")
    (tmp_path / "build/cache/folder").symlink_to("../runs")
    (tmp_path / "references/a/empty").mkdir()
    return tmp_path


def within(book: Path, code: str) -> str:
    """What a process prints that guards the book and then executes `code`."""
    done = subprocess.run(
        [sys.executable, "-c", START.format(code=code)], cwd=book, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def tree(book: Path) -> dict[str, Any]:
    """All that can be seen of the guarded folders."""
    paths = [path for name in guard.GUARDED for path in (book / name, *sorted((book / name).rglob("*")))]
    return {str(p): (p.stat().st_mode, p.stat().st_mtime_ns, p.read_text() if p.is_file() else "") for p in paths}


REFUSED = {
    "open('references/a/x.yml', 'w')": "references/a/x.yml",
    "open('references/a/x.yml', 'r+b')": "references/a/x.yml",
    "open(b'references/a/x.yml', 'a')": "references/a/x.yml",
    "pathlib.Path('notebooks/new.py').write_text('x')": "notebooks/new.py",
    "open(os.path.abspath('build/runs/x/new.ipynb'), 'x')": "build/runs/x/new.ipynb",
    "open('build/cache/../runs/x/quick-000.ipynb', 'w')": "build/runs/x/quick-000.ipynb",
    "open('build/cache/link', 'w')": "references/a/x.yml",
    "open('build/cache/folder/x/new', 'w')": "build/runs/x/new",
    "os.chdir('references'); open('a/x.yml', 'w')": "references/a/x.yml",
    "os.open('references/a/x.yml', os.O_RDWR)": "references/a/x.yml",
    "os.open('references/a/new', os.O_CREAT)": "references/a/new",
    "os.open('references/a/x.yml', os.O_TRUNC)": "references/a/x.yml",
    "tempfile.mkstemp(dir='notebooks', prefix='', suffix='')": "notebooks/",
    "os.remove('references/a/x.yml')": "references/a/x.yml",
    "os.unlink('x.yml', dir_fd=os.open('references/a', os.O_RDONLY))": "references/a/x.yml",
    "os.rmdir('references/a/empty')": "references/a/empty",
    "os.mkdir('build/runs/new')": "build/runs/new",
    "os.makedirs('build/runs/new/deeper')": "build/runs/new",
    "os.mkdir('new', dir_fd=os.open('build/cache/folder', os.O_RDONLY))": "build/runs/new",
    "os.rename('references/a/x.yml', 'z')": "references/a/x.yml",
    "os.replace('y', 'references/a/x.yml')": "references/a/x.yml",
    "os.rename('y', 'x.yml', dst_dir_fd=os.open('references/a', os.O_RDONLY))": "references/a/x.yml",
    "os.rename('references', 'elsewhere')": "references",
    "os.rename('build', 'elsewhere')": "build",
    "os.truncate('references/a/x.yml', 0)": "references/a/x.yml",
    "os.symlink('../y', 'references/link')": "references/link",
    "os.link('y', 'notebooks/y')": "notebooks/y",
    "os.link('references/a/x.yml', 'z')": "references/a/x.yml",
    "os.chmod('references/a/x.yml', 0o777)": "references/a/x.yml",
    "os.chmod(os.open('references/a/x.yml', os.O_RDONLY), 0o777)": "references/a/x.yml",
    "os.utime('references/a/x.yml', (0, 0))": "references/a/x.yml",
    "os.utime('build/cache/link', (0, 0))": "references/a/x.yml",
    "shutil.rmtree('references')": "references/a/",
    "shutil.copy('y', 'references/a/x.yml')": "references/a/x.yml",
    "sqlite3.connect('build/runs/x/new.db')": "build/runs/x/new.db",
    "os.fork() or (print('', end=''), open('references/a/x.yml', 'w')); os.wait()": "references/a/x.yml",
}  # fmt: skip

ALLOWED = [
    "print(open('references/a/x.yml').read())",
    "print(open(os.open('build/runs/x/quick-000.ipynb', os.O_RDONLY)).read())",
    "open('build/cache/y', 'w').write('y'); print(open('build/cache/y').read() and 'as it was')",
    "os.remove('build/cache/link'); print('as it was')",
    "os.makedirs('references-of-mine/a'); open('references-of-mine/a/x.yml', 'w'); print('as it was')",
    "os.rename('y', 'build/cache/y'); print('as it was')",
    "shutil.rmtree('build/cache'); print('as it was')",
    "shutil.copy('references/a/x.yml', 'z'); print(open('z').read())",
    "sqlite3.connect(':memory:').execute('create table t (x)'); print('as it was')",
    "os.chdir(tempfile.mkdtemp()); os.mkdir('references'); open('references/x', 'w'); print('as it was')",
]


@pytest.mark.parametrize("code", REFUSED)
def test_a_write_is_refused_in_a_clear_sentence(book: Path, code: str) -> None:
    before = tree(book)
    said = within(book, code)
    assert said.startswith(f"the notebook tried to write {REFUSED[code]}")
    assert said.splitlines()[0].endswith(": a notebook only measures")
    assert tree(book) == before


@pytest.mark.parametrize("code", ALLOWED)
def test_what_is_no_such_write_goes_on(book: Path, code: str) -> None:
    before = tree(book)
    assert within(book, code) == "as it was"
    assert tree(book) == before


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("os.remove('nothing')", "FileNotFoundError"),
        ("open(None, 'w')", "TypeError"),
        ("os.mkdir('a' + chr(0))", "ValueError"),
        ("os.rename('y', 'nowhere/y')", "FileNotFoundError"),
        ("os.mkdir('x', dir_fd=99)", "OSError"),
    ],
)
def test_what_fails_anyway_fails_as_ever(book: Path, code: str, error: str) -> None:
    said = within(book, f"exec('''\ntry:\n  {code}\nexcept {error} as e:\n  print(type(e).__name__)''')")
    assert said == ("OSError" if error == "OSError" else error)


def test_the_programs_that_are_started_are_noted_once(book: Path) -> None:
    within(book, "subprocess.run(['/bin/true']); subprocess.run('true'); os.system('echo x > y')")
    assert guard.started(book / "programs") == ["echo", "true"]
    assert guard.started(book / "nothing") == []


def test_a_spawned_process_is_noted_too(book: Path) -> None:
    code = "import multiprocessing as m; p = m.get_context('spawn').Process(target=print); p.start(); p.join()"
    within(book, code)
    assert guard.started(book / "programs") == ["python"]


def test_a_snapshot_tells_what_changed(book: Path) -> None:
    before = guard.snapshot(book)
    assert set(before) == {"references/a/x.yml", "notebooks/a/x.py"}
    for name in (
        "references/.x.yml.swp",
        "notebooks/a/x.py~",
        "notebooks/__pycache__/x.pyc",
        "notebooks/x.confirmed.json",
    ):
        (book / name).parent.mkdir(exist_ok=True)
        (book / name).write_text("x")
    (book / "build/runs/x/quick-000.ipynb").write_text("another run, written meanwhile")
    assert guard.changed(before, guard.snapshot(book)) == []
    (book / "references/new.yml").write_text("x")
    (book / "notebooks/a/x.py").unlink()
    os.utime(book / "references/a/x.yml", ns=(1, 1))
    assert guard.changed(before, guard.snapshot(book)) == [
        "notebooks/a/x.py",
        "references/a/x.yml",
        "references/new.yml",
    ]


class Quiet:
    """A listener that counts how often a notebook was run."""

    def record(self, job: Any, record: dict[str, Any]) -> None:
        pass

    def done(self, job: Any, run: Run, *, cached: bool) -> None:
        pass


def run_with(tiny: Path, line: str) -> Run:
    """The run of a notebook of the miniature book that executes `line` before it measures."""
    path = tiny / "notebooks/geometry/corner2002.py"
    path.write_text(path.read_text().replace("# %%\n", f"# %%\n{line}\n", 1))
    catalog, problems = load(tiny)
    assert problems == []
    with ThreadPoolExecutor(1) as executor:
        (run,) = run_all(
            catalog, plan(catalog, ["corner2002"], seeds=[0], scale="quick", timeout=60), executor, Quiet()
        )
    return run


@pytest.mark.parametrize("where", ["references/geometry/corner2002.yml", "build/runs/corner2002/quick-001.ipynb"])
def test_a_notebook_that_writes_is_stopped_at_its_line(tiny: Path, where: str) -> None:
    run = run_with(tiny, f"open('{where}', 'a').write('x')")
    line = (tiny / "notebooks/geometry/corner2002.py").read_text().splitlines().index(
        f"open('{where}', 'a').write('x')"
    ) + 1
    said = f"PermissionError: the notebook tried to write {where}: a notebook only measures"
    assert (run.status, run.message) == ("error", f"notebooks/geometry/corner2002.py:{line}: {said}")


def test_a_notebook_whose_program_writes_is_run_again_and_then_told(tiny: Path) -> None:
    where = "references/notation.yml"
    run = run_with(tiny, f"import os; os.system('echo >> {where}')")
    assert run.status == "error"
    assert run.message == (
        f"notebooks/geometry/corner2002.py: {where} changed while the notebook ran, and it starts programs (echo):"
        " a notebook only measures; if you edited, run it again"
    )
    assert (tiny / where).read_text().endswith("\n\n\n")  # two runs
    assert run.measured == ()


def test_a_change_that_stays_out_the_second_time_is_forgiven(tiny: Path) -> None:
    where = "references/notation.yml"
    once = f"import os; os.path.exists('seen') or os.system('touch seen; echo >> {where}')"
    assert run_with(tiny, once).status == "finished"
    assert (tiny / where).read_text().endswith("\n\n")


def test_a_reader_who_edits_meanwhile_is_not_blamed(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "changed", lambda *_: ["references/notation.yml"])
    assert run_with(tiny, "import jax, scipy, sklearn, matplotlib").status == "finished"


def test_a_notebook_may_keep_things_in_the_cache(tiny: Path) -> None:
    assert (
        run_with(tiny, "import os; os.makedirs('build/cache/x'); open('build/cache/x/y', 'w').close()").status
        == "finished"
    )
    assert store.run_path(tiny, "corner2002", "quick", 0).is_file()
