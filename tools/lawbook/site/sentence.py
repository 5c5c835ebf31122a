"""The sentence a page opens with: what was predicted of which quantity, what was measured, in how many seeds."""

from __future__ import annotations

import math

from markupsafe import Markup

from lawbook.evidence.display import measured_of
from lawbook.evidence.record import Measured, Point
from lawbook.numbers import plain
from lawbook.reference.model import Check
from lawbook.reference.rules import FITTED
from lawbook.reference.verdict import half_width
from lawbook.site.expression import latex
from lawbook.site.law_view import LawView
from lawbook.site.markdown import math as to_math
from lawbook.site.markdown import plain_math
from lawbook.site.rows import Row, humanised, tolerance
from lawbook.site.verdicts import Told

LONG = 24  # characters of a formula that stands in a sentence; a longer one is pointed at
IS = {"equal": "is predicted", "at-most": "is predicted to be at most", "at-least": "is predicted to be at least"}


def sentence(law: LawView, row: Row, check: Check) -> Markup:
    """The opening sentence, from the quantity to the number of points; the verdict follows it.

    Arguments:
        law: The law of the check.
        row: The check with its numbers.
        check: The check.
    """
    record = law.record("check", row.id)
    told = _quantity(law, row, check) + Markup(" ") + _predicted(law, check, record) + _within(check)
    return told if record is None else told + _measured(check, record)


def _quantity(law: LawView, row: Row, check: Check) -> Markup:
    """What is measured; the name of the check, where the entry does not say it in words."""
    words = check.quantity or f"the number of the check “{humanised(row.id)}”"
    return law.page.write.line(words[:1].upper() + words[1:])


def _unit(check: Check) -> str:
    return f" {check.unit}" if check.unit and check.unit != "1" else ""


def _predicted(law: LawView, check: Check, record: Measured | None) -> Markup:
    lead = IS[check.sense]
    if not isinstance(check.predicted, str):
        edge = {"equal": 0.0, "at-most": 1.0, "at-least": -1.0}[check.sense] * half_width(check, check.predicted)
        number = plain(check.predicted + edge, 6)  # of a bound, the number that decides
        to_be = " to be" if check.sense == "equal" else ""
        return Markup("{}{} <b>{}</b>{}").format(lead, to_be, number, _unit(check))
    page = f"{law.page.base}laws/{law.page.entry.paper}/"
    formula = Markup('<a href="{}#{}-formula">the formula</a>').format(page, law.id)
    if check.predicted == FITTED:
        what = Markup("by {}, fitted to {}") if check.sense == "equal" else Markup("what {} gives, fitted to {}")
        return Markup("{} {}").format(lead, what.format(formula, _fitted_to(law, record)))
    shown = latex(law.page.catalog.expression(law.law, check.predicted), law.letters)
    if len(plain_math(shown)) <= LONG:
        to_be = " to be" if check.sense == "equal" else ""
        return Markup("{}{} <b>{}</b>").format(lead, to_be, to_math(shown))
    if check.predicted != law.law.formula.expr:
        formula = Markup('<a href="{}#check-{}">a formula</a>').format(page, _name(law, check))
    return Markup("{} {} {}").format(lead, "by" if check.sense == "equal" else "what", formula) + Markup(
        "" if check.sense == "equal" else " gives"
    )


def _name(law: LawView, check: Check) -> str:
    return next(name for name, other in law.law.checks.items() if other is check)


def _fitted_to(law: LawView, record: Measured | None) -> Markup:
    """`6 other measurements (number of samples from 16000 to 512000)`."""
    if record is None or record.fitted is None:
        return Markup("other measurements")
    source = record.fitted.source
    parts = []
    for name, values in source.x.items():
        if len(set(values)) > 1 and name in law.law.symbols:
            said = (law.page.catalog.symbol(law.law, name).name or name).split(" (")[0]
            text = Markup("{} from {} to {}").format(
                law.page.write.line(said), plain(min(values), 6), plain(max(values), 6)
            )
            parts.append(text)
    of = Markup(" ({})").format(Markup(", ").join(parts)) if parts else ""
    return Markup("{} other measurements{}").format(len(source.y), of)


def _within(check: Check) -> Markup:
    """`(± 6 %, set after trials)`, or nothing for a bare bound from theory."""
    pilot = check.band_from.is_ == "pilot"
    width, bound = tolerance(check), check.sense != "equal"
    after = Markup('<span class="lb-pilot">{}</span>').format(
        "a bound set after trials" if bound and not width else "set after trials"
    )
    parts = [Markup("{}").format(part) for part in (width, after if pilot else "") if part]
    return Markup(' <span class="lb-band">({})</span>').format(Markup(", ").join(parts)) if parts else Markup("")


def _measured(check: Check, record: Measured) -> Markup:
    point, many = record.representative, len(record.points)
    at_worst = f"at the worst of {many} points " if many > 1 else ""
    number = Markup("<b>{}</b>{}").format(measured_of(point), _unit(check))
    if not isinstance(check.predicted, str):
        where = f", {at_worst.strip()}" if at_worst else ""
        return Markup(", and measured as {}{}").format(number, where)
    that = f"{at_worst}that is {_beside(point)}, and"
    return Markup(": {} {} was measured").format(that, number)


def _beside(point: Point) -> str:
    """A prediction to about as many digits as the measurement beside it."""
    if not math.isfinite(point.predicted) or not point.predicted:
        return plain(point.predicted)
    if not point.error or not math.isfinite(point.error):
        return plain(point.predicted, 6)
    digits = math.floor(math.log10(abs(point.predicted))) - math.floor(math.log10(point.error)) + 2
    return plain(point.predicted, min(6, max(2, digits)))


def verdict(told: Told) -> str:
    """`in 20 of 20 confirmed seeds`: which seeds they were, after the verdict; nothing before the first run.

    Where they were too few the verdict has said so, and the number stands in brackets; so it does where the run that
    is shown came out otherwise than the seeds.
    """
    if not told.counted:
        return ""
    kind = "confirmed" if told.drawn else "trial"
    seeds = f"{told.good} of {told.seeds} {kind} seed{'s' * (told.seeds != 1)}"
    if told.drawn and told.tone == "bad":
        return f"(it held in {seeds})"
    return f"({seeds})" if told.drawn and told.tone == "open" else f"in {seeds}"
