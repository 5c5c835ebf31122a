# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Time, width and compute with fixed features
#
# Large networks get better as a power of training time and as a power of width, and the two powers differ. Bordelon,
# Atanasov and Pehlevan found the smallest model that does the same: a linear student that sees random mixtures of
# power-law features and trains by gradient flow. [The law page](../laws/bordelon2024.md) states what follows. Here we
# measure it, first where we choose the spectrum, then on images of digits, where nobody chose it.

# %%
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.solvable import dynamics, kernel
from lawbook.measure import powerlaw, repeated

law = notebook.open("bordelon2024")
rng = notebook.rng()
plot.use()

# %% [markdown]
# ## The model
#
# Feature $k$ has variance $k^{-\alpha}$, the target has power $k^{-1-2\alpha r}$ in it. A student sees $N$ random
# mixtures of all features. Gradient flow of a linear student is solved exactly by the eigenvectors of an $N\times N$
# matrix: nothing is integrated, and any time costs the same. We keep 1500 modes one by one; all fainter ones act on the
# student as one lump.

# %%
full = notebook.scale() == "full"
modes = 1500
late = 1e12  # long after every mode has been learned that can be


def problem(capacity, source, modes=modes):
    """Variances and target power of the modes, each (modes,), and all that lies beyond."""
    eta, theta = kernel.power_law_spectrum(modes, capacity, source)
    return eta, eta * theta**2, dynamics.power_law_tail(modes, capacity, source)


def stated(tasks):
    """The capacity and the source of each task, as checks want them."""
    capacity, source = np.transpose(tasks)
    return {"capacity": capacity, "source": source}


def slope(x, samples):
    """Exponent of the mean over repetitions, and its standard error. `samples`: (repetitions, len(x))."""
    return repeated.exponent(x, samples, rng, draws=200)


# %% [markdown]
# ## Time
#
# Infinite width and infinite data. A real target is no perfect power law, so the power of each mode is drawn between
# zero and twice the law; we average 64 such targets. No two of the three tasks have the same exponent.

# %%
times = np.geomspace(10, 3000, 12)
tasks = [(1.25, 0.2), (1.5, 1 / 3), (1.5, 0.75)]


def uneven(power, repetitions=64):
    """Targets whose power scatters about `power`, (repetitions, modes)."""
    return power * rng.uniform(0, 2, (repetitions, len(power)))


def losses(eta, targets, tail_power):
    """Loss at `times` of students of infinite width, (repetitions, times)."""
    return targets @ np.exp(-2 * np.outer(eta, times)) + tail_power


found, drawn = [], {}
for capacity, source in tasks:
    eta, power, tail = problem(capacity, source, 100_000)
    drawn[capacity, source] = uneven(power)
    found.append(slope(times, losses(eta, drawn[capacity, source], tail.power)))
found = np.array(found)
law.check(
    "time-exponent",
    measured=found[:, 0],
    error=found[:, 1],
    given=stated(tasks),
)

# %% [markdown]
# ## Width
#
# Now students of finite width. Their loss curves follow the infinite one for a while and then run into a floor, the
# sooner the narrower they are.

# %%
widths = np.round(np.geomspace(8, 500, 11)).astype(int)
wide = widths >= 60
repetitions = 64 if full else 16


def students(capacity, sources):
    """Loss curves of all widths for several targets: [repetition][width][target]."""
    eta = problem(capacity, sources[0])[0]
    targets = [problem(capacity, r)[1:] for r in sources]
    runs = []
    for _ in range(repetitions):
        projection = rng.standard_normal((widths[-1], modes))
        row = []
        for n in widths:
            student = dynamics.student(projection[:n], eta, targets[0][1])
            row.append([student.curve(power, tail) for power, tail in targets])
        runs.append(row)
    return runs


def pick(runs, target):
    """The curves of one target, [repetition][width]."""
    return [[curves[target] for curves in row] for row in runs]


