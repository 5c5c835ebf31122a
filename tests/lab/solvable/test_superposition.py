"""Codes in superposition against values by hand, plain sums and numerical integration."""

import numpy as np
import pytest
from lawbook.lab.solvable import superposition
from lawbook.lab.solvable.superposition import Code, Samples


def test_interference_without_a_threshold_is_two_thirds_of_the_squared_overlap():
    # ⟨(g v)²⟩ = 4/3 g² for g > 0, and half of ⟨g²⟩ = 1/m has g > 0
    for width in (3, 10, 100, 5000):
        assert superposition.interference(width, 0.0) == pytest.approx(2 / (3 * width), rel=1e-10)


def test_interference_in_three_dimensions_is_an_elementary_integral():
    # g is uniform on [-1, 1] there: ½ ∫ (2g - t)³ / 6g dg from t/2 to 1
    def primitive(g, t):
        return (8 * g**3 / 3 - 6 * t * g**2 + 6 * t**2 * g - t**3 * np.log(g)) / 12

    t = np.array([0.3, 1.0, 1.9])
    np.testing.assert_allclose(superposition.interference(3, t), primitive(1.0, t) - primitive(t / 2, t), rtol=1e-9)
    np.testing.assert_allclose(superposition.interference(3, [2.0, 2.5]), 0, atol=1e-30)


def test_features_are_active_as_often_as_asked_and_once_at_most():
    frequencies = np.array([0.6, 0.3, 0.1, 0.0])
    samples = superposition.draw(frequencies, 40_000, np.random.default_rng(0))
    active = samples.values > 0
    counts = np.bincount(samples.features[active], minlength=4)
    np.testing.assert_allclose(counts / 40_000, frequencies, atol=0.01)
    for feature in range(3):
        assert np.sum(active & (samples.features == feature), axis=1).max() == 1
    assert np.mean(samples.values[active] ** 2) == pytest.approx(4 / 3, rel=0.01)


def dense(samples, features):
    x = np.zeros((len(samples.values), features))
    np.add.at(x, (np.arange(len(x))[:, None], samples.features), samples.values)
    return x


def test_losses_are_plain_sums():
    rng = np.random.default_rng(0)
    code = superposition.random_code(30, 8, rng)
    samples = superposition.draw(np.full(30, 1 / 30), 50, rng)
    x = dense(samples, 30)
    thresholds = np.array([0.05, 0.2, 0.8])
    expected = [np.sum((np.maximum(x @ code @ code.T - t, 0) - x) ** 2) / np.sum(x**2) for t in thresholds]
    np.testing.assert_allclose(superposition.losses(code, samples, thresholds), expected, rtol=1e-5)
    bias = rng.normal(size=30).astype(np.float32)
    expected = np.sum((np.maximum(x @ code @ code.T + bias, 0) - x) ** 2) / np.sum(x**2)
    assert superposition.loss(Code(code, bias), samples) == pytest.approx(expected, rel=1e-5)


def test_orthogonal_rows_lose_nothing():
    samples = superposition.draw(np.full(6, 0.2), 100, np.random.default_rng(0))
    assert superposition.loss(Code(np.eye(6, dtype=np.float32), np.zeros(6, np.float32)), samples) == pytest.approx(
        0, abs=1e-6
    )


def one_at_a_time(features, count):
    """Every feature alone, at evenly spaced values."""
    where = np.repeat(np.arange(features, dtype=np.int32), count)[:, None]
    values = np.tile((np.arange(count) + 0.5) * 2 / count, features)[:, None].astype(np.float32)
    return Samples(np.pad(where, ((0, 0), (0, 11))), np.pad(values, ((0, 0), (0, 11))))


@pytest.mark.parametrize("decay", [-1.0, 1.0])
def test_training_reports_the_loss_of_its_code(decay):
    frequencies = np.ones(24)
    code, reported = superposition.train(
        frequencies, 6, np.random.default_rng(0), decay=decay, steps=200, threshold=0.3
    )
    assert reported < 0.9
    assert code.bias.max() <= 0  # else the stated loss would not be that of the code
    assert superposition.loss(code, one_at_a_time(24, 400)) == pytest.approx(reported, rel=1e-3)


def test_decay_decides_how_many_features_are_represented():
    frequencies = np.arange(1, 65) ** -2.0
    weak, _ = superposition.train(frequencies, 8, np.random.default_rng(0), decay=1.0, steps=400, peak=0.03)
    strong, _ = superposition.train(frequencies, 8, np.random.default_rng(0), decay=-1.0, steps=400, threshold=1.0)
    assert weak.represented.sum() < 20
    assert weak.represented[:4].all()
    assert strong.represented.all()


def test_training_on_samples_lowers_the_loss():
    rng = np.random.default_rng(0)
    frequencies = np.full(40, 1 / 40)
    batch, test = 32, superposition.draw(frequencies, 2000, rng)
    losses = []
    for steps in (10, 1500):
        samples = superposition.draw(frequencies, batch * steps, rng)
        code = superposition.train_on_samples(frequencies, 12, rng, decay=-1.0, samples=samples, batch=batch)
        losses.append(superposition.loss(code, test))
    assert losses[1] < 0.35 < losses[0]
