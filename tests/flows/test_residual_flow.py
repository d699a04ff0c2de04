"""Residual flows against the SVD, the whole Jacobian, autograd, and the geometric series that they are."""

import math
from itertools import pairwise

import pytest
import torch
from torch import nn

from genbook.flows.lipschitz import LipschitzMLP, LipSwish, SpectralLinear, norms, steepest
from genbook.flows.log_det_series import (
    Roulette,
    Truncated,
    early_mean_log_det,
    exact_log_det,
    neumann_log_det,
    series_log_det,
)
from genbook.flows.residual_flow import Residual, ResidualFlow, fixed_point
from genbook.nn import StandardNormal
from genbook.numerics import log_abs_det, seeded
from genbook.numerics.saved import saved_for_backward


def contraction(dim=3, bound=0.8, activation=LipSwish):
    """A network that uses its bound: every layer passes on what the one before it stretches most."""
    with seeded(0):
        g = LipschitzMLP(dim, (16, 16), bound, activation)
        first, second = torch.linalg.qr(torch.randn(16, dim))[0], torch.linalg.qr(torch.randn(16, 16))[0]
        for layer, weight in zip(list(g)[::2], (first, second, (second @ first).T), strict=True):
            layer.weight.data = 3 * weight + 0.1 * torch.randn_like(weight)
            layer.bias.data += 0.5
        return g.double().train().eval(), torch.randn(6, dim).double()


def gradient(log_det, parameters):
    return torch.cat(
        [g.flatten() for g in torch.autograd.grad(log_det, parameters, allow_unused=True) if g is not None]
    )


def test_power_iteration_finds_what_the_svd_finds():
    with seeded(1):
        layer = SpectralLinear(40, 30, 0.9)
        layer.weight.data = 5 * torch.randn(30, 40)
    layer.converge(tolerance=1e-4)
    torch.testing.assert_close(norms(layer), torch.tensor([0.9]), rtol=1e-4, atol=0)
    layer.weight.data = torch.linalg.qr(torch.randn(40, 30))[0].T * 3  # all singular values are 3
    layer.converge(tolerance=1e-4)
    torch.testing.assert_close(norms(layer), torch.tensor([0.9]), rtol=1e-4, atol=0)


def test_small_weights_are_left_alone_and_zeros_do_no_harm():
    layer = SpectralLinear(3, 3, 0.9)
    layer.weight.data = 0.1 * torch.eye(3)
    layer.converge()
    torch.testing.assert_close(layer.matrix(), 0.1 * torch.eye(3))
    layer.weight.data.zero_()
    layer.converge()
    assert not layer.matrix().any() and layer(torch.ones(1, 3)).isfinite().all()


def test_a_few_steps_are_caught_as_too_few():
    with seeded(2):
        layer = SpectralLinear(50, 50, 0.9)
        layer.weight.data.normal_()
        layer.v.normal_()
    with pytest.raises(RuntimeError, match=r"after 2 steps, expected at most the tolerance 1e-05"):
        layer.converge(tolerance=1e-5, steps=2)
    layer.weight.data[0, 0] = float("nan")
    with pytest.raises(RuntimeError, match="weights are finite"):
        layer.converge(steps=10)


def test_evaluation_mode_lets_it_converge_and_then_rests():
    layer = SpectralLinear(20, 20, 0.5)
    layer.weight.data.normal_()
    assert norms(layer) > 0.5 * 1.01
    layer.eval()
    assert norms(layer) <= 0.5 * (1 + 1e-3)
    before = layer.v.clone()
    layer(torch.zeros(1, 20))
    assert torch.equal(layer.v, before)


def test_the_gradient_goes_through_the_norm():
    layer = SpectralLinear(4, 3, 0.9).double()
    layer.weight.data.normal_()
    layer.converge(tolerance=1e-12)
    x = torch.randn(2, 4).double()

    def normalised(weight):
        return nn.functional.linear(x, weight * 0.9 / torch.linalg.matrix_norm(weight, 2))

    found = torch.autograd.grad((layer.eval()(x) - layer.bias).square().sum(), layer.weight)[0]
    weight = layer.weight.detach().clone().requires_grad_()
    torch.testing.assert_close(found, torch.autograd.grad(normalised(weight).square().sum(), weight)[0])


