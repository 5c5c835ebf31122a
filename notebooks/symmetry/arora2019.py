# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Deep linear networks learn at a geometric rate
#
# A product of matrices is not a convex thing to fit. Still, Arora, Cohen, Golowich and Hu (2019) prove that gradient
# descent fits it as fast as a convex one, if two things hold at the start: the layers are *balanced*, and their product
# is closer to the target than any singular matrix, with a *margin* to spare.
# We watch the loss stay below the proven curve, find out how far below, and break each condition in turn.
# What is claimed stands in [the law page](../laws/arora2019.md).

# %%
import jax

jax.config.update("jax_enable_x64", True)
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.solvable import linear
from lawbook.lab.training.flow import gradient_flow

law = notebook.open("arora2019")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## The set-up
#
# With whitened inputs the data enter only through the target $\Phi$, the correlation of outputs and inputs. Here it
# belongs to the digits: is the digit even (+1) or odd (−1), from 20 whitened principal components? The start is $\Phi$
# plus a random matrix of Frobenius norm $\sigma_{\min}(\Phi)-c$, so that its margin is exactly $c$. We split it evenly
# over the layers.

# %%
images, labels = digits.load()
rows = rng.permutation(len(labels))[: len(labels) if full else 1500]
white, variances = linear.whiten(images[rows], 20)


def correlation(outputs, inputs):
    """The target of centred outputs, shape (outputs, inputs)."""
    return (outputs - outputs.mean(axis=0)).T @ inputs / len(inputs)


parity = np.where(labels[rows] % 2 == 0, 1.0, -1.0)[:, None]
phi = correlation(parity, white)
size = np.linalg.norm(phi)
print(f"|Φ| = {size:.4f}")


def smallest(matrices):
    """Smallest singular value of a matrix, or of each of many."""
    return np.linalg.svd(matrices, compute_uv=False)[..., -1]


def start(target, margin):
    """A matrix with this deficiency margin: a random one at the right distance from the target."""
    away = rng.normal(size=target.shape)
    return target + (smallest(target) - margin) * away / np.linalg.norm(away)


# %% [markdown]
# ## The loss against the bound

# %%
bound = law.formula("linear-rate-bound")
eta, steps = 0.05, 1200
splits, runs = {}, {}  # the layers at the start, and the runs from there
for depth in (2, 3):
    for share in (0.9, 0.5, 0.1):
        splits[depth, share] = linear.balanced(start(phi, share * size), depth, 4)
        runs[depth, share] = linear.descend(splits[depth, share], phi, step_size=eta, steps=steps)

shown = np.arange(0, 301, 5)
fig, ax = plt.subplots()
for index, share in enumerate((0.9, 0.5, 0.1)):
    run = runs[3, share]
    line = bound(loss_start=run.loss[0], eta=eta, margin=share * size, depth=3, steps=run.step[shown])
    ax.plot(run.step[shown], line, color=plot.COLOURS[index], linestyle=":")
    ax.plot(run.step[shown], run.loss[shown], color=plot.COLOURS[index], label=f"margin {share} |Φ|")
    law.series(
        "loss-and-bound", x=run.step[shown], y=run.loss[shown], prediction=line, law="linear-rate-bound",
        label=f"margin {share} |Φ|", x_label="step", y_label="learnable part of the loss", y_scale="log",
        title="Three layers on the digits: the loss stays below the bound",
    )  # fmt: skip
ax.set(xlabel="step", ylabel="learnable part of the loss", yscale="log", title="dotted: the bound")
ax.legend()
plt.show()

# %% [markdown]
# The bound is respected, and generous: it knows only how bad things could be at the edge of the margin. So we start at
# that edge too: $\Phi$ shrunk along itself to the length $c=0.05$. There the smallest singular value is $c$ itself, the
# least that the margin allows; from places beside it on the edge it goes a little slower still. The first steps still
# take $2N$ times the proven share, but no more than that.


# %%
def rounding(losses, norm):
    """Error of half a squared distance from a target of that norm: the distance times the rounding of the target."""
    return np.sqrt(2 * np.asarray(losses)) * notebook.rounding(norm)


def edge(target, margin, depth):
    """Balanced layers whose one output is the target's, shrunk along itself to the length of the margin."""
    return linear.balanced(margin * target / np.linalg.norm(target), depth, 4)


