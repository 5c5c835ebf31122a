# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Activations, gradients and weights of a trained layer favour the same directions
#
# A layer has three matrices on each of its sides: the covariance of its activations, that of its error signals, and
# the Gram matrix of its weights. Ziyin, Chuang, Galanti and Poggio (2024) conjecture that training makes the three
# proportional to one another, on both sides (the canonical representation hypothesis), and that where this breaks they
# are still powers of one another (the polynomial alignment hypothesis). We look at a network that reads digits, and at
# a linear network where powers can be computed. The predictions stand in [the law page](../laws/ziyin2024.md).

# %%
import jax
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.models import networks
from lawbook.lab.solvable import linear
from lawbook.lab.training import stationary, trained
from lawbook.measure import alignment, powerlaw
from lawbook.measure.alignment import canonical, covariance

jax.config.update("jax_enable_x64", True)
law = notebook.open("ziyin2024")
rng = notebook.rng()
plot.use()

# %% [markdown]
# ## Set-up
#
# The network that this family of pages shares: four layers without biases, GELU, 500 digits, cross-entropy, weight
# decay 0.003, 10 000 steps on batches of 16; L-BFGS then takes it to a critical point. We train twelve, each with
# images and weights of its own, and look at the third matrix, the last hidden one. As in the paper, each activation and
# error vector is first scaled to length one.

# %%
NETWORKS = 12
steps = np.r_[np.maximum(trained.LOGS, 1), 10 * trained.LOGS[-1]]  # the critical point is drawn at ten times as many


def alignments(decay, *, critical=True):
    """Six alignments of each network at each stage, (networks, stages, six), and signals at its start and its end."""
    rows, first, last = [], [], []
    for _ in range(NETWORKS):
        network = trained.digits_classifier(rng, decay=decay)
        path = [*network.path, network.converged().weights] if critical else network.path
        first.append(network.signals(path[0]))
        last.append(network.signals(path[-1]))
        rows.append([canonical(network.signals(w)[2]) for w in path])
    return np.array(rows), first, last


def summary(values):
    """Mean over networks and its standard error."""
    return values.mean(axis=0), notebook.spread(values)


history, first, last = alignments(trained.DECAY)
average = history.mean(axis=0)  # (stages, six)
names = {
    "forward_rga": "activations and gradients, forward",
    "backward_rga": "activations and gradients, backward",
    "forward_rwa": "activations and weights, forward",
    "backward_rwa": "activations and weights, backward",
    "forward_gwa": "gradients and weights, forward",
    "backward_gwa": "gradients and weights, backward",
}

# %% [markdown]
# ## Six alignments along training
#
# Full alignment is 1. The first point is the random networks, and it matters: two of the six correlations are above one
# half before any training. What training adds is the evidence. Lines are means over the networks.

# %%
fig, ax = plt.subplots()
for index, label in enumerate(names.values()):
    dash = "-" if index < 5 else "--"  # five colours, six lines
    ax.plot(steps, average[:, index], marker="o", linestyle=dash, label=label)
    law.series(
        "alignments-along-training", x=steps, y=average[:, index], label=label,
        prediction=np.ones(len(steps)) if index == 0 else None, law="crh" if index == 0 else None,
        x_label="step (last point: critical point)", y_label="correlation of entries", x_scale="log",
        title="Last hidden layer of a network trained on digits",
    )  # fmt: skip
ax.axhline(1, color=plot.GREY, linestyle=":")
ax.set(xscale="log", xlabel="step (last point: the critical point)", ylabel="correlation of entries")
ax.legend(fontsize="x-small")
plt.show()

# %% [markdown]
# The mean of the six is judged after training on batches and at the critical point, each of the six at the critical
# point. The error is the standard error over networks.

# %%
means, means_error = summary(history.mean(axis=2))
law.check("mean-of-six", measured=means[-2:], error=means_error[-2:])
six, six_error = summary(history[:, -1])
law.check("each-of-six", measured=six, error=six_error)
for depth in range(4):
    here = np.mean([canonical(layers[depth]) for layers in last], axis=0)
    print(f"layer {depth + 1}: mean of six {here.mean():.2f}, of {', '.join(f'{value:.2f}' for value in here)}")

# %% [markdown]
# **Controls.** The random networks. And the same training without weight decay: it fits the digits as well, but nothing
# wears off the random start.

