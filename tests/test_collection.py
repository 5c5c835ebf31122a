"""The collector is held back for a while, and is afterwards as it was."""

from __future__ import annotations

import gc

import pytest
from lawbook import collection


def test_the_collector_is_as_it_was_also_after_an_error() -> None:
    assert gc.isenabled()
    with collection.held():
        assert not gc.isenabled()
        with collection.held():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError), collection.held():
        raise KeyError
    assert gc.isenabled()
