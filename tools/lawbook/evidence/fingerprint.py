"""The fingerprint of what a notebook runs: its own statements, and those of our modules that it reaches.

Comments, docstrings and layout are not part of it, nor are definitions that nothing reaches. What cannot be decided
from the text (`getattr(module, name)`, a star, a module handed around) takes the whole module, or the whole package.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import re
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from lawbook.evidence import syntax
from lawbook.evidence.syntax import ANYTHING, NAMESPACES, READERS, SOURCES, Chain, Origin, Statement

# Decorators, calls in class bodies, and bases that do nothing but make the thing they stand at.
HARMLESS = frozenset(
    f"{module}.{name}"
    for module, names in {
        "builtins": "property staticmethod classmethod object Exception ValueError RuntimeError KeyError TypeError",
        "functools": "cache cached_property lru_cache partial singledispatch wraps",
        "dataclasses": "dataclass field",
        "contextlib": "contextmanager",
        "typing": "NamedTuple Protocol TypedDict overload runtime_checkable",
        "jax": "checkpoint custom_jvp custom_vjp grad jit value_and_grad vmap",
        "lawbook.extras": "callable_module",  # it changes what a module does when called, and none of its names
    }.items()
    for name in names.split()
)

_HEAD = re.compile(r"\A(?:# ---\n(?:#.*\n)*?# ---\n)?")
_MARKER = re.compile(r"^[ \t]*#[ \t]*%%+(?:[ \t]+(.*))?$", re.MULTILINE)
_PROSE = re.compile(r"\[(markdown|md|raw)\]\s*$")
# What makes it read comments of a cell as its code, or a code cell as none.
_OPTION = re.compile(r"\b(active|language)\b")


def of(notebook: str, package: Package, *, after: str = "") -> dict[str, Any]:
    """All that the numbers of a notebook depend on in code, as JSON data.

    Arguments:
        notebook: the text of its file, in the percent format.
        package: our modules.
        after: code that is run after its cells.

    Returns:
        `head` of the file and its `cells`, each as its marker and its statements; of the reached `modules` the
        statements, each as the names that it binds and its digest; the `imports` through which names were reached;
        the `foreign` packages imported on the way; digests of the `texts` of modules that may read themselves, or that
        are no Python.
    """
    head, cells = code_cells(notebook)
    parsed = [(said, _cell(said, source)) for said, source in [*cells, ("", after)]]
    reach = _Reach(package)
    whole = []
    for said, (trees, digests) in parsed:
        whole.append([said, *digests])
        if trees is None:
            reach.everything()  # a cell that is no plain Python may do anything, and end elsewhere
            whole.append(["", _digest(notebook)])
    reach.script([tree for _, (trees, _) in parsed for tree in trees or ()])
    return {"head": head, "cells": whole} | reach.result()


def code_cells(notebook: str) -> tuple[str, list[tuple[str, str]]]:
    """The head of a notebook's file, and of each code cell what its marker says and its source."""
    start = _HEAD.match(notebook)
    assert start is not None  # it may be empty
    marks = list(_MARKER.finditer(notebook))
    bounds = [*(mark.start() for mark in marks), len(notebook)]
    cells = [("", notebook[start.end() : bounds[0]])] if notebook[start.end() : bounds[0]].strip() else []
    cells += [(m[1] or "", notebook[m.end() : end]) for m, end in zip(marks, bounds[1:], strict=True)]
    return start[0], [
        (said, source.removeprefix("\n").rstrip("\n")) for said, source in cells if not _PROSE.match(said)
    ]


@lru_cache(maxsize=4096)
def _cell(said: str, source: str) -> tuple[tuple[Statement, ...] | None, tuple[str, ...]]:
    """The statements of a cell, or None where it is no plain Python; and what of it counts."""
    if _OPTION.search(said):
        return None, (_digest(source),)
    try:
        tree = ast.parse(source)
        statements = tuple(syntax.read(statement) for statement in tree.body)
    except (SyntaxError, ValueError, RecursionError):
        return None, (_digest(source),)  # the run itself will say what is wrong
    digests = tuple(statement.digest for statement in statements)
    return statements, (*digests, ";") if _is_silenced(source, tree.body) else digests


