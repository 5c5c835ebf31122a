"""The catalog: sound files load, and every defect of every file is told at once, in its place."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from lawbook.reference import source
from lawbook.reference.bibliography import Name
from lawbook.reference.catalog import load
from lawbook.reference.checked import load_checked
from lawbook.reference.schema import json_schema
from lawbook.reference.tex import TexError, mathml

HALVING = "references/scaling/halving2001.yml"


def edit(root: Path, old: str, new: str, file: str = HALVING) -> None:
    """Replace the one occurrence of `old` in a file of the miniature."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")


def told(root: Path) -> list[str]:
    """All problems, as a user reads them."""
    return [str(problem) for problem in load(root)[1]]


def test_the_miniature_is_sound(tiny: Path) -> None:
    catalog, problems = load(tiny)
    assert problems == []
    assert list(catalog.entries) == ["corner2002", "halving2001"]
    assert catalog.works["halving2001"].authors == (Name("Ada", "Halver"), Name("Grace B.", "Byte"))
    assert catalog.works["halving2001"].pages == "1–2"
    (tie,) = catalog.ties("corner2002")
    assert (tie.to, tie.type) == ("halving2001", "explained-by")


CASES = [
    ("title: The", "titel: The", r":3:1: titel: found the unknown key 'titel', .*\(did you mean 'title'\?\)"),
    ("title: The", "titel: The", r":2:1: title: found no key 'title', expected it"),
    ("kind: power-law", "kind: powerlaw", r":12:11: laws.inverse-root.kind: found 'powerlaw', .*'power-law'\?\)"),
    ("tolerance: {abs: 0.1}", "tolerance: {abs: tiny}", r":37:26: .*tolerance.abs: found 'tiny', expected a number"),
    ("tolerance: {abs: 0.1}", "tolerance: {abs: -1}", r"tolerance.abs: found -1, expected greater than or equal to 0"),
    ("tolerance: {abs: 0.1}", "tolerance: {abs: 0.1, rel: 0.1}", r"expected exactly one of abs and rel"),
    ("tolerance: {abs: 0.1}", "tolerance: {abs: 0.6}", r"rivals\[0\]: found the rival 1.0 inside the tolerance"),
    ("expr: spread/n,", "expr: spread*n**(-b)*1.1,", r"extrapolates") ,
    ("tests: claim\n        must", "tests: clame\n        must", r"tests: found 'clame', expected one of claim, consequence.*did you mean 'claim'"),
    ("band-from: theory", "band-from: theorie", r"band-from: found 'theorie'.*did you mean 'theory'"),
    ("band-from: theory", "band-from: pilot", r"band-from: found 'pilot', expected `says` beside `is: pilot`"),
    ("error-from: fit", "error-from: guess", r"error-from: found 'guess', expected one of replicas, blocks"),
    ("reported: 0.5, is: same-value", "reported: 0.5*c, is: same-value", r"against.reported: found the symbol 'c'"),
    ("reported: 0.5, is: same-value", "reported: 0.5, is: same", r"against.is: found 'same', expected one of same-value"),
    ("seen: {how: full-text", "seen: {how: fulltext", r"seen.how: found 'fulltext'.*did you mean 'full-text'"),
    ("setting: {paper:", "setting: {papr:", r"setting.papr: found the unknown key 'papr'.*did you mean 'paper'"),
    ("        tolerance: {abs: 0.1}\n", "        tolerance: {abs: 0.1}\n        not-reproduced: no\n", r"must-miss: found 'exponent', which is not reproduced"),
    ("        tolerance: {abs: 0.1}\n", "        tolerance: {abs: 0.1}\n        not-reproduced: no\n", r"against.is: found same-value beside not-reproduced"),
    ("predicted: 0.5", "predicted: [1]", r"predicted: found a list, expected a number or text"),
    ("predicted: 0.5", "predicted: spread*foo", r"found the symbol 'foo', which is not declared under `symbols`"),
    ("predicted: 0.5", "predicted: .nan", r"predicted: found nan, expected a finite number"),
    ("measures: exponent of", "measurs: exponent of", r"unknown key 'measurs'.*did you mean 'measures'"),
    ("[law of large numbers, LLN]", "LLN", r":8:10: aliases: found 'LLN', expected a list"),
    ("expr: spread*n**(-b)\n", "expr: spread*n**(-c)\n", r"formula.expr: found the symbol 'c', .* \(column 13 of"),
    ("gives: test_loss", "gives: testloss", r"gives: found 'testloss', expected a symbol of this law \(did you mean 'test_loss'"),
    ("over: n", "over: spread", r"over: found 'spread', which has no range"),
    ("expr: spread*n**(-b)", "expr: spread*2**(-b)", r"over: found 'n', expected a symbol that expr depends on"),
    ("range: [1.0, 1000.0]", "range: [1.0]", r"\.n\.range: found a list of 1, expected a list of two numbers"),
    ("range: [1.0, 1000.0]", "range: []", r"\.n\.range: found a list of 0, expected a list of two numbers"),
    ("range: [1.0, 1000.0]", "range: [1.0, 2.0, 3.0]", r"\.n\.range: found a list of 3, expected a list of two numbers"),
    ("range: [1.0, 1000.0]", "range: [1.0, 1e307]", r"\.n\.range\[1\]: found 1e\+307, expected a number of at most 1e\+300 in size"),
    ("range: [1.0, 1000.0]", "range: [1.0, .INF]", r"\.n\.range\[1\]: found inf, expected a finite number"),
    ("unconfirmed: true", "unconfirmed: 1", r"caveats\[0\].unconfirmed: found 1, expected true or false"),
    ("data: coin flips", "data: '# coin {onclick=x}'", r"exponent.data: found '# coin .*, expected a line of text: '#' at its start"),
    ("unit: loss, role: constant", "unit: '## x', role: constant", r"spread.unit: found '## x', expected a line of text"),
    ("where: Section 1", "where: '> x'", r"reported\[0\].where: found '> x', expected a line of text"),
    ("where: Section 1}", "where: Section 1, by: corner2020}", r"reported\[0\].by: found 'corner2020', expected a key of papers.bib \(did you mean 'corner2002'"),
    ("where: Section 1}", "where: Section 1, by: halving2001}", r"reported\[0\].by: found the paper itself, expected another work"),
    ("where: Section 1}", "where: Section 1, by: '<b>'}", r"reported\[0\].by: found '<b>'"),
    ("where: Section 1}", "where: Section 1, error: -0.1}", r"reported\[0\].error: found -0.1"),
    ("measures: the error at four times the largest fitted $n$", 'measures: "a\\nb of"', r"extrapolates.measures: found 'a\\nb of', expected one line"),
    ("Errors of different sign cancel.", "Errors.\n\n  # Big {#x}", r"intuition: found .*, expected no heading such as '# Big"),
    ("LLN]", "'`<b>`']", r"aliases\[1\]: found '`<b>`', expected no tag such as '<b>'"),
    ("Errors of different", "[x](//evil.org)", r"intuition: found a link to '//evil.org', expected https:// before it"),
    ("Errors of different", "x <img src=x onerror=y", r"intuition: found raw HTML, '<img"),
    ("range: [1.0, 1000.0]", "range: 5", r"\.n\.range: found 5, expected a list of two numbers"),
    ("test_loss: {}", "test_lss: {}", r"found 'test_lss' without latex, name, unit, role, .*did you mean 'test_loss'"),
    (r"\sigma\, n^{-b}", r"\sigma\, m^{-b}", r"formula.latex: found no 'n' in the LaTeX"),
    (r"\sigma\, n^{-b}", r"\sigma\, n^{-b", r"formula.latex: found LaTeX that cannot be shown"),
    ("assumes: [independent-draws]", "assumes: [independant-draws]", r"\[0\]: found 'independant-draws', .*'independent-draws'\?\)"),
    ("breaks: independent-draws", "breaks: draws", r"breaks: found 'draws', expected an id under `assumptions`"),
    ("must-miss: exponent", "must-miss: exponents", r"must-miss: found 'exponents', .*did you mean 'exponent'"),
    ("[@halving2001]", "[@halving2002]", r"statement: found \[@halving2002\], .*did you mean 'halving2001'"),
    ("three-corners]", "four-corners]", r"found \[@corner2002/four-corners\], .*did you mean 'three-corners'"),
    ("cites: [corner2002]", "cites: [nobody1999]", r"cites\[0\]: found 'nobody1999', expected a key of papers.bib"),
    ("to: corner2002,", "to: halving2001,", r"relations\[0\].to: found a relation of the paper to itself"),
    ("type: explains", "type: explain", r"type: found 'explain', expected one of explains, .*did you mean 'explain"),
    ("Errors of different", "<b>Errors</b> of", r"intuition: found raw HTML, '<b>'"),
    ("Errors of different", "<script src=x>", r"intuition: found raw HTML"),
    ("Errors of different", "[x](javascript:alert(1))", r"intuition: found a link to 'javascript'"),
    ("Errors of different", "[x](java&#115;cript:alert(1))", r"intuition: found a link to 'javascript'"),
    ("Errors of different", "[x](data:text/html;base64,xx)", r"intuition: found a link to 'data'"),
    ("Errors of different", r"costs \$5 and $x", r"intuition: found an unbalanced \$ before"),
    ("Errors of different", r"$\frac{1}$", r"intuition: found math that cannot be shown"),
    ("range: [0.0, 1.0]", "range: [1.0, 0.0]", r"expected a range \[low, high\] with low < high"),
    ("scale: log, value: 10.0", "scale: log, value: 0.1", r"expected the default value inside the range"),
    ("paper: halving2001", "paper: halving2003", r":2:8: paper: found 'halving2003', expected 'halving2001'"),
    ("# yaml-language-server: $schema=", "# schema=", r":\d:\d: found .* in line 1, expected '# yaml-language-server"),
    ("independent-draws:\n    text", "unused-one: {text: a, kind: regime, when-broken: b}\n  independent-draws:\n    text", r"found the assumption 'unused-one', which no law assumes"),
    ("spread: {latex", "idle: {latex: z, name: idle, unit: '1', role: constant}\n      spread: {latex", r"found the symbol 'idle', which is used nowhere"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), CASES, ids=[f"{i}-{c[1][:24]}" for i, c in enumerate(CASES)])
