"""What the checks of every chapter share: read an answer, compare it with a truth, and say in one sentence what is off.

A judge calls these on values that came from a stranger's process, so an answer may be of any type, shape and size.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from genbook.grading.exercise import CheckFailed

# A check on draws fails by chance with a probability below 1e-9: Kolmogorov's bound 2 exp(-2 c^2) at c = 3.4 is 2e-10,
# and 6.5 standard errors of a normal are exceeded with probability 8e-11.
KOLMOGOROV, ERRORS = 3.4, 6.5


def read(answer: Any, shape: Sequence[int], what: str) -> Tensor:
    """Return an answer as a float64 tensor of the given shape with finite entries, or raise CheckFailed."""
    if isinstance(answer, bool) or not isinstance(answer, Tensor | int | float):
        raise CheckFailed(f"{what} is a {type(answer).__name__}, expected a tensor of shape {tuple(shape)}.")
    value = torch.as_tensor(answer, dtype=torch.float64).detach()
    if tuple(value.shape) != tuple(shape):
        raise CheckFailed(f"{what} has shape {tuple(value.shape)}, expected {tuple(shape)}.")
    wrong = int((~torch.isfinite(value)).sum())
    if wrong:
        raise CheckFailed(f"{what} holds {wrong} NaN or infinite values, expected finite numbers.")
    return value


def parts(answer: Any, count: int, what: str) -> list[Any]:
    """Return an answer that is a tuple or list of `count` values, or raise CheckFailed."""
    if not isinstance(answer, list | tuple) or len(answer) != count:
        found = f"{len(answer)} values" if isinstance(answer, list | tuple) else f"a {type(answer).__name__}"
        raise CheckFailed(f"{what} returned {found}, expected a tuple of {count}.")
    return list(answer)


def close(answer: Any, truth: Tensor, what: str, tolerance: float = 1e-8) -> Tensor:
    """Return the answer where it equals the truth to `tolerance` times 1 + |truth|, or raise CheckFailed.

    The default suits sums of up to a few thousand float64 terms of moderate size: their rounding is below 1e-12, and
    every error of a formula is far above 1e-8.
    """
    value = read(answer, truth.shape, what)
    off = (value - truth).abs() / (1 + truth.abs())
    if off.numel() and off.max() > tolerance:
        worst = int(off.argmax())
        came, expected = value.flatten()[worst].item(), truth.flatten()[worst].item()
        share = int((off > tolerance).sum())
        raise CheckFailed(
            f"{what} is {came:.6g} where {expected:.6g} was expected ({share} of {off.numel()} entries are off)."
        )
    return value


def whole(answer: Any, shape: Sequence[int], below: int, what: str) -> Tensor:
    """Return an answer as int64 of the given shape with entries in {0, ..., below - 1}, or raise CheckFailed."""
    value = read(answer, shape, what)
    if bool(((value != value.round()) | (value < 0) | (value >= below)).any()):
        raise CheckFailed(f"{what} holds something else than whole numbers from 0 to {below - 1}.")
    return value.to(torch.int64)


def standard_normal(eps: Tensor, what: str) -> None:
    """Raise CheckFailed unless the rows of eps (n, K) look like independent draws from N(0, I).

    Mean and variance alone would accept a uniform distribution, so the whole distribution function of every column is
    compared, then columns with each other, and rows with their neighbours.
    """
    n = len(eps)
    place = (torch.arange(n, dtype=torch.float64) + 0.5)[:, None] / n
    distance = (torch.special.ndtr(eps.sort(0).values) - place).abs().max().item()
    if distance > KOLMOGOROV / math.sqrt(n):
        raise CheckFailed(
            f"{what}: the standardised draws are not normal with mean 0 and variance 1 (their distribution function is "
            f"off by {distance:.3f}, expected at most {KOLMOGOROV / math.sqrt(n):.3f})."
        )
    between = eps.T @ eps / n - torch.eye(eps.shape[1], dtype=torch.float64)
    if between.fill_diagonal_(0).abs().max().item() > ERRORS / math.sqrt(n):
        raise CheckFailed(f"{what}: different entries of a draw are correlated, expected independent noise for each.")
    if ((eps[1:] * eps[:-1]).mean(0).abs() > ERRORS / math.sqrt(n - 1)).any():
        raise CheckFailed(f"{what}: a draw depends on the one before, expected independent draws.")


def network_from(answer: Any, module: torch.nn.Module, prefix: str) -> torch.nn.Module:
    """Return `module` in float64 with the weights `prefix + name` of a dict of tensors, or raise CheckFailed."""
    if not isinstance(answer, dict):
        raise CheckFailed(f"the weights are a {type(answer).__name__}, expected a dict of tensors.")
    module = module.double()
    found = {}
    for name, tensor in module.state_dict().items():
        if prefix + name not in answer:
            raise CheckFailed(f"the weights lack {prefix + name!r}, expected every parameter of the given networks.")
        found[name] = read(answer[prefix + name], tensor.shape, f"the weight {prefix + name!r}")
    module.load_state_dict(found)
    return module.requires_grad_(False).eval()
