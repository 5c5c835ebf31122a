# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A deep linear network learns one mode after another
#
# Saxe, McClelland and Ganguli (2014) solved a model that anyone would expect to be dull: a network without
# nonlinearities. What it computes is one matrix, but how it learns is nonlinear, for its layers multiply. The solution
# has plateaus, sudden rises and an order of learning, and it is exact.
# [The law page](../laws/saxe2014.md) states it; here we run it.

# %%
import functools
import itertools

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.solvable import linear
from lawbook.lab.training.flow import gradient_flow
from lawbook.measure import powerlaw

law = notebook.open("saxe2014")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## A task with four modes
#
# A random task of 8 whitened inputs and 6 outputs whose correlation has the singular values 4, 3, 2 and 1. With
# squared loss and whitened inputs nothing else about the data matters. The start is *aligned*: the layers carry each
# mode in its own hidden direction, with strengths that multiply to $u_0$.


# %%
TOLERANCE = 1e-10  # local error of the solver


def orthonormal(rows, columns):
    """Random orthonormal columns."""
    return np.linalg.qr(rng.normal(size=(rows, columns)))[0]


class Task:
    """A target with its singular vectors: strengths are read off in them."""

    def __init__(self, left, s, right):
        self.left, self.s, self.right = left, s, right  # (out, modes), (modes,), (in, modes)
        self.target = left * s @ right.T

    def aligned(self, strengths, width):
        """Layers that carry each mode with the given strengths, one a layer."""
        hidden = orthonormal(width, len(self.s))
        first, *middle, last = strengths
        return (
            first * hidden @ self.right.T,
            *(a * hidden @ hidden.T for a in middle),
            last * self.left @ hidden.T,
        )

    def coefficients(self, products):
        """Products in the singular vectors of the target, shape (times, modes, modes); diagonal: the strengths."""
        return np.einsum("oa,toi,ib->tab", self.left, np.asarray(products), self.right)

    def follow(self, weights, times, tolerance=TOLERANCE):
        """Coefficients, and the weights themselves, along gradient flow."""
        path = gradient_flow(linear.loss, weights, times, args=self.target, tolerance=tolerance).params
        return self.coefficients(jax.vmap(linear.product)(path)), path


def strengths(coefficients):
    """The diagonals, shape (times, modes)."""
    return np.diagonal(coefficients, axis1=1, axis2=2)


task = Task(orthonormal(6, 4), np.array([4.0, 3.0, 2.0, 1.0]), orthonormal(8, 4))
u0 = 1e-3
times = np.linspace(0, 6, 601)
start = task.aligned([u0**0.5] * 2, width=5)
coefficients, weights = task.follow(start, times)
u = strengths(coefficients)
coarse = task.follow(start, times, tolerance=10 * TOLERANCE)[0]  # its distance tells the error of the solver
solver_error = np.abs(coefficients - coarse).max()

# %%
curve = law.formula("sigmoidal-mode")
exact = curve(s=task.s, u0=u0, time=times[:, None])
seen = np.arange(0, 601, 25)
fig, ax = plt.subplots()
for a, s in enumerate(task.s):
    ax.plot(times, exact[:, a], color=plot.COLOURS[a])
    plot.points(ax, times[seen], u[seen, a], index=a, label=f"$s={s:g}$")
ax.set(xlabel="time $t$ (step size × steps)", ylabel="strength $u$ (output per input)")
ax.legend(title="singular value")
plt.show()

for a, s in enumerate(task.s):
    law.series(
        "learning-curves", x=times[seen], y=u[seen, a], error=solver_error, prediction=exact[seen, a],
        law="sigmoidal-mode", label=f"s = {s:g}", x_label="time $t$ (step size × steps)",
        y_label="strength of the mode (output per input)", title="Each mode waits, rises and saturates in its turn",
    )  # fmt: skip

# %% [markdown]
# Lines are the formula, points the network. The strongest mode is through before the weakest has begun to show.

# %%
given = {"s": task.s, "u0": u0, "time": times[seen, None]}
law.check("curve-of-each-mode", measured=u[seen], error=np.abs(u - strengths(coarse))[seen], given=given)

# %%
off_diagonal = np.abs(coefficients * (1 - np.eye(4))).max()
law.check("modes-do-not-interact", measured=off_diagonal, error=solver_error)

# %% [markdown]
# ## Real steps
#
# Gradient descent takes steps of size $\eta$. How far does it stray from the curve?

