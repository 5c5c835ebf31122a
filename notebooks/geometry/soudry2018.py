# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A linear classifier turns, ever more slowly, towards the widest margin
#
# If a straight cut separates two classes, logistic regression has no best solution: longer weights are always better.
# Soudry and co-authors (2018) asked where gradient descent goes then. The weights grow like $\log t$, and their
# direction turns to the support vector machine's, the cut with the widest margin, although the loss knows nothing of
# margins. It turns so slowly that no computer will ever get there step by step. Here we get there all the same, on
# handwritten digits. The predictions stand in [the law page](../laws/soudry2018.md).

# %%
import jax

jax.config.update("jax_enable_x64", True)  # at time t a step is about 1/t: single precision would lose it
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.solvable import separable
from lawbook.measure import margin
from scipy.integrate import solve_ivp

law = notebook.open("soudry2018")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Set-up
#
# Two digits, 100 images of each, all 64 pixels; the label multiplies the image. The support vector machine, the
# shortest $\hat w$ with $\langle\hat w,x\rangle\ge1$ on all images, is solved exactly. We call it the separator.

# %%
images, labels = digits.load()
PAIRS = [(0, 1), (2, 7), (6, 7)]


def signed(pair, samples):
    """`samples` images of each digit of a pair, (2 samples, 64), and the rest; the second digit's sign is turned."""
    rows = [rng.permutation(np.flatnonzero(labels == digit)) for digit in pair]
    split = [np.split(sign * images[r], [samples]) for sign, r in zip((1, -1), rows, strict=True)]
    return (np.concatenate(part) for part in zip(*split, strict=True))


DRAWS = 15  # of the samples of a pair
first = slice(None, None, DRAWS)  # the first data set of each pair
sets = [next(signed(pair, 100)) for pair in PAIRS for _ in range(DRAWS)]
machines = [margin.hard_margin(x) for x in sets]
starts = rng.standard_normal((len(PAIRS), 64))
for x, machine in zip(sets[first], machines[first], strict=True):
    print(
        f"margin {1 / np.linalg.norm(machine.vector):.3f}, {len(machine.support)} support vectors of {len(x)} samples"
    )

# %% [markdown]
# ## To time $10^{300}$ and beyond
#
# Late in training a step of descent changes $w$ by about $\hat w/t$, so descent is gradient flow. Let $s=\log t$ be the
# clock. Then the flow is $dw/ds=\sum_n e^s\sigma(-\langle w,x_n\rangle)x_n$, with $\sigma$ the logistic function:
# a stiff equation, which an implicit solver follows as far as one likes: a thousand evaluations reach times that no
# float can write. Nobody will ever train that long. But a law about $\log t$ shows itself only where $\log t$ is large.
#
# The flow starts twice: from random weights, since the growth along the separator should not depend on the start, and
# from zero, since the angle does: what random weights leave across the separator never fades.

# %%
times = np.logspace(0, 300, 301)
CLOCK = np.log(times)


def logistic(u):
    """Log of the push of margins u, (n, wrong classes), and its slope: each for itself, which is exact for two."""
    log_push = -u - np.logaddexp.reduce(-u, axis=1, initial=0.0, keepdims=True)
    return log_push, np.expm1(log_push)


def inverse(u):
    """The same for the loss 1/u above 1 and its tangent below."""
    return -2 * np.log(np.maximum(u, 1)), np.where(u > 1, -2 / np.maximum(u, 1), 0.0)


