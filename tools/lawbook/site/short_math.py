"""MathML written short: what a browser does by itself is not said, and nothing looks or reads otherwise.

The dictionary of operators of MathML Core gives brackets no space, and a leading minus none.
"""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_NAMED = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)[A-Za-z]+;")  # XML knows none of them
_BRACKETS = frozenset("()[]{}")
_ROWS = frozenset(("math", "mrow", "mtd", "msqrt", "mstyle", "mpadded", "mphantom"))
_NO_SPACE = {"lspace": "0", "rspace": "0"}


def short(markup: str) -> str:
    """The same formula in fewer characters.

    Arguments:
        markup: A `math` element as the converter writes it.
    """
    root = ElementTree.fromstring(_NAMED.sub(lambda name: html.unescape(name[0]), markup))
    _shorten(root)
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def _shorten(element: Element) -> None:
    for i, child in enumerate(element):
        _shorten(child)
        if child.tag == "mrow" and not child.attrib and len(child) == 1 and child[0].tag != "mo":
            element[i] = child[0]
    if element.tag == "mspace" and (width := element.get("width", "")).startswith("0."):
        element.set("width", f"{float(width[:-2]):.4f}".strip("0") + "em" if width.endswith("em") else width)
    if element.tag not in _ROWS:
        return
    signs = [child for child in element if child.tag == "mo"]
    if not signs:
        for child in list(element):
            if child.tag == "mspace" and not child.attrib and len(element) > 1:
                element.remove(child)
    for sign in signs:
        leads = sign is element[0] and len(element) > 1 and sign.text == "−"
        if (sign.text in _BRACKETS or leads) and all(sign.get(name) == "0" for name in _NO_SPACE):
            for name in _NO_SPACE:
                del sign.attrib[name]
