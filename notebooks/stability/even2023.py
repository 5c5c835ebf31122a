# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # The step size chooses the solution
#
# Take linear regression with more unknowns than samples, and write each coefficient as a product, $\beta = u\odot v$.
# Infinitely many $\beta$ fit the data; which one does training find? For gradient flow the answer has long been known:
# the one that is nearest, in a certain geometry, to where it began. Even, Pesme, Gunasekar and Flammarion (2023) found
# that with steps of finite size the answer has the same form, but the network behaves as if it had begun *smaller*, and
# every coordinate has its own idea of how much. This notebook measures that, and what it does to sparse solutions.
# The predictions stand in [the law page](../laws/even2023.md).

# %%
import jax

jax.config.update("jax_enable_x64", True)
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.solvable import diagonal
from scipy.optimize import brentq

law = notebook.open("even2023")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Twenty regression problems
#
# 20 samples, 30 unknowns, and a truth with three coefficients equal to one. The network starts at $v=0$,
# $u=\sqrt2\,\alpha$ with $\alpha=0.1$, so $\beta$ starts at zero. We train with gradient descent at many step sizes,
# and with one random sample a step at smaller ones (single samples are steep: they bear much smaller steps).

# %%
samples, unknowns, support, alpha = 20, 30, 3, 0.1
problems = 48 if full else 20
start = np.sqrt(2) * alpha, 0.0
gd_sizes = np.concatenate([[0.025, 0.05, 0.1, 0.2], np.arange(0.3, 1.7, 0.04)])
sgd_sizes = np.array([0.005, 0.01, 0.02, 0.04, 0.06, 0.08])
CONVERGED = 1e-18  # of the loss, which starts near one

truth = np.zeros(unknowns)
truth[:support] = 1


def draw(target, *, steps=100_000):
    """A problem, the runs of descent and of stochastic descent on it, the latter's order, the former's steps."""
    x = rng.standard_normal((samples, unknowns))
    order = rng.integers(samples, size=steps)
    for many in (30_000, 120_000, 480_000):  # a problem with a small singular value takes longer
        descent = diagonal.descend(x, x @ target, start, gd_sizes, steps=many)
        if np.any(descent.loss < CONVERGED):
            break
    return x, descent, diagonal.descend(x, x @ target, start, sgd_sizes, steps=steps, order=order), order, many


