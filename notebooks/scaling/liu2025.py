# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Superposition and the width
#
# A language model has to represent far more things than it has dimensions. Liu, Liu and Gore (2025) say what that
# costs: the vectors overlap, squared overlaps are one over the width, and so is the loss, however frequent or rare the
# things are. [The law page](../laws/liu2025.md) states the laws. We begin with codes that nobody trained,
# where the loss is an integral, and then ask what training does to it.

# %%
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import text
from lawbook.lab.solvable import superposition
from lawbook.measure import overlaps, powerlaw

law = notebook.open("liu2025")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()


def exponent(widths, losses):
    """Slope of log loss against log width, its sign turned."""
    slope, _ = np.polyfit(np.log(widths), np.log(losses), 1)
    return -slope


def mean_and_error(repeats):
    """Mean over the leading axis and its standard error."""
    return np.mean(repeats, axis=0), notebook.spread(repeats)


# %% [markdown]
# ## Frequencies
#
# Four formulas, and one that nobody chose: the words of the documentation of scientific Python packages, from *the*
# downwards. All are scaled so that one feature is active in a sample on average.

# %%
features = 4096
ranks, _ = text.words(text.english())
counts = np.sort(np.bincount(ranks))[::-1]
i = np.arange(1, features + 1)
frequencies = {
    "flat": np.ones(features),
    "$i^{-1}$": 1.0 / i,
    "$i^{-3/2}$": i**-1.5,
    "$e^{-i/400}$": np.exp(-i / 400),
    "words": counts[:features],
}
frequencies = {name: p / p.sum() for name, p in frequencies.items()}
fig, ax = plt.subplots()
for name, p in frequencies.items():
    ax.plot(i, p, label=name)
ax.set(xscale="log", yscale="log", ylim=(1e-7, 1), xlabel="feature, by frequency", ylabel="probability to be active")
ax.legend()
plt.show()

# %% [markdown]
# ## Random codes
#
# Every feature gets a random unit vector, three times for each width. From these codes we take three things: the mean
# squared overlap; the loss when one feature is active, from 400 features against all others; and the loss on samples
# with several. The only thing that is tuned is one threshold a width.

# %%
widths = np.array([16, 32, 64, 128, 256, 512, 1024] + [2048] * full)
codes, rows, draws = 3, 400, 120
scaled = np.linspace(3.5, 7.0, 71)  # thresholds times the root of the width
samples = {name: superposition.draw(p, draws, rng) for name, p in frequencies.items()}
wide = widths >= 64


def one_active(code, chosen, thresholds):
    """Measured interference of the features `chosen` with all others."""
    products = code[chosen] @ code.T
    products[np.arange(len(chosen)), chosen] = 0
    return overlaps.measured_interference(products, thresholds) * len(code) / (len(code) - 1)


formula = law.formula("random-code-loss")


def best(interference, thresholds, features):
    """The least loss over thresholds, by the entry's formula, and where it is."""
    curve = formula(features=features, interference=interference, threshold=thresholds)
    return curve.min(), int(curve.argmin())


squares, single, worded = np.zeros((3, codes, len(widths)))
relative = {name: np.zeros((codes, len(widths))) for name in frequencies}
for c in range(codes):
    for k, width in enumerate(widths):
        code = superposition.random_code(features, width, rng)
        thresholds = scaled / np.sqrt(width)
        thresholds = thresholds[thresholds < 2]
        squares[c, k] = overlaps.mean_squared_overlap(code)
        single[c, k], _ = best(one_active(code, np.arange(rows), thresholds), thresholds, features)
        if width in (64, 256, 1024):
            drawn = rng.choice(features, 1000, p=frequencies["words"])
            worded[c, k], _ = best(one_active(code, drawn, thresholds), thresholds, features)
        if wide[k]:
            for name in frequencies:
                relative[name][c, k] = superposition.losses(code, samples[name], thresholds).min()

# %% [markdown]
# ### One active feature: the integral
#
# The prediction is the law's formula with the integral over the law of one overlap, at the threshold that makes it
# least. Nothing is fitted, and no frequency enters. One more point has eight features only, where it matters that a
# feature does not disturb itself.


