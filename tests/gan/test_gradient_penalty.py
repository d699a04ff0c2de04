"""Penalties on the critic's slope: values, second derivatives, the norms that they measure with."""

import math

import pytest
import torch
from torch import nn

from genbook.gan import (
    GradientPenalty,
    LargestSlope,
    MLPCritic,
    NonSaturating,
    OneSidedPenalty,
    Wasserstein,
    dual_of_lp,
    dual_of_sobolev,
    euclidean,
    input_gradients,
    interpolates,
)
from genbook.numerics import seeded

PENALTIES = [GradientPenalty(10.0), GradientPenalty(3.0, dual_of_lp(4.0)), OneSidedPenalty(5.0), LargestSlope(2.0)]


class Slope(nn.Module):
    """A linear critic: its gradient is w everywhere."""

    def __init__(self, w):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(w))

    def forward(self, x):
        return x @ self.w


def test_penalties_of_a_linear_critic_by_hand():
    critic, x = Slope([3.0, 4.0]), torch.randn(5, 2)
    assert GradientPenalty(10.0)(critic, x, x + 1).item() == pytest.approx(10 * (5 - 1) ** 2)
    assert GradientPenalty(1.0, dual_of_lp(1.0))(critic, x, x + 1).item() == pytest.approx((4 - 1) ** 2)
    assert LargestSlope(2.0)(critic, x, x + 1).item() == pytest.approx(2 * 25)


def test_one_sided_penalty_is_free_below_one_and_the_same_above():
    x = torch.randn(5, 2)
    assert OneSidedPenalty(10.0)(Slope([0.3, 0.4]), x, x + 1).item() == 0
    steep = Slope([3.0, 4.0])
    assert OneSidedPenalty(10.0)(steep, x, x + 1).item() == pytest.approx(GradientPenalty(10.0)(steep, x, x + 1).item())


@pytest.mark.parametrize("penalty", [GradientPenalty(10.0), OneSidedPenalty(10.0)], ids=["two-sided", "one-sided"])
def test_a_slope_in_the_wrong_direction_is_kept_by_the_two_sided_penalty_only(penalty):
    x, y = torch.ones(8, 1), torch.zeros(8, 1)  # the critic should rise from y to x
    critic = Slope([-0.1])
    sgd = torch.optim.SGD(critic.parameters(), 0.02)
    for _ in range(300):
        sgd.zero_grad()
        (Wasserstein().critic(critic(x), critic(y)) + penalty(critic, x, y)).backward()
        sgd.step()
    wanted = -1 + 1 / 20 if isinstance(penalty, GradientPenalty) else 1 + 1 / 20  # distance 1: 1 / (2 weight)
    assert critic.w.item() == pytest.approx(wanted, abs=1e-3)


def test_only_the_steepest_point_pays_for_the_largest_slope():
    x = torch.tensor([[1.0], [2.0], [-3.0]], requires_grad=True)
    assert LargestSlope(1.0).at(lambda v: v.square().sum(1) / 2, x).item() == pytest.approx(9)
    assert GradientPenalty(1.0).at(lambda v: v.square().sum(1) / 2, x).item() == pytest.approx((0 + 1 + 4) / 3)


def test_interpolates_lie_between_their_own_pair():
    x, y = torch.zeros(3, 2, 2), torch.arange(12.0).view(3, 2, 2)
    between = interpolates(x, y, torch.tensor([0.0, 0.5, 1.0]))
    torch.testing.assert_close(between, torch.stack([x[0], y[1] / 2, y[2]]))
    with pytest.raises(ValueError, match="expected equal shapes"):
        interpolates(x, y[:2], torch.zeros(3))


def test_penalty_looks_between_the_batches_and_nowhere_else():
    seen = []

    def critic(x):
        seen.append(x.detach())
        return x.sum(1)

    x, y = torch.zeros(200, 2), torch.ones(200, 2)
    GradientPenalty()(critic, x, y)
    assert seen[0].min() >= 0 and seen[0].max() <= 1
    assert torch.equal(seen[0][:, 0], seen[0][:, 1])  # one number a pair, not one a coordinate
    assert seen[0][:, 0].min() < 0.1 and seen[0][:, 0].max() > 0.9


@pytest.mark.parametrize("penalty", PENALTIES, ids=["euclidean", "dual of l4", "one-sided", "largest"])
def test_gradient_of_the_penalty_equals_finite_differences(penalty):
    with seeded(0):
        critic = MLPCritic(3, (6, 6), nn.SiLU).double()
        points = torch.randn(5, 3, dtype=torch.float64)
    parameters = list(critic.parameters())
    gradients = torch.autograd.grad(penalty.at(critic, points), parameters, allow_unused=True)
    step = 1e-6
    for p, gradient in zip(parameters, gradients, strict=True):
        for place in range(0, p.numel(), 5):
            values = []
            for sign in (1, -1):
                with torch.no_grad():
                    p.view(-1)[place] += sign * step
                values.append(penalty.at(critic, points).item())
                with torch.no_grad():
                    p.view(-1)[place] -= sign * step
            found = 0.0 if gradient is None else gradient.view(-1)[place].item()
            assert found == pytest.approx((values[0] - values[1]) / (2 * step), abs=1e-6)


