# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # More text lets a model look further back
#
# How fast does the loss of a language model fall with the amount of text? Cagnetta, Raventós, Ganguli and Wyart (2026)
# answer with two exponents that one can measure without training anything. Entropy given $n$ tokens falls as
# $n^{-\gamma}$: what context is worth. Correlations at lag $n$ fall as $n^{-\beta}$: what context costs, because a
# correlation is seen only when it rises above the noise of the sample. Together they give
# $\alpha_D=\gamma/2\beta$. [The law page](../laws/cagnetta2026.md) states the laws. We measure them on a hierarchical
# grammar and on a binary chain with long memory, whose exponents are known and can be varied, and then on English
# docstrings, where only a part of it shows at this scale.

# %%
import itertools

import jax
import matplotlib.pyplot as plt
import numpy as np
import optax
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import hierarchy, long_memory, text
from lawbook.lab.models import counting, networks, ngram
from lawbook.measure import correlations, learning_curve, powerlaw

law = notebook.open("cagnetta2026")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()


def slope(x, y):
    """Least-squares slope of y against x, both of shape (points,)."""
    x, y = np.asarray(x), np.asarray(y)
    return (x - x.mean()) @ (y - y.mean()) / np.sum((x - x.mean()) ** 2)


# %% [markdown]
# ## A hierarchical grammar
#
# A symbol becomes one of $m$ pairs of symbols, each of these one of $m$ pairs, down to a string of $2^L$ tokens. The
# task is to predict the last token. To know its left neighbour helps, to know the pair before helps more, and so on:
# block $k$ is the $2^k$ tokens at lags $2^k$ to $2^{k+1}-1$. Rules from a cyclic difference set make all correlations
# of one lag equally strong. So both exponents are known: the covariance exactly, the entropies by counting the tokens
# that fit.
#
# The learner only counts. It knows the alphabet and the shape of the tree. Inside each block it puts pairs of
# neighbours in one class if they say the same about the last token, then pairs of classes, up to the block's root.
# Every rule has to be found again at every place, from its own correlation with the last token.

# %%
grammars = {  # alphabet and difference set: depth, sizes, training sets of less than 1000 strings, grammars
    (7, (1, 2, 4)): (4, 32 * 2 ** np.arange(15), 1, 10),
    (13, (0, 1, 3, 9)): (3, 64 * 2 ** np.arange(12), 1, 10),
    (11, (1, 3, 4, 5, 9)): (3, 128 * 2 ** np.arange(13), 1, 6),
    (3, (0, 1)): (4, 16 * 4 ** np.arange(7), 2, 56),
    (7, (0, 3, 5, 6)): (3, 75 * 2 ** np.arange(13), 1, 12),
}
if full:
    grammars[(3, (0, 1))] = (6, 16 * 4 ** np.arange(11), 2, 20)
    grammars[(7, (1, 2, 4))] = (5, 32 * 2 ** np.arange(19), 1, 20)


def crossings(curve, sizes, levels):
    """Log size at which the running minimum of a curve falls below each level; not a number if it never does."""
    return np.interp(-np.log(levels), -np.log(np.minimum.accumulate(curve)), np.log(sizes), right=np.nan)


class Staircases:
    """Learning curves of several grammars of one kind, and where they step down."""

    def __init__(self, symbols, differences, depth, sizes, sets, count):
        self.sizes, few = sizes, sizes[sizes < 1000]
        held, self.entropies, self.samples = [], [], []
        for _ in range(count):
            made = hierarchy.cyclic_grammar(symbols, differences, depth, rng)
            self.entropies.append(hierarchy.conditional_entropies(made, rng, strings=40_000))
            strings, test = hierarchy.sample(made, sizes[-1], rng), hierarchy.sample(made, 4000, rng)
            held.append(counting.learning_curve(strings, test, sizes, symbols).held)
            again = [held[-1][: len(few)]]
            for own in np.split(strings[few[-1] : sets * few[-1]], sets - 1) if sets > 1 else []:
                again.append(counting.learning_curve(own, test, few, symbols).held)
            held[-1][: len(few)] = np.mean(again, axis=0)
            if len(self.samples) < 6:
                self.samples.append((np.copy(strings[:600_000], order="K"), test))  # for other learners
        self.held = np.array(held)  # losses with at most K blocks, (grammars, sizes, depth + 1)
        self.best = self.held[:, :, -1]  # (grammars, sizes)
        h = np.array(self.entropies)
        self.levels = np.sqrt(h[:, 1:-1] * h[:, 2:])  # half way down the step from K to K + 1 blocks, K = 1..depth - 1
        self.log_context = np.arange(1, depth) * np.log(2)
        self.log_strength = np.log(made.correlations()[1:])
        self.log_size = self.steps(self.best)

    def steps(self, curves):
        """Log sizes at which curves of the first grammars are half way down, (curves, depth - 1)."""
        rows = zip(curves, self.levels[: len(curves)], strict=True)
        return np.stack([crossings(curve, self.sizes[: len(curve)], levels) for curve, levels in rows])

    @property
    def gamma(self):
        return -slope(self.log_context, np.log(self.levels).mean(axis=0))

    @property
    def beta(self):
        return -slope(self.log_context, self.log_strength)

    def falls(self, curves, sizes=None):
        """Fall of each log curve when sizes grow by 2^(2 beta), over the log of this factor, mean over all places."""
        period = 2 * self.beta * np.log(2)
        log_sizes = np.log(self.sizes[: curves.shape[1]] if sizes is None else sizes)
        at = np.linspace(log_sizes[0], log_sizes[-1] - period, 200)
        logs = np.log(np.minimum.accumulate(curves, axis=1))
        return np.array([
            np.mean(np.interp(at, log_sizes, row) - np.interp(at + period, log_sizes, row)) / period for row in logs
        ])  # fmt: skip

    def threshold(self, log_size):
        """Slope of the log size of a step against the log inverse square of the correlation of its block."""
        return powerlaw.bootstrap(lambda mean: slope(-2 * self.log_strength, mean), log_size, rng)


