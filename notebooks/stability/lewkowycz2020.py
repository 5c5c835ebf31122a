# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Too large a step throws a wide network to a flatter place
#
# On a parabola of curvature $\lambda_0$, gradient descent with a step size above $2/\lambda_0$ flies apart. Lewkowycz
# and co-authors (2020) found that a wide network does not, up to $4/\lambda_0$: its loss shoots up, the large loss
# pushes the curvature down, and soon the step is small enough for where it has landed. They call it the catapult.
# This notebook takes small networks on handwritten digits through it, and holds each stage against what two coupled
# equations for one sample foretell. What is predicted stands in [the law page](../laws/lewkowycz2020.md).

# %%
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits

law = notebook.open("lewkowycz2020")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()

# %% [markdown]
# ## Set-up
#
# A network with one hidden layer, $f(x)=m^{-1/2}\,v\cdot\phi(Wx)$, of width $m$. All weights are drawn from the
# standard normal distribution (for ReLU those of the first layer are $\sqrt2$ times as large, as is usual), and there
# are no biases. It learns to tell even digits ($+1$) from odd ones ($-1$) by squared loss, each image of unit length.
# Each network has its own weights and its own 50 digits. The curvature $\lambda$ is the largest eigenvalue of the
# *tangent kernel*, the matrix of inner products of the gradients of the outputs, over the number of samples.

# %%
images, labels = digits.load()
parity = np.where(labels % 2 == 0, 1.0, -1.0)
samples, networks = (100, 8) if full else (50, 4)
wide = 16384 if full else 4096
ACTIVATIONS = {
    "linear": (lambda z: z, np.ones_like),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(z.dtype)),
}


def drawn(width):
    """The rows of a network's digits, and its weights but for the scale of the first layer."""
    rows = rng.permutation(len(labels))[:samples]
    return rows, rng.standard_normal((width, 64)), rng.standard_normal(width)


class Network:
    """One hidden layer, its data, and gradient descent on them."""

    def __init__(self, draw, activation="linear", *, length=1.0):
        rows, first, self.last = draw
        pixels = images[rows]
        self.x = length * pixels / np.linalg.norm(pixels, axis=1, keepdims=True)  # (samples, 64)
        self.y, self.width = parity[rows], len(first)
        self.first = first * np.sqrt(2 if activation == "relu" else 1)
        self.phi, self.slope = ACTIVATIONS[activation]
        self.spectrum, self.modes = np.linalg.eigh(self.kernel(self.first, self.last))
        self.curvature = self.spectrum[-1]

    def kernel(self, first, last):
        """The tangent kernel over the number of samples, shape (samples, samples)."""
        z = self.x @ first.T
        hidden, back = self.phi(z), self.slope(z) * last
        return (hidden @ hidden.T + back @ back.T * (self.x @ self.x.T)) / (self.width * len(self.x))

    def residual(self):
        """Output less target at the start, shape (samples,)."""
        return self.phi(self.x @ self.first.T) @ self.last / np.sqrt(self.width) - self.y

    def descend(self, product, steps, *, momentum=0.0, logistic=False, past_peak=False, keep=lambda first, last: None):
        """Gradient descent at step size `product` over the curvature of the start, until the loss is hopeless.

        With `past_peak` it also ends once the loss is below a hundredth of its highest.

        Returns the loss before each step, the last weights, and what `keep` made of the weights before each step.
        """
        x, y, root = self.x.astype(np.float32), self.y.astype(np.float32), np.float32(np.sqrt(self.width))
        step = np.float32(product / self.curvature / len(x))
        first, last = self.first.astype(np.float32), self.last.astype(np.float32)
        losses, kept, velocities = [], [], (np.zeros_like(first), np.zeros_like(last))
        for _ in range(steps):
            kept.append(keep(first, last))
            z = x @ first.T
            hidden = self.phi(z)
            outputs = hidden @ last / root
            errors = outputs - y
            losses.append(np.mean(errors**2) / 2)
            if not losses[-1] < 1e4 * self.width or (past_peak and losses[-1] < 0.01 * max(losses)):
                break
            if logistic:  # four times the logistic loss: at output 0 it is as curved as the squared loss
                errors = -4 * y / (1 + np.exp(y * outputs))
            pull = step / root * errors
            moves = (pull[:, np.newaxis] * self.slope(z) * last).T @ x, hidden.T @ pull
            for weights, velocity, move in zip((first, last), velocities, moves, strict=True):
                velocity *= np.float32(momentum)
                velocity -= move
                weights += velocity
        return np.array(losses), (first.astype(float), last.astype(float)), kept

    def end(self, product, **how):
        """Step size times curvature after 60 steps."""
        _, weights, _ = self.descend(product, 60, **how)
        return product / self.curvature * np.linalg.eigvalsh(self.kernel(*weights))[-1]