def flow(x, start, clock=CLOCK, tolerance=1e-8, tail=logistic, wrong=1, decay=0.0, growth=0.0):
    """Weights along the flow at the times whose logs are `clock`, (times, d), from time 1e-11 on.

    Solved for the weights over time to the power `growth`: what comes to rest can be followed in long steps.
    """

    def push(s, scaled):
        log_push, slope = tail((x @ scaled * np.exp(growth * s)).reshape(-1, wrong))
        return np.exp(s + log_push).ravel(), slope.ravel()

    def velocity(s, scaled):
        drag = (decay * np.exp(s) if decay else 0.0) + growth
        return np.exp(-growth * s) * push(s, scaled)[0] @ x - drag * scaled

    def jacobian(s, scaled):
        size, slope = push(s, scaled)
        drag = (decay * np.exp(s) if decay else 0.0) + growth
        return (x.T * (size * slope)) @ x - drag * np.eye(len(scaled))

    span, knobs = (-25.0, clock[-1]), {"rtol": tolerance, "atol": tolerance}
    scaled = solve_ivp(velocity, span, start * np.exp(25.0 * growth), "LSODA", clock, jac=jacobian, **knobs).y.T
    return scaled * np.exp(growth * np.asarray(clock))[:, None]


def flows(chosen, **options):
    """The same from zero for each of these data sets, (sets, times, 64)."""
    return np.array([flow(x, np.zeros(64), **options) for x in chosen])


def wandering(**options):
    """The same from random weights for the first data set of each pair, (3, 301, 64)."""
    return np.array([flow(x, start, **options) for x, start in zip(sets[first], starts, strict=True)])


TOLERANCES = (1e-8, 1e-6)  # how much depends on the solver's tolerance
paths, coarse = flows(sets), flows(sets[first], tolerance=TOLERANCES[1])
away, away_coarse = (wandering(tolerance=tolerance) for tolerance in TOLERANCES)

# %% [markdown]
# Is the flow really what descent does? We let descent take 100,000 steps, half as large as the theorem allows, and
# compare the two at equal times (step size × steps).

# %%
counts = np.unique(np.geomspace(1, 100_000, 60).astype(int))
descents, clocks, gaps, hasty = [], [], [], []  # gaps are from the flow at two tolerances
for x, start in zip(sets[first], starts, strict=True):
    step_size = 4 / np.linalg.norm(x, 2) ** 2
    descents.append(separable.descend(x, start, counts, step_size=step_size))
    clocks.append(step_size * counts)
    arrived = np.array([flow(x, start, np.log(clocks[-1][-1:]), tolerance)[-1] for tolerance in (1e-10, 1e-8)])
    jumps = separable.descend(x, start, [5000], step_size=20 * step_size)[0]
    for found, w in ((gaps, descents[-1][-1]), (hasty, jumps)):
        found.append(np.linalg.norm(w - arrived, axis=1) / np.linalg.norm(arrived, axis=1))


def from_two(values, added=None):
    """The value at the finer of two tolerances, or step sizes, and how far it is from that at the coarser one.

    The error is no less than the rounding of the numbers that were `added`, by default those of the value's own size.
    """
    fine, rough = values
    return fine, np.maximum(np.abs(fine - rough), notebook.rounding(fine if added is None else added))


measured, error = from_two(np.transpose(gaps))
law.check("descent-follows-the-flow", measured=measured, error=error)

# %% [markdown]
# ## Length: the $\log t$
#
# The law says how long $w$ gets along $\hat w$, with no number left to fit: slope and constant come from the
# separator and its dual variables alone, whatever the start.

# %%
norms = np.array([np.linalg.norm(machine.vector) for machine in machines])
entropies = np.array([-np.sum(a * np.log(a)) for a in (m.duals[m.support] for m in machines)])
shifts = law.formula("remainder")(entropy=entropies, svm=norms)


def along(weights, index):
    """Length along the separator of data set `index`."""
    return weights @ machines[index].vector / norms[index]


early = times <= 1e14
fig, ax = plt.subplots()
for k, pair in enumerate(PAIRS):
    predicted = law.formula("max-margin-direction")(svm=norms[first][k], shift=shifts[first][k], time=times[early])
    ax.plot(times[early], predicted, color=plot.COLOURS[k], label=f"law, {pair[0]} against {pair[1]}")
    ax.plot(times[early], along(away[k], DRAWS * k)[early], "o", color=plot.COLOURS[k], markersize=4, label="flow")
    ax.plot(clocks[k], along(descents[k], DRAWS * k), "k-", alpha=0.5, linewidth=3, label="descent" if k == 2 else None)