# %%
def integral(width, features):
    """The ingredients of the formula at the best threshold."""
    thresholds = scaled / np.sqrt(width)
    thresholds = thresholds[thresholds < 2]
    values = superposition.interference(width, thresholds)
    _, where = best(values, thresholds, features)
    return {"features": features, "interference": values[where], "threshold": thresholds[where]}


def together(parts):
    """One array for each ingredient."""
    return {key: np.array([part[key] for part in parts], float) for key in parts[0]}


given = together([integral(width, features) for width in widths])
measured, error = mean_and_error(single)

handful, thresholds = 8, np.linspace(0.02, 1.0, 50)
values = superposition.interference(16, thresholds)
_, where = best(values, thresholds, handful)
tiny = {"features": handful, "interference": values[where], "threshold": thresholds[where]}


def least_losses(draw):
    """Least losses of three times 3000 codes of eight features; `draw` tells the active ones, shape (3000, 8)."""
    least = []
    for _ in range(3):
        drawn = superposition.random_code(3000 * handful, 16, rng).reshape(3000, handful, 16)
        active = draw()
        products = np.take_along_axis(drawn, active[:, :, None], axis=1) @ drawn.transpose(0, 2, 1)
        np.put_along_axis(products, active[:, :, None], 0, axis=2)
        found = overlaps.measured_interference(products, thresholds) * handful / (handful - 1)
        least.append(best(found, thresholds, handful)[0])
    return least


tiny_loss, tiny_error = mean_and_error(least_losses(lambda: np.tile(np.arange(handful), (3000, 1))))
law.check(
    "integral-holds",
    measured=np.append(measured, tiny_loss),
    error=np.append(error, tiny_error),
    given={key: np.append(value, tiny[key]) for key, value in given.items()},
)
asked = np.isin(widths, (64, 256, 1024))
heard, heard_error = mean_and_error(worded[:, asked])
commonest = counts[:handful] / counts[:handful].sum()
tiny_loss, tiny_error = mean_and_error(least_losses(lambda: rng.choice(handful, (3000, handful), p=commonest)))
law.check(
    "integral-for-words",
    measured=np.append(heard, tiny_loss),
    error=np.append(heard_error, tiny_error),
    given={key: np.append(value[asked], tiny[key]) for key, value in given.items()},
)
predicted = formula(**given)
print("best threshold times root of the width:", np.round(given["threshold"] * np.sqrt(widths), 2))

# %% [markdown]
# The threshold in units of $1/\sqrt m$ stays put: the problem looks the same at every width. Only where the loss
# comes near that of an output of zero does the curve bend.

# %%
fig, ax = plt.subplots()
ax.plot(widths, predicted, label="integral")
plot.points(ax, widths, measured, error, index=1, label="flat, one active feature")
plot.points(ax, widths[asked], heard, heard_error, index=2, label="words, one active feature")
ax.set(xscale="log", yscale="log", xlabel="width $m$ (dimensions)", ylabel="loss (relative to the input)")
ax.legend()
plt.show()

# %% [markdown]
# ### Overlaps
#
# The root of it all. Random directions have a mean squared overlap of $1/m$, not of a tight frame.

# %%
overlap, overlap_error = mean_and_error(squares[:, wide])
law.check("random-overlaps", measured=overlap, error=overlap_error, given={"features": features, "width": widths[wide]})

# %% [markdown]
# ### Several active features
#
# Now samples of the five frequency laws. One is dense with common features, one has nothing common at all.

# %%
exponents = {
    name: powerlaw.bootstrap(lambda mean: exponent(widths[wide], mean), losses[:, wide], rng)
    for name, losses in relative.items()
}
slopes, slope_errors = np.array(list(exponents.values())).T
law.check("exponent-for-any-frequencies", measured=slopes, error=slope_errors)
for name, (value, bar) in exponents.items():
    print(f"{name:12} {value:.3f} ± {bar:.3f}")

