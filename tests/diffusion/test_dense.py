"""The dense network: what it sees, and what it refuses."""

import pytest
import torch

from genbook.diffusion import DenseNetwork
from genbook.numerics import seeded


def network() -> DenseNetwork:
    with seeded(0):
        return DenseNetwork(4, classes=3, hidden=(16, 8)).double()


def test_the_output_depends_on_x_on_time_and_on_the_class() -> None:
    net, x, t, c = network(), torch.randn(2, 4).double(), torch.tensor([0.2, 0.2]).double(), torch.tensor([0, 0])
    base = net(x, t, c)
    for other in (net(x + 0.1, t, c), net(x, t + 0.01, c), net(x, t, c + 1), net(x, t)):
        assert (other - base).abs().max() > 1e-6


def test_without_a_class_it_is_the_unknown_class_row_by_row() -> None:
    net, x, t = network(), torch.randn(3, 4).double(), torch.rand(3).double()
    mixed = net(x, t, torch.tensor([1, 3, 2]))
    torch.testing.assert_close(mixed[1], net(x, t)[1])
    torch.testing.assert_close(mixed[0], net(x[:1], t[:1], torch.tensor([1]))[0])


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda n: n(torch.zeros(2, 5).double(), torch.zeros(2)), "expected"),
        (lambda n: n(torch.zeros(2, 4).double(), torch.zeros(2), torch.tensor([0, 4])), "whole numbers from 0 to 3"),
        (lambda n: n(torch.zeros(2, 4).double(), torch.zeros(2), torch.tensor([0])), "expected 2 whole numbers"),
        (lambda n: n(torch.zeros(2, 4).double(), torch.zeros(2), torch.tensor([0.0, 1.0])), "expected 2 whole"),
        (lambda n: DenseNetwork(0, 1, (2,)), "dim"),
    ],
)
def test_bad_input_is_refused(call, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        call(network())
