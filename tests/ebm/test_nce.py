"""Noise-contrastive estimation and denoising score matching against closed forms."""

import math

import pytest
import torch
from torch import Tensor, nn

from genbook.ebm import EnergyModel, NoiseContrastive, denoising_score_loss, nce_loss
from genbook.nn import MLP
from genbook.numerics import seeded


class Normal(nn.Module):
    """N(0, scale^2 I) in two dimensions."""

    measure = "lebesgue"

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale

    def log_prob(self, x: Tensor) -> Tensor:
        return -x.square().sum(1) / (2 * self.scale**2) - math.log(2 * math.pi * self.scale**2)

    def sample(self, n: int) -> Tensor:
        return self.scale * torch.randn(n, 2)


class Quadratic(nn.Module):
    """E(x) = precision |x|^2 / 2, whose log Z in two dimensions is log(2 pi / precision)."""

    def __init__(self, precision: float = 1.0) -> None:
        super().__init__()
        self.log_precision = nn.Parameter(torch.tensor(math.log(precision)))

    def energy(self, x: Tensor) -> Tensor:
        return self.log_precision.exp() * x.square().sum(1) / 2


@pytest.mark.parametrize("ratio", [1, 10])
def test_recovers_the_normalising_constant_of_a_gaussian(ratio: int) -> None:
    with seeded(0):
        model = NoiseContrastive(Quadratic(), Normal(1.0), ratio)
        x = 0.7 * torch.randn(20_000, 2)
        lbfgs = torch.optim.LBFGS(model.parameters(), max_iter=50)
        noise = model.noise.sample(ratio * len(x))

        def closure() -> Tensor:
            lbfgs.zero_grad()
            loss = nce_loss(model.log_ratio(x), model.log_ratio(noise), ratio)
            loss.backward()
            return loss

        lbfgs.step(closure)
    z, truth = model.log_z.exp().item(), 2 * math.pi / model.model.log_precision.exp().item()
    assert abs(z / truth - 1) < 0.02  # the constant belongs to the precision that was found ...
    assert abs(truth / (2 * math.pi * 0.7**2) - 1) < 0.03  # ... and that one to the data


def test_the_loss_at_the_truth_is_that_of_the_best_classifier() -> None:
    """With p_model = p_data the loss is the cross-entropy of the posterior of 'data', which nothing undercuts."""
    with seeded(0):
        x, y = 0.7 * torch.randn(50_000, 2), torch.randn(150_000, 2)
    right, noise = Normal(0.7), Normal(1.0)

    def loss(scale: float, shift: float) -> float:
        claim = Normal(scale)
        ratios = [claim.log_prob(v) + shift - noise.log_prob(v) for v in (x, y)]
        return nce_loss(*ratios, ratio=3).item()

    best = loss(right.scale, 0.0)
    assert all(best < loss(*wrong) for wrong in [(0.7, 0.2), (0.7, -0.2), (0.8, 0.0), (0.6, 0.0)])


def test_a_wrong_prior_of_the_classes_moves_the_constant() -> None:
    """Leaving log(ratio) out, as one may, is caught: the best shift is then no longer zero."""
    with seeded(0):
        x, y = 0.7 * torch.randn(50_000, 2), torch.randn(150_000, 2)
    ratios = [Normal(0.7).log_prob(v) - Normal(1.0).log_prob(v) for v in (x, y)]
    shifted = [nce_loss(ratios[0] + s + math.log(3), ratios[1] + s + math.log(3), 3).item() for s in (0.0, -1.1)]
    assert shifted[1] < shifted[0]


def test_denoising_finds_the_precision_of_the_blurred_gaussian() -> None:
    """Data N(0, 1) blurred by sigma = 0.5: the minimiser is the precision 1 / (1 + 0.25)."""
    with seeded(0):
        model = Quadratic()
        adam = torch.optim.Adam(model.parameters(), 0.05)
        late = []
        for step in range(300):
            adam.zero_grad()
            denoising_score_loss(model, torch.randn(4000, 2), torch.randn(4000, 2), 0.5).mean().backward()
            adam.step()
            late += [model.log_precision.exp().item()] if step >= 150 else []
    assert sum(late) / len(late) == pytest.approx(0.8, abs=0.02)


def test_denoising_loss_by_hand() -> None:
    """E = |x|^2 / 2, x = 1, eps = 2, sigma = 0.5: grad E(2) = 2, so 1/2 (0.5 * 2 - 2)^2 = 0.5."""
    value = denoising_score_loss(EnergyModel(_Nothing(), (1,), 1.0), torch.ones(1, 1), 2 * torch.ones(1, 1), 0.5)
    assert value.item() == pytest.approx(0.5)


class _Nothing(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return 0 * x


def test_refuses_what_has_no_energy() -> None:
    with pytest.raises(TypeError, match="energy"):
        NoiseContrastive(MLP(2, (4,), 1), Normal(1.0))
    with pytest.raises(ValueError, match="ratio"):
        NoiseContrastive(Quadratic(), Normal(1.0), 0)