# %% [markdown]
# **The control.** The same widths without superposition: the $m$ most frequent features have a dimension each and are
# kept exactly, and the rest is lost. What is lost is then a sum of frequencies, and nothing has to be drawn. (An
# exponential tail is no power law; we leave it out.)

# %%
plain = {name: 1 - np.cumsum(p)[widths[wide] - 1] for name, p in frequencies.items() if "e^" not in name}
tails = np.array([exponent(widths[wide], lost) for lost in plain.values()])
rounded = notebook.rounding(np.ones(len(tails)), operations=features)
law.control("only-frequent-features-represented", measured=tails, error=rounded)

# %%
line = law.fit(
    "inverse-width", x={"width": widths[-3:]}, y=relative["flat"].mean(axis=0)[-3:], free={"amplitude": 20.0}
)
fig, ax = plt.subplots()
ax.plot(widths[wide], line(width=widths[wide]), color=plot.GREY, label="$C/m$")
for index, name in enumerate(frequencies):
    mean, bars = mean_and_error(relative[name][:, wide])
    plot.points(ax, widths[wide], mean, bars, index=index, label=name)
for index, (name, lost) in enumerate(list(plain.items())[:2]):
    ax.plot(widths[wide], lost, "--", color=plot.COLOURS[index], label=f"{name}, no superposition")
ax.set(xscale="log", yscale="log", xlabel="width $m$ (dimensions)", ylabel="loss (relative to the input)")
ax.legend(fontsize="small", ncols=2)
plt.show()
for label, x, y, bars in (
    ("flat", widths, measured, error),
    ("words", widths[asked], heard, heard_error),
):
    law.series(
        "random-code", x=x, y=y, error=bars, prediction=formula(**{k: v[np.isin(widths, x)] for k, v in given.items()}),
        law="random-code-loss", label=label, x_label="width $m$", y_label="loss relative to the input",
        x_scale="log", y_scale="log", title="Random codes of 4096 features, one active",
    )  # fmt: skip

# %% [markdown]
# ## Trained as the authors train
#
# AdamW on samples, a negative decay that pulls all vectors to length 1, biases that start as random numbers. 512
# features with three frequency laws, and then with $i^{-2}$, where the paper expects a steeper law.

# %%
few, narrow, batch, steps = 512, [8, 48], 32, 6000
if full:
    few, narrow, batch, steps = 1000, [10, 16, 25, 40, 63, 100], 2048, 20_000


def recipe(p, widths, decay=-1.0, repeats=2):
    """Losses of trained codes, shape (repeats, widths). Negative decay makes vectors long, positive short."""
    p = p / p.sum()
    found = []
    for _ in range(repeats):
        fresh, test = superposition.draw(p, batch * steps, rng), superposition.draw(p, 8000, rng)
        trained = [superposition.train_on_samples(p, m, rng, decay=decay, samples=fresh, batch=batch) for m in widths]
        found.append([superposition.loss(code, test) for code in trained])
    return np.array(found)


rank = np.arange(1, few + 1)
common = {"flat": np.ones(few), "$e^{-i/128}$": np.exp(-4 * rank / few), "words": counts[:few].astype(float)}
taught = {name: recipe(p, narrow) for name, p in common.items()}  # (repeats, widths) each
value, bar = mean_and_error(
    [[exponent(narrow, row) for row in losses] for losses in np.stack(list(taught.values()), 1)]
)
law.check("trained-for-three-frequencies", measured=value, error=bar)
print("exponents:", np.round(value, 2))
names = {"flat": "flat", "$e^{-i/128}$": "exponential", "words": "words"}
inverse = law.formula("inverse-width")
for name, label in names.items():
    mean, bars = mean_and_error(taught[name])
    through = np.exp(np.mean(np.log(mean / inverse(width=narrow, amplitude=1.0))))
    law.series(
        "taught", x=narrow, y=mean, error=bars, prediction=inverse(width=narrow, amplitude=through), label=label,
        x_label="width $m$", y_label="loss relative to the input", x_scale="log", y_scale="log",
        title="Codes trained on samples: one over the width, three frequency laws",
    )  # fmt: skip
