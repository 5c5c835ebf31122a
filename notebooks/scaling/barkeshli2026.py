# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Scaling laws without a power law in the data
#
# Many theories derive the power laws of language models from power laws of language: Zipf's law, decaying spectra,
# heavy tails. Barkeshli, Alfarano and Gromov (2026) took the tails away. They let a transformer predict random
# walks on graphs where nothing has a tail, and the loss still fell as a power. We repeat this with a real, if small,
# transformer. The exponents below are ours. The predictions stand in [the law page](../laws/barkeshli2026.md).

# %%
from functools import cache, partial

import jax
import matplotlib.pyplot as plt
import numpy as np
from jax.flatten_util import ravel_pytree
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import text, walks
from lawbook.lab.models import ngram, transformer
from lawbook.lab.training import schedule
from lawbook.measure import powerlaw

law = notebook.open("barkeshli2026")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Walks, and a transformer that reads them
#
# A graph of 128 nodes, each pair joined with the same probability: degrees are binomial. A walker steps to a random
# neighbour. The transformer has two layers and sees 32 steps. Every walk is seen once, so the amount of data $D$ is
# also the length of training. The entropy rate of the walk is known, and the excess over it is measured without the
# noise of the draw, as a divergence from the true probabilities. (All parameters stand in one vector, so that Adam's
# step is one loop.)

# %%
V, LENGTH, BATCH = 128, 32, 2
PIECE = 128  # steps at a time: runs of every length share a program
SPEED = {"xla_backend_optimization_level": 1}  # compiles sooner, and runs as fast
log_probabilities = jax.jit(
    lambda network, tokens: jax.nn.log_softmax(transformer.logits(network, tokens)), compiler_options=SPEED
)


@cache
def program(width):
    """For networks of one width: from a vector to the network, and Adam's steps on some batches, compiled."""
    some = transformer.initialise(np.random.default_rng(0), vocabulary=V, context=LENGTH, width=width)
    whole = ravel_pytree(some)[1]
    value_and_slope = jax.value_and_grad(lambda vector, tokens: transformer.loss(whole(vector), tokens))

    def step(state, now):
        vector, moments = state
        tokens, size = now
        value, slope = value_and_slope(vector, tokens)
        direction, moments = transformer.ADAM.update(slope, moments)
        return (vector - size * direction, moments), value

    return whole, jax.jit(partial(jax.lax.scan, step), donate_argnums=0, compiler_options=SPEED)


