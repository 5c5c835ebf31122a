# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # The test error peaks where the model first fits everything, and falls again
#
# A textbook says: a larger model fits the training data better, and from some size on the test error goes up. Belkin,
# Hsu, Ma and Mandal (2019) went on past the size at which the training data are fitted exactly. There the test error
# peaks, and beyond it falls a second time, often lower than before. They called this *double descent*.
#
# Here least squares on random features of handwritten digits is taken through the peak, and the fall beyond it is
# held against a formula. The predictions stand in [the law page](../laws/belkin2019.md).

# %%
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits

law = notebook.open("belkin2019")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Set-up
#
# A model has $N$ features $\sqrt{2/N}\,\cos(2\,w\cdot x+b)$ of an image $x$ of length one. They are drawn at random and
# stay: $w$ is normal, $b$ is uniform. Only the weights of the 10 outputs are fitted, by least squares. Where many
# weights fit the training data exactly, those of the smallest norm are taken. Half of the runs have 10 % wrong labels.
#
# The sizes $N$ near $n$, the number of training images, are 6 % apart. In each replica the whole row of sizes is moved
# by a random part of a step, so that no size sits on $n$ by design.

# %%
raw, labels = digits.load()
images = raw / np.linalg.norm(raw, axis=1, keepdims=True)
targets = np.eye(10)[labels] - 0.1
samples = np.array([60, 120, 240, 480, 960] if full else [60, 120, 240])
wrong_share = (0.0, 0.1)
replicas, held_out = (16, 800) if full else (10, 600)
step, near = 0.06, np.arange(-5, 6)
below, beyond = np.array([0.1, 0.2, 0.35, 0.5, 0.62]), np.array([1.5, 2.0, 3.0, 5.0, 8.0])
penalty = 0.1


def first(waves, count):
    """The first `count` features, (images, count), such that their products average to the kernel."""
    return np.sqrt(2 / count) * waves[:, :count]


def kernel(x, z):
    """What inner products of the features average to, shape (len(x), len(z)), for images of length one."""
    return np.exp(4 * (x @ z.T - 1))


def least_squares(phi):
    """A function that fits targets, (n, outputs), with the features phi, (n, N): weights of smallest norm, or ridge."""
    n, count = phi.shape
    if count >= 1.5 * n:  # far from the peak the Gram matrix is well conditioned, and faster
        gram = phi @ phi.T
        return lambda y, ridge=0.0: phi.T @ np.linalg.solve(gram + ridge * np.eye(n), y)
    u, s, vt = np.linalg.svd(phi, full_matrices=False)
    u, s, vt = u[:, s > 1e-9 * s[0]], s[s > 1e-9 * s[0]], vt[s > 1e-9 * s[0]]
    return lambda y, ridge=0.0: vt.T @ ((s / (s**2 + ridge))[:, None] * (u.T @ y))


def error(outputs, wanted):
    """Mean square of the error over that of the wanted outputs: 1 for a model that answers 0."""
    return np.mean((outputs - wanted) ** 2) / np.mean(wanted**2)


# %% [markdown]
# ## Through the peak
#
# Four fits see the same images, labels and features: the one of smallest norm; ridge regression; one that gradient
# descent would find from random weights; and the fit of another target, one that a tenth of $n$ features can express.

# %%
PLAIN, RIDGE, REACH = range(3)
peak = np.empty((3, len(samples), len(wrong_share), replicas))  # size of the largest test error
curve = np.empty((3, len(samples), len(wrong_share), replicas, len(below) + len(near) + len(beyond)))
gain = np.empty((2, len(samples), len(wrong_share), replicas))  # at 8n over the best below n; 1: from random weights
norm, excess = (np.empty((len(samples), len(wrong_share), replicas, len(beyond))) for _ in range(2))
norm_of_copies, excess_of_copies = np.empty_like(norm), np.empty_like(excess)

