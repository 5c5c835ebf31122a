"""The next-character network: its gradient, its size, and that it learns what can be known."""

from pathlib import Path

import numpy as np
import pytest
from lawbook.lab.data import text
from lawbook.lab.models import characters

V = 5
REPO = Path(__file__).resolve().parents[3]


def test_windows_are_what_comes_before():
    codes = np.arange(20, dtype=np.uint8)
    contexts, following = characters.windows(codes, every=4)
    np.testing.assert_array_equal(following, [8, 12, 16])
    np.testing.assert_array_equal(contexts[1], np.arange(4, 12))


def test_gradient_is_that_of_the_loss():
    rng = np.random.default_rng(0)
    contexts, following = characters.windows(rng.integers(0, V, 100).astype(np.uint8))
    weights = characters.initialise(6, V, rng).astype(np.float64)
    assert len(weights) == V * characters.EMBEDDING + characters.count(6, V)
    slope = characters.gradient(weights, contexts, following, 6, V)
    for _ in range(5):
        direction = rng.standard_normal(len(weights))
        up, down = (
            characters.losses(weights + sign * 1e-6 * direction, contexts, following, 6, V).mean() for sign in (1, -1)
        )
        assert slope @ direction == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-8)


def test_a_silent_readout_guesses_uniformly():
    weights = characters.initialise(6, V, np.random.default_rng(0))
    characters.parts(weights, 6, V)[3][:] = 0
    contexts, following = characters.windows(np.arange(40, dtype=np.uint8) % V)
    np.testing.assert_allclose(characters.losses(weights, contexts, following, 6, V), np.log(V), rtol=1e-6)


def test_learns_a_cycle_and_nothing_from_noise():
    rng = np.random.default_rng(0)
    cycle = (np.arange(2000) % V).astype(np.uint8)
    options = {"hidden": 16, "vocabulary": V, "log_at": (50, 400), "rng": rng}
    assert characters.train(cycle, characters.windows(cycle), **options)[-1] < 0.01
    noise = rng.integers(0, V, 200_000).astype(np.uint8)
    log = characters.train(noise[:100_000], characters.windows(noise[100_000:], 10), **options)
    assert log[-1] == pytest.approx(np.log(V), abs=0.02)


def test_stops_when_it_overfits():
    rng = np.random.default_rng(0)
    codes = text.encode(text.SYMBOLS, text.SYMBOLS)[rng.integers(0, 27, 20_000)]
    log = characters.train(
        codes[:300], characters.windows(codes[300:], 10), hidden=64, vocabulary=27, log_at=range(50, 2000, 50), rng=rng
    )
    assert len(log) < 10
    assert log[-1] > characters.OVERFITTED * log.min()


@pytest.mark.parametrize(
    ("hidden", "said"), [(8, "1392"), (32, "5448"), (64, "10 856"), (128, "21 672"), (256, "43 304")]
)
def test_the_book_names_the_sizes_of_the_networks_it_trains(hidden, said):
    assert f"{characters.count(hidden, len(text.ALPHABET))}" == said.replace(" ", "")
    assert said in (REPO / "references/scaling/kaplan2020.yml").read_text()
