# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # At convergence a layer's features are its inputs times the loss gradients
#
# When a network with weight decay has stopped moving, decay pulls each weight matrix as hard as the loss does.
# Boix-Adserà, Mallinar, Simon and Belkin (2025) multiply that balance by the matrix itself and get a formula for
# $W^{\mathsf T}W$, which says what directions the layer looks at. It is exact, where the neural feature ansatz is a
# good guess. We test both on networks that read digits, and then on one where the guess fails. The predictions stand
# in [the law page](../laws/boixadsera2025.md).

# %%
import jax
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.training import stationary, trained
from lawbook.measure import alignment
from lawbook.measure.alignment import agop, backward_fact, fact, feature_matrix, loss_agop, pearson, power

jax.config.update("jax_enable_x64", True)
law = notebook.open("boixadsera2025")
rng = notebook.rng()
plot.use()

# %% [markdown]
# ## Set-up
#
# The network that this family of pages shares: four layers without biases, GELU, 500 digits, cross-entropy, and weight
# decay $\lambda=0.003$ in the gradient. First 10 000 steps on batches of 16. Then L-BFGS takes the same network to a
# critical point of the regularised loss, because the theorem speaks of such points only.

# %%
network = trained.digits_classifier(rng)
start, noisy = network.path[0], network.path[-1]
end = network.converged()
print(f"training error {network.mistakes(noisy):.3f}; largest gradient at the end {end.gradient:.0e}")
layers = network.signals(end.weights)
decay = network.decay


def relative(found, expected):
    """Distance of two matrices in units of the second, Frobenius norms."""
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def misfit(signals, decay=decay):
    """Relative error of the formula in every layer."""
    return np.array([relative(fact(s, decay), feature_matrix(s)) for s in signals])


# %% [markdown]
# ## The formula, entry by entry
#
# Each point is one entry of the first layer's matrix. At the critical point they lie on the line. After ordinary
# training they only follow it: the batches still push the weights around. The ansatz, scaled as well as can be, stays
# a cloud.

# %%
shown = rng.choice(64 * 64, 150, replace=False)
gram = feature_matrix(layers[0])
moment = -fact(layers[0], 1.0).ravel()[shown]  # mean over samples of the loss gradient times the input
line = law.formula("fact")(moment=moment, weight_decay=decay)
guess = power(agop(layers[0]), 0.5)
guess *= np.sum(guess * gram) / np.sum(guess**2)
mid = network.signals(noisy)[0]
clouds = {
    "at the critical point": (line, gram.ravel()[shown]),
    "after training by batches": (fact(mid, decay).ravel()[shown], feature_matrix(mid).ravel()[shown]),
    "neural feature ansatz": (guess.ravel()[shown], gram.ravel()[shown]),
}
fig, ax = plt.subplots()
ax.plot(np.sort(line), np.sort(line), color=plot.GREY, label="equality")
for index, (label, (x, y)) in reversed(list(enumerate(clouds.items()))):
    plot.points(ax, x, y, index=index, label=label)
ax.set(xlabel="entry of the formula (no unit)", ylabel="entry of $W^T W$ (no unit)")
ax.legend(fontsize="small")
plt.show()
order = np.argsort(line)
law.series(
    "entries", x=line[order], y=clouds["at the critical point"][1][order], prediction=line[order], law="fact",
    label="at the critical point", x_label="entry of the formula", y_label="entry of $W^T W$",
    title="First layer of a network trained on digits",
)  # fmt: skip
for label in ("after training by batches", "neural feature ansatz"):
    x, y = clouds[label]
    law.series(
        "entries", x=np.sort(x), y=y[np.argsort(x)], label=label,
        x_label="entry of the formula", y_label="entry of $W^T W$",
    )  # fmt: skip

# %% [markdown]
# ## Does ordinary training get there?
#
# Theorems about critical points say nothing about training by batches, whose noise never stops. Take the trace of both
# sides: the size of each layer should be minus the trace of the moment, over the decay. Three decays, six networks
# each, and no solver after the last batch. Then the entries themselves, by their correlation.


# %%
def mean_and_error(values):
    """Over the networks, the first axis."""
    return {"measured": np.mean(values, axis=0), "error": notebook.spread(values)}


def sizes(signals):
    """Squared norm of each layer, and the trace of the mean product of loss gradient and input, shape (2, layers)."""
    return np.array([[np.sum(s.weight**2), -np.trace(fact(s, 1.0))] for s in signals]).T


