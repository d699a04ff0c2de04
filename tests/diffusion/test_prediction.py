"""Every parametrisation says the same thing; the ideal denoiser is Tweedie's formula, by quadrature."""

import pytest
import torch

from genbook.data.toys import GaussianMixture
from genbook.diffusion import (
    DDPM,
    Clipped,
    Data,
    Discrete,
    Epsilon,
    IdealDenoiser,
    NetworkDenoiser,
    NoiseAsTime,
    Score,
    VarianceExploding,
    VariancePreserving,
    Velocity,
    cosine_betas,
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


@pytest.mark.parametrize("kind", [Epsilon(), Data(), Velocity(), Score()])
def test_clipping_keeps_what_lies_inside_and_both_guesses_fit(kind):
    with seeded(0):
        x, output = torch.randn(2, 200, 1).double()
    alpha, sigma = torch.tensor([0.6, 0.8]).double()
    free, cut = (k.read(output, x, alpha, sigma) for k in (kind, Clipped(kind)))
    inside = free.x_0.abs() <= 1
    assert 0 < inside.sum() < len(x)
    torch.testing.assert_close(cut.x_0[inside], free.x_0[inside])
    torch.testing.assert_close(cut.x_0[~inside], free.x_0[~inside].sign())
    torch.testing.assert_close(alpha * cut.x_0 + sigma * cut.eps, x)


def test_a_clipped_guess_never_costs_more():
    """The data lie in [-1, 1], and a cut brings a guess nearer to all that lies there: every KL term falls or stays."""
    schedule = Discrete(cosine_betas(20))
    free, cut = (
        DDPM(lambda x, t: 0.8 * x, schedule, (3,), 17, kind).double() for kind in (Epsilon(), Clipped(Epsilon()))
    )
    with seeded(0):
        x, eps = torch.randint(17, (50, 3)).double(), torch.randn(50, 3).double()
    costs = torch.stack(
        [torch.stack([m.bound_terms(x, torch.full((50,), t), eps) for m in (free, cut)]) for t in range(2, 21)]
    )
    assert (costs[:, 1] <= costs[:, 0] + 1e-12).all()
    signal = (schedule.alphas / schedule.sigmas).square()
    assert (costs[-1, 1] <= 0.5 * (signal[-2] - signal[-1]) * 3 * 4).all()  # no guess is farther off than 2 a value
    assert costs[-1, 0].mean() > 20 * costs[-1, 1].mean()


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
