# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # All conservation laws, counted
#
# Gradient flow on a two-layer linear network keeps $U^\top U-V^\top V$, whatever the data. Does it keep anything else?
# Marcotte, Gribonval and Peyré turned the question into linear algebra: take the directions in which *some* loss could
# pull, close them under Lie brackets, and count the directions that are left.
# [The law page](../laws/marcotte2024abide.md) has the statements. Here we count with brackets, and then look for laws
# in gradients of real images without knowing what to look for.

# %%
import itertools

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.models import layered, networks
from lawbook.lab.training import flow
from lawbook.measure import conservation

jax.config.update("jax_enable_x64", True)
law = notebook.open("marcotte2024abide")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## The count by brackets
#
# For $W=UV^\top$ with $U$ of shape $(n,r)$ and $V$ of shape $(m,r)$, stack $Z=(U;V)$. The gradient of the entry
# $W_{ij}$ is $S_{ij}Z$ with a constant symmetric matrix $S_{ij}$. The bracket of two such fields is the commutator of
# the matrices. So the Lie algebra is a space of matrices $B$, and its dimension at $Z$ is the rank of all $BZ$.


# %%
def by_brackets(n, m, r, units="linear"):
    """N, dimension of the Lie algebra at a random point, and that of the span without brackets."""
    if units == "linear":
        fields, state = layered.linear_network(n, m), rng.standard_normal((n + m, r))
    else:
        fields, state = layered.relu_network(n, m, r), rng.standard_normal(((n + m) * r, 1))
    span = conservation.rank((fields.matrices @ state).reshape(len(fields.matrices), -1)).rank
    count = conservation.count_linear(fields, state)
    return state.size, count.orbit, span


# %% [markdown]
# ## Laws found in data
#
# Now from the other side. Take digits, a few leading components, and collect gradients $g$ of squared loss and
# cross-entropy over mini-batches at random weights $\theta$. A quadratic $\theta^\top Q\theta$ is conserved if
# $\theta^\top Qg=0$ for all of them: linear equations for $Q$. We solve them, and count how many of the solutions have
# independent gradients. Nothing about balance, layers or neurons enters.

# %%
images, labels = digits.load(centred=True)
_, _, components = np.linalg.svd(images, full_matrices=False)
scores = images @ components[:10].T
scores /= scores.std(axis=0)
activations = {
    "linear": (lambda z: z, np.ones_like),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
}


def sampled_gradients(m, n, r, units, samples, softmax_alone, batch=8):
    """Random weights (samples, N) and mini-batch gradients there, of cross-entropy alone or of both losses by turns."""
    u, v = rng.standard_normal((samples, n, r)), rng.standard_normal((samples, m, r))
    rows = rng.integers(0, len(scores), (samples, batch))
    x, target = scores[rows][..., :m], np.eye(n)[labels[rows] % n]  # (samples, batch, m), (samples, batch, n)
    act, slope = activations[units]
    z = x @ v
    out = act(z) @ np.swapaxes(u, 1, 2)
    soft = np.exp(out - out.max(axis=2, keepdims=True))
    entropic = ((np.arange(samples) % 2 == 0) | softmax_alone)[:, None, None]
    pull = np.where(entropic, soft / soft.sum(axis=2, keepdims=True), out) - target  # d loss / d outputs
    du = np.swapaxes(pull, 1, 2) @ act(z)
    dv = np.swapaxes(x, 1, 2) @ (pull @ u * slope(z))
    theta = np.concatenate([u.reshape(samples, -1), v.reshape(samples, -1)], axis=1)
    gradient = np.concatenate([du.reshape(samples, -1), dv.reshape(samples, -1)], axis=1)
    norm = np.linalg.norm(gradient, axis=1)
    alive = norm > 0  # a batch may leave all ReLU units off
    return theta[alive], gradient[alive] / norm[alive, None]


