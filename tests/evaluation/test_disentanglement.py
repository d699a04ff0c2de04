"""Disentanglement scores on codes whose scores can be worked out by hand."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.evaluation import code_information, dci, factor_entropies, forest_importance, mutual_information_gap
from genbook.numerics import seeded

LOG2 = math.log(2)
FACTORS = torch.cartesian_prod(torch.arange(2), torch.arange(4), torch.arange(3)).repeat(20, 1)  # (480, 3)
PLAIN = FACTORS.float()


def gap(mean: torch.Tensor, factors: torch.Tensor = FACTORS, scale: float = 0.02) -> float:
    with seeded(0):
        information = code_information(mean, torch.full_like(mean, scale), factors)
    return mutual_information_gap(information, factor_entropies(factors))


def test_a_code_that_copies_the_factors_scores_one():
    spare = torch.cat([PLAIN, torch.zeros(len(PLAIN), 2)], 1)
    assert gap(spare) == pytest.approx(1, abs=0.02)
    score = dci(*forest_importance(PLAIN + 0.01 * torch.randn(PLAIN.shape), FACTORS))
    assert min(score) > 0.98


def test_noise_scores_about_zero():
    with seeded(1):
        noise = torch.randn(480, 4)
    assert gap(noise, scale=1.0) < 0.03
    score = dci(*forest_importance(noise, FACTORS))
    assert score.disentanglement < 0.1 and score.completeness < 0.1
    assert score.informativeness < 0.5  # guessing gives (1/2 + 1/4 + 1/3) / 3


def test_two_bits_turned_by_45_degrees_share_half_a_bit_with_each_variable():
    bits = torch.cartesian_prod(torch.arange(2), torch.arange(2)).repeat(100, 1)
    turn = torch.tensor([[1.0, -1.0], [1.0, 1.0]]) / math.sqrt(2)
    mean = bits.float() @ turn.T
    with seeded(2):
        information = code_information(mean, torch.full_like(mean, 0.01), bits)
    # the sum of two fair bits is 1 half of the time, and then says nothing: log 2 / 2 is left
    torch.testing.assert_close(information, torch.full((2, 2), LOG2 / 2).double(), atol=0.03, rtol=0)
    assert mutual_information_gap(information, factor_entropies(bits)) < 0.04
    straight, turned = (
        dci(*forest_importance(code + 0.01 * torch.randn(code.shape), bits)) for code in (bits.float(), mean)
    )
    assert straight.disentanglement > 0.98
    assert turned.disentanglement < 0.6
    assert turned.informativeness > 0.98


def test_information_equals_quadrature():
    bit = torch.tensor([[0], [1]]).repeat(2000, 1)
    mean, scale = bit * 2.0 - 1, torch.full((4000, 1), 0.8)

    def entropy(log_density):
        z = torch.linspace(-9, 9, 20_001).double()
        return -torch.trapezoid(log_density(z).exp() * log_density(z), z)

    ends = [torch.distributions.Normal(m, 0.8) for m in (-1.0, 1.0)]
    mixture = entropy(lambda z: torch.stack([e.log_prob(z) - LOG2 for e in ends]).logsumexp(0))
    exact = mixture - entropy(ends[0].log_prob)
    with seeded(3):
        measured = code_information(mean[:1000], scale[:1000], bit[:1000], draws=8).item()
    assert measured == pytest.approx(float(exact), abs=0.02)


def test_the_gap_by_hand():
    information = torch.tensor([[0.5, 0.2], [0.1, -0.1], [0.3, 0.4]])
    assert mutual_information_gap(information, torch.tensor([1.0, 0.5])) == pytest.approx((0.2 / 1 + 0.2 / 0.5) / 2)
    low = torch.tensor([[0.5, 0.2], [-0.3, -0.1]])
    assert mutual_information_gap(low, torch.tensor([1.0, 0.4])) == pytest.approx((0.5 + 0.5) / 2)


def test_dci_by_hand():
    importance = torch.tensor([[0.9, 0.1], [0.0, 0.6], [0.1, 0.3]])
    h = [-(p * math.log(p) + (1 - p) * math.log(1 - p)) / LOG2 for p in (0.9, 0.25)]
    assert dci(importance, 0.7).disentanglement == pytest.approx((1.0 * (1 - h[0]) + 0.6 + 0.4 * (1 - h[1])) / 2)
    columns = [-sum(p * math.log(p) for p in c if p) / math.log(3) for c in ((0.9, 0.0, 0.1), (0.1, 0.6, 0.3))]
    assert dci(importance, 0.7).completeness == pytest.approx(1 - sum(columns) / 2)
    assert dci(torch.ones(3, 2), 0.7) == pytest.approx((0.0, 0.0, 0.7), abs=1e-9)


def test_a_variable_that_holds_two_factors_lowers_disentanglement_and_not_completeness():
    together = torch.tensor([[1.0, 1.0], [0.0, 0.0]])
    assert dci(together, 1.0) == pytest.approx((0.0, 1.0, 1.0), abs=1e-9)
    spread = torch.tensor([[0.5, 0.0], [0.5, 0.0], [0.0, 0.5], [0.0, 0.5]])
    assert dci(spread, 1.0) == pytest.approx((1.0, 0.5, 1.0))


def test_entropies_of_uneven_factors():
    factors = torch.tensor([[0, 0], [1, 0], [0, 0], [1, 2]])
    expected = [LOG2, -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))]
    torch.testing.assert_close(factor_entropies(factors), torch.tensor(expected).double(), atol=1e-6, rtol=0)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["floats", "rows", "constant", "negative", "scale", "zero scale", "nan", "one axis"]))
def test_bad_codes_are_refused_in_one_sentence(kind):
    mean, scale, factors = PLAIN.clone(), torch.ones_like(PLAIN), FACTORS.clone()
    if kind == "floats":
        factors = factors.float()
    elif kind == "rows":
        factors = factors[:-1]
    elif kind == "constant":
        factors[:, 1] = 2
    elif kind == "negative":
        factors[0, 0] = -1
    elif kind == "scale":
        scale = scale[:, :2]
    elif kind == "zero scale":
        scale[3, 1] = 0
    elif kind == "nan":
        mean[0, 0] = math.nan
    else:
        factors = factors[:, 0]
    with pytest.raises((TypeError, ValueError)) as caught:
        code_information(mean, scale, factors)
    assert "expected" in str(caught.value) and str(caught.value).endswith(".") and "\n" not in str(caught.value)


@pytest.mark.parametrize("importance", [torch.eye(2) - 0.5, torch.zeros(2, 2), torch.ones(1, 3)])
def test_bad_importances_are_refused(importance):
    with pytest.raises(ValueError, match="expected"):
        dci(importance, 1.0)


def test_a_single_variable_has_no_gap():
    with pytest.raises(ValueError, match="K at least 2"):
        mutual_information_gap(torch.ones(1, 3), torch.ones(3))