names = {"flat": "flat", "$i^{-1}$": "1/i", "$i^{-3/2}$": "i^-1.5", "$e^{-i/400}$": "exponential", "words": "words"}
for name, label in names.items():
    mean, bars = mean_and_error(relative[name][:, wide])
    law.series(
        "loss", x=widths[wide], y=mean, error=bars, prediction=line(width=widths[wide]), label=label,
        x_label="width $m$", y_label="loss relative to the input", x_scale="log", y_scale="log",
        title="Random codes: five frequency laws, one loss",
    )  # fmt: skip
law.series(
    "loss", x=widths[wide], y=plain["flat"], label="flat, no superposition",
    x_label="width $m$", y_label="loss relative to the input", x_scale="log", y_scale="log",
)  # fmt: skip

# %% [markdown]
# **The control.** Turn the sign of the decay and leave all else as it is. Only the most frequent words keep a vector,
# and wider codes hardly help.

# %%
suppressed = recipe(common["words"], narrow, decay=1.0)
value, bar = mean_and_error([exponent(narrow, losses) for losses in suppressed])
law.control("rare-features-suppressed", measured=value, error=bar)

# %%
skewed = recipe(rank**-2.0, narrow)
value, bar = mean_and_error([exponent(narrow, losses) for losses in skewed])
law.check("steeper-for-skewed-frequencies", measured=value, error=bar, given={"frequency_exponent": 2.0})

# %% [markdown]
# ## Optimised to the end
#
# With one active feature the expected loss of any code is a sum over pairs of rows, so one can descend the exact
# gradient. Frequencies are flat. The overlaps become those of a tight frame, as the theory says. But then the loss
# is no longer that of random vectors.

# %%
small, sizes, repeats = 512, np.array([8, 16, 48]), 2 + 2 * full
ends = [
    [superposition.train(np.ones(small), m, rng, decay=-1.0, steps=400, threshold=3 / np.sqrt(m)) for m in sizes]
    for _ in range(repeats)
]
reached = np.array([[loss for _, loss in row] for row in ends])
frames = np.array([[overlaps.mean_squared_overlap(code.weight) for code, _ in row] for row in ends])
overlap, overlap_error = mean_and_error(frames)
law.check("trained-overlaps", measured=overlap, error=overlap_error, given={"features": small, "width": sizes})
random_frames = [
    [overlaps.mean_squared_overlap(superposition.random_code(small, m, rng)) for m in sizes[2:]] for _ in range(4)
]
overlap, overlap_error = mean_and_error(random_frames)
law.control(
    "random-rows-are-no-tight-frame",
    measured=overlap, error=overlap_error, given={"features": small, "width": sizes[2:]},
)  # fmt: skip

# %%
value, bar = mean_and_error([[exponent(sizes[:2], losses[:2]), exponent(sizes, losses)] for losses in reached])
law.check("optimised-to-the-end", measured=value, error=bar)
given = together([integral(m, small) for m in sizes])
best_loss, best_error = mean_and_error(reached)


def untrained(width):
    """Loss of a random code of as few features at its best threshold."""
    thresholds = scaled / np.sqrt(width)
    thresholds = thresholds[thresholds < 2]
    code = superposition.random_code(small, width, rng)
    return best(one_active(code, np.arange(small), thresholds), thresholds, small)[0]


random_loss, random_error = mean_and_error([[untrained(m) for m in sizes[1:]] for _ in range(16)])
law.control(
    "trained-codes-are-not-random",
    measured=best_loss[1:],
    error=best_error[1:],
    intact=random_loss,
    intact_error=random_error,
    given={key: value[1:] for key, value in given.items()},
)
thresholds = [np.median(-code.bias) * np.sqrt(m) for (code, _), m in zip(ends[0], sizes, strict=True)]
print("threshold times root of the width:", np.round(thresholds, 2))

# %%
fig, ax = plt.subplots()
ax.plot(sizes, formula(**given), label="integral, 512 features")
plot.points(ax, sizes, best_loss, best_error, index=1, label="exact gradient, flat")
for index, (label, found) in enumerate(taught.items()):
    mean, bars = mean_and_error(found)
    plot.points(ax, narrow, mean, bars, index=index + 2, label=f"authors' recipe, {label}")
