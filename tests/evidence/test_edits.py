"""What an entry states, in any shape that entries have had, and how two versions differ."""

from __future__ import annotations

import pytest
from lawbook.evidence.edits import Edit, edits, read

ENTRY = """
laws:
  main:
    formula: {latex: y, expr: a*n**-0.5}
    checks:
      falls:
        measures: slope of the error
        predicted: 0.5
        tolerance: {rel: 0.1}
        rival: {value: 1.0, says: as fast as it can}
      fits: {measures: the curve, predicted: fitted, tolerance: {abs: 0.01}, sense: at-most}
    controls:
      copies: {breaks: independent, measures: the same of copies, must-miss: falls}
"""


def differences(old: str, new: str, entry: str = ENTRY) -> list[Edit]:
    """The edits that one replacement in an entry amounts to."""
    assert old in entry
    before, after = read(entry.encode()), read(entry.replace(old, new).encode())
    assert before is not None
    assert after is not None
    return list(edits(before, after))


@pytest.mark.parametrize(
    ("old", "new", "edit"),
    [
        ("predicted: 0.5", "predicted: 0.25", Edit("falls", "prediction", "0.5", "0.25")),
        ("predicted: 0.5", "predicted: -1", Edit("falls", "prediction", "0.5", "−1")),
        ("expr: a*n**-0.5", "expr: a*n**-1", Edit("fits", "prediction", "fitted: a*n**-0.5", "fitted: a*n**-1")),
        ("must-miss: falls", "must-miss: fits", Edit("copies", "prediction", "must miss falls", "must miss fits")),
        ("{rel: 0.1}", "{rel: 0.06}", Edit("falls", "band", "± 10 %", "± 6 %")),
        ("{rel: 0.1}", "{rel: 1.0e-9}", Edit("falls", "band", "± 10 %", "± 10⁻⁹ of it")),
        ("{rel: 0.1}", "{abs: 0.1}", Edit("falls", "band", "± 10 %", "± 0.1")),
        ("{abs: 0.01}", "{abs: 0.0}", Edit("fits", "band", "+ 0.01", "none")),
        ("sense: at-most", "sense: at-least", Edit("fits", "sense", "at most", "at least")),
        ("0.1}", "0.1}\n        not-reproduced: too small", Edit("falls", "sense", "equal", "equal, and is not reproduced here")),
        ("slope of", "steepness of", Edit("falls", "protocol", "slope of the error", "steepness of the error")),
        ("the same of copies", "so of copies", Edit("copies", "protocol", "the same of copies", "so of copies")),
        ("value: 1.0", "value: 2.0", Edit("falls", "rivals", "1: as fast as it can", "2: as fast as it can")),
        ("copies: {", "copied: {", Edit("copied", "added", "", "control")),
    ],
)  # fmt: skip
def test_an_edit_is_told_in_words(old: str, new: str, edit: Edit) -> None:
    found = differences(old, new)
    assert found[0] == edit
    assert found[1:] == ([Edit("copies", "removed", "control", "")] if edit.kind == "added" else [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rival: {value: 1.0, says: as fast as it can}", "rivals: [{says: as fast as it can, value: 1}]"),
        ("{rel: 0.1}", "{rel: 1.0e-1}"),
        ("predicted: 0.5", "predicted: 0.50"),
        ("a*n**-0.5", "a * n**-0.5"),
        ("slope of the error", ">-\n          slope of\n          the error"),
        ("breaks: independent", "intact: check, tests: claim, breaks: independent"),
        ("        predicted: 0.5", "        band-from: theory\n        predicted: 0.5"),
        ("  main:", "  another:"),
    ],
)
def test_what_says_the_same_is_no_edit(old: str, new: str) -> None:
    assert differences(old, new) == []


SAID = ENTRY.replace("rival: {", "tests: claim\n        band-from: {is: pilot, says: ten trials}\n        rival: {")


@pytest.mark.parametrize(
    ("old", "new", "edit"),
    [
        ("{is: pilot, says: ten trials}", "theory", Edit("falls", "band from", "pilot", "theory")),
        ("tests: claim", "tests: consequence", Edit("falls", "tests", "claim", "consequence")),
    ],
)
def test_what_a_check_is_called_is_told_where_it_was_said_before(old: str, new: str, edit: Edit) -> None:
    assert differences(old, new, SAID) == [edit]
    before, after = read(ENTRY.encode()), read(SAID.encode())
    assert before is not None
    assert after is not None
    assert edits(before, after) == ()


def test_a_band_is_not_another_one_for_its_sign() -> None:
    entry = ENTRY.replace("{rel: 0.1}", "{rel: 0.1}\n        sense: at-least")
    assert [edit.kind for edit in differences("sense: at-least", "sense: equal", entry)] == ["sense"]


def test_a_rival_more_is_an_edit() -> None:
    entry = ENTRY.replace("rival: {value: 1.0, says: as fast as it can}", "rivals: [{expr: 1/n, says: one}]")
    found = differences("says: one}", "says: one}, {value: 0, says: none}", entry)
    assert found == [Edit("falls", "rivals", "1/n: one", "1/n: one; 0: none")]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"laws:", b"laws: [", b"laws: {a: {checks: }", b"- 1", b"\xff\xfe laws", b"laws: {1: 2}: 3", b"text", b"laws: \x00",
        b"laws: {a: " + b"[" * 800 + b"]" * 800 + b"}", b"laws: {a: {}}#" + b" " * 300_000,
    ],
)  # fmt: skip
def test_what_is_no_entry_states_nothing(raw: bytes) -> None:
    assert read(raw) is None


@pytest.mark.parametrize(
    "check",
    [
        "",
        "[]",
        "text",
        "{measures: [a, b], predicted: {a: 1}, tolerance: [1], rival: [x, [y]]}",
        "{tolerance: {rel: x}}",
    ],
)
def test_a_check_of_any_shape_is_read(check: str) -> None:
    found = read(f"laws: {{a: {{checks: {{odd: {check}}}, controls: {{odder: {check}}}}}, b: text}}".encode())
    assert found is not None
    assert list(found) == [("check", "odd"), ("control", "odder")]
