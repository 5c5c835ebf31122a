"""Works as people's files have them: LaTeX, names, addresses, pages, and what is wrong told where it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lawbook.reference.bibliography import MAX_BYTES, Work, parse, read
from lawbook.reference.identifiers import arxiv, doi, first_and_last, link_of_doi, pages, url
from lawbook.reference.kept import Kept
from lawbook.reference.latex_text import text_of, verbatim


def one(**fields: str) -> Work:
    rows = {"author": "Bee, Ann", "title": "T", "year": "2020"} | fields
    body = ", ".join(f"{name} = {{{value}}}" for name, value in rows.items())
    works, problems = parse(f"@article{{k2020, {body}}}", "x.bib")
    assert not problems, problems
    return works["k2020"]


def told(text: str) -> list[str]:
    return [str(problem) for problem in parse(text, "x.bib")[1]]


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"Zdeborov{\'a}", "Zdeborová"),
        (r"""\'{\i}sak \"{\i} \'\i""", "ísak ï í"),
        (r'Sch\"olkopf, {\L}ukasz, \v{S}kola, \c{c}, \r{a}, \H{o}, \k{a}', "Schölkopf, Łukasz, Škola, ç, å, ő, ą"),
        (r"\emph{Deep} {Learning} in {\em Words} and \textsc{Caps}", "Deep Learning in Words and Caps"),
        (r"Unconstrained Feature Models with $d=K$", "Unconstrained Feature Models with d=K"),
        (r"$\alpha$-laws, $O(\sqrt{n})$ and $\ell_1$", "α-laws, O(√(n)) and ℓ_1"),
        ("``Quoted'' and `so'", "“Quoted” and ‘so’"),
        ("it's an author's own 'word'", "it's an author's own 'word'"),
        ("A -- B --- C", "A – B — C"),
        (r"50% of #1 & AT\&T, 100\%", "50% of #1 & AT&T, 100%"),
        (r"\LaTeX{} and \BibTeX", "LaTeX and BibTeX"),
        (r"\unknown{kept} and \alone", "kept and alone"),
        (r"\mbox{kept} \href{https://x.org}{shown} \frac{1}{2}", "kept shown 1/2"),
        (r"\frac", ""),
        (r"a\footnote{not this} b~c\-d", "a b cd"),
        ("two\n  lines", "two lines"),
        ("plain", "plain"),
    ],
)  # fmt: skip
def test_latex_becomes_text(latex: str, text: str) -> None:
    assert text_of(latex) == text


def test_deep_braces_are_refused_and_never_recurse() -> None:
    with pytest.raises(ValueError, match="levels of braces"):
        text_of("{" * 500 + "}" * 500)


def test_an_address_is_no_latex() -> None:
    assert verbatim(r"\url{https://x.org/a\_b\%20{\~{}}c--d}") == "https://x.org/a_b%20~c--d"
    assert doi(r"10.1007/978-3-540-74976\_9--x") == "10.1007/978-3-540-74976_9--x"


@pytest.mark.parametrize(
    "field",
    [
        "2105.15004", "arXiv:2105.15004", "arxiv: 2105.15004", "https://arxiv.org/abs/2105.15004", "arXiv:2105.15004 [cs.LG]",
        "http://www.arxiv.org/pdf/2105.15004.pdf",
    ],
)  # fmt: skip
def test_an_arxiv_identifier_is_found_however_it_is_written(field: str) -> None:
    assert one(eprint=field).link == "https://arxiv.org/abs/2105.15004"


def test_an_old_identifier_and_a_version_stay() -> None:
    assert arxiv("cs/0112017") == "cs/0112017"
    assert arxiv("cond-mat.DS/0112017v2") == "cond-mat.DS/0112017v2"
    assert arxiv("arXiv:2105.15004v3") == "2105.15004v3"
    with pytest.raises(ValueError, match="found 'hal-01234', expected an arXiv identifier"):
        arxiv("hal-01234")


@pytest.mark.parametrize(
    "field",
    [
        "10.1000/ab--c_d",
        "https://doi.org/10.1000/ab--c_d",
        "doi:10.1000/ab--c_d",
        "http://dx.doi.org/10.1000/ab--c\\_d",
    ],
)
def test_a_doi_is_found_however_it_is_written(field: str) -> None:
    work = one(doi=field)
    assert (work.doi, work.link) == ("10.1000/ab--c_d", "https://doi.org/10.1000/ab--c_d")


