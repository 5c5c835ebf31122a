# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # What training cannot change
#
# Double the weights into a ReLU neuron, halve those out of it: the network is the same. Du, Hu and Lee showed what
# follows. Gradient flow keeps, for each neuron, the squared norm of the incoming minus that of the outgoing weights.
# [The law page](../laws/du2018.md) has the statements. Here we watch these constants on real images, break every
# assumption, and follow what a finite step does to them, down to the last digit of double precision.

# %%
import itertools
from functools import partial

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.models import networks
from lawbook.lab.training import flow, sgd
from lawbook.measure import powerlaw

jax.config.update("jax_enable_x64", True)
law = notebook.open("du2018")
rng = notebook.rng()
plot.use()

# %% [markdown]
# ## Digits, and a small network
#
# 200 images of digits, a net 64-32-16-10 without biases at He's scale, cross-entropy. One loss serves all
# experiments: which activation and how much weight decay are arguments, so that the solver is compiled once.

# %%
images, labels = digits.load(centred=True)
chosen = digits.balanced_subset(labels, 20 if notebook.scale() == "quick" else 170, rng)
images, labels = images[chosen], labels[chosen]
widths = [64, 32, 16, 10]
start = jax.tree.map(jnp.asarray, networks.initialise(widths, rng))
activations = list(networks.ACTIVATIONS)


def loss(params, args):
    """Cross-entropy of the network, plus weight decay. `args`: (number of the activation, weight decay)."""
    kind, decay = args
    outputs = networks.forward(params, images, lambda z: jax.lax.switch(kind, list(networks.ACTIVATIONS.values()), z))
    penalty = sum(jnp.sum(w**2) for w in jax.tree.leaves(params))
    return networks.cross_entropy(outputs, labels) + decay / 2 * penalty


def arguments(activation, decay=0.0):
    return jnp.asarray(activations.index(activation)), jnp.asarray(decay)


tolerance = 1e-8  # local error of the integrator


def norms(params):
    """Squared norms of incoming and of outgoing weights of every hidden neuron, each (..., 48)."""
    layers = [layer.weight for layer in params]
    incoming = jnp.concatenate([jnp.sum(w**2, axis=-1) for w in layers[:-1]], axis=-1)
    outgoing = jnp.concatenate([jnp.sum(w**2, axis=-2) for w in layers[1:]], axis=-1)
    return incoming, outgoing


def balance(params):
    """Incoming minus outgoing squared norm of every hidden neuron, (..., 48)."""
    incoming, outgoing = norms(params)
    return incoming - outgoing


def matrices(params):
    """W W^T of a layer minus W^T W of the next, for each hidden layer, flattened to (..., 32² + 16²)."""
    kept = [
        a.weight @ jnp.swapaxes(a.weight, -1, -2) - jnp.swapaxes(b.weight, -1, -2) @ b.weight
        for a, b in itertools.pairwise(params)
    ]
    return jnp.concatenate([m.reshape(*m.shape[:-2], -1) for m in kept], axis=-1)


# %% [markdown]
# ## Gradient flow
#
# An adaptive solver follows the flow to time 2 with local errors below $10^{-8}$. That is about what 20 steps of size
# 0.1 do: the loss falls by a good part.

# %%
times = np.linspace(0, 2, 9)
paths = {
    (name, decay): flow.gradient_flow(loss, start, times, args=arguments(name, decay), tolerance=tolerance).params
    for name in ("linear", "relu", "leaky_relu", "tanh", "softplus")
    for decay in (0.0, 0.05)
    if decay == 0 or name in ("linear", "relu", "tanh")
}


def change(kept):
    """Largest change along a path over the largest value at its start."""
    return float(jnp.abs(kept - kept[0]).max() / jnp.abs(kept[0]).max())


drift = {key: change(balance(path)) for key, path in paths.items()}
homogeneous = [drift[name, 0.0] for name in ("linear", "relu", "leaky_relu")]
law.check("nodes-conserved", measured=homogeneous, error=notebook.solver(tolerance))

