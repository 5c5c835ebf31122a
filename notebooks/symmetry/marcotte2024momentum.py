# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # With momentum, only rotations are kept
#
# Gradient flow keeps the balance of every neuron. Give the weights inertia and those laws die. Marcotte, Gribonval
# and Peyré asked what is left, and found: for two linear layers the angular momentum of the hidden space, which fades
# with friction at a known rate; for ReLU nothing at all. [The law page](../laws/marcotte2024momentum.md) has the
# statements. Here we follow the flow on digits, count the laws, and meet the same charge, exact to rounding, in plain
# SGD with momentum.

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.models import layered, networks
from lawbook.lab.training import flow, sgd
from lawbook.measure import conservation, powerlaw, symmetry

jax.config.update("jax_enable_x64", True)
law = notebook.open("marcotte2024momentum")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Two layers, digits, and a push
#
# The ten leading components of digits, each scaled to variance one, 600 images, squared loss on centred one-hot
# targets, ten inputs and outputs with four hidden neurons between. The weights start with a random velocity: from
# rest there would be no angular momentum to watch.

# %%
images, labels = digits.load(centred=True)
_, _, components = np.linalg.svd(images, full_matrices=False)
scores = images @ components[:10].T
scores /= scores.std(axis=0)
rows = rng.permutation(len(labels))[: 1797 if full else 600]
inputs = jnp.asarray(scores[rows])
targets = jnp.asarray(np.eye(10)[labels[rows]] - 0.1)
hidden = 4


def loss(params, args):
    """Squared loss of U act(V^T x); `args`: 0 for linear units or 1 for ReLU, and the learning rate of V over U's."""
    units, rate = args
    u, v = params[0], params[1] * jnp.sqrt(rate)  # (10, hidden) each; V / √rate flows as V does at that rate
    z = inputs @ v
    outputs = jnp.where(units == 0, z, jax.nn.relu(z)) @ u.T
    return 0.5 * jnp.mean(jnp.sum((outputs - targets) ** 2, axis=1))


start = tuple(0.5 * rng.standard_normal((10, hidden)) for _ in range(2))
push = tuple(0.3 * rng.standard_normal((10, hidden)) for _ in range(2))
LINEAR, RELU = jnp.asarray(0), jnp.asarray(1)


def follow(times, *, units=LINEAR, rate=1.0, velocity=push, tolerance=1e-10, **how):
    """Charges U^T dU - dU^T U + V^T dV - dV^T V and balances U^T U - V^T V at the times, (times, hidden, hidden).

    Third, what the solver's tolerance is worth in an entry of the charge, (times,).
    """
    slow = np.sqrt(rate)
    begin, speed = ((a[0], a[1] / slow) for a in (start, velocity))
    args = units, jnp.asarray(rate)
    path = flow.heavy_ball_flow(loss, begin, speed, times, args=args, tolerance=tolerance, **how)
    (u, v), (du, dv) = path.params, path.velocity
    weights, speeds = (u, slow * v), (du, slow * dv)
    charge = symmetry.angular_momentum(weights, speeds)
    balance = jnp.swapaxes(u, 1, 2) @ u - jnp.swapaxes(weights[1], 1, 2) @ weights[1]
    squares = symmetry.inner(weights, weights, groups=1) * symmetry.inner(speeds, speeds, groups=1)
    return np.asarray(charge), np.asarray(balance), notebook.solver(tolerance, np.sqrt(squares))


def share(kept):
    """Least-squares share of the first matrix that is left in each, and the root mean square of what does not fit."""
    flat = kept.reshape(len(kept), -1)
    left = flat @ flat[0] / (flat[0] @ flat[0])
    return left, np.sqrt(np.mean((flat - left[:, None] * flat[0]) ** 2, axis=1) / np.mean(flat[0] ** 2))