def laws_in_data(m, n, r, units="linear", update=lambda gradient: gradient, softmax_alone=False):
    """Number of independent quadratics that no sampled update changes, and the gap of the singular values."""
    size = (m + n) * r
    a, b = np.triu_indices(size)
    theta, gradient = sampled_gradients(m, n, r, units, int(1.5 * len(a)) + 20, softmax_alone)
    step = update(gradient)
    equations = theta[:, a] * step[:, b] + theta[:, b] * step[:, a]
    kept, gap, turned = conservation.null_space(equations, noise=1e-11)  # gradients are differences
    point = rng.standard_normal(size)
    point /= np.linalg.norm(point)
    differentials = np.zeros((len(kept), size, size))
    differentials[:, a, b] += kept
    differentials[:, b, a] += kept
    rows = differentials @ point
    if not len(rows):
        return 0, gap
    off = 2 * turned / np.linalg.norm(rows, 2)  # of rows, when what is kept is off by `turned`
    return conservation.rank(rows, noise=off).rank, gap


# %%
linear_widths, relu_widths = np.arange(1, 9 if full else 8), np.arange(1, 7 if full else 6)
found = {
    "linear": np.array([laws_in_data(2, 2, r) for r in linear_widths]),
    "relu": np.array([laws_in_data(3, 2, r, "relu") for r in relu_widths]),
}
counted = {
    "linear": np.array([by_brackets(2, 2, r) for r in linear_widths]),
    "relu": np.array([by_brackets(2, 3, r, "relu") for r in relu_widths]),
}
print(f"smallest gap between a law and the rest: {min(f[:, 1].min() for f in found.values()):.1e}")

# %%
main = law.formula("lie-count")
for units, widths, label in (
    ("linear", linear_widths, "linear units, 2 inputs and 2 outputs"),
    ("relu", relu_widths, "ReLU units, 3 inputs and 2 outputs"),
):
    law.series(
        "laws-over-width", x=widths, y=found[units][:, 0], error=notebook.exact(found[units][:, 0]),
        prediction=main(parameters=counted[units][:, 0], lie_dimension=counted[units][:, 1]),
        label=label, x_label="hidden neurons", y_label="independent conservation laws",
        title="Laws found in gradients of digits, over N − dim Lie",
    )  # fmt: skip

fig, ax = plt.subplots()
for i, (units, widths) in enumerate({"linear": linear_widths, "relu": relu_widths}.items()):
    size, lie, span = counted[units].T
    ax.plot(widths, main(parameters=size, lie_dimension=lie), color=plot.COLOURS[i], label=f"{units}: N − dim Lie")
    plot.points(ax, widths, found[units][:, 0], index=i, label=f"{units}: found in data")
    if units == "linear":
        ax.plot(widths, size - span, ":", color=plot.GREY, label="linear, brackets left out")
ax.set(xlabel="hidden neurons", ylabel="independent conservation laws")
ax.legend()
plt.show()

# %% [markdown]
# What brackets say and what data show agree at every width. Beyond four neurons the linear curve bends: the entries of
# $U^\top U-V^\top V$ are still as many as $r(r+1)/2$, but no longer independent of each other. Without brackets one
# would promise too many laws.


# %%
def told(counts, hidden):
    """What counting by brackets says of networks, and how many hidden neurons they have."""
    size, lie, span = np.transpose(counts)
    return {"parameters": size, "lie_dimension": lie, "span_dimension": span, "hidden": hidden}


laws = np.concatenate([found["linear"], found["relu"]])[:, 0]
law.check(
    "laws-in-data",
    measured=laws,
    error=notebook.exact(laws),
    given=told([*counted["linear"], *counted["relu"]], np.append(linear_widths, relu_widths)),
)

# %% [markdown]
# Control: tanh units have no continuous symmetry, only signs to flip, and the same search comes back empty-handed.

# %%
laws, _ = laws_in_data(3, 2, 4, "tanh")
law.control("tanh-has-none", measured=laws, error=notebook.exact(laws), given=told(counted["relu"][3], 4))

