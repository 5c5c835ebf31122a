"""HTML and drawings that a notebook's outputs bring, without all that runs, loads, or reaches beyond its place.

What is allowed is listed; all else goes. The list has what tables of pandas, formulas, and the records of Lawbook need.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet

import nh3

from lawbook.site.inert import may_link


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MATH = _words(
    "math mrow mi mo mn ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts "
    "mprescripts mtable mtr mtd mphantom menclose mstyle mpadded"
)
_SHAPES = _words(
    "svg g path rect circle ellipse line polyline polygon text tspan defs clipPath linearGradient radialGradient stop "
    "marker pattern symbol"
)
TAGS = (
    (nh3.ALLOWED_TAGS - {"map", "area", "header", "footer", "nav", "article", "center"}) | {"tfoot"} | _MATH | _SHAPES
)
# Of these not even the text stays.
_WITH_CONTENT = _words(
    "script style iframe object embed noscript template title desc textarea select option clipboard-copy metadata "
    "foreignObject annotation annotation-xml"
)
_ATTRIBUTES: dict[str, AbstractSet[str]] = dict(nh3.ALLOWED_ATTRIBUTES)
_ATTRIBUTES["*"] = {"class", "style", "title", "dir", "lang", "width", "height"}
_ATTRIBUTES["table"] |= {"border"}
_ATTRIBUTES["img"] |= {"loading"}
_ATTRIBUTES["details"] = {"open"}
for _name in _MATH:
    _ATTRIBUTES[_name] = _words(
        "display displaystyle scriptlevel lspace rspace stretchy symmetric fence separator form largeop movablelimits "
        "accent accentunder minsize maxsize mathvariant linethickness notation columnalign columnlines rowlines "
        "columnspacing rowspacing frame voffset depth"
    ) | {"tabindex"}
_DRAWN = _words(
    "id viewBox preserveAspectRatio transform d x y x1 x2 y1 y2 cx cy r rx ry dx dy points offset fill fill-opacity "
    "fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset "
    "stroke-miterlimit opacity clip-path clip-rule clipPathUnits gradientUnits gradientTransform stop-color "
    "stop-opacity font-family font-size font-weight font-style text-anchor dominant-baseline patternUnits refX refY "
    "markerWidth markerHeight markerUnits orient"
)
for _name in _SHAPES:
    _ATTRIBUTES[_name] = _DRAWN - {"id"}
# What says how something looks in its place, and nothing that loads a file or lies over the page.
_STYLE = _words(
    "color background-color font-weight font-style font-size font-variant-caps text-align text-decoration "
    "vertical-align white-space padding padding-left padding-right padding-top padding-bottom border border-left "
    "border-right border-top border-bottom border-collapse justify-items width height min-width max-width fill stroke "
    "stroke-width opacity"
)
_CLASS = re.compile(r"(?:lawbook-(?:record|good|bad|undecided)|dataframe|lb-figure|menclose-\w+|math-core-[\w-]+)")
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*|(?:\.\./)*figures/[\w.-]+")
_LOADS = re.compile(r"url\(\s*(?![\"']?#)|@import|\\|expression", re.IGNORECASE)
Filter = Callable[[str, str, str], str | None]
_TARGET = re.compile(r'href="([^"]*)"')


def _output_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return " ".join(word for word in value.split() if _CLASS.fullmatch(word)) or None
    return _attribute(tag, name, value)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if may_link(value.strip()) else None
    if name == "src":
        return value if _IMAGE.fullmatch(value) else None
    if name in ("fill", "stroke", "clip-path"):
        return None if _LOADS.search(value) else value
    return value


def _cleaner(attributes: Mapping[str, AbstractSet[str]], attribute_filter: Filter) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(_WITH_CONTENT),
        attributes={name: set(allowed) for name, allowed in attributes.items()},
        attribute_filter=attribute_filter,
        filter_style_properties=set(_STYLE),
        url_schemes={"http", "https", "data"},
        link_rel=None,
    )


_OUTPUT = _cleaner(_ATTRIBUTES, _output_attribute)
_PAGE = _cleaner(_ATTRIBUTES | {"*": _ATTRIBUTES["*"] | {"id", "tabindex"}}, _attribute)


def html(text: str) -> str:
    """HTML of an output or a text cell, made harmless.

    Scripts, style sheets, frames, forms and handlers go; links lead to the web or to a page of the site; images are
    those that the HTML brings itself. Tables, their colours and alignment, formulas and simple drawings stay. So do the
    classes of Lawbook's records; others are the site's own.
    """
    return str(_OUTPUT.clean(text))


def page(text: str) -> str:
    """The body of a converted notebook, in which converters have put things together that were harmless each alone."""
    return str(_PAGE.clean(text))


_FILE_TAGS = set(_SHAPES) | {"style", "use", "image", "mask", "filter", "feGaussianBlur", "textPath"}
_FILE_WITH_CONTENT = set(_WITH_CONTENT) - {"style"} | {"animate", "set", "animateTransform", "handler"}
_FILE_ATTRIBUTES = {"*": _DRAWN | {"style", "class", "type", "width", "height", "xmlns", "xlink", "href", "space"}}


def _file_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if re.fullmatch(r"#[\w.:-]+", value) or (tag == "image" and _IMAGE.fullmatch(value)) else None
    return None if _LOADS.search(value) else value


def _drawing_cleaner(attribute_filter: Filter | None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_FILE_TAGS,
        clean_content_tags=_FILE_WITH_CONTENT,
        attributes=_FILE_ATTRIBUTES,
        attribute_filter=attribute_filter,
        url_schemes={"http", "https", "data"},
        link_rel=None,
    )


_DRAWING, _SUSPECT = _drawing_cleaner(None), _drawing_cleaner(_file_attribute)


def svg(text: str) -> str:
    """A drawing to be kept as a file of its own: well-formed, without scripts, and without what it would load."""
    made = str(_DRAWING.clean(text))
    if _LOADS.search(made) or any(not re.fullmatch(r"#[\w.:-]+", target) for target in _TARGET.findall(made)):
        made = str(_SUSPECT.clean(text))  # a call for each attribute: ten times as slow
    made = re.sub(
        r"<style[^>]*>(.*?)</style>", lambda m: "" if re.search("[<&]", m[1]) or _LOADS.search(m[1]) else m[0], made,
        flags=re.DOTALL,
    )  # fmt: skip
    return made[made.find("<svg") :].replace("&nbsp;", "&#160;") if "<svg" in made else ""
