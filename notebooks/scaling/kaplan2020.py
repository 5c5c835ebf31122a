# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Language models obey simple power laws
#
# Kaplan and colleagues trained many transformers and found that one smooth surface, with four constants,
# gives the loss at any model size and any amount of data. Their models have from 768 to 1.5 billion parameters, ours
# from 1392 to 43 304: the lower end of their range. We do not test their exponents, which belong to their text and
# their tokens. We test what they claimed about the *form*: measure a part of the surface with tiny networks on real
# text, and let the law say the rest. The predictions stand in [the law page](../laws/kaplan2020.md).

# %%
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import text
from lawbook.lab.models import characters
from lawbook.measure import powerlaw, scaling
from scipy.optimize import brentq, least_squares, minimize_scalar

law = notebook.open("kaplan2020")
rng = notebook.rng()
plot.use()

# %% [markdown]
# ## The text and the networks
#
# The text is the documentation of scientific Python packages: 40 characters, about 8 million of them, the paragraphs
# shuffled. The networks see the last eight characters through an embedding of 16 numbers each, have one hidden layer,
# and guess the next character. They stand in for the transformers of the paper, which would not fit into a minute;
# at `full` scale there are transformers too (last section). $N$ counts all weights but the embedding, and losses are
# in nats per character.
#
# Training is at a constant step size and the running average of the weights is tested, so that its whole curve counts.
# The best point of the curve is kept, which is early stopping.

# %%
full = notebook.scale() == "full"
corpus = text.encode(text.english())
V = len(text.ALPHABET)
held_out = characters.windows(corpus[-40_000:], every=8)
corpus = corpus[:-40_000]
hidden = [8, 16, 32, 64, 128, 256] + [512] * full
starved = hidden[:5]  # the networks that are trained on little text too
everything = len(corpus)
short = [8_000, 16_000, 32_000, 64_000]  # drawn several times for the largest of them
steps = 20_000 if full else 1500
log_at = [50, 70, *(int(s) for s in np.geomspace(100, steps, 10).round())]


def curve(codes, units):
    """Held-out loss at each of `log_at`, of one network on one text."""
    return characters.train(codes, held_out, hidden=units, vocabulary=V, log_at=log_at, rng=rng)


def stretch(size):
    """That many characters from a random place of the text."""
    start = rng.integers(0, len(corpus) - size + 1)
    return corpus[start : start + size]


N = np.array([characters.count(units, V) for units in hidden])
curves = {(units, everything): curve(corpus, units) for units in hidden}
for units in starved:
    for size in [8_000, 32_000, 128_000] + [16_000, 64_000] * (units == starved[-1]):
        curves[units, size] = curve(stretch(size), units)  # a text of its own
for (units, size), tested in curves.items():
    print(f"N = {characters.count(units, V):6d}, {size:8d} characters: {tested.min():.3f}")

# %% [markdown]
# All networks are tested on the same held-out text, so what makes one loss differ from the next by chance is its
# training: random weights, random batches. The three smallest networks and the largest are trained twice on all of the
# text. Their curves are averaged, and what the pairs differ by is the standard error of one training.

# %%
twice = [0, 1, 2, len(hidden) - 1]
pairs = np.log([[curves[hidden[i], everything], curve(corpus, hidden[i])] for i in twice])  # (sizes, 2, logged steps)


def of_one(replicas):
    """Standard error of a single replica, pooled over all that is left. `replicas`: (rows, replicas, ...)."""
    return float(np.sqrt(np.mean(notebook.spread(replicas, axis=1) ** 2) * replicas.shape[1]))


chance = of_one(pairs[:, :, -1])  # relative, of one training on all of the text
for i, pair in zip(twice, pairs, strict=True):
    curves[hidden[i], everything] = np.exp(pair.mean(axis=0))
all_text = np.array([curves[units, everything].min() for units in hidden])  # (sizes,)
all_error = chance * all_text / np.sqrt(np.where(np.isin(np.arange(len(hidden)), twice), 2, 1))
print(f"relative standard error of a loss: {chance:.4f}")