stairs = [Staircases(*kind, *setting) for kind, setting in grammars.items()]

# %% [markdown]
# The curve is a staircase. Each step is one more block that has become readable, and its height is what the block is
# worth. A blind fit would depend on where the curve begins and ends. The law says where the steps are, a factor
# $2^{2\beta}$ of strings apart, and how high, a factor $2^{-\gamma}$ of the loss. So we ask how much the loss falls,
# anywhere on the curve, when the strings become $2^{2\beta}$ times as many. Each curve is about two such factors
# long or longer. Both exponents are taken from the grammar and not from the curve. What a few dozen strings teach is
# largely chance: for the smallest alphabet it is, up to 256 of them, the mean of two training sets.

# %%
first = stairs[0]
mean, error = first.best.mean(axis=0), notebook.spread(first.best)
middles = np.exp(np.nanmean(first.log_size, axis=0)), np.exp(np.log(first.levels).mean(axis=0))
alpha = law.predict("formula-hierarchical", entropy_decay=first.gamma, correlation_decay=first.beta)
line = np.exp(np.mean(np.log(middles[1]) + alpha * np.log(middles[0]))) * first.sizes**-alpha
fig, ax = plt.subplots()
ax.plot(first.sizes, line, label="predicted slope, through the mean")
for height in np.mean(first.entropies, axis=0)[:-1]:
    ax.axhline(height, color=plot.GREY, linewidth=0.6, linestyle=":")
plot.points(ax, first.sizes, mean, error, index=1, label="counting learner")
plot.points(ax, *middles, index=2, label="middles of the steps")
ax.set(xscale="log", yscale="log", xlabel="training strings $P$", ylabel="test loss (nats)")
ax.legend()
plt.show()

# %%
given = {"entropy_decay": np.array([s.gamma for s in stairs]), "correlation_decay": np.array([s.beta for s in stairs])}
falls = [s.falls(s.best) for s in stairs]
on_grammars = np.array([(np.mean(each), notebook.spread(each)) for each in falls])
small = np.array([kind == (7, (0, 3, 5, 6)) for kind in grammars])  # the smallest exponent has its own tolerance
for name, chosen in (("formula-hierarchical", ~small), ("formula-hierarchical-small", small)):
    law.check(
        name,
        measured=on_grammars[chosen, 0],
        error=on_grammars[chosen, 1],
        given={key: value[chosen] for key, value in given.items()},
    )

# %% [markdown]
# Where the steps are is the law of thresholds: a step needs as many strings as the inverse square of the correlation
# of its block. This looks at the middles of the steps, and not at their heights. For many of the smallest grammars the
# strings end before the last step, and they are left out; so is the rare other grammar whose last step does not come.

# %%
larger = [s for s, (symbols, _) in zip(stairs, grammars, strict=True) if symbols > 3]
complete = [s.log_size[np.all(np.isfinite(s.log_size), axis=1)] for s in larger]
thresholds = np.array([s.threshold(steps) for s, steps in zip(larger, complete, strict=True)])
print(
    "grammars that take all their steps:",
    [f"{len(c)} of {len(s.log_size)}" for s, c in zip(larger, complete, strict=True)],
)
law.check("threshold-hierarchical", measured=thresholds[:, 0], error=thresholds[:, 1])

# %% [markdown]
# ### Controls on the grammar
#
# Both on grammars and strings from above. **Share the rules between places.** Let a class of pairs that was found next
# to the last token serve in every block. The far blocks are then read with rules learned nearby, the thresholds follow
# about the inverse correlation and not its square, and the exponent is much larger. Convolutional networks do this.

