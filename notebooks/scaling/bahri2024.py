# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Four regimes of a scaling law
#
# Bahri, Dyer, Kaplan, Lee and Sharma sort the power laws of the loss by two questions. Which resource grows, data or
# width? And is it the plentiful one or the scarce one? The plentiful one only averages out noise around a limit: that
# gives the exponent 1, always. The scarce one resolves the data ever more finely: that gives an exponent which depends
# on the data, and the same one for data and for width. [The law page](../laws/bahri2024.md) states six laws. We measure
# them in a model that can be solved, and then on images of digits.

# %%
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.solvable import kernel
from lawbook.lab.solvable.random_features import arc_cosine, fitted, relu_features, unresolved
from lawbook.measure import powerlaw, repeated
from scipy.linalg import cholesky, solve_triangular
from scipy.spatial import cKDTree

law = notebook.open("bahri2024")
rng = notebook.rng()
plot.use()
full = notebook.scale() == "full"


# %% [markdown]
# ## Much of one resource
#
# ### A linear student
#
# The teacher is a random linear function of 400 Gaussian features whose variances fall as $k^{-2}$. The student sees
# 20 random projections of them, and is fitted by least squares to $n$ samples. Its limit loss is known from the
# projections, so the excess is a clean number; teachers are averaged in closed form.

# %%
features, teacher = 20, 400
spectrum = np.arange(1, teacher + 1.0) ** -2.0
few, many = np.array([28, 32, 40, 60]), np.array([200, 400, 800, 1600, 3200] + [6400, 12800] * full)


def relative_excess(sizes, stretch=0.0):
    """Excess over the limit loss, divided by it, for one student and each number of samples, (len(sizes),)."""
    samples = rng.standard_normal((sizes[-1], teacher)) * np.sqrt(spectrum)
    samples *= np.exp(stretch * rng.standard_normal((len(samples), 1)) - stretch**2)  # mean square 1
    projection = rng.standard_normal((features, teacher))
    limit = unresolved(projection * np.sqrt(spectrum), spectrum)
    return np.array([fitted(samples[:n], projection, spectrum) / limit - 1 for n in sizes])


linear = np.array([relative_excess(many) for _ in range(40)])
measured, error = repeated.exponent(many, linear, rng)
law.check("linear-student-in-data", measured=measured, error=error)

# %% [markdown]
# Near the limit of one sample a feature everything is different: the exponent is far from 1, and grows without bound.

# %%
near = np.array([relative_excess(few) for _ in range(1200)])
measured, error = repeated.exponent(few, near, rng)
law.control("few-samples-per-feature", measured=measured, error=error)

# %% [markdown]
# ### Digits, more and more of them
#
# Now 20 random ReLU features of images of digits, to tell even digits from odd ones. The population is the 1797 images;
# a training set draws from them with replacement, so that its size has no end.

# %%
images, digit = digits.load(centred=True)
images /= np.linalg.norm(images, axis=1, keepdims=True)
population = len(images)
parity = np.where(digit % 2 == 0, 1.0, -1.0)
draws = np.array([320, 640, 1280, 2560, 5120])


def digits_excess():
    """Excess loss of least squares for one draw of 20 features and each number of samples, (len(draws),)."""
    phi = relu_features(images, 20, rng)  # (population, 20)
    best = np.linalg.solve(phi.T @ phi, phi.T @ parity)
    rows = rng.integers(0, population, draws[-1])
    excess = []
    for n in draws:
        some, label = phi[rows[:n]], parity[rows[:n]]
        found = np.linalg.solve(some.T @ some, some.T @ label)
        excess.append((np.mean((phi @ found - parity) ** 2) - np.mean((phi @ best - parity) ** 2)) / 2)
    return np.array(excess)


in_data = np.array([digits_excess() for _ in range(240)])
measured, error = repeated.exponent(draws, in_data, rng)
law.check("digits-in-data", measured=measured, error=error)

# %% [markdown]
# ### Digits, wider and wider
#
# The other way round: 20 images, and many random ReLU features. Infinitely many of them are a kernel of known form
# (arc-cosine), whose loss is the limit. The excess is small beside its own scatter, so we take off what scatters most:
# the part of the difference that is linear in the fluctuation of the kernel. Its mean is exactly zero, because the
# features average to the kernel. Narrow networks are pieces of the widest one, and all pieces count.

