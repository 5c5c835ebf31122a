"""Teachers and students: small ReLU networks, one for each target, trained side by side on the same inputs by Adam.

Arrays keep the samples in their last axis, (students, units, batch): a step of small students is then a few wide loops,
and takes a third of the time that `vmap` of the usual layout takes on a CPU.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array
from numpy.typing import ArrayLike, NDArray

BATCH = 128
STEPS_AT_A_TIME = 1000  # runs of all lengths share one compiled program
ADAM = optax.scale_by_adam()  # its step size comes from the schedule
Target = Callable[[NDArray[np.floating]], NDArray[np.floating]]


class Students(NamedTuple):
    """The weights of all students, float32."""

    first: Any  # (students, width, inputs)
    first_bias: Any  # (students, width)
    second: Any  # (students, width, width)
    second_bias: Any  # (students, width)
    last: Any  # (students, width)
    last_bias: Any  # (students,)

    @property
    def parameters(self) -> int:
        """Trainable parameters of one student."""
        return sum(int(np.size(w)) for w in self) // len(self.last)


def teacher(inputs: int, rng: np.random.Generator, *, width: int = 200, gain: float = 0.98) -> Target:
    """A random ReLU network [inputs, width, width, 1] without biases, as a function of points.

    Arguments:
        inputs: How many.
        rng: Draws the weights, of variance gain / fan-in.
        width: Units of each hidden layer.
        gain: 0.98 is He's 2 times 0.7 squared.

    Returns:
        Maps shape (inputs, points) to (points,), in the precision of the points.
    """
    shapes = ((width, inputs), (width, width), (1, width))
    weights = [rng.normal(0.0, np.sqrt(gain / fan_in), (fan_out, fan_in)) for fan_out, fan_in in shapes]

    def target(x: NDArray[np.floating]) -> NDArray[np.floating]:
        first, second, last = (w.astype(x.dtype) for w in weights)
        return np.asarray((last @ np.maximum(second @ np.maximum(first @ x, 0), 0))[0])

    return target


def initialise(students: int, inputs: int, width: int, rng: np.random.Generator) -> Students:
    """Draw students [inputs, width, width, 1]: He's Gaussian weights; biases uniform in ± 0.3, to spread the kinks."""

    def weights(*shape: int) -> NDArray[np.float32]:
        return rng.normal(0.0, np.sqrt(2 / shape[-1]), (students, *shape)).astype(np.float32)

    def biases(*shape: int) -> NDArray[np.float32]:
        return rng.uniform(-0.3, 0.3, (students, *shape)).astype(np.float32)

    return Students(
        weights(width, inputs), biases(width), weights(width, width), biases(width), weights(width), biases()
    )


def features(students: Students, x: ArrayLike) -> Array:
    """The last hidden layer, shape (students, width, points), of inputs of shape (inputs, points)."""
    h = jax.nn.relu(jnp.einsum("swi,ip->swp", students.first, jnp.asarray(x)) + students.first_bias[:, :, None])
    return jax.nn.relu(jnp.einsum("svw,swp->svp", students.second, h) + students.second_bias[:, :, None])


def losses(students: Students, x: ArrayLike, y: ArrayLike) -> Array:
    """Mean squared error of each student.

    Arguments:
        students: The students.
        x: Inputs that they share, shape (inputs, points).
        y: The target of each, shape (students, points).

    Returns:
        Shape (students,).
    """
    out = jnp.einsum("sw,swp->sp", students.last, features(students, x)) + students.last_bias[:, None]
    return jnp.mean((out - y) ** 2, axis=1)


def train(students: Students, x: ArrayLike, y: ArrayLike, sizes: ArrayLike) -> Students:
    """Adam on batches of 128.

    Batches are successive stretches of the training set, over and over: put the samples in random order.

    Arguments:
        students: Where to start.
        x: Inputs, shape (inputs, points); points a multiple of 128.
        y: Targets, shape (students, points).
        sizes: The step size of every step, shape (steps,), steps a multiple of 1000.

    Returns:
        The trained students.

    Raises:
        ValueError: The number of steps or of points is no such multiple.
    """
    points, step_sizes = np.shape(x)[1], np.asarray(sizes, dtype=np.float32)
    steps = len(step_sizes)
    if steps % STEPS_AT_A_TIME or points % BATCH:
        raise ValueError(
            f"found {steps} steps and {points} points, expected multiples of {STEPS_AT_A_TIME} and {BATCH}"
        )
    begins = np.arange(steps) * BATCH % points
    students = jax.tree.map(jnp.asarray, students)
    state, data = (students, ADAM.init(students)), (jnp.asarray(x), jnp.asarray(y))
    for first in range(0, steps, STEPS_AT_A_TIME):
        now = slice(first, first + STEPS_AT_A_TIME)
        state = _run(state, data, begins[now], step_sizes[now])
    return state[0]


@jax.jit
def _run(state: Any, data: tuple[Array, Array], begins: Array, sizes: Array) -> Any:
    def step(state: Any, now: tuple[Array, Array]) -> tuple[Any, None]:
        students, memory = state
        begin, size = now
        x, y = (jax.lax.dynamic_slice_in_dim(part, begin, BATCH, axis=1) for part in data)
        slopes = jax.grad(lambda s: jnp.sum(losses(s, x, y)))(students)  # the students do not see each other
        updates, memory = ADAM.update(slopes, memory)
        return (jax.tree.map(lambda w, u: w - size * u, students, updates), memory), None

    return jax.lax.scan(step, state, (begins, sizes))[0]


def exponents(parameters: Sequence[int], loss: ArrayLike) -> NDArray[np.float64]:
    """The exponent α of loss ∝ N^(-α), target by target, by least squares in log loss.

    Arguments:
        parameters: N of each width, shape (widths,).
        loss: Shape (widths, targets).

    Returns:
        Shape (targets,), positive for a decay.
    """
    log_n = np.log(np.asarray(parameters, dtype=float))
    return np.asarray(-np.polyfit(log_n, np.log(np.asarray(loss, dtype=float)), 1)[0])
