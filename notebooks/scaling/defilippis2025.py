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
# page](../laws/defilippis2025.md) states seven laws. We take them in the order in which they build on each other:
# network, LASSO, state evolution, exponents; then more samples than weights, and networks of quadratic units.

# %%
from importlib.util import find_spec
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.solvable import lasso
from lawbook.lab.training import stationary
from lawbook.measure import powerlaw, repeated
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


def trained(x, y, penalty, gradient):
    """A diagonal network after L-BFGS from random weights, with weight decay `penalty` on both layers."""

    def objective(weights):
        """Half the squared error plus half the decay, and its gradient."""
        a, w = weights
        gap = x @ (a * w) - y
        slope = x.T @ gap
        value = 0.5 * gap @ gap + 0.5 * penalty * (a @ a + w @ w)
        return value, (slope * w + penalty * a, slope * a + penalty * w)

    return stationary.minimise(objective, 0.3 * rng.standard_normal((2, x.shape[1])), gradient=gradient)


flat, still = 1e-7, 1e-10  # the gradient, and the relative change, at which the two algorithms stop
network = trained(x, y, penalty, flat)
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
# Two equations with two unknowns predict the risk, the number of weights and their distribution. First for networks:
# 40 of the kind above, trained one by one, and as many with twice the samples.


# %%
def given(settings, noise):
    """What the formulas of the law need, for pairs of n and a fixed point."""
    return {
        "n": [n for n, _ in settings],
        "effective_noise": [state.noise for _, state in settings],
        "active": [state.active for _, state in settings],
        "noise": noise,
    }


def network_risk(n):
    """Excess risk of one trained network: new inputs are independent and of unit variance."""
    x = rng.standard_normal((n, d))
    y = x @ teacher + noise * rng.standard_normal(n)
    a, w = trained(x, y, 1.75 * noise * np.sqrt(n), 1e-3).weights
    return np.sum((a * w - teacher) ** 2)


tried = [(n, lasso.state_at(teacher, n, noise, 1.75 * noise * np.sqrt(n))) for n in (150, 300)]
means, errors = mean_and_error(np.array([[network_risk(n) for n, _ in tried] for _ in range(40)]))
law.check("risk-of-networks", measured=means, error=errors, given=given(tried, noise))

# %% [markdown]
# Then for many LASSO fits, which cost less: 1000 weights, fewer samples, two teachers, and two levels of label noise,
# the paper's $\sigma^2=1/2$ and $\sigma^2=5$. Each set of inputs serves several draws of the label noise, at the
# penalty that state evolution finds best.

# %%
d, copies = 1000, 8
sizes = np.array([100, 200, 400, 800] + [1600, 3200] * full)
if full:
    d = 8000


def normal(shape):
    """Independent standard normal inputs."""
    return rng.standard_normal(shape, dtype=np.float32)


def sparsely(x, y, penalty):
    """The LASSO."""
    return lasso.solve(x, y, penalty, tolerance=3e-4)


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
    """Excess risk of each set of inputs, shape (draws,)."""
    return np.mean(np.sum((found - teacher[:, None]) ** 2, axis=1), axis=1)


decays, loud, quiet = [1.0, 2.0], np.sqrt(5.0), np.sqrt(0.5)
noise = loud
# for γ = 2 few coefficients stand out of the noise, and their risk varies more
design = {(loud, 1.0): ([40, 16, 30, 24], 8), (loud, 2.0): ([80, 24, 40, 36], 16)}  # sets of inputs, draws of the noise
design |= {(quiet, 1.0): ([8, 8, 24, 16], 8), (quiet, 2.0): ([8, 8, 8, 8], 8)}
states = {(level, g): [lasso.best_state(power_teacher(d, g), n, level) for n in sizes] for level, g in design}
simulated, kept = {}, {}  # risks, and at γ = 1 and σ² = 5 the coefficients
for (level, g), (sets, draws) in design.items():
    found = [
        fits(power_teacher(d, g), n, level, state.penalty, number, copies=draws)
        for n, state, number in zip(sizes, states[level, g], sets + sets[-1:] * (len(sizes) - 4), strict=True)
    ]
    simulated[level, g] = [risks(f, power_teacher(d, g)) for f in found]  # for each size, (sets,)
    kept = kept or dict(zip(sizes, found, strict=True))

