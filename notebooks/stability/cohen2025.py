# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # The central flow: an average path with the sharpness capped
#
# At the edge of stability gradient descent never stops oscillating: the next iterate is hard to predict. Cohen and
# co-authors (2025) predict the *average* instead. Along the sharpest direction the iterates have a variance
# $\sigma^2$, and through the third derivative of the loss this variance pushes the average towards flatter places.
# Ask that the push be just strong enough to keep the sharpness at $2/\eta$, and $\sigma^2$ is known: nothing to fit.
#
# We run gradient descent on handwritten digits beside its central flow and compare sharpness, variance, loss and
# position; then the same for an adaptive method. What is predicted stands in
# [the law page](../laws/cohen2025.md).

# %%
from functools import partial

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from jax import lax
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.models.parity import parity
from lawbook.lab.training import central_flow
from lawbook.measure.sharpness import hessian_product, top_eigenpairs

law = notebook.open("cohen2025")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Set-up
#
# Even against odd digits, a small SiLU network (smooth: the flow needs three derivatives), half the mean squared error.
# Sample weights let one program do full batches (all ones) and mini-batches.

# %%
samples, hidden = (1000, (64, 64)) if full else (200, (24, 24))
start, digits, loss = parity(rng, samples=samples, hidden=hidden)


# %% [markdown]
# Three travellers leave the same point: the optimiser, its central flow, and plain gradient flow. The optimiser is
# Scalar RMSProp, which divides the step size by the root of a running average $\nu$ of the squared gradient norm.
# With $\beta_2=1$ and $\nu=1$ it *is* gradient descent, so one program serves both.

# %%
EVERY = 5  # steps between two measurements of the sharpness; odd, for the oscillation has period two
SOLVED = 1e-2  # relative residual of the flow's eigenvector, and so the relative error of its slopes
PIECE = 50  # a longer run calls the same program again, so that runs of all lengths share a compilation


@jax.jit
def travel(carry, batch, weights, eta, beta2):
    """One entry of the log a step, and of the sharpness of optimiser and gradient flow every `EVERY` steps.

    `weights`: of the samples at each step, (steps, samples).
    """
    whole = partial(loss, batch=batch)
    slope = jax.grad(whole)
    forgetting = (1 - beta2) / beta2

    def sharpness(w, begin):
        top = top_eigenpairs(hessian_product(whole, w), w.size, begin, most=24, tolerance=1e-3)
        return top.values[0], top.start

    def step(carry, weight):
        w, nu, flow, flow_nu, gradient_flow, begin = carry
        edge = central_flow.edge(whole, flow, begin, most=16, tolerance=SOLVED)
        following = central_flow.step(whole, flow, edge, step_size=eta, nu=flow_nu, forgetting=forgetting)
        apart = w - flow
        u = edge.vectors[:, 0]
        x = u @ apart  # the oscillation
        gradient, flow_gradient = slope(w), slope(flow)
        log = {
            "loss": whole(w),
            "flow loss": whole(flow),
            "gradient": gradient @ gradient,
            "flow gradient": flow_gradient @ flow_gradient,
            "square": x**2,
            "variance": following.covariance[0, 0],
            "flow sharpness": edge.values[0],
            "alpha": -flow_gradient @ edge.slopes[0],
            "beta": edge.slopes[0] @ edge.slopes[0],
            "off": jnp.linalg.norm(apart - x * u),
            "off gradient flow": jnp.linalg.norm(w - gradient_flow),
            "nu": nu,
        }
        gradient = jax.grad(loss)(w, batch, weight)
        nu = beta2 * nu + (1 - beta2) * gradient @ gradient
        w = w - eta / jnp.sqrt(nu) * gradient
        gradient_flow = lax.fori_loop(0, 4, lambda _, v: v - eta / 4 * slope(v), gradient_flow)
        return (w, nu, following.w, following.nu, gradient_flow, edge.start), log

    def block(carry, weights):
        travellers, begins = carry
        measured, begin = sharpness(travellers[0], begins[0])
        beside, begin_beside = sharpness(travellers[4], begins[1])
        travellers, log = lax.scan(step, travellers, weights)
        return (travellers, (begin, begin_beside)), (log, measured, beside)

    carry, (log, measured, beside) = lax.scan(block, carry, weights.reshape(-1, EVERY, weights.shape[1]))
    log = jax.tree.map(lambda a: a.reshape(-1, *a.shape[2:]), log)
    return carry, log | {"sharpness": measured, "gradient flow sharpness": beside}


