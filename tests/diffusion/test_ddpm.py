"""DDPM against numerical integration of its own chain, and against losses worked by hand."""

import pytest
import torch
from torch import nn

from genbook.diffusion import DDPM, Discrete, UNet, denoising_loss, linear_betas
from genbook.diffusion.decoder import bin_log_prob
from genbook.numerics import seeded

GRID = torch.linspace(-16, 16, 3201, dtype=torch.float64)[:, None]


class Curve(nn.Module):
    """A small network on single numbers whose output is bounded, (B, 1) and (B,) -> (B, 1)."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.tensor([0.9, 0.4, 0.2]))

    def forward(self, x, t):
        return torch.tanh(self.w[0] * x) + self.w[1] * torch.sin(2 * x + t[:, None]) * self.w[2]


def model(blend=0.0):
    return DDPM(Curve(), Discrete(torch.tensor([0.002, 0.2, 0.4, 0.6])), (1,), levels=3, blend=blend).double()


def exact_log_prob(ddpm):
    """log p(x) of every level, integrating the chain from x_T down to x on a grid."""
    cell = (GRID[1] - GRID[0]).item()
    density = torch.exp(-0.5 * GRID[:, 0] ** 2) / (2 * torch.pi) ** 0.5
    for t in range(ddpm.schedule.steps, 0, -1):
        x_0 = ddpm.denoiser(GRID, torch.tensor(t)).x_0
        low, high = ddpm.log_variances[t - 1]
        variance = torch.exp(low + ddpm.blend * (high - low))
        if t == 1:
            masses = [bin_log_prob(torch.full_like(GRID, k), x_0, variance.log().expand_as(GRID), 3) for k in range(3)]
            return torch.stack([(cell * density * m[:, 0].exp()).sum().log() for m in masses])
        before, now = ((ddpm.schedule.alphas[s], ddpm.schedule.sigmas[s]) for s in (t - 1, t))
        gain = now[0] / before[0] * (before[1] / now[1]) ** 2
        mean = gain * GRID + ddpm.schedule.shifts()[t - 1] * x_0
        step = torch.exp(-0.5 * (GRID.T - mean) ** 2 / variance) / (2 * torch.pi * variance).sqrt()  # (x_t, x_{t-1})
        density = cell * density @ step
    raise AssertionError


@pytest.mark.parametrize("blend", [0.0, 0.5, 1.0])
def test_the_bound_is_below_the_likelihood_of_the_chain(blend):
    ddpm = model(blend=blend)
    with seeded(0), torch.no_grad():
        truth = exact_log_prob(ddpm)
        x = torch.arange(3).double().repeat(40_000)[:, None]
        draws = ddpm.elbo(x).view(-1, 3)
    assert truth.exp().sum().item() == pytest.approx(1, abs=1e-6)
    error = draws.std(0) / len(draws) ** 0.5
    assert (draws.mean(0) < truth + 3 * error).all()


def test_draws_follow_the_chain():
    ddpm = model()
    with seeded(1), torch.no_grad():
        x = ddpm.sample(60_000)
        truth = exact_log_prob(ddpm).exp()
    share = torch.bincount(x.long()[:, 0], minlength=3) / 60_000
    assert ((share - truth).abs() < 5 * (truth * (1 - truth) / 60_000).sqrt() + 1e-3).all(), (share, truth)


def test_one_random_step_estimates_the_sum_of_all():
    ddpm = model()
    with seeded(2), torch.no_grad():
        x = torch.full((200_000, 1), 1.0).double()
        one = ddpm.elbo(x)
        each = [ddpm.bound_terms(x, torch.full((len(x),), t), torch.randn_like(x)) for t in range(1, 5)]
        full = -ddpm.prior_term(x) - sum(each)
    assert abs((one.mean() - full.mean()).item()) < 4 * (one.var() / len(x) + full.var() / len(x)).sqrt().item()


def test_the_simple_loss_by_hand():
    schedule = Discrete(linear_betas(10))
    x_0, eps, t = torch.ones(2, 1, 2, 2), torch.full((2, 1, 2, 2), 0.5), torch.tensor([1, 10])
    loss = denoising_loss(lambda x, t: torch.zeros_like(x), schedule, x_0, t, eps)
    torch.testing.assert_close(loss, torch.full((2,), 0.25))
    seen = []
    denoising_loss(lambda x, t: seen.append((x, t)) or x, schedule, x_0, t, eps)
    torch.testing.assert_close(seen[0][1], torch.tensor([0.1, 1.0]))
    expected = (schedule.alpha(t) + 0.5 * schedule.sigma(t)).float()
    torch.testing.assert_close(seen[0][0][:, 0, 0, 0], expected)


def test_kl_terms_vanish_where_the_network_is_right_and_the_variance_is_the_posteriors():
    schedule, x = Discrete(linear_betas(10)), torch.full((3, 1), 1.0).double()
    with seeded(3):
        eps = torch.randn(3, 1).double()
    ddpm = DDPM(nn.Module(), schedule, (1,), levels=3)
    ddpm.denoiser.network.forward = lambda x, t: eps
    terms = ddpm.bound_terms(x, torch.tensor([2, 5, 10]), eps)
    torch.testing.assert_close(terms, torch.zeros(3).double(), atol=1e-9, rtol=0)
    wide = DDPM(ddpm.network, schedule, (1,), levels=3, blend=1.0).bound_terms(x, torch.tensor([2, 5, 10]), eps)
    ratio = (schedule.posterior_variances() / schedule.betas())[torch.tensor([1, 4, 9])]
    torch.testing.assert_close(wide, 0.5 * (ratio - 1 - ratio.log()))


def test_images_go_through_and_the_state_holds_the_network_once():
    ddpm = DDPM(UNet(1, 1, widths=(8, 16), attention=(1,)), Discrete(linear_betas(5)), (1, 8, 8), levels=17)
    x = torch.randint(17, (3, 1, 8, 8)).float()
    ddpm.loss(x).backward()
    assert ddpm.elbo(x).shape == (3,)
    names = list(ddpm.state_dict())
    assert len(names) == len(set(names)) and sum(name.endswith("first.weight") for name in names) == 1


def test_bad_input_is_refused():
    ddpm = model()
    with pytest.raises(ValueError, match="expected"):
        ddpm.elbo(torch.full((2, 1), 0.5).double())
    with pytest.raises(ValueError, match="expected"):
        ddpm.loss(torch.zeros(2, 2).double())
    with pytest.raises(ValueError, match="expected"):
        DDPM(Curve(), Discrete(linear_betas(3)), (1,), 3, blend=1.5)