def test_each_defect_is_told_in_its_place(tiny: Path, old: str, new: str, message: str) -> None:
    edit(tiny, old, new)
    problems = told(tiny)
    if message == r"extrapolates":  # a rival of a fitted prediction can only be judged when it is measured
        assert problems == []
        return
    assert any(re.search(message, p) for p in problems), problems
    assert all(re.match(r"[\w/.]+:\d+:\d+: ", p) for p in problems)


@pytest.mark.parametrize("shown", [r"\frac{\sigma}{n^{b}}", r"{\sigma}n ^ {-b}", r"\sigma\sigma n^{-b}"])
def test_a_symbol_is_found_whatever_braces_and_blanks_are_around_it(tiny: Path, shown: str) -> None:
    edit(tiny, r"\sigma\, n^{-b}", shown)
    assert told(tiny) == []


def test_a_symbol_is_not_found_in_a_longer_command(tiny: Path) -> None:
    edit(tiny, r"\sigma\, n^{-b}", r"\sigma^{-b}\neq 0")
    assert re.search(r"formula.latex: found no 'n' in the LaTeX", "\n".join(told(tiny)))


def test_a_check_needs_a_rival_or_a_control(tiny: Path) -> None:
    file = "references/geometry/corner2002.yml"
    edit(
        tiny,
        "    controls:\n      on-the-sphere:\n        breaks: flat\n        measures: the same sum for an octant of the sphere\n        tests: consequence\n        must-miss: sum-is-pi\n        intact: check\n",
        "",
        file,
    )
    assert any("sum-is-pi: found neither a rival nor a control" in p for p in told(tiny))


