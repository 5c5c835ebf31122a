# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Four readings of a text are nearly worth four new texts
#
# You have run out of text. May the model read the same text again? Muennighoff and colleagues trained over 400
# language models to find out. Each reading teaches a little less than the one before, and what all of them are worth
# together has a limit. Here are small networks that read one text up to twelve times, and the same networks on as
# much text that is all new. The predictions stand on [the law page](../laws/muennighoff2023.md).

# %%
from functools import cache

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from jax import lax
from jax.flatten_util import ravel_pytree
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import text
from lawbook.lab.models import characters

law = notebook.open("muennighoff2023")
rng = notebook.rng()
plot.use()

# %% [markdown]
# ## The text and the runs
#
# The text is the documentation of scientific Python packages, 8 million characters. A network sees eight of them and
# guesses the next, as on [the page of Hoffmann and colleagues](../laws/hoffmann2022.md). It has 16 hidden units and
# 3384 weights in all. It is trained by Adam in batches of 128, at a constant step size and with a weight decay of 0.1
# that is not divided by Adam's root mean square. The running average of the weights is tested, which stands for a
# step size that decays until the test.
#
# A *text* is 32 768 positions, drawn from all over the corpus. One run reads them twelve times, each time in another
# order. Its twin starts from the same weights, reads the same positions first, and then goes on to new ones. So until
# the end of the first reading the two are one, and what parts them later is the repeats. There are ten such pairs,
# each with weights and a text of its own, trained side by side.

# %%
full = notebook.scale() == "full"
corpus = text.encode(text.english())
V = len(text.ALPHABET)
held_out = characters.windows(corpus[-64_000:], every=8)
corpus = corpus[:-64_000]
hidden, unique, replicas = (32, 131_072, 10) if full else (16, 32_768, 10)
batch, step_size, decay = 128, 4e-3, 0.1
readings, stretch = 12, 32  # steps that are compiled as one


@cache
def trainer(hidden):
    """A stretch of training for networks side by side: `state` has their weights, averages, moments and steps."""
    size = V * characters.EMBEDDING + characters.count(hidden, V)
    _, parts = ravel_pytree(characters.parts(np.zeros(size, np.float32), hidden, V))

    def loss(weights, contexts, following):
        embedding, matrix, bias, readout, shift = parts(weights)
        z = jax.nn.relu(embedding[contexts].reshape(batch, -1) @ matrix + bias) @ readout + shift
        return (jax.nn.logsumexp(z, axis=1) - z[jnp.arange(batch), following]).mean()

    def step(state, seen):
        weights, average, mean, square, t = state
        slope = jax.grad(loss)(weights, *seen)
        mean += 0.1 * (slope - mean)
        square += 0.01 * (slope**2 - square)
        size = step_size * jnp.minimum(1.0, t / characters.WARM_UP)
        root = jnp.sqrt(square / (1 - 0.99**t)) + 1e-8
        weights *= 1 - size * decay
        weights -= size / (1 - 0.9**t) * mean / root
        average += characters.AVERAGE / (t + characters.AVERAGE) * (weights - average)
        return (weights, average, mean, square, t + 1), None

    return jax.jit(jax.vmap(lambda state, *seen: lax.scan(step, state, seen)[0]))


def train(hidden, weights, orders, log_at):
    """Held-out losses of the averaged weights, (replicas, tests), after each of `log_at` characters, read at the places
    of `orders`, (replicas, characters)."""
    start = jnp.array(weights)
    state = (start, start, 0 * start, 0 * start, jnp.ones(len(start)))
    length, found = stretch * batch, []
    for end in range(length, log_at[-1] + 1, length):
        places = orders[:, end - length : end].reshape(len(orders), stretch, batch)
        contexts = corpus[places[..., None] + np.arange(-characters.CONTEXT, 0)]
        state = trainer(hidden)(state, contexts, corpus[places])
        if end in log_at:
            found.append([characters.losses(w, *held_out, hidden, V).mean() for w in np.array(state[1])])
    return np.array(found, float).T


def new(count):
    """Different places in the corpus, (count,)."""
    return rng.choice(len(corpus) - characters.CONTEXT, count, replace=False) + characters.CONTEXT


def again(places, times):
    """Places read so often, each time in another order."""
    return np.concatenate([places, *(rng.permutation(places) for _ in range(times - 1))])


fresh_at = np.array([1, 1.5, 2, 3, 4, 6, 8, 10, 12])
epochs = np.array([1, 2, 3, 4, 6, 8, 10, 12])


def pairs(hidden, starts, unique, last):
    """Losses on new text and on the first `unique` places again and again, up to `last` times as many readings."""
    lengths = [(unique * at[at <= last]).astype(int).tolist() for at in (fresh_at, epochs)]
    repeats = np.array([again(places[:unique], last) for places in texts])
    return train(hidden, starts, texts, lengths[0]), train(hidden, starts, repeats, lengths[1])


texts = np.array([new(readings * unique) for _ in range(replicas)])
starts = [characters.initialise(hidden, V, rng) for _ in range(replicas)]
fresh, repeated = pairs(hidden, starts, unique, readings)  # (replicas, tests) each
print("new text:", dict(zip(fresh_at.tolist(), fresh.mean(axis=0).round(3).tolist(), strict=True)))
print("repeated:", dict(zip(epochs.tolist(), repeated.mean(axis=0).round(3).tolist(), strict=True)))

