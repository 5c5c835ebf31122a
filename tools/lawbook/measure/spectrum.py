"""Eigenvalues of a symmetric operator that is known by its products alone: a Hessian from PyTorch, JAX or anything.

A product is a function of a vector, shape (p,), that gives a vector of that shape; both are arrays that NumPy reads.
Each call has to take the same data and parameters. What is no number, no vector or not symmetric is an error.

```
def hvp(v):                      # PyTorch; `loss` of all data, `params` a list of tensors
    parts = torch.split(torch.as_tensor(v, dtype=torch.float32), [p.numel() for p in params])
    along = sum((g.flatten() * part).sum() for g, part in zip(gradients, parts))
    return torch.cat([h.flatten() for h in torch.autograd.grad(along, params, retain_graph=True)])
```
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from scipy.linalg import eigh_tridiagonal

from lawbook.measure._arrays import read, real
from lawbook.measure._lanczos import Krylov, Operator, Product, beginning, unit

Array = NDArray[np.float64]

LEAST_PRODUCTS = 7  # beside one for each eigenpair: a start at a wrong eigenvector has a small residual at first
HANDED_ON = 4  # Ritz vectors mixed in a start: enough for eigenvalues that may overtake each other before the next call


@dataclass(frozen=True)
class Leading:
    """The largest (algebraic) eigenvalues of a symmetric operator, the largest first, and how well they are known.

    Attributes:
        values: Shape (count,).
        residuals: `|A v - value v|`, shape (count,), beside the rounding of the products: an eigenvalue of A lies
            within this distance of the value. The error of the value itself is of second order in it.
        vectors: Orthonormal, shape (p, count).
        products: How many products were taken.
        start: A mixture of the leading eigenvectors, shape (p,): where to begin at parameters nearby. (The first
            vector alone would be kept, with a small residual, when another eigenvalue overtakes its own.)
        settled: Whether all residuals came below the tolerance. If not, the values are lower bounds.
    """

    values: Array
    residuals: Array
    vectors: NDArray[Any]
    products: int
    start: NDArray[Any]
    settled: bool

    @property
    def value(self) -> float:
        """The largest eigenvalue; of a Hessian, the sharpness, in units of loss per squared parameter."""
        return float(self.values[0])

    @property
    def residual(self) -> float:
        """The residual of the largest, in the same unit."""
        return float(self.residuals[0])

    def __str__(self) -> str:
        lines = [f"{v:<14.7g} residual {r:.1g}" for v, r in zip(self.values, self.residuals, strict=True)]
        told = "" if self.settled else ", before the residuals came below the tolerance: lower bounds"
        return "\n".join([*lines, f"{self.products} products{told}"])


def leading(
    product: Product,
    size: int,
    count: int = 1,
    start: ArrayLike | None = None,
    *,
    tolerance: float | None = None,
    most: int = 100,
    dtype: DTypeLike = np.float64,
    asymmetry: float | None = None,
) -> Leading:
    """The `count` largest eigenvalues, by Lanczos with full reorthogonalisation.

    Arguments:
        product: v -> A v, from shape (p,) to shape (p,).
        size: p.
        count: How many eigenvalues.
        start: Where to begin, shape (p,); best the `start` of a result nearby. A little of a fixed direction is added
            to it, so that no eigenvector is missed for being orthogonal to it.
        tolerance: Stop when the residuals are below this share of the largest eigenvalue in magnitude that was seen.
            The default is the square root of the rounding of the products: 1.5e-8, or 3.5e-4 for single precision. One
            below four times that rounding is not waited for.
        most: Stop after this many products all the same. So many vectors are kept in memory at most.
        dtype: Of the vectors that `product` is given, float32 or float64. Its first result says in which precision it
            computes.
        asymmetry: By which share of the largest eigenvalue u·Av and v·Au may differ for unit vectors; the square root
            of that rounding by default.

    Returns:
        Values, residuals, vectors, cost, and a start for the next call.

    Raises:
        ValueError: a product of another shape or type, infinite, undefined or not symmetric; or arguments that do not
            fit.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import spectrum
        >>> diagonal = np.arange(-90.0, 10.0)
        >>> found = spectrum.leading(lambda v: diagonal * v, size=100, count=2)
        >>> np.round(found.values, 6)
        array([9., 8.])
        >>> again = spectrum.leading(lambda v: diagonal * v, size=100, count=2, start=found.start, tolerance=1e-3)
        >>> again.products < found.products
        True
    """
    operator = Operator(product, size, dtype)
    steps = min(most, operator.size)
    if not 1 <= count <= steps:
        raise ValueError(f"found count={count}, expected 1 to {steps}, the smaller of most and size")
    for name, share in (("tolerance", tolerance), ("asymmetry", asymmetry)):
        if share is not None and not 0 <= share < np.inf:
            raise ValueError(f"found {name}={share}, expected a share of the largest eigenvalue, at least 0")
    krylov = Krylov(operator, beginning(start, operator.size))
    test = min(LEAST_PRODUCTS + count, steps)
    while True:
        krylov.extend()
        if krylov.taken < test:
            continue
        limit = max(4 * operator.rounding, operator.rounding**0.5 if tolerance is None else tolerance)
        values, vectors, ends, scale = _ritz(krylov, count)
        operator.check_symmetry(krylov.asymmetry(), scale, asymmetry)
        settled = bool((ends <= limit * scale).all())
        if settled or krylov.taken == steps:
            break
        test = min(steps, krylov.taken + max(1, krylov.taken // 20))  # the small eigenproblem is not to count
    beside = np.linalg.norm(krylov.beside[: krylov.taken, : krylov.taken] @ vectors[:, :count], axis=0)
    whole = krylov.combine(vectors)
    mixed = whole @ (0.5 ** np.arange(whole.shape[1])).astype(whole.dtype)
    return Leading(values, np.hypot(ends, beside), whole[:, :count], operator.products, unit(mixed), settled)


def _ritz(krylov: Krylov, count: int) -> tuple[Array, Array, Array, float]:
    """What the space tells: the largest values, their vectors and a few more, what they couple to beyond, the scale."""
    m = krylov.taken
    values, vectors = eigh_tridiagonal(krylov.diagonal[:m], krylov.off[: m - 1])
    kept = min(max(count, HANDED_ON), m)
    top, ahead = values[::-1][:count], vectors[:, ::-1][:, :kept]
    ends = krylov.off[m - 1] * np.abs(ahead[-1, :count])
    return top.copy(), ahead.copy(), ends, float(np.abs(values[[0, -1]]).max())


def averaged(products: Sequence[Product], weights: ArrayLike | None = None) -> Callable[[Any], NDArray[Any]]:
    """One product of many, such as of the batches of a data set: their weighted mean.

    Arguments:
        products: v -> A_b v for each batch b, all of one shape.
        weights: One for each, at least 0; for the Hessian of a mean loss, the sizes of the batches. Equal by default.

    Returns:
        v -> Σ w_b A_b v / Σ w_b, summed in double precision, in the type of the products.

    Raises:
        ValueError: no products, or weights that are not one for each, finite and at least 0, with a sum above 0.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import spectrum
        >>> batches = [np.diag([1.0, 0.0]), np.diag([4.0, 9.0])]
        >>> product = spectrum.averaged([lambda v, a=a: a @ v for a in batches], weights=[2, 1])
        >>> product(np.ones(2))
        array([2., 3.])
    """
    parts = list(products)
    shares = real(np.ones(len(parts)) if weights is None else weights, "weights", 1)
    if not parts or len(shares) != len(parts) or (shares < 0).any() or not shares.any():
        raise ValueError(
            f"found {len(parts)} products and the weights {shares.tolist()}, expected at least one product and a "
            "weight for each, at least 0 and not all 0"
        )
    shares = shares / shares.sum()

    def product(vector: Any) -> NDArray[Any]:
        total, kind = np.zeros(0), np.dtype(np.float16)
        for number, (part, share) in enumerate(zip(parts, shares, strict=True)):
            image = read(part(np.array(vector)), f"a product of batch {number}")
            if number and image.shape != total.shape:
                raise ValueError(f"found a product of batch {number} of shape {image.shape}, expected {total.shape}")
            if image.dtype.kind not in "fiu" or not np.isfinite(image).all():
                raise ValueError(
                    f"found a product of batch {number} of type {image.dtype} that has no finite real numbers"
                )
            total = total + share * image if number else share * image.astype(np.float64)
            kind = np.promote_types(kind, image.dtype)
        return total.astype(kind)

    return product


def sharpness(
    function: Callable[[Any], Any],
    params: Any = None,
    start: Any = None,
    *,
    size: int | None = None,
    count: int = 1,
    tolerance: float | None = None,
    most: int = 100,
    dtype: DTypeLike = np.float64,
    asymmetry: float | None = None,
) -> Any:
    """The sharpness of any model: this is what `lawbook.measure.sharpness(…)` calls.

    Arguments:
        function: With `size`, a Hessian-vector product in NumPy, see `leading`. With `params`, a loss in JAX.
        params: Parameters of a loss in JAX, a pytree; see `lawbook.measure.sharpness.sharpness`.
        start: The `start` of a call at parameters nearby.
        size: The number of parameters.
        count: As in `leading`, for a product.
        tolerance: As in `leading`.
        most: As in `leading`.
        dtype: As in `leading`, for a product.
        asymmetry: As in `leading`, for a product.

    Returns:
        For a product, a `Leading`; for a loss in JAX, a `Sharpness` of `lawbook.measure.sharpness`.

    Raises:
        ValueError: not exactly one of `params` and `size`, an option of the other, or what the two functions refuse.

    Examples:
        >>> import lawbook
        >>> import numpy as np
        >>> found = lawbook.measure.sharpness(lambda v: np.array([6.0, -100.0]) * v, size=2)
        >>> print(f"{found.value:.3f}")
        6.000
    """
    if (params is None) == (size is None):
        raise ValueError(
            f"found {'neither params nor' if size is None else 'both params and'} size, expected one of them: size= "
            "with a Hessian-vector product in NumPy, params with a loss in JAX"
        )
    if size is not None:
        return leading(function, size, count, start, tolerance=tolerance, most=most, dtype=dtype, asymmetry=asymmetry)
    if count != 1 or np.dtype(dtype) != np.float64 or asymmetry is not None:
        raise ValueError(
            "found count, dtype or asymmetry beside params, expected them with size=: "
            "lawbook.measure.sharpness.hessian_product makes a product of a loss in JAX"
        )
    from lawbook.measure.sharpness import sharpness as of_loss

    return of_loss(function, params, start, tolerance=tolerance, most=most)