def begin(start, nu=1.0, flow=None):
    """The three travellers at one point, or the central flow at a point of its own, as `run` takes them."""
    nothing, nu = jnp.zeros_like(start), jnp.asarray(nu, float)
    return (start, nu, start if flow is None else flow, nu, start, nothing), (nothing, nothing)


def run(carry, batch, *, eta, steps, beta2=1.0, weights=None):
    """The log of `travel`, as NumPy arrays, and the travellers where they ended."""
    logs = []
    for first in range(0, steps, PIECE):
        part = np.ones((PIECE, len(batch[0]))) if weights is None else weights[first : first + PIECE]
        carry, log = travel(carry, batch, part, eta, beta2)
        logs.append(log)
    return {name: np.concatenate([log[name] for log in logs]) for name in logs[0]}, carry


PART = 0.4  # of a run, its end: the rest is the transient


def windows(values, beside=0.0, count=2):
    """Means over windows of the last `PART` of a log, and their standard errors from five blocks of each window.

    `beside`: a smooth log that `values` is to be held against. The error is then that of the difference, free of the
    trend that both share.
    """

    def last(log):
        return log[-int(PART * len(log)) :].reshape(count, -1)

    return last(values).mean(axis=1), notebook.blocks(last(values - beside), axis=1)


@jax.jit
def approach(start, batch, eta):
    return central_flow.until_sharp(partial(loss, batch=batch), start, step_size=eta, level=1.5 / eta)


# %% [markdown]
# ## Gradient descent and its central flow
#
# We let gradient descent bring the sharpness to three quarters of $2/\eta$, and start the clock there. The flow is
# gradient flow at first. It meets the edge by itself, and stays.

# %%
eta = 0.3
steps = 5000 if full else 2500
near = approach(start, digits, eta)
descent, end = run(begin(near.w), digits, eta=eta, steps=steps)
edge = law.formula("time-averaged-sharpness")(eta=eta)
clock, measured_at = np.arange(steps), np.arange(0, steps, EVERY)
two = jax.jit(lambda w: top_eigenpairs(hessian_product(partial(loss, batch=digits), w), w.size, count=2).values)(
    end[0][2]  # of the flow
)
print(f"{int(near.steps)} steps before the start of the clock; the edge is at {edge:.3f}")
print(f"two largest eigenvalues where the flow ends: {two[0]:.3f} and {two[1]:.3f}: only one direction oscillates")

# %%
thin = slice(None, None, max(1, steps // EVERY // 190))
lines = {
    "gradient descent": descent["sharpness"],
    "central flow": descent["flow sharpness"][::EVERY],
    "gradient flow": descent["gradient flow sharpness"],
}
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4))
left.axhline(edge, color=plot.GREY, linestyle=":", linewidth=1)
for index, (name, values) in enumerate(lines.items()):
    left.plot(measured_at, values, color=plot.COLOURS[index], linewidth=1, label=name)
    if name != "gradient flow":
        law.series(
            "sharpness",
            x=measured_at[thin],
            y=values[thin],
            prediction=np.full(len(measured_at[thin]), edge),
            law="time-averaged-sharpness",
            label=name,
            x_label="step",
            y_label="sharpness (loss per squared parameter)",
            title="Gradient descent swings about its central flow, which stays at 2/η",
        )
left.set(
    xlabel="step", ylabel="sharpness (loss per squared parameter)", title="dotted: 2/η", ylim=(0.7 * edge, 2 * edge)
)
left.legend()
right.plot(clock, descent["square"], color=plot.COLOURS[0], linewidth=0.5, label="$x_t^2$, gradient descent")
right.plot(clock, descent["variance"], color=plot.COLOURS[1], label=r"$\sigma^2$, central flow")
right.set(xlabel="step", ylabel="squared displacement (squared parameter)", yscale="log", ylim=(1e-6, None))
right.legend()
plt.show()

# %% [markdown]
# Gradient descent is late at first: it enters the edge with almost no oscillation, overshoots, and spikes. More
# overshoots and spikes follow, in cycles of 100 to 300 steps, each smaller than the one before. Once they
# have died down it swings about the flow. Gradient flow goes its own way.
#
# ## Checks
#
# All averages are over the last two fifths of a run. Each fifth of this one is longer than a cycle.

