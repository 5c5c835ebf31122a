"""What BibTeX fields say in LaTeX, as Unicode text; pylatexenc knows the macros."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

_MARKED = re.compile(r"[\\${}`~^]|--|''")  # without one of these a field is plain text already
_LITERAL = re.compile(r"(?<!\\)([%#&])")  # BibTeX takes them as they stand, LaTeX does not
_MATH = re.compile(r"((?<!\\)\$[^$]*\$)")
_QUOTED = re.compile(r"(?<![\w`])`([^`']+)'(?![\w'])")
# Macros without a text of their own in pylatexenc; in a title they stand for these.
_WORDS = {
    "TeX": "TeX", "LaTeX": "LaTeX", "BibTeX": "BibTeX", "textgreater": ">", "textless": "<", "textbar": "|",
    "textasciitilde": "~", "textasciicircum": "^", "textbackslash": "\\", "textquotesingle": "'", "slash": "/", "-": "",
    "mathsemicolon": ";", "thinspace": " ",
}  # fmt: skip
_SWITCHES = (
    "em", "it", "bf", "sc", "tt", "rm", "sf", "sl", "itshape", "bfseries", "scshape", "ttfamily", "upshape",
    "normalfont", "xspace", "protect", "relax", "displaystyle", "textstyle", "newblock",
)  # fmt: skip

# Macros that stand for their last argument.
_WRAPPERS = {"mbox": 1, "hbox": 1, "textnormal": 1, "url": 1, "path": 1, "nolinkurl": 1, "href": 2, "textcolor": 2}
# Macros that leave nothing: what they name is no text of a title.
_SILENT = ("cite", "label", "ref", "footnote", "thanks", "input", "include", "noopsort")
DEEPEST = 40  # levels of braces


def text_of(latex: str) -> str:
    """A field of a bibliography as Unicode on one line.

    Accents, dashes, quotes and symbols become the characters themselves, mathematics the nearest text, the braces that
    guard capitals go. Of a macro that nobody knows the argument stays or, where it has none, the name. A per cent sign,
    a hash and an ampersand are themselves.

    Arguments:
        latex: The field as it stands in the file.

    Returns:
        The text, without line breaks and doubled spaces.

    Raises:
        ValueError: The field cannot be read as LaTeX; says why.
    """
    text = latex
    if _MARKED.search(text):
        if _depth(text) > DEEPEST:
            raise ValueError(f"found more than {DEEPEST} levels of braces, expected fewer")
        parts = _MATH.split(_QUOTED.sub("‘\\1’", text))
        text = "".join(part if i % 2 else _LITERAL.sub(r"\\\1", part) for i, part in enumerate(parts))
        try:
            text = _converter()(text)
        except Exception as error:  # pylatexenc raises what it meets
            raise ValueError(f"found LaTeX that cannot be read ({error or type(error).__name__})") from None
    return " ".join(text.replace("\xad", "").split())


def verbatim(field: str) -> str:
    """A field that is no LaTeX, such as an address: without the escapes and braces that managers of references add."""
    text = re.sub(r"^\\(?:url|path|nolinkurl)\s*\{(.*)\}$", r"\1", field.strip())
    text = re.sub(r"\\(?:textunderscore|_)(?:\{\})?", "_", text)
    text = re.sub(r"\\(?:textasciitilde|~)(?:\{\})?|\$\\sim\$", "~", text)
    return re.sub(r"\\([%&#$])", r"\1", text).replace("{", "").replace("}", "").strip()


def _depth(text: str) -> int:
    deepest = level = 0
    for sign in re.findall(r"[{}]", text):
        level += 1 if sign == "{" else -1
        deepest = max(deepest, level)
    return deepest


@cache
def _converter() -> Callable[[str], str]:
    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec
    from pylatexenc.latex2text import get_default_latex_context_db as says_of
    from pylatexenc.latexwalker import LatexMacroNode
    from pylatexenc.latexwalker import get_default_latex_context_db as reads_of
    from pylatexenc.macrospec import std_macro

    class Writer(LatexNodes2Text):  # type: ignore[misc]
        """Leaves what there is of a macro that lacks some of its arguments, such as a lone fraction."""

        def apply_simplify_repl(self, node: Any, simplify_repl: Any, what: str) -> str:
            given = node.nodeargd.argnlist if getattr(node, "nodeargd", None) else []
            wanted = re.findall(r"%\(?(\d*)\)?s", simplify_repl) if isinstance(simplify_repl, str) else []
            if node.isNodeType(LatexMacroNode) and len(given) < max(
                [len(wanted), *(int(n) for n in wanted if n)], default=0
            ):
                return str(self.nodelist_to_text(_arguments(node)))
            return str(super().apply_simplify_repl(node, simplify_repl, what))

    reads, says = reads_of(), says_of()
    reads.add_context_category(
        "lawbook",
        macros=[std_macro(name, "{" * n) for name, n in _WRAPPERS.items()]
        + [std_macro(name, "") for name in (*_WORDS, *_SWITCHES)]
        + [std_macro("noopsort", "{")],
        prepend=True,
    )
    says.add_context_category(
        "lawbook",
        macros=[MacroTextSpec(name, simplify_repl=_last) for name in _WRAPPERS]
        + [MacroTextSpec(name, discard=True) for name in (*_SILENT, *_SWITCHES)]
        + [MacroTextSpec(name, word) for name, word in _WORDS.items()],
        prepend=True,
    )
    says.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=_unknown))
    writer = Writer(latex_context=says, math_mode="text", keep_comments=True)

    def convert(latex: str) -> str:
        return str(writer.latex_to_text(latex, latex_context=reads, tolerant_parsing=True))

    return convert


def _last(node: Any, l2tobj: Any) -> str:
    return str(l2tobj.nodelist_to_text(_arguments(node)[-1:]))


def _unknown(node: Any, l2tobj: Any) -> str:
    arguments = _arguments(node)
    if arguments:
        return str(l2tobj.nodelist_to_text(arguments))
    follows = node.parsing_state.s[node.pos + node.len :]
    return "" if follows.startswith(("{", "[")) else str(node.macroname)


def _arguments(node: Any) -> list[Any]:
    return [n for n in (node.nodeargd.argnlist if node.nodeargd else ()) if n is not None]