# %%
early = first.sizes[first.sizes < 150_000]
sharing = np.array([
    counting.learning_curve(strings, test, early, 7, shared=True).held for strings, test in first.samples
])  # (grammars, sizes, depth + 1)  # fmt: skip
each = first.falls(sharing[:, :, -1])
known = {"entropy_decay": first.gamma, "correlation_decay": first.beta}
law.control("weight-sharing", measured=np.mean(each), error=notebook.spread(each), given=known)
value, error = first.threshold(first.steps(sharing[:, :, -1]))
law.control("thresholds-when-shared", measured=value, error=error)

# %% [markdown]
# **Break the correlation.** Shuffle the last tokens among the training strings: no step is ever taken.

# %%
sizes = first.sizes[first.sizes < 600_000]
unrelated = []
for strings, test in first.samples[:3]:
    shuffled = strings.copy(order="K")
    shuffled[:, -1] = rng.permutation(strings[:, -1])
    unrelated.append(counting.learning_curve(shuffled, test, sizes, 7).held)
unrelated = np.array(unrelated)  # (shuffles, sizes, depth + 1)
print("shuffled: loss over log 7", (unrelated[:, :, -1].mean(axis=0) / np.log(7)).round(3))
each = first.falls(unrelated[:, :, -1])
law.control("shuffled-answers", measured=np.mean(each), error=notebook.spread(each), given=known)

# %% [markdown]
# ### A network
#
# Is the threshold a fact about the text, or about a learner that counts? A perceptron reads the whole string at once
# and is trained by gradients, on the smallest of these grammars, with three symbols and two rules. The exponent is
# taken from its curve in the same way.

# %%
relu = networks.ACTIVATIONS["relu"]
adam = optax.adamw(2e-3, weight_decay=1e-2)


def one_hot(strings, symbols):
    """All tokens but the last, one after the other, as float32, and the last one."""
    return np.eye(symbols, dtype=np.float32)[strings[:, :-1]].reshape(len(strings), -1), strings[:, -1].astype(int)


def cross_entropy(params, x, y):
    """Mean loss of the perceptron, in nats."""
    return networks.cross_entropy(networks.forward(params, x, relu), y)


@jax.jit
def hundred_steps(state, batches):
    """AdamW on batches of a leading axis 100."""

    def step(state, batch):
        params, moments = state
        updates, moments = adam.update(jax.grad(cross_entropy)(params, *batch), moments, params)
        return (optax.apply_updates(params, updates), moments), None

    return jax.lax.scan(step, state, batches)[0]


loss_of = jax.jit(cross_entropy)


def trained(strings, validation, test, symbols):
    """Test loss after 2000 steps on batches of 128, or where the validation loss is least."""
    x, y = one_hot(strings, symbols)
    start = networks.initialise([x.shape[1], 64, 64, symbols], rng, bias=True)
    params = jax.tree.map(np.float32, start)
    state, log = (params, adam.init(params)), []
    for _ in range(20):
        rows = rng.integers(len(x), size=(100, 128))
        state = hundred_steps(state, (x[rows], y[rows]))
        log.append((float(loss_of(state[0], *validation)), float(loss_of(state[0], *test))))
    return min(log)[1]


smallest = stairs[list(grammars).index((3, (0, 1)))]
few = smallest.sizes[1:6]  # 64 to 16 384
by_gradients = []
for strings, test in smallest.samples[:2]:
    halves = [one_hot(half, 3) for half in np.split(test, 2)]
    by_gradients.append([trained(strings[:size], *halves, 3) for size in few])
each = smallest.falls(np.array(by_gradients), few)
law.check(
    "network-by-gradients",
    measured=np.mean(each), error=notebook.spread(each),
    given={"entropy_decay": smallest.gamma, "correlation_decay": smallest.beta},
)  # fmt: skip

# %% [markdown]
# ### One curve for all contexts
#
# Hold the learner to $K=2,3,4$ blocks, $n=2^K$. Losses times $n^\gamma$ against data over $n^b$ should fall on one
# curve if $b=2\beta$. So we look for the power $b$ at which the three curves are nearest to each other, over a range of
# data that is equally long for each $b$; the search does not know $\beta$. If rules are shared between places, the same
# search should find a smaller power.

# %%
blocks = np.arange(2, 5)
log_contexts = blocks * np.log(2)
candidates = np.linspace(0.5, 9.0, 171)


