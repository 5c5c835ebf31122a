# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A batch eight times as large wants a step eight times as long
#
# More chips mean a larger batch. What becomes of the step size? Goyal and colleagues (2017) trained ImageNet in an hour
# with one rule: a batch $k$ times as large gets a step $k$ times as long, and then the loss falls as before, sample for
# sample.
#
# If steps are short and gradients exact, this is no news: $k$ small steps then go where one long step goes. So we make
# the gradients very noisy, with labels that are often wrong, until the loss depends more on the noise than on the way
# down. There, two other rules sound as good: leave the step as it is, or multiply it by $\sqrt k$. The predictions
# stand in [the law page](../laws/goyal2017.md).

# %%
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits

law = notebook.open("goyal2017")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Set-up
#
# A network with 64 inputs, 32 hidden tanh units and 10 outputs learns 1024 digits by SGD with momentum 0.9. Each time
# an image is drawn, its label is replaced by a random class with probability 0.3. So a perfect network says what is
# likely, and what we read is its *excess loss*: the cross-entropy above the least one possible, the mean over all
# 1024 images and all labels that may come. Sixteen networks, each with its own start and its own batches, run side by
# side; how much they differ gives the error.

# %%
samples, networks, epochs = (1024, 32, 24) if full else (1024, 16, 10)
wrong, momentum, memory = np.float32(0.3), np.float32(0.9), np.float32(0.99)
pixels, classes = digits.load(centred=True)
rows = rng.permutation(len(classes))[:samples]
images, labels = pixels[rows].astype(np.float32), classes[rows]
one_hot = np.eye(10, dtype=np.float32)
likely = (1 - wrong) * one_hot[labels] + wrong / 10
least = -float(np.sum(likely[0] * np.log(likely[0])))
small, eta, eta_adam = 4, 0.03, 4e-4
LATE = slice(epochs // 2, None)


def forward(w, x):
    """Hidden units and outputs, the outputs up to a shift; leading axes are step sizes and networks."""
    hidden = np.tanh(x @ w[0])
    outputs = hidden @ w[1]
    return hidden, outputs - outputs.max(axis=-1, keepdims=True)


def excess(w):
    """Cross-entropy over all images and labels above the least one, (rates, networks)."""
    _, outputs = forward(w, images)
    return np.mean(np.log(np.exp(outputs).sum(axis=-1)) - (outputs * likely).sum(axis=-1), axis=-1) - least


def gradient(w, x, y):
    """Mean gradient over the batch, for both layers."""
    hidden, outputs = forward(w, x)
    shares = np.exp(outputs)
    at_output = (shares / shares.sum(axis=-1, keepdims=True) - y) / np.float32(x.shape[-2])
    at_hidden = (at_output @ w[1].swapaxes(-1, -2)) * (1 - hidden**2)
    return [x.swapaxes(-1, -2) @ at_hidden, hidden.swapaxes(-1, -2) @ at_output]


def draw(size, copies=1):
    """Images and labels of a batch for each network; step sizes that are tried share it. With `copies`, a drawn image
    stands so often in its batch, with one label."""
    chosen = rng.integers(samples, size=(networks, size // copies))
    said = np.where(rng.random(chosen.shape) < wrong, rng.integers(10, size=chosen.shape), labels[chosen])
    return images[chosen.repeat(copies, axis=1)], one_hot[said.repeat(copies, axis=1)]


start = [
    rng.standard_normal((networks, inputs, units), dtype=np.float32) / np.float32(np.sqrt(inputs))
    for inputs, units in ((64, 32), (32, 10))
]


def train(rates, size, length=epochs, *, adam=False, exact=False, copies=1, ramp=0, since=None):
    """Excess loss after each epoch, (epochs, rates, networks), and the state at the end: weights, velocities, mean
    squares and steps taken. `exact` takes gradients over all images and labels, as often as batches of `size` would;
    `ramp` epochs lead from the step size of the small batch to the one asked for."""
    shape = (len(rates), 1, 1, 1)
    w, v, squares, taken = since or (start, [0 * a for a in start], [0 * a for a in start], 0)
    w, v, squares = ([np.broadcast_to(a, (len(rates), *a.shape[-3:])) for a in part] for part in (w, v, squares))
    rate, read, each = np.float32(rates).reshape(shape), [], samples // size
    for step in range(length * each):
        g = gradient(w, images, likely) if exact else gradient(w, *draw(size, copies))
        taken += 1
        if adam:
            squares = [memory * a + (1 - memory) * b**2 for a, b in zip(squares, g, strict=True)]
            g = [b / (np.sqrt(a / (1 - memory**taken)) + 1e-8) for a, b in zip(squares, g, strict=True)]
        v = [momentum * a + b for a, b in zip(v, g, strict=True)]
        risen = min(1.0, (step + 1) / (ramp * each)) if ramp else 1.0
        now = np.float32(eta) + np.float32(risen) * (rate - np.float32(eta)) if ramp else rate
        w = [a - now * b for a, b in zip(w, v, strict=True)]
        if (step + 1) % each == 0:
            read.append(excess(w))
    return np.array(read, float), (w, v, squares, taken)


# %% [markdown]
# ## Which step trains alike?
#
# First the small batch: 4 images, one step size. Then batches $k$ = 2, 4 and 8 times as large, with steps from
# $\sqrt{k/2}$ to $2k$ times as long. Between the steps that were tried we interpolate, and look which step brings the
# curve of the excess loss, epoch by epoch, nearest to that of the small batch.


# %%
def nearest_step(large, base, rates):
    """The step size whose curve is nearest to that of the small batch, out of (networks, epochs, rates) and
    (networks, epochs): least mean squared difference of logarithms."""
    tried, fine = np.log(rates), np.linspace(np.log(rates[0]), np.log(rates[-1]), 400)
    target = np.log(base.mean(axis=0))
    curves = np.array([np.interp(fine, tried, row) for row in np.log(large.mean(axis=0))])
    return np.exp(fine[np.mean((curves - target[:, None]) ** 2, axis=0).argmin()])


def matched(k, base, first, lowest, highest, **how):
    """Curves of a batch k times as large, the steps tried, and the nearest step with its error."""
    rates = first * 2.0 ** np.arange(lowest, highest + 0.1, 0.5)
    curves, _ = train(rates, small * k, **how)
    large, before = curves.transpose(2, 0, 1), base[:, 0].T
    found = nearest_step(large, before, rates)
    return curves, rates, found, notebook.bootstrap(lambda a, b: nearest_step(a, b, rates), large, before)


base, trained = train([eta], small)
ratios = np.array([2, 4, 8])
runs = [matched(k, base, eta, (np.log2(k) - 1) / 2, np.log2(k) + 1) for k in ratios]
steps, step_errors = (np.array([run[i] for run in runs], float) for i in (2, 3))
print("nearest step over k times the small one:", (steps / eta / ratios).round(3))
law.check("step-that-trains-alike", measured=steps, error=step_errors, given={"k": ratios, "eta": eta})
law.series(
    "steps", x=ratios, y=steps, error=step_errors, prediction=law.formula("linear-scaling-rule")(k=ratios, eta=eta),
    x_label="size of the batch over that of the small one, $k$", y_label="step size that trains alike",
    x_scale="log", y_scale="log", title="The step size that trains as the small batch does",
)  # fmt: skip

# %% [markdown]
# ## The noise counts, and it is kept
#
# Late in training the excess loss hardly falls any more: noise holds it up. Gradients without noise, for as many
# samples and with the same product of step size and steps, go far lower. That is what a rule must get right, and what
# short steps alone would not give. We compare the mean excess loss over the second half of
# the run. The error is that of the ratio to the small batch.


# %%
def late(curves):
    """Mean over the second half, (networks,)."""
    return curves[LATE].mean(axis=0)


def at_rate(run, rate):
    """Curves of one of the steps that were tried, (epochs, networks)."""
    curves, rates = run[:2]
    return curves[:, np.abs(np.log(rates / rate)).argmin()]


quiet, _ = train([16 * eta], 16 * small, exact=True)
by_rule = [at_rate(run, k * eta) for k, run in zip(ratios, runs, strict=True)]
by_root = [at_rate(run, np.sqrt(k) * eta) for k, run in zip(ratios, runs, strict=True)]
floors = np.array([late(curves) for curves in by_rule]).T  # (networks, ratios)
floor = late(base[:, 0])


def log_ratios(large, base):
    """Natural logarithms of late excess losses over that of the small batch, means over networks."""
    return np.log(large.mean(axis=0) / base.mean())


here = {
    "k": ratios,
    "floor": floor.mean(),
    "root_floor": np.array([late(curves).mean() for curves in by_root]),
    "quiet_floor": late(quiet[:, 0]).mean(),
}
print(
    f"late excess loss: small batch {here['floor']:.3f}, by the rule {floors.mean(axis=0).round(3)}, "
    f"by the root {here['root_floor'].round(3)}, without noise {here['quiet_floor']:.3f}"
)
error = notebook.bootstrap(log_ratios, floors, floor)
law.check("noise-is-kept", measured=np.log(floors.mean(axis=0)), error=error, given=here)

axis = np.arange(1, epochs + 1)
fig, ax = plt.subplots()
shown = (
    ("small batch", base[:, 0]),
    ("8 times as large, step 8 times", by_rule[-1]),
    (r"8 times as large, step $\sqrt{8}$ times", by_root[-1]),
    ("no noise", quiet[:, 0]),
)
for i, (label, curves) in enumerate(shown):
    mean, error = curves.mean(axis=1), notebook.spread(curves, axis=1)
    ax.plot(axis, mean, color=plot.COLOURS[i])
    plot.points(ax, axis, mean, error, index=i, label=label)
    law.series(
        "curves", x=axis, y=mean, error=error, label=label, x_label="epochs", y_label="excess loss (nats)",
        y_scale="log", title="The excess loss over samples seen",
    )  # fmt: skip
ax.set(yscale="log", xlabel="epochs of 1024 samples", ylabel="excess loss (nats)")
ax.legend()
plt.show()

# %% [markdown]
# **Controls.** A batch 128 times as large makes 2 steps an epoch, and the gradient changes much within what was 128
# small steps. And with Adam, which divides each step by the root mean square of the gradients, the rule is another
# one. Ours is Adam in a simple form: each gradient is divided first, and then added up with momentum. Each control is
# the same search for the nearest step.

# %%
huge = matched(128, base, eta, 3, 7)
base_adam, _ = train([eta_adam], small, adam=True)
by_adam = matched(8, base_adam, eta_adam, 0.5, 4, adam=True)
print(f"k = 128: {huge[2] / eta:.1f} times; Adam, k = 8: {by_adam[2] / eta_adam:.2f} times")
for name, run, given in (
    ("batch-too-large", huge, {"k": 128, "eta": eta}),
    ("adam", by_adam, {"k": 8, "eta": eta_adam}),
):
    law.control(
        name,
        measured=run[2],
        error=run[3],
        intact=steps[-1],
        intact_error=step_errors[-1],
        given=given,
        intact_given={"k": 8, "eta": eta},
    )

# %% [markdown]
# ## Where the rule ends
#
# At 64 times the batch and 64 times the step, the loss lags behind. We take the first half of the run: there the
# excess loss is larger than that of the small batch, although the gradients are surer. Without noise it is smaller.


# %%
def lag(large, base):
    """Natural logarithm of the ratio of mean excess losses over the first half, out of (networks, epochs) each."""
    return np.log(large[:, : epochs // 2].mean() / base[:, : epochs // 2].mean())


far, _ = train([64 * eta], 64 * small)
pairs = [(curves.T, base[:, 0].T) for curves in (by_rule[-1], far[:, 0])]
lags, lag_errors = [lag(*pair) for pair in pairs], [notebook.bootstrap(lag, *pair) for pair in pairs]
ahead = {"quiet_lag": lag(quiet[:, 0].T, base[:, 0].T)}
print(f"lag at k = 8 and 64: {np.round(lags, 3)}, without noise {ahead['quiet_lag']:.3f}")
law.check("rule-ends", measured=lags[1], error=lag_errors[1], given=ahead)
law.control(
    "not-yet-at-eight", measured=lags[0], error=lag_errors[0], intact=lags[1], intact_error=lag_errors[1], given=ahead
)  # fmt: skip

# %% [markdown]
# ## Does warm-up help?
#
# The authors' cure for early trouble: begin with the step of the small batch and let it grow in equal parts to the full
# one. With a batch 32 times as large we do so over two epochs, and compare the late excess loss. The step size stands
# outside of the sum of past gradients, so momentum needs no correction when it changes.

# %%
at_once, _ = train([32 * eta], 32 * small)
warmed, _ = train([32 * eta], 32 * small, ramp=2)


def gain(at_once, warmed):
    """Late excess loss without warm-up over that with it."""
    return at_once.mean() / warmed.mean()


pair = late(at_once[:, 0]), late(warmed[:, 0])
law.check("warm-up-helps", measured=gain(*pair), error=notebook.bootstrap(gain, *pair))

# %% [markdown]
# ## Shorten the step, or let the batch grow
#
# Smith and colleagues (2018) turn the rule round. At the end of training the step is made shorter, so that noise fades.
# A larger batch should do the same. We go on from the end of the small batch: once with half the step, once with the
# same step and batches of 4 to 32, and look which batch gives the same excess loss, mean over the last eight of ten
# epochs. Control: batches that grow by copies, with each image twice in its batch.

# %%
sizes = np.array([4, 8, 12, 16, 24, 32])
more, END = 10, slice(2, None)
decayed = train([eta / 2], small, more, since=trained)[0][END, 0].mean(axis=0)


def grown_batch(grown, decayed):
    """The batch size that gives the loss of the shorter step, out of (networks, batches) and (networks,); where none
    does, the largest one."""
    fallen = -np.minimum.accumulate(np.log(grown.mean(axis=0)))
    return np.exp(np.interp(-np.log(decayed.mean()), fallen, np.log(sizes)))


def same_as_decay(copies):
    """That batch size and its error, with each image so often in its batch."""
    ends = [train([eta], size, more, since=trained, copies=copies)[0][END, 0].mean(axis=0) for size in sizes]
    grown = np.transpose(ends)
    print(f"shorter step {decayed.mean():.4f}; batches {sizes}: {grown.mean(axis=0).round(4)}")
    return grown_batch(grown, decayed), notebook.bootstrap(grown_batch, grown, decayed)


given = {"c": 2, "batch": small}
own, own_error = same_as_decay(1)
copied, copied_error = same_as_decay(2)
law.check("batch-that-does-the-same", measured=own, error=own_error, given=given)
law.control(
    "grown-by-copies", measured=copied, error=copied_error, intact=own, intact_error=own_error, given=given
)  # fmt: skip

# %% [markdown]
# ## What to try next
#
# * Multiply Adam's step by $\sqrt k$ and shorten its memory $k$ times: do the curves now agree?
# * Set the share of wrong labels to zero. Which of the checks could then still fail?
# * Take a deep network without normalisation, in which the large step does harm at the start. Does warm-up help now?
# * `LAWBOOK_SCALE=full` takes 32 networks and 24 epochs.