def mean(replicas):
    """The mean over the networks, and its standard error."""
    return np.mean(replicas, axis=0), notebook.spread(replicas)


# %% [markdown]
# ## One run, three step sizes
#
# The product $c=\eta\lambda_0$ of step size and curvature at the start tells what will happen. At $c=1.5$ the loss
# falls and the curvature stays. At $2.5$ the loss first grows more than tenfold, then falls, and the curvature has
# dropped well below the dashed line, $2/\eta$. At $4.2$ nothing brings the loss back.

# %%
one = Network(drawn(1024))
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4))
for index, product in enumerate((1.5, 2.5, 4.2)):
    losses, _, kernels = one.descend(product, 40, keep=one.kernel)
    tops = np.array([np.linalg.eigvalsh(kernel)[-1] for kernel in kernels])
    left.plot(losses, color=plot.COLOURS[index], label=f"ηλ₀ = {product}")
    right.plot(product / one.curvature * tops, color=plot.COLOURS[index])
    if product < 4:
        law.series(
            "one-run",
            x=np.arange(len(losses)),
            y=losses,
            label=f"ηλ₀ = {product}",
            x_label="step",
            y_label="training loss",
            y_scale="log",
            title="The loss of a wide network along training, below and above the critical step size",
        )
left.set(xlabel="step", ylabel="training loss", yscale="log", ylim=(1e-2, 1e6))
left.legend()
right.axhline(2, color=plot.GREY, linestyle="--", linewidth=1)
right.set(xlabel="step", ylabel="step size × curvature", ylim=(0, 6))
plt.show()

# %% [markdown]
# ## The largest step size
#
# The window closes at $4/\lambda_0$, says the law. For each network we search between $1/\lambda_0$ and
# $32/\lambda_0$, and halve the range between a step size that trains and one that does not, ten times. "Trains" means
# that after 60 steps the loss is below where it began.
# Linear and tanh networks, with images of length 1 and ½, so that $\lambda_0$ differs sixfold.


# %%
def bisect(trains, low, high):
    """The largest product that trains, and the relative width that is left of the range."""
    for _ in range(10):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if trains(middle) else (low, middle)
    return np.sqrt(low * high), high / low - 1


def trains(network, product):
    losses, _, _ = network.descend(product, 61)
    return len(losses) == 61 and losses[-1] < losses[0]


def frozen(network, product, steps):
    """Losses of the same network with its kernel kept as it was at the start."""
    along = network.modes.T @ network.residual()
    factors = (1 - product * network.spectrum / network.curvature) ** np.arange(steps)[:, np.newaxis]
    return np.mean((factors * along) ** 2, axis=1) / 2


def still(network, product):
    losses = frozen(network, product, 61)
    return losses[-1] < losses[0]


def largest_step(group, trains):
    """Mean over networks of the largest step size, its error, and the harmonic mean of the curvature."""
    found, grids = np.array([bisect(lambda product, n=n: trains(n, product), 1.0, 32.0) for n in group]).T
    curvature = 1 / np.mean([1 / n.curvature for n in group])
    error = np.hypot(notebook.spread(found), notebook.solver(grids[0], found.mean()))
    return found.mean() / curvature, error / curvature, curvature


draws = [drawn(512) for _ in range(2 * networks)]
groups = [[Network(d, a, length=s) for d in draws] for a in ("linear", "tanh") for s in (1.0, 0.5)]
steps, errors, curvatures = np.array([largest_step(group, trains) for group in groups]).T
print("largest step size times curvature:", np.round(steps * curvatures, 3))
law.series(
    "largest-step",
    x=curvatures,
    y=steps,
    error=errors,
    prediction=law.formula("catapult-window")(start_curvature=curvatures),
    x_label="curvature at the start λ₀",
    y_label="largest step size that trains",
    x_scale="log",
    y_scale="log",
    title="The largest step size that trains, against the curvature at the start",
)
law.check("largest-step-on-digits", measured=steps, error=errors, given={"start_curvature": curvatures})

