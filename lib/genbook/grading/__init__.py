"""Assignments that mark themselves: the public checks, and what a judge needs to run them.

In a notebook, `check = checker("flows")` and then `check("coupling")` tries the functions that the notebook has defined
so far. On the lecturer's side `python -m genbook.grading` makes releases and grades folders of submissions; there the
same checks run in a judge's process and the submission in a sandbox (`genbook.grading.judge`).
"""

from typing import Any

__all__ = ["checker"]


def __getattr__(name: str) -> Any:
    """Import `checker` when it is asked for: a submission's process starts without PyTorch."""
    if name == "checker":
        from genbook.grading.asking import checker  # noqa: PLC0415

        return checker
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
