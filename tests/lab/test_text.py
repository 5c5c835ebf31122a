"""Text of installed packages: what is kept of it, and that it is English."""

import numpy as np
import pytest
from lawbook.lab import text


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
