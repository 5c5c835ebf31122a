# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # How large a batch is still useful?
#
# Twice the batch, twice the chips: does training take half as many steps? At first it does, and from some batch on it
# does not. McCandlish and colleagues (2018) say that one number tells from where on: how much the gradients of single
# samples scatter, over the length of their mean. They call it the *gradient noise scale*.
#
# Here a small network learns digits with batches of 4 to 512, each with its own best step size, and we count the steps.
# The predictions stand in [the law page](../laws/mccandlish2018.md).

# %%
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits

law = notebook.open("mccandlish2018")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Set-up
#
# A network 64 → 32 → 10 with tanh learns 900 digits by plain SGD. Samples are drawn with replacement, so the 900 *are*
# the distribution, and the loss over all of them is the true loss. Everything is done for eight networks at once, each
# with its own random start; what they differ by is the error.

# %%
samples, networks = (1797, 12) if full else (900, 8)
pixels, classes = digits.load(centred=True)
rows = rng.permutation(len(classes))[:samples]
images, labels = pixels[rows].astype(np.float32), np.eye(10, dtype=np.float32)[classes[rows]]
targets = np.array([0.5, 0.2, 0.1])  # losses to reach, in nats
batches = np.array([4, 8, 16, 32, 64, 128, 256, 512])


def forward(w, x):
    """Hidden units (networks, batch, 32) and outputs (networks, batch, 10), up to a shift of the outputs."""
    hidden = np.tanh(x @ w[0])
    outputs = hidden @ w[1]
    return hidden, outputs - outputs.max(axis=-1, keepdims=True)


def loss(w):
    """Cross-entropy over all samples, (networks,)."""
    _, outputs = forward(w, images)
    return np.mean(np.log(np.exp(outputs).sum(axis=-1)) - (outputs * labels).sum(axis=-1), axis=-1)


def slopes(w, x, y):
    """Hidden units, and the slope of each sample's loss in the sums of the two layers."""
    hidden, outputs = forward(w, x)
    shares = np.exp(outputs)
    at_output = shares / shares.sum(axis=-1, keepdims=True) - y
    return hidden, (at_output @ w[1].swapaxes(1, 2)) * (1 - hidden**2), at_output


def gradient(w, x, y):
    """Mean gradient over the batch, for both layers."""
    hidden, at_hidden, at_output = slopes(w, x, y)
    size = x.shape[-2]
    return [x.swapaxes(-1, -2) @ at_hidden / size, hidden.swapaxes(1, 2) @ at_output / size]