GUIDE_CASES = [
    ("{checks: [halving2001/exponent, halving2001/one-draw-repeated]}", "{check: halving2001/exponent}", r"rows\[0\]\[2\]\.check: found the unknown key 'check', expected one of checks, law, show, text, turned \(did you mean 'checks'\?\)$"),
    ("error of a mean,", "5,", r"rows\[0\]\[0\]: found 5, expected text \(put it in quotes\) or a mapping$"),
    ("error of a mean,", "[a],", r"rows\[0\]\[0\]: found a list, expected text \(put it in quotes\) or a mapping$"),
    ("law: halving2001/inverse-root", "law: [a]", r"rows\[0\]\[1\]\.law: found a list, expected text \(put it in quotes\)$"),
    ("error of a mean,", "{show: all},", r"rows\[0\]\[0\]\.show: found 'all', expected one of measured, predicted$"),
    ("title: Scaling laws", "title: '<img src=x onerror=y'", r"scaling.title: found raw HTML, '<img src=x onerror=y'"),
    ("law: halving2001/inverse-root", "law: halving2001/inverse", r"rows\[0\]\[1\].law: found 'halving2001/inverse', .*did you mean 'inverse-root'"),
    ("halving2001/exponent,", "halving2001/exponents,", r"\[2\].checks\[0\]: found 'halving2001/exponents', .*did you mean 'exponent'"),
    ("head: [quantity, law, measured]", "head: [quantity, law]", r"rows\[0\]: found 3 cells, expected 2, as in the head"),
    ("head: [quantity, law, measured]", "head: [quantity, reported, measured]", r"rows\[0\]\[1\].text: found '\$n\^\{-1/2\}\$' as reported, expected 0.5, which is what halving2001/inverse-root reports"),
    ("paper: halving2001,", "paper: halving2002,", r"chart.paper: found 'halving2002', .*did you mean 'halving2001'"),
    ("[@halving2001]", "[@halfing2001]", r"guide\[0\].text: found \[@halfing2001\], .*did you mean 'halving2001'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), GUIDE_CASES, ids=[c[1] for c in GUIDE_CASES])
def test_what_a_guide_refers_to_must_exist(tiny: Path, old: str, new: str, message: str) -> None:
    edit(tiny, old, new, "references/families.yml")
    (problem,) = told(tiny)
    assert re.search(message, problem)


def test_a_value_that_a_guide_reports_is_that_of_the_entry(tiny: Path) -> None:
    edit(
        tiny,
        "head: [quantity, law, measured]",
        "head: [quantity, reported exponent, measured]",
        "references/families.yml",
    )
    edit(tiny, "text: '$n^{-1/2}$'", "text: 'about 0.5'", "references/families.yml")
    assert told(tiny) == []


def test_all_problems_of_all_files_in_one_run(tiny: Path) -> None:
    edit(tiny, "kind: power-law", "kind: powerlaw")  # the law has the wrong shape
    edit(tiny, "cites: [corner2002]", "cites: [nobody1999]")  # found all the same
    edit(tiny, "kind: identity", "kind: identiti", "references/geometry/corner2002.yml")
    edit(tiny, "role: control", "role: controll", "references/notation.yml")
    (tiny / "references" / "scaling" / "lonely2003.yml").write_bytes(b"\xff")
    (tiny / "notebooks" / "scaling" / "orphan2004.py").write_text("")
    problems = told(tiny)
    for file in (HALVING, "corner2002.yml", "notation.yml", "lonely2003.yml", "orphan2004.py"):
        assert any(file in p for p in problems), (file, problems)
    assert sum(HALVING in p for p in problems) >= 2
    assert load(tiny)[0].entries == {}


def test_a_relation_is_declared_on_one_side(tiny: Path) -> None:
    path = tiny / "references/geometry/corner2002.yml"
    path.write_text(path.read_text() + "relations:\n  - {to: halving2001, type: explained-by, says: again}\n")
    assert any("also declared in corner2002 (as explained-by)" in p for p in told(tiny))


def test_notebooks_and_entries_come_in_pairs(tiny: Path) -> None:
    (tiny / "notebooks/scaling/halving2001.py").rename(tiny / "notebooks/scaling/halvings2001.py")
    problems = "\n".join(told(tiny))
    assert "found no notebook notebooks/scaling/halving2001.py" in problems
    assert (
        "found a notebook without entry, expected references/scaling/halvings2001.yml (did you mean 'halving2001'?)"
        in problems
    )


def test_an_id_twice_in_an_entry_is_told(tiny: Path) -> None:
    edit(tiny, "      one-draw-repeated:", "      exponent:")
    assert any("found the id 'exponent' again" in p for p in told(tiny))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "3", "just words", "{}", "laws: 3", "laws: {a: }", "laws: {a: {checks: []}}", "? x", "a: [", "\x00"],
)
def test_whatever_a_file_holds_there_is_a_message_and_no_traceback(tiny: Path, text: str) -> None:
    (tiny / HALVING).write_text(text, encoding="utf-8")
    assert any(p.startswith(HALVING) for p in told(tiny))


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("families.yml", "scaling: Scaling laws\n", r"families.yml:1:10: scaling: found 'Scaling laws', expected a mapping"),
        ("families.yml", "scaling:\n", r"families.yml:1:9: scaling: found nothing, expected a mapping"),
        ("families.yml", "../x: {title: X, introduction: X.}\n", r"families.yml:1:1: ../x: found the key '../x', expected lower-case words"),
        ("families.yml", '"a b": {title: X, introduction: X.}\n', r"found the key 'a b', expected lower-case words"),
        ("notation.yml", "n: 5\n", r"notation.yml:1:4: n: found 5, expected a mapping"),
        ("notation.yml", "n:\n", r"notation.yml:1:3: n: found nothing, expected a mapping"),
        ("notation.yml", "n-m: {}\n", r"notation.yml:1:1: n-m: found the key 'n-m', expected a name of letters, digits and _"),
    ],
)  # fmt: skip
def test_what_is_no_mapping_or_no_name_is_told_at_its_place(tiny: Path, file: str, text: str, message: str) -> None:
    (tiny / "references" / file).write_text(text, encoding="utf-8")
    assert any(re.search(message, line) for line in told(tiny)), told(tiny)


