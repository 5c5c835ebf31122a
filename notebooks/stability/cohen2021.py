# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Gradient descent trains at the edge of stability
#
# On a parabola with curvature $\lambda$, gradient descent with step size $\eta$ flies apart once $\lambda > 2/\eta$.
# Cohen and co-authors (2021) measured the largest curvature of a network's training loss, its *sharpness*, along
# full-batch training. They found that it climbs up to $2/\eta$ and stays there while the loss keeps falling.
# This notebook repeats the measurement on handwritten digits, checks the exact threshold on a true quadratic, and
# breaks the assumptions one by one.
# What is predicted stands in [the law page](../laws/cohen2021.md).

# %%
from functools import partial

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from jax import lax
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.models import networks
from lawbook.lab.training import descent

law = notebook.open("cohen2021")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Set-up
#
# 500 digits, a small tanh network, squared loss. The factor ½ and the mean over samples belong to the definition:
# they decide what a step size of 0.5 means. Later runs take another activation or another loss. Which one goes in with
# the data, as one more column, so that one compiled program serves them all. Networks train in single precision: its
# rounding is far below the swings of the sharpness, and double precision takes twice the time.

# %%
images, labels = digits.load(centred=True)
rows = rng.permutation(len(labels))[: 1797 if full else 500]
pixels, targets = images[rows], np.eye(digits.CLASSES)[labels[rows]]
widths = (64, 200, 200, 10) if full else (64, 32, 32, 10)
start = networks.initialise(widths, rng, gain=1.0, bias=True)
SQUARED, SILU, RELU, ENTROPIC = range(4)  # tanh in the first and the last; squared loss in all but the last


def learn(kind, targets=targets):
    """The training set, and what to make of it."""
    return pixels, targets, np.full((len(pixels), 1), kind)


training_set = learn(SQUARED)


def judged(outputs, batch):
    """Half the mean squared error, or ten times the cross-entropy, which has about its curvature at the start."""
    _, targets, kind = batch
    squared = 0.5 * jnp.sum((outputs - targets) ** 2, axis=1)
    entropic = -digits.CLASSES * jnp.sum(targets * jax.nn.log_softmax(outputs), axis=1)
    return jnp.mean(jnp.where(kind[:, 0] == ENTROPIC, entropic, squared))


def objective(params, batch):
    """The loss of the network that the data ask for."""
    activations = [jnp.tanh, jax.nn.silu, jax.nn.relu]  # in the order of the kinds; the last kind comes round to tanh
    activation = partial(lax.switch, batch[2][0, 0] % 3, activations)
    return judged(networks.forward(params, batch[0], activation), batch)


def tanh_alone(params, batch):
    """The same without a choice, which compiles sooner: for runs that need a program of their own."""
    return judged(networks.forward(params, batch[0], jnp.tanh), batch)


# A loose tolerance of the sharpness: what it leaves is far below the swings.
descend = partial(descent.descend, tolerance=1e-2)


def plateau(path):
    """Mean sharpness over the last quarter of a run, and its standard error from five blocks of that quarter."""
    last = path.sharpness[-(len(path.sharpness) // 4) :]
    return last.mean(), notebook.blocks(last)


# %% [markdown]
# ## The measurement
#
# Four step sizes, the same starting point, and every 20 steps the sharpness by Lanczos on Hessian-vector products.

# %%
etas = np.array([0.3, 0.4, 0.5, 0.6])
steps = 10_000 if full else 2000
paths = [descend(objective, start, training_set, step_size=eta, steps=steps) for eta in etas]
levels, errors = np.array([plateau(path) for path in paths]).T
edge = law.formula("sharpness-at-the-edge")
print(f"sharpness at the start: {paths[0].sharpness[0]:.2f}")

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4))
for index, (eta, path) in enumerate(zip(etas, paths, strict=True)):
    left.axhline(edge(eta=eta), color=plot.COLOURS[index], linestyle=":", linewidth=1)
    left.plot(path.step, path.sharpness, color=plot.COLOURS[index], linewidth=1)
    right.plot(path.loss, color=plot.COLOURS[index], linewidth=0.5)
left.set(xlabel="step", ylabel="sharpness (loss per squared parameter)", title="dotted: 2/η")
right.set(xlabel="step", ylabel="training loss", yscale="log", title="not monotone, and falling")
right.legend([f"η = {eta}" for eta in etas])
plt.show()

