# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A river at the bottom of a valley
#
# Train with a large constant learning rate and the loss looks stuck, high up. Let the rate decay and the loss falls
# off a cliff. What happened? Wen and co-authors (2024) picture the loss as a valley with steep hills on both sides
# and a gently falling river at its bottom. A large step moves fast along the river while noise keeps it bouncing high
# on the hills. The decay ends the bouncing, and shows how far one has come.
#
# The paper speaks of language models of up to 1.2 billion parameters. Here a model of letters stands in for them,
# small enough to be understood. We test three things: how high the bouncing is, on a model of English letters where it
# can be computed; that the river's progress depends on the summed step sizes only, in a valley made for it; and the
# signature of it all in a small network. The predictions stand in [the law page](../laws/wen2024.md).

# %%
import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import text
from lawbook.lab.training import schedule

law = notebook.open("wen2024")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## How high is the floor? Bigrams of English
#
# The simplest language model has one row of logits for each letter: the log-probabilities of the next. Its hills are
# known by heart. The data are NumPy's own documentation, 27 symbols. Each step draws a batch of $B$ pairs. We start
# at the optimum and ask how much loss the noise of a constant step size adds in the long run.

# %%
symbols = text.docstrings("numpy")
pairs_share = text.bigrams(symbols)  # (27, 27)
SIZE = len(text.SYMBOLS)


def uncertainty(share):
    """Share of each letter times the Gini uncertainty of the next, shape (27,): the trace of its noise at B = 1."""
    row = share.sum(axis=1)
    following = share / row[:, None]
    return row * (1 - (following**2).sum(axis=1))


@jax.jit
def descend(logits, pairs, sizes, share):
    """SGD on (replicas, 27, 27) logits. Batches of pairs: (blocks, steps, replicas, B); step sizes: (blocks, steps)."""
    best = jnp.log(jnp.maximum(share / share.sum(axis=1, keepdims=True), 1e-300))
    replica = jnp.arange(logits.shape[0])[:, None]

    def step(logits, now):
        pair, size = now
        letter, following = pair // SIZE, pair % SIZE
        slope = jax.nn.softmax(logits[replica, letter], axis=-1) - jax.nn.one_hot(following, SIZE, dtype=logits.dtype)
        return logits.at[replica, letter].add(-size / pair.shape[1] * slope), None

    def block(logits, now):
        logits, _ = jax.lax.scan(step, logits, now)
        return logits, jnp.sum(share * (best - jax.nn.log_softmax(logits, axis=-1)), axis=-1)

    return jax.lax.scan(block, logits, (pairs, sizes))


REPLICAS, EVERY, BLOCKS = 16, 25, 10  # a longer run calls the same program again: most lengths share a compilation


def train(logits, sizes, batch, share=pairs_share):
    """Logits at the end, and excess loss by letter every 25 steps, shape (blocks, replicas, 27)."""
    cumulative = np.cumsum(share.ravel())
    draws = np.searchsorted(cumulative / cumulative[-1], rng.random((len(sizes), REPLICAS, batch)))
    logits, logs = np.asarray(logits), []
    for i in range(0, len(sizes), EVERY * BLOCKS):
        some = slice(i, i + EVERY * BLOCKS)
        pairs, now = draws[some].reshape(-1, EVERY, REPLICAS, batch), sizes[some].reshape(-1, EVERY)
        logits, log = descend(logits, pairs, now, share)
        logs.append(np.asarray(log))
    return logits, np.concatenate(logs)


def mean_and_error(values):
    """Mean over the first axis and its standard error."""
    return {"measured": np.mean(values, axis=0), "error": notebook.spread(values)}


def best_logits(share):
    """The optimum for a text with these shares of pairs, one a replica: (replicas, 27, 27)."""
    logits = np.log(np.maximum(share / share.sum(axis=1, keepdims=True), 1e-5))
    return np.broadcast_to(logits, (REPLICAS, SIZE, SIZE))


