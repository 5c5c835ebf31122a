# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Abrupt skills, smooth loss
#
# Large models gain skills suddenly, and their loss falls smoothly. Ren, Nichani, Wu and Lee prove that both happen at
# once in a network that learns a sum of many orthogonal neurons: each is recovered in a jump, at a time that one can
# predict, and the sum of the jumps is a power law. [The law page](../laws/ren2025.md) states the laws; we run the
# network and look.

# %%
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.solvable import dynamics, hermite_student
from lawbook.measure import powerlaw
from scipy.special import zeta

law = notebook.open("ren2025")
rng = notebook.rng()
plot.use()
full = notebook.scale() == "full"

# %% [markdown]
# ## The network
#
# The target is $\sum_p a_p h(z\cdot v_p)$ with $h$ the fourth Hermite polynomial, $a_p\sim p^{-\beta}$, and Gaussian
# $z$. The student has $m$ neurons whose norms are their output weights. The average over $z$ is known, so gradient
# descent runs on the exact population loss, and the dimension costs nothing: only the directions of the target and the
# inner products of neurons matter.


# %%
def start(neurons, dimension, directions, decay, norm=0.001):
    """Neurons in random directions, and the weights of the target."""
    v = hermite_student.initialise(neurons, dimension, directions, norm, rng).astype(np.float32)
    return v, hermite_student.power_law_weights(directions, decay).astype(np.float32)


def foretold(v, a, degree=4):
    """The time of each direction according to the law, from nothing but the start."""
    formula = law.formula({4: "emergence-time", 6: "higher-degree"}[degree])
    return formula(weight=a, overlap=hermite_student.winners(v, a, degree))


def follow(v, a, expected, degree=4):
    """Gradient descent until 1.3 times the last expected time; the run, and when each direction is recovered.

    A direction that is not recovered counts as recovered at the end.
    """
    run = hermite_student.train(v, a, step_size=0.2, steps=int(1.3 * expected.max() / 0.2), degree=degree)
    times = run.recovery()
    print(f"{np.isfinite(times).sum()} of {len(a)} directions were recovered")
    return run, np.minimum(times, run.time[-1])


# %% [markdown]
# ## Every direction has its hour
#
# Thirty-two directions with $\beta=1$. For each we follow the largest squared cosine that any neuron has with it. The
# dashed lines are the times that the law gives. They are computed from the random start alone, and nothing is fitted.

# %%
dimension, neurons, directions = (8192, 512, 128) if full else (2048, 128, 32)
v, a = start(neurons, dimension, directions, 1.0)
expected = foretold(v, a)
run, measured = follow(v, a, expected)

# %%
shown = np.unique(np.round(np.geomspace(1, len(run.time) - 1, 150)).astype(int))
fig, ax = plt.subplots()
for index, p in enumerate([0, 1, 3, 7, 15]):
    ax.plot(run.time[shown], run.overlap[shown, p], label=f"$p={p + 1}$")
    ax.axvline(expected[p], color=plot.COLOURS[index], linestyle="--", linewidth=0.9)
    law.series(
        "emergence", x=run.time[shown], y=run.overlap[shown, p], label=f"direction {p + 1}",
        x_label="time $t$ (step size × steps)", y_label="squared cosine of the best neuron", x_scale="log",
        title="Directions emerge one by one",
    )  # fmt: skip
ax.set(xscale="log", xlabel="time $t$ (step size × steps)", ylabel="squared cosine (no unit)")
ax.legend()
plt.show()


# %%
def median_ratio(measured, expected):
    """Median over directions of measured over expected time, and its standard error."""
    ratios = np.asarray(measured) / expected
    return np.median(ratios), notebook.bootstrap(np.median, ratios, draws=400)


value, error = median_ratio(measured, expected)
law.check("emergence-ratio", measured=value, error=error)


# %%
def median_slope(measured, expected):
    """Median of the slopes of log time between all pairs of directions: one late direction does not decide."""
    x, y = np.log(expected), np.log(measured)
    i, j = np.triu_indices(len(x), 1)
    apart = x[i] != x[j]  # in a draw with replacement a direction can come twice
    return np.median(((y[i] - y[j])[apart]) / (x[i] - x[j])[apart])


