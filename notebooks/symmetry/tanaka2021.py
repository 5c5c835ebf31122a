# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Training as mechanics: what Noether's theorem becomes
#
# Gradient descent with momentum is a ball with mass and friction in a landscape. In mechanics each symmetry of the
# landscape gives a conserved charge, if the kinetic energy has the symmetry too. In learning it mostly has not.
# Tanaka and Kunin worked out how the charge then moves, and found that for normalised weights the motion acts like
# RMSProp. [The law page](../laws/tanaka2021.md) has the statements. Here we watch the charges of four symmetries in
# one network, then train on mini-batches, where a discrete form of the law is exact to the last digit.

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.models import networks
from lawbook.lab.training import flow
from lawbook.measure import symmetry

jax.config.update("jax_enable_x64", True)
law = notebook.open("tanaka2021")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

images, labels = digits.load()
images, labels = jnp.asarray(images - 0.3), jnp.asarray(labels)


def normalise(z, eps):
    """Batch normalisation without learned scale and shift, over the rows of (batch, units)."""
    return (z - z.mean(axis=0)) / jnp.sqrt(z.var(axis=0) + eps)


# %% [markdown]
# ## One network, four symmetries
#
# A normalised first layer (its weights may be *scaled*), two linear layers after it (which may be *rescaled* against
# each other, or *rotated*), and softmax (whose weights may be *translated*). The whole moves as a ball of mass 0.5
# with friction 0.4 and weight decay 0.02, from a random velocity.

# %%
few = digits.balanced_subset(np.asarray(labels), 20, rng)
mass, friction, decay = 0.5, 0.4, 0.02


def smooth_loss(params, eps):
    """Cross-entropy and weight decay; first (8, 64), second (6, 8), third (10, 6)."""
    first, second, third = params
    outputs = jnp.tanh(normalise(images[few] @ first.T, eps)) @ second.T @ third.T
    return networks.cross_entropy(outputs, labels[few]) + decay / 2 * symmetry.inner(params, params)


start = tuple(rng.normal(0, s, shape) for s, shape in ((0.125, (8, 64)), (0.35, (6, 8)), (0.4, (10, 6))))
push = tuple(rng.normal(0, s, shape) for s, shape in ((0.03, (8, 64)), (0.2, (6, 8)), (0.2, (10, 6))))
skew = np.zeros((6, 6))
skew[0, 1], skew[1, 0] = 1, -1
GROUPS = {
    "scale (broken)": (symmetry.scale, lambda p: p[0][:, 0]),  # incoming weights of the first neuron
    "rescale (broken)": (symmetry.rescale, lambda p: (p[1][:, 0], p[2][:, :, 0])),
    "translation (kept)": (symmetry.translation, lambda p: p[2][:, :, 0]),  # of all classes, from one hidden neuron
    "rotation (kept)": (symmetry.rotation(skew), lambda p: (jnp.swapaxes(p[1], 1, 2), p[2])),
}
times = np.linspace(0, 4, 201)
TOLERANCE = 1e-10


def terms(eps=0.0):
    """For each symmetry along the flow: charge, position ⟨q, δ⟩, kinetic breaking, error of the charge, (4, times)."""
    path = flow.heavy_ball_flow(
        smooth_loss, start, push, times, mass=mass, friction=friction, args=jnp.asarray(eps), tolerance=TOLERANCE
    )
    out = {}
    for name, (generator, pick) in GROUPS.items():
        q, speed = pick(path.params), pick(path.velocity)
        position = symmetry.inner(q, generator(q), groups=1)
        charge = symmetry.charge(q, speed, generator, groups=1)
        breaking = jax.vmap(lambda a, b, g=generator: symmetry.kinetic_breaking(a, b, g))(q, speed)
        sizes = symmetry.inner(q, q, groups=1) * symmetry.inner(speed, speed, groups=1)
        out[name] = np.array([charge, position, breaking, notebook.solver(TOLERANCE, np.sqrt(sizes))])
    return out


