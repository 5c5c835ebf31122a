"""What a claim rests on, in words."""

from __future__ import annotations

SUPPORT = {
    "theorem": "theorem",
    "solvable-model": "solvable model",
    "empirical": "empirical regularity",
    "conjecture": "conjecture",
}
