# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A trained layer looks where the network's gradients point
#
# Which directions of its input does a layer look at? $W^{\mathsf T}W$ says it: an input direction that $W$ stretches is
# a feature. Radhakrishnan, Beaglehole, Pandit and Belkin (2024) found that it resembles another matrix, the average
# gradient outer product (AGOP): how strongly, on average, the output reacts to each direction. That is the neural
# feature ansatz. We test it on networks that read digits, with care for a trap: the two matrices look alike before any
# training. Then come linear networks, where it is exact, and kernel machines that learn features by it.
# The predictions stand in [the law page](../laws/radhakrishnan2024.md).

# %%
import jax
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.models import networks, rfm
from lawbook.lab.training import stationary, trained
from lawbook.measure import alignment, powerlaw
from lawbook.measure.alignment import agop, cosine, feature_matrix, power, traceless_cosine

jax.config.update("jax_enable_x64", True)
law = notebook.open("radhakrishnan2024")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Set-up
#
# The network that this family of pages shares: four layers without biases, GELU, 500 digits, cross-entropy, weight
# decay 0.003, 10 000 steps on batches of 16. We train sixteen of them. L-BFGS then takes the first ten on to a
# critical point.

# %%
NETWORKS, SETTLED = 16, 10
classifiers = [trained.digits_classifier(rng) for _ in range(NETWORKS)]
critical = [one.converged().weights for one in classifiers[:SETTLED]]
network, end = classifiers[0], critical[0]  # the one that is shown
start, noisy = network.path[0], network.path[-1]
print("training errors:", [one.mistakes(one.path[-1]) for one in classifiers])


def agreement(weights, exponent=0.5, measure=traceless_cosine, model=network):
    """Agreement of features and AGOP to a power, in the three hidden layers. The last obeys power 1 trivially."""
    return np.array([measure(feature_matrix(s), power(agop(s), exponent)) for s in model.signals(weights)[:3]])


def mean_and_error(values):
    """Over the networks or draws, the first axis."""
    return {"measured": np.mean(values, axis=0), "error": notebook.spread(values)}


# %% [markdown]
# ## Direction by direction
#
# The eigenvectors of the AGOP are the directions, its eigenvalues their importance. How much weight does the first
# layer give to each? The ansatz with power ½ is a line of slope ½ in this chart. Only its height is fitted.


# %%
def spectrum(weights):
    """Eigenvalues of the AGOP of the first layer above rounding, and the weight along their eigenvectors."""
    signals = network.signals(weights)[0]
    values, vectors = np.linalg.eigh(agop(signals))
    along = np.einsum("ki,kl,li->i", vectors, feature_matrix(signals), vectors)
    large = values > 1e-6 * values[-1]  # decay leaves about a dozen directions
    return values[large], along[large]


fig, ax = plt.subplots()
for index, (label, weights) in enumerate({"at the critical point": end, "before training": start}.items()):
    importance, weight = spectrum(weights)
    points = {"importance": importance}
    fit = law.fit("neural-feature-ansatz", x=points, y=weight, free={"scale": 1.0}, given={"alpha": 0.5})
    line = fit(importance=importance)
    plot.points(ax, importance, weight, index=index, label=label)
    ax.plot(importance, line, color=plot.COLOURS[index])
    law.series(
        "weight-along-eigenvectors", x=importance, y=weight, prediction=line if index == 0 else None,
        law="neural-feature-ansatz" if index == 0 else None, label=label, x_label="eigenvalue of the AGOP",
        y_label="weight along its eigenvector", x_scale="log", y_scale="log", title="First layer, digits",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="eigenvalue of the AGOP", ylabel="$v^T W^T W v$ (no unit)")
ax.legend()
plt.show()

# %% [markdown]
# ## The trap
#
# Cosines of matrix entries are high before training. A part is the identity that both matrices contain; rotating one
# of the two at random shows how much. We subtract it (the traceless cosine). The larger part stays: the AGOP of a layer
# has $W$ on both sides, so it resembles $W^{\mathsf T}W$ from the first. Only the random network tells how much that
# is.

# %%
first = network.signals(start)[0]
pair = feature_matrix(first), power(agop(first), 0.5)
for name, measure in (("raw", cosine), ("traceless", traceless_cosine)):
    mean, spread = alignment.chance(measure, *pair, rng, draws=20)
    seen = [agreement(weights, 0.5, measure).round(2) for weights in (start, noisy)]
    print(f"{name} cosine: chance {mean:+.2f} ± {spread:.2f}, before training {seen[0]}, after {seen[1]}")