# %% [markdown]
# Each neuron moves along its own line of slope one in the plane of its two squared norms. Seen from its start, all
# neurons share the diagonal. With tanh they leave it.

# %%
fig, ax = plt.subplots(figsize=(5.2, 4.4))
for i, name in enumerate(["relu", "tanh"]):
    incoming, outgoing = (np.asarray(part) for part in norms(paths[name, 0.0]))
    x, y = outgoing[-1] - outgoing[0], incoming[-1] - incoming[0]
    plot.points(ax, x, y, index=i, label=name)
    diagonal = law.formula("node-balance")(outgoing=x, balance=0.0)
    law.series(
        "norms", x=x, y=y, prediction=diagonal, label={"relu": "ReLU", "tanh": "tanh, which breaks the law"}[name],
        x_label="change of squared outgoing norm (squared parameter)",
        y_label="change of squared incoming norm (squared parameter)",
        title="Every ReLU neuron moves along the diagonal",
    )  # fmt: skip
ends = np.array(ax.get_xlim())
ax.plot(ends, law.formula("node-balance")(outgoing=ends, balance=0.0), color=plot.GREY, zorder=0, label="law")
ax.set(xlabel="change of squared outgoing norm (squared parameter)")
ax.set(ylabel="change of squared incoming norm (squared parameter)")
ax.legend()
plt.show()

# %% [markdown]
# ## Real training
#
# Flow is an ideal. Train the ReLU net for 4000 steps of size 0.05 on batches of 20, in four orders of the batches, and
# ask each neuron: does the norm of your outgoing weights, with the balance you began with, tell that of your incoming
# ones?


# %%
def batch_loss(params, batch):
    return networks.cross_entropy(networks.forward(params, batch[0], jax.nn.relu), batch[1])


def both_norms(params, velocity, gradient):
    return norms(params)


ends = []
for _ in range(4):
    order = rng.integers(len(images), size=(4000, 20))
    run = sgd.train(
        batch_loss, start, (images, labels), step_size=0.05, batches=order, observe=both_norms, every=4000
    )  # fmt: skip
    ends.append(np.array(run.log)[:, -1])  # (2, 48)
incoming, outgoing = np.mean(ends, axis=0)
before = np.array(norms(start))
off = np.array([end[0] - end[1] for end in ends])
print(f"squared norms of a neuron have changed by factors up to {np.max(np.mean(ends, axis=0) / before):.1f}")
law.check(
    "neurons-in-training",
    measured=incoming,
    error=notebook.spread(off),
    given={
        "outgoing": outgoing,
        "balance": before[0] - before[1],
        "start_incoming": before[0],
        "start_outgoing": before[1],
    },
)

# %% [markdown]
# Controls for the flow: units that are not homogeneous, and weight decay.

# %%
smooth = [drift["tanh", 0.0], drift["softplus", 0.0]]
law.control("smooth-activations", measured=smooth, error=notebook.solver(tolerance))

# %%
law.control("weight-decay-added", measured=drift["relu", 0.05], error=notebook.solver(tolerance))

# %% [markdown]
# ## Linear layers keep a whole matrix
#
# With linear units all of $W^{(h)}W^{(h)\top}-W^{(h+1)\top}W^{(h+1)}$ stays. ReLU keeps its diagonal only.

# %%
linear = change(matrices(paths["linear", 0.0]))
law.check("matrices-conserved", measured=linear, error=notebook.solver(tolerance))

# %%
whole = change(matrices(paths["relu", 0.0]))
law.control("relu-between-layers", measured=whole, error=notebook.solver(tolerance))

# %% [markdown]
# ## Weight decay: conservation becomes decay
#
# The balance shrinks by $e^{-2\lambda t}$, whatever the data say. We fit one factor to all 48 neurons at each time.


# %%
def remaining(path):
    """Share of the balances that is left at each saved time."""
    kept = np.asarray(balance(path))
    return kept @ kept[0] / (kept[0] @ kept[0])


