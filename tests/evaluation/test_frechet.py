import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from genbook.evaluation import frechet_bias, frechet_distance, frechet_gaussians, inception_score
from genbook.numerics import seeded


def features(n, size, seed, shift=0.0):
    with seeded(seed):
        return torch.randn(n, size, dtype=torch.float64) @ torch.randn(size, size, dtype=torch.float64) + shift


@given(
    means=st.lists(st.floats(-5, 5), min_size=6, max_size=6), scales=st.lists(st.floats(0, 4), min_size=6, max_size=6)
)
def test_diagonal_gaussians_have_a_closed_form(means, scales):
    """For commuting covariances: |m - m'|^2 + sum (s - s')^2."""
    m, s = torch.tensor(means, dtype=torch.float64), torch.tensor(scales, dtype=torch.float64)
    exact = (m[:3] - m[3:]).square().sum() + (s[:3] - s[3:]).square().sum()
    d = frechet_gaussians(m[:3], s[:3].square().diag(), m[3:], s[3:].square().diag())
    assert d == pytest.approx(exact.item(), abs=1e-6)


def test_it_agrees_with_the_root_of_the_product_by_scipy():
    import scipy.linalg

    a, b = features(200, 5, 0), features(300, 5, 1, shift=0.7)
    cov_a, cov_b = a.T.cov(), b.T.cov()
    root = scipy.linalg.sqrtm((cov_a @ cov_b).numpy()).real.trace()
    exact = (a.mean(0) - b.mean(0)).square().sum() + cov_a.trace() + cov_b.trace() - 2 * root
    assert frechet_distance(a, b) == pytest.approx(exact.item(), rel=1e-9)


def test_it_agrees_with_torchmetrics_on_the_same_features():
    from torchmetrics.image.fid import FrechetInceptionDistance

    class Flat(nn.Module):
        num_features = 12

        def forward(self, x):
            return x.flatten(1)

    with seeded(3):
        a, b = torch.rand(90, 3, 2, 2), torch.rand(110, 3, 2, 2).square()
    metric = FrechetInceptionDistance(feature=Flat(), normalize=True, input_img_size=(3, 2, 2))
    metric.used_custom_model = True
    metric.update(a, real=True)
    metric.update(b, real=False)
    assert frechet_distance(a.flatten(1), b.flatten(1)) == pytest.approx(metric.compute().item(), abs=1e-3)


def test_rotating_both_sets_changes_nothing_and_order_does_not_matter():
    a, b = features(50, 4, 0), features(60, 4, 1)
    q = torch.linalg.qr(features(4, 4, 2)).Q
    assert frechet_distance(a @ q, b @ q) == pytest.approx(frechet_distance(a, b), rel=1e-9)
    assert frechet_distance(b, a) == pytest.approx(frechet_distance(a, b), rel=1e-9)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)


def test_constant_and_too_few_features_are_no_trouble():
    """Covariances of rank zero or far below F: where the root of the product is ill-conditioned."""
    assert frechet_distance(torch.zeros(5, 3), torch.ones(4, 3)) == pytest.approx(3)
    a, b = features(6, 40, 0).float(), features(6, 40, 1).float()
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-3)
    assert math.isfinite(frechet_distance(a, b)) and frechet_distance(a, b) > 0


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (torch.zeros(1, 3), torch.zeros(5, 3), "a has one row"),
        (torch.zeros(5, 3), torch.zeros(1, 3), "b has one row"),
        (torch.zeros(5, 3), torch.zeros(5, 4), "3 features and b has 4"),
        (torch.zeros(5), torch.zeros(5, 4), "expected \\(N, F\\)"),
        (torch.zeros(5, 2, 2), torch.zeros(5, 4), "expected \\(N, F\\)"),
        (torch.zeros(0, 4), torch.zeros(5, 4), "empty"),
        (torch.zeros(5, 4), torch.full((5, 4), math.nan), "b holds 20 NaN"),
    ],
)
def test_bad_features_are_refused(a, b, words):
    with pytest.raises(ValueError, match=words):
        frechet_distance(a, b)


def test_wrong_types_are_refused():
    for bad in ([[1.0]], torch.zeros(3, 2, dtype=torch.int64)):
        with pytest.raises(TypeError, match="a "):
            frechet_distance(bad, torch.zeros(3, 2))


def test_a_matrix_that_is_no_covariance_is_refused():
    zero, eye = torch.zeros(2), torch.eye(2)
    for bad in (-eye, torch.tensor([[1.0, 0.5], [0.0, 1.0]])):
        with pytest.raises(ValueError, match="not symmetric and positive"):
            frechet_gaussians(zero, eye, zero, bad)
    with pytest.raises(ValueError, match="cov_a has shape"):
        frechet_gaussians(zero, torch.eye(3), zero, eye)
    with pytest.raises(ValueError, match="mean_b has shape"):
        frechet_gaussians(zero, eye, torch.zeros(3), eye)


@settings(deadline=None)
@given(k=st.integers(2, 20), times=st.integers(1, 5))
def test_inception_score_of_sure_and_of_ignorant_classifiers(k, times):
    assert inception_score(torch.eye(k).repeat(times, 1)) == pytest.approx(k)
    assert inception_score(torch.full((times, k), 1 / k)) == pytest.approx(1)
    assert inception_score(torch.eye(k)[:1].repeat(times, 1)) == pytest.approx(1)


def test_inception_score_by_hand():
    """Rows (3/4, 1/4) and (1/4, 3/4): the marginal is 1/2, KL = 3/4 log 3/2 + 1/4 log 1/2."""
    p = torch.tensor([[0.75, 0.25], [0.25, 0.75]])
    assert inception_score(p) == pytest.approx(math.exp(0.75 * math.log(1.5) + 0.25 * math.log(0.5)), rel=1e-6)


@pytest.mark.parametrize(
    "p",
    [torch.ones(3, 2), torch.tensor([[1.5, -0.5]]), torch.zeros(2), torch.zeros(0, 2), torch.full((2, 2), math.nan)],
)
def test_what_is_no_distribution_is_refused(p):
    with pytest.raises(ValueError, match="probabilities"):
        inception_score(p)


@pytest.mark.parametrize(("scales", "n"), [([1.0] * 8, 60), ([3.0, 1.0, 0.3, 0.1], 40)])
def test_the_bias_is_what_repeated_measurement_shows(scales, n):
    """The mean over 300 pairs of sets from one Gaussian, within four standard errors and 4 % of the next order."""
    scale = torch.tensor(scales, dtype=torch.float64)
    with seeded(0):
        draws = torch.randn(300, 2, n, len(scales), dtype=torch.float64) * scale
    found = torch.tensor([frechet_distance(a, b) for a, b in draws])
    expected = frechet_bias(scale.square().diag(), n)
    assert abs(found.mean().item() - expected) < 4 * found.std().item() / 300**0.5 + 0.04 * expected
    assert abs(found.mean().item() - frechet_bias(scale.square().diag(), 2 * n)) > 0.3 * expected


def test_the_bias_of_a_degenerate_covariance_counts_only_its_rank():
    assert frechet_bias(torch.diag(torch.tensor([1.0, 0.0])), 50) == pytest.approx(frechet_bias(torch.eye(1), 50))
    for bad, n in ((torch.eye(2), 1), (-torch.eye(2), 9), (torch.zeros(2, 3), 9)):
        with pytest.raises(ValueError, match=r"n is|not symmetric|has shape"):
            frechet_bias(bad, n)
