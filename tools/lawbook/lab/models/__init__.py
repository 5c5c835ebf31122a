"""Models that learn from data: networks as plain pytrees, n-grams, kernels that learn features."""
