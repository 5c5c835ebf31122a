"""Instruments for anybody's model: arrays or a loss go in, numbers come out. Of ours they import only `least_squares`.

`least_squares` is pure numerics that `evidence` needs too, so it lies in the root of the package.
"""