@pytest.mark.parametrize("raw", [-3.0, 0.5, 4.0])
def test_lipswish_is_one_lipschitz_and_nearly_attains_it(raw):
    activation = LipSwish().double()
    activation.raw.data.fill_(raw)
    x = torch.linspace(-400, 400, 800_001).double().requires_grad_()
    slope = torch.autograd.grad(activation(x).sum(), x)[0]
    assert 0.999 < slope.abs().max() <= 1


@pytest.mark.parametrize("activation", [LipSwish, nn.ELU, nn.Tanh])
def test_the_product_of_norms_bounds_what_is_measured(activation):
    with seeded(3):
        g, _ = contraction(activation=activation)
        x = 2 * torch.randn(500, 3).double()
    apart = (g(x[:250]) - g(x[250:])).norm(dim=1) / (x[:250] - x[250:]).norm(dim=1)
    assert apart.max() <= steepest(g, x).max() * 1.2 and steepest(g, x).max() <= norms(g).prod() * (1 + 1e-5)
    assert steepest(g, x).max() > 0.4, "a bound on nothing"
    torch.testing.assert_close(norms(g).prod(), torch.tensor(0.8).double(), rtol=1e-3, atol=0)


def test_exact_log_det_is_the_slogdet():
    g, x = contraction()
    torch.testing.assert_close(exact_log_det(g, x), log_abs_det(lambda v: v + g(v), x))
    with torch.no_grad():
        torch.testing.assert_close(exact_log_det(g, x), log_abs_det(lambda v: v + g(v), x))


def over_the_basis(estimate, g, x, weights):
    """The trace by all unit vectors: what the mean over v is, without noise."""
    basis = torch.eye(x.shape[1], dtype=x.dtype)
    return sum(estimate(g, x, e.expand_as(x), weights) for e in basis)


def test_the_series_is_the_logarithms_and_its_rest_shrinks_as_the_bound_says():
    g, x = contraction()
    truth, L = exact_log_det(g, x), g.bound
    for n in (1, 3, 8, 60):
        error = (over_the_basis(series_log_det, g, x, [1.0] * n) - truth).abs().max()
        assert error <= 3 * -(math.log(1 - L) + sum(L**k / k for k in range(1, n + 1))) + 1e-9
    assert error < 1e-6


def test_the_neumann_series_has_the_gradient_of_the_logarithms():
    g, x = contraction()
    parameters = list(g.parameters())
    weights = Roulette(2, 0.7).weights(7)
    naive = over_the_basis(series_log_det, g, x, weights).sum()
    memory_saving = over_the_basis(neumann_log_det, g, x, weights).sum()
    torch.testing.assert_close(memory_saving, naive)
    # v^T d(J^k) v / k and v^T J^(k-1) dJ v have one trace; the Neumann sum has one term more and shifts the weights
    shifted = over_the_basis(series_log_det, g, x, [1.0, *weights]).sum()
    torch.testing.assert_close(gradient(memory_saving, parameters), gradient(shifted, parameters))


def test_the_early_gradient_is_the_late_one():
    g, x = contraction()
    v, weights = torch.randn_like(x).sign(), Roulette().weights(5)
    parameters = [*g.parameters(), x.requires_grad_()]
    early = early_mean_log_det(g, x, v, weights)
    late = neumann_log_det(g, x, v, weights).mean()
    torch.testing.assert_close(early, late)
    torch.testing.assert_close(gradient(3 * early, parameters), gradient(3 * late, parameters))
    with torch.no_grad():
        torch.testing.assert_close(early_mean_log_det(g, x, v, weights), late)


def test_roulette_is_unbiased_in_value_and_gradient():
    g, x = contraction(dim=2, bound=0.7)
    x, roulette, parameters, draws = x[:1].repeat(8, 1), Roulette(1, 0.6), list(g.parameters()), 1000
    truth = exact_log_det(g, x).mean()
    values, gradients = [], []
    with seeded(4):
        for _ in range(draws):
            v, n = torch.randn_like(x).sign(), roulette.draw()
            estimate = neumann_log_det(g, x, v, roulette.weights(n)).mean()
            values.append(estimate.detach())
            gradients.append(gradient(estimate, parameters))
    values, gradients = torch.stack(values), torch.stack(gradients)
    error = values.std() / draws**0.5
    assert abs(values.mean() - truth) < 4 * error
    away = (gradients.mean(0) - gradient(truth, parameters)) / (gradients.std(0) / draws**0.5 + 1e-12)
    assert away.abs().max() < 5 and away.square().mean() < 2
    short = over_the_basis(series_log_det, g, x, [1.0]).mean()
    assert abs(short - truth) > 5 * error, "one term alone would pass this test too"


