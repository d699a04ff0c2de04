"""Annealed importance sampling against exact normalisers: unbiased weights, bounds from both sides, honest errors."""

import math
from itertools import pairwise

import pytest
import torch

from genbook.ebm import (
    BernoulliVisible,
    GaussianVisible,
    GeometricPath,
    HiddenSum,
    RBMPath,
    estimate_log_z,
    forward_log_weights,
    linear_schedule,
    raise_log_prob,
    reverse_log_weights,
    reverse_log_z,
    sigmoid_schedule,
)
from genbook.numerics import all_states, seeded
from genbook.numerics.mcmc import metropolis_hastings, random_walk
from tests.ebm.lively import lively_rbm


def bernoulli(h, p):
    return (h[None] * p[:, None] + (1 - h[None]) * (1 - p[:, None])).prod(2)


def test_the_mean_weight_is_exact_by_enumeration_of_every_walk():
    """E[w] as a product of matrices: no sampling, so a wrong ratio or a wrong order shows at once."""
    rbm = lively_rbm(BernoulliVisible(3), 2, scale=1.5)
    path, betas = RBMPath(rbm, torch.tensor([0.3, -1.0, 0.5]).double()), [0.0, 0.2, 0.7, 1.0]
    x, h = all_states(3).double(), all_states(2).double()
    with torch.no_grad():
        mass = path.log_density(x, 0.0).exp() / math.exp(path.base_log_z())  # p_0
        assert abs(mass.sum().item() - 1) < 1e-12
        for low, high in pairwise(betas):
            mass = mass * (path.log_density(x, high) - path.log_density(x, low)).exp()
            of_h = torch.sigmoid(high * rbm.hidden_field(x))
            b = (1 - high) * path.base.b + high * rbm.visible.b
            of_x = torch.sigmoid(b + high * h @ rbm.w.T)
            step = bernoulli(h, of_h) @ bernoulli(x, of_x)
            p = path.log_density(x, high).exp()
            torch.testing.assert_close(p @ step, p, rtol=1e-10, atol=1e-10)  # each step leaves its own p_beta
            mass = mass @ step
        expected = HiddenSum(rbm).log_z().item() - path.base_log_z()
    assert abs(mass.sum().log().item() - expected) < 1e-10


def test_a_step_of_the_path_has_the_conditionals_of_its_beta():
    rbm = lively_rbm(BernoulliVisible(3), 2, scale=1.5)
    path, x, h = RBMPath(rbm, torch.tensor([2.0, -1.0, 0.0]).double()), all_states(3).double(), all_states(2).double()
    start, beta = 5, 0.4
    with torch.no_grad():
        of_h = torch.sigmoid(beta * rbm.hidden_field(x))
        of_x = torch.sigmoid(0.6 * path.base.b + 0.4 * rbm.visible.b + beta * h @ rbm.w.T)
        expected = (bernoulli(h, of_h) @ bernoulli(x, of_x))[start]
        with seeded(1):
            after = path.transition(x[start].expand(60_000, 3), beta)
    found = torch.bincount((after @ torch.tensor([4.0, 2.0, 1.0]).double()).long(), minlength=8) / 60_000
    assert ((found - expected).abs() < 5 * (expected * (1 - expected) / 60_000).sqrt()).all()


@pytest.mark.parametrize("visible", [BernoulliVisible(12), GaussianVisible(6, 1.0)], ids=["bits", "reals"])
def test_log_z_within_three_standard_errors(visible):
    rbm = lively_rbm(visible, 8, scale=0.8)
    path, truth = RBMPath(rbm), HiddenSum(rbm).log_z().item()
    for seed in range(3):
        with seeded(seed):
            found = estimate_log_z(path.base_log_z(), forward_log_weights(path, linear_schedule(300), 100))
        assert abs(found.value - truth) < 3 * found.standard_error and found.standard_error < 0.3


def test_forward_below_and_reverse_above_on_average():
    rbm = lively_rbm(BernoulliVisible(10), 6, scale=1.5)
    path, exact, betas = RBMPath(rbm), HiddenSum(rbm), linear_schedule(8)
    truth = exact.log_z().item()
    with seeded(2):
        up = forward_log_weights(path, betas, 3200).split(4)
        down = reverse_log_weights(path, betas, exact.sample(3200)).split(4)
    low = torch.tensor([estimate_log_z(path.base_log_z(), log_w).value for log_w in up])
    high = torch.tensor([reverse_log_z(path.base_log_z(), log_w).value for log_w in down])
    root = len(low) ** 0.5
    assert low.mean() + 3 * low.std() / root < truth < high.mean() - 3 * high.std() / root


