# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Four over the dimension of the data
#
# Why should the loss of a network fall as a power of its parameters, and why that power? Sharma and Kaplan answer with
# a picture: the network tiles the data manifold with flat pieces. The exponent is then four over the manifold's
# dimension. We look at the picture itself first, on grids, then at trained students, then at images. The
# predictions stand in [the law page](../laws/sharma2022.md).

# %%
import jax
import matplotlib.pyplot as plt
import numpy as np
from lawbook import notebook
from lawbook.lab import plot
from lawbook.lab.data import digits
from lawbook.lab.models import students
from lawbook.lab.solvable import interpolation
from lawbook.lab.training import schedule
from lawbook.measure import manifold

law = notebook.open("sharma2022")
rng = notebook.rng()
full = notebook.scale() == "full"
plot.use()


def mean_and_error(samples):
    """Mean over the first axis and its standard error."""
    return np.mean(samples, axis=0), notebook.spread(samples)


# %% [markdown]
# ## Tiles
#
# A smooth random function on the unit cube, known on the points of a grid. Between them we take the nearest value, or
# interpolate linearly in each coordinate.

# %%
cells = {1: [20, 40, 80, 160], 2: [10, 20, 40, 80], 3: [8, 12, 18, 27], 4: [7, 10, 13, 17]}
functions = 24 if full else 5


def smooth(d):
    """A sum of 20 random tanh units of d inputs."""
    directions, shifts, weights = rng.standard_normal((d, 20)), rng.standard_normal(20), rng.standard_normal(20)
    return lambda x: np.tanh(2 * x @ directions + shifts) @ weights


def jump(d):
    """The sign of a random linear function that is zero at the middle of the cube."""
    direction = rng.standard_normal(d)
    return lambda x: np.sign((x - 0.5) @ direction)


def grid_exponent(target, d, method, power=2.0):
    """Exponent in the number of cells."""
    loss = [interpolation.interpolation_error(target, d, c, method, rng, power=power) for c in cells[d]]
    return students.exponents([c**d for c in cells[d]], np.array(loss)[:, None])[0]


def grid_exponents(make, dimensions, method, power=2.0):
    """Mean over random targets and standard error, for each dimension."""
    rows = [[grid_exponent(make(d), d, method, power) for d in dimensions] for _ in range(functions)]
    return mean_and_error(rows)


ds = np.array([1, 2, 3, 4])
linear, linear_error = grid_exponents(smooth, ds, "linear")
constant, constant_error = grid_exponents(smooth, ds, "nearest")
absolute, absolute_error = grid_exponents(smooth, ds, "linear", 1.0)
law.check("linear-on-a-grid", measured=linear, error=linear_error, given={"dimension": ds, "degree": 1, "power": 2})
law.check(
    "constant-on-a-grid", measured=constant, error=constant_error, given={"dimension": ds, "degree": 0, "power": 2}
)
law.check("absolute-error", measured=absolute, error=absolute_error, given={"dimension": ds, "degree": 1, "power": 1})

# %% [markdown]
# Two controls. A target with a jump: the cells that it crosses are wrong however linear the pieces. And constant
# pieces, held against the prediction for linear ones.

# %%
torn, torn_error = grid_exponents(jump, ds[:3], "linear")
law.control("target-with-a-jump", measured=torn, error=torn_error, given={"dimension": ds[:3], "degree": 1, "power": 2})
law.control(
    "constant-pieces", measured=constant, error=constant_error, given={"dimension": ds, "degree": 1, "power": 2}
)

# %%
fig, ax = plt.subplots()
line = np.linspace(1, 4, 50)
exponent = law.formula("piecewise-approximation")
shown = {"linear pieces": (1, linear, linear_error), "constant pieces": (0, constant, constant_error)}
for index, (name, (degree, value, error)) in enumerate(shown.items()):
    ax.plot(line, exponent(dimension=line, degree=degree, power=2), color=plot.COLOURS[index])
    plot.points(ax, ds, value, error, index=index, label=name)
plot.points(ax, ds[:3], torn, torn_error, index=2, label="linear pieces, target with a jump")
ax.set(xlabel="dimension $d$ of the cube", ylabel=r"exponent $\alpha$ in the number of cells")
ax.set_xticks(ds)
ax.legend()
plt.show()

# %% [markdown]
# ## Two neighbours
#
# To use the law on data one needs their dimension. The distances to a point's two nearest neighbours are enough. We try
# it on spheres, turned at random into twenty dimensions.

# %%
clouds = 6


def sphere(d, noise=0.0, count=1500):
    """Uniform points on a sphere of dimension d and radius one in twenty dimensions."""
    x = rng.standard_normal((count, d + 1))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    turned = x @ np.linalg.qr(rng.standard_normal((20, d + 1)))[0].T
    return turned + noise * rng.standard_normal(turned.shape)