worst = 0.05
edges = [linear.descend(edge(phi, worst, depth), phi, step_size=eta, steps=steps) for depth in (2, 3)]
often = np.arange(5, 305, 5)  # at the start the bound is the loss itself
losses = np.array([run.loss[often] for run in runs.values()] + [run.loss[1:61] for run in edges])
given = {
    "loss_start": np.array([[run.loss[0]] for run in (*runs.values(), *edges)]),
    "eta": eta,
    "margin": np.array([[share * size] for _, share in runs] + [[worst]] * 2),
    "depth": np.array([[depth] for depth, _ in runs] + [[2], [3]]),
    "steps": np.array([often] * len(runs) + [run.step[1:61] for run in edges]),
}
law.check("bound-on-digits", measured=losses, error=rounding(losses, size), given=given)

# %% [markdown]
# ## With the step that the theorem really allows
#
# The step above is far larger than the proof permits. The permitted one is tiny, so we take a small problem: 8 inputs,
# one output, a target of norm 1. From a margin of 0.9 we follow it until the bound has fallen to a quarter; from the
# edge at $c=0.05$ for 20 000 steps, in which little happens, but enough to tell shares from each other.

# %%
limit = law.formula("step-limit")
small = rng.normal(size=(1, 8))
small /= np.linalg.norm(small)
cases = [(depth, margin) for depth in (2, 3) for margin in (0.9, worst)]
allowed, slow = [], []
for depth, margin in cases:
    allowed.append(limit(margin=margin, depth=depth, norm=1.0))
    near = margin == worst
    every = 400 if near else int(np.ceil(0.03 / (allowed[-1] * margin ** (2 * (depth - 1) / depth))))
    layers = edge(small, margin, depth) if near else linear.balanced(start(small, margin), depth, 4)
    slow.append(linear.descend(layers, small, step_size=allowed[-1], steps=50 * every, every=every))
    print(f"{depth} layers, margin {margin}: step size {allowed[-1]:.2e}, {50 * every} steps")
losses = np.array([run.loss for run in slow])  # the first is the start
law.check(
    "bound-at-the-allowed-step",
    measured=losses[:, 1:],
    error=rounding(losses[:, 1:], 1.0),
    given={
        "loss_start": losses[:, :1],
        "eta": np.array(allowed)[:, None],
        "margin": np.array([[margin] for _, margin in cases]),
        "depth": np.array([[depth] for depth, _ in cases]),
        "steps": [run.step[1:] for run in slow],
    },
)

# %% [markdown]
# How far above the limit does the bound survive on the digits?


# %%
margin = 0.5 * size
tried = 10 ** np.arange(-4, 7.5, 0.5)  # in units of the limit


def respected(layers):
    """The last of the rising step sizes that respects the bound for 300 steps, and the first that breaks it."""
    before = np.nan
    for eta_tried in tried * limit(margin=margin, depth=len(layers), norm=size):
        run = linear.descend(layers, phi, step_size=eta_tried, steps=300)
        line = bound(loss_start=run.loss[0], eta=eta_tried, margin=margin, depth=len(layers), steps=run.step)
        if not np.all(run.loss <= np.maximum(line, 1e-25) * (1 + 1e-9)):  # below 1e-25 is rounding
            return before, eta_tried
        before = eta_tried
    raise ValueError(f"found the bound respected by all of {tried} times the limit, expected one that breaks it")


for depth in (2, 3):
    last, first = respected(splits[depth, 0.5])
    least = limit(margin=margin, depth=depth, norm=size)
    print(f"{depth} layers: respected at step size {last:.2g}, broken at {first:.2g}; the limit is {least:.1e}")

# %% [markdown]
# That is a lot of room, but only for balanced layers. The limit knows no more than their product. Make the last layer
# $r$ times larger and the first $r$ times smaller: the product is the same, and so is its margin. But the gradient of
# the small layer is now $r$ times larger, and each of its changes is multiplied by $r$ once more. The step that is safe
# must fall as $1/r^2$, and in the end below the limit.

# %%
for ratio in (1e2, 1e3, 1e4):
    first, *middle, last = splits[2, 0.5]
    print(
        f"r = {ratio:.0e}: broken at step size {respected((first / ratio, *middle, last * ratio))[1]:.1e} with 2 layers"
    )