# %% [markdown]
# The same networks with the kernel of the start, which is what infinite width would make of them, stop at 2. And ReLU
# networks do not stop at 4: most still train at 32, where the search ends.

# %%
fixed, fixed_errors, _ = np.array([largest_step(group, still) for group in groups]).T
print("with the kernel frozen:", np.round(fixed * curvatures, 3))
law.control("frozen-kernel", measured=fixed, error=fixed_errors, given={"start_curvature": curvatures})

# %%
rectified = [Network(d, "relu") for d in draws]
step, error, curvature = largest_step(rectified, trains)
print(f"ReLU: {step * curvature:.1f}")
law.control("relu-goes-further", measured=step, error=error, given={"start_curvature": curvature})

# %% [markdown]
# ## Below the window
#
# At three quarters of the critical step size nothing happens to the curvature, in any of the three networks.

# %%
draws = [drawn(wide) for _ in range(networks)]
wide_ones = {a: [Network(d, a) for d in draws] for a in ACTIVATIONS}
below = [[n.end(1.5) for n in group] for group in wide_ones.values()]
measured, error = np.array([mean(ends) for ends in below]).T
law.check("nothing-moves-below", measured=measured, error=error, given={"c": 1.5})

# %% [markdown]
# ## Two equations
#
# A linear network on a single sample $x=1$ with target 0 has the output $f=m^{-1/2}\,u\cdot v$ and the curvature
# $\lambda=(|u|^2+|v|^2)/m$, and these two numbers decide the next two. That is algebra, and we check our formula by
# it.

# %%
m, product = 1000, 2.5
u, v = rng.standard_normal((2, m))
eta = product * m / (u @ u + v @ v)
outputs, tops = [], []
for _ in range(13):
    f = u @ v / np.sqrt(m)
    outputs.append(f)
    tops.append((u @ u + v @ v) / m)
    u, v = u - eta * f * v / np.sqrt(m), v - eta * f * u / np.sqrt(m)
outputs, tops = np.array(outputs), np.array(tops)
law.check(
    "one-sample",
    measured=np.diff(tops)[4:],
    error=notebook.rounding(tops[4:-1], operations=m),
    given={"eta": eta, "curvature": tops[4:-1], "output": outputs[4:-1], "width": m},
)

# %% [markdown]
# With 50 digits there is no such algebra. But if one direction of the kernel dominates, the second equation should
# hold about, with $|\zeta|$ in the place of $|f|$: the length of the mean of the inputs, each times its residual. We
# look at the step that changes the curvature most.


# %%
def largest_change(network, product):
    """The largest change of the curvature in one step, and what the equation needs to foretell it."""

    def keep(first, last):
        errors = network.phi(network.x @ first.T) @ last / np.sqrt(network.width) - network.y
        return np.linalg.eigvalsh(network.kernel(first, last))[-1], np.linalg.norm(errors @ network.x) / samples

    _, _, kept = network.descend(product, 40, past_peak=True, keep=keep)
    tops, carried = np.array(kept).T
    at = np.abs(np.diff(tops)).argmax()
    return np.diff(tops)[at], product / network.curvature, tops[at], carried[at]


def changes(activation):
    found = np.array([largest_change(n, product) for product in (2.5, 3.0) for n in wide_ones[activation]]).T
    change, eta, curvature, output = found
    return {
        "measured": change,
        "error": notebook.rounding(curvature.astype(np.float32), operations=wide),
        "given": {"eta": eta, "curvature": curvature, "output": output, "width": wide},
    }


law.check("fifty-digits", **changes("linear"))
law.control("tanh-bends-the-equation", **changes("tanh"))

# %% [markdown]
# ## Where the curvature ends
#
# First the two equations, iterated at a width of $10^8$, against the closed form that we derived from them.

# %%
products = np.array([2.2, 2.35, 2.5])


