"""Leading eigenvalues from products in NumPy, against spectra that are known and against SciPy."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import lawbook
import numpy as np
import pytest
from lawbook.measure import spectrum
from scipy.sparse.linalg import LinearOperator, eigsh


def matrix(values, seed=0):
    """A symmetric matrix with these eigenvalues."""
    turn, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(values), len(values))))
    found = (turn * np.asarray(values)) @ turn.T
    return (found + found.T) / 2


def of(a, count=1, start=None, **options):
    """The leading eigenvalues of a matrix whose products are computed in its own precision."""
    return spectrum.leading(lambda v: a @ v.astype(a.dtype), len(a), count, start, **options)


SPECTRA = {
    "one parameter": [3.0],
    "two parameters": [-1.0, 2.0],
    "positive": np.linspace(0.1, 5.0, 60),
    "larger in magnitude below zero": np.r_[-40.0, np.linspace(-2.0, 3.0, 59)],
    "negative definite": -np.linspace(0.5, 9.0, 60),
    "zero": np.zeros(60),
    "multiple of the identity": np.full(60, 4.0),
    "close pair": np.r_[np.linspace(0.0, 1.0, 58), 2.0, 2.0 + 1e-6],
    "few large, many small": np.r_[np.geomspace(1e-6, 1e-2, 50), np.arange(1.0, 11.0)],
    "tiny": 1e-30 * np.linspace(0.1, 5.0, 60),
    "huge": 1e30 * np.linspace(-1, 5.0, 60),
    "three values, each many times": np.repeat([0.0, 1.0, 2.0], 20),
    "condition 1e12": np.geomspace(1e-12, 1.0, 60),
}


@pytest.mark.parametrize("values", SPECTRA.values(), ids=SPECTRA)
@pytest.mark.parametrize(("dtype", "digits"), [(np.float64, 1e-13), (np.float32, 2e-6)])
@pytest.mark.parametrize("count", [1, 3])
def test_values_vectors_and_residuals_of_known_spectra(values, dtype, digits, count):
    a, count = matrix(values).astype(dtype), min(count, len(values))
    scale = np.abs(values).max() or 1
    tolerance = 10 * np.finfo(dtype).eps ** 0.75  # the error is its square over the gap
    found = of(a, count, tolerance=tolerance)
    exact = np.linalg.eigvalsh(a.astype(float))[::-1][:count]
    np.testing.assert_allclose(found.values, exact, atol=digits * scale)
    misfit = np.linalg.norm(a.astype(float) @ found.vectors - found.vectors * found.values, axis=0)
    rounding = 10 * np.finfo(dtype).eps * scale
    np.testing.assert_allclose(found.residuals, misfit, rtol=0.05, atol=rounding)  # the residuals tell the truth
    np.testing.assert_allclose(
        found.vectors.T @ found.vectors, np.eye(count), atol=1e-13 if dtype == np.float64 else 1e-5
    )
    assert found.settled
    assert (found.residuals <= tolerance * scale + rounding).all()
    assert found.products <= len(values)
    assert found.vectors.dtype == found.start.dtype == dtype


@pytest.mark.parametrize("count", [1, 5, 10])
def test_it_agrees_with_scipy_to_ten_digits_and_takes_fewer_products(count):
    rng = np.random.default_rng(1)
    values = np.r_[np.abs(rng.standard_normal(580)) ** 3 * 0.02, -np.geomspace(0.05, 1, 10), np.geomspace(2, 30, 10)]
    a, calls = matrix(values), []
    operator = LinearOperator(a.shape, matvec=lambda v: calls.append(0) or a @ v, dtype=float)
    begin = np.random.default_rng(6).standard_normal(600)
    theirs, vectors = eigsh(operator, k=count, which="LA", tol=1e-8, v0=begin)
    worst = np.linalg.norm(a @ vectors - vectors * theirs, axis=0).max() / 30
    ours = of(a, count, start=begin, tolerance=max(worst, 1e-13))
    np.testing.assert_allclose(ours.values, theirs[::-1], rtol=1e-10)
    assert ours.products < len(calls)


def test_a_warm_start_saves_products_along_training():
    a = matrix(np.r_[np.linspace(0, 1, 298), 1.05, 1.1, 1.12])
    cold = of(a, tolerance=1e-4)
    moved = a + 1e-3 * matrix(np.linspace(-1, 1, 301), seed=2)
    assert of(moved, start=cold.start, tolerance=1e-4).products <= 0.8 * of(moved, tolerance=1e-4).products


@pytest.mark.parametrize("overtaking", [1.02, 1.1, 2.0])
def test_an_eigenvalue_that_overtakes_is_found_at_a_loose_tolerance_too(overtaking):
    values = np.r_[np.geomspace(1e-6, 0.3, 197), 0.5, 0.9, 1.0]
    before, second = of(matrix(values), tolerance=1e-3), of(matrix(values), 2).vectors[:, 1]
    risen = matrix(values) + (overtaking - 0.9) * np.outer(second, second)
    assert of(risen, start=before.start, tolerance=1e-3).value == pytest.approx(overtaking, rel=1e-4)
    assert of(risen, start=before.vectors[:, 0], tolerance=1e-3).value == pytest.approx(overtaking, rel=1e-4)


@pytest.mark.parametrize("column", [0, 30, 58, 59])
def test_a_start_at_an_exact_eigenvector_hides_nothing(column):
    assert of(np.diag(np.arange(1.0, 61.0)), start=np.eye(60)[column]).value == pytest.approx(60, rel=1e-10)


def test_an_invariant_start_and_none_at_all():
    assert of(np.eye(8), 3, start=np.zeros(8)).values == pytest.approx([1, 1, 1], abs=1e-14)


def test_too_few_products_are_told():
    short = of(matrix(np.linspace(0, 1, 200)), most=5)
    assert (short.products, short.settled) == (5, False)
    assert short.value < 1
    assert short.residual > 1e-3
    assert str(short).endswith("5 products, before the residuals came below the tolerance: lower bounds")


def test_a_tolerance_below_the_precision_is_not_waited_for():
    a = matrix(np.r_[np.linspace(0, 1, 298), 3.0, 4.0]).astype(np.float32)
    found = of(a, tolerance=1e-12, most=200)
    assert found.settled
    assert found.products == of(a, tolerance=5e-7, most=200).products
    assert found.value == pytest.approx(4, rel=2e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_vectors_that_a_product_gets(dtype):
    seen = set()

    def product(v):
        seen.add((v.dtype, v.flags.writeable))
        image = np.arange(10.0, dtype=dtype) * v
        v[:] = np.nan  # whatever is done to it does no harm
        return image

    assert spectrum.leading(product, 10, dtype=dtype).value == pytest.approx(9, rel=1e-5)
    assert seen == {(np.dtype(dtype), True)}


def test_a_product_may_use_its_own_memory_again():
    memory = np.zeros(30)
    found = spectrum.leading(lambda v: np.multiply(np.arange(30.0), v, out=memory), 30)
    assert found.value == pytest.approx(29, rel=1e-12)


@pytest.mark.parametrize(
    ("product", "said"),
    [
        (lambda v: v[:3], r"product number 1 of shape \(3,\), expected \(10,\), that of the vector"),
        (lambda v: v[:, None], r"of shape \(10, 1\)"),
        (lambda v: None, r"of shape \(\)"),
        (lambda v: v * 1j, "of type complex128, expected real"),
        (lambda v: v > 0, "of type bool"),
        (lambda v: [[1], [1, 2]], "a product that NumPy does not read"),
        (lambda v: np.where(np.arange(10) < 3, np.nan, v), r"found 3 of 10 entries of product number 1 infinite"),
        (lambda v: v / 0 * np.inf, "infinite or undefined"),
        (lambda v: np.triu(np.ones((10, 10))) @ v, "products that are not symmetric: u·Av and v·Au differ by"),
        (lambda v: np.random.default_rng().uniform(1, 2, 10) * v, "the same data, parameters and dropout mask"),
        (lambda v: np.arange(10.0) * v + 1, "not symmetric"),  # a gradient, where a product was to be
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_products_that_are_none_are_refused(product, said):
    with pytest.raises(ValueError, match=said):
        spectrum.leading(product, 10)


def test_an_asymmetry_of_one_part_in_a_million_is_seen_and_costs_no_product():
    a = matrix(np.linspace(-1, 5, 60))
    skew = np.random.default_rng(3).standard_normal((60, 60))
    wrong = a + 5e-6 * (skew - skew.T) / np.linalg.norm(skew - skew.T, 2)
    with pytest.raises(ValueError, match=r"asymmetry="):
        of(wrong)
    allowed = of(wrong, asymmetry=1e-4)
    assert allowed.value == pytest.approx(5, rel=1e-5)
    misfit = np.linalg.norm(wrong @ allowed.vectors[:, 0] - allowed.value * allowed.vectors[:, 0])
    assert misfit > 1e-6
    assert allowed.residual == pytest.approx(misfit, rel=0.3)  # and the residual tells it
    assert of(wrong.astype(np.float32)).value == pytest.approx(5, rel=1e-5)  # there it is rounding


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        ((10, 11), {}, "found count=11, expected 1 to 10"),
        ((10, 3), {"most": 2}, "expected 1 to 2"),
        ((10, 0), {}, "found count=0"),
        ((0,), {}, "found size=0"),
        ((True,), {}, "found size=True"),
        ((10.0,), {}, r"found size=10\.0, expected the number of parameters"),
        ((10, 1, np.ones(3)), {}, r"found a start of shape \(3,\)"),
        ((10, 1, np.full(10, np.nan)), {}, "expected .* finite real numbers"),
        ((10,), {"tolerance": -1}, "found tolerance=-1"),
        ((10,), {"asymmetry": np.nan}, "found asymmetry=nan"),
        ((10,), {"dtype": np.float16}, "found dtype=float16, expected float32 or float64"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments, options, said):
    with pytest.raises(ValueError, match=said):
        spectrum.leading(lambda v: v, *arguments, **options)
    with pytest.raises(ValueError, match="found a product of type ndarray, expected a function"):
        spectrum.leading(np.eye(3), 3)


def test_batches_weigh_by_their_sizes():
    rng = np.random.default_rng(4)
    x = rng.standard_normal((90, 12)).astype(np.float32)
    parts = np.split(x, [10, 50])
    products = [lambda v, x=x: x.T @ (x @ v.astype(np.float32)) / len(x) for x in parts]
    whole = spectrum.averaged(products, [10, 40, 40])
    v = rng.standard_normal(12)
    assert whole(v).dtype == np.float32  # so that its precision is known
    np.testing.assert_allclose(whole(v), x.T @ (x @ v) / 90, rtol=1e-5, atol=1e-6)
    exact = np.linalg.eigvalsh(x.T.astype(float) @ x / 90)[-1]
    assert spectrum.leading(whole, 12).value == pytest.approx(exact, rel=1e-5)
    np.testing.assert_allclose(spectrum.averaged(products[:1])(v), products[0](v))


@pytest.mark.parametrize(
    ("products", "weights", "said"),
    [
        ([], None, "found 0 products"),
        ([lambda v: v], [1, 2], r"found 1 products and the weights \[1.0, 2.0\]"),
        ([lambda v: v] * 2, [-1, 2], "at least 0 and not all 0"),
        ([lambda v: v] * 2, [0, 0], "not all 0"),
        ([lambda v: v, lambda v: v[:2]], None, r"a product of batch 1 of shape \(2,\), expected \(3,\)"),
        ([lambda v: v, lambda v: v * np.nan], None, "batch 1 of type float64 that has no finite"),
        ([lambda v: v * 1j], None, "batch 0 of type complex128"),
    ],
)
def test_batches_that_do_not_fit_are_refused(products, weights, said):
    with pytest.raises(ValueError, match=said):
        spectrum.averaged(products, weights)(np.ones(3))


def test_the_door_takes_a_product_or_a_loss():
    values = np.array([6.0, -100.0])
    by_product = lawbook.measure.sharpness(lambda v: values * v, size=2)
    by_loss = lawbook.measure.sharpness(lambda w: 0.5 * jnp.sum(jnp.asarray(values) * w**2), jnp.ones(2))
    assert by_product.value == pytest.approx(6, abs=1e-12)
    assert by_loss.value == pytest.approx(6, abs=1e-12)
    assert isinstance(by_product, spectrum.Leading)
    assert isinstance(by_loss, lawbook.measure.sharpness.Sharpness)
    for wrong in ({}, {"size": 2, "params": jnp.ones(2)}):
        with pytest.raises(ValueError, match="expected one of them: size="):
            lawbook.measure.sharpness(lambda v: v, **wrong)
    with pytest.raises(ValueError, match="hessian_product makes a product"):
        lawbook.measure.sharpness(lambda w: w @ w, jnp.ones(2), count=2)


@pytest.mark.parametrize(
    "first", ["", "from lawbook.measure.sharpness import top_eigenpairs; ", "import lawbook.measure.sharpness; "]
)
def test_the_door_is_there_however_the_module_was_loaded(first):
    code = f"{first}import lawbook; print(lawbook.measure.sharpness(lambda v: 3 * v, size=5).value)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert float(done.stdout) == pytest.approx(3)


def test_a_product_of_jax_works_as_it_is():
    point = jnp.asarray(np.random.default_rng(5).standard_normal(20))
    product = lawbook.measure.sharpness.hessian_product(lambda w: jnp.sum(jnp.cos(w)) + (w @ w) ** 2, point)
    exact = np.linalg.eigvalsh(jax.hessian(lambda w: jnp.sum(jnp.cos(w)) + (w @ w) ** 2)(point))
    found = lawbook.measure.sharpness(product, size=20, count=2)
    np.testing.assert_allclose(found.values, exact[::-1][:2], rtol=1e-12)


def test_a_result_is_readable():
    assert str(spectrum.leading(lambda v: np.array([2.5, 1.0]) * v, 2, 2)).splitlines()[0].startswith("2.5 ")
