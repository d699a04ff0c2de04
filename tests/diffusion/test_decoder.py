"""From noisy numbers to grey levels: masses that sum to one, also far away."""

import pytest
import torch

from genbook.diffusion.decoder import bin_log_prob, level_log_prob, level_logits, to_levels, to_unit
from genbook.numerics import seeded


@pytest.mark.parametrize("levels", [2, 17, 256])
def test_to_unit_and_back(levels):
    x = torch.arange(levels).float()
    assert torch.equal(to_levels(to_unit(x, levels), levels), x)


@pytest.mark.parametrize("mean", [-5.0, -1.0, 0.03, 0.9, 7.0])
@pytest.mark.parametrize("log_variance", [-9.0, -4.0, 1.0])
def test_bins_share_the_mass_of_the_gaussian(mean, log_variance):
    x = torch.arange(17).double()
    log_p = bin_log_prob(x, torch.full_like(x, mean), torch.full_like(x, log_variance), 17)
    assert log_p.exp().sum().item() == pytest.approx(1, abs=1e-9) and log_p.isfinite().all()
    edges = torch.linspace(-1 - 1 / 16, 1 + 1 / 16, 18).double()
    normal = torch.distributions.Normal(mean, torch.tensor(log_variance / 2).exp().double())
    cdf = normal.cdf(edges)
    cdf[0], cdf[-1] = 0, 1
    torch.testing.assert_close(log_p.exp(), cdf.diff(), rtol=1e-6, atol=1e-12)


def test_levels_given_a_noisy_value_are_bayes_rule():
    with seeded(0):
        z = torch.randn(5, 1, 2, 2).double()
    alpha, sigma = torch.tensor(0.8).double() * torch.ones_like(z), torch.tensor(0.3).double() * torch.ones_like(z)
    p = level_logits(z, alpha, sigma, 4).softmax(-1)
    values = to_unit(torch.arange(4).double(), 4)
    likelihood = torch.distributions.Normal(0.8 * values, 0.3).log_prob(z.unsqueeze(-1)).exp()
    torch.testing.assert_close(p, likelihood / likelihood.sum(-1, keepdim=True))
    x = torch.full_like(z, 2.0)
    torch.testing.assert_close(level_log_prob(x, z, alpha, sigma, 4), p[..., 2].log().flatten(1).sum(1))
