# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Many small steps make a power law
#
# Michaud, Liu, Girit and Tegmark ask how skills that appear suddenly can add up to a loss that falls smoothly. Suppose
# knowledge comes in pieces, *quanta*, each needed by a fixed share of the samples, and the shares fall as a power of
# the rank. If a model learns the most used quanta first, then what it has not learned yet is the tail of that power
# law. We test the counting itself, then networks that learn 112 parity tasks, and last the words of real text. The
# predictions stand in [the law page](../laws/michaud2023.md).

# %%
import matplotlib.pyplot as plt
import numpy as np
import optax
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import text
from lawbook.lab.models import quanta
from lawbook.measure import powerlaw, repeated
from scipy.special import zeta

law = notebook.open("michaud2023")
rng = notebook.rng()
plot.use()
full = notebook.scale() == "full"


def mean_and_error(samples):
    return np.mean(samples, axis=0), notebook.spread(samples)


# %% [markdown]
# ## Counting
#
# No network yet. Samples draw their quantum from the power law, which has no end. First a learner that knows the $n$
# most frequent quanta and no other: what share of fresh samples does it miss? How many of the samples fall on each of
# the first 500 quanta, and how many beyond, is drawn at once.

# %%
tried = np.array([0.4, 0.8, 1.2])
known = np.array([30, 50, 100, 200, 500])


def missing(shares, times):
    """Share of samples that need a quantum beyond the first n, (times, sizes of `known`).

    `shares` are those of the first quanta; what is left to one belongs to all others.
    """
    counts = rng.multinomial(many, np.append(shares, 1 - np.sum(shares)), times)
    return 1 - np.cumsum(counts, axis=1)[:, known - 1] / many


repeats, many = [4, 8, 48], 400_000  # draws: the larger α, the fewer samples are missed
missed = [missing(quanta.frequencies(alpha, known[-1]), times) for alpha, times in zip(tried, repeats, strict=True)]
slopes = np.array([repeated.exponent(known, m, rng) for m in missed])
law.check("known-quanta-exponent", measured=slopes[:, 0], error=slopes[:, 1], given={"alpha": tried})

# %%
mean, error = np.array([mean_and_error(m[:, 1:4]) for m in missed]).swapaxes(0, 1)  # n = 50, 100, 200
law.check(
    "known-quanta-loss",
    measured=mean,
    error=error,
    given={"known": known[1:4], "alpha": tried[:, None], "floor": 0.0, "gap": 1.0},
)
fig, ax = plt.subplots()
for i, alpha in enumerate(tried):
    mean, error = mean_and_error(missed[i])
    line = law.formula("quanta-loss-tail")(known=known, alpha=alpha, floor=0.0, gap=1.0)
    ax.plot(known, line, color=plot.COLOURS[i])
    plot.points(ax, known, mean, error, index=i, label=f"$\\alpha={alpha}$")
ax.set(xscale="log", yscale="log", xlabel="quanta known $n$ (count)", ylabel="share of samples missed (no unit)")
ax.legend()
plt.show()

# %% [markdown]
# Control: two thousand quanta that are all used equally. The loss falls in a straight line to zero.

# %%
flat = missing(np.full(known[-1], 1 / 2000), repeats[1])
measured, error = repeated.exponent(known, flat, rng)
law.control("equal-frequencies", measured=measured, error=error, given={"alpha": 0.8})

# %% [markdown]
# Now a learner that has to find quanta in its data. It knows those that occur at least $\tau$ times among $D$ samples.

# %%
sizes = np.round(np.geomspace(10**3, 10**7 if full else 10**5, 9)).astype(int)


def left(drawn, share, thresholds=(1, 5)):
    """Frequency mass of the quanta that are not known yet, (thresholds, len(sizes)), of one training set.

    `share` maps a quantum to its frequency.
    """
    quantum, place = np.unique(drawn, return_inverse=True)
    share = share(quantum)
    counted = [np.bincount(place[:n], minlength=len(quantum)) for n in sizes]
    return np.array([[1 - share[c >= threshold].sum() for c in counted] for threshold in thresholds])


def power_law(alpha):
    return lambda quantum: quantum ** -(1.0 + alpha) / zeta(1 + alpha)