error = notebook.bootstrap(median_slope, measured, expected, draws=400)
law.check("emergence-slope", measured=median_slope(measured, expected), error=error)

# %%
fig, ax = plt.subplots()
line = np.array([expected.min(), expected.max()])
ax.plot(line, line, label="law, nothing fitted")
plot.points(ax, expected, measured, index=1, label="32 directions")
ax.set(xscale="log", yscale="log", xlabel="predicted time", ylabel="measured time (step size × steps)")
ax.legend()
plt.show()
order = np.argsort(expected)
law.series(
    "times", x=expected[order], y=measured[order], prediction=expected[order], law="emergence-time",
    label="one direction each", x_label="predicted time $T_p$", y_label="measured time", x_scale="log", y_scale="log",
    title="When directions emerge, predicted from the random start",
)  # fmt: skip

# %% [markdown]
# **Control.** Take the second Hermite polynomial instead, from the same start. A neuron alone with one direction would
# obey $\dot x=4a_px(1-x)$, so the times are held against $T_p=\ln\frac{1-x_p}{x_p}/4a_p$. But neurons go where most
# others go, and most directions find none.

# %%
alone = np.log(1 / hermite_student.winners(v, a) - 1) / (4 * a)
_, crowded = follow(v, a, alone, degree=2)
value, error = median_ratio(crowded, alone)
law.control("degree-two", measured=value, error=error)

# %% [markdown]
# **A higher degree.** With the sixth polynomial the pull grows with the fifth power of the cosine. The search is
# longer, and its time has another formula. Two networks with eight directions each, in dimension 256.

# %%
ratios = []
for _ in range(8 if full else 2):
    v, a = start(128, 256, 8, 1.0)
    due = foretold(v, a, degree=6)
    ratios.extend(follow(v, a, due, degree=6)[1] / due)
value, error = median_ratio(ratios, 1.0)
law.check("degree-six-ratio", measured=value, error=error)

# %% [markdown]
# ## With samples
#
# The theorem is about stochastic gradient descent on fresh samples. A small case with batches of 512 and small steps:
# the times scatter, but about the same values. We look at directions that should come in the first two thirds of the
# run.

# %%
online, end = [], 15.0
for _ in range(24 if full else 14):
    v, a = start(16, 64, 4, 1.0, norm=0.01)
    due = foretold(v, a) < end / 1.5
    run = hermite_student.train_online(v, a, rng, step_size=0.01, steps=int(end / 0.01), batch=512)
    online.extend((np.minimum(run.recovery(), end) / foretold(v, a))[due])  # a late one counts as 1.5 at least
value, error = median_ratio(online, 1.0)
law.check("online-ratio", measured=value, error=error)
print("ratios:", np.round(online, 2))

# %% [markdown]
# ## The jumps add up
#
# Now the loss. Directions that the simulation leaves out, the 33rd and on, would be learned later, so their share of
# the loss is added as unlearned. We fit between the third recovery and the last. In the figure the loss lags a little
# behind the predicted jumps: a neuron that has turned must still grow.


# %%
def beyond(directions, decay):
    """Half the power of all weights after the last one simulated, in units where the simulated ones have power 1."""
    rest = zeta(2 * decay, directions + 1)
    return 0.5 * rest / (zeta(2 * decay, 1) - rest)


decays = {1.0: 2000, 1.4: 3000, 0.7: 2000, 0.0: 1000}  # β, and steps until all directions that will be recovered are


def fall(v, a, left_out, steps):
    """Slope of log loss against log time between the third and the last recovery; the run and this window too."""
    run = hermite_student.train(v, a, step_size=0.3, steps=steps)
    times = run.recovery()
    window = np.sort(times[np.isfinite(times)])[[2, -1]]
    clock = np.geomspace(*window, 40)
    return powerlaw.fit(clock, np.interp(clock, run.time, run.loss) + left_out).exponent, run, window


