# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Self-stabilization: what keeps gradient descent at the edge
#
# Once the curvature of the loss exceeds $2/\eta$, gradient descent with step size $\eta$ oscillates with growing
# amplitude along the sharpest direction. On a parabola that would be the end. Damian, Nichani and Lee (2022) showed
# what saves a network: the cubic term of the loss. The larger the oscillation, the harder it pushes the iterate
# towards flatter places, until the step is stable again. Then the oscillation dies down, the curvature grows, and the
# next cycle begins.
#
# We follow one network through such cycles, step by step, and compare with what the cubic term alone predicts. The
# predictions stand in [the law page](../laws/damian2022.md).

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

law = notebook.open("damian2022")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## The mechanism in two numbers
#
# Let $x$ be the displacement along the sharpest direction and $y$ the excess of the sharpness over $2/\eta$. The step
# multiplies $x$ by $-(1+\eta y)$. Progressive sharpening raises $y$ at the rate $\alpha$, and the cubic term lowers it
# in proportion to $x^2$. That is a map of two numbers.

# %%
alpha, beta = 0.02, 60.0
delta = law.formula("two-variable-map")(alpha=alpha, beta=beta)
kick = 0.4  # of δ, where we start in this notebook


def rise(eta, alpha):
    """Steps that are enough for the first rise, and too few for the second."""
    return int(4 / (eta * np.sqrt(alpha)))


def cycle(eta, steps):
    """The map started at rest, y = 0, with x = kick · δ: x and y, each (steps,)."""
    x, y, path = kick * delta, 0.0, []
    for _ in range(steps):
        path.append((x, y))
        x, y = -(1 + eta * y) * x, y + eta * (alpha - 0.5 * beta * x**2)
    return np.array(path).T


sizes = np.array([0.2, 0.1, 0.03])
peaks, arrivals = [], []
for size in sizes:
    x, y = cycle(size, rise(size, alpha))
    peaks.append(y.max())
    arrivals.append(np.abs(x).argmax())
x, y = cycle(0.1, 1500)
fig, ax = plt.subplots()
ax.plot(np.abs(x) / delta, y / np.sqrt(alpha), linewidth=1)
ax.plot(1, 0, "+", color=plot.GREY)
ax.set(
    xlabel=r"oscillation $|x|/\delta$",
    ylabel=r"excess sharpness $y/\sqrt{\alpha}$",
    title="sharpen, blow up, flatten, calm down",
)
plt.show()

# %% [markdown]
# It goes round and round the fixed point $|x|=\delta$, $y=0$. How far $y$ rises before it turns, and when $|x|$ peaks,
# follows from a conserved quantity of the map's small-step limit.

# %%
law.check(
    "first-peak-of-the-map",
    measured=peaks,
    error=notebook.rounding(peaks, operations=rise(sizes.min(), alpha)),
    given={"alpha": alpha, "kick": kick},
)
law.check(
    "time-to-the-peak-of-the-map",
    measured=arrivals,
    error=notebook.exact(arrivals),
    given={"alpha": alpha, "eta": sizes},
)

# %% [markdown]
# **Control: large steps.** The map conserves that quantity only in the limit: each step of finite size adds to
# it, so the orbits spiral outwards. With few steps to a cycle the first rise is already too high.

# %%
large = np.array([1.0, 2.0])
rises = np.array([cycle(size, rise(size, alpha))[1].max() for size in large])
print(f"ε = {large * np.sqrt(alpha)}")
law.control(
    "large-steps-overshoot",
    measured=rises,
    error=notebook.rounding(rises, operations=rise(large.min(), alpha)),
    given={"alpha": alpha, "kick": kick},
)

# %% [markdown]
# ## A network at the edge
#
# Even against odd digits, a small SiLU network, half the mean squared error. Gradient descent brings it to the edge.
# There we project onto the *constrained set*, sharpness exactly $2/\eta$ and no gradient along the sharpest
# direction, and start a little off it, so that the first cycle begins at once.

# %%
samples, hidden = (1000, (64, 64)) if full else (200, (24, 24))
start, digits, loss = parity(rng, samples=samples, hidden=hidden)
SOLVED = 1e-4  # relative residual of the sharpest direction, and so the relative error of its slopes


# %% [markdown]
# Three paths run in one loop: gradient descent $\theta$; the constrained path $\theta^\dagger$, which takes the same
# steps but is projected back each time; and the predicted deviation $v$ between them, which knows the loss only
# through its derivatives at $\theta^\dagger$, up to the third.


