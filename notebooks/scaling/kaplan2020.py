# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Language models obey simple power laws
#
# Kaplan and colleagues trained hundreds of transformers and found that one smooth surface, with four constants,
# gives the loss at any model size and any amount of data. Their smallest models are our largest. So we do not test
# their exponents, which belong to their text and their tokens. We test what they claimed about the *form*: measure a
# part of the surface with tiny networks on real text, and let the law say the rest. The predictions stand in
# [the law page](../laws/kaplan2020.md).

# %%
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import text
from lawbook.lab.models import characters
from lawbook.measure import powerlaw, scaling
from scipy.optimize import brentq, minimize_scalar

law = notebook.open("kaplan2020")
rng = notebook.rng()
plot.use()

# %% [markdown]
# ## The text and the networks
#
# The text is the documentation of scientific Python packages: 40 characters, about 8 million of them, the paragraphs
# shuffled. The networks see the last eight characters through an embedding of 16 numbers each, have one hidden layer,
# and guess the next character. They stand in for the transformers of the paper, which would not fit into a minute;
# at `full` scale there are transformers too (last section). $N$ counts all weights but the embedding.
#
# A network of each size is trained on each amount of text. Training is at a constant step size and the running
# average of the weights is tested, so that its whole curve counts. The best point of the curve is kept, which is
# early stopping.

# %%
full = notebook.scale() == "full"
corpus = text.encode(text.english())
V = len(text.ALPHABET)
held_out = characters.windows(corpus[-40_000:], every=8)
corpus = corpus[:-40_000]
hidden = [8, 16, 32, 64, 128] + [256, 512] * full
amounts = [8_000, 16_000, 32_000, 64_000, 128_000, len(corpus)]
steps = 20_000 if full else 1500
log_at = [int(s) for s in np.unique(np.geomspace(50, steps, 12).astype(int))]


def curve(codes, units):
    """Held-out loss at each of `log_at`, of one network on one text."""
    return characters.train(codes, held_out, hidden=units, vocabulary=V, log_at=log_at, rng=rng)


def stretch(size):
    """That many characters from a random place of the text."""
    start = rng.integers(0, len(corpus) - size + 1)
    return corpus[start : start + size]


curves = [[curve(stretch(size), units) for size in amounts] for units in hidden]
N = np.array([characters.count(units, V) for units in hidden])
D = np.array(amounts)
loss = np.array([[c.min() for c in row] for row in curves])  # (sizes, amounts)
all_text = loss[:, -1]  # (sizes,)
for n, row in zip(N, loss, strict=True):
    print(f"N = {n:6d}:  ", "  ".join(f"{value:.3f}" for value in row))

# %% [markdown]
# All networks are tested on the same held-out text, so what makes one loss differ from the next by chance is its
# training: random weights, random batches. The standard error comes from training one of them four times.

# %%
again = np.log([curves[2][-1], *(curve(corpus, hidden[2]) for _ in range(3))])  # (trainings, logged steps)


def of_one(replicas):
    """Standard error of a single replica."""
    return notebook.spread(replicas) * np.sqrt(len(replicas))


chance = of_one(again.min(axis=1))  # relative
print(f"relative standard error of a loss: {chance:.4f}")

# %% [markdown]
# ## Larger networks
#
# All of the text, so that only size limits. The law is fitted to the three smallest networks and says what networks
# of up to four times the size of these reach. A rival is fitted to the same three: a floor, which is approached at the
# classical rate.


# %%
def classical(x, y, at):
    """A floor plus a multiple of x^(-1/2), fitted to points, at other x."""
    slope, floor = np.polyfit(x**-0.5, y, 1)
    return floor + slope * at**-0.5


