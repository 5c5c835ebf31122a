"""The hierarchical grammar: exact marginals, entropies and covariances, by enumeration; the learner on easy cases."""

import numpy as np
import pytest
from lawbook.lab.data import hierarchy
from lawbook.measure import correlations

FANO = (1, 2, 4)  # a (7, 3, 1) difference set


@pytest.fixture(scope="module")
def grammar():
    return hierarchy.cyclic_grammar(7, FANO, 3, np.random.default_rng(0))


def test_rules_are_unambiguous_and_uniform(grammar):
    for level in grammar.rules:
        pairs = level.reshape(-1, 2)
        assert len(np.unique(pairs, axis=0)) == 21
        for side in (0, 1):
            np.testing.assert_array_equal(np.bincount(pairs[:, side], minlength=7), 3)


def test_what_is_no_difference_set_is_refused():
    with pytest.raises(ValueError, match="expected a difference set modulo 7"):
        hierarchy.cyclic_grammar(7, (0, 1, 2), 2, np.random.default_rng(0))


@pytest.mark.parametrize(("symbols", "differences"), [(7, FANO), (3, (0, 1)), (13, (0, 1, 3, 9)), (7, (0, 3, 5, 6))])
def test_covariances_have_the_stated_strength(symbols, differences):
    made = hierarchy.cyclic_grammar(symbols, differences, 4, np.random.default_rng(1))
    for covariance, strength in zip(hierarchy.covariances(made), made.correlations(), strict=True):
        singular = np.linalg.svd(covariance, compute_uv=False)
        np.testing.assert_allclose(singular[:-1], strength, rtol=1e-10)  # all of them equal


def test_covariances_are_those_of_the_strings(grammar):
    strings = hierarchy.sample(grammar, 400_000, np.random.default_rng(0))
    for k, exact in enumerate(hierarchy.covariances(grammar)):
        seen = correlations.covariance(correlations.joint(strings[:, -1 - 2**k], strings[:, -1], 7))
        np.testing.assert_allclose(seen, exact, atol=0.001)


def test_decay_of_the_covariances(grammar):
    # (m - lambda) / m^2 with m = 3 and lambda = 1
    np.testing.assert_allclose(grammar.correlations()[1:] / grammar.correlations()[:-1], 2 / 9)


def test_entropies_by_enumeration(grammar):
    """log 7, then log 3: three symbols go with a left sibling. Then from the joint distribution of a tree of height 2."""
    found = hierarchy.conditional_entropies(grammar, np.random.default_rng(0))
    assert found[:2] == pytest.approx([np.log(7), np.log(3)])
    joint = np.zeros((7, 7, 7))  # of u_0, u_1 and y
    for pairs in grammar.rules[1]:
        for left, right in pairs:
            for u, y in grammar.rules[0, right]:
                joint[u, left, y] += 1 / (7 * 3 * 3)
    given = joint.sum(axis=2, keepdims=True)
    exact = -np.sum(joint[joint > 0] * np.log((joint / np.where(given > 0, given, 1))[joint > 0]))
    assert found[2] == pytest.approx(exact, abs=0.006)


def test_strings_have_the_stated_statistics(grammar):
    strings = hierarchy.sample(grammar, 200_000, np.random.default_rng(0))
    assert strings.shape == (200_000, 8)
    for token in (0, 5, 7):
        np.testing.assert_allclose(np.bincount(strings[:, token]) / 200_000, 1 / 7, atol=0.004)
    siblings = {(int(a), int(b)) for a, b in np.unique(strings[:, 6:], axis=0)}
    assert siblings == {(int(a), int(b)) for a, b in grammar.rules[0].reshape(-1, 2)}