def correlations(signals):
    """Of the entries of the two sides in the hidden layers."""
    return [pearson(fact(s, decay), feature_matrix(s)) for s in signals[:3]]


NETWORKS, decays = 6, np.array([decay, 0.005, 0.01])
drawn = [[trained.digits_classifier(rng, decay=one) for one in decays] for _ in range(NETWORKS)]


def squared_norms(stage):
    """Squared norms of the layers in that stage of training, their errors, and the symbols of the law."""
    norms, moments = np.moveaxis([[sizes(one.signals(one.path[stage])) for one in row] for row in drawn], 2, 0)
    apart = norms + moments / decays[:, None]  # both sides scatter from network to network
    given = {"moment": moments.mean(axis=0), "weight_decay": decays[:, None]}
    return {"measured": norms.mean(axis=0), "error": notebook.spread(apart), "given": given}


law.check("size-of-each-layer-after-batches", **squared_norms(-1))
law.control("no-size-at-the-start", **squared_norms(0))
shared = [row[0] for row in drawn]  # with the decay of the network above
law.check("correlates-after-batches", **mean_and_error([correlations(one.signals(one.path[-1])) for one in shared]))
law.control("no-correlation-at-the-start", **mean_and_error([correlations(one.signals(one.path[0])) for one in shared]))

# %% [markdown]
# ## At a critical point
#
# The error that is left comes from the gradient that is left: L-BFGS stopped at $10^{-8}$. One gradient of that size
# in each direction is the standard error that we grant.

# %%
granted = np.array([end.gradient / decay / np.sqrt(np.mean(s.weight**2)) for s in layers])
law.check("formula-holds-in-every-layer", measured=misfit(layers), error=granted)
backward = [relative(backward_fact(s, decay), s.weight @ s.weight.T) for s in layers]
law.check("backward-formula-holds", measured=backward, error=granted)

# %% [markdown]
# Now the controls. The same network before L-BFGS, the random network before training, and the right network with a
# decay that is misread by a factor of two, which is what happens when one code writes $\lambda|W|^2$ and the other
# $\frac12\lambda|W|^2$. Where nothing was solved, the error is that of rounding in sums over 500 samples.


# %%
def without_solver(measured):
    """Numbers of given weights and their error, which is that of sums over the samples."""
    size = np.maximum(1.0, np.abs(measured))  # both count in units of the features
    return {"measured": measured, "error": notebook.rounding(size, operations=len(network.labels))}


law.control("not-after-batches", **without_solver(misfit(network.signals(noisy))[:3]))
law.control("not-at-the-start", **without_solver(misfit(network.signals(start))[:3]))
law.control("decay-misread", measured=misfit(layers, 2 * decay), error=granted)
unsettled = [relative(backward_fact(s, decay), s.weight @ s.weight.T) for s in network.signals(noisy)[:3]]
law.control("backward-not-after-batches", **without_solver(unsettled))

# %% [markdown]
# **Without decay** the formula reads $0/0$. The moment on its right fades as the loss is fitted; the weights do not.
# The same training, and then L-BFGS down to the same gradient.

# %%
free = trained.digits_classifier(rng, decay=0.0)
settled = free.signals(free.converged().weights)
law.control("no-decay-no-formula", **without_solver(misfit(settled)))
faded = [np.linalg.norm(fact(s, 1.0)) / np.linalg.norm(feature_matrix(s)) for s in settled]
print("moment over features without decay:", [f"{ratio:.0e}" for ratio in faded])

# %% [markdown]
# ## Who is right when
#
# Correlation of entries with $W^{\mathsf T}W$ in the first layer along training, the critical point last. The ansatz
# follows the features from early on, but it agreed well with the random weights too. The formula begins at nothing,
# lags through most of training, and ends at one. The last layer is left out: there the ansatz with power 1 holds for
# any network at all.

# %%
steps = np.r_[np.maximum(trained.LOGS, 1), 10 * trained.LOGS[-1]]  # the critical point is drawn at ten times as many
rules = {
    "formula (FACT)": lambda s: fact(s, decay),
    "ansatz, power 1/2": lambda s: power(agop(s), 0.5),
    "loss gradients": loss_agop,
}
stages = [network.signals(w)[0] for w in (*network.path, end.weights)]
fig, ax = plt.subplots()
for label, rule in rules.items():
    agreement = np.array([pearson(rule(s), feature_matrix(s)) for s in stages])
    ax.plot(steps, agreement, marker="o", label=label)
    law.series(
        "along-training", x=steps, y=agreement, label=label, x_label="step (last point: critical point)",
        y_label="correlation with $W^T W$", x_scale="log", title="First layer of the shared network",
    )  # fmt: skip
