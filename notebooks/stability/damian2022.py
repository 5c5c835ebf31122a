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
    x, y = cycle(size, int(4 / (size * np.sqrt(alpha))))
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
law.check("first-peak-of-the-map", measured=peaks, error=1e-3 * np.array(peaks), given={"alpha": alpha, "kick": kick})
law.check("time-to-the-peak-of-the-map", measured=arrivals, error=0.5, given={"alpha": alpha, "eta": sizes})

# %% [markdown]
# **Control: large steps.** The map conserves that quantity only in the limit: each step of finite size adds to
# it, so the orbits spiral outwards. With few steps to a cycle the first rise is already too high.

# %%
large = np.array([1.0, 2.0])
rises = np.array([cycle(size, int(4 / (size * np.sqrt(alpha))))[1].max() for size in large])
print(f"ε = {large * np.sqrt(alpha)}")
law.control("large-steps-overshoot", measured=rises, error=1e-3 * rises, given={"alpha": alpha, "kick": kick})

# %% [markdown]
# ## A network at the edge
#
# Even against odd digits, a small SiLU network, half the mean squared error. Gradient descent brings it to the edge.
# There we project onto the *constrained set*, sharpness exactly $2/\eta$ and no gradient along the sharpest
# direction, and start a little off it, so that the first cycle begins at once.

# %%
samples, hidden = (1000, (64, 64)) if full else (200, (24, 24))
start, digits, loss = parity(rng, samples=samples, hidden=hidden)


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
        at = central_flow.edge(whole, w, begin, tolerance=1e-4)
        return project(w, at, jax.grad(whole)(w), 2 / eta, True), at.start

    return *lax.fori_loop(0, 44, settle, (near.w, near.start)), near.steps


def deviate(v, eta, u, across, gradient, hessian, cubic=1.0):
    """The predicted deviation a step later, from the derivatives of the loss at one point of the constrained path."""
    x, y, pull = u @ v, across @ v, (gradient @ across) / (across @ across)
    after = v - eta * ((cubic * x**2 / 2 + pull) * across + hessian(v) + x * y * u)
    return jnp.clip(after, -1e3, 1e3)  # a prediction that flies away is wrong already; keep it finite


@partial(jax.jit, static_argnames="steps")
def follow(dagger, begin, batch, eta, kick, steps):
    """The three paths and what is needed to compare them, one entry a step."""
    whole = partial(loss, batch=batch)
    slope = jax.grad(whole)
    at = central_flow.edge(whole, dagger, begin, tolerance=1e-4)
    u, gradient = at.vectors[:, 0], slope(dagger)
    across = at.slopes[0] - u * (u @ at.slopes[0])
    v = kick * jnp.sqrt(-2 * gradient @ across / (across @ across)) * u

    at_start = (u, across, gradient, hessian_product(whole, dagger))

    def step(carry, _):
        dagger, w, flow, v, unrestored, frozen, last, begin, begin_w = carry
        at = central_flow.edge(whole, dagger, begin, tolerance=1e-4)
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
            "frozen x": at_start[0] @ frozen,
            "unrestored x": jnp.clip(u @ unrestored, -10 * delta, 10 * delta),
            "excess loss": whole(w) - whole(dagger),
            "predicted excess loss": (u @ v) ** 2 / eta,
            "error": jnp.linalg.norm(apart - v),
            "distance": jnp.linalg.norm(apart),
            "flow distance": jnp.linalg.norm(flow - dagger),
            "delta": delta,
            "alpha": alpha,
            "y": across @ apart,
        }
        w, dagger = w - eta * slope(w), dagger - eta * gradient
        flow = lax.fori_loop(0, 4, lambda _, f: f - eta / 4 * slope(f), flow)
        here = (u, across, gradient, hessian)
        v, frozen = deviate(v, eta, *here), deviate(frozen, eta, *at_start)
        unrestored = deviate(unrestored, eta, *here, cubic=0.0)
        return (dagger, w, flow, v, unrestored, frozen, u, at.start, top.start), log

    return lax.scan(step, (dagger, dagger + v, dagger, v, v, v, u, at.start, at.start), length=steps)[1]


def paths(eta, kick, steps):
    """The log of `follow` from the edge of that step size, as NumPy arrays, and the point it started from."""
    dagger, begin, before = arrive(start, digits, eta)
    print(f"η = {eta}: at the edge after {int(before)} steps")
    return jax.tree.map(np.asarray, follow(dagger, begin, digits, eta, kick, steps)), dagger


def concordance(measured, predicted):
    """2 Σmp / Σ(m² + p²), which is 1 only where the two agree in sign, shape and size; and its jackknife error."""

    def agreement(rows):
        m, p = measured[rows], predicted[rows]
        return 2 * np.sum(m * p) / np.sum(m**2 + p**2)

    everything = np.arange(len(measured))
    left_out = [agreement(np.setdiff1d(everything, block)) for block in np.array_split(everything, 5)]
    return agreement(everything), np.std(left_out) * np.sqrt(4)


eta, steps = 0.25, 1000 if full else 200
log, constrained = paths(eta, kick, steps)
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
agreement, error = concordance(log["sharpness"] - edge, log["predicted sharpness"] - edge)
law.check("sharpness-follows", measured=agreement, error=error)

# %%
agreement, error = concordance(log["x"], log["predicted x"])
law.check("oscillation-follows", measured=agreement, error=error)
agreement, error = concordance(log["x"], log["unrestored x"])
law.control("without-the-cubic-term", measured=agreement, error=error)

