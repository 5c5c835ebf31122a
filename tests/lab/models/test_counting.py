"""The learner that counts, on easy cases."""

import numpy as np
import pytest
from lawbook.lab.data import hierarchy
from lawbook.lab.models import counting

FANO = (1, 2, 4)  # a (7, 3, 1) difference set


@pytest.mark.parametrize("shared", [False, True])
def test_learner_reaches_the_entropy(shared):
    rng = np.random.default_rng(0)
    made = hierarchy.cyclic_grammar(7, FANO, 2, rng)
    strings, test = hierarchy.sample(made, 40_000, rng), hierarchy.sample(made, 8000, rng)
    curve = counting.learning_curve(strings, test, [20, 40_000], 7, shared=shared)
    entropies = hierarchy.conditional_entropies(made, rng)
    np.testing.assert_allclose(curve.held[1], entropies, atol=0.05)
    assert curve.best[1] == curve.held[1, -1]
    assert curve.best[0] > 1.1  # twenty strings teach next to nothing


def test_learner_learns_nothing_from_unrelated_answers():
    rng = np.random.default_rng(0)
    made = hierarchy.cyclic_grammar(7, FANO, 2, rng)
    strings, test = hierarchy.sample(made, 5000, rng), hierarchy.sample(made, 4000, rng)
    strings[:, -1] = rng.permutation(strings[:, -1])
    assert counting.learning_curve(strings, test, [5000], 7).best[0] == pytest.approx(np.log(7), abs=0.03)