first, second = students(1.5, [0.25, 0.75]), students(2.0, [0.15, 0.3])
hard = {(1.5, 0.25): pick(first, 0), (2.0, 0.15): pick(second, 0), (2.0, 0.3): pick(second, 1)}
easy = pick(first, 1)
given = stated(list(hard))

# %%
shown = np.geomspace(1, 1e5, 60)
eta, power, tail = problem(1.5, 0.25, 100_000)
unlimited = dynamics.Curve(eta, power, tail.power)(shown)
plenty = {"parameters": np.inf, "n": np.inf}  # time alone is scarce
shape = law.formula("bottleneck-exponents")(time=shown, capacity=1.5, source=0.25, **plenty)
line = np.exp(np.mean(np.log(unlimited / shape)[shown > 10])) * shape  # the law is a proportionality
curves = {"infinite width": unlimited}
curves |= {f"N = {widths[i]}": np.mean([row[i](shown) for row in hard[1.5, 0.25]], axis=0) for i in (0, 3, 6, 9)}
fig, ax = plt.subplots()
ax.plot(shown, line, color=plot.GREY, linestyle="--", label="law for time alone")
for label, curve in curves.items():
    ax.plot(shown, curve, label=label)
    law.series(
        "learning-curves", x=shown, y=curve, label=label, prediction=line if curve is unlimited else None,
        law="bottleneck-exponents" if curve is unlimited else None, x_label="time $t$ (step size × steps)",
        y_label="test loss", x_scale="log", y_scale="log", title="Wider students leave the common curve later",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="time $t$ (step size × steps)", ylabel="test loss (squared label)")
ax.legend()
plt.show()


# %%
def floors(runs):
    """Loss after infinite time, (repetitions, widths), of students wide enough for a power law."""
    return np.array([[curve.floor for curve in row] for row in runs])[:, wide]


found = np.array([slope(widths[wide], floors(runs)) for runs in hard.values()])
law.check("width-exponent", measured=found[:, 0], error=found[:, 1], given=given)

# %% [markdown]
# ## Data
#
# Infinite width, infinite time, $n$ samples: that is regression without a ridge, the green corner of
# [another page](../laws/cui2021.md).

# %%
sizes = np.array([32, 64, 128, 256, 512])
data_tasks, left = [], []
for capacity, sources, draws in ((1.5, [0.2, 0.25, 0.75], 40), (2.0, [0.15, 0.3], 16)):  # an easy target scatters more
    eta, _, tail = problem(capacity, sources[0])
    theta = np.stack([kernel.power_law_spectrum(modes, capacity, r)[1] for r in sources])
    beyond = np.array([problem(capacity, r)[2].power for r in sources])
    bias = np.array(
        [
            [kernel.gaussian_trial(eta, theta, n, [tail.trace / n], rng).bias[:, 0] + beyond for n in sizes]
            for _ in range(draws)
        ]
    )  # (draws, sizes, targets)
    data_tasks += [(capacity, r) for r in sources]
    left += list(bias.transpose(2, 0, 1))
found = np.array([slope(sizes, samples) for samples in left])
law.check(
    "data-exponent",
    measured=found[:, 0],
    error=found[:, 1],
    given=stated(data_tasks),
)

# %% [markdown]
# ## Compute
#
# One unit of time costs as much as there are features. For each compute $C$ every width can train for $t=C/N$; the best
# width is read off by a parabola through the three best on the grid.

# %%
budgets = np.geomspace(300, 6e4, 12)


def spend(runs, budgets, cost=1):
    """Loss of each width at each budget when time costs N^cost, (repetitions, budgets, widths)."""
    return np.array(
        [[[curve(c / n**cost) for n, curve in zip(widths, row, strict=True)] for c in budgets] for row in runs]
    )