def test_the_weights_are_one_over_how_often_a_term_is_computed():
    roulette = Roulette(2, 0.6)
    with seeded(5):
        drawn = torch.tensor([roulette.draw() for _ in range(20_000)])
    assert drawn.min() == 2
    for k, weight in enumerate(roulette.weights(6), 1):
        share = (drawn >= k).double().mean()
        assert abs(share * weight - 1) < 4 * weight / 20_000**0.5
    assert Truncated(4).draw() == 4 and Truncated(4).weights(4) == [1.0] * 4


def held(log_det, n):
    g, x = contraction()
    with saved_for_backward() as saved:
        kept = log_det(g, x, torch.ones_like(x), [1.0] * n)
    assert kept.isfinite().all()
    return saved.bytes


def test_memory_grows_with_the_terms_only_where_autograd_keeps_them():
    kinds = series_log_det, neumann_log_det, early_mean_log_det
    naive, neumann, early = ([held(log_det, n) for n in (3, 12)] for log_det in kinds)
    assert naive[1] > 2.5 * naive[0]
    assert neumann[1] == neumann[0]
    assert early[1] == early[0] < neumann[0]


def test_the_fixed_point_is_found_at_the_rate_of_banach():
    g, x = contraction()
    z = x + g(x)
    torch.testing.assert_close(fixed_point(g, z), x, rtol=1e-10, atol=1e-10)
    now, errors = z, []
    for _ in range(10):
        now = z - g(now)
        errors.append((now - x).norm(dim=1))
    assert all((b <= 0.8 * 1.001 * a + 1e-12).all() for a, b in pairwise(errors))


def test_what_is_no_contraction_does_not_converge_and_says_so():
    g, x = contraction()
    with pytest.raises(RuntimeError, match=r"in step 3, expected at most 1e-09.*\(1 - 0.8\)"):
        Residual(g).inverse(x, steps=3, tolerance=1e-9)
    for layer in g:
        if isinstance(layer, SpectralLinear):
            layer.bound = 4.0
    with pytest.raises(RuntimeError, match=r"fixed point moved by .* in step 200"):
        fixed_point(g, 5 * x, steps=200)


def test_after_training_every_norm_is_within_its_bound_and_the_loss_was_unbiased():
    with seeded(6):
        flow = ResidualFlow(StandardNormal(2), [Residual(LipschitzMLP(2, (16,), 0.9)) for _ in range(3)])
        optimizer = torch.optim.Adam(flow.parameters(), 0.02)
        x = torch.randn(256, 2) * torch.tensor([0.4, 1.0]) + torch.tensor([1.0, 0.0])
        before = flow.eval().log_prob(x).mean().item()
        flow.train()
        for _ in range(80):
            optimizer.zero_grad()
            flow.loss(x).backward()
            optimizer.step()
        flow.eval()
        losses = torch.stack([flow.loss(x).detach() for _ in range(300)])
    exact = -flow.log_prob(x).mean()
    assert -exact > before + 0.3
    assert abs(losses.mean() - exact) < 4 * losses.std() / 300**0.5 + 1e-4
    for block in flow.transform.transforms:
        assert norms(block.g).prod() <= 0.9 * (1 + 1e-3) and (norms(block.g) < 1).all()


def test_bad_input_is_refused():
    for bound in (0.0, 1.0, 1.5, float("nan")):
        with pytest.raises(ValueError, match="between 0 and 1"):
            LipschitzMLP(2, (8,), bound)
    with pytest.raises(TypeError, match="expected a LipschitzMLP"):
        Residual(nn.Linear(2, 2))
    with pytest.raises(ValueError, match="0 < go < 1"):
        Roulette(go=1.0)
    block = Residual(LipschitzMLP(2, (8,), 0.9)).eval()
    for method in (block.forward, block.inverse):
        with pytest.raises(ValueError, match="expected"):
            method(torch.zeros(3, 3))
    with pytest.raises(RuntimeError, match="fixed point"):
        block.inverse(torch.tensor([[float("nan"), 0.0]]), steps=5)
