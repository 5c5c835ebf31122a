"""SAM against the update by hand and its orbit on a quadratic; flows where the answer is known in closed form."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.lab.training import sam

HESSIAN = np.diag([3.0, 1.0, 0.5])


def quadratic(w, data):
    return 0.5 * w @ HESSIAN @ w


def valley(w):
    """Two residuals whose Hessian on the minimisers w₂ = w₃ = 0 is F = 3 + (w₀ − 1)² + (w₁ − 1)² and 1 / 2."""
    height = 3 + (w[0] - 1) ** 2 + (w[1] - 1) ** 2
    return jnp.array([jnp.sqrt(2 * height) * w[2], w[3]])


def test_the_update_by_hand():
    w, path = np.array([1.0, -0.5, 0.2]), []
    for _ in range(4):
        g = HESSIAN @ w
        w = w - 0.1 * HESSIAN @ (w + 0.05 * g / np.linalg.norm(g))
        path.append(w)
    found = sam.sharpness_aware(quadratic, [1.0, -0.5, 0.2], None, step_size=0.1, radius=0.05, steps=4, every=2)
    np.testing.assert_allclose(found[1:], path[1::2], rtol=1e-13)


def test_the_orbit_on_a_quadratic():
    path = sam.sharpness_aware(quadratic, [1.0, -0.5, 0.2], None, step_size=0.1, radius=0.05, steps=4000, every=4000)
    np.testing.assert_allclose(np.abs(path[-1]), [0.1 * 0.05 * 3 / (2 - 0.3), 0, 0], atol=1e-12)


def test_without_normalisation_it_converges():
    kwargs = {"step_size": 0.1, "radius": 0.05, "steps": 4000, "every": 4000, "normalised": False}
    np.testing.assert_allclose(sam.sharpness_aware(quadratic, [1.0, -0.5, 0.2], None, **kwargs)[-1], 0, atol=1e-30)


def test_batches_choose_the_samples():
    def loss(w, batch):
        return 0.5 * jnp.mean((w[0] - batch) ** 2)

    data, rows = np.array([0.0, 10.0]), np.array([[1], [1], [0]])
    found = sam.sharpness_aware(loss, [1.0], data, step_size=0.5, radius=0.0, steps=3, every=1, batches=rows)
    np.testing.assert_allclose(found[:, 0], [1, 5.5, 7.75, 3.875])


def test_curvatures_are_those_of_the_hessian():
    w = jnp.array([0.3, -0.2, 0.0, 0.0])
    hessian = jax.hessian(lambda w: jnp.sum(valley(w) ** 2) / 4)(w)
    np.testing.assert_allclose(sam.curvatures(valley, w), np.linalg.eigvalsh(hessian)[::-1][:2], rtol=1e-12)


def test_retraction_lands_on_the_manifold():
    landed = sam.retract(valley, jnp.array([0.3, -0.2, 0.1, -0.4]))
    np.testing.assert_allclose(valley(landed), 0, atol=1e-15)


@pytest.mark.parametrize("curvature", ["largest", "trace"])
def test_the_flow_in_closed_form(curvature):
    # Half the gradient of either curvature is (w₀ − 1, w₁ − 1): the distance from (1, 1) falls as exp(−τ).
    flow = sam.flow(valley, [-0.5, -0.8, 0.0, 0.0], curvature, time=0.5, steps=50)
    expected = 1 + np.array([-1.5, -1.8]) * np.exp(-0.5)
    np.testing.assert_allclose(flow.params[-1, :2], expected, atol=1e-4)
    np.testing.assert_allclose(flow.curvatures[-1], [3 + np.sum((expected - 1) ** 2), 0.5], atol=1e-3)
    np.testing.assert_allclose(flow.length, np.hypot(1.5, 1.8) * (1 - np.exp(-0.5)), rtol=1e-3)


def test_the_projected_gradient_is_tangent():
    def sphere(w):
        return jnp.array([w @ w - 1.0]) * jnp.exp(w[0])

    w = jnp.array([0.6, 0.8, 0.0])
    gradient = sam.tangent_gradient(sphere, w, "largest")
    assert abs(float(gradient @ w)) < 1e-12
    assert float(jnp.linalg.norm(gradient)) > 0.1


def test_bad_lengths_are_told():
    with pytest.raises(ValueError, match="multiple of every = 3"):
        sam.sharpness_aware(quadratic, np.zeros(3), None, step_size=0.1, radius=0.1, steps=4, every=3)
    with pytest.raises(ValueError, match="a batch for each of the 4 steps"):
        sam.sharpness_aware(
            quadratic, np.zeros(3), None, step_size=0.1, radius=0.1, steps=4, every=2, batches=[[0], [1]]
        )
