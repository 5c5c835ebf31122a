"""Damaged and hostile files: mutations of bytes, of lines and of trees, and what stands for each type of YAML."""

from __future__ import annotations

import copy
import datetime
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from hypothesis import strategies as st

CODE = "__import__('os').system('touch PLANTED')"
TEXTS = [
    "", " ", "\n", "\t", "x" * 5000, "é" * 300, "😀", "\u202eabc", "a\u0301" * 50, "\ufeffx", "\u2028# planted", "\x85# planted",
    "\x00", "\x07", "\x1b[31mred", "\x7f", "\ufffe", "‹a place›", "null", "true", "True", "0x1F", ".INF", "1e999", "-0", "2021-01-01",
    "12:30:00", "<script>window.ran=1</script>", "<img src=x onerror=window.ran=1>", "</title></script><svg onload=window.ran=1>",
    '" onfocus="window.ran=1" id="planted', "# planted {: #planted onclick=window.ran=1 }", "\n# planted\n\n## planted {#planted}\n",
    "[x](javascript:window.ran=1)", "[x](https://example.org \"t\")", "[a [@halving2001] b](https://example.org)",
    "a [x](../laws/corner2002.md) b", "<https://example.org/a>", "[@halving2001/inverse-root]", "[@nobody1999]", "[@halving2001/nothing]",
    "![z](https://example.org/z.png)", "| a | b |\n|---|---|\n| [x](https://example.org) | $y$ |", "`<b>` ``$``", "~~~\n$x$\n~~~", "> $$a$$",
    "$", "$$", "\\$", "$x", "$\\frac{1}{2$", "$\\href{javascript:a()}{x}$", "$\\text{<b onclick=a>}$", "$\\unknown{x}$", "$$\n\\begin{align} a &= b \\end{align}\n$$",
    "\\rho", "\\frac{1}{2}", "\\nu_{", "{" * 60, "\\left(" * 40, "^" * 40, "_{^{" * 30, "\\def\\a{\\a\\a}\\a", "\\input{/etc/passwd}",
    CODE, "a.b", "().__class__", "lambda: 0", "[x for x in y]", "n^(-b)", "9**9**9", "n//2", "n%2", "n if b else n", "n@b", "'n'", "f'{n}'",
    "sqrt", "sqrt()", "sqrt(n, n)", "gamma(-1)", "1/0", "(" * 300, "-" * 300 + "n", "n" + "+n" * 200, "1e400", "exp(1000)", "spread(n)",
    "{{ 7 * 7 }}", "{% raw %}", "${HOME}", "%(x)s", "!!python/object/apply:os.system ['touch PLANTED']", "&a [*a]", "*a", "../../etc/passwd",
    "halving2001", "corner2002", "fitted", "check", "exponent", "n", "test_loss", "\\ud800", "@", "@{", "{\\i}", "\\'{\\i}", "and others",
    "a, b, c, d, e", " and ", "--", "https://example.org/a--b", "javascript:a()", "10.1000/x--y", "arXiv:0101.00001", "http://[x",
]  # fmt: skip
DEEP: Any = "x"
for _ in range(40):
    DEEP = [DEEP]