def _is_silenced(source: str, body: Sequence[ast.stmt]) -> bool:
    """Whether a semicolon ends a cell: its last value is not shown then."""
    if not body:
        return False
    rest = source.encode().split(b"\n")[(body[-1].end_lineno or 1) - 1 :]
    return rest[0][body[-1].end_col_offset :].lstrip().startswith(b";")


class Package:
    """Our modules, as their files are now; each file is read once."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, folder.name
        self._modules: dict[str, Module | None] = {}

    def module(self, name: str) -> Module | None:
        """A module of ours by its dotted name, or None when there is none."""
        if name not in self._modules:
            self._modules[name] = self._read(name) if self.owns(name) else None
        return self._modules[name]

    def owns(self, name: str) -> bool:
        """Whether a dotted name is one of this package's."""
        return name == self.name or name.startswith(f"{self.name}.")

    def _read(self, name: str) -> Module | None:
        base = self.folder.joinpath(*name.split(".")[1:])
        for path, is_package in ((base / "__init__.py", True), (base.with_suffix(".py"), False)):
            if path.is_file() and (is_package or base != self.folder):
                return _module(name, path.read_bytes(), is_package)
        return _module(name, b"", True) if base.is_dir() else None  # a folder is a package without an __init__.py too

    def below(self, name: str) -> Iterator[str]:
        """The modules in a package of ours, at any depth."""
        base = self.folder.joinpath(*name.split(".")[1:])
        for path in sorted(base.rglob("*.py")):
            parts = path.relative_to(self.folder).with_suffix("").parts
            yield ".".join([self.name, *(parts[:-1] if parts[-1] == "__init__" else parts)])


