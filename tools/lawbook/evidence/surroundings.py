"""What a kernel is handed: no token, no setting of its reader, one thread, its seed.

This keeps accidents small and holds nobody off: a kernel has its reader's rights, and can look for more (SECURITY.md).
"""

from __future__ import annotations

import os
import re
import site
import tempfile
from collections.abc import Mapping
from pathlib import Path

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
# What is handed on: where programs and libraries are, language and time, and what a reader sets for us or for JAX.
HANDED_ON = (
    "PATH", "LANG", "LANGUAGE", "TZ", "TMPDIR", "USER", "LOGNAME",
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES",
    "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONDONTWRITEBYTECODE",
    "JAX_PLATFORMS", "JAX_COMPILATION_CACHE_DIR", "LAWBOOK_CACHE",
)  # fmt: skip
LOCALE = re.compile(r"LC_[A-Z]+")
NEVER = re.compile(
    r"TOKEN|SECRET|KEY|PASS|CREDENTIAL|^(AWS|AZURE|GCP|GOOGLE|GITHUB|GITLAB|CI|ACTIONS|HF)_", re.IGNORECASE
)


def clean(outside: Mapping[str, str]) -> dict[str, str]:
    """The variables of `outside` that a kernel is given: those listed here, and none that sounds like a secret."""
    listed = {name: value for name, value in outside.items() if name in HANDED_ON or LOCALE.fullmatch(name)}
    return {name: value for name, value in listed.items() if not NEVER.search(name)}


def environment(root: str, seed: int, scale: str, memory_gb: float, home: str) -> dict[str, str]:
    """The environment of a kernel, whole: nothing else is handed on.

    Arguments:
        root: The folder of the book.
        seed: Of the run.
        scale: `quick` or `full`.
        memory_gb: How much address space it may have.
        home: A folder of its own, which goes when it ends.
    """
    cache = Path(root, "build", "cache")
    env = clean(os.environ)
    if site.ENABLE_USER_SITE:
        env.setdefault("PYTHONUSERBASE", site.getuserbase())  # packages stay where they are; settings do not come along
    env["HOME"], env["LAWBOOK_ROOT"] = home, root
    env |= dict.fromkeys(THREADS, "1")
    env["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    env["NPROC"] = "1"  # else XLA keeps a pool of threads that wait for each other: half as much CPU time again
    env["LAWBOOK_SEED"], env["LAWBOOK_SCALE"] = str(seed), scale
    env["LAWBOOK_MEMORY_GB"] = str(memory_gb)
    env.setdefault("JAX_PLATFORMS", "cpu")
    env.setdefault("JAX_COMPILATION_CACHE_DIR", str(cache / "jax"))
    env.setdefault("LAWBOOK_CACHE", str(cache))  # of what the lab makes once, such as a text
    env["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    env["MPLCONFIGDIR"] = str(cache / "matplotlib")  # the list of fonts takes seconds to make
    env["PYTHONHASHSEED"] = "0"
    env["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    return env


def short_folder() -> str | None:
    """Where a folder for sockets can be made: the usual place, or /tmp where that has a long name.

    The path of a socket has at most 103 bytes on macOS, 107 on Linux; ours adds up to 30 to the folder's.
    """
    return "/tmp" if len(os.fsencode(tempfile.gettempdir())) > 70 else None