# %%
etas = np.array([0.01, 0.003, 0.001])
strayed = []
for eta in etas:
    run = linear.descend(start, task.target, step_size=eta, steps=round(6 / eta), every=2)
    found = strengths(task.coefficients(run.product))
    strayed.append(np.abs(found - curve(s=task.s, u0=u0, time=eta * run.step[:, None])).max())
order = powerlaw.fit(etas, strayed)
law.check("finite-steps-converge", measured=order.exponent, error=order.exponent_error)

# %% [markdown]
# ## Controls: no logistic curve without the assumptions
#
# **tanh units.** They saturate, and share the work among modes; beside them the same network with linear units, trained
# on the same eight samples. **A turned start.** The first layer begins along other input directions. **Large steps.** A
# twentieth of a unit of time each.

# %%
inputs = np.sqrt(8) * np.eye(8)  # eight samples with unit covariance


def outputs(weights, bent):
    """What the network says of each sample, shape (samples, out), with tanh or linear units."""
    first, last = weights
    hidden = inputs @ first.T
    return jnp.where(bent, jnp.tanh(hidden), hidden) @ last.T


def sample_loss(weights, args):
    target, bent = args
    return 0.5 * jnp.sum((outputs(weights, bent) - inputs @ target.T) ** 2) / 8


late = np.array([1.5, 3.0, 6.0])


def strongest(bent):
    """Strength of the strongest mode at three times."""
    args = (task.target, jnp.asarray(bent))
    path = gradient_flow(sample_loss, start, late, args=args, tolerance=TOLERANCE).params
    said = jax.vmap(outputs, in_axes=(0, None))(path, bent)  # (times, samples, out)
    return strengths(task.coefficients(np.swapaxes(said, 1, 2) @ inputs / 8))[:, 0]


law.control(
    "tanh-units",
    measured=strongest(True),
    error=notebook.solver(TOLERANCE, task.s[0]),
    intact=strongest(False),
    intact_error=notebook.solver(TOLERANCE, task.s[0]),
    given={"s": task.s[0], "u0": u0, "time": late},
)

# %%
turned = (start[0] @ orthonormal(8, 8), start[1])
mixed, _ = task.follow(turned, times)
given = {"s": task.s, "u0": u0, "time": 1.0}
law.control("turned-start", measured=strengths(mixed)[100], error=solver_error, given=given)

# %%
law.control("turned-start-mixes-modes", measured=np.abs(mixed * (1 - np.eye(4))).max(), error=solver_error)

# %%
eta, steps, every = 0.05, 120, 5
run = linear.descend(start, task.target, step_size=eta, steps=steps, every=every)
found = strengths(task.coefficients(run.product))
middle = np.argmin(np.abs(found - task.s / 2), axis=0)  # of the times of the check, the nearest to each half-time
law.control(
    "large-steps",
    measured=found[middle, np.arange(4)],
    error=notebook.rounding(task.s, steps),
    given={"s": task.s, "u0": u0, "time": eta * run.step[middle]},
)

# %% [markdown]
# ## When is a mode learned?
#
# Read off each curve when it passes half of its singular value. Between two saved times we interpolate the log-odds
# $\ln u/(s-u)$; doing so on every second time tells how well.


# %%
def half_times(times, u, s):
    """When each strength, shape (times, modes), first passes s / 2, and the error of the interpolation."""
    if np.any(u.max(axis=0) < s / 2):
        raise ValueError(f"found strengths up to {u.max(axis=0)}, expected each to pass half of {s}")

    def crossing(times, u, s):
        k = max(int(np.argmax(u >= s / 2)), 1)
        odds = np.log(u[k - 1 : k + 1] / (s - u[k - 1 : k + 1]))
        return times[k - 1] - odds[0] * (times[k] - times[k - 1]) / (odds[1] - odds[0])

    fine, coarse = (
        np.array([crossing(times[::skip], u[::skip, a], s[a]) for a in range(len(s))]) for skip in (1, 2)
    )  # fmt: skip
    return fine, np.abs(fine - coarse)


near = 1e-2  # a start ten times stronger, from which the 1 in the logarithm counts
ahead, _ = task.follow(tuple((near / u0) ** 0.5 * w for w in start), times)
reached, error = np.stack([half_times(times, found, task.s) for found in (u, strengths(ahead))], axis=1)
law.check("half-time-of-each-mode", measured=reached, error=error, given={"s": task.s, "u0": np.array([[u0], [near]])})