# %%
measured, error = windows(descent["sharpness"], count=1)
law.check("averages-to-the-edge", measured=measured, error=error, given={"eta": eta})
level, level_error = windows(descent["gradient flow sharpness"], count=1)
law.control("gradient-flow-sharpens-on", measured=level, error=level_error, given={"eta": eta})

# %% [markdown]
# How far does it swing? The law has it from two slopes at the flow, that of the loss and that of the sharpness.

# %%
square, square_error = windows(descent["square"], descent["variance"])
given = {name: windows(descent[name])[0] for name in ("alpha", "beta")}
law.check("swings-by-the-formula", measured=square, error=square_error, given=given)

# %%
late = slice(steps // 2, None)
drift, drift_error = windows(descent["off"][late] / descent["off gradient flow"][late], count=1)
law.check("stays-near-the-flow", measured=drift, error=drift_error)

# %% [markdown]
# The loss along the flow falls all the way, although that of gradient descent goes up on many steps.

# %%
flow_rises, rises = np.diff(descent["flow loss"]) > 0, np.diff(descent["loss"]) > 0
law.check("flow-loss-falls", measured=flow_rises.mean(), error=notebook.counted(flow_rises.sum(), flow_rises.size))
arrives = int(np.argmax(descent["variance"] > 0))
growing = slice(arrives + 250, arrives + 850)
rises, kept = rises[growing], flow_rises[growing]
law.control(
    "single-iterates-rise",
    measured=rises.mean(),
    error=notebook.blocks(rises),
    intact=kept.mean(),
    intact_error=notebook.counted(kept.sum(), kept.size),
)

# %% [markdown]
# At a larger step size the edge is lower and the oscillation stronger. The flow's variance is again that of the
# iterates. (Here the flow is moved by the complementarity problem, which knows no closed form.)
#
# Ever since the delay at the edge the flow has been ahead of gradient descent, and $\sigma^2$ falls on the way. So
# here we start the clock when the oscillation has grown up. Gradient descent goes on alone for a thousand steps, and
# the flow begins at its local average. The weights 1, 2, 1 take out a displacement that changes its sign at each step,
# and a steady growth of it as well.


# %%
@jax.jit
def grown(w, batch, eta, steps):
    """An iterate of gradient descent after that many steps and one, and the average of it with its neighbours."""
    slope = jax.grad(partial(loss, batch=batch))

    def descend(_, w):
        return w - eta * slope(w)

    before = lax.fori_loop(0, steps, descend, w)
    at = descend(0, before)
    return at, (before + 2 * at + descend(0, at)) / 4


iterate, average = grown(approach(start, digits, 0.4).w, digits, 0.4, 1000)
larger, _ = run(begin(iterate, flow=average), digits, eta=0.4, steps=1500 if full else 750)
measured, error = windows(larger["square"], larger["variance"])
law.check("variance", measured=measured, error=error, given={"variance": windows(larger["variance"])[0]})
variance, _ = windows(descent["variance"])

# %% [markdown]
# Before the oscillation has grown up there is nothing to average: in the first steps at the edge the variance is far
# from the flow's. In the last twenty it is the flow's.

# %%
early, latest = slice(arrives + 10, arrives + 30), slice(-20, None)


def twenty(name, steps, **given):
    """The mean of a log over twenty steps, its error, and what the law needs to predict it."""
    values = descent[name][steps]
    means = {symbol: descent[log][steps].mean() for symbol, log in given.items()}
    return values.mean(), notebook.blocks(values), means


(square, error, given), (intact, intact_error, intact_given) = (
    twenty("square", when, variance="variance") for when in (early, latest)
)
law.control(
    "before-the-first-spike",
    measured=square,
    error=error,
    given=given,
    intact=intact,
    intact_error=intact_error,
    intact_given=intact_given,
)

# %% [markdown]
# The oscillation costs loss, $\sigma^2/\eta$ of it, and adds to the squared gradient.

# %%
predicted = law.predict("averaged-loss", eta=eta, variance=descent["variance"], flow_loss=descent["flow loss"])
average, average_error = windows(descent["loss"], predicted)
flow_loss, _ = windows(descent["flow loss"])
law.check(
    "averaged-loss",
    measured=average,
    error=average_error,
    given={"eta": eta, "variance": variance, "flow_loss": flow_loss},
)

# %%
fig, ax = plt.subplots()
ax.plot(clock, descent["loss"], color=plot.COLOURS[0], linewidth=0.4, label="gradient descent")
ax.plot(clock, descent["flow loss"], color=plot.COLOURS[2], label="central flow, $L(w)$")
ax.plot(clock, predicted, color=plot.COLOURS[1], label=r"law, $L(w)+\sigma^2/\eta$")
ax.set(xlabel="step", ylabel="training loss", yscale="log")
ax.legend()
plt.show()
smooth = descent["loss"].reshape(-1, 25).mean(axis=1)
law.series(
    "loss",
    x=clock.reshape(-1, 25).mean(axis=1)[10:],
    y=smooth[10:],
    prediction=predicted.reshape(-1, 25).mean(axis=1)[10:],
    law="time-averaged-loss",
    label="gradient descent, mean of 25 steps",
    x_label="step",
    y_label="training loss",
    y_scale="log",
    title="Loss: the central flow and what the oscillation adds",
)

# %%
flow_gradient, _ = windows(descent["flow gradient"])
gradient, gradient_error = windows(
    descent["gradient"],
    law.predict("averaged-gradient", eta=eta, variance=descent["variance"], flow_gradient=descent["flow gradient"]),
)
law.check(
    "averaged-gradient",
    measured=gradient,
    error=gradient_error,
    given={"eta": eta, "variance": variance, "flow_gradient": flow_gradient},
)

# %% [markdown]
# How much of the gradient is oscillation? In the first steps at the edge there is none yet, and the squared gradient
# is no larger than along the flow.

# %%
(gradient, error, given), (intact, intact_error, intact_given) = (
    twenty("gradient", when, variance="variance", flow_gradient="flow gradient") for when in (early, latest)
)
law.control(
    "gradient-before-the-first-spike",
    measured=gradient,
    error=error,
    given=given | {"eta": eta},
    intact=intact,
    intact_error=intact_error,
    intact_given=intact_given | {"eta": eta},
)

# %% [markdown]
# ## Control: mini-batches
#
# The theory is for the full gradient. We go on for 250 steps from where the run ended, once with all samples and once
# with batches of ten. The noise takes the sharpness below the edge.

# %%
further = 250
order = np.argsort(rng.random((further, samples)), axis=1)
tens = np.where(order < samples // 20, 20.0, 0.0)
(noisy, _), (kept, _) = (run(end, digits, eta=eta, steps=further, weights=weights) for weights in (tens, None))
(level, error), (intact, intact_error) = (windows(log["sharpness"], count=1) for log in (noisy, kept))
law.control(
    "mini-batches-stay-below",
    measured=level,
    error=error,
    intact=intact,
    intact_error=intact_error,
    given={"eta": eta},
)

# %% [markdown]
# Nor does one direction account for the loss. We put the run's own $x_t^2$ in for $\sigma^2$, and charge it at the full
# curvature $2/\eta$. With all samples that is the loss. With batches it is higher still: the rest lies along the other
# directions, which the noise shakes as well.


# %%
def charged(log):
    """The mean loss of a run, its error, and what the law needs to predict it out of the run's own oscillation."""
    own = {"variance": log["square"], "flow_loss": log["flow loss"]}
    average, error = windows(log["loss"], law.predict("averaged-loss", eta=eta, **own), count=1)
    return average, error, {"eta": eta} | {name: windows(values, count=1)[0] for name, values in own.items()}


(average, error, given), (intact, intact_error, intact_given) = charged(noisy), charged(kept)
law.control(
    "noise-costs-more",
    measured=average,
    error=error,
    given=given,
    intact=intact,
    intact_error=intact_error,
    intact_given=intact_given,
)

# %% [markdown]
# ## Scalar RMSProp
#
# The optimiser never sees curvature, only gradients. Yet its effective step size $\eta/\sqrt\nu$ ends up where the
# curvature wants it: at $2/\lambda_{\max}$. The oscillation tells it, for the gradient norm that goes into $\nu$ is
# mostly oscillation. We take a small learning rate and one that is five times as large.
#
# $\nu$ also damps. When the oscillation grows, so does $\nu$, and takes the effective sharpness down at once, while the
# push has yet to change the sharpness itself. The shorter the memory, the sooner the spikes at the edge have died down;
# $\beta_2=0.95$ remembers twenty steps.

# %%
rates, beta2 = (0.02, 0.1), 0.95
LONG = 950  # steps from where a flow has come to the edge
first = jax.grad(loss)(start, digits)
adaptive, ends, reached = {}, {}, {}
for rate in rates:
    logs, carry = [], begin(start, first @ first)
    while not (logs and logs[-1]["variance"][-1] > 0):  # until the flow is at the edge
        log, carry = run(carry, digits, eta=rate, steps=PIECE, beta2=beta2)
        logs.append(log)
    reached[rate] = PIECE * len(logs), carry[0][2]
    print(f"η = {rate}: the flow is at the edge after {reached[rate][0]} steps")
    log, ends[rate] = run(carry, digits, eta=rate, steps=3 * LONG if full else LONG, beta2=beta2)
    adaptive[rate] = {name: np.concatenate([log[name] for log in [*logs, log]]) for name in log}
    adaptive[rate]["step size"] = rate / np.sqrt(adaptive[rate]["nu"])

fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4))
left.axhline(2, color=plot.GREY, linestyle=":", linewidth=1)
for index, (rate, log) in enumerate(adaptive.items()):
    measured_at, steps = EVERY * np.arange(len(log["sharpness"])), log["step size"][::EVERY]
    stable = law.formula("scalar-rmsprop")(sharpness=log["sharpness"])
    left.plot(measured_at, steps * log["sharpness"], color=plot.COLOURS[index], linewidth=1, label=f"η = {rate}")
    right.plot(measured_at, steps, color=plot.COLOURS[index], label=f"step size, η = {rate}")
    right.plot(measured_at, stable, color=plot.COLOURS[index], linestyle=":", linewidth=1, label="2 / sharpness")
    thin = slice(20, None, 2)
    law.series(
        "effective-step", x=measured_at[thin], y=steps[thin], prediction=stable[thin], law="scalar-rmsprop",
        x_label="step", y_label="effective step size", label=f"η = {rate}", title="It finds the largest stable step",
    )  # fmt: skip
