# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # How much better with ten times the data?
#
# In 2017 a group at Baidu trained the best models that they could on ever larger parts of their data, in four domains,
# and drew test error against the number of samples on logarithmic axes. They saw straight lines. Better models gave
# lower lines, but parallel ones. We repeat the measurement with the smallest of language models, tables of character
# n-grams: they have a capacity that can be tuned (how far back they look) and train in a second. One neural network
# runs beside them. [The law page](../laws/hestness2017.md) has the predictions.

# %%
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits, text
from lawbook.lab.models import characters, ngram
from lawbook.measure import learning_curve, powerlaw

law = notebook.open("hestness2017")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()
bootstrap = partial(powerlaw.bootstrap, draws=200)

# %% [markdown]
# ## Text, and thirty models
#
# Eight million characters of technical English, the documentation of five Python packages, distinct paragraphs in an
# order that says nothing. A stretch of it is held out. Training texts are windows of the rest, at random places.
#
# A model of order $K$ predicts a character from the $K-1$ before it, and mixes in the order below where it has seen
# little. Three ways of mixing are our three architectures: Witten–Bell, absolute discounting, and equal weights
# whatever the counts. Each comes in ten orders.

# %%
corpus = text.encode(text.english())
size, orders = len(text.ALPHABET), 10
held = 400_000 if full else 120_000
start = int(rng.integers(0, len(corpus) - held + 1))
held_out = corpus[start : start + held]
pool = np.concatenate([corpus[:start], corpus[start + held :]])


def equal_weights(times, total, types, below):
    """Half of the probability from this order, half from those below."""
    return times / np.maximum(total, 1) / 2 + below / 2


mixings = {
    "Witten–Bell": ngram.witten_bell,
    "absolute discounting": ngram.absolute_discounting,
    "equal weights": equal_weights,
}


def learn(train, test=held_out):
    """Losses of all models, shape (mixings, orders), and below them the number of n-grams that each order stores."""
    found = ngram.occurrences(train, test, orders, size)
    losses = [-ngram.log_probability(found, size, mixing).mean(axis=1) for mixing in mixings.values()]
    return np.array([*losses, np.cumsum(found.distinct)])


sizes = 8000 * 2 ** np.arange(10)
repetitions = 24 if full else 5
drawn = [learning_curve.windows(len(pool), sizes, rng) for _ in range(repetitions)]
again = iter(drawn)
trials = learning_curve.sweep(
    lambda window: learn(pool[window]), lambda: next(again), repetitions
)  # (repetitions, sizes, mixings + 1, orders)


def curve(mean, mixing=slice(0, 3)):
    """Loss of the best model of one mixing, or of all, shape (sizes,). `mean`: (sizes, mixings + 1, orders)."""
    return learning_curve.best(mean[:, mixing].reshape(len(mean), -1))


mean = trials.mean(axis=0)
print("characters  best loss (nats)  best order of each mixing")
for m, row in zip(sizes, mean, strict=True):
    print(f"{m:10d}  {row[:3].min():.3f}             {(row[:3].argmin(axis=-1) + 1).tolist()}")

# %% [markdown]
# ## A straight line
#
# The law is fitted to 16 to 512 thousand characters, without a floor. What it says of eight times as many was not
# used. Two rivals are drawn through the same points: a straight line in $\log m$, the other simple way to continue, and
# the classical rate $m^{-1/2}$ above a floor.


# %%
def classical(m, loss, at):
    """A floor plus a multiple of m^(-1/2), fitted to points, at other m."""
    slope, floor = np.polyfit(m**-0.5, loss, 1)
    return floor + slope * at**-0.5


fitted, beyond = (sizes >= 16_000) & (sizes <= 512_000), sizes > 512_000
best_loss, loss_error = bootstrap(curve, trials, rng)
fit = law.fit(
    "learning-curve-power-law",
    x={"n": sizes[fitted]},
    y=best_loss[fitted],
    free={"amplitude": 6.0, "data_exponent": -0.1},
    given={"floor": 0.0},
)
straight = learning_curve.extrapolate(sizes[fitted], best_loss[fitted], sizes)
rivals = {"logarithm": straight.logarithm, "classical": classical(sizes[fitted], best_loss[fitted], sizes)}