small, large = slice(0, 3), slice(3, None)
by_size = law.fit(
    "loss-vs-parameters", x={"parameters": N[small]}, y=all_text[small], free={"alpha_N": 0.1, "N_c": 1e6}
)
fig, ax = plt.subplots()
axis = np.geomspace(N[0], N[-1], 50)
ax.plot(axis, by_size(parameters=axis), label="law, fitted to the three smallest")
plot.points(ax, N[small], all_text[small], chance * all_text[small], label="fitted")
plot.points(ax, N[large], all_text[large], chance * all_text[large], index=1, label="not fitted")
plot.points(ax, N, loss[:, 0], index=2, label="too little text (8000 characters)")
ax.set(xscale="log", yscale="log", xlabel="parameters $N$", ylabel="loss (nats per character)")
ax.set_yticks([1.6, 2.0, 2.5, 3.0], ["1.6", "2", "2.5", "3"])
ax.set_xticks(N, [str(n) for n in N])
ax.minorticks_off()
ax.legend()
plt.show()
law.series(
    "size", x=N, y=all_text, error=chance * all_text, prediction=by_size(parameters=N), law="loss-vs-parameters",
    label="all of the text", x_label="parameters $N$", y_label="loss (nats per character)", x_scale="log",
    y_scale="log", title="Larger networks, predicted from the three smallest",
)  # fmt: skip
law.check(
    "larger-networks",
    measured=all_text[large],
    error=chance * all_text[large],
    given={
        "parameters": N[large],
        "reached": np.full(len(N[large]), all_text[2]),
        "classical": classical(N[small], all_text[small], N[large]),
    },
    fit=by_size,
)

# %% [markdown]
# ## More text
#
# The largest network on little text. Which short text one happens to get matters, so each of the four shortest
# lengths is drawn five times, and the spread gives the error. The law is fitted to three lengths and says what
# twice as much text brings.

# %%
texts = 5
redrawn = [[loss[-1, j]] + [curve(stretch(D[j]), hidden[-1]).min() for _ in range(texts - 1)] for j in range(4)]
redrawn = np.log(redrawn)  # (lengths, texts)
of_text = np.sqrt(np.mean(notebook.spread(redrawn, axis=1) ** 2))  # relative error of a mean, from all lengths
row = np.exp(redrawn.mean(axis=1))
row_error = of_text * row
once = loss.copy()  # every cell trained once
loss[-1, :4] = row
of_cell = np.where(D[-1] > D, of_text * np.sqrt(texts), chance) + np.zeros(loss.shape)  # relative, (sizes, amounts)
of_cell[-1, :4] = of_text
by_text = law.fit("loss-vs-data", x={"tokens": D[:3]}, y=row[:3], free={"alpha_D": 0.1, "D_c": 1e7})
law.series(
    "text", x=D[:4], y=row, error=row_error, prediction=by_text(tokens=D[:4]), law="loss-vs-data",
    label=f"{N[-1]} parameters", x_label="training text $D$ (characters)", y_label="loss (nats per character)",
    x_scale="log", y_scale="log", title="Twice as much text, predicted from three shorter lengths",
)  # fmt: skip
law.check(
    "more-text",
    measured=row[3],
    error=row_error[3],
    given={"tokens": D[3], "reached": row[2]},
    fit=by_text,
)

# %%
with_text = powerlaw.fit(D[:4], row, row_error)
law.check("exponent-in-data", measured=-with_text.exponent, error=with_text.exponent_error)

# %% [markdown]
# ## One surface for size and data
#
# The joint law has four constants. Fitted to all cells, it must have the exponent of the single law: the slope in $N$
# where text is plentiful. Chinchilla's sum $E+A N^{-a}+B D^{-b}$, fitted to the same cells, has a slope of its own.

# %%
cells_n, cells_d = (a.astype(float) for a in np.meshgrid(N, D, indexing="ij"))


def joint(shown):
    """The entry's joint law fitted to the cells of a mask."""
    start = scaling.fit("kaplan", cells_n[shown], cells_d[shown], loss[shown]).values
    return law.fit(
        "joint-loss",
        x={"parameters": cells_n[shown], "tokens": cells_d[shown]},
        y=loss[shown],
        free={
            "alpha_N": start["alpha_N"],
            "alpha_D": start["alpha_D"],
            "N_c": np.exp(start["log_Nc"]),
            "D_c": np.exp(start["log_Dc"]),
        },
    )