# %% [markdown]
# ## Larger networks
#
# All of the text, so that only size limits. The law is fitted to the three smallest networks and says what networks
# of up to eight times the size of these reach. Two rivals are fitted to the same three: a straight line in $\log N$,
# and a floor that is approached at the classical rate.


# %%
def classical(x, y, at):
    """A floor plus a multiple of x^(-1/2), fitted to points, at other x."""
    slope, floor = np.polyfit(x**-0.5, y, 1)
    return floor + slope * at**-0.5


def straight(x, y, at):
    """A straight line in the logarithm of x, fitted to points, at other x."""
    return np.polyval(np.polyfit(np.log(x), y, 1), np.log(at))


small, large = slice(0, 3), slice(3, None)
by_size = law.fit(
    "loss-vs-parameters", x={"parameters": N[small]}, y=all_text[small], free={"alpha_N": 0.1, "N_c": 1e6}
)
little = np.array([curves[units, 8_000].min() for units in starved])
fig, ax = plt.subplots()
axis = np.geomspace(N[0], N[-1], 50)
ax.plot(axis, by_size(parameters=axis), label="law, fitted to the three smallest")
ax.plot(axis, straight(N[small], all_text[small], axis), "--", color=plot.GREY, label=r"straight line in $\log N$")
plot.points(ax, N[small], all_text[small], all_error[small], label="fitted")
plot.points(ax, N[large], all_text[large], all_error[large], index=1, label="not fitted")
plot.points(ax, N[: len(starved)], little, index=2, label="too little text (8000 characters)")
ax.set(xscale="log", yscale="log", xlabel="parameters $N$", ylabel="loss (nats per character)")
ax.set_yticks([1.6, 2.0, 2.5, 3.0], ["1.6", "2", "2.5", "3"])
ax.set_xticks(N, [str(n) for n in N])
ax.minorticks_off()
ax.legend()
plt.show()
law.series(
    "size", x=N, y=all_text, error=all_error, prediction=by_size(parameters=N), law="loss-vs-parameters",
    label="all of the text", x_label="parameters $N$", y_label="loss (nats per character)", x_scale="log",
    y_scale="log", title="Larger networks, predicted from the three smallest",
)  # fmt: skip
law.check(
    "larger-networks",
    measured=all_text[large],
    error=all_error[large],
    given={
        "parameters": N[large],
        "line": straight(N[small], all_text[small], N[large]),
        "classical": classical(N[small], all_text[small], N[large]),
    },
    fit=by_size,
)

# %% [markdown]
# ## More text
#
# A network of 21 672 parameters on little text. Which short text one happens to get matters, so each of four lengths is
# drawn twice, the longest four times, and the spread gives the error. The law is fitted to three lengths and says what
# twice as much text brings. A straight line in $\log D$ and a floor with the classical rate say nearly the same: over a
# factor of eight the three cannot be told apart.

# %%
texts, reader = np.array([2, 2, 2, 4]), starved[-1]
D = np.array(short)
drawn = [
    np.log([curves[reader, d].min(), *(curve(stretch(d), reader).min() for _ in range(count - 1))])
    for d, count in zip(short, texts, strict=True)
]
within = [np.var(losses, ddof=1) for losses in drawn]
of_text = float(np.sqrt(np.average(within, weights=texts - 1)))  # relative standard error of a loss on one short text
row = np.exp([losses.mean() for losses in drawn])  # (lengths,)
row_error = of_text / np.sqrt(texts) * row
by_text = law.fit("loss-vs-data", x={"tokens": D[:3]}, y=row[:3], free={"alpha_D": 0.1, "D_c": 1e7})
law.series(
    "text", x=D, y=row, error=row_error, prediction=by_text(tokens=D), law="loss-vs-data",
    label=f"{characters.count(reader, V)} parameters", x_label="training text $D$ (characters)",
    y_label="loss (nats per character)", x_scale="log", y_scale="log",
    title="Twice as much text, predicted from three shorter lengths",
)  # fmt: skip
rivals = {"line": straight(D[:3], row[:3], D[3]), "classical": classical(D[:3], row[:3], D[3])}
print(f"measured {row[3]:.3f}, ", ", ".join(f"{name} {value:.3f}" for name, value in rivals.items()))
law.check("more-text", measured=row[3], error=row_error[3], given={"tokens": D[3], "reached": row[2]}, fit=by_text)

