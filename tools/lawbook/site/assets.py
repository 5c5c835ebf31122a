"""What a page loads beside its text, made once and kept under build/: the font of the math, the Vega bundle."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from lawbook.files import write_atomically

# What math-core emits: letters, Greek, the styled alphabets, operators, arrows, delimiters, accents, primes.
_RANGES = (
    (0x20, 0x7E), (0xA0, 0xB1), (0xB4, 0xB7), (0xD7, 0xD7), (0xF7, 0xF7), (0x131, 0x131), (0x237, 0x237),
    (0x2C6, 0x2C7), (0x2D8, 0x2DC), (0x300, 0x303), (0x305, 0x30A), (0x30C, 0x30C), (0x338, 0x338), (0x391, 0x3A9),
    (0x3B1, 0x3C9), (0x3D1, 0x3D1), (0x3D5, 0x3D6), (0x3F1, 0x3F1), (0x3F5, 0x3F5), (0x2013, 0x2014), (0x2016, 0x2016),
    (0x2020, 0x2022), (0x2026, 0x2026), (0x2032, 0x2037), (0x203E, 0x203E), (0x2057, 0x2057), (0x20D6, 0x20D7),
    (0x2102, 0x2102), (0x210B, 0x2113), (0x2115, 0x2115), (0x2119, 0x211D), (0x2124, 0x2124), (0x212C, 0x2131),
    (0x2133, 0x2135), (0x2190, 0x2199), (0x21A6, 0x21A6), (0x21C0, 0x21C1), (0x21D0, 0x21D5), (0x21DD, 0x21DD),
    (0x2200, 0x222E), (0x2234, 0x2235), (0x223C, 0x224E), (0x2250, 0x2257), (0x225C, 0x225C), (0x2260, 0x227E),
    (0x2282, 0x229D), (0x22A2, 0x22A9), (0x22B2, 0x22B5), (0x22C0, 0x22C6), (0x22EE, 0x22F1), (0x2308, 0x230B),
    (0x23DC, 0x23E1), (0x25A0, 0x25A1), (0x25CB, 0x25CB), (0x27E6, 0x27EB), (0x27F5, 0x27FA), (0x27FC, 0x27FC),
    (0x2A00, 0x2A02), (0x2A7D, 0x2A7E), (0x2AAF, 0x2AB0), (0xFE00, 0xFE00),
    (0x1D400, 0x1D467), (0x1D468, 0x1D4CF), (0x1D538, 0x1D56B), (0x1D6A4, 0x1D6A5), (0x1D6A8, 0x1D71B),
    (0x1D7CE, 0x1D7D7),
)  # fmt: skip
# Layout that math needs: flat accents over capitals, dotless letters under accents. Letters drawn for scripts (ssty)
# would double the font, for a difference that is hard to see.
_FEATURES = ["flac", "dtls"]


def math_font(cache: Path) -> bytes:
    """STIX Two Math as woff2, cut down to what formulas use."""
    found = find_spec("ziamath")  # found, not imported: only its font is wanted
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("ziamath, whose package carries the font STIX Two Math, is not installed")
    source = Path(found.submodule_search_locations[0], "fonts", "STIXTwoMath-Regular.ttf")
    name = hashlib.sha256(repr((version("ziamath"), version("fonttools"), _RANGES, _FEATURES)).encode()).hexdigest()[
        :16
    ]
    kept = cache / f"stix-two-math-{name}.woff2"
    if not kept.is_file():
        write_atomically(kept, _subset(source))
    return kept.read_bytes()


def _subset(source: Path) -> bytes:
    import io

    from fontTools import subset

    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = _FEATURES
    options.hinting = False
    options.notdef_outline = True
    options.recalc_timestamp = False  # the same bytes at every build
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for low, high in _RANGES for code in range(low, high + 1)])
    cutter.subset(font)
    out = io.BytesIO()
    font.flavor = "woff2"
    font.save(out)
    font.close()
    return out.getvalue()


def vega_bundle(cache: Path) -> bytes:
    """Vega, Vega-Lite and Vega-Embed in one script, loaded when a reader first opens a slider chart."""
    from lawbook.site.charts import VL_VERSION

    kept = cache / f"vega-{version('vl-convert-python')}-{VL_VERSION}.js"
    if not kept.is_file():
        import vl_convert

        code: str = vl_convert.javascript_bundle("window.vegaEmbed=vegaEmbed;", vl_version=VL_VERSION)
        write_atomically(kept, code.encode())
    return kept.read_bytes()