def largest_change(kept, error, tau):
    """The largest change of an entry of e^(τt) A over the largest at the start, and its error from the solver."""
    growth, size = np.exp(tau * times), np.abs(kept[0]).max()
    return np.abs(kept * growth[:, None, None] - kept[0]).max() / size, (growth * error).max() / size


# %% [markdown]
# ## The charge fades at the rate of the friction, and at no other
#
# Along $\ddot\theta+\tau\dot\theta=-\nabla L$ the matrix $A=U^\top\dot U-\dot U^\top U+V^\top\dot V-\dot V^\top V$
# should shrink as $e^{-\tau t}$, entry by entry, while the loss does what it likes.

# %%
times = np.linspace(0, 10, 41)
frictions = [0.0, 0.25, 0.5]
charges, balances, errors = zip(*[follow(times, friction=tau) for tau in frictions], strict=True)
relu_charge, _, _ = follow(times, units=RELU, friction=0.5, tolerance=1e-7)
curve = law.formula("rotation-charge")

for tau, kept in zip(frictions[1:], charges[1:], strict=True):
    law.series(
        "charge", x=times, y=np.abs(share(kept)[0]), error=share(kept)[1], prediction=curve(friction=tau, time=times),
        label=f"linear, friction {tau}", x_label="time", y_label="share of the angular momentum left", y_scale="log",
        title="Angular momentum of the hidden neurons, trained on digits",
    )  # fmt: skip
relu_size = np.linalg.norm(relu_charge, axis=(1, 2)) / np.linalg.norm(relu_charge[0])
law.series(
    "charge", x=times, y=relu_size, prediction=curve(friction=0.5, time=times), label="ReLU, friction 0.5: no such law",
)  # fmt: skip

fig, ax = plt.subplots()
for i, (tau, kept) in enumerate(zip(frictions, charges, strict=True)):
    ax.plot(times, curve(friction=tau, time=times), color=plot.COLOURS[i])
    plot.points(ax, times[::2], share(kept)[0][::2], index=i, label=f"linear, friction {tau}")
plot.points(ax, times[::2], relu_size[::2], index=3, label="ReLU, friction 0.5 (norm)")
ax.set(yscale="log", xlabel="time", ylabel="share of the angular momentum left")
ax.legend()
plt.show()

# %%
later = [8, 20, 40]  # times 2, 5 and 10
left = [np.array(share(kept))[:, later] for kept in charges]
law.check(
    "charge-decay",
    measured=[part[0] for part in left],
    error=[part[1] for part in left],
    given={"friction": np.array(frictions)[:, None], "time": times[later]},
)

# %% [markdown]
# Weighted by $e^{\tau t}$ the charge is a constant, which is how the paper states it.

# %%
off = np.array([largest_change(kept, error, tau) for kept, error, tau in zip(charges, errors, frictions, strict=True)])
law.check(
    "charge-conserved",
    measured=off[:, 0],
    error=off[:, 1],
    given={"friction": np.array(frictions), "time": times[-1]},
)

# %% [markdown]
# Controls: ReLU units beside linear ones; and a flow in which $V$ learns at half the rate of $U$, so that the two
# layers have different metrics. The solver cannot resolve the kinks of ReLU as finely, so this control and its linear
# twin are followed with local errors below $10^{-8}$, and what $10^{-7}$ would change is their error.


# %%
def resolved(measure, units):
    """A measure of the flow with such units at a tolerance that kinks allow, and its change at ten times as much."""
    fine, coarse = (measure(units=units, tolerance=tolerance) for tolerance in (1e-8, 1e-7))
    return fine, np.abs(coarse - fine)


ends = [0.0, 0.5]


def changes(**how):
    runs = [(*follow(times, friction=tau, **how)[::2], tau) for tau in ends]
    return np.array([largest_change(*run)[0] for run in runs])


(bent, bent_error), (straight, straight_error) = resolved(changes, RELU), resolved(changes, LINEAR)
law.control(
    "relu-charge",
    measured=bent,
    error=bent_error,
    intact=straight,
    intact_error=straight_error,
    given={"friction": np.array(ends), "time": times[-1]},
)

