"""Outputs against enumeration, quadrature, SciPy and the draws that they make themselves."""

import math
from dataclasses import dataclass
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, logistic

from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture, Gaussian, GaussianMixture, Output
from genbook.numerics import integrate, seeded

DISCRETE = [
    Bernoulli(),
    Categorical(2),
    Categorical(17),
    DiscretizedLogisticMixture(2, 1),
    DiscretizedLogisticMixture(17, 5),
]
REAL = [Gaussian(), GaussianMixture(1), GaussianMixture(4)]
name = str


def rows(output, n, scale=1.0, seed=0):
    with seeded(seed):
        return scale * torch.randn(n, output.size)


def masses(output, params):
    """Probabilities of all levels under each row of parameters, (n, levels)."""
    levels = torch.arange(float(output.levels)).expand(len(params), -1)
    return output.log_prob(levels, params[:, None].expand(-1, output.levels, -1)).exp()


@pytest.mark.parametrize("output", DISCRETE + REAL, ids=name)
def test_an_output_keeps_the_protocol(output):
    assert isinstance(output, Output)
    assert output.measure == ("lebesgue" if output in REAL else "counting")


@pytest.mark.parametrize("scale", [0.0, 1.0, 5.0, 30.0])
@pytest.mark.parametrize("output", DISCRETE, ids=name)
def test_masses_sum_to_one_even_at_extreme_parameters(output, scale):
    total = masses(output, rows(output, 50, scale)).sum(1)
    torch.testing.assert_close(total, torch.ones(50), rtol=0, atol=2e-5)


@pytest.mark.parametrize("output", REAL, ids=name)
def test_densities_integrate_to_one(output):
    for params in rows(output, 5).double():
        total = integrate(lambda x, p=params: output.log_prob(x[:, 0], p.expand(len(x), -1)), [-60.0], [60.0], 60_000)
        assert total == pytest.approx(1.0, abs=1e-5)


def test_a_mass_is_the_difference_of_the_cdf_as_scipy_has_it():
    output = DiscretizedLogisticMixture(17, 1)
    mean, log_scale = 0.3, -2.0
    cdf = logistic(loc=mean, scale=math.exp(log_scale)).cdf([2 * (k + 0.5) / 16 - 1 for k in range(16)])
    expected = torch.tensor([cdf[0], *(cdf[1:] - cdf[:-1]), 1 - cdf[-1]])
    got = masses(output, torch.tensor([[0.0, mean, log_scale]], dtype=torch.float64))[0]
    torch.testing.assert_close(got, expected, rtol=1e-6, atol=1e-12)


def test_a_mass_far_in_a_tail_is_right_in_single_precision():
    # sigmoid(b) - sigmoid(a) is 1 - 1 = 0 in float32 here; in float64, and in the stable form, it is exp(-90) or so
    output = DiscretizedLogisticMixture(256, 1)
    params = torch.tensor([[0.0, -1.0, -4.0]])
    x = torch.tensor([240.0])
    naive = torch.sigmoid((output.embed(x) + 1 / 255 + 1) * math.exp(4)) - torch.sigmoid(
        (output.embed(x) - 1 / 255 + 1) * math.exp(4)
    )
    assert naive.item() == 0.0, "the naive difference was expected to fail here"
    scale = math.exp(-4)
    a = (2 * 240 / 255 - 1 / 255) / scale
    expected = -a + math.log1p(-math.exp(-2 / 255 / scale))  # log of exp(-a) - exp(-b)
    assert output.log_prob(x, params).item() == pytest.approx(expected, rel=1e-5)


