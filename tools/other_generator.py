"""Build the book with MkDocs and with its successors, and say where the sites differ: `make otherwise`.

MkDocs 1 is no longer developed. ProperDocs and mkdocs-ng go on from it and read the same `mkdocs.yml`, plugins
included; as long as they build the same site, there is a way on. Each is tried in an environment of its own under
build/otherwise, with everything else as it is locked. No notebook is run; build/runs is taken as it stands.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
# What each is called by, and what is installed for it.
OTHERS = {
    "properdocs": (
        "properdocs==1.6.7"
        " --hash=sha256:6fa0cfa2e01bf338f684892c8a506cf70ea88ae7f3479c933b6fa20168101cbd"
        " --hash=sha256:adc7b16e562890af0e098a7e5b02e3a81c20894a87d6a28d345c9300de73c26e"
    ),
    "mkdocs": (
        "mkdocs-ng==1.8.0"
        " --hash=sha256:2e7c6bc108dc5ed81893c17c9776170a38f47b33d6a176a42f7e7bb6360f4d07"
        " --hash=sha256:6f8e2c76b6e8bff2222a322ee4805f35aa51b0810c41b12f907693b13ab0bad8"
    ),
}
GENERATOR = re.compile(rb'\s*<meta name="generator"[^>]*>')


def differences(one: Path, other: Path) -> list[str]:
    """The files of two sites that differ, or that only one of them has, but for the generator that a page names."""
    names = {path.relative_to(root).as_posix() for root in (one, other) for path in root.rglob("*") if path.is_file()}
    return sorted(name for name in names if _content(one / name) != _content(other / name))


def _content(path: Path) -> bytes | None:
    if not path.is_file():
        return None
    data = path.read_bytes()
    return GENERATOR.sub(b"", data) if path.suffix == ".html" else data


def without(lock: str, package: str) -> str:
    """A lock file without one of its packages, hashes included."""
    return re.sub(rf"^{re.escape(package)}==.*\n(?:[ \t]+--hash=.*\n)*", "", lock, flags=re.MULTILINE)


def environment(folder: Path, pin: str) -> Path:
    """The `bin` folder of an environment in which `pin` stands in the place of MkDocs."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "requirements.txt"
    wanted.write_text(without((REPO / "requirements.lock").read_text(encoding="utf-8"), "mkdocs") + pin + "\n")
    uv = str(Path(sys.executable).with_name("uv"))
    python = str(folder / "bin" / "python")
    for command in (
        [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(folder)],
        [uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", str(wanted)],
        [
            uv,
            "pip",
            "install",
            "--quiet",
            "--python",
            python,
            "--no-deps",
            "--no-build-isolation",
            "--editable",
            str(REPO),
        ],
    ):
        subprocess.run(command, check=True)
    return folder / "bin"


def build(command: Path, out: Path) -> None:
    """Build the site into `out` as a reader of the generator's own manual would; a warning is an error."""
    shutil.rmtree(out, ignore_errors=True)
    env = os.environ | {
        "NO_MKDOCS_2_WARNING": "1",
        "SOURCE_DATE_EPOCH": "1767225600",
    }  # of the sitemap: one date for all
    arguments = ["build", "--strict", "--quiet", "--config-file", str(REPO / "mkdocs.yml"), "--site-dir", str(out)]
    subprocess.run([str(command), *arguments], check=True, env=env)


def main() -> int:
    """Build with all of them; how many differ."""
    folder = REPO / "build" / "otherwise"
    build(Path(sys.executable).with_name("mkdocs"), folder / "site")
    count = sum(path.is_file() for path in (folder / "site").rglob("*"))
    bad = 0
    for command, pin in OTHERS.items():
        name = pin.partition(" ")[0]
        build(environment(folder / name, pin) / command, folder / f"site-{name}")
        found = differences(folder / "site", folder / f"site-{name}")
        bad += bool(found)
        print(f"{name}: {len(found)} of {count} files differ from those of MkDocs", *found, sep="\n  ")
    return bad


if __name__ == "__main__":
    sys.exit(main())
