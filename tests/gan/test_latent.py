"""Lines, arcs and attribute directions in the space of the noise."""

import math

import pytest
import torch

from genbook.gan import attribute_direction, lerp, slerp
from genbook.numerics import seeded

T = torch.linspace(0, 1, 5)


def test_both_walks_begin_and_end_at_their_ends() -> None:
    with seeded(0):
        a, b = torch.randn(2, 6, 8)
    for walk in (lerp, slerp):
        path = walk(a, b, T)
        assert path.shape == (5, 6, 8)
        torch.testing.assert_close(path[0], a)
        torch.testing.assert_close(path[-1], b)


def test_an_arc_keeps_the_norm_and_moves_at_constant_angle() -> None:
    with seeded(1):
        a, b = torch.nn.functional.normalize(torch.randn(2, 6, 8).double(), dim=2) * 3
    path = slerp(a, b, T.double())
    torch.testing.assert_close(path.norm(dim=2), torch.full((5, 6), 3.0).double())
    steps = (path[1:] * path[:-1]).sum(2) / 9
    torch.testing.assert_close(steps, steps[:1].expand_as(steps))
    assert (lerp(a, b, T.double())[2].norm(dim=1) < 2.9).all()


def test_halfway_the_line_loses_a_factor_of_root_two() -> None:
    with seeded(2):
        a, b = torch.randn(2, 2000, 64)
    half = torch.tensor([0.5])
    assert abs(lerp(a, b, half).norm(dim=2).mean() / a.norm(dim=1).mean() - math.sqrt(0.5)) < 0.01
    assert abs(slerp(a, b, half).norm(dim=2).mean() / a.norm(dim=1).mean() - 1) < 0.01


def test_parallel_vectors_fall_back_to_the_line() -> None:
    a = torch.tensor([[1.0, 2.0, 3.0]])
    torch.testing.assert_close(slerp(a, 2 * a, T), lerp(a, 2 * a, T))
    with pytest.raises(ValueError, match="opposite directions"):
        slerp(a, -a, T)


def test_the_direction_is_that_of_the_attribute() -> None:
    with seeded(3):
        z = torch.randn(20_000, 5)
    attribute = 2 * z[:, 1] - z[:, 3]  # grows along (0, 2, 0, -1, 0)
    direction = attribute_direction(z, attribute)
    truth = torch.tensor([0.0, 2.0, 0.0, -1.0, 0.0]) / math.sqrt(5)
    assert torch.cosine_similarity(direction, truth, dim=0) > 0.999
    assert abs(direction @ truth - 2 * 1.39981) < 0.05  # twice the mean of N(0, 1) above its 80 % quantile


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: lerp(torch.zeros(2, 3), torch.zeros(2, 4), T), "b has shape"),
        (lambda: slerp(torch.zeros(2, 3), torch.zeros(1, 3), T), "2 starts and 1 ends"),
        (lambda: lerp(torch.zeros(3), torch.zeros(3), T), "a has shape"),
        (lambda: lerp(torch.zeros(2, 3), torch.zeros(2, 3), 0.5), "t is a float"),
        (lambda: attribute_direction(torch.zeros(4, 2), torch.zeros(3)), "4 codes, 3 values"),
        (lambda: attribute_direction(torch.zeros(4, 2), torch.zeros(4), 0.1), "a share of 0.1"),
        (lambda: attribute_direction(torch.zeros(4, 2), torch.zeros(4), 0.6), "a share of 0.6"),
        (lambda: attribute_direction(torch.zeros(4, 2), torch.full((4,), math.nan)), "values holds 4 NaN"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(call, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        call()
