"""Errors that are typed by hand are found in a notebook's text, and sensible ones are left alone."""

from __future__ import annotations

import pytest
from lawbook.evidence.typed import typed_errors

HEAD = "import numpy as np\nfrom lawbook import notebook\nlaw = notebook.open('x')\n"


def found(source: str) -> list[str]:
    return [text for _, text in typed_errors(HEAD + source)]


TYPED = {
    "a number": ("law.check('a', measured=m, error=1e-8)", "error=1e-8"),
    "zero": ("law.control('a', measured=m, error=0, intact=k, intact_error=notebook.solver(tol))", "error=0"),
    "the intact one": ("law.control('a', measured=m, error=notebook.exact(m), intact=k, intact_error=0)", "intact_error=0"),
    "of a chart": ("law.series('a', x=x, y=y, error=0.01)", "error=0.01"),
    "filled": ("law.check('a', measured=m, error=np.full(3, 1e-9))", "error=np.full(3, 1e-9)"),
    "zeros": ("law.check('a', measured=m, error=np.zeros_like(m))", "error=np.zeros_like(m)"),
    "a list": ("law.check('a', measured=m, error=[1e-8] * 3)", "error=[1e-8] * 3"),
    "arithmetic": ("law.check('a', measured=m, error=np.sqrt(2) * 10**-6 / 3)", "error=np.sqrt(2) * 10**-6 / 3"),
    "the machine's": ("law.check('a', measured=m, error=np.finfo(float).eps)", "error=np.finfo(float).eps"),
    "a share": ("law.check('a', measured=m, error=1e-12 * losses)", "error=1e-12 * losses"),
    "a share, behind": ("law.check('a', measured=m, error=np.abs(losses[-1]) * 1e-3)", "error=np.abs(losses[-1]) * 1e-3"),
    "a share, as a quotient": ("law.check('a', measured=m, error=losses / 1000)", "error=losses / 1000"),
    "a number over data": ("law.check('a', measured=m, error=0.005 / span)", "error=0.005 / span"),
    "a tiny share of a difference": ("law.check('a', measured=m, error=1e-9 * (a - b))", "error=1e-9 * (a - b)"),
    "the larger of two": ("law.check('a', measured=m, error=np.maximum(1e-9, 1e-6 * m))", "error=np.maximum(1e-9, 1e-6 * m)"),
    "a sum": ("law.check('a', measured=m, error=1e-9 + 1e-6 * m)", "error=1e-9 + 1e-6 * m"),
    "half of itself": ("law.check('a', measured=gaps, error=gaps / 2)", "error=gaps / 2"),
    "itself": ("drift = change(path)\nlaw.check('a', measured=drift, error=drift)", "error=drift"),
    "itself, in a list": ("law.check('a', measured=[f(a), f(b)], error=[f(a), f(b)])", "error=[f(a), f(b)]"),
    "a name": ("tolerance = 1e-6\nlaw.check('a', measured=m, error=tolerance)", "error=tolerance"),
    "names": ("tol = 1e-6\nerror = tol * losses\nlaw.check('a', measured=m, error=error)", "error=error"),
    "a tuple": ("width, bar = f(x), 0.01\nlaw.check('a', measured=m, error=bar)", "error=bar"),
    "an element": ("bars = (0.1, spread(x))\nlaw.check('a', measured=m, error=bars[0])", "error=bars[0]"),
    "a function's": ("def g(x):\n    return x.mean(), 1e-8\nm, e = g(x)\nlaw.check('a', measured=m, error=e)", "error=e"),
    "a loop's": ("for n, e in (('a', 1e-8), ('b', 1e-9)):\n    law.check(n, measured=m, error=e)", "error=e"),
    "within a function": ("def note(n, m):\n    law.check(n, measured=m, error=1e-6)", "error=1e-6"),
    "either": ("error = 1e-3 if notebook.scale() == 'full' else 1e-2\nlaw.check('a', measured=m, error=error)", "error=error"),
    "a branch": ("if full:\n    e = 1e-3\nelse:\n    e = 1e-2\nlaw.check('a', measured=m, error=e)", "error=e"),
    "keywords": ("common = {'error': 1e-8}\nlaw.check('a', measured=m, **common)", "error=common"),
    "a comprehension": ("law.check('a', measured=m, error=[1e-6 * v for v in values])", "error=[1e-6 * v for v in values]"),
    "a local function of a good name": (
        "def rounding(size):\n    return np.finfo(float).eps * size\nlaw.check('a', measured=m, error=rounding(2.0))",
        "error=rounding(2.0)",
    ),
}  # fmt: skip

