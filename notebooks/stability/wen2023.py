# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # What sharpness-aware minimisation minimises
#
# SAM takes the gradient not where it stands but a little uphill, and ends at flatter minima. Flat in which sense? Along
# the steepest direction, along the gradient, or on average? Wen, Ma and Li (2023) found that the answer depends on
# the batch. With all samples SAM drifts down the *largest* eigenvalue of the Hessian, and with one sample at a time
# down its *trace*. And they say how fast. This notebook puts the two flows to the test on digits.
# The predictions stand in [the law page](../laws/wen2023.md).

# %%
import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from jax.flatten_util import ravel_pytree
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.models import networks
from lawbook.lab.training import sam
from lawbook.measure import powerlaw
from scipy.optimize import minimize

law = notebook.open("wen2023")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## A manifold of minimisers
#
# Twelve digits, even against odd, and a tanh network with 661 parameters. It can fit the twelve labels in many ways:
# its minimisers form a surface of 649 dimensions. Gradient descent takes us close to it, Gauss-Newton steps onto it.

# %%
images, labels = digits.load(centred=True)
count, widths = (24, (64, 20, 1)) if full else (12, (64, 10, 1))
rows = rng.permutation(len(labels))[:count]
training_set = images[rows], np.where(labels[rows] % 2 == 0, 1.0, -1.0)
first, unravel = ravel_pytree(networks.initialise(widths, rng, gain=1.0, bias=True))


def misfit(w, batch):
    inputs, targets = batch
    return networks.forward(unravel(w), inputs, jnp.tanh)[:, 0] - targets


def loss(w, batch):
    return 0.5 * jnp.mean(misfit(w, batch) ** 2)


def residuals(w):
    return misfit(w, training_set)


trained = sam.sharpness_aware(loss, first, training_set, step_size=0.1, radius=0.0, steps=20_000, every=20_000)[-1]
land = jax.jit(lambda w: sam.retract(residuals, w))
below = jax.jit(lambda w: sam.retract(residuals, w, 8))  # from close by; eight steps are more than enough
spectrum = jax.jit(lambda path: jax.lax.map(lambda w: sam.curvatures(residuals, below(w)), path))
home = np.asarray(land(trained))
eigenvalues = np.asarray(spectrum(home[None]))[0]
print(f"loss {loss(home, training_set):.0e}, eigenvalues {np.round(eigenvalues, 2)}")

# %% [markdown]
# ## The two flows
#
# On the surface the Hessian is known from first derivatives, so both flows can be integrated directly.

# %%
FLOW_STEPS = 100
largest, trace = (sam.flow(residuals, home, kind, time=2.0, steps=2 * FLOW_STEPS) for kind in ("largest", "trace"))
times = np.arange(len(largest.params)) / FLOW_STEPS
print(f"gap to the second eigenvalue, at least {np.diff(-largest.curvatures[:, :2]).min():.2f}")


def path_length(flow):
    """Of the flow up to time one."""
    return np.linalg.norm(np.diff(flow.params[: FLOW_STEPS + 1], axis=0), axis=1).sum()


separation = np.linalg.norm(largest.params[FLOW_STEPS] - trace.params[FLOW_STEPS])

# %% [markdown]
# ## SAM
#
# Each run starts next to the same minimiser, displaced by a random $10^{-4}$, and takes $1/(\eta\rho^2)$ steps, which
# is one unit of the slow time $\tau=\eta\rho^2t$. Three runs give the error bars.

# %%
POINTS = 50