# %% [markdown]
# ## Digits, from small random weights
#
# Now real data and an ordinary start. The inputs are the first 12 principal components of 1500 digits, whitened; the
# outputs are once the ten classes and once the ten pixels that vary most. Nothing is aligned. But of random weights
# only one part grows in each mode, and its size is $u_0=\frac14|W_1r+W_2^\top l|^2$, with the mode's directions $r$
# among inputs and $l$ among outputs.

# %%
images, labels = digits.load()
rows = rng.permutation(len(labels))[:1500]
white, variances = linear.whiten(images[rows], 12)
classes = np.eye(digits.CLASSES)[labels[rows]]


def task_of(outputs, inputs, modes):
    """The task of predicting centred outputs; modes of singular value zero are left out."""
    left, s, right = np.linalg.svd((outputs - outputs.mean(axis=0)).T @ inputs / len(inputs), full_matrices=False)
    return Task(left[:, :modes], s[:modes], right[:modes].T)


def random_weights(task, size=1e-3, width=256 if full else 64):
    """Small Gaussian layers."""
    scale = size / np.sqrt(width)
    return scale * rng.normal(size=(width, len(task.right))), scale * rng.normal(size=(len(task.left), width))


def effective(task, weights):
    """The strength at which each mode effectively starts, shape (modes,)."""
    return np.sum((weights[0] @ task.right + weights[1].T @ task.left) ** 2, axis=0) / 4


def rise(task, weights, moments, tolerance=10 * TOLERANCE):
    """Strengths of the modes along gradient flow, shape (times, modes)."""
    return strengths(task.follow(weights, moments, tolerance=tolerance)[0])


def waits(task, weights, moments, found):
    """Half-times of strengths with their errors, singular values and effective starts, shape (4, modes)."""
    return np.array([*half_times(moments, found, task.s), task.s, effective(task, weights)])


lively = np.argsort(images.var(axis=0))[-10:]
by_class, by_pixel = task_of(classes, white, 9), task_of(images[rows][:, lively], white, 10)
drawn = {by_class: random_weights(by_class), by_pixel: random_weights(by_pixel)}
moments = {some: np.linspace(0, 20 / some.s[-1], 2001) for some in drawn}
rising = {some: rise(some, weights, moments[some]) for some, weights in drawn.items()}

# %% [markdown]
# First the whole curves of the nine class modes, as shares of their singular values, at seven times about the
# half-time. Small starts all look alike to the law: only $\ln u_0$ matters. So once more from above, where the modes
# have to shrink: both layers carry each mode with twice its singular value, and are then disturbed by Gaussian weights
# a fifth as large as they are.

# %%
mine, grown = moments[by_class], rising[by_class]
u0s = effective(by_class, drawn[by_class])
half = np.log(by_class.s / u0s - 1) / (2 * by_class.s)
seen = np.searchsorted(mine, np.array([[0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4]]).T * half)  # (times, modes)
off = np.abs(rise(by_class, drawn[by_class], mine, tolerance=100 * TOLERANCE) - grown)
share, error = ((part / by_class.s)[seen, np.arange(9)] for part in (grown, off))


def disturbed(layer):
    """A layer with Gaussian weights added, whose norm is a fifth of its own."""
    away = rng.normal(size=layer.shape)
    return layer + 0.2 * np.linalg.norm(layer) * away / np.linalg.norm(away)


above = tuple(map(disturbed, by_class.aligned([np.sqrt(2 * by_class.s)] * 2, 64)))
soon = np.array([0, 0.5, 1, 2, 3])  # from the start on
shrunk, rough = (rise(by_class, above, soon, tolerance=factor * TOLERANCE)[1:] / by_class.s for factor in (10, 100))
law.check(
    "curves-on-digits",
    measured=np.concatenate([share, shrunk]),
    error=np.concatenate([error, np.abs(rough - shrunk)]),
    given={
        "s": by_class.s,
        "u0": np.concatenate([np.tile(u0s, (7, 1)), np.tile(effective(by_class, above), (4, 1))]),
        "time": np.concatenate([mine[seen], np.tile(soon[1:, None], 9)]),
    },
)

# %%
fig, ax = plt.subplots()
thin = slice(0, None, 40)
for index, a in enumerate((0, 4, 8)):
    line = curve(s=by_class.s[a], u0=u0s[a], time=mine[thin])
    ax.plot(mine[thin], line, color=plot.COLOURS[index])
    plot.points(ax, mine[thin], grown[thin, a], index=index, label=f"$s={by_class.s[a]:.2f}$")
    law.series(
        "digits-curves", x=mine[thin], y=grown[thin, a], error=off[thin, a], prediction=line,
        law="sigmoidal-mode", label=f"s = {by_class.s[a]:.2f}",
        x_label="time $t$ (step size × steps)", y_label="strength of the mode (output per input)",
        title="Digits from small random weights: the same curves, and nobody aligned anything",
    )  # fmt: skip
