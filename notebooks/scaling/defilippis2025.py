# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Weight decay selects features
#
# Put weight decay on a network of two layers and it does something that a ridge does not: it gives up small features
# and keeps large ones. Defilippis and coauthors (2025) follow this through for the two simplest networks that learn
# features, and find the exponents of their learning curves and the shape of their weights. [The law
# page](../laws/defilippis2025.md) states five laws. We take them in the order in which they build on each other:
# network, LASSO, state evolution, exponents.

# %%
from importlib.util import find_spec
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.solvable import lasso
from lawbook.lab.training import stationary
from lawbook.measure import powerlaw
from scipy.fft import dctn

law = notebook.open("defilippis2025")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()


def power_teacher(d, decay):
    """Coefficients i^-decay, shape (d,)."""
    return np.arange(1, d + 1) ** -float(decay)


def mean_and_error(repeats):
    """Mean over the leading axis and its standard error."""
    return np.mean(repeats, axis=0), notebook.spread(repeats)


# %% [markdown]
# ## The network is a LASSO
#
# A diagonal network, $f(x)=\sum_i a_iw_ix_i$, with 400 inputs and 150 noisy samples. L-BFGS takes it from random
# weights to a minimum of the regularised loss. The LASSO is solved on its own, by an algorithm that knows nothing of
# $a$ and $w$.

# %%
d, n, noise = 400, 150, np.sqrt(2.0)
teacher = power_teacher(d, 1)
penalty = 1.75 * noise * np.sqrt(n)
x = rng.standard_normal((n, d))
y = x @ teacher + noise * rng.standard_normal(n)


def objective(weights):
    """Half the squared error plus half the decay, and its gradient."""
    a, w = weights
    gap = x @ (a * w) - y
    slope = x.T @ gap
    value = 0.5 * gap @ gap + 0.5 * penalty * (a @ a + w @ w)
    return value, (slope * w + penalty * a, slope * a + penalty * w)


flat, still = 1e-7, 1e-10  # the gradient, and the relative change, at which the two algorithms stop
network = stationary.minimise(objective, 0.3 * rng.standard_normal((2, d)), gradient=flat)
a, w = network.weights
sparse = lasso.solve(x, y, penalty, tolerance=still)
ridge = x.T @ np.linalg.solve(x @ x.T + penalty * np.eye(n), y)
print(f"{np.count_nonzero(sparse)} of {d} coefficients are not zero; {network.iterations} iterations")


def apart(found):
    """Distance from the LASSO solution over its norm."""
    return np.linalg.norm(found - sparse) / np.linalg.norm(sparse)


of_network = notebook.solver(flat, np.sqrt(d) / penalty / np.linalg.norm(sparse))  # the decay alone curves by `penalty`
precision = np.hypot(of_network, notebook.solver(still))
law.check("network-equals-lasso", measured=apart(a * w), error=precision)
law.control("decay-on-the-product", measured=apart(ridge), error=precision)
largest = np.argsort(-np.abs(a * w))[:6]
law.check(
    "cost-of-a-coefficient",
    measured=(a**2 + w**2)[largest] / 2,
    error=notebook.solver(flat, (np.abs(a) + np.abs(w))[largest] / penalty),
    given={"coefficient": (a * w)[largest]},
)

# %%
fig, ax = plt.subplots()
shown = np.arange(1, 41)
ax.plot(shown, teacher[:40], color=plot.GREY, label="teacher")
plot.points(ax, shown, ridge[:40], index=1, label="decay on the product (ridge)")
plot.points(ax, shown, (a * w)[:40], index=0, label="decay on both layers")
ax.set(xlabel="input $i$", ylabel="coefficient (label per input)")
ax.legend()
plt.show()

# %% [markdown]
# ## State evolution
#
# Two equations with two unknowns predict the risk, the number of weights and their distribution. We fit 32 sets of
# inputs with 16 draws of the label noise each, at the penalty that state evolution finds best: 1000 weights, fewer
# samples.

# %%
d, noise, draws, copies = 1000, np.sqrt(5.0), 32, 16
sizes = np.array([200, 400, 800])
if full:
    d, sizes = 8000, np.array([200, 400, 800, 1600, 3200])


def normal(shape):
    """Independent standard normal inputs."""
    return rng.standard_normal(shape, dtype=np.float32)