neighbours, ratios = np.array([2, 3, 5]), np.array([1.3, 1.4, 1.6])
near = [manifold.neighbour_distances(sphere(3), 5) for _ in range(4 * clouds)]
share, share_error = mean_and_error([np.mean(r[:, neighbours - 1] < ratios * r[:, :1], axis=0) for r in near])
law.check(
    "ratio-distribution",
    measured=share,
    error=share_error,
    given={"ratio": ratios, "dimension": 3, "neighbour": neighbours},
)
spheres = np.array([2, 4, 8])
read, read_error = mean_and_error([[manifold.two_nn(sphere(d)) for d in spheres] for _ in range(clouds)])
law.check(
    "two-neighbours-read-spheres",
    measured=read,
    error=read_error,
    given={"dimension": spheres, "ratio": 1.0, "neighbour": 2},
)
blurred, blurred_error = mean_and_error([manifold.two_nn(sphere(2, 0.1)) for _ in range(clouds)])
law.control(
    "noise-off-the-sphere", measured=blurred, error=blurred_error, given={"dimension": 2, "ratio": 1.0, "neighbour": 2}
)

# %% [markdown]
# ## Students
#
# A teacher is a random ReLU network. Its inputs are uniform in a cube of $d$ dimensions. Students with two hidden
# layers of $n$ units learn it from 49 152 points, far more than they have parameters, and are tested on others. Four
# teachers at a time. For each, two students of every width, of which the better one counts: training is not what we ask
# about. Inputs that a cube does not have are zero and are not counted.

# %%
teachers, inputs, points, steps = 4, 12, 49_152, 48_000 if full else 8000
widths = [6, 10, 15, 24] + [40, 64] * full


def standardised(values):
    """Targets of mean zero and variance one, shape (teachers, points)."""
    values = np.stack(values)
    values -= values.mean(axis=1, keepdims=True)
    return (values / values.std(axis=1, keepdims=True)).astype(np.float32)


def cube(d):
    """Uniform points, shape (inputs, points + tests), zero beyond the first d inputs."""
    x = np.zeros((inputs, points + 8192), dtype=np.float32)
    x[:d] = rng.uniform(-0.5, 0.5, (d, x.shape[1]))
    return x


losses_of = jax.jit(students.losses)


def school(x, y, *, widths=widths, steps=steps, seen=points, peak=0.02):
    """Parameters of each width, test losses (widths, teachers) of the better of two students, and the widest ones.

    Parameters are counted for the inputs that are not always zero.
    """
    step_sizes = schedule.cosine(peak, steps, warmup=1 / 30)
    idle = int(np.sum(~x.any(axis=1)))
    twice = np.concatenate([y, y])
    again = np.arange(points) % seen  # the same batches as `seen` points alone, in the shape that is compiled already
    inputs_seen, targets_seen, *tests = map(
        jax.numpy.asarray, (x[:, again], twice[:, again], x[:, points:], twice[:, points:])
    )
    sizes, losses = [], []
    for width in widths:
        group = students.initialise(len(twice), len(x), width, rng)
        group = students.train(group, inputs_seen, targets_seen, step_sizes)
        sizes.append(group.parameters - idle * width)
        tested = np.asarray(losses_of(group, *tests))
        losses.append(tested.reshape(2, -1).min(axis=0))
    return np.array(sizes), np.array(losses), group


def seen_dimension(group, x):
    """Intrinsic dimension of the last hidden layer: mean over one student of each teacher, and its standard error."""
    layers = np.asarray(students.features(group, x[:, :1500]), dtype=float)
    return mean_and_error([manifold.two_nn(layer.T) for layer in layers[:teachers]])


def with_dimension(alpha, alpha_error, dimension, dimension_error):
    """Error of an exponent that is held against 4/d: its own, and that of d, which moves the prediction."""
    return np.hypot(alpha_error, alpha * dimension_error / dimension)


cubes = np.array([4, 6, 8])
runs = {}
for d in cubes:
    x = cube(d)
    y = standardised([students.teacher(d, rng)(x[:d]) for _ in range(teachers)])
    runs[d] = (x, y, *school(x, y))
slopes = np.array([students.exponents(sizes, losses) for _, _, sizes, losses, _ in runs.values()])
alpha, alpha_error = mean_and_error(slopes.T)
dimension, dimension_error = np.array([seen_dimension(group, x) for x, _, _, _, group in runs.values()]).T
for d, a, seen in zip(cubes, alpha, dimension, strict=True):
    print(f"{d} inputs: exponent {a:.3f}, 4/exponent {4 / a:.2f}, dimension of the last layer {seen:.2f}")

