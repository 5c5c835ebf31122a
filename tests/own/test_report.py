"""The page of a fit: all that it must say, in one file that loads nothing; and the verb that writes it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from lawbook import compare, fit, report, runs
from lawbook.cli.verbs import app
from typer.testing import CliRunner

JOINT, SIZE = "kaplan2020/joint-loss", "kaplan2020/loss-vs-parameters"
N, D = (a.ravel() for a in np.meshgrid(np.geomspace(1e6, 1e9, 5), np.geomspace(1e8, 1e11, 5)))
LOSS = ((6e13 / N) ** 0.75 + 2e13 / D) ** 0.1 * np.exp(0.003 * np.cos(np.arange(25.0) ** 2))
AXES = ["--x", "N=params", "--x", "D=tokens"]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("table") / "runs.csv"
    rows = [
        f"{n!r},{d!r},{loss!r},{i % 5}"
        for i, (n, d, loss) in enumerate(zip(N.tolist(), D.tolist(), LOSS.tolist(), strict=True))
    ]
    path.write_text("params,tokens,loss,sweep\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["fit", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


class Reader(HTMLParser):
    """Collects what a page would load, its tags, and what is not closed."""

    VOID = ("meta", "br", "hr", "img", "link", "input")

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        self.loaded += [given[name] for name in ("src", "xlink:href", "href") if given.get(name)] if tag != "a" else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_stands_alone_and_says_it_all(tmp_path: Path) -> None:
    found = fit(JOINT, runs({"N": N, "D": D, "loss": LOSS}, N="N", D="D"))
    for name in ("a.html", "b.html"):
        report(found, tmp_path / name, predict=[{"N": 1e9, "D": 1e13}], budget=1e21)
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert html == (tmp_path / "b.html").read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    assert [address for address in reader.loaded if not address.startswith("#")] == []
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))
    for said in (
        "What is uncertain", "The runs determine every constant", "What was assumed", "How to cite", "@", "Kaplan",
        "100 times beyond the runs", "the best use of 6*N*D", "95 % interval", "held out", "Table 2",
    ):  # fmt: skip
        assert said in words, said
    assert "<svg" in html
    assert "\\alpha" not in words.replace("@", "")


def test_words_of_a_table_are_no_markup(tmp_path: Path) -> None:
    hostile = tmp_path / "<img src=x onerror=alert(1)>.csv"
    hostile.write_text("n,loss\n" + "".join(f"{n},{20 * n**-0.3}\n" for n in (10, 20, 40, 80)), encoding="utf-8")
    found = fit("hestness2017", runs(hostile, n="n"), given={"floor": 0.0})
    report(found, tmp_path / "page.html")
    assert "<img" not in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_page_of_several_laws_compares_them(tmp_path: Path) -> None:
    both = compare([JOINT, SIZE], runs({"N": N, "D": D, "loss": LOSS}, N="N", D="D"))
    report(both, tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Which law fits" in html
    assert "foretells better" in html
    assert html.count("How to cite") == 2


def test_the_verb_tells_and_writes(table: Path, tmp_path: Path) -> None:
    page, figure = tmp_path / "report.html", tmp_path / "fit.svg"
    code, out, err = run(
        table, "--law", JOINT, *AXES, "--predict", "N=1e9,D=1e11", "--optimum", "1e21", "--report", page, "--plot", figure,
        "--keep", "D/N > 0.2", "--group", "sweep",
    )  # fmt: skip
    assert code == 0
    assert "kaplan2020/joint-loss" in out
    assert "± bootstrap" in out
    assert "at N = 10⁹, D = 10¹¹:" in out
    assert "the best use of" in out
    assert "in 5 groups" in out
    assert page.is_file()
    assert figure.read_text(encoding="utf-8").startswith("<?xml")
    assert str(page) in err


def test_it_prints_json_for_programs(table: Path) -> None:
    code, out, _ = run(table, "--law", JOINT, "--law", SIZE, *AXES, "--json", "--predict", "N=1e9,D=1e11")
    data = json.loads(out)
    assert code == 0
    joint = next(one for one in data["fits"] if one["law"] == JOINT)
    low, high = joint["constants"]["alpha_N"]["interval"]
    assert low < joint["constants"]["alpha_N"]["value"] < high
    assert joint["predictions"][0]["at"] == {"N": 1e9, "D": 1e11}
    assert data["delta_aicc"][JOINT] == 0
    assert data["pairs"][0]["told_apart"] is True


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--law", JOINT, "--x", "N=parms", "--x", "D=tokens"], "runs.csv:1:1: found no column 'parms' (did you mean 'params'?)"),
        (["--law", JOINT, "--x", "N"], "found --x N, expected SYMBOL=…"),
        (["--law", "kaplan2020/joint", *AXES], "did you mean 'joint-loss'"),
        (["--law", "kaplan202", *AXES], "did you mean 'kaplan2020'"),
        (["--law", JOINT, "--x", "N=params"], "needs a column or a number for tokens"),
        (["--law", JOINT, *AXES, "--y", "los"], "did you mean 'loss'"),
        (["--law", JOINT, *AXES, "--keep", "D/M > 2"], "found the symbol 'M'"),
        (["--law", JOINT, *AXES, "--given", "alpha_N=x"], "expected a number after the ="),
        (["--law", JOINT, *AXES, "--given", "alpha_N=nan"], "expected a finite number"),
        (["--law", JOINT, "--law", SIZE, *AXES, "--given", "alpha_N=1"], "expected one law"),
        (["--law", JOINT, *AXES, "--predict", "N=1e9"], "expected a value for each of N, D"),
        (["--law", JOINT, *AXES, "--scatter", "some"], "expected equal or unequal"),
        (["--law", JOINT, *AXES, "--optimum", "1e21", "--cost", "6*N*X"], "found the symbol 'X'"),
        (["--law", JOINT, *AXES, "--plot", "fit.docx"], "docx"),
        (["--law", "papyan2020", *AXES], "has none of the symbols"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_in_a_line(table: Path, arguments: list[str], said: str) -> None:
    code, _, err = run(table, *arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    code, _, err = run(tmp_path / "none.csv", "--law", JOINT, *AXES)
    assert code == 2
    assert "none.csv: No such file or directory" in err
