"""What eigenvalues of a Hessian cost beside other packages, on one PyTorch model in one run: `make torch`.

Each package takes its own products. Counted are products and CPU seconds until the worst residual |H v - λ v| over |λ₁|
is below a tolerance; all residuals are computed anew in double precision. `hessian-eigenthings` does not stop by
itself: its Lanczos is run with 20, 40, 80, .. steps until it is there (what a user has to do who does not know how many
it takes), and once with the fewest that are enough (which nobody knows beforehand).
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import hessian_eigenthings
import lawbook
import numpy as np
import torch
from curvlinops import HessianLinearOperator
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, eigsh
from sklearn.datasets import load_digits

COUNTS, SEEDS = (1, 5), 3
Product = Callable[[Any], Any]
Found = tuple[NDArray[Any], NDArray[Any], int]  # values, vectors in columns, products


def trained(dtype: torch.dtype) -> tuple[torch.nn.Sequential, torch.Tensor, torch.Tensor]:
    """A tanh network with 8,970 parameters after 200 full-batch steps on the digits."""
    torch.manual_seed(0)
    x, y = load_digits(return_X_y=True)
    inputs, labels = torch.as_tensor(x / 16, dtype=dtype), torch.as_tensor(y)
    sizes = (64, 64, 64, 10)
    layers = [p for n, m in pairwise(sizes) for p in (torch.nn.Linear(n, m), torch.nn.Tanh())]
    model = torch.nn.Sequential(*layers[:-1]).to(dtype)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.3)
    for _ in range(200):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(model(inputs), labels).backward()
        optimiser.step()
    return model, inputs, labels


def hessian_product(model: torch.nn.Sequential, x: torch.Tensor, y: torch.Tensor) -> Product:
    """The product that a reader writes: the graph of the gradient is kept, and run through once for each vector."""
    params = list(model.parameters())
    gradients = torch.autograd.grad(torch.nn.functional.cross_entropy(model(x), y), params, create_graph=True)

    def product(v: Any) -> torch.Tensor:
        parts = torch.split(torch.as_tensor(v, dtype=params[0].dtype), [p.numel() for p in params])
        along = sum((g.flatten() * part).sum() for g, part in zip(gradients, parts, strict=True))
        return torch.cat([h.flatten() for h in torch.autograd.grad(along, params, retain_graph=True)])

    return product


def counted(product: Product) -> tuple[Product, list[int]]:
    """A product that counts its calls."""
    calls = [0]

    def counting(v: Any) -> Any:
        calls[0] += 1
        return product(v)

    return counting, calls


def packages(dtype: torch.dtype, count: int, tolerance: float, exact: Product) -> dict[str, Callable[[int], Found]]:
    """Each way to the leading eigenvalues, as a function of a seed. `exact` is the product in double precision."""
    model, x, y = trained(dtype)
    size = sum(p.numel() for p in model.parameters())
    kind = np.dtype(str(dtype).removeprefix("torch."))
    mine = hessian_product(model, x, y)

    def begin(seed: int) -> NDArray[Any]:
        return np.random.default_rng(seed).standard_normal(size).astype(kind)

    def ours(seed: int) -> Found:
        product = hessian_product(model, x, y)
        found = lawbook.measure.spectrum.leading(product, size, count, begin(seed), tolerance=tolerance, most=400)
        return found.values, found.vectors, found.products

    def scipy(seed: int) -> Found:
        product, calls = counted(lambda v: mine(v.ravel()).numpy())
        operator = LinearOperator((size, size), matvec=product, dtype=kind)
        values, vectors = eigsh(operator, k=count, which="LA", tol=tolerance, v0=begin(seed))
        return values[::-1], vectors[:, ::-1], calls[0]

    def curvlinops(seed: int) -> Found:
        made = HessianLinearOperator(
            model, torch.nn.CrossEntropyLoss(), list(model.parameters()), [(x, y)], check_deterministic=False
        ).to_scipy()
        product, calls = counted(lambda v: made @ v.ravel())
        operator = LinearOperator((size, size), matvec=product, dtype=kind)
        values, vectors = eigsh(operator, k=count, which="LA", tol=tolerance, v0=begin(seed))
        return values[::-1], vectors[:, ::-1], calls[0]

    def theirs(method: Callable[[Any, int], Any], seed: int) -> Found:
        operator = hessian_eigenthings.HessianOperator(
            model, [(x, y)], hessian_eigenthings.supervised_loss(torch.nn.CrossEntropyLoss())
        )
        product, calls = counted(operator.matvec)
        operator.matvec = product
        found = method(operator, seed)
        order = torch.argsort(found.eigenvalues, descending=True)
        return found.eigenvalues[order].numpy(), found.eigenvectors[order].T.numpy(), calls[0]

    def steps(m: int, seed: int) -> Found:
        def method(operator: Any, seed: int) -> Any:
            options = {"k": count, "max_iter": m, "which": "LA", "reorthogonalize": True, "seed": seed}
            return hessian_eigenthings.lanczos(operator, **options)

        return theirs(method, seed)

    def doubling(seed: int) -> Found:
        taken = 0
        for m in (20, 40, 80, 160, 320):
            values, vectors, products = steps(m, seed)
            taken += products
            if worst(exact, values, vectors) <= tolerance:
                break
        return values, vectors, taken

    def fewest(seed: int) -> Found:
        if seed not in enough:
            low, high = count, 80
            while low < high:
                middle = (low + high) // 2
                values, vectors, _ = steps(middle, seed)
                low, high = (low, middle) if worst(exact, values, vectors) <= tolerance else (middle + 1, high)
            enough[seed] = low
        return steps(enough[seed], seed)

    enough: dict[int, int] = {}

    def power(seed: int) -> Found:
        def method(operator: Any, seed: int) -> Any:
            return hessian_eigenthings.deflated_power_iteration(
                operator, k=count, max_iter=500, tol=tolerance / 10, seed=seed
            )

        return theirs(method, seed)

    ways = {
        "lawbook": ours,
        "scipy eigsh": scipy,
        "curvlinops, with eigsh": curvlinops,
        "hessian-eigenthings, steps doubled": doubling,
        "hessian-eigenthings, fewest steps": fewest,
    }
    return ways | ({"hessian-eigenthings, power iteration": power} if dtype == torch.float32 else {})


def worst(exact: Product, values: NDArray[Any], vectors: NDArray[Any]) -> float:
    """The largest residual over the largest eigenvalue."""
    wide = vectors.astype(float)
    images = np.stack([exact(v).numpy() for v in wide.T], axis=1)
    return float(np.linalg.norm(images - wide * values, axis=0).max() / np.abs(values).max())


def double_of(dtype: torch.dtype) -> Product:
    """The product in double precision at the parameters of the network that was trained in `dtype`."""
    model, x, y = trained(dtype)
    return hessian_product(model.double(), x.double(), y)


def main() -> None:
    """A table: products and CPU seconds, the median of a few starts."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    print(f"{'':<40}{'products':>10}{'residual':>11}{'CPU ms':>9}")
    for dtype, tolerance in ((torch.float32, 1e-3), (torch.float64, 1e-6)):
        exact = double_of(dtype)
        for count in COUNTS:
            print(f"{count} eigenvalue{'s' * (count > 1)}, {dtype}, residual {tolerance:.0e}")
            for name, method in packages(dtype, count, tolerance, exact).items():
                rows = []
                for seed in range(SEEDS):  # warms up, and finds the fewest steps
                    method(seed)
                for seed in range(SEEDS):
                    started = time.process_time()
                    values, vectors, products = method(seed)
                    rows.append((products, worst(exact, values, vectors), time.process_time() - started))
                products, residual, seconds = (statistics.median(column) for column in zip(*rows, strict=True))
                print(f"  {name:<38}{products:>10}{residual:>11.0e}{seconds * 1e3:>9.0f}", flush=True)


if __name__ == "__main__":
    main()
