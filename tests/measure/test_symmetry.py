"""Each generator against a loss that has the symmetry, one that lacks it, and the finite transformation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.measure import symmetry

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 4))
Y = RNG.integers(0, 3, 20)
SKEW = RNG.normal(size=(3, 3))
SKEW = SKEW - SKEW.T


def softmax_loss(w):  # w: (3 classes, 4); each input's column is a group of its own, and so is their sum
    return -jnp.mean(jax.nn.log_softmax(X @ w.T)[jnp.arange(20), Y])


def normalised_loss(w):  # w: (4,)
    z = X @ w
    return jnp.mean(jnp.tanh((z - z.mean()) / z.std()) * X[:, 0])


def relu_loss(pair):
    incoming, outgoing = pair  # (4,), (3,)
    return jnp.mean((jax.nn.relu(X @ incoming)[:, None] * outgoing - Y[:, None]) ** 2)


def factor_loss(pair):
    u, v = pair  # (4, 3), (2, 3)
    return jnp.sum(jnp.sin(u @ v.T))


CASES = {
    "translation": (softmax_loss, symmetry.translation, RNG.normal(size=(3, 4)), lambda q, s: q + s),
    "scale": (normalised_loss, symmetry.scale, RNG.normal(size=4), lambda q, s: q * jnp.exp(s)),
    "rescale": (
        relu_loss,
        symmetry.rescale,
        (RNG.normal(size=4), RNG.normal(size=3)),
        lambda q, s: (q[0] * jnp.exp(s), q[1] * jnp.exp(-s)),
    ),
    "rotation": (
        factor_loss,
        symmetry.rotation(SKEW),
        (RNG.normal(size=(4, 3)), RNG.normal(size=(2, 3))),
        lambda q, s: tuple(f @ jax.scipy.linalg.expm(s * SKEW) for f in q),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_gradient_has_no_component_along_the_generator(name):
    loss, generator, q, _ = CASES[name]
    gradient = jax.grad(loss)(q)
    size = jnp.sqrt(symmetry.inner(gradient, gradient))
    assert abs(symmetry.inner(gradient, generator(q))) < 1e-14 * size
    assert size > 1e-2


@pytest.mark.parametrize(("name", "loss"), [("translation", normalised_loss), ("scale", softmax_loss)])
def test_a_loss_without_the_symmetry_is_told_apart(name, loss):
    q = jnp.ones((3, 4)) * RNG.normal(size=(3, 1)) if loss is softmax_loss else jnp.asarray(RNG.normal(size=4))
    assert abs(symmetry.inner(jax.grad(loss)(q), CASES[name][1](q))) > 1e-3


@pytest.mark.parametrize("name", CASES)
def test_the_generator_is_the_derivative_of_the_group_and_leaves_the_loss_alone(name):
    loss, generator, q, group = CASES[name]
    _, direction = jax.jvp(lambda s: group(q, s), (0.0,), (1.0,))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-13), direction, generator(q))
    assert abs(loss(group(q, 0.7)) - loss(q)) < 1e-12


def test_kinetic_breaking():
    pair = (RNG.normal(size=4), RNG.normal(size=3))
    speed = (RNG.normal(size=4), RNG.normal(size=3))
    assert symmetry.kinetic_breaking(pair, speed, symmetry.translation) == 0
    squares = [np.sum(s**2) for s in speed]
    assert symmetry.kinetic_breaking(pair, speed, symmetry.scale) == pytest.approx(sum(squares), rel=1e-14)
    assert symmetry.kinetic_breaking(pair, speed, symmetry.rescale) == pytest.approx(squares[0] - squares[1], rel=1e-13)
    _, generator, q, _ = CASES["rotation"]
    assert abs(symmetry.kinetic_breaking(q, jax.tree.map(jnp.cos, q), generator)) < 1e-14


def test_groups_keep_their_axes():
    q, speed = RNG.normal(size=(5, 4)), RNG.normal(size=(5, 4))
    np.testing.assert_allclose(symmetry.charge(q, speed, symmetry.scale, groups=1), np.sum(q * speed, axis=1))
    np.testing.assert_allclose(symmetry.inner(q, symmetry.translation(q), groups=1), q.sum(axis=1))
    np.testing.assert_allclose(symmetry.kinetic_breaking(q, speed, symmetry.scale, groups=1), np.sum(speed**2, axis=1))


def test_angular_momentum_holds_the_charge_of_every_rotation():
    q, speed = (RNG.normal(size=(7, 4, 3)), RNG.normal(size=(7, 2, 3))), (
        RNG.normal(size=(7, 4, 3)),
        RNG.normal(size=(7, 2, 3)),
    )  # fmt: skip
    whole = symmetry.angular_momentum(q, speed)
    assert whole.shape == (7, 3, 3)
    np.testing.assert_allclose(whole, -np.swapaxes(whole, 1, 2))
    charges = symmetry.charge(q, speed, symmetry.rotation(SKEW), groups=1)
    np.testing.assert_allclose(charges, np.sum(whole * SKEW, axis=(1, 2)) / 2, rtol=1e-12)


def test_shapes_that_would_broadcast_are_refused():
    """A row times a column used to be a matrix, and its sum a number that means nothing."""
    with pytest.raises(ValueError, match=r"\(3,\) and \(3, 1\)"):
        symmetry.inner(jnp.ones(3), jnp.ones((3, 1)))
    with pytest.raises(ValueError, match="expected the same"):
        symmetry.charge(jnp.ones(3), jnp.ones(3), lambda q: q.sum())
    with pytest.raises(ValueError, match="expected the same"):
        symmetry.angular_momentum(jnp.ones((2, 3)), jnp.ones((1, 3)))
    with pytest.raises(ValueError, match="every parameter"):
        symmetry.inner({"a": jnp.ones(3)}, {"b": jnp.ones(3)})
    with pytest.raises(ValueError, match="expected the same"):
        jax.jit(symmetry.inner)(jnp.ones(3), jnp.ones((1, 3)))


@pytest.mark.parametrize(
    ("q", "groups"),
    [(jnp.ones(()), 1), (jnp.ones(3), -1), ((jnp.ones((5, 2)), jnp.ones((1, 2))), 1), (jnp.ones((2, 3)), 3)],
)
def test_groups_that_are_not_there_are_refused(q, groups):
    with pytest.raises(ValueError, match="leading axes"):
        symmetry.inner(q, q, groups=groups)


def test_trees_without_numbers_are_refused():
    with pytest.raises(ValueError, match="without arrays"):
        symmetry.inner({}, {})
    with pytest.raises(ValueError, match="complex"):
        symmetry.inner(jnp.ones(2) * 1j, jnp.ones(2))


def test_coarse_numbers_are_summed_in_better_ones():
    assert symmetry.inner(np.int8([100, 100]), np.int8([100, 100])) == 20000
    half = np.full(1000, 10, np.float16)
    assert symmetry.inner(half, half) == 1e5  # beyond the range of half precision
    single, double = np.ones(2, np.float32), np.full(2, 1 / 3)
    assert symmetry.inner(single, double).dtype == np.float64
    assert symmetry.kinetic_breaking(single, double, symmetry.scale) == pytest.approx(2 / 9, rel=1e-15)
    assert symmetry.inner(single, single).dtype == np.float32


@pytest.mark.parametrize("size", [1e-100, 1e-8, 1e6, 1e100])
def test_the_balance_in_any_unit(size):
    pair = size * RNG.normal(size=4), size * RNG.normal(size=3)
    expected = np.sum((pair[0] / size) ** 2) - np.sum((pair[1] / size) ** 2)
    assert symmetry.inner(pair, symmetry.rescale(pair)) / size**2 == pytest.approx(expected, rel=1e-12)


def test_rotations_are_skew_and_square():
    with pytest.raises(ValueError, match="skew-symmetric"):
        symmetry.rotation(np.array([[0.0, 1.0], [1.0, 0.0]]))
    with pytest.raises(ValueError, match="skew-symmetric"):
        symmetry.rotation(np.array([[0.0, np.nan], [1.0, 0.0]]))
    with pytest.raises(ValueError, match=r"expected \(r, r\)"):
        symmetry.rotation(np.zeros((2, 3)))
    tiny = 1e-200 * SKEW
    np.testing.assert_array_equal(symmetry.rotation(tiny)(np.eye(3)), tiny)
    turned = jax.jit(lambda skew: symmetry.rotation(skew)(jnp.eye(3)))(SKEW)
    np.testing.assert_array_equal(turned, SKEW)


def test_a_rescaling_needs_a_pair():
    for q in (np.ones((2, 3)), (np.ones(1),), (np.ones(1), np.ones(1), np.ones(1))):
        with pytest.raises(ValueError, match="expected a pair"):
            symmetry.rescale(q)


def test_factors_of_one_rotation_share_its_space():
    with pytest.raises(ValueError, match="same r"):
        symmetry.angular_momentum((np.ones((2, 3)), np.ones((2, 1))), (np.ones((2, 3)), np.ones((2, 1))))
    with pytest.raises(ValueError, match="same r"):
        symmetry.angular_momentum(np.ones(3), np.ones(3))
