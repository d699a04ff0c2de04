"""Continuous flows against matrix exponentials, autograd, enumerated probes, quadrature and torchdiffeq."""

import math
from functools import partial

import pytest
import torch
import torchdiffeq
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from genbook.flows import ContinuousFlow, Velocity, basis, gaussian, rademacher, trace_estimate
from genbook.nn import StandardNormal
from genbook.numerics import Adjoint, all_states, dormand_prince, integrate, jacobian, log_abs_det, rk4, seeded

TIGHT = partial(dormand_prince, rtol=1e-10, atol=1e-10)


class Linear(nn.Module):
    """v(t, x) = A x + b."""

    def __init__(self, dim=3):
        super().__init__()
        with seeded(0):
            self.a = nn.Parameter(0.8 * torch.randn(dim, dim).double())
            self.b = nn.Parameter(torch.randn(dim).double())

    def forward(self, t, x):
        return x @ self.a.T + self.b


def field(dim=2, scale=1.5):
    with seeded(0):
        velocity = Velocity(dim, (16,)).double()
        for p in velocity.parameters():
            p.data *= scale
    return velocity


def draw(rows, dim, seed=1):
    with seeded(seed):
        return torch.randn(rows, dim, dtype=torch.float64)


def flow(velocity, dim=2, **options):
    return ContinuousFlow(StandardNormal(dim).double(), velocity, **options)


def test_a_linear_field_gives_the_gaussian_of_the_matrix_exponential():
    linear = Linear()
    model, x = flow(linear, 3, solver=TIGHT), draw(5, 3)
    with torch.no_grad():
        grow = torch.linalg.matrix_exp(linear.a)  # x(1) = e^A z + m, m from the exponential of [[A, b], [0, 0]]
        whole = torch.zeros(4, 4).double()
        whole[:3, :3], whole[:3, 3] = linear.a, linear.b
        mean = torch.linalg.matrix_exp(whole)[:3, 3]
        z, log_det = model(x)
        truth = torch.distributions.MultivariateNormal(mean, grow @ grow.T).log_prob(x)
        torch.testing.assert_close(model.log_prob_ode(x), truth, rtol=1e-8, atol=1e-8)
        torch.testing.assert_close(log_det, -linear.a.trace().expand(5), rtol=1e-8, atol=1e-8)
        torch.testing.assert_close(model.inverse(z)[0], x, rtol=1e-8, atol=1e-8)


def test_the_trace_with_all_unit_vectors_is_the_jacobians_in_either_mode_of_gradients():
    velocity, x = field(3), draw(4, 3)
    j = torch.stack([jacobian(lambda v: velocity(0.3, v), row) for row in x])
    for grad in (True, False):
        with torch.set_grad_enabled(grad):
            v, trace, stretch = trace_estimate(velocity, 0.3, x, basis(x))
        torch.testing.assert_close(v, velocity(0.3, x))
        torch.testing.assert_close(trace, j.diagonal(dim1=1, dim2=2).sum(1))
        torch.testing.assert_close(stretch, j.square().sum((1, 2)))
        assert trace.requires_grad == grad


def test_the_estimate_is_unbiased_over_all_signs_and_has_the_variance_of_the_formula():
    velocity, x = field(4), draw(1, 4)
    j = jacobian(lambda v: velocity(0.3, v), x[0])
    signs = 2 * all_states(4).double() - 1  # all 16 probes
    same = x.expand(16, 4)
    _, trace, stretch = trace_estimate(velocity, 0.3, same, signs[None])
    torch.testing.assert_close(trace.mean(), j.trace())
    torch.testing.assert_close(stretch.mean(), j.square().sum())
    symmetric = (j + j.T) / 2
    expected = 2 * (symmetric.square().sum() - symmetric.diagonal().square().sum())
    torch.testing.assert_close(trace.var(correction=0), expected)