# %% [markdown]
# Control: use the signs of the gradient, as sign descent does (and Adam, roughly). That is no Euclidean gradient flow,
# and nothing is kept.

# %%
laws, _ = laws_in_data(2, 2, 3, update=np.sign)
law.control("signs-of-the-gradient", measured=laws, error=notebook.exact(laws), given=told(counted["linear"][2], 3))

# %% [markdown]
# ## One loss alone may keep more
#
# We have used two losses by turns, and for a reason. The gradients of softmax cross-entropy sum to zero over the
# classes, so that with no other loss the sum of the weights from a hidden neuron to all classes never changes. The
# search finds it: one law more for each neuron.

# %%
alone = {
    "linear": np.array([laws_in_data(2, 3, r, softmax_alone=True)[0] for r in range(1, 5)]),
    "relu": np.array([laws_in_data(3, 3, r, "relu", softmax_alone=True)[0] for r in range(1, 4)]),
}
balanced = {
    "linear": [by_brackets(3, 2, r) for r in range(1, 5)],
    "relu": [by_brackets(3, 3, r, "relu") for r in range(1, 4)],
}


def with_sums(counts, hidden):
    """What the check of one loss needs to know."""
    size, lie, _ = np.transpose(counts)
    return {"parameters": size, "lie_dimension": lie, "hidden": hidden}


laws = np.concatenate([alone["linear"], alone["relu"]])
law.check(
    "laws-under-cross-entropy",
    measured=laws,
    error=notebook.exact(laws),
    given=with_sums([*balanced["linear"], *balanced["relu"]], [1, 2, 3, 4, 1, 2, 3]),
)

# %%
laws, _ = laws_in_data(2, 3, 3)
law.control(
    "squared-loss-by-turns", measured=laws, error=notebook.exact(laws), given=with_sums(balanced["linear"][2], 3)
)

# %% [markdown]
# ## Two linear layers: a closed formula
#
# 128 networks with one to four inputs and outputs and one to eight hidden neurons.

# %%
grid = np.array([(n, m, r) for n in range(1, 5) for m in range(1, 5) for r in range(1, 9)])
table = np.array([by_brackets(*sizes) for sizes in grid])
names = ("outputs", "inputs", "hidden")
laws = table[:, 0] - table[:, 1]
law.check(
    "count-grid",
    measured=laws,
    error=notebook.exact(laws),
    given=dict(zip(names, grid.T, strict=True)),
)

# %%
widths = np.arange(1, 13)
laws = [np.subtract(*by_brackets(3, 2, r)[:2]) for r in widths]
law.series(
    "closed-form", x=widths, y=laws, error=notebook.exact(laws),
    prediction=law.formula("two-layer-linear-count")(outputs=3, inputs=2, hidden=widths),
    law="two-layer-linear-count", label="3 outputs, 2 inputs", x_label="hidden neurons",
    y_label="independent conservation laws", title="Linear networks: N − dim Lie and its closed form",
)  # fmt: skip

# %% [markdown]
# Control: at a point of rank one, where all columns of $Z$ are parallel, the orbit is smaller and the formula is wrong.

# %%
special = np.outer(rng.standard_normal(5), rng.standard_normal(3))
laws = conservation.count_linear(layered.linear_network(3, 2), special).laws
law.control(
    "rank-one-point",
    measured=laws,
    error=notebook.exact(laws),
    given=dict(zip(names, (3, 2, 3), strict=True)),
)

# %% [markdown]
# ## The laws at work
#
# All laws of the two-layer linear network are entries of $U^\top U-V^\top V$. We train one on the ten leading
# components of digits, with 4 hidden neurons and with 25, on squared loss and on cross-entropy, by gradient flow with
# local errors below $10^{-10}$.

# %%
rows = digits.balanced_subset(labels, 30, rng)
inputs, targets = jnp.asarray(scores[rows]), jnp.asarray(np.eye(10)[labels[rows]])


