"""Instruments for anybody's model: arrays or a loss go in, numbers come out. Of ours they import `least_squares` only."""