def rate(charge):
    """m dC/dt by central differences of fourth order, and their error from twice the spacing, (times - 8,) each."""

    def central(s):
        one, two = (np.roll(charge, -h) - np.roll(charge, h) for h in (s, 2 * s))
        return (8 * one - two)[4:-4] / (12 * s * times[1])

    fine, coarse = central(1), central(2)
    return mass * fine, mass * np.abs(fine - coarse) / 15


# %% [markdown]
# Along the path we take the rate of change of each charge, and compare it with the right side of the law. All terms
# are in units of the largest one.


# %%
def in_units(charge, position, breaking, _):
    """Rate, its error, and the other terms of the law over the largest term, (times - 8,) each."""
    value, error = rate(charge)
    unit = max(np.abs(part).max() for part in (value, friction * charge, decay * position, mass * breaking))
    here = {"charge": charge[inside] / unit, "position": position[inside] / unit, "breaking": breaking[inside] / unit}
    return value / unit, error / unit, here


inside = slice(4, -4)
constants = {"mass": mass, "friction": friction, "weight_decay": decay}
at = np.array([6, 46, 96, 146, 190])  # five times between 0.2 and 3.9
nld = law.formula("noether-learning-dynamics")
measured, errors, given = [], [], []
fig, ax = plt.subplots()
every = terms()
for i, (name, parts) in enumerate(every.items()):
    value, error, here = in_units(*parts)
    thin = slice(0, None, 6)
    prediction = nld(**here, **constants)
    law.series(
        "rates", x=times[inside][thin], y=value[thin], error=error[thin], prediction=prediction[thin],
        label=name, x_label="time", y_label="rate of change of the charge (largest term = 1)",
        title="Charges of four symmetries along a heavy-ball flow on digits",
    )  # fmt: skip
    ax.plot(times[inside], prediction, color=plot.COLOURS[i])
    plot.points(ax, times[inside][::12], value[::12], index=i, label=name)
    measured.append(value[at])
    errors.append(error[at])
    given.append({key: part[at] for key, part in here.items()})
ax.set(xlabel="time", ylabel="rate of change of the charge (largest term = 1)")
ax.legend()
plt.show()

# %%
law.check(
    "charge-rate",
    measured=measured,
    error=errors,
    given={key: np.array([g[key] for g in given]) for key in given[0]} | constants,
)

# %% [markdown]
# Control: a constant 0.5 beside the variance makes the loss depend on the scale of the weights, and the law fails for
# it. We look at the time when it is farthest off, and at the same time in the flow without the constant.

# %%
value, error, here = in_units(*terms(eps=0.5)["scale (broken)"])
worst = np.abs(value - nld(**here, **constants)).argmax()
kept, kept_error, there = in_units(*every["scale (broken)"])
law.control(
    "visible-scale",
    measured=value[worst],
    error=error[worst],
    intact=kept[worst],
    intact_error=kept_error[worst],
    given={key: part[worst] for key, part in here.items()} | constants,
    intact_given={key: part[worst] for key, part in there.items()} | constants,
)

# %% [markdown]
# ## A charge that kinetic energy respects just fades
#
# For a rotation the right side of the law is empty, and $\langle q,\delta\rangle=0$. What remains is friction against
# inertia: the charge fades as $e^{-\mu t/m}$, whatever is learned.


# %%
def left(name, stops):
    """Share of a charge that is left, and its error from the solver."""
    charge, _, _, error = every[name]
    return charge[stops] / charge[0], error[stops] / np.abs(charge[0])


stops = [50, 100, 200]  # times 1, 2 and 4
turn, turn_error = left("rotation (kept)", stops)
law.check(
    "pure-decay",
    measured=turn,
    error=turn_error,
    given={"time": times[stops], "mass": mass, "friction": friction},
)

# %%
grow, grow_error = left("scale (broken)", stops[-1])
law.control(
    "scale-charge-is-driven",
    measured=grow,
    error=grow_error,
    given={"time": times[-1], "mass": mass, "friction": friction},
)

# %% [markdown]
# ## Mini-batches
#
# Now real training: 64-16-10, batch-normalised first layer without a constant beside the variance, ReLU, softmax,
# batches of 64 digits, $v\leftarrow\beta v-\eta(g+kq)$, $q\leftarrow q+v$. Nine runs at once from one start and with
# the same batches.