ax.set(xlabel="time (step size × steps)", ylabel="length along the separator", xscale="log")
ax.legend(fontsize="small", ncols=2)
plt.show()

# %%
for k, pair in enumerate(PAIRS):
    law.series(
        "length-along-the-separator",
        x=times[early],
        y=along(away[k], DRAWS * k)[early],
        prediction=law.formula("max-margin-direction")(svm=norms[first][k], shift=shifts[first][k], time=times[early]),
        label=f"{pair[0]} against {pair[1]}",
        x_label="time (step size × steps)",
        y_label="length along the separator",
        x_scale="log",
        title="Weights along the maximum-margin separator grow like log t",
    )

# %%
late = [14, 50, 200]
given = {"svm": norms[first, None], "shift": shifts[first, None], "time": times[late]}
measured, error = from_two([np.array([along(p[k][late], DRAWS * k) for k in range(3)]) for p in (away, away_coarse)])
law.check("length-along-the-separator", measured=measured, error=error, given=given)

# %% [markdown]
# Slope and constant apart: take the slope away, and the constant is left. It is a few hundredths of the length at
# $10^{14}$ and a few thousandths at $10^{300}$, so we ask for it alone.

# %%
grown = norms[first] * np.log(times[300])
measured, error = from_two(
    [np.array([along(p[k][300], DRAWS * k) for k in range(3)]) - grown for p in (away, away_coarse)]
)
law.check(
    "constant-along-the-separator",
    measured=measured,
    error=error,
    given={"entropy": entropies[first], "svm": norms[first]},
)

# %% [markdown]
# ## Direction: one over $\log t$


# %%
def angles_of(found, separators):
    """Angle between weights and separator along each path, (paths, 301)."""
    return np.array([margin.angle(w, m.vector) for w, m in zip(found, separators, strict=True)])


angles, rough = angles_of(paths, machines), angles_of(coarse, machines[first])
missing = np.array(
    [1 / n - (w @ x.T).min(axis=1) / np.linalg.norm(w, axis=1) for n, w, x in zip(norms, paths, sets, strict=True)]
)
fig, ax = plt.subplots()
shown = times >= 10
for k, pair in enumerate(PAIRS):
    ax.plot(np.log(times[shown]), angles[DRAWS * k][shown], color=plot.COLOURS[k], label=f"{pair[0]} against {pair[1]}")
ax.plot(np.log(times[shown]), 4 / np.log(times[shown]), color=plot.GREY, linestyle=":", label="slope −1")
ax.axvspan(0, np.log(1e6), color=plot.GREY, alpha=0.15, label="within a million")
ax.set(xlabel="log t", ylabel="angle to the separator (rad)", xscale="log", yscale="log", xlim=(2.3, 691))
ax.legend(fontsize="small")
plt.show()

# %%
degrees = np.degrees(angles[:, [6, 300]])
print(f"angle at time 1e6: {degrees[:, 0].min():.1f} to {degrees[:, 0].max():.1f} degrees")
print(f"angle at time 1e300: {degrees[:, 1].min():.1f} to {degrees[:, 1].max():.1f} degrees")
measured, error = from_two((angles[first, -1], rough[:, -1]))
law.check("turns-to-the-separator", measured=measured, error=error)


def slope(values):
    """Slope of the log over log log t from time 1e150 to 1e300."""
    return np.log(values[..., 300] / values[..., 150]) / np.log(2)


def mean(values):
    """Mean over the 45 data sets, and its standard error."""
    return np.mean(values), notebook.spread(values)


