"""Numerics that several notebooks share, each tested against a known answer. Imports nothing of the rest of Lawbook."""
