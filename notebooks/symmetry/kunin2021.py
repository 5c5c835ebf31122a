# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Neural mechanics: what symmetry conserves and training breaks
#
# Softmax, normalisation and ReLU do not notice certain changes of the weights. Under gradient flow each such symmetry
# keeps a number constant, as in mechanics. Kunin, Sagastuy-Brena, Ganguli, Yamins and Tanaka (2021) ask what becomes of
# these numbers in *real* training, with finite steps, batches, weight decay and momentum. The answer is an equation
# that one can solve. We train on digits and look.
# What is predicted stands in [the law page](../laws/kunin2021.md).

# %%
import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.models import networks
from lawbook.lab.training import sgd
from lawbook.lab.training.flow import gradient_flow
from lawbook.measure import powerlaw, symmetry

law = notebook.open("kunin2021")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Three symmetries in one small network
#
# 64 pixels, 32 hidden units, 10 classes. With normalisation before the ReLU, the weights into a unit have the *scale*
# symmetry. The weights from a unit to the ten softmax outputs have the *translation* symmetry. Without normalisation,
# in and out weights of a unit have the *rescale* symmetry. Weights are stored with the hidden unit as the first axis.

# %%
images, labels = digits.load()
training_set = images - 0.3, labels
width = 128 if full else 32
start = {
    "in": rng.normal(0, np.sqrt(2 / 64), (width, 64)),
    "out": rng.normal(0, 0.3, (width, 10)),
}


def network(activation, normalise=True, epsilon=0.0):
    """A loss, softmax cross-entropy of the network, and its logits; scaled and shifted if the parameters say so."""

    def logits(params, x):
        z = x @ params["in"].T  # (batch, units)
        z = networks.batch_normalise(z, epsilon=epsilon) if normalise else z
        z = params.get("scale", 1.0) * z + params.get("shift", 0.0)
        return activation(z) @ params["out"]

    def loss(params, batch):
        return networks.cross_entropy(logits(params, batch[0]), batch[1])

    return loss, logits


normed, normed_logits = network(jax.nn.relu)
plain, _ = network(jax.nn.relu, normalise=False)


def pair(params):
    """Weights into and out of each unit."""
    return params["in"], params["out"]


def conserved(params):
    """The three quantities of each unit, each of shape (units,)."""
    return {
        "translation": symmetry.inner(params["out"], symmetry.translation(params["out"]), groups=1),
        "scale": symmetry.inner(params["in"], symmetry.scale(params["in"]), groups=1),
        "rescale": symmetry.inner(pair(params), symmetry.rescale(pair(params)), groups=1),
    }


def observe(params, velocity, gradient):
    """What to log: the quantities, the same of the gradient, and for momentum the move of the incoming weights."""
    return {
        "q": conserved(params),
        "force": conserved(gradient),
        "velocity": symmetry.inner(velocity["in"], velocity["in"], groups=1),
        "moving": symmetry.inner(velocity["in"], params["in"], groups=1),
    }


steps = 20_000 if full else 4000
batches = rng.integers(len(labels), size=(steps, 64))


def train(loss, step_size, weight_decay=0.0, momentum=0.0, begin=start):
    """The log of a run on the digits."""
    run = sgd.train(
        loss, begin, training_set, step_size=step_size, weight_decay=weight_decay, momentum=momentum, batches=batches,
        observe=observe,
    )  # fmt: skip
    return run.log


degree = {"translation": 1, "scale": 2, "rescale": 2}

# %% [markdown]
# ## With steps, batches and decay
#
# Step size 0.1, decay 0.005. The law needs the squared gradients of each batch, forgotten at the rate of the decay. For
# translation there are none: it is a full prediction.

# %%
eta, decay = 0.1, 5e-3
logs = {"normed": train(normed, eta, decay), "plain": train(plain, eta, decay)}
times = eta * np.arange(steps + 1)


def remembered(force, step_size, weight_decay, n):
    """η ∫ exp(-n λ (t - τ)) F(τ) dτ at each step, shape (steps + 1, units)."""
    keep, total, out = np.exp(-n * weight_decay * step_size), np.zeros(force.shape[1]), [np.zeros(force.shape[1])]
    for now in force[:-1]:
        total = keep * (total + step_size**2 * now)
        out.append(total)
    return np.array(out)


