# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # At the end of training, all classes stand at equal angles
#
# Papyan, Han and Donoho (2020) kept training classifiers after the last training error had gone, and looked at the
# inputs of the last layer. Four things happen there together, which they named neural collapse: the features of a class
# shrink to a point (NC1), the points form a regular simplex (NC2), the classifier's rows become the same simplex (NC3),
# and the network decides for the nearest class mean (NC4). Here we watch all four on handwritten digits, and then take
# away one assumption at a time. The predictions stand in [the law page](../laws/papyan2020.md).

# %%
from functools import partial

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from jax.flatten_util import ravel_pytree
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.models import networks
from lawbook.measure.collapse import Collapse, class_means, collapse, cosines

law = notebook.open("papyan2020")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Set-up
#
# Digits, 170 of each class. A perceptron with three hidden layers, batch normalisation after each, ReLU, and a linear
# classifier. Cross-entropy, weight decay on every parameter, gradient descent with momentum on batches of 128; the
# learning rate falls tenfold after each third. This is the authors' recipe, with a smaller network and twenty times
# their weight decay: at theirs, so small a network is far from the end after as many epochs (see the controls).

# %%
images, labels = digits.load(centred=True)
images = images.astype(np.float32)
EPOCHS, BATCH = (1500, 128) if full else (308, 128)


def begin(classes, bottleneck=None):
    """Weights of all layers, then gain and shift of each normalisation."""
    widths = [64, 96, 96, 96] + ([bottleneck] if bottleneck else []) + [classes]
    weights = [np.float32(layer.weight) for layer in networks.initialise(widths, rng)]
    return weights, [(np.ones(m, np.float32), np.zeros(m, np.float32)) for m in widths[1:-1]]


def features(params, x, dimensions):
    """Inputs of the last layer, (n, p). A bottleneck is linear; only the first `dimensions` of its units are used."""
    weights, normalisations = params
    for w, (gain, shift) in zip(weights[:3], normalisations[:3], strict=True):
        x = jax.nn.relu(networks.batch_normalise(x @ w.T, gain, shift))
    if len(weights) == 5:
        x = networks.batch_normalise(x @ weights[3].T, *normalisations[3])
        x = x * (jnp.arange(x.shape[1]) < dimensions)
    return x


@jax.jit
def train(params, x, y, batches, rates, seen, decay, dimensions):
    """Train over `batches` (epochs, batches, batch) with rates (epochs,); log the collapse before each epoch `seen`.

    With None as `seen` there is no log, which saves its compilation.
    """

    flat, unravel = ravel_pytree(params)  # one vector is updated faster than many arrays

    def loss(flat, rows):
        p = unravel(flat)
        logits = features(p, x[rows], dimensions) @ p[0][-1].T
        return networks.cross_entropy(logits, y[rows]) + 0.5 * decay * flat @ flat

    def step(state, rows, rate):
        flat, velocity = state
        velocity = 0.9 * velocity + jax.grad(loss)(flat, rows)
        return (flat - rate * velocity, velocity), None

    def measured(flat):
        p = unravel(flat)
        return collapse(features(p, x, dimensions), y, p[0][-1])

    def epoch(state, plan):
        rows, rate, looked = plan
        log = looked
        if looked is not None:
            log = jax.lax.cond(
                looked,
                lambda: measured(state[0]),
                lambda: Collapse(*[jnp.float32(jnp.nan)] * len(Collapse._fields)),
            )
        return jax.lax.scan(partial(step, rate=rate), state, rows)[0], log

    (flat, _), log = jax.lax.scan(epoch, (flat, jnp.zeros_like(flat)), (batches, rates, seen))
    return log, cosines(centred_means(unravel(flat), x, y, dimensions))


def centred_means(params, x, y, dimensions):
    means = class_means(features(params, x, dimensions), y, len(params[0][-1]))
    return means - means.mean(axis=0)