# %%
fig, ax = plt.subplots()
for index, (d, (_, _, sizes, losses, _)) in enumerate(runs.items()):
    logs, error = mean_and_error(np.log(losses).T)
    mean = np.exp(logs)  # geometric, over teachers
    predicted = law.predict("exponent-against-dimension", dimension=dimension[index])
    through = np.exp(np.mean(logs + predicted * np.log(sizes)))  # the law is a proportionality
    ax.plot(sizes, through * sizes**-predicted, color=plot.COLOURS[index])
    plot.points(ax, sizes, mean, mean * error, index=index, label=f"{d} inputs")
    law.series(
        "students", x=sizes, y=mean, error=mean * error, prediction=through * sizes**-predicted, label=f"{d} inputs",
        x_label="parameters $N$", y_label="test error (share of the variance)", x_scale="log", y_scale="log",
        title="Students of random teachers; lines have slope $-4/d$, d read off the last layer",
    )  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="parameters $N$", ylabel="test error (share of the variance)")
ax.legend()
plt.show()
law.check(
    "exponent-against-dimension",
    measured=alpha,
    error=with_dimension(alpha, alpha_error, dimension, dimension_error),
    given={"dimension": dimension},
)

# %% [markdown]
# Controls at four inputs. Train on 256 points again and again. Or hardly train at all: a thousand steps with a
# hundredth of the step size.

# %%
x, y = runs[4][:2]
sizes, losses, _ = school(x, y, seen=256)
starved, starved_error = mean_and_error(students.exponents(sizes, losses))
law.control("few-points-of-the-cube", measured=starved, error=starved_error, given={"dimension": dimension[0]})
sizes, losses, _ = school(x, y, steps=1000, peak=0.0002)
hasty, hasty_error = mean_and_error(students.exponents(sizes, losses))
law.control("stopped-early", measured=hasty, error=hasty_error, given={"dimension": dimension[0]})

# %% [markdown]
# ## A sum of two teachers
#
# Eight inputs again, but the target is the sum of two teachers that see different ones. First four inputs each: the law
# says that the exponent is as if there were four, not eight. The control is the single teacher of all eight, from
# above.

# %%
x = cube(8)
y = standardised([students.teacher(4, rng)(x[:4]) + students.teacher(4, rng)(x[4:8]) for _ in range(teachers)])
sizes, losses, _ = school(x, y)
split, split_error = mean_and_error(students.exponents(sizes, losses))
law.check("factors-do-not-add", measured=split, error=split_error, given={"first": 4, "second": 4})
law.control("one-teacher-of-all-inputs", measured=alpha[2], error=alpha_error[2], given={"first": 4, "second": 4})

# %% [markdown]
# Then two inputs and six, of equal variance. Now the largest, the mean and the smallest of the two dimensions are
# three numbers. The error of the small factor falls fast and is soon gone, but the smallest students still have it, and
# their curve is steeper for that. So we take larger ones.

# %%
wide = [10, 15, 24, 36] + [64] * full
x = cube(8)
small = standardised([students.teacher(2, rng)(x[:2]) for _ in range(teachers)])
large = standardised([students.teacher(6, rng)(x[2:8]) for _ in range(teachers)])
sizes, losses, _ = school(x, standardised(small + large), widths=wide)
uneven, uneven_error = mean_and_error(students.exponents(sizes, losses))
law.check("largest-factor-rules", measured=uneven, error=uneven_error, given={"first": 2, "second": 6})
logs, error = mean_and_error(np.log(losses).T)
predicted = law.predict("largest-factor-rules", first=2, second=6)
through = np.exp(np.mean(logs + predicted * np.log(sizes)))  # the law is a proportionality
law.series(
    "factors", x=sizes, y=np.exp(logs), error=np.exp(logs) * error, prediction=through * sizes**-predicted,
    law="product-manifold", label="teachers of two and of six inputs", x_label="parameters $N$",
    y_label="test error (share of the variance)", x_scale="log", y_scale="log",
    title="Students of a sum of two teachers; the line has the slope of the larger factor",
)  # fmt: skip

# %% [markdown]
# ## Digits
#
# A manifold that nobody made for the theory: images of digits, each turned, scaled and shifted at random, so that there
# is no end of them. Teachers and students look at their first twelve principal components, three quarters of the
# variance. With all 64 pixels most parameters of students as small as ours would be weights of single pixels. The
# dimension of the images is neither 64 nor twelve.

# %%
images, label = digits.load()
images = images.reshape(-1, 8, 8)
padded = np.pad(images, ((0, 0), (1, 2), (1, 2)))