fig, ax = plt.subplots()
ax.plot(sizes, fit(n=sizes), label="law, fitted to the six points in the middle")
ax.plot(sizes, straight.logarithm, "--", color=plot.GREY, label=r"straight line in $\log m$")
plot.points(ax, sizes, best_loss, loss_error, index=1, label="best of thirty models")
ax.axvspan(16_000, 512_000, color=plot.GREY, alpha=0.12, linewidth=0)
ax.set(xscale="log", yscale="log", xlabel="training text $m$ (characters)", ylabel="held-out loss (nats per character)")
ax.set_yticks([1.0, 1.5, 2.0, 2.5], ["1.0", "1.5", "2.0", "2.5"])
ax.minorticks_off()
ax.legend()
plt.show()
law.series(
    "text", x=sizes, y=best_loss, error=loss_error, prediction=fit(n=sizes), label="best of thirty models",
    x_label="training text $m$ (characters)", y_label="held-out loss (nats per character)", x_scale="log",
    y_scale="log", title="Character models of English, fitted to 16 to 512 thousand characters",
)  # fmt: skip

# %%


def slope(trials, sizes):
    """Exponent of the best of all models and its standard error. `trials`: (repetitions, sizes, mixings + 1, orders).

    The error is that of resampled texts, and that of a curve which is not quite straight.
    """
    value, resampled = bootstrap(lambda mean: powerlaw.fit(sizes, curve(mean)).exponent, trials, rng)
    return value, np.hypot(resampled, powerlaw.fit(sizes, curve(trials.mean(axis=0))).exponent_error)


short = slope(trials[..., :3], sizes)  # of models that look back two characters at most
value, error = slope(trials, sizes)
law.check("exponent-of-text", measured=value, error=error, given={"short_contexts": short[0]})
law.check("shallower-than-theory", measured=value, error=error)

# %% [markdown]
# The error of an extrapolation is that of the end point and that of the fit together, so we resample the training texts
# for both at once.


# %%
def miss(mean):
    """Log of measured over extrapolated loss, shape (sizes beyond,)."""
    loss = curve(mean)
    return np.log(loss[beyond] / learning_curve.extrapolate(sizes[fitted], loss[fitted], sizes[beyond]).power_law)


_, miss_error = bootstrap(miss, trials, rng)
law.check(
    "extrapolates",
    measured=best_loss[beyond],
    error=best_loss[beyond] * miss_error,
    given={"n": sizes[beyond]} | {name: said[beyond] for name, said in rivals.items()},
    fit=fit,
)

# %% [markdown]
# ## Three ways to lose the line
#
# **A model of fixed size.** No model may look back more than two characters. It learns what it can hold, then stops.

# %%
law.control("short-contexts-only", measured=short[0], error=short[1], given={"short_contexts": short[0]})

# %% [markdown]
# **No structure.** The same characters, shuffled. All that can be learned is how frequent each character is, and a few
# thousand tell. Beside it the text as it is, at the same sizes.

# %%
mixed = rng.permutation(corpus)
mixed_test, mixed_pool = mixed[:40_000], mixed[40_000:]
chosen = [0, 2, 4, 6, 7]
mixed_sizes = sizes[chosen]
mixed_trials = learning_curve.sweep(
    lambda window: learn(mixed_pool[window], mixed_test),
    lambda: learning_curve.windows(len(mixed_pool), mixed_sizes, rng),
    2,
)
mixed_slope, mixed_error = slope(mixed_trials, mixed_sizes)
ordered_slope, ordered_error = slope(trials[:2, chosen], mixed_sizes)
law.control(
    "shuffled-characters",
    measured=mixed_slope,
    error=mixed_error,
    intact=ordered_slope,
    intact_error=ordered_error,
    given={"short_contexts": short[0]},
)

# %% [markdown]
# **Copies instead of samples.** A text of $m$ characters that is one eighth of the length, eight times over. Beside it
# $m$ fresh characters, as many texts of them.