NUMBERS: list[Any] = [
    0,
    1,
    -1,
    5,
    10**25,
    10**400,
    0.0,
    -0.0,
    0.5,
    1e-320,
    1e307,
    1.7e308,
    float("inf"),
    float("-inf"),
    float("nan"),
]
OTHERS: list[Any] = [
    None, True, False, [], [None], ["a", 1], [[]], [1.0], [1.0, 2.0, 3.0], [2.0, 1.0], {}, {"a": 1}, {1: 2}, {"": ""}, {"is": "x"},
    {"abs": 0.1, "rel": 0.1}, {"text": "x", "checks": ["x/y"], "law": 5}, {"check": ["halving2001/exponent"]}, datetime.date(2021, 1, 1),
    b"bytes", DEEP, ["x"] * 400, {f"k{i}": {} for i in range(60)},
]  # fmt: skip
VALUES: list[Any] = [*NUMBERS, *OTHERS]
KEYS = ["", " ", "paper", "title", "Title", "law", "laws ", "text", "range", "on", "null", "1", "‹id›", "a b", "a/b", "../x", "é", "<b>", "\x1b", "__class__", "x" * 200]  # fmt: skip
BYTES = [b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\x00", b"\x80", b"\xed\xa0\x80", b"\r", b"\r\n", b"\n", b"\t", b"\xc2\x85", b"\xe2\x80\xa8", b"'", b'"', b": ", b"- ", b"#", b"%", b"{", b"}", b"[", b"]", b"&a ", b"*a", b"!!", b"|", b">", b"\\", b"@", b"$", b"---\n", b"...\n", b"? ", b","]  # fmt: skip

values = st.one_of(st.sampled_from(VALUES), st.sampled_from(TEXTS), st.text(max_size=40))


@st.composite
def damaged(draw: Any, originals: list[bytes]) -> bytes:
    """One of some files with a few bytes, lines or signs that are not its own."""
    data = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        match draw(st.sampled_from(["flip", "put", "text", "cut", "end", "line", "splice", "swap", "indent", "nest"])):
            case "flip" if data:
                data = (
                    data[:at]
                    + bytes([data[at] ^ draw(st.sampled_from([1, 2, 4, 8, 16, 32, 64, 128, 255]))])
                    + data[at + 1 :]
                )
            case "put":
                data = data[:at] + draw(st.sampled_from(BYTES)) + data[at:]
            case "text":
                data = data[:at] + draw(st.sampled_from(TEXTS)).encode() + data[at:]
            case "cut":
                data = data[:at] + data[at + draw(st.integers(1, 80)) :]
            case "end":
                data = data[:at]
            case "nest":
                data = (
                    data[:at]
                    + draw(st.sampled_from([b"[", b"{a: ", b"(", b"- ", b"{", b"> "]))
                    * draw(st.sampled_from([3, 30, 300]))
                    + data[at:]
                )
            case how:
                lines = data.split(b"\n")
                i, j = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
                if how == "line":
                    del lines[i]
                elif how == "splice":
                    other = draw(st.sampled_from(originals)).split(b"\n")
                    lines.insert(i, other[j % len(other)])
                elif how == "swap":
                    lines[i], lines[j] = lines[j], lines[i]
                else:
                    lines[i] = b" " * draw(st.integers(0, 5)) + lines[i].lstrip() if how == "indent" else lines[i]
                data = b"\n".join(lines)
    return data


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in data of dictionaries and lists."""
    yield path
    if isinstance(data, dict | list):
        for key, part in data.items() if isinstance(data, dict) else enumerate(data):
            yield from places(part, (*path, key))


def changed(draw: Any, data: Any, keep: Callable[[tuple[Any, ...]], bool] = lambda path: True) -> Any:
    """Data of which one place is another value, gone, there twice, named otherwise, or deeper."""
    path = draw(st.sampled_from([path for path in places(data) if keep(path)] or [()]))
    value = draw(values)
    if not path:
        return value
    data = copy.deepcopy(data)
    parent, key = data, path[-1]
    for step in path[:-1]:
        parent = parent[step]
    match draw(st.sampled_from(["value", "value", "value", "drop", "rename", "more", "nest", "list"])):
        case "drop":
            del parent[key]
        case "rename" if isinstance(parent, dict):
            new = draw(st.one_of(st.sampled_from(KEYS), st.just(str(key)[:-1]), st.text(max_size=8)))
            items = [(new if name == key else name, part) for name, part in parent.items()]
            parent.clear()
            parent.update(items)
        case "more" if isinstance(parent, dict):
            parent[draw(st.sampled_from(KEYS))] = value
        case "more":
            parent.insert(key, parent[key])
        case "nest":
            parent[key] = {"a": [parent[key]]}
        case "list":
            parent[key] = [parent[key], value]
        case _:
            parent[key] = value
    return data


class _Writer(yaml.SafeDumper):
    """Writes out what is there twice: files of this kind have no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def as_yaml(data: Any, first: str = "") -> bytes:
    """Data as YAML, half a character as `?`."""
    text = yaml.dump(data, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=200)
    return (first + text).encode("utf-8", "replace")


@st.composite
def changed_yaml(draw: Any, originals: list[bytes]) -> bytes:
    """A YAML file with one to three other values, keys or parts; sometimes with a key twice."""
    original = draw(st.sampled_from(originals)).decode()
    data = yaml.safe_load(original)
    for _ in range(draw(st.integers(1, 3))):
        data = changed(draw, data)
    first = original.partition("\n")[0] + "\n" if original.startswith("#") else ""
    made = as_yaml(data, first)
    if draw(st.integers(0, 9)) == 0:
        lines = made.split(b"\n")
        i = draw(st.integers(0, len(lines) - 1))
        made = b"\n".join([*lines[: i + 1], *lines[i:]])
    return made


@st.composite
def reworded(draw: Any, original: bytes) -> bytes:
    """A YAML file whose shape is as it was, and in which up to five texts are others."""
    text = original.decode()
    data = yaml.safe_load(text)
    spoken = [path for path in places(data) if path and _is_prose(data, path)]
    for path in draw(st.lists(st.sampled_from(spoken), min_size=1, max_size=5)):
        parent = data
        for step in path[:-1]:
            parent = parent[step]
        words = draw(st.one_of(st.sampled_from(TEXTS), markdown()))
        parent[path[-1]] = draw(st.sampled_from([words, f"{parent[path[-1]]} {words}", f"{words} {words}"]))
    return as_yaml(data, text.partition("\n")[0] + "\n" if text.startswith("#") else "")


def _is_prose(data: Any, path: tuple[Any, ...]) -> bool:
    for step in path:
        data = data[step]
    names = {
        "latex",
        "expr",
        "predicted",
        "gives",
        "over",
        "paper",
        "law",
        "chart",
        "to",
        "checks",
        "cites",
        "breaks",
        "must-miss",
    }
    return isinstance(data, str) and " " in data and not names & {path[-1], *path[-2:-1]}


def markdown() -> st.SearchStrategy[str]:
    """Markdown put together from its signs."""
    signs = ["[", "]", "(", ")", "[x](", "](https://example.org)", "<", ">", "`", "``", "*", "**", "_", "$", "$$", "\\", "\n", "\n\n", "\n> ", "\n- ", "\n# ",
             "\n    ", "|", "\n|---|\n", "&lt;", "&#x6a;", "[@halving2001]", "[@corner2002/three-corners]", "https://example.org", "<a href=x>", "a", " b ", "x_1",
             "{: onclick=a }", "\n[r]: javascript:a\n", "[r]", "~~~", "```", "\ufdd00\ufdd1", "<!--lawbook:0-->", "\u2029", "1. "]  # fmt: skip
    return st.lists(st.sampled_from(signs), max_size=12).map("".join)


@st.composite
def expressions(draw: Any) -> str:
    """Formula expressions, sound and not: grown from a grammar, then sometimes damaged."""
    grown = draw(st.recursive(_LEAVES, _grown, max_leaves=12))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(grown)))
        grown = grown[:at] + draw(st.one_of(st.sampled_from(TEXTS), st.text(max_size=3))) + grown[at:]
    return str(grown)