# %%
def project(w, at, gradient, edge, exactly):
    """Nearest point, to first order, with sharpness at (`exactly`) or below the edge and no gradient along u."""
    u, slope = at.vectors[:, 0], at.slopes[0]
    across = slope - u * (u @ slope)
    excess = at.values[0] + slope @ (w - at.point) - edge
    excess = excess if exactly else jnp.maximum(excess, 0)
    return w - excess * across / (across @ across) - u * (u @ gradient) / edge


@jax.jit
def arrive(start, batch, eta):
    """Gradient descent to the edge, onto the constrained set, and along it until the jolt has died away."""
    whole = partial(loss, batch=batch)
    near = central_flow.until_sharp(whole, start, step_size=eta, level=1.99 / eta)

    def settle(t, carry):
        w, begin = carry
        w = w - jnp.where(t < 4, 0.0, eta) * jax.grad(whole)(w)
        at = central_flow.edge(whole, w, begin, tolerance=SOLVED)
        return project(w, at, jax.grad(whole)(w), 2 / eta, True), at.start

    return *lax.fori_loop(0, 44, settle, (near.w, near.start)), near.steps


def deviate(v, eta, u, across, gradient, hessian, cubic=1.0):
    """The predicted deviation a step later, from the derivatives of the loss at one point of the constrained path."""
    x, y, pull = u @ v, across @ v, (gradient @ across) / (across @ across)
    after = v - eta * ((cubic * x**2 / 2 + pull) * across + hessian(v) + x * y * u)
    return jnp.clip(after, -1e3, 1e3)  # a prediction that flies away is wrong already; keep it finite


@partial(jax.jit, static_argnames="steps")
def follow(dagger, begin, batch, eta, kick, steps):
    """Where gradient descent starts; the three paths and what is needed to compare them, one entry a step."""
    whole = partial(loss, batch=batch)
    slope = jax.grad(whole)
    at = central_flow.edge(whole, dagger, begin, tolerance=SOLVED)
    u, gradient = at.vectors[:, 0], slope(dagger)
    across = at.slopes[0] - u * (u @ at.slopes[0])
    v = kick * jnp.sqrt(-2 * gradient @ across / (across @ across)) * u

    def step(carry, _):
        dagger, w, flow, v, unrestored, last, begin, begin_w = carry
        at = central_flow.edge(whole, dagger, begin, tolerance=SOLVED)
        sign = jnp.sign(at.vectors[:, 0] @ last)  # eigenvectors have none of their own
        at = at._replace(vectors=sign * at.vectors)
        dagger = project(dagger, at, slope(dagger), 2 / eta, False)
        u, gradient = at.vectors[:, 0], slope(dagger)
        tilt = u @ at.slopes[0]
        across = at.slopes[0] - u * tilt
        alpha, beta = -gradient @ across, across @ across
        delta = jnp.sqrt(2 * jnp.maximum(alpha, 0) / beta)
        hessian = hessian_product(whole, dagger)
        top = top_eigenpairs(hessian_product(whole, w), w.size, begin_w, most=24, tolerance=1e-3)
        apart = w - dagger

        log = {
            "sharpness": top.values[0],
            "predicted sharpness": jnp.clip(2 / eta + across @ v + (u @ v) * tilt, 0, 4 / eta),
            "x": u @ apart,
            "predicted x": u @ v,
            "unrestored x": jnp.clip(u @ unrestored, -10 * delta, 10 * delta),
            "excess loss": whole(w) - whole(dagger),
            "predicted excess loss": (u @ v) ** 2 / eta,
            "error": jnp.linalg.norm(apart - v),
            "distance": jnp.linalg.norm(apart),
            "flow distance": jnp.linalg.norm(flow - dagger),
            "delta": delta,
            "alpha": alpha,
            "beta": beta,
            "y": across @ apart,
        }
        w, dagger = w - eta * slope(w), dagger - eta * gradient
        flow = lax.fori_loop(0, 4, lambda _, f: f - eta / 4 * slope(f), flow)
        here = (u, across, gradient, hessian)
        v, unrestored = deviate(v, eta, *here), deviate(unrestored, eta, *here, cubic=0.0)
        return (dagger, w, flow, v, unrestored, u, at.start, top.start), log

    return dagger + v, lax.scan(step, (dagger, dagger + v, dagger, v, v, u, at.start, at.start), length=steps)[1]


