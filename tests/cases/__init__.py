"""Small instances of every model of the register, for the conformance tests, the device tests and the benchmarks.

Each family has a file with `CASES`, a dict from the model's key in `book/models.yml` to a function that builds a case.
A model with several faces has several cases: what follows a slash in the key names the face.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module

import torch
from torch import Tensor, nn

FAMILIES = ("foundations", "autoregressive", "vae", "flows", "diffusion", "gan", "ebm", "comparison")


@dataclass
class Case:
    """A model in evaluation mode with a batch that it accepts, and what is known about the truth.

    levels: values a variable takes, where the whole space is small enough to be enumerated.
    box: (low, high) that holds all but 1e-6 of the mass of a real-valued model in one or two dimensions.
    log_evidence: the exact log p(x) of a model whose `elbo` bounds it.
    exempt: name of a promise -> why this model need not keep it.
    """

    model: nn.Module
    batch: Tensor
    levels: int | None = None
    box: tuple[list[float], list[float]] | None = None
    log_evidence: Callable[[Tensor], Tensor] | None = None
    exempt: dict[str, str] = field(default_factory=dict)


def lively(model: nn.Module, scale: float = 3.0) -> nn.Module:
    """Return `model` in evaluation mode with its weights scaled up, so that what depends on what is plain to see."""
    with torch.no_grad():
        for p in model.parameters():
            p.mul_(scale)
    return model.eval()


def all_cases() -> dict[str, Callable[[], Case]]:
    """Return the cases of every family by key."""
    cases: dict[str, Callable[[], Case]] = {}
    for family in FAMILIES:
        for key, build in import_module(f"tests.cases.{family}").CASES.items():
            if key in cases:
                raise ValueError(f"the key {key!r} stands in two families, expected it in one.")
            cases[key] = build
    return cases