whole = joint(np.ones(loss.shape, bool))
print({name: f"{value:.3g} ± {whole.errors[name]:.2g}" for name, value in whole.values.items()})
plentiful = powerlaw.fit(N, loss[:, -1])
by_sum = scaling.fit("additive", cells_n.ravel(), cells_d.ravel(), loss.ravel())
in_size = {
    "alpha_N": whole.values["alpha_N"],
    "sum_slope": -powerlaw.fit(N, by_sum(N, np.full(len(N), D[-1]))).exponent,
}
law.check("exponent-in-size", measured=-plentiful.exponent, error=plentiful.exponent_error, given=in_size)

# %% [markdown]
# Now the hardest place: the largest network on the longest of its redrawn texts and on all of the text, predicted from
# all other cells. Beside it Chinchilla's sum, and a product of powers, with their own best constants.

# %%
corner = (cells_n == cells_n.max()) & np.isin(cells_d, D[[3, -1]])
rest = joint(~corner)
form, product = (scaling.fit(f, cells_n[~corner], cells_d[~corner], loss[~corner]) for f in ("additive", "product"))
fig, ax = plt.subplots()
axis = np.geomspace(D[0], D[-1], 80)
for i in range(len(hidden)):
    label = "joint law" if i == 0 else None
    ax.plot(axis, rest(parameters=float(N[i]), tokens=axis), color=plot.COLOURS[i % 5], label=label)
    plot.points(ax, D, loss[i], of_cell[i] * loss[i], index=i, label=f"$N$ = {N[i]}")
ax.plot(axis, form(N[-1], axis), color=plot.GREY, linestyle=":", label="sum of powers, largest $N$")
ax.set(
    xscale="log",
    yscale="log",
    xlabel="training text $D$ (characters)",
    ylabel="loss (nats per character)",
    ylim=(None, 3.2),
)
ax.set_yticks([1.8, 2.0, 2.5, 3.0], ["1.8", "2", "2.5", "3"])
ax.minorticks_off()
ax.legend(fontsize="small", ncols=2, loc="upper right")
plt.show()
for i in (0, len(hidden) - 1):
    law.series(
        "surface", x=D, y=loss[i], error=of_cell[i] * loss[i], prediction=rest(parameters=float(N[i]), tokens=D),
        law="joint-loss", label=f"N = {N[i]}", x_label="training text $D$ (characters)",
        y_label="loss (nats per character)", x_scale="log", y_scale="log",
        title="Fitted to all cells but two of the largest network, on 64 000 characters and on all of the text",
    )  # fmt: skip
law.check(
    "held-out-corner",
    measured=loss[corner],
    error=of_cell[corner] * loss[corner],
    given={
        "parameters": cells_n[corner],
        "tokens": cells_d[corner],
        "sum_form": form(cells_n[corner], cells_d[corner]),
        "product_form": product(cells_n[corner], cells_d[corner]),
    },
    fit=rest,
)

# %% [markdown]
# How well does each form fit when it may see everything? The scatter of the joint law over that of two independent
# power laws, a plain product. The error comes from leaving out one cell at a time.


# %%
def scatter_ratio(table):
    """Scatter of log loss about the joint law over that about the product of powers, and its standard error."""

    def ratio(shown):
        laws = [scaling.fit(f, cells_n[shown], cells_d[shown], table[shown]) for f in ("kaplan", "product")]
        return laws[0].rms / laws[1].rms

    without = []
    for cell in range(table.size):
        kept = np.ones(table.shape, bool)
        kept.flat[cell] = False
        without.append(ratio(kept))
    value = ratio(np.ones(table.shape, bool))
    return value, np.sqrt((table.size - 1) * np.mean((np.array(without) - value) ** 2))