# %% [markdown]
# ## Why it works, part one: the margin keeps the rank
#
# A matrix loses its gradient where it is singular. All matrices that are closer to the target than
# $\sigma_{\min}(\Phi)-c$ have smallest singular value at least $c$, and a falling loss keeps it so. The constant cannot
# be better: there is a matrix that has just $c$.


# %%
def random_target(outputs, inputs, values):
    """A target with given singular values."""
    left = np.linalg.qr(rng.normal(size=(outputs, len(values))))[0]
    right = np.linalg.qr(rng.normal(size=(inputs, len(values))))[0]
    return left * values @ right.T


digit = labels[rows]
questions = np.stack([digit % 2 == 0, digit >= 5, np.isin(digit, [0, 6, 8, 9])], axis=1) * 2.0 - 1  # even, large, loop
targets = {
    "3 × 10": random_target(3, 10, np.array([1.5, 1.25, 1.0])),
    "4 × 4": random_target(4, 4, np.linspace(1.5, 1.0, 4)),
    "digits": correlation(questions, white),
}
least, worst, margins, floors, largest = [], [], [], [], []
for target in targets.values():
    left, values, right = np.linalg.svd(target, full_matrices=False)
    for share in (0.1, 0.5, 0.9):
        margin = share * values[-1]
        paths = [
            linear.descend(linear.balanced(start(target, margin), 3, 4), target, step_size=0.01, steps=500, every=10)
            for _ in range(3)
        ]
        least.append(min(smallest(path.product).min() for path in paths))
        worst.append(smallest(target - (values[-1] - margin) * np.outer(left[:, -1], right[-1])))
        margins.append(margin), floors.append(values[-1]), largest.append(values[0])
error = notebook.rounding(largest)
law.check("kept-along-descent", measured=least, error=error, given={"margin": margins})

# %%
law.check("no-better-constant", measured=worst, error=error, given={"margin": margins, "target_smallest": floors})

# %% [markdown]
# ## Why it works, part two: the product preconditions itself
#
# Under gradient flow the velocity of the product of balanced layers can be written with the product alone. We follow
# the flow for the ten classes of digits with three layers and compare, all along the way.

# %%
classes = correlation(np.eye(digits.CLASSES)[digit], white[:, :12])


def preconditioned(matrix, depth):
    """The right side of the law; powers of W Wᵀ and Wᵀ W by the singular values of W."""
    gradient = matrix - classes
    left, values, right = np.linalg.svd(matrix)

    def power(vectors, exponent):
        padded = np.zeros(len(vectors))
        padded[: len(values)] = values
        return vectors * padded ** (2 * exponent) @ vectors.T

    return -sum(
        power(left, (depth - j) / depth) @ gradient @ power(right.T, (j - 1) / depth) for j in range(1, depth + 1)
    )


velocity = jax.jit(linear.velocity)


def distance(layers):
    """Between velocity and law, over the velocity."""
    real = np.asarray(velocity(layers, classes))
    return np.linalg.norm(real - preconditioned(np.asarray(linear.product(layers)), 3)) / np.linalg.norm(real)


layers = linear.balanced(0.3 * rng.normal(size=classes.shape) / np.sqrt(12), 3, 12)
moments, tolerance = np.linspace(0, 20, 8), 1e-10
path = gradient_flow(linear.loss, layers, moments, args=classes, tolerance=tolerance).params
distances = np.array([distance(tuple(w[t] for w in path)) for t in range(len(moments))])
law.check("velocity-from-the-product-alone", measured=distances, error=notebook.solver(tolerance))

# %%
unequal = (3 * layers[0], layers[1], layers[2] / 3)
law.control("unequal-layers-remember", measured=distance(unequal), error=notebook.rounding(1.0))

# %% [markdown]
# ## The rate itself
#
# Close to the target the preconditioner no longer changes, and the loss falls exponentially. How fast follows from its
# smallest eigenvalue. Where input and output differ in size, one term of its sum is left; for a square target all $N$.