ax.set(xlabel="time $t$ (step size × steps)", ylabel="strength $u$ (output per input)")
ax.legend(title="singular value")
plt.show()

# %% [markdown]
# And the half-times of all nineteen.

# %%
results = [waits(some, drawn[some], moments[some], rising[some]) for some in drawn]
measured, error, s, starts = np.concatenate(results, axis=1)
law.check("digits-from-a-random-start", measured=measured, error=error, given={"s": s, "u0": starts})

# %%
predicted = law.predict("digits-from-a-random-start", s=s, u0=starts)
fig, ax = plt.subplots()
ax.plot(s, predicted, "_", color=plot.GREY, markersize=12, markeredgewidth=2, label="law")
plot.points(ax, s[:9], measured[:9], error[:9], index=0, label="classes")
plot.points(ax, s[9:], measured[9:], error[9:], index=1, label="pixels")
ax.set(
    xscale="log", yscale="log", xlabel="singular value $s$ (output per input)", ylabel="half-time (step size × steps)"
)
ax.legend()
plt.show()
for name, part in {"classes": slice(0, 9), "pixels": slice(9, None)}.items():
    law.series(
        "digits-half-times", x=s[part], y=measured[part], error=error[part], prediction=predicted[part],
        law="learning-time", label=name, x_scale="log", y_scale="log", x_label="singular value $s$ (output per input)",
        y_label="half-time (step size × steps)", title="Digits from small random weights: the strong modes first",
    )  # fmt: skip

# %% [markdown]
# Controls. If the principal components keep their own variances, modes pull on each other: the third strongest comes
# late, the weakest early. (The strongest never gets half-way, and the second strongest not from every start.) The same
# descent with whitened components obeys the law. And from the same weights made three hundred times larger the weak
# modes have no time to align.

# %%
two = [2, 8]  # the third strongest and the weakest


def descended(spread):
    """Half-times of two class modes by descent, and their errors; inputs have these standard deviations."""
    seen = task_of(classes, white * spread, 9)
    best = seen.target / spread**2  # the best map: its product with the covariance is the correlation
    eta = 0.005 / seen.s[0]
    run = linear.descend(
        drawn[by_class], best, step_size=eta, steps=10_000, every=5, covariance=np.diag(spread**2)
    )  # fmt: skip
    when, error = half_times(eta * run.step, strengths(seen.coefficients(run.product))[:, two], seen.s[two])
    return when, error, {"s": seen.s[two], "u0": effective(seen, drawn[by_class])[two]}


skewed, skewed_error, given = descended(np.sqrt(variances / variances.mean()))
whitened, whitened_error, whitened_given = descended(np.ones(12))
law.control(
    "inputs-not-whitened",
    measured=skewed,
    error=skewed_error,
    intact=whitened,
    intact_error=whitened_error,
    given=given,
    intact_given=whitened_given,
)

# %%
large, long = tuple(300 * w for w in drawn[by_class]), np.linspace(0, 200, 2001)
late, error, s, starts = waits(by_class, large, long, rise(by_class, large, long))[:, -1]
law.control("large-start", measured=late, error=error, given={"s": s, "u0": starts})

# %% [markdown]
# ## Deeper
#
# With $D$ layers a mode is the product of $D$ equal numbers. Its speed at each strength:

# %%
deep_u0 = 0.01


def speeds(moments, u):
    """Derivatives of the strengths by differences over five times, shape (times - 8, modes), from the fifth time on.

    Their error: a stencil twice as wide is 16 times as bad, so it is a fifteenth of the difference.
    """
    dt = moments[1] - moments[0]

    def five_points(apart):
        near = u[4 + apart : len(u) - 4 + apart] - u[4 - apart : len(u) - 4 - apart]
        far = u[4 + 2 * apart : len(u) - 4 + 2 * apart] - u[4 - 2 * apart : len(u) - 4 - 2 * apart]
        return (8 * near - far) / (12 * apart * dt)

    return five_points(1), np.abs(five_points(1) - five_points(2)) / 15