def reach(eta):
    """The point at the edge of that step size, and the start of its eigensolver."""
    *point, before = arrive(start, digits, eta)
    print(f"η = {eta}: at the edge after {int(before)} steps")
    return point


def paths(point, eta, kick):
    """What `follow` gives from there: where gradient descent starts, and the log.

    One type for Python and NumPy numbers: another type would be another program to compile.
    """
    return jax.tree.map(np.asarray, follow(*point, digits, float(eta), float(kick), steps))


def resampled(statistic, *logs):
    """A statistic of logs, and its standard error from drawing ten blocks of them anew."""
    return statistic(*logs), notebook.bootstrap(statistic, *(log.reshape(10, -1) for log in logs))


def concordance(measured, predicted):
    """2 Σmp / Σ(m² + p²), which is 1 only where the two agree in sign, shape and size."""
    return 2 * np.sum(measured * predicted) / np.sum(measured**2 + predicted**2)


eta, steps = 0.25, 1000 if full else 400
point = reach(eta)
kicks = np.array([0.2, 0.3, kick])  # of δ
starts, logs = zip(*(paths(point, eta, size) for size in kicks), strict=True)
kicked, log = starts[-1], logs[-1]
edge, clock = 2 / eta, np.arange(steps)
small = eta * np.sqrt(log["alpha"][0])
print(f"α = {log['alpha'][0]:.3f}, δ = {log['delta'][0]:.4f}, small parameter ε = {small:.3f}")

# %%
fig, axes = plt.subplots(1, 3, figsize=(9.5, 3.6))
rows = {
    "sharpness": "sharpness (loss per squared parameter)",
    "x": "displacement $|x|$ (parameter)",
    "excess loss": r"loss above that at $\theta^\dagger$",
}
for ax, (name, label) in zip(axes, rows.items(), strict=True):
    measured, predicted = np.abs(log[name]), np.abs(log[f"predicted {name}"])
    ax.plot(clock, predicted, color=plot.COLOURS[1], linewidth=1, label="predicted")
    ax.plot(clock, measured, ".", color=plot.COLOURS[0], markersize=2, label="measured")
    ax.set(xlabel="step", ylabel=label)
axes[0].axhline(edge, color=plot.GREY, linestyle=":", linewidth=1)
axes[1].legend()
plt.show()
law.series(
    "oscillation",
    x=clock,
    y=np.abs(log["x"]),
    prediction=np.abs(log["predicted x"]),
    law="predicted-dynamics",
    label="gradient descent",
    x_label="step",
    y_label="displacement along the sharpest direction",
    title="Oscillation grows and dies as the cubic term predicts",
)
law.series(
    "sharpness",
    x=clock,
    y=log["sharpness"],
    prediction=log["predicted sharpness"],
    law="predicted-dynamics",
    label="gradient descent",
    x_label="step",
    y_label="sharpness (loss per squared parameter)",
    title="The sharpness swings about 2/η",
)

# %% [markdown]
# Blow-up, flattening, calm, sharpening, and again. Where the sharpness saw-tooths, its gradient is tilted
# along $u$: that part of it changes sign with $x$ at each step.
#
# ## Checks of the predicted dynamics
#
# Each number is a concordance, $2\sum mp/\sum(m^2+p^2)$ of measured $m$ and predicted $p$ about zero (for the
# sharpness, about $2/\eta$). It is 1 only if they agree in sign, shape and size. Nothing is fitted; the prediction is
# made once, at the start, and never corrected.

# %%
agreement, error = resampled(concordance, log["sharpness"] - edge, log["predicted sharpness"] - edge)
law.check("sharpness-follows", measured=agreement, error=error)

# %%
agreement, error = resampled(concordance, log["x"], log["predicted x"])
law.check("oscillation-follows", measured=agreement, error=error)
agreement, error = resampled(concordance, log["x"], log["unrestored x"])
law.control("without-the-cubic-term", measured=agreement, error=error)

# %%
agreement, error = resampled(concordance, log["excess loss"], log["predicted excess loss"])
law.check("loss-follows", measured=agreement, error=error)


# %%
def relative_error(missed, deviation):
    """Norm of what the prediction misses over that of the deviation itself, over the whole run."""
    return np.linalg.norm(missed) / np.linalg.norm(deviation)


measured, error = resampled(relative_error, log["error"], log["distance"])
law.check("deviation-follows", measured=measured, error=error)

