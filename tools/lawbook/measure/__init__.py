"""Instruments for anybody's model: arrays or a loss go in, numbers come out. They import nothing else of ours."""