# %%
law.control("not-before-training", measured=means[0], error=means_error[0])
random_six, random_error = summary(history[:, 0])
law.control("not-each-before-training", measured=random_six, error=random_error)
undecayed = alignments(0.0, critical=False)[0][:, -1]  # (networks, six)
free, free_error = summary(undecayed.mean(axis=1))
print(f"mean of six: {means[0]:.2f} at random, {free:.2f} without decay, {means[-2]:.2f} with decay")
print(
    f"least of six without decay: {undecayed.mean(axis=0).min():.2f}; with decay at the critical point: {six.min():.2f}"
)
law.control("not-without-decay", measured=free, error=free_error)

# %% [markdown]
# How one measures decides much. Without scaling the vectors first, the gradients of a few hard digits rule:

# %%
for normalised in (True, False):
    print("scaled" if normalised else "raw   ", np.round(canonical(last[0][2], normalised=normalised), 2))

# %% [markdown]
# ## Powers
#
# Along the eigenvectors of the weights' Gram matrix $Z$ we read off the other matrices, and fit a power of the
# eigenvalue $z$. We take the first layer, where the eigenvalues spread over a factor of twenty and more. In the last
# hidden layer they are too much alike for a slope.


# %%
def exponents(layer, normalised):
    """Powers of H_a, H_b, G_a, G_b in the eigenvalues of the weights that decay has left, and standard errors, (4,)."""
    outward, singular, inward = np.linalg.svd(layer.weight, full_matrices=False)
    z = singular**2
    rank = np.sum(z > 1e-3 * z[0])
    z, found = z[:rank], []
    for vectors, axes in (
        (layer.inputs, inward[:rank].T),
        (layer.outputs, outward[:, :rank]),
        (layer.input_gradient, inward[:rank].T),
        (layer.gradient, outward[:, :rank]),
    ):
        along = np.einsum("ki,kl,li->i", axes, covariance(vectors, normalised=normalised), axes)
        fit = powerlaw.fit(z, along)
        found.append((fit.exponent, fit.exponent_error))
    return np.transpose(found)


for layers in last[:3]:
    powers, error = exponents(layers[0], normalised=True)
    print("powers of H_a, H_b, G_a, G_b in the first layer:", powers.round(2), "±", error.round(2), "(of Z: 1)")

# %% [markdown]
# No two of the three agree on either side: the premise of the paper's theorem about powers (one relation on each side)
# is not met here, so these numbers are no test of it. We come back to it with a network in which the premise holds.
#
# But something else shows. The powers of the activations $H_a$ and of the errors $G_b$ add up to about one. At a
# critical point the mean of $g_bh_a^{\mathsf T}$ is $\gamma W$. So along a pair of singular vectors the mean square of
# the activations, times that of the errors, times their squared correlation $\rho^2$, is $\gamma^2z$. We fit the power
# of this product, and then that of the two mean squares alone, which would be one if all directions correlated equally.


# %%
def shared_powers(layer):
    """Powers in z of mean-square activation · mean-square error along (v, u), with and without their ρ², and of ρ²."""
    outward, singular, inward = np.linalg.svd(layer.weight, full_matrices=False)
    z = singular**2
    rank = np.sum(z > 1e-3 * z[0])
    activations, errors = layer.inputs @ inward[:rank].T, layer.gradient @ outward[:, :rank]  # (n, rank)
    apart = np.mean(activations**2, axis=0) * np.mean(errors**2, axis=0)
    together = np.mean(activations * errors, axis=0) ** 2  # ρ² · apart
    return [powerlaw.fit(z[:rank], one).exponent for one in (together, apart, together / apart)]


(exact, apart, correlation), (exact_error, apart_error, correlation_error) = summary(
    np.array([shared_powers(layers[0]) for layers in last])
)
law.check("product-follows-the-weights", measured=exact, error=exact_error)
law.check("powers-add-up-to-one", measured=apart, error=apart_error)
print(f"power of the squared correlation: {correlation:.3f} ± {correlation_error:.3f}")
(random, *_), (random_error, *_) = summary(np.array([shared_powers(layers[0]) for layers in first]))
law.control("not-in-random-weights", measured=random, error=random_error)

# %% [markdown]
# ## A case that can be solved
#
# Two linear layers, white inputs, white label noise, weight decay $\gamma$. At the minimum every matrix is a power of
# the weights, and the powers are whole numbers: with side 0 for the input and 1 for the output of layer $l$,
# activations have $l-1+\text{side}$ and gradients $3-l-\text{side}$. Inputs are digits, whitened; the target is a
# random map of rank 8.

