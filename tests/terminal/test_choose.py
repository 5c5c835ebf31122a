"""Lists are predicates over laws, and all that are given hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

import pytest
from lawbook.reference.catalog import load
from lawbook.reference.model import Kind, Support
from lawbook.site.facets import VERDICT
from lawbook.terminal.choose import UnknownValueError, Wanted, choose
from lawbook.terminal.json_model import Outcome
from lawbook.terminal.values import KINDS, SUPPORTS, VERDICTS

from tests.conftest import REPO


def ids(papers: Iterable[dict[str, Any]]) -> set[str]:
    return {law["id"] for paper in papers for law in paper["laws"]}


def test_the_words_are_those_of_entries() -> None:
    assert get_args(Kind) == KINDS
    assert get_args(Support) == SUPPORTS
    assert tuple(VERDICT) == VERDICTS == get_args(Outcome)


def test_everything_is_listed_where_nothing_is_asked(kept: dict[str, Any]) -> None:
    catalog = load(REPO)[0]
    assert ids(choose(kept["list"], Wanted())) == {f"{p}/{law}" for p, e in catalog.entries.items() for law in e.laws}


def test_each_predicate_is_that_of_the_entries(kept: dict[str, Any]) -> None:
    catalog, listed = load(REPO)[0], kept["list"]
    laws = {f"{p}/{i}": (p, law) for p, e in catalog.entries.items() for i, law in e.laws.items()}

    def those(holds: Any) -> set[str]:
        return {name for name, (paper, law) in laws.items() if holds(paper, law)}

    assert ids(choose(listed, Wanted(family="Stability"))) == those(lambda p, law: catalog.family_of[p] == "stability")
    assert ids(choose(listed, Wanted(kind="power law"))) == those(lambda p, law: law.kind == "power-law")
    assert ids(choose(listed, Wanted(support="theorem"))) == those(lambda p, law: law.support == "theorem")
    assert ids(choose(listed, Wanted(assumes=["full-batch"]))) >= those(lambda p, law: "full-batch" in law.assumes)
    assert ids(choose(listed, Wanted(symbols=["eta"]))) == those(lambda p, law: "eta" in law.symbols)
    assert ids(choose(listed, Wanted(since=2020, until=2021))) == those(
        lambda p, law: catalog.works[p].year in ("2020", "2021")
    )
    assert "cohen2021/sharpness-at-the-edge" in ids(choose(listed, Wanted(cites=["damian2022"])))
    assert ids(choose(listed, Wanted(verdict="not-run"))) | ids(choose(listed, Wanted(verdict="no-check"))) == set(laws)


def test_all_that_is_asked_holds(kept: dict[str, Any]) -> None:
    both = choose(kept["list"], Wanted(assumes=["full-batch"], support="theorem"))
    assert ids(both) == ids(choose(kept["list"], Wanted(assumes=["full batch"]))) & ids(
        choose(kept["list"], Wanted(support="theorem"))
    )
    twice = Wanted(assumes=["full-batch", "squared-loss"])
    assert ids(choose(kept["list"], twice)) < ids(choose(kept["list"], Wanted(assumes=["squared-loss"])))
    assert choose(kept["list"], Wanted(since=3000)) == []


def test_words_of_an_assumption_and_of_a_quantity(kept: dict[str, Any]) -> None:
    assert "cohen2021/sharpness-at-the-edge" in ids(choose(kept["list"], Wanted(assumes=["gradient whole training"])))
    assert "cohen2021/sharpness-at-the-edge" in ids(choose(kept["list"], Wanted(symbols=["step size"])))


@pytest.mark.parametrize(
    ("wanted", "said", "nearest"),
    [
        (Wanted(family="stabilty"), "found --family 'stabilty', expected a family", "stability"),
        (Wanted(kind="powerlaw"), "found --kind 'powerlaw', expected one of power-law, ", "power-law"),
        (Wanted(support="theorm"), "found --support 'theorm'", "theorem"),
        (Wanted(verdict="hold"), "found --verdict 'hold'", "holds"),
        (Wanted(assumes=["ful-batch"]), "found --assumes 'ful-batch', expected the id of an assumption", "full-batch"),
        (Wanted(symbols=["sharpnes"]), "found --symbol 'sharpnes'", "sharpness"),
        (Wanted(cites=["damain2022"]), "found --cites 'damain2022', expected the key of a work", "damian2022"),
    ],
)
def test_an_unknown_value_is_an_error_with_the_nearest(
    kept: dict[str, Any], wanted: Wanted, said: str, nearest: str
) -> None:
    with pytest.raises(UnknownValueError) as raised:
        choose(kept["list"], wanted)
    assert str(raised.value).startswith(said)
    assert raised.value.nearest[0] == nearest
    assert f"did you mean {nearest!r}" in str(raised.value)


def test_a_value_of_megabytes_is_told_in_short(kept: dict[str, Any]) -> None:
    for wanted in (Wanted(kind="x" * 10**7), Wanted(assumes=["x" * 10**7]), Wanted(symbols=["x" * 10**7])):
        with pytest.raises(UnknownValueError) as raised:
            choose(kept["list"], wanted)
        assert len(str(raised.value)) < 400