@pytest.mark.parametrize("probes", [rademacher, gaussian])
def test_drawn_probes_have_unit_covariance_and_the_mean_and_variance_of_theory(probes):
    a = Linear(3)
    n = 40_000
    with seeded(2), torch.no_grad():
        e = probes(torch.zeros(n, 3).double())
        _, trace, _ = trace_estimate(a, 0.0, torch.zeros(n, 3).double(), e)
    torch.testing.assert_close(e[0].T @ e[0] / n, torch.eye(3).double(), rtol=0, atol=0.03)
    symmetric = ((a.a + a.a.T) / 2).detach()
    variance = 2 * symmetric.square().sum()
    if probes is rademacher:
        variance -= 2 * symmetric.diagonal().square().sum()
    assert abs(trace.mean() - a.a.trace()) < 4 * (variance / n).sqrt()
    assert trace.var().item() == pytest.approx(variance.item(), rel=0.06)


def test_the_log_det_is_that_of_the_map_and_the_inverse_goes_back():
    model, x = flow(field(), solver=TIGHT), draw(4, 2)
    z, log_det = model(x)
    torch.testing.assert_close(log_det, log_abs_det(lambda v: model(v)[0], x), rtol=1e-7, atol=1e-7)
    back, log_det_back = model.inverse(z)
    torch.testing.assert_close(back, x, rtol=1e-7, atol=1e-7)
    torch.testing.assert_close(log_det_back, -log_det, rtol=1e-7, atol=1e-7)


def test_the_mass_is_one_and_draws_follow_the_density():
    model = flow(field(scale=2.5), solver=partial(rk4, steps=12))
    assert integrate(model.log_prob_ode, [-9.0] * 2, [9.0] * 2, 120) == pytest.approx(1, abs=2e-3)
    with seeded(0), torch.no_grad():
        x = model.sample(20_000)
    for half in (x[:, 0] > 0.5, x[:, 1] > 0, x.sum(1) < 1):
        assert 0.02 < half.double().mean() < 0.98

    def above(v):  # the mass of a half-plane
        return model.log_prob_ode(v).masked_fill(v[:, 0] <= 0.5, -math.inf)

    share = integrate(above, [-8.5] * 2, [9.5] * 2, 120)  # a border of cells lies at 0.5
    assert (x[:, 0] > 0.5).double().mean().item() == pytest.approx(share, abs=4 * 0.5 / 20_000**0.5 + 2e-3)


def test_random_probes_average_to_the_exact_log_density_on_a_linear_field():
    # there the way does not depend on the probe, and log p is linear in the trace
    model, x = flow(Linear(2), solver=partial(rk4, steps=4)), draw(1, 2)
    with seeded(0), torch.no_grad():
        draws = model.log_prob_ode(x.expand(20_000, 2), probes=gaussian)
        exact = model.log_prob_ode(x)
    assert abs(draws.mean() - exact).item() < 4 * draws.std().item() / 20_000**0.5


def test_the_density_equals_torchdiffeqs():
    velocity, x = field(), draw(6, 2)

    def augmented(t, state):
        j = torch.stack([jacobian(lambda v: velocity(t, v), row) for row in state[:, :2]])
        return torch.cat([velocity(t, state[:, :2]), j.diagonal(dim1=1, dim2=2).sum(1, keepdim=True)], 1)

    times = torch.tensor([1.0, 0.0]).double()
    start = torch.cat([x, torch.zeros(6, 1).double()], 1)
    with torch.no_grad():
        end = torchdiffeq.odeint(augmented, start, times, rtol=1e-8, atol=1e-8, method="dopri5")[-1]
        model = flow(velocity)
        ours = model.log_prob_ode(x, partial(dormand_prince, rtol=1e-8, atol=1e-8))
        torch.testing.assert_close(ours, model.base.log_prob(end[:, :2]) + end[:, 2], rtol=1e-6, atol=1e-6)