measured, error = mean(slope(angles))
law.check("angle-falls-like-one-over-log", measured=measured, error=error)
cosines = np.array(
    [1 - w @ m.vector / (np.linalg.norm(w, axis=1) * n) for w, m, n in zip(paths, machines, norms, strict=True)]
)
measured, error = mean(slope(cosines))
law.check("cosine-falls-like-one-over-log-squared", measured=measured, error=error)
measured, error = mean(slope(missing))
law.check("margin-falls-like-one-over-log", measured=measured, error=error)
for k, pair in enumerate(PAIRS):
    fitted = angles[DRAWS * k][300] * np.log(1e300)  # the constant of this pair, from the last point
    law.series(
        "angle-over-log-time",
        x=np.log(times[shown]),
        y=angles[DRAWS * k][shown],
        prediction=law.formula("slow-rates")(c=fitted, time=times[shown]),
        law="slow-rates",
        label=f"{pair[0]} against {pair[1]}",
        x_label="log t",
        y_label="angle to the separator (rad)",
        x_scale="log",
        y_scale="log",
        title="The angle to the separator falls like 1/log t",
    )

# %% [markdown]
# After a million units of time the angle is still several degrees. To bring it to one tenth of that takes the
# tenth power of the time.
#
# **How large is the constant?** The paper's equation for what stays beside $\hat w\log t$ answers for the part within
# the span of the support vectors. What lies outside that span, the data never change again. A support vector with a
# small dual variable $\alpha$ takes its place late: only when $\alpha\lVert x_\perp\rVert^2\log t$ is of order one.
# Here $x_\perp$ is its part outside the span of the others. In some of the 45 data sets the least $\alpha$ is 0.001 or
# less, and at $10^{300}$, where $\log t$ is 691, that sample is still on its way. So we ask at $10^{30000}$.


# %%
def across(weights, index):
    """Length across the separator within the span of the support vectors, over the law's."""
    machine, span = machines[index], np.linalg.qr(sets[index][machines[index].support].T)[0]
    unit = machine.vector / norms[index]

    def beside(w):
        inside = w @ span @ span.T
        return np.linalg.norm(inside - (inside @ unit)[..., None] * unit, axis=-1)

    return beside(weights) / beside(margin.offset(sets[index], machine))


def ratios_across(found, record=-1):
    """Of all data sets, at one record of the paths."""
    return [across(path[record], i) for i, path in enumerate(found)]


def ten_to(exponent):
    """The clock at ten to this power, whether or not a float can write it."""
    return np.array([exponent * np.log(10)])


final, soon = ratios_across(flows(sets, clock=ten_to(30_000))), ratios_across(paths, 300)
print(f"from {min(soon):.3f} to {max(soon):.3f} at 1e300, from {min(final):.3f} to {max(final):.3f} at 1e30000")
measured, error = mean(final)
law.check("constant-across-the-separator", measured=measured, error=error)

# %% [markdown]
# ## Loss: a constant that is known
#
# Time × loss should tend to $\lVert\hat w\rVert^2$.


# %%
def time_times_loss(weights, x, when):
    return when * np.logaddexp(0, -weights @ x.T).sum(axis=-1)


when = times[[14, 100]]
measured, error = from_two(
    [
        np.array([time_times_loss(w[[14, 100]], x, when) for w, x in zip(p, sets[first], strict=True)])
        for p in (paths[first], coarse)
    ]
)
given = {"svm": np.broadcast_to(norms[first, None], measured.shape), "time": when}
law.check("loss-times-time", measured=measured, error=error, given=given)
for k, pair in enumerate(PAIRS):
    losses = time_times_loss(paths[DRAWS * k], sets[DRAWS * k], times)[early] / times[early]
    law.series(
        "loss-over-time",
        x=times[early],
        y=losses,
        prediction=law.formula("loss-constant")(svm=norms[first][k], time=times[early]),
        law="loss-constant",
        label=f"{pair[0]} against {pair[1]}",
        x_label="time (step size × steps)",
        y_label="training loss (nats, summed over samples)",
        x_scale="log",
        y_scale="log",
        title="The loss tends to one over (squared margin × time)",
    )