@dataclass
class TailsCut:
    """A broken twin of the discretised mixture: its outer bins end at the edge of the range."""

    def log_prob(self, x, params):
        wide = DiscretizedLogisticMixture(19, params.shape[-1] // 3)  # the same bins with one more on either side
        scale = 18 / 16
        k = params.shape[-1] // 3
        inner = torch.cat([params[..., :k], params[..., k : 2 * k] / scale, params[..., 2 * k :] - math.log(scale)], -1)
        return wide.log_prob(x + 1, inner)


def test_the_sum_catches_a_mixture_without_its_tails():
    params = rows(DiscretizedLogisticMixture(17, 2), 20)
    levels = torch.arange(17.0).expand(20, -1)
    inner = slice(1, 16)
    twin = TailsCut().log_prob(levels, params[:, None].expand(-1, 17, -1)).exp()
    right = masses(DiscretizedLogisticMixture(17, 2), params)
    torch.testing.assert_close(twin[:, inner], right[:, inner], rtol=1e-4, atol=1e-6)
    assert (twin.sum(1) < 0.999).all()


@pytest.mark.parametrize("output", DISCRETE, ids=name)
def test_draws_follow_the_masses(output):
    params = rows(output, 1, seed=3)
    with seeded(0):
        u = torch.rand(20_000)
    counts = torch.bincount(output.from_uniform(params.expand(20_000, -1), u).long(), minlength=output.levels)
    expected = 20_000 * masses(output, params)[0]
    kept = expected > 5
    observed = torch.cat([counts[kept], counts[~kept].sum()[None]]).double() + 1e-9
    wanted = torch.cat([expected[kept], expected[~kept].sum()[None]]).double() + 1e-9
    assert chisquare(observed, wanted * observed.sum() / wanted.sum()).pvalue > 1e-3


@pytest.mark.parametrize("output", REAL, ids=name)
def test_draws_follow_the_density(output):
    params = rows(output, 1, seed=1)
    with seeded(0):
        x = output.from_uniform(params.expand(20_000, -1), torch.rand(20_000))
    edges = x.quantile(torch.linspace(0.05, 0.95, 10)).tolist()
    for low, high in pairwise(edges):
        inside = ((x >= low) & (x < high)).float().mean().item()
        mass = integrate(lambda t: output.log_prob(t[:, 0].float(), params.expand(len(t), -1)), [low], [high], 2000)
        assert inside == pytest.approx(mass, abs=0.012)


@pytest.mark.parametrize("output", [*DISCRETE, Gaussian()], ids=name)
def test_a_draw_grows_with_u(output):
    u = torch.linspace(0, 1, 501)[:-1]
    for params in rows(output, 5):
        assert (output.from_uniform(params.expand(500, -1), u).diff() >= 0).all()


@pytest.mark.parametrize("u", [0.0, 1.0 - 2**-24, 1.0])
@pytest.mark.parametrize("output", DISCRETE + REAL, ids=name)
def test_the_ends_of_the_unit_interval_give_possible_values(output, u):
    params = rows(output, 20, 5.0)
    output.check(output.from_uniform(params, torch.full((20,), u)))


@pytest.mark.parametrize("scale", [0.0, 10.0, 1e4])
@pytest.mark.parametrize("output", DISCRETE + REAL, ids=name)
def test_log_prob_and_gradients_are_finite_at_extreme_parameters(output, scale):
    params = rows(output, 200, scale).requires_grad_()
    x = torch.arange(200.0) % getattr(output, "levels", 7)
    log_p = output.log_prob(x, params)
    (grad,) = torch.autograd.grad(log_p.sum(), params)
    assert log_p.isfinite().all() and grad.isfinite().all()


@pytest.mark.parametrize("output", DISCRETE + REAL, ids=name)
def test_gradients_agree_with_finite_differences(output):
    params = rows(output, 6).double().requires_grad_()
    x = (torch.arange(6.0) % getattr(output, "levels", 7)).double()
    assert torch.autograd.gradcheck(lambda p: output.log_prob(x, p), params)


@pytest.mark.parametrize("output", [Bernoulli(), Categorical(5)], ids=name)
def test_tempering_is_the_power_of_the_masses(output):
    params = rows(output, 10)
    power = masses(output, params) ** (1 / 0.7)
    torch.testing.assert_close(masses(output, output.tempered(params, 0.7)), power / power.sum(1, keepdim=True))


def test_tempering_a_gaussian_is_the_power_of_its_density():
    params, x = rows(Gaussian(), 1).expand(9, -1), torch.linspace(-2, 2, 9)
    log_ratio = Gaussian().log_prob(x, Gaussian().tempered(params, 0.5)) - 2 * Gaussian().log_prob(x, params)
    torch.testing.assert_close(log_ratio, log_ratio[:1].expand(9), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("output", DISCRETE + REAL, ids=name)
def test_temperature_one_changes_nothing_and_zero_leaves_one_value(output):
    params = rows(output, 20)
    x = torch.zeros(20)
    torch.testing.assert_close(output.log_prob(x, output.tempered(params, 1.0)), output.log_prob(x, params))
    cold = output.tempered(params, 1e-6)
    draws = torch.stack([output.from_uniform(cold, torch.full((20,), u)) for u in (0.1, 0.5, 0.9)])
    one_value = (draws - draws[0]).abs().amax(0) <= 0.02
    assert one_value.sum() >= 19, "only a mean on the edge of two bins may leave both"


@pytest.mark.parametrize("output", [Bernoulli(), Categorical(17), DiscretizedLogisticMixture(17, 2)], ids=name)
def test_embedding_spans_minus_one_to_one(output):
    ends = output.embed(torch.tensor([0.0, output.levels - 1.0]))
    torch.testing.assert_close(ends, torch.tensor([-1.0, 1.0]))


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(DISCRETE + REAL), st.sampled_from([-1, 1]), st.integers(1, 4))
def test_a_wrong_number_of_parameters_is_named(output, off, n):
    params = torch.zeros(n, max(output.size + off, 0))
    for call in (output.log_prob, lambda v, p: output.from_uniform(p, v)):
        with pytest.raises(ValueError, match=r"^params has shape .* expected params of shape .*\.$"):
            call(torch.zeros(n), params)


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.inf, math.nan])
@pytest.mark.parametrize("output", DISCRETE + REAL, ids=name)
def test_an_impossible_temperature_is_named(output, temperature):
    with pytest.raises(ValueError, match=r"^temperature is"):
        output.tempered(torch.zeros(2, output.size), temperature)


@pytest.mark.parametrize("bad", [-1.0, 0.5, 17.0, math.nan, math.inf])
@pytest.mark.parametrize("output", DISCRETE, ids=name)
def test_impossible_values_are_named(output, bad):
    with pytest.raises(ValueError, match=r"^x holds"):
        output.check(torch.tensor([0.0, bad]))


@pytest.mark.parametrize(
    "build", [lambda: Categorical(0), lambda: DiscretizedLogisticMixture(1, 2), lambda: GaussianMixture(0)]
)
def test_impossible_sizes_are_named(build):
    with pytest.raises(ValueError, match=r"^(levels|components) is"):
        build()