# %%
images, labels = digits.load()
white, variances = linear.whiten(images, 20)
samples = len(white)
left, right = (np.linalg.qr(rng.standard_normal((m, m)))[0] for m in (10, 20))
target = left[:, :8] * (2.0 * 0.5 ** np.arange(8)) @ right[:, :8].T  # (10, 20)
noise = rng.standard_normal((samples, 10))
noise -= noise.mean(axis=0) + white @ (white.T @ noise) / samples  # uncorrelated with inputs in the sample
noise = np.linalg.svd(noise, full_matrices=False)[0] * np.sqrt(samples)  # covariance exactly 1


def solve(x, y, gamma, start_scale=1.0):
    """Signals of both layers of a 20-16-10 linear network at the minimum of the regularised squared error."""
    second = x.T @ x / samples
    best = np.linalg.solve(second, x.T @ y / samples).T
    start = [start_scale * w.weight for w in networks.initialise((20, 16, 10), rng, gain=1.0)]
    found = stationary.linear_network(start, best, decay=gamma, covariance=second, gradient=1e-9 if gamma else 1e-6)
    return alignment.signals(found.weights, x, lambda z: (z, np.ones_like(z)), lambda f: f - y)


def table(layers):
    """Exponents of activations, and of gradients, (layers, sides) each, with standard errors."""
    rows = [exponents(layer, normalised=False) for layer in layers]
    values, errors = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    return values[:, :2], errors[:, :2], values[:, 2:], errors[:, 2:]


where = {"layer": np.array([[1, 1], [2, 2]]), "side": np.array([[0, 1], [0, 1]])}
solved = solve(white, white @ target.T + 0.5 * noise, 0.02)
h, h_error, g, g_error = table(solved)
law.check("activations-are-powers", measured=h, error=h_error, given=where)
law.check("gradients-are-powers", measured=g, error=g_error, given=where)

# %%
fig, ax = plt.subplots()
inner = solved[0]
axes, singular, _ = np.linalg.svd(inner.weight)
z = singular[:7] ** 2
shown = {
    "activations $H_b$": (inner.outputs, "activations-are-powers"),
    "gradients $G_b$": (inner.gradient, "gradients-are-powers"),
}
for index, (label, (vectors, check)) in enumerate(shown.items()):
    along = np.einsum("ki,kl,li->i", axes[:, :7], covariance(vectors, normalised=False), axes[:, :7])
    line = along[0] * (z / z[0]) ** law.predict(check, layer=1, side=1)
    ax.plot(z, line, color=plot.COLOURS[index])
    plot.points(ax, z, along, index=index, label=label)
ax.set(xscale="log", yscale="log", xlabel="eigenvalue $z$ of $WW^T$", ylabel="along its eigenvector")
ax.legend()
plt.show()

# %% [markdown]
# **Real labels.** The digits' own labels leave a residual that is not white. Activations keep their powers, since these
# need white inputs only. The gradients lose theirs. Beside them labels of which a linear map explains the same, while
# the rest, of the same size, is white noise: the weights are the same, and the residual is the only difference.

# %%
classes = np.sqrt(10) * (np.eye(10)[labels] - np.eye(10)[labels].mean(axis=0))
real = solve(white, classes, 0.02)
h, h_error, g, g_error = table(real)
law.check("activations-with-real-labels", measured=h, error=h_error, given=where)

explained = white @ (white.T @ classes) / samples
size = np.sum((classes - explained) ** 2) / samples