# %%
uneven = [(tau, follow(times, rate=0.5, friction=tau)) for tau in frictions]
off = np.array([largest_change(kept, error, tau) for tau, (kept, _, error) in uneven])
law.control(
    "unequal-rates",
    measured=off[:, 0],
    error=off[:, 1],
    given={"friction": np.array(frictions), "time": times[-1]},
)

# %% [markdown]
# And the balance $U^\top U-V^\top V$, which gradient flow would keep? In the same three flows it moves by several
# times its size.

# %%
for tau, kept in zip(frictions, balances, strict=True):
    print(
        f"friction {tau}: the balance moves by {np.abs(kept - kept[0]).max() / np.abs(kept[0]).max():.1f} of its size"
    )

# %% [markdown]
# ## Friction that fades, as in Nesterov's method
#
# With $\tau=3/t$ the weight is $t^3$. We start at time 1.

# %%
late = np.linspace(1, 11, 41)  # as many times as before, so that the solver is not compiled anew
marks = [4, 16, 40]  # times 2, 5 and 11
fading, _, _ = follow(late, fading_friction=3.0, start=1.0)
left, rest = share(fading)
law.check("nesterov-charge", measured=left[marks], error=rest[marks], given={"time": late[marks]})

# %%
steady, _, _ = follow(late - 1, friction=0.5)
left, rest = share(steady)
law.control("constant-friction", measured=left[marks], error=rest[marks], given={"time": late[marks]})

# %% [markdown]
# ## From rest
#
# Training usually begins at rest. Then the charge is zero and stays zero: the hidden space never acquires a net
# rotation. That is a law too.

# %%
rest_velocity = tuple(np.zeros((10, hidden)) for _ in range(2))
size = np.abs(charges[2][0]).max()


def turned(**how):
    """Largest entry of the charge up to time 20 from rest, over the largest of the pushed flow, and its error."""
    spin, _, error = follow(2 * times, velocity=rest_velocity, friction=0.5, **how)
    return np.abs(spin).max() / size, error.max() / size


still = turned()
law.check("stays-at-rest", measured=still[0], error=still[1])

# %%
(spin, spin_error), (twin, twin_error) = (resolved(lambda **how: turned(**how)[0], u) for u in (RELU, LINEAR))
law.control("relu-starts-to-turn", measured=spin, error=spin_error, intact=twin, intact_error=twin_error)

# %% [markdown]
# ## Counting: is that all?
#
# In phase space, with time as one more coordinate, there are $2(n+m)r+1$ dimensions. The fields are one drift and one
# force for each entry of the network's function. We close them under brackets, as for
# [gradient flow](../laws/marcotte2024abide.md), and count what is left.


# %%
def with_momentum(n, m, r, friction):
    fields = conservation.with_momentum(layered.linear_network(n, m), friction)
    return conservation.count_linear(fields, rng.standard_normal((2 * (n + m), r))).laws


shapes = [(1, 2), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3)]
grid = np.array([(n, m, r, tau) for n, m in shapes for r in range(1, 11) for tau in (0.0, 0.7)])
counts = [with_momentum(int(n), int(m), int(r), tau) for n, m, r, tau in grid]
names = ("outputs", "inputs", "hidden")
law.check(
    "count-linear", measured=counts, error=notebook.exact(counts), given=dict(zip(names, grid[:, :3].T, strict=True))
)

# %%
widths = np.arange(1, 13)
few = [with_momentum(2, 1, r, 0.7) for r in widths]
without = [conservation.count_linear(layered.linear_network(2, 1), rng.standard_normal((3, r))).laws for r in widths]
for label, values in (("with momentum", few), ("gradient flow", without)):
    prediction = law.formula("momentum-count-linear")(outputs=2, inputs=1, hidden=widths)
    law.series(
        "counts", x=widths, y=values, error=notebook.exact(values),
        prediction=prediction if label == "with momentum" else None,
        law="momentum-count-linear", label=label, x_label="hidden neurons", y_label="independent conservation laws",
        title="2 outputs, 1 input: momentum costs laws, until there are many neurons",
    )  # fmt: skip

