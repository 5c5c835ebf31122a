"""Published addresses: none is lost without a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from lawbook.cli import app
from lawbook.reference.addresses import GONE, LIST, publish, standing
from lawbook.reference.catalog import load
from typer.testing import CliRunner

CHECK = "laws/halving2001/#check-extrapolates"


def published(root: Path) -> None:
    """Publish every address of the book at `root`."""
    catalog, problems = load(root)
    assert problems == []
    assert publish(catalog) == standing(catalog)


def messages(root: Path) -> list[str]:
    return [str(problem) for problem in load(root)[1]]


def without_a_check(root: Path) -> None:
    for name, before in (("scaling/halving2001.yml", "      "), ("instruments.yml", "    ")):
        path = root / "references" / name
        path.write_text(path.read_text().replace(f"{before}extrapolates:", f"{before}foretells:"))


def line_of(root: Path, address: str) -> int:
    return (root / LIST).read_text().split("\n").index(address) + 1


def test_every_part_has_an_address_and_publishing_twice_adds_nothing(tiny: Path) -> None:
    published(tiny)
    lines = (tiny / LIST).read_text().split("\n")
    for address in ("families/scaling/", "laws/halving2001/", "laws/halving2001/#inverse-root", CHECK):
        assert address in lines
    assert "laws/halving2001/#control-one-draw-repeated" in lines
    assert any(line.startswith("laws/halving2001/#assumes-") for line in lines)
    assert publish(load(tiny)[0]) == []
    assert messages(tiny) == []


def test_check_tells_what_is_not_published_yet(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tiny)
    published(tiny)
    assert "published" not in CliRunner().invoke(app, ["check"]).stdout
    lines = [line for line in (tiny / LIST).read_text().splitlines() if line != CHECK]
    (tiny / LIST).write_text("".join(f"{line}\n" for line in lines))
    assert f"not published yet (lawbook publish): {CHECK}\n" in CliRunner().invoke(app, ["check"]).stdout


def test_a_lost_address_is_a_problem_where_it_is_listed(tiny: Path) -> None:
    published(tiny)
    without_a_check(tiny)
    (message,) = messages(tiny)
    assert message.startswith(f"{LIST}:{line_of(tiny, CHECK)}:1: found {CHECK}, which is no more, expected it to stand")
    assert GONE in message


def test_an_address_that_is_told_as_gone_is_none(tiny: Path) -> None:
    published(tiny)
    without_a_check(tiny)
    says = f"{CHECK}: {{on: 2026-11-27, to: 'laws/halving2001/#check-foretells', says: Renamed.}}\n"
    (tiny / GONE).write_text(says.replace(CHECK, f"'{CHECK}'", 1))
    assert messages(tiny) == []
    catalog, _ = load(tiny)
    assert list(catalog.addresses.gone_from("laws/halving2001/")) == ["check-extrapolates"]
    assert catalog.addresses.gone_pages == []


@pytest.mark.parametrize(
    ("gone", "place", "message"),
    [
        (f"'{CHECK}': {{on: 2026-11-27, says: No.}}", "1:1", "which stands, expected it not here"),
        ("laws/doe2020/: {on: 2026-11-27, says: No.}", "1:1", f"expected an address of {LIST}"),
        ("laws/doe2020/: {on: 2026-13-40, says: No.}", "1:21", "found '2026-13-40', "),
        ("laws/doe2020/: {on: soon, says: No.}", "1:21", "expected a day such as 2026-11-27"),
        (
            "nowhere: {on: 2026-11-27, says: No.}",
            "1:1",
            "found the key 'nowhere', expected an address such as laws/cohen2021/",
        ),
        ("laws/doe2020/: {on: 2026-11-27}", "1:16", "found no key 'says'"),
    ],
)
def test_what_gone_yml_says_has_to_be_so(tiny: Path, gone: str, place: str, message: str) -> None:
    published(tiny)
    (tiny / GONE).write_text(gone + "\n")
    (found,) = messages(tiny)
    assert found.startswith(f"{GONE}:{place}: ")
    assert message in found


def test_where_it_went_has_to_stand(tiny: Path) -> None:
    published(tiny)
    without_a_check(tiny)
    (tiny / GONE).write_text(f"'{CHECK}': {{on: 2026-11-27, to: laws/halving2002/, says: No.}}\n")
    (found,) = messages(tiny)
    assert "expected an address that stands (did you mean 'laws/halving2001/'?)" in found


def test_a_bad_list_is_told_line_by_line(tiny: Path) -> None:
    (tiny / LIST).write_text("# head\nlaws/halving2001/\nlaws/Halving\nlaws/halving2001/\n")
    first, second = messages(tiny)
    assert first.startswith(f"{LIST}:3:1: found 'laws/Halving', expected an address")
    assert second == f"{LIST}:4:1: found laws/halving2001/ twice (first in line 2), expected it once"


def test_a_broken_entry_loses_no_address(tiny: Path) -> None:
    published(tiny)
    path = tiny / "references/scaling/halving2001.yml"
    path.write_text(path.read_text().replace("kind: power-law", "kind: powerlaw"))
    (message,) = messages(tiny)
    assert "powerlaw" in message


def test_the_addresses_of_the_book_are_published() -> None:
    root = Path(__file__).resolve().parents[2]
    catalog, _ = load(root)
    assert set(standing(catalog)) <= set(catalog.addresses.published), "run lawbook publish"
