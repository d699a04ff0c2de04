"""Random inputs for checks, in float64."""

import torch
from torch import Tensor


def normal(rng: torch.Generator, *shape: int) -> Tensor:
    """Return standard normal numbers."""
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def uniform(rng: torch.Generator, *shape: int) -> Tensor:
    """Return numbers from [0, 1)."""
    return torch.rand(*shape, generator=rng, dtype=torch.float64)