@pytest.mark.parametrize(
    "file", [HALVING, "references/papers.bib", "references/families.yml", "references/notation.yml"]
)
@pytest.mark.parametrize("kind", ["a named pipe", "a folder", "a link that leads out of the book", "999,999,999 bytes"])
def test_what_is_no_plain_file_of_the_book_is_told_and_not_read(
    tiny: Path, tmp_path: Path, file: str, kind: str
) -> None:
    path = tiny / file
    path.unlink()
    if kind == "a named pipe":
        os.mkfifo(path)  # who opened it would wait for ever
    elif kind == "a folder":
        path.mkdir()
    elif kind.startswith("a link"):
        (tmp_path / "outside").write_text("title: secret")
        path.symlink_to(tmp_path / "outside")
    else:
        with path.open("wb") as large:
            large.truncate(999_999_999)
    assert any(line.startswith(f"{file}:1:1: found {kind}") for line in told(tiny)), told(tiny)


@pytest.mark.parametrize("latex", ["\\\\sqrt{" * 20_000, "x" * 5_000, "a_{" * 301], ids=["nested", "long", "scripts"])
def test_a_formula_that_would_end_the_process_is_refused(latex: str) -> None:
    with pytest.raises(TexError, match="expected at most"):
        mathml(latex)


BROKEN = [
    (HALVING, lambda text: text.encode("utf-16"), "1:1: found UTF-16, expected UTF-8 text"),
    (HALVING, lambda text: text.replace("laws:\n  ", "laws:\n\t").encode(), "10:1: found a tab, expected blanks"),
    (HALVING, lambda text: text.replace("seen: {", "seen: {[").encode(), "6:8: seen: found a list or mapping as a key"),
    (HALVING, lambda text: b"", "1:1: found nothing, expected a mapping"),
    (HALVING, lambda text: b"- 1", "1:1: found a list, expected a mapping"),
    (HALVING, lambda text: text.replace("n**(-b)", "n^(-b)").encode(), "19:13: laws.inverse-root.formula.expr: found ^, expected ** for a power (column 9"),
    (HALVING, lambda text: text.replace(r"'\sigma'", r'"\sigma"').encode(), r"25:24: laws.inverse-root.symbols.spread.latex: found \sigma in double quotes, no escape"),
    (HALVING, lambda text: text.replace("LLN]", "L(N,D]").encode(), "8:33: aliases[1]: found 'L(N', in which '(' has no partner"),
    (HALVING, lambda text: ("\ufeff" + text).encode(), "1:1: found U+FEFF (byte order mark)"),
    ("references/notation.yml", lambda text: text.encode("utf-16"), "1:1: found UTF-16"),
    ("references/notation.yml", lambda text: b"n: [", "1:5: not YAML"),
    ("references/notation.yml", lambda text: text.replace("role: observable", "role: observer").encode(), "2:76: test_loss.role: found 'observer'"),
    ("references/notation.yml", lambda text: text.replace("latex: n,", r'latex: "\nu",').encode(), r"1:13: n.latex: found \nu in double quotes, where YAML reads \n as"),
    ("references/notation.yml", lambda text: b"x", "1:1: found 'x', expected a mapping"),
    ("references/families.yml", lambda text: b"x", "1:1: found 'x', expected a mapping"),
    ("references/families.yml", lambda text: text.encode("utf-16"), "1:1: found UTF-16"),
    ("references/families.yml", lambda text: text.replace("title: Geometric regularities", "title: [a]").encode(), "12:19: geometry.title: found a list, expected text"),
    ("references/papers.bib", lambda text: text.encode("utf-16"), "1:1: found UTF-16"),
    ("references/papers.bib", lambda text: b"% nothing", "1:1: found no work, expected one for each entry"),
    ("references/papers.bib", lambda text: text.replace("{2001}", "{2001").encode(), "1:1: not BibTeX: found no end of this entry"),
    ("references/papers.bib", lambda text: text.replace("Halver, Ada", "H, A, d, a").encode(), "2:3: halving2001.author: found too many commas"),
    ("references/papers.bib", lambda text: text.replace("halving of", "halv\u200bing of").encode(), "3:25: found U+200B (zero width space)"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "damage", "message"), BROKEN, ids=[f"{i}-{c[2][:30]}" for i, c in enumerate(BROKEN)])
