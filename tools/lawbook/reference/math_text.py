"""Mathematics in LaTeX as one line of Unicode text: `\\frac{2}{\\eta}` is 2/η, where nothing can draw a formula."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple, cast

from lawbook.reference import math_signs as signs

Kind = Literal[
    "number", "letter", "word", "operator", "relation", "comma", "open", "close", "bar", "fraction", "function", "big",
    "root", "space", "slash",
]  # fmt: skip
DEEPEST = 60  # groups within groups; what lies deeper is written without its structure
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[0-9]+(?:\.[0-9]+)*|\s+|.", re.DOTALL)
_NAME = re.compile(r"\\(?:begin|end)\s*\{([A-Za-z]+\*?)\}")
_PLAIN_CHARACTERS: dict[str, tuple[Kind, str]] = {
    "+": ("operator", "+"), "-": ("operator", "−"), "*": ("operator", "∗"), "=": ("relation", "="),
    "<": ("relation", "<"), ">": ("relation", ">"), ":": ("relation", ":"), ",": ("comma", ","), ";": ("comma", ";"),
    "(": ("open", "("), "[": ("open", "["), ")": ("close", ")"), "]": ("close", "]"), "|": ("bar", "|"),
    "/": ("slash", "/"), "!": ("close", "!"), "~": ("space", " "), "&": ("space", " "),
}  # fmt: skip
_TABLES: tuple[tuple[dict[str, str], Kind], ...] = (
    (signs.LETTERS, "letter"), (signs.RELATIONS, "relation"), (signs.BINARY, "operator"), (signs.BIG, "big"),
    (signs.OPENING, "open"), (signs.CLOSING, "close"), (signs.SPACES, "space"),
)  # fmt: skip
_DIFFERENTIAL = re.compile(r"[d∂][^\W\d_][ₐ-ₜ₀-₉]*")
_VALUES = ("number", "letter", "word", "fraction", "close", "root")
_BEGINS = ("number", "letter", "word", "fraction", "open", "function", "big", "root")


class Atom(NamedTuple):
    """A part of a formula that is written without a break, and what it is."""

    text: str
    kind: Kind
    is_open: bool = False  # ends in letters of a script, which a letter behind it would be taken for


@lru_cache(maxsize=4096)
def math_text(latex: str) -> str:
    """A formula as one line of text.

    Fractions are written with a slash and the brackets that they need, scripts with the characters of Unicode where all
    of one have them and else behind `^` and `_`, accents as combining marks. Braces that only group are gone; those of
    a set stay. A command that nobody knows leaves its name.

    Arguments:
        latex: The formula, without dollars.

    Returns:
        The text; of LaTeX that is broken as much as can be read.

    Examples:
        >>> from lawbook.reference.math_text import math_text
        >>> math_text(r"\\lambda_{\\max} \\to \\frac{2}{\\eta}")
        'λ_max → 2/η'
        >>> math_text(r"\\hat L \\propto N^{-\\alpha} + \\sqrt{\\tfrac{a+b}{2c}}")
        'L̂ ∝ N^(−α) + √((a + b)/(2c))'
    """
    return _written(_Reader(latex).everything()).replace(signs.APART, "   ")


class _Reader:
    """Reads tokens one after the other into atoms."""

    def __init__(self, latex: str) -> None:
        self.tokens = _TOKEN.findall(_NAME.sub(lambda m: f"{m[0].partition('{')[0].strip()}{{{m[1]}}}", latex))
        self.at = self.depth = 0

    def everything(self) -> list[Atom]:
        """All atoms; a brace too many is passed over."""
        out: list[Atom] = []
        while self.at < len(self.tokens):
            out += self.until({"}", "\\end"})
            self.at += 1
        return out

    def peek(self) -> str:
        """The next token that is no blank; nothing at the end."""
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def until(self, ends: set[str]) -> list[Atom]:
        """The atoms up to one of the tokens `ends`, which stays."""
        out: list[Atom] = []
        while (token := self.peek()) and token not in ends:
            if token in ("^", "_"):
                out.append(self.scripted(out.pop() if out and out[-1].kind != "space" else Atom("", "letter")))
            else:
                out += self.one()
        return out

    def group(self) -> list[Atom]:
        """The atoms of an argument: of a group in braces, or of the one token that stands for one."""
        token = self.peek()
        if token != "{":
            if len(token) > 1 and token[0].isdigit():  # of several digits the first is the argument
                self.tokens[self.at : self.at + 1] = [token[0], token[1:]]
            return self.one() if token and token not in ("}", "^", "_", "&") else []
        self.at += 1
        self.depth += 1
        out = self.until({"}"}) if self.depth < DEEPEST else self.flat()
        self.depth -= 1
        self.at += 1
        return out

    def flat(self) -> list[Atom]:
        """What stands in braces too deep to be read, as its letters."""
        level, out = 1, []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            level += (token == "{") - (token == "}")
            if not level:
                break
            out.append(Atom(re.sub(r"[\\{}]", "", token), "letter"))
            self.at += 1
        return out

    def words(self) -> str:
        """The text of an argument that is no mathematics, with its blanks; dollars in it are mathematics again."""
        if self.peek() != "{":
            return _written(self.group())
        start, level = self.at, 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            level += (token == "{") - (token == "}")
            self.at += 1
            if not level:
                break
        inner = "".join(self.tokens[start + 1 : self.at - (not level)])
        parts = inner.split("$")
        return "".join(math_text(part) if i % 2 else _said(part) for i, part in enumerate(parts))

    def one(self) -> list[Atom]:
        """The atoms of the next token with its arguments."""
        token = self.peek()
        if token in ("", "{"):
            return self.group() if token else []
        self.at += 1
        if token.startswith("\\"):
            self.depth += 1
            name = token.removeprefix("\\")
            inside = self.command(name) if self.depth < DEEPEST else [_sign(name)]
            self.depth -= 1
            return inside
        if token in _PLAIN_CHARACTERS:
            kind, text = _PLAIN_CHARACTERS[token]
            return [Atom(text, kind)]
        if token == "'":
            return [Atom("′", "close")]
        if token[0].isdigit():
            return [Atom(token, "number")]
        return [Atom(token, "letter")] if token not in ("}", "$") else []

    def command(self, name: str) -> list[Atom]:
        """The atoms of a command."""
        if name in ("frac", "dfrac", "tfrac", "cfrac"):
            return [self.fraction()]
        if name == "sqrt":
            return [self.root()]
        if name in ("text", "textrm", "textit", "textbf", "mbox", "operatorname", "operatorname*", "mathop"):
            said = self.words()
            is_function = name.startswith(("operatorname", "mathop"))
            return [Atom(said, "function" if is_function else "word", True)] if said.strip() else []
        if name in signs.ACCENTS:
            return [_accented(_written(self.group()), signs.ACCENTS[name], each=name in ("overline", "underline"))]
        if name in ("mathbb", "mathcal", "mathscr"):
            table = signs.DOUBLE if name == "mathbb" else signs.SCRIPT
            return [atom._replace(text=atom.text.translate(table)) for atom in self.group()]
        if name in signs.UPRIGHT:
            inside = self.group()
            is_word = name != "boldsymbol" and len(inside) > 1 and all(a.kind in ("letter", "number") for a in inside)
            return [Atom("".join(a.text for a in inside), "word", True)] if is_word else inside
        if name in signs.SIZES:
            return self.sized()
        if name in signs.WRAPPING:
            for _ in range(signs.WRAPPING[name]):
                self.group()
            return self.group()
        if name in ("begin", "end"):
            return self.environment() if name == "begin" else []
        if name in ("binom", "dbinom", "tbinom"):
            top, bottom = _written(self.group()), _written(self.group())
            return [Atom(f"({top} over {bottom})", "close")]
        if name == "not":
            inside = self.one()
            return [atom._replace(text=unicodedata.normalize("NFC", atom.text + "\u0338")) for atom in inside]
        return [_sign(name)]

    def sized(self) -> list[Atom]:
        """A bracket behind `\\left`, `\\bigr` and their like; a full stop is none."""
        if self.peek() == ".":
            self.at += 1
            return []
        return self.one() if self.peek() not in ("", "^", "_", "{", "}") else []

    def fraction(self) -> Atom:
        """A fraction in a line: with brackets where the slash would part something else."""
        top, bottom = self.group(), self.group()
        over, under = _written(top), _written(bottom)
        if (over, under) in signs.VULGAR:
            return Atom(signs.VULGAR[over, under], "number")
        over = f"({over})" if _is_parted(top) else over
        under = under if _DIFFERENTIAL.fullmatch(under) and over[:1] == under[0] else _grouped(bottom)
        return Atom(f"{over}/{under}", "fraction")

    def root(self) -> Atom:
        """`√x`, `√(a + b)`, `³√x`."""
        degree = ""
        if self.peek() == "[":
            self.at += 1
            degree = _written(self.until({"]"}))
            self.at += 1
        inside = self.group()
        lifted = degree.translate(signs.SUPERSCRIPTS) if _has_all(degree, signs.SUPERSCRIPTS) else ""
        return Atom(f"{lifted}√{_grouped(inside)}", "root")

    def scripted(self, base: Atom) -> Atom:
        """An atom with the scripts that follow it: the lower one first, whichever was typed first."""
        found = {"_": "", "^": ""}
        named = False
        while (mark := self.peek()) in ("^", "_"):
            self.at += 1
            inside = self.group()
            text = _written(inside)
            is_name = any(a.kind in ("word", "function") and len(a.text) > 1 for a in inside)
            found[mark] += ("" if not found[mark] else " ") + _script(mark, text, is_name, base.kind)
            named = found[mark][:1] in ("^", "_")
        while self.peek() == "'":
            self.at += 1
            found["^"] = "′" + found["^"]
        if base.kind in ("fraction", "root"):
            base = base._replace(text=f"({base.text})")
        kind: Kind = base.kind if base.kind in ("big", "function", "close", "bar") else "letter"
        if base.kind == "operator" and base.text in "−+":
            kind = "letter"  # as in 0^+
        if base.kind == "word":
            kind = "word"
        return Atom(f"{base.text}{found['_']}{found['^']}", kind, named)

    def environment(self) -> list[Atom]:
        """Rows behind each other: of a matrix in its brackets, of cases in square ones."""
        name = self.words()
        if name == "array":
            self.group()
        rows: list[list[str]] = [[""]]
        while self.peek() and self.peek() != "\\end":
            cell = _written(self.until({"&", "\\\\", "\\end"}))
            rows[-1][-1] += cell
            if self.peek() == "&":
                rows[-1].append("")
                self.at += 1
            elif self.peek() == "\\\\":
                rows.append([""])
                self.at += 1
            elif self.peek() != "\\end":
                break
        if self.peek() == "\\end":
            self.at += 1
            self.words()
        between = ", " if name.startswith("cases") or "matrix" in name or name == "array" else " "
        told = "; ".join(between.join(filter(None, (c.strip() for c in row))) for row in rows if any(row))
        before, after = signs.BOUNDS.get(name.rstrip("*"), ("", ""))
        return [Atom(f"{before}{told}{after}", "close")]


def _sign(name: str) -> Atom:
    """The atom of a command without arguments."""
    for table, kind in _TABLES:
        if name in table:
            return Atom(table[name], kind)
    if name in signs.FUNCTIONS:
        return Atom(signs.FUNCTIONS[name], "function", True)
    if name in signs.OTHER:
        other, text = signs.OTHER[name]
        return Atom(text, cast(Kind, other))
    return Atom(name, "word", True) if name.strip("*").isalpha() else Atom(re.sub(r"[\\{}]", "", name), "letter")


def _script(mark: str, text: str, is_name: bool, base: Kind) -> str:
    """A script in characters of its own, or behind its mark."""
    table = signs.SUPERSCRIPTS if mark == "^" else signs.SUBSCRIPTS
    bare = text.replace(" ", "")
    if not bare:
        return ""
    if all(c in "′∗†⊥⊤∘⋆" for c in bare):
        return "ᵀ" if bare == "⊤" else bare.replace("⋆", "*").replace("∗", "*") if mark == "^" else f"_{bare}"
    longest = 6 if base == "big" else 4
    if len(bare) <= longest and _has_all(bare, table) and not (is_name or bare.count(",")):
        return bare.translate(table)
    single = re.fullmatch(r"−?[^\W_]+[′*]?|.", text) and not (mark == "^" and text.startswith("−"))
    return f"{mark}{text}" if single else f"{mark}({text.replace(', ', ',')})"


def _has_all(text: str, table: dict[int, int]) -> bool:
    return bool(text) and all(ord(c) in table for c in text)


def _accented(text: str, sign: str, *, each: bool) -> Atom:
    """A mark over the first letter, or over each; what has no letter keeps none."""
    out, left = [], len(text) if each else 1
    for letter in text:
        is_base = unicodedata.category(letter) in ("Ll", "Lu", "Lo", "Nd") and left > 0
        left -= is_base
        out.append(letter + sign if is_base else letter)
    return Atom(unicodedata.normalize("NFC", "".join(out)), "letter" if len(text) <= 1 else "word")


def _said(text: str) -> str:
    """Words between mathematics: commands are their signs, braces and dollars are gone."""
    text = re.sub(r"\\[,;: ]|~", " ", text)
    return re.sub(r"[\\{}$]", "", re.sub(r"\\([A-Za-z]+)", lambda m: _sign(m[1]).text, text))


def _is_parted(atoms: Sequence[Atom]) -> bool:
    """Whether a slash behind some atoms would part them: a sum, a fraction, or a function of what follows it."""
    parting = ("operator", "relation", "slash", "fraction", "comma", "big")
    bare = [a for a, b in pairwise(atoms) if a.kind == "function" and b.kind != "open"]
    return any(atom.kind in parting or atom in bare for atom in _outside(atoms))


def _grouped(atoms: Sequence[Atom]) -> str:
    """What stands below a slash or a root: in brackets unless it is one thing."""
    text, parts = _written(atoms), [atom for atom in _resolved(atoms) if atom.kind != "space"]
    is_one = len(parts) == 1 and parts[0].kind in ("number", "letter", "word", "root", "close") and " " not in text
    return text if is_one or (len(parts) > 1 and not list(_outside(parts))) else f"({text})"


def _outside(atoms: Sequence[Atom]) -> Iterator[Atom]:
    """The atoms in no bracket; a bracket that opens behind something, or has something behind it, counts as one."""
    level, parts = 0, _resolved(atoms)
    for i, atom in enumerate(parts):
        level += atom.kind == "open"
        if not level or (atom.kind == "close" and level == 1 and i < len(parts) - 1):
            yield atom
        level -= atom.kind == "close" and level > 0


def _resolved(atoms: Sequence[Atom]) -> list[Atom]:
    """The same with each bar as what it is: the first of two opens, the second closes."""
    out: list[Atom] = []
    opened: set[str] = set()
    for atom in atoms:
        if atom.kind == "bar":
            sign = atom.text[0]
            atom = atom._replace(kind="close" if sign in opened else "open")
            opened ^= {sign}
        out.append(atom)
    return out


def _written(atoms: Sequence[Atom]) -> str:
    """Atoms side by side, with blanks where a reader needs them."""
    out: list[str] = []
    last: Atom | None = None
    for atom, following in _with_next(_resolved(atoms)):
        if atom.kind == "space":
            if out and (atom.text == signs.APART or (atom.text and not out[-1].endswith(" "))):
                out.append(atom.text)
            continue
        text = atom.text
        if atom.kind == "fraction" and (following in _BEGINS or (last is not None and last.kind == "function")):
            text = f"({text})"
            atom = atom._replace(kind="open" if last is not None and last.kind == "function" else "fraction")
        if last is not None and not out[-1].endswith((" ", signs.APART)) and _is_apart(last, atom):
            out.append(" ")
        is_sign = atom.kind == "operator" and (
            last is None or last.kind in ("operator", "relation", "open", "comma", "slash")
        )
        out.append(text)
        if (atom.kind == "operator" and not is_sign) or atom.kind in ("relation", "comma"):
            out.append(" ")
        last = (
            Atom(text, "open") if is_sign else atom._replace(kind="close") if text[:1] == "(" != atom.text[:1] else atom
        )
    text = re.sub(rf" *{signs.APART}[ {signs.APART}]*", signs.APART, "".join(out))
    return re.sub(r" +(?=[,;)\]⟩ ])|(?<=[(\[⟨]) +", "", text).strip()


def _with_next(atoms: Sequence[Atom]) -> Iterator[tuple[Atom, str]]:
    """Each atom with the kind of the next one that is no space."""
    for i, atom in enumerate(atoms):
        behind = next((other for other in atoms[i + 1 :] if other.kind != "space"), None)
        yield atom, "" if behind is None or behind.text.startswith(" ") else behind.kind


def _is_apart(last: Atom, atom: Atom) -> bool:
    """Whether a blank parts two neighbours."""
    if last.kind in ("open", "slash") or atom.kind in ("close", "comma", "slash"):
        return False
    if atom.kind in ("operator", "relation"):
        return True
    if last.kind in ("function", "big"):
        return not (last.kind == "function" and atom.kind == "open" and last.text[-1:] != "⟩")
    if atom.kind in ("function", "word", "big") and last.kind in _VALUES:
        return True
    if last.kind == "fraction" or (atom.kind == "fraction" and last.kind in _VALUES):
        return True
    if last.is_open and atom.kind in ("letter", "number", "word", "root"):
        return True
    if last.kind == "word":
        return atom.kind != "open"
    return atom.kind == "number" and last.kind in ("letter", "number", "close")