# %% [markdown]
# ## The validation loss that rises
#
# Train on few eights and nines and watch the rest. The separator misses some of them, and the better it is followed
# the more confidently wrong it gets on those.

# %%
x, held_out = signed((8, 9), 30)
machine = margin.hard_margin(x)
begin = rng.standard_normal(64)
overshoot = np.maximum(0, -held_out @ machine.vector).mean()


def validation(weights):
    return np.logaddexp(0, -weights @ held_out.T).mean(axis=-1)


def rise(weights):
    """Slope of the validation loss over log t, from time 1e100 to 1e200."""
    return np.diff(validation(weights))[0] / np.log(times[200] / times[100])


path, rough = (flow(x, begin, tolerance=tolerance) for tolerance in (1e-8, 1e-6))
measured, error = from_two([rise(weights[[100, 200]]) for weights in (path, rough)])
law.check("slope-of-the-validation-loss", measured=measured, error=error, given={"overshoot": overshoot})

fig, ax = plt.subplots(figsize=(6.4, 3))
ax.plot(times[early], validation(path[early]), label="validation loss (nats)")
ax.plot(times[early], (path[early] @ held_out.T < 0).mean(axis=1), label="share of validation errors")
ax.set(xlabel="time (step size × steps)", ylabel="value", xscale="log")
ax.legend()
plt.show()

# %% [markdown]
# That is a limit. Is it of use at times that one can train to? From $10^6$ to $10^{14}$, on three pairs of digits that
# are easily mistaken for each other, three choices of training samples each:

# %%
ratios, swelling, errors, missed = [], [], [], []
for pair in [(8, 9), (1, 8), (3, 8)] * 3:
    seen, unseen = signed(pair, 30)
    try:
        vector = margin.hard_margin(seen).vector
    except ValueError:
        continue  # no straight cut through the origin separates these
    path = flow(seen, np.zeros(64))
    losses = np.logaddexp(0, -path @ unseen.T).mean(axis=1)
    wrong = (path @ unseen.T < 0).mean(axis=1)
    slope_here = np.maximum(0, -unseen @ vector).mean()
    ratios.append((losses[14] - losses[6]) / np.log(times[14] / times[6]) / slope_here)
    swelling.append(losses[14] / losses.min())
    errors.append(wrong[14] - wrong[losses.argmin()])
    missed.append((unseen @ vector < 0).mean() / slope_here)
print(f"validation loss at 1e14 over its least: {np.min(swelling):.1f} to {np.max(swelling):.1f}")
print(f"share of validation errors, change since then: {np.min(errors):+.3f} to {np.max(errors):+.3f}")
print(f"share of missed samples over the slope: {np.mean(missed):.2f}")
measured, error = np.mean(ratios), notebook.spread(ratios)
law.check("rises-within-reach", measured=measured, error=error)

# %% [markdown]
# ## Three classes at once
#
# Softmax cross-entropy on three digits depends on the differences $\langle w_y-w_k,x\rangle$ alone. Stack the three
# weight vectors, and each sample becomes two signed samples, one for each wrong class; what was said of two classes
# can be asked again.

# %%
lengths, machines3 = [], []
for triple in [(0, 1, 2), (3, 6, 9), (2, 4, 7)]:
    chosen = np.concatenate([rng.permutation(np.flatnonzero(labels == digit))[:30] for digit in triple])
    own = np.repeat(np.arange(3), 30)
    wrong = np.array([[k for k in range(3) if k != y] for y in own])
    turned = np.eye(3)[own][:, None] - np.eye(3)[wrong]  # (90, 2, 3)
    stacked = np.einsum("nkc,nd->nkcd", turned, images[chosen]).reshape(90, 2, 192)
    machine3 = margin.hard_margin(stacked.reshape(-1, 192))
    rest = [margin.hard_margin(np.where(own == k, 1, -1)[:, None] * images[chosen]).vector for k in range(3)]
    length3 = np.linalg.norm(machine3.vector)
    print(f"length of the multi-class separator {length3:.2f}, of three two-class ones {np.linalg.norm(rest):.2f}")
    begun = rng.standard_normal(192)
    pushed = stacked.reshape(-1, 192)  # two rows a sample
    ends = [flow(pushed, begun, np.log(times[late]), tolerance, wrong=2) for tolerance in TOLERANCES]
    lengths.append(np.array(ends) @ machine3.vector / length3)
    machines3.append(machine3)