def run(step_size, radius, batch=None, repeats=3, steps=None):
    """Snapshots of SAM at times 0, 0.02, ..., 1, shape (repeats, 51, p)."""
    steps = steps or round(1 / (step_size * radius**2) / POINTS) * POINTS
    found = []
    for _ in range(repeats):
        batches = None
        if batch == 1:
            batches = rng.integers(count, size=(steps, 1))
        elif batch is not None:
            batches = np.argsort(rng.random((steps, count)), axis=1)[:, :batch]
        near = home + 1e-4 * rng.standard_normal(home.size)
        knobs = {"step_size": step_size, "radius": radius, "steps": steps, "every": steps // POINTS}
        found.append(sam.sharpness_aware(loss, near, training_set, batches=batches, **knobs))
    return np.array(found)


def mean_and_error(values):
    """Over the repeats."""
    return {"measured": np.mean(values, axis=0), "error": notebook.spread(values)}


every = run(0.02, 0.05)
single = run(0.005, 0.1, batch=1)
slow = np.linspace(0, 1, POINTS + 1)
every_curvature = np.array([np.asarray(spectrum(path)) for path in every])  # (repeats, 51, M)
single_curvature = np.array([np.asarray(spectrum(path)) for path in single])

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4))
for index, (axes, name, flow_values, measured) in enumerate(
    [
        (left, "largest eigenvalue", largest.curvatures[:, 0], every_curvature[:, :, 0]),
        (right, "trace", trace.curvatures.sum(axis=1), single_curvature.sum(axis=2)),
    ]
):
    axes.plot(times[: FLOW_STEPS + 1], flow_values[: FLOW_STEPS + 1], color=plot.COLOURS[index])
    plot.points(axes, slow[::5], measured.mean(axis=0)[::5], index=index)
    axes.set(
        xlabel="slow time $\\tau$", ylabel=f"{name} of the Hessian", title=["all samples", "one sample a step"][index]
    )
    law.series(
        ["largest-eigenvalue", "trace"][index],
        x=slow,
        y=measured.mean(axis=0),
        error=notebook.spread(measured),
        prediction=flow_values[: FLOW_STEPS + 1 : 2],
        law=["largest-eigenvalue-flow", "trace-flow"][index],
        label=["full-batch SAM", "SAM, one sample a step"][index],
        x_label="slow time τ = ηρ²t",
        y_label=f"{name} of the Hessian (loss per squared parameter)",
        title=["Full-batch SAM and the flow of the largest eigenvalue", "Single-sample SAM and the flow of the trace"][
            index
        ],
    )
plt.show()

# %% [markdown]
# ## Full batches follow the largest eigenvalue
#
# Where does SAM end, compared with where the flow ends? The distance is in units of the flow's path. The rival, the
# flow of the trace, ends far away.


# %%
def miss(paths, flow):
    """Distance of the ends of the paths from that of the flow, over the flow's length."""
    ends = np.array([np.asarray(land(path[-1])) for path in paths])
    return np.linalg.norm(ends - flow.params[FLOW_STEPS], axis=1) / path_length(flow)


law.check(
    "full-batch-endpoint",
    **mean_and_error(miss(every, largest)),
    given={"separation": separation / path_length(largest)},
)


# %% [markdown]
# How fast? The law has a factor one half. We read it off by asking when the flow reaches the eigenvalue at which SAM
# ended.


# %%
def speed(ends, flow_values):
    """The factor in front of the gradient: half of the time that the flow takes to get where SAM got in unit time."""
    return np.interp(-np.asarray(ends), -flow_values, times) / 2


law.check("full-batch-speed", **mean_and_error(speed(every_curvature[:, -1, 0], largest.curvatures[:, 0])))

# %% [markdown]
# A local test needs no flow at all: at four places along SAM's own path, how fast does the eigenvalue fall, and how
# steep is it there along the surface?

# %%
places = np.array([10, 20, 30, 40])
decline = (every_curvature[:, places + 2, 0] - every_curvature[:, places - 2, 0]) / (slow[4] - slow[0])
steep = jax.jit(
    lambda path: jax.lax.map(lambda w: jnp.linalg.norm(sam.tangent_gradient(residuals, below(w), "largest")), path)
)
slopes = np.asarray(steep(every[0, places]))
law.check("full-batch-decline", **mean_and_error(decline), given={"slope": slopes})

# %% [markdown]
# Controls, each the same run with one thing changed. Without the step uphill nothing moves. With one sample at a time
# the end is elsewhere. With ten times the radius, SAM is no longer aligned with the steepest direction and drifts
# slowly. With five times the step size it drifts fast.


# %%
def speed_of(paths):
    """The factor, from the largest eigenvalue at the ends of the paths."""
    return speed([np.asarray(spectrum(path[-1:]))[0, 0] for path in paths], largest.curvatures[:, 0])


law.control("no-step-uphill", **mean_and_error(speed_of(run(0.02, 0.0, steps=20_000))))

# %%
law.control(
    "one-sample-instead-of-all",
    **mean_and_error(miss(run(0.02, 0.05, batch=1), largest)),
    given={"separation": separation / path_length(largest)},
)

# %%
law.control("large-radius", **mean_and_error(speed_of(run(0.02, 0.5))))

# %%
law.control("large-steps", **mean_and_error(speed_of(run(0.1, 0.05))))

# %% [markdown]
# ## Single samples follow the trace

# %%
law.check(
    "single-sample-endpoint",
    **mean_and_error(miss(single, trace)),
    given={"separation": separation / path_length(trace)},
)

# %%
law.check(
    "single-sample-speed", **mean_and_error(speed(single_curvature[:, -1].sum(axis=1), trace.curvatures.sum(axis=1)))
)