# %% [markdown]
# **Control: a large small parameter.** With a step size 5.5 times as large, $\varepsilon=\eta\sqrt\alpha$ is large and
# the expansion is no longer one. The edge is then low, and training meets it near its start. Still only one direction
# oscillates.

# %%
larger = 5.5
far = reach(larger * eta)
two = jax.jit(lambda w: top_eigenpairs(hessian_product(partial(loss, batch=digits), w), w.size, count=2).values)(far[0])
print(f"second eigenvalue over the edge: {two[1] * larger * eta / 2:.2f}")
_, coarse = paths(far, larger * eta, kick)
print(f"ε = {larger * eta * np.sqrt(coarse['alpha'][0]):.3f}")
excess, predicted = coarse["sharpness"] - edge / larger, coarse["predicted sharpness"] - edge / larger
agreement, error = resampled(concordance, excess, predicted)
law.control("steps-too-large", measured=agreement, error=error)

# %% [markdown]
# ## The first cycle against the two-variable map
#
# The map at rest has a swing of $\delta=\sqrt{2\alpha/\beta}$. On a cycle the swing is sometimes smaller and sometimes
# larger, but what sharpens and what flattens must cancel, so its root mean square is $\delta$ all the same. That holds
# in the network as well. We take three kicks, each of which starts another cycle.

# %%
swings = [np.sqrt(np.mean(one["x"] ** 2)) for one in logs]
law.check(
    "swings-as-wide-as-delta",
    measured=np.mean(swings),
    error=notebook.spread(swings),
    given={name: log[name].mean() for name in ("alpha", "beta")},
)

# %% [markdown]
# When the first swing peaks, and how far the sharpness overshoots, the map foretells only roughly: it is 14 to 20 % too
# early and 25 to 37 % too high.

# %%
alpha = log["alpha"][0]


def first_peak(x, eta):
    """The step of the first maximum of |x|."""
    return int(np.abs(x[: rise(eta, alpha)]).argmax())


def overshoot(x, y, eta):
    """The largest y until the first maximum of |x|."""
    return float(y[: first_peak(x, eta) + 1].max())


times = np.array([first_peak(one["x"], eta) for one in logs])
heights = np.array([overshoot(one["x"], one["y"], eta) for one in logs])
first, known = times[-1], notebook.solver(SOLVED, heights)
law.check("time-to-the-peak", measured=first, error=notebook.exact(first), given={"alpha": alpha, "eta": eta})
law.check("first-peak", measured=heights, error=known, given={"alpha": alpha, "kick": kicks})

# %% [markdown]
# What does the map lack? It leaves out two things: derivatives that change along the way, and the rest of the Hessian.
# We iterate the vector recursion with all derivatives held at those of the start: with the whole Hessian, and without
# what it does across $u$, which is the map. With the whole Hessian the first cycle is that of the network.


# %%
@partial(jax.jit, static_argnames="steps")
def hold(dagger, begin, batch, eta, kick, size, rest, steps):
    """Displacement x and excess sharpness y with all derivatives held, at steps of `size`: two arrays (steps,).

    `rest`: 1 with the Hessian across u, 0 without. Along u it turns x round, as 1 − η · 2/η = −1.
    """
    whole = partial(loss, batch=batch)
    at = central_flow.edge(whole, dagger, begin, tolerance=SOLVED)
    u, gradient, hessian = at.vectors[:, 0], jax.grad(whole)(dagger), hessian_product(whole, dagger)
    across = at.slopes[0] - u * (u @ at.slopes[0])
    pull = (gradient @ across) / (across @ across)

    def step(v, _):
        x, y = u @ v, across @ v
        apart = v - x * u
        return apart - x * u - size * ((x**2 / 2 + pull) * across + rest * hessian(apart) + x * y * u), (x, y)

    return lax.scan(step, kick * jnp.sqrt(-2 * pull) * u, length=steps)[1]


def held(kick, size, rest):
    """Step of the first peak of |x|, and the overshoot, with all derivatives held."""
    x, y = map(np.asarray, hold(*point, digits, eta, float(kick), size, rest, 1000))
    return first_peak(x, size), overshoot(x, y, size)


frozen_times, frozen_heights = np.array([held(size, eta, 1.0) for size in kicks]).T
given = {"alpha": alpha, "eta": eta, "kick": kicks, "frozen_time": frozen_times, "frozen_height": frozen_heights}
law.check("first-cycle-time", measured=times, error=notebook.exact(times), given=given)
law.check("first-cycle-height", measured=heights, error=known, given=given)