# %%
def late_rate(run, step_size):
    """Slope of the log of the loss over time, between 1e-12 and 1e-24 of the start, and its error."""
    late = (run.loss < 1e-12 * run.loss[0]) & (run.loss > 1e-24 * run.loss[0])
    line, covariance = np.polyfit(step_size * run.step[late], np.log(run.loss[late]), 1, cov=True)
    return -line[0], np.sqrt(covariance[0, 0])


def rates(cases, step_size=0.01):
    """Measured rates with errors, and what the law needs to know, for shapes, singular values and depths.

    The slowest of three starts: one may by chance have next to nothing of the slowest direction in it.
    """
    found = []
    for (outputs, inputs), values, depth in cases:
        target = random_target(outputs, inputs, values)
        starts = [linear.balanced(start(target, 0.5 * values[-1]), depth, 4) for _ in range(3)]
        paths = [linear.descend(layers, target, step_size=step_size, steps=4000) for layers in starts]
        found.append(min(late_rate(path, step_size) for path in paths))
    measured, error = np.array(found).T
    depths = np.array([depth for _, _, depth in cases])
    square = np.array([outputs == inputs for (outputs, inputs), _, _ in cases])
    return measured, error, {
        "eta": step_size,
        "copies": np.where(square, depths, 1),
        "target_smallest": [values[-1] for _, values, _ in cases],
        "depth": depths,
    }  # fmt: skip


flat = [
    ((1, 10), np.array([1.5]), 3),
    ((3, 10), np.array([1.5, 1.1, 0.7]), 3),
    ((3, 10), np.array([1.5, 1.1, 0.7]), 4),
]
measured, error, given = rates(flat)
law.check("rate-of-flat-targets", measured=measured, error=error, given=given)

# %%
measured, error, given = rates([((4, 4), np.array([2.0, 1.8, 1.6, 0.7]), depth) for depth in (2, 3)])
law.check("rate-of-square-targets", measured=measured, error=error, given=given)

# %%
measured, error = np.array([late_rate(run, eta) for run in runs.values()]).T
depths = np.array([depth for depth, _ in runs])
given = {
    "eta": eta,
    "copies": 1,
    "target_smallest": size,
    "depth": depths,
    "margin": np.array([share * size for _, share in runs]),
}
law.check("rate-on-digits", measured=measured, error=error, given=given)

# %%
fig, ax = plt.subplots()
shares = np.array([share for _, share in runs])
for index, depth in enumerate((2, 3)):
    here = depths == depth
    grid = np.linspace(0.1, 0.9, 50)
    ax.plot(grid, (grid * size) ** (2 * (depth - 1) / depth), color=plot.COLOURS[index], linestyle=":")
    ax.axhline(law.predict("rate-on-digits", eta=eta, copies=1, target_smallest=size, depth=depth),
               color=plot.COLOURS[index])  # fmt: skip
    plot.points(ax, shares[here], measured[here], error[here], index=index, label=f"{depth} layers")
    law.series(
        "rate-over-margin", x=shares[here], y=measured[here], error=error[here], law="final-rate",
        prediction=law.predict("rate-on-digits", eta=eta, copies=1, target_smallest=size, depth=depths[here]),
        label=f"{depth} layers", x_label="margin of the start over |Φ|", y_label="rate (1 per time)",
        title="The rate near the end does not depend on the margin of the start",
    )  # fmt: skip
ax.set(xlabel="margin of the start over |Φ|", ylabel="rate (1 per time)", title="dotted: the bound")
ax.legend()
plt.show()

# %% [markdown]
# ## Break the conditions
#
# **No margin.** The target is diag(−1, 1, 1) and every layer 0.9 times the identity. The determinant would have to
# change its sign, so the product would have to become singular on the way. It does, and stays there. From the same
# start diag(1, 1, 1) is reached: there it has a margin, of 0.67 with two layers and of 0.53 with three.

# %%
nominal = 0.5


def towards(target):
    """Losses at both ends of the runs with 2 and 3 layers, shape (2, 2), and the smallest singular value on the way."""
    paths = [
        linear.descend((0.9 * np.eye(3),) * depth, target, step_size=0.01, steps=3000, every=10) for depth in (2, 3)
    ]
    ends = np.array([path.loss[[0, -1]] for path in paths])
    return ends, [smallest(path.product).min() for path in paths]