# %% [markdown]
# In between neither law holds: with four samples a step SAM ends far from the end of the flow of the trace.

# %%
four = run(0.005, 0.1, batch=4)
law.control(
    "batches-of-four",
    **mean_and_error(miss(four, trace)),
    given={"separation": separation / path_length(trace)},
)

# %% [markdown]
# ## The gradient lines up
#
# Why the steepest direction? Each step uphill turns the next gradient towards it, until the two differ by an angle
# of the order of $\rho$. We measure that angle late in runs that go equally far, at small radii: at $\rho=0.1$ it is
# already less than in proportion on some draws of the digits. The two sides of a hop have angles of
# their own, so we take snapshots at odd distances, and their root mean square.

# %%
radii = np.array([0.05, 0.025, 0.0125])
uphill = jax.jit(jax.grad(loss))


def cosine(w):
    """Between the gradient and the top eigenvector of the Hessian at the minimiser below."""
    slope, jacobian = uphill(w, training_set), jax.jacrev(residuals)(below(w))
    top = jacobian.T @ jnp.linalg.eigh(jacobian @ jacobian.T)[1][:, -1]
    return jnp.abs(slope @ top) / (jnp.linalg.norm(slope) * jnp.linalg.norm(top))


cosines = jax.jit(lambda path: jax.lax.map(cosine, path))