def bookkeeping(kind, log, step_size, weight_decay, at, units=slice(None), unit=1.0):
    """Measured quantities, and what the law needs to know, at some steps of some units; both divided by `unit`."""
    drive = np.zeros_like(log["q"][kind])
    if kind != "translation":
        drive = remembered(log["force"][kind], step_size, weight_decay, degree[kind])
    q = log["q"][kind]
    unit = np.broadcast_to(unit, q[0].shape)[units]
    return q[at][:, units] / unit, {
        "degree": degree[kind],
        "weight_decay": weight_decay,
        "time": step_size * at[:, None],
        "start": q[0, units] / unit,
        "drive": drive[at][:, units] / unit,
    }


# %%
shown = np.arange(0, steps + 1, steps // 80)
curve = law.formula("symmetry-broken-sgd")
ranked = np.argsort(logs["normed"]["q"]["scale"][-1])
chosen = ranked[[0, width // 2, -1]]
measured, given = bookkeeping("scale", logs["normed"], eta, decay, shown, chosen)
line = curve(**given)
fig, ax = plt.subplots()
for index in range(3):
    ax.plot(times[shown], line[:, index], color=plot.COLOURS[index])
    plot.points(ax, times[shown][::4], measured[::4, index], index=index, label=f"unit {chosen[index]}")
ax.plot(times[shown], measured[0, 1] * np.exp(-2 * decay * times[shown]), ":", color=plot.GREY, label="decay alone")
ax.set(xlabel="time $t$ (step size × steps)", ylabel="squared norm of a unit's weights", yscale="log")
ax.legend()
plt.show()
for index, name in enumerate(("smallest", "median", "largest")):
    law.series(
        "norms-in-training", x=times[shown], y=measured[:, index], prediction=line[:, index],
        law="symmetry-broken-sgd", label=f"unit that ends {name}", x_label="time $t$ (step size × steps)",
        y_label="squared norm of a unit's weights", y_scale="log",
        title="The norm that gradient flow would conserve, in real training on digits",
    )  # fmt: skip

# %% [markdown]
# First decay wins; then the gradients, which grow as the weights shrink, hold the norm up.
#
# Is the law good for the normalisation that people use, too? It adds $10^{-5}$ to the variance, so that the symmetry is
# not exact, and learns a scale and a shift.

# %%
third = steps * np.array([1, 2, 4]) // 4
usual, _ = network(jax.nn.relu, epsilon=1e-5)
learned = {**start, "scale": np.ones(width), "shift": np.zeros(width)}
measured, given = bookkeeping("scale", train(usual, eta, decay, begin=learned), eta, decay, third)
law.check("norms-in-ordinary-training", measured=measured, error=notebook.rounding(measured, steps), given=given)

# %% [markdown]
# Sums for the softmax, each over its own start; norms without anything added; and balances.

# %%
largest = {kind: np.abs(logs["plain"]["q"][kind][0]).max() for kind in degree}
own = logs["normed"]["q"]["translation"][0]  # the sum of each unit at the start
rounding = notebook.rounding(1.0, steps)  # of what is measured over its largest
own_rounding = notebook.rounding(largest["translation"] / np.abs(own), steps)
measured, given = bookkeeping("translation", logs["normed"], eta, decay, third, unit=own)
law.check("translation-decay", measured=measured, error=own_rounding, given=given)

# %%
measured, given = bookkeeping("scale", logs["normed"], eta, decay, third)
law.check("scale-integral", measured=measured, error=notebook.rounding(measured, steps), given=given)

# %%
measured, given = bookkeeping("rescale", logs["plain"], eta, decay, third, unit=largest["rescale"])
law.check("rescale-integral", measured=measured, error=rounding, given=given)

# %%
share = logs["normed"]["q"]["translation"] / largest["translation"]
law.series(
    "sums-in-training", x=times[shown], y=share[shown, np.argmax(np.abs(share[0]))],
    prediction=curve(degree=1, weight_decay=decay, time=times[shown], drive=0.0,
                     start=share[0, np.argmax(np.abs(share[0]))]),
    law="symmetry-broken-sgd", label="translation", x_label="time $t$ (step size × steps)",
    y_label="sum of a unit's weights to all classes (of the largest)",
    title="The sum decays as if nothing were learned",
)  # fmt: skip

# %% [markdown]
# ## Exact, step by step
#
# The continuous law above is good to the first order in the step. Step by step there is nothing to approximate:
# decay multiplies, and the squared gradient adds. We carry each start on by the law of the step and compare with what
# is measured after thousands of steps; then once more without decay.

# %%
step = law.formula("exact-step-identity")


def distance(kind, log, step_size, weight_decay):
    """Largest distance of a quantity from its start carried on by the law of the step, over the largest quantity."""
    q, force = log["q"][kind], log["force"][kind] * (kind != "translation")
    carried, worst = q[0], 0.0
    factor = step(now=1.0, eta=step_size, weight_decay=weight_decay, degree=degree[kind], force=0.0)
    gain = step(now=0.0, eta=step_size, weight_decay=weight_decay, degree=degree[kind], force=1.0)
    for k in range(len(q) - 1):
        carried = factor * carried + gain * force[k]
        worst = max(worst, np.abs(carried - q[k + 1]).max())
    return worst / np.abs(q).max()


free = {"normed": train(normed, eta), "plain": train(plain, eta)}
distances = [
    distance(kind, runs[net], eta, weight_decay)
    for runs, weight_decay in ((logs, decay), (free, 0.0))
    for kind, net in (("translation", "normed"), ("scale", "normed"), ("rescale", "plain"))
]
law.check("identity-over-the-run", measured=distances, error=rounding)

# %%
growth = free["normed"]["q"]["scale"][1:] / free["normed"]["q"]["scale"][0]
print(f"squared norms have grown by factors from {growth[-1].min():.3f} to {growth[-1].max():.3f}")
law.check("norms-only-grow-without-decay", measured=growth.min(), error=rounding)

# %% [markdown]
# ## Where it comes from: gradients at right angles
#
# On any set of digits, at any weights, the gradient has no component along a symmetry. The Hessian knows it too.

# %%
some = tuple(a[rng.choice(len(labels), 256, replace=False)] for a in training_set)


@jax.jit
def angles(params, gradient):
    """Cosines of a gradient with the three symmetries, for each unit; 0 for a unit that no digit turns on."""

    def cosine(q, g, generator):
        along = generator(q)
        length = jnp.sqrt(symmetry.inner(along, along, groups=1) * symmetry.inner(g, g, groups=1))
        return jnp.abs(symmetry.inner(g, along, groups=1)) / jnp.where(length > 0, length, 1.0)

    return {
        "translation": cosine(params["out"], gradient["out"], symmetry.translation),
        "scale": cosine(params["in"], gradient["in"], symmetry.scale),
        "rescale": cosine(pair(params), pair(gradient), symmetry.rescale),
    }


gradients = {name: jax.jit(jax.grad(loss))(start, some) for name, loss in (("normed", normed), ("plain", plain))}
found = {name: {k: float(v.max()) for k, v in angles(start, g).items()} for name, g in gradients.items()}
right = np.array([found["normed"]["translation"], found["normed"]["scale"], found["plain"]["rescale"]])
digit_rounding = notebook.rounding(1.0, len(some[1]))  # of a gradient, a sum over the digits, over its length
law.check("gradient-at-right-angles", measured=right, error=digit_rounding)

# %%
wrong = [found["plain"]["scale"], found["normed"]["rescale"]]
law.control("wrong-symmetry-for-the-network", measured=wrong, error=digit_rounding)


# %%
@jax.jit
def curvature(along, plain_along):
    """Hessian of the normalised and of the plain loss, times a direction each."""
    return {
        "normed": jax.jvp(lambda p: jax.grad(normed)(p, some), (start,), (along,))[1],
        "plain": jax.jvp(lambda p: jax.grad(plain)(p, some), (start,), (plain_along,))[1],
    }


strongest = int(np.argmax(symmetry.inner(gradients["plain"]["in"], gradients["plain"]["in"], groups=1)))
zero = jax.tree.map(np.zeros_like, start)
one = np.where(np.arange(width) == strongest, 1.0, 0.0)[:, None]  # the symmetry of one unit
shifting = {**zero, "out": one * np.ones((width, 10))}
growing = {**zero, "in": one * start["in"]}
rescaling = {"in": one * start["in"], "out": -one * start["out"]}
shifted, grown, crossed = curvature(shifting, rescaling), curvature(growing, rescaling), curvature(rescaling, growing)


def violation(bent, net, signs, units=strongest):
    """Largest entry of the Hessian's product plus the gradient with these signs, over the length of the gradient."""
    gradient = gradients[net]
    length = np.sqrt(sum(float(jnp.sum(w**2)) for w in gradient.values()))
    return max(float(jnp.abs(bent[net][k] + sign * gradient[k])[units].max()) for k, sign in signs.items()) / length


shift = violation(shifted, "normed", {"in": 0, "out": 0}, units=slice(None))
scale = violation(grown, "normed", {"in": 1})
turn = violation(shifted, "plain", {"in": 1, "out": -1})
law.check("hessian-along-the-symmetry", measured=[shift, scale, turn], error=digit_rounding)

# %%
wrong = [violation(crossed, "plain", {"in": 1}), violation(crossed, "normed", {"in": 1, "out": -1})]
law.control("hessian-of-the-wrong-network", measured=wrong, error=digit_rounding)

# %% [markdown]
# ## Controls: break the symmetry
#
# **A logistic loss for each class** has no translation symmetry. **A constant beside the variance**, and the
# normalisation notices a change of scale. **tanh** is not homogeneous.


# %%
def logistic(params, batch):
    z = normed_logits(params, batch[0])
    return jnp.mean(jnp.sum(jnp.logaddexp(0.0, z) - z * jax.nn.one_hot(batch[1], 10), axis=1))


leader = np.argsort(-np.abs(logs["normed"]["q"]["translation"][0]))[:3]  # units that start with the largest sums
measured, given = bookkeeping("translation", train(logistic, eta, decay), eta, decay, third, leader[:1], own)
law.control("sigmoid-instead-of-softmax", measured=measured, error=rounding, given=given)

# %%
rounded, _ = network(jax.nn.relu, epsilon=0.1)
blunt = train(rounded, eta, decay)
measured, given = bookkeeping("scale", blunt, eta, decay, third[-1:])
law.control("normalisation-with-epsilon", measured=measured, error=notebook.rounding(measured, steps), given=given)

# %%
saturating, _ = network(jnp.tanh, normalise=False)
heavy = np.argsort(-np.abs(logs["plain"]["q"]["rescale"][0]))[:3]
measured, given = bookkeeping(
    "rescale", train(saturating, eta, decay), eta, decay, third[-1:], heavy, largest["rescale"]
)
law.control("tanh-instead-of-relu", measured=measured, error=rounding, given=given)

# %%
law.control("identity-with-epsilon", measured=distance("scale", blunt, eta, decay), error=rounding)

# %%
squares = train(rounded, eta)["q"]["scale"]
law.control("norms-shrink-with-epsilon", measured=(squares[1:] / squares[0]).min(), error=rounding)

# %% [markdown]
# **Momentum** and **coarse steps** leave the symmetry alone but break the law of plain descent.

# %%
pushed = train(normed, eta, decay, momentum=0.9)
measured, given = bookkeeping("translation", pushed, eta, decay, third[:1], leader, own)
law.control("momentum-switched-on", measured=measured, error=rounding, given=given)

# %%
law.control("identity-with-momentum", measured=distance("scale", pushed, eta, decay), error=rounding)

# %%
(measured, given), (fine, _) = (
    bookkeeping("translation", train(normed, size, 1.0), size, 1.0, np.array([round(1 / size)]), leader[:1], own)
    for size in (eta, eta / 100)
)
law.control("coarse-steps", measured=measured, error=rounding, intact=fine, intact_error=rounding, given=given)

# %% [markdown]
# ## Momentum: an oscillator
#
# With much momentum and decay the sum of a unit's weights does not fade away; it swings. The friction is
# $\gamma=(1-\beta)/\eta(1+\beta)$, and the spring is the decay.

# %%
eta, betas, decays = 0.02, np.array([0.99, 0.99, 0.985]), np.array([0.05, 5e-3, 6e-3])
swinging = [train(normed, eta, *rates)["q"]["translation"] / own for rates in zip(decays, betas, strict=True)]
sums = swinging[0]
at = np.round(np.arange(1, 11) / eta).astype(int)
given = {"eta": eta, "start": sums[0], "time": eta * at[:, None]}
law.check(
    "translation-oscillates",
    measured=[swing[at] for swing in swinging],
    error=own_rounding,
    given={**given, "beta": betas[:, None, None], "weight_decay": decays[:, None, None]},
)

# %%
fine = np.arange(0, round(10 / eta) + 1, 4)
fig, ax = plt.subplots()
for index, (beta, decay, swing) in enumerate(zip(betas, decays, swinging, strict=True)):
    line = law.predict(
        "translation-oscillates", eta=eta, beta=beta, weight_decay=decay, start=1.0, time=eta * fine
    )  # fmt: skip
    ax.plot(eta * fine, line, color=plot.COLOURS[index])
    plot.points(ax, eta * at, swing[at, leader[0]], index=index, label=f"β = {beta}, λ = {decay}")
    law.series(
        "oscillator", x=eta * fine, y=swing[fine, leader[0]], prediction=line, law="symmetry-broken-momentum",
        label=f"η = 0.02, β = {beta}, λ = {decay}", x_label="time $t$ (step size × steps)",
        y_label="sum of a unit's weights (of its start)", title="With momentum the sum swings",
    )  # fmt: skip
ax.set(xlabel="time $t$ (step size × steps)", ylabel="sum of a unit's weights (of its start)")
ax.legend()
plt.show()

# %% [markdown]
# With less momentum the oscillator is overdamped. It is not just a faster decay: it starts from rest.

# %%
beta, decay = 0.9, 5e-3
damped = train(normed, eta, decay, beta)
sums = damped["q"]["translation"] / own
at = np.round(np.array([5, 10, 20, 40]) / eta).astype(int)
given = {"eta": eta, "beta": beta, "weight_decay": decay, "start": sums[0], "time": eta * at[:, None]}
law.check("translation-overdamped", measured=sums[at], error=own_rounding, given=given)

# %% [markdown]
# For the squared norms the oscillator is driven by the squared velocity. We start it from the norm at the start and let
# the velocities of all steps drive it: does it arrive at the norms that training has at times 5, 10, 20 and 40? Beside
# it what squared *gradients* would do. At this decay the norm hardly shows that the oscillator starts from rest, so
# once more with four times the decay, and early.


# %%
def driven(force, spring):
    """Response of an oscillator from rest to a force at each step, shape (steps + 1, units), in time η a step."""
    damping = (1 - beta) / (eta * (1 + beta))
    root = np.sqrt(damping**2 - spring)
    fast, slow = np.exp((-damping - root) * eta), np.exp((-damping + root) * eta)
    parts = np.zeros((2, force.shape[1]))
    out = [np.zeros(force.shape[1])]
    for now in force:
        kick = eta * now / (2 * root)  # in the middle of the step
        parts = np.array([[fast], [slow]]) * parts + np.sqrt([[fast], [slow]]) * kick
        out.append(parts[1] - parts[0])
    return np.array(out)


def norms(log, weight_decay, at):
    """Squared norms at some steps, and what the law needs to know."""
    spring = 4 * weight_decay / (eta * (1 + beta))
    return (
        log["q"]["scale"][at],
        {
            "eta": eta,
            "beta": beta,
            "weight_decay": weight_decay,
            "time": eta * at[:, None],
            "start": log["q"]["scale"][0],
            "drive": driven(2 * log["velocity"][1:] / eta**2, spring)[at],  # the velocity is the last move over η
            "gradients": driven(2 * log["force"]["scale"][:-1], spring)[at],
        },
    )


early = np.round(np.array([0.5, 1, 2, 5]) / eta).astype(int)
parts = [norms(damped, decay, at), norms(train(normed, eta, 4 * decay, beta), 4 * decay, early)]
measured = np.array([part for part, _ in parts])
given = {name: np.array([np.broadcast_to(part[name], measured[0].shape) for _, part in parts]) for name in parts[0][1]}
law.check("scale-with-momentum", measured=measured, error=notebook.rounding(measured, steps), given=given)

# %% [markdown]
# Controls: the logistic loss once more; and a gradient that is weighted by $1-\beta$, as some libraries do.

# %%
sums = train(logistic, eta, decay, beta)["q"]["translation"] / own
given = {"eta": eta, "beta": beta, "weight_decay": decay, "start": sums[0, leader[0]], "time": eta * at}
law.control("oscillator-with-sigmoids", measured=sums[at, leader[0]], error=own_rounding[leader[0]], given=given)

# %%
sums = train(normed, eta * (1 - beta), decay, beta)["q"]["translation"] / own
at = at[1:3]
given = {"eta": eta, "beta": beta, "weight_decay": decay, "start": sums[0, leader[0]], "time": eta * at}
law.control("damped-gradient", measured=sums[at, leader[0]], error=own_rounding[leader[0]], given=given)

# %% [markdown]
# ## Gradient flow, and the flow that steps really follow
#
# A smooth normalised net of 8 tanh units on 200 digits. Under gradient flow sums and norms are conserved. Descent with
# step size $\eta$ strays from this flow by $O(\eta)$, but from the flow of $L+\frac\eta4|\nabla L|^2$ only by
# $O(\eta^2)$.

# %%
smooth, _ = network(jnp.tanh)
little = {
    "in": rng.normal(0, np.sqrt(1 / 64), (8, 64)),
    "out": rng.normal(0, 0.3, (8, 10)),
}
rows = rng.choice(len(labels), 200, replace=False)
sample = tuple(a[rows] for a in training_set)


def modified(params, args):
    """The loss plus η/4 times its squared gradient; η = 0 is the loss itself."""
    batch, step_size = args
    value, gradient = jax.value_and_grad(smooth)(params, batch)
    return value + step_size / 4 * sum(jnp.sum(g**2) for g in gradient.values())


end, tolerance = 2.0, 1e-10
flow = {
    step_size: gradient_flow(
        modified, little, [0.0, end], args=(sample, jnp.asarray(step_size)), tolerance=tolerance
    ).params
    for step_size in (0.0, 0.05, 0.025, 0.0125, 0.00625)
}


def changes(path):
    """Largest changes of the sums and of the squared norms over their largest at the start."""
    before, after = (conserved({name: w[when] for name, w in path.items()}) for when in (0, 1))
    return {kind: float(jnp.abs(after[kind] - q).max() / jnp.abs(q).max()) for kind, q in before.items()}


plain_changes = changes(flow[0.0])
law.check(
    "conserved-by-the-flow",
    measured=[plain_changes["translation"], plain_changes["scale"]],
    error=notebook.solver(tolerance),
)

# %% [markdown]
# Control: the squared gradient does notice when weights before a normalisation grow. The flow of the modified loss
# keeps the sums but not the norms.

# %%
law.control("flow-of-the-modified-loss", measured=changes(flow[0.05])["scale"], error=notebook.solver(tolerance))


# %%
def whole(params, velocity, gradient):
    """Log the parameters themselves."""
    return params


def descend(step_size, batches):
    """Parameters at the end of time by steps; one compilation for all step sizes."""
    run = sgd.train(smooth, little, sample, step_size=step_size, batches=batches, observe=whole, every=40)
    return jax.tree.map(lambda w: w[round(end / step_size) // 40], run.log)


def apart(a, b):
    """Distance of the descended weights from the end of a flow."""
    return np.sqrt(sum(np.sum((a[k] - np.asarray(b[k][-1])) ** 2) for k in a))


sizes = np.array([0.05, 0.025, 0.0125, 0.00625])
every = np.tile(np.arange(200), (round(end / sizes[-1]), 1))
drawn = rng.integers(200, size=every.shape)
reached = [descend(step_size, every) for step_size in sizes]
near = [apart(w, flow[step_size]) for w, step_size in zip(reached, sizes, strict=True)]
far = [apart(w, flow[0.0]) for w in reached]
noisy = [apart(descend(step_size, drawn), flow[step_size]) for step_size in sizes]
orders = {name: powerlaw.fit(sizes, values) for name, values in (("near", near), ("far", far), ("noisy", noisy))}
law.check("second-order-distance", measured=orders["near"].exponent, error=orders["near"].exponent_error)

# %%
law.check("first-order-distance", measured=orders["far"].exponent, error=orders["far"].exponent_error)

# %%
law.control("mini-batches", measured=orders["noisy"].exponent, error=orders["noisy"].exponent_error)

# %%
fig, ax = plt.subplots()
for index, (label, values, order) in enumerate((
    ("from gradient flow", far, orders["far"]),
    ("from the modified flow", near, orders["near"]),
    ("from the modified flow, mini-batches", noisy, orders["noisy"]),
)):  # fmt: skip
    ax.plot(sizes, order(sizes), color=plot.COLOURS[index])
    plot.points(ax, sizes, values, index=index, label=f"{label}: exponent {order.exponent:.2f}")
    if index < 2:
        law.series(
            "distance-over-step", x=sizes, y=values, law="modified-gradient-flow", label=label, x_scale="log",
            y_scale="log", x_label="step size η", y_label="distance at time 2 (parameter)",
            title="How far descent strays from a flow",
        )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel=r"step size $\eta$", ylabel="distance at time 2 (parameter)")
ax.legend()
plt.show()

# %% [markdown]
# ## What to try next
#
# - Replace the softmax by one with a temperature. Is the translation law still exact?
# - Let the step size fall during training. Where do the exponentials have to be cut into pieces?
# - With momentum the squared gradient is a poor drive. Which multiple of it would do, and what does that say of noise?
# - Normalise over the units of a sample instead of the batch. Which weights have the scale symmetry now?