# %% [markdown]
# ## What the readings are worth
#
# How much new text gives the same loss? Smooth the curve of the twin by a polynomial in the logarithms, and read it
# backwards. The law says what to expect, and nothing is fitted: its one constant, $R^*=15.4$, is that of the paper,
# from language models with up to nine thousand million weights.
#
# Two checks look at the same curve. Up to four readings it scatters little, and the band is narrow. Up to twelve the
# band is wider, but there the readings fall far behind new text. A power of their number that is right at twelve is
# wrong at two.


# %%
def worth(fresh, repeated):
    """How many times the text one would need of new text for the losses of a repeated run, of one replica."""
    at = np.log(fresh_at[: len(fresh)])
    curve = np.polyfit(at, np.log(fresh), 4)
    axis = np.linspace(0, at[-1], 2000)
    falling = np.minimum.accumulate(np.polyval(curve, axis))
    return np.exp(np.interp(-np.log(repeated), -falling, axis))


worths = np.array([worth(*both) for both in zip(fresh, repeated, strict=True)])  # (replicas, epochs)
first, later = np.searchsorted(epochs, [2, 3, 4]), np.searchsorted(epochs, [4, 8, 12])
reported = {"R_star": 15.387756}
fig, ax = plt.subplots()
axis = np.linspace(1, readings, 100)
ax.plot(axis, law.formula("effective-data")(epochs=axis, **reported), color=plot.COLOURS[0], label="the law")
ax.plot(axis, axis, color=plot.GREY, linestyle=":", label="a repeat is as good as new")
plot.points(ax, epochs, worths.mean(axis=0), notebook.spread(worths), label="measured")
ax.set(xlabel="readings of the text (epochs)", ylabel="worth, in texts of this size that are new")
ax.legend()
plt.show()
law.series(
    "worth", x=epochs, y=worths.mean(axis=0), error=notebook.spread(worths), law="effective-data",
    prediction=law.formula("effective-data")(epochs=epochs, **reported), x_label="readings of the text (epochs)",
    y_label="worth, in texts of this size that are new", title="What reading a text again is worth",
)  # fmt: skip
for name, some in (("worth-of-repeats", later), ("first-repeats", first)):
    law.check(
        name,
        measured=worths.mean(axis=0)[some],
        error=notebook.spread(worths)[some],
        given={"epochs": epochs[some], **reported},
    )

# %% [markdown]
# ## Four readings
#
# What does it cost in loss to have a quarter of the text, and to read it four times? One rival says that only the
# first reading counts, another that the third and fourth add nothing. Both follow from the curve of the twin.


# %%
def cost(losses):
    """By what share a loss is above that of four times as much new text, (replicas,)."""
    return losses / fresh[:, fresh_at == 4][:, 0] - 1


four = cost(repeated[:, epochs == 4][:, 0])
rivals = {f"cost_of_{word}": cost(fresh[:, fresh_at == k][:, 0]).mean() for word, k in (("one", 1), ("two", 2))}
print({"four readings": four.mean().round(4)} | {name: value.round(3) for name, value in rivals.items()})
law.check("cost-of-four-epochs", measured=four.mean(), error=notebook.spread(four), given=rivals)

# %% [markdown]
# **Control: a part of the text much more often.** As many characters, as many of them different. But three readings in
# four are of a tenth of the text. The number of epochs is the same on average, and the law knows no more than that.


# %%
def uneven(places):
    """Places each read once, and a tenth of them for three times as long, in random order."""
    return rng.permutation(np.concatenate([places, np.resize(places[: len(places) // 10], 3 * len(places))]))


orders = np.array([uneven(places[:unique]) for places in texts])
skewed = train(hidden, starts, orders, [4 * unique])
lost = cost(skewed[:, 0])
law.control(
    "a-tenth-most-of-the-time",
    measured=lost.mean(),
    error=notebook.spread(lost),
    given=rivals,
)
left = np.array([worth(*both)[0] for both in zip(fresh, skewed, strict=True)])
kept = worths[:, epochs == 4][:, 0]
law.control(
    "uneven-readings",
    measured=left.mean(),
    error=notebook.spread(left),
    intact=kept.mean(),
    intact_error=notebook.spread(kept),
    given={"epochs": 4, **reported},
)

# %% [markdown]
# **Control: a network too large for the text.** Two networks read the same 8192 characters eight times, one with 16
# hidden units, one with 128 and 22 312 weights. Each is compared with its own twin on new text. The large one learns
# the text by heart: from the sixth reading on it gains next to nothing.

# %%
small_text, wide, most = unique // 4, 8 * hidden, 8
by_size = {}
for units in (hidden, wide):
    both = pairs(units, [characters.initialise(units, V, rng) for _ in range(replicas)], small_text, most)
    by_size[units] = np.array([worth(*losses)[-1] for losses in zip(*both, strict=True)])
print({units: found.round(2) for units, found in by_size.items()})
law.control(
    "network-too-large",
    measured=by_size[wide].mean(),
    error=notebook.spread(by_size[wide]),
    intact=by_size[hidden].mean(),
    intact_error=notebook.spread(by_size[hidden]),
    given={"epochs": most, **reported},
)

# %% [markdown]
# ## What to try next
#
# * Set `decay` to 0, or to 0.3. Which of the two runs of a pair gains, and what becomes of the worth?
# * Set `decay` to 0 and read 8192 characters 32 times. Where does the loss turn up, and what does a worth then mean?
# * Let the text be 32 768 characters in a row, and not from all over the corpus. Is it the same text to a network?