measured, error = scatter_ratio(loss)
law.check("form-beats-product", measured=measured, error=error)

# %% [markdown]
# ## How much text does a network need?
#
# For each size, the amount of text at which overfitting costs 6, 10 or 15 % over all of the text: their geometric
# mean. The joint law says that it grows as a power of size. The smallest network is left out: it does not overfit by
# 15 % on any of our texts.

# %%


def data_needed(table, amounts):
    """The amount at which the loss is 6, 10 and 15 % above that with all data, (sizes,). `table`: (sizes, amounts)."""
    penalty = np.log(np.maximum(table[:, :-1] / table[:, -1:] - 1, 1e-3))
    levels = -np.log([0.06, 0.10, 0.15])
    return np.exp([np.interp(levels, -row, np.log(amounts[:-1])).mean() for row in penalty])


needed = data_needed(loss[1:], D)
grows = powerlaw.fit(N[1:], needed)
print(f"by the joint law: {law.formula('data-needed')(**{k: whole.values[k] for k in ('alpha_N', 'alpha_D')}):.2f}")
law.check("text-grows-slower-than-size", measured=grows.exponent, error=grows.exponent_error)
proportional = np.exp(np.mean(np.log(needed / N[1:]))) * N[1:]
fig, ax = plt.subplots()
ax.plot(N[1:], grows(N[1:]), label=f"exponent {grows.exponent:.2f}")
ax.plot(N[1:], proportional, "--", color=plot.GREY, label="in proportion to the network")
plot.points(ax, N[1:], needed, label="overfitting of about 10 %")
ax.set(xscale="log", yscale="log", xlabel="parameters $N$", ylabel="text needed (characters)")
ax.set_xticks(N[1:], [str(n) for n in N[1:]])
ax.minorticks_off()
ax.legend()
plt.show()
law.series(
    "needed", x=N[1:], y=needed, law="data-needed", label="overfitting of about 10 %", x_label="parameters $N$",
    y_label="text needed (characters)", x_scale="log", y_scale="log", title="How much text a network needs",
)  # fmt: skip

# %% [markdown]
# ## Training curves
#
# The same runs on all of the text, now at every logged step after the warm-up. A law of the same simplicity joins
# size and steps. Fitted to the smaller networks, it predicts the whole curve of the largest. A rival is fitted to the
# same curves: a floor and a power of steps, whatever the size. The error of each point is the spread of the four
# trainings at that step. A product of two powers, also fitted to them, would pass as well.

# %%
long = np.array(log_at) >= 100
table = np.array([row[-1] for row in curves])[:, long]  # (sizes, steps)
at = np.array(log_at)[long].astype(float)
grid_n, grid_s = (a.ravel() for a in np.meshgrid(N[:-1].astype(float), at, indexing="ij"))
by_step = law.fit(
    "training-curves",
    x={"parameters": grid_n, "steps": grid_s},
    y=table[:-1].ravel(),
    free={"alpha_N": 0.1, "N_c": 1e6, "alpha_S": 0.5, "S_c": 200.0},
)
of_step = of_one(again[:, long])  # relative, (steps,)
steps_alone = powerlaw.fit(grid_s, table[:-1].ravel(), floor=True)
product = scaling.fit("product", grid_n, grid_s, table[:-1].ravel())
print("product of powers over measured:", np.round(product(N[-1], at) / table[-1], 3))
fig, ax = plt.subplots()
for i, n in enumerate(N):
    ax.plot(
        at,
        by_step(parameters=float(n), steps=at),
        color=plot.COLOURS[i % 5],
        linestyle="--" if i == len(N) - 1 else "-",
    )
    plot.points(ax, at, table[i], index=i, label=f"$N$ = {n}")
