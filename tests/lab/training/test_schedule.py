"""Schedules at their corners."""

import numpy as np
from lawbook.lab.training import schedule


def test_stable_decay():
    np.testing.assert_allclose(schedule.stable_decay(0.6, 10, decay=0.2, warmup=0.1), [0.3, *[0.6] * 7, 0.4, 0.2])
    np.testing.assert_array_equal(schedule.stable_decay(0.6, 3), [0.6] * 3)


def test_cosine():
    np.testing.assert_allclose(schedule.cosine(1.0, 4), [1, 0.5 + 0.5**1.5, 0.5, 0.5 - 0.5**1.5], atol=1e-15)
    np.testing.assert_allclose(schedule.cosine(1.0, 1000).mean(), 0.5, atol=1e-3)


def test_warm_up_takes_the_cosine_along():
    plain, warm = schedule.cosine(1.0, 10), schedule.cosine(1.0, 10, warmup=0.2)
    np.testing.assert_allclose(warm[:3] / plain[:3], [1 / 3, 2 / 3, 1])
