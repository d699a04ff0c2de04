"""The solver of Dormand and Prince: steps as long as the tolerance allows, and the solution between them."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from genbook.checks import check_count
from genbook.numerics.ode import Field, check_times

# Dormand & Prince (1980): nodes, coefficients, weights of order 5 and their difference to those of order 4
C = (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
A = (
    (),
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
E = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)
D = (  # of the interpolant of order 4 (Hairer, Norsett & Wanner 1993, section II.6)
    -12715105075 / 11282082432,
    0.0,
    87487479700 / 32700410799,
    -10690763975 / 1880347072,
    701980252875 / 199316789632,
    -1453857185 / 822651844,
    69997945 / 29380423,
)


def dormand_prince(
    field: Field, x: Tensor, t0: float, t1: float, rtol: float = 1e-6, atol: float = 1e-6, most: int = 1000
) -> Tensor:
    """Follow the field by steps of order 5 whose estimated error stays below atol + rtol |x| (root mean square).

    Raises:
        ValueError: the times are equal or not finite, or a tolerance is not a finite number above 0.
        RuntimeError: t1 is not reached within `most` steps, or the field is not finite: the sentence names the time,
            the step and the tolerances.

    >>> dormand_prince(lambda t, x: x, torch.ones(1, dtype=torch.float64), 0.0, 1.0)
    tensor([2.7183], dtype=torch.float64)
    """
    end = x
    for *_, after in _controlled(field, x, t0, t1, (rtol, atol), most):
        end = after
    return end


def dormand_prince_at(
    field: Field, x: Tensor, times: Sequence[float], rtol: float = 1e-6, atol: float = 1e-6, most: int = 1000
) -> Tensor:
    """Return the solution at all `times`, shape (T, *shape): x is the state at times[0], the steps are as they like.

    Between the ends of a step stands the interpolant of order 4, which costs no evaluation.

    Raises:
        ValueError: `times` does not rise or fall strictly, or a number is out of range.
        RuntimeError: as `dormand_prince`.
    """
    forward = len(times) > 1 and times[1] > times[0]
    if len(times) < 2 or any((b > a) != forward or a == b for a, b in pairwise(times)):
        raise ValueError(f"times are {list(times)}, expected at least two numbers that rise or fall strictly.")
    found, wanted = [x], list(times[1:])
    for t, h, ks, before, after in _controlled(field, x, times[0], times[-1], (rtol, atol), most):
        while wanted and (wanted[0] - t) / h <= 1 + 1e-12:
            found.append(_between(min((wanted.pop(0) - t) / h, 1.0), h, ks, before, after))
    return torch.stack(found)


def _controlled(
    field: Field, x: Tensor, t0: float, t1: float, tolerance: tuple[float, float], most: int
) -> Iterator[tuple[float, float, list[Tensor], Tensor, Tensor]]:
    """Yield every accepted step: its time, its length, the seven slopes, the states before and after."""
    check_times(t0, t1)
    check_count(most, "most")
    if not all(math.isfinite(value) and value > 0 for value in tolerance):
        raise ValueError(f"rtol is {tolerance[0]} and atol is {tolerance[1]}, expected finite numbers above 0.")
    t, k1 = t0, field(t0, x)
    h = _first_step(field, x, k1, t0, t1, tolerance)
    for _ in range(most):
        last = abs(t1 - t) <= abs(h)
        h = t1 - t if last else h
        ks = [k1]
        for c, a in zip(C[1:], A[1:], strict=True):
            ks.append(field(t + c * h, x + h * _weigh(a, ks)))
        new = x + h * _weigh(A[6], ks[:6])
        error = _norm(h * _weigh(E, ks), torch.maximum(x.abs(), new.abs()), tolerance)
        if error <= 1:
            yield t, h, ks, x, new
            if last:
                return
            t, x, k1 = t + h, new, ks[6]
        if not math.isfinite(error) or abs(h) <= 1e-14 * max(abs(t), abs(t1)):
            break
        h *= min(10.0, max(0.2, 0.9 * max(error, 1e-10) ** -0.2))
    raise RuntimeError(
        f"the solver stands at t = {t:g} on its way from {t0:g} to {t1:g} with a step of {h:.2g} after at most {most} "
        f"steps at rtol = {tolerance[0]:g} and atol = {tolerance[1]:g}, expected to arrive: raise the tolerances, "
        "allow more steps, or look for what makes the field steep or infinite."
    )


def _between(s: float, h: float, ks: list[Tensor], before: Tensor, after: Tensor) -> Tensor:
    """Return the state at the share s of a step."""
    rise = after - before
    first = h * ks[0] - rise
    second = rise - h * ks[6] - first
    return before + s * (rise + (1 - s) * (first + s * (second + (1 - s) * h * _weigh(D, ks))))


def _first_step(field: Field, x: Tensor, k1: Tensor, t0: float, t1: float, tolerance: tuple[float, float]) -> float:
    """Guess a step from the first two derivatives (Hairer, Norsett & Wanner 1993, section II.4)."""
    size, slope = _norm(x, x.abs(), tolerance), _norm(k1, x.abs(), tolerance)
    span = t1 - t0
    h = 1e-6 if min(size, slope) < 1e-5 else 0.01 * size / slope
    h = math.copysign(min(h, abs(span)), span)
    bend = _norm(field(t0 + h, x + h * k1) - k1, x.abs(), tolerance) / abs(h)
    steep = max(slope, bend)
    return math.copysign(min(100 * abs(h), (0.01 / steep) ** 0.2 if steep > 1e-15 else abs(h), abs(span)), span)


def _weigh(weights: Sequence[float], ks: Sequence[Tensor]) -> Tensor:
    return sum(w * k for w, k in zip(weights, ks, strict=True) if w)


def _norm(error: Tensor, size: Tensor, tolerance: tuple[float, float]) -> float:
    """Return the root mean square of error / (atol + rtol size)."""
    rtol, atol = tolerance
    return (error.detach() / (atol + rtol * size.detach())).square().mean().sqrt().item()