# %%
agreement, error = concordance(log["excess loss"], log["predicted excess loss"])
law.check("loss-follows", measured=agreement, error=error)


# %%
def relative_error(log):
    """Norm of what the prediction misses over that of the deviation itself, over the whole run; jackknife error."""

    def ratio(rows):
        return np.linalg.norm(log["error"][rows]) / np.linalg.norm(log["distance"][rows])

    everything = np.arange(len(log["error"]))
    left_out = [ratio(np.setdiff1d(everything, block)) for block in np.array_split(everything, 5)]
    return ratio(everything), np.std(left_out) * np.sqrt(4)


measured, error = relative_error(log)
law.check("deviation-follows", measured=measured, error=error)

# %% [markdown]
# **Control: a large small parameter.** With a step size six times as large, $\varepsilon=\eta\sqrt\alpha$ is large and
# the expansion is no longer one.

# %%
coarse, _ = paths(6 * eta, kick, steps)
print(f"ε = {6 * eta * np.sqrt(coarse['alpha'][0]):.3f}")
agreement, error = concordance(coarse["sharpness"] - 2 / (6 * eta), coarse["predicted sharpness"] - 2 / (6 * eta))
law.control("steps-too-large", measured=agreement, error=error)

# %% [markdown]
# ## The first cycle against the two-variable map
#
# The map with the $\alpha$ and $\beta$ of the starting point foretells the first cycle roughly. It lacks the damping by
# the rest of the Hessian, so in the network the cycle is longer and lower.

# %%
alpha, first = log["alpha"][0], int(np.abs(log["x"]).argmax())
law.check("time-to-the-peak", measured=first, error=0.5, given={"alpha": alpha, "eta": eta})
law.check("first-peak", measured=log["y"].max(), error=0.01 * log["y"].max(), given={"alpha": alpha, "kick": kick})

# %% [markdown]
# **Control: the rest of the Hessian put back.** The map leaves out two things: derivatives that change along the way,
# and the rest of the Hessian. Which one slows the cycle? We iterate the vector recursion with all derivatives held at
# those of the start. The Hessian alone makes it late, about as late as the network.

# %%
frozen = int(np.abs(log["frozen x"]).argmax())
expected = law.predict("time-to-the-peak", alpha=alpha, eta=eta)
print(f"first peak of |x|: step {first} in the network, {frozen} with frozen derivatives, {expected:.0f} by the law")
law.control("the-rest-of-the-hessian", measured=frozen, error=0.5, given={"alpha": alpha, "eta": eta})

# %% [markdown]
# ## Gradient descent walks along the constrained path
#
# How far is it from $\theta^\dagger$? On average about $\delta=\sqrt{2\alpha/\beta}$, and no farther as time goes on.
# Gradient flow from the same point leaves.


# %%
def blocked(values):
    """The mean of a log and its standard error from five blocks."""
    blocks = np.array([block.mean() for block in np.array_split(values, 5)])
    return blocks.mean(), blocks.std(ddof=1) / np.sqrt(5)


fig, ax = plt.subplots()
ax.plot(clock, log["distance"] / log["delta"], label="gradient descent")
ax.plot(clock, log["flow distance"] / log["delta"], label="gradient flow")
ax.axhline(1, color=plot.GREY, linestyle=":", linewidth=1)
ax.set(xlabel="step", ylabel=r"distance from $\theta^\dagger$ (in units of $\delta$)")
ax.legend()
plt.show()
mean, error = blocked(log["distance"] / log["delta"])
law.check("keeps-within-delta", measured=mean, error=error)
mean, error = blocked((log["flow distance"] / log["delta"])[-steps // 5 :])
law.control("gradient-flow-leaves", measured=mean, error=error)

# %%
mean, error = blocked(log["sharpness"][steps // 2 :])
law.check("averages-to-the-edge", measured=mean, error=error, given={"eta": eta})

# %% [markdown]
# **Controls.** Mini-batches of ten, and a weight decay that turns progressive sharpening round ($\alpha<0$). From the
# same point, at the same step size, both leave the edge downwards.


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
tens = np.where(order < samples // 20, 20.0, 0.0)
noisy = np.asarray(wander(constrained, digits, tens, eta, 0.0))
decayed = np.asarray(wander(constrained, digits, np.ones_like(tens), eta, 0.03))
fig, ax = plt.subplots()
ax.axhline(edge, color=plot.GREY, linestyle=":", linewidth=1)
for values, label in ((log["sharpness"][::5], "as it was"), (noisy, "batches of ten"), (decayed, "weight decay 0.03")):
    ax.plot(clock[::5], values, label=label)
ax.set(xlabel="step", ylabel="sharpness (loss per squared parameter)")
ax.legend()
plt.show()

# %%
mean, error = blocked(noisy[len(noisy) // 2 :])
law.control("mini-batches-stay-below", measured=mean, error=error, given={"eta": eta})
mean, error = blocked(decayed[len(decayed) // 2 :])
law.control("decay-lets-go", measured=mean, error=error, given={"eta": eta})

# %% [markdown]
# ## What to try next
#
# - Start without a kick. When does the first cycle come, and how violent is it?
# - Follow more cycles: do they decay to the steady oscillation $|x|=\delta$?
# - Plot the peak of the first cycle against the kick: the law has a logarithm in it.
# - Use tanh, or another step size. Which predictions suffer first?