# %%
cases = [(loud, 1.0), (loud, 2.0), (quiet, 1.0)]
checked = [(level, n, s) for level, g in cases for n, s in zip(sizes, states[level, g], strict=True) if n >= 400]
columns = [r for case in cases for r, n in zip(simulated[case], sizes, strict=True) if n >= 400]
means, errors = np.array([mean_and_error(column) for column in columns]).T
law.check(
    "risk-of-simulations",
    measured=means,
    error=errors,
    given=given([(n, s) for _, n, s in checked], [level for level, _, _ in checked]),
)

# %% [markdown]
# The **control**: ridge regression with the same penalty. It is what decay on the product alone would give.

# %%
teacher = power_teacher(d, 1)
pairs = [(n, state) for n, state in zip(sizes, states[loud, 1.0], strict=True) if n >= 400]


def smoothly(x, y, penalty):
    """Ridge regression."""
    return x.T @ np.linalg.solve(x @ x.T + np.float32(penalty) * np.eye(len(x), dtype=x.dtype), y)


columns = [risks(fits(teacher, n, noise, state.penalty, 4, solve=smoothly), teacher) for n, state in pairs]
means, errors = mean_and_error(np.array(columns).T)
law.control("ridge-does-not-threshold", measured=means, error=errors, given=given(pairs, noise))

# %% [markdown]
# ### The weights themselves
#
# How many are not zero, and how are they distributed? The law says: draw the teacher, add noise $\tau$, threshold.

# %%
counted = [np.mean(np.count_nonzero(kept[n], axis=1), axis=1) for n, _ in pairs]
means, errors = np.array([mean_and_error(column) for column in counted]).T
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


gap, bar = resampled(fits(teacher, n, noise, state.penalty, 16, sample=rarely))
intact, intact_bar = resampled(kept[n][:16])
law.control("rarely-active-inputs", measured=gap, error=bar, intact=intact, intact_error=intact_bar)