ax.set(xscale="log", xlabel="step (last point: the critical point)", ylabel="correlation with $W^T W$")
ax.legend(fontsize="small")
plt.show()

# %%
hidden = layers[:3]
law.check(
    "formula-correlates", measured=[pearson(fact(s, decay), feature_matrix(s)) for s in hidden], error=granted[:3]
)
early = [pearson(fact(s, decay), feature_matrix(s)) for s in network.signals(start)[:3]]
law.control("uncorrelated-at-the-start", **without_solver(early))

# %% [markdown]
# ## All layers weigh the same
#
# Take the trace of the formula. Above a layer of a ReLU network without biases, outputs are proportional to the layer's
# input (Euler), so the trace is $-\frac1n\sum\nabla_f\ell\cdot f$, whatever the layer. First after training by batches:
# is the size of each layer what the outputs say? Then, closer, at the end of L-BFGS, which kinks stop early: we
# compare layers with each other in three networks, and ask for half a per cent. With GELU the network is not
# homogeneous.


# %%
def outputs_say(model):
    """Decay times squared norm of each layer over -mean(loss gradient · output), after training by batches."""
    signals = model.signals(model.path[-1])
    said = np.mean(np.sum(signals[-1].gradient * signals[-1].outputs, axis=1))
    return [model.decay * np.sum(s.weight**2) / said for s in signals]


kinked = [trained.digits_classifier(rng, activation="relu") for _ in range(NETWORKS)]
law.check("outputs-say-how-much", **mean_and_error([outputs_say(one) for one in kinked]))
law.control("gelu-outputs-do-not-say", **mean_and_error([outputs_say(one)[:2] for one in shared]))


# %%
def shares(signals):
    """|W|² of the hidden layers in units of the last one."""
    squares = np.array([np.sum(s.weight**2) for s in signals])
    return squares[:-1] / squares[-1]


def weighed(models):
    """The shares in three networks taken down by L-BFGS: their mean and its error."""
    found = []
    for model in models:
        settled = model.converged(gradient=1e-7, iterations=1000)
        found.append(shares(model.signals(settled.weights)))
        print(f"{model.activation}: largest gradient at the end {settled.gradient:.0e}", found[-1].round(4))
    print("in the last random network:", shares(models[-1].signals(models[-1].path[0])).round(2))
    return mean_and_error(found)


law.check("every-layer-weighs-the-same", **weighed(kinked[:3]))
law.control("gelu-is-not-homogeneous", **weighed(shared[:3]))

# %% [markdown]
# ## A network that defeats the ansatz
#
# Two layers with squares, $f(x)=\sum_k a_k(w_k\cdot x)^2$, eight units, small decay. The target is
# $x_0^2 + 0.03\,x_1^2$ where $x_0$ is not zero in one sample of ten and $x_1$ comes in units of $S$. Decay decides how
# much weight each input gets, and it looks at the coefficients only. The gradients in the inputs grow with $S$.

# %%
coefficients = np.array([1.0, 0.03])


def squares(z):
    return z**2, 2 * z


def defeat(size, small=1e-4):
    """Signals of the first layer at the minimum, the misfit of the formula, its error, and the minimum.

    The error is relative: the gradient that is left, over the decay of a weight of typical size.
    """
    x = rng.choice([-1.0, 0.0, 1.0], (500, 5), p=[0.25, 0.5, 0.25])
    x[:250, 0] = rng.permutation(np.repeat([-1.0, 0.0, 1.0], [12, 225, 13]))  # one sample in ten, in every draw
    x[:, 1] *= size
    x[250:] = x[:250] * [-1, 1, 1, 1, 1]  # the first input has no chance correlation with the others
    y = x[:, :2] ** 2 @ coefficients

    def objective(weights):
        w, a = weights  # (8, 5), (1, 8)
        z = x @ w.T
        gap = z**2 @ a[0] - y
        slope = gap[:, None] * a * 2 * z  # (n, 8)
        value = 0.5 * np.mean(gap**2) + 0.5 * small * (np.sum(w**2) + np.sum(a**2))
        return value, (slope.T @ x / 500 + small * w, (gap @ z**2 / 500)[None] + small * a)

    begin = [0.3 * rng.standard_normal((8, 5)), np.abs(0.3 * rng.standard_normal((1, 8)))]
    begin[0][:, 1] /= size
    found = stationary.minimise(objective, begin, gradient=1e-9, iterations=12_000, memory=60)
    signals = alignment.signals(found.weights, x, squares, lambda f: f - y[:, None])
    left = notebook.solver(found.gradient, 1 / small / np.sqrt(np.mean(signals[0].weight ** 2)))
    return signals[0], misfit(signals[:1], small)[0], left, found


