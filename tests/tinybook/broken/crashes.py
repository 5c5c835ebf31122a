# ---
# jupyter:
#   jupytext: {formats: 'py:percent'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %%
from math import pi

from lawbook import notebook

law = notebook.open("corner2002")
law.check("sum-is-pi", measured=pi, error=0.0)


# %%
def deeper() -> float:
    """Fails inside a function, so that the message can name the line."""
    return 1 / 0


# %%
law.control("on-the-sphere", measured=deeper(), error=0.0)
