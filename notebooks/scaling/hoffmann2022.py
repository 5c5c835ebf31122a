# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # For a given compute, model and data should grow alike
#
# You have so much compute. Do you train a large model on little text, or a small one on much? Hoffmann and colleagues
# trained over 400 transformers to find out, and then one more, Chinchilla, by what they had found: parameters and
# tokens should both grow as the square root of compute. Here are six small networks on real text, trained by the same
# rules: every character is seen once, and all weights are counted. The predictions stand on
# [the law page](../laws/hoffmann2022.md).

# %%
import matplotlib.pyplot as plt
import numpy as np
from lawbook import least_squares, notebook
from lawbook.lab import plot
from lawbook.lab.data import text
from lawbook.lab.models import characters, one_pass
from lawbook.measure import powerlaw, scaling
from scipy.optimize import minimize_scalar

law = notebook.open("hoffmann2022")
rng = notebook.rng()
plot.use()

# %% [markdown]
# ## The text and the runs
#
# The text is the documentation of scientific Python packages: 40 characters, about 8 million of them. The networks see
# the last eight characters and guess the next. They are trained by Adam in batches of 32 at a constant step size, and
# the running average of the weights is tested. That average does what a decay of the step size would do at the end of
# a run, so one long run gives the loss of every shorter one. $N$ counts all weights, $D$ the characters that a network
# has been trained on, and losses are in nats per character. Each network is trained three times, from other weights
# and on other parts of the text. What the three differ by is the error, pooled over all sizes.

# %%
full = notebook.scale() == "full"
corpus = text.encode(text.english())
V = len(text.ALPHABET)
held_out = characters.windows(corpus[-64_000:], every=8)
corpus = corpus[:-64_000]
hidden = [8, 16, 32, 64, 128, 256] + [512, 1024] * full
lengths = one_pass.CHUNK * np.array([8, 11, 16, 22, 32, 45, 64, 90, 128] + [181, 256, 362, 512] * full)
replicas = 8 if full else 3


def train(codes, lengths):
    """Losses of all networks, of averaged and of last weights, (2, sizes, lengths)."""
    rules = {"vocabulary": V, "batch": 32, "log_at": lengths.tolist(), "rng": rng}
    return np.array(one_pass.train(codes, held_out, hidden=hidden, **rules))


N = np.array([float(one_pass.count(units, V)) for units in hidden])
D = lengths.astype(float)
runs = np.log([train(corpus, lengths) for _ in range(replicas)])  # (replicas, 2, sizes, lengths)
means = runs.mean(axis=0)
loss = np.exp(means[0])
loss_error = loss * np.sqrt(np.mean(notebook.spread(runs[:, 0]) ** 2, axis=0))
for size, row in zip(N, loss, strict=True):
    print(f"N = {size:6.0f}:", np.round(row, 3))

# %% [markdown]
# ## One surface
#
# The law: a floor, a power of size and a power of data. It is fitted to the five smaller networks and says what one
# twice as large will do, after every length of training. Two rivals are fitted to the same five: the joint law of
# Kaplan and colleagues, which has no floor, and a plain product of two powers.


# %%
def cells(sizes, table):
    """Size, data and loss of every cell of a table, (sizes * lengths,) each."""
    n, d = (grid.ravel() for grid in np.meshgrid(sizes, D, indexing="ij"))
    return n, d, table.ravel()


def constants(form):
    """Of a fitted sum of powers, by the symbols of the law."""
    found = form.values
    logs = {"irreducible_loss": "log_E", "A": "log_A", "B": "log_B"}
    return {name: float(np.exp(found[key])) for name, key in logs.items()} | {
        "size_exponent": found["a"],
        "data_exponent": found["b"],
    }


def parametric(sizes, table):
    """The entry's law fitted to the cells of a table."""
    n, d, y = cells(sizes, table)
    start = constants(scaling.fit("additive", n, d, y))
    return law.fit("parametric-loss", x={"parameters": n, "tokens": d}, y=y, free=start)


smaller = parametric(N[:-1], loss[:-1])
kaplan, product = (scaling.fit(form, *cells(N[:-1], loss[:-1])) for form in ("kaplan", "product"))
largest = np.full(len(D), N[-1])
fig, ax = plt.subplots()
axis = np.geomspace(D[0], D[-1], 60)
for i, size in enumerate(N):
    style = "--" if size == N[-1] else "-"
    ax.plot(axis, smaller(parameters=size, tokens=axis), color=plot.COLOURS[i % 5], linestyle=style)
    plot.points(ax, D, loss[i], loss_error[i], index=i, label=f"$N$ = {size:.0f}")