# %% [markdown]
# **Control: the rest of the Hessian put back.** The same seen from the map. Steps a fifth as long keep it near its
# limit. The Hessian alone makes the peak late, about as late as in the network.

# %%
size = eta / 5
(frozen, _), (alone, _) = (held(kick, size, rest) for rest in (1.0, 0.0))
print(
    f"first peak of |x| in time: {first * eta:.1f} in the network, {frozen * size:.1f} with frozen derivatives,", end=""
)
print(f" {alone * size:.1f} without the rest of the Hessian")
law.control(
    "the-rest-of-the-hessian",
    measured=frozen,
    error=notebook.exact(frozen),
    intact=alone,
    intact_error=notebook.exact(alone),
    given={"alpha": alpha, "eta": size},
)

# %% [markdown]
# ## Gradient descent walks along the constrained path
#
# How far is it from $\theta^\dagger$? On average $\delta=\sqrt{2\alpha/\beta}$, whatever the kick, and no farther as
# time goes on. Gradient flow from the same point leaves.


# %%
def late(values):
    """The mean over the second half of a log, and its standard error."""
    half = values[len(values) // 2 :]
    return half.mean(), notebook.blocks(half)


fig, ax = plt.subplots()
ax.plot(clock, log["distance"] / log["delta"], label="gradient descent")
ax.plot(clock, log["flow distance"] / log["delta"], label="gradient flow")
ax.axhline(1, color=plot.GREY, linestyle=":", linewidth=1)
ax.set(xlabel="step", ylabel=r"distance from $\theta^\dagger$ (in units of $\delta$)")
ax.legend()
plt.show()
distances = np.array([one["distance"] / one["delta"] for one in logs])
whole, half = distances.mean(axis=1), distances[:, steps // 2 :].mean(axis=1)
law.check("keeps-within-delta", measured=whole.mean(), error=notebook.spread(whole))
mean, error = late(log["flow distance"] / log["delta"])
law.control("gradient-flow-leaves", measured=mean, error=error, intact=half.mean(), intact_error=notebook.spread(half))

# %%
mean, error = late(log["sharpness"])
law.check("averages-to-the-edge", measured=mean, error=error, given={"eta": eta})

# %% [markdown]
# **Controls.** Mini-batches of ten, and a weight decay that turns progressive sharpening round ($\alpha<0$). From the
# same start, at the same step size, both leave the edge downwards. Without either the same program stays.


# %%
@jax.jit
def wander(w, batch, weights, eta, decay):
    """Sharpness every 5 steps of descent with sample weights (blocks, 5, samples) and weight decay, shape (blocks,)."""

    def block(carry, weights):
        w, begin = carry
        top = top_eigenpairs(hessian_product(partial(loss, batch=batch), w), w.size, begin, most=24, tolerance=1e-3)
        w, _ = lax.scan(lambda w, row: (w - eta * (jax.grad(loss)(w, batch, row) + decay * w), None), w, weights)
        return (w, top.start), top.values[0]

    return lax.scan(block, (w, jnp.zeros_like(w)), weights)[1]


order = np.argsort(rng.random((steps // 5, 5, samples)), axis=2)
tens, ones = np.where(order < samples // 20, 20.0, 0.0), np.ones(order.shape)
kept = np.asarray(wander(kicked, digits, ones, eta, 0.0))
noisy = np.asarray(wander(kicked, digits, tens, eta, 0.0))
decayed = np.asarray(wander(kicked, digits, ones, eta, 0.03))
fig, ax = plt.subplots()
ax.axhline(edge, color=plot.GREY, linestyle=":", linewidth=1)
for values, label in ((kept, "as it was"), (noisy, "batches of ten"), (decayed, "weight decay 0.03")):
    ax.plot(clock[::5], values, label=label)
ax.set(xlabel="step", ylabel="sharpness (loss per squared parameter)")
ax.legend()
plt.show()

# %%
intact, intact_error = late(kept)
for name, values in (("mini-batches-stay-below", noisy), ("decay-lets-go", decayed)):
    mean, error = late(values)
    law.control(name, measured=mean, error=error, intact=intact, intact_error=intact_error, given={"eta": eta})

# %% [markdown]
# ## What to try next
#
# - Start without a kick. When does the first cycle come, and how violent is it?
# - Follow more cycles: do they decay to the steady oscillation $|x|=\delta$?
# - Plot the peak of the first cycle against the kick: the law has a logarithm in it.
# - Use tanh, or another step size. Which predictions suffer first?