later = slice(2, None, 2)
law.check(
    "decay-rate",
    measured=[remaining(paths[name, 0.05])[later] for name in ("relu", "linear")],
    error=notebook.solver(tolerance),
    given={"weight_decay": 0.05, "time": times[later]},
)

# %%
law.control(
    "decay-with-tanh",
    measured=remaining(paths["tanh", 0.05])[-1],
    error=notebook.solver(tolerance),
    given={"weight_decay": 0.05, "time": times[-1]},
)

# %% [markdown]
# ## Shared weights
#
# Summed over neurons the law is about layers, and it holds for convolutions: 3 × 3 with stride 2 to 6 channels, 2 × 2
# to 8 channels, then a dense layer. Written as products of patches with one weight matrix a layer.

# %%
some = slice(0, 100)
corners = [(i, j) for i in (0, 2, 4) for j in (0, 2, 4)]
square = images[some].reshape(-1, 8, 8)
patches = jnp.stack([square[:, i : i + 3, j : j + 3].reshape(-1, 9) for i, j in corners], axis=1)  # (100, 9, 9)
convolutions = tuple(
    networks.Layer(jnp.asarray(rng.normal(0, np.sqrt(2 / fan), (out, fan)))) for out, fan in ((6, 9), (8, 24), (10, 32))
)


def convolutional_loss(params, args):
    """Cross-entropy of the convolutional network. `args`: 0 for ReLU, 1 for tanh."""
    first, second, dense = (layer.weight for layer in params)

    def act(z):
        return jax.lax.cond(args == 0, jax.nn.relu, jnp.tanh, z)

    maps = act(patches @ first.T).reshape(-1, 3, 3, 6)
    moved = [maps[:, i : i + 2, j : j + 2].reshape(-1, 4, 6) for i in (0, 1) for j in (0, 1)]
    hidden = act(jnp.concatenate(moved, axis=-1) @ second.T)  # (100, 4, 8)
    return networks.cross_entropy(hidden.reshape(-1, 32) @ dense.T, labels[some])


def layer_norms(params):
    """Squared Frobenius norm of each layer, (..., layers)."""
    return jnp.stack([jnp.sum(layer.weight**2, axis=(-2, -1)) for layer in params], axis=-1)


def gaps(params):
    """Difference of squared norms of neighbouring layers, (..., layers - 1)."""
    return -jnp.diff(layer_norms(params), axis=-1)


def moved(kind):
    """Largest change of the differences along the flow."""
    path = flow.gradient_flow(
        convolutional_loss, convolutions, times, args=jnp.asarray(kind), tolerance=tolerance
    ).params  # fmt: skip
    return change(gaps(path))


law.check("convolutions-conserved", measured=moved(0), error=notebook.solver(tolerance))

# %%
law.control("convolutions-with-tanh", measured=moved(1), error=notebook.solver(tolerance))

# %% [markdown]
# ## Finite steps
#
# One step of gradient descent moves each balance by $\eta^2$ times the balance of the gradient: no more, no less. We
# train to time 2 at five step sizes from the same start, and add up what the law says step by step.


# %%
def with_bias(params):
    """The balance of each hidden neuron with its squared bias as part of the incoming norm, (..., 48)."""
    return balance(params) + jnp.concatenate([layer.bias**2 for layer in params[:-1]], axis=-1)


@partial(jax.jit, static_argnames="kept")
def descend(params, args, sizes, steps, signs, kept=balance):
    """Gradient descent with one step size a layer, or with the signs of the gradient; the last size enters the law.

    Returns the parameters and the law's sums for the neurons, (48,), and for the matrices.
    """

    def step(_, state):
        params, nodes, whole = state
        gradient = jax.grad(loss)(params, args)
        nodes += sizes[-1] ** 2 * kept(gradient)
        whole += sizes[-1] ** 2 * matrices(gradient)
        update = jax.tree.map(lambda g: jnp.where(signs, jnp.sign(g), g), gradient)
        moved = [
            jax.tree.map(lambda w, g, size=size: w - size * g, layer, change)
            for layer, change, size in zip(params, update, sizes, strict=True)
        ]
        return tuple(moved), nodes, whole

    zero = jnp.zeros_like(balance(params)), jnp.zeros_like(matrices(params))
    return jax.lax.fori_loop(0, steps, step, (params, *zero))


