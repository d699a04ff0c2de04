"""Solvers against closed forms, against torchdiffeq and scipy; their order; the adjoint gradient against backprop."""

import math
from functools import partial
from itertools import pairwise

import pytest
import torch
import torchdiffeq
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import RK45
from torch import nn

from genbook.numerics import Adjoint, Counted, dormand_prince, dormand_prince_at, euler, rk4, seeded
from genbook.numerics.adaptive import A, C, E, _between

ROTATION = torch.tensor([[0.0, 1.0], [-1.0, 0.0]]).double()


def turning(t, x):
    """A field that turns and grows with time: x(t) = exp(t^2 / 2) R(t) x(0)."""
    return x @ ROTATION + t * x


def turned(x, t, t0=0.0):
    c, s = math.cos(t - t0), math.sin(t - t0)
    return math.exp((t**2 - t0**2) / 2) * x @ torch.tensor([[c, s], [-s, c]], dtype=torch.float64)


def start():
    return torch.tensor([[1.0, 0.0], [-0.5, 2.0]]).double()


def order(solver, counts):
    errors = [(solver(turning, start(), 0.0, 2.0, steps=n) - turned(start(), 2.0)).abs().max().log2() for n in counts]
    return [(a - b).item() for a, b in pairwise(errors)]


def test_halving_the_step_of_euler_halves_the_error():
    assert order(euler, (200, 400, 800)) == pytest.approx([1, 1], abs=0.05)


def test_halving_the_step_of_rk4_divides_the_error_by_sixteen():
    assert order(rk4, (20, 40, 80)) == pytest.approx([4, 4], abs=0.15)


def test_one_step_of_dormand_prince_has_order_five_and_its_interpolant_order_four():
    def one_step(h):
        ks = [turning(0.7, start())]
        for c, a in zip(C[1:], A[1:], strict=True):
            ks.append(turning(0.7 + c * h, start() + h * sum(w * k for w, k in zip(a, ks, strict=True))))
        after = start() + h * sum(w * k for w, k in zip(A[6], ks[:6], strict=True))
        middle = _between(0.4, h, ks, start(), after)
        low = after - h * sum(w * k for w, k in zip(E, ks, strict=True))  # of order 4
        truths = [turned(start(), 0.7 + share * h, 0.7) for share in (1.0, 0.4, 1.0)]
        return [(a - b).abs().max().log2().item() for a, b in zip((after, middle, low), truths, strict=True)]

    rates = [a - b for a, b in zip(one_step(0.08), one_step(0.04), strict=True)]
    assert rates == pytest.approx([6, 5, 5], abs=0.35)  # local errors: one order more


def test_the_coefficients_are_those_of_scipy():
    torch.testing.assert_close(torch.tensor(C[:6]).double(), torch.tensor(RK45.C).double())
    for mine, row in zip(A[1:6], RK45.A[1:], strict=True):
        assert mine == pytest.approx(row[: len(mine)].tolist(), abs=1e-14)
    assert A[6] == pytest.approx(RK45.B.tolist()) and pytest.approx((-RK45.E).tolist(), abs=1e-14) == E


@pytest.mark.parametrize("t1", [2.0, -1.5])
def test_the_error_falls_with_the_tolerance_in_both_directions_of_time(t1):
    errors = []
    for tolerance in (1e-4, 1e-6, 1e-8, 1e-10):
        end = dormand_prince(turning, start(), 0.0, t1, tolerance, tolerance)
        errors.append((end - turned(start(), t1)).abs().max().item())
        assert errors[-1] < 100 * tolerance
    assert errors == sorted(errors, reverse=True) and errors[-1] < 1e-9


