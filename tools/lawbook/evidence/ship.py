"""Send the book to Dask workers: they need its packages and nothing else, no folder that they share and no Lawbook.

What travels is an archive of entries, notebooks and this package, once to each worker, also to one that comes later. A
job is executed there in a process of its own, by the package out of the archive.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tempfile
import zipfile
from concurrent.futures import Executor, Future
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

SENT = ("references", "notebooks")
FILES = ("requirements.lock",)
PACKAGE = Path(__file__).resolve().parents[1]
FOLDER = "lawbook-book"


def archive(root: Path) -> bytes:
    """The book at `root` and this package, as the bytes of a zip file; the same files give the same bytes."""
    found = {path.relative_to(root).as_posix(): path for name in SENT for path in (root / name).rglob("*")}
    found |= {name: root / name for name in FILES}
    found |= {f"tools/lawbook/{path.relative_to(PACKAGE).as_posix()}": path for path in PACKAGE.rglob("*")}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, path in sorted(found.items()):
            if path.is_file() and "__pycache__" not in path.parts and not name.startswith("tools/lawbook/book/"):
                file.writestr(zipfile.ZipInfo(name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


class Cluster(Executor):
    """Executes jobs on the workers of a Dask cluster, which are sent the book first."""

    def __init__(self, client: Any, root: Path, commit: str) -> None:
        """Send the book at `root`, where `commit` is checked out, to the workers of `client`."""
        data = archive(root)
        self.inner, self.commit = client.get_executor(), commit
        self.name = f"{FOLDER}-{hashlib.sha256(data).hexdigest()[:16]}"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"{self.name}.zip")
            path.write_bytes(data)
            client.upload_file(str(path), load=False)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have the job, the first of `args`, executed on a worker; gives the text of the executed notebook."""
        job = json.dumps(asdict(replace(args[0], commit=self.commit)))
        found: Future[Any] = self.inner.submit(_ByText(), self.name, job, list(sys.version_info[:2]))
        return found


class _ByText:
    """`on_worker`, which travels by its own text: a worker has no Lawbook in which it would find it by name."""

    def __call__(self, *args: Any) -> str:
        return on_worker(*args)

    def __reduce__(self) -> tuple[Any, ...]:
        import cloudpickle  # with Dask

        here = sys.modules[__name__]
        cloudpickle.register_pickle_by_value(here)
        try:
            return cloudpickle.loads, (cloudpickle.dumps(on_worker),)
        finally:
            cloudpickle.unregister_pickle_by_value(here)


def on_worker(name: str, job: str, python: list[int]) -> str:
    """Execute a job on the worker that this is called on, by the package in the archive. It names no module of ours.

    Arguments:
        name: Of the archive that was sent, without its ending.
        job: As JSON; its root is where the book is on the machine that sends.
        python: The version of Python whose packages the key of the run names.

    Raises:
        RuntimeError: The kernel died, or the worker lacks something; says what.
    """
    import json
    import os
    import shutil
    import subprocess
    import sys
    import tempfile
    import zipfile
    from pathlib import Path

    from distributed import get_worker

    worker = get_worker()
    if list(sys.version_info[:2]) != python:
        found = ".".join(map(str, sys.version_info[:2]))
        wanted = ".".join(map(str, python))
        raise RuntimeError(f"the worker {worker.address} has Python {found}, expected {wanted}, as on this machine")
    home = Path(worker.local_directory).resolve()
    book = home / name
    if not book.is_dir():
        fresh = tempfile.mkdtemp(dir=home, prefix=f".{name}-")
        with zipfile.ZipFile(home / f"{name}.zip") as file:
            file.extractall(fresh)
        try:
            os.rename(fresh, book)
        except OSError:  # another thread of this worker was faster
            shutil.rmtree(fresh)
    with tempfile.TemporaryDirectory(dir=home) as folder:
        task, result, log = (Path(folder, part) for part in ("job.json", "run.json", "log"))
        task.write_text(json.dumps(json.loads(job) | {"root": str(book)}), encoding="utf-8")
        supervisor = book / "tools" / "lawbook" / "evidence" / "supervise.py"
        runner = [sys.executable, "-m", "lawbook.evidence.ship", str(task), str(result)]
        env = os.environ | {"PYTHONPATH": str(book / "tools"), "PYTHONSAFEPATH": "1"}
        with log.open("wb") as stderr:  # the supervisor ends all that it started when its input is closed
            process = subprocess.Popen(
                [sys.executable, "-P", str(supervisor), *runner],
                cwd=book,
                env=env,
                stdin=subprocess.PIPE,
                stderr=stderr,
            )
            with process:
                process_input = process.stdin
                code = process.wait()
                if process_input is not None:
                    process_input.close()
        if not result.is_file():
            last = log.read_text(errors="replace").strip().splitlines()[-1:]
            told = f"{last[0] if last else f'exit status {code}'}; it needs the packages of requirements.lock"
            raise RuntimeError(f"the worker {worker.address} could not run notebooks: {told}")
        told = json.loads(result.read_text(encoding="utf-8"))
    if told["died"]:
        raise RuntimeError(told["died"])
    return str(told["text"])


def main(task: str, result: str) -> None:
    """Execute the job of a file, and write what came of it into another."""
    from lawbook.evidence.execute import Job, execute

    job = Job(**json.loads(Path(task).read_text(encoding="utf-8")))
    try:
        told = {"text": execute(job).text, "died": ""}
    except RuntimeError as error:
        told = {"text": "", "died": str(error)}
    Path(result).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