def warped(count):
    """Images of the set under random small similarity transforms, (count, 64), and which image each is of, (count,)."""
    turn, scale = rng.uniform(-0.3, 0.3, (count, 1, 1)), np.exp(rng.uniform(-0.15, 0.15, (count, 1, 1)))
    row, column = np.mgrid[:8, :8] - 3.5
    shift = rng.uniform(-1, 1, (2, count, 1, 1)) + 4.5
    y = np.clip(scale * (np.cos(turn) * row - np.sin(turn) * column) + shift[0], 0, 9)
    x = np.clip(scale * (np.sin(turn) * row + np.cos(turn) * column) + shift[1], 0, 9)
    i, j = y.astype(int), x.astype(int)
    u, v = y - i, x - j
    which = rng.integers(0, len(images), (count, 1, 1))
    corners = ((1 - u) * (1 - v), i, j), ((1 - u) * v, i, j + 1), (u * (1 - v), i + 1, j), (u * v, i + 1, j + 1)
    return sum(weight * padded[which, a, b] for weight, a, b in corners).reshape(count, 64), which[:, 0, 0]


leading = 12
pixels, which = warped(points + 8192)
pixels -= pixels.mean(axis=0)
axes = np.linalg.eigh(pixels[:points].T @ pixels[:points])[1][:, : -leading - 1 : -1]  # (64, leading), largest first
x = axes.T @ pixels.T  # (leading, images)
x = (x / np.sqrt(np.mean(np.sum(x**2, axis=0)))).astype(np.float32)  # as far from the origin as a cube of 12 dimensions
y = standardised([students.teacher(leading, rng)(x) for _ in range(teachers)])
sizes, losses, group = school(x, y)
digit_alpha, digit_error = mean_and_error(students.exponents(sizes, losses))
seen, seen_error = seen_dimension(group, x)
images_seen = {"pixels": pixels[:1500], "components": x[:, :1500].T}
print({name: round(manifold.two_nn(cloud), 2) for name, cloud in images_seen.items()}, f"last layer {seen:.2f}")
print(f"4/exponent {4 / digit_alpha:.2f}")
law.check(
    "digits-exponent",
    measured=digit_alpha,
    error=with_dimension(digit_alpha, digit_error, seen, seen_error),
    given={"dimension": seen, "inputs": leading},
)

# %% [markdown]
# And with true labels in the place of teachers: is it this digit, or another? Four digits at random, one for each
# student. To name a class is no generic function of the image, and what the last layer keeps of it is less.

# %%
asked = rng.choice(digits.CLASSES, teachers, replace=False)
y = standardised([(label[which] == digit).astype(float) for digit in asked])
sizes, losses, group = school(x, y)
named_alpha, named_error = mean_and_error(students.exponents(sizes, losses))
named, named_dimension_error = seen_dimension(group, x)
print(f"true labels: 4/exponent {4 / named_alpha:.2f}, dimension of the last layer {named:.2f}")
law.check(
    "true-labels",
    measured=named_alpha,
    error=with_dimension(named_alpha, named_error, named, named_dimension_error),
    given={"dimension": named},
)

# %%
fig, ax = plt.subplots()
curve = np.linspace(3.2, 10, 100)
ax.plot(curve, law.formula("four-over-d")(dimension=curve), label="$4/d$")
ax.plot(curve, 2 / curve, "--", color=plot.GREY, label="$2/d$, constant pieces")
plot.points(ax, dimension, alpha, alpha_error, index=1, label="teachers on cubes of 4, 6 and 8 dimensions")
plot.points(ax, [seen], [digit_alpha], [digit_error], index=2, label="teachers on digits, twelve components")
ax.set(xlabel="dimension of the last hidden layer $d$", ylabel=r"exponent $\alpha$", ylim=(0, 1.3))
ax.legend()
plt.show()
order = np.argsort(np.r_[dimension, seen])
law.series(
    "dimension", x=np.r_[dimension, seen][order], y=np.r_[alpha, digit_alpha][order],
    error=np.r_[alpha_error, digit_error][order],
    prediction=law.formula("four-over-d")(dimension=np.r_[dimension, seen][order]), label="cubes and digits",
    x_label="dimension of the last hidden layer", y_label=r"exponent $\alpha$",
    title="Exponent against the dimension of the data",
)  # fmt: skip

# %% [markdown]
# ## What to try next
#
# * Take cubes of two and three dimensions. How long must you train before the exponent is $4/d$?
# * Replace ReLU by tanh. Are the pieces still linear?
# * Add inputs that the teacher ignores. Which dimension grows, that of the inputs or that of the last layer?
# * Show the students all 64 pixels. How much smaller is the exponent, and at which widths do the pixels stop mattering?
# * Train on the true labels of the digits with cross-entropy. Which layer has the dimension that the exponent follows?
# * Give the smaller of two factors more of the variance. From what width on does the larger one rule?
