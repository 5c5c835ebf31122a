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
    basis, gap, turned = conservation.null_space(a)
    assert basis.shape == (2, 5)
    assert gap > 1e10
    np.testing.assert_allclose(basis @ basis.T, np.eye(2), atol=1e-14)
    np.testing.assert_allclose(a @ basis.T, 0, atol=1e-13)
    assert turned < 1e-12


def stiff(seed, least=1e-4, size=30, kept=6):
    """Rows whose singular values fall to `least`, and an orthonormal basis of their null space."""
    draw = np.random.default_rng(seed)
    left, right = (np.linalg.qr(draw.normal(size=(n, size)))[0] for n in (2 * size, size))
    return left[:, kept:] * np.geomspace(1, least, size - kept) @ right[:, kept:].T, right[:, :kept].T


@pytest.mark.parametrize("least", [0.1, 1e-3, 1e-5])
def test_how_far_rounding_may_turn_a_null_space(least):
    for seed in range(20):
        rows, exact = stiff(seed, least)
        basis, _, turned = conservation.null_space(rows)
        sine = np.linalg.norm(basis - basis @ exact.T @ exact, 2)
        assert 1e-4 * turned < sine < turned


def test_what_is_computed_from_a_null_space_has_its_noise():
    """Three of six vectors are alike after a projection, but for the angle by which rounding turned the null space."""
    refused = 0
    for seed in range(10):
        rows, exact = stiff(seed)
        basis, _, turned = conservation.null_space(rows)
        projection = np.eye(30) - exact[:3].T @ exact[:3]
        computed = basis @ projection
        assert conservation.rank(computed, noise=turned).rank == 3  # both maps are of norm 1
        try:
            assert conservation.rank(computed).rank == 3
        except conservation.AmbiguousRankError:
            refused += 1
    assert refused > 5  # what the noise of the last operation alone would say


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


@pytest.mark.parametrize("size", [1e-8, 1e-5, 1e6, 1e150])
def test_the_unit_of_the_state_does_not_matter(size):
    """Time is a coordinate beside the state: in a small unit of the state it used to hide all other directions."""
    fields = conservation.with_momentum(layered.linear_network(2, 2), 0.7)
    assert conservation.count_linear(fields, size * rng().normal(size=(8, 2))).laws == 1


@pytest.mark.parametrize(
    "matrix",
    [np.diag([1.0, 1e-8]), np.diag([1.0, 1.0, 1e-12]), np.diag([1.0, 1e-6, 1e-12])],
    ids=["two units", "condition 1e12", "two gaps"],
)
def test_a_value_above_the_noise_is_not_left_out_silently(matrix):
    with pytest.raises(conservation.AmbiguousRankError, match="expected at most the noise"):
        conservation.rank(matrix)
    with pytest.raises(conservation.AmbiguousRankError):
        conservation.null_space(matrix)
    assert conservation.rank(matrix, noise=1e-5).rank == np.sum(np.diag(matrix) == 1)  # told what is noise, it counts


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e200, 1.7e308])
def test_rank_and_null_space_in_any_unit(size):
    flat = np.full((3, 3), size)
    assert conservation.rank(flat).rank == 1
    assert np.isfinite(conservation.rank(flat).gap)
    assert conservation.null_space(flat)[0].shape == (2, 3)


def test_single_precision_knows_its_own_rounding():
    a = rng().normal(size=(6, 3)) @ rng().normal(size=(3, 5))
    assert conservation.rank(a.astype(np.float32)).rank == 3
    with pytest.raises(conservation.AmbiguousRankError):  # rounding of single precision, were it double
        conservation.rank(a.astype(np.float32).astype(float), enough=1e8)
    near = np.diag([1.0, 1e-5]).astype(np.float32)
    with pytest.raises(conservation.AmbiguousRankError):
        conservation.rank(near)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[np.nan, 1.0]], "NaN"),
        ([[np.inf, 1.0]], "infinite"),
        ([1.0, 2.0], "expected 2 axes"),
        (np.ones((2, 2, 2)), "expected 2 axes"),
        ([[1j, 1.0]], "real numbers"),
    ],
)
def test_what_is_no_matrix_of_numbers_is_refused(rows, message):
    for function in (conservation.rank, conservation.null_space):
        with pytest.raises(ValueError, match=message):
            function(rows)


