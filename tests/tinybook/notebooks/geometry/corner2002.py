# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Angles of a triangle

# %%
import numpy as np
from lawbook import notebook

law = notebook.open("corner2002")
corners = notebook.rng().standard_normal((3, 2))


def angle(a, b, c) -> float:
    """The angle at a, in radians."""
    u, v = b - a, c - a
    return float(np.arccos(u @ v / np.linalg.norm(u) / np.linalg.norm(v)))


# %%
angles = [angle(*np.roll(corners, -i, axis=0)) for i in range(3)]
law.series("angles", x=[1, 2, 3], y=angles, x_label="corner", y_label="angle (rad)")
law.check("sum-is-pi", measured=sum(angles), error=0.0)

# %%
law.control("on-the-sphere", measured=3 * np.pi / 2, error=0.0)
