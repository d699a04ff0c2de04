"""How much work a page may do here, and where it runs."""

import os
from typing import TypeVar

import torch

T = TypeVar("T")
TIERS = ("smoke", "cpu", "gpu")


def tier() -> str:
    """Return the budget in force: `GENBOOK_BUDGET` where it is set, else "gpu" on a CUDA machine and "cpu" elsewhere.

    Raises:
        ValueError: `GENBOOK_BUDGET` is something else than smoke, cpu or gpu.
    """
    named = os.environ.get("GENBOOK_BUDGET", "")
    if named and named not in TIERS:
        raise ValueError(f"GENBOOK_BUDGET is {named!r}, expected {', '.join(TIERS)} or nothing.")
    return named or ("gpu" if torch.cuda.is_available() else "cpu")


def budget(*, smoke: T, cpu: T, gpu: T) -> T:
    """Return the value that the budget in force allows; the only knob that makes a page cheaper.

    Raises:
        ValueError: `GENBOOK_BUDGET` is something else than smoke, cpu or gpu.

    >>> budget(smoke=20, cpu=2_000, gpu=20_000) in (20, 2_000, 20_000)
    True
    """
    return {"smoke": smoke, "cpu": cpu, "gpu": gpu}[tier()]


def device() -> torch.device:
    """Return the best device of this process: its own GPU under `torchrun`, else cuda, else mps, else cpu."""
    if torch.cuda.is_available():
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")) % torch.cuda.device_count())
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
