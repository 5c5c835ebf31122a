"""Which parts of a Markdown text are code, where a dollar is a dollar: fences, indented blocks and spans, as CommonMark
has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?P<mark>`{3,}(?=[^`]*$)|~{3,})")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_INDENTED = re.compile(r"(?: {4}| {0,3}\t)[ \t]*[^ \t\n]")
# As many backticks at the end as at the start, no empty line between; after a backslash it is a backtick.
_SPAN = re.compile(r"(?<!`)(?<!(?<!\\)\\)(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)", re.DOTALL)


def split(text: str) -> Iterator[tuple[bool, str]]:
    """(is code, part) for each part of `text`, in order; joined they are the text."""
    for is_code, block in _blocks(text):
        if is_code or "`" not in block:
            yield is_code, block
            continue
        at = 0
        for match in _SPAN.finditer(block):
            if match.start() > at:
                yield False, block[at : match.start()]
            yield True, match[0]
            at = match.end()
        if at < len(block):
            yield False, block[at:]


def _blocks(text: str) -> Iterator[tuple[bool, str]]:
    """The same for whole lines: fences with their marks, and indented code; lines of one kind together."""
    if "```" not in text and "~~~" not in text and not re.search(r"^(?: {4}|\t)", text, re.MULTILINE):
        if text:
            yield False, text
        return
    held, held_is_code = "", False
    for is_code, line in _lines(text):
        if is_code != held_is_code and held:
            yield held_is_code, held
            held = ""
        held, held_is_code = held + line, is_code
    if held:
        yield held_is_code, held


def _lines(text: str) -> Iterator[tuple[bool, str]]:
    mark, is_quoted = "", False  # of the open fence
    may_indent, in_list = True, False  # whether an indented line would be code
    for line in re.findall(r"[^\n]*\n|[^\n]+\Z", text):
        bare = line.rstrip("\n")
        if mark and is_quoted and not bare.lstrip().startswith(">"):
            mark = ""  # a fence ends with the quote that it stands in
        if mark:
            yield True, line
            if re.match(rf"[ \t>]*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$", bare):
                mark, may_indent = "", True
            continue
        if may_indent and not in_list and _INDENTED.match(bare):
            yield True, line
            continue
        if opening := _FENCE.match(bare):
            mark, is_quoted = opening["mark"], bare.lstrip().startswith(">")
            yield True, line
            continue
        if _ITEM.match(bare):
            in_list = True
        elif bare[:1].strip() and may_indent:
            in_list = False  # a paragraph at the margin after an empty line
        may_indent = not bare.strip()
        yield False, line
