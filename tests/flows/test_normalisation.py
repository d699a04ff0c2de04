"""ActNorm and batch normalisation as layers of a flow."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from genbook.flows import ActNorm, BatchNorm, Flow, realnvp, start_from_data
from genbook.nn import StandardNormal
from genbook.numerics import log_abs_det, seeded

SHAPES = [(200, 3), (50, 3, 4, 2)]


def batch(shape: tuple[int, ...]) -> torch.Tensor:
    """Rows whose channels have different means and scales."""
    with seeded(0):
        x = torch.randn(*shape, dtype=torch.double)
    channels = torch.arange(1.0, shape[1] + 1).view(-1, *[1] * (len(shape) - 2))
    return 3 * channels + channels * x


def moments(z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and variance of each channel."""
    rows = z.transpose(0, 1).flatten(1)
    return rows.mean(1), rows.var(1, correction=0)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_start_gives_zero_mean_and_unit_variance(shape):
    x = batch(shape)
    layer = ActNorm(3).double()
    before = moments(layer(x)[0])
    assert before[0].abs().min() > 1 and (before[1] - 1).abs().max() > 1
    layer.fit(x)
    mean, variance = moments(layer(x)[0])
    torch.testing.assert_close(mean, torch.zeros(3, dtype=torch.double))
    torch.testing.assert_close(variance, torch.ones(3, dtype=torch.double), rtol=1e-5, atol=1e-5)


def test_every_layer_of_a_flow_is_started_from_what_arrives_there():
    with seeded(1):
        flow = realnvp(3, layers=4, hidden=(8,), normalisation=ActNorm).double()
    x = batch((200, 3))
    start_from_data(flow, x)
    arriving = x
    for layer in flow.transform.transforms:
        arriving = layer(arriving)[0]
        if isinstance(layer, ActNorm):
            mean, variance = moments(arriving)
            assert mean.abs().max() < 1e-8 and (variance - 1).abs().max() < 1e-4
    before = copy.deepcopy(flow.state_dict())
    flow(100 * x)  # a later batch moves nothing
    assert all(torch.equal(before[key], value) for key, value in flow.state_dict().items())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", [ActNorm, BatchNorm])
def test_the_log_determinant_counts_every_pixel(shape, kind):
    x = batch(shape)
    layer = kind(3).double()
    if isinstance(layer, ActNorm):
        layer.fit(x)
    else:
        for _ in range(5):
            layer(x)
        layer.eval()
    event = x.shape[1:]
    truth = log_abs_det(lambda v: layer(v.unflatten(1, event))[0].flatten(1), x[:2].flatten(1))
    z, log_det = layer(x)
    assert log_det[:2].abs().min() > 1
    torch.testing.assert_close(log_det[:2], truth)
    back, log_det_back = layer.inverse(z)
    torch.testing.assert_close(back, x)
    torch.testing.assert_close(log_det_back, -log_det)


def test_batch_norm_agrees_with_torch_in_both_modes():
    x = batch((50, 3, 4, 2))
    ours, theirs = BatchNorm(3).double(), nn.BatchNorm2d(3, affine=False).double()
    for part in x.split(10):
        torch.testing.assert_close(ours(part)[0], theirs(part))
    torch.testing.assert_close(ours.mean, theirs.running_mean)
    n = 10 * 8  # torch's running variance divides by n - 1, ours by n as the density needs it
    unbiased = 0.9**5 + n / (n - 1) * (ours.variance - 0.9**5)
    torch.testing.assert_close(unbiased, theirs.running_var)
    ours.eval()
    theirs.eval()
    theirs.running_var.copy_(ours.variance)
    torch.testing.assert_close(ours(x)[0], theirs(x))


def test_in_training_the_batch_is_normalised_and_the_average_follows():
    x = batch((200, 3))
    layer = BatchNorm(3, momentum=1.0).double()
    mean, variance = moments(layer(x)[0])
    torch.testing.assert_close(mean, torch.zeros(3, dtype=torch.double))
    torch.testing.assert_close(variance, torch.ones(3, dtype=torch.double), rtol=1e-4, atol=1e-4)
    in_training = layer(x)
    in_evaluation = layer.eval()(x)
    torch.testing.assert_close(in_training, in_evaluation)


@pytest.mark.parametrize("kind", [ActNorm, BatchNorm])
def test_loss_runs_on_the_meta_device(kind):
    flow = Flow(StandardNormal(2), [kind(2)]).to("meta")
    loss = flow.loss(torch.empty(4, 2, device="meta"))
    assert loss.is_meta


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([0, -1, 2.5, "3", None, True]))
def test_a_layer_without_channels_is_refused(channels):
    for kind in (ActNorm, BatchNorm):
        with pytest.raises((TypeError, ValueError), match="expected"):
            kind(channels)


def test_what_has_other_channels_is_refused():
    for layer in (ActNorm(3), BatchNorm(3)):
        with pytest.raises(ValueError, match="expected"):
            layer(torch.zeros(2, 4))
    with pytest.raises(ValueError, match="momentum"):
        BatchNorm(3, momentum=0.0)