def to_the_bound(ends):
    return {"loss_start": ends[:, 0], "eta": 0.01, "margin": nominal, "depth": [2, 3], "steps": 3000}


ends, low = towards(np.diag([-1.0, 1.0, 1.0]))
kept_ends, kept_low = towards(np.eye(3))
law.control(
    "wrong-sign-of-the-determinant",
    measured=ends[:, 1],
    error=rounding(ends[:, 1], 1.0),
    intact=kept_ends[:, 1],
    intact_error=rounding(kept_ends[:, 1], 1.0),
    given=to_the_bound(ends),
    intact_given=to_the_bound(kept_ends),
)

# %%
law.control(
    "start-on-the-wrong-side",
    measured=low,
    error=notebook.rounding(1.0),
    intact=kept_low,
    intact_error=notebook.rounding(1.0),
    given={"margin": nominal},
)

# %% [markdown]
# **No balance.** The same product, but the second layer thirty times larger and the first thirty times smaller: the
# step that was fine explodes. At a factor of three there is no harm; learning is even faster.

# %%
margin = 0.5 * size
(first, second), even = splits[2, 0.5], runs[2, 0.5]
run = linear.descend((first / 30, second * 30), phi, step_size=eta, steps=3)
law.control(
    "unequal-layers-diverge",
    measured=run.loss[3],
    error=rounding(run.loss[3], np.linalg.norm(run.product[3])),
    intact=even.loss[3],
    intact_error=rounding(even.loss[3], size),
    given={"loss_start": even.loss[0], "eta": eta, "margin": margin, "depth": 2, "steps": 3},
)

# %%
run = linear.descend((first / 3, second * 3), phi, step_size=eta, steps=steps)
measured, error = late_rate(run, eta)
given = {"eta": eta, "copies": 1, "target_smallest": size, "depth": 2, "margin": margin}
law.control("unequal-layers-are-faster", measured=measured, error=error, given=given)

# %% [markdown]
# **A step too large**, **a hidden layer too narrow**, **inputs that are not whitened**.

# %%
run = linear.descend((first, second), phi, step_size=1.5, steps=40)
given = {"loss_start": run.loss[0], "eta": 1.5, "margin": margin, "depth": 2, "steps": 40}
law.control("step-too-large", measured=run.loss[-1], error=rounding(run.loss[-1], size), given=given)

# %%
target = targets["3 × 10"]
near = start(target, 0.5)
narrow, broad = (
    linear.descend(linear.balanced(near, 3, width), target, step_size=0.01, steps=2000, every=100).loss
    for width in (2, 3)
)  # fmt: skip
given = {"eta": 0.01, "margin": 0.5, "depth": 3, "steps": 2000}
law.control(
    "narrow-hidden-layer",
    measured=narrow[-1],
    error=rounding(narrow[-1], 1.5),
    intact=broad[-1],
    intact_error=rounding(broad[-1], 1.5),
    given={"loss_start": narrow[0], **given},
    intact_given={"loss_start": broad[0], **given},
)


# %%
def after_500(spread):
    """Loss after 500 steps with inputs of these standard deviations, and what is given."""
    best = phi / spread  # the best map from such inputs
    margin = 0.9 * np.linalg.norm(best)
    layers = linear.balanced(start(best, margin), 2, 4)
    run = linear.descend(layers, best, step_size=eta, steps=500, covariance=np.diag(spread**2))
    given = {"loss_start": run.loss[0], "eta": eta, "margin": margin, "depth": 2, "steps": 500}
    return run.loss[-1], rounding(run.loss[-1], np.linalg.norm(best)), given


skewed, skewed_error, given = after_500(np.sqrt(variances / variances.mean()))
whitened, whitened_error, whitened_given = after_500(np.ones(len(variances)))
law.control(
    "inputs-not-whitened",
    measured=skewed,
    error=skewed_error,
    intact=whitened,
    intact_error=whitened_error,
    given=given,
    intact_given=whitened_given,
)

# %% [markdown]
# ## How does one get a margin without knowing the target?
#
# By luck, every second time. With one output, a small start has a margin if it points into the half space of the
# target. "Small" means small against $1/\sqrt d$. We keep $d=50$ components here: the formula is for many.

# %%
scales = np.array([0.01, 0.1, 0.25, 0.5])
draws = 20_000


