# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Means of coin flips
#
# The error falls as $\sigma n^{-1/2}$; see [the law page](../laws/halving2001.md).
#
# $$\begin{aligned} L &= \sigma\, n^{-b} \end{aligned}$$

# %%
import numpy as np
from lawbook import notebook

law = notebook.open("halving2001")
rng = notebook.rng()
n = np.array([8, 16, 32, 64, 128, 256])


def errors(copies: bool) -> np.ndarray:
    """Root mean square error of the mean, shape (sizes,)."""
    out = []
    for size in n:
        flips = rng.choice([-1.0, 1.0], size=(400, size))
        if copies:
            flips = np.repeat(flips[:, :1], size, axis=1)
        out.append(np.sqrt(np.mean(flips.mean(axis=1) ** 2)))
    return np.array(out)


# %%
y = errors(copies=False)
fit = law.fit("inverse-root", x={"n": n}, y=y, free={"spread": 1.0, "b": 0.4})
law.series(
    "error",
    x=n,
    y=y,
    error=y / np.sqrt(800),
    prediction=law.formula("inverse-root")(n=n, spread=1.0, b=0.5),
    x_label="samples $n$",
    y_label="error",
    x_scale="log",
    y_scale="log",
)
law.check("exponent", measured=fit.values["b"], error=fit.errors["b"])

# %%
far = np.array([1024.0])
held_out = np.sqrt(np.mean(rng.choice([-1.0, 1.0], size=(400, 1024)).mean(axis=1) ** 2))
law.check("extrapolates", measured=held_out, error=held_out / np.sqrt(800), given={"n": 1024, "spread": 1.0}, fit=fit)

# %%
broken = law.fit("inverse-root", x={"n": n}, y=errors(copies=True), free={"spread": 1.0, "b": 0.4})
law.control(
    "one-draw-repeated",
    measured=broken.values["b"],
    error=broken.errors["b"],
    intact=fit.values["b"],
    intact_error=fit.errors["b"],
)
