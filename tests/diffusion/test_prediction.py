"""Every parametrisation says the same thing; the ideal denoiser is Tweedie's formula, by quadrature."""

import pytest
import torch

from genbook.data.toys import GaussianMixture
from genbook.diffusion import (
    Data,
    Epsilon,
    IdealDenoiser,
    NetworkDenoiser,
    NoiseAsTime,
    Score,
    VarianceExploding,
    VariancePreserving,
    Velocity,
    q_xt_x0,
)
from genbook.numerics import seeded

MIXTURE = GaussianMixture([0.3, 0.7], [[-2.0], [1.5]], [[[0.2]], [[0.5]]])


@pytest.mark.parametrize("kind", [Epsilon(), Data(), Velocity(), Score()])
def test_the_right_output_is_read_as_the_truth(kind):
    with seeded(0):
        x_0, eps = torch.randn(2, 5, 3).double()
    schedule, t = VariancePreserving(), torch.linspace(0.1, 0.9, 5).double()
    alpha, sigma = schedule.alpha(t)[:, None], schedule.sigma(t)[:, None]
    x = q_xt_x0(x_0, alpha[:, 0], sigma[:, 0], eps)
    found = NetworkDenoiser(lambda x, t: kind.target(x_0, eps, alpha, sigma), schedule, kind)(x, t)
    torch.testing.assert_close(found.x_0, x_0)
    torch.testing.assert_close(found.eps, eps)


@pytest.mark.parametrize("kind", [Epsilon(), Data(), Velocity(), Score()])
def test_whatever_a_network_says_signal_and_noise_make_up_x(kind):
    schedule, t = VariancePreserving(), torch.tensor(0.4).double()
    with seeded(1):
        x, output = torch.randn(2, 5, 3).double()
    found = NetworkDenoiser(lambda x, t: output, schedule, kind)(x, t)
    torch.testing.assert_close(schedule.alpha(t) * found.x_0 + schedule.sigma(t) * found.eps, x)


@pytest.mark.parametrize(
    "schedule, t", [(VariancePreserving(), 0.3), (VarianceExploding(0.1, 5.0), 0.7), (NoiseAsTime(), 1.3)]
)
def test_tweedie_by_quadrature(schedule, t):
    t = torch.tensor(t).double()
    alpha, sigma = schedule.alpha(t), schedule.sigma(t)
    x_0 = torch.linspace(-8, 8, 40_001, dtype=torch.float64)
    prior = MIXTURE.log_prob(x_0[:, None]).exp()
    for x in (-3.0, -0.2, 0.9, 4.0):
        weight = prior * torch.exp(-0.5 * ((x - alpha * x_0) / sigma) ** 2)
        mean = (weight * x_0).sum() / weight.sum()
        found = IdealDenoiser(MIXTURE, schedule)(torch.tensor([[x]]).double(), t)
        assert found.x_0.item() == pytest.approx(mean.item(), abs=1e-6)
        assert found.eps.item() == pytest.approx(((x - alpha * mean) / sigma).item(), abs=1e-6)


def test_the_score_of_the_noised_law_is_its_gradient():
    x = torch.tensor([[-1.0], [0.3]]).double().requires_grad_()
    t = torch.tensor(0.8)
    (truth,) = torch.autograd.grad(MIXTURE.noised(1.0, 0.8).log_prob(x).sum(), x)
    torch.testing.assert_close(IdealDenoiser(MIXTURE, NoiseAsTime())(x.detach(), t).score(0.8), truth)


def test_the_ideal_denoiser_wants_one_time():
    with pytest.raises(ValueError, match="expected"):
        IdealDenoiser(MIXTURE, NoiseAsTime())(torch.zeros(3, 1), torch.ones(3))
