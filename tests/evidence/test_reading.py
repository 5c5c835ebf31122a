"""A file that is not what `lawbook run` or `lawbook confirm` writes is no traceback, whatever it holds."""

from __future__ import annotations

import contextlib
import copy
import json
import logging
import os
import random
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lawbook.evidence import confirmation, packaged, reading, store
from lawbook.evidence.confirmed_file import ConfirmationError
from lawbook.evidence.keys import prediction_key
from lawbook.evidence.record import Run, digest
from lawbook.evidence.report import seeds_table, status_table, summary
from lawbook.evidence.schedule import plan, run_all
from lawbook.reference.catalog import Catalog, load
from lawbook.site.shelf_parts import parts

from tests.conftest import TINY, tried
from tests.fuzz import inputs
from tests.fuzz.watch import INTERNAL, watched

PAPER = "halving2001"
ANYTHING: list[Any] = [
    None, True, 0, -1, 5, 10**400, 1e308, -0.0, float("nan"), float("inf"), "", "x", "1.0", "inf", "\ud800", "\x00\x1b[31m",
    "<script>", [], [1], [[]], [None], {}, {"a": 1}, {"float": "nan"}, {"float": "1e999"}, {"float": "x"}, {"float": []},
    "x" * 10_000, [0] * 3000, {"type": "Usage"}, "finished", "2026-01-01", "2026-01-01T00:00:00",
]  # fmt: skip


class Quiet:
    """A listener that says nothing."""

    def record(self, job: Any, record: Any) -> None:
        pass

    def doubt(self, job: Any, run: Any) -> None:
        pass

    def done(self, job: Any, run: Any, *, cached: bool) -> None:
        pass


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The miniature with one run of the coins, and a confirmation made of copies of it."""
    root = tmp_path_factory.mktemp("book") / "tinybook"
    shutil.copytree(TINY, root, ignore=shutil.ignore_patterns("build"))
    catalog = load(root)[0]
    with ThreadPoolExecutor(1) as executor:
        (run,) = run_all(catalog, plan(catalog, [PAPER], seeds=[0], scale="quick"), executor, Quiet())
    assert run.status == "finished"
    seeds = confirmation.seeds_of(prediction_key(catalog, PAPER))
    runs = [Run(**{**run.__dict__, "seed": seed}) for seed in seeds]
    confirmation.write(catalog, confirmation.confirmed_by(catalog, PAPER, runs, "abc"))
    return root


@pytest.fixture(scope="module")
def catalog(book: Path) -> Catalog:
    """Its catalog; what is kept of it lies where a run may write."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAWBOOK_CACHE", str(book / "build" / "kept"))
        return load(book)[0]


