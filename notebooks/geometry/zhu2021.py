# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # If features move freely, every minimum puts classes at equal angles
#
# Why do trained networks end with their classes at the corners of a simplex? Zhu and co-authors (2021) replaced the
# network by features that are free to move. What is left is small enough to solve, and every minimum of it is that
# regular simplex. Here we minimise it from random starts, and then ask whether a real network on digits ends at the
# same numbers. The predictions stand in [the law page](../laws/zhu2021.md).

# %%
from dataclasses import replace
from functools import partial

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.models import networks
from lawbook.lab.solvable import unconstrained
from lawbook.lab.training import stationary
from lawbook.measure.collapse import cosines

law = notebook.open("zhu2021")
rng = notebook.rng()
plot.use()

# %% [markdown]
# ## The angle
#
# The *mean* cosine of centred vectors is $-1/(K-1)$ whatever they are, so we look at the extreme pairs. What a descent
# leaves open is small: the gradient where it stopped, over the curvature that the decay alone gives.


# %%
def extremes(rows):
    pairs = np.asarray(cosines(rows))
    return np.array([pairs.min(), pairs.max()])


def left(minimum, decay):
    """How far the end of a descent may be from the minimum, in the unit of rows and features."""
    return notebook.solver(minimum.gradient, 1 / decay)


DECAY = 2e-3
classes = np.array([2, 3, 4, 6, 10, 20])
minima = [unconstrained.minimise(unconstrained.balanced(k, 5, DECAY, DECAY), 19, rng) for k in classes]
open_ends = np.array([left(minimum, DECAY) for minimum in minima])
ends = np.array([extremes(minimum.point.rows) for minimum in minima])
for end, label in zip(ends.T, ("smallest cosine of a pair", "largest cosine of a pair"), strict=True):
    law.series(
        "cosine-over-classes",
        x=classes,
        y=end,
        prediction=law.formula("global-minimum-is-a-simplex")(classes=classes),
        label=label,
        x_label="number of classes",
        y_label="cosine between two rows",
        title="Every pair of classes takes the angle of the simplex",
    )
law.check(
    "every-pair-at-the-simplex-angle",
    measured=ends,
    error=open_ends[:, None],
    given={"classes": classes[:, None] * np.ones((1, 2))},
)

law.check("no-bias-left", measured=[np.abs(minimum.point.bias).max() for minimum in minima], error=open_ends)
free_bias = [
    unconstrained.minimise(replace(unconstrained.balanced(k, 5, DECAY, DECAY), bias_decay=0.0), 19, rng)
    for k in (3, 6, 10)
]
law.check(
    "equal-biases",
    measured=[np.ptp(minimum.point.bias) for minimum in free_bias],
    error=[left(minimum, DECAY) for minimum in free_bias],
)

# %% [markdown]
# ## Features and rows
#
# The law says that a feature is its class's row times a known factor. We split each feature into the part along its
# row and the part across it.


# %%
def split(features, rows):
    """Part of each feature along its row, in units of the row, and part across it over the feature's length."""
    along = np.sum(features * rows, axis=1) / np.sum(rows**2, axis=1)
    across = np.linalg.norm(features - along[:, None] * rows, axis=1) / np.linalg.norm(features, axis=1)
    return along, across


settings = {
    "lambda_w": np.array([2e-3, 5e-3, 1e-2, 1e-3]),
    "lambda_h": np.array([2e-3, 1e-4, 1e-3, 1e-4]),
    "samples": np.array([5, 20, 10, 50]),
}
parts, open_parts = [], []
for row_decay, feature_decay, samples in zip(*settings.values(), strict=True):
    model = unconstrained.balanced(5, int(samples), row_decay, feature_decay)
    minimum = unconstrained.minimise(model, 8, rng)
    parts.append(split(minimum.point.features, minimum.point.rows[model.labels]))
    open_parts.append(left(minimum, min(row_decay, feature_decay)))
