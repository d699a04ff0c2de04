"""The 2-D densities against quadrature, their own samples, autograd and closed forms, and against broken twins."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, multivariate_normal
from sklearn.datasets import make_moons

from genbook.data import toys
from genbook.numerics import integrate, seeded

TOYS = {
    "eight_gaussians": toys.eight_gaussians,
    "grid_gaussians": toys.grid_gaussians,
    "two_moons": toys.two_moons,
    "two_spirals": toys.two_spirals,
    "rings": toys.Rings,
    "checkerboard": toys.Checkerboard,
    "pinwheel": toys.Pinwheel,
    "banana": toys.Banana,
    "funnel": toys.Funnel,
    "mixture": lambda: toys.GaussianMixture(
        [0.3, 0.7], [[-1.0, 0.5], [1.0, 0.0]], [[[1.0, 0.6], [0.6, 0.8]], [[0.3, -0.2], [-0.2, 0.5]]]
    ),
}
SIDE, FINE = 24, 10  # cells a side of the histogram, quadrature points a side of a cell


def mass(toy):
    left, right, bottom, top = toy.extent
    return integrate(toy.log_prob, (left, bottom), (right, top), SIDE * FINE)


def cells(toy):
    """Probabilities of SIDE x SIDE cells of the extent, by the midpoint rule."""
    left, right, bottom, top = toy.extent
    steps = (torch.arange(SIDE * FINE, dtype=torch.float64) + 0.5) / (SIDE * FINE)
    points = torch.cartesian_prod(left + (right - left) * steps, bottom + (top - bottom) * steps)
    density = toy.log_prob(points).exp().reshape(SIDE, FINE, SIDE, FINE)
    return (density.sum((1, 3)) * (right - left) * (top - bottom) / (SIDE * FINE) ** 2).numpy()


def histogram_p_value(toy, draws=100_000):
    """P-value of the chi-square test of a histogram of samples against the integrated cells; rare cells are pooled."""
    left, right, bottom, top = toy.extent
    with seeded(0):
        x = toy.sample(draws).double().numpy()
    counts, _, _ = np.histogram2d(x[:, 0], x[:, 1], bins=SIDE, range=[[left, right], [bottom, top]])
    expected = draws * cells(toy)
    common = expected >= 10
    seen, due = counts[common], expected[common]
    rest, rest_due = draws - seen.sum(), draws - due.sum()
    statistic = ((seen - due) ** 2 / due).sum() + (rest - rest_due) ** 2 / max(rest_due, 1)
    return chi2.sf(statistic, common.sum())


@pytest.mark.parametrize("make", TOYS.values(), ids=TOYS)
def test_density_integrates_to_one(make):
    assert mass(make()) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("make", TOYS.values(), ids=TOYS)
def test_samples_follow_the_density(make):
    assert histogram_p_value(make()) > 1e-3


class WrongNormaliser(toys.Rings):
    """Forgets that a circle of radius R is longer than one of radius 1."""

    def log_prob(self, x):
        return super().log_prob(x) + torch.linalg.vector_norm(x, dim=-1).log()


class WrongNoise(toys.Pinwheel):
    """Samples 5% too wide."""

    def sample(self, n):
        return 1.05 * super().sample(n)


class WrongWeights(toys.Rings):
    """Draws every ring equally often."""

    def sample(self, n):
        self.weights = torch.full((3,), 1 / 3, dtype=torch.float64)
        draws = super().sample(n)
        self.weights = self.radii / self.radii.sum()
        return draws


def test_broken_twins_fail_the_same_checks():
    assert abs(mass(WrongNormaliser()) - 1) > 0.1
    assert histogram_p_value(WrongNoise()) < 1e-6
    assert histogram_p_value(WrongWeights()) < 1e-6


@pytest.mark.parametrize("make", TOYS.values(), ids=TOYS)
def test_log_prob_keeps_dtype_and_rows_apart(make):
    toy = make()
    with seeded(1):
        x = toy.sample(7)
    assert x.dtype == torch.float32 and x.shape == (7, 2)
    assert toy.log_prob(x).dtype == torch.float32
    torch.testing.assert_close(toy.log_prob(x)[2:3], toy.log_prob(x[2:3]))
    torch.testing.assert_close(toy.log_prob(x).double(), toy.log_prob(x.double()), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("make", TOYS.values(), ids=TOYS)
def test_samples_are_repeatable_by_seed_and_gradients_are_finite(make):
    toy = make()
    with seeded(3):
        first = toy.sample(50)
    with seeded(3):
        again = toy.sample(50)
    assert torch.equal(first, again)
    if not isinstance(toy, toys.Checkerboard):  # flat: no gradient anywhere
        x = torch.cat([first, torch.zeros(1, 2)]).requires_grad_()
        (slope,) = torch.autograd.grad(toy.log_prob(x).sum(), x)
        assert torch.isfinite(slope).all()


@pytest.mark.parametrize("name", ["eight_gaussians", "two_spirals", "mixture"])
def test_closed_form_score_is_the_gradient(name):
    toy = TOYS[name]()
    with seeded(2):
        x = (1.5 * toy.sample(64)).double().requires_grad_()
    (slope,) = torch.autograd.grad(toy.log_prob(x).sum(), x)
    torch.testing.assert_close(toy.score(x), slope, rtol=1e-9, atol=1e-9)


def test_mixture_agrees_with_scipy_in_three_dimensions():
    rng = np.random.default_rng(0)
    roots, means = rng.normal(size=(4, 3, 3)), rng.normal(size=(4, 3))
    covariances, weights = roots @ roots.transpose(0, 2, 1) + 0.1 * np.eye(3), rng.dirichlet(np.ones(4))
    x = rng.normal(size=(20, 3))
    truth = sum(w * multivariate_normal(m, c).pdf(x) for w, m, c in zip(weights, means, covariances, strict=True))
    mixture = toys.GaussianMixture(weights, means, covariances)
    np.testing.assert_allclose(mixture.log_prob(torch.tensor(x)).numpy(), np.log(truth), rtol=1e-10)
    np.testing.assert_allclose(mixture.responsibilities(torch.tensor(x)).sum(1).numpy(), 1, rtol=1e-12)
    with pytest.raises(ValueError, match="3 dimensions"):
        _ = mixture.extent


def test_noised_mixture_is_the_law_of_scaled_and_noised_draws():
    mixture = TOYS["mixture"]()
    noised = mixture.noised(0.7, 0.4)

    class Drawn:
        extent = noised.extent
        log_prob = staticmethod(noised.log_prob)

        @staticmethod
        def sample(n):
            return 0.7 * mixture.sample(n) + 0.4 * torch.randn(n, 2)

    assert histogram_p_value(Drawn) > 1e-3
    assert mixture.noised(0.0, 2.0).log_prob(torch.zeros(1, 2)).item() == pytest.approx(
        -math.log(8 * math.pi), rel=1e-5
    )


def test_moons_are_those_of_scikit_learn():
    points, _ = make_moons(4000, noise=0.1, random_state=0)
    here = toys.two_moons(0.1).log_prob(torch.tensor(points - [0.5, 0.25])).mean()
    with seeded(0):
        own = toys.two_moons(0.1).log_prob(toys.two_moons(0.1).sample(4000)).mean()
    assert abs(float(here - own)) < 0.05


def test_curves_are_smooth_along_the_middle():
    arc = torch.linspace(0.8, 2.2, 2001, dtype=torch.float64)  # the middle of the upper moon
    along = toys.two_moons(0.1).log_prob(torch.stack([arc.cos() - 0.5, arc.sin() - 0.25], -1))
    bumps = along - torch.nn.functional.avg_pool1d(along[None, None], 201, 1, 100, count_include_pad=False)[0, 0]
    assert bumps[200:-200].abs().max() < 1e-3


def test_checkerboard_is_dark_on_the_diagonal():
    board = toys.Checkerboard()
    log_prob = board.log_prob(torch.tensor([[-3.0, -3.0], [-1.0, -3.0], [5.0, 5.0], [4.0, 4.0]]))
    assert log_prob[0] == pytest.approx(-math.log(32)) and (log_prob[1:] == -math.inf).all()


BAD_X = [
    (torch.zeros(2), ValueError),
    (torch.zeros(4, 3), ValueError),
    (torch.zeros(0, 2), ValueError),
    (torch.zeros(4, 2, dtype=torch.long), TypeError),
    (torch.full((4, 2), math.nan), ValueError),
    (torch.full((4, 2), math.inf), ValueError),
    ([[0.0, 0.0]], TypeError),
]


@pytest.mark.parametrize("make", TOYS.values(), ids=TOYS)
@given(bad=st.sampled_from(BAD_X), n=st.one_of(st.integers(max_value=0), st.floats(), st.booleans(), st.none()))
def test_bad_input_gets_one_sentence(make, bad, n):
    toy = make()
    with pytest.raises(bad[1]) as caught:
        toy.log_prob(bad[0])
    assert str(caught.value).count("\n") == 0 and "expected" in str(caught.value)
    with pytest.raises((TypeError, ValueError), match="expected a whole number"):
        toy.sample(n)


NOT_POSITIVE = st.one_of(st.floats(max_value=0), st.just(math.nan), st.just(math.inf))


@given(value=NOT_POSITIVE)
@pytest.mark.parametrize(
    "build",
    [
        lambda v: toys.eight_gaussians(noise=v),
        lambda v: toys.grid_gaussians(spacing=v),
        toys.two_moons,
        lambda v: toys.two_spirals(turns=v),
        lambda v: toys.Rings([1.0, v]),
        lambda v: toys.Rings(noise=v),
        lambda v: toys.Checkerboard(half_width=v),
        lambda v: toys.Pinwheel(width=v),
        lambda v: toys.Banana(noise=v),
        toys.Funnel,
    ],
)
def test_bad_sizes_are_named(build, value):
    with pytest.raises(ValueError, match="expected"):
        build(value)


EYE = [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("weights", "means", "covariances", "message"),
    [
        ([0.5, 0.6], [[0.0, 0.0]] * 2, [EYE] * 2, "sum"),
        ([1.5, -0.5], [[0.0, 0.0]] * 2, [EYE] * 2, "positive"),
        ([1.0], [[0.0, 0.0]] * 2, [EYE] * 2, "expected \\(K,\\)"),
        ([1.0], [[0.0, 0.0]], [[EYE]], "one matrix a mean"),
        ([1.0], [[0.0, 0.0]], [[[1.0, 2.0], [2.0, 1.0]]], "positive definite"),
        ([1.0], [[0.0, 0.0]], [[[1.0, 0.5], [0.0, 1.0]]], "symmetric"),
        ([1.0], [[math.nan, 0.0]], [EYE], "NaN"),
    ],
)
def test_a_mixture_that_is_none_is_refused(weights, means, covariances, message):
    with pytest.raises(ValueError, match=message):
        toys.GaussianMixture(weights, means, covariances)


@pytest.mark.parametrize(
    "build", [lambda: toys.two_moons(0.001), lambda: toys.two_spirals(0.001), lambda: toys.Checkerboard(1)]
)
def test_absurd_sizes_are_refused(build):
    with pytest.raises(ValueError, match="expected"):
        build()