ax.plot(axis, kaplan(N[-1], axis), color=plot.GREY, linestyle=":", label=f"Kaplan's form, $N$ = {N[-1]:.0f}")
ax.set(xscale="log", yscale="log", xlabel="characters $D$", ylabel="loss (nats per character)")
ax.set_yticks([1.8, 2.0, 2.5, 3.0], ["1.8", "2", "2.5", "3"])
ax.minorticks_off()
ax.legend(fontsize="small", ncols=2)
plt.show()
for i in (0, 2, len(N) - 1):
    law.series(
        "surface", x=D, y=loss[i], error=loss_error[i], prediction=smaller(parameters=N[i], tokens=D),
        law="parametric-loss", label=f"N = {N[i]:.0f}", x_label="characters $D$", y_label="loss (nats per character)",
        x_scale="log", y_scale="log", title="Fitted to all networks but the largest",
    )  # fmt: skip
law.check(
    "largest-network",
    measured=loss[-1],
    error=loss_error[-1],
    given={"parameters": largest, "tokens": D, "kaplan_form": kaplan(largest, D), "product_form": product(largest, D)},
    fit=smaller,
)

# %% [markdown]
# **Control: the same text again.** Now the text has only 16 384 characters, and the largest network reads it twice and
# four times. After as many characters that are all new, the law holds.

# %%
short = lengths[0] * np.array([2, 4])  # read twice, on average, and four times
start = rng.integers(len(corpus) - lengths[0])
once = corpus[start : start + lengths[0]]
again = np.concatenate([np.tile(once, 4), once[: characters.CONTEXT]])
twice_and_more = np.exp(np.log([train(again, short)[0, -1] for _ in range(2)]))
fresh = np.searchsorted(lengths, short)
law.control(
    "text-read-again",
    measured=twice_and_more.mean(axis=0),
    error=notebook.spread(twice_and_more),
    intact=loss[-1, fresh],
    intact_error=loss_error[-1, fresh],
    given={
        "parameters": largest[fresh],
        "tokens": D[fresh],
        "kaplan_form": kaplan(largest, D)[fresh],
        "product_form": product(largest, D)[fresh],
    },
    fit=smaller,
)

# %% [markdown]
# ## The best size
#
# The law fitted to everything says how the best size grows with compute: with the exponent $\beta/(\alpha+\beta)$. The
# error comes from drawing the runs anew. What each run has of its own, against the mean of its size, is given to any
# size at random, and everything is fitted again.

# %%
whole = parametric(N, loss)
print({name: f"{value:.3g} ± {whole.errors[name]:.2g}" for name, value in whole.values.items()})
own = ((runs - means) * np.sqrt(replicas / (replicas - 1))).swapaxes(1, 2)  # (replicas, sizes, 2, lengths)
own = own.reshape(-1, *own.shape[2:])
EMBEDDING = V * characters.EMBEDDING
counts = {"all": N, "without": N - EMBEDDING}
ways = [  # a form, a count and which weights
    ("additive", "all", 0),
    ("additive", "all", 1),
    ("kaplan", "all", 0),
    ("kaplan", "without", 0),
    ("product", "all", 0),
]
firsts = {way: scaling.fit(way[0], *cells(counts[way[1]], np.exp(means[way[2]]))).estimate.values for way in ways}


def refitted(form, count, weights, table):
    """A form fitted to a table (2, sizes, lengths) from where it came to lie for the means: exponent and scatter."""
    n, d, y = (np.log(part) for part in cells(counts[count], np.exp(table[weights])))
    log_loss = scaling.FORMS[form].log_loss
    found = least_squares.solve(
        scaling.FORMS[form].names,
        lambda at: log_loss(at, n, d)[0] - y,
        lambda at: log_loss(at, n, d)[1],
        [firsts[form, count, weights]],
    )
    in_size, in_data = found.values[:2]
    return np.array([in_data / (in_size + in_data), np.sqrt(np.mean(found.residual**2))])


def by_forms(table):
    """Exponents of the best size: by the law, by it from last weights less that, by Kaplan's form with all weights and
    without the embedding. Then the scatter about the law over that about a product of powers."""
    (fitted, last, theirs, as_they_did, _), scatters = np.transpose([refitted(*way, table) for way in ways])
    return np.array([fitted, last - fitted, theirs, as_they_did, scatters[0] / scatters[-1]])