along = np.array([(a.min(), a.max()) for a, _ in parts])
law.check(
    "every-feature-on-its-row", measured=along, error=np.array(open_parts)[:, None],
    given={name: np.repeat(values[:, None], 2, axis=1) for name, values in settings.items()},
)  # fmt: skip
law.check("nothing-beside-the-row", measured=[across.max() for _, across in parts], error=open_parts)

# %% [markdown]
# ## The size, and where it vanishes

# %%
decays = np.array([5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2.1e-2, 2.4e-2])
solved = [unconstrained.minimise(unconstrained.balanced(10, 20, d, d), 16, rng) for d in decays]


def size(minimum):
    """Mean squared length of the ten rows."""
    return np.sum(minimum.point.rows**2) / 10


def open_size(minimum, decay):
    """What is open of it: twice the length, times what is open of the row."""
    return 2 * np.sqrt(size(minimum)) * left(minimum, decay)


sizes = np.array([size(minimum) for minimum in solved])
open_sizes = [open_size(minimum, decay) for minimum, decay in zip(solved, decays, strict=True)]
given = {"classes": 10, "samples": 20, "lambda_w": decays, "lambda_h": decays}
law.check("squared-length", measured=sizes, error=open_sizes, given=given)
law.series(
    "size-over-decay",
    x=decays,
    y=sizes,
    prediction=law.formula("minimiser-norm")(**given),
    law="minimiser-norm",
    x_label="decay of rows and features",
    y_label="squared length of a row",
    x_scale="log",
    title="More decay, smaller simplex, and none beyond the threshold",
)
fig, ax = plt.subplots()
grid = np.geomspace(4e-4, 4e-2, 200)
ax.plot(grid, law.formula("minimiser-norm")(classes=10, samples=20, lambda_w=grid, lambda_h=grid), color=plot.GREY)
plot.points(ax, decays, sizes, label="minimised")
ax.set(xlabel="decay of rows and features", ylabel="squared length of a row", xscale="log")
ax.legend()
plt.show()

# %% [markdown]
# The curve meets zero where the origin stops being a saddle. We look at the origin's Hessian, and then find the place
# by bisection of the decay, without telling the search where to look.

# %%
pairs = {"lambda_w": np.array([5e-4, 5e-3, 2e-2, 2.4e-2]), "lambda_h": np.array([5e-4, 1e-4, 5e-3, 2.4e-2])}
origin = unconstrained.Point(np.zeros((10, 1)), np.zeros((200, 1)), np.zeros(10))
curvature = np.array(
    [
        unconstrained.lowest_curvature(unconstrained.balanced(10, 20, row_decay, feature_decay), origin)
        for row_decay, feature_decay in zip(*pairs.values(), strict=True)
    ]
)
largest = pairs["lambda_w"] + pairs["lambda_h"] + 1 / (10 * np.sqrt(20))  # no entry of these Hessians exceeds it
law.check(
    "curvature-at-the-origin",
    measured=curvature,
    error=notebook.rounding(largest, operations=220),  # as many rows and columns
    given={"classes": 10, "samples": 20, **pairs},
)


def threshold(counts, vanished):
    """The decay of rows and features from which on `vanished(rows)`, and half of the last interval, by bisection."""
    low, high = np.log(1e-4), np.log(1.0)
    for _ in range(16):
        middle = (low + high) / 2
        rows = unconstrained.minimise(unconstrained.merged(counts, np.exp(middle), np.exp(middle)), 16, rng).point.rows
        low, high = (low, middle) if vanished(rows) else (middle, high)
    found = np.exp((low + high) / 2)
    return found, notebook.solver((high - low) / 2, found)


def gone(rows):
    """Is the classifier zero, for all that a descent can tell?"""
    return np.sum(rows**2) / len(rows) < 1e-3