def loss(params, args):
    """`args`: share of cross-entropy (the rest is squared loss), and the learning rate of V over that of U."""
    share, rate = args
    u, v = params[0], params[1] * jnp.sqrt(rate)  # flow in V / √rate is flow in V with that rate
    outputs = inputs @ v @ u.T
    squared = 0.5 * jnp.mean(jnp.sum((outputs - targets) ** 2, axis=1))
    return share * networks.cross_entropy(outputs, labels[rows]) + (1 - share) * squared


TOLERANCE = 1e-10
starts = {hidden: tuple(0.5 * rng.standard_normal((10, hidden)) for _ in range(2)) for hidden in (4, 25)}


def drift(hidden, share, rate=1.0):
    """Largest change of an entry of U^T U - V^T V over its largest entry at the start; its error; that of U^T U alone.

    The error is the solver's tolerance for numbers as large as the entries of U^T U and V^T V.
    """
    u, v = starts[hidden]
    times = np.linspace(0, 10, 6)
    args = jnp.asarray(share), jnp.asarray(rate)
    u, v = flow.gradient_flow(loss, (u, v / np.sqrt(rate)), times, args=args, tolerance=TOLERANCE).params
    v = v * np.sqrt(rate)
    first, second = jnp.swapaxes(u, 1, 2) @ u, jnp.swapaxes(v, 1, 2) @ v
    moved, alone = (float(jnp.abs(k - k[0]).max() / jnp.abs(k[0]).max()) for k in (first - second, first))
    largest = jnp.maximum(first, second).max() / jnp.abs(first - second)[0].max()
    return moved, notebook.solver(TOLERANCE, largest), alone


runs = np.array([drift(hidden, share) for hidden in (4, 25) for share in (0.0, 1.0)])
print("change of UᵀU meanwhile:", runs[:, 2].round(2))
law.check("flow-drift", measured=runs[:, 0], error=runs[:, 1])

# %% [markdown]
# Control: let $V$ learn at half the rate of $U$, from the same start.

# %%
moved, error, _ = drift(4, 0.0, rate=0.5)
law.control("unequal-rates", measured=moved, error=error)

# %% [markdown]
# ## Two layers of ReLU
#
# Away from kinks a ReLU network depends on the product $u_kv_k^\top$ of each neuron on its own. One law a neuron is
# left.

# %%
relu_grid = np.array([(n, m, r) for n, m in ((1, 1), (2, 1), (2, 2), (3, 2)) for r in range(1, 6)])
relu_table = np.array([by_brackets(*sizes, units="relu") for sizes in relu_grid])
laws = relu_table[:, 0] - relu_table[:, 1]
law.check("count-relu", measured=laws, error=notebook.exact(laws), given={"hidden": relu_grid[:, 2]})

# %%
size, lie, _ = by_brackets(2, 2, 3)
law.control("linear-units", measured=size - lie, error=notebook.exact(size - lie), given={"hidden": 3})

# %% [markdown]
# ## Deep networks
#
# With more layers the fields are no longer linear, but they are polynomials of known degree. Finite differences at
# enough nodes give the derivatives of a polynomial exactly, so brackets, and brackets of brackets, can be had at a
# point without any algebra. Once they add nothing at a generic point, none ever will. The rank is read off a gap of
# the singular values; where there is none, the count is refused.
#
# The *known* laws are $W_iW_i^\top-W_{i+1}^\top W_{i+1}$, with its diagonal alone for ReLU, to which
# $b_i^2$ is added where there are biases. We count how many of them are independent at the same point.