_LEAVES = st.one_of(
    st.sampled_from(["n", "b", "spread", "pi", "E", "lambda_", "0", "1", "2.5", "1e-3", "1e30", "64", "x", "True", "1j", "None", "...", "os"]),
    st.integers(-99, 99).map(str),
)  # fmt: skip


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = [
        "+",
        "-",
        "*",
        "/",
        "**",
        "^",
        "%",
        "//",
        "@",
        "<",
        "==",
        " and ",
        " if ",
        ",",
        ":=",
        "|",
        "&",
        "<<",
        " in ",
        ".",
    ]
    functions = [
        "sqrt",
        "exp",
        "log",
        "tanh",
        "Abs",
        "sign",
        "floor",
        "Min",
        "Max",
        "gamma",
        "erf",
        "print",
        "eval",
        "lambda x:",
        "not ",
        "-",
        "~",
        "*",
        "f",
    ]
    return st.one_of(
        st.tuples(inner, st.sampled_from(operators), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        st.tuples(st.sampled_from(functions), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(st.sampled_from(["Min", "Max", "sqrt"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(inner, inner).map(lambda t: f"{t[0]}[{t[1]}]"),
        inner.map(lambda t: f"{{{t}}}"),
    )


def latex(known: list[str]) -> st.SearchStrategy[str]:
    """LaTeX of the book, damaged, or put together from its signs."""
    signs = ["\\frac", "{", "}", "^", "_", "\\left(", "\\right)", "\\sqrt", "[", "]", "a", "1", "&", "\\\\", "\\begin{aligned}", "\\end{aligned}", "\\mathrm{", "\\text{",
             "<", ">", '"', "'", "$", "%", "#", "~", "\\rho", "\\nu", "\\href{javascript:a()}{x}", "\\color{red}", "\\def\\x{", "\\x", "\\unknown", "\\verb|", "é", "∑", "\x00",
             "\\sum", "\\limits", "\\over", "\\not", "\\operatorname{", "\\,", " ", "\n", "\\begin{matrix}", "\\end{matrix}", "\\tag{1}", "\\rule{1cm}{2cm}", "\\class{a b}{", "(", "\\langle ", ")", "\\newcommand{\\x}[1]{#1#1}", "\\x{", "\\let\\y=(", "\\begin{align}", "\\end{align}", "\\label{planted}", "\\eqref{planted}", "\\tag{<b>}"]  # fmt: skip
    made = st.lists(st.sampled_from(signs), max_size=25).map("".join)
    return st.one_of(made, damaged([text.encode() for text in known]).map(lambda raw: raw.decode("utf-8", "replace")))


NOTEBOOK = [
    b"%%bash\ntouch PLANTED", b"!touch PLANTED", b"%run x.py", b"get_ipython().system('x')", b"# %% [markdown]", b"# %%", b"# %% [raw]", b"# +", b"# -", b"# %%%",
    b"# %matplotlib inline", b"# !important", b"# ---", b"'''", b'"""', b"law.check('nothing', measured=1)", b"law.control('exponent')", b"law.check(5)",
    b"law.fit(law='x')", b"law = notebook.open('corner2002')", b"law = notebook.open(\"nobody2000\")", b"from lawbook.notebook import *", b"open('halving2001')",
    b"await x", b"return", b"yield", b"def f(", b"class", b"x = (" + b"(" * 150, b"x" + b".y" * 2000, b"\\", b"\x0c", b"0777", b"'\\d'", b"print 1",
    "law.check('é', x='‹x›')".encode(), "# ‹a place›".encode(), "x = '‹\n›'".encode(), "λ = 1".encode(), "\u2028".encode(), b"f'{x!z}'", b"match x:", b"*a, = b",
    b"lambda law: law.check('zz')", b"def f(law):\n    law.check('zz')", b"# %% [markdown]\n# $$\n# x", b"from __future__ import braces", b"1" * 5000, b"-" * 3000 + b"1",
]  # fmt: skip


@st.composite
def notebooks(draw: Any, originals: list[bytes]) -> bytes:
    """A notebook, damaged, or with lines that mean something to Python, to Jupyter or to Lawbook."""
    if draw(st.booleans()):
        return bytes(draw(damaged(originals)))
    lines = draw(st.sampled_from(originals)).split(b"\n")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        new = draw(st.sampled_from(NOTEBOOK))
        lines[at : at + draw(st.integers(0, 1))] = [draw(st.sampled_from([b"", b"", b"    ", b"# "])) + new]
    return b"\n".join(lines)


@st.composite
def bibliographies(draw: Any, original: bytes) -> bytes:
    """A bibliography, damaged, or with fields that are something else."""
    if draw(st.booleans()):
        return bytes(draw(damaged([original])))
    text = original.decode()
    fields = list(re.finditer(r"=\s*\{(.*)\}", text))
    for match in draw(st.lists(st.sampled_from(fields), min_size=1, max_size=3, unique_by=lambda m: m.start())):
        new = draw(
            st.one_of(st.sampled_from(TEXTS), st.sampled_from([f"{{{t}}}" for t in TEXTS]), st.text(max_size=20))
        )
        text = text.replace(match[0], "= {" + new + "}", 1)
    extra = ["@string{a = a}\n", "@string{a = {x}}\n@string{b = a # a # a}\n", "@preamble{x}\n", "@comment{@x{y}}\n", "@article{,}\n", "@misc{x,\n", "@{}\n", "@article(x, y=z)\n",
             "@article{halving2001, title={x}, year={1}, author={y}}\n", "@misc{c, crossref = {c}}\n", "%@misc{\n", "@article{<b>, title={x}, year={1}, author={y}}\n"]  # fmt: skip
    place = draw(st.sampled_from([0, len(text)]))
    return (text[:place] + draw(st.sampled_from(["", *extra])) + text[place:]).encode("utf-8", "replace")


@st.composite
def changed_json(draw: Any, original: bytes) -> bytes:
    """A JSON file, damaged or with other values, numbers among them that JSON does not have."""
    if draw(st.integers(0, 2)) == 0:
        return bytes(draw(damaged([original])))
    data = json.loads(original)
    for _ in range(draw(st.integers(1, 2))):
        data = changed(draw, data)
    return json.dumps(data, default=str, indent=draw(st.sampled_from([None, 1]))).encode()