def falls(decay, starts):
    """The slope of each start."""
    return [fall(*start(96, 256, 32, decay), beyond(32, decay), decays[decay])[0] for _ in range(starts)]


slopes = {decay: falls(decay, n * (8 if full else 1)) for decay, n in ((0.7, 12), (1.0, 16), (1.4, 10))}
law.check(
    "time-exponent",
    measured=[np.mean(each) for each in slopes.values()],
    error=[notebook.spread(each) for each in slopes.values()],
    given={"weight_exponent": list(slopes)},
)

# %%
v, a = start(96, 256, 32, 1.0)
expected = foretold(v, a)
_, run, window = fall(v, a, beyond(32, 1.0), decays[1.0])
clock = np.geomspace(run.time[5], run.time[-1], 120)
total = np.interp(clock, run.time, run.loss) + beyond(32, 1.0)
stairs = [0.5 * np.sum(a[expected > t] ** 2) + beyond(32, 1.0) for t in clock]
inside = (clock > window[0]) & (clock < window[1])
shape = law.formula("loss-in-time")(time=clock, weight_exponent=1.0)
line = np.exp(np.mean(np.log(total / shape)[inside])) * shape  # the law is a proportionality
fig, ax = plt.subplots()
ax.plot(clock, total, label="measured")
ax.step(clock, stairs, where="post", color=plot.COLOURS[1], linewidth=1.0, label="jumps at the predicted times")
ax.plot(clock[inside], line[inside], color=plot.GREY, linestyle="--", label="power law")
ax.set(xscale="log", yscale="log", xlabel="time $t$ (step size × steps)", ylabel="loss (squared label)")
ax.legend()
plt.show()
law.series(
    "loss", x=clock[inside], y=total[inside], prediction=line[inside], law="loss-in-time", label="measured, β = 1",
    x_label="time $t$ (step size × steps)", y_label="loss", x_scale="log", y_scale="log",
    title="A staircase of 32 jumps is nearly a straight line",
)  # fmt: skip

# %% [markdown]
# **Control.** Make the 32 weights equal, with the same sum of squares, and leave the rest as with $\beta=1$. They
# emerge together and the loss falls in one jump, far steeper than the power law of $\beta=1$.

# %%
even = [fall(*start(96, 256, 32, 0.0), beyond(32, 1.0), decays[0.0])[0] for _ in range(24)]
law.control("equal-weights", measured=np.mean(even), error=notebook.spread(even), given={"weight_exponent": 1.0})

# %% [markdown]
# ## Width and compute
#
# Few neurons and many directions. A narrow network learns as many directions as it has neurons and stops. From the loss
# curves of all widths we read off the floor, and the least loss for each compute $C=mt$. The narrower the network, the
# more is luck, and the more starts we take. For each error the starts of every width are drawn anew.