def test_noise_is_a_share():
    for noise in (0.0, 1.0, -1e-3, np.nan):
        with pytest.raises(ValueError, match="share of the largest"):
            conservation.rank(np.eye(2), noise=noise)


def test_no_rows_leave_everything():
    assert conservation.rank(np.zeros((0, 4))) == (0, np.inf)
    np.testing.assert_array_equal(conservation.null_space(np.zeros((0, 4)))[0], np.eye(4))
    none = conservation.Fields(np.zeros(0), np.zeros((0, 2, 2)), False)
    assert conservation.count_linear(none, np.ones((2, 1))).laws == 2


TURN = np.array([[0.0, 1.0], [-1.0, 0.0]])


def test_a_field_that_vanishes_adds_nothing():
    fields = conservation.Fields(np.zeros(2), np.stack([0 * TURN, TURN]), False)
    assert conservation.count_linear(fields, [[1.0], [2.0]])[:2] == (1, 1)


def test_fields_that_are_all_but_the_same_are_refused():
    """Exactly the same they have one law, otherwise none: 1e-10 is too little to tell."""
    fields = conservation.Fields(np.zeros(2), np.stack([TURN, TURN + np.diag([0, 1e-10])]), False)
    with pytest.raises(conservation.AmbiguousRankError):
        conservation.count_linear(fields, [[1.0], [2.0]])


@pytest.mark.parametrize(
    ("matrices", "clock", "state", "message"),
    [
        (TURN[None], [0.0], np.ones((3, 2)), r"expected \(2, r\)"),
        (TURN[None], [0.0], np.ones(2), "expected 2 axes"),
        (TURN[None], [0.0], np.ones((2, 0)), "r at least 1"),
        (TURN[None], [0.0], [[np.nan], [1.0]], "NaN"),
        (np.full((1, 2, 2), np.inf), [0.0], np.ones((2, 1)), "infinite"),
        (np.ones((1, 2, 3)), [0.0], np.ones((2, 1)), r"expected \(k, p, p\)"),
        (TURN[None], [0.0, 0.0], np.ones((2, 1)), r"expected \(k, p, p\)"),
        (TURN[None], [1.0], np.ones((2, 1)), "along time"),
    ],
)
def test_fields_and_states_that_do_not_fit_are_refused(matrices, clock, state, message):
    with pytest.raises(ValueError, match=message):
        conservation.count_linear(conservation.Fields(np.array(clock), matrices, False), state)


def test_momentum_is_added_once_and_finite():
    fields = conservation.with_momentum(layered.linear_network(1, 1), 0.1)
    with pytest.raises(ValueError, match="momentum adds the time"):
        conservation.with_momentum(fields, 0.1)
    with pytest.raises(ValueError, match="finite"):
        conservation.with_momentum(layered.linear_network(1, 1), np.nan)


def field(*components):
    """One polynomial field a row, as a function of batches of points: components of columns of coordinates."""
    return lambda t: np.stack(
        [np.stack([np.broadcast_to(c(t.T), len(t)) for c in row], axis=1) for row in components], axis=1
    ).astype(float)


ZERO, ONE = (lambda x: 0.0), (lambda x: 1.0)
HEISENBERG = field((ONE, ZERO, ZERO), (ZERO, ONE, lambda x: x[0]))  # their bracket is the third direction
INVOLUTIVE = field((ONE, ZERO, lambda x: x[1]), (ZERO, ONE, lambda x: x[0]))  # both keep z - xy


@pytest.mark.parametrize("point", [(0.0, 0.0, 0.0), (0.3, -2.0, 1.0), (1e-2, 3e-2, 1e2)])
def test_two_fields_in_space(point):
    assert conservation.count_polynomial(HEISENBERG, point, rng(), degree=1)[:2] == (0, 3)
    assert conservation.count_polynomial(INVOLUTIVE, point, rng(), degree=1)[:2] == (1, 2)