# %% [markdown]
# ## Which power?
#
# A cosine near one does not tell a power from another. So we ask where it is largest, layer by layer: after training
# on batches, at the critical point, and before training. The error comes from sixteen networks, and from ten at the
# critical point. To try many powers, each AGOP is taken apart into eigenvectors once.

# %%
POWERS = np.linspace(0.05, 1.25, 25)


def best_power(weights, model):
    """The power at which the traceless cosine is largest, by a parabola through the three best, one a hidden layer."""
    found = []
    for signals in model.signals(weights)[:3]:
        values, vectors = np.linalg.eigh(agop(signals))
        values[values < len(values) * np.finfo(float).eps * values[-1]] = 0  # rounding, as in `power`
        features = feature_matrix(signals)
        row = np.array([traceless_cosine(features, (vectors * values**one) @ vectors.T) for one in POWERS])
        top = np.clip(row.argmax(), 1, len(POWERS) - 2)
        curve = np.polyfit(POWERS[top - 1 : top + 2], row[top - 1 : top + 2], 2)
        found.append(-curve[1] / (2 * curve[0]))
    return found


after_batches, settled_powers, born_powers = (
    np.array([best_power(w, one) for one, w in zip(classifiers, weights, strict=False)])  # ten are settled
    for weights in ([one.path[-1] for one in classifiers], critical, [one.path[0] for one in classifiers])
)
hidden = {"layer": np.arange(1, 4)}
law.check("power-is-one-half", **mean_and_error(after_batches), given=hidden)
law.check("power-at-a-critical-point", **mean_and_error(settled_powers), given=hidden)
law.control("no-such-power-before-training", **mean_and_error(born_powers), given=hidden)

# %% [markdown]
# The powers lie a little below a half, and they are not those of a linear network of four layers, ¼, ⅓ and ½. At the
# critical point the second layer comes near its third.
#
# How large are the cosines with power ½? Six numbers are checked: three hidden layers, after training on batches and
# at the critical point. And how much of the gap to one, which the random weights leave, has training closed?


# %%
def trained_agreement(exponent):
    """After batches, shape (networks, 3), and at the critical point, shape (settled networks, 3)."""
    grown = np.array([agreement(one.path[-1], exponent, model=one) for one in classifiers])
    return grown, np.array([agreement(w, exponent, model=one) for one, w in zip(classifiers, critical, strict=False)])


def six_numbers(grown, settled):
    """Means over the networks and their errors, shape (2, 3)."""
    parts = mean_and_error(grown), mean_and_error(settled)
    return {name: np.array([part[name] for part in parts]) for name in ("measured", "error")}


def closed(before, after):
    """Share of the gap to a cosine of one that training closes."""
    return (after - before) / (1 - before)


before = np.array([agreement(one.path[0], model=one) for one in classifiers])  # (networks, 3)
grown, settled = trained_agreement(0.5)
law.check("ansatz-on-digits", **six_numbers(grown, settled))
law.check("better-than-before-training", **six_numbers(closed(before, grown), closed(before[:SETTLED], settled)))
law.check("first-power-too", **six_numbers(*trained_agreement(1.0)))

# %% [markdown]
# **Controls.** The random network must not pass. Nor must a network that learns lazily: from a first layer four times
# as large, without decay, it classifies its training set without error and keeps much of what it was born with. Beside
# it stands the same training from a first layer a quarter as large.

# %%
law.control("not-before-training", **mean_and_error(before))


def without_decay(first_scale):
    """Agreement of four networks in a first layer of another size, before and after training, each (networks,)."""
    found = [trained.digits_classifier(rng, decay=0.0, first_scale=first_scale) for _ in range(4)]
    born, grown = (np.array([agreement(one.path[k], model=one)[0] for one in found]) for k in (0, -1))
    print(f"first layer × {first_scale}: training errors {[one.mistakes(one.path[-1]) for one in found]}")
    print("cosine in the first layer before and after:", born.mean().round(2), grown.mean().round(2))
    return born, grown


(lazy_born, lazy), (rich_born, rich) = without_decay(4.0), without_decay(0.25)
law.control(
    "lazy-learning-keeps-old-features",
    **mean_and_error(lazy),
    intact=rich.mean(),
    intact_error=notebook.spread(rich),
)
law.control(
    "lazy-learning-gains-nothing",
    **mean_and_error(closed(lazy_born, lazy)),
    intact=closed(rich_born, rich).mean(),
    intact_error=notebook.spread(closed(rich_born, rich)),
)

