"""Roots of increasing functions whose slope is known."""

from collections.abc import Callable

import torch
from torch import Tensor


def newton_in_bracket(
    f: Callable[[Tensor], tuple[Tensor, Tensor]],
    target: Tensor,
    low: Tensor,
    high: Tensor,
    steps: int = 200,
    tolerance: float | None = None,
) -> Tensor:
    """Solve f(x) = target for every entry: f increases and maps (...,) to its value and its slope; low <= x <= high.

    Newton's method inside a bracket that only shrinks: a step that would leave it, and every third one, is a bisection.
    An entry is done when |f(x) - target| <= tolerance (1 + |target| + high - low + |x| f'(x)), which is what rounding
    lets one know about f(x). The tolerance is 4 units of rounding of the dtype if none is given.

    Raises:
        RuntimeError: after `steps` steps an entry is not done, because f does not reach its target in the bracket or is
            not finite there.

    >>> cube = lambda x: (x**3 + x, 3 * x**2 + 1)
    >>> five = torch.full((2,), 5.0)
    >>> newton_in_bracket(cube, torch.tensor([2.0, -10.0]), -five, five).round(decimals=4)
    tensor([ 1., -2.])
    """
    tolerance = 4 * torch.finfo(target.dtype).eps if tolerance is None else tolerance
    bound = 1 + target.abs() + high - low
    x = (low + high) / 2
    for step in range(steps):
        value, slope = f(x)
        error = value - target
        reached = error.abs() <= tolerance * (bound + slope * x.abs())
        if reached.all():
            return x
        low, high = torch.where(error < 0, x, low), torch.where(error > 0, x, high)
        newton, middle = x - error / slope, (low + high) / 2
        inside = (newton > low) & (newton < high) & (step % 3 < 2)
        x = torch.where(reached, x, torch.where(inside, newton, middle))
    raise RuntimeError(
        f"after {steps} steps {int((~reached).sum())} of {target.numel()} roots were not within the tolerance "
        f"{tolerance:g}, the worst off by {error.abs().max().item():g}: expected finite values that f takes between "
        "the ends of the bracket."
    )