def test_the_loss_is_the_mean_and_the_penalties_are_the_integrals():
    velocity, x = field(), draw(6, 2)
    plain = flow(velocity)
    torch.testing.assert_close(plain.loss(x), -plain.log_prob_ode(x).mean())
    heavy = flow(velocity, kinetic=0.3, jacobian=0.7, solver=partial(rk4, steps=16))
    ways, ends = [], torch.linspace(1, 0, 65, dtype=torch.float64).tolist()
    state = x
    with torch.no_grad():
        for a, b in zip(ends, [*ends[1:], None], strict=True):
            j = torch.stack([jacobian(lambda v, a=a: velocity(a, v), row) for row in state])
            ways.append(0.3 * velocity(a, state).square().sum(1).mean() + 0.7 * j.square().sum((1, 2)).mean())
            state = state if b is None else rk4(velocity, state, a, b, steps=1)
        trapezium = (sum(ways) - (ways[0] + ways[-1]) / 2) / 64
        plain_loss = flow(velocity, solver=partial(rk4, steps=16)).loss(x)
    assert (heavy.loss(x) - plain_loss).item() == pytest.approx(trapezium.item(), rel=1e-3)


def test_training_with_the_adjoint_has_the_gradient_of_backprop():
    velocity, x = field(), draw(6, 2)
    found = []
    for solver in (TIGHT, Adjoint(TIGHT, velocity)):
        velocity.zero_grad()
        flow(velocity, solver=solver).loss(x).backward()
        found.append(torch.cat([p.grad.flatten() for p in velocity.parameters()]))
    torch.testing.assert_close(found[0], found[1], rtol=1e-6, atol=1e-7)


def test_a_penalty_on_the_energy_straightens_the_way():
    # from one Gaussian to another by a field that begins with needless turns: the integral of the squared speed
    energies = []
    for weight in (0.0, 0.1):
        with seeded(0):
            velocity = Velocity(2, (32,))
            for p in velocity.parameters():
                p.data *= 2.0
            model = ContinuousFlow(StandardNormal(2), velocity, partial(rk4, steps=6), kinetic=weight)
            x = 0.5 * torch.randn(256, 2) + 2
            adam = torch.optim.Adam(model.parameters(), 0.01)
            for _ in range(60):
                loss = model.loss(x)
                adam.zero_grad()
                loss.backward()
                adam.step()
        with torch.no_grad():
            plain = ContinuousFlow(model.base, velocity, model.solver).loss(x)
            energies.append((ContinuousFlow(model.base, velocity, model.solver, kinetic=1.0).loss(x) - plain).item())
    assert 1 < energies[1] < 0.8 * energies[0], energies


@settings(max_examples=10, deadline=None)
@given(st.sampled_from([-1.0, -1e-9, math.nan]))
def test_negative_weights_are_refused(weight):
    for name in ("kinetic", "jacobian"):
        with pytest.raises(ValueError, match=r"expected weights of at least 0\.$"):
            flow(field(), **{name: weight})


@pytest.mark.parametrize("bad", [torch.zeros(2, 3), torch.zeros(0, 2), torch.zeros(2).long(), [[0.0, 0.0]]])
def test_bad_batches_are_refused(bad):
    with pytest.raises((TypeError, ValueError), match="expected"):
        flow(field()).log_prob_ode(bad)


def test_other_bad_input_is_refused():
    with pytest.raises(TypeError, match=r"^base is a Velocity, expected"):
        ContinuousFlow(field(), field())
    with pytest.raises(ValueError, match="NaN"):
        flow(field()).log_prob_ode(torch.full((1, 2), math.nan))
    with pytest.raises(ValueError, match="n is 0"):
        flow(field()).sample(0)
    steep = flow(lambda t, x: 1e3 * x**3, solver=partial(dormand_prince, rtol=1e-6, atol=1e-6))
    with pytest.raises(RuntimeError, match=r"with a step of .* at rtol = 1e-06 and atol = 1e-06"):
        steep.inverse(torch.ones(1, 2).double())