left.set(xlabel="step", ylabel="effective sharpness", title="dotted: 2")
left.legend()
right.set(xlabel="step", ylabel="squared parameter per loss", ylim=(0, 0.8))
right.legend()
plt.show()


# %%
def settled(log):
    """The mean effective step size in each window of a run, its error, and the mean sharpness there."""
    steps = log["step size"][::EVERY]
    return *windows(steps, law.formula("scalar-rmsprop")(sharpness=log["sharpness"])), windows(log["sharpness"])[0]


measured, error, sharp = (np.concatenate(part) for part in zip(*map(settled, adaptive.values()), strict=True))
law.check("largest-stable-step", measured=measured, error=error, given={"sharpness": sharp})

# %% [markdown]
# Its own central flow also foretells how much it oscillates. Where the sharpness keeps still that is $2\alpha/\beta$,
# as for gradient descent. While it rises, as it does at the small rate, the growing $\nu$ holds the effective sharpness
# down as well, and a smaller oscillation is enough: close to $\eta^2/4$, at which $\lambda_{\max}^2\sigma^2=\nu$.

# %%
measured, error = np.concatenate([windows(log["square"], log["variance"]) for log in adaptive.values()], axis=1)
names = ("variance", "alpha", "beta")
given = {name: np.concatenate([windows(log[name])[0] for log in adaptive.values()]) for name in names}
law.check("adaptive-variance", measured=measured, error=error, given=given)

