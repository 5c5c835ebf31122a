"""The style reads on both pages and gives the same bytes each time."""

import io
import itertools

import numpy as np
import pytest
from lawbook.lab import plot

WHITE, DARK = "#ffffff", "#1e2129"

# Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB
SIGHT = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


@pytest.fixture(autouse=True)
def _style():
    import matplotlib

    matplotlib.use("svg")
    with matplotlib.rc_context():
        plot.use()
        yield


def linear(colour):
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    low, high = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] for c in (a, b))
    return (high + 0.05) / (low + 0.05)


def cielab(rgb):
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("page", [WHITE, DARK])
def test_everything_stands_out_from_the_page(page):
    assert contrast(plot.GREY, page) >= 3.9
    for colour in plot.COLOURS:
        assert contrast(colour, page) >= 3, colour


@pytest.mark.parametrize("sight", SIGHT)
def test_colours_are_told_apart(sight):
    for a, b in itertools.combinations(plot.COLOURS, 2):
        seen = [cielab(np.asarray(SIGHT[sight]) @ linear(c)) for c in (a, b)]
        assert np.linalg.norm(seen[0] - seen[1]) > 25, (a, b)


def draw():
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    ax.plot([1, 2, 3], [1, 4, 9], label="law")
    plot.points(ax, [1, 2], [1, 4], [0.1, 0.25], index=1, label="measured")
    ax.legend()
    out = io.BytesIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    bars = ax.containers[0].lines[2][0].get_segments()
    plt.close(figure)
    return out.getvalue(), bars


def test_a_figure_is_the_same_bytes_each_time_and_transparent():
    first, _ = draw()
    assert first == draw()[0]
    assert b"<dc:date>" not in first
    assert b"#ffffff" not in first
    assert plot.GREY.encode() in first


def test_bars_are_two_standard_errors():
    _, bars = draw()
    np.testing.assert_allclose(bars[0][:, 1], [0.8, 1.2])
    np.testing.assert_allclose(bars[1][:, 1], [3.5, 4.5])
