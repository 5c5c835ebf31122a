"""Numbers as people read them: a measured value and its error to the same digit, powers of ten where they help."""

from __future__ import annotations

import math

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain(value: float, digits: int = 4) -> str:
    """`value` to `digits` significant digits: 0.1, 13, 1.9 × 10⁻¹⁰, −2."""
    if not math.isfinite(value):
        return "∞" if value == math.inf else "−∞" if value == -math.inf else "not a number"
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(float(f"{value:.{digits - 1}e}"))))
    if -4 <= exponent < 6:
        text = f"{value:.{max(0, digits - 1 - exponent)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace("-", "−")
    mantissa = (
        f"{value / 10.0**exponent:.{digits - 1}f}" if abs(exponent) < 300 else f"{value:.{digits - 1}e}".split("e")[0]
    )
    mantissa = mantissa.rstrip("0").rstrip(".").replace("-", "−")
    power = f"10{str(exponent).translate(_SUPERSCRIPT)}"
    return power if mantissa == "1" else f"−{power}" if mantissa == "−1" else f"{mantissa} × {power}"


FAR_BELOW = 6  # an error that starts more digits than this below its value tells a reader nothing
ROUNDING = 1e-4  # and one below this share of what the value is held against


def with_error(value: float, error: float, scale: float | None = None) -> str:
    """`value ± error`, the error to two digits and the value to the same place: 1.0132 ± 0.0042.

    Arguments:
        value: What was measured.
        error: Its standard error. At rounding level it is left out.
        scale: What the value is held against, such as half a tolerance, in the same unit.
    """
    if not (math.isfinite(value) and math.isfinite(error)):
        return f"{plain(value)} ± {plain(error)}"
    scale = abs(scale) if scale is not None and math.isfinite(scale) else 0.0
    if error == 0 or error < ROUNDING * scale:
        return _alone(value, scale)
    exponent = int(f"{error:.1e}".partition("e")[2])  # of the error as it will be written
    place = exponent - 1
    top = max(math.floor(math.log10(abs(value))) if value else exponent, exponent)
    if top - exponent > FAR_BELOW:
        return _alone(value, scale)
    if -3 <= top < 6 and place > -11:  # below a thousandth, zeros are counted by nobody
        places = max(0, -place)
        value, error = (round(number, -place) if place > 0 else number for number in (value, error))
        return f"{_unsigned_zero(value, places)} ± {error:.{places}f}".replace("-", "−")
    places = top - place
    unit = 10.0**top
    power = str(top).translate(_SUPERSCRIPT)
    return f"({_unsigned_zero(value / unit, places)} ± {error / unit:.{places}f}) × 10{power}".replace("-", "−")


def _unsigned_zero(value: float, places: int) -> str:
    """`value` to so many places, with no minus sign before nothing but zeros."""
    text = f"{value:.{places}f}"
    return text.lstrip("-") if float(text) == 0 else text


def _alone(value: float, scale: float) -> str:
    """A value without an error: six digits, or fewer where a thousandth of `scale` needs fewer."""
    if not scale or not value:
        return plain(value, 6)
    digits = math.floor(math.log10(abs(value))) - math.floor(math.log10(scale)) + 4
    return plain(value, min(6, max(2, digits)))


def turned(text: str) -> str:
    """The text of a number with its sign turned: −0.5 ± 0.1 becomes 0.5 ± 0.1, and at most −1 becomes at least 1.

    Zero and what is no number stay as they are.
    """
    for bound, other in (("at most ", "at least "), ("at least ", "at most ")):
        if text.startswith(bound):
            return other + turned(text.removeprefix(bound))
    lead, bare = ("(", text[1:]) if text.startswith("(") else ("", text)
    if bare.startswith("−"):
        return lead + bare[1:]
    return text if not bare[:1].isdigit() or not bare.split()[0].strip("0.") else f"{lead}−{bare}"
