"""Networks as fields: against the gradients and products that they stand for."""

import numpy as np
import pytest
from lawbook.lab.models import layered
from lawbook.measure import conservation


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("widths", "relu", "bias"), [((2, 3, 2), False, False), ((2, 2, 2), True, True), ((2, 2, 2, 1), False, False)]
)
def test_the_fields_are_the_gradients_of_the_network(widths, relu, bias):
    model = layered.paths(widths, relu=relu, bias=bias)
    theta = rng().normal(size=model.size)
    step = 1e-6 * np.eye(model.size)

    def functions(point):
        return model.sums @ np.prod(np.append(point, 1.0)[model.taken], axis=1)

    numeric = np.stack([(functions(theta + h) - functions(theta - h)) / 2e-6 for h in step], axis=1)
    np.testing.assert_allclose(conservation.gradients(model, theta[None])[0], numeric, atol=1e-8)


def test_linear_paths_sum_to_the_product_of_the_layers():
    model = layered.paths([2, 3, 4], relu=False)
    theta = rng().normal(size=model.size)
    first, second = theta[:6].reshape(3, 2), theta[6:].reshape(4, 3)
    products = model.sums @ np.prod(theta[model.taken], axis=1)
    np.testing.assert_allclose(np.sort(products), np.sort((second @ first).ravel()))