# %%
widths = np.array([4, 8, 16, 32, 64, 128])
directions, steps, step_size = 128, 4000, 0.3
starts = {  # of each width, for each β
    0.6: [4, 12, 6, 4, 3],
    0.8: [12, 32, 16, 6, 4, 3],
    0.9: [4, 128, 12, 5, 4],
    1.0: [8, 32, 12, 6, 3, 3],
}
time = step_size * 20 * np.arange(steps // 20)


def learn(m, decay):
    """The loss of one run; the widest network is needed only at the budgets of the others."""
    v, a = start(m, 256, directions, decay)
    loss = hermite_student.train(v, a, step_size=step_size, steps=steps if m < 128 else steps // 4).loss
    return np.pad(loss, (0, len(time) - len(loss)), mode="edge") + beyond(directions, decay)


def curves(decay):
    """Losses (starts, records) of each width."""
    counts = np.array(starts[decay]) * (4 if full else 1)
    return [np.array([learn(m, decay) for _ in range(n)]) for m, n in zip(widths, counts, strict=False)]


def from_means(statistic, losses, draws=50):
    """A statistic of the mean losses of all widths, and its error: the starts of each width drawn anew."""
    drawn = [statistic([rng.choice(each, len(each)).mean(axis=0) for each in losses]) for _ in range(draws)]
    return statistic([each.mean(axis=0) for each in losses]), np.std(drawn, axis=0, ddof=1)


trained = {decay: curves(decay) for decay in starts}

# %%
narrow = slice(1, 5)  # 8 to 64 neurons
given = {"weight_exponent": [0.6, 0.8, 0.9]}


def floor_slope(record):
    """Exponent of the loss in the width at one record of all runs, with its error, for each decay."""

    def slope(means):
        return powerlaw.fit(widths[narrow], [mean[record] for mean in means[narrow]]).exponent

    return np.array([from_means(slope, losses, draws=200) for losses in map(trained.get, given["weight_exponent"])]).T


found, error = floor_slope(-1)
law.check("floor-exponent", measured=found, error=error, given=given)

# %%
found, error = floor_slope(steps // 20 // 100)  # after a hundredth of the training
law.control("stopped-early", measured=found, error=error, given=given)


# %%
def spend(means, cost=1):
    """Budgets (30,) and the loss of each width at each, (30, widths), when a unit of time costs m^cost."""
    lowest, highest = widths[2] ** cost * time[-1] / 40, widths[4] ** cost * time[-1] / 2
    budgets = np.geomspace(lowest, highest, 30)
    return budgets, np.array(
        [[np.interp(c / m**cost, time, mean) for m, mean in zip(widths, means, strict=True)] for c in budgets]
    )


def frontier(decay, cost=1):
    """Exponents in compute of the least loss and of the best width, and their errors, each (2,)."""

    def exponents(means):
        budgets, bought = spend(means, cost)
        best = dynamics.frontier(widths, bought)
        return [powerlaw.fit(budgets, best.loss).exponent, powerlaw.fit(budgets, best.width).exponent]

    return from_means(exponents, trained[decay])


found, error = frontier(0.8)
law.check("frontier-exponent", measured=found[0], error=error[0], given={"weight_exponent": 0.8})
other, other_error = frontier(1.0)
law.check("frontier-at-equal-shares", measured=other[0], error=other_error[0], given={"weight_exponent": 1.0})
law.check(
    "best-width-exponent",
    measured=[found[1], other[1]], error=[error[1], other_error[1]], given={"weight_exponent": [0.8, 1.0]},
)  # fmt: skip

# %%
means = [each.mean(axis=0) for each in trained[0.8]]
budgets, bought = spend(means)
best = dynamics.frontier(widths, bought)
shape = law.formula("compute-frontier")(compute=budgets, weight_exponent=0.8)
line = np.exp(np.mean(np.log(best.loss / shape))) * shape
fig, ax = plt.subplots()
for m, loss in zip(widths, means, strict=True):
    inside = m * time[1:] < 2 * budgets[-1]
    ax.plot(m * time[1:][inside], loss[1:][inside], color=plot.GREY, linewidth=0.8, alpha=0.7)
ax.plot(budgets, line, label="law, through the mean")
plot.points(ax, budgets[::2], best.loss[::2], index=1, label="best width")
ax.set(xscale="log", yscale="log", xlabel="compute $C = m t$ (neurons × time)", ylabel="loss (squared label)")
ax.legend()
plt.show()
law.series(
    "frontier", x=budgets, y=best.loss, prediction=line, law="compute-frontier", label="best width, β = 0.8",
    x_label="compute $C = m t$ (neurons × time)", y_label="loss", x_scale="log", y_scale="log",
    title="The least loss that a compute can buy",
)  # fmt: skip

# %% [markdown]
# **Control.** If a unit of time cost the cube of the width, width would be bought sparingly and the frontier
# would be flatter.

# %%
found, error = frontier(0.8, cost=3)
law.control("width-costs-its-cube", measured=found[0], error=error[0], given={"weight_exponent": 0.8})

# %% [markdown]
# ## What to try next
#
# * Lower the dimension to 128. Which directions come late, and with whom did they share a neuron?
# * Start with norms of 1. Is the law still right?
# * Let two directions have an angle of 60°. Does the second one still come by itself?
# * Use batches of 16 in the run with samples. Which directions are lost first?
