"""The loss of noise-conditional score networks."""

import pytest
import torch

from genbook.data.toys import GaussianMixture
from genbook.diffusion import denoising_score_loss, geometric_sigmas, noise_conditional_loss
from genbook.numerics import seeded

MIXTURE = GaussianMixture([0.4, 0.6], [[-1.0, 0.5], [1.0, 0.0]], [[[0.5, 0.2], [0.2, 0.4]], [[0.3, 0.0], [0.0, 0.6]]])


def test_levels_have_one_ratio():
    sigmas = geometric_sigmas(20.0, 0.05, 9)
    assert sigmas[0].item() == pytest.approx(20.0) and sigmas[-1].item() == pytest.approx(0.05)
    torch.testing.assert_close(sigmas[1:] / sigmas[:-1], (0.05 / 20.0) ** torch.full((8,), 1 / 8).double())


def test_a_row_is_the_denoising_loss_at_its_level_times_its_variance():
    score = lambda x, sigma: torch.sin(x) / sigma[:, None]  # noqa: E731
    with seeded(0):
        x, eps = torch.randn(2, 5, 3).double()
    sigma = geometric_sigmas(8.0, 0.1, 5)
    found = noise_conditional_loss(score, x, sigma, eps)
    for i, s in enumerate(sigma.tolist()):
        row = denoising_score_loss(lambda y, s=s: torch.sin(y) / s, x[i : i + 1], eps[i : i + 1], s)
        assert found[i].item() == pytest.approx(s**2 * row.item(), rel=1e-9)


def test_at_every_level_the_blurred_score_has_the_least_loss():
    with seeded(1):
        x = MIXTURE.sample(50_000).double()
        eps = torch.randn_like(x)
    for level in (0.3, 1.0, 4.0):
        sigma = torch.full((len(x),), level).double()
        losses = []
        for factor in (0.85, 1.0, 1.15):
            score = lambda y, _, c=factor, s=level: c * MIXTURE.noised(1.0, s).score(y)  # noqa: E731
            losses.append(noise_conditional_loss(score, x, sigma, eps).mean().item())
        assert min(losses) == losses[1], (level, losses)


def test_images_have_one_level_a_row():
    x, eps = torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2)
    found = noise_conditional_loss(lambda x, sigma: torch.zeros_like(x), x, torch.tensor([0.5, 5.0]), eps)
    assert found.tolist() == [2.0, 2.0]


@pytest.mark.parametrize("arguments", [(1.0, 2.0, 3), (1.0, 0.0, 3), (1.0, 0.1, 1), (float("inf"), 1.0, 3)])
def test_levels_that_do_not_fall_are_refused(arguments):
    with pytest.raises(ValueError, match="expected most > least > 0"):
        geometric_sigmas(*arguments)


@pytest.mark.parametrize("sigma", [torch.ones(()), torch.ones(3), torch.ones(2, 1)])
def test_one_level_a_row_is_expected(sigma):
    with pytest.raises(ValueError, match="one level for every row"):
        noise_conditional_loss(lambda x, sigma: x, torch.zeros(2, 3), sigma, torch.zeros(2, 3))


def test_noise_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="expected"):
        noise_conditional_loss(lambda x, sigma: x, torch.zeros(2, 3), torch.ones(2), torch.zeros(2, 1))
