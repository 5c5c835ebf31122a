"""Stacked students: what one of them computes, that they do not see each other, and that they learn what they can."""

import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.lab.models import networks, students
from lawbook.lab.training import schedule


def problem(rng, targets, inputs=3, points=1024):
    x = rng.uniform(-0.5, 0.5, (inputs, points)).astype(np.float32)
    return x, np.stack([students.teacher(inputs, rng, width=20)(x) for _ in range(targets)]).astype(np.float32)


def test_a_student_is_the_usual_network_transposed():
    rng = np.random.default_rng(0)
    group = students.initialise(2, 3, 5, rng)
    x, y = problem(rng, 2)
    layers = tuple(
        networks.Layer(w, b)
        for w, b in ((group.first[1], group.first_bias[1]), (group.second[1], group.second_bias[1]),
                     (group.last[1][None], group.last_bias[1]))
    )  # fmt: skip
    out = networks.forward(layers, x.T, networks.ACTIVATIONS["relu"])[:, 0]
    np.testing.assert_allclose(students.losses(group, x, y)[1], jnp.mean((out - y[1]) ** 2), rtol=1e-5)
    hidden = networks.ACTIVATIONS["relu"](networks.forward(layers[:2], x.T, networks.ACTIVATIONS["relu"]))
    np.testing.assert_allclose(students.features(group, x)[1].T, hidden, atol=1e-6)
    assert group.parameters == 3 * 5 + 5 + 5 * 5 + 5 + 5 + 1


def test_students_do_not_see_each_other():
    rng = np.random.default_rng(1)
    x, y = problem(rng, 3)
    group = students.initialise(3, 3, 4, rng)
    together = students.train(group, x, y, schedule.cosine(0.02, 1000))
    alone = students.train(students.Students(*(w[1:2] for w in group)), x, y[1:2], schedule.cosine(0.02, 1000))
    np.testing.assert_allclose(together.second[1], alone.second[0], atol=1e-4)


def test_a_student_learns_a_target_that_it_can_write_down():
    rng = np.random.default_rng(2)
    x, _ = problem(rng, 1)
    y = np.stack([np.abs(x[0]), x[1] - 2 * x[2]])
    group = students.train(students.initialise(2, 3, 8, rng), x, y, schedule.cosine(0.02, 3000, warmup=1 / 30))
    assert np.all(students.losses(group, x, y) < 1e-3 * y.var(axis=1))


def test_a_long_run_is_the_same_program_as_a_short_one_and_lengths_are_told():
    x, y = problem(np.random.default_rng(3), 1)
    group = students.initialise(1, 3, 2, np.random.default_rng(3))
    students.train(group, x, y, schedule.cosine(0.02, 1000))
    before = students._run._cache_size()
    students.train(group, x, y, schedule.cosine(0.02, 2000))
    assert students._run._cache_size() == before
    with pytest.raises(ValueError, match="found 1500 steps and 1024 points, expected multiples of 1000 and 128"):
        students.train(group, x, y, schedule.cosine(0.02, 1500))


def test_teachers_have_no_bias_and_the_stated_size():
    rng = np.random.default_rng(4)
    x = rng.standard_normal((10, 500))
    values = np.stack([students.teacher(10, rng)(x) for _ in range(200)])
    # each ReLU layer passes on gain / 2 of the second moment, the last, linear one gain of it
    np.testing.assert_allclose(np.mean(values**2), 0.98 * (0.98 / 2) ** 2 * np.mean(x**2), rtol=0.1)
    target = students.teacher(10, rng)
    np.testing.assert_allclose(target(2 * x), 2 * target(x))


def test_exponents_of_pure_powers():
    n = [10, 20, 40, 80]
    loss = np.stack([3.0 * np.array(n) ** -0.5, 0.1 * np.array(n) ** -1.0], axis=1)
    np.testing.assert_allclose(students.exponents(n, loss), [0.5, 1.0])
