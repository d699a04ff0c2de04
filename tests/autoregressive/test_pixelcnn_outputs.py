"""The mixture over whole pixels of PixelCNN++, against a sum over all colours and the equations written out."""

import pytest
import torch
from torch import Tensor

from genbook.autoregressive import ChannelLogisticMixture, PixelCNN
from genbook.autoregressive.pixel_output import PerChannel
from genbook.autoregressive.pixelcnnpp import DownUpStreams, concat_elu
from genbook.nn.outputs import Categorical, DiscretizedLogisticMixture
from genbook.numerics import all_states, seeded


def written_out(output: ChannelLogisticMixture, x: Tensor, params: Tensor) -> Tensor:
    """Salimans et al. 2017, eq. 2 and 3, for one pixel x (3,), as plain loops."""
    k, last = output.components, output.levels - 1
    weight, rest = params[:k].softmax(0), params[k:]
    mean, log_scale, alpha = rest[: 3 * k].view(3, k), rest[3 * k : 6 * k].view(3, k), rest[6 * k :].view(3, k).tanh()
    r, g, b = (2 * x / last - 1).tolist()
    total = torch.zeros((), dtype=params.dtype)
    for m in range(k):
        means = [mean[0, m], mean[1, m] + alpha[0, m] * r, mean[2, m] + alpha[1, m] * r + alpha[2, m] * g]
        p = weight[m]
        for channel, value in enumerate((r, g, b)):
            s = log_scale[channel, m].exp()
            above = ((value + 1 / last - means[channel]) / s).sigmoid() if value < 1 else torch.ones(())
            below = ((value - 1 / last - means[channel]) / s).sigmoid() if value > -1 else torch.zeros(())
            p = p * (above - below)
        total = total + p
    return total.log()


@pytest.fixture
def output() -> ChannelLogisticMixture:
    return ChannelLogisticMixture(levels=6, components=3)


def test_it_is_the_equation(output):
    with seeded(0):
        params = torch.randn(8, output.size, dtype=torch.float64)
        x = torch.randint(6, (8, 3)).double()
    expected = torch.stack([written_out(output, *row) for row in zip(x, params, strict=True)])
    torch.testing.assert_close(output.log_prob(x, params), expected)


def test_all_colours_sum_to_one(output):
    with seeded(1):
        params = 2 * torch.randn(4, output.size, dtype=torch.float64)
    x = all_states(3, 6).double()
    log_p = output.log_prob(x.expand(4, -1, -1), params[:, None].expand(-1, len(x), -1))
    torch.testing.assert_close(log_p.exp().sum(1), torch.ones(4, dtype=torch.float64))


def test_channels_multiply_to_the_pixel(output):
    """The conditionals are exact: their product is the joint, and each sums to one over the levels."""
    with seeded(2):
        params, x = 2 * torch.randn(50, output.size, dtype=torch.float64), torch.randint(6, (50, 3)).double()
    rows = output.conditionals(x, params)
    torch.testing.assert_close(output.each.log_prob(x, rows).sum(-1), output.log_prob(x, params))
    levels = torch.arange(6.0, dtype=torch.float64).view(6, 1, 1).expand(6, 50, 3)
    mass = output.each.log_prob(levels, rows.expand(6, -1, -1, -1)).exp().sum(0)
    torch.testing.assert_close(mass, torch.ones(50, 3, dtype=torch.float64))


def test_a_channel_depends_on_those_before_it_only(output):
    with seeded(3):
        params, x = torch.randn(1, output.size), torch.tensor([[1.0, 2.0, 3.0]])
    base = output.conditionals(x, params)
    for channel in range(3):
        other = x.clone()
        other[0, channel] = 5.0
        changed = (output.conditionals(other, params) - base).abs().amax(-1)[0] > 0
        assert changed.tolist() == [c > channel for c in range(3)]


def test_one_channel_is_the_mixture_of_one_variable():
    output, one = ChannelLogisticMixture(17, 4, channels=1), DiscretizedLogisticMixture(17, 4)
    assert output.size == one.size
    params, x = torch.randn(5, 12), torch.randint(17, (5, 1)).float()
    torch.testing.assert_close(output.log_prob(x, params), one.log_prob(x[:, 0], params))
    torch.testing.assert_close(
        output.each.log_prob(x[:, 0], output.conditionals(x, params)[:, 0]), one.log_prob(x[:, 0], params)
    )


@pytest.mark.parametrize("dtype, tolerance", [(torch.float32, 2e-5), (torch.float64, 1e-12)])
@pytest.mark.parametrize("log_scale", [-6.9, -3.0, 0.0, 6.9])
@pytest.mark.parametrize("mean", [-40.0, -1.0, 0.013, 1.0, 40.0])
def test_256_levels_sum_to_one_edges_and_tails_included(dtype, tolerance, log_scale, mean):
    output = DiscretizedLogisticMixture(256, 2)
    params = torch.tensor([0.3, -0.2, mean, 0.5, log_scale, -1.0], dtype=dtype).expand(256, -1).clone().requires_grad_()
    log_p = output.log_prob(torch.arange(256, dtype=dtype), params)
    assert abs(log_p.exp().sum().item() - 1) < tolerance
    assert log_p.isfinite().all()
    (gradient,) = torch.autograd.grad(log_p.sum(), params)
    assert gradient.isfinite().all()


def test_a_colour_is_stable_far_in_the_tails():
    output = ChannelLogisticMixture(256, 2)
    params = torch.full((1, output.size), 30.0).requires_grad_()
    loss = -output.log_prob(torch.tensor([[0.0, 128.0, 255.0]]), params).sum()
    loss.backward()
    assert loss.isfinite() and params.grad.isfinite().all()


def test_per_channel_reads_one_row_a_channel():
    output = PerChannel(Categorical(4), 3)
    params, x = torch.randn(5, 12), torch.randint(4, (5, 3)).float()
    by_hand = sum(Categorical(4).log_prob(x[:, c], params[:, 4 * c : 4 * c + 4]) for c in range(3))
    torch.testing.assert_close(output.log_prob(x, params), by_hand)


@pytest.mark.parametrize("params, x", [((5, 29), (5, 3)), ((4, 30), (5, 3)), ((5, 30), (5, 2))])
def test_shapes_that_do_not_fit_are_refused(params, x):
    with pytest.raises(ValueError, match="expected"):
        ChannelLogisticMixture(6, 3).log_prob(torch.zeros(x), torch.zeros(params))


def test_concatenated_elu_keeps_both_signs():
    x = torch.tensor([[-2.0], [3.0]])
    torch.testing.assert_close(concat_elu(x), torch.nn.functional.elu(torch.cat([x, -x], 1)))
    assert concat_elu(x).shape == (2, 2)


def test_dropout_acts_in_training_and_not_in_evaluation():
    output = ChannelLogisticMixture(4, 2)
    model = PixelCNN(DownUpStreams(3, output.size, 8, 1, 1, dropout=0.5), output, (3, 4, 4))
    x = torch.randint(4, (2, 3, 4, 4)).float()
    assert model.loss(x) != model.loss(x)
    model.eval()
    assert model.loss(x) == model.loss(x)