SENSIBLE = {
    "each helper": "".join(
        f"law.check('{name}', measured=m, error=notebook.{call})\n"
        for name, call in {
            "a": "rounding(3.0)", "b": "solver(1e-8)", "c": "spread(runs)", "d": "blocks(log, 5)", "e": "exact(3)",
            "f": "bootstrap(np.mean, runs)", "g": "counted(3, 10)",
        }.items()
    ),
    "a helper by its own name": "from lawbook.notebook import spread as sem\nlaw.check('a', measured=m, error=sem(runs))",
    "the module by another": "import lawbook.notebook as nb\nlaw.check('a', measured=m, error=1e-3 * nb.solver(1e-8, m))",
    "a helper, scaled": "law.check('a', measured=1e-3 * m, error=1e-3 * notebook.spread(m))",
    "a helper in a name": "tol = 1e-8\nerror = notebook.solver(tol, size=m)\nlaw.check('a', measured=m, error=error)",
    "a helper in a tuple": "m, e = runs.mean(), notebook.spread(runs)\nlaw.check('a', measured=m, error=e / 4)",
    "a floor": "law.check('a', measured=m, error=np.maximum(notebook.spread(runs), 1e-12))",
    "a fit's": "law.check('a', measured=fit.values['a'], error=1e-2 * fit.errors['a'])",
    "an attribute": "law.check('a', measured=f.exponent, error=f.exponent_error / abs(g.exponent))",
    "scatter": "law.check('a', measured=m, error=runs.std(ddof=1) / 100)",
    "what does not fit": "law.check('a', measured=m, error=path.residual[-1] / path.size[0])",
    "a proportion": "law.check('a', measured=p, error=np.sqrt(p * (1 - p) / 1000))",
    "a count": "law.check('a', measured=hits / 1000, error=np.sqrt(hits) / 1000)",
    "two resolutions": "law.check('a', measured=fine, error=np.abs(fine - coarse) / 3)",
    "half a bracket": "law.check('a', measured=(a + b) / 2, error=(b - a) / 2)",
    "a step of a grid": "grid = np.linspace(0, 1, 50)\ni = np.argmin(f(grid))\nlaw.check('a', measured=grid[i], error=grid[i] - grid[i - 1])",
    "bisection": (
        "low, high = 0.0, 1.0\nfor _ in range(20):\n    middle = (low + high) / 2\n"
        "    if gone(middle):\n        high = middle\n    else:\n        low = middle\n"
        "law.check('a', measured=middle, error=(high - low) / 2)"
    ),
    "filled in later": "e = np.zeros(3)\nfor i in range(3):\n    e[i] = scatter(i)\nlaw.check('a', measured=m, error=e)",
    "appended": "e = [0.0]\nfor r in runs:\n    e.append(scatter(r))\nlaw.check('a', measured=m, error=e)",
    "added up": "e = 0.0\nfor r in runs:\n    e += scatter(r)\nlaw.check('a', measured=m, error=e)",
    "bound again": "e = 1e-3\nrun(tolerance=e)\ne = scatter(runs)\nlaw.check('a', measured=m, error=e)",
    "bound again, in a function": "e = 1e-3\ndef note():\n    law.check('a', measured=m, error=e)\ne = scatter(runs)\nnote()",
    "a pair": "value, bar = mean_and_bar(runs)\nlaw.check('a', measured=value, error=bar)",
    "columns": "found = np.array([slope(r) for r in runs])\nlaw.check('a', measured=found[:, 0], error=found[:, 1])",
    "filled with scatter": "law.check('a', measured=m, error=np.full(3, runs.std(ddof=1)))",
    "a share that was measured": "chance = np.std(np.log(again))\nlaw.check('a', measured=loss, error=chance * loss)",
    "a unit": "law.check('a', measured=0.001 * m, error=0.001 * bar_error)",
    "a loop over runs": "for name, (value, bar) in runs.items():\n    law.check(name, measured=value, error=bar)",
    "none": "law.series('a', x=x, y=y, error=None)",
    "nothing": "law.series('a', x=x, y=y)",
    "of another call": "solve(x, error=1e-8)\nplot.points(ax, x, y, error=0.1)",
}  # fmt: skip


@pytest.mark.parametrize("case", TYPED)
def test_a_typed_error_is_found(case: str) -> None:
    source, text = TYPED[case]
    assert found(source) == [text]


@pytest.mark.parametrize("case", SENSIBLE)
def test_a_sensible_error_is_left_alone(case: str) -> None:
    assert found(SENSIBLE[case]) == []


def test_each_stands_at_its_line_in_order() -> None:
    source = (
        "law.check(\n    'a',\n    measured=m,\n    error=1e-8,\n)\nlaw.check('b', measured=m, error=(\n    1e-9\n))\n"
    )
    assert typed_errors(source) == [(4, "error=1e-8"), (7, "error=1e-9")]


def test_what_is_no_python_is_told() -> None:
    with pytest.raises(SyntaxError):
        typed_errors("law.check(")