def test_a_doi_with_signs_makes_a_sound_link() -> None:
    assert (
        link_of_doi("10.1002/(SICI)1<1::AID-SIM>3.0.CO;2-2")
        == "https://doi.org/10.1002/(SICI)1%3C1::AID-SIM%3E3.0.CO;2-2"
    )


def test_another_archive_gives_its_name_and_no_wrong_link() -> None:
    work = one(eprint="hal-01234567", archivePrefix="HAL", url="https://hal.science/hal-01234567")
    assert (work.eprint, work.venue, work.link) == ("", "HAL", "https://hal.science/hal-01234567")
    copy = one(eprint="https://x.org/content/931.pdf", url="https://x.org/931")
    assert (copy.eprint, copy.venue, copy.link) == ("", "", "https://x.org/931")
    assert one(eprint="https://x.org/content/931.pdf").link == "https://x.org/content/931.pdf"
    assert one(eprint="2105.15004", eprinttype="arxiv").eprint == "2105.15004"


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "//x.org",
        "ftp://x.org",
        "https://",
        "https://x.org/a b",
        'https://x.org/"onclick=x',
        "http://[x",
    ],
)
def test_only_http_and_https_are_addresses(bad: str) -> None:
    with pytest.raises(ValueError, match="expected an address that begins with https://"):
        url(bad)
    problems = told(f"@misc{{k, author={{A}}, title={{T}}, year=2020, url={{{bad}}}}}")
    assert len(problems) == 1
    assert problems[0].startswith("x.bib:1:44: k.url: found ")


@pytest.mark.parametrize("field", ["12-34", "12 -- 34", "12--34", "12---34", "12–34", "12 − 34"])
def test_pages_have_one_dash(field: str) -> None:
    assert pages(field) == "12–34"
    assert first_and_last(one(pages=field).pages) == ("12", "34")


def test_other_pages_stay() -> None:
    assert first_and_last(pages("e1234")) == ("e1234", "")
    assert first_and_last(pages("1--3, 7-9")) == ("1–3, 7–9", "")
    assert first_and_last("") == ("", "")


def test_names() -> None:
    work = one(author="van der Maaten, Laurens and {Google Brain Team} and Doe, Jr., John and Ann Bee")
    assert [(n.given, n.family, n.suffix) for n in work.authors] == [
        ("Laurens", "van der Maaten", ""), ("", "Google Brain Team", ""), ("John", "Doe", "Jr."), ("Ann", "Bee", ""),
    ]  # fmt: skip
    assert work.by == "Laurens van der Maaten, Google Brain Team, John Doe Jr., Ann Bee"
    assert work.short == "van der Maaten et al. 2020"


@pytest.mark.parametrize(
    "author", ["Bee, Ann and others", "Bee, Ann and Others", "Bee, Ann and et al.", "Ann Bee et al."]
)
def test_others_are_no_author(author: str) -> None:
    work = one(author=author)
    assert [name.family for name in work.authors] == ["Bee"]
    assert (work.by, work.short) == ("Ann Bee et al.", "Bee et al. 2020")


def test_biblatex_fields_and_a_parent() -> None:
    work = one(year="", date="2019-05-03", journaltitle="Journal")
    assert (work.year, work.venue) == ("2019", "Journal")
    text = (
        "@inproceedings{a, crossref={p}, author={X}, title={Y}}\n@proceedings{p, editor={E}, title={Proc}, year=2021}"
    )
    works, problems = parse(text, "x.bib")
    assert not problems
    assert (works["a"].venue, works["a"].year) == ("Proc", "2021")
    assert one(howpublished=r"\url{https://x.org/a\_b}").link == "https://x.org/a_b"


