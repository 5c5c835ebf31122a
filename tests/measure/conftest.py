"""Numerics are tested in double precision, as the notebooks run them."""

import jax

jax.config.update("jax_enable_x64", True)
