"""Explicit, sliced and denoising losses against a score that is known."""

import pytest
import torch

from genbook.data.toys import GaussianMixture
from genbook.diffusion import denoising_score_loss, explicit_score_loss, sliced_score_loss
from genbook.numerics import grid, seeded

MIXTURE = GaussianMixture([0.4, 0.6], [[-1.0, 0.5], [1.0, 0.0]], [[[0.5, 0.2], [0.2, 0.4]], [[0.3, 0.0], [0.0, 0.6]]])


def bent(x):
    """A model whose Jacobian is full and depends on x."""
    return torch.stack([torch.sin(x[:, 0] + 2 * x[:, 1]), x[:, 0] * x[:, 1] - x[:, 0]], 1)


def test_the_explicit_loss_has_the_trace_of_the_jacobian():
    with seeded(0):
        x = torch.randn(4, 2).double()
    trace = torch.cos(x[:, 0] + 2 * x[:, 1]) + x[:, 0]
    expected = trace + 0.5 * bent(x).square().sum(1)
    torch.testing.assert_close(explicit_score_loss(bent, x).detach(), expected)


@pytest.mark.parametrize("score", [bent, lambda x: -x])
def test_partial_integration_by_quadrature(score):
    """E[loss] = 1/2 E|s - grad log p|^2 - 1/2 E|grad log p|^2, both sides by quadrature."""
    points, area = grid([-8.0, -8.0], [8.0, 8.0], 250)
    mass = MIXTURE.log_prob(points).exp() * area
    truth = MIXTURE.score(points)
    left = (mass * explicit_score_loss(score, points).detach()).sum()
    right = (mass * ((score(points) - truth).square() - truth.square()).sum(1)).sum() / 2
    assert left.item() == pytest.approx(right.item(), abs=1e-6)


@pytest.mark.parametrize("reduced", [True, False])
def test_slices_are_unbiased(reduced):
    with seeded(1):
        x = torch.randn(3, 2).double()
        v = torch.randn(40_000, 3, 2).double()
    truth = explicit_score_loss(bent, x).detach()
    draws = torch.stack(
        [sliced_score_loss(bent, x[i].expand(40_000, 2), v[:, i], reduced).detach() for i in range(3)], 1
    )
    assert ((draws.mean(0) - truth).abs() < 4 * draws.std(0) / 200).all()


def test_denoising_finds_the_score_of_the_blurred_data():
    """Among s_c = c * score of the blurred mixture the loss is least at c = 1, and among those of the clean one not."""
    sigma, blurred = 0.7, MIXTURE.noised(1.0, 0.7)
    with seeded(2):
        x = MIXTURE.sample(200_000).double()
        eps = torch.randn_like(x)
    factors = [0.9, 1.0, 1.1]
    losses = [denoising_score_loss(lambda y, c=c: c * blurred.score(y), x, eps, sigma).mean() for c in factors]
    assert losses[1] == min(losses)
    assert denoising_score_loss(MIXTURE.score, x, eps, sigma).mean() > losses[1] + 0.01


def test_bad_shapes_are_refused():
    with pytest.raises(ValueError, match="expected"):
        sliced_score_loss(bent, torch.zeros(3, 2), torch.zeros(3, 1))
    with pytest.raises(TypeError, match="expected"):
        explicit_score_loss(bent, torch.zeros(3, 2).long())