# %%
eightfold = (sizes >= 500_000) & (sizes <= 1_100_000)
copied = sizes[eightfold]
copies = learning_curve.sweep(
    lambda window: learn(np.tile(pool[window], 8)), lambda: learning_curve.windows(len(pool), copied // 8, rng), 2
)
copied_loss, copied_error = bootstrap(curve, copies, rng)
fresh_loss, fresh_error = bootstrap(curve, trials[: len(copies), eightfold], rng)
law.control(
    "eight-copies",
    measured=copied_loss,
    error=copied_error,
    intact=fresh_loss,
    intact_error=fresh_error,
    given={"n": copied} | {name: said[eightfold] for name, said in rivals.items()},
    fit=fit,
)

# %%
fig, ax = plt.subplots()
ax.plot(sizes, fit(n=sizes), label="law")
plot.points(ax, sizes, best_loss, index=0)
plot.points(ax, sizes, curve(mean[..., :3]), index=1, label="two characters of context")
plot.points(ax, mixed_sizes, curve(mixed_trials.mean(axis=0)), index=2, label="shuffled characters")
plot.points(ax, copied, copied_loss, copied_error, index=3, label="eight copies of an eighth")
ax.set(xscale="log", yscale="log", xlabel="training text $m$ (characters)", ylabel="held-out loss (nats per character)")
ax.set_yticks([1.0, 1.5, 2.0, 3.0], ["1.0", "1.5", "2.0", "3.0"])
ax.minorticks_off()
ax.legend(fontsize="small", loc="lower left")
plt.show()

# %% [markdown]
# ## Better models, parallel lines
#
# Each mixing at its own best order. The curves lie apart and run side by side.

# %%
fig, ax = plt.subplots()
for index, name in enumerate(mixings):
    loss, error = bootstrap(lambda m, i=index: curve(m, [i]), trials, rng)
    ax.plot(sizes, powerlaw.fit(sizes, loss)(sizes), color=plot.COLOURS[index])
    plot.points(ax, sizes, loss, error, index=index, label=name)
    law.series(
        "architectures", x=sizes, y=loss, error=error, law="exponent-is-task-property", label=name,
        x_label="training text $m$ (characters)", y_label="held-out loss (nats per character)", x_scale="log",
        y_scale="log", title="Three ways of mixing orders, each at its best order",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="training text $m$ (characters)", ylabel="held-out loss (nats per character)")
ax.set_yticks([1.0, 1.5, 2.0, 2.5], ["1.0", "1.5", "2.0", "2.5"])
ax.minorticks_off()
ax.legend()
plt.show()


# %%
def exponent(mean, mixing):
    """Exponent of one mixing, each size at its best order, over all sizes."""
    return powerlaw.fit(sizes, curve(mean, [mixing])).exponent


def gap(mixing, orders=slice(None)):
    """Exponent of one mixing minus that of Witten–Bell, and its standard error, on the same training texts."""
    return bootstrap(lambda m: exponent(m[..., orders], mixing) - exponent(m, 0), trials, rng)


discounted = gap(1)
law.check("discounting-is-parallel", measured=discounted[0], error=discounted[1])
fixed = gap(2)
law.check("fixed-weights-are-parallel", measured=fixed[0], error=fixed[1])
bent = gap(1, slice(3))
law.control("short-contexts-bend", measured=bent[0], error=bent[1])

# %% [markdown]
# ### A neural network
#
# N-grams are cousins of each other. A network with one hidden layer of 128 units that sees eight characters is not: it
# learns by gradient steps and stops when the held-out loss is lowest. It reads the first three of the training texts,
# from 8 to 64 thousand characters; beyond, it would be too small.

# %%
readable = np.flatnonzero((sizes >= 8000) & (sizes <= 64_000))
shown = characters.windows(held_out, every=24)
stops = [int(s) for s in np.geomspace(50, 1500, 12)]
network = np.array(
    [
        [
            characters.train(pool[windows[j]], shown, hidden=128, vocabulary=size, log_at=stops, rng=rng).min()
            for j in readable
        ]
        for windows in drawn[:3]
    ]
)  # (texts, sizes)
tables = trials[:3, readable, 0]  # (texts, sizes, orders), Witten–Bell on the same texts
log_m = np.log(sizes[readable])


def network_gap(network, tables):
    """Exponent of the network, (texts, sizes), minus that of Witten–Bell at its best order, (texts, sizes, orders)."""
    losses = network.mean(axis=0), learning_curve.best(tables.mean(axis=0))
    return np.subtract(*(np.polyfit(log_m, np.log(loss), 1)[0] for loss in losses))


law.check(
    "network-is-parallel",
    measured=network_gap(network, tables),
    error=notebook.spread([network_gap(network[[i]], tables[[i]]) for i in range(len(network))]),
)
law.series(
    "architectures", x=sizes[readable], y=network.mean(axis=0), error=notebook.spread(network),
    law="exponent-is-task-property", label="neural network", x_label="training text $m$ (characters)",
    y_label="held-out loss (nats per character)", x_scale="log", y_scale="log",
)  # fmt: skip

# %% [markdown]
# ### Not on digits
#
# 1797 small images. A linear classifier and a Gaussian kernel, both least squares on the ten classes with the ridge
# that is best for each size.

# %%
images, digit = digits.load(centred=True)
count = len(images)
square = np.sum(images**2, axis=1)
distance = np.maximum(square[:, None] + square - 2 * images @ images.T, 0)
grams = {"linear": images @ images.T + 1, "Gaussian kernel": np.exp(-2 * distance / np.median(distance))}
code = np.where(digit[:, None] == np.arange(digits.CLASSES), 1.0, -1 / 9)
ridges = 10.0 ** np.arange(-6, 3)


def errors(train, test):
    """Share of mistakes of both classifiers at every ridge, shape (2, ridges)."""
    rows = []
    for gram in grams.values():
        values, modes = np.linalg.eigh(gram[np.ix_(train, train)])
        scores = gram[np.ix_(test, train)] @ modes  # (test, modes)
        target = modes.T @ code[train]  # (modes, 10)
        guesses = [(scores @ (target / (np.maximum(values, 0) + r)[:, None])).argmax(axis=1) for r in ridges]
        rows.append([np.mean(guess != digit[test]) for guess in guesses])
    return np.array(rows)


image_sizes = 40 * 2 ** np.arange(5)
splits = []
for _ in range(48 if full else 12):
    order = rng.permutation(count)
    test, rest = order[:500], order[500:]
    subsets = learning_curve.nested(len(rest), image_sizes, rng)
    splits.append([errors(rest[subset], test) for subset in subsets])
splits = np.array(splits)  # (splits, sizes, 2, ridges)


def image_exponent(mean, which):
    """Exponent of one classifier. `mean`: (sizes, 2, ridges)."""
    return powerlaw.fit(image_sizes, learning_curve.best(mean[:, which])).exponent


apart = bootstrap(lambda m: image_exponent(m, 0) - image_exponent(m, 1), splits, rng)
law.check("parallel-on-digits", measured=apart[0], error=apart[1])

# %%
fig, ax = plt.subplots()
for index, name in enumerate(grams):
    share, error = bootstrap(lambda m, i=index: learning_curve.best(m[:, i]), splits, rng)
    ax.plot(image_sizes, powerlaw.fit(image_sizes, share)(image_sizes), color=plot.COLOURS[index])
    plot.points(ax, image_sizes, share, error, index=index, label=name)
ax.set(xscale="log", yscale="log", xlabel="training images $m$", ylabel="share of mistakes (no unit)")
ax.set_xticks(image_sizes, image_sizes)
ax.minorticks_off()
ax.legend()
plt.show()

# %% [markdown]
# ## How large a model suffices
#
# The smallest order within two per cent of the best, and the number of n-grams of all orders that it stores.


# %%
def growth(mean, mixing):
    """Fit of the size of the smallest sufficient model of one mixing against the size of the text."""
    chosen = learning_curve.smallest_sufficient(mean[:, mixing])
    return powerlaw.fit(sizes, mean[np.arange(len(sizes)), 3, chosen])


def size_exponent(mixing):
    """Exponent and standard error: of the resampled texts, and of a whole number of characters as capacity."""
    value, resampled = bootstrap(lambda m: growth(m, mixing).exponent, trials, rng)
    return value, np.hypot(resampled, growth(mean, mixing).exponent_error)


slower = size_exponent(0)
law.check("slower-than-the-data", measured=slower[0], error=slower[1])
even = size_exponent(2)
law.check("slower-with-fixed-weights", measured=even[0], error=even[1])

# %%
fig, ax = plt.subplots()
ax.plot(sizes, growth(mean, 0)(sizes), label="fitted power")
chosen = learning_curve.smallest_sufficient(mean[:, 0])
plot.points(ax, sizes, mean[np.arange(len(sizes)), 3, chosen], index=0, label="Witten–Bell, within 2 % of the best")
ax.plot(sizes, sizes, "--", color=plot.GREY, label="as many as characters")
ax.set(xscale="log", yscale="log", xlabel="training text $m$ (characters)", ylabel="n-grams stored")
ax.legend()
plt.show()
law.series(
    "stored", x=sizes, y=mean[np.arange(len(sizes)), 3, chosen], law="sublinear-model-growth",
    label="Witten–Bell, within 2 % of the best", x_label="training text $m$ (characters)", y_label="n-grams stored",
    x_scale="log", y_scale="log", title="The smallest model that suffices",
)  # fmt: skip

# %% [markdown]
# ## The two ends
#
# **Hardly any data.** One image, and the nearest neighbour calls everything by its name.

# %%
shown = rng.choice(count, 400, replace=False)
mistaken = np.array([np.mean(digit[rng.choice(count, 500, replace=False)] != digit[i]) for i in shown])
law.check(
    "one-image-is-a-guess",
    measured=mistaken.mean(),
    error=notebook.spread(mistaken),
    given={"classes": digits.CLASSES},
)

# %% [markdown]
# Does the error stay near the guess for a while, as in the sketch of three regions? Not here: five images tell the
# nearest neighbour a good deal, and ten more.

# %%
few = [5, 10]
early = []
for _ in range(40):
    order = rng.permutation(count)
    nearest = [order[distance[order[-500:]][:, order[:m]].argmin(axis=1)] for m in few]
    early.append([np.mean(digit[found] != digit[order[-500:]]) for found in nearest])
early = np.array(early)  # (draws, sizes)
law.check(
    "few-images-are-a-guess",
    measured=early.mean(axis=0),
    error=notebook.spread(early),
    given={"classes": digits.CLASSES},
)

# %% [markdown]
# **No more to learn.** In shuffled text nothing can beat the entropy of the shares of the characters, which we know.
# That is so in the mean: the held-out characters are by chance a little rarer or more frequent than their shares say.
# What this makes of the loss is the same for every model that has learned the shares, and is taken off.

# %%
shares = np.bincount(corpus, minlength=size) / len(corpus)
entropy = -np.sum(shares * np.log(shares))
luck = np.mean(-np.log(shares[mixed_test[orders - 1 :]])) - entropy  # models predict all but the first nine
floor_loss, floor_error = bootstrap(curve, mixed_trials[:, -2:], rng)
law.check(
    "entropy-is-the-floor",
    measured=floor_loss - luck,
    error=floor_error,
    given={"floor": entropy, "letters": size},
)

# %% [markdown]
# Control: a model that is not the best for its data. Nine characters of context, mixed with equal weights whatever the
# counts: it believes chance sequences, and stays far above the floor.

# %%
credulous = mixed_trials[:, -2:, 2, -1]
law.control(
    "believes-in-chance",
    measured=credulous.mean(axis=0) - luck,
    error=notebook.spread(credulous),
    given={"floor": entropy, "letters": size},
)

# %% [markdown]
# ## What to try next
#
# * Fit a floor too (`free={"floor": 0.3, ...}`). How well does the data determine it, and what happens to the exponent?
# * Mix with weights other than one half. Does the curve stay parallel as it gets worse?
# * Train on two copies, then four. How many characters is a copy worth?
# * Take another text of your own, in another language. Is its exponent another one?