ax.set(xscale="log", yscale="log", xlabel="steps $S$", ylabel="loss (nats per character)")
ax.set_yticks([1.6, 2.0, 2.5, 3.0], ["1.6", "2", "2.5", "3"])
ax.set_xticks([at[0], 300, 1000], [f"{at[0]:.0f}", "300", "1000"])
ax.minorticks_off()
ax.legend(fontsize="small", ncols=2)
plt.show()
given = {"parameters": np.full(len(at), float(N[-1])), "steps": at, "steps_alone": steps_alone(at)}
constants = {name: np.full(len(at), value) for name, value in by_step.values.items()}
for i in (0, len(N) - 1):
    law.series(
        "steps", x=at, y=table[i], error=of_step * table[i], prediction=by_step(parameters=float(N[i]), steps=at),
        law="training-curves", label=f"N = {N[i]}", x_label="steps $S$", y_label="loss (nats per character)",
        x_scale="log", y_scale="log", title="Training curves, fitted to all networks but the largest",
    )  # fmt: skip
law.check("curve-of-the-largest", measured=table[-1], error=of_step * table[-1], given=given | constants, fit=by_step)

# %% [markdown]
# Control: the same network on 8000 characters, the least loss that it has reached by each of the last four steps. It
# has overfitted long before, and stays far above the law. Beside it the same on all of the text.


# %%
def least_by_last_steps(tested):
    """Least loss reached by each of the last four logged steps, (4,); an early stop counts to the end."""
    least = np.minimum.accumulate(tested)
    return np.pad(least, (0, len(log_at) - len(least)), mode="edge")[-4:]


starved, fed = least_by_last_steps(curves[-1][0]), least_by_last_steps(curves[-1][-1])
law.control(
    "curve-on-too-little-text",
    measured=starved,
    error=of_cell[0, 0] * starved,  # which short text it is matters more than the training
    intact=fed,
    intact_error=of_step[-4:] * fed,
    given={name: values[-4:] for name, values in (given | constants).items()},
    fit=by_step,
)

# %% [markdown]
# ## The best use of compute
#
# Here no network is needed. The paper's curve $L(N,S)$ with its critical batch $B(L)$ makes compute
# $C=6\,N\,B(L)\,S$ a function of size and loss. For each loss we look for the size that reaches it most cheaply, and
# read off the exponent. The constants are those the paper reports for this fit.

# %%
alphas = {"alpha_N": 0.076, "alpha_S": 0.76, "alpha_B": 0.21}
curve_of = law.formula("training-curves")
constants = {"alpha_N": alphas["alpha_N"], "N_c": 6.5e13, "alpha_S": alphas["alpha_S"], "S_c": 2.1e3}


def cheapest(target, batch):
    """Least compute, up to a constant factor, that reaches a loss. `batch(loss)` is the batch size."""

    def compute(log_n):
        size = np.exp(log_n)
        short = lambda log_s: curve_of(parameters=size, steps=np.exp(log_s), **constants) - target  # noqa: E731
        return log_n + brentq(short, -20, 60) + np.log(batch(target))

    smallest = np.log(constants["N_c"]) - np.log(target) / alphas["alpha_N"]  # below it no number of steps is enough
    bounds = (smallest + 0.01, smallest + 10)
    return minimize_scalar(compute, bounds=bounds, method="bounded", options={"xatol": within}).fun


targets, within = np.linspace(2.0, 4.0, 9), 1e-6


def compute_exponent(batch):
    """The exponent of loss in compute, of which an error in log compute is an error in proportion."""
    return -powerlaw.fit(np.exp(np.array([cheapest(t, batch) for t in targets])), targets).exponent


critical = compute_exponent(lambda value: value ** (-1 / alphas["alpha_B"]))
law.check("best-compute", measured=critical, error=notebook.solver(within, critical), given=alphas)

# %% [markdown]
# Control: the same at a batch size that does not grow.

# %%
fixed = compute_exponent(lambda value: 1.0)
law.control("fixed-batch", measured=fixed, error=notebook.solver(within, fixed), given=alphas)

