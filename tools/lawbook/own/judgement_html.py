"""A judgement in a notebook of a reader's: the same as in a terminal, as a table and lists that fold."""

from __future__ import annotations

from html import escape

from lawbook.own.judgement_text import headline, left_out, said, sections, table
from lawbook.own.told import Told

TONES = {"holds": "good", "fails": "bad", "undecided": "undecided"}
OPEN = ("Rivals", "What has to be so", "About your numbers", "Which model")


def html(found: Told) -> str:
    """All of a judgement as HTML, every text in it escaped."""
    heads, *rows = table(found)
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    parts = [
        f'<div class="lawbook-judgement lawbook-{TONES[found.verdict]}">',
        f"<p><strong>{escape(headline(found))}</strong><br>{escape(found.name)}</p><p>{escape(said(found))}</p>",
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>",
    ]
    if more := left_out(found):
        parts.append(f"<p>{escape(more)}</p>")
    for title, items in sections(found):
        lines = []
        for item in items:
            lead = f"<b>{escape(item.lead)}</b> " if item.lead else ""
            below = f"<br><small>{escape(item.below)}</small>" if item.below else ""
            lines.append(f"<li>{lead}{escape(item.text)}{below}</li>")
        state = " open" if title.startswith(OPEN) else ""
        parts.append(f"<details{state}><summary>{escape(title)}</summary><ul>{''.join(lines)}</ul></details>")
    return "".join((*parts, "</div>"))