def trained(graph, tokens, width, peak, corrupt=lambda paths: paths):
    """A transformer after one pass over `tokens` steps of fresh walks, its loss on each batch as it came, the walks."""
    paths = corrupt(walks.sample(graph, tokens // LENGTH, LENGTH, rng))
    batches = paths.reshape(-1, BATCH, LENGTH + 1)
    sizes = schedule.stable_decay(peak, len(batches), warmup=0.05, decay=0.95).astype(np.float32)
    whole, descend = program(width)
    start = ravel_pytree(transformer.initialise(rng, vocabulary=V, context=LENGTH, width=width))[0]
    state, losses = (start, transformer.ADAM.init(start)), []
    for first in range(0, len(batches), PIECE):
        state, some = descend(state, (batches[first : first + PIECE], sizes[first : first + PIECE]))
        losses.append(some)
    return whole(state[0]), np.concatenate(losses), paths


def learn(*settings, **options):
    """The transformer alone."""
    return trained(*settings, **options)[0]


def excess(graph, network):
    """Mean excess loss on 256 fresh walks and its standard error, in nats."""
    paths = walks.sample(graph, 256, LENGTH, rng)
    each = walks.excess(graph, paths, np.asarray(log_probabilities(network, paths[:, :-1])))
    return each.mean(), notebook.spread(each)


def rms_of_line(x, y):
    """Scatter of y about a straight line in x."""
    return np.sqrt(np.mean((y - np.polyval(np.polyfit(x, y, 1), x)) ** 2))


# %% [markdown]
# ## More data
#
# Mean degree 4, a network of width 32, from about 60 to about a thousand tokens for each directed edge. The last amount
# has a larger step size, with which a network may fail. We see that by its own training walks, of which no law of the
# page says anything: its loss rises from one eighth of the run to the next, or to some step in the last 256 walks it
# gives less than half the least probability that a step of the graph can have. Then we train once more, on other walks,
# and keep the network whose training loss ends lower. Networks trained on other walks of the same graph differ by a few
# percent, so up to 131 072 tokens we train three and take the geometric mean. Later we compare with a scale-free graph,
# so of the graphs without a tail we take one with as many edges, to two percent. And we take one in a single piece: a
# part of two or three nodes by itself is seen on so few walks that it tells nothing but chance.

# %%
peaks = {2**19: 0.02, 2**21: 0.03}  # step sizes; 0.01 for all smaller amounts
amounts = np.array([2**15, 2**16, 2**17, 2**19] + [2**21] * full)


def eighths(losses):
    """Mean training loss over each eighth of a run."""
    return losses.reshape(8, -1).mean(axis=1)


def failed(graph, network, losses, paths):
    """Whether the training loss rose, or some late step got less than half the least probability a step can have."""
    late = paths[-256:]
    given = np.take_along_axis(np.asarray(log_probabilities(network, late[:, :-1])), late[:, 1:, None], axis=-1)
    return np.any(np.diff(eighths(losses)) > 0) or given.min() < -np.log(2 * graph.sum(axis=1).max())


def data_curve(graph, amounts, width=32, **options):
    """Excess (k,) and its error (k,) at each amount of data; from 2^19 on a network that failed is trained again."""
    curve = []
    for d in amounts.tolist():
        settings = graph, d, width, peaks.get(d, 0.01)
        network, losses, paths = trained(*settings, **options)
        if d in peaks and failed(graph, network, losses, paths):
            other, its_losses, _ = trained(*settings, **options)
            print(f"{d} tokens: the network failed, and another is trained")
            if eighths(its_losses)[-1] < eighths(losses)[-1]:
                network = other
        curve.append(excess(graph, network))
    return np.array(curve).T


def averaged(graph, amounts, networks):
    """Geometric mean (k,) of the excess over networks, and its error (k,), as large a share of it at all amounts."""
    logs = np.log([data_curve(graph, amounts)[0] for _ in range(networks)])  # (networks, k)
    mean = np.exp(logs.mean(axis=0))
    return mean, mean * np.sqrt(np.mean(notebook.spread(logs) ** 2))  # the scatter at all of them


def in_one_piece(graph):
    """Whether a walk may come to every node: of its Laplacian only one eigenvalue is zero."""
    return np.linalg.eigvalsh(np.diag(graph.sum(axis=1)) - 1.0 * graph)[1] > 1e-9


scale_free = walks.barabasi_albert(V, 2, rng)
graph = walks.erdos_renyi(V, 4, rng)
while abs(graph.sum() / scale_free.sum() - 1) > 0.02 or not in_one_piece(graph):
    graph = walks.erdos_renyi(V, 4, rng)
H = walks.entropy_rate(graph)
short = amounts[:3]
more, more_error = np.concatenate([averaged(graph, short, 3), data_curve(graph, amounts[3:])], axis=1)
print(f"entropy rate {H:.3f} nats; {graph.sum()} directed edges; largest degree {graph.sum(axis=1).max()}")
tail_free = powerlaw.fit(amounts, more)

# %% [markdown]
# The law is fitted to the three smallest amounts and says what four times the data bring. Its exponent should lie
# between that of counting, which is 1, and that of noise that averages out, 1/2.

# %%
first = slice(0, 3)
by_data = law.fit("data-law", x={"tokens": amounts[first]}, y=more[first], free={"A": 1000.0, "alpha_D": 0.8})
exponential = np.polyfit(amounts[first], np.log(more[first]), 1)
classical = np.exp(np.mean(np.log(more[first] * np.sqrt(amounts[first])))) / np.sqrt(amounts)
law.series(
    "data", x=amounts, y=more, error=more_error, prediction=by_data(tokens=amounts), law="data-law",
    label="Erdős–Rényi graph", x_label="training tokens $D$", y_label="loss above the entropy rate (nats)",
    x_scale="log", y_scale="log", title="A transformer learns walks on a graph without a tail",
)  # fmt: skip
beyond = slice(3, None)
law.check(
    "data-law-extrapolates",
    measured=more[beyond],
    error=more_error[beyond],
    given={
        "tokens": amounts[beyond],
        "other_form": np.exp(np.polyval(exponential, amounts[beyond])),
        "classical": classical[beyond],
    },
    fit=by_data,
)

# %%
for bound in ("no-faster-than-counting", "faster-than-a-root"):
    law.check(bound, measured=-tail_free.exponent, error=tail_free.exponent_error)

# %% [markdown]
# A power of $D$ against an exponential and against a straight line in $\log D$, each with two constants: ratio of the
# scatter of the log excess. The error is the spread of this ratio over draws from the fitted power, with its own
# scatter.


# %%
def scatter_ratios(x, y):
    """Scatter of log y about a power of x, over that about an exponential and about a logarithm."""
    power = rms_of_line(np.log(x), np.log(y))
    logarithm = np.polyval(np.polyfit(np.log(x), y, 1), np.log(x))
    logarithm = np.maximum(logarithm, y.min() / 10)  # it may turn negative
    return np.array([power / rms_of_line(x, np.log(y)), power / np.sqrt(np.mean(np.log(y / logarithm) ** 2))])


def ratios_and_errors(x, y):
    """The two ratios and one standard error of each."""
    power = powerlaw.fit(x, y)
    scatter = np.sqrt(np.sum(np.log(y / power(x)) ** 2) / (len(x) - 2))
    drawn = [scatter_ratios(x, power(x) * np.exp(scatter * rng.standard_normal(len(x)))) for _ in range(200)]
    return scatter_ratios(x, y), np.std(drawn, axis=0, ddof=1)


found, error = ratios_and_errors(amounts, more)
law.check("data-law-form", measured=found, error=error)

# %% [markdown]
# **With a tail.** The scale-free graph. If the tail of the degrees were what makes the data
# learnable, the loss would change. Its ratio to the loss above, geometric mean over three amounts. Two networks for
# each amount; the error is that of the means over networks.

# %%
tailed, tailed_error = averaged(scale_free, short, 2)
print(f"largest degree {scale_free.sum(axis=1).max()}, entropy rate {walks.entropy_rate(scale_free):.3f} nats")
without = powerlaw.fit(short, more[:3])
print(f"exponent {-powerlaw.fit(short, tailed).exponent:.3f} with a tail, {-without.exponent:.3f} without")
ratio = np.exp(np.mean(np.log(tailed / more[:3])))
relative = np.hypot(tailed_error / tailed, more_error[:3] / more[:3])  # at each amount
law.check("tail-changes-little", measured=ratio, error=ratio * np.sqrt(np.sum(relative**2)) / len(short))
law.series(
    "data", x=short, y=tailed, error=tailed_error, label="scale-free graph", x_label="training tokens $D$",
    y_label="loss above the entropy rate (nats)", x_scale="log", y_scale="log",
)  # fmt: skip

# %% [markdown]
# ### Where it breaks
#
# Each time the slope between 32 768 and 131 072 tokens, of one network for each amount, beside that of the networks of
# width 32 on the walks as they are.
#
# **No order.** Train on walks whose steps are shuffled. What remains to be learned, how often each node is visited,
# takes no time, and the loss stays.

# %%
ends = short[[0, 2]]


def slope(amounts, loss, error):
    """Slope of log loss between two amounts, its sign turned, and its standard error."""
    far = np.log(amounts[1] / amounts[0])
    return -np.diff(np.log(loss))[0] / far, np.hypot(*(error / loss)) / far


steady, steady_error = slope(ends, more[[0, 2]], more_error[[0, 2]])
shuffled, shuffled_error = data_curve(graph, ends, corrupt=lambda p: rng.permuted(p, axis=1))
flat, flat_error = slope(ends, shuffled, shuffled_error)
law.control("shuffled-walks", measured=flat, error=flat_error, intact=steady, intact_error=steady_error)

# %% [markdown]
# **Too small.** Width 4: capacity limits, not data.

# %%
narrow, narrow_error = data_curve(graph, ends, width=4)
slow, slow_error = slope(ends, narrow, narrow_error)
law.control("narrow-network", measured=slow, error=slow_error, intact=steady, intact_error=steady_error)

# %% [markdown]
# **No chance.** A walk round a fixed cycle has no entropy. Its loss falls far faster, and in trials the local slope
# kept growing, as it does for no power. It is the sampling of random steps that makes the power law above. Here both
# slopes are between 65 536 and 131 072 tokens, since below that the networks on the random walks fall nearly as fast as
# counting too.


# %%
def cycle():
    """A directed graph: one way round through all nodes in random order."""
    order = rng.permutation(V)
    graph = np.zeros((V, V), bool)
    graph[order, np.roll(order, 1)] = True
    return graph


certain, certain_error = data_curve(cycle(), short[1:])
steep, steep_error = slope(short[1:], certain, certain_error)
steady, steady_error = slope(short[1:], more[1:3], more_error[1:3])
law.control("certain-walk", measured=steep, error=steep_error, intact=steady, intact_error=steady_error)

# %%
fig, ax = plt.subplots()
ax.plot(amounts, by_data(tokens=amounts), label="law, fitted to the three smallest")
line = np.exp(np.polyval(exponential, amounts))
ax.plot(amounts, line, color=plot.GREY, linestyle=":", label="exponential, likewise")
plot.points(ax, amounts, more, more_error, label="no tail in the degrees")
plot.points(ax, short, tailed, tailed_error, index=1, label="scale-free graph")
plot.points(ax, ends, narrow, narrow_error, index=2, label="width 4")
plot.points(ax, ends, shuffled, shuffled_error, index=3, label="shuffled walks")
ax.set(xscale="log", yscale="log", xlabel="training tokens $D$", ylabel="loss above the entropy rate (nats)")
ax.set_ylim(more.min() / 2, 30)
ax.set_xticks(amounts, [f"$2^{{{int(np.log2(d))}}}$" for d in amounts])
ax.set_xticks([], minor=True)
ax.legend(fontsize="small", ncols=2, loc="upper right")
plt.show()

# %% [markdown]
# ## Larger networks, on little data
#
# Denser graphs (mean degree 16) and a single pass over 65 536 tokens, about 31 for each directed edge. Four widths
# from 4 to 64. Larger networks learn more from each token, and here that gives a power law too. $N$ counts all
# parameters.

# %%
widths = [4, 16, 32, 64] + [128] * full
N = np.array([
    transformer.count(transformer.initialise(rng, vocabulary=V, context=LENGTH, width=w)) for w in widths
])  # fmt: skip


def size_curve(graph, tokens, peak):
    """Excess (widths,) and its error for networks of all widths."""
    return np.array([excess(graph, learn(graph, tokens, w, peak(w))) for w in widths]).T


def held_back(loss):
    """The law fitted to widths 4, 16 and 32, and what it is given at the larger ones, two other forms among it."""
    start = {"B": 10.0, "alpha_N": 0.3}
    fit = law.fit("parameter-law", x={"parameters": N[fitted]}, y=loss[fitted], free=start)
    logarithm = np.polyfit(np.log(N[fitted]), loss[fitted], 1)
    exponential = np.polyfit(N[fitted], np.log(loss[fitted]), 1)
    return fit, {
        "parameters": N[beyond],
        "other_form": np.polyval(logarithm, np.log(N[beyond])),
        "exponential": np.exp(np.polyval(exponential, N[beyond])),
    }


fitted, beyond = slice(0, 3), slice(3, None)
dense = [walks.erdos_renyi(V, 16, rng) for _ in range(3 if full else 2)]


def careful(width):
    """Peak step size."""
    return 0.007 * (32 / width) ** 0.7


larger = np.array([size_curve(g, 2**16, careful) for g in dense])  # (graphs, 2, widths)
logs = np.log(larger[:, 0])
mean = np.exp(logs.mean(axis=0))
mean_error = mean * np.sqrt(np.mean(notebook.spread(logs) ** 2))  # one relative error for all widths
by_size, given = held_back(mean)
law.check("parameter-law-extrapolates", measured=mean[beyond], error=mean_error[beyond], given=given, fit=by_size)

# %%
found, error = ratios_and_errors(N, mean)
law.check("parameter-law-form", measured=found[0], error=error[0])
print(f"against a logarithm: {found[1]:.2f} ± {error[1]:.2f}")

# %% [markdown]
# ### Plentiful data
#
# The first of these graphs again, with four times the tokens and nothing else changed. Now few networks are short of
# data, and the power law is gone: below a threshold of width the network cannot hold the graph, above it size brings
# little.

# %%
poor, poor_error = larger[0]
rich, rich_error = size_curve(dense[0], 2**18, careful)
by_size_poor, given_poor = held_back(poor)
by_size_rich, given_rich = held_back(rich)
law.control(
    "plentiful-data",
    measured=rich[beyond],
    error=rich_error[beyond],
    given=given_rich,
    fit=by_size_rich,
    intact=poor[beyond],
    intact_error=poor_error[beyond],
    intact_given=given_poor,
    intact_fit=by_size_poor,
)
fig, ax = plt.subplots()
ax.plot(N, by_size(parameters=N), label="law, fitted to three sizes")
plot.points(ax, N, mean, mean_error, label="31 tokens for each edge")
ax.plot(N, by_size_rich(parameters=N), color=plot.COLOURS[1], linestyle=":", label="law, fitted likewise")
plot.points(ax, N, rich, rich_error, index=1, label="127 tokens for each edge")
ax.set(xscale="log", yscale="log", xlabel="parameters $N$", ylabel="loss above the entropy rate (nats)")
ax.legend(fontsize="small")
plt.show()
for label, y, y_error, line in (
    ("31 tokens for each edge", mean, mean_error, by_size),
    ("127 tokens for each edge", rich, rich_error, by_size_rich),
):
    law.series(
        "size", x=N, y=y, error=y_error, prediction=line(parameters=N), law="parameter-law", label=label,
        x_label="parameters $N$", y_label="loss above the entropy rate (nats)", x_scale="log", y_scale="log",
        title="A power law in size where tokens are limited, a threshold where they are not",
    )  # fmt: skip

# %% [markdown]
# **What is a parameter?** Leave the embeddings out of the count, as is often done, and the same losses have another
# exponent. Its ratio to the one above depends on the two counts only. Both see the same losses, so the error is the
# spread over draws of losses from the fitted power with its scatter.

# %%
blocks = [
    transformer.count(transformer.initialise(rng, vocabulary=V, context=LENGTH, width=w), embeddings=False)
    for w in widths
]
power = powerlaw.fit(N, mean)
scatter = np.sqrt(np.sum(np.log(mean / power(N)) ** 2) / (len(N) - 2))
redrawn = power(N) * np.exp(scatter * rng.standard_normal((200, len(N))))
counted_otherwise = [powerlaw.fit(blocks, y).exponent / powerlaw.fit(N, y).exponent for y in (mean, *redrawn)]
law.check("counting-matters", measured=counted_otherwise[0], error=np.std(counted_otherwise[1:], ddof=1))

# %% [markdown]
# ## Counting is a power law too
#
# The simplest learner of walks counts transitions. Its excess is half a nat for each free parameter and token, by
# classical statistics: a power law with exponent 1 and no tail anywhere. A little smoothing (the best of five
# amounts) is allowed.

# %%
nodes = 256
lengths = 2 ** np.array([13, 19, 20])


def counted(city):
    """Excess loss of the counts of a walk, at the best of five amounts of smoothing, for each length of the walk."""
    truth, share = walks.transition(city), walks.stationary(city)
    best = []
    for d in lengths:
        path = walks.sample(city, int(d) // 64, 64, rng)
        pairs = np.bincount(path[:, :-1].ravel() * nodes + path[:, 1:].ravel(), minlength=nodes**2)
        tried = []
        for smoothing in (0.001, 0.01, 0.03, 0.1, 0.3):
            model = pairs.reshape(nodes, nodes) + smoothing
            model /= model.sum(axis=1, keepdims=True)
            tried.append(share @ np.where(city, truth * np.log(np.where(city, truth, 1) / model), 0).sum(axis=1))
        best.append(min(tried))
    return best


cities = [walks.erdos_renyi(nodes, 12, rng) for _ in range(4)]
freedom = np.mean([city.sum() - nodes for city in cities])
each = np.array([counted(city) for city in cities])  # (cities, lengths)
found, error = each.mean(axis=0), notebook.spread(each)
late = slice(-2, None)
law.check(
    "count-model",
    measured=found[late],
    error=error[late],
    given={"freedom": freedom, "tokens": lengths[late]},
)

# %%
law.control(
    "too-few-counts",
    measured=found[:1],
    error=error[:1],
    given={"freedom": freedom, "tokens": lengths[:1]},
)

# %% [markdown]
# ## Simpler sources of text
#
# From real text (documentation of Python packages) we make texts that are simpler on purpose: chains in which each
# character depends on the last one, two or three. An n-gram model that looks back just as far learns each from more
# and more characters. For such a learner, the simpler the source, the larger the exponent. Three samples of each source
# are drawn, and the error is their spread.

# %%
codes = text.encode(text.english()[:1_000_000]).astype(np.int64)
SYMBOLS = len(text.ALPHABET)
lengths_of_text = np.array([10_000, 30_000, 100_000, 300_000])
held = 100_000


@cache
def successors(order):
    """Of each context of `order` characters where in the text it ends, all of one together, and where each begins."""
    context = sum(codes[i : len(codes) - order + i] * SYMBOLS ** (order - 1 - i) for i in range(order))
    position = np.argsort(context, kind="stable")
    return context, position, np.searchsorted(context[position], np.arange(SYMBOLS**order + 1))


def chain(order, size):
    """A sample of the chain whose next character follows a random occurrence of the last `order` characters."""
    context, position, starts = successors(order)
    walkers = 500
    now = context[rng.integers(0, len(context), walkers)]
    out = np.empty((size // walkers, walkers), np.int64)
    for row in out:
        pick = starts[now] + (rng.random(walkers) * (starts[now + 1] - starts[now])).astype(int)
        row[:] = codes[position[pick] + order]
        now = (now * SYMBOLS + row) % SYMBOLS**order
        lost = starts[now + 1] == starts[now]  # the very end of the text has no successor
        now[lost] = context[rng.integers(0, len(context), lost.sum())]
    return out.T.ravel()


def rung(sample, order, times, total):
    """For one sample: excess of n-gram models that look back as far as the source, and of those that look back three.

    Both at each size, shape (2, sizes), and the entropy of the source, from what the text itself says of its held part.
    """
    train, test = sample[:-held], sample[-held:]
    known = times > 0  # all but the seams between walkers
    true = np.log(times[known] / total[known])
    models = [ngram.occurrences(train[:size], test, 4, SYMBOLS) for size in lengths_of_text]
    logs = np.array([ngram.log_probability(model, SYMBOLS)[[order, 3]] for model in models])  # (sizes, 2, predicted)
    return (true - logs[:, :, known]).mean(axis=-1).T, -np.mean(true)


def gaps(curves):
    """What the exponent of each source is smaller by than that of the source before."""
    return np.diff([powerlaw.fit(lengths_of_text, y).exponent for y in curves])


orders = (1, 2, 3)
samples = [[chain(order, int(lengths_of_text[-1]) + held) for order in orders] for _ in range(3)]
tests = np.concatenate([sample[-held:] for three in samples for sample in three])
seen = ngram.occurrences(codes, np.append(tests, [0, 0, 0]), 4, SYMBOLS)  # of all tests at once: it sorts the text


def ladder(which):
    """The rungs of one sample of each source."""
    found = {}
    for i, order in enumerate(orders):
        here = slice((3 * which + i) * held, (3 * which + i + 1) * held - 3)  # none across two tests
        found[order] = rung(samples[which][i], order, seen.times[order, here], seen.total[order, here])
    return found


drawn = [ladder(which) for which in range(3)]
rungs = {order: np.mean([draw[order][0][0] for draw in drawn], axis=0) for order in orders}
slopes = {order: powerlaw.fit(lengths_of_text, y) for order, y in rungs.items()}
fitting = [gaps([above[0] for above, _ in draw.values()]) for draw in drawn]
law.check("ladder-is-monotone", measured=np.mean(fitting, axis=0), error=notebook.spread(fitting))

# %% [markdown]
# Control: one learner for all three, which looks back three characters whatever the source. It spends its data on
# contexts that do not matter, and the ladder is turned upside down. The samples are the same.

# %%
turned = [gaps([above[1] for above, _ in draw.values()]) for draw in drawn]
law.control("one-learner-for-all", measured=np.mean(turned, axis=0), error=notebook.spread(turned))

# %% [markdown]
# ## What an exponent depends on
#
# The same losses of the same learners, but with the irreducible loss left in. The simplest source has the largest
# entropy, and a sum of a constant and a power falls the more slowly the larger the constant. So the order of the
# exponents is turned round, and whoever reads them off such a fit learns the opposite. The control is the differences
# without that loss, which we have seen above.

# %%
raw = [gaps([above[0] + entropy for above, entropy in draw.values()]) for draw in drawn]
law.check("floor-turns-the-ladder", measured=np.mean(raw, axis=0), error=notebook.spread(raw))
law.control("floor-taken-off", measured=np.mean(fitting, axis=0), error=notebook.spread(fitting))

# %%
fig, ax = plt.subplots()
for i, (order, y) in enumerate(rungs.items()):
    ax.plot(lengths_of_text, slopes[order](lengths_of_text), color=plot.COLOURS[i])
    plot.points(
        ax, lengths_of_text, y, index=i, label=f"source of order {order}, exponent {-slopes[order].exponent:.2f}"
    )
    law.series(
        "ladder", x=lengths_of_text, y=y, law="complexity-ladder", label=f"source of order {order}",
        x_label="training characters $D$",
        y_label="loss above the entropy rate (nats)", x_scale="log", y_scale="log",
        title="With a learner that fits: the simpler the source, the steeper",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="training characters $D$", ylabel="loss above the entropy rate (nats)")
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# ## What to try next
#
# * Run at `full` scale: four times the data and width 128.
# * Take the degree up to 32 at the same number of tokens for each edge. Is it still a power of $N$, or a logarithm?
# * Make the transition probabilities themselves a power law. Does the exponent move?
# * Start the data curve below 15 tokens for each edge. What comes before the power law?