def iterate(product, output=1.0, width=1e8, steps=400):
    """Step size times curvature in the end, by the two equations."""
    top, f = 1.0, output  # in the unit of the curvature at the start
    for _ in range(steps):
        top, f = top + product * f**2 / width * (product * top - 4), (1 - product * top + product**2 * f**2 / width) * f
    return product * top


phases = np.exp(np.linspace(0, 1, 9)[:-1, np.newaxis] * np.log(products - 1))  # where in a step the peak falls
ends = np.array([[iterate(c, start) for c, start in zip(products, row, strict=True)] for row in phases])
law.check("equations-end-there", measured=ends.mean(axis=0), error=notebook.spread(ends), given={"c": products})

# %% [markdown]
# Then networks, after 60 steps. By then the catapult is over; in longer runs the curvature creeps up a little, as the
# rest of the data is learned.

# %%
towards = np.array([2.2, 2.4, 2.6])
found = {a: mean([[n.end(c) for c in towards] for n in wide_ones[a]]) for a in ("linear", "relu")}
law.check("linear-networks-end-there", measured=found["linear"][0], error=found["linear"][1], given={"c": towards})
law.check("relu-networks-end-there", measured=found["relu"][0], error=found["relu"][1], given={"c": towards})

# %%
curve = law.formula("how-flat-it-ends")
grid = np.linspace(2, 2.65, 50)
fig, ax = plt.subplots()
ax.plot(grid, curve(c=grid), color=plot.GREY, label="predicted")
ax.plot(grid, 4 - grid, color=plot.GREY, linestyle=":", label="mirrored at 2")
for index, (activation, (value, error)) in enumerate(found.items()):
    plot.points(ax, towards, value, error, index=index, label=activation)
    law.series(
        "end-of-the-curvature",
        x=towards,
        y=value,
        error=error,
        prediction=curve(c=towards),
        law="how-flat-it-ends",
        label=f"{activation} networks",
        x_label="step size × curvature at the start",
        y_label="step size × curvature at the end",
        title="How flat a place the catapult throws a network to",
    )
ax.set(xlabel="step size × curvature at the start", ylabel="step size × curvature at the end")
ax.legend()
plt.show()

# %% [markdown]
# **Controls.** The same runs at $c=2.6$ with one thing changed: tanh units in the place of linear ones; a logistic
# loss; momentum; narrow networks, made of 32 units each of the wide ones. And a step size below the window, where the
# closed form, taken at its word, would have the curvature grow.

# %%
parts = [slice(k, k + 32) for k in (0, 32, 64, 96)]
narrow = [Network((rows, first[part], last[part])) for rows, first, last in draws for part in parts]
for name, group, how in (
    ("tanh-ends-elsewhere", wide_ones["tanh"], {}),
    ("logistic-loss", wide_ones["linear"], {"logistic": True}),
    ("momentum", wide_ones["linear"], {"momentum": 0.5}),
    ("narrow-networks", narrow, {}),
):
    value, error = mean([n.end(2.6, **how) for n in group])
    law.control(name, measured=value, error=error, given={"c": 2.6})
value, error = mean([n.end(1.8) for n in wide_ones["linear"]])
law.control("below-the-critical-step", measured=value, error=error, given={"c": 1.8})

# %% [markdown]
# ## How high the loss goes
#
# The equations also say how high the peak is, in proportion to the width.