def test_reverse_weights_of_exact_draws_are_unbiased_for_one_over_z():
    rbm = lively_rbm(BernoulliVisible(8), 5, scale=1.0)
    path, exact = RBMPath(rbm), HiddenSum(rbm)
    with seeded(3):
        found = reverse_log_z(path.base_log_z(), reverse_log_weights(path, linear_schedule(40), exact.sample(20_000)))
    assert abs(found.value - exact.log_z().item()) < 4 * found.standard_error < 0.1


def test_without_intermediate_steps_it_is_importance_sampling():
    rbm = lively_rbm(BernoulliVisible(6), 3, scale=0.5)
    path = RBMPath(rbm)
    with seeded(4):
        log_w = forward_log_weights(path, [0.0, 1.0], 50)
    with seeded(4):
        x = path.base_sample(50)
    torch.testing.assert_close(log_w, (path.log_density(x, 1.0) - path.log_density(x, 0.0)).detach())


def test_raise_is_exact_for_the_annealed_model_and_close_for_the_rbm():
    rbm = lively_rbm(BernoulliVisible(4), 3, scale=1.0)
    path, x = RBMPath(rbm), all_states(4).double()
    with seeded(5):
        log_p = raise_log_prob(path, [0.0, 0.5, 1.0], x, chains=20_000)
        fine = raise_log_prob(path, linear_schedule(200), x, chains=200)
    assert abs(log_p.exp().sum().item() - 1) < 0.02  # the walk is a normalised model, however short
    torch.testing.assert_close(fine, HiddenSum(rbm).log_prob(x).detach(), rtol=0, atol=0.05)


class Wide:
    """A normal on the line with deviation three."""

    normal = torch.distributions.Normal(0.0, 3.0)

    def log_prob(self, x):
        return self.normal.log_prob(x[:, 0])

    def sample(self, n):
        return self.normal.sample((n, 1))


def test_a_geometric_path_with_any_kernel():
    target = torch.distributions.Normal(2.0, 0.5)

    def energy(x):
        return -target.log_prob(x[:, 0]) - 7.0  # log Z = 7

    def step(e, x):
        return metropolis_hastings(e, x, random_walk(0.8), 2)[0]

    with seeded(6):
        found = estimate_log_z(0.0, forward_log_weights(GeometricPath(Wide(), energy, step), linear_schedule(60), 400))
    assert abs(found.value - 7.0) < 3 * found.standard_error < 0.4


def test_the_estimate_knows_its_error():
    with seeded(7):
        log_w = torch.randn(2000, 50).double()  # E[w] = exp(1/2)
    runs = [estimate_log_z(1.0, row) for row in log_w]
    values, errors = torch.tensor([r.value for r in runs]), torch.tensor([r.standard_error for r in runs])
    assert abs(values.mean() - 1.5) < 0.05 and 0.7 < errors.mean() / values.std() < 1.1
    equal = estimate_log_z(2.0, torch.full((10,), 3.0))
    assert abs(equal.value - 5.0) < 1e-12 and equal.standard_error < 1e-12 and abs(equal.ess - 10) < 1e-9


@pytest.mark.parametrize("schedule", [linear_schedule(7), sigmoid_schedule(7), sigmoid_schedule(1)])
def test_schedules_climb_from_zero_to_one(schedule):
    assert schedule[0] == 0.0 and schedule[-1] == 1.0 and all(a < b for a, b in pairwise(schedule))


@pytest.mark.parametrize("betas", [[], [0.0], [0.0, 0.5], [0.1, 1.0], [0.0, 0.5, 0.5, 1.0], [0.0, math.nan, 1.0]])
def test_bad_schedules_are_refused(betas):
    path = RBMPath(lively_rbm(BernoulliVisible(3), 2, scale=1.5))
    with pytest.raises(ValueError, match=r"expected numbers that climb from 0 to 1.*\.$"):
        forward_log_weights(path, betas, 3)


def test_other_bad_input_is_refused():
    rbm = lively_rbm(BernoulliVisible(3), 2, scale=1.5)
    with pytest.raises(ValueError, match="expected \\(3,\\)"):
        RBMPath(rbm, torch.zeros(4))
    with pytest.raises(ValueError, match="n >= 2 chains"):
        estimate_log_z(0.0, torch.zeros(1))
    with pytest.raises(ValueError, match="n is 0"):
        forward_log_weights(RBMPath(rbm), linear_schedule(3), 0)
    with pytest.raises(ValueError, match="empty batch"):
        reverse_log_weights(RBMPath(rbm), linear_schedule(3), torch.zeros(0, 3))