class Module:
    """A module's statements, what each binds, and which are executed for more than what they bind."""

    def __init__(self, name: str, text: bytes, is_package: bool) -> None:
        self.name, self.text, self.is_package = name, text, is_package
        self.package = name if is_package else name.rpartition(".")[0]
        self.trees: list[ast.stmt] = []
        self.names: list[str] = []  # what each binds
        self.binds: dict[str, list[int]] = {}
        self.imports: dict[str, list[Origin]] = {}
        self.order: dict[str, list[str]] = {}  # of each name: how it is bound, one after the other
        self.executed: list[tuple[Origin, int]] = []  # with the number of `always` before it
        self.always: list[int] = []
        self._read: dict[int, Statement] = {}
        try:
            body = ast.parse(text).body
        except (SyntaxError, ValueError):
            self.is_python = False
            return
        self.is_python = True
        for tree in syntax.without_docstrings(body):
            self._add(tree)
        self.lazy, self.tabled = self._lazy() if "__getattr__" in self.binds else (None, frozenset[int]())

    def statement(self, index: int) -> Statement:
        """A statement, read when it is first asked for."""
        if index not in self._read:
            self._read[index] = syntax.read(self.trees[index], self.package)
        return self._read[index]

    def _add(self, tree: ast.stmt) -> None:
        if isinstance(tree, ast.Import | ast.ImportFrom):
            for name, origin, executed in syntax.origins_of(tree, self.package):
                self.imports.setdefault(name, []).append(origin)
                self.order.setdefault(name, []).append(f"{origin.module}:{origin.member or ''}")
                self.executed.append((executed, len(self.always)))
            return
        if isinstance(tree, ast.If) and self._dotted(tree.test) == "typing.TYPE_CHECKING":
            for other in tree.orelse:  # the rest is never executed
                self._add(other)
            return
        index = len(self.trees)
        self.trees.append(tree)
        names = _plainly_bound(tree)
        imported = set[str]()
        if names is None or self._acts(tree):
            self.always.append(index)
        if names is None:
            statement = self.statement(index)
            names = list(statement.bound)
            for name, origin in statement.imports:
                self.imports.setdefault(name, []).append(origin)
                imported.add(name)
        self.names.append(" ".join(sorted(names)))
        for name in names:
            self.binds.setdefault(name, []).append(index)
        for name in imported.union(names):
            self.order.setdefault(name, []).append("")

    def _acts(self, tree: ast.stmt) -> bool:
        """Whether a definition or an assignment may do more, when it is executed, than bind its name."""
        if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
            evaluated = (tree.args, *([tree.returns] if tree.returns else []))  # defaults and annotations
            return not all(map(self._is_harmless, tree.decorator_list)) or any(map(self._calls, evaluated))
        if isinstance(tree, ast.ClassDef):
            decorated = not all(map(self._is_harmless, (*tree.decorator_list, *tree.bases))) or bool(tree.keywords)
            return decorated or any(
                self._acts(part) if _plainly_bound(part) is not None else not isinstance(part, ast.Pass)
                for part in syntax.without_docstrings(tree.body)
            )
        return self._calls(tree)

    def _is_harmless(self, node: ast.expr) -> bool:
        """Whether a decorator, base or call is one of `HARMLESS`."""
        if not isinstance(node, ast.Call):
            return self._dotted(node) in HARMLESS
        of = self._dotted(node.func)
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if of == "functools.partial" and given:
            return self._is_harmless(given[0]) and not any(map(self._calls, given[1:]))
        return of in HARMLESS and not any(map(self._calls, given))

    def _calls(self, node: ast.AST) -> bool:
        """Whether evaluating an expression calls what is not known to be harmless."""
        if isinstance(node, ast.Lambda):
            return self._calls(node.args)
        if isinstance(node, ast.Call):
            return not self._is_harmless(node)
        if isinstance(node, ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom):
            return True
        return any(map(self._calls, ast.iter_child_nodes(node)))

    def _dotted(self, node: ast.expr) -> str:
        """The full name of what a chain stands for, such as `functools.cache`; empty when it is not known."""
        chain = syntax.chain_of(node)
        if chain is None or chain[0] in self.binds or "*" in self.imports:
            return ""
        origins = self.imports.get(chain[0])
        if origins is None:
            return f"builtins.{'.'.join(chain)}" if hasattr(builtins, chain[0]) else ""
        if len(origins) > 1:
            return ""
        return ".".join(part for part in (origins[0].module, origins[0].member, *chain[1:]) if part)

    def _lazy(self) -> tuple[dict[str, list[Any]] | None, frozenset[int]]:
        """The table of a lazy module, name to (module, attribute or None), if one says it all; where it is written."""
        nothing = None, frozenset[int]()
        found = [
            (index, tree.value)
            for index, tree in enumerate(self.trees)
            if isinstance(tree, ast.Assign | ast.AnnAssign) and isinstance(tree.value, ast.Dict) and tree.value.keys
        ]
        if len(found) != 1:
            return nothing
        ((at, value),) = found
        where = frozenset([at, *self.binds["__getattr__"]])
        others = (tree for index, tree in enumerate(self.trees) if index not in where)
        if any(_mentions(tree, self.names[at]) for tree in others):  # it may have been changed
            return nothing
        try:
            table = ast.literal_eval(value)
        except ValueError:
            return nothing
        sound = all(
            isinstance(name, str)
            and isinstance(place, tuple)
            and len(place) == 2
            and isinstance(place[0], str)
            and isinstance(place[1], str | None)
            for name, place in table.items()
        )
        return (table, where) if sound else nothing


def _mentions(tree: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))


@lru_cache(maxsize=1024)  # by text, not by path: a file that changed while the site is served is another text
def _module(name: str, text: bytes, is_package: bool) -> Module:
    return Module(name, text, is_package)