def collapse(grammar, held):
    """Power of n at which rescaled curves of 2, 3 and 4 blocks collapse best, and its standard error over grammars."""
    late = grammar.sizes[: held.shape[1]] >= 64
    log_sizes = np.log(grammar.sizes[: held.shape[1]][late])
    known = np.log(grammar.entropies)[: len(held), None, blocks]

    def best_power(mean):
        """`mean`: log losses of each number of blocks, (sizes, 3), and in a last row the logs of the entropies."""
        rescaled = mean[:-1] - slope(log_contexts, mean[-1]) * log_contexts  # the slope is minus gamma

        def distance(power):
            """Standard deviation between the curves, over a factor of 64 from where the shortest context begins."""
            common = log_sizes[0] - power * log_contexts[0] + np.linspace(0, np.log(64), 40)
            columns = zip(log_contexts, rescaled.T, strict=True)
            return np.mean(np.std([np.interp(common + power * n, log_sizes, y) for n, y in columns], axis=0))

        return candidates[np.argmin([distance(power) for power in candidates])]

    logs = np.log(held[:, late][:, :, blocks])
    return powerlaw.bootstrap(best_power, np.concatenate([logs, known], axis=1), rng, draws=60)


value, error = collapse(first, first.held)
law.check("collapse-hierarchical", measured=value, error=error, given={"correlation_decay": first.beta})
value, error = collapse(first, sharing)
law.control("collapse-when-shared", measured=value, error=error, given={"correlation_decay": first.beta})

# %%
entropies = np.log(first.entropies).mean(axis=0)[blocks]
gamma = -slope(log_contexts, entropies)
fig, axes = plt.subplots(1, 2, figsize=(6.4, 3.2), sharey=True)
for ax, power, label in (
    (axes[0], 2 * first.beta, r"$P/n^{2\beta}$ (strings)"),
    (axes[1], first.beta, r"$P/n^{\beta}$ (strings)"),
):
    for k in blocks:
        held = np.exp(np.log(first.held[:, :, k]).mean(axis=0)) * 2 ** (k * gamma)
        ax.plot(first.sizes / 2 ** (k * power), held, marker=plot.MARKERS[k - 2], markersize=4, label=f"$n={2**k}$")
    ax.set(xscale="log", yscale="log", xlabel=label)
axes[0].set(ylabel=r"loss $\times\ n^{\gamma}$ (nats)")
axes[0].legend()
plt.show()

# %% [markdown]
# ### The two inputs of the grammar
#
# Both exponents have a closed form, which we derived for this page: the covariance of siblings falls by one factor for
# every level that both descend, and a wrong token survives a level with one probability. The covariances are summed
# over the rules of a drawn grammar, so nothing is sampled but the grammar.

# %%
decays, losses_per_step = [], []
for symbols, differences in grammars:
    seen, entropies = [], []
    for _ in range(3):
        deep = hierarchy.cyclic_grammar(symbols, differences, 6, rng)
        seen.append([correlations.strength(c) for c in hierarchy.covariances(deep)])
        entropies.append(hierarchy.conditional_entropies(deep, rng))
    decays.append(np.log2(np.array(seen)[:, 0] / np.array(seen)[:, 5]) / 5)
    losses_per_step.append(np.log2(np.array(entropies)[:, 3] / np.array(entropies)[:, 6]) / 3)


def mean_and_error(samples):
    """Mean over the last axis and its standard error."""
    return np.mean(samples, axis=-1), notebook.spread(samples, axis=-1)


shape = {"symbols": [v for v, _ in grammars], "rules": [len(d) for _, d in grammars]}
value, error = mean_and_error(decays)
law.check("grammar-correlation-decay", measured=value, error=error, given=shape)
value, error = mean_and_error(losses_per_step)
law.check("grammar-entropy-decay", measured=value, error=error, given=shape)

# %% [markdown]
# ## A binary chain with long memory
#
# In the grammar $\gamma$ and $\beta$ come together. Here they can be set apart. A chain of $\pm1$ whose next value has
# the mean $\sum_j\varphi_j x_{t-j}$, with $\varphi_j=\pm a\,j^{-b}$, has $\beta\approx b$. If every lag carries
# something, $\gamma\approx 2b-1$; if only the lags $1,4,9,\dots$ do, $\gamma\approx 2b-\frac12$. Both are computed
# from the source, with no data; by the random signs they differ from source to source, and 18 of each kind are
# averaged. The excess loss is a mean divergence from the true probabilities, so nothing has to be
# subtracted.
#
# The learner is least squares on past values: on all lags up to some order, or on those lags only whose correlation
# stands out of the noise, so that the law's threshold is built into it. A first set of fresh chains chooses, a second
# one measures.

# %%
memory, chains = 1000, 512
steps = np.array([16, 64, 256, 1024, 2048])
samples = chains * steps
sources = {(0.7, 1): 6, (0.85, 1): 6, (0.85, 2): 12, (1.1, 1): 6}  # decay of the coefficients, gap: how many learned
orders, cuts = 2 ** np.arange(9), np.array([3.0, 3.5, 4.0, 4.5])  # no order is far beyond the lags of the statistics