def redrawn(statistic):
    """Its standard error, from runs whose own parts are drawn anew."""

    def of_draw(drawn):
        mine = drawn.reshape(replicas, len(N), *drawn.shape[1:]).mean(axis=0)  # (sizes, 2, lengths)
        return statistic(means + mine.swapaxes(0, 1))

    return notebook.bootstrap(of_draw, own, draws=60)


exponent, without_decay, theirs, as_they_did, ratio = by_forms(means)
exponent_error, decay_error, theirs_error, as_they_did_error, ratio_error = redrawn(by_forms)
print(f"by Kaplan's form {theirs:.3f} ± {theirs_error:.3f}, without the embedding {as_they_did:.3f}")
law.check("size-as-the-root", measured=exponent, error=exponent_error, given={"kaplan_form": theirs})
law.check("decay-does-not-matter", measured=without_decay, error=decay_error)
law.check("sum-beats-product", measured=ratio, error=ratio_error)

# %% [markdown]
# **Control: as Kaplan and colleagues did it.** The same losses, once more: no floor in the form, and no embedding in
# the count. Their exponent was 0.73.

# %%
law.control(
    "floor-and-embedding-left-out", measured=as_they_did, error=as_they_did_error, given={"kaplan_form": theirs}
)

# %% [markdown]
# ## Valleys of equal compute
#
# The same without the law. For one compute $C=6ND$ read the loss of each network off its training curve, at
# $D=C/6N$: an IsoFLOP profile. A parabola in $\log N$ finds its lowest point. With so few networks in a valley the
# parabolas support each other: they have one curvature, and their lowest points move by a power of compute.


# %%
def profile(sizes, table, compute):
    """Sizes and losses at one compute, of those networks that were trained for about so long."""
    wanted = compute / (6 * sizes)
    there = (wanted >= D[0]) & (wanted <= D[-1])
    losses = [np.interp(np.log(d), np.log(D), row) for d, row in zip(wanted[there], table[there], strict=True)]
    return sizes[there], np.array(losses)


def valleys(sizes, table):
    """The exponent of the best size, and compute, best size and its loss for all valleys of three networks or more
    that have their lowest point inside."""
    computes = np.geomspace(6 * sizes[0] * D[0], 6 * sizes[-1] * D[-1], 40)
    profiles = [(compute, *profile(sizes, table, compute)) for compute in computes]
    profiles = [(compute, n, losses) for compute, n, losses in profiles if len(n) >= 3]
    of = np.repeat(np.arange(len(profiles)), [len(n) for _, n, _ in profiles])
    c = np.log([compute for compute, *_ in profiles])
    n, losses = (np.log(np.concatenate(part)) for part in list(zip(*profiles, strict=True))[1:])
    u, v = n - n.mean(), c - c.mean()
    design = np.column_stack([np.eye(len(profiles))[of], u, u * v[of], u**2])
    *levels, slope, turn, curvature = np.linalg.lstsq(design, losses)[0]
    lowest = -(slope + turn * v) / (2 * curvature)
    inside = [low > u[of == k].min() and low < u[of == k].max() for k, low in enumerate(lowest)]
    found = np.exp([c, n.mean() + lowest, np.array(levels) - curvature * lowest**2])
    return -turn / (2 * curvature), *found[:, inside]


def by_valleys(table):
    """The exponent of the best size, by how much it is larger without the embedding, and that of the loss above the
    fitted floor."""
    losses = np.exp(table[0])
    grows, compute, _, lowest = valleys(N, losses)
    above = lowest - whole.values["irreducible_loss"]
    return np.array([grows, valleys(N - EMBEDDING, losses)[0] - grows, -powerlaw.fit(compute, above).exponent])


(grows, rise, falls), (grows_error, rise_error, falls_error) = by_valleys(means), redrawn(by_valleys)
_, compute, best, lowest = valleys(N, loss)
exponents = {name: whole.values[name] for name in ("size_exponent", "data_exponent")}
print(f"characters for each parameter at the lowest points: {np.exp(np.mean(np.log(compute / (6 * best**2)))):.1f}")
fig, ax = plt.subplots()
shown = np.linspace(0, len(compute) - 1, 5).round().astype(int)
axis = np.geomspace(N[0], N[-1], 60)
for i, at in enumerate(shown):
    n, losses = profile(N, loss, compute[at])
    inside = axis[(axis >= n[0]) & (axis <= n[-1])]
    ax.plot(inside, whole(parameters=inside, tokens=compute[at] / (6 * inside)), color=plot.COLOURS[i])
    plot.points(ax, n, losses, index=i, label=f"$C$ = {compute[at]:.1e}")
    law.series(
        "valleys", x=n, y=losses, prediction=whole(parameters=n, tokens=compute[at] / (6 * n)),
        label=f"C = {compute[at]:.1e}", x_label="parameters $N$", y_label="loss (nats per character)", x_scale="log",
        y_scale="log", title="Loss at equal compute, and the parametric loss fitted to all runs",
    )  # fmt: skip