# %%
with_text = powerlaw.fit(D, row, row_error)
law.check("exponent-in-data", measured=-with_text.exponent, error=with_text.exponent_error)

# %% [markdown]
# Control: the smallest network on 64 000 characters, two texts again, for the law of the larger one. Now size is what
# limits, and the loss stays far above the line.

# %%
cramped = np.array([curve(stretch(short[3]), hidden[0]).min() for _ in range(2)])
law.control(
    "too-small-a-network",
    measured=cramped.mean(),
    error=of_text / np.sqrt(len(cramped)) * cramped.mean(),
    given={"tokens": D[3], "reached": row[2]},
    fit=by_text,
)

# %% [markdown]
# ## One surface for size and data
#
# The joint law has four constants. Fitted to the three smallest networks, on little and on much text, its $\alpha_N$
# must be the slope along which larger networks gain on all of the text.

# %%
names = [(units, size) for units, size in curves]
cells_n = np.array([float(characters.count(units, V)) for units, _ in names])
cells_d = np.array([float(size) for _, size in names])
once = np.array([curves[name].min() for name in names])  # every cell trained once, but for the pairs
loss = once.copy()
of_cell = np.full(len(loss), of_text)  # relative standard error
of_cell[cells_d == everything] = all_error / all_text  # the cells of `hidden`, in this order
for length, value, count in zip(short, row, texts, strict=True):
    here = names.index((reader, length))
    loss[here], of_cell[here] = value, of_text / np.sqrt(count)


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


modest = cells_n <= N[2]
of_modest = joint(modest)
print({name: f"{value:.3g} ± {of_modest.errors[name]:.2g}" for name, value in of_modest.values.items()})
in_size = {"alpha_N": of_modest.values["alpha_N"]}
plentiful = powerlaw.fit(N[large], all_text[large], all_error[large])
law.check("exponent-in-size", measured=-plentiful.exponent, error=plentiful.exponent_error, given=in_size)

# %% [markdown]
# Now the hardest place: the two largest networks on all of the text, and the smaller of them on 64 000 characters,
# predicted from all other cells. Beside it Chinchilla's sum $E+A N^{-a}+B D^{-b}$, and a product of powers, with their
# own best constants.

# %%
corner = (cells_n >= characters.count(reader, V)) & np.isin(cells_d, [short[3], everything])
rest = joint(~corner)
form, product = (scaling.fit(f, cells_n[~corner], cells_d[~corner], loss[~corner]) for f in ("additive", "product"))
fig, ax = plt.subplots()
axis = np.geomspace(short[0], everything, 80)
for i in range(len(starved)):
    label = "joint law" if i == 0 else None
    ax.plot(axis, rest(parameters=float(N[i]), tokens=axis), color=plot.COLOURS[i % 5], label=label)
    mine = cells_n == N[i]
    plot.points(ax, cells_d[mine], loss[mine], of_cell[mine] * loss[mine], index=i, label=f"$N$ = {N[i]}")