# %%
seen, tested, unit, ridge = 20, 150, 500, 1e-3
widths = unit * 2 ** np.arange(5)
exact = arc_cosine(images, images)


def width_excess():
    """Excess loss and mean distance from the limit function for each width, (2, len(widths)), of one draw."""
    order = rng.permutation(population)
    train, test = order[:seen], order[seen : seen + tested]
    label, wanted = parity[train], parity[test]
    inside, across = exact[np.ix_(train, train)] + ridge * np.eye(seen), exact[np.ix_(test, train)]
    dual = np.linalg.solve(inside, label)
    limit = across @ dual
    influence = np.linalg.solve(inside, across.T @ (limit - wanted)) / tested  # of the loss on the training kernel
    pieces = (relu_features(images[order[: seen + tested]], unit, rng) for _ in range(widths[-1] // unit))
    kernels = np.stack([piece @ piece[:seen].T for piece in pieces])  # (pieces, images, seen)
    found = []
    while True:
        rows = []
        for k in kernels:
            trained = k[:seen] + ridge * np.eye(seen)
            output = k[seen:] @ np.linalg.solve(trained, label)
            response = (limit - wanted) @ (k[seen:] @ dual) / tested - influence @ (trained @ dual)
            excess = (np.mean((output - wanted) ** 2) - np.mean((limit - wanted) ** 2)) / 2
            rows.append([excess - response, np.mean(np.abs(output - limit))])
        found.append(np.mean(rows, axis=0))
        if len(kernels) == 1:
            return np.array(found).T
        kernels = (kernels[::2] + kernels[1::2]) / 2  # features in two pieces: the mean of their kernels


wide = np.array([width_excess() for _ in range(120)])
measured, error = repeated.exponent(widths, wide[:, 0], rng)
law.check("digits-in-width", measured=measured, error=error)

# %% [markdown]
# Control: let the loss have a kink just at the limit, $|f-f_\infty|$ instead of a smooth function of $f$. Then the
# fluctuations count at first order, and the exponent is that of a standard deviation.

# %%
measured, error = repeated.exponent(widths, wide[:, 1], rng)
law.control("kink-at-the-limit", measured=measured, error=error)

# %% [markdown]
# ### A network that is trained
#
# Two layers, ReLU, both trained by full-batch gradient descent on 32 images, in the parametrisation where wide
# networks have a limit (outputs over the square root of the width). The initial output is subtracted, since it is
# random at any width. The gap between the loss of one network and the loss of the average of 16 networks needs no
# knowledge of the limit. For squared loss it is the variance over networks, averaged over images: so what is tested is
# the assumption of the law, that a trained network fluctuates about its limit by one over the width.

# %%
network_widths = np.array([128, 256, 512, 1024, 2048])
order = rng.permutation(population)
x, y, x_test = (a.astype(np.float32) for a in (images[order[:32]], parity[order[:32]], images[order[32:1032]]))


def trained(width, kept):
    """Outputs of a network on the test images after 100 steps; `kept` is the share of the initial output that stays."""
    hidden, last = (rng.standard_normal(shape).astype(np.float32) for shape in ((width, 64), width))
    scale = np.float32(np.sqrt(2 / width))  # of the output, in the NTK parametrisation

    def output(x):
        return scale * last @ np.maximum(hidden @ x.T, 0)

    taken = (1 - np.float32(kept)) * output(np.concatenate([x, x_test]))
    target = y + taken[: len(x)]
    for _ in range(100):
        before = hidden @ x.T  # (width, samples)
        after = np.maximum(before, 0)
        missed = scale / len(x) * (scale * last @ after - target)
        slope = last[:, None] * (before > 0) * missed  # of the loss in `before`
        hidden, last = hidden - slope @ x, last - after @ missed
    return output(x_test) - taken[len(x) :]


def spread(width, kept):
    """Half the variance over 16 networks of their outputs, shape (16, ): one contribution a network, to resample."""
    outputs = np.array([trained(width, kept) for _ in range(16)], float)
    return np.mean((outputs - outputs.mean(axis=0)) ** 2, axis=1) / 2 * 16 / 15


centred = np.array([spread(w, 0.0) for w in network_widths]).T
measured, error = repeated.exponent(network_widths, centred, rng)
law.check("network-in-width", measured=measured, error=error)

# %% [markdown]
# Control: keep the initial output. There is no limit function any more, only a limit distribution, and the gap stays.

# %%
kept = np.array([spread(w, 1.0) for w in network_widths[:4]]).T
measured, error = repeated.exponent(network_widths[:4], kept, rng)
intact, intact_error = repeated.exponent(network_widths[:4], centred[:, :4], rng)
law.control("initial-output-kept", measured=measured, error=error, intact=intact, intact_error=intact_error)

# %% [markdown]
# All four on one chart, each with the law $c/x$ through it.

# %%
fig, ax = plt.subplots()
runs = {
    "linear student, in samples": (many, linear),
    "digits, 20 ReLU features, in samples": (draws, in_data),
    "digits, 20 images, in ReLU features": (widths, wide[:, 0]),
    "trained network, 32 images, in width": (network_widths, centred),
}
for i, (label, (resource, samples)) in enumerate(runs.items()):
    mean, error = samples.mean(axis=0), notebook.spread(samples)
    fit = law.fit("variance-limited", x={"resource": resource}, y=mean, free={"coefficient": 10.0})
    ax.plot(resource, fit(resource=resource), color=plot.COLOURS[i])
    plot.points(ax, resource, mean, error, index=i, label=label)
    law.series(
        "variance-limited", x=resource, y=mean, error=error, prediction=fit(resource=resource), label=label,
        x_label="samples $n$ or width $m$", y_label="loss above its limit", x_scale="log", y_scale="log",
        title="Much of one resource: the exponent is 1",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlim=(80, 12000))
ax.set(xlabel="samples $n$ or width $m$ (count)", ylabel="loss above its limit")
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# ### The exact curve
#
# For the linear student on Gaussian features the whole curve is known, down to the peak at one sample a feature.

# %%
mean, error = near.mean(axis=0), notebook.spread(near)
law.check("near-the-peak", measured=mean, error=error, given={"features": features, "n": few})
everywhere = np.concatenate([few, many])
curve = law.formula("gaussian-excess")(features=features, n=everywhere)
both = np.concatenate([mean, linear.mean(axis=0)])
both_error = np.concatenate([error, notebook.spread(linear)])
fig, ax = plt.subplots()
ax.plot(everywhere, curve, label="exact for Gaussian features")
ax.plot(everywhere, features / everywhere, "--", color=plot.GREY, label="features / samples")
plot.points(ax, everywhere, both, both_error, label="measured")
ax.set(xscale="log", yscale="log", xlabel="training samples $n$", ylabel="excess loss / limit loss (no unit)")
ax.legend()
plt.show()
law.series(
    "near-the-peak", x=everywhere, y=both, error=both_error, prediction=curve, law="gaussian-excess",
    x_label="training samples $n$", y_label="excess loss / limit loss", x_scale="log", y_scale="log",
    title="A linear student with 20 random features",
)  # fmt: skip

# %% [markdown]
# Control: samples of unequal size, each stretched by its own lognormal factor. The features keep their second moments
# but are no longer Gaussian, and the exact formula is too low.

# %%
stretched = np.array([relative_excess(few[1:], stretch=0.7) for _ in range(300)])
law.control(
    "samples-of-unequal-size",
    measured=stretched.mean(axis=0),
    error=notebook.spread(stretched),
    given={"features": features, "n": few[1:]},
)

# %% [markdown]
# ## Little of one resource: a manifold is resolved
#
# No network is trained here. Points lie on a flat torus of dimension $d$, in $2d$ dimensions. The learner takes the
# label of the nearest of $n$ training points, or a plane through the nearest few. Its error is a power of the distance
# to them, and that distance falls as $n^{-1/d}$.

# %%
counts = np.array([2048, 4096, 8192, 16384, 32768] + [65536, 131072] * full)
dimensions = np.array([1, 2, 3])


def embed(angles):
    """Angles on the torus, (n, d), as points in twice as many dimensions."""
    return np.concatenate([np.cos(angles), np.sin(angles)], axis=1)


def interpolation(d, extra=0, smoothing=False):
    """Errors of one random target, (5, len(counts)): nearest |.|, nearest squared, plane, plane for a jump, mean |.|.

    `extra` more directions of noise hide the torus. The last error is of the mean label of the nearest 64th of all
    training points, with `smoothing`, and else of the nearest one.
    """
    directions, phases, heights = (
        rng.standard_normal((2 * d, 20)),
        rng.uniform(0, 2 * np.pi, 20),
        rng.standard_normal(20),
    )
    angles = rng.uniform(0, 2 * np.pi, (counts[-1] + 1000, d))
    smooth = np.sin(embed(angles) @ directions / np.sqrt(d) + phases) @ heights
    jump = np.sign(np.sin(angles[:, 0]))
    points = np.concatenate([embed(angles), rng.uniform(-1, 1, (len(angles), extra))], axis=1)
    rows = []
    for n in counts:
        some = 2 * (d + 1) + 1
        asked = n // 64 if smoothing else some
        _, near = cKDTree(points[:n]).query(points[counts[-1] :], asked)  # (tests, neighbours)
        mean = np.mean(smooth[near if smoothing else near[:, :1]], axis=1) - smooth[counts[-1] :]
        near = near[:, :some]
        apart = angles[near] - angles[counts[-1] :, None]
        apart = (apart + np.pi) % (2 * np.pi) - np.pi
        plane = np.concatenate(
            [np.ones((*near.shape, 1)), apart / np.abs(apart).max(axis=(1, 2), keepdims=True)], axis=2
        )
        labels = np.stack([smooth[near], jump[near]], axis=2)
        fits = np.linalg.solve(plane.transpose(0, 2, 1) @ plane, plane.transpose(0, 2, 1) @ labels)[:, 0]  # at the test
        nearest = smooth[near[:, 0]] - smooth[counts[-1] :]
        rows.append([
            np.mean(np.abs(nearest)),
            np.mean(nearest**2),
            np.mean((fits[:, 0] - smooth[counts[-1] :]) ** 2),
            np.mean((fits[:, 1] - jump[counts[-1] :]) ** 2),
            np.mean(np.abs(mean)),
        ])  # fmt: skip
    return np.array(rows).T


torus = {d: np.array([interpolation(d) for _ in range(12)]) for d in dimensions}
for i, name in enumerate(["nearest-point", "nearest-point-squared", "local-planes"]):
    slopes = np.array([repeated.exponent(counts, torus[d][:, i], rng) for d in dimensions])
    law.check(name, measured=slopes[:, 0], error=slopes[:, 1], given={"dimension": dimensions})

# %%
fig, ax = plt.subplots()
for i, d in enumerate(dimensions):
    samples = torus[d][:, 2]
    mean, error = samples.mean(axis=0), notebook.spread(samples)
    line = law.formula("resolution-limited")(n=counts, order=4, dimension=d)
    line *= np.exp(np.mean(np.log(mean / line)))  # the law is a proportionality
    ax.plot(counts, line, color=plot.COLOURS[i])
    plot.points(ax, counts, mean, error, index=i, label=f"$d={d}$")
    law.series(
        "manifold", x=counts, y=mean, error=error, prediction=line, law="resolution-limited", label=f"d = {d}",
        x_label="training points $n$", y_label="squared error of local planes", x_scale="log", y_scale="log",
        title="A smooth function on a torus of dimension d",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="training points $n$", ylabel="squared error (squared label)")
ax.set_xticks(counts, labels=counts)
ax.minorticks_off()
ax.legend()
plt.show()

# %% [markdown]
# Controls: a target with a jump, which no plane can follow; and noise in four more dimensions, which takes the points
# off the manifold.

# %%
slopes = np.array([repeated.exponent(counts, torus[d][:, 3], rng) for d in (2, 3)])
law.control("jump-in-the-target", measured=slopes[:, 0], error=slopes[:, 1], given={"dimension": [2, 3]})
noisy = np.array([interpolation(2, extra=4)[1] for _ in range(6)])
measured, error = repeated.exponent(counts, noisy, rng)
law.control("points-off-the-manifold", measured=measured, error=error, given={"dimension": 2})

# %% [markdown]
# The theorem asks that the model fits its training points. Control: a model just as smooth that does not, for it gives
# the mean label of the nearest 64th of all training points. More points do not make that patch smaller.

# %%
patches = np.array([interpolation(2, smoothing=True) for _ in range(4)])
(measured, error), (intact, intact_error) = (repeated.exponent(counts, patches[:, i], rng) for i in (4, 0))
law.control(
    "points-not-fitted",
    measured=measured,
    error=error,
    intact=intact,
    intact_error=intact_error,
    given={"dimension": 2},
)

# %% [markdown]
# ## Data and width do the same
#
# Back to the linear teacher, now with one resource scarce and the other infinite. With infinite width, $n$ samples
# resolve $n$ directions of the teacher; with infinite data, $n$ random features do. Both losses are half a trace, with
# teachers averaged in closed form. Spectra fall as $k^{-(1+\alpha_K)}$ and have 16 modes for each direction.

# %%
sizes = np.array([32, 64, 128, 256] + [512, 1024] * full)
alphas = np.array([0.5, 1.0, 2.0])


def power_law(n, alpha):
    return np.arange(1, 16 * n + 1.0) ** -(1 + alpha)


def losses(spectrum_of, sizes=sizes, repetitions=16):
    """Losses of independent Gaussian draws, (repetitions, len(sizes))."""
    return np.array([
        [unresolved(rng.standard_normal((n, len(s))) * np.sqrt(s), s) for n, s in ((n, spectrum_of(n)) for n in sizes)]
        for _ in range(repetitions)
    ])  # fmt: skip


in_samples = [losses(lambda n, a=a: power_law(n, a)) for a in alphas]
slopes = np.array([repeated.exponent(sizes, runs, rng) for runs in in_samples])
law.check("data-exponent", measured=slopes[:, 0], error=slopes[:, 1], given={"alpha_k": alphas})

# %% [markdown]
# The slope in the number of features need not be measured here. Gaussian samples $F$ have rows $\mathcal C^{1/2}z$. A
# Gaussian projection $\mathcal P$ enters only through $\mathcal P\,\mathcal C^{1/2}$, whose rows are such vectors too.
# The two losses are one random variable, and in this model duality is an identity. On digits, below, it is not.
#
# Two controls. An exponential spectrum has no exponent: each local slope is far from the best single one, and those
# of a power law are not. And noise on the labels stops the decay.

# %%
steep = losses(lambda n: np.exp(-np.arange(1000) / 20))
(broken, single), (intact, even) = (
    (repeated.local_exponents(sizes, runs, rng), repeated.exponent(sizes, runs, rng)[0])
    for runs in (steep, in_samples[1])
)
law.control(
    "exponential-spectrum",
    measured=broken[0],
    error=broken[1],
    given={"alpha_k": -single},
    intact=intact[0],
    intact_error=intact[1],
    intact_given={"alpha_k": -even},
)

# %%
clean, labelled = [], []
for _ in range(8):
    rows = []
    for n in sizes:
        eta = power_law(n, 1.0)
        samples = rng.standard_normal((n, len(eta))) * np.sqrt(eta)
        noise = kernel.solve(samples, eta, np.zeros((1, len(eta))), np.array([1e-12])).variance[0]
        rows.append([unresolved(samples, eta), noise / 2])  # label noise of standard deviation 1
    clean.append([loss for loss, _ in rows])
    labelled.append([loss + more for loss, more in rows])
measured, error = repeated.exponent(sizes, labelled, rng)
intact, intact_error = repeated.exponent(sizes, clean, rng)
law.control(
    "labels-with-noise",
    measured=measured,
    error=error,
    intact=intact,
    intact_error=intact_error,
    given={"alpha_k": 1.0},
)

# %% [markdown]
# ### On digits
#
# The teacher is a random function of a kernel on the 1797 images, again averaged in closed form. `in data` fits it with
# the kernel itself on $n$ images, `in width` with $n$ random features on all images. Two sorts of features, ReLU and
# steps, have two kernels whose spectra fall at different rates. The predicted curves use nothing but the kernel's
# eigenvalues, through the effective ridge $\kappa$.

# %%
digit_sizes = np.array([16, 32, 64, 128, 256])  # the images are to be many more


def step_features(x, count, rng):
    """sqrt(2 / count) where w . x > 0 for standard normal w, else 0, (len(x), count)."""
    return (x @ rng.standard_normal((x.shape[1], count)) > 0) * np.sqrt(2 / count)


def left(matrix, resolved, sizes):
    """Loss of a teacher drawn from the kernel `matrix`, of whose trace each image or feature resolves `resolved`."""
    return (np.trace(matrix) - np.cumsum(resolved)[sizes - 1]) / (2 * population)


def left_by_images(matrix, sizes):
    """What is left by the kernel itself on the first n of one draw of images, for each n of `sizes`."""
    rows = rng.choice(population, sizes[-1], replace=False)
    seen = matrix[rows]  # (images, population)
    triangle = cholesky(seen[:, rows], lower=True, check_finite=False)
    return left(matrix, np.sum(solve_triangular(triangle, seen, lower=True, check_finite=False) ** 2, axis=1), sizes)


def left_by_features(matrix, features, sizes):
    """What is left by the first n features of all images, (population, sizes[-1])."""
    triangle = cholesky(features.T @ features, lower=True, check_finite=False)
    basis = solve_triangular(triangle, features.T, lower=True, check_finite=False)  # orthonormal rows
    return left(matrix, np.sum(basis * (basis @ matrix), axis=1), sizes)


def both_ways(matrix, features_of):
    """Losses in the number of images, (30, sizes), and in that of features, which scatter less, (10, sizes)."""
    most = digit_sizes[-1]
    return (
        np.array([left_by_images(matrix, digit_sizes) for _ in range(30)]),
        np.array([left_by_features(matrix, features_of(images, most, rng), digit_sizes) for _ in range(10)]),
    )


steps = 1 - np.arccos(np.clip(images @ images.T, -1, 1)) / np.pi
pairs = [both_ways(exact, relu_features), both_ways(steps, step_features)]
data_slopes, width_slopes = (np.array([repeated.exponent(digit_sizes, pair[i], rng) for pair in pairs]) for i in (0, 1))
law.check(
    "digits-exponents-agree",
    measured=width_slopes[:, 0],
    error=np.hypot(data_slopes[:, 1], width_slopes[:, 1]),
    given={"data_exponent": -data_slopes[:, 0]},
)


# %%
def ridge_and_tail(eta, n):
    """What the closed form needs, and what its rival needs."""
    return {"kappa": kernel.effective_ridge(eta, int(n), 0.0), "tail": float(np.sum(eta[n:])), "n": float(n)}


def gather(rows):
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


def mean_and_error(samples):
    return np.mean(samples, axis=0), notebook.spread(samples)


solvable = [gather([ridge_and_tail(power_law(n, a), n) for n in sizes]) for a in alphas]
measured, error = mean_and_error(np.stack(in_samples, axis=1)[:, :2])  # (2, sizes)
small = sizes <= 64  # there one draw differs most from the next
more = np.stack([losses(lambda n, a=a: power_law(n, a), sizes[small], repetitions=64) for a in alphas[:2]], axis=1)
measured[:, small], error[:, small] = mean_and_error(more)
given = {key: np.stack([s[key] for s in solvable[:2]]) for key in solvable[0]}
law.check("solvable-curve", measured=measured, error=error, given=given)

# %%
spectra = [np.clip(np.linalg.eigvalsh(matrix / population)[::-1], 1e-14, None) for matrix in (exact, steps)]
needed = [gather([ridge_and_tail(spectra[i], n) for n in digit_sizes]) for i in (0, 0, 1, 1)]
given = {key: np.stack([row[key] for row in needed]) for key in needed[0]}
measured, error = np.stack([mean_and_error(samples) for pair in pairs for samples in pair], axis=1)  # (4, sizes) each
law.check("digits-curve", measured=measured, error=error, given=given)
line = law.predict("digits-curve", **needed[0])
fig, ax = plt.subplots()
ax.plot(digit_sizes, line, label="from the eigenvalues of the ReLU kernel")
ax.plot(digit_sizes, law.predict("digits-curve", **needed[2]), label="the same of the kernel of steps")
for i, label in enumerate(["$n$ step features, all images", "$n$ images, kernel of steps"]):
    plot.points(ax, digit_sizes, measured[3 - i], error[3 - i], index=i + 3, label=label)
for i, label in enumerate(["$n$ images, infinite width", "$n$ ReLU features, all images"]):
    plot.points(ax, digit_sizes, measured[i], error[i], index=i + 1, label=label)
    law.series(
        "duality", x=digit_sizes, y=measured[i], error=error[i], prediction=line, law="curve-from-eigenvalues",
        label=["n images, infinite width", "n features, all images"][i], x_label="images or features $n$",
        y_label="loss (squared label)", x_scale="log", y_scale="log", title="Digits: data and width resolve alike",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="images or features $n$ (count)", ylabel="loss (squared label)")
ax.legend()
plt.show()

# %% [markdown]
# Control: 1600 of the 1797 images. To take most of what there is, without replacement, is no longer like drawing random
# directions, and the predicted loss is too low. For as many ReLU features, of which there is no end, it is right.

# %%
n = np.array([1600])
measured, error = mean_and_error([left_by_images(exact, n) for _ in range(2)])
intact, intact_error = mean_and_error([left_by_features(exact, relu_features(images, n[0], rng), n) for _ in range(2)])
law.control(
    "most-of-the-population",
    measured=measured,
    error=error,
    intact=intact,
    intact_error=intact_error,
    given=ridge_and_tail(spectra[0], n[0]),
)

# %% [markdown]
# ## Fewer classes, the same exponent
#
# Kernel regression on the classes of the digits: all ten, neighbours merged in pairs, small against large, even
# against odd. The exponent hardly moves. Noise on the images moves it a lot; and labels without structure have none.

# %%
class_sizes = np.array([32, 64, 128, 256, 512])
labels = {
    "ten": digit,
    "five": digit // 2,
    "halves": digit // 5,
    "parity": digit % 2,
    "shuffled": rng.permutation(digit // 2),
}
one_hot = np.concatenate(
    [np.eye(k.max() + 1)[k] - np.mean(np.eye(k.max() + 1)[k], axis=0) for k in labels.values()], axis=1
)
edges = np.cumsum([0] + [k.max() + 1 for k in labels.values()])


def class_losses(kernel_matrix):
    """Loss for each labelling and size, (repetitions, labellings, sizes), on images that are never trained on."""
    found = []
    for _ in range(20):
        order, rows = rng.permutation(population), []
        test = order[class_sizes[-1] :]
        for n in class_sizes:
            train = order[:n]
            inside = kernel_matrix[np.ix_(train, train)] + 1e-6 * np.eye(n)
            missed = kernel_matrix[np.ix_(test, train)] @ np.linalg.solve(inside, one_hot[train]) - one_hot[test]
            rows.append(np.add.reduceat(np.mean(missed**2, axis=0), edges[:-1]) / 2)
        found.append(np.array(rows).T)
    return np.array(found)


by_class = class_losses(exact)
slopes = np.array([repeated.exponent(class_sizes, by_class[:, i], rng) for i in range(len(labels))])
print({name: f"{s:.3f} ± {e:.3f}" for name, (s, e) in zip(labels, slopes, strict=True)})
ten = -slopes[0, 0]


def beyond_ten(mean):
    """Exponents of the merged labellings less that of all ten classes. `mean`: (labellings, sizes)."""
    found = np.array([powerlaw.fit(class_sizes, row).exponent for row in mean])
    return found[1:4] - found[0]


# all labellings share the draws, so the error that counts is that of the difference
_, error = powerlaw.bootstrap(beyond_ten, by_class, rng)
law.check("merged-classes", measured=slopes[1:4, 0], error=error, given={"ten_classes": ten, "classes": [5, 2, 2]})

# %%
blurred = images * np.linalg.norm(digits.load(centred=True)[0], axis=1, keepdims=True)
blurred += 0.25 * rng.standard_normal(images.shape)  # in units of the full grey scale
blurred /= np.linalg.norm(blurred, axis=1, keepdims=True)
noisy = class_losses(arc_cosine(blurred, blurred))
noisy_slopes = np.array([repeated.exponent(class_sizes, noisy[:, i], rng) for i in (1, 2, 3)])
law.control(
    "noise-on-the-images",
    measured=noisy_slopes[:, 0],
    error=noisy_slopes[:, 1],
    given={"ten_classes": ten, "classes": [5, 2, 2]},
)
law.control("shuffled-labels", measured=slopes[4, 0], error=slopes[4, 1], given={"ten_classes": ten, "classes": 5})

# %% [markdown]
# ## What to try next
#
# * Let the number of samples pass through the number of features, 20, one by one. Where is the peak?
# * Take another spectrum for the teacher, say $k^{-1}\log^{-2}k$. Does $n\kappa/2$ still follow the loss?
# * How much noise on the images halves the exponent? Does the spectrum of the kernel tell beforehand?
# * Replace ReLU by another activation in `digits-in-width`. The exponent is 1 for any.