norms3 = np.array([np.linalg.norm(m.vector) for m in machines3])
entropies3 = np.array([-np.sum(a * np.log(a)) for a in (m.duals[m.support] for m in machines3)])
measured, error = from_two(np.swapaxes(lengths, 0, 1))
law.check(
    "three-digits-at-once",
    measured=measured,
    error=error,
    given={
        "svm": norms3[:, None],
        "shift": law.formula("remainder")(entropy=entropies3, svm=norms3)[:, None],
        "time": times[late],
    },
)

# %% [markdown]
# ## Controls: break an assumption
#
# Each run is made twice, with the assumption broken and with it kept, and nothing else differs.


# %%
def at_two(x, start, when, decay=0.0):
    """Weights along the flow at the times `when`, at two tolerances; shape (2, times, 64)."""
    return np.array([flow(x, start, np.log(when), tolerance, decay=decay) for tolerance in TOLERANCES])


end = times[[14]]
kept = at_two(sets[0], starts[0], end)
length, length_error = from_two(along(kept[:, 0], 0))
where = {"svm": norms[0], "shift": shifts[0], "time": end[0]}

# %% [markdown]
# **Overlapping classes.** We flip 60 of the 200 labels, so that no cut is right everywhere. The loss then has a lowest
# point, and the weights stop there.

# %%
flipped = sets[0] * np.where(rng.permutation(200) < 60, -1, 1)[:, None]
try:
    margin.hard_margin(flipped)
except ValueError as problem:
    print(problem)
measured, error = from_two(along(at_two(flipped, starts[0], end)[:, 0], 0))
law.control(
    "overlapping-classes-stop-the-growth",
    measured=measured,
    error=error,
    intact=length,
    intact_error=length_error,
    given=where,
)

# %% [markdown]
# **Weight decay.** A penalty of $0.005\lVert w\rVert^2$ stops the growth, and with it the fall of the loss and the
# rise of the validation loss.

# %%
DECAY = 0.01
decayed = at_two(sets[0], starts[0], end, DECAY)
measured, error = from_two(along(decayed[:, 0], 0))
law.control(
    "weight-decay-stops-the-growth",
    measured=measured,
    error=error,
    intact=length,
    intact_error=length_error,
    given=where,
)
(measured, error), (intact, intact_error) = (
    from_two(time_times_loss(weights[:, 0], sets[0], end[0])) for weights in (decayed, kept)
)
law.control(
    "weight-decay-keeps-a-loss",
    measured=measured,
    error=error,
    intact=intact,
    intact_error=intact_error,
    given={"svm": norms[0], "time": end[0]},
)
(measured, error), (intact, intact_error) = (
    from_two([rise(weights) for weights in found], added=validation(found[0, -1]) / np.log(1e100))
    for found in (at_two(x, begin, times[[100, 200]], decay) for decay in (DECAY, 0.0))
)
law.control(
    "weight-decay-stops-the-rise",
    measured=measured,
    error=error,
    intact=intact,
    intact_error=intact_error,
    given={"overshoot": overshoot},
)

# %% [markdown]
# **Another tail.** The loss $1/u$ falls so slowly that every sample keeps its say. The weights even grow faster, like
# $t^{1/3}$, but in a direction of their own.