# %%
steps = np.r_[np.maximum(trained.LOGS, 1), 10 * trained.LOGS[-1]]  # the critical point is drawn at ten times as many
history = np.array([agreement(w) for w in (*network.path, end)])
fig, ax = plt.subplots()
for depth in range(3):
    ax.plot(steps, history[:, depth], marker="o", label=f"layer {depth + 1}")
    law.series(
        "along-training", x=steps, y=history[:, depth], label=f"layer {depth + 1}",
        x_label="step (last point: critical point)", y_label="traceless cosine, power 1/2", x_scale="log",
        title="Agreement along training, digits",
    )  # fmt: skip
ax.set(xscale="log", xlabel="step (last point: the critical point)", ylabel="traceless cosine, power ½")
ax.legend()
plt.show()

# %% [markdown]
# ## Linear networks: an exact exponent
#
# With weight decay a linear network of $L$ layers obeys the ansatz exactly, with power $1/L$. Digits again: pixels that
# vary, centred one-hot targets, hidden layers of 20, decay 0.001. The end-to-end matrix $P$ has AGOP $P^{\mathsf T}P$.

# %%
images, labels = digits.load()
pixels = images[:, images.std(axis=0) >= 0.05]
pixels = pixels - pixels.mean(axis=0)
targets = np.eye(10)[labels] - 0.1
covariance = pixels.T @ pixels / len(pixels)
best = np.linalg.lstsq(pixels, targets, rcond=None)[0].T  # (10, pixels)


GRADIENT, DECAY = 1e-9, 1e-3


def linear(layers, decay):
    """W₁ᵀW₁ and the AGOP of a linear network at a critical point, and the size of the weights of its first layer."""
    widths = [pixels.shape[1]] + [20] * (layers - 1) + [10]
    weights = [w.weight for w in networks.initialise(widths, rng, gain=1.0)]
    found = stationary.linear_network(
        weights, best, decay=decay, covariance=covariance, gradient=GRADIENT, iterations=6000
    )
    whole, first = np.linalg.multi_dot(found.weights[::-1]), found.weights[0]
    return first.T @ first, whole.T @ whole, np.sqrt(np.mean(first**2))


def slope(gram, outer):
    """Exponent of the nine non-zero eigenvalues of one against those of the other, and its standard error."""
    found = powerlaw.fit(np.linalg.eigvalsh(outer)[-9:], np.linalg.eigvalsh(gram)[-9:])
    return found.exponent, found.exponent_error


depths = np.array([2, 3, 4])
*pairs, weight_sizes = zip(*(linear(layers, DECAY) for layers in depths), strict=True)
pairs = list(zip(*pairs, strict=True))
exponents, errors = np.transpose([slope(*p) for p in pairs])
law.check("exponent-is-one-over-depth", measured=exponents, error=errors, given={"layers": depths})


def gap(gram, outer, layers):
    """Relative distance of the features from the AGOP to the power 1/L."""
    return np.linalg.norm(gram - power(outer, 1 / layers)) / np.linalg.norm(gram)


gaps = np.array([gap(*p, layers) for p, layers in zip(pairs, depths, strict=True)])
left = notebook.solver(GRADIENT, 1 / (DECAY * np.array(weight_sizes)))  # the gradient that is left, over that of decay
law.check("equal-with-constant-one", measured=gaps, error=left)

# %% [markdown]
# **Controls.** No decay from unbalanced weights: the identity is lost. And the GELU networks, which have four layers
# too: they obey the ansatz roughly, but not with a quarter as the power and one as the constant. The same networks
# without the GELU do.

# %%
unbalanced = [[gap(*linear(layers, 0.0)[:2], layers) for layers in depths] for _ in range(3)]
law.control("no-decay-no-identity", **mean_and_error(unbalanced))


# %%
def first_gap(model, weights):
    """Relative distance in the first layer of a network of four layers."""
    signals = model.signals(weights)[0]
    return gap(feature_matrix(signals), agop(signals), 4)


plain = [trained.digits_classifier(rng, activation="linear") for _ in range(4)]
straight = [first_gap(one, one.converged().weights) for one in plain]
law.control(
    "gelu-is-not-linear",
    **mean_and_error([first_gap(*pair) for pair in zip(classifiers, critical, strict=False)]),
    intact=np.mean(straight),
    intact_error=notebook.spread(straight),
)

