"""What notebooks build: data, models, solvable worlds and ways to train, each tested against a known answer."""

from lawbook.extras import require

require("lab", "jax", "scipy")