def frontier_exponents(bought, budgets):
    """Exponents in compute of the least loss and of the best width, with their errors, each (2,)."""

    def exponents(mean):
        best = dynamics.frontier(widths, mean)
        return [powerlaw.fit(budgets, best.loss).exponent, powerlaw.fit(budgets, best.width).exponent]

    return powerlaw.bootstrap(exponents, bought, rng, draws=100)


bought = [spend(runs, budgets) for runs in hard.values()]
found = np.array([frontier_exponents(b, budgets) for b in bought])  # (tasks, value or error, loss or width)
law.check("compute-exponent", measured=found[:, 0, 0], error=found[:, 1, 0], given=given)

# %%
law.check("best-width-exponent", measured=found[:, 0, 1], error=found[:, 1, 1], given={"capacity": given["capacity"]})

# %%
spent = np.geomspace(30, 1e6, 50)
fig, ax = plt.subplots()
trained = spend(hard[1.5, 0.25], spent).mean(axis=0)  # (budgets, widths)
ax.plot(spent, trained, color=plot.GREY, linewidth=0.8, alpha=0.6)
best = dynamics.frontier(widths, bought[0].mean(axis=0))
shape = law.formula("compute-optimal")(compute=budgets, capacity=1.5, source=0.25)
line = np.exp(np.mean(np.log(best.loss / shape))) * shape  # the law is a proportionality
ax.plot(budgets, line, label="law, through the mean")
plot.points(ax, budgets, best.loss, index=1, label="best width")
ax.set(xscale="log", yscale="log", xlabel="compute $C = N t$ (features × time)", ylabel="test loss (squared label)")
ax.legend()
plt.show()
law.series(
    "compute", x=budgets, y=best.loss, prediction=line, law="compute-optimal", label="best width",
    x_label="compute $C = N t$ (features × time)", y_label="test loss", x_scale="log", y_scale="log",
    title="The least loss that a compute can buy",
)  # fmt: skip

# %% [markdown]
# Control: let a step cost the square of the width. Width is then dearer, and the exponent is another one, over a range
# of compute in which it is that of the law when a step costs the width itself.

# %%
larger = np.geomspace(3e3, 6e5, 12)
dear, linear = (
    np.array([frontier_exponents(spend(runs, larger, cost), larger) for runs in hard.values()]) for cost in (2, 1)
)
law.control(
    "width-costs-its-square",
    measured=dear[:, 0, 0],
    error=dear[:, 1, 0],
    intact=linear[:, 0, 0],
    intact_error=linear[:, 1, 0],
    given=given,
)

# %% [markdown]
# ## Early in training
#
# Long before the floor a finite width costs something too. That cost is $1/N$ for both tasks below, although their
# floors fall as different powers. Here the mixtures have random signs as weights: then every feature's own rate of
# learning is exact, only their mixing is random, and few repetitions are enough.

# %%
narrow = np.array([32, 64, 128, 256])
moments = np.array([3.0, 10.0, late])
early_tasks = [(1.5, 0.2), (1.5, 0.25)]
early = stated(np.repeat(early_tasks, 2, axis=0))  # two moments each


def signs(*shape):
    return 2.0 * rng.integers(0, 2, shape) - 1


def excess(capacity, source, repetitions=64):
    """Loss above that of infinite width, (repetitions, widths, moments)."""
    eta, power, tail = problem(capacity, source, 600)
    unlimited = dynamics.Curve(eta, power, tail.power)(moments)
    return np.array([
        [dynamics.student(signs(n, 600), eta, tail).curve(power, tail)(moments) - unlimited for n in narrow]
        for _ in range(repetitions)
    ])  # fmt: skip


above = [excess(*task) for task in early_tasks]
found = np.array([slope(narrow, samples[:, :, i]) for samples in above for i in (0, 1)])
law.check("early-width-exponent", measured=found[:, 0], error=found[:, 1], given=early)

# %%
found = slope(narrow, above[0][:, :, 2])
law.control("late-width", measured=found[0], error=found[1], given=stated(early_tasks[:1]))