fig, ax = plt.subplots()
ax.plot(widths, law.formula("momentum-count-linear")(outputs=2, inputs=1, hidden=widths))
plot.points(ax, widths, few, index=0, label="with momentum")
plot.points(ax, widths, without, index=1, label="gradient flow")
ax.set(xlabel="hidden neurons", ylabel="independent conservation laws")
ax.legend()
plt.show()

# %% [markdown]
# With few hidden neurons momentum costs laws. With many it adds some: there phase space is so large that even the
# time-dependent rotations outnumber the balances.
#
# Control: with a single input and a single output the formula must not be used. There $uv$ splits into
# $(u+v)^2-(u-v)^2$, two problems that do not know of each other, and each has its own rotations.

# %%
products = [with_momentum(1, 1, r, 0.7) for r in (2, 3, 4)]
law.control(
    "scalar-product",
    measured=products,
    error=notebook.exact(products),
    given={"outputs": 1, "inputs": 1, "hidden": [2, 3, 4]},
)


# %% [markdown]
# And ReLU? Each neuron is a linear network with one hidden unit, and $r=1$ leaves no rotation.


# %%
def relu_with_momentum(n, m, r, friction):
    fields = conservation.with_momentum(layered.relu_network(n, m, r), friction)
    return conservation.count_linear(fields, rng.standard_normal((2 * (n + m) * r, 1))).laws


relu_grid = [(2, 1, 1), (2, 1, 2), (2, 2, 2), (3, 2, 1), (3, 1, 3), (1, 1, 1), (1, 1, 2)]
measured = [[relu_with_momentum(*sizes, tau) for tau in (0.0, 0.7)] for sizes in relu_grid]
law.check(
    "count-relu",
    measured=measured,
    error=notebook.exact(measured),
    given={"hidden": np.array(relu_grid)[:, 2:]},
)

# %%
rotations = with_momentum(3, 1, 3, 0.7)
law.control("linear-neurons", measured=rotations, error=notebook.exact(rotations), given={"hidden": 3})

# %%
fields = layered.relu_network(2, 2, 2)
massless = conservation.count_linear(fields, rng.standard_normal((8, 1))).laws
law.control("relu-without-momentum", measured=massless, error=notebook.exact(massless), given={"hidden": 2})

# %% [markdown]
# ## Real steps
#
# No flow, no small step: SGD with momentum on batches of 32 digits, three linear layers 10-6-5-10, batches, weight
# decay and all. Each step should multiply the angular momentum of each hidden layer by $\beta$. Exactly.


# %%
def deep_loss(params, args):
    batch, units = args
    outputs = networks.forward(params, inputs[batch], lambda z: jnp.where(units == 0, z, jax.nn.relu(z)))
    return 0.5 * jnp.mean(jnp.sum((outputs - targets[batch]) ** 2, axis=1))


def layer_charges(layers, velocities):
    """Angular momentum of every hidden layer, flattened: the rows of its weights in turn with the columns out of it."""
    w, v = [a.weight for a in layers], [a.weight for a in velocities]
    kept = [symmetry.angular_momentum((w[h].T, w[h + 1]), (v[h].T, v[h + 1])) for h in range(len(w) - 1)]
    return jnp.concatenate([a.ravel() for a in kept])