ax.set(xscale="log", yscale="log", xlabel="width $m$ (dimensions)", ylabel="loss (relative to the input)")
ax.legend(fontsize="small")
plt.show()
law.series(
    "trained", x=sizes, y=best_loss, error=best_error, prediction=formula(**given), law="random-code-loss",
    label="exact gradient, flat", x_label="width $m$", y_label="loss relative to the input", x_scale="log",
    y_scale="log", title="Training beats random codes, and changes the exponent",
)  # fmt: skip
for label, name in {"recipe, flat": "flat", "recipe, words": "words"}.items():
    mean, bars = mean_and_error(taught[name])
    law.series(
        "trained", x=narrow, y=mean, error=bars, label=label, x_label="width $m$",
        y_label="loss relative to the input", x_scale="log", y_scale="log",
    )  # fmt: skip

# %% [markdown]
# ## Weak superposition
#
# Positive decay suppresses the vectors of rare features. What is lost is their activity: the tail of the frequencies
# beyond those represented. Which are represented we read off the trained code.

# %%
sizes = np.array([32, 48])


def weak(alpha, sizes, decay=1.0):
    """Losses and tails, each (repeats, sizes)."""
    p = np.arange(1, small + 1) ** -float(alpha)
    losses, tails = np.zeros((2, repeats, len(sizes)))
    for r in range(repeats):
        for k, m in enumerate(sizes):
            code, losses[r, k] = superposition.train(p, m, rng, decay=decay, steps=400, peak=0.03)
            tails[r, k] = p[~code.represented].sum() / p.sum()
    return losses, tails


def against_the_tail(losses, tails):
    """Loss at the mean tail, its standard error from the ratio of the two, and that tail; each (sizes,)."""
    ratio, error = mean_and_error(losses / tails)
    tail = tails.mean(axis=0)
    return ratio * tail, error * tail, tail


steep, steep_tails = weak(2.0, sizes)
value, bars, tail = against_the_tail(steep, steep_tails)
law.check("loss-is-the-tail", measured=value, error=bars, given={"tail": tail, "width": sizes})

# %% [markdown]
# With a tenth of the decay many of the rare features keep a vector, and overlap. Now most of the loss is interference.

# %%
value, bars, loose_tail = against_the_tail(*weak(2.0, sizes[1:], decay=0.1))
law.control("decay-that-does-not-suffice", measured=value, error=bars, given={"tail": loose_tail, "width": sizes[1:]})

# %%
outer = np.array([16, 48])
middle, middle_tails = weak(1.5, outer)
value, bar = mean_and_error([exponent(outer, losses) for losses in middle])
law.check("tail-exponent", measured=value, error=bar, given={"frequency_exponent": 1.5})
fig, ax = plt.subplots()
both = {"$i^{-2}$": (sizes, steep, steep_tails), "$i^{-3/2}$": (outer, middle, middle_tails)}
for index, (label, (x, losses, lost)) in enumerate(both.items()):
    ax.plot(x, lost.mean(axis=0), color=plot.COLOURS[index], label=f"tail, {label}")
    plot.points(ax, x, *mean_and_error(losses), index=index, label=f"loss, {label}")
ax.set(xscale="log", yscale="log", xlabel="width $m$ (dimensions)", ylabel="loss (relative to the input)")
ax.legend(fontsize="small")
plt.show()
law.series(
    "tail", x=sizes, y=steep.mean(axis=0), error=mean_and_error(steep)[1], prediction=tail,
    law="weak-superposition-tail", x_label="width $m$", y_label="loss relative to the input",
    x_scale="log", y_scale="log", title="Weak superposition, frequencies falling as the inverse square",
)  # fmt: skip

# %% [markdown]
# ## What to try next
#
# - Make four features active on average instead of one. Where does the power law begin?
# - Give the readout a gain beside the threshold. From which side does the exponent then tend to 1?
# - Train longer on samples (`full` scale does). Does the exponent for $i^{-2}$ rise towards the steeper law?
# - Build codes from an equiangular tight frame. What is their loss?