# %% [markdown]
# Likewise with a finite sample that is used over and over: test and train loss start equal, and early in training the
# gap between them is $1/n$. Late in training the train loss is zero and the gap is the test loss, with the task's
# own exponent.

# %%
many = np.array([128, 256, 512, 1024])


def gaps(capacity, source, repetitions=32):
    """Test loss minus train loss at the two early moments, (repetitions, sizes, 2)."""
    eta, power, _ = problem(capacity, source, 128)
    runs = [
        [dynamics.reuse(signs(n, 128) * np.sqrt(eta), eta, power, moments[:2]) for n in many]
        for _ in range(repetitions)
    ]
    return np.array([[run.test - run.train for run in row] for row in runs])


opened = [gaps(*task) for task in early_tasks]
found = np.array([slope(many, samples[:, :, i]) for samples in opened for i in (0, 1)])
law.check("early-gap-exponent", measured=found[:, 0], error=found[:, 1], given=early)

# %% [markdown]
# Control: the gap after infinite time. It takes fewer samples than features, since as many would determine the target.

# %%
fewer = np.array([48, 96, 192])
eta, power, _ = problem(1.5, 0.2, 768)
runs = [[dynamics.reuse(signs(n, 768) * np.sqrt(eta), eta, power, moments) for n in fewer] for _ in range(24)]
apart = np.array([[run.test - run.train for run in row] for row in runs])  # (repetitions, sizes, moments)
found = np.array([slope(fewer, apart[:, :, i]) for i in range(3)])
law.control(
    "late-gap",
    measured=found[2, 0],
    error=found[2, 1],
    given=stated(early_tasks[:1]),
    intact=found[:2, 0],
    intact_error=found[:2, 1],
)

# %%
fig, (ax, other) = plt.subplots(1, 2, figsize=(6.4, 3.2))
for index, (i, label) in enumerate([(0, "$t=3$"), (1, "$t=10$"), (2, r"$t=\infty$")]):
    mean, error = above[0][:, :, i].mean(axis=0), notebook.spread(above[0][:, :, i])
    plot.points(ax, narrow, mean, error, index=index, label=label)
    if i < 2:
        shape = law.formula("early-width-correction")(parameters=narrow, coefficient=1.0)
        ax.plot(narrow, np.exp(np.mean(np.log(mean / shape))) * shape, color=plot.COLOURS[index])
        gap = opened[0][:, :, i].mean(axis=0)
        plot.points(other, many, gap, notebook.spread(opened[0][:, :, i]), index=index, label=label)
        shape = law.formula("early-data-gap")(n=many, coefficient=1.0)
        other.plot(many, np.exp(np.mean(np.log(gap / shape))) * shape, color=plot.COLOURS[index])
ax.set(xscale="log", yscale="log", xlabel="random features $N$", ylabel="loss above infinite width")
other.set(xscale="log", yscale="log", xlabel="samples $n$", ylabel="test loss − train loss")
ax.legend()
other.legend()
plt.show()

# %% [markdown]
# ## A width is not a sample
#
# For the easy target, $r=3/4$, data and width part company. A sample of $n$ leaves the power that the paper says; a
# width of $N$ leaves much more. It should: what $N$ random features leave is a projection, so each mode keeps a
# *share*, not the square of one. First the exponent, tested against the paper's formula and against ours, then the
# share, mode by mode.

# %%
found = slope(widths[wide], floors(easy))
law.check("easy-width-exponent", measured=found[0], error=found[1], given={"capacity": 1.5, "source": 0.75})

# %%
law.check("easy-task-exponent", measured=found[0], error=found[1], given={"capacity": 1.5, "source": 0.75})

# %%
size, probed = 64, np.array([4, 8, 16, 32, 64])
eta, _, tail = problem(1.5, 0.75, 1000)
shares = np.array([dynamics.student(rng.standard_normal((size, 1000)), eta, tail).unlearned for _ in range(400)])
mean, error = shares.mean(axis=0), notebook.spread(shares)
given = {"kappa": kernel.effective_ridge(eta, size, tail.trace / size), "eigenvalue": eta[probed - 1]}
law.check("share-of-each-mode", measured=mean[probed - 1], error=error[probed - 1], given=given)

