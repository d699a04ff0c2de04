"""The bound in continuous time: unbiased, below the truth, and its noise tamed by even times."""

import pytest
import torch
from torch import nn

from genbook.diffusion import ContinuousDiffusion, FourierFeatures, LinearLogSNR, low_discrepancy
from genbook.diffusion.decoder import to_unit
from genbook.numerics import seeded

P = torch.tensor([0.5, 0.2, 0.3]).double()  # of three levels


class Ideal(nn.Module):
    """E[eps | x_t] of one value that takes three levels with the probabilities P."""

    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule

    def forward(self, x, t):
        alpha, sigma = self.schedule.alpha(t)[:, None], self.schedule.sigma(t)[:, None]
        values = to_unit(torch.arange(3).double(), 3)
        weight = (P.log() - 0.5 * ((x - alpha * values) / sigma) ** 2).softmax(-1)  # (B, 3)
        return (x - alpha * (weight * values).sum(-1, keepdim=True)) / sigma


def ideal():
    schedule = LinearLogSNR(-10.0, 8.0)
    return ContinuousDiffusion(Ideal(schedule), schedule, (1,), 3).double()


def test_the_ideal_denoiser_reaches_the_entropy():
    """With E[eps | x_t] the bound is tight up to its ends: its mean over the data is minus the entropy."""
    with seeded(0), torch.no_grad():
        x = torch.multinomial(P, 400_000, replacement=True).double()[:, None]
        bound = ideal().elbo(x)
    entropy = -(P * P.log()).sum()
    error = bound.std() / len(x) ** 0.5
    assert abs(bound.mean() + entropy) < 4 * error + 1e-3 and error < 0.02


def test_a_worse_denoiser_loses_what_its_error_says():
    schedule = LinearLogSNR(-10.0, 8.0)

    class Biased(Ideal):
        def forward(self, x, t):
            return super().forward(x, t) + 0.1

    with seeded(1), torch.no_grad():
        x = torch.multinomial(P, 400_000, replacement=True).double()[:, None]
        biased = ContinuousDiffusion(Biased(schedule), schedule, (1,), 3).double().elbo(x)
    loss = 0.5 * 18 * 0.1**2  # 1/2 gamma' times the squared error
    error = biased.std() / len(x) ** 0.5
    assert abs(biased.mean() - (P * P.log()).sum() + loss) < 4 * error + 1e-3


def test_even_times_are_uniform_one_by_one_and_even_together():
    with seeded(2):
        t = torch.stack([low_discrepancy(8, torch.rand(())) for _ in range(4000)])
    assert ((t >= 0) & (t < 1)).all()
    assert ((t.mean(0) - 0.5).abs() < 4 * (1 / 12 / 4000) ** 0.5).all()
    assert (t.sort(1).values.diff(dim=1) - 1 / 8).abs().max() < 1e-5


def test_even_times_lower_the_variance_of_the_loss():
    schedule = LinearLogSNR(-10.0, 8.0)

    class LateError(Ideal):
        def forward(self, x, t):
            return super().forward(x, t) + 3 * t[:, None]

    diffusion = ContinuousDiffusion(LateError(schedule), schedule, (1,), 3).double()
    with seeded(3), torch.no_grad():
        x = torch.multinomial(P, 32, replacement=True).double()[:, None]
        even = torch.stack([diffusion.loss(x) for _ in range(300)])
        plain = torch.stack([-diffusion.elbo(x).mean() for _ in range(300)])
    assert even.var() < 0.3 * plain.var()


def test_samples_have_the_right_shares():
    with seeded(4):
        x = ideal().sample(20_000, steps=200)
    share = torch.bincount(x.long()[:, 0], minlength=3) / len(x)
    assert ((share - P).abs() < 0.02).all()


def test_fourier_features_are_channels_beside_x():
    seen = []
    FourierFeatures(lambda x, t: seen.append(x) or x[:, :1], (0, 1))(torch.full((2, 1, 2, 2), 0.25), torch.zeros(2))
    assert seen[0].shape == (2, 5, 2, 2)
    torch.testing.assert_close(seen[0][0, :, 0, 0], torch.tensor([0.25, 0.5**0.5, 0.5**0.5, 1.0, 0.0]))


def test_bad_levels_are_refused():
    with pytest.raises(ValueError, match="expected"):
        ideal().elbo(torch.full((2, 1), 3.0).double())