def sparsely(x, y, penalty):
    """The LASSO."""
    return lasso.solve(x, y, penalty, tolerance=1e-4)


def fits(teacher, n, noise, penalty, draws, copies=copies, sample=normal, solve=sparsely):
    """Fitted coefficients, shape (draws, d, copies): each set of inputs serves several draws of the noise."""
    found = []
    for _ in range(draws):
        x = sample((n, len(teacher)))
        y = (x @ teacher.astype(np.float32))[:, None]
        y = y + np.float32(noise) * normal((n, copies))
        found.append(solve(x, y, penalty))
    return np.array(found)


def risks(found, teacher):
    """Excess risk of each set of inputs, shape (draws,): new inputs are independent and of unit variance."""
    return np.mean(np.sum((found - teacher[:, None]) ** 2, axis=1), axis=1)


decays = [1.0, 1.5]
states = {g: [lasso.best_state(power_teacher(d, g), n, noise) for n in sizes] for g in decays}
simulated, kept = {}, {}  # risks, and at γ = 1 the coefficients
for g in decays:
    found = [fits(power_teacher(d, g), n, noise, s.penalty, draws) for n, s in zip(sizes, states[g], strict=True)]
    simulated[g] = np.array([risks(f, power_teacher(d, g)) for f in found]).T  # (draws, sizes)
    kept = kept or dict(zip(sizes, found, strict=True))


# %%
def given(settings, noise):
    """What the formulas of the law need, for pairs of n and a fixed point."""
    return {
        "n": [n for n, _ in settings],
        "effective_noise": [state.noise for _, state in settings],
        "active": [state.active for _, state in settings],
        "noise": noise,
    }


checked = [(n, state) for g in decays for n, state in zip(sizes, states[g], strict=True) if n >= 400]
columns = [simulated[g][:, k] for g in decays for k, n in enumerate(sizes) if n >= 400]
means, errors = mean_and_error(np.array(columns).T)
law.check("risk-of-simulations", measured=means, error=errors, given=given(checked, noise))

# %% [markdown]
# The **control**: ridge regression with the same penalty. It is what decay on the product alone would give.

# %%
teacher = power_teacher(d, 1)
pairs = [(n, state) for n, state in zip(sizes, states[1.0], strict=True) if n >= 400]


def smoothly(x, y, penalty):
    """Ridge regression."""
    return x.T @ np.linalg.solve(x @ x.T + np.float32(penalty) * np.eye(len(x), dtype=x.dtype), y)


columns = [risks(fits(teacher, n, noise, state.penalty, 8, solve=smoothly), teacher) for n, state in pairs]
means, errors = mean_and_error(np.array(columns).T)
law.control("ridge-does-not-threshold", measured=means, error=errors, given=given(pairs, noise))

# %% [markdown]
# ### The weights themselves
#
# How many are not zero, and how are they distributed? The law says: draw the teacher, add noise $\tau$, threshold.

# %%
counted = np.array([np.mean(np.count_nonzero(kept[n], axis=1), axis=1) for n, _ in pairs]).T
means, errors = mean_and_error(counted)
law.check("number-of-weights", measured=means, error=errors, given=given(pairs, noise))
n, state = pairs[0]
drawn = lasso.soft(teacher[:, None] + state.noise * rng.standard_normal((d, 2000)), state.threshold)
theirs = np.sort(drawn[drawn != 0])


def distance(found):
    """Largest difference of two distribution functions, of what is not zero in the fits and in the law's draws."""
    ours = np.sort(found[found != 0])
    at = np.concatenate([ours, theirs])
    shares = [np.searchsorted(side, at, side="right") / len(side) for side in (ours, theirs)]
    return np.max(np.abs(shares[0] - shares[1]))


def resampled(found):
    """The distance, and its standard error by resampling the sets of inputs."""
    return distance(found), notebook.bootstrap(distance, found, draws=50)


gap, bar = resampled(kept[n])
law.check("distribution-of-weights", measured=gap, error=bar)


def rarely(shape):
    """Independent inputs of mean 0 and variance 1, zero but for one in 300."""
    return np.sqrt(np.float32(300)) * (rng.random(shape) < 1 / 300) * normal(shape)


gap, bar = resampled(fits(teacher, n, noise, state.penalty, 8, sample=rarely))
intact, intact_bar = resampled(kept[n][:8])
law.control("rarely-active-inputs", measured=gap, error=bar, intact=intact, intact_error=intact_bar)

