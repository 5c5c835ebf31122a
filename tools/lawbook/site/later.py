"""Modules loaded when they are first asked for something: those of some plugins cost seconds of every build."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def put_off(*names: str) -> None:
    """Let `import` find something in the place of these modules that loads them when it is first used.

    Arguments:
        names: Dotted names; a module that is loaded already stays.
    """
    for name in names:
        sys.modules.setdefault(name, _Later(name))
