"""What a statement says: its syntax tree without comments, docstrings and layout, and the names that it needs."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Chain = tuple[str, ...]  # a name and the attributes taken of it: ("np", "linalg", "norm")

# Who asks for these may see what a syntax tree leaves out, or reach what is nowhere named.
SOURCES = frozenset({"__doc__", "getsource", "getsourcelines", "getdoc", "getcomments"})
IMPORTERS = frozenset({"import_module", "__import__"})
ANYTHING = IMPORTERS | {"eval", "exec", "getmodule", "resolve_name", "__globals__"}
NAMESPACES = frozenset({"globals", "locals", "vars"})
READERS = frozenset({"open", "read_bytes", "read_text"})
SPECIAL = SOURCES | ANYTHING | NAMESPACES | READERS | {"__file__"}

_DOTTED = re.compile(r"\w+(\.\w+)+")
# `ctx` follows from the place of a node, `kind` is the u of u"", `type_comment` is a comment
_IGNORED = {"ctx", "kind", "type_comment"}
_FIELDS = {
    node: tuple(name for name in node._fields if name not in _IGNORED)
    for node in vars(ast).values()
    if isinstance(node, type) and issubclass(node, ast.AST)
}
_WITHOUT_BODY = {
    node: tuple(name for name in _FIELDS[node] if name != "body")
    for node in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
}


@dataclass(frozen=True)
class Origin:
    """Where an imported name comes from: a module, or a member of one (`*` for all)."""

    module: str
    member: str | None = None


@dataclass(frozen=True)
class Statement:
    """A statement, read.

    `digest` of its meaning; `chains`, the names of its module that it needs; `origins`, what it takes through imports
    of its own functions; `executed`, the imports in it; `bound` and `imports`, what it binds in its module; `special`,
    the names of `SPECIAL` it asks for, and `sys.modules`; `strings`, those that could name a module.
    """

    digest: str
    chains: frozenset[Chain]
    origins: frozenset[tuple[Origin, Chain]]
    executed: tuple[Origin, ...]
    bound: frozenset[str]
    imports: tuple[tuple[str, Origin], ...]
    special: frozenset[str]
    strings: frozenset[str]


def read(statement: ast.stmt, package: str = "") -> Statement:
    """Read a statement of a module's top level; `package` is what relative imports start from."""
    reader = _Reader(package)
    reader.node(statement)
    top = reader.scopes[0]
    return Statement(
        digest=hashlib.sha256("".join(reader.out).encode("utf-8", "surrogatepass")).hexdigest(),
        chains=frozenset(top.chains),
        origins=frozenset(reader.origins),
        executed=tuple(reader.executed),
        bound=frozenset(top.bound),
        imports=tuple(top.imports),
        special=frozenset(reader.special),
        strings=frozenset(reader.strings),
    )