@pytest.fixture
def executed(book: Path) -> Iterator[Any]:
    """The run on disk as data; the file is put back afterwards."""
    path = store.run_path(book, PAPER, "quick", 0)
    before = path.read_bytes()
    yield json.loads(before)
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    path.unlink(missing_ok=True)
    path.write_bytes(before)


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in JSON data."""
    yield path
    if isinstance(data, dict | list):
        for key, part in data.items() if isinstance(data, dict) else enumerate(data):
            yield from places(part, (*path, key))


def at(data: Any, path: tuple[Any, ...]) -> Any:
    """What stands there."""
    for key in path:
        data = data[key]
    return data


def mutated(data: Any, path: tuple[Any, ...], change: str, value: Any) -> Any:
    """The data with one place changed."""
    data = copy.deepcopy(data)
    if not path:
        return value
    parent, key = at(data, path[:-1]), path[-1]
    if change == "remove":
        del parent[key]
    elif change == "twice" and isinstance(parent, list):
        parent.insert(key, parent[key])
    elif change == "more" and isinstance(parent, dict):
        parent["surprise"] = value
    elif change == "nested":
        parent[key] = {"a": [parent[key]]}
    else:
        parent[key] = value
    return data


def everything_is_shown(catalog: Catalog) -> None:
    """Read the run and make of it what commands and site make of runs."""
    found = store.current_run(catalog, PAPER, "quick", 0)
    evidence = store.read(catalog)
    assert (found is None) == (PAPER not in evidence)
    status_table(catalog, evidence, sorted(catalog.entries))
    entry = catalog.entries[PAPER]
    json.dumps(parts(catalog, evidence))
    if found is not None:
        seeds_table(entry, [found])
        summary(catalog, [found])
        if found.status == "finished":
            assert found.notebook is not None
            json.loads(store.notebook_text(catalog, found))


def put(book: Path, data: Any, forged: bool) -> None:
    """Write data in the place of the run, with a list of records that agrees with it if it is to be forged."""
    if forged:
        with contextlib.suppress(Exception):
            data["metadata"][store.METADATA]["records"] = [digest(record) for record in store.records_of(data)]
    store.run_path(book, PAPER, "quick", 0).write_text(json.dumps(data), encoding="utf-8")


CHANGES = st.sampled_from(["replace", "replace", "replace", "remove", "twice", "more", "nested"])


@given(where=st.integers(0), change=CHANGES, value=st.sampled_from(ANYTHING), forged=st.booleans())
def test_no_mutation_of_a_run_is_a_traceback(
    book: Path, catalog: Catalog, executed: Any, where: int, change: str, value: Any, forged: bool
) -> None:
    tried["cached run"] += 1
    every = list(places(executed))
    put(book, mutated(executed, every[where % len(every)], change, value), forged)
    everything_is_shown(catalog)


def test_every_field_of_a_run_mutated(book: Path, catalog: Catalog, executed: Any) -> None:
    """Each field that a run is read by, by one value of each kind, drawn anew for each."""
    random.seed(0)
    every = [path for path in places(executed) if path[:1] == ("metadata",) or "data" in path or len(path) < 4]
    for path in random.sample(every, min(len(every), 250)):
        put(book, mutated(executed, path, "replace", random.choice(ANYTHING)), forged=True)
        everything_is_shown(catalog)


@given(cut=st.floats(0, 1), junk=st.binary(max_size=20))
def test_no_cut_of_a_run_is_a_traceback(book: Path, catalog: Catalog, executed: Any, cut: float, junk: bytes) -> None:
    tried["cached run"] += 1
    whole = json.dumps(executed).encode()
    store.run_path(book, PAPER, "quick", 0).write_bytes(whole[: int(cut * len(whole))] + junk)
    everything_is_shown(catalog)


def fifo(path: Path) -> None:
    """A pipe in the place of the file: to read it is to wait for ever."""
    os.mkfifo(path)


def link(path: Path) -> None:
    """A link out of the folder."""
    path.symlink_to("/etc/hostname")


def sparse(path: Path) -> None:
    """A file that is far too long to be read."""
    with path.open("wb") as file:
        file.truncate(reading.LARGEST + 1)


@pytest.mark.parametrize(
    "kind", [fifo, link, sparse, Path.mkdir, lambda p: p.write_text("[" * 10**5), lambda p: p.write_bytes(b"\xff")]
)
def test_what_is_no_plain_file_is_not_read_and_told_once(
    book: Path, catalog: Catalog, executed: Any, kind: Any, caplog: pytest.LogCaptureFixture
) -> None:
    path = store.run_path(book, PAPER, "quick", 0)
    path.unlink()
    kind(path)
    store._told.clear()
    with caplog.at_level(logging.WARNING, "lawbook"):
        for _ in range(3):
            assert store.current_run(catalog, PAPER, "quick", 0) is None
    (said,) = [record.getMessage() for record in caplog.records]
    assert said.startswith("build/runs/halving2001/quick-000.ipynb: found no run of a notebook (")
    assert said.endswith("): it is as if it were not there; lawbook run makes it")


def test_cells_that_are_not_the_files_are_no_run(book: Path, catalog: Catalog, executed: Any) -> None:
    data = copy.deepcopy(executed)
    code = next(cell for cell in data["cells"] if cell["cell_type"] == "code")
    code["source"] += "\nprint('never run')"
    put(book, data, forged=False)
    assert store.current_run(catalog, PAPER, "quick", 0) is None
    put(book, executed, forged=False)
    assert store.current_run(catalog, PAPER, "quick", 0) is not None


def confirmed_is_read_well(catalog: Catalog) -> None:
    """The seeds, or what is wrong with them: at its place, in words of whoever reads the file, the same twice."""
    path = confirmation.path_of(catalog, PAPER)
    with watched(catalog.root / "build"):
        told = [confirmation.read_all(catalog)[1] for _ in range(2)]
    assert told[0] == told[1]
    written = path.read_bytes().decode("utf-8", "replace")
    lines = written.split("\n")
    for said in "\n".join(told[0]).splitlines():
        assert said.isprintable(), repr(said)
        found = re.match(r"notebooks/scaling/halving2001\.confirmed\.json:(?:(\d+):(\d+): | and \d+ more)", said)
        assert found, said
        if found[1]:
            assert int(found[1]) <= len(lines), said
            assert int(found[2]) <= len(lines[int(found[1]) - 1]) + 1, said
        assert all(word[0] in written for word in INTERNAL.finditer(said)), said


@given(data=st.data())
def test_no_damage_of_confirmed_seeds_is_a_traceback(book: Path, catalog: Catalog, data: st.DataObject) -> None:
    tried["confirmed.json"] += 1
    path = confirmation.path_of(catalog, PAPER)
    before = path.read_bytes()
    try:
        path.write_bytes(data.draw(inputs.changed_json(before)))
        confirmed_is_read_well(catalog)
    finally:
        path.write_bytes(before)


@given(data=st.data())
def test_no_damage_of_a_run_is_a_traceback(
    book: Path, catalog: Catalog, executed: Any, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    tried["cached run"] += 1
    said: list[str] = []
    monkeypatch.setattr(store, "_is_no_run", lambda path, why: said.append(why))
    original = store.as_text(executed).encode()
    made = data.draw(inputs.changed_json(original))
    store.run_path(book, PAPER, "quick", 0).write_bytes(made)
    with watched(book / "build"):
        everything_is_shown(catalog)
    written = made.decode("utf-8", "replace")
    for why in said:
        assert why.isprintable(), repr(why)
        assert all(word[0] in written for word in INTERNAL.finditer(why)), why


@given(where=st.integers(0), change=CHANGES, value=st.sampled_from(ANYTHING))
@example(where=0, change="replace", value=[])
def test_no_mutation_of_confirmed_seeds_is_a_traceback(
    book: Path, catalog: Catalog, where: int, change: str, value: Any
) -> None:
    tried["confirmed.json"] += 1
    path = confirmation.path_of(catalog, PAPER)
    before = path.read_text()
    data = json.loads(before)
    every = list(places(data))
    try:
        path.write_text(json.dumps(mutated(data, every[where % len(every)], change, value), indent=1))
        confirmed_is_read_well(catalog)
    finally:
        path.write_text(before)


def test_what_is_wrong_with_confirmed_seeds_is_told_at_its_place_all_at_once(book: Path, catalog: Catalog) -> None:
    path = confirmation.path_of(catalog, PAPER)
    before = path.read_text()
    lines = before.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith('   {"'))
    lines[first] = lines[first].replace('"outcome": "holds"', '"outcome": "superb"')
    lines[first + 1] = '   {"outcome": 5},'
    try:
        path.write_text("\n".join(lines))
        with pytest.raises(ConfirmationError) as found:
            confirmation.read(catalog, PAPER)
    finally:
        path.write_text(before)
    one, other = str(found.value).splitlines()
    name = "notebooks/scaling/halving2001.confirmed.json"
    column = lines[first].index('"superb"') + 1
    assert one.startswith(f"{name}:{first + 1}:{column}: checks.exponent.0.outcome: found 'superb', expected 'holds',")
    assert other.startswith(f"{name}:{first + 2}:16: checks.exponent.1.outcome: found 5, expected 'holds',")
    assert one.endswith(", as lawbook confirm writes it")


@given(where=st.integers(0), change=CHANGES, value=st.sampled_from(ANYTHING))
def test_no_mutation_of_packed_records_is_a_traceback(
    book: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, where: int, change: str, value: Any
) -> None:
    tried["packed records"] += 1
    monkeypatch.setattr(store, "is_packaged", lambda root: False)
    data = json.loads(packaged.text(store.read(catalog)))
    every = list(places(data))
    path = book / packaged.NAME
    path.write_text(json.dumps(mutated(data, every[where % len(every)], change, value)))
    monkeypatch.setattr(store, "is_packaged", lambda root: True)
    evidence = store.read(catalog)
    status_table(catalog, evidence, sorted(catalog.entries))
    json.dumps(parts(catalog, evidence))


def test_packed_records_are_judged_like_others(
    book: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    data = json.loads(packaged.text(store.read(catalog)))
    (book / packaged.NAME).write_text(json.dumps(data))
    monkeypatch.setattr(store, "is_packaged", lambda root: True)
    assert store.read(catalog)[PAPER].shown.status == "finished"
    data[PAPER][0]["measured"][0]["points"][0]["high"] = 9.0
    (book / packaged.NAME).write_text(json.dumps(data))
    shown = store.read(catalog)[PAPER].shown
    assert shown.status == "invalid"
    assert "says high 9 where the entry gives 0.6" in shown.message
    (book / packaged.NAME).write_text("{")
    with caplog.at_level(logging.WARNING, "lawbook"):
        assert store.read(catalog) == {}
    assert caplog.records[-1].getMessage().startswith("records.json: found no runs (")


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("metadata", "lawbook", "status"), "superb", "status: found 'superb', expected 'finished', 'error' or 'timed out'"),
        (("metadata", "lawbook", "seed"), "x", "seed: found 'x', expected a whole number"),
        (("metadata", "lawbook", "versions"), 5, "versions: found 5, expected a mapping"),
        (("metadata", "lawbook", "usage"), [], "another shape"),
        (("cells", 0, "source"), 5, "cells.0.source: found 5, expected text"),
        (("cells",), {}, "cells: found a mapping, expected a list"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_run_is_told_in_no_words_of_a_library(
    book: Path, catalog: Catalog, executed: Any, path: tuple[Any, ...], value: Any, said: str
) -> None:
    put(book, mutated(executed, path, "replace", value), forged=False)
    stored = store.read_run(store.run_path(book, PAPER, "quick", 0))
    assert stored is not None
    assert stored.problem == said


@pytest.mark.parametrize(
    ("value", "said"), [(5, "found 5, expected a mapping"), ({}, "found no 'outcome', expected it")]
)
def test_what_is_wrong_with_a_seed_is_told_in_no_words_of_a_library(
    book: Path, catalog: Catalog, value: Any, said: str
) -> None:
    path = confirmation.path_of(catalog, PAPER)
    before = path.read_bytes()
    data = json.loads(before)
    data["checks"]["exponent"][0] = value
    try:
        path.write_text(json.dumps(data), encoding="utf-8")
        (told,) = confirmation.read_all(catalog)[1]
    finally:
        path.write_bytes(before)
    assert f"checks.exponent.0{'.outcome' * (value == {})}: {said}, as lawbook confirm writes it" in told
