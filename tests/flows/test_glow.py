"""Glow: 1x1 convolutions by PLU factors, the learned prior of what is factored out."""

import pytest
import torch

from genbook.flows import ActNorm, Coupling, InvertibleConv, glow, glow_step, start_from_data
from genbook.numerics import jacobian, log_abs_det, seeded
from tests.flows.test_realnvp import shaken


def test_the_log_determinant_is_slogdet_once_a_pixel_and_the_map_a_convolution():
    with seeded(0):
        layer = shaken(InvertibleConv(5), 0.3)
        x = torch.randn(2, 5, 3, 4, dtype=torch.double)
    W = layer.linear.matrix()
    z, log_det = layer(x)
    conv = torch.nn.functional.conv2d(x, W[..., None, None], layer.linear.bias)
    torch.testing.assert_close(z, conv)
    assert log_det[0].abs() > 0.5
    torch.testing.assert_close(log_det, 12 * torch.linalg.slogdet(W).logabsdet.expand(2))
    back, log_det_back = layer.inverse(z)
    torch.testing.assert_close(back, x)
    torch.testing.assert_close(log_det_back, -log_det)


def test_a_new_convolution_is_a_rotation():
    with seeded(1):
        W = InvertibleConv(6).double().linear.matrix()
    torch.testing.assert_close(W @ W.T, torch.eye(6, dtype=torch.double), rtol=1e-5, atol=1e-5)
    assert (W - torch.eye(6)).abs().max() > 0.1


@pytest.mark.parametrize("event, levels", [((1, 4, 4), 2), ((3, 4, 8), 1)])
def test_inverse_and_log_det_against_autograd(event, levels):
    with seeded(2):
        flow = shaken(glow(event, steps=2, width=4, levels=levels), 0.1)
        x = torch.randn(3, *event, dtype=torch.double)
    with torch.no_grad():
        z, log_det = flow(x)
        back, log_det_back = flow.inverse(z)
    torch.testing.assert_close(back, x, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(log_det_back, -log_det, rtol=1e-6, atol=1e-6)
    truth = log_abs_det(lambda v: flow(v.unflatten(1, event))[0].flatten(1), x.flatten(1))
    torch.testing.assert_close(log_det, truth, rtol=1e-6, atol=1e-6)


def test_the_first_half_moves_the_prior_of_the_second_and_not_the_other_way_round():
    """Of the last coupling before a factor-out: its Jacobian by blocks."""
    with seeded(3):
        flow = shaken(glow((1, 4, 4), steps=1, width=4, levels=2), 0.2)
    learned_prior = flow.transform.transforms[0].inner.transforms[1]
    assert isinstance(learned_prior, Coupling)
    x = torch.randn(16, dtype=torch.double)
    J = jacobian(lambda v: learned_prior(v.unflatten(1, (4, 2, 2)))[0].flatten(1), x)
    assert (J[8:, :8] != 0).any() and (J[:8, 8:] == 0).all()


def test_the_start_from_data_normalises_every_step():
    with seeded(4):
        step = glow_step(4, width=8)
        x = 2 + 5 * torch.randn(100, 4, 2, 2)
    start_from_data(step, x)
    assert isinstance(step.transforms[0], ActNorm)
    z = step.transforms[0](x)[0].transpose(0, 1).flatten(1)
    torch.testing.assert_close(z.mean(1), torch.zeros(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(z.var(1, correction=0), torch.ones(4), atol=1e-4, rtol=0)


@pytest.mark.parametrize("shape, levels", [((1, 6, 8), 2), ((1, 8), 1)])
def test_images_that_cannot_be_halved_are_refused(shape, levels):
    with pytest.raises(ValueError, match="expected"):
        glow(shape, levels=levels)


@pytest.mark.parametrize("channels", [0, -2, 1.5, "4"])
def test_channels_that_are_no_number_are_refused(channels):
    with pytest.raises((TypeError, ValueError), match="expected"):
        InvertibleConv(channels)