found = [
    np.array([left(rng.zipf(1 + alpha, sizes[-1]), power_law(alpha)) for _ in range(times)])
    for alpha, times in zip(tried, [12, 30, 100], strict=True)
]  # for each α (draws, thresholds, sizes)
slopes = np.array([[repeated.exponent(sizes, draws[:, j], rng) for j in (0, 1)] for draws in found])
law.check("tabular-data", measured=slopes[..., 0], error=slopes[..., 1], given={"alpha": tried[:, None]})

# %% [markdown]
# For $\tau=1$ the constant is known too. A frequent quantum may be missed by bad luck, and a rare one seen by good
# luck, and the two do not cancel: a gamma function takes the place of a sharp threshold.

# %%
large = sizes >= 10**4
mean, error = np.array([mean_and_error(draws[:, 0, large]) for draws in found]).swapaxes(0, 1)
law.check("seen-once", measured=mean, error=error, given={"alpha": tried[:, None], "samples": sizes[large]})

# %% [markdown]
# Control: samples that are not independent. If each comes ten times, $D$ of them show no more than $D/10$ do.

# %%
tenth = np.isin(sizes, sizes[large] // 10)
mean, error = np.array([mean_and_error(draws[:, 0, tenth]) for draws in found]).swapaxes(0, 1)
law.control("ten-copies", measured=mean, error=error, given={"alpha": tried[:, None], "samples": 10 * sizes[tenth]})

# %% [markdown]
# Control: twenty thousand quanta, all equal. What is left falls as an
# exponential, slowly and then at once: a bend, and no line.

# %%
equally = np.array([
    left(rng.integers(0, 20_000, sizes[-1]), lambda quantum: np.full(len(quantum), 1 / 20_000), (1,))[0]
    for _ in range(20)
])  # fmt: skip
some = sizes <= 10**5  # beyond, nothing is left, which has no logarithm
measured, error = repeated.exponent(sizes[some], equally[:, some], rng)
law.control("equal-frequencies-in-data", measured=measured, error=error, given={"alpha": 0.8})

# %% [markdown]
# ## A hundred and twelve tasks, one network
#
# A sample names one of 112 tasks and shows 16 bits. The label is the parity of two of the bits, and which two is the
# task's secret. Task $k$ is asked in proportion to $k^{-(1+\alpha)}$. A network of one hidden layer sees each
# sample once. Its loss on a task stays at $\ln2$ until it finds the two bits, then drops.
#
# Bits are shared, so that tasks help each other. We give each bit to equally many tasks; with pairs drawn freely some
# tasks would get much more help than others, and the exponent would vary from draw to draw.

# %%
tasks, every = 112, 50
draws = {0.4: 8, 1.0: 12, 1.2: 10}  # networks
alphas = list(draws)
steps = 40_000 if full else 4_000
descent = optax.sgd(0.3, momentum=0.9)
time = every * np.arange(1, steps // every + 1)
asked = {alpha: quanta.frequencies(alpha, tasks) for alpha in alphas}  # shares of all samples; they sum to less than 1


def train(shares):
    """Loss on each task along one training run, (measurements, tasks), in nats."""
    masks = quanta.parity_tasks(tasks, rng)
    return quanta.learn(
        masks, shares, (128,), rng, optimiser=descent, steps=steps, every=every, batch=256, tests=32
    )[:, 0]  # fmt: skip


runs = {alpha: np.array([train(asked[alpha]) for _ in range(draws[alpha])]) for alpha in alphas}

# %% [markdown]
# One run with $\alpha=0.4$, task by task: each line is a step of its own, and the frequent tasks go first.

# %%
fig, ax = plt.subplots()
for i, k in enumerate([1, 2, 4, 8, 16]):
    ax.plot(time, runs[0.4][0][:, k - 1], color=plot.COLOURS[i], label=f"task {k}")
ax.set(xscale="log", xlabel="step", ylabel="loss on the task (nats)")
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# ### The loss, from nothing but the number of tasks that are known
#
# A task counts as learned when its loss is below half of $\ln2$. Take the time in which a network knows $n$ tasks and
# no more. The law does not ask which ones: they should be the $n$ most frequent, and the mean loss should be $\ln2$
# times the share of all the others. Nothing is fitted, and nothing is added for the tasks that do not exist.

# %%
half = np.log(2) / 2
settings = [(0.4, 3), (0.4, 6), (0.4, 12), (1.0, 3), (1.0, 5)]


def loss_when_known(losses, alpha, n):
    """Mean loss on the tasks that exist, in nats, over the measurements from the nth learned task to the next."""
    known = np.sum(losses < half, axis=1)
    begin, end = np.argmax(known >= n), np.argmax(known > n)
    return np.mean(losses[begin : max(end, begin + 1)] @ asked[alpha])


found = [[loss_when_known(one, alpha, n) for one in runs[alpha]] for alpha, n in settings]
mean, error = np.transpose([mean_and_error(one) for one in found])
beyond = {alpha: quanta.tail(alpha, tasks) for alpha in alphas}
law.check(
    "network-loss",
    measured=mean,
    error=error,
    given={
        "unlearned": [quanta.tail(alpha, n) - beyond[alpha] for alpha, n in settings],
        "anything": [1 - beyond[alpha] for alpha, _ in settings],
        "known": [n for _, n in settings],
        "alpha": [alpha for alpha, _ in settings],
        "tasks": tasks,
        "floor": 0.0,
        "gap": np.log(2),
    },
)

# %% [markdown]
# The same at every number of tasks from one to the last of the check.

# %%
fig, ax = plt.subplots()
for i, alpha in enumerate([0.4, 1.0]):
    ns = np.arange(1, max(n for a, n in settings if a == alpha) + 1)
    mean, error = mean_and_error([[loss_when_known(one, alpha, n) for n in ns] for one in runs[alpha]])
    left_over = np.array([quanta.tail(alpha, n) for n in ns]) - beyond[alpha]
    line = law.predict("network-loss", unlearned=left_over, floor=0.0, gap=np.log(2))
    ax.plot(ns, line, color=plot.COLOURS[i])
    plot.points(ax, ns, mean, error, index=i, label=f"$\\alpha={alpha}$")
    law.series(
        "known", x=ns, y=mean, error=error, prediction=line, label=f"α = {alpha}", x_label="tasks known $n$",
        y_label="mean loss (nats)", x_scale="log", y_scale="log",
        title="A network that knows n of 112 tasks loses what the others are asked",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="tasks known $n$ (count)", ylabel="mean loss (nats)")
ax.legend()
plt.show()
for alpha, drawn in zip(tried, missed, strict=True):  # what was counted above
    mean, error = mean_and_error(drawn)
    line = law.formula("quanta-loss-tail")(known=known, alpha=alpha, floor=0.0, gap=1.0)
    law.series(
        "tail", x=known, y=mean, error=error, prediction=line, label=f"α = {alpha}", x_label="quanta known $n$",
        y_label="share of samples missed", x_scale="log", y_scale="log", title="What the n most used quanta leave",
    )  # fmt: skip
thin = np.unique(np.geomspace(1, len(time), 60).astype(int)) - 1
for k in (1, 4, 16):
    law.series(
        "steps", x=time[thin], y=runs[0.4][0][thin, k - 1], law="emergence-times", label=f"task {k}", x_label="step",
        y_label="loss on the task (nats)", x_scale="log", title="Each task is learned in a step of its own (α = 0.4)",
    )  # fmt: skip

# %% [markdown]
# ### How many in how many steps
#
# In one pass the steps take the place of the data. The number of tasks that are learned should grow as
# $S^{1/(1+\alpha)}$, and with it the mean loss fall as $S^{-\alpha/(1+\alpha)}$. (We count the last task that is known
# and half of the next: the border lies between them.) In the law there is no last task, so to the loss belong the
# tasks beyond the 112th: as not learned, at $\ln2$ times the tail of the frequencies. How much of the loss is that? For
# $\alpha=0.4$ it would be half, so there we only count.

# %%
window = np.unique(np.geomspace(200, steps, 25) / every).astype(int) - 1
learned = {alpha: np.sum(runs[alpha] < half, axis=2) + 0.5 for alpha in alphas}  # (draws, measurements)
slopes = np.array([repeated.exponent(time[window], learned[alpha][:, window], rng) for alpha in alphas])
law.check("learned-in-steps", measured=slopes[:, 0], error=slopes[:, 1], given={"alpha": alphas})

# %%
of_loss = [1.0, 1.2]
in_steps = {alpha: runs[alpha] @ asked[alpha] + np.log(2) * beyond[alpha] for alpha in of_loss}
for alpha in of_loss:
    last = in_steps[alpha][:, -1].mean()
    without = powerlaw.fit(time[window], in_steps[alpha][:, window].mean(axis=0) - np.log(2) * beyond[alpha]).exponent
    print(f"α = {alpha}: {np.log(2) * beyond[alpha] / last:.1%} of the last loss is added; without it {without:.3f}")
slopes = np.array([repeated.exponent(time[window], in_steps[alpha][:, window], rng) for alpha in of_loss])
law.check("network-in-steps", measured=slopes[:, 0], error=slopes[:, 1], given={"alpha": of_loss})

# %%
fig, (ax, other) = plt.subplots(1, 2, figsize=(6.4, 3.2))
for i, alpha in enumerate(alphas):
    plot.points(ax, time[window], learned[alpha][:, window].mean(axis=0), index=i, label=f"$\\alpha={alpha}$")
    rise = time[window] ** law.predict("learned-in-steps", alpha=alpha)
    ax.plot(time[window], rise * learned[alpha][:, window].mean() / rise.mean(), color=plot.COLOURS[i])
for i, alpha in enumerate(of_loss, 1):
    mean, error = mean_and_error(in_steps[alpha][:, window])
    line = law.formula("data-exponent")(samples=time[window], threshold=1.0, alpha=alpha, floor=0.0, gap=np.log(2))
    line *= np.exp(np.mean(np.log(mean / line)))  # the threshold is not predicted
    other.plot(time[window], line, color=plot.COLOURS[i])
    plot.points(other, time[window], mean, error, index=i, label=f"$\\alpha={alpha}$")
    law.series(
        "mean-loss", x=time[window], y=mean, error=error, prediction=line, law="data-exponent", label=f"α = {alpha}",
        x_label="step", y_label="mean loss (nats)", x_scale="log", y_scale="log",
        title="112 parity tasks: the mean loss of a network falls as a power",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="step", ylabel="tasks learned (count)")
other.set(xscale="log", yscale="log", xlabel="step", ylabel="mean loss (nats)")
ax.legend()
other.legend()
plt.show()

# %% [markdown]
# ### When a task is learned
#
# $T_k$ is the first measurement with a loss below half of $\ln2$. The law says that $T_k\,p_k$ is constant, so that
# $\log T_k$ has slope $-1$ against $\log p_k$. The first two tasks are left out: they are learned while the network
# still warms up. So are all from the first one on that is never learned: of those only the lucky ones have a time.

# %%


def first_below(losses, level):
    """Step of the first measurement below a level, (tasks,); not a number where there is none."""
    below = losses < level
    return np.where(below.any(axis=0), time[np.argmax(below, axis=0)], np.nan)


def emergence_slope(losses, p):
    """Slope of the log of the time against the log of the frequencies p, over the tasks that all are learned."""
    when = first_below(losses, half)
    end = np.argmax(np.append(np.isnan(when), True))
    return powerlaw.fit(p[2:end], when[2:end]).exponent


emergence = [emergence_slope(one, asked[alpha]) for alpha in (0.4, 1.0) for one in runs[alpha]]
law.check("emergence-slope", measured=np.mean(emergence), error=notebook.spread(emergence))

# %% [markdown]
# Each step is sharp beside the whole: a task goes from 90 % to 10 % of its loss within a small factor of time, while
# the mean loss would take $9^{1/\alpha_S}$.

# %%
sharpness = []
for alpha in (0.4, 1.0):
    ratios = [first_below(one, 0.1 * np.log(2)) / first_below(one, 0.9 * np.log(2)) for one in runs[alpha]]
    medians = [np.nanmedian(r[2:]) for r in ratios]
    sharpness.append([np.mean(medians), notebook.spread(medians)])
sharpness = np.array(sharpness)
law.check("steps-are-sharp", measured=sharpness[:, 0], error=sharpness[:, 1], given={"alpha": [0.4, 1.0]})

# %% [markdown]
# ### Control: tasks that are asked equally often
#
# Sixteen of the tasks, each in a sixteenth of the samples. They are learned together: nothing for long, then everything
# at once. The number that is known is no power of the steps, and the frequencies that were not used do not order the
# times any more.

# %%
few = 16
equal = np.array([train(np.arange(tasks) < few) for _ in range(3)])[:, :, :few]
together = np.sum(equal < half, axis=2) + 0.5
slope, error = repeated.exponent(time[window], together[:, window], rng)
law.control("network-with-equal-frequencies", measured=slope, error=error, given={"alpha": 1.0})
unordered = [emergence_slope(one, asked[1.0][:few]) for one in equal]
law.control("times-with-equal-frequencies", measured=np.mean(unordered), error=notebook.spread(unordered))

# %% [markdown]
# ### Width
#
# If each quantum costs a fixed number of parameters, the number of quanta grows with the width, and the mean loss falls
# with the exponent $\alpha$ itself. Here 32 tasks, Adam with a cosine schedule, and long enough for the width to be
# what limits the networks. With $\alpha=0.3$ there are samples enough of each task. All networks of a draw see the same
# samples. Narrow ones differ most from each other, and cost least, so there are more of them.

# %%
widths, fewer = np.array([8] * 4 + [16] * 2 + [32] * 2), 32
distinct = np.unique(widths)
long = 40_000 if full else 4_000
adam = optax.adam(optax.cosine_decay_schedule(1e-2, long))


def in_width(alpha, trials):
    """Tasks known and mean loss after each eightieth of the steps, each (trials, 80, distinct widths)."""
    p, known, loss = quanta.frequencies(alpha, fewer), [], []
    for _ in range(trials):
        losses = quanta.learn(
            quanta.parity_tasks(fewer, rng), p, widths, rng, optimiser=adam, steps=long, every=long // 80, tests=100
        )  # (80, networks, tasks)
        known.append([np.sum(losses < half, axis=2)[:, widths == m].mean(axis=1) for m in distinct])
        loss.append([(losses @ p)[:, widths == m].mean(axis=1) for m in distinct])
    return np.swapaxes(known, 1, 2), np.swapaxes(loss, 1, 2) + np.log(2) * quanta.tail(alpha, fewer)


known, _ = in_width(0.3, 5)
value, error = repeated.exponent(distinct, known[:, -1], rng)
law.check("tasks-in-width", measured=value, error=error)
rare, loss = in_width(1.0, 2)
value, error = repeated.exponent(distinct, loss[:, -1], rng)
law.check("network-in-width", measured=value, error=error, given={"alpha": 1.0})
print(f"α = 0.3: {np.round(known[:, -1].mean(axis=0), 1)} tasks known, α = 1: {np.round(rare[:, -1].mean(axis=0), 1)}")

# %% [markdown]
# Control: the same networks after about a twentieth of the steps, 150 to 250 of 4000. Then steps are what is short, and
# a wider network does not know more tasks in proportion.

# %%
early = known[:, 2:5].mean(axis=1)
value, error = repeated.exponent(distinct, early, rng)
law.control("too-few-steps", measured=value, error=error)
fig, ax = plt.subplots()
for i, (count, label) in enumerate([(known[:, -1], "in the end"), (early, "after a twentieth of the steps")]):
    mean, error = mean_and_error(count)
    plot.points(ax, distinct, mean, error, index=i, label=label)
ax.plot(distinct, distinct * (known[:, -1] / distinct).mean(), color=plot.COLOURS[0])
ax.set(xscale="log", yscale="log", xlabel="width (neurons)", ylabel="tasks learned (count)")
ax.set_xticks(distinct, labels=distinct)
ax.set_yticks([1, 2, 4, 8], labels=[1, 2, 4, 8])
ax.minorticks_off()
ax.legend()
plt.show()

# %% [markdown]
# ## Words
#
# Real text: the documentation of installed packages. Take a word type for a quantum, known once it was read. One half
# of the text tells the frequencies and predicts how many words of the other half will be new after $D$ of them. The
# halves are whole stretches of the text, so that they share no paragraph; only within the other half are the words
# shuffled. Nothing is fitted, and no power law is assumed. Were the halves written in other words, it would fail.

# %%
words, vocabulary = text.words(text.english())
read = np.round(np.geomspace(10**3, 10**5.5, 9)).astype(int)


def new_after(second, types):
    """Share of new words in a text after its first n words, for each n of `read`."""
    new = []
    for n in read:
        seen = np.zeros(types, bool)
        seen[second[:n]] = True
        new.append(1 - seen[second[n:]].mean())
    return new


def split():
    """Predicted share of new words, of words that are rare, of those read at most once, and the measured share.

    Each half predicts the other; the mean of both.
    """
    halves = np.array_split(np.roll(words, rng.integers(len(words))), 2)
    return np.mean([one_half_for_the_other(*halves), one_half_for_the_other(*halves[::-1])], axis=0)


def one_half_for_the_other(first, second):
    """The four shares, (4, sizes), for words of `second`."""
    counts = np.bincount(first, minlength=len(vocabulary))
    p = counts / len(first)
    expected = [quanta.unseen(counts, n) for n in read]
    rare = [p[n * p < 1].sum() for n in read]
    once = [np.sum(p * np.exp(-n * p) * (1 + n * p)) for n in read]
    return [expected, rare, once, new_after(rng.permutation(second), len(vocabulary))]


halves = np.array([split() for _ in range(6)])  # (draws, 4, sizes)
(expected, rare, once, new), (*_, error) = mean_and_error(halves)
law.check("new-words", measured=new, error=error, given={"unseen": expected, "rare": rare, "once": once})
fig, ax = plt.subplots()
ax.plot(read, law.predict("new-words", unseen=expected), label="tail sum of the other half")
plot.points(ax, read, new, error, label="measured")
ax.set(xscale="log", yscale="log", xlabel="words read $D$ (count)", ylabel="share of new words (no unit)")
ax.legend()
plt.show()
law.series(
    "words", x=read, y=new, error=error, prediction=law.predict("new-words", unseen=expected), law="tail-sum",
    x_label="words read $D$", y_label="share of new words", x_scale="log", y_scale="log",
    title="Words of technical English, new after D words",
)  # fmt: skip

# %% [markdown]
# Control: force a power law on the words. Between ranks 100 and 3000 the frequencies look like one, with
# some $\alpha$; the exponent $\alpha/(1+\alpha)$ that follows is far off, because the rank-frequency curve bends. For
# as many words drawn from that very power law, with an $\alpha$ fitted in the same way, it is right.

# %%
ranks = np.arange(100, 3001)


def fitted_alpha(drawn):
    by_rank = np.sort(np.bincount(drawn))[::-1]
    return -powerlaw.fit(ranks, by_rank[ranks - 1]).exponent - 1


alpha_words = fitted_alpha(words)
artificial = np.unique(rng.zipf(1 + alpha_words, len(words)), return_inverse=True)[1]
of_artificial = [new_after(np.array_split(rng.permutation(artificial), 2)[1], artificial.max() + 1) for _ in range(5)]
measured, error = repeated.exponent(read, halves[:, 3], rng)
intact, intact_error = repeated.exponent(read, of_artificial, rng)
law.control(
    "words-as-a-power-law",
    measured=measured,
    error=error,
    given={"alpha": alpha_words},
    intact=intact,
    intact_error=intact_error,
    intact_given={"alpha": fitted_alpha(artificial)},
)

# %% [markdown]
# Control: read the words in the order of the text instead of shuffled. A word that was just used is soon used again, so
# a stretch of text holds fewer types than as many words drawn at random, and leaves more of all words unknown.

# %%
counts = np.bincount(words)
stretches = np.array([1000, 3000, 10000, 30000])


def unknown(order, n):
    """Share of all words whose type is not in a stretch of n words."""
    begin = rng.integers(0, len(order) - n)
    return 1 - counts[np.unique(order[begin : begin + n])].sum() / len(order)


(measured, error), (intact, intact_error) = (
    mean_and_error([[unknown(order, n) for n in stretches] for _ in range(60)])
    for order in (words, rng.permutation(words))
)
expected = {"unseen": [quanta.unseen(counts, int(n)) for n in stretches]}
expected["rare"] = [np.sum(counts[counts * n < len(words)]) / len(words) for n in stretches]
rate = counts / len(words)
expected["once"] = [np.sum(rate * np.exp(-n * rate) * (1 + n * rate)) for n in stretches]
law.control(
    "words-in-their-order",
    measured=measured,
    error=error,
    intact=intact,
    intact_error=intact_error,
    given=expected,
)

# %% [markdown]
# ## What to try next
#
# * Ask for `full` scale: ten times the steps, and more of the 112 tasks are learned.
# * Draw the pairs of bits freely. How much does the exponent vary from network to network?
# * Use three bits a task. Which task is learned first, and is it the most frequent one?
# * Count characters instead of words, or pairs of words. How far up does the tail sum stay right?