@jax.jit
def heavy_ball(layers, velocities, batches, units, eta, beta, decay, lag, ahead):
    """v <- beta v - eta (g + decay q), q <- q + v, the first layer with `lag` times the momentum.

    The gradient is that at q + ahead v: 0 for the heavy ball, beta for Nesterov's momentum. Returns the charges after
    each kick, and the size of the products that they are differences of.
    """
    betas = [beta * lag, *[beta] * (len(layers) - 1)]

    def step(state, batch):
        layers, velocities = state
        seen = jax.tree.map(lambda w, v: w + ahead * v, layers, velocities)
        gradient = jax.grad(deep_loss)(seen, (batch, units))
        velocities = tuple(
            jax.tree.map(lambda v, g, w, b=b: b * v - eta * (g + decay * w), *three)
            for b, three in zip(betas, zip(velocities, gradient, layers, strict=True), strict=True)
        )
        charge = layer_charges(layers, velocities)  # after the kick
        size = jnp.sqrt(symmetry.inner(layers, layers) * symmetry.inner(velocities, velocities))
        layers = jax.tree.map(jnp.add, layers, velocities)
        return (layers, velocities), (charge, size)

    return jax.lax.scan(step, (layers, velocities), batches)[1]


layers = jax.tree.map(jnp.asarray, networks.initialise([10, 6, 5, 10], rng, gain=1.0))
first = jax.tree.map(lambda w: 0.01 * rng.standard_normal(w.shape), layers)
batches = rng.integers(0, len(inputs), (60, 32))


def factors(beta, *, units=LINEAR, decay=0.0, lag=1.0):
    """Least-squares factor of the charge from step to step, and what rounding contributes to it."""
    kept, size = map(np.asarray, heavy_ball(layers, first, batches, units, 0.005, beta, decay, lag, 0.0))
    before, after = kept[:-1], kept[1:]
    noise = notebook.rounding(size[1:]) * np.linalg.norm(before, axis=1)
    return np.sum(before * after) / np.sum(before**2), np.linalg.norm(noise) / np.sum(before**2)


betas, decays = np.array([0.5, 0.9, 0.95]), [0.0, 0.0, 0.01]
found = np.array([factors(b, decay=d) for b, d in zip(betas, decays, strict=True)])
law.check("discrete-factor", measured=found[:, 0], error=found[:, 1], given={"beta": betas})

# %% [markdown]
# Controls: ReLU between the layers, and a first layer with a little less momentum.

# %%
broken = factors(0.9, units=RELU)
law.control("relu-steps", measured=broken[0], error=broken[1], given={"beta": 0.9})

# %%
broken = factors(0.9, lag=0.99)
law.control("unequal-momentum", measured=broken[0], error=broken[1], given={"beta": 0.9})

# %% [markdown]
# Many take the gradient ahead of the weights, at $\theta+\beta v$: Nesterov's momentum. Then the identity is lost, for
# the gradient is that of another point. Does the law of the flow still tell how the rotation fades? The friction that
# belongs to a momentum is $\tau=2(1-\beta)/\eta(1+\beta)$, in time $\eta$ a step. We give eight random pushes.

# %%
eta, after = 0.005, [5, 10, 20]
found = []
for _ in range(8):
    pushed = jax.tree.map(lambda w: 0.01 * rng.standard_normal(w.shape), layers)
    drawn = rng.integers(0, len(inputs), (60, 32))
    paths = [heavy_ball(layers, pushed, drawn, LINEAR, eta, beta, 0.0, 1.0, beta)[0] for beta in (0.8, 0.9)]
    found.append([share(np.asarray(kept))[0][after] for kept in paths])
frictions = 2 * (1 - np.array([0.8, 0.9])) / (eta * (1 + np.array([0.8, 0.9])))
law.check(
    "rotation-in-training",
    measured=np.mean(found, axis=0),
    error=notebook.spread(found),
    given={"friction": frictions[:, None], "time": eta * np.array(after)},
)

# %% [markdown]
# ## What becomes of the balances of ReLU neurons?
#
# They move. Plain descent moves them a little, for its steps are finite. With momentum, and a step size smaller by
# $1-\beta$, the weights go the same way at the same pace; but the balances move $(1+\beta)/(1-\beta)$ times as far.
# We train a ReLU network 10-16-10 on all 600 digits at once, to time 4.