# %% [markdown]
# Each run ends on its own dotted line, whether it came from below or, for the larger steps, started above it.

# %%
for eta, path in zip(etas[[0, 1, 3]], [paths[0], paths[1], paths[3]], strict=True):
    law.series(
        "sharpness-along-training",
        x=path.step,
        y=path.sharpness,
        prediction=np.full(len(path.step), edge(eta=eta)),
        law="sharpness-at-the-edge",
        label=f"η = {eta}",
        x_label="step",
        y_label="sharpness (loss per squared parameter)",
        title="Sharpness along training: it settles at 2/η",
    )
law.series(
    "level-over-step-size",
    x=etas,
    y=levels,
    error=errors,
    prediction=edge(eta=etas),
    law="sharpness-at-the-edge",
    x_label="step size η",
    y_label="level of the sharpness",
    x_scale="log",
    y_scale="log",
    title="The level against the step size",
)

# %% [markdown]
# ## Checks

# %%
law.check("hovers-at-the-edge", measured=levels, error=errors, given={"eta": etas})

# %% [markdown]
# Is it a matter of this network? Four others: narrower, deeper, and two with other activations. The last two are less
# sharp by nature and need larger steps to get to the edge in as many. (The narrow one is filled up to the old width
# with units whose weights are zero. A tanh unit that nothing goes into and nothing comes out of never wakes up.)


# %%
def filled_up(params, shapes):
    """Smaller layers in the corner of larger ones that are zero elsewhere."""

    def grow(small, large):
        return np.pad(small, [(0, n - m) for m, n in zip(small.shape, np.shape(large), strict=True)])

    return jax.tree.map(grow, params, shapes)