def test_the_cause_is_told_first_and_nothing_that_follows_from_it(
    tiny: Path, file: str, damage: Callable[[str], bytes], message: str
) -> None:
    path = tiny / file
    path.write_bytes(damage(path.read_text(encoding="utf-8")))
    found = told(tiny)
    assert found[0].startswith(f"{file}:{message}"), found
    same = {line.split(" ")[0] for line in found}
    assert same == {found[0].split(" ")[0]}, found


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "scaling/HAL ving.yml",
            "scaling/HAL ving.yml:1:1: found the name 'HAL ving.yml' of a file, expected an id like",
        ),
        ("scaling/a\nb2001.yml", r"scaling/a\nb2001.yml:1:1: found the name 'a\nb2001.yml' of a file"),
        ("scaling/\u202e2001.yml", r"scaling/\u202e2001.yml:1:1: found the name"),
        ("scaling/\udcff2001.yml", r"scaling/\udcff2001.yml:1:1: found the name"),
        ("scaling/a2003.yaml", "scaling/a2003.yaml:1:1: found a file that nothing reads"),
        ("scaling/a2003.YML", "scaling/a2003.YML:1:1: found a file that nothing reads"),
        ("a2003.yml", "a2003.yml:1:1: found a file that nothing reads"),
        ("scaling/deep/a2003.yml", "scaling/deep/a2003.yml:1:1: found a file that nothing reads"),
    ],
)
def test_a_file_of_another_name_is_told_and_no_more(tiny: Path, name: str, message: str) -> None:
    path = tiny / "references" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes((tiny / HALVING).read_bytes())
    (problem,) = told(tiny)
    assert problem.startswith(f"references/{message}")
    problem.encode()  # what it says can be printed