def test_every_example_pays_for_itself():
    with seeded(1):
        critic, points = MLPCritic(2, (8,)), torch.randn(6, 2)
    alone = [GradientPenalty().at(critic, point[None]) for point in points]
    torch.testing.assert_close(GradientPenalty().at(critic, points), torch.stack(alone).mean())


@pytest.mark.parametrize("p", [1.0, 1.5, 2.0, 4.0, math.inf])
def test_dual_norm_is_the_largest_value_on_the_unit_ball(p):
    with seeded(2):
        g, x = torch.randn(1, 3, dtype=torch.float64), torch.randn(200_000, 3, dtype=torch.float64)
    ratio = (x @ g[0]) / torch.linalg.vector_norm(x, ord=p, dim=1)
    dual = dual_of_lp(p)(g).item()
    assert ratio.max().item() <= dual + 1e-9 and ratio.max().item() > 0.995 * dual


def sobolev(x, s):
    """|x| in W^(s, 2), by the eigenvalues of the periodic Laplacian's symbol |xi|^2 in the Fourier basis."""
    n = x.shape[-1]
    xi = 2 * math.pi * torch.fft.fftfreq(n, dtype=x.dtype)
    weight = (1 + xi[:, None] ** 2 + xi**2) ** (s / 2)
    return (torch.fft.ifft2(torch.fft.fft2(x) * weight)).abs().square().flatten(1).sum(1).sqrt()


@pytest.mark.parametrize("s", [-1.0, 0.0, 1.5])
def test_sobolev_dual_bounds_the_pairing_and_attains_it(s):
    with seeded(3):
        g, x = torch.randn(1, 1, 6, 6, dtype=torch.float64), torch.randn(5000, 1, 6, 6, dtype=torch.float64)
    dual = dual_of_sobolev(s)(g).item()
    assert ((x * g).flatten(1).sum(1) / sobolev(x, s)).max().item() <= dual + 1e-9
    xi = 2 * math.pi * torch.fft.fftfreq(6, dtype=torch.float64)
    best = torch.fft.ifft2(torch.fft.fft2(g) * (1 + xi[:, None] ** 2 + xi**2) ** -s).real
    assert ((best * g).sum() / sobolev(best, s)).item() == pytest.approx(dual)
    if s == 0:
        assert dual == pytest.approx(euclidean(g).item())


def train(objective, penalty, x, y, steps=500):
    """Train a critic against fixed clouds x and y (N, 2), the learning rate falling to zero, and return it."""
    critic = MLPCritic(2, (64, 64))
    adam = torch.optim.Adam(critic.parameters(), 2e-3, betas=(0.0, 0.9))
    falling = torch.optim.lr_scheduler.LinearLR(adam, 1.0, 0.01, steps)
    for _ in range(steps):
        i, j = torch.randint(len(x), (2, 128))
        loss = objective.critic(critic(x[i]), critic(y[j])) + penalty(critic, x[i], y[j])
        adam.zero_grad()
        loss.backward()
        adam.step()
        falling.step()
    return critic


@pytest.mark.parametrize("p", [2.0, math.inf])
def test_slope_in_the_dual_norm_is_near_one_between_the_clouds(p):
    with seeded(4):
        x, y = 0.3 * torch.randn(1000, 2), 0.3 * torch.randn(1000, 2) + torch.tensor([1.0, 0.6])
        penalty = GradientPenalty(10.0, dual_of_lp(p))
        critic = train(Wasserstein(), penalty, x, y)
        slopes = penalty.norm(input_gradients(critic, interpolates(x, y, torch.rand(1000))))
    assert abs(slopes.mean().item() - 1) < 0.1 and (slopes - 1).abs().median() < 0.1


def test_gradients_of_a_lipschitz_gan_point_at_real_examples():
    real = torch.tensor([[2.0, 0.0], [2.0, 2.0], [-2.0, 1.0]])
    fake = torch.tensor([[0.5, -1.0], [0.0, 2.5], [-0.5, 0.0]])
    with seeded(0):
        critic = train(NonSaturating(), LargestSlope(0.1), real, fake, 1000)
    gradients = input_gradients(critic, fake)
    for x, g in zip(fake, gradients, strict=True):
        assert torch.cosine_similarity(g[None], real - x, dim=1).max() > 0.99


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match=r"weight is -1"):
        GradientPenalty(-1)
    with pytest.raises(ValueError, match=r"weight is nan"):
        LargestSlope(float("nan"))
    with pytest.raises(ValueError, match=r"weight is -2"):
        OneSidedPenalty(-2)
    with pytest.raises(ValueError, match=r"p is 0\.5"):
        dual_of_lp(0.5)
