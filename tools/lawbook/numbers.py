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


def with_error(value: float, error: float) -> str:
    """`value ± error`, the error to two digits at most and the value to the same place: 1.013 ± 0.004."""
    if not (math.isfinite(value) and math.isfinite(error)):
        return f"{plain(value)} ± {plain(error)}"
    if error == 0:
        return plain(value, 6)
    error_exponent = math.floor(math.log10(error))
    lead = error / 10.0**error_exponent
    place = error_exponent - (1 if lead < 1.95 else 0)
    top = max(math.floor(math.log10(abs(value))) if value else error_exponent, error_exponent)
    if top - place > 6:  # an error far below the digits that a value is read with
        return f"{plain(value, 6)} ± {plain(error, 2)}"
    if -4 <= top < 6 and place > -11:
        places = max(0, -place)
        return f"{value:.{places}f} ± {error:.{places}f}".replace("-", "−")
    places = max(0, top - place)
    scale = 10.0**top
    return f"({value / scale:.{places}f} ± {error / scale:.{places}f}) × 10{str(top).translate(_SUPERSCRIPT)}".replace(
        "-", "−"
    )
