"""The U-Net: shapes, a start at zero, time and condition that matter, and sizes that do not fit."""

import pytest
import torch
from torch import nn

from genbook.diffusion import UNet
from genbook.diffusion.unet import sinusoids
from genbook.numerics import seeded


def awake(**kwargs):
    """A U-Net whose zero layers have been woken."""
    with seeded(0):
        network = UNet(2, 3, widths=(8, 16, 16), attention=(1,), **kwargs)
        for p in network.parameters():
            p.data.add_(0.05 * torch.randn_like(p))
    return network.eval()


def test_it_starts_at_zero_and_keeps_the_sides():
    out = UNet(2, 3, widths=(8, 16), attention=())(torch.randn(4, 2, 12, 8), torch.rand(4))
    assert out.shape == (4, 3, 12, 8) and (out == 0).all()


def test_time_and_every_pixel_matter():
    network, x, t = awake(), torch.randn(2, 2, 8, 8), torch.tensor([0.1, 0.6])
    with torch.no_grad():
        out = network(x, t)
        assert (network(x, t + 0.1) - out).abs().max() > 1e-4
        other = x.clone()
        other[0, :, 7, 7] += 1
        assert (network(other, t)[0, :, 0, 0] - out[0, :, 0, 0]).abs().max() > 1e-6
        torch.testing.assert_close(network(other, t)[1], out[1])  # rows do not meet


def test_a_condition_moves_the_output():
    network = awake(condition=nn.Embedding(4, 32))
    x, t = torch.randn(2, 2, 8, 8), torch.rand(2)
    with torch.no_grad():
        one, other = network(x, t, c=torch.tensor([0, 1])), network(x, t, c=torch.tensor([2, 1]))
    assert (one[0] - other[0]).abs().max() > 1e-4
    torch.testing.assert_close(one[1], other[1])


def test_sinusoids_tell_steps_apart():
    t = torch.arange(1001.0)
    distances = torch.cdist(sinusoids(t, 32), sinusoids(t, 32)) + 10 * torch.eye(1001)
    assert distances.min() > 0.5


@pytest.mark.parametrize(
    "build",
    [
        lambda: UNet(1, 1, widths=(12,)),
        lambda: UNet(1, 1, widths=()),
        lambda: UNet(1, 1, widths=(8,), attention=(1,)),
        lambda: UNet(0, 1),
        lambda: UNet(1, 1, widths=(8, 8), attention=())(torch.zeros(1, 1, 5, 5), torch.zeros(1)),
        lambda: UNet(1, 1, widths=(8, 8), attention=())(torch.zeros(1, 2, 4, 4), torch.zeros(1)),
    ],
)
def test_sizes_that_do_not_fit_are_refused(build):
    with pytest.raises(ValueError, match="expected"):
        build()