def train(activation, size, *, params=start, time=2.0, first=1.0, signs=False, kept=balance):
    """Train to a time; `first` scales the step of the first layer, `kept` is what is summed for the neurons."""
    sizes = size * jnp.array([first, 1.0, 1.0])
    return descend(params, arguments(activation), sizes, round(time / size), signs, kept)


def mismatch(activation, size, **how):
    """Largest difference between a balance and its start plus the law's sum (of matrix entries, for linear units)."""
    end, nodes, whole = train(activation, size, **how)
    kept, total = (matrices, whole) if activation == "linear" else (balance, nodes)
    return float(jnp.abs(kept(end) - kept(start) - total).max())


def rounding(size, time=2.0):
    """Rounding of as many steps of a number as large as the largest balance."""
    return notebook.rounding(np.abs(balance(start)).max(), time / size)


sizes = 0.1 / 2.0 ** np.arange(5)
off = [[mismatch(name, size) for size in sizes] for name in ("relu", "linear")]
law.check("discrete-identity", measured=off, error=[rounding(size) for size in sizes])

# %%
drifts = {}
for name in ("relu", "linear"):
    ends = [train(name, size)[0] for size in sizes]
    drifts[name] = np.array([float(jnp.linalg.norm(balance(end) - balance(start))) for end in ends])
fits = [powerlaw.fit(sizes, drifts[name]) for name in ("relu", "linear")]
law.check("drift-exponent", measured=[f.exponent for f in fits], error=[f.exponent_error for f in fits])

# %%
fig, ax = plt.subplots()
for i, name in enumerate(("relu", "linear")):
    ax.plot(sizes, drifts[name][0] * (sizes / sizes[0]) ** law.predict("drift-exponent"), color=plot.COLOURS[i])
    plot.points(ax, sizes, drifts[name], index=i, label=name)
ax.set(xscale="log", yscale="log", xlabel=r"step size $\eta$ (squared parameter per loss)")
ax.set(ylabel="drift at time 2 (squared parameter)")
ax.legend()
plt.show()

# %% [markdown]
# Controls. A finite step is no flow: the balance moves by far more than the solver's error.

# %%
end = train("relu", 0.1)[0]
law.control(
    "finite-steps",
    measured=float(jnp.abs(balance(end) - balance(start)).max() / jnp.abs(balance(start)).max()),
    error=notebook.rounding(1.0, 20),
)

# %% [markdown]
# Signs in place of gradients (a caricature of Adam), a layer with a step of its own, and biases that nobody counted.
# Beside them the same steps with the gradient itself, and the same biases counted.

# %%
law.control(
    "sign-updates",
    measured=mismatch("relu", 0.00625, time=0.1, signs=True),
    error=rounding(0.00625, time=0.1),
    intact=mismatch("relu", 0.00625, time=0.1),
    intact_error=rounding(0.00625, time=0.1),
)

# %%
law.control("unequal-steps", measured=mismatch("relu", 0.1, first=0.5), error=rounding(0.1))

# %%
biased = tuple(networks.Layer(layer.weight, jnp.asarray(rng.normal(0, 0.1, layer.weight.shape[0]))) for layer in start)


def unexplained(kept):
    """Largest difference between what is kept and its start plus the law's sum, for the net with biases."""
    end, total, _ = train("relu", 0.1, params=biased, kept=kept)
    return float(jnp.abs(kept(end) - kept(biased) - total).max())


law.control(
    "hidden-bias",
    measured=unexplained(balance),
    error=rounding(0.1),
    intact=unexplained(with_bias),
    intact_error=rounding(0.1),
)