# %% [markdown]
# ## Break the assumptions
#
# **Too little data.** With 8000 characters the size of the network is not what limits: a larger one gains nothing.

# %%
starved = powerlaw.fit(N, once[:, 0])
law.control("too-little-text", measured=-starved.exponent, error=starved.exponent_error, given=in_size)
law.series(
    "size", x=N, y=once[:, 0], error=of_cell[0, 0] * once[:, 0], label="too little text (8000 characters)",
    x_label="parameters $N$", y_label="loss (nats per character)", x_scale="log", y_scale="log",
)  # fmt: skip

# %% [markdown]
# **Stopped too soon.** The 30 networks at the first of the logged steps, when time is what limits: the joint form is no
# better than the product. At the best point of the same 30 curves it is.

# %%
hasty, hasty_error = scatter_ratio(np.array([[c[0] for c in row] for row in curves]))
patient, patient_error = scatter_ratio(once)
law.control("stopped-too-soon", measured=hasty, error=hasty_error, intact=patient, intact_error=patient_error)

# %% [markdown]
# **Too small a network.** The smallest one on 64 000 characters, five texts again, for the law of the largest. Now size
# is what limits, and the loss stays far above the line.

# %%
cramped = np.array([once[0, 3], *(curve(stretch(D[3]), hidden[0]).min() for _ in range(texts - 1))])
law.control(
    "too-small-a-network",
    measured=cramped.mean(),
    error=notebook.spread(cramped),
    given={"tokens": D[3], "reached": row[2]},
    fit=by_text,
)

# %% [markdown]
# **No structure.** The same characters in random order, for all networks once more. There is nothing to learn but how
# frequent each is, and no size helps.

# %%
noise = rng.permutation(corpus)
noise_held_out = characters.windows(rng.permutation(corpus)[:40_000], every=8)
flat = [
    characters.train(noise, noise_held_out, hidden=units, vocabulary=V, log_at=log_at, rng=rng).min()
    for units in hidden
]
structureless = powerlaw.fit(N, flat)
law.control("permuted-text", measured=-structureless.exponent, error=structureless.exponent_error, given=in_size)

# %% [markdown]
# ## A model whose exponents are known
#
# Why should all this be so? The simplest world that obeys it: facts of Zipf frequency $k^{-1-a}$, a model that stores
# the $N$ facts it saw most often in $D$ draws, and a loss that is the frequency of the facts it lacks. Both exponents
# follow from $a$ alone.

# %%
facts = 400_000
memory = 2 ** np.arange(4, 11)  # N
draws_of = 4 ** np.arange(4, 13)  # D
tails, repetitions = [0.5, 1.0], 4


def memoriser(a):
    """Loss (repetitions, memory + 1, draws); the last row has memory without limit."""
    p = np.arange(1, facts + 1) ** (-1.0 - a)
    p /= p.sum()
    losses = np.empty((repetitions, len(memory) + 1, len(draws_of)))
    for r in range(repetitions):
        for j, total in enumerate(draws_of):
            seen = rng.multinomial(total, p)
            known = np.flatnonzero(seen)
            order = known[np.lexsort((rng.random(len(known)), -seen[known]))]  # ties by lot
            stored = np.concatenate([[0.0], np.cumsum(p[order])])
            losses[r, :, j] = 1 - stored[np.minimum([*memory, facts], len(order))]
    return losses


worlds = {a: memoriser(a) for a in tails}
in_size = [
    powerlaw.bootstrap(lambda mean: -powerlaw.fit(memory, mean).exponent, worlds[a][:, :-1, -1], rng) for a in tails
]
wide = draws_of <= 4**9  # beyond, the last of the finitely many facts begin to be known
in_data = [
    powerlaw.bootstrap(lambda mean: -powerlaw.fit(draws_of[wide], mean).exponent, worlds[a][:, -1, wide], rng)
    for a in tails
]
in_size, in_data = np.array(in_size), np.array(in_data)
law.check("memory-exponent", measured=in_size[:, 0], error=in_size[:, 1], given={"tail": tails})

