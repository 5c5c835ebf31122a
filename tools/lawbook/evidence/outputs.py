"""How much of what a notebook shows is kept: a page is to be read, and twenty megabytes of lines are not.

What is cut says so, and how much it was. The same outputs are cut at the same place, however they arrive.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from lawbook.evidence.record import MIME

CELL_TEXT = 100_000  # characters that a cell prints on standard output, and as many on standard error
TEXT = 1_000_000  # the same of all cells together
OUTPUT = 4 * 2**20  # bytes of one figure, table or value
OUTPUTS = 16 * 2**20  # of all of them
RECORDS = 16 * 2**20  # of what law.check, law.control and law.series show, which is never cut
TRACEBACK = 20_000  # characters of an error
MESSAGE = 2_000  # of what it says
EACH = 200  # bytes that an output costs beside its content


class Outputs:
    """What the cells of one notebook have shown so far. Asked about each message of the kernel, in order."""

    def __init__(self) -> None:
        self.text: Counter[str] = Counter()
        self.cell_text: Counter[tuple[int, str]] = Counter()
        self.cut_text: Counter[tuple[int, str]] = Counter()
        self.shown = self.records = 0
        self.cut_shown: dict[int, list[int]] = {}

    @property
    def problem(self) -> str:
        """What is too much to go on; nothing where nothing is."""
        if self.records <= RECORDS:
            return ""
        return f"found records of more than {_size(RECORDS)}, expected fewer: thin out what law.series shows"

    def printed(self, cell: int, name: str, text: str, limit: int = CELL_TEXT) -> str:
        """What is kept of a text that a cell prints on the stream `name`."""
        room = max(0, min(limit - self.cell_text[cell, name], TEXT - self.text[name])) if limit == CELL_TEXT else limit
        kept = text[:room]
        self.text[name] += len(kept) if limit == CELL_TEXT else 0
        self.cell_text[cell, name] += len(kept)
        self.cut_text[cell, name] += len(text) - len(kept)
        return kept

    def displayed(self, cell: int, data: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any] | None:
        """What is kept of a figure, a table or a value, by media type; None where the notebook has shown too much."""
        sizes = {kind: _bytes(content) for kind, content in data.items()}
        size = sum(sizes.values()) + _bytes(metadata) + EACH
        if MIME in data:
            self.records += size
            return data if not self.problem else None
        if size > OUTPUT:
            kinds = ", ".join(sorted(kind for kind in data if kind != "text/plain")) or "text/plain"
            told = f"[left out: an output of {_size(size)} ({kinds}); one keeps at most {_size(OUTPUT)}]"
            plain = data.get("text/plain")
            short = isinstance(plain, str) and 0 < len(plain) <= MESSAGE
            metadata.clear()
            data = {"text/plain": f"{plain}\n{told}" if short else told}
            size = _bytes(data) + EACH
        if self.shown + size > OUTPUTS:
            cut = self.cut_shown.setdefault(cell, [0, 0])
            cut[0] += 1
            cut[1] += size
            return None
        self.shown += size
        return data

    def notes(self, cell: int) -> list[dict[str, Any]]:
        """What stands under a cell of which something was left out, as outputs of the notebook format."""
        found = []
        for (of, name), cut in sorted(self.cut_text.items()):
            if of == cell and cut:
                kept = self.cell_text[cell, name]
                said = f"a cell keeps {CELL_TEXT:,} characters, a notebook {TEXT:,}"
                text = f"\n[left out: {cut:,} of the {cut + kept:,} characters printed here; {said}]\n"
                found.append({"output_type": "stream", "name": name, "text": text})
        if cell in self.cut_shown:
            count, size = self.cut_shown[cell]
            text = f"[left out: {count:,} outputs of {_size(size)}; a notebook keeps {_size(OUTPUTS)}]\n"
            found.append({"output_type": "stream", "name": "stdout", "text": text})
        return found


def error(content: dict[str, Any]) -> dict[str, Any]:
    """What is kept of an error: its name, the beginning and the end of what it says, and of the way to it."""
    trace = [shortened(str(part), TRACEBACK // 4) for part in content.get("traceback", [])]
    if sum(map(len, trace)) > TRACEBACK:
        inner = trace[-3:]  # where it broke, and what it says
        outer = trace[: max(0, (TRACEBACK - sum(map(len, inner))) // (TRACEBACK // 4))][: len(trace) - 3]
        left = len(trace) - len(outer) - len(inner)
        trace = [*outer, *([f"[left out: {left:,} parts of the traceback]"] if left else []), *inner]
    return content | {
        "ename": shortened(str(content.get("ename", "")), MESSAGE // 10),
        "evalue": shortened(str(content.get("evalue", "")), MESSAGE),
        "traceback": trace,
    }


def shortened(text: str, limit: int) -> str:
    """A text of at most about `limit` characters: its beginning and its end, and how much stood between."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]} […left out: {len(text) - 2 * half:,} characters…] {text[-half:]}"


def _bytes(content: Any) -> int:
    """The size of a content in a file."""
    if isinstance(content, str):
        return len(content.encode(errors="replace"))
    return len(json.dumps(content, ensure_ascii=False, default=str).encode(errors="replace"))


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MB".replace(".0 ", " ") if count >= 2**20 else f"{count:,} bytes"