# %% [markdown]
# Mini-batches again break it: in 250 steps more, noise inflates the gradient norm, and with it $\nu$.


# %%
def after(weights):
    """Mean effective step size at the end of some more steps, its error, and the mean sharpness there."""
    log, _ = run(ends[0.02], digits, eta=0.02, steps=further, beta2=beta2, weights=weights)
    steps, stable = 0.02 / np.sqrt(log["nu"][::EVERY]), law.formula("scalar-rmsprop")(sharpness=log["sharpness"])
    return *windows(steps, stable, count=1), {"sharpness": windows(log["sharpness"], count=1)[0]}


(level, error, given), (intact, intact_error, intact_given) = after(tens), after(None)
law.control(
    "noise-shrinks-the-step",
    measured=level,
    error=error,
    given=given,
    intact=intact,
    intact_error=intact_error,
    intact_given=intact_given,
)

# %% [markdown]
# ## Why it is fast
#
# The swings push towards flat places, and at first sight that is a detour. But in flat places larger steps are
# stable. We let a flow go from where the central flow has come to the edge, with the same steps of $2/\lambda_{\max}$
# but without the push. It gets sharper, its steps get smaller, and in the end it is behind.


# %%
@partial(jax.jit, static_argnames="steps")
def unpushed(w, batch, steps):
    """Sharpness and loss of the flow without the push every `EVERY` steps, each (steps / EVERY,), and at its end."""
    whole = partial(loss, batch=batch)

    def block(carry, _):
        w, begin = carry
        top = top_eigenpairs(hessian_product(whole, w), w.size, begin, most=24, tolerance=EXACT)
        after = lax.fori_loop(0, 4 * EVERY, lambda _, v: v - 0.5 / top.values[0] * jax.grad(whole)(v), w)
        return (after, top.start), (top.values[0], whole(w))

    return lax.scan(block, (w, jnp.zeros_like(w)), length=steps // EVERY)[1]


EXACT = 1e-3  # relative residual of the eigenvectors of this flow
ALONE = 750  # steps of it


def against(rate):
    """Sharpness and loss at the end of that flow, each over that of the central flow after as many steps."""
    some, flow = reached[rate]
    without[rate] = [np.asarray(part) for part in unpushed(flow, digits, ALONE)]
    last = some + ALONE - EVERY
    return [
        alone[-1] / adaptive[rate][name][last]
        for alone, name in zip(without[rate], ("flow sharpness", "flow loss"), strict=True)
    ]


without = {}
sharper, slower = against(0.1)
law.check("sharper-without-the-push", measured=sharper, error=notebook.solver(EXACT, sharper))
law.check("slower-without-the-push", measured=slower, error=notebook.solver(EXACT, slower))
_, hardly = against(0.02)
law.control("a-small-rate-pushes-little", measured=hardly, error=notebook.solver(EXACT, hardly))

fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4))
for index, (rate, log) in enumerate(adaptive.items()):
    at = reached[rate][0] + EVERY * np.arange(len(without[rate][0]))
    for ax, name, alone in ((left, "flow sharpness", without[rate][0]), (right, "flow loss", without[rate][1])):
        ax.plot(log[name][60:], color=plot.COLOURS[index], label=f"central flow, η = {rate}")
        ax.plot(at, alone, color=plot.COLOURS[index], linestyle="--", label="without the push")