optimum = best_logits(pairs_share)
peaks, batches = np.array([1.0, 2.0, 4.0, 1.0]), np.array([8, 8, 8, 4])
length = 80_000 if full else 20_000  # in units of summed step size
ends, floors = [], []
for peak, batch in zip(peaks, batches, strict=True):
    end, log = train(optimum, np.full(round(2 * length / peak), peak), batch)
    ends.append(end)
    floors.append(log[len(log) // 4 :].mean(axis=0))  # (replicas, 27)
floors = np.array(floors)

# %%
noise_trace = uncertainty(pairs_share).sum() / batches
floor = mean_and_error(floors.sum(axis=2).T)
line = law.formula("hill-floor")(eta=peaks, noise_trace=noise_trace)
order = np.argsort(peaks / batches)
fig, ax = plt.subplots()
ax.plot((peaks / batches)[order], line[order], label="law, nothing fitted")
plot.points(ax, peaks / batches, floor["measured"], floor["error"], index=1, label="measured")
ax.set(xscale="log", yscale="log", xlabel="step size over batch size", ylabel="excess loss (nats per letter)")
ax.legend()
plt.show()
law.check("floor-on-text", **floor, given={"eta": peaks, "noise_trace": noise_trace})

# %% [markdown]
# Control: a language without uncertainty, where each letter has one successor. There is no noise at the optimum, and
# no floor. (The law is told the noise of English.) All else is as in the run at step size 4.

# %%
certain = np.diag(pairs_share.sum(axis=1))[:, rng.permutation(SIZE)]
_, log = train(best_logits(certain), np.full(round(2 * length / 4), 4.0), 8, certain)
law.control(
    "certain-text",
    **mean_and_error(log[len(log) // 2 :].mean(axis=0).sum(axis=1)),
    given={"eta": 4.0, "noise_trace": noise_trace[0]},
)

# %% [markdown]
# ## Uncertain letters are the hills
#
# The floor splits into one part a letter, in proportion to how often it occurs and how uncertain the next one is.
# "q", which is nearly always followed by "u", is river. The space, after which anything may come, is hill.

# %%
# Three settings of small steps, brought to η/B = 1 and averaged: (replicas, 27).
parts = (floors[[0, 1, 3]] * (batches / peaks)[[0, 1, 3], None, None]).mean(axis=0)
gini = uncertainty(pairs_share)
predicted = law.formula("uncertainty-makes-hills")(eta=1.0, batch=1.0, uncertainty=gini)
shares = mean_and_error(parts)
fig, ax = plt.subplots()
around = np.array([gini.min(), gini.max()])
ax.plot(around, law.formula("uncertainty-makes-hills")(eta=1.0, batch=1.0, uncertainty=around))
plot.points(ax, gini, shares["measured"], shares["error"], index=1)
for letter in "qze ":
    i = text.SYMBOLS.index(letter)
    ax.annotate(
        letter.replace(" ", "space"), (gini[i], shares["measured"][i]), xytext=(5, -9), textcoords="offset points"
    )
ax.set(
    xscale="log",
    yscale="log",
    xlabel="frequency × Gini uncertainty",
    ylabel="part of the floor over η/B (nats per letter)",
)
plt.show()
ranked = np.argsort(gini)
law.series(
    "floor-by-letter",
    x=gini[ranked],
    y=shares["measured"][ranked],
    error=shares["error"][ranked],
    prediction=predicted[ranked],
    law="uncertainty-makes-hills",
    label="27 letters",
    x_label="frequency × Gini uncertainty of the next letter",
    y_label="part of the floor over η/B (nats per letter)",
    x_scale="log",
    y_scale="log",
    title="Which letters make the floor",
)
slopes = [np.polyfit(np.log(gini), np.log(part), 1)[0] for part in parts]
law.check("slope-over-letters", **mean_and_error(slopes))

# %%
common = np.argsort(-gini)[:9]
small = [0, 1, 3]  # the three settings
law.check(
    "floor-of-common-letters",
    **mean_and_error(floors[small].swapaxes(0, 1)[:, :, common]),  # (replicas, settings, letters)
    given={"eta": peaks[small, None], "batch": batches[small, None], "uncertainty": gini[common]},
)

# %% [markdown]
# Control: look too early. Noise carries the logits up their hills step by step, and the lower the hill, the longer it
# takes. After some hundred steps the common letters are near their floor and the rare ones still far below theirs, and
# the slope is steeper. Beside it, the same step size followed eighty times as long.

# %%
_, log = train(optimum, np.full(500, 1.0), 8)
soon, late = (
    [np.polyfit(np.log(gini), np.log(part), 1)[0] for part in parts]
    for parts in (log[len(log) // 2 :].mean(axis=0), floors[0])
)
law.control("looked-too-early", **mean_and_error(soon), intact=np.mean(late), intact_error=notebook.spread(late))

# %% [markdown]
# ## Decay takes the floor away
#
# Let the step size fall to a half or a fourth, linearly, and wait there as long as the decay took. By how much does the
# loss drop?


# %%
def drop(logits, peak, batch, share_left, ramp=5000, stay=5000, share=pairs_share):
    """Loss after a decay to a share of the peak, over the time at that step size, or at its end if there is none."""
    down, flat = (round(length / 20_000 * units / peak / EVERY) * EVERY for units in (ramp, stay))
    sizes = peak * np.r_[np.linspace(1, share_left, down + 1)[1:], np.full(flat, share_left)]
    _, log = train(logits, sizes, batch, share)
    return log[-max(flat // EVERY, 1) :].sum(axis=2).mean(axis=0)  # (replicas,)


settings, left_over = [0, 1, 3], np.array([0.5, 0.25])
drops = np.array([
    [floors[k].sum(axis=1) - drop(ends[k], peaks[k], batches[k], share) for share in left_over] for k in settings
])  # (settings, shares, replicas)  # fmt: skip
peak, trace = peaks[settings, None], noise_trace[settings, None]
law.check(
    "drop-is-the-floor-that-goes",
    **mean_and_error(np.moveaxis(drops, 2, 0)),
    given={"eta": peak, "eta_end": peak * left_over, "noise_trace": trace},
)

# %%
mean, error = drops.mean(axis=2), notebook.spread(drops, axis=2)
for row, size in ((slice(0, 2), 8), (slice(2, 3), 4)):
    given_up = (peak * (1 - left_over))[row].ravel()
    rank = np.argsort(given_up)
    law.series(
        "drop-over-step-size",
        x=given_up[rank],
        y=mean[row].ravel()[rank],
        error=error[row].ravel()[rank],
        prediction=given_up[rank] * trace[row][0, 0] / 4,
        law="decay-reveals-progress",
        label=f"batches of {size}",
        x_label="step size given up, η − η′",
        y_label="drop of the loss (nats per letter)",
        title="How much the loss drops when the step size decays",
    )
law.series(
    "floor-over-step-size",
    x=(peaks / batches)[order],
    y=floor["measured"][order],
    error=floor["error"][order],
    prediction=line[order],
    law="hill-floor",
    label="bigrams of English",
    x_label="step size over batch size, η/B",
    y_label="excess loss (nats per letter)",
    x_scale="log",
    y_scale="log",
    title="The noise floor of a constant step size",
)

# %% [markdown]
# Controls, all for a decay from 2 to 1. In a language without uncertainty there is nothing to drop. And a decay in a
# hurry leaves much of the floor, for the flat hills follow slowly.

# %%
there = {"eta": 2.0, "eta_end": 1.0, "noise_trace": noise_trace[1]}
settled, log = train(best_logits(certain), np.full(round(2 * length / 2), 2.0), 8, certain)
calm = log[len(log) // 4 :].sum(axis=2).mean(axis=0) - drop(settled, 2.0, 8, 0.5, share=certain)
law.control("text-without-noise", **mean_and_error(calm), given=there)
hurried = floors[1].sum(axis=1) - drop(ends[1], 2.0, 8, 0.5, ramp=100, stay=0)
law.control("decay-in-a-hurry", **mean_and_error(hurried), given=there)

# %% [markdown]
# To zero one can only come close in a given time. Linearly, over an eighth as many steps as came before:

# %%
removed = []
for k in range(3):
    steps = round(length / peaks[k] / 4 / EVERY) * EVERY
    _, log = train(ends[k], schedule.stable_decay(peaks[k], steps, decay=1.0), batches[k])
    removed.append((floors[k].sum(axis=1) - log[-1].sum(axis=1)) / floors[k].sum(axis=1))
law.check("decay-removes-the-floor", **mean_and_error(np.array(removed).T))

# %%
_, log = train(ends[1], np.full(round(length / peaks[1] / 4 / EVERY) * EVERY, peaks[1]), 8)
kept = (floors[1].sum(axis=1) - log[-1].sum(axis=1)) / floors[1].sum(axis=1)
law.control("without-decay", **mean_and_error(kept))

# %% [markdown]
# ## A valley with a river
#
# To see the river we build one. Along it the loss is $2e^{-x/2}$. Ten walls of curvature 5 to 20 stand on it, the
# bottom of each winding as $0.3\sin(x/2)$, and noise shakes the walls' coordinates. 128 replicas start at the source.

# %%
CURVATURES, SHAKE, AMPLITUDE = np.linspace(5, 20, 10), 0.5, 0.3


@jax.jit
def float_down(sizes, noise, bend, amplitude):
    """Position (steps, replicas), hill energy by wall (steps, replicas, 10) and loss (steps, replicas)."""

    def step(state, now):
        x, y = state
        size, shake = now
        push = CURVATURES * (y - amplitude * jnp.sin(bend * x)[:, None])  # (replicas, 10)
        x = x + size * (jnp.exp(-x / 2) + amplitude * bend * jnp.cos(bend * x) * push.sum(axis=1))
        y = y - size * (push + shake)
        hill = 0.5 * CURVATURES * (y - amplitude * jnp.sin(bend * x)[:, None]) ** 2
        return (x, y), (x, hill, 2 * jnp.exp(-x / 2) + hill.sum(axis=1))

    start = jnp.zeros(noise.shape[1]), jnp.zeros(noise.shape[1:])
    return jax.lax.scan(step, start, (sizes, noise))[1]


def travel(sizes, bend=0.5, amplitude=AMPLITUDE, shake=SHAKE, replicas=128):
    noise = shake * rng.standard_normal((len(sizes), replicas, len(CURVATURES)))
    return [np.asarray(log) for log in float_down(np.asarray(sizes), noise, bend, amplitude)]


sizes = np.array([0.02, 0.04, 0.08])
trips = [travel(np.full(4000, size)) for size in sizes]
tail = [mean_and_error(hill[2000:].mean(axis=0)) for _, hill, _ in trips]
law.check(
    "walls-one-by-one",
    measured=np.array([t["measured"] for t in tail]),
    error=np.array([t["error"] for t in tail]),
    given={"eta": sizes[:, None], "curvature": CURVATURES, "shake": SHAKE},
)

# %%
_, hill, _ = travel(np.full(4000, 0.08), shake=0.0)
law.control(
    "no-noise",
    **mean_and_error(hill[2000:].mean(axis=0)),
    given={"eta": 0.08, "curvature": CURVATURES, "shake": SHAKE},
)

# %%
over, under = (
    travel(np.repeat([0.08, size], [100, 30]), replicas=4096)[1][-15:, :, -1].mean(axis=0) for size in (0.11, 0.08)
)
steepest = {"curvature": CURVATURES[-1], "shake": SHAKE}
law.control(
    "unstable-walls",
    **mean_and_error(over),
    given={"eta": 0.11, **steepest},
    intact=under.mean(),
    intact_error=notebook.spread(under),
    intact_given={"eta": 0.08, **steepest},
)

# %% [markdown]
# ## Progress is summed step size
#
# How much summed step size does it take to reach a place on the river? The same for all step sizes, and as much as
# gradient flow along the river says. The river of before, in three step sizes, and three that wind more. The last has
# bends so wide and long that where one is in the first bend matters, so there we look earlier. The error comes from
# eight groups of sixteen replicas.

# %%
places = np.array([2.0, 3.0, 4.0, 5.0])


def passage(positions, size, places):
    """Summed step size at which the mean of the replicas passes the places, (places,). Positions: (steps, replicas)."""
    return np.interp(places, positions.mean(axis=1), size * np.arange(1, len(positions) + 1))


river = {"position": places, "amplitude": AMPLITUDE, "bend": 0.5, "walls": 10.0}
rivers = [(AMPLITUDE, 0.5), (0.6, 0.5), (0.45, 1.0), (12.0, 0.05)]  # amplitude and wave number of the bends
winding = [travel(np.full(4000, sizes[0]), bend, amplitude) for amplitude, bend in rivers[1:]]
all_trips, all_sizes = [*trips, *winding], [*sizes, *[sizes[0]] * len(winding)]
amplitudes, bends = np.repeat(rivers, [3, 1, 1, 1], axis=0).T[:, :, None]
all_places = np.array([*[places] * 5, places - 1])
needed, scatter = [], []
for size, (positions, _, _), way in zip(all_sizes, all_trips, all_places, strict=True):
    needed.append(passage(positions, size, way))
    scatter.append(notebook.spread([passage(group, size, way) for group in np.split(positions, 8, axis=1)]))
law.check(
    "summed-step-size",
    measured=needed,
    error=np.array(scatter),
    given={**river, "position": all_places, "amplitude": amplitudes, "bend": bends},
)

# %%
fig, ax = plt.subplots()
grid = np.linspace(0, 6, 100)
curve = law.formula("river-progress")(**{**river, "position": grid})
ax.plot(curve, grid, color=plot.GREY, label="law")
for index, (size, (positions, _, _)) in enumerate(zip(sizes, trips, strict=True)):
    thin, position = slice(None, round(40 / size), round(1 / size)), positions.mean(axis=1)
    ax.plot(
        size * np.arange(1, 4001)[thin], position[thin], plot.MARKERS[index], markersize=3, color=plot.COLOURS[index]
    )
    law.series(
        "river",
        x=position[thin][1:],
        y=size * np.arange(1, 4001)[thin][1:],
        prediction=law.formula("river-progress")(**{**river, "position": position[thin][1:]}),
        law="river-progress",
        label=f"η = {size}",
        x_label="position on the river",
        y_label="summed step size",
        title="Summed step size decides how far one gets",
    )
ax.set(xlabel="summed step size $s$", ylabel="position on the river $x$", xlim=(0, 42))
ax.legend()
plt.show()

# %% [markdown]
# Control: a river that winds so tightly that a step does not fit into a bend. How much summed step size should it have
# taken to come as far as 1000 steps do? The replicas do not all come equally far; that is the error.


# %%
def followed(bend, positions):
    """The summed step size of 1000 steps of 0.04, its error, and the place that the replicas reached with it."""
    at, there = positions[999], {"amplitude": AMPLITUDE, "bend": bend, "walls": 10.0}
    return 1000 * 0.04, notebook.spread(law.predict("summed-step-size", position=at, **there)), at.mean(), there


tight_sum, tight_error, tight_place, tight = followed(3.0, travel(np.full(4000, 0.04), bend=3.0)[0])
wide_sum, wide_error, wide_place, wide = followed(0.5, trips[1][0])
law.control(
    "sharp-bends",
    measured=tight_sum,
    error=tight_error,
    given={"position": tight_place, **tight},
    intact=wide_sum,
    intact_error=wide_error,
    intact_given={"position": wide_place, **wide},
)

# %% [markdown]
# Schedules of equal length in this valley: the river wants large steps for long, the walls want them gone at the end.

# %%
T = 3000
plans = {
    "constant": schedule.stable_decay(0.08, T),
    "cosine": schedule.cosine(0.08, T),
    "warmup-stable-decay": schedule.stable_decay(0.08, T, decay=0.1),
}
runs = {name: travel(plan, replicas=256)[2] for name, plan in plans.items()}
fig, ax = plt.subplots()
for index, (name, values) in enumerate(runs.items()):
    ax.plot(values.mean(axis=1), color=plot.COLOURS[index], linewidth=0.8, label=name)
ax.set(xlabel="step", ylabel="loss", yscale="log")
ax.legend()
plt.show()
last = {name: values[-1] for name, values in runs.items()}


def ratio(ours, theirs):
    """Of the mean losses."""
    return ours.mean() / theirs.mean()


for name, other in (("constant", last["constant"]), ("cosine", last["cosine"])):
    pair = last["warmup-stable-decay"], other
    law.check(f"decay-beats-{name}-in-the-valley", measured=ratio(*pair), error=notebook.bootstrap(ratio, *pair))

# %% [markdown]
# ## A small network
#
# Is there a river in a network that nobody built it into? A character model: four letters in, 64 tanh units, the next
# letter out. Plain SGD with batches of 16 on the same text. Three schedules of equal length, each with its own best
# of three step sizes, eight initialisations and data orders.

# %%
CONTEXT, BATCH, SEEDS = 4, 16, 8
steps = 20_000 if full else 8000
letters = jnp.asarray(symbols)


def initial(models):
    def draw(*shape, scale=1.0):
        return (scale * rng.standard_normal((models, *shape))).astype(np.float32)

    embed, hidden = 8, 64
    return {
        "embed": draw(SIZE, embed),
        "hidden": draw(CONTEXT * embed, hidden, scale=(CONTEXT * embed) ** -0.5),
        "bias": draw(hidden, scale=0.0),
        "out": draw(hidden, SIZE, scale=hidden**-0.5),
        "offset": draw(SIZE, scale=0.0),
    }


def log_probabilities(w, places):
    """Of the letter after each window that begins at `places`, shape (n, 27)."""
    windows = letters[places[:, None] + jnp.arange(CONTEXT)]
    features = jnp.tanh(w["embed"][windows].reshape(len(places), -1) @ w["hidden"] + w["bias"])
    return jax.nn.log_softmax(features @ w["out"] + w["offset"])


def losses(w, places):
    return -jnp.take_along_axis(log_probabilities(w, places), letters[places + CONTEXT][:, None], axis=1)[:, 0]


@jax.jit
def fit(models, sizes, places):
    """SGD on all models at once: sizes (steps, models), places (steps, models, batch)."""
    slope = jax.vmap(jax.grad(lambda w, at: losses(w, at).mean()))

    def step(models, now):
        size, at = now
        move = jax.tree.map(lambda w, g: w - size.reshape(-1, *[1] * (w.ndim - 1)) * g, models, slope(models, at))
        return move, None

    return jax.lax.scan(step, models, (sizes, places))[0]


def learn(models, sizes):
    """Train copies of the models, one a schedule of `sizes`, shape (schedules, steps); all copies see the same data."""
    sizes = np.atleast_2d(sizes)
    places = rng.integers(len(symbols) - CONTEXT, size=(sizes.shape[1], SEEDS, BATCH)).astype(np.int32)
    copies = jax.tree.map(lambda w: np.tile(w, (len(sizes), *[1] * (w.ndim - 1))), models)
    return fit(copies, np.repeat(sizes, SEEDS, axis=0).T.astype(np.float32), np.tile(places, (1, len(sizes), 1)))


held = rng.integers(len(symbols) - CONTEXT, size=8192)
evaluate = jax.jit(lambda models: jax.lax.map(lambda w: losses(w, held), models))

warmup = 0.02
tried = {
    "constant": [schedule.stable_decay(p, steps, warmup=warmup) for p in (0.05, 0.07, 0.1)],
    "cosine": [schedule.cosine(p, steps, warmup=warmup) for p in (0.3, 0.5, 0.7)],
    "warmup-stable-decay": [schedule.stable_decay(p, steps, warmup=warmup, decay=0.2) for p in (0.2, 0.3, 0.5)],
}
begin = initial(SEEDS)
trained = learn(begin, np.array([plan for plans in tried.values() for plan in plans]))
table = np.asarray(evaluate(trained)).mean(axis=1).reshape(len(tried), 3, SEEDS)
best = {}
for name, rows in zip(tried, table, strict=True):
    best[name] = rows[rows.mean(axis=1).argmin()]
    print(f"{name:20s}", np.round(rows.mean(axis=1), 3), "nats per letter")
law.check("decay-beats-constant", **mean_and_error(best["constant"] - best["warmup-stable-decay"]))

# %% [markdown]
# Against a cosine of equal length it is a tie, at this size. What the stable phase buys is that one need not know in
# advance when to stop.

# %%
law.check("tie-with-cosine", **mean_and_error(best["cosine"] - best["warmup-stable-decay"]))

# %% [markdown]
# ## Walking between checkpoints
#
# Two checkpoints of one stable phase, and the two decayed models that branch off there. On the straight line between
# the stable ones the loss dips: they sit on opposite slopes. Between the decayed ones it runs down smoothly: along
# the river.

# %%
peak = 0.3
half = learn(begin, schedule.stable_decay(peak, steps // 2, warmup=warmup))
whole = learn(half, np.full(steps // 2, peak))
branch = schedule.stable_decay(peak, steps // 5, decay=1.0)
stable, decayed = (half, whole), (learn(half, branch), learn(whole, branch))


def walk(ends, points=11):
    """Loss between two sets of models, shape (points, seeds)."""

    def between(t):
        return np.asarray(evaluate(jax.tree.map(lambda a, b: (1 - t) * a + t * b, *ends))).mean(axis=1)

    return np.array([between(t) for t in np.linspace(0, 1, points, dtype=np.float32)])


def dip(values):
    """How far the loss falls below the lower of the two ends, shape (seeds,)."""
    return np.minimum(values[0], values[-1]) - values.min(axis=0)


lines = {"stable": walk(stable), "decayed": walk(decayed)}
fig, ax = plt.subplots()
for index, (name, values) in enumerate(lines.items()):
    ax.plot(
        np.linspace(0, 1, 11), values.mean(axis=1), color=plot.COLOURS[index], marker=plot.MARKERS[index], label=name
    )
    law.series(
        "between-checkpoints",
        x=np.linspace(0, 1, 11),
        y=values.mean(axis=1),
        error=notebook.spread(values, axis=1),
        law="interpolation-signature",
        label=name,
        x_label="way from the earlier to the later checkpoint",
        y_label="loss (nats per letter)",
        title="Between two checkpoints of one run",
    )
ax.set(xlabel="way from the earlier to the later checkpoint", ylabel="loss (nats per letter)")
ax.legend()
plt.show()
law.check("stable-checkpoints-dip", **mean_and_error(dip(lines["stable"])))

# %%
law.check("decayed-checkpoints-do-not", **mean_and_error(dip(lines["decayed"])))

# %% [markdown]
# Control: as many more steps without decay.

# %%
onward = np.full(steps // 5, peak)
law.control("stable-is-not-decayed", **mean_and_error(dip(walk((learn(half, onward), learn(whole, onward))))))

# %% [markdown]
# ## Uncertain letters profit most
#
# Sort the windows by how uncertain the decayed model is about the next letter. By how much does decay lower the loss
# of the most certain and the most uncertain fourth?


# %%
@jax.jit
def entropies(models):
    """Of what each model says about the next letter of each window, shape (seeds, windows)."""
    return jax.lax.map(
        lambda w: -jnp.sum(jnp.exp(log_probabilities(w, held)) * log_probabilities(w, held), axis=1), models
    )


def by_quarter(before, after):
    """Drop of the loss by quarter of the windows, certain to uncertain, shape (seeds, 4)."""
    drop = np.asarray(evaluate(before)) - np.asarray(evaluate(after))
    ranked = np.take_along_axis(drop, np.argsort(np.asarray(entropies(after)), axis=1), axis=1)
    return ranked.reshape(SEEDS, 4, -1).mean(axis=2)


quarters = np.mean([by_quarter(before, after) for before, after in zip(stable, decayed, strict=True)], axis=0)
print("drop by quarter, certain to uncertain:", np.round(quarters.mean(axis=0), 2))
law.check("uncertain-letters-drop-most", **mean_and_error(quarters[:, -1] - quarters[:, 0]))

# %% [markdown]
# ## What to try next
#
# - Start the bigram model from zero instead of the optimum. Its loss is convex and has no separate river: which
#   schedule is best now?
# - Put the entropy in place of the Gini uncertainty into the law of the letters. By how much is it off?
# - Make the decay ten times shorter. Which letters keep their part of the floor?
# - `LAWBOOK_SCALE=full` trains the network for 20 000 steps.
