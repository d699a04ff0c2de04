"""Negative log-likelihood in nats, with the relation that the model's promise allows."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from genbook.checks import check_count, check_finite
from genbook.evaluation.estimate import Estimate, Relation, check_relation
from genbook.numerics import evaluating
from genbook.protocols import HasElbo, HasLogProb


def nats(model: HasLogProb | HasElbo, x: Tensor, batch_size: int = 256) -> Estimate:
    """Return the mean of -log p(x) over the rows of `x` (N, *event), in nats per example.

    A model that keeps the promise `log_prob` gives "=", one with only `elbo` gives "<=": the likelihood costs at most
    this many nats. The model is evaluated in batches, on its own device, in evaluation mode and without gradients.

    Raises:
        TypeError: the model promises neither, or `x` is not a tensor.
        ValueError: `x` is empty or holds NaN, or the model returns a wrong shape, NaN or probability zero.

    >>> from torch.distributions import Normal
    >>> class Standard:
    ...     measure = "lebesgue"
    ...     def log_prob(self, x):
    ...         return Normal(0.0, 1.0).log_prob(x).sum(-1)
    >>> nats(Standard(), torch.tensor([[1.0], [-1.0]]))
    = 1.419 ± 0.000 nats
    """
    if isinstance(model, HasLogProb):
        log_p, relation = model.log_prob, "="
    elif isinstance(model, HasElbo):
        log_p, relation = model.elbo, "<="
    else:
        raise TypeError(
            f"{type(model).__name__} promises no likelihood, expected `log_prob` with `measure`, or `elbo`: "
            "pass an approximation explicitly with nats_of(f, x, relation='~')."
        )
    with evaluating(model):
        return nats_of(log_p, x, relation, batch_size=batch_size, device=device_of(model))


def nats_of(
    log_p: Callable[[Tensor], Tensor],
    x: Tensor,
    relation: Relation,
    batch_size: int = 256,
    device: torch.device | None = None,
) -> Estimate:
    """Return the mean of -log_p(x) over the rows of `x`, labelled with the `relation` that the caller vouches for.

    For what is no protocol: importance-weighted bounds ("<="), an ODE likelihood or annealed importance sampling ("~").
    `log_p` maps (B, *event) to (B,) in nats; `x` stays where it is unless `device` is given.

    Raises:
        TypeError, ValueError: as `nats`.
    """
    check_relation(relation)
    check_count(batch_size, "batch_size")
    values = -per_example(log_p, x, batch_size, device)
    error = float(values.std() / len(values) ** 0.5) if len(values) > 1 else float("nan")
    return Estimate(float(values.mean()), error, len(values), relation)


def per_example(
    log_p: Callable[[Tensor], Tensor], x: Tensor, batch_size: int = 256, device: torch.device | None = None
) -> Tensor:
    """Return log_p of every row of `x` (N, *event) as a float64 tensor (N,) on the CPU, computed in batches."""
    if not isinstance(x, Tensor):
        raise TypeError(f"x is a {type(x).__name__}, expected a torch tensor of shape (N, *event).")
    if x.dim() == 0 or len(x) == 0:
        raise ValueError(f"x has shape {tuple(x.shape)}, expected (N, *event) with at least one example.")
    check_finite(x)
    with torch.no_grad():
        parts = [_checked(log_p(batch.to(device or batch.device)), len(batch)) for batch in x.split(batch_size)]
    return torch.cat(parts)


def device_of(model: object) -> torch.device | None:
    """Return where the parameters or buffers of a module live, None for what is no module or has none."""
    if not isinstance(model, nn.Module):
        return None
    tensors = [*model.parameters(), *model.buffers()]
    return tensors[0].device if tensors else None


def _checked(log_p: Tensor, n: int) -> Tensor:
    """Raise ValueError unless `log_p` is (n,), without NaN, +inf or probability zero."""
    if not isinstance(log_p, Tensor) or log_p.shape != (n,):
        given = tuple(log_p.shape) if isinstance(log_p, Tensor) else type(log_p).__name__
        raise ValueError(f"the log-likelihood has shape {given}, expected ({n},): one number an example.")
    bad = ~torch.isfinite(log_p)
    if (bad & (log_p < 0)).any():
        zero = int((bad & (log_p < 0)).sum())
        raise ValueError(
            f"the model gives {zero} of {n} examples probability zero, so its mean is infinite: smooth it."
        )
    if bad.any():
        raise ValueError(
            f"the log-likelihood is NaN or infinite for {int(bad.sum())} of {n} examples: check the model."
        )
    return log_p.cpu().double()