# %% [markdown]
# ## A small start ends balanced
#
# Three starts, at 1, 0.3 and 0.1 times He's scale, each trained for 3000 steps. The difference of squared norms
# hardly moves; the norms grow to the size that the task needs. So the ratio must approach one, by as much as the law
# says.

# %%
scales = [1.0, 0.3, 0.1]
runs = {}
for scale in scales:
    small = jax.tree.map(jnp.asarray, networks.initialise(widths, rng, gain=2 * scale**2))
    ends = [train("relu", size, params=small, time=300.0)[0] for size in (0.1, 0.05)]
    runs[scale] = [np.asarray(layer_norms(p)) for p in (small, *ends)]


def ratio(norms):
    return norms[:-1] / norms[1:]


given = {
    "gap": [-np.diff(begin) for begin, _, _ in runs.values()],
    "later": [end[1:] for _, end, _ in runs.values()],
    "start_ratio": [ratio(begin) for begin, _, _ in runs.values()],
}
measured = np.array([ratio(end) for _, end, _ in runs.values()])
error = np.array([np.abs(ratio(end) - ratio(finer)) for _, end, finer in runs.values()])
law.check("small-start-balances", measured=measured, error=error, given=given)

# %% [markdown]
# ## Two factors of a matrix
#
# The paper's use of all this: $UV^\top$ fitted to a matrix of rank 4 with no penalty on $U$ or $V$. Nothing but the
# small start keeps one factor from running away.


# %%
def orthonormal(rows, columns):
    return np.linalg.qr(rng.standard_normal((rows, columns)))[0]


def of_rank(rank):
    return orthonormal(20, rank) @ np.diag(np.linspace(1, 0.5, rank)) @ orthonormal(15, rank).T


target = of_rank(4)
steps = 20_000


@jax.jit
@partial(jax.vmap, in_axes=(0, 0, None, None, None))
def factorise(u, v, target, power, first):
    """Descend from each start with steps first · t^-power.

    Returns the relative error at the end, the largest imbalance over the final squared norm, and the first step after
    which the relative error is below 0.001 (all steps, if never), each (starts,).
    """
    size_of_target = jnp.linalg.norm(target)

    def step(t, state):
        u, v, most, reached = state
        rest = u @ v.T - target
        size = first * (t + 1.0) ** -power
        reached = jnp.where(jnp.linalg.norm(rest) < 1e-3 * size_of_target, jnp.minimum(reached, t), reached)
        u, v = u - size * rest @ v, v - size * rest.T @ u
        return u, v, jnp.maximum(most, jnp.linalg.norm(u.T @ u - v.T @ v)), reached

    u, v, most, reached = jax.lax.fori_loop(0, steps, step, (u, v, jnp.asarray(0.0), jnp.asarray(steps)))
    return jnp.linalg.norm(u @ v.T - target) / size_of_target, most / jnp.sum(u**2), reached


def over_starts(values):
    """Mean over the starts and its standard error."""
    return {"measured": float(values.mean()), "error": notebook.spread(values)}


def gaussian(columns):
    """Four Gaussian starts of size 0.01."""
    return tuple(0.01 * rng.standard_normal((4, rows, columns)) for rows in (20, 15))


small = gaussian(4)
errors, imbalances, reached = factorise(*small, target, 0.6, 0.5)
law.check("factors-reach-target", **over_starts(errors))

# %%
law.check("factors-stay-balanced", **over_starts(imbalances))

# %% [markdown]
# Controls: steps whose sum is finite run dry on the saddle at the origin; four columns cannot make a target of rank
# six, as six can; and factors that start unequal stay so.

# %%
law.control("steps-shrink-too-fast", **over_starts(factorise(*small, target, 1.5, 0.5)[0]))

# %%
richer = of_rank(6)
few, enough = gaussian(4), gaussian(6)
short, kept = (factorise(*factors, richer, 0.6, 0.5) for factors in (few, enough))
law.control(
    "too-few-columns", **over_starts(short[0]), intact=float(kept[0].mean()), intact_error=notebook.spread(kept[0])
)

