"""What a search found, as rows that say what to ask for next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lawbook.site.prose_text import first_sentence
from lawbook.terminal.find import Hit, index_of

MOST = 10


def results(
    searched: Mapping[str, Any], listed: Mapping[str, Any], query: str, most: int = MOST
) -> list[dict[str, Any]]:
    """The laws, and the families, that answer a query: the best first.

    Arguments:
        searched: The part `search` of what is kept of the book.
        listed: The part `list`.
        query: What was typed.
        most: How many are told.
    """
    papers = {paper["paper"]: paper for paper in listed["papers"]}
    laws = {law["id"]: law for paper in listed["papers"] for law in paper["laws"]}
    out = []
    for hit in index_of(searched).search(query):
        row = _row(hit, searched["documents"][hit.document], papers, laws, listed)
        if row is not None:
            out.append(row)
        if len(out) == most:
            break
    return out


def _row(
    hit: Hit, places: list[str], papers: Mapping[str, Any], laws: Mapping[str, Any], listed: Mapping[str, Any]
) -> dict[str, Any] | None:
    folder, name, _ = places[0].split("/")
    if folder == "families":
        page = listed["families"][name]
        return _told(f"families/{name}", page, hit, next=f"lawbook list --family {name}")
    ids = [places[part].replace("laws/", "").replace("/#", "/") for part in hit.parts]
    paper = papers[name]
    if not ids:
        return _told(name, paper["title"], hit, label=paper["label"], next=f"lawbook show {name}")
    law = laws[ids[0]]
    about = {key: law[key] for key in ("support", "verdict", "told", "formula")}
    says = first_sentence(law["says"])
    return _told(
        ids[0], law["name"], hit, label=paper["label"], says=says, also=ids[1:], next=f"lawbook show {ids[0]}", **about
    )


def _told(id: str, name: str, hit: Hit, **about: Any) -> dict[str, Any]:
    empty = {"label": "", "support": "", "verdict": "", "told": "", "formula": "", "says": "", "also": []}
    return {"id": id, "name": name, "score": round(hit.score, 4)} | empty | about
