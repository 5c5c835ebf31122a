"""The limit on a kernel's memory, on systems that keep one and on those that do not."""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import Any

import pytest
from lawbook.evidence import memory


def in_a_process(code: str) -> str:
    """What `code` prints in a process of its own."""
    start = "import resource\nfrom lawbook.evidence.memory import limit\n"
    done = subprocess.run([sys.executable, "-c", start + code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_beyond_the_limit_there_is_a_memory_error() -> None:
    code = "print(repr(limit(2**30)))\ntry:\n    b = bytearray(2**30)\nexcept MemoryError:\n    print('refused')"
    assert in_a_process(code) == "''\nrefused"


def test_a_stricter_limit_from_outside_stands() -> None:
    code = "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))\nprint(repr(limit(2**33)), resource.getrlimit(resource.RLIMIT_AS)[0])"
    assert in_a_process(code) == f"'' {2**30}"


def test_no_limit_is_none_and_says_so() -> None:
    code = "print(repr(limit(float('inf'))), resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY)"
    assert in_a_process(code) == "'none was asked for' True"


def test_where_the_system_refuses_the_run_goes_on_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert memory.limit(2**30) == "the system refuses a limit on memory (current limit exceeds maximum limit)"


def test_where_the_system_takes_no_notice_it_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    assert memory.limit(2**30) == "the system takes no notice of a limit on memory"
