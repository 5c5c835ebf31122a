"""Optional parts of the installation: which one a missing module belongs to, said by name."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec
from types import ModuleType
from typing import Any

# Where the module has another name than what is installed, or comes along with it.
DISTRIBUTIONS = {
    "IPython": "ipykernel",
    "cycler": "matplotlib",
    "fontTools": "fonttools",
    "matplotlib_inline": "ipykernel",
    "nbconvert": "mkdocs-jupyter",
    "sklearn": "scikit-learn",
    "traitlets": "ipykernel",
    "vl_convert": "vl-convert-python",
}


def require(extra: str, *modules: str) -> None:
    """Raise `ModuleNotFoundError` that names `extra` unless all of `modules` are installed. Imports none of them."""
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise ModuleNotFoundError(f"{', '.join(missing)} not installed: {install(extra)}", name=missing[0])


def install(extra: str) -> str:
    """The command that installs an optional part."""
    return f'pip install "lawbook[{extra}]"'


def extra_of(module: str) -> str | None:
    """The optional part that brings `module`, out of the package's own metadata; None when none does."""
    top = module.partition(".")[0]
    wanted = DISTRIBUTIONS.get(top, top).replace("_", "-").lower()
    try:
        lines = requires("lawbook") or []
    except PackageNotFoundError:
        return None
    for line in lines:
        name, _, marker = line.partition(";")
        found = re.match(r"[A-Za-z0-9._-]+", name)
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", marker)
        if found and extra and found[0].replace("_", "-").lower() == wanted:
            return extra[1]
    return None


def callable_module(name: str, module: str, function: str) -> ModuleType:
    """Let a loaded module be called by its name, as a function of another module that loads when it is first called."""

    class Called(ModuleType):
        def __call__(self, *args: Any, **options: Any) -> Any:
            return getattr(import_module(module), function)(*args, **options)

    called = sys.modules[name]
    called.__class__ = Called
    return called