# %%
fig, ax = plt.subplots()
edges = np.linspace(-0.6, 1.1, 86)
middle = (edges[1:] + edges[:-1]) / 2
fitted, expected = (
    np.histogram(values[values != 0], edges)[0] / fits_made / np.diff(edges)
    for values, fits_made in ((kept[n], len(kept[n]) * copies), (drawn, drawn.shape[1]))
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
        columns.append(risks(fits(picture, n, 1.0, state.penalty, 8), picture))
        settings.append((n, state))
means, errors = mean_and_error(np.array(columns).T)
law.check("risk-for-natural-images", measured=means, error=errors, given=given(settings, 1.0))

# %% [markdown]
# ## The exponent
#
# Does the risk fall with the exponent of the law, and with another for another teacher? From 100 to 800 samples it does
# at $\sigma^2=5$, and at the paper's $\sigma^2=1/2$ it does not: there the risk itself is not small against the label
# noise, and as it falls it takes the effective noise down with it.

# %%


def simulated_slope(columns):
    """Slope of the mean risk over n, and its standard error from those of the means."""
    means, errors = np.array([mean_and_error(column) for column in columns]).T
    lever = np.log(sizes) - np.log(sizes).mean()  # the slope is the sum of lever times log risk, over that of lever²
    return powerlaw.fit(sizes, means).exponent, np.linalg.norm(lever * errors / means) / np.sum(lever**2)


for name, level in (("simulated-exponent", loud), ("exponent-at-low-noise", quiet)):
    slopes, errors = np.array([simulated_slope(simulated[level, g]) for g in decays]).T
    law.check(name, measured=slopes, error=errors, given={"teacher_decay": decays})

# %% [markdown]
# **Control**: take the order out of the teacher. Nothing stands above the noise, and the risk hardly falls.

# %%
dense = np.full(d, np.linalg.norm(teacher) / np.sqrt(d))
flat = [
    risks(fits(dense, n, noise, state.penalty, 4), dense) for n, state in zip(sizes, states[loud, 1.0], strict=True)
]
value, bar = simulated_slope(flat)
law.control("dense-teacher-simulated", measured=value, error=bar, given={"teacher_decay": 1.0})

# %% [markdown]
# Where does it settle? State evolution can be solved for any size. With $10^{12}$ weights and a million samples and
# more there is room on both sides, and both levels of noise come to the exponent. On the way there they differ: this
# prints the slopes from 355 to 5623 samples with $10^5$ weights.

# %%
window, wide = np.array([1e6, 1e7, 1e8, 1e9]), np.geomspace(355, 5623, 4).round()
tail_decays = [1.0, 1.5, 2.0]


def curve(theta, counts, noise, window):
    """Risk of state evolution at the best penalty, over the window."""
    return np.array([lasso.best_state(theta, n, noise, counts).risk for n in window])


def slope_of(window, curve):
    """Slope over the window, and its standard error."""
    fit = powerlaw.fit(window, curve)
    return fit.exponent, fit.exponent_error


def endless(g, weights, groups):
    """A teacher of very many weights, as values and counts."""
    return lasso.grouped(lambda i: i**-g, weights, groups=groups)


for level in (0.5, 5.0, 20.0):
    found = [slope_of(wide, curve(*endless(g, 10**5, 150), np.sqrt(level), wide))[0] for g in (1.0, 1.5)]
    print(f"σ² = {level}: {found[0]:.3f} for γ = 1, {found[1]:.3f} for γ = 3/2")
large = {g: endless(g, 10**12, 300) for g in tail_decays}
theory = {(level, g): curve(*large[g], level, window) for level in (loud, quiet) for g in tail_decays}
slopes, errors = np.array([slope_of(window, theory[case]) for case in theory]).T
law.check("state-evolution-exponent", measured=slopes, error=errors, given={"teacher_decay": tail_decays * 2})

# %% [markdown]
# **Controls.** Take the label noise away, and the risk falls much faster: what hides the small coefficients is then
# only the error about them. Take the order out of the teacher, and it does not fall.

# %%
slopes, errors = np.array([slope_of(window, curve(*large[g], 0.0, window)) for g in tail_decays]).T
law.control("no-label-noise", measured=slopes, error=errors, given={"teacher_decay": tail_decays})
whole = large[1.0][1].sum()
norm = np.sqrt(np.sum(large[1.0][1] * large[1.0][0] ** 2))
level = curve(np.array([norm / np.sqrt(whole)]), np.array([whole]), loud, window)
value, bar = slope_of(window, level)
law.control("dense-teacher", measured=value, error=bar, given={"teacher_decay": 1.0})

# %%
fig, ax = plt.subplots()
for index, (case, label) in enumerate([((loud, 1.0), "σ² = 5"), ((loud, 2.0), "σ² = 5"), ((quiet, 1.0), "σ² = 0.5")]):
    g = case[1]
    line = law.formula("thresholded-noisy-teacher")(
        n=sizes, effective_noise=np.array([s.noise for s in states[case]]), noise=case[0]
    )
    mean, bars = np.array([mean_and_error(column) for column in simulated[case]]).T
    rate = law.formula("fast-decay-rate")(effective_n=sizes, teacher_decay=g)
    rate = rate * np.exp(np.mean(np.log(mean / rate)))  # the law is a proportionality
    ax.plot(sizes, line, color=plot.COLOURS[index])
    ax.plot(sizes, rate, ":", color=plot.GREY, label=None if index else "slope of the law")
    plot.points(ax, sizes, mean, bars, index=index, label=f"γ = {g:g}, {label}")
    if case[0] == loud:
        law.series(
            "exponent", x=sizes, y=mean, error=bars, prediction=rate, label=f"γ = {g:g}", x_label="samples $n$",
            y_label="excess risk (squared label)", x_scale="log", y_scale="log",
            title="LASSO fits with 1000 weights, σ² = 5; the lines have the slope $-1+1/(2\\gamma)$",
        )  # fmt: skip
    law.series(
        "simulation", x=sizes, y=mean, error=bars, prediction=line, law="thresholded-noisy-teacher",
        label=f"γ = {g:g}, {label}", x_label="samples $n$", y_label="excess risk (squared label)",
        x_scale="log", y_scale="log", title="LASSO fits and state evolution, 1000 weights",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="samples $n$", ylabel="excess risk (squared label)")
ax.set_xticks(sizes, labels=sizes)
ax.minorticks_off()
ax.legend(fontsize="small")
plt.show()

# %%
fig, ax = plt.subplots()
for index, g in enumerate(tail_decays):
    rate = law.formula("fast-decay-rate")(effective_n=window, teacher_decay=g)
    rate = rate * theory[loud, g][-1] / rate[-1]  # the law is a proportionality
    ax.plot(window, rate, ":", color=plot.GREY, label=None if index else "slope of the law")
    for level, name, mark in ((loud, "5", "o"), (quiet, "0.5", "s")):
        ax.plot(window, theory[level, g], mark, color=plot.COLOURS[index], label=f"γ = {g:g}, σ² = {name}")
    law.series(
        "risk", x=window, y=theory[loud, g], prediction=rate, label=f"γ = {g:g}", x_label="samples $n$",
        y_label="excess risk (squared label)", x_scale="log", y_scale="log",
        title="State evolution with 10¹² weights and the best weight decay",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="samples $n$", ylabel="excess risk (squared label)")
ax.legend(fontsize="small", ncols=2)
plt.show()
law.series(
    "weights", x=middle, y=fitted, prediction=expected, law="thresholded-noisy-teacher", label="fitted coefficients",
    x_label="coefficient", y_label="number per unit of coefficient", title="Coefficients that are not zero",
)  # fmt: skip

# %% [markdown]
# ## Too much decay
#
# Raise the decay above its best value. Then it is the threshold that hides coefficients and not the noise, and the risk
# grows as a power of the decay. The path of the LASSO gives the fits at all penalties at once.

# %%
n, strong = 800, np.geomspace(32, 200, 5)
steep = [1.0, 2.0]


def slope_in_decay(g, variance, draws):
    """Slope of the mean risk over the penalty, and its standard error by resampling the training sets."""
    teacher, found = power_teacher(400, g), []
    for _ in range(draws):
        x = rng.standard_normal((n, 400))
        y = x @ teacher + np.sqrt(variance) * rng.standard_normal(n)
        found.append(np.sum((lasso.path(x, y, strong) - teacher) ** 2, axis=1))
    return repeated.exponent(strong, found, rng)


slopes, errors = np.array([slope_in_decay(g, 0.05, 32) for g in steep]).T
law.check("exponent-in-the-decay", measured=slopes, error=errors, given={"teacher_decay": steep})

# %% [markdown]
# **Control**: the same penalties and a hundred times the label noise. Now the noise hides more than they do, and more
# decay is better.

# %%
value, bar = slope_in_decay(1.0, 5.0, 10)
law.control("noise-above-the-threshold", measured=value, error=bar, given={"teacher_decay": 1.0})

# %% [markdown]
# ## More samples than weights
#
# Almost no decay, 200 weights. The risk peaks where there are as many samples as weights, and falls as one over the
# samples beyond. Close to the peak, 55 samples for 50 weights, we take least squares itself: iterations would be slow
# there, and it is there that the 1 in the formula counts.

# %%
d, noise = 200, np.sqrt(2.0)
teacher = power_teacher(d, 1)
many = np.array([400, 800, 1600, 3200])
rich = {"n": many, "dimension": d, "noise": noise}
means, errors = mean_and_error(np.array([risks(fits(teacher, n, noise, 1e-3, 16, 16), teacher) for n in many]).T)
apart = rng.spawn(1)[0]  # draws of its own


def least_squares(teacher, n, noise, draws, copies=16):
    """Mean and standard error of the risk of least squares fits."""
    found = []
    for _ in range(draws):
        x = apart.standard_normal((n, len(teacher)))
        y = (x @ teacher)[:, None] + noise * apart.standard_normal((n, copies))
        found.append(np.linalg.solve(x.T @ x, x.T @ y))
    return mean_and_error(risks(np.array(found), teacher))


close, close_error = least_squares(power_teacher(50, 1), 55, noise, 5000)
law.check(
    "least-squares-tail",
    measured=[*means, close],
    error=[*errors, close_error],
    given={"n": [*many, 55], "dimension": [*[d] * len(many), 50], "noise": noise},
)
# %% [markdown]
# At the peak itself, as many samples as weights, the height is a power of the decay. Fits with so little decay converge
# badly; the path is exact. The **control** looks at the same place with the best decay: the risk
# hardly depends on the decay there, and is low. State evolution for $10^5$ weights shows the power itself.

# %%
side, trials = 100, 100
little = np.geomspace(0.1, 1.5, 7)
centre = lasso.best_state(power_teacher(side, 1), side, noise).penalty * np.geomspace(0.5, 2, 7)
peak = []
for _ in range(trials):
    x = rng.standard_normal((side, side))
    y = x @ power_teacher(side, 1) + noise * rng.standard_normal(side)
    found = lasso.path(x, y, np.concatenate([little, centre]))
    peak.append(np.sum((found - power_teacher(side, 1)) ** 2, axis=1))
peak = np.array(peak)


def single_slopes(penalties, risks):
    """Mean over the sets of samples of the slope of each: of the mean risk a few sets with huge ones would decide."""
    return mean_and_error([powerlaw.fit(penalties, one).exponent for one in risks])


value, bar = single_slopes(little, peak[:, :7])
law.check("peak-of-simulations", measured=value, error=bar)
value, bar = single_slopes(centre, peak[:, 7:])
law.control("best-decay-has-no-peak", measured=value, error=bar)
print(f"risk at the peak: {peak[:, 0].mean():.1f} with little decay, {peak[:, 10].mean():.2f} with the best")
peaks = []
for g in (1.0, 1.5):
    theta, counts = endless(g, 10**5, 300)
    at = [lasso.state(theta, 10**5, np.sqrt(5.0), ratio, counts) for ratio in np.geomspace(3e-3, 3e-2, 4)]
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
# $f(x)=x^{\mathsf T}Sx-\mathrm{tr}\,S$ with $S=W^{\mathsf T}W$: decay on $W$ is the trace of $S$. Here too a teacher in
# noise, cut by a threshold, stands for the trained network, only that it is a matrix, and the threshold cuts its
# eigenvalues. We fit networks of 64 inputs and compare.


# %%
def quadratic(d, ratio, noise, scales):
    """One fit at each penalty, `scales` times √(2 n d σ²), shape (penalties, d, d)."""
    n, teacher = ratio * d, power_teacher(d, 1)
    x = rng.standard_normal((n, d))
    y = (x**2 - 1) @ teacher + noise * rng.standard_normal(n)
    unit = np.sqrt(2 * n * d) * noise
    return np.array([lasso.solve_matrix(x, y, c * unit, tolerance=1e-3) for c in scales])


def matrix_risks(found):
    """Excess risk of fitted matrices, of any leading shape."""
    return 2 * np.sum((found - np.diag(power_teacher(found.shape[-1], 1))) ** 2, axis=(-2, -1))


d, ratios = 64, [24, 36]
fitted_s = {ratio: np.array([quadratic(d, ratio, noise, [0.7])[0] for _ in range(16)]) for ratio in [6, 12, *ratios]}
settings = {
    ratio: lasso.matrix_state(
        power_teacher(d, 1), ratio * d, noise, 0.7 * noise * np.sqrt(2 * ratio) * d, rng, draws=80
    )
    for ratio in ratios
}
means, errors = mean_and_error(np.array([matrix_risks(fitted_s[ratio]) for ratio in ratios]).T)
law.check(
    "risk-of-quadratic-networks",
    measured=means,
    error=errors,
    given={
        "n": [ratio * d for ratio in ratios],
        "effective_noise": [settings[ratio].noise for ratio in ratios],
        "noise": noise,
    },
)

# %% [markdown]
# The spectrum: a bulk of learned noise next to zero, and above it one eigenvalue for each feature that is learned. The
# **control** puts the decay on the product, $S$ itself: that is ridge regression, and nothing is cut.

# %%
ratio = 24
spectra = np.linalg.eigvalsh(fitted_s[ratio])
ours, theirs = (values[values > 1e-6] for values in (spectra, settings[ratio].eigenvalues))


def apart_from_theory(found):
    """Largest difference of the distribution functions of eigenvalues above zero, of fits and of the law."""
    values = np.sort(found[found > 1e-6])
    at = np.concatenate([values, theirs])
    shares = [np.searchsorted(side, at, side="right") / len(side) for side in (values, np.sort(theirs))]
    return np.max(np.abs(shares[0] - shares[1]))


law.check(
    "spectrum-of-quadratic-networks",
    measured=apart_from_theory(spectra),
    error=notebook.bootstrap(apart_from_theory, spectra, draws=50),
)


def ridge_fit(ratio):
    """Eigenvalues of the least squares fit with the decay on S, from its kernel (x·z)² - |x|² - |z|² + d."""
    n = ratio * d
    x = rng.standard_normal((n, d))
    y = (x**2 - 1) @ power_teacher(d, 1) + noise * rng.standard_normal(n)
    square = np.sum(x**2, axis=1)
    kernel = (x @ x.T) ** 2 - square[:, None] - square + d
    weights = np.linalg.solve(kernel + 0.7 * noise * np.sqrt(2 * n * d) * np.eye(n), y)
    return np.linalg.eigvalsh((x.T * weights) @ x - weights.sum() * np.eye(d))


shrunk = np.array([ridge_fit(ratio) for _ in range(8)])
law.control(
    "decay-on-the-matrix",
    measured=apart_from_theory(shrunk),
    error=notebook.bootstrap(apart_from_theory, shrunk, draws=50),
)

# %%
fig, ax = plt.subplots()
edges = np.linspace(0, 1.1, 56)
middle = (edges[1:] + edges[:-1]) / 2
fitted, expected = (
    np.histogram(values, edges)[0] / number / np.diff(edges)
    for values, number in ((ours, len(spectra)), (theirs, len(settings[ratio].eigenvalues)))
)
ax.stairs(fitted, edges, fill=True, alpha=0.35, color=plot.COLOURS[0], label="fitted")
ax.plot(middle, expected, color=plot.COLOURS[1], label="teacher in noise, cut by the threshold")
ax.set(yscale="log", xlabel="eigenvalue above zero (label per squared input)", ylabel="number per unit of eigenvalue")
ax.legend()
plt.show()
law.series(
    "spectrum", x=middle, y=fitted, prediction=expected, law="spectrum-of-a-quadratic-network",
    label="fitted eigenvalues", x_label="eigenvalue", y_label="number per unit of eigenvalue",
    title="Eigenvalues above zero, 64 inputs, 24 samples an input",
)  # fmt: skip

# %% [markdown]
# Two networks of different size have about the same risk at the same $n/d$. The exponent itself is not there yet: the
# window between 1 and the number of inputs is too narrow.

# %%


def two_networks(sizes, ratios, trials):
    """Risks of the smaller and the larger network, (trials, networks, ratios)."""
    return np.array([
        [[matrix_risks(quadratic(d, ratio, noise, [0.7]))[0] for ratio in ratios] for d in sizes] for _ in range(trials)
    ])  # fmt: skip


def larger_over_smaller(risks):
    """Geometric mean over the ratios, and its standard error by resampling the trials."""
    return powerlaw.bootstrap(lambda mean: np.exp(np.mean(np.log(mean[1] / mean[0]))), risks, rng)


few = np.array([6, 12, 24])
larger = np.array([matrix_risks(fitted_s[ratio]) for ratio in few]).T  # (trials, ratios)
pair = np.stack([two_networks((32,), few, len(larger))[:, 0], larger], axis=1)
value, bar = larger_over_smaller(pair)
law.check("same-risk-at-the-same-ratio", measured=value, error=bar)

# %%
more, scales = np.array([6, 12, 24, 48]), [0.3, 0.4, 0.5, 0.7, 1.0]
single = np.array([[matrix_risks(quadratic(32, ratio, 1.0, scales)) for ratio in more] for _ in range(6)])
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
value, bar = larger_over_smaller(two_networks((8, 16), (100, 200, 400), 16))
intact, intact_bar = larger_over_smaller(two_networks((8, 16), few, 192))
law.control("more-samples-than-inputs", measured=value, error=bar, intact=intact, intact_error=intact_bar)

# %% [markdown]
# ## What to try next
#
# - Draw the slope of state evolution between neighbouring $n$ for several levels of noise. When do they meet?
# - Use $\gamma=0.7$. How large must $d$ be?
# - Draw inputs as random signs instead of normals. Does anything change?
# - Train the diagonal network without decay from small weights instead ([this page](../laws/even2023.md)). Compare the
#   coefficients.