drawn = [draw(truth) for _ in range(problems)]
# The first is looked at by itself: of all problems the one whose inputs are neither well nor badly conditioned.
smallest = [np.linalg.svd(x, compute_uv=False)[-1] for x, *_ in drawn]
drawn.insert(0, drawn.pop(int(np.argsort(smallest)[problems // 2])))
edges = np.array([np.flatnonzero(descent.loss < CONVERGED).max() for _, descent, *_ in drawn])  # index into gd_sizes
print("largest step size that converges, problem by problem:", np.round(gd_sizes[edges], 2))


def selected(x, y, run, k):
    """The interpolator that the law selects for the k-th step size: scale and offset come from the gain of that run."""
    return diagonal.interpolate(x, y, alpha**2 * np.exp(-run.gain[k]), run.asymmetry[k])


def distance(beta):
    """From the sparse truth, of the last axis."""
    return np.linalg.norm(beta - truth, axis=-1)


# %% [markdown]
# ## What the step size does
#
# The points are how far training ends from the sparse truth. The curves come from the law: the gain of the
# run gives the scale $\alpha_\infty$, a convex problem gives the solution. It has not seen the trained weights. Large
# steps with single samples find sparser solutions. Large steps with all samples make no difference for long, and then,
# just below the step size at which training diverges, spoil everything.

# %%
x, descent, stochastic, *_ = drawn[0]
y = x @ truth
flow = diagonal.interpolate(x, y, alpha**2)
fig, ax = plt.subplots()
ax.axhline(distance(flow.beta), color=plot.GREY, linestyle=":", label="gradient flow")
runs = [("gradient descent", descent, gd_sizes), ("one sample a step", stochastic, sgd_sizes)]
for index, (name, run, sizes) in enumerate(runs):
    shown = np.flatnonzero(run.loss < 1e-6)
    line = np.array([distance(selected(x, y, run, k).beta) for k in shown])
    ax.plot(sizes[shown], line, color=plot.COLOURS[index])
    plot.points(ax, sizes[shown], distance(run.beta[shown]), index=index, label=name)
    law.series(
        "distance-over-step-size",
        x=sizes[shown],
        y=distance(run.beta[shown]),
        prediction=line,
        label=name,
        x_label="step size γ",
        y_label="distance from the sparse truth",
        x_scale="log",
        y_scale="log",
        title="The solution that training finds, against the step size",
    )
ax.set(xscale="log", yscale="log", xlabel="step size $\\gamma$", ylabel="distance from the sparse truth")
ax.legend()
plt.show()

# %% [markdown]
# ## The law, coordinate by coordinate
#
# For three step sizes, the largest one that converges among them: the three coefficients of the truth and the two
# largest of the others. The error bar is how far the run can still be from the solution it converges to.


# %%
def unconverged(x, loss):
    """How far a run with this loss can still be from the nearest interpolator."""
    return np.sqrt(2 * len(x) * loss) / np.linalg.svd(x, compute_uv=False)[-1]


def judged(x, y, run, ks, count=5):
    """Largest coordinates of the solutions at step sizes `ks`, their errors, and what the law needs to predict them."""
    before = diagonal.interpolate(x, y, alpha**2).beta
    measured, error, given = [], [], {"effective": [], "tilt": [], "flow_solution": []}
    for k in ks:
        found = selected(x, y, run, k)
        largest = np.argsort(-np.abs(found.beta))[:count]
        measured.append(run.beta[k, largest])
        error.append(np.full(count, unconverged(x, run.loss[k])))
        given["effective"].append(alpha**2 * np.exp(-run.gain[k, largest]))
        given["tilt"].append(found.dual[largest])
        given["flow_solution"].append(before[largest])
    return {"measured": np.array(measured), "error": np.array(error), "given": given}


edge = edges[0]
below = int(np.argmin(np.abs(gd_sizes - gd_sizes[edge] / 2)))
law.check("descent-finds-it", **judged(x, y, descent, [4, below, edge]))

# %%
law.check("single-samples-find-it", **judged(x, y, stochastic, [4, 5]))

# %% [markdown]
# The same on data that nobody drew for the purpose: 25 digits, all pixels that vary, even digits against odd.

# %%
images, labels = digits.load()
digit_sizes = np.arange(0.5, 4.5, 0.1)
some_digits = []
for _ in range(6):
    rows = rng.permutation(len(labels))[:25]
    live = images[rows].std(axis=0) > 1 / 16
    pixels = np.where(live, images[rows] - images.mean(axis=0), 0)  # zero: as if the pixel were not there
    parity = np.where(labels[rows] % 2 == 0, 1.0, -1.0)
    some_digits.append((pixels, parity, diagonal.descend(pixels, parity, start, digit_sizes, steps=40_000)))
pixels, parity, digit_run = some_digits[0]
digit_edge = np.flatnonzero(digit_run.loss < CONVERGED).max()
print(f"{pixels.shape[0]} images, {pixels.any(axis=0).sum()} pixels, largest step size {digit_sizes[digit_edge]:.2f}")
law.check("digits-find-it", **judged(pixels, parity, digit_run, [5, digit_edge]))

# %% [markdown]
# In all of this the gain came from the run whose end it explains. Can one foretell the end? We take the gain of a run
# with *smaller* steps, enlarge it in proportion to the step size, and ask where the law would put the solution. The
# number is how far the solution really moved from that of gradient flow, as a multiple of that.


# %%
def move(x, before, run, small, large, sizes):
    """How far the solution of a large step has moved from `before`, the flow's, as a multiple of what is foretold."""
    gain = run.gain[small] * sizes[large] / sizes[small]
    foretold = diagonal.interpolate(x, x @ truth, alpha**2 * np.exp(-gain)).beta - before
    return (run.beta[large] - before) @ foretold / (foretold @ foretold)


flows = [diagonal.interpolate(x, x @ truth, alpha**2).beta for x, *_ in drawn]
moves = np.array([
    (move(x, before, d, 1, 3, gd_sizes), move(x, before, s, 2, 4, sgd_sizes))
    for (x, d, s, *_), before in zip(drawn, flows, strict=True)
])  # fmt: skip
law.check("foretold-by-small-steps", measured=moves.mean(axis=0), error=notebook.spread(moves))

# %% [markdown]
# Control: a start with $v = u/2$. The law is then used with a scale and an offset that are not this start's.

# %%
uneven = diagonal.descend(x, y, (start[0], start[0] / 2), gd_sizes[[below]], steps=30_000)
law.control("another-start", **judged(x, y, uneven, [0]))

# %% [markdown]
# Control: stop early. The law speaks of where training converges, not of what it passes on the way.

# %%
stopped = diagonal.descend(x, y, start, gd_sizes[[below]], steps=20)
wrong = judged(x, y, stopped, [0])
law.control(
    "stopped-early",
    measured=wrong["measured"],
    error=notebook.rounding(np.abs(wrong["measured"]).max(), operations=20),
    given=wrong["given"],
)

# %% [markdown]
# ## The gain
#
# How much smaller the effective start is, is an accumulation of squared gradients. It is also exactly what $u^2-v^2$
# loses: gradient flow conserves that difference, steps do not.

# %%
squares = descent.u[below, :5] ** 2, descent.v[below, :5] ** 2
difference = np.abs(squares[0] - squares[1])
law.check(
    "imbalance-lost",
    measured=-np.log(difference / (2 * alpha**2)),
    error=notebook.rounding(squares[0] + squares[1], operations=30_000) / difference,
    given={"gain": descent.gain[below, :5]},
)


# %%
def mean_and_error(values):
    """Mean over the problems and its standard error."""
    values = np.asarray(values)
    return {"measured": values.mean(axis=0), "error": notebook.spread(values)}


def share(k):
    """Total gain over γ² times the sum of the squared gradients, at the k-th step size of each problem."""
    return [d.gain[i].sum() / (gd_sizes[i] ** 2 * d.squares[i].sum()) for (_, d, *_), i in zip(drawn, k, strict=True)]


law.check("gain-is-squared-gradients", **mean_and_error(share([1] * problems)))

# %%
law.control("large-steps", **mean_and_error(share(edges)))


# %%
def exponent(run, sizes, some):
    """Slope of the log total gain over the log step size."""
    return np.polyfit(np.log(sizes[some]), np.log(run.gain[some].sum(axis=1)), 1)[0]


slopes = [exponent(d, gd_sizes, slice(1, 4)) for _, d, *_ in drawn]
law.check("gain-linear-in-step-size", **mean_and_error(slopes))
on_digits = [exponent(run, digit_sizes, slice(0, 4)) for *_, run in some_digits]
law.check("gain-linear-on-digits", **mean_and_error(on_digits))

# %% [markdown]
# From a smaller start each coefficient takes longer to grow, by the same time for each factor, and the gain adds up for
# longer: it goes with the logarithm of the start. That hardly varies, so the first ten problems are enough.

# %%
some = drawn[: problems // 2]
starts = np.array([0.1, 0.03, 0.01])
smaller = np.sqrt(2) * starts[1:, None], 0.0  # one row each; the first start is that of the runs above
totals = [
    [d.gain[1].sum(), *diagonal.descend(x, x @ truth, smaller, [0.05, 0.05], steps=30_000).gain.sum(axis=1)]
    for x, d, *_ in some
]
growth = np.diff(totals, axis=1) / np.diff(np.log(1 / starts))
law.check("gain-grows-with-the-logarithm-of-the-start", **mean_and_error(growth[:, 1] / growth[:, 0]))

# %%
fig, ax = plt.subplots()
for index, (name, run, sizes, upto) in enumerate(
    [("gradient descent", descent, gd_sizes, edge + 1), ("one sample a step", stochastic, sgd_sizes, 6)]
):
    total = run.gain[:upto].sum(axis=1)
    ok = run.loss[:upto] < 1e-3
    ax.plot(sizes[:upto][ok], total[ok], marker=plot.MARKERS[index], markersize=3, label=name)
    law.series(
        "gain-over-step-size",
        x=sizes[:upto][ok],
        y=total[ok],
        law="gain-from-squared-gradients",
        label=name,
        x_label="step size γ",
        y_label="total gain",
        x_scale="log",
        y_scale="log",
        title="The gain grows in proportion to the step size, until the edge",
    )
ax.set(xscale="log", yscale="log", xlabel="step size $\\gamma$", ylabel="total gain")
ax.legend()
plt.show()

# %% [markdown]
# ## Helpful or harmful
#
# Over all problems: by what factor does the distance from the sparse truth change between the smallest step size
# and the largest? We average its logarithm, because near divergence the factors differ a lot.


# %%
def typical(factors):
    """Mean over the problems of the logarithm, and its standard error."""
    return mean_and_error(np.log(factors))


law.check(
    "large-steps-help-single-samples", **typical([distance(s.beta[-1]) / distance(s.beta[0]) for _, _, s, *_ in drawn])
)

# %%
law.check(
    "edge-hurts-descent",
    **typical([distance(d.beta[k]) / distance(d.beta[1]) for (_, d, *_), k in zip(drawn, edges, strict=True)]),
)

# %% [markdown]
# Why? With single samples the gain is nearly the same for all coordinates, so the network behaves like one with a
# smaller start, and smaller starts find sparser solutions. With all samples the gain sits on the coordinates that
# matter, so that the potential punishes just them.


# %%
def concentration(gain):
    """Mean gain on the support over that off it."""
    return gain[:support].mean() / gain[support:].mean()


law.check(
    "descent-concentrates-the-gain",
    **typical(
        [concentration(d.gain[k]) / concentration(s.gain[-1]) for (_, d, s, *_), k in zip(drawn, edges, strict=True)]
    ),
)

# %%
fig, ax = plt.subplots()
for index, (name, gain) in enumerate(
    [("gradient descent at the edge", descent.gain[edge]), ("one sample a step", stochastic.gain[-1])]
):
    ax.plot(gain / gain.mean(), color=plot.COLOURS[index], marker=plot.MARKERS[index], markersize=4, label=name)
ax.set(xlabel="coordinate (the first three are the truth)", ylabel="gain over its mean")
ax.legend()
plt.show()

# %% [markdown]
# Controls: a truth that is not sparse, met with the same inputs and samples in the same order, gains nothing from large
# single-sample steps; and half of the largest step size is far enough from the edge to do no harm.

# %%
dense = []
for x, _, _, order, _ in some:
    target = rng.choice([-1.0, 1.0], unknowns) * np.sqrt(support / unknowns)  # as far from zero as the sparse one
    run = diagonal.descend(x, x @ target, start, sgd_sizes[[0, -1]], steps=100_000, order=order)
    dense.append(np.linalg.norm(run.beta[-1] - target) / np.linalg.norm(run.beta[0] - target))
law.control("dense-truth", **typical(dense))

# %%
halves = [int(np.argmin(np.abs(gd_sizes - gd_sizes[k] / 2))) for k in edges]
law.control(
    "half-of-the-largest-step",
    **typical([distance(d.beta[k]) / distance(d.beta[1]) for (_, d, *_), k in zip(drawn, halves, strict=True)]),
)

# %% [markdown]
# ## The edge of stability
#
# Every solution has a sharpness, and steps beyond two over it cannot stay there. Large steps move the solution, and
# with it the sharpness. So we foretell the solution for each step size from the gains and the offsets of two runs with
# small steps, and ask where step size times sharpness reaches 2. (The gain is a sum of squares over as many steps as it
# takes, and grows about as the step size. The offset is in effect a sum of cubes, and grows about as its square. How
# far from that they are, two runs tell.) Does the window of large steps open just there? And at what sharpness do runs
# settle in it?
#
# One sees it open: below, the sharpness hardly moves, and the product grows as the step size. Inside, the product
# stays. So the window opens where the product ceases to grow even half as fast as the step size.


# %%
def foretold_opening(x, y, run, sizes, small):
    """The step size at which step size times sharpness of the foretold solution is 2; `small` names the two runs."""
    known = sizes[small][:, None]

    def extended(values, size):
        """The straight line through two values, at another size."""
        return values[0] + (values[1] - values[0]) * (size - known[0]) / (known[1] - known[0])

    def excess(size):
        squared = alpha**2 * np.exp(-size * extended(run.gain[small] / known, size))
        beta = diagonal.interpolate(x, y, squared, size**2 * extended(run.asymmetry[small] / known**2, size)).beta
        # The squares of u and v differ by 2 α², and their product is β.
        u, v = np.sqrt(np.hypot(beta, squared) + squared), np.sqrt(np.hypot(beta, squared) - squared)
        return size * diagonal.sharpness(x, u, np.sign(beta) * v) - 2

    above = (size for size in sizes[small[1] + 1 :] if excess(size) > 0)
    return brentq(excess, sizes[small[0]], next(above, 2 * sizes[-1]), xtol=1e-4)


def settled(x, run, sizes):
    """Step size times sharpness at the end of each run, NaN where it is not at rest."""
    still = run.loss < 1e-12
    ends = [diagonal.sharpness(x, u, v) if ok else np.nan for u, v, ok in zip(run.u, run.v, still, strict=True)]
    return sizes * np.array(ends)


def knee(products, sizes):
    """The size beyond which the product grows less than half as fast as the size, between its neighbours, or None."""
    rest = np.isfinite(products)
    at = sizes[rest]
    slow = np.flatnonzero(np.diff(np.log(products[rest])) < 0.5 * np.diff(np.log(at)))
    return (at[max(slow[0] - 1, 0)], at[slow[0]], at[slow[0] + 1]) if slow.size else None


PARTS = 10  # of the space between the neighbours of the knee, for a second and finer search


def window(x, y, run, sizes, small, steps):
    """Where the window should open, step size times sharpness at each size (NaN where not at rest), and where it opens.

    It opens nowhere (NaN) if no run comes to rest beyond the knee.
    """
    products, opens = settled(x, run, sizes), np.nan
    if (found := knee(products, sizes)) is not None:
        finer = np.linspace(found[0], found[-1], PARTS + 1)
        again = settled(x, diagonal.descend(x, y, start, finer, steps=steps), finer)
        opens = (knee(again, finer) or (np.nan, np.nan))[1]
    return foretold_opening(x, y, run, sizes, small), products, opens


def opened(windows, spacing):
    """Where windows open, the error of the grid, and the sharpness that should tell.

    `spacing` is that of the first search; the second one goes from one neighbour to the other.
    """
    at = np.array([(opens, 2 / foretold) for foretold, _, opens in windows if opens == opens])
    return {
        "measured": at[:, 0],
        "error": notebook.solver(2 * spacing / PARTS, np.ones(len(at))) / np.sqrt(12),  # anywhere in a step
        "given": {"foretold_sharpness": at[:, 1]},
    }


def inside(windows, sizes):
    """Mean of step size times sharpness over each window, from 5 % above its opening on."""
    means = [products[(sizes > 1.05 * foretold) & (products == products)] for foretold, products, _ in windows]
    return mean_and_error([values.mean() for values in means if values.size])


windows = [window(x, x @ truth, d, gd_sizes, [2, 3], many) for x, d, *_, many in some]
law.check("window-opens", **opened(windows, gd_sizes[-1] - gd_sizes[-2]))
law.check("sharpness-of-the-solution", **inside(windows, gd_sizes))

# %%
fig, ax = plt.subplots()
for index, (foretold, products, _) in enumerate(windows[:3]):
    ax.plot(gd_sizes / foretold, products, color=plot.COLOURS[index], marker=plot.MARKERS[index], markersize=3)
ax.axhline(2, color=plot.GREY, linestyle=":", linewidth=1)
ax.set(xlabel="step size over the foretold opening", ylabel="step size times sharpness of the solution")
plt.show()

# %% [markdown]
# The same on the digits.

# %%
windows = [window(*one, digit_sizes, [0, 2], 40_000) for one in some_digits]
law.check("window-opens-on-digits", **opened(windows, digit_sizes[1] - digit_sizes[0]))
law.check("sharpness-on-digits", **inside(windows, digit_sizes))

# %% [markdown]
# Controls: with one sample a step, the largest step size at which the run settles is far below, and so is what it
# settles at; and half of the largest step size leaves room below the edge.

# %%
more_sizes = np.arange(0.06, 0.5, 0.04)
largest, calm = [], []
for x, _, _, order, _ in some:
    run = diagonal.descend(x, x @ truth, start, more_sizes, steps=50_000, order=order[:50_000])
    k = np.flatnonzero(run.loss < 1e-6).max()
    largest.append(more_sizes[k])
    calm.append(diagonal.sharpness(x, run.u[k], run.v[k]) * more_sizes[k])
print(f"largest step size over that of gradient descent: {np.mean(largest / gd_sizes[edges[: len(some)]]):.2f}")
law.control("single-samples-stay-below", **mean_and_error(calm))

# %%
inside = [diagonal.sharpness(x, d.u[k], d.v[k]) * gd_sizes[k] for (x, d, *_), k in zip(some, halves, strict=False)]
law.control("small-steps-stay-below", **mean_and_error(inside))

# %% [markdown]
# ## Does it converge at all?
#
# If the data can be fitted, the gradients vanish and the gain stops growing. If they cannot, because there are more
# noisy samples than unknowns, single-sample descent never comes to rest, and there is no limit for the law to describe.
# Without the noise the same samples do come to rest.

# %%
ends = np.log10([s.loss[-1] for _, _, s, *_ in drawn])
law.check("single-samples-come-to-rest", **mean_and_error(ends))
late = [1 - run.half_gain[k].sum() / run.gain[k].sum() for _, d, s, *_ in drawn for run, k in ((d, 2), (s, -1))]
law.check("gain-comes-to-rest", **mean_and_error(late))


# %%
def late_share(x, y, order):
    """Share of the gain that the second half of the steps adds, one sample a step at step size 0.02."""
    run = diagonal.descend(x, y, start, [0.02], steps=len(order), order=order)
    return 1 - run.half_gain.sum() / run.gain.sum()


restless, resting = [], []
for _ in range(problems // 2):
    x_many, noise = rng.standard_normal((60, unknowns)), 0.3 * rng.standard_normal(60)
    order = rng.integers(60, size=40_000)
    restless.append(late_share(x_many, x_many @ truth + noise, order))
    resting.append(late_share(x_many, x_many @ truth, order))
law.control(
    "noise-never-rests",
    **mean_and_error(restless),
    intact=np.mean(resting),
    intact_error=notebook.spread(resting),
)

# %% [markdown]
# ## What to try next
#
# - Make $\alpha$ ten times smaller or larger. How does the gain change, and how do the solutions?
# - Use batches of five. Where between the two curves of the first figure do they lie?
# - Correct the control `another-start`: with $\alpha^2=|u_0^2-v_0^2|/2$ and an offset of
#   $\frac12\ln|(u_0+v_0)/(u_0-v_0)|$ the law holds again.
# - Leave out the offset (`run.asymmetry`). At which step sizes does it matter?
