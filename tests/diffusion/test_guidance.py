"""Guidance against the exact conditional denoiser of a mixture, and what a scale beyond one samples."""

import torch

from genbook.data.toys import GaussianMixture
from genbook.diffusion import ClassifierFree, ClassifierGuided, IdealDenoiser, VariancePreserving, ddim, even_times
from genbook.numerics import seeded

SCHEDULE = VariancePreserving()
MEANS, COVARIANCES = (
    [[-1.0, 0.5], [0.3, -0.4], [1.5, 1.0]],
    [[[0.2, 0.05], [0.05, 0.1]], [[0.3, 0.0], [0.0, 0.3]], [[0.1, 0.0], [0.0, 0.4]]],
)
MIXTURE = GaussianMixture([0.2, 0.5, 0.3], MEANS, COVARIANCES)
CLASS = GaussianMixture([0.4, 0.6], [MEANS[0], MEANS[2]], [COVARIANCES[0], COVARIANCES[2]])  # components 0 and 2


def log_prob(x, t):
    """log p(component is 0 or 2 | x_t), exactly."""
    alpha, sigma = float(SCHEDULE.alpha(t.double())), float(SCHEDULE.sigma(t.double()))
    return MIXTURE.noised(alpha, sigma).responsibilities(x)[:, [0, 2]].sum(1).log()


def points(n=7):
    with seeded(0):
        return torch.randn(n, 2).double()


def test_the_true_classifier_at_scale_one_gives_the_conditional_denoiser():
    x = points()
    for t in (0.05, 0.3, 0.8):
        time = torch.tensor(t).double()
        guided = ClassifierGuided(IdealDenoiser(MIXTURE, SCHEDULE), log_prob, SCHEDULE)(x, time)
        truth = IdealDenoiser(CLASS, SCHEDULE)(x, time)
        torch.testing.assert_close(guided.eps, truth.eps)
        torch.testing.assert_close(guided.x_0, truth.x_0)


def test_both_kinds_agree_at_every_scale_when_both_are_exact():
    x, time = points(), torch.tensor(0.4).double()
    free, given = IdealDenoiser(MIXTURE, SCHEDULE), IdealDenoiser(CLASS, SCHEDULE)
    for scale in (0.0, 1.0, 2.5):
        one = ClassifierGuided(free, log_prob, SCHEDULE, scale)(x, time)
        two = ClassifierFree(given, free, scale)(x, time)
        torch.testing.assert_close(one.eps, two.eps)
        torch.testing.assert_close(one.x_0, two.x_0)


def test_scale_one_is_the_given_denoiser_and_zero_the_free_one():
    x, time = points(), torch.tensor(0.4).double()
    free, given = IdealDenoiser(MIXTURE, SCHEDULE), IdealDenoiser(CLASS, SCHEDULE)
    assert torch.equal(ClassifierFree(given, free, 1.0)(x, time).eps, given(x, time).eps)
    torch.testing.assert_close(ClassifierFree(given, free, 0.0)(x, time).eps, free(x, time).eps)


def test_the_estimates_of_data_and_noise_stay_consistent():
    x, time = points(), torch.tensor(0.4).double()
    found = ClassifierFree(IdealDenoiser(CLASS, SCHEDULE), IdealDenoiser(MIXTURE, SCHEDULE), 3.0)(x, time)
    torch.testing.assert_close(SCHEDULE.alpha(time) * found.x_0 + SCHEDULE.sigma(time) * found.eps, x)


def test_the_gradient_is_that_of_the_classifier_and_works_inside_samplers():
    x, time = points(), torch.tensor(0.4).double()
    step = 1e-5 * torch.eye(2).double()
    push = torch.stack([(log_prob(x + e, time) - log_prob(x - e, time)) / 2e-5 for e in step], 1)
    guided = ClassifierGuided(IdealDenoiser(MIXTURE, SCHEDULE), log_prob, SCHEDULE, 2.0)
    plain = IdealDenoiser(MIXTURE, SCHEDULE)(x, time)
    torch.testing.assert_close(plain.eps - guided(x, time).eps, 2 * SCHEDULE.sigma(time) * push, rtol=1e-5, atol=1e-6)
    with seeded(1):
        drawn = ddim(guided, SCHEDULE, torch.randn(50, 2).double(), even_times(1.0, 0.01, 20))
    assert drawn.isfinite().all() and not drawn.requires_grad


def test_a_large_scale_does_not_sample_the_tilted_density():
    """On a line the flow's draws and the tilted density are both known: they differ, and agree at scale one."""
    mixture = GaussianMixture([0.5, 0.5], [[-1.0], [1.0]], [[[0.5]], [[0.5]]])
    given = GaussianMixture([1.0], [[1.0]], [[[0.5]]])
    grid = torch.linspace(-5, 6, 4001).double()[:, None]

    def gap(scale):
        log_tilted = mixture.log_prob(grid) + scale * (given.log_prob(grid) - mixture.log_prob(grid))
        cdf = log_tilted.softmax(0).cumsum(0)
        with seeded(2):
            x = torch.randn(20_000, 1).double()
        denoiser = ClassifierFree(IdealDenoiser(given, SCHEDULE), IdealDenoiser(mixture, SCHEDULE), scale)
        x = ddim(denoiser, SCHEDULE, x, even_times(1.0, 0.0005, 400))[:, 0].sort().values
        empirical = torch.searchsorted(x, grid[:, 0]) / len(x)
        return (empirical - cdf).abs().sum().item() * (grid[1] - grid[0]).item()  # Wasserstein distance

    assert gap(1.0) < 0.02
    assert gap(4.0) > 0.1
