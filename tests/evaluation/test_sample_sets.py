"""Kernel distance, and precision with recall, of two sets of features."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.evaluation import kernel_distance, precision_recall
from genbook.numerics import seeded


def normal(n, size, seed, shift=0.0):
    with seeded(seed):
        return torch.randn(n, size) + shift


def test_kernel_distance_agrees_with_torchmetrics():
    from torchmetrics.image.kid import poly_mmd

    a, b = normal(40, 6, 0).double(), normal(40, 6, 1, shift=0.3).double()
    assert kernel_distance(a, b) == pytest.approx(poly_mmd(a, b).item(), rel=1e-9)


def test_kernel_distance_by_hand():
    """Sets {0, 1} and {2, 3} of one feature: k(0,1) = 1, k(2,3) = 343, and (1 + 1 + 27 + 64) / 4 between them."""
    a, b = torch.tensor([[0.0], [1.0]]), torch.tensor([[2.0], [3.0]])
    assert kernel_distance(a, b) == pytest.approx(1 + 343 - 2 * (1 + 1 + 27 + 64) / 4)


def test_kernel_distance_has_no_bias_at_any_size():
    """The mean over many pairs of small sets from one distribution is 0 within four standard errors."""
    values = torch.tensor([kernel_distance(normal(6, 3, 2 * i), normal(9, 3, 2 * i + 1)) for i in range(400)])
    assert values.mean().abs() < 4 * values.std() / 20
    assert values.min() < 0


def brute_force(x, region, k):
    inside = 0
    for row in x:
        for i, centre in enumerate(region):
            others = sorted(math.dist(centre, other) for j, other in enumerate(region) if j != i)
            if math.dist(row, centre) <= others[k - 1]:
                inside += 1
                break
    return inside / len(x)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 1000), k=st.integers(1, 4), shift=st.floats(0, 3))
def test_precision_and_recall_agree_with_their_definition(seed, k, shift):
    real, samples = normal(12, 2, seed).double(), normal(9, 2, seed + 1, shift).double()
    found = precision_recall(real, samples, k)
    assert found.precision == pytest.approx(brute_force(samples.tolist(), real.tolist(), k))
    assert found.recall == pytest.approx(brute_force(real.tolist(), samples.tolist(), k))


def test_a_lost_mode_costs_recall_and_junk_costs_precision():
    left, right = normal(60, 2, 0), normal(60, 2, 1, shift=20.0)
    both = torch.cat([left, right])
    one_mode = precision_recall(both, normal(60, 2, 2))
    assert one_mode.precision > 0.8 and one_mode.recall < 0.6
    junk = precision_recall(left, torch.cat([normal(60, 2, 3), normal(60, 2, 4, shift=-30.0)]))
    assert junk.precision < 0.6 and junk.recall > 0.8
    assert precision_recall(both, both) == (1, 1)


@pytest.mark.parametrize("measure", [kernel_distance, precision_recall])
@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (torch.zeros(1, 3), torch.zeros(5, 3), "a has one row"),
        (torch.zeros(5, 3), torch.zeros(5, 4), "3 features and b has 4"),
        (torch.zeros(5), torch.zeros(5, 4), "expected \\(N, F\\)"),
        (torch.zeros(5, 4), torch.full((5, 4), math.nan), "b holds 20 NaN"),
    ],
)
def test_bad_features_are_refused(measure, a, b, words):
    with pytest.raises(ValueError, match=words):
        measure(a, b)


@pytest.mark.parametrize("k", [0, 5, 1.5])
def test_a_bad_number_of_neighbours_is_refused(k):
    with pytest.raises((ValueError, TypeError), match="k is"):
        precision_recall(torch.zeros(9, 2), torch.zeros(5, 2), k)
