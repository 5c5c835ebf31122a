"""The whole spectrum of a symmetric operator in outline: how its eigenvalues are distributed, and their sum.

Random vectors tell of all p eigenvalues what products with a few of them can: the density by stochastic Lanczos
quadrature, the trace by Hutchinson's estimator. Both come with the standard error over those vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from scipy.linalg import eigh_tridiagonal

from lawbook.measure._arrays import real
from lawbook.measure._lanczos import Krylov, Operator, Product, length, unit
from lawbook.measure.spectrum import Leading
from lawbook.numbers import with_error

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A mean over random vectors.

    Attributes:
        value: Its value, or its values, of any shape.
        error: Their standard errors, of that shape.
        products: How many products it took; 0 where those of a density were enough.
    """

    value: Array
    error: Array
    products: int

    def __str__(self) -> str:
        if np.ndim(self.value):
            return f"{self.value}\n± {self.error}"
        return with_error(float(self.value), float(self.error))


@dataclass(frozen=True)
class Density:
    """The distribution of the eigenvalues of a symmetric operator on R^p, as Gauss quadratures of random vectors.

    The density is φ(t) = (1/p) Σ_j δ(t - λ_j), equation (1.1) of Lin, Saad & Yang (2016). For a random unit vector z,
    zᵀ f(A) z has the mean (1/p) Σ_j f(λ_j). It is Σ_k w_k f(θ_k), where the θ_k are the eigenvalues of the tridiagonal
    matrix of Lanczos from z, and w_k the squared first entries of its eigenvectors: exactly for polynomials f of a
    degree up to 2 steps - 1 (Golub & Welsch 1969), nearly for smooth f.

    Attributes:
        nodes: θ_k, shape (probes, steps).
        weights: w_k, which add up to 1 for each random vector, shape (probes, steps).
        size: p.
        products: How many products were taken.
    """

    nodes: Array
    weights: Array
    size: int
    products: int

    def mean(self, function: Callable[[Array], ArrayLike]) -> Estimate:
        """The mean of a function over all eigenvalues, Tr f(A) / p.

        Arguments:
            function: f, elementwise. The smoother it is, the fewer steps are enough.

        Returns:
            The mean with its standard error over the random vectors.

        Raises:
            ValueError: `function` gives another shape than it gets, or numbers that are not finite.

        Examples:
            >>> import numpy as np
            >>> from lawbook.measure import density
            >>> diagonal = np.linspace(0, 1, 500)
            >>> found = density.density(lambda v: diagonal * v, 500, np.random.default_rng(0), probes=20, steps=20)
            >>> print(found.mean(np.exp))  # exactly e - 1, 1.718
            1.7254 ± 0.0059
        """
        values = real(function(self.nodes), "values of the function at the nodes", 2)
        if values.shape != self.nodes.shape:
            raise ValueError(f"found values of shape {values.shape}, expected {self.nodes.shape}, that of the nodes")
        return _over_probes((self.weights * values).sum(axis=1), 0)

    def moment(self, power: int) -> Estimate:
        """The mean of a power of the eigenvalues, Tr A^power / p.

        Arguments:
            power: At least 0, and at most 2 steps - 1: up to there the quadrature is exact for each random vector.

        Returns:
            The moment with its standard error over the random vectors, in the unit of A to that power.

        Raises:
            ValueError: another power.

        Examples:
            >>> import numpy as np
            >>> from lawbook.measure import density
            >>> diagonal = np.linspace(0, 1, 500)
            >>> found = density.density(lambda v: diagonal * v, 500, np.random.default_rng(0), probes=20, steps=20)
            >>> print(found.moment(2))  # exactly 0.334
            0.3375 ± 0.0035
        """
        most = 2 * self.nodes.shape[1] - 1
        if not 0 <= power <= most:
            raise ValueError(f"found power={power}, expected 0 to {most}: {self.nodes.shape[1]} steps tell no more")
        return self.mean(lambda nodes: nodes**power)

    def curve(self, x: ArrayLike, width: float) -> Estimate:
        """The density, each eigenvalue widened to a Gaussian.

        Arguments:
            x: Where, shape (k,), in the unit of A.
            width: Standard deviation of the Gaussian, in that unit. One that is narrower than the gaps between nodes
                shows the nodes and not the eigenvalues.

        Returns:
            Values and standard errors, shape (k,), in one over that unit. The area under the curve is 1.

        Raises:
            ValueError: `x` or `width` that are not finite, or a width that is not above 0.

        Examples:
            >>> import numpy as np
            >>> from lawbook.measure import density
            >>> diagonal = np.linspace(0, 1, 500)
            >>> found = density.density(lambda v: diagonal * v, 500, np.random.default_rng(0), probes=20, steps=20)
            >>> np.round(found.curve([-0.5, 0.5], width=0.1).value, 1)  # eigenvalues lie between 0 and 1
            array([0., 1.])
        """
        at = real(x, "x", 1)
        if not 0 < width < np.inf:
            raise ValueError(f"found width={width}, expected a positive number in the unit of the eigenvalues")
        bells = np.exp(-0.5 * ((at - self.nodes[..., None]) / width) ** 2) / (width * np.sqrt(2 * np.pi))
        return _over_probes(np.einsum("ls,lsx->lx", self.weights, bells), 0)