ax.plot(best, lowest, color=plot.GREY, linestyle="--", label="lowest points of parabolas")
ax.set(xscale="log", yscale="log", xlabel="parameters $N$", ylabel="loss (nats per character)")
ax.set_xticks(N, [f"{n:.0f}" for n in N])
ax.minorticks_off()
ax.legend(fontsize="small")
plt.show()
fitted = {name: value for name, value in whole.values.items() if name != "irreducible_loss"}
law.series(
    "best", x=compute, y=best, prediction=law.formula("compute-optimal-allocation")(compute=compute, **fitted),
    law="approaches-agree", label="lowest points of parabolas", x_label="compute $C$ (operations)",
    y_label="best size (parameters)", x_scale="log", y_scale="log",
    title="The best size, from parabolas and from the fit",
)  # fmt: skip
law.check("parabolas-and-fit", measured=grows, error=grows_error, given=exponents | {"kaplan_way": as_they_did})

# %% [markdown]
# ## What counting does
#
# Without the 640 weights of the embedding the same valleys stand at other places, the smallest networks farthest. How
# much larger the exponent becomes follows from the share of the embedding among the best networks.

# %%
left_out = exponents | {"share": float(np.mean(EMBEDDING / best))}
law.check("rise-of-the-exponent", measured=rise, error=rise_error, given=left_out)

# %% [markdown]
# Control: leave the same share out of every network. That is another unit, and nothing moves.


# %%
def rise_by_share(table):
    """By how much the exponent is larger when every network is counted without the same share."""
    losses, rest = np.exp(table[0]), 1 - left_out["share"]
    return valleys(rest * N, losses)[0] - valleys(N, losses)[0]


law.control("a-share-of-each", measured=rise_by_share(means), error=redrawn(rise_by_share), given=left_out)

# %% [markdown]
# ## What compute buys
#
# Along the lowest points the loss falls towards the fitted floor, as a power of compute whose exponent follows from the
# other two.

# %%
above = lowest - whole.values["irreducible_loss"]
line = compute ** -law.predict("lowest-points", **exponents)
law.series(
    "bought", x=compute, y=above, prediction=line * np.exp(np.mean(np.log(above / line))), law="loss-at-the-optimum",
    label="lowest points of parabolas", x_label="compute $C$ (operations)",
    y_label="loss above the floor (nats per character)", x_scale="log", y_scale="log",
    title="The best loss above the floor",
)  # fmt: skip
law.check("lowest-points", measured=falls, error=falls_error, given=exponents)

# %% [markdown]
# ## The closed form
#
# No network is needed here. Take the constants of the paper, in the digits of its TeX source, and look for the best
# size by a search.

# %%
published = {"A": 406.4, "B": 410.7, "size_exponent": 0.3392, "data_exponent": 0.2849}
surface = law.formula("parametric-loss")
budgets, within = np.array([1e18, 1e20, 1e22, 1e24]), 1e-6


def searched(compute):
    """Log of the size with the least loss at a compute."""
    least = lambda log_n: surface(  # noqa: E731
        parameters=np.exp(log_n), tokens=compute / (6 * np.exp(log_n)), irreducible_loss=0.0, **published
    )
    return minimize_scalar(least, bounds=(10, 35), method="bounded", options={"xatol": within}).x


sizes = np.exp([searched(compute) for compute in budgets])
law.check("closed-form", measured=sizes, error=notebook.solver(within, sizes), given=published | {"compute": budgets})

# %% [markdown]
# ## What to try next
#
# * Train in batches of 256. Every length then has an eighth of the steps. Which runs suffer, and what becomes of the
#   valleys?
# * Fit with Huber's loss, as the paper did: `law.fit(..., huber=1e-3)`. Which constants move, and does the best size?
# * Read the text twice. How much fresh text is the second reading worth?