# %%
def relu_loss(params, data):
    x, wanted = data
    outputs = jax.nn.relu(x @ params["in"].T) @ params["out"]
    return 0.5 * jnp.mean(jnp.sum((outputs - wanted) ** 2, axis=1))


def balance_of(params, velocity, gradient):
    """Squared norm into each neuron less that out of it, (16,)."""
    return jnp.sum(params["in"] ** 2, axis=1) - jnp.sum(params["out"] ** 2, axis=1)


neurons = {"in": rng.normal(0, np.sqrt(2 / 10), (16, 10)), "out": rng.normal(0, np.sqrt(1 / 16), (16, 10))}


def moved(beta, pace, order):
    """Move of the balances to time 4 with such momentum and batches; the step size is `pace` times 1 - beta."""
    run = sgd.train(
        relu_loss, neurons, (inputs, targets), step_size=pace * (1 - beta), momentum=beta, batches=order,
        observe=balance_of, every=len(order),
    )  # fmt: skip
    return run.log[-1] - run.log[0]


def farther(beta, pace, batch):
    """Least-squares factor between the moves with momentum and without."""
    steps = round(4 / pace)
    order = batch(steps)
    plain = moved(0.0, pace, order)
    return moved(beta, pace, order) @ plain / (plain @ plain)


def everything(steps):
    return np.tile(np.arange(len(inputs)), (steps, 1))


momenta, pace = np.array([0.5, 0.7, 0.9]), 0.002
factor = np.array([farther(beta, pace, everything) for beta in momenta])
finer = np.array([farther(beta, pace / 2, everything) for beta in momenta])
law.check("balances-in-training", measured=factor, error=np.abs(finer - factor), given={"beta": momenta})

# %%
by_one = [farther(0.9, pace, lambda steps: rng.integers(len(inputs), size=(steps, 1))) for _ in range(4)]
law.control(
    "one-digit-at-a-time", measured=np.mean(by_one), error=notebook.spread(by_one), given={"beta": 0.9}
)  # fmt: skip

# %% [markdown]
# ## Back to gradient flow
#
# Make the mass small, $\mu\ddot\theta+\dot\theta=-\nabla L$, and the balances come back. How fast? We start at the
# velocity that gradient flow has, and measure how far the balance has moved at time 4.

# %%
masses = np.array([0.02, 0.01, 0.005, 0.0025])
gradient = jax.grad(loss)(start, (LINEAR, jnp.asarray(1.0)))
downhill = jax.tree.map(lambda g: -g, gradient)
drifts = []
for mass in masses:
    _, kept, _ = follow(0.4 * times, velocity=downhill, friction=1.0, mass=float(mass), tolerance=1e-9)
    drifts.append(np.linalg.norm(kept[-1] - kept[0]))
fit = powerlaw.fit(masses, drifts)
law.check("mass-exponent", measured=fit.exponent, error=fit.exponent_error)

# %% [markdown]
# Control: very heavy weights coast at the speed they started with, and more mass makes no difference.

# %%
heavy = np.array([1000.0, 2000.0, 4000.0, 8000.0])
drifts = []
for mass in heavy:
    _, kept, _ = follow(0.4 * times, velocity=downhill, friction=1.0, mass=float(mass), tolerance=1e-9)
    drifts.append(np.linalg.norm(kept[-1] - kept[0]))
fit = powerlaw.fit(heavy, drifts)
law.control("large-masses", measured=fit.exponent, error=fit.exponent_error)

# %% [markdown]
# ## What to try next
#
# * Take the gradient ahead of the weights in `factors`. By how much is the identity of a step off?
# * Start from rest and turn the hidden space by hand at time 5. Does the charge that you put in fade at the same rate?
# * Replace the squared loss by cross-entropy: what changes?
# * Is there a law for one linear and one ReLU layer in a row? Count the charges of `layer_charges` that survive.