def density(
    product: Product,
    size: int,
    rng: np.random.Generator,
    *,
    probes: int = 10,
    steps: int = 50,
    dtype: DTypeLike = np.float64,
    asymmetry: float | None = None,
) -> Density:
    """The density of the eigenvalues, by stochastic Lanczos quadrature.

    Lin, Saad & Yang (2016) survey the method; Ghorbani, Krishnan & Xiao (2019) brought it to Hessians of networks. The
    basis is kept orthogonal, so that no eigenvalue is counted twice.

    Arguments:
        product: v -> A v, from shape (p,) to shape (p,).
        size: p.
        rng: Draws the random vectors, uniform on the sphere.
        probes: How many, at least 2 for an error.
        steps: Products for each; at most p count.
        dtype: As in `lawbook.measure.spectrum.leading`.
        asymmetry: Likewise.

    Returns:
        Nodes and weights, and what is computed from them.

    Raises:
        ValueError: as in `lawbook.measure.spectrum.leading`; or too few probes or steps.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import density
        >>> diagonal = np.r_[np.zeros(990), np.full(10, 5.0)]
        >>> found = density.density(lambda v: diagonal * v, 1000, np.random.default_rng(0), probes=20, steps=5)
        >>> print(found.mean(lambda t: t > 2.5))  # one in a hundred
        0.0091 ± 0.0010
    """
    operator = Operator(product, size, dtype)
    _check_probes(probes)
    if steps < 1:
        raise ValueError(f"found steps={steps}, expected at least 1")
    steps = min(steps, operator.size)
    nodes, weights = np.zeros((probes, steps)), np.zeros((probes, steps))
    for probe in range(probes):
        krylov = Krylov(operator, unit(rng.standard_normal(operator.size)))
        while krylov.taken < steps:
            krylov.extend()
            if not krylov.off[krylov.taken - 1]:
                break  # the space is invariant: fewer nodes are exact
        m = krylov.taken
        values, vectors = eigh_tridiagonal(krylov.diagonal[:m], krylov.off[: m - 1])
        operator.check_symmetry(krylov.asymmetry(), float(np.abs(values[[0, -1]]).max()), asymmetry)
        nodes[probe, :m], weights[probe, :m] = values, vectors[0] ** 2
        nodes[probe, m:] = values[-1]  # with no weight
    return Density(nodes, weights, operator.size, operator.products)


def trace(
    product: Product,
    size: int,
    rng: np.random.Generator,
    *,
    probes: int = 30,
    known: Leading | None = None,
    dtype: DTypeLike = np.float64,
    asymmetry: float | None = None,
) -> Estimate:
    """The trace, by Hutchinson's estimator: the mean of zᵀ A z over vectors z of random signs (Hutchinson 1990).

    Each has the variance 2 (|A|_F² - Σ_j A_jj²). A few large eigenvalues make most of it; those that are known count
    exactly, and random vectors only have to tell of the rest: Tr A = Tr VᵀAV + Tr (1 - VVᵀ) A (1 - VVᵀ), the first half
    of Hutch++ (Meyer et al. 2021).

    Arguments:
        product: v -> A v, from shape (p,) to shape (p,).
        size: p.
        rng: Draws the random signs.
        probes: How many vectors, at least 2 for an error. Each takes one product.
        known: Leading eigenvalues of the same operator, as `lawbook.measure.spectrum.leading` finds them.
        dtype: As there.
        asymmetry: As there, compared with |A z| for unit vectors z.

    Returns:
        The trace with its standard error over the vectors.

    Raises:
        ValueError: as in `lawbook.measure.spectrum.leading`; or too few probes, or eigenvectors of another size.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import density, spectrum
        >>> rng = np.random.default_rng(0)
        >>> turn, _ = np.linalg.qr(rng.standard_normal((200, 200)))
        >>> matrix = (turn * np.r_[np.full(195, 0.1), np.full(5, 50.0)]) @ turn.T  # with the trace 269.5
        >>> print(density.trace(lambda v: matrix @ v, 200, rng))
        280 ± 22
        >>> top = spectrum.leading(lambda v: matrix @ v, 200, count=5)
        >>> print(density.trace(lambda v: matrix @ v, 200, rng, known=top))
        269.539 ± 0.065
    """
    operator = Operator(product, size, dtype)
    _check_probes(probes)
    vectors = np.zeros((operator.size, 0)) if known is None else known.vectors.astype(np.float64)
    if len(vectors) != operator.size:
        raise ValueError(f"found eigenvectors of {len(vectors)} entries, expected {operator.size}")
    found, before = np.zeros(probes), None
    for probe in range(probes):
        z = rng.choice([-1.0, 1.0], operator.size)
        z -= vectors @ (vectors.T @ z)
        image = operator(z).astype(np.float64)
        found[probe] = z @ image
        if before is not None:
            u, along = before
            sizes = length(u) * length(z)
            scale = max(length(along) / (length(u) or 1.0), length(image) / (length(z) or 1.0))
            operator.check_symmetry(abs(float(u @ image - z @ along)) / (sizes or 1.0), scale, asymmetry)
        before = z, image
    rest = _over_probes(found, operator.products)
    exact = 0.0 if known is None else float(known.values.sum())
    return Estimate(np.asarray(exact + rest.value), rest.error, rest.products)


def _check_probes(probes: int) -> None:
    if probes < 2:
        raise ValueError(f"found probes={probes}, expected at least 2, for a standard error")


def _over_probes(values: Array, products: int) -> Estimate:
    """Mean and standard error over the first axis."""
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return Estimate(np.asarray(values.mean(axis=0)), np.asarray(error), products)