for i, n in enumerate(samples):
    for j, share in enumerate(wrong_share):
        for replica in range(replicas):
            rows = rng.permutation(len(labels))
            x, x_test, wanted = images[rows[:n]], images[rows[-held_out:]], targets[rows[-held_out:]]
            y = targets[rows[:n]]
            spoilt = round(share * n)
            y[:spoilt] = np.eye(10)[(labels[rows[:spoilt]] + rng.integers(1, 10, size=spoilt)) % 10] - 0.1

            shift = rng.uniform(-0.5, 0.5)
            sizes = np.round(n * np.concatenate([below, np.exp(step * (near + shift)), beyond])).astype(int)
            w, b = rng.standard_normal((64, sizes[-1])), rng.uniform(0, 2 * np.pi, sizes[-1])
            simple, start = rng.standard_normal((sizes[0], 10)), rng.standard_normal((sizes[-1], 10))
            waves, waves_test = np.cos(2 * x @ w + b), np.cos(2 * x_test @ w + b)
            y_simple, wanted_simple = (first(z, sizes[0]) @ simple for z in (waves, waves_test))

            gram, cross = kernel(x, x), kernel(x_test, x)
            dual = np.linalg.solve(gram, np.column_stack([y, cross.T]))
            norm_limit = np.sum(y * dual[:, :10])
            error_limit = error(cross @ dual[:, :10], wanted)
            unseen = np.mean(1 - np.sum(cross * dual[:, 10:].T, axis=1))
            unit = unseen * norm_limit / np.sum(wanted**2) * held_out

            found = curve[:, i, j, replica]
            for k, size in enumerate(sizes):
                phi, phi_test = first(waves, size), first(waves_test, size)
                fit = least_squares(phi)
                found[PLAIN, k] = error(phi_test @ fit(y), wanted)
                found[RIDGE, k] = error(phi_test @ fit(y, penalty), wanted)
                found[REACH, k] = error(phi_test @ fit(y_simple), wanted_simple)
                m = k - len(sizes) + len(beyond)
                if m >= 0:
                    norm[i, j, replica, m] = np.sum(fit(y) ** 2) / norm_limit
                    excess[i, j, replica, m] = (found[PLAIN, k] - error_limit) / unit
                if m >= 2:
                    twice, twice_test = (np.tile(first(z, size // 2), 2) / np.sqrt(2) for z in (waves, waves_test))
                    copies = least_squares(twice)(y)
                    norm_of_copies[i, j, replica, m] = np.sum(copies**2) / norm_limit
                    excess_of_copies[i, j, replica, m] = (error(twice_test @ copies, wanted) - error_limit) / unit
            peak[:, i, j, replica] = sizes[np.argmax(found, axis=1)]
            best = found[PLAIN, sizes < n].min()
            from_start = phi_test @ (start + fit(y - phi @ start))
            gain[:, i, j, replica] = found[PLAIN, -1] / best, error(from_start, wanted) / best

ratios = np.concatenate([below, np.exp(step * near), beyond])
fig, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True)
for j, (ax, share) in enumerate(zip(axes, wrong_share, strict=True)):
    for k, label in ((PLAIN, "smallest norm"), (RIDGE, "ridge")):
        values = np.log(curve[k, -1, j])
        middle = np.exp(values.mean(axis=0))
        ax.plot(ratios, middle, color=plot.COLOURS[k], linewidth=1)
        plot.points(ax, ratios, middle, middle * notebook.spread(values), index=k, label=label)
    ax.axvline(1, color="grey", linewidth=0.8, linestyle=":")
    ax.set(xscale="log", yscale="log", xlabel="features over samples, $N/n$", title=f"{share:.0%} wrong labels")
axes[0].set_ylabel(f"test error of {samples[-1]} samples (1: answer 0)")
axes[0].legend()
plt.show()

# %% [markdown]
# ## Where is the peak?

# %%
place = peak.mean(axis=-1)  # (kinds, samples, shares)
n_of = np.repeat(samples, len(wrong_share))


def flat(values):
    """Mean and standard error over the replicas, a point for each n and share of wrong labels."""
    table = values.reshape(-1, replicas)
    return table.mean(axis=1), notebook.spread(table, axis=1)


middle, spread = flat(peak[PLAIN])
at = {"n": n_of, "classes": 10}
law.series(
    "place-of-the-peak",
    x=samples,
    y=place[PLAIN].mean(axis=1),
    error=notebook.spread(peak[PLAIN].reshape(len(samples), -1), axis=1),
    prediction=law.formula("peak-at-interpolation")(n=samples),
    x_label="training samples $n$",
    y_label="features at the largest test error",
    x_scale="log",
    y_scale="log",
    title="The test error peaks where there are as many features as samples",
)
law.check("peak-follows-n", measured=middle, error=spread, given=at)

# %% [markdown]
# **Controls.** With a small ridge the peak is gone, and the largest error is that of the smallest models. And with a
# target that few features express, and no wrong labels, nothing is amplified at $N=n$.

# %%
for name, kind in (("ridge", RIDGE), ("target-within-reach", REACH)):
    middle, spread = flat(peak[kind])
    law.control(name, measured=middle, error=spread, given=at)
    print(name, (middle / n_of).round(2))
worse = np.exp(np.log(curve[RIDGE] / curve[PLAIN]).mean(axis=2))  # (samples, shares, sizes)
print("error with the ridge over that without, where the ridge does worst:", worse.max(axis=-1).round(2).ravel())
print("and at 8n:", worse[..., -1].round(2).ravel())

# %% [markdown]
# ## Is the second descent lower than the first?
#
# The test error at $N=8n$ over the lowest at any size below $n$. That size is chosen by the test error, which favours
# the small models.

# %%
middle, spread = flat(gain[0])
print(f"smallest norm: {middle.round(2)}")
law.check("second-descent", measured=middle, error=spread)

# %% [markdown]
# **Control.** It has to be the solution of smallest norm. Gradient descent from random weights ends at another one,
# which fits the training data as exactly.

# %%
middle, spread = flat(gain[1])
print(f"from random weights: {middle.round(2)}")
law.control("random-start", measured=middle, error=spread)

# %% [markdown]
# ## Why it falls: the norm
#
# The authors' reason: with more features to choose from, the data can be fitted by a smaller norm. How much smaller?
# If the features were Gaussian, the norm and the price of having only $N$ of them would be known exactly. In both the
# limit $N\to\infty$ is computed from the kernel, so that nothing is fitted.


# %%
def pooled(values, first):
    """Mean and standard error over replicas and shares, points for n from 120 on and N from beyond[first] n on."""
    table = values[1:, ..., first:].reshape(len(samples) - 1, -1, len(beyond) - first)
    return table.mean(axis=1).ravel(), np.ravel(notebook.spread(table, axis=1))


def where(first):
    """The sizes of these points."""
    sizes = np.outer(samples[1:], beyond[first:]).round()
    return {"features": sizes.ravel(), "n": np.repeat(samples[1:], sizes.shape[1])}


for name, values in (("norm-falls", norm), ("descent-curve", excess)):
    middle, spread = pooled(values, 1)
    law.check(name, measured=middle, error=spread, given=where(1))

# %% [markdown]
# **Controls.** The price counts features that are independent. Let each be there twice, and half of them are worth
# nothing.

# %%
for name, values in (("norm-of-copies", norm_of_copies), ("curve-of-copies", excess_of_copies)):
    middle, spread = pooled(values, 2)
    law.control(name, measured=middle, error=spread, given=where(2))

n = samples[-1]
table = excess[-1].reshape(-1, len(beyond)) * n
law.series(
    "descent-curve",
    x=beyond,
    y=table.mean(axis=0),
    error=notebook.spread(table),
    prediction=n * law.formula("descent-curve")(features=np.round(beyond * n), n=n, unseen=1.0, norm_limit=1.0),
    law="descent-curve",
    x_label="features over samples, $N/n$",
    y_label=r"excess test error over $v\,\|f_\infty\|^2/n$",
    x_scale="log",
    y_scale="log",
    title="Beyond the peak the test error falls to that of infinitely many features",
)

# %% [markdown]
# ## The whole curve, for uncorrelated inputs
#
# For Gaussian inputs that are uncorrelated the risk is known on both sides of the peak. It has the same price,
# $1/(|N-n|-1)$. Now $N$ is fixed, and the number of samples grows: there are sizes at which more data hurt.
#
# To see what of it survives on real inputs, 40 principal components of the digits are scaled to variance one; the
# target is a random linear function of them, with noise.

# %%
inputs, sigma = 40, 0.5
centred = raw - raw.mean(axis=0)
u, s, _ = np.linalg.svd(centred, full_matrices=False)
white = np.sqrt(len(raw)) * u[:, :inputs]
coloured = white * s[:inputs] / np.sqrt(np.mean(s[:inputs] ** 2))
draws = 1500


def risks(n, population=None, *, draws=draws, ridge=0.0, random_start=False):
    """Excess risk of each draw, on inputs that were not drawn; Gaussian inputs without a population."""
    if population is None:
        x = rng.standard_normal((draws, n, inputs))
    else:
        x = population[np.argsort(rng.random((draws, len(population))), axis=1)[:, :n]]
    truth = rng.standard_normal((draws, inputs, 1))
    truth /= np.linalg.norm(truth, axis=1, keepdims=True)
    y = x @ truth + sigma * rng.standard_normal((draws, n, 1))
    begin = rng.standard_normal((draws, inputs, 1)) / np.sqrt(inputs) if random_start else 0 * truth
    xt = x.transpose(0, 2, 1)
    if n < inputs:
        weights = begin + xt @ np.linalg.solve(x @ xt + ridge * np.eye(n), y - x @ begin)
    else:
        weights = np.linalg.solve(xt @ x + ridge * np.eye(inputs), xt @ y)
    off = weights - truth
    if population is None:
        return np.sum(off**2, axis=(1, 2))
    everywhere = np.sum((population @ off) ** 2, axis=(1, 2))
    return (everywhere - np.sum((x @ off) ** 2, axis=(1, 2))) / (len(population) - n)


def mean(values):
    """Means over the draws of each size, and their standard errors."""
    return np.mean(values, axis=1), notebook.spread(values, axis=1)


shown = np.array([10, 20, 28, 32, 48, 52, 60, 80, 160])
pixels = {int(n): risks(n, white) for n in shown}
middle, spread = mean(list(pixels.values()))
known = {"features": inputs, "noise": sigma, "signal": 1.0}
law.series(
    "risk-over-samples",
    x=shown,
    y=middle,
    error=spread,
    prediction=law.formula("ridgeless-risk")(n=shown, **known),
    law="ridgeless-risk",
    x_label="training samples $n$",
    y_label="excess risk",
    x_scale="log",
    y_scale="log",
    title="With 40 features the risk is largest near 40 samples",
)
fig, ax = plt.subplots()
fine = np.concatenate([np.arange(8, 39), np.arange(42, 170)])
for side in (fine < inputs, fine > inputs):
    ax.plot(fine[side], law.formula("ridgeless-risk")(n=fine[side], **known), color=plot.COLOURS[0])
plot.points(ax, shown, middle, spread, index=0, label="principal components of digits")
ax.set(xscale="log", yscale="log", xlabel="training samples $n$", ylabel="excess risk")
ax.legend()
plt.show()

# %%
gaussian = np.array([20, 30, 50, 80])
middle, spread = mean([risks(n, draws=4 * draws) for n in gaussian])
law.check("gaussian-inputs", measured=middle, error=spread, given={"n": gaussian, **known})

few = np.array([10, 20, 60, 80, 160])
middle, spread = mean([pixels[int(n)] for n in few])
law.check("pixel-inputs", measured=middle, error=spread, given={"n": few, **known})

hurt = pixels[48].mean() / pixels[20].mean()
law.check(
    "more-samples-hurt",
    measured=hurt,
    error=notebook.bootstrap(lambda many, less: many.mean() / less.mean(), pixels[48], pixels[20]),
)

# %% [markdown]
# **Controls.** The right ridge lies far below the formula near the peak, and with it more samples do not hurt.
# Correlated inputs let a few samples learn more. Another solution than that of smallest norm pays for what it started
# with.

# %%
tuned = inputs * sigma**2
middle, spread = mean([risks(n, draws=4 * draws, ridge=tuned) for n in (30, 50)])
kept, kept_spread = mean([risks(n, draws=4 * draws) for n in (30, 50)])
law.control(
    "ridge-on-gaussian",
    measured=middle,
    error=spread,
    intact=kept,
    intact_error=kept_spread,
    given={"n": np.array([30, 50]), **known},
)
regular = [risks(n, white, ridge=tuned) for n in (20, 48)]
law.control(
    "more-samples-with-ridge",
    measured=regular[1].mean() / regular[0].mean(),
    error=notebook.bootstrap(lambda many, less: many.mean() / less.mean(), regular[1], regular[0]),
)
middle, spread = mean([risks(10, coloured)])
law.control(
    "correlated-inputs",
    measured=middle,
    error=spread,
    intact=np.array([pixels[10].mean()]),
    intact_error=np.array([notebook.spread(pixels[10])]),
    given={"n": np.array([10]), **known},
)
middle, spread = mean([risks(n, white, random_start=True) for n in (10, 20)])
kept, kept_spread = mean([pixels[10], pixels[20]])
law.control(
    "random-start-on-pixels",
    measured=middle,
    error=spread,
    intact=kept,
    intact_error=kept_spread,
    given={"n": np.array([10, 20]), **known},
)

# %% [markdown]
# ## What to try next
#
# * Take ReLU features. Is the second descent still the lower one, by squared error and by wrong answers?
# * Train both layers of a network with $m$ hidden units and 10 outputs. Is there a peak, at which number of weights?
# * Choose the ridge by cross-validation at each size. Is a larger model then ever worse?