def with_margin(target, scale):
    """How many Gaussian starts of that relative size are closer to the target than any singular matrix."""
    deviation = scale * np.linalg.norm(target) / np.sqrt(target.size)
    trials = deviation * rng.normal(size=(draws, *target.shape))
    return np.sum(np.linalg.norm(trials - target, axis=(1, 2)) < smallest(target))


fifty, _ = linear.whiten(images[rows], 50)
wide = correlation(parity, fifty)
hits = np.array([with_margin(wide, scale) for scale in scales])
shares, error = hits / draws, notebook.counted(hits, draws)
law.check("share-with-a-margin", measured=shares, error=error, given={"scale": scales, "inputs": wide.size})

# %%
fig, ax = plt.subplots()
grid = np.geomspace(0.005, 1, 100)
ax.plot(grid, law.formula("random-start")(scale=grid, inputs=wide.size))
plot.points(ax, scales, shares, error, index=0)
ax.set(xscale="log", xlabel="size of the start over that of the target", ylabel="share of starts with a margin")
plt.show()

# %%
several = correlation(questions, fifty)
hits = with_margin(several, 0.01)
law.control(
    "three-outputs",
    measured=hits / draws,
    error=notebook.counted(hits, draws),
    given={"scale": 0.01, "inputs": several.size},
)

# %% [markdown]
# And descent itself? We run it from 200 of the small starts, three layers, split evenly. A margin or none: with one
# output all of them arrive.


# %%
@jax.jit
@jax.vmap
def last_loss(layers, target, step_size):
    """Loss after 6000 steps of descent from each start."""

    def step(_, layers):
        return jax.tree.map(lambda w, g: w - step_size * g, layers, jax.grad(linear.loss)(layers, target))

    return linear.loss(jax.lax.fori_loop(0, 6000, step, layers), target)


def from_random(target, scale, starts, step_size=0.1):
    """Last losses from balanced Gaussian starts of that relative size, three layers, and whether each had a margin."""
    deviation = scale * np.linalg.norm(target) / np.sqrt(target.size)
    drawn = deviation * rng.normal(size=(starts, *target.shape))
    layers = [np.stack(ws) for ws in zip(*[linear.balanced(w, 3, 4) for w in drawn], strict=True)]
    ends = last_loss(tuple(layers), np.broadcast_to(target, drawn.shape), np.full(starts, step_size))
    return np.asarray(ends), np.linalg.norm(drawn - target, axis=(1, 2)) < smallest(target)


ends, lucky = from_random(wide, 0.01, 200)
arrived = ends < 1e-6 * size**2
share = {"margin": arrived[lucky].mean(), "none": arrived[~lucky].mean()}
print(f"{lucky.mean():.0%} have a margin; {share['margin']:.0%} of them arrive, and {share['none']:.0%} of the others")

# %% [markdown]
# ## Where the margin is needed
#
# For a *square* target there is a wall. Balanced layers never lose rank along the flow, so the determinant of their
# product keeps its sign, and half of all random starts have the wrong one. Three questions about the digits from three
# components: how many of 1600 starts get stuck, and at which loss? With a fourth component it is no longer square.


# %%
def stuck(components):
    """Whether each of 1600 starts is stuck, and its loss over the square of the target's smallest singular value."""
    target = correlation(questions, white[:, :components])
    ends = from_random(target, 0.1, 1600)[0] / smallest(target) ** 2
    return ends > 0.25, ends


walled, ends = stuck(3)
law.check("share-that-gets-stuck", measured=walled.mean(), error=notebook.counted(walled.sum(), 1600))

# %%
law.check("loss-where-it-sticks", measured=ends[walled].mean(), error=notebook.spread(ends[walled]))

# %%
free, _ = stuck(4)
law.control("fewer-outputs-than-inputs", measured=free.mean(), error=notebook.counted(free.sum(), 1600))

# %% [markdown]
# ## What to try next
#
# - Start three layers from Gaussian weights with one standard deviation for all. For which standard deviations does the
#   loss reach 1e-5 in 1000 steps? And with eight layers?
# - Find the imbalance that learns fastest at step size 0.05.
# - Start without a margin but with the right sign of the determinant. Does it ever stall?