even, skewed = threshold([20] * 10, gone), threshold([39] * 5 + [1] * 5, gone)
factor = 10 * np.sqrt(20)
law.check("where-the-simplex-vanishes", measured=factor * even[0], error=factor * even[1], given={"samples": 20})
law.control(
    "unbalanced-classes-another-threshold",
    measured=factor * skewed[0],
    error=factor * skewed[1],
    given={"samples": 20},
)

# %% [markdown]
# ## Rare classes become one
#
# Five frequent classes and five rare ones. With growing decay the rows of the rare classes draw together, and at a
# finite decay they are equal: from there on the network takes all rare classes for one.


# %%
def apart(rows, rare):
    """How far the rows of these classes are from one another, over the length of all rows."""
    chosen = rows[rare]
    return np.linalg.norm(chosen - chosen.mean(axis=0)) / (np.linalg.norm(rows) + 1e-4)  # 0 if all are zero


def merged_rows(rare):
    """A test: are the rows of these classes equal, to a thousandth?"""
    return lambda rows: apart(rows, rare) < 1e-3


sizes_of = [(100, 1), (100, 4), (20, 2)]
places = [threshold([many] * 5 + [few] * 5, merged_rows(slice(5, 10))) for many, few in sizes_of]
many, few = np.transpose(sizes_of)
scale = 5 * (many + few) / np.sqrt(few)
where, width = np.transpose(places)
law.check(
    "where-rare-classes-merge",
    measured=scale * where,
    error=scale * width,
    given={"majority": many, "minority": few},
)
# %% [markdown]
# If the rare classes are not alike, the rarest merge first. We watch three of the five, once beside two that are six
# times as large, once beside two of their own size, with as many samples in all.

# %%
(place, half), (alike, alike_half) = (
    threshold([100] * 5 + rare, merged_rows(slice(5, 8))) for rare in ([1] * 3 + [6] * 2, [3] * 5)
)
scale = 515 / np.sqrt(3)  # the mean size of the rare classes is 3 in both
law.control(
    "rare-classes-of-two-sizes",
    measured=scale * place,
    error=scale * half,
    intact=scale * alike,
    intact_error=scale * alike_half,
    given={"majority": 100, "minority": 3},
)

# %%
approach = np.geomspace(0.1, 2, 30) * where[0]
spreads = []
for decay in approach:
    rows = unconstrained.minimise(unconstrained.merged([100] * 5 + [1] * 5, decay, decay), 16, rng).point.rows
    spreads.append(apart(rows, slice(5, 10)))
law.series(
    "rare-classes-merge",
    x=505 * approach,  # N over the root of m: the law's threshold is at 1
    y=np.array(spreads),
    law="minority-collapse",
    label="five rare classes of one sample beside five of 100",
    x_label="decay, in units of √m/N",
    y_label="distance of the rare rows",
    x_scale="log",
    title="Rare classes become one at a finite decay",
)
fig, ax = plt.subplots()
ax.axvline(law.predict("where-rare-classes-merge"), color=plot.GREY, label="law")
plot.points(ax, 505 * approach, np.array(spreads), label="minimised")
ax.set(xlabel=r"$N\sqrt{\lambda_W\lambda_H/m}$", ylabel="distance of the rare rows", xscale="log")
ax.legend()
plt.show()

# %% [markdown]
# ## A network on digits, all of whose weights decay
#
# 200 digits, a hidden layer of 100 units and one of 16 that the classifier reads. Both are normalised over the whole
# training set; the first has a ReLU after it, the second a gain for each unit. *Everything* decays by the same
# $\lambda$, as in practice: the weights, the gains, the classifier. A gain is the root mean square of its feature, so
# decay on gains is decay on features, divided by the number $N$ of images. If the network can put its features where it
# wants, it ends at the model's numbers with $\lambda_H=\lambda/N$. We train on ten digits and on five, three networks
# each with a start and digits of their own; those on ten digits once more without the ReLU, those on five once more
# with shuffled labels. At the end five digits again with thirty times the decay: there the simplex is small, and the
# number of classes counts most in its size.