def test_the_way_between_the_steps():
    times = torch.linspace(0, 2, 41, dtype=torch.float64).tolist()
    counted = Counted(turning)
    states = dormand_prince_at(counted, start(), times, 1e-8, 1e-8)
    alone = Counted(turning)
    end = dormand_prince(alone, start(), 0.0, 2.0, 1e-8, 1e-8)
    truth = torch.stack([turned(start(), t) for t in times])
    torch.testing.assert_close(states, truth, rtol=1e-6, atol=1e-6)
    assert torch.equal(states[-1], end) and counted.calls == alone.calls, "the way costs evaluations"
    backwards = dormand_prince_at(turning, end, times[::-1], 1e-8, 1e-8)
    torch.testing.assert_close(backwards.flip(0), truth, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("tolerance", [1e-5, 1e-8])
def test_agreement_with_torchdiffeq_at_equal_tolerance(tolerance):
    with seeded(0):
        network = nn.Sequential(nn.Linear(3, 32), nn.Tanh(), nn.Linear(32, 3)).double()
        x = 2 * torch.randn(7, 3).double()

    def field(t, x):
        return 2 * network(x) + math.sin(4 * float(t))

    times = torch.linspace(0, 3, 6).double()
    with torch.no_grad():
        mine = Counted(field)
        ours = dormand_prince_at(mine, x, times.tolist(), tolerance, tolerance)
        theirs_count = Counted(field)
        theirs = torchdiffeq.odeint(theirs_count, x, times, rtol=tolerance, atol=tolerance, method="dopri5")
        torch.testing.assert_close(ours, theirs, rtol=100 * tolerance, atol=100 * tolerance)
        assert 0.5 < mine.calls / theirs_count.calls < 2
        fixed = torchdiffeq.odeint(
            field, x, torch.tensor([0.0, 3.0]).double(), method="rk4", options={"step_size": 0.01}
        )
        torch.testing.assert_close(rk4(field, x, 0.0, 3.0, steps=300), fixed[-1], rtol=1e-7, atol=1e-7)


def gradients(solver, network, x):
    def field(t, x):
        return network(x) + t

    network.zero_grad()
    x = x.clone().requires_grad_()
    (solver(field, x, 0.0, 1.0) * torch.arange(1.0, 3.0).double()).square().sum().backward()
    return torch.cat([x.grad.flatten(), *(p.grad.flatten() for p in network.parameters())])


def test_the_adjoint_gradient_converges_to_backprop_as_the_tolerance_shrinks():
    with seeded(0):
        network = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2)).double()
        x = torch.randn(5, 2).double()
    exact = gradients(partial(dormand_prince, rtol=1e-12, atol=1e-12), network, x)
    errors = []
    for tolerance in (1e-2, 1e-4, 1e-6, 1e-8):
        solver = Adjoint(partial(dormand_prince, rtol=tolerance, atol=tolerance), network)
        errors.append(((gradients(solver, network, x) - exact).norm() / exact.norm()).item())
    assert errors == sorted(errors, reverse=True) and errors[0] > 1e-5 and errors[-1] < 1e-7
    fixed = [gradients(Adjoint(partial(rk4, steps=n), network), network, x) for n in (4, 8, 16)]
    drops = [((a - exact).norm() / (b - exact).norm()).item() for a, b in pairwise(fixed)]
    assert min(drops) > 10  # of order 4, like its solver


def test_the_adjoint_gives_none_to_what_needs_none_and_zeros_to_what_is_not_used():
    network, unused = nn.Linear(2, 2).double(), nn.Linear(2, 2).double()
    network.bias.requires_grad_(False)
    both = nn.ModuleList([network, unused])
    Adjoint(rk4, both)(lambda t, x: network(x), start(), 0.0, 1.0).sum().backward()
    assert network.weight.grad.abs().sum() > 0 and network.bias.grad is None
    assert unused.weight.grad.abs().sum() == 0


def test_a_solver_that_does_not_arrive_names_step_and_tolerance():
    message = r"^the solver stands at t = 1 .* with a step of .* at rtol = 1e-08 and atol = 1e-08, expected to arrive:"
    with pytest.raises(RuntimeError, match=message):
        dormand_prince(lambda t, x: x**2, torch.ones(1).double(), 0.0, 2.0, 1e-8, 1e-8)  # 1 / (1 - t)
    with pytest.raises(RuntimeError, match=r"after at most 3 steps at rtol = 1e-10"):
        dormand_prince(turning, start(), 0.0, 2.0, 1e-10, 1e-10, most=3)
    with pytest.raises(RuntimeError, match="the field steep or infinite"):
        dormand_prince(lambda t, x: x / (t - 0.5), start(), 0.5, 2.0)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([0.0, -1.0, math.inf, math.nan]))
def test_impossible_numbers_are_refused(bad):
    with pytest.raises(ValueError, match=r"^rtol is .* expected finite numbers above 0\.$"):
        dormand_prince(turning, start(), 0.0, 1.0, rtol=bad)
    with pytest.raises(ValueError, match=r"expected two different finite times\.$"):
        rk4(turning, start(), 1.0, 1.0 if bad in (0.0, -1.0) else bad)
    for steps in (0, -3):
        with pytest.raises(ValueError, match="steps is"):
            euler(turning, start(), 0.0, 1.0, steps=steps)
    for times in ([0.0], [0.0, 0.0], [0.0, 1.0, 0.5]):
        with pytest.raises(ValueError, match="rise or fall strictly"):
            dormand_prince_at(turning, start(), times)


def test_no_steps_at_all_for_a_field_that_stands_still():
    x = start()
    assert torch.equal(dormand_prince(lambda t, x: torch.zeros_like(x), x, 0.0, 1.0), x)