def experiment(classes=10, samples=170, decay=1e-2, bottleneck=None, dimensions=0, epochs=EPOCHS, log="last"):
    """One network on `samples` digits of each class (a number, or one a class): its log and its pair cosines.

    The log has "each" epoch, the "early" ones and the last, the "last" alone or "none".
    """
    counts = np.broadcast_to(samples, classes)
    rows = np.concatenate([rng.permutation(np.flatnonzero(labels == c))[:n] for c, n in enumerate(counts)])
    whole = len(rows) // BATCH
    order = np.array([rng.permutation(len(rows))[: whole * BATCH].reshape(whole, BATCH) for _ in range(epochs)])
    rates = np.float32(0.1) / 10 ** (3 * np.arange(epochs) // epochs)
    first = {"each": epochs, "early": 60}.get(log, 0)  # how many epochs to log from the start
    seen = None if log == "none" else (np.arange(epochs) == epochs - 1) | (np.arange(epochs) < first)
    start = begin(classes, bottleneck)
    logged, pairs = train(start, images[rows], labels[rows], order, rates, seen, decay, dimensions)
    return jax.tree.map(np.asarray, logged), np.asarray(pairs)


def over_networks(values):
    """Mean over networks, and its standard error."""
    return np.mean(values, axis=0), notebook.spread(values)


def last(runs, metric):
    return over_networks([getattr(log, metric)[-1] for log, _ in runs])


def lengths(runs):
    """Relative spread of the lengths of class means, and of rows, with errors; shape (2, 2)."""
    return np.array([last(runs, metric) for metric in ("means_norm", "rows_norm")]).T


def shares(runs, epoch):
    """Share of the digits of all networks together on which the two rules of NC4 differ, and its error by counting."""
    digits_seen = 1700 * len(runs)
    differing = round(1700 * sum(float(log.disagreement[epoch]) for log, _ in runs))
    return differing / digits_seen, notebook.counted(differing, digits_seen)


# %% [markdown]
# ## The measurement
#
# Six networks, each with its own start and its own choice of digits, and all four metrics before each epoch of the
# first, and before the first 60 epochs and the last of the others.

# %%
runs = [experiment(log="each" if index == 0 else "early") for index in range(6)]
log = runs[0][0]
perfect = [int(np.argmax(log.mistakes == 0)) for log, _ in runs]
assert all(log.mistakes[e] == 0 and e < 60 for (log, _), e in zip(runs, perfect, strict=True)), "metrics are not logged"
print("first epoch without a mistake:", perfect)

# %%
curves = {
    "within": "NC1: scatter inside classes",
    "means_angle": "NC2: spread of cosines, means",
    "rows_angle": "NC2: spread of cosines, rows",
    "duality": "NC3: distance of rows and means",
}
fig, ax = plt.subplots()
for metric, label in curves.items():
    ax.plot(np.arange(1, EPOCHS), getattr(log, metric)[1:], label=label)
ax.axvline(perfect[0], color=plot.GREY, linestyle=":", label="first epoch without a mistake")
ax.set(xlabel="epoch", ylabel="metric (no unit)", xscale="log", yscale="log")
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# The training error is gone after a few epochs. The collapse goes on for hundreds. The steps in the curves are drops
# of the learning rate: what disappears there is the noise of the batches.

# %%
shown = np.unique(np.geomspace(1, EPOCHS - 1, 120).astype(int))
for metric, label in curves.items():
    law.series(
        "collapse-along-training",
        x=shown,
        y=getattr(log, metric)[shown],
        prediction=np.zeros(len(shown)) if metric == "means_angle" else None,
        law="nc2-simplex" if metric == "means_angle" else None,
        label=label,
        x_label="epoch",
        y_label="metric (0 is full collapse)",
        x_scale="log",
        title="Collapse along training, ten digits",
    )

# %% [markdown]
# ## NC2: is it a simplex?
#
# A trap first. The *mean* cosine between class means is about $-1/9$ in any network, trained or not, because centred
# vectors sum to zero. What matters is that no pair deviates.

# %%
x, y = images[:1000], labels[:1000]
untrained = np.asarray(jax.jit(lambda start: cosines(centred_means(start, x, y, 0)))(begin(10)))
print(f"untrained network: mean cosine {untrained.mean():+.3f}, from {untrained.min():+.2f} to {untrained.max():+.2f}")

fig, ax = plt.subplots(figsize=(6.4, 2.6))
bins = np.linspace(-1, 1, 81)
ax.hist(untrained, bins, color=plot.COLOURS[1], alpha=0.7, label="before training")
ax.hist(runs[0][1], bins, color=plot.COLOURS[0], alpha=0.7, label="after training")
ax.axvline(
    law.predict("every-pair-at-the-simplex-angle", classes=10), color=plot.GREY, linestyle=":", label="−1/(C − 1)"
)
ax.set(xlabel="cosine between two class means", ylabel="pairs (of 45)")
ax.legend()
plt.show()


# %%
def ends(runs):
    """Smallest and largest cosine of a pair, mean over networks, with errors; shape (2, 2)."""
    return over_networks([[pairs.min(), pairs.max()] for _, pairs in runs])


few = {count: [experiment(classes=count, log="none") for _ in range(2)] for count in (3, 4)}
numbers = np.array([*few, 10])
measured, error = np.stack([ends(found) for found in [*few.values(), runs]], axis=1)  # (classes, extremes)
law.check(
    "every-pair-at-the-simplex-angle",
    measured=measured,
    error=error,
    given={"classes": np.repeat(numbers[:, None], 2, axis=1)},
)
law.series(
    "cosine-over-classes",
    x=numbers,
    y=measured[:, 1],
    error=error[:, 1],
    prediction=law.formula("nc2-simplex")(classes=numbers),
    label="largest cosine of a pair",
    x_label="number of classes",
    y_label="cosine between two class means",
    title="Each number of classes has its angle",
)

# %% [markdown]
# With ten classes $-1/(C-1)$ and $-1/C$ are too close to tell apart. With four they are not, and there we ask for more.

# %%
law.check("four-classes-tell-the-formula", measured=measured[1], error=error[1], given={"classes": np.full(2, 4)})
measured, error = last(runs, "means_angle")
law.check("angles-are-equal", measured=measured, error=error)

# %%
measured, error = last(runs, "rows_angle")
law.check("classifier-rows-too", measured=measured, error=error)

# %%
measured, error = lengths(runs)
law.check("lengths-are-equal", measured=measured, error=error)

# %% [markdown]
# ## NC1, NC3, NC4

# %%
measured, error = last(runs, "within")
law.check("classes-shrink-to-points", measured=measured, error=error)
measured, error = last(runs, "duality")
law.check("rows-align-with-means", measured=measured, error=error)
measured, error = shares(runs, -1)
law.check("nearest-mean-decides", measured=measured, error=error)

# %% [markdown]
# ## Controls: break an assumption
#
# **One dimension too few.** A regular simplex of ten corners lives in nine dimensions. We squeeze the features through
# a linear bottleneck of nine, then of eight.

# %%
nine = [experiment(bottleneck=9, dimensions=9) for _ in range(2)]
eight = [experiment(bottleneck=9, dimensions=8) for _ in range(2)]
measured, error = last(nine, "means_angle")
law.check("nine-dimensions-suffice", measured=measured, error=error)
measured, error = last(eight, "means_angle")
law.control("eight-dimensions-do-not", measured=measured, error=error)
print(f"smallest cosine in eight dimensions: {eight[0][1].min():+.2f}; NC1 there: {last(eight, 'within')[0]:.1e}")

# %% [markdown]
# Features still collapse to points in eight dimensions; the points just cannot be a simplex.
#
# **Unbalanced classes.** The digits 5 to 9 keep 17 samples each, the others 170. Fewer digits make shorter epochs, and
# in 308 of these not even balanced classes would collapse. So we give both, 935 digits with classes of 170 and 17 and
# 935 digits with classes of 93 and 94, as many steps as the networks above had.

# %%
as_many_steps = EPOCHS * (1700 // BATCH) // (935 // BATCH)
skewed = [experiment(samples=[170] * 5 + [17] * 5, epochs=as_many_steps) for _ in range(2)]
even = [experiment(samples=[94] * 5 + [93] * 5, epochs=as_many_steps) for _ in range(2)]
for name, found in {
    "unbalanced-classes-skew-angles": lambda runs: last(runs, "means_angle"),
    "unbalanced-classes-skew-lengths": lengths,
    "unbalanced-classes-break-the-tie": lambda runs: last(runs, "duality"),
}.items():
    (measured, error), (intact, intact_error) = found(skewed), found(even)
    law.control(name, measured=measured, error=error, intact=intact, intact_error=intact_error)

# %% [markdown]
# **No terminal phase.** The same networks at the first epoch without a training error. NC4 is there already, so for it
# we look at the first epoch, when the networks still make mistakes.

# %%
measured, error = over_networks([log.means_angle[e] for (log, _), e in zip(runs, perfect, strict=True)])
law.control("not-yet-at-the-first-perfect-epoch", measured=measured, error=error)
measured, error = over_networks([log.within[e] for (log, _), e in zip(runs, perfect, strict=True)])
law.control("wide-at-the-first-perfect-epoch", measured=measured, error=error)
print(
    "digits of 1700 on which the rules of NC4 differ then:",
    [round(1700 * float(log.disagreement[e])) for (log, _), e in zip(runs, perfect, strict=True)],
)
measured, error = shares(runs, 1)
law.control("not-after-one-epoch", measured=measured, error=error)

# %% [markdown]
# **No weight decay.**

# %%
free = [experiment(decay=0.0) for _ in range(2)]
measured, error = last(free, "means_angle")
law.control("not-without-weight-decay", measured=measured, error=error)
measured, error = last(free, "within")
law.control("wide-without-weight-decay", measured=measured, error=error)
measured, error = last(free, "duality")
law.control("no-tie-without-weight-decay", measured=measured, error=error)

# %% [markdown]
# **The authors' weight decay**, 0.0005, for as many epochs. On the way, but not there.

# %%
log = experiment(decay=5e-4)[0]
print(f"NC1 {log.within[-1]:.3f}, spread of cosines {log.means_angle[-1]:.3f}, NC3 {log.duality[-1]:.2f}")

# %% [markdown]
# ## What to try next
#
# - Evaluate the same metrics on the 97 digits that were not used. Which of the four survive?
# - Take bottlenecks of 2, 4 and 6 dimensions. What shape do the ten means form?
# - Remove the batch normalisation. How far does the collapse still go, and does more weight decay help or hurt?
# - Replace cross-entropy by squared loss.
