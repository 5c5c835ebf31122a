"""Building and serving where something is wrong: one line that says what, and the former site as it was."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lawbook.site import build as building
from lawbook.site.build import build
from lawbook.site.swap import replacing
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

CONFIG = """
site_name: Lawbook
site_dir: build/site
plugins: [lawbook]
markdown_extensions: [attr_list]
validation: {nav: {omitted_files: ignore, not_found: ignore}}
"""


@pytest.fixture
def book(tiny: Path) -> Path:
    """The miniature book with the pages that its own pages link to."""
    (tiny / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    (tiny / "docs").mkdir()
    (tiny / "docs" / "index.md").write_text("# Home\n\nWelcome.\n", encoding="utf-8")
    (tiny / "docs" / "reading.md").write_text("# Reading {#seen}\n\n## More {#unconfirmed}\n", encoding="utf-8")
    (tiny / "docs" / "verdicts.md").write_text("# Verdicts\n", encoding="utf-8")
    (tiny / "docs" / "cite.md").write_text("# Cite {#addresses}\n", encoding="utf-8")
    cache = Path(__file__).resolve().parents[2] / "build" / "cache" / "site"
    (tiny / "build" / "cache" / "site").mkdir(parents=True)
    for kept in (*cache.glob("*.woff2"), *cache.glob("*.js")):  # seconds to make
        shutil.copy(kept, tiny / "build" / "cache" / "site" / kept.name)
    return tiny


def state(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# A program of its own sets the limit: between fork and exec, as preexec_fn would, it must not be done beside threads.
LIMITED = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)); os.execv(sys.executable, sys.argv[1:])"


def said(book: Path, *command: str, limited: bool = False) -> tuple[int, str]:
    """The exit code and what was said, all of it, by a command that fails; `limited` to short files."""
    words = [sys.executable, "-m", "lawbook", *command]
    if limited:
        words = [sys.executable, "-c", LIMITED, *words]
    done = subprocess.run(words, cwd=book, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.strip()


def test_a_build_that_fails_leaves_the_former_site(book: Path) -> None:
    build(book)
    before = state(book / "build" / "site")
    (book / "docs" / "index.md").write_text("# Home\n\n[gone](nowhere.md)\n", encoding="utf-8")
    with pytest.raises(Abort):
        build(book)
    (book / "docs" / "index.md").write_text("# Home\n\n<!-- lawbook:nothing -->\n", encoding="utf-8")
    with pytest.raises(ValueError, match="nothing"):
        build(book)
    assert state(book / "build" / "site") == before
    assert not list((book / "build").glob(".site.[no]*"))


def test_pages_that_were_kept_are_the_same_bytes(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")  # the theme writes the time of the build
    build(book)
    before = state(book / "build" / "site")
    kept = list((book / "build" / "cache" / "site" / "html").glob("*.json"))
    assert kept
    build(book)
    assert state(book / "build" / "site") == before
    page = book / "docs" / "reading.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nA new sentence.\n", encoding="utf-8")
    build(book)
    after = state(book / "build" / "site")
    assert b"A new sentence." in after["reading/index.html"]
    assert after["verdicts/index.html"] == before["verdicts/index.html"]
    assert len(list((book / "build" / "cache" / "site" / "html").glob("*.json"))) == len(kept)


def test_what_warned_warns_again(book: Path, caplog: pytest.LogCaptureFixture) -> None:
    (book / "docs" / "index.md").write_text("# Home\n\n[gone](nowhere.md)\n", encoding="utf-8")
    for _ in range(2):
        caplog.clear()
        build(book, strict=False)
        assert "nowhere.md" in caplog.text


def test_a_finished_site_is_built_again_only_when_something_has_changed(book: Path) -> None:
    def site() -> str:
        words = [sys.executable, "-m", "lawbook", "site", "--no-run"]
        return subprocess.run(words, cwd=book, capture_output=True, text=True, check=True, timeout=120).stdout

    assert site() == "the site is in build/site\n"
    assert site() == "nothing has changed: the site is in build/site\n"
    (book / "build" / "site" / "index.html").write_text("mine", encoding="utf-8")
    assert site() == "the site is in build/site\n"
    assert "Welcome." in (book / "build" / "site" / "index.html").read_text(encoding="utf-8")
    for path in ("docs/index.md", "references/glossary.yml", "mkdocs.yml"):
        (book / path).write_text((book / path).read_text(encoding="utf-8") + "\n", encoding="utf-8")
        assert site() == "the site is in build/site\n"
    assert site().startswith("nothing has changed")


@pytest.mark.parametrize("link", ["laws/halving2001/#nowhere", "laws/halving1999/", "javascript:a()", "#nowhere"])
def test_a_link_of_the_built_site_that_leads_nowhere_fails_the_build(
    book: Path, link: str, caplog: pytest.LogCaptureFixture
) -> None:
    (book / "docs" / "index.md").write_text(f'# Home\n\n<p><a href="{link}">x</a></p>\n', encoding="utf-8")
    with pytest.raises(Abort, match="Aborted with 1 link that leads nowhere"):
        build(book)
    assert f"index.html: found a link to {link}, " in caplog.text
    assert not (book / "build" / "site").exists()
    assert build(book, strict=False).is_dir()


def test_links_are_checked_in_seconds(site: Path) -> None:
    started = time.process_time()
    assert building.links.dead(site) == []
    assert time.process_time() - started < 2


@pytest.mark.parametrize("command", [("check",), ("site", "--no-run"), ("run", "halving2001"), ("serve", "--no-run")])
def test_build_is_a_file_or_leads_out_of_the_book(book: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    shutil.rmtree(book / "build")
    (book / "build").write_text("mine")
    assert said(book, *command) == (
        2, f"lawbook: found the file {book / 'build'}, expected a folder, or nothing: move it away"
    )  # fmt: skip
    assert (book / "build").read_text() == "mine"
    (book / "build").unlink()
    for elsewhere in (tmp_path / "elsewhere", tmp_path / "nothing"):
        (tmp_path / "elsewhere").mkdir(exist_ok=True)
        (book / "build").symlink_to(elsewhere)
        code, told = said(book, *command)
        assert (code, told.count("\n")) == (2, 0)
        assert told.startswith(f"lawbook: found {book / 'build'} to be a link out of the book, to {elsewhere}")
        assert list((tmp_path / "elsewhere").iterdir()) == []
        assert not (tmp_path / "nothing").exists()
        (book / "build").unlink()


def test_a_link_in_the_place_of_the_site_is_not_written_through(book: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (book / "build" / "site").symlink_to(tmp_path / "elsewhere")
    assert said(book, "site", "--no-run")[0] == 2
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_full_disk(book: Path) -> None:
    """As good as: no file may become longer than a few kilobytes."""
    build(book)
    before = state(book / "build" / "site")

    code, told = said(book, "site", "--no-run", limited=True)
    assert (code, told.count("\n")) == (2, 0), told
    assert told.startswith("lawbook: ")
    assert "File too large" in told
    assert state(book / "build" / "site") == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_build(book: Path) -> None:
    (book / "build").chmod(0o500)
    try:
        code, told = said(book, "site", "--no-run")
    finally:
        (book / "build").chmod(0o700)
    assert (code, told.count("\n")) == (2, 0)
    assert "Permission denied" in told


def test_two_builds_at_once(book: Path) -> None:
    with replacing(book / "build" / "site"):
        code, told = said(book, "site", "--no-run")
    assert code == 2
    assert told == (
        f"lawbook: found another build of {book / 'build' / 'site'} at work (process {os.getpid()}), expected none: "
        "wait until it has finished"
    )


@contextmanager
def served(book: Path) -> Iterator[Callable[[str], str]]:
    """The book served by `lawbook serve`; gives what stands at an address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "lawbook", "serve", "--no-run", "--address", f"127.0.0.1:{port}"],
        cwd=book, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def read(path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return str(answer.read().decode())

    try:
        yield read
    finally:
        server.terminate()
        server.wait()


def until(read: Callable[[str], str], path: str, words: str) -> str:
    """What stands at `path` as soon as it holds `words`."""
    text = ""
    for _ in range(300):
        try:
            text = read(path)
        except OSError as error:
            text = str(error)
        if words in text:
            return text
        time.sleep(0.2)
    raise AssertionError(f"expected {words!r}, found {text[:2000]}")


def test_a_build_that_fails_while_serving_is_a_page_until_it_is_mended(book: Path) -> None:
    page, settings = book / "docs" / "index.md", book / "mkdocs.yml"
    good = page.read_text(encoding="utf-8")
    with served(book) as read:
        until(read, "/", "Welcome.")
        for path, text, words in (
            (page, "# Home\n\n<!-- lawbook:nothing -->\n", "ValueError: found &lt;!-- lawbook:nothing --&gt;, expected one of"),
            (settings, "site_name: [\n", "The site cannot be built"),
            (settings, CONFIG + "theme: {name: none-such}\n", "none-such"),
        ):  # fmt: skip
            path.write_text(text, encoding="utf-8")
            for address in ("/", "/laws/", "/no/such/page/"):
                assert "The site cannot be built" in until(read, address, words)
            settings.write_text(CONFIG, encoding="utf-8")
            page.write_text(f"{good}\n{json.dumps(words)[:20]}\n", encoding="utf-8")
            until(read, "/", "Welcome.")
            until(read, "/laws/halving2001/", "inverse square root")


def test_serving_says_what_is_wrong_with_an_entry_and_goes_on(book: Path) -> None:
    entry = book / "references/scaling/halving2001.yml"
    good = entry.read_text(encoding="utf-8")
    with served(book) as read:
        until(read, "/laws/halving2001/", "inverse square root")
        for bad in (
            "",
            "- a\n",
            "paper: [\n",
            good.replace("range: [1.0, 1000.0]", "range: [1.0]"),
            "\x00",
            "\t- x: y",
        ):
            entry.write_text(bad, encoding="utf-8")
            until(read, "/laws/halving2001/", "halving2001")
            until(read, "/", "")
        entry.write_text(good, encoding="utf-8")
        until(read, "/laws/halving2001/", "inverse square root")


def test_the_pages_of_an_edited_entry_stand_first_and_all_others_follow(book: Path) -> None:
    entry = book / "references/scaling/halving2001.yml"
    good = entry.read_text(encoding="utf-8")
    assert good.count("title: The ") == 1
    config = load_config(str(book / "mkdocs.yml"), site_dir=str(book / "served"))
    config.plugins.on_startup(command="serve", dirty=False)
    plugin: Any = config.plugins["lawbook"]
    assert not plugin.make_at_once()  # there is no site yet
    for _ in range(2):  # what the first one made, the second one finds
        mkdocs_build(load_config(str(book / "mkdocs.yml"), site_dir=str(book / "served")))
        assert not plugin.make_at_once()

    before = state(book / "served")
    entry.write_text(good.replace("title: The ", "title: Reworded, the "), encoding="utf-8")
    assert plugin.make_at_once()
    assert not plugin.make_at_once()  # the same edit
    now = state(book / "served")
    changed = {path for path in now if now[path] != before.get(path)}
    assert (
        {"laws/halving2001/index.html"} <= changed <= {f"laws/halving2001/{end}index.html" for end in ("", "in-full/")}
    )
    mkdocs_build(load_config(str(book / "mkdocs.yml"), site_dir=str(book / "served")))
    whole = state(book / "served")
    assert {path: whole[path] for path in changed} == {path: now[path] for path in changed}
    assert b"Reworded, the" in whole["laws/index.html"]

    entry.write_text(good.replace("title: The ", "titel: The "), encoding="utf-8")
    assert not plugin.make_at_once()  # all pages tell of the fault


def test_an_edit_is_served_on_its_page_and_on_all_others(book: Path) -> None:
    entry = book / "references/scaling/halving2001.yml"
    with served(book) as read:
        until(read, "/laws/halving2001/", "inverse square root")
        for word in ("Reworded", "Anew"):
            text = entry.read_text(encoding="utf-8")
            entry.write_text(re.sub(r"^title: .*", f"title: {word}", text, flags=re.MULTILINE), encoding="utf-8")
            until(read, "/laws/halving2001/", word)
            until(read, "/laws/", word)


def test_a_first_build_that_fails_is_a_page_until_it_is_mended(book: Path) -> None:
    page = book / "docs" / "index.md"
    good = page.read_text(encoding="utf-8")
    page.write_text("# Home\n\n<!-- lawbook:nothing -->\n", encoding="utf-8")
    with served(book) as read:
        for address in ("/", "/laws/"):
            assert "ValueError: found &lt;!-- lawbook:nothing --&gt;" in until(
                read, address, "The site cannot be built"
            )
        page.write_text(good, encoding="utf-8")
        until(read, "/", "Welcome.")


def test_what_is_wrong_with_entries_and_notebooks_from_the_start_is_a_page(book: Path) -> None:
    entry, notebook = book / "references/scaling/halving2001.yml", book / "notebooks/geometry/corner2002.py"
    good, sound = entry.read_text(encoding="utf-8"), notebook.read_text(encoding="utf-8")
    entry.write_text(good.replace("range: [1.0, 1000.0]", "range: [1.0]"), encoding="utf-8")
    notebook.write_text(sound.replace('law.check("sum-is-pi"', 'law.check("sum-is-tau"'), encoding="utf-8")
    with served(book) as read:
        until(read, "/", "Welcome.")
        told = html.unescape(read("/problems/"))
        assert "laws.inverse-root.symbols.n.range: found" in told
        assert "found the check 'sum-is-tau', expected a check of corner2002" in told
        assert "three corners" in read("/laws/corner2002/")
        assert "expected a list of two numbers" in read("/laws/halving2001/")
        entry.write_text(good, encoding="utf-8")
        until(read, "/laws/halving2001/", "inverse square root")
        notebook.write_text(sound.replace("law.check(", "law.check((", 1), encoding="utf-8")
        until(read, "/problems/", "notebooks/geometry/corner2002.py:")
        until(read, "/problems/", "no Python")