def draw(size, count, copies=1):
    """Images and labels of `count` batches; with `copies`, each drawn sample stands so often in its batch."""
    chosen = rng.integers(samples, size=(count, size // copies)).repeat(copies, axis=1)
    return images[chosen], labels[chosen]


def dot(a, b):
    """Inner product of two vectors in the space of the weights, (networks,)."""
    return sum(np.sum(p.astype(float) * q, axis=(1, 2)) for p, q in zip(a, b, strict=True))


def moved(w, direction, rate):
    """Weights after a step of `rate`, one for each network or one for all, along a direction."""
    rate = np.float32(rate)[..., None, None]
    return [layer + rate * part for layer, part in zip(w, direction, strict=True)]


start = [
    rng.standard_normal((networks, inputs, units), dtype=np.float32) / np.float32(np.sqrt(inputs))
    for inputs, units in ((64, 32), (32, 10))
]

# %% [markdown]
# ## Steps to a loss
#
# For each batch size $B$ we train with seven step sizes, factors of $\sqrt2$ apart, and take the best. If it is at
# the edge of the seven, they are moved. The loss over all samples is read whenever the number of steps has grown by
# 6 %, and the step at which it fell to the target is interpolated.


# %%
def steps_needed(size, rates, goals, copies=1):
    """Steps to each goal, (goals, rates, networks). A rate that can no longer be the best is given up, and has the
    steps that it took."""
    shape = (len(goals), len(rates), networks)
    w = [np.tile(layer, (len(rates), 1, 1)) for layer in start]
    rate = np.repeat(rates, networks)
    running, reached = np.arange(len(rate)), np.full((len(goals), len(rate)), np.nan)
    t, value = 0, loss(w)
    while len(running):
        before, last = t, value
        for _ in range(max(1, int(0.06 * t))):
            w = moved(w, gradient(w, *draw(size, len(running), copies)), -rate[running])
            t += 1
        value = loss(w)
        for found, goal in zip(reached, goals, strict=True):
            now = np.isnan(found[running]) & (value <= goal)
            share = np.log(last[now] / goal) / np.log(last[now] / value[now])
            found[running[now]] = before + (t - before) * share
        unfinished = np.isnan(reached).reshape(shape).any(axis=-1)
        least = np.where(np.isnan(reached), t, reached).reshape(shape).mean(axis=-1)
        best = np.where(unfinished, np.inf, least).min(axis=-1, keepdims=True)
        hopeful = np.repeat((unfinished & (least < best)).any(axis=0), networks)[running]
        on = hopeful & np.isnan(reached[-1, running]) & np.isfinite(value)
        w, running, value = [layer[on] for layer in w], running[on], value[on]
    return np.where(np.isnan(reached), t, reached).reshape(shape)


def tuned(sizes, goals, copies=1):
    """Of each batch size, steps (networks, sizes, goals, rates) and the rates that were tried (sizes, rates)."""
    table, tried, lowest = [], [], 1
    for size in sizes[::-1]:
        for _ in range(5):
            rates = 2.0 ** ((lowest + np.arange(7)) / 2)
            found = steps_needed(size, rates, goals, copies)
            best = found.mean(axis=-1).argmin(axis=-1)
            if best.min() > 0 and best.max() < 6:
                break
            lowest += -2 if best.min() == 0 else 2
        table.append(found)
        tried.append(rates)
        lowest += best.max() - 5
    return np.moveaxis(table[::-1], -1, 0), np.array(tried[::-1])


def fewest(steps):
    """Steps at the best rate, mean over networks, (sizes, goals)."""
    return steps.mean(axis=0).min(axis=-1)


def hyperbola(sizes, needed):
    """The law fitted to the steps at some batch sizes."""
    return law.fit(
        "time-data-tradeoff",
        x={"batch": np.asarray(sizes, float)},
        y=needed,
        free={"least_steps": needed.min(), "critical_batch": 50.0},
    )


def critical_batch(sizes, steps):
    """Of each goal, (goals,). Steps are linear in 1/B, and least squares of relative errors needs no iteration."""
    found = []
    for column in fewest(steps).T:
        terms = np.column_stack([np.ones(len(sizes)), 1 / sizes])
        least, slope = np.linalg.lstsq(terms / column[:, None], np.ones(len(sizes)), rcond=None)[0]
        found.append(slope / least)
    return np.array(found)


steps, rates = tuned(batches, targets)
needed = fewest(steps)
needed_error = notebook.bootstrap(fewest, steps)
best_rates = np.take_along_axis(rates, steps.mean(axis=0).argmin(axis=-1), axis=1)  # (batches, targets)
for size, row, error, rate in zip(batches, needed, needed_error, best_rates, strict=True):
    print(f"B = {size:3}: steps {row.round(1)} ± {error.round(1)}, best step sizes {rate.round(2)}")

# %%
fig, ax = plt.subplots()
axis = np.geomspace(batches[0] / 1.3, batches[-1] * 1.3, 100)
for i, target in enumerate(targets):
    curve = hyperbola(batches, needed[:, i])
    values = curve.values
    print(f"loss {target}: S_min {values['least_steps']:.1f}, B_crit {values['critical_batch']:.0f}")
    ax.plot(axis, curve(batch=axis), color=plot.COLOURS[i])
    plot.points(ax, batches, needed[:, i], needed_error[:, i], index=i, label=f"to a loss of {target}")
    law.series(
        "steps", x=batches, y=needed[:, i], error=needed_error[:, i], prediction=curve(batch=batches),
        law="time-data-tradeoff", label=f"to a loss of {target} nats", x_label="batch size $B$ (samples)",
        y_label="steps, at the best step size", x_scale="log", y_scale="log",
        title="Steps to a loss, over the batch size, and the fitted law",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="batch size $B$ (samples)", ylabel="steps, at the best step size")
ax.set_xticks(batches, batches)
ax.minorticks_off()
ax.legend()
plt.show()

# %% [markdown]
# Is it a hyperbola? The law is fitted to every other batch size, and held against the ones between and the largest one.
# So is a power of $B$. Control: one step size, the best one for the smallest batch, is kept for all.

# %%
MIDDLE = 1  # the loss of 0.2
sparse, rest = slice(0, None, 2), slice(1, None, 2)
fit = hyperbola(batches[sparse], needed[sparse, MIDDLE])
line = np.polyfit(np.log(batches[sparse]), np.log(needed[sparse, MIDDLE]), 1)


def at(sizes):
    """What the check and its rivals need to know at some batch sizes."""
    return {
        "batch": sizes,
        "steps_by_power": np.exp(np.polyval(line, np.log(sizes))),
        "steps_by_data": needed[0, MIDDLE] * batches[0] / sizes,
    }


law.check(
    "batches-left-out",
    measured=needed[rest, MIDDLE],
    error=needed_error[rest, MIDDLE],
    given=at(batches[rest]),
    fit=fit,
)
few = [0, 3, 5, 7]  # batches of 4, 32, 128 and 512
one_rate = best_rates[:1, MIDDLE]
untuned = np.moveaxis([steps_needed(size, one_rate, targets[: MIDDLE + 1]) for size in batches[few]], -1, 0)
print(f"step size {one_rate[0]:.2f} for all: steps {fewest(untuned)[:, MIDDLE].round(1)}")
law.control(
    "one-step-size-for-all",
    measured=fewest(untuned)[1:, MIDDLE],
    error=notebook.bootstrap(fewest, untuned)[1:, MIDDLE],
    intact=needed[few[1:], MIDDLE],
    intact_error=needed_error[few[1:], MIDDLE],
    given=at(batches[few[1:]]),
    fit=fit,
)

# %% [markdown]
# ## The noise scale
#
# The gradients $g_i$ of single samples have a mean $G$ and scatter about it; $\mathrm{tr}\,\Sigma$ is the mean of
# $|g_i-G|^2$. The simple noise scale is $\mathrm{tr}\,\Sigma/|G|^2$. The full one, $\mathrm{tr}(H\Sigma)/G^\top HG$,
# weighs directions by their curvature $H$. To find $\mathrm{tr}(H\Sigma)$ we add up all gradients with random
# signs: such sums scatter as single gradients do.
#
# Both are averaged over all steps of a run with the largest batch at its best step size, up to the target.


# %%
def noise(w):
    """tr Σ and |G|², (networks,) each."""
    hidden, at_hidden, at_output = slopes(w, images, labels)
    lengths = np.sum(at_output**2, axis=-1) * np.sum(hidden**2, axis=-1)
    lengths += np.sum(at_hidden**2, axis=-1) * np.sum(images**2, axis=-1)
    mean = gradient(w, images, labels)
    return lengths.mean(axis=-1) - dot(mean, mean), dot(mean, mean)


def weighted_noise(w, probes=4):
    """tr(HΣ) and G'HG, (networks,) each."""

    def curved(v):
        small = 0.01 / np.sqrt(dot(v, v))
        ahead, behind = (gradient(moved(w, v, s), images, labels) for s in (small, -small))
        return [(a - b) / np.float32(2 * small)[:, None, None] for a, b in zip(ahead, behind, strict=True)]

    mean = gradient(w, images, labels)
    signal, scatter = dot(mean, curved(mean)), 0.0
    hidden, at_hidden, at_output = slopes(w, images, labels)
    for _ in range(probes):
        signs = rng.choice(np.float32([-1, 1]), size=(networks, samples, 1)) / np.float32(np.sqrt(samples))
        mixed = [images.T @ (signs * at_hidden), hidden.swapaxes(1, 2) @ (signs * at_output)]
        scatter = scatter + dot(mixed, curved(mixed)) / probes
    return scatter - signal, signal


def along(target, rate, most=100):
    """Mean noise scales, simple and full, of a run with the largest batch down to the target, (2, networks)."""
    w, sums, counts, on = start, 0.0, 0, np.ones(networks, bool)
    for _ in range(most):
        ratios = np.array([scatter / signal for scatter, signal in (noise(w), weighted_noise(w))])
        sums, counts = sums + on * ratios, counts + on
        w = moved(w, gradient(w, *draw(batches[-1], networks)), -rate)
        on = on & (loss(w) > target)
        if not on.any():
            break
    return sums / counts


averages = np.moveaxis([along(*pair) for pair in zip(targets, best_rates[-1], strict=True)], -1, 0)  # (networks, 3, 2)
scatter, signal = noise(start)
given = {"noise_scale": averages[..., 0].mean(axis=0), "start_scale": np.mean(scatter / signal), "samples": samples}
print(f"at the start {given['start_scale']:.0f}; means up to losses of {targets}:")
print(f"simple {averages[..., 0].mean(axis=0).round()}, full {averages[..., 1].mean(axis=0).round()}")

# %% [markdown]
# The critical batch size that the steps told, and the noise scale that the gradients tell, measured apart. The error is
# that of their ratio.


# %%
def log_ratio(steps, averages, sizes=batches):
    """Natural logarithm of the critical batch size over the mean simple noise scale, (goals,)."""
    goals = steps.shape[2]
    return np.log(critical_batch(sizes, steps) / averages[:, :goals, 0].mean(axis=0))


def against_noise(steps, sizes, goals=slice(None)):
    """Logarithm of the critical batch size and its error, as the check wants them."""
    error = notebook.bootstrap(lambda *drawn: log_ratio(*drawn, sizes), steps, averages)
    return np.log(critical_batch(sizes, steps))[goals], np.asarray(error)[goals]


measured, error = against_noise(steps, batches)
law.check("noise-tells-the-batch", measured=measured, error=error, given=given)
law.series(
    "noise-and-batch", x=given["noise_scale"], y=np.exp(measured), error=np.exp(measured) * error,
    prediction=law.formula("critical-batch-is-noise-scale")(scatter=given["noise_scale"], signal=1.0),
    x_label="mean noise scale (samples)", y_label="critical batch size (samples)", x_scale="log", y_scale="log",
    label="measured, for losses of 0.5, 0.2 and 0.1", title="The critical batch size against the mean noise scale",
)  # fmt: skip

# %% [markdown]
# **Controls**, for a loss of 0.2. With one step size for all batches, steps hardly fall, and the "critical" batch is
# tiny. With each drawn sample eight times in its batch, batches must be larger, while the noise scale of the network is
# as it was.

# %%
only = slice(MIDDLE, MIDDLE + 1)
here = {**given, "noise_scale": given["noise_scale"][only]}
large = [4, 5, 7]  # batches of 64, 128 and 512
copied, _ = tuned(batches[large], targets[: MIDDLE + 1], copies=8)
for name, chosen, broken in (("untuned-steps", few, untuned), ("copied-samples", large, copied)):
    sizes, kept = batches[chosen], steps[:, chosen, : MIDDLE + 1]
    intact, intact_error = against_noise(kept, sizes, only)
    measured, error = against_noise(broken, sizes, only)
    law.control(name, measured=measured, error=error, intact=intact, intact_error=intact_error, given=here)

# %% [markdown]
# ## It grows
#
# A lower loss has a larger critical batch. And along a slow descent, with the full gradient and a step size of 0.5,
# one sees the noise scale itself grow.


# %%
def growth(steps):
    found = critical_batch(batches, steps)
    return found[-1] / found[0]


law.check("lower-loss-larger-batch", measured=growth(steps), error=notebook.bootstrap(growth, steps))

w, path, t = start, [], 0
while True:
    value = loss(w)
    scatter, signal = noise(w)
    path.append((value, scatter / signal))
    if value.mean() > 0.4:
        early = w
    if value.max() <= targets[-1]:
        break
    for _ in range(max(1, int(0.06 * t))):
        w = moved(w, gradient(w, images, labels), -0.5)
        t += 1
values, scales = np.moveaxis(path, 1, 0)  # (readings, networks) each
crossing = (values <= targets[-1]).argmax(axis=0)
risen = scales[crossing, np.arange(networks)] / scales[0]
law.check("noise-grows", measured=risen.mean(), error=notebook.spread(risen))
law.series(
    "growth", x=values.mean(axis=1), y=scales.mean(axis=1), law="noise-scale-grows", x_scale="log",
    error=notebook.spread(scales, axis=1), y_scale="log", label="along a slow descent",
    x_label="training loss (nats)", y_label="noise scale (samples)", title="The noise scale grows as the loss falls",
)  # fmt: skip

# %% [markdown]
# **Control.** Why does it grow? The plain case is linear regression. The same images and a target linear in them: what
# points along large directions is learned first, and what is left is a gradient that is small against its scatter. If
# the images are rescaled such that all directions are alike, everything is learned at one pace, and the noise scale
# stays.


# %%
def regression(x):
    """Growth of the noise scale until the loss is a hundredth, for targets that are linear in `x`, (networks,)."""
    wrong = rng.standard_normal((x.shape[1], networks))
    rate = 0.3 / np.linalg.eigvalsh(x.T @ x / samples)[-1]
    first = None
    while True:
        residual = x @ wrong
        mean = x.T @ residual / samples
        signal = np.sum(mean**2, axis=0)
        scatter = np.mean(np.sum(x**2, axis=1, keepdims=True) * residual**2, axis=0) - signal
        losses = np.mean(residual**2, axis=0)
        first = (scatter / signal, losses) if first is None else first
        if losses.mean() < 0.01 * first[1].mean():
            return scatter / signal / first[0]
        wrong -= rate * mean


left, lengths, _ = np.linalg.svd(images.astype(float), full_matrices=False)
even = left[:, lengths > 1e-3 * lengths[0]] * np.sqrt(samples)
uneven_growth, even_growth = regression(images.astype(float)), regression(even)
law.control(
    "even-directions",
    measured=even_growth.mean(),
    error=notebook.spread(even_growth),
    intact=uneven_growth.mean(),
    intact_error=notebook.spread(uneven_growth),
)

# %% [markdown]
# ## Does the curvature matter?
#
# On these runs with large steps the full noise scale is about the simple one. On the slow descent, at a loss of 0.1, it
# is not.

# %%
simple, weighted = averages.mean(axis=0).T
error = notebook.bootstrap(lambda a: np.log(a[..., 1].mean(axis=0) / a[..., 0].mean(axis=0)), averages)
law.check("curvature-left-out", measured=np.log(weighted), error=error, given={"noise_scale": simple})
scatter, signal = weighted_noise(w, probes=16)
slow_full, slow_simple = scatter / signal, scales[-1]
print(f"slow descent: simple {slow_simple.mean():.0f}, full {slow_full.mean():.0f}")
law.control(
    "slow-descent",
    measured=np.log(slow_full.mean()),
    error=notebook.spread(np.log(slow_full / slow_simple)),
    intact=np.log(weighted[-1:]),
    intact_error=error[-1:],
    given={"noise_scale": slow_simple.mean()},
    intact_given={"noise_scale": simple[-1:]},
)

# %% [markdown]
# ## One step
#
# The law comes from one step on a parabola: the best gain in loss with batches of $B$ is $1/(1+B_\mathrm{noise}/B)$
# of the best gain with the full gradient, $|G|^4/2G^\top HG$. We go to a loss of 0.4 on the slow descent, take single
# steps with batches of 32, 128 and 512, and find the best step size by the mean loss after the step. The noise scale is
# measured at the same place, and here it must be the full one.

# %%
(scatter, signal), (_, length) = weighted_noise(early, probes=16), noise(early)
longest, most = length / signal, length**2 / (2 * signal)
shares = np.array([0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0])
single = np.array([32, 128, 512])
before = loss(early)


def gains(size, draws=16, copies=1):
    """Mean fall of the loss in one step, over the most that the parabola allows, (shares, networks)."""
    found = np.zeros((len(shares), networks))
    for _ in range(draws):
        step = gradient(early, *draw(size, networks, copies))
        found += [(before - loss(moved(early, step, -share * longest))) / most / draws for share in shares]
    return found


gained = np.array([gains(size) for size in single])  # (sizes, shares, networks)
best_gain = gained.mean(axis=-1).argmax(axis=-1)
best = gained[np.arange(3), best_gain]
print(f"gains {best.mean(axis=-1).round(3)} at shares {shares[best_gain]} of the largest step size")
about = {"noise_scale": (scatter / signal).mean(), "simple_scale": (noise(early)[0] / length).mean()}
law.check(
    "one-step-gain",
    measured=best.mean(axis=-1),
    error=notebook.spread(best, axis=-1),
    given={"batch": single, **about},
)
copied = gains(single[1], copies=8)
copied = copied[copied.mean(axis=-1).argmax()]
for name, broken in (("step-not-shortened", gained[1, -1]), ("copies-in-the-batch", copied)):
    law.control(
        name,
        measured=broken.mean(),
        error=notebook.spread(broken),
        intact=best[1].mean(),
        intact_error=notebook.spread(best[1]),
        given={"batch": single[1], **about},
    )

# %% [markdown]
# ## How to measure it without single gradients
#
# Mean squared gradients of two batch sizes are enough: $|G_B|^2$ is $|G|^2+\mathrm{tr}\,\Sigma/B$ on average. Two
# equations, two unknowns. Average both, here over batches and networks, before you divide.


# %%
around = {"small": 16, "large": 256} | dict(zip(("scatter", "signal"), np.mean(noise(early), axis=1), strict=True))


def squares(copies=1, draws=120):
    """Mean squared gradients at the two batch sizes, (networks, 2)."""
    return np.transpose([
        np.mean([dot(g, g) for g in (gradient(early, *draw(size, networks, copies)) for _ in range(draws))], axis=0)
        for size in (around["small"], around["large"])
    ])  # fmt: skip


def by_two_sizes(pairs):
    """The noise scale."""
    small, large, (at_small, at_large) = around["small"], around["large"], pairs.mean(axis=0)
    signal = (large * at_large - small * at_small) / (large - small)
    return (at_small - at_large) / (1 / small - 1 / large) / signal


own, copied = squares(), squares(copies=4)
law.check("two-batch-sizes", measured=by_two_sizes(own), error=notebook.bootstrap(by_two_sizes, own), given=around)
law.control(
    "copies-look-like-noise",
    measured=by_two_sizes(copied),
    error=notebook.bootstrap(by_two_sizes, copied),
    given=around,
)

# %% [markdown]
# ## What to try next
#
# * Give 30 % of the images a random label, and train to a loss just above the lowest one that is soon reached. What
#   becomes of the noise scale, and does a small batch notice?
# * Let the batch grow with the noise scale during the run. How many samples does that save?
# * Train by Adam. Its steps have another length in every direction: which noise scale should count?
# * `LAWBOOK_SCALE=full` takes all 1797 images and twelve networks.