# %%
SETTINGS = {  # step size, momentum, weight decay, constant beside the variance
    "slow": (0.1, 0.0, 5e-3, 0.0),
    "fast": (0.1, 0.0, 2e-2, 0.0),
    "some momentum": (0.1, 0.5, 1e-2, 0.0),
    "momentum": (0.05, 0.9, 1e-2, 0.0),
    "no momentum": (0.05, 0.0, 1e-2, 0.0),
    "no decay": (0.1, 0.0, 0.0, 0.0),
    "visible scale": (0.1, 0.0, 5e-3, 0.1),
    "middling": (0.1, 0.0, 1e-2, 0.0),
    "usual": (0.05, 0.9, 1e-2, 1e-5),
}
knobs = np.array(list(SETTINGS.values()))
steps = 20_000 if full else 4000
batches = jnp.asarray(rng.integers(0, len(images), (steps // 500, 500, 64)))
weights = tuple(jnp.asarray(layer.weight) for layer in networks.initialise([64, 16, 10], rng))


def loss(params, batch, eps):
    first, second = params
    hidden = jax.nn.relu(normalise(images[batch] @ first.T, eps))
    return networks.cross_entropy(hidden @ second.T, labels[batch])


@jax.jit
@jax.vmap
def train(knobs):
    """Logs per step and neuron: |q|², |v|², |g|² and the angle turned; and the first layer after each 500 steps."""
    eta, beta, decay, eps = knobs

    def step(state, batch):
        params, velocity = state
        gradient = jax.grad(loss)(params, batch, eps)
        velocity = jax.tree.map(lambda v, g, q: beta * v - eta * (g + decay * q), velocity, gradient, params)
        moved = jax.tree.map(jnp.add, params, velocity)
        q, v, g, new = params[0], velocity[0], gradient[0], moved[0]
        before, after = jnp.sum(q**2, axis=1), jnp.sum(new**2, axis=1)
        angle = jnp.arccos(jnp.clip(jnp.sum(q * new, axis=1) / jnp.sqrt(before * after), -1, 1))
        return (moved, velocity), (before, jnp.sum(v**2, axis=1), jnp.sum(g**2, axis=1), angle)

    def block(state, batches):
        state, logs = jax.lax.scan(step, state, batches)
        return state, (logs, state[0][0])

    _, (logs, layers) = jax.lax.scan(block, (weights, jax.tree.map(jnp.zeros_like, weights)), batches)
    return [a.reshape(steps, 16) for a in logs], layers


logs, layers = train(knobs)
square, kick, force, angle = ({name: np.asarray(a)[i] for i, name in enumerate(SETTINGS)} for a in logs)  # (steps, 16)

# %% [markdown]
# ### The charge in real training
#
# Does the law of the flow tell how the charge of scaling moves in training as people do it: batches, momentum 0.9, and
# $10^{-5}$ beside the variance, so that the symmetry is not quite exact? In seven windows of 500 steps we average the
# terms: $m|\dot q|^2$ with the velocity of each step, friction, weight decay, and the rate of change of the charge.


# %%
def in_windows(name, count=7, width=500):
    """Rate of change of the charge, charge, position and breaking, each (windows, neurons), from the logs of a run."""
    eta, _, _, _ = SETTINGS[name]
    n, d = square[name], kick[name]  # d[i]: of the step from i to i + 1
    charge = (n[2:] - n[:-2] - d[1:-1] + d[:-2]) / (4 * eta)  # at step 1, 2, ...: mean of both neighbouring moves
    cuts = [slice(w * width, (w + 1) * width) for w in range(count)]
    means = [np.array([part[cut].mean(axis=0) for cut in cuts]) for part in (charge, n[1:-1], d[1:-1] / eta**2)]
    change = np.array([(charge[cut.stop] - charge[cut.start]) / (width * eta) for cut in cuts])
    return change, *means


eta, beta, k, _ = SETTINGS["usual"]
heavy, drag = eta * (1 + beta) / 2, 1 - beta
change, charge, position, breaking = in_windows("usual")
unit = np.maximum.reduce([np.abs(drag * charge), k * position, heavy * breaking]).mean(axis=1, keepdims=True)
off = (heavy * change - heavy * breaking + drag * charge + k * position) / unit
given = {
    "mass": heavy,
    "friction": drag,
    "weight_decay": k,
    "beta": beta,
    **{
        name: (part / unit).mean(axis=1)
        for name, part in (("charge", charge), ("position", position), ("breaking", breaking))
    },
}
law.check(
    "charge-in-training",
    measured=(heavy * change / unit).mean(axis=1),
    error=notebook.spread(off, axis=1),
    given=given,
)

# %% [markdown]
# ### Exact
#
# With $n$ the squared norm of a neuron's weights and $D$ its step, the law for scaling has a discrete twin without
# any error term.


# %%
def residual(name):
    """Largest violation over steps and neurons, relative to the squared norm."""
    _, beta, _, _ = SETTINGS[name]
    eta, k = SETTINGS[name][0], SETTINGS[name][2]
    n, d = square[name], kick[name]
    change = np.diff(n, axis=0)  # of step i, by D[i]
    left = change[1:] - beta * change[:-1]
    right = d[1:-1] + beta * d[:-2] - 2 * eta * k * n[1:-1]
    return np.max(np.abs(left - right) / n[1:-1])


tried = ["slow", "fast", "some momentum", "momentum"]
spacing = notebook.rounding(1.0, operations=images.shape[1])  # of a squared norm, a sum over pixels, over itself
law.check(
    "discrete-identity",
    measured=[residual(name) for name in tried],
    error=spacing,
    given={
        "eta": [SETTINGS[name][0] for name in tried],
        "weight_decay": [SETTINGS[name][2] for name in tried],
    },
)

# %%
law.control(
    "visible-scale-steps",
    measured=residual("visible scale"),
    error=spacing,
    given={"eta": SETTINGS["visible scale"][0], "weight_decay": SETTINGS["visible scale"][2]},
)

# %% [markdown]
# ### Mass and friction from the path
#
# Is heavy-ball descent a ball with mass $\eta(1+\beta)/2$ and friction $1-\beta$? We take the path of the first
# layer, form central differences with time step $\eta$, and regress the force on acceleration and velocity.


# %%
@jax.jit
def first_steps(eta, beta, decay, damping):
    """Positions (61, 1024) and forces (60, 1024) of the first layer; `damping` scales the gradient."""

    def step(state, batch):
        params, velocity = state
        force = jax.tree.map(lambda g, q: g + decay * q, jax.grad(loss)(params, batch, 0.0), params)
        velocity = jax.tree.map(lambda v, f: beta * v - eta * damping * f, velocity, force)
        return (jax.tree.map(jnp.add, params, velocity), velocity), (params[0].ravel(), force[0].ravel())

    begin = weights, jax.tree.map(jnp.zeros_like, weights)
    return jax.lax.scan(step, begin, batches[0, :60])[1]


def mechanics(eta, beta, damping=1.0):
    """Mass and friction by least squares, (2,), and their standard errors."""
    q, force = map(np.asarray, first_steps(eta, beta, 0.01, damping))
    acceleration = (q[2:] - 2 * q[1:-1] + q[:-2]) / eta**2
    velocity = (q[2:] - q[:-2]) / (2 * eta)
    design = np.stack([acceleration.ravel(), velocity.ravel()], axis=1)
    found, rest, _, _ = np.linalg.lstsq(design, -force[1:-1].ravel(), rcond=None)
    return found, np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * rest[0] / len(design))


etas, betas = np.array([0.1, 0.1, 0.05]), np.array([0.0, 0.5, 0.9])
fits = np.array([mechanics(eta, beta) for eta, beta in zip(etas, betas, strict=True)])  # (3, 2, 2)
law.check("mass-from-path", measured=fits[:, 0, 0], error=fits[:, 1, 0], given={"eta": etas, "beta": betas})

# %%
law.check("friction-from-path", measured=fits[:, 0, 1], error=fits[:, 1, 1], given={"beta": betas})

# %%
damped = mechanics(0.05, 0.9, damping=0.1)
law.control("damped-gradient", measured=damped[0][0], error=damped[1][0], given={"eta": 0.05, "beta": 0.9})

# %% [markdown]
# ### The radius is a running average of gradients
#
# On the unit sphere the gradient is $\hat g=r\,g$. The law says that $r^4$ averages $|\hat g|^2$ over the last
# $1/(4\eta k)$ steps. We let the average run beside training and compare.


# %%
def averaged(name, prefactor=1.0, lengthen=1.0):
    """r² from the running average: r⁴ <- exp(-4 η k l) (r⁴ + 2 η² p |ĝ|²), (steps, 16)."""
    eta, _, k, _ = SETTINGS[name]
    r4, out = square[name][0] ** 2, []
    for sphere in force[name] * square[name]:
        out.append(np.sqrt(r4))
        r4 = np.exp(-4 * eta * k * lengthen) * (r4 + 2 * eta**2 * prefactor * sphere)
    return np.array(out)


def radius_error(name, **how):
    """Root-mean-square relative difference over steps and neurons, and its standard error from the neurons."""
    by_neuron = np.mean((averaged(name, **how) / square[name] - 1) ** 2, axis=0)
    size = np.sqrt(by_neuron.mean())
    return size, notebook.spread(by_neuron) / (2 * size)


thin = np.unique(np.geomspace(1, steps - 1, 80).astype(int))
fig, ax = plt.subplots()
for i, name in enumerate(("slow", "fast")):
    average = averaged(name)
    ax.plot(thin, average[thin, 0], color=plot.COLOURS[i])
    plot.points(ax, thin[::2], square[name][thin[::2], 0], index=i, label=f"weight decay {SETTINGS[name][2]}")
    law.series(
        "radius", x=thin, y=square[name][thin, 0], prediction=average[thin, 0], law="implicit-rmsprop",
        label=f"weight decay {SETTINGS[name][2]}", x_label="step", y_label="squared norm of a neuron's weights",
        x_scale="log", title="The radius follows a running average of squared gradients",
    )  # fmt: skip
ax.set(xscale="log", xlabel="step", ylabel="squared norm of the weights")
ax.legend()
plt.show()

# %%
off = np.array([radius_error(name) for name in ("slow", "fast")])
law.check("radius-average", measured=off[:, 0], error=off[:, 1])
for wrong, how in {"memory twice as long": {"lengthen": 0.5}, "half the growth": {"prefactor": 0.5}}.items():
    print(f"{wrong}: off by {', '.join(f'{radius_error(name, **how)[0]:.2f}' for name in ('slow', 'fast'))}")

# %%
broken = radius_error("visible scale")
law.control("visible-scale-radius", measured=broken[0], error=broken[1])

# %% [markdown]
# With momentum and gradients that change slowly, the prefactor grows by $(1+\beta)/(1-\beta)^3$. Mini-batch gradients
# do not change slowly: momentum averages their noise away, and the formula is off by more than the whole radius. With
# the same step size and weight decay and no momentum it holds.

# %%
beta = SETTINGS["momentum"][1]
broken = radius_error("momentum", prefactor=(1 + beta) / (1 - beta) ** 3, lengthen=1 / (1 - beta))
kept = radius_error("no momentum")
law.control("noisy-momentum", measured=broken[0], error=broken[1], intact=kept[0], intact_error=kept[1])

# %% [markdown]
# In equilibrium the average stands still, and gives the radius.

# %%
late = slice(steps // 2, None)
eta, _, k, _ = SETTINGS["fast"]
sphere = np.mean((force["fast"] * square["fast"])[late], axis=0)  # (16,)
radius = np.mean(square["fast"][late] ** 2, axis=0)
ratios = radius / sphere
law.check(
    "steady-radius",
    measured=ratios.mean() * sphere.mean(),
    error=notebook.spread(ratios) * sphere.mean(),
    given={"eta": eta, "weight_decay": k, "sphere_gradient": sphere.mean()},
)

# %% [markdown]
# ### The RMSProp twin
#
# Take the dictionary at its word: a second network whose neurons stay on the unit sphere, trained by RMSProp with one
# second moment a neuron, decay $e^{-4\eta k}$ and rate $\sqrt{2\eta k}$, on the same batches. Does it stay with the
# first?


# %%
@jax.jit
def twin(eta, k, adapt, memory):
    """First layer on the unit sphere after each 500 steps; with `adapt` 0 the second moment stays at its start.

    The second moment remembers `memory` times as long as the law says.
    """
    r4 = jnp.sum(weights[0] ** 2, axis=1) ** 2
    begin = (weights[0] / jnp.sqrt(jnp.sqrt(r4))[:, None], weights[1]), 2 * k * r4 / eta

    def step(state, batch):
        (q, second), moment = state
        g, g_second = jax.grad(loss)((q, second), batch, 0.0)
        q = q - jnp.sqrt(2 * eta * k / moment)[:, None] * g
        q = q / jnp.linalg.norm(q, axis=1, keepdims=True)
        forget = 4 * eta * k / memory
        moved = jnp.exp(-forget) * (moment + forget * jnp.sum(g**2, axis=1))
        return ((q, second - eta * (g_second + k * second)), jnp.where(adapt, moved, moment)), None

    def block(state, batches):
        state, _ = jax.lax.scan(step, state, batches)
        return state, state[0][0]

    return jax.lax.scan(block, begin, batches[:4])[1]


def similarity(adapt, memory=1.0, name="slow"):
    """Cosine between the weights of each neuron and its twin after 2000 steps, (16,)."""
    eta, _, k, _ = SETTINGS[name]
    a, b = np.asarray(layers)[list(SETTINGS).index(name), 3], np.asarray(twin(eta, k, adapt, memory))[3]
    return np.sum(a * b, axis=1) / np.linalg.norm(a, axis=1)


cosines = similarity(True)
print(f"all twins: {cosines.min():.6f} to {cosines.max():.6f}")
for name in ("middling", "fast"):
    print(f"mean with weight decay {SETTINGS[name][2]}: {similarity(True, name=name).mean():.6f}")
print(f"mean with twice the memory: {similarity(True, 2.0).mean():.4f}")
law.check("rmsprop-twin", measured=cosines.mean(), error=notebook.spread(cosines))

# %%
frozen = similarity(False)
law.control("frozen-moment", measured=frozen.mean(), error=notebook.spread(frozen))

# %% [markdown]
# ## Equilibrium: a fixed angle per step
#
# Where weight decay and growth balance, each step turns the weights by the same root-mean-square angle. Data and
# architecture drop out of it.


# %%
def turning(name, window=late):
    """Root-mean-square angle over steps and neurons, and its standard error from ten blocks of steps."""
    squares = np.mean(angle[name][window] ** 2, axis=1)  # (steps,)
    mean = np.sqrt(squares.mean())
    return mean, notebook.blocks(squares, count=10) / (2 * mean)


balanced = ["fast", "some momentum", "momentum"]
found = np.array([turning(name) for name in balanced])
given = dict(zip(("eta", "beta", "weight_decay"), np.array([SETTINGS[name][:3] for name in balanced]).T, strict=True))
law.check("angle-per-step", measured=found[:, 0], error=found[:, 1], given=given)

# %%
law.series(
    "angle", x=np.arange(25, steps, 50), y=np.sqrt(np.mean(angle["fast"].reshape(-1, 50, 16) ** 2, axis=(1, 2))),
    prediction=law.predict("angle-per-step", eta=eta, beta=0.0, weight_decay=k), law="equilibrium-angle",
    label="weight decay 0.02", x_label="step", y_label="angle per step (radian)", title="Into equilibrium",
)  # fmt: skip

# %% [markdown]
# Controls: before equilibrium, and without weight decay, when there is none.

# %%
early = turning("fast", slice(0, 20))
law.control("too-early", measured=early[0], error=early[1], given={"eta": eta, "beta": 0.0, "weight_decay": k})

# %%
idle = turning("no decay")
law.control("no-weight-decay", measured=idle[0], error=idle[1], given={"eta": eta, "beta": 0.0, "weight_decay": k})

# %% [markdown]
# ## What to try next
#
# * In the full batch gradients do change slowly. Does the factor $(1+\beta)/(1-\beta)^3$ come true there?
# * Halve the step size in equilibrium. How long does the angle take to settle, and how far does the
#   loss move meanwhile?
# * Put the usual $10^{-5}$ beside the variance. Which checks notice?