def four_layers(factor):
    """Times and strengths of the class modes with four layers, one of them larger by `factor`."""
    equal = deep_u0**0.25
    shares = [equal * factor, *[equal / factor ** (1 / 3)] * 3]
    moments = np.linspace(0, 100, 2001)
    return moments, strengths(by_class.follow(by_class.aligned(shares, 12), moments)[0])


paths = {4: (*four_layers(1.0), by_class.s)}
for layers in (2, 3):
    found, _ = task.follow(task.aligned([deep_u0 ** (1 / layers)] * layers, 5), times)
    paths[layers] = times, strengths(found), task.s
columns = []
for layers, (moments, found, s) in sorted(paths.items()):
    speed, error = speeds(moments, found)
    found = found[4:-4]
    for a in range(len(s)):
        some = np.searchsorted(found[:, a], s[a] * np.linspace(0.1, 0.9, 9))  # on the way up
        columns.append([speed[some, a], error[some, a], np.full(9, layers), found[some, a], np.full(9, s[a])])
speed, error, depth, strength, s = np.concatenate(columns, axis=1)
law.check("speed-at-each-strength", measured=speed, error=error, given={"depth": depth, "u": strength, "s": s})

# %%
fig, ax = plt.subplots()
grid = np.linspace(0, 4, 200)
for index, layers in enumerate((2, 3)):
    ax.plot(grid, law.formula("depth-ode")(depth=layers, u=grid, s=4.0), color=plot.COLOURS[index])
    chosen = (depth == layers) & (s == 4.0)
    plot.points(ax, strength[chosen], speed[chosen], index=index, label=f"{layers} layers")
ax.set(xlabel="strength $u$ (output per input)", ylabel=r"speed $\dot u$ (output per input and time)")
ax.legend()
plt.show()

# %% [markdown]
# Four layers on the digits, aligned; then the same product with one layer ten times larger, which undoes the law.

# %%
given = {"s": by_class.s, "u0": deep_u0}
reached, error = half_times(*paths[4])
law.check("four-layers-on-digits", measured=reached, error=error, given=given)

# %%
reached, error = half_times(*four_layers(10.0), by_class.s)
law.control("layers-of-unequal-size", measured=reached, error=error, given=given)

# %% [markdown]
# Very deep networks: depth divides time, and the shape tends to a limit. We take 16, 32 and 64 layers and extrapolate.
# The limit of each neighbouring two leaves a term in $1/D^2$; that of the deeper two leaves a quarter of it.


# %%
def stack_loss(stack, args):
    """The same loss for square layers in one array, shape (64, n, n), of which some are left out: one compilation."""
    target, present = args
    used = jnp.where(present[:, None, None], stack, jnp.eye(len(target)))
    product, _ = jax.lax.scan(lambda total, w: (w @ total, None), jnp.eye(len(target)), used)
    return 0.5 * jnp.sum((product - target) ** 2)


deep_u0, scaled = 0.3, []
for layers in (16, 32, 64):
    present = np.arange(64) < layers
    stack = np.tile(np.eye(4) * deep_u0 ** (1 / layers), (64, 1, 1))  # modes along the axes, as good as any other
    moments = np.linspace(0, 6 / layers, 1001)
    path = gradient_flow(stack_loss, stack, moments, args=(np.diag(task.s), present), tolerance=1e-9).params
    found = np.prod(np.diagonal(path[:, present], axis1=2, axis2=3), axis=1)  # (times, modes)
    scaled.append(layers * half_times(moments, found, task.s)[0])
coarse, fine = (2 * deeper - shallower for shallower, deeper in itertools.pairwise(scaled))
law.check("very-deep-shape", measured=fine, error=np.abs(fine - coarse) / 3, given={"s": task.s, "u0": deep_u0})

# %% [markdown]
# ## Orthogonal weights
#
# All that was for small starts. Give each layer a random *orthogonal* matrix instead: nothing is stretched or lost on
# the way through, at any depth. With a step size in proportion to one over depth, do deeper networks need more steps on
# the digits? We draw 128 layers, and then multiply all but the lowest 31 together, which leaves 32: these are random
# orthogonal matrices too, and the network starts with the same outputs. So what differs is depth alone. Beside it
# Gaussian weights of the usual scale, counted up to 500 steps.

# %%
longest, starts, shallow, deep = 500, 40, 32, 128
correlation = (classes - classes.mean(axis=0)).T @ white / len(white)  # (10, 12)


def deep_loss(stack):
    product, _ = jax.lax.scan(lambda total, w: (w @ total, None), jnp.eye(12), stack)
    return 0.5 * jnp.sum((product[:10] - correlation) ** 2)


