"""Gradients through a differential equation without keeping its steps: the adjoint method."""

from typing import Any

import torch
from torch import Tensor, nn

from genbook.numerics.ode import Field, Solver


class Adjoint:
    """A solver whose gradient comes from a second equation, solved backwards in time (Chen et al. 2018, algorithm 1).

    With a(t) = dL/dx(t), da/dt = -a^T dv/dx and dL/dtheta = integral of a^T dv/dtheta. Nothing of the way is kept, so
    memory does not grow with the steps; x(t) is found again by running back, and the gradient has the solver's error.

    Args:
        solver: (field, x, t0, t1) -> x(t1), for both ways.
        module: whose parameters the field uses.

    >>> from genbook.numerics import rk4
    >>> line = nn.Linear(1, 1, bias=False)
    >>> x = torch.ones(1, 1)
    >>> Adjoint(rk4, line)(lambda t, x: line(x), x, 0.0, 1.0).backward()
    >>> torch.allclose(line.weight.grad, line.weight.exp(), atol=1e-4)
    True
    """

    def __init__(self, solver: Solver, module: nn.Module) -> None:
        """Keep the solver and the module."""
        self.solver, self.module = solver, module

    def __call__(self, field: Field, x: Tensor, t0: float, t1: float) -> Tensor:
        """Return x(t1) of the solution through x at t0."""
        with torch.no_grad():
            end = self.solver(field, x, t0, t1)
        parameters = [p for p in self.module.parameters() if p.requires_grad]
        return _Backwards.apply(end, (field, self.solver, t0, t1), x, *parameters)


class _Backwards(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, end: Tensor, problem: tuple[Field, Solver, float, float], *inputs: Tensor) -> Tensor:
        ctx.problem = problem
        ctx.save_for_backward(end, *inputs[1:])
        return end.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        field, solver, t0, t1 = ctx.problem
        end, *parameters = ctx.saved_tensors
        n = end.numel()

        def augmented(t: float, state: Tensor) -> Tensor:
            x = state[:n].view_as(end).detach().requires_grad_()
            with torch.enable_grad():
                v = field(t, x)
                pulls = torch.autograd.grad(
                    v, (x, *parameters), -state[n : 2 * n].view_as(end), allow_unused=True, materialize_grads=True
                )
            return torch.cat([v.detach().flatten(), *(pull.flatten() for pull in pulls)])

        zeros = [p.new_zeros(p.numel()) for p in parameters]
        with torch.no_grad():
            state = solver(augmented, torch.cat([end.flatten(), gradient.flatten(), *zeros]), t1, t0)
        pulls = state[n:].split([n, *(p.numel() for p in parameters)])
        shaped = (pull.view_as(p) for pull, p in zip(pulls, [end, *parameters], strict=True))
        return None, None, *shaped