# %%
twice = [*draws, *(drawn(wide) for _ in range(networks))]
halves = [(rows, first[: wide // 2], last[: wide // 2]) for rows, first, last in twice]


def peaks(activation, *groups):
    """Highest loss of each group of networks at two step sizes, as `check` wants it."""
    rows = []
    for group in ([Network(d, activation) for d in group] for group in groups):
        curvature = np.mean([n.curvature for n in group])
        for product in (2.4, 2.55):  # the height goes as the curvature: take each network's to the mean one
            heights = [n.descend(product, 40, past_peak=True)[0].max() / n.curvature * curvature for n in group]
            rows.append((*mean(heights), group[0].width, curvature, product))
    value, error, widths, curvatures, c = np.array(rows).T
    return {"measured": value, "error": error, "given": {"width": widths, "start_curvature": curvatures, "c": c}}


law.check("peak-on-digits", **peaks("linear", halves, twice))
law.control("relu-peaks-lower", **peaks("relu", twice))

# %% [markdown]
# For the exponent and for the time of the peak we take three widths, and more networks of the narrow ones, which
# scatter most and cost least. The time depends also on the residual along the steepest direction at the start, $r_0$,
# which chance decides: it has to grow from there to about $\sqrt m$. So we fit the time by $\ln m$ and $\ln r_0^2$
# together, and take the slope in $\ln m$. As steps are whole numbers, the time is that of the top of the parabola
# through the logarithms of the highest loss and its neighbours.

# %%
widths = np.repeat([512, 1024, 4096], [32, 16, 8])


def slope(y, *x):
    """The coefficient of the first of the `x` in a linear fit to `y`."""
    return np.linalg.lstsq(np.column_stack([*x, np.ones_like(y)]), y, rcond=None)[0][0]


def fitted(*columns):
    return slope(*columns), notebook.bootstrap(slope, *columns)


def top(losses):
    """The time of the highest loss; where it is at an end of the run, that end."""
    at = losses.argmax()
    if at in (0, len(losses) - 1):
        return at
    before, here, after = np.log(losses[at - 1 : at + 2])
    return at + (before - after) / (before - 2 * here + after) / 2


def climbs(activation, product):
    """Of each network: log width, log r₀², log of the highest loss, its time, and its time with a frozen kernel."""
    rows = []
    for n in (Network(drawn(width), activation) for width in widths):
        losses, _, _ = n.descend(product, 40, past_peak=True)
        along = n.modes[:, -1] @ n.residual() / np.sqrt(samples)
        rows.append((np.log(n.width), np.log(along**2), np.log(losses.max()), top(losses), top(frozen(n, product, 40))))
    return np.array(rows).T


climbing = {(a, c): climbs(a, c) for c in (2.5, 3.0) for a in ACTIVATIONS}
measured, error = np.array([fitted(climbing[a, 3.0][2], climbing[a, 3.0][0]) for a in ACTIVATIONS]).T
law.check("peak-grows-as-the-width", measured=measured, error=error)

# %% [markdown]
# ## How long it takes

# %%
c = np.array([product for _, product in climbing])
measured, error = np.array([fitted(t, log_m, log_r) for log_m, log_r, _, t, _ in climbing.values()]).T
law.check("time-on-digits", measured=measured, error=error, given={"c": c})
measured, error = np.array([fitted(t, log_m, log_r) for log_m, log_r, _, _, t in climbing.values()]).T
law.control("frozen-kernel-never-peaks", measured=measured, error=error, given={"c": c})

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4))
for index, activation in enumerate(ACTIVATIONS):
    log_m, log_r, log_peak, t, _ = climbing[activation, 3.0]
    left.plot(np.exp(log_m), np.exp(log_peak), ".", color=plot.COLOURS[index], label=activation)
    right.plot(log_m - log_r, t, ".", color=plot.COLOURS[index])
left.set(xlabel="width m", ylabel="highest loss", xscale="log", yscale="log")
left.set_xticks(np.unique(widths), labels=np.unique(widths))
left.set_xticks([], minor=True)
left.legend()
right.set(xlabel="ln (m / r₀²)", ylabel="step of the highest loss")
plt.show()
log_m, log_r, _, t, _ = climbing["linear", 3.0]
order = np.argsort(log_m - log_r)
x, t = (log_m - log_r)[order], t[order]
law.series(
    "time-of-the-peak",
    x=x,
    y=t,
    prediction=t.mean() + law.formula("log-width-time")(c=3.0) * (x - x.mean()),
    law="log-width-time",
    label="linear networks, ηλ₀ = 3",
    x_label="ln (m / r₀²)",
    y_label="step of the highest loss",
    title="The peak comes later by the logarithm of the width",
)

# %% [markdown]
# ## What to try next
#
# - At $c=3.5$ the closed form is of no use any more. Which of the two equations still foretells a step?
# - Take the mean image off the digits. The second eigenvalue of the kernel is then nearly as large as the first. Where
#   does the curvature end, and why does it differ so from draw to draw?
# - Halve the step size after the peak. Is the network still where the catapult threw it?
# - ReLU networks train at $c=20$, but how many of their units still answer to any digit?
# - `LAWBOOK_SCALE=full` takes networks four times as wide and twice as many digits.
