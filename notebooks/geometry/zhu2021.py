# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # With free features and weight decay, every minimum is neural collapse
#
# Why do trained networks end with their classes at the corners of a simplex? Zhu and co-authors (2021) replaced the
# network by features that are free to move. What is left is small enough to solve, and every minimum of it is that
# simplex. Here we minimise it from random starts, and then ask whether a real network on digits ends at the same
# numbers. The predictions stand in [the law page](../laws/zhu2021.md).

# %%
import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import data, networks, plot, stationary, unconstrained
from lawbook.lab.collapse import cosines

law = notebook.open("zhu2021")
rng = notebook.rng()
plot.use()

# %% [markdown]
# ## The angle
#
# The *mean* cosine of centred vectors is $-1/(K-1)$ whatever they are, so we look at the extreme pairs.


# %%
def extremes(rows):
    pairs = np.asarray(cosines(rows))
    return np.array([pairs.min(), pairs.max()])


classes = np.array([2, 3, 4, 6, 10, 20])
minima = [unconstrained.minimise(unconstrained.balanced(k, 5, 2e-3, 2e-3), 19, rng) for k in classes]
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
    "every-pair-at-the-simplex-angle", measured=ends, error=1e-6, given={"classes": classes[:, None] * np.ones((1, 2))}
)

# %% [markdown]
# ## The size, and where it vanishes

# %%
decays = np.array([5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2.1e-2, 2.4e-2])
solved = [unconstrained.minimise(unconstrained.balanced(10, 20, d, d), 16, rng) for d in decays]
sizes = np.array([np.sum(minimum.point.rows**2) / 10 for minimum in solved])
given = {"classes": 10, "samples": 20, "lambda_w": decays, "lambda_h": decays}
law.check("squared-length", measured=sizes, error=1e-6, given=given)
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
# ## A network on digits
#
# 200 digits, one hidden layer of 100 units, 16 features. The features and the classifier decay, the weights below
# are free. If the network can put the features where it wants, it must end at the model's numbers.

# %%
images, labels = data.digits(centred=True)
rows = data.balanced_subset(labels, 20, rng)
x, y = jnp.asarray(images[rows]), jnp.asarray(labels[rows])
LAMBDA_W, LAMBDA_H = 1e-2, 2e-3


@jax.jit
def objective(weights):
    def risk(weights):
        *layers, classifier = weights
        h = networks.forward(tuple(networks.Layer(w) for w in layers), x, jax.nn.relu)
        penalty = 0.5 * LAMBDA_W * jnp.sum(classifier**2) + 0.5 * LAMBDA_H * jnp.sum(h**2)
        return networks.cross_entropy(h @ classifier.T, y) + penalty

    return jax.value_and_grad(risk)(weights)


def train(widths):
    """The classifier, (10, 16), of a network trained until it hardly moves."""
    start = [np.asarray(layer.weight) for layer in networks.initialise([*widths, 10], rng)]
    return stationary.minimise(lambda w: objective(tuple(w)), start, gradient=1e-6, iterations=500).weights[-1]


def spread(values):
    """Standard error over what symmetry makes equal: pairs, or rows."""
    return np.std(values, ddof=1) / np.sqrt(len(values))


network, linear = train([64, 100, 16]), train([64, 16])
between = [spread(np.asarray(cosines(rows))) for rows in (network, linear)]
squares = [np.sum(rows**2, axis=1) for rows in (network, linear)]
given = {"classes": 10, "samples": 20, "lambda_w": LAMBDA_W, "lambda_h": LAMBDA_H}
law.check("digits-network-too", measured=extremes(network), error=between[0], given={"classes": np.full(2, 10)})
law.check("digits-network-size", measured=squares[0].mean(), error=spread(squares[0]), given=given)

# %% [markdown]
# ## Saddles
#
# A minimum in too few dimensions stays a critical point when empty dimensions are added, but no minimum.

# %%
six = unconstrained.balanced(6, 5, 5e-3, 5e-3)
narrow = [unconstrained.minimise(six, width, rng).point for width in (1, 2, 3, 4)]
down = [unconstrained.lowest_curvature(six, unconstrained.widened(point, 8)) for point in narrow]
law.check("saddles-point-down", measured=down, error=1e-8)

# %% [markdown]
# ## Controls: break an assumption

# %%
law.control(
    "without-spare-dimensions-they-are-minima",
    measured=[unconstrained.lowest_curvature(six, point) for point in narrow],
    error=1e-8,
)
uneven = unconstrained.merged([100] * 5 + [1] * 5, 1e-3, 1e-3)
law.control(
    "unbalanced-classes-skew-angles",
    measured=extremes(unconstrained.minimise(uneven, 16, rng).point.rows),
    error=1e-6,
    given={"classes": np.full(2, 10)},
)
eight = unconstrained.minimise(unconstrained.balanced(10, 5, 2e-3, 2e-3), 8, rng).point.rows
law.control("two-dimensions-too-few", measured=extremes(eight), error=1e-6, given={"classes": np.full(2, 10)})
law.control(
    "linear-features-are-not-free", measured=extremes(linear), error=between[1], given={"classes": np.full(2, 10)}
)
law.control("linear-features-need-longer-rows", measured=squares[1].mean(), error=spread(squares[1]), given=given)

# %% [markdown]
# ## What to try next
#
# - Let the rare classes shrink further. When do their rows become the same?
# - Decay all weights of the network instead of its features. Which of the numbers survive?