# %%
rank = np.arange(1, 301)
line = law.formula("share-a-width-leaves")(kappa=given["kappa"], eigenvalue=eta[:300])
marked = np.unique(np.round(np.geomspace(1, 300, 24)).astype(int)) - 1
fig, ax = plt.subplots()
ax.plot(rank, line, label="law")
ax.plot(rank, line**2, color=plot.GREY, linestyle="--", label="its square")
plot.points(ax, rank[marked], mean[marked], error[marked], index=1, label="64 random features")
ax.set(xscale="log", yscale="log", xlabel="mode $k$", ylabel="share never learned (no unit)")
ax.legend()
plt.show()
law.series(
    "share", x=rank[marked], y=mean[marked], error=error[marked], prediction=line[marked], law="share-a-width-leaves",
    label="64 random features", x_label="mode $k$", y_label="share never learned", x_scale="log", y_scale="log",
    title="What a width leaves of each mode",
)  # fmt: skip

# %% [markdown]
# Control: give the student the $N$ strongest features themselves and no mixtures. It leaves nothing but the tail, and
# its exponent does not saturate.

# %%
eta, power, tail = problem(1.5, 0.75)
strongest = [dynamics.student(np.eye(modes)[:n], eta).curve(power, tail).floor for n in widths[wide]]
sharp = powerlaw.fit(widths[wide], strongest)
law.control(
    "leading-features", measured=sharp.exponent, error=sharp.exponent_error, given={"capacity": 1.5, "source": 0.75}
)

# %% [markdown]
# ## Break the assumptions
#
# The targets of the first task in the time check, with one thing changed at a time: an exponential spectrum; the right
# spectrum with the target's power dealt out at random; and a student so narrow that width binds. Each should follow the
# time law if nothing but its two exponents mattered.

# %%
task = {"capacity": 1.25, "source": 0.2}
eta, power, tail = problem(1.25, 0.2, 100_000)
targets = drawn[1.25, 0.2]
halves = [times <= 200, times >= 150]
curves = [losses(spectrum, targets, tail.power) for spectrum in (np.exp(-np.arange(1, len(eta) + 1) / 20), eta)]
steep, kept = (np.array([slope(times[half], curve[:, half]) for half in halves]) for curve in curves)
law.control(
    "exponential-spectrum",
    measured=steep[:, 0],
    error=steep[:, 1],
    intact=kept[:, 0],
    intact_error=kept[:, 1],
    given=task,
)

# %%
dealt = np.array([np.r_[rng.permutation(row[:1000]), row[1000:]] for row in targets])
found = slope(times, losses(eta, dealt, tail.power))
law.control("power-in-random-order", measured=found[0], error=found[1], given=task)

# %%
eight = [
    dynamics.student(rng.standard_normal((8, len(eta))), eta, tail).curve(row, tail)(times) for row in targets[:16]
]
found = slope(times, np.array(eight))
law.control("eight-features", measured=found[0], error=found[1], given=task)

# %% [markdown]
# ## Digits
#
# Nobody chose this spectrum: 1797 images, a radial kernel as wide as the median distance, and all images together are
# the population. Two fits to the kernel come first, the eigenvalues and the label power beyond mode $k$; they predict
# both exponents.

# %%
images, digit = digits.load(centred=True)
population = len(images)
square = np.sum(images**2, axis=1)
distance = square[:, None] + square - 2 * images @ images.T
scale = np.median(distance)
values, vectors = np.linalg.eigh(np.exp(-distance / scale) / population)
values, vectors = values[::-1], vectors[:, ::-1]
one_hot = np.eye(digits.CLASSES)[digit]
labels = {"digit": one_hot, "parity": np.where(digit % 2 == 0, 1.0, -1.0)[:, None]}
labels = {name: y - y.mean(axis=0) for name, y in labels.items()}
shuffled = rng.permutation(labels["digit"])