# %%
fig, ax = plt.subplots()
for index, (layers, (gram, outer)) in enumerate(zip(depths, pairs, strict=True)):
    x, y = np.linalg.eigvalsh(outer)[-9:], np.linalg.eigvalsh(gram)[-9:]
    ax.plot(x, law.formula("linear-exponent")(importance=x, layers=layers), color=plot.COLOURS[index])
    plot.points(ax, x, y, index=index, label=f"$L = {layers}$")
ax.set(xscale="log", yscale="log", xlabel="eigenvalue of the AGOP", ylabel="eigenvalue of $W_1^T W_1$")
ax.legend()
plt.show()

# %% [markdown]
# ## Kernels that learn features
#
# If the AGOP is what networks learn, give it to a kernel machine. Fit; take the AGOP of the fit as the new metric; fit
# again. The authors' own example: $y=x_0x_1\,[x_5>0]$ in 20 dimensions, 1000 samples. Three coordinates matter.


# %%
def error_along(x, y, tests, truth, rounds, **how):
    """Mean squared test error over the variance of the truth, of every round, and the last metric."""
    found = rfm.recursive(x, y, tests, rounds=rounds, **how)
    return np.array([np.mean((r.prediction - truth) ** 2) for r in found]) / np.var(truth), found[-1].metric


def product(x):
    return (x[:, 0] * x[:, 1] * (x[:, 5] > 0))[:, None]


def radial(x):
    return np.sin(3 * np.sum(x**2, axis=1, keepdims=True))


def repeated(target, draws):
    """Draws of 1000 samples each: the errors along five rounds, and the share of M on coordinates 0, 1 and 5."""
    errors, shares = [], []
    for _ in range(draws):
        x = rng.normal(0, 0.5, (3000, 20))
        y = target(x)
        along, metric = error_along(x[:1000], y[:1000], x[1000:], y[1000:], 5, normalise=True)
        errors.append(along)
        shares.append(np.diag(metric)[[0, 1, 5]].sum() / np.trace(metric))
    return np.array(errors), np.array(shares)


DRAWS = 12
errors, shares = repeated(product, 2 * DRAWS)
law.check("metric-finds-the-coordinates", **mean_and_error(shares))
law.check("error-falls", **mean_and_error(errors[:, -1] / errors[:, 0]))
law.series(
    "rfm", x=np.arange(6), y=errors.mean(axis=0), error=notebook.spread(errors),
    x_label="round", y_label="test error over variance", title="Recursive feature machine, three coordinates of twenty",
)  # fmt: skip
print("test error by round:", errors.mean(axis=0).round(3))

# %% [markdown]
# **Control.** A target that needs all directions alike. Nothing can be gained by dropping any.

# %%
isotropic, _ = repeated(radial, DRAWS)
law.control("isotropic-target", **mean_and_error(isotropic[:, -1] / isotropic[:, 0]))

# %% [markdown]
# **Digits, with distractors.** 64 pixels of pure noise beside the 64 true ones. One round of feature learning removes
# them. On plain digits, where every direction is of some use, the same step does harm. That is worth knowing.


# %%
def mistakes(noise, samples=1000):
    """Share of wrong test digits in rounds 0 and 1, with so many pixels of noise."""
    x = np.hstack([images, rng.normal(0, 0.5, (len(images), noise))])
    order = rng.permutation(len(x))
    rows, tests = order[:samples], order[samples:]
    found = rfm.recursive(x[rows], np.eye(10)[labels[rows]], x[tests], rounds=1, normalise=True)
    return [np.mean(r.prediction.argmax(axis=1) != labels[tests]) for r in found]


noisy_digits, plain_digits = (np.array([mistakes(noise) for _ in range(DRAWS)]) for noise in (64, 0))
law.check("distractors-are-dropped", **mean_and_error(noisy_digits[:, 1] / noisy_digits[:, 0]))
law.control("nothing-to-drop", **mean_and_error(plain_digits[:, 1] / plain_digits[:, 0]))
print("errors in rounds 0 and 1, with distractors:", noisy_digits.mean(axis=0).round(3))
print("errors in rounds 0 and 1, plain digits:", plain_digits.mean(axis=0).round(3))

# %% [markdown]
# ## What to try next
#
# - Train deeper networks. Does the best power of a layer depend on its depth, as in linear networks?
# - Train the first layer from a tenth of its random weights. How low does the agreement start, how high does it end?
# - Give each of the distractors a variance of its own. When does the machine keep one?
# - Look at [where the ansatz fails](../laws/boixadsera2025.md), and at the exact formula that takes its place.
