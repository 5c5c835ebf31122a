"""Tables over seeds."""

import math

from lawbook.evidence import report


def test_a_seed_without_a_number_is_not_averaged_away():
    assert report._over_seeds([1.0, math.nan, 2.0]) == "not a number"
    assert report._over_seeds([1.0, 3.0]).startswith("2")
