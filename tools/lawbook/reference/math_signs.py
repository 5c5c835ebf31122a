"""What the commands of LaTeX look like as characters: letters, signs, accents, scripts."""

from __future__ import annotations

import string

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
    "omicron": "ο", "pi": "π", "varpi": "ϖ", "rho": "ρ", "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ",
    "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω",
}  # fmt: skip
LETTERS = _GREEK | {
    "ell": "ℓ", "hbar": "ℏ", "imath": "ı", "jmath": "ȷ", "Re": "ℜ", "Im": "ℑ", "aleph": "ℵ", "partial": "∂",
    "nabla": "∇", "infty": "∞", "emptyset": "∅", "varnothing": "∅", "top": "⊤", "intercal": "⊤", "bot": "⊥",
    "perp": "⊥", "star": "⋆", "dagger": "†", "ddagger": "‡", "prime": "′", "angle": "∠", "dots": "…", "ldots": "…",
    "cdots": "⋯", "vdots": "⋮", "ddots": "⋱", "forall": "∀", "exists": "∃", "neg": "¬", "lnot": "¬", "degree": "°",
    "S": "§", "checkmark": "✓", "square": "□", "Box": "□", "surd": "√", "ast": "∗", "#": "#", "%": "%", "$": "$",
    "_": "_", "&": "&", "textbackslash": "",
}  # fmt: skip
RELATIONS = {
    "to": "→", "rightarrow": "→", "longrightarrow": "→", "leftarrow": "←", "gets": "←", "longleftarrow": "←",
    "leftrightarrow": "↔", "Rightarrow": "⇒", "Longrightarrow": "⇒", "implies": "⇒", "Leftarrow": "⇐",
    "Leftrightarrow": "⇔", "Longleftrightarrow": "⇔", "iff": "⇔", "mapsto": "↦", "longmapsto": "↦", "uparrow": "↑",
    "downarrow": "↓", "nearrow": "↗", "searrow": "↘", "hookrightarrow": "↪", "sim": "∼", "simeq": "≃", "cong": "≅",
    "approx": "≈", "propto": "∝", "varpropto": "∝", "equiv": "≡", "asymp": "≍", "doteq": "≐", "le": "≤", "leq": "≤",
    "leqslant": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥", "lt": "<", "gt": ">", "ll": "≪", "gg": "≫", "ne": "≠",
    "neq": "≠", "lesssim": "≲", "gtrsim": "≳", "prec": "≺", "succ": "≻", "preceq": "⪯", "succeq": "⪰", "in": "∈",
    "notin": "∉", "ni": "∋", "subset": "⊂", "subseteq": "⊆", "supset": "⊃", "supseteq": "⊇", "parallel": "∥",
    "mid": "|", "models": "⊨", "vdash": "⊢", "coloneqq": ":=", "colon": ":", "triangleq": "≜", "xrightarrow": "→",
}  # fmt: skip
BINARY = {
    "pm": "±", "mp": "∓", "times": "×", "cdot": "·", "div": "÷", "odot": "⊙", "otimes": "⊗", "oplus": "⊕",
    "ominus": "⊖", "circ": "∘", "bullet": "•", "cup": "∪", "cap": "∩", "setminus": "∖", "wedge": "∧", "land": "∧",
    "vee": "∨", "lor": "∨", "ltimes": "⋉", "rtimes": "⋊", "bmod": "mod",
}  # fmt: skip
BIG = {
    "sum": "∑", "prod": "∏", "coprod": "∐", "int": "∫", "iint": "∬", "oint": "∮", "bigcup": "⋃", "bigcap": "⋂",
    "bigoplus": "⨁", "bigotimes": "⨂",
}  # fmt: skip
_NAMES = """
    arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max min
    Pr sec sin sinh sup tan tanh
"""
FUNCTIONS = {name: name for name in _NAMES.split()}
OPENING = {
    "{": "{", "lbrace": "{", "langle": "⟨", "lang": "⟨", "lfloor": "⌊", "lceil": "⌈", "lvert": "|", "lVert": "‖",
    "lbrack": "[", "lparen": "(", "llbracket": "⟦",
}  # fmt: skip
CLOSING = {
    "}": "}", "rbrace": "}", "rangle": "⟩", "rang": "⟩", "rfloor": "⌋", "rceil": "⌉", "rvert": "|", "rVert": "‖",
    "rbrack": "]", "rparen": ")", "rrbracket": "⟧",
}  # fmt: skip
OTHER = {
    "|": ("bar", "‖"), "Vert": ("bar", "‖"), "vert": ("bar", "|"), "slash": ("slash", "/"), "\\": ("comma", ";"),
    "newline": ("comma", ";"), "backslash": ("operator", "∖"),
}  # fmt: skip
APART = "\u2003"  # a wide blank, as \\quad leaves it
SPACES = {
    ",": " ", ";": " ", ":": " ", " ": " ", ">": " ", "quad": APART, "qquad": APART, "enspace": " ", "thinspace": " ",
    "medspace": " ", "thickspace": " ", "space": " ", "\n": " ", "\t": " ",
    "!": "", "limits": "", "nolimits": "", "displaystyle": "", "textstyle": "", "scriptstyle": "", "nonumber": "",
    "notag": "", "strut": "", "hline": "", "/": "",
}  # fmt: skip
ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0305", "dot": "\u0307", "ddot": "\u0308", "vec": "\u20d7", "check": "\u030c", "breve": "\u0306",
    "acute": "\u0301", "grave": "\u0300", "mathring": "\u030a", "underline": "\u0332",
}  # fmt: skip
UPRIGHT = ("mathrm", "mathsf", "mathbf", "mathit", "mathtt", "mathfrak", "boldsymbol", "bm", "bf", "rm", "mathnormal")
SIZES = (
    "left", "right", "middle", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl",
    "Biggr", "bigm", "Bigm",
)  # fmt: skip
# Commands that stand for one of their arguments, and how many come before it.
WRAPPING = {
    "underbrace": 0, "overbrace": 0, "overset": 1, "underset": 1, "stackrel": 1, "phantom": 1, "mathclap": 0,
    "boxed": 0, "cancel": 0, "color": 1, "textcolor": 1,
}  # fmt: skip
# The brackets of an environment.
BOUNDS = {
    "matrix": ("[", "]"), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "vmatrix": ("|", "|"), "Vmatrix": ("‖", "‖"),
    "smallmatrix": ("[", "]"), "Bmatrix": ("[", "]"), "array": ("[", "]"), "cases": ("[", "]"), "rcases": ("[", "]"),
}  # fmt: skip
VULGAR = {
    ("1", "2"): "½", ("1", "3"): "⅓", ("2", "3"): "⅔", ("1", "4"): "¼", ("3", "4"): "¾", ("1", "5"): "⅕",
    ("1", "6"): "⅙", ("1", "8"): "⅛",
}  # fmt: skip

SUPERSCRIPTS = str.maketrans(
    "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθ⊤",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵀ",
)
SUBSCRIPTS = str.maketrans(
    "0123456789+−=()aehijklmnoprstuvxβγρφχ",
    "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
)


def _styled(first_capital: int, first_small: int, exceptions: dict[str, str]) -> dict[int, str]:
    """The letters of a styled alphabet of Unicode, and those of it that stood there before."""
    rows = ((string.ascii_uppercase, first_capital), (string.ascii_lowercase, first_small))
    return {ord(c): exceptions.get(c, chr(first + i)) for letters, first in rows for i, c in enumerate(letters)}


DOUBLE = _styled(
    0x1D538, 0x1D552, {"C": "ℂ", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ"}
) | {ord("1"): "𝟙"}  # fmt: skip
SCRIPT = _styled(
    0x1D49C, 0x1D4B6,
    {"B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ", "e": "ℯ", "g": "ℊ", "o": "ℴ"},
)  # fmt: skip
