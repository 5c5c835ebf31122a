"""A limit on the memory of a kernel, where the system keeps one."""

from __future__ import annotations

import math
import mmap
import resource


def limit(size: float) -> str:
    """Let this process have at most `size` bytes of address space; any number of them if that is infinite.

    Linux keeps to it. macOS refuses the call or takes no notice of it, by version; so what came of it is tried.

    Returns:
        Why there is no limit now, or nothing if there is one.
    """
    if math.isinf(size):
        return "none was asked for"
    most = int(size)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)  # a stricter limit of whoever started us stands
    try:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ValueError, OSError) as error:
        return f"the system refuses a limit on memory ({error})"
    try:
        mmap.mmap(-1, most).close()
    except OSError:
        return ""  # as it should be: so much cannot be had beside what is in use
    return "the system takes no notice of a limit on memory"
