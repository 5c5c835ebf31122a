"""Text of installed packages: what is kept of it, and that it is English."""

import numpy as np
import pytest
from lawbook.lab.data import text


def test_only_letters_and_single_spaces_remain(tmp_path, monkeypatch):
    package = tmp_path / "little"
    (package / "tests").mkdir(parents=True)
    (package / "__init__.py").write_text('"""Add 2 x-values,\n  FAST."""\nx = "not this"\n')
    (package / "tests" / "test_it.py").write_text('"""Nor this."""\n')
    monkeypatch.syspath_prepend(tmp_path)
    found = "".join(text.SYMBOLS[i] for i in text.docstrings("little"))
    assert found == "add x values fast "


def test_bigrams_by_hand():
    found = text.bigrams(np.array([0, 1, 1, 0, 1]), 2)
    np.testing.assert_array_equal(found, [[0, 0.5], [0.25, 0.25]])


def test_the_documentation_of_numpy_reads_as_english():
    symbols = text.docstrings()
    assert len(symbols) > 500_000
    frequency = np.bincount(symbols) / len(symbols)
    assert set(np.argsort(-frequency)[:3]) <= {text.SYMBOLS.index(letter) for letter in " eat"}
    after_q = text.bigrams(symbols)[text.SYMBOLS.index("q")]
    assert after_q.argmax() == text.SYMBOLS.index("u")


def test_a_package_that_is_missing_is_told():
    with pytest.raises(ModuleNotFoundError, match="no installed package 'no_such_package'"):
        text.docstrings("no_such_package")


def a_package(folder, name, body):
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(body)


FIRST = "The quick brown fox jumps over the lazy dog, and the dog does not care at all."
SECOND = "A second paragraph is long enough to be kept too, and it stands in both packages."


def test_english_keeps_each_paragraph_of_prose_once(tmp_path, monkeypatch):
    a_package(tmp_path, "fox", f'"""{FIRST}\n\n    {SECOND}\n\n    Too short.\n"""\nx = """{FIRST[4:]}"""\n')
    table = " ".join("0x1f" for _ in range(30))
    a_package(tmp_path, "dog", f'def f():\n    r"""{SECOND}\n\n    {table}\n\n    >>> {FIRST}\n    """\n')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("LAWBOOK_CACHE", raising=False)
    found = text.english(("fox", "dog"))
    assert sorted(found.split("\n")) == [SECOND.lower(), FIRST.lower()]
    assert found == text.english(("dog", "fox"))  # the order of the packages says nothing


def test_english_is_made_once_and_read_back_the_same(tmp_path, monkeypatch):
    a_package(tmp_path, "cat", f'"""{FIRST}"""\n')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("LAWBOOK_CACHE", str(tmp_path / "cache"))
    first = text.english(("cat",))
    (made,) = (tmp_path / "cache").iterdir()
    made.write_text("read from here")
    assert (first, text.english(("cat",))) == (FIRST.lower(), "read from here")


def test_the_corpus_of_the_pinned_packages_is_large_and_english():
    corpus = text.english()
    codes = text.encode(corpus)
    assert len(codes) == len(corpus) > 7_000_000
    assert set(np.unique(codes)) == set(range(len(text.ALPHABET)))
    lines = corpus.split("\n")
    assert len(set(lines)) == len(lines)
    ranks, by_rank = text.words(corpus)
    assert by_rank[0] == "the"
    assert by_rank[int(ranks[0])] == corpus.split(maxsplit=1)[0] or not corpus[0].isalpha()


def test_encode_tells_a_character_outside_the_alphabet():
    np.testing.assert_array_equal(text.encode("ba", "ab"), [1, 0])
    with pytest.raises(ValueError, match="found 'c', expected characters of 'ab'"):
        text.encode("abc", "ab")


def test_words_are_ranked_by_frequency_then_alphabet():
    ranks, by_rank = text.words("b a c, b d")
    assert (ranks.tolist(), by_rank) == ([0, 1, 2, 0, 3], ["b", "a", "c", "d"])
    ranks, by_rank = text.words("b a c, b d", vocabulary=2)
    assert (ranks.tolist(), by_rank) == ([0, 1, 2, 0, 2], ["b", "a"])
