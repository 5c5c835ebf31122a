# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # As compute grows, model and data should grow alike
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
rules = {"vocabulary": V, "batch": 32, "rng": rng}


def train():
    """Losses of all networks, of averaged and of last weights, (2, sizes, lengths)."""
    return np.array(one_pass.train(corpus, held_out, hidden=hidden, log_at=lengths.tolist(), **rules))


N = np.array([float(one_pass.count(units, V)) for units in hidden])
D = lengths.astype(float)
runs = np.log([train() for _ in range(replicas)])  # (replicas, 2, sizes, lengths)
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
    given={
        "parameters": largest,
        "tokens": D,
        "loss_by_kaplan": kaplan(largest, D),
        "loss_by_product": product(largest, D),
    },
    fit=smaller,
)

# %% [markdown]
# **Control: the same text again.** Now each of three texts has only 16 384 characters, drawn from all over the corpus
# as before, and the largest network reads it four times. After as many characters that are all new, the law holds. The
# second reading still teaches most of what a new text would, the next two nothing.

# %%
often = 4
again = {"hidden": hidden[-1:], "log_at": [2 * lengths[0], often * lengths[0]], "fresh": lengths[0]}
reread = np.log([one_pass.train(corpus, held_out, **rules, **again)[0][0] for _ in range(replicas)])  # (replicas, 2)
read_twice, read_often = np.exp(reread.mean(axis=0))
once = np.searchsorted(lengths, often * lengths[0])
print(f"all new {loss[-1, once]:.3f}, read {often} times {read_often:.3f}, the first two readings {read_twice:.3f}")
law.control(
    "text-read-again",
    measured=read_often,
    error=read_often * notebook.spread(reread[:, 1]),
    intact=loss[-1, once],
    intact_error=loss_error[-1, once],
    given={
        "parameters": N[-1],
        "tokens": D[once],
        "loss_by_kaplan": kaplan(N[-1], D[once]),
        "loss_by_product": product(N[-1], D[once]),
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
    ("additive", "without", 0),
    ("kaplan", "all", 0),
    ("kaplan", "without", 0),
    ("product", "all", 0),
]


def fitted_to_means(form, sizes, weights):
    return scaling.fit(form, *cells(sizes, np.exp(means[weights]))).estimate.values


firsts = {way: fitted_to_means(way[0], counts[way[1]], way[2]) for way in ways}


def refitted(way, table):
    """A form fitted to a table (2, sizes, lengths) from where it came to lie for the means."""
    form, count, weights = way
    n, d, y = (np.log(part) for part in cells(counts[count], np.exp(table[weights])))
    log_loss = scaling.FORMS[form].log_loss
    return least_squares.solve(
        scaling.FORMS[form].names, lambda at: log_loss(at, n, d)[0] - y, lambda at: log_loss(at, n, d)[1], [firsts[way]]
    )


def best_grows(found):
    """The exponent of the best size in compute, by a fitted form."""
    in_size, in_data = found.values[:2]
    return in_data / (in_size + in_data)


def by_forms(table):
    """Exponents of the best size: by the law, by it from last weights less that, by it without the embedding, by
    Kaplan's form with all weights and without the embedding. Then the scatter about the law over that about a product
    of powers."""
    found = [refitted(way, table) for way in ways]
    fitted, last, without, theirs, as_they_did, _ = map(best_grows, found)
    scatters = [np.sqrt(np.mean(one.residual**2)) for one in found]
    return np.array([fitted, last - fitted, without, theirs, as_they_did, scatters[0] / scatters[-1]])


def redrawn(statistic):
    """Its standard error, from runs whose own parts are drawn anew."""

    def of_draw(drawn):
        mine = drawn.reshape(replicas, len(N), *drawn.shape[1:]).mean(axis=0)  # (sizes, 2, lengths)
        return statistic(means + mine.swapaxes(0, 1))

    return notebook.bootstrap(of_draw, own, draws=60)


found, errors = by_forms(means), redrawn(by_forms)
exponent, without_decay, _, _, as_they_did, ratio = found
law.check("size-as-the-root", measured=exponent, error=errors[0], given={"exponent_as_kaplan_did": as_they_did})
law.check("decay-does-not-matter", measured=without_decay, error=errors[1])
law.check("sum-beats-product", measured=ratio, error=errors[5])

# %% [markdown]
# **Control: as Kaplan and colleagues did it.** The same losses, once more: no floor in the form, and no embedding in
# the count. Their exponent was 0.73. Each of the two alone moves the exponent to the edge of the band, the form
# farther than the count.

# %%
for what, i in {"no embedding": 2, "no floor": 3, "neither": 4}.items():
    print(f"{what}: {found[i]:.3f} ± {errors[i]:.3f}")
law.control(
    "floor-and-embedding-left-out", measured=as_they_did, error=errors[4], given={"exponent_as_kaplan_did": as_they_did}
)

# %% [markdown]
# ## Valleys of equal compute
#
# The same without the law. For one compute $C=6ND$ read the loss of each network off its training curve, at
# $D=C/6N$: an IsoFLOP profile. The curve is smoothed by a cubic in the logarithms. A parabola in $\log N$ finds the
# lowest point of each profile, and a straight line through the lowest points the exponent, as in the paper. The fit and
# the valleys share their runs, so each draw has its own fit, and the error is that of the difference of the two.


# %%
def profile(sizes, table, compute):
    """Sizes and losses at one compute, of those networks that were trained for about so long."""
    wanted = compute / (6 * sizes)
    there = (wanted >= D[0]) & (wanted <= D[-1])
    curves = np.polyfit(np.log(D), np.log(table[there]).T, 3)  # (4, sizes)
    return sizes[there], np.exp(np.polyval(curves, np.log(wanted[there])))


def valleys(sizes, table):
    """The exponent of the best size, and compute, best size and its loss for all valleys of three networks or more
    that have their lowest point inside."""
    found = []
    for compute in np.geomspace(6 * sizes[0] * D[0], 6 * sizes[-1] * D[-1], 40):
        if np.sum((compute / (6 * sizes) >= D[0]) & (compute / (6 * sizes) <= D[-1])) < 3:
            continue
        n, losses = profile(sizes, table, compute)
        middle = np.log(n).mean()
        x = np.log(n) - middle
        parabola = np.polyfit(x, np.log(losses), 2)
        lowest = -parabola[1] / (2 * parabola[0])
        if parabola[0] > 0 and x[0] < lowest < x[-1]:
            found.append([compute, np.exp(middle + lowest), np.exp(np.polyval(parabola, lowest))])
    compute, best, lowest = np.transpose(found)
    return powerlaw.fit(compute, best).exponent, compute, best, lowest


def share_left_out(losses):
    """The share of the embedding in the best networks, where valleys are counted without it."""
    _, _, best, _ = valleys(counts["without"], losses)
    return float(np.mean(EMBEDDING / (best + EMBEDDING)))


def by_valleys(table):
    """Three exponents and what the law says of them with the constants fitted to the same table, (2, 3): of the best
    size by valleys; of the best size by the fit, less without the embedding; of the loss above the floor by valleys."""
    losses = np.exp(table[0])
    everything, without = (refitted(("additive", count, 0), table) for count in ("all", "without"))
    size_exponent, data_exponent, *_, log_floor = everything.values
    own = {"size_exponent": size_exponent, "data_exponent": data_exponent}
    grows, compute, _, lowest = valleys(N, losses)
    falls = -powerlaw.fit(compute, lowest - np.exp(log_floor)).exponent
    said = [
        law.predict("parabolas-and-fit", **own),
        law.predict("rise-of-the-exponent", **own, share=share_left_out(losses)),
        law.predict("lowest-points", **own),
    ]
    return np.array([[grows, best_grows(without) - best_grows(everything), falls], said])


(grows, rise, falls), _ = by_valleys(means)
grows_error, rise_error, falls_error = redrawn(lambda table: np.subtract(*by_valleys(table)))
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
law.check(
    "parabolas-and-fit", measured=grows, error=grows_error, given=exponents | {"exponent_as_kaplan_did": as_they_did}
)

# %% [markdown]
# ## What counting does
#
# The law is fitted once more to the same losses, with sizes and compute counted without the 640 weights of the
# embedding. How much larger the exponent becomes follows from the share of the embedding among the best networks. Read
# off the valleys the rise is smaller, and smaller than it would be on losses that obey the law without error. So the
# check sees that there is a rise of about this size, no more.

# %%
left_out = exponents | {"share": share_left_out(loss)}
print(f"rise by valleys: {valleys(counts['without'], loss)[0] - grows:.3f}")
law.check("rise-of-the-exponent", measured=rise, error=rise_error, given=left_out)

# %% [markdown]
# Control: leave the same share out of every network. That is another unit, and by algebra no exponent moves.

# %%
counts["share"] = (1 - left_out["share"]) * N
by_share = ("additive", "share", 0)
firsts[by_share] = fitted_to_means("additive", counts["share"], 0)


def rise_by_share(table):
    """By how much the exponent is larger when every network is counted without the same share."""
    return best_grows(refitted(by_share, table)) - best_grows(refitted(("additive", "all", 0), table))


law.control("a-share-of-each", measured=rise_by_share(means), error=redrawn(rise_by_share), given=left_out)

# %% [markdown]
# ## What compute buys
#
# Along the lowest points the loss falls towards the fitted floor, as a power of compute whose exponent follows from the
# other two. The floor is fitted anew in each draw.

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
