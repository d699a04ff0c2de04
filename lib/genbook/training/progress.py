"""A plain-text progress bar that leaves one short line behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from tqdm import tqdm

from genbook.training.distributed import rank

if TYPE_CHECKING:
    from genbook.training.run import Run


class _Stream(Protocol):
    def write(self, text: str) -> Any: ...

    def flush(self) -> None: ...


class NotebookLine:
    """A stream whose last line replaces what a cell shows, so that a saved notebook keeps one line."""

    def __init__(self, display: Callable[..., Any]) -> None:
        self._display = display
        self._handle: Any = None

    def write(self, text: str) -> None:
        """Show `text` in place of what was shown before; blanks, with which tqdm clears its line, are skipped."""
        line = text.strip()
        if not line:
            return
        if self._handle is None:
            self._handle = self._display({"text/plain": line}, raw=True, display_id=True)
        else:
            self._handle.update({"text/plain": line}, raw=True)

    def flush(self) -> None:
        """Do nothing: every write is shown at once."""


def stream() -> _Stream | None:
    """Return where a bar is drawn: the notebook cell, or a terminal; elsewhere None unless GENBOOK_PROGRESS=1.

    GENBOOK_PROGRESS=0 turns bars off everywhere. Of several processes only the first draws.
    """
    wanted = os.environ.get("GENBOOK_PROGRESS", "")
    if wanted == "0" or rank() > 0:
        return None
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None and hasattr(shell, "kernel"):
        from IPython.display import display  # noqa: PLC0415 - only inside a kernel, where it is loaded already

        return NotebookLine(display)
    return sys.stderr if wanted == "1" or sys.stderr.isatty() else None


@contextmanager
def progress(run: Run) -> Iterator[Callable[[], None]]:
    """Yield a function to call after every step; at the end one line stays: steps, mean recent loss, seconds."""
    out = stream()
    if out is None:
        yield lambda: None
        return
    bar = tqdm(total=run.steps, initial=run.step, file=out, leave=False, ncols=79, mininterval=0.5)

    def tick() -> None:
        bar.set_postfix_str(f"loss {run.history.losses[-1]:.4g}", refresh=False)
        bar.update()

    try:
        yield tick
    finally:
        bar.close()
        out.write(f"{run.step} steps, loss {run.history.recent():.4g}, {run.history.seconds:.1f} s\n")
        out.flush()
