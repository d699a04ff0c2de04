"""Ancestral sampling: draw each variable from its conditional, in the order of the model."""

import torch
from torch import Tensor

from genbook.checks import check_batch
from genbook.nn.outputs.output import check_temperature
from genbook.protocols import Autoregressive


@torch.no_grad()
def ancestral(model: Autoregressive, u: Tensor, prefix: Tensor | None = None, temperature: float = 1.0) -> Tensor:
    """Turn uniform numbers u (n, D) into n draws (n, D), one `step` of the model a variable.

    Column t of `u` drives the variable that is generated t-th, `model.order[t]`. `prefix` (n, k) holds the values of
    the first k variables of the order, which are then kept instead of drawn.

    Raises:
        TypeError, ValueError: u or prefix has a wrong shape or dtype, or the temperature is not positive.
    """
    k = _check(model, u, prefix, temperature)
    params, state = model.start(len(u))
    columns: list[Tensor] = []
    for t, u_t in enumerate(u.T.contiguous()):
        columns.append(prefix[:, t] if t < k else _draw(model, params, u_t, temperature))
        if t + 1 < u.shape[1]:
            params, state = model.step(state, columns[-1])
    return torch.stack(columns, 1)[:, model.order.argsort()]


@torch.no_grad()
def ancestral_naive(model: Autoregressive, u: Tensor, prefix: Tensor | None = None, temperature: float = 1.0) -> Tensor:
    """Do what `ancestral` does by D full passes of `conditionals`, each of which recomputes all the others."""
    k = _check(model, u, prefix, temperature)
    x = torch.zeros_like(u)
    for t, d in enumerate(model.order.tolist()):
        x[:, d] = prefix[:, t] if t < k else _draw(model, model.conditionals(x)[:, d], u[:, t], temperature)
    return x


@torch.no_grad()
def fixed_point(model: Autoregressive, u: Tensor) -> tuple[Tensor, int]:
    """Turn u (n, D) into the draws of `ancestral` by passes over all variables at once; return them and the passes.

    A pass draws every variable from its conditional given the values of the pass before. After k passes the first k
    variables of the order are right, so D passes suffice, and when a pass changes nothing all are right (Song et al.
    2021, Jacobi iteration; Wiggers and Hoogeboom 2020).

    Raises:
        TypeError, ValueError: u has a wrong shape or dtype.
    """
    check_batch(u, (len(model.order),), "u")
    u_of = u[:, model.order.argsort()]  # column d drives variable d
    x, before, passes = torch.zeros_like(u), None, 0
    while passes < u.shape[1] and not (passes and torch.equal(x, before)):
        before, x = x, model.output.from_uniform(model.conditionals(x), u_of)
        passes += 1
    return x, passes


def _draw(model: Autoregressive, params: Tensor, u: Tensor, temperature: float) -> Tensor:
    if temperature != 1.0:
        params = model.output.tempered(params, temperature)
    return model.output.from_uniform(params, u)


def _check(model: Autoregressive, u: Tensor, prefix: Tensor | None, temperature: float) -> int:
    """Check the input and return the length of the prefix."""
    check_batch(u, (len(model.order),), "u")
    check_temperature(temperature)
    if prefix is None:
        return 0
    if prefix.dim() != 2 or len(prefix) != len(u) or prefix.shape[1] > u.shape[1]:
        raise ValueError(
            f"prefix has shape {tuple(prefix.shape)}, expected ({len(u)}, k) with k <= {u.shape[1]}: "
            "the values of the first k variables of the order, a row a draw."
        )
    model.output.check(prefix)
    return prefix.shape[1]