narrow, deep = (widths[0], *[w // 2 for w in widths[1:-1]], widths[-1]), (*widths[:-1], *widths[-2:])
others = [(narrow, SQUARED, 0.4), (deep, SQUARED, 0.4), (widths, SILU, 1.0), (widths, RELU, 1.0)]
elsewhere = []
for shape, kind, eta in others:
    other = networks.initialise(shape, rng, gain=1.0, bias=True)
    other = filled_up(other, start) if shape is narrow else other
    on = tanh_alone if shape is deep else objective
    elsewhere.append(plateau(descend(on, other, learn(kind), step_size=eta, steps=steps)))
    name = ("tanh", "SiLU", "ReLU")[kind]
    print(f"{name}, {shape[1:-1]}, η = {eta}: {elsewhere[-1][0] / edge(eta=eta):.3f} of the edge")
measured, error = np.array(elsewhere).T
law.check("other-networks", measured=measured, error=error, given={"eta": [eta for *_, eta in others]})

# %%
# Error of the slope by propagating the errors of the four levels.
lever = np.log(etas) - np.log(etas).mean()
weights = lever / (lever @ lever)
slope = weights @ np.log(levels)
law.check("inverse-in-the-step-size", measured=slope, error=np.linalg.norm(weights * errors / levels))

# %% [markdown]
# Past the threshold the classical descent lemma no longer promises that a step lowers the loss, and many do not. The
# loss falls all the same.

# %%
ups = np.diff([path.loss[steps // 2 :] for path in paths[1:]]) > 0
law.check(
    "loss-rises-on-many-steps",
    measured=ups.mean(),
    error=np.linalg.norm(notebook.blocks(ups, axis=1)) / len(ups),
)

# %%
windows = np.array([paths[2].loss[a : a + 200] for a in (500, steps - 200)])  # step size 0.5
(early, late), (early_error, late_error) = windows.mean(axis=1), notebook.blocks(windows, axis=1)
law.check(
    "loss-falls-over-long-windows",
    measured=late / early,
    error=late / early * np.hypot(late_error / late, early_error / early),
)

# %% [markdown]
# ## Progressive sharpening
#
# What brings the sharpness to the edge? With a step so small that the edge is out of reach, it rises and rises. (At the
# very start it may dip, while the outputs find their size. We leave the first 200 steps out of the factor.)

# %%
gentle, many = 0.15, 2 * steps
slow = descend(objective, start, training_set, step_size=gentle, steps=many)
rises = np.diff(slow.sharpness) > 0
law.check("rises-most-of-the-time", measured=rises.mean(), error=notebook.counted(rises.sum(), rises.size))


# %%
def multiplied(path):
    """Sharpness at the end over that after 200 steps, and its error from the residuals of both."""
    ends = [-1, int(np.searchsorted(path.step, 200))]
    ratio = np.divide(*path.sharpness[ends])
    return {"measured": ratio, "error": ratio * np.linalg.norm(path.residual[ends] / path.sharpness[ends])}


law.check("sharpness-multiplies", **multiplied(slow))

# %% [markdown]
# ## Where the 2 comes from
#
# Linear regression on the same digits is a true quadratic. There the law is arithmetic: along the sharpest direction
# each step multiplies the gradient by $1-\eta\lambda$.

# %%
hessian = pixels.T @ pixels / len(pixels)
slope_at_zero = pixels.T @ targets / len(pixels)
curvatures, directions = np.linalg.eigh(hessian)
top = curvatures[-1]

products = np.array([0.5, 1.5, 1.95, 2.1])
factors, errors = [], []
for eta in products / top:
    w, along = np.zeros_like(slope_at_zero), []
    for _ in range(21):
        gradient = hessian @ w - slope_at_zero
        along.append(np.linalg.norm(directions[:, -1] @ gradient))
        w = w - eta * gradient
    factors.append((along[-1] / along[0]) ** (1 / 20))
    # Each gradient is a difference of sums of 64 terms that do not shrink with it.
    errors.append(factors[-1] / 20 * notebook.rounding(along[0], operations=64) / along[-1])
law.check(
    "growth-factor",
    measured=factors,
    error=errors,
    given={"eta": products / top, "sharpness": np.full(4, top)},
)

# %% [markdown]
# The step size at which regression diverges is found by trying 300 of them at once, from 0.9 to 4.5 over the sharpness.
# "Diverges" means that the loss after 1000 steps is above that after 500. (We step in the coordinates of the
# eigenvectors, where the Hessian is a column of curvatures and no step needs a product of matrices.)


# %%
def critical_product(beta=0.0, ahead=0.0):
    """Sharpness times the smallest step size on a grid that diverges, and the error from the grid's spacing."""
    grid = np.geomspace(0.9, 4.5, 300)
    spacing = grid[1] / grid[0] - 1
    target = directions.T @ slope_at_zero.sum(axis=1, keepdims=True)
    curvature = curvatures[:, np.newaxis]
    w, v, losses = np.zeros((len(target), grid.size)), 0.0, []
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(1001):
            if t in (500, 1000):
                losses.append(np.sum(w * (0.5 * curvature * w - target), axis=0))
            v = beta * v - grid / top * (curvature * (w + ahead * v) - target)
            w = w + v
        stable = losses[1] <= losses[0] + 1e-9 * np.abs(losses[0])
    first = int(np.argmin(stable))
    product = np.sqrt(grid[first] * grid[first - 1])
    return product, notebook.solver(spacing, product) / np.sqrt(12)  # anywhere between two steps of the grid


product, error = critical_product()
law.check("critical-step", measured=product, error=error)

# %% [markdown]
# ## Momentum moves the edge
#
# The same arithmetic with a velocity gives $(2+2\beta)/\eta$ for heavy ball. Nesterov's look-ahead pulls the threshold
# below $2/\eta$ instead.

# %%
runs = {
    "heavy-ball": ([0.3, 0.6, 0.8], [0.4, 0.45, 0.3 if full else 0.5], False),  # larger, it can fly apart
    "nesterov": ([0.3, 0.6, 0.8], [0.3, 0.25, 0.22], True),
}
momentum = {}
for name, (betas, sizes, nesterov) in runs.items():
    found = [
        descend(objective, start, training_set, step_size=e, momentum=b, nesterov=nesterov, steps=1000)
        for b, e in zip(betas, sizes, strict=True)
    ]
    mean, error = np.array([plateau(path) for path in found]).T
    momentum[name] = np.array(betas), np.array(sizes), mean, error, found

fig, ax = plt.subplots()
grid = np.linspace(0, 0.9, 100)
for index, (name, label) in enumerate({"heavy-ball": "heavy ball", "nesterov": "Nesterov"}.items()):
    betas, sizes, mean, error, _ = momentum[name]
    ax.plot(grid, law.formula(f"{name}-edge")(eta=1.0, beta=grid), color=plot.COLOURS[index])
    plot.points(ax, betas, mean * sizes, error * sizes, index=index, label=label)
ax.set(xlabel="momentum β", ylabel="step size × level of the sharpness")
ax.legend()
plt.show()

# %%
for name in runs:
    betas, sizes, mean, error, _ = momentum[name]
    law.check(f"{name}-plateau", measured=mean, error=error, given={"eta": sizes, "beta": betas})
    crossing = np.array([critical_product(b, b if name == "nesterov" else 0.0) for b in betas]).T
    law.check(f"critical-step-{name}", measured=crossing[0], error=crossing[1], given={"beta": betas})
    law.series(
        "edge-over-momentum",
        x=betas,
        y=mean * sizes,
        error=error * sizes,
        prediction=law.formula(f"{name}-edge")(eta=1.0, beta=betas),
        law=f"{name}-edge",
        label=name,
        x_label="momentum β",
        y_label="step size × level of the sharpness",
        title="Momentum moves the edge",
    )

# %% [markdown]
# ## Controls: break an assumption
#
# **Mini-batches.** With batches of 8, and all else as in the first run, the sharpness of the full loss stays well below
# the edge.

# %%
epochs = -(-steps // (len(rows) // 8))
order = np.concatenate([rng.permutation(len(rows))[: len(rows) // 8 * 8].reshape(-1, 8) for _ in range(epochs)])
stochastic = descend(tanh_alone, start, training_set, step_size=etas[0], steps=steps, batches=order[:steps])
level, error = plateau(stochastic)
law.control("mini-batches-stay-below", measured=level, error=error, given={"eta": etas[0]})

# %% [markdown]
# **Small steps** never arrive, and then the loss never rises.

# %%
level, error = plateau(slow)
law.control("small-steps-do-not-arrive", measured=level, error=error, given={"eta": gentle})
up = np.diff(slow.loss[many // 2 :]) > 0
law.control("small-steps-never-go-up", measured=up.mean(), error=notebook.counted(up.sum(), up.size))

# %% [markdown]
# **A step size that changes.** Take the network that settled at the edge of step size 0.6 and train on with half of it.
# The sharpness leaves the old edge and climbs towards the new one. With the old step size it stays.

# %%
settled = paths[-1].params
halved, kept = (
    descend(objective, settled, training_set, step_size=eta, steps=steps // 2) for eta in (etas[-1] / 2, etas[-1])
)
(level, error), (intact, intact_error) = plateau(halved), plateau(kept)
print(f"level over the new edge: {level / edge(eta=etas[-1] / 2):.3f}")
law.control(
    "a-smaller-step-lets-it-climb",
    measured=level,
    error=error,
    intact=intact,
    intact_error=intact_error,
    given={"eta": etas[-1]},
)

# %% [markdown]
# **Cross-entropy** flattens once every digit is fitted. At the start each class has a probability of about a tenth, and
# cross-entropy a tenth of the curvature of the squared error. We multiply it by ten, so that the runs differ in nothing
# but the shape of the loss.

# %%
entropic = descend(objective, start, learn(ENTROPIC), step_size=etas[1], steps=steps)
level, error = plateau(entropic)
print(f"sharpness over 2/η at the start: {entropic.sharpness[0] / edge(eta=etas[1]):.2f}; ", end="")
print(f"final cross-entropy {entropic.loss[-1] / 10:.1e}")
law.control("cross-entropy-falls-away", measured=level, error=error, given={"eta": etas[1]})

# %% [markdown]
# Does cross-entropy come to the edge at all? With a step size of 0.1 we start far below it. Our digits are fitted
# before they get there. Labels drawn at random take the network longer to learn.

# %%
small = 0.1
harder = learn(ENTROPIC, np.eye(digits.CLASSES)[rng.integers(digits.CLASSES, size=len(rows))])
climbs, fits = (descend(objective, start, d, step_size=small, steps=steps) for d in (harder, learn(ENTROPIC)))


def highest(path):
    """The largest mean of ten successive sharpnesses over the edge, and its standard error."""
    tens = np.lib.stride_tricks.sliding_window_view(path.sharpness / edge(eta=small), 10)
    top = tens[tens.mean(axis=1).argmax()]
    return top.mean(), notebook.blocks(top)


fig, ax = plt.subplots()
ax.axhline(1, color=plot.GREY, linestyle=":", linewidth=1)
for path, label in ((climbs, "labels drawn at random"), (fits, "true labels")):
    ax.plot(path.step, path.sharpness / edge(eta=small), linewidth=1, label=label)
ax.set(xlabel="step", ylabel="sharpness over 2/η", title="cross-entropy, η = 0.1")
ax.legend()
plt.show()
(level, error), (short, short_error) = highest(climbs), highest(fits)
law.check("cross-entropy-passes-the-edge", measured=level, error=error)
law.control("true-labels-are-fitted-first", measured=short, error=short_error)
level, error = (value / edge(eta=small) for value in plateau(climbs))
law.check("cross-entropy-falls-below", measured=level, error=error)

# %% [markdown]
# **A linear model** cannot sharpen. We take the same network, made linear in its parameters at the start.


# %%
def linearised_loss(params, batch):
    inputs, targets, _ = batch
    away = jax.tree.map(jnp.subtract, params, start)
    outputs, change = jax.jvp(lambda p: networks.forward(p, inputs, jnp.tanh), (start,), (away,))
    return 0.5 * jnp.mean(jnp.sum((outputs + change - targets) ** 2, axis=1))


linear = descent.descend(linearised_loss, start, training_set, step_size=gentle, steps=many)
law.control("a-linear-model-keeps-its-sharpness", **multiplied(linear))

# %% [markdown]
# **A network** survives a step size that a quadratic of the same sharpness does not. We search for the smallest step
# size that leaves the loss higher than it was, once for the network and once for the linear one.


# %%
@partial(jax.jit, static_argnames="loss")
def trained(loss, step_size):
    """The loss after 500 steps."""

    def step(_, params):
        return jax.tree.map(lambda w, g: w - step_size * g, params, jax.grad(loss)(params, training_set))

    return loss(lax.fori_loop(0, 500, step, jax.tree.map(jnp.asarray, start)), training_set)


def search(loss, path):
    """Sharpness at the start of `path` times the smallest step size that raises the loss, and its error."""
    low, high = np.array([1.0, 8.0]) / path.sharpness[0]
    for _ in range(11):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if trained(loss, middle) <= path.loss[0] else (low, middle)
    product = middle * path.sharpness[0]
    return product, product * np.hypot(notebook.solver(high / low - 1), path.residual[0] / path.sharpness[0])


(product, error), (intact, intact_error) = search(tanh_alone, slow), search(linearised_loss, linear)
law.control("a-network-survives", measured=product, error=error, intact=intact, intact_error=intact_error)

# %% [markdown]
# **Momentum conventions matter.** Weighting the gradient by $1-\beta$ first, as some libraries do, or leaving out the
# look-ahead puts the level elsewhere.

# %%
beta, eta = momentum["heavy-ball"][0][1], momentum["heavy-ball"][1][1]
damped = descend(objective, start, training_set, step_size=eta * (1 - beta), momentum=beta, steps=2000)
undamped = descend(objective, start, training_set, step_size=eta, momentum=beta, steps=2000)
(level, error), (intact, intact_error) = plateau(damped), plateau(undamped)
law.control(
    "damped-gradient-moves-the-level",
    measured=level,
    error=error,
    intact=intact,
    intact_error=intact_error,
    given={"eta": eta, "beta": beta},
)

# %%
beta, eta = momentum["nesterov"][0][1], momentum["nesterov"][1][1]
plain = descend(objective, start, training_set, step_size=eta, momentum=beta, steps=1000)
level, error = plateau(plain)
law.control("without-look-ahead", measured=level, error=error, given={"eta": eta, "beta": beta})

# %% [markdown]
# ## What to try next
#
# - Double the step size in the middle of a run. How does a network that sits on one edge get down to the other?
# - Vary the batch size between 8 and 500. Where does the level leave $2/\eta$?
# - Train with SiLU (`learn(SILU)`) at the step sizes of the first figure, or square the width. Which part of the law
#   moves, which does not?
# - `LAWBOOK_SCALE=full` trains a wider network on all digits for five times as many steps.