# %%
law.check("sample-exponent", measured=in_data[:, 0], error=in_data[:, 1], given={"tail": tails})

# %% [markdown]
# In this world data are the scarcer resource, other than in text: the draws that a memory needs grow as $N^{1+a}$,
# faster than the memory. It is a control for the claim about text. Were memory the scarcer resource, the claim would
# hold here too: let $N$ parameters store only $\sqrt N$ facts.

# %%
small_memory = memory <= 256  # larger ones need more draws than there are here


def draws_exponent(parameters):
    """Exponent of the draws that a memory needs, in the parameters that it takes, and its standard error."""
    return powerlaw.bootstrap(
        lambda mean: powerlaw.fit(parameters, data_needed(mean, draws_of)).exponent,
        worlds[0.5][:, :-1][:, small_memory],
        rng,
    )


dear_data, dear_memory = draws_exponent(memory[small_memory]), draws_exponent(memory[small_memory] ** 2)
law.control(
    "draws-of-the-memoriser",
    measured=dear_data[0],
    error=dear_data[1],
    intact=dear_memory[0],
    intact_error=dear_memory[1],
)

# %% [markdown]
# Control: facts whose frequencies fall exponentially. The loss falls faster than any power of memory. No draws are
# needed for that, only the sums of the frequencies of what is not stored, and beside them those of a power.


# %%
def local_slopes(frequencies):
    """Slopes of log loss between the last three memories when every fact has been seen, and their errors, (2,)."""
    left = np.cumsum(frequencies[::-1])[::-1][memory[-3:]]
    steps_of_n = np.diff(np.log(memory[-3:]))
    return -np.diff(np.log(left)) / steps_of_n, notebook.rounding(np.log(left[1:]), len(frequencies)) / steps_of_n


ranks = np.arange(1, facts + 1)
bent, bent_error = local_slopes(np.exp(-ranks / 40))
straight, straight_error = local_slopes(ranks**-1.5)
law.control(
    "exponential-frequencies",
    measured=bent,
    error=bent_error,
    intact=straight,
    intact_error=straight_error,
    given={"tail": [0.5, 0.5]},
)

# %% [markdown]
# ## Transformers (full scale)
#
# With `full` scale, small transformers on all of the text, 128 characters of context. Their exponent is recorded
# beside that of the networks above.

# %%
if full:
    from lawbook.lab.models import transformer
    from lawbook.lab.training import schedule

    widths, context, batch, training = [16, 32, 64, 128, 256], 128, 64, 625 * transformer.CHUNK
    test = corpus[: 64 * (context + 1)].reshape(64, context + 1)
    sizes, reached = [], []
    for width in widths:
        network = transformer.initialise(rng, vocabulary=V, context=context, width=width, layers=4)
        starts = rng.integers(test.size, len(corpus) - context - 1, (training, batch))
        peak = 0.01 * (32 / width) ** 0.7
        tokens = corpus[starts[..., None] + np.arange(context + 1)]
        network, _ = transformer.train(
            network, tokens, schedule.stable_decay(peak, training, warmup=0.05, decay=0.95), heads=max(1, width // 32)
        )
        sizes.append(transformer.count(network, embeddings=False))
        reached.append(float(transformer.loss(network, test, max(1, width // 32))))
    law.series(
        "transformers", x=sizes, y=reached, label="transformers of four layers", x_label="parameters $N$",
        y_label="loss (nats per character)", x_scale="log", y_scale="log", title="Transformers on all of the text",
    )  # fmt: skip

# %% [markdown]
# ## What to try next
#
# * Count the embedding too (640 weights in each network). How much does the exponent in size change, and why more for
#   small networks?
# * Give the networks four characters of context instead of eight. Where does the power law in $N$ end?
# * Fit the sum of powers with $E$ held at the entropy you believe English to have.
# * Replace early stopping by the last point of each curve. Which cells change?