def _plainly_bound(tree: ast.stmt) -> list[str] | None:
    """The names that a definition or an assignment binds; None for a statement that does anything else."""
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [tree.name]
    if not isinstance(tree, ast.Assign | ast.AnnAssign):
        return None
    names = []
    queue = list(tree.targets) if isinstance(tree, ast.Assign) else [tree.target]
    while queue:
        target = queue.pop()
        if isinstance(target, ast.Tuple | ast.List):
            queue += target.elts
        elif isinstance(target, ast.Name):
            names.append(target.id)
        else:
            return None  # an attribute or an item: something else is changed
    return names


class _Reach:
    """What a script reaches, followed name by name."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.statements: dict[str, set[int]] = {}
        self.imports: set[tuple[str, str, str, str]] = set()
        self.foreign: set[str] = set()
        self.texts: dict[str, str] = {}
        self._asked: dict[str, set[str]] = {}  # of each module, what its reached statements ask for
        self._imported: set[str] = set()
        self._whole: set[str] = set()
        self._done: set[tuple[str, Chain]] = set()

    def script(self, statements: Sequence[Statement]) -> None:
        """Follow a script, all of whose statements are executed."""
        imports: dict[str, list[Origin]] = {}
        for statement in statements:
            for name, origin in statement.imports:
                imports.setdefault(name, []).append(origin)
        stars = [origin for origin in imports.get("*", [])]
        for statement in statements:
            self._statement(statement)
            for chain in statement.chains:
                for origin in imports.get(chain[0], ()):
                    self._follow(origin, chain[1:])
                for star in () if chain[0] in imports else stars:
                    self._follow(Origin(star.module, chain[0]), chain[1:])
            if statement.special & NAMESPACES:
                for origin in [origin for found in imports.values() for origin in found]:
                    self._follow(origin, ())

    def everything(self) -> None:
        """Take the whole package, letter by letter."""
        for name in self.package.below(self.package.name):
            module = self.package.module(name)
            if module is not None:
                self.texts[name] = _digest(module.text)

    def result(self) -> dict[str, Any]:
        """What was reached, as JSON data in an order of its own."""
        modules = {}
        for name, indices in sorted(self.statements.items()):
            module = self.package.module(name)
            assert module is not None  # it was reached
            modules[name] = [[module.names[i], module.statement(i).digest] for i in sorted(indices)]
        return {
            "modules": modules,
            "imports": sorted(self.imports),
            "foreign": sorted(self.foreign),
            "texts": dict(sorted(self.texts.items())),
        }

    def _statement(self, statement: Statement, module: Module | None = None, index: int | None = None) -> None:
        """Follow the imports in a statement, and what it may ask for without naming it; names are left."""
        for origin in statement.executed:
            self._execute(origin)
        for origin, rest in statement.origins:
            self._follow(origin, rest)
        if module is not None and index in module.tabled:
            return  # the table says which modules
        for text in statement.strings:
            if self.package.owns(text):
                self._named(text)
        if statement.special & (SOURCES | ANYTHING | {"sys.modules"}):
            self.everything()
        if module is not None:
            asked = self._asked.setdefault(module.name, set())
            asked |= statement.special
            if "__file__" in asked and asked & READERS:
                self.texts[module.name] = _digest(module.text)
            if statement.special & NAMESPACES:
                self._take_whole(module)

    def _named(self, dotted: str) -> None:
        """A string that names a module of ours, or a thing in one."""
        module = self.package.module(dotted)
        if module is not None:
            self._take_whole(module)
        elif "." in dotted:
            self._named(dotted.rpartition(".")[0])

    def _execute(self, origin: Origin) -> None:
        """An import is executed: the module and its packages run, and perhaps a module of that name in it."""
        if not self.package.owns(origin.module):
            top = origin.module.partition(".")[0]
            if top not in sys.stdlib_module_names:
                self.foreign.add(top)
            return
        self._import(origin.module)
        module = self.package.module(origin.module)
        if module is None or origin.member is None:
            return
        if origin.member == "*":
            self._take_whole(module)
        elif self.package.module(f"{origin.module}.{origin.member}") is not None:
            self._import(f"{origin.module}.{origin.member}")
        elif module.is_python and module.lazy and origin.member in module.lazy:
            self._execute(Origin(*module.lazy[origin.member]))

    def _import(self, name: str) -> None:
        if name in self._imported:
            return
        self._imported.add(name)
        if "." in name:
            self._import(name.rpartition(".")[0])
        module = self.package.module(name)
        if module is None:
            return
        if not module.is_python:
            self.texts[name] = _digest(module.text)
            return
        if "*" in module.imports:  # which of its names stands for what, only the order of its lines says
            self.texts[name] = _digest(module.text)
        for origin, before in module.executed:
            if before and origin.module.partition(".")[0] not in sys.stdlib_module_names:
                self.imports.add((name, f"after {before}", origin.module, origin.member or ""))
            self._execute(origin)
        for index in module.always:
            self._reach(module, index)

    def _reach(self, module: Module, index: int) -> None:
        found = self.statements.setdefault(module.name, set())
        if index in found:
            return
        found.add(index)
        statement = module.statement(index)
        self._statement(statement, module, index)
        for chain in statement.chains:
            self._resolve(module, chain)

    def _resolve(self, module: Module, chain: Chain) -> None:
        """A name that stands in a module's statement, and the attributes taken of it."""
        if (module.name, chain) in self._done:
            return
        self._done.add((module.name, chain))
        name, rest = chain[0], chain[1:]
        for origin in module.imports.get(name, ()):
            self.imports.add((module.name, name, origin.module, origin.member or ""))
            if origin.member != name and origin.member in SOURCES | ANYTHING | NAMESPACES:  # under another name
                self.everything()
            self._follow(origin, rest)
        order = module.order.get(name, ())
        if len(order) > 1:  # the last one counts
            self.imports.add((module.name, name, " ".join(order), ""))
        for index in module.binds.get(name, ()):
            self._reach(module, index)
        if name not in module.imports and name not in module.binds:
            for star in module.imports.get("*", ()):
                self._follow(Origin(star.module, name), rest)

    def _follow(self, origin: Origin, rest: Chain) -> None:
        """Something imported, and the attributes taken of it."""
        if not self.package.owns(origin.module):
            return
        self._import(origin.module)
        module = self.package.module(origin.module)
        chain = rest if origin.member is None else (origin.member, *rest)
        if module is None or not module.is_python:
            return  # its text counts, and the run itself will say what is wrong
        if not chain or chain[0] == "*":
            self._take_whole(module)
        else:
            self._member(module, chain)

    def _member(self, module: Module, chain: Chain) -> None:
        name, rest = chain[0], chain[1:]
        known = name in module.imports or name in module.binds
        if known:
            self._resolve(module, chain)
        below = f"{module.name}.{name}"
        if self.package.module(below) is not None:
            self._follow(Origin(below), rest)
        elif not known and module.lazy is not None:
            self._resolve(module, ("__getattr__",))
            if name in module.lazy:
                self._follow(Origin(*module.lazy[name]), rest)
            else:
                self._take_whole(module)
        elif not known and "*" in module.imports:
            self._resolve(module, chain)
        elif not known:
            self._take_whole(module)  # bound in a way that the text does not show

    def _take_whole(self, module: Module) -> None:
        """All statements of a module and all that it imports; of a package, all its modules."""
        if module.name in self._whole:
            return
        self._whole.add(module.name)
        self._import(module.name)
        if not module.is_python:
            return
        for index in range(len(module.trees)):
            self._reach(module, index)
        for name in module.imports:
            self._resolve(module, (name,))
        for below in self.package.below(module.name) if module.is_package else ():
            inner = self.package.module(below)
            if inner is not None:
                self._take_whole(inner)


def _digest(text: str | bytes) -> str:
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return hashlib.sha256(content).hexdigest()