ax.plot(axis, form(N[len(starved) - 1], axis), color=plot.GREY, linestyle=":", label=f"sum of powers, $N$ = {N[4]}")
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
for i in (0, len(starved) - 1):
    mine = np.flatnonzero(cells_n == N[i])
    mine = mine[np.argsort(cells_d[mine])]
    law.series(
        "surface", x=cells_d[mine], y=loss[mine], error=of_cell[mine] * loss[mine],
        prediction=rest(parameters=float(N[i]), tokens=cells_d[mine]), law="joint-loss", label=f"N = {N[i]}",
        x_label="training text $D$ (characters)", y_label="loss (nats per character)", x_scale="log", y_scale="log",
        title="Fitted to all cells but three of the two largest networks, on 64 000 characters and on all of the text",
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
# power laws, a plain product. The error comes from leaving out one cell at a time, a jackknife.
#
# And is the join smooth? A form with a sharp edge has four constants too: the larger of a power of size and a power of
# data. It is fitted by turns: a line through the cells of either side, then every cell to the side that says more.


# %%
def scatter_of(form, shown, table):
    """Root mean square of log loss about a form with its best constants, over the cells of a mask."""
    u, v, y = np.log(cells_n[shown]), np.log(cells_d[shown]), np.log(table[shown])
    if form == "product":
        return scaling.fit(form, cells_n[shown], cells_d[shown], table[shown]).rms
    if form == "kaplan":  # where text hardly matters alpha_D runs away, towards log L = c_0 - alpha_N log N + c_1 / D
        limit = np.stack([np.ones_like(u), u, cells_d.min() / cells_d[shown]], axis=1)
        if np.linalg.lstsq(limit, y)[0][2] < 0:  # c_1 is alpha_D D_c, which is not negative
            limit = limit[:, :2]
        at_limit = np.sqrt(np.mean((limit @ np.linalg.lstsq(limit, y)[0] - y) ** 2))
        try:
            return min(at_limit, scaling.fit(form, cells_n[shown], cells_d[shown], table[shown]).rms)
        except RuntimeError:  # no constants are best
            return at_limit
    found = []
    for start in np.quantile(v - 0.7 * u, np.linspace(0.2, 0.8, 7)):
        by_size = v - 0.7 * u > start  # much text for the size
        for _ in range(20):
            lines = [np.polyfit(w[side], y[side], 1) for w, side in ((u, by_size), (v, ~by_size))]
            sides = np.polyval(lines[0], u), np.polyval(lines[1], v)
            found.append(np.sqrt(np.mean((np.maximum(*sides) - y) ** 2)))
            moved = sides[0] > sides[1]
            if np.array_equal(moved, by_size) or min(len(set(u[moved])), len(set(v[~moved]))) < 2:
                break
            by_size = moved
    return min(found)


def scatter_ratios(table, *others):
    """Scatter about the joint law over that about other forms, and standard errors by a jackknife, each (others,)."""
    kept = [np.arange(len(table)) != cell for cell in range(-1, len(table))]  # the first one keeps all
    scatters = np.array([[scatter_of(form, k, table) for form in ("kaplan", *others)] for k in kept])
    ratios = scatters[:, :1] / scatters[:, 1:]
    return ratios[0], np.sqrt((len(table) - 1) * np.mean((ratios[1:] - ratios[0]) ** 2, axis=0))


ratios, ratio_errors = scatter_ratios(once, "product", "sharp")
law.check("form-beats-product", measured=ratios[0], error=ratio_errors[0])
law.check("smooth-beats-sharp", measured=ratios[1], error=ratio_errors[1])

# %% [markdown]
# ## How much text does a network need?
#
# Overfitting is what the loss on a text is above the loss on endless text, as a share. The joint law says that it
# depends on $N^\gamma/D$ alone: text must grow with the power $\gamma$ of size to keep it the same. How it depends on
# that is left to the fit, $\ln L(N,D)=\ln L(N,\infty)+\frac bs\ln\left[1+(cN^\gamma/D)^s\right]$: the joint law has
# $s=1$, a sharp edge an endless $s$. Every network has its own $L(N,\infty)$, and every cell counts by its error.


# %%
def growth_of_text(sizes, amounts, losses, errors):
    """The exponent γ and its standard error, and log(c N^γ / D) and log L(N, D) / L(N, ∞), measured and fitted."""
    u, v, y = np.log(sizes / sizes[0]), np.log(amounts / amounts.min()), np.log(losses)
    same = sizes == np.unique(sizes)[:, None]  # (networks, cells)
    means = same / errors**2 / np.sum(same / errors**2, axis=1, keepdims=True)

    def surface(constants):
        growth, shift, power, sharpness = constants
        ratio = shift + growth * u - v
        above = power / sharpness * np.logaddexp(0, sharpness * ratio)
        return ratio, y - (means @ (y - above)) @ same, above

    def misses(constants):
        _, measured, fitted = surface(constants)
        return (measured - fitted) / errors

    starts = [(growth, shift, 0.2, 1.5) for growth in (0.7, 1.3) for shift in (-1, 0, 1)]
    within = [0, -9, 0, 0.2], [4, 9, 2, 20]
    best = min((least_squares(misses, start, bounds=within) for start in starts), key=lambda fit: fit.cost)
    scale = 2 * best.cost / (len(y) - len(same) - 4)
    return best.x[0], np.sqrt(scale * np.linalg.pinv(best.jac.T @ best.jac)[0, 0]), surface(best.x)


mine = np.isin(cells_n, N[: len(starved)])
grows, grows_error, (ratio, above, fitted) = growth_of_text(cells_n[mine], cells_d[mine], loss[mine], of_cell[mine])
whole = joint(np.ones(len(loss), bool))
print(f"by the joint law: {law.formula('data-needed')(**{k: whole.values[k] for k in ('alpha_N', 'alpha_D')}):.2f}")
law.check("text-grows-slower-than-size", measured=grows, error=grows_error)
order = np.argsort(ratio)
order = order[cells_d[mine][order] < everything]
scaled, shares, line = np.exp(ratio), np.expm1(above), np.expm1(fitted)
fig, ax = plt.subplots()
for i in range(len(starved)):
    here = order[cells_n[mine][order] == N[i]]
    plot.points(ax, scaled[here], np.maximum(shares[here], 1e-3), index=i, label=f"$N$ = {N[i]}")
ax.plot(scaled[order], line[order], color=plot.GREY, label="fitted")
ax.set(
    xscale="log", yscale="log", xlabel=rf"$cN^{{{grows:.2f}}}/D$", ylabel="overfitting (share of the loss)",
    ylim=(1e-3, None),
)  # fmt: skip
ax.legend(fontsize="small")
plt.show()
law.series(
    "needed", x=scaled[order], y=shares[order], prediction=line[order], law="data-needed",
    label="overfitting of five networks", x_label="N to the power γ, over D", y_label="overfitting (share of the loss)",
    x_scale="log", y_scale="linear", title="Overfitting depends on size and text by one ratio",
)  # fmt: skip

# %% [markdown]
# ## Training curves
#
# The same runs on all of the text, now at every logged step after the warm-up. A law of the same simplicity joins
# size and steps. Fitted to the smaller networks, it predicts the whole curve of the largest. Two rivals are fitted to
# the same curves: a product of a power of size and a power of steps, and a floor and a power of steps, whatever the
# size. The error of each point comes from the pairs of trainings.

# %%
long = np.array(log_at) >= 100
table = np.array([curves[units, everything] for units in hidden])[:, long]  # (sizes, steps)
at = np.array(log_at)[long].astype(float)
grid_n, grid_s = (a.ravel() for a in np.meshgrid(N[:-1].astype(float), at, indexing="ij"))
by_step = law.fit(
    "training-curves",
    x={"parameters": grid_n, "steps": grid_s},
    y=table[:-1].ravel(),
    free={"alpha_N": 0.1, "N_c": 1e6, "alpha_S": 0.5, "S_c": 200.0},
)
of_step = of_one(pairs[-1:, :, long]) / np.sqrt(2)  # relative, of the mean of the two largest
steps_alone = powerlaw.fit(grid_s, table[:-1].ravel(), floor=True)
product = scaling.fit("product", grid_n, grid_s, table[:-1].ravel())(np.full(len(at), N[-1]), at)
print("product of powers over measured:", np.round(product / table[-1], 3))
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
given = {
    "parameters": np.full(len(at), float(N[-1])),
    "steps": at,
    "steps_alone": steps_alone(at),
    "product_form": product,
}
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


hungry = least_by_last_steps(curve(stretch(8_000), hidden[-1]))
fed = least_by_last_steps(curves[hidden[-1], everything])
law.control(
    "curve-on-too-little-text",
    measured=hungry,
    error=of_text * hungry,  # which short text it is matters more than the training
    intact=fed,
    intact_error=of_step * fed,
    given={name: values[-4:] for name, values in (given | constants).items()},
    fit=by_step,
)

# %% [markdown]
# ## Larger networks learn from fewer samples
#
# Solve the same law for the steps. The largest network should reach the losses at which the three smallest end after a
# small part of their training, and the law, with the constants from above, says which part.

# %%
targets = table[:3, -1]
log_steps = [np.interp(-target, -table[-1], np.log(at)) for target in targets]
steepness = np.abs(np.interp(log_steps, np.log(at), np.gradient(np.log(table[-1]), np.log(at))))
reached_after = np.exp(log_steps)
wrong = np.hypot(chance / np.sqrt(2), of_step) / steepness  # relative: of the target, and of the curve
law.check(
    "steps-to-a-loss",
    measured=reached_after,
    error=wrong * reached_after,
    given={
        "cross_entropy": targets,
        "parameters": np.full(3, float(N[-1])),
        "smaller": N[:3].astype(float),
        "all_steps": np.full(3, at[-1]),
    }
    | {name: np.full(3, value) for name, value in by_step.values.items()},
)

# %% [markdown]
# ## The best use of compute
#
# Here no network is needed. The paper's curve $L(N,S)$ with its critical batch $B(L)$ makes compute
# $C=6\,N\,B(L)\,S$ a function of size and loss. For each loss we look for the size that reaches it most cheaply, and
# read off the exponent. The exponents are the paper's rounded 0.076, 0.76 and 0.21. The scales are those of Table 3,
# where $\alpha_N$ is 0.077; on the exponent in compute they have no influence.

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
hungry = [curves[units, 8_000].min() for units in hidden[3:5]] + [hungry.min()]  # the networks of the check
limited = powerlaw.fit(N[3:6], hungry, of_text * np.array(hungry))
law.control("too-little-text", measured=-limited.exponent, error=limited.exponent_error, given=in_size)
law.series(
    "size", x=N[: len(starved)], y=little, error=of_text * little, label="too little text (8000 characters)",
    x_label="parameters $N$", y_label="loss (nats per character)", x_scale="log", y_scale="log",
)  # fmt: skip

# %% [markdown]
# **Stopped too soon.** All networks of the grid at the first of the logged steps, when time is what limits: the joint
# form is no better than the product. At the best point of the same curves it is.

# %%
hasty, hasty_error = scatter_ratios(np.array([curves[name][0] for name in names]), "product")
law.control("stopped-too-soon", measured=hasty, error=hasty_error)

# %% [markdown]
# **No structure.** The same characters in random order, for three of the networks, the smallest to the largest but
# one. There is nothing to learn but how frequent each is, and no size helps. Beside it the text in order.

# %%
noise = rng.permutation(corpus)
noise_held_out = characters.windows(rng.permutation(corpus)[:40_000], every=8)
three = [0, 2, 4]
flat = [
    characters.train(noise, noise_held_out, hidden=hidden[i], vocabulary=V, log_at=log_at, rng=rng).min() for i in three
]
structureless = powerlaw.fit(N[three], flat)
ordered = powerlaw.fit(N[three], all_text[three])
law.control(
    "permuted-text",
    measured=-structureless.exponent,
    error=structureless.exponent_error,
    intact=-ordered.exponent,
    intact_error=ordered.exponent_error,
    given=in_size,
)

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
stored, spent = (a.ravel().astype(float) for a in np.meshgrid(memory, draws_of, indexing="ij"))
tables = [losses[:-1].ravel() for losses in worlds[0.5]]  # one for each repetition
alike = np.ones(len(stored))
dear_data = np.array([growth_of_text(stored, spent, losses, alike)[0] for losses in tables])
dear_memory = np.array([growth_of_text(stored**2, spent, losses, alike)[0] for losses in tables])
law.control(
    "draws-of-the-memoriser",
    measured=dear_data.mean(),
    error=notebook.spread(dear_data),
    intact=dear_memory.mean(),
    intact_error=notebook.spread(dear_memory),
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