def with_residual(wanted):
    """Labels of the same best linear map, with a residual of this covariance, (10, 10)."""
    values, vectors = np.linalg.eigh(wanted)
    return explained + noise @ (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


_, _, kept, kept_error = table(solve(white, with_residual(size * np.eye(10) / 10), 0.02))
law.control("residual-not-white", measured=g, error=g_error, intact=kept, intact_error=kept_error, given=where)
print("exponents of the gradients with real labels (layers by sides):", g.round(2).tolist())

# %% [markdown]
# **A relation on each side.** We may choose the residual, and with it the errors. Let their covariance at the output be
# $Z^q$. In the second layer activations agree with weights on the input side; with $q=1$ gradients agree with weights
# on the output side, with $q=2$ with activations. In the first layer activations agree with weights on the output side;
# with $q=-1$ gradients agree with weights on the input side, with $q=-2$ with activations. Each time one relation holds
# on each side, and the paper's theorem says what powers there can be: from −1 to 3.

# %%
GAMMA = 0.02
values, vectors = np.linalg.eigh(real[1].weight @ real[1].weight.T)
left_over = values > 1e-3 * values[-1]  # the directions that decay has left
values, vectors = values[left_over], vectors[:, left_over]


def errors_like(q):
    """Labels for which the errors at the output are Z to the power q: what decay leaves, γ², is part of them."""
    wanted = values**q * 2 * GAMMA**2 / np.min(values**q)
    return with_residual((vectors * (wanted - GAMMA**2)) @ vectors.T)


cases = {}
for q, depth in ((1, 1), (2, 1), (-1, 0), (-2, 0)):
    h, h_error, g, g_error = (part[depth] for part in table(solve(white, errors_like(q), GAMMA)))
    cases[q] = np.r_[h, g], np.r_[h_error, g_error]
    print(f"layer {depth + 1}, q = {q:+d}: powers of H_a, H_b, G_a, G_b", cases[q][0].round(3) + 0.0)
powers, errors = (np.array(part) for part in zip(*cases.values(), strict=True))
for name, place in (("least-power", powers.argmin()), ("greatest-power", powers.argmax())):
    law.check(name, measured=powers.flat[place], error=errors.flat[place])

# %% [markdown]
# With $q=-3$ activations and weights of the first layer still agree on the output side, but on the input side no two
# agree any more, and a power leaves the range. The digits' own labels do something of the kind by themselves: what is
# explained well leaves small errors, so gradients are weakest where weights are strongest, and in the second layer the
# power of the output gradients is about −2.5.

# %%
h, h_error, g, g_error = (part[0] for part in table(solve(white, errors_like(-3), GAMMA)))
own, own_error = np.r_[h, g], np.r_[h_error, g_error]
kept, kept_error = cases[-2]
law.control(
    "no-backward-alignment",
    measured=own.min(),
    error=own_error[own.argmin()],
    intact=kept.min(),
    intact_error=kept_error[kept.argmin()],
)
powers, errors = exponents(real[1], normalised=False)
print("second layer with real labels:", powers.round(2), "±", errors.round(2))
nearly = canonical(real[1], normalised=False)
print(f"entries of activations and weights correlate there at {nearly.forward_rwa:.2f}, with powers 2 and 1")

# %% [markdown]
# **Inputs that are not white.** The same principal components, unscaled.

# %%
skewed = solve(white * np.sqrt(variances / variances.mean()), classes, 0.02)
h, h_error, _, _ = table(skewed)
law.control("inputs-not-white", measured=h, error=h_error, given=where)

# %% [markdown]
# ## Gradients shrink as the decay
#
# Where activations and gradients of a layer balance decay, $G_b = \gamma^2 H_b$ at the hidden layer, if the labels can
# be fitted. The summed mean squares of the gradients over those of the activations are then $\gamma^2$. Label noise
# covers it up.


# %%
def ratio(gamma, sigma):
    layer = solve(white, white @ target.T + sigma * noise, gamma)[0]
    return np.trace(covariance(layer.gradient, normalised=False)) / np.trace(
        covariance(layer.outputs, normalised=False)
    )


gammas = np.array([0.005, 0.01, 0.02, 0.04])


def ratios(sigma):
    """The ratio at each decay, mean over descents from three random starts, and its standard error."""
    found = [[ratio(gamma, sigma) for gamma in gammas] for _ in range(3)]
    return np.mean(found, axis=0), notebook.spread(found)


balanced, error = ratios(0.0)
law.check("gradients-balance-decay", measured=balanced, error=error, given={"weight_decay": gammas})
covered, error = ratios(0.5)
law.control("label-noise-covers-it", measured=covered, error=error, given={"weight_decay": gammas})
law.series(
    "gradient-power", x=gammas, y=balanced, prediction=law.formula("gradient-balance")(weight_decay=gammas),
    law="gradient-balance", label="no label noise", x_label="weight decay", y_label="gradient over activation power",
    x_scale="log", y_scale="log", title="Hidden layer of a linear network, white inputs",
)  # fmt: skip

# %% [markdown]
# ## What to try next
#
# - Watch the first and second hidden layers. Which alignments are weaker there?
# - Train with decay 0.0003 and 0.001. Where between the control and the law does the mean fall?
# - Replace the normalised covariances by raw ones along training.
# - Give the shared network squared loss. Does $G/H$ still follow the decay?
