"""Sharpness against spectra that are known."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.measure.sharpness import sharpness, top_eigenpairs


@pytest.fixture(autouse=True)
def _double_precision():
    with jax.enable_x64(True):
        yield


def quadratic(spectrum, seed=0):
    """`(A, b)` of `x'Ax/2 + b'x` where A has the given eigenvalues, and the eigenvectors in the columns of a matrix."""
    rng = np.random.default_rng(seed)
    vectors, _ = np.linalg.qr(rng.standard_normal((len(spectrum), len(spectrum))))
    return (vectors * np.asarray(spectrum) @ vectors.T, rng.standard_normal(len(spectrum))), vectors


@partial(jax.jit, static_argnames=("tolerance", "most"))
def of_quadratic(terms, point, start=None, tolerance=None, most=100):
    matrix, slope = terms
    return sharpness(lambda x: 0.5 * x @ (matrix @ x) + slope @ x, point, start, tolerance=tolerance, most=most)


SPECTRA = {
    "one parameter": [3.0],
    "two parameters": [-1.0, 2.0],
    "positive": np.linspace(0.1, 5.0, 60),
    "larger in magnitude below zero": np.r_[-40.0, np.linspace(-2.0, 3.0, 59)],
    "negative definite": -np.linspace(0.5, 9.0, 60),
    "zero": np.zeros(60),
    "multiple of the identity": np.full(60, 4.0),
    "double top": np.r_[np.linspace(0.0, 1.0, 58), 2.0, 2.0],
    "close pair": np.r_[np.linspace(0.0, 1.0, 58), 2.0, 2.0 + 1e-6],
    "few large, many small": np.r_[np.geomspace(1e-6, 1e-2, 50), np.arange(1.0, 11.0)],
    "tiny": 1e-12 * np.linspace(0.1, 5.0, 60),
    "huge": 1e12 * np.linspace(-1, 5.0, 60),
}


@pytest.mark.parametrize("spectrum", SPECTRA.values(), ids=SPECTRA)
def test_exact_on_quadratics(spectrum):
    terms, _ = quadratic(spectrum)
    scale = np.max(np.abs(spectrum))
    found = of_quadratic(terms, np.ones(len(spectrum)))
    assert abs(found.value - np.max(spectrum)) <= 1e-10 * scale
    assert found.residual <= 2e-8 * scale
    misfit = np.linalg.norm(terms[0] @ found.vector - found.value * found.vector)
    assert misfit == pytest.approx(float(found.residual), rel=0.01, abs=1e-13 * scale)  # the residual tells the truth
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-12)
    assert found.products <= len(spectrum)


def test_largest_is_algebraic_and_not_in_magnitude():
    saddle = sharpness(lambda x: 0.5 * (x[0] ** 2 - 100 * x[1] ** 2), jnp.array([0.3, 0.2]))
    assert saddle.value == pytest.approx(1, abs=1e-12)


def test_a_start_at_the_wrong_eigenvector_does_not_stick():
    terms, vectors = quadratic(np.arange(1.0, 61.0))
    for column in (0, 20, 58):
        found = of_quadratic(terms, np.zeros(60), vectors[:, column])
        assert found.value == pytest.approx(60, rel=1e-10)


@pytest.mark.parametrize("overtaking", [1.02, 1.1, 2.0])
def test_an_eigenvalue_that_overtakes_is_found_at_a_loose_tolerance_too(overtaking):
    terms, vectors = quadratic(np.r_[np.geomspace(1e-6, 0.3, 197), 0.5, 0.9, 1.0])
    before = of_quadratic(terms, np.zeros(200), tolerance=1e-3)
    risen = (terms[0] + (overtaking - 0.9) * np.outer(vectors[:, 198], vectors[:, 198]), terms[1])
    assert of_quadratic(risen, np.zeros(200), before.start, tolerance=1e-3).value == pytest.approx(overtaking, rel=1e-4)
    wrong = of_quadratic(risen, np.zeros(200), vectors[:, 199], tolerance=1e-3)
    assert wrong.value == pytest.approx(overtaking, rel=1e-4)


def test_a_start_in_an_invariant_subspace_is_left():
    diagonal = jnp.arange(1.0, 9.0)
    found = top_eigenpairs(lambda v: diagonal * v, 8, jnp.zeros(8))  # nothing to begin with at all
    assert found.values[0] == pytest.approx(8, abs=1e-12)
    identity = top_eigenpairs(lambda v: v, 8, count=3)  # every Krylov space has dimension one
    np.testing.assert_allclose(identity.values, 1, atol=1e-14)
    np.testing.assert_allclose(identity.vectors.T @ identity.vectors, np.eye(3), atol=1e-12)


def test_a_warm_start_saves_products():
    terms, _ = quadratic(np.r_[np.linspace(0, 1, 298), 1.05, 1.1, 1.12])
    cold = of_quadratic(terms, np.zeros(301), tolerance=1e-4)
    warm = of_quadratic(terms, np.zeros(301), cold.start, tolerance=1e-4)
    assert warm.products <= 0.7 * cold.products


def test_too_few_products_are_told_by_the_residual():
    terms, _ = quadratic(np.linspace(0, 1, 200))
    short = of_quadratic(terms, np.zeros(200), most=5)
    assert short.products == 5
    assert short.value < 1
    assert short.residual > 1e-3


def test_several_eigenpairs():
    spectrum = np.r_[-30.0, np.linspace(0, 1, 80), 2.0, 3.0, 4.0]
    (matrix, _), _ = quadratic(spectrum)
    found = top_eigenpairs(lambda v: matrix @ v, 84, count=3)
    np.testing.assert_allclose(found.values, [4, 3, 2], atol=1e-10)
    np.testing.assert_allclose(found.vectors.T @ found.vectors, np.eye(3), atol=1e-10)
    again = top_eigenpairs(lambda v: matrix @ v, 84, found.start, count=3)
    np.testing.assert_allclose(again.values, [4, 3, 2], atol=1e-10)
    with pytest.raises(ValueError, match="count = 9"):
        top_eigenpairs(lambda v: v, 8, count=9)


def network(params, inputs, targets):
    hidden = jnp.tanh(inputs @ params["in"] + params["bias"])
    return 0.5 * jnp.mean(jnp.sum((hidden @ params["out"] - targets) ** 2, axis=1))


def test_a_network_agrees_with_the_dense_hessian_inside_jit_scan_and_vmap():
    rng = np.random.default_rng(3)
    params = {"in": rng.standard_normal((5, 8)), "bias": rng.standard_normal(8), "out": rng.standard_normal((8, 3))}
    inputs, targets = rng.standard_normal((30, 5)), rng.standard_normal((30, 3))

    def loss(p):
        return network(p, inputs, targets)

    flat, unravel = jax.flatten_util.ravel_pytree(params)
    expected = np.linalg.eigvalsh(jax.hessian(lambda w: loss(unravel(w)))(flat))
    assert -expected[0] > 0.01 * expected[-1]  # the Hessian is indefinite
    found = jax.jit(lambda p: sharpness(loss, p))(params)
    assert found.value == pytest.approx(expected[-1], rel=1e-10)
    assert jax.tree.structure(found.vector) == jax.tree.structure(params)

    def step(carry, _):
        p, v = carry
        s = sharpness(loss, p, v)
        return (jax.tree.map(lambda w, g: w - 0.01 * g, p, jax.grad(loss)(p)), s.start), s.value

    (last, _), values = jax.lax.scan(step, (params, jax.tree.map(jnp.zeros_like, params)), None, 5)
    assert values[0] == pytest.approx(expected[-1], rel=1e-10)
    many = jax.vmap(lambda p: sharpness(loss, p).value)(jax.tree.map(lambda a, b: jnp.stack([a, b]), params, last))
    np.testing.assert_allclose(many, [expected[-1], sharpness(loss, last).value], rtol=1e-10)


def test_single_precision():
    with jax.enable_x64(False):
        terms, _ = quadratic(np.linspace(-3, 2, 50))
        found = of_quadratic(jax.tree.map(np.float32, terms), np.zeros(50, np.float32))
        assert found.value.dtype == jnp.float32
        assert found.value == pytest.approx(2, rel=1e-5)


@partial(jax.jit, static_argnames=("most", "tolerance"))
def of_matrix(matrix, start=None, most=100, tolerance=None):
    return top_eigenpairs(lambda v: matrix @ v, len(matrix), start, most=most, tolerance=tolerance, dtype=matrix.dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("unit", [1e-30, 1e30])
def test_the_unit_does_not_matter(unit, dtype):
    (matrix, _), _ = quadratic(np.linspace(-2.0, 5.0, 60))
    found = of_matrix((unit * matrix).astype(dtype))
    precision = float(np.finfo(dtype).eps)
    assert float(found.values[0]) == pytest.approx(5 * unit, rel=100 * precision)
    assert 0 <= found.residuals[0] <= 5 * unit * precision**0.5
    assert found.products < 60


@pytest.mark.parametrize(
    "spectrum",
    [np.geomspace(1e-12, 1.0, 60), -np.geomspace(1e-12, 1.0, 60), np.r_[np.zeros(50), 1 + 1e-9 * np.arange(10)]],
    ids=["condition 1e12", "condition 1e12 below zero", "ten clustered at the top"],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_spectra(spectrum, dtype):
    (matrix, _), _ = quadratic(spectrum)
    found = of_matrix(matrix.astype(dtype))
    assert found.residuals[0] <= np.finfo(dtype).eps ** 0.5
    assert abs(found.values[0] - spectrum.max()) <= found.residuals[0] + 100 * np.finfo(dtype).eps


def test_a_product_that_is_no_number_ends_the_iteration_and_is_told():
    (matrix, _), _ = quadratic(np.linspace(-2.0, 5.0, 60))
    for wrong in (np.nan, np.inf):
        spoilt = matrix.copy()
        spoilt[7, 7] = wrong
        found = of_matrix(spoilt)
        assert np.isnan(found.values[0])
        assert np.isnan(found.residuals[0])
        assert found.products <= 4
        again = of_matrix(matrix, found.start)  # what it hands on does no harm
        assert again.values[0] == pytest.approx(5, rel=1e-10)


def test_an_operator_that_is_not_symmetric_is_told_by_the_residual():
    rng = np.random.default_rng(8)
    for matrix in (rng.standard_normal((60, 60)), np.triu(np.ones((60, 60))), np.diag(np.ones(59), 1)):
        found = of_matrix(matrix)
        misfit = np.linalg.norm(matrix @ found.vectors[:, 0] - found.values[0] * found.vectors[:, 0])
        assert misfit > 0.05
        assert found.residuals[0] >= 0.99 * misfit
        assert found.products == 60


@pytest.mark.parametrize("column", [0, 30, 58, 59])
def test_a_start_at_an_exact_eigenvector_of_a_diagonal_matrix(column):
    found = of_matrix(np.diag(np.arange(1.0, 61.0)), np.eye(60)[column])
    assert found.values[0] == pytest.approx(60, rel=1e-10)


def test_vectors_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"start of shape \(3,\), expected \(8,\)"):
        top_eigenpairs(lambda v: v, 8, jnp.ones(3))
    with pytest.raises(ValueError, match="bfloat16, expected float32 or float64"):
        sharpness(lambda x: x @ x, jnp.ones(4, jnp.bfloat16))
