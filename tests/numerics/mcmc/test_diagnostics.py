"""Autocorrelation, effective sample size and R-hat against AR(1) chains, whose numbers are known."""

import math

import pytest
import torch
from torch.distributions import Normal

from genbook.numerics import seeded
from genbook.numerics.mcmc import (
    autocorrelation,
    autocovariance,
    effective_sample_size,
    rank_normalised,
    split_r_hat,
)


def ar1(phi, steps, chains, seed=0):
    """Stationary chains x_t = phi x_(t-1) + sqrt(1 - phi^2) eps: variance 1, autocorrelation phi^t."""
    with seeded(seed):
        eps = torch.randn(steps, chains, dtype=torch.float64)
    rows = [eps[0]]
    for t in range(1, steps):
        rows.append(phi * rows[-1] + math.sqrt(1 - phi**2) * eps[t])
    return torch.stack(rows)


def test_the_autocovariance_is_the_sum_of_products():
    x = ar1(0.5, 11, 2)
    away = x - x.mean(0)
    direct = torch.stack([(away[t:] * away[: 11 - t]).sum(0) / 11 for t in range(11)])
    torch.testing.assert_close(autocovariance(x), direct)
    torch.testing.assert_close(autocorrelation(x)[0], torch.ones(2, dtype=torch.float64))


@pytest.mark.parametrize("phi", [0.9, 0.5, -0.5])
def test_the_autocorrelation_of_an_ar1_chain(phi):
    rho = autocorrelation(ar1(phi, 4000, 50)).mean(1)[:6]
    torch.testing.assert_close(rho, phi ** torch.arange(6).double(), atol=0.01, rtol=0)


@pytest.mark.parametrize("phi", [0.95, 0.8, 0.3, 0.0, -0.4])
def test_the_effective_sample_size_of_an_ar1_chain(phi):
    """N (1 - phi) / (1 + phi), from the sum of a geometric series."""
    ratios = [effective_sample_size(ar1(phi, 4000, 4, seed)).item() / 16_000 for seed in range(8)]
    expected = (1 - phi) / (1 + phi)
    assert sum(ratios) / 8 == pytest.approx(expected, rel=0.08)


def test_the_effective_sample_size_foretells_the_error_of_the_mean():
    x = ar1(0.9, 1000, 400)
    chains = x.view(1000, 100, 4).unbind(1)
    ess = torch.stack([effective_sample_size(c) for c in chains]).mean()
    variance_of_the_mean = torch.stack([c.mean() for c in chains]).var()
    assert (1 / ess / variance_of_the_mean).item() == pytest.approx(1.0, rel=0.4)


def test_chains_that_disagree_are_worth_few_draws():
    x = torch.randn(500, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert effective_sample_size(x) > 1500
    apart = x + torch.tensor([0.0, 0.0, 6.0, 6.0])
    assert effective_sample_size(apart) < 8


def test_r_hat_is_its_formula_and_1_for_chains_that_agree():
    x = ar1(0.3, 1000, 4)
    halves = torch.cat([x[:500], x[500:]], 1)
    within, between = halves.var(0).mean(), 500 * halves.mean(0).var()
    expected = ((499 / 500 * within + between / 500) / within).sqrt()
    torch.testing.assert_close(split_r_hat(x), expected)
    assert 0.99 < split_r_hat(x) < 1.01


def test_r_hat_of_shifted_chains_is_the_closed_form():
    """Half of the chains shifted by d: total variance 1 + d^2 / 4 (times C / (C - 1) for the spread of the means)."""
    shift = torch.tensor([0.0, 3.0]).repeat(50)
    x = ar1(0.0, 2000, 100) + shift
    assert split_r_hat(x).item() == pytest.approx(math.sqrt(1 + 9 / 4 * 200 / 199), rel=0.01)


def test_halving_sees_a_drift_that_whole_chains_hide():
    drift = torch.linspace(-2, 2, 1000, dtype=torch.float64)[:, None]
    x = ar1(0.0, 1000, 4) + drift
    whole = (1 + x.mean(0).var() / x.var(0).mean()).sqrt()
    assert whole < 1.01
    assert split_r_hat(x) > 1.3


def test_ranks_see_heavy_tails_and_scales():
    cauchy = torch.distributions.Cauchy(0.0, 1.0)
    with seeded(0):
        x = cauchy.sample((1000, 4)).double()
        shifted = x + torch.tensor([0.0, 0.0, 0.0, 2.0])
    assert split_r_hat(rank_normalised(x)) < 1.01
    assert split_r_hat(rank_normalised(shifted)) > 1.03
    wide = ar1(0.0, 1000, 4) * torch.tensor([1.0, 1.0, 1.0, 3.0])
    folded = (wide - wide.flatten().median()).abs()
    assert split_r_hat(rank_normalised(wide)) < 1.01
    assert split_r_hat(rank_normalised(folded)) > 1.1


def test_the_scores_of_the_ranks_are_normal_quantiles():
    x = torch.tensor([[3.0, -1.0], [10.0, 2.0]], dtype=torch.float64)
    expected = Normal(0.0, 1.0).icdf((torch.tensor([[3.0, 1.0], [4.0, 2.0]]) - 0.375) / 4.25).double()
    torch.testing.assert_close(rank_normalised(x), expected, atol=1e-6, rtol=0)


def test_every_scalar_of_the_event_has_its_own_number():
    x = torch.stack([ar1(0.0, 400, 3), ar1(0.9, 400, 3, seed=1)], 2).view(400, 3, 1, 2)
    for f in (effective_sample_size, split_r_hat, autocorrelation):
        both = f(x)
        single = [f(x[..., 0, k]) for k in range(2)]
        torch.testing.assert_close(both[..., 0, :], torch.stack(single, -1))


def test_a_chain_that_stands_still_has_no_number():
    still = torch.ones(20, 3)
    assert split_r_hat(still).isnan() and effective_sample_size(still).isnan()


@pytest.mark.parametrize(
    ("draws", "error"),
    [
        (torch.zeros(20), ValueError),
        (torch.zeros(3, 2), ValueError),
        (torch.zeros(20, 0), ValueError),
        (torch.full((20, 2), math.inf), ValueError),
        (torch.zeros(20, 2, dtype=torch.int64), TypeError),
        ([[0.0, 1.0]], TypeError),
    ],
)
def test_bad_input_gets_one_sentence(draws, error):
    for f in (effective_sample_size, split_r_hat, autocorrelation):
        with pytest.raises(error, match=r"draws"):
            f(draws)
