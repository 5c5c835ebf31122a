"""Counts against what is known in closed form, the authors' example, and cases where the gap must refuse."""

import numpy as np
import pytest
from lawbook.lab.models import layered
from lawbook.measure import conservation


def rng():
    return np.random.default_rng(0)


def test_rank_with_its_gap():
    a = rng().normal(size=(6, 3)) @ rng().normal(size=(3, 5))
    found = conservation.rank(a)
    assert found.rank == 3
    assert found.gap > 1e10
    assert conservation.rank(np.eye(4)).rank == 4
    assert conservation.rank(np.zeros((2, 3))).rank == 0


def test_a_rank_without_a_gap_is_refused():
    slope = np.diag(10.0 ** -np.arange(12))  # each singular value a tenth of the one before
    with pytest.raises(conservation.AmbiguousRankError, match="widest gap"):
        conservation.rank(slope)
    with pytest.raises(conservation.AmbiguousRankError):
        conservation.rank(np.diag([1.0, 1e-9]), noise=1e-10, enough=1e10)


def test_null_space():
    a = rng().normal(size=(9, 3)) @ rng().normal(size=(3, 5))
    basis, gap = conservation.null_space(a)
    assert basis.shape == (2, 5)
    assert gap > 1e10
    np.testing.assert_allclose(basis @ basis.T, np.eye(2), atol=1e-14)
    np.testing.assert_allclose(a @ basis.T, 0, atol=1e-13)


def test_noise_does_not_count():
    a = np.diag([1.0, 0.5, 0.0, 0.0]) + 1e-8 * rng().normal(size=(4, 4))
    assert conservation.rank(a, noise=1e-7).rank == 2


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("m", [1, 3])
def test_two_linear_layers_keep_their_balance_and_no_more(n, m):
    """Each law is an entry of UᵀU - VᵀV; the rank of their differentials is a lower bound that does not use the count."""
    for r in range(1, 8):
        z = rng().normal(size=(n + m, r))
        sign = np.r_[np.ones(n), -np.ones(m)][:, None]
        differentials = []
        for a in range(r):
            for b in range(a, r):
                d = np.zeros_like(z)
                d[:, a] += (sign * z)[:, b]
                d[:, b] += (sign * z)[:, a]
                differentials.append(d.ravel())
        count = conservation.count_linear(layered.linear_network(n, m), z)
        assert count.laws == conservation.rank(differentials).rank
        assert count.laws + count.orbit == z.size


def test_the_algebra_is_closed():
    algebra = conservation.lie_closure(layered.linear_network(3, 2)).matrices
    assert len(algebra) == 10  # 3·2 symmetric ones; brackets add so(3) and so(2)
    flat = algebra.reshape(10, -1)
    for a in algebra:
        for b in algebra:
            bracket = (a @ b - b @ a).ravel()
            assert np.abs(bracket - flat.T @ (flat @ bracket)).max() < 1e-12


@pytest.mark.parametrize("friction", [0.0, 0.7])
def test_momentum_on_a_free_particle(friction):
    """Without force the position and velocity decouple: 2 p coordinates and time, and a single field."""
    free = conservation.Fields(np.zeros(1), np.zeros((1, 2, 2)), False)
    drift = conservation.with_momentum(free, friction)
    drift = conservation.Fields(drift.clock[:1], drift.matrices[:1], True)
    assert conservation.count_linear(drift, rng().normal(size=(4, 1))).laws == 4


def test_momentum_keeps_rotations_only():
    fields = conservation.with_momentum(layered.linear_network(2, 2), 0.7)
    assert [conservation.count_linear(fields, rng().normal(size=(8, r))).laws for r in (1, 2, 3)] == [0, 1, 3]


def test_relu_neurons_count_one_each_and_none_with_momentum():
    fields = layered.relu_network(2, 1, 3)
    assert conservation.count_linear(fields, rng().normal(size=(9, 1))).laws == 3
    assert conservation.count_linear(conservation.with_momentum(fields, 0.7), rng().normal(size=(18, 1))).laws == 0


def test_product_of_three_numbers():
    """The authors' example: x₁x₂x₃ has an orbit of dimension 1 and two laws."""
    model = layered.paths([1, 1, 1, 1], relu=False)
    assert model.size == 3
    np.testing.assert_allclose(conservation.gradients(model, [[2.0, 3.0, 5.0]]), [[[15.0, 10.0, 6.0]]])
    count = conservation.count_by_flows(model, [0.5, -0.8, 1.1], rng())
    assert (count.laws, count.orbit) == (2, 1)


@pytest.mark.parametrize("r", [2, 3, 6])
def test_flows_and_brackets_agree(r):
    model = layered.paths([2, r, 2], relu=False)
    theta = rng().normal(size=model.size)
    z = np.concatenate([theta[2 * r :].reshape(2, r), theta[: 2 * r].reshape(r, 2).T])  # (U; V)
    by_brackets = conservation.count_linear(layered.linear_network(2, 2), z)
    assert conservation.count_by_flows(model, theta, rng()).laws == by_brackets.laws


def test_coarse_flows_are_refused_not_misread():
    model = layered.paths([2, 2, 2, 2, 2], relu=False)
    theta = 0.8 * rng().standard_normal(model.size)
    assert conservation.count_by_flows(model, theta, rng()).laws == 9
    for reach in (0.3, 0.6, 3.0):
        with pytest.raises(conservation.AmbiguousRankError):
            conservation.count_by_flows(model, theta, rng(), reach=reach, steps=20)
