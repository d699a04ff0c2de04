"""Traces of a Jacobian: exact with the unit vectors, estimated with random probes (Hutchinson 1990)."""

from collections.abc import Callable

import torch
from torch import Tensor

from genbook.numerics.ode import Field

Probes = Callable[[Tensor], Tensor]


def basis(x: Tensor) -> Tensor:
    """Return the D unit vectors for every row of x (B, D), shape (D, B, D): probes that make the trace exact."""
    return torch.eye(x.shape[1], dtype=x.dtype, device=x.device)[:, None].expand(-1, len(x), -1)


def rademacher(x: Tensor) -> Tensor:
    """Draw one probe of fair signs for every row of x, shape (1, B, D): of all probes the least variance."""
    return torch.randint_like(x[None], 2) * 2 - 1


def gaussian(x: Tensor) -> Tensor:
    """Draw one standard normal probe for every row of x, shape (1, B, D)."""
    return torch.randn_like(x[None])


def trace_estimate(field: Field, t: float, x: Tensor, probes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return v(t, x) (B, D), the sum over probes e of e^T J e (B,), and that of |e^T J|^2 (B,), J = dv/dx.

    probes has shape (K, B, D). With E[sum e e^T] = I the second is an unbiased estimate of tr J (Hutchinson 1990), the
    third of the squared Frobenius norm; with the unit vectors both are exact. One backward pass a probe.
    """
    keep = torch.is_grad_enabled()
    with torch.enable_grad():
        x = x if x.requires_grad else x.detach().requires_grad_()
        v = field(t, x)  # (B, D)
        pulls = [torch.autograd.grad(v, x, e, create_graph=keep, retain_graph=True)[0] for e in probes]  # K of (B, D)
    if not keep:
        v = v.detach()
    trace = sum((pull * e).sum(1) for pull, e in zip(pulls, probes, strict=True))
    return v, trace, sum(pull.square().sum(1) for pull in pulls)