def test_an_editors_own_files_are_no_entries(tiny: Path) -> None:
    (tiny / "references/scaling/.#halving2001.yml").symlink_to("me@here.123")
    (tiny / "references/scaling/.halving2001.yml").write_text("x")
    assert told(tiny) == []


@pytest.mark.parametrize("kind", ["a named pipe", "a folder", "a link that leads out", "a link that leads round"])
def test_an_entry_that_is_no_file_is_told_once(tiny: Path, kind: str) -> None:
    path = tiny / "references/scaling/a2003.yml"
    if kind == "a named pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    else:
        path.symlink_to("/etc/hostname" if "out" in kind else path)
    (problem,) = told(tiny)
    assert problem.startswith(f"references/scaling/a2003.yml:1:1: found {kind}")


@pytest.mark.parametrize("name", ["references/pipe", "references/scaling/pipe.txt", "notebooks/pipe", "docs/pipe"])
def test_a_pipe_or_a_link_out_is_told_wherever_it_stands(tiny: Path, name: str) -> None:
    (tiny / name).parent.mkdir(exist_ok=True)
    os.mkfifo(tiny / name)
    (tiny / f"{name}2").symlink_to("/etc")
    first, second = told(tiny)
    assert first == f"{name}:1:1: found a named pipe, expected a file"
    assert second.startswith(f"{name}2:1:1: found a link that leads out of the book, to /etc")