def statistics(phis):
    """The exponents γ and β of sources of one kind over lags 1 to 200, from their equations."""
    every = np.array([long_memory.autocorrelation(phi) for phi in phis])  # (sources, lags)
    squares = np.mean(every**2, axis=0)
    active = np.flatnonzero(phis[0][:200]) + 1
    bins = np.digitize(active, np.geomspace(1, 201, 9))
    places = [np.mean(np.log(active[bins == i])) for i in np.unique(bins)]
    sizes = [np.log(np.mean(squares[active[bins == i]])) / 2 for i in np.unique(bins)]
    left = np.mean([long_memory.innovations(r) for r in every], axis=0)
    n = np.unique(np.geomspace(1, 200, 30).round().astype(int))
    return -slope(np.log(n), np.log(left[n] - left[-1])), -slope(places, sizes)


def excess(phi):
    """Excess loss of the learner, and of the same without its sparse half, at each size; shape (2, sizes)."""
    x = long_memory.simulate(phi, chains + 64, steps[-1], rng)
    fresh = np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(x[:-1, chains:].T), memory, axis=1)
    past = fresh[rng.integers(64, size=8000), rng.integers(steps[-1], size=8000), ::-1]  # (contexts, lags)
    fits = [phi]
    for r, size in zip(long_memory.lagged_products(x[:, :chains], memory, steps), samples, strict=True):
        fits += [*long_memory.all_lags(r, orders), *long_memory.resolved_lags(r, size, cuts)]
    mean = past @ np.array(fits, dtype=np.float32).T  # (contexts, fits)
    divergence = long_memory.excess_loss(mean[:, :1], mean[:, 1:]).reshape(2, -1, len(steps), len(fits) // len(steps))
    divergence = divergence.mean(axis=1)  # (choosing or measuring, sizes, candidates)
    best = divergence[0].argmin(axis=1), divergence[0, :, : len(orders)].argmin(axis=1)
    return np.stack([divergence[1][np.arange(len(steps)), choice] for choice in best])


def learned(phis, count=None):
    """Exponents γ and β of sources, and the excess losses of the first of them, (count, 2, sizes)."""
    return statistics(phis), np.array([excess(phi) for phi in phis[:count]])


def decay(curves):
    """Exponent of the mean curve in the number of samples, with its standard error."""
    return powerlaw.bootstrap(lambda mean: -powerlaw.fit(samples, mean).exponent, curves, rng)


times = 4 if full else 1
drawn = {
    source: [long_memory.coefficients(memory, *source, 0.06, rng) for _ in range(18 * times)] for source in sources
}
results = {source: learned(phis, sources[source] * times) for source, phis in drawn.items()}
chain_given = {
    "entropy_decay": np.array([found[0] for found, _ in results.values()]),
    "correlation_decay": np.array([found[1] for found, _ in results.values()]),
}
on_chains = np.array([decay(curves[:, 0]) for _, curves in results.values()])
law.check("formula-long-memory", measured=on_chains[:, 0], error=on_chains[:, 1], given=chain_given)

# %%
fig, ax = plt.subplots()
predicted = law.predict("formula-long-memory", **chain_given)
for i, ((b, gap), alpha) in enumerate(zip(sources, predicted, strict=True)):
    mean, error = mean_and_error(results[b, gap][1][:, 0].T)
    line = np.exp(np.mean(np.log(mean * samples**alpha))) * samples**-alpha
    ax.plot(samples, line, color=plot.COLOURS[i])
    plot.points(ax, samples, mean, error, index=i, label=f"$b={b}$, {'every lag' if gap == 1 else 'squares'}")
ax.set(xscale="log", yscale="log", xlabel="training tokens $P$", ylabel="excess loss (nats)")
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# The lines have the predicted slopes; only their heights are fitted. At the end of the upper curve the largest order
# that the learner may choose is already too small.
#
# ### Controls on the chain
#
# **Learn slowly inside the horizon.** Where only some lags matter, least squares on *all* lags up to some order pays
# for each of them. It finds what is inside its horizon more slowly than the horizon could grow. The chains are those
# above. **Pass correlations on.** In fractionally integrated noise a distant correlation is mostly handed down by short
# ones. It is large, and says little about what the distant token is worth. Beside it chains whose coefficients have the
# same sizes and random signs, so that nothing adds up along the way.

# %%
found, curves = results[0.85, 2]
value, error = decay(curves[:, 1])
law.control(
    "slow-learner", measured=value, error=error, given={"entropy_decay": found[0], "correlation_decay": found[1]}
)

# %%
handed_down = long_memory.fractional(memory, 0.2)
found, curves = learned([handed_down] * 3)
by_itself, own_curves = learned([handed_down * rng.choice([-1, 1], memory) for _ in range(9)])
value, error = decay(curves[:, 0])
own_value, own_error = decay(own_curves[:, 0])
law.control(
    "redundant-correlations",
    measured=value,
    error=error,
    given={"entropy_decay": found[0], "correlation_decay": found[1]},
    intact=own_value,
    intact_error=own_error,
    intact_given={"entropy_decay": by_itself[0], "correlation_decay": by_itself[1]},
)

# %% [markdown]
# ### Is it a power?
#
# We fit the correlations of the sparse chain at lags up to 64 and look further out. A Markov chain of first order fails
# here at once, even over fewer lags: its correlations decay exponentially. Ours has the pairs of letters of the
# docstrings below.

# %%
squares = np.arange(1, 31) ** 2
autocorrelations = np.array([long_memory.autocorrelation(phi)[squares] for phi in drawn[0.85, 2]])


def root_mean_square(values):
    """Over chains, at each lag."""
    return np.sqrt(np.mean(values**2, axis=0))


rms, rms_error = root_mean_square(autocorrelations), notebook.bootstrap(root_mean_square, autocorrelations)


def power_of(lag, strength):
    """The law fitted to correlations at some lags."""
    return law.fit("statistics-inputs", x={"lag": lag}, y=strength, free={"scale": 0.2, "correlation_decay": 0.8})


def exponential_of(lag, strength, at):
    """The other form, fitted to correlations at some lags, at others."""
    return np.exp(np.polyval(np.polyfit(lag, np.log(strength), 1), at))


near, far = squares <= 64, np.isin(squares, [100, 196, 400, 900])
law.check(
    "correlations-extrapolate",
    measured=rms[far],
    error=rms_error[far],
    given={"lag": squares[far], "other_form": exponential_of(squares[near], rms[near], squares[far])},
    fit=power_of(squares[near], rms[near]),
)

# %%
codes = text.encode(text.english())
size = len(text.ALPHABET)
short, long = slice(0, 3), slice(3, 6)  # lags 1, 4, 9 and 16, 25, 36
bigrams = correlations.joint(codes[:-1], codes[1:], size)
handed_on = correlations.markov_strengths(bigrams, squares[:6])
law.control(
    "markov-source",
    measured=handed_on[long],
    error=notebook.rounding(np.ones(3), operations=36),
    given={"lag": squares[long], "other_form": exponential_of(squares[short], handed_on[short], squares[long])},
    fit=power_of(squares[short], handed_on[short]),
    intact=rms[long],
    intact_error=rms_error[long],
    intact_fit=power_of(squares[short], rms[short]),
)

# %% [markdown]
# And the docstrings themselves? The correlations of their characters at lags up to 11, a power through them, and what
# it says of the lags from 16 to 64. The error is that over five pieces of the text.

# %%
text_lags = np.array([1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64])


def strengths_of(piece):
    """Correlations of the characters of a text at `text_lags`."""
    pairs = (correlations.joint(piece[:-n], piece[n:], size) for n in text_lags)
    return np.array([correlations.strength(correlations.covariance(found)) for found in pairs])


pieces = np.array([strengths_of(piece) for piece in np.array_split(codes, 5)])  # (pieces, lags)
whole, whole_error = strengths_of(codes), notebook.spread(pieces)
low, high = text_lags <= 11, text_lags >= 16
law.check(
    "correlations-of-text",
    measured=whole[high],
    error=whole_error[high],
    given={
        "lag": text_lags[high],
        "other_form": exponential_of(text_lags[low], whole[low], text_lags[high]),
    },
    fit=power_of(text_lags[low], whole[low]),
)

# %% [markdown]
# ## When is a correlation seen? Docstrings
#
# Now text that nobody made for this: the docstrings of five Python packages, by characters. The law of thresholds has
# two parts. First the noise: from $P$ positions of the text, drawn at random, the covariance matrix is off by
# $P^{-1/2}$, at any lag.

# %%
lags = np.array([1, 2, 3, 4, 6, 8, 11, 16, 23, 32])
shares = {n: correlations.joint(codes[:-n], codes[n:], size) for n in lags}
strengths = np.array([correlations.strength(correlations.covariance(shares[n])) for n in lags])


def off_by(found, lag):
    """Largest singular value of the error of a covariance."""
    return correlations.strength(correlations.covariance(found) - correlations.covariance(shares[lag]))


counts = np.geomspace(1000, 100_000, 5).round().astype(int)
noise, in_stretches = np.empty((100, 2, len(counts))), np.empty((200, 2, len(counts)))
for repetition, i, j in np.ndindex(noise.shape):
    lag, count = (1, 8)[i], counts[j]
    places = rng.integers(len(codes) - lag, size=count)
    noise[repetition, i, j] = off_by(correlations.joint(codes[places], codes[places + lag], size), lag)
for repetition, i, j in np.ndindex(in_stretches.shape):
    lag, count = (1, 8)[i], counts[j]
    begin = rng.integers(len(codes) - lag - count)
    stretch = codes[begin : begin + count + lag]
    in_stretches[repetition, i, j] = off_by(correlations.joint(stretch[:-lag], stretch[lag:], size), lag)


def exponents(mean):
    """Slope in the number of positions at each lag."""
    return np.array([powerlaw.fit(counts, row).exponent for row in mean])


value, error = powerlaw.bootstrap(exponents, noise, rng)
law.check("noise-exponent", measured=value, error=error)

# %% [markdown]
# In contiguous stretches, which is how training text comes, neighbours are not independent, and the bound is not
# proved. Does the noise fall as fast there?

# %%
value, error = powerlaw.bootstrap(exponents, in_stretches, rng)
law.check("noise-in-running-text", measured=value, error=error)

# %% [markdown]
# Then where it meets the signal. For pairs drawn at random we find the $P$ at which the noise is half the correlation.

# %%
drawn_pairs = np.geomspace(100, 3e7, 34).round().astype(int)
noise = np.array([
    [[off_by(correlations.drawn(shares[n], p, rng), n) for p in drawn_pairs] for n in lags] for _ in range(6)
])  # fmt: skip


def needed(mean):
    """Log of the size at which the noise is half the signal, at each lag. `mean`: noise, (lags, sizes)."""
    rows = zip(strengths, mean, strict=True)
    return np.array([np.interp(-np.log(s / 2), -np.log(row), np.log(drawn_pairs)) for s, row in rows])


value, error = powerlaw.bootstrap(lambda mean: slope(-2 * np.log(strengths), needed(mean)), noise, rng)
law.check("threshold-vs-strength", measured=value, error=error)
text_beta = -powerlaw.fit(lags, strengths).exponent
value, error = powerlaw.bootstrap(lambda mean: slope(np.log(lags), needed(mean)), noise, rng)
law.check("threshold-vs-lag", measured=value, error=error, given={"correlation_decay": text_beta})

# %% [markdown]
# And the other way round, how far a sample sees. Pairs of 20 tokens at lag $n$ are copies with probability
# $n^{-\beta}$; the horizon is the last lag before the correlation sinks under three times what unrelated pairs show.

# %%
zipf = 1 / np.arange(1, 21)
zipf /= zipf.sum()
unrelated_pairs = np.outer(zipf, zipf)
reach = np.unique(np.geomspace(1, 300, 60).round().astype(int))
sizes = np.array([3_000, 10_000, 30_000, 100_000, 300_000])


def horizon(beta, pairs):
    """Last lag that is seen in a number of pairs."""
    floor = 3 * correlations.strength(correlations.covariance(correlations.drawn(unrelated_pairs, pairs, rng)))
    for before, lag in itertools.pairwise(reach):
        copied = lag**-beta * np.diag(zipf) + (1 - lag**-beta) * unrelated_pairs
        if correlations.strength(correlations.covariance(correlations.drawn(copied, pairs, rng))) < floor:
            return before
    return reach[-1]


betas = np.array([0.9, 1.2])
horizons = np.array([[[horizon(beta, p) for p in sizes] for beta in betas] for _ in range(24)])
value, error = powerlaw.bootstrap(lambda mean: [powerlaw.fit(sizes, row).exponent for row in mean], horizons, rng)
law.check("synthetic-horizon", measured=value, error=error, given={"correlation_decay": betas})

# %% [markdown]
# ## Does a learning curve on docstrings have the predicted slope?
#
# The statistics first. Neither is a clean power over these lags. Conditional entropies are read off
# the best model at hand, an upper bound: interpolated n-gram models trained on three million characters, for contexts
# of one to four, where they have converged. Then the learning curve of the best n-gram model, whose loss includes
# $H_\infty$, as the paper's plots do.

# %%
held_out = codes[-100_000:]
texts = [30_000, 100_000, 300_000, 1_000_000, 3_000_000]


def losses(piece):
    """Held-out loss of n-gram models that look at 0 to 9 characters."""
    seen = ngram.occurrences(codes[piece], held_out, 10, size)
    return -ngram.log_probability(seen, size, ngram.absolute_discounting).mean(axis=1)


curves = learning_curve.sweep(
    losses, lambda: learning_curve.windows(len(codes) - len(held_out), texts, rng), repetitions=1
)
known = curves[:, -1].mean(axis=0)  # the largest text, by length of context
contexts = np.arange(1, 5)
text_gamma = -powerlaw.fit(contexts, known[contexts]).exponent
mean = learning_curve.best(curves.mean(axis=0))


def transformer_loss(piece):
    """Held-out loss of a transformer after ten passes over a text."""
    from lawbook.lab.models import transformer
    from lawbook.lab.training import schedule

    count = max(10 * (piece.stop - piece.start) // (64 * 128) // transformer.CHUNK, 1) * transformer.CHUNK
    begins = rng.integers(piece.start, piece.stop - 129, (count, 64, 1))
    start = transformer.initialise(rng, vocabulary=size, context=128, width=256, layers=4)
    rate = schedule.cosine(1e-3, count, warmup=0.05)
    network, _ = transformer.train(start, codes[begins + np.arange(129)], rate, heads=4)
    return float(transformer.loss(network, held_out[: 129 * 512].reshape(512, 129), heads=4))


if full:
    mean = np.array([transformer_loss(p) for p in learning_curve.windows(len(codes) - len(held_out), texts, rng)])
curve = powerlaw.fit(texts, mean)
text_alpha, text_error = -curve.exponent, curve.exponent_error  # the bend of the curve outweighs the choice of text
print("loss by length of context", known.round(3), "best length", curves.mean(axis=0).argmin(axis=1))
text_given = {"entropy_decay": text_gamma, "correlation_decay": text_beta}
law.check("equality-on-text", measured=text_alpha, error=text_error, given=text_given)

# %%
fig, axes = plt.subplots(1, 3, figsize=(7.2, 2.9))
axes[0].plot(lags, powerlaw.fit(lags, strengths)(lags), color=plot.COLOURS[0])
plot.points(axes[0], lags, strengths, index=0)
axes[0].set(xlabel="lag $n$ (characters)", ylabel="correlation $|C(n)|$")
axes[1].plot(contexts, powerlaw.fit(contexts, known[contexts])(contexts), color=plot.COLOURS[1])
plot.points(axes[1], np.arange(1, 10), known[1:], index=1)
axes[1].set(xlabel="context $n$ (characters)", ylabel="loss (nats)")
alpha = law.predict("equality-on-text", **text_given)
line = mean[0] * (np.array(texts) / texts[0]) ** -alpha
axes[2].plot(texts, line, color=plot.COLOURS[2], label="predicted slope")
plot.points(axes[2], texts, mean, index=2, label="transformer" if full else "best n-gram")
axes[2].set(xlabel="training characters $P$", ylabel="loss (nats)")
axes[2].legend(fontsize="small")
for ax in axes:
    ax.set(xscale="log", yscale="log")
plt.show()

# %% [markdown]
# It does not, and it need not. A table of counts is slow inside its horizon: ten characters of context take far more
# text to tabulate than their correlations take to be seen. Then the law says only that the slope is not steeper. The
# equality needs a converged transformer on far more text, which is what the paper trained.
#
# ## All of it in one picture

# %%
fig, ax = plt.subplots()
ends = np.array([0, 0.75])
ax.plot(ends, ends, color=plot.GREY, label=r"$\alpha_D=\gamma/2\beta$")
kinds = {
    "hierarchical grammar": (law.predict("formula-hierarchical", **given), *on_grammars.T),
    "long-memory chain": (predicted, *on_chains.T),
    "docstrings": (np.array([alpha]), np.array([text_alpha]), np.array([text_error])),
}
for i, (label, (x, y, e)) in enumerate(kinds.items()):
    order = np.argsort(x)
    plot.points(ax, x, y, e, index=i, label=label)
    law.series(
        "exponents", x=x[order], y=y[order], error=e[order], prediction=x[order], label=label,
        x_label=r"predicted exponent $\gamma/2\beta$", y_label=r"measured exponent $\alpha_D$",
        title="Exponent of the learning curve from two statistics",
    )  # fmt: skip
ax.set(xlabel=r"predicted exponent $\gamma/2\beta$", ylabel=r"measured exponent $\alpha_D$")
ax.legend()
plt.show()
law.series(
    "staircase", x=first.sizes, y=first.best.mean(axis=0), error=notebook.spread(first.best), label="learner",
    x_label="training strings $P$", y_label="test loss (nats)", x_scale="log", y_scale="log",
    title="Hierarchical grammar, 7 symbols, 3 rules each",
)  # fmt: skip
for k in blocks:
    rescaled = np.exp(np.log(first.held[:, :, k]).mean(axis=0)) * 2 ** (k * gamma)
    law.series(
        "collapse", x=first.sizes / 4.0 ** (k * first.beta), y=rescaled,
        law="ngram-collapse", label=f"n = {2**k}", x_label=r"$P/n^{2\beta}$ (strings)",
        y_label=r"loss $\times\ n^{\gamma}$ (nats)", x_scale="log", y_scale="log", title="One curve for all contexts",
    )  # fmt: skip

# %% [markdown]
# ## What to try next
#
# - Give the grammar ordinary random rules. Its correlations of one lag are then unequal. Which of them sets the step?
# - Give the perceptron more layers or more steps. Which thresholds does it have then?
# - Take words instead of characters. Over which lags is either statistic a power?
# - Choose the coefficients of the chain so that correlations of close lags cancel. Who still finds them?