def angles(batch=None):
    """Root mean square angle between gradient and top eigenvector late in three runs, by radius: (runs, radii)."""
    found = []
    for radius in radii:
        every_so = round(0.25 / (0.1 * radius**2) / POINTS) // 2 * 2 + 1  # an odd number of steps
        paths = run(0.1, radius, batch=batch, steps=POINTS * every_so)[:, POINTS // 2 :]
        values = np.array([np.asarray(cosines(path)) for path in paths])
        found.append(np.sqrt(np.mean(np.arccos(np.minimum(values, 1)) ** 2, axis=1)))
    return np.array(found).T


def growth(values):
    """Slope of log angle over log radius of each run."""
    return [powerlaw.fit(radii, one).exponent for one in values]


aligned = angles()
print("angle by radius:", aligned.mean(axis=0).round(3))
law.check("angle-grows-with-the-radius", **mean_and_error(growth(aligned)))

# %% [markdown]
# **Control.** With one sample a step the gradient of the loss does not line up with anything.

# %%
loose = angles(batch=1)
print("angle by radius, one sample a step:", loose.mean(axis=0).round(2))
law.control("one-sample-does-not-align", **mean_and_error(growth(loose)))

# %% [markdown]
# ## Why: the orbit
#
# On a quadratic SAM never arrives. It ends hopping back and forth across the minimum along the top eigenvector, at a
# distance that is known exactly. On a curved valley this hopping is what pushes it towards the flat.

# %%
basis, _ = np.linalg.qr(rng.standard_normal((8, 8)))
hessian = basis @ np.diag([4.0, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5, 0.2]) @ basis.T


def quadratic(w, batch):
    return 0.5 * w @ batch @ w


def orbit(step_size, radius, normalised=True):
    knobs = {"step_size": step_size, "radius": radius, "steps": 20_000, "every": 10_000, "normalised": normalised}
    return sam.sharpness_aware(quadratic, rng.standard_normal(8), hessian, **knobs)[-1]


etas, rhos = np.array([0.05, 0.1, 0.2]), np.array([0.01, 0.05, 0.05])
ends = np.array([orbit(eta, rho) for eta, rho in zip(etas, rhos, strict=True)])
print("1 - |cos| to the top eigenvector:", 1 - np.abs(ends @ basis[:, 0]) / np.linalg.norm(ends, axis=1))
law.check(
    "orbit-radius",
    measured=np.linalg.norm(ends, axis=1),
    error=notebook.rounding(rhos, operations=hessian.size),  # a step adds numbers of the size of the radius
    given={"eta": etas, "radius": rhos, "sharpness": np.full(3, 4.0)},
)

# %%
law.control(
    "without-normalisation",
    measured=np.linalg.norm(orbit(0.1, 0.05, normalised=False)),
    error=notebook.rounding(0.05, operations=hessian.size),
    given={"eta": 0.1, "radius": 0.05, "sharpness": 4.0},
)

# %% [markdown]
# ## Steps of finite size
#
# The law is for small $\eta$. The orbit's radius says what comes next: the drift is faster by
# $(1-\eta\lambda_1/2)^{-2}$. This is for radii that are small, also against the step size: on some draws of the digits
# the runs above, with $\rho/\eta=2.5$, are slower than that by up to 8 %. So we take half their radius here, three step
# sizes that are larger than it, and two runs of each. At seven times of a run: how fast does the eigenvalue fall, over
# the square of its slope?

# %%
digit_etas, at = np.array([0.03, 0.05, 0.1]), np.arange(6, 48, 6)
factors, heights = [], []
for paths in (run(eta, 0.025, repeats=2) for eta in digit_etas):
    values = np.array([np.asarray(spectrum(path))[:, 0] for path in paths])  # (repeats, 51)
    falls = (values[:, at - 2] - values[:, at + 2]) / (slow[4] - slow[0])
    factors.append(falls / np.array([np.asarray(steep(path[at])) for path in paths]) ** 2)
    heights.append(values[:, at].mean(axis=0))
law.check(
    "finite-step-speed-on-digits",
    **mean_and_error(np.swapaxes(factors, 0, 1)),
    given={"eta": digit_etas[:, None], "sharpness": np.array(heights)},
)

# %% [markdown]
# Then on a toy valley whose flow is known by heart, with walls of curvature
# $F=3+(a-1)^2+(b-1)^2$ and $0.5$: along it the distance from the flattest place $(1,1)$ falls as $e^{-\tau}$.


# %%
def toy(w, batch):
    return 0.5 * ((3 + (w[0] - 1) ** 2 + (w[1] - 1) ** 2) * w[2] ** 2 + 0.5 * w[3] ** 2)


def local_speed(step_size, valley=toy, begin=(-0.5, -0.8), radius=0.02):
    """The factor in front of the gradient and the curvature F, at nine places of a run up to τ = 0.5."""
    steps = round(0.5 / (step_size * radius**2) / 10) * 10
    near = np.array([*begin, 0.0, 0.0]) + 1e-3 * rng.standard_normal(4)
    path = sam.sharpness_aware(valley, near, None, step_size=step_size, radius=radius, steps=steps, every=steps // 10)
    distance = np.linalg.norm(path[:, :2] - 1, axis=1)[1:]  # the first window holds the approach to the valley
    rate = -np.diff(np.log(distance)) / (steps / 10 * step_size * radius**2)
    return rate / 2, 3 + distance[1:] * distance[:-1]


toy_etas = np.array([0.02, 0.05, 0.1])
toys = np.array([[local_speed(eta) for eta in toy_etas] for _ in range(3)])  # (repeats, step sizes, 2, places)
speeds = mean_and_error(toys[:, :, 0])
walls = toys[:, :, 1].mean(axis=0)
law.check("finite-step-speed", **speeds, given={"eta": toy_etas[:, None], "sharpness": walls})

# %%
fig, ax = plt.subplots()
for index, eta in enumerate(toy_etas):
    line = law.formula("finite-steps")(eta=eta, sharpness=walls[index])
    ax.plot(walls[index], line, color=plot.COLOURS[index])
    plot.points(ax, walls[index], speeds["measured"][index], index=index, label=f"η = {eta}")
    law.series(
        "speed-over-sharpness",
        x=walls[index],
        y=speeds["measured"][index],
        prediction=line,
        law="finite-steps",
        label=f"η = {eta}",
        x_label="largest eigenvalue λ₁",
        y_label="factor in front of the gradient",
        title="Steps of finite size drift faster",
    )
ax.set(xlabel="largest eigenvalue $\\lambda_1$", ylabel="factor in front of the gradient")
ax.legend()
plt.show()

# %% [markdown]
# Control: two walls that are equally steep. The second wall now has the curvature $3+(a-1)^2+(b+1)^2$, which on the
# line $b=0$ is that of the first. Each wall alone would push towards its own flattest place, one to the left of the
# line and one to the right. SAM hops between both, so these pushes cancel, and it slides along the line by what is
# left. Beside it, from the same place, the valley from above.


# %%
def twin(w, batch):
    a, b = w[:2]
    return 0.5 * ((3 + (a - 1) ** 2 + (b - 1) ** 2) * w[2] ** 2 + (3 + (a - 1) ** 2 + (b + 1) ** 2) * w[3] ** 2)


sliding, falling = (
    np.array([local_speed(0.05, valley, begin=(-0.5, 0.0)) for _ in range(3)])  # (repeats, 2, places)
    for valley in (twin, toy)
)
law.control(
    "two-walls-equally-steep",
    **mean_and_error(sliding[:, 0]),
    given={"eta": 0.05, "sharpness": sliding[:, 1].mean(axis=0)},
    intact=falling[:, 0].mean(axis=0),
    intact_error=notebook.spread(falling[:, 0]),
    intact_given={"eta": 0.05, "sharpness": falling[:, 1].mean(axis=0)},
)

# %% [markdown]
# ## Three notions of flatness
#
# SAM was meant to guard against the worst direction, and computes something in the direction of the gradient. On the
# surface these are different numbers. In the worst direction the loss rises by $\lambda_1\rho^2/2$. In random
# directions it rises by the mean over all parameters. And along a gradient? On the surface there is none, and close to
# it every direction across the surface is the gradient of some point. The paper asks for the best of them: there the
# rise is half of the *smallest* eigenvalue.

# %%
values = jax.jit(jax.vmap(lambda w: loss(w, training_set)))


def rise(directions, base=home):
    """How much the loss rises along unit vectors over the squared distance, at 0.001; its change from 0.0005."""
    unit = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    near, far = (np.asarray(values(base + rho * unit)) / rho**2 for rho in (5e-4, 1e-3))
    return far, np.abs(far - near)


worst = rng.standard_normal(home.size)
for _ in range(300):  # the maximum on a small sphere, by following the gradient
    worst = np.asarray(uphill(home + 1e-3 * worst / np.linalg.norm(worst), training_set))
measured, error = rise(worst[None])
at_home = {"sharpness": eigenvalues[0], "trace": eigenvalues.sum(), "parameters": home.size}
law.check("worst-direction", measured=measured, error=error, given=at_home)

# %%
slopes_of = jax.jit(jax.jacrev(residuals))


@jax.jit
def rise_from(offset, frame, minimiser):
    """Rise over ρ² along the gradient of the point at `offset`, 1e-6 long, in the frame across the surface."""
    here = minimiser + 1e-6 * frame.T @ (offset / jnp.linalg.norm(offset))
    slope = jax.grad(loss)(here, training_set)
    return (loss(here + 1e-3 * slope / jnp.linalg.norm(slope), training_set) - loss(here, training_set)) / 1e-6


rise_and_slope = jax.jit(jax.value_and_grad(rise_from))


def least(minimiser):
    """The least rise along the gradient of a point near a minimiser, and its change with ρ.

    L-BFGS looks for it from four random points: from one in ten it stops on the way.
    """
    frame = np.linalg.svd(np.asarray(slopes_of(minimiser)), full_matrices=False)[2]  # (M, p)
    tight = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 2000}

    def objective(offset):
        return [np.asarray(part, float) for part in rise_and_slope(offset, frame, minimiser)]

    begins = rng.standard_normal((4, len(frame)))
    ends = [minimize(objective, begin, jac=True, method="L-BFGS-B", options=tight) for begin in begins]
    found = min(ends, key=lambda end: float(end.fun)).x
    here = minimiser + 1e-6 * frame.T @ found / np.linalg.norm(found)
    return rise(np.asarray(uphill(here, training_set))[None], here)


measured, error = least(home)
law.check("ascent-direction", measured=measured, error=error, given={"smallest": eigenvalues[-1], **at_home})

# %% [markdown]
# Control: SAM does not climb from the best point. We take the gradient where SAM stands at the end of its full-batch
# runs, and walk along it from the minimiser below. Beside it, near the same minimisers, the least rise.

# %%
hops = every[:, -1]
landed = [np.asarray(land(hop)) for hop in hops]
rises = [rise(np.asarray(uphill(hop, training_set))[None], place) for hop, place in zip(hops, landed, strict=True)]
measured, error = np.array(rises)[:, :, 0].T
kept, kept_error = np.array([least(place) for place in landed])[:, :, 0].T
curvature = every_curvature[:, -1]
there = {
    "smallest": curvature[:, -1],
    "sharpness": curvature[:, 0],
    "trace": curvature.sum(axis=1),
    "parameters": home.size,
}
print("over half of the largest eigenvalue:", measured / law.predict("worst-direction", sharpness=there["sharpness"]))
law.control("where-sam-hops", measured=measured, error=error, intact=kept, intact_error=kept_error, given=there)

# %%
sample, _ = rise(rng.standard_normal((10_000, home.size)))
law.check("average-direction", measured=sample.mean(), error=notebook.spread(sample), given=at_home)

# %% [markdown]
# Full-batch SAM does something else than minimising the rise along the gradient at its best, as the last control
# showed: the step uphill turns the next gradient towards the steepest direction, again and again.
#
# ## What to try next
#
# - Vary the batch size from 1 to 12 and plot where SAM ends between the two flows.
# - Increase $\rho$ at fixed $\eta$ beyond the step size. Where does the angle stop growing in proportion?
# - Give two samples the same label and image. The top eigenvalues may then cross: what does SAM do at a crossing?