def steps_needed(stack):
    """Steps of size 1.5 over depth from square layers (depth, 12, 12) until 95 % of the loss of zero weights is gone.

    `longest`, if that is not reached by then.
    """

    def step(state):
        stack, taken, _ = state
        value, gradient = jax.value_and_grad(deep_loss)(stack)
        done = value < 0.05 * 0.5 * np.sum(correlation**2)
        return stack - 1.5 / len(stack) * gradient, taken + jnp.where(done, 0, 1), done

    return jax.lax.while_loop(lambda state: ~state[2] & (state[1] < longest), step, (stack, 0, False))[1]


@jax.jit
def log_steps(stacks):
    """Logarithms of the steps from each start, (starts,); one after the other, for each stops when it is through."""
    return jnp.log(jax.lax.map(steps_needed, stacks))


layers = np.linalg.qr(rng.normal(size=(starts, deep, 12, 12)))[0]
top = functools.reduce(lambda total, w: w @ total, np.moveaxis(layers[:, shallow - 1 :], 1, 0))
merged = np.concatenate([layers[:, : shallow - 1], top[:, None]], axis=1)
logs = {depth: np.asarray(log_steps(stacks)) for depth, stacks in ((shallow, merged), (deep, layers))}
for depth, found in logs.items():
    print(f"orthogonal, depth {depth}: {np.exp(found.mean()):.0f} steps")
ratio = np.exp(np.mean(logs[deep] - logs[shallow]))  # of geometric means
law.check(
    "steps-at-four-times-the-depth", measured=ratio, error=ratio * notebook.spread(logs[deep] - logs[shallow])
)  # fmt: skip

# %%
gaussian = rng.normal(size=(8, deep, 12, 12)) / np.sqrt(12)  # fewer, for none of them gets there
stalled = np.asarray(log_steps(gaussian))
print(f"Gaussian, depth {deep}: {np.mean(stalled == np.log(longest)):.0%} of the starts need more than {longest} steps")
ratio = np.exp(stalled.mean() - logs[shallow].mean())
error = ratio * np.hypot(notebook.spread(stalled), notebook.spread(logs[shallow]))
law.control("gaussian-weights", measured=ratio, error=error)

# %% [markdown]
# ## Unequal layers
#
# Make the first layer larger and the second smaller, with the same product. The difference of squares is kept, and
# learning is faster.


# %%
def squares(first, last):
    """Squared strengths of the modes in the two layers, each of shape (..., modes)."""
    return np.sum((first @ task.right) ** 2, axis=-2), np.sum((np.swapaxes(last, -1, -2) @ task.left) ** 2, axis=-2)


def change(first, last, c):
    """Largest change of the difference of the squares over its start, and the error of the solver, over it too."""
    a, b = squares(first, last)
    return np.abs((a - b) / c - 1).max(), notebook.solver(TOLERANCE, np.maximum(a, b).max() / c)


unequal, reached, errors, kept, changes = {}, [], [], [], []
for factor in (3.0, 10.0):
    a, b = factor * u0**0.5, u0**0.5 / factor
    unequal[factor] = task.aligned([a, b], 5), a**2 - b**2
    found, path = task.follow(unequal[factor][0], times)
    changes.append((change(*path, a**2 - b**2), change(*(w[-1] for w in path), a**2 - b**2)))
    when, error = half_times(times, strengths(found), task.s)
    reached.append(when), errors.append(error), kept.append(np.full(4, a**2 - b**2))
measured, error = np.array([along for along, _ in changes]).T
law.check("difference-is-kept", measured=measured, error=error)

# %%
given = {"c": kept, "s": task.s, "u0": u0}
law.check("unequal-half-time", measured=reached, error=errors, given=given)

# %%
weights, c = unequal[3.0]
run = linear.descend(weights, task.target, step_size=0.05, steps=steps, every=every)
largest = max(square.max() for square in squares(*run.weights))
law.control(
    "difference-drifts-with-large-steps",
    measured=change(*run.weights, c)[0],
    error=notebook.rounding(largest / c, steps),
    intact=changes[0][1][0],
    intact_error=changes[0][1][1],
)

# %% [markdown]
# ## What to try next
#
# - Give a weak mode a head start: pass different strengths for each mode to `aligned`. When is the order reversed?
# - Make the random start larger step by step. At which size do half-times leave the law by 5 %?
# - At which depth do Gaussian weights stop learning, and does a larger step help?
# - Repeat the digits with a ReLU between the layers: which modes still come in the predicted order?
