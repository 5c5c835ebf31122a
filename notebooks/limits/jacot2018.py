# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A very wide network trains as a linear model, with a kernel that stays
#
# Jacot, Gabriel and Hongler (2018) looked at what a network computes instead of at its weights. A step of gradient
# descent changes the output on one image by as much as a *tangent kernel* says: a table of how alike the network finds
# each pair of images. For a narrow network this table changes while it trains. Make the network wider and wider, in
# their parametrization, and the table stays as it was at the start. Then training is a linear equation.
#
# Here networks of five widths learn handwritten digits. How fast does the change of the kernel fade with width, and
# what goes with it? The predictions stand in [the law page](../laws/jacot2018.md).

# %%
from dataclasses import dataclass, replace

import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits

law = notebook.open("jacot2018")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Set-up
#
# One hidden layer, $f(x)=m^{-1/2}\,v\cdot\phi(Wx)$, of width $m$; all weights are drawn from the standard normal
# distribution. The factor $m^{-1/2}$ stands in front of the sum, not in the weights: this is the parametrization of the
# paper. The units are sines, which are smooth and whose limiting kernel is a short formula. ReLU units of the same
# weights have a kernel of the same size, and come in a control.
#
# A set has 50 training images of unit length, even ($+1$) against odd ($-1$), and 100 test images. Squared loss,
# full-batch gradient descent, 50 steps of size one over the largest eigenvalue of the limiting kernel. Each unit is
# there twice, once with $v$ and once with $-v$, so that all outputs are 0 at the start. Fluctuations are largest in
# narrow networks, so there we take the mean of several.

# %%
images, labels = digits.load()
images = (images / np.linalg.norm(images, axis=1, keepdims=True)).astype(np.float32)
parity = np.where(labels % 2 == 0, 1, -1).astype(np.float32)
samples, tests, steps = 50, 100, 50
widths = np.array([256, 512, 1024, 2048, 4096, 8192, 16384] if full else [256, 512, 1024, 2048, 4096])
sets = 20 if full else 6
limiting = law.formula("limiting-kernel")
ACTIVATIONS = {
    "sine": (np.sin, np.cos),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(np.float32)),
}


def cosines(a, b):
    """Inner products of images of unit length, shape (len(a), len(b))."""
    return np.clip(a.astype(float) @ b.T, -1, 1)


@dataclass(frozen=True)
class Network:
    """One hidden layer: weights of shape (m, 64) and (m,).

    With a `base` width the factor in front of the sum is √base / m in the place of 1 / √m, and gradient descent takes
    steps m / base times as large: the same at the base width, and the mean-field parametrization at all others.
    """

    first: np.ndarray
    last: np.ndarray
    activation: str = "sine"
    base: int | None = None

    @property
    def scale(self):
        """The factor in front of the sum over the units."""
        m = len(self.last)
        return np.float32(m**-0.5 if self.base is None else self.base**0.5 / m)

    def output(self, x):
        """What the network says of images, shape (len(x),)."""
        return self.scale * (ACTIVATIONS[self.activation][0](x @ self.first.T) @ self.last)

    def kernel(self, a, b):
        """The tangent kernel, in the parametrization of the paper, shape (len(a), len(b))."""
        phi, slope = ACTIVATIONS[self.activation]
        z_a, z_b = a @ self.first.T, b @ self.first.T
        back_a, back_b = slope(z_a) * self.last, slope(z_b) * self.last
        return (phi(z_a) @ phi(z_b).T + back_a @ back_b.T * (a @ b.T)).astype(float) / len(self.last)

    def trained(self, x, y, rate, steps):
        """The network after gradient descent on half of the mean squared error."""
        phi, slope = ACTIVATIONS[self.activation]
        scale = self.scale
        step = np.float32(rate * scale / len(y) * (1 if self.base is None else len(self.last) / self.base))
        first, last = self.first.copy(), self.last.copy()
        for _ in range(steps):
            z = x @ first.T
            hidden = phi(z)
            pull = step * (scale * (hidden @ last) - y)
            first -= (pull[:, np.newaxis] * slope(z) * last).T @ x
            last -= pull @ hidden
        return replace(self, first=first, last=last)


