"""The instruments on a PyTorch model: `make torch` installs what this needs, in an environment of its own."""

from __future__ import annotations

from itertools import pairwise

import lawbook
import numpy as np
import pytest
from lawbook.measure import alignment, balance, density, spectrum
from lawbook.measure import collapse as at_once
from sklearn.datasets import load_digits

torch = pytest.importorskip("torch", reason="PyTorch is not installed; `make torch` runs this file with it")


def trained(dtype, steps=150, sizes=(64, 32, 32, 10)):
    """A network after some full-batch steps on the digits, its inputs and labels."""
    torch.manual_seed(0)
    x, y = load_digits(return_X_y=True)
    x, y = torch.as_tensor(x / 16, dtype=dtype), torch.as_tensor(y)
    layers = [part for n, m in pairwise(sizes) for part in (torch.nn.Linear(n, m), torch.nn.Tanh())]
    model = torch.nn.Sequential(*layers[:-1]).to(dtype)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.3)
    for _ in range(steps):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimiser.step()
    return model, x, y


def product_of(model, x, y):
    """The Hessian-vector product of a batch, in NumPy."""
    params = list(model.parameters())
    loss = torch.nn.functional.cross_entropy(model(x), y)
    gradients = torch.autograd.grad(loss, params, create_graph=True)

    def product(v):
        parts = torch.split(torch.as_tensor(v, dtype=params[0].dtype), [p.numel() for p in params])
        along = sum((g.flatten() * part).sum() for g, part in zip(gradients, parts, strict=True))
        return torch.cat([h.flatten() for h in torch.autograd.grad(along, params, retain_graph=True)])

    return product, sum(p.numel() for p in params)


@pytest.fixture(scope="module")
def exact():
    """The eigenvalues of the whole Hessian of the network in double precision."""
    product, size = product_of(*trained(torch.float64, sizes=(64, 10, 10)))
    return np.linalg.eigvalsh(np.stack([product(row).numpy() for row in np.eye(size)]))


@pytest.mark.parametrize(("dtype", "digits"), [("float64", 1e-12), ("float32", 1e-5)])
def test_eigenvalues_density_and_trace_are_those_of_the_dense_hessian(exact, dtype, digits):
    product, size = product_of(*trained(getattr(torch, dtype), sizes=(64, 10, 10)))
    found = lawbook.measure.sharpness(product, size=size, count=5, tolerance=1e-7 if dtype == "float64" else None)
    np.testing.assert_allclose(found.values, exact[::-1][:5], rtol=digits)
    assert found.vectors.dtype == dtype
    rng = np.random.default_rng(0)
    total = density.trace(product, size, rng, probes=20, known=found)
    assert total.value == pytest.approx(exact.sum(), abs=4 * float(total.error))
    outline = density.density(product, size, rng, probes=6, steps=30)
    for power in (1, 2):
        moment = outline.moment(power)
        assert moment.value == pytest.approx(np.mean(exact**power), abs=4 * float(moment.error))


def test_batches_add_up_to_the_whole():
    model, x, y = trained(torch.float32)
    whole, size = product_of(model, x, y)
    batches = list(zip(x.split(500), y.split(500), strict=True))
    parts = spectrum.averaged([product_of(model, *batch)[0] for batch in batches], [len(b[1]) for b in batches])
    one, other = (lawbook.measure.sharpness(product, size=size) for product in (whole, parts))
    assert other.value == pytest.approx(one.value, rel=1e-5)


def test_dropout_is_noticed():
    model, x, y = trained(torch.float32)
    model.insert(2, torch.nn.Dropout(0.1))
    size = sum(p.numel() for p in model.parameters())
    with pytest.raises(ValueError, match="the same data, parameters and dropout mask"):
        lawbook.measure.sharpness(lambda v: product_of(model, x, y)[0](v), size=size)
    model.eval()
    assert lawbook.measure.sharpness(product_of(model, x, y)[0], size=size).settled


def test_a_product_in_half_precision_that_numpy_does_not_know_is_refused():
    with pytest.raises(ValueError, match=r"a product that NumPy does not read \(.*BFloat16"):
        lawbook.measure.sharpness(lambda v: torch.as_tensor(v, dtype=torch.bfloat16), size=3)


def test_a_warm_start_along_training():
    cold = warm = 0
    start = None
    for steps in (100, 105, 110):
        product, size = product_of(*trained(torch.float32, steps))
        cold += lawbook.measure.sharpness(product, size=size, tolerance=1e-3).products
        found = lawbook.measure.sharpness(product, size=size, start=start, tolerance=1e-3)
        warm, start = warm + found.products, found.start
    assert warm < cold


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_collapse_in_batches_is_that_of_all_samples(dtype):
    model, x, y = trained(dtype, steps=400)
    hidden, last = model[:-1], model[-1]
    seen = lawbook.measure.Collapse(classes=10, width=32)
    batches = list(zip(x.split(256), y.split(256), strict=True))
    for inputs, labels in batches:
        seen.update(hidden(inputs), labels)  # with a graph: only the values are taken
    again = seen.second_pass(last.weight, last.bias)
    for inputs, labels in batches:
        again.update(hidden(inputs), labels)
    found = again.result()
    with torch.no_grad():
        features, logits = hidden(x).double().numpy(), model(x)
    exact = at_once.collapse(
        features, y.numpy(), last.weight.detach().double().numpy(), last.bias.detach().double().numpy()
    )
    digits = {"rel": 1e-4, "abs": 1e-6}  # JAX computes in single precision unless it is told otherwise
    for name in at_once.Collapse._fields:
        assert getattr(found, name) == pytest.approx(float(getattr(exact, name)), **digits), name
    assert found.mistakes == pytest.approx(float((logits.argmax(1) != y).double().mean()))


def test_layers_and_the_feature_ansatz_read_tensors():
    model, x, _ = trained(torch.float32)
    weights = [layer.weight for layer in model if hasattr(layer, "weight")]
    assert len(balance.balancedness(weights, [layer.bias for layer in model if hasattr(layer, "bias")])) == 2
    entering = model[:2](x).detach().requires_grad_()
    gradients = [
        torch.autograd.grad(model[2:](entering)[:, c].sum(), entering, retain_graph=True)[0] for c in range(10)
    ]
    found = alignment.feature_ansatz(model[2].weight.detach(), torch.stack(gradients, dim=1))
    assert found.traceless_cosine > 0.2
