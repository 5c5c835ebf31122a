"""The catalog for other programs: BibTeX, RIS, CSL-JSON and a JSON API of plain files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lawbook.evidence.contributors import Work as Worked
from lawbook.evidence.power import Power, power_of_run
from lawbook.evidence.record import Evidence, Kind, Point, expected
from lawbook.reference.bibliography import Name, Work
from lawbook.reference.catalog import Catalog
from lawbook.reference.identifiers import first_and_last
from lawbook.reference.schema import schema_text
from lawbook.site import api_model, citation
from lawbook.site.inert import web_address

_KINDS = {  # of BibTeX and of biblatex: in RIS, in CSL
    "article": ("JOUR", "article-journal"),
    "inproceedings": ("CPAPER", "paper-conference"),
    "conference": ("CPAPER", "paper-conference"),
    "book": ("BOOK", "book"),
    "proceedings": ("CONF", "book"),
    "collection": ("EDBOOK", "book"),
    "incollection": ("CHAP", "chapter"),
    "inbook": ("CHAP", "chapter"),
    "phdthesis": ("THES", "thesis"),
    "mastersthesis": ("THES", "thesis"),
    "thesis": ("THES", "thesis"),
    "techreport": ("RPRT", "report"),
    "report": ("RPRT", "report"),
    "unpublished": ("UNPB", "manuscript"),
    "online": ("ELEC", "webpage"),
    "software": ("COMP", "software"),
    "dataset": ("DATA", "dataset"),
}
_OTHER_KIND = ("GEN", "document")


def exports(
    catalog: Catalog, evidence: Mapping[str, Evidence], worked: Mapping[str, Worked] | None = None
) -> dict[str, str]:
    """Path below the root of the site to content.

    Arguments:
        catalog: The book.
        evidence: What was measured, by paper.
        worked: Who has worked on each entry and when, by paper.
    """
    out: dict[str, str] = {}
    answers = {}
    for paper in sorted(catalog.entries):
        work = catalog.works[paper]
        out[f"cite/{paper}.bib"] = work.bibtex + "\n"
        out[f"cite/{paper}.ris"] = ris(work)
        out[f"cite/{paper}.csl.json"] = _text(csl(work))
        answers[paper] = about(catalog, paper, evidence.get(paper), (worked or {}).get(paper, Worked()))
        out[f"api/{paper}.json"] = _text(answers[paper])
    works = [work for _, work in sorted(catalog.works.items())]
    out["cite/lawbook.bib"] = "\n\n".join(work.bibtex for work in works) + "\n"
    out["cite/lawbook.ris"] = "\n".join(map(ris, works))
    out["cite/lawbook.csl.json"] = _text([item for work in works for item in csl(work)])
    out["api/all.json"] = _text({"version": citation.read(catalog.root).version, "entries": answers})
    out["api/schema.json"] = api_model.schema_text()
    out["api/entry.schema.json"] = schema_text()
    out["api/index.json"] = _text(
        [
            {
                "paper": paper,
                "title": entry.title,
                "family": catalog.family_of[paper],
                "laws": {law_id: law.name for law_id, law in entry.laws.items()},
                "entry": f"api/{paper}.json",
                "page": f"laws/{paper}/",
            }
            for paper, entry in sorted(catalog.entries.items())
        ]
    )
    return out


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def ris(work: Work) -> str:
    """The work as an RIS record."""
    rows = [("TY", _KINDS.get(work.kind, _OTHER_KIND)[0]), ("ID", work.key), ("TI", work.title)]
    for name in work.authors:
        rows.append(("AU", ", ".join(part for part in (name.family, name.given, name.suffix) if part)))
    first, last = first_and_last(work.pages)
    fields = {
        "PY": work.year, "T2": work.venue, "VL": work.volume, "SP": first, "EP": last, "DO": work.doi,
        "UR": web_address(work.link),
    }  # fmt: skip
    rows += [(tag, value) for tag, value in fields.items() if value]
    return "".join(f"{tag}  - {value}\n" for tag, value in rows) + "ER  - \n"


def csl(work: Work) -> list[dict[str, Any]]:
    """The work as CSL-JSON."""
    date = {"date-parts": [[int(work.year)]]} if work.year.isdecimal() else {"literal": work.year}
    fields = {
        "container-title": work.venue,
        "volume": work.volume,
        "page": work.pages.replace("–", "-"),
        "DOI": work.doi,
        "URL": web_address(work.link),
    }
    item: dict[str, Any] = {
        "id": work.key,
        "type": _KINDS.get(work.kind, _OTHER_KIND)[1],
        "title": work.title,
        "author": [_csl_name(name) for name in work.authors],
        "issued": date,
    }
    return [item | {key: value for key, value in fields.items() if value}]


def _csl_name(name: Name) -> dict[str, str]:
    if not name.given:
        return {"literal": name.family}
    return {"family": name.family, "given": name.given} | ({"suffix": name.suffix} if name.suffix else {})


def about(catalog: Catalog, paper: str, found: Evidence | None, worked: Worked) -> dict[str, Any]:
    """The entry as it stands, and how its checks and controls came out: an `Answer` of `api_model`."""
    entry = catalog.entries[paper]
    data: dict[str, Any] = {
        "family": catalog.family_of[paper],
        "page": f"laws/{paper}/",
        "changed": worked.changed or None,
        "contributors": list(worked.names),
        "entry": entry.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "relations": [{"to": tie.to, "type": tie.type, "says": tie.says} for tie in catalog.ties(paper)],
        "evidence": None,
    }
    if found is not None:
        run = found.shown
        data["evidence"] = {
            "status": run.status, "seed": run.seed, "scale": run.scale, "finished": run.finished, "commit": run.commit,
            "machine": run.machine, "versions": run.versions, "cpu-seconds": round(run.usage.cpu, 1),
            "results": [_result(found, catalog, paper, kind, name) for kind, name in expected(entry)],
        }  # fmt: skip
    return data


def _result(found: Evidence, catalog: Catalog, paper: str, kind: Kind, name: str) -> dict[str, Any]:
    good, seeds = found.passed(catalog.entries[paper], kind, name)
    record = found.shown.of(kind, name)
    data: dict[str, Any] = {
        "kind": kind, "id": name, "outcome": found.shown.outcome(kind, name),
        "seeds-as-claimed": good, "seeds": seeds, "points": [_point(p) for p in (record.points if record else ())],
    }  # fmt: skip
    if record is not None and record.intact is not None:
        data["intact"] = [_point(p) for p in record.intact]
    confirmed = found.confirmed
    drawn = confirmed.passed(catalog.entries[paper], kind, name) if confirmed is not None else None
    if confirmed is not None and drawn is not None:
        data["drawn-seeds"] = {
            "as-claimed": drawn[0], "seeds": drawn[1], "date": confirmed.date, "current": confirmed.is_current,
        }  # fmt: skip
    power = power_of_run(catalog, found.shown).get(name) if kind == "check" else None
    if power is not None:
        data["changed-laws"] = changed_laws(power)
    return data


def changed_laws(power: Power) -> dict[str, Any]:
    """How hard a check was: a `ChangedLaws` of `api_model`."""
    return {
        "caught": power.caught, "counted": power.counted, "survivors": list(power.survivors),
        "would-hold-for": [
            {"name": i.name, "value": i.value, "low": _number(i.low), "high": _number(i.high)} for i in power.intervals
        ],
    }  # fmt: skip


def _point(point: Point) -> dict[str, Any]:
    data = {
        "given": {key: _number(value) for key, value in point.given.items()},
        "predicted": _number(point.predicted), "measured": _number(point.measured),
        "error": _number(point.error), "low": _number(point.low), "high": _number(point.high),
        "verdict": point.verdict, "rivals": [_number(rival) for rival in point.rivals],
    }  # fmt: skip
    return data | ({} if point.reported is None else {"reported": _number(point.reported)})


def _number(value: float) -> float | None:
    """JSON has no infinity and no NaN: an open end of a band is null."""
    return value if abs(value) < float("inf") else None
