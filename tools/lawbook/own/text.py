"""Tables and numbers as text, for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lawbook.numbers import plain


def table(head: Sequence[str], rows: Sequence[Sequence[str]], indent: str = "  ") -> str:
    """Columns side by side, the first to the left and the others to the right.

    Examples:
        >>> from lawbook.own.text import table
        >>> print(table(["", "value"], [["alpha", "0.34"], ["E", "1.69"]]))
                 value
          alpha   0.34
          E       1.69
    """
    cells = [list(head), *[list(row) for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = []
    for row in cells:
        parts = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append((indent + "  ".join(parts)).rstrip())
    return "\n".join(lines)


def between(low: float, high: float, digits: int = 2) -> str:
    """The ends of an interval, to `digits` digits of its width: `0.331 to 0.362`, `above 0.4`, `below 2`.

    Examples:
        >>> import math
        >>> from lawbook.own.text import between
        >>> between(0.331, 0.3616), between(0.4, math.inf), between(-math.inf, math.inf), between(0.0, 2.0)
        ('0.331 to 0.362', 'above 0.4', 'anything', 'below 2')
        >>> between(1.7903, 1.9021), between(1250.2, 10703.4), between(2e13, 4e13)
        ('1.79 to 1.90', '1250 to 10703', '2 × 10¹³ to 4 × 10¹³')
    """
    open_below, open_above = low == -math.inf, high == math.inf
    if (open_below or low == 0) and open_above:
        return "anything"
    if open_above:
        return f"above {plain(low, digits + 1)}"
    if open_below or low == 0:
        return f"below {plain(high, digits + 1)}"
    least, most = min(abs(low), abs(high)), max(abs(low), abs(high))
    if low == high or most >= 1e6 or least < 1e-3:
        return f"{plain(low, digits + 1)} to {plain(high, digits + 1)}"
    places = max(0, digits - 1 - math.floor(math.log10(high - low)))
    return f"{low:.{places}f} to {high:.{places}f}".replace("-", "−")


def percent(share: float | None) -> str:
    """A share in per cent: `0.69 %`, or a dash for none.

    Examples:
        >>> from lawbook.own.text import percent
        >>> percent(0.00691), percent(None)
        ('0.69 %', '—')
    """
    return "—" if share is None else f"{plain(100 * share, 2)} %"
