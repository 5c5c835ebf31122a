"""Worlds small enough to be solved: what they do is known in closed form, or exactly to rounding."""