def units(signals):
    """Mean square of the second input over that of the first."""
    first, second = np.mean(signals.inputs[:, :2] ** 2, axis=0)
    return second / first


plain, plain_misfit, plain_left, plain_end = defeat(1)
(threefold, _, three_left, _), (tenfold, _, ten_left, _) = defeat(3), defeat(10)
harsh, harsh_misfit, harsh_left, harsh_end = defeat(30)
for size, found in ((1, plain_end), (30, harsh_end)):
    print(f"S = {size}: {found.iterations} iterations, largest gradient {found.gradient:.0e}")
for name, s in (("S = 1", plain), ("S = 30", harsh)):
    print(
        name, "diagonal of WᵀW", np.diag(feature_matrix(s)).round(4)[:2], "of the AGOP", np.diag(agop(s)).round(4)[:2]
    )

# %%
diagonals = np.array([np.diag(feature_matrix(s))[:2] for s in (plain, harsh)])
left = np.array([plain_left, harsh_left])
law.check(
    "features-ignore-the-unit", measured=diagonals, error=left[:, None] * diagonals,
    given={"coefficient": np.tile(coefficients, (2, 1))},
)  # fmt: skip
law.check("formula-holds-there-too", measured=[plain_misfit, harsh_misfit], error=left)

# %% [markdown]
# **With more decay** the target is no longer fitted. A term of it costs decay on its weights, and is worth what it
# takes off the loss. With $\lambda=0.02$ and equal units the small term is not worth its price and goes; the large one
# shrinks. In units of 30 the small term is worth almost a million times as much, and stays. So the features ignore the
# unit only as long as decay is cheap for every term.

# %%
costly, _, costly_left, costly_end = defeat(1, small=0.02)
rescued, _, _, rescued_end = defeat(30, small=0.02)
for size, s, found in ((1, costly, costly_end), (30, rescued, rescued_end)):
    diagonal = np.diag(feature_matrix(s))[:2]
    print(f"decay 0.02, S = {size}: diagonal of WᵀW {diagonal.round(4)}, largest gradient {found.gradient:.0e}")
remaining = np.diag(feature_matrix(costly))[:2]
law.control(
    "features-see-the-unit-when-decay-is-costly", measured=remaining, error=costly_left * remaining,
    given={"coefficient": coefficients},
)  # fmt: skip

# %% [markdown]
# Now the ansatz in the networks with small decay. How well it agrees can be worked out by hand, for both powers.


# %%
def agreement(signals, powers=(1, 0.5)):
    """Correlation of powers of the AGOP with the features."""
    return [pearson(power(agop(signals), s), feature_matrix(signals)) for s in powers]


for name, s in (("S = 1", plain), ("S = 30", harsh)):
    print("correlation of the ansatz, powers 1 and 1/2:", name, np.round(agreement(s), 3))
law.check("ansatz-fails", measured=agreement(harsh), error=np.full(2, harsh_left))
law.control("ansatz-holds-in-equal-units", measured=agreement(plain), error=np.full(2, plain_left))
powers, tested = np.array([1.0, 0.5, 0.25]), (plain, threefold, tenfold, harsh)
law.check(
    "agreement-by-hand",
    measured=[agreement(s, powers) for s in tested],
    error=np.repeat([[plain_left], [three_left], [ten_left], [harsh_left]], len(powers), axis=1),
    given={"units": np.array([units(s) for s in tested])[:, None], "small": coefficients[1], "s": powers},
)

# %% [markdown]
# The formula does not care. The features do not care either: a change of unit of one input changes what the output
# gradient sees, not what decay pays for.
#
# ## What to try next
#
# - Stop L-BFGS after 30, 100, 300 iterations. How fast does the formula come true?
# - Give the layers biases. Does the formula still hold for the weights? (Yes: they enter only through $Wh$.)
# - Use decoupled decay (AdamW). What takes the place of $\lambda$?
# - Which $S$ between 1 and 30 does the ansatz survive?
