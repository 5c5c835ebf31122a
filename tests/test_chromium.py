"""Finding the browser for the tests, on the systems that people have."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "tools" / "chromium.sh"


def program(path: Path, text: str = "") -> Path:
    """A program that prints `text`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{text}'\n")
    path.chmod(0o755)
    return path


def find(root: Path) -> subprocess.CompletedProcess[str]:
    """Run the script where `root`/bin and `root`/Applications are all there is."""
    env = {"PATH": str(root / "bin"), "HOME": str(root)}
    return subprocess.run(["/bin/sh", str(SCRIPT)], env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "place",
    [
        "bin/chromium-headless-shell", "bin/chromium", "bin/chromium-browser", "bin/google-chrome", "bin/google-chrome-stable",
        "Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "Applications/Chromium.app/Contents/MacOS/Chromium",
    ],
)  # fmt: skip
def test_whatever_is_there_is_found(tmp_path: Path, place: str) -> None:
    path = program(tmp_path / place)
    done = find(tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{path}\n")


@pytest.mark.skipif(Path("/Applications").is_dir(), reason="the script looks there, whatever HOME and PATH say")
@pytest.mark.parametrize(("system", "how"), [("Darwin", "brew install"), ("Linux", "apt-get install chromium")])
def test_where_none_is_there_it_says_how_to_get_one(tmp_path: Path, system: str, how: str) -> None:
    program(tmp_path / "bin/uname", system)
    program(tmp_path / "bin/id", "1000")
    done = find(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert how in done.stderr


@pytest.mark.skipif(Path("/Applications").is_dir(), reason="the script looks there, whatever HOME and PATH say")
@pytest.mark.parametrize("package", ["chromium-headless-shell", "chromium"])
def test_root_on_debian_gets_one(tmp_path: Path, package: str) -> None:
    program(tmp_path / "bin/id", "0")
    browser = tmp_path / "bin" / package
    only = f"for last; do :; done\n[ $1 = update ] || [ $last = {package} ] || exit 100\n"  # of what it is asked for
    made = f"[ $1 = update ] || {{ : > {browser}; /bin/chmod +x {browser}; }}\n"
    program(tmp_path / "bin/apt-get").write_text(f"#!/bin/sh\necho fetching\n{only}{made}")
    done = find(tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{browser}\n"), done.stderr