def drawn(m):
    """A network of m / 2 random units, each there twice with opposite outputs."""
    first, last = rng.standard_normal((m // 2, 64), np.float32), rng.standard_normal(m // 2, np.float32)
    return Network(np.vstack([first, first]), np.concatenate([last, -last]))


def linear(kernel, across, y, rate, count):
    """The same steps for outputs that follow a fixed kernel from 0: on the test images, shape (tests,)."""
    outputs, elsewhere = np.zeros(len(y)), np.zeros(len(across))
    for _ in range(count):
        pull = rate / len(y) * (outputs - y)
        outputs, elsewhere = outputs - kernel @ pull, elsewhere - across @ pull
    return elsewhere


def size(values):
    """Root mean square, or the Frobenius norm up to a factor."""
    return np.sqrt(np.mean(np.square(values, dtype=float)))


# %% [markdown]
# ## Training at five widths
#
# Of each run we keep how far the kernel, the sums of single units and the outputs moved, and how far the outputs on
# test images are from two linear models: the network linearised at its own start, and the network of infinite width,
# of which we need no weights but only the closed form of the kernel.
#
# Beside the plain run, `mean-field` puts $1/m$ for $m^{-1/2}$ and takes larger steps to make up for it; `relu` has ReLU
# units; `large steps` are 2.5 times as large. Each has the same weights, images and number of steps as the plain run.

# %%
WHAT = ("kernel", "units", "outputs", "linearised", "infinite width")
RUNS = {"plain": {}, "mean-field": {"base": widths[0]}, "relu": {"activation": "relu"}, "large steps": {}}
ALTERNATE = ("relu", "large steps")  # at every other width
moved = {name: np.zeros((sets, len(widths), len(WHAT))) for name in RUNS}
learned = []
for k in range(sets):
    rows = rng.permutation(len(labels))[: samples + tests]
    x, elsewhere, y = images[rows[:samples]], images[rows[samples:]], parity[rows[:samples]]
    ideal, ideal_across = limiting(cosine=cosines(x, x)), limiting(cosine=cosines(elsewhere, x))
    rate = samples / np.linalg.eigvalsh(ideal)[-1]
    for i, m in enumerate(widths):
        for _ in range(copies := max(1, 1024 // m)):
            plain = drawn(m)
            for name, how in RUNS.items():
                if name in ALTERNATE and i % 2:
                    continue
                network = replace(plain, **how)
                pace = 2.5 * rate if name == "large steps" else rate
                start, start_across = network.kernel(x, x), network.kernel(elsewhere, x)
                trained = network.trained(x, y, pace, steps)
                says = trained.output(elsewhere)
                values = (
                    size(trained.kernel(x, x) - start) / size(start),
                    size(x @ (trained.first - network.first).T),
                    size(says),
                    size(says - linear(start, start_across, y, pace, steps)),
                    size(says - linear(ideal, ideal_across, y, pace, steps)),
                )
                moved[name][k, i] += np.log(values) / copies
                if name == "plain":
                    learned.append(np.mean((trained.output(x) - y) ** 2))
print(f"training error from 1 to {np.mean(learned):.2f}")


def exponents(name, what, every=1):
    """Slope of the log over the log of the width, from every width or every other one, shape (sets,)."""
    values = moved[name][:, ::every, WHAT.index(what)]
    return np.polyfit(np.log(widths[::every]), values.T, 1)[0]


for name in RUNS:
    found = {what: exponents(name, what, 2 if name in ALTERNATE else 1) for what in WHAT}
    print(f"{name:12}", ", ".join(f"{w} {s.mean():.3f} ± {notebook.spread(s):.3f}" for w, s in found.items()))

# %% [markdown]
# ## The kernel stays
#
# The wider the network, the less training changes its kernel.

# %%
fig, ax = plt.subplots()
for j, (name, label) in enumerate((("plain", "as in the paper"), ("mean-field", "mean-field"))):
    logs = moved[name][:, :, 0]
    middle, error = np.exp(logs.mean(axis=0)), np.exp(logs.mean(axis=0)) * notebook.spread(logs)
    predicted = None
    if name == "plain":
        at = {"width": widths, "base_width": widths[-1], "base_change": middle[-1]}
        predicted = law.formula("frozen-kernel")(**at, rate=law.predict("kernel-change-rate"))
        ax.plot(widths, predicted, color=plot.COLOURS[j])
    plot.points(ax, widths, middle, error, index=j, label=label)
    law.series(
        "kernel-change",
        x=widths,
        y=middle,
        error=error,
        prediction=predicted,
        law="frozen-kernel",
        label=label,
        x_label="hidden width $m$ (neurons)",
        y_label="share of the kernel that training changes",
        x_scale="log",
        y_scale="log",
        title="The tangent kernel of a wide network stays, unless the parametrization lets it move",
    )
ax.set(xscale="log", yscale="log", xlabel="hidden width $m$ (neurons)", ylabel="relative change of the kernel")
ax.set_xticks(widths, widths)
ax.minorticks_off()
ax.legend()
plt.show()

# %%
change = exponents("plain", "kernel")
law.check("kernel-change-rate", measured=change.mean(), error=notebook.spread(change))

# %% [markdown]
# **Controls.** It is not width that freezes the kernel but the factor $m^{-1/2}$. With $1/m$ and steps that make up for
# it, the network learns as well, and its kernel moves as much at any width. And with steps beyond the edge of
# stability the loss climbs until the kernel gives way, however wide the network.

# %%
free = exponents("mean-field", "kernel")
law.control("mean-field-kernel", measured=free.mean(), error=notebook.spread(free))
large, same = exponents("large steps", "kernel", 2), exponents("plain", "kernel", 2)
law.control(
    "steps-too-large",
    measured=large.mean(),
    error=notebook.spread(large),
    intact=same.mean(),
    intact_error=notebook.spread(same),
)

# %% [markdown]
# ## The network stays close to a linear model
#
# What the network says about test images, against its own linearisation and against the network of infinite width. The
# first distance comes from the change of the kernel alone. The second is larger: it has in it that the
# kernel of a finite network is random.

# %%
fig, ax = plt.subplots()
for j, what in enumerate(("linearised", "infinite width")):
    logs = moved["plain"][:, :, WHAT.index(what)]
    middle = np.exp(logs.mean(axis=0))
    ax.plot(widths, middle, color=plot.COLOURS[j], linewidth=1)
    plot.points(ax, widths, middle, middle * notebook.spread(logs), index=j, label=f"distance to the {what} network")
ax.set(xscale="log", yscale="log", xlabel="hidden width $m$ (neurons)", ylabel="distance (label)")
ax.set_xticks(widths, widths)
ax.minorticks_off()
ax.legend()
plt.show()

own, ideal_distance = exponents("plain", "linearised"), exponents("plain", "infinite width")
law.check("linearisation-error-rate", measured=own.mean(), error=notebook.spread(own))
law.check("distance-to-infinite-width", measured=ideal_distance.mean(), error=notebook.spread(ideal_distance))

# %% [markdown]
# **Controls.** In the mean-field parametrization the distance stays. With ReLU units it falls more slowly:
# a unit that crosses its kink changes its slope at once.

# %%
free = exponents("mean-field", "linearised")
law.control("mean-field-linearised", measured=free.mean(), error=notebook.spread(free))
kinked, smooth = exponents("relu", "linearised", 2), exponents("plain", "linearised", 2)
law.control(
    "relu-kinks",
    measured=kinked.mean(),
    error=notebook.spread(kinked),
    intact=smooth.mean(),
    intact_error=notebook.spread(smooth),
)

# %% [markdown]
# ## Single units hardly move, and together they learn
#
# Each unit's weighted sum moves by less in a wider network, but the output moves by as much.

# %%
units, outputs = exponents("plain", "units"), exponents("plain", "outputs")
law.check("units-move-less", measured=units.mean(), error=notebook.spread(units))
law.check("outputs-move-as-much", measured=outputs.mean(), error=notebook.spread(outputs))
free = exponents("mean-field", "units")
law.control("mean-field-units", measured=free.mean(), error=notebook.spread(free))

# %% [markdown]
# ## One component of the error decays at its own rate
#
# A kernel that stays makes a definite prediction without any network: the part of the error along each
# eigenvector of the limiting kernel decays as $e^{-\lambda\tau}$. As in Section 6.3 of the paper the target is the
# *second* eigenvector. The step size is such that the prediction for one step is a factor of $e^{-0.1}$. Beside the
# networks of the paper, mean-field networks: both are the same at width 32, and wide here.

# %%
STEP = 0.1  # decay of the second component in a step
left_at = np.array([0.5, 1.0, 1.5])
trials, wide = (100, 16384) if full else (36, 2048)
left = {name: np.zeros((trials, len(left_at))) for name in ("paper", "mean-field")}
others = np.zeros((trials, 3))
for k in range(trials):
    x = images[rng.permutation(len(labels))[:samples]]
    spectrum, vectors = np.linalg.eigh(limiting(cosine=cosines(x, x)))
    others[k] = spectrum[-1] / spectrum[-2], spectrum[-3] / spectrum[-2], spectrum.mean() / spectrum[-2]
    mode = (vectors[:, -2] * np.sqrt(samples)).astype(np.float32)
    rate = (1 - np.exp(-STEP)) * samples / spectrum[-2]
    plain = drawn(wide)
    for name, network in (("paper", plain), ("mean-field", replace(plain, base=32))):
        before = 0
        for j, now in enumerate(np.round(left_at / STEP).astype(int)):
            network, before = network.trained(x, mode, rate, now - before), now
            left[name][k, j] = np.mean((mode - network.output(x)) * mode)
print(f"first, third and mean eigenvalue over the second: {others.mean(axis=0).round(2)}")

given = {"tau": left_at, "start": 1.0, **dict(zip(("first", "third", "average"), others.mean(axis=0), strict=True))}
mean, error = left["paper"].mean(axis=0), notebook.spread(left["paper"])
predicted = law.predict("second-component-decays", **given)
fig, ax = plt.subplots()
fine = np.linspace(0, 1.5, 50)
ax.plot(fine, law.formula("component-decay")(tau=fine, start=1.0), color=plot.GREY)
for j, (name, values) in enumerate(left.items()):
    plot.points(ax, left_at, values.mean(axis=0), notebook.spread(values), index=j, label=name)
ax.set(xlabel=r"time (in units of $1/\lambda_2$)", ylabel="error along the second eigenvector", yscale="log")
ax.legend()
plt.show()
law.series(
    "component",
    x=left_at,
    y=mean,
    error=error,
    prediction=predicted,
    law="component-decay",
    label=f"networks of width {wide}",
    x_label="training time, in units of one over the second eigenvalue",
    y_label="error along the second eigenvector",
    y_scale="log",
    title="The error along one eigenvector decays as the limiting kernel says",
)
law.check("second-component-decays", measured=mean, error=error, given=given)
law.control(
    "mean-field-decay",
    measured=left["mean-field"][:, -1].mean(),
    error=notebook.spread(left["mean-field"][:, -1]),
    given=given | {"tau": left_at[-1]},
)

# %% [markdown]
# ## The kernel at the start
#
# Before any training the kernel is a mean over units. So it must come to the closed form, with an error that falls as
# one over the root of the width: a check that we have the right closed form. With a last layer from a Cauchy
# distribution, which has no variance, the mean does not converge.

# %%
repeats = 48
bins = np.array([0.3, 0.5, 0.7, 0.9, 1.0])
entries, distance = (
    np.zeros((repeats, len(bins))),
    {name: np.zeros((repeats, len(widths))) for name in ("normal", "cauchy")},
)
x = images[rng.permutation(len(labels))[:samples]]
q = cosines(x, x)
nearest = [np.unravel_index(np.abs(q - value).argmin(), q.shape) for value in bins]
for k in range(repeats):
    for i, m in enumerate(widths):
        first = rng.standard_normal((m, 64), np.float32)
        for name, last in (("normal", rng.standard_normal(m)), ("cauchy", rng.standard_cauchy(m))):
            start = Network(first, last.astype(np.float32)).kernel(x, x)
            distance[name][k, i] = size(start - limiting(cosine=q)) / size(limiting(cosine=q))
            if name == "normal" and m == widths[-1]:
                entries[k] = [start[pair] for pair in nearest]
law.check(
    "kernel-at-the-start",
    measured=entries.mean(axis=0),
    error=notebook.spread(entries),
    given={"cosine": np.array([q[pair] for pair in nearest])},
)
slopes = {name: np.polyfit(np.log(widths), np.log(values).T, 1)[0] for name, values in distance.items()}
law.check("start-distance-rate", measured=slopes["normal"].mean(), error=notebook.spread(slopes["normal"]))
law.control("cauchy-last-layer", measured=slopes["cauchy"].mean(), error=notebook.spread(slopes["cauchy"]))

# %% [markdown]
# ## What to try next
#
# * Start with single units instead of pairs, so that the outputs at the start are random. Which exponents change?
# * Add a second hidden layer. Does its kernel stay as well, and which of its layers move least?
# * Train to the end, and compare the test error of the network, of its linearisation and of the mean-field network.