# %%
fig, ax = plt.subplots()
edges = np.linspace(-0.6, 1.1, 86)
middle = (edges[1:] + edges[:-1]) / 2
fitted, expected = (
    np.histogram(values[values != 0], edges)[0] / fits_made / np.diff(edges)
    for values, fits_made in ((kept[n], draws * copies), (drawn, drawn.shape[1]))
)
ax.stairs(fitted, edges, fill=True, alpha=0.35, color=plot.COLOURS[0], label="fitted")
ax.plot(middle, expected, color=plot.COLOURS[1], label="teacher in noise, thresholded")
ax.set(yscale="log", xlabel="coefficient that is not zero (label per input)", ylabel="number per unit of coefficient")
ax.legend()
plt.show()

# %% [markdown]
# ### A teacher that nobody made up
#
# Two photographs come with scikit-learn. The cosine transform of a photograph has few large coefficients and many
# small ones. It serves as the teacher: samples are noisy random projections of the picture.


# %%
def photograph(name, side=32):
    """Cosine transform of the middle of a photograph in grey, shape (side²,), scaled to the norm 1.3."""
    folder = Path(find_spec("sklearn").submodule_search_locations[0]) / "datasets" / "images"
    grey = plt.imread(folder / f"{name}.jpg").mean(axis=2)
    top, left = (length // 2 - 192 for length in grey.shape)
    small = grey[top : top + 384, left : left + 384].reshape(side, 384 // side, side, 384 // side).mean(axis=(1, 3))
    values = dctn(small - small.mean(), norm="ortho").ravel()
    return 1.3 * values / np.linalg.norm(values)


columns, settings = [], []
for picture in (photograph("china"), photograph("flower")):
    for n in (300, 600):
        state = lasso.best_state(picture, n, 1.0)
        columns.append(risks(fits(picture, n, 1.0, state.penalty, 10), picture))
        settings.append((n, state))
means, errors = mean_and_error(np.array(columns).T)
law.check("risk-for-natural-images", measured=means, error=errors, given=given(settings, 1.0))

# %% [markdown]
# ## The exponent
#
# State evolution can be solved for any size, here $10^5$ weights, where there is room between 1 and $d$. The
# simulations have less room, and coarser slopes.

# %%
window = np.geomspace(355, 5623, 4).round()


def curve(theta, counts, noise):
    """Risk of state evolution at the best penalty, over the window."""
    return np.array([lasso.best_state(theta, n, noise, counts).risk for n in window])


def slope_of(curve):
    """Slope over the window, and its standard error."""
    fit = powerlaw.fit(window, curve)
    return fit.exponent, fit.exponent_error


def simulated_slope(values):
    """Slope of the mean risk over n, and its standard error by resampling the sets of inputs."""
    return powerlaw.bootstrap(lambda mean: powerlaw.fit(sizes, mean).exponent, values, rng, draws=200)


large = {g: lasso.grouped(lambda i, g=g: i**-g, 100_000, groups=300) for g in decays}
theory = {g: curve(*large[g], noise) for g in decays}
slopes, errors = np.array([slope_of(theory[g]) for g in decays]).T
law.check("state-evolution-exponent", measured=slopes, error=errors, given={"teacher_decay": decays})
slopes, errors = np.array([simulated_slope(simulated[g]) for g in decays]).T
law.check("simulated-exponent", measured=slopes, error=errors, given={"teacher_decay": decays})

# %% [markdown]
# **Controls.** Take the label noise away, and the risk falls much faster: what hides the small coefficients is then
# only the error about them. Take the order out of the teacher, and it hardly falls.

# %%
slopes, errors = np.array([slope_of(curve(*large[g], 1e-3)) for g in decays]).T
law.control("no-label-noise", measured=slopes, error=errors, given={"teacher_decay": decays})
whole = large[1.0][1].sum()
norm = np.sqrt(np.sum(large[1.0][1] * large[1.0][0] ** 2))
level = curve(np.array([norm / np.sqrt(whole)]), np.array([whole]), noise)
value, bar = slope_of(level)
law.control("dense-teacher", measured=value, error=bar, given={"teacher_decay": 1.0})
dense = np.full(d, np.linalg.norm(teacher) / np.sqrt(d))
flat = [risks(fits(dense, n, noise, s.penalty, 8), dense) for n, s in zip(sizes, states[1.0], strict=True)]
value, bar = simulated_slope(np.array(flat).T)
law.control("dense-teacher-simulated", measured=value, error=bar, given={"teacher_decay": 1.0})

# %%
fig, ax = plt.subplots()
for index, g in enumerate(decays):
    line = law.formula("thresholded-noisy-teacher")(
        n=sizes, effective_noise=np.array([s.noise for s in states[g]]), noise=noise
    )
    mean, bars = mean_and_error(simulated[g])
    rate = law.formula("fast-decay-rate")(effective_n=window, teacher_decay=g)
    rate = rate * theory[g][-1] / rate[-1]  # the law is a proportionality
    ax.plot(window, theory[g], color=plot.COLOURS[index], label=rf"state evolution, $\gamma={g:g}$")
    ax.plot(sizes, line, "--", color=plot.COLOURS[index], label=f"the same, {d} weights" if index else None)
    ax.plot(window, rate, ":", color=plot.GREY, label="slope of the law" if index else None)
    plot.points(ax, sizes, mean, bars, index=index, label=f"simulation, {d} weights")
    law.series(
        "risk", x=window, y=theory[g], prediction=rate, label=f"state evolution, γ = {g:g}",
        x_label="samples $n$", y_label="excess risk (squared label)", x_scale="log", y_scale="log",
        title="Diagonal network with the best weight decay",
    )  # fmt: skip
    law.series(
        "simulation", x=sizes, y=mean, error=bars, prediction=line, law="thresholded-noisy-teacher",
        label=f"γ = {g:g}", x_label="samples $n$", y_label="excess risk (squared label)",
        x_scale="log", y_scale="log", title="LASSO fits and state evolution, 1000 weights",
    )  # fmt: skip
ax.plot(window, level, "-.", color=plot.COLOURS[2], label="dense teacher")
ax.set(xscale="log", yscale="log", xlabel="samples $n$", ylabel="excess risk (squared label)", ylim=(0.02, None))
ax.set_xticks([200, 500, 1000, 2000, 5000], ["200", "500", "1000", "2000", "5000"])
ax.minorticks_off()
ax.legend(fontsize="small", loc="lower left", ncols=2)
plt.show()
law.series(
    "weights", x=middle, y=fitted, prediction=expected, law="thresholded-noisy-teacher", label="fitted coefficients",
    x_label="coefficient", y_label="number per unit of coefficient", title="Coefficients that are not zero",
)  # fmt: skip

# %% [markdown]
# ## More samples than weights
#
# Almost no decay, 200 weights. The risk peaks where there are as many samples as weights, and falls as one over the
# samples beyond.

# %%
d, noise = 200, np.sqrt(2.0)
teacher = power_teacher(d, 1)
many = np.array([400, 800, 1600, 3200])
rich = {"n": many, "dimension": d, "noise": noise}
means, errors = mean_and_error(np.array([risks(fits(teacher, n, noise, 1e-3, 16, 32), teacher) for n in many]).T)
law.check("least-squares-tail", measured=means, error=errors, given=rich)
best = [lasso.best_state(teacher, n, noise).penalty for n in many]
columns = [risks(fits(teacher, n, noise, p, 16, 32), teacher) for n, p in zip(many, best, strict=True)]
tuned, bars = mean_and_error(np.array(columns).T)
law.control("best-decay-has-no-peak", measured=tuned, error=bars, given=rich)

# %%
peaks = []
for g in decays:
    at = [lasso.state(large[g][0], 100_000, noise, ratio, large[g][1]) for ratio in np.geomspace(3e-3, 3e-2, 4)]
    peaks.append(powerlaw.fit([s.penalty for s in at], [s.risk for s in at]))
law.check("height-of-the-peak", measured=[p.exponent for p in peaks], error=[p.exponent_error for p in peaks])

# %%
fig, ax = plt.subplots()
beyond = np.geomspace(250, 3200, 60)
ax.plot(beyond, law.formula("data-rich-rate-and-peak")(n=beyond, dimension=d, noise=noise), label="least squares")
around = np.unique(np.geomspace(50, 3200, 40).round())
for index, penalty in enumerate([0.1, 1.0, 10.0]):
    line = [lasso.state_at(teacher, n, noise, penalty).risk for n in around]
    ax.plot(around, line, color=plot.COLOURS[index + 1], label=rf"state evolution, $\lambda={penalty:g}$")
plot.points(ax, many, means, errors, index=0, label=r"simulation, $\lambda=0.001$")
ax.set(xscale="log", yscale="log", xlabel="samples $n$", ylabel="excess risk (squared label)")
ax.legend(fontsize="small")
plt.show()
law.series(
    "data-rich", x=many, y=means, error=errors, prediction=law.formula("data-rich-rate-and-peak")(**rich),
    law="data-rich-rate-and-peak", x_label="samples $n$", y_label="excess risk (squared label)", x_scale="log",
    y_scale="log", title="Almost no decay, 200 weights",
)  # fmt: skip

# %% [markdown]
# ## Quadratic networks
#
# $f(x)=x^{\mathsf T}Sx-\mathrm{tr}\,S$ with $S=W^{\mathsf T}W$: decay on $W$ is the trace of $S$. Two networks of
# different size have about the same risk at the same $n/d$. The exponent itself is not there yet: the window is too
# narrow.


# %%
def quadratic(d, ratio, noise, scales):
    """Risk of one fit at each penalty, `scales` times √(2 n d σ²)."""
    n, teacher = ratio * d, np.diag(power_teacher(d, 1))
    x = rng.standard_normal((n, d))
    y = np.einsum("ni,ij,nj->n", x, teacher, x) - np.trace(teacher) + noise * rng.standard_normal(n)
    unit = np.sqrt(2 * n * d) * noise
    return [2 * np.sum((lasso.solve_matrix(x, y, c * unit, tolerance=1e-3) - teacher) ** 2) for c in scales]


def two_networks(sizes, ratios, trials):
    """Risks of the smaller and the larger network, (trials, networks, ratios)."""
    return np.array(
        [[[quadratic(d, ratio, noise, [0.7])[0] for ratio in ratios] for d in sizes] for _ in range(trials)]
    )


def larger_over_smaller(risks):
    """Geometric mean over the ratios, and its standard error by resampling the trials."""
    return powerlaw.bootstrap(lambda mean: np.exp(np.mean(np.log(mean[1] / mean[0]))), risks, rng)


few = np.array([6, 12, 24])
pair = two_networks((32, 64), few, 24)
value, bar = larger_over_smaller(pair)
law.check("same-risk-at-the-same-ratio", measured=value, error=bar)

# %%
more, scales = np.array([6, 12, 24, 48]), [0.3, 0.4, 0.5, 0.7, 1.0]
single = np.array([[quadratic(32, ratio, 1.0, scales) for ratio in more] for _ in range(10)])
value, bar = powerlaw.bootstrap(lambda mean: powerlaw.fit(more, mean.min(axis=1)).exponent, single, rng)
law.check("quadratic-exponent", measured=value, error=bar, given={"teacher_decay": 1.0})
fig, ax = plt.subplots()
for index, d in enumerate((32, 64)):
    mean, bars = mean_and_error(pair[:, index])
    plot.points(ax, few, mean, bars, index=index, label=f"{d} inputs")
    law.series(
        "quadratic", x=few, y=mean, error=bars, law="effective-samples", label=f"{d} inputs",
        x_label="samples per input $n/d$", y_label="excess risk (squared label)", x_scale="log", y_scale="log",
        title="Quadratic networks of two sizes",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="samples per input $n/d$", ylabel="excess risk (squared label)")
ax.legend()
plt.show()

# %% [markdown]
# **Control.** Many samples for each input, more than the square of the number of inputs. All $d^2$ coefficients are
# learned then, and at the same $n/d$ the larger network has the larger risk. The networks are smaller here, so that
# there can be so many samples; with few of them their risks are alike too.

# %%
value, bar = larger_over_smaller(two_networks((8, 16), (100, 200, 400), 24))
intact, intact_bar = larger_over_smaller(two_networks((8, 16), few, 96))
law.control("more-samples-than-inputs", measured=value, error=bar, intact=intact, intact_error=intact_bar)

# %% [markdown]
# ## What to try next
#
# - Lower the label noise to $\sigma^2=0.5$. Where do the slopes of state evolution start, and where do they settle?
# - Use $\gamma=0.7$. How large must $d$ be?
# - Draw inputs as random signs instead of normals. Does anything change?
# - Train the diagonal network without decay from small weights instead ([this page](../laws/even2023.md)). Compare the
#   coefficients.
