"""Where a Gaussian's mass is, and the mixture that hides ninety-nine bad draws in a hundred."""

import math

import pytest
import torch
from scipy import stats

from genbook.data.toys import GaussianMixture, eight_gaussians
from genbook.foundations import (
    Diluted,
    log_prob_at_mode,
    norm_log_prob,
    probability_of_norm_below,
    typical_log_prob,
)
from genbook.numerics import integrate, seeded

R = torch.linspace(0.1, 40, 200, dtype=torch.float64)


@pytest.mark.parametrize("dim", [1, 2, 3, 100, 784])
def test_the_norm_is_chi_distributed(dim):
    torch.testing.assert_close(norm_log_prob(R, dim), torch.from_numpy(stats.chi(dim).logpdf(R.numpy())))
    expected = torch.from_numpy(stats.chi(dim).cdf(R.numpy()))
    torch.testing.assert_close(probability_of_norm_below(R, dim), expected, atol=1e-12, rtol=1e-6)


def test_of_twenty_thousand_draws_in_784_dimensions_none_comes_near_the_mode():
    with seeded(0):
        norms = torch.randn(20_000, 784).norm(dim=1)
    assert norms.min() > 20
    assert norms.mean() == pytest.approx(math.sqrt(784), abs=0.05) and norms.std() == pytest.approx(
        math.sqrt(0.5), abs=0.02
    )
    assert 20_000 * probability_of_norm_below(torch.tensor(20.0, dtype=torch.float64), 784) < 1e-20


def test_the_mode_is_392_nats_above_what_is_typical():
    assert log_prob_at_mode(784) - typical_log_prob(784) == pytest.approx(392)
    with seeded(0):
        x = torch.randn(5000, 784, dtype=torch.float64)
    log_prob = -0.5 * x.square().sum(1) + log_prob_at_mode(784)
    assert log_prob.mean() == pytest.approx(typical_log_prob(784), abs=4 * math.sqrt(392 / 5000))
    assert log_prob.std() == pytest.approx(math.sqrt(784 / 2), rel=0.05)


def test_ninety_nine_percent_noise_costs_at_most_log_100_nats():
    good = eight_gaussians(radius=4.0, noise=0.3)
    noise = GaussianMixture([1.0], [[0.0, 0.0]], [[[400.0, 0.0], [0.0, 400.0]]])
    diluted = Diluted(good, noise, share=0.01)
    with seeded(0):
        x = good.sample(2000).double()
        draws = diluted.sample(20_000)
    loss = good.log_prob(x) - diluted.log_prob(x)
    assert 0 < loss.max() <= math.log(100)
    assert loss.mean() > 0.5  # it is a cost, and the bound is not vacuous
    low, high = [-120.0, -120.0], [120.0, 120.0]
    assert integrate(diluted.log_prob, low, high, n=1200) == pytest.approx(1, abs=1e-3)
    near = (good.log_prob(draws) > -8).float().mean()
    assert near < 0.05, "most draws should be noise"


def test_the_share_is_the_share():
    left, right = (GaussianMixture([1.0], [[m, 0.0]], [[[1.0, 0.0], [0.0, 1.0]]]) for m in (-50.0, 50.0))
    with seeded(0):
        draws = Diluted(left, right, share=0.3).sample(20_000)
    assert (draws[:, 0] < 0).float().mean() == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / 20_000))


class Counting:
    measure = "counting"


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Diluted(eight_gaussians(), eight_gaussians(), 1.5), "share is 1.5"),
        (lambda: Diluted(eight_gaussians(), Counting(), 0.5), "measures"),
        (lambda: norm_log_prob(torch.zeros(1), 3), "above 0"),
        (lambda: norm_log_prob(torch.ones(1), 0), "dim is 0"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