@pytest.mark.parametrize("point", [(1e-9, 3e-9, 1e-9), (1e6, 2e6, -1e6)])
def test_a_unit_in_which_constants_and_slopes_do_not_compare_is_refused(point):
    """These fields are no homogeneous polynomials, so the unit of the coordinates matters."""
    with pytest.raises(conservation.AmbiguousRankError, match="bring rows and columns to one size"):
        conservation.count_polynomial(HEISENBERG, point, rng(), degree=1)


@pytest.mark.parametrize("degree", [3, 4, 7])
def test_a_field_of_higher_degree_and_a_law_in_closed_form(degree):
    """x³∂x + y³∂y keeps 1/x² - 1/y²; with x∂x + y∂y beside it, nothing. A degree too high does no harm."""
    cubes = field((lambda x: x[0] ** 3, lambda x: x[1] ** 3))
    assert conservation.count_polynomial(cubes, (1.0, 2.0), rng(), degree=degree).laws == 1
    both = field((lambda x: x[0] ** 3, lambda x: x[1] ** 3), (lambda x: x[0], lambda x: x[1]))
    assert conservation.count_polynomial(both, (1.0, 2.0), rng(), degree=degree).laws == 0


def chain(t):
    """The chained form of a car with trailers: each bracket with the first field gives one direction more."""
    out = np.zeros((len(t), 2, t.shape[1]))
    out[:, 0, 0] = out[:, 1, 1] = 1
    out[:, 0, 2:] = t[:, 1:-1]
    return out


@pytest.mark.parametrize("dimension", [4, 6, 8])
def test_brackets_are_nested_as_deep_as_needed(dimension):
    assert conservation.count_polynomial(chain, rng().normal(size=dimension), rng(), degree=1).laws == 0


def test_brackets_nested_too_deep_are_refused(monkeypatch):
    with pytest.raises(conservation.AmbiguousRankError):  # the rounding of eight derivatives in a row
        conservation.count_polynomial(chain, rng().normal(size=12), rng(), degree=5)
    monkeypatch.setattr(conservation, "MOST_NUMBERS", 1000)
    with pytest.raises(ValueError, match="nested so deeply"):
        conservation.count_polynomial(chain, rng().normal(size=8), rng(), degree=1)


def test_a_special_point_is_refused():
    grushin = field((ONE, ZERO), (ZERO, lambda x: x[0]))  # on x = 0 the second field vanishes; its bracket does not
    assert conservation.count_polynomial(grushin, (0.5, 1.0), rng(), degree=1).laws == 0
    with pytest.raises(conservation.AmbiguousRankError, match="1 directions at the point and 2"):
        conservation.count_polynomial(grushin, (0.0, 1.0), rng(), degree=1)
    with pytest.raises(conservation.AmbiguousRankError):
        conservation.count_polynomial(grushin, (1e-9, 1.0), rng(), degree=1)


@pytest.mark.parametrize(
    ("fields", "degree", "message"),
    [
        (lambda t: (t**3)[:, None], 2, "no polynomials of degree 2"),
        (lambda t: (t**2)[:, None], 1, "no polynomials of degree 1"),
        (lambda t: np.tanh(t)[:, None], 4, "no polynomials of degree 4"),
        (lambda t: t[:, None].astype(np.float32), 1, "double precision"),
        (lambda t: t, 1, r"expected \(batch, k, D\)"),
        (lambda t: t[:, None] * np.nan, 1, "NaN"),
        (lambda t: t[:, None], -1, "degree=-1"),
    ],
)
def test_fields_that_are_not_as_said_are_refused(fields, degree, message):
    with pytest.raises(ValueError, match=message):
        conservation.count_polynomial(fields, (1.0, 2.0, 3.0), rng(), degree=degree)


@pytest.mark.parametrize(
    ("theta", "message"),
    [([], "0 parameters"), ([[1.0]], "expected 1 axis"), ([np.inf, 1.0], "infinite"), ([1e-80, 1e-90], "overflow")],
)
def test_points_that_cannot_be_used_are_refused(theta, message):
    with pytest.raises(ValueError, match=message):
        conservation.count_polynomial(lambda t: (t**2)[:, None], theta, rng(), degree=2)


def test_fields_that_vanish_keep_everything():
    assert conservation.count_polynomial(field((ZERO, ZERO)), (1.0, 2.0), rng(), degree=1) == (2, 0, np.inf)
