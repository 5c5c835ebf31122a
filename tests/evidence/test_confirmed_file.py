"""The file of confirmed seeds: whatever stands in its place, there is a message with a place, and no waiting."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from lawbook.evidence import reading
from lawbook.evidence.confirmed_file import ConfirmationError, as_text, load
from lawbook.evidence.record import Confirmation, Point, Result

INF = float("inf")
POINT = Point(1.0, 0.1, 1.0, 1.0, 1.0, "holds", {"n": INF})
SOUND = Confirmation(
    "a2001", "f", "2026-01-01", "c", {}, (1000,), {("check", "x"): (Result("holds", POINT, None, {"b": -INF}),)}
)


def test_numbers_that_json_lacks_are_written_as_words_and_come_back(tmp_path: Path) -> None:
    text = as_text(SOUND)
    json.loads(text, parse_constant=pytest.fail)
    path = tmp_path / "x.json"
    path.write_text(text)
    assert load(path, "x.json") == SOUND


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"paper": "NaN",\n "seeds": [NaN]}', "x.json:2:12: found NaN, which is no JSON, expected a number"),
        (b'{"a":\n\n -Infinity}', "x.json:3:2: found -Infinity, which is no JSON, expected a number"),
        (b'{"a": "\\" NaN", "b": Infinity}', "x.json:1:22: found Infinity, which is no JSON"),
        (b'{\n"a": "x\\ud800y"}', "x.json:2:6: found half of a character in this text, expected whole ones"),
        (b'{\n"\\uDFFF": 1}', "x.json:2:1: found half of a character"),
        (b'{\n"a": "\xff"}', "x.json:2:7: found the byte 0xff, expected UTF-8 text"),
        ("{}".encode("utf-16"), "x.json:1:1: found UTF-16, expected UTF-8 text"),
        ('{\n"a": "\u202e"}'.encode(), "x.json:2:7: found U+202E (right-to-left override)"),
        (b"[]", "x.json:1:1: "),
        (b"[" * 100_000, "x.json:1:1: "),
        (b"{", "x.json:1:2: found no JSON"),
    ],
)
def test_what_a_file_holds_is_told_at_its_place(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(ConfirmationError) as caught:
        load(path, "x.json")
    assert str(caught.value).startswith(message)


def test_a_pipe_a_folder_and_a_link_out_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("/etc/hostname")
    for name, what in (("pipe", "a named pipe"), ("folder", "a folder"), ("link", "a link that leads out")):
        with pytest.raises(ConfirmationError, match=rf"{name}:1:1: found {what}"):
            load(tmp_path / name, name)
    assert load(tmp_path / "none", "none") is None


@pytest.mark.parametrize("text", [r'["a", "\ud83d\ude00"]', r'["\\ud800"]', '["é"]', "[]"])
def test_whole_characters_are_no_halves(text: str) -> None:
    assert reading.parsed(text) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [('{"a":\n"\\ud800"}', (2, 1)), ('{"a": 1, "b\\udfffc": 2}', (1, 10)), ('["\\ud800\\ud800"]', (1, 2))],
)
def test_half_a_character_is_told_at_its_place(text: str, place: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"half of a character in line {place[0]}, column {place[1]}"):
        reading.parsed(text)
