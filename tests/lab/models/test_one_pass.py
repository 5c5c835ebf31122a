"""Networks trained side by side take the steps that one network takes in NumPy, on the same batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lawbook.lab.models import characters, one_pass

V, HIDDEN = 5, (3, 6)


def text(size: int) -> characters.Codes:
    return np.random.default_rng(0).integers(0, V, size).astype(np.uint8)


def by_hand(
    codes: characters.Codes, batch: int, steps: int, seed: int
) -> list[tuple[characters.Vector, characters.Vector]]:
    """Averaged and last weights of each network, by the definition of Adam in double precision."""
    rng = np.random.default_rng(seed)
    starts = [characters.initialise(units, V, rng) for units in HIDDEN]
    orders = [rng.choice(len(codes) - characters.CONTEXT, batch * steps, replace=False) for _ in HIDDEN]
    found = []
    for weights, units, order in zip(starts, HIDDEN, orders, strict=True):
        w = weights.astype(float)
        average, mean, square = w.copy(), 0 * w, 0 * w
        for step in range(1, steps + 1):
            here = order[batch * (step - 1) : batch * step] + characters.CONTEXT
            g = characters.gradient(w, codes[here[:, None] + np.arange(-8, 0)], codes[here], units, V)  # type: ignore[arg-type]
            mean, square = 0.9 * mean + 0.1 * g, 0.99 * square + 0.01 * g**2
            size = 4e-3 * min(1, step / 100)
            w = w - size * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
            average = average + 8 / (step + 8) * (w - average)
        found.append((average, w))
    return found


@pytest.mark.parametrize("batch", [64, 512])
def test_the_losses_are_those_of_adam_by_hand(batch: int) -> None:
    codes, held_out = text(9000), characters.windows(text(500))
    both = one_pass.train(
        codes, held_out, hidden=HIDDEN, vocabulary=V, batch=batch, log_at=[2048, 4096], rng=np.random.default_rng(7)
    )
    hand = by_hand(codes, batch, 4096 // batch, 7)
    for i, units in enumerate(HIDDEN):
        for tested, weights in zip(both, hand[i], strict=True):
            expected = characters.losses(weights, *held_out, units, V).mean()  # type: ignore[arg-type]
            assert tested[i, 1] == pytest.approx(expected, rel=2e-5)
    assert both[0].shape == (2, 2)


def test_every_weight_is_counted() -> None:
    assert one_pass.count(8, 40) == 2032  # 640 of the embedding, 1024 + 8 of the hidden layer, 320 + 40 of the output
    assert one_pass.count(8, 40) - characters.count(8, 40) == 640


def read(monkeypatch: pytest.MonkeyPatch, log_at: int, fresh: int | None = None) -> list[int]:
    """Where the contexts stood that a network was trained on, in order."""
    seen: list[int] = []
    monkeypatch.setattr(one_pass, "_test", lambda weights, *_: [0.0])
    monkeypatch.setattr(
        one_pass, "_chunk", lambda state, contexts, *_: (seen.extend(contexts[..., 0].ravel()), state)[1]
    )
    wide: Any = np.arange(5000)  # each position has a code of its own
    one_pass.train(
        wide, (wide, wide), hidden=[2], vocabulary=V, batch=32, log_at=[log_at], rng=np.random.default_rng(0),
        fresh=fresh,
    )  # fmt: skip
    return seen


def test_no_character_is_predicted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = read(monkeypatch, 4096)
    assert len(set(seen)) == len(seen) == 4096


def test_a_text_is_read_again_in_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = read(monkeypatch, 4096, fresh=1500)
    first, second, third = seen[:1500], seen[1500:3000], seen[3000:]
    assert len(set(first)) == 1500
    assert sorted(second) == sorted(first)
    assert second != first
    assert set(third) < set(first)
    assert max(first) > 4000  # drawn from all over the text


def test_more_fresh_characters_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="expected at least 9008"):
        one_pass.train(
            text(9000), characters.windows(text(50)), hidden=[2], vocabulary=V, batch=32, log_at=[2048],
            rng=np.random.default_rng(0), fresh=9000,
        )  # fmt: skip


@pytest.mark.parametrize(("batch", "log_at", "size"), [(96, [2048], 9000), (32, [1000], 9000), (32, [4096], 4100)])
def test_what_does_not_fit_is_refused(batch: int, log_at: list[int], size: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        one_pass.train(
            text(size), characters.windows(text(50)), hidden=[2], vocabulary=V, batch=batch, log_at=log_at,
            rng=np.random.default_rng(0),
        )  # fmt: skip