def test_words_of_yaml_1_2_are_what_they_say(tiny: Path) -> None:
    edit(tiny, "unconfirmed: true", "unconfirmed: True")
    edit(tiny, "    source: Section 1\n", "    source: Null\n")
    edit(tiny, "range: [1.0, 1000.0]", "range: [1.0, 0x3E8]")
    catalog, problems = load(tiny)
    assert problems == []
    law = catalog.entries["halving2001"].main
    assert (law.source, law.symbols["n"].range) == (None, (1.0, 1000.0))
    assert catalog.entries["halving2001"].caveats[0].unconfirmed


BAD_BIB = [
    ("@article{x1999, title = {T}", "papers.bib:\\d+:1: not BibTeX"),
    ("@article{x1999, title = {T}, year = {1999},}", "papers.bib:\\d+:1: x1999: found no author"),
    ("@article{corner2002, title = {T}, year = {1999}, author = {A},}", "found the key 'corner2002' twice"),
]


@pytest.mark.parametrize(("text", "message"), BAD_BIB, ids=["syntax", "author", "twice"])
def test_defects_of_the_bibliography_are_told(tiny: Path, text: str, message: str) -> None:
    with (tiny / "references/papers.bib").open("a") as file:
        file.write(text)
    assert any(re.search(message, p) for p in told(tiny)), told(tiny)


def test_the_schema_is_draft_07_and_accepts_what_the_model_accepts(tiny: Path) -> None:
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    data = source.read(tiny / HALVING, HALVING).data
    assert list(validator.iter_errors(data)) == []
    data["laws"]["inverse-root"]["checks"]["exponent"]["tolerence"] = 1
    assert list(validator.iter_errors(data)) != []


def test_every_key_of_the_schema_has_a_title() -> None:
    schema = json_schema()

    def titled(part: dict[str, object]) -> bool:
        return "title" in part or "title" in schema["definitions"][str(part["$ref"]).rpartition("/")[2]]

    def walk(node: object) -> None:
        if isinstance(node, dict):
            for name, part in node.get("properties", {}).items():
                assert titled(part), name
            for part in node.values():
                walk(part)

    walk(schema)


def test_the_check_that_a_page_opens_with_names_its_quantity(tiny: Path) -> None:
    edit(tiny, "        quantity: the exponent with which the error falls as $n$ grows\n", "")
    assert load(tiny)[1] == []  # a run does not depend on it
    (problem,) = map(str, load_checked(tiny)[1])
    assert re.match(
        r"references/scaling/halving2001.yml:33:9: laws.inverse-root.checks.exponent.quantity: found no key", problem
    )
    assert "`quantity: the sharpness late in training`" in problem


@pytest.mark.parametrize("name", ["families.yml", "notation.yml", "scaling/halving2001.yml"])
@pytest.mark.parametrize("content", ["x\n", "5\n", "- a\n", "~\n", "true\n", "", "'[@halving2001]'\n"])
def test_a_file_that_is_one_value_is_a_problem(tiny: Path, name: str, content: str) -> None:
    (tiny / "references" / name).write_text(content)
    told = [problem for problem in load(tiny)[1] if problem.file == f"references/{name}"]
    assert told
    assert "expected a mapping" in told[-1].message


def test_true_and_false_are_told_as_they_are_written(tiny: Path) -> None:
    path = tiny / "references/scaling/halving2001.yml"
    path.write_text(path.read_text().replace("says: All of it was read.", "says: false"))
    assert "found false, expected text" in str(load(tiny)[1][0])
