"""A limit on the memory of a kernel, where the system keeps one."""

from __future__ import annotations

import mmap
import resource


def limit(size: int) -> str:
    """Let this process have at most `size` bytes of address space.

    Linux keeps to it. macOS refuses the call or takes no notice of it, by version; so what came of it is tried.

    Returns:
        Why there is no limit now, or nothing if there is one.
    """
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard != resource.RLIM_INFINITY:
        size = min(size, hard)  # a stricter limit of whoever started us stands
    try:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    except (ValueError, OSError) as error:
        return f"the system refuses a limit on memory ({error})"
    try:
        mmap.mmap(-1, size).close()
    except OSError:
        return ""  # as it should be: so much cannot be had beside what is in use
    return "the system takes no notice of a limit on memory"