def exponents(y, lowest, highest):
    """Capacity and source of labels (population, outputs), from modes lowest to highest of the kernel."""
    k = np.arange(lowest, highest + 1)
    power = np.sum((vectors.T @ y) ** 2, axis=1) / population
    beyond = np.cumsum(power[::-1])[::-1]  # falls as k^(-2 α r)
    capacity = -powerlaw.fit(k, values[k - 1]).exponent
    return capacity, -powerlaw.fit(k, beyond[k - 1]).exponent / (2 * capacity)


fitted = {name: exponents(y, 10, 300) for name, y in labels.items()}
for name, (capacity, source) in fitted.items():
    print(f"{name}: capacity {capacity:.3f}, source {source:.3f}")

# %% [markdown]
# The student is not the kernel but 4096 random Fourier features of it. Time runs from when mode 10 is learned to when
# mode 300 is.

# %%


def random_features(number):
    """Random Fourier features of the kernel on all images, (population, number)."""
    frequency = rng.standard_normal((images.shape[1], number)) * np.sqrt(2 / scale)
    return np.sqrt(2) * np.cos(images @ frequency + rng.uniform(0, 2 * np.pi, number))


features = 4096
fourier = random_features(features)
rates, directions = np.linalg.eigh(fourier @ fourier.T / (features * population))
clock = np.geomspace(1 / values[9], 1 / values[299], 12)


def student_loss(y):
    """Loss of the student of 4096 features at `clock`."""
    return dynamics.Curve(rates, np.sum((directions.T @ y) ** 2, axis=1) / population, 0.0)(clock)


found = [powerlaw.fit(clock, student_loss(y)) for y in labels.values()]
given = stated(list(fitted.values()))
law.check("digits-time", measured=[f.exponent for f in found], error=[f.exponent_error for f in found], given=given)

# %% [markdown]
# Width: the best that $N$ of these features can do, on all images.

# %%
few = np.array([16, 32, 64, 128, 256])


def unlearned(y, n):
    """Power of the labels outside the span of n random features."""
    basis, _ = np.linalg.qr(fourier[:, rng.choice(features, n, replace=False)])
    return (np.sum(y**2) - np.sum((basis.T @ y) ** 2)) / population


remains = np.array([[unlearned(labels["digit"], n) for n in few] for _ in range(12)])
found = slope(few, remains)
law.check(
    "digits-width",
    measured=found[0],
    error=found[1],
    given=stated(exponents(labels["digit"], 16, 256)),
)
parity = slope(few, np.array([[unlearned(labels["parity"], n) for n in few] for _ in range(12)]))
capacity, source = exponents(labels["parity"], 16, 256)
print(f"parity: width exponent {parity[0]:.3f} ± {parity[1]:.3f}; capacity {capacity:.3f}, source {source:.3f}")

# %%
scrambled = slope(few, np.array([[unlearned(shuffled, n) for n in few] for _ in range(12)]))
law.control(
    "shuffled-digits",
    measured=scrambled[0],
    error=scrambled[1],
    given=stated(exponents(labels["digit"], 16, 256)),
)

