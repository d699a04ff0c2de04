"""Closed form, gradient and EM must agree about the same maximum."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.data.toys import GaussianMixture
from genbook.foundations import (
    LearnedMixture,
    collapsing_mixture,
    expectation_maximisation,
    gaussian_fit,
    labelled_fit,
    weighted_fit,
)
from genbook.numerics import seeded


def correlated(n, seed=0):
    with seeded(seed):
        return torch.randn(n, 3, dtype=torch.float64) @ torch.randn(3, 3, dtype=torch.float64) + torch.arange(3.0)


def three_clusters(n=300):
    truth = GaussianMixture([0.2, 0.3, 0.5], [[-4.0, 0.0], [0.0, 4.0], [4.0, 0.0]], torch.eye(2).expand(3, 2, 2))
    with seeded(1):
        return truth, truth.sample(n).double()


def descend(loss, model):
    """Minimise by L-BFGS until nothing moves."""
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=500, line_search_fn="strong_wolfe", tolerance_grad=1e-10)

    def closure():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    optimizer.step(closure)
    return model.density()


def assert_same_mixture(a, b, atol=1e-4):
    for name in ("weights", "means", "covariances"):
        torch.testing.assert_close(getattr(a, name), getattr(b, name), atol=atol, rtol=0)


def test_gradient_finds_the_closed_form_of_a_full_covariance_gaussian():
    x = correlated(200)
    model = LearnedMixture(1, 3).double()
    fitted = descend(lambda: model.loss(x), model)
    assert_same_mixture(fitted, gaussian_fit(x))
    assert (gaussian_fit(x).covariances - torch.cov(x.T)).abs().max() > 1e-3  # the unbiased one is not the maximum
    torch.testing.assert_close(gaussian_fit(x).covariances[0], torch.cov(x.T, correction=0))


def test_gradient_finds_the_closed_form_of_a_mixture_with_known_labels():
    _, x = three_clusters()
    y = torch.arange(len(x)) % 3
    with seeded(0):
        model = LearnedMixture(3, 2).double()
    fitted = descend(lambda: model.labelled_loss(x, y), model)
    assert_same_mixture(fitted, labelled_fit(x, y, 3))


def test_the_closed_form_is_a_stationary_point_and_any_step_from_it_loses():
    x = correlated(100)
    best = gaussian_fit(x)
    top = best.log_prob(x).mean()
    for seed in range(20):
        with seeded(seed):
            moved = GaussianMixture(
                [1.0], best.means + 0.05 * torch.randn(1, 3), best.covariances * (1 + 0.1 * torch.randn(1).abs())
            )
        assert moved.log_prob(x).mean() < top


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_em_never_lowers_the_likelihood(seed, components):
    with seeded(seed):
        x = torch.randn(60, 2) + 3 * torch.randint(3, (60, 1))
        start = GaussianMixture(
            torch.full((components,), 1 / components),
            3 * torch.randn(components, 2),
            4 * torch.eye(2).expand(components, 2, 2),
        )
        try:
            _, log_likelihood = expectation_maximisation(x, start, 15)
        except ValueError as error:
            assert "collapsed" in str(error)
            return
    assert (log_likelihood.diff() >= -1e-10).all()


def test_an_m_step_without_weights_lowers_it():
    """The broken twin: hard assignments with uniform weights are no M-step, and the test above would notice."""
    truth, x = three_clusters()
    mixture, _ = expectation_maximisation(x, truth, 20)
    broken = GaussianMixture(torch.full((3,), 1 / 3), mixture.means, mixture.covariances)
    assert broken.log_prob(x).mean() < mixture.log_prob(x).mean() - 1e-3


def test_em_ends_where_the_gradient_vanishes():
    truth, x = three_clusters()
    mixture, log_likelihood = expectation_maximisation(x, truth, 60)
    model = LearnedMixture(3, 2).double()
    model.logits.data = mixture.weights.log()
    model.mean.data = mixture.means.clone()
    cholesky = torch.linalg.cholesky(mixture.covariances)
    model.factor.data = cholesky.tril(-1) + cholesky.diagonal(dim1=-2, dim2=-1).log().diag_embed()
    loss = model.loss(x)
    assert loss.item() == pytest.approx(-log_likelihood[-1].item(), abs=1e-10)
    loss.backward()
    assert max(p.grad.abs().max() for p in model.parameters()) < 1e-5
    torch.testing.assert_close(mixture.means, truth.means, atol=0.5, rtol=0)


def test_the_likelihood_of_a_mixture_has_no_upper_bound():
    x = correlated(50)
    totals = [collapsing_mixture(x, scale).log_prob(x).sum().item() for scale in (1e-3, 1e-4, 1e-5, 1e-100)]
    assert totals[1] - totals[0] == pytest.approx(3 * math.log(10), abs=1e-3)
    assert totals[2] - totals[1] == pytest.approx(3 * math.log(10), abs=1e-3)
    assert totals[3] - totals[2] == pytest.approx(3 * 95 * math.log(10), abs=1e-3)
    floor = -1.5 * math.log(2 * math.pi) - math.log(2) + (gaussian_fit(x).log_prob(x[1:]) - math.log(2)).sum().item()
    assert totals[0] >= floor - 3 * math.log(1e-3) - 1e-9
    assert totals[3] > gaussian_fit(x).log_prob(x).sum().item() + 500


def test_a_collapsing_component_is_named():
    x = correlated(10)
    responsibilities = torch.ones(10, 2) * 0.5
    responsibilities[:, 1] = 0
    responsibilities[0] = torch.tensor([0.0, 1.0])
    with pytest.raises(ValueError, match="component 1 has collapsed: its 1 points"):
        weighted_fit(x, responsibilities)


def test_learned_mixture_equals_the_toy_density_and_samples_from_it():
    with seeded(3):
        model = LearnedMixture(4, 2)
        with torch.no_grad():
            for p in model.parameters():
                p.add_(0.3 * torch.randn_like(p))
        x = torch.randn(20, 2)
        torch.testing.assert_close(model.log_prob(x), model.density().log_prob(x), atol=1e-5, rtol=1e-5)
        draws = model.sample(40_000)
    assert draws.dtype == torch.float32
    fit, density = gaussian_fit(draws), model.density()
    torch.testing.assert_close(fit.means[0], density.weights @ density.means, atol=0.05, rtol=0)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: gaussian_fit(torch.zeros(5)), "expected"),
        (lambda: gaussian_fit(torch.tensor([[math.nan, 0.0]])), "NaN"),
        (lambda: gaussian_fit(torch.zeros(0, 2)), "empty"),
        (lambda: gaussian_fit(torch.ones(5, 2)), "collapsed"),
        (lambda: gaussian_fit(torch.ones(5, 2, dtype=torch.int64)), "dtype"),
        (lambda: weighted_fit(torch.ones(5, 2), torch.ones(4, 1)), "5, K"),
        (lambda: labelled_fit(torch.ones(5, 2), torch.ones(5), 2), "int64"),
        (lambda: labelled_fit(torch.ones(5, 2), torch.arange(5), 2), "0 to 1"),
        (lambda: LearnedMixture(0, 2), "components is 0"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        call()
