"""Neural collapse in batches against the same samples at once."""

import pickle

import lawbook
import numpy as np
import pytest
from lawbook.measure import collapse as nc
from lawbook.measure.streamed import Collapse, Metrics

NAMES = [name for name in nc.Collapse._fields if name not in ("mistakes", "disagreement")]


def cloud(classes=5, width=8, samples=200, noise=0.4, offset=0.0, dtype=np.float64, seed=0):
    """Features, labels, weight and bias."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(samples) % classes)
    corners = rng.standard_normal((classes, width))
    features = corners[labels] + noise * rng.standard_normal((samples, width)) + offset
    return (
        features.astype(dtype),
        labels,
        (corners + 0.3 * rng.standard_normal(corners.shape)),
        rng.standard_normal(classes),
    )


def stream(features, labels, classes, cuts=(1, 4, 90, 91)):
    seen = lawbook.measure.Collapse(classes, features.shape[1])
    for h, y in zip(np.split(features, cuts), np.split(labels, cuts), strict=True):
        seen.update(h, y)
    return seen


def both_passes(features, labels, weight, bias, cuts=(1, 4, 90, 91)):
    seen = stream(features, labels, len(weight), cuts)
    again = seen.second_pass(weight, bias)
    for h, y in zip(np.array_split(features, 3), np.array_split(labels, 3), strict=True):  # other batches
        again.update(h, y)
    return again.result()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"classes": 2, "width": 1},
        {"classes": 6, "width": 2},
        {"classes": 10, "width": 64},
        {"noise": 1e-9},
        {"noise": 0.0},
    ],
    ids=str,
)
def test_two_passes_give_what_all_samples_at_once_give_to_twelve_digits(given):
    features, labels, weight, bias = cloud(**given)
    exact = nc.collapse(features, labels, weight, bias)
    found = both_passes(features, labels, weight, bias)
    for name in NAMES:
        assert getattr(found, name) == pytest.approx(float(getattr(exact, name)), rel=1e-12, abs=1e-14), name
    for name in ("mistakes", "disagreement"):  # whole numbers over n, which JAX gives in single precision
        assert getattr(found, name) == pytest.approx(float(getattr(exact, name)), rel=1e-7), name


def test_an_offset_costs_no_digits():
    features, labels, weight, _ = cloud()
    near, far = stream(features, labels, 5).result(weight), stream(features + 1e6, labels, 5).result(weight)
    for name in NAMES:
        assert getattr(far, name) == pytest.approx(getattr(near, name), rel=1e-7), name
    single = np.float32(features + 3000)  # of which the scatter is what it is
    exact = nc.collapse(single.astype(float), labels, weight)
    assert stream(single, labels, 5).result(weight).within == pytest.approx(float(exact.within), rel=1e-9)


@pytest.mark.parametrize("unit", [1e-20, 1e15])
def test_the_unit_does_not_matter(unit):
    features, labels, weight, bias = cloud()
    one, other = both_passes(features, labels, weight, bias), both_passes(unit * features, labels, weight, unit * bias)
    for name in nc.Collapse._fields:
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-10), name


def test_workers_may_share_the_batches():
    features, labels, weight, bias = cloud()
    one = stream(features, labels, 5)
    parts = [
        stream(h, y, 5, ()) for h, y in zip(np.split(features, [30, 140]), np.split(labels, [30, 140]), strict=True)
    ]
    both = pickle.loads(pickle.dumps(parts[0])) + parts[1] + parts[2]
    for name in NAMES:
        assert getattr(both.result(weight), name) == pytest.approx(getattr(one.result(weight), name), rel=1e-12)
    seconds = [both.second_pass(weight, bias) for _ in range(2)]
    for second, part in zip(seconds, (slice(0, 50), slice(50, None)), strict=True):
        second.update(features[part], labels[part])
    whole, alone = (seconds[0] + seconds[1]).result(), both_passes(features, labels, weight, bias)
    assert (whole.mistakes, whole.disagreement) == (alone.mistakes, alone.disagreement)
    assert (both + Collapse(5, 8)).result(weight) == both.result(weight)
    with pytest.raises(
        ValueError, match=r"found Collapse\(classes=5, width=8\), 200 .* expected the same classes and width"
    ):
        both + Collapse(5, 9)
    with pytest.raises(ValueError, match="second passes over different samples"):
        seconds[0] + parts[0].second_pass(weight, bias)
    with pytest.raises(TypeError):
        both + 1
    with pytest.raises(TypeError):
        seconds[0] + 1


def test_what_one_pass_cannot_tell_is_said():
    features, labels, weight, bias = cloud()
    found = stream(features, labels, 5).result(weight, bias)
    assert found.disagreement is None
    assert found.mistakes is None
    told = str(found).splitlines()
    assert told[0] == "neural collapse of 200 samples; 0 is collapse"
    assert [line for line in told if line.endswith("not measured: it takes a second pass")] == told[-2:]
    assert "not measured" not in str(both_passes(features, labels, weight, bias))
    assert len(told) == len(nc.Collapse._fields) + 1


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_coarse_features_are_summed_in_double_precision(dtype):
    features, labels, weight, _ = cloud(samples=3000, dtype=dtype)
    exact = nc.collapse(features.astype(float), labels, weight)
    found = stream(features, labels, 5, range(7, 3000, 7)).result(weight)
    for name in NAMES:
        assert getattr(found, name) == pytest.approx(float(getattr(exact, name)), rel=1e-11), name


def test_integer_features_and_lists_are_numbers_too():
    seen = Collapse(2, 1)
    seen.update([[1], [3]], [0, 0])
    seen.update(np.array([[-1], [-3]], np.int8), np.array([1, 1], np.uint8))
    assert seen.result([[1], [-1]]).within == pytest.approx(1 / 8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_class_means_are_no_collapse(dtype):
    rng = np.random.default_rng(6)
    half = (3 + rng.standard_normal((3, 20, 5))).astype(dtype)
    h, labels = np.concatenate([half[0], half[0][::-1], half[1], half[2]]), np.repeat(np.arange(4), 20)
    assert stream(h, labels, 4, (1, 50)).result(rng.standard_normal((4, 5))).within == np.inf  # two of four
    two = both_passes(h[:40], labels[:40], rng.standard_normal((2, 5)), None, (10, 20))
    assert two.within == np.inf
    assert np.isnan([two.means_angle, two.means_worst, two.means_norm, two.duality, two.disagreement]).all()


def test_constant_features_and_one_sample_a_class_determine_nothing():
    _, labels, weight, _ = cloud()
    flat = stream(np.full((200, 8), 0.1), labels, 5).result(weight)
    assert np.isnan([flat.within, flat.means_angle, flat.duality]).all()
    assert np.isfinite([flat.rows_angle, flat.rows_worst, flat.rows_norm]).all()
    few = Collapse(5, 8)
    few.update(np.random.default_rng(7).standard_normal((5, 8)), np.arange(5))
    assert np.isnan(few.result(weight).within)


WRONG = [
    (lambda h, y: (h, y + 1), r"found labels 1 \.\. 5, expected 0 \.\. 4"),
    (lambda h, y: (h, y - 1), r"found labels -1 \.\. 3"),
    (lambda h, y: (h, y * 1.0), "found labels of type float64, expected integers"),
    (lambda h, y: (h, y > 1), "found labels of type bool"),
    (lambda h, y: (h, y[:-1]), r"found labels of shape \(199,\), expected \(200,\)"),
    (lambda h, y: (h, np.eye(5, dtype=int)[y]), r"found labels of shape \(200, 5\).*one-hot rows take the argmax"),
    (lambda h, y: (h[:0], y[:0]), "found a batch of 0 samples"),
    (lambda h, y: (h[:, :7], y), r"found features of shape \(200, 7\), expected \(n, 8\)"),
    (lambda h, y: (h[:, :, None], y), r"found features of shape \(200, 8, 1\)"),
    (lambda h, y: (np.where(np.arange(8) == 3, np.nan, h), y), "found 200 of 1600 features infinite or undefined"),
    (lambda h, y: (h / 0, y), "1600 of 1600 features infinite"),
    (lambda h, y: (h + 1j, y), "found features of type complex128, expected real numbers"),
    (lambda h, y: (np.array(h, object), y), "found features of type object"),
    (lambda h, y: ([[1.0], [1.0, 2.0]], y), "found features that NumPy does not read"),
]


@pytest.mark.parametrize(("spoil", "said"), WRONG)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_batches_that_do_not_fit_are_refused_and_leave_what_was_seen(spoil, said):
    features, labels, weight, bias = cloud()
    seen = stream(features, labels, 5)
    again = seen.second_pass(weight, bias)
    before = seen.result(weight)
    for one in (seen, again):
        with pytest.raises(ValueError, match=said):
            one.update(*spoil(features, labels))
    assert seen.result(weight) == before
    assert not again.counts.any()


def test_what_is_asked_too_early_or_does_not_fit_is_refused():
    features, labels, weight, bias = cloud()
    empty = Collapse(5, 8)
    with pytest.raises(ValueError, match="found no sample of class 0, 1, 2, 3, 4, expected at least one of each of 5"):
        empty.result(weight)
    with pytest.raises(ValueError, match="9 and more, expected"):
        Collapse(12, 8).result(weight)
    seen = stream(features, labels, 5)
    for bad, said in [
        (weight[:, :7], r"a weight of shape \(5, 7\), expected \(5, 8\)"),
        (weight * np.nan, "40 of 40 weight"),
    ]:
        with pytest.raises(ValueError, match=said):
            seen.result(bad)
    with pytest.raises(ValueError, match=r"a bias of shape \(4,\), expected \(5,\)"):
        seen.second_pass(weight, bias[:4])
    again = seen.second_pass(weight, bias)
    again.update(features[:100], labels[:100])
    with pytest.raises(
        ValueError, match=r"samples of class 0 in the second pass, expected 40, as many as in the first"
    ):
        again.result()
    for arguments, said in [
        ((1, 8), "found classes=1"),
        ((5, 0), "found width=0"),
        ((True, 8), "classes=True"),
        ((5.0, 8), r"classes=5\.0"),
    ]:
        with pytest.raises(ValueError, match=said):
            Collapse(*arguments)


class Tensor:
    """What NumPy and we ask of a tensor that requires a gradient, or lies elsewhere."""

    def __init__(self, values, here=True):
        self.values, self.here, self.detached = values, here, False

    def detach(self):
        found = Tensor(self.values, self.here)
        found.detached = True
        return found

    def __array__(self, dtype=None, copy=None):
        if not self.detached:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        if not self.here:
            raise TypeError("can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu()\nand more")
        return np.asarray(self.values)


def test_tensors():
    features, labels, weight, _ = cloud()
    seen = Collapse(5, 8)
    seen.update(Tensor(features), Tensor(labels))
    assert seen.result(Tensor(weight)) == stream(features, labels, 5, ()).result(weight)
    with pytest.raises(
        ValueError,
        match=r"features that NumPy does not read \(can't convert .* Use Tensor.cpu\(\)\), expected an array in main memory$",
    ):
        seen.update(Tensor(features, here=False), labels)


def test_a_result_is_plain_numbers():
    features, labels, weight, bias = cloud()
    found = both_passes(features, labels, weight, bias)
    assert isinstance(found, Metrics)
    assert {type(getattr(found, name)) for name in nc.Collapse._fields} == {float}
    assert found.samples == 200
