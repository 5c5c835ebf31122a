"""One kernel for one notebook: supervised, watched, and heard only as far as its outputs are kept."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from traitlets.config import Config

from lawbook.evidence import outputs, processes

EVERY = 0.25  # seconds between two looks at what a kernel has used
LOG = 4 * 2**20  # bytes of what its programs complain about
BROUGHT = ("display_data", "execute_result", "update_display_data")


@dataclass(frozen=True)
class Ending:
    """How the cells of a notebook ended.

    Attributes:
        how: `finished`, `error` of a cell, `cpu` or `wall` for a limit, `too much` to keep, `died`.
        cell: The place of the cell that was running last.
        cpu: CPU seconds of the kernel and all that it started.
        message: What there is to say.
    """

    how: str
    cell: int
    cpu: float
    message: str = ""


class Manager(AsyncKernelManager):  # type: ignore[misc, unused-ignore]
    """Starts the kernel below a supervisor, whatever kernel of that name somebody has installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The command line of the kernel."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=processes.supervised(command), display_name="Python 3", language="python")


class Client(NotebookClient):  # type: ignore[misc, unused-ignore]
    """Executes the cells, and keeps of their outputs what may be kept."""

    def __init__(self, notebook: Any, folder: Path, finished: Callable[[Any], None]) -> None:
        # sockets in a private folder: parallel kernels cannot take each other's ports, and nobody else can connect
        config = Config({"KernelManager": {"transport": "ipc", "ip": str(folder / "kernel")}})
        super().__init__(
            notebook,
            kernel_name="python3",
            kernel_manager_class=Manager,
            timeout=None,
            startup_timeout=24 * 3600,  # the watch has the clock
            record_timing=False,
            store_widget_state=False,
            config=config,
            on_cell_start=lambda cell, cell_index: self._begun(cell_index),
            on_cell_executed=lambda cell, cell_index, execute_reply: self._ended(cell, cell_index, finished),
        )
        self.kept = outputs.Outputs()
        self.at = 0

    def _begun(self, index: int) -> None:
        self.at = index

    def _ended(self, cell: Any, index: int, finished: Callable[[Any], None]) -> None:
        from nbformat import from_dict

        for note in self.kept.notes(index):
            outs = cell.outputs
            same = [out for out in outs if out["output_type"] == "stream" and out["name"] == note["name"]]
            if same:
                same[-1]["text"] += note["text"]
            else:
                outs.append(from_dict(note))
        finished(cell)

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Take a message of the kernel to the outputs of its cell, cut to what is kept."""
        kind, content = msg["msg_type"], msg["content"]
        if kind == "stream":
            ours = cell_index in (0, len(self.nb.cells) - 1)  # what the last one tells is read, and not kept
            limit = outputs.RECORDS if ours else outputs.CELL_TEXT
            text = self.kept.printed(cell_index, content["name"], content["text"], limit)
            last = cell.outputs[-1] if cell.outputs and not self.clear_before_next_output else None
            if text and last is not None and last["output_type"] == "stream" and last["name"] == content["name"]:
                last["text"] += text  # else it would be as many outputs as it came in pieces
                return None
            if not text:
                return None
            msg = msg | {"content": content | {"text": text}}
        elif kind in BROUGHT:
            metadata = dict(content.get("metadata") or {})
            data = self.kept.displayed(cell_index, content["data"], metadata)
            if data is None:
                return None
            msg = msg | {"content": content | {"data": data, "metadata": metadata}}
        elif kind == "error":
            msg = msg | {"content": outputs.error(content)}
        return super().process_message(msg, cell, cell_index)


def run(client: Client, env: dict[str, str], cwd: str, log: Path, *, cpu: float, wall: float, mark: str) -> Ending:
    """Execute the cells of a client's notebook; when this returns, nothing that they started is left.

    Arguments:
        client: Made for this notebook.
        env: The whole environment of the kernel.
        cwd: Its working folder.
        log: The file that gets what the kernel's programs write on standard error.
        cpu: CPU seconds that the kernel and all that it starts may use.
        wall: Seconds by the clock after which it is stopped whatever it did.
        mark: A word in `env` that no other process has.
    """
    return asyncio.run(_run(client, env, cwd, log, cpu, wall, mark))


async def _run(client: Client, env: dict[str, str], cwd: str, log: Path, cpu: float, wall: float, mark: str) -> Ending:
    read, write = os.pipe()  # the supervisor ends all when the other end is closed: with us, at the latest
    used = [0.0]
    try:
        with log.open("a") as stderr:
            cells = asyncio.ensure_future(client.async_execute(env=env, cwd=cwd, stderr=stderr, stdin=read))
            watch = asyncio.ensure_future(_watch(client, used, log, cpu, wall))
            try:
                await asyncio.wait({cells, watch}, return_when=asyncio.FIRST_COMPLETED)
                stopped = watch.result() if watch.done() and not cells.done() else ""
                if stopped:
                    await asyncio.to_thread(processes.end, mark)
                how, message = await _outcome(cells)
                if not stopped and client.kept.problem:
                    stopped = "too much"
                return Ending(stopped or how, client.at, used[0], "" if stopped else message)
            finally:
                watch.cancel()
                cells.cancel()
    finally:
        os.close(write)
        os.close(read)
        processes.end(mark)


async def _outcome(cells: asyncio.Future[Any]) -> tuple[str, str]:
    try:
        await cells
    except DeadKernelError:
        return "died", ""
    except CellExecutionError as error:
        return "error", f"{error.ename}: {error.evalue}"
    except RuntimeError as error:  # of nbclient: it did not come up, or went away between two cells
        return "died", str(error)
    return "finished", ""


async def _watch(client: Client, used: list[float], log: Path, cpu: float, wall: float) -> str:
    """Wait for what stops a notebook: `cpu`, `wall`, or `too much` to keep."""
    started = time.monotonic()
    while True:
        await asyncio.sleep(EVERY)
        pid = _pid(client)
        if pid:
            used[0] = max(used[0], processes.cpu_seconds(pid))
        if log.stat().st_size > LOG:
            os.truncate(log, 0)
        if used[0] > cpu:
            return "cpu"
        if time.monotonic() - started > wall:
            return "wall"
        if client.kept.problem:
            return "too much"


def _pid(client: Client) -> int:
    """The supervisor's; 0 before it is there."""
    return int(getattr(getattr(client.km, "provisioner", None), "pid", None) or 0)