at, pushed = reached[0.1][0] + EVERY * np.arange(len(without[0.1][0])), adaptive[0.1]["flow sharpness"]
for values, label in ((pushed[at], "central flow"), (without[0.1][0], "without the push")):
    law.series(
        "without-the-push",
        x=at[::3],
        y=values[::3],
        law="acceleration-by-flattening",
        label=label,
        x_label="step",
        y_label="sharpness (loss per squared parameter)",
        title="Without the push the flow ends up in sharper places",
    )
left.set(xlabel="step", ylabel="sharpness (loss per squared parameter)")
right.set(xlabel="step", ylabel="loss along the flow", yscale="log")
left.legend()
plt.show()

# %% [markdown]
# That is also what the learning rate is for. When both flows have come down to the same loss, the one with the larger
# rate is in a flatter place.

# %%
level = max(log["flow loss"][-1] for log in adaptive.values())
small, large = (log["flow sharpness"][np.argmax(log["flow loss"] <= level)] for log in adaptive.values())
law.check("larger-rates-end-flatter", measured=large / small, error=notebook.solver(SOLVED, large / small))

# %% [markdown]
# ## What to try next
#
# - Start the clock earlier or later. How long does gradient descent take to catch up with the flow at the edge?
# - Give the flow the wrong variance, half of it, say. Where does the sharpness go?
# - Ten outputs instead of one, at a step size near 1: two eigenvalues meet at the edge. `central_flow.edge` takes
#   `count=2` and `central_flow.step` then solves for a 2 × 2 covariance.
# - Change $\beta_2$ of Scalar RMSProp. What moves, the level or the time to get there?
