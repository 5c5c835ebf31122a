"""Addresses of a work: arXiv identifiers, DOIs, links and pages, however a manager of references has written them."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from lawbook.reference.characters import is_refused
from lawbook.reference.latex_text import verbatim

_ARXIV = re.compile(r"(?:[a-z-]+(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?\Z")
_BEFORE_ARXIV = re.compile(r"(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|arxiv\s*:\s*", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+\Z")
_BEFORE_DOI = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi\s*:\s*", re.IGNORECASE)
_DASHES = re.compile(r"\s*[-‐‑‒–—−]+\s*")  # every dash that a file may hold


def arxiv(field: str) -> str:
    """The arXiv identifier in a field: `2105.15004` of an address of arXiv's or of `arXiv:2105.15004 [cs.LG]`.

    Raises:
        ValueError: It holds none; says what was found.
    """
    text = verbatim(field)
    found = re.sub(r"\s*\[[\w.-]+\]$", "", _BEFORE_ARXIV.sub("", text, count=1)).removesuffix(".pdf").strip()
    if not _ARXIV.match(found):
        raise ValueError(f"found {text!r}, expected an arXiv identifier such as 2105.15004")
    return found


def doi(field: str) -> str:
    """The DOI in a field, without the address of the resolver: `10.1007/s10208-006-0196-8`.

    Raises:
        ValueError: It holds none; says what was found.
    """
    text = verbatim(field)
    found = _BEFORE_DOI.sub("", text, count=1).strip()
    if not _DOI.match(found):
        raise ValueError(f"found {text!r}, expected a DOI such as 10.1007/s10208-006-0196-8")
    return found


def url(field: str) -> str:
    """The address in a field, http or https.

    Raises:
        ValueError: It is another one, or none; says what was found.
    """
    text = verbatim(field)
    try:
        parts = urlsplit(text)
        sound = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        sound = False
    if not sound or re.search(r"[\s\"<>\\^`{|}]", text) or any(map(is_refused, text)):
        raise ValueError(f"found {text!r}, expected an address that begins with https:// and holds no spaces")
    return text


def link_of_doi(found: str) -> str:
    """The address that resolves a DOI."""
    return f"https://doi.org/{quote(found, safe='/:;().,-_~+=@!$*')}"


def pages(text: str) -> str:
    """Pages with one en dash between first and last: `12–34` of `12-34`, `12 -- 34` or `12---34`.

    What is no pair of pages, such as a list of several, stays, its dashes mended.
    """
    return ", ".join(_DASHES.sub("–", part.strip()) for part in text.split(",")) if text else ""


def first_and_last(text: str) -> tuple[str, str]:
    """The first and the last page of `pages`; of a list, all of it and nothing."""
    first, _, last = text.partition("–")
    return (text, "") if "," in text or "–" in last else (first, last)