def test_what_is_private_is_not_published() -> None:
    work = one(file=":shelf/ann.pdf:PDF", abstract="Long.", keywords="x", note="Best paper")
    assert "ann" not in work.bibtex
    assert "Long" not in work.bibtex
    assert "note      = {Best paper}" in work.bibtex


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (
            "@misc{k,\n author = {Smith, J., Doe, K., Roe, L.},\n title = {T}, year = 2020}",
            ["x.bib:2:2: k.author: found too many commas in 'Smith, J., Doe, K., Roe, L.', expected 'Family, Given' or"],
        ),
        ("@misc{k, author={X and }, title={T}, year=1}", ["x.bib:1:10: k.author: found an empty name"]),
        ("@misc{k, author={others}, title={T}, year=1}", ["x.bib:1:10: k.author: found 'others', expected at least one name"]),
        ("@misc{k, author={X}, title={T}, year=1, journal=jmlr}", ["x.bib:1:49: not BibTeX: found the word 'jmlr', expected it in braces"]),
        ("@misc{k, author={X}\n@misc{l, author={X}, title={T}, year=1}", ["x.bib:1:1: not BibTeX: found no end of this entry"]),
        ("\n @misc{k, title={open", ["x.bib:2:2: not BibTeX: found no end of this entry"]),
        ("@misc{k, author={X}, title={T}, year=1}\n@misc{K, author={X}, title={T}, year=1}", ["x.bib:2:1: K: found the key 'K' twice (first in line 1)"]),
        ("@misc{k, author={X}, title={T}, title={U}, year=1}", ["x.bib:1:22: k.title: found the field 'title' twice"]),
        ("@misc{<b>, author={X}, title={T}, year=1}", ["x.bib:1:1: <b>: found the key '<b>', expected letters"]),
        ("@misc{k, author={X}, title={T}, year=1, doi={abc}}", ["x.bib:1:41: k.doi: found 'abc', expected a DOI"]),
        ("@misc{k, author={X}, title={T}, year=1, crossref={q}}", ["x.bib:1:41: k.crossref: found 'q', expected the key of another work"]),
        ("@misc{k, author={X}, title={\\cite{x}}, year=1}", ["x.bib:1:1: k: found no title"]),
        ("@misc{k}\n@misc{l, title={T}}", ["x.bib:1:1: k: found no title and no year and no author", "x.bib:2:1: l: found no year and no author"]),
        ("a\x00b", ["x.bib:1:2: found U+0000 (control character)"]),
        ("x\n\u2028", ["x.bib:2:1: found U+2028 (line separator)"]),
    ],
)  # fmt: skip
def test_every_fault_is_told_where_it_stands(text: str, messages: list[str]) -> None:
    found = told(text)
    assert len(found) == len(messages), found
    for line, message in zip(found, messages, strict=True):
        assert line.startswith(message)


def test_what_is_sound_is_kept_beside_what_is_not() -> None:
    works, problems = parse("write to me@x.org\n@misc{a, author={X}, title={T}, year=1}\n@misc{b}", "x.bib")
    assert list(works) == ["a"]
    assert len(problems) == 1


@pytest.mark.parametrize(
    "text",
    [
        '@string{a="xxxxxxxxxx"}\n' + "@string{a=a#a}\n" * 60 + "@misc{k, title=a}",
        '@string{a="' + "x" * 20_000 + '"}\n@misc{k, title=' + "#".join(["a"] * 200_000) + "}",
    ],
)
def test_strings_of_strings_cost_no_more_than_a_file(text: str) -> None:
    assert any("strings that stand for more" in line for line in told(text))


def test_a_long_file_is_not_read(tmp_path) -> None:
    path = tmp_path / "papers.bib"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    works, problems = read(path, "papers.bib", Kept(None))
    assert not works
    assert re.match(r"papers.bib:1:1: found 16,000,001 bytes, expected at most", str(problems[0]))


def test_a_carriage_return_amid_a_line_is_told_there(tmp_path: Path) -> None:
    path = tmp_path / "references" / "papers.bib"
    path.parent.mkdir()
    path.write_bytes(b"@misc{a,\r\n  title = {x},\r\n  ye\rar = {2001}, author = {B}}\r\n")
    told = [(problem.line, problem.message) for problem in read(path, "references/papers.bib", Kept(None))[1]]
    assert told[0] == (3, "found a carriage return without a line feed, expected line feeds alone")
    assert all(line <= 4 for line, _ in told)
    path.write_bytes(b"@misc{a,\r\n  title = {x},\r\n  year = {2001}, author = {B}}\r\n")
    assert read(path, "references/papers.bib", Kept(None))[1] == []