# %%
def known_laws(widths, theta, relu, bias):
    """Rank of the Jacobian of the known laws: the diagonal or the whole matrix of each hidden layer."""
    cuts = np.cumsum([a * b for a, b in itertools.pairwise(widths)])
    starts, first = [0, *cuts[:-1]], cuts[-1]
    shapes = [(b, a) for a, b in itertools.pairwise(widths)]
    rows = []
    for h in range(len(widths) - 2):
        w = theta[starts[h] : cuts[h]].reshape(shapes[h])
        after = theta[starts[h + 1] : cuts[h + 1]].reshape(shapes[h + 1])
        for i, j in itertools.combinations_with_replacement(range(widths[h + 1]), 2):
            if relu and i != j:
                continue
            d = np.zeros_like(theta)
            dw, dafter = (
                d[starts[h] : cuts[h]].reshape(shapes[h]),
                d[starts[h + 1] : cuts[h + 1]].reshape(shapes[h + 1]),
            )
            dw[i] += w[j]
            dw[j] += w[i]
            dafter[:, i] -= after[:, j]
            dafter[:, j] -= after[:, i]
            if bias:
                d[first + i] += 2 * theta[first + i]
            rows.append(d)
        first += widths[h + 1] if bias else 0
    return conservation.rank(rows).rank


linear = [(2, 2, 2), (2, 3, 2), (3, 5, 2), (2, 6, 2), (2, 2, 2, 2), (3, 2, 3, 2), (2, 3, 3, 2), (2, 2, 2, 2, 2)]
relu = [((2, 3, 2), False), ((2, 3, 2), True), ((2, 2, 2, 2), False), ((2, 2, 3, 1), True), ((3, 4, 2), True)]
cases = [(widths, False, False) for widths in linear] + [(widths, True, bias) for widths, bias in relu]
deep = []
print(f"{'network':24} {'N':>3} {'laws':>4} {'known':>5} {'without brackets':>16} {'gap':>8}")
for widths, is_relu, bias in cases:
    model = layered.paths(widths, relu=is_relu, bias=bias)
    theta = 0.8 * rng.standard_normal(model.size)
    count = layered.count(model, theta, rng)
    naive = model.size - conservation.rank(layered.gradients(model, theta[None])[0]).rank
    deep.append((count.laws, known_laws(widths, theta, is_relu, bias), naive, sum(widths[1:-1])))
    name = f"{'relu' if is_relu else 'linear'} {'-'.join(map(str, widths))}{' with bias' if bias else ''}"
    print(f"{name:24} {model.size:3} {count.laws:4} {deep[-1][1]:5} {naive:16} {count.gap:8.0e}")

# %%
laws, known, naive, hidden = np.array(deep).T
law.check(
    "count-deep",
    measured=laws,
    error=notebook.exact(laws),
    given={"known": known, "naive": naive, "hidden": hidden},
)

# %% [markdown]
# Control: "for all data" matters. If the second input is always zero, its weights never move, and there is more to
# keep.

# %%
widths = (2, 2, 2, 2)
model = layered.paths(widths, relu=False)
theta = 0.8 * rng.standard_normal(model.size)
fields = layered.gradients(model, theta[None])[0]
alive = np.abs(fields[:, [1, 3]]).max(axis=1) == 0  # functions that do not touch the weights of input 2
blind = model._replace(sums=model.sums[alive])
dead, whole = (layered.count(network, theta, rng).laws for network in (blind, model))
law.control(
    "a-dead-input",
    measured=dead,
    error=notebook.exact(dead),
    intact=whole,
    intact_error=notebook.exact(whole),
    given={
        "known": known_laws(widths, theta, False, False),
        "naive": model.size - conservation.rank(fields).rank,
        "hidden": sum(widths[1:-1]),
    },
)

# %% [markdown]
# ## What to try next
#
# * Search the data for laws of a network with leaky ReLU, or with the activation $z^2$. (With $z^2$ the weights of
#   $u$ and $v$ differ by a factor: which?)
# * Let two neurons share their outgoing weights. How many laws does `layered.count` find?
# * Set all weights of a layer to zero, or make one layer $10^6$ times smaller than the others: the count is refused
#   rather than wrong. What does the message say?