# %%
slow_tail = {"tail": inverse, "growth": 1 / 3}
polynomial = flows(sets, clock=np.append(CLOCK, ten_to(450)), **slow_tail)
rough = flows(sets[first], **slow_tail, tolerance=TOLERANCES[1])
growth = np.log(np.linalg.norm(polynomial[0][200]) / np.linalg.norm(polynomial[0][100])) / np.log(1e100)
print(f"length grows like t to the {growth:.4f}")
frozen, rough = angles_of(polynomial, machines), angles_of(rough, machines[first])
measured, error = from_two((frozen[first, 300], rough[:, 300]))
law.control("polynomial-tail-goes-elsewhere", measured=measured, error=error)
measured, error = mean(slope(frozen))
law.control("polynomial-tail-stands-still", measured=measured, error=error)

# %% [markdown]
# These weights are too long for a float at $10^{30000}$. For the constant we compare the two tails at $10^{450}$.

# %%
measured, error = mean(ratios_across(polynomial))
intact, intact_error = mean(ratios_across(flows(sets, clock=ten_to(450))))
law.control("another-tail-another-constant", measured=measured, error=error, intact=intact, intact_error=intact_error)

# %% [markdown]
# **Another geometry.** Steps along the *sign* of the gradient look for the largest margin in the maximum norm. They
# find one that is larger than that of $\hat w$. Beside them as many steps of the same length along the gradient itself:
# they reach in a moment the lengths that descent would need unthinkable times for.


# %%
def along_gradient(gradient):
    scaled = gradient / jnp.max(jnp.abs(gradient))  # first, for squares of very small numbers would vanish
    return scaled / jnp.linalg.norm(scaled)


def along_sign(gradient):
    return along_gradient(jnp.sign(gradient))


turned = {along_sign: [], along_gradient: []}
for i in range(0, len(sets), DRAWS):  # the first data set of each pair
    for steer, found in turned.items():
        ends = [
            separable.descend(sets[i], np.zeros(64), [steps], step_size=600 / steps, steer=steer)[0]
            for steps in (30_000, 15_000)
        ]
        found.append(margin.angle(np.array(ends), machines[i].vector))
        if steer is along_sign:
            margins = [(sets[i] @ v).min() / np.abs(v).max() for v in (ends[0], machines[i].vector)]
            print(f"margin in the maximum norm: {margins[0]:.2f}, of the separator {margins[1]:.2f}")
(measured, error), (intact, intact_error) = (from_two(np.transpose(found)) for found in turned.values())
law.control("sign-descent-goes-elsewhere", measured=measured, error=error, intact=intact, intact_error=intact_error)

# %% [markdown]
# **Steps that are too large**, ten times the bound, and **data that are not generic**: the second of two samples is a
# support vector that the solution does not need. Beside it two samples of which the solution needs both.

# %%
measured, error = from_two(np.transpose(hasty))
law.control("large-steps-leave-the-flow", measured=measured, error=error)


def slope_of_two(one, other):
    """Slope of the angle for two samples, at two tolerances, and their dual variables."""
    pair = np.array([one, other])
    machine = margin.hard_margin(pair)
    ends = [flow(pair, np.zeros(2), tolerance=tolerance) for tolerance in TOLERANCES]
    return [slope(margin.angle(w, machine.vector)) for w in ends], machine.duals


(exceptional, duals), (generic, others) = slope_of_two((1.0, 0.0), (1.0, 1.0)), slope_of_two((1.0, 0.0), (0.5, 1.0))
print("dual variables of the two samples, exceptional:", duals.round(2), "generic:", others.round(2))
(measured, error), (intact, intact_error) = from_two(exceptional), from_two(generic)
law.control("exceptional-data-are-slower", measured=measured, error=error, intact=intact, intact_error=intact_error)

# %% [markdown]
# ## What to try next
#
# - Draw the angle of the flows from random weights beside that of the flows from zero. Do they ever meet?
# - Append a constant to each image. Does the separator change?
# - Take 10 samples a digit instead of 100. Which of the slopes come closer to −1, and why?
# - Divide each step by the loss, and watch the angle fall faster than $1/\log t$.