# %%
law.control("unequal-start", **over_starts(factorise(20 * small[0], small[1], target, 0.6, 0.5)[1]))

# %% [markdown]
# The theorem wants an exponent above ½. For the *number* of steps something simpler counts: their sizes must add up to
# the time that gradient flow needs. We take that time from constant steps of 0.01, and count for four exponents.

# %%
needed = 0.01 * np.asarray(factorise(*small, target, 0.0, 0.01)[2])
powers = np.array([0.3, 0.5, 0.6, 0.7])
counts = np.array([factorise(*small, target, power, 0.5)[2] for power in powers])  # (powers, starts)
given = {"power": powers[:, None], "needed": needed, "first": 0.5}
predicted = law.predict("steps-to-the-target", **given)
scatter = 2 * notebook.spread(counts / predicted, axis=1)  # of one start, twice the error of a mean of four
law.check("steps-to-the-target", measured=counts, error=scatter[:, None] * predicted, given=given)

# %%
grid = np.linspace(0, 0.75, 100)
fig, ax = plt.subplots()
ax.plot(grid, law.formula("sum-of-steps")(power=grid, needed=needed.mean(), first=0.5), color=plot.GREY)
plot.points(ax, powers, counts.mean(axis=1), notebook.spread(counts, axis=1), index=0)
ax.set(yscale="log", xlabel="exponent $p$ of the step size", ylabel="steps until the relative error is 0.001")
plt.show()
law.series(
    "steps-over-exponent", x=powers, y=counts.mean(axis=1), error=notebook.spread(counts, axis=1),
    prediction=law.formula("sum-of-steps")(power=powers, needed=needed.mean(), first=0.5), law="sum-of-steps",
    label="rank 4, four starts", x_label="exponent of the step size", y_label="steps until the relative error is 0.001",
    y_scale="log", title="Steps that fall faster need more of them, as their sum says",
)  # fmt: skip

# %%
never, there = (np.asarray(run[2]) for run in (short, kept))
law.control(
    "columns-too-few-for-the-target",
    measured=never,
    error=notebook.exact(never),
    intact=there,
    intact_error=notebook.exact(there),
    given={"power": 0.6, "needed": 0.01 * np.asarray(factorise(*enough, richer, 0.0, 0.01)[2]), "first": 0.5},
)

# %% [markdown]
# ## Rank one: how fast
#
# With a constant step the error ends up shrinking by the same factor each step.

# %%
strength = rng.uniform(0.5, 1.5)
line = strength * orthonormal(20, 1) @ orthonormal(15, 1).T


vectors = 0.01 * rng.standard_normal((20, 1)), 0.01 * rng.standard_normal((15, 1))


def contraction(size, u=vectors[0], v=vectors[1]):
    """Factor per step and its standard error, from the error between 1e-5 and 1e-11 of the target."""
    logs = []
    for _ in range(20_000):
        rest = u @ v.T - line
        logs.append(np.log(np.linalg.norm(rest) / strength))
        if logs[-1] < np.log(1e-11):
            break
        u, v = u - size * rest @ v, v - size * rest.T @ u
    late = np.array([value for value in logs if value < np.log(1e-5)])
    coefficients, covariance = np.polyfit(np.arange(len(late)), late, 1, cov=True)
    factor = np.exp(coefficients[0])
    return factor, factor * np.sqrt(covariance[0, 0])


constant = [0.05, 0.1, 0.2]
factors_measured = np.array([contraction(size) for size in constant])
given = {"eta": constant, "strength": strength}
law.check("contraction-per-step", measured=factors_measured[:, 0], error=factors_measured[:, 1], given=given)

# %%
factor, error = contraction(0.05, u=50 * vectors[0])
law.control("unequal-vectors", measured=factor, error=error, given={"eta": 0.05, "strength": strength})

# %% [markdown]
# ## What to try next
#
# * Let the hidden biases learn at half the rate of the weights. With which weight must their squares be counted now?
# * Train with momentum. Does any of the balances survive?
# * Use batches of one. Where do the balances end, and does it depend on where they began?
