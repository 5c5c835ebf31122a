# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # The learning rate of a narrow network is the best one of a wide network
#
# Widen a network, and its best learning rate falls: what was tuned on a small model is wrong for a large one. Yang and
# colleagues (2022) showed that this is no property of wide networks. It comes from how initial weights and learning
# rates are set, and a parametrization called muP takes it away. Then one tunes a narrow network and copies the rate.
#
# Here networks of four widths are trained at eight learning rates each, by the usual rules, by muP and by two mixtures
# of them. The predictions stand in [the law page](../laws/yang2022.md).

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from jax import lax
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits

law = notebook.open("yang2022")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Set-up
#
# Handwritten digits and a network of three layers without biases, 64 → $m$ → $m$ → 10 with ReLU, trained by Adam on
# cross-entropy. Batch, depth and number of steps are the same for all widths.
#
# The **standard** rules make the variance of each weight one over the number of inputs of its layer (with ReLU two),
# and use one learning rate for all layers. **muP** changes two things by the ratio $m/m_0$ of the width to a base
# width $m_0$: the output layer starts with a variance smaller by that ratio, and hidden and output layers have a
# rate smaller by that ratio. At the base width all rules are the same, so the runs there are shared.

# %%
images, labels = digits.load(centred=True)
images = jnp.asarray(images / images.std(), jnp.float32)
labels = jnp.asarray(labels)
base, batch = 64, 64
widths = np.array([64, 128, 256, 512, 1024, 2048] if full else [64, 128, 256, 512])
epochs, replicas = (10, 5) if full else (3, 3)
held_out = 256
steps = epochs * (1437 // batch)
RULES = {  # does the output layer start smaller, and have hidden and output layers smaller rates?
    "muP": (True, True),
    "standard": (False, False),
    "rates of muP only": (False, True),
    "start of muP only": (True, False),
}


def layers(w, x):
    """Weighted sums of the three layers, (samples, m), (samples, m) and (samples, 10)."""
    first = x @ w[0]
    second = jax.nn.relu(first) @ w[1]
    return first, second, jax.nn.relu(second) @ w[2]


def loss(w, x, y):
    """Mean cross-entropy, in nats."""
    return -jnp.take_along_axis(jax.nn.log_softmax(layers(w, x)[-1]), y[:, None], axis=1).mean()


@jax.jit
def train(w, rates, batches, count):
    """Adam with a rate for each layer, `count` steps: the weights, and the loss on each batch before its step."""

    def step(t, state):
        w, mean, square, log = state
        value, gradient = jax.value_and_grad(loss)(w, images[batches[t]], labels[batches[t]])
        mean = [0.9 * m + 0.1 * g for m, g in zip(mean, gradient, strict=True)]
        square = [0.999 * v + 0.001 * g**2 for v, g in zip(square, gradient, strict=True)]
        w = [
            layer - rate * (m / (1 - 0.9 ** (t + 1.0))) / (jnp.sqrt(v / (1 - 0.999 ** (t + 1.0))) + 1e-8)
            for layer, rate, m, v in zip(w, rates, mean, square, strict=True)
        ]
        return w, mean, square, log.at[t].set(value)

    zeros = [jnp.zeros_like(layer) for layer in w]
    w, _, _, log = lax.fori_loop(0, count, step, (w, zeros, zeros, jnp.zeros(steps)))
    return w, log


def draw(m):
    """Weights of the three layers, each with variance one."""
    return [rng.standard_normal(shape, dtype=np.float32) for shape in ((64, m), (m, m), (m, 10))]


def parametrized(drawn, rule):
    """Starting weights and the rate of each layer, relative to that of the first."""
    smaller_start, smaller_rates = RULES[rule]
    ratio = drawn[1].shape[0] / base
    deviations = np.sqrt([2 / 64, 2 / (base * ratio), 1 / (base * ratio) / (ratio if smaller_start else 1)])
    rates = np.array([1, 1 / ratio, 1 / ratio] if smaller_rates else [1, 1, 1], np.float32)
    return [np.float32(d) * layer for d, layer in zip(deviations, drawn, strict=True)], rates


def split():
    """Rows of the batches, (steps, batch), and of held-out images."""
    order = rng.permutation(len(labels))
    train_rows = order[held_out:][:1437]
    passes = [rng.permutation(train_rows)[: steps // epochs * batch].reshape(-1, batch) for _ in range(epochs)]
    return np.concatenate(passes), order[:held_out]


# %% [markdown]
# ## Every width at every rate
#
# The score of a rate is the training loss, averaged over all steps of the run. A replica has its own weights, split and
# order of batches. Within it the four rules start from the same random numbers and see the same batches. We go
# down from the largest rate, and stop when two rates below the best are known.

# %%
grid = np.arange(-11.0, -3.0)  # powers of two
scores = np.full((len(RULES), replicas, len(widths), len(grid)), np.inf)
for replica in range(replicas):
    batches, _ = split()
    for i, m in enumerate(widths):
        drawn = draw(m)
        for j, rule in enumerate(RULES):
            if m == base and j:
                scores[j, replica, i] = scores[0, replica, i]
                continue
            w, rates = parametrized(drawn, rule)
            curve = scores[j, replica, i]
            for k in reversed(range(len(grid))):
                curve[k] = train(w, np.float32(2 ** grid[k]) * rates, batches, steps)[1].mean()
                if curve.argmin() == k + 2:
                    break

fig, axes = plt.subplots(1, 2, figsize=(8.5, 3.6), sharey=True)
for ax, j in zip(axes, (1, 0), strict=True):
    for i, m in enumerate(widths):
        curve = np.exp(np.log(scores[j, :, i]).mean(axis=0))
        ax.plot(2**grid, curve, color=plot.COLOURS[i % 5], marker=plot.MARKERS[i % 5], markersize=4, label=f"$m$ = {m}")
    ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", title=list(RULES)[j])
axes[0].set_ylabel("training loss, mean of all steps (nats)")
axes[1].legend()
plt.show()

# %% [markdown]
# Left the valleys move, right they stay. The lowest point of each is that of a parabola through the five rates
# around the best one, in logarithms.


# %%
def best_rate(curve):
    """The rate at the lowest point of a parabola, where `curve` is the loss at the rates of the grid."""
    k = int(np.argmin(curve))
    near = slice(max(k - 2, 0), k + 3)
    square, linear, _ = np.polyfit(grid[near], np.log(curve[near]), 2)
    return 2 ** (-linear / (2 * square))


best = np.apply_along_axis(best_rate, -1, scores)  # (rules, replicas, widths)
drift = np.polyfit(np.log(widths), np.log(best).reshape(-1, len(widths)).T, 1)[0].reshape(len(RULES), replicas)
for rule, rates, slopes in zip(RULES, best, drift, strict=True):
    typical = np.exp(np.log(rates).mean(axis=0))
    print(f"{rule:18} {typical.round(4)}  exponent {slopes.mean():.3f} ± {notebook.spread(slopes):.3f}")

LAWS = {
    "muP": ("learning-rate-transfer", "optimum-does-not-drift"),
    "standard": ("standard-parametrization-drift", "standard-drift"),
}
fig, ax = plt.subplots()
for j, (rule, (name, check)) in enumerate(LAWS.items()):
    rates = np.log(best[j])
    middle, error = np.exp(rates.mean(axis=0)), np.exp(rates.mean(axis=0)) * notebook.spread(rates)
    predicted = law.formula(name)(width=widths, base_width=base, base_rate=middle[0], drift=law.predict(check))
    ax.plot(widths, predicted, color=plot.COLOURS[j])
    plot.points(ax, widths, middle, error, index=j, label=rule)
    law.series(
        "best-rate",
        x=widths,
        y=middle,
        error=error,
        prediction=predicted,
        law=name,
        label="maximal update (muP)" if rule == "muP" else "standard",
        x_label="hidden width $m$ (neurons)",
        y_label="best learning rate",
        x_scale="log",
        y_scale="log",
        title="The best learning rate stays in muP, and falls by the standard rules",
    )
ax.set(xscale="log", yscale="log", xlabel="hidden width $m$ (neurons)", ylabel=r"best learning rate $\eta^*$")
ax.set_xticks(widths, widths)
ax.minorticks_off()
ax.legend()
plt.show()

# %% [markdown]
# ## Checks: does the best rate move?

# %%
mup, standard, rates_only, start_only = drift
law.check("optimum-does-not-drift", measured=mup.mean(), error=notebook.spread(mup))
law.check("standard-drift", measured=standard.mean(), error=notebook.spread(standard))

# %% [markdown]
# **Controls.** Which of the two changes does it? With all of muP taken away the best rate falls. With muP's start but
# one rate for all layers it falls nearly as much: it is the rates. And with the rates of muP on the usual start,
# the fall is mostly gone.

# %%
law.control("standard-rules", measured=standard.mean(), error=notebook.spread(standard))
law.control("one-rate-for-all", measured=start_only.mean(), error=notebook.spread(start_only))
law.control("rates-by-layer", measured=rates_only.mean(), error=notebook.spread(rates_only))

# %% [markdown]
# ## What it costs to copy the rate
#
# A practitioner tunes the narrow network on the grid, copies the rate to the widest one, and does not tune again. The
# price is the loss there, over the loss at the rate that is best there.


# %%
def price(rule):
    """Loss of the widest network at the best rate of the narrowest, over its lowest loss, (replicas,)."""
    table = scores[list(RULES).index(rule)]
    copied = np.argmin(table[:, 0], axis=1)
    return table[np.arange(replicas), -1, copied] / table[:, -1].min(axis=1)


paid, paid_start_only = price("muP"), price("start of muP only")
law.check("zero-shot-regret", measured=paid.mean(), error=notebook.spread(paid))
law.control("copied-with-one-rate", measured=paid_start_only.mean(), error=notebook.spread(paid_start_only))
print(f"standard rules: {price('standard').round(2)}")


# %% [markdown]
# ## Is wider better?
#
# At one rate, the best of the narrowest network, a wider network in muP has a lower training loss. By the standard
# rules it is better for a while, and then worse. Three sets of networks are too few to be sure of what one doubling
# gains, so the check asks about four times the width and more.


# %%
def gains(rule):
    """Loss over that of the narrowest network, at the best rate of the narrowest, (replicas, widths - 1)."""
    table = scores[list(RULES).index(rule)]
    at_rate = np.take_along_axis(table, np.argmin(table[:, 0], axis=1)[:, None, None], axis=-1)[..., 0]
    return at_rate[:, 1:] / at_rate[:, :1]


wider, wider_standard = gains("muP"), gains("standard")
print(f"muP: {wider.mean(axis=0).round(3)}, standard: {wider_standard.mean(axis=0).round(3)}")
law.check("wider-is-better", measured=wider[:, 1:].mean(axis=0), error=notebook.spread(wider[:, 1:]))
law.control("wider-is-worse", measured=wider_standard[:, -1].mean(), error=notebook.spread(wider_standard[:, -1]))

# %% [markdown]
# ## Why: how far a step moves each layer
#
# The rules of muP are made such that a step moves every layer's weighted sums by as much in a wide network as in a
# narrow one. So this follows from how the networks are built, and checks that we built them right: a *coordinate
# check*. We take three steps at a small rate and see how far held-out images move.

# %%
sizes = np.array([128, 256, 512, 1024])
copies = 16
moved = np.empty((len(RULES), copies, len(sizes), 3))
for copy in range(copies):
    batches, rows = split()
    for i, m in enumerate(sizes):
        drawn = draw(m)
        for j, rule in enumerate(RULES):
            w, rates = parametrized(drawn, rule)
            after, _ = train(w, np.float32(2.0**-10) * rates, batches, 3)
            for k, (new, old) in enumerate(zip(layers(after, images[rows]), layers(w, images[rows]), strict=True)):
                moved[j, copy, i, k] = jnp.sqrt(jnp.mean((new - old) ** 2))

flat = np.log(moved).transpose(2, 0, 1, 3).reshape(len(sizes), -1)
growth = np.polyfit(np.log(sizes), flat, 1)[0].reshape(len(RULES), copies, 3)
for rule, slopes in zip(RULES, growth, strict=True):
    print(f"{rule:18} {slopes.mean(axis=0).round(3)} ± {notebook.spread(slopes).round(3)}")

fig, axes = plt.subplots(1, 3, figsize=(9.5, 3.4))
for k, (ax, what) in enumerate(zip(axes, ("first layer", "second layer", "output"), strict=True)):
    for j, rule in enumerate(RULES):
        typical = np.log(moved[j, :, :, k])
        middle = np.exp(typical.mean(axis=0))
        ax.plot(sizes, middle, color=plot.COLOURS[j], linewidth=1)
        plot.points(ax, sizes, middle, middle * notebook.spread(typical), index=j, label=rule)
    ax.set(xscale="log", yscale="log", xlabel="width $m$ (neurons)", title=what)
    ax.set_xticks(sizes, sizes)
    ax.minorticks_off()
axes[0].set_ylabel("root mean square change")
axes[0].set_ylim(axes[0].get_ylim()[0] / 2, axes[0].get_ylim()[1] * 2)
axes[2].legend(fontsize="small")
plt.show()

# %%
law.check("updates-do-not-grow", measured=growth[0, :, 1:].mean(axis=0), error=notebook.spread(growth[0, :, 1:]))
law.control("large-start", measured=growth[2, :, 2].mean(), error=notebook.spread(growth[2, :, 2]))
law.control("undivided-rates", measured=growth[3, :, 1:].mean(axis=0), error=notebook.spread(growth[3, :, 1:]))

# %% [markdown]
# ## What to try next
#
# * Divide *all* rates of the standard network by $m/m_0$, those of the first layer too. Does the best rate still drift?
#   Then train for longer: is what the first layer can learn now missed?
# * Train to the end instead of three epochs. Which of the exponents changes?
# * Add weight decay (AdamW). By which rule must it change with width for the best rate to stay?