# %%
fig, (ax, other) = plt.subplots(1, 2, figsize=(6.4, 3.2), sharey=True)
curve = student_loss(labels["digit"])
shape = clock ** law.predict("digits-time", capacity=fitted["digit"][0], source=fitted["digit"][1])
line = np.exp(np.mean(np.log(curve / shape))) * shape
ax.plot(clock, line, label="predicted slope")
plot.points(ax, clock, curve, index=1, label="4096 features")
law.series(
    "digits", x=clock, y=curve, prediction=line, law="bottleneck-exponents", label="4096 random Fourier features",
    x_label="gradient-flow time $t$ (step size × steps)", y_label="squared error", x_scale="log", y_scale="log",
    title="A student learns the digits",
)  # fmt: skip
capacity, source = exponents(labels["digit"], 16, 256)
shape = few ** law.predict("digits-width", capacity=capacity, source=source)
mean, error = remains.mean(axis=0), notebook.spread(remains)
other.plot(few, np.exp(np.mean(np.log(mean / shape))) * shape, label="predicted slope")
plot.points(other, few, mean, error, index=1, label="infinite time")
ax.set(xscale="log", yscale="log", xlabel="time $t$ (step size × steps)", ylabel="squared error")
other.set(xscale="log", yscale="log", xlabel="random features $N$")
ax.legend()
other.legend()
plt.show()

# %% [markdown]
# Random Fourier features are not Gaussian mixtures of the modes. Do they leave the same share of each?

# %%
spans = []
for _ in range(400):
    drawn = random_features(size)
    inside = drawn.T @ vectors[:, probed - 1]  # (size, modes)
    spans.append(1 - np.sum(inside * np.linalg.solve(drawn.T @ drawn, inside), axis=0))
kappa = kernel.effective_ridge(np.clip(values, 1e-15, None), size, 0.0)
law.check(
    "digits-share",
    measured=np.mean(spans, axis=0),
    error=notebook.spread(spans),
    given={"kappa": kappa, "eigenvalue": values[probed - 1]},
)

# %% [markdown]
# ## Many small students, or a large one
#
# Train several students, each with features of its own, and average what they say. What a student leaves of a mode is
# made of two parts: one that all students leave alike, and one that depends on the features drawn. Only the second
# averages out. The digits again, with 4 and with 16 students of 16 and of 64 features.

# %%
teams = [(16, 4), (16, 16), (64, 4), (64, 16)]  # features of each student, students
target, power = labels["digit"], np.sum((vectors.T @ labels["digit"]) ** 2, axis=1) / population
positive = np.clip(values, 1e-15, None)


def share_left(number):
    """Share of each mode that `number` random features leave, as the law of the share has it."""
    kappa = kernel.effective_ridge(positive, number, 0.0)
    return law.formula("share-a-width-leaves")(kappa=kappa, eigenvalue=positive)


def residual(number):
    """What a student of `number` random features leaves of the labels, (population, outputs)."""
    basis, _ = np.linalg.qr(random_features(number))
    return target - basis @ (basis.T @ target)


together, single = [], []
for number, members in teams:
    losses_of = []
    for _ in range(64 // members):
        rest = np.array([residual(number) for _ in range(members)])
        losses_of.append([np.sum(rest.mean(axis=0) ** 2), np.sum(rest[0] ** 2)])
    found = np.array(losses_of) / population
    together.append([found[:, 0].mean(), notebook.spread(found[:, 0])])
    single.append([found[:, 1].mean(), notebook.spread(found[:, 1])])
together, single = np.array(together), np.array(single)
given = {
    "members": [members for _, members in teams],
    "alone": [power @ share_left(number) for number, _ in teams],
    "averaged": [power @ share_left(number) ** 2 for number, _ in teams],
    "joined": [power @ share_left(number * members) for number, members in teams],
}
law.check("digits-ensemble", measured=together[:, 0], error=together[:, 1], given=given)

# %% [markdown]
# Control: give all students of a team the same features. They say the same, and a team is worth one student.

# %%
law.control("one-draw-for-all", measured=single[:, 0], error=single[:, 1], given=given)

# %% [markdown]
# ## What to try next
#
# * Replace the one-hot labels by even against odd. The time law holds; how far off is the width law, and why?
# * Let the easy target be $r=1/2$, where both branches of the width law meet. How slowly does the slope converge?
# * Train with fresh noisy samples at every step instead of gradient flow. When does the noise of the gradient bind?
# * Use compute $C=N^2t$ throughout. Which exponent should the best width have?