# %%
images, labels = digits.load(centred=True)
PIXELS, HIDDEN, FEATURES, N = 64, 100, 16, 200


def identity(z):
    return z


def features(weights, gain, x, activation):
    """What the layers before the classifier make of the images, (200, 16)."""
    first, second = weights
    hidden = activation(networks.batch_normalise(x @ first.T))
    return networks.batch_normalise(hidden @ second.T) * gain


@partial(jax.jit, static_argnames="activation")
def objective(params, x, y, decay, activation):
    def risk(params):
        *weights, gain, classifier = params
        logits = features(weights, gain, x, activation) @ classifier.T
        return networks.cross_entropy(logits, y) + 0.5 * decay * sum(jnp.sum(p**2) for p in params)

    return jax.value_and_grad(risk)(params)


def train(x, y, start, decay, activation, steps):
    """A network after `steps` of L-BFGS: extreme cosines, squared length of a row, features along their rows."""
    *weights, gain, rows = stationary.minimise(
        lambda p: objective(tuple(p), x, y, decay, activation), start, gradient=1e-6, iterations=steps
    ).weights
    along, _ = split(np.asarray(features(weights, gain, x, activation)), rows[y])
    return [*extremes(rows), np.sum(rows**2) / len(rows), along.mean()]


CASES = [(10, 5e-2, 1000), (5, 5e-3, 1000), (5, 0.15, 300)]  # digits, decay, steps: strong decay is soon at rest
ends, linear, shuffled = [[] for _ in CASES], [], []
for (count, decay, steps), found in zip(CASES, ends, strict=True):
    few = np.flatnonzero(labels < count)
    for _ in range(3):
        rows = few[digits.balanced_subset(labels[few], N // count, rng)]
        layers = networks.initialise([PIXELS, HIDDEN, FEATURES, count], rng)
        first, second, classifier = (np.asarray(layer.weight) for layer in layers)
        start = [first, second, np.ones(FEATURES), classifier]
        found.append(train(images[rows], labels[rows], start, decay, jax.nn.relu, steps))
        if count == 10:
            linear.append(train(images[rows], labels[rows], start, decay, identity, 500))
        elif decay < 0.1:
            shuffled.append(train(images[rows], rng.permutation(labels[rows]), start, decay, jax.nn.relu, steps))
counts, decays_of, _ = np.transpose(CASES)
network = np.mean(ends, axis=1)  # (cases, four numbers)
network_error = np.array([notebook.spread(found) for found in ends])
bent, bent_error = np.mean(linear, axis=0), notebook.spread(linear)
decayed = {"samples": N / counts, "lambda_w": decays_of, "lambda_h": decays_of / N}
classes_of = {"classes": np.repeat(counts[:, None], 2, axis=1)}
sized = {"classes": counts, **decayed}
ten = {"classes": np.full(2, 10)}
sized_ten = {name: values[0] for name, values in sized.items()}
law.check("digits-network-too", measured=network[:, :2], error=network_error[:, :2], given=classes_of)
law.check("digits-network-size", measured=network[:, 2], error=network_error[:, 2], given=sized)
law.check("digits-features-too", measured=network[:, 3], error=network_error[:, 3], given=decayed)
mixed, mixed_error = np.mean(shuffled, axis=0), notebook.spread(shuffled)
law.check("shuffled-labels-too", measured=mixed[:2], error=mixed_error[:2], given={"classes": np.full(2, 5)})
print(f"squared length with shuffled labels: {mixed[2]:.3f}, with their own {network[1, 2]:.3f}")
law.control("linear-features-are-not-free", measured=bent[:2], error=bent_error[:2], given=ten)
law.control("linear-features-need-longer-rows", measured=bent[2], error=bent_error[2], given=sized_ten)

# %% [markdown]
# ## Saddles
#
# A minimum in too few dimensions stays a critical point when empty dimensions are added, but no minimum.

# %%
six = unconstrained.balanced(6, 5, 5e-3, 5e-3)
narrow = [unconstrained.minimise(six, width, rng) for width in (1, 2, 3, 4)]
down = [unconstrained.lowest_curvature(six, unconstrained.widened(minimum.point, 8)) for minimum in narrow]
open_points = [left(minimum, 5e-3) for minimum in narrow]
law.check("saddles-point-down", measured=down, error=open_points)

# %% [markdown]
# ## Controls: break an assumption
#
# No dimensions to spare; a simplex of ten corners in nine dimensions, and in eight.

# %%
law.control(
    "without-spare-dimensions-they-are-minima",
    measured=[unconstrained.lowest_curvature(six, minimum.point) for minimum in narrow],
    error=open_points,
)
nine, eight = (unconstrained.minimise(unconstrained.balanced(10, 5, DECAY, DECAY), width, rng) for width in (9, 8))
law.control(
    "two-dimensions-too-few",
    measured=extremes(eight.point.rows),
    error=left(eight, DECAY),
    intact=extremes(nine.point.rows),
    intact_error=left(nine, DECAY),
    given=ten,
)

# %% [markdown]
# Unbalanced classes, beside balanced ones with as many samples in all.

# %%
uneven, even = (
    unconstrained.minimise(unconstrained.merged(counts, 1e-3, 1e-3), 16, rng)
    for counts in ([99] * 5 + [1] * 5, [50] * 10)
)
for name, found, given in (
    ("unbalanced-classes-need-biases", lambda point: np.abs(point.bias).max(), {}),
    ("unbalanced-features-beside-the-row", lambda point: split(point.features, point.rows)[1].max(), {}),
    ("unbalanced-classes-skew-angles", lambda point: extremes(point.rows), ten),
):
    law.control(
        name,
        measured=found(uneven.point),
        error=left(uneven, 1e-3),
        intact=found(even.point),
        intact_error=left(even, 1e-3),
        given=given,
    )
uneven, even = (
    unconstrained.minimise(replace(unconstrained.merged(counts, 1e-3, 1e-3), bias_decay=0.0), 16, rng)
    for counts in ([99] * 5 + [1] * 5, [50] * 10)
)
law.control(
    "unbalanced-classes-unequal-biases",
    measured=np.ptp(uneven.point.bias),
    error=left(uneven, 1e-3),
    intact=np.ptp(even.point.bias),
    intact_error=left(even, 1e-3),
)
uneven, even = (
    unconstrained.minimise(unconstrained.merged(counts, 1e-3, 1e-3), 16, rng)
    for counts in ([39] * 5 + [1] * 5, [20] * 10)
)
law.control(
    "unbalanced-classes-change-the-size",
    measured=size(uneven),
    error=open_size(uneven, 1e-3),
    intact=size(even),
    intact_error=open_size(even, 1e-3),
    given={"classes": 10, "samples": 20, "lambda_w": 1e-3, "lambda_h": 1e-3},
)

# %% [markdown]
# No decay on rows and features: there is no minimum, and a descent stops where the loss is too small to be felt. Beside
# it the descent from the same start with decay.

# %%
begin = rng.bit_generator.state
stops = []
for decay in (0.0, DECAY):
    rng.bit_generator.state = begin
    stops.append(unconstrained.minimise(unconstrained.balanced(10, 5, decay, decay), 19, rng))
free, held = stops
law.control(
    "without-decay-no-simplex",
    measured=extremes(free.point.rows),
    error=notebook.rounding(1.0, operations=19),
    intact=extremes(held.point.rows),
    intact_error=left(held, DECAY),
    given=ten,
)

# %% [markdown]
# ## What to try next
#
# - Give each of the five rare classes a size of its own. In which order do they merge?
# - Replace the threshold's search in `merged_rows` by one for the frequent classes. Where do they vanish?
# - Take the normalisation out of the network. Which of the numbers survive?