def without_docstrings(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a module, class or function but its docstring and those that stand below what it binds."""
    return [
        s
        for s in body
        if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) and isinstance(s.value.value, str))
    ]


def origins_of(node: ast.Import | ast.ImportFrom, package: str) -> list[tuple[str, Origin, Origin]]:
    """Of each name that an import binds: the name, what it stands for, and what is imported to bind it."""
    if isinstance(node, ast.Import):
        return [
            (a.asname, Origin(a.name), Origin(a.name))
            if a.asname
            else (a.name.partition(".")[0], Origin(a.name.partition(".")[0]), Origin(a.name))
            for a in node.names
        ]
    module = node.module or ""
    if node.level:
        base = package.split(".")[: len(package.split(".")) - node.level + 1]
        module = ".".join([*base, *([module] if module else [])])
    return [(a.asname or a.name, Origin(module, a.name), Origin(module, a.name)) for a in node.names]


def chain_of(node: ast.AST) -> Chain | None:
    """`a.b.c` as a chain, or None for any other expression."""
    attributes = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return (node.id, *reversed(attributes)) if isinstance(node, ast.Name) else None


@dataclass
class _Scope:
    kind: Literal["module", "function", "class", "comprehension"]
    bound: set[str] = field(default_factory=set)
    chains: set[Chain] = field(default_factory=set)
    imports: list[tuple[str, Origin]] = field(default_factory=list)
    outer: set[str] = field(default_factory=set)  # declared global or nonlocal


class _Reader:
    """Writes a tree down, scope by scope: a name that a function binds is its own, any other is the module's."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.out: list[str] = []
        self.scopes = [_Scope("module")]
        self.origins: set[tuple[Origin, Chain]] = set()
        self.executed: list[Origin] = []
        self.special: set[str] = set()
        self.strings: set[str] = set()

    def node(self, node: ast.AST) -> None:
        _HANDLERS[node.__class__](self, node)

    def fields(self, node: ast.AST, names: Iterable[str] | None = None) -> None:
        """The class of a node and all it holds, or its fields `names`."""
        out = self.out
        out.append(node.__class__.__name__)
        out.append("(")
        for name in _FIELDS[node.__class__] if names is None else names:
            value = getattr(node, name, None)
            if value.__class__ is list:
                self.items(value)
            elif value.__class__ in _HANDLERS:
                _HANDLERS[value.__class__](self, value)
            else:
                out.append(f"{value!r},")
        out.append(")")

    def items(self, values: Iterable[Any]) -> None:
        """A list of nodes, names or nothings."""
        self.out.append("[")
        for value in values:
            if value.__class__ in _HANDLERS:
                _HANDLERS[value.__class__](self, value)
            else:
                self.out.append(f"{value!r},")
        self.out.append("]")

    def name(self, node: ast.Name) -> None:
        self.out.append(f"~{node.id} ")
        if isinstance(node.ctx, ast.Load):
            self.chain((node.id,))
        else:
            self.scopes[-1].bound.add(node.id)

    def attribute(self, node: ast.Attribute) -> None:
        chain = chain_of(node)
        if chain is not None:
            self.out.append(f"~{'.'.join(chain)} ")
            self.chain(chain)
        else:
            if node.attr in SPECIAL:
                self.special.add(node.attr)
            self.fields(node)

    def chain(self, chain: Chain) -> None:
        self.scopes[-1].chains.add(chain)
        if not SPECIAL.isdisjoint(chain):
            self.special.update(SPECIAL.intersection(chain))
        if chain[:2] == ("sys", "modules"):
            self.special.add("sys.modules")

    def constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, str) and _DOTTED.fullmatch(value):
            self.strings.add(value)
        elif value in ("__doc__", "__globals__"):  # for `getattr`, or an item of a namespace
            self.special.add(value)
        # decimal digits of a very long integer would be refused
        self.out.append(f"{value.__class__.__name__} {hex(value) if isinstance(value, int) else repr(value)},")

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.scopes[-1].bound.add(node.name)
        self.fields(node, _WITHOUT_BODY[node.__class__])  # decorators, defaults and annotations are read outside
        self.quoted(node.returns)
        self.inside("function", without_docstrings(node.body), node.args)

    def lambda_(self, node: ast.Lambda) -> None:
        self.fields(node, _WITHOUT_BODY[node.__class__])
        self.inside("function", [node.body], node.args)

    def class_(self, node: ast.ClassDef) -> None:
        self.scopes[-1].bound.add(node.name)
        self.fields(node, _WITHOUT_BODY[node.__class__])
        self.inside("class", without_docstrings(node.body))

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self.node(node.generators[0].iter)  # of the scope around it
        self.push("comprehension")
        for i, part in enumerate(node.generators):
            self.fields(part, ("target", "ifs", "is_async") if i == 0 else None)
        self.fields(node, ("key", "value") if isinstance(node, ast.DictComp) else ("elt",))
        self.pop()

    def inside(
        self, kind: Literal["function", "class"], body: Iterable[ast.AST], args: ast.arguments | None = None
    ) -> None:
        self.push(kind)
        if args is not None:
            every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
            self.scopes[-1].bound.update(arg.arg for arg in every if arg is not None)
        self.items(body)
        self.pop()

    def push(self, kind: Literal["function", "class", "comprehension"]) -> None:
        self.scopes.append(_Scope(kind))

    def pop(self) -> None:
        """Leave a scope: what it bound was its own; what it did not is looked up further out."""
        scope = self.scopes.pop()
        outer = next(s for s in reversed(self.scopes) if s.kind != "class" or scope.kind == "comprehension")
        for chain in scope.chains:
            root = chain[0]
            found = [origin for name, origin in scope.imports if name == root]
            self.origins.update((origin, chain[1:]) for origin in found)
            # a class body reads the module's name before it binds its own
            if root in scope.outer or scope.kind == "class" or (root not in scope.bound and not found):
                outer.chains.add(chain)
        for name, origin in scope.imports:
            if scope.kind == "class" or name in scope.outer:  # may be reached as an attribute, or by others
                self.origins.add((origin, ()))

    def import_(self, node: ast.Import | ast.ImportFrom) -> None:
        self.fields(node)
        for name, origin, executed in origins_of(node, self.package):
            self.scopes[-1].imports.append((name, origin))
            self.executed.append(executed)
            self.special |= SPECIAL.intersection({origin.member} - {name})  # under another name

    def declared(self, node: ast.Global | ast.Nonlocal) -> None:
        self.fields(node)
        self.scopes[-1].outer.update(node.names)
        if isinstance(node, ast.Global):
            self.scopes[0].chains.update((name,) for name in node.names)

    def walrus(self, node: ast.NamedExpr) -> None:
        self.fields(node)
        scope = next(s for s in reversed(self.scopes) if s.kind != "comprehension")
        scope.bound.add(node.target.id)

    def augmented(self, node: ast.AugAssign) -> None:
        self.fields(node)
        if isinstance(node.target, ast.Name):
            self.chain((node.target.id,))

    def binding(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> None:
        self.fields(node)
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name is not None:
            self.scopes[-1].bound.add(name)

    def annotated(self, node: ast.arg | ast.AnnAssign) -> None:
        self.fields(node)
        self.quoted(node.annotation)

    def quoted(self, annotation: ast.expr | None) -> None:
        """The names in an annotation that is written as a string."""
        for part in ast.walk(annotation) if annotation is not None else ():
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                try:
                    self.node(ast.parse(part.value, mode="eval"))
                except (SyntaxError, ValueError):
                    continue  # a word of a Literal

    def call(self, node: ast.Call) -> None:
        chain = chain_of(node.func)
        first = node.args[0] if node.args else None
        before = set(self.special)
        self.fields(node)
        if chain is None or chain[-1] not in IMPORTERS or not isinstance(first, ast.Constant):
            return
        if isinstance(first.value, str) and not first.value.startswith("."):
            self.special &= before | {"sys.modules"} | SPECIAL - IMPORTERS
            # the one gives the module, the other the package that it is in
            self.strings.add(first.value if chain[-1] == "import_module" else first.value.partition(".")[0])

    def compare(self, node: ast.Compare) -> None:
        """Whether a module has been imported is a question that reaches none."""
        asks = [
            isinstance(op, ast.In | ast.NotIn) and chain_of(c) == ("sys", "modules")
            for op, c in zip(node.ops, node.comparators, strict=True)
        ]
        self.fields(node, ("left", "ops"))
        for only_asks, comparator in zip(asks, node.comparators, strict=True):
            if only_asks:
                self.out.append("~sys.modules ")
                self.scopes[-1].chains.add(("sys",))
            else:
                self.node(comparator)


_HANDLERS: dict[type[ast.AST], Callable[[_Reader, Any], None]] = dict.fromkeys(_FIELDS, _Reader.fields) | {
    ast.Name: _Reader.name,
    ast.Attribute: _Reader.attribute,
    ast.Constant: _Reader.constant,
    ast.FunctionDef: _Reader.function,
    ast.AsyncFunctionDef: _Reader.function,
    ast.Lambda: _Reader.lambda_,
    ast.ClassDef: _Reader.class_,
    ast.ListComp: _Reader.comprehension,
    ast.SetComp: _Reader.comprehension,
    ast.DictComp: _Reader.comprehension,
    ast.GeneratorExp: _Reader.comprehension,
    ast.Import: _Reader.import_,
    ast.ImportFrom: _Reader.import_,
    ast.Global: _Reader.declared,
    ast.Nonlocal: _Reader.declared,
    ast.NamedExpr: _Reader.walrus,
    ast.AugAssign: _Reader.augmented,
    ast.ExceptHandler: _Reader.binding,
    ast.MatchAs: _Reader.binding,
    ast.MatchStar: _Reader.binding,
    ast.MatchMapping: _Reader.binding,
    ast.arg: _Reader.annotated,
    ast.AnnAssign: _Reader.annotated,
    ast.Call: _Reader.call,
    ast.Compare: _Reader.compare,
}
